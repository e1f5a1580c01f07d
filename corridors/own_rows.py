"""Rows that a user brings: laid over ours, checked like ours, and shown as theirs ever after.

Files are read (:mod:`corridors.own_files`) and laid over our tables in their order (:mod:`corridors.own_overlay`). Keys of
evidence and sources, and the conditions of a parameter row, must name something that exists
(:mod:`corridors.own_names`); the network is then checked as a whole, like our own. What differs from ours at the end is
remembered row by row, so that every table, chart and map of a study can say which of its figures are the user's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.own_files import read_row_files
from corridors.own_names import OWN_SOURCE, check_names_of_rows
from corridors.own_overlay import FIGURES, lay, texts_of, words_of
from geodata.network import DATA as GEODATA
from geodata.network import TABLES, Network, network_of, read_network, read_network_tables
from geodata.sources import OSM_ELEMENT, element_row, keys_of
from geodata.tables import Table, read_dictionary, read_package
from sim.parameters import DATA as SIMDATA
from sim.parameters import Parameters, read_parameters

if TYPE_CHECKING:
    from geodata.dictionary import Resource
    from sim.itinerary import Priced

LAID_OVER = (*TABLES, "evidence", "sources", "parameters")
"""Tables that rows may be laid over."""

_BESIDE = ("note", "source", "basis", "length_basis")
_MOST_TOLD = 12
"""Rows that a printed table tells one by one."""


class OwnRow(NamedTuple):
    """One row of the user's: its table and key, where it stands, and its cells before (none if it is new) and after."""

    table: str
    key: str
    file: str
    line: int
    before: Mapping[str, str]
    after: Mapping[str, str]

    @property
    def name(self) -> str:
        """Name of the row among the rows of all tables, as in the column ``own_rows`` of every output."""
        return f"{self.table}:{self.key}"

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Cells that differ from ours, before and after; every filled cell of a new row."""
        pairs = {name: (self.before.get(name, ""), text) for name, text in self.after.items()}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def sentence(self) -> str:
        """Say what the row changes.

        Examples
        --------
        >>> ours = {"low": "0.02", "best": "0.038", "high": "0.06", "unit": "USD/t-km"}
        >>> own = {"low": "0.05", "best": "0.05", "high": "0.05", "unit": "USD/t-km"}
        >>> OwnRow("parameters", "usd.haul.road.pk", "rates.csv", 2, ours, own).sentence()
        'usd.haul.road.pk: 0.02/0.038/0.06 -> 0.05 USD/t-km (rates.csv, line 2)'
        """
        return f"{self.key}: {self._words()} ({self.file}, line {self.line})"

    def _words(self) -> str:
        if {*FIGURES, "unit"} & self.changes.keys() and "best" in self.after:
            own = f"{triple(self.after)} {self.after['unit']}"
            if not self.before:
                return f"new, {own}"
            unit = f" {self.before['unit']}" if "unit" in self.changes else ""
            return f"{triple(self.before)}{unit} -> {own}"
        told = {n: p for n, p in self.changes.items() if n not in _BESIDE and not n.endswith("evidence")}
        cells = ", ".join(f"{name} {a or 'empty'} -> {b or 'empty'}" for name, (a, b) in told.items())
        return (cells or "what it rests on") if self.before else "new"


def triple(cells: Mapping[str, Any]) -> str:
    """Low, best and high in words; one figure where all three are equal.

    Examples
    --------
    >>> triple({"low": 6.0, "best": 24.0, "high": 72.0})
    '6/24/72'
    """
    texts = [cell if isinstance(cell, str) else f"{cell:.6g}" for cell in (cells[name] for name in FIGURES)]
    return texts[0] if len(set(texts)) == 1 else "/".join(texts)


@dataclass(frozen=True)
class OwnRows:
    """All that the user laid over our tables.

    Parameters
    ----------
    files
        Files (and sheets), by the names used in messages.
    rows
        Rows that differ from ours.
    evidence, sources
        Evidence and sources as they stand with the user's laid over: source by evidence_id, row by source_id. Empty where
        no file was given.
    """

    files: tuple[str, ...] = ()
    rows: tuple[OwnRow, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict, repr=False)
    sources: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """Name of each row (:attr:`OwnRow.name`)."""
        return frozenset(row.name for row in self.rows)

    def used_by(self, activities: Iterable[Priced], parameters: Parameters) -> list[str]:
        """Names of the user's rows that activities rest on, each once, in the order in which they ask for them."""
        if not self.rows:
            return []
        asked: dict[str, None] = {}
        for priced in activities:
            a = priced.activity
            asked |= dict.fromkeys(f"parameters:{parameters.rows[number].parameter_id}" for number in priced.rows())
            ends = (a.link_id, f"{a.crossing_id} from", f"{a.crossing_id} to")
            places = {
                "links": [a.link_id],
                "crossings": [a.crossing_id],
                "lengths_osm": ends,
                "terminals": [a.terminal_id],
                "projects": [a.project_id],
                "nodes": [a.from_node_id, a.to_node_id],
            }
            asked |= dict.fromkeys(f"{table}:{key}" for table, keys in places.items() for key in keys)
        known = self.names
        return [name for name in asked if name in known]

    def priced_by(self, priced: Priced, component: str, parameters: Parameters) -> list[str]:
        """Names of the user's rows that one cost component of an activity rests on."""
        amount = priced.usd.get(component)
        if amount is None or not self.rows:
            return []
        numbers = amount.rows()
        asked = [f"parameters:{parameters.rows[number].parameter_id}" for number in numbers]
        return [name for name in asked if name in self.names]

    def as_json(self) -> list[dict[str, object]]:
        """Rows for ``study.json``: which row, where it stands, and each changed cell before and after."""
        return [
            {"row": row.name, "file": row.file, "line": row.line, "new": not row.before, "changes": row.changes}
            for row in self.rows
        ]

    def sentences(self, used: Collection[str]) -> list[str]:
        """Say what was laid over: a line for all, one a row, and one with the rows that the ways at hand do not use.

        Parameters
        ----------
        used
            Names of the rows that are used.
        """
        if not self.rows:
            return []
        able = [row for row in self.rows if row.table not in {"evidence", "sources"}]
        idle = [row.key for row in able if row.name not in used]
        lines = [f"* rests on own rows. {self}; {len(able) - len(idle)} used by these ways:"]
        lines += [f"  {row.sentence()}" for row in able[:_MOST_TOLD]]
        if len(able) > _MOST_TOLD:
            lines.append(f"  and {len(able) - _MOST_TOLD} more, all in study.json")
        if idle:
            rest = f" and {len(idle) - _MOST_TOLD} more" if len(idle) > _MOST_TOLD else ""
            lines.append(f"  not used by these ways: {', '.join(idle[:_MOST_TOLD])}{rest}")
        return lines

    def __str__(self) -> str:
        """Say in a few words what was laid over; empty where nothing was."""
        if not self.rows:
            return ""
        return f"{len(self.rows)} own row{'s' if len(self.rows) > 1 else ''} laid over the tables ({'; '.join(self.files)})"


