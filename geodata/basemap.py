"""Borders, coast, lakes and relief to draw a network on.

Four small files, made once by ``data/basemap/build.py`` from Natural Earth (1:10m; the overview 1:50m) and ETOPO1, both
in the public domain, are read into plain arrays of longitude and latitude. They are for drawing only: no length, no
side of a border and no height in the model comes from them.

World boundaries are disputed, and a map that hides this takes a side. How each stretch is drawn is therefore not in
the code but in ``border_rules.csv``: the first rule that matches the two countries, and the box if the rule has one,
gives the style of a stretch; no rule means a solid line. The styles follow what Natural Earth itself flags. Whoever
does not want lines that others drew can hide them all. `BOUNDARY_NOTE` belongs on every map that shows them.

The shade of the relief is Lambert's law on a lit surface: cos of the angle between the surface normal and the sun,
with the sun in the north-west at 45 degrees and heights exaggerated, since at a step of 0.1 degree (9 to 11 km) true
slopes are faint. That step hides passes and gradients: it is a picture, not a profile.

References: Natural Earth, https://www.naturalearthdata.com ; Amante and Eakins 2009, ETOPO1, NOAA Technical Memorandum
NESDIS NGDC-24.
"""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.tables import TableError

__all__ = [
    "BOUNDARY_NOTE",
    "BorderLine",
    "PlaceName",
    "Relief",
    "attributions",
    "hillshade",
    "read_borders",
    "read_coast",
    "read_lakes",
    "read_local_names",
    "read_names",
    "read_overview",
    "read_relief",
    "read_sea",
]

FOLDER = Path(__file__).with_name("data") / "basemap"

Borders = Literal["natural-earth", "hidden"]
LonLat = NDArray[np.float64]
"""Points of a line, shape (point, 2): longitude, latitude. [deg]"""
Polygon = tuple[LonLat, ...]
"""Outer ring and holes, each closed."""

BORDER_STYLES = ("solid", "dashed", "dotted", "hidden")
BORDER_MODES = ("natural-earth", "hidden")
BOUNDARY_NOTE = (
    "Boundaries shown do not imply endorsement by anyone. Dotted: Line of Control in Jammu and Kashmir; "
    "dashed: disputed or undefined."
)
NATURAL_EARTH = "Borders, coast, lakes: Natural Earth (public domain)"
NATURAL_EARTH_NO_BORDERS = "Coast, lakes: Natural Earth (public domain); national boundaries left out on request"
ETOPO1 = "Relief: ETOPO1, NOAA NCEI (Amante and Eakins 2009)"
_METRES_PER_DEGREE = 111_195.0  # mean meridian degree of a sphere of 6,371 km; good enough for a shade


class BorderLine(NamedTuple):
    """Stretch of a border between two countries (ISO 3166-1 alpha-2), and how it is drawn."""

    country_a: str
    country_b: str
    style: str
    lonlat: LonLat


class PlaceName(NamedTuple):
    """Name of a country, sea, lake or town, and places to write it at [deg], best first."""

    name: str
    kind: str
    lonlat: LonLat


class Relief(NamedTuple):
    """Heights above the sea, shape (row, column), rows from south to north [m]; the sea floor is left out."""

    height_m: NDArray[np.float64]
    west: float
    south: float
    east: float
    north: float


def read_borders(borders: str = "natural-earth") -> tuple[BorderLine, ...]:
    """Border lines with the style that the rule file gives each stretch.

    Parameters
    ----------
    borders
        "natural-earth", or "hidden" for none at all.

    Raises
    ------
    TableError
        If `borders` is neither, or if the rule file has an unknown style.

    Examples
    --------
    >>> {line.style for line in read_borders() if (line.country_a, line.country_b) == ("IN", "PK")} == {"solid", "dotted"}
    True
    >>> read_borders("hidden")
    ()
    """
    if borders not in BORDER_MODES:
        raise TableError(f'borders: found "{borders}"; allowed {", ".join(BORDER_MODES)}')
    return () if borders == "hidden" else _styled_borders()


def read_sea() -> tuple[Polygon, ...]:
    """Sea, the Caspian included, as polygons cut at the edge of the base map."""
    return _polygons("water.geojson", "sea")


