"""Files of OpenStreetMap in every form: the same railways come out, what is left out is counted, what is broken is refused."""

import json
from itertools import pairwise

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from osm_town import CITY, node, town, way, write_every_form, write_json
from pyproj import Geod
from studies import command

from geodata.osm_countries import countries_of
from geodata.osm_extract import source_key
from geodata.osm_graph import DIFFER, plain, rail_graph, simplified, to_networkx
from geodata.osm_read import OsmError, extract_of, read_osm
from geodata.osm_report import km_by, km_rows, report

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    return write_every_form(tmp_path_factory.mktemp("forms"), town())


@pytest.fixture(scope="module")
def graph():
    return rail_graph(extract_of(town(), "town"))


def seen(extract):
    """All that an extract says, its nodes by position."""
    lines = [
        [(round(extract.lat[i], 7), round(extract.lon[i], 7)) if i >= 0 else None for i in extract.nodes_of(k).tolist()]
        for k in range(len(extract.ways))
    ]
    places = [(p.element, p.number, p.version, p.kind, p.tags) for p in extract.places]
    return extract.ways, lines, places, dict(extract.missing)


# ---- forms


def test_every_form_gives_the_same_railways(forms):
    first, *others = [read_osm(file) for file in forms]
    for other in others:
        assert seen(other) == seen(first)
        assert dict(other.left_out) == dict(first.left_out)


def test_states_are_kept_apart_and_trams_are_out(forms):
    extract = read_osm(forms[3])
    assert {w.way_id: w.line for w in extract.ways} == {
        100: ("rail", "operational"), 101: ("rail", "operational"), 150: ("rail", "operational"),
        200: ("rail", "operational"), 210: ("rail", "operational"), 220: ("rail", "operational"),
        230: ("rail", "under_construction"), 350: ("rail", "operational"), 360: ("rail", "planned"),
        370: ("rail", "operational"),
    }  # fmt: skip
    assert dict(extract.left_out) == {"subway": 1, "tram": 1, "abandoned": 1, "railway=platform": 1}
    assert [(p.kind, p.tags.get("name")) for p in extract.places] == [
        ("station", "Тошкент"),
        ("station", "Yangiyul"),
        ("border", "Post"),
    ]
    assert dict(extract.missing) == {370: 1}
    assert extract.ways[0].tags["electrified"] == "contact_line"
    assert source_key("way", extract.ways[0].way_id, extract.ways[0].version) == "osm:way/100@2"


@given(st.permutations(town()))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_elements_does_not_matter(elements):
    assert seen(extract_of(elements, "shuffled")) == seen(extract_of(town(), "town"))


def test_of_an_element_in_two_files_the_later_version_counts(tmp_path):
    old = [node(1, 41, 69), node(2, 41.1, 69), {**way(7, [1, 2], railway="rail", name="old"), "version": 1}]
    new = [node(2, 41.1, 69), node(3, 41.2, 69), {**way(7, [1, 2, 3], railway="rail", name="new"), "version": 2}]
    files = [write_json(tmp_path / f"{name}.osm.json", items) for name, items in (("old", old), ("new", new))]
    for order in (files, files[::-1]):
        extract = read_osm(*order)
        assert [w.tags["name"] for w in extract.ways] == ["new"]
        assert not extract.missing


def test_a_station_drawn_as_an_outline_stands_in_its_middle():
    corners = [node(i, 41 + y, 69 + x) for i, (x, y) in enumerate([(0, 0), (0.2, 0), (0.2, 0.2), (0, 0.2)], 1)]
    extract = extract_of([*corners, way(9, [1, 2, 3, 4, 1], railway="station", name="S")], "x")
    (place,) = extract.places
    assert (place.element, place.number, round(place.lat, 6), round(place.lon, 6)) == ("way", 9, 41.1, 69.1)


