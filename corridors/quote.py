"""Quote of a lane: the few best ways between two places, leg by leg, with what is in the price and what is not.

Ways are the feasible corridors of a scenario, ranked by mean generalized cost. Days and dollars are P50, P80 and P90 of single trips that arrive;
hours and dollars of a leg, and the parts of the cost, are means and add up to the mean of the way, not to its P50.

A quote holds until a day after the scenario's date. What it leaves out is read from the model where the model knows it (a cost component
that a way is not charged); what no row of the model covers at all stands in :data:`NOT_COVERED`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.captions import corridor_name, place_name
from corridors.comparison import comparison_rows, describe
from corridors.legs import legs_of
from corridors.report_words import open_rows
from corridors.toml_files import ScenarioError
from sim.cost import ALL_COMPONENTS
from sim.simulation import quantiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.study import Study, Way
    from sim.activities import Activity

MOST_WAYS = 5
LEVELS = (50, 80, 90)
CURRENCY = "USD"
NOT_COVERED = (
    "customs duty, value added tax, excise and any other tax on the cargo",
    "the cost of money tied up in the cargo: it is weighed in the rank as value of time and never added to the dollars",
    "demands of a customs office for a single consignment: examinations, samples, fines",
    "letters of credit, bank charges and exchange of currency",
    "the margin of whoever passes this quote on",
)
"""What no component of the model covers (:data:`sim.cost.COMPONENTS` lists those it does)."""
PARTS = {
    "track": "track of the railways", "wagon": "wagon hire and turn-round", "forwarder": "rail forwarder", "road": "trucks",
    "freight": "sea freight", "handling": "loading, unloading, transshipment", "fee": "fees at borders",
    "guarantee": "transit guarantee", "permission": "permits and permissions", "security": "escort and security",
    "insurance": "insurance", "terminal": "terminal and storage", "box": "return or hire of the box",
    "divert": "ways round shut places, in the mean", "detention": "detention of the box",
}  # fmt: skip
"""Cost components in words."""


@dataclass(frozen=True)
class QuotedWay:
    """One way of a quote.

    Parameters
    ----------
    rank
        1 is the best by mean generalized cost.
    corridor, name
        Its id and its name.
    row
        Its row of the comparison.
    days, usd
        P50, P80 and P90 of single trips that arrive, by level. [day], [USD]
    legs
        Of :func:`corridors.legs.legs_of`, by country. [km], [h], [USD]
    costs
        Mean dollars by component, those that are charged. [USD]
    gates
        crossing_id of each gate passed, and each other place or stretch on the way that a closure on record names, in order.
    """

    rank: int
    corridor: str
    name: str
    row: dict[str, Any]
    days: dict[int, float]
    usd: dict[int, float]
    legs: list[dict[str, Any]]
    costs: dict[str, float]
    gates: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """A gate on the date: its name, its state, what the record or the assumption says, and the ranks of the ways through it."""

    gate_id: str
    name: str
    state: str
    words: str
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class Quote:
    """Quote of a lane; ``shut`` are sentences on the corridors that have no way, ``prices`` the price years of the rows used."""

    study: Study
    origin: str
    destination: str
    valid_until: dt.date
    ways: tuple[QuotedWay, ...]
    gates: tuple[Gate, ...]
    shut: tuple[str, ...]
    prices: tuple[int, ...]

    @property
    def lane(self) -> str:
        """Both ends in words."""
        return f"{place_name(self.study, self.origin)} to {place_name(self.study, self.destination)}"

    @property
    def consignment(self) -> str:
        """Consignment in words."""
        return describe(self.study)


def valid_date(text: str, on: dt.date) -> dt.date:
    """Last day of a quote.

    Raises
    ------
    ScenarioError
        Where it is no date, or not after the scenario's.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(f'--valid-until: found "{text}"; allowed a date such as {on + dt.timedelta(30)}') from error
    if day <= on:
        raise ScenarioError(f"--valid-until: found {day}; allowed a day after the scenario's date, {on}")
    return day


