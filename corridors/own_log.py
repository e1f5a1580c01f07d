"""A way of the model written as a trip log, so that it can be laid beside what drivers write down.

Written are the activities from the first haul to the last and the rest owed for it, at their means over the draws that arrive: what
the CPMM's speeds are of. What happens before and after (waiting for wagons, loading, clearance at the end) is no part of a corridor's
speed and is left out. Hours are means of trips, so the log is a mean trip and not one that was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.toml_files import ScenarioError
from sim.indicators import en_route
from sim.trip_logs import Logged, log_rows

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Way


def own_log(study: Study, way: Way) -> list[dict[str, Any]]:
    """Rows of the log of one way, in the columns of the form.

    Raises
    ------
    ScenarioError
        Where the way is not feasible: there is nothing to write.
    """
    if way.itinerary is None or way.outcome is None:
        raise ScenarioError(f"{way.corridor} has no way here: {way.reason}")
    activities = way.itinerary.activities
    part = en_route(activities)
    usd = sum(way.outcome.usd_mean.values(), np.zeros(len(activities)))
    fees = way.outcome.usd_mean.get("fee", np.zeros(len(activities)))
    logged = Logged(
        f"{study.scenario.name} {way.corridor}", activities[part], way.itinerary.km[part],
        way.outcome.hours_mean[part].tolist(), usd[part].tolist(), fees[part].tolist(),
        study.consignment.tonnes, "model, means of draws", study.scenario.date,
    )  # fmt: skip
    return log_rows(logged)