def read_lakes() -> tuple[Polygon, ...]:
    """Lakes, the largest first."""
    return _polygons("water.geojson", "lake")


def read_overview() -> tuple[Polygon, ...]:
    """Coarse land of Eurasia, for a small map."""
    return _polygons("overview.geojson", "land")


@cache
def read_coast() -> tuple[LonLat, ...]:
    """Shores of the sea, without the edges at which the base map is cut."""
    relief = read_relief()
    lines: list[LonLat] = []
    for ring in (ring for polygon in read_sea() for ring in polygon):
        lon, lat = ring[:, 0], ring[:, 1]
        on_edge = np.zeros(len(ring) - 1, dtype=bool)
        for value, side in ((lon, relief.west), (lon, relief.east), (lat, relief.south), (lat, relief.north)):
            at = np.isclose(value, side, atol=2e-3)
            on_edge |= at[:-1] & at[1:]
        lines += _runs(ring, on_edge, keep=(False,))[0]
    return tuple(lines)


@cache
def read_names() -> tuple[PlaceName, ...]:
    """Names of countries, seas, lakes and towns, in the order of the file: the more telling first.

    No name stands in Jammu and Kashmir, and the Gulf, whose name is disputed, bears none.
    """
    places: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in _rows("names.csv"):
        places.setdefault((row["name"], row["kind"]), []).append((float(row["lon"]), float(row["lat"])))
    return tuple(PlaceName(name, kind, np.array(points)) for (name, kind), points in places.items())


@cache
def read_local_names() -> dict[str, str]:
    """Names of countries in a language of their own, by the name of :func:`read_names`; not every one has a row.

    Examples
    --------
    >>> read_local_names()["KAZAKHSTAN"]
    'Қазақстан'
    """
    return {row["name"]: row["name_local"] for row in _rows("local_names.csv")}


LOCAL_NAMES = "Names in local scripts: nodes.csv, and Unicode CLDR for countries; Latin where we have none"


@cache
def read_relief() -> Relief:
    """Heights on a grid of 0.1 degree."""
    with np.load(FOLDER / "relief.npz") as file:
        west, south, east, north = (float(v) for v in file["west_south_east_north"])
        height = file["height_steps"].astype(np.float64) * float(file["step_m"])
    height.flags.writeable = False
    return Relief(height, west, south, east, north)


def hillshade(
    relief: Relief, *, exaggeration: float = 9.0, azimuth: float = 315.0, altitude: float = 45.0
) -> NDArray[np.float64]:
    """Brightness of the ground under a low sun, flat ground = 1.

    Parameters
    ----------
    relief
        Heights. [m]
    exaggeration
        Factor on the heights. [1]
    azimuth, altitude
        Where the sun stands: clockwise from north, above the horizon. [deg]

    Returns
    -------
    brightness : shape of the heights; 0 = in full shade, above 1 = turned to the sun. [1]

    Notes
    -----
    With the height h exaggerated by k, slopes p = k dh/dx (east) and q = k dh/dy (north), and the sun's direction s:
    brightness = (s_z - p s_x - q s_y) / (s_z sqrt(1 + p^2 + q^2)). A slope of 1 in 9 that falls to the north-west,
    k = 9, altitude 45: p = -q = 1/sqrt 2, s = (-1/2, 1/2, 1/sqrt 2), so (0.707 + 0.707) / (0.707 sqrt 2) = 1.414.

    Examples
    --------
    >>> flat = Relief(np.zeros((3, 3)), 60.0, 40.0, 60.2, 40.2)
    >>> float(hillshade(flat)[1, 1])
    1.0
    """
    rows, columns = relief.height_m.shape
    lat = np.linspace(relief.south, relief.north, rows)
    dy = _METRES_PER_DEGREE * (relief.north - relief.south) / (rows - 1)
    dx = _METRES_PER_DEGREE * np.cos(np.radians(lat)) * (relief.east - relief.west) / (columns - 1)
    q, p = np.gradient(relief.height_m * exaggeration)
    p, q = p / dx[:, None], q / dy
    high, turn = np.radians(altitude), np.radians(azimuth)
    sx, sy, sz = np.cos(high) * np.sin(turn), np.cos(high) * np.cos(turn), np.sin(high)
    return np.asarray(np.clip((sz - p * sx - q * sy) / (sz * np.sqrt(1.0 + p**2 + q**2)), 0.0, None))


