"""Search: against NetworkX and against brute force on random networks, then its rules one by one.

Random networks have up to twelve places, states of four kinds (two gauges, two road vehicles), parallel edges, loops and
weights that are often 0 or equal, because ties and zeros are where a search goes wrong.
"""

import math
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import crossing, keyed, link, node, row, terminal, toy_network, toy_parameters
from toy_ways import OPEN, RAIL, RAIL_TO_HERA, ROAD, Errand, kinds, toy_built

from geodata.network import Network
from sim.activities import Activity, Edge, State
from sim.consignment import Consignment
from sim.routing import FREE, Graph, NoRouteError, Pin, Section, least_cost

KINDS = (("rail", 1520, "wagon"), ("rail", 1676, "wagon"), ("road", 0, "trailer"), ("road", 0, "rigid"))
COUNTRIES = ("KZ", "AF", "PK")
SEARCHED = settings(max_examples=150, deadline=None)

# ---- random networks


def state(place, kind):
    return State(f"n{place:02d}", *KINDS[kind])


def edge(number, start, end, country="KZ"):
    """Haul between two places, or a terminal inside one."""
    kind = "haul" if start.node_id != end.node_id else "transship"
    activity = Activity(f"{kind}@{number}", kind, from_node_id=start.node_id, to_node_id=end.node_id, country=country)
    return Edge(f"e{number:03d}", start, end, (activity,))


weights = st.one_of(st.sampled_from([0.0, 0.0, 1.0, 1.0, 2.0, 5.0]), st.floats(0.0, 100.0))


@st.composite
def networks(draw, places=12, steps=40):
    """Edges between states and their weights: ``(number of places, edges, weights)``."""
    count = draw(st.integers(2, places))
    place, kind = st.integers(0, count - 1), st.integers(0, len(KINDS) - 1)
    rows = draw(
        st.lists(st.tuples(place, place, kind, kind, weights, st.sampled_from(COUNTRIES)), min_size=1, max_size=steps)
    )
    edges, weighs = [], {}
    for number, (a, b, this, other, weight, country) in enumerate(rows):
        made = edge(number, state(a, this), state(b, this if a != b else other), country)
        edges.append(made)
        weighs[made.edge_id] = weight
    return count, edges, weighs


def multigraph(edges, weighs):
    graph = nx.MultiDiGraph()
    for e in edges:
        graph.add_edge(e.start, e.end, key=e.edge_id, weight=weighs[e.edge_id])
    return graph


def distances(edges, weighs, sources):
    """NetworkX: cheapest cost of each state from sources that have costs of their own."""
    graph = multigraph(edges, weighs)
    graph.add_node("source")
    for s, cost in sources.items():
        graph.add_edge("source", s, weight=cost)
    found = nx.single_source_dijkstra_path_length(graph, "source", weight="weight")
    return {s: cost for s, cost in found.items() if s != "source"}


def check_path(path, origin, destination, weighs, extra=0.0):
    """A path hangs together, begins and ends where it should and costs what it says."""
    assert path.states[0].node_id == origin
    assert path.states[-1].node_id == destination
    assert len(path.states) == len(path.edges) + 1
    for e, start, end in zip(path.edges, path.states[:-1], path.states[1:], strict=True):
        assert (e.start, e.end) == (start, end)
    assert path.cost == pytest.approx(sum(weighs[e.edge_id] for e in path.edges) + extra, abs=1e-9)


def places_of(edges):
    return {s for e in edges for s in (e.start, e.end)}


# ---- against NetworkX


@SEARCHED
@given(networks())
def test_the_cheapest_way_is_networkxs(case):
    count, edges, weighs = case
    graph = Graph(edges, weighs)
    targets = [f"n{i:02d}" for i in range(1, count)]
    found = least_cost(graph, "n00", targets)
    reach = distances(edges, weighs, {s: 0.0 for s in places_of(edges) if s.node_id == "n00"})
    for target in targets:
        costs = [cost for s, cost in reach.items() if s.node_id == target]
        path = found[target]
        if not costs:
            assert path is None
        else:
            assert path.cost == pytest.approx(min(costs), abs=1e-9)
            check_path(path, "n00", target, weighs)
            assert len(set(path.states)) == len(path.states)  # no state twice: no loop, not even a free one


