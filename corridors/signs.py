"""Signs of the map: what a railway, a band, a gate or a gauge break looks like.

Every sign is drawn by one function, used on the map and in its key alike, so that the two cannot differ. A railway is
a line with cross ties (a border has none, and is brown and pale); a road is two thin edges; lines under construction are dashed and planned ones
dotted. A corridor's band is full for rail, hollow for road and a string of dots at sea. The state of a gate is told by shape: ring
open, diamond restricted or slow, cross shut; a question mark beside it says that nobody knows the state on the date and that
the study assumes it. A gauge break is a bow tie, a change of mode a triangle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.lettering import LINE_SPACING, Type, font_of, text_size
from corridors.sheet import Stroke, draw_lines
from corridors.style import STATE_STYLES, STATUS_DASHES, Theme, grey_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

Points = NDArray[np.float64]

BAND_WIDTH = 2.5
BAND_PITCH = 2.9
BADGE_RADIUS = 4.4
TIE_SPACING = 5.0
TIE_LENGTH = 2.6
UNBUILT_BAND_DASHES = {"under_construction": (5.0, 1.1), "planned": (1.6, 1.1)}


def draw_band(  # noqa: PLR0913 - one band and its looks
    axes: Axes,
    lines: Sequence[Points],
    colours: tuple[str, str],
    kind: tuple[str, str],
    *,
    level: int = 0,
    gid: str = "",
    scale: float = 1.0,
) -> None:
    """Band of a corridor in its colour on paper, of one mode and status; a higher level runs over a lower one. [pt]."""
    colour, paper = colours
    mode, status = kind
    if mode in {"sea", "ferry"}:
        draw_lines(axes, lines, Stroke(colour, 2.0 * scale, 5.5, dash=(0.0, (0.01, 1.75)), cap="round", gid=gid))
        return
    z = 5.0 + 0.03 * level
    draw_lines(axes, lines, Stroke(paper, BAND_WIDTH * scale + 0.8, z))
    gaps = UNBUILT_BAND_DASHES.get(status)
    draw_lines(
        axes, lines, Stroke(colour, BAND_WIDTH * scale, z + 0.01, dash=(0.0, gaps) if gaps else "solid", gid=gid)
    )
    if mode == "road":
        draw_lines(axes, lines, Stroke(paper, BAND_WIDTH * scale * 0.42, z + 0.02))


def draw_railway(axes: Axes, lines: Sequence[Points], status: str, theme: Theme, *, small: bool = False) -> None:
    """Railway of the grey network: cross ties if in service, dashed or dotted if not; none of them on a small map. [pt]."""
    if small:
        dash = (0.0, (2.2, 1.4)) if status != "operational" else "solid"
        draw_lines(axes, lines, Stroke(theme.road, 0.5, 3.0, dash=dash, gid=f"rail-{status}"))
    elif status == "operational":
        draw_lines(axes, lines, Stroke(theme.rail, 0.7, 3.0, gid="rail-operational"))
        ties = [tie for line in lines for tie in _ties(line)]
        draw_lines(axes, ties, Stroke(theme.rail, 0.45, 3.0))
    else:
        draw_lines(axes, lines, Stroke(theme.rail, 1.15, 3.0, dash=(0.0, STATUS_DASHES[status]), gid=f"rail-{status}"))


def draw_road(axes: Axes, lines: Sequence[Points], theme: Theme) -> None:
    """Road of the grey network. [pt]."""
    draw_lines(axes, lines, Stroke(theme.road, 1.5, 2.6, gid="road"))
    draw_lines(axes, lines, Stroke(theme.land, 0.7, 2.7))


def draw_state(axes: Axes, x: float, y: float, state: str, theme: Theme) -> None:
    """Gate in its state on the date; a state assumed ends in ``, assumed``. [pt]."""
    known = state.removesuffix(", assumed")
    style = STATE_STYLES.get(known, STATE_STYLES["unknown"])
    face, edge = (c if theme.coloured else grey_of(c) for c in (style.face, style.edge))
    size = {"o": 4.9, "D": 4.6, "X": 7.6, "s": 5.0}.get(style.marker, 5.0)
    axes.plot(
        [x], [y], style.marker, markersize=size, markerfacecolor=face, markeredgecolor=edge,
        markeredgewidth=1.3 if style.marker != "X" else 0.7, zorder=7.0, gid=f"gate-{known}",
    )  # fmt: skip
    if state != known or known == "unknown":
        write(axes, (x + 3.4, y - 2.3), "?", Type(7.0, "bold"), Ink(theme.ink, theme.paper))


def draw_gauge_break(axes: Axes, x: float, y: float, theme: Theme) -> None:
    """Place where the gauge changes: a bow tie. [pt]."""
    from matplotlib.patches import Polygon

    for side in (-1.0, 1.0):
        corners = [(x, y), (x + side * 4.3, y + 3.3), (x + side * 4.3, y - 3.3)]
        axes.add_artist(
            Polygon(corners, facecolor=theme.ink, edgecolor=theme.paper, linewidth=0.5, zorder=7.1, joinstyle="miter")
        )


def draw_mode_change(axes: Axes, x: float, y: float, theme: Theme) -> None:
    """Place where cargo changes between train, truck and ship: a triangle. [pt]."""
    axes.plot(
        [x],
        [y],
        "^",
        markersize=5.6,
        markerfacecolor=theme.ink,
        markeredgecolor=theme.paper,
        markeredgewidth=0.6,
        zorder=7.05,
    )


def draw_origin(axes: Axes, x: float, y: float, theme: Theme) -> None:
    """Where the cargo starts: a ring with a dot. [pt]."""
    axes.plot(
        [x],
        [y],
        "o",
        markersize=8.2,
        markerfacecolor=theme.paper,
        markeredgecolor=theme.ink,
        markeredgewidth=1.5,
        zorder=7.2,
    )
    axes.plot([x], [y], "o", markersize=3.0, color=theme.ink, zorder=7.3)


def draw_destination(axes: Axes, x: float, y: float, theme: Theme) -> None:
    """Where the cargo ends: a full square. [pt]."""
    axes.plot(
        [x],
        [y],
        "s",
        markersize=7.4,
        markerfacecolor=theme.ink,
        markeredgecolor=theme.paper,
        markeredgewidth=1.0,
        zorder=7.2,
    )


def draw_town(axes: Axes, x: float, y: float, theme: Theme) -> None:
    """Town or station on the way. [pt]."""
    axes.plot(
        [x],
        [y],
        "o",
        markersize=2.6,
        markerfacecolor=theme.paper,
        markeredgecolor=theme.ink,
        markeredgewidth=0.7,
        zorder=6.5,
    )


def draw_badge(axes: Axes, x: float, y: float, letter: str, colour: str, *, gid: str | None = None) -> None:
    """Letter of a corridor in a disc of its colour. [pt]."""
    from matplotlib.patches import Circle

    axes.add_artist(
        Circle((x, y), BADGE_RADIUS, facecolor=colour, edgecolor="#ffffff", linewidth=0.8, zorder=6.8, gid=gid)
    )
    kind = Type(6.4 if len(letter) == 1 else 5.0, "bold")
    width, up, _ = text_size(letter, kind)
    write(axes, (x - width / 2.0, y - up / 2.0), letter, kind, Ink(_ink_on(colour), zorder=6.9))


class Ink(NamedTuple):
    """Colour of letters, and of the halo that sets them off the ground; no halo if empty."""

    colour: str
    halo: str = ""
    zorder: float = 8.0
    gid: str | None = None


def write(axes: Axes, at: tuple[float, float], text: str, kind: Type, ink: Ink) -> None:
    """Write text from the left end of its base line; the halo is a path beneath, so that SVG keeps the text as text. [pt]."""
    kind = kind.for_text(text)
    if ink.halo:
        _draw_halo(axes, at, text, kind, ink)
    axes.text(
        *at, text, fontproperties=font_of(kind), color=ink.colour, ha="left",
        va="baseline", zorder=ink.zorder, gid=ink.gid, clip_on=False, linespacing=LINE_SPACING,
    )  # fmt: skip


def _draw_halo(axes: Axes, at: tuple[float, float], text: str, kind: Type, ink: Ink) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.textpath import TextPath

    path = TextPath(at, text, size=kind.size, prop=font_of(kind))
    axes.add_artist(
        PathPatch(
            path, facecolor=ink.halo, edgecolor=ink.halo, linewidth=1.9, joinstyle="round", alpha=0.85,
            zorder=ink.zorder - 0.5, clip_on=False,
        )
    )  # fmt: skip


def _ties(line: Points) -> list[Points]:
    """Cross ties of a railway at even distances. [pt]."""
    step = np.diff(line, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    along = np.concatenate([[0.0], np.cumsum(length)])
    at = np.arange(TIE_SPACING / 2.0, along[-1], TIE_SPACING)
    if not len(at):
        return []
    i = np.clip(np.searchsorted(along, at, side="right") - 1, 0, len(length) - 1)
    unit = step[i] / np.maximum(length[i], 1e-9)[:, None]
    middle = line[i] + (at - along[i])[:, None] * unit
    cross = np.column_stack([-unit[:, 1], unit[:, 0]]) * TIE_LENGTH / 2.0
    return list(np.stack([middle - cross, middle + cross], axis=1))


def _ink_on(colour: str) -> str:
    """White or black, whichever is read better on a colour."""
    from matplotlib.colors import to_rgb

    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return "#ffffff" if 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.34 else "#111111"
