"""Charts: the time- and cost-distance profile of every way, and bars that rank them.

The profile is the chart of UNESCAP (``unescap-resources-timecost-distance-methodology``): kilometres from the origin on
x, days or dollars so far on y. A haul from ``(x, y)`` leads to ``(x + km, y + t)``, so a steeper slope is a slower or
dearer one; a stop leads to ``(x, y + t)``, a vertical step that is labelled with the place and what happens there. The last
point equals the mean total of the way. Added to UNESCAP's chart: the band from P10 to P90 of the running total, and small
panels, one a way, because eleven profiles drawn over one another cannot be read.

The driver's rest belongs to the slope of the road it follows, since a truck that rests every night is a slow truck and not
a truck that stops at one place. Stops a few kilometres apart (the two sides of a border) share one label; each keeps its step.

Rail is solid, road dashed, water dotted, so that colour is free to name the corridor, as in all pictures. Step labels never
cover the line of their own way: they stand left of and above it, or right of and below it. Everything is laid out in inches
for print at full size (A4 across, A3 upright when there are many ways); no type is below 7 points.

Left out: break-even distances, and a second axis in hours (one day is 24 of them).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from corridors.style import COLOURS, COST_FILLS, THEMES, CorridorStyle, corridor_styles, rc_params, save_picture
from corridors.toml_files import ScenarioError, nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from corridors.study import Study, Way
    from sim.activities import Activity
    from sim.draws import Floats

Measure = Literal["hours", "usd"]

INK, FAINT, GRID, PAPER = (getattr(THEMES["light"], name) for name in ("ink", "faint_ink", "grid", "paper"))
CONTEXT = "#d3d7db"
MODE_DASHES: dict[str, Any] = {"rail": "-", "road": (0, (3.6, 1.5)), "sea": (0, (1.0, 1.3)), "ferry": (0, (1.0, 1.3))}
SMALL, TEXT, TITLE = 7.2, 8.2, 14.0  # points
WIDTH, EDGE, LEFT, RIGHT = 11.0, 0.28, 0.66, 0.28  # inches; text begins at EDGE, axes at LEFT
LINE = 1.32  # line height, in sizes of type
BEYOND = 0.24  # share of the width left to the part of long sea voyages that is drawn at a smaller scale
NEAR_KM = 30.0  # stops up to this far apart share a label
ARM = 0.13  # inches from a step to its label
STRIP = 0.15  # inches at the foot of a panel for the countries

WHAT_HAPPENS: dict[tuple[str, str], str] = {
    ("wait", "supply"): "wait for wagons",
    ("wait", "sailing"): "wait for the ship",
    ("load", ""): "loading",
    ("unload", ""): "unloading",
    ("clear", "border"): "border",
    ("clear", "transit"): "transit formalities",
    ("transship", "truck_exchange"): "change of truck",
    ("transship", "mode"): "train to truck",
    ("change_gauge", ""): "change of gauge",
    ("dwell", "port_out"): "port, outbound",
    ("dwell", "port_in"): "port, inbound",
    ("dwell", "feeder"): "change of ship",
    ("dwell", "import_land"): "inland clearance",
    ("dwell", "import_sea"): "import clearance",
    ("dwell", "export_sea"): "port, export",
    ("dwell", "transit_import"): "port, transit",
}
ON_THE_ROAD = {("wait", "supply"): "wait for a truck", ("transship", "mode"): "truck to train"}


class _Stop(NamedTuple):
    """Stops close enough to share a label: where they begin and end, what they cost, places and happenings."""

    km: tuple[float, float]
    y: tuple[float, float]
    size: float
    places: tuple[str, ...]
    happenings: tuple[str, ...]


class _Curve(NamedTuple):
    """One way, ready to draw: points, their band, and the runs `(mode, first, last)` between them, mode "" for stops."""

    name: str
    style: CorridorStyle
    hollow: bool
    km: Floats
    mean: Floats
    p10: Floats
    p90: Floats
    runs: tuple[tuple[str, int, int], ...]
    countries: tuple[tuple[str, float, float], ...]
    stops: tuple[_Stop, ...]


class _Scale(NamedTuple):
    """Axes of a profile: kilometres to `far`, at a smaller scale beyond `kink`; days or dollars to `top`."""

    measure: str
    far: float
    kink: float
    top: float

    def across(self, km: Any) -> Any:
        """Share of the width at which a distance stands; the part beyond the kink has `BEYOND` of it."""
        if self.kink >= self.far:
            return km / self.far
        near = np.minimum(km, self.kink) / self.kink * (1 - BEYOND)
        return near + np.maximum(km - self.kink, 0.0) / (self.far - self.kink) * BEYOND

    def distance(self, share: Any) -> Any:
        """Distance that stands at a share of the width: the inverse of `across`. [km]"""
        if self.kink >= self.far:
            return share * self.far
        near = np.minimum(share, 1 - BEYOND) / (1 - BEYOND) * self.kink
        return near + np.maximum(share - 1 + BEYOND, 0.0) / BEYOND * (self.far - self.kink)


class _Label(NamedTuple):
    """A placed step label, in inches from the lower left corner of its axes."""

    text: str
    x: float
    y: float
    anchor: tuple[float, float]
    side: str


class _Pair(NamedTuple):
    """The ways between one origin and one destination, with the words that every chart of them bears."""

    study: Study
    origin: str
    destination: str
    ways: tuple[Way, ...]
    shut: tuple[Way, ...]
    styles: Mapping[str, CorridorStyle]


# ---------------------------------------------------------------------------------------------------------------- the charts


def plot_profile(
    study: Study,
    measure: Measure = "hours",
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
) -> Figure:
    """Time- or cost-distance profile of every way between two places.

    Above, all ways drawn over one another with their totals at the line ends; below, one panel a way with its largest
    stops labelled. A single way gets one large panel.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    measure
        "hours" (drawn in days) or "usd" (drawn per load unit).
    origin, destination
        Places, by ``node_id`` or name; the first pair of the study if none is given.
    corridors
        Corridors to draw (``corridor_id``); all of the study if none is given.

    Returns
    -------
    Figure
        For print at full size.

    Raises
    ------
    ScenarioError
        If the study has no such place, corridor or measure; the nearest right name is given.

    References
    ----------
    ``unescap-resources-timecost-distance-methodology``
    """
    from matplotlib import rc_context

    _one_of(measure, {"hours": "days", "usd": "dollars"}, "measure")
    pair = _pair(study, origin, destination, corridors)
    with rc_context(rc_params()):
        return _profile_figure(pair, measure)


def plot_bars(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
) -> Figure:
    """Days and dollars of every way between two places, P10 to P90 with P50, the quickest on top.

    Parameters and errors are those of `plot_profile`.
    """
    from matplotlib import rc_context

    with rc_context(rc_params()):
        return _bars_figure(_pair(study, origin, destination, corridors))


def plot_costs(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
) -> Figure:
    """What the dollars of every way are paid for, mean by component, the cheapest on top.

    Parameters and errors are those of `plot_profile`.
    """
    from matplotlib import rc_context

    with rc_context(rc_params()):
        return _costs_figure(_pair(study, origin, destination, corridors))


def save(fig: Figure, path: str | Path) -> list[Path]:
    """Write a chart and let go of it; same chart, same bytes.

    Parameters
    ----------
    fig
        A chart of this module.
    path
        File ending in .png or .svg; without an ending both are written.

    Returns
    -------
    list of Path
        Files written.
    """
    import sys

    target = Path(path)
    targets = [target] if target.suffix else [target.with_suffix(ending) for ending in (".png", ".svg")]
    written = [save_picture(fig, file) for file in targets]
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(fig)
    fig.clear()
    return written


# --------------------------------------------------------------------------------------------- what the study says, in words


def _pair(study: Study, origin: str | None, destination: str | None, corridors: Iterable[str] | None) -> _Pair:
    ways = list(study.ways)
    places = {node: _place(study, node) for way in ways for node in (way.origin, way.destination)}
    start = _one_of(origin, {w.origin: places[w.origin] for w in ways}, "origin") or ways[0].origin
    ends = {w.destination: places[w.destination] for w in ways if w.origin == start}
    end = _one_of(destination, ends, "destination") or next(iter(ends))
    known = {w.corridor: w.corridor for w in ways}
    wanted = set(known) if corridors is None else {_one_of(name, known, "corridor") for name in corridors}
    chosen = [w for w in ways if (w.origin, w.destination) == (start, end) and w.corridor in wanted]
    return _Pair(
        study, start, end,
        tuple(w for w in chosen if w.feasible), tuple(w for w in chosen if not w.feasible), corridor_styles(known),
    )  # fmt: skip


def _one_of(name: str | None, known: Mapping[str, str], what: str) -> str:
    """Key of `known` that is `name` or whose words are; empty for None."""
    if name is None:
        return ""
    keys = {word.casefold(): key for key, words in known.items() for word in (words, key)}
    if name.casefold() not in keys:
        hint = nearest(name, [*known, *known.values()])
        raise ScenarioError(f'{what} "{name}" is not in this study; allowed {", ".join(known)}{hint}')
    return keys[name.casefold()]


def _place(study: Study, node_id: str) -> str:
    node = study.network.nodes.get(node_id)
    return (node.name if node else node_id).split(" (")[0]


def _unit(study: Study) -> str:
    """Unit that money is counted in, for axes: FEU, TEU, wagon, truck, t."""
    unit: str = study.scenario.consignment.load_unit
    return "t" if unit == "tonne" else unit


def _consignment_words(study: Study) -> str:
    c = study.scenario.consignment
    count = f"{c.count:,g} {c.load_unit}{'s' if c.count != 1 and c.load_unit in {'wagon', 'truck', 'tonne'} else ''}"
    return (
        f"{count}, {c.tonnes:,g} t of {c.commodity} cargo worth {c.value_usd:,.0f} USD, "
        f"{c.rail_service.replace('_', ' ')} on rails"
    )


TERMS = {
    "consignee": "handed over to the consignee",
    "fob": "on board a ship at the port",
    "transit_import": "from ship, in transit, to the consignee",
}


def _head(pair: _Pair) -> list[str]:
    """Lines under the title: what is moved and when, and what is assumed about states that nobody knows."""
    scenario = pair.study.scenario
    day = f"{scenario.date.day} {scenario.date:%B %Y}"
    lines = [f"{scenario.title}. Cargo of {day}: {_consignment_words(pair.study)}; {TERMS[scenario.terms]}."]
    assumed = dict.fromkeys(way.assumption for way in (*pair.ways, *pair.shut) if way.assumption)
    lines += [f"{'' if text.startswith('Assumed') else 'Assumed: '}{text.rstrip('.')}." for text in assumed]
    return lines


def _foot(pair: _Pair, how_to_read: str) -> list[str]:
    """Lines below a chart: how to read it, the ways that are shut and why, what it rests on."""
    from corridors import __version__

    lines = [how_to_read]
    for way in pair.shut:
        reason = way.reason[:1].upper() + way.reason[1:].rstrip(".")
        lines.append(f"{pair.styles[way.corridor].letter}  {_corridor(pair.study, way.corridor)}: no way. {reason}.")
    scenario = pair.study.scenario
    lines.append(
        f"Source: corridor-route-simulator {__version__}, scenario {scenario.name}, {scenario.draws:,} draws, seed "
        f"{scenario.seed}. What the figures rest on ({len(pair.study.source_ids())} sources) is listed by: "
        f"corridors sources {scenario.name}"
    )
    if _uses_osm(pair):
        lines[-1] += ". Some distances: © OpenStreetMap contributors, ODbL 1.0"
    return lines


def _uses_osm(pair: _Pair) -> bool:
    """Whether a length of these ways was measured on OpenStreetMap."""
    network = pair.study.network
    activities = [a for way in pair.ways if way.itinerary for a in way.itinerary.activities]
    links = {network.links[a.link_id].length_basis for a in activities if a.link_id in network.links}
    hops = {network.crossings[a.crossing_id].length_basis for a in activities if a.crossing_id in network.crossings}
    return "osm" in links | hops


def _corridor(study: Study, corridor_id: str) -> str:
    """Corridor in words."""
    entry = study.catalogue.get(corridor_id)
    return entry.name if entry else corridor_id


def _factor(study: Study, measure: str) -> float:
    """Factor from hours to days, or from dollars of the consignment to dollars of one load unit."""
    return 1 / 24 if measure == "hours" else 1 / study.scenario.consignment.count


def _figures(value: float, measure: str) -> str:
    """Days to a day (tenths below ten), dollars to three figures."""
    if measure == "hours":
        return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    step = 10 ** max(0, int(np.floor(np.log10(max(value, 1.0)))) - 2)
    return f"{round(value / step) * step:,.0f}"


def _total(curve: _Curve, measure: str) -> str:
    low, high = _figures(curve.p10[-1], measure), _figures(curve.p90[-1], measure)
    return f"{_figures(curve.mean[-1], measure)} {'d' if measure == 'hours' else 'USD'} ({low}–{high})"


# ------------------------------------------------------------------------------------------------------ from ways to curves


def _curves(pair: _Pair, measure: str) -> tuple[list[_Curve], _Scale]:
    """Every way ready to draw, and the axes that hold them all.

    Where the way that is mostly voyage is much longer than all others, distances beyond the others are drawn at a smaller
    scale: a ship by China and Malacca would leave the land ways a quarter of the width.
    """
    found = [(way, way.itinerary.activities, way.outcome.profile(measure)) for way in pair.ways if way.itinerary and way.outcome]
    far = max(float(profile["km"][-1]) for _, _, profile in found)
    land = [float(profile["km"][-1]) for _, activities, profile in found if _water(activities, profile["km"]) < 0.5]
    kink = 250.0 * float(np.ceil(1.03 * max(land, default=far) / 250.0))
    far, kink = (far, kink) if far > 1.4 * kink else (1.015 * far, 1.015 * far)
    curves = [_curve(pair, way, activities, profile, measure, kink) for way, activities, profile in found]
    return curves, _Scale(measure, far, kink, 1.04 * max(float(c.p90[-1]) for c in curves) or 1.0)


def _water(activities: Sequence[Activity], km: Floats) -> float:
    """Share of the distance that is made by ship."""
    afloat = sum(float(km[i + 1] - km[i]) for i, a in enumerate(activities) if a.mode in {"sea", "ferry"})
    return afloat / max(float(km[-1]), 1e-9)


def _curve(
    pair: _Pair, way: Way, activities: Sequence[Activity], profile: Mapping[str, Floats], measure: str, kink: float
) -> _Curve:
    """Points of a way, the rest folded into the road before it, and a point where the scale changes."""
    following = [*activities[1:], None]
    kept = [i for i, (a, b) in enumerate(zip(activities, following, strict=True)) if not _rests(a, b)]
    steps = [activities[i] for i in kept]
    points = np.array([0, *(i + 1 for i in kept)])
    columns = {name: profile[name][points] for name in ("km", "mean", "p10", "p90")}
    cut = int(np.searchsorted(columns["km"], kink))
    if cut < len(points) and columns["km"][cut] > kink:
        share = (kink - columns["km"][cut - 1]) / (columns["km"][cut] - columns["km"][cut - 1])
        steps.insert(cut, steps[cut - 1])
        columns = {name: np.insert(v, cut, v[cut - 1] + share * (v[cut] - v[cut - 1])) for name, v in columns.items()}
    factor = _factor(pair.study, measure)
    km, mean = columns["km"], columns["mean"] * factor
    modes = [a.mode if a.kind in {"haul", "rest"} else "" for a in steps]
    return _Curve(
        name=_corridor(pair.study, way.corridor),
        style=pair.styles[way.corridor],
        hollow=list(pair.styles).index(way.corridor) >= len(COLOURS),
        km=km,
        mean=mean,
        p10=columns["p10"] * factor,
        p90=columns["p90"] * factor,
        runs=tuple(_runs(modes)),
        countries=tuple(_countries(steps, km)),
        stops=tuple(_stops(pair.study, steps, modes, km, mean)),
    )


def _countries(steps: Sequence[Activity], km: Floats) -> list[tuple[str, float, float]]:
    """Country, from, to along the way; `sea` afloat. [km]"""
    moves = [(step, km[i], km[i + 1]) for i, step in enumerate(steps) if km[i + 1] > km[i]]
    runs = _runs(["sea" if step.mode in {"sea", "ferry"} else step.country for step, _, _ in moves])
    return [(country, float(moves[i][1]), float(moves[j - 1][2])) for country, i, j in runs]


def _rests(activity: Activity, following: Activity | None) -> bool:
    return activity.kind == "haul" and following is not None and following.kind == "rest"


def _runs(keys: Sequence[str]) -> list[tuple[str, int, int]]:
    """Unbroken runs of equal keys: key, first point, last point."""
    runs, start = [], 0
    for key, group in itertools.groupby(keys):
        end = start + len(list(group))
        runs.append((key, start, end))
        start = end
    return runs


def _stops(study: Study, steps: Sequence[Activity], modes: Sequence[str], km: Floats, y: Floats) -> list[_Stop]:
    groups: list[list[int]] = []
    for i in (i for i, mode in enumerate(modes) if not mode):
        if groups and km[i] - km[groups[-1][-1]] <= NEAR_KM:
            groups[-1].append(i)
        else:
            groups.append([i])
    stops = []
    for group in groups:
        parts: dict[str, float] = {}
        places: dict[str, float] = {}
        for i in group:
            step, height = steps[i], float(y[i + 1] - y[i])
            words = WHAT_HAPPENS.get((step.kind, step.reason), step.kind.replace("_", " "))
            if step.mode == "road":
                words = ON_THE_ROAD.get((step.kind, step.reason), words)
            parts[words] = parts.get(words, 0.0) + height
            places[_place(study, step.place)] = places.get(_place(study, step.place), 0.0) + height
        size = sum(parts.values())
        telling = [w for w in sorted(parts, key=lambda w: -parts[w])[:2] if parts[w] >= 0.15 * size]
        stops.append(
            _Stop(
                km=(float(km[group[0]]), float(km[group[-1]])),
                y=(float(y[group[0]]), float(y[group[-1] + 1])),
                size=size,
                places=tuple(p for p in places if places[p] >= 0.1 * size),
                happenings=tuple(telling),
            )
        )
    return stops


# ----------------------------------------------------------------------------------------------------------- type and layout


@lru_cache(maxsize=4096)
def _width(text: str, size: float, weight: str = "normal") -> float:
    """Width of a line of type. [inch]"""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=["DejaVu Sans"], size=size, weight=weight)
    return float(max(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in text.split("\n"))) / 72


def _wrap(text: str, size: float, width: float) -> list[str]:
    """Lines of `text` that are at most `width` inches wide."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _shorten(text: str, size: float, width: float, weight: str = "normal") -> str:
    """`text`, cut with an ellipsis where it is wider than `width` inches."""
    short = text
    while short and _width(short + "…" * (short != text), size, weight) > width:
        short = short[:-1].rstrip()
    return short if short == text else short + "…"


