"""Legs of a way that was carried through: unbroken runs by one mode, gauge and vehicle.

What happens before the first haul belongs to the first leg, what happens after a leg's last haul to that leg, so hours and dollars
of the legs add up to those of the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sim.simulation import Outcome


def legs_of(outcome: Outcome, *, by_country: bool = False) -> list[dict[str, Any]]:
    """Legs in order.

    Parameters
    ----------
    outcome
        A way in the draws.
    by_country
        Whether a leg ends at a border too; rows then name their country.

    Returns
    -------
    list of dict
        mode, gauge_mm, vehicle, from, to, km, hours, hours_waiting, usd: means over the draws of those that arrive. Waiting is
        every hour in which the cargo covers no distance: loading, borders, terminals, shut gates. [km], [h], [USD]
    """
    priced = outcome.itinerary.priced
    usd = sum(outcome.usd_mean.values(), np.zeros(len(priced)))
    rows: list[dict[str, Any]] = []
    key: tuple[Any, ...] = ()
    held = [0.0, 0.0]
    for i, item in enumerate(priced):
        a = item.activity
        hours, dollars = float(outcome.hours_mean[i]), float(usd[i])
        country = {"country": a.country} if by_country else {}
        if a.moving and (now := (a.mode, a.gauge_mm, a.vehicle, *country.values())) != key:
            key = now
            rows.append({"mode": a.mode, "gauge_mm": a.gauge_mm or None, "vehicle": a.vehicle, "from": rows[-1]["to"] if rows else a.from_node_id, "to": a.to_node_id, "km": 0.0, "hours": held[0], "hours_waiting": held[0], "usd": held[1], **country})  # fmt: skip
            held = [0.0, 0.0]
        if not rows:
            held = [held[0] + hours, held[1] + dollars]
            continue
        leg = rows[-1]
        leg["hours"] += hours
        leg["usd"] += dollars
        if a.moving:
            leg["to"] = a.to_node_id
            leg["km"] += outcome.itinerary.km[i]
        else:
            leg["hours_waiting"] += hours
    return rows
