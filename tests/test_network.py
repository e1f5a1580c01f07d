"""Laws and refusals of a network, on a line of five countries written to a temporary folder; then the shipped one.

    k1 ==== k2 -x- u1 ==== u2 -x- a1 ==== a2 -x- p1 ==== p2 ~~~~ d1
    KZ      KZ    UZ      UZ     AF  line AF    PK      PK      AE
       1520          1520           1520           1676     sea
                                 a1 .... a2
                                    road

    ==== rail   .... road   ~~~~ sea   -x- crossing (by rail; u2-a1 by rail and road; a2-p1 by road, trucks exchanged)

The railway a1--a2 is planned (project ``line``, 90/100/140 km, 2028/2030/2035); u1--u2 has an upgrade (``up``). The
length of p1--p2 was routed on OpenStreetMap. All places lie on 68 E, a degree of latitude (111 km) or a tenth apart.
"""

import csv
import json
import shutil
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.network import DATA, TABLES, read_network
from geodata.sources import check_sources, read_sources
from geodata.tables import TableError, read_dictionary, read_package, read_rows

LAWS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OPENING = date(2026, 11, 25)


def node(name, country, kind, lat, lon=68.0):
    given_ = {"node_id": name, "name": name, "country": country, "kind": kind, "lat": lat, "lon": lon}
    return given_ | {"timezone": "Asia/Tashkent", "source": "s", "confidence": "high"}


def link(name, start, end, mode, country, km, **more):
    row = {"link_id": name, "from_node_id": start, "to_node_id": end, "directed": "false", "line_id": f"l-{mode}"}
    row |= {"line_name": mode, "mode": mode, "country": country, "length_km": km, "length_basis": "published"}
    row |= {"status": "operational", "electrified": "no", "terrain": "sea" if mode == "sea" else "flat", "source": "s"}
    return row | more


def crossing(name, start, end, countries, **more):
    row = {"crossing_id": name, "name": name, "mode": name.split(".")[0], "from_node_id": start, "to_node_id": end}
    row |= {"from_country": countries[:2], "to_country": countries[2:], "from_length_km": 6, "to_length_km": 6}
    row |= {"length_basis": "published", "status": "operational", "exchange": "no", "terrain": "flat", "source": "s"}
    return row | more


def terminal(name, place, start, end, method, **more):
    row = {"terminal_id": name, "node_id": place, "from_mode": start[0], "from_gauge_mm": start[1]}
    row |= {"to_mode": end[0], "to_gauge_mm": end[1], "method": method, "load_units": "TEU;FEU", "directed": "false"}
    return row | {"status": "operational", "source": "s"} | more


def project(name, kind, **more):
    row = {"project_id": name, "name": name, "countries": "AF", "kind": kind, "status": "planned", "state": "talks"}
    return row | {"as_of": "2026-09-01", "source": "s", "note": "n"} | more


def triple(name, low, best, high):
    return {f"{name}_low": low, f"{name}_best": best, f"{name}_high": high}


