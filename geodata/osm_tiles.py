"""Cut an area into tiles that a server answers one by one: along a corridor a strip of boxes, not one giant box.

A tile is a box between two parallels and two meridians. Distances are turned into degrees with the least length of a degree of
latitude, so that a margin is never too small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.geometry import cumulative_km, cut
from geodata.overpass import Box, FetchError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KM_PER_DEGREE = 110.5  # least length of a degree of latitude on WGS 84 [km]


def strip_tiles(
    lines: Iterable[NDArray[np.float64]], *, margin_km: float = 25.0, longest_km: float = 150.0
) -> list[Box]:
    """Boxes along lines (longitude, latitude), each round pieces of them and a margin.

    Parameters
    ----------
    margin_km
        Least distance from the line to the edge of its box. [km]
    longest_km
        Greatest length of a piece. [km]

    Examples
    --------
    >>> [round(v, 1) for v in strip_tiles([np.array([[62.0, 34.0], [62.0, 35.0]])])[0]]
    [33.8, 61.7, 35.2, 62.3]
    """
    boxes = {_box_round(piece, margin_km) for line in lines for piece in _pieces(line, longest_km)}
    return _put_together(sorted(boxes), longest_km + 2 * margin_km)


def _put_together(boxes: Sequence[Box], longest_km: float) -> list[Box]:
    """Boxes that hold the given ones: each takes in what keeps both its sides within a length [km]."""
    found: list[Box] = []
    for box in boxes:
        for i, other in enumerate(found):
            both = Box(*(f(a, b) for f, a, b in zip((min, min, max, max), box, other, strict=True)))
            tall = (both.north - both.south) * _KM_PER_DEGREE
            broad = (both.east - both.west) * _KM_PER_DEGREE * np.cos(np.radians(both.south))
            if max(tall, broad) <= longest_km or both in (box, other):
                found[i] = both
                break
        else:
            found.append(box)
    return found


def _pieces(line: NDArray[np.float64], longest_km: float) -> Iterator[NDArray[np.float64]]:
    count = max(int(np.ceil(cumulative_km(line)[-1] / longest_km)), 1)
    for k in range(count):
        yield cut(line, k / count, (k + 1) / count)


def _box_round(piece: NDArray[np.float64], margin_km: float) -> Box:
    lon, lat = np.unwrap(piece[:, 0], period=360), piece[:, 1]
    up = margin_km / _KM_PER_DEGREE
    side = up / max(np.cos(np.radians(min(np.abs(lat).max() + up, 89.0))), 0.02)
    edges = (lat.min() - up, lon.min() - side, lat.max() + up, lon.max() + side)
    return Box(*(round(float(value), 2) for value in edges))


def grid_tiles(box: Box, *, step: float = 2.0) -> list[Box]:
    """Boxes of at most ``step`` degrees that cover a box.

    Raises
    ------
    FetchError
        Where the box is not south, west, north, east in degrees.
    """
    if not (-90 <= box.south < box.north <= 90 and -180 <= box.west < box.east <= 180):
        found = ",".join(f"{value:g}" for value in box)
        raise FetchError.at(
            "box", problem=f'found "{found}"', allowed="SOUTH,WEST,NORTH,EAST in degrees, say 35,61,37,63"
        )
    rows, columns = (
        max(int(np.ceil(round(size / step, 9))), 1) for size in (box.north - box.south, box.east - box.west)
    )
    lat = np.round(np.linspace(box.south, box.north, rows + 1), 6).tolist()
    lon = np.round(np.linspace(box.west, box.east, columns + 1), 6).tolist()
    return [Box(lat[i], lon[j], lat[i + 1], lon[j + 1]) for i in range(rows) for j in range(columns)]


def polygon_tiles(geojson: Any, name: object, *, step: float = 2.0) -> list[Box]:
    """Boxes of at most ``step`` degrees that cover the polygons of a GeoJSON object.

    Raises
    ------
    FetchError
        Where there is no polygon in it.
    """
    import shapely
    from shapely.geometry import shape

    try:
        features = geojson["features"] if geojson.get("type") == "FeatureCollection" else [geojson]
        shapes = [shape(feature.get("geometry", feature)) for feature in features]
        area = shapely.unary_union([item for item in shapes if item.geom_type in {"Polygon", "MultiPolygon"}])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FetchError.at(name, problem=f"not GeoJSON ({error!r})", mend="give a polygon as GeoJSON") from None
    if area.is_empty:
        raise FetchError.at(name, problem="no polygon in it", mend="give a polygon as GeoJSON")
    west, south, east, north = area.bounds
    tiles = grid_tiles(Box(south, west, north, east), step=step)
    return [
        tile for tile in tiles if shapely.intersects(area, shapely.box(tile.west, tile.south, tile.east, tile.north))
    ]
