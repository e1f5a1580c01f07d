"""How sure a study is: the share of doubt that is knowledge, and the error of the sampling itself, way by way.

The second trip under the same knowledge and the independent replicates travel the ways that the study has found; nothing is
searched again. All ways of a replicate share its draws, as those of the study do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corridors.ways import Way
from sim.amounts import Amount
from sim.doubt import figures, knowledge_share, monte_carlo_error
from sim.draws import Floats
from sim.sampling import Draws
from sim.trips import Trip, travel

HEADLINES = ("hours_p50", "hours_p90", "usd_p50", "usd_p90")
"""Figures whose precision a scenario may ask for."""


@dataclass(frozen=True)
class Doubt:
    """How sure one way's figures are.

    Parameters
    ----------
    knowledge_hours, knowledge_usd
        Share of the variance of single trips that better knowledge could remove. [1]
    error
        Monte Carlo error of each figure, in its unit; empty where the scenario asks for one replicate only.
    """

    knowledge_hours: float
    knowledge_usd: float
    error: dict[str, float]


def doubts_of(ways: Sequence[Way], draws: Draws, replicates: int) -> dict[tuple[str, str, str], Doubt]:
    """Doubt of every feasible way, by origin, destination and corridor.

    Parameters
    ----------
    ways, draws
        A study's ways and its draws.
    replicates
        Independent repetitions, the study's own included. [1]
    """
    able = [w for w in ways if w.plan is not None and w.outcome is not None]
    own = (draws.knowledge_replicate, draws.trip_replicate)
    runs = [(own[0], replicates), *((r, r) for r in range(1, replicates))]  # first a trip replicate that no run uses
    shares: list[tuple[float, float]] = []
    found = [[figures(w.outcome.hours, w.outcome.usd)] for w in able if w.outcome]
    for first, together in _in_groups(runs, draws):
        together.prepare(amounts_of(able))
        for i, way in enumerate(able):
            trip = _travel(way, together)
            parts = [(trip.hours[part], trip.usd[part]) for part in together.parts()]
            if first == 0:
                shares.append(_shares(way, *parts[0]))
            found[i] += [figures(*part) for part in parts[first == 0 :]]
    return {
        (w.origin, w.destination, w.corridor): Doubt(*share, monte_carlo_error(run) if replicates > 1 else {})
        for w, share, run in zip(able, shares, found, strict=True)
    }


DRAWS_TOGETHER = 1 << 13
"""Draws that several runs may have when they are carried in one go: enough to share the work, few enough to stay small."""


def _in_groups(runs: Sequence[tuple[int, int]], draws: Draws) -> Iterator[tuple[int, Draws]]:
    """Draws of a few runs at a time, with the number of the first; each run's draws are those it has alone."""
    size = max(1, DRAWS_TOGETHER // draws.count)
    for first in range(0, len(runs), size):
        yield first, draws.together(runs[first : first + size])


def amounts_of(ways: Sequence[Way]) -> Iterator[Amount]:
    """Amounts that the totals of ways are made of, and those of the ways round."""
    plans = [way.plan for way in ways if way.plan is not None]
    round_ = {id(h.fallback): h.fallback for p in plans for h in p.encounters.hazards if h.fallback is not None}
    for itinerary in (*(plan.itinerary for plan in plans), *round_.values()):
        yield from (amount for sums in itinerary.sums() for amount in sums)


def _travel(way: Way, draws: Draws) -> Trip:
    plan = way.plan
    if plan is None:
        msg = f"{way.corridor}: a way that is not feasible travels nowhere"
        raise ValueError(msg)
    return travel(plan.itinerary, draws, plan.encounters)


def _shares(way: Way, hours: Floats, usd: Floats) -> tuple[float, float]:
    outcome = way.outcome
    if outcome is None:
        return 0.0, 0.0
    return knowledge_share(outcome.hours, hours), knowledge_share(outcome.usd, usd)


def worst_error_percent(doubts: dict[tuple[str, str, str], Doubt], ways: Sequence[Way]) -> float:
    """Largest Monte Carlo error of any P50 or P90 of any way, as a share of the figure. [%]"""
    worst = 0.0
    for way in ways:
        doubt = doubts.get((way.origin, way.destination, way.corridor))
        if doubt is None or way.outcome is None:
            continue
        values = figures(way.outcome.hours, way.outcome.usd)
        worst = max(worst, *(100.0 * doubt.error[name] / values[name] for name in HEADLINES))
    return worst
