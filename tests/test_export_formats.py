"""Exports: what another program reads is what the model said, in every format, styled and attributed, whole or not at all."""

import csv
import datetime as dt
import json
import re
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import geopandas as gpd
import networkx as nx
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from frictionless import Package, system
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from studies import DRAWS, ONE_PAIR, command, scenario_file, study

import corridors.safe_files
import corridors.safe_folders
from corridors.comparison import comparison_rows
from corridors.export_formats import FORMATS, write_export
from corridors.export_layers import Column, Layer, about, checked, layers_of
from corridors.export_tables import write_package
from corridors.gis_exports import write_geojson, write_geopackage, write_geoparquet, write_parquet
from corridors.gmns_export import is_shut
from corridors.kml_export import write_kml
from corridors.provenance import LICENCE
from corridors.style import corridor_styles
from corridors.toml_files import ScenarioError
from corridors.workbook_export import SUMMED, Book

FILES = {name: f"out{form.endings[0]}" if form.endings else "out" for name, form in FORMATS.items()}
SMALL = ("today", *ONE_PAIR, "corridors=iran-road,qtta-road,west-road")
ROOMS = [Path(corridors.safe_files.__file__).parents[1] / room for room in ("corridors", "sim", "geodata", "tests")]


@pytest.fixture(scope="module")
def small():
    return study(*SMALL)


@pytest.fixture(scope="module")
def layers(small):
    return layers_of(small)


@pytest.fixture(scope="module")
def out(small, tmp_path_factory):
    """The small study in every format."""
    folder = tmp_path_factory.mktemp("exports")
    for name in FORMATS:
        (folder / name).mkdir()
        write_export(small, name, folder / name / FILES[name])
    return folder


def target(out, name):
    return out / name / FILES[name]


# Values as another program reads them


