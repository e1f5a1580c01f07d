"""How far what we do not know of all other inputs moves a switching value.

For each draw of that knowledge the average trip of both ways is followed over a grid of x, and the draw's own switching value
is where their difference changes sign, by linear interpolation. P10 and P90 are of those draws that have one inside the
grid; the share that has none is said. The spread is of the average trip also where quantiles of hours are compared.

    a draw whose gap is -4 h at x = 0 and 6 h at x = 10 has its own switching value at 4
"""

from __future__ import annotations

import numpy as np

from sim.draws import Floats
from sim.sampling import quantiles
from sim.switching_value import Duel, Lever, tried_values

GRID = 9
"""Points of the grid on which a draw's own switching value is looked for."""


def spread_of_values(duel: Duel, lever: Lever, value: float) -> tuple[float | None, float | None, float]:
    """P10 and P90 of the draws' own switching values of the average trip, and the share of draws that have none."""
    least, most = tried_values(lever)
    low, high = min(lever.low, value / 2.0), max(lever.high, value * 2.0)
    grid = np.linspace(max(low, least), min(high, most), GRID)
    gaps = np.stack([duel.average_gaps(lever.set_to(float(x), duel.draws)) for x in grid])
    own = own_values(grid, gaps, lever.mean)
    found = own[np.isfinite(own)]
    without = 1.0 - len(found) / len(own)
    if len(found) < 2:
        return None, None, without
    p10, p90 = quantiles(found, (0.1, 0.9))
    return p10, p90, without


def own_values(grid: Floats, gaps: Floats, mean: float) -> Floats:
    """Value at which each draw's gap changes sign, the nearest to the mean; NaN where it does not, shape (draw,).

    Parameters
    ----------
    grid
        Values of the input, rising, shape (point,).
    gaps
        Gap at each of them, shape (point, draw).
    mean
        Mean of the input.

    Examples
    --------
    >>> own_values(np.array([0.0, 10.0]), np.array([[-4.0, 1.0], [6.0, 2.0]]), 5.0).tolist()
    [4.0, nan]
    """
    best = np.full(gaps.shape[1], np.nan)
    for i in range(len(grid) - 1):
        a, b = gaps[i], gaps[i + 1]
        here = (a < 0) != (b < 0)
        share = np.divide(-a, b - a, out=np.zeros_like(a), where=here)
        x = grid[i] + share * (grid[i + 1] - grid[i])
        nearer = here & ~(np.abs(best - mean) <= np.abs(x - mean))
        best[nearer] = x[nearer]
    return best