ROWS = {
    "nodes": [
        node("k1", "KZ", "station", 42.0),
        node("k2", "KZ", "border", 41.0),
        node("u1", "UZ", "border", 40.9),
        node("u2", "UZ", "border", 40.0),
        node("a1", "AF", "border", 39.9),
        node("a2", "AF", "border", 39.0),
        node("p1", "PK", "border", 38.9),
        node("p2", "PK", "port", 38.0),
        node("d1", "AE", "port", 38.0, 70.0),
    ],
    "links": [
        link("k1--k2", "k1", "k2", "rail", "KZ", 120, gauge_mm="1520"),
        link("u1--u2", "u1", "u2", "rail", "UZ", 105, gauge_mm="1520", upgrade_id="up", electrified="yes"),
        link("a1--a2.line", "a1", "a2", "rail", "AF", 100, gauge_mm="1520;1435", status="planned", project_id="line"),
        link("a1--a2.road", "a1", "a2", "road", "AF", 130),
        link("p1--p2", "p1", "p2", "rail", "PK", "", gauge_mm="1676", length_basis="osm"),
        link("p2--d1", "p2", "d1", "sea", "XZ", 200, directed="true"),
    ],
    "lengths_osm": [{"object_id": "p1--p2", "length_km": 103.4, "method": "direct", "source": "osm"}],
    "crossings": [
        crossing("rail.k2-u1", "k2", "u1", "KZUZ", gauge_mm="1520", regimes="SMGS;TIR"),
        crossing("rail.u2-a1", "u2", "a1", "UZAF", gauge_mm="1520"),
        crossing("road.u2-a1", "u2", "a1", "UZAF"),
        crossing("road.a2-p1", "a2", "p1", "AFPK", exchange="yes"),
    ],
    "terminals": [
        terminal("a1.rail-road", "a1", ("rail", 1520), ("road", ""), "transship"),
        terminal("a2.rail-road", "a2", ("rail", 1435), ("road", ""), "transship", status="planned", project_id="line"),
        terminal("p1.road-rail", "p1", ("road", ""), ("rail", 1676), "transship"),
        terminal("p2.rail-sea", "p2", ("rail", 1676), ("sea", ""), "port"),
    ],
    "projects": [
        project(
            "line",
            "new_line",
            length_shape="triangular",
            length_km_best_evidence="e1",
            **triple("length_km", 90, 100, 140),
            **triple("opening_year", 2028, 2030, 2035),
        ),
        project("up", "upgrade", **triple("opening_year", 2025, 2025, 2026)),
        project("dream", "new_line"),
    ],
    "closures": [
        {
            "closure_id": "c1",
            "event_id": "ev1",
            "object": "crossing",
            "object_id": "road.a2-p1",
            "effect": "shut",
            "direction": "forward",
            "start_date": "2025-10-12",
            "last_confirmed": "2026-08-01",
            "scope": "national",
            "source": "s",
        },
        {
            "closure_id": "c2",
            "event_id": "ev2",
            "object": "country",
            "object_id": "AF",
            "effect": "restricted",
            "share_open": 0.5,
            "mode": "road",
            "start_date": "2024-01-10",
            "end_date": "2024-01-20",
            "last_confirmed": "2024-01-20",
            "scope": "local",
            "source": "s",
        },
    ],
}


def package(folder, rows):
    """Write the tables of a network beside the shipped data dictionary."""
    shutil.copy(DATA / "datapackage.json", folder / "datapackage.json")
    for name, resource in read_dictionary(folder).items():
        if name in rows:
            with (folder / resource.path).open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(resource.field), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows[name])
    return folder


def changed(table, key, **cells):
    """Return the rows with some cells of one row changed."""
    rows = json.loads(json.dumps(ROWS))
    row = next(row for row in rows[table] if next(iter(row.values())) == key)
    row.update(cells)
    return rows


@pytest.fixture
def network(tmp_path):
    return read_network(package(tmp_path, ROWS))


def test_rows_become_places_stretches_crossings_and_terminals(network):
    assert network.nodes["p2"].lat == 38.0
    assert network.nodes["p2"].elevation_m is None
    assert network.links["a1--a2.line"].gauges == (1520, 1435)
    assert network.links["a1--a2.road"].gauges == ()
    assert network.links["p1--p2"].length_km == 103.4
    assert network.links["p2--d1"].directed is True
    assert network.crossings["rail.k2-u1"].regimes == ("SMGS", "TIR")
    assert network.crossings["road.a2-p1"].exchange is True
    assert network.terminals["a1.rail-road"].from_gauge == 1520
    assert network.terminals["a1.rail-road"].to_gauge == 0
    assert network.terminals["a1.rail-road"].load_units == ("TEU", "FEU")
    assert network.projects["line"].length_km == (90, 100, 140)
    assert network.projects["line"].evidence["length_km"] == ("", "e1", "")
    assert network.projects["up"].length_km is None
    assert network.projects["line"].as_of == date(2026, 9, 1)
    assert network.closures["c1"].end is None
    assert network.closures["c1"].share_open is None
    assert network.closures["c2"].end == date(2024, 1, 20)
    assert network.open_projects == frozenset()


