r"""What is shut on a day, what is only believed to be, and what that bars.

``closures.csv`` holds dated rows. On a given day a row is *in force* where it has begun and has neither ended nor
outlived its last confirmation; it is *unknown* where it has begun, has no end, and the day lies after the last
confirmation. "Unknown on this date" is a legal value that no figure may rest on in silence: a run must settle every
unknown by a stated assumption, and every result repeats it. Nothing falls back to open.

A row that shuts bars everything that its filters (mode, vehicle, load unit, direction, commodity) let through to it; a
row that restricts bars only where it names whom, and leaves no share open; slow bars nothing. A pass shut to trailers
thus still lets rigid trucks through.

Left out here: closures that have not happened yet. The random process of closures is a later chapter of this module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geodata.network import Closure, Network
from geodata.tables import TableError
from sim.activities import Edge
from sim.consignment import Consignment

SEVERITY = ("open", "slow", "restricted", "shut")
"""States from the mildest to the strictest."""

UNKNOWN = "unknown"
"""Word of the record for a row that has outlived its last confirmation; no run may rest on it (:func:`standings`)."""


class UnsettledStateError(TableError):
    """A state is unknown on the date and no assumption settles it."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """How a scenario settles an unknown state: open, shut or restricted, and why."""

    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A closure row as it stands on a day.

    ``state`` is open, shut, restricted or slow; ``assumption`` is filled where the record does not say.
    """

    closure: Closure
    state: str
    assumption: Assumption | None = None

    @property
    def words(self) -> str:
        """One phrase for tables and maps, with the date since when and the last confirmation."""
        c = self.closure
        since = f"{self.state} since {c.start.isoformat()}"
        if self.assumption is None:
            return f"{c.object_id} {since}"
        return (
            f"{c.object_id} assumed {self.state} "
            f"({c.effect} since {c.start.isoformat()}, last confirmed {c.last_confirmed.isoformat()}, unknown after)"
        )


def recorded(network: Network, on: dt.date) -> list[tuple[Closure, str]]:
    """Every closure row that has begun and not ended on a day, with the state that the record leaves it in.

    For reading the record only: a run asks :func:`standings`, which refuses what is unknown.

    Parameters
    ----------
    network
        Network with its closures.
    on
        The day asked about.

    Returns
    -------
    list of (Closure, str)
        In the order of the table; the state is shut, restricted or slow, or :data:`UNKNOWN` where the row has no end
        and the day lies after its last confirmation.
    """
    begun = [c for c in network.closures.values() if c.start <= on and (c.end is None or c.end >= on)]
    return [(c, c.effect if c.end is not None or on <= c.last_confirmed else UNKNOWN) for c in begun]


def standings(network: Network, on: dt.date, assumptions: Mapping[str, Assumption]) -> list[Standing]:
    """Every closure row that is in force or unknown on a day, settled by assumptions where unknown.

    Parameters
    ----------
    network
        Network with its closures.
    on
        The scenario's day.
    assumptions
        By closure_id or event_id; a closure's own assumption beats its event's.

    Returns
    -------
    list of Standing
        In the order of the table.

    Raises
    ------
    UnsettledStateError
        Where a state is unknown and nothing settles it; names row, object, dates and the mend.
    """
    found: list[Standing] = []
    open_questions: list[str] = []
    for closure, state in recorded(network, on):
        stated = assumptions.get(closure.closure_id) or assumptions.get(closure.event_id)
        if state != UNKNOWN:
            found.append(Standing(closure, state))
        elif stated is not None:
            found.append(Standing(closure, _settled(closure, stated, assumptions), stated))
        else:
            open_questions.append(
                f"{closure.object} {closure.object_id!r} (event {closure.event_id!r}: {closure.effect} since "
                f"{closure.start.isoformat()}, last confirmed {closure.last_confirmed.isoformat()})"
            )
    if open_questions:
        msg = (
            f"closures.csv: on {on.isoformat()} the state is unknown of " + "; ".join(open_questions) + ". "
            "Say what the run assumes: in the scenario file, [[assume]] with event, state (open, shut, restricted) and why"
        )
        raise UnsettledStateError(msg)
    return found


def _settled(closure: Closure, stated: Assumption, assumptions: Mapping[str, Assumption]) -> str:
    """State of a row under an assumption: one about its event shuts no row further than the row itself ever did."""
    if closure.closure_id in assumptions:
        return stated.state
    return min(stated.state, closure.effect, key=SEVERITY.index)


def bars(standing: Standing, edge: Edge, consignment: Consignment, network: Network) -> bool:
    """Whether a standing keeps a consignment from an edge."""
    closure = standing.closure
    if standing.state in ("open", "slow"):
        return False
    named = any((closure.vehicle, closure.load_unit, closure.direction, closure.commodity))
    if standing.state == "restricted" and not (named and not closure.share_open):
        return False
    filters = (
        (closure.load_unit, (consignment.load_unit,)),
        (closure.commodity, (consignment.commodity,)),
        (closure.vehicle, (edge.start.vehicle, edge.end.vehicle)),
        (closure.mode, (edge.start.mode, edge.end.mode)),
    )
    return all(not wanted or wanted in found for wanted, found in filters) and _touches(closure, edge, network)


def _touches(closure: Closure, edge: Edge, network: Network) -> bool:
    """Whether an edge passes what a closure names, in the direction that it bars."""
    name = closure.object_id
    if closure.object == "node":
        return name in (edge.start.node_id, edge.end.node_id)
    if closure.object == "country":
        return any(a.country == name for a in edge.activities)
    haul = next((a for a in edge.activities if a.moving), None)
    if haul is None:
        return False
    if name != {"link": haul.link_id, "line": haul.line_id, "crossing": haul.crossing_id}[closure.object]:
        return False
    whole = network.crossings[name] if closure.object == "crossing" else network.links[haul.link_id]
    forward = haul.from_node_id == whole.from_node_id
    return not closure.direction or forward == (closure.direction == "forward")


def split_open(
    edges: Sequence[Edge], found: Sequence[Standing], consignment: Consignment, network: Network
) -> tuple[list[Edge], dict[str, Standing]]:
    """Edges that stay open, and what bars each of the others by edge_id."""
    active = [s for s in found if s.state not in ("open", "slow")]
    barred: dict[str, Standing] = {}
    for edge in edges:
        for standing in active:
            if bars(standing, edge, consignment, network):
                barred[edge.edge_id] = standing
                break
    return [edge for edge in edges if edge.edge_id not in barred], barred


def gate_states(network: Network, found: Sequence[Standing]) -> dict[str, str]:
    """State of every crossing and of every other object with a standing: open, shut, restricted, slow, with ``, assumed``."""
    states = dict.fromkeys(network.crossings, "open")
    for standing in found:
        name = standing.closure.object_id
        said = standing.state + (", assumed" if standing.assumption else "")
        now = states.get(name, "open")
        if SEVERITY.index(standing.state) > SEVERITY.index(now.split(",")[0]) or (
            standing.assumption and now == "open"
        ):
            states[name] = said
    return states
