"""Rows of the user's own: whole rows and partial updates, CSV and workbook, checked like ours and shown as theirs."""

import csv
import json
from functools import cache

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from studies import FLAGSHIP, ONE_PAIR, command, scenario_file, study

from corridors import compare, read_scenario, run
from corridors.exports import write_study
from corridors.own_files import read_row_files
from corridors.own_overlay import lay, texts_of
from corridors.own_rows import LAID_OVER, OwnRows, resources_laid_over, shipped_tables, tables_with
from corridors.printing import print_comparison
from corridors.toml_files import ScenarioError
from geodata.network import read_network
from geodata.tables import TableError
from sim.parameters import read_parameters

PLAIN = (*ONE_PAIR, "shocks=false", "departures=month", "replicates=1")
SPEED = "speed.rail.kz.block_train"
FEE = "usd.haul.road.pk.southbound"
RATES = f"parameter_id,unit,low,best,high,price_year,as_of\n{FEE},USD/t-km,0.05,0.06,0.08,2026,2026-09\n"


@cache
def ours():
    return shipped_tables()


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def refusal(*files):
    with pytest.raises(TableError) as caught:
        tables_with(files)
    return str(caught.value)


def cells(table, key):
    return texts_of(ours()[table], ours()[table].index[key])


def as_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_workbook(path, tables):
    """Workbook of texts and numbers, as a user would type them."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([number(cell) for cell in row.values()])
    book.save(path)
    return path


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def small(*files, draws=64):
    return run(read_scenario(FLAGSHIP, [*PLAIN, f"draws={draws}"], rows=files))


def assert_same(one, other):
    for a, b in zip(one.ways, other.ways, strict=True):
        assert (a.corridor, a.feasible, a.reason) == (b.corridor, b.feasible, b.reason)
        if a.outcome:
            assert np.array_equal(a.outcome.hours, b.outcome.hours)
            assert np.array_equal(a.outcome.usd, b.outcome.usd)


# --- what a file says --------------------------------------------------------------------------------------------------


def test_without_files_everything_is_ours():
    network, parameters, own = tables_with([])
    assert own == OwnRows()
    assert str(own) == ""
    assert own.sentences(()) == []
    assert network == read_network()
    assert parameters.rows == read_parameters().rows


def test_a_partial_update_changes_the_filled_cells_and_nothing_of_ours_vouches_for_them(tmp_path):
    _, parameters, own = tables_with([written(tmp_path / "rates.csv", RATES)])
    row, before = parameters[FEE], read_parameters()[FEE]
    assert (row.low, row.best, row.high, row.price_year, row.as_of) == (0.05, 0.06, 0.08, 2026, "2026-09")
    assert (row.selectors, row.includes, row.cv, row.shape) == (
        before.selectors,
        before.includes,
        before.cv,
        before.shape,
    )
    assert row.evidence == ("", "", "")
    assert row.basis == "assumption"
    assert "0.038 -> 0.06" in row.note
    assert row.where == "rates.csv, line 2"
    assert [r.name for r in own.rows] == [f"parameters:{FEE}"]
    assert parameters.theirs == {"rates.csv"}
    others = [r for r in parameters.rows if r.parameter_id != FEE]
    assert others == [r for r in read_parameters().rows if r.parameter_id != FEE]


def test_best_alone_is_a_known_value_as_with_set(tmp_path):
    file = written(tmp_path / "rates.csv", f"parameter_id,unit,best\n{SPEED},km/h,35\n")
    _, parameters, _ = tables_with([file])
    assert (parameters[SPEED].low, parameters[SPEED].best, parameters[SPEED].high) == (35, 35, 35)
    assert_same(small(file), run(read_scenario(FLAGSHIP, [*PLAIN, "draws=64", f"{SPEED}.best=35"])))


def test_an_empty_cell_of_a_partial_update_leaves_ours(tmp_path):
    file = written(tmp_path / "rates.csv", f"parameter_id,unit,high,cv\n{SPEED},km/h,99,\n")
    _, parameters, _ = tables_with([file])
    before = read_parameters()[SPEED]
    assert (parameters[SPEED].low, parameters[SPEED].best, parameters[SPEED].cv) == (before.low, before.best, before.cv)
    assert parameters[SPEED].evidence[:2] == before.evidence[:2]
    assert parameters[SPEED].evidence[2] == ""


def test_what_the_user_states_of_basis_note_and_evidence_stands(tmp_path):
    text = (
        "parameter_id,unit,best,price_year,as_of,basis,note\n"
        f'{FEE},USD/t-km,0.06,2026,2026-09,tariff,"our sheet, May"\n'
    )
    _, parameters, _ = tables_with([written(tmp_path / "rates.csv", text)])
    assert (parameters[FEE].basis, parameters[FEE].note) == ("tariff", "our sheet, May")


def test_a_new_unit_may_come_with_all_figures_and_not_without(tmp_path):
    text = f"parameter_id,unit,best,price_year,as_of\n{FEE},USD/truck-km,1.2,2026,2026\n"
    _, parameters, own = tables_with([written(tmp_path / "a.csv", text)])
    assert (parameters[FEE].unit, parameters[FEE].best) == ("USD/truck-km", 1.2)
    assert "0.02/0.038/0.06 USD/t-km -> 1.2 USD/truck-km" in own.rows[0].sentence()
    lone = written(tmp_path / "b.csv", f"parameter_id,unit\n{FEE},USD/truck-km\n")
    assert 'unit is "USD/truck-km" and ours is "USD/t-km", and the figures are not all given' in refusal(lone)


def test_a_figure_owes_its_unit_and_money_its_price_year_and_date(tmp_path):
    found = refusal(written(tmp_path / "rates.csv", f"parameter_id,best\n{FEE},1.2\n"))
    assert found.startswith(
        f'rates.csv, line 2, parameter_id "{FEE}": a figure is given without unit, price_year, as_of'
    )
    assert "ours: unit USD/t-km, price_year 2025" in found
    found = refusal(written(tmp_path / "speeds.csv", f"parameter_id,best\n{SPEED},35\n"))
    assert "a figure is given without unit; fill in it; ours: unit km/h" in found


def test_a_new_row_needs_every_required_column_and_the_nearest_name_is_offered(tmp_path):
    found = refusal(written(tmp_path / "rates.csv", RATES.replace(FEE, f"{FEE}s")))
    assert found.startswith(
        'rates.csv, line 2, parameter_id "usd.haul.road.pk.southbounds": there is no such row among ours'
    )
    assert "kind, quantity, shape, basis are empty" in found
    assert f'did you mean "{FEE}"?' in found


def test_a_whole_row_stands_as_it_is_but_not_on_our_evidence(tmp_path):
    row = cells("parameters", FEE) | {"low": "0.05", "best": "0.06", "high": "0.08", "cv": ""}
    _, parameters, _ = tables_with([as_csv(tmp_path / "parameters.csv", [row])])
    assert parameters[FEE].cv == 0.0
    assert parameters[FEE].basis == read_parameters()[FEE].basis
    assert parameters[FEE].evidence == ("", "", "")


def test_a_new_whole_row_is_added_at_the_end(tmp_path):
    row = cells("parameters", FEE) | {"parameter_id": "usd.haul.road.pk.mine", "vehicle": "rigid"}
    _, parameters, own = tables_with([as_csv(tmp_path / "mine.csv", [row])])
    assert parameters.rows[-1].parameter_id == "usd.haul.road.pk.mine"
    assert own.rows[0].before == {}
    assert own.rows[0].sentence().startswith("usd.haul.road.pk.mine: new, 0.02/0.038/0.06 USD/t-km")


def test_a_row_that_says_what_ours_says_stays_ours(tmp_path):
    _, parameters, own = tables_with([as_csv(tmp_path / "parameters.csv", [cells("parameters", FEE)])])
    assert own.rows == ()
    assert parameters[FEE].where.startswith("parameters.csv, line ")
    partial = written(tmp_path / "same.csv", f"parameter_id,unit,best\n{FEE},USD/t-km,0.0380\n{SPEED},km/h,\n")
    assert "a figure is given without price_year" in refusal(partial)  # best alone would set low and high as well
    same = written(tmp_path / "same.csv", f"parameter_id,unit,low,best,high\n{FEE},USD/t-km,0.0200,3.8e-2,0.06\n")
    assert tables_with([same])[2].rows == ()


# --- files -----------------------------------------------------------------------------------------------------------


def test_byte_order_mark_crlf_blanks_and_other_scripts_are_accepted(tmp_path):
    path = tmp_path / "ставки.csv"
    text = RATES.replace("as_of\n", "as_of,note\n").replace("2026-09\n", " 2026-09 , ставка из Алматы — کراچی\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    _, parameters, own = tables_with([path])
    assert parameters[FEE].note == "ставка из Алматы — کراچی"
    assert own.files == ("ставки.csv",)


def test_workbook_and_csv_of_the_same_rows_give_identical_results(tmp_path):
    rows = list(csv.DictReader(RATES.splitlines()))
    lengths = [{"link_id": next(iter(ours()["links"].index)), "length_km": "123.5"}]
    book = as_workbook(tmp_path / "all.xlsx", {"parameters": rows, "links": lengths})
    sheets = [as_csv(tmp_path / "rates.csv", rows), as_csv(tmp_path / "km.csv", lengths)]
    one, other = small(book), small(*sheets)
    assert_same(one, other)
    assert [(r.name, r.changes.keys()) for r in one.own.rows] == [(r.name, r.changes.keys()) for r in other.own.rows]
    assert one.own.files == ("all.xlsx, sheet parameters", "all.xlsx, sheet links")


def test_a_bad_cell_of_a_workbook_names_sheet_line_and_column(tmp_path):
    row = {"parameter_id": SPEED, "unit": "km/h", "best": "35 km/h"}
    found = refusal(as_workbook(tmp_path / "rates.xlsx", {"parameters": [row]}))
    assert found.startswith(
        f'rates.xlsx, sheet parameters, line 2, parameter_id "{SPEED}": best is "35 km/h"; allowed: a number'
    )
    book = as_workbook(tmp_path / "sum.xlsx", {"parameters": [row | {"best": "=30+5"}]})
    assert "sum.xlsx, sheet parameters, line 2, column best, cell C2: holds the formula =30+5" in refusal(book)


def test_a_decimal_comma_is_refused_in_both(tmp_path):
    comma = written(tmp_path / "rates.csv", f'parameter_id,unit,best\n{SPEED},km/h,"35,5"\n')
    assert 'best is "35,5"; allowed: a number of at least 0; write a decimal point' in refusal(comma)
    bare = written(tmp_path / "bare.csv", f"parameter_id,unit,best\n{SPEED},km/h,35,5\n")
    assert "the row has 4 cells, the header 3" in refusal(bare)
    semicolons = written(tmp_path / "semi.csv", f"parameter_id;unit;best\n{SPEED};km/h;35,5\n")
    assert "the columns are not separated by commas" in refusal(semicolons)
    row = {"parameter_id": SPEED, "unit": "km/h", "best": "35,5"}
    assert "write a decimal point" in refusal(as_workbook(tmp_path / "rates.xlsx", {"parameters": [row]}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parameter_id,bset\nx,1\n", 'line 1: column "bset" is not in the dictionary'),
        ("parametr_id,best\nx,1\n", 'did you mean "parameter_id"?'),
        ("unit,best\nkm/h,1\n", "no column is the key of a table; the first is 'unit'"),
        (f"parameter_id,best,best\n{SPEED},1,2\n", 'column "best" stands twice'),
        (f"parameter_id,unit,best\n{SPEED},km/h,3\n{SPEED},km/h,4\n", "lines 2 and 3"),
        ("", "the file is empty"),
        (f"parameter_id,note\n{SPEED},=HYPERLINK(1)\n", "which a spreadsheet would take for a formula"),
        (f"parameter_id,note\n{SPEED},+cmd|' /C calc'!A0\n", "which a spreadsheet would take for a formula"),
        (f"parameter_id,note\n{SPEED},@SUM(1)\n", "which a spreadsheet would take for a formula"),
        (f"parameter_id,unit,low\n{SPEED},km/h,500\n", "they must stand in order"),
        (f"parameter_id,unit,best\n{SPEED},h,5\n", "a row of quantity speed takes km/h"),
        (f"parameter_id,country\n{SPEED},KZZ\n", 'country is "KZZ"'),
        (f"parameter_id,node_id\n{SPEED},almaty\n", 'did you mean "almaty1"?'),
        (f"parameter_id,months\n{SPEED},9;13\n", 'months is "9;13"'),
        (f"parameter_id,includes\n{SPEED},clear.border.feee\n", 'did you mean "fee"?'),
        (
            f"parameter_id,unit,best,best_evidence\n{SPEED},km/h,35,nowhere.at.all\n",
            'best_evidence names "nowhere.at.all"',
        ),
        ("link_id,from_node_id\nno-such-link,x\n", "there is no such row among ours"),
        ("evidence_id,source_id\n", None),
    ],
)
def test_what_cannot_be_meant_is_refused_with_file_and_place(tmp_path, text, words):
    file = written(tmp_path / "rates.csv", text)
    if words is None:
        assert tables_with([file])[2].rows == ()  # a header alone is no row
        return
    found = refusal(file)
    assert found.startswith("rates.csv")
    assert words in found


def test_files_of_another_kind_and_missing_files_are_refused(tmp_path):
    written(tmp_path / "rates.csv", RATES)
    assert 'is of kind ".ods"; allowed: .csv, .xlsx' in refusal(written(tmp_path / "rates.ods", ""))
    assert 'there is no such file; did you mean "rates.csv"?' in refusal(tmp_path / "rate.csv")
    with pytest.raises(ScenarioError, match=r'there is no such file; did you mean "rates\.csv"\?'):
        read_scenario(FLAGSHIP, rows=[tmp_path / "rate.csv"])


def test_a_sheet_of_another_name_is_refused_and_not_left_out(tmp_path):
    row = {"parameter_id": SPEED, "unit": "km/h", "best": "35"}
    found = refusal(as_workbook(tmp_path / "rates.xlsx", {"parameter": [row]}))
    assert "rates.xlsx, sheet parameter: there is no table of this name" in found
    assert 'did you mean "parameters"?' in found


def test_files_of_one_name_are_told_apart(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    one = written(tmp_path / "a" / "rates.csv", RATES)
    other = written(tmp_path / "b" / "rates.csv", RATES.replace("0.06", "x"))
    assert refusal(one, other).startswith(str(other))


def test_a_file_named_like_ours_is_told_apart_from_ours(tmp_path):
    file = written(tmp_path / "parameters.csv", RATES)
    _, parameters, own = tables_with([file])
    assert parameters[FEE].where == "own parameters.csv, line 2"
    assert parameters.theirs == {"own parameters.csv"}
    assert [row.name for row in own.rows] == [f"parameters:{FEE}"]
    assert refusal(written(file, RATES.replace("0.06", "x"))).startswith("own parameters.csv, line 2")


def test_every_shipped_row_could_be_a_users(tmp_path):
    """Whatever holds for the user's rows holds for ours: laid over themselves under new notes they are accepted."""
    for name, table in ours().items():
        column = "note" if "note" in table.resource.field else "name"
        rows = [texts_of(table, i) | {column: "mine"} for i in range(len(table))]
        if name == "parameters":
            as_csv(tmp_path / "parameters.csv", rows)
        elif name != "evidence":
            lay(read_row_files([as_csv(tmp_path / f"{name}.csv", rows)], resources_laid_over())[0], table)
    _, parameters, own = tables_with([tmp_path / "parameters.csv"])
    assert len(own.rows) == len(parameters)


