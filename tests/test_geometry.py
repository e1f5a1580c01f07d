"""Geodesics held to PROJ; lines, cuts and snapping by their laws."""

import json
from typing import NamedTuple

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.geometry import (
    cumulative_km,
    cut,
    geodesic_km,
    interpolate,
    join,
    line_length_km,
    nearest_node,
    read_shapes,
    split_at_antimeridian,
)
from geodata.tables import TableError

GEOD = pyproj.Geod(ellps="WGS84")
lats, lons = st.floats(-90, 90), st.floats(-180, 180)
points = st.tuples(lons, st.floats(-85, 85))
lines = st.lists(points, min_size=2, max_size=6, unique=True)


class Spot(NamedTuple):
    lat: float
    lon: float


def proj_km(lat1, lon1, lat2, lon2):
    return GEOD.inv(lon1, lat1, lon2, lat2)[2] / 1000


@settings(deadline=None, max_examples=300)
@given(lats, lons, lats, lons)
def test_geodesic_equals_proj(lat1, lon1, lat2, lon2):
    ours, theirs = geodesic_km(lat1, lon1, lat2, lon2), proj_km(lat1, lon1, lat2, lon2)
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(lats, lons, st.floats(-1, 1), st.floats(-1, 1))
def test_geodesic_equals_proj_near_the_antipode(lat, lon, dlat, dlon):
    lat2 = min(90.0, max(-90.0, -lat + dlat))
    assert geodesic_km(lat, lon, lat2, lon + 180 + dlon) == pytest.approx(
        proj_km(lat, lon, lat2, lon + 180 + dlon), rel=1e-6
    )


@settings(deadline=None, max_examples=100)
@given(st.floats(-89, 89), lons, st.floats(-1e-3, 1e-3), st.floats(-1e-3, 1e-3))
def test_geodesic_equals_proj_for_near_points(lat, lon, dlat, dlon):
    ours, theirs = geodesic_km(lat, lon, lat + dlat, lon + dlon), proj_km(lat, lon, lat + dlat, lon + dlon)
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)


def test_geodesic_broadcasts_and_keeps_the_shape():
    many = geodesic_km([[0.0], [10.0]], 0.0, 0.0, [0.0, 1.0, 180.0])
    assert many.shape == (2, 3)
    assert many[0, 0] == 0
    # a degree of longitude on the equator: 2 pi 6378.137 / 360 = 111.3195 km
    assert many[0, 1] == pytest.approx(111.3195, abs=1e-4)
    # half way round the equator the way over the pole is shorter: 20003.9315 km
    assert many[0, 2] == pytest.approx(20003.9315, abs=1e-3)
    assert geodesic_km([], [], [], []).shape == (0,)
    assert np.isnan(geodesic_km(np.nan, 0.0, 1.0, 1.0))


@settings(deadline=None)
@given(lines)
def test_a_line_is_as_long_as_its_reverse_and_no_shorter_than_its_ends(line):
    length = line_length_km(line)
    assert line_length_km(line[::-1]) == pytest.approx(length, rel=1e-9)
    (lon1, lat1), (lon2, lat2) = line[0], line[-1]
    assert length >= geodesic_km(lat1, lon1, lat2, lon2) * (1 - 1e-9)
    assert (np.diff(cumulative_km(line)) >= 0).all()


def test_a_line_needs_two_points():
    with pytest.raises(ValueError, match="at least two"):
        line_length_km([(66.0, 25.0)])


# A line of three points: east along the equator by 1 degree, then 1 degree north.
#
#                 (1, 1)
#                   |
#    (0, 0) ---- (1, 0)
BEND = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]


def test_interpolate_finds_the_bend_and_the_ends():
    at_bend = cumulative_km(BEND)[1] / line_length_km(BEND)
    assert interpolate(BEND, [0, at_bend, 1]) == pytest.approx(np.array(BEND))
    assert interpolate(BEND, 0.25).shape == (2,)
    assert interpolate(BEND, [-1, 2]) == pytest.approx(np.array([BEND[0], BEND[-1]]))


