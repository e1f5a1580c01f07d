"""Signs of places: ends of the ways, gates in their state on the date, gauge breaks, changes of mode.

A gauge break often stands at the very border whose gate it is; signs that touch are pushed apart along the line that
joins them, each by half of what is missing, until none covers another. Ends of the ways stay where they are.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors import signs
from corridors.lettering import LINE_SPACING, Type
from corridors.map_notes import gauge_words, gauges_at_breaks, hours_at_gates, hours_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from corridors.lettering import Label, Lettering
    from corridors.map_scene import Scene
    from corridors.sheet import Frame
    from corridors.style import Theme


class Sign(NamedTuple):
    """Place on the map that has a sign: what it is, where, its name, its state if it is a gate. [pt]."""

    kind: str
    x: float
    y: float
    name: str
    state: str = ""
    aside: bool = False
    """Not on any way drawn."""
    note: str = ""
    """What stands under the name."""

    @property
    def radius(self) -> float:
        """Half width. [pt]."""
        return _RADIUS[self.kind] + (3.0 if self.state.endswith("assumed") else 0.0)


_RADIUS = {"origin": 5.0, "destination": 4.6, "gate": 3.6, "gauge": 4.6, "mode": 3.4}
NOTE_SIZE = 6.6  # type of what stands under a name. [pt]
ENDS = ("origin", "destination")
_PORT_DWELLS = {"port_in", "port_out", "feeder"}


def signs_of(scene: Scene, frame: Frame) -> list[Sign]:
    """Ends of the ways, gates, gauge breaks and changes of mode inside the frame, moved apart where they touch."""
    found: list[Sign] = []
    for kind in ENDS:
        found += [
            _node_sign(scene, frame, kind, node) for node in dict.fromkeys(getattr(way, kind) for way in scene.ways)
        ]
    activities = [a for way in scene.ways if way.itinerary is not None for a in way.itinerary.activities]
    taken = {end for way in scene.ways for end in (way.origin, way.destination)}
    breaks = {a.place for a in activities if a.kind == "change_gauge"} - taken
    changes = (
        {a.place for a in activities if a.kind == "transship" or (a.kind == "dwell" and a.reason in _PORT_DWELLS)}
        - breaks
        - taken
    )
    gauges = gauges_at_breaks(scene.ways, scene.study.network.terminals)
    found += [
        _node_sign(scene, frame, "gauge", node)._replace(note=gauge_words(gauges[node]) if node in gauges else "")
        for node in sorted(breaks)
    ]
    found += [_node_sign(scene, frame, "mode", node) for node in sorted(changes)]
    states = scene.study.states
    used = {a.crossing_id or a.link_id for a in activities}
    passed = {n for a in activities for n in (a.from_node_id, a.to_node_id)}
    hours = hours_at_gates(scene.ways)
    gates: list[Sign] = []
    doubtful = {k for k, v in states.items() if v != "open" and (k in scene.crossings or k in used | passed)}
    doubtful -= {k for k in doubtful if (k in taken or k in scene.links) and states[k].startswith("open")}
    for name in sorted({k for k in used if k in scene.crossings} | doubtful, key=lambda k: (k not in used, k)):
        gate = _gate(scene, frame, name, states.get(name, "open"))
        if gate is not None:
            gate = gate._replace(note=hours_words(hours[name]) if name in hours else "")
            gate = gate._replace(aside=name not in used | passed and gate.state.startswith("open"))
        if gate is not None and not any(_touch(gate, g, 4.0) and gate.state == g.state for g in gates):
            gates.append(gate)
    inside = [s for s in found + gates if 4 < s.x < frame.width - 4 and 4 < s.y < frame.height - 4]
    return _moved_apart(inside)


def _node_sign(scene: Scene, frame: Frame, kind: str, node_id: str) -> Sign:
    node = scene.nodes[node_id]
    x, y = frame.place(np.array([[node.lon, node.lat]]))[0]
    return Sign(kind, float(x), float(y), scene.name_of(node_id))


def _gate(scene: Scene, frame: Frame, name: str, state: str) -> Sign | None:
    """Sign of a crossing, node or link in a state; None for a whole line or country, which is no place."""
    if name in scene.nodes:
        return _node_sign(scene, frame, "gate", name)._replace(state=state)
    if name not in scene.crossings and name not in scene.links:
        return None
    line = frame.place(scene.line(name))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    x, y = (np.interp(along[-1] / 2.0, along, line[:, i]) for i in (0, 1))
    hop = scene.hop(name)
    words = scene.name_of(hop.to_node_id) if name in scene.crossings else ""  # a lane has no place name
    return Sign("gate", float(x), float(y), words, state)


def _touch(a: Sign, b: Sign, reach: float) -> bool:
    return float(np.hypot(a.x - b.x, a.y - b.y)) < reach


def _moved_apart(found: list[Sign]) -> list[Sign]:
    """Signs pushed from each other until none covers another; ends of the ways stay."""
    for _ in range(40):
        still = True
        for i, j in combinations(range(len(found)), 2):
            a, b = found[i], found[j]
            reach = a.radius + b.radius - 0.8
            away = float(np.hypot(b.x - a.x, b.y - a.y))
            if away >= reach or (a.kind in ENDS and b.kind in ENDS):
                continue
            still = False
            ux, uy = ((b.x - a.x) / away, (b.y - a.y) / away) if away > 0.5 else (1.0, 0.0)
            push = (reach - away) / (1.0 if a.kind in ENDS or b.kind in ENDS else 2.0)
            if a.kind not in ENDS:
                found[i] = a._replace(x=a.x - ux * push, y=a.y - uy * push)
            if b.kind not in ENDS:
                found[j] = b._replace(x=b.x + ux * push, y=b.y + uy * push)
        if still:
            break
    return found


def draw_signs(axes: Axes, found: Sequence[Sign], theme: Theme) -> None:
    """Draw every sign in its place."""
    drawing = {
        "gauge": signs.draw_gauge_break, "mode": signs.draw_mode_change, "origin": signs.draw_origin,
        "destination": signs.draw_destination,
    }  # fmt: skip
    for sign in found:
        if sign.kind == "gate":
            signs.draw_state(axes, sign.x, sign.y, sign.state, theme)
        else:
            drawing[sign.kind](axes, sign.x, sign.y, theme)


def write_signs(axes: Axes, found: Sequence[Sign], theme: Theme, lettering: Lettering, *, larger: float = 0.0) -> None:
    """Names by rank: ends of the ways, shut or doubtful gates, gauge breaks, open gates, changes of mode."""
    named = {"", *(label.text for label in lettering.labels)}

    lettering.name_apart((sign.x, sign.y) for sign in found if sign.kind in ENDS)

    def rank(sign: Sign) -> int:
        if sign.kind == "gate":
            return 5 if sign.aside else 3 if sign.state == "open" else 1
        return {"origin": 0, "destination": 0, "gauge": 2, "mode": 4}[sign.kind]

    notes: dict[str, list[str]] = {}
    for sign in sorted(found, key=lambda s: s.kind == "gauge"):
        if sign.note and sign.note not in notes.setdefault(sign.name, []):
            notes[sign.name].append(sign.note)
    types = (Type(9.0, "bold"), Type(7.2, "bold"), Type(7.2), Type(7.0), Type(7.0), Type(6.5))
    for sign in sorted(found, key=rank):
        if sign.name not in named:
            named.add(sign.name)
            kind = types[rank(sign)]
            kind = kind._replace(size=max(kind.size + larger, 6.0))
            tries = ["\n".join((sign.name, *notes.get(sign.name, ())[:n])) for n in (2, 1, 0)]
            labels = (
                lettering.place_beside(words, sign.x, sign.y, kind, gap=sign.radius + 2.0, close="\n" in words)
                for words in dict.fromkeys(tries)
            )
            write_label(axes, next((label for label in labels if label is not None), None), theme.ink, theme.paper)


def write_label(axes: Axes, label: Label | None, colour: str, halo: str) -> None:
    """Write a name that found a place; its box can be told by its gid. Lines after the first are notes, in smaller type."""
    if label is None:
        return
    name, *notes = label.text.split("\n")
    ink = signs.Ink(colour, halo, gid=f"label-{name}")
    signs.write(axes, (label.x, label.y), name, label.type, ink)
    for i, words in enumerate(notes, start=1):
        at = (label.x, label.y - i * LINE_SPACING * label.type.size)
        signs.write(axes, at, words, Type(NOTE_SIZE), ink._replace(gid=f"note-{name}"))
