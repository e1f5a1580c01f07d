"""Hours of each activity: which row, what is counted, and what its trip factor is keyed by."""

import pytest
from toy import BOX, row, toy_parameters
from toy_ways import Errand, toy_built

from geodata.tables import TableError
from sim.activities import Activity
from sim.amounts import Amount, expected
from sim.parameters import MatchError
from sim.transit_time import hours_amount

P = toy_parameters()
EDGES = {e.edge_id: e for e in Errand().edges()}


def amount(activity, parameters=P, month=6, **leg):
    return hours_amount(activity, parameters, BOX, month, **leg)


def hours(activity, parameters=P, month=6):
    return expected(amount(activity, parameters, month), parameters, {})


def on(edge_id, place=0, edges=EDGES):
    return edges[edge_id].activities[place]


def test_a_haul_is_kilometres_over_kilometres_an_hour():
    # 190 km of mountain railway at 10 km/h, 480 km of Pakistani railway at 24, 1,300 km of sea at 26
    assert hours(on("rail.hera--agate:hera>agate:wagon1520")) == 19.0
    assert hours(on("rail.pgate--port:pgate>port:wagon1676")) == 20.0
    assert hours(on("sea.port--hub:port>hub:vessel", 1)) == 50.0


def test_a_hundred_kilometres_at_a_metre_a_second_take_a_hundred_thousand_seconds():
    p = toy_parameters(row("speed.slow", "haul", "speed", "km/h", 3.6, mode="road", country="XX"))
    haul = Activity("haul@x", "haul", mode="road", country="XX", km=100.0)
    assert hours(haul, p) * 3600 == pytest.approx(100_000)


def test_an_open_upgrade_is_quicker():
    better = {e.edge_id: e for e in Errand(network=toy_built(better=True)).edges()}
    assert hours(on("rail.pgate--port:pgate>port:wagon1676", 0, better)) == 10.0


def test_a_driver_rests_as_long_as_he_drives_on_a_day_of_twelve_hours():
    # 310 km at 40 km/h; 200 km of mountain at 25 km/h: the rest follows the haul's own speed row
    for edge_id, driven in (("road.alma--kbor:alma>kbor:trailer", 7.75), ("road.hera--agate:hera>agate:trailer", 8.0)):
        assert hours(on(edge_id)) == driven
        assert hours(on(edge_id, 1)) == driven
    eight = P.with_values({"driving": {"best": 8.0}})
    assert hours(on("road.hera--agate:hera>agate:trailer", 1), eight) == 16.0
    night_and_day = P.with_values({"driving": {"best": 24.0}})
    assert hours(on("road.hera--agate:hera>agate:trailer", 1), night_and_day) == 0.0


def test_no_driver_drives_more_than_24_hours_a_day_and_none_rests_less_than_0():
    for figures in ({"best": 25.0}, {"low": 8.0, "best": 12.0, "high": 24.5}):
        with pytest.raises(TableError, match=r"driving\..*is refused; a day has 24 hours"):
            P.with_values({"driving": figures})


def test_a_stop_takes_the_hours_of_its_row():
    kept = EDGES["road.agate-pgate:agate>pgate:trailer"].activities
    found = {(a.kind, a.reason, a.country): hours(a) for a in kept if a.kind not in {"haul", "rest"}}
    assert found == {
        ("clear", "border", "AF"): 8.0, ("transship", "truck_exchange", "PK"): 36.0,
        ("clear", "border", "PK"): 56.0,  # 8 / 40 / 120: the mean is (8 + 40 + 120) / 3
        ("clear", "transit", "PK"): 24.0,
    }  # fmt: skip
    assert hours(on("pgate.rail1520-rail1676:rail1520>rail1676:wagon>wagon")) == 60.0
    assert hours(on("sea.port--hub:port>hub:vessel")) == 84.0


def test_northbound_out_of_a_country_is_not_the_row_of_those_who_enter():
    # pgate to agate leaves Pakistan: 8 h of the general row, not 56 of the row for entering
    left = next(a for a in EDGES["road.agate-pgate:pgate>agate:trailer"].activities if a.kind == "clear")
    assert (left.country, left.direction, hours(left)) == ("PK", "out", 8.0)


def test_a_month_selects_its_row():
    snow = toy_parameters(
        row("clear.road.winter", "clear", "hours", "h", 30.0, mode="road", reason="border", months="12;1;2")
    )
    border = next(a for a in EDGES["road.kbor-abor:kbor>abor:trailer"].activities if a.kind == "clear")
    assert [hours(border, snow, month) for month in (12, 1, 2, 3, 11)] == [30.0, 30.0, 30.0, 8.0, 8.0]


