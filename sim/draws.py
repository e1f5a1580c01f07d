r"""Chance: keyed streams of numbers, and the shapes they are turned into.

Every uncertain thing has a name, and its stream of uniforms depends on nothing but
``(seed, purpose, name, replicate)``: not on how many workers run, in which order rows stand, how a run is cut
into chunks, or what else is in the study. Two scenarios therefore share every draw they have in common, and a
difference between them is a difference of inputs, not of luck.

*Knowledge* streams are keyed by ``parameter_id``: what we do not know about a mean is drawn once and shared by
every route. *Trip* streams are keyed by the parameter row and the leg (a haul) or by place and kind (a stop):
what varies from one trip to the next. *Process* streams belong to closures.

The first ``NET_POINTS`` numbers of a stream are a one-dimensional net: van der Corput's sequence, Owen-scrambled by
hashing (Burley 2020, *Practical hash-based Owen scrambling*, JCGT 9(4)) and visited in an order shuffled block by
block, all seeded from a BLAKE2 hash of the key. Any prefix of 2^m points has one point in each of 2^m equal cells,
which is why means settle much faster than with pseudo-random numbers. Burley shuffles by a second Owen scramble; that
order is a tree, two streams then agree in pairs of neighbouring draws, and the corners where two of them are both high
are sampled as if with fewer draws (a chi-square of 16 x 16 cells shows it). A free shuffle within each block keeps the
stratification and cures that. Beyond the net, counter-based random numbers (Philox) keyed by the same hash go on. Any
prefix of a longer run is the shorter run.

Rows may be tied by a common factor (:func:`tied_uniforms`); all others are independent. Means, quantiles and the two
spreads come from the draws themselves.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Wholes = NDArray[np.int64]
Purpose = Literal["knowledge", "trip", "process"]

NET_POINTS = 1 << 14
"""Numbers of a stream that form the net; later ones are counter-based."""

_U32 = np.uint32
_PLACE = np.uint64(NET_POINTS - 1)


@lru_cache(maxsize=4096)
def _seeds(seed: int, purpose: str, name: str, replicate: int) -> tuple[int, int, int, int, int]:
    """Hash a key into a scrambling seed (32 bit), a shuffling key and a counter key (two words of 64 bit each)."""
    text = f"{seed}|{purpose}|{name}|{replicate}".encode()
    digest = hashlib.blake2b(text, digest_size=36).digest()
    a, b, c, d = (int.from_bytes(digest[at : at + 8], "little") for at in (4, 12, 20, 28))
    return int.from_bytes(digest[:4], "little"), a, b, c, d


def _order(key: tuple[int, int], stop: int) -> NDArray[np.uint32]:
    """Order in which a stream visits the points of its net: number 0, then each block 2^m .. 2^(m+1) - 1 shuffled.

    A block fills the half of each cell of width 2^-m that is still empty. Its own order is a random permutation, made
    by sorting raw counter-based numbers, so that two streams meet like independent ones.
    """
    order = np.arange(1 << max(stop - 1, 0).bit_length(), dtype=np.uint32)
    if len(order) > 2:
        raw = np.random.Philox(key=[*key]).random_raw(len(order))
        places = np.arange(len(order), dtype=np.uint64)
        tagged = (raw & ~_PLACE) | places  # sorting numbers that carry their place is faster than sorting by index
        size = 2
        while size < len(order):
            order[size : 2 * size] = (np.sort(tagged[size : 2 * size]) & _PLACE).astype(np.uint32)
            size *= 2
    return order


@lru_cache(maxsize=1)
def _mirror() -> NDArray[np.uint32]:
    """Mirror image of every number of 16 bits."""
    x = np.arange(1 << 16, dtype=np.uint32)
    for shift, mask in ((1, 0x5555), (2, 0x3333), (4, 0x0F0F)):
        x = ((x >> _U32(shift)) & _U32(mask)) | ((x & _U32(mask)) << _U32(shift))
    return ((x >> _U32(8)) | (x << _U32(8))) & _U32(0xFFFF)


def _reverse_bits(x: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Mirror the 32 bits of each number."""
    table = _mirror()
    mirrored: NDArray[np.uint32] = (table[x & _U32(0xFFFF)] << _U32(16)) | table[x >> _U32(16)]
    return mirrored


