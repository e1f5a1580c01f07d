"""The gauge of a planned line as a choice: the break moves, a yard is laid where trains met, and nothing else changes."""

import json

import pytest
from studies import command
from test_alternatives import hop_of
from toy import toy_network
from toy_ways import RAIL, toy_built
from toy_ways import Errand as Toy

from corridors import read_scenario
from corridors.catalogue import read_catalogue
from corridors.study import set_up
from geodata.regauging import rail_gauges, regauged
from geodata.tables import TableError
from sim.routing import Graph, Pin, least_cost

HERAT_ON = ("project_gauge.herat-kandahar=1435", "project_gauge.kandahar-spin-boldak=1435")


def breaks(**gauges):
    """Places where the gauge changes on the way by rail alone, over the toy with projects laid on other gauges."""
    toy = Toy(network=regauged(toy_built(), gauges))
    edges = toy.edges()
    graph = Graph(edges, {e.edge_id: toy.weigh(e.activities) for e in edges})
    path = least_cost(graph, "alma", ["port"], Pin(RAIL))["port"]
    return [(e.start.node_id, e.start.gauge_mm, e.end.gauge_mm) for e in path.edges if not hop_of(e)]


def found(name, *switches):
    search, _ = set_up(read_scenario(name, switches), read_catalogue())
    return search


def test_the_break_moves_with_the_gauge():
    (border,) = breaks()
    assert border[1:] == (1520, 1676)
    assert breaks(newline2=(1676,)) == [("hera", 1520, 1676)]
    assert breaks(newline=(1435,), newline2=(1435,))[0][1:] == (1520, 1435)
    assert len(breaks(newline=(1435,))) == 3


def test_a_dual_track_admits_trains_of_both_gauges():
    assert breaks(newline2=(1520, 1676))[0][1:] == (1520, 1676)
    both = regauged(toy_built(), {"newline2": (1520, 1676)})
    gauges = {e.start.gauge_mm for e in Toy(network=both).edges() if hop_of(e) == "rail.hera--agate"}
    assert gauges == {1520, 1676}


def test_the_gauge_that_it_has_changes_nothing():
    network = toy_network()
    assert regauged(network, {}) is network
    assert regauged(network, {"newline": (1520,), "newline2": (1520,)}) == network


def test_lines_laid_alike_get_no_yard_between_them():
    network = toy_network()
    laid = regauged(network, {"newline": (1435,), "newline2": (1435,)})
    assert rail_gauges(laid, "newline") == {1435}
    assert not [t for t in laid.terminals.values() if t.node_id == "hera" and t.from_mode == t.to_mode == "rail"]


def test_an_unknown_project_is_refused():
    with pytest.raises(TableError, match='"newlin"'):
        regauged(toy_network(), {"newlin": (1435,)})


def test_the_switch_gives_what_the_rows_of_gauge_1435_give():
    rows, switch = found("gauge-1435"), found("both-open", *HERAT_ON)
    assert switch.graph.weights == rows.graph.weights


def test_a_step_that_the_gauge_does_not_touch_weighs_what_it_did():
    plain, laid = found("both-open").graph, found("both-open", *HERAT_ON).graph
    new = {e.edge_id for e in laid.edges} - {e.edge_id for e in plain.edges}
    assert new
    assert all("1435" in name for name in new)
    shared = laid.weights.keys() & plain.weights.keys()
    assert {k: laid.weights[k] for k in shared} == {k: plain.weights[k] for k in shared}


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ("project_gauge.herat-kandahr=1435", 'did you mean "herat-kandahar"?'),
        ("project_gauge.herat-kandahar=1000", "allowed 1435, 1520, 1676 [mm] or dual"),
    ],
)
def test_what_is_no_railway_and_no_gauge_is_refused(switch, words):
    with pytest.raises(ValueError, match="project_gauge") as refused:
        found("both-open", switch)
    assert words in str(refused.value)


def test_the_command_moves_the_break():
    done = command(
        "routes", "almaty1", "karachi_port", "--scenario", "both-open", "--k", "1", "--json",
        *(w for s in (*HERAT_ON, "draws=16") for w in ("--set", s)),
        "--via", "herat", "--via", "kandahar",
    )  # fmt: skip
    (route,) = json.loads(done.out)["routes"]
    assert 1435 in {leg["gauge_mm"] for leg in route["legs"]}
