r"""Every way that no other beats in all respects at once: hours, dollars, emissions and spread.

A way is kept if no other is at most as long, as dear, as dirty and as uncertain and better in one of these. The set is exact:
labels grow from the origin in order of generalized cost; a label is dropped where another in the same state is as good in all four, or
where, with the least still to come added in each respect (:mod:`sim.search_graph`), a way already found is as good.

Hours, dollars and emissions are means, which add up. A spread does not: P90 - P50 of a sum is less than the sum of P90 - P50,
unless all go wrong together. The fourth respect of the search is that sum, the spread if all bad luck came at once (exact
for comonotone activities); the simulation then gives each way's own P90 - P50, and says which ways another one beats by it.

    two activities of P90 - P50 = 3 h and 4 h: 7 h here, 5 h if independent and normal

Of ways with the same four figures the first by generalized cost, then by names, is kept. Ways come in order of generalized cost, so that a limit on their number
cuts the dearest, and the answer says that it cut.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.activities import State
from sim.routing import Path
from sim.search_graph import INFINITE, SearchGraph, Step

Vector = tuple[float, float, float, float]
"""Mean hours, mean dollars, mean kg CO2e, sum of P90 - P50 of hours. [h], [USD], [kg], [h]"""

MOST_WAYS = 200
"""Ways after which a search stops and says so."""


@dataclass(frozen=True)
class Respects:
    """The four figures of each edge by edge_id, and of what happens at the ends by state."""

    edges: Mapping[str, Vector]
    starts: Mapping[State, Vector]
    ends: Mapping[State, Vector]


@dataclass(frozen=True)
class ParetoSet:
    """Ways with their four figures, in order of generalized cost; ``cut`` says whether the limit cut the list."""

    paths: tuple[Path, ...]
    vectors: tuple[Vector, ...]
    cut: bool = False


class _Label:
    __slots__ = ("alive", "cost", "end", "parent", "steps", "vector")

    def __init__(self, cost: float, vector: Vector, end: int, parent: _Label | None, steps: tuple[Step, ...]) -> None:
        self.cost, self.vector, self.end, self.parent, self.steps, self.alive = cost, vector, end, parent, steps, True


_Way = tuple[float, Vector, _Label]
"""Generalized cost, figures and last label of a way that was found."""


def pareto(graph: SearchGraph, respects: Respects, *, most: int = MOST_WAYS) -> ParetoSet:
    """Ways that no other beats.

    Parameters
    ----------
    graph
        Graph between two places, weighted by generalized cost.
    respects
        The four figures of every edge and of the ends; none below zero.
    most
        Ways after which the search stops. [1]

    Returns
    -------
    ParetoSet
    """
    return _Search(graph, respects).run(most)


_Stretch = tuple[int, tuple[Step, ...], float, Vector]
"""End, steps, generalized cost and figures of a step with all that must follow it."""


class _Search:
    """Labels of one search, kept by where they end."""

    def __init__(self, graph: SearchGraph, respects: Respects) -> None:
        self.graph, self.respects = graph, respects
        self.vectors = [respects.edges[e.edge_id] for e in graph.edges]
        self.ends = {u: respects.ends[graph.states[u][0]] for u in graph.ends}
        self.to_come = _to_come(graph, self.vectors, self.ends)
        self.kept: list[list[_Label]] = [[] for _ in graph.states]
        self.vectors_kept: list[list[Vector]] = [[] for _ in graph.states]
        self.vectors_found: list[Vector] = []
        self.found: list[_Way] = []
        self.heap: list[tuple[float, int, bool, _Label]] = []
        self.number = 0
        self.stretches: dict[tuple[int, int], _Stretch] = {}

    def run(self, most: int) -> ParetoSet:
        """Grow labels in order of generalized cost until none is left or enough ways are found."""
        for start, cost in sorted(self.graph.starts.items()):
            self.push(_Label(cost, self.respects.starts[self.graph.states[start][0]], start, None, ()))
        while self.heap and len(self.found) < most:
            total, _, done, label = heapq.heappop(self.heap)
            if done:
                vector = _plus(label.vector, self.ends[label.end])
                if not _beaten(vector, self.vectors_found):
                    self.found.append((total, vector, label))
                    self.vectors_found.append(vector)
            elif label.alive:
                self.grow(label)
        best = _unbeaten(self.found)
        paths = tuple(_path(self.graph, label) for _, _, label in best)
        return ParetoSet(paths, tuple(v for _, v, _ in best), cut=bool(self.heap))

    def grow(self, label: _Label) -> None:
        """End a label where a way may end, and take each step from it."""
        if label.end in self.ends:
            self.number += 1
            heapq.heappush(self.heap, (label.cost + self.graph.ends[label.end], self.number, True, label))
        back = label.steps[-1].start if label.steps else -1
        for step in self.graph.leaving[label.end]:
            if step.end == back:  # no better than the label it came from: no figure is below zero
                continue
            end, steps, weight, vector = self.stretch(step)
            self.push(_Label(label.cost + weight, _plus(label.vector, vector), end, label, steps))

    def stretch(self, first: Step) -> _Stretch:
        """A step with all that must follow it: from a state with one way on but back, a way goes on or is no way at all."""
        known = self.stretches.get((first.start, first.number))
        if known is None:
            steps, weight, vector = [first], first.weight, self.vectors[first.number]
            seen = {first.start, first.end}
            while (following := self._only_way_on(steps[-1])) is not None and following.end not in seen:
                steps.append(following)
                seen.add(following.end)
                weight += following.weight
                vector = _plus(vector, self.vectors[following.number])
            known = self.stretches[first.start, first.number] = (steps[-1].end, tuple(steps), weight, vector)
        return known

    def _only_way_on(self, step: Step) -> Step | None:
        """Step after a step where there is just one but back; None at a fork, a dead end or where a way may end."""
        if step.end in self.ends:
            return None
        onward = [s for s in self.graph.leaving[step.end] if s.end != step.start]
        return onward[0] if len(onward) == 1 else None

    def push(self, label: _Label) -> None:
        """Keep a label unless another, or a way already found, is as good in all respects."""
        bound = self.graph.to_come[label.end]
        if bound == INFINITE:
            return
        if _beaten(label.vector, self.vectors_kept[label.end]):
            return
        if _beaten(_plus(label.vector, self.to_come[label.end]), self.vectors_found):
            return
        here = self.kept[label.end]
        for other in here:
            other.alive = not _as_good(label.vector, other.vector)
        here = [*(x for x in here if x.alive), label]
        self.kept[label.end], self.vectors_kept[label.end] = here, [x.vector for x in here]
        self.number += 1
        heapq.heappush(self.heap, (label.cost + bound, self.number, False, label))


def _to_come(graph: SearchGraph, vectors: Sequence[Vector], ends: Mapping[int, Vector]) -> list[Vector]:
    """Least still to come in each respect, by label: four searches from the destination back over one matrix.

    Steps are turned round, a source is joined to every label in which a way may end, and of parallel steps the least counts.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    source = len(graph.states)
    steps = [step for leaving in graph.leaving for step in leaving]
    pairs = np.array([(s.end, s.start) for s in steps] + [(source, label) for label in ends], dtype=np.int64)
    figures = np.array([vectors[s.number] for s in steps] + list(ends.values()))
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    pairs, figures = pairs[order], figures[order]
    first = np.flatnonzero(np.r_[True, np.any(pairs[1:] != pairs[:-1], axis=1)])
    rows, columns = pairs[first].T
    least = np.minimum.reduceat(figures, first, axis=0)
    starts = np.searchsorted(rows, np.arange(source + 2))
    found = [
        dijkstra(csr_matrix((column, columns, starts), shape=(source + 1, source + 1)), indices=source)[:-1].tolist()
        for column in np.ascontiguousarray(least.T)
    ]
    return list(zip(*found, strict=True))


