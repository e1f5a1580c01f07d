"""Graph of the railways in an extract: what joins what, how long it is, and what it is.

Each stretch between two neighbouring nodes of a way is one *segment* with its geodesic length and the country of its
middle; gauge, state, electrification, tunnel and bridge are its way's. Segments that share a node are joined. Ends that
should share one and miss it by less than a tolerance are joined too, unless their gauges exclude each other: the two
nodes become one, and no length changes. Ends that miss another part of the network by more are *near misses*, listed for
a person. Distances between nodes are chords through the earth, which for metres are the same as along the ground and know no
180th meridian.

:func:`simplified` hands the graph to osmnx, which drops the nodes in between and keeps every node where gauge, country,
state, kind, electrification, tunnel or bridge changes: no edge of the result is two things. Lengths are sums of those of
the segments.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.geometry import geodesic_km
from geodata.osm_countries import UNKNOWN, countries_of
from geodata.osm_ends import Miss, join, near_misses
from geodata.osm_tags import Line, electrification, gauges_mm, track_counts, yes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.osm_extract import Extract, Way

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DIFFER = ("gauge", "country", "status", "kind", "electrified", "tunnel", "bridge")
"""What never changes along an edge of the simplified graph."""


class Track(NamedTuple):
    """What holds along the whole of a way, in our words; an unknown gauge is an empty tuple."""

    gauges: tuple[int, ...]
    status: str
    kind: str
    electrified: str
    tunnel: bool
    bridge: bool
    main: bool
    tracks: tuple[int, ...]
    name: str

    @property
    def gauge(self) -> str:
        """Gauges as one text, ``1435;1520`` or ``unknown`` [mm]."""
        return ";".join(map(str, self.gauges)) or UNKNOWN


class Component(NamedTuple):
    """A part of the network that hangs together: its length [km], number of ways, names, gauges, countries, one position."""

    km: float
    ways: int
    names: tuple[str, ...]
    gauges: tuple[str, ...]
    countries: tuple[str, ...]
    lat: float
    lon: float


def track_of(way: Way) -> Track:
    """Read what holds along a way from its tags."""
    return _track(way.line, *map(way.tags.get, _READ))


_READ = ("gauge", "electrified", "voltage", "tunnel", "bridge", "service", "tracks", "name")


@lru_cache(maxsize=1 << 14)
def _track(line: Line, *texts: str | None) -> Track:
    """What these tags say; ways tagged alike share it."""
    tags = {key: text for key, text in zip(_READ, texts, strict=True) if text is not None}
    return Track(
        gauges=gauges_mm(tags.get("gauge")),
        status=line.status,
        kind=line.kind,
        electrified=electrification(tags),
        tunnel=yes(tags.get("tunnel")),
        bridge=yes(tags.get("bridge")),
        main=not tags.get("service"),
        tracks=track_counts(tags.get("tracks")),
        name=tags.get("name", ""),
    )


@dataclass(frozen=True)
class RailGraph:
    """Segments between nodes.

    Attributes
    ----------
    lat, lon
        Position of each node. [deg]
    a, b
        Nodes at the ends of each segment, after joining.
    way
        Row of the way in ``ways`` and ``tracks`` that each segment belongs to.
    km
        Length of each segment. [km]
    country
        Country of each segment's middle.
    joined
        Number of ends joined to another node within the tolerance.
    misses
        Near misses, the closest first.
    """

    ways: tuple[Way, ...]
    tracks: tuple[Track, ...]
    lat: Floats
    lon: Floats
    a: Ints
    b: Ints
    way: Ints
    km: Floats
    country: NDArray[np.object_]
    joined: int
    misses: tuple[Miss, ...]

    @cached_property
    def component(self) -> Ints:
        """Number of the component of each node; nodes of no segment have components of their own."""
        return _components(len(self.lat), self.a, self.b)

    def components(self) -> list[Component]:
        """Every component that has track, the longest first."""
        part = self.component[self.a]
        order = np.argsort(part, kind="stable")
        cuts = np.flatnonzero(np.diff(part[order])) + 1
        found = [self._component(rows) for rows in np.split(order, cuts) if len(rows)]
        return sorted(found, key=lambda item: (-item.km, item.lat, item.lon))

    def _component(self, rows: Ints) -> Component:
        names: Counter[str] = Counter()
        numbers = np.unique(self.way[rows])
        for way, km in zip(self.way[rows].tolist(), self.km[rows].tolist(), strict=True):
            if self.tracks[way].name:
                names[self.tracks[way].name] += km
        at = int(self.a[rows[0]])
        return Component(
            km=float(self.km[rows].sum()),
            ways=len(numbers),
            names=tuple(name for name, _ in sorted(names.items(), key=lambda item: (-item[1], item[0]))[:3]),
            gauges=tuple(sorted({self.tracks[way].gauge for way in numbers.tolist()})),
            countries=tuple(sorted(set(self.country[rows]))),
            lat=float(self.lat[at]),
            lon=float(self.lon[at]),
        )

    def allowed(self, statuses: Sequence[str], gauges: Sequence[int]) -> NDArray[np.bool_]:
        """Which segments a train of one of the gauges may take among lines of these states; an unknown gauge is allowed."""
        fits = [
            t.status in statuses and (not t.gauges or not gauges or bool({*t.gauges} & {*gauges})) for t in self.tracks
        ]
        return np.array(fits, dtype=bool)[self.way]


def rail_graph(extract: Extract, *, tolerance_m: float = 1.0, near_m: float = 100.0) -> RailGraph:
    """Join the ways of an extract.

    Parameters
    ----------
    tolerance_m
        Ends as close as this to a node of another way are joined to it. [m]
    near_m
        Ends as close as this to another component are listed as near misses. [m]
    """
    a, b, way = _segments(extract)
    lat, lon = extract.lat, extract.lon
    km = geodesic_km(lat[a], lon[a], lat[b], lon[b])
    middle = lon[a] + (np.mod(lon[b] - lon[a] + 180, 360) - 180) / 2
    country = countries_of(middle, (lat[a] + lat[b]) / 2)
    tracks = tuple(track_of(item) for item in extract.ways)
    graph = RailGraph(extract.ways, tracks, lat, lon, a, b, way, km, country, 0, ())
    same, joined = join(graph, tolerance_m)
    graph = RailGraph(extract.ways, tracks, lat, lon, same[a], same[b], way, km, country, joined, ())
    misses = tuple(near_misses(graph, near_m))
    return RailGraph(extract.ways, tracks, lat, lon, graph.a, graph.b, way, km, country, joined, misses)


def _segments(extract: Extract) -> tuple[Ints, Ints, Ints]:
    """Ends and way of every segment whose two positions are known; a node written twice in a row makes none."""
    of_way = np.repeat(np.arange(len(extract.ways)), np.diff(extract.first))
    a, b = extract.at[:-1], extract.at[1:]
    real = (of_way[:-1] == of_way[1:]) & (a >= 0) & (b >= 0) & (a != b)
    return a[real], b[real], of_way[:-1][real]


def _components(count: int, a: Ints, b: Ints) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    matrix = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(count, count))
    return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)


def to_networkx(graph: RailGraph) -> Any:
    """Directed multigraph in the form that osmnx works on: nodes with x and y, edges both ways with length [m]."""
    import networkx as nx

    out = nx.MultiDiGraph(crs="epsg:4326", simplified=False)
    used = np.unique(np.concatenate([graph.a, graph.b])).tolist()
    out.add_nodes_from((node, {"x": float(graph.lon[node]), "y": float(graph.lat[node])}) for node in used)
    ends = zip(
        graph.a.tolist(), graph.b.tolist(), graph.way.tolist(), graph.km.tolist(), graph.country.tolist(), strict=True
    )
    for a, b, way, km, country in ends:
        track = graph.tracks[way]
        facts = {name: getattr(track, name) for name in DIFFER if name != "country"}
        facts |= {"osmid": graph.ways[way].way_id, "length": 1000 * km, "country": country, "name": track.name}
        out.add_edge(a, b, **facts)
        out.add_edge(b, a, **facts)
    return out


def simplified(graph: RailGraph) -> Any:
    """Graph without the nodes in between, by osmnx; see :data:`DIFFER` for what is never merged."""
    import osmnx

    return osmnx.simplify_graph(to_networkx(graph), edge_attrs_differ=list(DIFFER), remove_rings=False)


def plain(graph: RailGraph, attribution: str) -> Any:
    """Simplified graph with plain values only, an edge a stretch, as files of graphs take them."""
    import networkx as nx

    full = simplified(graph)
    out = nx.MultiGraph(attribution=attribution)
    out.add_nodes_from((node, {"lon": data["x"], "lat": data["y"]}) for node, data in full.nodes(data=True))
    for a, b, data in full.edges(data=True):
        if a <= b:
            ways = ";".join(map(str, dict.fromkeys(_listed(data["osmid"]))))
            facts = {name: data[name] for name in DIFFER} | {"km": data["length"] / 1000, "ways": ways}
            out.add_edge(a, b, **facts, name="; ".join(dict.fromkeys(filter(None, _listed(data["name"])))))
    return out


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
