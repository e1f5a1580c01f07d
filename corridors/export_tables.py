"""Layers as a folder of CSV files with the dictionary that describes them (Frictionless ``datapackage.json``).

Numbers are written with as many digits as give them back, what is not known is an empty cell, a list is JSON, a shape well-known
text in the column ``geometry``. The folder is written whole or not at all (:mod:`corridors.safe_folders`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridors.export_layers import Column, Layer
from corridors.gis_exports import plain
from corridors.safe_folders import write_folder

KINDS_IN_PACKAGE = {"strings": "array", "integers": "array"}
PACKAGE = "datapackage.json"
GEOMETRY = Column("geometry", "string")


def cell(value: Any) -> str:
    """Value as it stands in a CSV.

    Examples
    --------
    >>> cell(None), cell(True), cell(0.1), cell([1520, 1676]), cell(["Кандагар"])
    ('', 'true', '0.1', '[1520, 1676]', '["Кандагар"]')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return str(plain(value))


def well_known_text(layer: Layer, shape: Sequence[Any]) -> str:
    """Shape as well-known text.

    Examples
    --------
    >>> well_known_text(Layer("x", "x", (), (), "LineString"), [[66.5, 30.25], [67, 30]])
    'LINESTRING (66.5 30.25, 67 30)'
    """
    points = [shape] if layer.geometry == "Point" else shape
    return f"{layer.geometry.upper()} ({', '.join(f'{x} {y}' for x, y in points)})"


def write_table(layer: Layer, file: Path) -> None:
    """Write one layer as CSV."""
    shapes = [well_known_text(layer, shape) for shape in layer.shapes] if layer.geometry else []
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([c.name for c in layer.columns] + [GEOMETRY.name] * bool(layer.geometry))
        for i, row in enumerate(layer.rows):
            writer.writerow([cell(row.get(c.name)) for c in layer.columns] + shapes[i : i + 1])


def resource(layer: Layer, **schema: Any) -> dict[str, Any]:
    """Entry of a layer in the dictionary; ``schema`` adds keys to its schema, such as primaryKey."""
    columns = (*layer.columns, GEOMETRY) if layer.geometry else layer.columns
    fields = [
        {"name": c.name, "type": KINDS_IN_PACKAGE.get(c.kind, c.kind)} | ({"unit": c.unit} if c.unit else {})
        for c in columns
    ]
    return {
        "name": layer.name, "path": f"{layer.name}.csv", "title": layer.title, "profile": "tabular-data-resource",
        "encoding": "utf-8", "schema": {"fields": fields, "missingValues": [""], **schema},
    }  # fmt: skip


def write_package(
    folder: Path, kind: str, layers: Sequence[Layer], told: Mapping[str, Any], schemas: Mapping[str, Any] | None = None
) -> list[Path]:
    """Write layers and their dictionary to a folder, whole or not at all.

    Parameters
    ----------
    folder
        Target; an earlier export of the same kind is replaced, anything else refused.
    kind
        Beginning of the package's name, by which an earlier export is known.
    layers
        One file each.
    told
        What the package says of itself (:func:`corridors.export_layers.about`), and more.
    schemas
        What a layer's schema has beside its fields, by name of layer.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    ScenarioError
        Where the folder holds something else or cannot be written.
    """
    package = {
        "profile": "tabular-data-package", "name": f"{kind}-{told['scenario']}".replace("_", "-"), **told,
        "licenses": [{"name": name} for name in str(told["licence"]).split("; ")],
        "resources": [resource(layer, **(schemas or {}).get(layer.name, {})) for layer in layers],
    }  # fmt: skip

    def write(work: Path) -> None:
        for layer in layers:
            write_table(layer, work / f"{layer.name}.csv")
        text = json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        (work / PACKAGE).write_text(text, encoding="utf-8", newline="\n")

    names = {PACKAGE, *(f"{layer.name}.csv" for layer in layers)}
    return write_folder(folder, write, _earlier(kind, names), what=f"earlier {kind}")


def _earlier(kind: str, names: set[str]) -> Callable[[Path], bool]:
    """Whether a folder holds an earlier export of this kind, and nothing beside it."""

    def ours(folder: Path) -> bool:
        if not {path.name for path in folder.iterdir()} <= names:
            return False
        try:
            said = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(said, dict) and str(said.get("name", "")).startswith(f"{kind}-")

    return ours
