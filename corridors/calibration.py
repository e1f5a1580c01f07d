r"""What observed trips say about parameter rows: posterior ranges, proposed and never laid over ours.

The shipped ranges are the prior. In draw j every row has a value, and each trip t a mean :math:`m_{tj} = E[Y_t\,|\,K_j]` over the
activities that its printed days hold; all trips share the draws of knowledge, so one draw is one world. A draw's weight is how well its
world explains what was printed,

.. math::
   w_j \propto \prod_t t_\nu\!\Bigl(\frac{\ln y_t - \ln m_{tj} + s_t^2/2}{\sqrt{s_t^2 + r_t^2 + d^2}}\Bigr)^{1/n_{c(t)}}

with s the spread of single trips about their mean (logarithms), r the rounding of the printed days, d what no range of ours explains
(:data:`DISCREPANCY`), Student's t with :math:`\nu` = 4 so that a trip through snow does not drag all rows along, and :math:`n_{c(t)}` the
trips of the same source, which are no independent witnesses. Posterior figures are weighted ones over the same draws (importance
weighting); their effective number is :math:`1 / \sum w_j^2`.

*Leave one out.* For every trip the weights are made without the trips of its source, and the trip is laid beside its own draws so weighted:
coverage after is that of trips that the weights have not seen.

A row is proposed only where trips of three sources or more rest on it (:data:`WITNESSES`) and its mean moves by more than three times the
sampling error: nothing is fitted to a single trip. Fewer than ten
trips are refused unless asked for, and then it is said. Candidates keep within the shipped range, for the draws hold nothing beyond; a row whose
trips pull to its very end asks for a look at the range itself, not for a fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.toml_files import ScenarioError
from corridors.validation import INTERVALS, Comparison

if TYPE_CHECKING:
    from sim.draws import Floats
    from sim.parameter_rows import Row

ENOUGH = 10
"""Trips from which rows are fitted without a word."""
WITNESSES = 3
"""Sources of trips that must rest on a row before a range is proposed for it."""
FREEDOM = 4.0
"""Degrees of freedom of Student's t, few so that a single odd trip counts little: our choice. [1]"""
DISCREPANCY = 0.2
"""Spread in logarithms that no range of ours explains: what printed days hold, and how a trip was chosen to be told. Our choice, nothing
measured: with 0.1 as with 0.3 the same five rows are moved most, by a fifth more or less. [1]"""
LEAST_EFFECTIVE = 30.0
"""Effective draws below which weighted figures mean nothing."""
DRAWS = 4096


@dataclass(frozen=True)
class Shift:
    """One row before and after: prior and posterior mean and standard deviation in the row's unit, and who says so.

    ``shift`` is the move of the mean in prior standard deviations; ``trips`` and ``sources`` rest on the row; ``heard`` says that the move is
    above three times its sampling error. ``range90`` holds 90 % of the weighted draws.
    """

    row: Row
    prior: tuple[float, float]
    posterior: tuple[float, float]
    range90: tuple[float, float]
    shift: float
    trips: int
    sources: int
    heard: bool

    @property
    def proposed(self) -> bool:
        """Whether enough independent sources rest on the row, and they say more than the sampling does."""
        return self.sources >= WITNESSES and self.heard

    @property
    def share(self) -> float:
        """Where in the shipped range the posterior mean lies. [1]"""
        return (self.posterior[0] - self.row.low) / (self.row.high - self.row.low)


