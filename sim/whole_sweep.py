r"""Scenarios in which every parameter row may change: drawn anew from the same uniforms, all ways in one product.

For each scenario the rows are drawn once, :math:`K_r = F_r^{-1}(u_r)`, with luck of the row's own cv beside them; every stream
that any way needs is multiplied out once, and the totals of all ways are the product of the streams with the table of
coefficients, the incidence of streams on ways. What one way costs is then one row of a matrix product and one sort.

A scenario gives low, best, high and cv of every row; shapes, factors that rows share, lengths of lines not yet built and
the consignment stay. Tolerance and refusals are those of :mod:`sim.sweep`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.amounts import Amount, gathered
from sim.draws import Floats, normal_quantile, tied_uniforms
from sim.itinerary import Itinerary
from sim.order_statistics import row_quantiles
from sim.sampling import Draws
from sim.sweep import MEASURES
from sim.unknowns import NotAdditiveError

Singles = NDArray[np.float32]
Places = NDArray[np.intp]


class WholeSweep:
    """Ways ready for scenarios in which every row may change.

    Parameters
    ----------
    itineraries
        Priced ways that meet nothing beyond their activities.
    draws
        The model's draws; all scenarios share their uniforms.

    Raises
    ------
    NotAdditiveError
        Where a figure depends on the month of departure.
    """

    def __init__(self, itineraries: Sequence[Itinerary], draws: Draws) -> None:
        sums = [itinerary.sums() for itinerary in itineraries]
        amounts = gathered(a.times(1.0) for of_way in sums for of_measure in of_way for a in of_measure)
        for amount in amounts:
            if amount.by_month:
                msg = "a figure depends on the month of departure and is no product; ask with departures=month"
                raise NotAdditiveError(msg)
        ordered = sorted(amounts, key=lambda a: -_factors(a))
        place = {amount.stream: i for i, amount in enumerate(ordered)}
        self._incidence = np.zeros((len(MEASURES), len(sums), len(ordered)), dtype=np.float32)
        for way, of_way in enumerate(sums):
            for measure, of_measure in enumerate(of_way):
                for amount in of_measure:
                    self._incidence[measure, way, place[amount.stream]] += amount.coefficient
        self._rows = _Rows.of(ordered, draws)
        self._luck = _Luck.of(ordered, draws, self._rows)
        self._lengths = {a.project: draws.length_factor(a.project) for a in ordered if a.project in draws.lengths}
        self._factors = self._places(ordered)
        self.rows = tuple(draws.parameters.rows[number].parameter_id for number in self._rows.numbers)
        self.count = draws.count

    def _places(self, amounts: Sequence[Amount]) -> list[Places]:
        """For the first, second ... factor of each stream that has one: its place among the values."""
        first_luck = len(self._rows.numbers) + len(self._rows.forms)
        first_length = first_luck + len(self._luck.rows)
        lengths = {project: first_length + i for i, project in enumerate(self._lengths)}
        self._one = first_length + len(lengths)
        lists = []
        for amount in amounts:
            found = [self._rows.place(number, form) for number, form in amount.factors]
            found += [first_luck + self._luck.place[amount.trip, amount.law]] if amount.trip else []
            found += [lengths[amount.project]] if amount.project in lengths else []
            lists.append(found or [self._one])
        deepest = max(len(found) for found in lists)
        return [np.array([f[k] for f in lists if len(f) > k], dtype=np.intp) for k in range(deepest)]

    def quantiles(
        self,
        figures: Iterable[Floats],
        levels: Sequence[float] = (0.1, 0.5, 0.9),
        *,
        measures: Sequence[str] = ("hours", "usd"),
    ) -> Floats:
        """Quantiles of every way's totals in every scenario.

        Parameters
        ----------
        figures
            For each scenario low, best, high and cv of each of :attr:`rows`, shape (row, 4), in the row's unit.
        levels
            0 to 1. [1]
        measures
            hours, usd or kg.

        Returns
        -------
        Floats
            Shape (scenario, way, measure, level). [h], [USD], [kg CO2e]

        Raises
        ------
        ValueError
            Where figures have another shape, or low, best and high are out of order.
        """
        incidence = np.concatenate([self._incidence[MEASURES.index(m)] for m in measures])
        ways, count = self._incidence.shape[1], self.count
        values = np.ones((self._one + 1, count), dtype=np.float32)
        for i, length in enumerate(self._lengths.values()):
            values[self._one - len(self._lengths) + i] = length
        streams = np.empty((incidence.shape[1], count), dtype=np.float32)
        totals = np.empty((len(incidence), count), dtype=np.float32)
        work = np.empty_like(streams)
        out = []
        for figure in figures:
            self._fill(np.asarray(figure, dtype=np.float32), values)
            np.take(values, self._factors[0], axis=0, out=streams, mode="clip")
            for places in self._factors[1:]:
                part = work[: len(places)]
                np.take(values, places, axis=0, out=part, mode="clip")
                streams[: len(places)] *= part
            np.matmul(incidence, streams, out=totals)
            found = row_quantiles(totals, levels).reshape(len(measures), ways, len(levels))
            out.append(found.transpose(1, 0, 2))
        return np.array(out)

    def _fill(self, figure: Singles, values: Singles) -> None:
        if figure.shape != (len(self.rows), 4):
            msg = f"figures have shape {figure.shape}; give low, best, high and cv of {len(self.rows)} rows"
            raise ValueError(msg)
        low, best, high, cv = figure.T
        if not ((low <= best) & (best <= high) & (cv >= 0) & np.isfinite(figure.sum(axis=1))).all():
            msg = "figures of a row are out of order; low <= best <= high, and cv is 0 or more"
            raise ValueError(msg)
        rows = len(self.rows)
        self._rows.fill(low, best, high, values[:rows])
        for i, (number, form) in enumerate(self._rows.forms):
            np.divide(1.0 if form == "inverse" else 24.0, values[number], out=values[rows + i])
            if form == "rest":
                values[rows + i] -= 1.0
        first = rows + len(self._rows.forms)
        self._luck.fill(cv, values[first : first + len(self._luck.rows)])


def _factors(amount: Amount) -> int:
    return len(amount.factors) + bool(amount.trip) + bool(amount.project)


@dataclass(frozen=True)
class _Rows:
    """Rows that streams ask for, with their uniforms, shape (row, draw), and the forms other than their value."""

    numbers: tuple[int, ...]
    forms: tuple[tuple[int, str], ...]
    uniform: Singles
    triangular: NDArray[np.bool_]
    discrete: NDArray[np.bool_]
    fixed: NDArray[np.bool_]

    @classmethod
    def of(cls, amounts: Iterable[Amount], draws: Draws) -> _Rows:
        """Rows of streams."""
        asked = dict.fromkeys(factor for a in amounts for factor in a.factors)
        numbers = tuple(dict.fromkeys(number for number, _ in asked))
        rows = [draws.parameters.rows[number] for number in numbers]
        us = np.empty((len(rows), draws.count), dtype=np.float32)
        for u, row in zip(us, rows, strict=True):
            own = draws.stream("knowledge", row.parameter_id)
            u[:] = tied_uniforms(own, draws.stream("knowledge", f"factor|{row.factor}"), row.loading) if row.factor else own
        shapes = np.array([row.shape for row in rows])
        at = {number: i for i, number in enumerate(numbers)}
        forms = tuple((at[number], form) for number, form in asked if form != "value")
        return cls(numbers, forms, us, shapes == "triangular", shapes == "discrete", shapes == "fixed")

    def place(self, number: int, form: str) -> int:
        """Place of a row's value, or of another form of it, among all values."""
        at = self.numbers.index(number)
        return at if form == "value" else len(self.numbers) + self.forms.index((at, form))

    def fill(self, low: Singles, best: Singles, high: Singles, out: Singles) -> None:
        """Values of all rows, written to ``out``, shape (row, draw)."""
        u, width = self.uniform, high - low
        mode = np.divide(best - low, width, out=np.ones_like(width), where=width > 0)[:, None]
        below = u <= mode
        np.subtract(1.0, u, out=out)
        out *= 1.0 - mode
        np.multiply(u, mode, out=out, where=below)
        np.sqrt(out, out=out)
        out *= width[:, None]
        np.subtract(high[:, None], out, out=out, where=~below)
        np.add(low[:, None], out, out=out, where=below)
        for i in np.flatnonzero(~self.triangular):
            out[i] = low[i] + u[i] * width[i]
        for i in np.flatnonzero(self.discrete):
            out[i] = np.where(u[i] < 1 / 3, low[i], np.where(u[i] < 2 / 3, best[i], high[i]))
        out[self.fixed] = best[self.fixed, None]


