r"""Hinterland: from which places is one port nearer than another, in days and in dollars?

One search from a port against the direction of travel gives the least mean cost from every place of a country to it,

.. math:: t(p) = \min_{w: p \to port} \sum_{a \in w} E[hours_a], \qquad c(p) = \min_w \sum_{a \in w} E[usd_a],

over everything that is open on the scenario's date, by any mode and any gate, with what happens before the first haul
(waiting for wagons, loading) and after the last one (on board at the port, if the scenario says ``fob``). The quickest and the cheapest way
are two searches and need not be one way. With 20 h to port A and 26 h to port B a place lies 6 h inside A's hinterland.

Left out: closures to come and the scatter of trips, since a search works on means; the sea beyond the port; and the
ground between the places. Nothing is interpolated: a figure belongs to a place of the network, and to no village beside it.
A place from which no way leads is absent, and not far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.captions import factor_of, one_of, place_name
from corridors.toml_files import ScenarioError
from sim.activities import WATER, Edge
from sim.routing import Graph, Pin, least_cost
from sim.unfolding import destination_activities, origin_activities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.study import Study
    from sim.activities import Activity

MEASURES = ("hours", "usd")
"""What is least on the way: hours, or dollars of the consignment."""


class Reach(NamedTuple):
    """Least mean hours and dollars from a place to each port; a port that cannot be reached has no entry."""

    node_id: str
    hours: dict[str, float]
    usd: dict[str, float]


class Reckoner:
    """Prices of every open step of a study, ready for searches from its ports.

    Parameters
    ----------
    study
        Its network, assumptions, consignment and date hold; its corridors do not matter.
    """

    def __init__(self, study: Study) -> None:
        if study.search is None:
            raise ScenarioError("hinterland: this study keeps no search; make it by run(read_scenario(...))")
        self.study = study
        self.conditions = study.search.conditions
        self.expectations = study.search.expectations
        self.edges = [Edge(e.edge_id, e.end, e.start, e.activities) for e in study.search.graph.edges]

    def cost(self, activities: Sequence[Activity], measure: str) -> float:
        """Mean hours or dollars of activities. [h] or [USD]."""
        means = self.expectations.means(activities)
        return means.hours if measure == "hours" else means.usd

    def least(self, port: str, places: Sequence[str], measure: str, barred: str = "") -> dict[str, float]:
        """Least mean hours or dollars from each place to a port, by no way through a country that is barred.

        Places without a way are left out. [h] or [USD].
        """
        network, terms = self.study.network, self.study.scenario.terms
        edges = [e for e in self.edges if not barred or all(a.country != barred for a in e.activities)]
        graph = Graph(edges, {e.edge_id: self.cost(e.activities, measure) for e in edges})
        after = {
            s: self.cost(destination_activities(network, s, self.conditions, terms), measure)
            for s in graph.states_at(port)
            if s.vehicle != "berth" and not (terms == "fob" and s.mode in WATER)
        }
        before = {
            s: self.cost(origin_activities(network, s, self.conditions, from_ship=False), measure)
            for place in places
            for s in graph.states_at(place)
            if s.mode not in WATER
        }
        found = least_cost(graph, port, places, Pin(start_costs=after, end_costs=before))
        return {place: path.cost for place, path in found.items() if path is not None}


def hinterland(study: Study, ports: Sequence[str], country: str = "KZ", *, not_through: str = "") -> list[Reach]:
    """Least mean hours and dollars from every place of a country to each port.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    ports
        Places, by ``node_id`` or name.
    country
        Where the places lie (ISO 3166-1 alpha-2).
    not_through
        Country that ways to a port outside it may not pass; empty for none.

    Returns
    -------
    list of Reach
        One entry a place from which some port can be reached, in the order of ``nodes.csv``.

    Raises
    ------
    ScenarioError
        If there is no such port or country.
    """
    countries = {n.country: n.country for n in study.network.nodes.values()}
    not_through = one_of(not_through or None, countries, "country")
    names = {node: place_name(study, node) for node in study.network.nodes}
    ports = [_port(study, port, names) for port in ports]
    if len(set(ports)) < len(ports):
        raise ScenarioError(f'--port, --against: both are "{ports[0]}"; name two ports, or --against "" for none')
    places = [n.node_id for n in study.network.nodes.values() if n.country == country and n.kind != "waypoint"]
    reckoner = Reckoner(study)
    barred = {p: "" if study.network.nodes[p].country == not_through else not_through for p in ports}
    least = {(m, port): reckoner.least(port, places, m, barred[port]) for m in MEASURES for port in ports}
    found = []
    for place in places:
        hours, usd = ({p: least[m, p][place] for p in ports if place in least[m, p]} for m in MEASURES)
        if hours or usd:
            found.append(Reach(place, hours, usd))
    return found


def _port(study: Study, name: str, names: Mapping[str, str]) -> str:
    """Place that is asked about; a port where cargo ends on board a ship."""
    nodes = study.network.nodes
    ports = {node: words for node, words in names.items() if nodes[node].kind == "port"}
    words = {word.casefold() for pair in names.items() for word in pair}
    if study.scenario.terms != "fob" and name.casefold() in words:
        return one_of(name, names, "port")
    return one_of(name, ports, "port")


def hinterland_rows(study: Study, reaches: Sequence[Reach], ports: Sequence[str]) -> list[dict[str, Any]]:
    """One row a place: days and dollars per load unit to each port, and what the second takes more than the first."""
    factor = factor_of(study, "usd")
    rows = []
    for reach in reaches:
        node = study.network.nodes[reach.node_id]
        row: dict[str, Any] = {"scenario": study.scenario.name, "place": reach.node_id, "name": node.name}
        row |= {"lon": node.lon, "lat": node.lat}
        for port in ports:
            row[f"days_{port}"] = reach.hours[port] / 24.0 if port in reach.hours else ""
            row[f"usd_{port}"] = reach.usd[port] * factor if port in reach.usd else ""
        rows.append(row)
    return rows
