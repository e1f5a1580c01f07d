"""Sources on both sides of a claim: who prints it, and what stands against it or behind the rows that test it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from corridors.claims import library
from corridors.observed import shipped, shipped_network
from corridors.readiness import read_rungs
from corridors.rerouting import LENGTH
from geodata.sources import cite
from sim.fleet import read_fleet

if TYPE_CHECKING:
    from corridors.claim_verdicts import Verdict


def other_side(v: Verdict) -> list[str]:
    """Source ids of other published values and claims, then of the rows that test it, each once and none of the claim's own."""
    evidence = library()[1]
    keys = [item.source_id for item in v.others]
    keys += [key for other in v.against for key in other.source]
    names = [*v.answer.mostly, *([n.input.lever.name for n in v.needs.alone] if v.needs else [])]
    for name in dict.fromkeys(names):
        keys += sources_behind(name)
    keys += [evidence[e].source_id for e in v.answer.leans_on if v.claim.measure == "trip"]
    return [key for key in dict.fromkeys(keys) if key not in v.claim.source]


def citations(keys: Iterable[str]) -> list[str]:
    """Sources as they are cited."""
    sources = library()[0]
    return [cite(sources[key]) for key in keys]


def read_until(keys: Iterable[str]) -> str:
    """Day on which the last of some sources was read, YYYY-MM-DD; what came after it is not in them."""
    sources = library()[0]
    days = [sources[key].accessed for key in keys if key in sources]
    return max(days).isoformat() if days else "no day"


def sources_behind(name: str) -> list[str]:
    """Source ids behind an input of the model, by its name (:mod:`corridors.input_words`), each once."""
    evidence = library()[1]
    return list(dict.fromkeys(key if key in library()[0] else evidence[key].source_id for key in _keys(name) if key))


def _keys(name: str) -> Iterable[str]:
    """Evidence or source ids of an input."""
    projects, parameters = shipped_network().projects, shipped()[1]
    name = name.removeprefix("parameters:")
    if name in parameters.number:
        return parameters[name].evidence
    if name.startswith(LENGTH):
        return projects[name.removeprefix(LENGTH)].evidence["length_km"]
    if name.startswith("projects:"):
        _, project, column = name.split(":")
        return projects[project].evidence[column]
    table, *parts = name.split(".")
    if table == "opening_year":
        return projects[parts[0]].evidence[table]
    if table == "readiness_years":
        return next(rung.sources for rung in read_rungs()[parts[0]] if rung.step == parts[1])
    row = read_fleet().row(table, parts[0], parts[1].upper()) or {}
    return [row.get(f"{rank}_evidence") or "" for rank in ("low", "best", "high")]
