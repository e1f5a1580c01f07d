"""Figures that show themselves in a notebook, without a display of their own and without global state.

Charts and maps are made as plain figures rather than through ``pyplot``, so that making a hundred of them leaves nothing
behind. Such a figure does not show itself at the end of a notebook cell unless it knows how to become a PNG; this one does.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure

NOTEBOOK_DPI = 110
"""Resolution at which a notebook shows a figure; files are written at their own."""


@lru_cache(maxsize=1)
def _canvas_class() -> type[Figure]:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    class Canvas(Figure):
        """Figure that a notebook can show, with letters as wide as they were reckoned at every resolution."""

        def draw(self, renderer: RendererBase) -> None:
            with rc_context({"text.hinting": "none"}):  # hinted letters are up to 4 % wider or narrower
                super().draw(renderer)

        def _repr_png_(self) -> bytes:
            stream = io.BytesIO()
            FigureCanvasAgg(self).print_figure(stream, dpi=NOTEBOOK_DPI, format="png")
            return stream.getvalue()

        def _repr_html_(self) -> None:
            return None

    return Canvas


def new_canvas(width: float, height: float) -> Figure:
    """Make an empty figure of a size.

    Parameters
    ----------
    width, height
        Size on paper. [inch]

    Returns
    -------
    Figure
        Shows itself as a PNG at the end of a notebook cell.
    """
    return _canvas_class()(figsize=(width, height))
