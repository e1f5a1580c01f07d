r"""The k cheapest ways that differ by their links.

Two ways differ if their sequences of links and crossings differ; of ways that differ only by what happens inside places, or by
the vehicle, the cheapest stands for all. No way enters a place that it has left before. The answer is exact, sorted, does not
depend on the order of rows, and the first k of k + 1 ways are the k ways.

Lawler's partition of Yen's algorithm is applied to sequences of links, not to nodes: parallel lines are different ways. A *part* is
a prefix of links with the links that may not follow it; the states in which the prefix can leave the cargo, with their least
costs, are kept with it (a small dynamic programme), so the part's best way costs

.. math:: \min_{u \in D(prefix)} \; \min_{u \to v,\ link \notin banned} D(u) + w_{uv} + h(v)

with h the exact least cost still to come (:mod:`sim.search_graph`). This is a lower bound as long as the way behind it may enter
a place of the prefix again; only when the part comes up as the cheapest and its way does so, a search that keeps away from
those places takes its place. The cheapest part of all gives the next way and is parted by each of its links.

References: Yen 1971, Management Science 17, 712-716; Lawler 1972, Management Science 18, 401-405; the delayed search of the
deviations after Sedeno-Noda 2016.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from sim.routing import Path
from sim.search_graph import INFINITE, SearchGraph, Step, hop_of

MOST_LOOKED_AT = 5_000
"""Ways that are looked at for ways unlike those chosen before; where it is reached the answer says so."""

_Costs = dict[int, tuple[float, tuple[Step, ...]]]
"""Least cost of each label that a prefix can end in, and the steps to it."""
_Found = tuple[float, tuple[Step, ...]] | None
"""Cost and steps of a way; None where there is none."""


@dataclass(frozen=True)
class Alternatives:
    """Ways in order of their cost.

    Parameters
    ----------
    paths
        The ways.
    passed_over
        Ways left out between them, because too much of them lies on a better way that was chosen.
    cut
        Whether the search stopped at its limit, so that further ways may exist.
    """

    paths: tuple[Path, ...]
    passed_over: int = 0
    cut: bool = False


def alternatives(
    graph: SearchGraph, k: int, *, max_overlap: float | None = None, length: Callable[[str], float] | None = None
) -> Alternatives:
    """The k cheapest ways.

    Parameters
    ----------
    graph
        Graph between two places.
    k
        How many. [1]
    max_overlap
        Largest share of a way's length on links of any one better way chosen; not limited if not given. [1]
    length
        Length of a hop by name, for the share; every hop counts alike if not given. [km]

    Returns
    -------
    Alternatives
        Fewer than k where no more exist.
    """
    if max_overlap is None:
        return Alternatives(tuple(islice(ways_by_cost(graph), k)))
    weigh = length or (lambda _: 1.0)
    chosen: list[Path] = []
    passed = 0
    for looked, path in enumerate(ways_by_cost(graph)):
        if len(chosen) == k:
            break
        if looked >= MOST_LOOKED_AT:
            return Alternatives(tuple(chosen), passed, cut=True)
        if all(overlap(path, better, weigh) <= max_overlap for better in chosen):
            chosen.append(path)
        else:
            passed += 1
    return Alternatives(tuple(chosen), passed)


def overlap(path: Path, other: Path, length: Callable[[str], float]) -> float:
    """Share of a way's length that lies on links of another. [1]

    A way of 100 km, 60 km of which the other uses too: 0.6.
    """
    mine, theirs = hops(path), set(hops(other))
    whole = sum(length(name) for name in mine)
    return sum(length(name) for name in mine if name in theirs) / whole if whole else 0.0


def hops(path: Path) -> tuple[str, ...]:
    """Links and crossings of a way, in order."""
    return tuple(name for name in map(hop_of, path.edges) if name)


@dataclass(frozen=True)
class _Part:
    """Ways that begin with a prefix of hops and do not go on with a banned one."""

    hops: tuple[str, ...]
    places: tuple[str, ...]
    costs: _Costs
    banned: frozenset[str]


def ways_by_cost(graph: SearchGraph) -> Iterator[Path]:
    """Ways in order of cost, as many as there are."""
    root = _Part((), (graph.errand.origin,), _stayed(graph, {u: (c, ()) for u, c in graph.starts.items()}), frozenset())
    number = 0
    heap: list[tuple[float, int, tuple[int, ...], int, _Part, tuple[Step, ...], bool]] = []

    def push(part: _Part, found: _Found, *, sure: bool) -> None:
        nonlocal number
        if found is not None:
            cost, steps = found
            number += 1
            key = (cost, len(steps), tuple(s.number for s in steps))
            heapq.heappush(heap, (*key, number, part, steps, sure))

    push(root, _guess(graph, root), sure=False)
    while heap:
        _, _, _, _, part, steps, sure = heapq.heappop(heap)
        if not sure and not _simple(graph, steps):
            push(part, _around(graph, part), sure=True)
            continue
        if _simple(graph, steps):
            yield _path(graph, steps)
        for child in _children(graph, part, steps):
            push(child, _guess(graph, child), sure=False)


def _stayed(graph: SearchGraph, costs: _Costs) -> _Costs:
    """Costs of all labels of a place, those reached inside it included."""
    best = dict(costs)
    heap = [(cost, len(steps), label) for label, (cost, steps) in best.items()]
    heapq.heapify(heap)
    while heap:
        cost, count, label = heapq.heappop(heap)
        if (cost, count) > (best[label][0], len(best[label][1])):
            continue
        for step in graph.leaving[label]:
            if not step.hop:
                new = (cost + step.weight, count + 1)
                old = best.get(step.end)
                if old is None or new < (old[0], len(old[1])):
                    best[step.end] = (new[0], (*best[label][1], step))
                    heapq.heappush(heap, (*new, step.end))
    return best


def _guess(graph: SearchGraph, part: _Part) -> _Found:
    """Cheapest way of a part if it may enter places again: a lower bound, and exact where it does not."""
    best = INFINITE
    first: tuple[tuple[Step, ...], Step | None] | None = None
    for label, (cost, steps) in part.costs.items():
        if label in graph.ends and "" not in part.banned and cost + graph.ends[label] < best:
            best, first = cost + graph.ends[label], (steps, None)
        for step in graph.leaving[label]:
            if step.hop and step.hop not in part.banned and graph.place(step.end) not in part.places:
                total = cost + step.weight + graph.to_come[step.end]
                if total < best:
                    best, first = total, (steps, step)
    if first is None:
        return None
    behind, following = first
    return best, (behind if following is None else (*behind, following, *_onward(graph, following.end)))


def _onward(graph: SearchGraph, label: int) -> Iterator[Step]:
    """Steps of the cheapest way from a label to the destination."""
    while (step := graph.onward[label]) is not None:
        yield step
        label = step.end


def _around(graph: SearchGraph, part: _Part) -> _Found:
    """Cheapest way of a part that keeps away from the places of its prefix (A* with the exact cost to come)."""
    heap: list[tuple[float, int, int, float]] = []
    best: dict[int, tuple[float, int]] = {}
    back: dict[int, Step] = {}
    for label, (cost, steps) in sorted(part.costs.items()):
        if graph.to_come[label] < INFINITE:
            best[label] = (cost, len(steps))
            heapq.heappush(heap, (cost + graph.to_come[label], len(steps), label, cost))
    goal = (INFINITE, 0, -1)
    behind = frozenset(part.places)
    while heap:
        bound, count, label, cost = heapq.heappop(heap)
        if bound >= goal[0]:
            break
        if (cost, count) > best[label]:
            continue
        if label in graph.ends and not (label in part.costs and "" in part.banned):
            goal = min(goal, (cost + graph.ends[label], count, label))
        for step in _allowed(graph, part, behind, label):
            new = (cost + step.weight, count + 1)
            if new < best.get(step.end, (INFINITE, 0)):
                best[step.end] = new
                back[step.end] = step
                heapq.heappush(heap, (new[0] + graph.to_come[step.end], new[1], step.end, new[0]))
    return None if goal[2] < 0 else (goal[0], _walked(part, back, goal[2]))


def _allowed(graph: SearchGraph, part: _Part, behind: frozenset[str], label: int) -> Iterator[Step]:
    """Steps that a way of a part may take from a label: out of the prefix by what is not banned, and never back into it."""
    begins = label in part.costs
    to_come, states = graph.to_come, graph.states
    for step in graph.leaving[label]:
        if begins and (not step.hop or step.hop in part.banned):
            continue
        if to_come[step.end] < INFINITE and states[step.end][0].node_id not in behind:
            yield step


def _walked(part: _Part, back: dict[int, Step], label: int) -> tuple[Step, ...]:
    """Steps to a label, those of the prefix included."""
    steps: list[Step] = []
    while label in back:
        steps.append(back[label])
        label = back[label].start
    return (*part.costs[label][1], *reversed(steps))


def _simple(graph: SearchGraph, steps: tuple[Step, ...]) -> bool:
    places = [graph.errand.origin, *(graph.place(s.end) for s in steps if s.hop)]
    return len(set(places)) == len(places)


def _children(graph: SearchGraph, part: _Part, steps: tuple[Step, ...]) -> Iterator[_Part]:
    """Parts into which a part falls once its cheapest way is taken out, up to the first place entered twice."""
    names = [s.hop for s in steps if s.hop]
    ends = [graph.place(s.end) for s in steps if s.hop]
    costs, places = part.costs, part.places
    banned = part.banned
    for i in range(len(part.hops), len(names) + 1):
        following = names[i] if i < len(names) else ""
        yield _Part(tuple(names[:i]), places, costs, banned | {following})
        if i == len(names) or ends[i] in places:
            return
        moved: _Costs = {}
        for label, (cost, behind) in costs.items():
            for step in graph.leaving[label]:
                if step.hop == following and graph.place(step.end) == ends[i]:
                    new = (cost + step.weight, len(behind) + 1)
                    old = moved.get(step.end)
                    if old is None or new < (old[0], len(old[1])):
                        moved[step.end] = (new[0], (*behind, step))
        costs, places, banned = _stayed(graph, moved), (*places, ends[i]), frozenset()


def _path(graph: SearchGraph, steps: tuple[Step, ...]) -> Path:
    """Way of steps with its cost added up in order."""
    first = steps[0].start if steps else min(graph.starts, key=lambda u: graph.starts[u] + graph.ends.get(u, INFINITE))
    labels = [first, *(s.end for s in steps)]
    cost = graph.starts[first]
    for step in steps:
        cost += step.weight
    cost += graph.ends[labels[-1]]
    return Path(tuple(graph.states[u][0] for u in labels), graph.edges_of(steps), cost)
