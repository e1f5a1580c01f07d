"""Status map: every line and gate of the tables as the record leaves it on a day.

No study stands behind it and nothing is assumed: where the record says nothing after its last confirmation, the state is
*unknown* and drawn so. A line is in service, under construction or planned by its row, or in service because the best
opening year of its project has come by the day; a shut, restricted or unknown line bears a broad band of that
state's colour. Gates have the signs of the other maps. The list beside the map names what is not open, since when, and when
that was last confirmed; gates of lines not built are small crosses.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors import signs
from corridors.lettering import Box, Lettering, Type
from corridors.map_key import SAMPLE, Writer
from corridors.map_layers import draw_network, write_names
from corridors.map_places import write_label
from corridors.map_scene import REGIONS, Ground, ground_of, refuse_unknown
from corridors.map_sheet import PANEL, new_map_sheet
from corridors.maps import CHOICES
from corridors.sheet import PROJECTION_NOTE, Frame, Stroke, draw_ground, draw_lines, frame_round
from corridors.state import ObjectState, states_on
from corridors.style import STATE_STYLES, STATUS_LABELS, rc_params
from corridors.themes import grey_of
from geodata.basemap import LOCAL_NAMES, attributions, read_names
from geodata.network import read_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.themes import Theme
    from geodata.network import Network

_NAMED = ("shut", "unknown", "restricted", "slow", "open")
"""States whose gates are named, in that order."""
_HOME = (*(code for code in REGIONS.values() if code), "UZ", "IR", "KG", "CN")
"""Countries that the whole map must show, but for what lies east of `_EAST`."""
_EAST = 82.0  # [deg]
LINES = frozenset({"line", "link", "strait"})
"""Kinds of objects that are lines."""


class _Gate(NamedTuple):
    x: float
    y: float
    name: str
    state: str


def status_figure(
    on: dt.date,
    *,
    region: str = "all",
    theme: str = "light",
    borders: str = "natural-earth",
    size: str = "a4",
    labels: str = "en",
) -> Figure:
    """Map of every line and gate on a day.

    Parameters
    ----------
    on
        The day.
    region, theme, borders, size, labels
        As for `corridors.maps.plot_map`.

    Returns
    -------
    Figure
        For print at full size.

    Raises
    ------
    ScenarioError
        If there is no such region, theme, size, language or way of drawing borders.
    """
    from matplotlib import rc_context

    chosen = {"region": region, "theme": theme, "borders": borders, "size": size, "labels": labels}
    for what, allowed in CHOICES.items():
        refuse_unknown(what, chosen[what], list(allowed))
    network = read_network()
    ground = ground_of(theme, local=labels == "local")
    found = states_on(network, on)
    with rc_context(rc_params(theme)):
        sheet = new_map_sheet(size, ground.theme, _foot(on, borders, local=ground.local))
        frame = frame_round(_places(ground, region), *sheet.map_size)
        axes = sheet.map_axes()
        statuses = _draw(axes, frame, ground, _OnDay(network, on, found), borders)
        _write_list(sheet.panel_axes(), (PANEL, sheet.map_size[1]), found, statuses, ground)
        where = "" if region == "all" else f": {region.capitalize()}"
        sheet.write_head(
            f"Lines and gates on {on.day} {on:%B %Y}{where}",
            "As the record stands: what nobody knows is shown as unknown",
        )
    return sheet.figure


def status_rows(on: dt.date) -> list[dict[str, Any]]:
    """State of every object on a day, as rows for a CSV."""
    return [
        {
            "date": on.isoformat(), "kind": s.kind, "name": s.name, "state": s.state, "whom": s.whom,
            "since": s.since.isoformat() if s.since else "", "objects": ";".join(s.object_ids),
            "last_confirmed": s.last_confirmed.isoformat() if s.last_confirmed else "", "sources": ";".join(s.sources),
        }
        for s in states_on(read_network(), on)
    ]  # fmt: skip


class _OnDay(NamedTuple):
    network: Network
    on: dt.date
    states: Sequence[ObjectState]


def _places(ground: Ground, region: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    home = (REGIONS[region],) if region != "all" else _HOME
    return np.array([[n.lon, n.lat] for n in ground.nodes.values() if n.country in home and n.lon < _EAST])


def _foot(on: dt.date, borders: str, *, local: bool) -> list[str]:
    base = attributions(borders)
    words = [
        f"State: closures.csv of this project; sources of every entry by: corridors state --on {on.isoformat()}",
        "Open means that no closure on record covers the day, not that somebody has been there",
        "Network: tables of this project. Some distances: © OpenStreetMap contributors, ODbL 1.0",
        *base[:2],
        *([LOCAL_NAMES] if local else []),
        PROJECTION_NOTE,
    ]
    return [" ".join([". ".join(words) + ".", *base[2:]])]


def _draw(axes: Axes, frame: Frame, ground: Ground, day: _OnDay, borders: str) -> frozenset[str]:
    """Draw the map; gives the statuses of railways drawn."""
    theme = ground.theme
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_edgecolor(theme.faint_ink)
        spine.set_zorder(20)
    draw_ground(axes, frame, theme, borders=borders)
    built = day.network.built(day.on)
    _draw_barred(axes, frame, ground, day)
    rails, _ = draw_network(axes, frame, ground, {*built.links, *built.crossings})
    lettering = Lettering(frame.width, frame.height)
    gates = _gates(frame, ground, day)
    for gate in gates:
        signs.draw_state(axes, gate.x, gate.y, gate.state, theme)
        lettering.block_round(gate.x, gate.y, 3.6 if gate.state != "unknown" else 6.0)
    named = {""}
    for state in _NAMED:
        kind = Type(7.2, "bold" if state in {"shut", "unknown"} else "normal")
        for gate in (g for g in gates if g.state == state and g.name not in named):
            label = lettering.place_beside(gate.name, gate.x, gate.y, kind, gap=6.0)
            named.add(gate.name)
            write_label(axes, label, theme.ink, theme.paper)
        if state == "slow":
            write_names(axes, frame, ground, lettering)
    _write_towns(axes, frame, ground, lettering, named)
    return rails


def _draw_barred(axes: Axes, frame: Frame, ground: Ground, day: _OnDay) -> None:
    """Broad band under every line that is shut, restricted or unknown."""
    for entry in day.states:
        if entry.kind not in LINES or entry.state == "open":
            continue
        ids = set(entry.object_ids)
        lines = [frame.place(ground.line(k)) for k, link in ground.links.items() if ids & {k, link.line_id}]
        draw_lines(axes, lines, _barred(entry.state, ground.theme))


def _barred(state: str, theme: Theme) -> Stroke:
    """Stroke of a line that is not open: a broad band of its state's colour, paled by the ground."""
    colour = {"shut": "#af2800", "unknown": "#5b6570"}.get(state, "#c98a1b")
    colour = colour if theme.coloured else grey_of(colour)
    mixed = [round(0.5 * int(colour[i : i + 2], 16) + 0.5 * int(theme.sea[i : i + 2], 16)) for i in (1, 3, 5)]
    return Stroke("#" + "".join(f"{v:02x}" for v in mixed), 4.0, 2.4, cap="round", gid=f"barred-{state}")