@SEARCHED
@given(
    networks(),
    st.lists(weights, min_size=4, max_size=4),
    st.lists(weights, min_size=4, max_size=4),
    st.sets(st.integers(1, 11), max_size=2),
    st.integers(1, 15),
)
def test_costs_of_beginning_and_ending_and_places_to_avoid_are_networkxs(case, begin, finish, avoided, may_end):
    count, edges, weighs = case
    target = f"n{count - 1:02d}"
    avoid = {f"n{i:02d}" for i in avoided} - {target}
    starts = {state(0, kind): begin[kind] for kind in range(4)}
    ends = {state(count - 1, kind): finish[kind] for kind in range(4) if may_end >> kind & 1}
    path = least_cost(Graph(edges, weighs), "n00", [target], Pin(FREE, starts, ends, frozenset(avoid)))[target]
    kept = [e for e in edges if e.end.node_id not in avoid]
    reach = distances(kept, weighs, {s: c for s, c in starts.items() if s in places_of(edges)})
    costs = [reach[s] + cost for s, cost in ends.items() if s in reach]
    if not costs:
        assert path is None
    else:
        assert path.cost == pytest.approx(min(costs), abs=1e-9)
        check_path(path, "n00", target, weighs, starts[path.states[0]] + ends[path.states[-1]])
        assert not avoid & {s.node_id for s in path.states}


def pinned(edges, weighs, origin, target, sections):
    """NetworkX section by section: dearest nothing, cheapest something, or None. Independent of the search's labels."""
    begin = {s: 0.0 for s in places_of(edges) if s.node_id == origin and s.mode in sections[0].modes}
    for number, section in enumerate(sections):
        inside = [e for e in edges if section.allows(e)]
        for place in (*section.via, section.to or target):
            reach = {**begin, **distances(inside, weighs, begin)} if begin else {}
            begin = {s: cost for s, cost in reach.items() if s.node_id == place}
        if not section.to:
            return min(begin.values(), default=None)
        following = sections[number + 1]
        handed = {s: cost for s, cost in begin.items() if s.mode in following.modes}
        for e in edges:
            hands_over = e.start in begin and e.start.node_id == e.end.node_id and e not in inside
            if hands_over and e.start.mode in section.modes and e.end.mode in following.modes:
                cost = begin[e.start] + weighs[e.edge_id]
                handed[e.end] = min(cost, handed.get(e.end, math.inf))
        begin = handed
    raise AssertionError


some_modes = st.sampled_from([frozenset({"rail"}), frozenset({"road"}), frozenset({"rail", "road"})])
some_countries = st.sampled_from([frozenset(), frozenset({"KZ", "AF"}), frozenset(COUNTRIES)])
some_vehicles = st.sampled_from([frozenset(), frozenset({"rigid"}), frozenset({"trailer"})])


@st.composite
def pins(draw, count):
    inner = st.integers(0, count - 1).map(lambda i: f"n{i:02d}")
    number = draw(st.integers(1, 3))
    return [
        Section(
            draw(some_modes), draw(some_countries), tuple(draw(st.lists(inner, max_size=2, unique=True))),
            draw(inner) if last < number - 1 else "", draw(some_vehicles),
        )
        for last in range(number)
    ]  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(networks(places=7, steps=40).flatmap(lambda case: st.tuples(st.just(case), pins(case[0]))))
