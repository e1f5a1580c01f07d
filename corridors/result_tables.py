"""Tables and lines of a study: a row an activity, a row a cost, a line a way, and the dictionary that describes them.

Columns are only ever appended. Every figure is the model's own, to ten significant digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.citations import sources_of_activity
from corridors.comparison import COLUMNS, comparison_rows
from corridors.matched_rows import ROW_COLUMNS, ROW_TEXTS
from corridors.provenance import LICENCE
from geodata.geometry import drawn_line, read_shapes
from geodata.network import DATA as GEODATA
from sim.cost import ALL_COMPONENTS

if TYPE_CHECKING:
    from corridors.study import Study, Way
    from geodata.network import Node
    from sim.activities import Activity
    from sim.itinerary import Priced

ACTIVITY_COLUMNS = (
    "scenario", "origin", "destination", "corridor", "seq", "activity_id", "kind", "reason", "from", "to", "country", "mode",
    "gauge_mm", "km", "hours_mean", "hours_p10", "hours_p90", "usd_mean", *(f"usd_{c}_mean" for c in ALL_COMPONENTS),
    "cumulative_km", "cumulative_hours", "cumulative_usd", "status", "project_id", "parameter_ids", "source_ids",
    "own_rows",
)  # fmt: skip
_USD_COLUMNS = tuple((c, f"usd_{c}_mean") for c in ALL_COMPONENTS)
COST_COLUMNS = ("scenario", "origin", "destination", "corridor", "component", "country", "usd_mean", "own_rows")
SOURCE_COLUMNS = ("source_id", "title", "publisher", "year", "url", "accessed", "kind", "grade", "note")

KINDS = {
    "feasible": "boolean", "used": "boolean", "own": "boolean", "date": "date", "draws": "integer", "seq": "integer",
    "gauge_mm": "integer", "year": "integer", "price_year": "integer",
}  # fmt: skip
"""Columns that are neither text nor decimal numbers."""
TEXTS = frozenset((
    "scenario", "origin", "destination", "terms", "consignment", "load_unit", "direction", "corridor", "reason", "assumption",
    "activity_id", "kind", "from", "to", "country", "mode", "status", "project_id", "parameter_ids", "source_ids", "own_rows",
    "component", "source_id", "title", "publisher", "url", "accessed", "grade", "note",
))  # fmt: skip
"""Columns of text, but for those of rows.csv."""


def figure(value: object) -> object:
    """Value as it stands in a CSV: numbers to ten significant digits, nothing for what is unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".10g")
    return value


