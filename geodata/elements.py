"""Elements of a network: place, stretch, crossing, terminal, project and closure, each one row of its table.

An element is a tuple with the names of the table's columns. What a cell holds as text with ';' becomes a
tuple (gauges, load units, regimes, countries); low, best and high become one triple; a gauge that is not
given is an empty tuple in a link or crossing and 0 in a terminal. Nothing is worked out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

RANKS = ("low", "best", "high")

Triple = tuple[float, float, float]


class Node(NamedTuple):
    """Place: a row of ``nodes.csv``."""

    node_id: str
    name: str
    name_local: str
    country: str
    kind: str
    lat: float
    lon: float
    unlocode: str
    timezone: str
    elevation_m: float | None
    source: str
    confidence: str
    note: str


class Link(NamedTuple):
    """Stretch between two places by one mode, one gauge, one country: a row of ``links.csv``."""

    link_id: str
    from_node_id: str
    to_node_id: str
    directed: bool
    line_id: str
    line_name: str
    mode: str
    country: str
    gauges: tuple[int, ...]
    length_km: float
    length_basis: str
    status: str
    project_id: str
    upgrade_id: str
    tracks: str
    electrified: str
    terrain: str
    source: str
    note: str


class Crossing(NamedTuple):
    """Hop between two border places: a row of ``crossings.csv``."""

    crossing_id: str
    name: str
    mode: str
    from_node_id: str
    to_node_id: str
    from_country: str
    to_country: str
    gauges: tuple[int, ...]
    from_length_km: float
    to_length_km: float
    length_basis: str
    status: str
    project_id: str
    exchange: bool
    regimes: tuple[str, ...]
    terrain: str
    source: str
    note: str


class Terminal(NamedTuple):
    """Where cargo may change mode, vehicle or gauge: a row of ``terminals.csv``; gauge 0 = not rail."""

    terminal_id: str
    node_id: str
    from_mode: str
    from_gauge: int
    to_mode: str
    to_gauge: int
    method: str
    load_units: tuple[str, ...]
    directed: bool
    status: str
    project_id: str
    source: str
    note: str


class Project(NamedTuple):
    """What will open, with its contested figures as (low, best, high): a row of ``projects.csv``."""

    project_id: str
    name: str
    countries: tuple[str, ...]
    kind: str
    status: str
    length_km: Triple | None
    length_shape: str
    opening_year: Triple | None
    capital_usd_bn: Triple | None
    price_year: int | None
    state: str
    as_of: date
    source: str
    note: str
    evidence: dict[str, tuple[str, str, str]]


class Closure(NamedTuple):
    """Dated closure or restriction: a row of ``closures.csv``; ``end`` is the last day, None = not known to have ended."""

    closure_id: str
    event_id: str
    object: str
    object_id: str
    effect: str
    share_open: float | None
    mode: str
    vehicle: str
    load_unit: str
    direction: str
    commodity: str
    start: date
    end: date | None
    last_confirmed: date
    scope: str
    source: str
    note: str
    event_name: str = ""


def _items(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


def _gauges(cell: str) -> tuple[int, ...]:
    return tuple(int(item) for item in _items(cell))


def _made(kind: type[Any], row: Mapping[str, Any], **given: object) -> Any:
    """Fill the fields of a record from those given, the others from the row's columns of the same name."""
    return kind._make(map({**row, **given}.__getitem__, kind._fields))


def node_of(row: Mapping[str, Any]) -> Node:
    """Make a place of its row."""
    node: Node = _made(Node, row)
    return node


def link_of(row: Mapping[str, Any], length_km: float) -> Link:
    """Make a stretch of its row and the length joined to it [km]."""
    link: Link = _made(Link, row, gauges=_gauges(row["gauge_mm"]), length_km=length_km)
    return link


def crossing_of(row: Mapping[str, Any], from_km: float, to_km: float) -> Crossing:
    """Make a crossing of its row and the lengths joined to it [km]."""
    crossing: Crossing = _made(
        Crossing,
        row,
        gauges=_gauges(row["gauge_mm"]),
        from_length_km=from_km,
        to_length_km=to_km,
        exchange=row["exchange"] == "yes",
        regimes=_items(row["regimes"]),
    )
    return crossing


def terminal_of(row: Mapping[str, Any]) -> Terminal:
    """Make a terminal of its row."""
    terminal: Terminal = _made(
        Terminal,
        row,
        from_gauge=row["from_gauge_mm"] or 0,
        to_gauge=row["to_gauge_mm"] or 0,
        load_units=_items(row["load_units"]),
    )
    return terminal


def closure_of(row: Mapping[str, Any]) -> Closure:
    """Make a closure of its row."""
    closure: Closure = _made(Closure, row, start=row["start_date"], end=row["end_date"])
    return closure


def project_of(row: Mapping[str, Any]) -> Project:
    """Make a project of its row."""
    names = ("length_km", "opening_year", "capital_usd_bn")
    triples = {name: tuple(row[f"{name}_{rank}"] for rank in RANKS) for name in names}
    project: Project = _made(
        Project,
        row,
        countries=_items(row["countries"]),
        evidence={name: tuple(row[f"{name}_{rank}_evidence"] for rank in RANKS) for name in names},
        **{name: None if None in triple else triple for name, triple in triples.items()},
    )
    return project
