"""What OpenStreetMap has and our tables lack, as rows of our own tables for a person to accept.

*Places*: stations and border posts (halts on request) farther than a radius from every place of ours. *Stretches*: tracks
between neighbouring stations that none of our stretches runs along. Every node of the graph belongs to the station it can be
reached from by the shortest way (:mod:`geodata.osm_stretches`). *States*:
stretches of ours that are planned or being built and that OpenStreetMap shows in service, or planned and shown as being built.

A row holds what OpenStreetMap says and what follows from it, and its source is the element, ``osm:way/1234@7``. Nothing is
filled in: a stretch whose gauge is not tagged, that crosses a border (which needs the formalities of both sides) or that is not
in service (which needs a project) cannot be a row, and is listed with what it lacks. The terrain, which no tag tells, is taken
from our nearest stretch, and the time zone from our nearest place in the country; the note says so.

Rows are derived from OpenStreetMap: they are under the ODbL and stay in files of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geodata.geometry import geodesic_km
from geodata.osm_compare import Bars, Told, told
from geodata.osm_countries import UNKNOWN, countries_of
from geodata.osm_extract import Place, source_key
from geodata.osm_shapes import Hop, Trace, main_sources
from geodata.osm_stretches import SHORTEST_KM, Covered, Stretch, sphere, stretches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from geodata.network import Network
    from geodata.osm_extract import Extract
    from geodata.osm_graph import RailGraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Row = dict[str, str]

_BUILT = 0.95  # share of a line in service from which it is taken for open
_RADIUS_KM = 2.0  # a place within this of one of ours is ours [km]


@dataclass(frozen=True)
class Candidates:
    """Rows by table, and what cannot be a row yet with the reason."""

    nodes: list[Row]
    links: list[Row]
    lengths_osm: list[Row]
    changes: list[Row]
    incomplete: list[Row]


def candidates(
    network: Network,
    extract: Extract,
    graph: RailGraph,
    traces: Sequence[Trace],
    *,
    countries: Collection[str] = (),
    halts: bool = False,
) -> Candidates:
    """Find what we lack.

    Parameters
    ----------
    traces
        Our stretches on the graph (:class:`~geodata.osm_shapes.Tracer`).
    countries
        Where to look; everywhere if none is named.
    halts
        Whether halts are places too.
    """
    known = {node.country for node in network.nodes.values()}
    wanted = {*countries} or known
    places = _new_places(network, extract, halts=halts)
    chosen = [(place, country) for place, country in places if country in wanted & known]
    nodes = [_node_row(place, country, network) for place, country in chosen]
    links, lengths, incomplete = _link_rows(network, graph, traces, [place for place, _ in chosen], wanted)
    lost = [
        {"element": _key(p), "what": f"{p.kind} {_name(p)}", "lacks": "country"}
        for p, c in places
        if c == UNKNOWN and not countries
    ]
    return Candidates(nodes, links, lengths, _changes(network, traces, graph, wanted), [*incomplete, *lost])


# ---- places


def _key(place: Place) -> str:
    return source_key(place.element, place.number, place.version)


def _name(place: Place) -> str:
    return place.tags.get("name:en") or place.tags.get("name") or f"{place.kind} {place.number}"


def _node_id(place: Place) -> str:
    return f"osm.{place.element}.{abs(place.number)}"


def _new_places(network: Network, extract: Extract, *, halts: bool) -> list[tuple[Place, str]]:
    """Places of OpenStreetMap that are none of ours, each with its country, without twins."""
    from scipy.spatial import KDTree

    kinds = {"station", "border", *(["halt"] if halts else [])}
    some = [place for place in extract.places if place.kind in kinds]
    if not some:
        return []
    ours = KDTree(sphere([n.lat for n in network.nodes.values()], [n.lon for n in network.nodes.values()]))
    at = sphere([p.lat for p in some], [p.lon for p in some])
    new = np.flatnonzero(ours.query(at)[0] > _RADIUS_KM)
    country = countries_of(np.array([some[i].lon for i in new]), np.array([some[i].lat for i in new]))
    found: list[tuple[Place, str]] = []
    taken: list[Floats] = []
    for i, where in zip(new.tolist(), country.tolist(), strict=True):
        if not any(np.linalg.norm(at[i] - other) < SHORTEST_KM for other in taken):
            taken.append(at[i])
            found.append((some[i], where))
    return found


def _node_row(place: Place, country: str, network: Network) -> Row:
    zones = [node for node in network.nodes.values() if node.country == country]
    near = min(zones, key=lambda node: (float(geodesic_km(place.lat, place.lon, node.lat, node.lon)), node.node_id))
    local = place.tags.get("name", "")
    return {
        "node_id": _node_id(place), "name": _name(place), "name_local": local if local != _name(place) else "",
        "country": country, "kind": "border" if place.kind == "border" else "station", "lat": f"{place.lat:.5f}",
        "lon": f"{place.lon:.5f}", "unlocode": "", "timezone": near.timezone, "elevation_m": "", "source": _key(place),
        "confidence": "medium",
        "note": f"candidate from OpenStreetMap ({place.kind}); country by the base map's borders, time zone as at {near.name}",
    }  # fmt: skip


# ---- stretches


def _link_rows(
    network: Network, graph: RailGraph, traces: Sequence[Trace], places: Sequence[Place], wanted: Collection[str]
) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of links and of their lengths, and the stretches that cannot be rows."""
    ends = {node.node_id: node for node in network.nodes.values()}
    spots = {name: (node.lat, node.lon) for name, node in ends.items()} | {_node_id(p): (p.lat, p.lon) for p in places}
    countries = dict(
        zip(spots, countries_of(*np.array([(lon, lat) for lat, lon in spots.values()]).T).tolist(), strict=True)
    )
    countries |= {name: node.country for name, node in ends.items()}
    covered = Covered(network, traces)
    bars = Bars(graph)
    links, lengths, incomplete = [], [], []
    for item in stretches(graph, spots):
        where = {countries[item.a], countries[item.b]}
        if not where & {*wanted} or covered.holds(item, graph):
            continue
        trace = _as_trace(item, where)
        said = told(trace, graph, bars)
        lacks = _lacks(said, where)
        source = main_sources(item.segments, graph)
        if lacks:
            what = f"stretch {item.a} to {item.b}, {item.km:.1f} km"
            incomplete.append({"element": source, "what": what, "lacks": "; ".join(lacks)})
            continue
        row = _link_row(item, said, next(iter(where)), source, graph)
        row |= _terrain(network, covered.nearest(item, graph))
        links.append(row)
        note = f"candidate from OpenStreetMap: sum of {len(item.segments)} pieces"
        lengths.append(
            {
                "object_id": row["link_id"],
                "side": "",
                "length_km": f"{item.km:.2f}",
                "method": "direct",
                "source": source,
                "note": note,
            }
        )
    return links, lengths, incomplete


