"""Check everything that a run rests on, before anyone runs it.

Four passes, each a law of the shipped data: the tables agree with their data dictionaries (our own reader, and the
``frictionless`` library as an independent one); the network holds together; every activity that the network can offer to
any load unit, service, commodity, month and direction finds exactly one row for each of its questions; and every named
corridor has a way in the scenario that opens its lines. Faults are collected, not stopped at, so that one call shows all.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from corridors.catalogue import read_catalogue
from corridors.own_rows import LAID_OVER, tables_with
from corridors.scenario import check, read_scenario
from corridors.scenario_files import list_scenarios
from corridors.study import overloaded
from geodata.network import DATA as GEODATA
from geodata.network import Network, read_network
from geodata.sources import BASES
from geodata.tables import TableError, read_package
from sim.activities import Activity, Conditions, selectors_of
from sim.activities import State as Place
from sim.consignment import LOAD_UNITS, Commodity, Consignment, RailService
from sim.cost import usd_amounts
from sim.emissions import kg_amount
from sim.parameters import DATA as SIMDATA
from sim.parameters import SELECTORS, MatchError, Parameters, read_parameters
from sim.transit_time import hours_amount
from sim.unfolding import destination_activities, origin_activities, unfold

if TYPE_CHECKING:
    from corridors.study import Study

TONNES = {"FEU": 20.0, "TEU": 18.0, "wagon": 60.0, "truck": 20.0, "tonne": 1.0}
"""Weight of one load unit in the coverage pass: any weight that may travel will do. [t]"""


def faults(folder: Path | None = None) -> Iterator[str]:
    """Faults of the shipped tables, or of a folder of tables laid over them.

    Parameters
    ----------
    folder
        A data package of the user's, or CSV files named after our tables; the shipped tables alone if none is given.

    Yields
    ------
    str
        One sentence a fault; nothing where all is well.
    """
    yield from package_faults(folder)
    try:
        network, parameters = read_network(), read_parameters()
        if folder is not None:
            network, parameters = _laid_over(folder)
    except TableError as error:
        yield str(error)
        return
    yield from coverage_faults(network, parameters)
    yield from scenario_faults(network)


def package_faults(folder: Path | None = None) -> Iterator[str]:
    """Faults that the independent reader finds in the data packages."""
    from frictionless import Package, system

    corridors_data = Path(__file__).parent / "data"
    packages = [p / "datapackage.json" for p in (GEODATA, SIMDATA, corridors_data, *([folder] if folder else []))]
    for path in packages:
        if not path.is_file():
            continue
        with system.use_context(trusted=True):
            report = Package(str(path)).validate()
        for task in report.tasks:
            for error in task.errors:
                yield f"{task.place}: {error.message}"
        for error in report.errors:
            yield f"{path.parent.name}/{path.name}: {error.message}"


def _laid_over(folder: Path) -> tuple[Network, Parameters]:
    files = [path for path in sorted(folder.glob("*.csv")) if path.stem in LAID_OVER]
    if not files:
        msg = f"{folder}: holds no table of ours; allowed names {', '.join(f'{n}.csv' for n in LAID_OVER)}"
        raise TableError(msg)
    network, parameters, _ = tables_with(files)
    return network, parameters


def coverage_faults(network: Network, parameters: Parameters) -> Iterator[str]:
    """Questions of the whole network that find no row, or two; of activities that ask the same, the first one speaks."""
    everything = network.built(dt.date(9999, 1, 1), {p.project_id: 1 for p in network.projects.values()})
    upgrades: tuple[frozenset[str], ...] = (frozenset(), everything.open_projects)
    seen: set[str] = set()
    for load_unit, direction, opened in itertools.product(LOAD_UNITS, ("southbound", "northbound"), upgrades):
        cargoes = [
            Consignment(load_unit, 1, TONNES[load_unit], commodity, 1000.0, service)
            for commodity in get_args(Commodity)
            for service in get_args(RailService)
        ]
        heavy = overloaded(parameters, cargoes[0])
        conditions = Conditions(cargoes[0], direction, 6, opened, None, heavy)
        activities = _questions(_activities(everything, conditions), cargoes[0], parameters)
        cases = {kind: _cases(kind, cargoes, parameters) for kind in {a.kind for a in activities}}
        for activity in activities:
            for consignment, month in cases[activity.kind]:
                for sentence in _unanswered(activity, parameters, consignment, month):
                    if sentence not in seen:
                        seen.add(sentence)
                        yield sentence


def _questions(activities: Iterable[Activity], consignment: Consignment, parameters: Parameters) -> list[Activity]:
    """One activity of each set that rows cannot tell apart: a place that no row names is like any other."""
    named = {
        name: frozenset(value for row in parameters.rows for value in row.selectors.get(name, ())) for name in SELECTORS
    }
    first: dict[tuple[str, ...], Activity] = {}
    for activity in activities:
        facts = selectors_of(activity, consignment, 1)
        filled = (facts[name] if facts[name] in named[name] else "" for name in SELECTORS)
        first.setdefault((activity.kind, activity.reason, activity.mode, activity.vehicle, *filled), activity)
    return list(first.values())


def _cases(kind: str, cargoes: Sequence[Consignment], parameters: Parameters) -> list[tuple[Consignment, int]]:
    """Cargo and month of each case that the rows an activity of a kind may ask can tell apart."""
    asked = {kind, "consignment"}
    if any(token.split(".")[0] == kind for token in parameters.contained):  # a haul row may already contain it
        asked.add("haul")
    filled = {name for row in parameters.rows if row.kind in asked for name in row.selectors}
    told_apart: dict[tuple[object, ...], tuple[Consignment, int]] = {}
    for cargo, month in itertools.product(cargoes, _months(parameters)):
        facts = {"commodity": cargo.commodity, "service": cargo.rail_service, "months": month}
        key = tuple(value for name, value in facts.items() if name in filled)
        told_apart.setdefault(key, (cargo, month))
    return list(told_apart.values())


def _months(parameters: Parameters) -> list[int]:
    """One month of each season that rows tell apart. [1]"""
    spans = sorted({row.selectors["months"] for row in parameters.rows if "months" in row.selectors}, key=sorted)
    seasons: dict[tuple[bool, ...], int] = {}
    for month in range(1, 13):
        seasons.setdefault(tuple(str(month) in span for span in spans), month)
    return list(seasons.values())


def _activities(network: Network, conditions: Conditions) -> Iterator[Activity]:
    edges = unfold(network, conditions)
    unique = {a.activity_id: a for e in edges for a in e.activities}
    yield from unique.values()
    states = {s for e in edges for s in (e.start, e.end)}
    for state in sorted(states):
        if network.nodes[state.node_id].kind in ("waypoint", "junction"):
            continue
        yield from _ends(network, state, conditions)


def _ends(network: Network, state: Place, conditions: Conditions) -> Iterator[Activity]:
    water = state.mode in ("sea", "ferry")
    port = network.nodes[state.node_id].kind == "port"
    if not water:
        yield from origin_activities(network, state, conditions, from_ship=port)
    if state.vehicle != "berth":
        yield from destination_activities(network, state, conditions, "consignee")
    if port and not water:
        yield from destination_activities(network, state, conditions, "fob")


def _unanswered(activity: Activity, parameters: Parameters, consignment: Consignment, month: int) -> Iterator[str]:
    for ask in (hours_amount, usd_amounts, kg_amount):
        try:
            ask(activity, parameters, consignment, month)
        except MatchError as error:
            yield str(error)


def scenario_faults(network: Network) -> Iterator[str]:
    """Faults of the shipped scenarios and of the catalogue."""
    catalogue = read_catalogue()
    for name in list_scenarios():
        try:
            check(read_scenario(name), network, catalogue)
        except ValueError as error:
            yield str(error)


def basis_shares(study: Study) -> dict[str, dict[str, float]]:
    """Share of the expected hours and dollars of a study's ways that rests on each basis.

    An activity's figure counts for the weakest basis among the rows it used.

    Returns
    -------
    dict
        ``{"hours": {basis: share}, "usd": {basis: share}}``, strongest basis first; shares add up to 1. [1]
    """
    sums = {"hours": dict.fromkeys(BASES, 0.0), "usd": dict.fromkeys(BASES, 0.0)}
    for way in study.ways:
        if way.outcome is None or way.itinerary is None:
            continue
        for i, priced in enumerate(way.itinerary.priced):
            sums["hours"][_weakest(priced.hours.rows(), study.parameters)] += float(way.outcome.hours_mean[i])
            for component, values in way.outcome.usd_mean.items():
                amount = priced.usd.get(component)
                basis = _weakest(amount.rows() if amount else [], study.parameters)
                sums["usd"][basis] += float(values[i])
    return {
        name: {basis: value / total if (total := sum(parts.values())) else 0.0 for basis, value in parts.items()}
        for name, parts in sums.items()
    }


def _weakest(numbers: Sequence[int], parameters: Parameters) -> str:
    """Weakest basis of rows; what a shut place or a sleeping gate adds has no row of its own and counts as estimate."""
    if not numbers:
        return "estimate"
    return BASES[max(BASES.index(parameters.rows[n].basis) for n in numbers)]


def table_counts() -> dict[str, int]:
    """Number of rows of each shipped table."""
    counts = {}
    for folder in (GEODATA, SIMDATA):
        counts.update({name: len(table) for name, table in read_package(folder).items()})
    return counts
