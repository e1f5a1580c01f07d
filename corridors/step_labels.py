"""Step labels: where to write beside a profile what happens at its largest steps.

A profile rises from the lower left to the upper right, so the ground left of a step and above its foot is free of
the line, and so is the ground right of it and below its head. A label stands left of, right of, or (where neither has room for it)
above its step. Labels above the line are pushed up where they would touch, those below it down; hence no label covers
another or the line. Of all choices of sides the one with the shortest leaders wins; the largest steps are placed
first, and a step for which no choice is left goes without a label.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.captions import figures
from corridors.paper import SMALL, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.profiles import Curve, Scale, Stop
    from sim.draws import Floats

ARM = 0.13  # inches from a step to its label
FARTHEST = 0.6  # inches from a step to its label, up or down
LEAST = 0.05  # share of the total below which a step goes without a label


class StepLabel(NamedTuple):
    """A placed step label, from its left edge and middle, in inches from the lower left corner of its axes."""

    text: str
    x: float
    y: float
    wide: float
    anchor: tuple[float, float]
    side: str

    @property
    def tip(self) -> tuple[float, float]:
        """Where the leader meets the label."""
        return {"l": self.x + self.wide, "a": self.anchor[0], "r": self.x}[self.side], self.y


class _Step(NamedTuple):
    """A step and the size of its label, in inches; `over` is the height of the line under a label right of the step."""

    text: str
    wide: float
    x: tuple[float, float]
    y: tuple[float, float]
    over: float
    sides: str


def place_labels(curve: Curve, scale: Scale, size: tuple[float, float], most: int) -> list[StepLabel]:
    """The largest steps labelled so that no label covers another, the line, or the edge; the smallest give way."""
    largest = [s for s in sorted(curve.stops, key=lambda s: -s.size)[:most] if s.size >= 0.05 * curve.mean[-1]]
    line = scale.across(curve.km) * size[0], curve.mean / scale.top * size[1]
    chosen: list[_Step] = []
    labels: list[StepLabel] = []
    for stop in largest:
        wanted = sorted([*chosen, _step(stop, scale, size, line)], key=lambda s: s.y)
        tries = (_try_sides(wanted, sides, size) for sides in itertools.product(*(s.sides for s in wanted)))
        cost, found = min(tries, key=lambda c: c[0], default=(np.inf, []))
        if np.isfinite(cost):
            chosen, labels = wanted, found
    return labels


def _step(stop: Stop, scale: Scale, size: tuple[float, float], line: tuple[Floats, Floats]) -> _Step:
    """Where a stop stands on axes of that size, and the sides on which its label may stand."""
    places = "–".join(dict.fromkeys((stop.places[0], stop.places[-1])))
    first = f"{places} +{figures(stop.size, scale.measure, 2)}{' d' if scale.measure == 'hours' else ''}\n"
    low, high = (float(scale.across(km)) * size[0] for km in stop.km)
    text, wide, sides = "", 0.0, ""
    at_the_origin = high < ARM
    for happenings in (stop.happenings[: 1 if at_the_origin else 2], stop.happenings[:1]):
        if not sides:
            text = first + ", ".join(happenings)
            wide = width_of(text, SMALL) + 0.04
            right = high + ARM + wide <= size[0]
            sides = ("l" if low - ARM - wide >= 0.02 else "a" if right else "") + ("r" if right else "")
    over = float(np.interp(high + ARM + wide, *line))
    return _Step(
        text, wide, (low, high), (stop.y[0] / scale.top * size[1], stop.y[1] / scale.top * size[1]), over, sides
    )


def _try_sides(
    steps: Sequence[_Step], sides: Sequence[str], size: tuple[float, float]
) -> tuple[float, list[StepLabel]]:
    """Labels left of (l), above (a) or right of (r) their steps, and how far away (infinite if they do not fit)."""
    half = SMALL * 1.25 / 72
    labels: list[StepLabel] = []
    for group, sign in (("la", 1.0), ("r", -1.0)):  # labels above the line are pushed up, those below it down
        spans: list[tuple[float, float, float]] = []
        for step, side in list(zip(steps, sides, strict=True))[:: int(sign)]:
            if side not in group:
                continue
            edge = step.x[0] if side == "l" else step.x[1]
            start = {"l": edge - ARM - step.wide, "a": edge + 0.04, "r": edge + ARM}[side]
            middle = sum(step.y) / 2
            y = {
                "l": max(middle, step.y[0] + half + 0.02),
                "a": max(step.over, step.y[1]) + half + 0.05,
                "r": min(middle, step.y[1] - half - 0.02),
            }[side]
            for other in (s for s in spans if start < s[1] and s[0] < start + step.wide):
                y = sign * max(sign * y, sign * other[2] + 2 * half + 0.02)
            anchor = (edge, step.y[1] if side == "a" else middle)
            if not half <= y <= size[1] + 0.02 - half or abs(y - anchor[1]) > FARTHEST:
                return np.inf, []
            spans.append((start, start + step.wide, y))
            labels.append(StepLabel(step.text, start, y, step.wide, anchor, side))
    if any(_strikes(a, b, half) for a, b in itertools.permutations(labels, 2)):
        return np.inf, []
    return sum(abs(label.y - label.anchor[1]) + 0.2 * (label.side == "a") for label in labels), labels


def _strikes(label: StepLabel, other: StepLabel, half: float) -> bool:
    """Whether the leader of a label runs into another label."""
    x = sorted((label.tip[0], label.anchor[0]))
    y = sorted((label.tip[1], label.anchor[1]))
    return x[0] < other.x + other.wide and other.x < x[1] and y[0] < other.y + half and other.y - half < y[1]
