"""Commands about service: what a flow asks of each railway. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated

import typer

from corridors.cli_options import JSON, NO_WAY, ROWS, SET

commands = typer.Typer()

MOST_TONNES = 1e9


@commands.command()
def fleet(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    tonnes_a_year: Annotated[
        str | None,
        typer.Option("--tonnes-a-year", metavar="TONNES", help="Cargo one way in a year; 1 Mt if not given."),
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option("--compare", metavar="TONNES", help="Another tonnage beside it; may be repeated."),
    ] = None,
    origin: Annotated[str, typer.Option("--origin", help="Place; the scenario's first if not given.")] = "",
    destination: Annotated[str, typer.Option("--destination", help="Place; the scenario's first if not given.")] = "",
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write.")] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show the trains, wagons, locomotives, boxes and trucks that a tonnage ties up on each way, by railway."""
    from corridors.fleet_record import record_sentences
    from corridors.fleet_sheet import DEFAULT_TONNES, out_rows, sheet_rows
    from corridors.record_files import check_csv_target, csv_text
    from corridors.safe_files import write_text
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    tonnages = [DEFAULT_TONNES if tonnes_a_year is None else _tonnes("--tonnes-a-year", tonnes_a_year)]
    tonnages += [_tonnes("--compare", text) for text in compare or ()]
    tonnages = list(dict.fromkeys(tonnages))
    if out is not None:
        check_csv_target(out)
    switches = ["draws=256", *(changes or [])]  # for means and an 80 % interval of the average trip
    asked = read_scenario(scenario, switches, rows=rows or ())
    switches += [f"origins={origin or asked.origins[0]}", f"destinations={destination or asked.destinations[0]}"]
    study = carry(read_scenario(scenario, switches, rows=rows or ()))
    ways = [way for way in study.ways if way.feasible]
    sheets = {(way.corridor, tonnes): sheet_rows(study, way, tonnes) for way in ways for tonnes in tonnages}
    flat = [row for sheet in sheets.values() for row in out_rows(sheet, study)]
    if out is not None and flat:
        write_text(out, csv_text(flat))
    if as_json:
        said = {f"{name}, {tonnes:g} t": list(record_sentences(sheet)) for (name, tonnes), sheet in sheets.items()}
        typer.echo(json.dumps({"rows": flat, "record": said}, ensure_ascii=False, allow_nan=False))
    else:
        from corridors.printing_fleet import print_fleet

        if ways:
            print_fleet(study, sheets, assumed=tonnes_a_year is None)
        if out is not None and flat:
            typer.echo(f"Written to {out}: {len(flat)} rows")
    if not ways:
        typer.echo(f"no way: {'; '.join(f'{way.corridor}: {way.reason}' for way in study.ways)}", err=True)
        raise typer.Exit(NO_WAY)


def _tonnes(option: str, text: str) -> float:
    try:
        tonnes = float(text)
    except ValueError:
        tonnes = math.nan
    if not 0.0 < tonnes <= MOST_TONNES:
        _refuse(f'{option}: found "{text}"; allowed a number of tonnes above 0 and up to 1e9, say 3e6 for 3 Mt')
    return tonnes


def _refuse(sentence: str) -> None:
    from corridors.toml_files import ScenarioError

    raise ScenarioError(sentence)
