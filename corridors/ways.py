r"""Find a corridor between two places, carry it through the draws, or say why there is none.

The network of the date is unfolded and priced once for all corridors. A corridor's stages become the sections of a
search for the least mean generalized cost; what happens before the first haul and after the last one is part of the
weight, so the search also chooses how to begin and end.

Where a corridor has no way, a second search runs on everything that stands in the tables, built or not, open or shut,
and looks for the way with the fewest obstacles; what can be left out of them is left out. What remains is the reason:
the gate that is shut, since when and how last confirmed, or the line that is not built, with its claimed years.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from corridors.catalogue import Corridor
from corridors.fallbacks import Fallbacks
from geodata.network import Network
from sim.activities import WATER, Activity, Conditions, Edge, State
from sim.amounts import Length, expected
from sim.closures import SEVERITY, Standing, split_open
from sim.consignment import Consignment
from sim.cost import usd_amounts
from sim.detention import detention_of
from sim.encounters import Encounters, Hazard, Schedule
from sim.itinerary import Itinerary, Memo, price, price_over_year
from sim.opening_hours import openings_on, read_opening_hours
from sim.parameters import SELECTORS, Parameters
from sim.routing import Graph, Pin, Section, least_cost
from sim.simulation import Draws, Outcome, simulate
from sim.transit_time import hours_amount
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
    ) -> None:
        self.network, self.everything, self.parameters = network, everything, parameters
        self.conditions, self.lengths, self.scenario = conditions, lengths, scenario
        self.found = found
        consignment = conditions.consignment
        row = parameters.rows[value_of_time_row(parameters, conditions.consignment)]
        self.usd_per_hour = consignment.value_usd * row.mean / 100.0 / 24.0
        self._priced: dict[Activity, float] = {}
        self._memo: Memo = {}
        self.openings = read_opening_hours()
        month_of_date = scenario.date.month == scenario.month
        self.departure = scenario.date if month_of_date else scenario.date.replace(month=scenario.month, day=15)
        edges, self.barred = split_open(unfold(network, conditions), found, consignment, network)
        self.graph = Graph(edges, {e.edge_id: self.weight(e.activities) for e in edges})
        self._everything: tuple[list[Edge], dict[str, tuple[str, str]]] | None = None
        self.fallbacks = (
            Fallbacks(self.graph, parameters, conditions, self.weight, self.price) if scenario.shocks else None
        )

    def weight(self, activities: Sequence[Activity]) -> float:
        """Mean generalized cost of activities. [USD]"""
        return sum(self._weight_of(a) for a in activities)

    def _weight_of(self, activity: Activity) -> float:
        known = self._priced.get(activity)
        if known is None:
            p, c, m = self.parameters, self.conditions.consignment, self.conditions.month
            hours = expected(hours_amount(activity, p, c, m), p, self.lengths)
            hours += sum(o.mean_wait_hours for o in self.openings if o.holds_for(activity, m))
            usd = sum(expected(a, p, self.lengths) for a in usd_amounts(activity, p, c, m).values())
            known = self._priced[activity] = usd + self.usd_per_hour * hours
        return known

    def find(self, corridor: Corridor, origin: str, destination: str) -> Way:
        """One corridor between one pair of places, found and priced, or the reason why there is none."""
        assumption = assumption_sentence(self.found)
        unserved = corridor.not_to.get(destination if self.conditions.direction == "southbound" else origin)
        if unserved is not None:
            return Way(
                origin, destination, corridor.corridor_id, feasible=False, reason=unserved, assumption=assumption
            )
        sections = sections_of(corridor, origin, destination, self.conditions.direction)
        starts, ends = self._ends(self.graph, origin, destination)
        pin = Pin(
            sections,
            {s: self.weight(a) for s, a in starts.items()},
            {s: self.weight(a) for s, a in ends.items()},
            frozenset(corridor.avoid),
            once=True,
        )
        route = least_cost(self.graph, origin, [destination], pin)[destination]
        if route is None:
            reason = self._why_not(corridor, origin, destination)
            return Way(origin, destination, corridor.corridor_id, feasible=False, reason=reason, assumption=assumption)
        activities = [
            *starts[route.states[0]],
            *(a for e in route.edges for a in e.activities),
            *ends[route.states[-1]],
        ]
        itinerary = self.price(activities)
        hazards: list[Hazard] = []
        if self.fallbacks is not None:
            hazards = self.fallbacks.hazards(itinerary, route, len(starts[route.states[0]]), ends)
        schedule = Schedule(tuple(openings_on(itinerary.activities, itinerary.months, self.openings)), self.departure)
        c = self.conditions
        detention = detention_of(activities[0], self.parameters, c.consignment, c.month)
        plan = Plan(itinerary, Encounters(tuple(hazards), self.patience_hours, schedule, detention))
        return Way(origin, destination, corridor.corridor_id, True, "", assumption, plan=plan)

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

    def _ends(
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

    def _why_not(self, corridor: Corridor, origin: str, destination: str) -> str:
        """Reason in words why a corridor has no way: what is shut or not built, and nothing that could stay as it is."""
        if self._everything is None:
            self._everything = self._unfold_everything()
        found = self._obstacles_on(corridor, origin, destination, None)
        if found is None:
            return self._no_connection(corridor, origin, destination)
        for obstacle in sorted(found):
            fewer = self._obstacles_on(corridor, origin, destination, frozenset(found) - {obstacle})
            found = fewer if fewer is not None else found
        return "; ".join([*self._too_heavy(corridor, origin, destination), *found.values()])

    def _obstacles_on(
        self, corridor: Corridor, origin: str, destination: str, allowed: frozenset[str] | None
    ) -> dict[str, str] | None:
        """Obstacles on the way that meets fewest, by name and in words; None where no way keeps to those allowed."""
        edges, obstacles = self._everything or ([], {})
        kept = [e for e in edges if allowed is None or e.edge_id not in obstacles or obstacles[e.edge_id][0] in allowed]
        graph = Graph(kept, {e.edge_id: float(e.edge_id in obstacles) for e in kept})
        starts, ends = self._ends(graph, origin, destination)
        free = (dict.fromkeys(starts, 0.0), dict.fromkeys(ends, 0.0))
        sections = sections_of(corridor, origin, destination, self.conditions.direction)
        pin = Pin(sections, *free, frozenset(corridor.avoid), once=True)
        route = least_cost(graph, origin, [destination], pin)[destination]
        if route is None:
            return None
        return dict(obstacles[e.edge_id] for e in route.edges if e.edge_id in obstacles)

    def _unfold_everything(self) -> tuple[list[Edge], dict[str, tuple[str, str]]]:
        """Every edge of the tables, and what stands in the way on it on the date: its name and its words."""
        opened = {p.project_id: 1 for p in self.everything.projects.values() if p.kind != "upgrade"}
        everything = self.everything.built(dt.date(9999, 1, 1), opened)
        edges = unfold(everything, self.conditions)
        _, barred = split_open(edges, self.found, self.conditions.consignment, everything)
        obstacles = {}
        for edge in edges:
            if edge.edge_id in self.graph.weights:
                continue
            project = next((a.project_id for a in edge.activities if a.project_id), "")
            if project and project not in self.network.open_projects:
                obstacles[edge.edge_id] = (project, self._unbuilt_words(project))
            elif edge.edge_id in barred:
                standing = barred[edge.edge_id]
                obstacles[edge.edge_id] = (standing.closure.closure_id, _shut_words(standing, self.everything))
        return edges, obstacles

    def _unbuilt_words(self, name: str) -> str:
        project = self.everything.projects[name]
        words = project.status.replace("_", " ")
        year = project.opening_year
        when = f", opening claimed or estimated {year[0]:.0f}-{year[2]:.0f}" if year else ""
        return f"{project.name}: not built on {self.scenario.date.isoformat()} ({words}{when})"

    def _too_heavy(self, corridor: Corridor, origin: str, destination: str) -> list[str]:
        """Say by which modes of the corridor the load may not go for its weight; nothing where it may go by all."""
        sections = sections_of(corridor, origin, destination, self.conditions.direction)
        modes = frozenset[str]().union(*(section.modes for section in sections))
        heavy = sorted(f"{mode} ({vehicle})" for mode, vehicle in self.conditions.closed_vehicles if mode in modes)
        c = self.conditions.consignment
        return (
            [f"{c.tonnes_per_unit:g} t in one {c.load_unit} is more than may go by {', '.join(heavy)}"] if heavy else []
        )

    def _no_connection(self, corridor: Corridor, origin: str, destination: str) -> str:
        heavy = self._too_heavy(corridor, origin, destination)
        if heavy:
            return heavy[0]
        if self.scenario.terms == "fob":
            return "the way reaches the port by ship: free on board there is no question for it"
        names = self.everything.nodes
        if sections_of(corridor, origin, destination, self.conditions.direction)[0].modes <= set(WATER):
            return f"the way would leave {names[origin].name} by ship: it begins where a ship has brought the cargo"
        return (
            f"nothing joins {names[origin].name} and {names[destination].name} for load unit "
            f"{self.conditions.consignment.load_unit} in this corridor, even with every project built and every gate open"
        )


def _shut_words(standing: Standing, network: Network) -> str:
    c = standing.closure
    crossing = network.crossings.get(c.object_id)
    node = network.nodes.get(c.object_id)
    line = next((x.line_name for x in network.links.values() if c.object_id in (x.line_id, x.link_id)), "")
    name = crossing.name if crossing else node.name if node else line or c.object_id
    whom = f" to {c.vehicle}s" if c.vehicle else f" to {c.commodity}" if c.commodity else ""
    since = f"{name}: shut{whom} since {c.start.isoformat()}"
    if standing.assumption is None:
        return since
    return f"{since}, last confirmed {c.last_confirmed.isoformat()}, assumed still {standing.state}"


def sections_of(corridor: Corridor, origin: str, destination: str, direction: str) -> list[Section]:
    """Stages of a corridor as sections of a search; northbound the same places are passed in the other order."""
    southbound = direction == "southbound"
    stages = corridor.stages_to(destination if southbound else origin)
    ends = [s.to for s in stages]
    if not southbound:
        stages, ends = stages[::-1], [*(s.to for s in stages[-2::-1]), ""]
    return [
        Section(
            frozenset(s.modes),
            frozenset(s.countries),
            tuple(s.via if southbound else s.via[::-1]),
            end,
            frozenset(s.vehicles),
        )
        for s, end in zip(stages, ends, strict=True)
    ]


def value_of_time_row(parameters: Parameters, consignment: Consignment) -> int:
    """Number of the row with the consignment's value of time."""
    facts = dict.fromkeys(SELECTORS, "")
    facts |= {"load_unit": consignment.load_unit, "commodity": consignment.commodity}
    return parameters.match("consignment", "value_of_time", "", facts, asks="value of time of the consignment")