def known(value):
    """Value without its reader's dress: arrays are lists, NaN and NaT None, stamps at midnight dates, JSON texts lists."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [known(v) for v in value]
    if value is None or value is pd.NaT or value is pd.NA or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return None
    if isinstance(value, Decimal):
        return float(value)
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def of_kind(value, kind):
    value = known(value)
    if value is None:
        return None
    if kind in {"strings", "integers"} and isinstance(value, str):
        value = json.loads(value)
    if kind == "date":
        text = value.isoformat() if hasattr(value, "isoformat") else str(value)
        return dt.date.fromisoformat(text[:10])
    if kind == "datetime":
        value = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return bool(value) if kind == "boolean" else value


def assert_same(layer, frame, *, shapes=True):
    assert len(frame) == len(layer.rows)
    for column in layer.columns:
        if column.name not in frame:  # a reader of KML leaves out a column in which nothing is known
            assert {row.get(column.name) for row in layer.rows} <= {None}, column
            continue
        found = [of_kind(value, column.kind) for value in frame[column.name]]
        assert found == [row.get(column.name) for row in layer.rows], column
    if shapes:
        assert frame.crs.to_epsg() in {4326, None}
        assert frame.crs.is_geographic
        drawn = [[list(point[:2]) for point in shape.coords] for shape in frame.geometry]
        assert drawn == [[s] if layer.geometry == "Point" else [list(p) for p in s] for s in layer.shapes]


def read_kml(file, layer):
    frame = gpd.read_file(file, layer=layer)  # a column name is the same as the name that every feature has
    return frame if "name" in frame else frame.rename(columns={"Name": "name"})


def packaged(folder, table):
    with system.use_context(trusted=True):
        return pd.DataFrame(
            [row.to_dict() for row in Package(str(folder / "datapackage.json")).get_resource(table).read_rows()]
        )


def test_routes_carry_the_figures_of_the_model(small, layers):
    rows = {row["corridor"]: row for row in layers["routes"].rows}
    ways = {way.corridor: way for way in small.ways}
    assert {name for name, way in ways.items() if way.feasible} == set(rows) < set(ways)
    for name, row in rows.items():
        way = ways[name]
        assert row["km"] == way.itinerary.total_km
        assert row["usd_mean"] == float(way.outcome.usd[way.outcome.delivered].mean())
        assert row["draws"] == DRAWS
        assert row["countries"][0] == "KZ"
        assert row["countries"][-1] == "PK"
    assert len(layers["links"].rows) == len(small.network.links) + len(small.network.crossings)
    assert len(layers["places"].rows) == len(small.network.nodes)
    assert any(row["state_as_of"] for row in layers["links"].rows)


@pytest.mark.parametrize("layer", ["routes", "places", "links"])
def test_geopackage_gives_back_every_layer(out, layers, layer):
    assert_same(layers[layer], gpd.read_file(target(out, "gpkg"), layer=layer))


def test_single_layers_are_given_back(out, layers):
    assert_same(layers["routes"], gpd.read_file(target(out, "geojson")))
    assert_same(layers["routes"], gpd.read_parquet(target(out, "geoparquet")))


@pytest.mark.parametrize("layer", ["routes", "links"])
def test_kml_gives_back_every_layer(out, layers, layer):
    assert_same(layers[layer], read_kml(target(out, "kml"), layer))


@pytest.mark.parametrize("layer", ["routes", "places", "links"])
def test_csv_gives_back_every_layer_through_its_dictionary(out, layers, layer):
    frame = packaged(target(out, "csv"), layer)
    frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries.from_wkt(frame["geometry"]), crs=4326)
    assert_same(layers[layer], frame)


def test_parquet_has_the_ways_that_are_not_feasible_too(small, out):
    read = pq.read_table(target(out, "parquet")).to_pylist()
    for row, said in zip(read, comparison_rows(small), strict=True):
        assert row == said | {"date": small.scenario.date} | {name: None for name, v in said.items() if v == ""}
    assert [row["feasible"] for row in read].count(False) == 1


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\u2028\u2029\u0085"),
    min_size=1,
    max_size=9,
)
WORDS = WORDS.filter(lambda text: text == text.strip())
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # files are too slow to shrink with
ALMATY = ZoneInfo("Asia/Almaty")
MOMENTS = st.integers(631152000, 3786912000).map(lambda second: dt.datetime.fromtimestamp(second, ALMATY))
ROWS = st.fixed_dictionaries({
    "text": st.none() | WORDS | st.sampled_from(["=1+1", "@x", "Кандагар", "قندھار", 'a;b,"c"', "NaN", "null", "007", "NULL", "<b>&"]),
    "number": st.none() | st.floats(-1e12, 1e12, allow_subnormal=False),
    "integer": st.none() | st.integers(-(2**31), 2**31 - 1),
    "yes": st.none() | st.booleans(),
    "day": st.none() | st.dates(dt.date(1900, 3, 1), dt.date(2200, 1, 1)),
    "moment": st.none() | MOMENTS,
    "words": st.none() | st.lists(WORDS, max_size=3),
    "gauges": st.none() | st.lists(st.sampled_from([1000, 1435, 1520, 1676]), max_size=3),
})  # fmt: skip
KINDS = ("string", "number", "integer", "boolean", "date", "datetime", "strings", "integers")
COLUMNS = tuple(Column(name, kind) for name, kind in zip(
    ("text", "number", "integer", "yes", "day", "moment", "words", "gauges"), KINDS, strict=True
))  # fmt: skip
TOLD = {
    "title": "t",
    "question": "?",
    "scenario": "made-up",
    "date": "2026-01-01",
    "attribution": "a",
    "licence": "CC-BY-4.0",
    "made_by": "us",
}


@settings(max_examples=8, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=4))
def test_what_is_read_is_what_was_written(rows, tmp_path):
    shapes = [[[float(i), 1.5], [2.25, float(i)]] for i in range(len(rows))]
    layer = Layer("routes", "Made up", COLUMNS, rows, "LineString", shapes)
    write_geopackage([layer], TOLD, {}, tmp_path / "a.gpkg")
    assert_same(layer, gpd.read_file(tmp_path / "a.gpkg", layer="routes"))
    write_geoparquet(layer, TOLD, tmp_path / "a.parquet")
    read = gpd.read_parquet(tmp_path / "a.parquet")
    assert_same(layer, read)
    if any(row["moment"] for row in rows):
        assert str(read["moment"].dt.tz) == "Asia/Almaty"
    write_parquet(layer, TOLD, tmp_path / "b.parquet")
    assert pq.read_table(tmp_path / "b.parquet").to_pylist() == rows
    write_geojson(layer, TOLD, tmp_path / "a.geojson")
    features = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))["features"]
    assert_same(layer, gpd.GeoDataFrame.from_features(features, crs=4326))
    named = [{**row, "name": f"{i} {row['text']}"} for i, row in enumerate(rows)]
    places = Layer(
        "places", "", (*COLUMNS, Column("name", "string")), named, "Point", [[i, 2.5] for i in range(len(rows))]
    )
    write_kml([places], TOLD, {}, tmp_path / "a.kml")
    assert_same(places, read_kml(tmp_path / "a.kml", "places"))
    write_package(tmp_path / "csv", "made", [layer], TOLD)
    assert_same(layer, packaged(tmp_path / "csv", "routes"), shapes=False)
    book = Book(tmp_path / "a.xlsx", TOLD)
    book.sheet(layer)
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["routes"]
    cells = [[sheet.cell(line, j + 1) for j in range(len(COLUMNS))] for line in range(1, len(rows) + 2)]
    assert {cell.data_type for line in cells for cell in line} <= {"s", "n", "b", "d"}
    head, *lines = [[cell.value for cell in line] for line in cells]
    frame = pd.DataFrame(lines, columns=head, dtype=object)
    for found, row in zip(frame.pop("number"), rows, strict=True):
        assert found == (None if row["number"] is None else pytest.approx(row["number"], rel=1e-15))
    rest = Layer("routes", "", tuple(c for c in COLUMNS if c.name != "number"), rows)
    assert_same(rest, frame, shapes=False)


def test_a_link_has_the_state_of_what_it_touches(small, layers):
    """The pass is a place: what ends there is shut with it on the road, and a crossing has the state that the study tells."""
    rows = {row["link_id"]: row for row in layers["links"].rows}
    shut = {s.closure.object_id for s in small.standings if (s.closure.object, s.state) == ("node", "shut")}
    assert "salang" in shut
    at_pass = [r for r in rows.values() if r["mode"] == "road" and shut & {r["from_node_id"], r["to_node_id"]}]
    assert len(at_pass) >= 2
    assert all(is_shut(row) and row["state_as_of"] for row in at_pass)
    for name in small.network.crossings:
        if not {rows[name]["from_node_id"], rows[name]["to_node_id"]} & {s.closure.object_id for s in small.standings}:
            assert rows[name]["state"] == small.states[name]


def test_infinity_is_no_figure():
    layer = Layer("routes", "", (Column("usd", "number"),), [{"usd": 1.0}, {"usd": float("inf")}])
    with pytest.raises(ScenarioError, match="routes, row 2, column usd: found inf"):
        checked(layer)


def test_xml_cannot_hold_every_character(tmp_path):
    layer = Layer("places", "", (Column("name", "string"),), [{"name": "a\x01"}], "Point", [[1.0, 2.0]])
    with pytest.raises(ScenarioError, match="XML cannot"):
        write_kml([layer], TOLD, {}, tmp_path / "a.kml")


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_study_writes_the_same_bytes(small, out, tmp_path, name):
    for path in write_export(small, name, tmp_path / FILES[name]):
        assert path.read_bytes() == (out / name / path.relative_to(tmp_path)).read_bytes()


# Attribution


def test_every_file_carries_attribution_and_licence(out, small):
    assert LICENCE in pyogrio.read_info(target(out, "gpkg"), layer="routes")["dataset_metadata"]["attribution"]
    for layer in ("routes", "places", "links"):
        said = pyogrio.read_info(target(out, "gpkg"), layer=layer)["layer_metadata"]
        assert said["attribution"] == LICENCE
        assert said["licence"] == about(small)["licence"]
    with closing(sqlite3.connect(target(out, "gpkg"))) as base:
        told = base.execute("SELECT description FROM gpkg_contents WHERE data_type = 'features'").fetchall()
        assert len(told) == 3
        assert all(LICENCE in text for (text,) in told)
    for name in ("parquet", "geoparquet"):
        said = {k.decode(): v.decode() for k, v in pq.read_schema(target(out, name)).metadata.items()}
        assert (said["attribution"], said["licence"]) == (LICENCE, "CC-BY-4.0; ODbL-1.0")
        assert pq.read_schema(target(out, name)).field("hours_p50").metadata[b"unit"] == b"h"
    assert json.loads(target(out, "geojson").read_text(encoding="utf-8"))["attribution"] == LICENCE
    root = ET.parse(target(out, "kml")).getroot()  # noqa: S314 - our own file
    assert LICENCE in root.find(".//{*}Document/{*}description").text
    book = openpyxl.load_workbook(target(out, "xlsx"))
    assert book.properties.description == LICENCE
    assert LICENCE in {cell.value for cell in book["about"]["B"]}
    for name in ("csv", "gmns"):
        package = json.loads((target(out, name) / "datapackage.json").read_text(encoding="utf-8"))
        assert package["attribution"] == LICENCE
        assert {licence["name"] for licence in package["licenses"]} == {"CC-BY-4.0", "ODbL-1.0"}


# Styles


def test_geopackage_has_a_default_style_for_each_layer(small, out):
    with closing(sqlite3.connect(target(out, "gpkg"))) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        listed = base.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchall()
        query = "SELECT f_table_name, f_geometry_column, styleQML FROM layer_styles WHERE useAsDefault"
        styles = {name: (column, qml) for name, column, qml in base.execute(query)}
        columns = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
    assert listed == [("attributes",)]
    assert (
        {name: column for name, (column, _) in styles.items()} == columns == dict.fromkeys(layers_of(small), "geometry")
    )
    drawn = corridor_styles(small.scenario.corridors)
    page = ET.fromstring(styles["routes"][1].partition("\n")[2])  # noqa: S314 - our own text
    assert page.find("renderer-v2").get("attr") == "corridor"
    for category in page.iter("category"):
        symbol = page.find(f".//symbol[@name='{category.get('symbol')}']")
        values = {option.get("name"): option.get("value") for option in symbol.iter("Option")}
        colour = drawn[category.get("value")].colour
        assert values["line_color"] == ",".join(str(part) for part in bytes.fromhex(colour[1:])) + ",255"
        assert values["use_custom_dash"] == str(int(bool(drawn[category.get("value")].dash)))
    assert [c.get("value") for c in page.iter("category")] == list(small.scenario.corridors)


def test_kml_features_name_styles_that_are_there(small, out):
    root = ET.parse(target(out, "kml")).getroot()  # noqa: S314 - our own file
    styles = {s.get("id"): s for s in root.iter("{http://www.opengis.net/kml/2.2}Style")}
    used = {url.text.removeprefix("#") for url in root.iter("{http://www.opengis.net/kml/2.2}styleUrl")}
    assert used <= set(styles)
    colour = corridor_styles(small.scenario.corridors)["qtta-road"].colour
    found = styles["routes-qtta-road"].find("{*}LineStyle/{*}color").text
    assert (found[:2], found[6:] + found[4:6] + found[2:4]) == ("ff", colour[1:])


# GMNS


@pytest.fixture(scope="module")
def gmns(out):
    return pd.read_csv(target(out, "gmns") / "node.csv"), pd.read_csv(target(out, "gmns") / "link.csv")


def test_gmns_is_a_valid_package_with_units(out):
    folder = target(out, "gmns")
    with system.use_context(trusted=True):
        report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["place", "message"])[:3]
    with (folder / "config.csv").open(encoding="utf-8") as stream:
        config = next(csv.DictReader(stream))
    assert (config["long_length"], config["crs"], config["id_type"]) == ("km", "EPSG:4326", "integer")
    assert {p.name for p in folder.iterdir()} == {
        "node.csv", "link.csv", "use_definition.csv", "config.csv", "datapackage.json",
    }  # fmt: skip


def test_gmns_columns_are_those_of_the_specification(gmns, out):
    nodes, links = gmns
    assert {"node_id", "name", "x_coord", "y_coord", "z_coord", "node_type"} <= set(nodes)
    assert {
        "link_id", "name", "from_node_id", "to_node_id", "directed", "length", "facility_type", "allowed_uses", "geometry",
    } <= set(links)  # fmt: skip
    assert nodes["node_id"].dtype == links["from_node_id"].dtype == "int64"
    assert nodes["node_id"].is_unique
    assert links["link_id"].is_unique
    assert links["directed"].all()
    uses = set(pd.read_csv(target(out, "gmns") / "use_definition.csv")["use"])
    assert set(links["allowed_uses"]) <= uses <= {"rail", "road", "sea", "ferry"}


def test_gmns_links_are_the_network_without_what_is_shut(gmns, layers, out):
    nodes, links = gmns
    place = dict(zip(nodes["node_id"], nodes["place_id"], strict=True))
    found = {
        (row.part_id, place[row.from_node_id], place[row.to_node_id], row.allowed_uses, row.length)
        for row in links.itertuples()
    }
    open_ = [row for row in layers["links"].rows if not is_shut(row)]
    wanted = {(r["link_id"], r["from_node_id"], r["to_node_id"], r["mode"], r["length_km"]) for r in open_}
    wanted |= {
        (r["link_id"], r["to_node_id"], r["from_node_id"], r["mode"], r["length_km"])
        for r in open_
        if not r["directed"]
    }
    assert found == wanted
    assert len(found) == len(links)
    left = json.loads((target(out, "gmns") / "datapackage.json").read_text(encoding="utf-8"))["left_out"]
    assert left == [row["link_id"] for row in layers["links"].rows if is_shut(row)] != []
    ends = gpd.GeoSeries.from_wkt(links["geometry"])
    points = nodes.set_index("node_id")
    for row, line in zip(links.itertuples(), ends, strict=True):  # drawn from its beginning to its end
        a = points.loc[row.from_node_id]
        b = points.loc[row.to_node_id]
        start, end = line.coords[0], line.coords[-1]
        toward = (
            abs(start[0] - a.x_coord) + abs(start[1] - a.y_coord) + abs(end[0] - b.x_coord) + abs(end[1] - b.y_coord)
        )
        away = abs(start[0] - b.x_coord) + abs(start[1] - b.y_coord) + abs(end[0] - a.x_coord) + abs(end[1] - a.y_coord)
        assert toward <= away


def test_networkx_finds_the_way_of_the_model_in_gmns(gmns, small):
    """Truck through Iran: the model's own stretches are a path there, of the model's length, and no shorter one is longer."""
    nodes, links = gmns
    graph = nx.MultiDiGraph()
    for row in links[links["allowed_uses"] == "road"].itertuples():
        graph.add_edge(row.from_node_id, row.to_node_id, key=row.part_id, km=row.length)
    number = dict(zip(nodes["place_id"], nodes["node_id"], strict=True))
    way = next(w for w in small.ways if w.corridor == "iran-road")
    moved = [(a, km) for a, km in zip(way.itinerary.activities, way.itinerary.km, strict=True) if a.moving]
    parts = {a.link_id or a.crossing_id for a, _ in moved}
    assert parts <= set(links["part_id"])
    kept = graph.edge_subgraph([edge for edge in graph.edges(keys=True) if edge[2] in parts])
    ends = number["almaty1"], number["karachi_port"]
    assert nx.shortest_path_length(kept, *ends, weight="km") == pytest.approx(sum(km for _, km in moved), rel=1e-9)
    assert nx.shortest_path_length(graph, *ends, weight="km") <= way.itinerary.total_km + 1e-6


# Workbook


@pytest.fixture(scope="module")
def book(out):
    return openpyxl.load_workbook(target(out, "xlsx")), openpyxl.load_workbook(target(out, "xlsx"), data_only=True)


def test_workbook_has_frozen_heads_with_units(book):
    written, _ = book
    assert written.sheetnames == ["about", "comparison", "totals", "activities", "costs", "sources", "places", "links"]
    for sheet in written.worksheets[1:]:
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.endswith("2")
    heads = {cell.value for cell in written["comparison"][1]}
    assert {"hours_p50 [h]", "usd_p90 [USD]", "km [km]", "kg_co2e_mean [kg CO2e]", "corridor"} <= heads


def test_only_totals_are_formulas(book):
    written, _ = book
    found = {s.title for s in written.worksheets for line in s.iter_rows() for c in line if c.data_type == "f"}
    assert found == {"totals"}


def evaluated(formula, sheets):
    """SUM over one column of another sheet, worked out from that sheet's cells: all that the workbook has."""
    sheet, column, first, again, last = re.fullmatch(r"=SUM\((\w+)!([A-Z]+)(\d+):([A-Z]+)(\d+)\)", formula).groups()
    assert column == again
    return sum(sheets[sheet][f"{column}{line}"].value for line in range(int(first), int(last) + 1))


