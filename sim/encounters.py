"""What a way may meet beyond its activities: shut places, sleeping gates, the hire of a box.

None of it is certain to happen and all of it depends on when or how long: a shock is met or not (:mod:`sim.shocks`), a gate
sleeps at the hour of arrival or not (:mod:`sim.opening_hours`), a line's box is late or not (:mod:`sim.detention`). A way
carries what it may meet beside its itinerary, so that search and means need not know of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sim.detention import Detention
from sim.draws import Floats
from sim.itinerary import Itinerary
from sim.opening_hours import WEEK, Opening
from sim.sampling import Draws
from sim.shocks import Shock


@dataclass(frozen=True, slots=True)
class Hazard:
    """A shock that a way can meet, and the way round from there.

    Parameters
    ----------
    at
        Index of the activity before which it is met.
    shock
        What may happen.
    fallback
        Best way that is left from where the consignment stands; None where there is none.
    months
        Months of departure in which it can be met, where the study is spread over the year; empty = always.
    """

    at: int
    shock: Shock
    fallback: Itinerary | None
    months: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Schedule:
    """Gates with opening hours on a way, and when it sets out.

    Parameters
    ----------
    openings
        Index of the activity before which one waits, and the opening.
    departure
        Day of departure; the hour and day of the week are spread evenly over seven days from it.
    """

    openings: tuple[tuple[int, Opening], ...]
    departure: dt.date

    def set_out(self, draws: Draws) -> Floats:
        """Time of departure from a Monday 00:00 UTC, shape (draw,). [h]"""
        return 24.0 * self.departure.weekday() + WEEK * draws.stream("process", "departure")

    @property
    def mean_wait_hours(self) -> float:
        """Mean of all waits for an opening, for cargo that comes at any time alike. [h]"""
        return sum(opening.mean_wait_hours for _, opening in self.openings)


@dataclass(frozen=True, slots=True)
class Encounters:
    """What a way may meet beyond its activities.

    Parameters
    ----------
    hazards
        Shocks, in the order of the way.
    patience_hours
        How long the consignment waits at a shut place before it turns away. [h]
    schedule
        Gates with opening hours; none if not given.
    detention
        What the line charges for its box after the free days; nothing if not given.
    """

    hazards: tuple[Hazard, ...] = ()
    patience_hours: float = 0.0
    schedule: Schedule | None = None
    detention: Detention | None = None


NOTHING = Encounters()
"""A way that meets nothing."""
