"""Commands about OpenStreetMap: fetch, read, trace, compare, propose. Nothing here changes a shipped table.

Files come from ``corridors osm fetch`` or from elsewhere (``.osm.json``, ``.osm``, ``.osm.bz2``, ``.osm.pbf``, shapefiles). Whatever
is written is derived from OpenStreetMap and stays in files of its own, under the ODbL, with the attribution beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli_options import JSON

if TYPE_CHECKING:
    from geodata.osm_extract import Extract
    from geodata.osm_graph import RailGraph
    from geodata.osm_shapes import Trace
    from geodata.overpass import Box, Clock

commands = typer.Typer()
osm = typer.Typer(help="True lines and candidate rows from OpenStreetMap.", no_args_is_help=True, rich_markup_mode=None)
commands.add_typer(osm, name="osm")

FILES = typer.Argument(help=".osm.json, .osm, .osm.bz2, .osm.pbf, or lines as .shp, .gpkg, .geojson; several are one.")
COUNTRIES = typer.Option("--country", help="Country, as UZ; may be repeated; all if none.")
TOLERANCE = typer.Option("--tolerance", min=0.0, help="Ends as near as this are joined. [m]")


def clock_of() -> Clock:
    """Return the clock by which a fetch waits."""
    from geodata.overpass import SystemClock

    return SystemClock()


@osm.command()
def fetch(
    out: Annotated[Path, typer.Option("--out", help="File to write, say rail.osm.json; it must not exist yet.")],
    corridor: Annotated[str, typer.Option("--corridor", help="Corridor whose railways to fetch, as a strip.")] = "",
    bbox: Annotated[str, typer.Option("--bbox", help="SOUTH,WEST,NORTH,EAST in degrees.")] = "",
    polygon: Annotated[Path | None, typer.Option("--polygon", help="GeoJSON file with the area.")] = None,
    server: Annotated[str, typer.Option("--server", help="Address of an Overpass server.")] = "",
    margin_km: Annotated[float, typer.Option("--margin-km", min=1.0, help="Half the breadth of a strip. [km]")] = 25.0,
    deadline: Annotated[float, typer.Option("--deadline", min=1.0, help="Time for the whole fetch. [min]")] = 60.0,
) -> None:
    """Fetch railways from an Overpass server, tile by tile; a fetch that was cut short goes on where it stopped."""
    from corridors import __version__
    from corridors.safe_files import write_text
    from geodata.osm_extract import LICENCE
    from geodata.osm_fetch import fetch as fetch_tiles
    from geodata.overpass import SERVER, Server

    tiles = _tiles(corridor, bbox, polygon, margin_km)
    agent = f"corridor-route-simulator/{__version__} (freight routes; one request at a time)"
    asked = Server(url=server or SERVER, agent=agent, deadline_s=60 * deadline)
    fetch_tiles(tiles, out, write_text, server=asked, clock=clock_of(), say=lambda words: typer.echo(words, err=True))
    typer.echo(f"Written {out} and {out.name}.source.json, {len(tiles)} tiles. {LICENCE}")
    typer.echo(f"What is in it: corridors osm read {out}")


@osm.command()
def read(
    files: Annotated[list[Path], FILES],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the whole report as tables.")] = None,
    graph: Annotated[
        Path | None, typer.Option("--graph", help="GraphML file for the simplified graph, made by osmnx.")
    ] = None,
    tolerance: Annotated[float, TOLERANCE] = 1.0,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Report what a file holds: km by country, gauge, state and wires, components, near misses, missing nodes."""
    from corridors import printing_osm as words
    from geodata.osm_report import report

    extract, rails = _graph(files, tolerance)
    found = report(extract, rails)
    if out is not None:
        _folder(out, words.report_tables(found))
    if graph is not None:
        _write_graph(rails, graph)
    if as_json:
        _json(found)
    else:
        words.print_report(found)


