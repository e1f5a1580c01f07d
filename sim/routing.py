r"""Least expected generalized cost through the states of a network.

Nodes of the search are states (place, mode, gauge, vehicle), edges are steps with their activities, and an edge weighs
its mean generalized cost,

.. math:: g = E[usd] + E[v]\,E[hours]

with v the value of time in USD per hour. Dijkstra's algorithm is exact because no weight is below zero, which is
checked and refused rather than repaired. A route may be pinned by *sections*: each allows some modes and countries,
demands places in order, and ends at a place; search inside them stays ordinary search, on states doubled by how much
of the pin is behind. What the pin does not say is left to the search.

A way that cannot be found is an answer (``None``), never a large number. Equal costs are settled by fewer steps, then by
the names of edges, so that the order of rows changes nothing.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.activities import Edge, State


class NoRouteError(ValueError):
    """No way at all joins two places."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a pinned way.

    Parameters
    ----------
    modes
        Modes allowed in it.
    countries
        Countries allowed in it (XZ at sea); empty allows all.
    via
        Places to be passed, in order.
    to
        Place where the section ends; empty for the last, which ends at the destination.
    vehicles
        Road vehicles allowed; empty allows all.
    """

    modes: frozenset[str]
    countries: frozenset[str] = frozenset()
    via: tuple[str, ...] = ()
    to: str = ""
    vehicles: frozenset[str] = frozenset()

    def allows(self, edge: Edge) -> bool:
        """Whether an edge lies inside the section."""
        for state in (edge.start, edge.end):
            if state.mode not in self.modes:
                return False
            if self.vehicles and state.mode == "road" and state.vehicle not in self.vehicles:
                return False
        return not self.countries or all(a.country in self.countries for a in edge.activities if a.moving)


FREE = (Section(frozenset({"rail", "road", "sea", "ferry"})),)
"""A way that nothing pins."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way found: its edges in order and its mean generalized cost. [USD]"""

    states: tuple[State, ...]
    edges: tuple[Edge, ...]
    cost: float


class Graph:
    """Edges with weights, ready for search.

    Parameters
    ----------
    edges
        Steps between states; parallel edges are all kept.
    weights
        Mean generalized cost of each, by edge_id. [USD]

    Raises
    ------
    ValueError
        Where a weight is missing, below zero, NaN or infinite; names the edge.
    """

    def __init__(self, edges: Iterable[Edge], weights: Mapping[str, float]) -> None:
        self.edges = sorted(edges, key=lambda e: e.edge_id)
        for edge in self.edges:
            weight = weights.get(edge.edge_id, math.nan)
            if not (math.isfinite(weight) and weight >= 0):
                msg = f"edge {edge.edge_id!r}: weight is {weight}; it must be a number of 0 or more"
                raise ValueError(msg)
        self.weights = weights
        self.leaving: dict[State, list[Edge]] = {}
        self.at: dict[str, set[State]] = {}
        for edge in self.edges:
            self.leaving.setdefault(edge.start, []).append(edge)
            for state in (edge.start, edge.end):
                self.at.setdefault(state.node_id, set()).add(state)

    def states_at(self, node_id: str) -> list[State]:
        """States in which cargo can be at a place, sorted."""
        return sorted(self.at.get(node_id, ()))


_Label = tuple[State, int, int]
"""State, section, number of the section's places passed."""

_Reach = tuple[float, int]
"""Cost and number of steps; steps settle equal costs, so that edges that weigh nothing can form no circle."""

_NOWHERE: _Reach = (math.inf, 0)


@dataclass(frozen=True, slots=True)
class Pin:
    """What a way must keep to, and what its ends add.

    Parameters
    ----------
    sections
        Parts of the way in order.
    start_costs, end_costs
        Mean generalized cost of what happens before the first and after the last haul, by state; where given, a way
        may begin or end only in the states named. [USD]
    avoid
        Places that may not be passed.
    once
        Whether a way may be in each state once only. The cheapest way through places named in order may turn back: up
        to a shut gate, round by another one and back to its far side. Where that is found, a second search refuses
        every step into a state that lies behind; it keeps one way to each label, so its answer need not be the least.
    """

    sections: Sequence[Section] = FREE
    start_costs: Mapping[State, float] | None = None
    end_costs: Mapping[State, float] | None = None
    avoid: frozenset[str] = frozenset()
    once: bool = False

    def start_cost(self, state: State) -> float | None:
        """What beginning in a state adds; None where a way may not begin there."""
        if self.start_costs is not None:
            return self.start_costs.get(state)
        return None if state.vehicle == "vessel" else 0.0

    def end_cost(self, state: State, section: int, passed: int) -> float | None:
        """What ending in a state adds; None where a way may not end there, or the pin is not all behind."""
        if section != len(self.sections) - 1 or passed != len(self.sections[section].via):
            return None
        if self.end_costs is not None:
            return self.end_costs.get(state)
        return None if state.vehicle == "berth" else 0.0


NO_PIN = Pin()


