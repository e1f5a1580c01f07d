"""The additive part of every shipped corridor against exact sums of its parts.

Without closures, timetables and opening hours the hours of a way are a sum of products. Its law then follows without a
draw: the characteristic function of a sum of independent parts is the product of theirs, and the distribution is its
Fourier series. Three laws are held against the simulation, each at P10, P50 and P90:

*trip*: what we do not know stands at the mean of its rows; trip factors of one stream add up before they scatter.
*knowledge*: trips stand at their mean; rows that enter one product (a speed and the driving hours, a speed and the length
of a project) and rows of one common factor are summed over together, on a grid of normal scores.
*both*: the first, averaged over the same 64 draws of knowledge.

Everything on the exact side is SciPy's or stands here; from the house come the amounts and the raw uniforms. A comparison
may be off by its standard error over sixteen replicates, times what keeps all comparisons together right in 999 of 1,000.
"""

import string
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy import interpolate, optimize, special, stats
from studies import ONE_PAIR, study

from corridors.catalogue import read_catalogue
from sim.draws import uniforms
from sim.sampling import Draws, quantiles
from sim.simulation import simulate
from sim.trips import travel

LEVELS = (0.1, 0.5, 0.9)
REPLICATES = 16
"""Eight would do for the error, but not for the test: the limit would be 12 standard errors, with sixteen it is 7."""
DRAWS = 1 << 13
KNOWN = 64
"""Draws of knowledge that trips are repeated under."""
SEED = 7
PERIOD = 8192.0
"""Longer than any way takes; what lies beyond comes in again below, too rare to be seen. [h]"""
FREQUENCIES = 2 * np.pi * np.arange(1, 521) / PERIOD
SCORES = np.arange(-6.0, 6.01, 0.25)
"""Normal scores at which what we do not know is summed over: the trapezoidal rule on a normal density."""
DAY = 24.0


@cache
def feasible():
    """Ways of all shipped corridors that lead from Almaty to Karachi when everything is open."""
    names = ",".join(read_catalogue())
    carried = study("both-open", *ONE_PAIR, "shocks=false", "departures=month", f"corridors={names}", "replicates=1")
    return carried, {w.corridor: w.plan.itinerary for w in carried.ways if w.feasible}


def itineraries():
    return feasible()[1]


# ---- from a characteristic function to quantiles


def exact_quantiles(phi, start=0.0, period=PERIOD):
    """Quantiles of a law on start to start + period from its characteristic function at the frequencies 2 pi k / period."""
    assert abs(phi[-10:]).max() < 1e-5, "more frequencies are needed"
    t = 2 * np.pi * np.arange(1, len(phi) + 1) / period

    def below(x):
        waves = phi * (np.exp(-1j * t * start) - np.exp(-1j * t * x)) / (1j * t)
        return (x - start + 2.0 * waves.real.sum()) / period

    return [optimize.brentq(lambda x, q=q: below(x) - q, start, start + period, xtol=1e-6) for q in LEVELS]


@cache
def lognormal(cv):
    """Characteristic function of the unit-mean lognormal law of a cv, as a spline over asinh of the frequency."""
    z = np.arange(-8.5, 8.5, 1 / 48)
    sigma = np.sqrt(np.log1p(cv * cv))
    values = np.exp(sigma * z - sigma * sigma / 2)
    weights = stats.norm.pdf(z) / 48
    grid = np.linspace(0.0, np.arcsinh(1000.0), 1200)
    phi = np.concatenate([np.exp(1j * np.outer(part, values)) @ weights for part in np.array_split(np.sinh(grid), 12)])
    spline = interpolate.CubicSpline(grid, phi)
    return lambda s: spline(np.arcsinh(s))


def trip_law(law, cv, mean):
    """Characteristic function at FREQUENCIES of one trip stream of a mean, shape (..., frequency)."""
    s = np.multiply.outer(mean, FREQUENCIES)
    if law == "headway":  # uniform from 0 to twice the mean
        return np.exp(1j * s) * np.sinc(s / np.pi)
    return lognormal(cv)(s)


# ---- what a way consists of


def form_of(values, form):
    return values if form == "value" else 1.0 / values if form == "inverse" else DAY / values - 1.0


