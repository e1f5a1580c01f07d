"""How sure a study is: the share of doubt that is knowledge, and the error of the sampling itself, way by way.

The second trip under the same knowledge and the independent replicates travel the ways that the study has found; nothing is
searched again. All ways of a replicate share its draws, as those of the study do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridors.ways import Way
from sim.doubt import figures, knowledge_share, monte_carlo_error
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
    again = draws.another_trip(replicates)  # a trip replicate that no other run uses
    shares = [_shares(way, _travel(way, again)) for way in able]
    runs = [[figures(w.outcome.hours, w.outcome.usd)] for w in able if w.outcome]
    for r in range(1, replicates):
        other = draws.replicate(r)
        for way, of_way in zip(able, runs, strict=True):
            trip = _travel(way, other)
            of_way.append(figures(trip.hours, trip.usd))
    return {
        (w.origin, w.destination, w.corridor): Doubt(*share, monte_carlo_error(run) if replicates > 1 else {})
        for w, share, run in zip(able, shares, runs, strict=True)
    }


def _travel(way: Way, draws: Draws) -> Trip:
    plan = way.plan
    if plan is None:
        msg = f"{way.corridor}: a way that is not feasible travels nowhere"
        raise ValueError(msg)
    return travel(plan.itinerary, draws, plan.encounters)


def _shares(way: Way, other: Trip) -> tuple[float, float]:
    outcome = way.outcome
    if outcome is None:
        return 0.0, 0.0
    return knowledge_share(outcome.hours, other.hours), knowledge_share(outcome.usd, other.usd)


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