def test_cutting_and_joining_gives_the_line_back():
    parts = [cut(BEND, 0, 0.3), cut(BEND, 0.3, 0.8), cut(BEND, 0.8, 1)]
    assert sum(map(line_length_km, parts)) == pytest.approx(line_length_km(BEND), rel=1e-9)
    whole = join(parts)
    assert line_length_km(whole) == pytest.approx(line_length_km(BEND), rel=1e-9)
    assert [1.0, 0.0] in whole.tolist()
    assert cut(BEND, 0.8, 0.3) == pytest.approx(cut(BEND, 0.3, 0.8)[::-1])


def test_a_line_over_the_180th_meridian_is_split():
    west, east = split_at_antimeridian([(170.0, 10.0), (-170.0, 20.0)])
    assert west.tolist() == [[170, 10], [180, 15]]
    assert east.tolist() == [[-180, 15], [-170, 20]]
    assert len(split_at_antimeridian(BEND)) == 1
    assert interpolate([(170.0, 0.0), (-170.0, 0.0)], 0.75)[0] == pytest.approx(-175)


@settings(deadline=None)
@given(lines)
def test_no_part_jumps_over_the_map_and_no_end_is_lost(line):
    parts = split_at_antimeridian(line)
    for part in parts:
        assert (np.abs(np.diff(part[:, 0])) <= 180 + 1e-9).all()
        assert (np.abs(part[:, 0]) <= 180 + 1e-9).all()
    assert parts[0][0, 1] == pytest.approx(line[0][1])
    assert parts[-1][-1, 1] == pytest.approx(line[-1][1])


def test_nearest_node_within_a_cap():
    nodes = {"b": Spot(1.0, 0.0), "a": Spot(0.0, 1.0), "twin": Spot(0.0, 1.0)}
    name, away = nearest_node(0.0, 0.9, nodes, cap_km=20)
    assert name == "a"
    assert away == pytest.approx(11.132, abs=1e-3)
    assert nearest_node(0.0, 0.9, nodes, cap_km=10) is None
    assert nearest_node(0.0, 0.9, {}, cap_km=10) is None
    assert nearest_node(0.0, -179.9, {"a": Spot(0.0, 179.9)}, cap_km=30) is not None


def shape_file(path, *features):
    found = [
        {"type": "Feature", "properties": {key: name}, "geometry": {"type": kind, "coordinates": line}}
        for key, name, kind, line in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": found}), encoding="utf-8")


def test_a_shape_traced_on_openstreetmap_wins(tmp_path):
    assert read_shapes(tmp_path) == {}
    shape_file(
        tmp_path / "shapes.geojson",
        ("link_id", "a--b", "LineString", BEND),
        ("crossing_id", "rail.b-c", "LineString", BEND[:2]),
    )
    shape_file(tmp_path / "shapes_osm.geojson", ("link_id", "a--b", "LineString", BEND[::-1]))
    shapes = read_shapes(tmp_path)
    assert sorted(shapes) == ["a--b", "rail.b-c"]
    assert shapes["a--b"].tolist() == [list(point) for point in BEND[::-1]]


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (("link_id", "", "LineString", BEND), "no link_id or crossing_id"),
        (("link_id", "a--b", "MultiLineString", [BEND]), "geometry is MultiLineString"),
        (("link_id", "a--b", "LineString", BEND[:1]), "at least two"),
        (("link_id", "a--b", "LineString", [(40.0, 100.0), (40.0, 80.0)]), "longitude first"),
    ],
)
def test_a_broken_shape_is_refused(tmp_path, feature, words):
    shape_file(tmp_path / "shapes.geojson", feature)
    with pytest.raises(TableError, match=words) as caught:
        read_shapes(tmp_path)
    assert "feature 1" in str(caught.value)
    (tmp_path / "shapes.geojson").write_text("[]", encoding="utf-8")
    with pytest.raises(TableError, match="not a GeoJSON"):
        read_shapes(tmp_path)
