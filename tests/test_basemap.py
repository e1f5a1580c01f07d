"""Base map: what is drawn, how disputed borders are drawn, and that the files are small and sound."""

import json

import numpy as np
import pytest
import shapely

from geodata import basemap
from geodata.basemap import BOUNDARY_NOTE, FOLDER, Relief, attributions, hillshade, read_borders
from geodata.tables import TableError

KASHMIR = (73.0, 32.2, 80.5, 37.2)


def _lines(a: str, b: str) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {}
    for line in read_borders():
        if {line.country_a, line.country_b} == {a, b}:
            found.setdefault(line.style, []).append(line.lonlat)
    return found


def _middles(lines: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([(line[1:] + line[:-1]) / 2 for line in lines])


def _holds(polygons: tuple[tuple[np.ndarray, ...], ...], lon: float, lat: float) -> bool:
    return any(shapely.Polygon(p[0], p[1:]).contains(shapely.Point(lon, lat)) for p in polygons)


# ---- disputed borders


@pytest.mark.parametrize(
    ("a", "b", "style"),
    [
        ("CN", "IN", "dashed"),
        ("IN", "Siachen", "dashed"),
        ("PK", "Siachen", "dashed"),
        ("CN", "Siachen", "dashed"),
        ("BT", "CN", "dashed"),
    ],
)
def test_disputed_pairs_have_one_style_along_their_whole_length(a, b, style):
    assert set(_lines(a, b)) == {style}


def test_line_of_control_is_dotted_inside_its_box_and_nowhere_else():
    found = _lines("IN", "PK")
    assert set(found) == {"dotted", "solid"}

    def inside(p):
        return (p[:, 0] >= 73.4) & (p[:, 0] <= 78) & (p[:, 1] >= 32.2) & (p[:, 1] <= 36)

    assert inside(_middles(found["dotted"])).all()
    assert not inside(_middles(found["solid"])).any()


def test_china_pakistan_is_dashed_west_of_76_8_e_only():
    found = _lines("CN", "PK")
    assert _middles(found["dashed"])[:, 0].max() <= 76.8
    assert "solid" not in found or _middles(found["solid"])[:, 0].min() > 76.8


def test_durand_line_and_every_border_of_central_asia_are_plain():
    for a, b in (("AF", "PK"), ("AF", "UZ"), ("AF", "TM"), ("KZ", "UZ"), ("AF", "IR"), ("IR", "PK")):
        assert set(_lines(a, b)) == {"solid"}


def test_lease_of_baikonur_is_not_drawn():
    lease = shapely.box(62.5, 45.0, 65.0, 47.0)
    drawn = [line for line in read_borders() if shapely.LineString(line.lonlat).intersects(lease)]
    assert drawn == []


def test_no_name_stands_in_kashmir_and_the_gulf_has_none():
    west, south, east, north = KASHMIR
    for name in basemap.read_names():
        if name.kind != "town":
            lon, lat = name.lonlat.T
            assert not ((lon > west) & (lon < east) & (lat > south) & (lat < north)).any(), name.name
        assert "Gulf" not in name.name
        assert "Persian" not in name.name
        assert "Arabian" not in name.name or name.name == "Arabian Sea"


def test_hidden_means_no_line_at_all_and_says_so():
    assert read_borders("hidden") == ()
    assert BOUNDARY_NOTE not in attributions("hidden")
    assert "left out" in attributions("hidden")[0]


def test_note_and_sources_go_with_the_borders():
    assert BOUNDARY_NOTE in attributions()
    assert any("Natural Earth" in text for text in attributions())
    assert any("ETOPO1" in text and "Amante" in text for text in attributions())


def test_unknown_way_of_drawing_borders_is_refused():
    with pytest.raises(TableError, match='found "indian"; allowed natural-earth, hidden'):
        read_borders("indian")


def test_unknown_style_in_the_rule_file_is_refused_with_its_line(monkeypatch):
    rows = basemap._rows("border_rules.csv")
    rows[2] = {**rows[2], "style": "wavy"}
    monkeypatch.setattr(basemap, "_rows", lambda _: rows)
    with pytest.raises(TableError, match=r'border_rules.csv, line 4.*style is "wavy".*solid, dashed, dotted, hidden'):
        basemap._rules()


def test_first_rule_that_matches_wins():
    #   two segments, at 70.5 and 71.5 E; the first rule covers the eastern one, the second both
    line = np.array([[70.0, 40.0], [71.0, 40.0], [72.0, 40.0]])
    empty = dict.fromkeys(("west", "south", "east", "north"), "")
    rules = [{**empty, "west": "71", "style": "dotted"}, {**empty, "style": "dashed"}]
    assert [basemap.BORDER_STYLES[i] for i in basemap._style_numbers(line, rules)] == ["dashed", "dotted"]
    assert basemap._style_numbers(line, []).tolist() == [0, 0]


def test_cutting_into_styles_loses_no_segment():
    features = json.loads((FOLDER / "borders.geojson").read_text(encoding="utf-8"))["features"]
    total = sum(shapely.geometry.shape(f["geometry"]).length for f in features)
    drawn = sum(shapely.LineString(line.lonlat).length for line in read_borders())
    assert drawn == pytest.approx(total, rel=1e-12)


def test_styles_are_those_that_natural_earth_flags(shared_file):
    file = shared_file("real-data/natural_earth/ne_10m_admin_0_boundary_lines_land.json")
    ours = {
        style: shapely.union_all([shapely.LineString(b.lonlat) for b in read_borders() if b.style == style])
        for style in ("solid", "dashed", "dotted")
    }
    wanted = {"Line of control": "dotted", "Disputed": "dashed", "Indefinite": "dashed", "Indeterminant": "dashed"}
    seen = set()
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        words = str(feature["properties"].get("FEATURECLA") or feature["properties"].get("featurecla"))
        style = next((s for word, s in wanted.items() if words.startswith(word)), None)
        line = shapely.intersection(shapely.geometry.shape(feature["geometry"]), shapely.box(44, 18, 96, 58))
        if style is None or line.is_empty:
            continue
        seen.add(style)
        for share in np.linspace(0.1, 0.9, 9):
            point = shapely.line_interpolate_point(shapely.line_merge(line), share, normalized=True)
            assert min(ours, key=lambda s: ours[s].distance(point)) == style, words
    assert seen == {"dotted", "dashed"}


# ---- ground


def test_border_lines_pass_where_the_gates_are():
    # Amu Darya at Hairatan, Spin Boldak - Chaman, Torkham, Saryagash; 0.06 degree is some 6 km
    for a, b, lon, lat in (
        ("AF", "UZ", 67.42, 37.24),
        ("AF", "PK", 66.41, 30.95),
        ("AF", "PK", 71.09, 34.12),
        ("KZ", "UZ", 69.19, 41.45),
    ):
        line = shapely.MultiLineString([p for found in _lines(a, b).values() for p in found])
        assert line.distance(shapely.Point(lon, lat)) < 0.06


def test_sea_lakes_and_land_are_where_they_are():
    sea, lakes = basemap.read_sea(), basemap.read_lakes()
    assert _holds(sea, 51.0, 42.0)  # Caspian
    assert _holds(sea, 64.0, 23.0)  # Arabian Sea
    assert not _holds(sea, 67.0, 26.0)  # Sindh
    for lon, lat in ((77.2, 42.45), (74.5, 46.1), (60.6, 46.5)):  # Issyk-Kul, Balkhash, northern Aral
        assert _holds(lakes, lon, lat)
    assert _holds(basemap.read_overview(), 110.0, 34.0)
    assert not _holds(basemap.read_overview(), 65.0, 10.0)


def test_coast_leaves_out_the_edge_at_which_the_map_is_cut():
    relief = basemap.read_relief()
    for line in basemap.read_coast():
        middle = (line[1:] + line[:-1]) / 2
        for value, side in ((middle[:, 0], relief.west), (middle[:, 1], relief.south)):
            assert not np.isclose(value, side, atol=1e-3).any()


def test_relief_knows_mountains_from_plains():
    relief = basemap.read_relief()

    def height(lon: float, lat: float) -> float:
        return float(relief.height_m[round((lat - relief.south) * 10), round((lon - relief.west) * 10)])

    assert height(75.0, 36.0) > 3000  # Karakoram
    assert height(69.0, 35.3) > 2500  # Salang
    assert 0 < height(68.0, 26.0) < 200  # lower Indus
    assert height(89.2, 42.7) < 0  # Turpan


def test_shade_is_one_on_flat_ground_and_turns_with_the_slope():
    # 0.1 degree of latitude is 11,119.5 m: a slope of 1 in 9 to the north-west, as in the docstring
    lat = np.linspace(-0.1, 0.1, 3)
    step = 11_119.5 * np.sqrt(0.5) / 9.0
    rows, columns = np.mgrid[0:3, 0:3]
    down_to_nw = Relief((columns - rows) * step, 60.0, float(lat[0]), 60.2, float(lat[-1]))
    assert hillshade(down_to_nw)[1, 1] == pytest.approx(1.4142, abs=1e-3)
    assert hillshade(Relief(-down_to_nw.height_m, *down_to_nw[1:]))[1, 1] == pytest.approx(0.0, abs=1e-3)
    assert (hillshade(Relief(np.full((4, 4), 812.0), 60.0, 40.0, 60.3, 40.3)) == 1.0).all()


def test_files_are_small_and_nothing_read_can_be_changed():
    assert sum(file.stat().st_size for file in FOLDER.iterdir() if file.is_file()) < 700_000
    for array in (read_borders()[0].lonlat, basemap.read_relief().height_m, basemap.read_sea()[0][0]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_every_coordinate_lies_in_the_box_of_the_map():
    relief = basemap.read_relief()
    for ring in [line.lonlat for line in read_borders()] + [r for p in basemap.read_sea() for r in p]:
        assert ring[:, 0].min() >= relief.west - 1e-9
        assert ring[:, 0].max() <= relief.east + 1e-9
        assert ring[:, 1].min() >= relief.south - 1e-9
        assert ring[:, 1].max() <= relief.north + 1e-9
