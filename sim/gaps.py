r"""Where a way breaks off: how far cargo gets, where the rest begins, and how many kilometres lie between.

What cargo can reach from the origin and what can reach the destination are two parts of the network. Where they have no
label in common, no way exists, whatever is opened. The gap is then named by the nearest two places, one of either part,

.. math:: d = \min_{a \in R,\, b \in B} |ab|

with the geodesic on WGS 84. In a pinned way the parts are labels (a state and how much of the pin is behind), and the gap
is looked for where the way that gets furthest along its pin breaks off. At 0 km both parts meet at one place, and it is the
mode or the gauge that differs.

Left out: what it would take to bridge the gap. A line that stands in no table has no length and no price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geodata.elements import Node
from geodata.geometry import geodesic_km
from sim.activities import State
from sim.routing import Graph, Label, Pin, labels_after, labels_at


@dataclass(frozen=True, slots=True)
class Gap:
    """Nearest two states of the part that the origin reaches and of the part that leads to the destination.

    Parameters
    ----------
    near, far
        Where cargo from the origin gets, and where the rest begins; None where a part is empty.
    km
        Geodesic between the two; None where a part is empty. [km]
    reached, leading
        Places of either part.
    """

    near: State | None
    far: State | None
    km: float | None
    reached: frozenset[str]
    leading: frozenset[str]


def find_gap(graph: Graph, origin: str, destination: str, pin: Pin, places: Mapping[str, Node]) -> Gap | None:
    """Gap between two places; None where a way leads from one to the other.

    Parameters
    ----------
    graph
        Edges; their weights do not matter.
    origin, destination
        Places.
    pin
        What the way must keep to.
    places
        Where each place lies.

    Returns
    -------
    Gap or None
        Of pairs equally near the first by name.
    """
    reached, leading = _from(graph, origin, pin), _to(graph, destination, pin)
    if reached & leading:
        return None
    furthest = max((label[1:] for label in reached), default=(0, 0))
    nearest = min((label[1:] for label in leading if label[1:] >= furthest), default=furthest)
    near = sorted({label[0] for label in reached if label[1:] == furthest})
    section = pin.sections[furthest[0]]
    if nearest[0] > furthest[0] and furthest[1] == len(
        section.via
    ):  # it is the hand-over to the next section that fails
        near = [s for s in near if s.node_id == section.to] or near
    far = sorted({label[0] for label in leading if label[1:] == nearest})
    parts = (frozenset(s[0].node_id for s in reached), frozenset(s[0].node_id for s in leading))
    if not near or not far:
        return Gap(near[0] if near else None, far[0] if far else None, None, *parts)
    first, last, km = _closest(near, far, places)
    return Gap(first, last, km, *parts)


def _closest(near: list[State], far: list[State], places: Mapping[str, Node]) -> tuple[State, State, float]:
    """Nearest two states; where a place has several, one of a mode and gauge that the other has too goes first."""
    here, there = ([places[s.node_id] for s in states] for states in (near, far))
    km = geodesic_km(
        np.array([[p.lat] for p in here]),
        np.array([[p.lon] for p in here]),
        np.array([[p.lat for p in there]]),
        np.array([[p.lon for p in there]]),
    )
    pairs = np.argwhere(km <= km.min() + 1e-9)
    a, b = min(pairs.tolist(), key=lambda ab: (near[ab[0]][1:] != far[ab[1]][1:], ab))
    return near[a], far[b], float(km[a, b])


def _from(graph: Graph, origin: str, pin: Pin) -> set[Label]:
    """Labels that a pinned way reaches from the origin."""
    reached: set[Label] = set()
    waiting = labels_at(graph, origin, pin)
    while waiting:
        label = waiting.pop()
        if label not in reached:
            reached.add(label)
            waiting += [following for _, following in labels_after(graph, label, pin)]
    return reached


def _to(graph: Graph, destination: str, pin: Pin) -> set[Label]:
    """Labels from which the destination is reached with the pin all behind."""
    labels = [
        (state, number, passed)
        for node in sorted(graph.at)
        for state in graph.states_at(node)
        for number, section in enumerate(pin.sections)
        if state.mode in section.modes and node not in pin.avoid
        for passed in range(len(section.via) + 1)
    ]
    back: dict[Label, list[Label]] = {}
    for label in labels:
        for _, following in labels_after(graph, label, pin):
            back.setdefault(following, []).append(label)
    waiting = [label for label in labels if label[0].node_id == destination and pin.end_cost(*label) is not None]
    leading: set[Label] = set()
    while waiting:
        label = waiting.pop()
        if label not in leading:
            leading.add(label)
            waiting += back.get(label, [])
    return leading
