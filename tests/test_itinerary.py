"""The priced chain: its legs, its places, its kilometres and the rows it rests on."""

import datetime as dt
from dataclasses import replace

import pytest
from toy import link, node, row, toy_parameters
from toy_ways import LENGTHS, RAIL, RAIL_TO_HERA, ROAD, Errand, kinds, mean_total, toy_built

from sim.activities import Activity
from sim.amounts import Length, expected
from sim.itinerary import legs_of, price
from sim.parameters import MatchError

E = Errand()
P = E.parameters


def legs(way):
    return list(dict.fromkeys(p.leg for p in way.priced))


def test_a_border_does_not_break_a_leg_and_a_change_of_gauge_does():
    way = E.way("alma", "port", RAIL)
    assert legs(way) == ["", "alma.rail1520", "pgate.rail1676"]
    by_kind = [(p.activity.kind, p.leg) for p in way.priced]
    assert by_kind[:3] == [("wait", ""), ("load", ""), ("haul", "alma.rail1520")]
    # a stop carries the leg that it interrupts or follows
    assert {leg for kind, leg in by_kind if kind == "clear"} == {"alma.rail1520"}
    assert [leg for kind, leg in by_kind if kind == "change_gauge"] == ["alma.rail1520"]
    assert by_kind[-2:] == [("dwell", "pgate.rail1676"), ("unload", "pgate.rail1676")]


def test_transshipment_and_a_changed_truck_begin_a_new_leg():
    assert legs(E.way("alma", "port", RAIL_TO_HERA)) == ["", "alma.rail1520", "hera.road", "agate.road"]
    assert legs(E.way("alma", "port", ROAD)) == ["", "alma.road", "agate.road"]
    through = E.but(exchange={"road.agate-pgate": False})
    assert legs(through.way("alma", "port", ROAD)) == ["", "alma.road"]


def test_each_sailing_is_a_leg_of_its_own():
    toy = toy_built()
    leg = link("hub", "far", "sea", "XZ", 260.0, terrain="sea")
    network = replace(
        toy, nodes={**toy.nodes, "far": node("far", "AE", "port", 24.0, 55.0)}, links={**toy.links, leg.link_id: leg}
    )
    way = Errand(network=network).way("port", "far")
    assert legs(way) == ["", "port.sea", "hub.sea"]
    assert [p.leg for p in way.priced if p.activity.reason == "feeder"] == ["port.sea"]


def test_one_ship_after_another_is_two_legs_even_without_a_stop_between_them():
    def sail(a, b):
        wait = Activity(f"wait@{a}", "wait", "sailing", from_node_id=a, to_node_id=a, mode="sea")
        return [wait, Activity(f"{a}{b}", "haul", from_node_id=a, to_node_id=b, mode="sea")]

    assert legs_of([*sail("a", "b"), *sail("b", "c")]) == ["", "a.sea", "a.sea", "b.sea"]


def test_two_lines_of_one_train_share_a_leg_and_parts_of_one_line_too():
    def haul(a, b, gauge, line):
        return Activity(f"{a}{b}", "haul", from_node_id=a, to_node_id=b, mode="rail", gauge_mm=gauge, line_id=line)

    assert (
        legs_of([haul("a", "b", 1520, "x"), haul("b", "c", 1520, "y"), haul("c", "d", 1520, "y")]) == ["a.rail1520"] * 3
    )
    assert legs_of([haul("a", "b", 1520, "x"), haul("b", "c", 1435, "x")]) == ["a.rail1520", "b.rail1435"]
    assert legs_of([]) == []


def test_places_are_passed_in_order_and_named_once_each():
    passed = ("alma", "kbor", "abor", "hera", "agate", "pgate", "port")
    for sections in (RAIL, ROAD):
        assert E.way("alma", "port", sections).nodes == passed
        assert E.way("port", "alma", sections).nodes == passed[::-1]
    assert E.way("alma", "port", RAIL_TO_HERA).nodes == passed
    rail_then_sea = (replace(RAIL[0], to="port"), replace(RAIL[0], modes=frozenset({"sea"})))
    assert E.way("alma", "hub", rail_then_sea).nodes == (*passed, "hub")


def test_kilometres_are_those_of_the_hauls_with_the_mean_length_of_a_project():
    way = E.way("alma", "port", RAIL)
    # 300 + 5 | 5 + 110 (newline, 100 by its links, 110 on average) + 190 + 2 | 3 + 480
    assert way.total_km == pytest.approx(1095.0)
    assert [round(km, 6) for km in way.km if km] == [300, 5, 5, 110, 190, 2, 3, 480]
    assert all((km > 0) == p.activity.moving for km, p in zip(way.km, way.priced, strict=True))
    stands = replace_lengths(Length(100.0, 100.0, 100.0, "triangular"))
    assert stands.way("alma", "port", RAIL).total_km == pytest.approx(1085.0)
    assert E.way("alma", "port", ROAD).total_km == pytest.approx(1133.0)


