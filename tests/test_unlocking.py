"""Smallest sets of switches: against brute force over all subsets, on random networks and on the toy."""

import random
from itertools import chain, combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from toy_ways import ROAD, Errand

from sim.activities import Edge, State
from sim.bettering import Limits, bettering_sets
from sim.routing import Pin, Section, least_cost
from sim.unlocking import LockedGraph

NAMES = "abcde"
PLACES = 6
FIRST, LAST = "0", str(PLACES - 1)


def state(place, mode="rail"):
    return State(str(place), mode, 1520 if mode == "rail" else 0, "wagon" if mode == "rail" else "trailer")


def edge(number, start, end):
    return Edge(f"e{number:02}", state(start), state(end), ())


steps = st.tuples(
    st.integers(0, PLACES - 1),
    st.integers(0, PLACES - 1),
    st.frozensets(st.sampled_from(NAMES), max_size=3),
    st.integers(0, 20),
)


def locked(rows):
    edges = [edge(i, a, b) for i, (a, b, *_) in enumerate(rows) if a != b]
    needs = {f"e{i:02}": needed for i, (_, _, needed, _) in enumerate(rows)}
    return LockedGraph(edges, needs, {f"e{i:02}": float(weight) for i, (*_, weight) in enumerate(rows)})


def subsets(names, most):
    return map(frozenset, chain.from_iterable(combinations(sorted(names), n) for n in range(most + 1)))


def minimal(sets):
    found = []
    for s in sets:  # by size: no later one lies within an earlier one
        if not any(f <= s for f in found):
            found.append(s)
    return sorted(found, key=lambda s: (len(s), sorted(s)))


def brute_force(graph, most, pin, opens):
    return minimal(s for s in subsets(graph.names, most) if opens(graph.opened(s), pin))


def has_way(graph, pin):
    return least_cost(graph, FIRST, [LAST], pin)[LAST] is not None


@given(st.lists(steps, min_size=1, max_size=14), st.integers(0, 5))
@settings(max_examples=150, deadline=None)
@example([(0, 1, frozenset("a"), 0), (1, 5, frozenset("ab"), 0), (0, 5, frozenset("c"), 0)], 2)
def test_the_sets_are_those_of_brute_force(rows, most):
    graph = locked(rows)
    everything = brute_force(graph, len(graph.names), Pin(), has_way)
    result = graph.minimal_sets(FIRST, LAST, Pin(), most)
    assert not result.cut
    if not everything:
        assert result.sets == ()
        return
    # up to the size asked for, or where none is as small, the smallest there are
    assert result.complete_to >= min(max(most, len(everything[0])), len(graph.names))
    assert list(result.sets) == [s for s in everything if len(s) <= result.complete_to]
    assert result.sets


@given(st.lists(steps, min_size=1, max_size=14), st.permutations(range(14)))
@settings(max_examples=50, deadline=None)
def test_the_order_of_rows_changes_nothing(rows, order):
    shuffled = [rows[i] for i in order if i < len(rows)]
    assert (
        locked(rows).minimal_sets(FIRST, LAST, Pin(), 3).sets
        == locked(shuffled).minimal_sets(FIRST, LAST, Pin(), 3).sets
    )


@given(st.lists(steps, min_size=1, max_size=14))
@settings(max_examples=100, deadline=None)
def test_each_set_opens_and_no_member_can_be_left_out(rows):
    graph = locked(rows)
    found = graph.minimal_sets(FIRST, LAST, Pin(), 5).sets
    for s in found:
        assert graph.opens(s, FIRST, LAST, Pin())
        assert not any(graph.opens(s - {name}, FIRST, LAST, Pin()) for name in s)
    assert not any(a < b for a in found for b in found)


@given(st.lists(steps, min_size=1, max_size=14), st.sets(st.sampled_from(NAMES)), st.sampled_from(NAMES))
@settings(max_examples=100, deadline=None)
def test_more_opened_never_costs_more(rows, switches, more):
    graph = locked(rows)
    paths = [least_cost(graph.opened(s), FIRST, [LAST])[LAST] for s in (switches, {*switches, more})]
    if paths[0] is not None:
        assert paths[1] is not None
        assert paths[1].cost <= paths[0].cost


@given(st.lists(steps, min_size=1, max_size=14), st.sets(st.sampled_from(NAMES)))
@settings(max_examples=100, deadline=None)
def test_a_cut_keeps_the_way_shut_and_no_switch_of_it_is_idle(rows, switches):
    graph = locked(rows)
    everything = frozenset(graph.names)
    if graph.opens(switches, FIRST, LAST, Pin()) or not graph.opens(everything, FIRST, LAST, Pin()):
        return
    cut = graph.cut(switches, FIRST, LAST, Pin())
    assert not graph.opens(everything - cut, FIRST, LAST, Pin())
    assert all(graph.opens((everything - cut) | {name}, FIRST, LAST, Pin()) for name in cut)


