"""The key beside the map: which letter is which corridor, and what each sign means.

Only what stands on the map is explained. The type shrinks a little, then the facts are cut
short line by line, before anything runs off the sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors import signs
from corridors.lettering import Type, text_size, wrapped
from corridors.map_places import NOTE_SIZE
from corridors.sheet import BORDER_DASHES, draw_border
from corridors.style import STATE_STYLES, STATUS_LABELS, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matplotlib.axes import Axes

ALLOWED_SIZES = (7.6, 7.4, 7.2, 7.0, 6.8, 6.6)
SAMPLE = 23.0  # width of a sample of a line. [pt]


class CorridorKey(NamedTuple):
    """Entry of one corridor: its letter and colour, its name, and its figures or the reason why there is no way."""

    letter: str
    colour: str
    name: str
    facts: str
    feasible: bool


class OnMap(NamedTuple):
    """What stands on the map and therefore needs a word."""

    corridors: frozenset[str]
    bands: frozenset[tuple[str, str]]
    """Mode and status of the bands."""
    rails: frozenset[str]
    """Status of the grey railways."""
    roads: bool
    states: frozenset[str]
    lane_states: frozenset[str]
    """States that a sea lane is in."""
    hours: bool
    """Whether the hours of gates are written."""
    gauge_breaks: bool
    mode_changes: bool
    borders: frozenset[str]
    """Styles of the border lines."""


Item = tuple[str, "Callable[[Axes, float, float], None]"]


def draw_key(axes: Axes, size: tuple[float, float], corridors: list[CorridorKey], on_map: OnMap, theme: Theme) -> None:
    """Write the key into axes of so many points, from the top. [pt]."""
    groups = _groups(on_map, theme)
    for most in (9, 2, 1, 0):
        for letters in ALLOWED_SIZES:
            writer = Writer(axes, size, letters, theme)
            writer.key(corridors, groups, most=most)
            if writer.y >= 0.0:
                writer.flush()
                return
    writer.flush()


def _groups(on_map: OnMap, theme: Theme) -> list[tuple[str, list[Item]]]:
    """Headings, and under each the words with the function that draws the sample at (x, y)."""

    def sample(x: float, y: float) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array([[x, y], [x + SAMPLE, y]])

    def band(mode: str, status: str) -> Callable[[Axes, float, float], None]:
        colours = (theme.faint_ink, theme.paper)
        return lambda a, x, y: signs.draw_band(a, [sample(x, y)], colours, (mode, status), gid="key")

    def rail(status: str) -> Callable[[Axes, float, float], None]:
        return lambda a, x, y: signs.draw_railway(a, [sample(x, y)], status, theme)

    def state(name: str) -> Callable[[Axes, float, float], None]:
        return lambda a, x, y: signs.draw_state(a, x + SAMPLE / 2, y, name, theme)

    def border(style: str) -> Callable[[Axes, float, float], None]:
        return lambda a, x, y: draw_border(a, [sample(x, y)], style, theme)

    def sign(draw: Callable[[Axes, float, float, Theme], None]) -> Callable[[Axes, float, float], None]:
        return lambda a, x, y: draw(a, x + SAMPLE / 2, y, theme)

    modes = [
        m
        for m in ("rail", "road", "sea")
        if any(mode == m or (m == "sea" and mode == "ferry") for mode, _ in on_map.bands)
    ]
    unbuilt = [s for s in ("under_construction", "planned") if any(status == s for _, status in on_map.bands)]
    known = sorted({s.removesuffix(", assumed") for s in on_map.states}, key=lambda s: list(STATE_STYLES).index(s))
    lanes = {s.removesuffix(", assumed") for s in on_map.lane_states}
    assumed = any(s.endswith(", assumed") for s in on_map.states)
    border_words = {"solid": "boundary", "dashed": "disputed or undefined", "dotted": "Line of Control"}
    groups: list[tuple[str, list[Item]]] = [
        (
            "Bands of the corridors",
            [({"rail": "by rail", "road": "by road", "sea": "by ship"}[m], band(m, "operational")) for m in modes]
            + [
                ({"under_construction": "line being built", "planned": "line planned"}[s], band("rail", s))
                for s in unbuilt
            ],
        ),
        (
            "Other lines",
            [(f"railway {STATUS_LABELS[s]}", rail(s)) for s in STATUS_LABELS if s in on_map.rails]
            + ([("road", lambda a, x, y: signs.draw_road(a, [sample(x, y)], theme))] if on_map.roads else []),
        ),
        (
            "Places",
            [("origin", sign(signs.draw_origin)), ("destination", sign(signs.draw_destination))]
            + [(f"gate{' or sea lane' if s in lanes else ''} {STATE_STYLES[s].label}", state(s)) for s in known]
            + ([("state assumed: nobody knows it on this date", state("open, assumed"))] if assumed else [])
            + ([("mean hours at a gate, both sides, with waits", _sample_of_hours(theme))] if on_map.hours else [])
            + ([("change of gauge, in mm", sign(signs.draw_gauge_break))] if on_map.gauge_breaks else [])
            + ([("change of mode or truck", sign(signs.draw_mode_change))] if on_map.mode_changes else []),
        ),
        ("Borders", [(border_words[s], border(s)) for s in BORDER_DASHES if s in on_map.borders]),
    ]
    return [group for group in groups if group[1]]


def _sample_of_hours(theme: Theme) -> Callable[[Axes, float, float], None]:
    words = Type(NOTE_SIZE)
    wide = text_size("31 h", words)[0]
    return lambda a, x, y: signs.write(a, (x + (SAMPLE - wide) / 2, y - 2.2), "31 h", words, signs.Ink(theme.ink))


class Writer:
    """Cursor that runs down the key; nothing is drawn before `flush`."""

    def __init__(self, axes: Axes, size: tuple[float, float], letters: float, theme: Theme) -> None:
        self.axes, self.theme = axes, theme
        self.width, self.y = size
        self.size = letters
        self.todo: list[Callable[[], None]] = []

    def flush(self) -> None:
        """Draw all that was written."""
        for draw in self.todo:
            draw()

    def text(self, x: float, text: str, kind: Type, colour: str) -> None:
        """Words at the height of the cursor."""
        y = self.y
        self.todo.append(lambda: signs.write(self.axes, (x, y), text, kind, signs.Ink(colour)))

    def heading(self, text: str) -> None:
        """Heading of a group."""
        self.y -= self.size * 1.15
        self.text(0.0, text, Type(self.size + 0.6, "bold"), self.theme.ink)
        self.y -= self.size * 0.55

    def key(self, corridors: list[CorridorKey], groups: list[tuple[str, list[Item]]], *, most: int) -> None:
        """Corridors with so many lines of facts at most, then the groups of samples."""
        self.heading("Corridors")
        for entry in corridors:
            self.corridor(entry, most=most)
        for heading, items in groups:
            self.y -= self.size * 0.75
            self.heading(heading)
            self.items(items)

    def corridor(self, entry: CorridorKey, *, most: int) -> None:
        """Name of a corridor, and at most so many lines of facts."""
        kind, small = Type(self.size), Type(self.size - 0.5)
        colour = self.theme.ink if entry.feasible else self.theme.faint_ink
        left = 2 * signs.BADGE_RADIUS + 6.0
        for i, line in enumerate(wrapped(entry.name, kind, self.width - left)):
            self.y -= self.size * 1.25
            if i == 0:
                self._badge(entry, self.y + self.size * 0.36)
            self.text(left, line, kind, colour)
        facts = wrapped(entry.facts, small, self.width - left)
        if len(facts) > most:
            facts = [*facts[: most - 1], facts[most - 1].rstrip(",. ") + " ..."] if most else []
        for line in facts:
            self.y -= self.size * 1.2
            self.text(left, line, small, self.theme.faint_ink)
        self.y -= self.size * 0.42

    def _badge(self, entry: CorridorKey, y: float) -> None:
        x = signs.BADGE_RADIUS + 0.5
        self.todo.append(lambda: signs.draw_badge(self.axes, x, y, entry.letter, entry.colour))

    def items(self, items: Iterable[Item]) -> None:
        """Samples with their words, two to a row where both are short."""
        kind, left, half = Type(self.size), SAMPLE + 6.0, self.width / 2.0
        at_right = False
        for words, draw in items:
            fits = text_size(words, kind)[0] <= half - left - 3.0
            lines = [words] if fits else wrapped(words, kind, self.width - left)
            if not (at_right and fits):
                self.y -= self.size * 1.5
                at_right = False
            x = half if at_right else 0.0
            self._sample(draw, x, self.y + self.size * 0.34)
            for i, line in enumerate(lines):
                self.y -= self.size * 1.2 if i else 0.0
                self.text(x + left, line, kind, self.theme.ink)
            at_right = fits and not at_right

    def entry(self, state: str, name: str, facts: str, small: Type) -> None:
        """Sign of a state, a name, and facts under it."""
        left = 14.0
        kind = Type(self.size)
        for i, line in enumerate(wrapped(name, kind, self.width - left)):
            self.y -= self.size * 1.25
            if i == 0:
                self._sample(
                    lambda a, x, y: signs.draw_state(a, x, y, state, self.theme), 4.5, self.y + self.size * 0.34
                )
            self.text(left, line, kind, self.theme.ink)
        for line in wrapped(facts, small, self.width - left):
            self.y -= self.size * 1.2
            self.text(left, line, small, self.theme.faint_ink)
        self.y -= self.size * 0.3

    def _sample(self, draw: Callable[[Axes, float, float], None], x: float, y: float) -> None:
        self.todo.append(lambda: draw(self.axes, x, y))
