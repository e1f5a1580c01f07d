"""Names of the model's inputs for a reader who has not seen the tables.

A name is made from the row's own columns, the same for every row: what it is of, by what, where, for what load. The name of
the row stands beside it, so that the row can be found.

    speed.rail.pk.block_train    speed of block trains, Pakistan
    clear_hours.road.chaman.pk.in    hours at the border, road, Chaman, Pakistani side, in
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from corridors.observed import shipped, shipped_network
from corridors.profiles import ON_THE_ROAD, WHAT_HAPPENS
from corridors.rerouting import LENGTH

if TYPE_CHECKING:
    from sim.parameters import Row

COUNTRIES = {
    "AF": "Afghanistan", "AZ": "Azerbaijan", "CN": "China", "GE": "Georgia", "IR": "Iran", "KG": "Kyrgyzstan", "KZ": "Kazakhstan",
    "PK": "Pakistan", "RU": "Russia", "TJ": "Tajikistan", "TM": "Turkmenistan", "UZ": "Uzbekistan", "XZ": "at sea",
}  # fmt: skip
WHAT = {
    ("haul", "speed"): "speed", ("haul", "coefficient"): "coefficient on the charge for the track", ("haul", "emission"): "emissions",
    ("rest", "driving_hours"): "hours driven a day", ("wait", "frequency"): "departures a week", ("closure", "rate"): "closures a year",
    ("closure", "duration"): "days of a closure", ("consignment", "payload"): "load that a vehicle takes", ("consignment", "patience"): "days waited at what is shut",
    ("consignment", "value_of_time"): "value of time", ("dwell", "free_days"): "days free of charge",
}  # fmt: skip
STOPS = {"clear": "border", "dwell": "stay", "change_gauge": "change of gauge", "transship": "transshipment", "load": "loading", "unload": "unloading", "wait": "wait", "haul": "haulage"}  # fmt: skip
CHARGES = {"road": "road rate", "freight": "sea freight", "track": "charge for the track", "wagon": "charge for the wagon", "forwarder": "forwarder's charge", "fee": "fees", "handling": "price of handling"}  # fmt: skip
HOURS = {"border": "hours at the border", "train to truck": "hours of the change between train and truck", "wait for wagons": "hours of waiting for wagons", "wait for a truck": "hours of waiting for a truck", "wait for the ship": "hours of waiting for the ship"}  # fmt: skip
SERVICES = {"block_train": "block trains", "wagonload": "single wagons"}
COLUMNS = {
    "capital_usd_bn": "capital cost", "length_km": "length", "opening_year": "opening year of the line by itself", "readiness_years": "years to settle",
    "net_tonnes": "net load of a train", "recorded_trains": "freight trains of a year",
}  # fmt: skip
SHOWN = 2
"""Places of a row that are named."""


def input_words(name: str) -> str:
    """What an input is, in words.

    Examples
    --------
    >>> input_words("project_length.herat-kandahar"), input_words("readiness_years.herat-kandahar.funds")
    ('length of Herat-Kandahar', 'years to settle the funds of Herat-Kandahar')
    >>> input_words("speed.rail.pk.block_train")
    'speed of block trains, Pakistan'
    """
    name = name.removeprefix("parameters:")
    parameters = shipped()[1]
    if name in parameters.number:
        return row_words(parameters[name])
    if name.startswith(LENGTH):
        return f"length of {_project(name.removeprefix(LENGTH))}"
    if name.startswith("projects:"):
        _, project, column = name.split(":")
        return f"{COLUMNS[column]} of {_project(project)}"
    table, *parts = name.split(".")
    if table == "readiness_years":
        return f"{COLUMNS[table]} the {parts[1].replace('_', ' ')} of {_project(parts[0])}"
    if table == "opening_year":
        return f"{COLUMNS[table]}, {_project(parts[0])}"
    return f"{COLUMNS[table]}, {COUNTRIES.get(parts[-1].upper(), parts[-1])}"


UNITS = {"1": "", "year": "", "day": " days", "1/year": " a year", "1/week": " a week", "h/day": " h a day"}


def unit_words(unit: str) -> str:
    """Unit of an input as it follows a figure, with the blank before it.

    Examples
    --------
    >>> f"0.41{unit_words('1/year')}, 24{unit_words('h')}"
    '0.41 a year, 24 h'
    """
    return UNITS.get(unit, f" {unit}")


def _project(project_id: str) -> str:
    return shipped_network().projects[project_id].name


def row_words(row: Row) -> str:
    """What a row of ``parameters.csv`` is, in words."""
    if (row.kind, row.quantity) == ("closure", "duration"):  # where is told by the row of its rate
        return ", ".join([WHAT["closure", "duration"], *_where_shut(row.parameter_id)])
    chosen = row.selectors
    parts = [_what(row), *_by(row), *_places(row)]
    parts += [
        f"{COUNTRIES.get(c, c)}{' side' if name == 'side' else ''}"
        for name in ("country", "side")
        for c in sorted(chosen.get(name, ()))
    ]
    parts += [
        " and ".join(sorted(chosen[name]))
        for name in ("load_unit", "commodity", "direction")
        if name in chosen and len(chosen[name]) < 3
    ]
    parts += [f"months {', '.join(sorted(chosen['months'], key=int))}"] if "months" in chosen else []
    return ", ".join(dict.fromkeys(parts))


def _where_shut(parameter_id: str) -> list[str]:
    parameters, rate = shipped()[1], f"closure_rate.{parameter_id.partition('.')[2]}"
    return _places(parameters[rate]) if rate in parameters.number else []


def _what(row: Row) -> str:
    reasons = row.selectors.get("reason", frozenset())
    known = sorted(reasons) if len(reasons) == 1 else []
    names = WHAT_HAPPENS | (ON_THE_ROAD if row.selectors.get("mode") == frozenset({"road"}) else {})
    happening = next((names[row.kind, r] for r in known if (row.kind, r) in names), STOPS.get(row.kind, row.kind))
    if row.quantity == "hours":
        return HOURS.get(happening, f"hours of {happening}")
    if row.quantity == "usd":
        charge = CHARGES.get(row.component, row.component)
        return charge if row.kind == "haul" else f"{charge}, {happening}"
    service = sorted(row.selectors.get("service", ()))
    said = WHAT.get((row.kind, row.quantity), row.quantity.replace("_", " "))
    return f"{said} of {SERVICES[service[0]]}" if service else said


def _by(row: Row) -> Iterable[str]:
    modes = row.selectors.get("mode", frozenset())
    if modes and not row.selectors.get("service") and row.component not in ("road", "freight"):
        yield " and ".join(sorted(modes))
    for name in ("traction", "terrain", "vehicle", "method"):
        yield from sorted(row.selectors.get(name, ()))
    if "new" in row.parameter_id.split("."):
        yield "new lines"


def _places(row: Row) -> list[str]:
    """Places of a row, the first few by name."""
    nodes = shipped_network().nodes

    def name(node: str) -> str:
        return nodes[node].name if node in nodes else node

    found = [name(n) for n in sorted(row.selectors.get("node_id", ()))]
    crossings = sorted(row.selectors.get("crossing_id", ()))
    found += [name(crossing.partition(".")[2].rpartition("-")[2]) for crossing in crossings]
    for link in sorted(row.selectors.get("link_id", ())):
        a, _, b = link.partition(".")[2].partition("--")
        found.append(f"{name(a)}-{name(b)}")
    found += sorted(row.selectors.get("line_id", ())) + sorted(
        t.partition(".")[0] for t in row.selectors.get("terminal_id", ())
    )
    found += sorted(row.selectors.get("upgrade_id", ()))
    found += [f"{gauge} mm" for gauge in sorted(row.selectors.get("gauge_mm", ()))]
    found = list(dict.fromkeys(found))
    more = len(found) - SHOWN
    return found if more <= 0 else [*found[:SHOWN], f"{more} more"]
