"""Sheets are read as the texts of a CSV file; what a CSV file cannot hold is refused with sheet, line and cell."""

import datetime as dt
import sys

import openpyxl
import pytest

from geodata.network import DATA as GEODATA
from geodata.tables import TableError, read_package, read_rows
from geodata.workbooks import dictionary_rows, read_workbook, write_workbook

MIDNIGHT = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - a spreadsheet knows no time zone


def workbook(path, rows, *, sheet="parameters", more=None):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    if more:
        more(book)
    book.save(path)
    return path


def refusal(path):
    with pytest.raises(TableError) as caught:
        read_workbook(path)
    return str(caught.value)


def test_cells_become_the_texts_of_a_csv_file(tmp_path):
    row = ["  Алматы — کراچی ", 3, 0.1, 1e22, True, dt.date(2026, 3, 1), MIDNIGHT, None, "007"]
    (sheet,) = read_workbook(workbook(tmp_path / "a.xlsx", [list("abcdefghi"), row]))
    assert sheet.header == list("abcdefghi")
    assert sheet.rows == [["Алматы — کراچی", "3", "0.1", "1e+22", "true", "2026-03-01", "2026-03-01", "", "007"]]


def test_lines_are_those_of_the_sheet_and_blank_ones_are_passed_over(tmp_path):
    (sheet,) = read_workbook(workbook(tmp_path / "a.xlsx", [["a", "b"], [], ["x", 1], [None, None], ["y", 2]]))
    assert sheet.lines == [3, 5]
    assert sheet.rows == [["x", "1"], ["y", "2"]]


def test_cells_beyond_the_header_are_nothing_as_long_as_they_are_empty(tmp_path):
    def wide(book):
        book.active["D9"].font = openpyxl.styles.Font(bold=True)

    (sheet,) = read_workbook(workbook(tmp_path / "a.xlsx", [["a", "b"], ["x", 1]], more=wide))
    assert sheet.header == ["a", "b"]
    assert sheet.rows == [["x", "1"]]
    lost = workbook(tmp_path / "b.xlsx", [["a"], ["x", 7]])
    assert "sheet parameters, line 2, cell B2: its column has no name in row 1" in refusal(lost)
    gap = workbook(tmp_path / "c.xlsx", [["a", None, "c"], ["x", None, 7]])
    assert "cell B1 names no column" in refusal(gap)


def test_dictionary_notes_and_empty_sheets_are_passed_over(tmp_path):
    def more(book):
        book.create_sheet("dictionary")["A1"] = "=1+1"
        book.create_sheet("#sums")["A1"] = "=1+1"
        book.create_sheet("Sheet1")

    assert [s.name for s in read_workbook(workbook(tmp_path / "a.xlsx", [["a"], ["x"]], more=more))] == ["parameters"]


@pytest.mark.parametrize(
    ("value", "style", "words"),
    [
        ("=A1*1.1", None, "holds the formula =A1*1.1; copy the cell and paste it as a value"),
        ("#N/A", None, "holds the error #N/A"),
        (0.15, "0%", "is formatted as per cent, and what is stored is 0.15"),
        (dt.time(6, 30), None, "holds the clock time 06:30:00; write a date without a time, or hours as a number"),
        (MIDNIGHT.replace(hour=12), None, "holds the clock time 2026-03-01 12:00:00"),
        (dt.timedelta(hours=30), None, "holds the clock time"),
    ],
)
def test_what_a_csv_file_cannot_hold_is_refused_with_its_place(tmp_path, value, style, words):
    def more(book):
        book.active["B3"] = value
        if style:
            book.active["B3"].number_format = style

    path = workbook(tmp_path / "rates.xlsx", [["parameter_id", "best"], ["x", 1]], more=more)
    found = refusal(path)
    assert found.startswith("rates.xlsx, sheet parameters, line 3, column best, cell B3: ")
    assert words in found


def test_array_formulas_and_merged_cells_are_refused(tmp_path):
    from openpyxl.worksheet.formula import ArrayFormula

    def array(book):
        book.active["B2"] = ArrayFormula("B2:B3", "=A2:A3*2")

    def merge(book):
        book.active.merge_cells("A2:A3")

    assert "holds the formula =A2:A3*2" in refusal(workbook(tmp_path / "a.xlsx", [["a", "b"], ["x"]], more=array))
    assert "cells A2:A3 are merged" in refusal(workbook(tmp_path / "b.xlsx", [["a", "b"], ["x", 1]], more=merge))


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path):
    def more(book):
        book.active["A2"] = "=1+1"
        book.active["A2"].data_type = "s"

    (sheet,) = read_workbook(workbook(tmp_path / "a.xlsx", [["a"]], more=more))
    assert sheet.rows == [["=1+1"]]


def test_what_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0 an old .xls under a new name")
    assert "save it as an Excel workbook (.xlsx)" in refusal(tmp_path / "old.xlsx")
    (tmp_path / "text.xlsx").write_text("parameter_id,best\n", encoding="utf-8")
    assert "cannot be read as a workbook" in refusal(tmp_path / "text.xlsx")
    assert "there is no such file" in refusal(tmp_path / "gone.xlsx")


def test_without_openpyxl_one_line_says_what_to_install(tmp_path, monkeypatch):
    path = workbook(tmp_path / "rates.xlsx", [["a"], ["x"]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    found = refusal(path)
    assert found.startswith("rates.xlsx: workbooks need openpyxl")
    assert "install corridor-route-simulator[excel]" in found
    assert "\n" not in found


def test_every_shipped_table_written_and_read_is_the_table(tmp_path):
    tables = read_package(GEODATA)
    some = [table.where(range(min(25, len(table)))) for table in tables.values()]
    write_workbook(tmp_path / "all.xlsx", some)
    sheets = {sheet.name: sheet for sheet in read_workbook(tmp_path / "all.xlsx")}
    assert list(sheets) == [table.name for table in some]
    for table in some:
        sheet = sheets[table.name]
        rows = [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]
        assert read_rows(rows, table.resource, "all.xlsx", sheet.lines).equals(table)


def test_written_headings_carry_unit_and_meaning_and_text_columns_stay_text(tmp_path):
    links = read_package(GEODATA)["links"].where([0])
    write_workbook(tmp_path / "links.xlsx", [links])
    book = openpyxl.load_workbook(tmp_path / "links.xlsx")
    sheet = book["links"]
    heads = {cell.value: cell for cell in sheet[1]}
    assert "unit: km" in heads["length_km"].comment.text
    assert sheet.column_dimensions[heads["source"].column_letter].number_format == "@"
    assert sheet.column_dimensions[heads["length_km"].column_letter].number_format == "General"
    assert sheet.freeze_panes == "B2"
    choices = {
        str(rule.sqref).split(":")[0].rstrip("2"): rule.formula1 for rule in sheet.data_validations.dataValidation
    }
    assert choices[heads["mode"].column_letter] == '"rail,road,sea,ferry"'
    assert [[cell.value or "" for cell in row] for row in book["dictionary"].iter_rows()] == dictionary_rows(
        [links.resource]
    )
