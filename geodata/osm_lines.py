"""Railway lines without node numbers: shapefiles, GeoPackages, GeoJSON, and plain lists of ways.

Such files were made from OpenStreetMap by somebody else (Geofabrik's shapefiles with ``osm_id`` and ``fclass``, a list of
``{"id", "type", "geometry"}``). What tags they dropped is unknown. Points whose positions agree to 1e-7 degrees (1 cm,
the step of OpenStreetMap itself) are one node. A file in another projection, say Web Mercator, is taken back to
longitude and latitude first, so that its lengths are those of the ground; a file that does not name its projection is
taken for degrees only if its numbers can be such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geodata.osm_read import OsmError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geodata.osm_extract import Gatherer

Points = NDArray[np.float64]
_COLUMNS = {"osm_id": "id", "full_id": "id", "id": "id", "@id": "id", "fclass": "railway", "type": "railway"}
_GIVEN = ("railway", "gauge", "electrified", "voltage", "maxspeed", "usage", "service", "tracks", "bridge", "tunnel", "name",
          "ref", "operator", "construction", "proposed", "disused", "opening_date")  # fmt: skip
_SHORT = {"F": "no", "T": "yes"}  # Geofabrik's shapefiles


def take_list(file: Path, items: Sequence[Any], into: Gatherer) -> None:
    """Take a list of ways ``{"id", "type", "geometry": [[lat, lon], ...]}`` and of places ``{"id", "type", "lat", "lon", "name"}``.

    ``type`` is the value of ``railway``.

    Raises
    ------
    OsmError
        Where an item is of another form, with its place in the list.
    """
    for i, item in enumerate(items):
        try:
            _take_item(item, into)
        except (KeyError, TypeError, ValueError) as error:
            allowed = '{"id", "type", "geometry": [[lat, lon], ...]} or {"id", "type", "lat", "lon"}'
            raise OsmError.at(file, f"item {i + 1}", problem=f"of another form ({error!r})", allowed=allowed) from None


def _take_item(item: Any, into: Gatherer) -> None:
    number, tags = int(item["id"]), {"railway": str(item["type"])}
    if "geometry" not in item:
        names = {"name": item.get("nameLocal") or item.get("name"), "name:en": item.get("name")}
        into.add_node(
            number, None, tags | {k: str(v) for k, v in names.items() if v}, float(item["lat"]), float(item["lon"])
        )
        return
    points = np.array(item["geometry"], dtype=np.float64).reshape(-1, 2)[:, ::-1]
    into.add_way(number, None, tags, into.note_all(points))


def take_lines(file: Path, into: Gatherer) -> None:
    """Take the lines and points of a file that geopandas opens; lines without points are counted as left out.

    Raises
    ------
    OsmError
        Where the file cannot be opened, has no lines, or does not say where on earth it lies.
    """
    import geopandas

    try:
        frame = geopandas.read_file(file)
    except Exception as error:  # noqa: BLE001 - each GIS driver raises its own kinds; all become one sentence
        raise OsmError.at(file, problem=f"cannot be opened ({str(error).splitlines()[0]})") from None
    if frame.crs is not None:
        frame = frame.to_crs(4326)
    names = {str(column).lower(): column for column in frame.columns}
    if not {"railway", "fclass", "type"} & names.keys():
        columns = ", ".join(map(str, frame.columns))
        raise OsmError.at(
            file, problem=f"no column says what a line is (columns: {columns})", allowed="railway, fclass"
        )
    used: set[int] = set()
    for i, (geometry, row) in enumerate(zip(frame.geometry, frame.to_dict("records"), strict=True)):
        number, tags = _told(row, names)
        if geometry is None or geometry.is_empty:
            into.left_out["line without points"] += 1
            continue
        if geometry.geom_type == "Point":
            into.add_node(number or -i - 1, None, tags, geometry.y, geometry.x)
        for part in _parts(geometry):
            own = number if number is not None and number not in used else -(len(used) + 1)
            used.add(own)
            _refuse_off_globe(file, f"row {i + 1}", part)
            into.add_way(own, None, tags, into.note_all(part))


def _told(row: dict[Any, Any], names: dict[str, Any]) -> tuple[int | None, dict[str, str]]:
    """Number of the element and its tags, from columns of several customs."""
    tags: dict[str, str] = {}
    number: int | None = None
    for name, column in names.items():
        key, value = _COLUMNS.get(name, name), row[column]
        if value is None or value != value or str(value) == "":  # noqa: PLR0124 - only NaN differs from itself
            continue
        text = str(value)
        if key == "id" and number is None:
            digits = text.rpartition("/")[2].lstrip("w")
            number = int(float(digits)) if digits.replace(".", "", 1).isdecimal() else None
        elif key in _GIVEN:
            tags.setdefault(
                key, _SHORT.get(text, text) if key in {"bridge", "tunnel"} else text.removeprefix("railway_")
            )
    return number, tags


def _parts(geometry: Any) -> Iterator[Points]:
    """Lines of a geometry as points (longitude, latitude)."""
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type in {"LineString", "LinearRing"}:
            yield np.asarray(part.coords, dtype=np.float64)[:, :2]


def _refuse_off_globe(file: Path, where: str, points: Points) -> None:
    if (
        not np.isfinite(points).all()
        or np.abs(points[:, 1]).max(initial=0) > 90
        or np.abs(points[:, 0]).max(initial=0) > 180
    ):
        found = f"position {points[0, 0]:g}, {points[0, 1]:g}"
        mend = "name the projection (a .prj file), or write longitude and latitude in degrees"
        raise OsmError.at(file, where, problem=f"{found} is not in degrees", mend=mend)
