"""The folder of a study: complete, reconciled to the model, and written whole or not at all."""

import csv
import hashlib
import json
import threading

import numpy as np
import pyarrow.parquet as pq
import pytest
from frictionless import Package, system
from shapely.geometry import shape
from studies import FLAGSHIP, ONE_PAIR, study, study_with_chance, way_of

import corridors.safe_folders
from corridors.charts import IN_RUN
from corridors.citations import sources_of_activity
from corridors.comparison import COLUMNS, comparison_rows
from corridors.exports import write_study
from corridors.result_tables import ACTIVITY_COLUMNS, COST_COLUMNS
from corridors.toml_files import ScenarioError
from geodata.geometry import geodesic_km
from geodata.network import DATA as GEODATA
from geodata.tables import read_package
from sim.parameters import DATA as SIMDATA

FILES = {
    "comparison.csv", "activities.csv", "costs.csv", "draws.parquet", "routes.geojson", "sources.csv", "map.png", "map.svg",
    "study.json", "datapackage.json", "rows.csv",
}  # fmt: skip
PICTURES = {"map.png", "map.svg", *(f"{stem}.{ending}" for stem in IN_RUN.values() for ending in ("png", "csv"))}
ACTIVITIES = [
    "corridor", "seq", "activity_id", "kind", "from", "to", "country", "mode", "gauge_mm", "km", "hours_mean", "hours_p10",
    "hours_p90", "cumulative_km", "cumulative_hours", "cumulative_usd", "parameter_ids", "source_ids",
]  # fmt: skip


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def key_of(row):
    return row["origin"], row["destination"], row["corridor"]


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.fixture(scope="module")
def flagship():
    return study()


@pytest.fixture(scope="module")
def folder(flagship, tmp_path_factory):
    """Flagship written without pictures."""
    out = tmp_path_factory.mktemp("study") / "out"
    write_study(flagship, out, pictures=False)
    return out


@pytest.fixture(scope="module")
def activities(folder):
    ways = {}
    for row in read_csv(folder / "activities.csv"):
        ways.setdefault(key_of(row), []).append(row)
    return ways


def feasible(carried):
    return {(w.origin, w.destination, w.corridor): w for w in carried.ways if w.feasible}


# What is there


