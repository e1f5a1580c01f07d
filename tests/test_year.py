"""A week and a year in closed form: services by timetable, departures in any month, closures against the record."""

import datetime as dt

import numpy as np
import pytest
from scipy import stats
from studies import study_with_chance, way_of
from toy import row, toy_parameters
from toy_ways import Errand

from sim.amounts import expected
from sim.draws import uniforms
from sim.itinerary import price
from sim.parameters import read_parameters
from sim.sampling import Draws, quantiles
from sim.shocks import DAYS_A_YEAR, meet, shocks_of
from sim.trips import travel

N = 1 << 14
SEASONAL = ("turgundi-chaman", "kabul-road", "qtta-road")


# ---- a week


def sailing(runs_a_week):
    """Draws of the wait for a ship that sails so many times a week, and its closed mean."""
    frequency = row("sailings", "wait", "frequency", "1/week", runs_a_week, mode="sea", reason="sailing")
    errand = Errand(parameters=toy_parameters(frequency))
    (wait,) = [p.hours for p in errand.way("alma", "hub").priced if p.activity.reason == "sailing"]
    draws = errand.draws(N)
    return draws.total([wait]), expected(wait, errand.parameters, {}), draws, errand.parameters.number["sailings"]


@pytest.mark.parametrize("runs", [1.0, 2.0, 7.0])
def test_cargo_that_comes_at_any_time_waits_half_a_headway_and_never_more_than_one(runs):
    hours, mean, *_ = sailing(runs)
    headway = 168.0 / runs
    assert mean == pytest.approx(headway / 2)  # 84 h for one a week
    assert hours.mean() == pytest.approx(headway / 2, rel=1e-4)
    # 16.8, 84 and 151.2 h for one a week
    np.testing.assert_allclose(quantiles(hours, (0.1, 0.5, 0.9)), np.array([0.1, 0.5, 0.9]) * headway, rtol=2e-3)
    assert 0.0 < hours.min() < hours.max() < headway
    assert stats.kstest(hours / headway, "uniform").statistic < 2 / N * 10


def test_a_timetable_that_is_not_known_scatters_each_trip_within_its_own_headway():
    hours, mean, draws, number = sailing((0.5, 1.0, 2.0))
    share = hours * draws.row(number) / 168.0
    assert 0.0 < share.min() < share.max() < 1.0
    assert share.mean() == pytest.approx(0.5, rel=1e-3)
    # E[84 / f] of the triangle 0.5, 1, 2: 84 x 4/3 x (2 ln 2 - ln 2) = 77.63 h, not 84 / (3.5 / 3) = 72 h
    assert mean == pytest.approx(84.0 * 4 / 3 * np.log(2.0))
    assert hours.mean() == pytest.approx(mean, rel=0.01)


# ---- a year


@pytest.fixture(scope="module")
def over_the_year():
    return study_with_chance("destinations=karachi_port")


def months_of(carried, way):
    """The same way priced for each month of departure by itself."""
    activities = way.plan.itinerary.activities
    facts = (carried.parameters, carried.consignment)
    year = carried.scenario.date.year
    return [
        price(activities, *facts, m, carried.lengths, departure=dt.date(year, m, 15)) for m in range(1, 13)
    ]  # fmt: skip


def test_the_mean_over_the_year_is_the_mean_of_its_months(over_the_year):
    moved = 0
    for way in (w for w in over_the_year.ways if w.feasible):
        months = months_of(over_the_year, way)
        for part in range(3):
            facts = (over_the_year.parameters, over_the_year.lengths)
            apart = [sum(expected(a, *facts) for a in it.sums()[part]) for it in months]
            together = sum(expected(a, *facts) for a in way.plan.itinerary.sums()[part])
            assert together == pytest.approx(np.mean(apart), rel=1e-12)
            moved += np.ptp(apart) > 1e-6
    assert moved >= 11  # the year is not the same all through, at least in hours


@pytest.mark.parametrize("corridor", SEASONAL)
def test_a_draw_of_a_month_is_that_of_a_run_of_this_month_alone(over_the_year, corridor):
    way = way_of(over_the_year, corridor)
    draws = Draws(over_the_year.parameters, over_the_year.lengths, 1024, 5)
    whole = travel(way.plan.itinerary, draws)
    leaves = draws.departure_months()
    for month, itinerary in enumerate(months_of(over_the_year, way), start=1):
        alone = travel(itinerary, Draws(over_the_year.parameters, over_the_year.lengths, 1024, 5))
        here = leaves == month
        assert abs(here.sum() - 1024 / 12) < 2
        for name in ("hours", "usd", "kg"):
            np.testing.assert_allclose(getattr(whole, name)[here], getattr(alone, name)[here], rtol=1e-12)


