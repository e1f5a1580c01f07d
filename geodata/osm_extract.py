"""Extract: the railway ways, places and positions read from one OpenStreetMap file, whatever form the file had.

Way after way is handed to :class:`Gatherer`, which keeps railway tracks in any state, counts by name what it leaves out
(trams, metros, platforms, track that is gone), and takes of two versions of one element the later. Positions come
afterwards, since a file may hold them before or after the ways. A node that the file does not have is a *missing* node:
its way is kept, broken there, and told in the report; no line is drawn across the gap.

Node numbers stand in one array for all ways, and positions in three sorted arrays, so that a million nodes take 32 MB.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geodata.osm_tags import NOT_FREIGHT, Line, kept, line_of, place_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LICENCE = "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
"""Attribution that goes with everything made from an extract."""


_STEP = 1e7  # steps of a degree, as OpenStreetMap keeps positions
_HALF_ROUND, _POLE = 1_800_000_000, 900_000_000  # 180 and 90 degrees in steps


class Way(NamedTuple):
    """A railway track: number and version (None = not in the file), what it is, and its tags."""

    way_id: int
    version: int | None
    line: Line
    tags: dict[str, str]


class Place(NamedTuple):
    """A station, halt, yard or border post: element ("node" or "way"), its number and version, position and tags."""

    element: str
    number: int
    version: int | None
    kind: str
    lat: float
    lon: float
    tags: dict[str, str]


def source_key(element: str, number: int, version: int | None) -> str:
    """Key of an element as a source of a row.

    Examples
    --------
    >>> source_key("way", 1234, 7), source_key("node", 5, None)
    ('osm:way/1234@7', 'osm:node/5@unknown')
    """
    return f"osm:{element}/{number}@{'unknown' if version is None else version}"


@dataclass(frozen=True)
class Extract:
    """What a file holds of railways.

    Attributes
    ----------
    ways
        Tracks, by rising number.
    first
        Where the nodes of each way begin in ``at``; one more than there are ways.
    at
        Nodes of all ways, way after way, as rows of ``lat`` and ``lon``; -1 where the file has no position.
    node_id, lat, lon
        Number and position of each node, by rising number. [1, deg, deg]
    places
        Stations, halts, yards, border posts.
    missing
        Number of nodes without a position, by way number.
    left_out
        How many ways were left out, by what they are.
    """

    name: str
    ways: tuple[Way, ...]
    first: Ints
    at: Ints
    node_id: Ints
    lat: Floats
    lon: Floats
    places: tuple[Place, ...]
    missing: Mapping[int, int]
    left_out: Mapping[str, int]
    facts: Mapping[str, str] = field(default_factory=dict)

    def nodes_of(self, i: int) -> Ints:
        """Nodes of way ``i`` as rows of the position arrays, -1 = missing."""
        return self.at[self.first[i] : self.first[i + 1]]


class Gatherer:
    """Collects ways and places in any order and makes an :class:`Extract` of them."""

    def __init__(self) -> None:
        self.ways: dict[int, tuple[Way, int, int]] = {}
        self.refs = array("q")
        self.positions = array("q"), array("d"), array("d")
        self.places: dict[tuple[str, int], Place] = {}
        self.areas: dict[int, tuple[int | None, str, dict[str, str], list[int]]] = {}
        self.left_out: Counter[str] = Counter()
        self._words: dict[str, str] = {}

    def add_way(self, number: int, version: int | None, tags: Mapping[str, str], refs: Iterable[int]) -> bool:
        """Take a way, and say whether its nodes are needed; of two with one number the later version, or the first where neither has one."""
        line = line_of(tags)
        if line is None or line.kind in NOT_FREIGHT or line.status == "abandoned":
            return self._set_aside(number, version, tags, line, refs)
        known = self.ways.get(number)
        if known is not None and (known[0].version or 0) >= (version or 0):
            return False
        start = len(self.refs)
        self.refs.extend(refs)
        texts = {self._one(key): self._one(text) for key, text in kept(tags).items()}
        self.ways[number] = (Way(number, version, line, texts), start, len(self.refs))
        return True

    def add_node(self, number: int, version: int | None, tags: Mapping[str, str], lat: float, lon: float) -> None:
        """Take a point if its tags make it a place; positions of the ways' nodes are not given here."""
        kind = place_kind(tags)
        if kind:
            self._add_place(Place("node", number, version, kind, lat, lon, kept(tags)))

    def note(self, number: int, lat: float, lon: float) -> None:
        """Take the position of a node [deg]; of two for one number the first counts.

        Raises
        ------
        ValueError
            Where it is no position on the globe.
        """
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError(f"position {lat}, {lon}")
        numbers, lats, lons = self.positions
        numbers.append(number)
        lats.append(lat)
        lons.append(lon)

    def note_all(self, points: Floats) -> list[int]:
        """Take points (longitude, latitude) without numbers [deg]; the number of each tells its position, rounded to 1e-7 degrees."""
        steps = np.round(points * _STEP).astype(np.int64)
        numbers: list[int] = (-1 - (steps[:, 0] + _HALF_ROUND) * (2 * _POLE + 1) - (steps[:, 1] + _POLE)).tolist()
        for number, (x, y) in zip(numbers, (steps / _STEP).tolist(), strict=True):
            self.note(number, y, x)
        return numbers

    def extract(self, name: str, facts: Mapping[str, str] | None = None) -> Extract:
        """Make the extract, named as given; ``facts`` is what the file says of itself."""
        numbers, lats, lons = self.positions
        node_id, order = np.unique(np.array(numbers, dtype=np.int64), return_index=True)
        lat, lon = np.array(lats, dtype=np.float64)[order], np.array(lons, dtype=np.float64)[order]
        kept_ways = [self.ways[number] for number in sorted(self.ways)]
        refs = np.frombuffer(self.refs, dtype=np.int64) if self.refs else np.empty(0, dtype=np.int64)
        parts = [refs[start:end] for _, start, end in kept_ways]
        at = _rows(np.concatenate([np.empty(0, dtype=np.int64), *parts]), node_id)
        first = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        gone = np.concatenate([[0], np.cumsum(at < 0)])[first]
        missing = dict(zip((way.way_id for way, _, _ in kept_ways), np.diff(gone).tolist(), strict=True))
        self._place_areas(node_id, lat, lon)
        return Extract(
            name=name,
            ways=tuple(way for way, _, _ in kept_ways),
            first=first,
            at=at,
            node_id=node_id,
            lat=lat,
            lon=lon,
            places=tuple(self.places[key] for key in sorted(self.places)),
            missing={number: count for number, count in missing.items() if count},
            left_out=dict(self.left_out.most_common()),
            facts=facts or {},
        )

    def _set_aside(
        self, number: int, version: int | None, tags: Mapping[str, str], line: Line | None, refs: Iterable[int]
    ) -> bool:
        kind = place_kind(tags)
        if line is None and kind:
            self.areas[number] = (version, kind, kept(tags), list(refs))
            return True
        if line is not None:
            self.left_out[line.kind if line.kind in NOT_FREIGHT else line.status] += 1
        elif "railway" in tags:
            self.left_out[f"railway={tags['railway']}"] += 1
        return False

    def _add_place(self, place: Place) -> None:
        known = self.places.get((place.element, place.number))
        if known is None or (known.version or 0) < (place.version or 0):
            self.places[place.element, place.number] = place

    def _place_areas(self, node_id: Ints, lat: Floats, lon: Floats) -> None:
        """Put a station drawn as an outline at the middle of its corners, where all of them are known."""
        for number, (version, kind, tags, refs) in self.areas.items():
            rows = _rows(np.unique(np.asarray(refs, dtype=np.int64)), node_id)
            if len(rows) and (rows >= 0).all():
                around = np.unwrap(lon[rows], period=360).mean()
                place = Place("way", number, version, kind, float(lat[rows].mean()), float(around), tags)
                self._add_place(place)
            else:
                self.left_out[f"{kind} drawn as an outline, corners missing"] += 1

    def _one(self, text: str) -> str:
        return self._words.setdefault(text, text)


def _rows(numbers: Ints, node_id: Ints) -> Ints:
    """Row of each node number among the sorted ones, -1 where there is none."""
    if not len(node_id):
        return np.full(len(numbers), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(node_id, numbers), len(node_id) - 1)
    return np.where(node_id[at] == numbers, at, -1).astype(np.int64)
