"""The sheet a map is drawn on: projection, frame, and the ground beneath the network.

Lambert's conformal conic projection with two standard parallels keeps angles, and within the region lengths to about
2 per cent; Web Mercator would stretch Almaty to Karachi by 22 per cent. From kilometres on the projection plane the frame goes to
points on paper (1/72 inch), and everything is drawn in those: a line 2 pt wide, a name 40 pt long and a distance of
2 pt mean the same thing.

Scale: x_pt = (x_km - left_km) x scale, y alike; a frame of 570 pt over 4,200 km has a scale of 0.136 pt/km, that is
1 : 20.9 million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.basemap import hillshade, read_borders, read_coast, read_lakes, read_overview, read_relief, read_sea

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes

    from corridors.style import Theme

Points = NDArray[np.float64]

REGION = "+proj=lcc +lat_1=28 +lat_2=50 +lat_0=40 +lon_0=67 +ellps=WGS84 +units=km"
EURASIA = "+proj=laea +lat_0=32 +lon_0=83 +ellps=WGS84 +units=km"
PROJECTION_NOTE = "Lambert conformal conic projection, 28° and 50° N"
LEAST_SPAN_KM = 1500.0
BORDER_DASHES = {"solid": "solid", "dashed": (0.0, (4.5, 2.6)), "dotted": (0.0, (1.1, 1.9))}


class Frame(NamedTuple):
    """Window on the projection plane, laid on so many points of paper."""

    projection: str
    left_km: float
    bottom_km: float
    scale: float
    """[pt/km]."""
    width: float
    height: float

    def place(self, lonlat: Points) -> Points:
        """Points on paper of longitudes and latitudes, shape (point, 2). [pt]."""
        x, y = _projection(self.projection)(lonlat[:, 0], lonlat[:, 1])
        return np.column_stack(
            [(np.asarray(x) - self.left_km) * self.scale, (np.asarray(y) - self.bottom_km) * self.scale]
        )

    def lonlat(self, points: Points) -> Points:
        """Longitudes and latitudes of points on paper. [deg]."""
        x, y = points[:, 0] / self.scale + self.left_km, points[:, 1] / self.scale + self.bottom_km
        return np.column_stack(_projection(self.projection)(x, y, inverse=True))

    def holds(self, points: Points, margin: float = 0.0) -> NDArray[np.bool_]:
        """Whether points lie inside, `margin` or more from the edge. [pt]."""
        x, y = points[:, 0], points[:, 1]
        return np.asarray((x >= margin) & (x <= self.width - margin) & (y >= margin) & (y <= self.height - margin))


_PROJECTIONS: dict[str, Any] = {}


def _projection(text: str) -> Any:
    if text not in _PROJECTIONS:
        from pyproj import Proj

        _PROJECTIONS[text] = Proj(text)
    return _PROJECTIONS[text]


def frame_round(lonlat: Points, width: float, height: float, *, projection: str = REGION) -> Frame:
    """Frame of so many points of paper that holds all the places with a margin, as large as may be.

    Parameters
    ----------
    lonlat
        Places that must be seen, shape (point, 2). [deg]
    width, height
        Size on paper. [pt]
    """
    x, y = (np.asarray(v) for v in _projection(projection)(lonlat[:, 0], lonlat[:, 1]))
    span_x, span_y = max(float(np.ptp(x)), LEAST_SPAN_KM), max(float(np.ptp(y)), LEAST_SPAN_KM)
    scale = min(width * 0.90 / span_x, height * 0.88 / span_y)
    middle_x, middle_y = (float(x.max() + x.min()) / 2.0, float(y.max() + y.min()) / 2.0)
    return Frame(projection, middle_x - width / scale / 2.0, middle_y - height / scale / 2.0, scale, width, height)


def draw_ground(axes: Axes, frame: Frame, theme: Theme, *, borders: str, named: bool = True) -> None:
    """Relief, sea, lakes, graticule (its lines named or not) and borders."""
    _draw_relief(axes, frame, theme)
    water = [[frame.place(ring) for ring in polygon] for polygon in read_sea()]
    lakes = [[frame.place(ring) for ring in polygon] for polygon in read_lakes()]
    draw_polygons(axes, _in_view(water, frame), face=theme.sea, edge="none", zorder=1.0)
    draw_polygons(axes, _in_view(lakes, frame), face=theme.sea, edge=theme.coast, zorder=1.1)
    coast = in_view((frame.place(line) for line in read_coast()), frame)
    draw_lines(axes, coast, Stroke(theme.coast, 0.6, 1.2))
    _draw_graticule(axes, frame, theme, named=named)
    for style in BORDER_DASHES:
        lines = in_view((frame.place(b.lonlat) for b in read_borders(borders) if b.style == style), frame)
        draw_border(axes, lines, style, theme)


def draw_border(axes: Axes, lines: Sequence[Points], style: str, theme: Theme) -> None:
    """Borders of one style: a pale wide line with a thin one in it, so that none looks like a railway. [pt]."""
    draw_lines(axes, lines, Stroke(theme.border, 2.6, 1.4, alpha=0.20))
    draw_lines(axes, lines, Stroke(theme.border, 0.75, 1.5, dash=BORDER_DASHES[style], gid=f"border-{style}"))


def draw_overview(axes: Axes, frame: Frame, theme: Theme) -> None:
    """Coarse land, for a small map."""
    land = [[frame.place(ring) for ring in polygon] for polygon in read_overview()]
    draw_polygons(axes, _in_view(land, frame), face=theme.land, edge=theme.coast, zorder=1.0, width=0.4)


def draw_polygons(
    axes: Axes, polygons: Iterable[Sequence[Points]], *, face: str, edge: str, zorder: float, width: float = 0.5
) -> None:
    """Fill polygons with holes as one path. [pt]."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings = [Path(ring, closed=True) for polygon in polygons for ring in polygon]
    if rings:
        path = Path.make_compound_path(*rings)
        axes.add_artist(PathPatch(path, facecolor=face, edgecolor=edge, linewidth=width, zorder=zorder, snap=False))


