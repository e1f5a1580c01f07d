r"""What a way's hours and dollars are sensitive to: shares of variance, and swings.

Shares of variance are Sobol indices (:mod:`sim.variance`): how much of the doubt each row, contested length, common factor and chance bring.
A *swing* is what the mean does when one row goes from its low to its high in every draw, all else as drawn. Groups of rows move
together, each to the end that makes the figure smaller and then larger, so the swing of a group is what settling the whole of it
could be worth. Rows are grouped by country, by activity and by component.

Swings of a convex group may be larger than their sum, and rows of a group need not be wrong in the same sense: a swing says
how much there is to know, not how likely it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.toml_files import ScenarioError, nearest
from sim.trips import travel
from sim.variance import CHANCE, Shares, way_shares

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Plan, Way
    from sim.draws import Floats
    from sim.parameters import Row
    from sim.sampling import Draws

MEASURES = ("hours", "usd")
GROUPINGS = ("country", "activity", "component")


@dataclass(frozen=True, slots=True)
class Swing:
    """Mean of the output with an input, or a group of them, at its two ends. [h] or [USD]"""

    name: str
    low: float
    high: float
    rows: int = 1

    @property
    def width(self) -> float:
        """How far the mean goes. [h] or [USD]"""
        return abs(self.high - self.low)


@dataclass(frozen=True)
class Sensitivity:
    """What one way's figure is sensitive to.

    Parameters
    ----------
    way, measure, mean
        The way, hours or usd, and its mean.
    shares
        Shares of variance.
    swings
        Of rows and lengths, the widest first; low and high are the means at the input's low and high.
    groups
        Of groups, by grouping; low and high are the smallest and largest mean.
    """

    way: Way
    measure: str
    mean: float
    shares: Shares
    swings: tuple[Swing, ...]
    groups: dict[str, tuple[Swing, ...]]


def sensitivity(
    study: Study, corridor: str, measure: str = "hours", origin: str = "", destination: str = ""
) -> Sensitivity:
    """Sensitivity of one corridor between one pair of places.

    Raises
    ------
    ScenarioError
        Where a name is none of the study's or the corridor has no way.
    """
    if measure not in MEASURES:
        raise ScenarioError(f'--measure: found "{measure}"; allowed {", ".join(MEASURES)}')
    origin, destination = origin or study.scenario.origins[0], destination or study.scenario.destinations[0]
    found = {way.corridor: way for way in study.ways_between(origin, destination)}
    if corridor not in found:
        raise ScenarioError(
            f'--corridor: the scenario has no "{corridor}" from {origin} to {destination}{nearest(corridor, found)}'
        )
    way = found[corridor]
    plan, outcome = way.plan, way.outcome
    if plan is None or outcome is None:
        raise ScenarioError(f"--corridor: {corridor} has no way here: {way.reason}")
    draws = outcome.draws

    def output(changed: Draws) -> Floats:
        trip = travel(plan.itinerary, changed, plan.encounters)
        return trip.hours if measure == "hours" else trip.usd

    numbers = _rows_of(plan)
    projects = sorted({a.project_id for a in plan.itinerary.activities} & draws.lengths.keys())
    return Sensitivity(
        way,
        measure,
        _mean(output(draws)),
        way_shares(output, draws, numbers, projects),
        _swings(output, draws, numbers, projects),
        {name: _groups(output, draws, numbers, name) for name in GROUPINGS},
    )


def _rows_of(plan: Plan) -> list[int]:
    """Rows whose value moves the way: its own, those of its ways round, and those of the closures that it may meet."""
    numbers: dict[int, None] = dict.fromkeys(n for p in plan.itinerary.priced for n in p.rows())
    for hazard in plan.encounters.hazards:
        numbers |= dict.fromkeys((hazard.shock.rate, hazard.shock.days))
        if hazard.fallback is not None:
            numbers |= dict.fromkeys(n for p in hazard.fallback.priced for n in p.rows())
    return list(numbers)


def _mean(values: Floats) -> float:
    return float(values[np.isfinite(values)].mean())


def _swings(
    output: Callable[[Draws], Floats], draws: Draws, numbers: Sequence[int], projects: Sequence[str]
) -> tuple[Swing, ...]:
    swings = []
    for number in numbers:
        row = draws.parameters.rows[number]
        if row.low < row.high:
            low, high = (_mean(output(draws.fixed({number: x}))) for x in (row.low, row.high))
            swings.append(Swing(row.parameter_id, low, high))
    for project in projects:
        length = draws.lengths[project]
        low, high = (_mean(output(draws.fixed(lengths={project: x}))) for x in (length.low, length.high))
        swings.append(Swing(f"project_length.{project}", low, high))
    return tuple(sorted((s for s in swings if s.width > 0), key=lambda s: (-s.width, s.name)))


def _groups(
    output: Callable[[Draws], Floats], draws: Draws, numbers: Sequence[int], grouping: str
) -> tuple[Swing, ...]:
    """Swings of groups: every row at the end that makes the figure smaller, then larger."""
    members: dict[str, list[int]] = {}
    for number in numbers:
        row = draws.parameters.rows[number]
        if row.low < row.high:
            members.setdefault(group_of(row, grouping), []).append(number)
    swings = []
    for name, rows in members.items():
        smaller: dict[int, Floats | float] = {}
        larger: dict[int, Floats | float] = {}
        for number in rows:
            row = draws.parameters.rows[number]
            low, high = (_mean(output(draws.fixed({number: x}))) for x in (row.low, row.high))
            smaller[number], larger[number] = (row.low, row.high) if low <= high else (row.high, row.low)
        swings.append(Swing(name, _mean(output(draws.fixed(smaller))), _mean(output(draws.fixed(larger))), len(rows)))
    return tuple(sorted((s for s in swings if s.width > 0), key=lambda s: (-s.width, s.name)))


def group_of(row: Row, grouping: str) -> str:
    """Name of the group that a row belongs to: its country, activity or component."""
    if grouping == "country":
        return "+".join(sorted(row.selectors.get("country", ()))) or "no one country"
    if grouping == "activity":
        return row.kind.replace("_", " ")
    return row.component or row.quantity.replace("_", " ")


def share_rows(found: Sensitivity) -> list[dict[str, Any]]:
    """One record an input, by falling total index, with its swing where it has one."""
    swings = {s.name: s for s in found.swings}
    rows = []
    for index in found.shares.indices:
        swing = swings.get(index.name)
        rows.append(
            {
                "input": index.name, "first": index.first, "first_low": index.first_low, "first_high": index.first_high,
                "total": index.total, "total_low": index.total_low, "total_high": index.total_high, "tells_from_zero": index.tells, "first_tells_from_zero": index.first_tells,
                "mean_at_low": None if swing is None else swing.low, "mean_at_high": None if swing is None else swing.high,
            }
        )  # fmt: skip
    return rows


def swing_rows(found: Sensitivity) -> list[dict[str, Any]]:
    """One record a swing: of rows first, then of groups by grouping."""
    every = [("row", s) for s in found.swings]
    every += [(grouping, s) for grouping, swings in found.groups.items() for s in swings]
    return [
        {"grouping": grouping, "name": s.name, "rows": s.rows, "mean_at_low": s.low, "mean_at_high": s.high, "swing": s.width, "mean": found.mean}
        for grouping, s in every
    ]  # fmt: skip


def in_words(name: str) -> str:
    """Name of an input for a reader."""
    return "chance (trips, closures, day of departure)" if name == CHANCE else name.removeprefix("factor|")
