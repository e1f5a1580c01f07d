"""Observed trips beside the model: laws of the table, of the comparison and of the scores; known answers worked by hand."""

import csv
import datetime as dt
import json
import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from studies import command

from corridors.observed import BASE, HOLDS, KINDS, read_trips, scenario_of, shipped, tables_of
from corridors.scenario import read_scenario
from corridors.validation import Comparison, compared, figures_of, forecast_quantile, likely_missing, validate
from corridors.validation_chart import plot_validation
from corridors.validation_score import (
    bias_rows,
    calibration_curve,
    odds_of_at_most,
    score_rows,
    trip_rows,
    worst,
)
from geodata.sources import read_sources
from geodata.tables import TableError
from sim.closures import UNKNOWN, recorded

DRAWS = 32


@cache
def trips():
    return read_trips()


@cache
def found():
    return validate(trips(), draws=DRAWS)


def one(trip_id):
    return next(c for c in found() if c.trip.trip_id == trip_id)


# The table


def test_every_row_has_a_source_no_better_than_it_and_a_kind():
    sources, _ = read_sources()
    for trip in trips():
        assert trip.kind in KINDS
        assert trip.source
        assert trip.reliability >= max(sources[key].grade for key in trip.source), trip.trip_id


def test_no_benchmark_was_dropped(shared_file):
    notes = " ".join(f"{t.note} {t.why_not}" for t in trips())
    kept = {int(n) for n in re.findall(r"\bB(\d{2})\b", notes)}
    # B16 to B18 are claims about a railway not built; B58 names no trip at all
    with shared_file("facts/time-and-cost/benchmarks.csv").open(encoding="utf-8") as file:
        listed = {int(row["id"][1:]) for row in csv.DictReader(file)}
    assert listed - kept == {16, 17, 18, 58}


def test_a_run_that_its_own_row_calls_the_first_or_a_test_is_not_told_as_measured():
    staged = re.compile(
        r"\b(first|test|demonstration|record) (run|train|convoy|container train|truck)s?\b", re.IGNORECASE
    )
    for trip in trips():
        assert not (trip.kind == "measured" and staged.search(trip.note)), trip.trip_id


def test_words_of_what_days_hold_cover_every_stop_of_the_shipped_ways():
    held = set().union(*HOLDS.values())
    met = {
        (p.activity.kind, p.activity.reason)
        for c in found() if c.way is not None and c.way.plan is not None for p in c.way.plan.itinerary.priced if not p.activity.moving
    }  # fmt: skip
    assert met <= held


BAD = {
    "place": ({"origin_node": "karachi_prt"}, r'no place "karachi_prt".*did you mean "karachi_port'),
    "order": ({"days_low": "6", "days_high": "5"}, "low <= high"),
    "half": ({"days_low": "6", "days_high": ""}, "both or none"),
    "kind": ({"kind": "claim"}, "measured, pilot, timetable, quote"),
    "source": ({"source": "nobody"}, 'source names "nobody"'),
    "nothing": ({"days_low": "", "days_high": "", "km": ""}, "neither days, price nor length"),
    "date": ({"date": ""}, "date is empty"),
    "word": ({"includes": "rest;customs"}, "includes"),
    "unit": ({"usd_low": "5", "usd_high": "6"}, "a price needs its unit"),
}