@dataclass(frozen=True)
class Unknown:
    """A row or a project that is drawn: the shape of what we do not know of it, and its common factor."""

    shape: str
    low: float
    best: float
    high: float
    factor: str = ""
    loading: float = 0.0

    def at(self, u):
        if self.shape == "uniform":
            return stats.uniform.ppf(u, self.low, self.high - self.low)
        assert self.shape == "triangular", self.shape
        width = self.high - self.low
        return stats.triang.ppf(u, (self.best - self.low) / width, self.low, width)


def unknowns(carried, amount):
    """What is drawn in an amount, by name, with the form in which it enters; and the product of all that is certain."""
    certain, drawn = amount.coefficient, {}
    for number, form in amount.factors:
        row = carried.parameters.rows[number]
        if row.uncertain:
            facts = Unknown(row.shape, row.low, row.best, row.high, row.factor, row.loading)
            drawn[row.parameter_id] = (facts, form)
        else:
            certain *= form_of(row.best, form)
    length = carried.lengths.get(amount.project)
    if length and length.low < length.high:
        shape = Unknown(length.shape, *(x / length.best for x in (length.low, length.best, length.high)))
        drawn[f"project_length.{amount.project}"] = (shape, "value")
    return certain, drawn


# ---- exact: trips, and trips under given knowledge


def trips_exact(carried, itinerary, value):
    """Characteristic function of a way under each of some states of knowledge, shape (state, frequency).

    ``value(name, unknown, form)`` gives what is not known, shape (state,).
    """
    means = defaultdict(float)
    for amount in itinerary.sums()[0]:
        certain, drawn = unknowns(carried, amount)
        mean = np.array([certain])
        for name, (facts, form) in drawn.items():
            mean = mean * value(name, facts, form)
        means[amount.trip, amount.law, amount.cv] = means[amount.trip, amount.law, amount.cv] + mean
    phi = np.ones((1, len(FREQUENCIES)), dtype=complex)
    for (trip, law, cv), mean in means.items():
        phi = phi * (trip_law(law, cv, mean) if trip else np.exp(1j * np.multiply.outer(mean, FREQUENCIES)))
    return phi


def at_mean(_, facts, form):
    middle = (facts.low + facts.best + facts.high) / 3 if facts.shape == "triangular" else (facts.low + facts.high) / 2
    return np.array([form_of(middle, form)])


def at_mean_but_lengths_at_best(name, facts, form):
    return np.ones(1) if name.startswith("project_length.") else at_mean(name, facts, form)


def at_draw(name, facts, form):
    u = uniforms(SEED, "knowledge", name, 0, KNOWN)
    if facts.factor:
        common = uniforms(SEED, "knowledge", f"factor|{facts.factor}", 0, KNOWN)
        own = np.sqrt(1 - facts.loading**2) * special.ndtri(u)
        u = special.ndtr(facts.loading * special.ndtri(common) + own)
    return form_of(facts.at(u), form)


# ---- exact: knowledge


def components(streams):
    """Streams in groups that share no row, project or common factor."""
    groups = []
    for certain, drawn in streams:
        names = set(drawn) | {f"factor|{facts.factor}" for facts, _ in drawn.values() if facts.factor}
        touching = [g for g in groups if g[0] & names]
        groups = [g for g in groups if not g[0] & names]
        groups.append(
            (names.union(*(g[0] for g in touching)), [(certain, drawn), *(s for g in touching for s in g[1])])
        )
    return groups


def bounds(carried, itinerary):
    """Least and greatest hours of the average trip; every stream rises or falls with each thing that is not known."""
    ends = np.zeros(2)
    for certain, drawn in (unknowns(carried, a) for a in itinerary.sums(known=True)[0]):
        pairs = [np.sort(form_of(np.array([facts.low, facts.high]), form)) for facts, form in drawn.values()]
        ends += certain * np.prod([np.ones(2), *pairs], axis=0)
    return ends


