"""Hinterland map: days and dollars from every place of a country to a port, and which of two ports is nearer.

Two maps on one scale: above in days (isochrones), below in dollars per load unit (isocosts). Each place of the network is a disc
whose shade is the class it falls into; where a second port is asked about, the shape says which of the two is nearer, a disc the
first and a square the second, and the figures beside larger places give both. Only places of the network are shaded: nothing is
known of the ground between them, so no line is drawn through it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors import signs
from corridors.captions import factor_of, figures, one_of, place_name, unit_of
from corridors.comparison import describe
from corridors.hinterland import Reach, hinterland
from corridors.lettering import Lettering, Type, wrapped
from corridors.map_layers import draw_network
from corridors.map_scene import Ground, ground_of, refuse_unknown
from corridors.map_sheet import LEFT, PANEL, axes_at, new_map_sheet
from corridors.maps import CHOICES
from corridors.multiples import panels
from corridors.scale_bar import draw_scale
from corridors.sheet import PROJECTION_NOTE, Frame, draw_ground, frame_round
from corridors.style import rc_params
from geodata.basemap import LOCAL_NAMES, attributions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.map_sheet import Sheet
    from corridors.study import Study

CLASSES = 6
"""Most classes that a map is shaded in."""
_NEAR, _FAR = "#fbe3c4", "#7a1d0d"  # shade of the nearest class and of the farthest
_DISC = 3.6  # half width of a place. [pt]


class Answer(NamedTuple):
    """What a map shows: places with their reach, the ports, and classes of days and of dollars."""

    study: Study
    reaches: list[Reach]
    ports: tuple[str, ...]
    not_through: str = ""

    def value(self, reach: Reach, measure: str, port: str) -> float | None:
        """Days or dollars per load unit from a place to a port; None where no way leads."""
        found = (reach.hours if measure == "hours" else reach.usd).get(port)
        return None if found is None else found * factor_of(self.study, measure)

    def nearer(self, reach: Reach, measure: str) -> int:
        """Which port is the nearer: 0 the first, 1 the second; the first where they tie."""
        values = [self.value(reach, measure, port) for port in self.ports]
        known = [v if v is not None else np.inf for v in values]
        return int(np.argmin(known))

    def steps(self, measure: str) -> list[float]:
        """Bounds of the classes, rounded. [day] or [USD]."""
        values = [v for r in self.reaches if (v := self.value(r, measure, self.ports[0])) is not None]
        return class_bounds(min(values), max(values)) if values else [0.0, 1.0]


def class_bounds(low: float, high: float) -> list[float]:
    """Bounds of at most `CLASSES` classes of one round width that hold all from `low` to `high`.

    Examples
    --------
    >>> class_bounds(18.7, 29.6)
    [18.0, 20.0, 22.0, 24.0, 26.0, 28.0, 30.0]
    """
    wide = max(high - low, 1e-9) / CLASSES
    power = 10.0 ** np.floor(np.log10(wide))
    for step in (power, 2 * power, 2.5 * power, 5 * power, 10 * power, 20 * power):
        first, last = np.floor(low / step), np.ceil(high / step)
        if last - first <= CLASSES:
            return [float(n * step) for n in range(int(first), int(max(last, first + 1)) + 1)]
    raise AssertionError(low, high)


def answer_of(study: Study, ports: Sequence[str], not_through: str = "") -> Answer:
    """Reach of every Kazakh place to one port or two.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    ports
        One port, or two to compare; by ``node_id`` or name.
    not_through
        Country that ways to ports outside it may not pass (ISO 3166-1 alpha-2); empty for none.
    """
    names = {node: place_name(study, node) for node in study.network.nodes}
    found = tuple(one_of(port, names, "port") for port in ports)
    return Answer(study, hinterland(study, found, not_through=not_through), found, not_through)


def hinterland_figure(
    answer: Answer, *, theme: str = "light", borders: str = "natural-earth", size: str = "a4", labels: str = "en"
) -> Figure:
    """Maps of days and of dollars to a port.

    Parameters
    ----------
    answer
        What `answer_of` returns.
    theme, borders, size, labels
        As for `corridors.maps.plot_map`.
    """
    from matplotlib import rc_context

    for what, value in {"theme": theme, "borders": borders, "size": size, "labels": labels}.items():
        refuse_unknown(what, value, list(CHOICES[what]))
    ground = ground_of(theme, answer.study.network, local=labels == "local")
    with rc_context(rc_params(theme)):
        sheet = new_map_sheet(size, ground.theme, _foot(answer, borders, local=ground.local))
        boxes = panels(2, sheet.map_size, columns=1)
        places = np.array([[ground.nodes[r.node_id].lon, ground.nodes[r.node_id].lat] for r in answer.reaches])
        frame = frame_round(places, *boxes[0][2:])
        unit = f"USD per {unit_of(answer.study)}"
        for measure, words, (x, y, width, height) in zip(("hours", "usd"), ("Days", unit), boxes, strict=True):
            axes = axes_at(sheet.figure, (LEFT + x, sheet.bottom + y, width, height))
            _draw_panel(axes, frame, ground, answer, measure, borders=borders)
            head = f"{words}: least mean to {ground.name_of(answer.ports[0])}"
            at = (LEFT + x, sheet.bottom + y + height + 6.0)
            signs.write(sheet.words, at, head, Type(8.5, "bold"), signs.Ink(ground.theme.ink, gid="panel"))
        _write_key(sheet, answer, ground)
        scenario = answer.study.scenario
        under = f"As of {scenario.date.day} {scenario.date:%B %Y} · scenario {scenario.name} · {describe(answer.study)} · {_terms(answer)}"
        sheet.write_head(_title(answer, ground), under)
    return sheet.figure


def _title(answer: Answer, ground: Ground) -> str:
    first = ground.name_of(answer.ports[0])
    if len(answer.ports) == 1:
        return f"From Kazakhstan to {first}: how far in days and dollars?"
    return f"Where in Kazakhstan is {first} nearer than {ground.name_of(answer.ports[1])}?"


def _terms(answer: Answer) -> str:
    terms = {"fob": "on board a ship at the port", "consignee": "handed over in the port"}
    words = terms.get(answer.study.scenario.terms, answer.study.scenario.terms)
    if answer.not_through:
        words += f" · ways to ports outside {answer.not_through} do not pass through it"
    return words


def _foot(answer: Answer, borders: str, *, local: bool) -> list[str]:
    base = attributions(borders)
    study = answer.study
    assumed = [study.assumption.rstrip(".") + "."] if study.assumption else []
    own = f"; {study.own}" if study.own.rows else ""
    how = (
        "Each figure is the least mean over all ways that are open on the date, by any mode and gate; the quickest way and the cheapest "
        "need not be one. Any place is taken for one where cargo can be loaded. Closures to come are left out. Only places of the network are shaded: nothing is said of the ground "
        "between them."
    )
    words = [
        f"Network: tables of this project, sources by: corridors sources {study.scenario.name}{own}",
        *base[:2],
        "Some distances: © OpenStreetMap contributors, ODbL 1.0, openstreetmap.org/copyright",
        *([LOCAL_NAMES] if local else []),
        PROJECTION_NOTE,
    ]
    return [*assumed, how, " ".join([". ".join(words) + ".", *base[2:]])]


def shades(count: int, *, grey: bool) -> list[str]:
    """Shades of so many classes, from near to far."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    ends = ("#ececec", "#2b2b2b") if grey else (_NEAR, _FAR)
    ramp = LinearSegmentedColormap.from_list("reach", (ends[0], "#d8893b" if not grey else "#8a8a8a", ends[1]))
    return [to_hex(ramp(i / max(count - 1, 1))) for i in range(count)]


