"""What is moved: a number of load units, their weight, their worth and the service they travel by.

A consignment decides in which unit money is counted. A box pays per box, a wagonload or loose cargo per
tonne; nothing here guesses a tonne from a box, so the weight is always given by whoever asks.

How many vehicles carry it follows from the payload rows of ``parameters.csv``: a road trailer takes one
FEU or two TEU, a rigid truck one TEU, as long as the weight allows; loose cargo is divided by the payload
and rounded up, except a consignment counted in tonnes, which buys a share of a truck.

Source of the load units and services: the house's words (``practitioner-review-2026``, items 22 and 24).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

LoadUnit = Literal["TEU", "FEU", "wagon", "truck", "tonne"]
Commodity = Literal["general", "grain", "perishable"]
RailService = Literal["block_train", "wagonload"]

LOAD_UNITS: tuple[LoadUnit, ...] = ("TEU", "FEU", "wagon", "truck", "tonne")
BOXES_PER_VEHICLE = {("FEU", "trailer"): 1, ("TEU", "trailer"): 2, ("TEU", "rigid"): 1}
"""Boxes that fit one road vehicle by length: 40 ft on a trailer, 20 ft on a rigid truck."""


@dataclass(frozen=True, slots=True)
class Consignment:
    """What is moved, counted in its own load unit.

    Parameters
    ----------
    load_unit
        TEU, FEU, wagon, truck or tonne.
    count
        How many of them. For ``tonne`` the count is the weight.
    tonnes
        Weight of the cargo in all of them, without the box. [t]
    commodity
        general, grain or perishable; selects rows and the value of time.
    value_usd
        Worth of the cargo in all of them. [USD]
    rail_service
        block_train or wagonload.

    Examples
    --------
    >>> Consignment("FEU", 2, 40.0, "general", 100_000.0, "block_train").tonnes_per_unit
    20.0
    """

    load_unit: LoadUnit
    count: float
    tonnes: float
    commodity: Commodity
    value_usd: float
    rail_service: RailService

    def __post_init__(self) -> None:
        """Refuse what cannot be moved."""
        if self.load_unit not in LOAD_UNITS:
            msg = f"consignment: load_unit is {self.load_unit!r}; allowed {', '.join(LOAD_UNITS)}"
            raise ValueError(msg)
        for field in ("count", "tonnes"):
            value = getattr(self, field)
            if not (math.isfinite(value) and value > 0):
                msg = f"consignment: {field} is {value}; it must be a number above 0"
                raise ValueError(msg)
        if not (math.isfinite(self.value_usd) and self.value_usd >= 0):
            msg = f"consignment: value_usd is {self.value_usd}; it must be 0 or more"
            raise ValueError(msg)

    @property
    def tonnes_per_unit(self) -> float:
        """Weight in one load unit. [t]"""
        return self.tonnes / self.count

    @property
    def is_box(self) -> bool:
        """Whether the load unit is a container."""
        return self.load_unit in ("TEU", "FEU")

    def service(self, mode: str) -> str:
        """Service by which the consignment travels on a mode (empty at sea)."""
        if mode == "rail":
            return self.rail_service
        return "single_truck" if mode == "road" else ""

    def vehicles_allowed(self, mode: str) -> tuple[str, ...]:
        """Vehicles that can take the load unit on a mode.

        Examples
        --------
        >>> Consignment("FEU", 1, 20.0, "general", 0.0, "block_train").vehicles_allowed("road")
        ('trailer',)
        """
        if mode == "rail":
            return ("wagon",)
        if mode == "road":
            return ("trailer",) if self.load_unit == "FEU" else ("trailer", "rigid")
        return ("vessel",)

    def trucks(self, vehicle: str, payload_t: float) -> float:
        """Road vehicles needed.

        Parameters
        ----------
        vehicle
            trailer or rigid.
        payload_t
            What one of them may carry. [t]

        Returns
        -------
        float
            Number of vehicles; a fraction only for a consignment counted in tonnes. [1]

        Examples
        --------
        Sixty tonnes of a wagon need three trucks of 21 t:

        >>> Consignment("wagon", 1, 60.0, "grain", 0.0, "wagonload").trucks("trailer", 21.0)
        3.0
        """
        by_weight = self.tonnes / payload_t
        if self.load_unit == "tonne":
            return by_weight
        if self.is_box:
            by_length = self.count / BOXES_PER_VEHICLE[self.load_unit, vehicle]
            return float(math.ceil(max(by_weight, by_length) - 1e-9))
        return float(math.ceil(by_weight - 1e-9))
