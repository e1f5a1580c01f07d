r"""The chain of activities from origin to destination, priced, with its legs.

A leg is an unbroken run of hauls by one mode and gauge; borders do not break it, terminals do. Legs matter for chance:
the trip factor of a haul is keyed by its parameter row and the leg it belongs to, so that a line cut into pieces, or a
corridor that shares a train with another, draws the same luck.

Pricing asks every activity for its hours, its dollars by component and its emissions (:mod:`sim.amounts`); nothing is
drawn here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim.activities import WATER, Activity, selectors_of
from sim.amounts import Amount, Gathered, Length, expected, gathered, over_the_year
from sim.consignment import Consignment
from sim.cost import usd_amounts
from sim.emissions import kg_amount
from sim.parameters import Parameters
from sim.transit_time import hours_amount


@dataclass(frozen=True, slots=True)
class Priced:
    """An activity with what it takes; amounts are for the whole consignment."""

    activity: Activity
    leg: str
    hours: Amount
    usd: Mapping[str, Amount]
    kg: Amount | None

    def rows(self) -> list[int]:
        """Numbers of the parameter rows that it rests on, in the order asked."""
        amounts = [self.hours, *self.usd.values(), *([self.kg] if self.kg else [])]
        return list(dict.fromkeys(number for amount in amounts for number in amount.rows()))


Sums = tuple[Gathered, Gathered, Gathered]
"""Hours, dollars and emissions as amounts that all vary with something else."""


@dataclass
class Step:
    """One activity on one leg, priced once for each class of months that its rows tell apart.

    Parameters
    ----------
    activity, leg, km
        What happens, the leg it belongs to, its mean length. [km]
    classes
        Class of each month of the year.
    priced
        What it takes and its mean hours, by class of month. [h]
    years
        What it takes where a study is spread over the year, by the class of month for each month of departure.
    """

    activity: Activity
    leg: str
    km: float
    classes: tuple[int, ...]
    priced: dict[int, tuple[Priced, float]] = field(default_factory=dict)
    years: dict[tuple[int, ...], Priced] = field(default_factory=dict)


Memo = dict[tuple[Activity, str], Step]
"""Steps by activity and leg, of one table of parameters and one consignment."""


@dataclass(frozen=True)
class Itinerary:
    """Ordered activities from origin to destination.

    Parameters
    ----------
    priced
        Activities with their amounts.
    km
        Mean length of each activity, shape (activity,). [km]
    months
        Month in which each activity is expected, 1 to 12; the month of departure's, where it is spread over the year.
    seasons
        The same for each month of departure, shape (12, activity); empty unless spread over the year.
    """

    priced: tuple[Priced, ...]
    km: tuple[float, ...]
    months: tuple[int, ...] = ()
    seasons: tuple[tuple[int, ...], ...] = ()
    _sums: dict[tuple[bool, int | None], Sums] = field(default_factory=dict, repr=False, compare=False)

    def sums(self, *, known: bool = False, stop: int | None = None) -> Sums:
        """Hours, dollars and emissions up to an activity, gathered by what they vary with.

        Parameters
        ----------
        known
            Whether trips are averaged over.
        stop
            Activities that count; all if not given.
        """
        if (known, stop) not in self._sums:
            part = self.priced[:stop]
            lists = (
                [p.hours for p in part],
                [amount for p in part for amount in p.usd.values()],
                [p.kg for p in part if p.kg is not None],
            )
            hours, usd, kg = (gathered([a.known for a in each] if known else each) for each in lists)
            self._sums[known, stop] = (hours, usd, kg)
        return self._sums[known, stop]

    @property
    def activities(self) -> tuple[Activity, ...]:
        """Activities in order."""
        return tuple(p.activity for p in self.priced)

    @property
    def total_km(self) -> float:
        """Mean length of the way. [km]"""
        return sum(self.km)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Places passed, in order."""
        places = [self.priced[0].activity.from_node_id]
        for activity in self.activities:
            if activity.moving and activity.to_node_id != places[-1]:
                places.append(activity.to_node_id)
        return tuple(places)

    def rows(self) -> list[int]:
        """Numbers of all parameter rows used."""
        return list(dict.fromkeys(number for p in self.priced for number in p.rows()))


def legs_of(activities: Sequence[Activity]) -> list[str]:
    """Name of the leg of each activity: where it began and by what; stops carry the leg that they interrupt or follow.

    Examples
    --------
    Rail from Almaty to Turgundi, then road: ``almaty1.rail1520`` and ``turgundi.road``.
    """
    names: list[str] = []
    leg = ""
    held: tuple[str, int] | None = None
    for activity in activities:
        breaks = activity.kind in ("change_gauge", "transship") or (
            activity.kind == "dwell" and activity.reason in ("port_out", "port_in", "feeder")
        )
        if breaks or (activity.kind == "wait" and activity.mode in WATER):
            held = None
        if activity.moving and held != (activity.mode, activity.gauge_mm):
            held = (activity.mode, activity.gauge_mm)
            leg = f"{activity.from_node_id}.{activity.mode}{activity.gauge_mm or ''}"
        names.append(leg)
    return names


