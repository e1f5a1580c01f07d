"""The figures behind each chart, as rows for the CSV that is written beside it.

A chart that is quoted is copied by eye; whoever wants the figures should not have to. Each function gives the columns and rows
of one chart, in the units of its axes, straight from the study: a test reads picture and table back and lays
them beside the model. Every row names the scenario, the two places and the corridor, so that tables of several runs may be
laid one under the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from corridors.bar_charts import LEVELS, spreads_of
from corridors.captions import Pair, unit_of
from corridors.cost_charts import stacks_of
from corridors.day_charts import curve_of, days_of, far_of
from corridors.odds_chart import odds_matrix
from corridors.profiles import curves_of

Rows = list[dict[str, Any]]
QUANTILES = (1, 5, *range(10, 91, 10), 95, 99)
"""Quantiles of days that are written. [%]."""


def _row(pair: Pair, i: int) -> dict[str, Any]:
    start = {"scenario": pair.study.scenario.name, "origin": pair.origin, "destination": pair.destination}
    return start | {"corridor": pair.ways[i].corridor}


def profile_rows(pair: Pair, measure: str) -> Rows:
    """Points of every profile: km, and the running total with its band."""
    if not pair.ways:
        return []
    unit = "days" if measure == "hours" else f"USD per {unit_of(pair.study)}"
    rows: Rows = []
    for i, curve in enumerate(curves_of(pair, measure)[0]):
        modes = {point: mode or "stop" for mode, first, last in curve.runs for point in range(first + 1, last + 1)}
        points = zip(curve.km, curve.mean, curve.p10, curve.p90, strict=True)
        rows += [
            _row(pair, i)
            | {"seq": seq, "mode": modes.get(seq, ""), "km": km, "mean": mean, "p10": p10, "p90": p90, "unit": unit}
            for seq, (km, mean, p10, p90) in enumerate(points)
        ]
    return rows


def ranking_rows(pair: Pair) -> Rows:
    """P10, P50 and P90 of days and dollars of every way."""
    if not pair.ways:
        return []
    both = {"days": spreads_of(pair, "hours"), f"usd_per_{unit_of(pair.study)}": spreads_of(pair, "usd")}
    return [
        _row(pair, i)
        | {f"{name}_p{100 * level:.0f}": v for name, s in both.items() for level, v in zip(LEVELS, s[i], strict=True)}
        for i in range(len(pair.ways))
    ]


def cost_rows(pair: Pair, by: str) -> Rows:
    """Mean dollars per load unit of every way by component or by country."""
    column = f"usd_per_{unit_of(pair.study)}_mean"
    return [
        _row(pair, i) | {by: part, column: value}
        for i, stack in enumerate(stacks_of(pair, by))
        for part, value in stack.items()
        if value
    ]


def day_rows(pair: Pair) -> Rows:
    """Quantiles of the days of every way, of the trips that are delivered."""
    return [
        _row(pair, i) | {"trips": len(days)} | {f"days_p{q}": float(np.quantile(days, q / 100.0)) for q in QUANTILES}
        for i, days in enumerate(days_of(pair))
    ]


def arrival_rows(pair: Pair) -> Rows:
    """Share of the trips of every way delivered within each number of days of the chart's axis."""
    if not pair.ways:
        return []
    far = far_of(days_of(pair))
    return [
        _row(pair, i) | {"days": float(day), "share_delivered": float(share)}
        for i in range(len(pair.ways))
        for day, share in zip(*curve_of(pair, i, far), strict=True)
    ]


def odds_rows(pair: Pair) -> Rows:
    """Share of draws in which each way is quicker, and cheaper, than each other."""
    outcomes = [way.outcome for way in pair.ways if way.outcome]
    if not outcomes:
        return []
    quicker, cheaper = odds_matrix([o.hours for o in outcomes]), odds_matrix([o.usd for o in outcomes])
    count = range(len(outcomes))
    return [
        _row(pair, r) | {"than": pair.ways[c].corridor, "p_quicker": quicker[r, c], "p_cheaper": cheaper[r, c]}
        for r in count
        for c in count
        if r != c
    ]