class Stroke(NamedTuple):
    """How a line is drawn: `dash` as matplotlib takes it, on-off lengths in line widths."""

    colour: str
    width: float
    """[pt]."""
    zorder: float
    dash: Any = "solid"
    alpha: float | None = None
    cap: str = "butt"
    gid: str | None = None


def draw_lines(axes: Axes, lines: Sequence[Points], stroke: Stroke) -> None:
    """Draw lines of one style as one path, which costs half of what a collection does; nothing if there are none. [pt]."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if len(lines):
        points = np.concatenate([np.asarray(line, dtype=np.float64) for line in lines])
        codes = np.full(len(points), Path.LINETO, dtype=np.uint8)
        codes[np.cumsum([0, *(len(line) for line in lines[:-1])])] = Path.MOVETO
        path = PathPatch(
            Path(points, codes), fill=False, edgecolor=stroke.colour, linewidth=stroke.width, linestyle=stroke.dash,
            zorder=stroke.zorder, alpha=stroke.alpha, gid=stroke.gid, capstyle=stroke.cap, joinstyle="round", snap=False,
        )  # fmt: skip
        axes.add_artist(path)


def in_view(lines: Iterable[Points], frame: Frame) -> list[Points]:
    """Lines whose bounds reach the frame. [pt]."""
    return [line for line in lines if _reaches(line, frame)]


def _in_view(polygons: list[list[Points]], frame: Frame) -> list[list[Points]]:
    """Rings that reach the frame, polygon by polygon."""
    return [seen for polygon in polygons if (seen := in_view(polygon, frame))]


def _reaches(line: Points, frame: Frame) -> bool:
    low, high = line.min(axis=0), line.max(axis=0)
    return bool(high[0] > 0 and high[1] > 0 and low[0] < frame.width and low[1] < frame.height)


def _draw_relief(axes: Axes, frame: Frame, theme: Theme) -> None:
    """Shade of the ground over a faint tint by height."""
    from matplotlib.colors import to_rgb

    relief = read_relief()
    columns, rows = round(frame.width / 0.9), round(frame.height / 0.9)
    x, y = np.meshgrid(
        (np.arange(columns) + 0.5) * frame.width / columns, (np.arange(rows) + 0.5) * frame.height / rows
    )
    lonlat = frame.lonlat(np.column_stack([x.ravel(), y.ravel()]))
    size = relief.height_m.shape
    at = np.column_stack(
        [
            np.clip((lonlat[:, 1] - relief.south) / (relief.north - relief.south), 0, 1) * (size[0] - 1),
            np.clip((lonlat[:, 0] - relief.west) / (relief.east - relief.west), 0, 1) * (size[1] - 1),
        ]
    )
    shade = _bilinear(hillshade(relief), at).reshape(rows, columns, 1)
    height = _bilinear(relief.height_m, at).reshape(rows, columns, 1)
    land, high = np.array(to_rgb(theme.land)), np.array(to_rgb(theme.highland))
    tint = land + (high - land) * np.clip(height / 4500.0, 0.0, 1.0)
    # Half of the shade only: the relief is a background.
    image = np.clip(tint * (1.0 + 0.42 * theme.relief * (np.minimum(shade, 1.12) - 1.0)), 0.0, 1.0)
    image = np.round(image * 255.0).astype(np.uint8)
    axes.imshow(
        image,
        extent=(0, frame.width, 0, frame.height),
        origin="lower",
        interpolation="bilinear",
        zorder=0.5,
        aspect="auto",
    )


def _bilinear(grid: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of a grid between its points; `at` has row and column. [1]."""
    low = np.minimum(at.astype(np.intp), np.array(grid.shape) - 2)
    part = at - low
    (i, j), (u, v) = low.T, part.T
    return np.asarray(
        grid[i, j] * (1 - u) * (1 - v)
        + grid[i + 1, j] * u * (1 - v)
        + grid[i, j + 1] * (1 - u) * v
        + grid[i + 1, j + 1] * u * v
    )


def _draw_graticule(axes: Axes, frame: Frame, theme: Theme, *, named: bool, step: int = 5) -> None:
    """Meridians and parallels, named outside the frame where they cross its edges."""
    span = np.linspace(0.0, 1.0, 241)
    stroke = Stroke(theme.grid_on_map, 0.45, 1.3)
    words: dict[str, Any] = {"fontsize": 6.5, "color": theme.faint_ink, "clip_on": False}
    for lon in range(20, 125, step):
        line = frame.place(np.column_stack([np.full(241, float(lon)), 5.0 + 65.0 * span]))
        draw_lines(axes, in_view([line], frame), stroke)
        for at, edge, align in ((0.0, -3.0, "top"), (frame.height, frame.height + 3.0, "bottom")):
            x = float(np.interp(at, line[:, 1], line[:, 0]))
            if named and 12 < x < frame.width - 12:
                axes.text(x, edge, f"{lon}°E", ha="center", va=align, **words)
    for lat in range(5, 75, step):
        line = frame.place(np.column_stack([10.0 + 120.0 * span, np.full(241, float(lat))]))
        draw_lines(axes, in_view([line], frame), stroke)
        for at, edge, align in ((0.0, -3.0, "right"), (frame.width, frame.width + 3.0, "left")):
            y = float(np.interp(at, line[:, 0], line[:, 1]))
            if named and 8 < y < frame.height - 8:
                axes.text(edge, y, f"{lat}°N", ha=align, va="center", rotation=90, **words)
