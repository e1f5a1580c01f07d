"""Closures that have not happened yet: closed forms, patience, and one shock for all gates."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from toy import BOX, row, toy_network, toy_parameters

from geodata.tables import TableError
from sim.activities import Conditions
from sim.encounters import Encounters, Hazard
from sim.itinerary import price
from sim.routing import Graph, Pin, Section, least_cost
from sim.sampling import Draws
from sim.shocks import availability, meet, passage, residual_factor, shocks_of, shocks_on
from sim.simulation import simulate
from sim.trips import travel
from sim.unfolding import destination_activities, origin_activities, unfold

N = 1 << 14


def shock_rows(name="gate", rate=2.0, days=10.0, cv=1.0, **selectors):
    where = selectors or {"crossing_id": "road.agate-pgate"}
    return (
        row(f"closure_rate.{name}", "closure", "rate", "1/year", rate, reason=where.pop("scope", "local"), **where),
        row(f"closure_days.{name}", "closure", "duration", "day", days, cv=cv),
    )


def road_way(parameters):
    network = toy_network().built(dt.date(2026, 1, 1))
    conditions = Conditions(BOX, "southbound", 6)
    edges = unfold(network, conditions)
    graph = Graph(edges, {e.edge_id: 1.0 for e in edges})
    route = least_cost(graph, "alma", ["port"], Pin([Section(frozenset({"road"}))]))["port"]
    activities = [
        *origin_activities(network, route.states[0], conditions, from_ship=False),
        *(a for e in route.edges for a in e.activities),
        *destination_activities(network, route.states[-1], conditions, "consignee"),
    ]
    return price(activities, parameters, BOX, 6, {})


def met_at(itinerary, parameters):
    return shocks_on(itinerary.activities, parameters, BOX, itinerary.months, shocks_of(parameters))


def test_a_shock_is_met_once_at_the_first_activity_that_it_can_shut():
    p = toy_parameters(*shock_rows())
    way = road_way(p)
    ((at, shock),) = met_at(way, p)
    assert shock.name == "gate"
    assert way.activities[at].crossing_id == "road.agate-pgate"
    assert all(a.crossing_id != "road.agate-pgate" for a in way.activities[:at])


def test_a_shock_of_another_place_or_season_changes_no_bit():
    plain = toy_parameters()
    way = road_way(plain)
    base = simulate(way, Draws(plain, {}, 512, 1)).hours
    for rows in (shock_rows(crossing_id="road.elsewhere"), shock_rows(crossing_id="road.agate-pgate", months="12;1")):
        p = toy_parameters(*rows)
        here = road_way(p)
        hazards = [Hazard(at, shock, None) for at, shock in met_at(here, p)]
        assert hazards == []
        assert (simulate(here, Draws(p, {}, 512, 1), Encounters(tuple(hazards), 240.0)).hours == base).all()


@pytest.mark.parametrize(("rate", "days"), [(1.67, 12.6), (0.3, 156.0), (3.0, 6.7)])
def test_odds_of_meeting_a_closure_are_those_of_an_alternating_renewal_process(rate, days):
    p = toy_parameters(*shock_rows(rate=rate, days=days))
    ((at, shock),) = met_at(road_way(p), p)
    meeting = meet(at, shock, Draws(p, {}, N, 3), 240.0)
    share = (rate * days / 365.25) / (1 + rate * days / 365.25)
    assert meeting.shut.mean() == pytest.approx(share, abs=1.5 / N)  # stratified: one point a cell
    assert 1.0 - availability(rate, days) == pytest.approx(share)
    # an independent simulation of the process itself, seen at random times
    rng = np.random.default_rng(5)
    sigma = np.sqrt(np.log(2.0))
    opens = rng.exponential(365.25 / rate, 40_000)
    shuts = days * np.exp(sigma * rng.standard_normal(40_000) - sigma**2 / 2)
    assert shuts.sum() / (shuts.sum() + opens.sum()) == pytest.approx(share, rel=0.05)


@pytest.mark.parametrize("cv", [0.5, 1.0, 2.0])
def test_what_is_left_of_a_closure_is_length_biased(cv):
    # P(rest > x) = int_x^inf (1 - F(t)) dt / L, L = 1: compare the law of the drawn factor with the integral
    sigma = np.sqrt(np.log1p(cv * cv))
    law = stats.lognorm(sigma, scale=np.exp(-sigma * sigma / 2))
    rng = np.random.default_rng(1)
    drawn = residual_factor(rng.random(200_000), rng.random(200_000), cv)
    for x in (0.2, 0.7, 2.0):
        exact = integrate.quad(law.sf, x, np.inf, limit=200)[0]
        assert (drawn > x).mean() == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 200_000))
    if cv <= 1.0:
        assert drawn.mean() == pytest.approx((1 + cv * cv) / 2, rel=0.02)


def test_patience_bounds_the_wait_and_what_cannot_wait_turns_away():
    p = toy_parameters(*shock_rows(rate=20.0, days=30.0))
    way = road_way(p)
    ((at, shock),) = met_at(way, p)
    meeting = meet(at, shock, Draws(p, {}, 4096, 1), 240.0)
    through = passage([meeting], 4096, 240.0)
    stood = through.waited_hours[at]
    assert stood.max() == 240.0
    assert (stood[~meeting.shut] == 0).all()
    away = through.diverted_at == 0
    assert (away == (meeting.shut & (meeting.rest_hours > 240.0))).all()
    assert through.met.sum() == meeting.shut.sum()


def test_without_a_way_round_the_impatient_are_not_delivered_and_have_no_hours():
    p = toy_parameters(*shock_rows(rate=20.0, days=30.0))
    way = road_way(p)
    hazards = [Hazard(at, shock, None) for at, shock in met_at(way, p)]
    outcome = simulate(way, Draws(p, {}, 4096, 1), Encounters(tuple(hazards), 240.0))
    assert 0.2 < outcome.delivered.mean() < 0.9
    assert np.isnan(outcome.hours[~outcome.delivered]).all()
    assert np.isfinite(outcome.hours[outcome.delivered]).all()
    # a probability under knowledge agrees with the share of draws (rates are certain here)
    assert outcome.delivered_known == pytest.approx(outcome.delivered.mean(), abs=0.01)
    assert outcome.hours_known.mean() == pytest.approx(np.nanmean(outcome.hours), rel=0.02)


def test_totals_are_the_sum_of_rows_and_the_profiles_end_also_with_closures_and_a_way_round():
    p = toy_parameters(*shock_rows(rate=20.0, days=30.0))
    way = road_way(p)
    around = price(way.activities[8:], p, BOX, 6, {})
    hazards = [Hazard(at, shock, around) for at, shock in met_at(way, p)]
    outcome = simulate(way, Draws(p, {}, 2048, 1), Encounters(tuple(hazards), 240.0))
    assert outcome.delivered.all()
    assert outcome.hours_mean.sum() == pytest.approx(outcome.hours.mean(), rel=1e-12)
    assert sum(v.sum() for v in outcome.usd_mean.values()) == pytest.approx(outcome.usd.mean(), rel=1e-12)
    for measure, total in (("hours", outcome.hours), ("usd", outcome.usd)):
        assert outcome.profile(measure)["mean"][-1] == pytest.approx(total.mean(), rel=1e-12)
    kinds = [(a.kind, a.reason) for a in outcome.itinerary.activities]
    assert ("wait", "closure") in kinds
    assert kinds[-1] == ("divert", "")


def test_one_national_shock_shuts_two_gates_in_the_same_draws():
    both = "road.agate-pgate;road.kbor-abor"
    p = toy_parameters(*shock_rows("nation", rate=5.0, days=20.0, crossing_id=both, scope="national"))
    ((at, shock),) = met_at(road_way(p), p)
    draws = Draws(p, {}, 2048, 1)
    assert (meet(at, shock, draws, 1.0).shut == meet(at + 5, shock, draws, 1.0).shut).all()
    local = toy_parameters(
        *shock_rows("a", rate=5.0, days=20.0), *shock_rows("b", rate=5.0, days=20.0, crossing_id="road.kbor-abor")
    )
    (first, second) = met_at(road_way(local), local)
    draws = Draws(local, {}, 2048, 1)
    one, two = (meet(at, shock, draws, 1.0).shut for at, shock in (first, second))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.07


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 20), st.floats(0.5, 200), st.floats(0.2, 3), st.floats(1, 2000), st.floats(0, 500))
def test_more_closures_never_quicken_and_more_patience_never_loses_more(rate, days, cv, patience, more):
    p = toy_parameters(*shock_rows(rate=rate, days=days, cv=cv))
    way = road_way(p)
    hazards = [Hazard(at, shock, None) for at, shock in met_at(way, p)]
    draws = Draws(p, {}, 256, 1)
    open_ = travel(way, draws)
    some = travel(way, draws, Encounters(tuple(hazards), patience))
    longer = travel(way, draws, Encounters(tuple(hazards), patience + more))
    assert (some.hours[some.delivered] >= open_.hours[some.delivered]).all()
    assert (longer.delivered >= some.delivered).all()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (shock_rows()[:1], r"closure 'gate' has rate only; it needs closure_rate.gate and closure_days.gate"),
        (shock_rows(cv=0.0), r"'closure_days.gate': cv is 0; the length of closures needs a law"),
        ((row("shut_rate.x", "closure", "rate", "1/year", 1.0),), r"is named closure_rate.NAME"),
    ],
)
def test_half_a_shock_is_refused_by_name(rows, says):
    with pytest.raises(TableError, match=says):
        shocks_of(toy_parameters(*rows))
