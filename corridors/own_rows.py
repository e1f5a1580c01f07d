"""Rows that a user brings, laid over ours: checked by the same dictionary and shown as theirs ever after.

Two kinds of file are accepted, and the header says which it is.

*Every column*: a row is taken as it stands; it replaces the row of the same key, or is new. An empty cell is an empty
cell.

*The key and some columns*: a partial update, say five rates of a forwarder. A filled cell replaces ours, an empty cell
or an absent column leaves ours as it is. Then nothing of ours may vouch for a figure that is not ours, so:

- ``best`` alone states a known value: low and high become it too, as with ``--set``;
- evidence of ours is taken off a figure that changed (this also holds in a file with every column);
- a parameter whose basis is not given becomes an ``assumption``, a length whose basis is not given an ``estimate``;
- where ``source`` is not given, ``own-rows`` is added to ours; where ``note`` is not given, it says what was changed;
- a unit may only change together with all its figures.

A key that is not ours is a new row and needs every required column; the nearest key of ours is offered. A row that says
what ours says stays ours. Laying the same files twice is the same as once. Files are laid in their order.

Keys of evidence and sources, and the conditions of a parameter row, must name something that exists
(:mod:`corridors.own_names`); the network is then checked as a whole, like our own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corridors.own_files import RowFile, read_row_files
from corridors.own_names import OWN_SOURCE, check_names_of_rows
from geodata.cells import text_of
from geodata.network import DATA as GEODATA
from geodata.network import TABLES, Network, network_of, read_network, read_network_tables
from geodata.tables import Table, did_you_mean, overlay, read_dictionary, read_package, read_rows
from sim.parameters import DATA as SIMDATA
from sim.parameters import Parameters, read_parameters

if TYPE_CHECKING:
    from geodata.dictionary import Resource
    from sim.itinerary import Priced

LAID_OVER = (*TABLES, "evidence", "sources", "parameters")
"""Tables that rows may be laid over."""

_FIGURES = ("low", "best", "high")
_MOST_TOLD = 12
"""Rows that a printed table tells one by one."""


class Change(NamedTuple):
    """One cell before and after, as texts, in the column's unit."""

    field: str
    before: str
    after: str


class OwnRow(NamedTuple):
    """One row of the user's: its table and key, where it stands, and what it changes (every filled cell if it is new)."""

    table: str
    key: str
    file: str
    line: int
    new: bool
    unit: str
    changes: tuple[Change, ...]

    @property
    def name(self) -> str:
        """Name of the row among the rows of all tables, as in the column ``own_rows`` of every output."""
        return f"{self.table}:{self.key}"

    def sentence(self) -> str:
        """Say what the row changes.

        Examples
        --------
        >>> change = Change("best", "1.35", "1.6")
        >>> OwnRow("parameters", "usd.haul.road.pk", "rates.csv", 2, False, "USD/truck-km", (change,)).sentence()
        'usd.haul.road.pk: best 1.35 -> 1.6 USD/truck-km (rates.csv, line 2)'
        """
        told = [c for c in self.changes if c.field not in {"note", "source"} and not c.field.endswith("evidence")]
        if self.new:
            words = "new" + "".join(f", {c.field} {c.after}" for c in told if c.field in _FIGURES)
        else:
            words = ", ".join(f"{c.field} {c.before or 'empty'} -> {c.after or 'empty'}" for c in told) or "its sources"
        return f"{self.key}: {words}{f' {self.unit}' if self.unit else ''} ({self.file}, line {self.line})"


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
        numbers = [number for number, _ in amount.factors] + [amount.covered_by] * (amount.covered_by >= 0)
        asked = [f"parameters:{parameters.rows[number].parameter_id}" for number in numbers]
        return [name for name in asked if name in self.names]

    def as_json(self) -> list[dict[str, object]]:
        """Rows for ``study.json``: which row, where it stands, and each changed cell before and after."""
        return [
            {
                "row": row.name, "file": row.file, "line": row.line, "new": row.new, "unit": row.unit,
                "changes": {c.field: [c.before, c.after] for c in row.changes},
            }
            for row in self.rows
        ]  # fmt: skip

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
        lines = [f"* {self}; {len(able) - len(idle)} used by these ways"]
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
        return f"{len(self.rows)} row{'s' if len(self.rows) > 1 else ''} of your own ({'; '.join(self.files)})"


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
    rows = tuple(_own_rows(ours, laid, labels))
    network = network_of({name: laid[name] for name in TABLES})
    parameters = Parameters(laid["parameters"], theirs=labels)
    check_names_of_rows(laid, ours, labels)
    evidence = dict(zip(laid["evidence"]["evidence_id"], laid["evidence"]["source_id"], strict=True))
    sources: dict[str, Mapping[str, object]] = {str(row["source_id"]): row for row in laid["sources"].rows()}
    touched = tuple(label for label in labels if any(row.file == label for row in rows))
    return network, parameters, OwnRows(touched, rows, evidence, sources | {OWN_SOURCE: _own_source(touched)})


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


