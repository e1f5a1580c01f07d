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
