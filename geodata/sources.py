"""Sources: from the keys in the tables to citations, and everything a set of rows rests on.

A ``source`` cell holds one or several keys of ``sources.csv``, separated by ';'. An evidence cell holds a key of
``evidence.csv``, which keeps a published figure as it was printed and names its one source. So every figure walks
back to an address and a day on which it was read.

Two rankings are kept apart. The *grade* of a source says who speaks (A statistics, tariff, law or contract; B report
or agency that names its source; C press or trade quote; D own reading, undated or unattributed). The *basis* of a
figure says what was done to it, from observed, the strongest, to assumption, the weakest; a row that rests on several
figures has the weakest basis among them.

Bibliographies are sorted weakest first: a reader who looks for trouble should find it at the top.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geodata.network import DATA
from geodata.tables import TableError, did_you_mean, read_package

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from geodata.tables import Table

OSM_ELEMENT = re.compile(r"osm:(node|way|relation)/(-?\d+)@(\d+|unknown)")
"""Key of an element of OpenStreetMap in a version, which cites itself and needs no row in ``sources.csv``."""

BASES = ("observed", "published", "tariff", "derived", "estimate", "assumption")
"""What a row rests on, strongest first."""
_SUFFIXES = ("low_evidence", "best_evidence", "high_evidence")


class Source(NamedTuple):
    """One entry of the bibliography: a row of ``sources.csv``."""

    source_id: str
    title: str
    publisher: str
    year: int | None
    url: str
    accessed: date
    kind: str
    grade: str
    note: str


class Evidence(NamedTuple):
    """One published figure as printed, and as converted: a row of ``evidence.csv``."""

    evidence_id: str
    quantity: str
    place: str
    published_value: str
    published_unit: str
    factor: float | None
    value: float | None
    unit: str
    price_year: int | None
    as_of: str
    direction: str
    includes: str
    source_id: str
    note: str


def read_sources(folder: Path = DATA) -> tuple[dict[str, Source], dict[str, Evidence]]:
    """Read the bibliography and the published figures, each by its key, in the order of their files."""
    tables = read_package(folder, ("sources", "evidence"))
    sources = [Source(**row) for row in tables["sources"].rows()]
    evidence = [Evidence(**row) for row in tables["evidence"].rows()]
    return {item.source_id: item for item in sources}, {item.evidence_id: item for item in evidence}


def element_row(key: str) -> dict[str, object]:
    """Return the entry of the bibliography for an element of OpenStreetMap: its address is its history.

    Examples
    --------
    >>> element_row("osm:way/1234@7")["url"], element_row("osm:way/1234@unknown")["url"]
    ('https://www.openstreetmap.org/way/1234/history/7', 'https://www.openstreetmap.org/way/1234')
    """
    match = OSM_ELEMENT.fullmatch(key)
    if match is None:
        raise TableError.at("source", problem=f'found "{key}"', allowed="osm:node/NUMBER@VERSION, way or relation")
    kind, number, version = match.groups()
    known = version != "unknown"
    return {
        "source_id": key, "title": f"OpenStreetMap {kind} {number}" + (f", version {version}" if known else ""),
        "publisher": "OpenStreetMap contributors", "year": None,
        "url": f"https://www.openstreetmap.org/{kind}/{number}" + (f"/history/{version}" if known else ""),
        "accessed": None, "kind": "dataset", "grade": "C", "note": "ODbL 1.0, © OpenStreetMap contributors",
    }  # fmt: skip


def keys_of(cells: Iterable[str]) -> list[str]:
    """Return each key that stands in ``source`` cells, once, in the order of appearance.

    Examples
    --------
    >>> keys_of(["adb-2023-cpmm;own-reading", "", "own-reading"])
    ['adb-2023-cpmm', 'own-reading']
    """
    return list(dict.fromkeys(key.strip() for cell in cells for key in cell.split(";") if key.strip()))


def rest_on(cells: Iterable[str], sources: Mapping[str, Source]) -> list[Source]:
    """Return the sources that ``source`` cells name, each once, weakest grade first, then by key.

    Raises
    ------
    TableError
        If a key is not in the bibliography.
    """
    keys = keys_of(cells)
    for key in keys:
        if key not in sources:
            raise TableError.at(
                "sources.csv",
                problem=f'there is no source_id "{key}"',
                mend=did_you_mean(key, sources) or "add the row to sources.csv",
            )
    named = sorted((sources[key] for key in keys), key=lambda source: source.source_id)
    return sorted(named, key=lambda source: source.grade, reverse=True)


def evidence_rests_on(
    cells: Iterable[str], evidence: Mapping[str, Evidence], sources: Mapping[str, Source]
) -> list[Source]:
    """Return the sources behind evidence cells, in the order of :func:`rest_on`."""
    keys = keys_of(cells)
    for key in keys:
        if key not in evidence:
            raise TableError.at(
                "evidence.csv",
                problem=f'there is no evidence_id "{key}"',
                mend=did_you_mean(key, evidence) or "add the row to evidence.csv",
            )
    return rest_on([evidence[key].source_id for key in keys], sources)


def cite(source: Source) -> str:
    """Return a source as one line of a bibliography."""
    year = "undated" if source.year is None else str(source.year)
    where = f" {source.url}," if source.url else ""
    key = f"[{source.source_id}; {source.kind.replace('_', ' ')}, grade {source.grade}]"
    return f"{source.publisher} ({year}). {source.title.rstrip('. ')}.{where} read {source.accessed} {key}"


def cite_figure(item: Evidence, sources: Mapping[str, Source]) -> str:
    """Return a published figure as printed, with its conversion and its citation."""
    printed = f"{item.quantity}, {item.place}: {item.published_value} {item.published_unit}"
    converted = f" = {item.value:g} {item.unit}" if item.value is not None and item.factor not in (None, 1.0) else ""
    return f"{printed}{converted} (as of {item.as_of}). {cite(rest_on([item.source_id], sources)[0])}"


def weakest(bases: Iterable[str]) -> str:
    """Return the weakest of several bases.

    Examples
    --------
    >>> weakest(["published", "estimate", "tariff"])
    'estimate'
    """
    found = list(bases)
    for basis in found:
        if basis not in BASES:
            raise TableError.at(
                "basis",
                problem=f'found "{basis}"',
                allowed=", ".join(BASES),
                mend=did_you_mean(basis, BASES),
            )
    if not found:
        raise TableError.at("basis", problem="no figure, and so no basis", allowed=", ".join(BASES))
    return max(found, key=BASES.index)


def check_sources(tables: Mapping[str, Table], sources: Collection[str], evidence: Collection[str]) -> None:
    """Refuse a ``source`` cell or an evidence cell of any table whose key is in no list.

    Parameters
    ----------
    tables
        Any tables of ours; the columns ``source``, ``evidence_ids`` and those ending in ``low_evidence``,
        ``best_evidence`` or ``high_evidence`` are looked at.
    sources, evidence
        Keys of ``sources.csv`` and ``evidence.csv``.
    """
    for table in tables.values():
        for column in table.columns:
            if column == "source":
                _check_keys(table, column, sources, "source_id of sources.csv")
            elif column == "evidence_ids" or column.endswith(_SUFFIXES):
                _check_keys(table, column, evidence, "evidence_id of evidence.csv")


def _check_keys(table: Table, column: str, known: Collection[str], allowed: str) -> None:
    lost = {key for key in keys_of(table[column]) if key not in known and not OSM_ELEMENT.fullmatch(key)}
    if not lost:
        return
    at = int(np.argmax([bool(lost & set(keys_of([cell]))) for cell in table[column]]))
    key = next(key for key in keys_of([table[column][at]]) if key in lost)
    mend = did_you_mean(key, known) or "add the row there"
    raise table.error(at, problem=f'{column} names "{key}"', allowed=allowed, mend=mend)
