"""Shares of variance: closed forms first (Ishigami, sums, products), SALib as an independent program, then ways."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.analyze import sobol as salib_analyze
from SALib.sample import sobol as salib_sample
from studies import command, study
from toy_ways import RAIL, Errand

from corridors.sensitivity import GROUPINGS, group_of, sensitivity
from sim.simulation import Draws
from sim.trips import totals
from sim.variance import CHANCE, shares, way_shares

N = 1 << 13


def sets(count, seed=5):
    dice = np.random.default_rng(seed)
    return dice.random((N, count)), dice.random((N, count))


def indices_of(function, count):
    a, b = sets(count)
    mixed = {}
    for i in range(count):
        ab = a.copy()
        ab[:, i] = b[:, i]
        mixed[f"x{i}"] = function(ab)
    return {x.name: x for x in shares(function(a), function(b), mixed).indices}


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_ishigami_in_closed_form():
    found = indices_of(ishigami, 3)
    for name, first, total in (("x0", 0.3139, 0.5576), ("x1", 0.4424, 0.4424), ("x2", 0.0, 0.2437)):
        assert found[name].first == pytest.approx(first, abs=0.03)
        assert found[name].total == pytest.approx(total, abs=0.03)


def test_salib_agrees():
    problem = {"num_vars": 3, "names": ["x0", "x1", "x2"], "bounds": [[0.0, 1.0]] * 3}
    sample = salib_sample.sample(problem, 2048, calc_second_order=False, seed=3)
    theirs = salib_analyze.analyze(problem, ishigami(sample), calc_second_order=False, seed=3)
    ours = indices_of(ishigami, 3)
    for i in range(3):
        assert ours[f"x{i}"].first == pytest.approx(theirs["S1"][i], abs=0.03)
        assert ours[f"x{i}"].total == pytest.approx(theirs["ST"][i], abs=0.03)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.floats(0.2, 5.0), min_size=2, max_size=5))
def test_of_a_sum_first_and_total_are_the_shares_of_variance(weights):
    found = indices_of(lambda u: u @ np.array(weights), len(weights))
    whole = sum(w * w for w in weights)
    for i, w in enumerate(weights):
        assert found[f"x{i}"].total == pytest.approx(w * w / whole, abs=0.04)
        assert found[f"x{i}"].first == pytest.approx(w * w / whole, abs=0.04)
        assert found[f"x{i}"].total_low <= found[f"x{i}"].total <= found[f"x{i}"].total_high
    assert sum(x.first for x in found.values()) <= 1.05


def test_of_a_product_totals_exceed_firsts():
    found = indices_of(lambda u: u[:, 0] * u[:, 1] * u[:, 2], 3)
    for x in found.values():
        assert x.total > x.first
        assert x.tells


def test_what_does_nothing_cannot_be_told_from_zero():
    found = indices_of(lambda u: u[:, 0], 2)
    assert not found["x1"].tells
    assert not found["x1"].first_tells
    assert found["x1"].total == found["x1"].first == 0.0
    assert found["x0"].tells
    assert found["x0"].first_tells


def test_first_orders_of_many_small_inputs_beside_a_large_one_add_up_to_one_at_most():
    dice = np.random.default_rng(2)
    a, b = dice.random((256, 81)), dice.random((256, 81))
    weights = np.array([1.0, *[0.02] * 80])
    mixed = {}
    for i in range(81):
        ab = a.copy()
        ab[:, i] = b[:, i]
        mixed[f"x{i}"] = ab @ weights
    found = shares(a @ weights, b @ weights, mixed).indices
    assert sum(x.first for x in found) <= 1.2
    assert all(abs(x.first) < 0.01 for x in found if x.name != "x0")


def test_a_constant_has_no_variance_and_no_shares():
    same = np.full(64, 3.0)
    found = shares(same, same, {"x": same})
    assert found.constant
    assert found.indices == ()


def test_draws_that_do_not_arrive_are_left_out_and_counted():
    a, b = np.random.default_rng(1).random((2, 256))
    a[:3] = np.nan
    assert shares(a, b, {"x": b}).left_out == 3


# ---- ways


def test_of_an_additive_way_the_shares_are_those_of_its_rows_alone():
    errand = Errand()
    itinerary = errand.way("alma", "port", RAIL)
    draws = Draws(errand.parameters, errand.lengths, 4096, 1)
    numbers = sorted({n for p in itinerary.priced for n in p.hours.rows()})

    def known_hours(changed):
        return totals(itinerary, changed, known=True)[0]

    found = way_shares(known_hours, draws, numbers, sorted(errand.lengths))
    named = {x.name: x for x in found.indices}
    assert named[CHANCE].total == 0.0
    assert sum(x.first for x in found.indices) == pytest.approx(1.0, abs=0.08)
    for x in found.indices:
        assert x.total >= x.first - 0.06
    whole = known_hours(draws).var()
    for number in numbers:
        row = errand.parameters.rows[number]
        if row.uncertain and not row.factor:
            alone = Draws(
                errand.parameters.with_values(
                    {
                        r.parameter_id: {"low": r.best, "high": r.best}
                        for r in errand.parameters.rows
                        if r is not row and r.uncertain and r.shape != "fixed"
                    }
                ),
                {},
                4096,
                1,
            )
            assert named[row.parameter_id].first == pytest.approx(
                totals(itinerary, alone, known=True)[0].var() / whole, abs=0.08
            )


@pytest.fixture(scope="module")
def found():
    carried = study(
        "both-open",
        "origins=almaty1",
        "destinations=karachi_port",
        "replicates=1",
        "draws=512",
        "departures=month",
        "shocks=false",
    )
    return sensitivity(carried, "turgundi-chaman", "hours")


def test_swings_are_the_means_at_the_ends(found):
    widths = [s.width for s in found.swings]
    assert widths == sorted(widths, reverse=True)
    assert all(s.width > 0 for s in found.swings)
    name = next(s for s in found.swings if not s.name.startswith("project_length"))
    row = found.way.outcome.draws.parameters[name.name]
    pins = [f"{name.name}.{f}={row.low}" for f in ("low", "best", "high")]
    carried = study(
        "both-open",
        "origins=almaty1",
        "destinations=karachi_port",
        "replicates=1",
        "draws=512",
        "departures=month",
        "shocks=false",
        *pins,
    )
    at_low = next(w for w in carried.ways if w.corridor == "turgundi-chaman").outcome.hours.mean()
    assert name.low == pytest.approx(at_low, rel=1e-9)


def test_groups_hold_every_row_once_and_reach_at_least_as_far_as_their_widest_row(found):
    parameters = found.way.outcome.draws.parameters
    rows = [s for s in found.swings if not s.name.startswith("project_length")]
    for grouping in GROUPINGS:
        groups = {s.name: s for s in found.groups[grouping]}
        for swing in rows:
            mine = groups[group_of(parameters[swing.name], grouping)]
            assert mine.width >= swing.width - 1e-9
            assert mine.low <= found.mean <= mine.high


def test_the_command_says_what_it_finds(tmp_path):
    done = command(
        "sensitivity",
        "both-open",
        "--corridor",
        "iran-road",
        "--set",
        "draws=256",
        "--set",
        "shocks=false",
        "--json",
        "--out",
        tmp_path,
    )
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["shares"][0]["input"] == CHANCE or answer["shares"][0]["total"] > 0
    assert {s["grouping"] for s in answer["swings"]} == {"row", *GROUPINGS}
    assert {f.name for f in tmp_path.iterdir()} == {
        "shares_iran-road_hours.csv", *(f"swings_iran-road_hours.{kind}" for kind in ("csv", "png", "svg"))
    }  # fmt: skip
    wrong = command("sensitivity", "both-open", "--corridor", "iran-rode", "--set", "draws=32")
    assert wrong.code == 2
    assert "did you mean" in wrong.err
