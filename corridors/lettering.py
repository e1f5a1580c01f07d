"""Lettering: where to write names on a map so that none lies on another.

Names are placed one by one, the most important first. Each has a list of places round its point (to the right, the
left, above, below, at the corners, then the same farther out), tried against everything that already stands: a place
that touches another name, a sign or the edge is refused; among the others the one wins that covers the least linework and
stands by no strange sign, earlier places first. A name for which no place is left is dropped, never squeezed in. This is
the greedy form of point-feature label placement (Christensen, Marks and Shieber 1995), which is dull, quick and the same on
every run.

Sizes come from the outlines of the letters in DejaVu Sans, which matplotlib ships, so that boxes are known before anything is drawn.
Names in Arabic script (Dari, Urdu, Persian) are set in Noto Sans Arabic, whose letters join and run from right to left as they
should; DejaVu Sans lacks the Urdu heh of Quetta.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

PAD_PT = 0.9
LINE_SPACING = 1.22
MOST_INK = 45  # dots of linework that a name with notes may cover; without its notes it may cover more
STRANGER = 7.0  # price of a name beside a sign not its own, in dots of linework
MISTAKEN = 200.0  # price of the name of an end of the ways that lies as near to another end


class Box(NamedTuple):
    """Rectangle on paper. [pt]."""

    x0: float
    y0: float
    x1: float
    y1: float

    def distance(self, x: float, y: float) -> float:
        """Distance of a point, 0 inside. [pt]"""
        return float(np.hypot(max(self.x0 - x, 0.0, x - self.x1), max(self.y0 - y, 0.0, y - self.y1)))

    def touches(self, other: Box) -> bool:
        """Whether the two have ground in common."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


LATIN, ARABIC = "DejaVu Sans", "Noto Sans Arabic"
FACES = (LATIN, ARABIC)
"""Families of the house; the first has Latin and Cyrillic letters."""
_ARABIC_LETTERS = re.compile(r"[\u0600-\u06ff]")
_FONTS = Path(__file__).with_name("data") / "fonts"


Slant = Literal["normal", "italic", "oblique"]


class Type(NamedTuple):
    """How a name is written; `size` in points."""

    size: float
    weight: str = "normal"
    style: Slant = "normal"
    family: str = LATIN

    def for_text(self, text: str) -> Type:
        """Give the same type in the family that has the letters of a text; Arabic script is never slanted."""
        return self._replace(family=ARABIC, style="normal") if _ARABIC_LETTERS.search(text) else self


class Label(NamedTuple):
    """Name in its place: `x`, `y` are the left end of the base line of its first line. [pt]."""

    text: str
    x: float
    y: float
    type: Type
    box: Box


@cache
def font_of(kind: Type) -> Any:
    """Font of a type, for matplotlib."""
    from matplotlib.font_manager import FontProperties

    if kind.family == ARABIC:
        _make_known()
    families = list(dict.fromkeys((kind.family, LATIN)))
    return FontProperties(family=families, weight=kind.weight, style=kind.style, size=kind.size)


@cache
def _make_known() -> None:
    """Tell matplotlib of the fonts that we bring."""
    from matplotlib.font_manager import fontManager

    for file in sorted(_FONTS.glob("*.ttf")):
        fontManager.addfont(file)


def file_of(family: str, weight: str, style: Slant) -> str:
    """File of a face."""
    from matplotlib.font_manager import FontProperties, findfont

    if family == ARABIC:
        _make_known()
    return str(findfont(FontProperties(family=family, weight=weight, style=style)))


@cache
def _letters_of(family: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(file_of(family, "normal", "normal")).get_charmap())


def can_write(text: str) -> bool:
    """Whether the fonts of the house have every letter of a text (Chinese and Devanagari they have not)."""
    return all(any(ord(letter) in _letters_of(family) for family in FACES) for letter in text)


@cache
def text_size(text: str, kind: Type) -> tuple[float, float, float]:
    """Width of the widest line, height above and depth below the base lines of the block. [pt]."""
    from matplotlib.textpath import text_to_path

    font = font_of(kind.for_text(text))
    lines = [text_to_path.get_text_width_height_descent(line or " ", font, ismath=False) for line in text.split("\n")]
    width = max(line[0] for line in lines)
    depth = lines[-1][2] + (len(lines) - 1) * LINE_SPACING * kind.size
    return float(width), float(lines[0][1] - lines[0][2]), float(depth)


def wrapped(text: str, kind: Type, width: float) -> list[str]:
    """Lines of a text, none wider than `width` [pt] unless one word is."""
    blank = text_size("n n", kind)[0] - text_size("nn", kind)[0]
    lines, room = [""], width
    for word in text.split():
        takes = text_size(word, kind)[0]
        if lines[-1] and takes + blank > room:
            lines.append(word)
            room = width - takes
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
            room -= takes + blank
    return lines


