"""Laws that hold on any network and for any figures, tried on the toy with random lengths, figures, orders and seeds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from toy import keyed, link, node, row, toy_network, toy_parameters, toy_rows
from toy_ways import LENGTHS, OPEN, RAIL, RAIL_TO_HERA, ROAD, Errand, mean_total, toy_built

from geodata.tables import read_dictionary, read_rows
from sim.amounts import expected
from sim.consignment import Consignment
from sim.indicators import swd, swod, tfi1
from sim.itinerary import Itinerary
from sim.parameters import DATA as SIMDATA
from sim.parameters import Parameters
from sim.routing import FREE, Section
from sim.simulation import simulate

LAW = settings(max_examples=40, deadline=None)
TOY = toy_network()
P = toy_parameters()
P = P.with_values({r.parameter_id: {"cv": 0.3} for r in P.rows if r.quantity in {"hours", "speed", "usd"} and not r.cv})
"""The toy's rows, and every hour and dollar scatters from trip to trip."""
PINS = {"free": FREE, "rail": RAIL, "road": ROAD, "rail to hera": RAIL_TO_HERA}
LOADS = {
    "FEU": Consignment("FEU", 1, 20.0, "general", 40000.0, "block_train"),
    "TEU": Consignment("TEU", 2, 20.0, "general", 40000.0, "block_train"),
    "wagon": Consignment("wagon", 1, 60.0, "grain", 12000.0, "wagonload"),
    "tonne": Consignment("tonne", 12.0, 12.0, "perishable", 30000.0, "wagonload"),
}

pins = st.sampled_from(sorted(PINS))
loads = st.sampled_from(sorted(LOADS))
seeds = st.integers(0, 2**31)
times = st.floats(0.05, 20.0)


def stretched(factors, *, network=TOY):
    """Toy with every link of another length."""
    links = {k: v._replace(length_km=v.length_km * f) for (k, v), f in zip(network.links.items(), factors, strict=True)}
    return replace(network, links=links)


def scaled(factors, *, quantities=("hours", "speed", "usd", "emission", "coefficient")):
    """Toy with every figure multiplied."""
    chosen = [r for r in P.rows if r.quantity in quantities]
    values = {
        r.parameter_id: {f: getattr(r, f) * factor for f in ("low", "best", "high")}
        for r, factor in zip(chosen, factors, strict=False)
    }
    return P.with_values(values)


ROWS = len(P.rows)
any_lengths = st.lists(times, min_size=len(TOY.links), max_size=len(TOY.links))
any_figures = st.lists(times, min_size=ROWS, max_size=ROWS)


@st.composite
def errands(draw):
    """Toy with random lengths and figures and a random load."""
    network = toy_built(better=draw(st.booleans()), network=stretched(draw(any_lengths)))
    return Errand(
        network=network,
        parameters=scaled(draw(any_figures)),
        consignment=LOADS[draw(loads)],
        month=draw(st.integers(1, 12)),
    )


def mean_hours(way, errand):
    return np.array([expected(p.hours, errand.parameters, errand.lengths) for p in way.priced])


def outcome_of(errand, sections=FREE, origin="alma", destination="port", count=128, seed=1):
    return simulate(errand.way(origin, destination, sections), errand.draws(count, seed))


def totals_of(outcome):
    return np.stack([outcome.hours, outcome.usd, outcome.kg])


# ---- indicators, totals, profile


@LAW
@given(errands(), pins)
def test_speed_with_delay_is_never_above_speed_without(errand, pin):
    way = errand.way("alma", "port", PINS[pin])
    hours = mean_hours(way, errand)
    assert swd(way.activities, way.km, hours) <= swod(way.activities, way.km, hours) * (1 + 1e-12)


@LAW
@given(errands(), pins, seeds)
def test_totals_are_the_last_row_of_the_profile_and_the_sum_of_the_activities(errand, pin, seed):
    outcome = outcome_of(errand, PINS[pin], seed=seed, count=64)
    hours, usd = outcome.profile("hours"), outcome.profile("usd")
    assert hours["mean"][-1] == pytest.approx(outcome.hours.mean())
    assert usd["mean"][-1] == pytest.approx(outcome.usd.mean())
    for level, name in ((0.1, "p10"), (0.5, "p50"), (0.9, "p90")):
        assert hours[name][-1] == pytest.approx(np.quantile(outcome.hours, level))
        assert usd[name][-1] == pytest.approx(np.quantile(outcome.usd, level))
    assert outcome.hours_mean.sum() == pytest.approx(outcome.hours.mean())
    assert sum(v.sum() for v in outcome.usd_mean.values()) == pytest.approx(outcome.usd.mean())
    assert hours["km"][-1] == pytest.approx(outcome.itinerary.total_km)
    for column in (*hours.values(), *usd.values()):
        assert (np.diff(column) >= -1e-9 * max(1.0, column[-1])).all()


