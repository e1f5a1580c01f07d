"""What one way saves against another, draw by draw, or the best of some ways against the best of others.

Both come from studies with the same draws, so that a saving has the odds of a difference and not of two samples. Quantiles are
those of each way, and their difference is no quantile of the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.comparison import value_of_time
from sim.simulation import quantiles

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Way
    from sim.draws import Floats


@dataclass(frozen=True)
class Saving:
    """What a way saves: before less after, paired. [h], [USD/t], [USD/t], [1]

    ``odds`` is the share of draws in which generalized cost falls.
    """

    before: str
    after: str
    hours_mean: float
    hours_p50: float
    hours_p90: float
    usd_per_tonne: float
    generalized_per_tonne: float
    odds: float


Ways = tuple["Study", "Mapping[str, Way]"]
"""A study and some of its ways, by corridor."""


def saving_of_best(one: Ways, other: Ways, by: str) -> Saving | None:
    """Saving of the best of some ways against the best of others, by the mean of a measure; None where there is no way on one side.

    Parameters
    ----------
    one, other
        Study and its ways by corridor, before and after; both studies have the same draws.
    by
        generalized, usd or hours.
    """
    (base, before), (changed, after) = one, other
    if not before or not after:
        return None
    return saving(base, before[_best(base, before, by)], changed, after[_best(changed, after, by)])


def _best(study: Study, ways: Mapping[str, Way], by: str) -> str:
    return min(ways, key=lambda c: (float(np.nanmean(_measured(study, ways[c], by))), c))


def _measured(study: Study, way: Way, by: str) -> Floats:
    if by == "generalized":
        return _generalized(study, way)
    return way.made.usd if by == "usd" else way.made.hours


def _generalized(study: Study, way: Way) -> Floats:
    """Generalized cost of a way in every draw; NaN where it does not arrive. [USD]"""
    return np.asarray(way.made.usd + value_of_time(study) * way.made.hours)


def saving(base: Study, before: Way, changed: Study, after: Way) -> Saving:
    """Saving of one way against another, draw by draw, over the draws in which both arrive."""
    one, other = before.made, after.made
    tonnes = base.consignment.tonnes
    both = one.delivered & other.delivered
    g_one, g_other = _generalized(base, before)[both], _generalized(changed, after)[both]
    hours = [(one.hours[both], other.hours[both])]
    p50, p90 = ((quantiles(a, (q,))[0] - quantiles(b, (q,))[0]) for (a, b) in hours for q in (0.5, 0.9))
    return Saving(
        before.corridor,
        after.corridor,
        float((one.hours[both] - other.hours[both]).mean()),
        p50,
        p90,
        float((one.usd[both] - other.usd[both]).mean()) / tonnes,
        float((g_one - g_other).mean()) / tonnes,
        float((g_one > g_other).mean()),
    )
