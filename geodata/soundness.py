"""Soundness of a network: what no data dictionary can say and must hold all the same.

Each check is a few lines over whole columns and raises at its first bad row: endpoints lie in the link's
country; a sea link joins two ports; the two sides of a crossing lie in two countries; a gauge is given if
and only if it is rail; what is not operational belongs to a project; a terminal lies where the modes and
gauges it joins meet; a closure names a thing that exists; low <= best <= high.

A length is never below the geodesic of its ends. Lengths are printed to 0.1 km at best, hence a tolerance
of 0.05 km. The links of a new line, with or without its crossings, add up to the project's best length
within 0.5 %: published sections are rounded to whole kilometres. A project none of whose links stand in
the table (a variant kept for its figures) is not held to that.

Left out: whether a length is too long, whether the network hangs together, whether sources exist. These
are laws of the shipped files and stand in the tests and in :mod:`geodata.sources`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from geodata.geometry import geodesic_km
from geodata.tables import Array, Table, did_you_mean

Floats = NDArray[np.float64]
Tables = Mapping[str, Table]

GEODESIC_TOLERANCE_KM = 0.05
PROJECT_TOLERANCE = 0.005
_GAUGES = "1000, 1435, 1520, 1676"
_SIDES = ("from", "to")


def _refuse(table: Table, bad: Array, words: str, *, allowed: str = "", mend: str = "") -> None:
    """Raise at the first row of the mask; ``{column}`` in ``words`` stands for the row's cell."""
    if bad.any():
        at = int(bad.argmax())
        cells = {name: _shown(cell) for name, cell in table.row(at).items()}
        raise table.error(at, problem=words.format_map(cells), allowed=allowed, mend=mend)


def _shown(cell: object) -> str:
    if cell is None or cell == "":
        return "empty"
    return f'"{cell}"' if isinstance(cell, str) else f"{cell:g}" if isinstance(cell, float) else str(cell)


def _at_ends(table: Table, key: str, nodes: Table, column: str) -> Array:
    """Column of the places that ``key`` names, row by row."""
    return nodes[column][np.array([nodes.index[name] for name in table[key]], dtype=np.intp)]


def _is_in(table: Table, column: str, values: list[str]) -> Array:
    return np.array([cell in values for cell in table[column]], dtype=bool)


def osm_lengths(tables: Tables) -> tuple[Floats, Floats, Floats]:
    """Join the lengths routed on OpenStreetMap to the rows whose ``length_basis`` is osm.

    Returns
    -------
    Length of each link, and of the from and the to side of each crossing, in the tables' order. [km]
    """
    links, crossings, lengths = tables["links"], tables["crossings"], tables["lengths_osm"]
    for i, (name, side) in enumerate(zip(lengths["object_id"], lengths["side"], strict=True)):
        target = crossings if side else links
        if name not in target.index:
            other = "leave side empty for a link" if side else "set side to from or to for a crossing"
            raise lengths.error(
                i,
                problem=f'object_id is "{name}"',
                allowed=f"{target.resource.primary_key[0]} of {target.resource.path}",
                mend=did_you_mean(name, map(str, target.index)) or other,
            )
    return (
        _joined(links, "length_km", "", lengths),
        _joined(crossings, "from_length_km", "from", lengths),
        _joined(crossings, "to_length_km", "to", lengths),
    )


def _joined(table: Table, column: str, side: str, lengths: Table) -> Floats:
    routed, empty = table["length_basis"] == "osm", np.isnan(table[column])
    words = f"{column} is {{{column}}} and length_basis is {{length_basis}}"
    apart = "move the figure to lengths_osm.csv, which has a licence of its own"
    _refuse(table, routed & ~empty, words, allowed="empty where length_basis is osm", mend=apart)
    _refuse(table, ~routed & empty, words, allowed="empty only where length_basis is osm", mend="give the length")
    joined = np.array(table[column], dtype=np.float64)
    keys = table.keys()
    for i in np.flatnonzero(routed).tolist():
        at = lengths.index.get((keys[i], side))
        if at is None:
            row = f'object_id "{keys[i]}"' + (f' and side "{side}"' if side else "")
            raise table.error(
                i,
                problem=f"length_basis is osm, and lengths_osm.csv has no row with {row}",
                mend="add the row, or give a length with another basis",
            )
        joined[i] = lengths["length_km"][at]
    return joined


