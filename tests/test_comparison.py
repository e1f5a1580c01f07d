"""Outcomes side by side."""

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from studies import FLAGSHIP, ONE_PAIR, study, study_with_chance, way_of

from corridors import compare
from corridors.comparison import COLUMNS, comparison_rows, describe, odds, value_of_time
from corridors.exports import write_study
from corridors.result_tables import figure
from sim.expectations import value_of_time_row
from sim.indicators import swd, swod

# word for word from the contract; new columns may only follow
PROMISED = [
    "scenario", "date", "origin", "destination", "terms", "consignment", "load_unit", "direction", "corridor", "feasible",
    "reason", "assumption", "draws", "km", "hours_mean", "hours_p10", "hours_p50", "hours_p90", "usd_mean", "usd_p10",
    "usd_p50", "usd_p90", "usd_per_tonne_mean", "generalized_usd_mean", "kg_co2e_mean", "swd_kmh", "swod_kmh", "p_quickest",
    "p_cheapest", "p_on_time",
]  # fmt: skip
FIGURES = PROMISED[PROMISED.index("draws") :]
TEXTS = {*PROMISED[: PROMISED.index("draws")], "own_rows"}


def pairs(rows):
    found = {}
    for row in rows:
        found.setdefault((row["origin"], row["destination"]), []).append(row)
    return found


def test_columns_are_those_promised_in_their_order():
    assert list(COLUMNS[: len(PROMISED)]) == PROMISED
    assert list(compare(study()).columns) == list(COLUMNS)
    assert all(tuple(row) == COLUMNS for row in comparison_rows(study("today")))


def test_a_row_a_way_in_the_order_of_the_scenario():
    carried = study()
    rows = comparison_rows(carried)
    assert [(r["origin"], r["destination"], r["corridor"]) for r in rows] == [
        (w.origin, w.destination, w.corridor) for w in carried.ways
    ]
    assert {r["scenario"] for r in rows} == {"both-open"}
    assert {r["date"] for r in rows} == {"2032-06-15"}
    assert {r["direction"] for r in rows} == {"southbound"}
    assert {r["consignment"] for r in rows} == {"1 FEU, 20 t general, 40,000 USD, block train"} == {describe(carried)}


def test_figures_are_those_of_the_draws():
    carried = study()
    for row, way in zip(comparison_rows(carried), carried.ways, strict=True):
        out = way.outcome
        assert row["draws"] == 256
        assert row["hours_mean"] == out.hours.mean()
        assert row["usd_mean"] == out.usd.mean()
        assert row["kg_co2e_mean"] == out.kg.mean()
        for name, values in (("hours", out.hours), ("usd", out.usd)):
            expected = np.quantile(values, (0.1, 0.5, 0.9))
            assert [row[f"{name}_p{q}"] for q in (10, 50, 90)] == pytest.approx(expected, rel=1e-12)
        assert row["km"] == pytest.approx(sum(way.itinerary.km))
        assert row["usd_per_tonne_mean"] == pytest.approx(row["usd_mean"] / 20.0)


def test_generalized_cost_is_dollars_and_the_value_of_time():
    carried = study()
    row = carried.parameters.rows[value_of_time_row(carried.parameters, carried.consignment)]
    per_hour = value_of_time(carried)
    # share of the value a day; 40,000 USD
    assert np.mean(per_hour) == pytest.approx(row.mean / 100 * 40000 / 24, rel=0.01)
    for got, way in zip(comparison_rows(carried), carried.ways, strict=True):
        assert got["generalized_usd_mean"] == pytest.approx(
            float(np.mean(way.outcome.usd + per_hour * way.outcome.hours)), rel=1e-12
        )


def test_a_worthless_cargo_has_no_value_of_time():
    carried = study(FLAGSHIP, *ONE_PAIR, "consignment.value_usd=0")
    assert np.all(value_of_time(carried) == 0)
    for row in comparison_rows(carried):
        assert row["generalized_usd_mean"] == pytest.approx(row["usd_mean"], rel=1e-12)


