"""The map of a study: which way each corridor goes, through which gates, in what state they are on the date.

The corridors lie as coloured, lettered bands over the network of the region; where they share track they run side by
side (:mod:`corridors.bands`). Gates, gauge breaks and changes of mode have signs of their own (:mod:`corridors.signs`),
names are placed so that none covers another (:mod:`corridors.lettering`), and the key (:mod:`corridors.map_key`) explains what
is there and no more. A small map shows the rest of Eurasia, where the ways by the Chinese coast run.

A map is quoted without its report, so it carries its date, what the study assumes about states that nobody knows, its
sources, and the note that boundaries imply no endorsement; ``borders="hidden"`` leaves national boundaries out altogether.

Left out: link widths by tonnage, and true alignments of the lines not yet built, which are not published: they run through
way points that are marked as such in ``nodes.csv``.

Ground, projection: :mod:`corridors.sheet`, :mod:`geodata.basemap`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corridors import signs
from corridors.canvas import new_canvas
from corridors.lettering import Type, wrapped
from corridors.map_key import CorridorKey, draw_key
from corridors.map_layers import draw_map
from corridors.map_scene import Scene, hauls_of, places_in_window, refuse_unknown, scene_of
from corridors.sheet import PROJECTION_NOTE, frame_round
from corridors.style import THEMES, rc_params, save_picture
from geodata.basemap import BORDER_MODES, attributions
from geodata.network import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.study import Study, Way

SIZES: dict[str, tuple[float, float]] = {"a4": (11.69, 8.27), "a3": (16.54, 11.69), "slide": (13.33, 7.5)}
"""Width and height of the sheet. [inch]."""

_LEFT, _RIGHT, _TOP, _GUTTER, _PANEL = 26.0, 16.0, 56.0, 24.0, 212.0  # [pt]
_FOOT_TYPE = Type(6.5)


def plot_map(
    study: Study,
    *,
    corridors: Iterable[str] | None = None,
    theme: str = "light",
    borders: str = "natural-earth",
    size: str = "a4",
) -> Figure:
    """Map of the ways of a study.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    corridors
        Corridors to draw (``corridor_id``); all of the study if none is given.
    theme
        "light", or "grey" for a printer without colour.
    borders
        "natural-earth", or "hidden" to leave national boundaries out.
    size
        "a4", "a3" or "slide".

    Returns
    -------
    Figure
        For print at full size.

    Raises
    ------
    ScenarioError
        If the study has no such corridor, or there is no such theme, size or way of drawing borders.
    """
    from matplotlib import rc_context

    for what, value, allowed in (("theme", theme, THEMES), ("borders", borders, BORDER_MODES), ("size", size, SIZES)):
        refuse_unknown(what, value, list(allowed))
    scene = scene_of(study, corridors, theme)
    with rc_context(rc_params(theme)):
        figure = new_canvas(*SIZES[size])
        foot = _foot_lines(scene, borders, SIZES[size][0] * 72.0 - _LEFT - _RIGHT)
        bottom = 20.0 + 9.0 * len(foot)
        width, height = SIZES[size][0] * 72.0, SIZES[size][1] * 72.0
        map_size = (width - _LEFT - _GUTTER - _PANEL - _RIGHT, height - _TOP - bottom)
        axes = _axes(figure, (_LEFT, bottom, *map_size))
        frame = frame_round(places_in_window(scene), *map_size)
        on_map = draw_map(axes, frame, scene, borders)
        panel = _axes(figure, (_LEFT + map_size[0] + _GUTTER, bottom, _PANEL, map_size[1]))
        panel.axis("off")
        draw_key(panel, (_PANEL, map_size[1]), _corridor_keys(scene), on_map, scene.theme)
        sheet = _axes(figure, (0.0, 0.0, width, height))
        sheet.axis("off")
        _draw_words(sheet, scene, foot, (width, height), bottom)
    return figure


def draw(
    study: Study,
    path: str | Path,
    *,
    corridors: Iterable[str] | None = None,
    theme: str = "light",
    borders: str = "natural-earth",
    size: str = "a4",
) -> Path:
    """Write the map of a study as PNG (200 dpi) or SVG, by the ending of `path`; see `plot_map`."""
    figure = plot_map(study, corridors=corridors, theme=theme, borders=borders, size=size)
    written = save_picture(figure, path, theme=theme)
    figure.clear()
    return written


def _axes(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """Axes at left, bottom, width, height whose unit is the point. [pt]."""
    width, height = (72.0 * v for v in figure.get_size_inches())
    axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    axes.set_xlim(0.0, box[2])
    axes.set_ylim(0.0, box[3])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.patch.set_alpha(0.0)
    return axes


def _corridor_keys(scene: Scene) -> list[CorridorKey]:
    """Letter, name and figures of each corridor, over all pairs of places."""
    keys = []
    for name, style in scene.styles.items():
        ways = [way for way in scene.ways if way.corridor == name]
        found = [way for way in ways if way.feasible and way.itinerary is not None]
        words = scene.study.catalogue[name].name if name in scene.study.catalogue else name
        facts = _facts(found, len(ways)) if found else _obstacles([way.reason for way in ways])
        keys.append(CorridorKey(style.letter, style.colour, words, facts, bool(found)))
    return keys


def _obstacles(reasons: Sequence[str]) -> str:
    """Why there is no way, in few words: the names of what is not built and of what is shut, each once.

    Examples
    --------
    >>> _obstacles(["Herat-Kandahar: not built on 2026-11-25 (planned); Chaman: shut since 2025-10-12"])
    'no way on this date. Not built: Herat-Kandahar. Shut: Chaman'
    """
    groups: dict[str, dict[str, None]] = {"Not built": {}, "Shut": {}, "": {}}
    for clause in dict.fromkeys(clause for reason in reasons for clause in reason.split("; ")):
        name, _, rest = clause.partition(": ")
        head = next((head for head in ("Not built", "Shut") if rest.startswith(head.lower())), "")
        groups[head][name.partition(" (")[0] if head else clause] = None
    said = [f"{head}: {', '.join(names)}" if head else "; ".join(names) for head, names in groups.items() if names]
    return "no way on this date. " + ". ".join(said)


def _facts(ways: Sequence[Way], asked: int) -> str:
    """Kilometres and median days, from the least to the most over the pairs of places that have a way."""
    km = [sum(a.km for a in way.itinerary.activities) for way in ways if way.itinerary is not None]
    days = [float(np.median(way.outcome.hours)) / 24.0 for way in ways if way.outcome is not None]
    words = [f"{_span(km, ',.0f')} km"]
    if days:
        words.append(f"{_span(days, '.0f')} days (P50)")
    if len(ways) < asked:
        words.append(f"{len(ways)} of {asked} pairs of places")
    return ", ".join(words)


def _span(values: Sequence[float], form: str) -> str:
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low} to {high}"


def _foot_lines(scene: Scene, borders: str, width: float) -> list[str]:
    """Assumption, sources and notes, wrapped. [pt]."""
    lines: list[str] = []
    if scene.study.assumption:
        lines += wrapped(scene.study.assumption.rstrip(".") + ".", _FOOT_TYPE, width)
    base = attributions(borders)
    own = f"; {scene.study.own}" if scene.study.own.rows else ""
    sources = f"Network: tables of this project, sources in sources.csv{own}"
    words = ". ".join([sources, *base[:2], *_osm(scene), PROJECTION_NOTE]) + "."
    lines += wrapped(" ".join([words, *base[2:]]), _FOOT_TYPE, width)
    return lines


def _osm(scene: Scene) -> list[str]:
    """Attribution that lengths or shapes from OpenStreetMap call for."""
    used = {a.link_id or a.crossing_id for way in scene.ways for a in hauls_of(way)}
    lengths = any(getattr(scene.links.get(n) or scene.crossings.get(n), "length_basis", "") == "osm" for n in used)
    shapes = (DATA / "shapes_osm.geojson").exists()
    what = " and ".join(word for word, there in (("distances", lengths), ("line shapes", shapes)) if there)
    return [f"Some {what}: © OpenStreetMap contributors, ODbL 1.0, openstreetmap.org/copyright"] if what else []


def _draw_words(sheet: Axes, scene: Scene, foot: Sequence[str], size: tuple[float, float], bottom: float) -> None:
    """Title, date and foot."""
    theme, scenario = scene.theme, scene.study.scenario
    width, height = size
    day = f"{scenario.date.day} {scenario.date:%B %Y}"
    title = wrapped(scenario.title, Type(14.0, "bold"), width - _LEFT - _RIGHT)[0]
    signs.write(sheet, (_LEFT, height - 27.0), title, Type(14.0, "bold"), signs.Ink(theme.ink, gid="title"))
    words = f"Ways, lines and gates as of {day}   |   scenario {scenario.name}"
    signs.write(sheet, (_LEFT, height - 41.0), words, Type(8.5), signs.Ink(theme.faint_ink, gid="date"))
    for i, line in enumerate(foot):
        at = (_LEFT, bottom - 20.0 - 9.0 * i)
        signs.write(sheet, at, line, _FOOT_TYPE, signs.Ink(theme.faint_ink, gid=f"foot-{i}"))
