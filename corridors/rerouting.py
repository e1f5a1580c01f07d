r"""Whether a switching value holds when the ways are searched anew.

A switching value is found on two ways as they go today. But a corridor is a family of ways: if Iranian roads are made three times as
dear, the trip "by road through Iran" takes rail for longer, and the other corridor does not win after all. So a value is tried
by running the scenario again, with the input's low, best and high set to it, one per cent to either side: the search of the ways, the
prices and the draws are those of ``--set``. Where the better way does not change there, re-runs are searched from the input's mean to
the end of what is tried, and the value found, to half a per cent, takes the place of the first; or there is none.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.catalogue import find_corridor
from corridors.toml_files import ScenarioError
from sim.sampling import Draws
from sim.switching_value import Contender, Duel, Lever, Switch, tried_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from corridors.scenario import Scenario
    from corridors.switching import Rivals

SIDE = 0.01
"""How far to either side of a value the better way is looked at, as a share of it."""
EXACT = 0.005
"""How exactly a value is found by re-runs, as a share of it."""
LENGTH = "project_length."
"""What the name of a contested length begins with, before the project."""
STEPS = 4
"""Re-runs between a value that does not hold and the end of what is tried, before bisection."""


def searched_anew(found: Rivals, lever: Lever, value: float) -> Duel:
    """Both ways as they are found with the input set, in draws in which it is set.

    Raises
    ------
    ScenarioError
        Where a corridor has no way once the input is set.
    """
    from corridors.study import set_up

    search, _ = set_up(with_inputs(found.study.scenario, {lever.name: value}), found.study.catalogue)
    contenders = []
    for way in (found.a, found.b):
        plan = search.find(find_corridor(way.corridor, found.study.catalogue), way.origin, way.destination).plan
        if plan is None:
            msg = f"--on: with {lever.name} at {value:.4g} {lever.unit} {way.corridor} has no way"
            raise ScenarioError(msg)
        contenders.append(Contender(plan.itinerary, plan.encounters))
    old = found.duel.draws
    draws = Draws(search.parameters, search.lengths, old.count, old.seed, old.knowledge_replicate, old.trip_replicate)
    return Duel(contenders[0], contenders[1], found.measure, draws, found.duel.usd_per_hour)


def with_inputs(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Scenario in which some inputs are set, as with ``--set``: rows by parameter_id, lengths as ``project_length.ID``."""
    lengths, rows = dict(scenario.project_length), dict(scenario.set)
    for name, value in values.items():
        if name.startswith(LENGTH):
            lengths[name.removeprefix(LENGTH)] = value
        else:
            rows |= {f"{name}.{field}": value for field in ("low", "best", "high")}
    return scenario.model_copy(update={"project_length": lengths, "set": rows})


def held(found: Rivals, switch: Switch) -> tuple[Switch, Duel]:
    """Switching value as whole re-runs have it, marked as tried, and the ways that meet there.

    Parameters
    ----------
    found
        The rivals.
    switch
        What was found on their ways as they go.

    Returns
    -------
    (Switch, Duel)
        The same where it holds; else the value of the re-runs, or none. The ways are in the study's own draws.

    Raises
    ------
    ScenarioError
        As for :func:`searched_anew`.
    """
    borne = borne_out(switch, lambda x: searched_anew(found, switch.lever, x).gap() < 0)
    if borne.value is None or borne.value == switch.value:
        return borne, found.duel
    return borne, replace(searched_anew(found, borne.lever, borne.value), draws=found.duel.draws)


def borne_out(switch: Switch, wins_at: Callable[[float], bool]) -> Switch:
    """Switching value as whole re-runs have it, marked as tried.

    Parameters
    ----------
    switch
        What was found with the ways as they go.
    wins_at
        Whether the gap is below zero in a whole re-run with the input at a value.

    Returns
    -------
    Switch
        The same where it holds; else the value of the re-runs, or none.
    """
    if switch.value is None:
        return switch
    lever, value = switch.lever, switch.value
    wins = cache(wins_at)
    least, most = tried_values(lever)
    below, above = wins(max(value * (1 - SIDE), least)), wins(min(value * (1 + SIDE), most))
    if below != above and below == switch.better_below:
        return replace(switch, searched=True)
    moved = _crossing(wins, lever, value)
    if moved is None:
        return Switch(lever, None, tried=(least, most), searched=True)
    x, is_below = moved
    return Switch(lever, x, lever.low <= x <= lever.high, lever.moved(x), is_below, (least, most), searched=True)


def _crossing(wins: Callable[[float], bool], lever: Lever, value: float) -> tuple[float, bool] | None:
    """Change of the better way nearest to the mean, towards a value and past it, and whether A is the better below it."""
    least, most = tried_values(lever)
    end = most if value > lever.mean else least
    beyond = np.geomspace(value, end, STEPS + 1) if end > 0 else np.linspace(value, end, STEPS + 1)
    points = [lever.mean, *beyond.tolist()]
    for a, b in pairwise(points):
        if wins(a) != wins(b):
            return _bisected(wins, a, b)
    return None


def _bisected(wins: Callable[[float], bool], a: float, b: float) -> tuple[float, bool]:
    at_a, rising = wins(a), a < b
    while abs(b - a) > EXACT * max(abs(a), abs(b)):
        middle = (a + b) / 2.0
        if wins(middle) == at_a:
            a = middle
        else:
            b = middle
    return (a + b) / 2.0, at_a if rising else not at_a
