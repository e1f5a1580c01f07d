"""Layers of the large map, from the ground to the names, and the small map in its corner.

The order matters twice: what is drawn later covers, and what is placed earlier keeps its place. Ends of the ways come first,
then names of countries, names of gates, the letters of the corridors, and last names of towns, which are dropped where
there is no room.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridors import signs
from corridors.bands import Band, lay_bands
from corridors.covered_lines import clear_of
from corridors.lettering import Box, Lettering, Type
from corridors.map_key import OnMap
from corridors.map_places import ENDS, Sign, draw_signs, signs_of, write_label, write_signs
from corridors.map_scene import Ground, Scene, ends_of, hauls_of, in_frame, short_name, stretches_of
from corridors.scale_bar import draw_scale
from corridors.sheet import EURASIA, Frame, Stroke, draw_ground, draw_lines, draw_overview, frame_round
from geodata.basemap import read_borders, read_local_names, read_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from matplotlib.axes import Axes


Points = NDArray[np.float64]

_BADGE_EVERY = 150.0  # distance between badges of one corridor [pt]


def draw_map(axes: Axes, frame: Frame, scene: Scene, borders: str) -> OnMap:
    """Draw everything inside the frame, and say what it was."""
    theme = scene.theme
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_edgecolor(theme.faint_ink)
        spine.set_zorder(20)
    draw_ground(axes, frame, theme, borders=borders)
    bands = lay_bands(stretches_of(scene, frame), ends_of(scene, frame), pitch=signs.BAND_PITCH)
    rails, roads = draw_network(axes, frame, scene, bands=bands)
    draw_bands(axes, bands, scene)
    lettering = Lettering(frame.width, frame.height)
    lettering.avoid(_dots([b.points for b in bands], frame))
    lettering.avoid(_kashmir(frame))
    _draw_small_map(axes, frame, scene, bands, lettering)
    found = signs_of(scene, frame)
    for sign in found:
        lettering.block_round(sign.x, sign.y, sign.radius)
    draw_scale(axes, frame, theme, lettering)
    draw_signs(axes, found, theme)
    for name in read_names():
        if name.kind == "town":
            x, y = frame.place(name.lonlat)[0]
            lettering.block_round(float(x), float(y), 1.6)
    write_signs(axes, [sign for sign in found if sign.kind in ENDS], theme, lettering)
    write_names(axes, frame, scene, lettering)
    write_signs(axes, [sign for sign in found if sign.kind not in ENDS and not sign.aside], theme, lettering)
    _draw_badges(axes, bands, frame, scene, lettering)
    _write_exits(axes, frame, scene, bands, lettering)
    _write_towns(axes, frame, scene, found, lettering)
    write_signs(axes, [sign for sign in found if sign.aside], theme, lettering)
    seen = {b.style for b in read_borders(borders) if frame.holds(frame.place(b.lonlat)).any()}
    return OnMap(
        corridors=frozenset(b.corridor for b in bands if frame.holds(b.points).any()),
        bands=frozenset((b.mode, b.status) for b in bands),
        rails=rails,
        roads=roads,
        states=frozenset(sign.state for sign in found if sign.kind == "gate"),
        lane_states=frozenset(sign.state for sign in found if sign.kind == "gate" and not sign.name),
        hours=any(sign.kind == "gate" and sign.note for sign in found),
        gauge_breaks=any(sign.kind == "gauge" for sign in found),
        mode_changes=any(sign.kind == "mode" for sign in found),
        borders=frozenset(seen),
    )


def draw_network(
    axes: Axes,
    frame: Frame,
    scene: Scene | Ground,
    built: Collection[str] = (),
    *,
    bands: Sequence[Band] = (),
    small: bool = False,
) -> tuple[frozenset[str], bool]:
    """Railways and roads of the region; gives the statuses of railways drawn, and whether there are roads.

    What is in `built` is drawn as in service, whatever its row says; a small map has no roads. Where a band of a corridor
    runs over a line, the line is not drawn.
    """
    rails: dict[str, list[Points]] = {}
    roads: list[Points] = []
    for name in [*scene.links, *scene.crossings]:
        hop = scene.hop(name)
        if hop.mode not in {"rail", "road"}:
            continue
        line = frame.place(scene.line(name))
        if frame.holds(line, -20.0).any():
            status = "operational" if name in built else hop.status
            (rails.setdefault(status, []) if hop.mode == "rail" else roads).append(line)
    over = [band.points for band in bands if band.mode in {"rail", "road"}]
    if not small:
        signs.draw_road(axes, clear_of(roads, over), scene.theme)
    for status, lines in rails.items():
        signs.draw_railway(axes, clear_of(lines, over), status, scene.theme, small=small)
    return frozenset(rails), bool(roads)


def draw_bands(axes: Axes, bands: Sequence[Band], scene: Scene, *, scale: float = 1.0) -> None:
    """Bands of all corridors, as broad as `scale` says."""
    groups: dict[tuple[str, str, str], list[Points]] = {}
    for band in bands:
        groups.setdefault((band.corridor, band.mode, band.status), []).append(band.points)
    for (corridor, mode, status), lines in groups.items():
        colour = scene.styles[corridor].colour
        level, paper = list(scene.styles).index(corridor), scene.theme.paper
        signs.draw_band(axes, lines, (colour, paper), (mode, status), level=level, gid=f"band-{corridor}", scale=scale)


def _kashmir(frame: Frame) -> Points:
    """Dots all over Jammu and Kashmir, so that no name is written across it where it may stand elsewhere."""
    lon, lat = np.meshgrid(np.linspace(73.6, 79.8, 45), np.linspace(32.4, 36.9, 45))
    return _dots([frame.place(np.column_stack([lon.ravel(), lat.ravel()]))], frame)


def _dots(lines: Iterable[Points], frame: Frame) -> Points:
    """Points of linework inside the frame."""
    points = np.concatenate([np.empty((0, 2)), *lines])
    return points[frame.holds(points)]


def _draw_badges(axes: Axes, bands: Sequence[Band], frame: Frame, scene: Scene, lettering: Lettering) -> None:
    """Letters along each corridor: first where few others run, and at a distance from each other."""
    margin, radius = 10.0, signs.BADGE_RADIUS
    placed: dict[str, list[Points]] = {name: [] for name in scene.styles}
    spots = [
        (band.shared, band.corridor, point)
        for band in bands
        for point in band.points[2:-2:2]
        if margin < point[0] < frame.width - margin and margin < point[1] < frame.height - margin
    ]
    for _, corridor, point in sorted(spots, key=lambda spot: spot[0]):
        if any(np.hypot(*(point - other)) < _BADGE_EVERY for other in placed[corridor]):
            continue
        x, y = float(point[0]), float(point[1])
        box = Box(x - radius - 1.0, y - radius - 1.0, x + radius + 1.0, y + radius + 1.0)
        if lettering.is_free(box):
            lettering.block(box)
            placed[corridor].append(point)
            style = scene.styles[corridor]
            signs.draw_badge(axes, x, y, style.letter, style.colour, gid=f"badge-{corridor}")


def _write_exits(axes: Axes, frame: Frame, scene: Scene, bands: Sequence[Band], lettering: Lettering) -> None:
    """Where a corridor leaves the map, say to which port."""
    for way in scene.ways:
        hauls = hauls_of(way)
        outside = [a for a in hauls if not in_frame(scene, frame, a.to_node_id)]
        if not outside or not (in_frame(scene, frame, way.origin) and in_frame(scene, frame, way.destination)):
            continue
        last = outside[-1].to_node_id
        named = f"to {scene.name_of(last)}"
        if any(label.text == named for label in lettering.labels):
            continue
        ends = np.concatenate(
            [np.empty((0, 2)), *[b.points for b in bands if b.corridor == way.corridor and b.mode == "rail"]]
        )
        edge = ends[frame.holds(ends) & ~frame.holds(ends, 9.0)]
        if len(edge):
            x, y = edge[0]
            spots = [(x + dx, y + dy) for dx in (-34.0, -48.0, 0.0, 34.0) for dy in (10.0, -10.0, 18.0, -18.0)]
            write_label(
                axes, lettering.place_at(named, spots, Type(7.0, style="italic")), scene.theme.ink, scene.theme.paper
            )


def _write_towns(axes: Axes, frame: Frame, scene: Scene, found: Sequence[Sign], lettering: Lettering) -> None:
    """Names of towns: well-known ones, then places on the ways, those that most ways pass first; each with a dot."""
    local = {short_name(n.name): scene.name_of(n.node_id) for n in scene.nodes.values()} if scene.local else {}
    towns = [(local.get(n.name, n.name), n.lonlat[0], 7.0) for n in read_names() if n.kind == "town"]
    passed: dict[str, set[str]] = {}
    for way in scene.ways:
        for haul in hauls_of(way):
            for node in (haul.from_node_id, haul.to_node_id):
                passed.setdefault(node, set()).add(way.corridor)
    weight = {"port": 3, "city": 2, "junction": 1, "terminal": 1, "station": 1}
    order = sorted(passed, key=lambda n: (-weight.get(scene.nodes[n].kind, 0), -len(passed[n]), n))
    on_way = (scene.nodes[name] for name in order)
    towns += [
        (scene.name_of(node.node_id), np.array([node.lon, node.lat]), 6.5)
        for node in on_way
        if node.kind not in {"waypoint", "border"}
    ]
    stood = [np.array([sign.x, sign.y]) for sign in found]
    for name, lonlat, letters in towns:
        point = frame.place(lonlat[None, :])[0]
        near = 6.0 if letters > 6.5 else 30.0
        if not frame.holds(point[None, :], 6.0)[0] or any(np.hypot(*(point - other)) < near for other in stood):
            continue
        x, y = float(point[0]), float(point[1])
        if letters < 7.0 and not lettering.is_free(Box(x - 1.5, y - 1.5, x + 1.5, y + 1.5)):
            continue
        label = lettering.place_beside(name, x, y, Type(letters), gap=4.0)
        if label is not None:
            stood.append(point)
            signs.draw_town(axes, x, y, scene.theme)
            write_label(axes, label, scene.theme.ink, scene.theme.paper)


def write_names(axes: Axes, frame: Frame, scene: Scene | Ground, lettering: Lettering, *, larger: float = 0.0) -> None:
    """Names of countries, seas and lakes, where there is room."""
    theme = scene.theme
    local = read_local_names() if scene.local else {}
    types = {
        "country": (Type(8.6, "bold"), Type(7.4, "bold")),
        "sea": (Type(7.6, style="italic"),),
        "lake": (Type(6.6, style="italic"),),
    }
    for name in read_names():
        if name.kind in types:
            spots = [(float(x), float(y)) for x, y in frame.place(name.lonlat)]
            words = local.get(name.name, name.name)
            kinds = [kind._replace(size=max(kind.size + larger, 6.0)) for kind in types[name.kind]]
            tries = (lettering.place_at(words, spots, kind) for kind in kinds)
            label = next((found for found in tries if found is not None), None)
            water = name.kind != "country"
            write_label(axes, label, theme.type_on_sea if water else theme.country, theme.sea if water else theme.land)


def _draw_small_map(axes: Axes, frame: Frame, scene: Scene, bands: Sequence[Band], lettering: Lettering) -> None:
    """Eurasia with the frame of the large map, in the corner where the fewest bands run."""
    from matplotlib.patches import Rectangle

    theme = scene.theme
    width, height = 150.0, 96.0
    gap = 5.0
    corners = {
        "lower right": (frame.width - width - gap, gap),
        "lower left": (gap, gap),
        "upper right": (frame.width - width - gap, frame.height - height - gap),
        "upper left": (gap, frame.height - height - gap),
    }
    ink = _dots([b.points for b in bands], frame)

    def covered(corner: tuple[float, float]) -> int:
        x, y = ink[:, 0] - corner[0], ink[:, 1] - corner[1]
        return int(np.count_nonzero((x > -8) & (x < width + 8) & (y > -8) & (y < height + 8)))

    best = min(corners, key=lambda name: covered(corners[name]))
    x, y = corners[best]
    lettering.block(Box(x - 3.0, y - 3.0, x + width + 3.0, y + height + 3.0))
    inset = axes.inset_axes((x, y, width, height), transform=axes.transData, zorder=15)
    inset.set_xlim(0.0, width)
    inset.set_ylim(0.0, height)
    inset.set_xticks([])
    inset.set_yticks([])
    inset.set_facecolor(theme.sea)
    for spine in inset.spines.values():
        spine.set_visible(True)
        spine.set_edgecolor(theme.faint_ink)
    extent = np.array(
        [[20.0, 35.0], [48.0, 4.0], [104.0, -3.0], [122.0, 25.0], [140.0, 46.0], [60.0, 66.0], [105.0, 66.0]]
    )
    small = frame_round(extent, width, height, projection=EURASIA)
    draw_overview(inset, small, theme)
    for corridor, ways in stretches_of(scene, small).items():
        lines = [np.concatenate([s.points for s in way]) for way in ways]
        draw_lines(inset, lines, Stroke(scene.styles[corridor].colour, 1.0, 3.0, cap="round"))
    edge = np.linspace(0.0, 1.0, 30)
    corners_pt = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * [frame.width, frame.height]
    outline = np.concatenate([a + (b - a) * edge[:, None] for a, b in pairwise(corners_pt)])
    draw_lines(inset, [small.place(frame.lonlat(outline))], Stroke(theme.ink, 0.9, 4.0))
    inset.add_patch(Rectangle((0, 0), width, height, fill=False, edgecolor=theme.paper, linewidth=0.1, zorder=0.1))
