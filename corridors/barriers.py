"""What bars the way on a date, and the switch that lifts each bar.

Everything that could ever carry the cargo is unfolded: all that stands in the tables, built or not, open or shut, for every
vehicle however light the load would have to be, and a hypothetical transshipment wherever two lines of rail or road
meet at a place for which the tables have no terminal. An edge that may not be used on the date then carries the switches that it
needs, all of them at once.

=============  ==================================================================================================
kind           switch
=============  ==================================================================================================
closure        a closure settled open: row by row (one gate), or event by event (all gates that it shut)
permission     the same for a row that bars some vehicle or commodity only: those may pass
project        a line built, with its claimed years
terminal       a transshipment allowed at a place where two lines meet and no terminal stands in the tables
load           a load light enough for a vehicle
exchange       trucks drive through a crossing where they are changed; it opens no way, it only makes one better
=============  ==================================================================================================

Left out: hypothetical quays. Ships are left and boarded only where the tables have a port.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from corridors.gap_words import line_words
from geodata.network import Closure, Network, Terminal
from sim.activities import Conditions, Edge
from sim.closures import Assumption, Standing, bars
from sim.consignment import Consignment
from sim.cost import payload_t
from sim.parameters import MatchError
from sim.unfolding import unfold
from sim.unlocking import LockedGraph

if TYPE_CHECKING:
    from corridors.ways import WayFinder

By = Literal["gate", "event"]
LAND = ("rail", "road")
THROUGH = ":through"
"""End of the name of an edge on which trucks drive through a crossing where they are changed."""


@dataclass(frozen=True)
class Switch:
    """One thing that would have to change.

    Parameters
    ----------
    name
        ``kind:object``, permanent.
    kind
        closure, permission, project, terminal, load or exchange.
    words
        What is set, in a few words.
    because
        How things stand: since when, last confirmed, claimed years.
    """

    name: str
    kind: str
    words: str
    because: str


class Barriers:
    """What bars the way on the date of a search.

    Parameters
    ----------
    search
        The search of the date.
    by
        Whether closures are settled gate by gate (row by row) or event by event.
    """

    def __init__(self, search: WayFinder, by: By = "gate") -> None:
        self.search, self.by = search, by
        self.switches: dict[str, Switch] = {}
        self.unpriced: dict[str, str] = {}
        self._lifted = replace(search.conditions, closed_vehicles=())
        opened = {p.project_id: 1 for p in search.everything.projects.values() if p.kind != "upgrade"}
        built = search.everything.built(dt.date(9999, 1, 1), opened)
        self._terminals = {t.terminal_id: t for t in _missing_terminals(built, self._lifted)}
        self._all = replace(built, terminals=built.terminals | self._terminals)

    @cached_property
    def locked(self) -> LockedGraph:
        """Edges that could ever carry the cargo, with the switches that each needs."""
        edges = [*unfold(self._all, self._lifted), *self._driven_through()]
        today = {e.edge_id for e in unfold(self.search.network, self._lifted)}
        active = [s for s in self.search.found if s.state not in ("open", "slow")]
        needs = {
            e.edge_id: frozenset(self._needs(e, active, there=e.edge_id.removesuffix(THROUGH) in today)) for e in edges
        }
        return LockedGraph(edges, needs, dict(self._weighed(edges)))

    def _weighed(self, edges: Iterable[Edge]) -> Iterator[tuple[str, float]]:
        """Mean generalized cost of each edge that has a price. [USD]"""
        for edge in edges:
            terminal = self._terminals.get(edge.activities[0].terminal_id)
            try:
                yield edge.edge_id, self.search.weight(edge.activities)
            except MatchError as error:
                if terminal is None:
                    raise
                self.unpriced[f"terminal:{terminal.terminal_id}"] = str(error)

    def _needs(self, edge: Edge, active: Sequence[Standing], *, there: bool) -> Iterator[str]:
        """Names of the switches that an edge needs."""
        terminal = self._terminals.get(edge.activities[0].terminal_id)
        if terminal is not None:
            yield self._known(self._terminal(terminal))
        elif not there:
            project = next(a.project_id for a in edge.activities if a.project_id)
            yield self._known(self._project(project))
        consignment = self._lifted.consignment
        for standing in active:
            if bars(standing, edge, consignment, self._all):
                yield self._known(self._closure(standing))
        if edge.edge_id.endswith(THROUGH):
            yield self._known(self._exchange(edge.activities[0].crossing_id))
        for state in (edge.start, edge.end):
            yield from self._loads.get((state.mode, state.vehicle), ())

    def _driven_through(self) -> list[Edge]:
        """Hops over the crossings where trucks are changed, as they would be if they drove through."""
        stated = self._lifted.exchange or {}
        changed = [c.crossing_id for c in self._all.crossings.values() if stated.get(c.crossing_id, c.exchange)]
        free = replace(self._lifted, exchange={**stated, **dict.fromkeys(changed, False)})
        crossings = {name: self._all.crossings[name] for name in changed if self._all.crossings[name].mode == "road"}
        edges = unfold(replace(self._all, links={}, terminals={}, crossings=crossings), free)
        return [edge._replace(edge_id=edge.edge_id + THROUGH) for edge in edges]

    def _exchange(self, name: str) -> Switch:
        crossing = self.search.everything.crossings[name]
        countries = f"{crossing.from_country}-{crossing.to_country}"
        return Switch(
            f"exchange:{name}",
            "exchange",
            f"permission for trucks to drive through {crossing.name} ({countries})",
            "the cargo changes trucks there",
        )

    def _known(self, switch: Switch) -> str:
        self.switches.setdefault(switch.name, switch)
        return switch.name

    @cached_property
    def _loads(self) -> dict[tuple[str, str], list[str]]:
        """Switches that a vehicle which the load is too heavy for needs: its own payload and every larger one."""
        c, parameters = self._lifted.consignment, self.search.parameters
        limits = {
            vehicle: payload_t(parameters, c, vehicle[0], vehicle[1])
            for vehicle in self.search.conditions.closed_vehicles
        }
        names = {
            limit: self._known(_load(limit, sorted(v for v in limits if limits[v] == limit), c))
            for limit in sorted(set(limits.values()))
        }
        return {v: [name for limit, name in names.items() if limit >= limits[v]] for v in limits}

    def _project(self, name: str) -> Switch:
        project = self.search.everything.projects[name]
        year = project.opening_year
        when = f", opening claimed or estimated {year[0]:.0f}-{year[2]:.0f}" if year else ", no opening year on file"
        state = f"{project.status.replace('_', ' ')} on {self.search.scenario.date.isoformat()}{when}"
        return Switch(f"project:{name}", "project", f"{project.name} built", state)

    def _closure(self, standing: Standing) -> Switch:
        c, network = standing.closure, self.search.everything
        if self.by == "event":
            where = f"everything that {c.event_name or c.event_id} shut"
            return Switch(f"closure:{c.event_id}", "closure", f"{where} open", _since(standing))
        whom = c.vehicle or c.load_unit or c.commodity
        name = place_of_closure(c, network)
        if whom:
            return Switch(f"closure:{c.closure_id}", "permission", f"{name} open to {whom}s", _since(standing))
        return Switch(f"closure:{c.closure_id}", "closure", f"{name} open", _since(standing))

    def _terminal(self, terminal: Terminal) -> Switch:
        node = self.search.everything.nodes[terminal.node_id]
        sides = (line_words(terminal.from_mode, terminal.from_gauge), line_words(terminal.to_mode, terminal.to_gauge))
        words = f"transshipment between {sides[0]} and {sides[1]} at {node.name} ({node.country}) allowed"
        unit = self._lifted.consignment.load_unit
        return Switch(
            f"terminal:{terminal.terminal_id}", "terminal", words, f"no terminal for load unit {unit} in the tables"
        )

    def with_set(self, names: Iterable[str]) -> WayFinder:
        """Search of the same date with switches set, priced anew.

        Raises
        ------
        MatchError
            Where no row prices what a switch would open.
        """
        from corridors.ways import WayFinder

        search = self.search
        objects: dict[str, set[str]] = {}
        for name in names:
            kind, _, what = name.partition(":")
            objects.setdefault(kind, set()).add(what)
        network = self._network(objects.get("project", set()), objects.get("terminal", set()))
        everything = replace(search.everything, terminals=search.everything.terminals | self._terminals)
        conditions = self._conditions(network, objects)
        same_load = conditions.consignment == search.conditions.consignment
        return WayFinder(
            network,
            everything,
            search.parameters,
            conditions,
            [s for s in search.found if self._name_of(s.closure) not in objects.get("closure", ())],
            search.lengths,
            search.scenario,
            search.expectations if same_load else None,
        )

    def _network(self, projects: set[str], terminals: set[str]) -> Network:
        day = self.search.scenario.date
        known = self.search.network.open_projects
        opened = dict.fromkeys((*known, *projects), day.year)
        held = [name for name in self.search.everything.projects if name not in opened]
        network = self.search.everything.built(day, opened, held)
        return replace(network, terminals=network.terminals | {t: self._terminals[t] for t in sorted(terminals)})

    def _conditions(self, network: Network, objects: Mapping[str, set[str]]) -> Conditions:
        conditions = self.search.conditions
        exchange = dict(conditions.exchange or {}) | dict.fromkeys(sorted(objects.get("exchange", ())), False)
        limits = [float(text) for text in objects.get("load", ())]
        consignment = lighter(conditions.consignment, min(limits)) if limits else conditions.consignment
        closed = conditions.closed_vehicles
        if limits:
            closed = {v for v in closed if payload_t(self.search.parameters, consignment, v[0], v[1]) < min(limits)}
        return replace(
            conditions,
            consignment=consignment,
            open_upgrades=network.open_projects,
            exchange=exchange if exchange or conditions.exchange is not None else None,
            closed_vehicles=closed,
        )

    def _name_of(self, closure: Closure) -> str:
        return closure.event_id if self.by == "event" else closure.closure_id


def lighter(consignment: Consignment, tonnes_per_unit: float) -> Consignment:
    """Consignment with less in each load unit, worth as much a tonne."""
    share = tonnes_per_unit / consignment.tonnes_per_unit
    return replace(consignment, tonnes=consignment.tonnes * share, value_usd=consignment.value_usd * share)


def place_of_closure(closure: Closure, network: Network) -> str:
    """What a closure names, with its country or its mode, as a reader knows it."""
    crossing = network.crossings.get(closure.object_id)
    if crossing is not None:
        what = f"{crossing.mode}, {crossing.from_country}-{crossing.to_country})"
        return f"{crossing.name[:-1]}; {what}" if crossing.name.endswith(")") else f"{crossing.name} ({what}"
    node = network.nodes.get(closure.object_id)
    if node is not None:
        return f"{node.name} ({node.country})"
    if closure.object == "country":
        return f"country {closure.object_id}"
    link = next((x for x in network.links.values() if closure.object_id in (x.link_id, x.line_id)), None)
    if link is None:
        return closure.object_id
    if closure.object == "line":
        return f"{link.line_name} ({link.mode})"
    ends = " - ".join(network.nodes[n].name for n in (link.from_node_id, link.to_node_id))
    return f"{ends} ({link.mode})"


def _since(standing: Standing) -> str:
    c = standing.closure
    since = f"{c.effect} since {c.start.isoformat()}, last confirmed {c.last_confirmed.isoformat()}"
    assumed: Assumption | None = standing.assumption
    return since if assumed is None else f"{since}, assumed still {standing.state}"


def _load(limit: float, vehicles: Sequence[tuple[str, str]], consignment: Consignment) -> Switch:
    what = " and ".join(f"{mode} ({vehicle})" for mode, vehicle in vehicles)
    unit = consignment.load_unit
    return Switch(
        f"load:{limit:g}",
        "load",
        f"at most {limit:g} t in one {unit}",
        f"{consignment.tonnes_per_unit:g} t in one {unit} is more than may go by {what}",
    )


def _missing_terminals(network: Network, conditions: Conditions) -> Iterator[Terminal]:
    """Hypothetical terminals: one for each two kinds of line that meet at a place and have none for the load unit."""
    unit = conditions.consignment.load_unit
    lines: dict[str, set[tuple[str, int]]] = {}
    for edge in unfold(replace(network, terminals={}), conditions):
        for state in (edge.start, edge.end):
            if state.mode in LAND:
                lines.setdefault(state.node_id, set()).add((state.mode, state.gauge_mm))
    known = {
        (t.node_id, frozenset({(t.from_mode, t.from_gauge), (t.to_mode, t.to_gauge)}))
        for t in network.terminals.values()
        if unit in t.load_units
    }
    for node in sorted(lines):
        for a, b in combinations(sorted(lines[node]), 2):
            if (node, frozenset({a, b})) not in known:
                name = f"{node}.{a[0]}{a[1] or ''}-{b[0]}{b[1] or ''}.allowed"
                yield Terminal(name, node, *a, *b, "transship", (unit,), False, "operational", "", "", "")
