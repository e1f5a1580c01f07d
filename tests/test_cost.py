"""Dollars of each activity by component: units, counts, what is already contained, and both-sides rows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import BOX, row, toy_parameters
from toy_ways import LENGTHS, Errand, toy_built

from sim.activities import Activity
from sim.amounts import Amount, expected
from sim.consignment import Consignment
from sim.cost import ALL_COMPONENTS, COMPONENTS, components_of, payload_t, usd_amounts
from sim.parameters import MatchError

P = toy_parameters()
EDGES = {e.edge_id: e for e in Errand().edges()}
TWO_TEU = Consignment("TEU", 2, 20.0, "general", 40000.0, "block_train")
WAGON = Consignment("wagon", 2, 120.0, "grain", 24000.0, "wagonload")
TRUCKS = Consignment("truck", 3, 60.0, "general", 60000.0, "wagonload")
TONNES = Consignment("tonne", 30.0, 30.0, "grain", 6000.0, "wagonload")


def usd(activity, parameters=P, consignment=BOX, month=6, lengths=None):
    found = usd_amounts(activity, parameters, consignment, month)
    return {name: expected(a, parameters, lengths or {}) for name, a in found.items()}


def on(edge_id, place=0):
    return EDGES[edge_id].activities[place]


def border(edge_id, reason="border", flow="out"):
    return next(a for a in EDGES[edge_id].activities if (a.reason, a.direction) == (reason, flow))


def test_a_railway_is_paid_by_track_wagon_and_forwarder():
    # 300 km, 1 FEU of 20 t: track 300 x 0.3, wagon 300 x 20 x 0.01, forwarder 300 x 20 x 0.005
    assert usd(on("rail.alma--kbor:alma>kbor:wagon1520")) == pytest.approx(
        {"track": 90.0, "wagon": 60.0, "forwarder": 30.0}
    )


def test_the_transit_coefficient_is_on_the_track_alone():
    # 190 km of Afghan railway, coefficient 0.5: track 190 x 0.3 x 0.5, wagon 190 x 0.2, forwarder 190 x 0.1
    assert usd(on("rail.hera--agate:hera>agate:wagon1520")) == pytest.approx(
        {"track": 28.5, "wagon": 38.0, "forwarder": 19.0}
    )


def test_a_truck_is_paid_in_one_rate_and_a_ship_by_freight_and_insurance():
    assert usd(on("road.alma--kbor:alma>kbor:trailer")) == pytest.approx({"road": 310.0})  # 310 km x 20 t x 0.05
    assert usd(on("road.alma--kbor:alma>kbor:trailer", 1)) == {}  # rest costs hours
    # 1,300 km x 20 t x 0.01; 0.1 % of 40,000 USD
    assert usd(on("sea.port--hub:port>hub:vessel", 1)) == pytest.approx({"freight": 260.0, "insurance": 40.0})
    assert usd(on("sea.port--hub:port>hub:vessel")) == {}


def test_a_border_has_a_fee_and_transit_its_guarantee_permission_security_and_insurance():
    p = toy_parameters(
        row("transit.insurance", "clear", "usd", "%", 0.5, reason="transit", component="insurance", price_year=None)
    )
    assert usd(border("road.kbor-abor:kbor>abor:trailer")) == {"fee": 100.0}  # 20 t x 5
    transit = border("road.kbor-abor:kbor>abor:trailer", "transit", "in")
    assert usd(transit, p) == {"guarantee": 50.0, "permission": 0.0, "security": 10.0, "insurance": 200.0}


def test_stops_have_handling_terminal_and_box():
    errand = Errand()
    (state,) = {e.end for e in errand.edges() if e.end.node_id == "port" and e.end.mode == "rail"}
    arrive = errand.after(state)
    assert [usd(a) for a in arrive] == [{"terminal": 90.0, "box": 300.0}, {"handling": 80.0}]
    assert usd(on("pgate.rail1520-rail1676:rail1520>rail1676:wagon>wagon")) == {"handling": 140.0}  # 20 t x 7
    assert usd(on("hub.sea-sea:sea>sea:vessel>berth")) == {"terminal": 90.0}


def test_every_activity_of_the_toy_knows_its_components_and_no_other_component_exists():
    for consignment in (BOX, TWO_TEU, WAGON):
        for edge in Errand(consignment=consignment).edges():
            for activity in edge.activities:
                assert set(usd_amounts(activity, P, consignment, 6)) == set(components_of(activity))
    # beside what activities are asked for there is only what turning away from a shut place and keeping a box add
    assert {name for names in COMPONENTS.values() for name in names} | {"divert", "detention"} == set(ALL_COMPONENTS)


@pytest.mark.parametrize(
    ("consignment", "track"),
    [
        (Consignment("FEU", 3, 60.0, "general", 0.0, "block_train"), 3 * 300 * 0.3),
        (TWO_TEU, 2 * 300 * 0.2),
        (WAGON, 120 * 300 * 0.015),
        (TRUCKS, 60 * 300 * 0.015),
        (TONNES, 30 * 300 * 0.015),
    ],
)
def test_money_is_counted_in_the_consignments_own_unit(consignment, track):
    assert usd(on("rail.alma--kbor:alma>kbor:wagon1520"), consignment=consignment)["track"] == pytest.approx(track)


@pytest.mark.parametrize(
    ("consignment", "vehicle", "trucks"),
    [
        (Consignment("FEU", 3, 60.0, "general", 0.0, "block_train"), "trailer", 3.0),
        (TWO_TEU, "trailer", 1.0),
        (TWO_TEU, "rigid", 2.0),
        (WAGON, "trailer", 6.0),  # 120 / 21 = 5.7
        (TRUCKS, "trailer", 3.0),  # 60 / 21 = 2.9
        (TONNES, "trailer", 30 / 21),
    ],
)
def test_a_charge_by_the_truck_counts_the_trucks_that_carry_the_load(consignment, vehicle, trucks):
    exchange = Activity(
        "transship.truck_exchange@x:pk",
        "transship",
        "truck_exchange",
        "pgate",
        country="PK",
        mode="road",
        vehicle=vehicle,
    )
    assert usd(exchange, consignment=consignment)["handling"] == pytest.approx(200.0 * trucks)


def test_a_truck_kilometre_is_a_truck_times_a_kilometre():
    p = toy_parameters(
        row("road.by_truck", "haul", "usd", "USD/truck-km", 1.2, mode="road", component="road", country="KZ")
    )
    assert usd(on("road.alma--kbor:alma>kbor:trailer"), p, WAGON)["road"] == pytest.approx(1.2 * 310 * 6)


def test_a_charge_by_the_wagon_counts_wagons_and_never_boxes():
    by_wagon = row("wagon", "haul", "usd", "USD/wagon-km", 0.5, mode="rail", component="wagon")
    p = toy_parameters(by_wagon)
    rail = on("rail.alma--kbor:alma>kbor:wagon1520")
    assert usd(rail, p, WAGON)["wagon"] == pytest.approx(0.5 * 300 * 2)
    assert usd(rail, p, TONNES)["wagon"] == pytest.approx(0.5 * 300 * 30 / 28)  # a payload of 28 t a wagon
    with pytest.raises(
        MatchError, match=r"toy.csv, line \d+, row 'wagon': unit USD/wagon-km cannot be counted.*FEU.*add a row"
    ):
        usd(rail, p)


@pytest.mark.parametrize(
    ("unit", "consignment", "edge_id"),
    [
        ("USD/TEU", BOX, "road.kbor-abor:kbor>abor:trailer"),
        ("USD/FEU", TWO_TEU, "road.kbor-abor:kbor>abor:trailer"),
        ("USD/FEU", WAGON, "road.kbor-abor:kbor>abor:trailer"),
        ("USD/truck", BOX, "rail.kbor-abor:kbor>abor:wagon1520"),
        ("USD/wagon", WAGON, "road.kbor-abor:kbor>abor:trailer"),
    ],
)
def test_no_box_tonne_or_wagon_is_guessed_from_another_unit(unit, consignment, edge_id):
    p = toy_parameters(row("clear.fee", "clear", "usd", unit, 5.0, reason="border", component="fee"))
    with pytest.raises(
        MatchError, match=rf"unit {unit} cannot be counted for a consignment in {consignment.load_unit}"
    ):
        usd(border(edge_id), p, consignment)


def test_a_stop_is_not_charged_by_the_kilometre():
    p = toy_parameters(row("clear.fee", "clear", "usd", "USD/t-km", 5.0, reason="border", component="fee"))
    with pytest.raises(
        MatchError,
        match=r"row 'clear.fee': unit USD/t-km, but 'clear.border@road.kbor-abor:kz.out' covers no kilometre",
    ):
        usd(border("road.kbor-abor:kbor>abor:trailer"), p)


def test_payloads_by_mode():
    assert payload_t(P, BOX, "rail", "wagon") == 28.0
    assert payload_t(P, BOX, "road", "trailer") == 21.0
    p = toy_parameters(row("payload.rigid", "consignment", "payload", "t", 10.0, mode="road", vehicle="rigid"))
    assert payload_t(p, TWO_TEU, "road", "rigid") == 10.0
    assert payload_t(p, TWO_TEU, "road", "trailer") == 21.0
    with pytest.raises(MatchError, match="payload of FEU on sea by vessel"):
        payload_t(P, BOX, "sea", "vessel")


def test_a_fee_that_the_haul_already_contains_is_0_and_names_the_row():
    p = toy_parameters(
        row(
            "road.af",
            "haul",
            "usd",
            "USD/t-km",
            0.06,
            mode="road",
            component="road",
            country="AF",
            includes="fuel;clear.border.fee",
        )
    )
    amounts = {
        a.country: usd_amounts(a, p, BOX, 6)["fee"]
        for a in EDGES["road.kbor-abor:kbor>abor:trailer"].activities
        if a.reason == "border"
    }
    assert amounts["AF"] == Amount(0.0, covered_by=p.number["road.af"])
    # the same fee in another country, on another mode, or of another kind is still paid
    assert expected(amounts["KZ"], p, {}) == 100.0
    assert usd(border("rail.kbor-abor:kbor>abor:wagon1520", flow="in"), p) == {"fee": 100.0}
    assert usd(border("road.kbor-abor:kbor>abor:trailer", "transit", "in"), p)["guarantee"] == 50.0


def test_what_a_rail_rate_contains_is_looked_for_in_each_of_its_components():
    for component in ("track", "wagon", "forwarder"):
        name = {"track": "track", "wagon": "wagon", "forwarder": "forwarder"}[component]
        unit = {"track": "USD/FEU-km"}.get(component, "USD/t-km")
        limit = {"load_unit": "FEU"} if component == "track" else {}
        p = toy_parameters(
            row(
                name,
                "haul",
                "usd",
                unit,
                0.3,
                mode="rail",
                component=component,
                includes="change_gauge.handling",
                **limit,
            )
        )
        found = usd_amounts(on("pgate.rail1520-rail1676:rail1520>rail1676:wagon>wagon"), p, BOX, 6)
        assert found == {"handling": Amount(0.0, covered_by=p.number[name])}


def test_a_haul_rate_that_contains_another_component_of_the_same_haul_lists_it_with_0():
    # an all-in Kazakh rate per tonne-kilometre stands under forwarder and contains track and wagon
    all_in = row(
        "forwarder.kz",
        "haul",
        "usd",
        "USD/t-km",
        0.04,
        mode="rail",
        component="forwarder",
        country="KZ",
        includes="haul.track;haul.wagon",
    )
    p = toy_parameters(all_in)
    amounts = usd_amounts(on("rail.alma--kbor:alma>kbor:wagon1520"), p, BOX, 6)
    held = Amount(0.0, covered_by=p.number["forwarder.kz"])
    assert (amounts["track"], amounts["wagon"]) == (held, held)
    assert expected(amounts["forwarder"], p, {}) == pytest.approx(300 * 20 * 0.04)
    # elsewhere nothing is contained
    assert usd(on("rail.hera--agate:hera>agate:wagon1520"), p)["track"] == pytest.approx(28.5)


@pytest.mark.parametrize("way", ["agate>pgate", "pgate>agate"])
def test_a_fee_for_both_sides_is_paid_once(way):
    p = toy_parameters(
        row(
            "fee.both",
            "clear",
            "usd",
            "USD",
            70.0,
            reason="border",
            component="fee",
            crossing_id="rail.agate-pgate",
            side="both",
        )
    )
    sides = [
        usd_amounts(a, p, BOX, 6)["fee"]
        for a in EDGES[f"rail.agate-pgate:{way}:wagon1520"].activities
        if a.reason == "border"
    ]
    assert [expected(a, p, {}) for a in sides] == [70.0, 0.0]
    assert sides[1].covered_by == p.number["fee.both"]


def test_stops_scatter_by_place_kind_and_component():
    p = toy_parameters(row("clear.fee", "clear", "usd", "USD/t", 5.0, reason="border", component="fee", cv=0.4))
    fee = usd_amounts(border("road.kbor-abor:kbor>abor:trailer"), p, BOX, 6)["fee"]
    assert (fee.trip, fee.cv) == ("stop|clear.border@road.kbor-abor:kz.out|usd.fee", 0.4)
    still = usd_amounts(border("road.kbor-abor:kbor>abor:trailer"), P, BOX, 6)["fee"]
    assert (still.trip, still.cv) == ("", 0.0)


def test_hauls_scatter_by_row_and_leg():
    p = toy_parameters(row("road", "haul", "usd", "USD/t-km", 0.05, mode="road", component="road", cv=0.3))
    link, hop = (
        usd_amounts(on(name), p, BOX, 6, leg="alma.road")["road"]
        for name in ("road.alma--kbor:alma>kbor:trailer", "road.kbor-abor:kbor>abor:trailer")
    )
    assert (link.trip, link.cv) == ("haul|road|alma.road", 0.3)
    assert link.stream == hop.stream


def test_a_rate_a_kilometre_grows_with_the_length_of_a_project_and_a_flat_one_does_not():
    # newline: mean 110 km instead of 100
    haul = on("rail.abor--hera:abor>hera:wagon1520")
    assert usd(haul, lengths=LENGTHS)["wagon"] == pytest.approx(110 * 0.2)
    flat = toy_parameters(row("forwarder", "haul", "usd", "USD/t", 0.9, mode="rail", component="forwarder"))
    assert usd(haul, flat, lengths=LENGTHS)["forwarder"] == pytest.approx(18.0)
    hop = EDGES["rail.agate-pgate:agate>pgate:wagon1520"].activities
    assert {a.project for x in hop if x.kind == "clear" for a in usd_amounts(x, P, BOX, 6).values()} == {""}


def test_an_upgrade_changes_hours_and_no_dollar():
    better = {e.edge_id: e for e in Errand(network=toy_built(better=True)).edges()}
    name = "rail.pgate--port:pgate>port:wagon1676"
    assert usd(better[name].activities[0]) == usd(on(name))


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["FEU", "wagon", "tonne"]), st.integers(2, 9), st.sampled_from(sorted(EDGES)))
def test_k_equal_boxes_cost_k_times_one(unit, k, edge_id):
    # 21 t fill a trailer: no part of a truck is lost. What is charged by the shipment is charged once
    one = Consignment(unit, 1.0 if unit != "tonne" else 21.0, 21.0, "general", 1000.0, "block_train")
    many = Consignment(unit, one.count * k, 21.0 * k, "general", 1000.0 * k, "block_train")
    for activity in EDGES[edge_id].activities:
        single, several = (usd_amounts(activity, P, c, 6) for c in (one, many))
        for name, amount in single.items():
            by_shipment = any(P.rows[n].unit == "USD" for n, _ in amount.factors)
            share = 1 if by_shipment else k
            assert several[name].coefficient == pytest.approx(share * amount.coefficient)
            assert several[name].factors == amount.factors