@dataclass(frozen=True)
class Calibration:
    """Weights of the draws and what follows from them.

    Parameters
    ----------
    found
        Trips used.
    weights
        Weight of each draw, sum 1, shape (draw,). [1]
    effective
        Effective number of draws.
    shifts
        Every row that the trips rest on, those that move most first.
    before, after
        Forecast quantile of each trip under the prior, and under the weights made without its source.
    said
        What must be said of the fit.
    """

    found: tuple[Comparison, ...]
    weights: Floats
    effective: float
    shifts: tuple[Shift, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    said: str


def calibrate(found: Sequence[Comparison], *, few: bool = False) -> Calibration:
    """Posterior ranges of the rows that some trips rest on.

    Parameters
    ----------
    found
        Trips beside the model, of one number of draws and one seed (:func:`corridors.validation.validate`); those not scored are left out.
    few
        Go on with fewer than :data:`ENOUGH` trips; the result then says so.

    Raises
    ------
    ScenarioError
        With too few trips unless ``few``, or where hardly any draw explains them.
    """
    used = tuple(c for c in found if c.scored)
    n = len(used)
    if n < ENOUGH and not few:
        raise ScenarioError(f"{n} scored trips; a fit asks for {ENOUGH} or more; bring trips of your own, or say --few")
    if not n:
        raise ScenarioError("no scored trip: nothing to weigh")
    logs = np.stack([_log_likelihood(c) / sum(_shared(c, o) for o in used) for c in used])
    weights = _weights(logs.sum(axis=0))
    effective = 1.0 / float((weights**2).sum())
    if effective < LEAST_EFFECTIVE:
        msg = f"the weights rest on {effective:.0f} of {weights.size} draws; allowed {LEAST_EFFECTIVE:.0f} or more: more draws, or fewer trips"
        raise ScenarioError(msg)
    before = tuple(c.u for c in used)
    after = tuple(_left_out(i, used, logs) for i in range(n))
    said = f"weighed on n = {n} trips of {len({c.trip.source for c in used})} sources" + (
        "" if n >= ENOUGH else f", fewer than {ENOUGH}: a hint, not a fit"
    )
    error = 3.0 / float(np.sqrt(effective))
    return Calibration(used, weights, effective, tuple(_shifts(used, weights, error)), before, after, said)


def average_days(c: Comparison) -> Floats:
    """Days of the average trip under each draw's knowledge, over the activities that the printed days hold, shape (draw,). [day]"""
    if c.way is None:
        raise ValueError(f"{c.trip.trip_id} has no way: {c.reason}")
    outcome = c.way.made
    chosen = [i for i, p in enumerate(outcome.itinerary.priced) if c.trip.holds(p.activity)]
    hours = outcome.draws.total([outcome.itinerary.priced[i].hours.known for i in chosen])
    hours = hours + sum(float(outcome.added[i][0].mean()) for i in chosen if i in outcome.added)
    return hours / 24.0


def _log_likelihood(c: Comparison) -> Floats:
    """Logarithm of the likelihood of one trip in each draw, shape (draw,)."""
    from scipy.stats import t as student

    printed, days = c.trip.days, c.days
    if printed is None or days is None:
        msg = f"{c.trip.trip_id} is not scored"
        raise ValueError(msg)
    middle = (printed[0] + printed[1]) / 2.0
    mean = average_days(c)
    spread = float(np.std(np.log(days / mean)))
    rounding = ((printed[1] - printed[0]) / 2.0 + 0.5) / np.sqrt(3.0) / middle
    scale = np.sqrt(spread**2 + rounding**2 + DISCREPANCY**2)
    return np.asarray(student.logpdf((np.log(middle) - np.log(mean) + spread**2 / 2.0) / scale, FREEDOM))


def _weights(log: Floats) -> Floats:
    raw = np.exp(log - log.max())
    return np.asarray(raw / raw.sum())


def _shared(one: Comparison, other: Comparison) -> bool:
    return bool(set(one.trip.source) & set(other.trip.source))


def _left_out(i: int, used: Sequence[Comparison], logs: Floats) -> float:
    """Forecast quantile of a trip under weights that have not seen its source."""
    kept = [k for k, c in enumerate(used) if not _shared(c, used[i])]
    weights = _weights(logs[kept].sum(axis=0)) if kept else np.full(logs.shape[1], 1.0 / logs.shape[1])
    days, seen = used[i].days, used[i].trip.observed_days
    if days is None or seen is None:
        msg = f"{used[i].trip.trip_id} is not scored"
        raise ValueError(msg)
    return float(weights[days < seen].sum() + 0.5 * weights[days == seen].sum())


def _shifts(used: Sequence[Comparison], weights: Floats, error: float) -> list[Shift]:
    witnesses: dict[int, list[Comparison]] = {}
    for c in used:
        plan = None if c.way is None else c.way.plan
        for number in _rows_of(c) if plan is not None else ():
            witnesses.setdefault(number, []).append(c)
    out = []
    for number, cs in witnesses.items():
        draws = cs[0].way.outcome.draws if cs[0].way and cs[0].way.outcome else None
        if draws is None or not draws.parameters.rows[number].uncertain:
            continue
        values = np.asarray(draws.row(number))
        out.append(_shift(draws.parameters.rows[number], values, weights, cs, error))
    return sorted(out, key=lambda s: -abs(s.shift))


def _rows_of(c: Comparison) -> list[int]:
    """Rows of the hours that the printed days hold."""
    plan = c.way.plan if c.way is not None else None
    if plan is None:
        return []
    return list(dict.fromkeys(n for p in plan.itinerary.priced if c.trip.holds(p.activity) for n in p.hours.rows()))


def _shift(row: Row, values: Floats, weights: Floats, cs: Sequence[Comparison], error: float) -> Shift:
    before = float(values.mean()), float(values.std())
    mean = float((weights * values).sum())
    spread = float(np.sqrt((weights * (values - mean) ** 2).sum()))
    low, high = weighted_quantiles(values, weights, (0.05, 0.95))
    sources = {c.trip.source for c in cs}
    shift = (mean - before[0]) / before[1]
    return Shift(row, before, (mean, spread), (low, high), shift, len(cs), len(sources), abs(shift) >= error)


def weighted_quantiles(values: Floats, weights: Floats, levels: Sequence[float]) -> list[float]:
    """Quantiles of weighted draws: the value at which the running weight passes each level.

    Examples
    --------
    >>> weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.8, 0.1]), (0.5, 0.95))
    [1.0, 3.0]
    """
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    places = np.searchsorted(running, np.asarray(levels) * running[-1])
    return [float(values[order][min(int(p), len(values) - 1)]) for p in places]


def candidate(s: Shift) -> tuple[float, float, float]:
    r"""Low, best and high of a triangle with the posterior's mean, its ends drawn in as its spread is, in the row's unit.

    With m the mean, s the standard deviation, and a stroke for the posterior

    .. math:: l' = m' - (m - l)\,s'/s, \quad h' = m' + (h - m)\,s'/s, \quad b' = 3m' - l' - h',

    all held inside the shipped range: trips that say nothing leave a row as it is.
    """
    ratio = min(s.posterior[1] / s.prior[1], 1.0)
    mean = s.posterior[0]
    low = max(s.row.low, mean - (s.prior[0] - s.row.low) * ratio)
    high = min(s.row.high, mean + (s.row.high - s.prior[0]) * ratio)
    return low, min(max(3.0 * mean - low - high, low), high), high


def coverage_rows(c: Calibration) -> list[dict[str, Any]]:
    """One record an interval: trips inside before, and after with each trip left out."""
    rows = []
    for share in INTERVALS:
        counts = [sum((1 - share) / 2 <= u <= (1 + share) / 2 for u in us) for us in (c.before, c.after)]
        n = len(c.before)
        rows.append(
            {"interval": share, "n": n, "inside_before": counts[0], "inside_after": counts[1],
             "coverage_before": counts[0] / n, "coverage_after": counts[1] / n}
        )  # fmt: skip
    return rows


def shift_rows(c: Calibration) -> list[dict[str, Any]]:
    """One record a row that the trips rest on, those that move most first."""
    rows = []
    for s in c.shifts:
        low, best, high = candidate(s)
        rows.append(
            {
                "parameter_id": s.row.parameter_id, "unit": s.row.unit, "low": s.row.low, "best": s.row.best, "high": s.row.high,
                "prior_mean": s.prior[0], "prior_sd": s.prior[1], "posterior_mean": s.posterior[0], "posterior_sd": s.posterior[1],
                "shift_in_prior_sd": s.shift, "sd_ratio": s.posterior[1] / s.prior[1], "share_of_range": s.share, "trips": s.trips,
                "sources": s.sources, "heard": s.heard, "proposed": s.proposed, "candidate_low": low, "candidate_best": best, "candidate_high": high,
            }
        )  # fmt: skip
    return rows


def candidate_rows(c: Calibration, table_rows: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Rows in the columns of ``parameters.csv`` for the proposed shifts that move most, to be read and laid over by hand.

    Parameters
    ----------
    c
        A calibration.
    table_rows
        Rows of the shipped table, from which everything else is kept.
    most
        Rows proposed at most. [1]
    """
    by_id = {row["parameter_id"]: row for row in table_rows}
    out = []
    for s in [s for s in c.shifts if s.proposed][:most]:
        low, best, high = candidate(s)
        note = (
            f"CANDIDATE, not shipped: {c.said}; {s.trips} of them rest on this row. Mean {s.prior[0]:.4g} to {s.posterior[0]:.4g} {s.row.unit}. "
            f"Before: {s.row.low:g}/{s.row.best:g}/{s.row.high:g}. {s.row.note}"
        )
        figures = {"low": low, "best": best, "high": high, "shape": "triangular", "basis": "estimate", "note": note}
        out.append(by_id[s.row.parameter_id] | figures)
    return out