def _scrambled(order: NDArray[np.uint32], seed: int) -> NDArray[np.uint32]:
    """Digits of van der Corput's sequence at given places, Owen-scrambled.

    The sequence is the mirror image of its index; the scrambling hashes each digit with those above it, which on the
    mirror image are those below (Laine-Karras permutation), so that one mirroring at the end serves both.
    """
    x = order + _U32(seed)
    for factor in (0x6C50B47C, 0xB82F1E52, 0xC7AFE638, 0x8D22F6E6):
        x = x ^ (x * _U32(factor))
    return _reverse_bits(x)


def uniforms(seed: int, purpose: Purpose, name: str, replicate: int, stop: int, *, start: int = 0) -> Floats:
    """Numbers ``start`` to ``stop`` of one stream, each strictly between 0 and 1.

    Parameters
    ----------
    seed
        The study's seed, 0 or more.
    purpose
        knowledge, trip or process.
    name
        What is drawn: a parameter_id, or the name of a leg or stop.
    replicate
        Which independent repetition of the whole run, from 0.
    stop, start
        Range of draw numbers.

    Returns
    -------
    Floats
        Uniforms, shape (stop - start,). [1]

    Raises
    ------
    ValueError
        Where the range is empty or negative, or the seed is below 0.

    Examples
    --------
    A prefix of a longer run is the shorter run:

    >>> a = uniforms(1, "trip", "x", 0, 64)
    >>> b = uniforms(1, "trip", "x", 0, 40000)
    >>> bool((a == b[:64]).all())
    True
    """
    if seed < 0 or replicate < 0:
        msg = f"seed is {seed} and replicate {replicate}; both must be whole numbers of 0 or more"
        raise ValueError(msg)
    if not 0 <= start < stop:
        msg = f"draws {start} to {stop} are no range; ask for at least one draw"
        raise ValueError(msg)
    scramble, *keys = _seeds(seed, purpose, name, replicate)
    parts: list[Floats] = []
    if start < NET_POINTS:
        last = min(stop, NET_POINTS)
        digits = _scrambled(_order((keys[0], keys[1]), last)[start:last], scramble)
        parts.append((digits.astype(np.float64) + 0.5) / 4294967296.0)
    if stop > NET_POINTS:
        first = max(start, NET_POINTS) - NET_POINTS
        philox = np.random.Philox(key=[keys[2], keys[3]])
        philox.advance(first // 4)
        block = np.random.Generator(philox).random(stop - NET_POINTS - 4 * (first // 4))
        parts.append(np.maximum(block[first % 4 :], 2.0**-54))
    return np.concatenate(parts)


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


def _ratio(top: tuple[float, ...], bottom: tuple[float, ...], r: Floats) -> Floats:
    """Quotient of two polynomials, coefficients from the constant upwards."""
    p, q = np.full_like(r, top[-1]), np.full_like(r, bottom[-1])
    for a, b in zip(top[-2::-1], bottom[-2::-1], strict=True):
        p, q = p * r + a, q * r + b
    return np.asarray(p / q, dtype=np.float64)


def normal_quantile(u: Floats) -> Floats:
    """Standard normal quantile of each uniform, to about 1e-15 (Wichura's AS 241).

    Written here because importing a statistics library costs more than a whole run; the tests hold it against one.

    Examples
    --------
    >>> round(float(normal_quantile(np.array([0.975]))[0]), 6)
    1.959964
    """
    q = u - 0.5
    z = np.empty_like(u)
    middle = np.abs(q) <= 0.425
    z[middle] = q[middle] * _ratio(_A, _B, 0.180625 - q[middle] ** 2)
    tail = ~middle
    r = np.sqrt(-np.log(np.minimum(u[tail], 1.0 - u[tail])))
    near = r <= 5.0
    value = np.where(near, _ratio(_C, _D, r - 1.6), _ratio(_E, _F, np.maximum(r, 5.0) - 5.0))
    z[tail] = np.copysign(value, q[tail])
    return z


_ERFC = np.frompyfunc(math.erfc, 1, 1)


def normal_cdf(z: Floats) -> Floats:
    """Share of a standard normal law below each number, from the C library's erfc.

    Examples
    --------
    >>> round(float(normal_cdf(np.array([1.959963984540054]))[0]), 6)
    0.975
    """
    return np.asarray(_ERFC(-z / math.sqrt(2.0)), dtype=np.float64) / 2.0


def tied_uniforms(own: Floats, common: Floats, loading: float) -> Floats:
    r"""Uniforms of a row that shares a factor with others (Gaussian copula).

    .. math:: u = \Phi\left(\ell\,\Phi^{-1}(u_f) + \sqrt{1-\ell^2}\,\Phi^{-1}(u_r)\right)

    Two rows with loadings a and b on one factor have normal scores with correlation a b, and uniforms with rank
    correlation :math:`(6/\pi)\arcsin(ab/2)`: loadings of 0.8 and 0.8 give 0.62.

    Parameters
    ----------
    own, common
        Uniforms of the row and of the factor, shape (draw,). [1]
    loading
        Correlation of the row with the factor, -1 to 1. [1]

    Returns
    -------
    Floats
        Uniforms, shape (draw,). [1]
    """
    if not -1.0 <= loading <= 1.0:
        msg = f"loading is {loading:g}; a correlation lies between -1 and 1"
        raise ValueError(msg)
    score = loading * normal_quantile(common) + math.sqrt(1.0 - loading * loading) * normal_quantile(own)
    return np.clip(normal_cdf(score), 2.0**-54, 1.0 - 2.0**-53)


def shape_quantile(u: Floats, shape: str, low: float, best: float, high: float) -> Floats:
    r"""Value of a parameter row at each uniform.

    triangular has its mode at ``best``: :math:`F^{-1}(u)=l+\sqrt{u(h-l)(b-l)}` up to the mode and mirrored above;
    uniform ignores ``best``; discrete takes the three values with equal odds; fixed is ``best``.

    Parameters
    ----------
    u
        Uniforms, shape (draw,). [1]
    shape
        triangular, uniform, discrete or fixed.
    low, best, high
        The row's three values, in the row's unit.

    Returns
    -------
    Floats
        Values, shape (draw,), in the row's unit; never outside low to high.

    Examples
    --------
    The middle of a symmetric triangle is its mode:

    >>> float(shape_quantile(np.array([0.5]), "triangular", 10.0, 20.0, 30.0)[0])
    20.0
    """
    if shape == "fixed" or low == high:
        return np.full_like(u, best)
    if shape == "uniform":
        return low + u * (high - low)
    if shape == "discrete":
        return np.where(u < 1 / 3, low, np.where(u < 2 / 3, best, high))
    if shape != "triangular":
        msg = f"shape is {shape!r}; allowed triangular, uniform, discrete, fixed"
        raise ValueError(msg)
    width = high - low
    below = u * width <= best - low
    rising = low + np.sqrt(u * width * (best - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - best))
    return np.where(below, rising, falling)


def headway_factor(u: Floats) -> Floats:
    """Unit-mean factor of a wait for a regular service, from 0 to 2: arrival is as likely at one time as at another.

    A ship every seven days is waited for 3.5 days on average, and up to 7.
    """
    return 2.0 * u


def trip_factor(u: Floats, cv: float) -> Floats:
    r"""Unit-mean lognormal factor of single trips.

    .. math:: T = \exp(\sigma z - \sigma^2/2),\qquad \sigma^2=\ln(1+cv^2)

    Parameters
    ----------
    u
        Uniforms, shape (draw,). [1]
    cv
        Coefficient of variation, 0 or more. [1]

    Returns
    -------
    Floats
        Factors with mean 1, shape (draw,). [1]

    Examples
    --------
    With cv 1 the median is 1 / sqrt(2):

    >>> round(float(trip_factor(np.array([0.5]), 1.0)[0]), 4)
    0.7071
    """
    return lognormal_factor(normal_quantile(u), cv)


def lognormal_factor(z: Floats, cv: float) -> Floats:
    """Unit-mean lognormal factor of each normal score; see :func:`trip_factor`."""
    if cv == 0.0:
        return np.ones_like(z)
    sigma = float(np.sqrt(np.log1p(cv * cv)))
    return np.exp(sigma * z - sigma * sigma / 2.0)
