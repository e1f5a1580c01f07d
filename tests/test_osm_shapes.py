"""Our stretches on the tracks of OpenStreetMap: shapes, lengths, what differs, what we lack.

The stretch Karshi-Termez of our own tables is drawn on made-up tracks between its real places, so that everything can be told
beforehand; the real files come last.
"""

import csv
import json

import igraph
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osm_town import node, way, write_json
from studies import command

from corridors.own_rows import tables_with
from geodata.elements import Link
from geodata.geometry import geodesic_km, line_length_km, read_shapes
from geodata.network import DATA, read_network
from geodata.osm_candidates import candidates
from geodata.osm_compare import COLUMNS, compare_rows, disagreements, line_rows
from geodata.osm_graph import rail_graph
from geodata.osm_read import extract_of, read_osm
from geodata.osm_shapes import Hop, Tracer, _Field, length_rows, rail_hops, shapes_geojson
from geodata.sources import element_row
from geodata.tables import TableError

NETWORK = read_network()
LINK = "rail.samarkand--karshi"
PLANNED = "rail.khanabad--andijan.cku"
MAIN = {"railway": "rail", "gauge": "1520", "electrified": "contact_line", "usage": "main"}


def ends_of(link_id):
    link = NETWORK.links[link_id]
    return NETWORK.nodes[link.from_node_id], NETWORK.nodes[link.to_node_id]


def track(link_id, first, *, bend=0.0, shift=0.0, pieces=160, gap=(), **tags):
    """Nodes and one way along a bow between the ends of a link, shifted east; without the nodes in the gap."""
    a, b = ends_of(link_id)
    share = np.linspace(0, 1, pieces + 1)
    lat = a.lat + share * (b.lat - a.lat) + bend * np.sin(np.pi * share)
    lon = a.lon + share * (b.lon - a.lon) + shift
    nodes = [node(first + i, float(lat[i]), float(lon[i])) for i in range(pieces + 1)]
    parts = [[first + i for i in range(pieces + 1) if i not in gap]]
    if gap:
        parts = [[n for n in parts[0] if n < first + min(gap)], [n for n in parts[0] if n > first + max(gap)]]
    return [*nodes, *(way(first + 10_000 * k, part, **{**MAIN, **tags}) for k, part in enumerate(parts))]


def traced(elements, link_id=LINK):
    graph = rail_graph(extract_of(elements, "made up"))
    hop = next(hop for hop in rail_hops(NETWORK) if hop.object_id == link_id)
    return Tracer(NETWORK, graph).trace(hop), graph


def trace_start(trace, graph):
    """Row of the node where a traced line begins."""
    return int(np.hypot(graph.lon - trace.points[0][0], graph.lat - trace.points[0][1]).argmin())


def bend_to(link_id, km):
    """Bend at which the made-up track has a length [km]."""
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        trace, _ = traced(track(link_id, 1, bend=middle), link_id)
        low, high = (middle, high) if trace.km is not None and trace.km < km else (low, middle)
    return low


@pytest.fixture(scope="module")
def bend():
    return bend_to(LINK, NETWORK.links[LINK].length_km)


# ---- tracing


def test_a_stretch_is_traced_from_end_to_end(bend):
    trace, _ = traced(track(LINK, 1, bend=bend))
    assert trace.km == pytest.approx(NETWORK.links[LINK].length_km, abs=0.1)
    assert trace.km == pytest.approx(line_length_km(trace.points), rel=1e-9)
    assert trace.access_km == pytest.approx((0, 0), abs=1e-6)
    assert trace.sound


@pytest.mark.parametrize(
    ("tags", "differs"),
    [
        ({"gauge": "1435"}, "gauge"),
        ({"railway": "construction", "construction": "rail"}, "status"),
        ({"railway": "disused", "disused": "rail"}, "status"),
        ({"gauge": "1435;1520"}, ""),
        ({"gauge": "unknown"}, ""),
    ],
)
def test_gauge_and_state_are_respected(tags, differs, bend):
    """What is of another gauge or not in service is compared, and never handed out as the line of ours."""
    trace, graph = traced(track(LINK, 1, bend=bend, **tags))
    (row,) = compare_rows([trace], graph)
    assert trace.fits == (not differs)
    assert (differs in row["differs"].split(";")) == bool(differs) or differs == ""
    drawn = [feature["properties"]["link_id"] for feature in json.loads(shapes_geojson([trace], "x"))["features"]]
    assert drawn == ([] if differs else [LINK])
    assert len(length_rows([trace], graph, "x")) == len(drawn)
    assert [item["object_id"] for item in disagreements([row])] == ([LINK] if differs else [])


