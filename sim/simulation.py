r"""One itinerary through every draw.

The hours of a way in one draw are the sum of its activities, plus what its closures add: the wait at a shut gate up to the
consignment's patience, and past it the way round or no delivery at all (:mod:`sim.shocks`). Both stand as activities of
their own, ``wait.closure`` at the gate and ``divert`` at the end, so that every total is still the sum of its rows.

Two spreads are kept apart. ``hours`` and ``usd`` are single trips. ``hours_known`` and ``usd_known`` are the average trip
under each draw of what we do not know, :math:`E[Y\,|\,K]`: trip factors at their mean, waits and diversions at their odds.
The share of variance that is knowledge follows from two trips under the same knowledge (:mod:`sim.doubt`).

Figures of a draw that is not delivered are NaN in the draws and are left out of every mean; how many there are is a
probability, never a number of hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sim.activities import Activity
from sim.amounts import Amount, Form
from sim.draws import Bools, Floats
from sim.encounters import NOTHING, Encounters
from sim.itinerary import Itinerary, Priced
from sim.sampling import Draws, quantiles
from sim.shocks import meet
from sim.trips import Trip, totals, travel

__all__ = ["Draws", "Outcome", "quantiles", "simulate"]


@dataclass(frozen=True)
class Outcome:
    """One itinerary through every draw.

    Parameters
    ----------
    hours, usd, kg
        Totals, shape (draw,); NaN where not delivered. [h], [USD], [kg CO2e]
    hours_mean, hours_p10, hours_p90
        Of each activity, shape (activity,); means of delivered consignments. [h]
    usd_mean
        Of each activity by component, shape (activity,) each. [USD]
    delivered, met
        Whether the consignment arrives; whether it found a place shut, shape (draw,).
    hours_known, usd_known
        Average trip under each draw's knowledge (and month of departure, where that is spread over the year), shape
        (draw,). [h], [USD]
    delivered_known
        Odds of delivery under each draw's knowledge, shape (draw,). [1]
    hours_open
        Totals had no shock been met, shape (draw,). [h]
    itinerary
        Activities, with those that closures add.
    """

    hours: Floats
    usd: Floats
    kg: Floats
    hours_mean: Floats
    hours_p10: Floats
    hours_p90: Floats
    usd_mean: Mapping[str, Floats]
    delivered: Bools
    met: Bools
    hours_known: Floats
    usd_known: Floats
    delivered_known: Floats
    hours_open: Floats
    itinerary: Itinerary = field(repr=False)
    draws: Draws = field(repr=False)
    added: Mapping[int, tuple[Floats, Floats]] = field(repr=False, default_factory=dict)

    def __repr__(self) -> str:
        """One line: means and the number of draws."""
        sure = (
            f"{np.nanmean(self.hours):.1f} h, {np.nanmean(self.usd):,.0f} USD on average"
            if self.delivered.any()
            else "none arrives"
        )
        return f"<Outcome of {len(self.hours):,} draws: {sure}, {self.delivered.mean():.0%} delivered>"

    def profile(self, measure: str) -> dict[str, Floats]:
        """Cumulative hours or dollars along the way: the time/cost-distance chart with its band.

        Parameters
        ----------
        measure
            hours or usd.

        Returns
        -------
        dict of str to Floats
            km, mean, p10, p50, p90, each of shape (activity + 1,); all begin at 0 and the last row is the total of
            delivered consignments. [km], [h] or [USD]
        """
        if measure not in ("hours", "usd"):
            msg = f"measure is {measure!r}; allowed hours, usd"
            raise ValueError(msg)
        count = len(self.itinerary.priced)
        running = np.zeros(self.draws.count)
        out = {name: np.zeros(count + 1) for name in ("km", "mean", "p10", "p50", "p90")}
        for i, priced in enumerate(self.itinerary.priced):
            amounts = [priced.hours] if measure == "hours" else list(priced.usd.values())
            running = running + self.draws.total(amounts)
            if i in self.added:
                running = running + self.added[i][measure == "usd"]
            values = running[self.delivered]
            out["km"][i + 1] = out["km"][i] + self.itinerary.km[i]
            out["mean"][i + 1] = values.mean()
            out["p10"][i + 1], out["p50"][i + 1], out["p90"][i + 1] = quantiles(values, (0.1, 0.5, 0.9))
        return out


def simulate(itinerary: Itinerary, draws: Draws, encounters: Encounters = NOTHING) -> Outcome:
    """Carry an itinerary through every draw.

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
    Outcome

    Raises
    ------
    ArithmeticError
        Where no draw at all is delivered: no mean would be one of anything.
    """
    trip = travel(itinerary, draws, encounters)
    if not trip.delivered.any():
        msg = "no draw is delivered: every consignment meets a place that is shut for longer than its patience"
        raise ArithmeticError(msg)
    open_ = totals(itinerary, draws)
    detention = encounters.detention
    expanded, added = _expanded(itinerary, encounters, trip)
    if trip.turned.any():
        stood = sum((*trip.waited.values(), *trip.queued.values()), np.zeros(draws.count))
        counts = trip.turned & trip.delivered
        detour = (
            np.where(counts, trip.hours - open_[0] - stood, 0.0),
            np.where(counts, trip.usd - trip.detention - open_[1], 0.0),
        )
        expanded, added = _with_last(expanded, added, "divert", detour)
    if detention is not None:
        owed = np.where(trip.delivered, trip.detention, 0.0)
        expanded, added = _with_last(expanded, added, "detention", (np.zeros(draws.count), owed))
    known = _average_trip(itinerary, encounters, draws)
    if detention is not None:
        known = (known[0], known[1] + detention.mean_charge(known[0], trip.hours, draws), known[2])
    return _outcome(expanded, draws, trip, known, open_[0], added)


def _outcome(
    itinerary: Itinerary,
    draws: Draws,
    trip: Trip,
    known: tuple[Floats, Floats, Floats],
    hours_open: Floats,
    added: Mapping[int, tuple[Floats, Floats]],
) -> Outcome:
    delivered = trip.delivered
    priced = itinerary.priced
    kept = None if delivered.all() else delivered
    spreads = np.array([draws.spread(p.hours, kept) for p in priced]).reshape(len(priced), 3)
    names = list(dict.fromkeys(name for p in priced for name in p.usd))
    usd_mean = {
        name: np.array([draws.spread(p.usd[name], kept)[0] if name in p.usd else 0.0 for p in priced]) for name in names
    }
    for i, (hours, usd) in added.items():
        spreads[i] = hours[delivered].mean(), *quantiles(hours[delivered], (0.1, 0.9))
        if usd.any():
            usd_mean.setdefault(priced[i].activity.kind, np.zeros(len(priced)))[i] = usd[delivered].mean()
    return Outcome(
        hours=trip.hours,
        usd=trip.usd,
        kg=trip.kg,
        hours_mean=spreads[:, 0],
        hours_p10=spreads[:, 1],
        hours_p90=spreads[:, 2],
        usd_mean=usd_mean,
        delivered=delivered,
        met=trip.met,
        hours_known=known[0],
        usd_known=known[1],
        delivered_known=known[2],
        hours_open=hours_open,
        itinerary=itinerary,
        draws=draws,
        added=added,
    )


_Added = dict[int, tuple[Floats, Floats]]


def _expanded(itinerary: Itinerary, encounters: Encounters, trip: Trip) -> tuple[Itinerary, _Added]:
    """Itinerary with a wait before each activity at which a place may be shut or asleep, and the hours stood there."""
    priced: list[Priced] = []
    km: list[float] = []
    added: _Added = {}
    for i, item in enumerate(itinerary.priced):
        for reason, waits in (("closure", trip.waited), ("opening", trip.queued)):
            if i not in waits:
                continue
            here = [h.shock for h in encounters.hazards if h.at == i] if reason == "closure" else []
            added[len(priced)] = (waits[i], np.zeros_like(waits[i]))
            rows: list[tuple[int, Form]] = [(n, "value") for shock in here for n in (shock.rate, shock.days)]
            wait = _standing_still(item.activity, reason, "+".join(shock.name for shock in here))
            priced.append(Priced(wait, item.leg, Amount(0.0, tuple(rows)), {}, None))
            km.append(0.0)
        priced.append(item)
        km.append(itinerary.km[i])
    return replace(itinerary, priced=tuple(priced), km=tuple(km), months=(), _sums={}), added


def _standing_still(before: Activity, reason: str, what: str) -> Activity:
    """Wait before an activity, at the place where it begins."""
    name = f"wait.{reason}@{before.from_node_id}" + (f":{what}" if what else "")
    return Activity(
        activity_id=name,
        kind="wait",
        reason=reason,
        from_node_id=before.from_node_id,
        to_node_id=before.from_node_id,
        country=before.country,
        mode=before.mode,
        crossing_id=before.crossing_id,
        direction=before.direction,
        vehicle=before.vehicle,
    )


def _with_last(
    itinerary: Itinerary, added: _Added, kind: str, figures: tuple[Floats, Floats]
) -> tuple[Itinerary, _Added]:
    """Itinerary with a last row for what turning away, or keeping a line's box, adds: hours and dollars of each draw."""
    end = itinerary.priced[-1].activity
    last = replace(
        end, activity_id=f"{kind}@{end.to_node_id}", kind=kind, reason="", from_node_id=end.to_node_id, km=0.0
    )
    priced = (*itinerary.priced, Priced(last, itinerary.priced[-1].leg, Amount(0.0), {}, None))
    longer = replace(itinerary, priced=priced, km=(*itinerary.km, 0.0), _sums={})
    return longer, {**added, len(itinerary.priced): figures}


