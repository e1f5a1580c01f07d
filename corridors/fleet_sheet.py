r"""Fleet and service sheet: who must have what before the first train.

A feasible way is cut into stretches, each the part that one railway (or the hauliers of one country) carries by one gauge.
Hours on a stretch come from the study: mean hours of single trips, waits at shut gates among them, as best, and the 10 and
90 % quantiles of the average trip as low and high. :mod:`sim.fleet` turns them into vehicles by Little's law with the rows
of ``fleet.csv``; spans are carried by interval arithmetic.

What holds a vehicle: loading, hauls, rest, borders, waits at gates; at a break the arriving vehicle stands until it is
emptied (the loading of the next one is in its days at the end); a wagon of loose cargo also stands through inland
clearance, while a box is lifted off. Waiting for wagons before loading and lying in a port hold boxes alone. The hop over a
border at the end of a gauge counts for the railway whose train makes it. Tonnes a day are the same on every stretch.

Trains are counted per week of work: 7 times those of a day on which the railway runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.cost import payload_t
from sim.fleet import (
    FleetRows,
    Span,
    against_record,
    box_tonnes,
    read_fleet,
    tied_up,
    tonnes_a_day,
    trains_out,
    turn_round_days,
    vehicles_a_day,
)
from sim.simulation import Outcome, quantiles

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Way
    from sim.activities import Activity
    from sim.consignment import Consignment

DEFAULT_TONNES = 1_000_000.0
"""Tonnes a year where none are asked for: an assumption, the least round figure that fills about a train a day. [t]"""

WHY_DEFAULT = "assumption: about a train a day, seven times Kazakhstan's exports to Pakistan in 2024 (144.6 kt)"

FREES = {"wait.supply", "wait.sailing", "dwell.port_out", "dwell.port_in", "dwell.feeder", "dwell.transit_import",
         "dwell.export_sea", "dwell.import_sea", "divert"}  # fmt: skip
"""What happens to cargo while it holds no wagon and no truck."""

SPANS = ("net_tonnes", "a_week", "turn_round_days", "vehicles", "locomotives", "out_per_train_in")


@dataclass
class Stretch:
    """Part of a way that one carrier hauls by one gauge.

    ``steps`` are the indices of what happens on it; ``ends`` the countries of the ends of the vehicle's run that lie on it.
    """

    mode: str
    gauge_mm: int
    country: str
    run: int
    vehicle: str
    steps: list[int] = field(default_factory=list)
    hop: bool = True
    ends: tuple[str, ...] = ()

    def goes_on(self, haul: Activity) -> bool:
        """Whether a haul belongs to it."""
        return (self.mode, self.gauge_mm, self.country) == (haul.mode, haul.gauge_mm, haul.country)

    def joins(self, other: Stretch) -> bool:
        """Whether a vehicle passes from one to the other without a change of gauge."""
        return (self.run, self.mode, self.gauge_mm) == (other.run, other.mode, other.gauge_mm)


@dataclass(frozen=True)
class SheetRow:
    """One line of the sheet; ``vehicle`` says what ``vehicles``, ``net_tonnes`` (of a train for wagons) and ``a_week`` count."""

    corridor: str
    tonnes_a_year: float
    carrier: str
    country: str
    vehicle: str
    gauge_mm: int
    from_node_id: str
    to_node_id: str
    km: float
    net_tonnes: Span
    a_week: Span
    turn_round_days: Span
    vehicles: Span
    locomotives: Span | None
    out_per_train_in: Span | None
    run: int
    ends_in: str

    def flat(self) -> dict[str, Any]:
        """Columns of the CSV: each span as low, best, high."""
        row = {name: value for name, value in asdict(self).items() if name not in (*SPANS, "run", "ends_in")}
        for name in SPANS:
            span = getattr(self, name)
            for end in ("low", "best", "high"):
                row[f"{name}_{end}"] = None if span is None else getattr(span, end)
        return row


def stretches(activities: Sequence[Activity], *, box: bool) -> list[Stretch]:
    """Stretches of a way by rail and road, with what holds a vehicle on each.

    Parameters
    ----------
    activities
        In order.
    box
        Whether the cargo is lifted off in its box.
    """
    found: list[Stretch] = []
    ahead: list[int] = []  # held by the vehicle of the next stretch: before the first haul, or on entering a country
    run = 0
    rolling = False
    for i, a in enumerate(activities):
        name = f"{a.kind}.{a.reason}" if a.reason else a.kind
        if a.moving and a.mode not in ("rail", "road"):
            run, rolling = run + 1, False
        elif a.moving:
            if not rolling or not found[-1].goes_on(a):
                found.append(Stretch(a.mode, a.gauge_mm, a.country, run, a.vehicle))
            found[-1].steps += [*ahead, i]
            found[-1].hop &= bool(a.crossing_id) and a.mode == "rail"
            ahead, rolling = [], True
        elif name in FREES or (box and name == "dwell.import_land"):
            continue
        elif not rolling or (a.kind == "clear" and a.country != found[-1].country):
            ahead.append(i)
        else:
            found[-1].steps += [*ahead, i]
            ahead = []
            if _breaks_run(a):
                run, rolling = run + 1, False
    return _ended(_without_hops(found), activities)


def _breaks_run(activity: Activity) -> bool:
    """Whether the cargo leaves its wagon or truck; after an exchange of bogies it goes on in the same wagon."""
    return activity.kind == "transship" or (activity.kind == "change_gauge" and ".bogie" not in activity.terminal_id)


def _without_hops(found: list[Stretch]) -> list[Stretch]:
    """Stretches; a hop over a border is joined to the railway whose train makes it."""
    kept: list[Stretch] = []
    carried: list[int] = []
    for i, here in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else None
        if here.hop and kept and kept[-1].joins(here) and not carried:
            kept[-1].steps += here.steps
        elif here.hop and following is not None and following.joins(here):
            carried += here.steps
        else:
            here.steps = carried + here.steps
            carried = []
            kept.append(here)
    return kept


def _ended(found: list[Stretch], activities: Sequence[Activity]) -> list[Stretch]:
    """Stretches with the countries in which a vehicle's run begins or ends."""
    for i, here in enumerate(found):
        if i == 0 or found[i - 1].run != here.run:
            here.ends += (activities[here.steps[0]].country,)
        if i + 1 == len(found) or found[i + 1].run != here.run:
            here.ends += (activities[here.steps[-1]].country,)
    return found


