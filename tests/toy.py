"""The toy network that the tests of sim and corridors share: three countries, two borders, a break of gauge, a port.

::

       KZ               |              AF                     |             PK                   XZ
                        |                                     |
     alma ===300=== kbor +5|5+ abor ===100=== hera ===190=== agate +2|3+ pgate ###480### port ~~~1300~~~ hub
       |                |        |  (newline)  |  (newline2)  |  (newline2)|               |
       +----310---- kbor +4|4+ abor ---110--- hera ---200--- agate +2|3+ pgate ---500--- port
                        |                                     |
     === rail 1520   ### rail 1676   --- road   ~~~ sea   +a|b+ crossing with km on each side

Terminals: abor and hera (with newline) rail 1520 <-> road; pgate (with newline2) 1520 <-> 1676; pgate rail 1676 <-> road;
port rail 1676 and road <-> sea; hub sea -> sea. Numbers are round so that every total can be worked by hand.
"""

import datetime as dt

from geodata.network import Closure, Crossing, Link, Network, Node, Project, Terminal
from geodata.tables import read_dictionary, read_rows
from sim.consignment import Consignment
from sim.parameters import DATA as SIMDATA
from sim.parameters import Parameters

UNITS = ("TEU", "FEU", "wagon", "truck", "tonne")


def node(name: str, country: str, kind: str, lat: float, lon: float) -> Node:
    return Node(name, name.title(), "", country, kind, lat, lon, "", "UTC", None, "toy", "high", "")


def link(
    a: str,
    b: str,
    mode: str,
    country: str,
    km: float,
    *,
    gauges=(),
    project="",
    upgrade="",
    terrain="flat",
    electric="no",
    line="",
) -> Link:
    status = "planned" if project else "operational"
    return Link(
        f"{mode}.{a}--{b}", a, b, False, line or f"{mode}-{country.lower()}", "a line", mode, country, tuple(gauges), km,
        "published", status, project, upgrade, "1", electric, terrain, "toy", "",
    )  # fmt: skip


def crossing(
    a: str,
    b: str,
    mode: str,
    countries: tuple[str, str],
    km: tuple[float, float],
    *,
    gauges=(),
    project="",
    exchange=False,
):
    status = "planned" if project else "operational"
    return Crossing(
        f"{mode}.{a}-{b}", f"{a.title()}-{b.title()}", mode, a, b, *countries, tuple(gauges), *km, "published", status, project,
        exchange, (), "flat", "toy", "",
    )  # fmt: skip


def terminal(place: str, a: tuple[str, int], b: tuple[str, int], method: str, *, project="") -> Terminal:
    name = f"{place}.{a[0]}{a[1] or ''}-{b[0]}{b[1] or ''}"
    status = "planned" if project else "operational"
    return Terminal(name, place, *a, *b, method, UNITS, False, status, project, "toy", "")


def project(name: str, length, year) -> Project:
    return Project(
        name,
        name.title(),
        ("AF",),
        "new_line",
        "planned",
        length,
        "triangular",
        year,
        None,
        None,
        "",
        dt.date(2026, 1, 1),
        "toy",
        "",
        {},
    )


def closure(name: str, target: str, target_id: str, **facts) -> Closure:
    values = {
        "closure_id": name, "event_id": facts.pop("event", name), "object": target, "object_id": target_id, "effect": "shut",
        "share_open": 0.0, "mode": "", "vehicle": "", "load_unit": "", "direction": "", "commodity": "",
        "start": dt.date(2026, 1, 1), "end": None, "last_confirmed": dt.date(2026, 2, 1), "scope": "local", "source": "toy", "note": "",
    }  # fmt: skip
    return Closure(**{**values, **facts})


def keyed(rows, name):
    return {getattr(row, name): row for row in rows}