def _spread(wanted: Sequence[float], gap: float, low: float, high: float) -> Floats:
    """Places nearest to the ascending `wanted` (least squares) that are `gap` apart and within bounds.

    Examples
    --------
    >>> [float(y) for y in _spread([1.0, 1.0, 5.0], 1.0, 0.0, 9.0)]
    [0.5, 1.5, 5.0]
    """
    shifts = gap * np.arange(len(wanted))
    blocks: list[list[float]] = []
    for value in np.asarray(wanted, dtype=np.float64) - shifts:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    level = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks] or [np.zeros(0)])
    return np.asarray(np.clip(level, low, max(low, high - (shifts[-1] if len(shifts) else 0.0))) + shifts)


def _sheet(title: str, head: Sequence[str], foot: Sequence[str], body: float) -> tuple[Figure, float]:
    """Figure with its title and the lines above and below a body of that height; also the bottom of the body. [inch]"""
    from matplotlib.figure import Figure

    room = WIDTH - EDGE - RIGHT
    above = [(line, TEXT) for text in head for line in _wrap(text, TEXT, room)]
    below = [(line, SMALL) for text in foot for line in _wrap(text, SMALL, room)]
    tall = [sum(size * LINE / 72 for _, size in lines) for lines in (above, below)]
    bottom = tall[1] + 0.3
    height = bottom + body + tall[0] + 0.62
    figure = Figure(figsize=(WIDTH, height))
    _write(figure, EDGE, height - 0.2, title, size=TITLE, weight="bold", va="top")
    for lines, top in ((above, height - 0.5), (below, bottom - 0.12)):
        y = top
        for line, size in lines:
            _write(figure, EDGE, y, line, size=size, color=INK if lines is above else FAINT, va="top")
            y -= size * LINE / 72
    return figure, bottom


