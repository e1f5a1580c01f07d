"""Lines traced on OpenStreetMap as maps and exports hand them over: from place to place, once, under their own licence."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import ONE_PAIR, study

from corridors.covered_lines import CLEAR_PT, SHORTEST_PT, clear_of
from corridors.export_layers import layers_of
from corridors.map_scene import scene_of
from corridors.web_content import web_content
from geodata.geometry import drawn_line, geodesic_km, line_length_km, read_shapes, shapes_under_odbl
from geodata.network import DATA

ON_PAPER = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=2, max_size=5, unique=True)
POINTS = st.tuples(st.floats(40, 90), st.floats(20, 60))
IN_A_STATION_KM = 1.0  # trains may leave a station by the throat they came through
FURTHEST_KM = 3.0  # an end of a traced line lies within this of its place


@pytest.fixture(scope="module")
def carried():
    return study("both-open", *ONE_PAIR)


@pytest.fixture(scope="module")
def layers(carried):
    return layers_of(carried)


@given(st.lists(POINTS, min_size=2, max_size=6), POINTS, POINTS)
def test_a_line_runs_from_place_to_place_through_its_shape(points, start, end):
    shape, ends = np.array(points), np.array([start, end])
    line = drawn_line(shape, ends)
    assert (line[0].tolist(), line[-1].tolist()) == (ends[0].tolist(), ends[1].tolist())
    assert {tuple(p) for p in line} == {tuple(p) for p in [*shape, *ends]}
    assert len(line) == 2 or np.all(np.any(line[1:] != line[:-1], axis=1))
    assert drawn_line(None, ends).tolist()[0] == ends[0].tolist()


def test_every_traced_line_ends_near_its_places():
    from geodata.network import read_network

    network, shapes = read_network(), read_shapes(DATA)
    for name in shapes_under_odbl(DATA):
        hop = network.links.get(name) or network.crossings[name]
        for node_id, (lon, lat) in ((hop.from_node_id, shapes[name][0]), (hop.to_node_id, shapes[name][-1])):
            node = network.nodes[node_id]
            assert geodesic_km(node.lat, node.lon, lat, lon) <= FURTHEST_KM, (name, node_id)


def test_links_and_crossings_are_exported_as_they_are_drawn(carried, layers):
    """The map draws what the export hands over, shapes of crossings too."""
    scene, links = scene_of(carried, None, "light"), layers["links"]
    drawn = dict(zip((row["link_id"] for row in links.rows), links.shapes, strict=True))
    traced = shapes_under_odbl(DATA)
    assert any(name in traced for name in carried.network.crossings)
    for name, line in drawn.items():
        assert np.allclose(scene.line(name), line, atol=1e-6), name
        assert (len(line) > 2) >= (name in traced), name


def test_the_interactive_map_has_the_same_lines(carried):
    """Links and crossings of the page run where the printed map has them, crossings by their shape and not straight."""
    scene, content = scene_of(carried, None, "light"), web_content(carried)
    lines = {line[0]: line[11] for line in content["lines"]} | {gate[0]: gate[9] for gate in content["gates"]}
    assert set(lines) == {*scene.links, *scene.crossings}
    for name, points in lines.items():
        both = shapely.LineString(np.array(points)[:, ::-1]), shapely.LineString(scene.line(name))
        assert shapely.hausdorff_distance(*both) < 1e-4, name
    assert any(len(lines[name]) > 2 for name in scene.crossings)


def test_a_border_is_passed_once(carried, layers):
    """A crossing has two sides and one line: no exported way runs over it and back and over it again."""
    drawn = dict(zip((row["link_id"] for row in layers["links"].rows), layers["links"].shapes, strict=True))
    ways = {(way.origin, way.destination, way.corridor): way for way in carried.ways}
    passed = 0
    for row, line in zip(layers["routes"].rows, layers["routes"].shapes, strict=True):
        steps = [(tuple(a), tuple(b)) for a, b in pairwise(line)]
        way = ways[row["origin"], row["destination"], row["corridor"]]
        for name in {a.crossing_id for a in way.itinerary.activities if a.moving and a.crossing_id}:
            twice = [
                [a, b]
                for a, b in pairwise(drawn[name])
                if steps.count((tuple(a), tuple(b))) + steps.count((tuple(b), tuple(a))) != 1
            ]
            assert sum(line_length_km(step) for step in twice) < IN_A_STATION_KM, (row["corridor"], name)
            passed += 1
    assert passed > 10


def test_what_is_made_from_openstreetmap_says_so_feature_by_feature(layers):
    traced = shapes_under_odbl(DATA)
    for row in layers["links"].rows:
        from_osm = row["link_id"] in traced or row["length_basis"] == "osm"
        assert row["licence"] == ("ODbL-1.0" if from_osm else "CC-BY-4.0"), row["link_id"]
    assert {row["licence"] for row in layers["links"].rows} == {"ODbL-1.0", "CC-BY-4.0"}
    assert {row["licence"] for row in layers["routes"].rows} == {"ODbL-1.0"}


@given(ON_PAPER, ON_PAPER)
@settings(deadline=None)
def test_beside_a_band_only_what_runs_clear_of_it_is_drawn(line, band):
    """The pieces are what shapely leaves of the line outside a strip round the band, but for crumbs."""
    line, band = np.array(line, dtype=float), np.array(band, dtype=float)
    pieces = clear_of([line], [band])
    whole, strip = shapely.LineString(line), shapely.LineString(band).buffer(CLEAR_PT)
    free = shapely.get_parts(whole.difference(strip))
    drawn = shapely.union_all([shapely.LineString(piece) for piece in pieces]) if pieces else shapely.LineString()
    assert shapely.difference(drawn, whole.buffer(1e-6)).length < 1e-6
    long = [part for part in free if part.length > SHORTEST_PT + 3.0]
    assert all(part.difference(drawn.buffer(1e-6)).length < 1e-3 for part in long)
    if whole.distance(shapely.LineString(band)) > CLEAR_PT:
        assert np.array_equal(pieces[0], line)


def test_without_bands_every_line_is_drawn():
    lines = [np.array([[0.0, 0.0], [1.0, 1.0]])]
    assert clear_of(lines, []) == lines
