"""Commands from end to end: what they print, what they write, their exit codes."""

import json
import os
import re
import subprocess
import sys

import pytest
from studies import PLAIN, command, scenario_file, study
from typer.testing import CliRunner

from corridors import __version__
from corridors.cli import app
from corridors.comparison import comparison_rows
from corridors.scenario import read_scenario

PAIR = ("--set", "origins=almaty1", "--set", "destinations=karachi_port")
PLAINLY = tuple(word for switch in PLAIN for word in ("--set", switch))
QUICK = (*PAIR, *PLAINLY, "--draws", "32", "--no-pictures")
COMMANDS = ("run", "list", "show", "check", "new")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Every command runs in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def assert_refused(said, *words, folder=None):
    """Exit code 2, one line on stderr, nothing printed, no stack trace, nothing written."""
    assert said.code == 2, said
    assert said.err.count("\n") == 1, said.err
    assert said.err.startswith("error: ")
    assert said.out == ""
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err
    if folder is not None:
        assert list(folder.iterdir()) == []


# As a program of its own


@pytest.fixture(scope="module")
def program(root):
    def call(*words):
        environment = {**os.environ, "PYTHONPATH": str(root)}
        return subprocess.run(
            [sys.executable, "-m", "corridors.cli", *words],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )

    return call


def test_version_says_where_the_three_rooms_are(program, root):
    said = program("--version")
    assert said.returncode == 0
    lines = said.stdout.splitlines()
    assert lines[0] == f"corridors {__version__}"
    assert [line.split() for line in lines[1:]] == [
        [room, str(root / room)] for room in ("corridors", "sim", "geodata")
    ]


def test_the_program_runs_a_scenario(program, elsewhere):
    said = program("run", "today", *QUICK)
    assert (said.returncode, said.stderr) == (0, "")
    assert "As it stands, 25 November 2026" in said.stdout
    assert (elsewhere / "results" / "today" / "comparison.csv").is_file()


def test_the_program_refuses_in_one_line(program, elsewhere):
    said = program("run", "todya")
    assert said.returncode == 2
    assert said.stderr.count("\n") == 1
    assert 'did you mean "today"?' in said.stderr
    assert list(elsewhere.iterdir()) == []


# Help


def test_help_lists_the_commands():
    said = CliRunner().invoke(app, ["--help"])
    assert said.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^\s+{name}\b", said.output, flags=re.MULTILINE)
    assert "--version" in said.output


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("run", ("--out", "--draws", "--seed", "--set", "--no-pictures", "--json")),
        ("list", ()),
        ("show", ()),
        ("check", ()),
        ("new", ()),
    ],
)
def test_help_of_a_command_names_its_options(name, options):
    said = CliRunner().invoke(app, [name, "--help"])
    assert said.exit_code == 0
    assert all(option in said.output for option in options)


def test_no_command_shows_the_help():
    said = CliRunner().invoke(app, [])
    assert "run" in said.output


def test_a_misspelt_command_is_refused():
    said = command("rnu", "today")
    assert said.code == 2
    assert "rnu" in said.err
    assert "Traceback" not in said.err


# list, show


def test_list_names_scenarios_corridors_and_projects():
    said = command("list")
    assert (said.code, said.err) == (0, "")
    for name in ("both-open", "today", "open-borders", "turgundi-chaman", "china-sea", "uap", "kohat-kharlachi"):
        assert re.search(rf"^  {name} ", said.out, flags=re.MULTILINE), name


def test_show_a_corridor_in_words():
    said = command("show", "turgundi-herat")
    assert said.code == 0
    assert "to herat" in said.out
    assert "spin_boldak" in said.out


def test_show_a_parameter_with_its_mean_and_its_evidence():
    row = study().parameters["speed.rail.kz.block_train"]
    said = command("show", row.parameter_id)
    assert said.code == 0
    assert f"implied mean {row.mean:.4g} km/h" in said.out
    assert row.basis in said.out
    assert any(line.strip().startswith("best: ") for line in said.out.splitlines())


def test_show_a_project_with_its_contested_figures_and_their_evidence():
    said = command("show", "gwadar-nokundi")
    assert "length: low 675, best 675, high 675 km" in said.out
    assert "capital cost: unknown" in said.out
    assert "corridors readiness gwadar-nokundi" in said.out
    assert "low: 675 km, 2024-06 (" in said.out


