"""What of the grey network shows beside the bands of the corridors.

A band is broad and smoothed, and the line beneath it runs in its true place: at each bend a crumb of the line would look out from
under the band and be taken for a line of its own. So the network is drawn only where it runs clear of every band, and pieces too
short to be read are left out. A line that crosses a band or leaves it is drawn up to the band's edge.

All lengths are on paper, in points of 1/72 inch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Points = NDArray[np.float64]

CLEAR_PT = 3.2
"""A line farther than this from the middle of every band runs clear of it. [pt]"""
SHORTEST_PT = 11.0
"""A piece beside a band shorter than this is left out. [pt]"""

_STEP_PT = 1.0
_UNDER_PT = 2.6  # how far a piece runs on under the edge of the band that hides the rest


def clear_of(lines: Iterable[Points], bands: Sequence[Points]) -> list[Points]:
    """Pieces of lines that run clear of the bands; a line that meets none is given back as it is.

    Examples
    --------
    >>> line, band = np.array([[0.0, 0.0], [100.0, 0.0]]), np.array([[50.0, -9.0], [50.0, 9.0]])
    >>> [piece[[0, -1], 0].round().tolist() for piece in clear_of([line], [band])]
    [[0.0, 49.0], [51.0, 100.0]]
    """
    from scipy.spatial import KDTree

    if not bands:
        return list(lines)
    tree = KDTree(np.concatenate([_dense(band)[0] for band in bands]))
    return [piece for line in lines for piece in _pieces(line, tree)]


def _pieces(line: Points, tree: Any) -> Iterator[Points]:
    dense, along = _dense(line)
    away = tree.query(dense, distance_upper_bound=CLEAR_PT)[0]
    clear = np.isinf(away)
    if clear.all():
        yield line
        return
    edges = np.flatnonzero(np.diff(np.concatenate([[False], clear, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        if along[end - 1] - along[start] >= SHORTEST_PT:
            first = np.searchsorted(along, along[start] - _UNDER_PT, side="right") - 1
            last = np.searchsorted(along, along[end - 1] + _UNDER_PT)
            yield dense[max(int(first), 0) : int(last) + 1]


def _dense(line: Points) -> tuple[Points, NDArray[np.float64]]:
    """Points along a line, a step apart or less and all of its own among them, with the way to each. [pt]"""
    steps = np.hypot(*np.diff(line, axis=0).T)
    whole = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(int(np.ceil(whole[-1] / _STEP_PT)), 1)
    along = np.union1d(whole, np.linspace(0.0, whole[-1], count + 1))
    return np.column_stack([np.interp(along, whole, line[:, k]) for k in (0, 1)]), along
