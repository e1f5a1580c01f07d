"""True lines for our stretches: each railway link and crossing traced on the tracks of OpenStreetMap.

From each end of a stretch an access leads to every node of the graph within the cap, at three times its length; the shortest
way between the two ends over tracks of a fitting gauge and state is the line. So an end is laid on the nearest track from
which the other end can be reached, and never far from its place; how far is told. The accesses are no part of the length.

A stretch in service is traced on tracks in service only; one that is planned or being built may use tracks in any of these
states. Where no track fits in gauge and state, the stretch is traced on what there is, to be compared and not to be drawn.
What trains cannot do at a switch (reverse) is not known here, so that a line may be a little too short.

A line is for drawing and for comparing. Where its length differs from ours by more than a tenth, a track is missing in
OpenStreetMap, our figure is wrong, or the line goes another way: such lines are listed for a person and not handed out.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.geometry import geodesic_km, read_shape_file, split_at_antimeridian
from geodata.osm_extract import LICENCE, source_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from geodata.elements import Crossing, Link
    from geodata.network import Network
    from geodata.osm_graph import RailGraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SUSPECT = 0.10
"""Share by which a traced length may differ from ours before a person has to look."""

_ACCESS = 3.0  # what a km from the place to the track weighs, so that nobody leaves the track early
_LONGEST = 3.0  # a way longer than so many times ours is no way
_IN_SERVICE = ("operational",)
_ANY = ("operational", "under_construction", "planned")
_ALL = (*_ANY, "disused")
_STEP_DEG = 0.0003  # drawn lines keep within some 30 m of the traced ones


class Hop(NamedTuple):
    """A railway link or crossing of ours."""

    object_id: str
    line_id: str
    countries: tuple[str, ...]
    from_node_id: str
    to_node_id: str
    gauges: tuple[int, ...]
    status: str
    km: float
    basis: str
    electrified: str
    tracks: str


@dataclass(frozen=True)
class Trace:
    """A stretch on the tracks of OpenStreetMap, or the reason why it is not there.

    Attributes
    ----------
    km
        Length along the tracks, None if there is no way. [km]
    access_km
        From each end's place to its track. [km]
    segments
        Rows of the graph's segments, in order.
    points
        Line (longitude, latitude). [deg]
    fits
        Whether all tracks are of our gauge and of a state in which trains of the stretch may use them; if not, the line is
        there to be compared and not to be drawn.
    """

    hop: Hop
    km: float | None
    reason: str
    access_km: tuple[float, float]
    segments: Ints
    points: Floats
    fits: bool = True

    @property
    def difference(self) -> float | None:
        """Traced length less ours, as a share of ours."""
        return None if self.km is None else self.km / self.hop.km - 1

    @property
    def sound(self) -> bool:
        """Whether there is a line that fits and its length is near enough to ours to be drawn unseen."""
        return self.fits and self.difference is not None and abs(self.difference) <= SUSPECT


def rail_hops(network: Network) -> list[Hop]:
    """Railway links and crossings of ours, in the tables' order."""
    links = [_of_link(link) for link in network.links.values() if link.mode == "rail"]
    return [*links, *(_of_crossing(item) for item in network.crossings.values() if item.mode == "rail")]


def _of_link(link: Link) -> Hop:
    ends = (link.from_node_id, link.to_node_id, link.gauges, link.status, link.length_km, link.length_basis)
    return Hop(link.link_id, link.line_id, (link.country,), *ends, link.electrified, link.tracks)


def _of_crossing(item: Crossing) -> Hop:
    km = item.from_length_km + item.to_length_km
    ends = (item.from_node_id, item.to_node_id, item.gauges, item.status, km, item.length_basis)
    return Hop(item.crossing_id, "", (item.from_country, item.to_country), *ends, "", "")


