r"""Trips that trucks, trains and ships made, or were said to make, and the question that each puts to the model.

A row of ``observed_trips.csv`` says from where to where, when, by what and how long, and what the days hold. It becomes a scenario
of its own date: the network of that day, what stood shut on that day, its load and way. Four kinds are kept apart, since a first run
is often staged and an announcement is no observation:

* *measured*: run for itself, or a mean of such runs;
* *pilot*: a first, shown or record run;
* *timetable*: announced by a carrier, a railway or an official;
* *quote*: said by traders, hauliers or the press.

The days of the model are summed over the activities that the printed days hold (``includes``), so that a driver's 28 hours at the
wheel are not compared with a delivery. Where a state is unknown on the date it is taken as open: the trip was made, or offered.
Closures by chance are left out: what stood shut on the date is on record.

What the source does not print is taken from the scenario ``open-borders`` (20 t in a 40-foot box, general cargo), and a place that is
not named is read as the note says. A trip that the network cannot express stays in the table with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from corridors.catalogue import Corridor, Mode, Stage
from corridors.own_files import read_own_table
from corridors.own_rows import tables_with
from corridors.scenario import Scenario, read_scenario
from corridors.study import Tables
from geodata.network import Network
from geodata.sources import check_sources, keys_of, read_sources
from geodata.tables import Table, TableError, did_you_mean, read_dictionary, read_table
from sim.activities import Activity
from sim.closures import UNKNOWN, recorded

DATA = Path(__file__).with_name("data")
MODES: tuple[Mode, ...] = ("rail", "road", "sea", "ferry")
KINDS = ("measured", "pilot", "timetable", "quote")
BASE = "open-borders"
"""Scenario that gives what a source does not print."""
WAY = "observed"
"""Name of the way in the scenario of a trip."""

HOLDS: Mapping[str, frozenset[tuple[str, str]]] = {
    "rest": frozenset({("rest", "")}),
    "border": frozenset({("clear", "border"), ("clear", "transit"), ("wait", "opening")}),
    "transfer": frozenset({("transship", "truck_exchange"), ("transship", "mode"), ("change_gauge", "")}),
    "port": frozenset(
        {("dwell", r) for r in ("transit_export", "port_out", "port_in", "feeder")} | {("wait", "sailing")}
    ),
    "supply": frozenset({("wait", "supply")}),
    "load": frozenset({("load", "")}),
    "clearance": frozenset({("dwell", r) for r in ("import_land", "import_sea", "export_sea", "transit_import")}),
    "unload": frozenset({("unload", "")}),
}
"""Activities, as kind and reason, behind each word of ``includes``; a haul is always counted."""


@dataclass(frozen=True)
class Trip:
    """One row of ``observed_trips.csv``.

    ``days`` and ``usd`` are low and high as printed, None where the source has none; ``place`` is file, line and key for messages.
    """

    trip_id: str
    origin: str
    destination: str
    origin_node: str
    destination_node: str
    modes: tuple[Mode, ...]
    via: tuple[str, ...]
    load_unit: str
    tonnes: float | None
    commodity: str
    rail_service: str
    through: bool
    date: dt.date | None
    km: float | None
    days: tuple[float, float] | None
    usd: tuple[float, float] | None
    usd_unit: str
    includes: frozenset[str]
    printed: str
    kind: str
    reliability: str
    evidence_ids: tuple[str, ...]
    source: tuple[str, ...]
    why_not: str
    note: str

    @property
    def observed_days(self) -> float | None:
        """Middle of what is printed. [day]"""
        return None if self.days is None else (self.days[0] + self.days[1]) / 2.0

    @property
    def observed_usd(self) -> float | None:
        """Middle of what is printed. [USD]"""
        return None if self.usd is None else (self.usd[0] + self.usd[1]) / 2.0

    def holds(self, activity: Activity) -> bool:
        """Whether the printed days hold an activity."""
        pair = (activity.kind, activity.reason)
        return activity.moving or any(pair in HOLDS[word] for word in self.includes)


def read_trips(path: Path | None = None) -> tuple[Trip, ...]:
    """Trips of the shipped table, or of a file of the same columns, CSV or XLSX.

    Raises
    ------
    TableError
        Where a row breaks the dictionary, names a place, source or evidence that is not there, or cannot be meant.
    """
    resource = read_dictionary(DATA)["observed_trips"]
    table = read_own_table(path, resource) if path else read_table(resource.folder / resource.path, resource)
    sources, evidence = read_sources()
    check_sources({"observed_trips": table}, sources, evidence)
    places = shipped_network().nodes
    for i, row in enumerate(table.rows()):
        _check(table, i, row, places)
    return tuple(_trip(row) for row in table.rows())


@lru_cache(maxsize=1)
def shipped() -> Tables:
    """The shipped tables, read once for all trips."""
    return tables_with(())


def shipped_network() -> Network:
    """The shipped network, read once for all trips."""
    return shipped()[0]


@lru_cache(maxsize=16)
def tables_of(modes: frozenset[str]) -> Tables:
    """The shipped tables with what goes by some modes only: a trip asks for no other, and no other need be priced."""
    network, parameters, own = shipped()
    links = {k: v for k, v in network.links.items() if v.mode in modes}
    crossings = {k: v for k, v in network.crossings.items() if v.mode in modes}
    return replace(network, links=links, crossings=crossings), parameters, own


def _check(table: Table, i: int, row: Mapping[str, Any], places: Mapping[str, Any]) -> None:
    for name in (row["origin_node"], row["destination_node"], *keys_of([row["via"]])):
        if name and name not in places:
            raise table.error(
                i,
                problem=f'there is no place "{name}"',
                allowed="node_id of nodes.csv",
                mend=did_you_mean(name, places),
            )
    for low, high in (("days_low", "days_high"), ("usd_low", "usd_high")):
        given = [row[low], row[high]]
        if (given[0] is None) != (given[1] is None) or (None not in given and not 0 < given[0] <= given[1]):
            raise table.error(
                i, problem=f"{low} {row[low]}, {high} {row[high]}", allowed="both or none, above 0, low <= high"
            )
    if (row["usd_low"] is None) != (not row["usd_unit"]):
        raise table.error(
            i, problem="a price needs its unit, and a unit its price", mend="fill usd_low, usd_high, usd_unit"
        )
    if not row["why_not"]:
        _check_asked(table, i, row)


def _check_asked(table: Table, i: int, row: Mapping[str, Any]) -> None:
    """What a trip needs to be put to the model; another says why it cannot be."""
    for name in ("origin_node", "destination_node", "modes", "load_unit", "commodity", "date"):
        if not row[name]:
            raise table.error(i, problem=f"{name} is empty", mend="fill it, or say in why_not why it cannot be")
    if "rail" in row["modes"].split(";") and not row["rail_service"]:
        raise table.error(i, problem="rail_service is empty", allowed="block_train, wagonload")
    if row["days_low"] is None and row["usd_low"] is None and row["km"] is None:
        raise table.error(i, problem="neither days, price nor length", mend="say in why_not that none was published")


def _trip(row: Mapping[str, Any]) -> Trip:
    def pair(name: str) -> tuple[float, float] | None:
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        return None if low is None else (low, high)

    kept = {
        name: row[name]
        for name in Trip.__dataclass_fields__
        if name not in ("modes", "via", "through", "days", "usd", "includes", "evidence_ids", "source")
    }
    return Trip(
        **kept,
        modes=tuple(mode for mode in MODES if mode in keys_of([row["modes"]])),
        via=tuple(keys_of([row["via"]])),
        through=row["truck"] == "through",
        days=pair("days"),
        usd=pair("usd"),
        includes=frozenset(keys_of([row["includes"]])),
        evidence_ids=tuple(keys_of([row["evidence_ids"]])),
        source=tuple(keys_of([row["source"]])),
    )


def scenario_of(trip: Trip, *, draws: int, seed: int) -> Scenario:
    """Scenario that puts a trip to the model: its date, load and places, in the state of its own date.

    Raises
    ------
    TableError
        Where the trip says itself that it cannot be expressed.
    """
    if trip.why_not or trip.date is None:
        raise TableError.at(
            "observed_trips.csv", f'trip_id "{trip.trip_id}"', problem=f"not to be asked: {trip.why_not}"
        )
    network = shipped_network()
    base = read_scenario(BASE)
    cargo = base.consignment
    tonnes = trip.tonnes if trip.tonnes is not None else cargo.tonnes / cargo.count
    consignment = cargo.model_dump() | {
        "load_unit": trip.load_unit, "count": 1, "tonnes": tonnes, "commodity": trip.commodity,
        "value_usd": cargo.value_usd / cargo.tonnes * tonnes, "rail_service": trip.rail_service or cargo.rail_service,
    }  # fmt: skip
    unknown = [c.closure_id for c, state in recorded(network, trip.date) if state == UNKNOWN]
    roads = [n for n, c in network.crossings.items() if c.mode == "road" and c.mode in trip.modes]
    asked = {
        "name": "observed-trip",
        "title": f"{trip.origin} to {trip.destination}",
        "question": f"How long does the trip {trip.trip_id} take in the model?",
        "date": trip.date,
        "origins": (trip.origin_node,),
        "destinations": (trip.destination_node,),
        "corridors": (WAY,),
        "consignment": consignment,
        "assume": [{"closure": name, "state": "open", "why": "The trip was made or offered."} for name in unknown],
        "exchange": dict.fromkeys(roads, False) if trip.through else {},
        "departures": "month",
        "shocks": False,
        "draws": draws,
        "seed": seed,
    }
    return Scenario.model_validate(asked).named_after("observed_trips.csv")


def way_of(trip: Trip, *, northbound: bool) -> Corridor:
    """Corridor of a trip: its modes, and its places in the order that the search takes them in."""
    via: Sequence[str] = trip.via[::-1] if northbound else trip.via
    stage = Stage(modes=trip.modes, via=tuple(via))
    return Corridor(corridor_id=WAY, name=trip.trip_id, why=trip.printed, stages=(stage,))
