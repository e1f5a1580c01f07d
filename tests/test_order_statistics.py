"""Quantiles of rows and of many numbers: NumPy's own, to the last order statistic."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.order_statistics import RUN, quantiles_of_many, row_quantiles

LEVELS = (0.0, 0.1, 0.5, 0.9, 0.999, 1.0)
numbers = st.floats(-1e6, 1e6, width=32)


def numpys(values):
    return np.quantile(values.astype(np.float64), LEVELS, axis=-1).T


@given(arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=numbers))
def test_rows_have_numpys_quantiles(rows):
    np.testing.assert_allclose(row_quantiles(rows.copy(), LEVELS), numpys(rows), rtol=1e-12, atol=1e-6)


@pytest.mark.parametrize("count", [RUN, RUN + 1, 700, 1000, 2 * RUN, 2 * RUN + 1])
@pytest.mark.parametrize("ties", [True, False])
def test_rows_sorted_in_two_runs_have_them_too(count, ties):
    rng = np.random.default_rng(count)
    rows = (rng.integers(0, 5, (40, count)) if ties else rng.gamma(2.0, 1.0, (40, count))).astype(np.float32)
    rows[0] = np.sort(rows[0])  # all the small ones in the first run
    rows[1] = np.sort(rows[1])[::-1]
    np.testing.assert_allclose(row_quantiles(rows.copy(), LEVELS), numpys(rows), rtol=1e-12)


@given(arrays(np.float32, st.integers(1, 300), elements=numbers))
@example(np.array([1.1754944e-38, 0.0], dtype=np.float32))
@example(np.array([-3e38, 0.0, 3e38], dtype=np.float32))
def test_many_numbers_have_numpys_quantiles(values):
    np.testing.assert_allclose(quantiles_of_many(values, LEVELS), numpys(values), rtol=1e-6, atol=1e-6)


def test_many_numbers_with_a_far_one_and_many_alike():
    values = np.concatenate([np.full(5000, 7.0), np.linspace(0, 1, 5000), [1e9]]).astype(np.float32)
    np.testing.assert_allclose(quantiles_of_many(values, LEVELS), numpys(values), rtol=1e-7)
    assert quantiles_of_many(np.full(3, 2.5, dtype=np.float32), (0.2, 0.7)) == [2.5, 2.5]
