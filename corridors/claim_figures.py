r"""A figure of the model that a claim is laid beside, and how it answers when inputs are set.

A figure has a value in every draw of what we do not know. It can be asked again with some of its inputs set to one value throughout: on
the ways as they go (``at``: the same draws, all else as drawn), or carried through the house anew, ways, prices and draws, as with
``--set`` (``anew``). Both sides of a comparison are of the same draws.

Days and dollars are those of the average trip, :math:`E[Y\,|\,K]`: a claim about a service is about what it takes as a rule, and a
single bad trip refutes none. ``door`` counts from the order of wagons to the hand-over, ``way`` from the first movement to the last,
borders and changes included, ``move`` only the hours in which the cargo moves.

    rail 24 days, trucks 26: 2 days saved, a ratio of 1.08
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.catalogue import Corridor, find_corridor
from corridors.claims import COMPARED
from corridors.rerouting import with_inputs
from corridors.study import set_up
from corridors.switching import levers_of
from sim.draws import share_below
from sim.indicators import en_route
from sim.sampling import Draws
from sim.switching_value import Lever

if TYPE_CHECKING:
    from corridors.scenario import Scenario
    from corridors.study import Tables
    from corridors.ways import Plan, WayFinder
    from sim.draws import Floats

Values = Mapping[str, float]
"""Inputs that are set, by name, each in its own unit."""


class Input(NamedTuple):
    """Something that a figure rests on, with the shape of what we do not know of it."""

    lever: Lever
    shape: str
    best: float

    def share(self, value: float) -> float:
        """Share of the input's own range at or below a value. [1]"""
        return share_below(value, self.shape, self.lever.low, self.best, self.lever.high)


@dataclass(frozen=True)
class Figure:
    """A figure that can be asked again.

    Parameters
    ----------
    inputs
        What it rests on.
    at
        Its value in every draw with some inputs set, the ways as they go, shape (draw,).
    anew
        The same with the ways searched anew; None where a way is then lost.
    """

    inputs: tuple[Input, ...]
    at: Callable[[Values], Floats] = field(repr=False)
    anew: Callable[[Values], Floats | None] = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """What the model says to a claim's question.

    Parameters
    ----------
    values
        The figure in every draw, in the claim's unit, shape (draw,); None where there is none.
    reason
        Why there is none, or what the figure rests on.
    figure
        The same, to be asked again; None where no input can be moved.
    leans_on
        Published figures behind the rows that the figure rests on.
    mostly
        Rows that most of it rests on, by falling share of its mean.
    exact
        Whether it is the same in every draw, so that its odds have no sampling error.
    opens
        What would have to be open for a way to exist; None where none is asked for or there is one.
    """

    values: Floats | None
    reason: str = ""
    figure: Figure | None = field(default=None, repr=False)
    leans_on: tuple[str, ...] = ()
    mostly: tuple[str, ...] = ()
    exact: bool = False
    opens: Callable[[], tuple[Mapping[str, str], ...]] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Asked:
    """A question of corridors: which, in what scenario, and what of them."""

    scenario: Scenario
    corridors: tuple[Corridor, ...]
    catalogue: Mapping[str, Corridor]
    tables: Tables | None
    measure: str
    span: str

    @property
    def in_usd(self) -> bool:
        """Whether dollars are asked for, not hours."""
        return self.measure == "usd_change"

    def figure(self, plans: Sequence[Plan], draws: Draws) -> Figure:
        """Figure of ways that were found."""

        def at(values: Values) -> Floats:
            return self._measured(plans, set_in(draws, values))

        return Figure(tuple(inputs_of(plans, draws)), at, self._anew)

    def _anew(self, values: Values) -> Floats | None:
        scenario = with_inputs(self.scenario, values)
        search, _ = set_up(scenario, self.catalogue, self.tables)
        plans = [search.find(c, scenario.origins[0], scenario.destinations[0]).plan for c in self.corridors]
        found = [plan for plan in plans if plan is not None]
        return self._measured(found, draws_of(search, scenario)) if len(found) == len(plans) else None

    def _measured(self, plans: Sequence[Plan], draws: Draws) -> Floats:
        return _compared(self.measure, [average_trip(plan, draws, self.span)[self.in_usd] for plan in plans])

    def mostly(self, plans: Sequence[Plan], draws: Draws, most: int = 5) -> tuple[str, ...]:
        """Rows behind the largest parts of the means of both ways."""
        sizes: dict[str, float] = {}
        for plan in plans:
            for priced in plan.itinerary.priced[_part(plan, self.span)]:
                for amount in priced.usd.values() if self.in_usd else (priced.hours,):
                    for number in amount.rows()[:1]:
                        name = draws.parameters.rows[number].parameter_id
                        sizes[name] = sizes.get(name, 0.0) + draws.spread(amount.known)[0]
        return tuple(sorted(sizes, key=lambda name: (-sizes[name], name))[:most])


