r"""Detention: what a shipping line charges for keeping its box beyond the free days.

A box that came by ship is the line's. Its free days run from discharge; every day after them costs, and so a charge in
dollars hangs on the hours of the whole trip,

.. math:: usd = n \cdot r \cdot \max\left(0,\ \frac{H}{24} - f\right)

with n boxes, r the rate a day, f the free days and H the hours from discharge to delivery. A box kept 26 days at 110 USD a
day after 21 free days owes 550 USD. The charge follows the draw: a shut gate on the way is paid for in detention too.

Under given knowledge the mean of the charge is above the charge of the mean trip. It is taken over the scatter of single
trips round their average, pooled over all draws.

Left out: the empty box's way back, which is free of charge only within the same days; demurrage of terminals, for which no
tariff in force could be read. Which trips owe it is said by rows: free days and a rate for a dwell of ``transit_import``.
The search does not weigh it (it depends on accumulated time).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.activities import Activity, selectors_of
from sim.consignment import Consignment
from sim.draws import Floats
from sim.parameters import MatchError, Parameters

if TYPE_CHECKING:
    from sim.sampling import Draws

SCATTER = 64
"""Quantiles of the scatter of single trips over which the mean charge is taken."""


@dataclass(frozen=True, slots=True)
class Detention:
    """Rows of the free days and of the rate, and how many boxes pay."""

    free_days: int
    rate: int
    boxes: float

    def charge(self, hours: Floats, draws: Draws) -> Floats:
        """Dollars owed for trips of so many hours, shape (draw,); NaN where not delivered. [USD]"""
        late = np.maximum(hours / 24.0 - draws.row(self.free_days), 0.0)
        return np.asarray(self.boxes * draws.row(self.rate) * late, dtype=np.float64)

    def mean_charge(self, known_hours: Floats, hours: Floats, draws: Draws) -> Floats:
        """Mean dollars owed under each draw's knowledge, shape (draw,). [USD]

        Parameters
        ----------
        known_hours
            Average trip under each draw's knowledge, shape (draw,). [h]
        hours
            Single trips, shape (draw,); NaN where not delivered. [h]
        draws
            The study's draws.
        """
        scatter = (hours - known_hours)[np.isfinite(hours)]
        levels = (np.arange(SCATTER) + 0.5) / SCATTER
        total = np.zeros(len(known_hours))
        for step in np.quantile(scatter, levels):
            total += self.charge(known_hours + step, draws)
        return total / SCATTER


def detention_of(first: Activity, parameters: Parameters, consignment: Consignment, month: int) -> Detention | None:
    """Detention of a trip that begins with an activity; None where the box is not a line's or no row charges it.

    Raises
    ------
    MatchError
        Where free days have no rate or a rate no free days, or two rows answer.
    """
    if (first.kind, first.reason) != ("dwell", "transit_import") or not consignment.is_box:
        return None
    facts = selectors_of(first, consignment, month)
    asks = f"detention after {first.activity_id}"
    free = parameters.find("dwell", "free_days", "", facts, asks=asks)
    rate = parameters.find("dwell", "usd", "detention", facts, asks=asks)
    if free is None and rate is None:
        return None
    if free is None or rate is None:
        lacking = "free_days" if free is None else "usd detention"
        msg = f"parameters.csv: {asks!r} finds no row of {lacking}; free days and a rate are filled together"
        raise MatchError(msg)
    unit = parameters.rows[rate].unit
    if unit != f"USD/{consignment.load_unit}-day":
        row = parameters.rows[rate]
        msg = f"{row.where}, row {row.parameter_id!r}: unit is {unit}; a {consignment.load_unit} pays in USD/{consignment.load_unit}-day"
        raise MatchError(msg)
    return Detention(free, rate, consignment.count)
