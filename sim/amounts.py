r"""Amounts: what an activity takes, before chance is asked.

Hours, dollars and emissions of one activity are each a product

.. math:: Y = c \cdot \prod_i f_i(K_i) \cdot \frac{L_p}{L^{best}_p} \cdot T

of a coefficient c (kilometres, tonnes, boxes), functions of parameter rows K (the value, its inverse for a speed, or
the rest owed per hour of driving), the drawn length of a project that is not built yet, and a trip factor T with mean
1. Keeping the product unevaluated lets one set of formulas serve the search (means, in closed form) and the
simulation (draws): both read the same amounts.

Rest: a driver who may drive d hours a day rests ``24/d - 1`` hours per hour driven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sim.parameters import Parameters, mean_of

Form = Literal["value", "inverse", "rest"]
Law = Literal["lognormal", "headway"]


class Stream(tuple[Any, ...]):  # noqa: SLOT001 - it keeps its hash, and a tuple takes no slot
    """What a figure varies with: factors, project, trip, cv, law, months. A tuple whose hash is worked out once."""

    _hash: int

    def __hash__(self) -> int:
        """Hash of the tuple."""
        try:
            return self._hash
        except AttributeError:
            self._hash = super().__hash__()
            return self._hash


class Gathered(tuple["Amount", ...]):
    """Amounts that all vary with something else."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Length:
    """Length of a project that is drawn. [km]"""

    low: float
    best: float
    high: float
    shape: str

    @property
    def mean_factor(self) -> float:
        """Mean length over the length that its links add up to. [1]"""
        return mean_of(self.shape, self.low, self.best, self.high) / self.best


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure of one activity as a product of named factors.

    Parameters
    ----------
    coefficient
        Everything that is not drawn, in the unit of the figure over the units of its factors.
    factors
        Parameter rows by number and how each enters: value, inverse or rest.
    project
        Project whose drawn length scales the figure; empty for lines that stand.
    trip
        Name of the trip stream; empty where single trips do not scatter.
    cv
        Coefficient of variation of single trips. [1]
    covered_by
        Row that already contains this figure, which is then 0.
    law
        How single trips scatter: lognormal with ``cv``, or headway (uniform from 0 to twice the mean).
    by_month
        Twelve amounts, one for each month of departure, where a study is spread over the year and they differ; the
        figure of a draw is that of its month, and everything else here is empty.
    """

    coefficient: float
    factors: tuple[tuple[int, Form], ...] = ()
    project: str = ""
    trip: str = ""
    cv: float = 0.0
    covered_by: int = -1
    law: Law = "lognormal"
    by_month: tuple[Amount, ...] = ()
    _stream: Stream | None = field(default=None, init=False, repr=False, compare=False)
    _known: Amount | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def stream(self) -> Stream:
        """What the figure varies with; figures of one stream differ only by their coefficient."""
        if self._stream is None:
            seasons = tuple((a.coefficient, a.stream) for a in self.by_month)
            stream = Stream((self.factors, self.project, self.trip, self.cv, self.law, seasons))
            object.__setattr__(self, "_stream", stream)  # worked out once: every total looks its streams up
            return stream
        return self._stream

    @property
    def known(self) -> Amount:
        """The same figure averaged over trips: what is left is what we do not know."""
        if self._known is None:
            months = tuple(a.known for a in self.by_month)
            known = Amount(self.coefficient, self.factors, self.project, covered_by=self.covered_by, by_month=months)
            object.__setattr__(self, "_known", known)
            return known
        return self._known

    def times(self, coefficient: float) -> Amount:
        """Another figure of the same stream, by its coefficient."""
        other = Amount(
            coefficient, self.factors, self.project, self.trip, self.cv, self.covered_by, self.law, self.by_month
        )  # fmt: skip
        object.__setattr__(other, "_stream", self.stream)
        return other

    def rows(self) -> list[int]:
        """Numbers of the parameter rows that it rests on, those of every month included."""
        own = [number for number, _ in self.factors] + ([self.covered_by] if self.covered_by >= 0 else [])
        return own + [number for a in self.by_month for number in a.rows()]


def expected(amount: Amount, parameters: Parameters, lengths: Mapping[str, Length]) -> float:
    """Mean of an amount over knowledge and trips, in closed form.

    Rows are independent, so the mean of the product is the product of the means; a trip factor has mean 1.

    Examples
    --------
    Sixty kilometres at a fixed 30 km/h take 2 h.
    """
    if amount.by_month:
        return amount.coefficient * sum(expected(a, parameters, lengths) for a in amount.by_month) / 12.0
    mean = amount.coefficient
    for number, form in amount.factors:
        row = parameters.rows[number]
        if form == "value":
            mean *= row.mean
        elif form == "inverse":
            mean *= row.mean_inverse
        else:
            mean *= 24.0 * row.mean_inverse - 1.0
    if amount.project and amount.project in lengths:
        mean *= lengths[amount.project].mean_factor
    return mean


def over_the_year(months: tuple[Amount, ...]) -> Amount:
    """One amount for a study spread over the year, from those of its twelve months of departure."""
    if all(a == months[0] for a in months):
        return months[0]
    return Amount(1.0, by_month=months)


def gathered(amounts: Iterable[Amount]) -> Gathered:
    """Amounts added up by what they vary with, one for each stream, in the order met; nothing is left out but zeros."""
    if isinstance(amounts, Gathered):
        return amounts
    sums: dict[Stream, float] = {}
    last: dict[Stream, Amount] = {}
    for amount in amounts:
        if amount.coefficient:
            stream = amount.stream
            sums[stream] = amount.coefficient + sums.get(stream, 0.0)
            last[stream] = amount
    return Gathered(
        amount if amount.coefficient == sums[stream] else amount.times(sums[stream]) for stream, amount in last.items()
    )
