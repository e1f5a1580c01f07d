r"""What an input would have to be for a claim to hold, all else as drawn.

For a claim that fails, each row that its figure rests on is moved alone: to its low and to its high in every draw, and where the
median of the figure passes the claim's bound on the way, the value at which it does is found by bisection,

.. math:: \mathrm{P50}\bigl(x \mid k = v\bigr) = b .

Where it passes the bound for no value inside low-high the row alone will not do. Then all rows are put to the end that helps at once:
the best that our ranges have together, which is a corner and not a forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.switching_value import Lever

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.claim_questions import Answer
    from corridors.claims import Claim
    from sim.sampling import Draws

STEPS = 40
"""Halvings of a range before the value is taken."""


@dataclass(frozen=True)
class Need:
    """One input, the median of the figure at the end that helps more, and the value at which the claim is met (None: none)."""

    lever: Lever
    value: float | None
    helps_at: float
    best: float


@dataclass(frozen=True)
class Needs:
    """What would have to be true.

    Parameters
    ----------
    alone
        Inputs of which one value inside low-high is enough, those that move least first.
    nearest
        The other inputs, those that come nearest first.
    together
        Median of the figure with every input at the end that helps.
    met_together
        Whether the claim holds there.
    middle
        Median as it is.
    """

    alone: tuple[Need, ...]
    nearest: tuple[Need, ...]
    together: float
    met_together: bool
    middle: float


def needs_of(claim: Claim, answer: Answer) -> Needs | None:
    """What would have to be true for a claim to hold; None where no input of its figure can be moved."""
    again, draws, bound = answer.again, answer.draws, claim.bound
    if again is None or draws is None or bound is None:
        return None
    sign = -1.0 if claim.relation == "at_most" else 1.0  # the figure must fall or rise

    def median(drawn: Draws) -> float:
        return float(np.median(again(drawn)))

    middle = median(draws)
    if claim.relation == "about":
        sign = float(np.sign(bound - middle)) or 1.0
    needs = [_need(lever, draws, median, bound, sign) for lever in levers_of(answer)]
    needs = [n for n in needs if n is not None]
    moving = [n for n in needs if sign * (n.best - middle) > 1e-9 * max(1.0, abs(middle))]
    corner = draws
    corner = corner.fixed(
        {n.lever.row: n.helps_at for n in moving if not n.lever.project},
        {n.lever.project: n.helps_at for n in moving if n.lever.project},
    )
    together = median(corner)
    alone = sorted((n for n in moving if n.value is not None), key=lambda n: n.lever.moved(n.value or 0.0))
    nearest = sorted((n for n in moving if n.value is None), key=lambda n: -sign * n.best)
    return Needs(tuple(alone), tuple(nearest), together, sign * (together - bound) >= 0.0, middle)


def levers_of(answer: Answer) -> Iterable[Lever]:
    """Uncertain rows and drawn lengths that the ways of an answer rest on, each once."""
    draws = answer.draws
    if draws is None:
        return
    numbers = dict.fromkeys(n for plan in answer.plans for n in plan.itinerary.rows())
    for number in numbers:
        row = draws.parameters.rows[number]
        if row.uncertain:
            yield Lever(row.parameter_id, row.unit, row.mean, row.low, row.high, row=number)
    met = {a.project_id for plan in answer.plans for a in plan.itinerary.activities}
    for project in sorted(met & draws.lengths.keys()):
        length = draws.lengths[project]
        if length.low < length.high:
            mean = length.best * length.mean_factor
            yield Lever(f"project_length.{project}", "km", mean, length.low, length.high, project=project)


def _need(lever: Lever, draws: Draws, median: Callable[[Draws], float], bound: float, sign: float) -> Need:
    def at(value: float) -> float:
        return sign * (median(lever.set_to(value, draws)) - bound)

    low, high = at(lever.low), at(lever.high)
    helps, hurts = (lever.low, lever.high) if low > high else (lever.high, lever.low)
    best = max(low, high)
    if best < 0.0 or min(low, high) >= 0.0:
        return Need(lever, None, helps, sign * best + bound)
    for _ in range(STEPS):
        half = (helps + hurts) / 2.0
        helps_, hurts = (half, hurts) if at(half) >= 0.0 else (helps, half)
        if helps_ == half:
            helps = half
    end = lever.low if low > high else lever.high
    return Need(lever, helps, end, sign * best + bound)