def test_simulated_means_over_the_year_are_those_of_its_months_within_their_error(over_the_year):
    off = []
    for corridor in SEASONAL:
        way = way_of(over_the_year, corridor)
        months = months_of(over_the_year, way)
        gaps = []
        for r in range(8):
            draws = Draws(over_the_year.parameters, over_the_year.lengths, 512, 5, r, r)
            apart = np.mean([travel(it, draws).hours.mean() for it in months])
            gaps.append(travel(way.plan.itinerary, draws).hours.mean() - apart)
        off.append(np.mean(gaps) / (np.std(gaps, ddof=1) / np.sqrt(8)))
    assert abs(np.array(off)).max() < stats.t.isf(1e-3 / 2 / len(off), 7)


def test_a_closure_of_a_season_is_met_in_its_months_only_and_that_often(over_the_year):
    draws = Draws(over_the_year.parameters, {}, N, 5)
    leaves = draws.departure_months()
    seen = 0
    for corridor in SEASONAL:
        for hazard in way_of(over_the_year, corridor).plan.encounters.hazards:
            if not hazard.months:
                continue
            always = meet(hazard.at, hazard.shock, draws, 240.0)
            season = meet(hazard.at, hazard.shock, draws, 240.0, hazard.months)
            inside = np.isin(leaves, list(hazard.months))
            assert (season.shut == (always.shut & inside)).all()
            share = always.p_shut.mean() * len(hazard.months) / 12
            error = np.sqrt(share / N)
            assert season.shut.mean() == pytest.approx(share, abs=4 * error)
            seen += 1
    assert seen >= 3


# ---- closures against the record


def windows(gate, days, count=500, grid=2):
    """Share of a window of days in which a gate is shut, by its own or a national closure, under the shipped rows."""
    parameters = read_parameters()
    shocks = {s.name: s for s in shocks_of(parameters)}
    draws = Draws(parameters, {}, count, 3)
    rng = np.random.default_rng(4)
    shut = np.zeros((count, days * grid), dtype=bool)
    for shock in (shocks[gate], shocks["afpk"]):
        rates, lengths = draws.row(shock.rate), draws.row(shock.days)
        sigma = np.sqrt(np.log1p(parameters.rows[shock.days].cv ** 2))
        for j in range(count):
            clock = -5.0 * DAYS_A_YEAR  # long enough ago for the start not to matter
            while clock < days:
                clock += rng.exponential(DAYS_A_YEAR / rates[j])
                length = lengths[j] * rng.lognormal(-sigma * sigma / 2, sigma)
                first, last = (max(0, int(np.ceil(x * grid))) for x in (clock, clock + length))
                shut[j, first:last] = True
                clock += length
    return shut.mean(axis=1)


@pytest.mark.parametrize(
    ("gate", "days", "record"),
    [
        ("torkham", 1096, 0.12),  # 1 January 2023 to 31 December 2025
        ("torkham", 1425, 0.32),  # to 25 November 2026, if still shut
        ("kharlachi", 491, 0.66),  # 21 September 2024 to 25 January 2026: counted from the day of a closure
    ],
)
def test_the_record_is_a_window_that_the_process_could_have_shown(gate, days, record):
    shares = windows(gate, days)
    assert 0.05 < (shares < record).mean() < 0.95
    # the long run: rows drawn, the two kinds of closure apart
    parameters = read_parameters()
    shocks = {s.name: s for s in shocks_of(parameters)}
    own, national = (meet(0, shocks[name], Draws(parameters, {}, N, 3), 240.0) for name in (gate, "afpk"))
    either = 1.0 - (1.0 - own.p_shut) * (1.0 - national.p_shut)
    assert (own.shut | national.shut).mean() == pytest.approx(either.mean(), abs=4 * np.sqrt(0.25 / N))
    assert shares.mean() == pytest.approx(either.mean(), abs=0.04)


def test_the_months_of_departure_come_from_one_stream_of_their_own():
    draws = Draws(toy_parameters(), {}, 600, 9, 3, 4)
    u = uniforms(9, "process", "departure_month", 4, 600)
    assert (draws.departure_months() == 1 + np.floor(12 * u)).all()
