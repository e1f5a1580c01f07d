r"""Activities: everything that can happen to a consignment on a network, as edges between states.

A *state* is where the cargo is and in what: place, mode, gauge, vehicle. A haul keeps the mode and moves along a
link; a crossing is a hop between two countries with a clearance on either side; a terminal changes mode, gauge or
ship inside a place. Unfolding a network gives every edge that is open to a consignment; a route is a path through
states, and its activities are those of its edges (the virtual network of freight modelling; the time/cost-distance
chart of UNESCAP, ``unescap-resources-timecost-distance-methodology``; the trip log of the CAREC CPMM).

An activity knows what it is (kind, reason, place, country, side, line ...), never what it costs: hours, dollars and
emissions are asked for in :mod:`sim.transit_time`, :mod:`sim.cost` and :mod:`sim.emissions`. ``activity_id`` is kind
and place or link, independent of route, corridor, order and scenario.

Ships: cargo handed to a quay is ``berth`` until it sails and on the ``vessel`` until it is discharged, so that passing
from ship to ship is an activity of its own.

Left out: capacity, timetables and opening hours; waits stand for their unconditional means (``clocked`` marks them).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.consignment import Consignment

WATER = ("sea", "ferry")
CLOCKED = frozenset({("wait", "sailing"), ("rest", "")})
"""Kinds whose length depends on the clock or on accumulated time; search uses their unconditional means."""


class State(NamedTuple):
    """Where the cargo is and in what."""

    node_id: str
    mode: str
    gauge_mm: int
    vehicle: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that happens to the cargo.

    ``km`` is the length of a haul [km], 0 for stops; ``driven_km`` the haul that a rest follows [km]. ``place`` is the node of a stop. ``direction`` is in or out of
    the side's country for clearances, southbound or northbound for everything else.
    """

    activity_id: str
    kind: str
    reason: str = ""
    from_node_id: str = ""
    to_node_id: str = ""
    country: str = ""
    mode: str = ""
    gauge_mm: int = 0
    km: float = 0.0
    driven_km: float = 0.0
    link_id: str = ""
    crossing_id: str = ""
    terminal_id: str = ""
    line_id: str = ""
    project_id: str = ""
    upgrade_id: str = ""
    terrain: str = ""
    traction: str = ""
    side: str = ""
    method: str = ""
    direction: str = ""
    vehicle: str = ""
    status: str = "operational"

    @property
    def place(self) -> str:
        """Node of a stop; start of a haul."""
        return self.from_node_id

    @property
    def moving(self) -> bool:
        """Whether the cargo covers distance."""
        return self.kind == "haul"

    @property
    def clocked(self) -> bool:
        """Whether its length depends on the clock or on accumulated time."""
        return (self.kind, self.reason) in CLOCKED

    @property
    def additive(self) -> bool:
        """Whether its hours may be added without knowing when it starts."""
        return not self.clocked


class Edge(NamedTuple):
    """A step between two states and the activities that it takes, in order."""

    edge_id: str
    start: State
    end: State
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class Conditions:
    """What an unfolding needs beside the network.

    Parameters
    ----------
    consignment
        What is moved.
    direction
        southbound or northbound.
    month
        Month of departure, 1 to 12.
    open_upgrades
        Upgrade projects that are open; links named by them carry their name.
    exchange
        Crossings where a truck must (True) or need not (False) be changed, over the table's own statement.
    closed_vehicles
        ``(mode, vehicle)`` that may not carry this load, say because a box is too heavy for the road.
    """

    consignment: Consignment
    direction: str
    month: int
    open_upgrades: Collection[str] = ()
    exchange: Mapping[str, bool] | None = None
    closed_vehicles: Collection[tuple[str, str]] = ()

    def vehicles(self, mode: str) -> tuple[str, ...]:
        """Vehicles that may carry the load on a mode."""
        allowed = self.consignment.vehicles_allowed(mode)
        return tuple(v for v in allowed if (mode, v) not in self.closed_vehicles)


def selectors_of(activity: Activity, consignment: Consignment, month: int) -> dict[str, str]:
    """Attributes that parameter rows select on, by selector name."""
    return {
        "mode": activity.mode,
        "gauge_mm": str(activity.gauge_mm) if activity.gauge_mm else "",
        "country": activity.country,
        "line_id": activity.line_id,
        "node_id": activity.from_node_id,
        "link_id": activity.link_id,
        "crossing_id": activity.crossing_id,
        "terminal_id": activity.terminal_id,
        "upgrade_id": activity.upgrade_id,
        "terrain": activity.terrain,
        "traction": activity.traction,
        "side": activity.side,
        "method": activity.method,
        "reason": activity.reason,
        "load_unit": consignment.load_unit,
        "service": consignment.service(activity.mode),
        "commodity": consignment.commodity,
        "direction": activity.direction,
        "months": str(month),
        "vehicle": {"berth": "vessel"}.get(activity.vehicle, activity.vehicle),
    }
