"""Gates that sleep: midnight, the week end, and zones that changed."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import toy_parameters

from geodata.dictionary import TableError
from geodata.tables import read_dictionary, read_rows
from sim.encounters import Encounters, Schedule
from sim.opening_hours import WEEK, opening_of, openings_on, read_opening_hours
from sim.parameters import DATA
from sim.sampling import Draws
from sim.simulation import simulate


def opening(days="1;2;3;4;5", opens="08:00", closes="18:00", timezone="UTC", **facts):
    cells = {"opening_id": "x", "crossing_id": "road.agate-pgate", "days": days, "opens": opens, "closes": closes,
             "timezone": timezone, "basis": "assumption", "source": "own-reading", **facts}  # fmt: skip
    return opening_of(read_rows([cells], read_dictionary(DATA)["opening_hours"], "toy.csv"), 0)


def wait(gate, *hours, day=dt.date(2026, 6, 1)):
    return [round(float(w), 6) for w in gate.wait_hours(np.array(hours), day)]


def test_night_and_week_end_by_hand():
    gate = opening()
    # Monday 07:00, 08:00, 17:59, 18:00 (14 h to Tuesday 08:00), Friday 18:00 (62 h to Monday), Sunday 23:30
    assert wait(gate, 7, 8, 17 + 59 / 60, 18, 4 * 24 + 18, 6 * 24 + 23.5) == [1, 0, 0, 14, 62, 8.5]


def test_a_gate_that_opens_over_midnight_and_over_the_end_of_the_week():
    gate = opening(days="7", opens="22:00", closes="02:00")
    # Sunday 21:00 waits 1 h; Sunday 23:00 and Monday 01:59 pass; Monday 02:00 waits until Sunday 22:00
    assert wait(gate, 6 * 24 + 21, 6 * 24 + 23, 1 + 59 / 60, 2) == [1, 0, 0, 6 * 24 + 20]


def test_days_that_touch_at_midnight_are_one_stretch():
    gate = opening(opens="00:00", closes="23:59")
    assert len(gate.spans) == 5
    whole = read_opening_hours()[0]
    assert whole.spans == ((0.0, 120.0),)
    assert whole.mean_wait_hours == pytest.approx(48 * 48 / 2 / 168)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Almaty", dt.date(2024, 2, 15), 6.0),
        ("Asia/Almaty", dt.date(2024, 3, 15), 5.0),
        ("Asia/Kabul", dt.date(2026, 11, 25), 4.5),
        ("Asia/Karachi", dt.date(2026, 11, 25), 5.0),
        ("Asia/Tehran", dt.date(2022, 7, 1), 4.5),
        ("Asia/Tehran", dt.date(2026, 7, 1), 3.5),
    ],
)
def test_zones_are_dated(zone, day, hours):
    gate = opening(timezone=zone)
    assert gate.offset_hours(day) == hours
    # the gate opens at 08:00 local: at 08:00 - offset UTC on a Tuesday
    assert wait(gate, 24 + 8 - hours - 0.25, 24 + 8 - hours, day=day) == [0.25, 0]


@given(st.floats(0, 1000), st.sets(st.integers(1, 7), min_size=1), st.integers(0, 23), st.integers(1, 22))
def test_whoever_waits_arrives_at_an_open_gate_and_later_is_never_served_earlier(arrival, days, opens, length):
    closes = (opens + length) % 24
    gate = opening(days=";".join(map(str, sorted(days))), opens=f"{opens:02d}:00", closes=f"{closes:02d}:00")
    times = np.array([arrival, arrival + 0.7])
    served = times + gate.wait_hours(times, dt.date(2026, 6, 1))
    assert (gate.wait_hours(served + 1e-7, dt.date(2026, 6, 1)) < 1e-6).all()
    assert served[1] >= served[0] - 1e-9
    assert (served - times < WEEK).all()


@given(st.sets(st.integers(1, 7), min_size=1), st.integers(0, 22), st.integers(1, 20))
def test_mean_wait_is_that_of_arrivals_spread_over_the_week(days, opens, length):
    closes = (opens + length) % 24
    gate = opening(days=";".join(map(str, sorted(days))), opens=f"{opens:02d}:00", closes=f"{closes:02d}:00")
    spread = (np.arange(16800) + 0.5) / 100.0
    assert gate.wait_hours(spread, dt.date(2026, 6, 1)).mean() == pytest.approx(gate.mean_wait_hours, abs=0.02)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"timezone": "Asia/Kabool"}, r"timezone is 'Asia/Kabool'; give an IANA zone"),
        ({"timezone": ""}, r"timezone"),
        ({"opens": "25:00"}, r"opens is '25:00'; write local time as HH:MM"),
        ({"days": "1;2;3;4;5;6;7", "opens": "00:00", "closes": "00:00"}, r"open all week; take the row out"),
    ],
)
def test_a_bad_row_is_refused(facts, says):
    with pytest.raises(TableError, match=says):
        opening(**facts)


def test_the_clock_runs_through_the_draw_and_totals_stay_the_sum_of_rows():
    from test_shocks import road_way  # the toy's all-road way

    p = toy_parameters()
    way = road_way(p)
    gate = opening(days="1")
    (at, _), *rest = openings_on(way.activities, way.months, [gate])
    assert rest == []
    schedule = Schedule(((at, gate),), dt.date(2026, 6, 3))
    draws = Draws(p, {}, 2048, 1)
    plain, timed = simulate(way, draws), simulate(way, draws, Encounters(schedule=schedule))
    assert (timed.hours >= plain.hours).all()
    assert timed.hours.mean() - plain.hours.mean() == pytest.approx(gate.mean_wait_hours, rel=0.05)
    assert timed.hours_mean.sum() == pytest.approx(timed.hours.mean(), rel=1e-12)
    assert timed.hours_known.mean() == pytest.approx(timed.hours.mean(), rel=0.02)
    assert ("wait", "opening") in {(a.kind, a.reason) for a in timed.itinerary.activities}
