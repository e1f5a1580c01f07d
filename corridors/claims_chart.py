"""Chart of claims: what is claimed beside what the model says, one row a reading that was tested.

Figures of all units share one axis by laying each beside the model's own median: 1 is the median, 2 twice as much, on a scale of equal
factors. The bar is P10-P90 of the model, the mark what is claimed, filled where the claim holds in two thirds of the draws, half-tone where it
is plausible, hollow where it is not. Above the readings of each claimant stand claim, speaker and date. Differences and shares, which may be negative, years and yes-or-no have no factor; they stand in
the table below with their odds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.charts import in_house_look
from corridors.claim_sources import read_until
from corridors.claim_verdicts import VERDICTS
from corridors.claim_words import HOW_TO_READ, claimed_in_signs, figure
from corridors.paper import EDGE, FAINT, INK, RANGE, RIGHT, SMALL, WIDTH, add_axes, new_sheet, shorten, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.claim_verdicts import Verdict

ROW = 0.19
INDENT = 0.3
P50, HOLDS = 1.62, 2.0  # inches right of the claimed figure
FACES = {"supported": INK, "plausible": "#9a9a9a", "unlikely": "#ffffff", "contradicted by the inputs": "#ffffff"}
BY_FACTOR = ("days", "days_ratio", "input", "railway_mt", "trip")
LEAST, MOST = 1.0 / 12.0, 12.0
"""Factors at the ends of the axis; what lies beyond is drawn at the end with an arrow."""


@in_house_look
def plot_claims(verdicts: Sequence[Verdict]) -> Figure:
    """Claims beside the model, and the table of those without a factor.

    Parameters
    ----------
    verdicts
        What :func:`corridors.claim_verdicts.judge` returns.
    """
    drawn = _lines([v for v in verdicts if v.p is not None and v.claim.measure in BY_FACTOR])
    listed = _lines([v for v in verdicts if v.p is not None and v.claim.measure not in BY_FACTOR])
    body = 0.75 + ROW * len(drawn) + (0.55 + ROW * len(listed) if listed else 0.0)
    figure_, bottom = new_sheet("What is claimed, beside the model", [_counts(verdicts)], _foot(verdicts), body)
    y = bottom + body - 0.1
    columns = (EDGE, EDGE + 4.0, WIDTH - RIGHT - 3.72)
    heads = ("claim, speaker and date; readings", "claimed over the model's median", "claimed")
    for x, text in zip(columns, heads, strict=True):
        write(figure_, x, y, text, size=SMALL, color=FAINT)
    for x, text in zip(
        (columns[2] + P50, columns[2] + HOLDS, WIDTH - RIGHT), ("model P50", "holds", "verdict"), strict=True
    ):
        write(figure_, x, y, text, size=SMALL, color=FAINT, ha="right")
    y -= 0.15
    ax = add_axes(
        figure_, columns[1], y - ROW * len(drawn), columns[2] - columns[1] - 0.25, max(ROW * len(drawn), 0.01)
    )
    _axis(ax, len(drawn))
    for i, line in enumerate(drawn):
        if not isinstance(line, str):
            _mark(ax, i, line)
        _words(figure_, y - ROW * (i + 0.5), line, columns)
    y -= ROW * len(drawn) + 0.5
    if listed:
        write(figure_, EDGE, y, "Differences, shares, years, and whether there is a way", weight="bold")
    for i, line in enumerate(listed):
        _words(figure_, y - 0.2 - ROW * i, line, columns)
    return figure_


def _lines(verdicts: Sequence[Verdict]) -> list[Verdict | str]:
    """Readings, each claimant's under a line of its own."""
    lines: list[Verdict | str] = []
    last = ("", "")
    for v in verdicts:
        if (v.claim.claim_id, v.claim.who) != last:
            last = (v.claim.claim_id, v.claim.who)
            lines.append(f"{v.claim.claim_id}  {v.claim.who}, {v.claim.date}")
        lines.append(v)
    return lines


