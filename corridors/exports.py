"""Write a study to a folder, whole or not at all.

Everything is written into a folder beside the target and moved into place at the end, so that a run killed at any moment
leaves the old result or the new one. Tables are CSV, draws Parquet, routes GeoJSON; ``datapackage.json`` describes the
tables, ``study.json`` says with which scenario, seed, versions and table hashes they were made. Columns are only ever
appended. Every figure written is the model's own, to ten significant digits.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import hashlib
import itertools
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.citations import sources_of, sources_of_activity
from corridors.comparison import COLUMNS, comparison_rows
from corridors.matched_rows import ROW_COLUMNS, ROW_TEXTS, row_rows
from corridors.toml_files import ScenarioError
from geodata.geometry import read_shapes
from geodata.network import DATA as GEODATA
from sim.cost import ALL_COMPONENTS
from sim.parameters import DATA as SIMDATA

if TYPE_CHECKING:
    from corridors.study import Study, Way
    from sim.activities import Activity

LICENCE = (
    "Typed facts CC BY 4.0; borders, coast and lakes Natural Earth (public domain); relief ETOPO1, NOAA (public domain); "
    "lengths routed on OpenStreetMap (c) OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
)
"""Attribution that every export repeats."""

ACTIVITY_COLUMNS = (
    "scenario", "origin", "destination", "corridor", "seq", "activity_id", "kind", "reason", "from", "to", "country", "mode",
    "gauge_mm", "km", "hours_mean", "hours_p10", "hours_p90", "usd_mean", *(f"usd_{c}_mean" for c in ALL_COMPONENTS),
    "cumulative_km", "cumulative_hours", "cumulative_usd", "status", "project_id", "parameter_ids", "source_ids",
    "own_rows",
)  # fmt: skip
COST_COLUMNS = ("scenario", "origin", "destination", "corridor", "component", "country", "usd_mean", "own_rows")
SOURCE_COLUMNS = ("source_id", "title", "publisher", "year", "url", "accessed", "kind", "grade", "note")


def figure(value: object) -> object:
    """Value as it stands in a CSV: numbers to ten significant digits, nothing for what is unknown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".10g")
    return value


def activity_rows(study: Study, way: Way) -> list[dict[str, Any]]:
    """One row an activity of a way, columns :data:`ACTIVITY_COLUMNS`."""
    outcome, itinerary = way.outcome, way.itinerary
    if outcome is None or itinerary is None:
        return []
    rows = []
    km = hours = usd = 0.0
    for i, priced in enumerate(itinerary.priced):
        a = priced.activity
        parts = {c: float(values[i]) for c, values in outcome.usd_mean.items()}
        km, hours, usd = km + itinerary.km[i], hours + float(outcome.hours_mean[i]), usd + sum(parts.values())
        row: dict[str, Any] = dict.fromkeys(ACTIVITY_COLUMNS)
        row |= {
            "scenario": study.scenario.name, "origin": way.origin, "destination": way.destination,
            "corridor": way.corridor, "seq": i + 1, "activity_id": a.activity_id, "kind": a.kind, "reason": a.reason,
            "from": a.from_node_id, "to": a.to_node_id, "country": a.country, "mode": a.mode,
            "gauge_mm": a.gauge_mm or None, "km": itinerary.km[i], "hours_mean": float(outcome.hours_mean[i]),
            "hours_p10": float(outcome.hours_p10[i]), "hours_p90": float(outcome.hours_p90[i]),
            "usd_mean": sum(parts.values()), "cumulative_km": km, "cumulative_hours": hours, "cumulative_usd": usd,
            "status": a.status, "project_id": a.project_id,
            "parameter_ids": ";".join(study.parameters.rows[n].parameter_id for n in priced.rows()),
            "source_ids": ";".join(sources_of_activity(priced, study.network, study.parameters, study.own)),
            "own_rows": ";".join(study.own.used_by([priced], study.parameters)),
        }  # fmt: skip
        row |= {f"usd_{c}_mean": parts.get(c, 0.0) for c in ALL_COMPONENTS}
        rows.append(row)
    return rows


def cost_rows(study: Study) -> list[dict[str, Any]]:
    """Mean dollars by corridor, component and country, columns :data:`COST_COLUMNS`."""
    rows = []
    for way in study.ways:
        if way.outcome is None or way.itinerary is None:
            continue
        sums: dict[tuple[str, str], float] = {}
        own: dict[tuple[str, str], list[str]] = {}
        for component, values in way.outcome.usd_mean.items():
            for priced, value in zip(way.itinerary.priced, values, strict=True):
                key = (component, priced.activity.country)
                own.setdefault(key, []).extend(study.own.priced_by(priced, component, study.parameters))
                if value:
                    sums[key] = sums.get(key, 0.0) + float(value)
        ordered = sorted(sums.items(), key=lambda item: (ALL_COMPONENTS.index(item[0][0]), item[0][1]))
        for (component, country), value in ordered:
            names = ";".join(dict.fromkeys(own[component, country]))
            values_ = (study.scenario.name, way.origin, way.destination, way.corridor, component, country, value, names)
            rows.append(dict(zip(COST_COLUMNS, values_, strict=True)))
    return rows


