"""Themes: paper, ink and ground of a picture, for a screen by day or by night, for a printer, and without colour.

A theme has the colours of everything but the corridors. ``light`` is for the screen; ``print`` spares ink: white land,
faint relief, darker lines; ``dark`` is for a projector or a screen at night; ``grey`` has no hue at all, for a printer without
colour. On dark ground a corridor takes the colour of the same place in :data:`DARK_COLOURS`, since half of the
others would vanish there. Those were found by a search as in :mod:`corridors.style`, from the same hues, with
lightness on a ladder from L* = 46 to 92 in steps of 6.6: the least distance between any two of the first eight is 20.4
under the four kinds of vision, between any two of the twelve 18.9.
"""

from __future__ import annotations

from typing import NamedTuple


class Theme(NamedTuple):
    """Colours of paper, type and base map."""

    paper: str
    ink: str
    faint_ink: str
    grid: str
    sea: str
    land: str
    highland: str
    grid_on_map: str
    coast: str
    border: str
    rail: str
    road: str
    type_on_sea: str
    country: str
    coloured: bool
    relief: float = 1.0
    """Strength of the shade of the ground. [1]"""
    dark: bool = False


THEMES: dict[str, Theme] = {
    "light": Theme(
        paper="#ffffff", ink="#1d2126", faint_ink="#5b6570", grid="#d9dde1", sea="#dfe8ee", land="#f6f4ee",
        highland="#e3d9c8", grid_on_map="#c9d2d6",
        coast="#8fa3b0", border="#8c8378", rail="#4d545c", road="#8a8f95", type_on_sea="#4f6b7c",
        country="#85796a", coloured=True,
    ),
    "print": Theme(
        paper="#ffffff", ink="#000000", faint_ink="#4a4f55", grid="#d0d4d8", sea="#e9f1f6", land="#ffffff",
        highland="#f1ece2", grid_on_map="#cfd8dc",
        coast="#7f95a3", border="#7d7468", rail="#3c4248", road="#7a7f85", type_on_sea="#3f5b6c",
        country="#766b5d", coloured=True, relief=0.6,
    ),
    "dark": Theme(
        paper="#15191e", ink="#f2f4f6", faint_ink="#a4aeb8", grid="#333b44", sea="#1b2a36", land="#272b30",
        highland="#3d3a35", grid_on_map="#39444d",
        coast="#58707f", border="#a39a8c", rail="#a2a9b1", road="#767d85", type_on_sea="#8fb0c4",
        country="#b3a896", coloured=True, relief=1.2, dark=True,
    ),
    "grey": Theme(
        paper="#ffffff", ink="#1d1d1d", faint_ink="#5f5f5f", grid="#dcdcdc", sea="#e4e4e4", land="#f6f6f6",
        highland="#dcdcdc", grid_on_map="#d0d0d0",
        coast="#9a9a9a", border="#858585", rail="#505050", road="#8c8c8c", type_on_sea="#6c6c6c",
        country="#808080", coloured=False,
    ),
}  # fmt: skip

DARK_COLOURS: tuple[str, ...] = (
    "#607fac", "#eed2a4", "#6dc1ab", "#b44b4b", "#ffa4fb", "#fe521e", "#a4ff80", "#b788fe",
    "#a1b15e", "#e9e8e8", "#816d78", "#8154e5",
)  # fmt: skip
"""Corridor colours on dark ground, in the order of ``corridors.style.COLOURS``."""


def on_theme(colour: str, colours: tuple[str, ...], theme: Theme) -> str:
    """Colour of a corridor on the ground of a theme; `colours` are those of the light one."""
    if not theme.coloured:
        return grey_of(colour)
    return DARK_COLOURS[colours.index(colour)] if theme.dark else colour


def grey_of(colour: str) -> str:
    """Grey as light as a colour.

    Examples
    --------
    >>> grey_of("#ffffff")
    '#ffffff'
    """
    r, g, b = (int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (r, g, b)]
    y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    level = round(255.0 * (12.92 * y if y <= 0.0031308 else 1.055 * y ** (1 / 2.4) - 0.055))
    return f"#{level:02x}{level:02x}{level:02x}"
