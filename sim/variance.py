r"""Which inputs a way's doubt comes from: Sobol indices of what we do not know, and of chance as one.

Let Y be the hours or dollars of a trip, and X the independent inputs: each parameter row's own stream, each factor that ties
several rows, each contested length, and chance (trips, closures, day and month of departure) as one. The first-order index is the share of variance that knowing X_i alone would
take away on average; the total index what would be left if all but X_i were known,

.. math::

    S_i = \frac{E[(f(B) - \mu) (f(A_B^{(i)}) - f(A))]}{V}, \qquad T_i = \frac{E[(f(A) - f(A_B^{(i)}))^2]}{2 V}

with A and B two independent sets of draws, :math:`\mu` their mean, and :math:`A_B^{(i)}` the first with input i from the second
(first order: Saltelli et al. 2010, Computer Physics Communications 181, 259-270; total: Jansen 1999). In this form an input that
does nothing has a first order of exactly zero, and the noise of a small one is small; Jansen's first order instead lends every input the
same chance error of f(A) against f(B), so that many small inputs add up to more than one. The sets are two replicates of the study's
own streams. A bootstrap over draws gives the bounds: 5 and 95 per cent of its indices. An index whose lower bound is not above zero
cannot be told from zero; the total order of an input that moves a single draw can be, its first order often cannot.

An output that does not vary has no shares. In draws that do not arrive Y is not a number; such draws are left out of all sums, and
how many is said.

    Y = X1 + 2 X2, both uniform: S = T = (0.2, 0.8)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.draws import Floats, shape_quantile, tied_uniforms
from sim.sampling import Draws

RESAMPLED = 400
"""Bootstrap samples behind the bounds of an index."""
CHANCE = "chance"
"""Name of everything that varies from trip to trip."""
OTHER = 1_000_003
"""Replicate from which the second set of draws comes; far from those that a study's own errors use."""


@dataclass(frozen=True, slots=True)
class Index:
    """First and total index of one input, with their bounds, and whether each can be told from zero. [1]"""

    name: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float

    @property
    def tells(self) -> bool:
        """Whether the total index can be told from zero."""
        return self.total_low > 0.0

    @property
    def first_tells(self) -> bool:
        """Whether the first-order index can be told from zero."""
        return self.first_low > 0.0


@dataclass(frozen=True)
class Shares:
    """Indices by falling total; none where the output does not vary. ``left_out`` draws did not arrive."""

    indices: tuple[Index, ...]
    variance: float
    draws: int
    left_out: int

    @property
    def constant(self) -> bool:
        """Whether the output has no variance."""
        return self.variance <= 0.0


def shares(ya: Floats, yb: Floats, mixed: Mapping[str, Floats], seed: int = 0) -> Shares:
    """Indices from outputs.

    Parameters
    ----------
    ya, yb
        Output in the first and second set of draws, shape (draw,).
    mixed
        Output in the first set with one input from the second, by name of the input, shape (draw,).
    seed
        Of the bootstrap.

    Returns
    -------
    Shares
    """
    names = list(mixed)
    outputs = np.stack([ya, yb, *(mixed[name] for name in names)])
    arrived = np.asarray(np.isfinite(outputs).all(axis=0))
    a, b, *rest = outputs[:, arrived]
    n = len(a)
    variance = float(np.concatenate([a, b]).var()) if n > 1 else 0.0
    left_out = len(arrived) - n
    if n < 2 or variance <= 1e-18 * float(np.abs(a).max()) ** 2:
        return Shares((), 0.0, n, left_out)
    middle = float(np.concatenate([a, b]).mean())
    first = np.stack([(b - middle) * (x - a) for x in rest], axis=1)
    total = np.stack([(a - x) ** 2 for x in rest], axis=1) / 2.0
    square = ((a - middle) ** 2 + (b - middle) ** 2) / 2.0
    dice = np.random.default_rng(seed)
    bounds: list[Floats] = []
    for _ in range(RESAMPLED):
        weight = np.bincount(dice.integers(0, n, n), minlength=n).astype(np.float64)
        v = weight @ square
        bounds.append(np.stack([weight @ first / v, weight @ total / v]))
    low, high = np.quantile(np.stack(bounds), (0.05, 0.95), axis=0)
    s, t = first.mean(axis=0) / variance, total.mean(axis=0) / variance
    found = [
        Index(name, float(s[i]), float(low[0, i]), float(high[0, i]), float(t[i]), float(low[1, i]), float(high[1, i]))
        for i, name in enumerate(names)
    ]
    return Shares(tuple(sorted(found, key=lambda x: (-x.total, x.name))), variance, n, left_out)


def way_shares(
    output: Callable[[Draws], Floats], draws: Draws, rows: Sequence[int], projects: Sequence[str] = ()
) -> Shares:
    """Indices of a way's output for the rows and lengths that it rests on, and for chance.

    Parameters
    ----------
    output
        Hours or dollars of the way in some draws, shape (draw,).
    draws
        The study's draws: the first set.
    rows
        Numbers of the rows.
    projects
        Projects whose drawn length the way depends on.

    Returns
    -------
    Shares
        By parameter_id, ``factor|NAME``, ``project_length.NAME`` and :data:`CHANCE`.
    """
    other = draws.replicate(OTHER)
    mixed: dict[str, Floats] = {}
    for name, values in _inputs(draws, other, rows).items():
        mixed[name] = output(draws.fixed(values))
    for project in projects:
        if project in draws.lengths:
            factor = other.length_factor(project)
            km = np.asarray(factor) * draws.lengths[project].best
            mixed[f"project_length.{project}"] = output(draws.fixed(lengths={project: km}))
    mixed[CHANCE] = output(draws.another_trip(OTHER))
    return shares(output(draws), output(other), mixed, draws.seed)


def _inputs(draws: Draws, other: Draws, rows: Sequence[int]) -> dict[str, dict[int, Floats | float]]:
    """Values of rows in which one input comes from the other set, by name of the input."""
    found: dict[str, dict[int, Floats | float]] = {}
    tied: dict[str, list[int]] = {}
    for number in sorted(set(rows)):
        row = draws.parameters.rows[number]
        if not row.uncertain:
            continue
        if row.factor:
            tied.setdefault(row.factor, []).append(number)
            found[row.parameter_id] = {number: _tied(draws, other, draws, number)}
        else:
            found[row.parameter_id] = {number: other.row(number)}
    for factor, numbers in tied.items():
        found[f"factor|{factor}"] = {number: _tied(draws, draws, other, number) for number in numbers}
    return found


def _tied(draws: Draws, own: Draws, common: Draws, number: int) -> Floats:
    """Values of a tied row with its own stream from one set and the common one from another."""
    row = draws.parameters.rows[number]
    u = tied_uniforms(
        own.stream("knowledge", row.parameter_id), common.stream("knowledge", f"factor|{row.factor}"), row.loading
    )
    return shape_quantile(u, row.shape, row.low, row.best, row.high)
