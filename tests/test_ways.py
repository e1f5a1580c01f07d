"""Ways of the shipped network: each follows its pin, costs the least of it, and says why where there is none."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import pytest
from studies import FLAGSHIP, ONE_PAIR, finder, study, way_of

from corridors.catalogue import Corridor, Stage, read_catalogue
from corridors.pins import sections_of
from corridors.ways import WayFinder, assumption_sentence
from sim.activities import WATER, Conditions
from sim.cost import payload_t
from sim.routing import Graph, Pin, Section, least_cost

SCENARIOS = ("both-open", "today", "open-borders")


def feasible(*names):
    return [(carried, way) for carried in map(study, names or SCENARIOS) for way in carried.ways if way.feasible]


def searched(way):
    """Activities that the search weighed; hours in which a gate sleeps are added by the simulation."""
    return [a for a in way.itinerary.activities if a.reason != "opening"]


def hauls(way):
    return [a for a in way.itinerary.activities if a.moving]


# The pin


def split_by_stage(way, stages):
    """Hauls of each stage: a stage ends where its last place is reached."""
    rest = hauls(way)
    for stage in stages[:-1]:
        last = max(
            i
            for i, a in enumerate(rest)
            if a.to_node_id == stage.to and {b.mode for b in rest[: i + 1]} <= set(stage.modes)
        )
        yield stage, rest[: last + 1]
        rest = rest[last + 1 :]
    yield stages[-1], rest


def test_a_way_passes_the_places_of_its_pin_in_order_by_its_modes_and_countries():
    for carried, way in feasible():
        corridor = carried.catalogue[way.corridor]
        for stage, moves in split_by_stage(way, corridor.stages_to(way.destination)):
            assert {a.mode for a in moves} <= set(stage.modes), (way.corridor, stage)
            assert not stage.countries or {a.country for a in moves} <= set(stage.countries), (way.corridor, stage)
            places = iter([moves[0].from_node_id, *(a.to_node_id for a in moves)])
            assert all(place in places for place in stage.via), (way.corridor, stage.via)
            assert not stage.to or moves[-1].to_node_id == stage.to
        assert not set(way.itinerary.nodes) & set(corridor.avoid)


def test_a_way_begins_at_its_origin_and_ends_at_its_destination():
    for _, way in feasible():
        assert way.itinerary.nodes[0] == way.origin
        assert way.itinerary.nodes[-1] == way.destination


def test_a_way_passes_no_place_twice():
    for _, way in feasible():
        assert len(set(way.itinerary.nodes)) == len(way.itinerary.nodes), way.corridor


def test_activities_hang_together():
    for _, way in feasible():
        here = {way.origin}
        for a in way.itinerary.activities:
            if a.moving and {a.from_node_id, a.to_node_id} != here:
                # the hop over a border is two hauls, one a side, between the same two places
                assert a.from_node_id in here, a.activity_id
                here = {a.from_node_id, a.to_node_id}
            elif not a.moving:
                assert a.from_node_id == a.to_node_id
                assert a.from_node_id in here, a.activity_id


def test_ends_are_those_of_the_terms():
    for carried, way in feasible():
        first, second, *_, before, last = way.itinerary.activities
        assert carried.scenario.terms == "consignee"
        assert [(first.kind, first.reason), second.kind] == [("wait", "supply"), "load"]
        by_ship = hauls(way)[-1].mode in WATER
        assert (before.kind, before.reason) == ("dwell", "import_sea" if by_ship else "import_land")
        assert last.kind == "unload"


def test_every_country_after_the_first_is_entered_by_a_clearance_on_either_side():
    for _, way in feasible():
        here = None
        activities = way.itinerary.activities
        for i, a in enumerate(activities):
            if not a.moving:
                continue
            if here is not None and a.country != here and "XZ" not in (here, a.country):
                between = [b for b in activities[:i] if b.kind == "clear" and b.crossing_id == a.crossing_id]
                assert {(b.side, b.direction) for b in between if b.reason == "border"} == {
                    (here, "out"),
                    (a.country, "in"),
                }, a.activity_id
                assert any(b.reason == "transit" and b.country == a.country for b in between)
            here = a.country


def test_roads_rest_and_rails_do_not():
    for _, way in feasible():
        activities = way.itinerary.activities
        for a, b in pairwise(activities):
            assert (b.kind == "rest") == (a.moving and a.mode == "road"), (a.activity_id, b.activity_id)


def test_a_forty_foot_box_goes_by_trailer_only():
    for _, way in feasible():
        assert {a.vehicle for a in hauls(way) if a.mode == "road"} <= {"trailer"}


def test_origins_choose_their_way_to_turgundi():
    # the rivals are left to the search: Almaty by Saryagash and Farap, the west by Bolashak
    carried = study()
    almaty = way_of(carried, "turgundi-chaman", "almaty1", "karachi_port").itinerary.nodes
    aktobe = way_of(carried, "turgundi-chaman", "aktobe", "karachi_port").itinerary.nodes
    assert {"saryagash", "farap"} <= set(almaty)
    assert "bolashak" in aktobe


# The least cost of the pin, against NetworkX


def dijkstra(edges, weights, begin):
    graph = nx.DiGraph()
    for state, cost in begin.items():
        graph.add_edge("begin", state, weight=cost)
    for e in edges:
        weight = weights[e.edge_id]
        if weight < graph.get_edge_data(e.start, e.end, {"weight": math.inf})["weight"]:
            graph.add_edge(e.start, e.end, weight=weight)
    return nx.single_source_dijkstra_path_length(graph, "begin") if begin else {}


def cheapest(search, sections, way, avoid):
    """Least cost of a pin, place after place, section after section; None where there is none."""
    weights = search.graph.weights
    edges = [e for e in search.graph.edges if e.end.node_id not in avoid]
    starts, ends = search.ends(search.graph, way.origin, way.destination)
    begin = {s: search.weight(a) for s, a in starts.items() if s.mode in sections[0].modes}
    for number, section in enumerate(sections):
        inside = [e for e in edges if section.allows(e)]
        for place in (*section.via, section.to or way.destination):
            reached = dijkstra(inside, weights, begin)
            begin = {s: cost for s, cost in reached.items() if s != "begin" and s.node_id == place}
        if number + 1 < len(sections):
            following = sections[number + 1]
            handed = {s: cost for s, cost in begin.items() if s.mode in following.modes}
            for e in edges:
                if (
                    e.start in begin
                    and e.end.node_id == section.to
                    and e.start.mode in section.modes
                    and e.end.mode in following.modes
                ):
                    handed[e.end] = min(handed.get(e.end, math.inf), begin[e.start] + weights[e.edge_id])
            begin = handed
    return min((cost + search.weight(ends[s]) for s, cost in begin.items() if s in ends), default=None)


@pytest.mark.parametrize(("origin", "destination"), [("almaty1", "karachi_port"), ("aktobe", "gwadar")])
def test_a_way_costs_the_least_of_its_pin(origin, destination):
    carried = study()
    search = finder(carried)
    for way in carried.ways_between(origin, destination):
        corridor = carried.catalogue[way.corridor]
        sections = sections_of(corridor, origin, destination, "southbound")
        least = cheapest(search, sections, way, corridor.avoid)
        assert search.weight(searched(way)) == pytest.approx(least, rel=1e-12), way.corridor


def test_search_weights_are_the_mean_of_what_is_simulated():
    # mean generalized cost in closed form against the draws: 256 draws settle within 2 %
    carried = study()
    search = finder(carried)
    for way in carried.ways_between("almaty1", "karachi_port"):
        simulated = way.outcome.usd.mean() + search.usd_per_hour * way.outcome.hours.mean()
        assert simulated == pytest.approx(search.weight(searched(way)), rel=0.02), way.corridor


def test_fewer_rules_never_cost_more():
    carried = study(FLAGSHIP, *ONE_PAIR)
    search = finder(carried)
    starts, ends = search.ends(search.graph, "almaty1", "karachi_port")
    costs = [{s: search.weight(a) for s, a in end.items()} for end in (starts, ends)]
    free = least_cost(
        search.graph, "almaty1", ["karachi_port"], Pin((Section(frozenset({"rail", "road", "sea", "ferry"})),), *costs)
    )["karachi_port"]
    for way in carried.ways:
        assert free.cost <= search.weight(searched(way)) + 1e-9


# Pins made for the purpose


def pinned(carried, *stages, avoid=()):
    corridor = Corridor(corridor_id="made", name="made", why="made", stages=stages, avoid=avoid)
    search = finder(carried)
    return search.find(corridor, "almaty1", "karachi_port").carried_through(carried.ways[0].outcome.draws)


def test_a_place_to_be_avoided_is_avoided():
    carried = study(FLAGSHIP, *ONE_PAIR)
    stage = Stage(modes=("rail",), countries=("KZ", "UZ", "TM", "AF", "PK"), via=("turgundi", "chaman"))
    plain = pinned(carried, stage)
    assert "samarkand" in plain.itinerary.nodes
    round_about = pinned(carried, stage, avoid=("samarkand",))
    assert "samarkand" not in round_about.itinerary.nodes
    assert round_about.outcome.hours.mean() > plain.outcome.hours.mean()


def test_a_shut_gate_is_not_walked_round_and_back():
    # with Torkham shut and Kharlachi open, the cheapest way "by Torkham" would turn there, cross at Kharlachi and come
    # back to Torkham from behind; that is no way by Torkham, and the gate is named instead
    carried = study("open-borders", *ONE_PAIR, "date=2017-03-01", "corridors=kabul-road")
    search = finder(carried)
    sections = sections_of(carried.catalogue["kabul-road"], "almaty1", "karachi_port", "southbound")
    costs = [
        {s: search.weight(a) for s, a in end.items()} for end in search.ends(search.graph, "almaty1", "karachi_port")
    ]
    turning = least_cost(search.graph, "almaty1", ["karachi_port"], Pin(sections, *costs))["karachi_port"]
    nodes = [s.node_id for s in turning.states]
    assert nodes.count("jalalabad") > 1
    assert not carried.ways[0].feasible
    assert carried.ways[0].reason.startswith("Torkham: shut")


def test_sections_run_backwards_northbound():
    corridor = read_catalogue()["kabul-road"]
    south, north = (sections_of(corridor, "almaty1", "karachi_port", d) for d in ("southbound", "northbound"))
    assert [s.to for s in south] == ["hairatan", ""]
    assert [s.to for s in north] == ["hairatan", ""]
    assert [s.modes for s in north] == [s.modes for s in south][::-1]
    assert north[0].via == south[1].via[::-1]


def test_sections_northbound_are_those_from_the_port_they_leave():
    corridor = read_catalogue()["turgundi-chaman"]
    north = sections_of(corridor, "gwadar", "almaty1", "northbound")
    assert [s.to for s in north] == ["chaman", ""]
    assert "road" in north[0].modes
    assert north[1].via == ("spin_boldak", "kandahar", "herat", "turgundi")


def test_what_is_too_heavy_for_the_road_still_goes_by_rail():
    carried = study(FLAGSHIP, *ONE_PAIR, "consignment.tonnes=22")
    assert payload_t(carried.parameters, carried.consignment, "road", "trailer") < 22
    for way in carried.ways:
        road = any("road" in stage.modes for stage in carried.catalogue[way.corridor].stages_to(way.destination))
        assert way.feasible != road, way.corridor
    to_gwadar = study(FLAGSHIP, "origins=almaty1", "destinations=gwadar", "consignment.tonnes=22")
    reason = way_of(to_gwadar, "uap-ml1").reason
    assert reason.startswith("22 t in one FEU is more than may go by road (trailer); ")
    assert "not built on 2032-06-15" in reason


def test_reasons_hold_no_more_than_stands_in_the_way():
    # build and open exactly what a reason names: the way is there
    for name in ("west-road", "turgundi-herat"):
        carried = study("today", *ONE_PAIR, f"corridors={name}")
        reason = carried.ways[0].reason
        projects = [p for p, project in carried.network.projects.items() if f"{project.name}: not built" in reason]
        switches = [f"projects.open.{p}=2026" for p in projects]
        if "shut" in reason:
            switches.append("assume.afpk-2025-10=open")
        assert study("today", *ONE_PAIR, f"corridors={name}", *switches).ways[0].feasible, reason


def test_nothing_assumed_is_an_empty_sentence():
    assert assumption_sentence([]) == ""
    carried = study("today")
    sentence = assumption_sentence(carried.standings)
    assert sentence == carried.assumption
    assert sentence.startswith("Assumed")


def test_a_search_can_be_made_again_from_the_parts_of_a_study():
    carried = study(FLAGSHIP, *ONE_PAIR)
    again = finder(carried)
    assert isinstance(again, WayFinder)
    assert isinstance(again.graph, Graph)
    assert isinstance(again.conditions, Conditions)
    for way in carried.ways:
        found = again.find(carried.catalogue[way.corridor], way.origin, way.destination)
        assert found.carried_through(way.outcome.draws).itinerary.nodes == way.itinerary.nodes


def test_an_outcome_is_told_of_ways_that_were_carried_and_of_no_others():
    ways = study("today").ways
    there, shut = next(w for w in ways if w.feasible), next(w for w in ways if not w.feasible)
    assert there.made is there.outcome
    with pytest.raises(ValueError, match=f"^{shut.corridor} from .* is not feasible: {re.escape(shut.reason)}$"):
        _ = shut.made
    with pytest.raises(ValueError, match="not carried through the draws"):
        _ = replace(there, outcome=None).made
