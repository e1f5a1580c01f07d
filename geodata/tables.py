"""Tables: plain CSV files held to a data dictionary, and rows laid over rows.

A table is read in one pass, column by column, and whatever the dictionary does not declare is refused with
the file, the line, the field, what was found, what is allowed and how to mend it. Nothing is guessed and
nothing is filled in. Blanks around a cell are taken off, wholly blank lines are passed over, a byte order
mark and either line ending are accepted; any script may stand in a text.

A scenario changes figures by :func:`overlay`: rows of the same columns replace the rows of the same key in
place, and the others are appended. Laying the same rows twice is the same as once. Every row remembers the
file and line it came from, so that an error and a citation can both point at it.

Left out: the ``frictionless`` library checks the same packages in the tests; it is too slow to start to be
used on every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.cells import Array, CellError, column_of, text_of, values_of
from geodata.csv_records import BLANKS, is_one_column, read_cells, write_records
from geodata.dictionary import Field, ForeignKey, Resource, TableError, did_you_mean, nearest, read_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "Array",
    "Field",
    "ForeignKey",
    "Key",
    "Resource",
    "Table",
    "TableError",
    "check_foreign_keys",
    "check_header",
    "did_you_mean",
    "nearest",
    "overlay",
    "read_dictionary",
    "read_package",
    "read_rows",
    "read_table",
    "write_table",
]

Key = str | tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one table, in the dictionary's order, and where each row came from.

    Attributes
    ----------
    columns
        Array of each column, all of one length and read-only: text as objects ("" = missing), numbers and
        integers as float64 (nan = missing), booleans as bool, dates as datetime64[D] (NaT = missing).
    line
        Line of each row in its file, counted from 1.
    origin
        File of each row: its name if it lies beside the data dictionary, else the path as given.
    """

    resource: Resource
    path: Path
    columns: dict[str, Array]
    line: Array
    origin: Array

    @property
    def name(self) -> str:
        """Name of the table in its data dictionary."""
        return self.resource.name

    def __len__(self) -> int:
        return len(self.line)

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {len(self)} rows from {self.path})"

    def row(self, i: int) -> dict[str, Any]:
        """Values of row ``i`` by column; missing is "" in a text, None in a number or a date."""
        return self.where([i]).rows()[0]

    def rows(self) -> list[dict[str, Any]]:
        """All rows as :meth:`row` gives them."""
        fields = self.resource.fields
        values = zip(*(values_of(field, self.columns[field.name]) for field in fields), strict=True)
        names = [field.name for field in fields]
        return [dict(zip(names, row, strict=True)) for row in values]

    def keys(self) -> list[Key]:
        """Primary key of each row: the value itself, or a tuple where the key has several columns."""
        parts = [self.columns[name].tolist() for name in self.resource.primary_key]
        return parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))

    @cached_property
    def index(self) -> dict[Key, int]:
        """Row number of each primary key."""
        return {key: i for i, key in enumerate(self.keys())}

    def where(self, rows: Array | Sequence[int] | Sequence[bool]) -> Table:
        """Rows of a mask or of row numbers, in that order, as a new table."""
        take = np.asarray(rows)
        if take.dtype != bool:
            take = take.astype(np.intp)
        return _table(
            self.resource,
            self.path,
            {k: v[take] for k, v in self.columns.items()},
            self.line[take],
            self.origin[take],
        )

    def place(self, i: int) -> str:
        """Line and key of row ``i`` in words, for a message."""
        names = self.resource.primary_key
        return ", ".join([f"line {self.line[i]}", *(f'{name} "{self.columns[name][i]}"' for name in names)])

    def error(self, i: int, *, problem: str, allowed: str = "", mend: str = "") -> TableError:
        """Make the error that names row ``i`` of this table."""
        return TableError.at(self.origin[i], self.place(i), problem=problem, allowed=allowed, mend=mend)

    def equals(self, other: Table) -> bool:
        """Whether both hold the same cells in the same order, wherever they were read from."""
        return self.name == other.name and len(self) == len(other) and self.rows() == other.rows()


def read_table(path: Path, resource: Resource) -> Table:
    """Read one CSV file and hold it to its data dictionary.

    Parameters
    ----------
    path
        UTF-8, comma separated, first row the column names in any order; a file with a header only is an empty
        table.
    resource
        What the dictionary declares.

    Raises
    ------
    TableError
        At the first thing the dictionary does not declare.
    """
    path = Path(path)
    names, rows, lines = read_cells(path)
    check_header(path, names, resource)
    missing = [field.name for field in resource.fields if field.name not in names]
    if missing:
        raise TableError.at(
            path,
            "line 1",
            problem=f'column "{missing[0]}" is missing',
            allowed=", ".join(resource.field),
            mend="add it; its cells may be empty unless it is required",
        )
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    cells = {name: list(column) for name, column in zip(names, columns, strict=True)}
    return _checked(resource, path, cells, lines)


def read_rows(
    rows: Sequence[Mapping[str, object]], resource: Resource, origin: str, lines: Sequence[int] = ()
) -> Table:
    """Make a table of rows given as mappings (say from a scenario file), held to the same dictionary.

    A column left out is an empty cell. Lists become cells separated by ';'. ``lines`` says where each row stands in
    ``origin``; unless given it is the row's place in ``rows``, counted from 1. ``read_rows(table.rows(), ...)`` is the
    table.
    """
    for i, row in enumerate(rows):
        for name in row:
            if name not in resource.field:
                raise _unknown_column(origin, f"row {i + 1}", name, resource)
    cells = {
        field.name: [text_of(field, row.get(field.name)).strip(BLANKS) for row in rows] for field in resource.fields
    }
    return _checked(resource, Path(origin), cells, lines or list(range(1, len(rows) + 1)))


