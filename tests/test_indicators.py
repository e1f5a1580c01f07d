"""CPMM's indicators, worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_ways import RAIL, RAIL_TO_HERA, ROAD, Errand

from sim.activities import Activity
from sim.amounts import expected
from sim.indicators import buffer_hours, en_route, swd, swod, tfi1, tfi2, tfi3
from sim.simulation import simulate


def haul(km, country="PK"):
    return Activity("haul@x", "haul", from_node_id="a", to_node_id="b", country=country, mode="road", km=km)


def stop(kind, reason="", crossing="", country="PK"):
    return Activity(f"{kind}@x", kind, reason, crossing_id=crossing, country=country, side=country if crossing else "")


# 300 km at 30 km/h with 20 h of stops; what happens before the first and after the last haul does not count
TRIP = [stop("wait", "supply"), stop("load"), haul(200.0), stop("clear", "border", "g", "AF"), stop("clear", "border", "g"), stop("clear", "transit", "g"), haul(100.0), stop("dwell", "import_land"), stop("unload")]  # fmt: skip
HOURS = np.array([50.0, 6.0, 6.0, 8.0, 10.0, 2.0, 4.0, 20.0, 4.0])
KM = [a.km for a in TRIP]


def test_speed_without_delay_counts_moving_hours_only():
    assert swod(TRIP, KM, HOURS) == pytest.approx(30.0)  # 300 / (6 + 4)


def test_speed_with_delay_counts_every_hour_from_the_first_haul_to_the_last():
    assert swd(TRIP, KM, HOURS) == pytest.approx(10.0)  # 300 / (10 + 20)
    assert en_route(TRIP) == slice(2, 7)


def test_waiting_before_and_clearing_after_change_no_speed():
    longer = HOURS.copy()
    longer[[0, 1, 7, 8]] *= 9
    assert swd(TRIP, KM, longer) == swd(TRIP, KM, HOURS)
    longer[4] += 1
    assert swd(TRIP, KM, longer) < swd(TRIP, KM, HOURS)
    assert swod(TRIP, KM, longer) == swod(TRIP, KM, HOURS)


def test_the_rest_owed_for_the_last_haul_is_part_of_the_trip():
    # one haul of 500 km at 50 km/h and 10 h of rest: SWD 25, whether the road is one link or two
    whole = [haul(500.0), stop("rest")]
    parts = [haul(250.0), stop("rest"), haul(250.0), stop("rest")]
    assert swd(whole, [500.0, 0.0], np.array([10.0, 10.0])) == pytest.approx(25.0)
    assert swd(parts, [250.0, 0.0, 250.0, 0.0], np.array([5.0, 5.0, 5.0, 5.0])) == pytest.approx(25.0)
    assert swod(whole, [500.0, 0.0], np.array([10.0, 10.0])) == pytest.approx(50.0)


def test_border_hours_of_each_side_and_of_the_crossing_as_their_sum():
    sides = tfi1(TRIP, HOURS)
    assert sides == {("g", "AF"): 8.0, ("g", "PK"): 12.0}  # the Pakistani side clears for 10 h and for transit 2 h
    assert sum(sides.values()) == 20.0


def test_money_at_the_border_by_side():
    usd = np.array([0.0, 100.0, 200.0, 50.0, 60.0, 7.0, 100.0, 90.0, 80.0])
    assert tfi2(TRIP, usd) == {("g", "AF"): 50.0, ("g", "PK"): 67.0}


def test_a_section_per_500_km_and_20_tonnes():
    assert tfi3(1000.0, 250.0, 10.0) == 4000.0
    assert tfi3(569.0, 500.0, 20.0) == 569.0
    for km, tonnes in ((0.0, 20.0), (-1.0, 20.0), (500.0, 0.0), (500.0, -3.0), (float("nan"), 20.0)):
        with pytest.raises(ValueError, match="must be above 0"):
            tfi3(569.0, km, tonnes)


@settings(max_examples=50, deadline=None)
@given(st.floats(1, 1e5), st.floats(1, 5000), st.floats(0.1, 500), st.floats(0.1, 10))
def test_tfi3_is_blind_to_how_much_of_the_same_is_moved_or_how_far(usd, km, tonnes, k):
    assert tfi3(usd * k, km * k, tonnes) == pytest.approx(tfi3(usd, km, tonnes))
    assert tfi3(usd * k, km, tonnes * k) == pytest.approx(tfi3(usd, km, tonnes))


def test_without_a_haul_there_is_no_speed():
    with pytest.raises(ValueError, match="no activity is a haul"):
        en_route([stop("load"), stop("unload")])


def test_buffer_is_the_ninetieth_less_the_fiftieth_hundredth():
    hours = np.arange(101.0)
    assert buffer_hours(hours) == 40.0
    assert buffer_hours(hours[::-1]) == 40.0
    assert buffer_hours(np.full(7, 3.0)) == 0.0


@pytest.mark.parametrize("sections", [RAIL, ROAD, RAIL_TO_HERA])
def test_speed_with_delay_is_never_above_speed_without_in_any_draw(sections):
    errand = Errand()
    way = errand.way("alma", "port", sections)
    draws = errand.draws(64)
    hours = np.stack([draws.total([p.hours]) for p in way.priced])
    for j in range(64):
        assert swd(way.activities, way.km, hours[:, j]) < swod(way.activities, way.km, hours[:, j])
    means = simulate(way, draws).hours_mean
    assert swd(way.activities, way.km, means) < swod(way.activities, way.km, means)


def test_on_the_toy_road_all_hours_but_the_ends_count():
    errand = Errand()
    way = errand.way("alma", "port", ROAD)
    hours = np.array([expected(p.hours, errand.parameters, errand.lengths) for p in way.priced])
    # 244.65 h in all, 12 + 6 before and 20 + 4 after; 31.325 h of driving
    assert swd(way.activities, way.km, hours) == pytest.approx(1133 / 202.65)
    assert swod(way.activities, way.km, hours) == pytest.approx(1133 / 31.325)
