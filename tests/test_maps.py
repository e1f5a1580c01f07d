"""Maps: nothing covers what it should not, nothing is told by colour alone, and the same study gives the same bytes."""

import re
import subprocess
import sys

import numpy as np
import pytest

from corridors import read_scenario, run
from corridors.bands import lay_bands
from corridors.lettering import Box, Lettering, Type, can_write, text_size, wrapped
from corridors.map_notes import gauges_at_breaks, hours_at_gates, hours_words
from corridors.map_places import Sign, _moved_apart
from corridors.map_scene import REGIONS, places_of_region, scene_of
from corridors.map_sheet import SIZES
from corridors.maps import _obstacles, draw, plot_map
from corridors.scenario import ScenarioError
from corridors.sheet import REGION, Frame, frame_round
from corridors.spine import Stretch
from corridors.style import rc_params
from geodata.basemap import BOUNDARY_NOTE

SWITCHES = ["draws=16", "origins=almaty1,kostanay", "destinations=karachi_port"]
KARACHI = np.array([[66.98, 24.84]])


@pytest.fixture(scope="module")
def study():
    return run(read_scenario("both-open", SWITCHES))


@pytest.fixture(scope="module")
def shut():
    return run(read_scenario("today", SWITCHES))


@pytest.fixture(scope="module")
def figure(study):
    return plot_map(study)