def check_network(tables: Tables, link_km: Floats, from_km: Floats, to_km: Floats) -> None:
    """Refuse a network that does not hold together; the lengths are those of :func:`osm_lengths`."""
    links, crossings, nodes = tables["links"], tables["crossings"], tables["nodes"]
    for table in (links, crossings, tables["terminals"]):
        check_project_names(table, tables["projects"])
    check_links(links, nodes)
    check_crossings(crossings, nodes)
    check_lengths(links, nodes, link_km, "length_km")
    check_lengths(crossings, nodes, from_km + to_km, "from_length_km + to_length_km")
    check_terminals(tables)
    check_projects(tables["projects"])
    check_project_lengths(tables, link_km, from_km + to_km)
    check_closures(tables)


def check_project_names(table: Table, projects: Table) -> None:
    """Check that what is not operational names a project, and that a named project exists and fits."""
    nameless = (table["status"] != "operational") & (table["project_id"] == "")
    words = "status is {status} and project_id is empty"
    _refuse(table, nameless, words, mend="name the project that builds it")
    upgrades = set(projects["project_id"][projects["kind"] == "upgrade"])
    builders = set(projects["project_id"]) - upgrades
    for column, fitting in (("project_id", builders), ("upgrade_id", upgrades)):
        cells = table.columns.get(column, np.array([], dtype=object))
        for i in [i for i, name in enumerate(cells) if name and name not in fitting]:
            negated = "" if column == "upgrade_id" else "not "
            raise table.error(
                i,
                problem=f'{column} is "{cells[i]}"',
                allowed=f"a project of projects.csv that is {negated}of kind upgrade",
                mend=did_you_mean(cells[i], fitting) or "add the row to projects.csv",
            )


def _check_track(table: Table) -> None:
    rail, given = table["mode"] == "rail", table["gauge_mm"] != ""
    _refuse(table, rail & ~given, "gauge_mm is empty and mode is rail", allowed=_GAUGES)
    _refuse(table, ~rail & given, "gauge_mm is {gauge_mm} and mode is {mode}", allowed="empty unless rail")
    gauges = [cell.split(";") for cell in table["gauge_mm"]]
    twice = np.array([len(set(items)) < len(items) for items in gauges], dtype=bool)
    _refuse(table, twice, "gauge_mm is {gauge_mm}", mend="write each gauge once")
    loop = table["from_node_id"] == table["to_node_id"]
    _refuse(table, loop, "both ends are {from_node_id}", mend="join two different places")


def check_links(links: Table, nodes: Table) -> None:
    """Check country, kind of ends, gauge and terrain of every link."""
    _check_track(links)
    water = _is_in(links, "mode", ["sea", "ferry"])
    rule = "if and only if mode is sea or ferry"
    _refuse(links, water != (links["country"] == "XZ"), "country is {country} and mode is {mode}", allowed=f"XZ {rule}")
    _refuse(
        links, water != (links["terrain"] == "sea"), "terrain is {terrain} and mode is {mode}", allowed=f"sea {rule}"
    )
    for end in ("from_node_id", "to_node_id"):
        _check_country(links, end, "country", nodes, among=~water)
        inland = water & (_at_ends(links, end, nodes, "kind") != "port")
        _refuse(links, inland, f"mode is {{mode}} and {end} {{{end}}} is no port", allowed="ends of kind port")
    silent = (links["length_basis"] == "estimate") & (links["note"] == "")
    _refuse(links, silent, "length_basis is estimate and note is empty", mend="say in note how it was estimated")


