r"""Dollars of an activity, by component.

A railway is paid in parts that different people charge: the track (which alone is subject to a railway's transit
coefficient), the wagon (hire and turn-round) and the forwarder; a truck in one rate; a ship in one freight rate plus
insurance as a share of the cargo's value. Stops have handling, fees, guarantees, permissions, security, storage at a
terminal and the return of the box. Rates found in the world differ tenfold by which of these they contain (0.24, 0.60
and 2.7 USD per FEU-km of the same railway), which is why no row may stand for the whole.

.. math:: usd = n_{unit} \cdot km \cdot rate \;(\cdot\; coefficient\ \text{for track})

n is counted in the row's own unit: boxes, tonnes, wagons, trucks or per cent of the value; a unit that the consignment
cannot count is an error, for a tonne is never guessed from a box.

    1 FEU over 964 km at 0.24 USD/FEU-km track and coefficient 1     231 USD
    20 t over 500 km of road at 0.05 USD/t-km                        500 USD

``includes`` of a haul row names fees it already contains (CPMM's section cost holds border fees and informal
payments): such a component is listed with 0 and that row's number, never added again. Inventory cost is shown
elsewhere and never added: it is the same delay as the value of time.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.activities import WATER, Activity, selectors_of
from sim.amounts import Amount, Form
from sim.consignment import Consignment
from sim.parameters import SELECTORS, MatchError, Parameters, Row

COMPONENTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("load", ""): ("handling",),
    ("unload", ""): ("handling",),
    ("haul", "rail"): ("track", "wagon", "forwarder"),
    ("haul", "road"): ("road",),
    ("haul", "water"): ("freight", "insurance"),
    ("clear", "border"): ("fee",),
    ("clear", "transit"): ("guarantee", "permission", "security", "insurance"),
    ("transship", "truck_exchange"): ("handling",),
    ("transship", "mode"): ("handling",),
    ("change_gauge", ""): ("handling",),
    ("dwell", "port_out"): ("terminal",),
    ("dwell", "feeder"): ("terminal",),
    ("dwell", "port_in"): ("terminal",),
    ("dwell", "import_land"): ("terminal", "box"),
    ("dwell", "import_sea"): ("terminal", "box"),
    ("dwell", "export_sea"): ("terminal", "box"),
    ("dwell", "transit_import"): ("terminal",),
    ("dwell", "transit_export"): (),
    ("wait", "supply"): (),
    ("wait", "sailing"): (),
    ("rest", ""): (),
}
"""Cost components that each activity is asked for, by kind and reason (hauls: kind and mode)."""

ALL_COMPONENTS = (
    "track", "wagon", "forwarder", "road", "freight", "handling", "fee", "guarantee", "permission", "security",
    "insurance", "terminal", "box", "divert", "detention",
)  # fmt: skip
"""Every component, in the order of tables and charts; divert is what turning away from a shut place adds,
detention what a line charges for its box after the free days."""


def components_of(activity: Activity) -> tuple[str, ...]:
    """Components that an activity is asked for."""
    if activity.kind == "haul":
        return COMPONENTS["haul", "water" if activity.mode in WATER else activity.mode]
    return COMPONENTS[activity.kind, activity.reason]


def payload_t(parameters: Parameters, consignment: Consignment, mode: str, vehicle: str) -> float:
    """Tonnes that one vehicle (road) or one load unit (rail) may carry. [t]

    Raises
    ------
    MatchError
        Where no payload row answers.
    """
    facts = dict.fromkeys(SELECTORS, "")
    facts |= {"mode": mode, "vehicle": vehicle, "load_unit": consignment.load_unit}
    facts |= {"service": consignment.service(mode), "commodity": consignment.commodity}
    asks = f"payload of {consignment.load_unit} on {mode} by {vehicle}"
    return parameters.rows[parameters.match("consignment", "payload", "", facts, asks=asks)].best


def usd_amounts(
    activity: Activity, parameters: Parameters, consignment: Consignment, month: int, *, leg: str = ""
) -> dict[str, Amount]:
    """Dollars of an activity by component, for the whole consignment.

    Parameters
    ----------
    activity, parameters, consignment, month
        What happens, assumptions, what is moved, month of departure (1 to 12).
    leg
        Name of the leg that a haul belongs to; keys the trip factor of its rates.

    Returns
    -------
    dict of str to Amount
        In USD, one amount a component that the activity is asked for. [USD]

    Raises
    ------
    MatchError
        Where no row or two undominated rows answer, or a row's unit cannot be counted for this consignment.
    """
    facts = selectors_of(activity, consignment, month)
    asks = activity.activity_id
    amounts = {}
    for component in components_of(activity):
        token = ".".join(part for part in (activity.kind, activity.reason, component) if part)
        holder = _contained_in(token, activity, facts, parameters)
        if holder >= 0:
            amounts[component] = Amount(0.0, covered_by=holder)
            continue
        asked = facts
        if activity.kind == "clear" and parameters.has_both_sides(
            activity.crossing_id, "usd", component, activity.reason
        ):
            asked = {**facts, "side": "both"}
            if activity.direction == "in":
                number = parameters.match(activity.kind, "usd", component, asked, asks=asks)
                amounts[component] = Amount(0.0, covered_by=number)
                continue
        number = parameters.match(activity.kind, "usd", component, asked, asks=asks)
        row = parameters.rows[number]
        factors: list[tuple[int, Form]] = [(number, "value")]
        if component == "track":
            factors.append((parameters.match("haul", "coefficient", "track", facts, asks=asks), "value"))
        count = _count(row, activity, consignment, parameters)
        what = f"haul|{row.parameter_id}|{leg}" if activity.moving else f"stop|{asks}|usd.{component}"
        project = activity.project_id if row.unit.endswith("-km") else ""
        amounts[component] = Amount(count, tuple(factors), project, what if row.cv else "", row.cv)
    return amounts


def _contained_in(token: str, activity: Activity, facts: Mapping[str, str], parameters: Parameters) -> int:
    """Number of the haul row that already contains a component, else -1.

    A stop asks the general haul rows of its country and mode; a haul asks the rows of its own other components.
    """
    if token not in parameters.contained:
        return -1
    asked = dict(facts)
    components: tuple[str, ...] = ("track", "wagon", "forwarder", "road", "freight")
    if activity.moving:
        own = token.rpartition(".")[2]
        components = tuple(c for c in components_of(activity) if c != own)
    else:
        kept = ("mode", "country", "load_unit", "service", "commodity", "months", "vehicle")
        asked = {name: value if name in kept else "" for name, value in facts.items()}
    for component in components:
        try:
            number = parameters.match("haul", "usd", component, asked, asks=activity.activity_id)
        except MatchError:
            continue
        if token in parameters.rows[number].includes:
            return number
    return -1


def _count(row: Row, activity: Activity, consignment: Consignment, parameters: Parameters) -> float:
    """How many of a row's unit the consignment counts on an activity (km included)."""
    unit = row.unit
    per_km = unit.endswith("-km")
    if per_km and not activity.moving:
        msg = f"{row.where}, row {row.parameter_id!r}: unit {unit}, but {activity.activity_id!r} covers no kilometre"
        raise MatchError(msg)
    count = activity.km if per_km else 1.0
    what = unit.removesuffix("-km").removeprefix("USD/")
    if what == "USD":
        return count
    if what == "%":
        return count * consignment.value_usd / 100.0
    if what == "t":
        return count * consignment.tonnes
    if what in ("FEU", "TEU") and consignment.load_unit == what:
        return count * consignment.count
    if what == "truck" and activity.mode == "road":
        payload = payload_t(parameters, consignment, "road", activity.vehicle)
        return count * consignment.trucks(activity.vehicle, payload)
    if what == "wagon" and activity.mode == "rail" and not consignment.is_box:
        if consignment.load_unit == "wagon":
            return count * consignment.count
        return count * consignment.tonnes / payload_t(parameters, consignment, "rail", "wagon")
    msg = (
        f"{row.where}, row {row.parameter_id!r}: unit {unit} cannot be counted for a consignment in "
        f"{consignment.load_unit} on {activity.activity_id!r}; add a row for this load unit"
    )
    raise MatchError(msg)
