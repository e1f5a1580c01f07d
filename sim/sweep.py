r"""Very many scenarios of the same ways: what if every rate in a country were a tenth dearer, and every border half as slow?

Two roads, both on the model's own draws (:mod:`sim.sampling`), so that scenarios are compared draw by draw.

*Folded.* A scenario multiplies groups of parameter rows, :math:`m_g`. A stream that holds rows of a group as value or as
inverse is multiplied by :math:`m_g^{e}`, e = 1 or -1. Streams with the same exponents are added up once,

.. math:: Y_{sj} = \sum_k \Big(\prod_g m_{sg}^{e_{kg}}\Big) A_{kj},

and a thousand scenarios are one matrix product. Shapes are scaled with their row, so this is what a run with low, best and
high multiplied says.

*Whole* (:mod:`sim.whole_sweep`). Every row changes in every scenario.

Single precision: figures are within 1e-5 of a run's, and no study is made of them. Refused is whatever does not scale: months
of departure, closures, gates that sleep, hire of boxes, and, in a group, a driver's hours a day, for rest is
``24/d - 1`` hours per hour driven. A sweep in which a clocked wait or rest would have to be scaled by its own row is no sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.amounts import Amount
from sim.draws import Floats
from sim.itinerary import Itinerary
from sim.order_statistics import row_quantiles
from sim.parameters import Parameters
from sim.sampling import Draws
from sim.unknowns import NotAdditiveError

Singles = NDArray[np.float32]

MEASURES = ("hours", "usd", "kg")
SCENARIOS_AT_ONCE = 256
"""Scenarios whose totals are made and sorted in one go; they stay in the cache."""


@dataclass(frozen=True)
class Folded:
    """Ways folded by what scales them.

    Parameters
    ----------
    groups
        Names of the groups.
    exponents
        Exponent of each group's factor in each kind of part, shape (kind, group).
    parts
        For each way, by measure: kinds of parts it has, and their sums, shape (kind, draw).
    """

    groups: tuple[str, ...]
    exponents: Floats
    parts: tuple[Mapping[str, tuple[NDArray[np.intp], Singles]], ...]

    def quantiles(
        self,
        factors: Floats,
        levels: Sequence[float] = (0.1, 0.5, 0.9),
        *,
        measures: Sequence[str] = ("hours", "usd"),
        workers: int = 1,
    ) -> Floats:
        """Quantiles of every way's totals in every scenario.

        Parameters
        ----------
        factors
            What each scenario multiplies each group by, above 0, shape (scenario, group). [1]
        levels
            0 to 1. [1]
        measures
            hours, usd or kg.
        workers
            Threads; ways are shared among them.

        Returns
        -------
        Floats
            Shape (scenario, way, measure, level). [h], [USD], [kg CO2e]

        Raises
        ------
        ValueError
            Where factors have another shape than groups, or one is not a number above 0.
        """
        table = np.asarray(factors, dtype=np.float64)
        if table.ndim != 2 or table.shape[1] != len(self.groups):
            msg = f"factors have shape {table.shape}; give one row a scenario and {len(self.groups)} columns, a group each"
            raise ValueError(msg)
        if not (np.isfinite(table).all() and (table > 0).all()):
            msg = "a factor is not a number above 0; a scenario multiplies each group by one"
            raise ValueError(msg)
        weights = np.exp(np.log(table) @ self.exponents.T).astype(np.float32)
        out = np.empty((len(table), len(self.parts), len(measures), len(levels)))

        def fill(way: int) -> None:
            for place, measure in enumerate(measures):
                kinds, sums = self.parts[way][measure]
                of_way = weights[:, kinds]
                block = np.empty((min(SCENARIOS_AT_ONCE, len(table)), sums.shape[1]), dtype=np.float32)
                for first in range(0, len(table), SCENARIOS_AT_ONCE):
                    some = of_way[first : first + SCENARIOS_AT_ONCE]
                    totals = np.matmul(some, sums, out=block[: len(some)])
                    out[first : first + len(some), way, place] = row_quantiles(totals, levels)

        _shared(fill, len(self.parts), workers)
        return out


def _shared(work: Callable[[int], None], count: int, workers: int) -> None:
    if workers == 1:
        for number in range(count):
            work(number)
        return
    with ThreadPoolExecutor(workers) as pool:  # NumPy lets go of the interpreter while it multiplies and sorts
        list(pool.map(work, range(count)))


def fold(itineraries: Sequence[Itinerary], draws: Draws, groups: Mapping[str, Collection[str]]) -> Folded:
    """Fold ways by the groups of rows that scenarios scale.

    Parameters
    ----------
    itineraries
        Priced ways that meet nothing beyond their activities.
    draws
        The model's draws; all scenarios share them.
    groups
        parameter_ids of each group; a row belongs to one at most.

    Returns
    -------
    Folded

    Raises
    ------
    NotAdditiveError
        Where a figure depends on the month of departure, or a group holds a driver's hours a day.
    ValueError
        Where a name is no row's, or a row is in two groups.
    """
    member = _members(groups, draws.parameters)
    kinds: dict[tuple[int, ...], int] = {}
    ways = []
    for itinerary in itineraries:
        found = {}
        for measure, amounts in zip(MEASURES, itinerary.sums(), strict=True):
            sums: dict[int, Floats] = {}
            for amount in amounts:
                kind = kinds.setdefault(_exponents(amount, member, len(groups), draws.parameters), len(kinds))
                part = amount.coefficient * np.broadcast_to(draws.vector(amount), (draws.count,))
                sums[kind] = sums[kind] + part if kind in sums else part
            names = np.array(list(sums), dtype=np.intp)
            found[measure] = (names, np.array(list(sums.values()), dtype=np.float32).reshape(len(names), draws.count))
        ways.append(found)
    return Folded(tuple(groups), np.array(list(kinds), dtype=np.float64).reshape(len(kinds), len(groups)), tuple(ways))


def _members(groups: Mapping[str, Collection[str]], parameters: Parameters) -> dict[int, int]:
    """Number of the group of each row that is in one."""
    member: dict[int, int] = {}
    for place, (name, ids) in enumerate(groups.items()):
        for parameter_id in ids:
            parameters[parameter_id]  # names the nearest row where there is none
            number = parameters.number[parameter_id]
            if number in member:
                msg = f"row {parameter_id!r} is in group {list(groups)[member[number]]!r} and in {name!r}; it belongs to one"
                raise ValueError(msg)
            member[number] = place
    return member


def _exponents(amount: Amount, member: Mapping[int, int], count: int, parameters: Parameters) -> tuple[int, ...]:
    """Exponent of each group's factor in an amount."""
    if amount.by_month:
        msg = "a figure depends on the month of departure and does not scale; ask with departures=month"
        raise NotAdditiveError(msg)
    exponents = [0] * count
    for number, form in amount.factors:
        place = member.get(number)
        if place is None:
            continue
        if form == "rest":
            name = parameters.rows[number].parameter_id
            msg = f"row {name!r} sets how long a driver rests, which does not scale with it; leave it out of the groups"
            raise NotAdditiveError(msg)
        exponents[place] += 1 if form == "value" else -1
    return tuple(exponents)
