"""Ranking: ways by days and dollars, and the rows of names that all charts with a row a way share.

The ranking shows P10, P50 and P90 of a single trip, the quickest way by its P50 on top: half of all trips stay below P50, one in
ten stays below P10 and one in ten is above P90. A trip that is not delivered has no days, and is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.captions import (
    NO_WAY,
    Pair,
    arrived,
    corridor_name,
    factor_of,
    figures,
    foot_lines,
    head_lines,
    place_name,
    unit_of,
)
from corridors.paper import (
    EDGE,
    FAINT,
    INK,
    RIGHT,
    SMALL,
    TEXT,
    WIDTH,
    add_axes,
    badge,
    new_sheet,
    shorten,
    width_of,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.study import Way
    from sim.draws import Floats

LEVELS = (0.1, 0.5, 0.9)


def spreads_of(pair: Pair, measure: str) -> Floats:
    """P10, P50 and P90 of every way of a pair, shape (way, 3). [day] or [USD per load unit]."""
    totals = [arrived(way.outcome, measure) for way in pair.ways if way.outcome]
    return np.array([np.quantile(values, LEVELS) for values in totals]) * factor_of(pair.study, measure)


def bars_figure(pair: Pair) -> Figure:
    """Days and dollars of every way of a pair, the quickest on top."""
    start, end = (place_name(pair.study, node) for node in (pair.origin, pair.destination))
    unit = f"USD per {unit_of(pair.study)}"
    title = f"Days and {unit}, {start} to {end}"
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    spreads = {name: spreads_of(pair, name) for name in ("hours", "usd")}
    order = np.argsort(spreads["hours"][:, 1], kind="stable")
    how = "How to read: bars run from P10 to P90 of one consignment's trip, the upright is P50: half of all trips stay below it."
    row = 0.3
    body = 0.62 + row * len(order)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, how), body)
    names = name_rows(figure, pair, [pair.ways[i] for i in order], bottom, row)
    width = (WIDTH - RIGHT - names - 0.3) / 2
    for k, (measure, words) in enumerate((("hours", "days"), ("usd", unit))):
        column = 1.0 if measure == "hours" else 1.45
        x = names + k * (width + 0.3)
        ax = add_axes(figure, x, bottom + 0.25, width - column, row * len(order))
        rank_axes(ax, len(order), 1.03 * float(spreads[measure].max()))
        write(figure, x, bottom + body - 0.2, words, weight="bold", size=TEXT)
        write(figure, x + width, bottom + body - 0.2, "P50 (P10–P90)", size=SMALL, color=FAINT, ha="right")
        for y, i in enumerate(order):
            low, middle, high = spreads[measure][i]
            colour = pair.styles[pair.ways[i].corridor].colour
            ax.barh(y, high - low, left=low, height=0.5, color=colour, alpha=0.45, linewidth=0)
            ax.plot((middle, middle), (y - 0.34, y + 0.34), color=INK, linewidth=2.4, solid_capstyle="butt")
            spread = f"{figures(middle, measure)} ({figures(low, measure)}–{figures(high, measure)})"
            write(figure, x + width, bottom + 0.25 + row * (len(order) - y - 0.5), spread, ha="right", gid="end")
    return figure


def names_width(pair: Pair) -> float:
    """Where the bars begin, right of the corridors' names. [inch]"""
    return min(
        EDGE + 0.36 + max(width_of(corridor_name(pair.study, way.corridor), TEXT) for way in pair.ways), 0.4 * WIDTH
    )


def name_rows(figure: Figure, pair: Pair, ways: Sequence[Way], bottom: float, row: float) -> float:
    """Badge and name of every row, the first on top; returns where the bars begin. [inch]"""
    names = names_width(pair)
    for y, way in enumerate(ways):
        middle = bottom + 0.25 + row * (len(ways) - y - 0.5)
        badge(figure, EDGE + 0.09, middle, pair.styles[way.corridor], hollow=pair.is_hollow(way.corridor))
        write(figure, EDGE + 0.26, middle, shorten(corridor_name(pair.study, way.corridor), TEXT, names - EDGE - 0.32))
    return names


def rank_axes(ax: Axes, rows: int, most: float, *, least: float = 0.0) -> None:
    """Axes of so many rows, the first on top, from zero or from what is less."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    ax.set_xlim(least, most)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["bottom"].set_visible(False)
    ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(least, most)
    ax.xaxis.set_major_locator(FixedLocator([t for t in ticks if least <= t <= most]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.grid(visible=True, axis="x")
    ax.set_axisbelow(True)
    ax.tick_params(length=0, labelsize=SMALL)
