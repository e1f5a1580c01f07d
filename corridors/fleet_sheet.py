r"""Fleet and service sheet: who must have what before the first train.

A feasible way is cut into stretches (:mod:`corridors.stretches`), each the part that one railway, or the hauliers of one
country, carry by one gauge. Hours on a stretch come from the study: mean hours of single trips, waits at shut gates among
them, as best, and the 10 and 90 % quantiles of the average trip as low and high. :mod:`sim.fleet` turns them into vehicles
by Little's law with the rows of ``fleet.csv``; spans are carried by interval arithmetic.

Trains are counted per week of work: 7 times those of a day on which the railway runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.stretches import Stretch, stretches
from sim.cost import payload_t
from sim.fleet import (
    FleetRows,
    Span,
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
    from sim.consignment import Consignment

DEFAULT_TONNES = 1_000_000.0
"""Tonnes a year where none are asked for: an assumption, the least round figure that fills about a train a day. [t]"""

WHY_DEFAULT = "assumption: about a train a day, seven times Kazakhstan's exports to Pakistan in 2024 (144.6 kt)"

SPANS = ("net_tonnes", "a_week", "turn_round_days", "vehicles", "locomotives", "out_per_train_in")


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
    outcome = way.made
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


def out_rows(rows: Sequence[SheetRow], study: Study) -> list[dict[str, Any]]:
    """Rows as they go out: names of the study before the columns of :meth:`SheetRow.flat`."""
    scenario = study.scenario
    return [{"scenario": scenario.name, "date": scenario.date.isoformat(), **row.flat()} for row in rows]
