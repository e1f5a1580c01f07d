"""Ways between two places over the whole network, named by nobody: the k best, or all that no other beats.

A named corridor asks how one way does; here the search asks which ways there are. It runs on means (:mod:`sim.expectations`),
where a wait that depends on the hour of arrival counts with its unconditional mean and closures by chance not at all. Each way
found is then carried through the study's draws, and the ways are ranked again by the simulated mean of the measure; where that changes the
order, the answer says so.

The measure is mean hours, dollars, kg CO2e or generalized cost. What may be avoided: places, lines, links, crossings, countries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from corridors.catalogue import Corridor, Mode, Stage
from corridors.legs import legs_of
from corridors.toml_files import ScenarioError, nearest
from sim.alternatives import MOST_LOOKED_AT, alternatives, hops, overlap
from sim.pareto import MOST_WAYS, Respects, Vector, pareto
from sim.routing import Graph, NoRouteError, Path
from sim.search_graph import Errand, SearchGraph
from sim.simulation import Draws, Outcome, quantiles, simulate

if TYPE_CHECKING:
    from corridors.ways import Plan, WayFinder
    from geodata.network import Network
    from sim.activities import Activity, State

MEASURES = ("generalized", "usd", "hours", "co2e")


@dataclass(frozen=True)
class RouteQuestion:
    """What is asked: from where to where, how many ways, by what, round what and through what."""

    origin: str
    destination: str
    k: int = 6
    by: str = "generalized"
    avoid: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    max_overlap: float | None = None
    all_unbeaten: bool = False


@dataclass(frozen=True)
class Route:
    """One way found, with its outcome.

    ``searched`` is its place in the search, before the draws; ``vector`` its four additive figures where the Pareto set was
    asked for; ``beaten_by`` the ``searched`` of a way that is as good in all simulated respects, 0 if none is.
    """

    path: Path
    plan: Plan = field(repr=False)
    outcome: Outcome = field(repr=False)
    searched: int
    mean: float
    overlap: float
    vector: Vector | None = None
    beaten_by: int = 0


@dataclass(frozen=True)
class Routes:
    """Ways in order of the simulated mean of the measure."""

    question: RouteQuestion
    routes: tuple[Route, ...]
    passed_over: int = 0
    cut: bool = False

    @property
    def reordered(self) -> bool:
        """Whether the draws changed the order of the search."""
        return [r.searched for r in self.routes] != sorted(r.searched for r in self.routes)


def find_routes(search: WayFinder, question: RouteQuestion, draws: Draws) -> Routes:
    """Ways between two places, carried through the draws.

    Parameters
    ----------
    search
        Search of a date (:func:`corridors.study.set_up`).
    question
        What is asked.
    draws
        Draws shared by all ways.

    Returns
    -------
    Routes

    Raises
    ------
    ScenarioError
        Where a name is none of the network's, or a number is out of range.
    NoRouteError
        Where no way joins the places; says what stands in the way.
    """
    _check(question, search.network)
    refused = search.no_ship(question.origin, question.destination)
    if refused:
        raise NoRouteError(refused)
    starts, ends = search.ends(search.graph, question.origin, question.destination)
    weights = {e.edge_id: _measured(search, e.activities, question.by) for e in search.graph.edges}
    errand = Errand(
        question.origin,
        question.destination,
        {s: _measured(search, a, question.by) for s, a in starts.items()},
        {s: _measured(search, a, question.by) for s, a in ends.items()},
        question.via,
        frozenset(question.avoid),
    )
    try:
        graph = SearchGraph(Graph(search.graph.edges, weights), errand)
    except NoRouteError as error:
        raise NoRouteError(_why_not(search, question)) from error
    vectors: Sequence[Vector | None]
    if question.all_unbeaten:
        unbeaten = pareto(graph, _respects(search, draws, starts, ends))
        paths, vectors, passed, cut = unbeaten.paths, unbeaten.vectors, 0, unbeaten.cut
    else:
        found = alternatives(graph, question.k, max_overlap=question.max_overlap, length=_length(search.network))
        paths, passed, cut = found.paths, found.passed_over, found.cut
        vectors = [None] * len(paths)
    routes = [
        _carried(
            search,
            path,
            (starts, ends),
            draws,
            _About(number, vector, _shared(path, paths[: number - 1], search.network)),
            question.by,
        )
        for number, (path, vector) in enumerate(zip(paths, vectors, strict=True), start=1)
    ]
    if question.all_unbeaten:
        routes = _with_beaten(routes)
    return Routes(question, tuple(sorted(routes, key=lambda r: (r.mean, r.searched))), passed, cut)


def check_ends(origin: str, destination: str, places: Mapping[str, object] | None = None) -> None:
    """Refuse ends that are one and the same place, before a scenario is read that would speak of its own keys."""
    for what, name in (("ORIGIN", origin), ("DESTINATION", destination)):
        if places is not None and name not in places:
            raise ScenarioError(f'{what}: there is no place "{name}"{nearest(name, places)}')
    if origin == destination:
        raise ScenarioError(f'origin and destination are both "{origin}"; name two places')


def limit_of(question: RouteQuestion) -> int:
    """Number of ways at which a search stops and says so. [1]"""
    return MOST_WAYS if question.all_unbeaten else MOST_LOOKED_AT


def _check(question: RouteQuestion, network: Network) -> None:
    if question.k < 1:
        raise ScenarioError(f"--k: found {question.k}; allowed 1 or more")
    if question.by not in MEASURES:
        raise ScenarioError(f'--by: found "{question.by}"; allowed {", ".join(MEASURES)}')
    if question.max_overlap is not None and not 0.0 <= question.max_overlap <= 1.0:
        raise ScenarioError(f"--max-overlap: found {question.max_overlap:g}; allowed a share from 0 to 1")
    check_ends(question.origin, question.destination, network.nodes)
    for name in question.via:
        if name not in network.nodes:
            raise ScenarioError(f'--via: there is no place "{name}"{nearest(name, network.nodes)}')
    known = {*network.nodes, *network.links, *network.crossings}
    known |= {x.line_id for x in network.links.values() if x.line_id} | {x.country for x in network.links.values()}
    for name in question.avoid:
        if name not in known:
            raise ScenarioError(
                f'--avoid: there is no place, line, link, crossing or country "{name}"{nearest(name, known)}'
            )


def _measured(search: WayFinder, activities: Sequence[Activity], by: str) -> float:
    if by == "generalized":
        return search.weight(activities)
    means = search.expectations.means(activities)
    return {"usd": means.usd, "hours": means.hours, "co2e": means.kg}[by]


def _why_not(search: WayFinder, question: RouteQuestion) -> str:
    """Say what stands in the way of every way, as for a corridor that pins nothing."""
    countries = {link.country for link in search.everything.links.values()}
    left = tuple(sorted(countries - set(question.avoid))) if countries & set(question.avoid) else ()
    stage = Stage(modes=get_args(Mode), countries=left, via=question.via)
    free = Corridor(
        corridor_id="any-way", name="any way", why="", stages=(stage,),
        avoid=tuple(n for n in question.avoid if n in search.network.nodes),
    )  # fmt: skip
    names = search.network.nodes
    said = (
        search.obstacles.reason(free, question.origin, question.destination) or "every way meets what is to be avoided"
    )
    asked = f" that avoids {', '.join(question.avoid)}" if question.avoid else ""
    asked += f" by {', '.join(question.via)}" if question.via else ""
    return f"{names[question.origin].name} - {names[question.destination].name}{asked}: {said}"


def _length(network: Network) -> Any:
    def length_km(hop: str) -> float:
        if hop in network.links:
            return network.links[hop].length_km
        crossing = network.crossings[hop]
        return crossing.from_length_km + crossing.to_length_km

    return length_km


def _shared(path: Path, better: Sequence[Path], network: Network) -> float:
    """Largest share of a way that lies on any one better way. [1]"""
    return max((overlap(path, other, _length(network)) for other in better), default=0.0)


def _respects(
    search: WayFinder, draws: Draws, starts: Mapping[State, list[Activity]], ends: Mapping[State, list[Activity]]
) -> Respects:
    """Hours, dollars, emissions and the sum of P90 - P50 of hours, of every edge and end."""
    known: dict[Activity, float] = {}

    def spread(activity: Activity) -> float:
        if activity not in known:
            (priced,) = search.price([activity]).priced
            total = np.atleast_1d(draws.total([priced.hours]))
            p50, p90 = quantiles(total, (0.5, 0.9))
            known[activity] = max(p90 - p50, 0.0)
        return known[activity]

    def vector(activities: Sequence[Activity]) -> Vector:
        means = search.expectations.means(activities)
        return means.hours, means.usd, means.kg, sum(spread(a) for a in activities)

    return Respects(
        {e.edge_id: vector(e.activities) for e in search.graph.edges},
        {s: vector(a) for s, a in starts.items()},
        {s: vector(a) for s, a in ends.items()},
    )


@dataclass(frozen=True)
class _About:
    """What is known of a way before it is carried through the draws."""

    searched: int
    vector: Vector | None
    overlap: float


def _carried(
    search: WayFinder,
    path: Path,
    around: tuple[Mapping[State, list[Activity]], Mapping[State, list[Activity]]],
    draws: Draws,
    about: _About,
    by: str,
) -> Route:
    plan = search.plan_of(path, *around)
    outcome = simulate(plan.itinerary, draws, plan.encounters)
    mean = _mean(outcome, by, search.usd_per_hour)
    return Route(path, plan, outcome, about.searched, mean, about.overlap, about.vector)


def _mean(outcome: Outcome, by: str, usd_per_hour: float) -> float:
    arrived = outcome.delivered
    hours, usd, kg = (float(x[arrived].mean()) for x in (outcome.hours, outcome.usd, outcome.kg))
    return {"generalized": usd + usd_per_hour * hours, "usd": usd, "hours": hours, "co2e": kg}[by]


def simulated(outcome: Outcome) -> Vector:
    """Mean hours, mean dollars, mean kg CO2e and P90 - P50 of hours of those that arrive."""
    arrived = outcome.delivered
    p50, p90 = quantiles(outcome.hours[arrived], (0.5, 0.9))
    hours, usd, kg = (float(x[arrived].mean()) for x in (outcome.hours, outcome.usd, outcome.kg))
    return hours, usd, kg, p90 - p50


def _with_beaten(routes: list[Route]) -> list[Route]:
    """Ways with the first other that is as good in all simulated respects and better in one."""
    figures = [simulated(r.outcome) for r in routes]
    out = []
    for route, mine in zip(routes, figures, strict=True):
        better = (
            r.searched
            for r, f in zip(routes, figures, strict=True)
            if f != mine and all(x <= y for x, y in zip(f, mine, strict=True))
        )
        out.append(replace(route, beaten_by=next(better, 0)))
    return out


def legs_of_route(route: Route) -> list[dict[str, Any]]:
    """Legs of a way (:func:`corridors.legs.legs_of`), without what is waited on each."""
    return [{key: value for key, value in leg.items() if key != "hours_waiting"} for leg in legs_of(route.outcome)]


def route_rows(found: Routes, usd_per_hour: float) -> list[dict[str, Any]]:
    """One record a way, in order, with plain values for JSON."""
    rows = []
    ranks = {route.searched: rank for rank, route in enumerate(found.routes, start=1)}
    for rank, route in enumerate(found.routes, start=1):
        outcome = route.outcome
        arrived = outcome.delivered
        hours, usd, kg, spread = simulated(outcome)
        row: dict[str, Any] = {"rank": rank, "searched_rank": route.searched, "km": outcome.itinerary.total_km}
        for name, values in (("hours", outcome.hours[arrived]), ("usd", outcome.usd[arrived])):
            row |= dict(
                zip((f"{name}_p10", f"{name}_p50", f"{name}_p90"), quantiles(values, (0.1, 0.5, 0.9)), strict=True)
            )
        row |= {
            "hours_mean": hours, "usd_mean": usd, "kg_co2e_mean": kg, "hours_p90_less_p50": spread,
            "generalized_usd_mean": usd + usd_per_hour * hours, "p_delivered": float(arrived.mean()),
            "overlap": route.overlap, "legs": legs_of_route(route), "links": list(hops(route.path)),
            "places": [name for name, _ in groupby(s.node_id for s in route.path.states)],
        }  # fmt: skip
        if route.vector is not None:
            row |= {"hours_spread_added_up": route.vector[3], "beaten_by_rank": ranks.get(route.beaten_by)}
        rows.append(row)
    return rows
