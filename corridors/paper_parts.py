"""Parts of a page that is handed over: text that is never markup, figures that carry their full value, tables, pictures, footnotes.

Whatever comes from data is escaped where it enters a page: :func:`said` turns a string into :class:`Html`, and only what a
function of this module made is taken as it is. A figure is written ``<data value="482.25">20.1</data>``: what a reader sees
is rounded, what the model said stands beside it to the last digit, so that a page can be checked against its study by a
program.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

_DPI = 200
_COLOURS = 256
_KEPT = 48
_ALIKE = 6  # steps of a colour channel; nearer colours are one
_SHAPES = ((1.15, "wide"), (0.8, "even"), (0.0, "tall"))
"""Least width over height of a picture, and what it is called: wide ones are printed on A4 across, tall ones on A3."""

Colour = tuple[int, int, int]


class Html(str):
    """Text that is markup already, made by this module or put together from what it made."""

    __slots__ = ()


def said(text: object) -> Html:
    """Text as a page may show it: markup made here as it is, anything else escaped.

    Examples
    --------
    >>> said("<img src=x>")
    '&lt;img src=x&gt;'
    """
    return text if isinstance(text, Html) else Html(escape(str(text)))


def joined(parts: Iterable[object], between: str = "") -> Html:
    """Parts one after another, each escaped unless it is markup."""
    return Html(between.join(said(part) for part in parts))


def element(name: str, content: object, **attributes: str) -> Html:
    """Element with escaped content and attributes; ``class_`` is written ``class``."""
    said_too = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{said_too}>{said(content)}</{name}>")


def figure(value: float, form: str = ",.0f", factor: float = 1.0) -> Html:
    """Value as the model has it, shown rounded.

    Parameters
    ----------
    value
        What the model says.
    form
        How it is shown.
    factor
        From the model's unit to the one shown, 1/24 from hours to days.

    Examples
    --------
    >>> figure(482.25, ".1f", 1 / 24)
    '<data value="482.25">20.1</data>'
    """
    shown = format(value * factor, form)
    if not shown.strip("-0.,%"):  # no minus before a zero
        shown = shown.removeprefix("-")
    return Html(f'<data value="{float(value)!r}">{shown}</data>')


def spread(values: Sequence[float], form: str = ",.0f", factor: float = 1.0) -> Html:
    """P50 with P10 and P90 in brackets, from P10, P50, P90."""
    low, middle, high = (figure(v, form, factor) for v in values)
    return Html(f'{middle} <span class="range">({low}–{high})</span>')


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "", words: int = 1) -> Html:
    """Table that scrolls in its own frame where the page is narrow.

    Parameters
    ----------
    head
        Headings, with units.
    rows
        Cells; markup or anything that is escaped.
    caption
        What the table shows.
    words
        Columns from the left that hold words; the others are set as figures.
    """

    def cell(name: str, content: object, number: int) -> Html:
        return element(name, content) if number < words else element(name, content, class_="n")

    heads = Html("".join(cell("th", text, i) for i, text in enumerate(head)))
    body = Html("".join(f"<tr>{Html(''.join(cell('td', c, i) for i, c in enumerate(row)))}</tr>" for row in rows))
    title = element("caption", caption) if caption else ""
    return Html(
        f'<div class="scroll" tabindex="0"><table>{title}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def items(sentences: Iterable[object]) -> Html:
    """List of sentences; nothing where there are none."""
    inside = "".join(element("li", sentence) for sentence in sentences)
    return Html(f"<ul>{inside}</ul>" if inside else "")


def picture(drawn: Figure, alt: str, words: str) -> Html:
    """Figure as a picture inside the page, few colours and sharp enough for A4, with its words under it."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    from corridors.style import rc_params

    stream = io.BytesIO()
    with mpl.rc_context(rc_params("print") | {"text.parse_math": False}):
        FigureCanvasAgg(drawn).print_figure(stream, dpi=_DPI, format="png", metadata={"Software": None})
    drawn.clear()
    small = io.BytesIO()
    with Image.open(stream) as full:
        wide, high = full.size
        few_colours(full).save(small, format="PNG", optimize=True)
    coded = base64.b64encode(small.getvalue()).decode("ascii")
    image = f'<img alt="{escape(alt)}" width="{wide}" height="{high}" src="data:image/png;base64,{coded}">'
    shape = next(name for least, name in _SHAPES if wide / high >= least)
    return Html(
        f'<figure class="{shape}"><div class="scroll" tabindex="0">{image}</div><figcaption>{said(words)}</figcaption></figure>'
    )


