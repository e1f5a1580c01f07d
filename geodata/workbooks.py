"""Workbooks: sheets of an .xlsx file as records, and tables written as sheets.

A sheet is one table: its name is the table's, its first row the column names, and every cell is turned into the text
that would stand in a CSV file, so that both are held to the same dictionary. What a spreadsheet can hold and a CSV
file cannot is refused with sheet, line and cell rather than guessed at: a formula (what it shows depends on the program
that opened it last), an error such as #N/A, a clock time, a number shown as per cent (15 % is stored as 0.15), merged
cells. A date becomes YYYY-MM-DD, a yes-or-no ``true`` or ``false``, a number the shortest text that gives it back.

Sheets that are empty, the sheet ``dictionary`` and those whose name begins with ``#`` are passed over; any other sheet
must be a table, so that a misspelt name is not silently left out.

Tables are written with the same names, text columns formatted as text (so that 2026-03 stays what it is), allowed words
as a list to choose from, and unit and meaning of a column as a comment on its heading. Every text is written as text:
no cell can become a formula. Reading and writing go through ``openpyxl``, an extra of this package.
"""

from __future__ import annotations

import datetime as dt
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

from geodata.cells import values_of
from geodata.dictionary import Field, Resource, TableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    from geodata.tables import Table

DICTIONARY_SHEET = "dictionary"
_LIST_LIMIT = 255  # characters that a list of allowed words may have in the file format
_WIDEST = 40  # of a column, in characters


class Sheet(NamedTuple):
    """One sheet: its header, its rows as texts, and the line on which each row stands."""

    name: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]