def asked_of(scenario: Scenario, names: Iterable[str], tables: Tables | None, measure: str, span: str) -> Asked:
    """Question of some corridors of the catalogue."""
    from corridors.catalogue import read_catalogue

    catalogue = read_catalogue()
    corridors = tuple(find_corridor(n, catalogue) for n in names)
    return Asked(
        scenario, corridors, catalogue, None if tables is None else _met_by(corridors, scenario, tables), measure, span
    )


def _met_by(corridors: Sequence[Corridor], scenario: Scenario, tables: Tables) -> Tables:
    """Tables with only what corridors may pass, by mode and country: no more need be unfolded and priced to find them again."""
    network, parameters, own = tables
    both_ends = (*scenario.origins, *scenario.destinations)
    stages = [s for c in corridors for n in both_ends for s in c.stages_to(n)]
    modes, anywhere = {m for s in stages for m in s.modes}, any(not s.countries for s in stages)
    countries = {*(network.nodes[n].country for n in both_ends), *(c for s in stages for c in s.countries)}
    links = {k: v for k, v in network.links.items() if v.mode in modes and (anywhere or v.country in countries)}
    crossings = {
        k: v for k, v in network.crossings.items()
        if k in scenario.exchange or (v.mode in modes and (anywhere or {v.from_country, v.to_country} <= countries))
    }  # fmt: skip
    return replace(network, links=links, crossings=crossings), parameters, own


def draws_of(search: WayFinder, scenario: Scenario) -> Draws:
    """Draws of a search, as many as the scenario asks for."""
    return Draws(search.parameters, search.lengths, scenario.draws, scenario.seed)


def inputs_of(plans: Sequence[Plan], draws: Draws) -> Iterable[Input]:
    """Rows and drawn lengths that ways rest on, each once."""
    numbers = dict.fromkeys(n for plan in plans for n in plan.itinerary.rows())
    met = {a.project_id for plan in plans for a in plan.itinerary.activities} & draws.lengths.keys()
    for lever in levers_of(numbers, met, draws.parameters, draws.lengths).values():
        if lever.project:
            length = draws.lengths[lever.project]
            yield Input(lever, length.shape, length.best)
        else:
            row = draws.parameters.rows[lever.row]
            yield Input(lever, row.shape, row.best)


def set_in(draws: Draws, values: Values) -> Draws:
    """Draws in which some inputs have one value throughout, all else the same to the bit."""
    if not values:
        return draws
    numbers = draws.parameters.number
    lengths = {name.partition(".")[2]: v for name, v in values.items() if name not in numbers}
    return draws.fixed({numbers[name]: v for name, v in values.items() if name in numbers}, lengths)


def average_trip(plan: Plan, draws: Draws, span: str) -> tuple[Floats, Floats]:
    """Hours and dollars of the average trip over a span in every draw, closures by chance left out, shape (draw,) each."""
    priced = [p for p in plan.itinerary.priced[_part(plan, span)] if span != "move" or p.activity.moving]
    hours = draws.total([p.hours.known for p in priced])
    schedule = plan.encounters.schedule
    if schedule is not None and span != "move":
        hours = hours + schedule.mean_wait_hours
    return hours, draws.total([amount.known for p in priced for amount in p.usd.values()])


def _part(plan: Plan, span: str) -> slice:
    return slice(None) if span == "door" else en_route(plan.itinerary.activities)


def _compared(measure: str, figures: Sequence[Floats]) -> Floats:
    if measure not in COMPARED:
        return figures[0] / 24.0
    way, base = figures
    if measure == "days_saved":
        return (base - way) / 24.0
    return np.asarray(base / way if measure == "days_ratio" else 100.0 * (way / base - 1.0))
