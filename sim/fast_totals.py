r"""One additive way through very many draws, in a few milliseconds: for planning a run, for teaching, for a sweep's check.

A way without closures, gates that sleep or hire of boxes is a sum of products of unknowns (:mod:`sim.unknowns`). Its totals

.. math:: H = \sum_s c_s \prod_{i \in s} F_i^{-1}(u_i)

are made here from quantile tables and uniforms of 16 bits, in single precision, in chunks that stay in the cache; only the running totals
are kept, and their quantiles come from one sort. The numbers of an unknown hang on its name and the seed alone, so two ways
that share a row or a leg share its draws, and neither chunks nor what else is asked for change a bit.

**Tolerance.** The draws are not those of :func:`corridors.run` but others of the same laws: figures agree within Monte
Carlo error, and where nothing is drawn within 1e-5 (single precision). Tables move the standard deviation of a way by less
than 2e-4 of itself; uniforms of 16 bits move a quantile by less than a level of 1e-5, a sixtieth of the Monte Carlo error of a
million draws. Nothing here feeds a study.

With ``compiled`` the same sums run in one loop compiled by numba, the extra ``[fast]``; its uniforms come from a counter hash
(splitmix64) and are other ones again. It pays above some ten million numbers: compiling takes seconds once, loading a third
of a second each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.amounts import Length
from sim.draws import Floats
from sim.encounters import NOTHING, Encounters
from sim.itinerary import Itinerary
from sim.order_statistics import quantiles_of_many
from sim.parameters import Parameters
from sim.unknowns import SCORES, NotAdditiveError, Recipe, recipe_of, score_table, tables_of

Singles = NDArray[np.float32]
Bits = NDArray[np.uint16]

CHUNK = 1 << 14
"""Draws that pass through all unknowns at once."""


@dataclass(frozen=True)
class FastTotals:
    """Figures of one way.

    Parameters
    ----------
    hours, usd, kg
        Totals at each level asked for, by level. [h], [USD], [kg CO2e]
    hours_mean, usd_mean
        Mean of each activity, shape (activity,). [h], [USD]
    """

    hours: Mapping[float, float]
    usd: Mapping[float, float]
    kg: Mapping[float, float]
    hours_mean: Floats
    usd_mean: Floats


def fast_totals(  # noqa: PLR0913 - a way, its assumptions, and how it is drawn
    itinerary: Itinerary,
    parameters: Parameters,
    lengths: Mapping[str, Length],
    *,
    count: int,
    seed: int,
    levels: Sequence[float] = (0.1, 0.5, 0.9),
    encounters: Encounters = NOTHING,
    compiled: bool = False,
) -> FastTotals:
    """Quantiles of a way's totals and the mean of each of its activities.

    Parameters
    ----------
    itinerary
        Priced activities.
    parameters, lengths
        Rows, and projects whose length is drawn.
    count, seed
        Number of draws, 1 or more, and the seed, 0 or more.
    levels
        Levels of the quantiles, 0 to 1. [1]
    encounters
        What the way may meet; anything that is no plain sum is refused.
    compiled
        Whether to use the compiled loop (numba).

    Returns
    -------
    FastTotals

    Raises
    ------
    NotAdditiveError
        Where the way may meet a closure, a sleeping gate or the hire of a box, or leaves in any month alike.
    ValueError
        Where the number of draws is below 1 or the seed below 0.
    """
    if count < 1 or seed < 0:
        msg = f"count is {count} and seed {seed}; ask for one draw or more and a seed of 0 or more"
        raise ValueError(msg)
    refuse_encounters(encounters)
    recipe = recipe_of([itinerary], parameters, lengths)
    if compiled:
        from sim.fast_kernel import drawn  # numba is an extra

        totals, means = drawn(recipe, count, seed)
    else:
        totals, means = _drawn(recipe, count, seed)
    sums = [sum(c * means[s] for c, s in parts) for parts in recipe.activities[0]]
    found = [dict(zip(levels, quantiles_of_many(total, levels), strict=True)) for total in totals]
    return FastTotals(found[0], found[1], found[2], np.array(sums[0::2]), np.array(sums[1::2]))


def refuse_encounters(encounters: Encounters) -> None:
    """Refuse what is met or not, or hangs on the clock.

    Raises
    ------
    NotAdditiveError
        Names the first of them.
    """
    if encounters.hazards:
        msg = (
            f"the way may find {encounters.hazards[0].shock.name!r} shut, which is no plain sum; ask with shocks=false"
        )
        raise NotAdditiveError(msg)
    if encounters.schedule is not None and encounters.schedule.openings:
        msg = f"the way waits for {encounters.schedule.openings[0][1].opening_id!r} to open, which hangs on the clock"
        raise NotAdditiveError(msg)
    if encounters.detention is not None:
        msg = "the way owes detention for a line's box, which hangs on the hours of the whole trip"
        raise NotAdditiveError(msg)


def key_of(seed: int, name: str) -> int:
    """Key of a name's numbers, 64 bits: a hash of the seed and the name. Forms of one row share its key."""
    return int.from_bytes(hashlib.blake2b(f"{seed}|fast|{name}".encode(), digest_size=8).digest(), "little")