def price(  # noqa: PLR0913 - a chain, its assumptions, and when it starts
    activities: Sequence[Activity],
    parameters: Parameters,
    consignment: Consignment,
    month: int,
    lengths: Mapping[str, Length],
    *,
    departure: dt.date | None = None,
    memo: Memo | None = None,
) -> Itinerary:
    """Itinerary of a chain of activities.

    Parameters
    ----------
    activities
        In order.
    parameters, consignment, month
        Assumptions, what is moved, month of departure.
    lengths
        Projects whose length is drawn.
    departure
        Day of departure; each activity then takes the month in which it is expected to happen. Without it the month of
        departure holds all the way.
    memo
        Activities priced before with the same parameters and consignment; added to.

    Returns
    -------
    Itinerary

    Raises
    ------
    MatchError
        Where an activity finds no row or two.
    """
    pricer = _Pricer(parameters, consignment, lengths)
    steps = pricer.steps(activities, {} if memo is None else memo)
    classes, months = pricer.walk(steps, month, departure)
    priced = tuple(step.priced[name][0] for step, name in zip(steps, classes, strict=True))
    return Itinerary(priced, tuple(step.km for step in steps), tuple(months))


@dataclass(frozen=True)
class _Pricer:
    """What steps are priced with."""

    parameters: Parameters
    consignment: Consignment
    lengths: Mapping[str, Length]

    def steps(self, activities: Sequence[Activity], memo: Memo) -> list[Step]:
        """Steps of a chain; those met before are taken from the memo."""
        found = []
        for activity, leg in zip(activities, legs_of(activities), strict=True):
            key = (activity, leg)
            step = memo.get(key)
            if step is None:
                km = expected(Amount(activity.km, project=activity.project_id), self.parameters, self.lengths)
                classes = self.parameters.month_classes(selectors_of(activity, self.consignment, 1))
                step = memo[key] = Step(activity, leg, km, classes)
            found.append(step)
        return found

    def walk(self, steps: Sequence[Step], month: int, departure: dt.date | None = None) -> tuple[list[int], list[int]]:
        """Class of month and month in which each step is expected to happen; steps are priced for them."""
        classes: list[int] = []
        months: list[int] = []
        elapsed = 0.0
        turn = 0.0 if departure is not None else math.inf  # when the month is next to be looked up [h]
        for step in steps:
            if elapsed >= turn and departure is not None:
                day = departure + dt.timedelta(hours=elapsed)
                month, turn = day.month, 24.0 * (_next_month(day) - departure).days
            here = step.classes[month - 1]
            known = step.priced.get(here)
            if known is None:
                known = step.priced[here] = self.price(step, month)
            classes.append(here)
            months.append(month)
            elapsed += known[1]
        return classes, months

    def price(self, step: Step, month: int) -> tuple[Priced, float]:
        """What a step takes in a month, and its mean hours. [h]"""
        a, p, c = step.activity, self.parameters, self.consignment
        hours = hours_amount(a, p, c, month, leg=step.leg)
        usd = usd_amounts(a, p, c, month, leg=step.leg)
        return Priced(a, step.leg, hours, usd, kg_amount(a, p, c, month)), expected(hours, p, self.lengths)


def _next_month(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def price_over_year(
    activities: Sequence[Activity],
    parameters: Parameters,
    consignment: Consignment,
    lengths: Mapping[str, Length],
    departure: dt.date,
    *,
    memo: Memo | None = None,
) -> Itinerary:
    """Itinerary of a chain of activities that sets out in any month alike.

    Each draw has a month of departure; its activities take the rows of the month in which they are expected to happen.

    Parameters
    ----------
    activities, parameters, consignment, lengths
        As for :func:`price`.
    departure
        A day of the year meant; departures are on the 15th of each month.
    memo
        As for :func:`price`.
    """
    pricer = _Pricer(parameters, consignment, lengths)
    steps = pricer.steps(activities, {} if memo is None else memo)
    walks = [pricer.walk(steps, month, dt.date(departure.year, month, 15)) for month in range(1, 13)]
    priced = []
    for step, classes in zip(steps, zip(*(walk[0] for walk in walks), strict=True), strict=True):
        if classes not in step.years:
            step.years[classes] = _over_the_year([step.priced[name][0] for name in classes])
        priced.append(step.years[classes])
    months = tuple(tuple(walk[1]) for walk in walks)
    return Itinerary(tuple(priced), tuple(step.km for step in steps), months[departure.month - 1], months)


def _over_the_year(same: Sequence[Priced]) -> Priced:
    """One activity of a study spread over the year, from what it takes for each month of departure."""
    usd = {name: over_the_year(tuple(p.usd[name] for p in same)) for name in same[0].usd}
    kgs = tuple(p.kg for p in same if p.kg is not None)
    hours = over_the_year(tuple(p.hours for p in same))
    return Priced(same[0].activity, same[0].leg, hours, usd, over_the_year(kgs) if kgs else None)
