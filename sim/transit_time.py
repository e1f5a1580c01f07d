r"""Hours of an activity.

A haul of l kilometres at v km/h takes l / v hours; v is the moving speed on the road (CPMM's speed without delay) and
the commercial speed including yards on the railway, so border hours are never part of it (SWD already contains them;
``practitioner-review-2026`` item 2). A driver who drives d hours a day rests 24/d - 1 hours per hour driven. Every
other activity takes the hours of its row.

    300 km at 30 km/h                    10 h
    240 km of road at 40 km/h, 12 h/day  6 h driving + 6 h rest

A wait for a service that runs f times a week takes half its headway on average, 84 / f hours, and anything from nothing
to twice that on a single trip: cargo arrives as likely at one time as at another. Where no row gives a frequency, the
wait has an hours row of its own.

A trip factor scatters hauls by parameter row and leg, never by link: cutting a line into pieces changes nothing.
Stops scatter by place and kind. Left out: queues that depend on the traffic of the day, timetables, opening hours.
"""

from __future__ import annotations

from sim.activities import Activity, selectors_of
from sim.amounts import Amount, Form
from sim.consignment import Consignment
from sim.parameters import Parameters

HOURS_A_WEEK = 168.0


def hours_amount(
    activity: Activity, parameters: Parameters, consignment: Consignment, month: int, *, leg: str = ""
) -> Amount:
    """Hours of an activity as an amount.

    Parameters
    ----------
    activity
        What happens.
    parameters, consignment, month
        Assumptions, what is moved, month of departure (1 to 12).
    leg
        Name of the leg that a haul or rest belongs to; keys its trip factor.

    Returns
    -------
    Amount
        In hours. [h]

    Raises
    ------
    MatchError
        Where no row or two undominated rows answer.
    """
    facts = selectors_of(activity, consignment, month)
    asks = activity.activity_id
    if activity.kind in ("haul", "rest"):
        speed = parameters.match("haul", "speed", "", facts, asks=asks)
        row = parameters.rows[speed]
        trip = f"haul|{row.parameter_id}|{leg}" if row.cv else ""
        if activity.kind == "haul":
            return Amount(activity.km, ((speed, "inverse"),), activity.project_id, trip, row.cv)
        day = parameters.match("rest", "driving_hours", "", facts, asks=asks)
        factors: tuple[tuple[int, Form], ...] = ((speed, "inverse"), (day, "rest"))
        return Amount(activity.driven_km, factors, activity.project_id, trip, row.cv)
    if activity.kind == "wait":
        service = parameters.find(activity.kind, "frequency", "", facts, asks=asks)
        if service is not None:
            return Amount(HOURS_A_WEEK / 2.0, ((service, "inverse"),), "", f"stop|{asks}|headway", 0.0, law="headway")
    if activity.kind == "clear" and parameters.has_both_sides(activity.crossing_id, "hours", "", activity.reason):
        facts["side"] = "both"
        number = parameters.match(activity.kind, "hours", "", facts, asks=asks)
        if activity.direction == "in":
            return Amount(0.0, covered_by=number)
    else:
        number = parameters.match(activity.kind, "hours", "", facts, asks=asks)
    row = parameters.rows[number]
    return Amount(1.0, ((number, "value"),), "", f"stop|{asks}|hours" if row.cv else "", row.cv)
