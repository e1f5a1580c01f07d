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

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from sim.amounts import Amount, Law, Length, Stream, gathered
from sim.draws import (
    Bools,
    Floats,
    Purpose,
    Wholes,
    headway_factor,
    lognormal_factor,
    normal_quantile,
    shape_quantile,
    tied_uniforms,
    uniform_rows,
)
from sim.parameters import Parameters

T = TypeVar("T")


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
    runs
        Both numbers of each of several runs that stand end to end; ``count`` is then that of all together.
    """

    parameters: Parameters
    lengths: Mapping[str, Length]
    count: int
    seed: int
    knowledge_replicate: int = 0
    trip_replicate: int = 0
    runs: tuple[tuple[int, int], ...] = ()
    _rows: dict[int, Floats | float] = field(default_factory=dict, repr=False)
    _vectors: dict[Stream, Floats | float] = field(default_factory=dict, repr=False)
    _trips: dict[str, Floats] = field(default_factory=dict, repr=False)
    _spread: dict[Stream, tuple[float, float, float]] = field(default_factory=dict, repr=False)
    _uniforms: dict[str, Floats] = field(default_factory=dict, repr=False)
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def another_trip(self, trip_replicate: int) -> Draws:
        """Draws of other trips under the same knowledge."""
        same = Draws(self.parameters, self.lengths, self.count, self.seed, self.knowledge_replicate, trip_replicate)
        same._rows = self._rows
        return same

    def replicate(self, number: int) -> Draws:
        """Draws of an independent repetition of the whole run."""
        return Draws(self.parameters, self.lengths, self.count, self.seed, number, number)

    def together(self, runs: Sequence[tuple[int, int]]) -> Draws:
        """Draws of several runs end to end, each of as many draws as these and the same to the bit as it is alone.

        Parameters
        ----------
        runs
            Replicates of knowledge and of trips of each run.
        """
        return Draws(
            self.parameters, self.lengths, self.count * len(runs), self.seed, *runs[0], runs=tuple(runs)
        )  # fmt: skip

    def parts(self) -> list[slice]:
        """Places of each run among the draws; one run unless several were put together."""
        each = self.count // max(len(self.runs), 1)
        return [slice(first, first + each) for first in range(0, self.count, each)]

    def fixed(
        self, rows: Mapping[int, Floats | float] | None = None, lengths: Mapping[str, Floats | float] | None = None
    ) -> Draws:
        """Draws in which some rows or project lengths have other values and all else is the same to the bit.

        Parameters
        ----------
        rows
            Values by number of row, one for all draws or shape (draw,), in the row's unit.
        lengths
            Lengths by project. [km]

        Raises
        ------
        ValueError
            Where a project's length is not drawn, so that there is nothing to put in its place.
        """
        rows, lengths = dict(rows or {}), dict(lengths or {})
        for project in lengths:
            if project not in self.lengths:
                msg = f"the length of project {project!r} is not drawn; allowed {', '.join(sorted(self.lengths)) or 'none'}"
                raise ValueError(msg)
        kept = {key: value for key, value in self._kept.items() if _stays(key, rows)}
        kept |= {("length", name): km / self.lengths[name].best for name, km in lengths.items()}
        return replace(
            self,
            _rows=self._rows | rows,
            _vectors={k: v for k, v in self._vectors.items() if not _varies_with(k, rows, lengths)},
            _spread={},
            _uniforms={},
            _kept=kept,
        )

    def stream(self, purpose: Purpose, name: str) -> Floats:
        """Uniforms of one name, shape (draw,). [1]"""
        return self._many(purpose, [name])[name]

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """Whatever else is made of these draws alone, made when first asked for and kept."""
        if key not in self._kept:
            self._kept[key] = make()
        made: T = self._kept[key]
        return made

    def forget(self) -> None:
        """Let go of what was kept; it is made again, the same to the bit, when it is next asked for."""
        for kept in (self._rows, self._vectors, self._trips, self._spread, self._kept):
            kept.clear()

    def prepare(self, amounts: Iterable[Amount]) -> None:
        """Make the streams of many amounts in one go: the same numbers sooner."""
        trips: dict[str, Law] = {}
        rows: set[int] = set()
        for amount in amounts:
            for a in amount.by_month or (amount,):
                rows.update(number for number, _ in a.factors)
                if a.trip and a.trip not in self._trips:
                    trips[a.trip] = a.law
        fresh = [self.parameters.rows[i] for i in sorted(rows - self._rows.keys())]
        names = [row.parameter_id for row in fresh if row.uncertain]
        factors = {f"factor|{row.factor}" for row in fresh if row.uncertain and row.factor}
        self._uniforms |= self._many("knowledge", [*names, *sorted(factors)])
        for number in sorted(rows):
            self.row(number)
        self._uniforms.clear()
        for name, u in self._many("trip", list(trips)).items():
            self._trips[name] = headway_factor(u) if trips[name] == "headway" else normal_quantile(u)

    def _many(self, purpose: Purpose, names: Sequence[str]) -> dict[str, Floats]:
        """Uniforms of many names. [1]"""
        runs = self.runs or ((self.knowledge_replicate, self.trip_replicate),)
        wanted = [(name, run[0] if purpose == "knowledge" else run[1]) for name in names for run in runs]
        rows = uniform_rows(self.seed, purpose, wanted, self.count // len(runs))
        return dict(zip(names, rows.reshape(len(names), self.count), strict=True))

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
        made = self._uniforms.get(name)
        return self.stream("knowledge", name) if made is None else made

    def length_factor(self, project: str) -> Floats | float:
        """Drawn length of a project over the length that its links add up to, shape (draw,). [1]"""
        length = self.lengths.get(project)
        if length is None:
            return 1.0
        if length.shape == "fixed" or length.low == length.high:
            return 1.0

        def make() -> Floats:
            u = self._unknown(f"project_length.{project}")
            return shape_quantile(u, length.shape, length.low, length.best, length.high) / length.best

        return self.remembered(("length", project), make)

    def vector(self, amount: Amount) -> Floats | float:
        """An amount's stream per unit of its coefficient, shape (draw,), or one number where nothing is drawn."""
        stream = amount.stream
        vector = self._vectors.get(stream)
        if vector is None:
            vector = self._of_each_month(amount) if amount.by_month else self._product(amount)
            self._vectors[stream] = vector
        return vector

    def _product(self, amount: Amount, at: Wholes | None = None) -> Floats | float:
        """Product of what an amount varies with, in all draws or in those at some places."""

        def here(values: Floats | float) -> Floats | float:
            return values if at is None or isinstance(values, float) else values[at]

        value: Floats | float = 1.0
        for number, form in amount.factors:
            k = here(self.row(number))
            value = value * (k if form == "value" else (1.0 / k if form == "inverse" else 24.0 / k - 1.0))
        if amount.project:
            value = value * here(self.length_factor(amount.project))
        if amount.trip:
            luck = here(self._trip(amount.trip, amount.law))
            value = value * (luck if amount.law == "headway" else lognormal_factor(np.asarray(luck), amount.cv))
        return self._checked(value, amount, at)

    def _trip(self, name: str, law: Law) -> Floats:
        """Trip factor, or the normal score that it is made of, shape (draw,). [1]"""
        if name not in self._trips:
            u = self.stream("trip", name)
            self._trips[name] = headway_factor(u) if law == "headway" else normal_quantile(u)
        return self._trips[name]

    def departure_months(self) -> Wholes:
        """Month of departure of each draw where a study is spread over the year, 1 to 12, shape (draw,)."""
        return self.remembered(
            "departure_months", lambda: 1 + np.floor(12.0 * self.stream("process", "departure_month")).astype(np.int64)
        )

    def _of_each_month(self, amount: Amount) -> Floats:
        """Figure of the month in which each draw departs, shape (draw,)."""
        out = np.zeros(self.count)
        for at, part in zip(self._places_by_month(), amount.by_month, strict=True):
            known = self._vectors.get(part.stream)
            vector = self._product(part, at) if known is None else known
            full = known is not None and isinstance(vector, np.ndarray)
            out[at] = part.coefficient * (vector[at] if full and isinstance(vector, np.ndarray) else vector)
        return out

    def _places_by_month(self) -> list[Wholes]:
        """Draws that depart in each month."""
        months = self.departure_months()
        return self.remembered("by_month", lambda: [np.flatnonzero(months == month) for month in range(1, 13)])

    def _checked(self, value: Floats | float, amount: Amount, at: Wholes | None) -> Floats | float:
        array = np.atleast_1d(np.asarray(value, dtype=np.float64))
        if array.size and not (array.min() >= 0.0 and array.max() < np.inf):  # neither holds where a draw is NaN
            names = ", ".join(self.parameters.rows[number].parameter_id for number, _ in amount.factors)
            place = int(np.flatnonzero(~(np.isfinite(array) & (array >= 0)))[0])
            first = place if at is None else int(at[place])
            msg = f"draw {first} of rows {names} (trip {amount.trip!r}) is {array[place]}; a draw must be 0 or more"
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

    def total(self, amounts: Sequence[Amount], at: Wholes | None = None) -> Floats:
        """Sum of amounts in every draw, shape (draw,), or in the draws at some places, shape (place,)."""
        constant = 0.0
        total = np.zeros(self.count if at is None else len(at))
        term = np.empty_like(total)
        for amount in gathered(amounts):
            vector = self.vector(amount)
            if isinstance(vector, float):
                constant += amount.coefficient * vector
            else:
                np.multiply(vector if at is None else vector[at], amount.coefficient, out=term)
                total += term
        total += constant
        return total


def _stays(key: Hashable, rows: Mapping[int, Any]) -> bool:
    """Whether what was kept under a key is the same once some rows have other values."""
    if isinstance(key, str):
        return True
    what, *about = key if isinstance(key, tuple) else (key,)
    return what == "length" or (what == "closing" and not {about[0].rate, about[0].days} & rows.keys())


def _varies_with(stream: Stream, rows: Mapping[int, Any], lengths: Mapping[str, Any]) -> bool:
    """Whether an amount's stream, or that of one of its months, rests on any of some rows or lengths."""
    factors, project, _, _, _, seasons = stream
    if project in lengths or any(number in rows for number, _ in factors):
        return True
    return any(_varies_with(part, rows, lengths) for _, part in seasons)


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
