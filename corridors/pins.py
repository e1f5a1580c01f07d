"""Stages of a corridor as sections of a search.

A corridor is pinned by ordered stages: the modes and countries allowed, the places to be passed, where the stage ends. Between
them search stays ordinary search (:mod:`sim.routing`). Northbound the same places are passed in the other order.
"""

from __future__ import annotations

from corridors.catalogue import Corridor
from sim.routing import Section


def sections_of(corridor: Corridor, origin: str, destination: str, direction: str) -> list[Section]:
    """Stages of a corridor as sections of a search; northbound the same places are passed in the other order."""
    southbound = direction == "southbound"
    stages = corridor.stages_to(destination if southbound else origin)
    ends = [s.to for s in stages]
    if not southbound:
        stages, ends = stages[::-1], [*(s.to for s in stages[-2::-1]), ""]
    return [
        Section(
            frozenset(s.modes),
            frozenset(s.countries),
            tuple(s.via if southbound else s.via[::-1]),
            end,
            frozenset(s.vehicles),
        )
        for s, end in zip(stages, ends, strict=True)
    ]
