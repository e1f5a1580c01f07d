"""Corridors that share track, drawn as bands that run side by side.

Two corridors on one line would hide each other, so each is moved aside by its place in the bundle, as on the map of
a city's railways. What counts as shared is what the eye sees (:mod:`corridors.spine`). On each step of
the spine the corridors present are ranked from west to east and moved aside by

    d_i = (i - (n - 1) / 2) x pitch,    i = 0 ... n - 1,

along the left normal of the direction of travel (southbound, left is east, so bands do not cross where they part). Three
bands at a pitch of 3 pt lie at -3, 0 and +3 pt. Along a way d is averaged over a short length, so that bands change places in
a soft curve, and at origins and destinations all bands come together. Where two ways of one corridor share track the
band is drawn once.

All lengths are on paper, in points of 1/72 inch. The pictures show which line a corridor uses, not where within some
7 pt the line runs; the grey network beneath is drawn in its place.

Left out: the order of bands that gives the fewest crossings, which is a hard problem; ranking by longitude is good
enough for corridors that all run from north to south.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.spine import STEP_PT, Edge, Points, Spine, Stretch, Walk, edges_of, smooth, walk_on, without_loose_ends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


LOOP_STEPS = 9  # half the length within which a loop is looked for
EASE_STEPS = 7  # steps over which a band changes its place in the bundle
GATHER_STEPS = 6  # steps over which bands come together at an origin or destination


class Band(NamedTuple):
    """Piece of a corridor of one mode and status, moved to its place in the bundle. [pt]."""

    corridor: str
    mode: str
    status: str
    points: Points
    shared: int
    """Most corridors beside it, itself included. [1]"""


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
    spine = Spine()
    walks = [
        walk_on(spine, corridor, way)
        for corridor, found in ways.items()
        for way in found
        if any(len(s.points) for s in way)
    ]
    walks = [without_loose_ends(spine, walk, ends) for walk in walks]
    members: dict[Edge, list[str]] = {}
    for walk in walks:
        for edge in edges_of(walk.nodes):
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


def _rank(spine: Spine, members: dict[Edge, list[str]], corridors: list[str]) -> dict[str, float]:
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


def _aside(spine: Spine, walk: Walk, members: dict[Edge, list[str]], pitch: float) -> NDArray[np.float64]:
    """How far each node of a way is moved along its left normal. [pt]."""
    edges = edges_of(walk.nodes)
    aside = np.zeros(len(edges))
    for i, edge in enumerate(edges):
        there = members[edge]
        forward = spine.edges[edge] == (walk.nodes[i], walk.nodes[i + 1])
        place = (there.index(walk.corridor) - (len(there) - 1) / 2.0) * pitch
        aside[i] = place if forward else -place
    return _eased(np.concatenate([aside[:1], (aside[1:] + aside[:-1]) / 2.0, aside[-1:]]))


def _bands_of(
    walk: Walk,
    places: Points,
    aside: NDArray[np.float64],
    members: dict[Edge, list[str]],
    drawn: set[tuple[str, Edge, tuple[str, str]]],
) -> list[Band]:
    """Pieces of one way that are not drawn yet, moved aside."""
    edges = edges_of(walk.nodes)
    tangent = np.gradient(smooth(places, 4), axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    line = _untangled(smooth(smooth(places, 3) + aside[:, None] * normal, 1), tangent)

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


def _eased(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Moving average over `EASE_STEPS`, ends repeated."""
    half = EASE_STEPS // 2
    padded = np.pad(values, half, mode="edge")
    return np.asarray(np.convolve(padded, np.full(EASE_STEPS, 1.0 / EASE_STEPS), mode="valid"))
