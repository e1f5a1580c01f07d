r"""Closures that have not happened yet: an alternating renewal process, patience, and what follows it.

A gate, a line, a pass or a strait is open for a while and shut for a while. Two parameter rows make a *shock*: its starts
per open year, :math:`\lambda` (``closure_rate.NAME``), and the mean length of a closure, L (``closure_days.NAME``), whose
``cv`` is the heavy tail of a lognormal law. What a shock shuts is what its rate row selects: a crossing, a line, a list of
gates. *Local* shocks shut one place; a *national* shock shuts every Afghan-Pakistani gate at once, and because its stream
is one and the same for all of them, a second gate is then no second route.

A consignment that arrives at a random time finds the place shut with probability

.. math:: p = \frac{\lambda L}{1+\lambda L}

and then waits what is left of the closure. It is more likely to meet a long one: the length it meets is length-biased,
for a lognormal :math:`(\mu,\sigma)` again lognormal :math:`(\mu+\sigma^2,\sigma)`, and the rest of it is a uniform share,
with mean :math:`L(1+cv^2)/2`. With 1.67 starts a year of 12.6 days, p is 0.0545.

It waits at most its patience; then it turns and takes the best way that is left from where it stands, or, where there is
none, is *not delivered*: a probability and not a number of hours. Means are of delivered consignments.

Left out: closures met while diverting; notice before departure; a gate that is shut for one's own kind of cargo only
unless its rate row says so. Rates and lengths are fitted on few events (see the notes of the rows).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from geodata.tables import TableError
from sim.activities import Activity, selectors_of
from sim.consignment import Consignment
from sim.draws import Bools, Floats, normal_quantile
from sim.parameters import Parameters

if TYPE_CHECKING:
    from sim.sampling import Draws

DAYS_A_YEAR = 365.25
GRID = 512
"""Points at which the law of what is left of a closure is tabulated for means under known rates."""


@dataclass(frozen=True, slots=True)
class Shock:
    """A possible closure: its name, the rows of its rate and length, and its scope (local or national)."""

    name: str
    rate: int
    days: int
    scope: str


def shocks_of(parameters: Parameters) -> tuple[Shock, ...]:
    """Shocks of a parameter table, sorted by name.

    Raises
    ------
    TableError
        Where a rate has no length or a length no rate, or a length has no tail (cv) to draw from.
    """
    found: dict[str, dict[str, int]] = {}
    for number, row in enumerate(parameters.rows):
        if row.kind == "closure":
            stem, _, name = row.parameter_id.partition(".")
            wanted = {"rate": "closure_rate", "duration": "closure_days"}[row.quantity]
            if stem != wanted or not name:
                msg = f"{row.where}, row {row.parameter_id!r}: a {row.quantity} of closures is named {wanted}.NAME"
                raise TableError(msg)
            if row.quantity == "duration" and row.cv <= 0:
                msg = f"{row.where}, row {row.parameter_id!r}: cv is {row.cv:g}; the length of closures needs a law, cv above 0"
                raise TableError(msg)
            found.setdefault(name, {})[row.quantity] = number
    shocks = []
    for name, rows in sorted(found.items()):
        if set(rows) != {"rate", "duration"}:
            msg = f"parameters.csv: closure {name!r} has {', '.join(rows)} only; it needs closure_rate.{name} and closure_days.{name}"
            raise TableError(msg)
        scope = next(iter(parameters.rows[rows["rate"]].selectors.get("reason", {"local"})))
        shocks.append(Shock(name, rows["rate"], rows["duration"], scope))
    return tuple(shocks)


def shocks_over_year(
    activities: Sequence[Activity],
    parameters: Parameters,
    consignment: Consignment,
    seasons: Sequence[Sequence[int]],
    shocks: Sequence[Shock],
) -> list[tuple[int, Shock, frozenset[int]]]:
    """Shocks that a way spread over the year can meet, with the months of departure in which it can meet each."""
    found: dict[tuple[int, Shock], set[int]] = {}
    for shock, touched, season in _touched(activities, parameters, consignment, shocks):
        for month, months in enumerate(seasons, start=1):
            first = next((i for i in touched if not season or str(months[i]) in season), None)
            if first is not None:
                found.setdefault((first, shock), set()).add(month)
    ordered = sorted(found.items(), key=lambda item: (item[0][0], item[0][1].name))
    return [(at, shock, frozenset(months)) for (at, shock), months in ordered]


def _touched(
    activities: Sequence[Activity], parameters: Parameters, consignment: Consignment, shocks: Sequence[Shock]
) -> Iterator[tuple[Shock, list[int], frozenset[str]]]:
    """Activities that each shock can shut in some month, and the months of its row (empty = all)."""
    facts = [
        (i, selectors_of(a, consignment, 1) | ({"direction": ""} if a.kind == "clear" else {}))
        for i, a in enumerate(activities)
        if a.kind in ("haul", "clear")
    ]
    for shock in shocks:
        conditions = parameters.rows[shock.rate].selectors
        asked = [(name, allowed) for name, allowed in conditions.items() if name not in ("reason", "months")]
        touched = [i for i, fact in facts if all(fact[name] in allowed for name, allowed in asked)]
        if touched:
            yield shock, touched, conditions.get("months", frozenset())


def shocks_on(
    activities: Sequence[Activity],
    parameters: Parameters,
    consignment: Consignment,
    months: Sequence[int],
    shocks: Sequence[Shock],
) -> list[tuple[int, Shock]]:
    """Shocks that a way can meet, each at the first activity that it touches, in the order of the way.

    Parameters
    ----------
    activities, months
        The way, and the month in which each activity is expected.
    parameters, consignment, shocks
        Rows, what is moved, what may happen.

    Returns
    -------
    list
        ``(index of the activity, shock)``.
    """
    met: list[tuple[int, Shock]] = []
    for shock, touched, season in _touched(activities, parameters, consignment, shocks):
        first = next((i for i in touched if not season or str(months[i]) in season), None)
        if first is not None:
            met.append((first, shock))
    return sorted(met, key=lambda pair: (pair[0], pair[1].name))


def availability(rate: Floats | float, days: Floats | float) -> Floats | float:
    """Share of time that a place is open, 1 / (1 + rate x days / 365.25). [1]

    Examples
    --------
    >>> round(availability(1.67, 12.6), 4)
    0.9455
    """
    return 1.0 / (1.0 + rate * days / DAYS_A_YEAR)


def _sigma(cv: float) -> float:
    return float(np.sqrt(np.log1p(cv * cv)))


def residual_factor(u_length: Floats, u_share: Floats, cv: float) -> Floats:
    r"""What is left of the closure met, over its mean length: length-biased lognormal times a uniform share. [1]

    Its mean is :math:`(1+cv^2)/2`.
    """
    sigma = _sigma(cv)
    return np.exp(sigma * normal_quantile(u_length) + sigma * sigma / 2.0) * u_share


class Closing:
    """What one shock does to whoever comes to it, draw by draw; the same for every way.

    Parameters
    ----------
    shut
        Whether the place is found shut, shape (draw,).
    rest_hours
        What is left of the closure met, shape (draw,); meaningful where shut. [h]
    p_shut
        Odds of finding it shut under the draw's knowledge, shape (draw,) or one number. [1]
    mean_hours, cv, patience_hours
        Law of the closures' length under the draw's knowledge, and how long the consignment waits.
    """

    def __init__(self, shock: Shock, draws: Draws, patience_hours: float, months: frozenset[int]) -> None:
        n = draws.count
        rate = np.broadcast_to(np.asarray(draws.row(shock.rate), dtype=np.float64), (n,))
        self.mean_hours = np.broadcast_to(np.asarray(draws.row(shock.days), dtype=np.float64) * 24.0, (n,))
        self.cv, self.patience_hours = draws.parameters.rows[shock.days].cv, patience_hours
        p_shut = 1.0 - np.asarray(availability(rate, self.mean_hours / 24.0))
        if months:
            p_shut = p_shut * np.isin(draws.departure_months(), sorted(months))
        u = [draws.stream("process", f"{shock.name}|{part}") for part in ("state", "length", "share")]
        self.p_shut: Floats = p_shut
        self.shut: Bools = u[0] < p_shut
        self.rest_hours: Floats = residual_factor(u[1], u[2], self.cv) * self.mean_hours

    @cached_property
    def waits(self) -> tuple[Floats, Floats]:
        """Odds that the rest is within the patience, and its mean if so, under the draw's knowledge. [1], [h]"""
        grid = _residual_grid(self.cv)
        order = np.searchsorted(grid, self.patience_hours / self.mean_hours)  # how many points are within the patience
        sums = np.concatenate([[0.0], np.cumsum(grid)])
        mean = np.divide(sums[order], order, out=np.zeros(len(order)), where=order > 0) * self.mean_hours
        return order / GRID, mean


