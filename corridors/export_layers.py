"""What is handed over of a study: ways, places and links as typed tables with a shape each.

A layer is the same whatever the file: its columns have a kind and a unit, what is not known is None, lists stay lists, dates
dates, and a moment has its time zone. The formats differ only in how they write that down
(:mod:`corridors.gis_exports`, :mod:`corridors.kml_export`, :mod:`corridors.workbook_export`, :mod:`corridors.export_tables`).

Every figure is the model's own float, not a rounded one: what is read back equals what was written.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.citations import sources_of_activity
from corridors.comparison import COLUMNS, comparison_rows
from corridors.provenance import LICENCE, versions
from corridors.result_tables import KINDS, TEXTS, line_between, route_line
from corridors.toml_files import ScenarioError
from geodata.geometry import read_shapes, shapes_under_odbl
from geodata.network import DATA as GEODATA
from sim.closures import SEVERITY

if TYPE_CHECKING:
    from corridors.study import Study, Way
    from sim.closures import Standing

EPSG = 4326
"""Coordinates are longitude and latitude on WGS 84. [deg]"""
UNITS = {
    "km": "km", "length_km": "km", "cumulative_km": "km", "usd": "USD", "cumulative_usd": "USD", "hours": "h",
    "cumulative_hours": "h", "usd_per_tonne_mean": "USD/t", "generalized_usd_mean": "USD", "kg_co2e_mean": "kg CO2e",
    "swd_kmh": "km/h", "swod_kmh": "km/h", "gauge_mm": "mm", "gauges_mm": "mm", "lat": "deg", "lon": "deg",
    "elevation_m": "m",
}  # fmt: skip
"""Units of columns whose name does not begin with that of its measure."""


class Column(NamedTuple):
    """One column: kind is string, number, integer, boolean, date, datetime, strings or integers (lists)."""

    name: str
    kind: str
    unit: str = ""

    @property
    def heading(self) -> str:
        """Name with its unit.

        Examples
        --------
        >>> Column("hours_p50", "number", "h").heading
        'hours_p50 [h]'
        """
        return f"{self.name} [{self.unit}]" if self.unit else self.name


class Layer(NamedTuple):
    """One table; ``shapes`` are lists of lon and lat, one a row, of the geometry named (LineString, Point, or none)."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]
    geometry: str = ""
    shapes: Sequence[Any] = ()


def unit_of(column: str) -> str:
    """Unit of a column of a study's tables; empty where it has none.

    Examples
    --------
    >>> unit_of("usd_p50_error"), unit_of("hours_p90"), unit_of("p_quickest"), unit_of("reason")
    ('USD', 'h', '1', '')
    """
    if column in UNITS:
        return UNITS[column]
    for start, unit in (
        ("hours_", "h"),
        ("usd_", "USD"),
        ("p_", "1"),
        ("knowledge_share_", "1"),
        ("closure_share_", "1"),
    ):
        if column.startswith(start):
            return unit
    return ""


def columns_of(names: Sequence[str], texts: frozenset[str] = TEXTS) -> tuple[Column, ...]:
    """Columns of one of the study's own tables, with kind and unit."""
    return tuple(Column(c, KINDS.get(c, "string" if c in texts else "number"), unit_of(c)) for c in names)


def checked(layer: Layer) -> Layer:
    """Layer itself, once no figure in it is infinite or not a number.

    Raises
    ------
    ScenarioError
        Naming layer, row and column.
    """
    for number, row in enumerate(layer.rows, start=1):
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                msg = f"layer {layer.name}, row {number}, column {name}: found {value}; allowed a finite number or none"
                raise ScenarioError(msg)
    return layer


def layers_of(study: Study) -> dict[str, Layer]:
    """Routes, places and links of a study, in this order."""
    return {layer.name: checked(layer) for layer in (routes(study), places(study), links(study))}


