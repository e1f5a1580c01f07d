"""The two kinds of doubt, and what the sampling itself adds."""

import numpy as np
import pytest
from scipy import stats
from toy import row, toy_parameters

from sim.doubt import figures, knowledge_share, monte_carlo_error
from sim.draws import normal_cdf, tied_uniforms, uniforms
from sim.sampling import Draws


def test_knowledge_share_of_a_known_model():
    # Y = K + T with variances 4 and 1: the share is 0.8
    rng = np.random.default_rng(2)
    k = 2.0 * rng.standard_normal(100_000)
    one, other = k + rng.standard_normal(100_000), k + rng.standard_normal(100_000)
    assert knowledge_share(one, other) == pytest.approx(0.8, abs=0.01)
    assert knowledge_share(one - k, other - k) == pytest.approx(0.0, abs=0.01)
    assert knowledge_share(np.ones(9), np.ones(9)) == 0.0


def test_draws_that_do_not_arrive_are_left_out():
    one = np.array([1.0, 2.0, np.nan, 4.0])
    assert knowledge_share(one, one) == pytest.approx(1.0)
    assert figures(one, one)["hours_mean"] == pytest.approx(7 / 3)


def test_monte_carlo_error_is_that_of_many_runs():
    # the mean of 100 standard normals has error 0.1; 400 replicates estimate it to 4 %
    rng = np.random.default_rng(3)
    runs = [{"x": float(rng.standard_normal(100).mean())} for _ in range(400)]
    assert monte_carlo_error(runs)["x"] == pytest.approx(0.1, rel=0.12)
    with pytest.raises(ValueError, match="needs two or more"):
        monte_carlo_error(runs[:1])


def test_another_trip_keeps_knowledge_and_another_replicate_keeps_nothing():
    p = toy_parameters()
    draws = Draws(p, {}, 256, 1)
    number = p.number["speed.rail.kz"]
    same, other = draws.another_trip(5), draws.replicate(5)
    assert (draws.row(number) == same.row(number)).all()
    assert not (draws.row(number) == other.row(number)).all()


@pytest.mark.parametrize(("a", "b"), [(0.8, 0.8), (0.9, -0.5), (0.0, 0.7), (1.0, 1.0)])
def test_rows_on_one_factor_have_the_correlation_of_their_loadings(a, b):
    n = 1 << 14
    common = uniforms(1, "knowledge", "factor|fuel", 0, n)
    u = tied_uniforms(uniforms(1, "knowledge", "one", 0, n), common, a)
    v = tied_uniforms(uniforms(1, "knowledge", "two", 0, n), common, b)
    rank = 6 / np.pi * np.arcsin(a * b / 2)
    assert stats.spearmanr(u, v)[0] == pytest.approx(rank, abs=0.03)
    # each stays uniform by itself
    assert stats.kstest(u, "uniform").statistic < 0.012


def test_a_factor_in_the_table_ties_its_rows_and_no_other():
    def speed(name, **facts):
        return row(name, "haul", "speed", "km/h", (10.0, 20.0, 30.0), mode="ferry", country=name[-2:].upper(), **facts)

    tied = [speed("s.kz", factor="f", loading=0.9), speed("s.uz", factor="f", loading=0.9), speed("s.tm")]
    p = toy_parameters(*tied)
    draws = Draws(p, {}, 8192, 1)
    rows = {r["parameter_id"]: draws.row(p.number[r["parameter_id"]]) for r in tied}
    assert stats.spearmanr(rows["s.kz"], rows["s.uz"])[0] == pytest.approx(6 / np.pi * np.arcsin(0.405), abs=0.03)
    assert abs(stats.spearmanr(rows["s.kz"], rows["s.tm"])[0]) < 0.04
    plain = toy_parameters(speed("s.tm"))
    assert (Draws(plain, {}, 8192, 1).row(plain.number["s.tm"]) == rows["s.tm"]).all()


@pytest.mark.parametrize("loading", [1.01, -1.5])
def test_a_loading_beyond_1_is_refused(loading):
    with pytest.raises(ValueError, match="between -1 and 1"):
        tied_uniforms(np.array([0.5]), np.array([0.5]), loading)


def test_normal_cdf_is_scipys():
    z = np.linspace(-9, 9, 2001)
    np.testing.assert_allclose(normal_cdf(z), stats.norm.cdf(z), rtol=1e-13, atol=1e-300)
