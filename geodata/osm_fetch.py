"""Fetch railways tile by tile, so that a fetch that was cut short goes on where it stopped.

The area is cut into tiles: along a corridor a strip of boxes, not one giant box. Each tile is one question
(:mod:`geodata.overpass`); its whole answer is written beside the target, in ``TARGET.parts``, with query, server, date and
checksum, in one step under its final name, so that a part is there whole or not at all. A part of another version of this
program, or one whose checksum does not hold, is fetched again. When all tiles are there they become one file: elements in
order of kind and number, of two versions the later; who edited them is left out. The file depends on the answers alone,
not on when or in how many sittings they came. Beside it, ``TARGET.source.json`` says where each answer came from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.geometry import cumulative_km, cut
from geodata.osm_extract import LICENCE
from geodata.overpass import Box, Clock, FetchError, Server, SystemClock, ask, query_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT = 1
"""Version of the parts on disk."""

_KEPT = ("type", "id", "version", "timestamp", "lat", "lon", "nodes", "tags")
_KM_PER_DEGREE = 110.5  # least length of a degree of latitude on WGS 84 [km]

Write = Callable[[Path, str], object]
"""Writes a text to a file whole or not at all."""


@dataclass(frozen=True)
class Part:
    """Answer to one tile: its elements as JSON, one a line, and where they came from."""

    query: str
    server: str
    date: str
    data_of: str
    elements: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Checksum of the elements."""
        return hashlib.sha256("\n".join(self.elements).encode()).hexdigest()


def strip_tiles(
    lines: Iterable[NDArray[np.float64]], *, margin_km: float = 25.0, longest_km: float = 150.0
) -> list[Box]:
    """Boxes along lines (longitude, latitude), each round pieces of them and a margin.

    Parameters
    ----------
    margin_km
        Least distance from the line to the edge of its box. [km]
    longest_km
        Greatest length of a piece. [km]

    Examples
    --------
    >>> [round(v, 1) for v in strip_tiles([np.array([[62.0, 34.0], [62.0, 35.0]])])[0]]
    [33.8, 61.7, 35.2, 62.3]
    """
    boxes = {_box_round(piece, margin_km) for line in lines for piece in _pieces(line, longest_km)}
    return _put_together(sorted(boxes), longest_km + 2 * margin_km)


def _put_together(boxes: Sequence[Box], longest_km: float) -> list[Box]:
    """Boxes that hold the given ones: each takes in what keeps both its sides within a length [km]."""
    found: list[Box] = []
    for box in boxes:
        for i, other in enumerate(found):
            both = Box(*(f(a, b) for f, a, b in zip((min, min, max, max), box, other, strict=True)))
            tall = (both.north - both.south) * _KM_PER_DEGREE
            broad = (both.east - both.west) * _KM_PER_DEGREE * np.cos(np.radians(both.south))
            if max(tall, broad) <= longest_km or both in (box, other):
                found[i] = both
                break
        else:
            found.append(box)
    return found


def _pieces(line: NDArray[np.float64], longest_km: float) -> Iterator[NDArray[np.float64]]:
    count = max(int(np.ceil(cumulative_km(line)[-1] / longest_km)), 1)
    for k in range(count):
        yield cut(line, k / count, (k + 1) / count)


def _box_round(piece: NDArray[np.float64], margin_km: float) -> Box:
    lon, lat = np.unwrap(piece[:, 0], period=360), piece[:, 1]
    up = margin_km / _KM_PER_DEGREE
    side = up / max(np.cos(np.radians(min(np.abs(lat).max() + up, 89.0))), 0.02)
    edges = (lat.min() - up, lon.min() - side, lat.max() + up, lon.max() + side)
    return Box(*(round(float(value), 2) for value in edges))


def grid_tiles(box: Box, *, step: float = 2.0) -> list[Box]:
    """Boxes of at most ``step`` degrees that cover a box.

    Raises
    ------
    FetchError
        Where the box is not south, west, north, east in degrees.
    """
    if not (-90 <= box.south < box.north <= 90 and -180 <= box.west < box.east <= 180):
        found = ",".join(f"{value:g}" for value in box)
        raise FetchError.at(
            "box", problem=f'found "{found}"', allowed="SOUTH,WEST,NORTH,EAST in degrees, say 35,61,37,63"
        )
    rows, columns = (
        max(int(np.ceil(round(size / step, 9))), 1) for size in (box.north - box.south, box.east - box.west)
    )
    lat = np.round(np.linspace(box.south, box.north, rows + 1), 6).tolist()
    lon = np.round(np.linspace(box.west, box.east, columns + 1), 6).tolist()
    return [Box(lat[i], lon[j], lat[i + 1], lon[j + 1]) for i in range(rows) for j in range(columns)]