def _gates(frame: Frame, ground: Ground, day: _OnDay) -> list[_Gate]:
    """Gates, passes and ports inside the frame, the strictest first; near ones of one state are one."""
    found: list[_Gate] = []
    for entry in day.states:
        for name in entry.object_ids:
            if name in ground.crossings:
                line = frame.place(ground.line(name))
                along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
                x, y = (float(np.interp(along[-1] / 2, along, line[:, i])) for i in (0, 1))
                words = ground.name_of(ground.crossings[name].to_node_id)
            elif name in ground.nodes and entry.state != "open":
                node = ground.nodes[name]
                x, y = (float(v) for v in frame.place(np.array([[node.lon, node.lat]]))[0])
                words = ground.name_of(name)
            else:
                continue
            inside = 4 < x < frame.width - 4 and 4 < y < frame.height - 4
            if inside and not any(np.hypot(x - g.x, y - g.y) < 5.0 for g in found):
                found.append(_Gate(x, y, words, entry.state))
    return found


def _write_towns(axes: Axes, frame: Frame, ground: Ground, lettering: Lettering, named: set[str]) -> None:
    local = (
        {n.name.partition(" (")[0]: ground.name_of(n.node_id) for n in ground.nodes.values()} if ground.local else {}
    )
    for name in read_names():
        if name.kind != "town" or name.name in named:
            continue
        x, y = (float(v) for v in frame.place(name.lonlat)[0])
        if not frame.holds(np.array([[x, y]]), 6.0)[0] or not lettering.is_free(
            Box(x - 1.5, y - 1.5, x + 1.5, y + 1.5)
        ):
            continue
        label = lettering.place_beside(local.get(name.name, name.name), x, y, Type(6.5), gap=4.0)
        if label is not None:
            signs.draw_town(axes, x, y, ground.theme)
            write_label(axes, label, ground.theme.ink, ground.theme.paper)