def test_totals_are_live_and_their_stored_values_the_model_s(book, small):
    written, stored = book
    names = [cell.value.partition(" ")[0] for cell in written["totals"][1]]
    able = [way for way in small.ways if way.feasible]
    assert written["totals"].max_row == 1 + len(able)
    for line, way in enumerate(able, start=2):
        cells = dict(zip(names, written["totals"][line], strict=True))
        cached = dict(zip(names, (cell.value for cell in stored["totals"][line]), strict=True))
        assert cells["corridor"].value == way.corridor
        for name in SUMMED:
            assert evaluated(cells[name].value, stored) == pytest.approx(cached[name], rel=1e-12, abs=1e-12)
        assert cached["km"] == pytest.approx(way.itinerary.total_km, rel=1e-12)
        assert cached["hours_mean"] == pytest.approx(float(way.outcome.hours.mean()), rel=1e-9)
        assert cached["usd_mean"] == pytest.approx(float(way.outcome.usd.mean()), rel=1e-9)


def test_comparison_in_the_workbook_is_the_model_s(book, small):
    _, stored = book
    head, *lines = stored["comparison"].iter_rows(values_only=True)
    names = [name.partition(" ")[0] for name in head]
    for line, row in zip(lines, comparison_rows(small), strict=True):
        for name, value in zip(names, line, strict=True):
            wanted = row[name]
            if isinstance(wanted, float):
                assert value == pytest.approx(wanted, rel=1e-15)
            else:
                assert (value.date().isoformat() if name == "date" else value) == (None if wanted == "" else wanted)