def test_a_pinned_way_is_networkxs_section_by_section(case):
    (count, edges, weighs), sections = case
    target = f"n{count - 1:02d}"
    path = least_cost(Graph(edges, weighs), "n00", [target], Pin(sections))[target]
    cost = pinned(edges, weighs, "n00", target, sections)
    if cost is None:
        assert path is None
    else:
        assert path is not None
        assert path.cost == pytest.approx(cost, abs=1e-9)
        check_path(path, "n00", target, weighs)
        passed = iter([s.node_id for s in path.states])
        assert all(place in passed for place in sections[0].via)


@settings(max_examples=150, deadline=None)
@given(networks(places=7, steps=40).flatmap(lambda case: st.tuples(st.just(case), pins(case[0]))))
def test_a_way_that_is_in_each_state_once_is_no_cheaper_and_is_the_same_where_nothing_turns_back(case):
    (count, edges, weighs), sections = case
    target = f"n{count - 1:02d}"
    graph = Graph(edges, weighs)
    least = least_cost(graph, "n00", [target], Pin(sections))[target]
    once = least_cost(graph, "n00", [target], Pin(sections, once=True))[target]
    if least is None:
        assert once is None
    elif len(set(least.states)) == len(least.states):
        assert once == least
    elif once is not None:
        assert len(set(once.states)) == len(once.states)
        assert once.cost >= least.cost - 1e-9
        check_path(once, "n00", target, weighs)


def test_a_way_that_turns_back_goes_round_where_it_may_be_in_each_state_once():
    # n00 -1- n01 -1- n02 both ways, n01 -1- n03, n02 -9- n03: in passing n02 the cheapest way turns back to n01
    hops = [(0, 1, 1.0), (1, 2, 1.0), (2, 1, 1.0), (1, 3, 1.0), (2, 3, 9.0)]
    edges = [edge(i, state(a, 0), state(b, 0)) for i, (a, b, _) in enumerate(hops)]
    graph = Graph(edges, {e.edge_id: weight for e, (_, _, weight) in zip(edges, hops, strict=True)})
    through = (Section(FREE[0].modes, via=("n02",)),)
    least, once = (least_cost(graph, "n00", ["n03"], Pin(through, once=o))["n03"] for o in (False, True))
    assert [s.node_id for s in least.states] == ["n00", "n01", "n02", "n01", "n03"]
    assert [s.node_id for s in once.states] == ["n00", "n01", "n02", "n03"]
    assert (least.cost, once.cost) == (4.0, 11.0)


# ---- against brute force


def brute_force(edges, weighs, origin, target):
    """Cost of every way that meets no state twice, cheapest first."""
    leaving = {}
    for e in edges:
        leaving.setdefault(e.start, []).append(e)
    costs = []

    def go(here, seen, cost):
        if here.node_id == target:
            costs.append(cost)
        for e in leaving.get(here, ()):
            if e.end not in seen:
                go(e.end, seen | {e.end}, cost + weighs[e.edge_id])

    for s in places_of(edges):
        if s.node_id == origin:
            go(s, {s}, 0.0)
    return sorted(costs)


@SEARCHED
@given(networks(places=6, steps=16))
def test_no_way_of_all_that_can_be_listed_is_cheaper(case):
    count, edges, weighs = case
    target = f"n{count - 1:02d}"
    path = least_cost(Graph(edges, weighs), "n00", [target])[target]
    costs = brute_force(edges, weighs, "n00", target)
    assert (path is None) == (not costs)
    if path is not None:
        assert path.cost == pytest.approx(costs[0], abs=1e-9)


# ---- laws


@SEARCHED
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_edges_and_equal_costs_change_nothing(case, random):
    count, edges, weighs = case
    targets = [f"n{i:02d}" for i in range(1, count)]
    shuffled = list(edges)
    random.shuffle(shuffled)
    assert least_cost(Graph(shuffled, weighs), "n00", targets) == least_cost(Graph(edges, weighs), "n00", targets)


@SEARCHED
@given(networks())
def test_each_destination_alone_gets_what_all_together_get(case):
    count, edges, weighs = case
    graph = Graph(edges, weighs)
    targets = [f"n{i:02d}" for i in range(1, count)]
    together = least_cost(graph, "n00", targets)
    for target in targets:
        alone = least_cost(graph, "n00", [target])[target]
        assert (alone is None) == (together[target] is None)
        assert alone is None or alone.cost == together[target].cost