def _write(figure: Figure, x: float, y: float, text: str, **looks: Any) -> None:
    """Text at inches from the lower left corner of the sheet."""
    width, height = figure.get_size_inches()
    figure.text(x / width, y / height, text, **({"va": "center", "size": TEXT, "color": INK} | looks))


def _axes(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    w, h = figure.get_size_inches()
    return figure.add_axes((x / w, y / h, width / w, height / h))


def _stroke(figure: Figure, xs: Sequence[float], ys: Sequence[float], **looks: Any) -> None:
    """Line through inches from the lower left corner of the sheet."""
    from matplotlib.lines import Line2D

    w, h = figure.get_size_inches()
    figure.add_artist(Line2D([x / w for x in xs], [y / h for y in ys], transform=figure.transFigure, **looks))


def _badge(figure: Figure, x: float, y: float, curve: _Curve | CorridorStyle, *, hollow: bool = False) -> None:
    """Letter of a corridor on a disc of its colour."""
    style = curve.style if isinstance(curve, _Curve) else curve
    hollow = curve.hollow if isinstance(curve, _Curve) else hollow
    _write(
        figure, x, y, style.letter, size=SMALL, weight="bold", ha="center", gid="badge",
        color=style.colour if hollow else _type_on(style.colour),
        bbox={"boxstyle": "circle,pad=0.22", "facecolor": PAPER if hollow else style.colour, "edgecolor": style.colour},
    )  # fmt: skip


def _type_on(colour: str) -> str:
    """White or ink, whichever is easier to read on a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return PAPER if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.3 else INK


# --------------------------------------------------------------------------------------------------------------- the profile


def _profile_figure(pair: _Pair, measure: Measure) -> Figure:
    start, end = (_place(pair.study, node) for node in (pair.origin, pair.destination))
    unit, slower = ("days", "slower") if measure == "hours" else (f"USD per {_unit(pair.study)}", "dearer")
    how = (
        f"How to read: a slope is movement, the steeper the {slower} (a driver's rest is part of it); a vertical step is a stop, "
        "labelled with its place, its mean and what happens there. Lines are means of the running total; shaded bands and figures in "
        "brackets run from P10 to P90. Countries along the foot of a panel by ISO 3166 code."
    )
    title = f"{unit[0].upper()}{unit[1:]} by distance, {start} to {end}"
    if not pair.ways:
        return _no_way(pair, title)
    curves, scale = _curves(pair, measure)
    if scale.kink < scale.far:
        how += f" Beyond {scale.kink:,.0f} km distances are drawn at a smaller scale, so slopes are steeper there than they should be."
    columns = {1: 0, 2: 2, 4: 2}.get(len(curves), 3)
    rows = -(-len(curves) // columns) if columns else 0
    over, panel, titled, gap = 4.4, 2.05, 0.56, 0.26
    body = 0.5 + over + 0.45 + (0.32 + rows * (panel + titled) + 0.25 if rows else 0.0)
    figure, bottom = _sheet(title, _head(pair), _foot(pair, how), body)
    top = bottom + body
    _mode_key(figure, top - 0.1, {mode for c in curves for mode, _, _ in c.runs})
    _overview(figure, curves, scale, base=top - 0.5 - over, height=over)
    _write(figure, EDGE, top - 0.4, unit, color=FAINT)
    _write(figure, LEFT, top - over - 0.82, f"km from {start}", color=FAINT)
    if not rows:
        return figure
    top -= over + 1.12
    _write(figure, EDGE, top, "Way by way, with its largest stops", size=TEXT + 1.3, weight="bold")
    width = (WIDTH - LEFT - RIGHT - gap * (columns - 1)) / columns
    for i, curve in enumerate(curves):
        row, column = divmod(i, columns)
        box = (LEFT + column * (width + gap), top - (row + 1) * (panel + titled), width, panel)
        ax = _facet(figure, curve, curves, scale, box)
        ax.tick_params(labelleft=column == 0, labelbottom=i + columns >= len(curves))
    return figure


def _no_way(pair: _Pair, title: str) -> Figure:
    figure, bottom = _sheet(title, _head(pair), _foot(pair, "No way is open on this date; the reasons:"), 0.2)
    return figure


def _mode_key(figure: Figure, y: float, modes: set[str]) -> None:
    """Line styles of the modes drawn, in a row."""
    x = EDGE
    for mode in (m for m in ("rail", "road", "sea", "ferry") if m in modes):
        _stroke(figure, (x, x + 0.42), (y, y), color=INK, linewidth=1.6, linestyle=MODE_DASHES[mode])
        _write(figure, x + 0.5, y, mode)
        x += 0.72 + _width(mode, TEXT)
    _stroke(figure, (x + 0.1, x + 0.1), (y - 0.07, y + 0.07), color=INK, linewidth=2.4, solid_capstyle="butt")
    _write(figure, x + 0.24, y, "stop")


def _scaled(ax: Axes, scale: _Scale, top: float, foot: float) -> None:
    """Ticks, grid and limits; `foot` is the share of the height kept free below zero."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    ax.set_xscale("function", functions=(scale.across, scale.distance))
    ax.set_xlim(0, scale.far)
    ax.set_ylim(-top * foot / (1 - foot), top)
    near = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(0, min(scale.kink, scale.far))
    ticks = [t for t in near if 0 <= t <= min(scale.kink, scale.far)]
    if scale.kink < scale.far:
        ticks += [t for t in MaxNLocator(2, steps=[1, 2, 5, 10]).tick_values(0, scale.far) if scale.kink < t <= scale.far]
        ax.axvspan(scale.kink, scale.far, color=GRID, alpha=0.35, linewidth=0, zorder=0)
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    days = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0, top)
    ax.yaxis.set_major_locator(FixedLocator([t for t in days if 0 <= t <= top]))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.grid(visible=True, axis="y", zorder=0)
    ax.set_axisbelow(True)
    ax.tick_params(length=2.5, labelsize=SMALL)


