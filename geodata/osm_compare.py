"""Where OpenStreetMap and our tables disagree on a line: length, gauge, wires, tracks, state, position.

Each figure of OpenStreetMap is weighed by the kilometres of the traced line that carry it, and what is not tagged there is
unknown, which is no disagreement. Number of tracks is not a tag to rely on, since most double lines are drawn as two ways:
a bar of 25 m is laid across the line every kilometre or so, and the main tracks it meets are counted. Two on most of the bars is
double track; in yards the tag ``service`` keeps sidings out, as far as they are tagged.

Nothing here changes a table. What a person accepts is written by hand, with its source.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.osm_shapes import SUSPECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.osm_graph import RailGraph
    from geodata.osm_shapes import Trace

Floats = NDArray[np.float64]

_MOST = 0.75  # share of a line that makes it the one thing; between the two it is partial
_LEAST = 0.25
_REACH_M = 12.5  # half the bar across the line: the next track lies 4 to 6 m off [m]
_EVERY_KM = 1.0


class Told(NamedTuple):
    """What OpenStreetMap says of a traced line, each as share of its kilometres by value; tracks as 1, 2, partial or unknown."""

    gauge: dict[str, float]
    electrified: dict[str, float]
    status: dict[str, float]
    tracks: str


def told(trace: Trace, graph: RailGraph, bars: Bars) -> Told:
    """Read the tags along a traced line."""
    shares: dict[str, dict[str, float]] = {name: defaultdict(float) for name in ("gauge", "electrified", "status")}
    for row in trace.segments.tolist():
        track, km = graph.tracks[graph.way[row]], float(graph.km[row])
        for name, share in shares.items():
            share[getattr(track, name)] += km / max(trace.km or 0.0, 1e-9)
    return Told(**{name: dict(share) for name, share in shares.items()}, tracks=bars.tracks(trace))


class Bars:
    """Counts main tracks side by side."""

    def __init__(self, graph: RailGraph) -> None:
        import shapely

        self.graph = graph
        chosen = [t.main and t.status == "operational" for t in graph.tracks]
        self.rows = np.flatnonzero(np.array(chosen, dtype=bool)[graph.way]) if chosen else np.empty(0, dtype=np.int64)
        a, b = graph.a[self.rows], graph.b[self.rows]
        ends = np.stack(
            [np.column_stack([graph.lon[a], graph.lat[a]]), np.column_stack([graph.lon[b], graph.lat[b]])], axis=1
        )
        self.tree = shapely.STRtree(shapely.linestrings(ends))

    def tracks(self, trace: Trace) -> str:
        """Say "1", "2", "partial", or "unknown" where too little is in service to tell."""
        import shapely

        rows = self._sampled(trace)
        if not len(rows):
            return "unknown"
        found = self.tree.query(shapely.linestrings(self._bars(rows)), predicate="intersects")
        ways = np.unique(np.column_stack([found[0], self.graph.way[self.rows[found[1]]]]), axis=0)
        count = np.bincount(ways[:, 0], minlength=len(rows))
        double = float((count >= 2).mean())
        return "2" if double >= _MOST else "1" if double <= _LEAST else "partial"

    def _sampled(self, trace: Trace) -> NDArray[np.int64]:
        """Segments in service at even distances along the line."""
        along = np.cumsum(self.graph.km[trace.segments])
        _, first = np.unique(np.floor(along / _EVERY_KM), return_index=True)
        rows = trace.segments[first]
        in_service = [self.graph.tracks[way].status == "operational" for way in self.graph.way[rows].tolist()]
        return np.asarray(rows[np.array(in_service, dtype=bool)], dtype=np.int64)

    def _bars(self, rows: NDArray[np.int64]) -> Floats:
        """Bars across the middle of segments, shape (bar, 2, 2). [deg]"""
        g = self.graph
        lat, lon = (g.lat[g.a[rows]] + g.lat[g.b[rows]]) / 2, (g.lon[g.a[rows]] + g.lon[g.b[rows]]) / 2
        squeeze = np.cos(np.radians(lat))
        east, north = (g.lon[g.b[rows]] - g.lon[g.a[rows]]) * squeeze, g.lat[g.b[rows]] - g.lat[g.a[rows]]
        size = np.maximum(np.hypot(east, north), 1e-15)
        half = _REACH_M / 111_195
        dx, dy = -north / size * half / squeeze, east / size * half
        return np.stack([np.column_stack([lon - dx, lat - dy]), np.column_stack([lon + dx, lat + dy])], axis=1)


COLUMNS = (
    "object_id", "line_id", "ours_km", "basis", "osm_km", "difference_percent", "from_off_km", "to_off_km", "gauge_ours",
    "gauge_osm", "electrified_ours", "electrified_osm", "tracks_ours", "tracks_osm", "status_ours", "status_osm", "drawn", "differs",
)  # fmt: skip


def compare_rows(traces: Sequence[Trace], graph: RailGraph) -> list[dict[str, Any]]:
    """One row a stretch: our figures, those of OpenStreetMap, and the names of those that differ."""
    bars = Bars(graph)
    rows = []
    for trace in traces:
        hop = trace.hop
        said = told(trace, graph, bars) if trace.km is not None else Told({}, {}, {}, "unknown")
        row = {
            "object_id": hop.object_id, "line_id": hop.line_id, "ours_km": round(hop.km, 1), "basis": hop.basis,
            "osm_km": None if trace.km is None else round(trace.km, 1),
            "difference_percent": None if trace.difference is None else round(100 * trace.difference, 1),
            "from_off_km": _rounded(trace.access_km[0]), "to_off_km": _rounded(trace.access_km[1]),
            "gauge_ours": ";".join(map(str, hop.gauges)), "gauge_osm": _shown(said.gauge),
            "electrified_ours": hop.electrified or "unknown", "electrified_osm": _shown(said.electrified),
            "tracks_ours": hop.tracks or "unknown", "tracks_osm": said.tracks,
            "status_ours": hop.status, "status_osm": _shown(said.status) or trace.reason,
            "drawn": "yes" if trace.sound else "no",
        }  # fmt: skip
        rows.append(row | {"differs": ";".join(differences(trace, said))})
    return rows


def differences(trace: Trace, said: Told) -> list[str]:
    """Names of what differs; a figure that one of both does not know differs from nothing."""
    hop = trace.hop
    if trace.km is None:
        return ["no track"] if hop.status == "operational" else []
    found = {
        "length": trace.difference is not None and abs(trace.difference) > SUSPECT,
        "position": max(trace.access_km) > 1.0,
        "gauge": _gauge_differs(said.gauge, hop.gauges),
        "electrified": hop.electrified in {"yes", "no", "partial"}
        and _wires(said.electrified) not in {hop.electrified, ""},
        "tracks": "unknown" not in {said.tracks, hop.tracks or "unknown"} and said.tracks != hop.tracks,
        "status": said.status.get(hop.status, 0.0) < _MOST,
    }
    return [name for name, differs in found.items() if differs]


def _gauge_differs(share: dict[str, float], ours: tuple[int, ...]) -> bool:
    known = {gauge: part for gauge, part in share.items() if gauge != "unknown"}
    unlike = sum(part for gauge, part in known.items() if not {*map(int, gauge.split(";"))} & {*ours})
    return bool(known) and unlike > _LEAST * sum(known.values())


def _wires(share: dict[str, float]) -> str:
    """One word for the wires over a line; "" where less than half of it is tagged."""
    known = share.get("yes", 0.0) + share.get("no", 0.0)
    if known < 0.5:
        return ""
    part = share.get("yes", 0.0) / known
    return "yes" if part >= _MOST else "no" if part <= _LEAST else "partial"


def line_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a line: kilometres of ours and of OpenStreetMap over the stretches that both have, and what differs."""
    lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        lines[row["line_id"] or "crossings"].append(row)
    return [_line_row(name, some) for name, some in lines.items()]