BROKEN = {
    "remark.osm.json": ('{"elements": [{"type": "node"}], "remark": "runtime error: timed out"}', "left elements out"),
    "empty.osm.json": ('{"elements": []}', "has no elements"),
    "cut.osm.json": ('{"elements": [{"type": "no', "cut or not JSON"),
    "page.osm.json": ("<html>Gateway</html>", "a web page"),
    "other.osm.json": ('{"a": 1}', "not an Overpass answer"),
    "odd.osm.json": ('{"elements": [{"type": "way", "id": 1}]}', "element 1: not an element"),
    "off.osm.json": ('{"elements": [{"type": "node", "id": 1, "lat": 91, "lon": 0}]}', "element 1: not an element"),
    "none.osm.json": ('{"elements": [{"type": "node", "id": 1, "lat": 41, "lon": 0}]}', "no railway in it"),
    "cut.osm": ("<osm><node", "cut or damaged"),
    "cut.osm.pbf": ("\x00\x00\x00\x0d", "cut or damaged"),
    "cut.osm.bz2": ("BZh9", "cut or damaged"),
    "list.json": ('[{"id": 1, "type": "rail"}]', "item 1: of another form"),
    "rail.txt": ("x", "its ending is none that we read"),
}


def xml_file(folder, elements):
    """The elements as XML in the order given."""
    file = folder / "some.osm"
    file.write_text("\n".join(['<osm version="0.6">', *elements, "</osm>"]), encoding="utf-8")
    return file


RAIL = '<way id="{}" version="1"><nd ref="{}"/><nd ref="{}"/><tag k="railway" v="rail"/></way>'


def test_nodes_may_stand_in_any_order_and_after_the_ways(tmp_path):
    points = [f'<node id="{i}" version="1" lat="{41 + i / 100}" lon="69"/>' for i in (9, 2, 7, 5)]
    extract = read_osm(xml_file(tmp_path, [RAIL.format(1, 7, 2), *points, RAIL.format(2, 9, 4)]))
    assert extract.node_id.tolist() == [2, 7, 9]
    assert np.round(extract.lat, 7).tolist() == [41.02, 41.07, 41.09]
    assert dict(extract.missing) == {2: 1}


def test_an_edit_that_was_never_sent_is_refused(tmp_path):
    with pytest.raises(OsmError, match="way 1: node -7 is numbered below zero"):
        read_osm(xml_file(tmp_path, [RAIL.format(1, -7, 2)]))


def test_every_tag_of_the_issue_is_kept_in_every_form(tmp_path):
    """Railway, gauge, wires, speed, use, tracks, structures, names, operator, what is to come and when, and notes."""
    tags = {
        "railway": "construction", "construction": "rail", "gauge": "1520", "electrified": "contact_line", "voltage": "25000",
        "maxspeed": "80", "usage": "main", "service": "siding", "tracks": "2", "bridge": "yes", "tunnel": "no", "name": "N", "ref": "R",
        "operator": "O", "proposed": "rail", "opening_date": "2027", "gauge:note": "third rail later", "disused:railway": "rail",
    }  # fmt: skip
    for file in write_every_form(tmp_path, [node(1, 41, 69), node(2, 41.1, 69), way(5, [1, 2], **tags, surveyor="x")]):
        (item,) = read_osm(file).ways
        assert item.tags == tags


@pytest.mark.parametrize(("name", "text", "words"), [(k, *v) for k, v in BROKEN.items()])
def test_a_broken_file_is_refused_in_one_sentence(name, text, words, tmp_path):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(OsmError, match=words) as refused:
        read_osm(file)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_pbf_cut_at_any_place_is_never_half_a_network(forms, tmp_path):
    whole, file = forms[3].read_bytes(), tmp_path / "cut.osm.pbf"
    for size in range(1, len(whole), 97):
        file.write_bytes(whole[:size])
        try:
            found = read_osm(file)
        except OsmError:
            continue
        assert seen(found) == seen(read_osm(forms[3]))


