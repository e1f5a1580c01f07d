"""A file or folder is the old one or the new one, whoever kills the run and whenever."""

import csv
import json
import os
import signal
import sys
import time

import pytest
from studies import study

from corridors.exports import write_study
from corridors.safe_files import exchange, write_text, write_with
from corridors.toml_files import ScenarioError

SMALL = (
    "origins=almaty1",
    "destinations=karachi_port",
    "draws=16",
    "replicates=1",
    "corridors=iran-road,west-road",
    "shocks=false",
)


def forked(work):
    """Child process that does some work over and over until it is killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def seed_of(folder):
    """Seed of a study's folder, after seeing that all of it was made with that seed."""
    made = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        assert (folder / resource["path"]).is_file()
    with (folder / "comparison.csv").open(encoding="utf-8") as stream:
        rows = {r["corridor"]: float(r["usd_mean"]) for r in csv.DictReader(stream) if r["feasible"] == "true"}
    carried = study("both-open", *SMALL, f"seed={made['seed']}")
    for way in carried.ways:
        assert rows[way.corridor] == pytest.approx(way.outcome.usd.mean(), rel=1e-9)
    return made["seed"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
@pytest.mark.parametrize("after", [0.02, 0.11, 0.23, 0.37])
def test_a_killed_run_leaves_the_old_result_or_the_new(tmp_path, after):
    one, other = (study("both-open", *SMALL, f"seed={seed}") for seed in (1, 2))
    folder = tmp_path / "out"
    write_study(one, folder, pictures=False)

    def over_and_over():
        while True:
            write_study(other, folder, pictures=False)
            write_study(one, folder, pictures=False)

    child = forked(over_and_over)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert seed_of(folder) in (1, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_two_runs_into_one_folder_do_not_mix(tmp_path):
    folder = tmp_path / "out"
    studies = [study("both-open", *SMALL, f"seed={seed}") for seed in (1, 2)]
    children = [forked(lambda s=s: [write_study(s, folder, pictures=False) for _ in range(4)]) for s in studies]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert seed_of(folder) in (1, 2)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_file_that_fails_half_way_leaves_the_old_one_and_no_rest(tmp_path):
    file = write_text(tmp_path / "a.txt", "old")

    def half(part):
        part.write_text("ne", encoding="utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(ScenarioError, match="No space left on device"):
        write_with(file, half)
    assert file.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert write_text(file, "new").read_text(encoding="utf-8") == "new"


def test_what_cannot_be_written_is_said(tmp_path):
    with pytest.raises(ScenarioError, match="there is no folder"):
        write_text(tmp_path / "none" / "a.txt", "x")
    with pytest.raises(ScenarioError, match="is a folder"):
        write_text(tmp_path, "x")


@pytest.mark.skipif(sys.platform != "linux", reason="two names change places in one step on Linux only")
def test_two_folders_change_places_in_one_step(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / folder.name).touch()
    assert exchange(one, other)
    assert [p.name for p in one.iterdir()] == ["other"]
    assert not exchange(one, tmp_path / "none")
    assert [p.name for p in one.iterdir()] == ["other"]