def least_cost(graph: Graph, origin: str, destinations: Sequence[str], pin: Pin = NO_PIN) -> dict[str, Path | None]:
    """Cheapest way from one place to each destination.

    Parameters
    ----------
    graph
        Edges and weights.
    origin, destinations
        Places.
    pin
        What the way must keep to.

    Returns
    -------
    dict of str to Path or None
        One entry a destination; None where no way exists.
    """
    found = _search(graph, origin, destinations, pin, forward=False)
    turning = [d for d, path in found.items() if path and len({*path.states}) < len(path.states)] if pin.once else []
    return found | _search(graph, origin, turning, pin, forward=True) if turning else found


def _search(
    graph: Graph, origin: str, destinations: Sequence[str], pin: Pin, *, forward: bool
) -> dict[str, Path | None]:
    """Cheapest way to each destination; ``forward`` refuses each step into a state that lies behind."""
    best: dict[_Label, _Reach] = {}
    parent: dict[_Label, tuple[_Label, Edge]] = {}
    heap: list[tuple[_Reach, _Label]] = []
    for cost, label in _starts(graph, origin, pin):
        if (cost, 0) < best.get(label, _NOWHERE):
            best[label] = (cost, 0)
            heapq.heappush(heap, ((cost, 0), label))
    wanted = set(destinations)
    ends: dict[str, tuple[float, _Label]] = {}
    done: set[_Label] = set()
    while heap and wanted:
        reach, label = heapq.heappop(heap)
        if label in done:
            continue
        done.add(label)
        cost, steps = reach
        state = label[0]
        if state.node_id in wanted:
            extra = pin.end_cost(*label)
            if extra is not None and cost + extra < ends.get(state.node_id, (math.inf,))[0]:
                ends[state.node_id] = (cost + extra, label)
        # a destination is settled once nothing cheaper can still come
        wanted = {d for d in wanted if d not in ends or ends[d][0] > cost}
        behind = _behind(label, parent) if forward else ()
        for edge, following in _steps(graph, label, pin):
            if edge.end in behind:
                continue
            new = (cost + graph.weights[edge.edge_id], steps + 1)
            old = best.get(following, _NOWHERE)
            if new < old or (new == old and edge.edge_id < parent[following][1].edge_id):
                best[following] = new
                parent[following] = (label, edge)
                heapq.heappush(heap, (new, following))
    return {d: _trace(ends[d], parent) if d in ends else None for d in destinations}


def _starts(graph: Graph, origin: str, pin: Pin) -> Iterator[tuple[float, _Label]]:
    for state in graph.states_at(origin):
        cost = pin.start_cost(state)
        if cost is not None and state.mode in pin.sections[0].modes:
            for label in _advance(state, 0, 0, pin.sections):
                yield cost, label


def _steps(graph: Graph, label: _Label, pin: Pin) -> Iterator[tuple[Edge, _Label]]:
    state, section, passed = label
    for edge in graph.leaving.get(state, ()):
        if edge.end.node_id not in pin.avoid:
            for following in _follow(edge, section, passed, pin.sections):
                yield edge, following


def _pass(state: State, passed: int, section: Section) -> int:
    """Places of a section passed once a state is reached."""
    return passed + 1 if passed < len(section.via) and section.via[passed] == state.node_id else passed


def _advance(state: State, number: int, passed: int, sections: Sequence[Section]) -> Iterable[_Label]:
    """Labels in which a state can stand once reached: in its section, and in those that begin here."""
    section = sections[number]
    passed = _pass(state, passed, section)
    yield state, number, passed
    ends_here = section.to == state.node_id and passed == len(section.via)
    if ends_here and number + 1 < len(sections) and state.mode in sections[number + 1].modes:
        yield from _advance(state, number + 1, 0, sections)


def _follow(edge: Edge, number: int, passed: int, sections: Sequence[Section]) -> Iterable[_Label]:
    """Labels that an edge leads to."""
    section = sections[number]
    if section.allows(edge):
        yield from _advance(edge.end, number, passed, sections)
        return
    # the terminal at the end of a section hands over to the next section's modes
    if edge.start.node_id != edge.end.node_id or section.to != edge.start.node_id or number + 1 == len(sections):
        return
    following = sections[number + 1]
    if passed == len(section.via) and edge.start.mode in section.modes and edge.end.mode in following.modes:
        yield from _advance(edge.end, number + 1, 0, sections)


def _behind(label: _Label, parent: Mapping[_Label, tuple[_Label, Edge]]) -> set[State]:
    """States on the way to a label, its own included."""
    states = {label[0]}
    while label in parent:
        label = parent[label][0]
        states.add(label[0])
    return states


def _trace(end: tuple[float, _Label], parent: Mapping[_Label, tuple[_Label, Edge]]) -> Path:
    total, label = end
    edges: list[Edge] = []
    states = [label[0]]
    while label in parent:
        label, edge = parent[label]
        edges.append(edge)
        states.append(label[0])
    return Path(tuple(reversed(states)), tuple(reversed(edges)), total)


Label = _Label
"""State, section, number of the section's places passed: where a pinned way can stand."""


def labels_at(graph: Graph, origin: str, pin: Pin) -> list[Label]:
    """Labels in which a pinned way may begin."""
    return [label for _, label in _starts(graph, origin, pin)]


def labels_after(graph: Graph, label: Label, pin: Pin) -> list[tuple[Edge, Label]]:
    """Steps that a pinned way may take from a label: the edge and the label that it leads to."""
    return list(_steps(graph, label, pin))
