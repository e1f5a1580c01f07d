"""Scale bar of a map: how many kilometres so much of the paper is, where it covers nothing.

The length is true along the standard parallels of the map and good to some per cent elsewhere (:mod:`corridors.sheet`).
All places on paper are in points of 1/72 inch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors import signs
from corridors.lettering import Box, Lettering, Type
from corridors.sheet import Frame, Stroke, draw_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from corridors.style import Theme


def draw_scale(axes: Axes, frame: Frame, theme: Theme, lettering: Lettering, length_km: float = 500.0) -> None:
    """Bar of so many kilometres along the lower or upper edge, where it covers least; to be drawn once the signs have their places.

    Where there is no room for it, it is a bar of half the length, or of a fifth.
    """
    length_km, x, y = _room_for_scale(frame, lettering, (length_km, length_km / 2, length_km / 5))
    length = length_km * frame.scale
    lettering.block(_room(x, y, length))
    for i, colour in enumerate((theme.ink, theme.paper)):
        line = np.array([[x + i * length / 2, y], [x + (i + 1) * length / 2, y]])
        draw_lines(axes, [line], Stroke(theme.ink, 3.0, 9.0))
        draw_lines(axes, [line + np.array([[0.6, 0.0], [-0.6, 0.0]])], Stroke(colour, 1.8, 9.1))
    middle = [(0.5, f"{length_km / 2:g}")] if length > 60.0 else []
    for at, words in ((0.0, "0"), *middle, (1.0, f"{length_km:g} km")):
        signs.write(axes, (x + at * length - 2.0, y + 4.0), words, Type(6.5), signs.Ink(theme.ink, theme.paper))


def _room(x: float, y: float, length: float) -> Box:
    return Box(x - 6.0, y - 10.0, x + length + 24.0, y + 16.0)


def _room_for_scale(frame: Frame, lettering: Lettering, lengths_km: Sequence[float]) -> tuple[float, float, float]:
    """Length of the bar [km] and its left end [pt]: the first that covers nothing, else the one that covers least."""
    tries = []
    for length_km in lengths_km:
        length = length_km * frame.scale
        spots = np.linspace(14.0, max(frame.width - length - 30.0, 14.0), 9)[[0, 8, 1, 7, 2, 6, 3, 5, 4]]
        for y in (16.0, frame.height - 24.0):
            for x in spots.tolist():
                room = _room(x, y, length)
                tries.append((not lettering.is_free(room), lettering.ink_under(room) > 4, length_km, x, y))
    _, _, length_km, x, y = min(tries, key=lambda found: found[:2])
    return length_km, x, y
