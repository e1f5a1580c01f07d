"""Trip logs after the CPMM form: laws, sums worked by hand, refusals with the row, and the model's own way read back."""

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies import study, way_of

from corridors.log_profile import curve_of, plot_log
from corridors.own_log import own_log
from corridors.toml_files import ScenarioError
from geodata.tables import TableError, read_dictionary, read_rows
from sim.indicators import swd, swod, tfi1
from sim.log_indicators import ENOUGH, fitted, indicators, refuse_impossible
from sim.trip_logs import FORM, read_trip_log, shipments_of, write_trip_log

RESOURCE = read_dictionary(FORM)["trip_log"]


def row(seq, record="move", **cells):
    base = {"shipment_id": "s1", "seq": seq, "record": record, "country": "PK", "place": "somewhere", "mode": "road", "source": "a driver"}  # fmt: skip
    return base | cells


def logged(*rows):
    return shipments_of(read_rows(list(rows), RESOURCE, "mine.csv"))


def border(seq, side, direction, hours, **cells):
    return row(seq, "stop", country=side, bcp_id="Torkham", side=side, direction=direction, duration_h=hours, **cells)


# 200 km in 4 h, the border 4 + 2 h, 100 km in 2 h: SWOD 300 / 6 = 50, SWD 300 / 12 = 25
TRIP = (
    row(1, distance_km=200, duration_h=4, other_usd=300, cargo_t=20),
    border(2, "PK", "outbound", 4, official_usd=100, unofficial_usd=20),
    border(3, "AF", "inbound", 2, official_usd=60),
    row(4, country="AF", distance_km=100, duration_h=2, other_usd=120),
)


def found(shipments):
    return {(i.name, i.option, i.of): i for i in indicators(shipments)}


def test_one_trip_worked_by_hand():
    told = found(logged(*TRIP))
    assert told["SWOD", "shipments", "road"].value == told["SWOD", "totals", "road"].value == pytest.approx(50.0)
    assert told["SWD", "shipments", "road"].value == pytest.approx(25.0)
    assert told["TFI1", "side", "Torkham, PK, outbound"].value == 4.0
    assert told["TFI1", "crossing", "Torkham"].value == 6.0
    assert told["TFI2", "side", "Torkham, PK, outbound"].value == 120.0
    assert told["TFI2", "crossing", "Torkham"].value == 180.0
    # 600 USD x 500/300 x 20/20 = 1,000; Pakistan 420 x 500/200 = 1,050, Afghanistan 180 x 500/100 = 900, mean 975
    assert told["TFI3", "shipments", "road"].value == pytest.approx(1000.0)
    assert told["TFI3", "sections", "road"].value == pytest.approx(975.0)
    assert all(i.n in (1, 2) for i in told.values())


def test_mean_of_speeds_and_ratio_of_sums_are_both_told_and_differ():
    # 100 km at 50 km/h and 300 km at 30 km/h: mean 40, but 400 km in 12 h are 33.3
    shipments = logged(row(1, distance_km=100, duration_h=2), row(1, shipment_id="s2", distance_km=300, duration_h=10))
    told = found(shipments)
    assert told["SWOD", "shipments", "road"].value == pytest.approx(40.0)
    assert told["SWOD", "totals", "road"].value == pytest.approx(100 / 3)
    assert told["SWOD", "shipments", "road"].n == 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(1, 900), st.floats(0.1, 90), st.floats(0, 200)), min_size=1, max_size=8))
def test_stops_only_slow(moves):
    rows = []
    for i, (km, hours, stood) in enumerate(moves):
        rows += [row(2 * i, distance_km=km, duration_h=hours), row(2 * i + 1, "stop", duration_h=stood)]
    told = found(logged(*rows))
    assert told["SWD", "shipments", "road"].value <= told["SWOD", "shipments", "road"].value * (1 + 1e-9)


# Published means (tcd.md section 3): country or year, TFI1 h, TFI2 USD, TFI3 USD, SWD and SWOD km/h
PUBLISHED = [
    ("road", 35.3, 274, 620, 11.8, 27.3),
    ("road", 28.2, 238, 546, 13.3, 25.2),
    ("road", 33.1, 238, 569, 11.4, 24.8),
    ("rail", 20.6, 198, 820, 19.0, 45.0),
    ("rail", 23.0, 193, 836, 16.8, 42.2),
]


