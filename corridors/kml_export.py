"""Layers as KML 2.2, styled: a folder a layer, a line a way in its corridor's colour, its figures as typed data.

KML has no dashes, so that ways that share a colour are told apart by their name. A list is JSON text, a date ISO 8601 text;
what is not known has no entry. The document's description carries attribution and licence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from corridors.export_layers import Layer
from corridors.export_tables import cell
from corridors.layer_styles import MODES, PLACE, styles_of
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from corridors.study import Study

SPACE = "http://www.opengis.net/kml/2.2"
TYPES = {"number": "double", "integer": "int", "boolean": "bool"}
WAY_PIXELS, LINK_PIXELS = 4, 1
STYLED_BY = {"routes": "corridor", "links": "mode"}
"""Column that names the style of a layer's features."""


def kml_colour(colour: str) -> str:
    """Colour as KML writes it: alpha, blue, green, red.

    Examples
    --------
    >>> kml_colour("#314b6d")
    'ff6d4b31'
    """
    return f"ff{colour[5:7]}{colour[3:5]}{colour[1:3]}"


def strokes_of(study: Study) -> dict[str, tuple[str, int]]:
    """Colour and width in pixels of each style, by its name in the file."""
    ways = {f"routes-{name}": (style.colour, WAY_PIXELS) for name, style in styles_of(study).items()}
    modes = {f"links-{name}": (colour, LINK_PIXELS) for name, (colour, _) in MODES.items()}
    return ways | modes


def write_kml(
    layers: Iterable[Layer], told: Mapping[str, str], strokes: Mapping[str, tuple[str, int]], file: Path
) -> None:
    """Write layers as KML.

    Parameters
    ----------
    layers
        Each with shapes; it becomes a folder.
    told
        What the file says of itself; its lines become the description.
    strokes
        Colour and width of each style (:func:`strokes_of`).
    file
        File to write.

    Raises
    ------
    ScenarioError
        Where a text holds a character that XML cannot.
    """
    root = ET.Element("kml", {"xmlns": SPACE})
    document = ET.SubElement(root, "Document")
    _put(document, "name", told["title"])
    _put(document, "description", "\n".join(f"{key}: {value}" for key, value in told.items() if value))
    for name, (colour, width) in strokes.items():
        line = ET.SubElement(ET.SubElement(document, "Style", {"id": name}), "LineStyle")
        _put(line, "color", kml_colour(colour))
        _put(line, "width", str(width))
    place = ET.SubElement(document, "Style", {"id": "places"})
    _put(ET.SubElement(place, "IconStyle"), "color", kml_colour(PLACE))
    _put(ET.SubElement(place, "LabelStyle"), "scale", "0.7")
    layers = list(layers)
    for layer in layers:
        _schema(document, layer)
    for layer in layers:
        folder = ET.SubElement(document, "Folder")
        _put(folder, "name", layer.name)
        _put(folder, "visibility", "0" if layer.name == "links" else "1")
        for row, shape in zip(layer.rows, layer.shapes, strict=True):
            _placemark(folder, layer, row, shape)
    ET.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _put(into: ET.Element, tag: str, text: str, **attributes: str) -> None:
    wrong = next(
        (c for c in text if (c < " " and c not in "\t\n\r") or "\ud800" <= c <= "\udfff" or c in "\ufffe\uffff"), None
    )
    if wrong is not None:
        msg = f"{tag} of the KML: found {text!r}, which holds a character that XML cannot ({wrong!r}); take it out"
        raise ScenarioError(msg)
    ET.SubElement(into, tag, attributes).text = text


def _schema(document: ET.Element, layer: Layer) -> None:
    schema = ET.SubElement(document, "Schema", {"id": layer.name, "name": layer.name})
    for column in layer.columns:
        kind = TYPES.get(column.kind, "string")
        field = ET.SubElement(schema, "SimpleField", {"type": kind, "name": column.name})
        if column.unit:
            _put(field, "displayName", column.heading)


def _placemark(folder: ET.Element, layer: Layer, row: Mapping[str, Any], shape: Any) -> None:
    mark = ET.SubElement(folder, "Placemark")
    _put(mark, "name", label_of(layer, row))
    if layer.name == "links":
        _put(mark, "visibility", "0")
    by = STYLED_BY.get(layer.name)
    _put(mark, "styleUrl", f"#{layer.name}-{row[by]}" if by else f"#{layer.name}")
    data = ET.SubElement(ET.SubElement(mark, "ExtendedData"), "SchemaData", {"schemaUrl": f"#{layer.name}"})
    for column in layer.columns:
        value = row.get(column.name)
        if value is not None:
            text = str(int(value)) if column.kind == "boolean" else cell(value)
            _put(data, "SimpleData", text, name=column.name)
    drawn = ET.SubElement(mark, layer.geometry)
    points = [shape] if layer.geometry == "Point" else shape
    _put(drawn, "coordinates", " ".join(f"{x},{y}" for x, y in points))


def label_of(layer: Layer, row: Mapping[str, Any]) -> str:
    """Name under which a row is listed."""
    if layer.name == "routes":
        return f"{row['corridor_name']}: {row['origin']} to {row['destination']}"
    return str(row["name"])
