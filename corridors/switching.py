"""What would have to change for another way to be the better one: switching values of a study's inputs.

Inputs are the parameter rows that either of two ways rests on, those of the closures that it may meet, the value of time where money is
weighed against hours, and contested lengths. Constants of the consignment (payload, patience) are no inputs of this kind: they
change what a way is, and are moved with ``--set``.

A sentence is made from the numbers alone, the same for every way: "A beats B when X falls below V unit".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.figure_tables import plain
from corridors.input_words import unit_words
from corridors.rerouting import LENGTH, held
from corridors.toml_files import ScenarioError, nearest
from sim.expectations import value_of_time_row
from sim.switching_error import gap_error, replicates_of, value_error
from sim.switching_spread import spread_of_values
from sim.switching_value import MEASURES, Contender, Duel, Lever, Switch, frontier, ranked, switching_value

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Way
    from sim.amounts import Length
    from sim.draws import Floats
    from sim.itinerary import Itinerary
    from sim.parameters import Parameters
    from sim.sampling import Draws

WORDS = {
    "hours_p50": "in P50 of days", "usd_mean": "in mean dollars", "generalized": "in mean generalized cost", "p90": "in P90 of days",
}  # fmt: skip


@dataclass(frozen=True)
class Rivals:
    """Two ways of one pair of places, and how they are compared."""

    study: Study
    a: Way
    b: Way
    measure: str
    duel: Duel

    @property
    def gap(self) -> float:
        """Measure of the first less that of the second, all inputs as drawn. [h] or [USD]"""
        return self.duel.gap()

    @property
    def gap_error(self) -> float:
        """Monte Carlo standard error of the gap. [h] or [USD]"""
        return gap_error(self.duel, replicates_of(self.duel.draws))


def rivals(study: Study, a: str, b: str, measure: str, origin: str = "", destination: str = "") -> Rivals:
    """Two corridors of a study between one pair of places.

    Raises
    ------
    ScenarioError
        Where a name is none of the study's, both are one, or a corridor has no way.
    """
    if measure not in MEASURES:
        raise ScenarioError(f'--measure: found "{measure}"; allowed {", ".join(MEASURES)}')
    if a == b:
        raise ScenarioError(f'--between: both are "{a}"; name two corridors')
    origin, destination = origin or study.scenario.origins[0], destination or study.scenario.destinations[0]
    found = {way.corridor: way for way in study.ways_between(origin, destination)}
    if not found:
        raise ScenarioError(f'the scenario has no pair "{origin}" - "{destination}"')
    for name in (a, b):
        if name not in found:
            raise ScenarioError(f'--between: the scenario has no corridor "{name}"{nearest(name, found)}')
    one, other = found[a], found[b]
    contenders = _contender(one), _contender(other)
    return Rivals(study, one, other, measure, Duel(*contenders, measure, one.made.draws, _per_hour(study)))


def _contender(way: Way) -> Contender:
    if way.plan is None:
        raise ScenarioError(f"--between: {way.corridor} has no way here: {way.reason}")
    return Contender(way.plan.itinerary, way.plan.encounters)


def _per_hour(study: Study) -> Any:
    number = value_of_time_row(study.parameters, study.consignment)

    def usd_per_hour(draws: Draws) -> Floats | float:
        return draws.row(number) * study.consignment.value_usd / 100.0 / 24.0

    return usd_per_hour


def levers(found: Rivals) -> dict[str, Lever]:
    """Inputs that either way rests on, by name, in the order met."""
    study, parameters = found.study, found.study.parameters
    numbers: dict[int, None] = {}
    for way in (found.duel.a, found.duel.b):
        for itinerary in _itineraries(way):
            numbers |= dict.fromkeys(n for priced in itinerary.priced for n in priced.rows())
        for hazard in way.encounters.hazards:
            numbers |= dict.fromkeys((hazard.shock.rate, hazard.shock.days))
    if found.measure == "generalized":
        numbers[value_of_time_row(parameters, study.consignment)] = None
    return levers_of(numbers, _projects(found), parameters, study.lengths)


def levers_of(
    numbers: Iterable[int], projects: Iterable[str], parameters: Parameters, lengths: Mapping[str, Length]
) -> dict[str, Lever]:
    """Parameter rows by number, and drawn lengths by project, as inputs by name."""
    out = {}
    for number in numbers:
        row = parameters.rows[number]
        out[row.parameter_id] = Lever(row.parameter_id, row.unit, row.mean, row.low, row.high, row=number)
    for project in sorted(projects):
        length = lengths[project]
        name = f"{LENGTH}{project}"
        out[name] = Lever(name, "km", length.best * length.mean_factor, length.low, length.high, project=project)
    return out


def _itineraries(way: Contender) -> Iterable[Itinerary]:
    yield way.itinerary
    for hazard in way.encounters.hazards:
        if hazard.fallback is not None:
            yield hazard.fallback


def _projects(found: Rivals) -> set[str]:
    """Projects whose drawn length either way depends on."""
    met = {
        a.project_id
        for way in (found.duel.a, found.duel.b) for itinerary in _itineraries(way) for a in itinerary.activities
    }  # fmt: skip
    return met & found.study.lengths.keys()


def switch_on(found: Rivals, name: str) -> Switch:
    """Switching value of one input, with its spread.

    Raises
    ------
    ScenarioError
        Where neither way rests on it; names the nearest that one does.
    """
    known = levers(found)
    if name not in known:
        held = name in found.study.parameters.number
        why = "neither way rests on it" if held else "there is no such input"
        raise ScenarioError(f'--on: found "{name}"; {why}{nearest(name, known)}')
    return _closely(found, known[name], replicates_of(found.duel.draws))


def _closely(found: Rivals, lever: Lever, repetitions: list[Draws]) -> Switch:
    """Switching value of one input with its spread and its error, borne out by re-runs."""
    switch, duel = held(found, switching_value(found.duel, lever))
    if switch.value is None:
        return switch
    p10, p90, without = spread_of_values(duel, lever, switch.value)
    error = value_error(duel, lever, switch.value, repetitions)
    return replace(switch, p10=p10, p90=p90, without=without, error=error)


def switch_on_all(found: Rivals, *, spread_of: int = 3) -> list[Switch]:
    """Switching value of every input, by how little it must move; the first few with spread and error, and borne out by re-runs.

    An input whose two ends leave the gap as it is, to a millionth of it, is not looked at further.
    """
    known = levers(found)
    base = abs(found.gap)
    switches = []
    for lever in known.values():
        ends = [found.duel.gap(lever.set_to(x, found.duel.draws)) for x in _ends(lever)]
        if max(ends) - min(ends) <= 1e-6 * max(base, 1e-9):
            switches.append(Switch(lever, None, tried=(lever.low, lever.high)))
        else:
            switches.append(switching_value(found.duel, lever))
    repetitions = replicates_of(found.duel.draws)
    return ranked(
        _closely(found, s.lever, repetitions) if i < spread_of and s.value is not None else s
        for i, s in enumerate(ranked(switches))
    )


def _ends(lever: Lever) -> tuple[float, float]:
    """Two values far enough apart to show whether an input does anything."""
    return (lever.low, lever.high) if lever.high > lever.low else (lever.mean * 0.5, lever.mean * 2.0)


def frontier_of(found: Rivals, first: str, second: str) -> list[tuple[float, float | None]]:
    """Line of two inputs on which both ways are equal, across the range of the first."""
    known = levers(found)
    for name in (first, second):
        if name not in known:
            raise ScenarioError(f'--on, --with: found "{name}"; neither way rests on it{nearest(name, known)}')
    if known[first].low == known[first].high:
        raise ScenarioError(f'--on: "{first}" has no range to walk along; put it second')
    return frontier(found.duel, known[first], known[second])


def sentence(found: Rivals, switch: Switch) -> str:
    """What one input would have to be, in words made from the numbers."""
    lever, unit = switch.lever, unit_words(switch.lever.unit)
    better, worse = (found.a, found.b) if found.gap < 0 else (found.b, found.a)
    measure = WORDS[found.measure]
    if switch.value is None:
        low, high = (plain(x, 4) for x in switch.tried)
        once = ", the ways searched anew" if switch.searched else ""
        return f"{_named(found, lever)}: no value from {low} to {high}{unit} changes that {better.corridor} beats {worse.corridor} {measure}{once}."
    first, other = (found.a, found.b) if switch.better_below else (found.b, found.a)
    rising = first.corridor == better.corridor
    winner, loser = (other, first) if rising else (first, other)
    way = "rises above" if rising else "falls below"
    where = (
        f"inside its range {plain(lever.low, 4)}-{plain(lever.high, 4)}"
        if switch.inside
        else f"outside its range {plain(lever.low, 4)}-{plain(lever.high, 4)}"
    )
    said = f"{winner.corridor} beats {loser.corridor} {measure} when {_named(found, lever)} {way} {plain(switch.value, 4)}{unit} (mean {plain(lever.mean, 4)}; {where})"
    if switch.error is not None:
        said += f"; Monte Carlo error {plain(switch.error, 2)}"
    if switch.p10 is not None and switch.p90 is not None and switch.without is not None:
        said += (
            f"; of the average trip, what we do not know of the rest puts it at {plain(switch.p10, 4)}-{plain(switch.p90, 4)} (P10-P90), "
            f"and in {switch.without:.0%} of draws nowhere near"
        )
    if not switch.searched:
        said += "; if both keep to the ways they take now"
    return said + "."


def _named(found: Rivals, lever: Lever) -> str:
    from corridors.report_words import what_is

    return f"{what_is(found.study, lever.name)} ({lever.name})"


def switch_rows(found: Rivals, switches: Sequence[Switch]) -> list[dict[str, Any]]:
    """One record an input, plain values; None where there is no switching value."""
    rows = []
    for switch in switches:
        lever = switch.lever
        rows.append(
            {
                "scenario": found.study.scenario.name, "origin": found.a.origin, "destination": found.a.destination,
                "a": found.a.corridor, "b": found.b.corridor, "measure": found.measure, "input": lever.name, "unit": lever.unit,
                "mean": lever.mean, "low": lever.low, "high": lever.high, "value": switch.value, "inside": switch.inside,
                "moved_in_ranges": switch.moved if np.isfinite(switch.moved) else None,
                "change": None if switch.value is None or not lever.mean else switch.value / lever.mean - 1.0,
                "p10": switch.p10, "p90": switch.p90, "share_of_draws_without": switch.without,
                "error": switch.error, "searched_anew": switch.searched,
                "tried_low": switch.tried[0], "tried_high": switch.tried[1], "words": sentence(found, switch),
            }
        )  # fmt: skip
    return rows
