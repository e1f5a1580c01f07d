r"""Monte Carlo noise of a difference between two quantiles.

For a quantile q of level p with density f, one draw x weighs

.. math:: \psi(x) = \frac{p - [x \le q]}{f(q)}

(Bahadur 1966), so the standard error of the difference of two quantiles over n shared draws is
:math:`s(\psi_A - \psi_B)/\sqrt n`, and with draws of their own the root of the sum of squares. A difference within two of
these is said to be within the noise. The density is read off the quantiles half way to the nearer end of the scale on either
side. Draws are scrambled nets and somewhat better than independent ones, so the statement errs on the careful side.
"""

from __future__ import annotations

import numpy as np

from sim.draws import Floats


def error_of_difference(a: Floats, b: Floats, level: float, *, paired: bool) -> float:
    """Monte Carlo standard error of the difference of two quantiles, in the unit of the draws.

    Parameters
    ----------
    a, b
        Draws, shape (draw,); NaN where a draw was not delivered.
    level
        Level of the quantile. [1]
    paired
        Whether draw i of both is the same draw.

    Examples
    --------
    A constant added to every draw is found without error:

    >>> draws = np.linspace(0.0, 1.0, 1000)
    >>> error_of_difference(draws, draws + 3.0, 0.5, paired=True)
    0.0
    """
    one, other = _influence(a, level), _influence(b, level)
    if paired and len(one) == len(other):
        apart = one - other
        known = apart[~np.isnan(apart)]
        return float(known.std() / np.sqrt(max(len(known), 1)))
    shares = [float(np.nanvar(values)) / max(int((~np.isnan(values)).sum()), 1) for values in (one, other)]
    return float(np.sqrt(sum(shares)))


def _influence(draws: Floats, level: float) -> Floats:
    """Weight of each draw in a quantile; NaN stays NaN, and draws without scatter weigh nothing."""
    known = draws[~np.isnan(draws)]
    reach = 0.5 * min(level, 1.0 - level)
    low, at, high = (float(np.quantile(known, p)) for p in (level - reach, level, level + reach))
    slope = (high - low) / (2.0 * reach)
    weights: Floats = np.where(np.isnan(draws), np.nan, (level - (draws <= at)) * slope)
    return weights
