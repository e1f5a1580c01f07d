"""Streams and shapes: laws first, then numbers that SciPy says too."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.draws import NET_POINTS, normal_quantile, shape_quantile, share_below, trip_factor, uniform_rows, uniforms

names = st.text(min_size=1, max_size=20)
seeds = st.integers(0, 2**31)


@given(seeds, names, st.integers(0, 9), st.integers(1, 700), st.integers(1, 700))
def test_any_prefix_of_a_longer_run_is_the_shorter_run(seed, name, replicate, n, more):
    short = uniforms(seed, "trip", name, replicate, n)
    long = uniforms(seed, "trip", name, replicate, n + more)
    assert (short == long[:n]).all()


@pytest.mark.parametrize("chunk", [1, 7, 1000, 4096, 16385])
def test_chunks_joined_are_the_whole_run_across_the_end_of_the_net(chunk):
    start, stop = NET_POINTS - 3000, NET_POINTS + 3001
    whole = uniforms(5, "knowledge", "row", 2, stop, start=start)
    step = max(chunk, 97)
    ends = [*range(start, stop, step), stop]
    parts = [uniforms(5, "knowledge", "row", 2, b, start=a) for a, b in pairwise(ends)]
    assert (np.concatenate(parts) == whole).all()


@given(seeds, names)
def test_a_prefix_of_two_to_the_m_has_one_point_in_each_cell(seed, name):
    u = uniforms(seed, "knowledge", name, 0, 1024)
    for m in (1, 3, 6, 10):
        assert len(np.unique((u[: 2**m] * 2**m).astype(int))) == 2**m


def test_draws_lie_strictly_between_0_and_1_in_net_and_counter_part():
    u = uniforms(1, "trip", "x", 0, NET_POINTS + 50_000)
    assert u.min() > 0.0
    assert u.max() < 1.0


def test_each_part_of_the_key_makes_another_stream():
    base = uniforms(1, "trip", "a", 0, 256)
    others = [
        uniforms(2, "trip", "a", 0, 256), uniforms(1, "knowledge", "a", 0, 256), uniforms(1, "trip", "b", 0, 256),
        uniforms(1, "trip", "a", 1, 256),
    ]  # fmt: skip
    for other in others:
        assert (other != base).mean() > 0.99


def test_streams_of_different_names_are_uncorrelated():
    # 60 streams, 1,770 pairs, 4,096 points: a pair's correlation has sd 1/64 if independent; 5 sd is 0.078
    streams = np.stack([uniforms(3, "trip", f"stop|{i}", 0, 4096) for i in range(60)])
    r = np.corrcoef(streams)[np.triu_indices(60, 1)]
    assert np.abs(r).max() < 0.078
    assert abs(r.mean()) < 0.002


def test_pairs_of_streams_fill_the_square_evenly():
    # 2-D: 16 x 16 cells, 4,096 points each; a chi-square far below its 1e-6 tail for every one of 40 pairs
    limit = stats.chi2.isf(1e-6, 255)
    for i in range(40):
        a, b = uniforms(9, "trip", f"a{i}", 0, 4096), uniforms(9, "trip", f"b{i}", 0, 4096)
        cells = np.histogram2d(a, b, bins=16, range=[[0, 1], [0, 1]])[0]
        assert ((cells - 16) ** 2 / 16).sum() < limit


def test_keys_do_not_collide():
    firsts = {hashlib.sha256(uniforms(0, "trip", f"k{i}", 0, 8).tobytes()).digest() for i in range(5000)}
    assert len(firsts) == 5000


@pytest.mark.parametrize(
    ("seed", "replicate", "start", "stop"), [(-1, 0, 0, 1), (0, -1, 0, 1), (0, 0, 0, 0), (0, 0, 5, 5), (0, 0, 9, 3)]
)
def test_no_stream_without_a_seed_and_a_draw(seed, replicate, start, stop):
    with pytest.raises(ValueError, match=r"seed|draws"):
        uniforms(seed, "trip", "x", replicate, stop, start=start)


@given(seeds, st.lists(st.tuples(names, st.integers(0, 9)), min_size=1, max_size=9), st.integers(1, 300))
def test_many_streams_at_once_are_each_its_own(seed, streams, stop):
    rows = uniform_rows(seed, "trip", streams, stop)
    assert all((row == uniforms(seed, "trip", *key, stop)).all() for row, key in zip(rows, streams, strict=True))


def test_many_streams_at_once_go_on_beyond_the_net():
    streams = [(f"x{i}", i) for i in range(3)]
    rows = uniform_rows(2, "process", streams, NET_POINTS + 100)
    assert all(
        (row == uniforms(2, "process", *key, NET_POINTS + 100)).all() for row, key in zip(rows, streams, strict=True)
    )


def test_normal_quantile_is_scipys():
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 20_001), [1e-300, 1e-100, 2.0**-54, 1 - 2.0**-53]])
    np.testing.assert_allclose(normal_quantile(u), special.ndtri(u), rtol=2e-14, atol=2e-15)


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_no_knowledge_draw_leaves_low_to_high(a, b, c, u):
    low, best, high = sorted((a, b, c))
    for shape in ("triangular", "uniform", "discrete", "fixed"):
        value = float(shape_quantile(np.array([u]), shape, low, best, high)[0])
        assert low - 1e-9 <= value <= high + 1e-9


@pytest.mark.parametrize(("low", "best", "high"), [(6.0, 10.6, 24.0), (10.0, 10.0, 30.0), (10.0, 30.0, 30.0)])
def test_triangular_quantile_is_scipys(low, best, high):
    u = np.linspace(0.001, 0.999, 999)
    expected = stats.triang.ppf(u, (best - low) / (high - low), loc=low, scale=high - low)
    np.testing.assert_allclose(shape_quantile(u, "triangular", low, best, high), expected, rtol=1e-12)


def test_unknown_shape_is_refused_by_name():
    with pytest.raises(ValueError, match="'normal'; allowed triangular"):
        shape_quantile(np.array([0.5]), "normal", 1.0, 2.0, 3.0)


@pytest.mark.parametrize("cv", [0.15, 0.8, 1.5])
def test_trip_factor_has_mean_1_and_its_cv(cv):
    # 2^14 stratified points; the tail that they miss is below 1 % of the mean and 5 % of the cv at cv 1.5
    t = trip_factor(uniforms(4, "trip", "t", 0, NET_POINTS), cv)
    assert t.mean() == pytest.approx(1.0, rel=0.01)
    assert t.std() / t.mean() == pytest.approx(cv, rel=0.06)
    sigma = np.sqrt(np.log1p(cv * cv))
    quartiles = stats.lognorm.ppf([0.25, 0.75], sigma, scale=np.exp(-sigma * sigma / 2))
    np.testing.assert_allclose(np.quantile(t, [0.25, 0.75]), quartiles, rtol=2e-3)


def test_a_net_settles_a_mean_far_better_than_random_numbers():
    u = uniforms(8, "knowledge", "row", 0, 1024)
    value = shape_quantile(u, "triangular", 6.0, 10.6, 24.0)
    # pseudo-random standard error of this mean at 1,024 draws is 3.84 / 32 = 0.12
    assert value.mean() == pytest.approx((6 + 10.6 + 24) / 3, abs=0.012)


@given(
    st.floats(0, 0.999),
    st.sampled_from(["triangular", "uniform"]),
    st.floats(-50, 50),
    st.floats(0.1, 40),
    st.floats(0, 1),
)
def test_the_share_below_a_quantile_is_its_level(u, shape, low, width, mode):
    high, best = low + width, low + mode * width
    value = float(shape_quantile(np.array([u]), shape, low, best, high)[0])
    assert share_below(value, shape, low, best, high) == pytest.approx(u, abs=1e-6)
    if shape == "triangular":
        law = stats.triang(mode, loc=low, scale=width)
        assert share_below(value, shape, low, best, high) == pytest.approx(law.cdf(value), abs=1e-9)


def test_a_share_outside_a_range_is_none_or_all_and_of_three_values_a_third_each():
    assert [share_below(x, "triangular", 10.0, 20.0, 30.0) for x in (9.9, 30.0, 31.0)] == [0.0, 1.0, 1.0]
    assert [share_below(x, "discrete", 1.0, 2.0, 3.0) for x in (0.5, 1.0, 2.0, 3.0)] == pytest.approx(
        [0, 1 / 3, 2 / 3, 1]
    )
    assert share_below(5.0, "fixed", 5.0, 5.0, 5.0) == 1.0
