"""What was read from OpenStreetMap: kilometres by country, gauge, state and wires, parts that do not hang together, gaps.

Kilometres are of *track as mapped*: OpenStreetMap draws each track of a double line, and each siding. Nothing is dropped
without a word: what was left out is counted by name, every component is listed with its length, every way with missing nodes
and every near miss too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.osm_extract import Extract
    from geodata.osm_graph import RailGraph

DIMENSIONS = ("country", "status", "kind", "gauge_mm", "electrified", "track")
"""Columns of the table of kilometres; track is main or service (siding, yard, spur, crossover)."""


def km_rows(graph: RailGraph) -> list[dict[str, Any]]:
    """Kilometres of track for each combination of :data:`DIMENSIONS` that occurs, sorted; their sum is the whole.

    Examples
    --------
    >>> from geodata.osm_read import extract_of
    >>> from geodata.osm_graph import rail_graph
    >>> points = [{"type": "node", "id": i, "lat": 41.0 + i / 10, "lon": 69.0} for i in (1, 2)]
    >>> way = {"type": "way", "id": 7, "nodes": [1, 2], "tags": {"railway": "rail", "gauge": "1520"}}
    >>> row, = km_rows(rail_graph(extract_of([*points, way], "doctest")))
    >>> row["country"], row["gauge_mm"], row["electrified"], round(row["km"], 2)
    ('UZ', '1520', 'unknown', 11.11)
    """
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for way, km, country in zip(graph.way.tolist(), graph.km.tolist(), graph.country.tolist(), strict=True):
        t = graph.tracks[way]
        sums[country, t.status, t.kind, t.gauge, t.electrified, "main" if t.main else "service"] += km
    return [dict(zip((*DIMENSIONS, "km"), (*key, km), strict=True)) for key, km in sorted(sums.items())]


def km_by(rows: Sequence[dict[str, Any]], *names: str) -> dict[tuple[str, ...], float]:
    """Kilometres by some of the dimensions, sorted by them."""
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for row in rows:
        sums[tuple(row[name] for name in names)] += row["km"]
    return dict(sorted(sums.items()))


def report(extract: Extract, graph: RailGraph) -> dict[str, Any]:
    """Return the whole report: counts, kilometres, components, near misses, ways with missing nodes."""
    kinds: dict[str, int] = defaultdict(int)
    for place in extract.places:
        kinds[place.kind] += 1
    return {
        "file": extract.name,
        **extract.facts,
        "ways": len(extract.ways),
        "km": float(graph.km.sum()),
        "places": dict(sorted(kinds.items())),
        "left_out": dict(extract.left_out),
        "km_rows": km_rows(graph),
        "components": [item._asdict() for item in graph.components()],
        "joined": graph.joined,
        "near_misses": [item._asdict() for item in graph.misses],
        "missing": [{"way_id": number, "nodes": count} for number, count in sorted(extract.missing.items())],
    }
