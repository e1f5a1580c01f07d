"""Words and rows of what would open a way, for the terminal and for JSON.

Nothing is computed here but quantiles over draws; hours of those consignments that arrive, as in the comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corridors.comparison import LEVELS
from corridors.unlock import OpenedWay, Unlocking
from sim.gaps import Gap
from sim.simulation import quantiles

FIGURES = (
    "km", "hours_mean", "usd_mean", "kg_co2e_mean", "generalized_usd_mean", "hours_p10", "hours_p50", "hours_p90", "usd_p10",
    "usd_p50", "usd_p90", "p_delivered",
)  # fmt: skip
"""Figures of a way: means from the search, quantiles from the draws; None where there are none."""


def unlock_rows(answers: Sequence[Unlocking]) -> list[dict[str, Any]]:
    """One entry a corridor: the way that is open already, or the sets that would open one, or the gap."""
    return [
        {
            "corridor": a.corridor.corridor_id,
            "name": a.corridor.name,
            "open": a.now is not None,
            "reason": a.reason,
            "now": None if a.now is None else figures_of(a.now),
            "sets": [
                {
                    "size": len(s.switches),
                    "switches": [
                        {"name": w.name, "kind": w.kind, "words": w.words, "because": w.because} for w in s.switches
                    ],
                    **figures_of(s),
                    "note": s.note,
                }
                for s in a.sets
            ],
            "complete_to": a.complete_to,
            "cut": a.cut,
            "gap": a.gap,
            "gap_parts": None if a.parts is None else _parts(a.parts),
        }
        for a in answers
    ]


def _parts(gap: Gap) -> dict[str, Any]:
    """Parts of the network on either side of a gap, with their places and the nearest two."""
    return {
        "from_node_id": gap.near.node_id if gap.near else None,
        "to_node_id": gap.far.node_id if gap.far else None,
        "km": gap.km,
        "reached": sorted(gap.reached),
        "leading": sorted(gap.leading),
    }


def figures_of(opened: OpenedWay) -> dict[str, float | None]:
    """Figures of one way, :data:`FIGURES`."""
    row: dict[str, float | None] = dict.fromkeys(FIGURES)
    outcome, itinerary = opened.way.outcome, opened.way.itinerary
    if opened.means is None or outcome is None or itinerary is None:
        return row
    row |= {
        "km": itinerary.total_km,
        "hours_mean": opened.means.hours,
        "usd_mean": opened.means.usd,
        "kg_co2e_mean": opened.means.kg,
        "generalized_usd_mean": opened.generalized_usd,
        "p_delivered": float(outcome.delivered.mean()),
    }
    if outcome.delivered.any():
        for name, values in (("hours", outcome.hours), ("usd", outcome.usd)):
            found = quantiles(values[outcome.delivered], LEVELS)
            row |= {f"{name}_p{level}": value for level, value in zip((10, 50, 90), found, strict=True)}
    return row


def unlock_lines(answers: Sequence[Unlocking]) -> Iterator[str]:
    """What the terminal shows, line by line."""
    for answer in answers:
        yield ""
        yield f"{answer.corridor.corridor_id}: {answer.corridor.name}"
        if answer.now is not None:
            yield f"  open: {figure_words(answer.now)}; nothing need be unlocked"
            if answer.cut and not answer.sets:
                yield f"  {answer.cut}"
        elif not answer.sets:
            yield f"  {'nothing opens it' if answer.serves else 'not a way between these places'}: {answer.gap}"
        if answer.sets:
            yield from _set_lines(answer)


def _set_lines(answer: Unlocking) -> Iterator[str]:
    what = "a better way would be opened by" if answer.now is not None else "shut; opened by"
    size = len(answer.sets[0].switches)
    fewest = f" (no fewer than {size} switches)" if answer.now is None and size > 1 else ""
    yield f"  {what}{fewest}:"
    said: dict[str, str] = {}
    for number, opened in enumerate(answer.sets, start=1):
        yield f"  {number}. {' + '.join(s.words for s in opened.switches)}"
        yield f"     {figure_words(opened)}"
        said |= {s.words: s.because for s in opened.switches}
    for words, because in said.items():
        yield f"     {words}: {because}"
    if answer.cut:
        yield f"  {answer.cut}"
    else:
        yield (
            f"  every set of up to {answer.complete_to} switches is listed"
            if answer.bounded
            else "  every set is listed"
        )


def figure_words(opened: OpenedWay) -> str:
    """Days and dollars of a way in one clause."""
    row = figures_of(opened)
    hours, usd = row["hours_mean"], row["usd_mean"]
    if hours is None or usd is None:
        return opened.note
    words = f"mean {hours / 24:.1f} days and {usd:,.0f} USD"
    if row["hours_p50"] is not None:
        days = [(row[f"hours_p{level}"] or 0.0) / 24 for level in (10, 50, 90)]
        dollars = [row[f"usd_p{level}"] or 0.0 for level in (10, 50, 90)]
        words += (
            f"; days P10/P50/P90 {'/'.join(f'{d:.1f}' for d in days)}, USD {'/'.join(f'{d:,.0f}' for d in dollars)}"
        )
    return f"{words}, {row['km']:,.0f} km" + (f" ({opened.note})" if opened.note else "")
