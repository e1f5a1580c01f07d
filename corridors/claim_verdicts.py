r"""Verdicts: one scale for every claimant, made from the numbers alone.

With p the share of draws in which a claim holds (:meth:`corridors.claims.Claim.holds`)

    supported                    p >= 2/3
    plausible                    0.10 <= p < 2/3
    unlikely                     0.01 <= p < 0.10
    contradicted by the inputs   p < 0.01: hardly any draw of our ranges gives it
    contradicts another claim    not to be tested, and another published value of the same thing lies elsewhere
    cannot be tested             neither

A verdict is about our ranges: it says what would have to be believed, not what is true. A claim on whose own figure our row rests
is said to be so, since it is then tested against itself. Another published value, or another claim of the same quantity, is told
beside every verdict where both cannot be right: where it lies outside a tenth of what is claimed (:data:`corridors.claims.NEAR`).

The probability has a sampling error of at most :math:`\sqrt{p(1-p)/n}`, 1.6 points at 1,024 draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from corridors.claim_inputs import Needs, needs_of
from corridors.claim_questions import DRAWS, Answer, Questions
from corridors.claims import NEAR, Claim, library
from geodata.sources import Evidence
from geodata.tables import TableError

if TYPE_CHECKING:
    from sim.draws import Floats

SCALE = ((2.0 / 3.0, "supported"), (0.10, "plausible"), (0.01, "unlikely"), (0.0, "contradicted by the inputs"))
"""Least probability of each verdict, from above."""
OTHER, UNTESTED = "contradicts another claim", "cannot be tested"
VERDICTS = (*(name for _, name in SCALE), OTHER, UNTESTED)
FAILS = ("unlikely", "contradicted by the inputs")
_FACTORS = {("t", "Mt/year"): 1e-6, ("USD", "USD bn"): 1e-9, ("USD bn", "USD"): 1e9, ("h", "day"): 1.0 / 24.0}


@dataclass(frozen=True)
class Verdict:
    """A claim with what the model says to it.

    Parameters
    ----------
    claim, answer
        What is said, and the model's figure.
    p
        Share of draws in which it holds; None where it is not tested.
    verdict
        One of :data:`VERDICTS`.
    others
        Published values of the same thing that lie elsewhere.
    against
        Other claims of the same quantity that lie elsewhere.
    needs
        What inputs would have to be for it to hold; None unless it fails.
    """

    claim: Claim
    answer: Answer
    p: float | None
    verdict: str
    others: tuple[Evidence, ...] = ()
    against: tuple[Claim, ...] = ()
    needs: Needs | None = field(default=None, repr=False)

    @property
    def interval(self) -> tuple[float, float, float] | None:
        """P10, P50 and P90 of the model's figure; None where there is none."""
        if self.answer.values is None:
            return None
        low, middle, high = np.quantile(self.answer.values, (0.1, 0.5, 0.9)).tolist()
        return low, middle, high

    @property
    def circular(self) -> bool:
        """Whether the row that tests the claim rests on the claim's own figure."""
        return bool(set(self.claim.evidence_ids) & set(self.answer.leans_on))

    @property
    def near_a_bound(self) -> bool:
        """Whether a bound of the scale lies within two standard errors of the probability."""
        if self.p is None or self.answer.values is None:
            return False
        error = 2.0 * float(np.sqrt(self.p * (1.0 - self.p) / len(self.answer.values)))
        return any(abs(self.p - bound) < error for bound, _ in SCALE if bound)


def scale(p: float) -> str:
    """Verdict of a probability.

    Examples
    --------
    >>> scale(0.7), scale(0.5), scale(0.05), scale(0.0)
    ('supported', 'plausible', 'unlikely', 'contradicted by the inputs')
    """
    return next(name for least, name in SCALE if p >= least)


def judge(
    claims: Sequence[Claim], every: Sequence[Claim], *, draws: int = DRAWS, seed: int = 1, needs: bool = True
) -> list[Verdict]:
    """Verdicts on some claims.

    Parameters
    ----------
    claims
        Those asked about.
    every
        All claims, among which others of the same quantity are looked for.
    draws, seed
        Draws of each question, and their key.
    needs
        Whether to look for the inputs that a failing claim would need.
    """
    questions = Questions(draws, seed)
    return [_verdict(claim, questions.ask(claim), every, needs=needs) for claim in claims]


def _verdict(claim: Claim, answer: Answer, every: Sequence[Claim], *, needs: bool) -> Verdict:
    p = _probability(claim, answer.values)
    others, against = disagreeing(claim), against_claims(claim, every)
    untested = OTHER if others or against else UNTESTED
    said = untested if p is None else scale(p)
    wanted = needs_of(claim, answer) if needs and said in FAILS else None
    return Verdict(claim, answer, p, said, others, against, wanted)


def _probability(claim: Claim, values: Floats | None) -> float | None:
    return None if values is None else float(np.mean(claim.holds(values)))


def disagreeing(claim: Claim) -> tuple[Evidence, ...]:
    """Published values of the same thing that lie outside a tenth of what is claimed.

    Raises
    ------
    TableError
        Where a rival is in a unit that the claim's cannot be reckoned from.
    """
    return tuple(item for item in (library()[1][name] for name in claim.rivals) if _elsewhere(claim, item))


def _elsewhere(claim: Claim, item: Evidence) -> bool:
    if claim.low is None or claim.high is None or item.value is None:
        return False
    factor = 1.0 if item.unit == claim.unit else _FACTORS.get((item.unit, claim.unit))
    if factor is None:
        problem = f"rival {item.evidence_id} is in {item.unit}, the claim in {claim.unit}"
        raise TableError.at("claims.csv", claim.name, problem=problem, mend="name a rival of the same unit")
    value = item.value * factor
    if claim.unit == "year":
        return not claim.low <= value <= claim.high
    return not claim.low / NEAR <= value <= claim.high * NEAR


def against_claims(claim: Claim, every: Sequence[Claim]) -> tuple[Claim, ...]:
    """Claims of the same quantity whose figures and this one's cannot both be right, each claim once."""
    found: dict[str, Claim] = {}
    for other in every:
        same = other.quantity == claim.quantity and (other.claim_id, other.printed()) != (
            claim.claim_id,
            claim.printed(),
        )
        if same and _apart(claim, other):
            found.setdefault(other.claim_id + other.printed(), other)
    return tuple(found.values())


def _apart(one: Claim, other: Claim) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    (a, b), (c, d) = (sorted((abs(x.low or 0.0), abs(x.high or 0.0))) for x in (one, other))
    if one.low * other.low < 0:
        return True
    return a > d * NEAR or c > b * NEAR
