"""Read OpenStreetMap from a file of any customary form into an :class:`~geodata.osm_extract.Extract`.

``.osm.json`` is an answer of an Overpass server. ``.osm``, ``.osm.bz2``, ``.osm.gz`` and ``.osm.pbf`` are extracts, read with
pyosmium (the extra ``[osm]``) in two passes that keep no more than the railways: the first takes railway ways and
places, the second the positions of their nodes. Memory therefore grows with the railways, not with the file. Lines of a
geographic information system (``.shp``, ``.gpkg``, ``.geojson``, and lists of ways in ``.json``) have no node numbers: there,
points at one position are one node.

A file that is cut, empty, a web page of a server, or an answer with a ``remark`` (the server ran out of time or memory
and left elements out) is refused in one sentence: half a network is worse than none.
"""

from __future__ import annotations

import json
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.osm_extract import Extract, Gatherer, Ints
from geodata.osm_tags import PREFIXES
from geodata.tables import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

EXTRACTS = (".osm", ".osm.bz2", ".osm.gz", ".osm.pbf")
LINES = (".shp", ".gpkg", ".geojson")
_RAILWAY_KEYS = ("railway", "barrier", *(f"{prefix}:railway" for prefix in PREFIXES))


class OsmError(TableError):
    """What is wrong with a file or an answer of OpenStreetMap, in one sentence."""


def read_osm(*files: Path) -> Extract:
    """Read one or several files, each by its ending, into one extract.

    An element that stands in several files is taken once, in its latest version; a node whose position only another
    file has is found there.

    Raises
    ------
    OsmError
        Where a file is missing, of another kind, cut, empty, or no OpenStreetMap data at all.
    """
    into, facts = Gatherer(), dict[str, str]()
    for file in files:
        if not file.is_file():
            raise OsmError.at(
                file, problem="there is no such file", mend="name a file, or get one: corridors osm fetch"
            )
        facts |= _take_file(file, into)
    extract = into.extract(", ".join(file.name for file in files), facts)
    if not extract.ways and not extract.places:
        left = ", ".join(f"{kind} {count}" for kind, count in extract.left_out.items()) or "nothing"
        mend = "take a file with railway ways"
        raise OsmError.at(extract.name, problem=f"no railway in it (left out: {left})", mend=mend)
    return extract


def _take_file(file: Path, into: Gatherer) -> dict[str, str]:
    """Take one file, and give what it says of itself."""
    name = file.name.lower()
    if name.endswith(EXTRACTS):
        return _take_extract(file, into)
    if name.endswith(LINES):
        from geodata.osm_lines import take_lines

        take_lines(file, into)
        return {}
    if name.endswith(".json"):
        return _take_json(file, into)
    allowed = ", ".join((".osm.json", *EXTRACTS, *LINES))
    raise OsmError.at(file, problem="its ending is none that we read", allowed=allowed)


def elements_of(data: Any, name: object) -> list[dict[str, Any]]:
    """Elements of an Overpass answer, refused if it is none or not whole.

    Raises
    ------
    OsmError
        For a remark (the server gave up half way), no elements, or another form.
    """
    if not isinstance(data, dict) or not isinstance(data.get("elements"), list):
        raise OsmError.at(name, problem="not an Overpass answer: no list of elements", mend="ask with [out:json]")
    if data.get("remark"):
        remark = str(data["remark"])[:160]
        mend = "fetch it again, or ask for a smaller area"
        raise OsmError.at(name, problem=f"the server left elements out: {remark}", mend=mend)
    if not data["elements"]:
        raise OsmError.at(name, problem="the answer has no elements", mend="fetch it again, or ask for another area")
    elements: list[dict[str, Any]] = data["elements"]
    return elements


def parsed(text: bytes | str, name: object) -> Any:
    """JSON of a text; a sentence where it is cut or is something else."""
    try:
        return json.loads(text)
    except ValueError as error:
        start = text[:60].decode("utf-8", "replace") if isinstance(text, bytes) else text[:60]
        kind = "a web page, not data" if start.lstrip().startswith("<") else f"cut or not JSON ({error})"
        raise OsmError.at(name, problem=kind, mend="fetch it again: corridors osm fetch") from None


def _take_json(file: Path, into: Gatherer) -> dict[str, str]:
    data = parsed(file.read_bytes(), file)
    if isinstance(data, list):
        from geodata.osm_lines import take_list

        take_list(file, data, into)
        return {}
    take_elements(elements_of(data, file), file, into)
    return facts_of(data)


