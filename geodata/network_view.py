"""How a network shows itself at the end of a notebook cell: what is in it, by mode and status, and a sketch of its lines.

The sketch is an SVG of straight strokes in longitude and latitude, with longitudes shortened by the cosine of the middle latitude. It
shows what a network holds and nothing else: maps to print are made by ``corridors.plot_map``.
"""

from __future__ import annotations

from html import escape
from math import cos, radians
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geodata.elements import Crossing, Link
    from geodata.network import Network

WIDTH = 560.0
STROKES = {"rail": "#314b6d", "road": "#f18f42", "sea": "#00917e", "ferry": "#00917e"}
DASHES = {"operational": "", "under_construction": "4 2", "planned": "1.5 2"}


def network_html(network: Network) -> str:
    """Counts and kilometres by mode and status, and a sketch.

    Parameters
    ----------
    network
        Any network.

    Returns
    -------
    str
        HTML with units in the heads of its columns.
    """
    sums: dict[tuple[str, str], list[float]] = {}
    for link in network.links.values():
        entry = sums.setdefault((link.mode, link.status), [0, 0.0])
        entry[0] += 1
        entry[1] += link.length_km
    rows = "".join(
        f"<tr><td>{mode}</td><td>{status.replace('_', ' ')}</td><td>{count:,.0f}</td><td>{km:,.0f}</td></tr>"
        for (mode, status), (count, km) in sorted(sums.items())
    )
    counts = (
        f"{len(network.nodes):,} places, {len(network.links):,} links, {len(network.crossings):,} crossings, "
        f"{len(network.terminals):,} terminals, {len(network.projects):,} projects, {len(network.closures):,} closures"
    )
    opened = (
        f"<p>Open projects: {escape(', '.join(sorted(network.open_projects)))}</p>" if network.open_projects else ""
    )
    return (
        f"<p>{counts}</p>{opened}<table><thead><tr><th>mode</th><th>status</th><th>links</th><th>length, km</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{_sketch(network)}"
    )


def _sketch(network: Network) -> str:
    """Strokes of all links and crossings between the places they join."""
    hops: list[Link | Crossing] = [*network.links.values(), *network.crossings.values()]
    ends = {node for hop in hops for node in (hop.from_node_id, hop.to_node_id)} & network.nodes.keys()
    if not ends:
        return ""
    lons, lats = [network.nodes[n].lon for n in ends], [network.nodes[n].lat for n in ends]
    west, north = min(lons), max(lats)
    shrink = cos(radians((north + min(lats)) / 2.0))
    scale = (WIDTH - 10.0) / max((max(lons) - west) * shrink, 1e-6)
    height = (north - min(lats)) * scale + 10.0

    def at(node_id: str) -> str:
        node = network.nodes[node_id]
        return f"{5.0 + (node.lon - west) * shrink * scale:.1f},{5.0 + (north - node.lat) * scale:.1f}"

    groups: dict[tuple[str, str], list[str]] = {}
    for hop in hops:
        if hop.from_node_id in ends and hop.to_node_id in ends:
            groups.setdefault((hop.mode, hop.status), []).append(f"M{at(hop.from_node_id)} {at(hop.to_node_id)}")
    paths = "".join(
        f'<path d="{" ".join(lines)}" fill="none" stroke="{STROKES.get(mode, "#5b6570")}" stroke-width="1" '
        f'stroke-dasharray="{DASHES.get(status, "")}"/>'
        for (mode, status), lines in groups.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="Sketch of the network">{paths}</svg><p>rail blue, road orange, water green; dashed under construction, '
        "dotted planned</p>"
    )
