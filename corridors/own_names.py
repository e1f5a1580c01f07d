"""Names in a user's rows: what a condition, a source or a piece of evidence may be called.

A parameter row with a misspelt condition would match no activity and be lost without a word. So every condition
of the user's rows must be a word that the tables know: a place, a stretch, a crossing, a country, a mode, a month; the
nearest right name is offered. What a figure "already contains" is checked where it names an activity
(``clear.border.fee``); other words (fuel, driver) are free. Keys of sources and evidence must stand in our lists or in
the user's own; ``own-rows`` stands for the user's files themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geodata.sources import check_sources
from geodata.tables import did_you_mean
from sim.consignment import LOAD_UNITS
from sim.parameters import SELECTORS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from geodata.tables import Table

OWN_SOURCE = "own-rows"
"""Source id of the user's files."""

_WORDS = {
    "traction": ("electric", "diesel"),
    "service": ("block_train", "wagonload", "single_truck"),
    "direction": ("in", "out", "southbound", "northbound"),
    "months": tuple(str(month) for month in range(1, 13)),
    "vehicle": ("wagon", "trailer", "rigid", "vessel"),
    "load_unit": LOAD_UNITS,
    "side": ("both",),
}
"""Words of conditions that no table declares."""

_COLUMNS = {
    "mode": [("links", "mode")],
    "gauge_mm": [("links", "gauge_mm"), ("crossings", "gauge_mm")],
    "country": [("links", "country")],
    "line_id": [("links", "line_id")],
    "node_id": [("nodes", "node_id")],
    "link_id": [("links", "link_id")],
    "crossing_id": [("crossings", "crossing_id")],
    "terminal_id": [("terminals", "terminal_id")],
    "upgrade_id": [("projects", "project_id")],
    "terrain": [("links", "terrain")],
    "side": [("crossings", "from_country"), ("crossings", "to_country")],
    "method": [("terminals", "method")],
    "commodity": [("closures", "commodity")],
}
"""Columns whose allowed words or cells are the words of a condition."""


def check_names_of_rows(laid: Mapping[str, Table], ours: Mapping[str, Table], labels: Sequence[str]) -> None:
    """Refuse a row from the user's files that names what does not exist.

    Parameters
    ----------
    laid, ours
        Tables with and without the user's rows.
    labels
        The user's files, as they stand in the tables' origins.

    Raises
    ------
    TableError
        Naming file, line, column, what was found and the nearest right name.
    """
    theirs = {name: table.where(np.isin(table.origin.astype(str), list(labels))) for name, table in laid.items()}
    sources = {*laid["sources"]["source_id"], OWN_SOURCE}
    evidence = theirs.pop("evidence")
    check_sources(theirs, sources, set(laid["evidence"]["evidence_id"]))
    for i, name in enumerate(evidence["source_id"]):
        if name not in sources:
            mend = did_you_mean(name, sources) or f"add the row to sources, or write {OWN_SOURCE}"
            raise evidence.error(i, problem=f'source_id is "{name}"', allowed="source_id of sources.csv", mend=mend)
    _check_conditions(theirs["parameters"], known_words(laid, ours["parameters"]))
    _check_includes(theirs["parameters"], ours["parameters"])


def known_words(tables: Mapping[str, Table], parameters: Table) -> dict[str, set[str]]:
    """Words that each condition of a parameter row may hold."""
    words = {name: set(_WORDS.get(name, ())) for name in SELECTORS}
    for name, columns in _COLUMNS.items():
        for table, column in columns:
            field = tables[table].resource.field[column]
            cells = field.enum or tables[table][column]
            words[name] |= {part for cell in cells for part in str(cell).split(";") if part}
    for name in SELECTORS:
        words[name] |= {part for cell in parameters[name] for part in str(cell).split(";") if part}
    return words


def _check_conditions(rows: Table, words: Mapping[str, Collection[str]]) -> None:
    for name in SELECTORS:
        for i, cell in enumerate(rows[name]):
            for part in str(cell).split(";"):
                if part and part not in words[name]:
                    allowed = ", ".join(sorted(words[name])) if len(words[name]) <= 20 else f"a known {name}"
                    mend = did_you_mean(part, words[name]) or "several are separated by ';', without blanks"
                    raise rows.error(i, problem=f'{name} is "{cell}"', allowed=allowed, mend=mend)


def _check_includes(rows: Table, parameters: Table) -> None:
    fields = rows.resource.field
    kinds = fields["kind"].enum
    parts = {*fields["component"].enum, *(word for cell in parameters["reason"] for word in cell.split(";") if word)}
    for i, cell in enumerate(rows["includes"]):
        for token in cell.split(";"):
            kind, *rest = token.split(".")
            if not rest:
                continue
            for word, known in ((kind, kinds), *((part, parts) for part in rest)):
                if word not in known:
                    mend = did_you_mean(word, known) or "write kind.reason.component"
                    raise rows.error(
                        i, problem=f'includes names "{token}"', allowed=", ".join(sorted(known)), mend=mend
                    )
