"""Embedding: an SVG carries the letters that its words are set in.

An SVG of this house keeps words as words, so that they can be searched, copied and corrected. A machine without DejaVu Sans would
set them in another type, wider or narrower than what was measured, and names would run into each other. So the
letters used, and no others, are cut out of each font (the same cut that a PDF gets from matplotlib) and written into the
file as WOFF; the file grows by some 10 to 60 kB. Same words, same bytes.

Left out: fonts that are not of this house; a figure made elsewhere keeps what its reader has.
"""

from __future__ import annotations

import base64
import html
import io
import re
from functools import lru_cache

from corridors.lettering import FACES, Slant, file_of

_TEXT = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.DOTALL)
_WEIGHT = re.compile(r"\b(bold|700)\b")
_SLANT = re.compile(r"\b(italic|oblique)\b")


def embed_letters(svg: str) -> str:
    """Write the letters used into an SVG.

    Parameters
    ----------
    svg
        An SVG as matplotlib writes it, words kept as text.

    Returns
    -------
    str
        The same with one ``@font-face`` a face used; unchanged where it has no words.
    """
    used: dict[tuple[str, str, Slant], set[str]] = {}
    for looks, inside in _TEXT.findall(svg):
        words = html.unescape(re.sub(r"<[^>]*>", "", inside))
        weight = "bold" if _WEIGHT.search(looks) else "normal"
        slant: Slant = "oblique" if _SLANT.search(looks) else "normal"
        for family in FACES:
            if family in looks:
                used.setdefault((family, weight, slant), set()).update(words)
    faces = [_face(*key, "".join(sorted(used[key]))) for key in sorted(used)]
    if not any(faces):
        return svg
    style = f'<style type="text/css">{"".join(faces)}</style>\n'
    head, defs, rest = svg.partition("<defs>\n")
    return f"{head}{defs}  {style}{rest}"


@lru_cache(maxsize=64)
def _face(family: str, weight: str, slant: Slant, letters: str) -> str:
    """Rule of one face with the letters that are in it; empty where none is."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.hinting = False
    options.layout_features = ["*"]
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["FFTM", "DSIG"]
    with TTFont(file_of(family, weight, slant), recalcTimestamp=False, lazy=True) as font:
        inside = [c for c in letters if ord(c) in font.getBestCmap()]
        if not inside:
            return ""
        subsetter = Subsetter(options)
        subsetter.populate(text="".join(inside))
        subsetter.subset(font)
        font.flavor = "woff"
        stream = io.BytesIO()
        font.save(stream)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return (
        f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:{slant};"
        f"src:url(data:font/woff;base64,{data}) format('woff');}}"
    )
