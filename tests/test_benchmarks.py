"""The benchmarks still run, with so little that the figures say nothing; no time is asserted anywhere."""

import json
import math
import subprocess
import sys

import pytest
from studies import command

from corridors.bench import recorded

ROWS = ["one-route", "memory", "sweep", "tables", "help", "lines"]
"""All but those that only start the commands that other tests start (cold, pictures, flagship) or repeat these (growth, sweep-memory)."""


@pytest.fixture(scope="module")
def found(root, tmp_path_factory):
    file = tmp_path_factory.mktemp("benchmarks") / "found.json"
    words = [
        sys.executable,
        str(root / "tests" / "benchmarks" / "run.py"),
        "--small",
        "--json",
        str(file),
        "--only",
        *ROWS,
    ]
    subprocess.run(words, check=True, capture_output=True, text=True)
    return json.loads(file.read_text(encoding="utf-8"))


def test_every_row_of_the_table_is_measured(found):
    assert list(found) == ROWS
    for figures in found.values():
        for median, low, high in figures.values():
            assert 0 <= low <= median <= high < math.inf


def test_peers_are_measured_where_they_are_installed(found):
    assert {"samplers / ours", "SimPy / ours"} <= set(found["one-route"])


def test_the_command_sets_this_machine_beside_the_record():
    said = command("bench", "--small", "--rounds", "1")
    assert said.code == 0, said.err
    rows = recorded()
    assert {
        "route-samplers-ours",
        "sweep-groups",
        "sweep-all-rows",
        "help-typer",
        "tables-pandas",
        "run-pandas",
    } <= set(rows)
    for row in rows.values():
        assert float(row["low"]) <= float(row["median"]) <= float(row["high"])
        assert row["median"] in said.out or row["name"].endswith("compiled")
