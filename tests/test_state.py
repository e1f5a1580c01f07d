"""The dated state of gates and lines: what the record says of a day, and what it does not say."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import closure, toy_network

from corridors.state import ORDER, states_on, whom
from geodata.network import read_network
from sim.closures import UnsettledStateError, recorded, standings

GATE = "road.agate-pgate"
BEGUN = dt.date(2026, 1, 1)
CONFIRMED = dt.date(2026, 2, 1)
BUILT = dt.date(2041, 1, 1)


def state_of(name, on, *rows):
    """The one entry that an object stands in."""
    found = [s for s in states_on(toy_network(rows), on) if name in s.object_ids]
    assert len(found) == 1, (name, found)
    return found[0]


def gate(on, **facts):
    return state_of(GATE, on, closure("c", "crossing", GATE, **facts))


@pytest.fixture(scope="module")
def network():
    return read_network()


def shipped(network, name, day):
    found = [s for s in states_on(network, dt.date.fromisoformat(day)) if name in s.object_ids]
    assert len(found) == 1, (name, found)
    return found[0]


# ---- dates


def test_a_day_before_the_closure_is_open_and_nothing_is_on_record():
    before = gate(dt.date(2025, 12, 31))
    assert (before.state, before.since, before.last_confirmed, before.sources) == ("open", None, None, ())


@pytest.mark.parametrize(
    ("day", "state"), [(BEGUN, "shut"), (CONFIRMED, "shut"), (dt.date(2026, 2, 2), "unknown"), (BUILT, "unknown")]
)
def test_without_an_end_it_is_shut_to_the_last_confirmation_and_unknown_from_then_on(day, state):
    found = gate(day)
    assert (found.state, found.since, found.last_confirmed) == (state, BEGUN, CONFIRMED)
    assert found.sources == ("toy",)


def test_unknown_says_what_it_was_when_last_confirmed():
    assert gate(dt.date(2026, 2, 2), effect="slow", note="a queue").note == "was slow when last confirmed; a queue"
    assert gate(CONFIRMED, effect="slow", note="a queue").note == "a queue"


def test_after_its_end_it_is_open_since_the_next_day_and_the_event_is_still_named():
    over = gate(dt.date(2026, 3, 1), end=dt.date(2026, 1, 31), event="strike", event_name="the strike")
    assert (over.state, over.since) == ("open", dt.date(2026, 2, 1))
    assert (over.event, over.event_name, over.sources) == ("strike", "the strike", ("toy",))
    last_day = gate(dt.date(2026, 1, 31), end=dt.date(2026, 1, 31))
    assert (last_day.state, last_day.since) == ("shut", BEGUN)


def test_the_latest_of_several_ended_closures_speaks():
    rows = [
        closure("late", "crossing", GATE, start=dt.date(2026, 3, 1), end=dt.date(2026, 3, 31)),
        closure("early", "crossing", GATE, end=dt.date(2026, 1, 31)),
    ]
    assert state_of(GATE, dt.date(2026, 6, 1), *rows).since == dt.date(2026, 4, 1)


@given(st.dates(dt.date(2025, 10, 1), dt.date(2026, 6, 1)), st.integers(0, 60), st.integers(-1, 60))
def test_the_record_and_the_run_agree_wherever_the_run_does_not_refuse(day, confirmed_after, lasts):
    end = None if lasts < 0 else BEGUN + dt.timedelta(lasts)
    row = closure("c", "crossing", GATE, last_confirmed=BEGUN + dt.timedelta(confirmed_after), end=end)
    network = toy_network([row])
    printed = next(s for s in states_on(network, day) if s.object_ids == (GATE,)).state
    if printed == "unknown":
        with pytest.raises(UnsettledStateError):
            standings(network, day, {})
    else:
        assert (printed == "shut") is bool(standings(network, day, {}))


def test_a_run_refuses_what_the_record_prints_as_unknown(network):
    day = dt.date(2026, 11, 25)
    assert any(state == "unknown" for _, state in recorded(network, day))
    with pytest.raises(UnsettledStateError, match="torkham"):
        standings(network, day, {})


# ---- for whom


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ""),
        ({"vehicle": "trailer"}, "trailers"),
        ({"commodity": "grain", "direction": "forward"}, "grain, Agate to Pgate"),
        ({"direction": "reverse"}, "Pgate to Agate"),
        ({"effect": "restricted", "share_open": 0.5}, "about 50% of traffic passes"),
        ({"effect": "restricted", "share_open": 0.0, "load_unit": "TEU"}, "TEU"),
    ],
)
def test_whom_a_row_bars_is_said_in_words(facts, words):
    row = closure("c", "crossing", GATE, **facts)
    assert whom(row, toy_network([row])) == words


def test_a_mode_is_named_only_where_the_object_has_several():
    at_gate = closure("c", "crossing", GATE, mode="road")
    in_town = closure("c", "node", "hera", mode="road")
    assert (whom(at_gate, toy_network([at_gate])), whom(in_town, toy_network([in_town]))) == ("", "road")


# ---- several rows at one object


def test_the_strictest_row_speaks_and_the_others_are_kept():
    rows = [
        closure("queue", "crossing", GATE, effect="slow", source="b"),
        closure("pause", "crossing", GATE, effect="shut", vehicle="trailer", start=dt.date(2026, 1, 10), source="a"),
    ]
    found = state_of(GATE, dt.date(2026, 1, 15), *rows)
    assert (found.state, found.whom, found.since) == ("shut", "trailers", dt.date(2026, 1, 10))
    assert found.also == "slow since 2026-01-01"
    assert found.sources == ("a", "b")


def test_states_come_strictest_first(network):
    ranks = [ORDER.index(s.state) for s in states_on(network, dt.date(2026, 2, 15))]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 2


# ---- what is not built


def test_a_crossing_of_a_project_not_open_yet_is_not_built_whatever_its_gate_does():
    row = closure("c", "crossing", "rail.agate-pgate", note="fighting")
    today, later = (state_of("rail.agate-pgate", day, row) for day in (dt.date(2026, 1, 15), BUILT))
    assert (today.state, today.also) == ("not built", "its gate: shut since 2026-01-01, fighting")
    assert today.note == "belongs to Newline2"
    assert later.state == "unknown"


# ---- what is listed


@pytest.mark.parametrize("day", ["2019-01-01", "2025-11-01", "2026-11-25"])
def test_every_crossing_and_every_object_of_a_closure_stands_in_exactly_one_entry(network, day):
    listed = Counter(name for s in states_on(network, dt.date.fromisoformat(day)) for name in s.object_ids)
    expected = {*network.crossings, *(c.object_id for c in network.closures.values())}
    assert set(listed) == expected
    assert set(listed.values()) == {1}


def test_sea_routes_that_one_event_shuts_are_one_strait():
    facts = {"event": "war", "event_name": "the Strait"}
    rows = [closure("a", "link", "sea.port--hub", **facts), closure("b", "link", "sea.hub--port", **facts)]
    network = toy_network(rows)
    twin = replace_link(network, "sea.port--hub", "sea.hub--port")
    found = [s for s in states_on(twin, dt.date(2026, 1, 15)) if s.kind == "strait"]
    assert [s.object_ids for s in found] == [("sea.port--hub", "sea.hub--port")]
    assert found[0].name == "Strait: Port-Hub, Hub-Port"
    rows[1] = rows[1]._replace(event_id="storm")
    apart = replace_link(toy_network(rows), "sea.port--hub", "sea.hub--port")
    assert sum(s.kind == "strait" for s in states_on(apart, dt.date(2026, 1, 15))) == 2


def replace_link(network, old, new):
    """Network with a second sea link, the first turned about."""
    link = network.links[old]
    turned = link._replace(link_id=new, from_node_id=link.to_node_id, to_node_id=link.from_node_id)
    return replace(network, links={**network.links, new: turned})


def test_a_high_road_place_is_a_pass_and_a_port_is_a_port(network):
    kinds = {s.object_ids[0]: s.kind for s in states_on(network, dt.date(2026, 11, 25)) if len(s.object_ids) == 1}
    assert kinds["salang"] == "pass"
    assert kinds["karachi_port"] == "port"
    assert kinds["road.torkham-torkham_pk"] == "crossing"
    assert kinds["AF"] == "country"


# ---- the shipped record


@pytest.mark.parametrize("name", ["road.torkham-torkham_pk", "road.spin_boldak-chaman"])
@pytest.mark.parametrize(("day", "state"), [("2025-09-30", "open"), ("2026-01-15", "shut"), ("2026-11-25", "unknown")])
def test_the_afghan_pakistani_gates_were_open_then_shut_and_are_unknown_now(network, name, day, state):
    assert shipped(network, name, day).state == state


def test_the_salang_ban_of_july_2026_concerns_trailers_and_nobody_has_confirmed_it_since(network):
    found = shipped(network, "salang", "2026-11-25")
    assert (found.state, found.since, found.last_confirmed) == ("unknown", dt.date(2026, 7, 10), dt.date(2026, 7, 10))
    assert found.whom.startswith("trailers")
    assert shipped(network, "salang", "2026-07-10").state == "shut"


def test_the_saryagash_embargo_bars_one_direction(network):
    found = shipped(network, "rail.saryagash-keles", "2025-11-23")
    assert found.state in ("shut", "restricted")
    assert "Saryagash to Keles" in found.whom
    assert shipped(network, "rail.saryagash-keles", "2025-11-26").state == "open"


def test_whatever_is_not_open_names_its_source_and_its_day(network):
    for day in ("2021-04-01", "2025-11-01", "2026-11-25"):
        for found in states_on(network, dt.date.fromisoformat(day)):
            if found.state in ("shut", "unknown", "restricted", "slow"):
                assert found.sources, found
                assert found.since <= dt.date.fromisoformat(day)
                assert found.last_confirmed is not None
