r"""What a chain of activities takes on average: the weights of every search.

Each activity's hours, dollars and emissions are products of independent rows (:mod:`sim.amounts`), so their means over
knowledge and trips are known in closed form and add up along a chain. A place that is open some hours only adds its
unconditional mean wait, since a search does not know when the cargo comes. The generalized cost is

.. math:: g = E[usd] + E[v]\,E[hours]

with v the value of time of the consignment in USD per hour: its value times the row's per cent a day.

    a box worth 40,000 USD at 0.5 %/day      v = 200 USD a day = 8.33 USD/h
    120 h and 2,000 USD                      g = 2,000 + 8.33 * 120 = 3,000 USD

Left out here: closures by chance, and waits that depend on the hour of arrival; the simulation has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sim.activities import Activity, Conditions
from sim.amounts import Length, expected
from sim.consignment import Consignment
from sim.cost import usd_amounts
from sim.emissions import kg_amount
from sim.opening_hours import read_opening_hours
from sim.parameters import SELECTORS, Parameters
from sim.transit_time import hours_amount


class Means(NamedTuple):
    """Mean hours, dollars and emissions of a chain of activities. [h], [USD], [kg CO2e]"""

    hours: float
    usd: float
    kg: float


class Expectations:
    """Means of activities on one set of rows, each activity priced once.

    Parameters
    ----------
    parameters
        Assumptions.
    conditions
        What is moved, in which direction and month.
    lengths
        Projects whose length is drawn.
    """

    def __init__(self, parameters: Parameters, conditions: Conditions, lengths: Mapping[str, Length]) -> None:
        self.parameters, self.conditions, self.lengths = parameters, conditions, lengths
        row = parameters.rows[value_of_time_row(parameters, conditions.consignment)]
        self.usd_per_hour = conditions.consignment.value_usd * row.mean / 100.0 / 24.0
        self.openings = read_opening_hours()
        self._known: dict[Activity, Means] = {}

    def means(self, activities: Iterable[Activity]) -> Means:
        """Mean hours, dollars and emissions of a chain.

        Raises
        ------
        MatchError
            Where no row, or two undominated rows, answer what an activity asks.
        """
        found = [self._means_of(a) for a in activities]
        return Means(sum(m.hours for m in found), sum(m.usd for m in found), sum(m.kg for m in found))

    def weight(self, activities: Iterable[Activity]) -> float:
        """Mean generalized cost of a chain. [USD]"""
        found = (self._means_of(a) for a in activities)
        return sum(m.usd + self.usd_per_hour * m.hours for m in found)

    def _means_of(self, activity: Activity) -> Means:
        known = self._known.get(activity)
        if known is None:
            p, c, m = self.parameters, self.conditions.consignment, self.conditions.month
            hours = expected(hours_amount(activity, p, c, m), p, self.lengths)
            hours += sum(o.mean_wait_hours for o in self.openings if o.holds_for(activity, m))
            usd = sum(expected(a, p, self.lengths) for a in usd_amounts(activity, p, c, m).values())
            emitted = kg_amount(activity, p, c, m)
            kg = expected(emitted, p, self.lengths) if emitted is not None else 0.0
            known = self._known[activity] = Means(hours, usd, kg)
        return known


def value_of_time_row(parameters: Parameters, consignment: Consignment) -> int:
    """Number of the row with the consignment's value of time."""
    facts = dict.fromkeys(SELECTORS, "")
    facts |= {"load_unit": consignment.load_unit, "commodity": consignment.commodity}
    return parameters.match("consignment", "value_of_time", "", facts, asks="value of time of the consignment")
