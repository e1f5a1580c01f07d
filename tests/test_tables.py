"""Laws and refusals of tables, on a small data package written to a temporary folder."""

import json
import math
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.tables import (
    TableError,
    nearest,
    overlay,
    read_dictionary,
    read_package,
    read_rows,
    read_table,
    write_table,
)

DICTIONARY = {
    "name": "small",
    "resources": [
        {
            "name": "places",
            "path": "places.csv",
            "schema": {
                "fields": [
                    {
                        "name": "place_id",
                        "type": "string",
                        "constraints": {"required": True, "unique": True, "pattern": "[a-z]+[0-9]*"},
                    },
                    {"name": "name", "type": "string"},
                    {"name": "kind", "type": "string", "constraints": {"enum": ["port", "station", "border"]}},
                    {
                        "name": "length_km",
                        "type": "number",
                        "unit": "km",
                        "constraints": {"minimum": 0.01, "maximum": 5000},
                    },
                    {"name": "gauge_mm", "type": "integer", "constraints": {"enum": [1000, 1435, 1520, 1676]}},
                    {"name": "open", "type": "boolean", "constraints": {"required": True}},
                    {"name": "since", "type": "date"},
                ],
                "primaryKey": ["place_id"],
            },
        },
        {
            "name": "trips",
            "path": "trips.csv",
            "schema": {
                "fields": [
                    {"name": "place_id", "type": "string", "constraints": {"required": True}},
                    {"name": "side", "type": "string"},
                    {"name": "hours", "type": "number"},
                ],
                "primaryKey": ["place_id", "side"],
                "foreignKeys": [{"fields": "place_id", "reference": {"resource": "places", "fields": "place_id"}}],
            },
        },
    ],
}
HEADER = "place_id,name,kind,length_km,gauge_mm,open,since"
GOOD = "herat,Herat,station,62.5,1435,true,2020-12-10"

# one folder for the laws, in which hypothesis writes over its own files
LAWS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "datapackage.json").write_text(json.dumps(DICTIONARY), encoding="utf-8")
    return tmp_path


def read(folder, text, name="places"):
    resource = read_dictionary(folder)[name]
    path = folder / resource.path
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, resource)


def refusal(folder, text, name="places"):
    with pytest.raises(TableError) as caught:
        read(folder, text, name)
    assert f"{name}.csv" in str(caught.value)
    return str(caught.value)


def test_columns_have_types_and_missing_stays_missing(folder):
    table = read(folder, f"{HEADER}\n{GOOD}\nkabul,,,,,false,\n")
    assert table["name"].tolist() == ["Herat", ""]
    assert table["length_km"][0] == 62.5
    assert math.isnan(table["length_km"][1])
    assert table["open"].tolist() == [True, False]
    assert table["since"].dtype == "datetime64[D]"
    assert np.isnat(table["since"][1])
    assert table.row(0) == {
        "place_id": "herat",
        "name": "Herat",
        "kind": "station",
        "length_km": 62.5,
        "gauge_mm": 1435,
        "open": True,
        "since": date(2020, 12, 10),
    }
    assert table.row(1)["since"] is None
    assert table.row(1)["gauge_mm"] is None
    assert table.row(1)["kind"] == ""
    assert table.index == {"herat": 0, "kabul": 1}
    assert len(table) == 2
    assert table.name == "places"


def test_a_table_knows_file_and_line_of_each_row(folder):
    text = f'{HEADER}\nherat,"two\nlines",,,,true,\n\nkabul,,,,,true,\n'
    table = read(folder, text)
    assert table.line.tolist() == [2, 5]
    assert table.origin.tolist() == ["places.csv"] * 2
    resource = read_dictionary(folder)["places"]
    elsewhere = folder / "scenario"
    elsewhere.mkdir()
    (elsewhere / "places.csv").write_text(text, encoding="utf-8")
    assert read_table(elsewhere / "places.csv", resource).origin[0] == str(elsewhere / "places.csv")