def test_hauls_scatter_by_row_and_leg_and_never_by_link():
    link = amount(on("rail.alma--kbor:alma>kbor:wagon1520"), leg="alma.rail1520")
    hop = amount(on("rail.kbor-abor:kbor>abor:wagon1520"), leg="alma.rail1520")
    assert link.trip == hop.trip == "haul|speed.rail.kz|alma.rail1520"
    assert link.cv == 0.2
    assert link.stream == hop.stream
    assert amount(on("rail.alma--kbor:alma>kbor:wagon1520"), leg="kbor.rail1520").trip != link.trip


def test_a_rest_shares_the_luck_of_its_haul():
    p = toy_parameters(row("speed.road", "haul", "speed", "km/h", 40.0, mode="road", cv=0.3))
    edge = EDGES["road.alma--kbor:alma>kbor:trailer"]
    haul, rest = (amount(a, p, leg="alma.road") for a in edge.activities)
    assert haul.trip == rest.trip == "haul|speed.road|alma.road"
    assert haul.cv == rest.cv == 0.3


def test_a_stop_scatters_by_place_and_kind_and_not_at_all_without_a_cv():
    out = next(a for a in EDGES["rail.kbor-abor:kbor>abor:wagon1520"].activities if a.kind == "clear")
    assert amount(out).trip == "stop|clear.border@rail.kbor-abor:kz.out|hours"
    assert amount(out, leg="anything").trip == amount(out).trip
    certain = amount(on("abor.rail1520-road:rail1520>road:wagon>trailer"))
    assert (certain.trip, certain.cv) == ("", 0.0)
    assert amount(on("rail.abor--hera:abor>hera:wagon1520"), leg="x").trip == ""


def test_a_train_or_ship_that_leaves_twice_a_week_is_waited_for_half_the_time_between_two():
    # 168 h / 2 = 84 h between two sailings: 42 h on average, anything from 0 to 84 h
    twice = row("sailings", "wait", "frequency", "1/week", 2.0, mode="sea", reason="sailing")
    p = toy_parameters(twice)
    wait = on("sea.port--hub:port>hub:vessel")
    assert hours(wait, p) == 42.0
    assert amount(wait, p).trip == "stop|wait.sailing@port:sea.port--hub|headway"
    drawn = Errand(parameters=p).draws(4096).total([amount(wait, p)])
    assert 0.0 <= drawn.min() < 0.1
    assert 83.9 < drawn.max() <= 84.0
    assert drawn.mean() == pytest.approx(42.0, rel=1e-3)
    assert drawn.std() == pytest.approx(84.0 / 12**0.5, rel=1e-2)
    with pytest.raises(TableError, match=r"sailings\.best: 0\.0 is refused"):
        p.with_values({"sailings": {"best": 0.0}})


def test_only_hauls_and_their_rests_grow_with_the_length_of_a_project():
    hop = EDGES["rail.agate-pgate:agate>pgate:wagon1520"].activities
    for activity in hop:
        assert amount(activity).project == ("newline2" if activity.kind == "haul" else "")


@pytest.mark.parametrize(("edge_id", "first"), [("agate>pgate", "AF"), ("pgate>agate", "PK")])
def test_a_row_for_both_sides_gives_its_hours_once_whichever_way_the_cargo_goes(edge_id, first):
    both = row(
        "clear.both",
        "clear",
        "hours",
        "h",
        (30.0, 40.0, 50.0),
        mode="rail",
        reason="border",
        crossing_id="rail.agate-pgate",
        side="both",
        cv=0.5,
    )
    p = toy_parameters(both)
    left, entered = (a for a in EDGES[f"rail.agate-pgate:{edge_id}:wagon1520"].activities if a.reason == "border")
    assert left.country == first
    assert hours(left, p) == 40.0
    assert amount(entered, p) == Amount(0.0, covered_by=p.number["clear.both"])
    # another crossing keeps its row on either side, and so does clearance for transit
    elsewhere = [a for a in EDGES["rail.kbor-abor:kbor>abor:wagon1520"].activities if a.reason == "border"]
    assert [hours(a, p) for a in elsewhere] == [12.0, 12.0]
    transit = next(a for a in EDGES["rail.agate-pgate:agate>pgate:wagon1520"].activities if a.reason == "transit")
    assert hours(transit, p) == 24.0


def test_an_activity_that_no_row_answers_is_named():
    ferry = Activity("haul@ferry.a--b:xz.a>b.vessel", "haul", mode="ferry", km=10.0)
    with pytest.raises(MatchError, match=r"no row answers speed of 'haul@ferry\.a--b:xz\.a>b\.vessel'"):
        amount(ferry)
    with pytest.raises(MatchError, match=r"no row answers hours of 'wait.bank@x'.*kind wait, quantity hours"):
        amount(Activity("wait.bank@x", "wait", "bank", "x"))
