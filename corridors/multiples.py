"""Small multiples: one small map a scenario, all on one scale, with one key.

What opens and what shuts is seen best side by side: the same frame, the same colours and letters, so that nothing but the
scenario differs from map to map. A corridor without a way in a scenario has no band there, and the table in the key says so. The table
gives the median days of each corridor in each scenario, over all pairs of places that the scenarios share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import signs
from corridors.bands import lay_bands
from corridors.lettering import Lettering, Type, text_size, wrapped
from corridors.map_layers import draw_badges, draw_bands, draw_network, write_names
from corridors.map_places import ENDS, draw_signs, signs_of, write_signs
from corridors.map_scene import Scene, ends_of, places_in_window, refuse_unknown, scene_of, stretches_of
from corridors.map_sheet import GUTTER, LEFT, PANEL, axes_at, new_map_sheet
from corridors.maps import CHOICES, foot_of
from corridors.scale_bar import draw_scale
from corridors.sheet import Frame, draw_ground, frame_round
from corridors.style import rc_params
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.map_sheet import Sheet
    from corridors.study import Study

WORDS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}
MOST = 6
"""Scenarios that one sheet holds."""
_HEAD = 30.0  # room for the title of a panel. [pt]
_STROKES = 48.0  # room for the strokes and signs at the foot of the key. [pt]


def multiples_figure(
    studies: Sequence[Study],
    *,
    theme: str = "light",
    borders: str = "natural-earth",
    size: str = "a4",
    labels: str = "en",
) -> Figure:
    """Small maps of several scenarios on one sheet.

    Parameters
    ----------
    studies
        From two to six; a corridor has one letter and colour on all maps.
    theme, borders, size, labels
        As for `corridors.maps.plot_map`.

    Returns
    -------
    Figure
        For print at full size.

    Raises
    ------
    ScenarioError
        If there are too few or too many, or there is no such choice.
    """
    from matplotlib import rc_context

    chosen = {"theme": theme, "borders": borders, "size": size, "labels": labels}
    for what, value in chosen.items():
        refuse_unknown(what, value, list(CHOICES[what]))
    if not 2 <= len(studies) <= MOST:
        raise ScenarioError(f"map: found {len(studies)} scenarios for one sheet; allowed 2 to {MOST}")
    every = list(dict.fromkeys(name for study in studies for name in study.scenario.corridors))
    scenes = [scene_of(study, None, theme, local=labels == "local", among=every) for study in studies]
    with rc_context(rc_params(theme)):
        foot = [
            *(f"{s.scenario.title}: {s.assumption.rstrip('.')}." for s in studies if s.assumption),
            foot_of(scenes[0], borders)[-1],
        ]
        sheet = new_map_sheet(size, scenes[0].theme, foot)
        boxes = panels(len(scenes), sheet.map_size)
        places = np.concatenate([places_in_window(scene) for scene in scenes])
        frame = frame_round(places, *boxes[0][2:])
        for number, (scene, (x, y, width, height)) in enumerate(zip(scenes, boxes, strict=True), start=1):
            axes = axes_at(sheet.figure, (LEFT + x, sheet.bottom + y, width, height))
            _draw_panel(axes, frame, scene, borders)
            _write_title(sheet, scene, (LEFT + x, sheet.bottom + y + height), number, width - 14.0)
        _write_key(sheet, scenes)
        sheet.write_head(
            f"{WORDS[len(scenes)]} scenarios side by side",
            "All maps on one scale, with one key; " + _of_what(scenes[0]),
        )
    return sheet.figure


def multiples_rows(studies: Sequence[Study]) -> list[dict[str, Any]]:
    """Median days of each corridor in each scenario, as the table of the key has them."""
    rows = []
    for study in studies:
        for corridor in study.scenario.corridors:
            low, high = _median_days(study, corridor) or ("", "")
            row: dict[str, Any] = {
                "scenario": study.scenario.name,
                "date": study.scenario.date.isoformat(),
                "corridor": corridor,
            }
            rows.append(row | {"days_p50_least": low, "days_p50_most": high})
    return rows


def panels(count: int, size: tuple[float, float], columns: int = 0) -> list[tuple[float, float, float, float]]:
    """Left, bottom, width, height of so many panels of one size, row by row from the top. [pt].

    Examples
    --------
    >>> [tuple(round(v) for v in box) for box in panels(2, (400.0, 300.0))]
    [(0, 0, 194, 270), (206, 0, 194, 270)]
    """
    columns = columns or {1: 1, 2: 2, 3: 3, 4: 2}.get(count, 3)
    rows = -(-count // columns)
    gap = 12.0
    width = (size[0] - gap * (columns - 1)) / columns
    height = size[1] / rows - _HEAD
    return [
        ((i % columns) * (width + gap), size[1] - (i // columns + 1) * (height + _HEAD), width, height)
        for i in range(count)
    ]


def _of_what(scene: Scene) -> str:
    pairs = scene.study.pairs()
    if len(pairs) == 1:
        return f"{scene.name_of(pairs[0][0])} to {scene.name_of(pairs[0][1])}"
    return f"{len(pairs)} pairs of places"


def _draw_panel(axes: Axes, frame: Frame, scene: Scene, borders: str) -> None:
    theme = scene.theme
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_edgecolor(theme.faint_ink)
        spine.set_zorder(20)
    draw_ground(axes, frame, theme, borders=borders, named=False)
    draw_network(axes, frame, scene, small=True)
    bands = lay_bands(stretches_of(scene, frame), ends_of(scene, frame), pitch=signs.BAND_PITCH * 0.72)
    draw_bands(axes, bands, scene, scale=0.72)
    lettering = Lettering(frame.width, frame.height)
    lettering.avoid(np.concatenate([np.empty((0, 2)), *(band.points for band in bands)]))
    found = [sign for sign in signs_of(scene, frame) if sign.kind in {*ENDS, "gate"} and not sign.aside]
    found = [
        s._replace(note="") for s in found if s.kind != "gate" or not s.state.startswith("open") or "assumed" in s.state
    ]
    for sign in found:
        lettering.block_round(sign.x, sign.y, sign.radius)
    draw_signs(axes, found, theme)
    draw_scale(axes, frame, theme, lettering, length_km=250.0)
    ends = [sign for sign in found if sign.kind in ENDS]
    write_signs(axes, ends, theme, lettering, larger=-1.5)
    again = _need_a_letter(scene)
    draw_badges(axes, [band for band in bands if band.corridor in again], frame, scene, lettering)
    write_names(axes, frame, scene, lettering, larger=-1.4)
    write_signs(axes, [sign for sign in found if sign.kind == "gate"], theme, lettering, larger=-0.7)


def _need_a_letter(scene: Scene) -> set[str]:
    """Corridors that colour alone does not tell apart: those that share theirs with another of the sheet, and all without colour."""
    if not scene.theme.coloured:
        return set(scene.styles)
    colours = [style.colour for style in scene.styles.values()]
    return {name for name, style in scene.styles.items() if colours.count(style.colour) > 1}


def _write_title(sheet: Sheet, scene: Scene, at: tuple[float, float], number: int, room: float) -> None:
    scenario, theme = scene.study.scenario, scene.theme
    title = Type(8.5, "bold")
    lines = wrapped(f"{number}  {scenario.title}", title, room + 14.0)
    if len(lines) > 1:  # two smaller lines, the second cut with an ellipsis rather than dropped
        title = Type(7.2, "bold")
        first, *rest = wrapped(f"{number}  {scenario.title}", title, room + 14.0)
        lines = [first, _cut(" ".join(rest), title, room + 14.0)] if rest else [first]
    for i, line in enumerate(reversed(lines)):
        signs.write(sheet.words, (at[0], at[1] + 13.0 + 8.4 * i), line, title, signs.Ink(theme.ink, gid="panel"))
    under = f"{scenario.date.isoformat()} · {scenario.name}"
    signs.write(sheet.words, (at[0], at[1] + 4.0), under, Type(7.0), signs.Ink(theme.faint_ink, gid="panel"))


def _cut(text: str, kind: Type, room: float) -> str:
    """Text that is at most so wide, cut with an ellipsis. [pt]"""
    short = text
    while short and text_size(short + "…" * (short != text), kind)[0] > room:
        short = short[:-1].rstrip()
    return short if short == text else f"{short}…"


def _median_days(study: Study, corridor: str) -> tuple[float, float] | None:
    """Least and most of the median days over the pairs of places; None where there is no way."""
    ways = [way for way in study.ways if way.corridor == corridor and way.outcome is not None]
    days = [float(np.nanmedian(way.outcome.hours)) / 24.0 for way in ways if way.outcome]
    return (min(days), max(days)) if days else None


def _write_key(sheet: Sheet, scenes: Sequence[Scene]) -> None:
    """Corridors with their median days, a column a scenario, and the strokes."""
    axes, theme = sheet.panel_axes(), sheet.theme
    y = sheet.map_size[1] - 9.0
    signs.write(axes, (0.0, y), "Median days (P50)", Type(8.2, "bold"), signs.Ink(theme.ink))
    y -= 11.0
    words = "on each map; a dash: no way on that date; nothing: not asked"
    for line in wrapped(words, Type(6.8), PANEL):
        signs.write(axes, (0.0, y), line, Type(6.8), signs.Ink(theme.faint_ink))
        y -= 8.5
    small, figures = Type(7.0), Type(7.0, "bold")
    column = (PANEL - 15.0) / len(scenes)
    y -= 4.0
    for k in range(len(scenes)):
        signs.write(axes, (15.0 + k * column, y), f"map {k + 1}", small, signs.Ink(theme.faint_ink))
    y -= 4.0
    names, gap = _names_that_fit(scenes[0], small, y - _STROKES)
    for name, style in scenes[0].styles.items():
        y -= gap
        for i, line in enumerate(names[name]):
            if i == 0:
                signs.draw_badge(axes, signs.BADGE_RADIUS + 0.5, y + 2.4, style.letter, style.colour)
            signs.write(axes, (15.0, y), line, small, signs.Ink(theme.ink))
            y -= 8.6
        for k, scene in enumerate(scenes):
            span = _median_days(scene.study, name)
            asked = name in scene.study.scenario.corridors
            said = (
                ""
                if not asked
                else "–"
                if span is None
                else f"{span[0]:.0f}"
                if round(span[0]) == round(span[1])
                else f"{span[0]:.0f}–{span[1]:.0f}"
            )
            signs.write(axes, (15.0 + k * column, y), said, figures, signs.Ink(theme.ink, gid=f"days-{name}-{k}"))
        y -= gap + 2.0
    _write_strokes(axes, y - 6.0, sheet)


def _names_that_fit(scene: Scene, kind: Type, room: float) -> tuple[dict[str, list[str]], float]:
    """Lines of each corridor's name and the gap between entries: whole names where the key has room, else a line each, closer."""
    entries = {name: scene.study.catalogue.get(name) for name in scene.styles}
    words = {name: entry.name if entry else name for name, entry in entries.items()}
    whole = {name: wrapped(text, kind, PANEL - 16.0) for name, text in words.items()}
    if sum(8.6 * len(lines) + 14.0 for lines in whole.values()) <= room:
        return whole, 6.0
    gap = min(6.0, max(2.5, (room / len(words) - 8.6 - 2.0) / 2))
    return {name: [_cut(text, kind, PANEL - 16.0)] for name, text in words.items()}, gap