@osm.command()
def shapes(
    files: Annotated[list[Path], FILES],
    out: Annotated[Path, typer.Option("--out", help="Folder for shapes_osm.geojson, lengths_osm.csv, compared.csv.")],
    add: Annotated[
        Path | None, typer.Option("--add", help="An earlier shapes_osm.geojson, kept where this run has no line.")
    ] = None,
    tolerance: Annotated[float, TOLERANCE] = 1.0,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Trace our railway links on the tracks of OpenStreetMap: true shapes, and each length beside ours."""
    from corridors import printing_osm as words
    from geodata.osm_compare import compare_rows, disagreements
    from geodata.osm_shapes import length_rows, shapes_geojson

    _refuse_missing(add)
    extract, rails = _graph(files, tolerance)
    traces = _traces(rails)
    rows = compare_rows(traces, rails)
    lengths = length_rows(traces, rails, extract.name)
    texts = {"lengths_osm.csv": words.csv_text(lengths), "compared.csv": words.csv_text(rows)}
    _folder(out, texts | {"shapes_osm.geojson": shapes_geojson(traces, extract.name, add)})
    if as_json:
        _json({"stretches": rows, "listed": [row["object_id"] for row in disagreements(rows)]})
    else:
        words.print_shapes(rows, disagreements(rows))


@osm.command()
def compare(
    files: Annotated[list[Path], FILES],
    countries: Annotated[list[str] | None, COUNTRIES] = None,
    tolerance: Annotated[float, TOLERANCE] = 1.0,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show per line what OpenStreetMap and our tables disagree on."""
    from corridors import printing_osm as words
    from geodata.osm_compare import compare_rows, line_rows

    _, rails = _graph(files, tolerance)
    wanted = _known(countries or [])
    rows = compare_rows([t for t in _traces(rails) if not wanted or wanted & {*t.hop.countries}], rails)
    if as_json:
        _json({"lines": line_rows(rows), "stretches": rows})
    else:
        words.print_compare(line_rows(rows), rows)


@osm.command()
def candidates(
    files: Annotated[list[Path], FILES],
    out: Annotated[Path, typer.Option("--out", help="Folder for the rows; give its tables to --rows.")],
    countries: Annotated[list[str] | None, COUNTRIES] = None,
    halts: Annotated[bool, typer.Option("--halts", help="Halts are places too.")] = False,
    tolerance: Annotated[float, TOLERANCE] = 1.0,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Propose rows that our tables lack: stations, border posts, stretches, changes of state."""
    from corridors import printing_osm as words
    from geodata.network import read_network
    from geodata.osm_candidates import candidates as find

    wanted = _known(countries or [])
    extract, rails = _graph(files, tolerance)
    found = find(read_network(), extract, rails, _traces(rails), countries=wanted, halts=halts)
    texts = words.candidate_tables(found)
    _folder(out, texts)
    if as_json:
        _json(found.__dict__)
    else:
        words.print_candidates(found, out, [name for name in texts if name != "incomplete.csv"])


def _graph(files: list[Path], tolerance: float) -> tuple[Extract, RailGraph]:
    from geodata.osm_graph import rail_graph
    from geodata.osm_read import read_osm

    extract = read_osm(*files)
    return extract, rail_graph(extract, tolerance_m=tolerance)


def _traces(rails: RailGraph) -> list[Trace]:
    from geodata.network import read_network
    from geodata.osm_shapes import Tracer, rail_hops

    network = read_network()
    return Tracer(network, rails).traces(rail_hops(network))


def _tiles(corridor: str, bbox: str, polygon: Path | None, margin_km: float) -> list[Box]:
    from corridors.toml_files import ScenarioError
    from geodata.osm_read import parsed
    from geodata.osm_tiles import grid_tiles, polygon_tiles
    from geodata.overpass import Box

    given = [word for word, value in (("--corridor", corridor), ("--bbox", bbox), ("--polygon", polygon)) if value]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        raise ScenarioError(f"area: found {found}; allowed: one of --corridor, --bbox or --polygon")
    if corridor:
        return _strip(corridor, margin_km)
    if polygon is not None:
        if not polygon.is_file():
            raise ScenarioError(f"{polygon}: there is no such file; name a GeoJSON file with a polygon")
        return polygon_tiles(parsed(polygon.read_bytes(), polygon), polygon)
    try:
        south, west, north, east = map(float, bbox.split(","))
    except ValueError:
        raise ScenarioError(
            f'--bbox: found "{bbox}"; allowed: SOUTH,WEST,NORTH,EAST in degrees, say 35,61,37,63'
        ) from None
    return grid_tiles(Box(south, west, north, east))


def _strip(corridor: str, margin_km: float) -> list[Box]:
    """Boxes along the railways of a corridor, as the study that opens every line finds it."""
    import numpy as np

    from corridors.catalogue import read_catalogue
    from corridors.scenario import read_scenario
    from corridors.study import run as carry
    from corridors.toml_files import ScenarioError, nearest
    from geodata.osm_tiles import strip_tiles

    known = read_catalogue()
    if corridor not in known:
        raise ScenarioError(f'there is no corridor "{corridor}"{nearest(corridor, known)}; corridors list shows them')
    study = carry(read_scenario("both-open", ["draws=64", "replicates=1", f"corridors={corridor}"]))
    nodes = study.network.nodes
    pairs = {
        (a.from_node_id, a.to_node_id)
        for way in study.ways
        if way.itinerary is not None
        for a in way.itinerary.activities
        if a.moving and a.mode == "rail"
    }
    if not pairs:
        raise ScenarioError(f'corridor "{corridor}" has no railway; give --bbox or --polygon')
    lines = [np.array([[nodes[name].lon, nodes[name].lat] for name in pair]) for pair in sorted(pairs)]
    return strip_tiles(lines, margin_km=margin_km)


def _known(countries: list[str]) -> set[str]:
    from corridors.toml_files import ScenarioError
    from geodata.network import read_network

    known = sorted({node.country for node in read_network().nodes.values()})
    for country in countries:
        if country not in known:
            raise ScenarioError(f'--country: found "{country}"; allowed: {", ".join(known)}')
    return set(countries)


def _refuse_missing(file: Path | None) -> None:
    from corridors.toml_files import ScenarioError

    if file is not None and not file.is_file():
        raise ScenarioError(f"{file}: there is no such file; name a shapes_osm.geojson that an earlier run wrote")


def _folder(folder: Path, texts: dict[str, str]) -> None:
    """Write texts into a folder, each whole or not at all, with the licence beside them."""
    from corridors.safe_files import write_text
    from corridors.toml_files import ScenarioError
    from geodata.osm_extract import LICENCE

    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ScenarioError(f"{folder}: cannot be made ({error.strerror}); name another folder") from None
    for name, text in texts.items():
        write_text(folder / name, text)
    write_text(folder / "LICENCE.txt", f"Derived from OpenStreetMap. {LICENCE}\nPass this on with every copy.\n")
    typer.echo(f"Written to {folder}: {', '.join([*texts, 'LICENCE.txt'])}", err=True)


def _write_graph(rails: RailGraph, file: Path) -> None:
    import networkx as nx

    from corridors.safe_files import write_with
    from geodata.osm_extract import LICENCE
    from geodata.osm_graph import plain

    write_with(file, lambda part: nx.write_graphml(plain(rails, LICENCE), part))


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str))
