"""Ways by cost and the Pareto set: against brute force on small networks, NetworkX on larger ones, then each old fault by name."""

import itertools
import json
import math
import subprocess
import sys
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import command
from test_routing import edge, networks, state
from toy import toy_network
from toy_ways import Errand as Toy
from toy_ways import toy_built

from corridors import read_scenario
from corridors.catalogue import read_catalogue
from corridors.study import set_up
from sim.alternatives import alternatives, hops, overlap, ways_by_cost
from sim.pareto import Respects, pareto
from sim.reach import Reach
from sim.routing import Graph, NoRouteError
from sim.search_graph import Errand, SearchGraph, hop_of

SMALL = settings(max_examples=120, deadline=None)


def errand(edges, origin, destination, **more):
    """Every state of the two places may begin or end a way, at no cost."""
    states = sorted({s for e in edges for s in (e.start, e.end)})
    starts = {s: 0.0 for s in states if s.node_id == origin}
    ends = {s: 0.0 for s in states if s.node_id == destination}
    return Errand(origin, destination, starts, ends, **more)


def searched(edges, weighs, origin="n00", destination="n01", **more):
    try:
        return SearchGraph(Graph(edges, weighs), errand(edges, origin, destination, **more))
    except NoRouteError:
        return None


def every_walk(edges, origin, destination):
    """Every way that is in no state twice and enters no place twice, edge by edge."""
    leaving = {}
    for e in edges:
        leaving.setdefault(e.start, []).append(e)

    def go(at, behind, states, places):
        if at.node_id == destination:
            yield tuple(behind)
        for e in leaving.get(at, ()):
            moved = e.end.node_id != e.start.node_id
            if e.end in states or (moved and e.end.node_id in places):
                continue
            yield from go(e.end, [*behind, e], {*states, e.end}, {*places, e.end.node_id})

    for start in sorted({s for e in edges for s in (e.start, e.end) if s.node_id == origin}):
        yield from go(start, [], {start}, {origin})


def names(way):
    return tuple(name for name in map(hop_of, way) if name)


def by_links(edges, weighs, origin, destination):
    """Least cost of each sequence of links, by brute force."""
    best = {}
    for way in every_walk(edges, origin, destination):
        cost = sum(weighs[e.edge_id] for e in way)
        best[names(way)] = min(cost, best.get(names(way), math.inf))
    return best


# ---- the k cheapest ways


@SMALL
@given(networks(places=7, steps=14))
def test_ways_are_those_of_brute_force_in_order(made):
    _, edges, weighs = made
    want = by_links(edges, weighs, "n00", "n01")
    graph = searched(edges, weighs)
    if graph is None:
        assert not want
        return
    found = list(ways_by_cost(graph))
    assert [p.cost for p in found] == pytest.approx(sorted(want.values()), abs=1e-9)
    assert {hops(p) for p in found} == want.keys()
    for path in found:
        assert path.cost == pytest.approx(want[hops(path)], abs=1e-9)
        assert path.cost == pytest.approx(sum(weighs[e.edge_id] for e in path.edges), abs=1e-9)
        assert all(e.end == f.start for e, f in itertools.pairwise(path.edges))
        places = [path.states[0].node_id, *(e.end.node_id for e in path.edges if hop_of(e))]
        assert len(set(places)) == len(places)


@SMALL
@given(networks(places=7, steps=14), st.integers(1, 6), st.randoms(use_true_random=False))
def test_the_first_k_are_the_same_of_k_plus_one_and_in_any_order_of_rows(made, k, dice):
    _, edges, weighs = made
    graph = searched(edges, weighs)
    if graph is None:
        return
    few, more = alternatives(graph, k).paths, alternatives(graph, k + 1).paths
    assert more[: len(few)] == few
    mixed = list(edges)
    dice.shuffle(mixed)
    assert alternatives(searched(mixed, weighs), k).paths == few


