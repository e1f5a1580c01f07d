r"""What a way is uncertain about, taken apart: its unknowns, and the products of unknowns that its figures are sums of.

Every figure of a way is a sum of streams, each a coefficient times a product of unknowns: parameter rows, lengths of lines
that are not built, luck of a leg or a stop (:mod:`sim.amounts`). A :class:`Recipe` lists both once, for all who add up the
same way many times over: :mod:`sim.fast_totals` and :mod:`sim.sweep`.

An unknown can be tabulated. Cut the uniform into ``CELLS`` equal cells, keep the quantile at their ends and join them by
straight lines: any law then costs the same few operations a draw. Where the law has no end, the last node is set so that
the mean of the table is the mean of the law; for luck with a cv of 0.5 the table's own standard deviation is then off by
2e-4 of itself. A shape with three values of equal odds passes from one to the next within one cell. A row that shares a
factor with others is tabulated over the normal score that both make (:func:`sim.draws.tied_uniforms`).

Left out: whatever is no product of unknowns, that is figures that depend on the month of departure. They are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.amounts import Amount, Law, Length, gathered
from sim.draws import Floats, headway_factor, normal_cdf, normal_quantile, shape_quantile, trip_factor
from sim.itinerary import Itinerary
from sim.parameters import Parameters

CELLS = 1024
"""Cells of a quantile table."""

SCORES = 6.0
"""Normal scores beyond this are taken as this; one in a thousand million lies there."""


class NotAdditiveError(ValueError):
    """A way's figures are no plain sums of products of unknowns."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """One uncertain thing, by what it is and how it enters.

    Parameters
    ----------
    name
        ``parameter_id``, ``project_length.ID`` or the name of a trip stream: the key of its numbers.
    form
        value, inverse or rest of a row; length of a project; lognormal or headway luck of a trip.
    low, best, high, shape
        Of a row or a length; a length counts in multiples of ``best``.
    cv
        Of a trip. [1]
    factor, loading
        Common factor that a row is tied to, and its correlation with it. [1]
    """

    name: str
    form: str
    low: float = 0.0
    best: float = 0.0
    high: float = 0.0
    shape: str = ""
    cv: float = 0.0
    factor: str = ""
    loading: float = 0.0

    @property
    def luck(self) -> bool:
        """Whether it varies from trip to trip; all else is knowledge."""
        return self.form in ("lognormal", "headway")

    def quantile(self, u: Floats) -> Floats:
        """Factor at each uniform, shape as given."""
        if self.form == "lognormal":
            return trip_factor(u, self.cv)
        if self.form == "headway":
            return headway_factor(u)
        value = shape_quantile(u, self.shape, self.low, self.best, self.high)
        if self.form == "inverse":
            return 1.0 / value
        if self.form == "rest":
            return 24.0 / value - 1.0
        return value / self.best if self.form == "length" else value


def tables_of(unknowns: Sequence[Unknown]) -> Floats:
    """Quantiles of each unknown at the ends of equal cells of the uniform, or of the score where tied.

    Returns
    -------
    Floats
        Shape (unknown, CELLS + 1).

    Examples
    --------
    The mean of the table of luck with a cv of 0.8 is 1:

    >>> (nodes,) = tables_of([Unknown("leg", "lognormal", cv=0.8)])
    >>> round(float((nodes[1:] + nodes[:-1]).mean() / 2), 12)
    1.0
    """
    u = np.arange(CELLS + 1) / CELLS
    tied = np.clip(normal_cdf(SCORES * (2.0 * u - 1.0)), 2.0**-54, 1.0 - 2.0**-53)
    nodes = np.empty((len(unknowns), CELLS + 1))
    lucks = [i for i, unknown in enumerate(unknowns) if unknown.form == "lognormal"]
    variance = np.log1p(np.array([unknowns[i].cv for i in lucks]) ** 2)[:, None]
    scores = normal_quantile(np.clip(u, 0.1 / CELLS, 1.0 - 0.1 / CELLS))
    nodes[lucks] = np.exp(np.sqrt(variance) * scores - variance / 2.0)
    owed = 2.0 * (CELLS - nodes[lucks, 0] / 2.0 - nodes[lucks, 1:-1].sum(axis=1))
    nodes[lucks, -1] = owed  # between the last two quantiles: the end cell makes the mean exact
    for row, unknown in zip(nodes, unknowns, strict=True):
        if unknown.form != "lognormal":
            row[:] = unknown.quantile(tied if unknown.factor else u)
    return nodes


def score_table() -> Floats:
    """Standard normal quantiles at the ends of equal cells; the two ends are set so that the variance is 1."""
    u = np.arange(CELLS + 1) / CELLS
    u[0] = u[-1] = 0.5
    nodes = normal_quantile(u)
    inner = nodes[1:-1]
    within = (inner[1:] ** 2 + inner[1:] * inner[:-1] + inner[:-1] ** 2).sum() / 3.0
    rest, n = 3.0 * (CELLS - within) / 2.0, inner[-1]  # what each end cell owes: (e^2 + e n + n^2) / 3
    nodes[-1] = (np.sqrt(n * n - 4.0 * (n * n - rest)) - n) / 2.0
    nodes[0] = -nodes[-1]
    return nodes


@dataclass(frozen=True)
class Recipe:
    """Ways as sums of products of unknowns.

    Parameters
    ----------
    unknowns
        Each once.
    streams
        Numbers of the unknowns of each product; a product of none is the constant 1.
    hours, usd, kg
        Coefficient of each stream in each way's total, shape (way, stream). [h], [USD], [kg CO2e]
    activities
        Of each way, for hours and dollars, the coefficient and stream of each part of each activity.
    """

    unknowns: tuple[Unknown, ...]
    streams: tuple[tuple[int, ...], ...]
    hours: Floats
    usd: Floats
    kg: Floats
    activities: tuple[tuple[tuple[tuple[float, int], ...], ...], ...]


class _Book:
    """Unknowns and streams, numbered as they are met."""

    def __init__(self, parameters: Parameters, lengths: Mapping[str, Length]) -> None:
        self.parameters, self.lengths = parameters, lengths
        self.unknowns: dict[Unknown, int] = {}
        self.streams: dict[tuple[int, ...], int] = {}

    def stream(self, amount: Amount) -> tuple[float, int]:
        """Coefficient and stream of an amount; whatever is certain goes into the coefficient."""
        if amount.by_month:
            msg = "a figure depends on the month of departure and is no product of unknowns; ask with departures=month"
            raise NotAdditiveError(msg)
        coefficient = amount.coefficient
        found: list[int] = []
        for unknown in self._unknowns_of(amount):
            if unknown.shape == "fixed":
                coefficient *= float(unknown.quantile(np.zeros(1))[0])
            else:
                found.append(self.unknowns.setdefault(unknown, len(self.unknowns)))
        return coefficient, self.streams.setdefault(tuple(sorted(found)), len(self.streams))

    def _unknowns_of(self, amount: Amount) -> Iterable[Unknown]:
        for number, form in amount.factors:
            row = self.parameters.rows[number]
            shape = _shape(row.shape, row.low, row.high)
            tied = (row.factor, row.loading) if row.factor and row.uncertain else ("", 0.0)
            yield Unknown(row.parameter_id, form, row.low, row.best, row.high, shape, 0.0, *tied)
        length = self.lengths.get(amount.project)
        if length is not None:
            shape = _shape(length.shape, length.low, length.high)
            name = f"project_length.{amount.project}"
            yield Unknown(name, "length", length.low, length.best, length.high, shape)
        if amount.trip:
            law: Law = amount.law
            yield Unknown(amount.trip, law, cv=amount.cv, shape="" if law == "headway" or amount.cv else "fixed")

    def coefficients(self, amounts: Sequence[Amount]) -> dict[int, float]:
        """Coefficient of each stream in a sum."""
        sums: dict[int, float] = {}
        for amount in gathered(amounts):
            coefficient, stream = self.stream(amount)
            sums[stream] = sums.get(stream, 0.0) + coefficient
        return sums


def _shape(shape: str, low: float, high: float) -> str:
    return "fixed" if low == high else shape


def recipe_of(itineraries: Sequence[Itinerary], parameters: Parameters, lengths: Mapping[str, Length]) -> Recipe:
    """Take ways apart.

    Parameters
    ----------
    itineraries
        Priced ways.
    parameters, lengths
        Rows, and projects whose length is drawn.

    Returns
    -------
    Recipe

    Raises
    ------
    NotAdditiveError
        Where a figure depends on the month of departure.
    """
    book = _Book(parameters, lengths)
    sums = [[book.coefficients(amounts) for amounts in itinerary.sums()] for itinerary in itineraries]
    activities = tuple(
        tuple(
            tuple(book.stream(a) for a in amounts if a.coefficient)
            for priced in itinerary.priced
            for amounts in ((priced.hours,), tuple(priced.usd.values()))
        )
        for itinerary in itineraries
    )
    tables = np.zeros((3, len(itineraries), len(book.streams)))
    for way, of_way in enumerate(sums):
        for measure, of_measure in enumerate(of_way):
            for stream, coefficient in of_measure.items():
                tables[measure, way, stream] = coefficient
    return Recipe(tuple(book.unknowns), tuple(book.streams), tables[0], tables[1], tables[2], activities)
