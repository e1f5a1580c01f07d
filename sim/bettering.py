r"""Sets of switches that open a better way than the one that is open.

A set S betters a way of generalized cost g where the cheapest way with S set costs less than g. Wanted are the sets
that are minimal by inclusion. Labels carry a cost and a set; a label is beaten by one at the same place that costs no more
and needs nothing else. They are taken up in the order of cost so far plus the least that the rest of the way can cost with
everything set (A*, with the exact cost to go of the freest network as its bound), and dropped once that sum reaches g.

    g = 3,000 USD; gate a saves 400, line b saves 500, both save 900: {a} and {b} better it, {a, b} is not minimal

Left out: edges without a price, which can better nothing that is known; and how much more a larger set would save.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from sim.routing import Label, Pin, labels_at
from sim.unlocking import MOST_LABELS, LockedGraph, MinimalSets, holds_one_of

LEAST_GAIN = 1e-6
"""Share of the cost below which two ways cost the same. [1]"""


_Entry = tuple[float, Label, int, float]
"""Least total, label, set, cost so far."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a search goes: largest set, cost to be bettered [USD], and labels after which it stops."""

    most: int
    below: float
    most_labels: int = MOST_LABELS


def bettering_sets(locked: LockedGraph, origin: str, destination: str, pin: Pin, limits: Limits) -> MinimalSets:
    """Minimal sets of switches with which a way costs less than one that is open.

    Parameters
    ----------
    locked
        Edges with their weights and the switches that each needs.
    origin, destination, pin
        As in :func:`sim.routing.least_cost`, with what the ends add.
    limits
        Largest set, the cost to be bettered, and labels after which the search stops.

    Returns
    -------
    MinimalSets
        By size, then by name. A pinned way may turn back on itself: the caller searches each set anew.
    """
    steps, ends = locked.steps_that_lead_on(origin, destination, pin)
    left = _cost_to_go(locked, steps, ends, pin)
    below = limits.below * (1 - LEAST_GAIN)
    heap: list[_Entry] = []
    for label in labels_at(locked.graph, origin, pin):
        cost = pin.start_cost(label[0])
        if cost is not None and label in left:
            heapq.heappush(heap, (cost + left[label], label, 0, cost))
    settled: dict[Label, list[int]] = {}
    found: list[int] = []
    taken = 0
    while heap and heap[0][0] < below:
        _, label, mask, cost = heapq.heappop(heap)
        if holds_one_of(mask, found) or holds_one_of(mask, settled.get(label, ())):
            continue
        taken += 1
        if taken > limits.most_labels:
            return MinimalSets(locked.named(found), 0, cut=True)
        settled.setdefault(label, []).append(mask)
        if label in ends and cost + (pin.end_cost(*label) or 0.0) < below:
            found = [mask, *(other for other in found if other & mask != mask)]
            continue
        for edge_id, following in steps[label]:
            needed = mask | locked.mask(edge_id)
            spent = cost + locked.graph.weights[edge_id]
            if edge_id in locked.priced and needed.bit_count() <= limits.most and following in left:
                heapq.heappush(heap, (spent + left[following], following, needed, spent))
    sets = sorted(locked.named(found), key=lambda s: (len(s), sorted(s)))
    return MinimalSets(tuple(sets), limits.most)


def _cost_to_go(
    locked: LockedGraph, steps: dict[Label, list[tuple[str, Label]]], ends: set[Label], pin: Pin
) -> dict[Label, float]:
    """Least cost from each label to the destination with everything set. [USD]"""
    back: dict[Label, list[tuple[float, Label]]] = {}
    for label, leaving in steps.items():
        for edge_id, following in leaving:
            if edge_id in locked.priced:
                back.setdefault(following, []).append((locked.graph.weights[edge_id], label))
    left: dict[Label, float] = {}
    heap = [(pin.end_cost(*label) or 0.0, label) for label in ends]
    heapq.heapify(heap)
    while heap:
        cost, label = heapq.heappop(heap)
        if label in left:
            continue
        left[label] = cost
        for weight, before in back.get(label, ()):
            if before not in left:
                heapq.heappush(heap, (cost + weight, before))
    return left
