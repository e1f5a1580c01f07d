r"""How often a place shuts and for how long: rate, mean length and tail fitted on dated closures, and how few they are.

Closures seen at one place (:mod:`sim.closure_record`) make an alternating renewal process: open for a while, shut for a
while. Let n closures begin while the place was open for U days in all, let d be the lengths of those that ended and c of
those still shut when the record breaks off. With exponential open times, and lengths of density f and survivor S, the
likelihood falls into two factors,

.. math:: \mathcal{L}=\lambda^{n}e^{-\lambda U}\;\prod_{ended}\frac{f(d_i)}{S(a_i)}\prod_{not\;ended}\frac{S(c_j)}{S(a_j)},
   \qquad \hat\lambda=\frac{n}{U}

where a is the age of a closure that was already on when the window opened, 0 for all others; such a one counts as a length
and not as a start. Lengths are lognormal, with mean :math:`e^{\mu+\sigma^2/2}` and :math:`cv=\sqrt{e^{\sigma^2}-1}`; the
exponential mean, days shut over closures ended, stands beside it as a check, with exact 90 % intervals from chi-square.

Torkham alone, 1 January 2023 to 11 October 2025: five closures of 6, 9, 3, 3 and 26 days, and 10 of the 1,015 days under a
national one, so U = 958: 1.91 starts an open year (interval 0.75 to 4.0), mean length 9.1 days (cv 0.95; exponential 9.4,
interval 5.1 to 23.9). Five events: the rate is known within a factor of two either way, the mean length hardly better, and
the tail is an extrapolation. That is why the rows in ``parameters.csv`` carry wide ranges, and why a fit on fewer than ten
events says so in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.closure_record import Record, Spell
from sim.shocks import DAYS_A_YEAR, availability

FEW = 10
"""Events below which a fit says in words how little it rests on."""


@dataclass(frozen=True, slots=True)
class ClosureFit:
    """Rate and length of closures, with how little they rest on.

    Parameters
    ----------
    rate, rate_interval
        Starts per open year, and its exact 90 % interval. [1/year]
    mean_days, cv
        Lognormal mean length and coefficient of variation; cv is NaN where fewer than two closures of different length have
        ended, and the mean is then the exponential one. [day], [1]
    exponential_days, exponential_interval
        Mean length if lengths were exponential, and its exact 90 % interval. [day]
    events, not_ended
        Closures used, and how many of them are not known to have ended.
    days_observed, days_shut
        Days on which the state is known, and those shut. [day]
    warning
        What to beware of, in words; empty where nothing is.
    """

    rate: float
    rate_interval: tuple[float, float]
    mean_days: float
    cv: float
    exponential_days: float
    exponential_interval: tuple[float, float]
    events: int
    not_ended: int
    days_observed: int
    days_shut: int
    warning: str

    @property
    def share_shut(self) -> float:
        """Share of observed days on which the place was shut: the record. [1]"""
        return self.days_shut / self.days_observed

    @property
    def availability(self) -> float:
        """Share of time open that rate and exponential mean imply; equals the record where every closure ended. [1]"""
        return float(availability(self.rate, self.exponential_days))


def fit(record: Record) -> ClosureFit:
    """Rate, mean length and tail of a record, by maximum likelihood.

    Parameters
    ----------
    record
        What was seen.

    Returns
    -------
    ClosureFit

    Raises
    ------
    ValueError
        Where no closure began while the place was watched, or none has ended: nothing can be fitted on nothing.

    Examples
    --------
    >>> five = tuple(Spell("", days) for days in (6, 9, 3, 3, 26))
    >>> found = fit(Record(five, 5, 958, 47))
    >>> round(found.rate, 2), round(found.mean_days, 1), round(found.cv, 2), found.warning
    (1.91, 9.1, 0.95, 'only 5 closures began in 1005 days')
    """
    ended = sum(s.ended for s in record.spells)
    if record.starts < 1 or ended < 1 or record.days_open < 1:
        msg = (
            f"{record.starts} closures began and {ended} ended in {record.days_observed} days, {record.days_open} of them open: "
            "nothing to fit; widen the window, or state rate and length as an assumption"
        )
        raise ValueError(msg)
    exposure = record.days_open / DAYS_A_YEAR
    total = float(sum(s.days - s.age_days for s in record.spells))
    mean_days, cv = _lognormal(record.spells)
    if math.isnan(cv):
        mean_days = total / ended
    fewest, most = _chi2(0.05, 2 * record.starts), _chi2(0.95, 2 * record.starts + 2)
    return ClosureFit(
        rate=record.starts / exposure,
        rate_interval=(fewest / 2.0 / exposure, most / 2.0 / exposure),
        mean_days=mean_days,
        cv=cv,
        exponential_days=total / ended,
        exponential_interval=(2.0 * total / _chi2(0.95, 2 * ended), 2.0 * total / _chi2(0.05, 2 * ended)),
        events=len(record.spells),
        not_ended=len(record.spells) - ended,
        days_observed=record.days_observed,
        days_shut=record.days_shut,
        warning=_warning(record, ended, cv),
    )


def _chi2(level: float, degrees: int) -> float:
    from scipy import stats

    return float(stats.chi2.ppf(level, degrees))


def _warning(record: Record, ended: int, cv: float) -> str:
    """What to beware of: few events, lengths cut off, no tail."""
    n, cut = record.starts, len(record.spells) - ended
    few = [f"only {n} closure{'s' if n > 1 else ''} began in {record.days_observed} days"] if n < FEW else []
    if cut:
        few.append(f"{cut} not known to have ended: mean length and tail are extrapolated")
    if math.isnan(cv):
        few.append("no tail can be fitted")
    return "; ".join(few)


def _lognormal(spells: Sequence[Spell]) -> tuple[float, float]:
    """Mean [day] and coefficient of variation of lengths; NaN where fewer than two different ones have ended."""
    from scipy import optimize, stats

    days = np.array([s.days for s in spells], dtype=np.float64)
    age = np.array([s.age_days for s in spells], dtype=np.float64)
    ended = np.array([s.ended for s in spells])
    if len(np.unique(days[ended])) < 2:
        return math.nan, math.nan
    logs = np.log(days)
    mu, sigma = float(logs[ended].mean()), float(logs[ended].std())
    if not ended.all() or age.any():
        log_age = np.log(np.where(age > 0, age, 1.0))

        def loss(x: np.ndarray) -> float:
            s = math.exp(x[1])
            z = (logs - x[0]) / s
            terms = np.where(ended, stats.norm.logpdf(z) - math.log(s) - logs, stats.norm.logsf(z))
            return -float((terms - np.where(age > 0, stats.norm.logsf((log_age - x[0]) / s), 0.0)).sum())

        best = optimize.minimize(
            loss, [mu, math.log(sigma)], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}
        )
        mu, sigma = float(best.x[0]), math.exp(float(best.x[1]))
    return math.exp(mu + sigma * sigma / 2.0), math.sqrt(math.expm1(sigma * sigma))
