"""Numbers worked by hand on the toy, means printed by the CPMM, and totals that a convolution says too.

The box of the toy: 1 FEU, 20 t, 40,000 USD; its time is worth 0.6 % a day, 240 USD a day, 10 USD an hour.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal, stats
from toy import BOX
from toy_ways import LENGTHS, RAIL, RAIL_TO_HERA, ROAD, Errand, kinds, mean_total, toy_built

from sim.activities import Activity
from sim.amounts import expected
from sim.consignment import Consignment
from sim.draws import NET_POINTS
from sim.indicators import swd, swod, tfi1, tfi2, tfi3
from sim.simulation import simulate

E = Errand()
P = E.parameters

# Kazakh railway, 20 / 30 / 40 km/h: the mean of 1/v is 2/20 (40 ln(4/3)/10 - 20 ln(3/2)/10)
# = 0.1 (4 x 0.2876821 - 2 x 0.4054651) = 0.03397981 h/km
KZ = 0.03397981


def column(way, measure, parameters=P):
    """Mean of each activity, hours or dollars."""

    def one(p):
        amounts = [p.hours] if measure == "hours" else p.usd.values()
        return sum(expected(a, parameters, LENGTHS) for a in amounts)

    return [one(p) for p in way.priced]


def by_component(way):
    found = {}
    for p in way.priced:
        for name, amount in p.usd.items():
            found[name] = found.get(name, 0.0) + expected(amount, P, LENGTHS)
    return {name: usd for name, usd in found.items() if usd}


# ---- three ways from alma to the port, worked by hand

ALL_RAIL = [
    ("wait.supply", 56.0), ("load", 6.0),  # (24 + 48 + 96) / 3
    ("haul", 300 * KZ), ("haul", 5 * KZ),  # 10.1939 + 0.1699
    ("clear.border", 12.0), ("clear.border", 12.0), ("clear.transit", 0.0),  # (6 + 10 + 20) / 3 each side
    ("haul", 0.25), ("haul", 5.5), ("haul", 19.0), ("haul", 0.1),  # 5/20, 110/20, 190/10, 2/20: newline is 110 km on average
    ("clear.border", 12.0), ("clear.border", 12.0), ("clear.transit", 24.0),
    ("haul", 0.125), ("change_gauge", 60.0), ("haul", 20.0),  # 3/24, 480/24
    ("dwell.import_land", 20.0), ("unload", 4.0),
]  # fmt: skip

ALL_ROAD = [
    ("wait.supply", 12.0), ("load", 6.0),
    ("haul", 7.75), ("rest", 7.75), ("haul", 0.1), ("rest", 0.1),  # 310/40 and 4/40; 12 h a day: as long at rest
    ("clear.border", 8.0), ("clear.border", 8.0), ("clear.transit", 0.0), ("haul", 0.1), ("rest", 0.1),
    ("haul", 2.75), ("rest", 2.75), ("haul", 8.0), ("rest", 8.0), ("haul", 0.05), ("rest", 0.05),  # 110/40, 200/25, 2/40
    ("clear.border", 8.0), ("transship.truck_exchange", 36.0), ("clear.border", 56.0), ("clear.transit", 24.0),  # (8 + 40 + 120) / 3
    ("haul", 0.075), ("rest", 0.075), ("haul", 12.5), ("rest", 12.5),  # 3/40, 500/40
    ("dwell.import_land", 20.0), ("unload", 4.0),
]  # fmt: skip


@pytest.mark.parametrize(("sections", "by_hand", "total"), [(RAIL, ALL_RAIL, 273.3388), (ROAD, ALL_ROAD, 244.65)])
def test_hours_activity_by_activity(sections, by_hand, total):
    way = E.way("alma", "port", sections)
    assert kinds(way.activities) == [kind for kind, _ in by_hand]
    assert column(way, "hours") == pytest.approx([hours for _, hours in by_hand], rel=1e-6)
    assert sum(column(way, "hours")) == pytest.approx(total, abs=1e-4)


def test_rail_to_hera_and_then_by_truck():
    # 56 + 6 | 305 km Kazakhstan 10.3638 | border 12 + 12 | 5/20 + 110/20 = 5.75 | to trucks 48 | 200/25 x 2 = 16
    # 2/40 x 2 = 0.1 | border 8, new truck 36, border 56, transit 24 | 3/40 x 2 + 500/40 x 2 = 25.15 | 20 + 4
    by_hand = 62 + 305 * KZ + 24 + 5.75 + 48 + 16 + 0.1 + 8 + 36 + 56 + 24 + 25.15 + 24
    way = E.way("alma", "port", RAIL_TO_HERA)
    assert mean_total(way, P, "hours", LENGTHS) == pytest.approx(by_hand, rel=1e-7)
    assert by_hand == pytest.approx(339.3638, abs=1e-4)


def test_dollars_by_component_on_the_railway():
    # kilometres: KZ 305, AF 5 + 110 + 190 + 2 = 307 at a coefficient of 0.5, PK 483
    by_hand = {
        "handling": 100 + 140 + 80,  # load, 20 t x 7 at the break of gauge, unload
        "track": 0.3 * (305 + 307 * 0.5 + 483),  # 282.45
        "wagon": 0.2 * 1095, "forwarder": 0.1 * 1095,
        "fee": 4 * 100,  # four sides, 20 t x 5
        "guarantee": 2 * 50, "security": 2 * 10, "terminal": 90, "box": 300,
    }  # fmt: skip
    way = E.way("alma", "port", RAIL)
    assert by_component(way) == pytest.approx(by_hand)
    assert sum(by_hand.values()) == pytest.approx(1840.95)


def test_dollars_by_component_on_the_road():
    # 310 + 8 + 110 + 200 + 5 + 500 = 1,133 km at 1 USD/km for 20 t
    by_hand = {
        "handling": 100 + 200 + 80,
        "road": 1133,
        "fee": 400,
        "guarantee": 100,
        "security": 20,
        "terminal": 90,
        "box": 300,
    }
    way = E.way("alma", "port", ROAD)
    assert by_component(way) == pytest.approx(by_hand)
    assert sum(by_hand.values()) == 2423


def test_dollars_by_rail_and_truck():
    # load 100, track 0.3 x (305 + 115 x 0.5), wagon and forwarder 0.3 x 420, fees 400, transit 120, transshipment 160,
    # road 705, new truck 200, terminal 90, box 300, unload 80
    by_hand = 100 + 108.75 + 126 + 400 + 120 + 160 + 705 + 200 + 470
    assert mean_total(E.way("alma", "port", RAIL_TO_HERA), P, "usd", LENGTHS) == pytest.approx(by_hand)
    assert by_hand == 2389.75


@pytest.mark.parametrize(
    ("sections", "kg"),
    [
        (
            RAIL,
            20 * (300 * 0.02 + (5 + 307 + 483) * 0.03),
        ),  # the Kazakh line is electric, the hop and the rest diesel: 597
        (ROAD, 20 * 1133 * 0.1),  # 2,266
        (RAIL_TO_HERA, 20 * (300 * 0.02 + 120 * 0.03 + 705 * 0.1)),  # 1,602
    ],
)
def test_emissions(sections, kg):
    assert mean_total(E.way("alma", "port", sections), P, "kg", LENGTHS) == pytest.approx(kg)


@pytest.mark.parametrize(
    ("sections", "km", "moving", "on_the_way"),
    [
        (RAIL, 1095, 305 * KZ + 24.85 + 20.125, 273.3388 - 62 - 24),
        (ROAD, 1133, 31.325, 244.65 - 18 - 24),
        (RAIL_TO_HERA, 305 + 115 + 705, 305 * KZ + 5.75 + 20.625, 339.3638 - 62 - 24),
    ],
)
def test_speeds_without_and_with_delay(sections, km, moving, on_the_way):
    way = E.way("alma", "port", sections)
    hours = np.array(column(way, "hours"))
    assert swod(way.activities, way.km, hours) == pytest.approx(km / moving, rel=1e-6)
    assert swd(way.activities, way.km, hours) == pytest.approx(km / on_the_way, rel=1e-6)


def test_border_hours_and_fees_side_by_side():
    way = E.way("alma", "port", ROAD)
    hours, usd = np.array(column(way, "hours")), np.array(column(way, "usd"))
    crossings = ("road.kbor-abor", "road.agate-pgate")
    assert tfi1(way.activities, hours) == {
        (crossings[0], "KZ"): 8.0,
        (crossings[0], "AF"): 8.0,
        (crossings[1], "AF"): 8.0,
        (crossings[1], "PK"): 116.0,  # 80 h of formalities and 36 h of changing trucks
    }
    assert tfi2(way.activities, usd) == {
        (crossings[0], "KZ"): 100.0,
        (crossings[0], "AF"): 160.0,
        (crossings[1], "AF"): 100.0,
        (crossings[1], "PK"): 360.0,  # 160 USD of fees and 200 USD for the change of trucks
    }


def test_cost_per_500_km_and_20_tonnes():
    # 1,840.95 USD over 1,095 km for 20 t by rail, 2,423 over 1,133 by road
    for sections, by_hand in ((RAIL, 1840.95 * 500 / 1095), (ROAD, 2423 * 500 / 1133)):
        way = E.way("alma", "port", sections)
        assert tfi3(mean_total(way, P, "usd", LENGTHS), way.total_km, BOX.tonnes) == pytest.approx(by_hand)


def test_which_way_is_best_worked_by_hand():
    # generalized: rail 1,840.95 + 10 x 273.3388 = 4,574.34; road 2,423 + 2,446.5 = 4,869.5; mixed 2,389.75 + 3,393.638 = 5,783.39
    costs = {
        name: E.find("alma", "port", s).cost for name, s in (("rail", RAIL), ("road", ROAD), ("mixed", RAIL_TO_HERA))
    }
    assert costs == pytest.approx({"rail": 4574.338, "road": 4869.5, "mixed": 5783.388}, abs=1e-3)
    assert E.find("alma", "port").cost == costs["rail"]
    # time worth more than (2,423 - 1,840.95) / (273.3388 - 244.65) = 20.288 USD/h turns the choice: 81,152 USD of cargo
    for value, mode in ((81_100.0, "rail"), (81_200.0, "road")):
        best = E.but(consignment=Consignment("FEU", 1, 20.0, "general", value, "block_train")).find("alma", "port")
        assert {s.mode for s in best.states} == {mode}


def test_an_upgrade_saves_ten_hours_and_no_dollar():
    better = E.but(network=toy_built(better=True)).way("alma", "port", RAIL)
    assert mean_total(better, P, "hours", LENGTHS) == pytest.approx(273.3388 - 10, abs=1e-4)  # 480/48 instead of 480/24
    assert mean_total(better, P, "usd", LENGTHS) == pytest.approx(1840.95)


def test_free_on_board_and_by_ship():
    # FOB: no clearance inland (20 h, 90 + 300) nor unloading (4 h, 80), but the port's gate and vessel: 140 h, 90 + 300,
    # after 12 h of release from transit
    fob = E.but(terms="fob").way("alma", "port", RAIL)
    assert mean_total(fob, P, "hours", LENGTHS) == pytest.approx(273.3388 - 24 + 12 + 140, abs=1e-4)
    assert mean_total(fob, P, "usd", LENGTHS) == pytest.approx(1840.95 - 80)
    # on to the hub: release 12, port 96, sailing 84, 1,300/26 = 50, import 110, unload 4; port 90, freight 260, insurance 40
    sea = E.way("alma", "hub")
    assert mean_total(sea, P, "hours", LENGTHS) == pytest.approx(273.3388 - 24 + 12 + 96 + 84 + 50 + 110 + 4, abs=1e-4)
    assert mean_total(sea, P, "usd", LENGTHS) == pytest.approx(1840.95 + 90 + 260 + 40)


def test_northbound_from_the_ship():
    # port 200 h, truck 12, load 6; 31.325 h of driving and as much rest; PK out 8, new truck 36, AF in 8, AF out 8, KZ in 8
    # (nobody waits 24 h for transit on leaving Pakistan); 20 + 4
    north = E.but(terms="transit_import", direction="northbound").way("port", "alma", ROAD)
    assert mean_total(north, P, "hours", LENGTHS) == pytest.approx(200 + 12 + 6 + 62.65 + 8 + 36 + 8 + 8 + 8 + 24)
    assert mean_total(north, P, "usd", LENGTHS) == pytest.approx(2423 + 90)


def test_sixty_tonnes_of_grain_in_a_wagon():
    # track 60 t x 0.015 = 0.9 a km (AF half), wagon 0.6, forwarder 0.3; three trucks of 21 t by road
    grain = E.but(consignment=Consignment("wagon", 1, 60.0, "grain", 12000.0, "wagonload"))
    rail = 100 + 0.9 * (305 + 307 / 2 + 483) + 0.9 * 1095 + 4 * 300 + 120 + 420 + 90 + 300 + 80
    assert mean_total(grain.way("alma", "port", RAIL), P, "usd", LENGTHS) == pytest.approx(rail)
    road = 100 + 3 * 1133 + 4 * 300 + 120 + 3 * 200 + 90 + 300 + 80
    assert mean_total(grain.way("alma", "port", ROAD), P, "usd", LENGTHS) == pytest.approx(road)


# ---- means printed by the CPMM: trip records that average to them give them back
# Pakistan 2021-2023: cpmm.carecprogram.org/?p=141 and /2023-report/pakistan; rail: /2020-report/rail-transport

PUBLISHED = [  # year and place, TFI1 h, TFI2 USD, TFI3 USD per 500 km and 20 t, SWD km/h, SWOD km/h
    ("Pakistan road 2021", 35.3, 274.0, 620.0, 11.8, 27.3),
    ("Pakistan road 2022", 28.2, 238.0, 546.0, 13.3, 25.2),
    ("Pakistan road 2023", 33.1, 238.0, 569.0, 11.4, 24.8),
    ("CAREC rail 2019", 20.6, 198.0, 820.0, 19.0, 45.0),
    ("CAREC rail 2020", 23.0, 193.0, 836.0, 16.8, 42.2),
]


def record(km, moving_hours, border_hours, other_hours):
    """One trip of the log: two hauls around a border crossing of two sides and a stop on the way; ends do not count."""
    activities = [
        Activity("load", "load"), Activity("h1", "haul", km=0.4 * km), Activity("out", "clear", "border", crossing_id="bcp", country="AF"),
        Activity("in", "clear", "border", crossing_id="bcp", country="PK"), Activity("wait", "transship", "truck_exchange"),
        Activity("h2", "haul", km=0.6 * km), Activity("unload", "unload"),
    ]  # fmt: skip
    hours = np.array([30.0, 0.4 * moving_hours, *border_hours, other_hours, 0.6 * moving_hours, 12.0])
    return activities, [a.km for a in activities], hours


@pytest.mark.parametrize(("name", "border", "fee", "section", "with_delay", "without"), PUBLISHED)
def test_records_whose_means_the_cpmm_printed_give_them_back(name, border, fee, section, with_delay, without):
    assert with_delay <= without, name
    trips = []
    # three shipments of different length; each indicator spreads around its published mean and averages to it
    for km, share in ((700.0, 0.8), (900.0, 1.0), (1600.0, 1.2)):
        moving = km / (without * share)
        stops = km / (with_delay * share) - moving
        out = border * share  # hours at one side, as the CPMM counts them
        trips.append(record(km, moving, (out, out), stops - 2 * out))
    assert np.mean([swod(*t) for t in trips]) == pytest.approx(without)
    assert np.mean([swd(*t) for t in trips]) == pytest.approx(with_delay)
    sides = [tfi1(t[0], t[2]) for t in trips]
    assert np.mean([hours for s in sides for hours in s.values()]) == pytest.approx(border)  # each side apart
    assert np.mean([sum(s.values()) for s in sides]) == pytest.approx(2 * border)  # the whole crossing
    paid = [
        tfi2(t[0], np.array([0.0, 0.0, fee * f, fee * f, 0.0, 0.0, 0.0]))
        for t, f in zip(trips, (0.5, 1.0, 1.5), strict=True)
    ]
    assert np.mean([usd for p in paid for usd in p.values()]) == pytest.approx(fee)
    # a section of any length and load scales to 500 km and 20 t
    costs = [
        (section * f * km / 500 * tonnes / 20, km, tonnes)
        for f, km, tonnes in ((0.9, 1100.0, 30.0), (1.0, 250.0, 12.0), (1.1, 500.0, 20.0))
    ]
    assert np.mean([tfi3(*c) for c in costs]) == pytest.approx(section)


def test_a_trip_of_the_pakistani_road_of_2023():
    # 1,000 km at 24.8 km/h move 40.3 h; at 11.4 km/h the trip takes 87.7 h: 47.4 h are stops
    trip = record(1000.0, 1000 / 24.8, (7.0, 33.1), 1000 / 11.4 - 1000 / 24.8 - 40.1)
    assert trip[2][1:6].sum() == pytest.approx(87.72, abs=0.005)
    assert (swd(*trip), swod(*trip)) == pytest.approx((11.4, 24.8))
    assert 1 - swd(*trip) / swod(*trip) == pytest.approx(0.54, abs=0.001)  # more than half the time stands still
    # 569 USD per 500 km and 20 t are 1,707 USD for 30 t over 1,000 km
    assert tfi3(1707.0, 1000.0, 30.0) == pytest.approx(569.0)


def test_the_mean_of_speeds_is_not_the_speed_of_the_mean():
    # 500 km in 10 h and 500 km in 50 h: 50 and 10 km/h average 30, but 1,000 km in 60 h are 16.7
    fast, slow = record(500.0, 5.0, (1.0, 1.0), 3.0), record(500.0, 5.0, (20.0, 20.0), 5.0)
    assert np.mean([swd(*fast), swd(*slow)]) == pytest.approx(30.0)
    both = (fast[0][1:6] + slow[0][1:6], fast[1][1:6] + slow[1][1:6], np.concatenate([fast[2][1:6], slow[2][1:6]]))
    assert swd(*both) == pytest.approx(1000 / 60)


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 5000), st.floats(0.5, 500), st.floats(0, 200), st.floats(0, 200), st.floats(0, 500))
def test_no_record_gives_the_swapped_labels_of_the_2020_page(km, moving, out, into, other):
    # /2020-report/pakistan prints SWOD 8.0 and SWD 28.1: with hours of 0 or more speed with delay cannot be the higher
    trip = record(km, moving, (out, into), other)
    assert swd(*trip) <= swod(*trip) * (1 + 1e-12)


# ---- the same totals by convolution

STEP = 0.02  # h
CELLS = 1 << 16  # 1,311 h


def cells(cumulative):
    """Probability of each cell of the grid, centred on its point."""
    edges = (np.arange(CELLS + 1) - 0.5) * STEP
    return np.diff(cumulative(np.maximum(edges, 0.0)))


def scatter(mean, cv):
    sigma = np.sqrt(np.log1p(cv * cv))
    return cells(stats.lognorm(sigma, scale=mean * np.exp(-sigma * sigma / 2)).cdf)


def triangle(low, best, high):
    return cells(stats.triang((best - low) / (high - low), loc=low, scale=high - low).cdf)


def quantiles_of(parts, certain, levels):
    """Quantiles of the sum of independent parts on the grid, plus hours that are certain."""
    total = parts[0]
    for part in parts[1:]:
        total = np.maximum(signal.fftconvolve(total, part)[:CELLS], 0.0)
    assert total.sum() == pytest.approx(1.0, abs=1e-6)
    return np.interp(levels, np.cumsum(total), (np.arange(CELLS) + 0.5) * STEP) + certain


LEVELS = (0.1, 0.5, 0.9)
REPLICATES = 8
LIMIT = stats.t.isf(1e-3 / 6 / 2, REPLICATES - 1)
"""Standard errors allowed: one false alarm in a thousand for all six quantiles."""


def check_quantiles(runs, exact, widest):
    found = np.array([np.quantile(hours, LEVELS) for hours in runs])
    error = found.std(axis=0, ddof=1) / np.sqrt(REPLICATES)
    assert (np.abs(found.mean(axis=0) - exact) <= LIMIT * error + STEP / 4).all(), (found.mean(axis=0), exact, error)
    assert (LIMIT * error < widest).all()


def test_trips_under_fixed_knowledge_are_the_convolution_of_their_scatters():
    # knowledge at its best values: supply 48 h (cv 0.5), 305 km at 30 km/h in one piece of luck (cv 0.2), four border
    # sides of 10 h (cv 0.8) with luck of their own; the rest is certain
    best = {r.parameter_id: {"best": r.best} for r in P.rows if r.uncertain}
    errand = E.but(parameters=P.with_values(best), lengths={})
    way = errand.way("alma", "port", RAIL)
    certain = 6 + 5 / 20 + 100 / 20 + 19 + 0.1 + 24 + 0.125 + 60 + 20 + 20 + 4
    parts = [scatter(48.0, 0.5), scatter(305 / 30, 0.2), *[scatter(10.0, 0.8)] * 4]
    exact = quantiles_of(parts, certain, LEVELS)
    runs = [simulate(way, errand.draws(NET_POINTS, seed=21, trip=r)).hours for r in range(REPLICATES)]
    check_quantiles(runs, exact, widest=1.0)


def test_knowledge_under_fixed_trips_is_the_convolution_of_its_rows():
    # no scatter: supply 24 / 48 / 96; 305 km over 20 / 30 / 40 km/h; one border row for all four sides: 24 / 40 / 80;
    # newline 80 / 100 / 150 km at 20 km/h: 4 / 5 / 7.5 h
    still = {r.parameter_id: {"cv": 0.0} for r in P.rows if r.cv}
    errand = E.but(parameters=P.with_values(still))
    way = errand.way("alma", "port", RAIL)
    speed = stats.triang(0.5, loc=20.0, scale=20.0)
    rail = cells(lambda hours: speed.sf(305.0 / np.maximum(hours, 1e-9)))
    certain = 6 + 5 / 20 + 19 + 0.1 + 24 + 0.125 + 60 + 20 + 20 + 4
    parts = [triangle(24.0, 48.0, 96.0), rail, triangle(24.0, 40.0, 80.0), triangle(4.0, 5.0, 7.5)]
    exact = quantiles_of(parts, certain, LEVELS)
    runs = [simulate(way, errand.draws(NET_POINTS, seed=22, knowledge=r)).hours for r in range(REPLICATES)]
    check_quantiles(runs, exact, widest=1.0)
