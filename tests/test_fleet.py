"""Fleet and service sheet: Little's law by hand, tonnes kept over a break of gauge, the record, the command end to end."""

import csv
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies import FLAGSHIP, ONE_PAIR, command, scenario_file, study, way_of
from toy import row as toy_row
from toy import toy_parameters
from toy_ways import RAIL, Errand

from corridors.fleet_record import record_sentences
from corridors.fleet_sheet import DEFAULT_TONNES, hours_on, out_rows, sheet_rows
from corridors.printing_fleet import in_words
from corridors.stretches import stretches
from geodata.sources import read_sources
from geodata.tables import TableError, read_dictionary, read_package, read_rows
from sim.fleet import (
    FleetRows,
    Span,
    against_record,
    box_tonnes,
    read_fleet,
    tied_up,
    tonnes_a_day,
    trains_out,
    turn_round_days,
    vehicles_a_day,
)
from sim.parameters import DATA
from sim.simulation import simulate

known = Span.certain
ENDS = ("low", "best", "high")


def refused(*words):
    said = command("fleet", *words)
    assert said.code == 2, said
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert said.out == ""
    return said.err


@pytest.fixture(scope="module")
def carried():
    return study(FLAGSHIP, *ONE_PAIR)


def able(carried):
    return [way for way in carried.ways if way.feasible]


# ---- spans


positive = st.floats(0.01, 1e4)
spans = st.lists(positive, min_size=3, max_size=3).map(lambda x: Span(*sorted(x)))


@given(spans, spans, st.integers(0, 2), st.integers(0, 2))
def test_every_value_within_two_spans_leads_to_one_within_the_result(a, b, i, j):
    x, y = (getattr(a, ENDS[i]), getattr(b, ENDS[j]))
    for result, value in ((a + b, x + y), (a * b, x * y), (a / b, x / y), (a.least(b), min(x, y))):
        assert result.low <= value * (1 + 1e-12)
        assert value <= result.high * (1 + 1e-12)


@pytest.mark.parametrize("wrong", [(2, 1, 3), (1, 3, 2), (-1, 0, 1), (float("nan"), 1, 2)])
def test_a_span_out_of_order_is_refused(wrong):
    with pytest.raises(ValueError, match="must rise"):
        Span(*wrong)


# ---- the record of Pakistan


def test_ten_million_tonnes_are_thirty_seven_trains_a_day_and_1_8_times_every_freight_train_of_pakistan():
    # practitioner's review, item 49: 10e6 / 330 / 811 = 37.4; 10e6 / 811 / 6,940 = 1.777
    rows = read_fleet()
    net, days = rows.span("net_tonnes", "train", "PK").best, rows.span("operating_days", "train").best
    assert (net, days) == (811, 330)
    assert round(vehicles_a_day(tonnes_a_day(10e6, known(days)), known(net)).best) == 37
    record = rows.span("recorded_trains", "train", "PK").best
    assert record == 6940
    assert against_record(10e6, net, record) == pytest.approx(1.777, abs=0.001)


def test_the_year_book_gives_the_mean_train_and_the_turn_round_of_a_wagon():
    # 5.630 Mt over 6,940 trains; 16,085 wagons x 365 days over 264,256 wagons loaded
    _, evidence = read_sources()
    assert evidence["fleet.pr.net_train"].value == pytest.approx(5.630e6 / 6940, abs=0.001)
    assert evidence["fleet.pr.turn"].value == pytest.approx(16085 * 365 / 264256, abs=0.001)
    assert read_fleet().span("recorded_turn_round", "wagon", "PK").best == 22


def test_a_flour_train_is_four_pakistani_trains():
    assert trains_out(known(3300.0), known(811.0)).best == pytest.approx(4.07, abs=0.01)


# ---- Little's law


def test_littles_law_counts_what_a_timetable_leaves_standing():
    # One wagon an hour, each back after 50 h: at any hour after the first fifty, fifty are away.
    away = [sum(t - 50 < start <= t for start in range(500)) for t in range(100, 400)]
    assert set(away) == {50}
    turn = turn_round_days(known(30.0), known(20.0), known(1.0))
    assert turn.best == pytest.approx(50 / 24)
    assert tied_up(known(24.0), turn, known(0.0)).best == pytest.approx(50.0)


CERTAIN = (
    toy_row("speed.rail.kz", "haul", "speed", "km/h", 30.0, mode="rail", country="KZ"),
    toy_row("clear.rail", "clear", "hours", "h", 10.0, mode="rail", reason="border"),
)


