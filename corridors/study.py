r"""Carry one scenario through the house: the page to read first.

A study takes a scenario apart once, at the door, and hands each room only what it needs:

1. the tables are read and the scenario's rows are laid over them (:mod:`geodata.network`, :mod:`sim.parameters`);
2. the network of the date is built: projects opened by name or by year, contested lengths fixed or left to be drawn;
3. dated closures are looked up, and every state that nobody knows is settled by a stated assumption (:mod:`sim.closures`);
4. the network is unfolded into activities and each is priced: hours, dollars, emissions (:mod:`sim.activities`);
5. each corridor is searched from each origin to each destination (:mod:`sim.routing`);
6. each way is carried through every draw (:mod:`sim.simulation`); all ways share their draws, so differences are paired.

A way that cannot be found keeps its place with the reason: the shut gate or the unbuilt line, with its date.

>>> from corridors import read_scenario, run, compare
>>> study = run(read_scenario("both-open", ["draws=64", "origins=almaty1", "destinations=karachi_port"]))
>>> len(compare(study))
11
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.catalogue import Corridor, find_corridor, read_catalogue
from corridors.toml_files import ScenarioError, nearest
from geodata.network import DATA as GEODATA
from geodata.network import Network, network_of, read_network_tables
from geodata.tables import Table, read_dictionary, read_table
from sim.activities import (
    WATER,
    Activity,
    Conditions,
    Edge,
    State,
    destination_activities,
    origin_activities,
    unfold,
)
from sim.amounts import Length, expected
from sim.closures import Assumption, Standing, gate_states, split_open, standings
from sim.consignment import Consignment
from sim.cost import payload_t, usd_amounts
from sim.itinerary import Itinerary, price
from sim.parameters import DATA as SIMDATA
from sim.parameters import MatchError, Parameters, read_parameters
from sim.routing import Graph, Pin, Section, least_cost
from sim.routing import Path as Route
from sim.simulation import Draws, Outcome, simulate
from sim.transit_time import hours_amount

if TYPE_CHECKING:
    from corridors.scenario import Scenario


@dataclass(frozen=True)
class Way:
    """One corridor between one pair of places.

    ``reason`` says why it is not feasible; ``assumption`` what the run assumes about states that nobody knows.
    """

    origin: str
    destination: str
    corridor: str
    feasible: bool
    reason: str
    assumption: str
    itinerary: Itinerary | None = field(default=None, repr=False)
    outcome: Outcome | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Study:
    """A scenario carried through.

    Parameters
    ----------
    scenario
        What was asked.
    network
        What is built on the date.
    parameters
        Rows used, with the scenario's own laid over.
    catalogue
        Corridors by id.
    ways
        One entry a corridor and pair of places, in the scenario's order.
    standings
        Closures in force or assumed on the date.
    lengths
        Projects whose length is drawn.
    consignment, direction
        What is moved and which way it goes.
    """

    scenario: Scenario
    network: Network
    parameters: Parameters
    catalogue: Mapping[str, Corridor]
    ways: tuple[Way, ...]
    standings: tuple[Standing, ...]
    lengths: Mapping[str, Length]
    consignment: Consignment
    direction: str

    @property
    def states(self) -> dict[str, str]:
        """State of each crossing, and of each other object that a closure names, on the date."""
        return gate_states(self.network, self.standings)

    @property
    def assumption(self) -> str:
        """One sentence on every state that nobody knows on the date; empty where all are known."""
        return assumption_sentence(self.standings)

    def pairs(self) -> list[tuple[str, str]]:
        """Origin and destination pairs, in the scenario's order."""
        return [(o, d) for o in self.scenario.origins for d in self.scenario.destinations]

    def ways_between(self, origin: str, destination: str) -> list[Way]:
        """Ways of one pair, in the scenario's order of corridors."""
        return [w for w in self.ways if (w.origin, w.destination) == (origin, destination)]

    def source_ids(self) -> list[str]:
        """Sources that the figures of the feasible ways rest on, each once."""
        from corridors.citations import sources_of  # the citations read two more tables

        return list(sources_of(self))


def assumption_sentence(found: Sequence[Standing]) -> str:
    """State what is assumed, event by event."""
    said: dict[str, str] = {}
    for standing in found:
        if standing.assumption is not None:
            c = standing.closure
            said.setdefault(
                c.event_id,
                f"{c.event_id}: {standing.state} (last confirmed {c.last_confirmed.isoformat()}, unknown since)",
            )
    return "Assumed " + "; ".join(said.values()) if said else ""