# --- laws ------------------------------------------------------------------------------------------------------------


def test_laying_twice_is_laying_once(tmp_path):
    file = written(tmp_path / "rates.csv", RATES)
    again = written(tmp_path / "again.csv", RATES)
    once, twice = tables_with([file]), tables_with([file, again])
    assert once[1].rows == twice[1].rows
    assert once[2] == twice[2]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_laying_any_partial_rows_twice_is_laying_them_once(tmp_path, data):
    table = ours()["parameters"]
    keys = data.draw(st.lists(st.sampled_from(list(table.index)), min_size=1, max_size=5, unique=True))
    rows = []
    for key in keys:
        row = texts_of(table, table.index[key])
        scale = data.draw(st.floats(0.5, 1.0))
        own = {name: repr(float(row[name]) * scale) for name in ("low", "best", "high")}
        rows.append({n: row[n] for n in ("parameter_id", "unit", "price_year", "as_of")} | own)
    (file,) = read_row_files([as_csv(tmp_path / "own.csv", rows)], resources_laid_over())
    once = lay(file, table)
    twice = lay(file, once)
    assert once.equals(twice)
    assert list(once.origin) == list(twice.origin)


def test_files_are_laid_in_their_order(tmp_path):
    one = written(tmp_path / "one.csv", f"parameter_id,unit,best\n{SPEED},km/h,35\n")
    two = written(tmp_path / "two.csv", f"parameter_id,unit,best\n{SPEED},km/h,36\n")
    assert tables_with([one, two])[1][SPEED].best == 36
    assert tables_with([two, one])[1][SPEED].best == 35
    back = as_csv(tmp_path / "back.csv", [cells("parameters", SPEED)])
    assert tables_with([one, back])[2].rows == ()


