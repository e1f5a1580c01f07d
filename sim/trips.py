r"""Single trips: the totals of a way in every draw, with what it meets on the way.

Hours are the activities' sum, plus what is left of each closure met up to the patience, plus the wait for each gate that
sleeps. Who loses patience takes the way round from where it stands, at that way's hours and dollars, or does not arrive. What
is owed for a line's box follows the hours of the whole trip. A draw that does not arrive has NaN for its totals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.draws import Bools, Floats, Wholes
from sim.encounters import NOTHING, Encounters, Schedule
from sim.itinerary import Itinerary
from sim.sampling import Draws
from sim.shocks import meet, passage


@dataclass(frozen=True)
class Trip:
    """Totals of single trips, shape (draw,); NaN where not delivered.

    ``waited`` holds the hours stood before each activity at which a place may be shut, ``queued`` those before each gate
    with opening hours; ``turned`` says who turned away; ``detention`` is part of ``usd``.
    """

    hours: Floats
    usd: Floats
    kg: Floats
    delivered: Bools
    met: Bools
    turned: Bools
    waited: Mapping[int, Floats]
    queued: Mapping[int, Floats]
    detention: Floats


def travel(itinerary: Itinerary, draws: Draws, encounters: Encounters = NOTHING) -> Trip:
    """Totals of an itinerary in every draw.

    Parameters
    ----------
    itinerary
        Priced activities.
    draws
        The study's draws.
    encounters
        What the way may meet.

    Returns
    -------
    Trip
    """
    n = draws.count
    patience_hours, detention = encounters.patience_hours, encounters.detention
    open_ = totals(itinerary, draws)
    meetings = [meet(h.at, h.shock, draws, patience_hours, h.months) for h in encounters.hazards]
    through = passage(meetings, n, patience_hours)
    queued = _queued(itinerary, draws, through.waited_hours, encounters.schedule)
    waited = sum((*through.waited_hours.values(), *queued.values()), np.zeros(n))
    hours, usd, kg = open_[0] + waited, open_[1].copy(), open_[2].copy()
    delivered = np.ones(n, dtype=bool)
    for k, hazard in enumerate(encounters.hazards):
        away = np.flatnonzero(through.diverted_at == k)
        if not len(away):
            continue
        if hazard.fallback is None:
            delivered[away] = False
            continue
        around = [values[away] for values in totals_of_all(hazard.fallback, draws)]
        before = totals(itinerary, draws, stop=hazard.at, at=away)
        stood = (_until(hazard.at, through.waited_hours, n) + _until(hazard.at - 1, queued, n))[away]
        hours[away] = before[0] + stood + around[0]
        usd[away] = before[1] + around[1]
        kg[away] = before[2] + around[2]
    owed = np.zeros(n) if detention is None else detention.charge(hours, draws)
    usd = usd + owed
    for values in (hours, usd, kg):
        values[~delivered] = np.nan
    turned = through.diverted_at >= 0
    return Trip(hours, usd, kg, delivered, through.met, turned, through.waited_hours, queued, owed)


def _until(at: int, waits: Mapping[int, Floats], count: int) -> Floats:
    """Hours waited up to and with an activity, shape (draw,)."""
    return sum((hours for index, hours in waits.items() if index <= at), np.zeros(count))


def _queued(
    itinerary: Itinerary, draws: Draws, waited: Mapping[int, Floats], schedule: Schedule | None
) -> dict[int, Floats]:
    """Hours waited for each gate to open, by index of activity; the clock runs through the draw."""
    queued: dict[int, Floats] = {}
    if schedule is None or not schedule.openings:
        return queued
    start = schedule.set_out(draws)
    for at, opening in sorted(schedule.openings, key=lambda pair: pair[0]):
        elapsed = draws.total(itinerary.sums(stop=at)[0]) + _until(at, waited, draws.count)
        elapsed = elapsed + _until(at, queued, draws.count)
        wait = np.empty(draws.count)
        for run in draws.parts():
            day = schedule.departure + dt.timedelta(hours=float(elapsed[run].mean()))
            wait[run] = opening.wait_hours(start[run] + elapsed[run], day)
        queued[at] = queued.get(at, np.zeros(draws.count)) + wait
    return queued


def totals(
    itinerary: Itinerary, draws: Draws, *, known: bool = False, stop: int | None = None, at: Wholes | None = None
) -> tuple[Floats, Floats, Floats]:
    """Hours, dollars and emissions of an itinerary up to an activity, shape (draw,) each, or in the draws at some places."""
    hours, usd, kg = (draws.total(amounts, at) for amounts in itinerary.sums(known=known, stop=stop))
    return hours, usd, kg


def totals_of_all(itinerary: Itinerary, draws: Draws) -> tuple[Floats, Floats, Floats]:
    """Totals of a whole itinerary, kept with the draws: ways share their ways round."""
    key = ("totals", id(itinerary))
    return draws.remembered(key, lambda: (totals(itinerary, draws), itinerary))[
        0
    ]  # kept together: the id stays its own