def _draw(ax: Axes, curve: _Curve, width: float) -> None:
    """Line of a way: slopes by mode, stops as heavier steps; a hollow line where its colour is used a second time."""
    for mode, i, j in curve.runs:
        looks = {
            "linestyle": MODE_DASHES.get(mode, "-"), "linewidth": width if mode else 1.6 * width, "zorder": 4 if mode else 5,
            "solid_capstyle": "butt", "dash_capstyle": "butt",
        }  # fmt: skip
        x, y = curve.km[i : j + 1], curve.mean[i : j + 1]
        ax.plot(x, y, color=curve.style.colour, **looks)
        if curve.hollow:
            ax.plot(x, y, color=PAPER, **looks | {"linewidth": 0.45 * looks["linewidth"]})


def _overview(figure: Figure, curves: Sequence[_Curve], scale: _Scale, *, base: float, height: float) -> None:
    """All ways over one another, each labelled at its end."""
    few = len(curves) <= 4
    totals = [_total(c, scale.measure) for c in curves]
    wide = max(max(_width(c.name, SMALL) for c in curves), max(_width(t, TEXT, "bold") for t in totals))
    margin = min(0.58 + wide, 0.36 * WIDTH)
    width = WIDTH - LEFT - RIGHT - margin
    edge = LEFT + width
    highest = scale.top if few else max(float(c.mean[-1]) for c in curves) * 1.06
    ax = _axes(figure, LEFT, base, width, height)
    _scaled(ax, scale, highest, 0.0)
    order = sorted(range(len(curves)), key=lambda i: curves[i].mean[-1])
    wanted = [base + curves[i].mean[-1] / highest * height for i in order]
    for i, at, y in zip(order, wanted, _spread(wanted, 0.36, base + 0.1, base + height), strict=True):
        curve, total = curves[i], totals[i]
        if few:
            ax.fill_between(curve.km, curve.p10, curve.p90, color=curve.style.colour, alpha=0.13, linewidth=0, zorder=1)
        _draw(ax, curve, 1.5 if few else 1.25)
        ax.plot(curve.km[-1:], curve.mean[-1:], curve.style.marker, color=PAPER if curve.hollow else curve.style.colour,
                markersize=5, markeredgecolor=curve.style.colour if curve.hollow else PAPER, markeredgewidth=0.6, zorder=6,
                clip_on=False)  # fmt: skip
        end = LEFT + scale.across(curve.km[-1]) * width
        _stroke(figure, (end, edge, edge + 0.2, edge + 0.27), (at, at, y, y), color=curve.style.colour, alpha=0.6,
                linewidth=0.6, zorder=0.5)  # fmt: skip
        _badge(figure, edge + 0.37, y, curve)
        _write(figure, edge + 0.55, y + 0.075, _shorten(curve.name, SMALL, margin - 0.5), size=SMALL, gid="end")
        _write(figure, edge + 0.55, y - 0.075, total, weight="bold", gid="end")
    if scale.kink < scale.far:
        _write(figure, LEFT + (1 - 0.5 * BEYOND) * width, base + 0.12, "smaller scale", size=SMALL, color=FAINT, ha="center")
    if len(curves) == 1:
        _steps(ax, curves[0], scale, (width, height), 9)


