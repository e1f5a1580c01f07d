"""Geometry on WGS 84: lengths of geodesics, cutting and drawing of lines, snapping to places.

Every length is the length of a geodesic on the ellipsoid, never of a straight line on a map: Web Mercator
overstates Almaty-Karachi by 22 %. The inverse problem is solved by Vincenty's iteration, all pairs at once:
with reduced latitudes U, the longitude difference L on the ellipsoid and lambda on the auxiliary sphere,

    sin2(sigma) = (cos U2 sin lambda)2 + (cos U1 sin U2 - sin U1 cos U2 cos lambda)2
    lambda = L + (1 - C) f sin(alpha) {sigma + C sin(sigma) [cos 2m + C cos(sigma) (2 cos2 2m - 1)]}

until lambda stands still; the length is b A (sigma - delta sigma). Where the two points are nearly antipodal
the iteration does not settle; there the shortest way is sought over the circle of points half way round, each
of whose two halves does settle. The tests hold the result to PROJ.

Worked number: Karachi (24.84 N, 66.98 E) to Almaty (43.34 N, 76.95 E) is 2244.9 km.

Lines are arrays of (longitude, latitude) in degrees, as in GeoJSON. They are for drawing: a published length
is never replaced by the length of a drawn line.

References: Vincenty, T. (1975), Direct and inverse solutions of geodesics on the ellipsoid, Survey Review
23(176).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.tables import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Floats = NDArray[np.float64]

_A = 6378.137  # equatorial radius of WGS 84 [km]
_F = 1 / 298.257223563  # flattening of WGS 84 [1]
_B = _A * (1 - _F)
_ROUNDS = 60


class Place(Protocol):
    """Anything with a position, such as a Node."""

    @property
    def lat(self) -> float:
        """Latitude in degrees."""

    @property
    def lon(self) -> float:
        """Longitude in degrees."""


def geodesic_km(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> Floats:
    """Shortest distance on the WGS 84 ellipsoid, element by element.

    Parameters
    ----------
    lat1, lon1, lat2, lon2
        Positions; the four broadcast against each other. [deg]

    Returns
    -------
    Length of each geodesic, within 1e-6 of itself. [km]

    Examples
    --------
    >>> round(float(geodesic_km(24.84, 66.98, 43.34, 76.95)), 1)
    2244.9
    """
    p = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (lat1, lon1, lat2, lon2)))
    shape = p[0].shape
    flat = tuple(np.atleast_1d(x).ravel() for x in p)
    length, settled = _vincenty(*flat)
    for i in np.flatnonzero(~settled & np.isfinite(length)):
        length[i] = _half_way_round(*(float(x[i]) for x in flat))
    return length.reshape(shape)


def _vincenty(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return lengths [km] and whether each iteration settled."""
    u1, u2 = (np.arctan2((1 - _F) * np.sin(np.radians(lat)), np.cos(np.radians(lat))) for lat in (lat1, lat2))
    dlon = np.radians(np.mod(lon2 - lon1 + 180, 360) - 180)
    s1, c1, s2, c2 = np.sin(u1), np.cos(u1), np.sin(u2), np.cos(u2)
    lam = dlon.copy()
    settled = np.zeros(lam.shape, dtype=bool)
    for _ in range(_ROUNDS):
        # the terms that tend to zero for near points are kept free of cancellation
        cross = np.sin(u2 - u1) + 2 * s1 * c2 * np.sin(lam / 2) ** 2
        sin_sigma = np.hypot(c2 * np.sin(lam), cross)
        cos_sigma = s1 * s2 + c1 * c2 * np.cos(lam)
        sigma = np.arctan2(sin_sigma, cos_sigma)
        safe = np.where(sin_sigma == 0, 1.0, sin_sigma)
        sin_alpha = c1 * c2 * np.sin(lam) / safe
        cos2_alpha = np.maximum(1 - sin_alpha**2, 0.0)
        on_equator = cos2_alpha < 1e-15
        cos_2m = np.where(on_equator, 0.0, cos_sigma - 2 * s1 * s2 / np.where(on_equator, 1.0, cos2_alpha))
        c = _F / 16 * cos2_alpha * (4 + _F * (4 - 3 * cos2_alpha))
        new = dlon + (1 - c) * _F * sin_alpha * (sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2 * cos_2m**2 - 1)))
        settled = (np.abs(new - lam) < 1e-13) & (np.abs(new) <= np.pi)
        lam = new
        if settled.all():
            break
    k = cos2_alpha * (_A**2 - _B**2) / _B**2
    big_a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)))
    big_b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)))
    wave = cos_sigma * (2 * cos_2m**2 - 1) - big_b / 6 * cos_2m * (4 * sin_sigma**2 - 3) * (4 * cos_2m**2 - 3)
    return _B * big_a * (sigma - big_b * sin_sigma * (cos_2m + big_b / 4 * wave)), settled


