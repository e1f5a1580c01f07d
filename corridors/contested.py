"""Quantities on which sources disagree: every published value side by side, and what the model adopts.

``contested.csv`` names a quantity, the evidence on it and the rows whose low, best and high the model uses. Nothing is
averaged and nothing is left out: a value that is ten times the others stands among them, and its note says why it is
believed to be a misprint. What is adopted is read from the tables, never typed a second time, so it cannot go stale:

    projects:uap:length_km              low, best and high of that project
    parameters:usd.haul.track.rail.kz.feu
    projects:a:length_km+projects:b:length_km   the sum of both; ends add up to ends
    nothing                             the model uses no such figure, and the reason says so

A quantity is found by its name, by an alias (often the figure people quote: ``687``), or by a part of its name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from corridors.toml_files import ScenarioError, nearest
from geodata.elements import RANKS
from geodata.network import DATA as GEODATA
from geodata.sources import Evidence, Source, keys_of, read_sources
from geodata.tables import TableError, did_you_mean, read_package
from sim.parameters import read_parameters

_PARTS = {"projects": 3, "parameters": 2}


class Triple(NamedTuple):
    """What the model draws from: low, best and high of one row or of rows added up."""

    rows: tuple[str, ...]
    low: float
    best: float
    high: float
    unit: str


class Published(NamedTuple):
    """One published value and the document it stands in."""

    evidence: Evidence
    source: Source


class Contested(NamedTuple):
    """A quantity on which sources disagree: a row of ``contested.csv``."""

    quantity_id: str
    name: str
    aliases: tuple[str, ...]
    unit: str
    evidence_ids: tuple[str, ...]
    adopted: tuple[tuple[str, ...], ...]
    reason: str
    note: str


@lru_cache(maxsize=1)
def read_contested() -> dict[str, Contested]:
    """Contested quantities by name, in the order of the table."""
    table = read_package(GEODATA, ["contested"])["contested"]
    found = {}
    for row in table.rows():
        adopted = tuple(tuple(group.split("+")) for group in keys_of([row["adopted"]]))
        item = Contested(
            row["quantity_id"], row["name"], tuple(keys_of([row["aliases"]])), row["unit"],
            tuple(keys_of([row["evidence_ids"]])), adopted, row["reason"], row["note"],
        )  # fmt: skip
        found[item.quantity_id] = item
    return found


def find_contested(name: str) -> Contested:
    """Quantity of a name, of an alias, or the only one whose name contains the words.

    Raises
    ------
    ScenarioError
        Where there is none, or more than one.
    """
    known = read_contested()
    asked = name.strip().casefold()
    exact = [q for q in known.values() if asked in {q.quantity_id, *(a.casefold() for a in q.aliases)}]
    part = [q for q in known.values() if asked and (asked in q.quantity_id or asked in q.name.casefold())]
    found = exact or part
    if len(found) == 1:
        return found[0]
    if found:
        msg = f'"{name}" fits {len(found)} contested quantities; name one of {", ".join(q.quantity_id for q in found)}'
        raise ScenarioError(msg)
    names = [*known, *(a for q in known.values() for a in q.aliases)]
    msg = f'no contested quantity is called "{name}"{nearest(name, names)}; "corridors evidence" lists them'
    raise ScenarioError(msg)


def published(quantity: Contested) -> list[Published]:
    """Return every published value of a quantity, from the smallest, those without a value last."""
    sources, evidence = read_sources()
    items = [evidence[name] for name in quantity.evidence_ids]
    items.sort(key=lambda item: (item.unit != quantity.unit, item.value is None, item.value or 0.0, item.as_of))
    return [Published(item, sources[item.source_id]) for item in items]


def adopted(quantity: Contested) -> list[Triple]:
    """Return what the model draws from, one triple a row or sum of rows; nothing where it uses no such figure.

    Raises
    ------
    TableError
        Where a row that ``adopted`` names is not there.
    """
    return [_triple(quantity, group) for group in quantity.adopted]


def _triple(quantity: Contested, group: tuple[str, ...]) -> Triple:
    parts = [_one(quantity, name) for name in group]
    low, best, high = (sum(values) for values in zip(*((p.low, p.best, p.high) for p in parts), strict=True))
    return Triple(group, low, best, high, parts[0].unit)


def _one(quantity: Contested, name: str) -> Triple:
    table, _, key = name.partition(":")
    if len(name.split(":")) != _PARTS.get(table, 0):
        raise _fault(quantity, name, "projects:ID:FIELD or parameters:ID")
    if table == "parameters":
        parameters = read_parameters()
        if key not in parameters.number:
            raise _fault(quantity, name, did_you_mean(key, parameters.number) or "a parameter_id of parameters.csv")
        row = parameters[key]
        return Triple((name,), row.low, row.best, row.high, row.unit)
    projects = read_package(GEODATA, ["projects"])["projects"]
    project, _, field = key.partition(":")
    if project not in projects.index:
        raise _fault(quantity, name, did_you_mean(project, map(str, projects.index)) or "a project_id of projects.csv")
    fields = [column.removesuffix("_best") for column in projects.columns if column.endswith("_best")]
    if field not in fields:
        raise _fault(quantity, name, did_you_mean(field, fields) or ", ".join(fields))
    at = projects.index[project]
    low, best, high = (float(projects[f"{field}_{rank}"][at]) for rank in RANKS)
    return Triple((name,), low, best, high, projects.resource.field[f"{field}_best"].unit)


def _fault(quantity: Contested, name: str, allowed: str) -> TableError:
    where = f'quantity_id "{quantity.quantity_id}"'
    return TableError.at("contested.csv", where, problem=f'adopted names "{name}"', allowed=allowed)
