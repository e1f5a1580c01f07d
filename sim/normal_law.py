"""The standard normal law: its quantiles and its shares, by NumPy alone.

Importing a statistics library costs as much as a whole run. Quantiles are Wichura's algorithm AS 241 (PPND16), good to about
1e-15: one ratio of polynomials in the middle, two more in the tails. Shares are the C library's erfc. The tests hold both
against a statistics library.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Wichura's algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477-484: coefficients as published.
_A = (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3)  # fmt: skip
_B = (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3)  # fmt: skip
_C = (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
      1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4)  # fmt: skip
_D = (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9)  # fmt: skip
_E = (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7)  # fmt: skip
_F = (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15)  # fmt: skip


def _polynomial(coefficients: tuple[float, ...], r: Floats, out: Floats | None = None) -> Floats:
    """Value of a polynomial, coefficients from the constant upwards."""
    value: Floats = np.multiply(r, coefficients[-1], out=out)
    value += coefficients[-2]
    for c in coefficients[-3::-1]:
        value *= r
        value += c
    return value


def _ratio(top: tuple[float, ...], bottom: tuple[float, ...], r: Floats) -> Floats:
    """Quotient of two polynomials."""
    value = _polynomial(top, r)
    value /= _polynomial(bottom, r)
    return value


def normal_quantile(u: Floats) -> Floats:
    """Standard normal quantile of each uniform, to about 1e-15 (Wichura's AS 241).

    Written here because importing a statistics library costs more than a whole run; the tests hold it against one.

    Examples
    --------
    >>> round(float(normal_quantile(np.array([0.975]))[0]), 6)
    1.959964
    """
    z = np.empty(u.shape)
    flat, out = u.reshape(-1), z.reshape(-1)
    work = np.empty((3, min(flat.size, _BLOCK)))
    for first in range(0, flat.size, _BLOCK):
        _normal_quantile(flat[first : first + _BLOCK], out[first : first + _BLOCK], work)
    return z


_BLOCK = 1 << 13
"""Numbers that pass through the polynomials at once; all that is needed then stays in the cache."""


def _normal_quantile(u: Floats, z: Floats, work: Floats) -> None:
    """Quantiles of a block, written to ``z``: the middle's formula for all, then the tails' for those beyond it."""
    q, r, bottom = work[:, : len(u)]
    np.subtract(u, 0.5, out=q)
    np.multiply(q, q, out=r)
    np.subtract(0.180625, r, out=r)
    _polynomial(_A, r, z)
    z /= _polynomial(_B, r, bottom)
    z *= q
    tail = np.flatnonzero(np.abs(q) > 0.425)
    side = u[tail]
    root = np.sqrt(-np.log(np.minimum(side, 1.0 - side)))
    value = _ratio(_C, _D, root - 1.6)
    far = root > 5.0
    if far.any():
        value[far] = _ratio(_E, _F, root[far] - 5.0)
    z[tail] = np.copysign(value, q[tail])


def normal_cdf(z: Floats) -> Floats:
    """Share of a standard normal law below each number, from the C library's erfc.

    Examples
    --------
    >>> round(float(normal_cdf(np.array([1.959963984540054]))[0]), 6)
    0.975
    """
    tails = map(math.erfc, (-z / math.sqrt(2.0)).reshape(-1).tolist())
    return np.fromiter(tails, dtype=np.float64, count=z.size).reshape(z.shape) / 2.0
