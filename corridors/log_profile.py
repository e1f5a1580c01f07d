"""A trip log as a curve of the profile chart: what one shipment did, on the axes of the model.

A move is a slope, a stop a vertical step, as for the model's own ways; a single trip has no band. Kilometres are those of the log, so
that its end may lie before or beyond the model's. The first record is the beginning: a log that starts with loading starts with a step.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridors.captions import Measure, pair_of
from corridors.charts import in_house_look
from corridors.profiles import Curve, Stop
from corridors.style import CorridorStyle
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from corridors.study import Study
    from sim.draws import Floats
    from sim.trip_logs import Shipment

LOOKS = (("#1d2126", "*"), ("#5b6570", "P"), ("#8c8c8c", "X"))
"""Colour and mark of the logs, in their order; they are not those of any corridor."""
MOST = len(LOOKS)


def curve_of(shipment: Shipment, measure: Measure, number: int) -> Curve:
    """Curve of one shipment in days or in dollars.

    Parameters
    ----------
    shipment
        From :func:`sim.trip_logs.read_trip_log`.
    measure
        hours (drawn in days) or usd (dollars of the shipment).
    number
        Place among the logs drawn, from 0.
    """
    records = shipment.records
    steps = [r.hours / 24.0 if measure == "hours" else sum(r.usd) for r in records]
    km = np.concatenate([[0.0], np.cumsum([r.km for r in records])])
    y = np.concatenate([[0.0], np.cumsum(steps)])
    runs, at = [], 0
    for mode, group in itertools.groupby(r.mode if r.moving else "" for r in records):
        end = at + len(list(group))
        runs.append((mode, at, end))
        at = end
    stops = tuple(
        Stop(
            (float(km[i]), float(km[i])), (float(y[i]), float(y[j])), float(y[j] - y[i]), (records[i].place,),
            tuple(dict.fromkeys(r.activity for r in records[i:j] if r.activity))[:2],
        )
        for mode, i, j in runs if not mode
    )  # fmt: skip
    colour, marker = LOOKS[number]
    style = CorridorStyle(colour, (), marker, f"L{number + 1}" if number else "L")
    return Curve(
        f"Logged: {shipment.shipment_id}", style, False, km, y, y, y, tuple(runs), _countries(shipment, km), stops
    )


def _countries(shipment: Shipment, km: Floats) -> tuple[tuple[str, float, float], ...]:
    moves = [(r.country, km[i], km[i + 1]) for i, r in enumerate(shipment.records) if r.moving]
    out = []
    for country, group in itertools.groupby(moves, key=lambda move: move[0]):
        parts = list(group)
        out.append(("sea" if country == "XZ" else country, float(parts[0][1]), float(parts[-1][2])))
    return tuple(out)


@in_house_look
def plot_log(
    study: Study, corridors: Sequence[str], shipments: Sequence[Shipment], measure: Measure = "hours"
) -> Figure:
    """Profile chart of a study's ways with logged trips drawn on it.

    Parameters
    ----------
    study
        The study of the ways.
    corridors
        Corridors drawn (``corridor_id``).
    shipments
        Trips drawn beside them, three at most.
    measure
        "hours" or "usd".

    Raises
    ------
    ScenarioError
        Where there are more trips than can be told apart.
    """
    from corridors.profile_chart import profile_figure

    if len(shipments) > MOST:
        raise ScenarioError(f"{len(shipments)} logged trips on one chart; allowed {MOST}; choose with --shipment")
    logged = [curve_of(shipment, measure, i) for i, shipment in enumerate(shipments)]
    return profile_figure(pair_of(study, None, None, corridors), measure, logged)
