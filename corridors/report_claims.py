"""Part of the report on what others say: every tested reading beside the model, with its verdict and its sources.

The verdicts do not hang on the study that the report is of: each claim is asked in the scenario that suits it
(:mod:`corridors.claim_questions`). What cannot be tested is counted here and told by ``corridors claims``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridors.claim_sources import other_side
from corridors.claim_words import HOW_TO_READ, claimed_in_signs, figures, readings_in_words
from corridors.claims_chart import plot_claims
from corridors.paper_parts import Footnotes, Html, element, joined, picture, table

if TYPE_CHECKING:
    from corridors.claim_verdicts import Verdict

HEAD = ("claim", "who says so", "verdict", "claimed", "model P50 (P10 to P90)", "holds in")


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
    said = f"{HOW_TO_READ} {untested} readings are not tested, each for a reason that corridors claims tells; corridors claims --id C01 tells what would have to be true for a claim to hold."
    drawn = picture(plot_claims(tested), "What is claimed, beside the model", "What is claimed, beside the model.")
    differ = [element("li", text) for text in readings_in_words(tested)]
    parts = [element("p", said, class_="faint"), drawn, table(HEAD, rows, words=3)]
    parts += [element("h3", "How the readings of one claim differ"), element("ul", joined(differ))] if differ else []
    return joined([element("h2", "What others say"), *parts])


def _row(v: Verdict, notes: Footnotes) -> list[object]:
    c = v.claim
    keys = [*c.source, *(item.source_id for item in v.others)]
    claim = joined([f"{c.claim_id} {c.reading}: {c.claim}", notes.marks(keys)])
    if c.measure == "feasible":
        return [claim, f"{c.who}, {c.date}", v.in_words, "a way", "yes" if v.p else "no", f"{v.p:.0%}"]
    model = joined([figures(v.interval or (), c.unit), notes.marks(other_side(v))])
    return [claim, f"{c.who}, {c.date}", v.in_words, claimed_in_signs(c), model, f"{v.p:.0%}"]