def lay(file: RowFile, table: Table) -> Table:
    """Lay one file over its table; rows that say what the table says are left out.

    Raises
    ------
    TableError
        Where a cell breaks the dictionary, a new row lacks a required column, or a unit changes without its figures.
    """
    resource = table.resource
    texts = [_merged(file, i, table) for i in range(len(file.rows))]
    rows = read_rows(texts, resource, file.label, file.lines)
    at = [table.index.get(key) for key in rows.keys()]  # noqa: SIM118 - keys() of a table is its primary keys
    return overlay(table, rows.where([i for i, j in enumerate(at) if j is None or rows.row(i) != table.row(j)]))


def _merged(file: RowFile, i: int, table: Table) -> dict[str, str]:
    """One row of a file as a whole row, its gaps filled from the row it replaces."""
    given = file.rows[i]
    names = table.resource.primary_key
    key = given[names[0]] if len(names) == 1 else tuple(given[name] for name in names)
    at = table.index.get(key)
    if at is None:
        if not file.whole:
            _refuse_gaps(file, i, table)
        return given
    before = {name: text_of(table.resource.field[name], cell) for name, cell in table.row(at).items()}
    stated = given if file.whole else {name: text for name, text in given.items() if text}
    return _settled(file, i, before, stated)


def _refuse_gaps(file: RowFile, i: int, table: Table) -> None:
    given, names = file.rows[i], table.resource.primary_key
    missing = [f.name for f in table.resource.fields if f.required and not given.get(f.name)]
    if missing:
        keys = [" ".join(map(str, key)) if isinstance(key, tuple) else key for key in table.index]
        found = " ".join(given[name] for name in names).strip()
        raise file.error(
            i,
            problem=f"we have no such row, so it is new, and {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty",
            mend=did_you_mean(found, keys) or "fill in every required column (corridors template DIR lists them)",
        )


def _settled(file: RowFile, i: int, before: Mapping[str, str], stated: Mapping[str, str]) -> dict[str, str]:
    """Row of ours with what is stated laid over it, and nothing of ours left that would vouch for it."""
    fields = file.resource.field
    after = {**before, **stated}
    if "best" in stated and not {"low", "high"} & stated.keys():
        after |= {"low": stated["best"], "high": stated["best"]}
    changed = [name for name in fields if not _same(fields[name].type, before[name], after[name])]
    if not changed:
        return dict(before)
    if "unit" in changed and "low" in fields and not ({"low", "high"} <= stated.keys() or "best" in stated):
        raise file.error(
            i,
            problem=f'unit is "{after["unit"]}" and ours is "{before["unit"]}", and the figures are not all given',
            mend="give low, best and high in the new unit, or best alone",
        )
    proofs = [f"{name}_evidence" for name in changed if f"{name}_evidence" in fields]
    after |= {proof: "" for proof in proofs if after[proof] == before[proof]}
    told = "; ".join(f"{name} {before[name] or 'empty'} -> {after[name] or 'empty'}" for name in changed)
    ours = before.get("source", "").split(";")
    unstated = {
        "basis": "assumption" if set(changed) & set(_FIGURES) else before.get("basis", ""),
        "length_basis": "estimate" if any(n.endswith("length_km") for n in changed) else before.get("length_basis", ""),
        "source": ";".join([*(source for source in ours if source != OWN_SOURCE), OWN_SOURCE]),
        "source_id": OWN_SOURCE,
        "note": f"From {file.label}: {told}. Ours: {before.get('note') or 'no note'}",
    }
    kept = {*stated, *file.resource.primary_key}
    return after | {name: text for name, text in unstated.items() if name in fields and name not in kept}


def _same(kind: str, one: str, other: str) -> bool:
    if one == other or kind not in ("number", "integer"):
        return one == other
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _own_rows(ours: Mapping[str, Table], laid: Mapping[str, Table], labels: Sequence[str]) -> list[OwnRow]:
    """Rows that came from the user's files and differ from ours."""
    found = []
    for name, table in laid.items():
        before = ours[name]
        fields = table.resource.fields
        for i, key in enumerate(table.keys()):
            if table.origin[i] not in labels:
                continue
            at = before.index.get(key)
            new = table.row(i)
            old = {} if at is None else before.row(at)
            pairs = [(f, text_of(f, old.get(f.name)), text_of(f, new[f.name])) for f in fields]
            changes = tuple(Change(f.name, a, b) for f, a, b in pairs if a != b)
            if changes:
                words = " ".join(part for part in (key if isinstance(key, tuple) else (key,)) if part)  # type: ignore[misc]
                unit = str(new.get("unit", ""))
                found.append(OwnRow(name, words, str(table.origin[i]), int(table.line[i]), at is None, unit, changes))
    return found


def _own_source(files: Sequence[str]) -> dict[str, object]:
    """Entry of the bibliography for what the user brought."""
    return {
        "source_id": OWN_SOURCE, "title": f"Rows of your own: {'; '.join(files)}", "publisher": "the user", "year": None,
        "url": "", "accessed": None, "kind": "own_rows", "grade": "D", "note": "laid over ours for this run; not judged here",
    }  # fmt: skip
