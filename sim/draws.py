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
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.normal_law import normal_cdf, normal_quantile

__all__ = [
    "NET_POINTS",
    "Bools",
    "Floats",
    "Purpose",
    "Wholes",
    "headway_factor",
    "lognormal_factor",
    "normal_cdf",
    "normal_quantile",
    "shape_quantile",
    "tied_uniforms",
    "trip_factor",
    "uniform_rows",
    "uniforms",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Wholes = NDArray[np.int64]
Purpose = Literal["knowledge", "trip", "process"]

NET_POINTS = 1 << 14
"""Numbers of a stream that form the net; later ones are counter-based."""

_U32 = np.uint32
_PLACE = np.uint64(NET_POINTS - 1)


@lru_cache(maxsize=1 << 14)
def _seeds(seed: int, purpose: str, name: str, replicate: int) -> tuple[int, int, int, int, int]:
    """Hash a key into a scrambling seed (32 bit), a shuffling key and a counter key (two words of 64 bit each)."""
    text = f"{seed}|{purpose}|{name}|{replicate}".encode()
    digest = hashlib.blake2b(text, digest_size=36).digest()
    a, b, c, d = (int.from_bytes(digest[at : at + 8], "little") for at in (4, 12, 20, 28))
    return int.from_bytes(digest[:4], "little"), a, b, c, d


def _words(keys: Sequence[tuple[int, int]]) -> NDArray[np.uint64]:
    """Counter keys as NumPy takes a list of two words, shape (stream, 2).

    Of two words on different sides of 2^63 NumPy makes floats, which keep 53 bits of each. Every stream has been drawn
    so; to mend it would move every figure within its noise and tell no two streams better apart.
    """
    words = np.array(keys, dtype=np.uint64)
    mixed = (words[:, 0] >> np.uint64(63)) != (words[:, 1] >> np.uint64(63))
    words[mixed] = words[mixed].astype(np.float64).astype(np.uint64)
    return words


def _orders(keys: Sequence[tuple[int, int]], stop: int) -> NDArray[np.uint32]:
    """Order in which each stream visits the points of its net: number 0, then each block 2^m .. 2^(m+1) - 1 shuffled.

    A block fills the half of each cell of width 2^-m that is still empty. Its own order is a random permutation, made
    by sorting raw counter-based numbers, so that two streams meet like independent ones. Shape (stream, power of two).
    """
    size = 1 << max(stop - 1, 0).bit_length()
    places = np.arange(size, dtype=np.uint64)
    orders = np.empty((len(keys), size), dtype=np.uint32)
    orders[:, :2] = places[:2]
    if size > 2:
        tagged = np.empty((len(keys), size), dtype=np.uint64)
        philox = np.random.Philox(key=0)  # one generator, set to each key in turn: making one costs ten times as much
        start = philox.state
        for row, key in zip(tagged, _words(keys), strict=True):
            start["state"]["key"] = key
            philox.state = start
            row[:] = philox.random_raw(size)
        tagged &= ~_PLACE
        tagged |= places  # sorting numbers that carry their place is faster than sorting by index
        block = 2
        while block < size:
            orders[:, block : 2 * block] = np.sort(tagged[:, block : 2 * block], axis=1) & _PLACE
            block *= 2
    return orders


def _scrambled(orders: NDArray[np.uint32], seeds: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Digits of van der Corput's sequence at given places, Owen-scrambled; a row a stream.

    The sequence is the mirror image of its index; the scrambling hashes each digit with those above it, which on the
    mirror image are those below (Laine-Karras permutation), so that one mirroring at the end serves both.
    """
    x = orders + seeds[:, None]
    other = np.empty_like(x)
    for factor in (0x6C50B47C, 0xB82F1E52, 0xC7AFE638, 0x8D22F6E6):
        np.multiply(x, _U32(factor), out=other)
        x ^= other
    x.byteswap(inplace=True)  # mirror the bytes, then the bits of each byte
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F)):
        np.right_shift(x, _U32(shift), out=other)
        other &= _U32(mask)
        x &= _U32(mask)
        x <<= _U32(shift)
        x |= other
    return x


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
    return _streams(seed, purpose, [(name, replicate)], start, stop).reshape(-1)


def uniform_rows(seed: int, purpose: Purpose, streams: Sequence[tuple[str, int]], stop: int) -> Floats:
    """First numbers of many streams at once; each row is what :func:`uniforms` gives, to the bit.

    Parameters
    ----------
    seed, purpose, stop
        As for :func:`uniforms`.
    streams
        Name and replicate of each.

    Returns
    -------
    Floats
        Uniforms, shape (stream, stop). [1]

    Examples
    --------
    >>> rows = uniform_rows(1, "trip", [("x", 0), ("y", 3)], 64)
    >>> bool((rows[1] == uniforms(1, "trip", "y", 3, 64)).all())
    True
    """
    out = np.empty((len(streams), stop))
    rows = max(1, _AT_ONCE // stop)
    for first in range(0, len(streams), rows):
        part = streams[first : first + rows]
        out[first : first + rows] = _streams(seed, purpose, part, 0, stop)
    return out


_AT_ONCE = 1 << 14
"""Numbers made in one go: few enough to stay in the cache, many enough that calls cost little."""


def _streams(seed: int, purpose: Purpose, streams: Sequence[tuple[str, int]], start: int, stop: int) -> Floats:
    """Numbers ``start`` to ``stop`` of streams, shape (stream, stop - start). [1]"""
    replicate = min((number for _, number in streams), default=0)
    if seed < 0 or replicate < 0:
        msg = f"seed is {seed} and replicate {replicate}; both must be whole numbers of 0 or more"
        raise ValueError(msg)
    if not 0 <= start < stop:
        msg = f"draws {start} to {stop} are no range; ask for at least one draw"
        raise ValueError(msg)
    seeds = [_seeds(seed, purpose, name, number) for name, number in streams]
    out = np.empty((len(streams), stop - start))
    last = min(stop, NET_POINTS)
    if start < last:
        orders = _orders([s[1:3] for s in seeds], last)[:, start:last]
        digits = _scrambled(orders, np.array([s[0] for s in seeds], dtype=np.uint32))
        net = out[:, : last - start]
        np.add(digits, 0.5, out=net)
        net *= 2.0**-32
    if stop > NET_POINTS:
        first = max(start, NET_POINTS) - NET_POINTS
        for row, key in zip(out, seeds, strict=True):
            philox = np.random.Philox(key=[*key[3:5]])
            philox.advance(first // 4)
            block = np.random.Generator(philox).random(stop - NET_POINTS - 4 * (first // 4))
            np.maximum(block[first % 4 :], 2.0**-54, out=row[len(row) - (len(block) - first % 4) :])
    return out


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


def share_below(value: float, shape: str, low: float, best: float, high: float) -> float:
    r"""Share of a parameter row's range that lies at or below a value: the inverse of :func:`shape_quantile`. [1]

    Of a triangle :math:`F(x)=(x-l)^2/((h-l)(b-l))` up to the mode and mirrored above; 0 below low, 1 from high on.

    Examples
    --------
    >>> share_below(20.0, "triangular", 10.0, 20.0, 30.0), share_below(15.0, "uniform", 10.0, 20.0, 30.0)
    (0.5, 0.25)
    """
    if value < low or value >= high:
        return float(value >= high)
    if shape == "uniform":
        return (value - low) / (high - low)
    if shape == "discrete":
        return (1.0 + (value >= best)) / 3.0
    if shape != "triangular":
        return float(value >= best)
    if value < best:
        return (value - low) ** 2 / ((high - low) * (best - low))
    return 1.0 - (high - value) ** 2 / ((high - low) * (high - best))


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