@dataclass(frozen=True, slots=True)
class Meeting:
    """One shock on one way: which, before which activity, and what it does there draw by draw."""

    shock: Shock
    at: int
    closing: Closing

    @property
    def shut(self) -> Bools:
        """Whether the place is found shut, shape (draw,)."""
        return self.closing.shut

    @property
    def rest_hours(self) -> Floats:
        """What is left of the closure met, shape (draw,); meaningful where shut. [h]"""
        return self.closing.rest_hours

    @property
    def p_shut(self) -> Floats:
        """Odds of finding it shut under the draw's knowledge, shape (draw,) or one number. [1]"""
        return self.closing.p_shut

    @property
    def p_wait(self) -> Floats:
        """Odds that the rest is within the patience, under the draw's knowledge, shape (draw,). [1]"""
        return self.closing.waits[0]

    @property
    def wait_hours(self) -> Floats:
        """Mean of the rest where it is within the patience, under the draw's knowledge, shape (draw,). [h]"""
        return self.closing.waits[1]


def meet(at: int, shock: Shock, draws: Draws, patience_hours: float, months: frozenset[int] = frozenset()) -> Meeting:
    """Draw one shock.

    Parameters
    ----------
    at
        Index of the activity before which it is met.
    shock
        What may happen.
    draws
        The study's draws; the shock's streams depend on its name alone, so every way meets the same one.
    patience_hours
        How long the consignment waits. [h]
    months
        Months of departure in which it can be met, where the study is spread over the year; empty = always.
    """
    key = ("closing", shock, patience_hours, months)
    return Meeting(shock, at, draws.remembered(key, lambda: Closing(shock, draws, patience_hours, months)))


