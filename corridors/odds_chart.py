r"""Odds matrix: how often the way of a row beats the way of a column, in days and in dollars.

"The best in 40 % of the draws" hides how close the others run. The matrix shows every pair of ways,

.. math:: P_{rc} = \frac1n \sum_j [H_{rj} < H_{cj}] + \tfrac12 [H_{rj} = H_{cj}]

over the draws j that all ways share, so a cell is a paired comparison: both ways meet the same borders, prices and years.
A trip that is not delivered loses to one that is; where neither is, nobody wins, so :math:`P_{rc} + P_{cr}` is one less the share of such
draws. Worked: hours (1, 2, 3) against (2, 2, 2) give 1/3 + 1/6 = 0.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.captions import NO_WAY, Pair, corridor_name, foot_lines, head_lines, place_name
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from sim.draws import Floats

GROUND = ("#ffffff", "#314b6d")  # never and always beats
LARGEST, GAP = 0.42, 0.34  # side of a cell, and between the two matrices. [inch]


def odds_matrix(totals: Sequence[Floats]) -> Floats:
    """Share of draws in which each total is less than each other.

    Parameters
    ----------
    totals
        Hours or dollars of each way in every draw, NaN where not delivered.

    Returns
    -------
    Floats
        Shape (way, way), row beats column; the diagonal is NaN. [1]

    Examples
    --------
    >>> odds_matrix([np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])])[0, 1].round(9)
    np.float64(0.5)
    """
    stacked = np.stack([np.where(np.isnan(t), np.inf, t) for t in totals])
    row, column = stacked[:, None, :], stacked[None, :, :]
    known = np.isfinite(row) | np.isfinite(column)
    found = ((row < column) + 0.5 * (row == column) * known).mean(axis=-1)
    np.fill_diagonal(found, np.nan)
    return np.asarray(found)


def odds_figure(pair: Pair) -> Figure:
    """Both matrices of a pair, the ways in the order of their odds in days."""
    title = (
        f"Which way beats which, {place_name(pair.study, pair.origin)} to {place_name(pair.study, pair.destination)}"
    )
    if not pair.ways:
        return new_sheet(title, head_lines(pair), foot_lines(pair, NO_WAY), 0.2)[0]
    outcomes = [way.outcome for way in pair.ways if way.outcome]
    both = {"quicker": [o.hours for o in outcomes], "cheaper": [o.usd for o in outcomes]}
    matrices = {name: odds_matrix(totals) for name, totals in both.items()}
    order = np.argsort(-np.nan_to_num(matrices["quicker"], nan=0.5).mean(axis=1), kind="stable")
    how = (
        "How to read: a cell gives the share of draws, in %, in which the way of its row is quicker (left) or cheaper (right) than "
        "the way of its column. All ways share their draws. Dark: nearly always; white: nearly never."
    )
    count = len(order)
    names = min(
        EDGE + 0.36 + max(width_of(corridor_name(pair.study, w.corridor), TEXT) for w in pair.ways), 0.42 * WIDTH
    )
    cell = min((WIDTH - RIGHT - names - GAP) / 2 / count, LARGEST)
    figure, bottom = new_sheet(title, head_lines(pair), foot_lines(pair, how), cell * count + 0.75)
    base = bottom + 0.1
    for k, i in enumerate(order):
        y = base + cell * (count - k - 0.5)
        way = pair.ways[i]
        badge(figure, EDGE + 0.09, y, pair.styles[way.corridor], hollow=pair.is_hollow(way.corridor))
        write(figure, EDGE + 0.26, y, shorten(corridor_name(pair.study, way.corridor), TEXT, names - EDGE - 0.32))
    for m, (word, matrix) in enumerate(matrices.items()):
        head = f"row is {word} than column, % of draws"
        left = names + m * (max(cell * count, width_of(head, TEXT, "bold")) + GAP)
        write(figure, left, base + cell * count + 0.42, head, weight="bold")
        _matrix(figure, matrix[np.ix_(order, order)], (left, base, cell))
        for k, i in enumerate(order):
            way = pair.ways[i]
            at = (left + cell * (k + 0.5), base + cell * count + 0.16)
            badge(figure, *at, pair.styles[way.corridor], hollow=pair.is_hollow(way.corridor))
    return figure


def _matrix(figure: Figure, odds: Floats, box: tuple[float, float, float]) -> None:
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    left, base, cell = box
    count = len(odds)
    ax = add_axes(figure, left, base, cell * count, cell * count)
    shades = LinearSegmentedColormap.from_list("odds", GROUND).with_extremes(bad="#eceff1")
    ax.pcolormesh(np.arange(count + 1), np.arange(count + 1), np.ma.masked_invalid(odds), cmap=shades, vmin=0, vmax=1,
                  edgecolors=PAPER, linewidth=0.8)  # fmt: skip
    ax.set_xlim(0, count)
    ax.set_ylim(count, 0)
    ax.set_axis_off()
    for r, c in np.argwhere(np.isfinite(odds)):
        words = percent(float(odds[r, c]))
        ax.text(
            c + 0.5, r + 0.5, words, size=SMALL, ha="center", va="center", color=type_on(to_hex(shades(odds[r, c]))),
            gid="cell",
        )  # fmt: skip
    if count == 1:
        ax.text(0.5, 0.5, "–", ha="center", va="center", color=FAINT)


def percent(share: float) -> str:
    """Share in per cent; what is neither never nor always is not rounded to it.

    Examples
    --------
    >>> [percent(s) for s in (0.0, 0.001, 0.5, 0.999, 1.0)]
    ['0', '<1', '50', '>99', '100']
    """
    if 0.0 < share < 0.005:
        return "<1"
    if 0.995 <= share < 1.0:
        return ">99"
    return f"{100 * share:.0f}"
