"""Charts of what would change the answer: swings, the line on which two ways are equal, a change step by step.

All three are of one pair of places and bear the same words above and below as every other chart (:mod:`corridors.captions`). Bars are told
apart by where they stand and by their words, never by hue alone: what raises a figure is dark and full, what lowers it is light and
hatched, so that they stay apart in grey. The records behind a chart are written beside it by the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.bar_charts import rank_axes
from corridors.captions import corridor_name, foot_lines, head_lines, pair_of, place_name
from corridors.charts import in_house_look
from corridors.figure_tables import signed
from corridors.paper import (
    EDGE,
    FAINT,
    GRID,
    INK,
    LEFT,
    RIGHT,
    SMALL,
    TEXT,
    WIDTH,
    add_axes,
    new_sheet,
    shorten,
    write,
)
from corridors.sensitivity import in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.captions import Pair
    from corridors.explanation import Explanation
    from corridors.sensitivity import Sensitivity
    from corridors.study import Study
    from corridors.switching import Rivals
    from sim.switching_value import Lever

MORE, LESS = "#314b6d", "#f5cfa8"
ROW = 0.27  # height of a bar with its gap. [inch]
SHOWN = 14
MEASURE_WORDS = {"generalized": "generalized cost", "usd": "dollars", "hours": "days"}


@in_house_look
def plot_tornado(study: Study, found: Sensitivity, most: int = SHOWN) -> Figure:
    """Swings of a way's mean: each input from its low to its high, the widest on top, then countries and activities.

    Parameters
    ----------
    study
        The study that the way is of.
    found
        What :func:`corridors.sensitivity.sensitivity` returns.
    most
        Inputs shown. [1]
    """
    pair = pair_of(study, found.way.origin, found.way.destination, [found.way.corridor])
    scale, unit = (24.0, "days") if found.measure == "hours" else (1.0, "USD")
    parts = [("one input", found.swings[:most])]
    parts += [(f"all of one {name}", found.groups[name][:5]) for name in ("country", "activity")]
    rows = [(head, swing) for head, swings in parts for swing in swings]
    title = f"What moves the mean of {corridor_name(study, found.way.corridor)}"
    if not rows:
        return sheet_of(pair, title, "Nothing that is drawn moves this figure: no variance.", 0.2)[0]
    how = (
        f"How to read: a bar runs from the mean {unit} with the input at its low end to that at its high end, all else as drawn; the upright is "
        "the mean as it is. A group moves with all its rows to the ends that make the figure smallest and largest."
    )
    heads = [head for head, swings in parts if swings]
    body = 0.55 + ROW * len(rows) + 0.32 * len(heads)
    figure, bottom = sheet_of(pair, title, how, body)
    left = EDGE + 3.3
    width = WIDTH - RIGHT - left - 1.35
    ends = [x / scale for _, s in rows for x in (s.low, s.high)]
    room = 0.06 * (max(ends) - min(ends))
    y = bottom + body - 0.3
    for head, swings in parts:
        if not swings:
            continue
        write(figure, EDGE, y, head[:1].upper() + head[1:], weight="bold")
        y -= 0.16
        height = ROW * len(swings)
        ax = add_axes(figure, left, y - height, width, height)
        rank_axes(ax, len(swings), max(ends) + room, least=min(ends) - room)
        if head != heads[-1]:
            ax.set_xticklabels([])
        ax.axvline(found.mean / scale, color=INK, linewidth=1.0, zorder=4)
        for i, s in enumerate(swings):
            low, high = s.low / scale, s.high / scale
            _bar(ax, i, found.mean / scale, high)
            _bar(ax, i, found.mean / scale, low)
            middle = y - ROW * (i + 0.5)
            write(figure, EDGE, middle, shorten(in_words(s.name), TEXT, left - EDGE - 0.1), gid="name")
            write(
                figure,
                WIDTH - RIGHT,
                middle,
                f"{low:,.1f} – {high:,.1f}" if unit == "days" else f"{low:,.0f} – {high:,.0f}",
                ha="right",
                gid="end",
            )
        y -= height + 0.16
    write(figure, left, bottom + body - 0.3, f"mean {unit}", color=FAINT, size=SMALL)
    write(figure, WIDTH - RIGHT, bottom + body - 0.3, "at low – at high", color=FAINT, size=SMALL, ha="right")
    return figure


@in_house_look
def plot_waterfall(study: Study, found: Explanation, before: str, after: str, most: int = SHOWN) -> Figure:
    """How a way's mean days go from one study to another, step by step.

    Parameters
    ----------
    study
        The study compared with (B).
    found
        What :func:`corridors.explanation.explain` returns.
    before, after
        What both sides are called.
    most
        Steps shown; the rest is one bar. [1]
    """
    from corridors.explanation import steps_of

    pair = pair_of(study, found.key[0], found.key[1], [found.key[2]])
    end = next(w for w in pair.ways if w.outcome is not None)
    total = float(end.outcome.hours[end.outcome.delivered].mean()) / 24.0 if end.outcome else 0.0
    steps = steps_of(found)
    bars = [(s.name, s.hours / 24.0, s.usd, ", ".join(s.because)) for s in steps[:most]]
    if steps[most:]:
        bars.append(
            (
                f"{len(steps) - most} smaller ones",
                sum(s.hours for s in steps[most:]) / 24.0,
                sum(s.usd for s in steps[most:]),
                "",
            )
        )
    origin, destination = (place_name(study, name) for name in found.key[:2])
    title = f"{found.key[2]}, {origin} to {destination}: {before} to {after}"
    how = (
        "How to read: the first bar is the mean days before, the last those after; each bar between adds (dark) or takes away (light, hatched) "
        f"days where the one above left off; under its name is what is behind it. Dollars beside it add up alike, to {signed(found.usd, 0)} USD in all. What stands above of "
        f"cargo, date and gates is of {after}."
    )
    row = 0.36
    body = 0.55 + row * (len(bars) + 2)
    figure, bottom = sheet_of(pair, title, how, body)
    left = EDGE + 3.3
    width = WIDTH - RIGHT - left - 1.9
    first = total - found.hours / 24.0
    run = np.concatenate([[first], first + np.cumsum([b[1] for b in bars])])
    least = max(0.0, float(run.min()) - 0.35 * float(np.ptp(run)) - 0.5)
    ax = add_axes(figure, left, bottom + 0.25, width, row * (len(bars) + 2))
    rank_axes(ax, len(bars) + 2, float(run.max()) + 0.03 * (float(run.max()) - least), least=least)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    names = [f"mean days, {before}", *(b[0] for b in bars), f"mean days, {after}"]
    said = [f"{first:.1f}", *(f"{signed(b[1], 2)}   {signed(b[2], 0)} USD" for b in bars), f"{total:.1f}"]
    for i, (name, figure_) in enumerate(zip(names, said, strict=True)):
        middle = bottom + 0.25 + row * (len(names) - i - 0.5)
        weight = "bold" if i in (0, len(names) - 1) else "normal"
        cause = bars[i - 1][3] if 0 < i < len(names) - 1 else ""
        up = 0.07 if cause else 0.0
        write(figure, EDGE, middle + up, shorten(name, TEXT, left - EDGE - 0.1), weight=weight, gid="name")
        write(
            figure, EDGE, middle - 0.075, shorten(cause, SMALL, left - EDGE - 0.1), size=SMALL, color=FAINT, gid="cause"
        )
        write(figure, WIDTH - RIGHT, middle, figure_, ha="right", weight=weight, gid="end")
        if weight == "bold":
            ax.barh(i, (first if i == 0 else total) - least, left=least, height=0.6, color="#8f9aa5", linewidth=0)
        else:
            _bar(ax, i, float(run[i - 1]), float(run[i]))
            ax.plot((run[i - 1], run[i - 1]), (i - 1.3, i - 0.3), color=FAINT, linewidth=0.6, zorder=1)
    write(
        figure,
        left,
        bottom + body - 0.2,
        "days" if least == 0 else f"days (axis begins at {least:.0f})",
        color=FAINT,
        size=SMALL,
    )
    return figure


@in_house_look
def plot_frontier(found: Rivals, first: Lever, second: Lever, line: Sequence[tuple[float, float | None]]) -> Figure:
    """Line of two inputs on which two ways are equal, and which way is the better on either side of it.

    Parameters
    ----------
    found
        The two ways.
    first, second
        The inputs, along and up.
    line
        What :func:`corridors.switching.frontier_of` returns.
    """
    study = found.study
    pair = pair_of(study, found.a.origin, found.a.destination, [found.a.corridor, found.b.corridor])
    ends = f"{place_name(study, pair.origin)} to {place_name(study, pair.destination)}"
    title = f"Where two ways are equal in {MEASURE_WORDS[found.measure]}, {ends}"
    known = [(x, y) for x, y in line if y is not None]
    how = (
        "How to read: on the line the means of both ways are equal; the words say which is the better on either side. The grey box is the range "
        "of both inputs as the tables have it, the cross their means. Where the line is missing no value tried makes them equal. Neither axis need begin at 0."
    )
    height = 4.6
    figure, bottom = sheet_of(pair, title, how, height + 0.95)
    ax = add_axes(figure, LEFT + 0.3, bottom + 0.55, WIDTH - LEFT - RIGHT - 0.5, height)
    ys = [y for _, y in known]
    low = min([second.low, *ys])
    high = max([second.high, *ys])
    ax.set_xlim(first.low, first.high)
    ax.set_ylim(max(0.0, low - 0.08 * (high - low)), high + 0.08 * (high - low))
    ax.grid(visible=True)
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, labelsize=SMALL)
    ax.fill_between((first.low, first.high), second.low, second.high, color=GRID, alpha=0.35, linewidth=0, zorder=1)
    broken = [
        np.nan if y is None else y for _, y in line
    ]  # a missing value breaks the line: nothing is joined across it
    ax.plot([x for x, _ in line], broken, color=INK, linewidth=2.0, zorder=3, gid="frontier")
    ax.plot([first.mean], [second.mean], marker="+", markersize=12, markeredgewidth=2, color=INK, zorder=4, gid="means")
    base = bottom + 0.55
    ax.annotate(
        "as the tables have it", (first.mean, second.mean), xytext=(10, 0), textcoords="offset points", va="center", size=SMALL,
        color=INK, zorder=5, bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
    )  # fmt: skip
    write(figure, LEFT + 0.3, base - 0.36, _axis_words(study, first), color=FAINT)
    write(figure, LEFT + 0.3, base + height + 0.15, _axis_words(study, second), color=FAINT)
    _sides(ax, found, first, second, known)
    return figure


def _axis_words(study: Study, lever: Lever) -> str:
    """Input in words, with its name and unit."""
    from corridors.report_words import what_is

    words = what_is(study, lever.name)
    name = "" if lever.name in words else f", {lever.name}"
    return f"{words[:1].upper()}{words[1:]}{name} [{lever.unit}]"


def _sides(ax: Axes, found: Rivals, first: Lever, second: Lever, known: Sequence[tuple[float, float]]) -> None:
    """Name of the better way above and below the line, where there is room for it."""
    low, high = ax.get_ylim()
    x = (first.low + first.high) / 2
    at = float(np.interp(x, [p for p, _ in known], [q for _, q in known])) if known else second.mean
    for y in ((at + high) / 2, (at + low) / 2):
        draws = second.set_to(y, first.set_to(x, found.duel.draws))
        better = found.a if found.duel.gap(draws) < 0 else found.b
        words = f"{corridor_name(found.study, better.corridor)} is the better way"
        box = {"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
        ax.text(x, y, words, ha="center", va="center", size=TEXT, color=INK, zorder=5, bbox=box, gid="side")


def _bar(ax: Axes, row: int, start: float, end: float) -> None:
    """Bar from one value to another: dark where it rises, light and hatched where it falls."""
    rises = end >= start
    ax.barh(
        row, abs(end - start), left=min(start, end), height=0.62, color=MORE if rises else LESS, hatch="" if rises else "////",
        edgecolor=MORE if rises else INK, linewidth=0.4, zorder=3,
    )  # fmt: skip


def sheet_of(pair: Pair, title: str, how: str, body: float) -> tuple[Figure, float]:
    """Sheet of a pair of places with its words above and below; the figure and the height at which the body begins."""
    return new_sheet(title, head_lines(pair), foot_lines(pair, how), body)