def test_a_name_never_becomes_a_formula(tmp_path):
    names = ["=1+1", "+7", "-3", "@SUM(A1)", '=HYPERLINK("http://x","y")', "{=1}", "http://x.example", "12", "\t=1"]
    book = Book(tmp_path / "a.xlsx", TOLD | {"title": "=2+2"})
    book.about({"title": "=2+2"})
    book.sheet(Layer("places", "", (Column("name", "string"),), [{"name": name} for name in names]))
    book.close()
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [line[0] for line in read["places"].iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(name, "s") for name in names]
    assert all(cell.hyperlink is None for cell in cells)
    assert (read["about"]["B1"].value, read["about"]["B1"].data_type) == ("=2+2", "s")


def test_a_text_too_long_for_a_cell_is_refused(tmp_path):
    book = Book(tmp_path / "a.xlsx", TOLD)
    with pytest.raises(ScenarioError, match="sheet places, line 2: a text of 32768 characters"):
        book.sheet(Layer("places", "", (Column("name", "string"),), [{"name": "x" * 32768}]))


# Whole or not at all, and nowhere else


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_run_that_is_killed_leaves_the_old_file(small, tmp_path, monkeypatch, name):
    def killed(*_):
        raise KeyboardInterrupt

    write_export(small, name, tmp_path / FILES[name])
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    monkeypatch.setattr(corridors.safe_files.os, "fsync", killed)
    monkeypatch.setattr(corridors.safe_folders, "_put_in_place", killed)
    with pytest.raises(KeyboardInterrupt):
        write_export(study("today", *ONE_PAIR, "corridors=iran-road"), name, tmp_path / FILES[name])
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir()] == [FILES[name]]


