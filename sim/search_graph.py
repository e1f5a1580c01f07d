r"""A graph of states made ready for many searches between two places.

Names become numbers once: labels are states (place, mode, gauge, vehicle), doubled by how many of the places to be passed lie
behind; steps are edges. A step *moves* if it leads to another place, by a link or a crossing, and *stays* if it happens inside
one (a terminal). Steps of no use, because no way from the origin meets them or none from them meets the destination, are
left out. From the destination back, Dijkstra's algorithm gives the exact least cost still to come,

.. math:: h(u) = \min_{u \to v} \; w_{uv} + h(v),

for each weight asked for: it steers every search after it, and no search has to look at a step twice.

Parallel steps are all kept. The order of rows changes nothing: steps are numbered by their names, and equal costs are settled by
fewer steps, then by those numbers.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.activities import Edge, State
from sim.routing import Graph, NoRouteError

INFINITE = math.inf
"""Where no way leads on; never a weight and never part of an answer."""


class Step(NamedTuple):
    """One edge between two labels; ``hop`` is the link or crossing, empty for what happens inside a place."""

    number: int
    start: int
    end: int
    weight: float
    hop: str


@dataclass(frozen=True)
class Errand:
    """From where to where, through what.

    Parameters
    ----------
    origin, destination
        Places.
    starts, ends
        Cost of what happens before the first and after the last step, by state in which a way may begin or end. [USD]
    via
        Places to be passed in order.
    avoid
        Places, lines, links, crossings and countries that may not be met.
    """

    origin: str
    destination: str
    starts: Mapping[State, float]
    ends: Mapping[State, float]
    via: tuple[str, ...] = ()
    avoid: frozenset[str] = field(default_factory=frozenset)


class SearchGraph:
    """Labels and steps between two places.

    Parameters
    ----------
    graph
        Edges with their weights; no weight is below zero, which :class:`sim.routing.Graph` has refused.
    errand
        From where to where.

    Raises
    ------
    NoRouteError
        Where no way joins the two places.
    """

    def __init__(self, graph: Graph, errand: Errand) -> None:
        self.errand = errand
        self.edges: list[Edge] = [e for e in graph.edges if not _avoided(e, errand.avoid)]
        self.states: list[tuple[State, int]] = []
        self._label: dict[tuple[State, int], int] = {}
        self.leaving: list[list[Step]] = []
        self.arriving: list[list[Step]] = []
        self._unfold(graph.weights)
        self.starts = {
            self._label[key]: cost
            for state, cost in errand.starts.items()
            if (key := (state, self._passed(state, 0))) in self._label
        }
        self.ends = {
            self._label[key]: cost
            for state, cost in errand.ends.items()
            if (key := (state, len(errand.via))) in self._label
        }
        self.to_come, self.onward = self._back(None, self.ends)
        if not any(self.to_come[u] < INFINITE for u in self.starts):
            raise NoRouteError(f"nothing joins {errand.origin} and {errand.destination}")

    def _passed(self, state: State, passed: int) -> int:
        via = self.errand.via
        return passed + 1 if passed < len(via) and via[passed] == state.node_id else passed

    def _number(self, state: State, passed: int) -> int:
        key = (state, passed)
        if key not in self._label:
            self._label[key] = len(self.states)
            self.states.append(key)
            self.leaving.append([])
            self.arriving.append([])
        return self._label[key]

    def _unfold(self, weights: Mapping[str, float]) -> None:
        """Number every label that the origin reaches, and every step between them."""
        by_start: dict[State, list[tuple[int, Edge, float, str]]] = {}
        for number, edge in enumerate(self.edges):
            by_start.setdefault(edge.start, []).append((number, edge, weights[edge.edge_id], hop_of(edge)))
        ahead = [
            self._number(s, self._passed(s, 0)) for s in sorted(self.errand.starts) if s.node_id == self.errand.origin
        ]
        seen = set(ahead)
        while ahead:
            label = ahead.pop()
            state, passed = self.states[label]
            for number, edge, weight, hop in by_start.get(state, ()):
                end = self._number(edge.end, self._passed(edge.end, passed))
                step = Step(number, label, end, weight, hop)
                self.leaving[label].append(step)
                self.arriving[end].append(step)
                if end not in seen:
                    seen.add(end)
                    ahead.append(end)

    def place(self, label: int) -> str:
        """Place of a label."""
        return self.states[label][0].node_id

    def least_to_come(
        self, weights: Sequence[float] | None = None, ends: Mapping[int, float] | None = None
    ) -> list[float]:
        """Least cost from each label to the destination, exact; infinite where none leads there.

        Parameters
        ----------
        weights
            Another weight of each edge, by its number; the graph's own if not given.
        ends
            Cost of ending in a label, with another weight.
        """
        return self._back(weights, self.ends if ends is None else ends)[0]

    def _back(
        self, weights: Sequence[float] | None, ends: Mapping[int, float]
    ) -> tuple[list[float], list[Step | None]]:
        """Least cost still to come from each label, and the first step of the way that costs it (None: end here)."""
        best = [INFINITE] * len(self.states)
        onward: list[Step | None] = [None] * len(self.states)
        heap = [(cost, label) for label, cost in ends.items()]
        for cost, label in heap:
            best[label] = cost
        heapq.heapify(heap)
        while heap:
            cost, label = heapq.heappop(heap)
            if cost > best[label]:
                continue
            for step in self.arriving[label]:
                new = cost + (step.weight if weights is None else weights[step.number])
                if new < best[step.start]:
                    best[step.start] = new
                    onward[step.start] = step
                    heapq.heappush(heap, (new, step.start))
        return best, onward

    def edges_of(self, steps: Iterable[Step]) -> tuple[Edge, ...]:
        """Edges of steps."""
        return tuple(self.edges[step.number] for step in steps)


def hop_of(edge: Edge) -> str:
    """Link or crossing by which an edge leads to another place; empty for what happens inside one."""
    if edge.start.node_id == edge.end.node_id:
        return ""
    return next((a.link_id or a.crossing_id for a in edge.activities if a.moving), "") or edge.edge_id


def _avoided(edge: Edge, avoid: Collection[str]) -> bool:
    if not avoid:
        return False
    if edge.start.node_id in avoid or edge.end.node_id in avoid:
        return True
    return any(
        name in avoid
        for a in edge.activities
        if a.moving
        for name in (a.country, a.line_id, a.link_id, a.crossing_id)
        if name
    )
