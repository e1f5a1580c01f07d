"""Styles of exported layers: QML, which QGIS reads, with the colours and dashes of :mod:`corridors.style`.

Ways are told apart by corridor as in every picture, by colour and dash; links by mode; places are small rings with their name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from corridors.style import CorridorStyle, Dash, corridor_styles

if TYPE_CHECKING:
    from corridors.study import Study

LINE_MM = 0.9
"""Width of a way. [mm]"""
LINK_MM = 0.3
PLACE_MM = 1.6
MODES: dict[str, tuple[str, Dash]] = {
    "rail": ("#4b5560", ()), "road": ("#8a929b", ()), "sea": ("#7f94ad", (4.0, 3.0)), "ferry": ("#7f94ad", (1.2, 1.2)),
}  # fmt: skip
"""Stroke of a link by mode."""
PLACE = "#22303c"


def styles_of(study: Study) -> dict[str, CorridorStyle]:
    """Style of each corridor of a study, those of its pictures."""
    return corridor_styles(study.scenario.corridors)


def qml_styles(study: Study) -> dict[str, str]:
    """QML of the layers routes, links and places."""
    ways = {name: (s.colour, s.dash) for name, s in styles_of(study).items()}
    names = {name: study.catalogue[name].name for name in ways}
    return {
        "routes": _lines("corridor", ways, names, LINE_MM),
        "links": _lines("mode", MODES, {name: name for name in MODES}, LINK_MM),
        "places": _points(),
    }


def _rgba(colour: str) -> str:
    """Colour as QGIS writes it.

    Examples
    --------
    >>> _rgba("#314b6d")
    '49,75,109,255'
    """
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def _page(geometry: int) -> ET.Element:
    root = ET.Element("qgis", {"version": "3.28.0", "styleCategories": "Symbology|Labeling"})
    ET.SubElement(root, "layerGeometryType").text = str(geometry)
    return root


def _symbol(into: ET.Element, kind: str, name: str, symbol_layer: str, values: Iterable[tuple[str, str]]) -> None:
    symbol = ET.SubElement(into, "symbol", {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1"})
    layer = ET.SubElement(symbol, "layer", {"class": symbol_layer, "enabled": "1", "locked": "0", "pass": "0"})
    options = ET.SubElement(layer, "Option", {"type": "Map"})
    for key, value in values:
        ET.SubElement(options, "Option", {"type": "QString", "name": key, "value": value})


def _lines(column: str, strokes: Mapping[str, tuple[str, Dash]], labels: Mapping[str, str], width: float) -> str:
    root = _page(1)
    renderer = ET.SubElement(root, "renderer-v2", {"type": "categorizedSymbol", "attr": column, "enableorderby": "0"})
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for number, (name, (colour, dash)) in enumerate(strokes.items()):
        category = {"value": name, "label": labels[name], "symbol": str(number), "render": "true", "type": "string"}
        ET.SubElement(categories, "category", category)
        values = [
            ("line_color", _rgba(colour)), ("line_width", f"{width:g}"), ("line_width_unit", "MM"),
            ("line_style", "solid"), ("capstyle", "flat"), ("joinstyle", "round"), ("use_custom_dash", "1" if dash else "0"),
            ("customdash", ";".join(f"{part * width:g}" for part in dash) or "5;2"), ("customdash_unit", "MM"),
        ]  # fmt: skip
        _symbol(symbols, "line", str(number), "SimpleLine", values)
    return _text(root)


def _points() -> str:
    root = _page(0)
    renderer = ET.SubElement(root, "renderer-v2", {"type": "singleSymbol", "enableorderby": "0"})
    values = [
        ("name", "circle"), ("color", "255,255,255,255"), ("outline_color", _rgba(PLACE)), ("outline_width", "0.3"),
        ("outline_width_unit", "MM"), ("size", f"{PLACE_MM:g}"), ("size_unit", "MM"),
    ]  # fmt: skip
    _symbol(ET.SubElement(renderer, "symbols"), "marker", "0", "SimpleMarker", values)
    labels = ET.SubElement(ET.SubElement(root, "labeling", {"type": "simple"}), "settings", {"calloutType": "simple"})
    look = {"fieldName": "name", "fontSize": "7", "textColor": _rgba(PLACE), "isExpression": "0"}
    ET.SubElement(labels, "text-style", look)
    return _text(root)


def _text(root: ET.Element) -> str:
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root, encoding="unicode")
