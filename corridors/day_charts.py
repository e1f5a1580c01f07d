r"""Day charts: how the days of every way are spread, and which share of the trips arrives within N days.

Both read the same draws, and all ways share one axis. The first shows the shape: a hill a way, as high where a day more is
likelier, with P10, P50 and P90 upright in it. The second shows the sum of it,

    F(N) = share of trips delivered within N days,

so that a deadline is read off at once: 60 % within 30 days means that four boxes in ten come too late. A trip that is not
delivered never arrives, so its curve stays below one. Hills are histograms of the draws smoothed by a Gaussian of half a day
or of a tenth of the spread, whichever is more; they show shape, and no figure is read off them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.bar_charts import LEVELS, name_rows, rank_axes, spreads_of
from corridors.captions import NO_WAY, Pair, arrived, corridor_name, figures, foot_lines, head_lines, place_name
from corridors.paper import (
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
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.draws import Floats

ROW = 0.42  # height of a way's hill with its gap. [inch]
REACH = 0.975  # share of the trips of each way that the axis holds at least


def days_of(pair: Pair) -> list[Floats]:
    """Days of the delivered trips of each way of a pair, in its order."""
    return [arrived(way.outcome, "hours") / 24.0 for way in pair.ways if way.outcome]


def far_of(days: list[Floats]) -> float:
    """End of the axis: the day by which `REACH` of the trips of each way have arrived. [day]."""
    return 1.03 * max(float(np.quantile(values, REACH)) for values in days)


def days_figure(pair: Pair, deadline: float | None = None) -> Figure:
    """Distribution of days of every way, the quickest on top, all on one axis."""
    title = f"How long it takes, {_ends(pair)}"
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    days = days_of(pair)
    spreads = spreads_of(pair, "hours")
    order = np.argsort(spreads[:, 1], kind="stable")
    far = far_of(days)
    beyond = max(float((values > far).mean()) for values in days)
    cut = f" Trips longer than {far:.0f} days are not drawn: at most {100 * beyond:.1f} % of those of any way."
    how = (
        "How to read: the higher a hill, the likelier that length of a trip; all hills are drawn equally high. Uprights are P10, "
        "P50 (thick) and P90: half of all trips stay below P50, one in ten above P90." + (cut if beyond > 0 else "")
    )
    body = 0.62 + ROW * len(order)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, how), body)
    left = name_rows(figure, pair, [pair.ways[i] for i in order], bottom, ROW)
    width = WIDTH - RIGHT - left - 1.0
    ax = add_axes(figure, left, bottom + 0.25, width, ROW * len(order))
    rank_axes(ax, len(order), far)
    hills = [_hill(days[i], far) for i in order]
    for y, i in enumerate(order):
        at, height = hills[y]
        colour = pair.styles[pair.ways[i].corridor].colour
        base = y + 0.42
        high = 0.84 * height / height.max()
        told = np.flatnonzero(high > 0.003)
        seen = (at >= at[told[0]]) & (at <= at[told[-1]])  # from the first trip to the last, without gaps between
        ax.plot((0, far), (base, base), color=GRID, linewidth=0.6, zorder=1)
        ax.fill_between(at, base, base - high, where=seen, color=colour, alpha=0.4, linewidth=0, zorder=2)
        ax.plot(at, np.where(seen, base - high, np.nan), color=colour, linewidth=0.9, zorder=3)
        for value, level in zip(spreads[i], LEVELS, strict=True):
            up = float(np.interp(value, at, high))
            ax.plot(
                (value, value), (base, base - max(up, 0.22)), color=INK, linewidth=2.0 if level == 0.5 else 0.8, zorder=4,
                solid_capstyle="butt", gid=f"p{level * 100:.0f}",
            )  # fmt: skip
        least, middle, most = (figures(v, "hours") for v in spreads[i])
        middle_y = bottom + 0.25 + ROW * (len(order) - y - 0.5)
        write(figure, WIDTH - RIGHT, middle_y, f"{middle} ({least}–{most})", ha="right", gid="end")
    head = bottom + 0.25 + ROW * len(order) + 0.13
    write(figure, left, head, "days", weight="bold")
    write(figure, WIDTH - RIGHT, head, "P50 (P10–P90)", size=SMALL, color=FAINT, ha="right")
    if deadline is not None and deadline < far:
        _deadline(ax, deadline, figure, (left + deadline / far * width, head))
    return figure


def arrival_figure(pair: Pair, deadline: float | None = None) -> Figure:
    """Share of the trips of every way that arrives within N days."""
    title = f"Arrives within N days, {_ends(pair)}"
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    days = days_of(pair)
    far = far_of(days)
    words = [arrival_words(pair, i, deadline) for i in range(len(days))]
    how = (
        "How to read: a curve gives the share of the trips of its way that are delivered within so many days of departure. "
        "What is not delivered never arrives."
    )
    wide = max(
        *(width_of(corridor_name(pair.study, w.corridor), SMALL) for w in pair.ways), *(width_of(w, TEXT, "bold") for w in words)
    )  # fmt: skip
    margin = min(0.62 + wide, 0.36 * WIDTH)
    height = max(4.2, 0.36 * len(days) + 0.3)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, how), height + 0.95)
    width = WIDTH - LEFT - RIGHT - margin
    base = bottom + 0.5
    ax = add_axes(figure, LEFT, base, width, height)
    _share_axes(ax, far)
    write(figure, LEFT, base - 0.36, "days after departure", color=FAINT)
    write(figure, LEFT, base + height + 0.14, "share of trips delivered, %", color=FAINT)
    when = [_share_within(pair, i, deadline) if deadline else -float(np.quantile(v, 0.9)) for i, v in enumerate(days)]
    order = sorted(range(len(days)), key=lambda i: when[i])
    levels = np.linspace(0.2, 0.86, len(days)) if len(days) > 1 else np.array([0.6])
    places = spread([base + height * (k + 0.5) / len(days) for k in range(len(days))], 0.36, base + 0.1, base + height)
    for k, (i, level) in enumerate(zip(order, levels, strict=True)):
        style = pair.styles[pair.ways[i].corridor]
        at, share = curve_of(pair, i, far)
        ax.plot(
            at,
            share,
            color=style.colour,
            linewidth=1.6,
            linestyle=(0, style.dash) if style.dash else "-",
            zorder=3,
            gid=f"arrival-{pair.ways[i].corridor}",
        )
        x = float(np.interp(level * share[-1], share, at))
        hollow = pair.is_hollow(pair.ways[i].corridor)
        badge(figure, LEFT + x / far * width, base + level * share[-1] * height / 1.02, style, hollow=hollow)
        y = float(places[k])
        badge(figure, LEFT + width + 0.24, y, style, hollow=hollow)
        name = shorten(corridor_name(pair.study, pair.ways[i].corridor), SMALL, margin - 0.44)
        write(figure, LEFT + width + 0.42, y + 0.075, name, size=SMALL, gid="end")
        write(figure, LEFT + width + 0.42, y - 0.075, words[i], weight="bold", gid="end")
    if deadline is not None and deadline < far:
        _deadline(ax, deadline, figure, (LEFT + deadline / far * width, base + height + 0.14))
    return figure


def curve_of(pair: Pair, i: int, far: float) -> tuple[Floats, Floats]:
    """Days from 0 to the end of the axis, and the share of the trips of a way delivered within them. [day], [1]."""
    outcome = [way.outcome for way in pair.ways if way.outcome][i]
    days = np.sort(arrived(outcome, "hours") / 24.0)
    at = np.linspace(0.0, far, 241)
    return at, np.searchsorted(days, at, side="right") / len(outcome.hours)


def arrival_words(pair: Pair, i: int, deadline: float | None) -> str:
    """Share that arrives by the deadline; without one, the day by which nine trips in ten have arrived."""
    if deadline is not None:
        return f"{100 * _share_within(pair, i, deadline):.0f} % within {deadline:g} days"
    outcome = [way.outcome for way in pair.ways if way.outcome][i]
    days = np.sort(np.where(np.isnan(outcome.hours), np.inf, outcome.hours / 24.0))
    ninth = float(days[int(np.ceil(0.9 * len(days))) - 1])
    return f"9 in 10 within {figures(ninth, 'hours')} days" if np.isfinite(ninth) else "fewer than 9 in 10 arrive"


def _share_within(pair: Pair, i: int, deadline: float | None) -> float:
    outcome = [way.outcome for way in pair.ways if way.outcome][i]
    return float((outcome.hours <= (deadline or 0.0) * 24.0).mean())


def _ends(pair: Pair) -> str:
    return f"{place_name(pair.study, pair.origin)} to {place_name(pair.study, pair.destination)}"


def _share_axes(ax: Axes, far: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    ax.set_xlim(0, far)
    ax.set_ylim(0, 1.02)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}"))
    ax.grid(visible=True, axis="both")
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, labelsize=SMALL)


def _deadline(ax: Axes, deadline: float, figure: Figure, at: tuple[float, float]) -> None:
    ax.axvline(deadline, color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2.5, gid="deadline")
    words = f"deadline, {deadline:g} days"
    x = min(at[0], WIDTH - RIGHT - 1.0 - width_of(words, SMALL) / 2)
    figure.text(
        x / WIDTH, at[1] / figure.get_size_inches()[1], words, size=SMALL, color=INK, ha="center", va="center", gid="deadline",
        bbox={"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"},
    )  # fmt: skip
    stroke(figure, (at[0], at[0]), (at[1] - 0.1, at[1] - 0.07), color=INK, linewidth=0.8)


def _hill(days: Floats, far: float) -> tuple[Floats, Floats]:
    """Days, and a smoothed density of trips there. [day], [1/day]."""
    edges = np.linspace(0.0, far, 361)
    count, _ = np.histogram(days, edges)
    step = edges[1] - edges[0]
    wide = max(0.5, 0.1 * float(np.subtract(*np.quantile(days, (0.9, 0.1))))) / step
    reach = np.arange(-int(4 * wide) - 1, int(4 * wide) + 2)
    kernel = np.exp(-0.5 * (reach / wide) ** 2)
    smooth = np.convolve(np.pad(count, len(reach) // 2), kernel / kernel.sum(), mode="valid")
    return (edges[1:] + edges[:-1]) / 2, smooth / (len(days) * step)
