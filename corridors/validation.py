r"""What trucks, trains and ships did, against the model, trip by trip.

Each trip of ``observed_trips.csv`` is carried through the draws in the state of its own date (:mod:`corridors.observed`). With
:math:`Y_j` the model's days in draw j over the activities that the printed days hold, and y the printed days (the middle of a
range), a trip has

.. math:: e = \mathrm{P50}(Y) - y,\qquad e_\% = 100\,e / y,\qquad u = \frac1n \sum_j [Y_j < y] + \tfrac12 [Y_j = y]

so that u is the forecast quantile at which the observation fell: 0.5 in the middle, inside P10-P90 between 0.1 and 0.9. With P50 of
11 days and 20 printed, e = -9 days and e% = -45 %.

Draws are single trips, since an observation is one. All trips share the knowledge draws, so an unlucky row is unlucky for all.

Where a trip falls outside, the likely missing activity is the one that is as long as the gap: for a trip that took longer, among
those that the printed days were not said to hold; for one that was quicker, among those that they hold. It is a hint from sizes alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.doubts import amounts_of
from corridors.observed import HOLDS, WAY, Trip, scenario_of, tables_of, way_of
from corridors.rerouting import with_inputs
from corridors.study import set_up
from corridors.ways import Way, WayFinder
from sim.activities import Activity
from sim.sampling import Draws, quantiles

if TYPE_CHECKING:
    from sim.draws import Floats
    from sim.parameters import Parameters
    from sim.simulation import Outcome

DRAWS = 512
"""Draws of each trip unless more are asked for."""
INTERVALS = (0.5, 0.8, 0.95)
"""Central intervals whose coverage is told; 0.8 is P10-P90."""


@dataclass(frozen=True)
class Comparison:
    """One trip beside the model.

    Parameters
    ----------
    trip
        The row.
    reason
        Why it is not scored; empty where it is.
    days, usd
        The model's figure in each draw, shape (draw,); over the activities that the printed days hold. [day], [USD]
    km
        Length of the model's way. [km]
    hours_of
        Mean hours of the model by country, by activity and by mode of haulage, over the same activities. [h]
    other_hours
        Mean hours by word of ``includes`` of what the printed days do not hold. [h]
    leans_on
        Parameter rows that rest on the same published figure.
    way
        The way with its outcome.
    """

    trip: Trip
    reason: str = ""
    days: Floats | None = field(default=None, repr=False)
    usd: Floats | None = field(default=None, repr=False)
    km: float | None = None
    hours_of: dict[str, dict[str, float]] = field(default_factory=dict, repr=False)
    other_hours: dict[str, float] = field(default_factory=dict, repr=False)
    leans_on: tuple[str, ...] = ()
    way: Way | None = field(default=None, repr=False)

    @property
    def scored(self) -> bool:
        """Whether days are printed and the model has days to lay beside them."""
        return self.days is not None and self.trip.days is not None

    @cached_property
    def p50(self) -> float:
        """Median of the model's days. [day]"""
        return self._quantiles((0.5,))[0]

    @cached_property
    def u(self) -> float:
        """Forecast quantile at which the observation fell, 0 to 1. [1]"""
        return forecast_quantile(self._model, self._printed)

    @property
    def error_days(self) -> float:
        """P50 less observed. [day]"""
        return self.p50 - self._printed

    @property
    def error_percent(self) -> float:
        """P50 less observed, of observed. [%]"""
        return 100.0 * self.error_days / self._printed

    def inside(self, share: float) -> bool:
        """Whether the observation lies in the central interval that holds a share of the draws."""
        return (1.0 - share) / 2.0 <= self.u <= (1.0 + share) / 2.0

    def _quantiles(self, levels: Sequence[float]) -> list[float]:
        return quantiles(self._model, levels)

    @property
    def interval(self) -> tuple[float, float, float]:
        """P10, P50 and P90 of the model's days. [day]"""
        low, middle, high = self._quantiles((0.1, 0.5, 0.9))
        return low, middle, high

    @property
    def _model(self) -> Floats:
        if self.days is None:
            msg = f"{self.trip.trip_id} is not scored: {self.reason}"
            raise ValueError(msg)
        return self.days

    @property
    def _printed(self) -> float:
        printed = self.trip.observed_days
        if printed is None:
            msg = f"{self.trip.trip_id} has no printed days"
            raise ValueError(msg)
        return printed


def forecast_quantile(draws: Floats, value: float) -> float:
    """Share of draws below a value, those equal to it counted half.

    Examples
    --------
    >>> forecast_quantile(np.array([1.0, 2.0, 3.0, 4.0]), 3.0)
    0.625
    """
    return float(np.mean(draws < value) + 0.5 * np.mean(draws == value))


def validate(trips: Sequence[Trip], *, draws: int = DRAWS, seed: int = 1) -> list[Comparison]:
    """Every trip beside the model, in the order given; those that cannot be put to it with the reason.

    Parameters
    ----------
    trips
        Rows of :func:`corridors.observed.read_trips`.
    draws, seed
        Draws of each trip, and their key.

    Examples
    --------
    >>> from corridors.observed import read_trips
    >>> pilot = [t for t in read_trips() if t.trip_id == "karachi-jebel_ali.2024-06"]
    >>> validate(pilot, draws=64)[0].scored
    True
    """
    return [compared(trip, draws=draws, seed=seed) for trip in trips]


