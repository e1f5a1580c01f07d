r"""How many vehicles a flow ties up: trains a week, wagons, locomotives, boxes and trucks.

Little's law: what stands and rolls in a system is what comes in a day times the days it stays. A flow of :math:`Q` tonnes
a year that moves on :math:`d` days, in vehicles of :math:`w` tonnes, ties up

.. math:: N = \frac{Q}{d\,w}\,T\,(1 + s), \qquad T = \frac{h + f\,m}{24} + e\,x

vehicles, where :math:`T` is the turn-round in days: :math:`h` hours loaded (hauled, at borders, waiting), :math:`m` of them
hauled, :math:`f` the time of the way back over the time hauled, :math:`e` ends at which the vehicle is loaded or emptied and
:math:`x` days of standing at each; :math:`s` is the spare share. The law holds for any stretch of the way, so a fleet can be
split by railway and adds up again.

Where the weight of a train changes, as at a break of gauge, tonnes a day are the same on both sides and one train in is
:math:`w_{in}/w_{out}` trains out; what does not leave at once stands in the yard.

Every figure is low, best and high, carried by interval arithmetic: all lows together, all highs together, each in its own
direction. The interval is therefore wider than a chance of 80 % would make it. Left out: loads on the way back, peaks within
the year, wagons that are not interchangeable.

The rows are ``fleet.csv``. Sources: ``pakistan-railways-2017-year-book``; ``practitioner-review-2026``, items 23, 24, 47-49
and 54.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from geodata.tables import Table, TableError, read_package
from sim.parameters import DATA

WEAK = ("derived", "estimate", "assumption")


@dataclass(frozen=True, slots=True)
class Span:
    """A figure that is not known: low, best, high, none below 0."""

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        """Refuse what is out of order."""
        if not 0.0 <= self.low <= self.best <= self.high:
            msg = f"low, best, high are {self.low}, {self.best}, {self.high}; they must rise from 0 or more"
            raise ValueError(msg)

    @classmethod
    def certain(cls, value: float) -> Span:
        """Span of a known number."""
        return cls(value, value, value)

    def __add__(self, other: Span) -> Span:
        """Sum.

        Examples
        --------
        >>> Span(1.0, 2.0, 3.0) + Span.certain(1.0)
        Span(low=2.0, best=3.0, high=4.0)
        """
        return Span(self.low + other.low, self.best + other.best, self.high + other.high)

    def __mul__(self, other: Span) -> Span:
        """Product; both are 0 or more, so ends go with ends."""
        return Span(self.low * other.low, self.best * other.best, self.high * other.high)

    def __truediv__(self, other: Span) -> Span:
        """Quotient: least over most to most over least.

        Examples
        --------
        >>> Span(10.0, 20.0, 30.0) / Span(1.0, 2.0, 5.0)
        Span(low=2.0, best=10.0, high=30.0)
        """
        return Span(self.low / other.high, self.best / other.best, self.high / other.low)

    def times(self, factor: float) -> Span:
        """Multiple by a known number of 0 or more."""
        return self * Span.certain(factor)

    def least(self, other: Span) -> Span:
        """Smaller of two, end by end."""
        return Span(min(self.low, other.low), min(self.best, other.best), min(self.high, other.high))


ONE = Span.certain(1.0)


def tonnes_a_day(tonnes_a_year: float, operating_days: Span) -> Span:
    """Tonnes on a day of work. [t/day]

    Examples
    --------
    Q / d: 10 Mt over 330 days are 30,303 t a day.

    >>> round(tonnes_a_day(10e6, Span.certain(330.0)).best)
    30303
    """
    return Span.certain(tonnes_a_year) / operating_days


def vehicles_a_day(daily: Span, net_tonnes: Span) -> Span:
    """Trains, wagons, trucks or boxes a day: q / w. [1/day]

    Examples
    --------
    10 Mt a year at the 811 net t of a Pakistani train are 37 trains a day:

    >>> round(vehicles_a_day(tonnes_a_day(10e6, Span.certain(330.0)), Span.certain(811.0)).best, 1)
    37.4
    """
    return daily / net_tonnes


def box_tonnes(boxes: Span, tonnes_per_box: float, limit: Span) -> Span:
    """Net tonnes of a train or wagon of boxes: places x tonnes a box, as far as the weight limit allows. [t]

    Examples
    --------
    35 boxes of 20 t are 700 t, below 811:

    >>> box_tonnes(Span.certain(35.0), 20.0, Span.certain(811.0)).best
    700.0
    """
    return boxes.times(tonnes_per_box).least(limit)


def turn_round_days(loaded: Span, hauled: Span, return_factor: Span, extra: Span = Span(0.0, 0.0, 0.0)) -> Span:
    """Turn-round of a vehicle on a stretch: (h + f m) / 24 + e x. [day]

    Parameters
    ----------
    loaded, hauled
        Hours loaded on the stretch, and those of them on the move. [h]
    return_factor
        Time of the way back over the time hauled. [1]
    extra
        Standing at the ends that lie on the stretch, all of them together. [day]

    Examples
    --------
    48 h loaded, 24 of them rolling, back in half as long again, 4 days at the ends: 2 + 1.5 + 4.

    >>> turn_round_days(Span.certain(48.0), Span.certain(24.0), Span.certain(1.5), Span.certain(4.0)).best
    7.5
    """
    return (loaded + hauled * return_factor).times(1.0 / 24.0) + extra


def tied_up(daily: Span, turn: Span, spare: Span) -> Span:
    """Vehicles that a flow ties up: Little's law with spares, n T (1 + s). [1]

    Examples
    --------
    Ten a day that come back after 7.5 days, a tenth in repair: 82.5.

    >>> round(tied_up(Span.certain(10.0), Span.certain(7.5), Span.certain(0.1)).best, 6)
    82.5
    """
    return daily * turn * (ONE + spare)


def trains_out(tonnes_in: Span, tonnes_out: Span) -> Span:
    """Trains (or trucks) out for one train in: w_in / w_out. [1]

    Examples
    --------
    A flour train of 3,300 t is four trains of 811 t:

    >>> round(trains_out(Span.certain(3300.0), Span.certain(811.0)).best, 1)
    4.1
    """
    return tonnes_in / tonnes_out


def against_record(tonnes_a_year: float, net_tonnes: float, trains_a_year: float) -> float:
    """Trains of a year over the trains that the railway ran in a year of the record. [1]

    Examples
    --------
    10 Mt at 811 t are 12,330 trains, 1.8 times the 6,940 freight trains of Pakistan in 2016-17:

    >>> round(against_record(10e6, 811.0, 6940.0), 1)
    1.8
    """
    return tonnes_a_year / net_tonnes / trains_a_year


class FleetRows:
    """Rows of ``fleet.csv``, asked by quantity, vehicle and country; a country's own row goes before the general one.

    Raises
    ------
    TableError
        Where low, best and high are out of order, a weak basis has no note, a divisor is 0, or a row stands twice.
    """

    def __init__(self, table: Table) -> None:
        self.rows: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        self.names: dict[str, str] = {}
        for number, row in enumerate(table.rows()):
            key = (row["quantity"], row["vehicle"], row["country"])
            if not row["low"] <= row["best"] <= row["high"]:
                raise table.error(
                    number,
                    problem=f"low, best, high are {row['low']:g}, {row['best']:g}, {row['high']:g}",
                    mend="order them",
                )
            if row["basis"] in WEAK and not row["note"]:
                raise table.error(
                    number, problem=f"basis is {row['basis']} and note is empty", mend="give the reasoning"
                )
            if row["low"] == 0 and row["quantity"] in ("net_tonnes", "boxes", "operating_days"):
                raise table.error(number, problem=f"low of {row['quantity']} is 0", allowed="above 0")
            if key in self.rows:
                raise table.error(
                    number, problem=f"asks what {self.rows[key]['fleet_id']!r} asks", mend="keep one of the two"
                )
            self.rows[key] = row
            if row["railway"]:
                self.names[row["country"]] = row["railway"]

    def row(self, quantity: str, vehicle: str, country: str = "") -> Mapping[str, Any] | None:
        """Row that answers, or None."""
        return self.rows.get((quantity, vehicle, country)) or self.rows.get((quantity, vehicle, ""))

    def span(self, quantity: str, vehicle: str, country: str = "") -> Span:
        """Low, best and high of a quantity.

        Raises
        ------
        TableError
            Where no row answers.
        """
        row = self.row(quantity, vehicle, country)
        if row is None:
            msg = f"fleet.csv: no row gives {quantity} of a {vehicle} in {country or 'any country'}; add a row for it"
            raise TableError(msg)
        return Span(row["low"], row["best"], row["high"])

    def railway(self, country: str) -> str:
        """Short name of the railway of a country."""
        return self.names.get(country, f"railway of {country}")


@lru_cache(maxsize=4)
def read_fleet(folder: Path = DATA) -> FleetRows:
    """Rows of the shipped table, or of a folder with the same data package."""
    return FleetRows(read_package(folder, ["fleet"])["fleet"])