def test_littles_law_by_hand_on_the_toy():
    # KZ: load 6, 305 km at 30 km/h, border out 10.
    # AF: border in 10; 5 + 100 + 2 km at 20, 190 km in the mountains at 10; out 10; the hop to pgate: in 10, transit 24,
    #     3 km at 24; the change of gauge 60.
    # PK: 480 km at 24, unload 4; the box is lifted off before its inland clearance.
    errand = Errand(parameters=toy_parameters(*CERTAIN), lengths={})
    itinerary = errand.way("alma", "port", RAIL)
    outcome = simulate(itinerary, errand.draws())
    found = stretches(itinerary.activities, box=True)
    assert [(s.country, s.gauge_mm, s.ends) for s in found] == [
        ("KZ", 1520, ("KZ",)),
        ("AF", 1520, ("PK",)),
        ("PK", 1676, ("PK", "PK")),
    ]
    hauled = [305 / 30, 107 / 20 + 19 + 3 / 24, 20]
    loaded = [6 + hauled[0] + 10, 10 + hauled[1] + 10 + 10 + 24 + 60, hauled[2] + 4]
    for stretch, hours in zip(found, loaded, strict=True):
        assert hours_on(outcome, stretch.steps).best == pytest.approx(hours, rel=1e-3)
    # 330,000 t a year on 330 days in wagons of 50 t: 20 a day; Pakistan: 24 h loaded, 20 h x 1.5 back, 2 ends of 3 days
    turn = turn_round_days(hours_on(outcome, found[2].steps), known(20.0), known(1.5), known(6.0))
    assert turn.best == pytest.approx(24 / 24 + 30 / 24 + 6, rel=1e-3)
    daily = vehicles_a_day(tonnes_a_day(330_000, known(330.0)), known(50.0))
    assert tied_up(daily, turn, known(0.1)).best == pytest.approx(20 * 8.25 * 1.1, rel=1e-3)


def test_each_step_holds_one_vehicle_and_each_run_has_two_ends(carried):
    for way in able(carried):
        found = stretches(way.outcome.itinerary.activities, box=True)
        steps = [i for s in found for i in s.steps]
        assert len(set(steps)) == len(steps)
        for run in {s.run for s in found}:
            assert sum(len(s.ends) for s in found if s.run == run) == 2
        activities = way.outcome.itinerary.activities
        assert {i for i, a in enumerate(activities) if a.moving and a.mode in ("rail", "road")} <= set(steps)


def test_supply_holds_no_wagon_and_the_change_of_gauge_holds_the_arriving_one():
    activities = way_of(study(FLAGSHIP, *ONE_PAIR), "turgundi-chaman").outcome.itinerary.activities
    found = stretches(activities, box=True)
    held = {i: s for s in found for i in s.steps}
    at = {f"{a.kind}.{a.reason}": i for i, a in enumerate(activities)}
    assert at["wait.supply"] not in held
    assert at["dwell.import_land"] not in held
    assert at["change_gauge."] in found[-2].steps
    assert [(s.country, s.gauge_mm) for s in found] == [
        ("KZ", 1520), ("UZ", 1520), ("TM", 1520), ("AF", 1520), ("PK", 1676),
    ]  # fmt: skip
    loose = stretches(activities, box=False)
    assert at["dwell.import_land"] in loose[-1].steps


# ---- the sheet


def test_every_feasible_way_has_a_sheet_and_each_figure_stands_in_order(carried):
    for way in able(carried):
        rows = sheet_rows(carried, way, 1e6)
        assert rows[-1].vehicle == "box"
        assert any(row.vehicle in ("wagon", "truck") for row in rows)
        for row in rows:
            assert row.vehicles.low > 0
            assert (row.locomotives is None) == (row.vehicle != "wagon")


def test_tonnes_are_kept_over_the_break_of_gauge(carried):
    rows = [r for r in sheet_rows(carried, way_of(carried, "turgundi-chaman"), 3e6) if r.vehicle == "wagon"]
    assert {row.gauge_mm for row in rows} == {1520, 1676}
    for before, after in pairwise(rows):
        assert before.a_week.best * before.net_tonnes.best == pytest.approx(after.a_week.best * after.net_tonnes.best)
        assert before.a_week.best * after.out_per_train_in.best == pytest.approx(after.a_week.best)
    assert rows[0].a_week.best * rows[0].net_tonnes.best / 7 * 330 == pytest.approx(3e6)