class Told:
    """Names of the rows and sources of each priced activity, put together once for all ways that share it."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._known: dict[int, tuple[Priced, dict[str, str]]] = {}

    def of(self, priced: Priced) -> dict[str, str]:
        """Columns parameter_ids, source_ids and own_rows."""
        known = self._known.get(id(priced))
        if known is None:
            study = self.study
            names = {
                "parameter_ids": ";".join(study.parameters.rows[n].parameter_id for n in priced.rows()),
                "source_ids": ";".join(sources_of_activity(priced, study.network, study.parameters, study.own)),
                "own_rows": ";".join(study.own.used_by([priced], study.parameters)),
            }
            known = self._known[id(priced)] = (priced, names)  # kept together, so that its id stays its own
        return known[1]


def activity_rows(study: Study, way: Way, told: Told | None = None) -> list[dict[str, Any]]:
    """One row an activity of a way, columns :data:`ACTIVITY_COLUMNS`."""
    outcome, itinerary = way.outcome, way.itinerary
    if outcome is None or itinerary is None:
        return []
    told = told or Told(study)
    rows = []
    km = hours = usd = 0.0
    for i, priced in enumerate(itinerary.priced):
        a = priced.activity
        parts = {c: float(values[i]) for c, values in outcome.usd_mean.items()}
        km, hours, usd = km + itinerary.km[i], hours + float(outcome.hours_mean[i]), usd + sum(parts.values())
        row: dict[str, Any] = dict.fromkeys(ACTIVITY_COLUMNS)
        row |= {
            "scenario": study.scenario.name, "origin": way.origin, "destination": way.destination,
            "corridor": way.corridor, "seq": i + 1, "activity_id": a.activity_id, "kind": a.kind, "reason": a.reason,
            "from": a.from_node_id, "to": a.to_node_id, "country": a.country, "mode": a.mode,
            "gauge_mm": a.gauge_mm or None, "km": itinerary.km[i], "hours_mean": float(outcome.hours_mean[i]),
            "hours_p10": float(outcome.hours_p10[i]), "hours_p90": float(outcome.hours_p90[i]),
            "usd_mean": sum(parts.values()), "cumulative_km": km, "cumulative_hours": hours, "cumulative_usd": usd,
            "status": a.status, "project_id": a.project_id, **told.of(priced),
        }  # fmt: skip
        row |= {column: parts.get(c, 0) for c, column in _USD_COLUMNS}
        rows.append(row)
    return rows


def cost_rows(study: Study) -> list[dict[str, Any]]:
    """Mean dollars by corridor, component and country, columns :data:`COST_COLUMNS`."""
    rows = []
    for way in study.ways:
        if way.outcome is None or way.itinerary is None:
            continue
        sums: dict[tuple[str, str], float] = {}
        own: dict[tuple[str, str], list[str]] = {}
        for component, values in way.outcome.usd_mean.items():
            for priced, value in zip(way.itinerary.priced, values.tolist(), strict=True):
                key = (component, priced.activity.country)
                if study.own.rows:
                    own.setdefault(key, []).extend(study.own.priced_by(priced, component, study.parameters))
                if value:
                    sums[key] = sums.get(key, 0.0) + value
        ordered = sorted(sums.items(), key=lambda item: (ALL_COMPONENTS.index(item[0][0]), item[0][1]))
        for (component, country), value in ordered:
            names = ";".join(dict.fromkeys(own.get((component, country), [])))
            values_ = (study.scenario.name, way.origin, way.destination, way.corridor, component, country, value, names)
            rows.append(dict(zip(COST_COLUMNS, values_, strict=True)))
    return rows


def route_line(way: Way, study: Study, shapes: Mapping[str, Any]) -> list[list[float]]:
    """Drawn line of a way, lon and lat, over the shapes of its links and crossings or straight between its places."""
    points: list[list[float]] = []
    last = ""
    for activity in way.itinerary.activities if way.itinerary else ():
        name = activity.link_id or activity.crossing_id
        if not activity.moving or (activity.crossing_id and name == last):  # the two sides of a crossing are one line
            continue
        last = name
        for point in _stretch(activity, study, shapes):
            if not points or points[-1] != point:
                points.append(point)
    return points


def _stretch(activity: Activity, study: Study, shapes: Mapping[str, Any]) -> list[list[float]]:
    network, name = study.network, activity.link_id or activity.crossing_id
    ends = (activity.from_node_id, activity.to_node_id)
    shape = shapes.get(name)
    hop = network.links.get(name) or network.crossings.get(name)
    backwards = hop is not None and hop.from_node_id == activity.to_node_id
    return line_between(shape[::-1] if shape is not None and backwards else shape, ends, network.nodes)


def line_between(shape: Any, ends: tuple[str, str], nodes: Mapping[str, Node]) -> list[list[float]]:
    """Line from place to place, lon and lat to 1e-6 degrees; see :func:`geodata.geometry.drawn_line`."""
    places = np.array([[nodes[name].lon, nodes[name].lat] for name in ends])
    return [[round(float(x), 6), round(float(y), 6)] for x, y in drawn_line(shape, places)]


def routes_geojson(study: Study, rows: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Feature collection with one line a feasible way and its figures, those of the comparison's rows."""
    shapes = read_shapes(GEODATA)
    rows = comparison_rows(study) if rows is None else rows
    figures = {(r["origin"], r["destination"], r["corridor"]): r for r in rows}
    features = []
    for way in study.ways:
        if way.itinerary is None:
            continue
        row = figures[way.origin, way.destination, way.corridor]
        properties = {key: value for key, value in row.items() if value is not None}
        geometry = {"type": "LineString", "coordinates": route_line(way, study, shapes)}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "attribution": LICENCE, "features": features}


def _resource(name: str, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Entry of one table: its columns with their types."""
    return {
        "name": name, "path": f"{name}.csv", "profile": "tabular-data-resource", "encoding": "utf-8",
        "schema": {"fields": [{"name": c, "type": kind} for c, kind in kinds.items()], "missingValues": [""]},
    }  # fmt: skip


def _resource_of(path: Path) -> dict[str, Any]:
    """Entry of the table beside a chart: names of the study's columns are text, `mode`, `unit` and `than` too."""
    header = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
    return _resource(path.stem, {c: "string" if c in TEXTS | {"mode", "unit", "than"} else "number" for c in header})


def data_package(study: Study, charts: Sequence[Path] = ()) -> dict[str, Any]:
    """Data dictionary of a study's tables and of those beside its charts (Frictionless)."""

    def resource(name: str, columns: Sequence[str], texts: frozenset[str]) -> dict[str, Any]:
        return _resource(name, {c: KINDS.get(c, "string" if c in texts else "number") for c in columns})

    return {
        "name": f"corridors-study-{study.scenario.name}".replace("_", "-"),
        "title": study.scenario.title,
        "resources": [
            resource("comparison", COLUMNS, TEXTS),
            resource("activities", ACTIVITY_COLUMNS, TEXTS),
            resource("costs", COST_COLUMNS, TEXTS),
            resource("sources", SOURCE_COLUMNS, TEXTS),
            resource("rows", ROW_COLUMNS, ROW_TEXTS),
            *(_resource_of(path) for path in charts),
        ],
        "licenses": [{"name": "CC-BY-4.0"}, {"name": "ODbL-1.0"}],
        "attribution": LICENCE,
    }
