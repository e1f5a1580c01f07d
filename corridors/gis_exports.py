"""Layers as GeoPackage, GeoJSON, GeoParquet and Parquet.

A layer becomes an Arrow table with a type a column; GeoPackage is written from it by GDAL, both Parquets by Arrow itself. Each
file tells its attribution: GeoPackage in ``gpkg_metadata``, Parquet in the key-value metadata, GeoJSON beside its features.
GeoPackage has no lists and no time zones: lists are JSON (GDAL's subtype, read back as lists), moments UTC.

The GeoPackage holds a table ``layer_styles`` as QGIS makes it, so that a program that knows it draws the layers in the house
style (:mod:`corridors.layer_styles`).
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.export_layers import EPSG, Layer

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_types() -> dict[str, pa.DataType]:
    """Arrow type of each kind of column."""
    import pyarrow as pa

    return {
        "string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(),
        "datetime": pa.timestamp("ms", tz="UTC"), "strings": pa.list_(pa.string()), "integers": pa.list_(pa.int64()),
    }  # fmt: skip


def arrow_table(layer: Layer, *, geometry: bool = True) -> pa.Table:
    """Layer as an Arrow table, its shapes as well-known binary in the last column, ``geometry``."""
    import pyarrow as pa

    types = arrow_types()
    arrays, fields = [], []
    for column in layer.columns:
        values = [row.get(column.name) for row in layer.rows]
        told = {"unit": column.unit} if column.unit else None
        kind = types[column.kind]
        if column.kind == "datetime":
            kind = pa.timestamp("us", tz=zone_of(values))
        arrays.append(pa.array(values, kind))
        fields.append(pa.field(column.name, kind, metadata=told))
    if geometry and layer.geometry:
        import shapely

        made = [shapely.LineString(s) if layer.geometry == "LineString" else shapely.Point(s) for s in layer.shapes]
        arrays.append(pa.array([shapely.to_wkb(shape) for shape in made], pa.binary()))
        fields.append(pa.field("geometry", pa.binary()))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def zone_of(values: Iterable[Any]) -> str:
    """Time zone that all moments of a column share, UTC where they differ or there are none."""
    zones = {str(value.tzinfo) for value in values if value is not None}
    return zones.pop() if len(zones) == 1 else "UTC"


def write_parquet(layer: Layer, told: Mapping[str, str], file: Path) -> None:
    """Write one layer as Parquet, without shapes."""
    import pyarrow.parquet as pq

    table = arrow_table(layer, geometry=False)
    pq.write_table(table.replace_schema_metadata(dict(told)), file, compression="zstd")


def write_geoparquet(layer: Layer, told: Mapping[str, str], file: Path) -> None:
    """Write one layer as GeoParquet 1.1."""
    import pyarrow.parquet as pq

    xs = [x for shape in layer.shapes for x, _ in shape]
    ys = [y for shape in layer.shapes for _, y in shape]
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [layer.geometry] if xs else [], "crs": _crs()}
    if xs:
        column["bbox"] = [min(xs), min(ys), max(xs), max(ys)]
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = arrow_table(layer).replace_schema_metadata({**told, "geo": json.dumps(geo)})
    pq.write_table(table, file, compression="zstd")


def _crs() -> Any:
    from pyproj import CRS

    return CRS.from_user_input("OGC:CRS84").to_json_dict()


def plain(value: Any) -> Any:
    """Value as JSON has it: dates and moments as ISO 8601 text."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def write_geojson(layer: Layer, told: Mapping[str, str], file: Path) -> None:
    """Write one layer as GeoJSON (RFC 7946); what is not known is null, attribution and units stand beside the features."""
    features = [
        {
            "type": "Feature",
            "properties": {column.name: plain(row.get(column.name)) for column in layer.columns},
            "geometry": {"type": layer.geometry, "coordinates": shape},
        }
        for row, shape in zip(layer.rows, layer.shapes, strict=True)
    ]
    units = {column.name: column.unit for column in layer.columns if column.unit}
    content = {"type": "FeatureCollection", "name": layer.name, **told, "units": units, "features": features}
    file.write_text(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8", newline="\n")


def write_geopackage(layers: Iterable[Layer], told: Mapping[str, str], styles: Mapping[str, str], file: Path) -> None:
    """Write layers as a GeoPackage with their styles.

    Parameters
    ----------
    layers
        At least one, each with shapes.
    told
        Metadata of the whole file; each layer repeats attribution and licence.
    styles
        QML by name of layer.
    file
        File to write; one that is there is replaced.

    Raises
    ------
    OSError
        Where the disk or GDAL refuses.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    moment = f"{told['date']}T00:00:00.000Z"
    file.unlink(missing_ok=True)  # GDAL adds layers to a file that is there
    try:
        with _Stamped(moment):
            for number, layer in enumerate(layers):
                _write_layer(layer, told, file, append=number > 0)
        file.with_name(f"{file.name}.aux.xml").unlink(missing_ok=True)  # GDAL may repeat the metadata beside the file
        _put_styles(file, styles, moment)
    except (DataSourceError, DataLayerError, FeatureError, sqlite3.Error) as error:
        raise OSError(errno.EIO, f"the library that writes it said: {error}") from error


def _write_layer(layer: Layer, told: Mapping[str, str], file: Path, *, append: bool) -> None:
    import pyogrio

    units = {f"unit_{c.name}": c.unit for c in layer.columns if c.unit}
    pyogrio.write_arrow(
        _without_zones(arrow_table(layer)), file, layer=layer.name, driver="GPKG", geometry_name="geometry",
        geometry_type=layer.geometry, crs=f"EPSG:{EPSG}", append=append,
        dataset_metadata=None if append else dict(told),
        layer_metadata={"attribution": told["attribution"], "licence": told["licence"], **units},
        layer_options={
            "DESCRIPTION": f"{layer.title}. {told['attribution']}", "IDENTIFIER": layer.name, "GEOMETRY_NAME": "geometry",
        },
    )  # fmt: skip


def _without_zones(table: pa.Table) -> pa.Table:
    """Table with its moments in UTC, the only zone that the format keeps."""
    import pyarrow as pa

    for i, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.timestamp("ms", tz="UTC")))
    return table


class _Stamped:
    """Let GDAL stamp what it writes with the study's date, so that the same study gives the same bytes.

    Nor does it wait for the disk after every layer: the file is handed to the disk once, before it is renamed.
    """

    def __init__(self, moment: str) -> None:
        self.options = {"OGR_CURRENT_DATE": moment, "OGR_SQLITE_SYNCHRONOUS": "OFF"}

    def __enter__(self) -> None:
        import pyogrio

        self.before = {name: pyogrio.get_gdal_config_option(name) for name in self.options}
        pyogrio.set_gdal_config_options(self.options)

    def __exit__(self, *_: object) -> None:
        import pyogrio

        pyogrio.set_gdal_config_options(self.before)


_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)"""


def _put_styles(file: Path, styles: Mapping[str, str], moment: str) -> None:
    with closing(sqlite3.connect(file)) as base, base:
        base.execute(_STYLES)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) VALUES (?, ?, ?, ?, ?)",
            ("layer_styles", "attributes", "layer_styles", "Styles of the layers for QGIS", moment),
        )
        base.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
            "VALUES ('', '', ?, 'geometry', 'corridors', ?, '', 1, 'House style', '', ?)",
            [(name, style, moment) for name, style in styles.items()],
        )