def comparison(study: Study) -> Layer:
    """Every way with its figures, and the reason where it is not feasible; no shapes."""
    return checked(Layer("comparison", "Ways compared", columns_of(COLUMNS), _dated(comparison_rows(study))))


def _dated(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with their date as a date, and None for texts that are empty: no format then has two ways to say nothing."""
    return [
        {name: None if value == "" else value for name, value in row.items()}
        | {"date": dt.date.fromisoformat(row["date"])}
        for row in rows
    ]


def routes(study: Study) -> Layer:
    """One line a feasible way, with the figures of the comparison, the countries that it crosses and its sources."""
    shapes, figures = read_shapes(GEODATA), _dated(comparison_rows(study))
    columns = (
        *columns_of(COLUMNS), Column("corridor_name", "string"), Column("countries", "strings"),
        Column("source_ids", "strings"), Column("licence", "string"),
    )  # fmt: skip
    traced = shapes_under_odbl(GEODATA)
    found = {(r["origin"], r["destination"], r["corridor"]): r for r in figures}
    rows, lines = [], []
    for way in study.ways:
        line = route_line(way, study, shapes) if way.outcome is not None else []
        if len(line) < 2:  # not feasible, or it never moves
            continue
        extra = {
            "corridor_name": study.catalogue[way.corridor].name,
            "countries": _countries(way),
            "source_ids": _source_ids(study, way),
            "licence": _licence(_hops(way), study, traced),
        }
        rows.append({**found[way.origin, way.destination, way.corridor], **extra})
        lines.append(line)
    return Layer("routes", "Ways compared, one line a feasible way", columns, rows, "LineString", lines)


def _countries(way: Way) -> list[str]:
    activities = way.itinerary.activities if way.itinerary else ()
    return list(dict.fromkeys(a.country for a in activities))


def _hops(way: Way) -> list[str]:
    activities = way.itinerary.activities if way.itinerary else ()
    return list(dict.fromkeys(a.link_id or a.crossing_id for a in activities if a.moving))


def _from_osm(name: str, study: Study, traced: Collection[str]) -> bool:
    """Whether the length or the shape of a link or crossing is made from OpenStreetMap."""
    hop = study.network.links.get(name) or study.network.crossings.get(name)
    return name in traced or (hop is not None and hop.length_basis == "osm")


def _licence(names: Iterable[str], study: Study, traced: Collection[str]) -> str:
    """Licence of what is made from some links and crossings: that of OpenStreetMap as soon as one of them is."""
    return "ODbL-1.0" if any(_from_osm(name, study, traced) for name in names) else "CC-BY-4.0"


def _source_ids(study: Study, way: Way) -> list[str]:
    names: dict[str, None] = {}
    for priced in way.itinerary.priced if way.itinerary else ():
        names |= dict.fromkeys(sources_of_activity(priced, study.network, study.parameters, study.own))
    return list(names)


def places(study: Study) -> Layer:
    """Every place of the network, a point each."""
    texts = ("node_id", "name", "name_local", "country", "kind", "unlocode", "timezone", "confidence")
    columns = (
        *(Column(name, "string") for name in texts), Column("elevation_m", "number", "m"),
        Column("source_ids", "strings"),
    )  # fmt: skip
    nodes = [node for _, node in sorted(study.network.nodes.items())]
    rows = [
        {name: getattr(node, name) or None for name in texts}
        | {"elevation_m": node.elevation_m, "source_ids": _items(node.source)}
        for node in nodes
    ]
    return Layer("places", "Places of the network", columns, rows, "Point", [[n.lon, n.lat] for n in nodes])


def _items(cell: str) -> list[str]:
    return cell.split(";") if cell else []


_LINK_TEXTS = (
    "link_id", "part", "name", "from_node_id", "to_node_id", "mode", "length_basis", "status", "project_id", "state", "line_id",
)  # fmt: skip


def links(study: Study) -> Layer:
    """Every stretch and crossing that stands on the date, with its state and the day on which that was last confirmed."""
    shapes, nodes = read_shapes(GEODATA), study.network.nodes
    columns = (
        *(Column(name, "string") for name in _LINK_TEXTS), Column("countries", "strings"),
        Column("gauges_mm", "integers", "mm"), Column("length_km", "number", "km"), Column("directed", "boolean"),
        Column("state_as_of", "date"), Column("source_ids", "strings"), Column("licence", "string"),
    )  # fmt: skip
    traced = shapes_under_odbl(GEODATA)
    rows = [
        _with_state(study, row) | {"licence": _licence([row["link_id"]], study, traced)}
        for row in (*_stretches(study), *_crossings(study))
    ]
    lines = [line_between(shapes.get(row["link_id"]), (row["from_node_id"], row["to_node_id"]), nodes) for row in rows]
    return Layer("links", "Stretches and border crossings on the date", columns, rows, "LineString", lines)


def _with_state(study: Study, row: dict[str, Any]) -> dict[str, Any]:
    """Row with its severest state on the date, that of a place at its end or of its country counted, and when it was confirmed.

    A closure that bars some vehicles or cargoes only counts like one that bars all; a country counts where it is shut.
    """
    touching = [standing for standing in study.standings if _touches(standing, row)]
    if not touching:
        return row | {"state": "open" if row["part"] == "crossing" else None, "state_as_of": None}
    worst = max(touching, key=lambda s: (SEVERITY.index(s.state), s.closure.last_confirmed))
    said = worst.state + (", assumed" if worst.assumption else "")
    return row | {"state": said, "state_as_of": worst.closure.last_confirmed}


def _touches(standing: Standing, row: Mapping[str, Any]) -> bool:
    closure = standing.closure
    if closure.mode not in ("", row["mode"]):
        return False
    if closure.object == "node":
        return closure.object_id in (row["from_node_id"], row["to_node_id"])
    if closure.object == "country":
        return standing.state == "shut" and closure.object_id in row["countries"]
    return closure.object_id == str(row["line_id" if closure.object == "line" else "link_id"])


def _stretches(study: Study) -> list[dict[str, Any]]:
    return [
        {
            "link_id": name, "part": "link", "line_id": link.line_id, "name": link.line_name or None, "from_node_id": link.from_node_id,
            "to_node_id": link.to_node_id, "mode": link.mode, "length_basis": link.length_basis, "status": link.status,
            "project_id": link.project_id or None, "countries": [link.country],
            "gauges_mm": list(link.gauges), "length_km": link.length_km, "directed": link.directed,
            "source_ids": _items(link.source),
        }
        for name, link in sorted(study.network.links.items())
    ]  # fmt: skip


def _crossings(study: Study) -> list[dict[str, Any]]:
    return [
        {
            "link_id": name, "part": "crossing", "line_id": None, "name": c.name, "from_node_id": c.from_node_id,
            "to_node_id": c.to_node_id, "mode": c.mode, "length_basis": c.length_basis, "status": c.status,
            "project_id": c.project_id or None, "countries": [c.from_country, c.to_country],
            "gauges_mm": list(c.gauges), "length_km": c.from_length_km + c.to_length_km, "directed": False,
            "source_ids": _items(c.source),
        }
        for name, c in sorted(study.network.crossings.items())
    ]  # fmt: skip


def about(study: Study) -> dict[str, str]:
    """What every file says of itself: question, cargo's date, seed, version, assumption, attribution and licence."""
    scenario = study.scenario
    return {
        "title": scenario.title, "question": scenario.question, "scenario": scenario.name,
        "date": scenario.date.isoformat(), "seed": str(scenario.seed), "draws": str(study.draws),
        "made_by": f"corridors {versions()['corridors']}", "assumption": study.assumption,
        "licence": "CC-BY-4.0; ODbL-1.0", "attribution": LICENCE,
    }  # fmt: skip
