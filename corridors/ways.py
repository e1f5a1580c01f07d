r"""Find a corridor between two places, carry it through the draws, or say why there is none.

The network of the date is unfolded and priced once for all corridors. A corridor's stages become the sections of a
search for the least mean generalized cost; what happens before the first haul and after the last one is part of the
weight, so the search also chooses how to begin and end.

Where a corridor has no way, what stands in it is the answer (:mod:`corridors.obstacles`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from corridors.catalogue import Corridor
from corridors.fallbacks import Fallbacks
from corridors.obstacles import Obstacles
from corridors.pins import sections_of
from geodata.network import Network
from geodata.regauging import regauged
from sim.activities import WATER, Activity, Conditions, State
from sim.amounts import Length
from sim.closures import SEVERITY, Standing, split_open
from sim.detention import detention_of
from sim.encounters import Encounters, Hazard, Schedule
from sim.expectations import Expectations
from sim.itinerary import Itinerary, Memo, price, price_over_year
from sim.opening_hours import openings_on
from sim.parameters import SELECTORS, Parameters
from sim.routing import Graph, Path, Pin, least_cost
from sim.simulation import Draws, Outcome, simulate
from sim.unfolding import destination_activities, origin_activities, unfold

if TYPE_CHECKING:
    from corridors.scenario import Scenario


@dataclass(frozen=True)
class Plan:
    """A way as it is meant to go: its itinerary, and what it may meet."""

    itinerary: Itinerary
    encounters: Encounters


@dataclass(frozen=True)
class Way:
    """One corridor between one pair of places.

    ``reason`` says why it is not feasible; ``assumption`` what the run assumes about states that nobody knows. A way that
    is found has a plan; one that was carried through the draws has an outcome and the itinerary that the outcome is of.
    """

    origin: str
    destination: str
    corridor: str
    feasible: bool
    reason: str
    assumption: str
    itinerary: Itinerary | None = field(default=None, repr=False)
    outcome: Outcome | None = field(default=None, repr=False)
    plan: Plan | None = field(default=None, repr=False)

    @property
    def made(self) -> Outcome:
        """Outcome of a way that was carried through draws.

        Raises
        ------
        ValueError
            Where it was not: there is no way, or nobody carried it.
        """
        if self.outcome is None:
            why = "was not carried through the draws" if self.feasible else f"is not feasible: {self.reason}"
            raise ValueError(f"{self.corridor} from {self.origin} to {self.destination} {why}")
        return self.outcome

    def carried_through(self, draws: Draws) -> Way:
        """Way with its outcome in the draws; itself where there is none to carry."""
        if self.plan is None:
            return self
        outcome = simulate(self.plan.itinerary, draws, self.plan.encounters)
        return replace(self, itinerary=outcome.itinerary, outcome=outcome)


def assumption_sentence(found: Sequence[Standing]) -> str:
    """State what is assumed, event by event."""
    said: dict[str, list[Standing]] = {}
    for standing in found:
        if standing.assumption is not None:
            said.setdefault(standing.closure.event_id, []).append(standing)
    parts = []
    for event, together in said.items():
        state = max((s.state for s in together), key=SEVERITY.index)
        last = max(s.closure.last_confirmed for s in together)
        name = together[0].closure.event_name or event
        parts.append(f"{name} {state} (unknown since {last.isoformat()})")
    return "Assumed: " + "; ".join(parts) if parts else ""


class WayFinder:
    """Search of corridors on one priced network.

    Parameters
    ----------
    network, everything
        What is built on the date, and all that stands in the tables.
    parameters, conditions, lengths
        Assumptions, what is moved, projects whose length is drawn.
    found
        Closures in force or assumed.
    scenario
        Date and terms.
    expectations
        Means of the same rows, consignment and month that another search has worked out already.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of one study, taken apart once
        self,
        network: Network,
        everything: Network,
        parameters: Parameters,
        conditions: Conditions,
        found: Sequence[Standing],
        lengths: Mapping[str, Length],
        scenario: Scenario,
        expectations: Expectations | None = None,
    ) -> None:
        network, everything = (regauged(n, scenario.gauges) for n in (network, everything))
        self.network, self.everything, self.parameters = network, everything, parameters
        self.conditions, self.lengths, self.scenario = conditions, lengths, scenario
        self.found = found
        self.expectations = expectations or Expectations(parameters, conditions, lengths)
        self.usd_per_hour = self.expectations.usd_per_hour
        self._memo: Memo = {}
        month_of_date = scenario.date.month == scenario.month
        self.departure = scenario.date if month_of_date else scenario.date.replace(month=scenario.month, day=15)
        edges, self.barred = split_open(unfold(network, conditions), found, conditions.consignment, network)
        self.graph = Graph(edges, {e.edge_id: self.weight(e.activities) for e in edges})
        self.fallbacks = (
            Fallbacks(self.graph, parameters, conditions, self.weight, self.price) if scenario.shocks else None
        )

    def weight(self, activities: Sequence[Activity]) -> float:
        """Mean generalized cost of activities. [USD]"""
        return self.expectations.weight(activities)

    @cached_property
    def obstacles(self) -> Obstacles:
        """What stands in the way of corridors that have none."""
        return Obstacles(self)

    def find(self, corridor: Corridor, origin: str, destination: str) -> Way:
        """One corridor between one pair of places, found and priced, or the reason why there is none."""
        assumption = assumption_sentence(self.found)
        southbound = self.conditions.direction == "southbound"
        unserved = self.no_ship(origin, destination) or corridor.not_to.get(destination if southbound else origin)
        if unserved:
            return Way(
                origin, destination, corridor.corridor_id, feasible=False, reason=unserved, assumption=assumption
            )
        sections = sections_of(corridor, origin, destination, self.conditions.direction)
        starts, ends = self.ends(self.graph, origin, destination)
        pin = Pin(
            sections,
            {s: self.weight(a) for s, a in starts.items()},
            {s: self.weight(a) for s, a in ends.items()},
            frozenset(corridor.avoid),
            once=True,
        )
        route = least_cost(self.graph, origin, [destination], pin)[destination]
        if route is None:
            reason = self.obstacles.reason(corridor, origin, destination)
            return Way(origin, destination, corridor.corridor_id, feasible=False, reason=reason, assumption=assumption)
        plan = self.plan_of(route, starts, ends)
        return Way(origin, destination, corridor.corridor_id, True, "", assumption, plan=plan)

    def plan_of(
        self, route: Path, starts: Mapping[State, list[Activity]], ends: Mapping[State, list[Activity]]
    ) -> Plan:
        """Itinerary of a route that was found, with what happens at its ends, and what it may meet."""
        activities = [
            *starts[route.states[0]],
            *(a for e in route.edges for a in e.activities),
            *ends[route.states[-1]],
        ]
        itinerary = self.price(activities)
        hazards: list[Hazard] = []
        if self.fallbacks is not None:
            hazards = self.fallbacks.hazards(itinerary, route, len(starts[route.states[0]]), ends)
        schedule = Schedule(
            tuple(openings_on(itinerary.activities, itinerary.months, self.expectations.openings)), self.departure
        )
        c = self.conditions
        detention = detention_of(activities[0], self.parameters, c.consignment, c.month)
        return Plan(itinerary, Encounters(tuple(hazards), self.patience_hours, schedule, detention))

    def price(self, activities: Sequence[Activity]) -> Itinerary:
        """Itinerary of activities that leave on the day of departure, or in any month alike if the scenario says so."""
        c = self.conditions
        if self.scenario.departures == "year":
            return price_over_year(
                activities, self.parameters, c.consignment, self.lengths, self.departure, memo=self._memo
            )
        return price(
            activities, self.parameters, c.consignment, c.month, self.lengths, departure=self.departure, memo=self._memo
        )

    @property
    def patience_hours(self) -> float:
        """How long the consignment waits at a shut place before it turns away. [h]"""
        facts = dict.fromkeys(SELECTORS, "")
        consignment = self.conditions.consignment
        facts |= {"load_unit": consignment.load_unit, "commodity": consignment.commodity}
        number = self.parameters.match("consignment", "patience", "", facts, asks="patience of the consignment")
        return self.parameters.rows[number].best * 24.0

    def no_ship(self, origin: str, destination: str) -> str:
        """Why the terms cannot hold between two places: a ship is met in a port only; empty where they can."""
        end = {"fob": destination, "transit_import": origin}.get(self.scenario.terms)
        if end is None or self.everything.nodes[end].kind == "port":
            return ""
        does = "end on board a ship" if end == destination else "begin at a ship"
        name = self.everything.nodes[end].name
        return f'terms {self.scenario.terms} {does}, and {name} is no port; set terms to "consignee", or name a port'

    def ends(
        self, graph: Graph, origin: str, destination: str
    ) -> tuple[dict[State, list[Activity]], dict[State, list[Activity]]]:
        """What happens before the first and after the last haul, by state in which a way may begin or end."""
        terms, c = self.scenario.terms, self.conditions
        starts = {
            s: origin_activities(self.network, s, c, from_ship=terms == "transit_import")
            for s in graph.states_at(origin)
            if s.mode not in WATER
        }
        ends = {
            s: destination_activities(self.network, s, c, terms)
            for s in graph.states_at(destination)
            if s.vehicle != "berth" and not (terms == "fob" and s.mode in WATER)
        }
        return starts, ends