def _draw_panel(axes: Axes, frame: Frame, ground: Ground, answer: Answer, measure: str, *, borders: str) -> None:
    theme = ground.theme
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_edgecolor(theme.faint_ink)
        spine.set_zorder(20)
    draw_ground(axes, frame, theme, borders=borders, named=False)
    draw_network(axes, frame, ground, small=True)
    bounds = answer.steps(measure)
    colours = shades(len(bounds) - 1, grey=not theme.coloured)
    lettering = Lettering(frame.width, frame.height)
    drawn: list[tuple[Reach, float, float]] = []
    for reach in answer.reaches:
        node = ground.nodes[reach.node_id]
        x, y = (float(v) for v in frame.place(np.array([[node.lon, node.lat]]))[0])
        value = answer.value(reach, measure, answer.ports[0])
        face = theme.paper if value is None else colours[_class_of(value, bounds)]
        draw_place(axes, x, y, face, theme.ink, square=answer.nearer(reach, measure) == 1)
        lettering.block_round(x, y, _DISC)
        drawn.append((reach, x, y))
    draw_scale(axes, frame, theme, lettering)
    _write_places(axes, ground, answer, measure, (lettering, drawn))


def draw_place(axes: Axes, x: float, y: float, face: str, edge: str, *, square: bool) -> None:
    """Place of the hinterland: a disc, or a square where the second port is nearer. [pt]."""
    axes.plot(
        [x], [y], "s" if square else "o", markersize=2 * _DISC - (0.8 if square else 0.0), markerfacecolor=face,
        markeredgecolor=edge, markeredgewidth=0.6, zorder=6, gid="nearer-1" if square else "nearer-0",
    )  # fmt: skip


