r"""How good the model is, in numbers: coverage, errors, and bias by kind, mode, country and activity.

Coverage of a central interval is the share of trips whose observation lies in it; in a calibrated model it is near the interval's own
share, and with few trips it need not be: of 7 trips between 4 and 7 lie inside P10-P90 with odds of 97 %. So n stands beside every
share, with the odds that a calibrated model would cover as few as this or fewer, :math:`P(B(n, s) \le k)`.

Bias by country or activity asks which part of the way the errors go with. With the share :math:`w_{tc}` of trip t's model hours spent in c

.. math:: b_c = \exp\Bigl(\frac{\sum_t w_{tc} \ln(P50_t / y_t)}{\sum_t w_{tc}}\Bigr) - 1

so +30 % says that trips are too slow in the model by that much, weighted by how much of them lies in c. It is an association: trips
that share a country share other things as well. ``weight`` is the sum of shares, in trips.

Kinds are never added up into one score: *observed* is measured and pilot together, and stands beside each alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from corridors.observed import KINDS
from corridors.validation import INTERVALS, Comparison, likely_missing

OBSERVED = ("measured", "pilot")
ANNOUNCED = ("timetable", "quote")
GROUPS: dict[str, tuple[str, ...]] = {
    **{kind: (kind,) for kind in KINDS},
    "observed": OBSERVED,
    "announced": ANNOUNCED,
}
"""Groups that are scored, each by the kinds it holds."""


def trip_rows(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    """One record a trip, plain values; figures are None where there is nothing to compare."""
    return [_trip_row(c) for c in found]


def _trip_row(c: Comparison) -> dict[str, Any]:
    t = c.trip
    row: dict[str, Any] = {
        "trip_id": t.trip_id, "kind": t.kind, "reliability": t.reliability, "date": t.date.isoformat() if t.date else None,
        "origin": t.origin, "destination": t.destination, "state": _state(c), "reason": c.reason, "printed": t.printed,
        "observed_days": t.observed_days, "p10_days": None, "p50_days": None, "p90_days": None, "inside_p10_p90": None,
        "quantile": None, "error_days": None, "error_percent": None, "likely_missing": likely_missing(c),
        "observed_usd": t.observed_usd, "p10_usd": None, "p50_usd": None, "p90_usd": None,
        "observed_km": t.km, "model_km": c.km, "leans_on": ";".join(c.leans_on), "source": ";".join(t.source),
    }  # fmt: skip
    if c.scored:
        low, middle, high = c.interval
        row |= {
            "p10_days": low, "p50_days": middle, "p90_days": high, "inside_p10_p90": c.inside(0.8), "quantile": c.u,
            "error_days": c.error_days, "error_percent": c.error_percent,
        }  # fmt: skip
    if c.usd is not None and t.usd is not None:
        row |= dict(zip(("p10_usd", "p50_usd", "p90_usd"), np.quantile(c.usd, (0.1, 0.5, 0.9)).tolist(), strict=True))
    return row


def _state(c: Comparison) -> str:
    if c.scored:
        return "scored"
    if c.days is None:
        return "no way" if c.reason.startswith("no way") else "not expressed"
    return "price or length only"


def score_rows(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    """One record a group: n, coverage of each interval with the odds of so little, median errors.

    A group is scored twice: all its trips, and without those whose published figure stands behind a parameter row.
    """
    rows = []
    for name, kinds in GROUPS.items():
        here = [c for c in found if c.scored and c.trip.kind in kinds]
        rows.append(score(name, "all", here))
        rows.append(score(name, "not behind a row", [c for c in here if not c.leans_on]))
    return rows


def score(group: str, which: str, here: Sequence[Comparison]) -> dict[str, Any]:
    """Score of some trips; figures are None where there are none."""
    row: dict[str, Any] = {"group": group, "which": which, "n": len(here)}
    for share in INTERVALS:
        inside = sum(c.inside(share) for c in here)
        percent = round(100 * share)
        row[f"inside_{percent}"] = inside
        row[f"coverage_{percent}"] = inside / len(here) if here else None
        row[f"odds_of_so_few_{percent}"] = odds_of_at_most(inside, len(here), share) if here else None
    errors = np.array([c.error_percent for c in here])
    row["median_error_percent"] = float(np.median(errors)) if here else None
    row["median_absolute_error_percent"] = float(np.median(np.abs(errors))) if here else None
    row["median_absolute_error_days"] = float(np.median([abs(c.error_days) for c in here])) if here else None
    return row


def odds_of_at_most(inside: int, n: int, share: float) -> float:
    """Odds that a calibrated model covers as few as this or fewer.

    Examples
    --------
    Two trips, none inside an interval that should hold half of them:

    >>> odds_of_at_most(0, 2, 0.5)
    0.25
    """
    from scipy.stats import binom

    return float(binom.cdf(inside, n, share))


def bias_rows(found: Sequence[Comparison]) -> list[dict[str, Any]]:
    """One record a group and a mode, country or activity; sorted by weight."""
    rows: list[dict[str, Any]] = []
    for group in ("observed", "announced"):
        here = [c for c in found if c.scored and c.trip.kind in GROUPS[group]]
        for by in ("mode", "country", "activity"):
            parts = sorted({key for c in here for key in c.hours_of[by]})
            told = [_bias(group, by, part, here) for part in parts]
            rows += sorted(told, key=lambda row: -row["weight"])
    return rows


def _bias(group: str, by: str, part: str, here: Iterable[Comparison]) -> dict[str, Any]:
    touched = [c for c in here if c.hours_of[by].get(part, 0.0) > 0.0]
    weights = np.array([c.hours_of[by][part] / sum(c.hours_of[by].values()) for c in touched])
    logs = np.array([np.log(c.p50 / (c.p50 - c.error_days)) for c in touched])
    return {
        "group": group, "by": by, "part": part, "n": len(touched), "weight": float(weights.sum()),
        "bias_percent": float(100.0 * np.expm1((weights * logs).sum() / weights.sum())),
    }  # fmt: skip


def worst(found: Sequence[Comparison], most: int = 5) -> list[Comparison]:
    """Trips with the largest error as a factor.

    A pilot of 5 days where the model has 10 is as far off as one of 10 where it has 5.
    """
    scored = [c for c in found if c.scored]
    return sorted(scored, key=lambda c: -abs(float(np.log(c.p50 / (c.p50 - c.error_days)))))[:most]


def calibration_curve(here: Sequence[Comparison]) -> tuple[list[float], list[float]]:
    """Forecast quantile, ascending, and the share of trips at or below it; from (0, 0) to (1, 1).

    Examples
    --------
    >>> calibration_curve([])
    ([0.0, 1.0], [0.0, 1.0])
    """
    found = sorted(c.u for c in here)
    n = len(found)
    if not n:
        return [0.0, 1.0], [0.0, 1.0]
    xs, ys = [0.0], [0.0]
    for i, u in enumerate(found, start=1):
        xs += [u, u]
        ys += [ys[-1], i / n]
    xs.append(1.0)
    ys.append(1.0)
    return xs, ys
