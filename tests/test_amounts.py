"""Amounts: a figure as a product, and its mean in closed form."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import row, toy_parameters

from sim.amounts import Amount, Length, expected

P = toy_parameters()
NO_LENGTHS: dict[str, Length] = {}


def number(name):
    return P.number[name]


def test_sixty_kilometres_at_a_fixed_thirty_take_two_hours():
    p = toy_parameters(row("speed.thirty", "haul", "speed", "km/h", 30.0, mode="ferry"))
    assert expected(Amount(60.0, ((p.number["speed.thirty"], "inverse"),)), p, NO_LENGTHS) == 2.0


def test_a_value_enters_by_its_implied_mean():
    # track 0.2 / 0.3 / 0.4 USD per FEU-km: mean 0.3; supply 24 / 48 / 96 h: mean 56, not 48
    assert expected(Amount(100.0, ((number("track"), "value"),)), P, NO_LENGTHS) == pytest.approx(30.0)
    assert expected(Amount(1.0, ((number("supply.rail"), "value"),)), P, NO_LENGTHS) == pytest.approx(56.0)


def test_a_speed_enters_by_the_mean_of_its_inverse():
    # 20 / 30 / 40 km/h: E[1/v] = 2/20 (40 ln(4/3)/10 - 20 ln(3/2)/10) = 0.1 (1.150728 - 0.810930) = 0.0339798
    hours = expected(Amount(300.0, ((number("speed.rail.kz"), "inverse"),)), P, NO_LENGTHS)
    assert hours == pytest.approx(300 * 0.0339798, rel=1e-6)
    assert hours > 300 / 30


def test_rest_is_what_is_left_of_the_day():
    # 12 h a day: one hour of rest an hour driven; 240 km at 40 km/h: 6 h and 6 h
    amount = Amount(240.0, ((number("speed.road"), "inverse"), (number("driving"), "rest")))
    assert expected(amount, P, NO_LENGTHS) == pytest.approx(6.0)
    for day, owed in ((24.0, 0.0), (8.0, 12.0), (18.0, 2.0)):
        assert expected(amount, P.with_values({"driving": {"best": day}}), NO_LENGTHS) == pytest.approx(owed)


def test_an_uncertain_day_of_driving_enters_by_the_mean_of_its_inverse():
    # E[24/d - 1] for d = 8 / 10 / 16: E[1/d] = 2/8 (16 ln 1.6 / 6 - 8 ln 1.25 / 2) = 0.25 (1.253344 - 0.892574) = 0.0901925
    p = toy_parameters(row("driving", "rest", "driving_hours", "h/day", (8.0, 10.0, 16.0), mode="road"))
    amount = Amount(1.0, ((p.number["driving"], "rest"),))
    assert expected(amount, p, NO_LENGTHS) == pytest.approx(24 * 0.0901925 - 1, rel=1e-5)


@pytest.mark.parametrize(
    ("shape", "factor"),
    [
        ("triangular", 1.1),  # (80 + 100 + 150) / 3 / 100
        ("uniform", 1.15),  # (80 + 150) / 2 / 100
        ("discrete", 1.1),
        ("fixed", 1.0),
    ],
)
def test_a_contested_length_scales_by_its_mean_over_its_best(shape, factor):
    length = Length(80.0, 100.0, 150.0, shape)
    assert length.mean_factor == pytest.approx(factor)
    amount = Amount(50.0, (), "newline")
    assert expected(amount, P, {"newline": length}) == pytest.approx(50 * factor)
    assert expected(amount, P, {"other": length}) == 50.0
    assert expected(Amount(50.0), P, {"newline": length}) == 50.0


def test_a_trip_factor_has_mean_1_and_a_covered_figure_is_0():
    assert expected(Amount(7.0, trip="stop|x", cv=1.5), P, NO_LENGTHS) == 7.0
    assert expected(Amount(0.0, covered_by=3), P, NO_LENGTHS) == 0.0


def test_figures_of_one_stream_differ_only_by_their_coefficient():
    factors = ((number("track"), "value"),)
    assert Amount(1.0, factors, "p", "t", 0.2).stream == Amount(9.0, factors, "p", "t", 0.2, covered_by=4).stream
    base = Amount(1.0, factors, "p", "t", 0.2)
    for other in (
        Amount(1.0, (), "p", "t", 0.2), Amount(1.0, factors, "q", "t", 0.2), Amount(1.0, factors, "p", "u", 0.2),
        Amount(1.0, factors, "p", "t", 0.3), Amount(1.0, ((number("track"), "inverse"),), "p", "t", 0.2),
    ):  # fmt: skip
        assert other.stream != base.stream


@given(st.floats(0, 1e6), st.lists(st.sampled_from(["value", "inverse", "rest"]), max_size=3))
def test_a_mean_is_linear_in_the_coefficient_and_a_product_over_independent_rows(coefficient, forms):
    rows = ("track", "speed.rail.kz", "driving")
    factors = tuple((number(rows[i]), form) for i, form in enumerate(forms))
    one = expected(Amount(1.0, factors), P, NO_LENGTHS)
    assert expected(Amount(coefficient, factors), P, NO_LENGTHS) == pytest.approx(coefficient * one)
    apart = math.prod(expected(Amount(1.0, (f,)), P, NO_LENGTHS) for f in factors)
    assert one == pytest.approx(apart)
