"""The profile chart: all ways over one another, then one panel a way.

Above, the means of all ways with their totals at the line ends; below, each way alone before the others in grey, with
its band from P10 to P90, its largest steps labelled and the countries along its foot, since eleven profiles drawn over
one another can be ranked but not read. All panels share their axes. A single way gets one large panel.

Rail is solid, road dashed, water dotted, so that colour is free to name the corridor, as in all pictures; where there
are more corridors than colours, the lines of the second round are hollow. Where one way is mostly voyage and far longer
than all others, distances beyond the others are drawn at a smaller scale on shaded ground.

Left out: break-even distances, and a second axis in hours (one day is 24 of them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.captions import NO_WAY, Measure, Pair, figures, foot_lines, head_lines, place_name, unit_of
from corridors.paper import (
    EDGE,
    FAINT,
    GRID,
    INK,
    LEFT,
    PAPER,
    RIGHT,
    SMALL,
    TEXT,
    WIDTH,
    add_axes,
    badge,
    new_sheet,
    shorten,
    spread,
    stroke,
    width_of,
    wrap,
    write,
)
from corridors.profiles import BEYOND, Curve, Scale, curves_of
from corridors.step_labels import place_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CONTEXT = "#d3d7db"
MODE_DASHES: dict[str, Any] = {"rail": "-", "road": (0, (3.6, 1.5)), "sea": (0, (1.0, 1.3)), "ferry": (0, (1.0, 1.3))}
OVERVIEW, PANEL, GAP = 4.4, 2.05, 0.26  # inches: height of the panel of all ways, of a panel of one, and between two
STRIP = 0.15  # inches at the foot of a panel for the countries


def profile_figure(pair: Pair, measure: Measure, logged: Sequence[Curve] = ()) -> Figure:
    """Profile of every way of a pair, for print at full size; trip logs are drawn after the ways on the same axes."""
    start, end = (place_name(pair.study, node) for node in (pair.origin, pair.destination))
    unit = "days" if measure == "hours" else f"USD per {unit_of(pair.study)}"
    title = f"{unit[0].upper()}{unit[1:]} by distance, {start} to {end}"
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    curves, scale = curves_of(pair, measure, logged)
    columns = {1: 0, 2: 2, 4: 2}.get(len(curves), 3)
    width = (WIDTH - LEFT - RIGHT - GAP * (columns - 1)) / max(columns, 1)
    names = [wrap(c.name, SMALL, width - 0.27, "bold")[:2] for c in curves]
    pitch = PANEL + 0.43 + 0.13 * max(len(lines) for lines in names)
    rows = -(-len(curves) // columns) if columns else 0
    body = OVERVIEW + 0.95 + (rows * pitch + 0.57 if rows else 0.0)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, _how_to_read(measure, scale)), body)
    top = bottom + body
    _mode_key(figure, top - 0.1, {mode for c in curves for mode, _, _ in c.runs})
    _overview(figure, curves, scale, base=top - 0.5 - OVERVIEW, height=OVERVIEW)
    write(figure, EDGE, top - 0.4, unit, color=FAINT)
    write(figure, LEFT, top - OVERVIEW - 0.82, f"km from {start}", color=FAINT)
    if rows:
        heading = "Way by way, with its largest stops"
        write(figure, EDGE, top - OVERVIEW - 1.12, heading, size=TEXT + 1.3, weight="bold")
        units = f"{unit} upward, km from {start} along"
        write(figure, EDGE + 0.15 + width_of(heading, TEXT + 1.3, "bold"), top - OVERVIEW - 1.12, units, color=FAINT)
    for i, curve in enumerate(curves if rows else ()):
        row, column = divmod(i, columns)
        box = (LEFT + column * (width + GAP), top - OVERVIEW - 1.12 - (row + 1) * pitch, width, PANEL)
        _title(figure, curve, names[i], measure, box)
        ax = _facet(figure, curve, curves, scale, box)
        ax.tick_params(labelleft=column == 0, labelbottom=i + columns >= len(curves))
    return figure


def _how_to_read(measure: str, scale: Scale) -> str:
    smaller = f" Beyond {scale.kink:,.0f} km distances are drawn at a smaller scale, so slopes are steeper there than they should be."
    return (
        f"How to read: a slope is movement, the steeper the {'slower' if measure == 'hours' else 'dearer'} (a driver's rest is part of "
        "it); a vertical step is a stop, labelled with its place, its mean and what happens there. Lines are means of the running "
        "total; shaded bands and figures in brackets run from P10 to P90. Countries along the foot of a panel by ISO 3166 code."
        f"{smaller if scale.kink < scale.far else ''}"
    )


def _mode_key(figure: Figure, y: float, modes: set[str]) -> None:
    """Line styles of the modes drawn, in a row."""
    x = EDGE
    for mode in (m for m in ("rail", "road", "sea", "ferry") if m in modes):
        stroke(figure, (x, x + 0.42), (y, y), color=INK, linewidth=1.6, linestyle=MODE_DASHES[mode])
        write(figure, x + 0.5, y, mode)
        x += 0.72 + width_of(mode, TEXT)
    stroke(figure, (x + 0.1, x + 0.1), (y - 0.07, y + 0.07), color=INK, linewidth=2.4, solid_capstyle="butt")
    write(figure, x + 0.24, y, "stop")


def _scaled(ax: Axes, scale: Scale, top: float, foot: float) -> None:
    """Ticks, grid and limits; `foot` is the share of the height kept free below zero."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    ax.set_xscale("function", functions=(scale.across, scale.distance))
    ax.set_xlim(0, scale.far)
    ax.set_ylim(-top * foot / (1 - foot), top)
    near = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(0, min(scale.kink, scale.far))
    ticks = [t for t in near if 0 <= t <= min(scale.kink, scale.far)]
    if scale.kink < scale.far:
        ticks += [
            t for t in MaxNLocator(2, steps=[1, 2, 5, 10]).tick_values(0, scale.far) if scale.kink < t <= scale.far
        ]
        ax.axvspan(scale.kink, scale.far, color=GRID, alpha=0.35, linewidth=0, zorder=0)
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    days = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0, top)
    ax.yaxis.set_major_locator(FixedLocator([t for t in days if 0 <= t <= top]))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.grid(visible=True, axis="y", zorder=0)
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, labelsize=SMALL)