def shipped_rows():
    from corridors.observed import DATA

    with (DATA / "observed_trips.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def written(tmp_path, rows):
    path = tmp_path / "trips.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("name", BAD)
def test_a_row_that_cannot_be_meant_is_refused(tmp_path, name):
    change, words = BAD[name]
    with pytest.raises(TableError, match=words):
        read_trips(written(tmp_path, [shipped_rows()[0] | change]))


# The question


def test_a_trip_is_asked_in_the_state_of_its_own_date():
    for trip in trips():
        if trip.why_not:
            with pytest.raises(TableError, match="not to be asked"):
                scenario_of(trip, draws=8, seed=1)
            continue
        scenario = scenario_of(trip, draws=8, seed=1)
        assert scenario.date == trip.date
        assert scenario.month == trip.date.month
        assert not scenario.shocks
        unknown = {c.closure_id for c, s in recorded(shipped()[0], trip.date) if s == UNKNOWN}
        assert {a.closure for a in scenario.assume} == unknown
        assert all(a.state == "open" for a in scenario.assume)
        base = read_scenario(BASE).consignment
        assert scenario.consignment.value_usd / scenario.consignment.tonnes == pytest.approx(
            base.value_usd / base.tonnes
        )


def test_what_stood_shut_on_the_date_bars_the_way():
    # Torkham was shut from 12 October 2025: the way that was offered before has none then
    trip = next(t for t in trips() if t.trip_id == "kabul-karachi.2025")
    later = compared(type(trip)(**{**vars(trip), "date": dt.date(2025, 11, 1)}), draws=8)
    assert not later.scored
    assert later.reason.startswith("no way")
    assert one("kabul-karachi.2025").scored


def test_leaving_out_other_modes_changes_no_way():
    trip = next(t for t in trips() if t.trip_id == "serhetyaka-serhetabat.2024-02")
    whole = compared(type(trip)(**{**vars(trip), "modes": ("rail", "road")}), draws=8)
    assert {link.mode for link in tables_of(frozenset({"rail"}))[0].links.values()} == {"rail"}
    assert whole.days.tolist() == compared(trip, draws=8).days.tolist()


def test_days_are_those_of_the_activities_that_the_printed_days_hold():
    c = one("karachi-jebel_ali.2024-06")
    assert set(c.hours_of["activity"]) == {"movement"}
    assert {"port", "clearance", "supply"} <= set(c.other_hours)
    everything = figures_of(c.way.outcome, [True] * len(c.way.outcome.itinerary.priced))
    assert everything[0] == pytest.approx(c.way.outcome.hours, rel=1e-12)
    assert everything[1] == pytest.approx(c.way.outcome.usd, rel=1e-12)
    assert (c.days * 24 < everything[0]).all()


def test_the_same_seed_gives_the_same_bits_whatever_else_is_asked():
    c = one("pavlodar-karachi.2024-04")
    assert compared(c.trip, draws=DRAWS).days.tolist() == c.days.tolist()
    assert compared(c.trip, draws=DRAWS, seed=2).days.tolist() != c.days.tolist()


# The scores


@given(st.lists(st.floats(0.5, 50), min_size=1, max_size=60), st.floats(0.1, 60))
def test_forecast_quantile_is_the_share_below(draws, value):
    draws = np.array(draws)
    u = forecast_quantile(draws, value)
    assert 0.0 <= u <= 1.0
    assert forecast_quantile(-draws, -value) == pytest.approx(1.0 - u)


def made(observed, draws, kind="measured"):
    trip = next(t for t in trips() if t.trip_id == "bolashak-altynkol.2022-03")
    return Comparison(type(trip)(**{**vars(trip), "days": (observed, observed), "kind": kind}), days=np.asarray(draws),
                      hours_of={"country": {"KZ": 60.0, "PK": 40.0}, "activity": {"movement": 90.0, "border": 10.0}, "mode": {"rail": 1.0}},
                      other_hours={"supply": 72.0})  # fmt: skip


def test_errors_worked_by_hand():
    # P50 11 days, 20 printed: 9 days and 45 % short; the draws end at 12, so it lies beyond all of them
    c = made(20.0, np.linspace(10, 12, 101))
    assert (c.error_days, c.error_percent, c.u) == pytest.approx((-9.0, -45.0, 1.0))
    assert not c.inside(0.95)
    assert "9.0 days longer" in likely_missing(c)
    near = likely_missing(made(14.0, np.linspace(10, 12, 101)))
    assert "3.0 days longer than P50: about the 3.0 days of supply" in near
    assert likely_missing(made(11.0, np.linspace(10, 12, 101))) == ""


def test_coverage_and_median_errors_worked_by_hand():
    draws = np.linspace(8, 12, 401)  # P50 10; 50 % 9-11, 80 % 8.4-11.6, 95 % 8.1-11.9
    group = [made(x, draws) for x in (10.0, 11.5, 11.8, 20.0)]
    told = {(r["group"], r["which"]): r for r in score_rows(group)}["measured", "all"]
    assert (told["n"], told["inside_50"], told["inside_80"], told["inside_95"]) == (4, 1, 2, 3)
    assert told["odds_of_so_few_80"] == pytest.approx(binomtest(2, 4, 0.8, alternative="less").pvalue)
    # errors 0, -13.04, -15.25, -50 %: median -14.15
    assert told["median_error_percent"] == pytest.approx(-14.15, abs=0.01)
    assert {r["n"] for r in score_rows(group) if r["group"] == "pilot"} == {0}
    assert [c.trip.days[0] for c in worst(group, 2)] == [20.0, 11.8]


def test_bias_goes_with_where_the_hours_are():
    draws = np.full(50, 20.0)
    rows = {(r["by"], r["part"]): r for r in bias_rows([made(10.0, draws), made(10.0, draws)])}
    # every trip twice as long as observed: +100 % wherever the hours are; weights 0.6 + 0.6 and 0.4 + 0.4 trips
    assert rows["country", "KZ"]["bias_percent"] == pytest.approx(100.0)
    assert (rows["country", "KZ"]["weight"], rows["country", "PK"]["weight"]) == pytest.approx((1.2, 0.8))


def test_a_calibrated_model_keeps_to_the_diagonal():
    rng = np.random.default_rng(3)
    draws = rng.lognormal(2, 0.3, 400)
    xs, ys = calibration_curve([made(x, draws) for x in rng.lognormal(2, 0.3, 300)])
    assert np.abs(np.array(xs) - np.array(ys)).max() < 0.1
    assert odds_of_at_most(4, 4, 0.8) == pytest.approx(1.0)


# The shipped trips


def test_every_row_is_told_once_and_what_is_not_scored_says_why():
    rows = trip_rows(found())
    assert [r["trip_id"] for r in rows] == [t.trip_id for t in trips()]
    for row in rows:
        assert (row["state"] == "scored") == (row["p50_days"] is not None)
        assert row["state"] == "scored" or row["reason"], row["trip_id"]
    assert sum(r["state"] == "scored" for r in rows) >= 30
    assert not any(r["state"] == "no way" for r in rows)


def test_kinds_are_told_apart_and_add_up():
    told = {(r["group"], r["which"]): r["n"] for r in score_rows(found())}
    assert told["observed", "all"] == told["measured", "all"] + told["pilot", "all"]
    assert told["announced", "all"] == told["timetable", "all"] + told["quote", "all"]
    assert told["observed", "not behind a row"] < told["observed", "all"]


def test_the_chart_bears_every_scored_trip():
    figure = plot_validation(found())
    names = [text.get_text() for text in figure.texts if text.get_gid() == "name"]
    assert len(names) == sum(c.scored for c in found())
    marks = [line for ax in figure.axes for line in ax.lines if line.get_gid() == "observed"]
    assert len(marks) == len(names)


def test_the_command_writes_what_it_prints(tmp_path):
    rows = [r for r in shipped_rows() if r["trip_id"] in ("karachi-jebel_ali.2024-06", "lahore-almaty.2023-11")]
    own = written(tmp_path, rows)
    said = command("validate", "--rows", own, "--draws", "16", "--out", tmp_path / "out", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert [r["state"] for r in told["trips"]] == ["scored", "not expressed"]
    with (tmp_path / "out" / "validation_trips.csv").open(encoding="utf-8") as file:
        assert [float(r["p50_days"]) for r in csv.DictReader(file) if r["p50_days"]] == [told["trips"][0]["p50_days"]]
    assert (tmp_path / "out" / "validation.png").stat().st_size > 10_000
    assert command("validate", "--rows", written(tmp_path, rows[1:])).code == 3
    assert "Listed and not scored (1)" in command("validate", "--rows", own, "--draws", "16").out
