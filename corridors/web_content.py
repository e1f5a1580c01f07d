"""What the interactive map shows, as plain lists: places, lines, gates, ways and the base map.

A page that opens with the network off carries everything in itself. So that eighty ways of sixty activities stay small, what
is said of an activity is kept once and ways name it by number; sources, too, are named by number. Figures are the study's
own: hours and dollars to ten significant digits, as in its tables. Coordinates are rounded for drawing: 0.0001 degree (11 m)
for lines, 0.001 for the base map.

The opening year of a project is the one that the scenario sets, else the best of its row; :data:`NEVER` stands for a project that
the scenario holds or whose year nobody has named. The page uses it to draw the network of another year, never to
change a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.citations import sources_of_activity
from corridors.comparison import comparison_rows, describe
from corridors.map_scene import Scene, scene_of
from corridors.provenance import LICENCE, versions
from geodata.basemap import BOUNDARY_NOTE, attributions, read_borders, read_lakes, read_overview, read_relief, read_sea

if TYPE_CHECKING:
    from corridors.study import Study, Way
    from geodata.network import Network, Project
    from sim.itinerary import Priced

NEVER = None
"""Opening year of a project that does not open."""

LINE_DIGITS = 4
BASE_DIGITS = 3
WAY_FIGURES = (
    "km", "hours_p10", "hours_p50", "hours_p90", "usd_p10", "usd_p50", "usd_p90", "kg_co2e_mean", "p_quickest", "p_cheapest",
    "p_delivered",
)  # fmt: skip
"""Columns of the comparison that the page repeats, in this order."""


class Numbered:
    """Values that are written once and named by number, in the order in which they were met."""

    def __init__(self) -> None:
        self.number: dict[Any, int] = {}

    def of(self, value: Any) -> int:
        """Number of a value."""
        return self.number.setdefault(value, len(self.number))

    def __iter__(self) -> Any:
        return iter(self.number)


def web_content(study: Study, borders: str = "natural-earth") -> dict[str, Any]:
    """Everything that the page shows.

    Parameters
    ----------
    study
        A study carried through.
    borders
        natural-earth, or hidden.

    Returns
    -------
    dict
        Ready for JSON; lists are described where they are made.
    """
    scene = scene_of(study, None, "light")
    sources, steps = Numbered(), Numbered()
    ways = _ways(study, steps, sources)
    lines = _lines(scene, sources)
    gates = _gates(study, scene, sources)
    scenario = study.scenario
    return {
        "title": scenario.title,
        "question": scenario.question,
        "name": scenario.name,
        "date": scenario.date.isoformat(),
        "year": scenario.date.year,
        "cargo": describe(study),
        "assumption": study.assumption,
        "made": f"corridors {versions()['corridors']}, seed {scenario.seed}, {study.draws} draws",
        "notes": [*attributions(borders), LICENCE],
        "boundary_note": "" if borders == "hidden" else BOUNDARY_NOTE,
        "places": {
            name: [node.name, node.country, round(node.lon, LINE_DIGITS), round(node.lat, LINE_DIGITS)]
            for name, node in sorted(scene.nodes.items())
        },
        "projects": {name: _project(study, project) for name, project in sorted(_projects(study).items())},
        "corridors": [
            {
                "id": name, "name": study.catalogue[name].name, "why": study.catalogue[name].why, "letter": style.letter,
                "colour": style.colour, "dash": list(style.dash),
            }
            for name, style in scene.styles.items()
        ],
        "pairs": [list(pair) for pair in study.pairs()],
        "ways": ways,
        "steps": [list(step) for step in steps],
        "lines": lines,
        "gates": gates,
        "sources": _sources(study, list(sources)),
        "base": _base(borders),
    }  # fmt: skip


def _ways(study: Study, steps: Numbered, sources: Numbered) -> list[dict[str, Any]]:
    """Say of each way its figures (:data:`WAY_FIGURES`) and its activities, by number."""
    figures = {(r["origin"], r["destination"], r["corridor"]): r for r in comparison_rows(study)}
    known: dict[int, list[int]] = {}
    out = []
    for way in study.ways:
        row = figures[way.origin, way.destination, way.corridor]
        out.append(
            {
                "origin": way.origin, "destination": way.destination, "corridor": way.corridor, "reason": way.reason,
                "figures": [row[name] for name in WAY_FIGURES] if way.feasible else None,
                "steps": [steps.of(step) for step in _steps(study, way, sources, known)],
            }
        )  # fmt: skip
    return out


def _steps(study: Study, way: Way, sources: Numbered, known: dict[int, list[int]]) -> Iterable[tuple[Any, ...]]:
    """Activities of a way: what, why, from, to, country, mode, gauge, km, hours (mean, P10, P90), dollars, line or gate, project, sources."""
    outcome, itinerary = way.outcome, way.itinerary
    if outcome is None or itinerary is None:
        return
    usd = sum(outcome.usd_mean.values(), np.zeros(len(itinerary.priced)))
    for i, priced in enumerate(itinerary.priced):
        a = priced.activity
        hours = (float(outcome.hours_mean[i]), float(outcome.hours_p10[i]), float(outcome.hours_p90[i]))
        yield (
            a.kind, a.reason, a.from_node_id, a.to_node_id, a.country, a.mode, a.gauge_mm, _short(itinerary.km[i]),
            *map(_short, hours), _short(float(usd[i])), a.link_id or a.crossing_id, a.project_id,
            tuple(_sources_of(priced, study, sources, known)),
        )  # fmt: skip


def _sources_of(priced: Priced, study: Study, sources: Numbered, known: dict[int, list[int]]) -> list[int]:
    if id(priced) not in known:
        found = sources_of_activity(priced, study.network, study.parameters, study.own)
        known[id(priced)] = [sources.of(name) for name in found]
    return known[id(priced)]


def _short(value: float) -> float:
    """Figure to ten significant digits, as in the tables."""
    return float(format(value, ".10g"))


def _lines(scene: Scene, sources: Numbered) -> list[list[Any]]:
    """Lines: name, line, mode, gauges, status, electrified, project, country, km, ends, points, sources."""
    return [
        [
            link.link_id, link.line_name, link.mode, list(link.gauges), link.status, link.electrified, link.project_id,
            link.country, _short(link.length_km), link.from_node_id, link.to_node_id,
            _rounded(scene.line(link.link_id), LINE_DIGITS), [sources.of(s) for s in link.source.split(";") if s],
        ]
        for link in scene.links.values()
    ]  # fmt: skip


def _gates(study: Study, scene: Scene, sources: Numbered) -> list[list[Any]]:
    """Gates: name, words, mode, ends, project, state on the date, note of the closure in force, sources, points, status."""
    said: dict[str, list[str]] = {}
    for standing in study.standings:
        said.setdefault(standing.closure.object_id, []).append(standing.words)
    return [
        [
            gate.crossing_id, gate.name, gate.mode, gate.from_node_id, gate.to_node_id, gate.project_id,
            study.states.get(gate.crossing_id, "not built"), said.get(gate.crossing_id, []),
            [sources.of(s) for s in gate.source.split(";") if s],
            _rounded(scene.line(gate.crossing_id), LINE_DIGITS), gate.status,
        ]
        for gate in scene.crossings.values()
    ]  # fmt: skip


def _projects(study: Study) -> dict[str, Project]:
    network: Network = study.search.everything if study.search is not None else study.network
    return dict(network.projects)


def _project(study: Study, project: Project) -> list[Any]:
    """Name, kind, status, opening year drawn by (:data:`NEVER`: not at all), claimed or estimated years, who settled it."""
    claimed = [round(y) for y in project.opening_year] if project.opening_year else None
    opened = study.scenario.opened
    if project.project_id in study.scenario.projects.held:
        return [project.name, project.kind, project.status, NEVER, claimed, "held unbuilt by the scenario"]
    decreed = opened.get(project.project_id)
    if decreed is not None:
        return [project.name, project.kind, project.status, decreed, claimed, "opened by the scenario"]
    if project.project_id in opened:
        return [project.name, project.kind, project.status, study.scenario.date.year, claimed, "opened by the scenario"]
    year = claimed[1] if claimed else (0 if project.status == "operational" else NEVER)
    return [project.name, project.kind, project.status, year, claimed, "best estimate of the table"]


def _sources(study: Study, names: Sequence[str]) -> list[list[Any]]:
    """Sources: title, publisher, year, address."""
    from corridors.citations import source_rows

    rows = study.own.sources or source_rows()
    return [[str(rows[n]["title"]), str(rows[n]["publisher"]), rows[n]["year"], str(rows[n]["url"])] for n in names]


def _base(borders: str) -> dict[str, Any]:
    """Base map: window, coarse land, sea and lakes as polygons, borders with their strokes."""
    relief = read_relief()
    return {
        "window": [relief.west, relief.south, relief.east, relief.north],
        "overview": [[_rounded(ring, 2) for ring in polygon] for polygon in read_overview()],
        "sea": [[_rounded(ring, BASE_DIGITS) for ring in polygon] for polygon in read_sea()],
        "lakes": [[_rounded(ring, BASE_DIGITS) for ring in polygon] for polygon in read_lakes()],
        "borders": [[line.style, _rounded(line.lonlat, BASE_DIGITS)] for line in read_borders(borders)],
    }


def _rounded(points: Any, digits: int) -> list[list[float]]:
    """Points as latitude and longitude (the order of web maps), neighbours that fall together written once."""
    rounded = np.round(np.asarray(points)[:, ::-1], digits)
    keep = np.ones(len(rounded), dtype=bool)
    keep[1:] = np.any(rounded[1:] != rounded[:-1], axis=1)
    kept = rounded[keep] if keep.sum() > 1 else rounded
    return [[float(lat), float(lon)] for lat, lon in kept]
