"""What differs: inputs exactly as set, results exactly the single results, noise said to be noise."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import FLAGSHIP, ONE_PAIR, command, scenario_file, study

from corridors import differences, read_scenario, run
from corridors.comparison import comparison_rows
from corridors.difference import COMPARED, difference_of
from corridors.difference_words import input_lines, pairing_words, result_lines
from corridors.exports import write_study
from corridors.noise import error_of_difference
from corridors.sides import side_of, side_of_folder, side_of_study
from corridors.toml_files import ScenarioError

PLAIN = (*ONE_PAIR, "shocks=false", "departures=month", "replicates=1")
"""No closures to come, which would send one way's cargo over another: here a way moves by its own rows alone."""
FEW = (*PLAIN, "corridors=iran-road,uap-ml1,turgundi-chaman,qtta-road")
SPEED = "speed.rail.kz.block_train"


def few(*switches):
    return study(FLAGSHIP, *FEW, *switches)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "few"
    write_study(few(), out, pictures=False)
    return out


# --- inputs ------------------------------------------------------------------------------------------------------------


def test_a_scenario_does_not_differ_from_itself():
    found = differences(few(), few())
    assert (found.inputs, found.follows, found.results, found.paired) == ((), (), (), True)
    assert found.alike == len(few().ways)
    assert input_lines(found) == ["\nNo input differs."]
    assert result_lines(found) == ["\nNo result differs: 4 ways alike."]


@pytest.mark.parametrize(
    ("switches", "told"),
    [
        (["consignment.tonnes=24"], [("scenario", "consignment.tonnes", 20.0, 24.0)]),
        (["date=2033-06-15"], [("scenario", "date", "2032-06-15", "2033-06-15")]),
        (["month=11"], [("scenario", "month", None, 11)]),
        (["projects.held=cku"], [("projects", "cku", "open", "held")]),
        (["projects.open.cku=2031"], [("projects", "cku", "open", "opens in 2031")]),
        (["projects.open.ml1-upgrade=2030"], [("projects", "ml1-upgrade", "held", "opens in 2030")]),
        (["assume.afpk-2025-10=shut"], [("assumptions", "afpk-2025-10", "open", "shut")]),
        (["project_length.uap=687"], [("scenario", "project_length.uap", None, 687.0)]),
        (["exchange.road.torkham-torkham_pk=false"], [("scenario", "exchange.road.torkham-torkham_pk", None, False)]),
        (["deadline_days=30"], [("scenario", "deadline_days", 35.0, 30.0)]),
        (["seed=2"], [("scenario", "seed", 1, 2)]),
    ],
)
def test_inputs_are_exactly_what_was_set(switches, told):
    found = differences(few(), few(*switches))
    assert [tuple(entry) for entry in found.inputs] == told


def test_parameter_rows_are_told_with_low_best_and_high():
    found = differences(few(), few(f"{SPEED}.best=35", f"{SPEED}.cv=0.1"))
    (entry,) = found.inputs
    assert (entry.group, entry.name) == ("parameters", SPEED)
    before, after = few().parameters[SPEED], entry.after
    assert (entry.before["low"], entry.before["best"], entry.before["high"]) == (before.low, before.best, before.high)
    assert (after["low"], after["best"], after["high"], after["cv"]) == (35, 35, 35, 0.1)
    (line,) = [line for line in input_lines(found) if SPEED in line]
    assert (
        line.strip() == f"{SPEED}: {before.low:g}/{before.best:g}/{before.high:g} -> 35 km/h, cv {before.cv:g} -> 0.1"
    )


def test_own_rows_are_told_cell_by_cell(tmp_path):
    name = next(k for k, v in few().network.links.items() if v.length_basis == "published")
    km = few().network.links[name].length_km
    (tmp_path / "km.csv").write_text(f"link_id,length_km\n{name},{km + 1:g}\n", encoding="utf-8")
    (tmp_path / "rates.csv").write_text(f"parameter_id,unit,best\n{SPEED},km/h,35\n", encoding="utf-8")
    files = [tmp_path / "km.csv", tmp_path / "rates.csv"]
    mine = run(read_scenario(FLAGSHIP, [*FEW, "draws=256"], rows=files))
    found = differences(few(), mine)
    assert {entry.group for entry in found.inputs} == {"parameters", "tables"}
    cells = {entry.name: (entry.before, entry.after) for entry in found.inputs if entry.group == "tables"}
    assert cells[f"links:{name} length_km"] == (f"{km:g}", f"{km + 1:g}")
    assert [entry.name for entry in found.inputs if entry.group == "parameters"] == [SPEED]
    back = differences(mine, few())
    assert {(e.name, e.before, e.after) for e in found.inputs if e.group == "tables"} == {
        (e.name, e.after, e.before) for e in back.inputs if e.group == "tables"
    }


