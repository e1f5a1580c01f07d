"""What a way can meet, and where it would turn: the hazards of a route.

A shock is met at the first activity of a way that it can shut (:mod:`sim.shocks`). Should the consignment lose patience
there, it takes the best way that is left from the state in which it stands, by any mode and through any country, round
everything that the same shock shuts. A national shock shuts every gate that it names, so the way round it never leads
through the next one.

Left out: other closures on the way round, turning back before the gate is reached, and what it costs to fetch cargo back
from a quay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sim.activities import WATER, Activity, Conditions, Edge, State, selectors_of
from sim.encounters import Hazard
from sim.itinerary import Itinerary
from sim.parameters import Parameters
from sim.routing import Graph, Path, Pin, least_cost
from sim.shocks import Shock, shocks_of, shocks_on, shocks_over_year

Weigher = Callable[[Sequence[Activity]], float]
Pricer = Callable[[Sequence[Activity]], Itinerary]


class Fallbacks:
    """Ways round what a shock shuts, found once for each place and shock.

    Parameters
    ----------
    graph
        Edges that are open on the date, with their weights.
    parameters, conditions
        Rows, what is moved.
    weigh, price
        Mean generalized cost of a chain of activities [USD], and the chain priced.
    """

    def __init__(
        self, graph: Graph, parameters: Parameters, conditions: Conditions, weigh: Weigher, price: Pricer
    ) -> None:
        self.graph, self.parameters, self.conditions = graph, parameters, conditions
        self.weigh, self.price = weigh, price
        self.shocks = shocks_of(parameters)
        self._graphs: dict[str, Graph] = {}
        self._found: dict[tuple[str, State, str], Itinerary | None] = {}

    def hazards(
        self, itinerary: Itinerary, route: Path, offset: int, ends: Mapping[State, list[Activity]]
    ) -> list[Hazard]:
        """Shocks that a route can meet, in its order, with the way round each.

        Parameters
        ----------
        itinerary
            The route priced, with what happens before and after it.
        route
            Edges and states.
        offset
            Number of activities before the first edge.
        ends
            What happens at the destination, by state in which a way may end.
        """
        states = [state for edge, state in zip(route.edges, route.states[:-1], strict=True) for _ in edge.activities]
        consignment = self.conditions.consignment
        if itinerary.seasons:
            met = shocks_over_year(itinerary.activities, self.parameters, consignment, itinerary.seasons, self.shocks)
        else:
            here = shocks_on(itinerary.activities, self.parameters, consignment, itinerary.months, self.shocks)
            met = [(at, shock, frozenset[int]()) for at, shock in here]
        firsts = [i for i, edge in _edge_starts(route.edges)]
        hazards = []
        for at, shock, months in met:
            state = states[at - offset]
            begin = max(i for i in firsts if i <= at - offset)
            hazards.append(Hazard(begin + offset, shock, self._way_round(shock, state, ends), months))
        return hazards

    def _way_round(self, shock: Shock, state: State, ends: Mapping[State, list[Activity]]) -> Itinerary | None:
        destination = next(iter(ends)).node_id
        key = (shock.name, state, destination)
        if key not in self._found:
            graph = self._graph_without(shock)
            end_costs = {s: self.weigh(acts) for s, acts in ends.items()}
            starts = [state]
            if state.vehicle == "berth":  # cargo on the quay can be fetched back by land
                starts += [s for s in graph.states_at(state.node_id) if s.mode not in WATER]
            pin = Pin(start_costs=dict.fromkeys(starts, 0.0), end_costs=end_costs)
            path = least_cost(graph, state.node_id, [destination], pin)
            route = path[destination]
            activities = (
                [] if route is None else [*(a for e in route.edges for a in e.activities), *ends[route.states[-1]]]
            )
            self._found[key] = self.price(activities) if activities else None
        return self._found[key]

    def _graph_without(self, shock: Shock) -> Graph:
        if shock.name not in self._graphs:
            kept = [e for e in self.graph.edges if not self._shuts(shock, e)]
            self._graphs[shock.name] = Graph(kept, self.graph.weights)
        return self._graphs[shock.name]

    def _shuts(self, shock: Shock, edge: Edge) -> bool:
        row = self.parameters.rows[shock.rate]
        for activity in edge.activities:
            if activity.kind in ("haul", "clear"):
                facts = selectors_of(activity, self.conditions.consignment, self.conditions.month)
                facts |= {"reason": shock.scope, "months": next(iter(row.selectors.get("months", {facts["months"]})))}
                if activity.kind == "clear":
                    facts["direction"] = ""
                if row.agrees(facts):
                    return True
        return False


def _edge_starts(edges: Sequence[Edge]) -> list[tuple[int, Edge]]:
    """Index of the first activity of each edge, counted from the first edge."""
    starts, index = [], 0
    for edge in edges:
        starts.append((index, edge))
        index += len(edge.activities)
    return starts