# ---- delay


DELAYS = [r.parameter_id for r in P.rows if r.quantity == "hours"]
SPEEDS = [r.parameter_id for r in P.rows if r.quantity == "speed"]


@LAW
@given(errands(), st.sampled_from(DELAYS + SPEEDS), st.floats(1.0, 10.0), st.floats(0.0, 50.0), pins, seeds)
def test_more_delay_never_quickens(errand, name, factor, more, pin, seed):
    old = errand.parameters[name]
    add = more if old.quantity == "hours" else 0.0
    factor = factor if old.quantity == "hours" else 1 / factor
    slow = errand.but(
        parameters=errand.parameters.with_values(
            {name: {f: getattr(old, f) * factor + add for f in ("low", "best", "high")}}
        )
    )
    path = errand.find("alma", "port", PINS[pin])
    before, after = errand.priced(path), slow.priced(path)
    one, two = simulate(before, errand.draws(64, seed)), simulate(after, slow.draws(64, seed))
    assert (two.hours >= one.hours * (1 - 1e-12)).all()
    # with the same luck and the same dollars, and the best way of all is not the cheaper for it
    np.testing.assert_array_equal(two.usd, one.usd)
    assert slow.find("alma", "port").cost >= errand.find("alma", "port").cost * (1 - 1e-12)
    speeds = [swd(w.activities, w.km, mean_hours(w, e)) for w, e in ((before, errand), (after, slow))]
    assert speeds[1] <= speeds[0] * (1 + 1e-12)


@LAW
@given(errands(), st.sampled_from(SPEEDS), st.floats(0.1, 10.0), pins, seeds)
def test_scaling_a_speed_touches_no_kilometre_dollar_or_tonne_kilometre(errand, name, factor, pin, seed):
    old = errand.parameters[name]
    other = errand.but(
        parameters=errand.parameters.with_values({name: {f: getattr(old, f) * factor for f in ("low", "best", "high")}})
    )
    path = errand.find("alma", "port", PINS[pin])
    one, two = (simulate(e.priced(path), e.draws(64, seed)) for e in (errand, other))
    np.testing.assert_array_equal(two.usd, one.usd)
    np.testing.assert_array_equal(two.kg, one.kg)
    assert two.itinerary.km == one.itinerary.km
    # hours of those hauls, and their rests, are divided by the factor; no other hour moves
    number = errand.parameters.number[name]
    for p, q in zip(one.itinerary.priced, two.itinerary.priced, strict=True):
        hours, scaled_hours = (e.draws(64, seed).total([x.hours]) for e, x in ((errand, p), (other, q)))
        uses = any(n == number for n, _ in p.hours.factors)
        np.testing.assert_allclose(scaled_hours, hours / factor if uses else hours, rtol=1e-12)


# ---- cutting a line


def cut(network, name, share):
    """Network with one link in two parts whose lengths sum to its own."""
    whole = network.links[name]
    middle = node("middle", whole.country, "station", 44.0, 70.0)
    km = whole.length_km * share
    parts = [
        whole._replace(link_id=f"{name}.a", to_node_id="middle", length_km=km),
        whole._replace(link_id=f"{name}.b", from_node_id="middle", length_km=whole.length_km - km),
    ]
    links = {k: v for k, v in network.links.items() if k != name} | keyed(parts, "link_id")
    return replace(network, nodes={**network.nodes, "middle": middle}, links=links)


LAND = sorted(name for name, found in TOY.links.items() if found.mode != "sea")