def knowledge_exact(carried, itinerary, period):
    """Characteristic function of the average trip at the frequencies 2 pi k / period.

    What is not known of each row stands on a grid of normal scores; given the score z of its common factor, the score of a
    row of loading l is normal with mean l z and variance 1 - l l. A group of tied things is one sum over all their grids.
    """
    t = 2 * np.pi * np.arange(1, 97) / period
    prior = stats.norm.pdf(SCORES) * 0.25
    phi = np.ones(len(t), dtype=complex)
    for names, streams in components([unknowns(carried, a) for a in itinerary.sums(known=True)[0]]):
        letter = dict(zip(sorted(names), string.ascii_lowercase, strict=False))
        operands, marks, facts_of = [], [], {}
        together = defaultdict(float)
        for certain, drawn in streams:
            facts_of |= {name: facts for name, (facts, _) in drawn.items()}
            product = np.array(certain)
            for name in sorted(drawn):
                facts, form = drawn[name]
                product = np.multiply.outer(product, form_of(facts.at(special.ndtr(SCORES)), form))
            together["".join(letter[name] for name in sorted(drawn))] += product
        for mark, hours in together.items():
            marks.append("T" + mark)
            operands.append(np.exp(1j * np.multiply.outer(t, hours)))
        for name in sorted(names):
            facts = facts_of.get(name)
            if facts is None or not facts.factor:
                marks.append(letter[name])
                operands.append(prior)
            else:
                spread = np.sqrt(1 - facts.loading**2)
                marks.append(letter[f"factor|{facts.factor}"] + letter[name])
                operands.append(stats.norm.pdf(SCORES, facts.loading * SCORES[:, None], spread) * 0.25)
        phi = phi * np.einsum(",".join(marks) + "->T", *operands, optimize="greedy")
    return phi


# ---- the simulation


class SameKnowledge(Draws):
    """Draws in which the first few states of knowledge come round again and again, with new trips."""

    def _unknown(self, name):
        return np.resize(uniforms(self.seed, "knowledge", name, self.knowledge_replicate, KNOWN), self.count)


def replicates(of_one):
    """Quantiles of every way in each replicate, shape (replicate, way, level)."""
    return np.array([[quantiles(hours, LEVELS) for hours in of_one(r)] for r in range(REPLICATES)])


def simulated_trips(r):
    carried, ways = feasible()
    fixed = {row.parameter_id: {"best": row.mean} for row in carried.parameters.rows if row.uncertain}
    draws = Draws(carried.parameters.with_values(fixed), {}, DRAWS, SEED, r, r)
    return [travel(way, draws).hours for way in ways.values()]


def simulated_knowledge(r):
    carried, ways = feasible()
    draws = Draws(carried.parameters, carried.lengths, DRAWS // 2, SEED, r, r)
    return [simulate(way, draws).hours_known for way in ways.values()]


def simulated_both(r):
    carried, ways = feasible()
    draws = SameKnowledge(carried.parameters, carried.lengths, DRAWS, SEED, 0, r)
    return [travel(way, draws).hours for way in ways.values()]


def exact_trips(carried, way):
    return exact_quantiles(trips_exact(carried, way, at_mean_but_lengths_at_best)[0])


def exact_knowledge(carried, way):
    low, high = bounds(carried, way)
    period = 1.02 * (high - low)
    return exact_quantiles(knowledge_exact(carried, way, period), low - 0.01 * period, period)


def exact_both(carried, way):
    return exact_quantiles(trips_exact(carried, way, at_draw).mean(axis=0))


LAWS = {
    "trips": (simulated_trips, exact_trips),
    "knowledge": (simulated_knowledge, exact_knowledge),
    "both": (simulated_both, exact_both),
}


def surprises(law):
    """Distance of each figure from its exact value, in standard errors over replicates, shape (way, level)."""
    carried, ways = feasible()
    found = replicates(LAWS[law][0])
    exact = np.array([LAWS[law][1](carried, way) for way in ways.values()])
    return (found.mean(axis=0) - exact) / (found.std(axis=0, ddof=1) / np.sqrt(REPLICATES))


@pytest.mark.parametrize("law", list(LAWS))
def test_quantiles_of_every_way_are_those_of_the_exact_law(law):
    off = surprises(law)
    comparisons = len(LAWS) * off.size
    limit = stats.t.isf(1e-3 / comparisons / 2, REPLICATES - 1)
    named = dict(zip(feasible()[1], off.round(1).tolist(), strict=True))
    assert (abs(off) < limit).all(), (limit, named)
