"""Quantiles of many numbers without sorting them all: for totals of single precision.

Quantiles are those of :func:`sim.sampling.quantiles`, linear between order statistics (type 7), and the order statistics are
exact. Sorting in runs is what makes it quick: on processors that compress vectors slowly (family 25 of one maker) NumPy
sorts a row of 1,000 numbers nine times slower than two of 500.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.draws import Floats

Singles = NDArray[np.float32]
Places = NDArray[np.intp]

RUN = 512
"""Numbers of single precision that NumPy sorts in one go without splitting them."""
BINS = 1 << 12


def row_quantiles(rows: Singles, levels: Sequence[float]) -> Floats:
    """Quantiles of each row of a block, which is sorted in the course of it.

    Parameters
    ----------
    rows
        Shape (row, number); its numbers are put in another order.
    levels
        0 to 1. [1]

    Returns
    -------
    Floats
        Shape (row, level).

    Examples
    --------
    >>> row_quantiles(np.array([[3.0, 1.0, 2.0], [9.0, 7.0, 8.0]], dtype=np.float32), (0.5, 0.75)).tolist()
    [[2.0, 2.5], [8.0, 8.5]]
    """
    count = rows.shape[1]
    position = np.asarray(levels, dtype=np.float64) * (count - 1)
    floor = position.astype(np.intp)
    if RUN < count <= 2 * RUN:
        low, high = _of_two_runs(rows, count // 2, floor)
    else:
        rows.sort(axis=1)
        low, high = rows[:, floor], rows[:, np.minimum(floor + 1, count - 1)]
    lower = low.astype(np.float64)
    found: Floats = lower + (position - floor) * (high - lower)
    return found


def _of_two_runs(rows: Singles, cut: int, floor: Places) -> tuple[Singles, Singles]:
    """Order statistics and the next ones of each row, whose halves are sorted apart, shape (row, level) each.

    Of the ``k + 1`` least numbers some i are from the first half and the others from the second; i is found by halving.
    """
    first, second = rows[:, :cut], rows[:, cut:]
    first.sort(axis=1)
    second.sort(axis=1)
    other = second.shape[1]
    start = (np.arange(len(rows)) * rows.shape[1])[:, None]
    flat = rows.reshape(-1)
    taken = np.broadcast_to(floor + 1, (len(rows), len(floor)))
    least, most = np.maximum(taken - other, 0), np.minimum(taken, cut)
    for _ in range(int(RUN).bit_length()):
        i = (least + most) >> 1
        # too few from the first half where its next number is below the last one taken from the second
        last = np.maximum(taken - i - 1, 0)
        few = (i < most) & (flat.take(start + np.minimum(i, cut - 1)) < flat.take(start + cut + last))
        least, most = np.where(few, i + 1, least), np.where(few, most, i)
    i, j = least, taken - least
    a = np.where(i > 0, flat.take(start + np.maximum(i - 1, 0)), -np.inf)
    b = np.where(j > 0, flat.take(start + cut + np.maximum(j - 1, 0)), -np.inf)
    c = np.where(i < cut, flat.take(start + np.minimum(i, cut - 1)), np.inf)
    d = np.where(j < other, flat.take(start + cut + np.minimum(j, other - 1)), np.inf)
    low, high = np.maximum(a, b), np.minimum(c, d)
    return low, np.where(np.isinf(high), low, high)


def quantiles_of_many(values: Singles, levels: Sequence[float]) -> list[float]:
    """Quantiles of very many numbers: they are counted into bins, and only the bins that are asked for are sorted.

    Parameters
    ----------
    values
        Shape (number,); finite.
    levels
        0 to 1. [1]

    Examples
    --------
    >>> quantiles_of_many(np.arange(11, dtype=np.float32), (0.1, 0.55))
    [1.0, 5.5]
    """
    low, high = values.min(), values.max()
    if not high > low:
        return [float(low) for _ in levels]
    span, most = float(high) - float(low), float(np.finfo(np.float32).max)
    if (BINS - 1) / span <= most and span <= most:
        place = ((values - low) * np.float32((BINS - 1) / span)).astype(np.int32)
    else:  # so close together, or so far apart, that single precision cannot tell bins: one bin for all
        place = np.zeros(len(values), dtype=np.int32)
    before = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=BINS))])
    known: dict[int, Singles] = {}

    def order_statistic(k: int) -> float:
        found = int(np.searchsorted(before, k, side="right")) - 1
        if found not in known:
            known[found] = np.sort(values[place == found])
        return float(known[found][k - before[found]])

    out = []
    for level in levels:
        position = level * (len(values) - 1)
        floor = int(position)
        value = order_statistic(floor)
        above = order_statistic(min(floor + 1, len(values) - 1))
        out.append(value + (position - floor) * (above - value))
    return out
