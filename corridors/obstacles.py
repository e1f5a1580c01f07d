"""Why a corridor has no way: what is shut or not built, and nothing that could stay as it is.

Where a corridor has no way, a second search runs on everything that stands in the tables, built or not, open or shut,
and looks for the way with the fewest obstacles; what can be left out of them is left out. What remains is the reason:
the gate that is shut, since when and how last confirmed, or the line that is not built, with its claimed years.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from corridors.catalogue import Corridor
from corridors.gap_words import gap_words
from corridors.pins import sections_of
from geodata.network import Network
from sim.activities import WATER, Edge
from sim.closures import Standing, split_open
from sim.gaps import find_gap
from sim.routing import Graph, Pin, least_cost
from sim.unfolding import unfold

if TYPE_CHECKING:
    from corridors.ways import WayFinder


class Obstacles:
    """What stands in the way on the date of a search.

    Parameters
    ----------
    search
        The search of the date, with everything that stands in the tables.
    """

    def __init__(self, search: WayFinder) -> None:
        self.search = search
        self._standing = self._unfolded()

    def reason(self, corridor: Corridor, origin: str, destination: str) -> str:
        """Reason in words why a corridor has no way: what is shut or not built, and nothing that could stay as it is."""
        found = self._obstacles_on(corridor, origin, destination, None)
        if found is None:
            return self._no_connection(corridor, origin, destination)
        for obstacle in sorted(found):
            fewer = self._obstacles_on(corridor, origin, destination, frozenset(found) - {obstacle})
            found = fewer if fewer is not None else found
        return "; ".join([*self._too_heavy(corridor, origin, destination), *found.values()])

    def _obstacles_on(
        self, corridor: Corridor, origin: str, destination: str, allowed: frozenset[str] | None
    ) -> dict[str, str] | None:
        """Obstacles on the way that meets fewest, by name and in words; None where no way keeps to those allowed."""
        edges, obstacles = self._standing
        kept = [e for e in edges if allowed is None or allowed >= {name for name, _ in obstacles.get(e.edge_id, ())}]
        graph = Graph(kept, {e.edge_id: float(e.edge_id in obstacles) for e in kept})
        starts, ends = self.search.ends(graph, origin, destination)
        free = (dict.fromkeys(starts, 0.0), dict.fromkeys(ends, 0.0))
        sections = sections_of(corridor, origin, destination, self.search.conditions.direction)
        pin = Pin(sections, *free, frozenset(corridor.avoid), once=True)
        route = least_cost(graph, origin, [destination], pin)[destination]
        if route is None:
            return None
        return dict(obstacle for e in route.edges for obstacle in obstacles.get(e.edge_id, ()))

    def _unfolded(self) -> tuple[list[Edge], dict[str, list[tuple[str, str]]]]:
        """Every edge of the tables, and all that stands in the way on it on the date: names and words."""
        opened = {p.project_id: 1 for p in self.search.everything.projects.values() if p.kind != "upgrade"}
        everything = self.search.everything.built(dt.date(9999, 1, 1), opened)
        edges = unfold(everything, self.search.conditions)
        _, barred = split_open(edges, self.search.found, self.search.conditions.consignment, everything)
        obstacles: dict[str, list[tuple[str, str]]] = {}
        for edge in edges:
            if edge.edge_id in self.search.graph.weights:
                continue
            project = next((a.project_id for a in edge.activities if a.project_id), "")
            found = []
            if project and project not in self.search.network.open_projects:
                found.append((project, self._unbuilt_words(project)))
            if edge.edge_id in barred:  # a gate may be shut on a line that is not built
                standing = barred[edge.edge_id]
                found.append((standing.closure.closure_id, _shut_words(standing, self.search.everything)))
            if found:
                obstacles[edge.edge_id] = found
        return edges, obstacles

    def _unbuilt_words(self, name: str) -> str:
        project = self.search.everything.projects[name]
        words = project.status.replace("_", " ")
        year = project.opening_year
        when = f", opening claimed or estimated {year[0]:.0f}-{year[2]:.0f}" if year else ""
        return f"{project.name}: not built on {self.search.scenario.date.isoformat()} ({words}{when})"

    def _too_heavy(self, corridor: Corridor, origin: str, destination: str) -> list[str]:
        """Say by which modes of the corridor the load may not go for its weight; nothing where it may go by all."""
        sections = sections_of(corridor, origin, destination, self.search.conditions.direction)
        modes = frozenset[str]().union(*(section.modes for section in sections))
        heavy = sorted(
            f"{mode} ({vehicle})" for mode, vehicle in self.search.conditions.closed_vehicles if mode in modes
        )
        c = self.search.conditions.consignment
        return (
            [f"{c.tonnes_per_unit:g} t in one {c.load_unit} is more than may go by {', '.join(heavy)}"] if heavy else []
        )

    def _no_connection(self, corridor: Corridor, origin: str, destination: str) -> str:
        heavy = self._too_heavy(corridor, origin, destination)
        if heavy:
            return heavy[0]
        if self.search.scenario.terms == "fob":
            return "the way reaches the port by ship: free on board there is no question for it"
        names = self.search.everything.nodes
        if sections_of(corridor, origin, destination, self.search.conditions.direction)[0].modes <= set(WATER):
            return f"the way would leave {names[origin].name} by ship: it begins where a ship has brought the cargo"
        joined = (
            f"nothing joins {names[origin].name} and {names[destination].name} for load unit "
            f"{self.search.conditions.consignment.load_unit} in this corridor, even with every project built and every gate open"
        )
        gap = self._gap(corridor, origin, destination)
        return f"{joined}: {gap}" if gap else self._forbidden(corridor, origin, destination)

    def _forbidden(self, corridor: Corridor, origin: str, destination: str) -> str:
        """Say that only the corridor's own rules forbid what the network would allow, and where to ask without them."""
        names = self.search.everything.nodes
        sections = sections_of(corridor, origin, destination, self.search.conditions.direction)
        places = ", ".join(names[place].name.split(" (")[0] for section in sections for place in section.via)
        return (
            f"this corridor is pinned by {places}, and no way by these in this order joins {names[origin].name} and "
            f"{names[destination].name}; corridors routes {origin} {destination} looks for ways that nothing pins"
        )

    def _gap(self, corridor: Corridor, origin: str, destination: str) -> str:
        """Say where the corridor breaks off; empty where only its rules forbid what the network would allow."""
        edges, _ = self._standing
        graph = Graph(edges, dict.fromkeys((e.edge_id for e in edges), 0.0))
        starts, ends = self.search.ends(graph, origin, destination)
        sections = sections_of(corridor, origin, destination, self.search.conditions.direction)
        pin = Pin(sections, dict.fromkeys(starts, 0.0), dict.fromkeys(ends, 0.0), frozenset(corridor.avoid), once=True)
        nodes = self.search.everything.nodes
        gap = find_gap(graph, origin, destination, pin, nodes)
        unit = self.search.conditions.consignment.load_unit
        return gap_words(gap, (origin, destination), nodes, graph.at, unit) if gap else ""


def _shut_words(standing: Standing, network: Network) -> str:
    c = standing.closure
    crossing = network.crossings.get(c.object_id)
    node = network.nodes.get(c.object_id)
    line = next((x.line_name for x in network.links.values() if c.object_id in (x.line_id, x.link_id)), "")
    name = crossing.name if crossing else node.name if node else line or c.object_id
    whom = f" to {c.vehicle}s" if c.vehicle else f" to {c.commodity}" if c.commodity else ""
    since = f"{name}: shut{whom} since {c.start.isoformat()}"
    if standing.assumption is None:
        return since
    return f"{since}, last confirmed {c.last_confirmed.isoformat()}, assumed still {standing.state}"
