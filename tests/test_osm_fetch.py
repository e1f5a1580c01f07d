"""Faults of a server, of the disk and of other processes: what is said, what is on disk, and that it goes on afterwards.

Everything runs against a stand-in on the loopback address, with a clock on which waiting costs nothing.
"""

import errno
import hashlib
import json
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from overpass_server import Clock, Overpass, answer, in_box, node, way
from studies import command

from corridors import cli_osm
from corridors.safe_files import write_text
from corridors.toml_files import ScenarioError
from geodata.geometry import geodesic_km
from geodata.osm_fetch import fetch
from geodata.osm_read import OsmError, read_osm
from geodata.osm_tiles import grid_tiles, polygon_tiles, strip_tiles
from geodata.overpass import Box, FetchError, Server, answer_of, query_of

TILES = [Box(35, 61, 36, 62), Box(36, 61, 37, 62), Box(37, 61, 38, 62)]


def server_of(overpass, **more):
    return Server(**{"url": overpass.url, "silence_s": 5.0, **more})


def fetched(overpass, target, clock=None, tiles=TILES, write=write_text, **more):
    said = []
    fetch(tiles, target, write, server=server_of(overpass, **more), clock=clock or Clock(), say=said.append)
    return said


def parts_of(target):
    return sorted(target.with_name(target.name + ".parts").glob("*.json"))


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    target = tmp_path_factory.mktemp("whole") / "rail.osm.json"
    with Overpass() as overpass:
        fetched(overpass, target)
    return target


def test_a_whole_fetch_leaves_one_file_and_where_it_came_from(unbroken):
    extract = read_osm(unbroken)
    assert [item.way_id for item in extract.ways] == [1, 35061, 36061, 37061]
    assert sorted(path.name for path in unbroken.parent.iterdir()) == ["rail.osm.json", "rail.osm.json.source.json"]
    source = json.loads((unbroken.parent / "rail.osm.json.source.json").read_text())
    assert source["sha256"] == hashlib.sha256(unbroken.read_bytes()).hexdigest()
    assert [tile["query"] for tile in source["tiles"]] == [query_of(tile) for tile in TILES]
    assert all(tile["server"].startswith("http://127.0.0.1") and tile["date"] for tile in source["tiles"])
    assert "ODbL" in source["licence"]
    assert "somebody" not in unbroken.read_text()


PASSING = {
    "429": "too many requests (status 429)",
    "html504": "busy or out of order (status 504)",
    "down": "cannot be reached",
    "short": "the answer broke off",
    "cut": "cut or not JSON",
    "page": "a web page, not data",
    "remark": "the server left elements out: runtime error",
    "empty": "the answer has no elements",
    "lost": "the answer has 5 elements of 6",
    "unpacked": "cut or not JSON",
    "uncounted": "the answer does not say how many elements it has",
}


@pytest.mark.parametrize(("step", "words"), PASSING.items())
def test_a_passing_fault_is_waited_out_and_the_file_is_the_same(step, words, tmp_path, unbroken):
    clock = Clock()
    with Overpass(["ok", step]) as overpass:
        said = fetched(overpass, tmp_path / "rail.osm.json", clock)
    assert (tmp_path / "rail.osm.json").read_bytes() == unbroken.read_bytes()
    assert clock.slept == [15.0]
    assert any(words in line and "tile 2 of 3" in line for line in said)
    assert len(overpass.queries) == 4
    assert set(overpass.agents) == {"corridor-route-simulator (freight routes; one request at a time)"}


@pytest.mark.parametrize(("step", "words"), PASSING.items())
def test_a_lasting_fault_ends_in_one_sentence_and_nothing_refused_is_kept(step, words, tmp_path, unbroken):
    target, clock = tmp_path / "rail.osm.json", Clock()
    with Overpass(["ok", *[step] * 4]) as overpass:
        with pytest.raises(FetchError) as refused:
            fetched(overpass, target, clock)
        assert words in str(refused.value)
        assert "asked 4 times" in str(refused.value)
        assert "\n" not in str(refused.value)
        assert clock.slept == [15.0, 30.0, 60.0]
        assert not target.exists()
        assert [json.loads(part.read_text())["query"] for part in parts_of(target)] == [query_of(TILES[0])]
        said = fetched(overpass, target)
    assert target.read_bytes() == unbroken.read_bytes()
    assert said[0].startswith("tile 1 of 3: kept from an earlier fetch")