def test_speed_with_delay_is_never_above_speed_without():
    for name in ("both-open", "today"):
        for row, way in zip(comparison_rows(study(name)), study(name).ways, strict=True):
            if way.feasible:
                assert 0 < row["swd_kmh"] <= row["swod_kmh"]
                facts_ = (way.itinerary.activities, way.itinerary.km, way.outcome.hours_mean)
                assert (row["swd_kmh"], row["swod_kmh"]) == (swd(*facts_), swod(*facts_))


# Odds


@pytest.mark.parametrize("name", ["both-open", "today", "open-borders"])
def test_odds_of_a_pair_add_up_to_one(name):
    for rows in pairs(comparison_rows(study(name))).values():
        for column in ("p_quickest", "p_cheapest"):
            values = [r[column] for r in rows if r["feasible"]]
            assert sum(values) == pytest.approx(1.0, abs=1e-12)
            assert all(0 <= v <= 1 for v in values)


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 20)), elements=st.integers(0, 3).map(float)))
def test_odds_add_up_to_one_whatever_the_ties(totals):
    found = odds(list(totals))
    assert sum(found) == pytest.approx(1.0)
    # a way that is never the least has no odds, and one that always is alone has them all
    least = totals == totals.min(axis=0)
    for share, mine in zip(found, least, strict=True):
        assert (share == 0) == (not mine.any())
        assert share <= mine.mean() + 1e-12


def test_ties_are_split():
    # draw 1: the first alone; draw 2: all three alike; draw 3: the last two alike
    totals = [np.array([1.0, 5.0, 9.0]), np.array([2.0, 5.0, 4.0]), np.array([3.0, 5.0, 4.0])]
    assert odds(totals) == pytest.approx([(1 + 1 / 3) / 3, (1 / 3 + 1 / 2) / 3, (1 / 3 + 1 / 2) / 3])


def test_a_way_that_dominates_in_every_draw_has_all_the_odds():
    assert odds([np.array([1.0, 2.0]), np.array([3.0, 4.0])]) == [1.0, 0.0]


def test_the_quickest_of_every_draw_is_counted():
    carried = study()
    for (origin, destination), rows in pairs(comparison_rows(carried)).items():
        hours = np.stack([w.outcome.hours for w in carried.ways_between(origin, destination)])
        shares = np.bincount(hours.argmin(axis=0), minlength=len(hours)) / hours.shape[1]
        assert [r["p_quickest"] for r in rows] == pytest.approx(list(shares))  # no ties among real draws


def test_odds_of_being_on_time_are_those_of_the_deadline():
    carried = study()
    assert carried.scenario.deadline_days == 35
    for row, way in zip(comparison_rows(carried), carried.ways, strict=True):
        assert row["p_on_time"] == np.mean(way.outcome.hours <= 35 * 24)
    late = study(FLAGSHIP, *ONE_PAIR, "deadline_days=1")
    assert all(row["p_on_time"] == 0 for row in comparison_rows(late))
    ample = study(FLAGSHIP, *ONE_PAIR, "deadline_days=3650")
    assert all(row["p_on_time"] == 1 for row in comparison_rows(ample))


def test_no_deadline_no_odds_of_being_on_time():
    carried = study(FLAGSHIP, *ONE_PAIR)
    bare = carried.scenario.model_copy(update={"deadline_days": None})
    rows = comparison_rows(type(carried)(**{**vars(carried), "scenario": bare}))
    assert all(row["p_on_time"] is None for row in rows)


# Closures to come


def lost(way, every):
    """The way with one draw in so many not delivered."""
    out = way.outcome
    gone = np.arange(len(out.hours)) % every == 0
    nothing = {name: np.where(gone, np.nan, getattr(out, name)) for name in ("hours", "usd", "kg")}
    return replace(way, outcome=replace(out, delivered=~gone, **nothing))


@pytest.fixture(scope="module")
def uncertain():
    """Two ways of which the first loses every second draw and the other every fourth."""
    carried = study_with_chance("corridors=iran-road,uap-ml1", "destinations=karachi_port")
    return replace(carried, ways=tuple(lost(way, every) for way, every in zip(carried.ways, (2, 4), strict=True)))