def test_of_tracks_of_two_gauges_the_fitting_one_is_taken_though_it_is_longer(bend):
    straight = track(LINK, 50_000, gauge="1435")
    trace, graph = traced([*track(LINK, 1, bend=bend), *straight])
    assert trace.fits
    assert {graph.tracks[graph.way[row]].gauge for row in trace.segments.tolist()} == {"1520"}


def test_an_end_off_the_track_differs_in_position(bend):
    assert "position" in row_of(track(LINK, 1, bend=bend, shift=0.02))["differs"].split(";")
    assert "position" not in row_of(track(LINK, 1, bend=bend))["differs"].split(";")


def test_a_gap_is_no_way_and_a_line_under_construction_serves_a_planned_stretch():
    trace, _ = traced(track(LINK, 1, gap=(80,)))
    assert trace.reason == "the tracks at its ends do not join"
    built, _ = traced(track(PLANNED, 1, railway="construction", construction="rail"), PLANNED)
    assert built.km is not None


def test_an_end_far_from_every_track_is_told():
    trace, _ = traced([*track(LINK, 1)[:60], way(5, list(range(1, 60)), **MAIN)])
    assert trace.reason == f"no track in service within 3 km of {NETWORK.links[LINK].to_node_id}"


def test_how_far_an_end_lies_off_the_track_is_told(bend):
    trace, graph = traced(track(LINK, 1, bend=bend, shift=0.02))
    a, _b = ends_of(LINK)
    away = geodesic_km(a.lat, a.lon, graph.lat, graph.lon)
    assert away.min() - 1e-9 <= trace.access_km[0] <= 1.7
    assert trace.access_km[0] == pytest.approx(float(away[trace_start(trace, graph)]))


EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=1, max_size=40)


@given(EDGES, st.integers(0, 11), st.integers(0, 11))
@settings(max_examples=60, deadline=None)
def test_the_way_is_the_shortest_by_an_independent_program(edges, start, end):
    rng = np.random.default_rng(7)
    places = np.column_stack([41 + rng.random(12), 64 + rng.random(12)])
    nodes = [node(i, *map(float, places[i])) for i in range(12)]
    ways = [way(100 + k, list(pair), **MAIN) for k, pair in enumerate(edges) if pair[0] != pair[1]]
    if not ways or start == end:
        return
    graph = rail_graph(extract_of([*nodes, *ways], "x"))
    field = _Field(graph, np.arange(len(graph.a)))
    found, rows = field.way(([start], [0.0]), ([end], [0.0]), 1e4)
    oracle = igraph.Graph(12, list(zip(graph.a.tolist(), graph.b.tolist(), strict=True)))
    best = oracle.distances(start, end, weights=graph.km.tolist())[0][0]
    if best == float("inf"):
        assert not len(rows)
    else:
        assert graph.km[rows].sum() == pytest.approx(best)
        assert (found[0], found[-1]) == (start, end)


# ---- shapes and lengths


def test_shapes_are_read_back_by_the_maps_and_keep_the_line(bend, tmp_path):
    trace, graph = traced(track(LINK, 1, bend=bend))
    text = shapes_geojson([trace], "made up")
    (tmp_path / "shapes_osm.geojson").write_text(text, encoding="utf-8")
    shape = read_shapes(tmp_path)[LINK]
    assert line_length_km(shape) == pytest.approx(trace.km, rel=0.005)
    assert "ODbL" in json.loads(text)["attribution"]
    other, _ = traced(track(PLANNED, 1, bend=bend_to(PLANNED, NETWORK.links[PLANNED].length_km)), PLANNED)
    both = json.loads(shapes_geojson([other], "other", tmp_path / "shapes_osm.geojson"))
    assert [feature["properties"]["link_id"] for feature in both["features"]] == [PLANNED, LINK]
    assert both["made_from"] == "other; made up"
    (row,) = length_rows([trace], graph, "made up")
    assert (row["object_id"], row["length_km"], row["source"]) == (LINK, f"{trace.km:.1f}", "osm:way/1@2")


def test_a_line_more_than_a_tenth_off_is_listed_and_not_handed_out(bend):
    trace, graph = traced(track(LINK, 1, bend=bend * 1.9))
    assert trace.difference > 0.10
    assert json.loads(shapes_geojson([trace], "x"))["features"] == []
    assert length_rows([trace], graph, "x") == []
    assert [row["object_id"] for row in disagreements(compare_rows([trace], graph))] == [LINK]


# ---- comparing