def test_no_network_is_one_clear_line(tmp_path):
    with Overpass() as overpass:
        gone = overpass.url
    with pytest.raises(
        FetchError, match=r"cannot be reached \(is the network there\?\) \(asked 4 times\); try again later"
    ):
        fetch(TILES, tmp_path / "rail.osm.json", write_text, server=Server(url=gone), clock=Clock())


def test_a_question_that_is_refused_is_not_put_again(tmp_path):
    for step, words in (("400", "status 400: parse error: line 1"), ("302", "status 302")):
        with Overpass([step]) as overpass, pytest.raises(FetchError, match=words):
            fetched(overpass, tmp_path / "rail.osm.json")
        assert len(overpass.queries) == 1


def test_a_silent_server_is_given_up(tmp_path):
    with Overpass(["silent"] * 2) as overpass, pytest.raises(FetchError, match="no word for 0 s"):
        fetched(overpass, tmp_path / "rail.osm.json", tries=2, silence_s=0.05)


def test_a_slow_server_meets_the_deadline(tmp_path):
    with Overpass() as overpass, pytest.raises(FetchError, match="no whole answer within 100 s"):
        fetched(overpass, tmp_path / "rail.osm.json", Clock(tick=30.0), deadline_s=100.0)
    assert not (tmp_path / "rail.osm.json").exists()


def test_a_server_that_drips_meets_the_deadline(tmp_path):
    clock = Clock(tick=1.0)
    with Overpass(["drip"]) as overpass, pytest.raises(FetchError, match="no whole answer within 20 s"):
        fetched(overpass, tmp_path / "rail.osm.json", clock, deadline_s=20.0)
    assert clock.now < 30.0
    assert not (tmp_path / "rail.osm.json").exists()


def test_an_answer_that_comes_packed_and_in_pieces_is_the_same(tmp_path, unbroken):
    with Overpass(["packed"] * 3) as overpass:
        fetched(overpass, tmp_path / "rail.osm.json")
    assert (tmp_path / "rail.osm.json").read_bytes() == unbroken.read_bytes()


def test_the_deadline_bounds_all_pauses(tmp_path):
    clock = Clock()
    with Overpass(["429"] * 50) as overpass, pytest.raises(FetchError, match="asked 4 times"):
        fetched(overpass, tmp_path / "rail.osm.json", clock, tries=40, deadline_s=200.0)
    assert sum(clock.slept) < 200


def test_too_large_an_answer_is_not_read_to_its_end(tmp_path):
    with Overpass() as overpass, pytest.raises(FetchError, match="larger than 0 MB; ask for a smaller area"):
        fetched(overpass, tmp_path / "rail.osm.json", most_bytes=100)


@pytest.mark.parametrize("status", ["", "<html>?</html>", "slots: many", "\x00\xff" * 3000])
def test_an_odd_status_page_is_passed_over(status, tmp_path, unbroken):
    clock = Clock()
    with Overpass(status=status) as overpass:
        fetched(overpass, tmp_path / "rail.osm.json", clock)
    assert (tmp_path / "rail.osm.json").read_bytes() == unbroken.read_bytes()
    assert clock.slept == []


def test_the_server_is_given_the_time_it_asks_for(tmp_path):
    wait = "Slot available after: 2026-11-25T00:01:00Z, in 40 seconds.\nSlot available after: x, in 7 seconds.\n"
    clock = Clock()
    with Overpass(status=wait) as overpass:
        fetched(overpass, tmp_path / "rail.osm.json", clock)
    assert clock.slept == [8.0] * 3


def test_a_place_that_comes_free_too_late_is_not_waited_for(tmp_path):
    wait, clock = "Slot available after: 2026-11-26T00:00:00Z, in 86400 seconds.\n", Clock()
    with Overpass(status=wait) as overpass, pytest.raises(FetchError, match="no free place for 86401 s"):
        fetched(overpass, tmp_path / "rail.osm.json", clock)
    assert clock.slept == []


@pytest.mark.parametrize("url", ["http://overpass.example/api", "ftp://x", "overpass", ""])
def test_a_server_without_a_certificate_is_refused(url):
    with pytest.raises(FetchError, match="allowed: an address that begins with https://"):
        Server(url=url)