def tables_with(files: Sequence[str | Path]) -> tuple[Network, Parameters, OwnRows]:
    """Network and parameters with files of rows laid over them.

    Parameters
    ----------
    files
        CSV or XLSX files, laid in their order.

    Raises
    ------
    TableError
        Naming file (and sheet), line, column, what was found, what is allowed and how to mend it.
    """
    if not files:
        return read_network(), read_parameters(), OwnRows()
    ours = shipped_tables()
    read = read_row_files(files, {name: table.resource for name, table in ours.items()})
    laid = dict(ours)
    for file in read:
        laid[file.resource.name] = lay(file, laid[file.resource.name])
    labels = tuple(dict.fromkeys(file.label for file in read))
    rows = tuple(sorted(_own_rows(ours, laid, labels), key=lambda row: (labels.index(row.file), row.line)))
    network = network_of({name: laid[name] for name in TABLES})
    parameters = Parameters(laid["parameters"], theirs=labels)
    check_names_of_rows(laid, ours, labels)
    evidence = dict(zip(laid["evidence"]["evidence_id"], laid["evidence"]["source_id"], strict=True))
    sources: dict[str, Mapping[str, object]] = {str(row["source_id"]): row for row in laid["sources"].rows()}
    touched = tuple(label for label in labels if any(row.file == label for row in rows))
    sources |= {key: element_row(key) for key in _element_keys(rows)}
    return network, parameters, OwnRows(touched, rows, evidence, sources | {OWN_SOURCE: _own_source(touched)})


def _element_keys(rows: Iterable[OwnRow]) -> list[str]:
    """Elements of OpenStreetMap that the user's rows name as sources."""
    return [key for key in keys_of(row.after.get("source", "") for row in rows) if OSM_ELEMENT.fullmatch(key)]


def shipped_tables() -> dict[str, Table]:
    """Our tables that rows may be laid over, by name."""
    return {
        **read_network_tables(),
        **read_package(GEODATA, ["evidence", "sources"]),
        **read_package(SIMDATA, ["parameters"]),
    }


def resources_laid_over() -> dict[str, Resource]:
    """Dictionary of the tables that rows may be laid over, by name."""
    known = {**read_dictionary(GEODATA), **read_dictionary(SIMDATA)}
    return {name: known[name] for name in LAID_OVER}


def _own_rows(ours: Mapping[str, Table], laid: Mapping[str, Table], labels: Sequence[str]) -> Iterator[OwnRow]:
    """Rows that came from the user's files and differ from ours."""
    for name, table in laid.items():
        for key, i in table.index.items():
            if table.origin[i] in labels:
                at = ours[name].index.get(key)
                before = {} if at is None else texts_of(ours[name], at)
                row = OwnRow(name, words_of(key), table.origin[i], int(table.line[i]), before, texts_of(table, i))
                if row.changes:
                    yield row


def _own_source(files: Sequence[str]) -> dict[str, object]:
    """Entry of the bibliography for what the user brought."""
    return {
        "source_id": OWN_SOURCE, "title": f"Own rows: {'; '.join(files)}", "publisher": "the user", "year": None,
        "url": "", "accessed": None, "kind": "own_rows", "grade": "D", "note": "laid over ours for this run; not judged here",
    }  # fmt: skip