@given(st.floats(1e3, 1e9))
def test_a_sheet_is_proportional_to_the_tonnes(tonnes):
    carried = study(FLAGSHIP, *ONE_PAIR)
    way = way_of(carried, "turgundi-herat")
    small, large = sheet_rows(carried, way, 1e3), sheet_rows(carried, way, tonnes)
    for one, other in zip(small, large, strict=True):
        for name in ("a_week", "vehicles", "locomotives"):
            if getattr(one, name) is not None:
                for end in ENDS:
                    ratio = getattr(getattr(other, name), end) / getattr(getattr(one, name), end)
                    assert ratio == pytest.approx(tonnes / 1e3)
        assert one.turn_round_days == other.turn_round_days


def test_one_line_of_the_sheet_by_hand(carried):
    """Pakistan's stretch: 35 boxes of 20 t, and a wagon a box."""
    way = way_of(carried, "turgundi-chaman")
    rows = read_fleet()
    line = sheet_rows(carried, way, 3e6)[-2]
    outcome = way.outcome
    stretch = stretches(outcome.itinerary.activities, box=True)[-1]
    loaded = sum(outcome.hours_mean[i] for i in stretch.steps)
    hauled = sum(outcome.hours_mean[i] for i in stretch.steps if outcome.itinerary.activities[i].kind == "haul")
    turn = (loaded + 1.3 * hauled) / 24 + 2 * 5
    assert line.carrier == "PR"
    assert line.net_tonnes.best == 700
    assert line.a_week.best == pytest.approx(3e6 / 330 / 700 * 7)
    assert line.turn_round_days.best == pytest.approx(turn)
    assert line.vehicles.best == pytest.approx(3e6 / 330 / 20 * turn * 1.1)
    assert line.locomotives.best == pytest.approx(3e6 / 330 / 700 * 1.5 * (2 * hauled / 24 + 1) * 1.25)
    assert rows.span("empty_return_factor", "wagon", "PK").best == 1.3


def test_the_wagons_of_a_run_are_those_of_its_railways_together(carried):
    rows = [r for r in sheet_rows(carried, way_of(carried, "turgundi-chaman"), 3e6) if r.gauge_mm == 1520]
    said = [s for s in record_sentences(rows) if s.startswith("A wagon from")]
    assert f"{sum(r.vehicles.best for r in rows):,.0f}" in said[0]


def test_a_wagon_to_hairatan_and_back_takes_what_private_wagons_take():
    # practitioner's review, item 23: 30/45/70 days; the row of Afghanistan's ends is set by it
    carried = study("open-borders", *ONE_PAIR)
    wagons = [r for r in sheet_rows(carried, way_of(carried, "kabul-road"), 1e6) if r.vehicle == "wagon"]
    for end, days in zip(ENDS, (30, 45, 70), strict=True):
        assert sum(getattr(r.turn_round_days, end) for r in wagons) == pytest.approx(days, rel=0.1)


def test_boxes_that_weigh_too_much_leave_places_empty():
    assert box_tonnes(known(57.0), 20.0, known(3300.0)).best == 1140
    assert box_tonnes(known(57.0), 28.0, known(811.0)).best == 811


def test_a_way_that_is_not_feasible_has_no_sheet():
    carried = study("today", *ONE_PAIR)
    way = next(w for w in carried.ways if not w.feasible)
    with pytest.raises(ValueError, match="is not feasible"):
        sheet_rows(carried, way, 1e6)


# ---- rows


def test_every_row_has_its_evidence_or_its_reasoning():
    _, evidence = read_sources()
    for row in read_package(DATA, ["fleet"])["fleet"].rows():
        keys = [row[f"{end}_evidence"] for end in ENDS]
        assert all(key in evidence for key in keys if key), row["fleet_id"]
        if row["basis"] in ("published", "observed"):
            for end, key in zip(ENDS, keys, strict=True):
                assert evidence[key].value == pytest.approx(row[end]), row["fleet_id"]
        else:
            assert row["note"], row["fleet_id"]


def test_every_piece_of_fleet_evidence_is_used():
    used = {row[f"{end}_evidence"] for row in read_package(DATA, ["fleet"])["fleet"].rows() for end in ENDS}
    _, evidence = read_sources()
    assert sorted({name for name in evidence if name.startswith("fleet.")} - used) == []


def test_the_seven_railways_have_names():
    rows = read_fleet()
    names = [rows.railway(c) for c in ("KZ", "UZ", "TM", "AF", "PK", "IR", "CN", "KG")]
    assert names == ["KTZ", "UTY", "TDY", "AfRA operator", "PR", "RAI", "CR", "railway of KG"]


