"""Map pictures: each map written to a file, with the figures behind it beside it as CSV.

The table of a map of ways has one row a gate: its state on the date, and the mean hours that the ways drawn spend there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.map_notes import gauges_at_breaks, hours_at_gates
from corridors.map_scene import refuse_unknown
from corridors.maps import CHOICES, plot_map
from corridors.record_files import csv_text
from corridors.safe_files import write_text
from corridors.style import save_picture
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from corridors.study import Study


class Look(NamedTuple):
    """Choices of a map, as `corridors.maps.plot_map` has them."""

    region: str = "all"
    theme: str = "light"
    size: str = "a4"
    borders: str = "natural-earth"
    labels: str = "en"

    def check(self) -> None:
        """Refuse a choice that there is not, and say which there are."""
        for what, value in self._asdict().items():
            refuse_unknown(what, value, list(CHOICES[what]))

    @property
    def of_sheet(self) -> dict[str, str]:
        """Choices but for the region."""
        return {what: value for what, value in self._asdict().items() if what != "region"}


def write_map(path: Path, study: Study, look: Look, corridors: Iterable[str] | None = None) -> list[Path]:
    """Map of a study, and the table of its gates."""
    wanted = None if corridors is None else list(corridors)
    figure = plot_map(study, corridors=wanted, **look._asdict())
    return _written(figure, path, look, gate_rows(study, wanted))


def write_multiples(
    path: Path, studies: Sequence[Study], look: Look, corridors: Iterable[str] | None = None
) -> list[Path]:
    """Small maps of several studies, and the table of their median days."""
    from corridors.multiples import multiples_figure, multiples_rows

    if corridors is not None:
        raise ScenarioError("map: small maps draw all corridors of their scenarios; name them by --set corridors=A,B")
    if look.region != "all":
        raise ScenarioError(f'map: small maps have no region; found "{look.region}"')
    return _written(multiples_figure(studies, **look.of_sheet), path, look, multiples_rows(studies))


def write_status(path: Path, on: str, look: Look) -> list[Path]:
    """Map of every line and gate on a day, and the table of their states."""
    from corridors.status_map import status_figure, status_rows

    day = _day(on)
    return _written(status_figure(day, **look._asdict()), path, look, status_rows(day))


def write_hinterland(
    path: Path, study: Study, ports: Sequence[str], not_through: str, look: Look
) -> tuple[list[Path], list[str]]:
    """Maps of the hinterland of a port with their table, and what they say in words; no files where no place reaches it."""
    from corridors.captions import place_name
    from corridors.hinterland import hinterland_rows
    from corridors.hinterland_map import answer_of, count_words, hinterland_figure

    answer = answer_of(study, ports, not_through)
    if not any(answer.ports[0] in reach.hours for reach in answer.reaches):
        return [], []
    first = place_name(study, answer.ports[0])
    said = [count_words(answer, measure, first) for measure in ("hours", "usd")] if len(answer.ports) == 2 else []
    rows = hinterland_rows(study, answer.reaches, answer.ports)
    return _written(hinterland_figure(answer, **look.of_sheet), path, look, rows), said


def gate_rows(study: Study, corridors: Sequence[str] | None) -> list[dict[str, Any]]:
    """One row a crossing: state on the date, and the least and most mean hours that the ways drawn spend there."""
    ways = [way for way in study.ways if corridors is None or way.corridor in corridors]
    hours, states = hours_at_gates(ways), study.states
    breaks = gauges_at_breaks(ways, study.network.terminals)
    rows: list[dict[str, Any]] = [
        {
            "scenario": study.scenario.name, "date": study.scenario.date.isoformat(), "object": name, "state": states[name],
            "hours_mean_least": hours[name][0] if name in hours else "", "hours_mean_most": hours[name][1] if name in hours else "",
            "gauges_mm": "",
        }
        for name in sorted({*hours, *states})
    ]  # fmt: skip
    for place, (a, b) in breaks.items():
        row = dict.fromkeys(rows[0] if rows else ("scenario", "date", "object"), "")
        row |= {"scenario": study.scenario.name, "date": study.scenario.date.isoformat(), "object": place}
        rows.append(row | {"gauges_mm": f"{a};{b}"})
    return rows


def _written(figure: Figure, path: Path, look: Look, rows: list[dict[str, Any]]) -> list[Path]:
    written = [save_picture(figure, path, theme=look.theme)]
    figure.clear()
    if rows:
        table = path.with_suffix(".csv")
        write_text(table, csv_text(rows, digits=10))
        written.append(table)
    return written


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(f'--on: found "{text}"; allowed a day, YYYY-MM-DD') from error