def test_lengths_of_a_crossing_may_be_routed_too(tmp_path):
    rows = changed("crossings", "road.a2-p1", length_basis="osm", from_length_km="", to_length_km="")
    for side, km in (("from", 5.5), ("to", 7.25)):
        rows["lengths_osm"].append(
            {"object_id": "road.a2-p1", "side": side, "length_km": km, "method": "direct", "source": "osm"}
        )
    hop = read_network(package(tmp_path, rows)).crossings["road.a2-p1"]
    assert (hop.from_length_km, hop.to_length_km) == (5.5, 7.25)


def test_a_project_opens_by_its_best_year_or_by_name(network):
    assert network.built(OPENING).open_projects == {"up"}
    assert "a1--a2.line" not in network.built(date(2029, 12, 31)).links
    assert "a1--a2.line" in network.built(date(2030, 1, 1)).links
    assert "a2.rail-road" in network.built(date(2030, 1, 1)).terminals
    assert "a1--a2.line" in network.built(OPENING, {"line": 2026}).links
    assert "a1--a2.line" not in network.built(OPENING, {"line": 2027}).links
    assert "a1--a2.line" not in network.built(OPENING, {"line": None}).links
    assert "a1--a2.line" in network.built(date(2031, 1, 1), {"line": None}).links
    assert "a1--a2.line" not in network.built(date(2040, 1, 1), {"line": 2026}, held=["line"]).links
    assert network.built(OPENING, held=["up"]).open_projects == frozenset()
    assert network.built(OPENING).projects == network.projects
    assert network.built(OPENING, {"dream": 2026}).open_projects == {"dream", "up"}


def test_an_unknown_project_or_one_without_a_year_is_refused(network):
    with pytest.raises(TableError, match=r'projects.csv: there is no project_id "lime".*did you mean "line"\?'):
        network.built(OPENING, {"lime": 2026})
    with pytest.raises(TableError, match='did you mean "line"'):
        network.built(OPENING, held=["lin"])
    with pytest.raises(TableError, match='"dream": it has no opening year of its own; name the year'):
        network.built(OPENING, {"dream": None})


@LAWS
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_what_is_built_stays_built(network, one, two):
    early, late = sorted((one, two))
    before, after = network.built(early), network.built(late)
    assert before.links.keys() <= after.links.keys() <= network.links.keys()
    assert before.open_projects <= after.open_projects
    assert {"k1--k2", "p2--d1"} <= before.links.keys()
    assert before.built(early) == before


def test_restricting_keeps_what_lies_between_the_named_places(network):
    part = network.restrict(["a1", "a2", "p1"])
    assert sorted(part.nodes) == ["a1", "a2", "p1"]
    assert sorted(part.links) == ["a1--a2.line", "a1--a2.road"]
    assert sorted(part.crossings) == ["road.a2-p1"]
    assert sorted(part.terminals) == ["a1.rail-road", "a2.rail-road", "p1.road-rail"]
    assert network.restrict(network.nodes) == network
    with pytest.raises(TableError, match='there is no node_id "p22"; did you mean "p2"'):
        network.restrict(["p22"])


@LAWS
@given(st.floats(1, 2000))
def test_a_project_takes_any_length_and_gives_it_back(network, km):
    other = network.with_project_length("line", km)
    assert other.links["a1--a2.line"].length_km == pytest.approx(km)
    assert other.links["a1--a2.road"] == network.links["a1--a2.road"]
    back = other.with_project_length("line", 100.0)
    assert back.links["a1--a2.line"].length_km == pytest.approx(100.0)
    assert network.with_project_length("line", 100.0) == network


def test_a_project_without_a_length_is_not_scaled(network):
    with pytest.raises(TableError, match='"up": it has no length to scale'):
        network.with_project_length("up", 10.0)
    with pytest.raises(TableError, match="a length above 0"):
        network.with_project_length("line", 0.0)


def test_rows_may_be_laid_over_a_table(tmp_path):
    package(tmp_path, ROWS)
    resource = read_dictionary(tmp_path)["links"]
    shorter = next(row for row in ROWS["links"] if row["link_id"] == "k1--k2") | {"length_km": 112.5, "directed": False}
    laid = read_network(tmp_path, {"links": read_rows([shorter], resource, "scenario.toml")})
    assert laid.links["k1--k2"].length_km == 112.5
    assert list(laid.links) == list(read_network(tmp_path).links)
    wrong = read_rows([shorter | {"to_node_id": "k22"}], resource, "scenario.toml")
    with pytest.raises(TableError, match=r'scenario.toml, line 1, link_id "k1--k2": to_node_id is "k22".*"k2"'):
        read_network(tmp_path, {"links": wrong})
    with pytest.raises(TableError, match='did you mean "links"'):
        read_network(tmp_path, {"link": wrong})


