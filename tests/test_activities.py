"""What can happen to the cargo: edges, their activities in order, and who may use them."""

from collections import Counter
from dataclasses import replace

import pytest
from toy import BOX, crossing, keyed, link, node, terminal, toy_network
from toy_ways import Errand, kinds, toy_built

from geodata.network import Network
from sim.activities import State, selectors_of
from sim.consignment import Consignment
from sim.parameters import SELECTORS
from sim.unfolding import destination_activities, origin_activities, unfold

SMALL_BOXES = Consignment("TEU", 2, 20.0, "general", 40000.0, "block_train")
GRAIN = Consignment("wagon", 1, 60.0, "grain", 12000.0, "wagonload")


def bare(*, nodes=(), links=(), crossings=(), terminals=()) -> Network:
    return Network(
        keyed(nodes, "node_id"), keyed(links, "link_id"), keyed(crossings, "crossing_id"), keyed(terminals, "terminal_id"), {}, {}
    )  # fmt: skip


def edges_of(network, **changes):
    return {e.edge_id: e for e in Errand(network=network, **changes).edges()}


def test_the_toy_unfolds_into_39_edges_for_a_long_box_and_59_for_short_ones():
    # FEU: 4 rail and 4 road links and 1 sea link both ways 18; 4 crossings both ways 8; terminals 6 both ways and hub 1: 13
    assert len(Errand().edges()) == 18 + 8 + 13
    # TEU may also go by rigid truck: road links 16 (+8), road crossings 8 (+4), the four terminals with a road side 16 (+8)
    assert len(Errand(consignment=SMALL_BOXES).edges()) == 18 + 8 + 13 + 8 + 4 + 8


def test_no_two_edges_share_a_name():
    for consignment in (BOX, SMALL_BOXES, GRAIN):
        names = Counter(e.edge_id for e in Errand(consignment=consignment).edges())
        assert max(names.values()) == 1


def test_a_rail_link_is_one_haul_each_way():
    edge = edges_of(toy_built())["rail.alma--kbor:kbor>alma:wagon1520"]
    assert (edge.start, edge.end) == (State("kbor", "rail", 1520, "wagon"), State("alma", "rail", 1520, "wagon"))
    (haul,) = edge.activities
    assert (haul.kind, haul.km, haul.country, haul.traction, haul.gauge_mm) == ("haul", 300.0, "KZ", "electric", 1520)
    assert (haul.from_node_id, haul.to_node_id, haul.line_id, haul.direction) == (
        "kbor",
        "alma",
        "rail-kz",
        "southbound",
    )
    assert haul.moving


def test_a_directed_link_and_a_directed_terminal_go_one_way():
    one_way = replace_link(toy_built(), "rail.alma--kbor", directed=True)
    found = [e for e in edges_of(one_way) if e.startswith("rail.alma--kbor")]
    assert found == ["rail.alma--kbor:alma>kbor:wagon1520"]
    t = replace(
        toy_built(),
        terminals={
            "t": terminal("abor", ("rail", 1520), ("road", 0), "transship")._replace(terminal_id="t", directed=True)
        },
    )
    assert [e for e in edges_of(t) if e.startswith("t:")] == ["t:rail1520>road:wagon>trailer"]


def replace_link(network, name, **changes):
    return replace(network, links={**network.links, name: network.links[name]._replace(**changes)})


def test_a_road_link_owes_a_rest_of_the_kilometres_driven():
    edge = edges_of(toy_built())["road.hera--agate:hera>agate:trailer"]
    haul, rest = edge.activities
    assert kinds(edge.activities) == ["haul", "rest"]
    assert (rest.driven_km, rest.km, rest.place) == (200.0, 0.0, "agate")
    assert (rest.terrain, rest.country, rest.vehicle, rest.link_id) == ("mountain", "AF", "trailer", haul.link_id)
    assert not rest.moving


def test_a_long_box_goes_by_trailer_only_and_short_ones_by_rigid_truck_too():
    for consignment, vehicles in (
        (BOX, {"trailer"}),
        (SMALL_BOXES, {"trailer", "rigid"}),
        (GRAIN, {"trailer", "rigid"}),
    ):
        found = {
            e.start.vehicle for e in Errand(consignment=consignment).edges() if e.start.mode == e.end.mode == "road"
        }
        assert found == vehicles


def test_a_vehicle_closed_to_a_load_too_heavy_leaves_no_edge():
    heavy = Errand(consignment=SMALL_BOXES, closed_vehicles={("road", "rigid")}).edges()
    assert all("rigid" not in (e.start.vehicle, e.end.vehicle) for e in heavy)
    none_at_all = Errand(consignment=BOX, closed_vehicles={("road", "trailer")}).edges()
    assert all("road" not in (e.start.mode, e.end.mode) for e in none_at_all)
    assert Errand(closed_vehicles={("road", "trailer")}).find("alma", "port") is not None  # the railway is left
    assert Errand(closed_vehicles={("road", "trailer"), ("rail", "wagon")}).find("alma", "port") is None