def test_tables_of_place_take_partial_rows_as_well(tmp_path):
    links = ours()["links"]
    at = list(links["length_basis"]).index("published")
    name = links["link_id"][at]
    file = written(tmp_path / "km.csv", f"link_id,length_km\n{name},{links['length_km'][at] + 1}\n")
    network, _, own = tables_with([file])
    link = network.links[name]
    assert link.length_km == links["length_km"][at] + 1
    assert link.length_basis == "estimate"
    assert link.source.endswith(";own-rows")
    assert own.rows[0].sentence().startswith(f"{name}: length_km ")
    short = written(tmp_path / "short.csv", f"link_id,length_km\n{name},0.02\n")
    assert "short.csv, line 2" in refusal(short)  # below the geodesic of its ends: checked like ours


def test_sources_and_evidence_of_the_users_own_are_cited(tmp_path):
    source = cells("sources", "own-reading") | {
        "source_id": "our-sheet-2026",
        "title": "Our rate sheet",
        "publisher": "Us",
    }
    proof = dict.fromkeys(ours()["evidence"].columns, "") | {
        "evidence_id": "ours.road", "quantity": "rate", "place": "PK", "published_value": "0.06", "published_unit": "USD/t-km",
        "as_of": "2026", "source_id": "our-sheet-2026",
    }  # fmt: skip
    rate = {"parameter_id": FEE, "unit": "USD/t-km", "best": "0.06", "price_year": "2026", "as_of": "2026"}
    rate |= dict.fromkeys(("low_evidence", "best_evidence", "high_evidence"), "ours.road")
    rows = {"sources": [source], "evidence": [proof], "parameters": [rate]}
    carried = small(as_workbook(tmp_path / "own.xlsx", rows))
    assert "our-sheet-2026" in carried.source_ids()
    assert "own-rows" not in carried.source_ids()
    rows["evidence"][0]["source_id"] = "our-shet-2026"
    assert 'source_id is "our-shet-2026"' in refusal(as_workbook(tmp_path / "own.xlsx", rows))


