"""The sheet of a map: where the map, its key, its title and its foot stand on the paper.

All maps of this house are laid out alike: title and date above, the map at the left, its key at the right, and below what the
map assumes, what it rests on and what its boundaries do not mean. Sizes are those of paper and of a projector's slide;
everything is measured in points of 1/72 inch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from corridors import signs
from corridors.canvas import new_canvas
from corridors.lettering import Type, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.themes import Theme

SIZES: dict[str, tuple[float, float]] = {"a4": (11.69, 8.27), "a3": (16.54, 11.69), "slide": (13.33, 7.5)}
"""Width and height of the sheet. [inch]."""
LEFT, RIGHT, TOP, GUTTER, PANEL = 26.0, 16.0, 56.0, 24.0, 212.0  # [pt]
FOOT_TYPE = Type(6.5)
_FOOT_LINE = 9.0


class Sheet(NamedTuple):
    """Paper with room for a map and its key. [pt]."""

    figure: Figure
    words: Axes
    """The whole sheet."""
    map_size: tuple[float, float]
    bottom: float
    theme: Theme

    def map_axes(self) -> Axes:
        """Axes of the map."""
        return axes_at(self.figure, (LEFT, self.bottom, *self.map_size))

    def panel_axes(self) -> Axes:
        """Axes of the key, right of the map."""
        panel = axes_at(self.figure, (LEFT + self.map_size[0] + GUTTER, self.bottom, PANEL, self.map_size[1]))
        panel.axis("off")
        return panel

    def write_head(self, title: str, under: str) -> None:
        """Title, and the line under it."""
        width, height = (72.0 * v for v in self.figure.get_size_inches())
        room = width - LEFT - RIGHT
        first = wrapped(title, Type(14.0, "bold"), room)[0]
        signs.write(
            self.words, (LEFT, height - 27.0), first, Type(14.0, "bold"), signs.Ink(self.theme.ink, gid="title")
        )
        line = wrapped(under, Type(8.5), room)[0]
        signs.write(self.words, (LEFT, height - 41.0), line, Type(8.5), signs.Ink(self.theme.faint_ink, gid="date"))


def new_map_sheet(size: str, theme: Theme, foot: Sequence[str], *, key: bool = True) -> Sheet:
    """Empty sheet of a size with its foot written.

    Parameters
    ----------
    size
        Key of :data:`SIZES`.
    theme
        Colours.
    foot
        Paragraphs below the map; they are wrapped.
    key
        Whether room is left for a key at the right.
    """
    figure = new_canvas(*SIZES[size])
    width, height = (72.0 * v for v in SIZES[size])
    lines = [line for text in foot for line in wrapped(text, FOOT_TYPE, width - LEFT - RIGHT)]
    bottom = 20.0 + _FOOT_LINE * len(lines)
    across = width - LEFT - RIGHT - (GUTTER + PANEL if key else 10.0)
    words = axes_at(figure, (0.0, 0.0, width, height))
    words.axis("off")
    for i, line in enumerate(lines):
        at = (LEFT, bottom - 20.0 - _FOOT_LINE * i)
        signs.write(words, at, line, FOOT_TYPE, signs.Ink(theme.faint_ink, gid=f"foot-{i}"))
    return Sheet(figure, words, (across, height - TOP - bottom), bottom, theme)


def axes_at(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Axes at left, bottom, width, height whose unit is the point. [pt]."""
    width, height = (72.0 * v for v in figure.get_size_inches())
    axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    axes.set_xlim(0.0, box[2])
    axes.set_ylim(0.0, box[3])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.patch.set_alpha(0.0)
    return axes
