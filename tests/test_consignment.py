"""What is moved: what is refused, what carries it, and how many vehicles it takes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.consignment import LOAD_UNITS, Consignment

VEHICLES = {"TEU": ("trailer", "rigid"), "FEU": ("trailer",), "wagon": ("trailer", "rigid"), "truck": ("trailer", "rigid"), "tonne": ("trailer", "rigid")}  # fmt: skip


def goods(load_unit="FEU", count=1, tonnes=20.0, value=0.0, service="block_train"):
    return Consignment(load_unit, count, tonnes, "general", value, service)


def test_a_load_unit_that_nobody_knows_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match="load_unit is 'pallet'; allowed TEU, FEU, wagon, truck, tonne"):
        goods("pallet")


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_number_of_units_and_a_weight_must_be_above_0(bad):
    with pytest.raises(ValueError, match=r"count is .*above 0"):
        goods(count=bad)
    with pytest.raises(ValueError, match=r"tonnes is .*above 0"):
        goods(tonnes=bad)


@pytest.mark.parametrize("bad", [-0.01, math.nan, math.inf])
def test_a_worth_below_0_or_no_number_is_refused(bad):
    with pytest.raises(ValueError, match=r"value_usd is .*0 or more"):
        goods(value=bad)
    assert goods(value=0.0).value_usd == 0.0


def test_weight_per_unit():
    assert goods("FEU", 4, 100.0).tonnes_per_unit == 25.0


@pytest.mark.parametrize("unit", LOAD_UNITS)
def test_only_containers_are_boxes(unit):
    assert goods(unit).is_box == (unit in {"TEU", "FEU"})


@pytest.mark.parametrize("unit", LOAD_UNITS)
def test_what_may_carry_a_load_unit_on_each_mode(unit):
    assert goods(unit).vehicles_allowed("rail") == ("wagon",)
    assert goods(unit).vehicles_allowed("road") == VEHICLES[unit]
    for water in ("sea", "ferry"):
        assert goods(unit).vehicles_allowed(water) == ("vessel",)


def test_service_is_the_consignments_by_rail_a_truck_by_road_and_none_at_sea():
    wagonload = goods("wagon", 1, 60.0, service="wagonload")
    assert [wagonload.service(m) for m in ("rail", "road", "sea", "ferry")] == ["wagonload", "single_truck", "", ""]
    assert goods().service("rail") == "block_train"


@pytest.mark.parametrize(
    ("unit", "count", "tonnes", "vehicle", "payload", "trucks"),
    [
        ("FEU", 3, 60.0, "trailer", 21.0, 3.0),  # one box a trailer, 20 t each
        ("TEU", 4, 40.0, "trailer", 21.0, 2.0),  # two 10 t boxes a trailer, by length and by weight
        ("TEU", 4, 60.0, "trailer", 21.0, 3.0),  # 15 t each: 60 / 21 = 2.86 trailers by weight, 2 by length
        ("TEU", 3, 30.0, "trailer", 21.0, 2.0),  # 1.5 by length: a second trailer goes half full
        ("TEU", 3, 30.0, "rigid", 12.0, 3.0),  # one 20 ft box a rigid truck
        ("FEU", 3, 15.0, "trailer", 21.0, 3.0),  # light boxes: one trailer each all the same
        ("TEU", 4, 8.0, "rigid", 12.0, 4.0),
        ("wagon", 1, 60.0, "trailer", 21.0, 3.0),  # 60 / 21 = 2.86
        ("wagon", 1, 60.0, "rigid", 10.0, 6.0),
        ("truck", 2, 40.0, "trailer", 20.0, 2.0),
        ("wagon", 1, 0.3, "trailer", 0.1, 3.0),  # 0.3 / 0.1 is 2.9999999999999996 in a computer
        ("wagon", 1, 2.1, "trailer", 0.7, 3.0),  # and 2.1 / 0.7 is 3.0000000000000004
        ("tonne", 10, 10.0, "trailer", 20.0, 0.5),  # loose tonnes buy a share of a truck
        ("tonne", 30, 30.0, "trailer", 20.0, 1.5),
    ],
)
def test_how_many_trucks(unit, count, tonnes, vehicle, payload, trucks):
    assert goods(unit, count, tonnes).trucks(vehicle, payload) == trucks


@given(
    st.sampled_from(["TEU", "FEU", "wagon", "truck"]), st.integers(1, 40), st.floats(1.0, 30.0), st.floats(5.0, 40.0)
)
def test_trucks_are_whole_enough_for_the_weight_and_not_one_too_many(unit, count, each, payload):
    load = goods(unit, count, count * each)
    per_length = 2 if unit == "TEU" else 1
    trucks = load.trucks("trailer", payload)
    assert trucks == int(trucks)
    assert trucks * payload >= load.tonnes * (1 - 1e-8)
    assert not load.is_box or trucks * per_length >= count
    fewer = trucks - 1
    too_few_by_length = load.is_box and fewer * per_length < count
    assert too_few_by_length or fewer * payload < load.tonnes


@given(st.floats(0.1, 500.0), st.floats(1.0, 40.0), st.floats(1.0, 5.0))
def test_loose_tonnes_pay_in_proportion(tonnes, payload, more):
    one = goods("tonne", tonnes, tonnes).trucks("trailer", payload)
    assert goods("tonne", tonnes * more, tonnes * more).trucks("trailer", payload) == pytest.approx(one * more)
