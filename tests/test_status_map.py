"""Status map, small multiples and the command that draws them: the record as it stands, and all maps on one scale."""

import csv
import datetime as dt

import numpy as np
import pytest
from matplotlib.path import Path
from studies import ONE_PAIR, PLAIN, command, study

from corridors.multiples import multiples_figure, multiples_rows, panels
from corridors.scenario import ScenarioError
from corridors.state import states_on
from corridors.status_map import status_figure, status_rows
from corridors.style import STATE_STYLES, rc_params
from geodata.network import read_network

DAY = dt.date(2026, 11, 25)
FEW = ("corridors=turgundi-chaman,west-road,iran-road",)


def words_of(figure):
    return " ".join(" ".join(t.get_text() for axes in figure.axes for t in axes.texts).split())


# ---- status of a day


def test_status_table_is_the_record():
    found = states_on(read_network(), DAY)
    rows = status_rows(DAY)
    assert [(r["name"], r["state"]) for r in rows] == [(s.name, s.state) for s in found]
    assert {r["date"] for r in rows} == {"2026-11-25"}


def test_what_nobody_knows_is_drawn_as_unknown_and_assumed_to_be_nothing():
    figure = status_figure(DAY)
    states = {s.state for s in states_on(read_network(), DAY)}
    assert "unknown" in states
    gids = {a.get_gid() for a in figure.findobj(lambda a: str(a.get_gid()).startswith(("gate-", "barred-")))}
    assert {"gate-unknown", "gate-open", "barred-unknown"} <= gids
    assert all(gid.partition("-")[2] in STATE_STYLES for gid in gids)
    words = words_of(figure)
    for entry in states_on(read_network(), DAY):
        if entry.state not in {"open", "not built"}:
            assert entry.name.split(":")[0] in words
            assert entry.last_confirmed.isoformat() in words
    assert "ssumed" not in words
    assert "not that somebody has been there" in words


def test_before_the_closures_nothing_of_2025_is_shut():
    figure = status_figure(dt.date(2025, 6, 1))
    assert "2025-10-12" not in words_of(figure)


def test_lines_open_by_the_best_year_are_drawn_as_in_service():
    def planned(day):
        figure = status_figure(day)
        lines = figure.findobj(lambda a: a.get_gid() == "rail-planned")
        return sum(int((found.get_path().codes == Path.MOVETO).sum()) for found in lines)

    assert planned(dt.date(2060, 1, 1)) < planned(DAY)


@pytest.mark.parametrize(
    ("theme", "region", "size"), [("dark", "afghanistan", "slide"), ("grey", "turkmenistan", "a4")]
)
def test_nothing_runs_off_the_sheet(theme, region, size):
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = status_figure(DAY, theme=theme, region=region, size=size, labels="local")
    sheet = figure.bbox
    with mpl.rc_context(rc_params(theme)):
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [(text, text.get_window_extent(renderer)) for axes in figure.axes for text in axes.texts]
    for text, box in boxes:
        inside = box.x0 >= sheet.x0 and box.y0 >= sheet.y0 and box.x1 <= sheet.x1 and box.y1 <= sheet.y1
        assert inside, text.get_text()


# ---- small multiples


@pytest.fixture(scope="module")
def several():
    return [study(name, *ONE_PAIR, *FEW) for name in ("today", "both-open")]


def test_small_maps_share_scale_colours_and_key(several):
    figure = multiples_figure(several)
    maps = [axes for axes in figure.axes if axes.images]
    assert len(maps) == 2
    assert maps[0].get_xlim() == maps[1].get_xlim()
    assert maps[0].get_ylim() == maps[1].get_ylim()
    colours = [
        {a.get_gid(): tuple(a.get_edgecolor())
         for a in axes.findobj(lambda a: str(a.get_gid()).startswith("band-"))}
        for axes in maps
    ]  # fmt: skip
    shared = set(colours[0]) & set(colours[1])
    assert "band-iran-road" in shared
    assert all(colours[0][gid] == colours[1][gid] for gid in shared)
    assert "band-turgundi-chaman" in colours[1]
    assert "band-turgundi-chaman" not in colours[0]  # not built on the day


def test_table_of_the_key_has_the_median_days(several):
    rows = multiples_rows(several)
    figure = multiples_figure(several)
    said = {
        t.get_gid(): t.get_text() for axes in figure.axes for t in axes.texts if str(t.get_gid()).startswith("days-")
    }
    for k, carried in enumerate(several):
        for way in carried.ways:
            row = next(r for r in rows if r["scenario"] == carried.scenario.name and r["corridor"] == way.corridor)
            if way.outcome is None:
                assert row["days_p50_least"] == ""
                assert said[f"days-{way.corridor}-{k}"] == "–"
            else:
                days = np.nanmedian(way.outcome.hours) / 24.0
                assert row["days_p50_least"] == pytest.approx(days)
                assert said[f"days-{way.corridor}-{k}"] == f"{days:.0f}"
    words = words_of(figure)
    assert all(carried.scenario.title in words and carried.assumption.rstrip(".") in words for carried in several)


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_panels_are_alike_and_lie_apart(count):
    boxes = panels(count, (570.0, 480.0))
    assert len({(round(w, 6), round(h, 6)) for _, _, w, h in boxes}) == 1
    for i, (x, y, w, h) in enumerate(boxes):
        assert x >= -1e-9
        assert y >= -1e-9
        assert x + w <= 570.0 + 1e-9
        for a, b, _, _ in boxes[:i]:
            assert abs(a - x) >= w or abs(b - y) >= h


def test_too_many_scenarios_are_refused(several):
    with pytest.raises(ScenarioError, match="found 7 scenarios for one sheet; allowed 2 to 6"):
        multiples_figure([several[0]] * 7)


# ---- the command


def test_the_command_draws_each_kind_of_map(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quick = [word for switch in (*PLAIN, *ONE_PAIR, *FEW, "draws=16") for word in ("--set", switch)]
    one = command("map", "both-open", *quick, "--region", "afghanistan", "--theme", "print", "--out", "one.svg")
    assert one.code == 0, one.err
    with (tmp_path / "one.csv").open(encoding="utf-8", newline="") as stream:
        gates = {row["object"]: row for row in csv.DictReader(stream)}
    assert gates["road.torkham-torkham_pk"]["state"] == "open, assumed"
    assert gates["chaman"]["gauges_mm"] == "1520;1676"
    assert command("map", "today", "both-open", *quick, "--size", "slide", "--out", "two.svg").code == 0
    assert command("map", "--status", "--on", "2026-11-25", "--theme", "dark", "--out", "day.svg").code == 0
    assert {"two.csv", "day.csv"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "a.png"), "there is no scenario; name one, several, or --status --on DATE"),
        (("both-open", "--theme", "neon", "--out", "a.png"), 'theme: found "neon"; allowed light, print, dark, grey'),
        (("both-open", "--region", "iran", "--out", "a.png"), 'region: found "iran"; allowed all, afghanistan'),
        (("--status", "--on", "yesterday", "--out", "a.png"), 'found "yesterday"; allowed a day, YYYY-MM-DD'),
        (("both-open", "--status", "--on", "2026-11-25", "--out", "a.png"), "takes no scenario"),
        (("both-open", "--out", "a.bmp"), "allowed a file ending in .png, .svg, .pdf"),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_computed(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    said = command("map", *words)
    assert said.code == 2
    assert message in said.err
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