@SMALL
@given(networks(places=6, steps=12), st.sampled_from([0.0, 0.3, 0.7]), st.integers(1, 4))
def test_ways_chosen_for_being_unlike_are_the_greedy_choice_of_brute_force(made, most, k):
    _, edges, weighs = made
    graph = searched(edges, weighs)
    if graph is None:
        return
    chosen = []
    for path in ways_by_cost(graph):
        shares = [len([h for h in hops(path) if h in set(hops(c))]) / max(len(hops(path)), 1) for c in chosen]
        if all(share <= most for share in shares) and len(chosen) < k:
            chosen.append(path)
    assert list(alternatives(graph, k, max_overlap=most).paths) == chosen


@SMALL
@given(networks(places=7, steps=14), st.integers(2, 5))
def test_a_place_to_pass_is_passed_and_one_on_the_best_way_costs_nothing(made, through):
    _, edges, weighs = made
    graph = searched(edges, weighs)
    if graph is None:
        return
    (best,) = alternatives(graph, 1).paths or (None,)
    if best is None:
        return
    for place in {s.node_id for s in best.states}:
        again = alternatives(searched(edges, weighs, via=(place,)), 1).paths
        assert again[0].cost == pytest.approx(best.cost, abs=1e-9)
    via = f"n{through:02d}"
    forced = searched(edges, weighs, via=(via,))
    want = {
        key: cost for key, cost in by_links(edges, weighs, "n00", "n01").items()
        if any(via in {s.node_id for e in way for s in (e.start, e.end)} for way in every_walk(edges, "n00", "n01") if names(way) == key)
    }  # fmt: skip
    if forced is None:
        assert not want
    else:
        assert [p.cost for p in ways_by_cost(forced)] == pytest.approx(sorted(want.values()), abs=1e-9)


# ---- the Pareto set


@st.composite
def respected(draw):
    _, edges, _ = draw(networks(places=6, steps=12))
    figures = st.tuples(*[st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 5.0])] * 4)
    vectors = {e.edge_id: draw(figures) for e in edges}
    return edges, vectors


@SMALL
@given(respected())
def test_the_pareto_set_is_that_of_brute_force(made):
    edges, vectors = made
    weighs = {name: v[0] + v[1] for name, v in vectors.items()}
    graph = searched(edges, weighs)
    if graph is None:
        return
    nothing = dict.fromkeys({s for e in edges for s in (e.start, e.end)}, (0.0, 0.0, 0.0, 0.0))
    found = pareto(graph, Respects(vectors, nothing, nothing), most=10_000)
    every = {tuple(sum(vectors[e.edge_id][i] for e in way) for i in range(4)) for way in walks_of_states(edges)}
    want = {v for v in every if not any(o != v and all(x <= y for x, y in zip(o, v, strict=True)) for o in every)}
    assert len(found.vectors) == len(set(found.vectors))
    assert set(found.vectors) == want
    assert not found.cut
    for path, vector in zip(found.paths, found.vectors, strict=True):
        assert vector == tuple(sum(vectors[e.edge_id][i] for e in path.edges) for i in range(4))
    costs = [p.cost for p in found.paths]
    assert costs == sorted(costs)


def walks_of_states(edges):
    leaving = {}
    for e in edges:
        leaving.setdefault(e.start, []).append(e)

    def go(at, behind, states):
        if at.node_id == "n01":
            yield tuple(behind)
        for e in leaving.get(at, ()):
            if e.end not in states:
                yield from go(e.end, [*behind, e], {*states, e.end})

    for start in sorted({s for e in edges for s in (e.start, e.end) if s.node_id == "n00"}):
        yield from go(start, [], {start})


def test_a_limit_on_the_pareto_set_is_said_and_cuts_the_dearest():
    edges = [edge(i, state(0, 0), state(1, 0)) for i in range(5)]
    vectors = {f"e{i:03d}": (float(i), float(9 - 2 * i), 0.0, 0.0) for i in range(5)}
    weighs = {name: v[0] + v[1] for name, v in vectors.items()}
    nothing = dict.fromkeys([state(0, 0), state(1, 0)], (0.0, 0.0, 0.0, 0.0))
    whole = pareto(searched(edges, weighs), Respects(vectors, nothing, nothing))
    part = pareto(searched(edges, weighs), Respects(vectors, nothing, nothing), most=2)
    assert (len(whole.paths), whole.cut) == (5, False)
    assert (part.vectors, part.cut) == (whole.vectors[:2], True)


