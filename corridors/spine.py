"""The spine: a fine-grained graph of the steps that ways on a map have in common.

Every way is walked in steps of a few points on paper. A step close to a step already there, and parallel to it, is laid
onto it; others are added. A meeting of a few steps is a crossing of lines and no shared track, a parting of a few steps
is not worth a second line. So a road beside a railway shares track with it on paper, which is what the eye sees.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Points = NDArray[np.float64]
"""Points on paper, shape (point, 2): x to the right, y up. [pt]."""
Edge = tuple[int, int]

STEP_PT = 3.0
NEAR_PT = 7.5
PARALLEL = 0.8  # least |cos| of the angle between two steps that count as parallel
SHORTEST_RUN = 6  # steps; a shorter meeting is a crossing of lines, not shared track
LONGEST_GAP = 4  # steps; a shorter parting of two lines is not drawn
LOOSE_STEPS = 8  # steps taken off a way that ends in the middle of another


class Stretch(NamedTuple):
    """One link or border hop of a way, in the direction of travel. [pt]."""

    points: Points
    mode: str
    status: str


class Spine:
    """Graph of steps that ways have in common."""

    def __init__(self) -> None:
        self.position: list[tuple[float, float]] = []
        self.tangent: list[tuple[float, float]] = []
        self.next_to: list[list[int]] = []
        self.edges: dict[Edge, Edge] = {}
        self.cells: dict[tuple[int, int], list[int]] = {}

    def add(self, x: float, y: float, tangent: tuple[float, float]) -> int:
        """Add a node and give its number."""
        node = len(self.position)
        self.position.append((x, y))
        self.tangent.append(tangent)
        self.next_to.append([])
        self.cells.setdefault((int(x // NEAR_PT), int(y // NEAR_PT)), []).append(node)
        return node

    def join(self, a: int, b: int) -> None:
        """Join two nodes by a step, if they are not joined yet; its direction is that of the first way."""
        key = (min(a, b), max(a, b))
        if key not in self.edges:
            self.edges[key] = (a, b)
            self.next_to[a].append(b)
            self.next_to[b].append(a)

    def near(self, x: float, y: float, tangent: tuple[float, float]) -> int:
        """Nearest node within reach that runs the same way or the opposite way, or -1."""
        best, found = NEAR_PT * NEAR_PT, -1
        i, j = int(x // NEAR_PT), int(y // NEAR_PT)
        for cell in ((i + a, j + b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
            for node in self.cells.get(cell, ()):
                px, py = self.position[node]
                away = (px - x) ** 2 + (py - y) ** 2
                tx, ty = self.tangent[node]
                if away < best and abs(tx * tangent[0] + ty * tangent[1]) >= PARALLEL:
                    best, found = away, node
        return found

    def between(self, a: int, b: int, most: int) -> list[int]:
        """Nodes on the shortest way from `a` to `b`, both included; empty if it has more than `most` steps."""
        came = {a: a}
        queue = deque([(a, 0)])
        while queue:
            node, steps = queue.popleft()
            if node == b:
                way = [b]
                while way[-1] != a:
                    way.append(came[way[-1]])
                return way[::-1]
            if steps < most:
                for other in self.next_to[node]:
                    if other not in came:
                        came[other] = node
                        queue.append((other, steps + 1))
        return []


class Walk(NamedTuple):
    """One way on the spine: its nodes, and mode and status of each of its steps."""

    corridor: str
    nodes: list[int]
    kinds: list[tuple[str, str]]


def edges_of(nodes: list[int]) -> list[Edge]:
    """Steps between nodes, the lower number first."""
    return [(min(a, b), max(a, b)) for a, b in pairwise(nodes)]


def walk_on(spine: Spine, corridor: str, way: Sequence[Stretch]) -> Walk:
    """Lay one way onto the spine, adding to it where the way is the first there."""
    points, kinds = _resampled(way)
    if points[-1, 1] > points[0, 1]:  # northbound: the rank is for southbound travel
        points, kinds = points[::-1], kinds[::-1]
    step = np.gradient(points, axis=0)
    step /= np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]
    tangents = [(float(x), float(y)) for x, y in step]
    places = [(float(x), float(y)) for x, y in points]
    met = [spine.near(*place, tangent) for place, tangent in zip(places, tangents, strict=True)]
    met = _without_short_runs(spine, met)
    sequence = [
        node if node >= 0 else spine.add(*place, tangent)
        for node, place, tangent in zip(met, places, tangents, strict=True)
    ]
    nodes, steps = [sequence[0]], [kinds[0]]
    for node, kind in zip(sequence[1:], kinds[1:], strict=True):
        for b in (spine.between(nodes[-1], node, LONGEST_GAP) or [nodes[-1], node])[1:]:
            if len(nodes) > 1 and b == nodes[-2]:  # a step forth and back again
                nodes.pop()
                steps.pop()
            else:
                spine.join(nodes[-1], b)
                nodes.append(b)
                steps.append(kind)
    return Walk(corridor, nodes, steps[1:])


def without_loose_ends(spine: Spine, walk: Walk, ends: Points) -> Walk:
    """Take the last steps off a way that stops short of its destination: there it may have met the wrong track."""

    def loose(node: int) -> int:
        away = np.hypot(*(ends - np.array(spine.position[node])).T).min()
        return LOOSE_STEPS if away > 2.0 * NEAR_PT else 0

    first, last = loose(walk.nodes[0]), len(walk.nodes) - loose(walk.nodes[-1])
    return Walk(walk.corridor, walk.nodes[first:last], walk.kinds[first : last - 1])


def _resampled(way: Sequence[Stretch]) -> tuple[Points, list[tuple[str, str]]]:
    """Points of a way at even steps, smoothed, and mode and status at each of them."""
    parts = [stretch for stretch in way if len(stretch.points) > 1]
    line = np.concatenate([stretch.points for stretch in parts])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    ends = along[np.cumsum([len(stretch.points) for stretch in parts]) - 1]
    count = max(2, round(along[-1] / STEP_PT) + 1)
    at = np.linspace(0.0, along[-1], count)
    points = np.column_stack([np.interp(at, along, line[:, i]) for i in (0, 1)])
    which = np.minimum(np.searchsorted(ends, at), len(parts) - 1)
    return smooth(points, 1), [(parts[i].mode, parts[i].status) for i in which]


def _without_short_runs(spine: Spine, met: list[int]) -> list[int]:
    """Take meetings back that are too short to be shared track, and close gaps too short to be seen."""
    for wanted, least in ((True, SHORTEST_RUN), (False, LONGEST_GAP)):
        i = 0
        while i < len(met):
            j = i
            while j < len(met) and (met[j] >= 0) == (met[i] >= 0):
                j += 1
            inner = i > 0 and j < len(met)
            if (met[i] >= 0) == wanted and j - i < least and (wanted or inner):
                if wanted:
                    met[i:j] = [-1] * (j - i)
                elif spine.between(met[i - 1], met[j], 2 * LONGEST_GAP):
                    met[i:j] = [met[i - 1]] * (j - i)
            i = j
    return met


def smooth(points: Points, times: int) -> Points:
    """Average each point with its neighbours (1, 2, 1) so many times; ends stay."""
    out = points
    for _ in range(times if len(points) > 2 else 0):
        out = np.concatenate([out[:1], (out[:-2] + 2.0 * out[1:-1] + out[2:]) / 4.0, out[-1:]])
    return out