# --- shown as theirs ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def carried(tmp_path_factory):
    return small(written(tmp_path_factory.mktemp("own") / "rates.csv", RATES))


def test_ways_that_rest_on_own_rows_say_so_and_no_other(carried):
    number = carried.parameters.number[FEE]
    for row, way in zip(compare(carried).to_dict("records"), carried.ways, strict=True):
        used = way.itinerary is not None and number in way.itinerary.rows()
        assert (row["own_rows"] == f"parameters:{FEE}") == used
    assert not compare(study(FLAGSHIP, *PLAIN))["own_rows"].fillna("").any()


def test_the_folder_tells_which_figures_are_theirs(carried, tmp_path):
    write_study(carried, tmp_path / "out", pictures=False)

    def read(name):
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    for row in read("activities"):
        ids = row["parameter_ids"].split(";")
        assert row["own_rows"] == (f"parameters:{FEE}" if FEE in ids else "")
        assert ("own-rows" in row["source_ids"].split(";")) == (FEE in ids)
    marked = [row for row in read("costs") if row["own_rows"]]
    assert marked
    assert {(row["component"], row["country"]) for row in marked} == {("road", "PK")}
    assert [row["title"] for row in read("sources") if row["source_id"] == "own-rows"] == ["Own rows: rates.csv"]
    rows = {row["parameter_id"]: row for row in read("rows")}
    assert [name for name, row in rows.items() if row["own"] == "true"] == [FEE]
    assert (rows[FEE]["low"], rows[FEE]["best"], rows[FEE]["high"], rows[FEE]["stands_in"]) == (
        "0.05", "0.06", "0.08", "rates.csv, line 2",
    )  # fmt: skip
    made = json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))
    assert made["rows_of_yours"] == ["rates.csv"]
    (own,) = made["own_rows"]
    assert (own["row"], own["file"], own["line"], own["new"]) == (f"parameters:{FEE}", "rates.csv", 2, False)
    assert own["changes"]["best"] == ["0.038", "0.06"]
    assert list(made["own_files_sha256"]) == ["rates.csv"]