# ---- geometry


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=6, unique=True),
    st.sampled_from([(41.0, 69.0), (-30.0, 100.0), (65.0, -20.0), (0.0, 180.0)]),
)
@settings(max_examples=40, deadline=None)
def test_lengths_are_geodesic_also_across_180_degrees(steps, middle):
    places = [(middle[0] + y, (middle[1] + x + 180) % 360 - 180) for x, y in steps]
    elements = [node(i, lat, lon) for i, (lat, lon) in enumerate(places, 1)]
    found = rail_graph(extract_of([*elements, way(9, list(range(1, len(places) + 1)), railway="rail")], "x"))
    true = GEOD.line_length([lon for _, lon in places], [lat for lat, _ in places]) / 1000
    assert found.km.sum() == pytest.approx(true, rel=1e-6, abs=1e-6)


def test_web_mercator_and_degrees_give_the_same_length(tmp_path):
    line = shapely.LineString([(62.2, 35.2), (63.0, 36.0), (65.0, 37.9), (69.2, 41.3)])
    frame = geopandas.GeoDataFrame({"osm_id": ["5"], "fclass": ["rail"], "geometry": [line]}, crs=4326)
    found = []
    for name, crs in (("degrees", 4326), ("mercator", 3857), ("utm", 32642)):
        frame.to_crs(crs).to_file(tmp_path / f"{name}.shp")
        graph = rail_graph(read_osm(tmp_path / f"{name}.shp"))
        found.append(float(graph.km.sum()))
    true = GEOD.geometry_length(line) / 1000
    assert found == pytest.approx([true] * 3, rel=1e-6)
    assert frame.to_crs(3857).length[0] / 1000 > 1.15 * true  # what a careless reader would say


