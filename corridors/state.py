"""The dated state of gates and lines: what is open, shut, restricted, slow or unknown on a day, and who says so.

Every border crossing is a gate and is listed, and so is every place, line, link and country that a closure row names.
The record alone speaks here, with its dates: a row without an end is in force up to the day it was last confirmed and
*unknown* after it, and unknown is printed as unknown. A run, by contrast, must settle every unknown by a stated
assumption (:func:`sim.closures.standings` refuses otherwise).

"Open" means that no closure on record covers the day, not that somebody has been there: where a closure has ended, the
day after its end and the last word on it are given. A crossing that is not built by the day is "not built".

Where several rows cover one object the strictest speaks (shut, unknown, restricted, slow) and the others are kept as
``also``. Sea routes that one event shuts together, as a strait does, are one entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from geodata.elements import Closure
from geodata.network import Network
from geodata.sources import keys_of
from sim.closures import UNKNOWN, recorded

ORDER = ("shut", UNKNOWN, "restricted", "slow", "not built", "open")
"""States in the order in which they are listed."""

PASS_M = 2000.0
"""Height from which a road place between towns is called a pass. [m]"""


@dataclass(frozen=True)
class ObjectState:
    """State of one gate, place, line, strait or country on a day.

    Parameters
    ----------
    kind
        crossing, pass, port, strait, line, link, country, or the kind of the place.
    object_ids, name
        Objects of the tables that the entry stands for, and their name.
    state
        One of :data:`ORDER`.
    whom
        Who is barred or held up, in words; empty = all.
    since, last_confirmed
        First day of the state, and last day on which a source says so; None where no row speaks.
    event, event_name, also, note
        Event of the closure row and its name in words, what else holds, and the row's own note.
    sources
        Keys of ``sources.csv``.
    """

    kind: str
    object_ids: tuple[str, ...]
    name: str
    state: str
    whom: str = ""
    since: dt.date | None = None
    last_confirmed: dt.date | None = None
    event: str = ""
    event_name: str = ""
    also: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()


def states_on(network: Network, on: dt.date) -> list[ObjectState]:
    """State of every gate and of every object that a closure row names, strictest first.

    Parameters
    ----------
    network
        All tables, built or not.
    on
        The day asked about.
    """
    built = network.built(on).crossings
    named = {(c.object, c.object_id): None for c in network.closures.values()}
    gates = {("crossing", name): None for name in network.crossings}
    found = []
    for target, name in {**gates, **named}:
        if target == "crossing" and name not in built:
            found.append(_unbuilt(network, name, on))
        else:
            found.append(_state_of(network, target, name, on))
    return sorted(_together(found), key=lambda s: ORDER.index(s.state))


def _unbuilt(network: Network, name: str, on: dt.date) -> ObjectState:
    crossing = network.crossings[name]
    project = network.projects.get(crossing.project_id)
    gate = _state_of(network, "crossing", name, on)
    also = "" if gate.since is None else f"its gate: {gate.state} since {gate.since.isoformat()}, {gate.note}"
    return ObjectState(
        "crossing", (name,), gate.name, "not built", also=also, last_confirmed=gate.last_confirmed,
        note=f"belongs to {project.name}" if project else "",
        sources=tuple(dict.fromkeys((*_keys(crossing.source), *gate.sources))),
    )  # fmt: skip


def _state_of(network: Network, target: str, name: str, on: dt.date) -> ObjectState:
    blank = ObjectState(_kind(network, target, name), (name,), _name(network, target, name), "open")
    rows = [(c, s) for c, s in recorded(network, on) if (c.object, c.object_id) == (target, name)]
    if rows:
        rows.sort(key=lambda row: (ORDER.index(row[1]), row[0].start))
        (c, state), *others = rows
        also = "; ".join(f"{s} {whom(o, network)} since {o.start.isoformat()}".replace("  ", " ") for o, s in others)
        sources = tuple(keys_of([row.source for row, _ in rows]))
        return replace(
            blank, state=state, whom=whom(c, network), since=c.start, last_confirmed=c.last_confirmed,
            event=c.event_id, event_name=c.event_name, also=also, note=_said(c, state), sources=sources,
        )  # fmt: skip
    ended = [
        c
        for c in network.closures.values()
        if (c.object, c.object_id) == (target, name) and c.end is not None and c.end < on
    ]
    if not ended:
        return blank
    last = max(ended, key=lambda c: c.end or c.start)
    day = (last.end or last.start) + dt.timedelta(days=1)
    return replace(
        blank, since=day, last_confirmed=last.last_confirmed, event=last.event_id, event_name=last.event_name,
        note=last.note, sources=_keys(last.source),
    )  # fmt: skip


def _said(closure: Closure, state: str) -> str:
    """Note of a row; for an unknown state first what it was when last confirmed."""
    return f"was {closure.effect} when last confirmed; {closure.note}" if state == UNKNOWN else closure.note


def whom(closure: Closure, network: Network) -> str:
    """Who is barred or held up by a row, in words; empty = all.

    Examples
    --------
    A pass shut to articulated trucks says ``trailers``; an embargo on one direction says from where to where.
    """
    words = [f"{closure.vehicle}s" if closure.vehicle else "", closure.load_unit, closure.commodity]
    words.append(closure.mode if closure.object in ("node", "country") else "")
    if closure.direction:
        words.append(_direction(closure, network))
    if closure.share_open and closure.share_open < 1.0:
        words.append(f"about {closure.share_open:.0%} of traffic passes")
    return ", ".join(word for word in words if word)


def _direction(closure: Closure, network: Network) -> str:
    item = network.crossings.get(closure.object_id) or network.links.get(closure.object_id)
    if item is None:
        return closure.direction
    ends = [network.nodes[item.from_node_id].name, network.nodes[item.to_node_id].name]
    return " to ".join(ends if closure.direction == "forward" else ends[::-1])


def _kind(network: Network, target: str, name: str) -> str:
    if target == "node":
        node = network.nodes[name]
        high = node.elevation_m is not None and node.elevation_m >= PASS_M
        return "pass" if node.kind == "waypoint" and high else node.kind
    if target == "link" and network.links[name].mode in ("sea", "ferry"):
        return "strait"
    return target


def _name(network: Network, target: str, name: str) -> str:
    if target == "crossing":
        crossing = network.crossings[name]
        return f"{crossing.name}, {crossing.mode}"
    if target == "node":
        return network.nodes[name].name
    if target == "link":
        link = network.links[name]
        return f"{network.nodes[link.from_node_id].name}-{network.nodes[link.to_node_id].name}"
    return next((x.line_name for x in network.links.values() if x.line_id == name), name)


def _together(found: Iterable[ObjectState]) -> Iterator[ObjectState]:
    """Sea routes in one state by one event as one entry named after the event; all else as it is."""
    straits: dict[tuple[object, ...], list[ObjectState]] = {}
    for item in found:
        if item.kind == "strait":
            key = (item.event or "sea", item.state, item.since, item.last_confirmed, item.whom)
            straits.setdefault(key, []).append(item)
        else:
            yield item
    for items in straits.values():
        first = items[0]
        title = first.event_name.removeprefix("the ") or first.event
        name = ", ".join(item.name for item in items)
        sources = tuple(keys_of([";".join(item.sources) for item in items]))
        objects = tuple(item.object_ids[0] for item in items)
        yield replace(first, object_ids=objects, name=f"{title}: {name}" if title else name, sources=sources)


def _keys(cell: str) -> tuple[str, ...]:
    return tuple(keys_of([cell]))