def test_the_printed_table_marks_them_and_names_each_in_its_foot(carried, capsys):
    print_comparison(carried)
    said = capsys.readouterr().out
    assert "* rests on own rows. 1 own row laid over the tables (rates.csv); 1 used by these ways:" in said
    assert f"{FEE}: 0.02/0.038/0.06 -> 0.05/0.06/0.08 USD/t-km (rates.csv, line 2)" in said
    marked = {line.split()[0] for line in said.splitlines() if " * " in line and not line.startswith("*")}
    assert marked == {r["corridor"] for r in compare(carried).to_dict("records") if r["own_rows"]}


def test_rows_that_no_way_uses_are_named(tmp_path, capsys):
    name = next(
        r.parameter_id for r in read_parameters().rows if r.parameter_id.startswith("clear_hours.road.khunjerab")
    )
    file = written(tmp_path / "rates.csv", f"parameter_id,unit,best\n{name},h,5\n")
    print_comparison(run(read_scenario(FLAGSHIP, [*PLAIN, "draws=16", "corridors=bandar-abbas"], rows=[file])))
    assert f"not used by these ways: {name}" in capsys.readouterr().out


def test_charts_and_maps_say_so_in_their_foot(carried):
    from corridors.captions import foot_lines, pair_of

    words = "1 own row laid over the tables (rates.csv)"
    assert words in foot_lines(pair_of(carried, None, None, None), "")[-1]
    assert words in str(carried.own)


