"""Part of the report on what others say: every tested reading beside the model, with its verdict and its sources.

The verdicts do not hang on the study that the report is of: each claim is asked in the scenario that suits it
(:mod:`corridors.claim_questions`). What cannot be tested is counted here and told by ``corridors claims``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridors.claim_words import HOW_TO_READ, figure
from corridors.claims_chart import plot_claims
from corridors.paper_parts import Footnotes, Html, element, joined, picture, table

if TYPE_CHECKING:
    from corridors.claim_verdicts import Verdict

HEAD = ("claim", "who says so", "claimed", "model P50 (P10–P90)", "holds in", "verdict")


def claims_part(verdicts: Sequence[Verdict], notes: Footnotes) -> Html:
    """Section of the report: heading, how to read it, chart, table.

    Parameters
    ----------
    verdicts
        What :func:`corridors.claim_verdicts.judge` returns; nothing is written where there are none.
    notes
        Notes of the report, to which the sources of the claims are added.
    """
    if not verdicts:
        return Html("")
    tested = [v for v in verdicts if v.p is not None]
    untested = len(verdicts) - len(tested)
    rows = [_row(v, notes) for v in tested]
    said = f"{HOW_TO_READ} {untested} readings are not tested, each for a reason that corridors claims tells."
    drawn = picture(plot_claims(tested), "What is claimed, beside the model", "What is claimed, beside the model.")
    return joined(
        [element("h2", "What others say"), element("p", said, class_="faint"), drawn, table(HEAD, rows, words=2)]
    )


def _row(v: Verdict, notes: Footnotes) -> list[object]:
    c = v.claim
    keys = [*c.source, *(item.source_id for item in v.others)]
    claim = joined([f"{c.claim_id} {c.claim}", notes.marks(keys)])
    if c.measure == "feasible":
        return [claim, f"{c.who}, {c.date}", "a way", "yes" if v.p else "no", f"{v.p:.0%}", v.in_words]
    low, middle, high = (figure(x, c.unit) for x in v.interval or (0.0, 0.0, 0.0))
    return [claim, f"{c.who}, {c.date}", c.printed(), f"{middle} ({low} – {high})", f"{v.p:.0%}", v.in_words]
