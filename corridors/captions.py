"""Captions: what every chart says in words.

A chart that is cut out of its page must still say what is moved, on which date, on which terms, what was assumed about
states that nobody knows, which ways are shut and why, and what it rests on. All charts take these words, the choice of one
pair of places, and the rounding of figures from here, so that no two of them can differ.

Money is shown per load unit: a consignment of two boxes at 9,000 USD costs 4,500 USD per FEU. Days are given to the day,
below ten to a tenth; dollars to three figures, parts of them to two, which is more than the rows they come from are good for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from corridors.door import must_be_study, names_in, told
from corridors.style import COLOURS, CorridorStyle, corridor_styles
from corridors.toml_files import ScenarioError, nearest

if TYPE_CHECKING:
    from corridors.study import Study, Way
    from sim.draws import Floats
    from sim.simulation import Outcome

Measure = Literal["hours", "usd"]

TERMS = {
    "consignee": "handed over to the consignee",
    "fob": "on board a ship at the port",
    "transit_import": "from ship, in transit, to the consignee",
}
NO_WAY = "No way is open on this date. Why:"


class Pair(NamedTuple):
    """The ways between one origin and one destination, with the words that every chart of them bears."""

    study: Study
    origin: str
    destination: str
    ways: tuple[Way, ...]
    shut: tuple[Way, ...]
    styles: Mapping[str, CorridorStyle]

    def is_hollow(self, corridor_id: str) -> bool:
        """Whether a corridor's colour is used a second time, so that its line and letter are hollow."""
        return list(self.styles).index(corridor_id) >= len(COLOURS)


def pair_of(study: Study, origin: str | None, destination: str | None, corridors: Iterable[str] | None) -> Pair:
    """Ways between two places of a study; the first origin and its first destination unless named.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    origin, destination
        Places, by ``node_id`` or name.
    corridors
        Corridors wanted (``corridor_id`` or name); None = all.

    Raises
    ------
    ScenarioError
        If the study has no such place or corridor.
    """
    must_be_study(study, "chart")
    ways = list(study.ways)
    places = {node: place_name(study, node) for way in ways for node in (way.origin, way.destination)}
    start = one_of(origin, {w.origin: places[w.origin] for w in ways}, "origin") or ways[0].origin
    ends = {w.destination: places[w.destination] for w in ways if w.origin == start}
    end = one_of(destination, ends, "destination") or next(iter(ends))
    known = {w.corridor: corridor_name(study, w.corridor) for w in ways}
    named = list(known) if corridors is None else names_in(corridors, "corridors", next(iter(known)))
    if not named:
        raise ScenarioError("corridors: found an empty list; leave corridors out to draw all of them")
    wanted = {one_of(name, known, "corridor") for name in named}
    chosen = [w for w in ways if (w.origin, w.destination) == (start, end) and w.corridor in wanted]
    return Pair(
        study, start, end,
        tuple(w for w in chosen if w.feasible), tuple(w for w in chosen if not w.feasible), corridor_styles(known),
    )  # fmt: skip


MOST_LISTED = 30
"""Right names that a message lists; of more, it offers the nearest alone."""


def one_of(name: str | None, known: Mapping[str, str], what: str) -> str:
    """Key of `known` that is `name` or whose words are; empty for None."""
    if name is None:
        return ""
    if not isinstance(name, str):
        raise ScenarioError(f"{what}: found {told(name)}; allowed {', '.join(known)}")
    keys = {word.casefold(): key for key, words in known.items() for word in (words, key)}
    if name.casefold() not in keys:
        hint = nearest(name, known) or nearest(name, known.values())
        allowed = f"; allowed {', '.join(known)}" if len(known) <= MOST_LISTED else ""
        raise ScenarioError(f'{what} "{name}" is not in this study{allowed}{hint}')
    return keys[name.casefold()]


def place_name(study: Study, node_id: str) -> str:
    """Name of a place, without what stands in brackets."""
    node = study.network.nodes.get(node_id)
    return (node.name if node else node_id).split(" (")[0]