# ---- one to all


@SMALL
@given(networks(places=9, steps=30))
def test_one_to_all_agrees_with_networkx_and_leaves_out_what_is_not_reached(made):
    _, edges, weighs = made
    states = sorted({s for e in edges for s in (e.start, e.end)})
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(states)
    for e in edges:
        graph.add_edge(e.start, e.end, weight=weighs[e.edge_id])
    want = nx.single_source_dijkstra_path_length(graph, states[0])
    assert Reach(Graph(edges, weighs)).from_states({states[0]: 0.0}) == pytest.approx(dict(want))


# ---- the shipped network against NetworkX


@pytest.fixture(scope="module")
def shipped():
    search, _ = set_up(read_scenario("both-open", ["origins=almaty1", "destinations=karachi_port"]), read_catalogue())
    return search


def shipped_errand(search, origin="almaty1", destination="karachi_port"):
    starts, ends = search.ends(search.graph, origin, destination)
    return Errand(
        origin,
        destination,
        {s: search.weight(a) for s, a in starts.items()},
        {s: search.weight(a) for s, a in ends.items()},
    )


@pytest.mark.parametrize("pair", [("almaty1", "karachi_port"), ("kostanay", "gwadar"), ("aktobe", "lahore")])
def test_ways_of_the_shipped_network_are_those_of_networkx(shipped, pair):
    asked = shipped_errand(shipped, *pair)
    graph = nx.DiGraph()
    for e in shipped.graph.edges:
        weight = shipped.graph.weights[e.edge_id]
        if not graph.has_edge(e.start, e.end) or graph[e.start][e.end]["weight"] > weight:
            graph.add_edge(e.start, e.end, weight=weight, hop=hop_of(e))
    graph.add_weighted_edges_from([("from", s, c) for s, c in asked.starts.items()])
    graph.add_weighted_edges_from([(s, "to", c) for s, c in asked.ends.items()])
    seen, want = set(), []
    for path in nx.shortest_simple_paths(graph, "from", "to", weight="weight"):
        places = [key for key, _ in itertools.groupby(s.node_id for s in path[1:-1])]
        key = tuple(h for a, b in itertools.pairwise(path[1:-1]) if (h := graph[a][b]["hop"]))
        if len(set(places)) == len(places) and key not in seen:
            seen.add(key)
            want.append(nx.path_weight(graph, path, "weight"))
        if len(want) == 6:
            break
    found = alternatives(SearchGraph(shipped.graph, asked), 6)
    assert [p.cost for p in found.paths] == pytest.approx(want, rel=1e-9)


# ---- faults of others, each by its name


def toy_search(toy, origin="alma", destination="port", **more):
    edges = toy.edges()
    weighs = {e.edge_id: toy.weigh(e.activities) for e in edges}
    return searched(edges, weighs, origin, destination, **more)


def test_an_unconnected_component_is_no_way():
    edges = [edge(0, state(0, 0), state(2, 0)), edge(1, state(3, 0), state(1, 0))]
    assert searched(edges, {"e000": 1.0, "e001": 1.0}) is None


def test_parallel_links_are_both_ways():
    edges = [edge(i, state(0, 0), state(1, 0)) for i in range(3)]
    found = alternatives(searched(edges, {"e000": 2.0, "e001": 1.0, "e002": 1.0}), 9).paths
    assert [hops(p) for p in found] == [("e001",), ("e002",), ("e000",)]


def test_rail_and_road_between_the_same_places_are_different_ways():
    found = alternatives(toy_search(Toy()), 40).paths
    modes = [{s.mode for s in p.states} for p in found]
    assert {"rail"} in modes
    assert {"road"} in modes


