"""Bibliography of a study: exactly the documents its figures rest on, the weakest first, and how much each carries.

A study uses some rows of the tables and no others. This module walks from every activity of every feasible way to those
rows (stretches, crossings, terminals, projects, closures, parameter rows) and from the rows to their sources
(:mod:`corridors.citations`). Each source is listed with the rows that rest on it and the one that weighs most.

*Weight* of a row is its share of the expected hours, or of the expected dollars, of all feasible ways together, whichever
is larger: an hour counts for every row it was computed from. A speed row that makes 100 of 1,000 hours weighs 10 %.
Emission rows weigh nothing here. *Basis* of a source is the weakest basis among the rows that rest on it; a stretch has
the basis of its length (a share of a published total and a length measured on OpenStreetMap count as derived), and what
only says that a thing is there counts as published.

Sorted by basis, weakest first, then by grade, weakest first, then by weight: a reader who looks for trouble finds it at the
top.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from corridors.citations import source_rows, sources_of_row
from geodata.sources import BASES, keys_of
from sim.amounts import expected

if TYPE_CHECKING:
    from corridors.study import Study
    from sim.itinerary import Priced

LENGTH_BASIS = {"published": "published", "share_of_published": "derived", "osm": "derived", "estimate": "estimate"}


class Row(NamedTuple):
    """A row of some table that a study used: its name, its basis, its sources."""

    name: str
    basis: str
    sources: tuple[str, ...]


class Entry(NamedTuple):
    """One source of a study."""

    source: dict[str, object]
    basis: str
    rows: tuple[str, ...]
    heaviest: str
    share: float
    of: str


def bibliography(study: Study) -> list[Entry]:
    """Sources of a study, weakest basis first, then weakest grade, then heaviest.

    Returns
    -------
    list of Entry
        ``rows`` sorted by name; ``share`` is the larger of the heaviest row's shares of hours and of dollars, and ``of``
        says which. [1]
    """
    rows: dict[str, Row] = {}
    hours: dict[str, float] = {}
    usd: dict[str, float] = {}
    totals = [0.0, 0.0]
    for priced in _activities(study):
        took = expected(priced.hours, study.parameters, study.lengths)
        paid = {name: expected(amount, study.parameters, study.lengths) for name, amount in priced.usd.items()}
        totals[0] += took
        totals[1] += sum(paid.values())
        for row in _place_rows(priced, study):
            rows[row.name] = row
            hours[row.name] = hours.get(row.name, 0.0) + took
            usd[row.name] = usd.get(row.name, 0.0) + sum(paid.values())
        for number in priced.rows():
            row = _parameter_row(study, number)
            rows[row.name] = row
        for name in _names(study, priced.hours.factors):
            hours[name] = hours.get(name, 0.0) + took
        for component, amount in priced.usd.items():
            for name in _names(study, amount.factors):
                usd[name] = usd.get(name, 0.0) + paid[component]
    for standing in study.standings:
        name = f"closures:{standing.closure.closure_id}"
        rows[name] = Row(name, "assumption" if standing.assumption else "published", _keys(standing.closure.source))
    shares = {name: _share(name, hours, usd, totals) for name in rows}
    return sorted(_entries(rows, shares, study.own.sources or source_rows()), key=_order)


def _activities(study: Study) -> Iterator[Priced]:
    for way in study.ways:
        if way.itinerary is not None:
            yield from way.itinerary.priced


def _place_rows(priced: Priced, study: Study) -> Iterator[Row]:
    """Rows of the network that an activity lies on."""
    a, network = priced.activity, study.network
    if a.link_id in network.links:
        link = network.links[a.link_id]
        yield Row(f"links:{a.link_id}", LENGTH_BASIS[link.length_basis], _keys(link.source))
    if a.crossing_id in network.crossings:
        crossing = network.crossings[a.crossing_id]
        yield Row(f"crossings:{a.crossing_id}", LENGTH_BASIS[crossing.length_basis], _keys(crossing.source))
    if a.terminal_id in network.terminals:
        yield Row(f"terminals:{a.terminal_id}", "published", _keys(network.terminals[a.terminal_id].source))
    if a.project_id in network.projects:
        yield Row(f"projects:{a.project_id}", "derived", _keys(network.projects[a.project_id].source))


def _parameter_row(study: Study, number: int) -> Row:
    row = study.parameters.rows[number]
    return Row(f"parameters:{row.parameter_id}", row.basis, tuple(sources_of_row(study.parameters, number, study.own)))


def _names(study: Study, factors: tuple[tuple[int, object], ...]) -> list[str]:
    return [f"parameters:{study.parameters.rows[number].parameter_id}" for number, _ in factors]


def _share(name: str, hours: dict[str, float], usd: dict[str, float], totals: list[float]) -> tuple[float, str]:
    of_hours = hours.get(name, 0.0) / totals[0] if totals[0] else 0.0
    of_usd = usd.get(name, 0.0) / totals[1] if totals[1] else 0.0
    return (of_hours, "hours") if of_hours >= of_usd else (of_usd, "dollars")


def _entries(
    rows: Mapping[str, Row], shares: Mapping[str, tuple[float, str]], known: Mapping[str, Mapping[str, object]]
) -> Iterator[Entry]:
    resting: dict[str, list[Row]] = {}
    for name in sorted(rows):
        for source in rows[name].sources:
            resting.setdefault(source, []).append(rows[name])
    for source, found in resting.items():
        heaviest = max(found, key=lambda row: shares[row.name][0])
        basis = max((row.basis for row in found), key=BASES.index)
        share, of = shares[heaviest.name]
        names = tuple(row.name for row in found)
        yield Entry(dict(known.get(source, {"source_id": source})), basis, names, heaviest.name, share, of)


def _order(entry: Entry) -> tuple[int, int, float, str]:
    grade = "ABCD".find(str(entry.source.get("grade", "D")))
    return -BASES.index(entry.basis), -grade, -entry.share, str(entry.source["source_id"])


def _keys(cell: str) -> tuple[str, ...]:
    return tuple(keys_of([cell]))