def test_arrays_cannot_be_written_to(folder):
    table = read(folder, f"{HEADER}\n{GOOD}\n")
    with pytest.raises(ValueError, match="read-only"):
        table["length_km"][0] = 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["Қазақстан, Сарыағаш", "هرات", "کوئٹہ", "霍尔果斯", 'the "Salang"'])
def test_scripts_marks_and_line_ends_are_accepted(folder, end, mark, name):
    quoted = name.replace('"', '""')
    table = read(folder, f'{mark}{HEADER}{end}herat,"{quoted}",,,,true,{end}')
    assert table["name"].tolist() == [name]


def test_a_header_alone_is_an_empty_table(folder):
    table = read(folder, HEADER)
    assert len(table) == 0
    assert table.keys() == []
    assert overlay(table, table).equals(table)


def test_blanks_around_a_cell_are_taken_off(folder):
    table = read(folder, f"{HEADER}\n herat , Herat  ,port, 62.5 ,,true,\n")
    assert table.row(0)["name"] == "Herat"
    assert table.row(0)["length_km"] == 62.5


def test_columns_may_stand_in_any_order(folder):
    one = read(folder, f"{HEADER}\n{GOOD}\n")
    back = [",".join(reversed(line.split(","))) for line in (HEADER, GOOD)]
    assert read(folder, "\n".join(back)).equals(one)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("herat,,,nan,,true,", ['length_km is "nan"', "a number from 0.01 to 5000 [km]"]),
        ("herat,,,inf,,true,", ['length_km is "inf"']),
        ("herat,,,-Infinity,,true,", ['length_km is "-Infinity"']),
        ("herat,,,1e999,,true,", ['length_km is "1e999"']),
        ('herat,,,"1,5",,true,', ['length_km is "1,5"', "decimal point"]),
        ("herat,,,1_000,,true,", ['length_km is "1_000"']),
        ("herat,,,٥,,true,", ['length_km is "٥"']),
        ("herat,,,62 km,,true,", ['length_km is "62 km"', "no unit"]),
        ("herat,,,0,,true,", ['length_km is "0"', "from 0.01 to 5000"]),
        ("herat,,,5000.1,,true,", ['length_km is "5000.1"', "from 0.01 to 5000"]),
        ("herat,,,,1521,true,", ['gauge_mm is "1521"', "1000, 1435, 1520, 1676", 'did you mean "1520"?']),
        ("herat,,,,1520.0,true,", ['gauge_mm is "1520.0"']),
        ("herat,,,,9007199254740993,true,", ['gauge_mm is "9007199254740993"']),
        ("herat,,prot,,,true,", ['kind is "prot"', "port, station, border", 'did you mean "port"?']),
        ("herat,,,,,TRUE,", ['open is "TRUE"', "true, false"]),
        ("herat,,,,,,", ["open is empty", "fill it in"]),
        ("herat,,,,,true,2021-02-29", ['since is "2021-02-29"', "YYYY-MM-DD"]),
        ("herat,,,,,true,20210228", ['since is "20210228"', "YYYY-MM-DD"]),
        ("herat,,,,,true,12.03.2021", ['since is "12.03.2021"', "YYYY-MM-DD"]),
        ("herat,,,,,true,0000-01-01", ['since is "0000-01-01"']),
    ],
)
def test_a_bad_cell_is_refused_with_line_row_and_field(folder, cells, words):
    message = refusal(folder, f"{HEADER}\nkabul,,,,,true,\n{cells}\n")
    for word in ["line 3", 'place_id "herat"', *words]:
        assert word in message


def test_an_empty_required_cell_and_a_broken_pattern_are_refused(folder):
    assert "place_id is empty" in refusal(folder, f"{HEADER}\n,Herat,,,,true,\n")
    message = refusal(folder, f"{HEADER}\nHe rat,Herat,,,,true,\n")
    assert 'place_id is "He rat"' in message
    assert "[a-z]+[0-9]*" in message
    assert "no blanks" in message


