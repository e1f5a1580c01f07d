"""Fast totals of additive ways: the model's own laws, drawn quickly."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from scipy import stats
from studies import ONE_PAIR, study, study_with_chance, way_of
from toy import toy_parameters

from corridors.bench_models import LEVELS, chunked_samplers, made_up, plain
from sim.amounts import Amount
from sim.encounters import Encounters
from sim.fast_totals import fast_totals
from sim.itinerary import Itinerary, Priced
from sim.sampling import Draws
from sim.unknowns import CELLS, NotAdditiveError, Unknown, recipe_of, score_table, tables_of

MADE = made_up()
WAY = MADE.itinerary(0)
LOOPS = [False, pytest.param(True, marks=pytest.mark.skipif(not find_spec("numba"), reason="numba, the extra fast, is not installed"))]  # fmt: skip


@pytest.fixture(scope="module")
def carried():
    return study("both-open", *ONE_PAIR, "draws=4096")


def error_of(values, level):
    """Standard error of a quantile of so many draws, from the density at it."""
    low, high = np.quantile(values, [level - 0.02, level + 0.02])
    return np.sqrt(level * (1 - level) / len(values)) * (high - low) / 0.04


@pytest.mark.parametrize("compiled", LOOPS)
@pytest.mark.parametrize("corridor", ["turgundi-chaman", "all-road", "china-sea"])
def test_a_way_of_the_flagship_has_the_quantiles_of_a_run(carried, corridor, compiled):
    way = way_of(carried, corridor)
    plan, outcome = way.plan, way.outcome
    found = fast_totals(
        plan.itinerary, carried.parameters, carried.lengths, count=40_000, seed=3, encounters=plan.encounters, compiled=compiled
    )  # fmt: skip
    for values, quick in ((outcome.hours, found.hours), (outcome.usd, found.usd), (outcome.kg, found.kg)):
        for level, value in quick.items():
            assert abs(value - np.quantile(values, level)) < 5 * error_of(values, level)
    heavy = outcome.hours_mean > 1.0
    np.testing.assert_allclose(found.hours_mean[heavy], outcome.hours_mean[heavy], rtol=0.1)
    usd = sum(outcome.usd_mean.values())
    assert found.usd_mean.sum() == pytest.approx(usd.sum(), rel=0.01)


@pytest.mark.parametrize("compiled", LOOPS)
def test_where_nothing_is_drawn_the_figures_are_those_of_a_run(carried, compiled):
    rows = tuple(replace(r, low=r.best, high=r.best, shape="fixed", cv=0.0, factor="") for r in carried.parameters.rows)
    certain = carried.parameters.with_values({})
    certain.rows = rows
    for way in (w for w in carried.ways if w.feasible):
        fixed = tuple(
            replace(
                p,
                hours=replace(p.hours, trip="", cv=0.0, law="lognormal"),
                usd={n: replace(a, trip="", cv=0.0) for n, a in p.usd.items()},
            )
            for p in way.plan.itinerary.priced
        )
        itinerary = replace(way.plan.itinerary, priced=fixed, _sums={})
        draws = Draws(certain, {}, 3, 1)
        found = fast_totals(itinerary, certain, {}, count=3, seed=1, compiled=compiled)
        for amounts, quick in zip(itinerary.sums(), (found.hours, found.usd, found.kg), strict=True):
            assert quick[0.5] == pytest.approx(draws.total(amounts)[0], rel=1e-5)


@pytest.mark.parametrize("compiled", LOOPS)
def test_a_made_up_route_has_the_percentiles_of_numpys_samplers(compiled):
    count = 100_000
    quick = fast_totals(WAY, MADE.parameters, {}, count=count, seed=1, levels=LEVELS, compiled=compiled)
    hours, usd, means = chunked_samplers(plain(MADE), count, 1)
    np.testing.assert_allclose([quick.hours[p] for p in LEVELS], hours, rtol=4e-3)
    np.testing.assert_allclose([quick.usd[p] for p in LEVELS], usd, rtol=2e-3)
    np.testing.assert_allclose(quick.hours_mean, means[:, 0], rtol=0.02)
    np.testing.assert_allclose(quick.usd_mean, means[:, 1], rtol=0.01)
    assert quick.hours_mean.sum() == pytest.approx(means[:, 0].sum(), rel=2e-3)


@pytest.mark.parametrize("compiled", LOOPS)
def test_same_seed_same_bits_and_a_way_shares_draws_with_itself(compiled):
    def run(seed, way=WAY, count=20_000):
        return fast_totals(way, MADE.parameters, {}, count=count, seed=seed, compiled=compiled)

    one, two, other = run(5), run(5), run(6)
    assert one.hours == two.hours
    assert one.hours != other.hours
    # a constant more on every draw moves each quantile by as much: nothing else is drawn anew
    more = Itinerary((*WAY.priced, Priced(WAY.priced[0].activity, "", Amount(100.0), {}, None)), (*WAY.km, 0.0))
    for level, value in run(5, more).hours.items():
        assert value == pytest.approx(one.hours[level] + 100.0, rel=1e-6)


def test_a_table_keeps_the_law_it_stands_for():
    rng = np.random.default_rng(1)
    u = rng.random(400_000)
    unknowns = [
        Unknown("a", "lognormal", cv=0.6), Unknown("b", "value", 10.0, 12.0, 30.0, "triangular"),
        Unknown("c", "inverse", 20.0, 30.0, 40.0, "uniform"), Unknown("d", "headway"),
    ]  # fmt: skip
    for unknown, nodes in zip(unknowns, tables_of(unknowns), strict=True):
        drawn = np.interp(u, np.arange(CELLS + 1) / CELLS, nodes)
        exact = unknown.quantile(u)
        assert (nodes[1:] + nodes[:-1]).mean() / 2 == pytest.approx(exact.mean(), rel=3e-3)
        assert drawn.std() == pytest.approx(exact.std(), rel=6e-3)
    nodes = score_table()
    assert ((nodes[1:] ** 2 + nodes[1:] * nodes[:-1] + nodes[:-1] ** 2) / 3).mean() == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(nodes[300:700], stats.norm.ppf(np.arange(300, 700) / CELLS), rtol=1e-12)


@pytest.mark.skipif(not find_spec("numba"), reason="numba, the extra fast, is not installed")
def test_hashed_uniforms_are_even_and_independent():
    from sim.fast_kernel import drawn

    # six waits for a service: each is 2 u, so the totals of single ways show the uniforms themselves
    names = [f"w{i}" for i in range(6)]
    us = []
    for name in names:
        priced = Priced(WAY.priced[0].activity, "", Amount(0.5, trip=name, law="headway"), {}, None)
        totals, _ = drawn(recipe_of([Itinerary((priced,), (0.0,))], MADE.parameters, {}), 40_000, 9)
        us.append(totals[0])
        assert stats.kstest(totals[0], "uniform").pvalue > 1e-4
        assert abs(np.corrcoef(totals[0][1:], totals[0][:-1])[0, 1]) < 0.025
    r = np.corrcoef(us)[np.triu_indices(6, 1)]
    assert np.abs(r).max() < 5 / np.sqrt(40_000)


def test_what_is_no_plain_sum_is_refused_by_name():
    over_year = study_with_chance("destinations=karachi_port")
    way = way_of(over_year, "turgundi-chaman")
    with pytest.raises(NotAdditiveError, match="shut, which is no plain sum; ask with shocks=false"):
        fast_totals(way.plan.itinerary, over_year.parameters, {}, count=8, seed=1, encounters=way.plan.encounters)
    with pytest.raises(NotAdditiveError, match="month of departure"):
        fast_totals(way.plan.itinerary, over_year.parameters, {}, count=8, seed=1)
    gated = way_of(over_year, "qtta-road").plan.encounters
    with pytest.raises(NotAdditiveError, match="to open, which hangs on the clock"):
        fast_totals(
            way.plan.itinerary, toy_parameters(), {}, count=8, seed=1, encounters=Encounters(schedule=gated.schedule)
        )
    for count, seed in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match="one draw or more and a seed of 0 or more"):
            fast_totals(WAY, MADE.parameters, {}, count=count, seed=seed)