def toy_network(closures=()) -> Network:
    nodes = [
        node("alma", "KZ", "city", 45.0, 70.0), node("kbor", "KZ", "border", 42.8, 70.0), node("abor", "AF", "border", 42.7, 70.0),
        node("hera", "AF", "city", 41.9, 70.0), node("agate", "AF", "border", 40.4, 70.0), node("pgate", "PK", "border", 40.37, 70.0),
        node("port", "PK", "port", 36.3, 70.0), node("hub", "AE", "port", 25.0, 72.0),
    ]  # fmt: skip
    links = [
        link("alma", "kbor", "rail", "KZ", 300.0, gauges=(1520,), electric="yes"),
        link("abor", "hera", "rail", "AF", 100.0, gauges=(1520,), project="newline"),
        link("hera", "agate", "rail", "AF", 190.0, gauges=(1520,), project="newline2", terrain="mountain"),
        link("pgate", "port", "rail", "PK", 480.0, gauges=(1676,), upgrade="better"),
        link("alma", "kbor", "road", "KZ", 310.0), link("abor", "hera", "road", "AF", 110.0),
        link("hera", "agate", "road", "AF", 200.0, terrain="mountain"), link("pgate", "port", "road", "PK", 500.0),
        link("port", "hub", "sea", "XZ", 1300.0, terrain="sea"),
    ]  # fmt: skip
    crossings = [
        crossing("kbor", "abor", "rail", ("KZ", "AF"), (5.0, 5.0), gauges=(1520,)),
        crossing("agate", "pgate", "rail", ("AF", "PK"), (2.0, 3.0), gauges=(1520,), project="newline2"),
        crossing("kbor", "abor", "road", ("KZ", "AF"), (4.0, 4.0)),
        crossing("agate", "pgate", "road", ("AF", "PK"), (2.0, 3.0), exchange=True),
    ]
    terminals = [
        terminal("abor", ("rail", 1520), ("road", 0), "transship"),
        terminal("hera", ("rail", 1520), ("road", 0), "transship", project="newline"),
        terminal("pgate", ("rail", 1520), ("rail", 1676), "transship", project="newline2"),
        terminal("pgate", ("rail", 1676), ("road", 0), "transship"),
        terminal("port", ("rail", 1676), ("sea", 0), "port"), terminal("port", ("road", 0), ("sea", 0), "port"),
        terminal("hub", ("sea", 0), ("sea", 0), "port"),
    ]  # fmt: skip
    projects = [
        project("newline", (80.0, 100.0, 150.0), (2029.0, 2030.0, 2034.0)),
        project("newline2", (195.0, 195.0, 195.0), (2031.0, 2033.0, 2040.0)),
        Project(
            "better",
            "Better",
            ("PK",),
            "upgrade",
            "planned",
            None,
            "",
            (2030.0, 2031.0, 2035.0),
            None,
            None,
            "",
            dt.date(2026, 1, 1),
            "toy",
            "",
            {},
        ),
    ]
    return Network(
        keyed(nodes, "node_id"), keyed(links, "link_id"), keyed(crossings, "crossing_id"), keyed(terminals, "terminal_id"),
        keyed(projects, "project_id"), keyed(closures, "closure_id"), project_km={"newline": 100.0, "newline2": 195.0},
    )  # fmt: skip


def row(parameter_id: str, kind: str, quantity: str, unit: str, values, **facts) -> dict[str, object]:
    """One parameter row; ``values`` is a number (certain) or (low, best, high)."""
    low, best, high = values if isinstance(values, tuple) else (values, values, values)
    shape = "fixed" if low == high else "triangular"
    made = {"parameter_id": parameter_id, "kind": kind, "quantity": quantity, "unit": unit, "low": low, "best": best, "high": high,
            "shape": shape, "basis": "assumption", "as_of": "2026", "note": "toy"}  # fmt: skip
    if quantity == "usd":
        made["price_year"] = 2025
    return {**made, **facts}


