"""In which country a point lies, as the base map draws the borders.

The lines of ``basemap/borders.geojson``, the shore and the edge of the base map are joined into faces, and a face belongs to
the country that its border lines have most of. Natural Earth is coarse: a border may lie some 2 km off, and a disputed stretch
is where Natural Earth has it, with no claim to anything. So a count of kilometres by country is good to a few km at each
border, and a place close to one may fall to the neighbour. What lies at sea or off the base map is ``unknown``.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.basemap import read_borders, read_coast, read_relief

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = "unknown"


def countries_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    """Country of each point (ISO 3166-1 alpha-2), or "unknown".

    Examples
    --------
    >>> countries_of(np.array([69.24, 62.2, 64.0, -3.7]), np.array([41.3, 34.35, 22.0, 40.4])).tolist()
    ['UZ', 'AF', 'unknown', 'unknown']
    """
    import shapely

    lon = np.mod(np.asarray(lon, dtype=np.float64) + 180, 360) - 180
    found = np.full(lon.shape, UNKNOWN, dtype=object)
    for country, face in _faces():
        west, south, east, north = face.bounds
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        if len(near):
            found[near[shapely.contains_xy(face, lon[near], lat[near])]] = country
    return found


@cache
def _faces() -> tuple[tuple[str, Any], ...]:
    """Faces between border lines and shore, each with its country; the sea has no border line and no face here."""
    import shapely

    relief = read_relief()
    borders = [(line, shapely.LineString(line.lonlat)) for line in read_borders()]
    edge = shapely.box(relief.west, relief.south, relief.east, relief.north).exterior
    shore = [shapely.LineString(line) for line in read_coast()]
    noded = shapely.unary_union([edge, *shore, *(line for _, line in borders)])
    found = []
    for face in shapely.get_parts(shapely.polygonize([noded])):
        share: Counter[str] = Counter()
        rim = shapely.buffer(face.exterior, 1e-6)
        shapely.prepare(rim)
        for names, line in borders:
            if shapely.intersects(rim, line):
                length = shapely.length(shapely.intersection(line, rim))
                share.update({names.country_a: length, names.country_b: length})
        if share and max(share.values()) > _TOUCH:
            shapely.prepare(face)
            found.append((share.most_common(1)[0][0], face))
    return tuple(found)


_TOUCH = 1e-3  # a border that only ends at a shore touches the sea in a point [deg]