def test_show_a_place_and_what_meets_there():
    said = command("show", "kharlachi")
    assert "PK" in said.out
    assert "over the border to kharlachi_af" in said.out


def test_show_one_name_of_two_things_shows_both():
    said = command("show", "chabahar")
    assert "then ship" in said.out
    assert "(port, IR)" in said.out


def test_show_offers_the_nearest_name():
    assert_refused(command("show", "turgundi-chamann"), '"turgundi-chamann"', 'did you mean "turgundi-chaman"?')
    assert_refused(command("show", "speed.rail.kz.block_trian"), 'did you mean "speed.rail.kz.block_train"?')


# run


def test_run_prints_the_comparison_and_writes_the_folder(elsewhere):
    said = command("run", "today", *QUICK, "--out", "out")
    assert (said.code, said.err) == (0, "")
    assert "Almaty-1" in said.out
    assert "iran-road" in said.out
    assert "west-road: Spin Boldak - Chaman: shut since 2025-10-23" in said.out.replace("\n", " ")
    assert "Assumed" in said.out
    assert "Written to out" in said.out
    assert (elsewhere / "out" / "study.json").is_file()
    assert [p.name for p in elsewhere.iterdir()] == ["out"]


def test_run_json_is_the_comparison():
    said = command("run", "today", *QUICK, "--json")
    assert said.code == 0
    ways = json.loads(said.out)["ways"]
    assert ways == json.loads(
        json.dumps(comparison_rows(study("today", "origins=almaty1", "destinations=karachi_port", "draws=32")))
    )


def test_run_takes_draws_and_seed(elsewhere):
    assert command("run", "today", *PAIR, *PLAINLY, "--no-pictures", "--draws", "16", "--seed", "7").code == 0
    said = json.loads((elsewhere / "results" / "today" / "study.json").read_text(encoding="utf-8"))
    assert (said["draws"], said["seed"]) == (16, 7)


def test_run_takes_a_file(elsewhere):
    scenario_file(elsewhere, name="own")
    said = command("run", "own.toml", "--no-pictures")
    assert said.code == 0
    assert (elsewhere / "results" / "own" / "comparison.csv").is_file()


def test_set_may_be_repeated_and_the_later_one_wins(elsewhere):
    words = (
        "run",
        "today",
        *QUICK,
        "--set",
        "seed=3",
        "--set",
        "consignment.tonnes=18",
        "--set",
        "consignment.tonnes=19.5",
    )
    assert command(*words).code == 0
    said = json.loads((elsewhere / "results" / "today" / "study.json").read_text(encoding="utf-8"))
    assert (said["seed"], said["scenario"]["consignment"]["tonnes"]) == (3, 19.5)