def unit_of(study: Study) -> str:
    """Unit that money is counted in, for axes: FEU, TEU, wagon, truck, t."""
    unit: str = study.scenario.consignment.load_unit
    return "t" if unit == "tonne" else unit


def corridor_name(study: Study, corridor_id: str) -> str:
    """Corridor in words."""
    entry = study.catalogue.get(corridor_id)
    return entry.name if entry else corridor_id


def factor_of(study: Study, measure: str) -> float:
    """Factor from hours to days, or from dollars of the consignment to dollars of one load unit."""
    return 1 / 24 if measure == "hours" else 1 / study.scenario.consignment.count


def arrived(outcome: Outcome, measure: str) -> Floats:
    """Hours or dollars of the trips that are delivered: a trip that is not has none."""
    values = outcome.hours if measure == "hours" else outcome.usd
    return values[~np.isnan(values)]


def figures(value: float, measure: str, digits: int = 3) -> str:
    """Days to a day (tenths below ten), dollars to so many figures."""
    if measure == "hours":
        return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    step = 10 ** max(0, int(np.floor(np.log10(max(value, 1.0)))) - digits + 1)
    return f"{round(value / step) * step:,.0f}"


def head_lines(pair: Pair) -> list[str]:
    """Lines under the title: what is moved and when, and what is assumed about states that nobody knows."""
    scenario = pair.study.scenario
    day = f"{scenario.date.day} {scenario.date:%B %Y}"
    if scenario.departures == "year":
        day = f"any month, lines and gates as of {day}"
    lines = [f"{scenario.title}. Cargo of {day}: {_consignment_words(pair.study)}; {TERMS[scenario.terms]}."]
    assumed = dict.fromkeys(way.assumption for way in (*pair.ways, *pair.shut) if way.assumption)
    lines += [f"{'' if text.startswith('Assumed') else 'Assumed: '}{text.rstrip('.')}." for text in assumed]
    return lines


def _consignment_words(study: Study) -> str:
    c = study.scenario.consignment
    count = f"{c.count:,g} {c.load_unit}{'s' if c.count != 1 and c.load_unit in {'wagon', 'truck', 'tonne'} else ''}"
    return (
        f"{count}, {c.tonnes:,g} t of {c.commodity} cargo worth {c.value_usd:,.0f} USD, "
        f"{c.rail_service.replace('_', ' ')} on rails"
    )


def foot_lines(pair: Pair, how_to_read: str) -> list[str]:
    """Lines below a chart: how to read it, the ways that are shut and why, what it rests on."""
    from corridors import __version__

    lines = [how_to_read]
    for way in pair.shut:
        reason = way.reason[:1].upper() + way.reason[1:].rstrip(".")
        lines.append(
            f"({pair.styles[way.corridor].letter}) {corridor_name(pair.study, way.corridor)}: no way. {reason}."
        )
    scenario = pair.study.scenario
    lines.append(
        f"Source: corridor-route-simulator {__version__}, scenario {scenario.name}, {pair.study.draws or scenario.draws:,} draws, seed "
        f"{scenario.seed}. What the figures rest on ({len(pair.study.source_ids())} sources) is listed by: "
        f"corridors sources {scenario.name}"
    )
    if pair.study.own.rows:
        lines[-1] += f". {pair.study.own}"
    if _uses_osm(pair):
        lines[-1] += ". Some distances: © OpenStreetMap contributors, ODbL 1.0"
    return lines


def _uses_osm(pair: Pair) -> bool:
    """Whether a length of these ways was measured on OpenStreetMap."""
    network = pair.study.network
    activities = [a for way in pair.ways if way.itinerary for a in way.itinerary.activities]
    links = {network.links[a.link_id].length_basis for a in activities if a.link_id in network.links}
    hops = {network.crossings[a.crossing_id].length_basis for a in activities if a.crossing_id in network.crossings}
    return "osm" in links | hops
