"""Files of rows that a user brings: CSV, or a workbook with a sheet a table.

A file is held to the dictionary of the table it belongs to. A CSV file belongs to the table it is named after
(``parameters.csv``), else to the table whose key it carries (``parameter_id``); a sheet to the table it is named after.
A file may carry all columns of its table or fewer, but never others and never without the key.

Texts that a spreadsheet would run as a formula are refused here, since what a user brings is written out again and
opened by others: whatever begins with ``=`` or ``@``, or with a sign and then calls something.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geodata.csv_records import is_one_column, read_cells
from geodata.tables import TableError, check_header, did_you_mean, read_rows
from geodata.workbooks import read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.tables import Resource, Table

_FORMULA = re.compile(r"[=@\t\r]|[+-].*(\||!|[A-Za-z0-9.]\()")
KINDS = (".csv", ".xlsx")


class RowFile(NamedTuple):
    """Rows for one table: texts by column, where each row stands, and how the file is called in words.

    ``whole`` says that the file carries every column of its table.
    """

    label: str
    resource: Resource
    rows: list[dict[str, str]]
    lines: list[int]
    whole: bool

    def error(self, i: int, *, problem: str, allowed: str = "", mend: str = "") -> TableError:
        """Make the error that names row ``i`` of this file."""
        names = self.resource.primary_key
        place = ", ".join([f"line {self.lines[i]}", *(f'{name} "{self.rows[i].get(name, "")}"' for name in names)])
        return TableError.at(self.label, place, problem=problem, allowed=allowed, mend=mend)


def read_row_files(files: Sequence[str | Path], resources: Mapping[str, Resource]) -> list[RowFile]:
    """Read files of rows in their order, the sheets of a workbook in theirs.

    Parameters
    ----------
    files
        CSV or XLSX files.
    resources
        Dictionary of the tables that rows may be laid over, by name.

    Raises
    ------
    TableError
        Where a file is missing, is of no table, or has a column that its table has not.
    """
    paths = [Path(file) for file in files]
    twice = {name for name, count in Counter(path.name for path in paths).items() if count > 1}
    shipped = {resource.path for resource in resources.values()}
    found: list[RowFile] = []
    for path in paths:
        label = str(path) if path.name in twice else f"own {path.name}" if path.name in shipped else path.name
        if path.suffix.lower() not in KINDS:
            mend = "save it as CSV UTF-8, or as an Excel workbook (.xlsx)"
            raise TableError.at(label, problem=f'is of kind "{path.suffix}"', allowed=", ".join(KINDS), mend=mend)
        if not path.is_file():
            beside = [other.name for other in path.parent.glob("*") if other.suffix.lower() in KINDS]
            raise TableError.at(label, problem="there is no such file", mend=did_you_mean(path.name, beside))
        found += _csv(path, label, resources) if path.suffix.lower() == ".csv" else _workbook(path, label, resources)
    return found


def read_own_table(path: Path, resource: Resource) -> Table:
    """Read a whole table that a user brings, from CSV or from the sheet of its name in a workbook; columns left out are empty.

    Raises
    ------
    TableError
        As for :func:`read_row_files`, and at the first cell that the dictionary does not allow.
    """
    files = read_row_files([path], {resource.name: resource})
    if len(files) != 1:
        raise TableError.at(path.name, problem=f"holds {len(files)} sheets", allowed=f'one, called "{resource.name}"')
    return read_rows(files[0].rows, resource, files[0].label, files[0].lines)


def _csv(path: Path, label: str, resources: Mapping[str, Resource]) -> list[RowFile]:
    names, rows, lines = read_cells(path, label)
    filled = [i for i, row in enumerate(rows) if any(row)]  # a spreadsheet saves its empty rows as commas
    rows, lines = [rows[i] for i in filled], [lines[i] for i in filled]
    name = path.stem if path.stem in resources else _table_of(label, names, resources)
    return [_row_file(label, resources[name], names, rows, lines)]


def _workbook(path: Path, label: str, resources: Mapping[str, Resource]) -> list[RowFile]:
    sheets = read_workbook(path)
    if not sheets:
        raise TableError.at(label, problem="holds no rows", mend="name a sheet after its table and give it a header")
    for sheet in sheets:
        if sheet.name not in resources:
            mend = did_you_mean(sheet.name, resources) or (
                'name the sheet after its table, or begin its name with "#" to have it passed over'
            )
            problem = "there is no table of this name"
            raise TableError.at(label, f"sheet {sheet.name}", problem=problem, allowed=", ".join(resources), mend=mend)
    return [_row_file(f"{label}, sheet {s.name}", resources[s.name], s.header, s.rows, s.lines) for s in sheets]


def _table_of(label: str, names: Sequence[str], resources: Mapping[str, Resource]) -> str:
    """Table whose whole key stands in a header; of several, the one that knows most of its columns."""
    if is_one_column(names):
        check_header(label, names, next(iter(resources.values())))
    known = {name: len(set(names) & resource.field.keys()) for name, resource in resources.items()}
    able = [name for name, resource in resources.items() if set(resource.primary_key) <= set(names)]
    if able:
        return max(able, key=known.__getitem__)
    keys = [" + ".join(resource.primary_key) for resource in resources.values()]
    near = next((hint for hint in (did_you_mean(name, keys) for name in names[:1]) if hint), "")
    raise TableError.at(
        label,
        "line 1",
        problem=f"no column is the key of a table; the first is {names[0]!r}",
        allowed=", ".join(keys),
        mend=near or f"name the file after its table ({', '.join(resources)})",
    )


def _row_file(
    label: str, resource: Resource, names: Sequence[str], rows: Sequence[Sequence[str]], lines: list[int]
) -> RowFile:
    check_header(label, names, resource)
    for key in resource.primary_key:
        if key not in names:
            mend = "give it: it says which row is meant"
            raise TableError.at(label, "line 1", problem=f'column "{key}" is missing', mend=mend)
    found = RowFile(
        label,
        resource,
        [dict(zip(names, row, strict=True)) for row in rows],
        lines,
        len(names) == len(resource.fields),
    )
    for i, row in enumerate(found.rows):
        for name, text in row.items():
            if resource.field[name].type == "string" and _FORMULA.match(text):
                problem = f'{name} is "{text}", which a spreadsheet would take for a formula'
                raise found.error(i, problem=problem, mend="begin the text with a letter")
    return found
