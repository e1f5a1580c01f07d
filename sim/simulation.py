r"""One itinerary through every draw.

For draw j the hours of a way are

.. math:: H_j = \sum_a c_a \prod_i f_i(K_{ij}) \frac{L_{pj}}{L_p} T_{aj}

and the same for dollars and emissions. Amounts that vary with the same things (a speed row, a leg, a project) are
added up before anything is multiplied, so a way of two hundred activities costs some sixty vectors; the vectors are
kept and shared by every way of a study, which is also what makes comparisons paired.

``Draws`` hands out the vectors. ``knowledge`` and ``trip`` take their own replicate numbers, so that the trip may be
redrawn under the same knowledge. A draw that is not a finite number of 0 or more is a fault of the model and raises,
with row and draw number; nothing is clipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.amounts import Amount, Length
from sim.draws import Floats, shape_quantile, trip_factor, uniforms
from sim.itinerary import Itinerary
from sim.parameters import Parameters

_Stream = tuple[tuple[tuple[int, str], ...], str, str, float]


@dataclass
class Draws:
    """Draws of a study, made when first asked for and kept.

    Parameters
    ----------
    parameters
        Rows.
    lengths
        Projects whose length is drawn, by project_id.
    count
        Number of draws.
    seed
        The study's seed.
    knowledge_replicate, trip_replicate
        Which independent repetition of each kind of doubt.
    """

    parameters: Parameters
    lengths: Mapping[str, Length]
    count: int
    seed: int
    knowledge_replicate: int = 0
    trip_replicate: int = 0
    _rows: dict[int, Floats | float] = field(default_factory=dict, repr=False)
    _vectors: dict[_Stream, Floats | float] = field(default_factory=dict, repr=False)
    _spread: dict[_Stream, tuple[float, float, float]] = field(default_factory=dict, repr=False)

    def row(self, number: int) -> Floats | float:
        """Values of a parameter row, shape (draw,), or one number where it is certain; in the row's unit."""
        if number not in self._rows:
            row = self.parameters.rows[number]
            if row.uncertain:
                u = uniforms(self.seed, "knowledge", row.parameter_id, self.knowledge_replicate, self.count)
                self._rows[number] = shape_quantile(u, row.shape, row.low, row.best, row.high)
            else:
                self._rows[number] = row.best
        return self._rows[number]

    def length_factor(self, project: str) -> Floats | float:
        """Drawn length of a project over the length that its links add up to, shape (draw,). [1]"""
        length = self.lengths.get(project)
        if length is None:
            return 1.0
        if length.shape == "fixed" or length.low == length.high:
            return 1.0
        u = uniforms(self.seed, "knowledge", f"project_length.{project}", self.knowledge_replicate, self.count)
        return shape_quantile(u, length.shape, length.low, length.best, length.high) / length.best

    def vector(self, amount: Amount) -> Floats | float:
        """An amount's stream per unit of its coefficient, shape (draw,), or one number where nothing is drawn."""
        stream = amount.stream
        if stream not in self._vectors:
            value: Floats | float = 1.0
            for number, form in amount.factors:
                k = self.row(number)
                value = value * (k if form == "value" else (1.0 / k if form == "inverse" else 24.0 / k - 1.0))
            if amount.project:
                value = value * self.length_factor(amount.project)
            if amount.trip:
                u = uniforms(self.seed, "trip", amount.trip, self.trip_replicate, self.count)
                value = value * trip_factor(u, amount.cv)
            self._vectors[stream] = self._checked(value, amount)
        return self._vectors[stream]

    def _checked(self, value: Floats | float, amount: Amount) -> Floats | float:
        array = np.atleast_1d(np.asarray(value, dtype=np.float64))
        bad = ~(np.isfinite(array) & (array >= 0))
        if bad.any():
            names = ", ".join(self.parameters.rows[number].parameter_id for number, _ in amount.factors)
            first = int(np.flatnonzero(bad)[0])
            msg = f"draw {first} of rows {names} (trip {amount.trip!r}) is {array[first]}; a draw must be 0 or more"
            raise ArithmeticError(msg)
        return value

    def spread(self, amount: Amount) -> tuple[float, float, float]:
        """Mean, P10 and P90 of an amount, in its unit."""
        stream = amount.stream
        if stream not in self._spread:
            vector = self.vector(amount)
            if isinstance(vector, float):
                self._spread[stream] = (vector, vector, vector)
            else:
                low, high = quantiles(vector, (0.1, 0.9))
                self._spread[stream] = (float(vector.mean()), low, high)
        mean, low, high = self._spread[stream]
        c = amount.coefficient
        return c * mean, c * low, c * high

    def total(self, amounts: Sequence[Amount]) -> Floats:
        """Sum of amounts in every draw, shape (draw,)."""
        gathered: dict[_Stream, tuple[float, Amount]] = {}
        for amount in amounts:
            if amount.coefficient:
                c = gathered.get(amount.stream, (0.0, amount))[0]
                gathered[amount.stream] = (c + amount.coefficient, amount)
        constant = 0.0
        total = np.zeros(self.count)
        for coefficient, amount in gathered.values():
            vector = self.vector(amount)
            if isinstance(vector, float):
                constant += coefficient * vector
            else:
                total += coefficient * vector
        return total + constant


