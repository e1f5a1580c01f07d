"""Boxes on hire: free days, the rate after them, and a charge that follows the hours of the draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_shocks import met_at, road_way, shock_rows
from toy import BOX, row, toy_parameters

from sim.activities import Activity
from sim.consignment import Consignment
from sim.detention import Detention, detention_of
from sim.encounters import Encounters, Hazard
from sim.parameters import MatchError
from sim.sampling import Draws
from sim.simulation import simulate

FREE = row("free", "dwell", "free_days", "day", 10.0, reason="transit_import")
RATE = row(
    "rate", "dwell", "usd", "USD/FEU-day", 110.0, component="detention", reason="transit_import", load_unit="FEU"
)
DISCHARGE = Activity("dwell.transit_import@port:rail", "dwell", "transit_import", "port", "port", "PK", "rail")


def owed(parameters, hours, boxes=1.0):
    d = detention_of(DISCHARGE, parameters, Consignment("FEU", boxes, 20.0 * boxes, "general", 0.0, "block_train"), 6)
    return d.charge(np.asarray(hours, dtype=float), Draws(parameters, {}, len(hours), 1))


def test_worked_by_hand():
    # 10 free days: 9 days owe nothing, 10 days nothing, 15 days 5 x 110; two boxes twice that
    p = toy_parameters(FREE, RATE)
    assert owed(p, [9 * 24, 10 * 24, 15 * 24]).tolist() == [0.0, 0.0, 550.0]
    assert owed(p, [15 * 24], boxes=2.0).tolist() == [1100.0]
    assert np.isnan(owed(p, [np.nan])[0])


def test_only_a_lines_box_from_ship_owes_it():
    p = toy_parameters(FREE, RATE)
    wagon = Consignment("wagon", 1, 60.0, "grain", 0.0, "wagonload")
    assert detention_of(DISCHARGE, p, wagon, 6) is None
    assert detention_of(road_way(p).activities[0], p, BOX, 6) is None
    assert detention_of(DISCHARGE, toy_parameters(), BOX, 6) is None


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ((FREE,), "finds no row of usd detention"),
        ((RATE,), "finds no row of free_days"),
        ((FREE, {**RATE, "unit": "USD/TEU-day"}), "a FEU pays in USD/FEU-day"),
    ],
)
def test_half_a_tariff_and_a_wrong_unit_are_refused(rows, says):
    with pytest.raises(MatchError, match=says):
        detention_of(DISCHARGE, toy_parameters(*rows), BOX, 6)


def test_totals_stay_the_sum_of_rows_and_a_shut_gate_is_paid_for_twice():
    p = toy_parameters(FREE, RATE, *shock_rows(rate=20.0, days=30.0))
    way, draws = road_way(p), Draws(p, {}, 2048, 1)
    detention = detention_of(DISCHARGE, p, BOX, 6)
    hazards = [Hazard(at, shock, None) for at, shock in met_at(way, p)]
    calm = simulate(way, draws, Encounters(detention=detention))
    rough = simulate(way, draws, Encounters(tuple(hazards), 400.0, detention=detention))
    plain = simulate(way, draws, Encounters(tuple(hazards), 400.0))
    for outcome in (calm, rough):
        arrived = outcome.usd[outcome.delivered]
        assert sum(v.sum() for v in outcome.usd_mean.values()) == pytest.approx(arrived.mean(), rel=1e-12)
        assert outcome.profile("usd")["mean"][-1] == pytest.approx(arrived.mean(), rel=1e-12)
        assert outcome.itinerary.activities[-1].kind == "detention"
    assert (rough.hours[rough.delivered] == plain.hours[plain.delivered]).all()
    assert rough.usd_mean["detention"].sum() > calm.usd_mean["detention"].sum()
    # the average trip owes what single trips owe on average: more than a trip of average length would
    extra = rough.usd_known - plain.usd_known
    single = (rough.usd - plain.usd)[rough.delivered]
    assert extra.mean() == pytest.approx(single.mean(), rel=0.05)
    assert extra.mean() > detention.charge(plain.hours_known, draws).mean()


@given(st.floats(0, 2000), st.floats(0, 500))
def test_more_hours_never_owe_less(hours, more):
    p = toy_parameters(FREE, RATE)
    one, two = owed(p, [hours, hours + more])
    assert two >= one >= 0.0


def test_a_detention_holds_its_rows():
    p = toy_parameters(FREE, RATE)
    assert detention_of(DISCHARGE, p, BOX, 6) == Detention(p.number["free"], p.number["rate"], 1)