@lru_cache(maxsize=256)
def _residual_grid(cv: float) -> Floats:
    """Sorted values of the residual factor on a fixed low-discrepancy set, scaled to its exact mean."""
    i = np.arange(GRID, dtype=np.float64)
    lengths = (i + 0.5) / GRID
    shares = (i * 0.6180339887498949 + 0.5 / GRID) % 1.0
    grid = residual_factor(lengths, shares, cv)
    return np.sort(grid * ((1.0 + cv * cv) / 2.0 / grid.mean()))


@dataclass(frozen=True)
class Passage:
    """A way through all its shocks, draw by draw.

    Parameters
    ----------
    met
        Whether any was found shut, shape (draw,).
    waited_hours
        Time stood before each activity, shape (draw,), by index of activity. [h]
    diverted_at
        Number of the shock (position in the list) at which the consignment turned away, -1 if it did not, shape (draw,).
    """

    met: Bools
    waited_hours: Mapping[int, Floats]
    diverted_at: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def passage(meetings: Sequence[Meeting], count: int, patience_hours: float) -> Passage:
    """Go through the shocks in order: wait what is left within the patience, else turn away."""
    met = np.zeros(count, dtype=bool)
    diverted_at = np.full(count, -1, dtype=np.int64)
    waited: dict[int, Floats] = {}
    for position, meeting in enumerate(meetings):
        here = meeting.shut & (diverted_at < 0)
        met |= here
        stood = np.where(here, np.minimum(meeting.rest_hours, patience_hours), 0.0)
        waited[meeting.at] = waited.get(meeting.at, np.zeros(count)) + stood
        diverted_at[here & (meeting.rest_hours > patience_hours)] = position
    return Passage(met, waited, diverted_at)
