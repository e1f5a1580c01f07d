"""Gaps: the nearest two places of two parts, an isolated place, gauges that do not meet; and their words."""

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import node, toy_network
from toy_ways import RAIL, Errand, toy_built

from corridors.gap_words import gap_words
from geodata.geometry import geodesic_km
from sim.activities import Edge, State
from sim.gaps import find_gap
from sim.routing import Graph, Pin

RAIL_PIN = Pin(RAIL)


def toy_graph(*, without=(), errand=None):
    edges = [e for e in (errand or Errand()).edges() if not any(name in e.edge_id for name in without)]
    return Graph(edges, dict.fromkeys((e.edge_id for e in edges), 0.0))


def words(graph, origin, destination, pin):
    nodes = toy_network().nodes
    gap = find_gap(graph, origin, destination, pin, nodes)
    return gap_words(gap, (origin, destination), nodes, graph.at, "FEU")


def test_where_a_way_leads_there_is_no_gap():
    assert find_gap(toy_graph(), "alma", "port", RAIL_PIN, toy_network().nodes) is None


def test_a_gap_is_the_distance_of_the_nearest_two_places():
    nodes = toy_network().nodes
    gap = find_gap(toy_graph(without=("hera--agate",)), "alma", "port", RAIL_PIN, nodes)
    assert (gap.near.node_id, gap.far.node_id) == ("hera", "agate")
    a, b = nodes["hera"], nodes["agate"]
    assert gap.km == pytest.approx(float(geodesic_km(a.lat, a.lon, b.lat, b.lon)))
    assert gap.reached == {"alma", "kbor", "abor", "hera"}
    assert gap.leading == {"agate", "pgate", "port"}


def test_its_words_name_places_countries_gauges_and_kilometres():
    said = words(toy_graph(without=("hera--agate",)), "alma", "port", RAIL_PIN)
    assert said == (
        "cargo from Alma gets as far as Hera (AF, rail 1520 mm), and what leads to Port begins at Agate (AF, rail 1520 mm), "
        "167 km away in a straight line (4 places in AF, KZ on this side, 3 places in AF, PK on the other)"
    )


def test_gauges_that_do_not_meet_are_named():
    # without the yard 1520 mm ends where 1676 mm begins; without the hop as well, 3.3 km before it
    yard = "pgate.rail1520-rail1676"
    assert words(toy_graph(without=(yard,)), "alma", "port", RAIL_PIN) == (
        "rail 1520 mm and rail 1676 mm do not meet at Pgate (PK): no terminal there takes load unit FEU"
    )
    hop = "rail.agate-pgate"
    said = words(toy_graph(without=(yard, hop)), "alma", "port", RAIL_PIN)
    assert "Agate (AF, rail 1520 mm)" in said
    assert "Pgate (PK, rail 1676 mm), 3.3 km away in a straight line; 1520 mm and 1676 mm do not meet" in said


def test_an_isolated_place_says_so():
    nodes = {**toy_network().nodes, "isle": node("isle", "PK", "city", 30.0, 70.0)}
    gap = find_gap(toy_graph(), "alma", "isle", RAIL_PIN, nodes)
    assert gap.far is None
    assert gap.km is None
    said = gap_words(gap, ("alma", "isle"), nodes, toy_graph().at, "FEU")
    assert said == "Isle (PK) is isolated: no line, road or ship that takes load unit FEU touches it"


def test_a_mode_that_does_not_begin_or_end_at_a_place_says_so():
    assert words(toy_graph(), "hub", "port", RAIL_PIN) == "no way of this kind begins at Hub (AE)"
    assert words(toy_graph(), "alma", "hub", RAIL_PIN) == "no way of this kind ends at Hub (AE)"


def test_what_is_not_built_is_a_gap_by_rail_only():
    built = toy_built(network=toy_network()).built(toy_network().projects["newline"].as_of)
    errand = Errand(network=built)
    assert "Abor (AF, rail 1520 mm)" in words(toy_graph(errand=errand), "alma", "port", RAIL_PIN)
    assert find_gap(toy_graph(errand=errand), "alma", "port", Pin(), toy_network().nodes) is None


edges_of = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=10)


@given(edges_of)
@settings(max_examples=100, deadline=None)
def test_a_gap_is_where_networkx_finds_no_path_and_the_parts_are_its_own(pairs):
    places = {str(i): node(str(i), "AF", "city", 30.0 + i, 60.0 + i * i) for i in range(8)}
    edges = [Edge(f"e{n}", *(State(str(i), "rail", 1520, "wagon") for i in pair), ()) for n, pair in enumerate(pairs)]
    graph = Graph(edges, {e.edge_id: 1.0 for e in edges})
    other = nx.DiGraph((str(a), str(b)) for a, b in pairs)
    gap = find_gap(graph, "0", "7", Pin(), places)
    joined = other.has_node("0") and other.has_node("7") and nx.has_path(other, "0", "7")
    assert (gap is None) == joined
    if gap is not None:
        assert gap.reached == (nx.descendants(other, "0") | {"0"} if other.has_node("0") else set())
        assert gap.leading == (nx.ancestors(other, "7") | {"7"} if other.has_node("7") else set())
        distances = [
            float(geodesic_km(places[a].lat, places[a].lon, places[b].lat, places[b].lon))
            for a in gap.reached
            for b in gap.leading
        ]
        assert gap.km == (pytest.approx(min(distances)) if distances else None)