def read_workbook(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook that are tables.

    Raises
    ------
    TableError
        Where the file is no workbook, or a cell holds what a CSV file could not.
    """
    openpyxl = _openpyxl(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of drop-down lists and styles that it leaves out
            workbook = openpyxl.load_workbook(path)
    except FileNotFoundError:
        raise TableError.at(path.name, problem="there is no such file") from None
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        problem = f"cannot be read as a workbook ({error})"
        raise TableError.at(path.name, problem=problem, mend="save it as an Excel workbook (.xlsx)") from None
    sheets = [sheet for sheet in workbook.worksheets if not _passed_over(sheet)]
    return [_sheet(path, sheet) for sheet in sheets]


def _openpyxl(path: Path) -> ModuleType:
    try:
        return import_module("openpyxl")
    except ImportError:
        raise TableError.at(
            path.name,
            problem="workbooks need openpyxl, which is not installed",
            mend="install corridor-route-simulator[excel], or use CSV files",
        ) from None


def _passed_over(sheet: Any) -> bool:
    if sheet.title == DICTIONARY_SHEET or sheet.title.startswith("#"):
        return True
    return all(cell.value is None for row in sheet.iter_rows() for cell in row)


def _sheet(path: Path, sheet: Any) -> Sheet:
    if sheet.merged_cells.ranges:
        problem = f"cells {min(map(str, sheet.merged_cells.ranges))} are merged"
        raise TableError.at(
            path.name, f"sheet {sheet.title}", problem=problem, mend="unmerge them: one cell, one value"
        )
    first, *below = sheet.iter_rows()
    names = [_text(cell, path, sheet.title, "") for cell in first]
    width = max((i + 1 for i, name in enumerate(names) if name), default=0)
    rows, lines = [], []
    for cells in below:
        texts = [_text(cell, path, sheet.title, names[i]) for i, cell in enumerate(cells)]
        lost = next((i for i, text in enumerate(texts) if text and not names[i]), None)
        if lost is not None:
            where = _place(cells[lost], sheet.title, "")
            raise TableError.at(path.name, where, problem="its column has no name in row 1", mend="name the column")
        if any(texts):
            rows.append(texts[:width])
            lines.append(int(cells[0].row))
    if "" in names[:width]:
        at = first[names.index("")].coordinate
        raise TableError.at(path.name, f"sheet {sheet.title}, line 1", problem=f"cell {at} names no column")
    return Sheet(sheet.title, names[:width], rows, lines)


def _place(cell: Any, sheet: str, column: str) -> str:
    name = f"column {column}, " if column else ""
    return f"sheet {sheet}, line {cell.row}, {name}cell {cell.coordinate}"


def _text(cell: Any, path: Path, sheet: str, column: str) -> str:
    """Text of a cell as it would stand in a CSV file."""

    def refuse(problem: str, mend: str) -> TableError:
        return TableError.at(path.name, _place(cell, sheet, column), problem=problem, mend=mend)

    value = cell.value
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if cell.data_type == "f":
        formula = value if isinstance(value, str) else getattr(value, "text", None) or "="
        raise refuse(f"holds the formula {formula}", "copy the cell and paste it as a value")
    if cell.data_type == "e":
        raise refuse(f"holds the error {value}", "give the figure, or leave the cell empty if it is not known")
    if isinstance(value, dt.datetime | dt.time | dt.timedelta):
        raise refuse(
            f"holds the clock time {value}", "write a date without a time, or hours as a number: 6.5, not 6:30"
        )
    if isinstance(value, int | float) and "%" in cell.number_format:
        problem = f"is formatted as per cent, and what is stored is {value:g}"
        raise refuse(problem, "format it as a plain number in the column's unit")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value).removesuffix(".0")
    return "" if value is None else str(value).strip()


def dictionary_rows(resources: Sequence[Resource]) -> list[list[str]]:
    """Dictionary in words: a header and one row a column of each table."""
    head = ["table", "column", "key", "required", "type", "unit", "allowed", "from", "to", "meaning"]
    return [head, *(_entry(resource, field) for resource in resources for field in resource.fields)]


def _entry(resource: Resource, field: Field) -> list[str]:
    bounds = ["" if bound is None else f"{bound:.12g}" for bound in (field.minimum, field.maximum)]
    return [
        resource.name,
        field.name,
        "key" if field.name in resource.primary_key else "",
        "required" if field.required else "",
        field.type,
        field.unit,
        "; ".join(field.enum) or (f"text of the form {field.pattern}" if field.pattern else ""),
        *bounds,
        field.description,
    ]


def write_workbook(path: Path, tables: Sequence[Table]) -> None:
    """Write tables as a workbook, a sheet a table and a sheet ``dictionary``; reading it gives the same cells.

    Parameters
    ----------
    path
        File to write.
    tables
        Each becomes a sheet of its name.

    Raises
    ------
    TableError
        Where ``openpyxl`` is not installed.
    """
    openpyxl = _openpyxl(path)
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for table in tables:
        _write_table(workbook.create_sheet(table.name), table)
    sheet = workbook.create_sheet(DICTIONARY_SHEET)
    for i, row in enumerate(dictionary_rows([table.resource for table in tables]), start=1):
        for j, text in enumerate(row, start=1):
            _put(sheet.cell(i, j), text)
    _head(sheet, {"A": 14, "B": 24, "G": _WIDEST, "J": 2 * _WIDEST})
    workbook.save(path)


def _write_table(sheet: Any, table: Table) -> None:
    from openpyxl.comments import Comment
    from openpyxl.utils import get_column_letter

    widths = {}
    for j, field in enumerate(table.resource.fields, start=1):
        head = sheet.cell(1, j)
        _put(head, field.name)
        head.comment = Comment(_remark(table.resource, field), "corridors", height=160, width=320)
        cells = values_of(field, table[field.name])
        for i, value in enumerate(cells, start=2):
            _put(sheet.cell(i, j), value)
        widths[get_column_letter(j)] = min(_WIDEST, 2 + max(len(field.name), *(len(str(cell)) for cell in cells), 0))
        _prepare(sheet, get_column_letter(j), field)
    _head(sheet, widths)


def _put(cell: Any, value: object) -> None:
    """Write a plain value; a text is never taken for a formula, a date or a number."""
    if value is None or value == "":
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value
        return
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"


def _prepare(sheet: Any, letter: str, field: Field) -> None:
    """Format a column for what may stand in it, below the rows that are there as well."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if field.type not in ("number", "integer"):
        sheet.column_dimensions[letter].number_format = "@"
    words = ("true", "false") if field.type == "boolean" else field.enum
    listed = '"' + ",".join(words) + '"'
    if words and len(listed) <= _LIST_LIMIT:
        choice = DataValidation(type="list", formula1=listed, allow_blank=not field.required)
        choice.add(f"{letter}2:{letter}1000")
        sheet.add_data_validation(choice)


def _remark(resource: Resource, field: Field) -> str:
    _, _, key, required, kind, unit, allowed, low, high, meaning = _entry(resource, field)
    bounds = " ".join(f"{word} {bound}" for word, bound in (("from", low), ("to", high)) if bound)
    parts = [
        meaning,
        f"unit: {unit}" if unit else "",
        f"{kind} {bounds}".strip(),
        f"allowed: {allowed}" if allowed else "",
        key or required,
    ]
    return "\n".join(part for part in parts if part)


def _head(sheet: Any, widths: Mapping[str, int]) -> None:
    from openpyxl.styles import Font

    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
