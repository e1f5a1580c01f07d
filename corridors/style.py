"""The look that every picture of this project shares.

A reader who prints a chart in grey, or who does not tell red from green, must still tell one corridor from
another. So no meaning hangs on hue alone: a corridor has a colour, a dash, a marker and a letter; a crossing's state
has a shape as well as a colour; a line being built differs from a built one by its stroke.

The first eight corridor colours were chosen by a search that maximised the smallest distance between any two of them
(CIE L*a*b*, Euclidean) as seen with normal vision and with the three kinds of dichromacy simulated after Machado,
Oliveira and Fernandes (2009), with lightness held on a ladder from L* = 24 to 76 in equal steps of 7.4, so that
they stay apart on a grey printer. The smallest distance is about 28; two colours are told apart with ease from
about 10. Four more were added the same way and lie at least 19.9 from each other and from the first eight. From the
thirteenth corridor on colours repeat with another dash, marker and letter.

What is left out: a dark theme, and type other than DejaVu Sans, which matplotlib ships, so that a picture looks the
same on every machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

Dash = tuple[float, ...]


class CorridorStyle(NamedTuple):
    """How one corridor is drawn: `dash` is on-off lengths in line widths, empty for a solid line."""

    colour: str
    dash: Dash
    marker: str
    letter: str


class FillStyle(NamedTuple):
    """How one part of a stacked bar is filled."""

    label: str
    colour: str
    hatch: str


class StateStyle(NamedTuple):
    """How the state of a gate on the study's date is drawn: shape first, colour second."""

    label: str
    marker: str
    face: str
    edge: str


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


# Order: neighbours in the list differ most in lightness, so that studies of few corridors are the clearest.
COLOURS: tuple[str, ...] = (
    "#314b6d", "#f18f42", "#00917e", "#6a1e21", "#bf7acc", "#af2800", "#9dc791", "#8152d5",
    "#717c43", "#f8b4c9", "#432036", "#542ad7",
)  # fmt: skip
DASHES: tuple[Dash, ...] = (
    (), (5.0, 1.6), (1.2, 1.2), (6.0, 1.4, 1.2, 1.4), (9.0, 2.0), (3.0, 1.2, 1.2, 1.2),
)  # fmt: skip
MARKERS: tuple[str, ...] = ("o", "s", "^", "D", "v", "P", "X", "p", "h", "<", ">", "*")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

THEMES: dict[str, Theme] = {
    "light": Theme(
        paper="#ffffff", ink="#1d2126", faint_ink="#5b6570", grid="#d9dde1", sea="#dfe8ee", land="#f6f4ee",
        highland="#e3d9c8", grid_on_map="#c9d2d6",
        coast="#8fa3b0", border="#8c8378", rail="#4d545c", road="#8a8f95", type_on_sea="#4f6b7c",
        country="#85796a", coloured=True,
    ),
    "grey": Theme(
        paper="#ffffff", ink="#1d1d1d", faint_ink="#5f5f5f", grid="#dcdcdc", sea="#e4e4e4", land="#f6f6f6",
        highland="#dcdcdc", grid_on_map="#d0d0d0",
        coast="#9a9a9a", border="#858585", rail="#505050", road="#8c8c8c", type_on_sea="#6c6c6c",
        country="#808080", coloured=False,
    ),
}  # fmt: skip

# What happens to the cargo, in the order in which it is stacked; hatches tell the parts apart without colour.
ACTIVITY_FILLS: dict[str, FillStyle] = {
    "rail": FillStyle("moving by rail", "#314b6d", ""),
    "road": FillStyle("moving by road", "#7f94ad", ""),
    "sea": FillStyle("moving by sea", "#c3d2dd", ""),
    "rest": FillStyle("driver's rest", "#e9e4d8", "...."),
    "load": FillStyle("loading and unloading", "#f5cfa8", ""),
    "wait": FillStyle("waiting for wagon, truck or ship", "#f18f42", "////"),
    "clear": FillStyle("border and transit formalities", "#af2800", ""),
    "transfer": FillStyle("change of mode or gauge", "#00917e", "\\\\\\\\"),
    "dwell": FillStyle("port and inland clearance", "#9b7bb5", "xxxx"),
}

COST_FILLS: dict[str, FillStyle] = {
    "track": FillStyle("rail tariff", "#314b6d", ""),
    "wagon": FillStyle("wagon", "#5f7ea3", ""),
    "forwarder": FillStyle("forwarder", "#9fb3c9", ""),
    "road": FillStyle("trucking", "#f18f42", ""),
    "freight": FillStyle("sea freight", "#c3d2dd", ""),
    "handling": FillStyle("handling", "#00917e", "\\\\\\\\"),
    "fee": FillStyle("border fees", "#af2800", ""),
    "guarantee": FillStyle("guarantee", "#d96b52", "////"),
    "permission": FillStyle("permission", "#e5a08f", "...."),
    "security": FillStyle("security", "#6a1e21", "xxxx"),
    "insurance": FillStyle("insurance", "#bf7acc", ""),
    "terminal": FillStyle("port and terminal", "#9b7bb5", "||||"),
    "box": FillStyle("box return", "#9dc791", "----"),
}

