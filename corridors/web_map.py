r"""Interactive map of a study: one file that opens with the network off.

The page is put together from the template, the style sheet and the program in ``data/web``, the library Leaflet (BSD
2-Clause, whose licence stands in the page) and the study's content as JSON (:mod:`corridors.web_content`). Nothing is fetched:
the content security policy of the page forbids it, but for map tiles of OpenStreetMap, which are asked for only when the
reader presses the button for them.

Text from data is never markup: the program sets it as text, the JSON inside the page has every ``<`` written as ``\u003c``, and
the title is escaped. A place called ``<img onerror=...>`` is shown as that.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from corridors.web_content import web_content

if TYPE_CHECKING:
    from corridors.study import Study

LEAFLET_LICENCE = """Leaflet 1.9.3, https://leafletjs.com, BSD 2-Clause License.
Copyright (c) 2010-2022, Volodymyr Agafonkin. Copyright (c) 2010-2011, CloudMade. All rights reserved.
Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following
conditions are met: 1. Redistributions of source code must retain the above copyright notice, this list of conditions and the
following disclaimer. 2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and
the following disclaimer in the documentation and/or other materials provided with the distribution.
THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING,
BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT
SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS
INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE
OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""


def write_web_map(study: Study, file: Path, *, borders: str = "natural-earth") -> Path:
    """Write the interactive map of a study.

    Parameters
    ----------
    study
        A study carried through.
    file
        HTML file to write; replaced at once or not at all.
    borders
        natural-earth, or hidden.

    Returns
    -------
    Path
        The file.
    """
    from corridors.safe_files import write_text

    return write_text(file, web_page(study, borders=borders))


def web_page(study: Study, *, borders: str = "natural-earth") -> str:
    """Text of the page, whole."""
    content = web_content(study, borders)
    program = _read("offsets.js") + _read("map.js")
    library = _leaflet("leaflet.js")
    parts = {
        "title": html.escape(str(content["title"])),
        "licence": LEAFLET_LICENCE,
        "style": _leaflet_style() + _read("map.css"),
        "leaflet": library,
        "program": program,
        "script_hashes": f"'{_digest(library)}' '{_digest(program)}'",
        "content": as_script(content),
    }
    return Template(_read("map.html")).substitute(parts)


def as_script(content: Any) -> str:
    r"""JSON that may stand inside a script element.

    Examples
    --------
    >>> as_script(["</script>"])
    '["\\u003c/script>"]'
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _digest(script: str) -> str:
    """Hash by which the page's policy knows a script of its own."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _read(name: str) -> str:
    return files("corridors").joinpath("data", "web", name).read_text(encoding="utf-8")


def _leaflet(name: str) -> str:
    from xstatic.pkg import leaflet

    text = (Path(leaflet.BASE_DIR) / name).read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("//# sourceMappingURL"))


def _leaflet_style() -> str:
    """Style sheet of the library without its pictures, which are files of their own and not used here."""
    lines = _leaflet("leaflet.css").splitlines()
    return "\n".join(line for line in lines if "url(images/" not in line and "url(#default#VML)" not in line) + "\n"
