"""Cells: the texts of one column and the array they stand for.

A column is checked whole; only if a check fails is the first bad cell looked for. An empty cell stays
missing: "" in a text, nan in a number, NaT in a date. Spreadsheets and ``float`` accept things that are
refused here: ``nan``, ``inf``, figures too large for a float, decimal commas, digit groups, digits of other
scripts, TRUE in capitals, half a date. Writing and reading again gives the same value to the last bit.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geodata.dictionary import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.dictionary import Field

Array = NDArray[Any]

_NUMBER_LETTERS = frozenset("0123456789.+-eE")
_INTEGER_LETTERS = frozenset("0123456789+-")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3})+(?:\.\d*)?")
_EXACT = 2.0**53  # up to here a float holds every whole number
_LARGEST = float(np.finfo(float).max)


_FORMS = {
    r"\d{4}(-\d{2}(-\d{2})?)?": "a year, a month or a day, say 2026, 2026-11 or 2026-11-25",
    r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*": "a name in small letters and figures, parted by dots, dashes or underscores",
    r"([1-9]|1[0-2])(;([1-9]|1[0-2]))*": "months as numbers from 1 to 12, parted by semicolons, say 11;12;1",
    r"[1-7](;[1-7])*": "days of the week from 1 (Monday) to 7, parted by semicolons, say 1;2;3",
    r"[0-2][0-9]:[0-5][0-9]": "a time of day as HH:MM",
}
"""Patterns of the dictionaries in words."""


class CellError(Exception):
    """The first bad cell of a column: its row number, what is allowed and how to mend it."""

    def __init__(self, row: int, allowed: str, mend: str = "") -> None:
        super().__init__(row, allowed, mend)
        self.row, self.allowed, self.mend = row, allowed, mend


def column_of(field: Field, cells: list[str]) -> Array:
    """Turn the texts of one column into its array, or raise at the first bad cell."""
    distinct = set(cells)
    if field.required and "" in distinct:
        raise CellError(cells.index(""), _allowed(field), "fill it in; the column is required")
    distinct.discard("")
    if field.type in ("number", "integer"):
        return _numbers(field, cells)
    if field.type == "boolean":
        bad = next((i for i, cell in enumerate(cells) if cell not in ("true", "false")), None)
        if bad is not None:
            raise CellError(bad, "true, false", "write it in small letters; a yes-or-no column is never empty")
        return np.array([cell == "true" for cell in cells], dtype=bool)
    if field.enum and not distinct <= set(field.enum):
        bad = next(i for i, cell in enumerate(cells) if cell and cell not in field.enum)
        raise CellError(bad, _allowed(field), did_you_mean(cells[bad], field.enum))
    if field.pattern:
        match = re.compile(field.pattern).fullmatch
        wrong = {cell for cell in distinct if not match(cell)}
        if wrong:
            raise CellError(
                next(i for i, cell in enumerate(cells) if cell in wrong),
                _allowed(field),
                _blanks(cells, wrong),
            )
    return _dates(cells, distinct) if field.type == "date" else np.array(cells, dtype=object)


def _blanks(cells: Sequence[str], wrong: set[str]) -> str:
    return "no blanks inside" if any(" " in cell for cell in cells if cell in wrong) else ""


def _numbers(field: Field, cells: list[str]) -> Array:
    letters = _INTEGER_LETTERS if field.type == "integer" else _NUMBER_LETTERS
    try:
        values = np.array([float(cell) if cell else math.nan for cell in cells], dtype=np.float64)
        sound = (
            set("".join(cells)) <= letters
            and not (np.abs(values) > (_EXACT if field.type == "integer" else _LARGEST)).any()
        )
    except ValueError:
        sound = False
    if not sound:
        bad = next(i for i, cell in enumerate(cells) if cell and not _is_number(cell, letters))
        raise CellError(bad, _allowed(field), _mend_number(cells[bad]))
    for wrong in (
        values < (-math.inf if field.minimum is None else field.minimum),
        values > (math.inf if field.maximum is None else field.maximum),
    ):
        if wrong.any():
            raise CellError(int(wrong.argmax()), _allowed(field), f"the unit is {field.unit}" if field.unit else "")
    if field.enum:
        wrong = ~(np.isin(values, [float(item) for item in field.enum]) | np.isnan(values))
        if wrong.any():
            raise CellError(int(wrong.argmax()), _allowed(field), did_you_mean(cells[int(wrong.argmax())], field.enum))
    return values


def _is_number(cell: str, letters: frozenset[str]) -> bool:
    try:
        value = abs(float(cell))
    except ValueError:
        return False
    return set(cell) <= letters and value <= (_EXACT if letters is _INTEGER_LETTERS else _LARGEST)


def _mend_number(cell: str) -> str:
    if "," in cell or _GROUPED.fullmatch(cell):
        return "write a decimal point and no thousands mark, say 1234.5"
    return 'leave the cell empty if the figure is not known; write no unit, no "nan", no "inf"'


def _dates(cells: list[str], distinct: set[str]) -> Array:
    parsed: dict[str, date | str] = {"": "NaT"}
    for cell in distinct:
        try:
            if _ISO_DATE.fullmatch(cell):
                parsed[cell] = date.fromisoformat(cell)
        except ValueError:
            continue
    bad = next((i for i, cell in enumerate(cells) if cell not in parsed), None)
    if bad is not None:
        raise CellError(
            bad,
            "a day of the calendar as YYYY-MM-DD",
            "spreadsheets like to rewrite dates: format the column as text",
        )
    return np.array([parsed[cell] for cell in cells], dtype="datetime64[D]")


def _allowed(field: Field) -> str:
    if field.enum:
        return ", ".join(field.enum)
    if field.pattern:
        return _FORMS.get(field.pattern, f"text of the form {field.pattern}")
    words = {
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true, false",
        "date": "YYYY-MM-DD",
    }.get(field.type, "a text")
    if field.minimum is not None and field.maximum is not None:
        words += f" from {field.minimum:g} to {field.maximum:g}"
    elif field.minimum is not None:
        words += f" of at least {field.minimum:g}"
    elif field.maximum is not None:
        words += f" of at most {field.maximum:g}"
    return f"{words} [{field.unit}]" if field.unit else words


def values_of(field: Field, column: Array) -> list[Any]:
    """Return the cells of an array as plain values; a missing number or date is None."""
    if field.type in ("number", "integer"):
        plain = int if field.type == "integer" else float
        return [None if math.isnan(cell) else plain(cell) for cell in column.tolist()]
    return list(column.tolist())


def text_of(field: Field, value: object) -> str:
    """Return a plain value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(float(value)).removesuffix(".0")
    if isinstance(value, list | tuple):
        return ";".join(text_of(field, item) for item in value)
    return value.isoformat() if isinstance(value, date) else str(value)
