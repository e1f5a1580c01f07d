r"""Words made from the numbers of a verdict, one wording for all claimants: figures, what would have to be true, how readings differ.

Nothing here is written by hand for a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridors.claim_verdicts import SCALE, Verdict
from corridors.claims import NEAR
from corridors.input_words import input_words, unit_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.claim_inputs import Corner, Need, Needs
    from corridors.claims import Claim

SIGNS = {"at_most": "≤ ", "at_least": "≥ ", "about": "", "about_at_most": "≤ about ", "about_at_least": "≥ about "}
"""Units that a sentence words otherwise."""
LISTED = 6
"""Inputs of a corner that a card lists; JSON and CSV have all."""

HOW_TO_READ = (
    "A verdict is about our ranges, not about the speaker: supported where the claim holds in two thirds of the draws or more, plausible from "
    "10 %, unlikely from 1 %, contradicted by the inputs below. Where the sampling error of the draws leaves open which of two, both are named, the one that the draws fell on first. Several "
    f"readings of a claim are tested alike, the kindest among them; a figure that is named counts as met within a factor of {NEAR:g}, and so does a bound that the speaker calls about, nearly or almost. Days and dollars "
    "are those of the average trip. Gates are as the scenario has them, closures by chance are left out."
)


def figure(value: float, unit: str) -> str:
    """Figure as a card gives it.

    Examples
    --------
    >>> figure(15.43, "day"), figure(0.066, "USD bn"), figure(2034.3, "year"), figure(-12.0, "%")
    ('15.4 days', '0.066 USD bn', '2034', '\u221212 %')
    """
    if unit == "year":
        return f"{value:.0f}"
    digits = (f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}").replace("-", "\u2212")
    return digits + {"1": "", "%": " %", "day": " days"}.get(unit, f" {unit}")


def figures(three: Sequence[float], unit: str) -> str:
    """P50 and, in brackets, P10 and P90 of a figure, with one unit for all.

    Examples
    --------
    >>> figures((21.2, 24.0, 26.9), "day"), figures((2034, 2037, 2042), "year")
    ('24 (21.2 to 26.9) days', '2037 (2034 to 2042)')
    """
    plain = unit if unit == "year" else "1"
    low, middle, high = (figure(x, plain) for x in three)
    return f"{middle} ({low} to {high})" + figure(0.0, unit)[1:]


def claimed_in_signs(c: Claim) -> str:
    """What is claimed, in a few signs.

    Examples
    --------
    ``≤ 5 days``, ``7–8 days``, ``a way``
    """
    if c.measure == "feasible":
        return "a way"
    if c.relation == "about" and c.low != c.high:
        return f"{c.low:g}–{figure(c.high or 0.0, c.unit)}"
    return SIGNS[c.relation] + figure(c.bound or 0.0, c.unit)


def needs_in_words(needs: Needs, claim: Claim) -> Iterator[str]:
    """What would have to be true, in sentences."""
    if needs.opened is not None:
        yield from _opened_in_words(needs.opened)
        return
    if needs.alone:
        yield "with one of these alone, all else as drawn (each value tried by running the scenario again with it):"
        yield from (f"  {need_in_words(need, claim)}" for need in needs.alone)
    else:
        yield "with no input alone, from a tenth of its mean to ten times it."
    if needs.together is None and needs.pair is None:
        return
    if needs.alone and not any(need.share is not None for need in needs.alone):
        yield "Inside our own ranges no input alone would do."
    for corner, what in ((needs.pair, "the best two"), (needs.together, "all that help")):
        if corner is not None:
            yield _corner_in_words(corner, what, claim)


def need_in_words(need: Need, claim: Claim) -> str:
    """One input that alone would do.

    Examples
    --------
    ``speed of block trains, Uzbekistan: 23.15 km/h or more (inside our range 17-28 km/h, 63 % of which lies lower; speed.rail.uz.block_train)``
    """
    lever, unit = need.input.lever, unit_words(need.input.lever.unit)
    side = "" if claim.relation == "about" else " or less" if need.below else " or more"
    span = f"{lever.low:.4g}-{lever.high:.4g}{unit}"
    if lever.low == lever.high:
        place = f"we take it as {lever.low:.4g}{unit}, {_beyond(need)}"
    elif need.share is not None:
        place = f"inside our range {span}, {100 * need.share:.3g} % of which lies lower"
    else:
        place = f"outside our range {span}, {_beyond(need)} its {'low' if need.beyond < 0 else 'high'} end"
    return f"{input_words(lever.name)}: {need.value:.4g}{unit}{side} ({place}; {lever.name})"


def _beyond(need: Need) -> str:
    if not np.isfinite(need.beyond):
        return f"{'below' if need.beyond < 0 else 'above'}"
    return (
        f"{100 * abs(need.beyond):,.{0 if abs(need.beyond) >= 0.1 else 1}f} % {'below' if need.beyond < 0 else 'above'}"
    )


def _corner_in_words(corner: Corner, what: str, claim: Claim) -> str:
    reached = "a way is then lost" if corner.reached is None else f"median {figure(corner.reached, claim.unit)}"
    count = len(corner.values)
    many = f" ({count})" if count > 2 else ""
    listed = "; ".join(f"{input_words(n)} {v:.4g} ({n})" for n, v in list(corner.values.items())[:LISTED])
    more = f"; {count - LISTED} more" if count > LISTED else ""
    if corner.enough and corner.way < 1.0:
        how = f"{100 * corner.way:.0f} % of the way from their means to the helpful ends of our ranges"
    else:
        how = "at the helpful ends of our ranges"
    said = "enough" if corner.enough else "not enough"
    return f"{what[0].upper()}{what[1:]}{many}, at once and {how}: {reached}, {said}. {listed}{more}."


def _opened_in_words(opened: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if not opened:
        yield "with nothing that the tables know of: nothing joins the two places this way."
    for one in opened:
        yield "with " + ", ".join(f"{words} ({because})" for words, because in one.items())


def readings_in_words(verdicts: Sequence[Verdict]) -> list[str]:
    """How the readings of one statement differ, a sentence for each of which several were tested.

    Readings are of one statement where claim, speaker, quantity and figure are the same.

    Examples
    --------
    ``C06, change of transport cost Pakistan-Uzbekistan by the railway, at most -40 %: contradicted by the inputs in all 3 readings.``
    """
    statements: dict[tuple[str, ...], list[Verdict]] = {}
    for v in verdicts:
        if v.p is not None:
            c = v.claim
            statements.setdefault((c.claim_id, c.who, c.quantity, c.printed()), []).append(v)
    return [_differ(of) for of in statements.values() if len(of) > 1]


def _differ(verdicts: Sequence[Verdict]) -> str:
    names = [name for _, name in SCALE]
    found = sorted({names.index(v.verdict) for v in verdicts})
    c = verdicts[0].claim
    head = f"{c.claim_id}, {c.quantity}" + ("" if c.measure == "feasible" else f", {c.printed()}")
    if len(found) == 1:
        return f"{head}: {names[found[0]]} in all {len(verdicts)} readings."
    best = ", ".join(v.claim.reading for v in verdicts if v.verdict == names[found[0]])
    return f"{head}: it hangs on the reading, from {names[found[-1]]} to {names[found[0]]} (read as {best})."
