r"""The chain of activities from origin to destination, priced, with its legs.

A leg is an unbroken run of hauls by one mode and gauge; borders do not break it, terminals do. Legs matter for chance:
the trip factor of a haul is keyed by its parameter row and the leg it belongs to, so that a line cut into pieces, or a
corridor that shares a train with another, draws the same luck.

Pricing asks every activity for its hours, its dollars by component and its emissions (:mod:`sim.amounts`); nothing is
drawn here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim.activities import WATER, Activity
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

Memo = dict[tuple[Activity, str, int], "Priced"]
"""Priced activities by activity, leg and month class."""


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
    priced: list[Priced] = []
    km: list[float] = []
    months: list[int] = []
    memo = {} if memo is None else memo
    elapsed = 0.0
    for activity, leg in zip(activities, legs_of(activities), strict=True):
        if departure is not None:
            month = (departure + dt.timedelta(hours=elapsed)).month
        key = (activity, leg, parameters.month_class(month))
        if key not in memo:
            hours = hours_amount(activity, parameters, consignment, month, leg=leg)
            usd = usd_amounts(activity, parameters, consignment, month, leg=leg)
            kg = kg_amount(activity, parameters, consignment, month)
            memo[key] = Priced(activity, leg, hours, usd, kg)
        priced.append(memo[key])
        km.append(expected(Amount(activity.km, project=activity.project_id), parameters, lengths))
        months.append(month)
        elapsed += expected(memo[key].hours, parameters, lengths)
    return Itinerary(tuple(priced), tuple(km), tuple(months))


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
    memo = {} if memo is None else memo
    by_month = [
        price(
            activities, parameters, consignment, month, lengths, departure=dt.date(departure.year, month, 15), memo=memo
        )
        for month in range(1, 13)
    ]
    priced = []
    for same in zip(*(it.priced for it in by_month), strict=True):
        usd = {name: over_the_year(tuple(p.usd[name] for p in same)) for name in same[0].usd}
        kgs = tuple(p.kg for p in same if p.kg is not None)
        hours = over_the_year(tuple(p.hours for p in same))
        priced.append(Priced(same[0].activity, same[0].leg, hours, usd, over_the_year(kgs) if kgs else None))
    here = by_month[departure.month - 1]
    return Itinerary(tuple(priced), here.km, here.months, tuple(it.months for it in by_month))
