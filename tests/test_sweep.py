"""Sweeps: every scenario says what a run with the same figures says, and nothing that does not scale is swept."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from studies import ONE_PAIR, command, study, study_with_chance

from corridors.sweep import FIGURES, sweep
from corridors.toml_files import ScenarioError
from sim.sampling import Draws
from sim.sweep import fold
from sim.unknowns import NotAdditiveError
from sim.whole_sweep import WholeSweep

LEVELS = (0.1, 0.5, 0.9)
GROUPS = {"speed": "speed", "border": "hours", "price": "usd"}


@pytest.fixture(scope="module")
def carried():
    return study("both-open", *ONE_PAIR)


@pytest.fixture(scope="module")
def ways(carried):
    return [w for w in carried.ways if w.feasible and not w.plan.encounters.schedule.openings]


@pytest.fixture(scope="module")
def groups(carried):
    rows = carried.parameters.rows
    return {
        "speed": [r.parameter_id for r in rows if r.quantity == "speed"],
        "border": [r.parameter_id for r in rows if r.kind == "clear" and r.quantity == "hours"],
        "price": [r.parameter_id for r in rows if r.kind == "haul" and r.quantity == "usd"],
    }


def scaled(parameters, groups, factors):
    """Parameters as a run with --set would have them: low, best and high multiplied."""
    by = {name: f for ids, f in zip(groups.values(), factors, strict=True) for name in ids}
    changed = parameters.with_values({})
    changed.rows = tuple(
        replace(
            r,
            low=r.low * by.get(r.parameter_id, 1),
            best=r.best * by.get(r.parameter_id, 1),
            high=r.high * by.get(r.parameter_id, 1),
        )
        for r in parameters.rows
    )
    return changed


def said_by_a_run(ways, parameters, lengths, count, measure):
    draws = Draws(parameters, lengths, count, 1)
    return [np.quantile(draws.total(w.plan.itinerary.sums()[measure]), LEVELS) for w in ways]


def test_folded_and_whole_sweeps_say_what_runs_say(carried, ways, groups):
    factors = np.array([[1.0, 1.0, 1.0], [0.7, 1.6, 1.2], [1.4, 0.5, 0.8], [1.0, 3.0, 1.0]])
    draws = Draws(carried.parameters, carried.lengths, 256, 1)
    itineraries = [w.plan.itinerary for w in ways]
    folded = fold(itineraries, draws, groups).quantiles(factors, LEVELS, measures=("hours", "usd", "kg"))
    whole = WholeSweep(itineraries, draws, ("hours", "usd", "kg"))
    tables = [scaled(carried.parameters, groups, f) for f in factors]
    figures = [
        np.array([[getattr(p[n], x) for x in ("low", "best", "high", "cv")] for n in whole.rows]) for p in tables
    ]
    every = whole.quantiles(figures, LEVELS)
    for s, parameters in enumerate(tables):
        for measure in range(3):
            run = said_by_a_run(ways, parameters, carried.lengths, 256, measure)
            np.testing.assert_allclose(folded[s, :, measure], run, rtol=1e-5)
            np.testing.assert_allclose(every[s, :, measure], run, rtol=1e-5)


def test_the_first_scenario_of_a_sweep_is_the_study_itself(carried):
    found = sweep(carried, {"speed.*": [1.0, 0.5]})
    assert found.figures.shape == (2, len(found.ways), len(FIGURES))
    for i, way in enumerate(found.ways):
        if found.reasons[i]:
            assert way.corridor == "qtta-road"
            assert "hangs on the clock" in found.reasons[i]
            assert np.isnan(found.figures[:, i]).all()
            continue
        want = [*np.quantile(way.outcome.hours, LEVELS), *np.quantile(way.outcome.usd, LEVELS)]
        np.testing.assert_allclose(found.figures[0, i], want, rtol=1e-5)
        assert found.figures[1, i, 1] > found.figures[0, i, 1]  # half the speed takes longer


def test_a_whole_sweep_follows_shape_cv_and_every_row_by_itself(carried, ways):
    draws = Draws(carried.parameters, carried.lengths, 200, 1)
    whole = WholeSweep([w.plan.itinerary for w in ways], draws)
    rng = np.random.default_rng(4)
    factor = rng.uniform(0.6, 1.6, (len(whole.rows), 1))
    base = np.array([[getattr(carried.parameters[n], x) for x in ("low", "best", "high", "cv")] for n in whole.rows])
    driving = [carried.parameters[n].quantity == "driving_hours" for n in whole.rows]
    factor[driving] = np.minimum(factor[driving], 1.0)  # nobody drives more than 24 hours a day
    changed = carried.parameters.with_values({})
    by = dict(zip(whole.rows, base * factor, strict=True))
    changed.rows = tuple(
        replace(r, **dict(zip(("low", "best", "high", "cv"), by[r.parameter_id].tolist(), strict=True)))
        if r.parameter_id in by
        else r
        for r in carried.parameters.rows
    )
    # the luck of a row follows its cv: streams are asked for by name, so the amounts are priced with the new one
    cv = {r.parameter_id: r.cv for r in changed.rows}
    rows = carried.parameters.rows

    def lucky(amount):
        return (
            replace(amount, cv=cv[rows[amount.factors[0][0]].parameter_id])
            if amount.trip and amount.law == "lognormal"
            else amount
        )

    found = whole.quantiles([base * factor], LEVELS)[0]
    again = Draws(changed, carried.lengths, 200, 1)
    for i, way in enumerate(ways):
        for measure in range(2):
            amounts = [lucky(a) for a in way.plan.itinerary.sums()[measure]]
            np.testing.assert_allclose(found[i, measure], np.quantile(again.total(amounts), LEVELS), rtol=1e-5)


@pytest.mark.parametrize("workers", [1, 2])
def test_blocks_and_workers_make_no_difference(carried, ways, groups, workers, monkeypatch):
    draws = Draws(carried.parameters, carried.lengths, 64, 1)
    folded = fold([w.plan.itinerary for w in ways], draws, groups)
    factors = np.exp(np.random.default_rng(1).normal(0, 0.3, (30, 3)))
    whole = folded.quantiles(factors)
    monkeypatch.setattr("sim.sweep.SCENARIOS_AT_ONCE", 7)
    np.testing.assert_allclose(folded.quantiles(factors, workers=workers), whole, rtol=1e-6)


def test_what_does_not_scale_is_refused(carried, ways, groups):
    draws = Draws(carried.parameters, carried.lengths, 8, 1)
    road = [w.plan.itinerary for w in ways if w.corridor == "all-road"]
    rest = [r.parameter_id for r in carried.parameters.rows if r.quantity == "driving_hours"]
    with pytest.raises(NotAdditiveError, match="sets how long a driver rests"):
        fold(road, draws, {"rest": rest})
    with pytest.raises(ValueError, match="it belongs to one"):
        fold(road, draws, {"one": groups["speed"], "two": groups["speed"][:1]})
    over_year = [w.plan.itinerary for w in study_with_chance("destinations=karachi_port").ways if w.feasible]
    for sweeper in (lambda: fold(over_year, draws, {}), lambda: WholeSweep(over_year, draws)):
        with pytest.raises(NotAdditiveError, match="departures=month"):
            sweeper()
    folded = fold(road, draws, {"speed": groups["speed"]})
    for bad in ([[0.0]], [[np.nan]], [[1.0, 1.0]], [1.0]):
        with pytest.raises(ValueError, match=r"not a number above 0|factors have shape"):
            folded.quantiles(np.array(bad))
    whole = WholeSweep(road, draws)
    good = np.array([[getattr(carried.parameters[n], x) for x in ("low", "best", "high", "cv")] for n in whole.rows])
    with pytest.raises(ValueError, match=r"figures have shape \(1, 4\)"):
        whole.quantiles([good[:1]])
    with pytest.raises(ValueError, match="allowed low <= best <= high"):
        whole.quantiles([good * np.array([9.0, 1.0, 1.0, 1.0])])


@pytest.mark.parametrize(
    ("scales", "words"),
    [
        ({"nothing.*": [1.0]}, 'no parameter row is named "nothing'),
        ({"speed.*": [1.0, -2.0]}, "multiplied by -2"),
        ({"speed.*": []}, "multiplied by nothing"),
        ({"speed.*": [1.0] * 1001, "clear_hours.*": [1.0] * 1000}, "the grid has 1,001,000 scenarios"),
        ({"speed.*": [1.0], "speed.rail.*": [1.0]}, "it belongs to one"),
    ],
)
def test_a_wrong_grid_is_one_sentence(carried, scales, words):
    with pytest.raises(ScenarioError, match=words):
        sweep(carried, scales)


def test_the_command_writes_every_scenario_and_way(tmp_path):
    switches = ["--set", "departures=month", "--set", "shocks=false", "--set", "origins=almaty1", "--draws", "64"]
    scales = ["--scale", "speed.*=0.8,1,1.25", "--scale", "clear_hours.*=0.5,1"]
    file = tmp_path / "sweep.csv"
    said = command("sweep", "both-open", *switches, *scales, "--out", file)
    assert said.code == 0, said.err
    assert "6 scenarios over speed.*, clear_hours.*" in said.out
    with file.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    ways = {(r["origin"], r["destination"], r["corridor"]) for r in rows}
    assert len(rows) == 6 * len(ways)
    assert {(r["speed.*"], r["clear_hours.*"]) for r in rows} == {
        (a, b) for a in ("0.8", "1", "1.25") for b in ("0.5", "1")
    }
    assert all((r["hours_p50"] == "") == (r["reason"] != "") for r in rows)
    parquet = command("sweep", "both-open", *switches, *scales, "--out", tmp_path / "sweep.parquet", "--json")
    assert parquet.code == 0
    assert (tmp_path / "sweep.parquet").stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--scale", "speed.*"], "allowed PATTERN=FACTORS"),
        (["--scale", "speed.*=a,b"], "allowed PATTERN=FACTORS"),
        (["--scale", "speed.*=1", "--out", "x.txt"], "allowed .csv, .parquet"),
    ],
)
def test_the_command_refuses_in_one_sentence(words, found):
    switches = ["--set", "departures=month", "--set", "shocks=false", "--set", "origins=almaty1", "--draws", "8"]
    said = command("sweep", "both-open", *switches, *words)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert found in said.err


def test_a_study_over_the_year_is_refused_with_the_mend():
    said = command("sweep", "both-open", "--set", "origins=almaty1", "--draws", "8", "--scale", "speed.*=1,2")
    assert said.code == 2
    assert "add --set departures=month --set shocks=false" in said.err