def test_a_duplicate_key_names_both_lines(folder):
    message = refusal(folder, f"{HEADER}\n{GOOD}\nkabul,,,,,true,\n{GOOD}\n")
    assert "lines 2 and 4" in message
    assert 'place_id "herat" stands twice' in message
    assert "lines 2 and 3" in refusal(folder, "place_id,side,hours\na,,1\na,,2\n", "trips")
    assert len(read(folder, "place_id,side,hours\na,,1\na,x,2\nb,,1\n", "trips")) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["the file is empty"]),
        ("\n\n", ["the file is empty"]),
        (HEADER.replace("kind", "knid"), ['column "knid"', 'did you mean "kind"?']),
        (HEADER + ",", ['column ""']),
        (HEADER.replace(",kind", ""), ['column "kind" is missing']),
        (HEADER + ",name", ['column "name" stands twice']),
        (HEADER.replace(",", ";"), ["not separated by commas"]),
        (f"{HEADER}\nherat,Herat\n", ["line 2", "has 2 cells", "the header 7"]),
        (f"{HEADER}\n{GOOD},x\n", ["line 2", "has 8 cells"]),
        (f'{HEADER}\nherat,"Herat,,,,true,\n', ["line 2", "double quotes"]),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), ["not UTF-8", "0xff", "position 0"]),
        (f"{HEADER}\nherat,Herãt,,,,true,\n".encode("latin-1"), ["line 2", "not UTF-8", "0xe3"]),
    ],
)
def test_a_broken_file_is_refused(folder, text, words):
    message = refusal(folder, text)
    for word in words:
        assert word in message