def test_what_follows_is_told_apart_from_what_was_set():
    found = differences(few(), few("date=2026-11-26", "projects.held=uap", "assume.afpk-2025-10=shut"))
    assert "uap" not in {entry.name for entry in found.follows}
    assert ("states", "rail.spin_boldak-chaman") in {(entry.group, entry.name) for entry in found.follows}


# --- results -----------------------------------------------------------------------------------------------------------


def test_results_are_the_single_results_and_their_difference():
    one, other = few(), few("consignment.tonnes=10", "consignment.load_unit=TEU")
    single = [{(r["corridor"]): r for r in comparison_rows(s)} for s in (one, other)]
    found = differences(one, other)
    assert found.results
    for result in found.results:
        for name, _ in COMPARED:
            column, scale = (name.replace("days", "hours"), 24) if name.startswith("days") else (name, 1)
            a, b = (rows[result.corridor][column] / scale for rows in single)
            assert (result.figures[name].a, result.figures[name].b) == pytest.approx((a, b))
            assert result.figures[name].delta == pytest.approx(b - a)


def test_only_ways_that_use_the_row_differ():
    found = differences(few(), few("speed.rail.pk.block_train.best=20"))
    number = few().parameters.number["speed.rail.pk.block_train"]
    users = {w.corridor for w in few().ways if w.itinerary and number in w.itinerary.rows()}
    assert {r.corridor for r in found.results} == users
    assert found.alike == len(few().ways) - len(users)


def test_a_way_that_shuts_tells_the_reason_and_has_no_figures():
    found = differences(few(), few("assume.afpk-2025-10=shut"))
    shut = {r.corridor: r for r in found.results if not r.figures}
    assert set(shut) == {"uap-ml1", "turgundi-chaman"}
    assert shut["turgundi-chaman"].a == "open"
    assert "shut since" in shut["turgundi-chaman"].b
    assert any("turgundi-chaman: open -> " in line for line in result_lines(found))


def test_ways_asked_on_one_side_only_are_told():
    found = differences(few(), study(FLAGSHIP, *PLAIN, "corridors=iran-road,kabul-road"))
    assert {(r.corridor, r.a, r.b) for r in found.results} == {
        ("uap-ml1", "open", "not asked"), ("turgundi-chaman", "open", "not asked"), ("qtta-road", "open", "not asked"),
        ("kabul-road", "not asked", "open"),
    }  # fmt: skip


# --- noise -------------------------------------------------------------------------------------------------------------


def test_another_seed_is_noise_and_is_said_to_be():
    found = differences(few(), few("seed=2"))
    assert not found.paired
    assert len(found.results) == len(few().ways)
    share = np.mean([figure.noise for result in found.results for figure in result.figures.values()])
    assert share > 0.8
    assert "do not share their draws" in pairing_words(found)


def test_a_small_change_is_found_under_shared_draws_and_lost_without_them():
    slower = f"{SPEED}.best={few().parameters[SPEED].best * 0.98:g}"
    fixed = f"{SPEED}.best={few().parameters[SPEED].best:g}"
    paired = differences(few(fixed), few(slower))
    assert paired.paired
    assert not any(r.figures["days_p50"].noise for r in paired.results)
    apart = differences(few(fixed), few(slower, "seed=2"))
    assert all(r.figures["days_p50"].noise for r in apart.results)


def test_error_of_a_difference_is_that_of_repetition():
    """Medians of two exponential samples of 400: the formula against the spread of 2,000 repetitions, within 15 %."""
    random = np.random.default_rng(7)
    x = random.exponential(1.0, (2000, 400))
    y = x + random.normal(0.0, 0.3, x.shape)
    for paired, other in ((True, y), (False, random.permuted(y, axis=0))):
        spread = (np.median(other, axis=1) - np.median(x, axis=1)).std()
        told = np.mean(
            [error_of_difference(a, b, 0.5, paired=paired) for a, b in zip(x[:200], other[:200], strict=True)]
        )
        assert told == pytest.approx(spread, rel=0.15)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-50, 50), st.floats(0.5, 0.9))
def test_a_constant_shift_has_no_error_and_order_does_not_matter(seed, shift, level):
    draws = np.random.default_rng(seed).lognormal(3.0, 0.3, 200)
    assert error_of_difference(draws, draws + shift, level, paired=True) == pytest.approx(0.0, abs=1e-9)
    other = draws * 1.1
    forth, back = (error_of_difference(*pair, level, paired=False) for pair in ((draws, other), (other, draws)))
    assert forth == pytest.approx(back)


