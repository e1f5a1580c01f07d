r"""How sure: what is not known, what varies from trip to trip, and how much of the answer is the sampling itself.

Two trips under the same knowledge, :math:`Y` and :math:`Y'`, share everything we do not know and nothing else, so

.. math:: \mathrm{Var}(E[Y|K]) = \mathrm{Cov}(Y, Y'),\qquad
   s_K = \frac{\mathrm{Cov}(Y,Y')}{\mathrm{Var}(Y)}

is the share of variance that better knowledge could remove (pick-freeze; Sobol's first-order index of the whole group of
knowledge rows). The rest is trips: it stays however much is learnt. The mean of Y and Y' enters the estimate, which keeps
it steady where the means differ by sampling (Janon et al. 2014).

The Monte Carlo error of a figure is the standard error over independent replicates of the whole run, each with its own
streams of knowledge and trips. With R replicates of n draws the figure's own error is about that of one replicate over
the square root of R, if the figure reported is their mean; here the figure reported is the first replicate's, so the
error quoted is the standard deviation over replicates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.draws import Floats
from sim.sampling import quantiles


def knowledge_share(one: Floats, other: Floats) -> float:
    """Share of variance that is knowledge, from two trips under the same knowledge.

    Parameters
    ----------
    one, other
        Totals of the two trips, shape (draw,); draws in which either is NaN (not delivered) are left out.

    Returns
    -------
    float
        0 to 1 up to sampling error; 0 where nothing varies. [1]

    Examples
    --------
    Nothing but knowledge, then nothing but trips:

    >>> k = np.array([1.0, 2.0, 4.0, 7.0])
    >>> knowledge_share(k, k)
    1.0
    """
    both = np.isfinite(one) & np.isfinite(other)
    a, b = one[both], other[both]
    if len(a) < 2:
        return 0.0
    mean = (a.mean() + b.mean()) / 2.0
    variance = float((((a - mean) ** 2).mean() + ((b - mean) ** 2).mean()) / 2.0)
    if variance <= 0.0:
        return 0.0
    return float(((a - mean) * (b - mean)).mean() / variance)


def figures(hours: Floats, usd: Floats) -> dict[str, float]:
    """Figures of one run whose Monte Carlo error is quoted: mean, P10, P50 and P90 of hours and dollars."""
    out: dict[str, float] = {}
    for name, values in (("hours", hours), ("usd", usd)):
        kept = values[np.isfinite(values)]
        out[f"{name}_mean"] = float(kept.mean())
        for level, value in zip((10, 50, 90), quantiles(kept, (0.1, 0.5, 0.9)), strict=True):
            out[f"{name}_p{level}"] = value
    return out


def monte_carlo_error(replicates: Sequence[dict[str, float]]) -> dict[str, float]:
    """Standard deviation of each figure over independent replicates, in the figure's unit.

    Raises
    ------
    ValueError
        With fewer than two replicates: one run says nothing of its own error.

    Examples
    --------
    >>> monte_carlo_error([{"hours_mean": 10.0}, {"hours_mean": 12.0}])
    {'hours_mean': 1.4142135623730951}
    """
    if len(replicates) < 2:
        msg = f"{len(replicates)} replicate: a Monte Carlo error needs two or more; set replicates in the scenario"
        raise ValueError(msg)
    return {name: float(np.std([r[name] for r in replicates], ddof=1)) for name in replicates[0]}
