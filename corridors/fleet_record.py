r"""What a fleet sheet asks for beside what the railways are recorded to have, in sentences.

Records are the rows ``recorded_*`` of ``fleet.csv``: trains of a year, wagons, locomotives, turn-round of a wagon. Trains
are compared at the mean net load of the record, whatever the cargo of the study: 10 Mt at 811 t are 1.8 times every freight
train that Pakistan Railways ran in 2016-17. Source: ``pakistan-railways-2017-year-book``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from corridors.fleet_sheet import SheetRow
from sim.fleet import FleetRows, Span, against_record, read_fleet, tonnes_a_day, vehicles_a_day


def record_sentences(rows: Sequence[SheetRow], fleet: FleetRows | None = None) -> Iterator[str]:
    """What a sheet asks for beside what the railways are recorded to have.

    Parameters
    ----------
    rows
        Sheet of one way.
    fleet
        ``fleet.csv``, the shipped one if not given.
    """
    fleet = fleet or read_fleet()
    by_country: dict[str, list[SheetRow]] = {}
    for row in rows:
        if row.vehicle == "wagon":
            by_country.setdefault(row.country, []).append(row)
    for country, here in by_country.items():
        parts = [*_trains(here[0].tonnes_a_year, country, fleet), *_parks(country, here, fleet)]
        if parts:
            yield f"{fleet.railway(country)}: " + "; ".join(parts)
    yield from _breaks(rows)
    yield from _round_trips(rows, fleet)


def _trains(tonnes_a_year: float, country: str, fleet: FleetRows) -> Iterator[str]:
    record = fleet.rows.get(("recorded_trains", "train", country))
    if record is None:
        return
    net, days = fleet.span("net_tonnes", "train", country).best, fleet.span("operating_days", "train").best
    a_day = vehicles_a_day(tonnes_a_day(tonnes_a_year, Span.certain(days)), Span.certain(net)).best
    times = against_record(tonnes_a_year, net, record["best"])
    yield (
        f"{tonnes_a_year / 1e6:g} Mt is {a_day:.0f} trains a day at {net:g} t, {times:.1f} times every freight train of "
        f"{_year(record)} ({record['best']:,.0f})"
    )


def _year(record: Mapping[str, Any]) -> str:
    """Year of a record; Pakistan's runs from July to June."""
    year = int(record["as_of"][:4])
    return f"{year - 1}-{year % 100:02d}" if record["country"] == "PK" else str(year)


def _parks(country: str, here: Sequence[SheetRow], fleet: FleetRows) -> Iterator[str]:
    asked = {
        "wagon": sum(row.vehicles.best for row in here),
        "locomotive": sum(row.locomotives.best for row in here if row.locomotives),
    }
    for vehicle, number in asked.items():
        record = fleet.rows.get((f"recorded_{vehicle}s", vehicle, country))
        if record is None:
            continue
        has = (
            f"are {number / record['best']:.0%} of its {record['best']:,.0f}"
            if record["best"]
            else "and none of its own on record"
        )
        yield f"{number:,.0f} {vehicle}s {has} ({_year(record)})"
    record = fleet.rows.get(("recorded_turn_round", "wagon", country))
    if record is not None and all(row.ends_in == country for row in here) and country != "AF":
        turn = sum(row.turn_round_days.best for row in here)
        yield f"a wagon turns in {turn:.0f} days here, {record['best']:.0f} in {_year(record)}"


def _breaks(rows: Sequence[SheetRow]) -> Iterator[str]:
    """Trains or trucks out for one train in, where the gauge or the mode changes."""
    for before, after in pairwise(rows):
        ratio = after.out_per_train_in
        if ratio is None or (before.gauge_mm, before.vehicle) == (after.gauge_mm, after.vehicle):
            continue
        what, digits = (f"trains of {after.gauge_mm} mm", 1) if after.vehicle == "wagon" else ("trucks", 0)
        yield (
            f"At {after.from_node_id} one train of {before.gauge_mm} mm in is {ratio.best:.{digits}f} "
            f"({ratio.low:.{digits}f}-{ratio.high:.{digits}f}) {what} out"
        )


def _round_trips(rows: Sequence[SheetRow], fleet: FleetRows) -> Iterator[str]:
    """Round trip of a wagon that passes from railway to railway, and how many there must be, whoever owns them."""
    runs: dict[int, list[SheetRow]] = {}
    for row in rows:
        if row.vehicle == "wagon":
            runs.setdefault(row.run, []).append(row)
    for run in runs.values():
        if len(run) < 2:
            continue
        turn = wagons = Span.certain(0.0)
        for row in run:
            turn, wagons = turn + row.turn_round_days, wagons + row.vehicles
        said = (
            f"A wagon from {run[0].from_node_id} to {run[-1].to_node_id} and back takes {turn.best:.0f} "
            f"({turn.low:.0f}-{turn.high:.0f}) days; {wagons.best:,.0f} ({wagons.low:,.0f}-{wagons.high:,.0f}) of them in all, "
            "whoever owns them"
        )
        record = fleet.rows.get(("recorded_turn_round", "wagon", "AF"))
        if record is not None and run[-1].ends_in == "AF":
            low, best, high = (f"{record[end]:.0f}" for end in ("low", "best", "high"))
            said += f"; private wagons to Afghanistan take {low}/{best}/{high} days"
        yield said