def _as_trace(item: Stretch, countries: Iterable[str]) -> Trace:
    hop = Hop(
        f"rail.{item.a}--{item.b}", "", tuple(countries), item.a, item.b, (), "operational", item.km, "osm", "", ""
    )
    return Trace(hop, item.km, "", (0.0, 0.0), np.asarray(item.segments, dtype=np.int64), np.empty((0, 2)))


def _terrain(network: Network, near: str) -> Row:
    """Terrain of our nearest stretch, with the note that says so."""
    nearest = network.links.get(near) or network.crossings[near]
    note = f"candidate from OpenStreetMap; terrain as of our nearest stretch, {near}, to be checked"
    return {"terrain": nearest.terrain, "note": note}


def _lacks(said: Told, countries: Collection[str]) -> list[str]:
    """What a stretch lacks to be a row."""
    gauges = {*said.gauge}
    found = {
        "gauge (not tagged on all of it)": "unknown" in gauges,
        "one gauge (it changes on the way)": len(gauges - {"unknown"}) > 1,
        "a gauge of our tables": bool(gauges - {"unknown"} - {"1000", "1435", "1520", "1676", "1435;1520"}),
        "one country (a border is a crossing, with formalities)": len(countries) > 1,
        "country": UNKNOWN in countries,
        "a project (it is not in service)": said.status.get("operational", 0.0) < _BUILT,
    }
    return [what for what, lacking in found.items() if lacking]


def _link_row(item: Stretch, said: Told, country: str, source: str, graph: RailGraph) -> Row:
    wires = {value for value, part in said.electrified.items() if part >= 1 - _BUILT}
    names = [graph.tracks[way].name for way in graph.way[item.segments].tolist() if graph.tracks[way].name]
    line = source.partition(";")[0].partition(":")[2].partition("@")[0]
    return {
        "link_id": f"rail.{item.a}--{item.b}", "from_node_id": item.a, "to_node_id": item.b, "directed": "false",
        "line_id": f"osm.{line.replace('/', '.').replace('-', '')}", "line_name": max(set(names), key=names.count) if names else f"OpenStreetMap {line}",
        "mode": "rail", "country": country, "gauge_mm": next(iter(said.gauge)), "length_km": "", "length_basis": "osm",
        "status": "operational", "project_id": "", "upgrade_id": "",
        "tracks": said.tracks if said.tracks != "unknown" else "",
        "electrified": "unknown" if "unknown" in wires else "partial" if len(wires) > 1 else next(iter(wires)),
        "source": source,
    }  # fmt: skip


# ---- states


def _changes(network: Network, traces: Sequence[Trace], graph: RailGraph, wanted: Collection[str]) -> list[Row]:
    """Links of ours whose state OpenStreetMap shows farther on, as partial rows."""
    rows = []
    for trace in traces:
        hop = trace.hop
        if (
            trace.km is None
            or hop.status == "operational"
            or hop.object_id not in network.links
            or not {*hop.countries} & {*wanted}
        ):
            continue
        km: dict[str, float] = {}
        for row in trace.segments.tolist():
            status = graph.tracks[graph.way[row]].status
            km[status] = km.get(status, 0.0) + float(graph.km[row]) / max(trace.km, 1e-9)
        shown = _farther(hop.status, km)
        if shown and trace.sound:
            link, source = network.links[hop.object_id], main_sources(trace.segments, graph)
            share = ", ".join(f"{100 * part:.0f} % {name.replace('_', ' ')}" for name, part in sorted(km.items()))
            note = f"candidate from OpenStreetMap: {share}. Ours: {link.status}; {link.note or 'no note'}"
            rows.append({"link_id": hop.object_id, "status": shown, "source": f"{link.source};{source}", "note": note})
    return rows


def _farther(ours: str, share: dict[str, float]) -> str:
    """State to propose, or "" for none.

    Examples
    --------
    >>> _farther("planned", {"operational": 0.99}), _farther("under_construction", {"under_construction": 1.0})
    ('operational', '')
    """
    if share.get("operational", 0.0) >= _BUILT:
        return "operational"
    begun = share.get("operational", 0.0) + share.get("under_construction", 0.0)
    return "under_construction" if ours == "planned" and begun >= _BUILT else ""
