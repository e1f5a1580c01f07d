r"""Cut a way into stretches: what one railway, or the hauliers of one country, carry by one gauge.

What holds a vehicle: loading, hauls, rest, borders, waits at gates; at a break the arriving vehicle stands until it is
emptied (the loading of the next one is in its days at the end); a wagon of loose cargo also stands through inland
clearance, while a box is lifted off. Waiting for wagons before loading and lying in a port hold boxes alone. The hop over a
border at the end of a gauge counts for the railway whose train makes it. Tonnes a day are the same on every stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.activities import Activity

FREES = {"wait.supply", "wait.sailing", "dwell.port_out", "dwell.port_in", "dwell.feeder", "dwell.transit_import",
         "dwell.export_sea", "dwell.import_sea", "divert"}  # fmt: skip
"""What happens to cargo while it holds no wagon and no truck."""


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
