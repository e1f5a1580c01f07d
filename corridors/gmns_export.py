"""Network of the date in the General Modeling Network Specification (GMNS 0.96), for other programs to route on.

``node.csv`` and ``link.csv`` hold places and directed links, a stretch that is run both ways as two; ``use_definition.csv`` the
uses that ``allowed_uses`` names, which are our modes; ``config.csv`` the units: lengths in km, WGS 84. Names are numbers there,
as most readers want integers; ours stand beside them in ``place_id`` and ``part_id``.

What is shut on the date is left out, so that no program sends cargo through it, and named in ``datapackage.json`` under
``left_out``. What the format has no place for is told there too: changing gauge or mode costs nothing in it, and gauges stand in
a column of ours, ``gauges_mm``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.export_layers import Column, Layer, about, links, places
from corridors.export_tables import write_package

if TYPE_CHECKING:
    from corridors.study import Study

KIND = "corridors-gmns"
NODE = (
    Column("node_id", "integer"), Column("name", "string"), Column("x_coord", "number", "deg"),
    Column("y_coord", "number", "deg"), Column("z_coord", "number", "m"), Column("node_type", "string"),
    Column("place_id", "string"), Column("country", "string"),
)  # fmt: skip
LINK = (
    Column("link_id", "integer"), Column("name", "string"), Column("from_node_id", "integer"),
    Column("to_node_id", "integer"), Column("directed", "boolean"), Column("length", "number", "km"),
    Column("facility_type", "string"), Column("allowed_uses", "string"), Column("part_id", "string"),
    Column("state", "string"), Column("status", "string"), Column("gauges_mm", "integers", "mm"),
)  # fmt: skip
USE = (Column("use", "string"), Column("description", "string"))
USES = {
    "rail": "freight train", "road": "truck", "sea": "sea-going ship", "ferry": "rail or road ferry",
}  # fmt: skip
CONFIG = {
    "dataset_name": "", "short_length": "m", "long_length": "km", "speed": "km/h", "crs": "EPSG:4326",
    "geometry_field_format": "wkt", "currency": "USD", "version_number": "0.96", "id_type": "integer",
}  # fmt: skip
KEYS: dict[str, Any] = {
    "node": {"primaryKey": "node_id"},
    "link": {
        "primaryKey": "link_id",
        "foreignKeys": [
            {"fields": name, "reference": {"resource": "node", "fields": "node_id"}}
            for name in ("from_node_id", "to_node_id")
        ],
    },
    "use_definition": {"primaryKey": "use"},
}
LIMITS = (
    "A change of mode or gauge is free in this network, as GMNS has no place for terminals; hours and dollars are not in it. "
    "Lengths of projects that are contested are those of the table. What is shut to some vehicles or cargoes only counts as shut."
)


def write_gmns(study: Study, folder: Path) -> list[Path]:
    """Write the network of a study's date.

    Parameters
    ----------
    study
        A study.
    folder
        Target; an earlier export is replaced, anything else refused.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    ScenarioError
        Where the folder holds something else or cannot be written.
    """
    everything = links(study)
    shut = [str(row["link_id"]) for row in everything.rows if is_shut(row)]
    nodes = _nodes(study)
    numbers = {row["place_id"]: row["node_id"] for row in nodes.rows}
    used = sorted({str(row["mode"]) for row in everything.rows})
    layers = [
        nodes,
        _links(everything, numbers),
        Layer("use_definition", "Uses", USE, [{"use": name, "description": USES[name]} for name in used]),
        Layer("config", "Units", tuple(Column(name, "string") for name in CONFIG), [
            {**CONFIG, "dataset_name": study.scenario.name},
        ]),
    ]  # fmt: skip
    return write_package(folder, KIND, layers, {**about(study), "description": LIMITS, "left_out": shut}, KEYS)


def is_shut(row: Mapping[str, Any]) -> bool:
    """Whether a link's state on the date is shut, known or assumed.

    Examples
    --------
    >>> is_shut({"state": "shut, assumed"}), is_shut({"state": None})
    (True, False)
    """
    return str(row["state"] or "").partition(",")[0] == "shut"


def _nodes(study: Study) -> Layer:
    layer = places(study)
    rows = [
        {
            "node_id": number, "name": row["name"], "x_coord": x, "y_coord": y, "z_coord": row["elevation_m"],
            "node_type": row["kind"], "place_id": row["node_id"], "country": row["country"],
        }
        for number, (row, (x, y)) in enumerate(zip(layer.rows, layer.shapes, strict=True), start=1)
    ]  # fmt: skip
    return Layer("node", "Places", NODE, rows)


def _links(layer: Layer, numbers: Mapping[str, int]) -> Layer:
    rows: list[dict[str, Any]] = []
    shapes: list[Sequence[Any]] = []
    for row, shape in zip(layer.rows, layer.shapes, strict=True):
        if is_shut(row):
            continue
        ways = [(row["from_node_id"], row["to_node_id"], shape)]
        if not row["directed"]:
            ways.append((row["to_node_id"], row["from_node_id"], shape[::-1]))
        for start, end, drawn in ways:
            rows.append(
                {
                    "link_id": len(rows) + 1, "name": row["name"], "from_node_id": numbers[start],
                    "to_node_id": numbers[end], "directed": True, "length": row["length_km"],
                    "facility_type": f"{row['mode']}_{row['part']}", "allowed_uses": row["mode"], "part_id": row["link_id"],
                    "state": row["state"], "status": row["status"], "gauges_mm": row["gauges_mm"],
                }
            )  # fmt: skip
            shapes.append(drawn)
    return Layer("link", "Directed links; length in km", LINK, rows, "LineString", shapes)