@pytest.mark.parametrize(("mode", "tfi1_h", "tfi2", "tfi3", "slow", "quick"), PUBLISHED)
def test_published_means_come_back_from_logs_built_to_them(mode, tfi1_h, tfi2, tfi3, slow, quick):
    # Two shipments whose figures are 20 % below and above the mean. Of D km: D / SWOD h moving, TFI1 at one border side, other
    # stops as long as SWD asks; TFI2 there, and freight up to TFI3 x D / 500 at 20 t.
    rows = []
    for name, factor in (("s1", 0.8), ("s2", 1.2)):
        speed, swd_ = quick * factor, slow * factor
        km = 1.5 * tfi1_h * factor / (1 / swd_ - 1 / speed)
        moving = km / speed
        rows += [
            row(1, shipment_id=name, mode=mode, distance_km=km, duration_h=moving, cargo_t=20, other_usd=tfi3 * factor * km / 500 - tfi2 * factor),
            row(2, "stop", shipment_id=name, mode=mode, bcp_id="b", side="PK", direction="outbound", duration_h=tfi1_h * factor, official_usd=tfi2 * factor),
            row(3, "stop", shipment_id=name, mode=mode, duration_h=km / swd_ - moving - tfi1_h * factor),
        ]  # fmt: skip
    told = found(logged(*rows))
    assert told["TFI1", "side", "all"].value == pytest.approx(tfi1_h)
    assert told["TFI2", "side", "all"].value == pytest.approx(tfi2)
    assert told["TFI3", "shipments", mode].value == pytest.approx(tfi3)
    assert told["SWD", "shipments", mode].value == pytest.approx(slow)
    assert told["SWOD", "shipments", mode].value == pytest.approx(quick)
    assert told["SWD", "shipments", mode].n == 2


def test_the_swapped_labels_of_the_report_for_2020_are_refused():
    for slow, quick in ((28.2, 10.6), (28.1, 8.0)):
        with pytest.raises(TableError, match=r"Pakistan: SWOD is .* below SWD.*swapped"):
            refuse_impossible("Pakistan", swd=slow, swod=quick)
    for _, _, _, _, slow, quick in PUBLISHED:
        refuse_impossible("as published", swd=slow, swod=quick)