def test_a_full_disk_leaves_no_torn_file_and_the_fetch_goes_on_later(tmp_path, unbroken):
    target, written = tmp_path / "rail.osm.json", []

    def write(file, text):
        written.append(file)
        if len(written) > 1:
            with mock.patch("os.fsync", side_effect=OSError(errno.ENOSPC, "No space left on device")):
                write_text(file, text)
        write_text(file, text)

    with Overpass() as overpass:
        with pytest.raises(ScenarioError, match="cannot be written \\(No space left on device\\)"):
            fetched(overpass, target, write=write)
        assert not target.exists()
        assert len(parts_of(target)) == 1
        assert not list(tmp_path.rglob("*.part*.json")) or parts_of(target)
        fetched(overpass, target)
    assert target.read_bytes() == unbroken.read_bytes()
    assert len(overpass.queries) == 4


def test_two_fetches_of_one_file_do_not_mix(tmp_path, unbroken):
    target, refused = tmp_path / "rail.osm.json", []

    def second(_):
        if not refused:
            with pytest.raises(FetchError, match="another fetch writes here") as caught:
                fetch(TILES, target, write_text, server=Server(url=overpass.url), clock=Clock())
            refused.append(caught.value)

    with Overpass() as overpass:
        overpass.asked = second
        fetched(overpass, target)
    assert len(refused) == 1
    assert target.read_bytes() == unbroken.read_bytes()


def _break(part, how):
    data = json.loads(part.read_text())
    if how == "other version":
        part.write_text(json.dumps({**data, "format": 0}))
    elif how == "changed":
        part.write_text(json.dumps({**data, "elements": data["elements"][1:]}))
    elif how == "cut":
        part.write_text(part.read_text()[:50])
    else:
        part.write_text(json.dumps([1, 2]))


@pytest.mark.parametrize(
    ("how", "words"),
    [("other version", "another version"), ("changed", "damaged"), ("cut", "damaged"), ("list", "damaged")],
)
def test_what_is_kept_is_used_only_if_it_is_sound_and_ours(how, words, tmp_path, unbroken):
    target = tmp_path / "rail.osm.json"
    with Overpass(["ok", "ok", "400"]) as overpass:
        with pytest.raises(FetchError):
            fetched(overpass, target)
        _break(parts_of(target)[0], how)
        said = fetched(overpass, target)
    assert target.read_bytes() == unbroken.read_bytes()
    assert sum(words in line for line in said) == 1
    assert len(overpass.queries) == 5


def test_a_file_that_is_there_is_not_overwritten(unbroken):
    before = unbroken.read_bytes()
    with Overpass() as overpass, pytest.raises(FetchError, match="is there already"):
        fetched(overpass, unbroken)
    assert unbroken.read_bytes() == before
    assert overpass.queries == []


def test_of_two_versions_the_later_is_taken_whatever_the_order(tmp_path):
    versions = iter([3, 2, 5])

    def elements(_):
        version = next(versions)
        return [node(1, 36, 61), node(2, 36.1, 61), way(9, [1, 2], version, name=f"v{version}")]

    with Overpass(elements=elements) as overpass:
        fetched(overpass, tmp_path / "rail.osm.json")
    assert [(w.version, w.tags["name"]) for w in read_osm(tmp_path / "rail.osm.json").ways] == [(5, "v5")]


def test_an_empty_tile_is_no_fault_but_an_area_without_railways_is(tmp_path):
    def some(query):
        return in_box(query) if "bbox:36," in query else []

    with Overpass(elements=some) as overpass:
        fetched(overpass, tmp_path / "rail.osm.json")
        assert len(read_osm(tmp_path / "rail.osm.json").ways) == 2
        with pytest.raises(FetchError, match="no railway in the area asked for"):
            fetched(overpass, tmp_path / "none.osm.json", tiles=[TILES[0]])
    assert not (tmp_path / "none.osm.json").exists()


@settings(deadline=None)
@given(st.integers(0, 400))
def test_a_part_cut_at_any_byte_is_never_taken_for_whole(size):
    body = json.dumps(answer(in_box(query_of(TILES[0])))).encode()
    if size < len(body):
        with pytest.raises(OsmError):
            answer_of(body[:size], "server")


