"""Chart of the league: what each fix or line saves alone, on the way it is made for, on the best through a country, on the best of all.

The three bars of a fix stay apart in grey: dark and full, light and hatched, white. The records behind it are written beside it by the
command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.bar_charts import rank_axes
from corridors.captions import pair_of, place_name
from corridors.change_charts import LESS, MORE, sheet_of
from corridors.charts import in_house_look
from corridors.fixes import NO_COST
from corridors.paper import EDGE, FAINT, INK, RIGHT, SMALL, TEXT, WIDTH, add_axes, shorten, width_of, write
from corridors.style import COUNTRY_FILLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.fixes import Cost
    from corridors.league import League, Place
    from corridors.saving import Saving

LOOKS = ((MORE, ""), (LESS, "////"), ("white", ""))
"""Colour and hatch of the bars of a fix: its own way, the best way through the country, the best way of all."""
KEY = 0.3  # height of the key. [inch]


@in_house_look
def plot_league(found: League) -> Figure:
    """League of cheap fixes and new lines: days and generalized dollars a tonne that each saves alone, on three choices of way.

    Parameters
    ----------
    found
        What :func:`corridors.league.league` returns.
    """
    base = found.base
    pair = pair_of(base, None, None, None)._replace(shut=())
    measure = " cost" if found.question.by == "generalized" else ""
    names = f"{place_name(base, pair.origin)} to {place_name(base, pair.destination)}"
    how = (
        f"How to read: a bar to the right saves, one to the left loses; best is by mean {found.question.by}{measure}, chosen anew with the fix. Each fix is laid alone over the scenario "
        "without any line of the table; means of paired draws, one consignment. Generalized: dollars and hours at the value of time. No bar: nothing saved. Capital cost as "
        "published; it is not set against traffic."
    )
    places = found.places
    row = 0.42
    body = 0.62 + KEY + row * len(places)
    figure, bottom = sheet_of(pair, f"Cheap fixes and new lines, {names}", how, body)
    _key(figure, bottom + body - 0.05, _country(found.question.through))
    left = EDGE + 3.15
    width = (WIDTH - RIGHT - left - 1.75) / 2
    columns: tuple[tuple[str, Callable[[Saving], float]], ...] = (
        ("days saved", lambda s: s.hours_mean / 24.0),
        ("generalized USD a tonne saved", lambda s: s.generalized_per_tonne),
    )
    for k, (words, value) in enumerate(columns):
        values = [value(s) for p in places for s in (p.own, p.best, p.through) if s is not None]
        x = left + k * (width + 0.15)
        ax = add_axes(figure, x, bottom + 0.25, width - 0.1, row * len(places))
        rank_axes(ax, len(places), 1.08 * max([*values, 0.1]), least=1.15 * min([0.0, *values]))
        ax.spines["left"].set_visible(False)
        write(figure, x, bottom + body - KEY - 0.2, words, weight="bold")
        ax.axvline(0.0, color=INK, linewidth=0.8, zorder=2)
        for i, place in enumerate(places):
            _bars_of(ax, i, place, value)
    write(figure, WIDTH - RIGHT, bottom + body - KEY - 0.2, "capital, bn USD", weight="bold", ha="right")
    for i, place in enumerate(places):
        middle = bottom + 0.25 + row * (len(places) - i - 0.5)
        write(figure, EDGE, middle + 0.07, shorten(place.fix.name, TEXT, left - EDGE - 0.1), gid="name")
        about = _about(place)
        write(
            figure,
            EDGE,
            middle - 0.075,
            shorten("the model cannot tell" if place.fix.cannot else about, SMALL, left - EDGE - 0.1),
            size=SMALL,
            color=FAINT,
        )
        write(figure, WIDTH - RIGHT, middle, _capital(place.cost), ha="right", gid="end")
    return figure


def _country(code: str) -> str:
    """Name of a country, its code where the house has no name for it."""
    fill = COUNTRY_FILLS.get(code)
    return fill.label.removeprefix(f"{code} ") if fill else code


def _key(figure: Figure, y: float, through: str) -> None:
    """Looks of the three bars, in a row above them."""
    from matplotlib.patches import Rectangle

    w, h = figure.get_size_inches()
    x = EDGE
    said = ("the way that it is made for, named below it", f"the best way through {through}", "the best way of all")
    for words, (colour, hatch) in zip(said, LOOKS, strict=True):
        figure.add_artist(Rectangle(
            (x / w, (y - 0.065) / h), 0.24 / w, 0.13 / h, transform=figure.transFigure, facecolor=colour, hatch=hatch,
            edgecolor=INK, linewidth=0.5,
        ))  # fmt: skip
        write(figure, x + 0.31, y, words)
        x += 0.6 + width_of(words, TEXT)


def _about(place: Place) -> str:
    """Kind of a fix, and the ways that its dark bar is about."""
    if place.own is None:
        return f"{place.fix.kind}; opens {', '.join(place.opened)}" if place.opened else place.fix.kind
    ways = dict.fromkeys((place.own.before, place.own.after))
    return f"{place.fix.kind}; {' to '.join(ways)}"


def _bars_of(ax: Axes, i: int, place: Place, value: Callable[[Saving], float]) -> None:
    """Bars of a fix: its own way, the best way through the country, the best way of all."""
    for k, (saving, (colour, hatch)) in enumerate(zip((place.own, place.through, place.best), LOOKS, strict=True)):
        if saving is not None:
            ax.barh(
                i + 0.25 * (k - 1), value(saving), height=0.22, color=colour, hatch=hatch, edgecolor=MORE if colour == MORE else INK,
                linewidth=0.5, zorder=3,
            )  # fmt: skip


def _capital(cost: Cost) -> str:
    low, high = cost.low, cost.high
    if low is None or high is None:
        return "none published" if cost == NO_COST else "not all published"
    return f"{low:.3g}" if low == high else f"{low:.3g}–{high:.3g}"
