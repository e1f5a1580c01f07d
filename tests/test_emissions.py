"""Emissions: tonnes x kilometres x a factor, for hauls alone and for every haul."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import BOX, row, toy_parameters
from toy_ways import LENGTHS, RAIL, ROAD, Errand

from sim.activities import Activity
from sim.amounts import expected
from sim.consignment import Consignment
from sim.emissions import kg_amount
from sim.parameters import MatchError

P = toy_parameters()
EDGES = {e.edge_id: e for e in Errand().edges()}


def kg(activity, parameters=P, consignment=BOX, lengths=None):
    found = kg_amount(activity, parameters, consignment, 6)
    return None if found is None else expected(found, parameters, lengths or {})


def test_a_thousand_kilometres_with_twenty_tonnes_at_28_grams_emit_560_kilogrammes():
    p = toy_parameters(row("kg.rail", "haul", "emission", "kg CO2e/t-km", 0.028, mode="rail"))
    assert kg(Activity("haul@x", "haul", mode="rail", km=1000.0, traction="diesel"), p) == pytest.approx(560.0)


def test_an_electric_line_is_not_a_diesel_one_and_the_hop_over_the_border_is_diesel():
    assert kg(EDGES["rail.alma--kbor:alma>kbor:wagon1520"].activities[0]) == pytest.approx(300 * 20 * 0.02)
    assert kg(EDGES["rail.hera--agate:hera>agate:wagon1520"].activities[0]) == pytest.approx(190 * 20 * 0.03)
    assert kg(EDGES["rail.kbor-abor:kbor>abor:wagon1520"].activities[0]) == pytest.approx(5 * 20 * 0.03)
    assert kg(EDGES["road.alma--kbor:alma>kbor:trailer"].activities[0]) == pytest.approx(310 * 20 * 0.1)
    assert kg(EDGES["sea.port--hub:port>hub:vessel"].activities[1]) == pytest.approx(1300 * 20 * 0.01)


def test_every_haul_emits_and_nothing_else_does():
    for edge in EDGES.values():
        for activity in edge.activities:
            emitted = kg(activity)
            assert (emitted is not None) == activity.moving
            assert emitted is None or emitted > 0


def test_a_haul_without_a_factor_is_an_error_and_not_a_silent_zero():
    with pytest.raises(MatchError, match=r"no row answers emission of 'haul@ferry'"):
        kg(Activity("haul@ferry", "haul", mode="ferry", km=10.0))


def test_a_way_emits_the_sum_of_its_hauls():
    errand = Errand()
    for sections in (RAIL, ROAD):
        way = errand.way("alma", "port", sections)
        by_hand = sum(p.activity.km * 20 * P.rows[p.kg.factors[0][0]].mean for p in way.priced if p.kg)
        drawn = {"newline": LENGTHS["newline"]} if sections is RAIL else {}
        total = sum(expected(p.kg, P, {}) for p in way.priced if p.kg)
        assert total == pytest.approx(by_hand)
        more = sum(expected(p.kg, P, drawn) for p in way.priced if p.kg)
        # newline is 10 km longer than its links on average: 10 km x 20 t x 0.03
        assert more - total == pytest.approx(6.0 if drawn else 0.0)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 5000), st.floats(0.1, 500), st.floats(1.0, 10.0), st.sampled_from(["rail", "road", "sea"]))
def test_twice_the_tonnes_or_kilometres_emit_twice_as_much(km, tonnes, factor, mode):
    def emitted(distance, weight):
        load = Consignment("tonne", weight, weight, "general", 0.0, "wagonload")
        return kg(Activity("haul@x", "haul", mode=mode, km=distance, traction="diesel"), consignment=load)

    one = emitted(km, tonnes)
    assert emitted(km * factor, tonnes) == pytest.approx(one * factor)
    assert emitted(km, tonnes * factor) == pytest.approx(one * factor)
