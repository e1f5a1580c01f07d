"""Write a study to a folder, whole or not at all.

Everything is written into a folder beside the target and moved into place at the end (:mod:`corridors.safe_folders`), so that a
run killed at any moment leaves the old result or the new one. Tables are CSV, draws Parquet, routes GeoJSON; ``datapackage.json`` describes the
tables, ``study.json`` says with which scenario, seed, versions and table hashes they were made. Columns are only ever
appended. Every figure written is the model's own, to ten significant digits.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.citations import sources_of
from corridors.comparison import COLUMNS, comparison_rows
from corridors.matched_rows import ROW_COLUMNS, row_rows
from corridors.provenance import LICENCE, study_json
from corridors.result_tables import (
    ACTIVITY_COLUMNS,
    COST_COLUMNS,
    SOURCE_COLUMNS,
    Told,
    activity_rows,
    cost_rows,
    data_package,
    figure,
    routes_geojson,
)
from corridors.safe_folders import write_folder

if TYPE_CHECKING:
    from corridors.study import Study


_AS_THEY_STAND = (str, int)


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([v if type(v) in _AS_THEY_STAND else figure(v) for v in map(row.get, columns)] for row in rows)


def _write_draws(study: Study, path: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    able = [w for w in study.ways if w.outcome is not None]
    count, rows = study.draws, study.draws * len(able)

    def array(kind: Any, values: Any) -> Any:
        return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])  # pa.array would import pandas

    def labels(values: list[str]) -> Any:
        names = sorted(set(values))
        texts = [name.encode() for name in names]
        ends = np.cumsum([0, *map(len, texts)]).astype(np.int32)
        words = pa.StringArray.from_buffers(len(names), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))
        place = {name: i for i, name in enumerate(names)}
        index = np.repeat(np.array([place[v] for v in values], dtype=np.int32), count)
        return pa.DictionaryArray.from_arrays(array(pa.int32(), index), words)

    def stacked(name: str) -> Any:
        values = [getattr(w.outcome, name) for w in able]
        return array(pa.float64(), np.concatenate(values) if values else np.zeros(0))

    columns = {
        "origin": labels([w.origin for w in able]),
        "destination": labels([w.destination for w in able]),
        "corridor": labels([w.corridor for w in able]),
        "draw": array(pa.int32(), np.arange(rows, dtype=np.int32) % max(count, 1)),
        "hours": stacked("hours"),
        "usd": stacked("usd"),
        "kg_co2e": stacked("kg"),
    }
    table = pa.Table.from_arrays(list(columns.values()), names=list(columns))
    table = table.replace_schema_metadata({"attribution": LICENCE, "units": "hours h, usd USD, kg_co2e kg CO2e"})
    labelled = ["origin", "destination", "corridor"]  # no two draws are alike: a dictionary of them only costs time
    pq.write_table(table, path, compression="zstd", use_dictionary=labelled)


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
    return write_folder(folder, lambda work: _write_all(study, work, pictures=pictures), _is_study, what="study")


def _is_study(folder: Path) -> bool:
    return (folder / "study.json").exists()


def _write_all(study: Study, work: Path, *, pictures: bool) -> None:
    compared, told = comparison_rows(study), Told(study)
    _write_csv(work / "comparison.csv", COLUMNS, compared)
    _write_csv(
        work / "activities.csv", ACTIVITY_COLUMNS, (r for w in study.ways for r in activity_rows(study, w, told))
    )
    _write_csv(work / "costs.csv", COST_COLUMNS, cost_rows(study))
    _write_csv(work / "sources.csv", SOURCE_COLUMNS, sources_of(study).values())
    _write_csv(work / "rows.csv", ROW_COLUMNS, row_rows(study))
    _write_draws(study, work / "draws.parquet")
    _write_json(work / "routes.geojson", routes_geojson(study, compared), indent=None)
    tables: list[Path] = []
    if pictures:
        from corridors.charts import IN_RUN, write_chart
        from corridors.maps import draw
        from corridors.web_map import write_web_map

        write_web_map(study, work / "map.html")
        draw(study, work / "map.png", work / "map.svg")
        for kind, name in IN_RUN.items():
            tables += write_chart(study, kind, work / f"{name}.png")[1:]
    _write_json(work / "datapackage.json", data_package(study, tables))
    _write_json(work / "study.json", study_json(study))


def _write_json(path: Path, content: Mapping[str, Any], indent: int | None = 1) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=indent, allow_nan=False) + "\n", encoding="utf-8")
