r"""The question of a claim, put to the model: one figure in every draw of what we do not know.

Days and dollars are those of the average trip, :math:`E[Y\,|\,K]`: a claim about a service is about what it takes as a rule, and a
single bad trip refutes none. Closures by chance are left out, the gates stand as the scenario has them, so the question is as kind as
the claim's own: a railway that runs. ``door`` counts from the order of wagons to the hand-over, ``way`` from the first movement to the last.

Both sides of a comparison are of the same draws. What is asked of tables: rows that the model draws from (``input``), the earliest
first train (``first_train``, :mod:`corridors.readiness`, drawn as a triangle of low, best and high), an observed trip (``trip``, single
trips), and what every freight train of a railway's year would carry at the net load of its row,

.. math:: Q = N w / 10^6 \quad [\mathrm{Mt/year}],

6,940 trains of 811 t making 5.6 Mt: a bound for one flow, not the capacity of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from corridors.catalogue import read_catalogue
from corridors.claims import COMPARED, OF_A_CORRIDOR, Claim
from corridors.contested import Contested, adopted
from corridors.observed import read_trips, shipped, shipped_network
from corridors.readiness import chain, ladder, names_of, read_rungs, record_ends
from corridors.scenario import read_scenario
from corridors.study import set_up
from corridors.toml_files import ScenarioError, nearest
from corridors.validation import compared
from sim.draws import shape_quantile
from sim.fleet import read_fleet
from sim.indicators import en_route
from sim.sampling import Draws

if TYPE_CHECKING:
    from corridors.ways import Plan, Way, WayFinder
    from sim.draws import Floats

DRAWS = 1024
"""Draws of each question unless more are asked for."""


@dataclass(frozen=True)
class Answer:
    """What the model says to a claim's question.

    Parameters
    ----------
    values
        The figure in every draw, in the claim's unit, shape (draw,); None where there is none.
    reason
        Why there is none, or what the figure rests on.
    again
        The same figure in other draws of the same search; None where no input can be moved.
    draws
        Draws that the values are of; None where they are of a table.
    plans
        Ways that the figure is of.
    leans_on
        Published figures that the asked rows rest on themselves.
    """

    values: Floats | None
    reason: str = ""
    again: Callable[[Draws], Floats] | None = field(default=None, repr=False)
    draws: Draws | None = field(default=None, repr=False)
    plans: tuple[Plan, ...] = field(default=(), repr=False)
    leans_on: tuple[str, ...] = ()


class Questions:
    """Asks the model; searches and draws are made once for all claims of one scenario and pair of places.

    Parameters
    ----------
    draws, seed
        Draws of each question, and their key.
    """

    def __init__(self, draws: int = DRAWS, seed: int = 1) -> None:
        self.count, self.seed = draws, seed
        self._searches: dict[tuple[str, str, str], tuple[WayFinder, Draws]] = {}
        self._ways: dict[tuple[str, str, str, str], Way] = {}

    def ask(self, claim: Claim) -> Answer:
        """Answer to a claim's question.

        Raises
        ------
        ScenarioError, TableError
            Where the claim asks for a name that is not there.
        """
        if not claim.measure:
            return Answer(None, claim.why_not)
        if claim.measure == "feasible":
            return self._feasible(claim)
        if claim.measure in OF_A_CORRIDOR:
            return self._of_corridors(claim)
        return {
            "input": self._input, "first_train": self._first_train, "railway_mt": self._railway, "trip": self._trip,
        }[claim.measure](claim)  # fmt: skip

    def _search(self, claim: Claim) -> tuple[WayFinder, Draws]:
        key = (claim.scenario, claim.origin, claim.destination)
        if key not in self._searches:
            switches = [f"origins={claim.origin}", f"destinations={claim.destination}", "shocks=false", "replicates=1"]
            switches += [f"draws={self.count}", f"seed={self.seed}"]
            scenario = read_scenario(claim.scenario, switches)
            search, _ = set_up(scenario, read_catalogue(), None if scenario.rows else shipped())
            self._searches[key] = search, Draws(search.parameters, search.lengths, self.count, self.seed)
        return self._searches[key]

    def _way(self, claim: Claim, corridor: str) -> Way:
        key = (claim.scenario, claim.origin, claim.destination, corridor)
        if key not in self._ways:
            search, _ = self._search(claim)
            self._ways[key] = search.find(read_catalogue()[corridor], claim.origin, claim.destination)
        return self._ways[key]

    def _feasible(self, claim: Claim) -> Answer:
        way = self._way(claim, claim.corridor)
        return Answer(np.full(self.count, float(way.feasible)), way.reason)

    def _of_corridors(self, claim: Claim) -> Answer:
        names = [claim.corridor, *([claim.baseline] if claim.measure in COMPARED else [])]
        ways = [self._way(claim, name) for name in names]
        plans = tuple(way.plan for way in ways if way.plan is not None)
        if len(plans) < len(ways):
            return Answer(None, "; ".join(f"{w.corridor}: {w.reason}" for w in ways if w.plan is None))
        _, draws = self._search(claim)
        which = 1 if claim.measure == "usd_change" else 0

        def again(drawn: Draws) -> Floats:
            return _measured(claim.measure, [average_trip(plan, drawn, claim.span)[which] for plan in plans])

        return Answer(again(draws), ways[0].assumption, again, draws, plans)

    def _input(self, claim: Claim) -> Answer:
        parts = claim.on.split("+")
        rows, drawn = shipped()[1], np.zeros(self.count)
        leans: list[str] = []
        table = Draws(rows, {}, self.count, self.seed)
        for part in parts:
            asked = Contested(claim.name, "", (), claim.unit, (), ((part,),), "", "")
            triple = adopted(asked)[0]
            if triple.unit != claim.unit:
                raise ScenarioError(f"claims.csv, {claim.name}: {part} is in {triple.unit}, the claim in {claim.unit}")
            drawn = drawn + _triangle(table, f"claim|{part}", (triple.low, triple.best, triple.high))
            leans += evidence_behind(part)
        return Answer(drawn, f"low, best and high of {', '.join(parts)}", leans_on=tuple(dict.fromkeys(leans)))

    def _first_train(self, claim: Claim) -> Answer:
        network, rungs = shipped_network(), read_rungs()
        on = record_ends()
        ladders = [ladder(network.projects[name], rungs[name], on) for name in names_of(claim.on, rungs)]
        years, last = chain(ladders)
        if years is None:
            return Answer(None, f"no rung of {claim.on} can be dated")
        drawn = _triangle(Draws(shipped()[1], {}, self.count, self.seed), f"claim|{claim.on}", years)
        return Answer(drawn, f"earliest credible first train; the last part to be ready is {last.project.name}")

    def _railway(self, claim: Claim) -> Answer:
        fleet = read_fleet()
        record = fleet.row("recorded_trains", "train", claim.on)
        if record is None:
            return Answer(None, f"no trains of a year are on record for {claim.on}")
        net = fleet.span("net_tonnes", "train", claim.on)
        drawn = _triangle(
            Draws(shipped()[1], {}, self.count, self.seed), f"claim|net|{claim.on}", (net.low, net.best, net.high)
        )
        said = f"every freight train of {record['railway']} in {record['as_of'][:4]} ({record['best']:,.0f}) given to this flow"
        return Answer(drawn * record["best"] / 1e6, said)

    def _trip(self, claim: Claim) -> Answer:
        trips = {trip.trip_id: trip for trip in read_trips()}
        if claim.on not in trips:
            raise ScenarioError(f'claims.csv, {claim.name}: there is no trip "{claim.on}"{nearest(claim.on, trips)}')
        found = compared(trips[claim.on], draws=self.count, seed=self.seed)
        return Answer(
            found.usd if claim.unit == "USD" else found.days,
            found.reason or "single trips",
            leans_on=trips[claim.on].evidence_ids,
        )


def average_trip(plan: Plan, draws: Draws, span: str) -> tuple[Floats, Floats]:
    """Hours and dollars of the average trip over a span in every draw, closures by chance left out, shape (draw,) each."""
    activities = plan.itinerary.activities
    part = en_route(activities) if span == "way" else slice(None)
    priced = plan.itinerary.priced[part]
    hours = draws.total([p.hours.known for p in priced])
    schedule = plan.encounters.schedule
    hours = hours + (0.0 if schedule is None else schedule.mean_wait_hours)
    return hours, draws.total([amount.known for p in priced for amount in p.usd.values()])


def _measured(measure: str, figures: Sequence[Floats]) -> Floats:
    if measure == "days":
        return figures[0] / 24.0
    way, base = figures
    if measure == "days_saved":
        return (base - way) / 24.0
    return base / way if measure == "days_ratio" else 100.0 * (way / base - 1.0)


def _triangle(draws: Draws, name: str, triple: tuple[float, float, float]) -> Floats:
    low, best, high = triple
    if low == high:
        return np.full(draws.count, best)
    return shape_quantile(draws.stream("knowledge", name), "triangular", low, best, high)


@lru_cache(maxsize=256)
def evidence_behind(part: str) -> tuple[str, ...]:
    """Evidence that a row named as in ``contested.csv`` rests on."""
    table, _, key = part.partition(":")
    if table == "parameters":
        return tuple(e for e in shipped()[1][key].evidence if e)
    from geodata.network import DATA
    from geodata.tables import read_package

    project, _, column = key.partition(":")
    rows = read_package(DATA, ["projects"])["projects"]
    row = rows.row(rows.index[project])
    return tuple(
        row[f"{column}_{rank}_evidence"] for rank in ("low", "best", "high") if row[f"{column}_{rank}_evidence"]
    )