def run(scenario: Scenario) -> Study:
    """Carry a scenario through the house.

    Parameters
    ----------
    scenario
        A checked scenario (:func:`corridors.read_scenario`).

    Returns
    -------
    Study

    Raises
    ------
    ScenarioError
        Where a name of the scenario is none of the network's.
    TableError
        Where a table breaks its dictionary, a parameter is missing or ambiguous, or a state is unknown and unsettled.
    """
    everything, parameters = _tables(scenario)
    catalogue = read_catalogue()
    check_names(scenario, everything, catalogue)
    opened = {
        project: (scenario.date.year if year is True else year) for project, year in scenario.projects.open.items()
    }
    everything, lengths = _lengths(scenario, everything)
    network = everything.built(scenario.date, opened, scenario.projects.held)
    assumptions = {a.event or a.closure or "": Assumption(a.state, a.why) for a in scenario.assume}
    found = standings(everything, scenario.date, assumptions)
    consignment = Consignment(**scenario.consignment.model_dump())
    conditions = Conditions(
        consignment=consignment,
        direction=_direction(scenario, network),
        month=scenario.month,
        open_upgrades=network.open_projects,
        exchange=scenario.exchange,
        closed_vehicles=overloaded(parameters, consignment),
    )
    search = _Search(network, everything, parameters, conditions, found, lengths, scenario)
    draws = Draws(parameters, lengths, scenario.draws, scenario.seed)
    ways = []
    for origin in scenario.origins:
        found_ways: dict[tuple[str, str], Way] = {}
        for name in scenario.corridors:
            corridor = find_corridor(name, catalogue)
            for destination in scenario.destinations:
                found_ways[destination, name] = search.way(corridor, origin, destination, draws)
        ways += [found_ways[d, name] for d in scenario.destinations for name in scenario.corridors]
    return Study(
        scenario=scenario,
        network=network,
        parameters=parameters,
        catalogue=catalogue,
        ways=tuple(ways),
        standings=tuple(found),
        lengths=lengths,
        consignment=consignment,
        direction=conditions.direction,
    )


def _tables(scenario: Scenario) -> tuple[Network, Parameters]:
    """Shipped tables with the scenario's rows and figures laid over them."""
    overlays: dict[str, Table] = {}
    own: list[Table] = []
    dictionary = {**read_dictionary(GEODATA), **read_dictionary(SIMDATA)}
    for file in scenario.rows:
        path = Path(file)
        name = path.stem if path.stem in dictionary else _table_of(path, dictionary)
        table = read_table(path, dictionary[name])
        if name == "parameters":
            own.append(table)
        else:
            overlays[name] = table
    network = network_of(read_network_tables(overlays=overlays))
    parameters = read_parameters()
    for table in own:
        parameters = parameters.overlaid(table, theirs=True)
    values: dict[str, dict[str, float]] = {}
    for key, value in scenario.set.items():
        parameter_id, _, column = key.rpartition(".")
        values.setdefault(parameter_id, {})[column] = value
    return network, parameters.with_values(values)


def _table_of(path: Path, dictionary: Mapping[str, object]) -> str:
    """Table whose columns a file of rows has."""
    header = path.read_text(encoding="utf-8-sig").splitlines()[:1]
    names = [cell.strip().strip('"') for cell in (header[0] if header else "").split(",")]
    for name, resource in dictionary.items():
        if names and names[0] == resource.fields[0].name and set(names) <= {f.name for f in resource.fields}:  # type: ignore[attr-defined]
            return name
    msg = f"{path.name}: its columns are those of no table; name the file after its table ({', '.join(dictionary)})"
    raise ScenarioError(msg)


def _lengths(scenario: Scenario, network: Network) -> tuple[Network, dict[str, Length]]:
    """Lengths that are drawn, and the network with those that the scenario states."""
    lengths: dict[str, Length] = {}
    for project in network.projects.values():
        if project.project_id not in network.project_km or project.length_km is None:
            continue
        stated = scenario.project_length.get(project.project_id)
        if stated is not None:
            network = network.with_project_length(project.project_id, stated)
        else:
            low, best, high = project.length_km
            lengths[project.project_id] = Length(low, best, high, project.length_shape or "triangular")
    return network, lengths


