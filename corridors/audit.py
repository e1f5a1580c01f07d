r"""What the length of each way rests on.

A stretch of a way is as long as somebody published it, as a share of a published total makes it, as a route on
OpenStreetMap measured it, or as an estimate guesses it (great circle times a detour). What is not built is counted
apart: nobody has measured a line that does not exist, and its length is a contested input of its own. The share that
rests on measured kilometres is taken over what is built, ships and ferries left out:

.. math:: share = \frac{published + share\ of\ published + osm}{published + share\ of\ published + osm + estimate}

A way of 900 km published, 60 km routed and 40 km estimated rests on measured lengths to 0.96, whatever stands on it
unbuilt. From Almaty and Shymkent at least :data:`TARGET` of every named corridor does; from the north and west of
Kazakhstan as far as public sources carry.

Left out: whether a published length is right (see the contested figures of ``projects.csv``), and hours and dollars,
whose bases :func:`corridors.soundcheck.basis_shares` adds up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.catalogue import read_catalogue
from sim.activities import WATER

if TYPE_CHECKING:
    from corridors.scenario import Scenario
    from corridors.study import Study
    from corridors.ways import Way
    from geodata.network import Network

TARGET = 0.9
"""Least share of the built kilometres that rests on measured lengths, from :data:`HELD`. [1]"""

HELD = ("almaty1", "shymkent")
"""Origins from which the target is held."""

ORIGINS = ("almaty1", "shymkent", "astana", "kostanay", "aktobe")
"""Origins that the audit reports."""


@dataclass(frozen=True, slots=True)
class LengthAudit:
    """Kilometres of one way by what they rest on.

    Parameters
    ----------
    origin, destination, corridor
        The way.
    published, share_of_published, osm, estimate
        Built kilometres by ``length_basis``. [km]
    unbuilt
        Kilometres under construction or planned, at their mean length. [km]
    sea
        Kilometres by ship or ferry. [km]
    """

    origin: str
    destination: str
    corridor: str
    published: float
    share_of_published: float
    osm: float
    estimate: float
    unbuilt: float
    sea: float

    @property
    def built(self) -> float:
        """Kilometres of road and railway that exist. [km]"""
        return self.published + self.share_of_published + self.osm + self.estimate

    @property
    def measured(self) -> float:
        """Share of the built kilometres that rests on published or measured lengths. [1]

        Examples
        --------
        >>> LengthAudit("almaty1", "karachi_port", "west-road", 500.0, 400.0, 60.0, 40.0, 900.0, 0.0).measured
        0.96
        """
        return 1.0 - self.estimate / self.built if self.built else 1.0


def length_audit(way: Way, network: Network) -> LengthAudit | None:
    """Kilometres of one way by what they rest on; None where the way does not exist."""
    if way.itinerary is None:
        return None
    km = dict.fromkeys(("published", "share_of_published", "osm", "estimate", "unbuilt", "sea"), 0.0)
    for activity, length in zip(way.itinerary.activities, way.itinerary.km, strict=True):
        if not activity.moving:
            continue
        stretch = network.links.get(activity.link_id) or network.crossings[activity.crossing_id]
        if activity.mode in WATER:
            km["sea"] += length
        elif stretch.status != "operational":
            km["unbuilt"] += length
        else:
            km[stretch.length_basis] += length
    return LengthAudit(way.origin, way.destination, way.corridor, **km)


def length_audits(study: Study) -> list[LengthAudit]:
    """Audit of every feasible way of a study, in its order."""
    found = (length_audit(way, study.network) for way in study.ways)
    return [audit for audit in found if audit is not None]


def audited(scenario: Scenario, destinations: Iterable[str] = (), origins: Iterable[str] = ORIGINS) -> Scenario:
    """Widen a scenario to every named corridor and the origins of the audit, with nothing left to chance: lengths need none.

    Parameters
    ----------
    scenario
        What is widened.
    destinations
        Destinations instead of its own, where any are named.
    origins
        Origins instead of its own.
    """
    corridors = tuple(dict.fromkeys([*scenario.corridors, *read_catalogue()]))
    ends = tuple(destinations) or scenario.destinations
    plain = {"draws": 8, "replicates": 1, "shocks": False, "departures": "month"}
    return scenario.model_copy(
        update={"origins": tuple(origins), "destinations": ends, "corridors": corridors, **plain}
    )


def shortfalls(audits: Iterable[LengthAudit]) -> list[LengthAudit]:
    """Ways below the target, the least measured first."""
    return sorted((a for a in audits if a.measured < TARGET), key=lambda a: a.measured)


def audit_lines(audits: Iterable[LengthAudit], destination: str) -> list[str]:
    """Table of the measured shares to one destination, a line a corridor, and of the kilometres from the first origin.

    Returns
    -------
    list of str
        A heading, a line a corridor in the order found, and a line on the ways below the target.
    """
    here = [a for a in audits if a.destination == destination]
    origins = list(dict.fromkeys(a.origin for a in here))
    cells = {(a.corridor, a.origin): a for a in here}
    first = origins[0] if origins else ""
    heading = f"Built km on published or OpenStreetMap lengths, to {destination} (km from {first})"
    columns = " ".join(f"{name:>9}" for name in origins)
    lines = [heading, f"{'corridor':<22} {columns} {'publ.':>6} {'share':>6} {'osm':>6} {'est.':>6} {'unbuilt':>8}"]
    for corridor in dict.fromkeys(a.corridor for a in here):
        row = [cells.get((corridor, origin)) for origin in origins]
        shares = " ".join(f"{'' if a is None else format(a.measured, '.0%'):>9}" for a in row)
        a = row[0]
        km = (
            ""
            if a is None
            else f"{a.published:>6.0f} {a.share_of_published:>6.0f} {a.osm:>6.0f} {a.estimate:>6.0f} {a.unbuilt:>8.0f}"
        )
        lines.append(f"{corridor:<22} {shares} {km}".rstrip())
    low = shortfalls(here)
    words = ", ".join(f"{a.origin} {a.corridor} {a.measured:.0%}" for a in low) or "none"
    return [*lines, f"below {TARGET:.0%}: {words}"]