def hours_on(outcome: Outcome, steps: Sequence[int]) -> Span:
    """Hours of some activities together: mean of trips, and the 10 and 90 % quantiles of the average trip. [h]"""
    best = float(sum(outcome.hours_mean[i] for i in steps))
    known = [outcome.itinerary.priced[i].hours.known for i in steps if i not in outcome.added]
    stood = float(sum(outcome.hours_mean[i] for i in steps if i in outcome.added))
    values = outcome.draws.total(known) + np.full(outcome.draws.count, stood)
    low, high = quantiles(values, (0.1, 0.9))
    return Span(min(low, best), best, max(high, best))


def sheet_rows(study: Study, way: Way, tonnes_a_year: float, rows: FleetRows | None = None) -> list[SheetRow]:
    """Sheet of one feasible way at a tonnage: a row a railway or haulier's country, and one for the boxes.

    Parameters
    ----------
    study, way
        A study and one of its feasible ways.
    tonnes_a_year
        Cargo one way. [t]
    rows
        ``fleet.csv``, the shipped one if not given.

    Raises
    ------
    ValueError
        Where the way is not feasible.
    """
    outcome = way.outcome
    if outcome is None:
        msg = f"{way.corridor} from {way.origin} to {way.destination} is not feasible: {way.reason}"
        raise ValueError(msg)
    rows = rows or read_fleet()
    consignment = study.consignment
    daily = tonnes_a_day(tonnes_a_year, rows.span("operating_days", "train"))
    activities = outcome.itinerary.activities
    made: list[SheetRow] = []
    train_in: Span | None = None
    for stretch in stretches(activities, box=consignment.is_box):
        row = _Line(study, way, outcome, tonnes_a_year, daily, rows).of(stretch, train_in)
        train_in = row.net_tonnes if stretch.mode == "rail" else None
        made.append(row)
    if consignment.is_box:
        made.append(_Line(study, way, outcome, tonnes_a_year, daily, rows).of_boxes())
    return made