def quote(study: Study, origin: str, destination: str, valid_until: dt.date, k: int = 3) -> Quote:
    """Quote of a lane of a study.

    Parameters
    ----------
    study
        A study carried through.
    origin, destination
        One of its pairs.
    valid_until
        Last day, after the scenario's date.
    k
        Ways wanted, 1 to 5; fewer where fewer are open.

    Raises
    ------
    ScenarioError
        Where the date or the number of ways is not allowed.
    """
    from corridors.printing import reasons

    valid_date(valid_until.isoformat(), study.scenario.date)
    if not 1 <= k <= MOST_WAYS:
        raise ScenarioError(f"--k: found {k}; allowed 1 to {MOST_WAYS}")
    rows = comparison_rows(study)
    found = {way.corridor: way for way in study.ways_between(origin, destination)}
    best = open_rows(rows, origin, destination)[:k]
    ways = tuple(_quoted(study, rank, dict(row), found[row["corridor"]]) for rank, row in enumerate(best, start=1))
    here = [r for r in rows if (r["origin"], r["destination"]) == (origin, destination)]
    used = [found[w.corridor].itinerary for w in ways]
    numbers = {n for itinerary in used if itinerary for p in itinerary.priced for a in p.usd.values() for n in a.rows()}
    years = sorted({int(y) for n in numbers if (y := study.parameters.rows[n].price_year)})
    return Quote(study, origin, destination, valid_until, ways, _gates(study, ways), tuple(reasons(here)), tuple(years))


def _quoted(study: Study, rank: int, row: dict[str, Any], way: Way) -> QuotedWay:
    outcome = way.made
    arrived = outcome.delivered
    shares = [level / 100 for level in LEVELS]
    days = dict(zip(LEVELS, (h / 24 for h in quantiles(outcome.hours[arrived], shares)), strict=True))
    usd = dict(zip(LEVELS, quantiles(outcome.usd[arrived], shares), strict=True))
    sums = {name: float(outcome.usd_mean[name].sum()) for name in ALL_COMPONENTS if name in outcome.usd_mean}
    gates = dict.fromkeys(name for a in outcome.itinerary.activities for name in _watched(study, a))
    costs = {name: value for name, value in sums.items() if value}
    return QuotedWay(
        rank,
        way.corridor,
        corridor_name(study, way.corridor),
        row,
        days,
        usd,
        legs_of(outcome, by_country=True),
        costs,
        tuple(gates),
    )


def _watched(study: Study, activity: Activity) -> Iterator[str]:
    """Gate of an activity, and the places, stretch, line and country of it that have a state on the date."""
    ends = (activity.from_node_id, activity.to_node_id)
    names = (activity.crossing_id, activity.link_id, activity.line_id, activity.country, *ends)
    states = study.states
    return (name for name in names if name in states)


def _gates(study: Study, ways: tuple[QuotedWay, ...]) -> tuple[Gate, ...]:
    """Gates of the quoted ways, in the order met."""
    states = study.states
    said: dict[str, list[str]] = {}
    for standing in study.standings:
        words = standing.words.removeprefix(f"{standing.closure.object_id} ")
        said.setdefault(standing.closure.object_id, []).append(words)
    return tuple(
        Gate(
            name,
            _place(study, name),
            states[name],
            "; ".join(dict.fromkeys(said.get(name, ()))) or "no closure on record for the date",
            tuple(way.rank for way in ways if name in way.gates),
        )
        for name in dict.fromkeys(gate for way in ways for gate in way.gates)
    )


def _place(study: Study, name: str) -> str:
    """Gate, place, stretch or line in words."""
    network = study.network
    if name in network.crossings:
        return f"{network.crossings[name].name} ({network.crossings[name].mode})"
    if name in network.links:
        link = network.links[name]
        return f"{place_name(study, link.from_node_id)} - {place_name(study, link.to_node_id)} ({link.mode})"
    return place_name(study, name)


def excluded(way: QuotedWay) -> list[str]:
    """Components of the model that a way is not charged for, in words, in the order of tables."""
    return [PARTS[name] for name in ALL_COMPONENTS if name not in way.costs and name != "divert"]
