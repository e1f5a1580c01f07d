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

Type is DejaVu Sans, which matplotlib ships, and Noto Sans Arabic for names in Arabic script, which stands in
``data/fonts`` (SIL Open Font License 1.1), so that a picture looks the same on every machine. Themes of paper and ground:
:mod:`corridors.themes`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.themes import THEMES, Theme, grey_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

__all__ = [
    "ACTIVITY_FILLS", "COLOURS", "COST_FILLS", "COUNTRY_FILLS", "DASHES", "LETTERS", "MARKERS", "STATE_STYLES", "STATUS_DASHES",
    "STATUS_LABELS", "THEMES", "CorridorStyle", "FillStyle", "StateStyle", "Theme", "activity_group", "corridor_styles",
    "grey_of", "rc_params", "save_picture",
]  # fmt: skip

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
    "divert": FillStyle("way round what is shut", "#432036", "++"),
    "detention": FillStyle("detention of the box", "#f8b4c9", "////"),
}

# Countries in the order in which the ways pass them from the north; neighbours differ in lightness, and each has its code on it.
COUNTRY_FILLS: dict[str, FillStyle] = {
    "KZ": FillStyle("KZ Kazakhstan", "#314b6d", ""),
    "KG": FillStyle("KG Kyrgyzstan", "#c3d2dd", ""),
    "CN": FillStyle("CN China", "#f18f42", "////"),
    "UZ": FillStyle("UZ Uzbekistan", "#9fb3c9", ""),
    "TM": FillStyle("TM Turkmenistan", "#00917e", ""),
    "AZ": FillStyle("AZ Azerbaijan", "#e9e4d8", "...."),
    "GE": FillStyle("GE Georgia", "#bf7acc", "...."),
    "AF": FillStyle("AF Afghanistan", "#f5cfa8", ""),
    "IR": FillStyle("IR Iran", "#8152d5", ""),
    "AE": FillStyle("AE United Arab Emirates", "#f8b4c9", "----"),
    "PK": FillStyle("PK Pakistan", "#9dc791", ""),
    "XZ": FillStyle("XZ at sea", "#dfe8ee", "...."),
}

STATE_STYLES: dict[str, StateStyle] = {
    "open": StateStyle("open", "o", "#ffffff", "#00796b"),
    "slow": StateStyle("slow", "D", "#ffffff", "#8a5a00"),
    "restricted": StateStyle("restricted", "D", "#f7d9a8", "#8a5a00"),
    "shut": StateStyle("shut", "X", "#af2800", "#ffffff"),
    "unknown": StateStyle("unknown", "s", "#ffffff", "#5b6570"),
    "not built": StateStyle("of a line not built", "+", "#ffffff", "#7b8590"),
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
        "pdf.fonttype": 42,  # letters stay letters, each font embedded as the part of it that is used
        "svg.hashsalt": "corridors",
        "path.simplify": True,
    }


ENDINGS: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Endings of pictures, and what matplotlib would write into each that is not ours: the date and its own name."""


def save_picture(figure: Figure, path: str | Path, *, theme: str = "light") -> Path:
    """Write a figure as PNG (200 dpi), SVG or PDF (pictures in them 110 dpi), by the ending of `path`; same figure, same bytes.

    SVG and PDF keep words as words and carry the letters they use (:mod:`corridors.embedding`).

    Raises
    ------
    ValueError
        If the ending is not .png, .svg or .pdf.
    """
    import matplotlib as mpl

    from corridors.embedding import embed_letters

    target = Path(path)
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(
            f'picture file "{target.name}": ending is "{ending}"; allowed {", ".join(ENDINGS)}; rename the file'
        )
    with mpl.rc_context(rc_params(theme)):
        if ending == ".png":
            figure.savefig(target, dpi=200.0, metadata=ENDINGS[ending], pil_kwargs={"compress_level": 4})
        else:
            figure.savefig(target, dpi=110.0, metadata=ENDINGS[ending])
    if ending == ".svg":
        target.write_text(embed_letters(target.read_text(encoding="utf-8")), encoding="utf-8")
    return target