def _draw(ax: Axes, curve: Curve, width: float) -> None:
    """Line of a way: slopes by mode, stops as heavier steps; a hollow line where its colour is used a second time."""
    for mode, i, j in curve.runs:
        looks = {
            "linestyle": MODE_DASHES.get(mode, "-"), "linewidth": width if mode else 1.6 * width, "zorder": 4 if mode else 5,
            "solid_capstyle": "butt", "dash_capstyle": "butt",
        }  # fmt: skip
        x, y = curve.km[i : j + 1], curve.mean[i : j + 1]
        ax.plot(x, y, color=curve.style.colour, **looks)
        if curve.hollow:
            ax.plot(x, y, color=PAPER, **looks | {"linewidth": 0.45 * looks["linewidth"]})


def total_words(curve: Curve, measure: str) -> str:
    """Mean total with P10 and P90, as 32 d (23–43)."""
    low, high = figures(curve.p10[-1], measure), figures(curve.p90[-1], measure)
    if curve.p10[-1] == curve.p90[-1]:  # a trip that was logged: one trip has no spread
        return f"{figures(curve.mean[-1], measure)} {'d' if measure == 'hours' else 'USD'}"
    return f"{figures(curve.mean[-1], measure)} {'d' if measure == 'hours' else 'USD'} ({low}–{high})"


def _overview(figure: Figure, curves: Sequence[Curve], scale: Scale, *, base: float, height: float) -> None:
    """All ways over one another, each labelled at its end."""
    few = len(curves) <= 4
    totals = [total_words(c, scale.measure) for c in curves]
    wide = max(*(width_of(c.name, SMALL) for c in curves), *(width_of(t, TEXT, "bold") for t in totals))
    margin = min(0.58 + wide, 0.36 * WIDTH)
    width = WIDTH - LEFT - RIGHT - margin
    edge = LEFT + width
    highest = scale.top if few else max(float(c.mean[-1]) for c in curves) * 1.06
    ax = add_axes(figure, LEFT, base, width, height)
    foot = STRIP if len(curves) == 1 else 0.0
    _scaled(ax, scale, highest, foot / height)
    base, height = base + foot, height - foot
    order = sorted(range(len(curves)), key=lambda i: curves[i].mean[-1])
    wanted = [base + curves[i].mean[-1] / highest * height for i in order]
    for i, at, y in zip(order, wanted, spread(wanted, 0.36, base + 0.1, base + height), strict=True):
        curve, total = curves[i], totals[i]
        if few:
            ax.fill_between(curve.km, curve.p10, curve.p90, color=curve.style.colour, alpha=0.13, linewidth=0, zorder=1)
        _draw(ax, curve, 1.5 if few else 1.25)
        ax.plot(curve.km[-1:], curve.mean[-1:], curve.style.marker, color=PAPER if curve.hollow else curve.style.colour,
                markersize=5, markeredgecolor=curve.style.colour if curve.hollow else PAPER, markeredgewidth=0.6, zorder=6,
                clip_on=False)  # fmt: skip
        end = LEFT + scale.across(curve.km[-1]) * width
        stroke(figure, (end, edge, edge + 0.2, edge + 0.27), (at, at, y, y), color=curve.style.colour, alpha=0.6,
                linewidth=0.6, zorder=0.5)  # fmt: skip
        badge(figure, edge + 0.37, y, curve.style, hollow=curve.hollow)
        write(figure, edge + 0.55, y + 0.075, shorten(curve.name, SMALL, margin - 0.5), size=SMALL, gid="end")
        write(figure, edge + 0.55, y - 0.075, total, weight="bold", gid="end")
    if scale.kink < scale.far:
        write(
            figure,
            LEFT + (1 - 0.5 * BEYOND) * width,
            base + 0.12,
            "smaller scale",
            size=SMALL,
            color=FAINT,
            ha="center",
        )
    if foot:
        _strip(ax, curves[0], scale, width)
        _steps(ax, curves[0], scale, (width, height), 9)