def facts_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What an answer says of itself: the date of the data and who made it."""
    about = data.get("osm3s") or {}
    found = {"data of": about.get("timestamp_osm_base"), "made by": data.get("generator")}
    return {key: str(value) for key, value in found.items() if value}


def extract_of(elements: Iterable[Mapping[str, Any]], name: str) -> Extract:
    """Make an extract of elements alone; see :func:`take_elements`."""
    into = Gatherer()
    take_elements(elements, name, into)
    return into.extract(name)


def take_elements(elements: Iterable[Mapping[str, Any]], name: object, into: Gatherer) -> None:
    """Take the elements of an Overpass answer: ``out body``, ``meta`` or ``geom``.

    Raises
    ------
    OsmError
        Where an element lacks what makes it one.
    """
    for i, element in enumerate(elements):
        try:
            _take(element, into)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            where = f"element {i + 1}"
            raise OsmError.at(name, where, problem=f"not an element ({error!r})", mend="fetch the file again") from None


def _take(element: Mapping[str, Any], into: Gatherer) -> None:
    kind, tags = element["type"], element.get("tags") or {}
    if kind == "node":
        lat, lon = float(element["lat"]), float(element["lon"])
        into.note(element["id"], lat, lon)
        into.add_node(element["id"], element.get("version"), tags, lat, lon)
    elif kind == "way":
        into.add_way(element["id"], element.get("version"), tags, element["nodes"])
        for ref, point in zip(element["nodes"], element.get("geometry") or (), strict=False):
            if point:
                into.note(ref, float(point["lat"]), float(point["lon"]))


def _osmium() -> Any:
    try:
        import osmium
    except ImportError:
        raise OsmError.at(
            "pyosmium",
            problem="not installed, and this file needs it",
            mend='pip install "corridor-route-simulator[osm]"',
        ) from None
    return osmium


def _take_extract(file: Path, into: Gatherer) -> dict[str, str]:
    """Take a file with pyosmium: railway ways and places, then the positions of their nodes."""
    osmium = _osmium()
    try:
        wanted = _take_ways(file, osmium, into)
        _take_positions(file, osmium, wanted, into)
    except (RuntimeError, OSError) as error:
        words = str(error).splitlines()[0]
        raise OsmError.at(file, problem=f"cut or damaged ({words})", mend="fetch the file again") from None
    return _header(file, osmium)


def _take_ways(file: Path, osmium: Any, into: Gatherer) -> Ints:
    """Take railway ways and places, and give the numbers of the nodes whose positions are needed, by rising number."""
    entity, refs = osmium.osm.osm_entity_bits, array("q")
    items = osmium.FileProcessor(str(file), entity.NODE | entity.WAY)
    for item in items.with_filter(osmium.filter.EmptyTagFilter()).with_filter(osmium.filter.KeyFilter(*_RAILWAY_KEYS)):
        tags = dict(item.tags)
        if item.is_way():
            numbers = [node.ref for node in item.nodes]
            _refuse_unsent(file, item.id, numbers)
            if into.add_way(item.id, item.version or None, tags, numbers):
                refs.extend(numbers)
        elif item.location.valid():
            into.add_node(item.id, item.version or None, tags, item.lat, item.lon)
    return np.unique(np.frombuffer(refs, dtype=np.int64)) if refs else np.empty(0, dtype=np.int64)


def _take_positions(file: Path, osmium: Any, wanted: Ints, into: Gatherer) -> None:
    """Take positions; osmium itself keeps them, in the kind of index that nodes in any order can be put into."""
    known = osmium.index.create_map("sparse_mem_map")
    with osmium.io.Reader(str(file), osmium.osm.osm_entity_bits.NODE) as reader:
        osmium.apply(reader, osmium.filter.IdFilter(wanted.tolist()), osmium.NodeLocationsForWays(known))
    numbers, lats, lons = (column.append for column in into.positions)
    for number in wanted.tolist():
        with suppress(KeyError):
            place = known.get(number)
            if place.valid():
                numbers(number)
                lats(place.lat_without_check())
                lons(place.lon_without_check())


def _refuse_unsent(file: Path, way_id: int, numbers: list[int]) -> None:
    """Refuse nodes that an editor numbered below zero, since OpenStreetMap has no such node."""
    if min(numbers, default=0) < 0:
        found = f"node {min(numbers)} is numbered below zero: an edit that was never sent to OpenStreetMap"
        raise OsmError.at(file, f"way {way_id}", problem=found, mend="take a file of OpenStreetMap itself")


def _header(file: Path, osmium: Any) -> dict[str, str]:
    reader = osmium.io.Reader(str(file), osmium.osm.osm_entity_bits.NOTHING)
    try:
        header = reader.header()
        found = {"data of": header.get("osmosis_replication_timestamp"), "made by": header.get("generator")}
    finally:
        reader.close()
    return {key: value for key, value in found.items() if value}
