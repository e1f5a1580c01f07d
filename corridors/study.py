r"""Carry one scenario through the house: the page to read first.

A study takes a scenario apart once, at the door, and hands each room only what it needs:

1. the tables are read and the scenario's rows are laid over them (:mod:`corridors.own_rows`);
2. the network of the date is built: projects opened by name or by year, contested lengths fixed or left to be drawn;
3. dated closures are looked up, and every state that nobody knows is settled by a stated assumption (:mod:`sim.closures`);
4. the network is unfolded into activities and each is priced: hours, dollars, emissions (:mod:`sim.unfolding`);
5. each corridor is searched from each origin to each destination (:mod:`sim.routing`);
6. each way is carried through every draw (:mod:`sim.simulation`); all ways share their draws, so differences are paired.

A way that cannot be found keeps its place with the reason: the shut gate or the unbuilt line, with its date.

>>> from corridors import read_scenario, run, compare
>>> study = run(read_scenario("both-open", ["draws=64", "origins=almaty1", "destinations=karachi_port"]))
>>> len(compare(study))
11
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corridors.catalogue import Corridor, find_corridor, read_catalogue
from corridors.door import told
from corridors.doubts import Doubt, amounts_of, doubts_of, worst_error_percent
from corridors.own_rows import OwnRows, tables_with
from corridors.scenario import Scenario, check
from corridors.toml_files import ScenarioError
from corridors.ways import Way, WayFinder, assumption_sentence
from geodata.network import Network
from sim.activities import Conditions
from sim.amounts import Length
from sim.closures import Assumption, Standing, gate_states, standings
from sim.consignment import Consignment
from sim.cost import payload_t
from sim.draws import NET_POINTS
from sim.parameters import MatchError, Parameters
from sim.simulation import Draws


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
    doubts
        How sure each feasible way's figures are, by origin, destination and corridor.
    draws
        Number of draws made; more than the scenario's where it asks for a precision. [1]
    own
        Rows of the user's that were laid over ours.
    search
        The search that found the ways, for what is asked next of the same date.
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
    doubts: Mapping[tuple[str, str, str], Doubt] = field(default_factory=dict)
    draws: int = 0
    own: OwnRows = field(default_factory=OwnRows)
    search: WayFinder | None = field(default=None, repr=False, compare=False)

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

    def __repr__(self) -> str:
        """One line: which scenario, which day, how many ways and draws."""
        able = sum(way.feasible for way in self.ways)
        return (
            f"<Study {self.scenario.name}, {self.scenario.date.isoformat()}: pairs of places {len(self.pairs())}, ways {len(self.ways)}, "
            f"open {able}, draws {self.draws}, seed {self.scenario.seed}>"
        )

    def _repr_html_(self) -> str:
        from corridors.notebook_view import study_html  # draws the map

        return study_html(self)


def run(scenario: Scenario) -> Study:
    """Carry a scenario through the house.

    Parameters
    ----------
    scenario
        A checked scenario (:func:`corridors.read_scenario`).

    Returns
    -------
    Study
        At the end of a notebook cell it shows its ways and their map; ``compare(study)`` gives the figures as a DataFrame,
        ``study.ways[i].outcome.hours`` and ``.usd`` every draw as an array.

    Raises
    ------
    ScenarioError
        Where a name of the scenario is none of the network's, or what is given is no scenario.
    TableError
        Where a table breaks its dictionary, a parameter is missing or ambiguous, or a state is unknown and unsettled.

    Examples
    --------
    >>> from corridors import read_scenario
    >>> few = ["draws=64", "replicates=1", "origins=almaty1", "destinations=gwadar", "corridors=iran-road"]
    >>> run(read_scenario("both-open", few))
    <Study both-open, 2032-06-15: pairs of places 1, ways 1, open 1, draws 64, seed 1>
    """
    if not isinstance(scenario, Scenario):
        raise ScenarioError(f'run: found {told(scenario)}; allowed a scenario: run(read_scenario("both-open"))')
    catalogue = read_catalogue()
    search, own = set_up(scenario, catalogue)
    draws = Draws(search.parameters, search.lengths, scenario.draws, scenario.seed)
    ways, doubts, count = _ways(search, scenario, catalogue, draws)
    return Study(
        scenario=scenario,
        network=search.network,
        parameters=search.parameters,
        catalogue=catalogue,
        ways=ways,
        doubts=doubts,
        draws=count,
        standings=tuple(search.found),
        lengths=search.lengths,
        consignment=search.conditions.consignment,
        direction=search.conditions.direction,
        own=own,
        search=search,
    )


Tables = tuple[Network, Parameters, OwnRows]
"""Network and parameters with the user's rows laid over them, and those rows."""


def set_up(
    scenario: Scenario, catalogue: Mapping[str, Corridor], tables: Tables | None = None
) -> tuple[WayFinder, OwnRows]:
    """Take a scenario apart: the search of its date, priced and ready, and the rows of the user's that it rests on.

    Parameters
    ----------
    scenario, catalogue
        What is asked, and the corridors that it names.
    tables
        What :func:`corridors.own_rows.tables_with` gave for the scenario's rows, where many scenarios share them; read anew
        if not given.

    Raises
    ------
    ScenarioError, TableError
        As for :func:`run`.
    """
    everything, parameters, own = tables or tables_with(scenario.rows)
    parameters = parameters.with_values(_figures(scenario))
    check(scenario, everything, catalogue)
    everything, lengths = _lengths(scenario, everything)
    network = everything.built(scenario.date, scenario.opened, scenario.projects.held)
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
    return WayFinder(network, everything, parameters, conditions, found, lengths, scenario), own


MOST_DRAWS = 1 << 20
"""Draws at which a study stops trying for the precision asked for."""


def _ways(
    search: WayFinder, scenario: Scenario, catalogue: Mapping[str, Corridor], draws: Draws
) -> tuple[tuple[Way, ...], dict[tuple[str, str, str], Doubt], int]:
    """Ways of a scenario with their doubt; drawn again with twice the draws until the precision asked for is met.

    Raises
    ------
    ScenarioError
        Where the precision is not met with the most draws that are made.
    """
    wanted = scenario.precision_percent
    replicates = scenario.replicates if wanted is None else max(scenario.replicates, 8)
    corridors = [find_corridor(name, catalogue) for name in scenario.corridors]
    found = [search.find(c, o, d) for o in scenario.origins for d in scenario.destinations for c in corridors]
    while True:
        draws.prepare(amounts_of(found))
        ways = tuple(way.carried_through(draws) for way in found)
        if draws.count > NET_POINTS:  # so many numbers are sooner made again than kept
            draws.forget()
        doubts = doubts_of(ways, draws, replicates)
        worst = 0.0 if wanted is None else worst_error_percent(doubts, ways)
        if wanted is None or worst <= wanted:
            return ways, doubts, draws.count
        if draws.count >= MOST_DRAWS:
            msg = f"{scenario.file}: an error of {wanted:g} % is not met with {draws.count} draws (it is {worst:.2g} %)"
            raise ScenarioError(msg)
        draws = Draws(draws.parameters, draws.lengths, draws.count * 2, draws.seed)


def _figures(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Numbers that the scenario sets: parameter_id, field, value."""
    values: dict[str, dict[str, float]] = {}
    for key, value in scenario.set.items():
        parameter_id, _, column = key.rpartition(".")
        values.setdefault(parameter_id, {})[column] = value
    return values


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


__all__ = ["MatchError", "Study", "Way", "run"]