def test_folders_of_others_are_left_alone(small, tmp_path):
    foreign = tmp_path / "network"
    foreign.mkdir()
    (foreign / "node.csv").write_text("node_id\n1\n")
    write_export(small, "csv", tmp_path / "tables")
    for folder, name in ((foreign, "gmns"), (tmp_path / "tables", "gmns")):
        before = {p.name: p.read_bytes() for p in folder.iterdir()}
        with pytest.raises(ScenarioError, match="holds something that is no earlier corridors-gmns"):
            write_export(small, name, folder)
        assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    (tmp_path / "tables" / "notes.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="holds something"):
        write_export(small, "csv", tmp_path / "tables")


@pytest.mark.parametrize("name", ["geojson", "gpkg", "csv"])
def test_a_link_at_the_target_is_replaced_and_not_followed(small, tmp_path, name):
    away = tmp_path / "away"
    away.mkdir()
    victim = away / FILES[name]
    if FORMATS[name].endings:
        victim.write_text("precious")
    else:
        write_export(small, name, victim)
    before = {p: p.read_bytes() for p in away.rglob("*") if p.is_file()}
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / FILES[name]).symlink_to(victim)
    write_export(study("today", *ONE_PAIR, "corridors=iran-road"), name, inside / FILES[name])
    assert {p: p.read_bytes() for p in away.rglob("*") if p.is_file()} == before
    assert not (inside / FILES[name]).is_symlink()


