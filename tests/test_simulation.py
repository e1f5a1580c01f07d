"""A way through every draw: streams, replicates, totals, spreads and the profile."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import row, toy_parameters
from toy_ways import LENGTHS, RAIL, RAIL_TO_HERA, ROAD, Errand

from sim.amounts import Amount, Length
from sim.draws import NET_POINTS, shape_quantile, trip_factor, uniforms
from sim.itinerary import Itinerary
from sim.simulation import Draws, quantiles, simulate

E = Errand()
P = E.parameters
WAYS = {
    "rail": E.way("alma", "port", RAIL),
    "road": E.way("alma", "port", ROAD),
    "mixed": E.way("alma", "port", RAIL_TO_HERA),
}
SEA = E.way("alma", "hub")


def only(way, *names):
    """Part of a way: the activities whose names begin so."""
    kept = [i for i, p in enumerate(way.priced) if p.activity.activity_id.startswith(names)]
    return Itinerary(tuple(way.priced[i] for i in kept), tuple(way.km[i] for i in kept))


def same(a, b):
    return all((getattr(a, name) == getattr(b, name)).all() for name in ("hours", "usd", "kg"))


# ---- what a draw is made of


def test_a_row_is_drawn_from_the_stream_of_its_name_and_a_certain_one_is_a_number():
    draws = E.draws(64, seed=7, knowledge=2)
    u = uniforms(7, "knowledge", "speed.rail.kz", 2, 64)
    assert (draws.row(P.number["speed.rail.kz"]) == shape_quantile(u, "triangular", 20.0, 30.0, 40.0)).all()
    assert draws.row(P.number["speed.rail.af"]) == 20.0


def test_the_hours_of_a_haul_are_kilometres_over_drawn_speed_times_luck():
    way = only(WAYS["rail"], "haul@rail.alma--kbor")
    outcome = simulate(way, E.draws(128, seed=3))
    speed = shape_quantile(uniforms(3, "knowledge", "speed.rail.kz", 0, 128), "triangular", 20.0, 30.0, 40.0)
    luck = trip_factor(uniforms(3, "trip", "haul|speed.rail.kz|alma.rail1520", 0, 128), 0.2)
    np.testing.assert_allclose(outcome.hours, 300.0 / speed * luck, rtol=1e-14)


def test_the_hours_of_a_stop_are_its_row_times_its_own_luck():
    way = only(WAYS["rail"], "clear.border@rail.kbor-abor")
    outcome = simulate(way, E.draws(128, seed=3))
    hours = shape_quantile(uniforms(3, "knowledge", "clear.rail", 0, 128), "triangular", 6.0, 10.0, 20.0)
    luck = [
        trip_factor(uniforms(3, "trip", f"stop|clear.border@rail.kbor-abor:{side}|hours", 0, 128), 0.8)
        for side in ("kz.out", "af.in")
    ]
    # one opinion of what a border takes, two draws of luck
    np.testing.assert_allclose(outcome.hours, hours * (luck[0] + luck[1]), rtol=1e-14)


def test_a_rest_has_the_luck_of_its_haul():
    p = toy_parameters(row("speed.road", "haul", "speed", "km/h", (30.0, 40.0, 50.0), mode="road", cv=0.3))
    errand = Errand(parameters=p)
    way = errand.way("alma", "port", ROAD)
    draws = errand.draws(256)
    haul, rest = (draws.total([q.hours]) for q in only(way, "haul@road.alma", "rest@road.alma").priced)
    np.testing.assert_allclose(rest, haul, rtol=1e-14)
    assert haul.std() > 1


def test_a_projects_length_is_drawn_once_and_scales_hours_dollars_and_emissions_alike():
    way = only(WAYS["rail"], "haul@rail.abor--hera")
    draws = E.draws(200, seed=5)
    outcome = simulate(way, draws)
    km = shape_quantile(uniforms(5, "knowledge", "project_length.newline", 0, 200), "triangular", 80.0, 100.0, 150.0)
    np.testing.assert_allclose(outcome.hours, km / 20.0, rtol=1e-14)
    np.testing.assert_allclose(outcome.kg, km * 20 * 0.03, rtol=1e-14)
    track = shape_quantile(uniforms(5, "knowledge", "track", 0, 200), "triangular", 0.2, 0.3, 0.4)
    np.testing.assert_allclose(outcome.usd, km * (track * 0.5 + 0.2 + 0.1), rtol=1e-13)
    assert km.min() >= 80.0
    assert km.max() <= 150.0


@pytest.mark.parametrize("length", [Length(100.0, 100.0, 100.0, "triangular"), Length(80.0, 100.0, 150.0, "fixed")])
def test_a_settled_length_is_not_drawn(length):
    errand = E.but(lengths={"newline": length})
    outcome = simulate(only(errand.way("alma", "port", RAIL), "haul@rail.abor--hera"), errand.draws(32))
    assert (outcome.hours == 5.0).all()


def test_a_row_known_for_certain_under_a_projects_own_length_still_varies_with_it():
    way = WAYS["rail"]
    long, short = (
        replace(E.draws(16), lengths={**LENGTHS, "newline": Length(km, km, km, "fixed")}) for km in (150.0, 80.0)
    )
    # the factor is the length over the best of its own row: a settled length changes nothing here
    assert same(simulate(way, long), simulate(way, short))


# ---- seeds and replicates


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 2**31), st.sampled_from(sorted(WAYS)))
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(seed, other, name):
    one, two = (simulate(WAYS[name], E.draws(64, seed=seed)) for _ in range(2))
    assert same(one, two)
    if other != seed:
        three = simulate(WAYS[name], E.draws(64, seed=other))
        assert (three.hours != one.hours).mean() > 0.9


def test_a_longer_run_begins_with_the_shorter_one():
    short, long = (simulate(WAYS["mixed"], E.draws(n)) for n in (300, NET_POINTS + 100))
    assert (long.hours[:300] == short.hours).all()
    assert (long.usd[:300] == short.usd).all()


def test_another_trip_replicate_redraws_the_trips_and_keeps_the_knowledge():
    base, other = E.draws(256), E.draws(256, trip=1)
    for number, r in enumerate(P.rows):
        assert np.array_equal(base.row(number), other.row(number)), r.parameter_id
    assert np.array_equal(base.length_factor("newline"), other.length_factor("newline"))
    for way in WAYS.values():
        for p in way.priced:
            for amount in (p.hours, *p.usd.values(), *([p.kg] if p.kg else [])):
                changed = np.mean(np.asarray(base.vector(amount)) != np.asarray(other.vector(amount)))
                assert changed > 0.99 if amount.trip else changed == 0.0


def test_another_knowledge_replicate_redraws_what_is_uncertain_and_keeps_the_luck():
    base, other = E.draws(256), E.draws(256, knowledge=1)
    for number, r in enumerate(P.rows):
        changed = np.mean(np.asarray(base.row(number)) != np.asarray(other.row(number)))
        assert changed > 0.99 if r.uncertain else changed == 0.0
    assert (base.length_factor("newline") != other.length_factor("newline")).mean() > 0.99
    luck = Amount(1.0, (), "", "stop|anything", 0.7)
    assert np.array_equal(base.vector(luck), other.vector(luck))
    # the luck of a real border stop: its hours over its row
    stop = next(p.hours for p in WAYS["rail"].priced if p.activity.kind == "clear")
    number = stop.factors[0][0]
    np.testing.assert_allclose(base.vector(stop) / base.row(number), other.vector(stop) / other.row(number), rtol=1e-13)


def test_what_else_is_in_the_study_changes_no_draw():
    alone = simulate(WAYS["mixed"], E.draws(256))
    crowded = E.draws(256)
    for way in (SEA, WAYS["road"], WAYS["rail"], E.way("port", "alma", ROAD)):
        simulate(way, crowded)
    assert same(simulate(WAYS["mixed"], crowded), alone)


def test_ways_share_the_draws_they_have_in_common():
    # rail and mixed ride the same train to hera: the difference is what happens after it, with no luck of the train in it
    draws = E.draws(512)
    to_hera = (
        "wait.supply",
        "load",
        "haul@rail.alma",
        "haul@rail.kbor",
        "clear.border@rail.kbor",
        "clear.transit@rail.kbor",
        "haul@rail.abor",
    )
    a, b = (simulate(only(WAYS[name], *to_hera), draws).hours for name in ("rail", "mixed"))
    assert (a == b).all()
    assert a.std() > 5


# ---- totals


@pytest.mark.parametrize("name", sorted(WAYS))
def test_activities_add_up_to_the_total_in_hours_and_dollars(name):
    outcome = simulate(WAYS[name], E.draws(1000))
    assert outcome.hours_mean.sum() == pytest.approx(outcome.hours.mean(), rel=1e-12)
    by_component = {k: v.sum() for k, v in outcome.usd_mean.items()}
    assert sum(by_component.values()) == pytest.approx(outcome.usd.mean(), rel=1e-12)
    assert all(v.shape == (len(WAYS[name].priced),) for v in outcome.usd_mean.values())
    assert {k for p in WAYS[name].priced for k in p.usd} == set(outcome.usd_mean)


@pytest.mark.parametrize("name", sorted(WAYS))
@pytest.mark.parametrize("measure", ["hours", "usd"])
def test_the_last_row_of_the_profile_is_the_total(name, measure):
    outcome = simulate(WAYS[name], E.draws(800))
    profile = outcome.profile(measure)
    total = getattr(outcome, measure)
    assert profile["mean"][-1] == pytest.approx(total.mean(), rel=1e-12)
    for level, q in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        assert profile[level][-1] == pytest.approx(np.quantile(total, q), rel=1e-12)
    assert profile["km"][-1] == pytest.approx(WAYS[name].total_km, abs=1e-6)
    for column in profile.values():
        assert column.shape == (len(WAYS[name].priced) + 1,)
        assert column[0] == 0.0
        assert (np.diff(column) >= -1e-9).all()


def test_the_profile_steps_at_stops_and_slopes_at_hauls():
    outcome = simulate(WAYS["road"], E.draws(64))
    profile = outcome.profile("hours")
    for i, p in enumerate(WAYS["road"].priced):
        assert (profile["km"][i + 1] > profile["km"][i]) == p.activity.moving
    np.testing.assert_allclose(np.diff(profile["mean"]), outcome.hours_mean, rtol=1e-9, atol=1e-9)
    usd = outcome.profile("usd")
    np.testing.assert_allclose(np.diff(usd["mean"]), sum(outcome.usd_mean.values()), rtol=1e-9, atol=1e-9)


def test_a_measure_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="measure is 'days'; allowed hours, usd"):
        simulate(WAYS["road"], E.draws(8)).profile("days")


def test_the_spread_of_an_activity_is_that_of_its_own_draws():
    outcome = simulate(WAYS["rail"], E.draws(2000))
    for i, p in enumerate(WAYS["rail"].priced):
        own = E.draws(2000).total([p.hours])
        assert outcome.hours_mean[i] == pytest.approx(own.mean(), rel=1e-12)
        assert outcome.hours_p10[i] == pytest.approx(np.quantile(own, 0.1), rel=1e-12)
        assert outcome.hours_p90[i] == pytest.approx(np.quantile(own, 0.9), rel=1e-12)
    assert (outcome.hours_p90 > outcome.hours_p10).sum() == 8  # supply, two Kazakh hauls, four border sides, newline


def test_a_figure_that_another_row_covers_is_0_in_every_draw():
    assert (E.draws(16).total([Amount(0.0, covered_by=3)]) == 0.0).all()
    assert (E.draws(16).total([]) == 0.0).all()
    assert E.draws(16).spread(Amount(0.0, covered_by=3)) == (0.0, 0.0, 0.0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([p.hours for w in WAYS.values() for p in w.priced]), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_a_total_is_the_sum_of_its_parts_in_any_order(amounts, random):
    draws = E.draws(64)
    apart = sum(draws.total([a]) for a in amounts)
    np.testing.assert_allclose(draws.total(amounts), apart, rtol=1e-12)
    shuffled = list(amounts)
    random.shuffle(shuffled)
    np.testing.assert_allclose(draws.total(shuffled), apart, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_are_numpys(values, level):
    array = np.array(values)
    before = array.copy()
    assert quantiles(array, (level,))[0] == pytest.approx(np.quantile(array, level), rel=1e-9, abs=1e-6)
    assert (array == before).all()


def test_one_draw_is_a_run():
    outcome = simulate(WAYS["rail"], E.draws(1))
    assert outcome.hours.shape == outcome.usd.shape == outcome.kg.shape == (1,)
    assert outcome.profile("hours")["p10"][-1] == outcome.profile("hours")["p90"][-1] == pytest.approx(outcome.hours[0])


# ---- faults of the model


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_draw_that_is_no_number_of_0_or_more_names_its_row_and_is_never_clipped(bad):
    broken = Draws(replace_row(P, "load", best=bad), LENGTHS, 8, 1)
    with pytest.raises(ArithmeticError, match=r"draw 0 of rows load \(trip ''\) is .*; a draw must be 0 or more"):
        simulate(WAYS["rail"], broken)


def test_a_bad_draw_names_its_own_number():
    # a border of -3 to 20 h: the message gives the first draw below 0
    broken = Draws(replace_row(P, "clear.rail", low=-3.0, best=0.0, high=20.0), LENGTHS, 64, 1)
    values = broken.row(P.number["clear.rail"])
    first = int(np.flatnonzero(values < 0)[0])
    assert first > 0
    with pytest.raises(ArithmeticError, match=rf"draw {first} of rows clear.rail \(trip 'stop"):
        simulate(WAYS["rail"], broken)


def replace_row(parameters, name, **changes):
    """Parameters with a row that no table would let in."""
    broken = parameters.with_values({})
    broken.rows = tuple(replace(r, **changes) if r.parameter_id == name else r for r in parameters.rows)
    return broken
