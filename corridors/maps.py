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

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corridors.door import must_be_study
from corridors.map_key import CorridorKey, draw_key
from corridors.map_layers import draw_map
from corridors.map_scene import REGIONS, Scene, hauls_of, places_of_region, refuse_unknown, scene_of
from corridors.map_sheet import PANEL, SIZES, new_map_sheet
from corridors.sheet import PROJECTION_NOTE, frame_round
from corridors.style import THEMES, rc_params, save_picture
from geodata.basemap import BORDER_MODES, LOCAL_NAMES, attributions
from geodata.network import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.figure import Figure

    from corridors.study import Study, Way


def plot_map(  # noqa: PLR0913 - a study and six looks, each named at the call and left out by most; a bag of options would only hide them
    study: Study,
    *,
    corridors: Iterable[str] | None = None,
    region: str = "all",
    theme: str = "light",
    borders: str = "natural-earth",
    size: str = "a4",
    labels: str = "en",
) -> Figure:
    """Map of the ways of a study.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    corridors
        List of corridors to draw, by ``corridor_id``; all of the study if it is left out.
    region
        "all" for all that the ways pass, or "afghanistan", "pakistan", "turkmenistan", "uzbekistan", "kazakhstan".
    theme
        "light", "print" to spare ink, "dark" for a projector, or "grey" for a printer without colour.
    borders
        "natural-earth", or "hidden" to leave national boundaries out.
    size
        "a4", "a3" or "slide".
    labels
        "en", or "local" for names in the script of the place, where we have them.

    Returns
    -------
    Figure
        For print at full size; shows itself at the end of a notebook cell, and ``figure.savefig("map.pdf")`` writes it.

    Raises
    ------
    ScenarioError
        If the study has no such corridor, or there is no such region, theme, size, language or way of drawing borders.
    """
    from matplotlib import rc_context

    must_be_study(study, "plot_map")
    chosen = {"region": region, "theme": theme, "borders": borders, "size": size, "labels": labels}
    for what, allowed in CHOICES.items():
        refuse_unknown(what, chosen[what], list(allowed))
    scene = scene_of(study, corridors, theme, local=labels == "local")
    with rc_context(rc_params(theme)):
        sheet = new_map_sheet(size, scene.theme, foot_of(scene, borders))
        frame = frame_round(places_of_region(scene, region), *sheet.map_size)
        on_map = draw_map(sheet.map_axes(), frame, scene, borders)
        keys, missing = _corridor_keys(scene, on_map.corridors)
        draw_key(sheet.panel_axes(), (PANEL, sheet.map_size[1]), keys, on_map, scene.theme)
        where = "" if region == "all" else f": {region.capitalize()}"
        sheet.write_head(f"{study.scenario.title}{where}", _under_title(scene, missing))
    return sheet.figure


def _under_title(scene: Scene, missing: Sequence[str]) -> str:
    scenario = scene.study.scenario
    words = f"Ways, lines and gates as of {scenario.date.day} {scenario.date:%B %Y} · scenario {scenario.name}"
    return f"{words} · corridors that pass elsewhere: {', '.join(missing)}" if missing else words


CHOICES: dict[str, Collection[str]] = {
    "region": REGIONS,
    "theme": THEMES,
    "borders": BORDER_MODES,
    "size": SIZES,
    "labels": ("en", "local"),
}
"""What may be chosen for a map, and the words allowed."""


def draw(study: Study, *paths: str | Path, theme: str = "light") -> list[Path]:
    """Write the map of a study as PNG, SVG or PDF, by the endings of `paths`, drawn once; see `plot_map`."""
    figure = plot_map(study, theme=theme)
    written = [save_picture(figure, path, theme=theme) for path in paths]
    figure.clear()
    return written


def _corridor_keys(scene: Scene, drawn: Collection[str]) -> tuple[list[CorridorKey], list[str]]:
    """Letter, name and figures of each corridor over all pairs of places, and letters of those that pass elsewhere."""
    keys, missing = [], []
    for name, style in scene.styles.items():
        ways = [way for way in scene.ways if way.corridor == name]
        found = [way for way in ways if way.feasible and way.itinerary is not None]
        if found and name not in drawn:
            missing.append(style.letter)
            continue
        words = scene.study.catalogue[name].name if name in scene.study.catalogue else name
        facts = _facts(found, len(ways)) if found else _obstacles([way.reason for way in ways])
        keys.append(CorridorKey(style.letter, style.colour, words, facts, bool(found)))
    return keys, missing


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


def foot_of(scene: Scene, borders: str) -> list[str]:
    """Assumption, sources and notes, a paragraph each."""
    base = attributions(borders)
    own = f"; {scene.study.own}" if scene.study.own.rows else ""
    sources = f"Network: tables of this project, sources in sources.csv{own}"
    scripts = [LOCAL_NAMES] if scene.local else []
    words = ". ".join([sources, *base[:2], *_osm(scene), *scripts, PROJECTION_NOTE]) + "."
    assumed = scene.study.assumption
    return [*([assumed.rstrip(".") + "."] if assumed else []), " ".join([words, *base[2:]])]


def _osm(scene: Scene) -> list[str]:
    """Attribution that lengths or shapes from OpenStreetMap call for."""
    used = {a.link_id or a.crossing_id for way in scene.ways for a in hauls_of(way)}
    lengths = any(getattr(scene.links.get(n) or scene.crossings.get(n), "length_basis", "") == "osm" for n in used)
    shapes = (DATA / "shapes_osm.geojson").exists()
    what = " and ".join(word for word, there in (("distances", lengths), ("line shapes", shapes)) if there)
    return [f"Some {what}: © OpenStreetMap contributors, ODbL 1.0, openstreetmap.org/copyright"] if what else []