@LAW
@given(errands(), st.sampled_from(LAND), st.floats(0.01, 0.99), pins, seeds)
def test_cutting_a_link_in_two_changes_no_draw(errand, name, share, pin, seed):
    parts = errand.but(network=cut(errand.network, name, share))
    one, two = (outcome_of(e, PINS[pin], seed=seed) for e in (errand, parts))
    np.testing.assert_allclose(totals_of(two), totals_of(one), rtol=1e-12)
    # the same streams, no more and no fewer, and bit for bit the same numbers in them
    streams = [
        {a.stream for p in o.itinerary.priced for a in (p.hours, *p.usd.values(), *([p.kg] if p.kg else []))}
        for o in (one, two)
    ]
    assert streams[0] == streams[1]
    for stream in streams[0]:
        assert np.array_equal(np.asarray(one.draws._vectors.get(stream)), np.asarray(two.draws._vectors.get(stream)))
    assert [n for n in two.itinerary.nodes if n != "middle"] == list(one.itinerary.nodes)
    for speed in (swd, swod):
        a, b = (speed(o.itinerary.activities, o.itinerary.km, o.hours_mean) for o in (one, two))
        assert b == pytest.approx(a, rel=1e-12)


# ---- order of rows


@LAW
@given(errands(), pins, st.randoms(use_true_random=False), seeds)
def test_the_order_of_rows_changes_nothing(errand, pin, random, seed):
    def shuffled(table):
        items = list(table.items())
        random.shuffle(items)
        return dict(items)

    n = errand.network
    network = replace(
        n,
        nodes=shuffled(n.nodes),
        links=shuffled(n.links),
        crossings=shuffled(n.crossings),
        terminals=shuffled(n.terminals),
    )
    rows = list(errand.parameters.rows)
    random.shuffle(rows)
    as_table = [toy_row(r) for r in rows]
    parameters = Parameters(read_rows(as_table, read_dictionary(SIMDATA)["parameters"], "toy.csv"))
    other = errand.but(network=network, parameters=parameters)
    one, two = (e.find("alma", "port", PINS[pin]) for e in (errand, other))
    assert one == two  # the same route by the same edges at the same cost, to the last bit
    a, b = (simulate(e.priced(p), e.draws(64, seed)) for e, p in ((errand, one), (other, two)))
    assert np.array_equal(totals_of(a), totals_of(b))


def toy_row(r):
    """Row of a parameter as a mapping again, with the figures it has now."""
    original = next(x for x in toy_rows() if x["parameter_id"] == r.parameter_id)
    return {**original, "low": r.low, "best": r.best, "high": r.high, "cv": r.cv or None}


# ---- what is elsewhere


ELSEWHERE = [
    row(
        "elsewhere.clear",
        "clear",
        "hours",
        "h",
        500.0,
        mode="road",
        reason="border",
        crossing_id="road.nowhere",
        cv=1.0,
    ),
    row("elsewhere.speed", "haul", "speed", "km/h", (1.0, 2.0, 3.0), mode="rail", country="XX"),
    row("elsewhere.link", "haul", "usd", "USD/t-km", 9.0, mode="road", component="road", link_id="road.nowhere"),
    row("elsewhere.dwell", "dwell", "hours", "h", 999.0, reason="import_land", node_id="nowhere"),
    row(
        "elsewhere.month", "clear", "usd", "USD/t", 99.0, reason="border", component="fee", crossing_id="x", side="both"
    ),
    row("elsewhere.coefficient", "haul", "coefficient", "1", 7.0, mode="rail", component="track", line_id="nowhere"),
]


@LAW
@given(pins, loads, seeds, st.sets(st.sampled_from(range(len(ELSEWHERE))), min_size=1))
def test_a_row_for_another_place_changes_nothing_here(pin, load, seed, chosen):
    here = Errand(consignment=LOADS[load])
    more = here.but(parameters=toy_parameters(*(ELSEWHERE[i] for i in chosen)))
    one, two = (e.find("alma", "port", PINS[pin]) for e in (here, more))
    assert one == two
    a, b = (simulate(e.priced(one), e.draws(64, seed)) for e in (here, more))
    assert np.array_equal(totals_of(a), totals_of(b))


@LAW
@given(pins, seeds)
def test_a_place_that_no_way_passes_changes_nothing(pin, seed):
    here = Errand()
    n = here.network
    far = [node("far", "KZ", "city", 50.0, 80.0), node("farther", "KZ", "city", 51.0, 80.0)]
    extra = link("far", "farther", "rail", "KZ", 77.0, gauges=(1520,))
    wide = here.but(
        network=replace(n, nodes={**keyed(far, "node_id"), **n.nodes}, links={extra.link_id: extra, **n.links})
    )
    one, two = (e.find("alma", "port", PINS[pin]) for e in (here, wide))
    assert one == two
    assert np.array_equal(
        totals_of(simulate(here.priced(one), here.draws(64, seed))),
        totals_of(simulate(wide.priced(two), wide.draws(64, seed))),
    )