def test_the_command_takes_rows_and_a_scenario_names_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "rates.csv", RATES)
    quick = [*(word for switch in PLAIN for word in ("--set", switch)), "--draws", "16", "--no-pictures", "--json"]
    said = command("run", FLAGSHIP, *quick, "--rows", "rates.csv")
    assert said.code == 0, said.err
    plain = 'shocks = false\ndepartures = "month"\nreplicates = 1\n'
    scenario = scenario_file(tmp_path, f'rows = ["rates.csv"]\ndraws = 16\n{plain}')
    other = command("run", scenario, "--no-pictures", "--json")
    one, two = (json.loads(text)["ways"] for text in (said.out, other.out))
    assert [(w["hours_p50"], w["usd_p50"], w["own_rows"]) for w in one] == [
        (w["hours_p50"], w["usd_p50"], w["own_rows"]) for w in two
    ]
    written(tmp_path / "rates.csv", RATES.replace("0.06", "0,06"))
    bad = command("run", FLAGSHIP, *quick, "--rows", "rates.csv")
    assert (bad.code, bad.out) == (2, "")
    assert bad.err.startswith("error: rates.csv, line 2")


def test_rows_of_the_base_are_kept_and_given_ones_come_after(tmp_path):
    written(tmp_path / "rates.csv", RATES)
    written(tmp_path / "more.csv", RATES)
    base = scenario_file(tmp_path, 'rows = ["rates.csv"]\n', name="below")
    above = scenario_file(tmp_path, base=base.name, name="above")
    assert [p.rpartition("/")[2] for p in read_scenario(above).rows] == ["rates.csv"]
    both = read_scenario(above, rows=[tmp_path / "more.csv"])
    assert [p.replace("\\", "/").rpartition("/")[2] for p in both.rows] == ["rates.csv", "more.csv"]


def test_tables_that_rows_may_be_laid_over_are_all_that_a_run_reads():
    assert set(LAID_OVER) == set(ours())


# What a spreadsheet or a hurried hand leaves in a file


@pytest.mark.parametrize(
    ("best", "words"),
    [
        ("-0.038", ('best is "-0.038"', "at least 0")),
        ("1 200", ('best is "1 200"', "no thousands mark")),
        ("0,038", ('best is "0,038"', "decimal point")),
    ],
)
def test_a_bad_figure_is_told_by_the_column_it_stands_in(tmp_path, best, words):
    file = written(tmp_path / "r.csv", f'parameter_id,unit,best,price_year,as_of\n{FEE},USD/t-km,"{best}",2026,2026\n')
    said = refusal(file)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("year", "as_of", "words"), [("25", "2026", "from 1990 to 2100"), ("2025", "12.2025", "2026-11")]
)
def test_a_year_that_is_none_is_refused(tmp_path, year, as_of, words):
    file = written(tmp_path / "r.csv", f"parameter_id,unit,best,price_year,as_of\n{FEE},USD/t-km,0.05,{year},{as_of}\n")
    assert words in refusal(file)


def test_rows_of_commas_are_passed_over(tmp_path):
    file = written(tmp_path / "r.csv", RATES + ",,,,,,\n , ,,,,,\n")
    assert [row.key for row in tables_with([file])[2].rows] == [FEE]