def test_the_dictionary_is_read_strictly(folder):
    resource = read_dictionary(folder)["places"]
    assert resource.primary_key == ("place_id",)
    assert resource.field["length_km"].unit == "km"
    assert resource.field["gauge_mm"].enum == ("1000", "1435", "1520", "1676")
    spec = json.loads(json.dumps(DICTIONARY))
    spec["resources"][0]["schema"]["fields"][1]["constraints"] = {"minLength": 3}
    (folder / "datapackage.json").write_text(json.dumps(spec), encoding="utf-8")
    with pytest.raises(TableError, match="minLength"):
        read_dictionary(folder)
    (folder / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(TableError, match="not a JSON file"):
        read_dictionary(folder)
    with pytest.raises(TableError, match="no data dictionary"):
        read_dictionary(folder / "nowhere")


def test_a_package_is_checked_across_its_tables(folder):
    (folder / "places.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    (folder / "trips.csv").write_text("place_id,side,hours\nherta,,3\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_package(folder)
    for word in ("trips.csv", "line 2", 'place_id is "herta"', "places.csv", 'did you mean "herat"?'):
        assert word in str(caught.value)
    assert list(read_package(folder, ["trips"])) == ["trips"]
    with pytest.raises(TableError, match='did you mean "trips"'):
        read_package(folder, ["trip"])
    (folder / "trips.csv").unlink()
    with pytest.raises(TableError, match="no such file"):
        read_package(folder)


def test_rows_given_as_mappings_are_held_to_the_same_dictionary(folder):
    resource = read_dictionary(folder)["places"]
    table = read_rows([{"place_id": "herat", "open": True, "gauge_mm": 1520}], resource, "today.toml")
    assert table.row(0)["gauge_mm"] == 1520
    assert table.origin.tolist() == ["today.toml"]
    with pytest.raises(TableError, match=r'today.toml, row 1: column "gauge" .*did you mean "gauge_mm"\?'):
        read_rows([{"place_id": "herat", "open": True, "gauge": 1520}], resource, "today.toml")
    with pytest.raises(TableError, match=r'today.toml, line 1, place_id "herat": length_km is "inf"'):
        read_rows([{"place_id": "herat", "open": True, "length_km": math.inf}], resource, "today.toml")


def test_overlay_replaces_in_place_and_appends(folder):
    base = read(folder, f"{HEADER}\nherat,,,1,,true,\nkabul,,,2,,true,\n")
    resource = read_dictionary(folder)["places"]
    rows = read_rows(
        [{"place_id": "quetta", "open": True}, {"place_id": "herat", "open": False}], resource, "scenario.toml"
    )
    both = overlay(base, rows)
    assert both.keys() == ["herat", "kabul", "quetta"]
    assert both["open"].tolist() == [False, True, True]
    assert both.origin.tolist() == ["scenario.toml", "places.csv", "scenario.toml"]
    assert base["open"].tolist() == [True, True]
    other = read(folder, "place_id,side,hours\n", "trips")
    with pytest.raises(TableError, match='"trips" cannot be laid over table "places"'):
        overlay(base, other)


def test_where_takes_a_mask_or_row_numbers(folder):
    table = read(folder, f"{HEADER}\na,,,1,,true,\nb,,,2,,true,\nc,,,3,,true,\n")
    assert table.where(table["length_km"] > 1).keys() == ["b", "c"]
    assert table.where([2, 0]).keys() == ["c", "a"]
    assert table.where([]).keys() == []
    assert table.where([2, 0]).line.tolist() == [4, 2]


def test_nearest():
    assert nearest("turgandi", ["torkham", "turgundi"]) == "turgundi"
    assert nearest("HERAT", ["herat", "herat_road"]) == "herat"
    assert nearest("KX", ["AF", "PK", "KZ"]) == "KZ"
    assert nearest("xyz", ["herat"]) == ""
    assert nearest("xyz", []) == ""


# What a cell may hold: any text without surrogates and without blanks around it.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(str.strip)
rows = st.fixed_dictionaries(
    {
        "place_id": st.from_regex(r"[a-z]{1,3}[0-9]?", fullmatch=True),
        "name": texts,
        "kind": st.sampled_from(["", "port", "station", "border"]),
        "length_km": st.none() | st.floats(0.01, 5000),
        "gauge_mm": st.sampled_from([None, 1000, 1435, 1520, 1676]),
        "open": st.booleans(),
        "since": st.none() | st.dates(),
    }
)
tables = st.lists(rows, unique_by=lambda row: row["place_id"], max_size=6)


@LAWS
@given(tables)
def test_reading_what_was_written_changes_nothing(folder, cells):
    resource = read_dictionary(folder)["places"]
    table = read_rows(cells, resource, "here")
    assert table.rows() == cells
    write_table(table, folder / "places.csv")
    again = read_table(folder / "places.csv", resource)
    assert again.equals(table)
    first = (folder / "places.csv").read_bytes()
    write_table(again, folder / "places.csv")
    assert (folder / "places.csv").read_bytes() == first


@LAWS
@given(tables, tables)
def test_overlaying_twice_is_overlaying_once(folder, base, rows):
    resource = read_dictionary(folder)["places"]
    under, over = read_rows(base, resource, "base"), read_rows(rows, resource, "over")
    once = overlay(under, over)
    twice = overlay(once, over)
    assert twice.equals(once)
    assert twice.origin.tolist() == once.origin.tolist()
    assert set(once.keys()) == set(under.keys()) | set(over.keys())
    assert once.keys()[: len(under)] == under.keys()
    for key in over.keys():  # noqa: SIM118  (a method of ours, not of a dict)
        assert once.row(once.index[key]) == over.row(over.index[key])


@LAWS
@given(tables, st.randoms())
def test_row_order_changes_no_row(folder, cells, random):
    resource = read_dictionary(folder)["places"]
    shuffled = random.sample(cells, len(cells))
    one, two = read_rows(cells, resource, "here"), read_rows(shuffled, resource, "here")
    assert {key: one.row(i) for key, i in one.index.items()} == {key: two.row(i) for key, i in two.index.items()}


@LAWS
@given(st.text(max_size=12))
def test_a_number_is_read_exactly_or_refused(folder, text):
    resource = read_dictionary(folder)["trips"]
    try:
        table = read_rows([{"place_id": "a", "hours": text}], resource, "here")
    except TableError as error:
        assert "hours is" in str(error)  # noqa: PT017  (either outcome is right; what may not happen is a third)
    else:
        assert table["hours"][0] == float(text) if text.strip() else math.isnan(table["hours"][0])


def test_reading_needs_no_heavy_library():
    code = (
        "import sys, geodata.network, geodata.sources;"
        "print([m for m in ('pandas', 'geopandas', 'pydantic', 'pyproj', 'scipy', 'shapely') if m in sys.modules])"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
