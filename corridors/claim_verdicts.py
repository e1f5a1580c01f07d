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

The probability is that of a sample of n draws. Its 95 % interval is Wilson's,

.. math:: \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}, \qquad z = 1.96,

which holds for no draws in n as well: 0 to 0.4 % of 1,024. Where a bound of the scale lies inside it, the verdict says so in words,
whichever side the sample fell; more draws tell. What is the same in every draw (whether there is a way) has no such error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from corridors.claim_inputs import Needs, needs_of
from corridors.claim_questions import DRAWS, Questions
from corridors.claims import NEAR, Claim, library
from geodata.sources import Evidence
from geodata.tables import TableError

if TYPE_CHECKING:
    from corridors.claim_figures import Answer
    from sim.draws import Floats

SCALE = ((2.0 / 3.0, "supported"), (0.10, "plausible"), (0.01, "unlikely"), (0.0, "contradicted by the inputs"))
"""Least probability of each verdict, from above."""
OTHER, UNTESTED = "contradicts another claim", "cannot be tested"
VERDICTS = (*(name for _, name in SCALE), OTHER, UNTESTED)
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
        What inputs would have to be for it to hold; None where it holds at the median, and where nothing can be moved.
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
    def interval_of_p(self) -> tuple[float, float] | None:
        """95 % interval of the probability; None where it is not tested."""
        if self.p is None or self.answer.values is None:
            return None
        return (self.p, self.p) if self.answer.exact else wilson(self.p, len(self.answer.values))

    @property
    def near(self) -> tuple[str, ...]:
        """Other verdicts that the sampling error of the probability allows, the nearest first."""
        if self.interval_of_p is None:
            return ()
        low, high = self.interval_of_p
        names = [name for _, name in SCALE][::-1]
        first, here, last = (names.index(scale(x)) for x in (low, self.p or 0.0, high))
        others = [i for i in range(first, last + 1) if i != here]
        return tuple(names[i] for i in sorted(others, key=lambda i: abs(i - here)))

    @property
    def in_words(self) -> str:
        """Verdict, with what the sampling error leaves open.

        Examples
        --------
        ``plausible``, ``unlikely, within sampling error of the bound between unlikely and plausible``
        """
        if not self.near:
            return self.verdict
        names = [name for _, name in SCALE][::-1]
        pairs = [
            sorted((self.verdict, other), key=names.index) for other in self.near[:2] if _beside(self.verdict, other)
        ]
        bounds = " and ".join(f"between {low} and {high}" for low, high in pairs)
        return f"{self.verdict}, within sampling error of the bound{'s' if len(pairs) > 1 else ''} {bounds}"

    @property
    def in_brief(self) -> str:
        """The same for a narrow column.

        Examples
        --------
        ``unlikely or plausible``
        """
        return " or ".join((self.verdict, *self.near[:1]))


def _beside(one: str, other: str) -> bool:
    names = [name for _, name in SCALE]
    return abs(names.index(one) - names.index(other)) == 1


def wilson(p: float, n: int) -> tuple[float, float]:
    """95 % interval of a probability of which a share p of n draws was seen.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212.

    Examples
    --------
    >>> [round(x, 4) for x in wilson(0.0, 1024)], [round(x, 3) for x in wilson(0.5, 100)]
    ([0.0, 0.0037], [0.404, 0.596])
    """
    z2 = 1.959963984540054**2
    middle, root = p + z2 / (2 * n), float(np.sqrt(z2 * (p * (1.0 - p) / n + z2 / (4 * n * n))))
    low, high = (middle - root) / (1 + z2 / n), (middle + root) / (1 + z2 / n)
    return (0.0 if p == 0.0 else low), (1.0 if p == 1.0 else high)


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
        Whether to look for what the inputs would have to be where a claim does not hold at the median.
    """
    questions = Questions(draws, seed)
    return [_verdict(claim, questions.ask(claim), every, needs=needs) for claim in claims]


def _verdict(claim: Claim, answer: Answer, every: Sequence[Claim], *, needs: bool) -> Verdict:
    p = _probability(claim, answer.values)
    others, against = disagreeing(claim), against_claims(claim, every)
    untested = OTHER if others or against else UNTESTED
    said = untested if p is None else scale(p)
    wanted = needs_of(claim, answer) if needs else None
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