def _check_country(table: Table, end: str, column: str, nodes: Table, *, among: Array) -> None:
    country = _at_ends(table, end, nodes, "country")
    bad = among & (country != table[column])
    where = country[bad.argmax()] if len(table) else ""
    _refuse(
        table,
        bad,
        f"{column} is {{{column}}}, and {end} {{{end}}} lies in {where}",
        allowed=where,
        mend="a border is crossed by a row of crossings.csv only; else mend the country here or in nodes.csv",
    )


def check_crossings(crossings: Table, nodes: Table) -> None:
    """Check sides, gauge and exchange of every crossing."""
    _check_track(crossings)
    for side in _SIDES:
        _check_country(
            crossings, f"{side}_node_id", f"{side}_country", nodes, among=np.full(len(crossings), fill_value=True)
        )
    same = crossings["from_country"] == crossings["to_country"]
    _refuse(crossings, same, "both sides lie in {to_country}", mend="within a country write a row of links.csv")
    exchange = (crossings["exchange"] == "yes") & (crossings["mode"] != "road")
    _refuse(crossings, exchange, "exchange is yes and mode is {mode}", allowed="yes for road only")


def check_lengths(table: Table, nodes: Table, length_km: Floats, words: str) -> None:
    """Check that no length is below the geodesic of its ends."""
    lat1, lon1, lat2, lon2 = (
        _at_ends(table, end, nodes, axis) for end in ("from_node_id", "to_node_id") for axis in ("lat", "lon")
    )
    least = geodesic_km(lat1, lon1, lat2, lon2)
    for i in np.flatnonzero(length_km < least - GEODESIC_TOLERANCE_KM).tolist():
        raise table.error(
            i,
            problem=f"{words} is {length_km[i]:g}",
            allowed=f"at least the geodesic of its ends, {least[i]:.2f} [km]",
            mend="mend the length, or the position of an end in nodes.csv",
        )


def check_terminals(tables: Tables) -> None:
    """Check gauges and methods of every terminal, and that what it joins meets at its place."""
    table, nodes = tables["terminals"], tables["nodes"]
    for side in _SIDES:
        rail, empty = table[f"{side}_mode"] == "rail", np.isnan(table[f"{side}_gauge_mm"])
        words = f"{side}_gauge_mm is {{{side}_gauge_mm}} and {side}_mode is {{{side}_mode}}"
        _refuse(table, rail & empty, words, allowed=_GAUGES)
        _refuse(table, ~rail & ~empty, words, allowed="empty unless rail")
    method, joins = table["method"], "from {from_mode} to {to_mode}"
    both_rail = (table["from_mode"] == "rail") & (table["to_mode"] == "rail")
    both_road = (table["from_mode"] == "road") & (table["to_mode"] == "road")
    at_sea = _is_in(table, "from_mode", ["sea", "ferry"]) | _is_in(table, "to_mode", ["sea", "ferry"])
    same = both_rail & (table["from_gauge_mm"] == table["to_gauge_mm"])
    _refuse(table, same, "both gauges are {to_gauge_mm}", allowed="two gauges from rail to rail")
    _refuse(table, both_road, joins, mend="a truck exchange is exchange = yes of a crossing")
    _refuse(table, (method == "bogie") & ~both_rail, f"method is bogie {joins}", allowed="bogie from rail to rail")
    rule = "port if and only if one side is sea or ferry"
    _refuse(table, (method == "port") != at_sea, f"method is {{method}} {joins}", allowed=rule)
    inland = at_sea & (_at_ends(table, "node_id", nodes, "kind") != "port")
    _refuse(table, inland, f"{joins}, and node_id {{node_id}} is no port", allowed="a node of kind port")
    meets = _meetings(tables)
    for side in _SIDES:
        sides = zip(table["node_id"], table[f"{side}_mode"], table[f"{side}_gauge_mm"], strict=True)
        lost = [(node, mode, "" if np.isnan(gauge) else f"{gauge:.0f}") not in meets for node, mode, gauge in sides]
        words = f"no {{{side}_mode}} link or crossing (gauge {{{side}_gauge_mm}}) reaches node_id {{node_id}}"
        _refuse(table, np.array(lost, dtype=bool), words, mend="add the link or crossing, or mend the terminal")