def _texts(figure):
    """Every text of a figure that is seen: words and box in pixels."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    found = [t for axes in figure.axes for t in axes.findobj(lambda a: hasattr(a, "get_fontsize"))]
    with mpl.rc_context(rc_params()):
        renderer = FigureCanvasAgg(figure).get_renderer()
        return [
            (t.get_gid() or "", t.get_text(), t.get_window_extent(renderer))
            for t in found
            if t.get_text() and t.get_visible()
        ]


def _gids(figure):
    return {a.get_gid() for a in figure.findobj(lambda a: a.get_gid() is not None)}


def _words(figure):
    return " ".join(text for _, text, _ in _texts(figure))


# ---- lettering


def test_no_name_on_the_map_covers_another(figure):
    labels = [(gid, box) for gid, _, box in _texts(figure) if gid.startswith("label-")]
    assert len(labels) > 30
    for i, (name, box) in enumerate(labels):
        for other, there in labels[:i]:
            assert not box.overlaps(there), (name, other)


@pytest.mark.parametrize(("which", "size"), [*(("study", size) for size in SIZES), ("shut", "a4")])
def test_no_words_run_off_the_sheet_or_into_each_other(which, size, request):
    figure = plot_map(request.getfixturevalue(which), size=size)
    sheet = figure.bbox
    texts = _texts(figure)
    for _, text, box in texts:
        assert box.x0 >= sheet.x0
        assert box.x1 <= sheet.x1, text
        assert box.y0 >= sheet.y0, text
        assert box.y1 <= sheet.y1, text
    foot = [box for gid, _, box in texts if gid.startswith("foot-")]
    key = [box for gid, _, box in texts if not gid and box.x0 > sheet.x1 * 0.75 and len(_) > 3]
    assert foot
    assert not any(a.overlaps(b) for a in foot for b in key)


def test_no_type_is_smaller_than_six_points(figure):
    letters = [
        t.get_fontsize()
        for axes in figure.axes
        for t in axes.findobj(lambda a: hasattr(a, "get_fontsize"))
        if t.get_text()
    ]
    assert min(letters) >= 6.0


def test_ends_of_the_ways_and_doubtful_gates_are_named(study, figure):
    words = {text for gid, text, _ in _texts(figure) if gid.startswith("label-")}
    for way in study.ways:
        for node in (way.origin, way.destination):
            assert study.network.nodes[node].name.partition(" (")[0] in words
    assert {"Chaman", "Torkham", "KAZAKHSTAN", "AFGHANISTAN", "PAKISTAN"} <= words


def test_a_name_is_dropped_where_there_is_no_room():
    #   a sheet of 60 x 20 pt, all of it taken but a strip too narrow for the name
    lettering = Lettering(60.0, 20.0)
    lettering.block(Box(0.0, 0.0, 60.0, 16.0))
    assert lettering.place_beside("Maidan Shahr", 30.0, 10.0, Type(7.0), gap=3.0) is None
    assert lettering.labels == []


def test_a_name_takes_the_place_with_the_least_linework():
    lettering = Lettering(100.0, 100.0)
    right = np.column_stack([np.full(40, 60.0), np.linspace(30.0, 70.0, 40)])
    lettering.avoid(right)
    label = lettering.place_beside("Mary", 50.0, 50.0, Type(7.0), gap=3.0)
    assert label is not None
    assert label.box.x1 <= 60.0
    assert not lettering.is_free(label.box)


def test_wrapped_lines_fit_and_lose_no_word():
    text = "Rail to Hairatan, then truck by Salang, Kabul and Torkham"
    lines = wrapped(text, Type(7.2), 120.0)
    assert " ".join(lines) == text
    assert all(text_size(line, Type(7.2))[0] <= 120.0 for line in lines)
    assert wrapped("Qyzylorda-Dzhusaly", Type(7.2), 5.0) == ["Qyzylorda-Dzhusaly"]


# ---- bands


def _line(*points, mode="rail", status="operational"):
    return Stretch(np.array(points, dtype=float), mode, status)


def _ends(*ways):
    return np.array([p for way in ways for p in (way[0].points[0], way[-1].points[-1])])


def test_corridors_on_one_link_run_side_by_side_at_the_pitch():
    r"""Two corridors from a to m, then one to w and one to e.

        a
        |   shared
        m
       / \
      w   e
    """
    trunk = _line((100, 200), (100, 100))
    west, east = [trunk, _line((100, 100), (40, 0))], [trunk, _line((100, 100), (160, 0))]
    bands = lay_bands({"east": [east], "west": [west]}, _ends(west, east), pitch=3.0)
    at = {
        b.corridor: np.interp(150.0, b.points[::-1, 1], b.points[::-1, 0]) for b in bands if b.points[:, 1].max() > 150
    }
    assert at["east"] - at["west"] == pytest.approx(3.0, abs=0.05)
    assert {b.shared for b in bands} >= {2}


def test_a_road_close_beside_a_railway_is_moved_aside_too():
    rail, road = [_line((100, 200), (100, 0))], [_line((102, 200), (102, 0), mode="road")]
    bands = {b.corridor: b for b in lay_bands({"rail": [rail], "road": [road]}, _ends(rail, road), pitch=3.0)}
    gap = bands["road"].points[30, 0] - bands["rail"].points[30, 0]
    assert abs(gap) == pytest.approx(3.0, abs=0.05)


def test_lines_that_only_cross_stay_in_their_place():
    down, across = [_line((100, 200), (100, 0))], [_line((0, 110), (200, 90))]
    bands = {b.corridor: b for b in lay_bands({"down": [down], "across": [across]}, _ends(down, across), pitch=3.0)}
    assert np.abs(bands["down"].points[:, 0] - 100.0).max() < 0.01
    assert {b.shared for b in bands.values()} == {1}


def test_shared_track_of_one_corridor_is_drawn_once():
    trunk = _line((100, 100), (100, 0))
    one, two = [_line((40, 200), (100, 100)), trunk], [_line((160, 200), (100, 100)), trunk]
    bands = lay_bands({"c": [one, two]}, _ends(one, two), pitch=3.0)
    below = sum(np.hypot(*np.diff(b.points[b.points[:, 1] < 80], axis=0).T).sum() for b in bands)
    assert below == pytest.approx(80.0, abs=4.0)


def test_bands_come_together_at_origin_and_destination():
    way = [_line((100, 200), (100, 0))]
    for band in lay_bands({"a": [way], "b": [way], "c": [way]}, _ends(way), pitch=3.0):
        assert band.points[0] == pytest.approx([100.0, 200.0], abs=0.01)
        assert band.points[-1] == pytest.approx([100.0, 0.0], abs=0.01)


def test_a_way_travelled_north_keeps_its_place_in_the_bundle():
    south = [_line((100, 200), (100, 0))]
    north = [_line((100, 0), (100, 200))]
    there = {b.corridor: b.points for b in lay_bands({"a": [south], "b": [south]}, _ends(south), pitch=3.0)}
    back = {b.corridor: b.points for b in lay_bands({"a": [north], "b": [north]}, _ends(north), pitch=3.0)}
    for name, points in there.items():
        assert back[name] == pytest.approx(points)


def test_mode_and_status_cut_a_band_without_a_gap():
    way = [_line((100, 200), (100, 100)), _line((100, 100), (100, 0), mode="road", status="planned")]
    first, second = lay_bands({"c": [way]}, _ends(way), pitch=3.0)
    assert (first.mode, second.mode, second.status) == ("rail", "road", "planned")
    assert first.points[-1] == pytest.approx(second.points[0])


def test_no_band_turns_back_on_itself_in_a_sharp_bend():
    #   seven bands round a bend of 60 degrees: the innermost is moved 9 pt, farther than the bend is round
    way = [_line((0, 200), (100, 100), (80, 0))]
    names = "abcdefg"
    for band in lay_bands({n: [way] for n in names}, _ends(way), pitch=3.0):
        step = np.diff(band.points, axis=0)
        moved = step[np.hypot(*step.T) > 1e-6]
        unit = moved / np.hypot(*moved.T)[:, None]
        assert (unit[1:] * unit[:-1]).sum(axis=1).min() > -0.2, band.corridor


def test_every_corridor_of_the_study_has_a_band_and_a_letter(study, figure):
    gids = _gids(figure)
    for way in study.ways:
        if way.feasible:
            assert f"band-{way.corridor}" in gids
            assert f"badge-{way.corridor}" in gids


# ---- signs


def test_signs_that_touch_are_pushed_apart_and_ends_stay():
    found = [
        Sign("destination", 50, 50, "port"),
        Sign("gauge", 51, 50, "a"),
        Sign("gate", 51, 50, "b", "shut"),
        Sign("mode", 51, 50, "c"),
    ]
    moved = _moved_apart(list(found))
    assert (moved[0].x, moved[0].y) == (50, 50)
    for i, a in enumerate(moved):
        for b in moved[:i]:
            assert np.hypot(a.x - b.x, a.y - b.y) >= a.radius + b.radius - 1.0


def test_state_of_a_gate_is_told_by_shape(study, shut):
    for found, state, marker in ((study, "open", "o"), (shut, "shut", "X")):
        figure = plot_map(found)
        marks = figure.findobj(lambda a, s=state: a.get_gid() == f"gate-{s}")
        assert marks
        assert {m.get_marker() for m in marks} == {marker}
    words = _words(plot_map(shut))
    assert re.search(r"gate( or sea lane)? shut", words)
    assert "nobody knows it on this date" in words


def test_corridors_without_a_way_say_what_is_shut_or_not_built(shut):
    words = _words(plot_map(shut))
    assert "no way on this date" in words
    assert _obstacles(
        ["Torkham: shut since 2025-10-12; X (Y): not built on 2026-11-25", "Torkham: shut since 2025-10-12"]
    ) == ("no way on this date. Not built: X. Shut: Torkham")
    assert _obstacles(["30 t in one FEU is more than may go by road"]).endswith("more than may go by road")


# ---- what every map says


def test_date_assumption_sources_and_note_are_on_the_map(study, figure):
    words = re.sub(r"\s+", " ", _words(figure))
    assert study.scenario.title in words
    assert f"{study.scenario.date:%B %Y}" in words
    assert study.assumption.rstrip(".") in words
    for text in ("Natural Earth (public domain)", "ETOPO1", BOUNDARY_NOTE, "sources.csv"):
        assert text in words
    if any(link.length_basis == "osm" for link in study.network.links.values()):
        assert "OpenStreetMap contributors, ODbL 1.0" in words


def test_borders_are_drawn_by_rule_and_can_be_hidden(study, figure):
    shown, hidden = _gids(figure), _gids(plot_map(study, borders="hidden"))
    assert {"border-solid", "border-dashed", "border-dotted"} <= shown
    assert not {gid for gid in hidden if gid.startswith("border-")}
    styles = {
        gid: figure.findobj(lambda a, g=gid: a.get_gid() == g)[0].get_linestyle()
        for gid in ("border-solid", "border-dashed", "border-dotted")
    }
    assert styles["border-solid"] in ("solid", (0, None))
    assert styles["border-dashed"][1][0] > 2.5 * styles["border-dotted"][1][0]
    words = _words(plot_map(study, borders="hidden"))
    assert BOUNDARY_NOTE not in words
    assert "left out on request" in words


def test_grey_theme_has_no_colour(study, tmp_path):
    from PIL import Image

    pixels = np.asarray(Image.open(draw(study, tmp_path / "grey.png", theme="grey")[0]).convert("RGB")).astype(int)
    assert np.ptp(pixels, axis=2).max() <= 2


# ---- files


def test_svg_keeps_words_as_text(study, tmp_path):
    text = draw(study, tmp_path / "map.svg")[0].read_text(encoding="utf-8")
    assert "<text" in text
    for words in ("Kostanay", "Chaman", "Line of Control", study.scenario.title):
        assert re.search(rf"<text[^>]*>[^<]*{words}", text), words
    assert 'id="label-Chaman"' in text


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_same_study_gives_the_same_bytes(study, tmp_path, ending):
    first = draw(study, tmp_path / f"a.{ending}")[0].read_bytes()
    assert draw(study, tmp_path / f"b.{ending}")[0].read_bytes() == first
    assert len(first) < 4_000_000


def test_a_corridor_keeps_its_letter_when_others_are_left_out(study):
    name = study.scenario.corridors[2]
    gids = _gids(plot_map(study, corridors=[name]))
    assert {gid for gid in gids if gid.startswith("band-")} == {f"band-{name}"}
    texts = [text for _, text, _ in _texts(plot_map(study, corridors=[name]))]
    assert "C" in texts
    assert "A" not in texts


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ({"theme": "sepia"}, 'theme: found "sepia"; allowed light, print, dark, grey'),
        ({"size": "a44"}, 'size: found "a44"; allowed a4, a3, slide'),
        ({"borders": "none"}, 'borders: found "none"; allowed natural-earth, hidden'),
        ({"corridors": ["turgundi-chamann"]}, "turgundi-chaman"),
    ],
)
def test_unknown_choices_are_refused_with_what_is_allowed(study, switch, message):
    with pytest.raises(ScenarioError, match=re.escape(message)):
        plot_map(study, **switch)


def test_importing_maps_does_not_load_matplotlib():
    code = "import sys, corridors.maps; sys.exit(any(m.split('.')[0] in ('matplotlib', 'pyproj') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pdf_keeps_words_as_words_with_the_letters_used(study, tmp_path):
    [path] = draw(study, tmp_path / "map.pdf")
    content = path.read_bytes()
    names = set(re.findall(rb"/BaseFont /([A-Z]{6})\+([A-Za-z-]+)", content))
    assert {name for _, name in names} >= {b"DejaVuSans", b"DejaVuSans-Bold"}
    assert b"/FontFile2" in content
    assert b"/ToUnicode" in content
    assert b"CreationDate" not in content
    assert len(content) < 2_000_000


def test_svg_carries_the_letters_that_its_words_need(study, tmp_path):
    import base64
    import io

    from fontTools.ttLib import TTFont

    text = draw(study, tmp_path / "map.svg")[0].read_text(encoding="utf-8")
    faces = re.findall(r"@font-face\{font-family:'([^']+)';font-weight:(\w+);.*?base64,([^)]+)\)", text)
    assert ("DejaVu Sans", "bold") in {(family, weight) for family, weight, _ in faces}
    inside = {
        weight: set(TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap())
        for family, weight, data in faces
        if family == "DejaVu Sans"
    }
    bold = "".join(re.findall(r"<text[^>]*bold[^>]*>([^<]*)</text>", text))
    assert {ord(c) for c in bold if c.isalpha()} <= inside["bold"]
    assert len(inside["bold"]) < 200


def test_svg_carries_the_joined_forms_of_arabic_letters():
    import base64
    import io

    from fontTools.ttLib import TTFont

    from corridors.embedding import embed_letters

    svg = "<svg><defs>\n</defs><text style=\"font: 9px 'Noto Sans Arabic', 'DejaVu Sans'\">کوئٹہ</text></svg>"
    [data] = re.findall(r"font-family:'Noto Sans Arabic'.*?base64,([^)]+)\)", embed_letters(svg))
    font = TTFont(io.BytesIO(base64.b64decode(data)))
    assert set(map(ord, "کوئٹہ")) <= set(font.getBestCmap())
    assert "GSUB" in font
    assert len(font.getGlyphOrder()) > 2 * 5


# ---- regions, scripts, hours of gates


@pytest.mark.parametrize("region", ["afghanistan", "kazakhstan"])
def test_a_map_of_a_region_holds_all_its_places_and_no_name_covers_another(study, region):
    figure = plot_map(study, region=region)
    scene = scene_of(study, None, "light")
    axes = figure.axes[1]
    (_, width), (_, height) = axes.get_xlim(), axes.get_ylim()
    places = places_of_region(scene, region)
    assert len(places) == sum(n.country == REGIONS[region] for n in scene.nodes.values())
    assert frame_round(places, width, height).holds(frame_round(places, width, height).place(places)).all()
    labels = [(gid, box) for gid, _, box in _texts(figure) if gid.startswith(("label-", "note-"))]
    for i, (name, box) in enumerate(labels):
        for other, there in labels[:i]:
            if name.partition("-")[2] != other.partition("-")[2]:
                assert not box.shrunk(0.97, 0.9).overlaps(there.shrunk(0.97, 0.9)), (name, other)
    assert region.capitalize() in _words(figure)


def test_names_in_local_scripts_stand_where_we_have_them(study):
    figure = plot_map(study, labels="local")
    words = {text for gid, text, _ in _texts(figure) if gid.startswith("label-")}
    nodes = study.network.nodes
    assert {nodes["almaty1"].name_local, "Қазақстан", "افغانستان"} <= words
    assert nodes["karachi_port"].name_local in words
    assert "Unicode CLDR" in _words(figure)
    assert not any("\u4e00" <= c <= "\u9fff" for text in words for c in text)  # no letters for Chinese: Latin stands


def test_arabic_letters_join_and_run_from_right_to_left():
    from matplotlib.textpath import TextPath

    from corridors.lettering import font_of

    word = "کوئٹہ"
    kind = Type(20.0).for_text(word)
    assert kind.family == "Noto Sans Arabic"
    joined = text_size(word, Type(20.0))[0]
    assert joined < 0.8 * sum(text_size(letter, Type(20.0))[0] for letter in word)  # isolated letters are wider
    first = TextPath((0, 0), word, size=20.0, prop=font_of(kind)).get_extents()
    longer = TextPath((0, 0), word + "ا", size=20.0, prop=font_of(kind)).get_extents()
    assert longer.width > first.width
    assert can_write(word)
    assert can_write("Қостанай")
    assert not can_write("霍尔果斯")


def test_hours_at_a_gate_are_those_of_the_activities_there(study):
    found = hours_at_gates(study.ways)
    assert found
    for name, (low, high) in found.items():
        sums = []
        for way in study.ways:
            if way.outcome is None:
                continue
            here = [
                h
                for a, h in zip(way.itinerary.activities, way.outcome.hours_mean, strict=True)
                if a.crossing_id == name and a.kind not in {"haul", "rest"}
            ]
            sums += [sum(here)] if here else []
        assert (low, high) == pytest.approx((min(sums), max(sums)))
    figure = plot_map(study, region="afghanistan")
    notes = {text for gid, text, _ in _texts(figure) if gid.startswith("note-")}
    assert hours_words(found["road.torkham-torkham_pk"]) in notes
    assert "1520|1676" in notes


def test_gauges_at_a_break_are_those_of_its_terminal(study):
    breaks = gauges_at_breaks(study.ways, study.network.terminals)
    assert breaks
    for place, gauges in breaks.items():
        there = [
            t for t in study.network.terminals.values() if t.node_id == place and t.from_mode == t.to_mode == "rail"
        ]
        assert set(gauges) in [{t.from_gauge, t.to_gauge} for t in there]
        assert gauges[0] != gauges[1]


# ---- projection


def test_points_go_there_and_back():
    frame = frame_round(np.array([[50.0, 25.0], [90.0, 55.0]]), 500.0, 400.0)
    lonlat = np.array([[66.98, 24.84], [76.9, 43.3], [51.2, 43.6]])
    assert frame.lonlat(frame.place(lonlat)) == pytest.approx(lonlat, abs=1e-6)
    assert frame.holds(frame.place(lonlat)).all()


def test_lengths_on_the_map_are_true_to_two_per_cent():
    # great circle Karachi Port - Almaty-1 by the haversine on 6,371 km: 2,226 km
    frame = Frame(REGION, 0.0, 0.0, 1.0, 1.0, 1.0)
    a, b = frame.place(KARACHI)[0], frame.place(np.array([[76.93, 43.35]]))[0]
    lat1, lat2, dlon = np.radians(24.84), np.radians(43.35), np.radians(76.93 - 66.98)
    h = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin(dlon / 2) ** 2
    great_circle = 2 * 6371.0 * np.arcsin(np.sqrt(h))
    assert np.hypot(*(a - b)) == pytest.approx(great_circle, rel=0.02)