def row_of(elements, link_id=LINK):
    trace, graph = traced(elements, link_id)
    (row,) = compare_rows([trace], graph)
    assert tuple(row) == COLUMNS
    return row


def test_what_differs_is_named_and_what_is_unknown_differs_from_nothing(bend):
    ours = NETWORK.links[LINK]
    assert ours.electrified == "yes"
    assert row_of(track(LINK, 1, bend=bend, electrified="no"))["differs"].split(";")[0] == "electrified"
    bare = row_of(track(LINK, 1, bend=bend, electrified="?", gauge=""))
    assert (bare["gauge_osm"], bare["electrified_osm"]) == ("unknown", "unknown")
    assert not {"electrified", "gauge"} & set(bare["differs"].split(";"))


@pytest.mark.parametrize(
    ("second", "tracks"),
    [({}, "2"), ({"service": "siding"}, "1"), ({"railway": "disused", "disused": "rail"}, "1"), (None, "1")],
)
def test_tracks_side_by_side_are_counted(second, tracks, bend):
    elements = track(LINK, 1, bend=bend)
    if second is not None:
        elements += track(LINK, 50_000, bend=bend, shift=5e-5, **second)
    assert row_of(elements)["tracks_osm"] == tracks


def test_a_line_sums_its_stretches(bend):
    trace, graph = traced(track(LINK, 1, bend=bend))
    (line,) = line_rows(compare_rows([trace], graph))
    assert (line["stretches"], line["traced"], line["ours_km"]) == (1, 1, round(NETWORK.links[LINK].length_km, 1))


# ---- candidates


def lacking():
    """Two stations and a track that none of our lines runs along, in the desert of Uzbekistan, and a third without a gauge."""
    nodes = [node(i, 42.9, 62.0 + i / 20) for i in range(30)]
    stations = [
        node(100, 42.9, 62.05, railway="station", name="Биринчи", **{"name:en": "First"}),
        node(101, 42.9, 62.75, railway="station", name="Second"),
        node(102, 42.9, 63.40, railway="station", name="Third"),
        node(103, 42.9, 63.0, barrier="border_control", name="Post"),
    ]
    ways = [way(1, list(range(1, 16)), **MAIN, name="Desert line"), way(2, list(range(15, 29)), railway="rail")]
    return [*nodes, *stations, *ways]


def found_in(elements, **more):
    extract = extract_of(elements, "x")
    graph = rail_graph(extract)
    traces = Tracer(NETWORK, graph).traces(rail_hops(NETWORK))
    return candidates(NETWORK, extract, graph, traces, **more)