def check_names(scenario: Scenario, network: Network, catalogue: Mapping[str, Corridor]) -> None:
    """Refuse a name in a scenario that the network or the catalogue does not know.

    Raises
    ------
    ScenarioError
        Naming file, key, what was found and the nearest right name.
    """
    events = [*(c.event_id for c in network.closures.values()), *network.closures]
    named: tuple[tuple[str, Iterable[str], Collection[str]], ...] = (
        ("origins", scenario.origins, network.nodes),
        ("destinations", scenario.destinations, network.nodes),
        ("corridors", scenario.corridors, catalogue),
        ("projects.open", scenario.projects.open, network.projects),
        ("projects.held", scenario.projects.held, network.projects),
        ("project_length", scenario.project_length, network.projects),
        ("exchange", scenario.exchange, network.crossings),
        ("assume", (a.event or a.closure or "" for a in scenario.assume), events),
    )
    for key, names, allowed in named:
        for name in names:
            if name not in allowed:
                msg = f'{scenario.file}, key {key}: there is no "{name}"{nearest(name, allowed)}'
                raise ScenarioError(msg)
    for corridor_id in scenario.corridors:
        for place in sorted(catalogue[corridor_id].places - network.nodes.keys()):
            msg = f'catalogue.toml, corridor {corridor_id}: there is no place "{place}"{nearest(place, network.nodes)}'
            raise ScenarioError(msg)


def _direction(scenario: Scenario, network: Network) -> str:
    """Southbound where the destinations lie south of the origins on average, else northbound."""

    def latitude(names: Sequence[str]) -> float:
        return sum(network.nodes[name].lat for name in names) / len(names)

    return "southbound" if latitude(scenario.destinations) < latitude(scenario.origins) else "northbound"


def overloaded(parameters: Parameters, consignment: Consignment) -> set[tuple[str, str]]:
    """Vehicles that a box is too heavy for (a box cannot be split; loose cargo is divided)."""
    if not consignment.is_box:
        return set()
    too_heavy = set()
    for mode in ("rail", "road"):
        for vehicle in consignment.vehicles_allowed(mode):
            if consignment.tonnes_per_unit > payload_t(parameters, consignment, mode, vehicle):
                too_heavy.add((mode, vehicle))
    return too_heavy