def _drawn(recipe: Recipe, count: int, seed: int) -> tuple[list[Singles], Floats]:
    """Totals of the one way, shape (draw,) each, and the mean of each stream."""
    tables = _Tables(recipe, seed, min(count, CHUNK))
    coefficients = np.stack([recipe.hours[0], recipe.usd[0], recipe.kg[0]]).astype(np.float32)
    totals = [np.zeros(count, dtype=np.float32) for _ in coefficients]
    means = np.zeros(len(recipe.streams))
    term, product = np.empty((2, min(count, CHUNK)), dtype=np.float32)
    for first in range(0, count, CHUNK):
        n = min(CHUNK, count - first)
        values = tables.drawn(n)
        for stream, parts in enumerate(recipe.streams):
            x = _product(values, parts, product[:n])
            means[stream] += x.sum()
            for total, c in zip(totals, coefficients[:, stream], strict=True):
                if c:
                    np.multiply(x, c, out=term[:n])
                    total[first : first + n] += term[:n]
    return totals, means / count


def _product(values: Singles, parts: Sequence[int], out: Singles) -> Singles:
    """Product of some unknowns: one of them as it stands, more of them in ``out``."""
    if len(parts) == 1:
        only: Singles = values[parts[0]]
        return only
    if not parts:
        out[:] = 1.0
        return out
    np.multiply(values[parts[0]], values[parts[1]], out=out)
    for i in parts[2:]:
        out *= values[i]
    return out


class _Tables:
    """Quantile tables of the unknowns and the generators of their uniforms.

    A uniform is one of 65,536 equal parts: the first ten of its 16 bits are the cell, the other six the share of it. Each
    number of the generator makes four.
    """

    def __init__(self, recipe: Recipe, seed: int, size: int) -> None:
        self.unknowns = recipe.unknowns
        self._tables = list(zip(*laid_out(tables_of(recipe.unknowns)), strict=True))
        self._scores = laid_out(score_table())
        names = {u.name for u in recipe.unknowns} | {u.factor for u in recipe.unknowns if u.factor}
        self._makers = {name: np.random.SFC64(key_of(seed, name)) for name in names}
        self._values = np.empty((len(recipe.unknowns), size), dtype=np.float32)
        self._bits, self._part = np.empty(size, dtype=np.uint16), np.empty(size, dtype=np.float32)
        self._cell = np.empty(size, dtype=np.intp)

    def drawn(self, n: int) -> Singles:
        """Next ``n`` draws of every unknown, shape (unknown, n); overwritten by the next call."""
        made: dict[str, Bits] = {}
        for unknown, table, out in zip(self.unknowns, self._tables, self._values[:, :n], strict=True):
            if unknown.factor:
                score = self._read(self._scores, self._uniform(unknown.name, made, n), np.empty_like(out))
                common = self._read(self._scores, self._uniform(unknown.factor, made, n), np.empty_like(out))
                self._read(table, _uniform_of(score, common, unknown.loading), out)
            else:
                self._read(table, self._uniform(unknown.name, made, n), out)
        return self._values[:, :n]

    def _uniform(self, name: str, made: dict[str, Bits], n: int) -> Bits:
        """Uniforms of a name, made once a chunk."""
        if name not in made:
            made[name] = self._makers[name].random_raw((n + 3) // 4).view(np.uint16)[:n]
        return made[name]

    def _read(self, table: tuple[Singles, Singles], u: Bits, out: Singles) -> Singles:
        """Values at uniforms, written to ``out``."""
        bits, part, cell = self._bits[: len(u)], self._part[: len(u)], self._cell[: len(u)]
        lows, steps = table
        np.right_shift(u, _SHARE_BITS, out=bits)
        np.copyto(cell, bits)
        np.bitwise_and(u, _SHARE, out=bits)
        np.copyto(part, bits)
        steps.take(cell, out=out, mode="clip")
        out *= part
        lows.take(cell, out=part, mode="clip")
        out += part
        return out


_SHARE_BITS, _SHARE = np.uint16(6), np.uint16(63)


def laid_out(nodes: Floats) -> tuple[Singles, Singles]:
    """Tables for 64 shares of a cell, each at its middle: value at the first share of each cell, and the rise to the next.

    Shape (..., CELLS) each, from values at the ends of cells, shape (..., CELLS + 1).
    """
    steps = (nodes[..., 1:] - nodes[..., :-1]) / 64.0
    return (nodes[..., :-1] + 0.5 * steps).astype(np.float32), steps.astype(np.float32)


def _uniform_of(score: Singles, common: Singles, loading: float) -> Bits:
    """Place of a row tied to a factor in its table over scores, in 65,536 parts."""
    score *= np.float32(np.sqrt(1.0 - loading**2))
    common *= np.float32(loading)
    score += common
    place = np.clip(score.astype(np.float64) / (2.0 * SCORES) + 0.5, 0.0, 1.0)
    return (place * 65535.0).astype(np.uint16)