def fleet_of(*changes):
    row = {
        "fleet_id": "net_tonnes.train", "quantity": "net_tonnes", "vehicle": "train", "unit": "t", "low": 1, "best": 2,
        "high": 3, "basis": "assumption", "as_of": "2026", "note": "n",
    }  # fmt: skip
    return FleetRows(read_rows([row | c for c in changes or ({},)], read_dictionary(DATA)["fleet"], "mine.csv"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (({"low": 9},), "low, best, high are 9, 2, 3"),
        (({"note": ""},), "note is empty"),
        (({"low": 0},), "low of net_tonnes is 0"),
        (({}, {"fleet_id": "twice"}), "keep one of the two"),
        (({"quantity": "wheels"},), "wheels"),
        (({"low": -1},), "-1"),
    ],
)
def test_a_wrong_row_is_refused_by_name(changes, words):
    with pytest.raises(TableError, match=words):
        fleet_of(*changes)


def test_a_missing_row_is_an_error_and_no_default():
    with pytest.raises(TableError, match="no row gives spare_share of a wagon in PK"):
        fleet_of().span("spare_share", "wagon", "PK")


def test_a_railways_own_row_goes_before_the_general_one():
    rows = fleet_of({}, {"fleet_id": "pk", "country": "PK", "railway": "PR", "best": 3})
    assert (rows.span("net_tonnes", "train", "PK").best, rows.span("net_tonnes", "train", "IR").best) == (3, 2)


# ---- the command


def flat(text):
    return " ".join(text.split())


def test_the_command_prints_the_sheet_and_writes_it(tmp_path):
    file = scenario_file(tmp_path, 'corridors = ["turgundi-chaman", "turgundi-herat"]\n')
    out = tmp_path / "sheet.csv"
    said = command("fleet", file, "--tonnes-a-year", "10e6", "--compare", "1e6", "--out", out)
    assert said.code == 0, said
    text = flat(said.out)
    assert "10 Mt is 37 trains a day at 811 t, 1.8 times every freight train of 2016-17 (6,940)" in text
    assert "none of its own on record" in text
    assert "trains of 1676 mm out" in text
    assert "trucks out" in text
    assert "assumption: about a train a day" not in text
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["tonnes_a_year"] for row in rows} == {"10000000.0", "1000000.0"}
    assert {row["carrier"] for row in rows} >= {"KTZ", "UTY", "TDY", "AfRA operator", "PR", "hauliers PK", "box owners"}
    told = json.loads(command("fleet", file, "--tonnes-a-year", "10e6", "--json").out)
    wide = [r for r in rows if r["tonnes_a_year"] == "10000000.0"]
    assert [r["vehicles_best"] for r in told["rows"]] == [float(r["vehicles_best"]) for r in wide]
    assert [r["corridor"] for r in told["rows"]] == [r["corridor"] for r in wide]
    assert any("37 trains a day" in sentence for part in told["record"].values() for sentence in part)


def test_without_a_tonnage_the_command_says_what_it_assumes(tmp_path):
    file = scenario_file(tmp_path, 'corridors = ["turgundi-herat"]\n')
    said = command("fleet", file)
    assert said.code == 0
    assert f"{DEFAULT_TONNES / 1e6:g} Mt a year (assumption: " in flat(said.out)


@pytest.mark.parametrize("option", ["--tonnes-a-year", "--compare"])
@pytest.mark.parametrize("text", ["0", "-0", "nan", "inf", "-3e6", "1e10", "much", "3,5", ""])
def test_a_tonnage_that_is_none_is_refused(option, text):
    assert f'{option}: found "{text}"; allowed a number of tonnes above 0' in refused(FLAGSHIP, f"{option}={text}")


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    assert "there is no folder" in refused(FLAGSHIP, "--out", tmp_path / "none" / "x.csv")


def test_a_place_that_is_none_is_refused():
    assert "atlantis" in refused(FLAGSHIP, "--origin", "atlantis")


def test_without_any_way_the_command_ends_with_3_and_writes_nothing(tmp_path):
    file = scenario_file(tmp_path, 'corridors = ["kabul-road"]\n', base="today")
    out = tmp_path / "sheet.csv"
    said = command("fleet", file, "--out", out)
    assert (said.code, out.exists()) == (3, False)
    assert said.err.startswith("no way: kabul-road: ")


def test_flat_rows_carry_every_span(carried):
    (row, *_) = out_rows(sheet_rows(carried, way_of(carried, "turgundi-chaman"), 1e6), carried)
    assert row["scenario"] == FLAGSHIP
    assert {f"vehicles_{end}" for end in ENDS} <= row.keys()
    assert row["out_per_train_in_best"] is None


def test_a_known_figure_is_printed_bare():
    assert in_words(known(20.0)) == "20"
