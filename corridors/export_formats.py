"""Formats in which a study is handed over, by name: which ending a file has, and who writes it.

Files are written under a name of their own and renamed (:mod:`corridors.safe_files`), folders likewise
(:mod:`corridors.safe_folders`): the target is the old one or the new one, whenever a run is killed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corridors.toml_files import ScenarioError, nearest

if TYPE_CHECKING:
    from corridors.study import Study


class Format(NamedTuple):
    """One format: the endings that a file may have, none for a folder; what it is; who writes it."""

    endings: tuple[str, ...]
    what: str
    write: Callable[[Study, Path], object]


def _gpkg(study: Study, file: Path) -> None:
    from corridors.export_layers import about, layers_of
    from corridors.gis_exports import write_geopackage
    from corridors.layer_styles import qml_styles

    write_geopackage(layers_of(study).values(), about(study), qml_styles(study), file)


def _geojson(study: Study, file: Path) -> None:
    from corridors.export_layers import about, checked, routes
    from corridors.gis_exports import write_geojson

    write_geojson(checked(routes(study)), about(study), file)


def _geoparquet(study: Study, file: Path) -> None:
    from corridors.export_layers import about, checked, routes
    from corridors.gis_exports import write_geoparquet

    write_geoparquet(checked(routes(study)), about(study), file)


def _parquet(study: Study, file: Path) -> None:
    from corridors.export_layers import about, comparison
    from corridors.gis_exports import write_parquet

    write_parquet(comparison(study), about(study), file)


def _kml(study: Study, file: Path) -> None:
    from corridors.export_layers import about, layers_of
    from corridors.kml_export import strokes_of, write_kml

    write_kml(layers_of(study).values(), about(study), strokes_of(study), file)


def _xlsx(study: Study, file: Path) -> None:
    from corridors.workbook_export import write_workbook_of

    write_workbook_of(study, file)


def _csv(study: Study, folder: Path) -> list[Path]:
    from corridors.export_layers import about, comparison, layers_of
    from corridors.export_tables import write_package

    return write_package(folder, "corridors-tables", [comparison(study), *layers_of(study).values()], about(study))


def _gmns(study: Study, folder: Path) -> list[Path]:
    from corridors.gmns_export import write_gmns

    return write_gmns(study, folder)


FORMATS = {
    "gpkg": Format((".gpkg",), "GeoPackage: routes, places, links, with styles for QGIS", _gpkg),
    "geojson": Format((".geojson", ".json"), "GeoJSON: routes", _geojson),
    "geoparquet": Format((".parquet", ".geoparquet"), "GeoParquet: routes", _geoparquet),
    "kml": Format((".kml",), "KML: routes, places, links, with colours", _kml),
    "gmns": Format((), "folder with the network of the date in GMNS", _gmns),
    "csv": Format((), "folder of CSV tables with their dictionary", _csv),
    "parquet": Format((".parquet",), "Parquet: the comparison, ways that are not feasible too", _parquet),
    "xlsx": Format((".xlsx",), "workbook with live totals", _xlsx),
}


def check_target(name: str, target: Path) -> None:
    """Refuse a format or a target that cannot be, before anything is worked out.

    Raises
    ------
    ScenarioError
        Where there is no such format, the ending is another's, or the folder to write in is not there.
    """
    if name not in FORMATS:
        msg = f'--format: there is no "{name}"{nearest(name, FORMATS)}; allowed {", ".join(FORMATS)}'
        raise ScenarioError(msg)
    endings = FORMATS[name].endings
    if endings and target.suffix.lower() not in endings:
        msg = f'--out: {name} is a file that ends in {" or ".join(endings)}; found "{target.name}"'
        raise ScenarioError(msg)
    if not endings and (
        target.is_file() or target.suffix.lower() in {e for f in FORMATS.values() for e in f.endings} | {".csv"}
    ):
        raise ScenarioError(
            f'--out: {name} is a folder of files; found "{target.name}"; name a folder, without an ending'
        )
    if not target.absolute().parent.is_dir():
        raise ScenarioError(f"--out: there is no folder {target.parent}; make it, or name another")


def write_export(study: Study, name: str, target: Path) -> list[Path]:
    """Write a study in a format, whole or not at all.

    Parameters
    ----------
    study
        A study.
    name
        One of :data:`FORMATS`.
    target
        File, or folder for gmns and csv.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    ScenarioError
        Where format or target cannot be (:func:`check_target`), or the disk refuses.
    """
    from corridors.safe_files import write_with

    check_target(name, target)
    format_ = FORMATS[name]
    if format_.endings:
        return [write_with(target, lambda part: format_.write(study, part))]
    format_.write(study, target)
    return sorted(target.iterdir())
