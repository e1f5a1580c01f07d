"""Hinterland: the search from a port against a second program, against the ways of the study, and by its laws."""

import csv
import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies import ONE_PAIR, PLAIN, command, study

from corridors.hinterland import Reckoner, hinterland
from corridors.hinterland_map import CLASSES, answer_of, class_bounds, count_words, hinterland_figure
from corridors.scenario import ScenarioError
from sim.activities import WATER
from sim.amounts import expected
from sim.unfolding import destination_activities, origin_activities

PORTS = ["karachi_port", "shahid_rajaee"]


@pytest.fixture(scope="module")
def carried():
    return study("both-open", *ONE_PAIR, "terms=fob")


@pytest.fixture(scope="module")
def reckoner(carried):
    return Reckoner(carried)


@pytest.fixture(scope="module")
def reaches(carried):
    return hinterland(carried, PORTS)


@pytest.mark.parametrize("measure", ["hours", "usd"])
def test_least_is_that_of_networkx(carried, reckoner, reaches, measure):
    # forward, from every place to the port; the search itself runs from the port against the direction of travel
    graph = nx.DiGraph()
    for edge in reckoner.edges:  # these run from the port: turned round again here
        cost = reckoner.cost(edge.activities, measure)
        known = graph.get_edge_data(edge.end, edge.start)
        if known is None or cost < known["weight"]:
            graph.add_edge(edge.end, edge.start, weight=cost)
    states = list(graph)
    for s in states:
        if s.node_id == PORTS[0] and s.mode not in WATER:
            graph.add_edge(s, "port", weight=reckoner.cost(
                destination_activities(carried.network, s, reckoner.conditions, "fob"), measure))  # fmt: skip
        if carried.network.nodes[s.node_id].country == "KZ" and s.mode not in WATER:
            before = origin_activities(carried.network, s, reckoner.conditions, from_ship=False)
            graph.add_edge(("from", s.node_id), s, weight=reckoner.cost(before, measure))
    far = nx.single_source_dijkstra_path_length(graph.reverse(copy=False), "port")
    assert len(reaches) > 90
    for reach in reaches:
        found = (reach.hours if measure == "hours" else reach.usd).get(PORTS[0])
        assert found == pytest.approx(far[("from", reach.node_id)], rel=1e-12)


def test_no_way_of_the_study_is_quicker_or_cheaper(carried, reaches):
    reach = next(r for r in reaches if r.node_id == "almaty1")
    for way in carried.ways:
        if way.plan is None:
            continue
        priced = way.plan.itinerary.priced
        hours = sum(expected(p.hours, carried.parameters, carried.lengths) for p in priced)
        usd = sum(expected(a, carried.parameters, carried.lengths) for p in priced for a in p.usd.values())
        assert reach.hours["karachi_port"] <= hours * (1 + 1e-9) + sum(
            o.mean_wait_hours for o in carried.search.expectations.openings
        )
        assert reach.usd["karachi_port"] <= usd * (1 + 1e-9)


def test_what_may_not_be_passed_never_shortens_a_way(carried, reaches):
    without = {r.node_id: r for r in hinterland(carried, PORTS, not_through="IR")}
    longer = 0
    for reach in reaches:
        other = without[reach.node_id]
        assert other.hours["karachi_port"] >= reach.hours["karachi_port"] - 1e-9
        assert other.usd["karachi_port"] >= reach.usd["karachi_port"] - 1e-9
        assert other.hours["shahid_rajaee"] == reach.hours["shahid_rajaee"]  # the port lies inside
        longer += other.hours["karachi_port"] > reach.hours["karachi_port"] + 1.0
    assert longer > 0


def test_a_port_behind_a_shut_country_is_absent_and_not_far():
    carried = study("iran-shut", *ONE_PAIR, "terms=fob")
    found = hinterland(carried, PORTS)
    assert found
    assert not any("shahid_rajaee" in reach.hours for reach in found)
    answer = answer_of(carried, PORTS)
    words = count_words(answer, "hours", "Karachi Port")
    assert words == (
        f"In days, Karachi Port is nearer at {len(found)} of {len(found)} places, "
        f"{len(found)} of which do not reach the other at all."
    )


@given(st.floats(0.1, 1e5), st.floats(0.0, 1e5))
def test_classes_are_even_and_hold_all(low, span):
    bounds = class_bounds(low, low + span)
    assert bounds[0] <= low * (1 + 1e-9)
    assert bounds[-1] >= (low + span) * (1 - 1e-9)
    assert 1 <= len(bounds) - 1 <= CLASSES
    assert np.diff(bounds) == pytest.approx(np.full(len(bounds) - 1, bounds[1] - bounds[0]), abs=1e-12 * bounds[-1])


def test_shapes_on_the_map_say_which_port_is_nearer(carried, reaches):
    answer = answer_of(carried, PORTS, "IR")
    figure = hinterland_figure(answer)
    first = sum(answer.nearer(r, m) == 0 for r in answer.reaches for m in ("hours", "usd"))
    marks = figure.findobj(lambda a: a.get_gid() in {"nearer-0", "nearer-1"})
    key_discs = sum(len(answer.steps(m)) - 1 for m in ("hours", "usd")) + 1
    assert sum(m.get_gid() == "nearer-0" for m in marks) == first + key_discs
    assert len(marks) == 2 * len(reaches) + key_discs + 1
    words = " ".join(t.get_text() for axes in figure.axes for t in axes.texts)
    assert "nothing is said of the ground" in " ".join(words.split())
    assert "Where in Kazakhstan is Karachi Port nearer than Shahid Rajaee Port?" in words


def test_no_two_names_of_a_panel_overlap(carried):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = hinterland_figure(answer_of(carried, ["gwadar"]), labels="local", theme="dark")
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        found = [t for t in axes.texts if str(t.get_gid()).startswith("label-")]
        for a, b in itertools.combinations(found, 2):
            assert not a.get_window_extent().shrunk(0.97, 0.9).overlaps(b.get_window_extent().shrunk(0.97, 0.9))


def test_unknown_port_or_country_is_refused(carried):
    with pytest.raises(ScenarioError, match=r'port "karachi_prt" is not in this study; .*did you mean'):
        hinterland(carried, ["karachi_prt"])
    with pytest.raises(ScenarioError, match='country "ZZ" is not in this study'):
        hinterland(carried, PORTS, not_through="ZZ")


def test_the_command_writes_map_and_table(tmp_path, reaches, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plain = [word for switch in (*PLAIN, *ONE_PAIR) for word in ("--set", switch)]
    said = command("hinterland", "both-open", *plain, "--out", "h.svg")
    assert said.code == 0, said.err
    assert said.out.startswith("In days, Karachi Port is nearer at ")
    with (tmp_path / "h.csv").open(encoding="utf-8", newline="") as stream:
        table = {row["place"]: row for row in csv.DictReader(stream)}
    assert set(table) == {reach.node_id for reach in reaches}
    for reach in reaches:
        row = table[reach.node_id]
        assert float(row["days_karachi_port"]) == pytest.approx(reach.hours["karachi_port"] / 24.0, rel=1e-9)
        assert float(row["usd_shahid_rajaee"]) == pytest.approx(reach.usd["shahid_rajaee"], rel=1e-9)