@LAW
@given(errands(), pins, st.permutations(sorted(PINS)), seeds)
def test_other_ways_in_the_study_change_no_draw(errand, pin, others, seed):
    alone = simulate(errand.way("alma", "port", PINS[pin]), errand.draws(64, seed))
    shared = errand.draws(64, seed)
    for other in others:
        simulate(errand.way("alma", "port", PINS[other]), shared)
    assert np.array_equal(totals_of(simulate(errand.way("alma", "port", PINS[pin]), shared)), totals_of(alone))


# ---- there and back


def symmetric():
    """Rows that know no direction and no end: borders, transit and the wait for wagons or trucks are the same either way."""
    gone = {"clear.road.pk.in", "transit.pk", "supply.rail", "supply.road"}
    kept = [r for r in toy_rows() if r["parameter_id"] not in gone]
    kept.append(row("supply", "wait", "hours", "h", (24.0, 30.0, 60.0), reason="supply"))
    return Parameters(read_rows(kept, read_dictionary(SIMDATA)["parameters"], "toy.csv"))


SYMMETRIC = symmetric()


def border_hours(way, errand):
    """Mean hours at each crossing, both sides: trucks are changed on the side that is entered, so the sides swap on the way back."""
    hours = {}
    for (crossing, _), value in tfi1(way.activities, mean_hours(way, errand)).items():
        hours[crossing] = hours.get(crossing, 0.0) + value
    return hours


@LAW
@given(any_lengths, st.sampled_from(["free", "rail", "road"]), loads)
def test_a_symmetric_network_is_the_same_there_and_back(factors, pin, load):
    errand = Errand(network=toy_built(network=stretched(factors)), parameters=SYMMETRIC, consignment=LOADS[load])
    there, back = errand.find("alma", "port", PINS[pin]), errand.find("port", "alma", PINS[pin])
    a, b = errand.priced(there), errand.priced(back)
    assert back.cost == pytest.approx(there.cost)
    assert b.nodes == a.nodes[::-1]
    assert [s[:3] for s in back.states] == [s[:3] for s in there.states[::-1]]  # rigid and trailer may cost the same
    hauls, home = (
        [(p.activity.link_id or p.activity.crossing_id, p.activity.country) for p in w.priced if p.activity.moving]
        for w in (a, b)
    )
    assert home == hauls[::-1]
    assert b.total_km == pytest.approx(a.total_km)
    for measure in ("hours", "usd", "kg"):
        assert mean_total(b, SYMMETRIC, measure, LENGTHS) == pytest.approx(mean_total(a, SYMMETRIC, measure, LENGTHS))
    assert border_hours(b, errand) == pytest.approx(border_hours(a, errand))


# ---- draws


@LAW
@given(seeds, st.integers(0, 5), any_figures)
def test_no_knowledge_draw_leaves_low_to_high(seed, replicate, factors):
    parameters = scaled(factors)
    draws = Errand(parameters=parameters).draws(256, seed, knowledge=replicate)
    for number, r in enumerate(parameters.rows):
        values = np.atleast_1d(draws.row(number))
        slack = 1e-12 * r.high
        assert r.low - slack <= values.min(), r.parameter_id
        assert values.max() <= r.high + slack, r.parameter_id
        assert np.ptp(values) > 0 if r.uncertain else (values == r.best).all()
    for name, length in LENGTHS.items():
        km = np.atleast_1d(draws.length_factor(name)) * length.best
        assert length.low - 1e-9 <= km.min() <= km.max() <= length.high + 1e-9


REPLICATES = 8
FIGURES = 3 * len(PINS)
LIMIT = stats.t.isf(1e-3 / FIGURES / 2, REPLICATES - 1)
"""A mean of eight replicates lies within so many standard errors; one false alarm in a thousand runs of all figures."""


