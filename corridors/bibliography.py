"""Bibliography of a study: exactly the documents its figures rest on, the weakest first, and how much each carries.

A study uses some rows of the tables and no others. This module walks from every activity of every feasible way to those
rows (stretches, crossings, terminals, projects, closures, parameter rows) and from the rows to their sources
(:mod:`corridors.citations`). Each source is listed with the rows that rest on it and the one that weighs most.

*Weight* of a row is its share of the expected hours, or of the expected dollars, of all feasible ways together, whichever
is larger: an hour counts for every row it was computed from. A speed row that makes 100 of 1,000 hours weighs 10 %. Means
are in closed form; what chance adds on the road (a closure met, a way round) is the mean of the study's draws. Emission
rows weigh nothing here, and the rows of a way round are not walked.

*Basis* of a source is the weakest basis among the rows that rest on it; a stretch has the basis of its length (a share of
a published total and a length measured on OpenStreetMap count as derived), and what only says that a thing is there
counts as published.

Sorted by basis, weakest first, then by grade, weakest first, then by weight: a reader who looks for trouble finds it at the
top.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.citations import source_rows, sources_of_row
from geodata.sources import BASES, Source, keys_of
from sim.amounts import expected

if TYPE_CHECKING:
    from corridors.study import Study
    from sim.amounts import Amount
    from sim.itinerary import Priced

LENGTH_BASIS = {"published": "published", "share_of_published": "derived", "osm": "derived", "estimate": "estimate"}


class Row(NamedTuple):
    """A row of some table that a study used: its name, its basis, its sources."""

    name: str
    basis: str
    sources: tuple[str, ...]


class Entry(NamedTuple):
    """One source of a study."""

    source: Source
    basis: str
    rows: tuple[str, ...]
    heaviest: str
    share: float
    of: str


class Sums:
    """Hours or dollars by row, and in all."""

    def __init__(self) -> None:
        self.total = 0.0
        self.by_row: dict[str, float] = {}

    def add(self, names: Iterable[str], amount: float) -> None:
        """Count an amount once in all, and once for every row that it was computed from."""
        self.total += amount
        for name in names:
            self.by_row[name] = self.by_row.get(name, 0.0) + amount

    def share(self, name: str) -> float:
        """Part of all that was computed from a row. [1]"""
        return self.by_row.get(name, 0.0) / self.total if self.total else 0.0


def bibliography(study: Study) -> list[Entry]:
    """Sources of a study, weakest basis first, then weakest grade, then heaviest.

    Returns
    -------
    list of Entry
        ``rows`` sorted by name; ``share`` is the larger of the heaviest row's shares of hours and of dollars, and ``of``
        says which. [1]
    """
    rows: dict[str, Row] = {}
    hours, usd = Sums(), Sums()
    for priced, stood in _activities(study):
        places = list(_place_rows(priced, study))
        rows.update({row.name: row for row in (*places, *(_parameter_row(study, n) for n in priced.rows()))})
        for sums, amounts, added in ((hours, [priced.hours], stood[0]), (usd, list(priced.usd.values()), stood[1])):
            for numbers, mean in [*_parts(amounts, study), (priced.rows(), added)]:
                names = [f"parameters:{study.parameters.rows[number].parameter_id}" for number in numbers]
                sums.add([*(row.name for row in places), *names], mean)
    for standing in study.standings:
        name = f"closures:{standing.closure.closure_id}"
        rows[name] = Row(name, "assumption" if standing.assumption else "published", _keys(standing.closure.source))
    shares = {name: max((hours.share(name), "hours"), (usd.share(name), "dollars")) for name in rows}
    return sorted(_entries(rows, shares, study.own.sources or source_rows()), key=_order)


def _activities(study: Study) -> Iterator[tuple[Priced, tuple[float, float]]]:
    """Activities of every way, with the mean hours and dollars that chance adds there (closures met, ways round)."""
    for way in study.ways:
        if way.itinerary is None or way.outcome is None:
            continue
        for i, priced in enumerate(way.itinerary.priced):
            stood = (0.0, 0.0)
            if i in way.outcome.added:
                dollars = sum(float(values[i]) for values in way.outcome.usd_mean.values())
                stood = (float(way.outcome.hours_mean[i]), dollars)
            yield priced, stood


def _parts(amounts: Iterable[Amount], study: Study) -> Iterator[tuple[list[int], float]]:
    """Rows of amounts with their mean; a month's part of an amount over the year counts for that month's rows."""
    for amount in amounts:
        if amount.by_month:
            share = amount.coefficient / len(amount.by_month)
            yield from ((numbers, share * mean) for numbers, mean in _parts(amount.by_month, study))
        else:
            yield list(dict.fromkeys(amount.rows())), expected(amount, study.parameters, study.lengths)


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


def _entries(
    rows: Mapping[str, Row], shares: Mapping[str, tuple[float, str]], known: Mapping[str, Mapping[str, Any]]
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
        yield Entry(Source(**known[source]), basis, names, heaviest.name, share, of)


def _order(entry: Entry) -> tuple[int, int, float, str]:
    grade = "ABCD".find(entry.source.grade)
    return -BASES.index(entry.basis), -grade, -entry.share, entry.source.source_id


def _keys(cell: str) -> tuple[str, ...]:
    return tuple(keys_of([cell]))