def _plus(a: Vector, b: Vector) -> Vector:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]


def _as_good(a: Vector, b: Vector) -> bool:
    """Whether a is at most b in every respect."""
    return a[0] <= b[0] and a[1] <= b[1] and a[2] <= b[2] and a[3] <= b[3]


def _beaten(vector: Vector, others: Sequence[Vector]) -> bool:
    """Whether one of others is at most as large in every respect."""
    a, b, c, d = vector
    for e, f, g, h in others:  # noqa: SIM110 - most of the search's time; any() takes half as long again
        if e <= a and f <= b and g <= c and h <= d:
            return True
    return False


def _unbeaten(found: list[_Way]) -> list[_Way]:
    """Ways that no later one beats: a way of equal generalized cost may come after one that it beats."""
    return [
        way for i, way in enumerate(found)
        if not any(_as_good(v, way[1]) and v != way[1] for _, v, _ in found[i + 1 :])
    ]  # fmt: skip


def _path(graph: SearchGraph, label: _Label) -> Path:
    cost = label.cost + graph.ends[label.end]
    steps: list[Step] = []
    while label.parent is not None:
        steps.extend(reversed(label.steps))
        label = label.parent
    steps.reverse()
    states = [graph.states[label.end][0], *(graph.states[step.end][0] for step in steps)]
    return Path(tuple(states), graph.edges_of(steps), cost)
