"""Corridors that share track, drawn as bands that run side by side.

Two corridors on one line would hide each other, so each is moved aside by its place in the bundle, as on the map of
a city's railways. What counts as shared is what the eye sees: not only the same link, but also a road beside a
railway. Every way is therefore walked in steps of a few points, and a step close and parallel to a step already
there is laid onto it. The steps so found form the *spine*, a fine-grained graph; on each of its edges the corridors
present are ranked from west to east and moved aside by

    d_i = (i - (n - 1) / 2) x pitch,    i = 0 ... n - 1,

along the left normal of the direction of travel (southbound, left is east, so bands do not cross where they part). Three bands
at a pitch of 3 pt lie at -3, 0 and +3 pt. Along a way d is averaged over a short length, so that bands change places in
a soft curve, and at origins and destinations all bands come together. Where two ways of one corridor share track the band is drawn once.

All lengths are on paper, in points of 1/72 inch. The pictures show which line a corridor uses, not where within some
3 pt the line runs; the grey network beneath is drawn in its place.

Left out: the order of bands that gives the fewest crossings, which is a hard problem; ranking by longitude is good
enough for corridors that all run from north to south.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Points = NDArray[np.float64]
"""Points on paper, shape (point, 2): x to the right, y up. [pt]."""

STEP_PT = 3.0
NEAR_PT = 7.5
PARALLEL = 0.8  # least |cos| of the angle between two steps that count as parallel
SHORTEST_RUN = 6  # steps; a shorter meeting is a crossing of lines, not shared track
LONGEST_GAP = 4  # steps; a shorter parting of two lines is not drawn
LOOP_STEPS = 9  # half the length within which a loop is looked for
EASE_STEPS = 7  # steps over which a band changes its place in the bundle
LOOSE_STEPS = 8  # steps taken off a way that ends in the middle of another
GATHER_STEPS = 6  # steps over which bands come together at an origin or destination

Edge = tuple[int, int]


class Stretch(NamedTuple):
    """One link or border hop of a way, in the direction of travel. [pt]."""

    points: Points
    mode: str
    status: str


class Band(NamedTuple):
    """Piece of a corridor of one mode and status, moved to its place in the bundle. [pt]."""

    corridor: str
    mode: str
    status: str
    points: Points
    shared: int
    """Most corridors beside it, itself included. [1]"""


class _Spine:
    """Graph of steps that ways have in common."""

    def __init__(self) -> None:
        self.position: list[tuple[float, float]] = []
        self.tangent: list[tuple[float, float]] = []
        self.next_to: list[list[int]] = []
        self.edges: dict[Edge, Edge] = {}
        self.cells: dict[tuple[int, int], list[int]] = {}

    def add(self, x: float, y: float, tangent: tuple[float, float]) -> int:
        node = len(self.position)
        self.position.append((x, y))
        self.tangent.append(tangent)
        self.next_to.append([])
        self.cells.setdefault((int(x // NEAR_PT), int(y // NEAR_PT)), []).append(node)
        return node

    def join(self, a: int, b: int) -> None:
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


class _Walk(NamedTuple):
    """One way on the spine: its nodes, and mode and status of each of its steps."""

    corridor: str
    nodes: list[int]
    kinds: list[tuple[str, str]]


def lay_bands(ways: Mapping[str, Sequence[Sequence[Stretch]]], ends: Points, *, pitch: float) -> list[Band]:
    """Move corridors that share track apart.

    Parameters
    ----------
    ways
        Ways of each corridor, each a sequence of stretches from origin to destination. [pt]
    ends
        Origins and destinations, where all bands come together. [pt]
    pitch
        Distance between the middles of neighbouring bands. [pt]

    Returns
    -------
    bands : pieces in the order of `ways`; a piece ends where mode, status or the corridors beside it change hands.

    Examples
    --------
    >>> line = [Stretch(np.array([[0.0, 60.0], [0.0, 0.0]]), "rail", "operational")]
    >>> ends = np.array([[0.0, 60.0], [0.0, 0.0]])
    >>> [float(b.points[10, 0].round(2)) for b in lay_bands({"a": [line], "b": [line]}, ends, pitch=3.0)]
    [-1.5, 1.5]
    """
    spine = _Spine()
    walks = [
        _walk(spine, corridor, way)
        for corridor, found in ways.items()
        for way in found
        if any(len(s.points) for s in way)
    ]
    walks = [_without_loose_ends(spine, walk, ends) for walk in walks]
    members: dict[Edge, list[str]] = {}
    for walk in walks:
        for edge in _edges(walk.nodes):
            there = members.setdefault(edge, [])
            if walk.corridor not in there:
                there.append(walk.corridor)
    rank = _rank(spine, members, list(ways))
    for there in members.values():
        there.sort(key=rank.__getitem__)
    bands: list[Band] = []
    drawn: set[tuple[str, Edge, tuple[str, str]]] = set()
    for walk in walks:
        places = np.array([spine.position[node] for node in walk.nodes]).reshape(-1, 2)
        if len(places) < 3:
            continue
        away = np.hypot(*(places[:, None, :] - ends[None, :, :]).transpose(2, 0, 1)).min(axis=1)
        share = np.clip(away / (GATHER_STEPS * STEP_PT), 0.0, 1.0)
        bands += _bands_of(walk, places, _aside(spine, walk, members, pitch) * share, members, drawn)
    return bands


def _edges(nodes: list[int]) -> list[Edge]:
    return [(min(a, b), max(a, b)) for a, b in pairwise(nodes)]


def _walk(spine: _Spine, corridor: str, way: Sequence[Stretch]) -> _Walk:
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
    return _Walk(corridor, nodes, steps[1:])


def _without_loose_ends(spine: _Spine, walk: _Walk, ends: Points) -> _Walk:
    """Take the last steps off a way that stops short of its destination: there it may have met the wrong track."""

    def loose(node: int) -> int:
        away = np.hypot(*(ends - np.array(spine.position[node])).T).min()
        return LOOSE_STEPS if away > 2.0 * NEAR_PT else 0

    first, last = loose(walk.nodes[0]), len(walk.nodes) - loose(walk.nodes[-1])
    return _Walk(walk.corridor, walk.nodes[first:last], walk.kinds[first : last - 1])


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
    return _smooth(points, 1), [(parts[i].mode, parts[i].status) for i in which]


def _without_short_runs(spine: _Spine, met: list[int]) -> list[int]:
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


def _rank(spine: _Spine, members: dict[Edge, list[str]], corridors: list[str]) -> dict[str, float]:
    """Order of corridors from west to east: the mean x of the track that each has most to itself."""
    total = dict.fromkeys(corridors, 0.0)
    weight = dict.fromkeys(corridors, 1e-9)
    for (a, b), there in members.items():
        x = (spine.position[a][0] + spine.position[b][0]) / 2.0
        for corridor in there:
            w = 1.0 / len(there) ** 3
            total[corridor] += w * x
            weight[corridor] += w
    order = sorted(corridors, key=lambda c: (total[c] / weight[c], c))
    return {corridor: float(i) for i, corridor in enumerate(order)}


def _aside(spine: _Spine, walk: _Walk, members: dict[Edge, list[str]], pitch: float) -> NDArray[np.float64]:
    """How far each node of a way is moved along its left normal. [pt]."""
    edges = _edges(walk.nodes)
    aside = np.zeros(len(edges))
    for i, edge in enumerate(edges):
        there = members[edge]
        forward = spine.edges[edge] == (walk.nodes[i], walk.nodes[i + 1])
        place = (there.index(walk.corridor) - (len(there) - 1) / 2.0) * pitch
        aside[i] = place if forward else -place
    return _eased(np.concatenate([aside[:1], (aside[1:] + aside[:-1]) / 2.0, aside[-1:]]))


def _bands_of(
    walk: _Walk,
    places: Points,
    aside: NDArray[np.float64],
    members: dict[Edge, list[str]],
    drawn: set[tuple[str, Edge, tuple[str, str]]],
) -> list[Band]:
    """Pieces of one way that are not drawn yet, moved aside."""
    edges = _edges(walk.nodes)
    tangent = np.gradient(_smooth(places, 4), axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    line = _untangled(_smooth(_smooth(places, 3) + aside[:, None] * normal, 1), tangent)

    bands: list[Band] = []
    start = 0
    keys = [(walk.corridor, edge, kind) for edge, kind in zip(edges, walk.kinds, strict=True)]
    new = [key not in drawn for key in keys]
    drawn.update(keys)
    for i in range(1, len(edges) + 1):
        if i == len(edges) or new[i] != new[start] or walk.kinds[i] != walk.kinds[start]:
            if new[start]:
                mode, status = walk.kinds[start]
                most = max(len(members[edge]) for edge in edges[start:i])
                bands.append(Band(walk.corridor, mode, status, line[start : i + 1], most))
            start = i
    return bands


def _untangled(line: Points, tangent: Points) -> Points:
    """Take out the loops that a line moved to the inside of a sharp bend makes: their points go to the crossing."""
    step = np.diff(line, axis=0)
    back = np.flatnonzero((step * tangent[:-1]).sum(axis=1) < 0.0)
    out = line.copy()
    done = -1
    for at in back.tolist():
        if at <= done:
            continue
        first, last = max(0, at - LOOP_STEPS), min(len(step) - 1, at + LOOP_STEPS)
        pairs = ((i, j) for gap in range(last - first, 1, -1) for i in range(first, last - gap + 1) for j in (i + gap,))
        for i, j in pairs:
            cross = _crossing(line[i], step[i], line[j], step[j])
            if cross is not None:
                out[i + 1 : j + 1] = cross
                done = j
                break
    return out


def _crossing(p: Points, r: Points, q: Points, s: Points) -> Points | None:
    """Point where the steps r from p and s from q cross, or None."""
    turn = r[0] * s[1] - r[1] * s[0]
    if abs(turn) < 1e-12:
        return None
    d = q - p
    t, u = (d[0] * s[1] - d[1] * s[0]) / turn, (d[0] * r[1] - d[1] * r[0]) / turn
    return p + t * r if 0.0 <= t <= 1.0 and 0.0 <= u <= 1.0 else None


def _smooth(points: Points, times: int) -> Points:
    """Average each point with its neighbours (1, 2, 1) so many times; ends stay."""
    out = points
    for _ in range(times if len(points) > 2 else 0):
        out = np.concatenate([out[:1], (out[:-2] + 2.0 * out[1:-1] + out[2:]) / 4.0, out[-1:]])
    return out


def _eased(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Moving average over `EASE_STEPS`, ends repeated."""
    half = EASE_STEPS // 2
    padded = np.pad(values, half, mode="edge")
    return np.asarray(np.convolve(padded, np.full(EASE_STEPS, 1.0 / EASE_STEPS), mode="valid"))
