r"""What inputs would have to be for a claim to hold, found as switching values and tried by whole re-runs.

For a claim that does not hold at the median, each input is moved alone, all else as drawn. The gap of the search is the claim's
shortfall at the median of the figure x,

.. math:: g(v) = s\bigl(\mathrm{P50}(x \mid k = v)\bigr) \le 0 ,

and a value at which it changes sign is a switching value (:mod:`sim.switching_value`): looked for inside the input's own range first, then
down to a tenth of its mean and up to ten times it. What is named is rounded to four figures towards the side on which the claim
holds, and the scenario is run again with it, ways searched anew (:mod:`corridors.rerouting`): a value that does not make the claim
hold there is not named.

Where no input alone will do inside its own range, the two that come furthest together are put to their helpful ends, then all of
them: the best that our ranges have together, a corner and not a forecast. If that is enough, the share of the way from the means
to those ends at which it becomes enough is told.

    24 days, and 10 claimed: 14 short; all inputs at their helpful ends make it 12, not enough
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from corridors.rerouting import borne_out
from sim.switching_value import Switch, ranked, switch_of, tried_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.claim_figures import Answer, Figure, Input, Values
    from corridors.claims import Claim

MOST = 5
"""Inputs of which a value is named."""
PAIRED = 6
"""Inputs of which each pair is tried."""
SHARES = 50
"""Steps of the way from the means to the helpful ends."""
DIGITS = 4


@dataclass(frozen=True)
class Need:
    """One input that alone would do.

    Parameters
    ----------
    input
        The input.
    value
        Value with which the claim holds, in its unit.
    below
        Whether it holds below the value, not above it.
    share
        Share of the input's own range at or below the value; None where it lies outside. [1]
    beyond
        How far outside, as a share of the nearer end, negative below; 0 inside, infinite where that end is 0. [1]
    reached
        Median of the figure there, carried through anew.
    """

    input: Input
    value: float
    below: bool
    share: float | None
    beyond: float
    reached: float


@dataclass(frozen=True)
class Corner:
    """Some inputs together at values inside their own ranges.

    Parameters
    ----------
    values
        Values by input, at the helpful end or, where that is enough, as far towards it as it takes.
    reached
        Median of the figure there, carried through anew; None where a way is then lost.
    enough
        Whether the claim holds there.
    way
        Share of the way from the means to the helpful ends. [1]
    """

    values: Mapping[str, float]
    reached: float | None
    enough: bool
    way: float = 1.0


@dataclass(frozen=True)
class Needs:
    """What would have to be true.

    Parameters
    ----------
    middle
        Median of the figure as it is.
    alone
        Inputs that alone would do, those inside their own ranges first.
    pair, together
        The best two, and all; None where one alone would do inside its range.
    opened
        Smallest sets of what would have to be open for a way to exist, each as words and how things stand; None where no way is asked for.
    """

    middle: float
    alone: tuple[Need, ...] = ()
    pair: Corner | None = None
    together: Corner | None = None
    opened: tuple[Mapping[str, str], ...] | None = None


def needs_of(claim: Claim, answer: Answer) -> Needs | None:
    """What would have to be true for a claim to hold at the median; None where it does, and where nothing can be moved."""
    figure = answer.figure
    if figure is None:
        sets = None if answer.opens is None else answer.opens()
        return None if sets is None else Needs(0.0, opened=sets)
    search = _Search(claim, figure)
    if search.gap({}) <= 0.0:
        return None
    middle = float(np.median(figure.at({})))
    alone = search.alone()
    if any(need.share is not None for need in alone):
        return Needs(middle, alone)
    helpful = search.helpful()
    pair = search.best_pair(helpful) if len(helpful) > 1 else None
    told = pair is not None and (pair.enough or len(helpful) == 2)
    together = search.corner(helpful) if helpful and not told else None
    return Needs(middle, alone, pair, together)


@dataclass(frozen=True)
class _Search:
    """The searches for one claim."""

    claim: Claim
    figure: Figure
    _known: dict[tuple[tuple[str, float], ...], float | None] = field(default_factory=dict, repr=False)

    def gap(self, values: Values) -> float:
        """Shortfall at the median, the ways as they go."""
        return float(self.claim.shortfall(np.asarray(np.median(self.figure.at(values)))))

    def holds_anew(self, values: Values) -> bool:
        """Whether the claim holds at the median of a whole re-run."""
        reached = self.reached(values)
        return reached is not None and float(self.claim.shortfall(np.asarray(reached))) <= 0.0

    def reached(self, values: Values) -> float | None:
        """Median in a whole re-run; None where a way is then lost."""
        key = tuple(sorted(values.items()))
        if key not in self._known:
            found = self.figure.anew(values)
            self._known[key] = None if found is None else float(np.median(found))
        return self._known[key]

    def alone(self) -> tuple[Need, ...]:
        """Inputs that alone would do, borne out by whole re-runs."""
        found: list[Need] = []
        for switch in ranked(self._switch(one) for one in self.figure.inputs):
            if switch.value is None or len(found) == MOST:
                break
            need = self._borne_out(switch)
            if need is not None:
                found.append(need)
        return tuple(sorted(found, key=lambda n: (n.share is None, n.input.lever.moved(n.value), abs(n.beyond))))

    def _switch(self, one: Input) -> Switch:
        lever = one.lever
        ends = tried_values(lever)
        if self.claim.relation != "about" and min(self.gap({lever.name: x}) for x in ends) > 0.0:
            return Switch(lever, None, tried=ends)  # further towards one side never makes it worse first

        def below_zero_where_it_holds(x: float) -> float:
            gap = self.gap({lever.name: x})
            return gap if gap > 0.0 else np.nextafter(gap, -np.inf)

        return switch_of(below_zero_where_it_holds, lever)

    def _borne_out(self, switch: Switch) -> Need | None:
        name = switch.lever.name
        tried = borne_out(switch, lambda x: self.holds_anew({name: x}))
        if tried.value is None:
            return None
        one = next(i for i in self.figure.inputs if i.lever.name == name)
        for more in (0.0, 0.005, 0.01):
            value = rounded(tried.value * (1.0 - more if tried.better_below else 1.0 + more), down=tried.better_below)
            if self.holds_anew({name: value}):
                reached = self.reached({name: value})
                share, beyond = where(one, value)
                return Need(one, value, tried.better_below, share, beyond, reached or 0.0)
        return None

    def helpful(self) -> list[tuple[Input, float]]:
        """Inputs with the end of their own range that helps, the most helpful first; those that do not help are left out.

        An input of little weight may leave the draw in the middle where it is and still help others: the mean tells.
        """
        base, usual = self._gaps({})
        least = 1e-9 * max(1.0, abs(base))
        found = []
        for one in (i for i in self.figure.inputs if i.lever.low < i.lever.high):
            (gap, mean), end = min((self._gaps({one.lever.name: x}), x) for x in (one.lever.low, one.lever.high))
            if gap < base - least or (gap <= base and mean < usual - least):
                found.append((gap, one, end))
        if not any(gap < base - least for gap, _, _ in found):
            return self._only_together(base - least)
        return [(one, end) for _, one, end in sorted(found, key=lambda f: (f[0], f[1].lever.name))]

    def _gaps(self, values: Values) -> tuple[float, float]:
        """Shortfall at the median and at the mean, the ways as they go."""
        at = self.figure.at(values)
        median, mean = self.claim.shortfall(np.array([np.median(at), np.mean(at)])).tolist()
        return median, mean

    def _only_together(self, below: float) -> list[tuple[Input, float]]:
        """Inputs of which none helps alone, as where the latest of several counts: those that it takes, all at one end."""
        free = [i for i in self.figure.inputs if i.lever.low < i.lever.high]
        sides = [{i.lever.name: getattr(i.lever, side) for i in free} for side in ("low", "high")]
        best = min(sides, key=self.gap)
        reached = self.gap(best)
        if reached >= below:
            return []
        kept = dict(best)
        for name in best:
            fewer = {k: v for k, v in kept.items() if k != name}
            if self.gap(fewer) <= reached:
                kept = fewer
        return [(i, kept[i.lever.name]) for i in free if i.lever.name in kept]

    def best_pair(self, helpful: Sequence[tuple[Input, float]]) -> Corner | None:
        """The two inputs that come furthest at their helpful ends; None where no two change anything."""

        def gap(pair: Sequence[tuple[Input, float]]) -> float:
            return self.gap({one.lever.name: end for one, end in pair})

        best = min(combinations(helpful[:PAIRED], 2), key=gap)
        return self.corner(best) if gap(best) < self.gap({}) else None

    def corner(self, ends: Sequence[tuple[Input, float]]) -> Corner:
        """Inputs together at their helpful ends, or as far towards them as it takes."""

        def values(way: float) -> dict[str, float]:
            return {one.lever.name: _towards(one.lever.mean, end, way) for one, end in ends}

        if not self.holds_anew(values(1.0)):
            return Corner(values(1.0), self.reached(values(1.0)), enough=False)
        low, high = 0, SHARES  # as far as SHARES is enough, as far as low is not known to be
        while high - low > 1:
            half = (low + high) // 2
            low, high = (low, half) if self.holds_anew(values(half / SHARES)) else (half, high)
        way = high / SHARES
        return Corner(values(way), self.reached(values(way)), enough=True, way=way)


def _towards(mean: float, end: float, way: float) -> float:
    """Value on the way from a mean to an end, rounded towards the end."""
    if way >= 1.0:
        return end
    value = rounded(mean + way * (end - mean), down=end < mean)
    return max(value, end) if end < mean else min(value, end)


def where(one: Input, value: float) -> tuple[float | None, float]:
    """Share of an input's own range at or below a value, or None and how far outside as a share of the nearer end.

    Examples
    --------
    >>> from corridors.claim_figures import Input
    >>> from sim.switching_value import Lever
    >>> hours = Input(Lever("x", "h", 20.0, 10.0, 30.0), "uniform", 20.0)
    >>> where(hours, 15.0), where(hours, 5.0), where(hours, 45.0)
    ((0.25, 0.0), (None, -0.5), (None, 0.5))
    """
    low, high = one.lever.low, one.lever.high
    if low <= value <= high and low < high:
        return one.share(value), 0.0
    end = low if value < low else high
    return None, (value - end) / abs(end) if end else float(np.copysign(np.inf, value - end))


def rounded(value: float, *, down: bool) -> float:
    """Value with four figures, never past the original on the side asked for.

    Examples
    --------
    >>> rounded(123.456, down=True), rounded(0.0123456, down=False)
    (123.4, 0.01235)
    """
    if value == 0.0 or not np.isfinite(value):
        return value
    digits = DIGITS - 1 - int(np.floor(np.log10(abs(value))))
    near = round(value, digits)
    if (near > value) == down and near != value:
        near = round(near - 10.0**-digits if down else near + 10.0**-digits, digits)
    return near