def test_a_dual_gauge_link_and_crossing_admit_both_gauges():
    # a === b +1|1+ c, all 1435;1520: each gauge passes from end to end and neither turns into the other
    network = bare(
        nodes=[
            node("a", "KZ", "city", 45.0, 70.0),
            node("b", "KZ", "border", 44.0, 70.0),
            node("c", "AF", "border", 43.9, 70.0),
        ],
        links=[link("a", "b", "rail", "KZ", 100.0, gauges=(1435, 1520))],
        crossings=[crossing("b", "c", "rail", ("KZ", "AF"), (1.0, 1.0), gauges=(1435, 1520))],
    )
    edges = unfold(network, Errand(network=network).conditions)
    assert len(edges) == 8
    assert all(e.start.gauge_mm == e.end.gauge_mm for e in edges)
    for gauge in (1435, 1520):
        assert sum(e.start.gauge_mm == gauge for e in edges) == 4
        assert {a.gauge_mm for e in edges for a in e.activities if a.moving and e.start.gauge_mm == gauge} == {gauge}


def test_a_railway_crossing_clears_out_then_in_then_for_transit():
    edge = edges_of(toy_built())["rail.kbor-abor:kbor>abor:wagon1520"]
    assert kinds(edge.activities) == ["haul", "clear.border", "clear.border", "clear.transit", "haul"]
    out, left, entered, transit, into = edge.activities
    assert [(a.country, a.km) for a in (out, into)] == [("KZ", 5.0), ("AF", 5.0)]
    assert [(a.side, a.country, a.place, a.direction) for a in (left, entered, transit)] == [
        ("KZ", "KZ", "kbor", "out"), ("AF", "AF", "abor", "in"), ("AF", "AF", "abor", "in"),
    ]  # fmt: skip
    assert {a.traction for a in (out, into)} == {"diesel"}


def test_the_other_way_through_a_crossing_the_other_country_is_entered():
    edge = edges_of(toy_built())["rail.agate-pgate:pgate>agate:wagon1520"]
    assert [(a.kind, a.country, a.km, a.direction) for a in edge.activities] == [
        ("haul", "PK", 3.0, "southbound"), ("clear", "PK", 0.0, "out"), ("clear", "AF", 0.0, "in"),
        ("clear", "AF", 0.0, "in"), ("haul", "AF", 2.0, "southbound"),
    ]  # fmt: skip


def test_a_road_crossing_rests_on_both_sides_and_changes_the_truck_where_it_must():
    drive = ["haul", "rest", "clear.border", "clear.border", "clear.transit", "haul", "rest"]
    change = [
        "haul",
        "rest",
        "clear.border",
        "transship.truck_exchange",
        "clear.border",
        "clear.transit",
        "haul",
        "rest",
    ]
    edges = edges_of(toy_built())
    assert kinds(edges["road.kbor-abor:kbor>abor:trailer"].activities) == drive
    assert kinds(edges["road.agate-pgate:agate>pgate:trailer"].activities) == change
    stated = edges_of(toy_built(), exchange={"road.agate-pgate": False, "road.kbor-abor": True})
    assert kinds(stated["road.kbor-abor:kbor>abor:trailer"].activities) == change
    assert kinds(stated["road.agate-pgate:agate>pgate:trailer"].activities) == drive


def test_no_truck_is_changed_on_a_railway():
    edge = edges_of(toy_built(), exchange={"rail.kbor-abor": True})["rail.kbor-abor:kbor>abor:wagon1520"]
    assert "transship.truck_exchange" not in kinds(edge.activities)


@pytest.mark.parametrize(
    ("a", "b", "there", "back"),
    [
        (("rail", 1520), ("road", 0), "transship.mode", "transship.mode"),
        (("rail", 1520), ("rail", 1676), "change_gauge", "change_gauge"),
        (("rail", 1676), ("sea", 0), "dwell.transit_export dwell.port_out", "dwell.port_in"),
        (("road", 0), ("sea", 0), "dwell.transit_export dwell.port_out", "dwell.port_in"),
        (("road", 0), ("ferry", 0), "dwell.transit_export dwell.port_out", "dwell.port_in"),
        (("ferry", 0), ("sea", 0), "dwell.feeder", "dwell.feeder"),
    ],
)
def test_what_a_terminal_does_follows_from_its_two_sides(a, b, there, back):
    network = bare(nodes=[node("x", "PK", "port", 25.0, 67.0)], terminals=[terminal("x", a, b, "transship")])
    edges = Errand(network=network).edges()
    assert [kinds(e.activities) for e in edges] == [there.split(), [back]]
    assert [(e.start.mode, e.end.mode) for e in edges] == [(a[0], b[0]), (b[0], a[0])]
    # a stop is counted by the mode that brings the cargo, from a ship by the one that takes it away
    water = {"sea", "ferry"}
    counted = [b[0] if a[0] in water else a[0], a[0] if b[0] in water else b[0]]
    assert [e.activities[0].mode for e in edges] == counted
    assert {e.activities[0].country for e in edges} == {"PK"}


