"""Command that hands a study over to other programs. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from corridors.cli_options import NO_WAY, ROWS, SET

commands = typer.Typer()


@commands.command()
def export(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    format_: Annotated[
        str,
        typer.Option("--format", metavar="FORMAT", help="gpkg, geojson, geoparquet, kml, gmns, csv, parquet or xlsx."),
    ],
    out: Annotated[Path, typer.Option("--out", help="File to write; a folder for gmns and csv.")],
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print format and files as JSON.")] = False,
) -> None:
    """Write ways, places and links of a scenario in a format that other programs read."""
    from corridors.export_formats import FORMATS, check_target, write_export
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    check_target(format_, out)
    study = carry(read_scenario(scenario, changes or [], rows=rows or ()))
    files = write_export(study, format_, out)
    able = sum(way.feasible for way in study.ways)
    if as_json:
        said = {"format": format_, "files": [str(file) for file in files], "feasible": able, "ways": len(study.ways)}
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        typer.echo(f"{FORMATS[format_].what}: {able} of {len(study.ways)} ways feasible")
        typer.echo(f"Written to {out}" + ("" if files == [out] else f": {', '.join(p.name for p in files)}"))
    if not able:
        typer.echo(f"no way: {'; '.join(f'{way.corridor}: {way.reason}' for way in study.ways)}", err=True)
        raise typer.Exit(NO_WAY)