@SEARCHED
@given(networks(), st.data())
def test_a_place_on_the_best_way_asked_for_in_passing_changes_no_cost(case, data):
    count, edges, weighs = case
    target = f"n{count - 1:02d}"
    graph = Graph(edges, weighs)
    best = least_cost(graph, "n00", [target])[target]
    if best is None:
        return
    on_it = list(dict.fromkeys(s.node_id for s in best.states))
    via = tuple(place for place in on_it if data.draw(st.booleans()))
    pin = Pin((Section(FREE[0].modes, via=via),))
    assert least_cost(graph, "n00", [target], pin)[target].cost == pytest.approx(best.cost, abs=1e-9)
    other = data.draw(st.integers(0, count - 1))
    forced = least_cost(graph, "n00", [target], Pin((Section(FREE[0].modes, via=(f"n{other:02d}",)),)))[target]
    assert forced is None or forced.cost >= best.cost - 1e-9


@SEARCHED
@given(networks(places=7).flatmap(lambda case: st.tuples(st.just(case), pins(case[0]))), st.data())
def test_dropping_a_restriction_never_makes_a_way_dearer(case, data):
    (count, edges, weighs), sections = case
    target = f"n{count - 1:02d}"
    graph = Graph(edges, weighs)
    tight = least_cost(graph, "n00", [target], Pin(sections))[target]
    which = data.draw(st.integers(0, len(sections) - 1))
    looser = data.draw(
        st.sampled_from(
            [{"countries": frozenset()}, {"vehicles": frozenset()}, {"via": ()}, {"modes": frozenset({"rail", "road"})}]
        )
    )
    dropped = [replace(s, **looser) if i == which else s for i, s in enumerate(sections)]
    loose = least_cost(graph, "n00", [target], Pin(dropped))[target]
    free = least_cost(graph, "n00", [target])[target]
    if tight is not None:
        assert loose is not None
        assert free.cost - 1e-9 <= loose.cost <= tight.cost + 1e-9


@SEARCHED
@given(networks(), st.data())
def test_a_dearer_edge_never_makes_a_way_cheaper_and_a_new_one_never_dearer(case, data):
    count, edges, weighs = case
    target = f"n{count - 1:02d}"
    base = least_cost(Graph(edges, weighs), "n00", [target])[target]
    chosen = data.draw(st.sampled_from(edges)).edge_id
    dearer = {**weighs, chosen: weighs[chosen] + data.draw(st.floats(0.0, 10.0))}
    after = least_cost(Graph(edges, dearer), "n00", [target])[target]
    without = least_cost(Graph([e for e in edges if e.edge_id != chosen], weighs), "n00", [target])[target]
    assert (after is None) == (base is None)
    assert base is None or after.cost >= base.cost - 1e-9
    assert without is None or without.cost >= base.cost - 1e-9


# ---- what is refused


@pytest.mark.parametrize("bad", [-1e-9, -5.0, math.nan, math.inf, -math.inf])
def test_a_weight_below_0_or_no_number_is_refused_and_the_edge_named(bad):
    edges = [edge(1, state(0, 0), state(1, 0)), edge(2, state(1, 0), state(2, 0))]
    with pytest.raises(ValueError, match=r"edge 'e002': weight is .*; it must be a number of 0 or more"):
        Graph(edges, {"e001": 1.0, "e002": bad})


def test_a_missing_weight_is_refused_and_never_taken_for_1():
    edges = [edge(1, state(0, 0), state(1, 0)), edge(2, state(1, 0), state(2, 0))]
    with pytest.raises(ValueError, match=r"edge 'e001': weight is nan"):
        Graph(edges, {"e002": 1.0})