def attributions(borders: str = "natural-earth") -> tuple[str, ...]:
    """Name the sources that a map made from this base map must state; with borders, the note that goes with them.

    Examples
    --------
    >>> attributions("hidden")[0]
    'Coast, lakes: Natural Earth (public domain); national boundaries left out on request'
    """
    if borders == "hidden":
        return (NATURAL_EARTH_NO_BORDERS, ETOPO1)
    return (NATURAL_EARTH, ETOPO1, BOUNDARY_NOTE)


@cache
def _styled_borders() -> tuple[BorderLine, ...]:
    rules = _rules()
    lines: list[BorderLine] = []
    for feature in json.loads((FOLDER / "borders.geojson").read_text(encoding="utf-8"))["features"]:
        a, b = feature["properties"]["country_a"], feature["properties"]["country_b"]
        geometry = feature["geometry"]
        parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
        for part in parts:
            points = _frozen(part)
            style = _style_numbers(points, [rule for rule in rules if _same_pair(rule, a, b)])
            runs = _runs(points, style, keep=range(len(BORDER_STYLES) - 1))
            lines += [BorderLine(a, b, BORDER_STYLES[i], run) for i, found in enumerate(runs) for run in found]
    return tuple(lines)


def _rules() -> list[dict[str, str]]:
    rules = _rows("border_rules.csv")
    for number, row in enumerate(rules, start=2):
        if row["style"] not in BORDER_STYLES:
            raise TableError.at(
                "border_rules.csv",
                f'line {number}, rule_id "{row["rule_id"]}"',
                problem=f'style is "{row["style"]}"',
                allowed=", ".join(BORDER_STYLES),
            )
    return rules


def _same_pair(rule: dict[str, str], a: str, b: str) -> bool:
    """Whether a rule is about this pair of countries; ``*`` stands for any country."""
    first, second = rule["country_a"], rule["country_b"]
    return any(first in {x, "*"} and second in {y, "*"} for x, y in ((a, b), (b, a)))


def _style_numbers(points: LonLat, rules: list[dict[str, str]]) -> NDArray[np.intp]:
    """Give the number of the style (`BORDER_STYLES`) of each segment, by its middle; the first rule that matches wins."""
    middle = (points[1:] + points[:-1]) / 2.0
    style = np.zeros(len(middle), dtype=np.intp)
    for rule in reversed(rules):
        west, south, east, north = (
            float(rule[side] or default)
            for side, default in (("west", -np.inf), ("south", -np.inf), ("east", np.inf), ("north", np.inf))
        )
        inside = (middle[:, 0] >= west) & (middle[:, 0] <= east) & (middle[:, 1] >= south) & (middle[:, 1] <= north)
        style[inside] = BORDER_STYLES.index(rule["style"])
    return style


def _runs(points: LonLat, group: NDArray[np.generic], keep: tuple[bool, ...] | range) -> list[list[LonLat]]:
    """Parts of a line whose segments are of one group, for each group in `keep`."""
    change = np.flatnonzero(group[1:] != group[:-1]) + 1
    starts, ends = [0, *change.tolist()], [*change.tolist(), len(group)]
    found: list[list[LonLat]] = [[] for _ in keep]
    for start, end in zip(starts, ends, strict=True):
        for i, value in enumerate(keep):
            if group[start] == value:
                found[i].append(points[start : end + 1])
    return found


@cache
def _polygons(file: str, kind: str) -> tuple[Polygon, ...]:
    found: list[Polygon] = []
    for feature in json.loads((FOLDER / file).read_text(encoding="utf-8"))["features"]:
        if feature["properties"]["kind"] == kind:
            geometry = feature["geometry"]
            parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
            found += [tuple(_frozen(ring) for ring in part) for part in parts]
    return tuple(found)


def _frozen(points: list[list[float]]) -> LonLat:
    array = np.array(points, dtype=np.float64)
    array.flags.writeable = False
    return array


def _rows(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