@pytest.mark.parametrize("pin", sorted(PINS))
def test_the_mean_of_the_draws_is_the_closed_mean_of_the_search(pin):
    # every row is made uncertain and scatters, and every figure has its own spread
    uncertain = {r.parameter_id: {"low": r.best * 0.7, "best": r.best, "high": r.best * 1.6, "cv": 0.4} for r in P.rows}
    for name in ("driving", "payload.rail", "payload.road", "value_of_time"):
        uncertain.pop(name)
    p = P.with_values({})
    p.rows = tuple(replace(r, shape="triangular") if r.parameter_id in uncertain else r for r in p.rows)
    p = p.with_values(uncertain)
    errand = Errand(parameters=p)
    way = errand.way("alma", "port", PINS[pin])
    runs = [simulate(way, errand.draws(1024, seed=11, knowledge=k, trip=k)) for k in range(REPLICATES)]
    for measure in ("hours", "usd", "kg"):
        means = np.array([getattr(o, measure).mean() for o in runs])
        closed = mean_total(way, p, measure, LENGTHS)
        error = means.std(ddof=1) / np.sqrt(REPLICATES)
        assert abs(means.mean() - closed) <= LIMIT * error
        # and the net is fine enough for that to mean something
        assert LIMIT * error < 0.01 * closed


# ---- restrictions


@LAW
@given(errands(), st.data())
def test_a_way_never_gets_dearer_as_restrictions_are_dropped(errand, data):
    places = st.sampled_from(["kbor", "abor", "hera", "agate", "pgate"])
    modes = data.draw(st.sampled_from([{"rail"}, {"road"}, {"rail", "road"}, {"rail", "road", "sea"}]))
    countries = data.draw(st.sampled_from([(), ("KZ", "AF", "PK"), ("KZ", "AF")]))
    via = tuple(data.draw(st.lists(places, max_size=2, unique=True)))
    avoid = set(data.draw(st.lists(places, max_size=1)))
    cost = None
    for step in range(5):
        section = Section(
            frozenset(modes if step < 4 else {"rail", "road", "sea", "ferry"}), frozenset(countries if step < 3 else ()),
            via if step < 1 else via[:1] if step < 2 else (),
        )  # fmt: skip
        path = errand.find("alma", "port", (section,), avoid=avoid if step < 4 else ())
        if cost is not None:
            assert path is not None
            assert path.cost <= cost * (1 + 1e-12)
        cost = None if path is None else path.cost
    assert cost == errand.find("alma", "port").cost


@LAW
@given(errands(), st.data())
def test_a_link_less_never_makes_a_way_cheaper(errand, data):
    edges = errand.edges()
    gone = data.draw(st.sampled_from(edges)).edge_id
    left = errand.find("alma", "port", edges=[e for e in edges if e.edge_id != gone])
    assert left is None or left.cost >= errand.find("alma", "port").cost * (1 - 1e-12)


@LAW
@given(errands(), st.lists(st.sampled_from(["abor", "hera", "agate"]), unique=True))
def test_a_place_on_the_best_way_asked_for_changes_nothing(errand, chosen):
    best = errand.find("alma", "port")
    on_it = list(dict.fromkeys(s.node_id for s in best.states))
    via = tuple(place for place in on_it if place in chosen)
    assert errand.find("alma", "port", (Section(FREE[0].modes, via=via),)).cost == pytest.approx(best.cost)


# ---- loads


@LAW
@given(st.sampled_from(["FEU", "TEU", "tonne"]), st.integers(2, 6), pins, seeds)
def test_more_of_the_same_takes_the_same_hours_and_emits_in_proportion(unit, k, pin, seed):
    one = Consignment(unit, 2.0 if unit != "tonne" else 21.0, 21.0, "general", 1000.0, "block_train")
    many = Consignment(unit, one.count * k, 21.0 * k, "general", 1000.0 * k, "block_train")
    path = Errand(consignment=one).find("alma", "port", PINS[pin])
    a, b = (simulate(e.priced(path), e.draws(64, seed)) for e in (Errand(consignment=one), Errand(consignment=many)))
    np.testing.assert_array_equal(a.hours, b.hours)
    np.testing.assert_allclose(b.kg, k * a.kg, rtol=1e-12)
    assert (b.usd < k * a.usd).all()  # what is charged by the shipment is charged once
    assert (b.usd > a.usd).all()


def test_the_toy_is_open_on_the_day_of_these_tests():
    assert toy_network().built(OPEN).open_projects == {"newline", "newline2", "better"}
    assert isinstance(Errand().way("alma", "port"), Itinerary)
