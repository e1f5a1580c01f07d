r"""Unfold a network into every activity that is open to a consignment, as edges between states.

A link gives a haul in each direction and for each vehicle and gauge that may use it; a truck's haul is followed by the
rest that its driver owes; a voyage is preceded by the wait for the ship. A crossing is a hop with a clearance on either side
and, where the truck may not go on, its exchange between them. A terminal changes mode, gauge or ship inside a place; at a
quay, cargo that came by land in transit is first released from it (``dwell.transit_export``: the bond is discharged, seal and
tracker come off), since a foreigner's export is not a neighbour's: rows say where that takes longer than nothing. What
happens before the first haul and after the last one depends on the terms (:func:`origin_activities`,
:func:`destination_activities`).

Everything found is open to the load: what is shut on the date is taken out later (:mod:`sim.closures`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from geodata.network import Crossing, Link, Network, Terminal
from sim.activities import WATER, Activity, Conditions, Edge, State


def unfold(network: Network, conditions: Conditions) -> list[Edge]:
    """Every edge that is open to a consignment on a network.

    Parameters
    ----------
    network
        What is built on the date.
    conditions
        What is moved, in which direction and month.

    Returns
    -------
    list of Edge
        Edges in both directions unless a link, crossing or terminal is directed.
    """
    edges: list[Edge] = []
    for link in network.links.values():
        edges.extend(_link_edges(link, conditions))
    for crossing in network.crossings.values():
        edges.extend(_crossing_edges(crossing, conditions))
    for terminal in network.terminals.values():
        edges.extend(_terminal_edges(terminal, network, conditions))
    return edges


def _tracks(mode: str, gauges: tuple[int, ...]) -> tuple[int, ...]:
    return gauges if mode == "rail" else (0,)


def _haul(blank: Activity, country: str, km: float) -> Activity:
    """Haul along a stretch in one country; ``blank`` says everything else."""
    stretch = blank.link_id or blank.crossing_id
    vehicle = f"{blank.mode}{blank.gauge_mm}" if blank.mode == "rail" else blank.vehicle
    name = f"haul@{stretch}:{country.lower()}.{blank.from_node_id}>{blank.to_node_id}.{vehicle}"
    return replace(blank, activity_id=name, kind="haul", country=country, km=km)


def _rest(haul: Activity) -> Activity:
    """Rest that the driver of a road haul owes."""
    return Activity(
        activity_id=haul.activity_id.replace("haul@", "rest@", 1),
        kind="rest",
        from_node_id=haul.to_node_id,
        to_node_id=haul.to_node_id,
        country=haul.country,
        mode=haul.mode,
        driven_km=haul.km,
        link_id=haul.link_id,
        crossing_id=haul.crossing_id,
        line_id=haul.line_id,
        project_id=haul.project_id,
        upgrade_id=haul.upgrade_id,
        terrain=haul.terrain,
        direction=haul.direction,
        vehicle=haul.vehicle,
        status=haul.status,
    )


def _link_edges(link: Link, conditions: Conditions) -> Iterator[Edge]:
    upgrade = link.upgrade_id if link.upgrade_id in conditions.open_upgrades else ""
    traction = "" if link.mode != "rail" else ("electric" if link.electrified == "yes" else "diesel")
    ways = [(link.from_node_id, link.to_node_id)]
    if not link.directed:
        ways.append((link.to_node_id, link.from_node_id))
    for start, end in ways:
        for vehicle in conditions.vehicles(link.mode):
            for gauge in _tracks(link.mode, link.gauges):
                blank = Activity(
                    activity_id="",
                    kind="",
                    from_node_id=start,
                    to_node_id=end,
                    mode=link.mode,
                    gauge_mm=gauge,
                    link_id=link.link_id,
                    line_id=link.line_id,
                    project_id=link.project_id,
                    upgrade_id=upgrade,
                    terrain=link.terrain,
                    traction=traction,
                    direction=conditions.direction,
                    vehicle=vehicle,
                    status=link.status,
                )
                haul = _haul(blank, link.country, link.length_km)
                name = f"{link.link_id}:{start}>{end}:{vehicle}{gauge or ''}"
                if link.mode in WATER:
                    yield _voyage(name, haul, conditions)
                else:
                    activities = (haul, _rest(haul)) if link.mode == "road" else (haul,)
                    here, there = (State(node, link.mode, gauge, vehicle) for node in (start, end))
                    yield Edge(name, here, there, activities)


def _voyage(name: str, haul: Activity, conditions: Conditions) -> Edge:
    wait = Activity(
        activity_id=f"wait.sailing@{haul.from_node_id}:{haul.link_id}",
        kind="wait",
        reason="sailing",
        from_node_id=haul.from_node_id,
        to_node_id=haul.from_node_id,
        country=haul.country,
        mode=haul.mode,
        link_id=haul.link_id,
        line_id=haul.line_id,
        direction=conditions.direction,
        vehicle="vessel",
    )
    start = State(haul.from_node_id, haul.mode, 0, "berth")
    return Edge(name, start, State(haul.to_node_id, haul.mode, 0, "vessel"), (wait, haul))


def _clear(crossing: Crossing, reason: str, country: str, node: str, flow: str, vehicle: str) -> Activity:
    return Activity(
        activity_id=f"clear.{reason}@{crossing.crossing_id}:{country.lower()}.{flow}",
        kind="clear",
        reason=reason,
        from_node_id=node,
        to_node_id=node,
        country=country,
        mode=crossing.mode,
        crossing_id=crossing.crossing_id,
        side=country,
        direction=flow,
        project_id=crossing.project_id,
        vehicle=vehicle,
        status=crossing.status,
    )


def _crossing_edges(crossing: Crossing, conditions: Conditions) -> Iterator[Edge]:
    ends = (
        (crossing.from_node_id, crossing.from_country, crossing.from_length_km),
        (crossing.to_node_id, crossing.to_country, crossing.to_length_km),
    )
    exchange = crossing.exchange
    if conditions.exchange is not None:
        exchange = conditions.exchange.get(crossing.crossing_id, exchange)
    traction = "diesel" if crossing.mode == "rail" else ""
    for (a, a_country, a_km), (b, b_country, b_km) in (ends, ends[::-1]):
        for vehicle in conditions.vehicles(crossing.mode):
            for gauge in _tracks(crossing.mode, crossing.gauges):
                blank = Activity(
                    activity_id="",
                    kind="",
                    from_node_id=a,
                    to_node_id=b,
                    mode=crossing.mode,
                    gauge_mm=gauge,
                    crossing_id=crossing.crossing_id,
                    project_id=crossing.project_id,
                    terrain=crossing.terrain,
                    traction=traction,
                    direction=conditions.direction,
                    vehicle=vehicle,
                    status=crossing.status,
                )
                out, into = _haul(blank, a_country, a_km), _haul(blank, b_country, b_km)
                road = crossing.mode == "road"
                activities = [out, *([_rest(out)] if road else [])]
                activities.append(_clear(crossing, "border", a_country, a, "out", vehicle))
                if road and exchange:
                    activities.append(_truck_exchange(crossing, b, b_country, vehicle, conditions.direction))
                activities.append(_clear(crossing, "border", b_country, b, "in", vehicle))
                activities.append(_clear(crossing, "transit", b_country, b, "in", vehicle))
                activities += [into, *([_rest(into)] if road else [])]
                name = f"{crossing.crossing_id}:{a}>{b}:{vehicle}{gauge or ''}"
                here, there = (State(node, crossing.mode, gauge, vehicle) for node in (a, b))
                yield Edge(name, here, there, tuple(activities))


def _truck_exchange(crossing: Crossing, node: str, country: str, vehicle: str, direction: str) -> Activity:
    return Activity(
        activity_id=f"transship.truck_exchange@{crossing.crossing_id}:{country.lower()}",
        kind="transship",
        reason="truck_exchange",
        from_node_id=node,
        to_node_id=node,
        country=country,
        mode="road",
        crossing_id=crossing.crossing_id,
        direction=direction,
        method="transship",
        vehicle=vehicle,
    )


def _terminal_reason(a_mode: str, b_mode: str) -> tuple[str, str]:
    """Kind and reason of what a terminal does between two modes."""
    if a_mode == "rail" and b_mode == "rail":
        return "change_gauge", ""
    if a_mode in WATER and b_mode in WATER:
        return "dwell", "feeder"
    if b_mode in WATER:
        return "dwell", "port_out"
    if a_mode in WATER:
        return "dwell", "port_in"
    return "transship", "mode"


def _terminal_edges(terminal: Terminal, network: Network, conditions: Conditions) -> Iterator[Edge]:
    if conditions.consignment.load_unit not in terminal.load_units:
        return
    sides = [((terminal.from_mode, terminal.from_gauge), (terminal.to_mode, terminal.to_gauge))]
    if not terminal.directed and sides[0][0] != sides[0][1]:
        sides.append((sides[0][1], sides[0][0]))
    country = network.nodes[terminal.node_id].country
    for (a_mode, a_gauge), (b_mode, b_gauge) in sides:
        kind, reason = _terminal_reason(a_mode, b_mode)
        for a_vehicle in ("vessel",) if a_mode in WATER else conditions.vehicles(a_mode):
            for b_vehicle in ("berth",) if b_mode in WATER else conditions.vehicles(b_mode):
                start = State(terminal.node_id, a_mode, a_gauge, a_vehicle)
                end = State(terminal.node_id, b_mode, b_gauge, b_vehicle)
                what = f"{a_mode}{a_gauge or ''}>{b_mode}{b_gauge or ''}"
                activity = Activity(
                    activity_id=f"{'.'.join(p for p in (kind, reason) if p)}@{terminal.terminal_id}:{what}",
                    kind=kind,
                    reason=reason,
                    from_node_id=terminal.node_id,
                    to_node_id=terminal.node_id,
                    country=country,
                    mode=b_mode if a_mode in WATER else a_mode,
                    gauge_mm=b_gauge if a_mode in WATER else a_gauge,
                    terminal_id=terminal.terminal_id,
                    project_id=terminal.project_id,
                    method=terminal.method,
                    direction=conditions.direction,
                    vehicle=b_vehicle if a_mode in WATER else a_vehicle,
                    status=terminal.status,
                )
                does: tuple[Activity, ...] = (activity,)
                if reason == "port_out":
                    does = (_transit_export(network, start, conditions), activity)
                yield Edge(f"{terminal.terminal_id}:{what}:{a_vehicle}>{b_vehicle}", start, end, does)


def _transit_export(network: Network, state: State, conditions: Conditions) -> Activity:
    return _stop(network, state, conditions, "dwell", "transit_export")


def origin_activities(network: Network, state: State, conditions: Conditions, *, from_ship: bool) -> list[Activity]:
    """What happens before the first haul: waiting for wagons or trucks and loading, after a port's dwell if by ship."""
    stops = [_stop(network, state, conditions, "wait", "supply"), _stop(network, state, conditions, "load")]
    if from_ship:
        stops.insert(0, _stop(network, state, conditions, "dwell", "transit_import"))
    return stops


def destination_activities(network: Network, state: State, conditions: Conditions, terms: str) -> list[Activity]:
    """What happens after the last haul, by terms.

    ``fob`` ends on board at the port (its release from transit, then dwell.export_sea); anything else ends at the
    consignee: inland clearance after a land haul, port clearance after a ship, then unloading.
    """
    if terms == "fob":
        return [_transit_export(network, state, conditions), _stop(network, state, conditions, "dwell", "export_sea")]
    reason = "import_sea" if state.mode in WATER else "import_land"
    return [_stop(network, state, conditions, "dwell", reason), _stop(network, state, conditions, "unload")]


def _stop(network: Network, state: State, conditions: Conditions, kind: str, reason: str = "") -> Activity:
    what = ".".join(part for part in (kind, reason) if part)
    return Activity(
        activity_id=f"{what}@{state.node_id}:{state.mode}",
        kind=kind,
        reason=reason,
        from_node_id=state.node_id,
        to_node_id=state.node_id,
        country=network.nodes[state.node_id].country,
        mode=state.mode,
        gauge_mm=state.gauge_mm,
        direction=conditions.direction,
        vehicle=state.vehicle,
    )