AT = {"start_local": "2024-05-01 08:00", "end_local": "2024-05-01 12:00", "tz": "Asia/Karachi"}
IMPOSSIBLE = {
    "overlap": ([row(1, distance_km=9, **AT), row(2, "stop", **AT)], r"line 2.*begins 240 min before"),
    "no zone": ([row(1, distance_km=9, **AT | {"tz": ""})], r"line 1.*without a zone.*Asia/Kabul"),
    "odd zone": ([row(1, distance_km=9, **AT | {"tz": "Asia/Karachy"})], r'no zone "Asia/Karachy".*Asia/Karachi'),
    "duration": ([row(1, distance_km=9, duration_h=4.5, **AT)], r"line 1.*duration_h 4.5, but 4 h"),
    "backwards": ([row(1, distance_km=9, **AT | {"end_local": "2024-05-01 07:00"})], "before it starts"),
    "no hours": ([row(1, distance_km=9)], "neither a duration nor two times"),
    "no km": ([row(1, duration_h=4)], "a move without distance"),
    "stop with km": ([row(1, "stop", duration_h=4, distance_km=3)], "a stop of 3 km"),
    "no time": ([row(1, distance_km=9, duration_h=0)], "takes no time"),
    "never moves": ([row(1, "stop", duration_h=4)], "never moves"),
    "order": ([row(2, distance_km=9, duration_h=1), row(1, distance_km=9, duration_h=1)], r"line 2.*seq 1 after 2"),
    "half a border": ([row(1, "stop", duration_h=1, bcp_id="x")], "told in part"),
    "other side": ([row(1, "stop", duration_h=1, bcp_id="x", side="AF", direction="inbound")], "side AF in PK"),
    "two weights": ([row(1, distance_km=9, duration_h=1, cargo_t=20), row(2, distance_km=9, duration_h=1, cargo_t=21)], "cargo_t 21, before 20"),
    "struck twice": ([row(1, distance_km=9, start_local="2024-02-29 23:30", end_local="2024-03-01 04:00", tz="Asia/Almaty")], "struck 2024-02-29 23:30 twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_have_happened_is_refused_with_its_row(name):
    rows, words = IMPOSSIBLE[name]
    with pytest.raises(TableError, match=words):
        logged(*rows)


def test_hours_follow_from_local_times_over_a_border_between_zones():
    # Torkham 12:00 in Pakistan (+5) is 11:30 in Kabul (+4:30): the stop lasts three hours and a half
    stop = row(2, "stop", start_local="2024-05-01 11:30", end_local="2024-05-01 15:00", tz="Asia/Kabul", country="AF")
    (shipment,) = logged(row(1, distance_km=100, **AT), stop)
    assert [r.hours for r in shipment.records] == [4.0, 3.5]


def test_payments_without_a_weight_are_refused_and_none_is_guessed():
    with pytest.raises(TableError, match=r"shipment s1.*no cargo_t"):
        indicators(logged(row(1, distance_km=100, duration_h=2, other_usd=50)))
    assert not any(i.name == "TFI3" for i in indicators(logged(row(1, distance_km=100, duration_h=2))))


def test_few_values_are_fitted_only_on_purpose_and_it_is_said():
    with pytest.raises(TableError, match=r"Farap: n = 2; allowed: n >= 10"):
        fitted([4.0, 120.0], what="Farap")
    assert "fewer than 10" in fitted([4.0, 120.0], what="Farap", few=True).said
    many = fitted(np.linspace(1, 3, ENOUGH).tolist(), what="x")
    assert many.said == "fitted on n = 10"
    assert many.mean == pytest.approx(2.0)
    assert many.cv == pytest.approx(np.linspace(1, 3, ENOUGH).std(ddof=1) / 2)


def test_a_workbook_reads_as_the_csv_does(tmp_path):
    rows = [dict(r) for r in TRIP]
    from_csv = write_trip_log(rows, tmp_path / "log.csv")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "trip_log"
    names = [f.name for f in RESOURCE.fields]
    sheet.append(names)
    for r in rows:
        sheet.append([r.get(n) for n in names])
    book.save(tmp_path / "log.xlsx")
    assert indicators(read_trip_log(tmp_path / "log.xlsx")) == indicators(from_csv)
    sheet.title = "other"
    book.save(tmp_path / "log.xlsx")
    with pytest.raises(TableError, match='no sheet "trip_log"'):
        read_trip_log(tmp_path / "log.xlsx")


def model_log(corridor, tmp_path):
    way = way_of(study(), corridor, "almaty1", "karachi_port")
    return way, write_trip_log(own_log(study(), way), tmp_path / f"{corridor}.csv")


@pytest.mark.parametrize("corridor", ["turgundi-chaman", "iran-road", "west-road"])
def test_the_models_own_way_gives_its_indicators_back(corridor, tmp_path):
    way, shipments = model_log(corridor, tmp_path)
    activities, hours = way.itinerary.activities, way.outcome.hours_mean
    told = {(i.name, i.option): i.value for i in indicators(shipments) if i.name in ("SWD", "SWOD")}
    assert told["SWD", "shipments"] == pytest.approx(swd(activities, way.itinerary.km, hours), rel=1e-9)
    assert told["SWOD", "shipments"] == pytest.approx(swod(activities, way.itinerary.km, hours), rel=1e-9)
    ours = tfi1(activities, hours)
    theirs = {tuple(i.of.split(", ")[:2]): i.value for i in indicators(shipments) if (i.name, i.option) == ("TFI1", "side") and i.of != "all"}  # fmt: skip
    assert theirs == pytest.approx(ours, rel=1e-9)
    changed = any(a.kind == "transship" and a.crossing_id for a in activities)
    assert changed or corridor != "west-road"  # a change of truck at a crossing is part of its hours


def test_a_log_is_a_curve_whose_end_is_its_total():
    (shipment,) = logged(*TRIP)
    curve = curve_of(shipment, "hours", 0)
    assert curve.km.tolist() == [0.0, 200.0, 200.0, 200.0, 300.0]
    assert curve.mean[-1] == pytest.approx(12 / 24)
    assert [(run[0], run[1], run[2]) for run in curve.runs] == [("road", 0, 1), ("", 1, 3), ("road", 3, 4)]
    assert [stop.size for stop in curve.stops] == pytest.approx([6 / 24])
    assert curve_of(shipment, "usd", 0).mean[-1] == pytest.approx(600.0)


def test_the_models_own_log_lies_on_its_own_profile(tmp_path):
    way, (shipment,) = model_log("west-road", tmp_path)
    curve = curve_of(shipment, "hours", 0)
    profile = way.outcome.profile("hours")
    first = next(i for i, a in enumerate(way.itinerary.activities) if a.moving)
    last = first + len(shipment.records)
    assert curve.km == pytest.approx(profile["km"][first : last + 1], abs=1e-6)
    assert curve.mean == pytest.approx(
        (profile["mean"][first : last + 1] - profile["mean"][first]) / 24.0, rel=1e-6, abs=1e-9
    )
    figure = plot_log(study(), ["west-road"], [shipment])
    assert any("Logged" in text.get_text() for text in figure.texts)
    with pytest.raises(ScenarioError, match="4 logged trips"):
        plot_log(study(), ["west-road"], [shipment] * 4)