def test_a_free_step_back_makes_no_loop():
    # n00 -1- n01, and a free step both ways between n01 and n02 whose name sorts before: the way back must not take over
    edges = [edge(9, state(0, 0), state(1, 0)), edge(2, state(1, 0), state(2, 0)), edge(1, state(2, 0), state(1, 0))]
    path = least_cost(Graph(edges, {"e009": 1.0, "e002": 0.0, "e001": 0.0}), "n00", ["n02"])["n02"]
    assert [e.edge_id for e in path.edges] == ["e009", "e002"]


# ---- nowhere


def test_what_cannot_be_reached_is_none_and_never_a_number():
    edges = [edge(1, state(0, 0), state(1, 0))]
    graph = Graph(edges, {"e001": 1.0})
    assert least_cost(graph, "n01", ["n00", "n07"]) == {"n00": None, "n07": None}
    assert least_cost(graph, "nowhere", ["n00"]) == {"n00": None}
    assert least_cost(Graph([], {}), "n00", ["n01"]) == {"n01": None}
    assert issubclass(NoRouteError, ValueError)


def test_gauges_that_meet_without_a_terminal_do_not_join():
    # alma === kbor (1520) and kbor ### abor (1676) share a place and nothing else
    network = Network(
        keyed([node("a", "KZ", "city", 45.0, 70.0), node("b", "KZ", "city", 44.0, 70.0), node("c", "KZ", "city", 43.0, 70.0)], "node_id"),
        keyed([link("a", "b", "rail", "KZ", 100.0, gauges=(1520,)), link("b", "c", "rail", "KZ", 100.0, gauges=(1676,))], "link_id"),
        {}, {}, {}, {},
    )  # fmt: skip
    assert Errand(network=network).find("a", "c") is None
    bogies = replace(network, terminals=keyed([terminal("b", ("rail", 1520), ("rail", 1676), "bogie")], "terminal_id"))
    assert [s.gauge_mm for s in Errand(network=bogies).find("a", "c").states] == [1520, 1520, 1676, 1676]
    dual = replace(network, links={k: v._replace(gauges=(1520, 1676)) for k, v in network.links.items()})
    assert len(Errand(network=dual).find("a", "c").edges) == 2


def test_nothing_built_no_railway_to_the_port():
    before = Errand(network=toy_network().built(OPEN, held=("newline", "newline2", "better")))
    assert before.find("alma", "port", RAIL) is None
    assert before.find("alma", "port", ROAD) is not None
    # with the first stage alone rail reaches hera and trucks go on
    first = Errand(network=toy_network().built(OPEN, held=("newline2", "better")))
    assert first.find("alma", "port", RAIL) is None
    assert [s.mode for s in first.find("alma", "port", RAIL_TO_HERA).states if s.node_id == "hera"] == ["rail", "road"]


def test_the_first_and_the_last_place_of_the_table_are_places_like_others():
    network = toy_built()
    first, *_, last = network.nodes
    assert (first, last) == ("alma", "hub")
    errand = Errand(network=network)
    path = errand.find(first, last)
    assert (path.states[0].node_id, path.states[-1].node_id) == (first, last)
    names = sorted(network.nodes)
    assert errand.find(names[0], names[-1]) is not None


# ---- parallel edges


def test_three_parallel_links_are_all_usable():
    # road, rail and rail by another operator between the same two places: shut the best and the next one takes over
    toy = toy_built()
    other = toy.links["rail.alma--kbor"]._replace(link_id="rail.alma--kbor.second", line_id="second")
    network = replace(toy, links={**toy.links, other.link_id: other})
    p = toy_parameters(
        row("speed.rail.second", "haul", "speed", "km/h", 39.0, mode="rail", country="KZ", line_id="second")
    )
    errand = Errand(network=network, parameters=p)
    edges = errand.edges()
    used = []
    for _ in range(3):
        path = errand.find("alma", "kbor", edges=edges)
        used.append(path.edges[0].edge_id)
        edges = [e for e in edges if e.edge_id != used[-1]]
    assert set(used) == {
        "rail.alma--kbor.second:alma>kbor:wagon1520",
        "rail.alma--kbor:alma>kbor:wagon1520",
        "road.alma--kbor:alma>kbor:trailer",
    }
    assert used.index("rail.alma--kbor.second:alma>kbor:wagon1520") < used.index("rail.alma--kbor:alma>kbor:wagon1520")
    assert errand.find("alma", "kbor", edges=edges) is None


