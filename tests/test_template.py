"""Tables to start from: real rows of ours, explained, and a no-op when they are given back."""

import csv
import sys

import pytest
from studies import FLAGSHIP, ONE_PAIR, command

from corridors import read_scenario, run
from corridors.comparison import comparison_rows
from corridors.own_rows import LAID_OVER, OwnRows, shipped_tables, tables_with
from corridors.table_template import DICTIONARY, EXAMPLES, README, WORKBOOK, write_templates
from corridors.toml_files import ScenarioError
from geodata.network import read_network
from geodata.tables import read_table
from sim.parameters import read_parameters


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("templates") / "tables"
    write_templates(out)
    return out


def test_every_table_is_there_with_one_row_of_ours(folder):
    ours = shipped_tables()
    assert {path.name for path in folder.iterdir()} == {f"{name}.csv" for name in LAID_OVER} | {
        DICTIONARY,
        README,
        WORKBOOK,
    }
    for name, table in ours.items():
        example = read_table(folder / f"{name}.csv", table.resource)
        assert len(example) == 1
        (key,) = example.keys()
        assert example.row(0) == table.row(table.index[key])
        assert key == EXAMPLES.get(name, key)


@pytest.mark.parametrize("kind", ["csv", "workbook"])
def test_given_back_it_changes_nothing(folder, kind):
    files = [folder / WORKBOOK] if kind == "workbook" else [folder / f"{name}.csv" for name in LAID_OVER]
    network, parameters, own = tables_with(files)
    assert network == read_network()
    assert parameters.rows == read_parameters().rows
    assert own.rows == OwnRows().rows
    few = [*ONE_PAIR, "shocks=false", "departures=month", "replicates=1", "draws=16", "corridors=iran-road,uap-ml1"]
    with_them = comparison_rows(run(read_scenario(FLAGSHIP, few, rows=files)))
    assert with_them == comparison_rows(run(read_scenario(FLAGSHIP, few)))


def test_dictionary_explains_every_column(folder):
    with (folder / DICTIONARY).open(encoding="utf-8", newline="") as stream:
        told = {(row["table"], row["column"]): row for row in csv.DictReader(stream)}
    for name, table in shipped_tables().items():
        for field in table.resource.fields:
            row = told.pop((name, field.name))
            assert (row["unit"], row["type"], row["meaning"]) == (field.unit, field.type, field.description)
            assert bool(row["required"]) == field.required
            assert row["allowed"] or not field.enum
    assert not told


def test_the_guide_shows_a_partial_update_that_works(folder, tmp_path):
    lines = (folder / README).read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("    parameter_id,"))
    example = "\n".join(line.strip() for line in lines[at : at + 2])
    (tmp_path / "my-rates.csv").write_text(example + "\n", encoding="utf-8")
    _, parameters, own = tables_with([tmp_path / "my-rates.csv"])
    assert [row.key for row in own.rows] == [EXAMPLES["parameters"]]
    assert parameters[EXAMPLES["parameters"]].note == "our own rate, all-in"


def test_a_folder_that_holds_anything_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "parameters.csv").write_text("precious", encoding="utf-8")
    with pytest.raises(ScenarioError, match="is there already and is not empty"):
        write_templates(tmp_path / "mine")
    assert (tmp_path / "mine" / "parameters.csv").read_text(encoding="utf-8") == "precious"
    with pytest.raises(ScenarioError, match="is there already"):
        write_templates(tmp_path / "mine" / "parameters.csv")
    with pytest.raises(ScenarioError, match="there is no folder"):
        write_templates(tmp_path / "not" / "there")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "empty").mkdir()
    files, left_out = write_templates(tmp_path / "empty")
    assert len(files) == len(LAID_OVER) + 3
    assert left_out == ""


def test_without_openpyxl_the_csv_files_are_written_and_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    said = command("template", tmp_path / "tables")
    assert said.code == 0
    assert "Left out: corridors-tables.xlsx: workbooks need openpyxl" in said.out
    assert not (tmp_path / "tables" / WORKBOOK).exists()
    assert (tmp_path / "tables" / "parameters.csv").is_file()


def test_the_command_says_what_it_wrote_and_refuses_to_overwrite(tmp_path):
    said = command("template", tmp_path / "tables")
    assert said.code == 0
    assert "parameters.csv" in said.out
    again = command("template", tmp_path / "tables")
    assert again.code == 2
    assert again.err.startswith("error: ")
    assert again.err.count("\n") == 1
