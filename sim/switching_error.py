r"""Monte Carlo error of a gap between two ways, and of a switching value.

The draws are some of many that could have been made. The gap g of two ways is measured in independent replicates of the
draws; their standard deviation s is the standard error of a gap from one set of draws of that size. Near a switching value v the gap
is straight, so that an error of s in the gap moves v by

.. math:: \sigma_v = s(g(v)) / |g'(v)|

with the slope taken from the study's own draws, 5 per cent to either side (the delta method). This is noise, smaller with more
draws; what we do not know is the spread of :mod:`sim.switching_value`.

    gaps of -9, -11, -10 and -10 USD: 0.82 USD; a slope of 2 USD/h makes it 0.41 h
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.sampling import Draws
    from sim.switching_value import Duel, Lever

REPLICATES = 8
"""Independent repetitions behind an error."""
FIRST = 2_000_003
"""Replicate that they begin at; far from those that anything else uses."""
SIDE = 0.05
"""Distance to either side at which a slope is taken, as a share of the value."""


def replicates_of(draws: Draws, count: int = REPLICATES) -> list[Draws]:
    """Independent repetitions of some draws."""
    return [draws.replicate(FIRST + i) for i in range(count)]


def gap_error(duel: Duel, repetitions: list[Draws]) -> float:
    """Monte Carlo standard error of the gap of two ways, all inputs as drawn. [h] or [USD]"""
    return float(np.std([duel.gap(draws) for draws in repetitions], ddof=1))


def value_error(duel: Duel, lever: Lever, value: float, repetitions: list[Draws]) -> float | None:
    """Monte Carlo standard error of a switching value, in the input's unit; None where the gap has no slope there."""
    low, high = value * (1.0 - SIDE), value * (1.0 + SIDE)
    at_low, at_high = (duel.gap(lever.set_to(x, duel.draws)) for x in (low, high))
    if at_low == at_high:
        return None
    slope = abs(at_high - at_low) / (high - low)
    return float(np.std([duel.gap(lever.set_to(value, draws)) for draws in repetitions], ddof=1)) / slope
