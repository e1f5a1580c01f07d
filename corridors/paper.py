"""Paper: type and layout of charts, in inches.

A chart is laid out like a printed page: everything stands at inches from the lower left corner of the sheet, and the
sheet is as tall as its words and panels need. Sizes of type are known before anything is drawn (:mod:`corridors.lettering`),
so lines are broken, names shortened and labels set apart by arithmetic, and nothing is drawn twice to find out.

Sheets are 11 inches wide: A4 across, or A3 upright where there are many ways. No type is below 7 points at that size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.canvas import new_canvas
from corridors.lettering import Type, text_size
from corridors.style import THEMES, CorridorStyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.draws import Floats

INK, FAINT, GRID, PAPER = (getattr(THEMES["light"], name) for name in ("ink", "faint_ink", "grid", "paper"))
RANGE = "#9fb3c9"
"""Bar from P10 to P90 behind the mark of a figure."""
SMALL, TEXT, TITLE = 7.2, 8.2, 14.0  # points
LINE = 1.32  # line height, in sizes of type
BETWEEN = 0.045  # inches between paragraphs
WIDTH, EDGE, LEFT, RIGHT = 11.0, 0.28, 0.66, 0.28  # inches; text begins at EDGE, axes at LEFT


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Width of the widest line of a text. [inch]."""
    return text_size(text, Type(size, weight))[0] / 72


def wrap(text: str, size: float, width: float, weight: str = "normal") -> list[str]:
    """Lines of `text` that are at most `width` inches wide, reckoned word by word so that words are measured once."""
    blank = width_of("n n", size, weight) - 2 * width_of("n", size, weight)
    lines: list[str] = []
    room = 0.0
    for word in text.split():
        wide = width_of(word, size, weight) + blank
        if lines and wide <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
            room = width
        room -= wide
    return lines


def shorten(text: str, size: float, width: float, weight: str = "normal") -> str:
    """`text`, cut with an ellipsis where it is wider than `width` inches."""
    short = text
    while short and width_of(short + "…" * (short != text), size, weight) > width:
        short = short[:-1].rstrip()
    return short if short == text else short + "…"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> Floats:
    """Places nearest to the ascending `wanted` (least squares) that are `gap` apart and within bounds.

    Examples
    --------
    >>> [float(y) for y in spread([1.0, 1.0, 5.0], 1.0, 0.0, 9.0)]
    [0.5, 1.5, 5.0]
    """
    shifts = gap * np.arange(len(wanted))
    blocks: list[list[float]] = []
    for value in np.asarray(wanted, dtype=np.float64) - shifts:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    level = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks] or [np.zeros(0)])
    return np.asarray(np.clip(level, low, max(low, high - (shifts[-1] if len(shifts) else 0.0))) + shifts)


def new_sheet(title: str, head: Sequence[str], foot: Sequence[str], body: float) -> tuple[Figure, float]:
    """Figure with its title and the lines above and below a body of that height; also the bottom of the body. [inch]"""
    room = WIDTH - EDGE - RIGHT
    blocks = (
        [(wrap(text, TEXT, room), TEXT, INK) for text in head],
        [(wrap(text, SMALL, room), SMALL, FAINT) for text in foot],
    )
    tall = [sum(len(lines) * size * LINE / 72 + BETWEEN for lines, size, _ in part) for part in blocks]
    bottom = tall[1] + 0.3
    height = bottom + body + tall[0] + 0.62
    figure = new_canvas(WIDTH, height)
    write(figure, EDGE, height - 0.2, title, size=TITLE, weight="bold", va="top")
    for part, top in zip(blocks, (height - 0.5, bottom - 0.12), strict=True):
        y = top
        for lines, size, colour in part:
            for line in lines:
                write(figure, EDGE, y, line, size=size, color=colour, va="top")
                y -= size * LINE / 72
            y -= BETWEEN
    return figure, bottom


def write(figure: Figure, x: float, y: float, text: str, **looks: Any) -> None:
    """Text at inches from the lower left corner of the sheet."""
    width, height = figure.get_size_inches()
    figure.text(x / width, y / height, text, **({"va": "center", "size": TEXT, "color": INK} | looks))


def add_axes(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    """Axes at inches from the lower left corner of the sheet."""
    w, h = figure.get_size_inches()
    return figure.add_axes((x / w, y / h, width / w, height / h))


def stroke(figure: Figure, xs: Sequence[float], ys: Sequence[float], **looks: Any) -> None:
    """Line through inches from the lower left corner of the sheet."""
    from matplotlib.lines import Line2D

    w, h = figure.get_size_inches()
    figure.add_artist(Line2D([x / w for x in xs], [y / h for y in ys], transform=figure.transFigure, **looks))


def badge(figure: Figure, x: float, y: float, style: CorridorStyle, *, hollow: bool) -> None:
    """Letter of a corridor on a disc of its colour, or in a ring of it."""
    write(
        figure, x, y, style.letter, size=SMALL, weight="bold", ha="center", gid="badge",
        color=style.colour if hollow else type_on(style.colour),
        bbox={"boxstyle": "circle,pad=0.22", "facecolor": PAPER if hollow else style.colour, "edgecolor": style.colour},
    )  # fmt: skip


def type_on(colour: str) -> str:
    """White or ink, whichever is easier to read on a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light: str = PAPER
    dark: str = INK
    return light if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.3 else dark