def _counts(verdicts: Sequence[Verdict]) -> str:
    counted = {name: sum(v.verdict == name for v in verdicts) for name in VERDICTS}
    said = ", ".join(
        f"{n} {name if n == 1 else name.replace('contradicts', 'contradict')}" for name, n in counted.items()
    )
    return f"{len(verdicts)} readings of {len({v.claim.claim_id for v in verdicts})} claims: {said}."


def _foot(verdicts: Sequence[Verdict]) -> list[str]:
    untested = sum(v.p is None for v in verdicts)
    assumed = " ".join(sorted({v.answer.reason for v in verdicts if v.answer.reason.startswith("Assumed")}))
    return [
        "How to read: the bar is P10–P90 of the model over its own median (the upright at 1); the mark is the claim, full where it is supported, grey where "
        "plausible, hollow where neither. An arrow says that it lies beyond the axis. " + HOW_TO_READ,
        *([f"{assumed}."] if assumed else []),
        f"Sources: claims.csv and the bibliography, read until {read_until(key for v in verdicts for key in v.claim.source)}; every card names them: corridors claims --id C01. {untested} readings are not tested, each with its reason.",
    ]


def _axis(ax: Axes, rows: int) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    ax.set_xscale("log")
    ax.set_xlim(LEAST, MOST)
    ax.set_ylim(max(rows, 1) - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(FixedLocator([0.1, 0.2, 0.5, 1, 2, 5, 10]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.grid(visible=True, axis="x")
    ax.axvline(1.0, color=FAINT, linewidth=0.9, zorder=1)
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, labelsize=SMALL)


def _mark(ax: Axes, i: int, v: Verdict) -> None:
    told, c = v.interval, v.claim
    if told is None or c.low is None or c.high is None:
        return
    low, middle, high = told
    ax.barh(i, (high - low) / middle, left=low / middle, height=0.5, color=RANGE, linewidth=0, zorder=2)
    ends = [min(max(x / middle, LEAST * 1.08), MOST / 1.08) for x in (c.low, c.high)]
    ax.plot(ends, (i, i), color=INK, linewidth=1.0, zorder=3)
    at = (c.bound or c.low) / middle
    marker = "<" if at < LEAST else ">" if at > MOST else "o"
    ax.plot(
        [min(max(at, LEAST * 1.08), MOST / 1.08)], [i], linestyle="", marker=marker, markersize=4.8, markeredgecolor=INK,
        markerfacecolor=FACES[v.verdict], markeredgewidth=0.9, zorder=4, gid="claim",
    )  # fmt: skip


def _words(figure_: Figure, y: float, line: Verdict | str, columns: tuple[float, float, float]) -> None:
    if isinstance(line, str):
        write(
            figure_,
            columns[0],
            y,
            shorten(line, SMALL, columns[1] - columns[0] - 0.1),
            size=SMALL,
            color=FAINT,
            gid="who",
        )
        return
    v, c = line, line.claim
    room = (columns[1] if c.measure in BY_FACTOR else columns[2]) - columns[0] - INDENT - 0.1
    write(figure_, columns[0] + INDENT, y, shorten(c.claim, SMALL, room), size=SMALL, gid="name")
    middle = v.interval[1] if v.interval else 0.0
    said = ("yes" if middle else "no") if c.measure == "feasible" else figure(middle, c.unit)
    write(figure_, columns[2], y, claimed_in_signs(c), size=SMALL, gid="claimed")
    write(figure_, columns[2] + P50, y, said, size=SMALL, ha="right", gid="figures")
    write(figure_, columns[2] + HOLDS, y, f"{v.p:.0%}", size=SMALL, ha="right", gid="odds")
    verdict = v.in_brief.replace(" by the inputs", "") if v.near else v.verdict
    write(figure_, WIDTH - RIGHT, y, verdict, size=SMALL, weight="bold", ha="right", gid="verdict")
