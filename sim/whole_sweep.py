r"""Scenarios in which every parameter row may change: drawn anew from the same uniforms, all ways in one product.

For each scenario the rows are drawn once, :math:`K_r = F_r^{-1}(u_r)`, and multiplied out to the products that streams need;
each stream is its product times the luck of single trips, and the totals of all ways are the matrix product of the streams
with the table of coefficients, the incidence of streams on ways:

.. math:: Y_w = \sum_s \big(c_{ws}\,e^{-\sigma_s^2/2}\big)\, P_{p(s)}\, e^{\sigma_s z_s}

What one way costs is then one row of a matrix product and one sort. A triangular row of unit width with mode m is drawn as
:math:`\sqrt{m \min(u, m)} + (1-m) - \sqrt{(1-m)\min(1-u, 1-m)}`, which is its quantile on either side of the mode without asking
on which side u lies.

A scenario gives low, best, high and cv of every row; shapes, factors that rows share, lengths of lines not yet built and
the consignment stay. Tolerance and refusals are those of :mod:`sim.sweep`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.amounts import Amount, Form, gathered
from sim.draws import Floats, normal_quantile, tied_uniforms
from sim.itinerary import Itinerary
from sim.order_statistics import row_quantiles
from sim.sampling import Draws
from sim.sweep import MEASURES
from sim.unknowns import NotAdditiveError

Singles = NDArray[np.float32]
Product = tuple[tuple[tuple[int, Form], ...], str]
"""Rows with their forms, and the project whose length scales the figure."""

ROWS_AT_ONCE = 16
"""Rows of draws that pass through a few operations together; they stay in the cache."""


class WholeSweep:
    """Ways ready for scenarios in which every row may change.

    Parameters
    ----------
    itineraries
        Priced ways that meet nothing beyond their activities.
    draws
        The model's draws; all scenarios share their uniforms.
    measures
        What is asked for: hours, usd or kg. Rows that none of them rests on are not drawn.

    Attributes
    ----------
    rows
        parameter_ids, in the order in which a scenario's figures are given.

    Raises
    ------
    NotAdditiveError
        Where a figure depends on the month of departure.
    """

    def __init__(
        self, itineraries: Sequence[Itinerary], draws: Draws, measures: Sequence[str] = ("hours", "usd")
    ) -> None:
        sums = [[itinerary.sums()[MEASURES.index(m)] for m in measures] for itinerary in itineraries]
        amounts = gathered(a.times(1.0) for of_way in sums for of_measure in of_way for a in of_measure)
        if any(amount.by_month for amount in amounts):
            msg = "a figure depends on the month of departure and is no product; ask with departures=month"
            raise NotAdditiveError(msg)
        products: list[Product] = list(dict.fromkeys((a.factors, a.project) for a in amounts))
        kinds = {product: i for i, product in enumerate(products)}
        ordered = sorted(amounts, key=lambda a: (a.law if a.trip else "", kinds[a.factors, a.project]))
        self._rows = _Rows.of(ordered, draws)
        self._products = [(self._rows.terms(factors), draws.length_factor(name)) for factors, name in products]
        self._blocks = _blocks([kinds[a.factors, a.project] for a in ordered])
        self._luck = _Luck.of(ordered, draws, self._rows)
        place = {amount.stream: i for i, amount in enumerate(ordered)}
        self._incidence = np.zeros((len(sums), len(measures), len(ordered)), dtype=np.float32)
        for way, of_way in enumerate(sums):
            for measure, of_measure in enumerate(of_way):
                for amount in of_measure:
                    self._incidence[way, measure, place[amount.stream]] += amount.coefficient
        self.rows = tuple(draws.parameters.rows[number].parameter_id for number in self._rows.numbers)
        self.count = draws.count

    def quantiles(
        self,
        figures: Iterable[Floats],
        levels: Sequence[float] = (0.1, 0.5, 0.9),
    ) -> Floats:
        """Quantiles of every way's totals in every scenario.

        Parameters
        ----------
        figures
            For each scenario low, best, high and cv of each of :attr:`rows`, shape (row, 4), in the row's unit.
        levels
            0 to 1. [1]

        Returns
        -------
        Floats
            Shape (scenario, way, measure, level). [h], [USD], [kg CO2e]

        Raises
        ------
        ValueError
            Where figures have another shape, or low, best and high are out of order.
        """
        ways, measures, count = self._incidence.shape
        incidence = self._incidence.reshape(ways * measures, count)
        values = np.empty((len(self.rows), self.count), dtype=np.float32)
        product = np.empty(self.count, dtype=np.float32)
        streams = np.empty((count, self.count), dtype=np.float32)
        totals = np.empty((len(incidence), self.count), dtype=np.float32)
        out = []
        for given in figures:
            figure = self._sound(np.asarray(given, dtype=np.float32))
            self._rows.fill(figure, values)
            scale = self._luck.fill(figure[:, 3], streams)
            for kind, block in self._blocks:
                terms, length = self._products[kind]
                streams[block] *= _multiplied(values, terms, length, product)
            np.matmul(incidence * scale, streams, out=totals)
            out.append(row_quantiles(totals, levels).reshape(ways, measures, len(levels)))
        return np.array(out)

    def _sound(self, figure: Singles) -> Singles:
        """Figures of a scenario, if they are such.

        Raises
        ------
        ValueError
            Where their shape is another, or low, best and high are out of order.
        """
        if figure.shape != (len(self.rows), 4):
            msg = f"figures have shape {figure.shape}; give low, best, high and cv of {len(self.rows)} rows"
            raise ValueError(msg)
        low, best, high, cv = figure.T
        bad = ~((low <= best) & (best <= high) & (cv >= 0) & np.isfinite(figure).all(axis=1))
        if bad.any():
            i = int(np.flatnonzero(bad)[0])
            numbers = ", ".join(f"{x:g}" for x in figure[i])
            msg = f"row {self.rows[i]!r}: low, best, high, cv are {numbers}; allowed low <= best <= high and cv of 0 or more"
            raise ValueError(msg)
        return figure


def _blocks(kinds: Sequence[int]) -> list[tuple[int, slice]]:
    """Product of each run of streams that share one."""
    starts = [i for i, kind in enumerate(kinds) if i == 0 or kinds[i - 1] != kind]
    return [(kinds[a], slice(a, b)) for a, b in zip(starts, [*starts[1:], len(kinds)], strict=True)]


def _multiplied(values: Singles, terms: Sequence[tuple[int, Form]], length: Floats | float, out: Singles) -> Singles:
    """Product of some rows in their forms, and of the length; a row as it stands is not copied."""
    if len(terms) == 1 and terms[0][1] == "value" and isinstance(length, float):
        only: Singles = values[terms[0][0]]
        return only
    out[:] = length
    for row, form in terms:
        if form == "value":
            out *= values[row]
        elif form == "inverse":
            out /= values[row]
        else:
            out *= np.float32(24.0) / values[row] - np.float32(1.0)
    return out


@dataclass(frozen=True)
class _Rows:
    """Rows that streams ask for, with their uniforms and what those leave of 1, shape (row, draw)."""

    numbers: tuple[int, ...]
    uniform: Singles
    rest: Singles
    shapes: NDArray[np.str_]

    @classmethod
    def of(cls, amounts: Iterable[Amount], draws: Draws) -> _Rows:
        """Rows of streams."""
        numbers = tuple(dict.fromkeys(number for a in amounts for number, _ in a.factors))
        rows = [draws.parameters.rows[number] for number in numbers]
        us = np.empty((len(rows), draws.count), dtype=np.float32)
        for u, row in zip(us, rows, strict=True):
            own = draws.stream("knowledge", row.parameter_id)
            u[:] = (
                tied_uniforms(own, draws.stream("knowledge", f"factor|{row.factor}"), row.loading)
                if row.factor
                else own
            )
        return cls(numbers, us, 1.0 - us, np.array([row.shape for row in rows]))

    def terms(self, factors: Sequence[tuple[int, Form]]) -> list[tuple[int, Form]]:
        """Places of rows among the values, with their forms."""
        return [(self.numbers.index(number), form) for number, form in factors]

    def fill(self, figure: Singles, out: Singles) -> None:
        """Values of all rows, written to ``out``, shape (row, draw)."""
        low, best, high = figure.T[:3]
        width, above = high - low, high - best
        mode = np.divide(best - low, width, out=np.ones_like(width), where=width > 0)
        rise, fall, middle = mode * width**2, (1.0 - mode) * width**2, low + above
        other = np.empty((ROWS_AT_ONCE, out.shape[1]), dtype=np.float32)
        for first in range(0, len(out), ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            x, y = out[some], other[: len(out[some])]
            np.minimum(self.uniform[some], mode[some, None], out=x)
            x *= rise[some, None]
            np.sqrt(x, out=x)
            np.minimum(self.rest[some], (1.0 - mode)[some, None], out=y)
            y *= fall[some, None]
            np.sqrt(y, out=y)
            x -= y
            x += middle[some, None]
        for i in np.flatnonzero(self.shapes != "triangular"):
            u = self.uniform[i]
            if self.shapes[i] == "uniform":
                out[i] = low[i] + u * width[i]
            elif self.shapes[i] == "discrete":
                out[i] = np.where(u < 1 / 3, low[i], np.where(u < 2 / 3, best[i], high[i]))
            else:
                out[i] = best[i]


@dataclass(frozen=True)
class _Luck:
    """Luck of single trips, a row a stream: normal scores (0 where there is none), and the row that has its cv.

    The streams stand in the order: without luck, waits for a regular service, lognormal luck.
    """

    scores: Singles
    rows: NDArray[np.intp]
    fixed: int

    @classmethod
    def of(cls, amounts: Sequence[Amount], draws: Draws, rows: _Rows) -> _Luck:
        """Luck of streams."""
        scores = np.ones((len(amounts), draws.count), dtype=np.float32)
        drawn = np.zeros(len(amounts), dtype=np.intp)
        for i, amount in enumerate(amounts):
            if amount.trip:
                u = draws.stream("trip", amount.trip)
                scores[i] = 2.0 * u if amount.law == "headway" else normal_quantile(u)
                drawn[i] = rows.numbers.index(amount.factors[0][0])
        fixed = sum(not a.trip or a.law == "headway" for a in amounts)
        return cls(scores, drawn, fixed)

    def fill(self, cv: Singles, out: Singles) -> Singles:
        """Luck but for its scale, written to ``out``, shape (stream, draw); the scale of each stream is returned."""
        out[: self.fixed] = self.scores[: self.fixed]
        variance = np.log1p(cv[self.rows] ** 2)
        variance[: self.fixed] = 0.0
        sigma = np.sqrt(variance)[:, None]
        for first in range(self.fixed, len(out), ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            np.multiply(self.scores[some], sigma[some], out=out[some])
            np.exp(out[some], out=out[some])
        scale: Singles = np.exp(-variance / np.float32(2.0))
        return scale