def _write_list(
    axes: Axes, size: tuple[float, float], found: Sequence[ObjectState], rails: frozenset[str], ground: Ground
) -> None:
    """Key, then what is not open with its dates, in type that shrinks until it fits."""
    for letters in (7.6, 7.2, 6.8, 6.4, 6.0):
        writer = Writer(axes, size, letters, ground.theme)
        writer.heading("Lines and gates")
        writer.items(_items(found, rails, ground))
        writer.y -= letters * 0.75
        writer.heading("Not open on this day")
        small = Type(letters - 0.4)
        for entry in (e for e in found if e.state not in {"open", "not built"}):
            writer.entry(entry.state, entry.name + (f" ({entry.whom})" if entry.whom else ""), _dates(entry), small)
        if writer.y >= 0.0:
            break
    writer.flush()


def _items(found: Sequence[ObjectState], rails: frozenset[str], ground: Ground) -> list[Any]:
    theme = ground.theme
    there = {entry.state for entry in found}
    lines = {entry.state for entry in found if entry.kind in LINES and entry.state != "open"}

    def rail(status: str) -> Any:
        return lambda a, x, y: signs.draw_railway(a, [np.array([[x, y], [x + SAMPLE, y]])], status, theme)

    def state(name: str) -> Any:
        return lambda a, x, y: signs.draw_state(a, x + SAMPLE / 2, y, name, theme)

    def barred(name: str) -> Any:
        return lambda a, x, y: draw_lines(a, [np.array([[x, y], [x + SAMPLE, y]])], _barred(name, theme))

    def road(a: Any, x: float, y: float) -> None:
        signs.draw_road(a, [np.array([[x, y], [x + SAMPLE, y]])], theme)

    return [
        *((f"railway {STATUS_LABELS[s]}", rail(s)) for s in STATUS_LABELS if s in rails),
        ("road", road),
        *((f"line or sea lane {STATE_STYLES[s].label}", barred(s)) for s in STATE_STYLES if s in lines),
        *((f"gate {STATE_STYLES[s].label}", state(s)) for s in STATE_STYLES if s in there),
    ]


def _dates(entry: ObjectState) -> str:
    since = entry.since.isoformat() if entry.since else ""
    last = entry.last_confirmed.isoformat() if entry.last_confirmed else ""
    was = entry.note.partition(";")[0]
    if entry.state == "unknown" and was.startswith("was "):
        return f"unknown; {was} {last} (from {since})"
    return ", ".join([f"{entry.state} since {since}", f"last confirmed {last}"])