@pytest.mark.parametrize("name", ["../../escaped", "/escaped", "..", "a/b", "a\\b", "C:x"])
def test_a_scenario_s_name_cannot_be_a_path(tmp_path, monkeypatch, name):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    file = scenario_file(folder)
    file.write_text(file.read_text().replace('name = "mine"', f"name = '{name}'"), encoding="utf-8")
    monkeypatch.chdir(folder)
    said = command("run", file, "--no-pictures")
    assert said.code == 2
    assert "name" in said.err
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [file]


def test_rows_named_by_a_scenario_are_read_and_never_written(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "..nodes.csv").write_text("x\n1\n")
    file = scenario_file(inside, 'rows = ["../outside/..nodes.csv"]\n')
    said = command("export", file, "--format", "csv", "--out", inside / "tables")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["..nodes.csv", "mine.toml"]


def test_no_source_touches_pickle():
    words = re.compile(
        r"^\s*(?:import|from)\s+(?:pickle|cPickle|dill|cloudpickle|joblib|shelve|marshal)\b"
        r"|\b(?:read|to)_pickle\(|allow_pickle\s*=\s*True|\bpickle\.(?:load|dump)", re.MULTILINE
    )  # fmt: skip
    files = [file for room in ROOMS for file in room.rglob("*.py")]
    assert len(files) > 100
    found = [file.name for file in files if file != Path(__file__) and words.search(file.read_text(encoding="utf-8"))]
    assert found == []
    for bad in ("import pickle", "  from joblib import dump", "pd.read_pickle('x')", "np.load('x', allow_pickle=True)"):
        assert words.search(bad)
    assert [file for room in ROOMS for file in room.rglob("*.pkl")] == []


