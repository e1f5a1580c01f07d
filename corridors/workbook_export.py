"""A study as a workbook: tables with units in their heads, the heads frozen, and totals that stay live.

Sheet ``totals`` adds the activities of each way up with SUM over their lines in ``activities``, so that whoever changes a figure
there sees the total change; the value stored with each formula is the model's sum of the same figures. Where a closure may be met
on the way, the comparison's means are of the consignments that were delivered and may differ from these sums.

Every text is written as text: a name that begins with =, +, - or @ is shown as it stands and is never worked out. Lists are JSON
text, moments ISO 8601 text with their zone, as a workbook has neither. The file format's writer keeps 16 digits of a number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.citations import sources_of
from corridors.export_layers import Column, Layer, about, checked, columns_of, comparison, layers_of
from corridors.export_tables import cell
from corridors.result_tables import (
    ACTIVITY_COLUMNS,
    COST_COLUMNS,
    SOURCE_COLUMNS,
    Told,
    activity_rows,
    cost_rows,
)
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from corridors.study import Study

SUMMED = ("km", "hours_mean", "usd_mean", *(c for c in ACTIVITY_COLUMNS if c.startswith("usd_") and c != "usd_mean"))
"""Columns of the activities that are added up."""
WAY = ("origin", "destination", "corridor")
LONGEST = 32767
"""Characters that a cell may hold."""
WIDEST = 40


def write_workbook_of(study: Study, file: Path) -> None:
    """Write a study as a workbook.

    Parameters
    ----------
    study
        A study.
    file
        File to write.

    Raises
    ------
    ScenarioError
        Where XlsxWriter is not installed, or a text is longer than a cell can hold.
    """
    told, names = about(study), Told(study)
    rows = [row for way in study.ways for row in activity_rows(study, way, names)]
    activities = Layer("activities", "Activities of each way", columns_of(ACTIVITY_COLUMNS), rows)
    costs = Layer("costs", "Mean dollars by component and country", columns_of(COST_COLUMNS), cost_rows(study))
    sources = Layer("sources", "Sources", columns_of(SOURCE_COLUMNS), list(sources_of(study).values()))
    layers = layers_of(study)
    book = Book(file, told)
    book.about(told)
    book.sheet(comparison(study), frozen=9)
    book.totals(checked(activities))
    for layer in (activities, checked(costs), sources, layers["places"], layers["links"]):
        book.sheet(layer)
    book.close()


class Book:
    """Workbook being written; every value goes through :meth:`put`."""

    def __init__(self, file: Path, told: Mapping[str, str]) -> None:
        try:
            writer = import_module("xlsxwriter")
        except ImportError:
            msg = f"{file.name}: workbooks need XlsxWriter; install corridor-route-simulator[excel], or take csv"
            raise ScenarioError(msg) from None
        never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = file
        self.book = writer.Workbook(str(file), {"in_memory": True, **never})
        made = dt.datetime.combine(dt.date.fromisoformat(told["date"]), dt.time())  # same study, same bytes
        said = {"title": told["title"], "subject": told["question"], "comments": told["attribution"], "created": made}
        self.book.set_properties({**said, "keywords": told["licence"], "author": told["made_by"]})
        self.head = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})

    def close(self) -> None:
        """Write the file."""
        self.book.close()

    def put(self, sheet: Any, row: int, column: int, value: Any) -> None:
        """Write a plain value; a text is never taken for a formula, a link or a number."""
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value)
        elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), self.day)
        else:
            self._text(sheet, row, column, cell(value))

    def _text(self, sheet: Any, row: int, column: int, text: str, look: Any = None) -> None:
        if len(text) > LONGEST:
            msg = (
                f"{self.file.name}, sheet {sheet.get_name()}, line {row + 1}: a text of {len(text)} characters; "
                f"allowed {LONGEST}"
            )
            raise ScenarioError(msg)
        if text:
            sheet.write_string(row, column, text, look)

    def about(self, told: Mapping[str, str]) -> None:
        """Sheet that says what this is, how it was made, and whose work it rests on."""
        sheet = self.book.add_worksheet("about")
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 110)
        for row, (name, text) in enumerate(told.items()):
            self._text(sheet, row, 0, name, self.head)
            self._text(sheet, row, 1, text, self.wrapped)

    def heads(self, sheet: Any, columns: Sequence[Column], frozen: int) -> None:
        """First line: names with units, kept in sight."""
        for j, column in enumerate(columns):
            self._text(sheet, 0, j, column.heading, self.head)
            sheet.set_column(j, j, 12 if column.unit else min(WIDEST, 4 + len(column.name)))
        sheet.freeze_panes(1, frozen)

    def sheet(self, layer: Layer, frozen: int = 1) -> None:
        """Sheet of one table."""
        sheet = self.book.add_worksheet(layer.name)
        self.heads(sheet, layer.columns, frozen)
        for i, row in enumerate(layer.rows, start=1):
            for j, column in enumerate(layer.columns):
                self.put(sheet, i, j, row.get(column.name))
        sheet.autofilter(0, 0, max(len(layer.rows), 1), len(layer.columns) - 1)

    def totals(self, activities: Layer) -> None:
        """Sheet of one line a way: sums over its lines in the sheet of activities."""
        from xlsxwriter.utility import xl_col_to_name

        names = [column.name for column in activities.columns]
        summed = {name: xl_col_to_name(names.index(name)) for name in SUMMED}
        sheet = self.book.add_worksheet("totals")
        self.heads(sheet, columns_of((*WAY, *SUMMED)), len(WAY))
        for i, (way, first, rows) in enumerate(_blocks(activities.rows), start=1):
            for j, name in enumerate(way):
                self.put(sheet, i, j, name)
            for j, (name, letter) in enumerate(summed.items(), start=len(WAY)):
                span = f"{letter}{first + 1}:{letter}{first + len(rows)}"
                total = sum(row[name] for row in rows)
                sheet.write_formula(i, j, f"=SUM(activities!{span})", None, total)


def _blocks(rows: Iterable[Mapping[str, Any]]) -> list[tuple[tuple[str, ...], int, list[Mapping[str, Any]]]]:
    """Ways in the order of their activities: their names, the line of the first activity counted from 0, the activities."""
    blocks: list[tuple[tuple[str, ...], int, list[Mapping[str, Any]]]] = []
    for line, row in enumerate(rows, start=1):
        way = tuple(row[name] for name in WAY)
        if not blocks or blocks[-1][0] != way:
            blocks.append((way, line, []))
        blocks[-1][2].append(row)
    return blocks