class Lettering:
    """What already stands on a sheet of so many points, and room for more."""

    def __init__(self, width: float, height: float) -> None:
        self.sheet = Box(0.0, 0.0, width, height)
        self.taken: list[Box] = []
        self.labels: list[Label] = []
        self.marks: list[tuple[float, float]] = []
        self.ends: list[tuple[float, float]] = []
        self._ink: NDArray[np.float64] = np.empty((0, 2))

    def block(self, box: Box) -> None:
        """Keep a rectangle free of names."""
        self.taken.append(box)

    def block_round(self, x: float, y: float, radius: float) -> None:
        """Keep the square about a sign free of names. [pt]."""
        self.block(Box(x - radius, y - radius, x + radius, y + radius))
        self.marks.append((x, y))

    def name_apart(self, ends: Iterable[tuple[float, float]]) -> None:
        """Keep the names of these signs, as large as they are, from reading as one another's. [pt]."""
        self.ends += ends

    def avoid(self, points: NDArray[np.float64]) -> None:
        """Add linework that names should cover as little as may be, as points along it. [pt]."""
        self._ink = np.concatenate([self._ink, points])

    def is_free(self, box: Box) -> bool:
        """Whether the box lies on the sheet and touches nothing that stands."""
        s = self.sheet
        inside = box.x0 >= s.x0 and box.y0 >= s.y0 and box.x1 <= s.x1 and box.y1 <= s.y1
        return inside and not any(box.touches(other) for other in self.taken)

    def ink_under(self, box: Box) -> int:
        """Count the points of linework under a box."""
        x, y = self._ink[:, 0], self._ink[:, 1]
        return int(np.count_nonzero((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)))

    def _strangers(self, box: Box, own: tuple[float, float] | None) -> int:
        """Count the signs so near a name that it might be taken for theirs."""
        near = Box(box.x0 - 6.0, box.y0 - 4.0, box.x1 + 6.0, box.y1 + 4.0)
        return sum(
            near.x0 < x < near.x1 and near.y0 < y < near.y1 and (own is None or np.hypot(x - own[0], y - own[1]) > 5.0)
            for x, y in self.marks
        )

    def _is_mistaken(self, box: Box, own: tuple[float, float] | None) -> bool:
        """Whether a name lies as near to another end of the ways as to its own, so that it reads as the name of that."""
        if own not in self.ends:
            return False
        near = box.distance(*own) + 1.0
        return any(box.distance(*end) <= near for end in self.ends if end != own)

    def place_beside(
        self, text: str, x: float, y: float, kind: Type, *, gap: float, close: bool = False
    ) -> Label | None:
        """Write a name beside a sign whose half width is `gap`, or drop it; `close` allows no place farther out. [pt]."""
        width, up, down = text_size(text, kind)
        middle = (up - down) / 2.0
        spots: list[tuple[float, float, float]] = []
        for ring, reach in enumerate((gap, gap + 4.0, gap + 9.0)[: 1 if close else None]):
            d = reach * 0.8
            around = (
                (x + reach, y - middle),
                (x - reach - width, y - middle),
                (x + d, y + d),
                (x + d, y - d - up),
                (x - d - width, y + d),
                (x - d - width, y - d - up),
                (x - width / 2.0, y + reach + down),
                (x - width / 2.0, y - reach - up),
            )
            spots += [(a, b, ring * 11.0 + i * 0.4) for i, (a, b) in enumerate(around)]
        return self._best(text, kind, spots, own=(x, y), most_ink=MOST_INK if close else None)

    def place_at(self, text: str, spots: Iterable[tuple[float, float]], kind: Type) -> Label | None:
        """Write a name centred on the first good spot, or drop it. [pt]."""
        width, up, down = text_size(text, kind)
        return self._best(
            text, kind, [(x - width / 2.0, y - (up - down) / 2.0, 3.0 * i) for i, (x, y) in enumerate(spots)]
        )

    def _best(
        self,
        text: str,
        kind: Type,
        spots: list[tuple[float, float, float]],
        own: tuple[float, float] | None = None,
        most_ink: int | None = None,
    ) -> Label | None:
        width, up, down = text_size(text, kind)
        _, line_up, line_down = text_size("lp", kind)  # room of a whole line, with tall letters and tails
        up, down = max(up, line_up), max(down, line_down)
        best: tuple[float, Label] | None = None
        for x, y, price in spots:
            box = Box(x - PAD_PT, y - down - PAD_PT, x + width + PAD_PT, y + up + PAD_PT)
            if not self.is_free(box):
                continue
            ink = self.ink_under(box)
            if most_ink is not None and ink > most_ink:
                continue
            cost = price + ink + STRANGER * self._strangers(box, own) + MISTAKEN * self._is_mistaken(box, own)
            if best is None or cost < best[0]:
                best = (cost, Label(text, x, y, kind, box))
        if best is None:
            return None
        self.taken.append(best[1].box)
        self.labels.append(best[1])
        return best[1]
