"""Profiles: ways as curves of days or dollars over distance.

The profile is the chart of UNESCAP (``unescap-resources-timecost-distance-methodology``). A haul from ``(x, y)`` leads to
``(x + km, y + t)``, so its slope is the inverse of speed, or the price of a kilometre; a stop leads to ``(x, y + t)``, a
vertical step. With 300 km in 10 h, a border of 5 h and 200 km in 5 h the points are (0, 0), (300, 10), (300, 15), (500, 20).
The last point equals the mean total of the way, and neither x nor y ever falls.

The driver's rest belongs to the slope of the road it follows, since a truck that rests every night is a slow truck and not
one that stops at a place: the point between a haul and its rest is left out. Stops a few kilometres apart (the two
sides of a border) share one label; each keeps its step.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.captions import corridor_name, factor_of, place_name
from sim.activities import WATER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.captions import Pair
    from corridors.study import Study, Way
    from corridors.style import CorridorStyle
    from sim.activities import Activity
    from sim.draws import Floats

BEYOND = 0.24  # share of the width left to the part of long sea voyages that is drawn at a smaller scale
NEAR_KM = 30.0  # stops up to this far apart share a label

WHAT_HAPPENS: dict[tuple[str, str], str] = {
    ("wait", "supply"): "wait for wagons",
    ("wait", "sailing"): "wait for the ship",
    ("wait", "closure"): "gate or line shut",
    ("wait", "opening"): "closed hours",
    ("divert", ""): "way round what is shut",
    ("detention", ""): "detention of the box",
    ("load", ""): "loading",
    ("unload", ""): "unloading",
    ("clear", "border"): "border",
    ("clear", "transit"): "transit formalities",
    ("transship", "truck_exchange"): "change of truck",
    ("transship", "mode"): "train to truck",
    ("change_gauge", ""): "change of gauge",
    ("dwell", "port_out"): "port dwell",
    ("dwell", "port_in"): "port dwell",
    ("dwell", "feeder"): "change of ship",
    ("dwell", "import_land"): "inland clearance",
    ("dwell", "import_sea"): "import clearance",
    ("dwell", "export_sea"): "export clearance",
    ("dwell", "transit_import"): "transit clearance",
    ("dwell", "transit_export"): "release from transit",
}
ON_THE_ROAD = {("wait", "supply"): "wait for a truck", ("transship", "mode"): "truck to train"}


class Stop(NamedTuple):
    """Stops close enough to share a label: where they begin and end, what they cost, places and happenings."""

    km: tuple[float, float]
    y: tuple[float, float]
    size: float
    places: tuple[str, ...]
    happenings: tuple[str, ...]


class Curve(NamedTuple):
    """One way, ready to draw: points, their band, and the runs `(mode, first, last)` between them, mode "" for stops."""

    name: str
    style: CorridorStyle
    hollow: bool
    km: Floats
    mean: Floats
    p10: Floats
    p90: Floats
    runs: tuple[tuple[str, int, int], ...]
    countries: tuple[tuple[str, float, float], ...]
    stops: tuple[Stop, ...]


class Scale(NamedTuple):
    """Axes of a profile: kilometres to `far`, at a smaller scale beyond `kink`; days or dollars to `top`."""

    measure: str
    far: float
    kink: float
    top: float

    def across(self, km: Any) -> Any:
        """Share of the width at which a distance stands; the part beyond the kink has `BEYOND` of it."""
        if self.kink >= self.far:
            return km / self.far
        near = np.minimum(km, self.kink) / self.kink * (1 - BEYOND)
        return near + np.maximum(km - self.kink, 0.0) / (self.far - self.kink) * BEYOND

    def distance(self, share: Any) -> Any:
        """Distance that stands at a share of the width: the inverse of `across`. [km]"""
        if self.kink >= self.far:
            return share * self.far
        near = np.minimum(share, 1 - BEYOND) / (1 - BEYOND) * self.kink
        return near + np.maximum(share - 1 + BEYOND, 0.0) / BEYOND * (self.far - self.kink)


def curves_of(pair: Pair, measure: str, logged: Sequence[Curve] = ()) -> tuple[list[Curve], Scale]:
    """Every way ready to draw, and the axes that hold them all.

    Where the way that is mostly voyage is much longer than all others, distances beyond the others are drawn at a smaller
    scale: a ship by China and Malacca would leave the land ways a quarter of the width.

    Parameters
    ----------
    pair, measure
        What is drawn.
    logged
        Curves of trip logs (:mod:`corridors.log_profile`), drawn after the ways on the same axes.
    """
    found = [
        (way, way.itinerary.activities, way.outcome.profile(measure))
        for way in pair.ways
        if way.itinerary and way.outcome
    ]
    ends = [float(profile["km"][-1]) for _, _, profile in found] + [float(c.km[-1]) for c in logged]
    far = max(ends)
    land = [float(profile["km"][-1]) for _, activities, profile in found if _water(activities, profile["km"]) < 0.5]
    land += [float(c.km[-1]) for c in logged]
    kink = 250.0 * float(np.ceil(1.03 * max(land, default=far) / 250.0))
    far, kink = (far, kink) if far > 1.4 * kink else (1.015 * far, 1.015 * far)
    curves = [_curve(pair, way, activities, profile, measure, kink) for way, activities, profile in found]
    curves += logged
    return curves, Scale(measure, far, kink, 1.04 * max(float(c.p90[-1]) for c in curves) or 1.0)


def _water(activities: Sequence[Activity], km: Floats) -> float:
    """Share of the distance that is made by ship."""
    afloat = sum(float(km[i + 1] - km[i]) for i, a in enumerate(activities) if a.mode in WATER)
    return afloat / max(float(km[-1]), 1e-9)


def _curve(
    pair: Pair, way: Way, activities: Sequence[Activity], profile: Mapping[str, Floats], measure: str, kink: float
) -> Curve:
    """Points of a way, the rest folded into the road before it, and a point where the scale changes."""
    following = [*activities[1:], None]
    kept = [i for i, (a, b) in enumerate(zip(activities, following, strict=True)) if not _rests(a, b)]
    steps = [activities[i] for i in kept]
    points = np.array([0, *(i + 1 for i in kept)])
    columns = {name: profile[name][points] for name in ("km", "mean", "p10", "p90")}
    cut = int(np.searchsorted(columns["km"], kink))
    if cut < len(points) and columns["km"][cut] > kink:
        share = (kink - columns["km"][cut - 1]) / (columns["km"][cut] - columns["km"][cut - 1])
        steps.insert(cut, steps[cut - 1])
        columns = {name: np.insert(v, cut, v[cut - 1] + share * (v[cut] - v[cut - 1])) for name, v in columns.items()}
    factor = factor_of(pair.study, measure)
    km, mean = columns["km"], columns["mean"] * factor
    modes = [a.mode if a.kind in {"haul", "rest"} else "" for a in steps]
    return Curve(
        name=corridor_name(pair.study, way.corridor),
        style=pair.styles[way.corridor],
        hollow=pair.is_hollow(way.corridor),
        km=km,
        mean=mean,
        p10=columns["p10"] * factor,
        p90=columns["p90"] * factor,
        runs=tuple(_runs(modes)),
        countries=tuple(_countries(steps, km)),
        stops=tuple(_stops(pair.study, steps, modes, km, mean)),
    )


def _countries(steps: Sequence[Activity], km: Floats) -> list[tuple[str, float, float]]:
    """Country, from, to along the way; `sea` afloat. [km]"""
    moves = [(step, km[i], km[i + 1]) for i, step in enumerate(steps) if km[i + 1] > km[i]]
    runs = _runs(["sea" if step.mode in WATER else step.country for step, _, _ in moves])
    return [(country, float(moves[i][1]), float(moves[j - 1][2])) for country, i, j in runs]


def _rests(activity: Activity, following: Activity | None) -> bool:
    return activity.kind == "haul" and following is not None and following.kind == "rest"


def _runs(keys: Sequence[str]) -> list[tuple[str, int, int]]:
    """Unbroken runs of equal keys: key, first point, last point."""
    runs, start = [], 0
    for key, group in itertools.groupby(keys):
        end = start + len(list(group))
        runs.append((key, start, end))
        start = end
    return runs


def _stops(study: Study, steps: Sequence[Activity], modes: Sequence[str], km: Floats, y: Floats) -> list[Stop]:
    groups: list[list[int]] = []
    for i in (i for i, mode in enumerate(modes) if not mode):
        if groups and km[i] - km[groups[-1][-1]] <= NEAR_KM:
            groups[-1].append(i)
        else:
            groups.append([i])
    stops = []
    for group in groups:
        parts: dict[str, float] = {}
        places: dict[str, float] = {}
        for i in group:
            step, height = steps[i], float(y[i + 1] - y[i])
            words = WHAT_HAPPENS.get((step.kind, step.reason), step.kind.replace("_", " "))
            if step.mode == "road":
                words = ON_THE_ROAD.get((step.kind, step.reason), words)
            parts[words] = parts.get(words, 0.0) + height
            places[place_name(study, step.place)] = places.get(place_name(study, step.place), 0.0) + height
        size = sum(parts.values())
        telling = [w for w in sorted(parts, key=lambda w: -parts[w])[:2] if parts[w] >= 0.15 * size]
        stops.append(
            Stop(
                km=(float(km[group[0]]), float(km[group[-1]])),
                y=(float(y[group[0]]), float(y[group[-1] + 1])),
                size=size,
                places=tuple(p for p in places if places[p] >= 0.1 * size),
                happenings=tuple(telling),
            )
        )
    return stops