@LAWS
@given(st.randoms())
def test_row_order_changes_nothing(tmp_path, random):
    rows = {name: random.sample(table, len(table)) for name, table in ROWS.items()}
    assert read_network(package(tmp_path, rows)) == read_network(package(tmp_path, ROWS))


def test_a_project_may_count_its_crossings(tmp_path):
    rows = changed("crossings", "rail.u2-a1", status="planned", project_id="line")
    assert "rail.u2-a1" not in read_network(package(tmp_path, rows)).built(OPENING).crossings
    rows["projects"][0] |= triple("length_km", 90, 112, 140)
    longer = read_network(package(tmp_path, rows)).with_project_length("line", 224)
    assert longer.links["a1--a2.line"].length_km + longer.crossings["rail.u2-a1"].to_length_km * 2 == pytest.approx(224)


REFUSALS = [
    # table, row, cells, what the message says besides file and row
    ("links", "k1--k2", {"to_node_id": "k3"}, ['to_node_id is "k3"', "nodes.csv", "did you mean"]),
    ("links", "k1--k2", {"to_node_id": "k1"}, ['both ends are "k1"']),
    ("links", "k1--k2", {"to_node_id": "u1"}, ['country is "KZ"', '"u1" lies in UZ', "crossings.csv"]),
    ("links", "k1--k2", {"country": "XZ"}, ['country is "XZ"', "if and only if mode is sea or ferry"]),
    ("links", "p2--d1", {"country": "PK"}, ['country is "PK"', "if and only if mode is sea or ferry"]),
    ("links", "p2--d1", {"terrain": "flat"}, ['terrain is "flat"']),
    ("links", "p2--d1", {"from_node_id": "p1"}, ['from_node_id "p1" is no port']),
    ("links", "k1--k2", {"gauge_mm": ""}, ["gauge_mm is empty", "1000, 1435, 1520, 1676"]),
    ("links", "k1--k2", {"gauge_mm": "1520;1520"}, ["write each gauge once"]),
    ("links", "a1--a2.road", {"gauge_mm": "1520"}, ['gauge_mm is "1520"', "empty unless rail"]),
    ("links", "k1--k2", {"length_km": 111}, ["length_km is 111", "at least the geodesic of its ends, 111.06 [km]"]),
    ("links", "k1--k2", {"length_km": ""}, ["length_km is empty", "empty only where length_basis is osm"]),
    ("links", "k1--k2", {"length_basis": "osm"}, ["length_km is 120", "lengths_osm.csv"]),
    ("links", "k1--k2", {"length_basis": "osm", "length_km": ""}, ['no row with object_id "k1--k2"']),
    ("links", "k1--k2", {"length_basis": "estimate"}, ["note is empty", "how it was estimated"]),
    ("links", "a1--a2.line", {"project_id": ""}, ["status is", "project_id is empty"]),
    ("links", "a1--a2.line", {"project_id": "lime"}, ['project_id is "lime"', 'did you mean "line"?']),
    ("links", "a1--a2.line", {"project_id": "up"}, ['project_id is "up"', "not of kind upgrade"]),
    ("links", "u1--u2", {"upgrade_id": "line"}, ['upgrade_id is "line"', "of kind upgrade"]),
    ("crossings", "rail.k2-u1", {"to_node_id": "u3"}, ['to_node_id is "u3"', "did you mean"]),
    ("crossings", "rail.k2-u1", {"to_country": "TM"}, ['to_country is "TM"', '"u1" lies in UZ']),
    ("crossings", "rail.k2-u1", {"to_node_id": "k1", "to_country": "KZ"}, ['both sides lie in "KZ"']),
    ("crossings", "rail.k2-u1", {"gauge_mm": ""}, ["gauge_mm is empty"]),
    ("crossings", "rail.k2-u1", {"exchange": "yes"}, ["exchange is yes", "road only"]),
    ("crossings", "rail.k2-u1", {"to_length_km": 5}, ["is 11;", "geodesic of its ends, 11.11 [km]"]),
    ("crossings", "rail.k2-u1", {"status": "planned"}, ["project_id is empty"]),
    ("lengths_osm", "p1--p2", {"object_id": "p1--p3"}, ['object_id is "p1--p3"', 'did you mean "p1--p2"?']),
    ("lengths_osm", "p1--p2", {"side": "from"}, ["crossing_id of crossings.csv"]),
    ("terminals", "a1.rail-road", {"node_id": "a3"}, ['node_id is "a3"']),
    ("terminals", "a1.rail-road", {"from_gauge_mm": ""}, ["from_gauge_mm is empty"]),
    ("terminals", "a1.rail-road", {"to_gauge_mm": 1520}, ["to_gauge_mm is 1520", "empty unless rail"]),
    ("terminals", "a1.rail-road", {"from_gauge_mm": 1676}, ['no "rail" link', "gauge 1676", '"a1"']),
    ("terminals", "a1.rail-road", {"method": "bogie"}, ["method is bogie", "from rail to rail"]),
    ("terminals", "a1.rail-road", {"method": "port"}, ['method is "port"', "sea or ferry"]),
    ("terminals", "a1.rail-road", {"to_mode": "rail", "to_gauge_mm": 1520}, ["both gauges are 1520"]),
    ("terminals", "a1.rail-road", {"to_mode": "sea", "method": "port"}, ['node_id "a1" is no port']),
    ("terminals", "p2.rail-sea", {"to_mode": "ferry"}, ['no "ferry" link or crossing']),
    ("projects", "line", {"length_km_low": 101}, ["length_km_low is 101", "low <= best <= high"]),
    ("projects", "line", {"opening_year_high": 2029}, ["opening_year_high is 2029", "low <= best <= high"]),
    ("projects", "line", {"capital_usd_bn_best": 4}, ["capital_usd_bn_low is empty", "all three or none"]),
    ("projects", "line", {"length_shape": ""}, ["length_shape is empty", "both or none"]),
    ("projects", "line", {"length_km_best": 101}, ["length_km_best is 101", "add up to 100.00 km", "0.5 %"]),
    ("closures", "c1", {"object_id": "road.a2-p2"}, ['object_id is "road.a2-p2"', 'did you mean "road.a2-p1"?']),
    ("closures", "c1", {"object": "line"}, ["object is line"]),
    ("closures", "c2", {"object_id": "IR"}, ['object_id is "IR"', "a country of the network"]),
    ("closures", "c2", {"end_date": "2024-01-09"}, ["end_date is 2024-01-09", "not before start_date"]),
    ("closures", "c2", {"last_confirmed": "2024-01-09"}, ["last_confirmed is 2024-01-09"]),
    ("closures", "c1", {"share_open": 0.1}, ["effect is shut", "share_open is 0.1"]),
    ("closures", "c2", {"direction": "forward"}, ['direction is "forward"', 'object is "country"']),
]


@pytest.mark.parametrize(("table", "key", "cells", "words"), REFUSALS)
def test_what_does_not_hold_together_is_refused(tmp_path, table, key, cells, words):
    with pytest.raises(TableError) as caught:
        read_network(package(tmp_path, changed(table, key, **cells)))
    line = [next(iter(row.values())) for row in ROWS[table]].index(key) + 2
    for word in (f"{table}.csv, line {line}, ", cells.get("object_id", key) if table == "lengths_osm" else key, *words):
        assert word in str(caught.value)


shipped = pytest.mark.skipif(not (DATA / "nodes.csv").exists(), reason="the network's tables are not there yet")


@shipped
def test_the_shipped_network_holds_together():
    network = read_network()
    assert len(network.nodes) > 100
    assert all(np.isfinite(link.length_km) for link in network.links.values())
    best = {name: item.length_km[1] for name, item in network.projects.items() if item.length_km is not None}
    assert network.project_km == best


@shipped
def test_every_source_and_figure_the_shipped_network_names_is_on_file():
    check_sources(read_package(DATA, TABLES), *read_sources())


@shipped
def test_frictionless_finds_no_fault_in_the_shipped_package():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])[:20]