def check_header(path: object, names: Sequence[str], resource: Resource) -> None:
    """Refuse a header with a name that the dictionary does not have, or with one name twice."""
    where = "line 1"
    if is_one_column(names):
        raise TableError.at(
            path,
            where,
            problem="the columns are not separated by commas",
            mend="save the file with commas between the cells and a point in the numbers",
        )
    for name in names:
        if name not in resource.field:
            raise _unknown_column(path, where, name, resource)
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise TableError.at(path, where, problem=f'column "{twice}" stands twice', mend="take one of them out")


def _unknown_column(file: object, where: str, name: str, resource: Resource) -> TableError:
    return TableError.at(
        file,
        where,
        problem=f'column "{name}" is not in the dictionary',
        allowed=", ".join(resource.field),
        mend=did_you_mean(name, resource.field),
    )


def _checked(resource: Resource, path: Path, cells: Mapping[str, list[str]], lines: Sequence[int]) -> Table:
    """Check the texts of every column and turn them into arrays."""

    def place(i: int) -> str:
        return ", ".join([f"line {lines[i]}", *(f'{name} "{cells[name][i]}"' for name in resource.primary_key)])

    columns: dict[str, Array] = {}
    for field in resource.fields:
        try:
            columns[field.name] = column_of(field, cells[field.name])
        except CellError as bad:
            found = (
                f'{field.name} is "{cells[field.name][bad.row]}"'
                if cells[field.name][bad.row]
                else f"{field.name} is empty"
            )
            raise TableError.at(path, place(bad.row), problem=found, allowed=bad.allowed, mend=bad.mend) from None
    for names in dict.fromkeys([resource.primary_key, *((field.name,) for field in resource.fields if field.unique)]):
        _check_unique(path, lines, names, list(zip(*(cells[name] for name in names), strict=True)))
    origin = path.name if path.parent == resource.folder else str(path)
    return _table(resource, path, columns, np.array(lines, dtype=np.int64), np.full(len(lines), origin, dtype=object))


def _check_unique(path: Path, lines: Sequence[int], names: Sequence[str], keys: Sequence[tuple[str, ...]]) -> None:
    if len(set(keys)) == len(keys):
        return
    first: dict[tuple[str, ...], int] = {}
    for i, key in enumerate(keys):
        if key in first and any(key):
            found = ", ".join(f'{name} "{cell}"' for name, cell in zip(names, key, strict=True))
            raise TableError.at(
                path,
                f"lines {lines[first[key]]} and {lines[i]}",
                problem=f"{found} stands twice",
                mend="a key names one row: rename or remove one of them",
            )
        first.setdefault(key, i)


def _table(resource: Resource, path: Path, columns: dict[str, Array], line: Array, origin: Array) -> Table:
    for array in (*columns.values(), line, origin):
        array.setflags(write=False)
    return Table(resource, path, columns, line, origin)


def read_package(folder: Path, names: Iterable[str] | None = None) -> dict[str, Table]:
    """Read the tables of a folder (all, or those named) and check the keys between those read."""
    resources = read_dictionary(folder)
    chosen = list(resources) if names is None else list(names)
    for name in chosen:
        if name not in resources:
            raise TableError.at(
                Path(folder) / "datapackage.json",
                problem=f'no table "{name}"',
                allowed=", ".join(resources),
                mend=did_you_mean(name, resources),
            )
    tables = {name: read_table(resources[name].folder / resources[name].path, resources[name]) for name in chosen}
    check_foreign_keys(tables)
    return tables


def check_foreign_keys(tables: Mapping[str, Table]) -> None:
    """Refuse a filled key whose row is not in the table it points to, where both tables are given."""
    for table in tables.values():
        for key in table.resource.foreign_keys:
            if key.resource not in tables:
                continue
            target = tables[key.resource]
            known = set(zip(*(target[name].tolist() for name in key.reference), strict=True))
            for i, cells in enumerate(zip(*(table[name].tolist() for name in key.fields), strict=True)):
                if cells not in known and any(cells):
                    names = [" ".join(map(str, item)) for item in known]
                    found = ", ".join(f'{name} is "{cell}"' for name, cell in zip(key.fields, cells, strict=True))
                    allowed = f"{', '.join(key.reference)} of {target.path.name}"
                    raise table.error(
                        i,
                        problem=found,
                        allowed=allowed,
                        mend=did_you_mean(" ".join(map(str, cells)), names) or "add the row there",
                    )


def overlay(base: Table, rows: Table) -> Table:
    """Lay rows over a table: rows of a known key replace it in place, the others are appended in their order."""
    if base.name != rows.name:
        raise TableError.at(rows.path, problem=f'rows of table "{rows.name}" cannot be laid over table "{base.name}"')
    take = np.arange(len(base))
    added = []
    for i, key in enumerate(rows.keys()):
        at = base.index.get(key)
        if at is None:
            added.append(len(base) + i)
        else:
            take[at] = len(base) + i
    take = np.concatenate([take, np.array(added, dtype=take.dtype)])
    columns = {name: np.concatenate([base[name], rows[name]])[take] for name in base.columns}
    return _table(
        base.resource,
        base.path,
        columns,
        np.concatenate([base.line, rows.line])[take],
        np.concatenate([base.origin, rows.origin])[take],
    )


def write_table(table: Table, path: Path) -> None:
    """Write a table as UTF-8 CSV in the dictionary's column order; reading it again gives the same cells."""
    fields = table.resource.fields
    texts = [[text_of(field, cell) for cell in values_of(field, table[field.name])] for field in fields]
    write_records(Path(path), [[field.name for field in fields], *zip(*texts, strict=True)])