@dataclass(frozen=True)
class _Line:
    """What every line of one sheet is made from."""

    study: Study
    way: Way
    outcome: Outcome
    tonnes_a_year: float
    daily: Span
    rows: FleetRows

    def of(self, stretch: Stretch, train_in: Span | None) -> SheetRow:
        activities = self.outcome.itinerary.activities
        hauls = [i for i in stretch.steps if activities[i].moving or activities[i].kind == "rest"]
        loaded, hauled = hours_on(self.outcome, stretch.steps), hours_on(self.outcome, hauls)
        c, kind = stretch.country, "wagon" if stretch.mode == "rail" else "truck"
        extra = Span.certain(0.0)
        for country in stretch.ends:
            extra += self.rows.span("turn_round_extra_days", kind, country)
        turn = turn_round_days(loaded, hauled, self.rows.span("empty_return_factor", kind, c), extra)
        net, each = self._net(stretch)
        moved = vehicles_a_day(self.daily, net)
        locomotives = None
        if kind == "wagon":
            locomotives = self._locomotives(c, moved, hauled)
        return self._row(
            carrier=self.rows.railway(c) if kind == "wagon" else f"hauliers {c}",
            country=c,
            vehicle=kind,
            gauge_mm=stretch.gauge_mm,
            ends=(activities[hauls[0]].from_node_id, activities[hauls[-1]].to_node_id),
            km=sum(self.outcome.itinerary.km[i] for i in stretch.steps),
            net_tonnes=net,
            a_week=moved.times(7.0),
            turn_round_days=turn,
            vehicles=tied_up(vehicles_a_day(self.daily, each), turn, self.rows.span("spare_share", kind, c)),
            locomotives=locomotives,
            out_per_train_in=None if train_in is None else trains_out(train_in, net),
            run=stretch.run,
            ends_in=activities[stretch.steps[-1]].country,
        )

    def _net(self, stretch: Stretch) -> tuple[Span, Span]:
        """Net tonnes of a train (or truck), and of a wagon (or truck)."""
        cargo, c = self.study.consignment, stretch.country
        if stretch.mode == "road":
            payload = payload_t(self.study.parameters, cargo, "road", stretch.vehicle)
            net = Span.certain(cargo.tonnes / cargo.trucks(stretch.vehicle, payload))
            return net, net
        train, wagon = self.rows.span("net_tonnes", "train", c), self.rows.span("net_tonnes", "wagon", c)
        if not cargo.is_box:
            return train, wagon
        per_place = tonnes_per_feu(cargo)
        return (
            box_tonnes(self.rows.span("boxes", "train", c), per_place, train),
            box_tonnes(self.rows.span("boxes", "wagon", c), per_place, wagon),
        )

    def _locomotives(self, country: str, trains_a_day: Span, hauled: Span) -> Span:
        rows, name = self.rows, "locomotive"
        turn = turn_round_days(
            hauled,
            hauled,
            rows.span("empty_return_factor", name, country),
            rows.span("turn_round_extra_days", name, country),
        )
        used = trains_a_day * rows.span("locomotives", "train", country)
        return tied_up(used, turn, rows.span("spare_share", name, country))

    def of_boxes(self) -> SheetRow:
        outcome, cargo = self.outcome, self.study.consignment
        activities = outcome.itinerary.activities
        hauls = [i for i, a in enumerate(activities) if a.moving or a.kind == "rest"]
        loaded = hours_on(outcome, range(len(activities)))
        extra = self.rows.span("turn_round_extra_days", "box").times(2.0)
        turn = turn_round_days(loaded, hours_on(outcome, hauls), self.rows.span("empty_return_factor", "box"), extra)
        moved = vehicles_a_day(self.daily, Span.certain(cargo.tonnes_per_unit))
        return self._row(
            carrier="box owners", country="", vehicle="box", gauge_mm=0,
            ends=(self.way.origin, self.way.destination), km=outcome.itinerary.total_km,
            net_tonnes=Span.certain(cargo.tonnes_per_unit), a_week=moved.times(7.0), turn_round_days=turn,
            vehicles=tied_up(moved, turn, self.rows.span("spare_share", "box")), locomotives=None, out_per_train_in=None,
            run=-1, ends_in="",
        )  # fmt: skip

    def _row(self, *, ends: tuple[str, str], **cells: Any) -> SheetRow:
        return SheetRow(
            corridor=self.way.corridor,
            tonnes_a_year=self.tonnes_a_year,
            from_node_id=ends[0],
            to_node_id=ends[1],
            **cells,
        )


def tonnes_per_feu(consignment: Consignment) -> float:
    """Cargo in the place of one 40-ft box: one FEU or two TEU. [t]"""
    return consignment.tonnes_per_unit * (2.0 if consignment.load_unit == "TEU" else 1.0)


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


def out_rows(rows: Sequence[SheetRow], study: Study) -> list[dict[str, Any]]:
    """Rows as they go out: names of the study before the columns of :meth:`SheetRow.flat`."""
    scenario = study.scenario
    return [{"scenario": scenario.name, "date": scenario.date.isoformat(), **row.flat()} for row in rows]


__all__ = [
    "DEFAULT_TONNES",
    "WHY_DEFAULT",
    "SheetRow",
    "Stretch",
    "out_rows",
    "record_sentences",
    "sheet_rows",
    "stretches",
]