class Tracer:
    """Finds our stretches on a graph."""

    def __init__(self, network: Network, graph: RailGraph, *, cap_km: float = 3.0) -> None:
        self.network, self.graph, self.cap_km = network, graph, cap_km
        self.fields: dict[tuple[tuple[str, ...], tuple[int, ...]], _Field] = {}

    def trace(self, hop: Hop) -> Trace:
        """Trace one stretch; where no track fits it, on whatever track there is, which is then told."""
        found = self._on(hop, _IN_SERVICE if hop.status == "operational" else _ANY, hop.gauges)
        if found.km is not None:
            return found
        other = self._on(hop, _ALL, ())
        return found if other.km is None else replace(other, fits=False)

    def _on(self, hop: Hop, statuses: tuple[str, ...], gauges: tuple[int, ...]) -> Trace:
        key = statuses, gauges
        if key not in self.fields:
            self.fields[key] = _Field(self.graph, np.flatnonzero(self.graph.allowed(*key)))
        return self._traced(hop, self.fields[key])

    def traces(self, hops: Iterable[Hop]) -> list[Trace]:
        """Trace every stretch that has a track near one of its ends at least; others lie outside what was read."""
        found = (self.trace(hop) for hop in hops)
        return [item for item in found if item.reason != _OUTSIDE]

    def _traced(self, hop: Hop, field: _Field) -> Trace:
        ends = [self.network.nodes[name] for name in (hop.from_node_id, hop.to_node_id)]
        access = [field.near(node.lat, node.lon, self.cap_km) for node in ends]
        lost = [node.node_id for node, near in zip(ends, access, strict=True) if not len(near[0])]
        if lost:
            what = "in service " if hop.status == "operational" else ""
            reason = _OUTSIDE if len(lost) == 2 else f"no track {what}within {self.cap_km:g} km of {lost[0]}"
            return _none(hop, reason)
        nodes, rows = field.way(access[0], access[1], _LONGEST * hop.km + 2 * _ACCESS * self.cap_km)
        if not len(rows):
            return _none(hop, "the tracks at its ends do not join")
        away = [
            float(dict(zip(*near, strict=True))[at]) for near, at in zip(access, (nodes[0], nodes[-1]), strict=True)
        ]
        points = np.column_stack([self.graph.lon[nodes], self.graph.lat[nodes]])
        return Trace(hop, float(self.graph.km[rows].sum()), "", (away[0], away[1]), rows, points)


_OUTSIDE = "outside what was read"


def _none(hop: Hop, reason: str) -> Trace:
    return Trace(hop, None, reason, (np.nan, np.nan), np.empty(0, dtype=np.int64), np.empty((0, 2)))


class _Field:
    """The segments that some stretches may use, as a matrix and a tree."""

    def __init__(self, graph: RailGraph, rows: Ints) -> None:
        # of two segments between the same nodes the shorter counts
        a, b = np.minimum(graph.a[rows], graph.b[rows]), np.maximum(graph.a[rows], graph.b[rows])
        order = np.lexsort((graph.km[rows], b, a))
        first = np.concatenate([[True], (np.diff(a[order]) != 0) | (np.diff(b[order]) != 0)]) if len(order) else order
        keep = order[np.asarray(first, dtype=bool) & (a[order] != b[order])] if len(order) else order
        self.graph, self.rows, self.a, self.b = graph, rows[keep], a[keep], b[keep]
        self.nodes = np.unique(np.concatenate([self.a, self.b]))

    @cached_property
    def row_of(self) -> dict[tuple[int, int], int]:
        """Segment between two nodes, the lower first."""
        return dict(zip(zip(self.a.tolist(), self.b.tolist(), strict=True), self.rows.tolist(), strict=True))

    def near(self, lat: float, lon: float, cap_km: float) -> tuple[list[int], list[float]]:
        """Nodes within the cap, and how far they are [km]."""
        window = cap_km / 100
        lats, lons = self.graph.lat[self.nodes], self.graph.lon[self.nodes]
        apart = np.abs(np.mod(lons - lon + 180, 360) - 180) * np.cos(np.radians(lat))
        box = self.nodes[(np.abs(lats - lat) < window) & (apart < window)]
        away = geodesic_km(lat, lon, self.graph.lat[box], self.graph.lon[box]) if len(box) else np.empty(0)
        return box[away <= cap_km].tolist(), away[away <= cap_km].tolist()

    def way(
        self, start: tuple[list[int], list[float]], end: tuple[list[int], list[float]], most: float
    ) -> tuple[Ints, Ints]:
        """Nodes and segments of the best way from one end's accesses to the other's; empty if there is none.

        Zero lengths count as a hair's breadth, since the matrix takes a zero for no segment.
        """
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import dijkstra

        rows = self._around(start[0][0], most)
        names, place = np.unique(np.concatenate([self.a[rows], self.b[rows], start[0], end[0]]), return_inverse=True)
        size, count = len(names), len(rows)
        into = [*[size] * len(start[0]), *[size + 1] * len(end[0])]
        a, b = np.concatenate([place[:count], into]), np.concatenate([place[count : 2 * count], place[2 * count :]])
        km = np.concatenate([self.graph.km[self.rows[rows]], _ACCESS * np.array([*start[1], *end[1]])])
        matrix = coo_array((np.maximum(km, 1e-9), (a, b)), shape=(size + 2, size + 2)).tocsr()
        before = dijkstra(matrix, directed=False, indices=size, limit=most, return_predecessors=True)[1]
        return self._walk(before, names)

    def _around(self, node: int, most: float) -> Ints:
        """Segments that a way of at most so many km from a node could reach, and some more."""
        lat, lon = self.graph.lat, self.graph.lon
        up = most / 110
        side = up / max(np.cos(np.radians(min(abs(float(lat[node])) + up, 89.0))), 0.02)
        apart = np.abs(np.mod(lon[self.a] - lon[node] + 180, 360) - 180)
        return np.flatnonzero((np.abs(lat[self.a] - lat[node]) <= up) & (apart <= side))

    def _walk(self, before: Ints, names: Ints) -> tuple[Ints, Ints]:
        """Nodes and segments from the first end to the other, told backwards by ``before``."""
        size, none = len(names), (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        at = int(before[size + 1])
        nodes: list[int] = []
        while 0 <= at < size:
            nodes.append(int(names[at]))
            at = int(before[at])
        if at != size:
            return none
        nodes.reverse()
        pairs = itertools.pairwise(nodes)
        rows = [self.row_of[min(pair), max(pair)] for pair in pairs if (min(pair), max(pair)) in self.row_of]
        whole = len(rows) == len(nodes) - 1  # else the way runs through an access: both ends lie on one spot
        return (np.array(nodes, dtype=np.int64), np.array(rows, dtype=np.int64)) if whole else none


def shapes_geojson(traces: Iterable[Trace], name: str, earlier: Path | None = None) -> str:
    """Lines of the sound traces, thinned for drawing, with their true lengths, as ``shapes_osm.geojson``.

    Parameters
    ----------
    name
        What the lines were made from.
    earlier
        A file that this function wrote; its lines are kept where there is none now.
    """
    features = [_feature(trace) for trace in traces if trace.sound and len(split_at_antimeridian(trace.points)) == 1]
    sources = [name]
    if earlier is not None:
        read_shape_file(earlier)
        kept = json.loads(earlier.read_bytes())
        now = {_object_id(feature) for feature in features}
        features += [feature for feature in kept["features"] if _object_id(feature) not in now]
        sources.append(str(kept.get("made_from", earlier.name)))
    about = {"type": "FeatureCollection", "attribution": LICENCE, "made_from": "; ".join(sources)}
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in sorted(features, key=_object_id))
    return json.dumps(about, ensure_ascii=False)[:-1] + ', "features": [\n' + rows + "\n]}\n"


