"""What a map shows, taken from the study once: ways, network, shapes, colours.

The network drawn is the whole of the tables, so that lines not open on the date stand in grey beside the ways; what
the study changed by rows of its own is laid over it. A link without a drawn shape is a straight stroke between its ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridors.lettering import can_write
from corridors.spine import Stretch
from corridors.style import COLOURS, CorridorStyle, corridor_styles
from corridors.themes import THEMES, Theme, on_theme
from corridors.toml_files import ScenarioError, nearest
from geodata.geometry import drawn_line, read_shapes
from geodata.network import DATA, read_network

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corridors.sheet import Frame
    from corridors.study import Study, Way
    from geodata.network import Crossing, Link, Network, Node
    from sim.activities import Activity

Points = NDArray[np.float64]

WINDOW = (45.0, 21.0, 93.0, 57.0)
"""West, south, east, north of what the large map may show; the rest is on the small one. [deg]."""
_OVERLAP_PT = 60.0
REGIONS = {
    "all": "",
    "afghanistan": "AF",
    "pakistan": "PK",
    "turkmenistan": "TM",
    "uzbekistan": "UZ",
    "kazakhstan": "KZ",
}
"""Regions that a map may be cut to, and their country (ISO 3166-1 alpha-2)."""


class Ground(NamedTuple):
    """Network that is drawn, its colours and its names; no study stands behind it."""

    theme: Theme
    nodes: Mapping[str, Node]
    links: Mapping[str, Link]
    crossings: Mapping[str, Crossing]
    shapes: Mapping[str, Points]
    local: bool = False
    """Whether names stand in local scripts where we have them."""

    def name_of(self, node_id: str) -> str:
        """Short name of a place as this map writes it."""
        node = self.nodes[node_id]
        return short_name(
            node.name_local if self.local and node.name_local and can_write(node.name_local) else node.name
        )

    def hop(self, name: str) -> Link | Crossing:
        """Link or crossing of a name."""
        return self.links.get(name) or self.crossings[name]

    def line(self, name: str) -> Points:
        """Longitudes and latitudes of a link or crossing, from its from-node to its to-node. [deg]."""
        hop = self.hop(name)
        ends = np.array([[self.nodes[n].lon, self.nodes[n].lat] for n in (hop.from_node_id, hop.to_node_id)])
        return drawn_line(self.shapes.get(name), ends)


class Scene(NamedTuple):
    """What is drawn, taken from the study once."""

    study: Study
    ways: tuple[Way, ...]
    styles: dict[str, CorridorStyle]
    ground: Ground

    @property
    def theme(self) -> Theme:
        """Colours of paper and ground."""
        return self.ground.theme

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All places of the tables."""
        return self.ground.nodes

    @property
    def links(self) -> Mapping[str, Link]:
        """All links of the tables."""
        return self.ground.links

    @property
    def crossings(self) -> Mapping[str, Crossing]:
        """All crossings of the tables."""
        return self.ground.crossings

    @property
    def local(self) -> bool:
        """Whether names stand in local scripts."""
        return self.ground.local

    def name_of(self, node_id: str) -> str:
        """Short name of a place as this map writes it."""
        return self.ground.name_of(node_id)

    def hop(self, name: str) -> Link | Crossing:
        """Link or crossing of a name."""
        return self.ground.hop(name)

    def line(self, name: str) -> Points:
        """Longitudes and latitudes of a link or crossing. [deg]."""
        return self.ground.line(name)


def ground_of(theme: str, network: Network | None = None, *, local: bool = False) -> Ground:
    """Whole network of the tables, with what `network` changes laid over it."""
    everything = read_network()
    over = network or everything
    return Ground(
        theme=THEMES[theme],
        nodes={**everything.nodes, **over.nodes},
        links={**everything.links, **over.links},
        crossings={**everything.crossings, **over.crossings},
        shapes=read_shapes(DATA),
        local=local,
    )


def scene_of(
    study: Study, corridors: Iterable[str] | None, theme: str, *, local: bool = False, among: Iterable[str] = ()
) -> Scene:
    """Take from the study what a map of some of its corridors shows; all of them if none is named.

    Letters and colours are given out in the order of `among`, then of the study's own corridors.
    """
    known = list(dict.fromkeys([*among, *study.scenario.corridors, *(way.corridor for way in study.ways)]))
    wanted = known if corridors is None else list(corridors)
    for name in wanted:
        refuse_unknown("corridors", name, known)
    styles = corridor_styles(known)
    styles = {k: v._replace(colour=on_theme(v.colour, COLOURS, THEMES[theme])) for k, v in styles.items()}
    return Scene(
        study=study,
        ways=tuple(way for way in study.ways if way.corridor in wanted),
        styles={name: styles[name] for name in known if name in wanted},
        ground=ground_of(theme, study.network, local=local),
    )


