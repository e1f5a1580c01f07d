"""Chart of observed trips: each beside the model's range, and how the observations fall among the forecasts.

Left, one row a trip, kinds apart: the bar is P10-P90 of the model, the upright its median, the mark what was observed or said. Right,
the calibration plot: a model that is neither too sure nor too unsure keeps to the diagonal. Marks are told apart by shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.charts import in_house_look
from corridors.claim_sources import read_until
from corridors.observed import KINDS
from corridors.paper import (
    EDGE,
    FAINT,
    INK,
    RANGE,
    RIGHT,
    SMALL,
    TEXT,
    WIDTH,
    add_axes,
    new_sheet,
    shorten,
    stroke,
    width_of,
    write,
)
from corridors.validation_score import ANNOUNCED, OBSERVED, calibration_curve, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.validation import Comparison

ROW, HEAD = 0.205, 0.34  # inches
MARKS: dict[str, dict[str, Any]] = {
    "measured": {"marker": "o", "markerfacecolor": INK},
    "pilot": {"marker": "s", "markerfacecolor": "#ffffff"},
    "timetable": {"marker": "^", "markerfacecolor": "#ffffff"},
    "quote": {"marker": "D", "markerfacecolor": "#ffffff"},
}
WORDS = {
    "measured": "Measured: run for itself",
    "pilot": "Pilot: a first, shown or record run",
    "timetable": "Timetable: announced by a carrier, a railway or an official",
    "quote": "Quote: said by traders, hauliers or the press",
}
CURVES = {"observed": (OBSERVED, INK, "-"), "announced": (ANNOUNCED, "#b0530e", (0, (4, 1.6)))}


@in_house_look
def plot_validation(found: Sequence[Comparison]) -> Figure:
    """Trips beside the model, and the calibration plot.

    Parameters
    ----------
    found
        What :func:`corridors.validation.validate` returns; those that are not scored are counted in the foot.
    """
    by_kind = {kind: [c for c in found if c.scored and c.trip.kind == kind] for kind in KINDS}
    by_kind = {kind: sorted(here, key=lambda c: -(c.trip.observed_days or 0)) for kind, here in by_kind.items() if here}
    rows = sum(map(len, by_kind.values()))
    body = max(0.45 + ROW * rows + HEAD * len(by_kind), 4.4)
    figure, bottom = new_sheet("Observed trips beside the model", _head(found), _foot(found), body)
    top = bottom + body
    left, right = EDGE + 3.0, WIDTH - RIGHT - 3.35
    far = max((max(c.interval[2], c.trip.observed_days or 0.0) for here in by_kind.values() for c in here), default=1.0)
    y = top - 0.2
    for number, (kind, here) in enumerate(by_kind.items()):
        write(figure, EDGE, y, f"{WORDS[kind]} (n = {len(here)})", weight="bold", size=TEXT)
        height = ROW * len(here)
        ax = add_axes(figure, left, y - 0.13 - height, right - left, height)
        _rows(ax, here, far * 1.04, ticks=number == len(by_kind) - 1)
        for i, c in enumerate(here):
            write(
                figure,
                EDGE,
                y - 0.13 - ROW * (i + 0.5),
                _name(c, left - EDGE - 0.1),
                size=SMALL,
                gid="name",
            )
        y -= height + HEAD
    write(figure, right, y - 0.11, "days", size=SMALL, color=FAINT, ha="right")
    _calibration(figure, found, right + 0.62, top - 0.15)
    return figure


def _name(c: Comparison, room: float) -> str:
    """Ends of a trip and its year, the ends cut where they are too long for the room. [inch]"""
    year = f", {c.trip.date:%Y}" if c.trip.date else ""
    ends = f"{c.trip.origin} – {c.trip.destination}"
    return shorten(ends, SMALL, room - width_of(year, SMALL)) + year


def _rows(ax: Axes, here: Sequence[Comparison], far: float, *, ticks: bool) -> None:
    ax.set_xlim(0, far)
    ax.set_ylim(len(here) - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(visible=True, axis="x")
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, labelsize=SMALL, labelbottom=ticks)
    ax.spines["bottom"].set_visible(ticks)
    for i, c in enumerate(here):
        low, middle, high = c.interval
        ax.barh(i, high - low, left=low, height=0.52, color=RANGE, linewidth=0, zorder=2)
        ax.plot((middle, middle), (i - 0.26, i + 0.26), color=INK, linewidth=1.2, zorder=3)
        ends = c.trip.days or (0.0, 0.0)
        ax.plot(ends, (i, i), color=INK, linewidth=0.9, zorder=4)
        ax.plot(
            [(ends[0] + ends[1]) / 2.0], [i], linestyle="", markersize=4.6, markeredgecolor=INK, markeredgewidth=0.9,
            zorder=5, gid="observed", clip_on=False, **MARKS[c.trip.kind],
        )  # fmt: skip


def _calibration(figure: Figure, found: Sequence[Comparison], x: float, top: float) -> None:
    side = WIDTH - RIGHT - x - 0.05
    write(figure, x - 0.4, top, "Calibration", weight="bold", size=TEXT)
    ax = add_axes(figure, x, top - 0.25 - side, side, side)
    ax.plot((0, 1), (0, 1), color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
    for group, (kinds, colour, dash) in CURVES.items():
        here = [c for c in found if c.scored and c.trip.kind in kinds]
        if here:
            xs, ys = calibration_curve(here)
            ax.plot(xs, ys, color=colour, linestyle=dash, linewidth=1.5, zorder=3, gid=f"curve {group}")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_xticks([0, 0.1, 0.5, 0.9, 1])
    ax.set_yticks([0, 0.5, 1])
    ax.grid(visible=True)
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, labelsize=SMALL)
    y = top - 0.25 - side - 0.33
    write(figure, x + side / 2, y, "forecast quantile of the observation", size=SMALL, color=FAINT, ha="center")
    write(figure, x - 0.36, top - 0.25 - side / 2, "share of trips", size=SMALL, color=FAINT, rotation=90, ha="center")
    for group, (kinds, colour, dash) in CURVES.items():
        y -= 0.24
        here = [c for c in found if c.scored and c.trip.kind in kinds]
        stroke(figure, (x - 0.3, x + 0.05), (y, y), color=colour, linewidth=1.5, linestyle=dash)
        told = score(group, "all", here)
        write(figure, x + 0.13, y, f"{group} ({' and '.join(kinds)})", size=SMALL)
        y -= 0.15
        write(figure, x + 0.13, y, f"n = {len(here)}, {told['inside_80']} inside P10–P90", size=SMALL)


def _head(found: Sequence[Comparison]) -> list[str]:
    draws = next((len(c.days) for c in found if c.days is not None), 0)
    return [
        (
            f"Each trip in the state of its own date, {draws} draws of a single trip, over the activities that the printed days hold. "
            "States that nobody knows on the date are taken as open; closures by chance are left out."
        )
    ]


def _foot(found: Sequence[Comparison]) -> list[str]:
    scored = [c for c in found if c.scored]
    grades = ", ".join(f"{sum(c.trip.reliability == g for c in scored)} of grade {g}" for g in "ABCD")
    dates = sorted(c.trip.date for c in scored if c.trip.date)
    span = f"{dates[0]:%Y} to {dates[-1]:%Y}" if dates else "no dates"
    return [
        (
            "How to read: the bar is P10–P90 of the model, the upright its median, the mark the observation (a line where a range is printed). "
            "In the calibration plot a curve above the diagonal says that trips were quicker than forecast, one below that they were slower."
        ),
        (
            f"Sources: observed_trips.csv and the bibliography ({grades}); trips of {span}, read until {read_until(key for c in found for key in c.trip.source)}. {len(found) - len(scored)} of {len(found)} rows are "
            "listed and not scored: the network cannot express them, or no days were printed."
        ),
    ]