def _meetings(tables: Tables) -> set[tuple[str, str, str]]:
    """Place, mode and gauge of every end of a link or crossing, built or planned."""
    return {
        (node, mode, gauge)
        for table in (tables["links"], tables["crossings"])
        for end in ("from_node_id", "to_node_id")
        for node, mode, gauges in zip(table[end], table["mode"], table["gauge_mm"], strict=True)
        for gauge in gauges.split(";")
    }


def check_projects(table: Table) -> None:
    """Check that low, best and high are all given or none, and in order."""
    for name in ("length_km", "opening_year", "capital_usd_bn"):
        low, best, high = (table[f"{name}_{rank}"] for rank in ("low", "best", "high"))
        words = ", ".join(f"{name}_{rank} is {{{name}_{rank}}}" for rank in ("low", "best", "high"))
        empty = np.isnan(np.stack([low, best, high])).sum(axis=0)
        certain = "a figure held certain is written three times"
        _refuse(table, (empty > 0) & (empty < 3), words, allowed="all three or none", mend=certain)
        _refuse(table, (low > best) | (best > high), words, allowed="low <= best <= high")
    unlike = (table["length_shape"] == "") != np.isnan(table["length_km_best"])
    words = "length_shape is {length_shape} and length_km_best is {length_km_best}"
    _refuse(table, unlike, words, allowed="both or none")


def check_project_lengths(tables: Tables, link_km: Floats, crossing_km: Floats) -> None:
    """Check that the stretches of a new line add up to the project's best length."""
    table = tables["projects"]
    for i in np.flatnonzero(table["kind"] == "new_line").tolist():
        name, best = table["project_id"][i], float(table["length_km_best"][i])
        links = float(np.sum(link_km, where=tables["links"]["project_id"] == name))
        hops = float(np.sum(crossing_km, where=tables["crossings"]["project_id"] == name))
        if links and not np.isnan(best) and min(abs(links - best), abs(links + hops - best)) > PROJECT_TOLERANCE * best:
            raise table.error(
                i,
                problem=f"length_km_best is {best:g}, its links add up to {links:.2f} km, with its crossings {links + hops:.2f} km",
                allowed="equal within 0.5 %",
                mend="mend the project's length, or the lengths in links.csv",
            )


def check_closures(tables: Tables) -> None:
    """Check that objects exist, days are in order, and what is shut lets nothing through."""
    table = tables["closures"]
    known: dict[str, set[str]] = {
        "node": set(tables["nodes"]["node_id"]),
        "link": set(tables["links"]["link_id"]),
        "line": set(tables["links"]["line_id"]),
        "crossing": set(tables["crossings"]["crossing_id"]),
        "country": set(tables["nodes"]["country"]),
    }
    for i, (kind, name) in enumerate(zip(table["object"], table["object_id"], strict=True)):
        if name not in known[kind]:
            raise table.error(
                i,
                problem=f'object_id is "{name}" and object is {kind}',
                allowed=f"a {kind} of the network",
                mend=did_you_mean(name, known[kind]) or f"take a {kind} that the network has",
            )
    start = table["start_date"]
    words = "end_date is {end_date} and start_date is {start_date}"
    _refuse(table, table["end_date"] < start, words, allowed="not before start_date", mend="end_date is the last day")
    words = "last_confirmed is {last_confirmed} and start_date is {start_date}"
    _refuse(table, table["last_confirmed"] < start, words, allowed="not before start_date")
    leaky = (table["effect"] == "shut") & (table["share_open"] > 0)
    _refuse(table, leaky, "effect is shut and share_open is {share_open}", allowed="0 or empty")
    aimless = (table["direction"] != "") & _is_in(table, "object", ["node", "country"])
    words = "direction is {direction} and object is {object}"
    _refuse(table, aimless, words, mend="name the links or crossings, which have a direction")
