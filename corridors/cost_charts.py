"""Cost charts: what the dollars of every way are paid for, and where.

Bars stack means, since means add up and quantiles do not; their totals are those of the profile, with P10 and P90 beside
them. The same dollars are cut twice: by component (rail tariff, trucking, border fees ...) and by the country in which they are
spent, in the order in which the ways pass; what is paid at sea stands as such. A country that takes its fee at a border keeps it: the
two sides of a crossing are two rows. What a way round a shut gate adds is a difference of two whole ways and belongs to no
country; it stands apart.

Left out: who ends up with the money (a forwarder's fee is booked where the forwarder acts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridors.bar_charts import name_rows, rank_axes
from corridors.captions import NO_WAY, Pair, arrived, factor_of, figures, foot_lines, head_lines, place_name, unit_of
from corridors.paper import (
    EDGE,
    FAINT,
    PAPER,
    RIGHT,
    SMALL,
    TEXT,
    WIDTH,
    add_axes,
    new_sheet,
    type_on,
    width_of,
    write,
)
from corridors.style import COST_FILLS, COUNTRY_FILLS, FillStyle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Stack = dict[str, float]
Fills = Mapping[str, FillStyle]

FILLS: Fills = COST_FILLS | {"fee": COST_FILLS["fee"]._replace(hatch="..")}  # its grey is that of the rail tariff
ROW = 0.36  # height of a bar with its gap. [inch]


def stacks_of(pair: Pair, by: str) -> list[Stack]:
    """Mean dollars per load unit of each way of a pair, in its order.

    Parameters
    ----------
    pair
        Ways between two places.
    by
        "component" or "country" (ISO 3166-1 alpha-2; XZ at sea).
    """
    factor = factor_of(pair.study, "usd")
    found = []
    for way in pair.ways:
        if way.outcome is None or way.itinerary is None:
            continue
        stack: Stack = {}
        for part, usd in way.outcome.usd_mean.items():
            if by == "component" or part == "divert":
                stack[part] = float(np.sum(usd)) * factor
                continue
            for activity, value in zip(way.itinerary.activities, usd, strict=True):
                stack[activity.country] = stack.get(activity.country, 0.0) + float(value) * factor
        found.append(stack)
    return found


def costs_figure(pair: Pair, by: str = "component") -> Figure:
    """Mean dollars of every way of a pair by component or by country, the cheapest on top."""
    start, end = (place_name(pair.study, node) for node in (pair.origin, pair.destination))
    title = f"Cost per {unit_of(pair.study)} by {by}, {start} to {end}"
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    stacks = stacks_of(pair, by)
    fills = FILLS if by == "component" else COUNTRY_FILLS | {"divert": COST_FILLS["divert"]}
    parts = parts_of(stacks, fills)
    order = sorted(range(len(stacks)), key=lambda i: sum(stacks[i].values()))
    key_lines = _key_lines(parts, fills)
    body = 0.68 + ROW * len(order) + 0.24 * len(key_lines)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, _how_to_read(by)), body)
    left = name_rows(figure, pair, [pair.ways[i] for i in order], bottom, ROW)
    least = min(sum(v for v in stack.values() if v < 0) for stack in stacks)
    most = max(sum(v for v in stack.values() if v > 0) for stack in stacks)
    width = WIDTH - RIGHT - left - 1.75
    ax = add_axes(figure, left, bottom + 0.25, width, ROW * len(order))
    rank_axes(ax, len(order), most * 1.005, least=least)
    for y, i in enumerate(order):
        _bar(ax, y, stacks[i], {part: fills[part] for part in parts}, width / (most - least), codes=by == "country")
        outcome = pair.ways[i].outcome
        low, high = (
            np.quantile(arrived(outcome, "usd"), (0.1, 0.9)) * factor_of(pair.study, "usd") if outcome else (0, 0)
        )
        total = f"{figures(sum(stacks[i].values()), 'usd')} ({figures(low, 'usd')}–{figures(high, 'usd')})"
        at = bottom + 0.25 + ROW * (len(order) - y - 0.5)
        write(figure, WIDTH - RIGHT, at, total, weight="bold", ha="right", gid="end")
    head = bottom + ROW * len(order) + 0.36
    write(figure, left, head, f"USD per {unit_of(pair.study)}", color=FAINT)
    write(figure, WIDTH - RIGHT, head, "mean (P10–P90)", size=SMALL, color=FAINT, ha="right")
    _key(figure, key_lines, fills, bottom + body - 0.1)
    return figure


def _how_to_read(by: str) -> str:
    cut = {
        "component": "by what is paid for",
        "country": "by the country in which it is paid (ISO 3166 code), in the order of the key",
    }[by]
    return f"How to read: bars are means, cut {cut}; the figures on the right are the mean total with P10 and P90."


def parts_of(stacks: Sequence[Stack], fills: Fills) -> list[str]:
    """Parts that are not nothing in some stack, in the order of the fills."""
    known = dict.fromkeys([*fills, *(part for stack in stacks for part in stack)])
    return [part for part in known if any(stack.get(part, 0.0) != 0.0 for stack in stacks)]


def _bar(ax: Axes, y: int, stack: Stack, fills: Fills, scale: float, *, codes: bool) -> None:
    """One stacked bar; `scale` is inches to a dollar, `codes` writes the part's name beside its figure."""
    ends = [0.0, 0.0]  # what is saved (a way round may be cheaper) runs to the left of zero
    for part, fill in fills.items():
        value = stack.get(part, 0.0)
        left = ends[value < 0]
        ends[value < 0] += value
        ax.barh(
            y, value, left=left, height=0.66, color=fill.colour, hatch=fill.hatch, edgecolor=PAPER, linewidth=0.5,
            gid=f"part-{part}",
        )  # fmt: skip
        number = figures(value, "usd", 2)
        tries = (f"{part} {number}", part) if codes and part in COUNTRY_FILLS else (number,)
        words = next((w for w in tries if value * scale > width_of(w, SMALL) + 0.12), "")
        if words:
            _amount(ax, left + value / 2, y, words, fill.colour, plain=not fill.hatch)