def _half_way_round(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the least sum [km] over the points a quarter turn from the first, for nearly antipodal points."""
    phi = np.radians(lat1)
    low, high = 0.0, 2 * np.pi
    best = np.inf
    for _ in range(8):
        angle = np.linspace(low, high, 181)
        lat = np.degrees(np.arcsin(np.clip(np.cos(phi) * np.cos(angle), -1, 1)))
        lon = lon1 + np.degrees(np.arctan2(np.sin(angle), -np.sin(phi) * np.cos(angle)))
        way = (
            _vincenty(np.full(181, lat1), np.full(181, lon1), lat, lon)[0]
            + _vincenty(lat, lon, np.full(181, lat2), np.full(181, lon2))[0]
        )
        at, step = int(way.argmin()), (high - low) / 180
        best = min(best, float(way[at]))
        low, high = angle[at] - 2 * step, angle[at] + 2 * step
    return best


def _line(coords: ArrayLike) -> Floats:
    line = np.asarray(coords, dtype=np.float64)
    if line.ndim != 2 or line.shape[1] < 2 or len(line) < 2:
        raise ValueError(f"a line is an array of at least two (longitude, latitude) pairs; found shape {line.shape}")
    return line[:, :2]


def cumulative_km(coords: ArrayLike) -> Floats:
    """Distance of each point from the start, along the line [km]."""
    line = _line(coords)
    steps = geodesic_km(line[:-1, 1], line[:-1, 0], line[1:, 1], line[1:, 0])
    return np.concatenate([[0.0], np.cumsum(steps)])


def line_length_km(coords: ArrayLike) -> float:
    """Length of a line of (longitude, latitude) points [km]."""
    return float(cumulative_km(coords)[-1])


def interpolate(coords: ArrayLike, share: ArrayLike) -> Floats:
    """Points at shares of a line's length.

    Parameters
    ----------
    coords
        Points (longitude, latitude), shape (point, 2). [deg]
    share
        Shares of the length, 0 the start and 1 the end, any shape (...). [1]

    Returns
    -------
    Points (longitude, latitude), shape (..., 2); longitudes within -180 and 180. [deg]
    """
    line = _line(coords)
    along = cumulative_km(line)
    want = np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0) * along[-1]
    lon = np.interp(want, along, np.unwrap(line[:, 0], period=360))
    return np.stack([_wrapped(lon), np.interp(want, along, line[:, 1])], axis=-1)


def cut(coords: ArrayLike, start: float, end: float) -> Floats:
    """Part of a line between two shares of its length, its bends kept; reversed if ``end`` lies before ``start``."""
    line = _line(coords)
    if end < start:
        return cut(line, end, start)[::-1]
    along = cumulative_km(line)
    inside = (along > start * along[-1]) & (along < end * along[-1])
    first, last = interpolate(line, [start, end])
    return np.vstack([first, line[inside], last])


def join(lines: Iterable[ArrayLike]) -> Floats:
    """One line out of several, end to start; a point shared by two neighbours stands once."""
    parts = [_line(part) for part in lines]
    points = np.vstack(parts)
    keep = np.concatenate([[True], np.any(points[1:] != points[:-1], axis=1)])
    return points[keep] if keep.sum() > 1 else points[[0, -1]]


def split_at_antimeridian(coords: ArrayLike) -> list[Floats]:
    """Parts of a line that each stay on one side of the 180th meridian, for drawing."""
    line = _line(coords)
    lon = np.unwrap(line[:, 0], period=360)
    world = np.floor((lon + 180) / 360)
    parts: list[Floats] = []
    points = [(lon[0], line[0, 1])]
    for i in range(1, len(line)):
        step = 1 if world[i] > world[i - 1] else -1
        for w in np.arange(world[i - 1], world[i], step):
            edge = 360 * (w + (step > 0)) - 180
            share = (edge - lon[i - 1]) / (lon[i] - lon[i - 1])
            at = (edge, line[i - 1, 1] + share * (line[i, 1] - line[i - 1, 1]))
            parts.append(_in_one_world([*points, at], w))
            points = [at]
        points.append((lon[i], line[i, 1]))
    parts.append(_in_one_world(points, world[-1]))
    return [part for part in parts if len(part) > 1 and np.any(part[1:] != part[:-1])]


def _in_one_world(points: list[tuple[Any, Any]], world: float) -> Floats:
    return np.array(points, dtype=np.float64) - [360 * world, 0]


def _wrapped(lon: Floats) -> Floats:
    return np.where(np.abs(lon) <= 180, lon, np.mod(lon + 180, 360) - 180)


def nearest_node(lat: float, lon: float, nodes: Mapping[str, Place], *, cap_km: float) -> tuple[str, float] | None:
    """Nearest place and its distance [km], or None if none lies within the cap.

    Parameters
    ----------
    lat, lon
        Position. [deg]
    nodes
        Places by name; of two at the same distance the first by name is taken.
    cap_km
        Greatest distance at which a place is still taken for the position. [km]
    """
    names = sorted(nodes)
    if not names:
        return None
    away = geodesic_km(lat, lon, [nodes[name].lat for name in names], [nodes[name].lon for name in names])
    at = int(away.argmin())
    return (names[at], float(away[at])) if away[at] <= cap_km else None


def read_shapes(folder: Path) -> dict[str, Floats]:
    """Read the drawn line of each link and crossing; a line traced on OpenStreetMap wins over a typed one.

    Parameters
    ----------
    folder
        Holds ``shapes.geojson`` and perhaps ``shapes_osm.geojson``: features with a LineString and a property
        ``link_id`` or ``crossing_id``. A file that is not there has no shapes.

    Returns
    -------
    Points (longitude, latitude) by link_id or crossing_id, each shape (point, 2). [deg]
    """
    shapes: dict[str, Floats] = {}
    for name in ("shapes.geojson", "shapes_osm.geojson"):
        file = Path(folder) / name
        if file.exists():
            shapes.update(read_shape_file(file))
    return shapes


def shapes_under_odbl(folder: Path) -> frozenset[str]:
    """Names of the links and crossings whose line was traced on OpenStreetMap and is under its licence."""
    file = Path(folder) / "shapes_osm.geojson"
    return frozenset(read_shape_file(file)) if file.exists() else frozenset()


def drawn_line(shape: Floats | None, ends: Floats) -> Floats:
    """Line from place to place: the shape with the places at its ends, or straight where there is no shape.

    Parameters
    ----------
    shape
        Longitudes and latitudes in the direction of travel, shape (point, 2); None where no line is known. [deg]
    ends
        Longitude and latitude of the two places. [deg]

    Examples
    --------
    >>> drawn_line(np.array([[61.0, 35.0], [62.0, 35.5]]), np.array([[61.0, 35.0], [62.1, 35.6]])).tolist()
    [[61.0, 35.0], [62.0, 35.5], [62.1, 35.6]]
    """
    line = ends if shape is None else np.concatenate([ends[:1], shape, ends[1:]])
    moved = np.concatenate([[True], np.any(line[1:] != line[:-1], axis=1)])
    return line[moved] if moved.sum() > 1 else line[[0, -1]]


def read_shape_file(file: Path) -> dict[str, Floats]:
    """Read the lines of one file (see :func:`read_shapes`)."""
    try:
        features = json.loads(file.read_bytes())["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise TableError.at(file, problem=f"not a GeoJSON FeatureCollection ({error!r})") from None
    shapes: dict[str, Floats] = {}
    for i, feature in enumerate(features):
        properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        key = properties.get("link_id") or properties.get("crossing_id")
        where = f'feature {i + 1}, "{key}"'
        if not key or key in shapes:
            raise TableError.at(
                file,
                where,
                problem="the name stands twice" if key else "no link_id or crossing_id",
                mend="give each feature the name of its link or crossing",
            )
        if geometry.get("type") != "LineString":
            raise TableError.at(
                file,
                where,
                problem=f"geometry is {geometry.get('type')}",
                allowed="LineString",
                mend="join the parts into one line",
            )
        try:
            shapes[key] = _line(geometry["coordinates"])
        except ValueError as error:
            raise TableError.at(file, where, problem=str(error)) from None
        if np.abs(shapes[key][:, 1]).max() > 90:
            raise TableError.at(file, where, problem="a latitude lies beyond 90 degrees", mend="write longitude first")
    return shapes