def compared(trip: Trip, *, draws: int = DRAWS, seed: int = 1, inputs: Mapping[str, float] | None = None) -> Comparison:
    """One trip beside the model, with some inputs set throughout if any are given (:func:`corridors.rerouting.with_inputs`)."""
    if trip.why_not:
        return Comparison(trip, trip.why_not)
    scenario = with_inputs(scenario_of(trip, draws=draws, seed=seed), inputs or {})
    corridor = way_of(trip, northbound=False)
    search, _ = set_up(scenario, {WAY: corridor}, tables_of(frozenset(trip.modes)))
    if search.conditions.direction == "northbound":
        corridor = way_of(trip, northbound=True)
    way = search.find(corridor, trip.origin_node, trip.destination_node)
    if way.plan is None:
        return Comparison(trip, f"no way: {way.reason}")
    way = carried(way, search, draws, seed)
    return _laid_beside(trip, way, search.parameters)


def carried(way: Way, search: WayFinder, count: int, seed: int) -> Way:
    """Way carried through draws of its own search."""
    draws = Draws(search.parameters, search.lengths, count, seed)
    draws.prepare(amounts_of([way]))
    return way.carried_through(draws)


def _laid_beside(trip: Trip, way: Way, parameters: Parameters) -> Comparison:
    outcome = way.made
    counted = [trip.holds(p.activity) for p in outcome.itinerary.priced]
    hours = figures_of(outcome, counted)
    return Comparison(
        trip,
        "" if trip.days else "no days printed: price or length only",
        days=hours[0] / 24.0,
        usd=hours[1],
        km=outcome.itinerary.total_km,
        hours_of=_shared_out(outcome, counted),
        other_hours=_others(outcome, counted),
        leans_on=rows_that_lean_on(trip, parameters),
        way=way,
    )


def figures_of(outcome: Outcome, counted: Sequence[bool]) -> tuple[Floats, Floats]:
    """Hours and dollars of some activities in every draw, shape (draw,) each. [h], [USD]"""
    chosen = [i for i, c in enumerate(counted) if c]
    priced = outcome.itinerary.priced
    hours = outcome.draws.total([priced[i].hours for i in chosen])
    usd = outcome.draws.total([amount for i in chosen for amount in priced[i].usd.values()])
    for i in chosen:
        if i in outcome.added:
            hours, usd = hours + outcome.added[i][0], usd + outcome.added[i][1]
    return hours, usd


def _shared_out(outcome: Outcome, counted: Sequence[bool]) -> dict[str, dict[str, float]]:
    """Mean hours of counted activities by country, by activity and by mode of haulage."""
    out: dict[str, dict[str, float]] = {"country": {}, "activity": {}, "mode": {}}
    for priced, mean, counts in zip(outcome.itinerary.priced, outcome.hours_mean, counted, strict=True):
        if not counts:
            continue
        a = priced.activity
        for name, key in (("country", a.country), ("activity", _word(a)), ("mode", a.mode if a.moving else "")):
            if key:
                out[name][key] = out[name].get(key, 0.0) + float(mean)
    return out


def _others(outcome: Outcome, counted: Sequence[bool]) -> dict[str, float]:
    """Mean hours by word of what is not counted."""
    out: dict[str, float] = {}
    for priced, mean, counts in zip(outcome.itinerary.priced, outcome.hours_mean, counted, strict=True):
        if not counts:
            word = _word(priced.activity)
            out[word] = out.get(word, 0.0) + float(mean)
    return out


def _word(activity: Activity) -> str:
    """Word of ``includes`` that an activity stands under; ``movement`` for hauls."""
    pair = (activity.kind, activity.reason)
    return next((word for word, held in HOLDS.items() if pair in held), "movement")


def rows_that_lean_on(trip: Trip, parameters: Parameters) -> tuple[str, ...]:
    """Parameter rows that cite one of the trip's published figures, as an end of their range or in their note."""
    if not trip.evidence_ids:
        return ()
    wanted = set(trip.evidence_ids)
    found = []
    for row in parameters.rows:
        cited = set(row.evidence)
        cited |= set(re.findall(r"[a-z0-9][a-z0-9._-]*[a-z0-9]", row.note))
        if wanted & cited:
            found.append(row.parameter_id)
    return tuple(found)


def likely_missing(found: Comparison) -> str:
    """Activity as long as the gap, in words; empty where the observation lies inside P10-P90."""
    if not found.scored or found.inside(0.8):
        return ""
    gap = -24.0 * found.error_days  # hours that the model lacks; below 0 where it has too many
    among = found.other_hours if gap > 0 else found.hours_of["activity"]
    among = {word: hours for word, hours in among.items() if hours > 0.0}
    near = min(among, key=lambda word: abs(np.log(abs(gap) / among[word])), default="")
    verb = "longer" if gap > 0 else "quicker"
    said = f"{abs(gap) / 24.0:.1f} days {verb} than P50"
    if near and 0.5 <= abs(gap) / among[near] <= 2.0:
        held = "which the printed days are not said to hold" if gap > 0 else "which may have been shorter or left out"
        return f"{said}: about the {among[near] / 24.0:.1f} days of {near}, {held}"
    most = f" (the longest such is {max(among, key=among.__getitem__)})" if among else ""
    return f"{said}: no single activity of the model is of that size{most}"
