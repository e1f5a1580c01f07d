"""Why a way's means differ between two studies: the terms add up, and each names what is behind it."""

import json

import pytest
from studies import command, study

from corridors.explanation import explain, explain_all, explanation_lines, steps_of, term_rows
from corridors.exports import write_study
from corridors.sides import side_of, side_of_folder, side_of_study
from corridors.toml_files import ScenarioError

SMALL = ("origins=almaty1", "destinations=karachi_port", "draws=128", "replicates=1")
REFORM = (
    "clear_hours.road.chaman.pk.in.low=2",
    "clear_hours.road.chaman.pk.in.best=4",
    "clear_hours.road.chaman.pk.in.high=6",
)


@pytest.fixture(scope="module")
def sides():
    return side_of_study(study("gates-open", *SMALL), "A"), side_of_study(study("gates-open", *SMALL, *REFORM), "B")


@pytest.mark.parametrize("corridor", ["west-road", "kabul-road", "iran-road", "bandar-abbas"])
def test_terms_add_up_to_the_change_of_the_means(sides, corridor):
    a, b = sides
    found = explain(a, b, corridor)
    key = found.key
    assert found.hours == pytest.approx(b.ways[key]["hours_mean"] - a.ways[key]["hours_mean"], abs=1e-6)
    assert found.usd == pytest.approx(b.ways[key]["usd_mean"] - a.ways[key]["usd_mean"], abs=1e-6)
    assert sum(t.hours for t in found.terms) == pytest.approx(found.hours, abs=1e-6)
    assert sum(s.usd for s in steps_of(found)) == pytest.approx(found.usd, abs=1e-5)
    for term in found.terms:
        assert sum(term.components.values()) == pytest.approx(term.usd, abs=1e-6)


def test_the_row_that_moved_is_named_and_no_other(sides):
    found = explain(*sides, "west-road")
    (clear,) = [t for t in found.terms if t.kind == "clear"]
    assert clear.because == ("clear_hours.road.chaman.pk.in",)
    assert clear.change == "changed"
    assert clear.hours < 0
    assert {b for t in found.terms for b in t.because} == {"clear_hours.road.chaman.pk.in"}


def test_a_way_that_does_not_meet_the_row_does_not_change(sides):
    assert explain(*sides, "iran-road").terms == ()


def test_a_built_line_comes_and_the_road_goes():
    before = side_of_study(study("both-open", *SMALL, "corridors=turgundi-herat"), "A")
    after = side_of_study(study("both-open", *SMALL, "corridors=turgundi-herat", "projects.held=oazis-capacity"), "B")
    assert explain(before, after, "turgundi-herat").hours == pytest.approx(0.0, abs=200.0)
    one, other = (
        side_of_study(study("gates-open", *SMALL, "corridors=west-road", f"exchange.road.spin_boldak-chaman={x}"), x)
        for x in ("true", "false")
    )
    found = explain(one, other, "west-road")
    assert {"went", "came"} & {t.change for t in found.terms}
    went = [t for t in found.terms if t.change == "went"]
    assert all(t.hours <= 0 for t in went if t.kind == "transship")


def test_the_other_way_round_is_the_negative(sides):
    a, b = sides
    there, back = explain(a, b, "west-road"), explain(b, a, "west-road")
    assert back.hours == pytest.approx(-there.hours)
    assert {t.activity_id: -t.hours for t in back.terms} == pytest.approx({t.activity_id: t.hours for t in there.terms})


def test_a_folder_of_results_is_explained_like_the_study(sides, tmp_path):
    a, b = sides
    write_study(b.study, tmp_path / "b", pictures=False)
    folder = side_of_folder(tmp_path / "b")
    one, other = explain(a, b, "west-road"), explain(a, folder, "west-road")
    assert other.hours == pytest.approx(one.hours, abs=1e-6)
    assert [t.because for t in other.terms] == [t.because for t in one.terms]


def test_what_is_not_there_is_refused(sides):
    with pytest.raises(ScenarioError, match="did you mean"):
        explain(*sides, "west-rode")
    shut = side_of("today", ["draws=32", "replicates=1", "origins=almaty1", "destinations=karachi_port"])
    with pytest.raises(ScenarioError, match="has no way in today"):
        explain(shut, sides[0], "west-road")


def _told(a, b, corridor):
    return {t.kind if t.reason != "closure" else "closure": t.because for t in explain(a, b, corridor).terms}


