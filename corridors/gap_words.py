"""A gap in words: how far cargo gets, where the rest begins, how many kilometres lie between, what does not meet.

An isolated place says so; gauges that lie at one place without a terminal are named; anything else is a distance on WGS 84
between two named places, with the number of places of either part and their countries.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from geodata.network import Node
from sim.activities import State
from sim.gaps import Gap


def line_words(mode: str, gauge_mm: int) -> str:
    """Mode and gauge in words.

    Examples
    --------
    >>> line_words("rail", 1520)
    'rail 1520 mm'
    """
    return f"{mode} {gauge_mm} mm" if gauge_mm else mode


def distance_words(km: float) -> str:
    """Distance as it is read.

    Examples
    --------
    >>> distance_words(0.31), distance_words(310.4)
    ('0.3 km', '310 km')
    """
    return f"{km:.1f} km" if km < 10 else f"{km:,.0f} km"


def gap_words(gap: Gap, ends: tuple[str, str], nodes: Mapping[str, Node], known: Collection[str], unit: str) -> str:
    """Gap between two places in words.

    Parameters
    ----------
    gap
        What was found (:func:`sim.gaps.find_gap`).
    ends
        Origin and destination.
    nodes
        Names of places.
    known
        Places that any line for the load touches.
    unit
        Load unit of what is moved.

    Returns
    -------
    str
        One or two clauses.
    """
    origin, destination = ends
    alone = [_place(name, nodes) for name in (origin, destination) if name not in known]
    if alone:
        return f"{' and '.join(alone)} {'are' if len(alone) > 1 else 'is'} isolated: no line, road or ship that takes load unit {unit} touches it"
    if gap.near is None:
        return f"no way of this kind begins at {_place(origin, nodes)}"
    if gap.far is None or gap.km is None:
        return f"no way of this kind ends at {_place(destination, nodes)}"
    here, there = (line_words(s.mode, s.gauge_mm) for s in (gap.near, gap.far))
    if gap.near.node_id == gap.far.node_id:
        place = _place(gap.near.node_id, nodes)
        if here != there:
            return f"{here} and {there} do not meet at {place}: no terminal there takes load unit {unit}"
        return f"from {place} nothing goes on ({here})"
    sentence = (
        f"cargo from {nodes[origin].name} gets as far as {_state(gap.near, nodes)}, and what leads to "
        f"{nodes[destination].name} begins at {_state(gap.far, nodes)}, {distance_words(gap.km)} away in a straight line"
    )
    if gap.near.mode == gap.far.mode and here != there:
        sentence += f"; {gap.near.gauge_mm} mm and {gap.far.gauge_mm} mm do not meet"
    return f"{sentence} ({_part(gap.reached, nodes)} on this side, {_part(gap.leading, nodes)} on the other)"


def _place(name: str, nodes: Mapping[str, Node]) -> str:
    return f"{nodes[name].name} ({nodes[name].country})"


def _state(state: State, nodes: Mapping[str, Node]) -> str:
    node = nodes[state.node_id]
    return f"{node.name} ({node.country}, {line_words(state.mode, state.gauge_mm)})"


def _part(places: Collection[str], nodes: Mapping[str, Node]) -> str:
    countries = ", ".join(sorted({nodes[p].country for p in places}))
    return f"{len(places)} place{'s' if len(places) > 1 else ''} in {countries}"
