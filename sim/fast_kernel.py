"""The sums of :mod:`sim.fast_totals` in one loop, compiled by numba: the extra ``[fast]``.

Uniforms are a hash of (key, number of the draw), splitmix64's mixing function of Steele, Lea and Flood (2014): any draw can
be made without those before it, and no state is kept. Values go through blocks of 1,024 draws that stay in the cache.
Imported only when asked for; the compiled loop is kept beside this file.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.draws import Floats
from sim.fast_totals import key_of, laid_out
from sim.unknowns import CELLS, SCORES, Recipe, score_table, tables_of

Singles = NDArray[np.float32]
F = TypeVar("F", bound=Callable[..., Any])

BLOCK = 1024
PART = BLOCK // 4
_STEP, _ONE, _TWO = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _compiled(**how: Any) -> Callable[[F], F]:
    """Compile a function by numba, an extra that the type checker is not to ask for."""
    made: Callable[[F], F] = import_module("numba").njit(**how)
    return made


@_compiled(inline="always")
def _mixed(z: Any) -> Any:
    z = (z ^ (z >> np.uint64(30))) * _ONE
    z = (z ^ (z >> np.uint64(27))) * _TWO
    return z ^ (z >> np.uint64(31))


@_compiled(inline="always")
def _read(lows: Any, steps: Any, bits: Any) -> Any:
    cell = np.int32(bits >> np.uint64(6)) & np.int32(CELLS - 1)
    return lows[cell] + steps[cell] * np.float32(np.int32(bits & np.uint64(63)))


@_compiled(inline="always")
def _fill(lows: Any, steps: Any, key: Any, first: Any, x: Any) -> None:
    for i in range(PART):  # one hash makes four draws
        z = _mixed(key + np.uint64(first + i + 1) * _STEP)
        x[i] = _read(lows, steps, z)
        x[i + PART] = _read(lows, steps, z >> np.uint64(16))
        x[i + 2 * PART] = _read(lows, steps, z >> np.uint64(32))
        x[i + 3 * PART] = _read(lows, steps, z >> np.uint64(48))


@_compiled(cache=True, fastmath=True, nogil=True)
def _carried(  # noqa: C901, PLR0912, PLR0913, PLR0917 - one loop, compiled as a whole
    lows: Any, steps: Any, keys: Any, ties: Any, starts: Any, parts: Any, coefficients: Any, totals: Any, sums: Any
) -> None:
    count = totals.shape[1]
    values = np.empty((keys.shape[0], BLOCK), np.float32)
    product = np.empty(BLOCK, np.float32)
    common = np.empty(BLOCK, np.float32)
    last = keys.shape[0]
    factors, loadings, rests = ties
    for first in range(0, count, BLOCK):
        n = min(BLOCK, count - first)
        for j in range(keys.shape[0]):
            x = values[j]
            if loadings[j] == 0:
                _fill(lows[j], steps[j], keys[j], first, x)
            else:
                _fill(lows[last], steps[last], factors[j], first, common)
                _fill(lows[last], steps[last], keys[j], first, x)
                for i in range(BLOCK):
                    place = (loadings[j] * common[i] + rests[j] * x[i]) * np.float32(0.5 / SCORES) + np.float32(0.5)
                    place = min(max(place, np.float32(0.0)), np.float32(1.0)) * np.float32(65535.0)
                    x[i] = _read(lows[j], steps[j], np.uint64(np.int32(place)))
        for s in range(starts.shape[0] - 1):
            total = np.float32(0.0)
            few = starts[s + 1] - starts[s]
            if few == 0:
                product[:n] = np.float32(1.0)
                total = np.float32(n)
            elif few == 1:
                x = values[parts[starts[s]]]
                for i in range(n):
                    product[i] = x[i]
                    total += x[i]
            else:
                x, y = values[parts[starts[s]]], values[parts[starts[s] + 1]]
                for p in range(starts[s] + 2, starts[s + 1]):
                    y = y * values[parts[p]]
                for i in range(n):
                    product[i] = x[i] * y[i]
                    total += product[i]
            sums[s] += total
            for m in range(totals.shape[0]):
                c = coefficients[m, s]
                if c != 0:
                    into = totals[m]
                    for i in range(n):
                        into[first + i] += c * product[i]


def drawn(recipe: Recipe, count: int, seed: int) -> tuple[list[Singles], Floats]:
    """Totals of the one way of a recipe, shape (draw,) each, and the mean of each stream.

    Parameters
    ----------
    recipe
        Unknowns and streams.
    count, seed
        Number of draws and the seed.
    """
    unknowns = recipe.unknowns
    lows, steps = laid_out(np.concatenate([tables_of(unknowns), score_table()[None]]))
    keys = np.array([key_of(seed, u.name) for u in unknowns], dtype=np.uint64)
    factors = np.array([key_of(seed, u.factor) for u in unknowns], dtype=np.uint64)
    loadings = np.array([u.loading for u in unknowns])
    ties = (factors, loadings.astype(np.float32), np.sqrt(1.0 - loadings**2).astype(np.float32))
    starts = np.cumsum([0, *map(len, recipe.streams)]).astype(np.int64)
    parts = np.array([i for stream in recipe.streams for i in stream], dtype=np.int64)
    coefficients = np.stack([recipe.hours[0], recipe.usd[0], recipe.kg[0]]).astype(np.float32)
    totals = np.zeros((3, count), dtype=np.float32)
    sums = np.zeros(len(recipe.streams))
    _carried(lows, steps, keys, ties, starts, parts, coefficients, totals, sums)
    return list(totals), sums / count