def test_no_way_at_all_is_exit_code_3_with_its_reasons(elsewhere):
    said = command("run", "today", *QUICK, "--set", "corridors=west-road,kabul-road", "--out", "out")
    assert said.code == 3
    assert "shut since" in said.out
    assert "Traceback" not in said.err
    assert (elsewhere / "out" / "comparison.csv").is_file()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("run", "todya"), ('"todya"', "both-open", 'did you mean "today"?')),
        (("run", "nowhere.toml"), ("nowhere.toml", "no such file")),
        (("run", "today", "--draws", "0"), ("draws", "0", "greater than or equal to 1")),
        (("run", "today", "--draws", "-5"), ("draws", "-5")),
        (("run", "today", "--seed", "-1"), ("seed", "-1", "greater than or equal to 0")),
        (("run", "today", "--set", "draws"), ('"draws"', "key=value")),
        (("run", "today", "--set", "=3"), ("key=value",)),
        (("run", "today", "--set", "drwas=3"), ('"drwas"', 'did you mean "draws"?')),
        (("run", "today", "--set", "consignment.tons=3"), ("consignment.tons", 'did you mean "consignment.tonnes"?')),
        (("run", "today", "--set", "consignment.tonnes=20,5"), ("20,5", "20.5")),
        (("run", "today", "--set", "consignment.tonnes=nan"), ("nan", "finite")),
        (("run", "today", "--set", "consignment.tonnes=-1"), ("tonnes", "-1", "greater than 0")),
        (("run", "today", "--set", "consignment.load_unit=feu"), ("feu", "TEU, FEU, wagon, truck, tonne", 'did you mean "FEU"?')),
        (("run", "today", "--set", "date=2026-02-30"), ("2026-02-30", "calendar")),
        (("run", "today", "--set", "terms=cif"), ("cif", "consignee, fob, transit_import")),
        (("run", "today", "--set", "speed.rail.kz.block_train.mode=3"), ("speed.rail.kz.block_train.mode",)),
        (("run", "today", "--set", "speed.rail.kz.block_trian.best=3"), ("speed.rail.kz.block_trian", "speed.rail.kz.block_train")),
        (("run", "today", "--set", "speed.rail.kz.block_train.best=0"), ("speed.rail.kz.block_train", "0")),
        (("run", "today", "--set", "speed.rail.kz.block_train.low=900"), ("speed.rail.kz.block_train", "order")),
        (("run", "today", "--set", "origins=almaty"), ("origins", '"almaty"', 'did you mean "almaty1"?')),
        (("run", "today", "--set", "origins=almaty1,almaty1"), ("origins", "twice")),
        (("run", "today", "--set", "destinations=almaty1"), ("almaty1", "origin and destination")),
        (("run", "today", "--set", "projects.open.uap=1850"), ("1850", "1900 to 2100")),
        (("run", "today", "--set", "assume.afpk-2025-10=ajar"), ("ajar", "open, shut, restricted")),
        (("run", "today", "--set", "consignment.tonnes=1,000"), ("1,000", "1000 or 1.000")),
        (("run", "today", "--set", "consignment.tonnes=1,000,000"), ("marks of thousands, 1000000",)),
        (("run", "today", "--set", "consignment.tonnes=20t"), ('"20t"', "a number, without unit")),
        (("run", "today", "--set", "consignment.count=1.5"), ("1.5", "a whole number")),
        (("run", "today", "--set", "date=15.12.2026"), ('"15.12.2026"', "YYYY-MM-DD")),
        (("run", "today", "--set", "shocks=yes"), ('"yes"', "true or false")),
        (("run", "today", "--set", "origins=Almaty"), ('"Almaty"', "small letters", 'did you mean "almaty1"?')),
        (("run", "today", "--set", "corridors=uap"), ('did you mean "uap-ml1" or "uap-ml2"?',)),
        (("run", "today", "--set", "assume.afpk=open"), ('"afpk-2024-01" or "afpk-2025-10"?',)),
        (("run", "today", "--set", "project_gauge.uap=broad"), ('"broad"', "1435", '"dual"')),
        (("run", "today", "--rows", "."), ("is a folder",)),
        (("routes", "almaty1", "karachi_port", "--scenario", "today", "--pareto", "--k", "2"), ("--pareto", "--k")),
        (("fleet", "today", "--out", "f.xlsx"), ("f.xlsx", ".csv")),
        (("claims", "--id", "C01", "--out", "f.txt"), ("f.txt", ".csv")),
        (("write-log", "today", "--corridor", "iran-road", "--out", "f.xlsx"), ("f.xlsx", ".csv")),
        (("validate", "--rows", "nowhere.csv"), ("nowhere.csv", "no such file")),
        (("hinterland", "today", *PAIR, "--set", "corridors=iran-road", "--out", "x.png", "--port", "almaty1"), ('"almaty1"', "gwadar, shahid_rajaee")),
        (("hinterland", "today", *PAIR, "--set", "corridors=iran-road", "--out", "x.png", "--against", "karachi_port"), ("both", "karachi_port")),
        (("log", "nowhere.csv", "--shipment", "1"), ("--shipment", "--beside")),
        (("log", "nowhere.csv", "--beside", "today"), ("--beside", "--out")),
        (("switch", "today", "--between", "iran-road", "qtta-road", *PAIR, "--with", "value_of_time"), ("--with", "--on")),
        (("diff", "today", "today", "--draws", "8", "--explain", "iran-road", "--origin", "nowhere"), ("--origin", '"nowhere"')),
        (("sweep", "today", "--scale", "speed.*"), ("speed.*=0.8,1,1.2",)),
        (("show", "nothing-like-it"), ("nothing-like-it",)),
        (("check", "no-such-folder"), ("no-such-folder",)),
        (("new", "no-such-folder/mine.toml"), ("no-such-folder",)),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_line_and_exit_code_2(words, parts, elsewhere):
    assert_refused(command(*words), *parts, folder=elsewhere)


def test_a_number_that_is_none_is_refused(elsewhere):
    said = command("run", "today", "--draws", "many")
    assert said.code == 2
    assert "'--draws'" in said.err
    assert "Traceback" not in said.err
    assert list(elsewhere.iterdir()) == []


