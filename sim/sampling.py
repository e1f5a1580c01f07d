r"""The draws of a study: rows, lengths and trips, made when first asked for and shared by every way.

For draw j an amount is

.. math:: Y_j = c \prod_i f_i(K_{ij}) \frac{L_{pj}}{L_p} T_{aj}

Amounts that vary with the same things (a speed row, a leg, a project) are added up before anything is multiplied, so a
way of two hundred activities costs some sixty vectors; the vectors are kept, which is also what makes comparisons paired.

``knowledge`` and ``trip`` take their own replicate numbers, so that the trip may be redrawn under the same knowledge. A
draw that is not a finite number of 0 or more is a fault of the model and raises, with row and draw number; nothing is
clipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.amounts import Amount, Length, Stream, gathered
from sim.draws import (
    Bools,
    Floats,
    Wholes,
    headway_factor,
    lognormal_factor,
    normal_quantile,
    shape_quantile,
    tied_uniforms,
    uniforms,
)
from sim.parameters import Parameters


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
    _vectors: dict[Stream, Floats | float] = field(default_factory=dict, repr=False)
    _trips: dict[str, Floats] = field(default_factory=dict, repr=False)
    _spread: dict[Stream, tuple[float, float, float]] = field(default_factory=dict, repr=False)

    def another_trip(self, trip_replicate: int) -> Draws:
        """Draws of other trips under the same knowledge."""
        return replace(self, trip_replicate=trip_replicate, _rows=self._rows, _vectors={}, _trips={}, _spread={})

    def replicate(self, number: int) -> Draws:
        """Draws of an independent repetition of the whole run."""
        return replace(
            self, knowledge_replicate=number, trip_replicate=number, _rows={}, _vectors={}, _trips={}, _spread={}
        )

    def row(self, number: int) -> Floats | float:
        """Values of a parameter row, shape (draw,), or one number where it is certain; in the row's unit."""
        if number not in self._rows:
            row = self.parameters.rows[number]
            if row.uncertain:
                u = self._unknown(row.parameter_id)
                if row.factor:
                    u = tied_uniforms(u, self._unknown(f"factor|{row.factor}"), row.loading)
                self._rows[number] = shape_quantile(u, row.shape, row.low, row.best, row.high)
            else:
                self._rows[number] = row.best
        return self._rows[number]

    def _unknown(self, name: str) -> Floats:
        """Uniforms of one thing that we do not know, shape (draw,). [1]"""
        return uniforms(self.seed, "knowledge", name, self.knowledge_replicate, self.count)

    def length_factor(self, project: str) -> Floats | float:
        """Drawn length of a project over the length that its links add up to, shape (draw,). [1]"""
        length = self.lengths.get(project)
        if length is None:
            return 1.0
        if length.shape == "fixed" or length.low == length.high:
            return 1.0
        u = self._unknown(f"project_length.{project}")
        return shape_quantile(u, length.shape, length.low, length.best, length.high) / length.best

    def vector(self, amount: Amount) -> Floats | float:
        """An amount's stream per unit of its coefficient, shape (draw,), or one number where nothing is drawn."""
        stream = amount.stream
        if stream not in self._vectors and amount.by_month:
            self._vectors[stream] = self._of_each_month(amount)
        elif stream not in self._vectors:
            value: Floats | float = 1.0
            for number, form in amount.factors:
                k = self.row(number)
                value = value * (k if form == "value" else (1.0 / k if form == "inverse" else 24.0 / k - 1.0))
            if amount.project:
                value = value * self.length_factor(amount.project)
            if amount.trip:
                value = value * self._trip(amount)
            self._vectors[stream] = self._checked(value, amount)
        return self._vectors[stream]

    def _trip(self, amount: Amount) -> Floats:
        """Trip factor of an amount, shape (draw,). [1]"""
        if amount.trip not in self._trips:
            u = uniforms(self.seed, "trip", amount.trip, self.trip_replicate, self.count)
            self._trips[amount.trip] = headway_factor(u) if amount.law == "headway" else normal_quantile(u)
        kept = self._trips[amount.trip]
        return kept if amount.law == "headway" else lognormal_factor(kept, amount.cv)

    def departure_months(self) -> Wholes:
        """Month of departure of each draw where a study is spread over the year, 1 to 12, shape (draw,)."""
        u = uniforms(self.seed, "process", "departure_month", self.trip_replicate, self.count)
        return 1 + np.floor(12.0 * u).astype(np.int64)

    def _of_each_month(self, amount: Amount) -> Floats:
        months = self.departure_months()
        out = np.zeros(self.count)
        for month, part in enumerate(amount.by_month, start=1):
            here = months == month
            vector = self.vector(part)
            out[here] = part.coefficient * (vector[here] if isinstance(vector, np.ndarray) else vector)
        return out

    def _checked(self, value: Floats | float, amount: Amount) -> Floats | float:
        array = np.atleast_1d(np.asarray(value, dtype=np.float64))
        bad = ~(np.isfinite(array) & (array >= 0))
        if bad.any():
            names = ", ".join(self.parameters.rows[number].parameter_id for number, _ in amount.factors)
            first = int(np.flatnonzero(bad)[0])
            msg = f"draw {first} of rows {names} (trip {amount.trip!r}) is {array[first]}; a draw must be 0 or more"
            raise ArithmeticError(msg)
        return value

    def spread(self, amount: Amount, kept: Bools | None = None) -> tuple[float, float, float]:
        """Mean, P10 and P90 of an amount, in its unit.

        Parameters
        ----------
        amount
            What is asked for.
        kept
            Draws that count in the mean, shape (draw,); all where none is given. The quantiles are those of all draws:
            what an activity takes does not depend on whether the consignment arrives.
        """
        stream = amount.stream
        vector = self.vector(amount)
        c = amount.coefficient
        if isinstance(vector, float):
            return c * vector, c * vector, c * vector
        if stream not in self._spread:
            low, high = quantiles(vector, (0.1, 0.9))
            self._spread[stream] = (float(vector.mean()), low, high)
        mean, low, high = self._spread[stream]
        if kept is not None:
            mean = float(vector[kept].mean())
        return c * mean, c * low, c * high

    def total(self, amounts: Sequence[Amount]) -> Floats:
        """Sum of amounts in every draw, shape (draw,)."""
        constant = 0.0
        total = np.zeros(self.count)
        for amount in gathered(amounts):
            vector = self.vector(amount)
            if isinstance(vector, float):
                constant += amount.coefficient * vector
            else:
                total += amount.coefficient * vector
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