def _object_id(feature: Mapping[str, Any]) -> str:
    properties = feature["properties"]
    return str(properties.get("link_id") or properties["crossing_id"])


def _feature(trace: Trace) -> dict[str, Any]:
    import shapely

    line = shapely.simplify(shapely.LineString(trace.points), _STEP_DEG)
    points = [[round(x, 5), round(y, 5)] for x, y in line.coords]
    kind = "crossing_id" if len(trace.hop.countries) == 2 else "link_id"
    properties = {kind: trace.hop.object_id, "length_km": round(trace.km or 0.0, 1)}
    geometry = {"type": "LineString", "coordinates": points}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def length_rows(traces: Iterable[Trace], graph: RailGraph, name: str) -> list[dict[str, str]]:
    """Rows of ``lengths_osm.csv`` for our links that were traced soundly.

    Crossings have none: the borders of the base map are too coarse to divide a length of some km between two sides.
    """
    rows = []
    for trace in traces:
        if trace.sound and len(trace.hop.countries) == 1:
            ways = np.unique(graph.way[trace.segments])
            note = f"routed on {len(ways)} OpenStreetMap ways of {name}; ends {trace.access_km[0]:.1f} and {trace.access_km[1]:.1f} km off the track"
            row = (trace.hop.object_id, "", f"{trace.km:.1f}", "direct", main_sources(trace.segments, graph), note)
            rows.append(dict(zip(("object_id", "side", "length_km", "method", "source", "note"), row, strict=True)))
    return rows


def main_sources(segments: Ints, graph: RailGraph, most: int = 3) -> str:
    """Keys of the ways that make most of a line, the longest first."""
    km: dict[int, float] = defaultdict(float)
    for row in segments.tolist():
        km[int(graph.way[row])] += float(graph.km[row])
    longest = sorted(km, key=lambda way: (-km[way], way))[:most]
    return ";".join(source_key("way", graph.ways[way].way_id, graph.ways[way].version) for way in longest)
