"""Another gauge for planned lines: the track, its yards, and the breaks that move with it.

The gauge of a line that is not built is a choice. Laying a project on another gauge changes its rail links and crossings; its
own terminals serve the new track instead of the old one, and a yard between two gauges that became one is no longer needed.
Where trains of two lines met before, by one gauge or by a yard, they are to meet after: if no yard of the tables joins the
new gauge to its neighbour, one is added, which belongs to the project. How long that yard takes is not said here: it is a row, and
where none fits, pricing refuses and names what is missing.

All projects are laid at once, so that two that are laid alike get no yard between them.

    Herat-Kandahar on 1435 instead of 1520 mm: at Herat the yard 1520/1435 of the tables makes the break; at Kandahar one is added,
    unless the line to Spin Boldak is laid on 1435 mm too
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import TYPE_CHECKING, TypeVar

from geodata.elements import Crossing, Link, Terminal
from geodata.tables import TableError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geodata.network import Network

Gauges = tuple[int, ...]
_Track = Link | Crossing
_T = TypeVar("_T", Link, Crossing)


def regauged(network: Network, gauges: Mapping[str, Gauges]) -> Network:
    """Lay the rails of projects on other gauges.

    Parameters
    ----------
    network
        Network, whole or of a date.
    gauges
        Gauges by project_id; more than one is a track for all of them. [mm]

    Returns
    -------
    Network
        The network itself where nothing is asked.

    Raises
    ------
    TableError
        Where a project is unknown.
    """
    if not gauges:
        return network
    for name in gauges:
        if name not in network.projects:
            raise TableError.at(
                "projects.csv",
                problem=f'there is no project_id "{name}"',
                mend=did_you_mean(name, network.projects) or "take a project_id of projects.csv",
            )
    links = {k: _laid(v, gauges) for k, v in network.links.items()}
    crossings = {k: _laid(v, gauges) for k, v in network.crossings.items()}
    before = {name: rail_gauges(network, name) for name in gauges}
    terminals = {t.terminal_id: t for old in network.terminals.values() for t in _moved(old, before, gauges)}
    laid = replace(network, links=links, crossings=crossings, terminals=terminals)
    added = {t.terminal_id: t for t in _missing_yards(network, laid, gauges)}
    return replace(laid, terminals={**terminals, **added})


def rail_gauges(network: Network, project_id: str) -> frozenset[int]:
    """Gauges of a project's rails; empty where it has none. [mm]"""
    return frozenset(gauge for track in _rails(network) if track.project_id == project_id for gauge in track.gauges)


def _rails(network: Network) -> Iterator[_Track]:
    for table in (network.links, network.crossings):
        for track in table.values():
            if track.mode == "rail":
                yield track


def _laid(track: _T, gauges: Mapping[str, Gauges]) -> _T:
    if track.mode != "rail" or track.project_id not in gauges:
        return track
    return track._replace(gauges=gauges[track.project_id])


def _moved(
    terminal: Terminal, before: Mapping[str, frozenset[int]], gauges: Mapping[str, Gauges]
) -> Iterator[Terminal]:
    """Terminals that stand for one once its project's track is laid: none, itself, or one for each gauge."""
    if terminal.project_id not in gauges:
        yield terminal
        return
    old, new = before[terminal.project_id], gauges[terminal.project_id]
    sides = [
        new if mode == "rail" and gauge in old else (gauge,)
        for mode, gauge in ((terminal.from_mode, terminal.from_gauge), (terminal.to_mode, terminal.to_gauge))
    ]
    pairs = [(a, b) for a, b in product(*sides) if not (terminal.from_mode == terminal.to_mode == "rail" and a == b)]
    for number, (a, b) in enumerate(pairs):
        name = terminal.terminal_id if number == 0 else f"{terminal.terminal_id}.{a or b}"
        yield terminal._replace(terminal_id=name, from_gauge=a, to_gauge=b)


def _missing_yards(before: Network, after: Network, gauges: Mapping[str, Gauges]) -> Iterator[Terminal]:
    """Yards where trains of two lines met before and would not any more."""
    was, now = _yards(before), _yards(after)
    old = {_name(track): track for track in _rails(before)}
    takes = tuple(sorted({u for t in before.terminals.values() if _is_yard(t) for u in t.load_units}))
    for node, tracks in sorted(_tracks_by_node(after).items()):
        for one, other in combinations(tracks, 2):
            a, b = (one, other) if one.project_id in gauges else (other, one)
            if a.project_id not in gauges or _meet(a, b, now.get(node, ())):
                continue
            if not _meet(old[_name(a)], old[_name(b)], was.get(node, ())):
                continue
            for x, y in product(a.gauges, b.gauges):
                low, high = sorted((x, y))
                yield Terminal(
                    terminal_id=f"{node}.rail{low}-rail{high}.transship.{a.project_id}", node_id=node,
                    from_mode="rail", from_gauge=low, to_mode="rail", to_gauge=high, method="transship", load_units=takes,
                    directed=False, status=a.status, project_id=a.project_id, source="",
                    note="yard that the gauge chosen by the scenario calls for",
                )  # fmt: skip


def _name(track: _Track) -> str:
    return track.link_id if isinstance(track, Link) else track.crossing_id


def _is_yard(terminal: Terminal) -> bool:
    return terminal.from_mode == terminal.to_mode == "rail"


def _yards(network: Network) -> dict[str, set[frozenset[int]]]:
    """Pairs of gauges that a yard joins, by place."""
    found: dict[str, set[frozenset[int]]] = {}
    for t in network.terminals.values():
        if _is_yard(t):
            found.setdefault(t.node_id, set()).add(frozenset((t.from_gauge, t.to_gauge)))
    return found


def _tracks_by_node(network: Network) -> dict[str, list[_Track]]:
    found: dict[str, list[_Track]] = {}
    for track in sorted(_rails(network), key=_name):
        for node in (track.from_node_id, track.to_node_id):
            found.setdefault(node, []).append(track)
    return found


def _meet(a: _Track, b: _Track, yards: Iterable[frozenset[int]]) -> bool:
    """Whether trains of two tracks meet at a place: by one gauge, or by a yard."""
    return bool(set(a.gauges) & set(b.gauges)) or any(frozenset(p) in set(yards) for p in product(a.gauges, b.gauges))
