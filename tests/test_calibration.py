"""Calibration from observed trips: laws, an exact posterior as oracle, and what is refused."""

import csv
import json
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import command

from corridors.calibration import (
    DISCREPANCY,
    ENOUGH,
    FREEDOM,
    WITNESSES,
    average_days,
    calibrate,
    candidate,
    candidate_rows,
    coverage_rows,
    shift_rows,
    weighted_quantiles,
)
from corridors.observed import read_trips, shipped
from corridors.toml_files import ScenarioError
from corridors.validation import validate
from sim.parameters import DATA as SIMDATA

DRAWS = 512


@cache
def found():
    trips = [t for t in read_trips() if t.kind in ("measured", "pilot") and t.days is not None]
    return [c for c in validate(trips, draws=DRAWS) if c.scored]


@cache
def fit():
    return calibrate(found())


def test_weights_are_those_of_a_sum_by_hand():
    from scipy.stats import t as student

    one = next(c for c in found() if c.trip.trip_id == "bolashak-altynkol.2022-03")
    only = calibrate([one], few=True)
    mean = average_days(one)
    s = np.std(np.log(one.days / mean))
    scale = np.sqrt(s**2 + (0.5 / np.sqrt(3) / 5.0) ** 2 + DISCREPANCY**2)
    by_hand = student.pdf((np.log(5.0) - np.log(mean) + s**2 / 2) / scale, FREEDOM)
    assert only.weights == pytest.approx(by_hand / by_hand.sum(), rel=1e-9)
    assert only.effective == pytest.approx(1 / (only.weights**2).sum())


def test_a_row_moves_toward_what_was_seen_and_never_out_of_its_range():
    # the trip of five days where P50 is 4.7: slower trains than drawn, so the speed falls
    one = next(c for c in found() if c.trip.trip_id == "bolashak-altynkol.2022-03")
    (speed,) = [s for s in calibrate([one], few=True).shifts if s.row.parameter_id == "speed.rail.kz.block_train"]
    assert speed.shift < 0
    for s in fit().shifts:
        assert s.row.low <= s.posterior[0] <= s.row.high
        low, best, high = candidate(s)
        assert s.row.low <= low <= best <= high <= s.row.high


@settings(max_examples=40)
@given(st.floats(1, 9), st.floats(0.1, 9), st.floats(0.1, 9))
def test_trips_that_say_nothing_leave_a_row_as_it_is(low, up, more):
    best, high = low + up, low + up + more
    mean, sd = (low + best + high) / 3, 1.0
    told = candidate(SimpleNamespace(row=SimpleNamespace(low=low, high=high), prior=(mean, sd), posterior=(mean, sd)))
    assert told == pytest.approx((low, best, high))


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=40), st.floats(0.01, 0.99))
def test_even_weights_give_plain_quantiles(values, level):
    x = np.array(values)
    (told,) = weighted_quantiles(x, np.full(len(x), 1 / len(x)), (level,))
    assert np.mean(x < told) <= level + 1e-9
    assert np.mean(x <= told) >= level - 1e-9


def test_the_posterior_of_one_row_is_that_of_a_grid():
    # one trip, one uncertain row in its hours: the weighted mean against numerical integration over the row's triangle
    from scipy.stats import t as student
    from scipy.stats import triang

    one = next(c for c in found() if c.trip.trip_id == "bolashak-altynkol.2022-03")
    (speed,) = [s for s in calibrate([one], few=True).shifts if s.row.parameter_id == "speed.rail.kz.block_train"]
    row, mean = speed.row, average_days(one)
    draws = one.way.outcome.draws
    number = draws.parameters.number[row.parameter_id]
    km = np.median(mean * 24 * np.asarray(draws.row(number)))  # the way is of this row alone
    assert mean * 24 * np.asarray(draws.row(number)) == pytest.approx(np.full(DRAWS, km), rel=1e-9)
    v = np.linspace(row.low, row.high, 20001)[1:-1]
    prior = triang.pdf(v, (row.best - row.low) / (row.high - row.low), row.low, row.high - row.low)
    s = np.std(np.log(one.days / mean))
    scale = np.sqrt(s**2 + (0.5 / np.sqrt(3) / 5.0) ** 2 + DISCREPANCY**2)
    posterior = prior * student.pdf((np.log(5.0) - np.log(km / v / 24) + s**2 / 2) / scale, FREEDOM)
    assert speed.posterior[0] == pytest.approx((v * posterior).sum() / posterior.sum(), rel=0.005)


def test_nothing_is_proposed_on_one_trip_or_two_sources():
    for s in fit().shifts:
        assert not s.proposed or s.sources >= WITNESSES
    one = next(c for c in found() if c.trip.trip_id == "bolashak-altynkol.2022-03")
    assert not any(s.proposed for s in calibrate([one], few=True).shifts)
    assert candidate_rows(calibrate([one], few=True), shipped()[1].table.rows(), 9) == []


def test_two_trips_of_one_source_weigh_as_one():
    pavlodar = [c for c in found() if c.trip.trip_id == "pavlodar-karachi.2024-04"]
    once = calibrate(pavlodar, few=True)
    twice = calibrate(pavlodar * 2, few=True)
    assert twice.weights == pytest.approx(once.weights, rel=1e-9)


def test_too_few_trips_are_refused_unless_asked_for_and_then_it_is_said():
    with pytest.raises(ScenarioError, match=f"3 scored trips; a fit asks for {ENOUGH}"):
        calibrate(found()[:3])
    assert "fewer than 10" in calibrate(found()[:3], few=True).said
    assert "fewer" not in fit().said
    with pytest.raises(ScenarioError, match="nothing to weigh"):
        calibrate([], few=True)


def test_coverage_after_is_of_trips_that_the_weights_have_not_seen():
    rows = coverage_rows(fit())
    assert [r["n"] for r in rows] == [len(found())] * 3
    assert [r["inside_before"] for r in rows] == [sum(c.inside(share) for c in found()) for share in (0.5, 0.8, 0.95)]
    i = next(i for i, c in enumerate(found()) if c.trip.trip_id == "kashgar-kabul.2023-08")
    others = calibrate([c for k, c in enumerate(found()) if k != i])
    days, seen = found()[i].days, found()[i].trip.observed_days
    assert fit().after[i] == pytest.approx(others.weights[days < seen].sum() + 0.5 * others.weights[days == seen].sum())


def test_the_shipped_table_is_never_written_and_candidates_can_be_laid_over(tmp_path):
    before = (SIMDATA / "parameters.csv").read_bytes()
    said = command("calibrate", "--draws", "512", "--out", tmp_path, "--json")
    assert said.code == 0, said.err
    assert (SIMDATA / "parameters.csv").read_bytes() == before
    told = json.loads(said.out)
    assert told["rows"] == shift_rows(fit())
    with (tmp_path / "candidate_parameters.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    proposed = [r["parameter_id"] for r in told["rows"] if r["proposed"]][:8]
    assert [r["parameter_id"] for r in rows] == proposed
    assert all(r["note"].startswith("CANDIDATE, not shipped") for r in rows)
    from corridors.own_rows import tables_with

    path = (tmp_path / "candidate_parameters.csv").rename(tmp_path / "parameters.csv")
    assert rows, "nothing proposed: the test would prove nothing"
    _, parameters, _ = tables_with([path])
    assert parameters[rows[0]["parameter_id"]].low == pytest.approx(float(rows[0]["low"]))
    wrong = command("calibrate", "--kinds", "measured,claim")
    assert wrong.code == 2
    assert "timetable" in wrong.err