def replace_lengths(length):
    return E.but(lengths={**LENGTHS, "newline": length})


def test_the_rows_of_a_way_are_all_that_its_figures_rest_on_each_once():
    way = E.way("alma", "port", ROAD)
    names = [P.rows[n].parameter_id for n in way.rows()]
    assert len(names) == len(set(names))
    assert set(names) == {
        "supply.road", "load", "load.usd", "speed.road", "speed.road.mountain", "driving", "road", "kg.road", "clear.road",
        "clear.road.pk.in", "clear.fee", "transit", "transit.pk", "transit.guarantee", "transit.permission", "transit.security",
        "transit.insurance", "exchange", "exchange.usd", "dwell.import_land", "dwell.import_land.terminal", "dwell.import_land.box",
        "unload", "unload.usd",
    }  # fmt: skip


def test_a_row_that_covers_a_figure_is_among_the_rows_of_the_way():
    both = row(
        "clear.both",
        "clear",
        "hours",
        "h",
        40.0,
        mode="rail",
        reason="border",
        crossing_id="rail.agate-pgate",
        side="both",
    )
    errand = Errand(parameters=toy_parameters(both))
    way = errand.way("alma", "port", RAIL)
    entered = next(p for p in way.priced if p.activity.activity_id == "clear.border@rail.agate-pgate:pk.in")
    assert errand.parameters.number["clear.both"] in entered.rows()
    assert entered.hours.coefficient == 0.0


def test_every_cost_column_is_the_sum_of_its_own_figures_and_no_other():
    # every figure is labelled right: hours, dollars and kilogrammes of one way are three different sums
    way = E.way("alma", "port", ROAD)
    found = {m: mean_total(way, P, m, LENGTHS) for m in ("hours", "usd", "kg")}
    assert found == pytest.approx({"hours": 244.65, "usd": 2423.0, "kg": 2266.0})


def test_the_price_of_a_way_is_the_weight_that_the_search_gave_it():
    for sections in (RAIL, ROAD, RAIL_TO_HERA):
        path = E.find("alma", "port", sections)
        way = E.priced(path)
        generalized = mean_total(way, P, "usd", LENGTHS) + E.usd_per_hour() * mean_total(way, P, "hours", LENGTHS)
        assert E.usd_per_hour() == pytest.approx(10.0)
        assert path.cost == pytest.approx(generalized)


def test_each_activity_falls_into_the_month_in_which_it_is_expected():
    snow = toy_parameters(
        row("clear.rail.snow", "clear", "hours", "h", 110.0, mode="rail", reason="border", months="2")
    )
    errand = Errand(parameters=snow, month=1)
    path = errand.find("alma", "port", RAIL)
    way = price(errand.chain(path), snow, errand.consignment, 1, LENGTHS, departure=dt.date(2033, 1, 27))
    borders = [
        (p.activity.country, month, expected(p.hours, snow, LENGTHS))
        for p, month in zip(way.priced, way.months, strict=True)
        if p.activity.reason == "border"
    ]
    # 27 January: the first border after 72 h, on the 30th; the second after 121 h, on 1 February, where snow adds 98 h a side
    assert borders == [("KZ", 1, 12.0), ("AF", 1, 12.0), ("AF", 2, 110.0), ("PK", 2, 110.0)]
    assert way.months[:3] == (1, 1, 1)
    assert way.months[-1] == 2
    without = price(errand.chain(path), snow, errand.consignment, 1, LENGTHS)
    assert set(without.months) == {1}
    assert mean_total(without, snow, "hours", LENGTHS) == pytest.approx(273.3388, abs=1e-4)
    assert mean_total(way, snow, "hours", LENGTHS) == pytest.approx(273.3388 + 2 * 98, abs=1e-4)


def test_terms_decide_the_end_and_a_port_of_origin_the_beginning():
    assert kinds(E.but(terms="fob").way("alma", "port", RAIL).activities)[-3:] == [
        "haul",
        "dwell.transit_export",
        "dwell.export_sea",
    ]
    north = E.but(terms="transit_import", direction="northbound")
    assert kinds(north.way("port", "alma", ROAD).activities)[:3] == ["dwell.transit_import", "wait.supply", "load"]


def test_a_chain_with_an_activity_that_no_row_answers_is_not_priced():
    ferry = Activity("haul@ferry", "haul", from_node_id="a", to_node_id="b", mode="ferry", km=1.0)
    with pytest.raises(MatchError, match="haul@ferry"):
        price([ferry], P, E.consignment, 6, {})