@dataclass(frozen=True)
class _Luck:
    """Luck of single trips: normal scores, or the wait for a service, shape (trip, draw), and the row that has its cv."""

    place: dict[tuple[str, str], int]
    rows: Places
    scores: Singles
    headway: Places

    @classmethod
    def of(cls, amounts: Iterable[Amount], draws: Draws, rows: _Rows) -> _Luck:
        """Luck of streams."""
        trips = {(a.trip, a.law): a for a in amounts if a.trip}
        scores = np.empty((len(trips), draws.count), dtype=np.float32)
        for score, (name, law) in zip(scores, trips, strict=True):
            u = draws.stream("trip", name)
            score[:] = 2.0 * u if law == "headway" else normal_quantile(u)
        at = np.array([rows.numbers.index(a.factors[0][0]) for a in trips.values()], dtype=np.intp)
        headway = np.array([i for i, (_, law) in enumerate(trips) if law == "headway"], dtype=np.intp)
        return cls({key: i for i, key in enumerate(trips)}, at, scores, headway)

    def fill(self, cv: Singles, out: Singles) -> None:
        """Trip factors of all streams, written to ``out``, shape (trip, draw)."""
        variance = np.log1p(cv[self.rows] ** 2)
        np.multiply(self.scores, np.sqrt(variance)[:, None], out=out)
        out -= variance[:, None] / np.float32(2.0)
        np.exp(out, out=out)
        out[self.headway] = self.scores[self.headway]