def polygon_tiles(geojson: Any, name: object, *, step: float = 2.0) -> list[Box]:
    """Boxes of at most ``step`` degrees that cover the polygons of a GeoJSON object.

    Raises
    ------
    FetchError
        Where there is no polygon in it.
    """
    import shapely
    from shapely.geometry import shape

    try:
        features = geojson["features"] if geojson.get("type") == "FeatureCollection" else [geojson]
        shapes = [shape(feature.get("geometry", feature)) for feature in features]
        area = shapely.unary_union([item for item in shapes if item.geom_type in {"Polygon", "MultiPolygon"}])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FetchError.at(name, problem=f"not GeoJSON ({error!r})", mend="give a polygon as GeoJSON") from None
    if area.is_empty:
        raise FetchError.at(name, problem="no polygon in it", mend="give a polygon as GeoJSON")
    west, south, east, north = area.bounds
    tiles = grid_tiles(Box(south, west, north, east), step=step)
    return [
        tile for tile in tiles if shapely.intersects(area, shapely.box(tile.west, tile.south, tile.east, tile.north))
    ]


def fetch(
    tiles: Sequence[Box],
    target: Path,
    write: Write,
    *,
    server: Server | None = None,
    clock: Clock | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """Fetch the railways in the tiles into one file, going on from what an earlier fetch left.

    Parameters
    ----------
    write
        Writes a text to a file whole or not at all.
    say
        Told of every tile and every pause.

    Raises
    ------
    FetchError
        Where the server does not answer whole in time, or another fetch writes to the same file. What is whole is kept.
    """
    server, clock = server or Server(), clock or SystemClock()
    if target.exists():
        raise FetchError.at(target, problem="is there already", mend="name a new file, or remove it to fetch it again")
    folder = target.with_name(target.name + ".parts")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FetchError.at(folder, problem=f"cannot be made ({error.strerror})", mend="name another file") from None
    with _alone(folder):
        until = clock.seconds() + server.deadline_s
        parts = []
        for i, tile in enumerate(tiles):
            query = query_of(tile)
            file = folder / f"{hashlib.sha256(query.encode()).hexdigest()[:24]}.json"
            where = f"tile {i + 1} of {len(tiles)}"
            part = _kept_part(file, query, partial(_told, say, where))
            if part is None:
                answer = ask(query, server, clock, until, partial(_told, say, where))
                elements = tuple(sorted(map(_text, answer.elements)))
                part = Part(query, server.url, clock.today(), answer.facts.get("data of", ""), elements)
                write(file, json.dumps({"format": FORMAT, "sha256": part.sha256, **vars(part)}, ensure_ascii=False))
                say(f"{where}: {len(elements):,} elements")
            else:
                say(f"{where}: kept from an earlier fetch, {len(part.elements):,} elements")
            parts.append(part)
        text = merged(parts, target)
        write(target.with_name(target.name + ".source.json"), _source(parts, target.name, text))
        write(target, text)
        for file in sorted(folder.glob("*.json")):
            file.unlink()
    (folder / "lock").unlink(missing_ok=True)
    folder.rmdir()
    return target


def _told(say: Callable[[str], None], where: str, words: str) -> None:
    say(f"{where}: {words}")


def _text(element: dict[str, Any]) -> str:
    return json.dumps({key: element[key] for key in _KEPT if key in element}, ensure_ascii=False, sort_keys=True)


def merged(parts: Sequence[Part], name: object) -> str:
    """One file of all parts: each element once, in its latest version, in order of kind and number.

    Raises
    ------
    FetchError
        Where no part has a railway.
    """
    latest: dict[tuple[str, int], tuple[int, str]] = {}
    for part in parts:
        for text in part.elements:
            element = json.loads(text)
            key, version = (element["type"], element["id"]), element.get("version") or 0
            if key not in latest or latest[key] < (version, text):
                latest[key] = (version, text)
    if not any(kind == "way" for kind, _ in latest):
        raise FetchError.at(name, problem="no railway in the area asked for", mend="ask for another area")
    about = {"timestamp_osm_base": min(part.data_of for part in parts), "copyright": LICENCE}
    head = json.dumps({"version": 0.6, "generator": "corridor-route-simulator", "osm3s": about}, ensure_ascii=False)
    body = ",\n".join(text for _, (_, text) in sorted(latest.items()))
    return f'{head[:-1]}, "elements": [\n{body}\n]}}\n'


def _source(parts: Sequence[Part], name: str, text: str) -> str:
    told = [
        {
            "query": p.query,
            "server": p.server,
            "date": p.date,
            "data_of": p.data_of,
            "sha256": p.sha256,
            "elements": len(p.elements),
        }
        for p in parts
    ]
    about = {
        "file": name,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "licence": LICENCE,
        "format": FORMAT,
        "tiles": told,
    }
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _kept_part(file: Path, query: str, say: Callable[[str], None]) -> Part | None:
    """Part that an earlier fetch left, or None where there is none that can be used."""
    if not file.exists():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data.pop("format") != FORMAT:
            say("kept by another version of this program, fetched again")
            return None
        checksum = data.pop("sha256")
        part = Part(**{**data, "elements": tuple(data["elements"])})
    except (ValueError, KeyError, TypeError, AttributeError):
        say("what was kept is damaged, fetched again")
        return None
    if part.sha256 != checksum or part.query != query:
        say("what was kept is damaged, fetched again")
        return None
    return part


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for one fetch at a time; the hold ends with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # a system without such locks: parts are still written whole
        yield
        return
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            mend = "wait for it, or name another file"
            raise FetchError.at(folder, problem="another fetch writes here", mend=mend) from None
        yield
