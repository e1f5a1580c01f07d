r"""Trip logs after the form of the CAREC CPMM: what a driver writes down, record by record.

A shipment is an ordered list of moves and stops, each with its country, place, hours and payments. A stop at a border crossing
point names the crossing, the side it stands on and the direction. Hours are given, or follow from two local times and their zone;
where both are given they must agree to the minute, for then one of them is wrong and nobody knows which.

What cannot have happened is refused with its row: a time without a zone, a local hour that the clocks struck twice, an end before its
start, a record that begins before the one before it ends, a move without distance, a stop with one, a shipment that never moves, weights
that change on the way. Zones come from the IANA data base, so that Kazakhstan is at UTC+5 from March 2024 and Kabul at +4:30.

The form follows the CPMM's own (``cpmm-2023-report-pakistan``, ``cpmm-p141``) as far as it was published; the columns are in
``sim/data/trip_log/datapackage.json``, whose empty table is there to be filled in. Indicators are in :mod:`sim.log_indicators`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from geodata.tables import Table, TableError, did_you_mean, read_dictionary, read_rows, read_table, write_table
from sim.indicators import at_border

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.activities import Activity

FORM = Path(__file__).with_name("data") / "trip_log"
MINUTE = 1.0 / 60.0
"""Largest difference of a duration from its timestamps. [h]"""
FEES = ("official_usd", "unofficial_usd", "other_usd")


@dataclass(frozen=True)
class Record:
    """One move or stop.

    ``hours`` [h], ``km`` [km]; ``usd`` official, unofficial and other payments [USD]; ``place`` says in messages where it stands.
    """

    seq: int
    record: str
    country: str
    place: str
    bcp_id: str
    side: str
    direction: str
    mode: str
    activity: str
    km: float
    hours: float
    usd: tuple[float, float, float]

    @property
    def moving(self) -> bool:
        """Whether the cargo covers distance."""
        return self.record == "move"


@dataclass(frozen=True)
class Shipment:
    """One shipment: its records in order, its cargo [t] (None where it was not weighed), and where it is logged."""

    shipment_id: str
    records: tuple[Record, ...]
    cargo_t: float | None
    where: str

    @property
    def km(self) -> float:
        """Distance covered. [km]"""
        return sum(r.km for r in self.records)

    @property
    def mode(self) -> str:
        """Mode of the longest distance."""
        by: dict[str, float] = {}
        for r in self.records:
            by[r.mode] = by.get(r.mode, 0.0) + r.km
        return max(by, key=by.__getitem__)


def read_trip_log(path: Path) -> list[Shipment]:
    """Shipments of a log, CSV or XLSX, in the order of the file.

    Parameters
    ----------
    path
        A file of the columns of the form; a workbook has them on its sheet ``trip_log``.

    Raises
    ------
    TableError
        At the first thing that the form does not allow or that cannot have happened; names file, row and mend.
    """
    resource = read_dictionary(FORM)["trip_log"]
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        return shipments_of(read_table(path, resource))
    from geodata.workbooks import read_workbook

    sheets = [sheet for sheet in read_workbook(path) if sheet.name == resource.name]
    if not sheets:
        raise TableError.at(path.name, problem='has no sheet "trip_log"', mend="name the sheet of the log so")
    sheet = sheets[0]
    rows = [dict(zip(sheet.header, texts, strict=True)) for texts in sheet.rows]
    return shipments_of(read_rows(rows, resource, f"{path.name}, sheet {sheet.name}", sheet.lines))


def shipments_of(table: Table) -> list[Shipment]:
    """Shipments of a table of the form, checked.

    Raises
    ------
    TableError
        As for :func:`read_trip_log`.
    """
    rows = table.rows()
    members: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        members.setdefault(row["shipment_id"], []).append(i)
    return [_shipment(table, rows, name, numbers) for name, numbers in members.items()]


def _shipment(table: Table, rows: Sequence[Mapping[str, Any]], name: str, numbers: Sequence[int]) -> Shipment:
    records: list[Record] = []
    ended: dt.datetime | None = None
    weight: float | None = None
    for i in numbers:
        row = rows[i]
        if records and row["seq"] <= records[-1].seq:
            raise table.error(i, problem=f"seq {row['seq']:g} after {records[-1].seq}", allowed="rising in a shipment")
        _check_kind(table, i, row)
        start, end = _times(table, i, row)
        if ended is not None and start is not None and start < ended:
            problem = f"begins {(ended - start).total_seconds() / 60:.0f} min before the record before it ends"
            raise table.error(i, problem=problem, mend="correct the times; records of a shipment do not overlap")
        ended = end or ended
        if row["cargo_t"] is not None and weight not in (None, row["cargo_t"]):
            raise table.error(
                i, problem=f"cargo_t {row['cargo_t']:g}, before {weight:g}", allowed="one weight a shipment"
            )
        weight = row["cargo_t"] if row["cargo_t"] is not None else weight
        records.append(_record(row, _hours(table, i, row, start, end)))
    if not any(r.moving for r in records):
        raise table.error(
            numbers[0], problem=f"shipment {name} never moves", mend="log its moves: a speed needs distance"
        )
    return Shipment(name, tuple(records), weight, f"{table.origin[numbers[0]]}, shipment {name}")


def _check_kind(table: Table, i: int, row: Mapping[str, Any]) -> None:
    if row["record"] == "move" and not row["distance_km"]:
        raise table.error(i, problem="a move without distance", mend="fill distance_km, or call it a stop")
    if row["record"] == "stop" and row["distance_km"]:
        raise table.error(
            i, problem=f"a stop of {row['distance_km']:g} km", mend="leave distance_km empty, or call it a move"
        )
    given = [bool(row[name]) for name in ("bcp_id", "side", "direction")]
    if any(given) and not all(given):
        raise table.error(i, problem="a crossing told in part", allowed="bcp_id, side and direction together")
    if row["side"] and row["side"] != row["country"]:
        raise table.error(i, problem=f"side {row['side']} in {row['country']}", allowed="the record's own country")


def _times(table: Table, i: int, row: Mapping[str, Any]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Start and end as points in time; None where not given."""
    if not (row["start_local"] or row["end_local"]):
        return None, None
    if not row["tz"]:
        raise table.error(
            i, problem="local times without a zone", allowed="tz, an IANA name", mend="such as Asia/Kabul"
        )
    try:
        zone = ZoneInfo(row["tz"])
    except (ZoneInfoNotFoundError, ValueError):
        mend = did_you_mean(row["tz"], available_timezones())
        raise table.error(i, problem=f'there is no zone "{row["tz"]}"', mend=mend) from None
    start, end = (_moment(table, i, row[name], zone) for name in ("start_local", "end_local"))
    if start is not None and end is not None and end < start:
        raise table.error(i, problem=f"ends {row['end_local']}, before it starts {row['start_local']}")
    return start, end