def test_from_ship_to_ship_is_one_edge_from_vessel_to_berth():
    edges = [e for e in Errand().edges() if e.start.node_id == e.end.node_id == "hub"]
    assert [(e.start.vehicle, e.end.vehicle, kinds(e.activities)) for e in edges] == [
        ("vessel", "berth", ["dwell.feeder"])
    ]


def test_a_terminal_serves_only_the_load_units_it_names():
    t = terminal("abor", ("rail", 1520), ("road", 0), "transship")._replace(load_units=("TEU",))
    network = replace(toy_built(), terminals={t.terminal_id: t})
    assert not [e for e in edges_of(network) if e.startswith("abor.")]
    assert len([e for e in edges_of(network, consignment=SMALL_BOXES) if e.startswith("abor.")]) == 4


def test_a_voyage_waits_for_its_sailing_and_ends_on_board():
    edge = edges_of(toy_built())["sea.port--hub:port>hub:vessel"]
    assert kinds(edge.activities) == ["wait.sailing", "haul"]
    assert (edge.start.vehicle, edge.end.vehicle) == ("berth", "vessel")
    wait = edge.activities[0]
    assert (wait.place, wait.link_id, wait.activity_id) == ("port", "sea.port--hub", "wait.sailing@port:sea.port--hub")
    assert wait.clocked
    assert not wait.additive
    assert edge.activities[1].additive


def test_an_upgrade_is_named_on_its_links_only_once_it_is_open():
    for better, name in ((True, "better"), (False, "")):
        edge = edges_of(toy_built(better=better))["rail.pgate--port:pgate>port:wagon1676"]
        assert edge.activities[0].upgrade_id == name


def test_what_is_planned_says_so_and_names_its_project():
    edges = edges_of(toy_built())
    assert [(a.status, a.project_id) for a in edges["rail.abor--hera:abor>hera:wagon1520"].activities] == [
        ("planned", "newline")
    ]
    assert {a.project_id for a in edges["rail.agate-pgate:agate>pgate:wagon1520"].activities} == {"newline2"}
    assert edges["road.abor--hera:abor>hera:trailer"].activities[0].status == "operational"


def test_an_activity_is_named_by_kind_and_place_whatever_else_is_there():
    # the same stretch in another network and for another direction has the same name
    alone = bare(
        nodes=[node("alma", "KZ", "city", 45.0, 70.0), node("kbor", "KZ", "border", 42.8, 70.0)],
        links=[toy_network().links["rail.alma--kbor"]],
    )
    here = {a.activity_id for e in Errand(network=alone, direction="northbound").edges() for a in e.activities}
    assert here < {a.activity_id for e in Errand().edges() for a in e.activities}


def test_activities_of_one_name_agree_in_everything_but_vehicle_and_gauge():
    seen = {}
    for e in Errand(consignment=SMALL_BOXES).edges():
        for a in e.activities:
            same = replace(a, vehicle="", gauge_mm=0)
            assert seen.setdefault(a.activity_id, same) == same


def test_before_the_first_haul_the_cargo_waits_for_wagons_or_trucks_and_is_loaded():
    errand = Errand()
    state = State("port", "road", 0, "trailer")
    land = origin_activities(errand.network, state, errand.conditions, from_ship=False)
    ship = origin_activities(errand.network, state, errand.conditions, from_ship=True)
    assert kinds(land) == ["wait.supply", "load"]
    assert kinds(ship) == ["dwell.transit_import", "wait.supply", "load"]
    assert {(a.place, a.country, a.mode, a.vehicle) for a in ship} == {("port", "PK", "road", "trailer")}


@pytest.mark.parametrize(
    ("mode", "terms", "expected"),
    [
        ("rail", "consignee", ["dwell.import_land", "unload"]),
        ("road", "transit_import", ["dwell.import_land", "unload"]),
        ("sea", "consignee", ["dwell.import_sea", "unload"]),
        ("ferry", "consignee", ["dwell.import_sea", "unload"]),
        ("rail", "fob", ["dwell.transit_export", "dwell.export_sea"]),
    ],
)
def test_after_the_last_haul_the_terms_decide(mode, terms, expected):
    errand = Errand()
    found = destination_activities(errand.network, State("port", mode, 0, "x"), errand.conditions, terms)
    assert kinds(found) == expected


def test_the_facts_of_an_activity_answer_every_selector():
    for edge in Errand(consignment=GRAIN, month=11).edges():
        for activity in edge.activities:
            facts = selectors_of(activity, GRAIN, 11)
            assert set(facts) == set(SELECTORS)
            assert all(isinstance(v, str) for v in facts.values())
            assert (facts["load_unit"], facts["commodity"], facts["months"]) == ("wagon", "grain", "11")
            assert facts["vehicle"] in {"wagon", "trailer", "rigid", "vessel"}
            assert facts["service"] == {"rail": "wagonload", "road": "single_truck"}.get(activity.mode, "")