def _line_row(name: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    both = [row for row in rows if row["osm_km"] is not None]
    ours, osm = (sum(row[key] for row in both) for key in ("ours_km", "osm_km"))
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        for word in filter(None, row["differs"].split(";")):
            counts[word] += 1
    return {
        "line_id": name, "stretches": len(rows), "traced": len(both), "ours_km": round(ours, 1), "osm_km": round(osm, 1),
        "difference_percent": round(100 * (osm / ours - 1), 1) if ours else None,
        "differs": "; ".join(f"{word} ({count})" for word, count in counts.items()),
    }  # fmt: skip


def disagreements(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stretches that were traced and are not to be drawn, for their length, gauge or state; the most km apart first."""
    far = [row for row in rows if row["osm_km"] is not None and row["drawn"] == "no"]
    return sorted(far, key=lambda row: (-abs(row["osm_km"] - row["ours_km"]), row["object_id"]))


def _shown(share: dict[str, float]) -> str:
    """Values with their share in per cent, the largest first; a sole value alone."""
    order = sorted(share.items(), key=lambda item: (-item[1], item[0]))
    return order[0][0] if len(order) == 1 else ", ".join(f"{value} {100 * part:.0f}%" for value, part in order)


def _rounded(km: float) -> float | None:
    return None if np.isnan(km) else round(km, 2)
