"""What a command loads before it answers: starting is most of what a short command costs."""

import subprocess
import sys

import pytest

HEAVY = (
    "geopandas",
    "matplotlib",
    "osmnx",
    "scipy.stats",
    "shapely",
    "pyproj",
    "frictionless",
    "networkx",
    "numba",
    "simpy",
)
"""No part of a run without pictures."""
LATE = (*HEAVY, "pandas", "pyarrow", "numpy", "rich", "scipy", "sim.parameters", "geodata.tables")
"""No part of saying what the commands are."""


def loaded(*words):
    """Modules that a command has loaded when it ends, by its own account."""
    code = (
        "import sys\n"
        f"sys.argv = ['corridors', *{list(map(str, words))!r}]\n"
        "from corridors.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print('\\n' + ' '.join(sys.modules))\n"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(said.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"]])
def test_help_loads_nothing_that_a_study_needs(words):
    assert not loaded(*words) & set(LATE)


def test_a_run_without_pictures_loads_no_maps_charts_or_statistics(tmp_path):
    few = ["--draws", "8", "--set", "origins=almaty1", "--set", "destinations=karachi_port", "--set", "replicates=2"]
    found = loaded("run", "both-open", "--no-pictures", "--out", tmp_path / "study", *few)
    assert (tmp_path / "study" / "comparison.csv").exists()
    assert not found & set(HEAVY)
    assert "pandas" not in found
    assert {"numpy", "pyarrow.parquet"} <= found