def test_every_promised_file_is_written_with_pictures(tmp_path):
    carried = study("today", *ONE_PAIR, "corridors=iran-road,qtta-road,west-road")
    files = write_study(carried, tmp_path / "out")
    assert {p.name for p in files} >= FILES | PICTURES
    assert all(p.is_file() and p.stat().st_size > 0 for p in files)
    assert {p.name for p in files} == {p.name for p in (tmp_path / "out").iterdir()}
    assert (tmp_path / "out" / "map.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    tables = {p.name for p in files if p.suffix == ".csv"}
    with system.use_context(trusted=True):
        package = Package(str(tmp_path / "out" / "datapackage.json"))
        assert {resource.path for resource in package.resources} == tables
        assert package.validate().valid


def test_without_pictures_everything_else_is_there(folder):
    assert {p.name for p in folder.iterdir()} >= FILES - PICTURES
    assert not PICTURES & {p.name for p in folder.iterdir()}


def test_columns_are_those_promised(folder):
    header = (folder / "comparison.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header == list(COLUMNS)
    header = (folder / "activities.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header == list(ACTIVITY_COLUMNS)
    assert set(ACTIVITIES) <= set(header)
    assert [c for c in header if c in ACTIVITIES] == ACTIVITIES
    header = (folder / "costs.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header == list(COST_COLUMNS)
    assert {"corridor", "component", "country"} <= set(header)


def test_tables_are_utf8_with_plain_line_ends(folder):
    for path in folder.glob("*.csv"):
        raw = path.read_bytes()
        assert b"\r" not in raw
        assert not raw.startswith(b"\xef\xbb\xbf")
        assert raw.endswith(b"\n")


# Every figure is the model's


def test_comparison_is_the_models(folder, flagship):
    rows = read_csv(folder / "comparison.csv")
    assert len(rows) == len(flagship.ways) == 88
    for written, row in zip(rows, comparison_rows(flagship), strict=True):
        for column, value in row.items():
            if value is None:
                assert written[column] == ""
            elif isinstance(value, bool):
                assert written[column] == str(value).lower()
            elif isinstance(value, (int, float)):
                assert float(written[column]) == close(value), column
            else:
                assert written[column] == value


def test_activities_are_the_models(activities, flagship):
    ways = feasible(flagship)
    assert list(activities) == list(ways)
    for key, rows in activities.items():
        way = ways[key]
        assert [r["activity_id"] for r in rows] == [a.activity_id for a in way.itinerary.activities]
        assert [int(r["seq"]) for r in rows] == list(range(1, len(rows) + 1))
        for name in ("hours_mean", "hours_p10", "hours_p90"):
            assert [float(r[name]) for r in rows] == close(getattr(way.outcome, name))
        assert [float(r["km"]) for r in rows] == close(way.itinerary.km)
        for component, values in way.outcome.usd_mean.items():
            assert [float(r[f"usd_{component}_mean"]) for r in rows] == close(values)


def test_the_parts_of_an_activity_are_its_dollars(activities):
    components = [c for c in ACTIVITY_COLUMNS if c.startswith("usd_") and c.endswith("_mean") and c != "usd_mean"]
    for rows in activities.values():
        for row in rows:
            assert sum(float(row[c]) for c in components) == close(float(row["usd_mean"]))


def test_the_last_row_of_a_way_is_its_total_and_the_profiles(activities, folder, flagship):
    means = {key_of(r): r for r in read_csv(folder / "comparison.csv")}
    for key, rows in activities.items():
        last, total = rows[-1], means[key]
        assert float(last["cumulative_km"]) == close(float(total["km"]))
        assert float(last["cumulative_hours"]) == close(float(total["hours_mean"]))
        assert float(last["cumulative_usd"]) == close(float(total["usd_mean"]))
        assert sum(float(r["km"]) for r in rows) == close(float(total["km"]))
        assert sum(float(r["hours_mean"]) for r in rows) == close(float(total["hours_mean"]))
        assert sum(float(r["usd_mean"]) for r in rows) == close(float(total["usd_mean"]))
    for key in list(activities)[::17]:
        outcome = feasible(flagship)[key].outcome
        for measure in ("hours", "usd"):
            profile = outcome.profile(measure)
            assert profile["km"][-1] == close(float(means[key]["km"]))
            assert profile["mean"][-1] == close(float(means[key][f"{measure}_mean"]))
            for level in ("p10", "p50", "p90"):
                assert profile[level][-1] == close(float(means[key][f"{measure}_{level}"]))
            assert profile["mean"][1:] == close([float(r[f"cumulative_{measure}"]) for r in activities[key]])


def test_costs_add_up_to_the_mean_dollars(folder):
    sums = {}
    for row in read_csv(folder / "costs.csv"):
        sums[key_of(row)] = sums.get(key_of(row), 0.0) + float(row["usd_mean"])
        assert float(row["usd_mean"]) > 0
    means = {key_of(r): float(r["usd_mean"]) for r in read_csv(folder / "comparison.csv") if r["feasible"] == "true"}
    assert sums == close(means)


def test_costs_are_those_of_the_activities(folder, activities):
    for row in read_csv(folder / "costs.csv")[::29]:
        found = [r for r in activities[key_of(row)] if r["country"] == row["country"]]
        assert sum(float(r[f"usd_{row['component']}_mean"]) for r in found) == close(float(row["usd_mean"]))


def test_draws_give_the_quantiles(folder, flagship):
    table = pq.read_table(folder / "draws.parquet")
    assert {"origin", "destination", "corridor", "draw", "hours", "usd", "kg_co2e"} <= set(table.column_names)
    frame = table.to_pandas()
    assert len(frame) == 256 * len(feasible(flagship))
    groups = frame.groupby(["origin", "destination", "corridor"], observed=True)
    rows = {key_of(r): r for r in read_csv(folder / "comparison.csv") if r["feasible"] == "true"}
    assert len(groups) == len(rows)
    for key, group in groups:
        way = feasible(flagship)[key]
        assert list(group["draw"]) == list(range(256))
        assert np.array_equal(group["hours"], way.outcome.hours)
        assert np.array_equal(group["usd"], way.outcome.usd)
        assert np.array_equal(group["kg_co2e"], way.outcome.kg)
        for measure in ("hours", "usd"):
            quantiles = np.quantile(group[measure], (0.1, 0.5, 0.9))
            assert [float(rows[key][f"{measure}_p{q}"]) for q in (10, 50, 90)] == close(quantiles)
            assert float(rows[key][f"{measure}_mean"]) == close(group[measure].mean())
        assert float(rows[key]["p_on_time"]) == close((group["hours"] <= 35 * 24).mean())


def test_with_closures_to_come_every_export_still_reconciles(tmp_path):
    carried = study_with_chance()
    write_study(carried, tmp_path / "out", pictures=False)
    means = {key_of(r): r for r in read_csv(tmp_path / "out" / "comparison.csv")}
    last = {key_of(r): r for r in read_csv(tmp_path / "out" / "activities.csv")}
    costs = {}
    for row in read_csv(tmp_path / "out" / "costs.csv"):
        costs[key_of(row)] = costs.get(key_of(row), 0.0) + float(row["usd_mean"])
    frame = pq.read_table(tmp_path / "out" / "draws.parquet").to_pandas()
    for key, group in frame.groupby(["origin", "destination", "corridor"], observed=True):
        total = means[key]
        assert float(last[key]["cumulative_hours"]) == close(float(total["hours_mean"]))
        assert float(last[key]["cumulative_usd"]) == close(float(total["usd_mean"]))
        assert costs[key] == close(float(total["usd_mean"]))
        assert group["hours"].mean() == close(float(total["hours_mean"]))  # not delivered is missing, never 0
        assert group["hours"].notna().mean() == close(float(total["p_delivered"]))
        profile = feasible(carried)[key].outcome.profile("hours")
        assert profile["mean"][-1] == close(float(total["hours_mean"]))
        assert profile["p90"][-1] == close(float(total["hours_p90"]))


# Routes


def test_routes_are_one_line_a_feasible_way(folder, flagship):
    routes = json.loads((folder / "routes.geojson").read_text(encoding="utf-8"))
    assert routes["type"] == "FeatureCollection"
    assert "OpenStreetMap" in routes["attribution"]
    ways = feasible(flagship)
    assert [key_of(f["properties"]) for f in routes["features"]] == list(ways)
    figures = {key_of(r): r for r in comparison_rows(flagship)}
    for feature in routes["features"]:
        assert feature["type"] == "Feature"
        line = shape(feature["geometry"])
        assert line.geom_type == "LineString"
        assert line.is_valid
        assert -180 <= line.bounds[0] < line.bounds[2] <= 180
        assert -90 <= line.bounds[1] < line.bounds[3] <= 90
        row = figures[key_of(feature["properties"])]
        assert feature["properties"] == {k: v for k, v in row.items() if v is not None}


def test_routes_begin_and_end_at_their_places_and_are_no_longer_than_they_say(folder, flagship):
    nodes = flagship.network.nodes
    for feature in json.loads((folder / "routes.geojson").read_text(encoding="utf-8"))["features"]:
        points = np.array(feature["geometry"]["coordinates"])
        origin, destination, _ = key_of(feature["properties"])
        for point, name in ((points[0], origin), (points[-1], destination)):
            assert geodesic_km(point[1], point[0], nodes[name].lat, nodes[name].lon) < 0.1, name
        drawn = geodesic_km(points[:-1, 1], points[:-1, 0], points[1:, 1], points[1:, 0]).sum()
        assert drawn <= feature["properties"]["km"] * 1.001, key_of(feature["properties"])


# Sources


def test_sources_are_exactly_those_used(folder, activities, flagship):
    rows = read_csv(folder / "sources.csv")
    known = read_package(GEODATA, ["sources"])["sources"].index
    listed = [r["source_id"] for r in rows]
    assert listed == sorted(set(listed))
    assert set(listed) <= set(known)
    of_activities = {s for way in activities.values() for r in way for s in r["source_ids"].split(";")}
    of_closures = {s for standing in flagship.standings for s in standing.closure.source.split(";")}
    assert set(listed) == of_activities | of_closures
    assert set(listed) == set(flagship.source_ids())


def test_every_activity_names_its_rows_and_its_sources(activities, flagship):
    for rows in activities.values():
        for row in rows:
            if row["reason"] == "opening":  # the clock of the gate, no row
                continue
            assert row["source_ids"]
            names = row["parameter_ids"].split(";")
            assert all(name in flagship.parameters.number for name in names), row["activity_id"]


def test_sources_of_a_haul_name_its_link_and_its_rows(flagship):
    way = way_of(flagship, "uap-ml1", "almaty1", "karachi_port")
    priced = next(p for p in way.itinerary.priced if p.activity.link_id and p.activity.country == "PK")
    found = sources_of_activity(priced, flagship.network, flagship.parameters)
    assert set(flagship.network.links[priced.activity.link_id].source.split(";")) <= set(found)
    assert len(found) == len(set(found))


# How it was made


def test_study_json_says_how_it_was_made(folder, flagship):
    said = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    assert said["seed"] == 1
    assert said["draws"] == 256
    assert said["scenario"]["name"] == "both-open"
    assert said["scenario"]["date"] == "2032-06-15"
    assert said["versions"]["corridors"] == corridors.__version__
    assert {"python", "numpy"} <= set(said["versions"])
    assert {"uap", "kohat-kharlachi", "herat-kandahar"} <= set(said["open_projects"])
    assert {a["event"] for a in said["assumptions"]} == {a.event for a in flagship.scenario.assume}
    assert all(a["why"] for a in said["assumptions"])


def test_hashes_are_those_of_the_files(folder):
    hashes = json.loads((folder / "study.json").read_text(encoding="utf-8"))["tables_sha256"]
    for name in ("links.csv", "evidence.csv", "closures.csv"):
        assert hashes[f"geodata/{name}"] == hashlib.sha256((GEODATA / name).read_bytes()).hexdigest()
    assert hashes["sim/parameters.csv"] == hashlib.sha256((SIMDATA / "parameters.csv").read_bytes()).hexdigest()
    tables = {p.name for folder_ in (GEODATA, SIMDATA) for p in folder_.glob("*.csv")}
    assert tables <= {name.rpartition("/")[2] for name in hashes}
    assert any(name.endswith("catalogue.toml") for name in hashes)


def test_the_folder_is_a_data_package(folder):
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["place", "message"])[:3]
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert {r["path"] for r in package["resources"]} == {p.name for p in folder.glob("*.csv")}


def test_a_study_without_any_way_is_written_too(tmp_path):
    carried = study("today", *ONE_PAIR, "corridors=west-road,kabul-road")
    write_study(carried, tmp_path / "out", pictures=False)
    assert [r["feasible"] for r in read_csv(tmp_path / "out" / "comparison.csv")] == ["false", "false"]
    assert json.loads((tmp_path / "out" / "routes.geojson").read_text())["features"] == []
    assert len(pq.read_table(tmp_path / "out" / "draws.parquet")) == 0
    with system.use_context(trusted=True):
        assert Package(str(tmp_path / "out" / "datapackage.json")).validate().valid


# Whole or not at all


@pytest.fixture
def small():
    return study("today", *ONE_PAIR, "corridors=iran-road,west-road")


def contents(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_the_same_seed_writes_the_same_bytes(small, tmp_path):
    for name in ("a", "b"):
        write_study(small, tmp_path / name, pictures=False)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_another_seed_writes_other_figures(small, tmp_path):
    write_study(small, tmp_path / "a", pictures=False)
    write_study(study("today", *ONE_PAIR, "corridors=iran-road,west-road", "seed=2"), tmp_path / "b", pictures=False)
    a, b = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert a["draws.parquet"] != b["draws.parquet"]
    assert a["sources.csv"] == b["sources.csv"]


def test_a_failure_in_the_middle_leaves_nothing(small, tmp_path, monkeypatch):
    monkeypatch.setattr(corridors.exports, "routes_geojson", _fails)
    with pytest.raises(KeyboardInterrupt):
        write_study(small, tmp_path / "out", pictures=False)
    assert list(tmp_path.iterdir()) == []


def _fails(*_):
    raise KeyboardInterrupt


def test_a_failure_in_the_middle_leaves_the_old_result(small, tmp_path, monkeypatch):
    write_study(small, tmp_path / "out", pictures=False)
    before = contents(tmp_path / "out")
    monkeypatch.setattr(corridors.exports, "study_json", _fails)
    with pytest.raises(KeyboardInterrupt):
        write_study(study(FLAGSHIP, *ONE_PAIR), tmp_path / "out", pictures=False)
    assert contents(tmp_path / "out") == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failure_to_move_leaves_the_old_result(small, tmp_path, monkeypatch):
    write_study(small, tmp_path / "out", pictures=False)
    before = contents(tmp_path / "out")
    moved = corridors.safe_folders.Path.rename

    def rename(self, target):
        if self.suffix == ".part":
            raise PermissionError(13, "no")
        return moved(self, target)

    monkeypatch.setattr(corridors.safe_folders.Path, "rename", rename)
    monkeypatch.setattr(corridors.safe_folders, "exchange", lambda *_: False)
    with pytest.raises(PermissionError):
        write_study(small, tmp_path / "out", pictures=False)
    assert contents(tmp_path / "out") == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_later_study_replaces_the_earlier_as_a_whole(small, tmp_path):
    write_study(small, tmp_path / "out", pictures=False)
    (tmp_path / "out" / "left-over.txt").write_text("of an earlier version")
    write_study(study(FLAGSHIP, *ONE_PAIR), tmp_path / "out", pictures=False)
    assert not (tmp_path / "out" / "left-over.txt").exists()
    assert {r["scenario"] for r in read_csv(tmp_path / "out" / "comparison.csv")} == {"both-open"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_two_runs_into_one_folder_leave_one_whole_result(small, tmp_path):
    other = study(FLAGSHIP, *ONE_PAIR)
    failures = []

    def go(carried):
        try:
            for _ in range(5):
                write_study(carried, tmp_path / "out", pictures=False)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    runs = [threading.Thread(target=go, args=(carried,)) for carried in (small, other, small)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert failures == []
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    name = json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))["scenario"]["name"]
    assert {r["scenario"] for r in read_csv(tmp_path / "out" / "comparison.csv")} == {name}
    assert {r["scenario"] for r in read_csv(tmp_path / "out" / "activities.csv")} == {name}


def test_a_folder_that_holds_something_else_is_refused(small, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("years of work")
    with pytest.raises(ScenarioError, match="thesis"):
        write_study(small, tmp_path / "thesis", pictures=False)
    assert contents(tmp_path / "thesis") == {"chapter1.txt": b"years of work"}
    (tmp_path / "file").write_text("a file")
    with pytest.raises(ScenarioError, match="file"):
        write_study(small, tmp_path / "file", pictures=False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "thesis"]


def test_an_empty_folder_and_missing_parents_will_do(small, tmp_path):
    (tmp_path / "empty").mkdir()
    write_study(small, tmp_path / "empty", pictures=False)
    write_study(small, tmp_path / "a" / "b" / "out", pictures=False)
    assert (tmp_path / "empty" / "study.json").is_file()
    assert (tmp_path / "a" / "b" / "out" / "study.json").is_file()


def test_the_folder_can_be_read_by_others(small, tmp_path):
    write_study(small, tmp_path / "out", pictures=False)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o755