def toy_rows() -> list[dict[str, object]]:
    rows = [
        row("payload.rail", "consignment", "payload", "t", 28.0, mode="rail"),
        row("payload.road", "consignment", "payload", "t", 21.0, mode="road"),
        row("value_of_time", "consignment", "value_of_time", "%/day", 0.6),
        row("patience", "consignment", "patience", "day", 30.0),
        row("supply.rail", "wait", "hours", "h", (24.0, 48.0, 96.0), mode="rail", reason="supply", cv=0.5),
        row("supply.road", "wait", "hours", "h", 12.0, mode="road", reason="supply"),
        row("load", "load", "hours", "h", 6.0), row("unload", "unload", "hours", "h", 4.0),
        row("load.usd", "load", "usd", "USD", 100.0, component="handling"), row("unload.usd", "unload", "usd", "USD", 80.0, component="handling"),
        row("speed.rail.kz", "haul", "speed", "km/h", (20.0, 30.0, 40.0), mode="rail", country="KZ", cv=0.2),
        row("speed.rail.af", "haul", "speed", "km/h", 20.0, mode="rail", country="AF"),
        row("speed.rail.af.mountain", "haul", "speed", "km/h", 10.0, mode="rail", country="AF", terrain="mountain"),
        row("speed.rail.pk", "haul", "speed", "km/h", 24.0, mode="rail", country="PK"),
        row("speed.rail.pk.better", "haul", "speed", "km/h", 48.0, mode="rail", country="PK", upgrade_id="better"),
        row("speed.road", "haul", "speed", "km/h", 40.0, mode="road"),
        row("speed.road.mountain", "haul", "speed", "km/h", 25.0, mode="road", terrain="mountain"),
        row("speed.sea", "haul", "speed", "km/h", 26.0, mode="sea"),
        row("driving", "rest", "driving_hours", "h/day", 12.0, mode="road"),
        row("track", "haul", "usd", "USD/FEU-km", (0.2, 0.3, 0.4), mode="rail", component="track", load_unit="FEU"),
        row("track.t", "haul", "usd", "USD/t-km", 0.015, mode="rail", component="track", load_unit="wagon;truck;tonne"),
        row("track.teu", "haul", "usd", "USD/TEU-km", 0.2, mode="rail", component="track", load_unit="TEU"),
        row("wagon", "haul", "usd", "USD/t-km", 0.01, mode="rail", component="wagon"),
        row("forwarder", "haul", "usd", "USD/t-km", 0.005, mode="rail", component="forwarder"),
        row("coefficient", "haul", "coefficient", "1", 1.0, mode="rail", component="track"),
        row("coefficient.af", "haul", "coefficient", "1", 0.5, mode="rail", component="track", country="AF"),
        row("road", "haul", "usd", "USD/t-km", 0.05, mode="road", component="road", includes="fuel;driver"),
        row("freight", "haul", "usd", "USD/t-km", 0.01, mode="sea", component="freight"),
        row("sea.insurance", "haul", "usd", "%", 0.1, mode="sea", component="insurance", price_year=None),
        row("kg.rail", "haul", "emission", "kg CO2e/t-km", 0.03, mode="rail"),
        row("kg.rail.electric", "haul", "emission", "kg CO2e/t-km", 0.02, mode="rail", traction="electric"),
        row("kg.road", "haul", "emission", "kg CO2e/t-km", 0.1, mode="road"), row("kg.sea", "haul", "emission", "kg CO2e/t-km", 0.01, mode="sea"),
        row("clear.rail", "clear", "hours", "h", (6.0, 10.0, 20.0), mode="rail", reason="border", cv=0.8),
        row("clear.road", "clear", "hours", "h", 8.0, mode="road", reason="border"),
        row("clear.road.pk.in", "clear", "hours", "h", (8.0, 40.0, 120.0), mode="road", reason="border", crossing_id="road.agate-pgate", side="PK", direction="in", cv=1.0),
        row("clear.fee", "clear", "usd", "USD/t", 5.0, reason="border", component="fee"),
        row("transit", "clear", "hours", "h", 0.0, reason="transit"),
        row("transit.pk", "clear", "hours", "h", 24.0, reason="transit", country="PK"),
        *(row(f"transit.{c}", "clear", "usd", "USD", value, reason="transit", component=c) for c, value in (("guarantee", 50.0), ("permission", 0.0), ("security", 10.0))),
        row("transit.insurance", "clear", "usd", "%", 0.0, reason="transit", component="insurance", price_year=None),
        row("exchange", "transship", "hours", "h", 36.0, reason="truck_exchange"), row("exchange.usd", "transship", "usd", "USD/truck", 200.0, reason="truck_exchange", component="handling"),
        row("transship", "transship", "hours", "h", 48.0, reason="mode"), row("transship.usd", "transship", "usd", "USD/t", 8.0, reason="mode", component="handling"),
        row("gauge", "change_gauge", "hours", "h", 60.0), row("gauge.usd", "change_gauge", "usd", "USD/t", 7.0, component="handling"),
        row("sailing", "wait", "hours", "h", 84.0, reason="sailing"), row("transit_export", "dwell", "hours", "h", 12.0, reason="transit_export"),
    ]  # fmt: skip
    for reason, hours in (
        ("port_out", 96.0),
        ("port_in", 120.0),
        ("feeder", 150.0),
        ("import_land", 20.0),
        ("import_sea", 110.0),
        ("export_sea", 140.0),
        ("transit_import", 200.0),
    ):
        rows += [row(f"dwell.{reason}", "dwell", "hours", "h", hours, reason=reason), row(f"dwell.{reason}.terminal", "dwell", "usd", "USD", 90.0, reason=reason, component="terminal")]  # fmt: skip
    rows += [
        row(f"dwell.{reason}.box", "dwell", "usd", "USD", 300.0, reason=reason, component="box")
        for reason in ("import_land", "import_sea", "export_sea")
    ]
    return rows


def toy_parameters(*more: dict[str, object]) -> Parameters:
    """Toy rows; rows in ``more`` replace those of the same name or are added."""
    rows = {str(r["parameter_id"]): r for r in toy_rows()}
    rows |= {str(r["parameter_id"]): r for r in more}
    return Parameters(read_rows(list(rows.values()), read_dictionary(SIMDATA)["parameters"], "toy.csv"))


BOX = Consignment("FEU", 1, 20.0, "general", 40000.0, "block_train")