def test_ways_that_differ_only_inside_a_place_are_one():
    edges = [
        edge(0, state(0, 0), state(2, 0)), edge(1, state(2, 0), state(2, 2)), edge(2, state(2, 0), state(2, 3)),
        edge(3, state(2, 2), state(1, 2)), edge(4, state(2, 3), state(1, 3)),
    ]  # fmt: skip
    edges[4] = edges[4]._replace(activities=edges[3].activities)
    shared = replace(edges[3].activities[0], link_id="road")
    edges[3], edges[4] = (e._replace(activities=(shared,)) for e in edges[3:])
    (only,) = alternatives(searched(edges, dict.fromkeys([e.edge_id for e in edges], 1.0) | {"e001": 5.0}), 9).paths
    assert hops(only)[-1] == "road"
    assert only.cost == 3.0


def test_steps_that_weigh_nothing_form_no_circle():
    ring = [edge(i, state(i, 0), state((i + 1) % 4, 0)) for i in range(4)]
    back = [edge(i + 4, state((i + 1) % 4, 0), state(i, 0)) for i in range(4)]
    found = list(
        ways_by_cost(
            searched([*ring, *back], dict.fromkeys([e.edge_id for e in [*ring, *back]], 0.0), destination="n02")
        )
    )
    assert len(found) == 2
    assert all(p.cost == 0.0 for p in found)


@pytest.mark.parametrize("weight", [-1.0, math.nan, math.inf])
def test_weights_that_are_no_weights_are_refused(weight):
    with pytest.raises(ValueError, match="e000"):
        searched([edge(0, state(0, 0), state(1, 0))], {"e000": weight})


def test_the_first_and_the_last_place_of_the_table_can_be_asked_for(shipped):
    nodes = sorted(n for n in shipped.graph.at)
    for name in (nodes[0], nodes[-1]):
        asked = shipped_errand(shipped, name, "karachi_port")
        assert alternatives(SearchGraph(shipped.graph, asked), 1).paths[0].states[0].node_id == name


def test_the_order_of_rows_changes_no_way_of_the_toy():
    network = toy_network()
    turned = replace(
        network, links=dict(reversed(network.links.items())), terminals=dict(reversed(network.terminals.items()))
    )
    plain = alternatives(toy_search(Toy()), 12).paths
    assert alternatives(toy_search(Toy(network=toy_built(network=turned))), 12).paths == plain


def test_unreachable_is_absent_and_never_a_large_number():
    edges = [edge(0, state(0, 0), state(2, 0)), edge(1, state(3, 0), state(1, 0))]
    reach = Reach(Graph(edges, {"e000": 1.0, "e001": 1.0}))
    assert reach.from_states({state(0, 0): 0.5}) == {state(0, 0): 0.5, state(2, 0): 1.5}
    assert reach.costs({state(9, 0): 0.0}).tolist() == [math.inf] * 4


def test_a_start_is_the_place_that_was_named_and_never_the_nearest_on_an_island():
    edges = [edge(0, state(0, 0), state(1, 0)), edge(1, state(2, 0), state(3, 0))]
    weighs = {"e000": 1.0, "e001": 1.0}
    assert searched(edges, weighs, origin="n02") is None
    assert searched(edges, weighs, origin="n04") is None


def test_scaled_time_leaves_km_of_every_way_as_they_are(shipped):
    def km(way):
        return [a.km for e in way.edges for a in e.activities if a.moving]

    asked = shipped_errand(shipped)
    ways = {w.edges: km(w) for w in alternatives(SearchGraph(shipped.graph, asked), 3).paths}
    slow = Graph(shipped.graph.edges, {k: 2.0 * v for k, v in shipped.graph.weights.items()})
    twice = replace(
        asked, starts={s: 2.0 * c for s, c in asked.starts.items()}, ends={s: 2.0 * c for s, c in asked.ends.items()}
    )
    assert {w.edges: km(w) for w in alternatives(SearchGraph(slow, twice), 3).paths} == ways