def quantiles(values: Floats, levels: Sequence[float]) -> list[float]:
    """Quantiles of draws by linear interpolation between order statistics (type 7), from one sort.

    Examples
    --------
    >>> quantiles(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), (0.1, 0.5))
    [1.4, 3.0]
    """
    ordered = np.sort(values)
    out = []
    for level in levels:
        position = level * (len(ordered) - 1)
        floor = int(position)
        above = ordered[min(floor + 1, len(ordered) - 1)]
        out.append(float(ordered[floor] + (position - floor) * (above - ordered[floor])))
    return out


@dataclass(frozen=True)
class Outcome:
    """One itinerary through every draw.

    Parameters
    ----------
    hours, usd, kg
        Totals, shape (draw,). [h], [USD], [kg CO2e]
    hours_mean, hours_p10, hours_p90
        Of each activity, shape (activity,). [h]
    usd_mean
        Of each activity by component, shape (activity,) each. [USD]
    """

    hours: Floats
    usd: Floats
    kg: Floats
    hours_mean: Floats
    hours_p10: Floats
    hours_p90: Floats
    usd_mean: Mapping[str, Floats]
    itinerary: Itinerary = field(repr=False)
    draws: Draws = field(repr=False)

    def profile(self, measure: str) -> dict[str, Floats]:
        """Cumulative hours or dollars along the way: the time/cost-distance chart with its band.

        Parameters
        ----------
        measure
            hours or usd.

        Returns
        -------
        dict of str to Floats
            km, mean, p10, p50, p90, each of shape (activity + 1,); all begin at 0 and the last row is the total.
            [km], [h] or [USD]
        """
        if measure not in ("hours", "usd"):
            msg = f"measure is {measure!r}; allowed hours, usd"
            raise ValueError(msg)
        count = len(self.itinerary.priced)
        running = np.zeros(self.draws.count)
        out = {name: np.zeros(count + 1) for name in ("km", "mean", "p10", "p50", "p90")}
        for i, priced in enumerate(self.itinerary.priced):
            amounts = [priced.hours] if measure == "hours" else list(priced.usd.values())
            running = running + self.draws.total(amounts)
            out["km"][i + 1] = out["km"][i] + self.itinerary.km[i]
            out["mean"][i + 1] = running.mean()
            out["p10"][i + 1], out["p50"][i + 1], out["p90"][i + 1] = quantiles(running, (0.1, 0.5, 0.9))
        return out


def simulate(itinerary: Itinerary, draws: Draws) -> Outcome:
    """Carry an itinerary through every draw.

    Parameters
    ----------
    itinerary
        Priced activities.
    draws
        The study's draws.

    Returns
    -------
    Outcome
    """
    priced = itinerary.priced
    spreads = np.array([draws.spread(p.hours) for p in priced]).reshape(len(priced), 3)
    names = list(dict.fromkeys(name for p in priced for name in p.usd))
    usd_mean = {
        name: np.array([draws.spread(p.usd[name])[0] if name in p.usd else 0.0 for p in priced]) for name in names
    }
    return Outcome(
        hours=draws.total([p.hours for p in priced]),
        usd=draws.total([amount for p in priced for amount in p.usd.values()]),
        kg=draws.total([p.kg for p in priced if p.kg is not None]),
        hours_mean=spreads[:, 0],
        hours_p10=spreads[:, 1],
        hours_p90=spreads[:, 2],
        usd_mean=usd_mean,
        itinerary=itinerary,
        draws=draws,
    )
