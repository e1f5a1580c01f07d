"""What is shut on a day, what nobody knows, and whom it bars."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import BOX, closure, toy_network
from toy_ways import OPEN, RAIL, ROAD, Errand

from sim.closures import Assumption, Standing, UnsettledStateError, bars, gate_states, split_open, standings
from sim.consignment import Consignment

DAY = dt.date(2026, 1, 15)
SMALL_BOXES = Consignment("TEU", 2, 20.0, "general", 40000.0, "block_train")
GRAIN = Consignment("wagon", 1, 60.0, "grain", 12000.0, "wagonload")
ENDLESS = {"start": dt.date(2020, 1, 1), "end": dt.date(2099, 12, 31), "last_confirmed": dt.date(2026, 1, 1)}


def shut(errand, *rows, day=OPEN, assumptions=None):
    """Edges left open to an errand on a day, and those barred."""
    network = toy_network(rows).built(OPEN, held=("better",))
    found = standings(network, day, assumptions or {})
    return split_open(errand.edges(), found, errand.consignment, network)


def found_on(day, assumptions=None, **facts):
    return standings(toy_network([closure("c", "crossing", "road.agate-pgate", **facts)]), day, assumptions or {})


def days(first, last):
    return st.dates(min_value=first, max_value=last)


# ---- dates


@pytest.mark.parametrize(
    ("day", "states"),
    [
        (dt.date(2025, 12, 31), []),  # the day before it begins
        (dt.date(2026, 1, 1), ["shut"]),  # first day
        (dt.date(2026, 1, 31), ["shut"]),  # last day, inclusive
        (dt.date(2026, 2, 1), []),  # the day after
    ],
)
def test_first_and_last_day_are_shut(day, states):
    assert [s.state for s in found_on(day, end=dt.date(2026, 1, 31))] == states


def test_a_closure_with_an_end_needs_no_confirmation():
    ended = {"end": dt.date(2026, 6, 30), "last_confirmed": dt.date(2026, 1, 1)}
    assert [s.state for s in found_on(dt.date(2026, 6, 30), **ended)] == ["shut"]


def test_without_an_end_it_is_shut_up_to_the_day_last_confirmed_and_unknown_after_it():
    assert [s.state for s in found_on(dt.date(2026, 2, 1))] == ["shut"]
    with pytest.raises(UnsettledStateError):
        found_on(dt.date(2026, 2, 2))


@given(
    days(dt.date(2025, 1, 1), dt.date(2027, 12, 31)),
    days(dt.date(2025, 6, 1), dt.date(2026, 6, 1)),
    st.integers(0, 200),
    st.integers(0, 200),
)
def test_a_day_is_in_force_ended_not_begun_or_unknown_and_never_two_of_them(day, start, confirmed_after, lasts):
    confirmed = start + dt.timedelta(confirmed_after)
    for end in (None, start + dt.timedelta(lasts)):
        facts = {"start": start, "last_confirmed": confirmed, "end": end}
        expected = "open" if day < start or (end and day > end) else "shut" if end or day <= confirmed else "unknown"
        if expected == "unknown":
            with pytest.raises(UnsettledStateError):
                found_on(day, **facts)
        else:
            assert [s.state for s in found_on(day, **facts)] == ([] if expected == "open" else ["shut"])


# ---- what nobody knows


def test_an_unknown_state_names_file_object_event_dates_and_the_mend():
    rows = [
        closure("c1", "crossing", "road.agate-pgate", event="quarrel"),
        closure("c2", "node", "hera", effect="restricted"),
    ]
    with pytest.raises(UnsettledStateError) as error:
        standings(toy_network(rows), dt.date(2026, 11, 25), {})
    for words in (
        "closures.csv: on 2026-11-25 the state is unknown of", "crossing 'road.agate-pgate'", "event 'quarrel'", "shut since 2026-01-01",
        "last confirmed 2026-02-01", "node 'hera'", "restricted since", "[[assume]] with event, state (open, shut, restricted) and why",
    ):  # fmt: skip
        assert words in str(error.value)


def test_an_assumption_settles_by_event_and_by_closure_and_the_closures_own_wins():
    rows = [
        closure("c1", "crossing", "road.agate-pgate", event="quarrel"),
        closure("c2", "crossing", "rail.agate-pgate", event="quarrel"),
    ]
    network, day = toy_network(rows), dt.date(2026, 11, 25)
    event = Assumption("open", "talks")
    own = Assumption("shut", "no train seen")
    by_event = standings(network, day, {"quarrel": event})
    assert [(s.state, s.assumption) for s in by_event] == [("open", event), ("open", event)]
    both = standings(network, day, {"quarrel": event, "c2": own})
    assert [(s.state, s.assumption) for s in both] == [("open", event), ("shut", own)]
    with pytest.raises(UnsettledStateError, match=r"road\.agate-pgate") as error:
        standings(network, day, {"c2": own})
    assert "rail.agate-pgate" not in str(error.value)


def test_an_assumption_changes_nothing_that_is_known():
    (known,) = found_on(DAY, {"c": Assumption("open", "wishful")})
    assert (known.state, known.assumption) == ("shut", None)


def test_the_words_for_a_table_say_since_when_and_what_is_assumed():
    (known,) = found_on(DAY)
    assert known.words == "road.agate-pgate shut since 2026-01-01"
    (assumed,) = found_on(dt.date(2026, 11, 25), {"c": Assumption("open", "talks")})
    assert assumed.words == (
        "road.agate-pgate assumed open (shut since 2026-01-01, last confirmed 2026-02-01, unknown after)"
    )


def test_standings_keep_the_order_of_the_table():
    rows = [closure(name, "node", "hera", **ENDLESS) for name in ("z", "a", "m")]
    assert [s.closure.closure_id for s in standings(toy_network(rows), OPEN, {})] == ["z", "a", "m"]


# ---- whom it bars


def test_a_shut_crossing_bars_both_ways_and_nothing_else():
    left, barred = shut(Errand(), closure("c", "crossing", "rail.agate-pgate", **ENDLESS))
    assert set(barred) == {"rail.agate-pgate:agate>pgate:wagon1520", "rail.agate-pgate:pgate>agate:wagon1520"}
    assert len(left) == len(Errand().edges()) - 2
    assert all(s.closure.closure_id == "c" for s in barred.values())


@pytest.mark.parametrize("target", ["link", "crossing"])
@pytest.mark.parametrize(("direction", "expected"), [("forward", [">"]), ("reverse", ["<"]), ("", [">", "<"])])
def test_a_closure_bars_in_its_direction(target, direction, expected):
    name, a, b = {"link": ("road.hera--agate", "hera", "agate"), "crossing": ("road.agate-pgate", "agate", "pgate")}[
        target
    ]
    _, barred = shut(Errand(), closure("c", target, name, direction=direction, **ENDLESS))
    edges = {">": f"{name}:{a}>{b}:trailer", "<": f"{name}:{b}>{a}:trailer"}
    assert set(barred) == {edges[e] for e in expected}


def test_a_closure_of_a_line_bars_all_its_links_in_its_direction():
    name = "road-af"  # abor-hera and hera-agate
    _, both = shut(Errand(), closure("c", "line", name, **ENDLESS))
    assert {e.split(":")[0] for e in both} == {"road.abor--hera", "road.hera--agate"}
    assert len(both) == 4
    _, forward = shut(Errand(), closure("c", "line", name, direction="forward", **ENDLESS))
    assert set(forward) == {"road.abor--hera:abor>hera:trailer", "road.hera--agate:hera>agate:trailer"}


def test_a_closure_of_a_link_is_not_one_of_the_line_that_bears_the_same_name():
    toy = toy_network([closure("c", "link", "road.hera--agate", **ENDLESS)])
    named_alike = toy.links["road.abor--hera"]._replace(line_id="road.hera--agate")
    network = replace(toy, links={**toy.links, "road.abor--hera": named_alike}).built(OPEN)
    _, barred = split_open(Errand(network=network).edges(), standings(network, OPEN, {}), BOX, network)
    assert {e.split(":")[0] for e in barred} == {"road.hera--agate"}


def test_a_shut_place_bars_what_begins_or_ends_there():
    left, barred = shut(Errand(), closure("c", "node", "hera", **ENDLESS))
    assert all("hera" not in (e.start.node_id, e.end.node_id) for e in left)
    assert len(barred) == 2 * 4 + 2  # four links both ways and the terminal both ways
    assert Errand().find("alma", "port", edges=left) is None


def test_a_shut_country_bars_its_links_terminals_and_the_crossings_into_it():
    left, barred = shut(Errand(), closure("c", "country", "AF", **ENDLESS))
    assert all(a.country != "AF" for e in left for a in e.activities)
    assert {e.split(":")[0] for e in barred} == {
        "rail.abor--hera", "rail.hera--agate", "road.abor--hera", "road.hera--agate", "rail.kbor-abor", "rail.agate-pgate",
        "road.kbor-abor", "road.agate-pgate", "abor.rail1520-road", "hera.rail1520-road",
    }  # fmt: skip


def test_a_mode_a_load_unit_and_a_commodity_bar_only_whom_they_name():
    by_mode = closure("c", "node", "hera", mode="road", **ENDLESS)
    _, barred = shut(Errand(), by_mode)
    assert all("road" in name for name in barred)
    assert Errand().find("alma", "port", RAIL, edges=shut(Errand(), by_mode)[0]) is not None
    for facts, barred_ones in (
        ({"load_unit": "FEU"}, {"FEU"}),
        ({"commodity": "grain"}, {"wagon"}),
        ({}, {"FEU", "TEU", "wagon"}),
    ):
        row = closure("c", "crossing", "rail.agate-pgate", **facts, **ENDLESS)
        found = {c.load_unit for c in (BOX, SMALL_BOXES, GRAIN) if shut(Errand(consignment=c), row)[1]}
        assert found == barred_ones


def test_a_pass_shut_to_trailers_lets_rigid_trucks_through():
    # as on the Salang: a long box needs a trailer and finds no way, short boxes and loose cargo go by rigid truck
    tunnel = closure("salang", "link", "road.hera--agate", effect="shut", mode="road", vehicle="trailer", **ENDLESS)
    for consignment, vehicle in (
        (BOX, None),
        (SMALL_BOXES, "rigid"),
        (Consignment("truck", 1, 20.0, "general", 0.0, "wagonload"), "rigid"),
    ):
        errand = Errand(consignment=consignment)
        left, _ = shut(errand, tunnel)
        path = errand.find("alma", "port", ROAD, edges=left)
        if vehicle is None:
            assert path is None
        else:
            assert path is not None
            assert [s.vehicle for s in path.states if s.node_id in {"hera", "agate"}] == [vehicle, vehicle]
        assert errand.find("alma", "port", ROAD) is not None


def test_a_restriction_bars_only_where_it_names_whom_and_leaves_no_share_open():
    edge = next(e for e in Errand().edges() if e.edge_id == "road.agate-pgate:agate>pgate:trailer")
    network = toy_network()
    cases = [
        ({}, 0.0, False), ({"vehicle": "trailer"}, 0.0, True), ({"vehicle": "trailer"}, None, True), ({"vehicle": "trailer"}, 0.3, False),
        ({"vehicle": "rigid"}, 0.0, False), ({"commodity": "general"}, 0.0, True), ({"direction": "forward"}, 0.0, True),
        ({"direction": "reverse"}, 0.0, False), ({"load_unit": "TEU"}, 0.0, False),
    ]  # fmt: skip
    for facts, share, barred in cases:
        row = closure("c", "crossing", "road.agate-pgate", effect="restricted", share_open=share, **facts)
        assert bars(Standing(row, "restricted"), edge, BOX, network) == barred, (facts, share)


def test_slow_and_open_bar_nobody():
    edge = next(e for e in Errand().edges() if e.edge_id == "road.agate-pgate:agate>pgate:trailer")
    row = closure("c", "crossing", "road.agate-pgate", vehicle="trailer")
    for state, barred in (("slow", False), ("open", False), ("shut", True)):
        assert bars(Standing(row, state), edge, BOX, toy_network()) == barred
    left, barred = shut(Errand(), closure("c", "crossing", "road.agate-pgate", effect="slow", **ENDLESS))
    assert not barred
    assert left == Errand().edges()


def test_what_is_assumed_open_lets_through_and_what_is_assumed_shut_does_not():
    row = closure("c", "crossing", "road.agate-pgate")
    day = dt.date(2035, 6, 1)
    _, barred = shut(Errand(), row, day=day, assumptions={"c": Assumption("open", "talks")})
    assert not barred
    _, barred = shut(Errand(), row, day=day, assumptions={"c": Assumption("shut", "no talks")})
    assert len(barred) == 2


def test_a_closed_gate_closes_every_parallel_way_through_the_place_it_stands_for():
    # a shut place is a cut: no link, crossing or terminal leads around it
    for place in ("kbor", "abor", "agate", "pgate"):
        left, _ = shut(Errand(consignment=SMALL_BOXES), closure("c", "node", place, **ENDLESS))
        assert Errand(consignment=SMALL_BOXES).find("alma", "port", edges=left) is None


# ---- the table of gates


def test_every_crossing_has_a_state_and_the_worst_of_several_counts():
    rows = [
        closure("c1", "crossing", "road.agate-pgate", effect="slow", **ENDLESS), closure("c2", "crossing", "road.agate-pgate", **ENDLESS),
        closure("c3", "crossing", "road.agate-pgate", effect="restricted", **ENDLESS), closure("c4", "node", "hera", effect="restricted", **ENDLESS),
    ]  # fmt: skip
    network = toy_network(rows)
    assert gate_states(network, standings(network, OPEN, {})) == {
        "rail.kbor-abor": "open", "rail.agate-pgate": "open", "road.kbor-abor": "open", "road.agate-pgate": "shut", "hera": "restricted",
    }  # fmt: skip


@pytest.mark.parametrize("state", ["open", "shut", "restricted"])
def test_an_assumed_state_says_so(state):
    network = toy_network([closure("c", "crossing", "road.agate-pgate")])
    found = standings(network, OPEN, {"c": Assumption(state, "why")})
    assert gate_states(network, found)["road.agate-pgate"] == f"{state}, assumed"