STATE_STYLES: dict[str, StateStyle] = {
    "open": StateStyle("open", "o", "#ffffff", "#00796b"),
    "slow": StateStyle("slow", "D", "#ffffff", "#8a5a00"),
    "restricted": StateStyle("restricted", "D", "#f7d9a8", "#8a5a00"),
    "shut": StateStyle("shut", "X", "#af2800", "#ffffff"),
    "unknown": StateStyle("unknown", "s", "#ffffff", "#5b6570"),
}

# Strokes of links by status: (width in points, dash in line widths). A railway gets cross ties in signs.py.
STATUS_DASHES: dict[str, Dash] = {
    "operational": (),
    "under_construction": (4.0, 1.8),
    "planned": (1.4, 1.8),
}
STATUS_LABELS: dict[str, str] = {
    "operational": "in service",
    "under_construction": "under construction",
    "planned": "planned",
}


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


def activity_group(kind: str, mode: str) -> str:
    """Key of `ACTIVITY_FILLS` for an activity of this kind and mode (`mode` matters for hauls only)."""
    if kind == "haul":
        return "sea" if mode in {"sea", "ferry"} else mode
    return {"unload": "load", "change_gauge": "transfer", "transship": "transfer"}.get(kind, kind)


def corridor_styles(corridors: Iterable[str]) -> dict[str, CorridorStyle]:
    """One style for each corridor, in the order given (the catalogue's order keeps them alike in all pictures).

    Examples
    --------
    >>> corridor_styles(["west", "east"])["east"]
    CorridorStyle(colour='#f18f42', dash=(5.0, 1.6), marker='s', letter='B')
    """
    styles: dict[str, CorridorStyle] = {}
    for corridor in corridors:
        if corridor in styles:
            continue
        i = len(styles)
        letter = LETTERS[i] if i < len(LETTERS) else f"{LETTERS[i // len(LETTERS) - 1]}{LETTERS[i % len(LETTERS)]}"
        round_ = i // len(COLOURS)
        styles[corridor] = CorridorStyle(
            COLOURS[i % len(COLOURS)], DASHES[(i + round_) % len(DASHES)], MARKERS[i % len(MARKERS)], letter
        )
    return styles


def rc_params(theme: str = "light") -> Any:
    """Return settings for `matplotlib.rc_context`: type, thin axes, text kept as text in SVG, fixed SVG ids."""
    t = THEMES[theme]
    return {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 8.5,
        "axes.titlesize": 11.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 8.5,
        "axes.edgecolor": t.faint_ink,
        "axes.labelcolor": t.ink,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": False,
        "grid.color": t.grid,
        "grid.linewidth": 0.6,
        "xtick.labelsize": 8.0,
        "ytick.labelsize": 8.0,
        "xtick.color": t.faint_ink,
        "ytick.color": t.faint_ink,
        "text.color": t.ink,
        "legend.frameon": False,
        "legend.fontsize": 8.0,
        "figure.facecolor": t.paper,
        "axes.facecolor": t.paper,
        "savefig.facecolor": t.paper,
        "figure.dpi": 100.0,
        "savefig.dpi": 200.0,
        "hatch.linewidth": 0.5,
        "text.hinting": "none",  # letters as wide as measured, at any resolution
        "svg.fonttype": "none",
        "svg.hashsalt": "corridors",
        "path.simplify": True,
    }


def save_picture(figure: Figure, path: str | Path, *, theme: str = "light") -> Path:
    """Write a figure as PNG (200 dpi) or SVG (pictures in it 110 dpi), by the ending of `path`; same figure, same bytes.

    Raises
    ------
    ValueError
        If the ending is neither .png nor .svg.
    """
    import matplotlib as mpl

    target = Path(path)
    ending = target.suffix.lower()
    metadata: dict[str, Any] = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}.get(ending, {})
    if not metadata:
        raise ValueError(f'picture file "{target.name}": ending is "{ending}"; allowed .png, .svg; rename the file')
    with mpl.rc_context(rc_params(theme)):
        if ending == ".png":
            figure.savefig(target, dpi=200.0, metadata=metadata, pil_kwargs={"compress_level": 4})
        else:
            figure.savefig(target, dpi=110.0, metadata=metadata)
    return target
