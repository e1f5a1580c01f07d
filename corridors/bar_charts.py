"""Bar charts: ways ranked by days and dollars, and what the dollars are paid for.

The ranking shows P10, P50 and P90 of a single trip, the quickest way by its P50 on top: half of all trips stay below P50, one in
ten stays below P10 and one in ten is above P90. The cost chart stacks the means of the components, since means add up
and quantiles do not; its totals are those of the profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.captions import (
    NO_WAY,
    Pair,
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
    PAPER,
    RIGHT,
    SMALL,
    TEXT,
    WIDTH,
    add_axes,
    badge,
    new_sheet,
    shorten,
    type_on,
    width_of,
    write,
)
from corridors.style import COST_FILLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.study import Way

LEVELS = (0.1, 0.5, 0.9)
FILLS = COST_FILLS | {"fee": COST_FILLS["fee"]._replace(hatch="..")}  # its grey is that of the rail tariff


def bars_figure(pair: Pair) -> Figure:
    """Days and dollars of every way of a pair, the quickest on top."""
    start, end = (place_name(pair.study, node) for node in (pair.origin, pair.destination))
    unit = f"USD per {unit_of(pair.study)}"
    title = f"Days and {unit}, {start} to {end}"
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    outcomes = [way.outcome for way in pair.ways if way.outcome]
    spreads = {
        "hours": np.array([np.quantile(o.hours, LEVELS) for o in outcomes]) * factor_of(pair.study, "hours"),
        "usd": np.array([np.quantile(o.usd, LEVELS) for o in outcomes]) * factor_of(pair.study, "usd"),
    }
    order = np.argsort(spreads["hours"][:, 1], kind="stable")
    how = "How to read: bars run from P10 to P90 of one consignment's trip, the upright is P50: half of all trips stay below it."
    row = 0.3
    body = 0.62 + row * len(order)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, how), body)
    names = _rows(figure, pair, [pair.ways[i] for i in order], bottom, row)
    width = (WIDTH - RIGHT - names - 0.3) / 2
    for k, (measure, words) in enumerate((("hours", "days"), ("usd", unit))):
        column = 1.0 if measure == "hours" else 1.45
        x = names + k * (width + 0.3)
        ax = add_axes(figure, x, bottom + 0.25, width - column, row * len(order))
        _ranks(ax, len(order), 1.03 * float(spreads[measure].max()))
        write(figure, x, bottom + body - 0.2, words, weight="bold", size=TEXT)
        write(figure, x + width, bottom + body - 0.2, "P50 (P10–P90)", size=SMALL, color=FAINT, ha="right")
        for y, i in enumerate(order):
            low, middle, high = spreads[measure][i]
            colour = pair.styles[pair.ways[i].corridor].colour
            ax.barh(y, high - low, left=low, height=0.5, color=colour, alpha=0.45, linewidth=0)
            ax.plot((middle, middle), (y - 0.34, y + 0.34), color=colour, linewidth=2.4, solid_capstyle="butt")
            spread = f"{figures(middle, measure)} ({figures(low, measure)}–{figures(high, measure)})"
            write(figure, x + width, bottom + 0.25 + row * (len(order) - y - 0.5), spread, ha="right", gid="end")
    return figure


def costs_figure(pair: Pair) -> Figure:
    """Mean dollars of every way of a pair by component, the cheapest on top."""
    start, end = (place_name(pair.study, node) for node in (pair.origin, pair.destination))
    title = f"Cost per {unit_of(pair.study)} by component, {start} to {end}"
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    factor = factor_of(pair.study, "usd")
    outcomes = [way.outcome for way in pair.ways if way.outcome]
    costs = [{part: float(np.sum(usd)) * factor for part, usd in o.usd_mean.items()} for o in outcomes]
    known = dict.fromkeys([*FILLS, *(part for c in costs for part in c)])
    parts = [part for part in known if max(c.get(part, 0.0) for c in costs) > 0]
    order = sorted(range(len(costs)), key=lambda i: sum(costs[i].values()))
    how = "How to read: bars are means, cut by what is paid for; the figures on the right are the mean total with P10 and P90."
    row = 0.36
    names = _names_width(pair)
    key_lines = _key_lines(parts)
    body = 0.68 + row * len(order) + 0.24 * len(key_lines)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, how), body)
    _rows(figure, pair, [pair.ways[i] for i in order], bottom, row)
    most = max(sum(c.values()) for c in costs)
    width = WIDTH - RIGHT - names - 1.75
    ax = add_axes(figure, names, bottom + 0.25, width, row * len(order))
    _ranks(ax, len(order), most * 1.005)
    for y, i in enumerate(order):
        left = 0.0
        for part in parts:
            value, fill = costs[i].get(part, 0.0), FILLS[part]
            ax.barh(
                y, value, left=left, height=0.66, color=fill.colour, hatch=fill.hatch, edgecolor=PAPER, linewidth=0.5
            )
            words = figures(value, "usd", 2)
            if value / most * width > width_of(words, SMALL) + 0.16:
                _amount(ax, left + value / 2, y, words, fill.colour, plain=not fill.hatch)
            left += value
        low, high = np.quantile(outcomes[i].usd * factor, (0.1, 0.9))
        total = f"{figures(left, 'usd')} ({figures(low, 'usd')}–{figures(high, 'usd')})"
        write(
            figure,
            WIDTH - RIGHT,
            bottom + 0.25 + row * (len(order) - y - 0.5),
            total,
            weight="bold",
            ha="right",
            gid="end",
        )
    write(figure, names, bottom + row * len(order) + 0.36, f"USD per {unit_of(pair.study)}", color=FAINT)
    write(
        figure, WIDTH - RIGHT, bottom + row * len(order) + 0.36, "mean (P10–P90)", size=SMALL, color=FAINT, ha="right"
    )
    _cost_key(figure, key_lines, bottom + body - 0.1)
    return figure


def _names_width(pair: Pair) -> float:
    """Where the bars begin, right of the corridors' names. [inch]"""
    return min(
        EDGE + 0.36 + max(width_of(corridor_name(pair.study, way.corridor), TEXT) for way in pair.ways), 0.4 * WIDTH
    )