class _Search:
    """Search of corridors on one priced network."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of one study, taken apart once
        self,
        network: Network,
        everything: Network,
        parameters: Parameters,
        conditions: Conditions,
        found: Sequence[Standing],
        lengths: Mapping[str, Length],
        scenario: Scenario,
    ) -> None:
        self.network, self.everything, self.parameters = network, everything, parameters
        self.conditions, self.lengths, self.scenario = conditions, lengths, scenario
        self.found = found
        consignment = conditions.consignment
        row = parameters.rows[_value_of_time(parameters, conditions)]
        self.usd_per_hour = consignment.value_usd * row.mean / 100.0 / 24.0
        self._priced: dict[str, float] = {}
        edges, self.barred = split_open(unfold(network, conditions), found, consignment, network)
        self.graph = Graph(edges, {e.edge_id: self.weight(e.activities) for e in edges})
        self._obstacles: tuple[Graph, dict[str, Edge]] | None = None

    def weight(self, activities: Sequence[Activity]) -> float:
        """Mean generalized cost of activities. [USD]"""
        return sum(self._weight_of(a) for a in activities)

    def _weight_of(self, activity: Activity) -> float:
        known = self._priced.get(activity.activity_id)
        if known is None:
            p, c, m = self.parameters, self.conditions.consignment, self.conditions.month
            hours = expected(hours_amount(activity, p, c, m), p, self.lengths)
            usd = sum(expected(a, p, self.lengths) for a in usd_amounts(activity, p, c, m).values())
            known = self._priced[activity.activity_id] = usd + self.usd_per_hour * hours
        return known

    def way(self, corridor: Corridor, origin: str, destination: str, draws: Draws) -> Way:
        """One corridor between one pair of places, found, priced and carried through the draws."""
        assumption = assumption_sentence(self.found)
        sections = sections_of(corridor, destination)
        starts, ends = self._ends(self.graph, origin, destination)
        pin = Pin(
            sections,
            {s: self.weight(a) for s, a in starts.items()},
            {s: self.weight(a) for s, a in ends.items()},
            frozenset(corridor.avoid),
        )
        route = least_cost(self.graph, origin, [destination], pin)[destination]
        if route is None:
            reason = self._why_not(corridor, origin, destination)
            return Way(origin, destination, corridor.corridor_id, feasible=False, reason=reason, assumption=assumption)
        activities = [
            *starts[route.states[0]],
            *(a for e in route.edges for a in e.activities),
            *ends[route.states[-1]],
        ]
        c = self.conditions
        itinerary = price(activities, self.parameters, c.consignment, c.month, self.lengths)
        outcome = simulate(itinerary, draws)
        return Way(origin, destination, corridor.corridor_id, True, "", assumption, itinerary, outcome)

    def _ends(
        self, graph: Graph, origin: str, destination: str
    ) -> tuple[dict[State, list[Activity]], dict[State, list[Activity]]]:
        """What happens before the first and after the last haul, by state in which a way may begin or end."""
        terms, c = self.scenario.terms, self.conditions
        starts = {
            s: origin_activities(self.network, s, c, from_ship=terms == "transit_import")
            for s in graph.states_at(origin)
            if s.mode not in WATER
        }
        ends = {
            s: destination_activities(self.network, s, c, terms)
            for s in graph.states_at(destination)
            if s.vehicle != "berth" and not (terms == "fob" and s.mode in WATER)
        }
        return starts, ends

    def _why_not(self, corridor: Corridor, origin: str, destination: str) -> str:
        """Reason in words why a corridor has no way: what is shut or not built on the way with fewest obstacles."""
        if self._obstacles is None:
            self._obstacles = self._full_graph()
        graph, edges = self._obstacles
        starts, ends = self._ends(graph, origin, destination)
        free = (dict.fromkeys(starts, 0.0), dict.fromkeys(ends, 0.0))
        pin = Pin(sections_of(corridor, destination), *free, frozenset(corridor.avoid))
        route = least_cost(graph, origin, [destination], pin)[destination]
        if route is None:
            return self._no_connection(origin, destination)
        return "; ".join(self._obstacle_words(route, edges))

    def _full_graph(self) -> tuple[Graph, dict[str, Edge]]:
        """Everything that stands in the tables, weighed by whether it is an obstacle on the date (1) or not (0)."""
        everything = self.everything.built(
            dt.date(9999, 1, 1),
            {p: 1 for p in self.everything.projects if self.everything.projects[p].kind != "upgrade"},
        )
        edges = unfold(everything, self.conditions)
        now = {e.edge_id for e in self.graph.edges}
        weights = {e.edge_id: 0.0 if e.edge_id in now else 1.0 for e in edges}
        _, self._barred_all = split_open(edges, self.found, self.conditions.consignment, everything)
        return Graph(edges, weights), {e.edge_id: e for e in edges}

    def _obstacle_words(self, route: Route, edges: Mapping[str, Edge]) -> list[str]:
        words: list[str] = []
        for edge in route.edges:
            standing = self._barred_all.get(edge.edge_id)
            if standing is not None:
                words.append(_shut_words(standing, self.everything))
            elif self.graph.weights.get(edge.edge_id) is None:
                words.append(self._unbuilt_words(edges[edge.edge_id]))
        return list(dict.fromkeys(words))

    def _unbuilt_words(self, edge: Edge) -> str:
        name = next((a.project_id for a in edge.activities if a.project_id), "")
        project = self.everything.projects.get(name)
        if project is None:
            return f"{edge.edge_id} is not open to this cargo"
        words = project.status.replace("_", " ")
        year = project.opening_year
        when = f", {year[0]:.0f}-{year[2]:.0f} claimed or estimated" if year else ""
        return f"{project.name}: not built on {self.scenario.date.isoformat()} ({words}{when})"

    def _no_connection(self, origin: str, destination: str) -> str:
        heavy = sorted(f"{mode} ({vehicle})" for mode, vehicle in self.conditions.closed_vehicles)
        if heavy:
            t = self.conditions.consignment.tonnes_per_unit
            return f"{t:g} t in one {self.conditions.consignment.load_unit} is more than may go by {', '.join(heavy)}"
        if self.scenario.terms == "fob":
            return "the way reaches the port by ship: free on board there is no question for it"
        names = self.everything.nodes
        return (
            f"nothing joins {names[origin].name} and {names[destination].name} in this corridor, "
            "even with every project built and every gate open"
        )


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


def sections_of(corridor: Corridor, destination: str) -> list[Section]:
    """Stages of a corridor as sections of a search."""
    return [
        Section(frozenset(s.modes), frozenset(s.countries), tuple(s.via), s.to, frozenset(s.vehicles))
        for s in corridor.stages_to(destination)
    ]


def _value_of_time(parameters: Parameters, conditions: Conditions) -> int:
    """Number of the row with the consignment's value of time."""
    from sim.parameters import SELECTORS

    facts = dict.fromkeys(SELECTORS, "")
    facts |= {"load_unit": conditions.consignment.load_unit, "commodity": conditions.consignment.commodity}
    return parameters.match("consignment", "value_of_time", "", facts, asks="value of time of the consignment")


__all__ = ["MatchError", "Study", "Way", "run"]