def _facet(
    figure: Figure, curve: _Curve, curves: Sequence[_Curve], scale: _Scale, box: tuple[float, float, float, float]
) -> Axes:
    """One way before the others in grey: band, labelled steps, countries along the foot."""
    from matplotlib.collections import LineCollection

    x, y, width, height = box
    ax = _axes(figure, *box)
    _scaled(ax, scale, scale.top, STRIP / height)
    others = [np.column_stack((c.km, c.mean)) for c in curves if c is not curve]
    ax.add_collection(LineCollection(others, colors=CONTEXT, linewidths=0.6, zorder=1.5), autolim=False)
    ax.fill_between(curve.km, curve.p10, curve.p90, color=curve.style.colour, alpha=0.2, linewidth=0, zorder=2)
    _draw(ax, curve, 1.3)
    _badge(figure, x + 0.09, y + height + 0.28, curve)
    name = _shorten(curve.name, SMALL, width - 0.3, "bold")
    _write(figure, x + 0.26, y + height + 0.28, name, size=SMALL, weight="bold")
    _write(figure, x + 0.26, y + height + 0.13, f"{_total(curve, scale.measure)}, {curve.km[-1]:,.0f} km", size=SMALL)
    _strip(ax, curve, scale, width)
    _steps(ax, curve, scale, (width, height - STRIP), 6)
    return ax