def refuse_unknown(what: str, value: str, allowed: list[str]) -> None:
    """Refuse a word that is not among those allowed, and say which are."""
    if value not in allowed:
        raise ScenarioError(f'map, {what}: found "{value}"; allowed {", ".join(allowed)}{nearest(value, allowed)}')


def hauls_of(way: Way) -> list[Activity]:
    """Moves of a way, in order; none if there is no way."""
    activities = way.itinerary.activities if way.itinerary is not None else ()
    return [a for a in activities if a.kind == "haul" and (a.link_id or a.crossing_id)]


def places_in_window(scene: Scene) -> Points:
    """Places that the large map must show. [deg]."""
    names = {n for way in scene.ways for a in hauls_of(way) for n in (a.from_node_id, a.to_node_id)}
    names |= {n for way in scene.ways for n in (way.origin, way.destination)}
    points = np.array([[scene.nodes[n].lon, scene.nodes[n].lat] for n in sorted(names)])
    west, south, east, north = WINDOW
    inside = (points[:, 0] > west) & (points[:, 0] < east) & (points[:, 1] > south) & (points[:, 1] < north)
    return points[inside] if inside.any() else points


def places_of_region(scene: Scene, region: str) -> Points:
    """Places that a map of a region must show: all of a country, or for "all" what the ways pass. [deg]."""
    if region == "all":
        return places_in_window(scene)
    return np.array([[n.lon, n.lat] for n in scene.nodes.values() if n.country == REGIONS[region]])


def stretches_of(scene: Scene, frame: Frame) -> dict[str, list[list[Stretch]]]:
    """Ways of each corridor on paper, in the direction of travel.

    Where a way runs to its end as an earlier way of the corridor did, it is cut `_OVERLAP_PT` after the two meet.
    """
    lines: dict[str, Points] = {}
    out: dict[str, list[list[Stretch]]] = {}
    tails: set[tuple[str, tuple[str, ...]]] = set()
    for way in scene.ways:
        steps = _steps(scene, way)
        names = [name for name, _ in steps]
        stretches: list[Stretch] = []
        shared = 0.0
        for i, (name, backwards) in enumerate(steps):
            tail = (way.corridor, tuple(names[i:]))
            if name not in lines:
                lines[name] = frame.place(scene.line(name))
            line = lines[name]
            shared = shared + float(np.hypot(*np.diff(line, axis=0).T).sum()) if tail in tails else 0.0
            tails.add(tail)
            hop = scene.hop(name)
            stretches.append(Stretch(line[::-1] if backwards else line, hop.mode, hop.status))
            if shared > _OVERLAP_PT:
                break
        if stretches:
            out.setdefault(way.corridor, []).append(stretches)
    return {name: out[name] for name in scene.styles if name in out}


def _steps(scene: Scene, way: Way) -> list[tuple[str, bool]]:
    """Links and crossings of a way, each once, and whether it is travelled from its to-node to its from-node."""
    steps: list[tuple[str, bool]] = []
    for haul in hauls_of(way):
        name = haul.link_id or haul.crossing_id
        if not steps or steps[-1][0] != name:  # the two sides of a crossing are one step
            hop = scene.hop(name)
            backwards = haul.from_node_id == hop.to_node_id or haul.to_node_id == hop.from_node_id
            steps.append((name, backwards))
    return steps


def ends_of(scene: Scene, frame: Frame) -> Points:
    """Origins and destinations on paper. [pt]."""
    names = sorted({end for way in scene.ways for end in (way.origin, way.destination)})
    return frame.place(np.array([[scene.nodes[n].lon, scene.nodes[n].lat] for n in names]))


def in_frame(scene: Scene, frame: Frame, node_id: str) -> bool:
    """Whether a place lies inside the frame."""
    node = scene.nodes[node_id]
    return bool(frame.holds(frame.place(np.array([[node.lon, node.lat]])))[0])


def short_name(name: str) -> str:
    """Name of a place without what stands in brackets or after a stroke."""
    return name.partition(" (")[0].partition(" / ")[0].removesuffix(" road post")