def test_figures_are_of_those_that_are_delivered(uncertain):
    for row, way, share in zip(comparison_rows(uncertain), uncertain.ways, (0.5, 0.75), strict=True):
        out = way.outcome
        assert row["p_delivered"] == share
        assert row["hours_mean"] == pytest.approx(np.nanmean(out.hours), rel=1e-12)
        assert row["usd_p90"] == pytest.approx(np.nanquantile(out.usd, 0.9), rel=1e-12)
        assert row["p_on_time"] == np.mean(out.hours <= 35 * 24)  # what is not delivered is not on time
        assert row["p_on_time"] <= share


def test_odds_count_draws_in_which_something_is_delivered(uncertain):
    # in every fourth draw neither arrives; of the others the second is alone in one of three
    rows = comparison_rows(uncertain)
    assert sum(r["p_quickest"] for r in rows) == pytest.approx(0.75)
    assert sum(r["p_cheapest"] for r in rows) == pytest.approx(0.75)
    assert rows[1]["p_quickest"] >= 0.25


def test_a_way_is_met_by_closures_of_its_own_gates_only():
    rows = {r["corridor"]: r for r in comparison_rows(study_with_chance()) if r["destination"] == "karachi_port"}
    assert rows["uap-ml1"]["p_met_closure"] > 0.1
    assert rows["china-sea"]["p_met_closure"] < 0.1
    plain = comparison_rows(study())
    assert all(r["p_met_closure"] == 0 and r["p_delivered"] == 1 for r in plain)


# Ways that are not feasible


def test_an_infeasible_row_has_its_reason_and_no_figures():
    seen = 0
    for row in comparison_rows(study("today")):
        if row["feasible"]:
            assert row["reason"] == ""
            assert all(row[column] is not None for column in FIGURES)
        else:
            seen += 1
            assert row["reason"]
            assert all(row[column] is None for column in FIGURES)
        assert row["assumption"].startswith("Assumed")
    assert seen > 20


def test_a_pair_without_any_way_has_rows_all_the_same():
    carried = study("today", *ONE_PAIR, "corridors=west-road,kabul-road")
    rows = comparison_rows(carried)
    assert [r["feasible"] for r in rows] == [False, False]
    assert not any(r["p_quickest"] for r in rows)


def test_a_lone_way_is_the_quickest_and_the_cheapest():
    row = comparison_rows(study("today", *ONE_PAIR, "corridors=west-road,iran-road"))[1]
    assert (row["p_quickest"], row["p_cheapest"]) == (1.0, 1.0)


# Forms


def test_the_frame_is_the_csv(tmp_path):
    carried = study("today", *ONE_PAIR)
    write_study(carried, tmp_path / "out", pictures=False)
    read, frame = pd.read_csv(tmp_path / "out" / "comparison.csv"), compare(carried)
    assert list(read.columns) == list(frame.columns)
    assert len(read) == len(frame)
    for column in COLUMNS:
        if column not in TEXTS:
            np.testing.assert_allclose(read[column], frame[column].astype(float), rtol=1e-9)
        else:
            written, made = (["" if pd.isna(x) else x for x in table[column]] for table in (read, frame))
            assert written == made, column


def test_figures_stand_with_ten_digits():
    assert figure(1 / 3) == "0.3333333333"
    assert figure(True) == "true"
    assert figure(None) == ""
    assert figure("x") == "x"
    assert figure(12) == 12


def test_paired_differences_do_not_depend_on_the_other_ways():
    few = study(FLAGSHIP, *ONE_PAIR, "corridors=uap-ml1,turgundi-chaman")
    full = study(FLAGSHIP, *ONE_PAIR)
    difference = [way_of(c, "uap-ml1").outcome.hours - way_of(c, "turgundi-chaman").outcome.hours for c in (few, full)]
    assert np.array_equal(*difference)
    # pairing pays: the difference scatters less than two unrelated ways would
    apart = np.hypot(*(way_of(full, name).outcome.hours.std() for name in ("uap-ml1", "turgundi-chaman")))
    assert difference[0].std() < apart


def test_rows_can_be_written_as_csv():
    stream = io.StringIO()
    csv.DictWriter(stream, COLUMNS).writerows(comparison_rows(study("today")))
    assert stream.getvalue().count("\n") == 88