def test_draws_that_are_not_delivered_and_draws_without_scatter_count_for_nothing():
    draws = np.array([1.0, 2.0, np.nan, 4.0] * 50)
    assert error_of_difference(draws, draws + 1.0, 0.5, paired=True) == 0.0
    assert error_of_difference(np.ones(100), np.full(100, 2.0), 0.9, paired=False) == 0.0


# --- sides -------------------------------------------------------------------------------------------------------------


def test_a_folder_of_results_is_the_study_it_was_written_from(folder):
    found = difference_of(side_of_study(few()), side_of_folder(folder))
    assert (found.inputs, found.follows, found.results) == ((), (), ())
    assert found.paired
    assert difference_of(side_of(folder), side_of(folder)).results == ()


def test_a_folder_against_a_study_differs_as_two_studies_do(folder):
    other = few(f"{SPEED}.best=35")
    one, two = difference_of(side_of_folder(folder), side_of_study(other)), differences(few(), other)
    assert [entry.name for entry in one.inputs] == [entry.name for entry in two.inputs] == [SPEED]
    for a, b in zip(one.results, two.results, strict=True):
        assert a.corridor == b.corridor
        for name, _ in COMPARED:
            assert a.figures[name].delta == pytest.approx(b.figures[name].delta, abs=1e-4)
            assert a.figures[name].error == pytest.approx(b.figures[name].error)


def test_an_older_folder_without_rows_or_draws_says_so(folder, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    (old / "rows.csv").unlink()
    (old / "draws.parquet").unlink()
    found = difference_of(side_of_folder(old), side_of_study(few(f"{SPEED}.best=35")))
    assert found.inputs == ()
    assert "rows are not compared" in input_lines(found)[-1]
    assert all(figure.error is None and not figure.noise for r in found.results for figure in r.figures.values())


def test_a_folder_of_other_tables_names_the_tables(folder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    made = json.loads((other / "study.json").read_text(encoding="utf-8"))
    made["tables_sha256"]["geodata/links.csv"] = "0" * 64
    made["versions"]["corridors"] = "0.0.1"
    (other / "study.json").write_text(json.dumps(made), encoding="utf-8")
    found = difference_of(side_of_folder(other), side_of_folder(folder))
    assert [(entry.group, entry.name) for entry in found.inputs] == [
        ("tables", "geodata/links.csv"),
        ("versions", "corridors"),
    ]
    assert any("geodata/links.csv is of another version" in line for line in input_lines(found))


def test_what_is_no_side_is_refused(folder, tmp_path):
    with pytest.raises(ScenarioError, match=r"holds no study\.json"):
        side_of(tmp_path)
    with pytest.raises(ScenarioError, match="results cannot be changed"):
        side_of(folder, ["seed=2"])
    with pytest.raises(ScenarioError, match="neither a shipped scenario nor a file"):
        side_of("both-opn")


# --- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def scenario(tmp_path):
    return scenario_file(tmp_path, 'corridors = ["iran-road", "uap-ml1"]\n')


def test_the_command_tells_inputs_then_results(scenario, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rates.csv").write_text(f"parameter_id,unit,best\n{SPEED},km/h,30\n", encoding="utf-8")
    said = command("diff", scenario, scenario, "--rows", "rates.csv", "--set", "assume.hormuz-2026=shut", "--draws", 64)
    assert said.code == 0, said.err
    order = [
        said.out.index(text)
        for text in ("Inputs that differ", "hormuz-2026: open -> shut", SPEED, "Results that differ", "Δ days P50")
    ]
    assert order == sorted(order)
    assert "same seed, same number" in said.out


def test_the_command_prints_json(scenario, folder):
    said = command("diff", scenario, scenario, "--json", "--set", "consignment.value_usd=1")
    found = json.loads(said.out)
    assert found["inputs"] == [{"group": "scenario", "name": "consignment.value_usd", "before": 40000.0, "after": 1.0}]
    assert found["paired"] is True
    assert found["ways_alike"] + len(found["results"]) == 2
    for row in found["results"]:
        assert row["delta_usd_p50"] == pytest.approx(row["b_usd_p50"] - row["a_usd_p50"])
    refused = command("diff", folder, scenario, "--seed", "3")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.count("\n") == 1


def test_tables_for_a_notebook():
    found = differences(few(), few(f"{SPEED}.best=35", "assume.afpk-2025-10=shut"))
    assert list(found.input_table().columns) == ["group", "name", "before", "after"]
    table = found.result_table()
    assert list(table.columns[:9]) == [
        "origin", "destination", "corridor", "a", "b", "delta_days_p50", "delta_days_p90", "delta_usd_p50", "delta_usd_p90",
    ]  # fmt: skip
    assert len(table) == len(found.results)