def test_results_are_not_written_over_anything_else(elsewhere):
    (elsewhere / "thesis").mkdir()
    (elsewhere / "thesis" / "chapter1.txt").write_text("years of work")
    assert_refused(command("run", "today", *QUICK, "--out", "thesis"), "thesis", "--out")
    assert [p.name for p in (elsewhere / "thesis").iterdir()] == ["chapter1.txt"]
    assert_refused(command("run", "today", *QUICK, "--out", "thesis/chapter1.txt"), "chapter1.txt")
    assert_refused(command("run", "today", *QUICK, "--out", "thesis/chapter1.txt/out"), "chapter1.txt")
    assert (elsewhere / "thesis" / "chapter1.txt").read_text() == "years of work"


def test_a_folder_that_cannot_be_written_is_refused(monkeypatch, elsewhere):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkdtemp", denied)
    assert_refused(command("run", "today", *QUICK, "--out", "out"), "out", "Permission denied", folder=elsewhere)


@pytest.mark.parametrize(
    "words",
    [
        ("sensitivity", "today", "--corridor", "iran-road", "--out", "mine.toml"),
        ("write-log", "today", "--corridor", "iran-road", "--out", "mine.csv"),
    ],
)
def test_a_target_that_is_in_the_way_is_told(words, elsewhere):
    (elsewhere / "mine.toml").write_text("# mine")
    (elsewhere / "mine.csv").mkdir()
    said = command(*words, *PAIR, *PLAINLY, "--set", "draws=16")
    assert_refused(said, words[-1])
    assert (elsewhere / "mine.toml").read_text() == "# mine"


def test_letters_that_the_encoding_lacks_are_written_by_number(root):
    """Piped on a system of another encoding, no command ends in a stack trace, and JSON stays JSON."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "latin-1"}
    words = [sys.executable, "-m", "corridors.cli", "evidence", "uap-cost"]
    said = [
        subprocess.run([*words, *more], capture_output=True, check=False, env=environment) for more in ([], ["--json"])
    ]
    assert [(one.returncode, one.stderr) for one in said] == [(0, b""), (0, b"")]
    assert "\\u" in said[1].stdout.decode("latin-1")
    assert json.loads(said[1].stdout)["quantity_id"] == "uap-cost"


def test_a_run_says_what_was_set_and_how_much_is_in_each_unit():
    more = ("consignment.count=60", "consignment.tonnes=1200", "project_length.uap=687", "date=2026-12-10")
    said = command("run", "today", *QUICK, *(word for switch in more for word in ("--set", switch)))
    assert "60 FEU, 1,200 t general (20 t each)" in said.out
    assert "project_length.uap = 687 km" in said.out
    assert "(date set to 2026-12-10)" in said.out
    assert "on time: share within 35 days" in said.out


# new


def test_new_writes_a_template_that_runs(elsewhere):
    said = command("new", "mine.toml")
    assert (said.code, said.err) == (0, "")
    assert "corridors run mine.toml" in said.out
    assert read_scenario(elsewhere / "mine.toml").name == "my-scenario"
    said = command("run", "mine.toml", "--draws", "32", "--no-pictures")
    assert said.code == 0
    assert (elsewhere / "results" / "my-scenario" / "comparison.csv").is_file()


def test_new_does_not_write_over_a_file(elsewhere):
    (elsewhere / "mine.toml").write_text("# mine")
    assert_refused(command("new", "mine.toml"), "mine.toml", "is there already")
    assert (elsewhere / "mine.toml").read_text() == "# mine"


# check


def test_check_passes_on_what_is_shipped(elsewhere, monkeypatch):
    # the long pass over every activity is a test of its own, in test_curated_data.py
    monkeypatch.setattr("corridors.soundcheck.coverage_faults", lambda *_: ())
    said = command("check")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("sound: ")
    for words in ("nodes", "links", "parameters", "evidence", "sources"):
        assert re.search(rf"\d+ {words}", said.out)
    for basis in ("observed", "published", "tariff", "derived", "estimate", "assumption"):
        assert basis in said.out
    assert list(elsewhere.iterdir()) == []


def test_check_of_a_folder_without_tables_is_told(elsewhere):
    (elsewhere / "empty").mkdir()
    said = command("check", "empty")
    assert said.code == 2
    assert "nodes.csv" in said.out
    assert said.out.splitlines()[-1] == "1 fault"