@given(st.lists(steps, min_size=2, max_size=14), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_sets_that_better_a_way_are_those_of_brute_force(rows, most):
    graph = locked([(0, PLACES - 1, frozenset(), 20), *rows])
    now = least_cost(graph.opened(()), FIRST, [LAST])[LAST].cost

    def betters(opened, pin):
        return least_cost(opened, FIRST, [LAST], pin)[LAST].cost < now

    expected = brute_force(graph, most, Pin(), betters)
    assert list(bettering_sets(graph, FIRST, LAST, Pin(), Limits(most, now)).sets) == expected


def test_a_way_that_is_open_needs_nothing():
    graph = locked([(0, 5, frozenset(), 1), (0, 5, frozenset("a"), 0)])
    assert graph.minimal_sets(FIRST, LAST, Pin(), 3).sets == (frozenset(),)


def test_one_edge_may_need_two_switches_and_parallel_ones_are_rivals():
    graph = locked([(0, 5, frozenset("ab"), 1), (0, 5, frozenset("c"), 1)])
    assert graph.minimal_sets(FIRST, LAST, Pin(), 3).sets == (frozenset("c"), frozenset("ab"))
    assert graph.minimal_sets(FIRST, LAST, Pin(), 1).sets == (frozenset("c"),)


def test_where_no_set_is_as_small_as_asked_the_smallest_are_given():
    graph = locked([(0, 5, frozenset("abc"), 1), (0, 5, frozenset("abde"), 1)])
    result = graph.minimal_sets(FIRST, LAST, Pin(), 1)
    assert (result.sets, result.complete_to) == ((frozenset("abc"),), 3)


def test_a_search_that_is_cut_says_so_and_still_gives_a_set_that_is_minimal():
    rows = [(i, i + 1, frozenset(name), 1) for i in range(5) for name in "ab"]
    result = locked(rows).minimal_sets(FIRST, LAST, Pin(), 3, most_labels=2)
    assert result.cut
    (only,) = result.sets
    assert only in (frozenset("a"), frozenset("b"))


def test_a_pinned_way_that_would_turn_back_is_none():
    """To 5 by way of 3: with 3-4 shut, the cheap way runs 0-1-3-1-4-5 and is in 1 twice.

    ::

        0 --- 1 --- 4 --- 5        a opens 3 -> 4, b opens 1 -> 4
               \\___ 3 ___/
    """
    rows = [(0, 1, "", 1), (1, 3, "", 1), (3, 1, "", 1), (1, 4, "b", 1), (3, 4, "a", 9), (4, 5, "", 1)]
    graph = locked([(a, b, frozenset(needed), w) for a, b, needed, w in rows])
    pin = Pin((Section(frozenset({"rail"}), via=("3",)),), once=True)
    assert not graph.opens("b", FIRST, LAST, pin)
    assert graph.minimal_sets(FIRST, LAST, pin, 3).sets == (frozenset("a"),)


def test_pinned_sets_are_those_of_brute_force():
    # each subset searched by the search of corridors, on 600 random networks of which some 70 have a way to be opened
    pin = Pin((Section(frozenset({"rail"}), via=("3",)),), once=True)
    connected = 0
    for seed in range(600):
        chance = random.Random(seed)  # noqa: S311 - a test, not a secret
        rows = [
            (
                chance.randrange(6),
                chance.randrange(6),
                frozenset(chance.sample(NAMES, chance.choice([0, 0, 1, 1, 2]))),
                1,
            )
            for _ in range(chance.randrange(6, 14))
        ]
        graph = locked(rows)
        expected = brute_force(graph, 5, pin, has_way)
        assert list(graph.minimal_sets(FIRST, LAST, pin, 5).sets) == expected, seed
        connected += bool(expected)
    assert connected > 50


def test_a_line_and_its_gate_on_the_toy():
    errand = Errand()
    edges = errand.edges()
    needs = {
        e.edge_id: frozenset(a.project_id for a in e.activities if a.project_id)
        | (frozenset({"gate"}) if "agate-pgate" in e.edge_id else frozenset())
        for e in edges
    }
    graph = LockedGraph(edges, needs, errand.graph(edges).weights)
    starts, ends = ({s: 0.0 for s in graph.graph.states_at(p) if s.mode != "sea"} for p in ("alma", "port"))
    rail = Pin((Section(frozenset({"rail"})),), starts, ends)
    assert graph.minimal_sets("alma", "port", rail, 3).sets == (frozenset({"gate", "newline", "newline2"}),)
    road = Pin(ROAD, starts, ends)
    assert graph.minimal_sets("alma", "port", road, 3).sets == (frozenset({"gate"}),)


@pytest.mark.parametrize("place", ["nowhere", LAST])
def test_nothing_opens_a_way_to_where_no_edge_leads(place):
    graph = locked([(0, 1, frozenset("a"), 1)])
    result = graph.minimal_sets(FIRST, place, Pin(), 3)
    assert (result.sets, result.cut) == ((), False)