def _class_of(value: float, bounds: Sequence[float]) -> int:
    return int(np.clip(np.searchsorted(bounds, value, side="right") - 1, 0, len(bounds) - 2))


def _write_places(
    axes: Axes, ground: Ground, answer: Answer, measure: str, drawn: tuple[Lettering, list[tuple[Reach, float, float]]]
) -> None:
    """Names and figures of places, the larger kinds first, where there is room."""
    lettering, places = drawn
    weight: Mapping[str, int] = {"port": 0, "city": 1, "junction": 2, "terminal": 3, "station": 4, "border": 5}
    study = answer.study.scenario.origins
    order = sorted(
        places, key=lambda p: (p[0].node_id not in study, weight.get(ground.nodes[p[0].node_id].kind, 6), p[0].node_id)
    )
    stood: list[tuple[float, float]] = []
    for reach, x, y in order:
        if any(np.hypot(x - a, y - b) < 26.0 for a, b in stood):
            continue
        values = [answer.value(reach, measure, port) for port in answer.ports]
        said = " | ".join("–" if v is None else figures(v, measure) for v in values)
        words = f"{ground.name_of(reach.node_id)}\n{said}"
        label = lettering.place_beside(words, x, y, Type(6.8), gap=_DISC + 1.5, close=reach.node_id not in study)
        if label is not None:
            stood.append((x, y))
            name, figure = label.text.split("\n")
            ink = signs.Ink(ground.theme.ink, ground.theme.paper, gid=f"label-{name}")
            signs.write(axes, (label.x, label.y), name, Type(6.8), ink)
            signs.write(
                axes, (label.x, label.y - 8.4), figure, Type(6.8, "bold"), ink._replace(gid=f"value-{reach.node_id}")
            )


def _write_key(sheet: Sheet, answer: Answer, ground: Ground) -> None:
    axes, theme = sheet.panel_axes(), ground.theme
    small, head = Type(7.4), Type(8.2, "bold")
    y = sheet.map_size[1] - 9.0
    for measure, title in (("hours", "Days"), ("usd", f"USD per {unit_of(answer.study)}")):
        signs.write(axes, (0.0, y), f"{title} to {ground.name_of(answer.ports[0])}", head, signs.Ink(theme.ink))
        bounds = answer.steps(measure)
        for colour, low, high in zip(
            shades(len(bounds) - 1, grey=not theme.coloured), bounds, bounds[1:], strict=False
        ):
            y -= 12.5
            draw_place(axes, 6.0, y + 2.6, colour, theme.ink, square=False)
            signs.write(axes, (18.0, y), f"{low:,g} to {high:,g}", small, signs.Ink(theme.ink))
        y -= 22.0
    if len(answer.ports) == 2:
        signs.write(axes, (0.0, y), "Nearer port", head, signs.Ink(theme.ink))
        for k, port in enumerate(answer.ports):
            y -= 12.5
            draw_place(axes, 6.0, y + 2.6, theme.grid, theme.ink, square=k == 1)
            signs.write(axes, (18.0, y), ground.name_of(port), small, signs.Ink(theme.ink))
        y -= 17.0
        first, second = (ground.name_of(port) for port in answer.ports)
        lines = [
            f"Figures beside places: {first} | {second}.",
            *(count_words(answer, m, first) for m in ("hours", "usd")),
        ]
        for line in (part for text in lines for part in wrapped(text, small, PANEL)):
            signs.write(axes, (0.0, y), line, small, signs.Ink(theme.ink, gid="count"))
            y -= 10.0


def count_words(answer: Answer, measure: str, first: str) -> str:
    """At how many places the first port is nearer, and by how much at most."""
    both = [[answer.value(r, measure, p) for p in answer.ports] for r in answer.reaches]
    gains = [b - a for a, b in both if a is not None and b is not None]
    alone = sum(a is not None and b is None for a, b in both)
    wins = alone + sum(gain > 0 for gain in gains)
    unit = "days" if measure == "hours" else f"USD per {unit_of(answer.study)}"
    said = f"{'In days' if measure == 'hours' else 'In dollars'}, {first} is nearer at {wins} of {len(both)} places"
    said += f", {alone} of which do not reach the other at all" if alone else ""
    if not gains:
        return said + "."
    least, most = (figures(abs(v), measure) for v in (min(gains, key=abs), max(gains, key=abs)))
    return f"{said}; the two differ by {least}{f' to {most}' if least != most else ''} {unit}."
