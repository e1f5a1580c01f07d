"""Tracks between neighbouring stations, and which of them our own lines already run along.

Every node of the graph belongs to the station from which it is reached by the shortest way over main tracks (Mehlhorn's
partition). Where the realms of two stations meet, the shortest way through a meeting joins the two: a *stretch*. So each pair of
neighbours has one stretch, and a line with stations A, B and C has A-B and B-C, not A-C.

Reference: Mehlhorn, K. (1988), A faster approximation algorithm for the Steiner problem in graphs, Information Processing
Letters 27(3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.geometry import cumulative_km, interpolate
from geodata.osm_shapes import rail_hops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geodata.network import Network
    from geodata.osm_graph import RailGraph
    from geodata.osm_shapes import Trace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHORTEST_KM = 1.0
"""Stations nearer than this are one place with two names. [km]"""

_ALONG_KM = 2.0  # a stretch is ours already if our line runs within this of its middle [km]
_OWN_TRACK_KM = 1.0  # a station is on a track within this [km]


class Stretch(NamedTuple):
    """A way between two neighbouring stations."""

    a: str
    b: str
    km: float
    segments: Ints
    middle: int


def sphere(lat: Sequence[float], lon: Sequence[float]) -> Floats:
    """Points on a sphere, so that straight distances are km for near ones, shape (place, 3). [km]"""
    phi, lam = np.radians(np.asarray(lat, dtype=np.float64)), np.radians(np.asarray(lon, dtype=np.float64))
    return 6371.0088 * np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def stretches(graph: RailGraph, spots: Mapping[str, tuple[float, float]]) -> Iterator[Stretch]:
    """Shortest ways between neighbouring stations over main tracks."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial import KDTree

    main = np.flatnonzero(np.array([t.main and t.status != "disused" for t in graph.tracks], dtype=bool)[graph.way])
    if not len(main):
        return
    nodes, place = np.unique(np.concatenate([graph.a[main], graph.b[main]]), return_inverse=True)
    a, b = place[: len(main)], place[len(main) :]
    km = np.maximum(graph.km[main], 1e-9)
    order = np.argsort(
        -km, kind="stable"
    )  # of two segments between the same nodes the shorter is written last and stays
    row_of = {(min(p), max(p)): i for *p, i in zip(a[order].tolist(), b[order].tolist(), order.tolist(), strict=True)}
    tree = KDTree(sphere(graph.lat[nodes].tolist(), graph.lon[nodes].tolist()))
    away, at = tree.query(sphere(*zip(*spots.values(), strict=True)))
    owner = {int(node): name for name, node, d in zip(spots, at, away, strict=True) if d <= _OWN_TRACK_KM}
    if not owner:
        return
    keys = np.array(list(row_of), dtype=np.int64)
    least = km[list(row_of.values())]
    matrix = coo_array((least, (keys[:, 0], keys[:, 1])), shape=(len(nodes), len(nodes))).tocsr()
    far, before, source = dijkstra(
        matrix, directed=False, indices=sorted(owner), min_only=True, return_predecessors=True
    )
    meets = np.flatnonzero((source[a] != source[b]) & (source[a] >= 0) & (source[b] >= 0))
    best: dict[tuple[str, str], tuple[float, int]] = {}
    for i in meets.tolist():
        pair = sorted((owner[int(source[a[i]])], owner[int(source[b[i]])]))
        whole = float(far[a[i]] + km[i] + far[b[i]])
        best[pair[0], pair[1]] = min(best.get((pair[0], pair[1]), (np.inf, 0)), (whole, i))
    for (one, two), (whole, i) in sorted(best.items()):
        rows = [i, *_back(int(a[i]), before, row_of), *_back(int(b[i]), before, row_of)]
        if whole >= SHORTEST_KM:
            yield Stretch(one, two, float(graph.km[main[rows]].sum()), main[rows], _middle(rows, far, a, b, nodes))


def _back(node: int, before: Ints, row_of: dict[tuple[int, int], int]) -> Iterator[int]:
    """Segments from a node back to its station."""
    while before[node] >= 0:
        other = int(before[node])
        yield row_of[min(node, other), max(node, other)]
        node = other


def _middle(rows: Sequence[int], far: Floats, a: Ints, b: Ints, nodes: Ints) -> int:
    """Node of the graph about half way along a stretch: where the two realms meet."""
    i = rows[0]
    return int(nodes[a[i] if far[a[i]] > far[b[i]] else b[i]])


class Covered:
    """Our lines, to see whether a stretch is ours already, and which of ours is near."""

    def __init__(self, network: Network, traces: Sequence[Trace]) -> None:
        from scipy.spatial import KDTree

        traced = {trace.hop.object_id: trace for trace in traces if len(trace.points) > 1}
        parts: list[Floats] = []
        self.names: list[str] = []
        for hop in rail_hops(network):
            trace = traced.get(hop.object_id)
            ends = [network.nodes[name] for name in (hop.from_node_id, hop.to_node_id)]
            points = _dense(trace.points if trace is not None else np.array([(node.lon, node.lat) for node in ends]))
            parts.append(sphere(points[:, 1].tolist(), points[:, 0].tolist()))
            self.names += [hop.object_id] * len(points)
        self.tree = KDTree(np.concatenate([np.empty((0, 3)), *parts]))

    def holds(self, item: Stretch, graph: RailGraph) -> bool:
        """Whether one of our lines runs within some km of the stretch's middle."""
        return float(self._nearest(item, graph)[0]) <= _ALONG_KM

    def nearest(self, item: Stretch, graph: RailGraph) -> str:
        """Our link or crossing nearest to the stretch's middle."""
        return self.names[self._nearest(item, graph)[1]]

    def _nearest(self, item: Stretch, graph: RailGraph) -> tuple[float, int]:
        away, place = self.tree.query(sphere([float(graph.lat[item.middle])], [float(graph.lon[item.middle])]))
        return float(away[0]), int(place[0])


def _dense(points: Floats) -> Floats:
    """Points along a line, a km apart or less."""
    count = max(int(np.ceil(cumulative_km(points)[-1])), 1)
    return interpolate(points, np.linspace(0, 1, count + 1))