def _rows(figure: Figure, pair: Pair, ways: Sequence[Way], bottom: float, row: float) -> float:
    """Badge and name of every row, the first on top; returns where the bars begin. [inch]"""
    names = _names_width(pair)
    for y, way in enumerate(ways):
        middle = bottom + 0.25 + row * (len(ways) - y - 0.5)
        badge(figure, EDGE + 0.09, middle, pair.styles[way.corridor], hollow=pair.is_hollow(way.corridor))
        write(figure, EDGE + 0.26, middle, shorten(corridor_name(pair.study, way.corridor), TEXT, names - EDGE - 0.32))
    return names


def _ranks(ax: Axes, rows: int, most: float) -> None:
    """Axes of so many rows, the first on top, from zero."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.set_xlim(0, most)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["bottom"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.grid(visible=True, axis="x")
    ax.set_axisbelow(True)
    ax.tick_params(length=0, labelsize=SMALL)


def _amount(ax: Axes, x: float, y: float, words: str, colour: str, *, plain: bool) -> None:
    """Figure inside a bar; on a hatched one it gets ground of its own."""
    ground = None if plain else {"boxstyle": "square,pad=0.12", "facecolor": colour, "edgecolor": "none"}
    ax.text(
        x, y, words, size=SMALL, color=type_on(colour), ha="center", va="center_baseline", bbox=ground, gid="amount"
    )


def _key_lines(parts: Sequence[str]) -> list[list[str]]:
    """Components of the key, broken into lines of the sheet's width."""
    lines: list[list[str]] = [[]]
    x = EDGE
    for part in parts:
        wide = 0.55 + width_of(FILLS[part].label, TEXT)
        if x + wide > WIDTH - RIGHT:
            lines.append([])
            x = EDGE
        lines[-1].append(part)
        x += wide
    return lines


def _cost_key(figure: Figure, lines: Sequence[Sequence[str]], top: float) -> None:
    from matplotlib.patches import Rectangle

    w, h = figure.get_size_inches()
    for i, line in enumerate(lines):
        x, y = EDGE, top - 0.24 * i
        for part in line:
            fill = FILLS[part]
            figure.add_artist(Rectangle(
                (x / w, (y - 0.065) / h), 0.24 / w, 0.13 / h, transform=figure.transFigure, facecolor=fill.colour, hatch=fill.hatch,
                edgecolor=PAPER, linewidth=0.5,
            ))  # fmt: skip
            write(figure, x + 0.31, y, fill.label)
            x += 0.55 + width_of(fill.label, TEXT)