def _write_strokes(axes: Axes, y: float, sheet: Sheet) -> None:
    theme, small = sheet.theme, Type(7.0)
    samples: list[tuple[str, Any]] = [
        (words, lambda at, kind=kind: signs.draw_band(axes, [at], (theme.faint_ink, theme.paper), kind, gid="key"))
        for words, kind in (
            ("by rail", ("rail", "operational")), ("by road", ("road", "operational")), ("by ship", ("sea", "operational")),
            ("line being built or planned", ("rail", "planned")),
        )
    ]  # fmt: skip
    x = 0.0
    for words, draw in samples:
        wide = 20.0 + 5.0 + text_size(words, small)[0] + 8.0
        if x + wide > PANEL + 8.0:
            x, y = 0.0, y - 11.0
        draw(np.array([[x, y + 2.4], [x + 20.0, y + 2.4]]))
        signs.write(axes, (x + 25.0, y), words, small, signs.Ink(theme.ink))
        x += wide
    y -= 13.0
    for k, (state, words) in enumerate(
        (("shut", "gate shut"), ("restricted", "restricted"), ("open, assumed", "assumed"))
    ):
        at = k * (PANEL + GUTTER / 3) / 3
        signs.draw_state(axes, at + 5.0, y + 2.4, state, theme)
        signs.write(axes, (at + 16.0, y), words, small, signs.Ink(theme.ink))