# The command

PLAIN = ("draws=64", "departures=month", "shocks=false", "replicates=1", *ONE_PAIR)
SET = [word for switch in PLAIN for word in ("--set", switch)]


def test_the_command_says_what_it_wrote(tmp_path):
    words = ("export", "today", *SET, "--set", "corridors=iran-road,west-road")
    said = command(*words, "--format", "gmns", "--out", tmp_path / "net", "--json")
    told = json.loads(said.out)
    assert sorted(Path(f).name for f in told["files"]) == sorted(p.name for p in (tmp_path / "net").iterdir())
    assert (said.code, said.err) == (0, "")
    assert (told["format"], told["feasible"], told["ways"]) == ("gmns", 1, 2)


def test_no_way_at_all_is_exit_code_3(tmp_path):
    words = ("export", "today", *SET, "--set", "corridors=west-road")
    said = command(*words, "--format", "gpkg", "--out", tmp_path / "r.gpkg")
    assert said.code == 3
    assert said.err.startswith("no way: west-road: ")
    assert len(gpd.read_file(tmp_path / "r.gpkg", layer="routes")) == 0
    assert len(gpd.read_file(tmp_path / "r.gpkg", layer="places")) > 100


@pytest.mark.parametrize(
    ("name", "file", "sentence"),
    [
        ("geopackage", "r.gpkg", '--format: there is no "geopackage"'),
        ("gpkg", "r.shp", '--out: gpkg is a file that ends in .gpkg; found "r.shp"'),
        ("parquet", "r", "--out: parquet is a file that ends in .parquet"),
        ("gmns", "r.csv", "--out: gmns is a folder of files"),
        ("csv", "away/r", "there is no folder"),
        ("kml", "away/r.kml", "there is no folder"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path, name, file, sentence):
    said = command("export", "today", "--format", name, "--out", tmp_path / file)
    assert said.code == 2
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