def _amount(ax: Axes, x: float, y: float, words: str, colour: str, *, plain: bool) -> None:
    """Figure inside a bar; on a hatched one it gets ground of its own."""
    ground = None if plain else {"boxstyle": "square,pad=0.12", "facecolor": colour, "edgecolor": "none"}
    ax.text(
        x, y, words, size=SMALL, color=type_on(colour), ha="center", va="center_baseline", bbox=ground, gid="amount"
    )


def _key_lines(parts: Sequence[str], fills: Fills) -> list[list[str]]:
    """Parts of the key, broken into lines of the sheet's width."""
    lines: list[list[str]] = [[]]
    x = EDGE
    for part in parts:
        wide = 0.55 + width_of(fills[part].label, TEXT)
        if x + wide > WIDTH - RIGHT:
            lines.append([])
            x = EDGE
        lines[-1].append(part)
        x += wide
    return lines


def _key(figure: Figure, lines: Sequence[Sequence[str]], fills: Fills, top: float) -> None:
    from matplotlib.patches import Rectangle

    w, h = figure.get_size_inches()
    for i, line in enumerate(lines):
        x, y = EDGE, top - 0.24 * i
        for part in line:
            fill = fills[part]
            figure.add_artist(Rectangle(
                (x / w, (y - 0.065) / h), 0.24 / w, 0.13 / h, transform=figure.transFigure, facecolor=fill.colour, hatch=fill.hatch,
                edgecolor=PAPER, linewidth=0.5,
            ))  # fmt: skip
            write(figure, x + 0.31, y, fill.label)
            x += 0.55 + width_of(fill.label, TEXT)
