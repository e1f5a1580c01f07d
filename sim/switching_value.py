r"""The value of one input at which the better of two ways changes.

Two ways A and B are compared by one measure of their draws, say the P50 of hours. With one input set to x in every draw and all
else as drawn, the gap

.. math:: g(x) = m(A \,|\, x) - m(B \,|\, x)

has the sign of the worse way. A *switching value* is an x at which it changes sign, the one nearest to the input's mean. Both ways
share their draws, so g is a smooth function of x up to the steps of a quantile, and closures, patience and opening hours
are met anew at each x: nothing is extrapolated.

The search looks inside the input's own range first, then outside it, down to a tenth of the mean and up to ten times it;
a value found there is said to lie outside. Bisection ends at 1e-6 of the range.

How sure a value is: :mod:`sim.switching_spread` (what we do not know) and :mod:`sim.switching_error` (noise of the draws).

    A takes 10 + x days, B 15: the switching value is 5 days
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from sim.draws import Floats
from sim.encounters import Encounters
from sim.itinerary import Itinerary
from sim.sampling import Draws, quantiles
from sim.simulation import simulate
from sim.trips import travel

MEASURES = ("hours_p50", "usd_mean", "generalized", "p90")
"""P50 of hours, mean dollars, mean dollars plus value of time times mean hours, P90 of hours."""

STEPS = 8
"""Points on either side of the mean at which a change of sign is looked for."""
REACH = 10.0
"""How many times smaller or larger than its mean an input is tried."""
LIMITS = {"h/day": 24.0, "%": 100.0}
"""Largest value that a unit allows."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A way as it is meant to go, and what it may meet."""

    itinerary: Itinerary
    encounters: Encounters


@dataclass(frozen=True, slots=True)
class Lever:
    """One input that may be moved: a parameter row by number, or the length of a project.

    ``mean``, ``low`` and ``high`` are in ``unit``.
    """

    name: str
    unit: str
    mean: float
    low: float
    high: float
    row: int = -1
    project: str = ""

    def set_to(self, value: float, draws: Draws) -> Draws:
        """Draws in which the input has one value throughout."""
        if self.project:
            return draws.fixed(lengths={self.project: value})
        return draws.fixed({self.row: value})

    def moved(self, value: float) -> float:
        """How far a value lies from the mean, in widths of the input's own range; infinite where it has no range."""
        width = self.high - self.low
        return abs(value - self.mean) / width if width > 0 else np.inf


@dataclass(frozen=True)
class Duel:
    """Two ways, how they are measured, and in which draws.

    Parameters
    ----------
    a, b
        The ways.
    measure
        One of :data:`MEASURES`.
    draws
        Draws that both share.
    usd_per_hour
        Value of time of the consignment in some draws, shape (draw,) or one number; for ``generalized``. [USD/h]
    """

    a: Contender
    b: Contender
    measure: str
    draws: Draws
    usd_per_hour: Callable[[Draws], Floats | float]

    def gap(self, draws: Draws | None = None) -> float:
        """Measure of A less that of B; below zero where A is the better. [h] or [USD]"""
        draws = draws or self.draws
        return self.measured(self.a, draws) - self.measured(self.b, draws)

    def measured(self, way: Contender, draws: Draws) -> float:
        """Measure of one way over the draws that arrive."""
        trip = travel(way.itinerary, draws, way.encounters)
        arrived = trip.delivered
        hours, usd = trip.hours[arrived], trip.usd[arrived]
        if self.measure in ("hours_p50", "p90"):
            return quantiles(hours, (0.5 if self.measure == "hours_p50" else 0.9,))[0]
        if self.measure == "usd_mean":
            return float(usd.mean())
        per = self.usd_per_hour(draws)
        return float((usd + (per[arrived] if isinstance(per, np.ndarray) else per) * hours).mean())

    def average_gaps(self, draws: Draws) -> Floats:
        """Difference of the average trips under each draw's knowledge, shape (draw,). [h] or [USD]"""
        a, b = (simulate(way.itinerary, draws, way.encounters) for way in (self.a, self.b))
        if self.measure in ("hours_p50", "p90"):
            return a.hours_known - b.hours_known
        if self.measure == "usd_mean":
            return a.usd_known - b.usd_known
        per = self.usd_per_hour(draws)
        return np.asarray(a.usd_known - b.usd_known + per * (a.hours_known - b.hours_known))