def _title(
    figure: Figure, curve: Curve, lines: Sequence[str], measure: str, box: tuple[float, float, float, float]
) -> None:
    """Letter, name and total of a way above its panel."""
    x, top = box[0], box[1] + box[3] + 0.13
    write(figure, x + 0.26, top, f"{total_words(curve, measure)}, {curve.km[-1]:,.0f} km", size=SMALL)
    for i, line in enumerate(reversed(lines)):
        write(figure, x + 0.26, top + 0.15 + 0.13 * i, line, size=SMALL, weight="bold")
    badge(figure, x + 0.09, top + 0.15 + 0.13 * (len(lines) - 1), curve.style, hollow=curve.hollow)


def _facet(
    figure: Figure, curve: Curve, curves: Sequence[Curve], scale: Scale, box: tuple[float, float, float, float]
) -> Axes:
    """One way before the others in grey: band, labelled steps, countries along the foot."""
    from matplotlib.collections import LineCollection

    _, _, width, height = box
    ax = add_axes(figure, *box)
    _scaled(ax, scale, scale.top, STRIP / height)
    others = [np.column_stack((c.km, c.mean)) for c in curves if c is not curve]
    ax.add_collection(LineCollection(others, colors=CONTEXT, linewidths=0.6, zorder=1.5), autolim=False)
    ax.fill_between(curve.km, curve.p10, curve.p90, color=curve.style.colour, alpha=0.2, linewidth=0, zorder=2)
    _draw(ax, curve, 1.3)
    _strip(ax, curve, scale, width)
    _steps(ax, curve, scale, (width, height - STRIP), 6)
    return ax


def _strip(ax: Axes, curve: Curve, scale: Scale, width: float) -> None:
    """Countries passed, between the axis and zero."""
    low = ax.get_ylim()[0]
    ax.axhline(0.0, color=FAINT, linewidth=0.4, zorder=3)
    for country, start, end in curve.countries:
        ax.plot((end, end), (low, 0.0), color=FAINT, linewidth=0.4, zorder=3)
        left, right = (float(scale.across(km)) * width for km in (start, end))
        if right - left >= width_of(country, 7.0) + 0.03:
            middle = float(scale.distance((left + right) / 2 / width))
            ax.text(middle, low / 2, country, size=7.0, color=FAINT, ha="center", va="center_baseline", gid="country")


def _steps(ax: Axes, curve: Curve, scale: Scale, size: tuple[float, float], most: int) -> None:
    """Labels of the largest steps."""
    width, height = size
    top = ax.get_ylim()[1]

    def data(x: float, y: float) -> tuple[float, float]:
        return float(scale.distance(x / width)), y / height * top

    for label in place_labels(curve, scale, size, most):
        ax.plot(
            *zip(data(*label.tip), data(*label.anchor), strict=True), color=INK, linewidth=0.5, zorder=6, gid="leader"
        )
        ax.text(
            *data(label.x + (label.wide if label.side == "l" else 0.0), label.y), label.text, size=SMALL, color=INK, va="center",
            ha="right" if label.side == "l" else "left", linespacing=1.15, zorder=7, gid="step",
            bbox={"boxstyle": "square,pad=0.08", "facecolor": PAPER, "alpha": 0.6, "edgecolor": "none"},
        )  # fmt: skip
