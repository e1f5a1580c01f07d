r"""CPMM's indicators of an itinerary: speeds with and without delay, border time, border fees, section cost.

With d the kilometres and t the hours of each record between departure and arrival,

.. math::
   SWOD = \frac{\sum d}{\sum_{moves} t},\qquad
   SWD = TFI4 = \frac{\sum d}{\sum_{moves} t + \sum_{stops} t},\qquad
   TFI3 = C \cdot \frac{500}{\sum d} \cdot \frac{20}{W}

TFI1 is the time at a border crossing point, one side or both, from entry to exit: waiting, loading and unloading and formalities, so
that a change of truck or of gauge at the crossing counts, and the driver's rest does not; TFI2 the money paid there. The trip counts from the first
haul to the last and the driver's rest owed for it: waiting for wagons, loading, and what happens at the destination are
not part of a corridor's speed. So 300 km of rail at 30 km/h with 20 h of stops has SWOD 30 and SWD 10 km/h. SWD can never exceed SWOD.

The railway's SWOD here is the commercial speed including yards, which CPMM would partly count as stops. Source: CPMM
definitions (``cpmm-p141``, ``cpmm-2023-report-pakistan``); what a section cost contains is our reading.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.activities import Activity
from sim.draws import Floats


def en_route(activities: Sequence[Activity]) -> slice:
    """Activities from the first haul to the last and the rest owed for it.

    Raises
    ------
    ValueError
        Where nothing moves.
    """
    hauls = [i for i, a in enumerate(activities) if a.moving]
    driven = [i for i, a in enumerate(activities) if a.moving or a.kind == "rest"]
    if not hauls:
        msg = "no activity is a haul; speeds need distance"
        raise ValueError(msg)
    return slice(hauls[0], driven[-1] + 1)


def swod(activities: Sequence[Activity], km: Sequence[float], hours: Floats) -> float:
    """Speed without delay: kilometres over moving hours. [km/h]"""
    moving = np.array([a.moving for a in activities])
    return float(np.sum(km) / np.sum(np.asarray(hours)[moving]))


def swd(activities: Sequence[Activity], km: Sequence[float], hours: Floats) -> float:
    """Speed with delay (TFI4): kilometres over all hours from the first haul to the last. [km/h]"""
    return float(np.sum(km) / np.sum(np.asarray(hours)[en_route(activities)]))


def at_border(activity: Activity) -> bool:
    """Whether an activity is a stop at a border crossing point: whatever happens there but the driver's rest."""
    return bool(activity.crossing_id) and not activity.moving and activity.kind != "rest"


def tfi1(activities: Sequence[Activity], hours: Floats) -> dict[tuple[str, str], float]:
    """Border hours of each side: ``{(crossing_id, country): hours}``; both sides are the sum over one crossing. [h]

    Examples
    --------
    A clearance of 10 h and a change of truck of 6 h on one side are 16 h:

    >>> stops = [Activity(f"{k}@g", k, crossing_id="g", country="PK") for k in ("clear", "transship")]
    >>> tfi1(stops, np.array([10.0, 6.0]))
    {('g', 'PK'): 16.0}
    """
    sides: dict[tuple[str, str], float] = {}
    for activity, value in zip(activities, hours, strict=True):
        if at_border(activity):
            key = (activity.crossing_id, activity.country)
            sides[key] = sides.get(key, 0.0) + float(value)
    return sides


def tfi2(activities: Sequence[Activity], usd: Floats) -> dict[tuple[str, str], float]:
    """Money paid at each side of each crossing: in the stops that :func:`tfi1` counts. [USD]"""
    return tfi1(activities, usd)


def tfi3(usd: float, km: float, tonnes: float) -> float:
    """Cost of a section per 500 km and 20 t. [USD]

    Examples
    --------
    A thousand dollars for 10 t over 250 km:

    >>> tfi3(1000.0, 250.0, 10.0)
    4000.0
    """
    if not (km > 0 and tonnes > 0):
        msg = f"a section of {km} km with {tonnes} t has no cost per 500 km and 20 t; both must be above 0"
        raise ValueError(msg)
    return usd * (500.0 / km) * (20.0 / tonnes)


def buffer_hours(hours: Floats) -> float:
    """Hours to add to the median so that nine trips in ten arrive in time: P90 - P50. [h]"""
    ordered = np.sort(hours)
    return float(np.quantile(ordered, 0.9) - np.quantile(ordered, 0.5))