# ---- ends


def test_a_way_may_not_begin_on_board_nor_end_on_the_quay_waiting_for_a_ship():
    edges = [e for e in Errand().edges() if e.start.mode in {"sea", "rail"}]
    graph = Graph(edges, {e.edge_id: 1.0 for e in edges})
    assert least_cost(graph, "port", ["hub"])["hub"].states[0].vehicle == "berth"
    assert least_cost(graph, "pgate", ["port"])["port"].states[-1].mode == "rail"
    # what only stands on the quay has not arrived, and what is on board cannot be what a way begins with
    quay = [e for e in edges if e.start.mode == "rail" and e.end.vehicle == "berth"]
    assert least_cost(Graph(quay, {e.edge_id: 1.0 for e in quay}), "port", ["port"])["port"].states[-1].mode == "rail"
    berth = quay[0].end
    assert Pin().end_cost(berth, 0, 0) is None
    assert Pin().start_cost(berth) == 0.0
    assert Pin().start_cost(berth._replace(vehicle="vessel")) is None
    assert Pin().end_cost(berth._replace(vehicle="vessel"), 0, 0) == 0.0


def test_the_cost_of_ending_may_turn_the_choice():
    # two modes arrive: rail for 1 but 10 to end, road for 5 and 0 to end
    edges = [edge(1, state(0, 0), state(1, 0)), edge(2, state(0, 2), state(1, 2))]
    weighs = {"e001": 1.0, "e002": 5.0}
    ends = {state(1, 0): 10.0, state(1, 2): 0.0}
    path = least_cost(Graph(edges, weighs), "n00", ["n01"], Pin(FREE, None, ends))["n01"]
    assert (path.cost, path.states[-1].mode) == (5.0, "road")
    assert least_cost(Graph(edges, weighs), "n00", ["n01"], Pin(FREE, None, {}))["n01"] is None
    # the second to arrive is dearer to end and does not take over
    close = Graph(edges, {"e001": 1.0, "e002": 1.5})
    path = least_cost(close, "n00", ["n01"], Pin(FREE, None, {state(1, 0): 1.0, state(1, 2): 10.0}))["n01"]
    assert (path.cost, path.states[-1].mode) == (2.0, "rail")
    starts = {state(0, 0): 7.0, state(0, 2): 4.0}
    assert least_cost(Graph(edges, weighs), "n00", ["n01"], Pin(FREE, starts))["n01"].cost == 8.0


# ---- pins on the toy


def test_a_pinned_corridor_changes_mode_where_it_says():
    path = Errand().find("alma", "port", RAIL_TO_HERA)
    at_hera = [s.mode for s in path.states if s.node_id == "hera"]
    assert at_hera == ["rail", "road"]
    assert {s.mode for s in path.states[: path.states.index(State("hera", "rail", 1520, "wagon"))]} == {"rail"}


def test_countries_bind_hauls_and_a_place_to_avoid_binds_states():
    errand = Errand()
    central_asia = (Section(frozenset({"rail", "road"}), frozenset({"KZ", "AF"})),)
    assert errand.find("alma", "agate", central_asia) is not None
    assert errand.find("alma", "port", central_asia) is None
    assert errand.find("alma", "port", avoid=("hera",)) is None
    assert errand.find("alma", "kbor", avoid=("hera",)) is not None


