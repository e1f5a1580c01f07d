r"""Opening hours: a gate that sleeps at night or over the week end makes who comes late wait.

A row of ``opening_hours.csv`` says on which days and between which local times a crossing works, in a named time zone. Zones
are dated: Almaty was UTC+6 until 29 February 2024 and is UTC+5 since; Kabul is UTC+4:30. Arrival is followed in UTC through the
draw and turned into local time with the zone's offset on the day of arrival.

The wait is the time to the next opening, nothing while it is open. Cargo that arrives at any time of the week alike waits

.. math:: \bar w = \frac{1}{168}\sum_g \frac{g^2}{2}

on average, with g the closed stretches in hours: a gate shut from Friday midnight to Monday midnight, g = 48, costs 6.86 h a
consignment. The search uses this mean; the simulation follows the clock. Published border hours that already hold the night
(CPMM measures from entry to exit) get no row here, or the same hours would be counted twice.

Left out: holidays, queues that build up while a gate is shut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from geodata.tables import Table, TableError, read_package
from sim.activities import Activity
from sim.draws import Floats
from sim.parameters import DATA

WEEK = 168.0


@dataclass(frozen=True, slots=True)
class Opening:
    """When a crossing works, in local time.

    ``spans`` are open stretches in hours from Monday 00:00 local; one that runs past Sunday midnight goes on after 168.
    """

    opening_id: str
    crossing_id: str
    direction: str
    months: frozenset[int]
    spans: tuple[tuple[float, float], ...]
    timezone: str

    def holds_for(self, activity: Activity, month: int) -> bool:
        """Whether an activity is the first formality at this crossing, in a month in which the row holds."""
        return (
            activity.kind == "clear"
            and activity.reason == "border"
            and activity.direction == "out"
            and activity.crossing_id == self.crossing_id
            and (not self.direction or self.direction == activity.country)
            and (not self.months or month in self.months)
        )

    def offset_hours(self, day: dt.date) -> float:
        """Hours that local time is ahead of UTC on a day."""
        offset = dt.datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(self.timezone)).utcoffset()
        return offset.total_seconds() / 3600.0 if offset else 0.0

    @property
    def mean_wait_hours(self) -> float:
        """Mean wait of cargo that arrives at any time of the week alike. [h]"""
        return sum(gap * gap for gap in self._gaps()) / 2.0 / WEEK

    def _gaps(self) -> list[float]:
        spans = sorted(self.spans)
        following = [*spans[1:], (spans[0][0] + WEEK, 0.0)]
        return [max(0.0, after[0] - before[1]) for before, after in zip(spans, following, strict=True)]

    def wait_hours(self, utc_hours: Floats, day: dt.date) -> Floats:
        """Time to the next opening.

        Parameters
        ----------
        utc_hours
            Arrival in hours from a Monday 00:00 UTC, shape (draw,). [h]
        day
            Day whose zone offset holds.

        Returns
        -------
        Floats
            0 while open, shape (draw,). [h]
        """
        local = np.mod(utc_hours + self.offset_hours(day), WEEK)
        wait = np.full(local.shape, np.inf)
        for start, end in self.spans:
            inside = np.mod(local - start, WEEK) < end - start
            wait = np.minimum(wait, np.where(inside, 0.0, np.mod(start - local, WEEK)))
        return wait


def opening_of(table: Table, number: int) -> Opening:
    """Opening of a row of ``opening_hours.csv``.

    Raises
    ------
    TableError
        Where the zone is unknown, a time is no time, or the gate is never or always open.
    """
    cells = table.row(number)
    where = f"{table.origin[number]}, line {table.line[number]}, row {cells['opening_id']!r}"
    zone = str(cells["timezone"])
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        msg = f"{where}: timezone is {zone!r}; give an IANA zone such as Asia/Kabul"
        raise TableError(msg) from error
    opens, closes = (_clock(str(cells[key]), f"{where}: {key}") for key in ("opens", "closes"))
    length = closes - opens if closes > opens else closes + 24.0 - opens
    days = sorted({int(day) for day in str(cells["days"]).split(";")})
    spans: list[tuple[float, float]] = []
    for day in days:
        start = 24.0 * (day - 1) + opens
        if spans and abs(spans[-1][1] - start) < 1e-9:
            spans[-1] = (spans[-1][0], start + length)
        else:
            spans.append((start, start + length))
    if sum(end - start for start, end in spans) >= WEEK:
        msg = f"{where}: the gate is open all week; take the row out"
        raise TableError(msg)
    months = frozenset(int(month) for month in str(cells["months"]).split(";") if month)
    return Opening(
        str(cells["opening_id"]), str(cells["crossing_id"]), str(cells["direction"]), months, tuple(spans), zone
    )


def _clock(text: str, where: str) -> float:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(minutes) < 60 and int(hours) * 60 + int(minutes) <= 1440):
        msg = f"{where} is {text!r}; write local time as HH:MM, 00:00 to 24:00"
        raise TableError(msg)
    return int(hours) + int(minutes) / 60.0


def read_opening_hours(folder: Path = DATA) -> tuple[Opening, ...]:
    """Openings of the shipped table, or of a folder with the same data package."""
    table = read_package(folder, ["opening_hours"])["opening_hours"]
    return tuple(opening_of(table, number) for number in range(len(table)))


def openings_on(
    activities: Sequence[Activity], months: Sequence[int], openings: Sequence[Opening]
) -> list[tuple[int, Opening]]:
    """Gates with opening hours on a way: index of the activity before which one waits, and the opening."""
    return [
        (i, opening)
        for i, activity in enumerate(activities)
        for opening in openings
        if opening.holds_for(activity, months[i])
    ]