def _strip(ax: Axes, curve: _Curve, scale: _Scale, width: float) -> None:
    """Countries passed, between the axis and zero."""
    low = ax.get_ylim()[0]
    ax.axhline(0.0, color=FAINT, linewidth=0.4, zorder=3)
    for country, start, end in curve.countries:
        ax.plot((end, end), (low, 0.0), color=FAINT, linewidth=0.4, zorder=3)
        left, right = (float(scale.across(km)) * width for km in (start, end))
        if right - left >= _width(country, 7.0) + 0.03:
            middle = float(scale.distance((left + right) / 2 / width))
            ax.text(middle, low / 2, country, size=7.0, color=FAINT, ha="center", va="center_baseline", gid="country")


def _steps(ax: Axes, curve: _Curve, scale: _Scale, size: tuple[float, float], most: int) -> None:
    """Labels of the largest steps."""
    width, height = size
    for label in _place_labels(curve, scale, size, most):
        (x, y), (at_x, at_y) = (
            (float(scale.distance(x / width)), y / height * ax.get_ylim()[1]) for x, y in ((label.x, label.y), label.anchor)
        )
        ax.annotate(
            label.text, (at_x, at_y), (x, y), size=SMALL, ha=label.side, va="center", color=INK, linespacing=1.15, zorder=7,
            gid="step", bbox={"boxstyle": "square,pad=0.08", "facecolor": PAPER, "alpha": 0.72, "edgecolor": "none"},
            arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _place_labels(curve: _Curve, scale: _Scale, size: tuple[float, float], most: int) -> list[_Label]:
    """The largest steps labelled so that no label covers another, the line, or the edge; the smallest give way."""
    largest = [s for s in sorted(curve.stops, key=lambda s: -s.size)[:most] if s.size >= 0.04 * curve.mean[-1]]
    line = scale.across(curve.km) * size[0], curve.mean / scale.top * size[1]
    chosen: list[_Step] = []
    labels: list[_Label] = []
    for stop in largest:
        wanted = sorted([*chosen, _step(stop, scale, size, line)], key=lambda s: s.y)
        tries = (_try_sides(wanted, sides, size) for sides in itertools.product(*(s.sides for s in wanted)))
        cost, found = min(tries, key=lambda c: c[0], default=(np.inf, []))
        if np.isfinite(cost):
            chosen, labels = wanted, found
    return labels


class _Step(NamedTuple):
    """A step and the size of its label, in inches; `over` is the height of the line under a label right of the step."""

    text: str
    wide: float
    x: tuple[float, float]
    y: tuple[float, float]
    over: float
    sides: str


def _step(stop: _Stop, scale: _Scale, size: tuple[float, float], line: tuple[Floats, Floats]) -> _Step:
    """Where a stop stands on axes of that size, and the sides on which its label may stand."""
    places = "–".join(dict.fromkeys((stop.places[0], stop.places[-1])))
    text = f"{places} +{_figures(stop.size, scale.measure)}{' d' if scale.measure == 'hours' else ''}"
    text += f"\n{', '.join(stop.happenings)}"
    wide = _width(text, SMALL) + 0.04
    low, high = (float(scale.across(km)) * size[0] for km in stop.km)
    over = float(np.interp(high + ARM + wide, *line))
    sides = ("l" if low - ARM - wide >= 0.02 else "a") + ("r" if high + ARM + wide <= size[0] else "")
    return _Step(text, wide, (low, high), (stop.y[0] / scale.top * size[1], stop.y[1] / scale.top * size[1]), over, sides)


def _try_sides(steps: Sequence[_Step], sides: Sequence[str], size: tuple[float, float]) -> tuple[float, list[_Label]]:
    """Labels left of (l), above (a) or right of (r) their steps, and how far away (infinite if they do not fit)."""
    half = SMALL * 1.25 / 72
    labels: list[_Label] = []
    cost = 0.0
    for group, sign in (("la", 1.0), ("r", -1.0)):  # labels above the line are pushed up, those below it down
        spans: list[tuple[float, float, float]] = []
        for step, side in list(zip(steps, sides, strict=True))[:: int(sign)]:
            if side not in group:
                continue
            edge = step.x[0] if side == "l" else step.x[1]
            span = (edge - ARM - step.wide, edge - ARM) if side == "l" else (edge + ARM, edge + ARM + step.wide)
            middle = sum(step.y) / 2
            y = {
                "l": max(middle, step.y[0] + half + 0.02),
                "a": max(step.over, step.y[1]) + half + 0.03,
                "r": min(middle, step.y[1] - half - 0.02),
            }[side]
            for other in (s for s in spans if span[0] < s[1] and s[0] < span[1]):
                y = sign * max(sign * y, sign * other[2] + 2 * half + 0.02)
            if y - half < 0.0 or y + half > size[1] + 0.02:
                return np.inf, []
            spans.append((*span, y))
            cost += abs(y - middle) + 0.3 * (side == "a")
            anchor = step.y[1] if side == "a" else middle
            labels.append(_Label(step.text, span[side == "l"], y, (edge, anchor), "right" if side == "l" else "left"))
    return cost, labels


# ------------------------------------------------------------------------------------------------------------------ the bars


def _bars_figure(pair: _Pair) -> Figure:
    raise NotImplementedError


def _costs_figure(pair: _Pair) -> Figure:
    raise NotImplementedError
