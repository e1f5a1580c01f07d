"""Loose ends of tracks: which are joined to what lies within a tolerance, and which nearly touch and do not.

An end is a node of one segment only. Ends that should share a node with another way and miss it by less than a tolerance are
joined to it, unless their gauges exclude each other. What is left is listed for a person: an end close to another component, and
two ends of one component that face each other across a gap, since there a way goes round by other tracks and comes out too long.
Sidings that end side by side face nothing and are no gap.

Distances are chords through the earth, which for metres are the same as along the ground and know no 180th meridian.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.osm_graph import RailGraph, Track

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_RADIUS_M = 6_371_008.8  # mean radius of the earth [m]
_AHEAD = 0.7  # cosine of the angle within which an end points at another


class Miss(NamedTuple):
    """An end of a way that lies close to another part of the network and does not touch it."""

    way_id: int
    other_way_id: int
    metres: float
    lat: float
    lon: float
    reason: str


def _pairs(graph: RailGraph, reach_m: float) -> Iterator[tuple[float, int, int, int, int]]:
    """Distance [m], end and node of every end of a way and node close to it, with the way of each; closest first."""
    from scipy.spatial import KDTree

    if not len(graph.a):
        return
    used, degree = np.unique(np.concatenate([graph.a, graph.b]), return_counts=True)
    ends = used[degree == 1]
    way_of = np.zeros(len(graph.lat), dtype=np.int64)
    way_of[graph.a] = graph.way
    way_of[graph.b] = graph.way
    tree = KDTree(_chord(graph, used))
    found = []
    for end, near in zip(ends.tolist(), tree.query_ball_point(_chord(graph, ends), reach_m), strict=True):
        others = used[near]
        away = np.linalg.norm(_chord(graph, others) - _chord(graph, np.array([end])), axis=1)
        found += [
            (float(d), end, int(n), int(way_of[end]), int(way_of[n]))
            for d, n in zip(away, others, strict=True)
            if n != end
        ]
    yield from sorted(found)


def _chord(graph: RailGraph, nodes: Ints) -> Floats:
    """Points on a sphere [m], shape (node, 3)."""
    lat, lon = np.radians(graph.lat[nodes]), np.radians(graph.lon[nodes])
    return _RADIUS_M * np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def _fit(one: Track, other: Track) -> bool:
    return not one.gauges or not other.gauges or bool({*one.gauges} & {*other.gauges})


def join(graph: RailGraph, tolerance_m: float) -> tuple[Ints, int]:
    """Give each node the node it becomes, and count the ends joined."""
    same = np.arange(len(graph.lat))
    joined = 0
    for _, end, node, way, other in _pairs(graph, tolerance_m):
        if way == other or not _fit(graph.tracks[way], graph.tracks[other]):
            continue
        keep, gone = int(same[node]), int(same[end])
        if keep != gone:
            same[same == gone] = keep
            joined += 1
    return same, joined


def near_misses(graph: RailGraph, near_m: float) -> Iterator[Miss]:
    """Ends close to another component, each end once, and pairs of ends that face each other; the closest first."""
    seen: set[int] = set()
    ahead = _outward(graph)
    for metres, end, node, way, other in _pairs(graph, near_m):
        apart = graph.component[end] != graph.component[node]
        if end in seen or not (apart or (way != other and _facing(graph, ahead, end, node))):
            continue
        seen |= {end, node} if node in ahead else {end}
        one, two = graph.tracks[way], graph.tracks[other]
        reason = "gap" if apart else "gap, joined another way round"
        if not _fit(one, two):
            reason = f"gauge {one.gauge} meets {two.gauge}"
        ids = graph.ways[way].way_id, graph.ways[other].way_id
        yield Miss(*ids, metres, float(graph.lat[end]), float(graph.lon[end]), reason)


def _outward(graph: RailGraph) -> dict[int, int]:
    """The neighbour of each end, from which its track comes."""
    both = np.concatenate([graph.a, graph.b])
    nodes, first, degree = np.unique(both, return_index=True, return_counts=True)
    inner = np.concatenate([graph.b, graph.a])[first]
    return dict(zip(nodes[degree == 1].tolist(), inner[degree == 1].tolist(), strict=True))


def _facing(graph: RailGraph, inner: dict[int, int], end: int, node: int) -> bool:
    """Whether both are ends, and each track would run on to the other."""
    if end not in inner or node not in inner:
        return False
    here, there, before, behind = _chord(graph, np.array([end, node, inner[end], inner[node]]))
    gap = (there - here) / max(np.linalg.norm(there - here), 1e-9)
    runs = [(a - b) @ gap / max(np.linalg.norm(a - b), 1e-9) for a, b in ((here, before), (behind, there))]
    return bool(min(runs) > _AHEAD)
