r"""Greenhouse gases of hauls, well to wheel, in the words of ISO 14083.

Each haul is a transport chain element: tonnes x kilometres x an emission intensity row,

.. math:: kg\,CO_2e = t \cdot km \cdot e

with e by mode, traction, country and terrain. An electric line takes the grid of its country; the note of each row
says what was published (well to wheel or tank to wheel) and what was added. A thousand kilometres with 20 t at 0.028
kg CO2e/t-km emit 560 kg. Left out: terminals, empty returns that a factor does not contain, construction of lines.
A haul without a factor is an error, never a silent zero.
"""

from __future__ import annotations

from sim.activities import Activity, selectors_of
from sim.amounts import Amount
from sim.consignment import Consignment
from sim.parameters import Parameters


def kg_amount(activity: Activity, parameters: Parameters, consignment: Consignment, month: int) -> Amount | None:
    """Emissions of a haul; None for stops, which are left out of the account.

    Returns
    -------
    Amount or None
        In kg CO2e for the whole consignment. [kg CO2e]

    Raises
    ------
    MatchError
        Where no row or two undominated rows answer.
    """
    if not activity.moving:
        return None
    facts = selectors_of(activity, consignment, month)
    number = parameters.match("haul", "emission", "", facts, asks=activity.activity_id)
    return Amount(activity.km * consignment.tonnes, ((number, "value"),), activity.project_id)