def _average_trip(itinerary: Itinerary, encounters: Encounters, draws: Draws) -> tuple[Floats, Floats, Floats]:
    """Mean hours and dollars of a delivered trip, and odds of delivery, under each draw's knowledge."""
    hazards, patience_hours = encounters.hazards, encounters.patience_hours
    slept = 0.0 if encounters.schedule is None else encounters.schedule.mean_wait_hours
    meetings = [meet(h.at, h.shock, draws, patience_hours, h.months) for h in hazards]
    n = draws.count
    full = _known_totals(itinerary, draws)
    on = np.ones(n)  # odds of still being on the way
    stood = np.zeros(n)  # mean hours stood so far by those on the way
    hours, usd, arrived = np.zeros(n), np.zeros(n), np.zeros(n)
    for hazard, meeting in zip(hazards, meetings, strict=True):
        p, q = meeting.p_shut, meeting.p_wait
        if hazard.fallback is not None:
            before, round_ = _known_totals(itinerary, draws, hazard.at), _known_totals(hazard.fallback, draws)
            odds = on * p * (1.0 - q)
            hours += odds * (before[0] + stood + patience_hours + round_[0])
            usd += odds * (before[1] + round_[1])
            arrived += odds
        passing = 1.0 - p * (1.0 - q)
        stood = stood + p * q * meeting.wait_hours / passing
        on = on * passing
    hours += on * (full[0] + stood + slept)
    usd += on * full[1]
    arrived += on
    return hours / arrived, usd / arrived, arrived


def _known_totals(itinerary: Itinerary, draws: Draws, stop: int | None = None) -> tuple[Floats, Floats]:
    """Mean hours and dollars up to an activity under each draw's knowledge; kept, for ways share their ways round."""

    def make() -> tuple[Floats, Floats, Itinerary]:
        hours, usd, _ = itinerary.sums(known=True, stop=stop)
        return draws.total(hours), draws.total(usd), itinerary  # kept with its figures, so that its id stays its own

    return (make() if stop is not None else draws.remembered(("known", id(itinerary)), make))[:2]