def route_line(way: Way, study: Study, shapes: Mapping[str, Any]) -> list[list[float]]:
    """Drawn line of a way, lon and lat, from the shapes of its links or straight between its places."""
    points: list[list[float]] = []
    activities: Sequence[Activity] = way.itinerary.activities if way.itinerary else ()
    for activity in activities:
        if not activity.moving:
            continue
        for point in _stretch(activity, study, shapes):
            if not points or points[-1] != point:
                points.append(point)
    return points


def _stretch(activity: Activity, study: Study, shapes: Mapping[str, Any]) -> list[list[float]]:
    nodes = study.network.nodes
    a, b = nodes[activity.from_node_id], nodes[activity.to_node_id]
    shape = shapes.get(activity.link_id)
    if shape is None:
        return [[a.lon, a.lat], [b.lon, b.lat]]
    line = [[round(float(x), 6), round(float(y), 6)] for x, y in shape]
    link = study.network.links[activity.link_id]
    return line if link.from_node_id == activity.from_node_id else line[::-1]


def routes_geojson(study: Study) -> dict[str, Any]:
    """Feature collection with one line a feasible way and its figures."""
    shapes = read_shapes(GEODATA)
    figures = {(r["origin"], r["destination"], r["corridor"]): r for r in comparison_rows(study)}
    features = []
    for way in study.ways:
        if way.itinerary is None:
            continue
        row = figures[way.origin, way.destination, way.corridor]
        properties = {key: value for key, value in row.items() if value is not None}
        geometry = {"type": "LineString", "coordinates": route_line(way, study, shapes)}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "attribution": LICENCE, "features": features}


def table_hashes() -> dict[str, str]:
    """SHA-256 of every shipped table, by room and file."""
    hashes = {}
    for folder in (GEODATA, SIMDATA, Path(__file__).parent / "data"):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".csv", ".toml", ".geojson")):
            room = folder.parent.name
            name = f"{room}/{path.relative_to(folder).as_posix()}"
            hashes[name] = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    return hashes


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "gone since the run"