def test_overlap_is_a_share_of_length():
    edges = [edge(0, state(0, 0), state(2, 0)), edge(1, state(2, 0), state(1, 0)), edge(2, state(2, 0), state(1, 0))]
    one, other = alternatives(searched(edges, dict.fromkeys(["e000", "e001", "e002"], 1.0)), 2).paths
    km = {"e000": 60.0, "e001": 40.0, "e002": 90.0}.__getitem__
    assert overlap(one, other, km) == pytest.approx(0.6)
    assert overlap(other, one, km) == pytest.approx(0.4)


# ---- the command


def said(*words):
    done = command(
        "routes",
        *words,
        "--scenario",
        "both-open",
        "--set",
        "draws=64",
        "--set",
        "shocks=false",
        "--set",
        "departures=month",
        "--json",
    )
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_the_command_gives_ways_in_order_with_their_figures():
    answer = said("almaty1", "karachi_port", "--k", "4")
    assert [r["rank"] for r in answer["routes"]] == [1, 2, 3, 4]
    costs = [r["generalized_usd_mean"] for r in answer["routes"]]
    assert costs == sorted(costs)
    for r in answer["routes"]:
        assert sum(leg["km"] for leg in r["legs"]) == pytest.approx(r["km"])
        assert sum(leg["hours"] for leg in r["legs"]) == pytest.approx(r["hours_mean"], rel=1e-6)
        assert sum(leg["usd"] for leg in r["legs"]) == pytest.approx(r["usd_mean"], rel=1e-6)
        assert r["hours_p10"] <= r["hours_p50"] <= r["hours_p90"]
        assert len(set(r["places"])) == len(r["places"])
    assert answer["order_changed_by_draws"] == ([r["searched_rank"] for r in answer["routes"]] != [1, 2, 3, 4])


@pytest.mark.parametrize(("by", "column"), [("usd", "usd_mean"), ("hours", "hours_mean"), ("co2e", "kg_co2e_mean")])
def test_each_measure_finds_its_own_best(by, column):
    mine = said("almaty1", "karachi_port", "--k", "2", "--by", by)["routes"][0][column]
    other = said("almaty1", "karachi_port", "--k", "2")["routes"][0][column]
    assert mine <= other * 1.02


def test_what_is_avoided_is_not_met_and_what_is_named_is_passed():
    answer = said("almaty1", "karachi_port", "--k", "2", "--avoid", "AF", "--via", "zahedan")
    for r in answer["routes"]:
        assert "zahedan" in r["places"]
        assert not any("herat" in place for place in r["places"])


def test_the_pareto_set_says_which_ways_the_draws_beat():
    answer = said("almaty1", "karachi_port", "--pareto")
    assert len(answer["routes"]) > 5
    keys = ("hours_mean", "usd_mean", "kg_co2e_mean", "hours_p90_less_p50")
    for r in answer["routes"]:
        assert r["hours_spread_added_up"] > 0
        better = [o for o in answer["routes"] if o is not r and all(o[k] <= r[k] for k in keys)]
        assert (r["beaten_by_rank"] is None) == (not better)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["almaty", "karachi_port"], "did you mean"),
        (["almaty1", "almaty1"], "origin and destination are both"),
        (["almaty1", "karachi_port", "--k", "0"], "allowed 1 or more"),
        (["almaty1", "karachi_port", "--by", "euro"], "allowed generalized, usd, hours, co2e"),
        (["almaty1", "karachi_port", "--avoid", "atlantis"], "there is no place, line"),
        (["almaty1", "karachi_port", "--via", "herrat"], 'did you mean "herat"'),
        (["almaty1", "karachi_port", "--max-overlap", "7"], "a share from 0 to 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(words, sentence):
    done = command("routes", *words, "--scenario", "both-open")
    assert done.code == 2
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_no_way_is_an_answer_with_its_own_exit_code():
    done = command(
        "routes", "almaty1", "karachi_port", "--scenario", "today", "--avoid", "IR", "--avoid", "CN", "--avoid", "XZ"
    )
    assert done.code == 3
    assert "no way" in done.err
    assert "shut" in done.err or "not built" in done.err


def test_the_benchmark_still_runs(root):
    words = [sys.executable, str(root / "tests" / "benchmarks" / "routing.py"), "--small"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert len(done.stdout.splitlines()) == 4