@dataclass(frozen=True, slots=True)
class Switch:
    """Where the better way changes as one input moves.

    Parameters
    ----------
    lever
        The input.
    value
        Switching value; None where the better way stays within everything that was tried. In the input's unit.
    inside
        Whether it lies in the input's own range.
    moved
        Distance from the mean in widths of that range. [1]
    better_below
        Whether A is the better way below the value.
    tried
        Smallest and largest value tried.
    p10, p90, without
        Spread of the switching value of the average trip over what we do not know, and the share of draws that have none in
        the grid; None where not asked for.
    error
        Monte Carlo standard error of the value, in its unit (:mod:`sim.switching_error`); None where not asked for.
    searched
        Whether whole re-runs, with the ways searched anew, bear it out.
    """

    lever: Lever
    value: float | None
    inside: bool = False
    moved: float = np.inf
    better_below: bool = False
    tried: tuple[float, float] = (0.0, 0.0)
    p10: float | None = None
    p90: float | None = None
    without: float | None = None
    error: float | None = None
    searched: bool = False

    @property
    def change(self) -> float:
        """Distance from the mean as a share of it; infinite where there is no value or the mean is zero. [1]"""
        if self.value is None or self.lever.mean == 0:
            return np.inf
        return abs(self.value / self.lever.mean - 1.0)


def switching_value(duel: Duel, lever: Lever) -> Switch:
    """Switching value of one input between two ways.

    Parameters
    ----------
    duel
        Two ways and their measure.
    lever
        The input.

    Returns
    -------
    Switch
    """
    return switch_of(lambda x: duel.gap(lever.set_to(x, duel.draws)), lever)


def switch_of(gap_at: Callable[[float], float], lever: Lever) -> Switch:
    """Switching value of one input on any gap that it moves.

    Parameters
    ----------
    gap_at
        Gap with the input at a value; below zero on one side of a switch.
    lever
        The input.

    Examples
    --------
    >>> round(switch_of(lambda x: 10.0 + x - 15.0, Lever("x", "day", 4.0, 2.0, 8.0)).value, 5)
    5.0
    """
    gap = cache(gap_at)
    least, most = tried_values(lever)
    inner = min(
        (x for side in (lever.low, lever.high) for x in _roots(gap, lever.mean, side)), key=lever.moved, default=None
    )
    value = inner
    if value is None:
        outer = (x for a, b in ((lever.low, least), (lever.high, most)) for x in _roots(gap, a, b, spread=True))
        value = min(outer, key=lambda x: abs(np.log(x / lever.mean)) if lever.mean > 0 else x, default=None)
    if value is None:
        return Switch(lever, None, tried=(least, most))
    step = 1e-4 * max(abs(value), lever.high - lever.low)
    below = gap(max(value - step, least)) < gap(value + step)
    return Switch(lever, value, inner is not None, lever.moved(value), below, (least, most))


def tried_values(lever: Lever) -> tuple[float, float]:
    """Smallest and largest value at which an input is tried, in its unit; a project is never shorter than half of its own range."""
    if lever.project:
        return lever.low / 2.0, lever.high * 2.0
    most = min(lever.mean * REACH, LIMITS.get(lever.unit, np.inf))
    return min(lever.low, lever.mean / REACH), max(lever.high, most)


def _roots(gap: Callable[[float], float], start: float, end: float, *, spread: bool = False) -> list[float]:
    """First change of sign between two values, looked for from the first on; in equal ratios where they are far apart."""
    if start == end:
        return []
    apart = spread and start > 0 and end > 0
    points = np.geomspace(start, end, STEPS + 1) if apart else np.linspace(start, end, STEPS + 1)
    first, middle, last = (gap(float(points[i])) for i in (0, STEPS // 2, STEPS))
    if _sign(first) == _sign(last) == _sign(middle) and min(first, last) <= middle <= max(first, last):
        return []  # monotone as far as three points show: looked at more closely only where they are not
    for a, b in zip(points[:-1].tolist(), points[1:].tolist(), strict=True):
        if _sign(gap(a)) != _sign(gap(b)):
            return [_bisected(gap, a, b)]
    return []


def _sign(value: float) -> bool:
    return value < 0


def _bisected(gap: Callable[[float], float], a: float, b: float) -> float:
    wanted = 1e-6 * abs(b - a)
    at_a = _sign(gap(a))
    while abs(b - a) > wanted:
        middle = (a + b) / 2.0
        if _sign(gap(middle)) == at_a:
            a = middle
        else:
            b = middle
    return (a + b) / 2.0


def frontier(duel: Duel, first: Lever, second: Lever, points: int = 13) -> list[tuple[float, float | None]]:
    """Switching value of a second input for each value of a first across its range: the line on which both ways are equal.

    Returns
    -------
    list of (float, float or None)
        Value of the first, and that of the second; None where nothing tried changes the better way.
    """
    line: list[tuple[float, float | None]] = []
    for x in np.linspace(first.low, first.high, points).tolist():
        moved = Duel(duel.a, duel.b, duel.measure, first.set_to(x, duel.draws), duel.usd_per_hour)
        line.append((x, switching_value(moved, second).value))
    return line


def ranked(switches: Iterable[Switch]) -> list[Switch]:
    """Switches by how little the input must move in widths of its range, then as a share of its mean; what changes nothing last."""
    return sorted(switches, key=lambda s: (s.value is None, not s.inside, s.moved, s.change, s.lever.name))
