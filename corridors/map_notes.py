"""What a map says under the name of a gate or of a break of gauge: the hours it takes and the gauges that meet.

The hours of a gate are the mean time spent at the crossing by the ways drawn, both sides together: formalities, change
of truck, and waits for a gate that is shut or asleep, weighted by their odds. Where ways differ (a rail and a road post side by side,
an origin that meets another month) the least and the most of them are given, "31-58 h". A gate that no way of the
map passes has no hours: they are not known, and not zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corridors.study import Way
    from geodata.network import Terminal


def hours_at_gates(ways: Iterable[Way]) -> dict[str, tuple[float, float]]:
    """Least and most of the mean hours that ways spend at each crossing.

    Parameters
    ----------
    ways
        Ways of a study; those without an outcome say nothing.

    Returns
    -------
    dict of str to (float, float)
        By ``crossing_id``. [h]
    """
    found: dict[str, list[float]] = {}
    for way in ways:
        if way.outcome is None or way.itinerary is None:
            continue
        here: dict[str, float] = {}
        for activity, hours in zip(way.itinerary.activities, way.outcome.hours_mean, strict=True):
            if activity.crossing_id and not activity.moving and activity.kind != "rest":
                here[activity.crossing_id] = here.get(activity.crossing_id, 0.0) + float(hours)
        for name, total in here.items():
            found.setdefault(name, []).append(total)
    return {name: (min(values), max(values)) for name, values in found.items()}


def gauges_at_breaks(ways: Iterable[Way], terminals: Mapping[str, Terminal]) -> dict[str, tuple[int, int]]:
    """Gauges that meet at each place where a way changes gauge, in the order of travel. [mm]."""
    found: dict[str, tuple[int, int]] = {}
    for way in ways:
        for activity in way.itinerary.activities if way.itinerary is not None else ():
            terminal = terminals.get(activity.terminal_id) if activity.kind == "change_gauge" else None
            if terminal is not None:
                there = terminal.to_gauge if activity.gauge_mm == terminal.from_gauge else terminal.from_gauge
                found.setdefault(activity.place, (activity.gauge_mm, there))
    return found


def hours_words(hours: tuple[float, float]) -> str:
    """Hours of a gate in words.

    Examples
    --------
    >>> hours_words((31.2, 57.8)), hours_words((31.2, 31.4)), hours_words((0.4, 0.4))
    ('31–58 h', '31 h', '0.4 h')
    """
    low, high = (f"{h:.0f}" if h >= 9.5 else f"{h:.1f}" for h in hours)
    return f"{low} h" if low == high else f"{low}–{high} h"


def gauge_words(gauges: tuple[int, int]) -> str:
    """Gauges of a break in figures. [mm]

    Examples
    --------
    >>> gauge_words((1520, 1676))
    '1520|1676'
    """
    return f"{gauges[0]}|{gauges[1]}"