def test_places_in_passing_are_passed_in_order():
    errand = Errand()
    land = frozenset({"rail", "road"})
    there_and_back = errand.find("alma", "hera", (Section(land, via=("agate", "abor")),))
    nodes = [s.node_id for s in there_and_back.states]
    assert nodes.index("agate") < max(i for i, n in enumerate(nodes) if n == "abor")
    in_order = errand.find("alma", "hera", (Section(land, via=("abor",)),))
    assert in_order.cost == errand.find("alma", "hera").cost < there_and_back.cost
    assert errand.find("alma", "hera", (Section(land, via=("hub",)),)) is None


def test_a_section_hands_over_only_once_its_places_are_passed():
    # by rail to agate first and back to hera, where trucks take over
    land = (Section(frozenset({"rail"}), via=("agate",), to="hera"), Section(frozenset({"road"})))
    path = Errand().find("alma", "port", land)
    assert [s.node_id for s in path.states if s.mode == "rail"] == ["alma", "kbor", "abor", "hera", "agate", "hera"]
    assert [s.node_id for s in path.states if s.mode == "road"] == ["hera", "agate", "pgate", "port"]


def test_the_vehicles_of_a_section_bind_the_road_alone():
    small = Consignment("TEU", 2, 20.0, "general", 40000.0, "block_train")
    errand = Errand(consignment=small)
    rigid = (Section(frozenset({"rail"}), to="hera"), Section(frozenset({"road"}), vehicles=frozenset({"rigid"})))
    path = errand.find("alma", "port", rigid)
    assert {s.vehicle for s in path.states} == {"wagon", "rigid"}


# ---- ships


def with_feeder(*, joined=True):
    """port ~~~ hub ~~~ far: two sailings, with or without a terminal that passes boxes from ship to ship."""
    toy = toy_built()
    far = node("far", "AE", "port", 24.0, 55.0)
    leg = link("hub", "far", "sea", "XZ", 260.0, terrain="sea")
    terminals = toy.terminals if joined else {k: t for k, t in toy.terminals.items() if t.node_id != "hub"}
    return replace(toy, nodes={**toy.nodes, "far": far}, links={**toy.links, leg.link_id: leg}, terminals=terminals)


def test_from_ship_to_ship_the_box_dwells_and_each_sailing_waits():
    errand = Errand(network=with_feeder())
    path = errand.find("alma", "far")
    tail = kinds(errand.chain(path))[-8:]
    assert tail == [
        "dwell.port_out",
        "wait.sailing",
        "haul",
        "dwell.feeder",
        "wait.sailing",
        "haul",
        "dwell.import_sea",
        "unload",
    ]
    waits = [a.activity_id for a in errand.chain(path) if a.reason == "sailing"]
    assert waits == ["wait.sailing@port:sea.port--hub", "wait.sailing@hub:sea.hub--far"]


def test_without_a_terminal_no_box_passes_from_ship_to_ship():
    assert Errand(network=with_feeder(joined=False)).find("alma", "far") is None
    assert Errand(network=with_feeder(joined=False)).find("alma", "hub") is not None


def test_a_crossing_between_two_gauges_of_one_place_needs_its_own_states():
    # 1520 and 1435 both cross a border of dual gauge; the way keeps its gauge to the end
    network = Network(
        keyed([node("a", "KZ", "city", 45.0, 70.0), node("b", "KZ", "border", 44.0, 70.0), node("c", "AF", "border", 43.9, 70.0)], "node_id"),
        keyed([link("a", "b", "rail", "KZ", 100.0, gauges=(1435, 1520))], "link_id"),
        keyed([crossing("b", "c", "rail", ("KZ", "AF"), (1.0, 1.0), gauges=(1435, 1520))], "crossing_id"),
        {}, {}, {},
    )  # fmt: skip
    graph = Errand(network=network).graph()
    ends = {s: least_cost(graph, "a", ["c"], Pin(FREE, None, {s: 0.0}))["c"] for s in graph.states_at("c")}
    assert {s.gauge_mm: {x.gauge_mm for x in path.states} for s, path in ends.items()} == {1435: {1435}, 1520: {1520}}