def test_numbers_that_are_no_degrees_are_refused_where_the_projection_is_not_named(tmp_path):
    line = shapely.LineString([(7_000_000, 4_000_000), (7_100_000, 4_100_000)])
    geopandas.GeoDataFrame({"fclass": ["rail"], "geometry": [line]}, crs=3857).to_file(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    with pytest.raises(OsmError, match="row 1: position 7e\\+06, 4e\\+06 is not in degrees; name the projection"):
        read_osm(tmp_path / "bare.shp")


def test_a_tenth_of_a_metre_between_two_lines_keeps_them_joined():
    lat, lon = CITY
    tenth = 0.1 / 111_195
    elements = [
        node(1, lat, lon), node(2, lat + 0.1, lon), node(3, lat + 0.1 + tenth, lon), node(4, lat + 0.2, lon),
        way(1, [1, 2], railway="rail"), way(2, [2, 3], railway="rail"), way(3, [3, 4], railway="rail"),
    ]  # fmt: skip
    graph = rail_graph(extract_of(elements, "x"))
    (part,) = graph.components()
    assert part.ways == 3
    assert graph.km.sum() == pytest.approx(GEOD.line_length([lon, lon], [lat, lat + 0.2]) / 1000, rel=1e-6)


# ---- the graph


def test_ends_are_joined_listed_or_kept_apart_by_gauge(graph):
    assert graph.joined == 1  # 1520 to 1520 at 0.3 m; the 1435 stub at 0.3 m is not
    assert [(m.way_id, m.other_way_id, round(m.metres, 1), m.reason) for m in graph.misses] == [
        (200, 210, 0.3, "gauge 1435 meets 1520"),
        (220, 230, 39.4, "gap"),
    ]
    assert len(rail_graph(extract_of(town(), "x"), tolerance_m=0.0).misses) == 3
    assert rail_graph(extract_of(town(), "x"), tolerance_m=50.0).joined == 2


def test_a_gap_that_a_way_goes_round_is_listed_and_sidings_side_by_side_are_not():
    """A ring with a gap of 30 m in it, and two sidings that end 5 m apart."""
    lat, lon = CITY
    far, gap, east = 0.05, 30 / 111_195, 5 / 111_195 / 0.76
    half = lon + far / 2
    corners = [
        (lat, half),
        (lat, lon),
        (lat + far, lon),
        (lat + far, lon + far),
        (lat, lon + far),
        (lat, half + gap / 0.76),
    ]
    ring = [node(i, y, x) for i, (y, x) in enumerate(corners, 1)]
    sidings = [node(11, lat + far, lon - far), node(12, lat + far + 5 / 111_195, lon - far + east)]
    ways = [
        way(1, [1, 2, 3], railway="rail"), way(2, [3, 4, 5, 6], railway="rail"),
        way(3, [3, 11], railway="rail", service="siding"), way(4, [3, 12], railway="rail", service="siding"),
    ]  # fmt: skip
    graph = rail_graph(extract_of([*ring, *sidings, *ways], "x"))
    assert len(graph.components()) == 1
    found = [(m.way_id, m.other_way_id, round(m.metres), m.reason) for m in graph.misses]
    assert found == [(1, 2, 30, "gap, joined another way round")]


def test_every_gap_between_two_components_is_listed():
    nodes = [node(10 * i + k, 41 + i / 10, 69 + k / 1e4 * (k != 1)) for i in range(3) for k in (0, 4)]
    ways = [
        way(1, [0, 10, 20], railway="rail"),
        way(2, [4, 14, 24], railway="rail"),
    ]
    graph = rail_graph(extract_of(nodes + ways, "x"))
    assert [(round(m.metres), m.reason) for m in graph.misses] == [(33, "gap"), (34, "gap")]


def test_a_line_over_a_border_is_cut_there_though_nothing_else_changes():
    """One way from Termez in Uzbekistan to Hairatan in Afghanistan and beyond, all of it alike."""
    nodes = [node(i, 37.40 - i / 50, 67.30 + i / 100) for i in range(26)]
    graph = rail_graph(extract_of([*nodes, way(1, list(range(26)), railway="rail", gauge="1520")], "x"))
    runs = 1 + int((graph.country[1:] != graph.country[:-1]).sum())
    assert set(graph.country) == {"UZ", "AF"}
    assert simplified(graph).number_of_edges() == 2 * runs
    assert {data["country"] for *_, data in simplified(graph).edges(data=True)} == {"UZ", "AF"}


def test_a_missing_node_breaks_its_way_and_no_line_crosses_the_gap(graph):
    rows = [i for i, w in enumerate(graph.way.tolist()) if graph.ways[w].way_id == 370]
    assert len(rows) == 1  # 101 to 102; not 100 to 101, across the node that is not there


def test_every_kilometre_is_in_the_table_and_in_a_component(graph):
    rows = km_rows(graph)
    assert sum(row["km"] for row in rows) == pytest.approx(graph.km.sum())
    assert sum(part.km for part in graph.components()) == pytest.approx(graph.km.sum())
    assert sum(part.ways for part in graph.components()) == len(graph.ways)
    assert km_by(rows, "country").keys() == {("UZ",)}
    assert km_by(rows, "status").keys() == {("operational",), ("planned",), ("under_construction",)}
    assert km_by(rows, "gauge_mm").keys() == {("1435",), ("1520",), ("unknown",)}
    assert graph.components()[0].names == ("Main line", "holed")


def test_nothing_is_merged_across_a_change(graph):
    edges = list(simplified(graph).edges(data=True))
    for *_, data in edges:
        assert not any(isinstance(data[name], list) for name in DIFFER)
    assert sum(data["length"] for *_, data in edges) / 2000 == pytest.approx(graph.km.sum())
    bridges = [data for *_, data in edges if data["bridge"]]
    assert len(bridges) == 2  # both directions of one, though the line goes on on either side
    assert len(edges) < to_networkx(graph).number_of_edges() / 2


KINDS = st.fixed_dictionaries(
    {"railway": st.sampled_from(["rail", "narrow_gauge", "disused"])},
    optional={
        "gauge": st.sampled_from(["1520", "1435", "1435;1520", "?"]),
        "electrified": st.sampled_from(["yes", "no"]),
        "tunnel": st.just("yes"),
        "bridge": st.just("yes"),
    },
)


@given(st.lists(KINDS, min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_a_chain_is_cut_just_where_something_changes(tags):
    """Runs of ways that are alike, found by going along the chain, are the edges that osmnx leaves."""
    nodes = [node(i, 41 + i / 100, 69) for i in range(2 * len(tags) + 1)]
    ways = [way(i + 1, [2 * i, 2 * i + 1, 2 * i + 2], **some) for i, some in enumerate(tags)]
    graph = rail_graph(extract_of([*nodes, *ways], "chain"))
    facts = [tuple(getattr(track, name) for name in DIFFER if name != "country") for track in graph.tracks]
    runs = 1 + sum(a != b for a, b in pairwise(facts))
    assert simplified(graph).number_of_edges() == 2 * runs
    assert plain(graph, "x").number_of_edges() == runs


def test_countries_are_those_of_our_own_places_away_from_borders():
    from geodata.network import read_network

    nodes = [n for n in read_network().nodes.values() if n.kind not in {"border", "port"} and n.lon < 100]
    found = countries_of(np.array([n.lon for n in nodes]), np.array([n.lat for n in nodes]))
    wrong = {n.node_id for n, c in zip(nodes, found, strict=True) if c != n.country}
    assert len(wrong) <= 0.02 * len(nodes), wrong


# ---- the command


def test_the_report_is_printed_and_written(forms, tmp_path):
    said = command("osm", "read", forms[3], "--out", tmp_path / "r", "--graph", tmp_path / "g.graphml")
    assert said.code == 0, said.err
    for words in (
        "km by country and state",
        "under_construction",
        "gauge 1435 meets 1520",
        "way 370: 1 nodes",
        "tram 1",
        "ODbL",
    ):
        assert words in said.out
    assert {f.name for f in (tmp_path / "r").iterdir()} == {
        "km.csv",
        "components.csv",
        "near_misses.csv",
        "missing_nodes.csv",
        "LICENCE.txt",
    }
    assert "ODbL" in (tmp_path / "g.graphml").read_text(encoding="utf-8")


def test_the_same_as_json(forms):
    said = command("osm", "read", forms[0], "--json")
    found = json.loads(said.out)
    extract = read_osm(forms[0])
    assert found == json.loads(json.dumps(report(extract, rail_graph(extract))))


def test_a_broken_file_ends_the_command_in_one_sentence(tmp_path):
    for file in (write_json(tmp_path / "x.osm.json", []), tmp_path / "none.osm.pbf"):
        said = command("osm", "read", file)
        assert (said.code, said.out) == (2, "")
        assert said.err.startswith(f"error: {file}: ")
        assert said.err.count("\n") == 1


# ---- real files


def test_a_real_country_in_pbf(shared_file):
    extract = read_osm(shared_file("real-data/osm/liechtenstein.osm.pbf"))
    assert (len(extract.ways), extract.left_out["abandoned"], len(extract.lat)) == (34, 1, 158)
    same = read_osm(shared_file("real-data/osm/liechtenstein-rail.overpass.json"))
    assert [w.way_id for w in same.ways] == [w.way_id for w in extract.ways]
    graph = rail_graph(extract)
    assert {t.gauge for t in graph.tracks} == {"1435"}
    assert graph.km.sum() == pytest.approx(rail_graph(same).km.sum(), rel=1e-6)


def test_an_answer_with_geometry_is_the_one_with_nodes(shared_file):
    one, two = (
        rail_graph(read_osm(shared_file(f"real-data/osm/{name}.json")))
        for name in ("vilbel.overpass-geom", "vilbel-rail.overpass")
    )
    assert len(one.ways) == len(two.ways) == 81
    assert one.km.sum() == pytest.approx(two.km.sum(), rel=1e-9)


def test_real_ways_around_afghanistan(shared_file):
    graph = rail_graph(read_osm(shared_file("real-data/asia_rail/afghanistan.rail.json")))
    km = km_by(km_rows(graph), "country", "status")
    assert km["AF", "operational"] == pytest.approx(285, abs=5)
    assert km["AF", "planned"] == pytest.approx(97, abs=3)
    assert {t.gauge for t in graph.tracks} == {"unknown"}
