"""What a study's figures rest on: from an activity to its rows, from a row to its evidence, from evidence to a source.

Each activity of a way carries the numbers of the parameter rows it used; each row names its evidence; each piece of
evidence names the document it was read in. Facts of place (a length, a position, a terminal, a closure) name their
sources directly. The walk below collects exactly the sources of the ways at hand, nothing else, so that a bibliography
can be printed under a table without a line too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from corridors.own_names import OWN_SOURCE
from corridors.own_rows import OwnRows
from geodata.elements import RANKS
from geodata.network import DATA as GEODATA
from geodata.network import Network
from geodata.tables import Table, read_package

if TYPE_CHECKING:
    from corridors.study import Study
    from sim.itinerary import Priced
    from sim.parameters import Parameters


@lru_cache(maxsize=1)
def _tables() -> dict[str, Table]:
    return read_package(GEODATA, ["evidence", "sources"])


def evidence_rows() -> dict[str, dict[str, object]]:
    """Rows of ``evidence.csv`` by evidence_id."""
    table = _tables()["evidence"]
    return {str(row["evidence_id"]): row for row in table.rows()}


def source_rows() -> dict[str, dict[str, object]]:
    """Rows of ``sources.csv`` by source_id."""
    table = _tables()["sources"]
    return {str(row["source_id"]): row for row in table.rows()}


def published_ends(keys: Sequence[str]) -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    """Published value behind each end of a range, with its source: name of the end, row of evidence, row of the source.

    Parameters
    ----------
    keys
        Keys of the evidence of low, best and high, in this order; what no row holds, say of rows of one's own, is left out.
    """
    evidence, sources = evidence_rows(), source_rows()
    for end, key in zip(RANKS, keys, strict=False):
        if key in evidence:
            yield end, evidence[key], sources.get(str(evidence[key]["source_id"]), {})


@lru_cache(maxsize=1)
def _source_of_evidence() -> dict[str, str]:
    table = _tables()["evidence"]
    return dict(zip(map(str, table["evidence_id"]), map(str, table["source_id"]), strict=True))


def _split(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def sources_of_row(parameters: Parameters, number: int, own: OwnRows | None = None) -> list[str]:
    """Source ids behind one parameter row; without evidence it rests on our own reading, or on the user's rows, alone."""
    row = parameters.rows[number]
    known = own.evidence if own and own.rows else _source_of_evidence()
    found = [known[name] for name in row.evidence if name in known]
    if own and f"parameters:{row.parameter_id}" in own.names and not all(row.evidence):
        found.append(OWN_SOURCE)
    return list(dict.fromkeys(found)) or ["own-reading"]


def sources_of_activity(
    priced: Priced, network: Network, parameters: Parameters, own: OwnRows | None = None
) -> list[str]:
    """Source ids behind one priced activity: its place or stretch, and its parameter rows."""
    a = priced.activity
    cells: list[str] = []
    if a.link_id in network.links:
        cells += _split(network.links[a.link_id].source)
    if a.crossing_id in network.crossings:
        cells += _split(network.crossings[a.crossing_id].source)
    if a.terminal_id in network.terminals:
        cells += _split(network.terminals[a.terminal_id].source)
    if a.project_id in network.projects:
        cells += _split(network.projects[a.project_id].source)
    for number in priced.rows():
        cells += sources_of_row(parameters, number, own)
    return list(dict.fromkeys(cells))


def sources_of(study: Study) -> dict[str, dict[str, object]]:
    """Sources of every feasible way of a study and of the closures in force, by source_id, sorted.

    Returns
    -------
    dict
        Rows of ``sources.csv``.
    """
    names: set[str] = set()
    seen: set[str] = set()
    for way in study.ways:
        if way.itinerary is None:
            continue
        for priced in way.itinerary.priced:
            if priced.activity.activity_id not in seen:
                seen.add(priced.activity.activity_id)
                names.update(sources_of_activity(priced, study.network, study.parameters, study.own))
    for standing in study.standings:
        names.update(_split(standing.closure.source))
    return _rows(names, study.own.sources or source_rows())


def _rows(names: Iterable[str], known: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    return {name: dict(known[name]) for name in sorted(names)}