def versions() -> dict[str, str]:
    """Versions of this project and of what its figures depend on."""
    from corridors import __version__

    found = {"corridors": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "pydantic", "pyarrow", "matplotlib", "shapely", "pyproj"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # pragma: no cover - an incomplete installation
            found[name] = "not installed"
    return found


def study_json(study: Study) -> dict[str, Any]:
    """Say how a study was made, so that anyone can make it again."""
    return {
        "scenario": json.loads(study.scenario.model_dump_json()),
        "seed": study.scenario.seed,
        "draws": study.draws,
        "versions": versions(),
        "tables_sha256": table_hashes(),
        "open_projects": sorted(study.network.open_projects),
        "assumptions": [
            {
                "event": s.closure.event_id, "closure": s.closure.closure_id, "object": s.closure.object_id,
                "state": s.state, "last_confirmed": s.closure.last_confirmed.isoformat(), "why": s.assumption.why,
            }
            for s in study.standings if s.assumption
        ],
        "states": study.states,
        "rows_of_yours": list(study.own.files),
        "own_rows": study.own.as_json(),
        "own_files_sha256": {Path(file).name: _sha256(Path(file)) for file in study.scenario.rows},
        "attribution": LICENCE,
    }  # fmt: skip


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([figure(row[c]) for c in columns] for row in rows)


def _write_draws(study: Study, path: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    able = [w for w in study.ways if w.outcome is not None]
    count = study.draws

    def labels(values: list[str]) -> Any:
        names = sorted(set(values))
        index = np.repeat([names.index(v) for v in values], count).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(names, pa.string()))

    def stacked(name: str) -> Any:
        return pa.array(np.concatenate([getattr(w.outcome, name) for w in able]) if able else np.zeros(0))

    table = pa.table(
        {
            "origin": labels([w.origin for w in able]),
            "destination": labels([w.destination for w in able]),
            "corridor": labels([w.corridor for w in able]),
            "draw": pa.array(np.tile(np.arange(count, dtype=np.int32), len(able))),
            "hours": stacked("hours"),
            "usd": stacked("usd"),
            "kg_co2e": stacked("kg"),
        }
    )
    table = table.replace_schema_metadata({"attribution": LICENCE, "units": "hours h, usd USD, kg_co2e kg CO2e"})
    pq.write_table(table, path, compression="zstd")


def _data_package(study: Study) -> dict[str, Any]:
    def resource(name: str, columns: Sequence[str], texts: frozenset[str]) -> dict[str, Any]:
        kinds = {
            "feasible": "boolean",
            "date": "date",
            "draws": "integer",
            "seq": "integer",
            "gauge_mm": "integer",
            "year": "integer",
            "price_year": "integer",
            "used": "boolean",
            "own": "boolean",
        }
        fields = [{"name": c, "type": kinds.get(c, "string" if c in texts else "number")} for c in columns]
        return {
            "name": name, "path": f"{name}.csv", "profile": "tabular-data-resource", "encoding": "utf-8",
            "schema": {"fields": fields, "missingValues": [""]},
        }  # fmt: skip

    texts = frozenset(
        [
            "scenario",
            "origin",
            "destination",
            "terms",
            "consignment",
            "load_unit",
            "direction",
            "corridor",
            "reason",
            "assumption",
            "activity_id",
            "kind",
            "from",
            "to",
            "country",
            "mode",
            "status",
            "project_id",
            "parameter_ids",
            "source_ids",
            "own_rows",
            "component",
            "source_id",
            "title",
            "publisher",
            "url",
            "accessed",
            "grade",
            "note",
        ]
    )
    return {
        "name": f"corridors-study-{study.scenario.name}".replace("_", "-"),
        "title": study.scenario.title,
        "resources": [
            resource("comparison", COLUMNS, texts),
            resource("activities", ACTIVITY_COLUMNS, texts),
            resource("costs", COST_COLUMNS, texts),
            resource("sources", SOURCE_COLUMNS, texts),
            resource("rows", ROW_COLUMNS, ROW_TEXTS),
        ],
        "licenses": [{"name": "CC-BY-4.0"}, {"name": "ODbL-1.0"}],
        "attribution": LICENCE,
    }


def write_study(study: Study, folder: Path, *, pictures: bool = True) -> list[Path]:
    """Write a study's folder, whole or not at all.

    Parameters
    ----------
    study
        A study.
    folder
        Target; replaced as a whole if it holds an earlier study, refused if it holds anything else.
    pictures
        Whether map and profiles are drawn.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    ScenarioError
        Where the target is a file or holds something that is no study of ours.
    """
    folder = folder.absolute()
    if _holds_something_else(folder):
        msg = f"{folder}: holds something that is no study; name an empty or a new folder with --out"
        raise ScenarioError(msg)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        msg = f"{folder}: cannot be written ({error.strerror}); name another folder with --out"
        raise ScenarioError(msg) from error
    try:
        _write_all(study, work, pictures=pictures)
        work.chmod(0o755)
        names = sorted(path.name for path in work.iterdir())
        _put_in_place(work, folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return [folder / name for name in names]


def _holds_something_else(folder: Path) -> bool:
    try:
        names = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        return True
    return bool(names) and "study.json" not in names


def _put_in_place(work: Path, folder: Path) -> None:
    """Move the new folder to its place and the old one away; of two runs at once, the later one stays."""
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
    try:
        for number in itertools.count():
            old = aside / str(number)
            with contextlib.suppress(FileNotFoundError):  # nothing there, or another run has just moved it away
                folder.rename(old)
            try:
                work.rename(folder)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another run was quicker
                    continue
                if old.exists():
                    old.rename(folder)
                raise
            return
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write_all(study: Study, work: Path, *, pictures: bool) -> None:
    _write_csv(work / "comparison.csv", COLUMNS, comparison_rows(study))
    _write_csv(work / "activities.csv", ACTIVITY_COLUMNS, (r for w in study.ways for r in activity_rows(study, w)))
    _write_csv(work / "costs.csv", COST_COLUMNS, cost_rows(study))
    _write_csv(work / "sources.csv", SOURCE_COLUMNS, sources_of(study).values())
    _write_csv(work / "rows.csv", ROW_COLUMNS, row_rows(study))
    _write_draws(study, work / "draws.parquet")
    _write_json(work / "routes.geojson", routes_geojson(study), indent=None)
    _write_json(work / "datapackage.json", _data_package(study))
    if pictures:
        from corridors.charts import plot_profile
        from corridors.charts import save as save_chart
        from corridors.maps import draw

        draw(study, work / "map.png")
        draw(study, work / "map.svg")
        for measure in ("hours", "usd"):
            save_chart(plot_profile(study, measure), work / f"profile_{measure}.png")
    _write_json(work / "study.json", study_json(study))


def _write_json(path: Path, content: Mapping[str, Any], indent: int | None = 1) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=indent, allow_nan=False) + "\n", encoding="utf-8")