def _moment(table: Table, i: int, text: str, zone: ZoneInfo) -> dt.datetime | None:
    if not text:
        return None
    try:
        local = dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    except ValueError:
        raise table.error(i, problem=f'"{text}" is no date and hour', allowed="YYYY-MM-DD HH:MM") from None
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        problem = f"the clocks of {zone.key} struck {text} twice, or not at all"
        raise table.error(i, problem=problem, mend="give the time in a zone without the change, such as UTC")
    return local.astimezone(dt.UTC)


def _hours(table: Table, i: int, row: Mapping[str, Any], start: dt.datetime | None, end: dt.datetime | None) -> float:
    given: float | None = row["duration_h"]
    timed = (end - start).total_seconds() / 3600.0 if start is not None and end is not None else None
    if given is None and timed is None:
        raise table.error(i, problem="neither a duration nor two times", mend="fill duration_h, or both times and tz")
    if given is not None and timed is not None and abs(given - timed) > MINUTE + 1e-9:
        raise table.error(
            i, problem=f"duration_h {given:g}, but {timed:.4g} h between the times", allowed="within a minute"
        )
    hours = given if given is not None else timed
    if row["record"] == "move" and not hours:
        raise table.error(
            i, problem="a move that takes no time", mend="a speed would be infinite: correct the duration"
        )
    return float(hours or 0.0)


def _record(row: Mapping[str, Any], hours: float) -> Record:
    usd = tuple(row[name] or 0.0 for name in FEES)
    return Record(
        int(row["seq"]), row["record"], row["country"], row["place"], row["bcp_id"], row["side"], row["direction"],
        row["mode"], row["activity"], row["distance_km"] or 0.0, hours, (usd[0], usd[1], usd[2]),
    )  # fmt: skip


@dataclass(frozen=True)
class Logged:
    """What a log of the model's own is made of: activities from departure to arrival with their figures.

    ``km``, ``hours`` and ``usd`` have one entry an activity; ``fees`` is the part of ``usd`` paid at borders. [km], [h], [USD]
    """

    shipment_id: str
    activities: Sequence[Activity]
    km: Sequence[float]
    hours: Sequence[float]
    usd: Sequence[float]
    fees: Sequence[float]
    cargo_t: float
    source: str
    source_date: dt.date


def log_rows(logged: Logged) -> list[dict[str, Any]]:
    """Rows of the form for activities of the model: each haul a move, anything else a stop.

    A stop at a crossing bears its name, side and direction, whatever happens there; money is told apart into border fees (official)
    and all else (other), since the model keeps no payment without a receipt apart.
    """
    rows = []
    last = ""
    for i, a in enumerate(logged.activities):
        last = a.country if a.country not in ("", "XZ") else last
        here = at_border(a)
        rows.append(
            {
                "shipment_id": logged.shipment_id, "seq": i, "record": "move" if a.moving else "stop", "country": a.country or last,
                "place": a.to_node_id, "bcp_id": a.crossing_id if here else "", "side": a.country if here else "",
                "direction": _way(logged.activities, i) if here else "", "mode": a.mode, "activity": a.kind + (f" {a.reason}" if a.reason else ""),
                "distance_km": logged.km[i] if a.moving else None, "duration_h": logged.hours[i], "official_usd": logged.fees[i],
                "unofficial_usd": 0.0, "other_usd": logged.usd[i] - logged.fees[i], "cargo_t": logged.cargo_t, "source": logged.source,
                "source_date": logged.source_date.isoformat(),
            }
        )  # fmt: skip
    return rows


def _way(activities: Sequence[Activity], i: int) -> str:
    """Outbound until the country of the crossing's last stop is reached, inbound there."""
    crossing = activities[i].crossing_id
    countries = [a.country for a in activities if a.crossing_id == crossing]
    return "outbound" if activities[i].country == countries[0] else "inbound"


def write_trip_log(rows: Iterable[Mapping[str, Any]], path: Path) -> list[Shipment]:
    """Write rows of the form as CSV and return the shipments that reading it again gives."""
    resource = read_dictionary(FORM)["trip_log"]
    table = read_rows(list(rows), resource, str(path))
    write_table(table, path)
    return read_trip_log(path)
