"""Which row answers: the rule of the stricter conditions, its errors, and means in closed form."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import integrate, stats
from toy import row, toy_parameters

from geodata.tables import TableError
from sim.parameters import SELECTORS, MatchError, mean_inverse_of, mean_of

NOTHING = dict.fromkeys(SELECTORS, "")


def asked(**facts):
    return {**NOTHING, **facts}


def test_a_row_whose_conditions_contain_anothers_beats_it():
    p = toy_parameters()
    number = p.match("haul", "speed", "", asked(mode="rail", country="AF", terrain="mountain"), asks="x")
    assert p.rows[number].parameter_id == "speed.rail.af.mountain"
    number = p.match("haul", "speed", "", asked(mode="rail", country="AF", terrain="flat"), asks="x")
    assert p.rows[number].parameter_id == "speed.rail.af"


def test_two_rows_neither_of_which_contains_the_other_are_refused_with_the_mend():
    p = toy_parameters(row("speed.block", "haul", "speed", "km/h", 33.0, mode="rail", service="block_train"))
    with pytest.raises(MatchError, match=r"'speed.rail.kz'.*'speed.block'.*country, mode, service"):
        p.match("haul", "speed", "", asked(mode="rail", country="KZ", service="block_train"), asks="haul@x")
    mended = toy_parameters(
        row("speed.block", "haul", "speed", "km/h", 33.0, mode="rail", service="block_train"),
        row("speed.kz.block", "haul", "speed", "km/h", 35.0, mode="rail", service="block_train", country="KZ"),
    )
    number = mended.match("haul", "speed", "", asked(mode="rail", country="KZ", service="block_train"), asks="haul@x")
    assert mended.rows[number].parameter_id == "speed.kz.block"


def test_no_row_names_the_activity_and_what_to_add():
    with pytest.raises(MatchError, match=r"no row answers speed of 'haul@ferry'.*mode=ferry.*add a row of kind haul"):
        toy_parameters().match("haul", "speed", "", asked(mode="ferry"), asks="haul@ferry")


def test_a_list_in_a_condition_means_any_of_them():
    p = toy_parameters()
    for unit in ("wagon", "truck", "tonne"):
        number = p.match("haul", "usd", "track", asked(mode="rail", load_unit=unit), asks="x")
        assert p.rows[number].parameter_id == "track.t"


@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(order):
    extra = [
        row(f"wait.extra{i}", "wait", "hours", "h", float(i), mode="sea", reason="supply", months=str(i + 1))
        for i in range(6)
    ]
    p = toy_parameters(*(extra[i] for i in order))
    for month in range(1, 7):
        number = p.match("wait", "hours", "", asked(mode="sea", reason="supply", months=str(month)), asks="x")
        assert p.rows[number].parameter_id == f"wait.extra{month - 1}"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"low": 9.0, "best": 8.0, "high": 10.0}, "must stand in order"),
        ({"unit": "km"}, r"takes h"),
        ({"note": ""}, "owes its reasoning"),
        ({"component": "fee"}, "filled for usd and coefficient"),
    ],
)
def test_a_bad_row_is_refused_with_file_line_and_name(change, says):
    bad = {**row("clear.bad", "clear", "hours", "h", (8.0, 9.0, 10.0), mode="road", reason="other"), **change}
    with pytest.raises(TableError, match=rf"toy.csv, line \d+, row 'clear.bad'.*{says}"):
        toy_parameters(bad)


def test_money_needs_the_year_of_its_prices():
    with pytest.raises(TableError, match=r"price_year.*needs the year"):
        toy_parameters(row("x", "load", "usd", "USD", 1.0, component="handling", mode="sea", price_year=None))


@pytest.mark.parametrize(
    ("quantity", "unit", "value", "says"),
    [("speed", "km/h", 0.0, "above 0"), ("driving_hours", "h/day", 25.0, "24 hours")],
)
def test_a_speed_of_0_and_a_day_of_25_hours_are_refused(quantity, unit, value, says):
    kind = "haul" if quantity == "speed" else "rest"
    with pytest.raises(TableError, match=says):
        toy_parameters(row("x", kind, quantity, unit, value, mode="ferry"))


def test_a_both_sides_row_beside_a_one_side_row_is_refused():
    both = row("clear.both", "clear", "hours", "h", 20.0, reason="border", crossing_id="road.agate-pgate", side="both")
    with pytest.raises(TableError, match=r"'clear.both'.*side is both.*'clear.road.pk.in'.*keep one"):
        toy_parameters(both)


def test_set_states_a_known_value_and_refuses_nonsense():
    p = toy_parameters()
    set_ = p.with_values({"speed.rail.kz": {"best": 25.0}})
    assert (set_["speed.rail.kz"].low, set_["speed.rail.kz"].high) == (25.0, 25.0)
    assert not set_["speed.rail.kz"].uncertain
    assert p["speed.rail.kz"].best == 30.0
    for values, says in (
        ({"speed.rail.kx": {"best": 1.0}}, "did you mean 'speed.rail.kz'"), ({"speed.rail.kz": {"bset": 1.0}}, "did you mean 'best'"),
        ({"speed.rail.kz": {"best": 0.0}}, "above 0"), ({"clear.rail": {"best": float("nan")}}, "refused"),
        ({"clear.rail": {"best": -1.0}}, "refused"), ({"clear.rail": {"low": 30.0}}, "not in order"),
    ):  # fmt: skip
        with pytest.raises(TableError, match=says):
            p.with_values(values)


triples = st.tuples(st.floats(0.5, 100), st.floats(0.5, 100), st.floats(0.5, 100)).map(sorted)


@given(triples)
@example([1.0, 99.99999999999999, 100.0])  # ends that are neighbours
@example([1.0, 1.0000000000000002, 100.0])
def test_closed_means_are_those_of_numerical_integration(triple):
    low, best, high = triple
    if high - low < 1e-3 * high:
        return
    law = stats.triang((best - low) / (high - low), loc=low, scale=high - low)
    inverse = integrate.quad(lambda x: law.pdf(x) / x, low, high, points=[best], limit=200)[0]
    assert mean_inverse_of("triangular", low, best, high) == pytest.approx(inverse, rel=1e-6)
    assert mean_of("triangular", low, best, high) == pytest.approx(law.mean(), rel=1e-9)


@given(triples, st.sampled_from(["triangular", "uniform"]), st.floats(0.0, 1.0), st.integers(0, 16))
def test_the_mean_of_the_inverse_lies_above_the_inverse_of_the_mean_however_narrow_the_range(triple, shape, at, digits):
    low = triple[0]
    high = low + (triple[2] - low) * 10.0**-digits
    best = min(max(low + at * (high - low), low), high)
    mean, inverse = mean_of(shape, low, best, high), mean_inverse_of(shape, low, best, high)
    assert 1.0 / mean * (1 - 1e-9) <= inverse <= 1.0 / low * (1 + 1e-9)


def test_means_of_the_other_shapes():
    assert mean_of("uniform", 2.0, 3.0, 6.0) == 4.0
    assert mean_inverse_of("uniform", 2.0, 3.0, 6.0) == pytest.approx(np.log(3.0) / 4.0)
    assert mean_of("discrete", 2.0, 3.0, 7.0) == 4.0
    assert mean_inverse_of("discrete", 2.0, 4.0, 8.0) == pytest.approx((0.5 + 0.25 + 0.125) / 3)
    assert mean_of("fixed", 2.0, 3.0, 7.0) == 3.0