def few_colours(full: Image) -> Image:
    """Picture in 256 colours: the most used as they are, so that paper stays white and tints stay apart, the rest by an octree.

    A choice by how much of the sheet a colour covers alone takes the hue from a thin line or a small badge.
    """
    import numpy as np
    from PIL import Image
    from scipy.spatial import cKDTree

    flat = full.convert("RGB")
    used = sorted(flat.getcolors(flat.width * flat.height) or [], reverse=True)[:_KEPT]
    rest = flat.quantize(_COLOURS - len(used), method=Image.Quantize.FASTOCTREE).getpalette() or []
    wanted: list[Colour] = [cast("Colour", colour) for _, colour in used]
    wanted += zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    colours: list[Colour] = []
    for one in wanted:  # a colour that is nearly another's twin would be taken in its place
        if all(max(abs(x - y) for x, y in zip(one, other, strict=True)) > _ALIKE for other in colours):
            colours.append(one)
    pixels = np.asarray(flat, dtype=np.int32) @ np.array([65536, 256, 1], dtype=np.int32)
    seen, place = np.unique(pixels, return_inverse=True)
    _, nearest = cKDTree(colours).query(np.stack([seen >> 16, seen >> 8 & 255, seen & 255], axis=-1))
    few = Image.fromarray(nearest.astype(np.uint8)[place].reshape(pixels.shape))
    few.putpalette([part for colour in colours for part in colour])
    return few


class Footnotes:
    """Sources, numbered: those given first, in their order, and those that are cited later after them.

    Parameters
    ----------
    first
        source_ids that get a number whether or not a mark points to them.
    known
        Rows of ``sources.csv`` by source_id.
    """

    def __init__(self, first: Iterable[str], known: Mapping[str, Mapping[str, Any]]) -> None:
        self.known = known
        self.numbers = {name: number for number, name in enumerate(first, start=1)}

    def marks(self, names: Iterable[str], most: int = 6) -> Html:
        """Marks that point to sources; where there are more than a few, the first of them and how many more."""
        numbers = sorted(self.numbers.setdefault(name, len(self.numbers) + 1) for name in dict.fromkeys(names))
        shown = ", ".join(f'<a href="#source-{n}">{n}</a>' for n in numbers[:most])
        more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
        return Html(f'<sup class="marks">{shown}{more}</sup>') if numbers else Html("")

    def listed(self) -> Html:
        """List every source with its number."""
        lines = []
        for name, number in self.numbers.items():
            row = self.known[name]
            facts = ", ".join(str(row[key]) for key in ("publisher", "year") if row.get(key))
            url = str(row.get("url") or "")
            link = (
                element("a", url, href=url, rel="noreferrer") if url.startswith(("https://", "http://")) else said(url)
            )
            grade = f"grade {row['grade']}" + (f", read {row['accessed']}" if row.get("accessed") else "")
            parts = [
                element("b", row["title"]),
                Html(". "),
                facts,
                Html(". "),
                link,
                Html(" " if url else ""),
                f"({grade})",
            ]
            lines.append(f'<li id="source-{number}" value="{number}">{joined(parts)}</li>')
        return Html(f'<ol class="sources">{"".join(lines)}</ol>')


def page(template: str, parts: Mapping[str, str]) -> str:
    """Page of a template of ``data/web``; every part must be markup or escaped."""
    text = files("corridors").joinpath("data", "web", template).read_text(encoding="utf-8")
    style = files("corridors").joinpath("data", "web", "report.css").read_text(encoding="utf-8")
    return Template(text).substitute({"style": style, **{name: said(part) for name, part in parts.items()}})
