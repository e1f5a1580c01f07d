r"""The smallest sets of switches that open a way: exact, by labels of sets.

Every edge that could ever carry the cargo is kept; an edge that is barred carries the names of the switches it needs,
all of them at once (a line to be built *and* a gate to be opened). A way needs the union of what its edges need,

.. math:: N(P) = \bigcup_{e \in P} N(e)

and a set S of switches opens a way where some way has N(P) within S. Wanted are the sets that are minimal by
inclusion: take any one member away and the way is shut again.

The search keeps at each label (state and progress through the pin) the sets by which it can be reached, none holding
another, and takes labels up by size of set. Sets only grow along a way, so a set that is taken up can no longer be
beaten, and the sets at the destination are all the minimal ones, in order of size (a multi-criteria label search with
dominance by inclusion). Two edges, one that needs {a} and one that needs {a, b}, one after the other: N = {a, b}.

A way that is pinned to places in order may only be found by turning back on itself, and such a way is none
(:class:`sim.routing.Pin`). Each set is therefore searched anew with nothing else open. One that fails is not minimal but
too small: whatever opens a way and holds it must also hold a switch of the *cut*, the least set without which nothing opens;
each of these is tried in turn (hitting sets, Reiter 1987).

Left out: what a set costs. The caller searches and simulates with the set's switches set.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sim.activities import Edge
from sim.routing import Graph, Label, Pin, labels_after, labels_at, least_cost

MOST_LABELS = 100_000
"""Labels after which a search stops; its answer then says that it is cut."""

Switches = frozenset[str]


@dataclass(frozen=True)
class MinimalSets:
    """Sets of switches that open a way, none within another.

    Parameters
    ----------
    sets
        By size, then by name; the empty set alone where a way is open already.
    complete_to
        Size up to which every minimal set is listed. [1]
    cut
        Whether the search stopped at :data:`MOST_LABELS`; sets may then be missing at any size above ``complete_to``.
    """

    sets: tuple[Switches, ...]
    complete_to: int
    cut: bool = False


class LockedGraph:
    """Edges that could ever carry the cargo, with the switches that each needs.

    Parameters
    ----------
    edges
        Steps between states, barred or not.
    needs
        Switches that an edge needs, by edge_id; an edge that is not named needs none.
    weights
        Mean generalized cost by edge_id, which leads the search that verifies a set as it leads every other; what is
        not named leads nowhere in particular and weighs nothing. No set depends on a weight unless a pinned way turns. [USD]
    """

    def __init__(
        self, edges: Iterable[Edge], needs: Mapping[str, Switches], weights: Mapping[str, float] | None = None
    ) -> None:
        kept = list(edges)
        known = weights or {}
        self.priced = frozenset(e.edge_id for e in kept if e.edge_id in known)
        self.graph = Graph(kept, {e.edge_id: known.get(e.edge_id, 0.0) for e in kept})
        self.needs = {e.edge_id: needs.get(e.edge_id, frozenset()) for e in self.graph.edges}
        self.names = sorted(frozenset[str]().union(*self.needs.values()))
        bit = {name: 1 << i for i, name in enumerate(self.names)}
        self._mask = {edge_id: sum(bit[name] for name in needed) for edge_id, needed in self.needs.items()}

    def mask(self, edge_id: str) -> int:
        """Switches that an edge needs, one bit each in the order of the names."""
        return self._mask[edge_id]

    def opened(self, switches: Collection[str]) -> Graph:
        """Edges that need nothing but the switches that are set."""
        on = frozenset(switches)
        return Graph((e for e in self.graph.edges if self.needs[e.edge_id] <= on), self.graph.weights)

    def opens(self, switches: Collection[str], origin: str, destination: str, pin: Pin) -> bool:
        """Whether a way is found with these switches set and no others."""
        return least_cost(self.opened(switches), origin, [destination], pin)[destination] is not None

    def minimal_sets(
        self, origin: str, destination: str, pin: Pin, most: int, most_labels: int = MOST_LABELS
    ) -> MinimalSets:
        """Sets of switches that open a way and are minimal by inclusion.

        Parameters
        ----------
        origin, destination
            Places.
        pin
            What the way must keep to; what its ends add is not weighed, only where it may begin and end.
        most
            Largest set wanted. Where none is as small as that, the smallest there are. [1]
        most_labels
            Labels after which the search stops. [1]

        Returns
        -------
        MinimalSets
            No sets where nothing opens a way (see :mod:`sim.gaps`).
        """
        errand, limit = (origin, destination, pin), most
        part = self._of_use(*errand)
        while True:
            result = part._verified(errand, limit, most_labels)  # noqa: SLF001 - the same graph without dead ends
            if result.sets or result.cut or result.complete_to >= len(part.names):
                break
            limit = result.complete_to + 1
        if result.cut and not result.sets and self.opens(self.names, *errand):
            result = replace(result, sets=(self.shrunk(self.names, *errand),))
        return replace(result, complete_to=len(self.names)) if result.complete_to >= len(part.names) else result

    def _of_use(self, origin: str, destination: str, pin: Pin) -> LockedGraph:
        """Edges on some way from origin to destination, whatever it needs: the rest only costs time."""
        leading = self.steps_that_lead_on(origin, destination, pin)[0]
        names = {edge_id for steps in leading.values() for edge_id, _ in steps}
        weights = {edge_id: self.graph.weights[edge_id] for edge_id in self.priced}
        return LockedGraph((e for e in self.graph.edges if e.edge_id in names), self.needs, weights)

    def _verified(self, errand: tuple[str, str, Pin], limit: int, most_labels: int) -> MinimalSets:
        """Minimal sets up to a size, each searched anew with nothing else open."""
        found: list[Switches] = []
        tried: set[Switches] = set()
        bases: list[tuple[int, list[str]]] = [(0, [])]
        complete_to, cut = len(self.names), False
        while bases and bases[0][0] <= limit:
            candidates = self._reaching(frozenset(heapq.heappop(bases)[1]), errand, limit, most_labels)
            complete_to, cut = min(complete_to, candidates.complete_to), cut or candidates.cut
            for candidate in candidates.sets:
                if candidate in tried or any(known <= candidate for known in found):
                    continue
                tried.add(candidate)
                if self.opens(candidate, *errand):
                    found.append(candidate)
                    continue
                for name in self.cut(candidate, *errand):
                    heapq.heappush(bases, (len(candidate) + 1, sorted(candidate | {name})))
        if bases:
            complete_to = min(complete_to, bases[0][0] - 1)
        minimal = (s for s in found if len(s) <= complete_to and not any(other < s for other in found))
        return MinimalSets(tuple(sorted(minimal, key=lambda s: (len(s), sorted(s)))), complete_to, cut)

    def shrunk(self, switches: Collection[str], origin: str, destination: str, pin: Pin) -> Switches:
        """Leave out of a set that opens a way what it can do without, member by member; what remains is minimal."""
        kept = frozenset(switches)
        route = least_cost(self.opened(kept), origin, [destination], pin)[destination]
        if route is not None:  # what one way needs is a good deal less to begin with
            kept = frozenset[str]().union(*(self.needs[e.edge_id] for e in route.edges))
        for name in sorted(kept):
            if self.opens(kept - {name}, origin, destination, pin):
                kept -= {name}
        return kept

    def cut(self, switches: Collection[str], origin: str, destination: str, pin: Pin) -> Switches:
        """Cut that keeps a way shut: with all switches but these set there is none, with any one more there is.

        Parameters
        ----------
        switches
            Switches that are set already and open no way.
        origin, destination, pin
            As in :meth:`minimal_sets`.
        """
        shut = frozenset(switches)
        leading = self.steps_that_lead_on(origin, destination, pin)[0]
        of_use = frozenset[str]().union(*(self.needs[edge_id] for steps in leading.values() for edge_id, _ in steps))
        shut |= frozenset(self.names) - of_use
        waiting = [sorted(of_use - shut)]
        cut: list[str] = []
        while waiting:  # halves that open nothing are taken in whole
            names = waiting.pop()
            if not names:
                continue
            if not self.opens(shut | set(names), origin, destination, pin):
                shut |= set(names)
            elif len(names) == 1:
                cut += names
            else:
                half = len(names) // 2
                waiting += [names[half:], names[:half]]
        return frozenset(cut)

    def _reaching(self, base: Switches, errand: tuple[str, str, Pin], most: int, most_labels: int) -> MinimalSets:
        """Minimal sets that hold a base and by which the destination is reached, turning back allowed."""
        origin, destination, pin = errand
        steps, ends = self.steps_that_lead_on(origin, destination, pin)
        begin = sum(1 << i for i, name in enumerate(self.names) if name in base)
        reached: dict[Label, list[int]] = {}
        arrived: list[int] = []
        heap: list[tuple[int, int, Label]] = []
        limit, taken = max(most, len(base)), 0

        def reach(label: Label, mask: int) -> None:
            if holds_one_of(mask, arrived) or holds_one_of(mask, reached.get(label, ())):
                return
            reached.setdefault(label, []).append(mask)
            heapq.heappush(heap, (mask.bit_count(), mask, label))

        for label in labels_at(self.graph, origin, pin):
            reach(label, begin)
        while heap:
            size, mask, label = heapq.heappop(heap)
            if arrived and size > limit:
                return MinimalSets(self.named(arrived), size - 1)
            taken += 1
            if taken > most_labels:
                return MinimalSets(self.named(arrived), size - 1, cut=True)
            if holds_one_of(mask, arrived):
                continue
            if label in ends:
                arrived.append(mask)
                limit = max(limit, size)
                continue
            for edge_id, following in steps.get(label, ()):
                reach(following, mask | self.mask(edge_id))
        return MinimalSets(self.named(arrived), len(self.names))

    def named(self, masks: Iterable[int]) -> tuple[Switches, ...]:
        """Sets of switches by name."""
        return tuple(frozenset(name for i, name in enumerate(self.names) if mask >> i & 1) for mask in masks)

    def steps_that_lead_on(
        self, origin: str, destination: str, pin: Pin
    ) -> tuple[dict[Label, list[tuple[str, Label]]], set[Label]]:
        """Steps between labels that the origin reaches and from which the destination is reached, and the last labels."""
        steps: dict[Label, list[tuple[str, Label]]] = {}
        back: dict[Label, list[Label]] = {}
        waiting = labels_at(self.graph, origin, pin)
        while waiting:
            label = waiting.pop()
            if label in steps:
                continue
            steps[label] = [(edge.edge_id, following) for edge, following in labels_after(self.graph, label, pin)]
            for _, following in steps[label]:
                back.setdefault(following, []).append(label)
                waiting.append(following)
        ends = {label for label in steps if label[0].node_id == destination and pin.end_cost(*label) is not None}
        useful, waiting = set(ends), list(ends)
        while waiting:
            for label in back.get(waiting.pop(), ()):
                if label not in useful:
                    useful.add(label)
                    waiting.append(label)
        leading = {
            label: [(edge_id, following) for edge_id, following in steps[label] if following in useful]
            for label in useful
        }
        return leading, ends


def holds_one_of(mask: int, others: Iterable[int]) -> bool:
    """Whether a set holds all of one of the others."""
    return any(other & mask == other for other in others)