# ---- tiles


@given(
    st.floats(-80, 79), st.floats(-170, 168), st.floats(0.01, 10), st.floats(0.01, 10), st.sampled_from([0.5, 1.0, 2.0])
)
def test_a_grid_covers_its_box_and_no_tile_is_too_large(south, west, height, width, step):
    box = Box(south, west, south + height, west + width)
    tiles = grid_tiles(box, step=step)
    area = sum((t.north - t.south) * (t.east - t.west) for t in tiles)
    assert area == pytest.approx(height * width, rel=1e-3)
    assert all(t.north - t.south <= step + 2e-6 and t.east - t.west <= step + 2e-6 for t in tiles)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(45, 90), st.floats(20, 56)), min_size=2, max_size=5, unique=True), st.floats(5, 60))
def test_a_strip_holds_its_line_and_the_margin(points, margin):
    line = np.array(points)
    tiles = strip_tiles([line], margin_km=margin)
    for lon, lat in line:
        held = [t for t in tiles if t.south <= lat <= t.north and t.west <= lon <= t.east]
        assert held
        edges = [
            min(
                geodesic_km(lat, lon, t.south, lon),
                geodesic_km(lat, lon, t.north, lon),
                geodesic_km(lat, lon, lat, t.west),
                geodesic_km(lat, lon, lat, t.east),
            )
            for t in held
        ]
        assert max(edges) > margin * 0.98 - 1.2


def test_a_strip_is_far_smaller_than_one_box():
    line = np.array([[62.3, 35.2], [62.2, 34.35], [65.7, 31.6], [66.5, 30.9]])
    tiles = strip_tiles([line], margin_km=10)
    area = sum((t.north - t.south) * (t.east - t.west) for t in tiles)
    assert area < 0.5 * (35.2 - 30.9) * (66.5 - 62.2)


def test_a_polygon_is_covered_by_boxes_that_meet_it():
    triangle = {"type": "Polygon", "coordinates": [[[60, 30], [68, 30], [60, 38], [60, 30]]]}
    tiles = polygon_tiles({"type": "Feature", "geometry": triangle, "properties": {}}, "area")
    assert len(tiles) < len(grid_tiles(Box(30, 60, 38, 68)))
    for bad in ({"type": "Point", "coordinates": [1, 2]}, {"no": 1}, [], {"type": "FeatureCollection"}):
        with pytest.raises(FetchError):
            polygon_tiles(bad, "area")


# ---- the command


def run_fetch(overpass, target, *words):
    with mock.patch.object(cli_osm, "clock_of", Clock):
        return command("osm", "fetch", "--server", overpass.url, "--out", target, *words)


def test_the_command_shows_progress_and_says_what_it_wrote(tmp_path):
    with Overpass() as overpass:
        said = run_fetch(overpass, tmp_path / "rail.osm.json", "--bbox", "35,61,37,63")
    assert said.code == 0, said.err
    assert "tile 1 of 1" in said.err
    assert "rail.osm.json" in said.out
    assert "ODbL" in said.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--corridor, --bbox or --polygon"),
        (("--bbox", "35,61,37,63", "--corridor", "uap-ml1"), "one of --corridor, --bbox"),
        (("--bbox", "35,61"), "SOUTH,WEST,NORTH,EAST"),
        (("--bbox", "37,61,35,63"), "SOUTH,WEST,NORTH,EAST"),
        (("--corridor", "no-such"), "no-such"),
        (("--polygon", "nowhere.geojson"), "nowhere.geojson"),
    ],
)
def test_an_area_that_is_none_is_one_sentence(words, told, tmp_path):
    with Overpass() as overpass:
        said = run_fetch(overpass, tmp_path / "rail.osm.json", *words)
    assert said.code == 2
    assert told in said.err
    assert said.err.count("\n") == 1
    assert overpass.queries == []


def test_a_corridor_is_fetched_as_a_strip(tmp_path):
    with Overpass() as overpass:
        said = run_fetch(overpass, tmp_path / "rail.osm.json", "--corridor", "uap-ml1", "--margin-km", "20")
    assert said.code == 0, said.err
    assert 5 < len(overpass.queries) < 80