def test_what_is_no_row_is_named_where_it_acts_and_nowhere_else():
    """A length moves its line alone, the cargo dollars, shocks what is shut; each is told where it can have acted."""
    pair = [*SMALL, "corridors=uap-ml2,west-road"]
    base = side_of_study(study("both-open", *pair), "A")
    longer = side_of_study(study("both-open", *pair, "project_length.uap=700"), "B")
    hauls = [t for t in explain(base, longer, "uap-ml2").terms if t.kind == "haul"]
    assert hauls
    assert {t.because for t in hauls} == {("project_length.uap",)}
    lighter = side_of_study(study("both-open", *pair, "consignment.tonnes=18"), "B")
    assert _told(base, lighter, "west-road")["haul"] == ("consignment.tonnes",)
    shaken = side_of_study(study("both-open", *pair, "shocks=true"), "B")
    assert _told(base, shaken, "west-road") == {"closure": ("shocks",), "divert": ("shocks",)}


def test_rows_of_either_side_are_told_apart():
    """In November another row than June's speaks for the wait for wagons, and each stands on its own side."""
    plain = (*SMALL, "corridors=west-road", "shocks=false", "departures=month")
    june, november = (side_of_study(study("gates-open", *plain, f"month={m}"), m) for m in ("6", "11"))
    there, back = explain(june, november, "west-road"), explain(november, june, "west-road")
    other = [t for t in there.terms if t.rows_a != t.rows_b]
    assert other
    for term in other:
        assert not set(term.rows_a) & set(term.rows_b)
        assert set(term.because) == {*term.rows_a, *term.rows_b}
    mirrored = {t.activity_id: (t.rows_b, t.rows_a) for t in back.terms}
    assert mirrored == {t.activity_id: (t.rows_a, t.rows_b) for t in there.terms}


def test_all_ways_that_moved_are_explained_and_no_other(sides):
    a, b = sides
    found = {e.key: e for e in explain_all(a, b)}
    both = [k for k in a.ways if a.ways[k]["feasible"] and b.ways[k]["feasible"]]
    moved = {k for k in both if abs(a.ways[k]["hours_mean"] - b.ways[k]["hours_mean"]) > 1e-6}
    assert moved
    assert moved <= set(found) < set(both)
    for key, e in found.items():
        assert e == explain(a, b, key[2], key[0], key[1])
    assert explain_all(a, a) == ()


def test_the_command_explains_all(tmp_path):
    file = tmp_path / "mine.toml"
    sets = "".join(f"{k} = {v}\n" for k, v in (("draws", 32), ("replicates", 1)))
    places = 'origins = ["almaty1"]\ndestinations = ["karachi_port"]\ncorridors = ["west-road", "iran-road"]\n'
    head = 'name = "mine"\ntitle = "Mine"\nquestion = "?"\nbase = "gates-open"\n'
    file.write_text(head + places + sets, encoding="utf-8")
    asked = ["diff", file, file, *(w for r in REFORM for w in ("--set", r)), "--explain", "all"]
    done = command(*asked, "--json", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    (way,) = json.loads(done.out)["ways"]
    assert (way["corridor"], way["origin"]) == ("west-road", "almaty1")
    assert way["hours"] == pytest.approx(sum(t["delta_hours_mean"] for t in way["terms"]), abs=1e-9)
    written = {p.name for p in (tmp_path / "out").iterdir()}
    assert written == {f"explained_west-road_almaty1_karachi_port.{e}" for e in ("csv", "svg", "png")}
    assert command("diff", file, file, "--explain", "all").out == "No way moved.\n"


def test_words_and_records_agree(sides):
    found = explain(*sides, "west-road")
    assert len(term_rows(found)) == len(found.terms)
    lines = explanation_lines(found)
    assert "clear_hours.road.chaman.pk.in" in "\n".join(lines)
    assert f"{found.hours / 24:+.2f} days" in lines[0]


def test_the_command_explains_and_draws(tmp_path):
    done = command(
        "diff", "gates-open", "border-reform", "--draws", "64", "--explain", "west-road", "--out", tmp_path, "--json"
    )
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert sum(t["delta_hours_mean"] for t in answer["terms"]) == pytest.approx(answer["hours"], abs=1e-6)
    assert {f.suffix for f in tmp_path.iterdir()} == {".csv", ".png", ".svg"}