def test_what_we_lack_is_proposed_and_loads_as_rows(tmp_path):
    file = write_json(tmp_path / "lack.osm.json", lacking())
    said = command("osm", "candidates", file, "--out", tmp_path / "c")
    assert said.code == 0, said.err
    assert "3 stations, 1 border posts, 1 links" in said.out
    files = [tmp_path / "c" / name for name in ("nodes.csv", "links.csv", "lengths_osm.csv")]
    network, _, own = tables_with(files)
    new = network.links["rail.osm.node.100--osm.node.101"]
    assert isinstance(new, Link)
    assert (new.gauges, new.electrified, new.status, new.country) == ((1520,), "yes", "operational", "UZ")
    assert new.line_name == "Desert line"
    assert new.length_km == pytest.approx(float(geodesic_km(42.9, 62.05, 42.9, 62.75)), rel=1e-3)
    assert network.nodes["osm.node.100"].source == "osm:node/100@3"
    assert network.nodes["osm.node.100"].name_local == "Биринчи"
    assert own.sources["osm:node/100@3"]["url"] == "https://www.openstreetmap.org/node/100/history/3"
    lost = list(csv.DictReader((tmp_path / "c" / "incomplete.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["what"].partition(",")[0] for row in lost] == [
        "stretch osm.node.101 to osm.node.103",
        "stretch osm.node.102 to osm.node.103",
    ]
    assert {row["lacks"] for row in lost} == {"gauge (not tagged on all of it)"}
    assert (tmp_path / "c" / "LICENCE.txt").read_text(encoding="utf-8").count("ODbL")


def test_a_scenario_is_run_with_what_was_proposed_as_it_was_written(tmp_path):
    file = write_json(tmp_path / "lack.osm.json", lacking())
    said = command("osm", "candidates", file, "--out", tmp_path / "c")
    words = said.out[said.out.index("--rows") :].split("\n")[0].split()  # as the command says it
    quick = ("--draws", 16, "--set", "replicates=1", "--set", "corridors=west-road")
    ran = command("run", "both-open", "--no-pictures", *quick, *words, "--out", tmp_path / "run")
    assert ran.code == 0, ran.err
    assert "rail.osm.node.100--osm.node.101: new (own links.csv, line 2)" in ran.out


def test_nothing_of_ours_is_proposed_again(bend):
    a, b = ends_of(LINK)
    stations = [node(900 + i, n.lat, n.lon, railway="station", name=n.name) for i, n in enumerate((a, b))]
    found = found_in([*track(LINK, 1, bend=bend), *stations])
    assert (found.nodes, found.links, found.changes) == ([], [], [])


def test_a_border_is_no_link_and_what_is_not_in_service_needs_a_project():
    elements = [
        e
        if e["id"] != 1 or e["type"] == "node"
        else {**e, "tags": {"railway": "construction", "construction": "rail", "gauge": "1520"}}
        for e in lacking()
    ]
    lacks = " ".join(row["lacks"] for row in found_in(elements).incomplete)
    assert "a project (it is not in service)" in lacks
    assert found_in(elements).links == []


def test_a_stretch_that_opened_is_a_change_of_state():
    length = NETWORK.links[PLANNED].length_km
    found = found_in(track(PLANNED, 1, bend=bend_to(PLANNED, length), electrified="no"))
    (row,) = found.changes
    assert (row["link_id"], row["status"]) == (PLANNED, "operational")
    assert row["source"].endswith("osm:way/1@2")
    assert found_in(track(PLANNED, 1, railway="construction", construction="rail")).changes == []


def test_one_country_at_a_time_and_a_misspelt_one_is_refused(tmp_path):
    assert found_in(lacking(), countries=["KZ"]).nodes == []
    file = write_json(tmp_path / "lack.osm.json", lacking())
    said = command("osm", "candidates", file, "--out", tmp_path / "c", "--country", "UZB")
    assert said.code == 2
    assert '--country: found "UZB"; allowed: AE, AF,' in said.err


def test_an_element_cites_itself_and_nothing_else_does():
    assert element_row("osm:node/5@2")["title"] == "OpenStreetMap node 5, version 2"
    with pytest.raises(TableError, match="allowed: osm:node/NUMBER@VERSION"):
        element_row("osm:street/5@2")


# ---- the commands


def test_shapes_and_compare_from_end_to_end(bend, tmp_path):
    file = write_json(tmp_path / "line.osm.json", track(LINK, 1, bend=bend))
    said = command("osm", "shapes", file, "--out", tmp_path / "s")
    assert said.code == 0, said.err
    assert "1 within 10 % of our length and written" in said.out
    assert {f.name for f in (tmp_path / "s").iterdir()} == {
        "shapes_osm.geojson",
        "lengths_osm.csv",
        "compared.csv",
        "LICENCE.txt",
    }
    network, _, _ = tables_with([tmp_path / "s" / "lengths_osm.csv"])
    assert network.links[LINK].length_km == pytest.approx(NETWORK.links[LINK].length_km, abs=0.2)
    said = command("osm", "compare", file, "--country", "UZ")
    assert said.code == 0, said.err
    assert "samarkand-karshi" in said.out
    rows = json.loads(command("osm", "compare", file, "--json").out)
    assert [row["object_id"] for row in rows["stretches"] if row["osm_km"]] == [LINK]


# ---- real files


@pytest.fixture(scope="module")
def uzbekistan(shared_file):
    graph = rail_graph(read_osm(shared_file("real-data/uz_rail/uz_rail.shp")))
    hops = [hop for hop in rail_hops(NETWORK) if "UZ" in hop.countries]
    return Tracer(NETWORK, graph).traces(hops), graph


def test_our_lengths_routed_on_these_ways_are_found_again(uzbekistan):
    """Rows of lengths_osm.csv that name this extract, measured once by hand, against the tracer."""
    with (DATA / "lengths_osm.csv").open(encoding="utf-8") as file:
        ours = {
            row["object_id"]: float(row["length_km"])
            for row in csv.DictReader(file)
            if "osm-uz-rail-2025-04" in row["source"]
        }
    pairs = [(t.km, ours[t.hop.object_id], t) for t in uzbekistan[0] if t.hop.object_id in ours]
    assert len(pairs) > 10
    near = [t.hop.object_id for km, own, t in pairs if km is not None and abs(km / own - 1) < 0.02]
    assert len(near) >= 0.85 * len(pairs)


def test_most_of_uzbekistan_is_traced(uzbekistan):
    traces, _ = uzbekistan
    assert sum(trace.sound for trace in traces) >= 0.6 * len(traces)
    assert all(isinstance(trace.hop, Hop) for trace in traces)
