"""Commands for very many scenarios, and for how fast this machine is. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from corridors.cli_options import NO_WAY, ROWS, SET

commands = typer.Typer()


@commands.command()
def sweep(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    scale: Annotated[
        list[str],
        typer.Option(
            "--scale",
            metavar="PATTERN=FACTORS",
            help="Rows and what multiplies them, say 'speed.*=0.8,1,1.2'; may be repeated.",
        ),
    ],
    draws: Annotated[int, typer.Option("--draws", help="Number of draws.")] = 1024,
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write, .csv or .parquet.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print medians and winners as JSON.")] = False,
) -> None:
    """Carry the ways of a scenario through a grid of factors on groups of rows: every combination, on the same draws."""
    from corridors.scenario import read_scenario
    from corridors.study import run as carry
    from corridors.sweep import sweep as swept
    from corridors.sweep import write_sweep

    scales = dict(_scale(text) for text in scale)
    switches = [*(changes or []), f"draws={draws}", "replicates=1"]
    study = carry(read_scenario(scenario, switches, rows=rows or ()))
    found = swept(study, scales)
    if out is not None:
        write_sweep(found, out)
    if not found.ways:
        typer.echo(f"no way: {'; '.join(f'{way.corridor}: {way.reason}' for way in study.ways)}", err=True)
        raise typer.Exit(NO_WAY)
    if as_json:
        said = {measure: found.winners(measure) for measure in ("hours", "usd")}
        typer.echo(json.dumps({"scenarios": len(found.factors)} | said, ensure_ascii=False, allow_nan=False))
        return
    from corridors.printing_speed import print_sweep

    print_sweep(study, found)
    if out is not None:
        typer.echo(f"Written to {out}: {len(found.factors) * len(found.ways):,} rows")


def _scale(text: str) -> tuple[str, list[float]]:
    from corridors.toml_files import ScenarioError

    pattern, equals, numbers = text.rpartition("=")
    try:
        factors = [float(number) for number in numbers.split(",")]
    except ValueError:
        factors = []
    if not (equals and pattern and factors):
        msg = f'--scale: found "{text}"; allowed PATTERN=FACTORS, say speed.*=0.8,1,1.2'
        raise ScenarioError(msg)
    return pattern, factors


@commands.command()
def bench(
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=99, help="Rounds; a ratio is the median of them.")] = 5,
    *,
    small: Annotated[bool, typer.Option("--small", help="So little work that the figures say nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Measure this machine's ratios beside the recorded ones."""
    from corridors.bench import measured, recorded

    found = measured(rounds, small=small)
    if as_json:
        rows = {name: {"median": r.median, "low": r.low, "high": r.high} for name, r in found.items()}
        typer.echo(json.dumps(rows, ensure_ascii=False, allow_nan=False))
        return
    from corridors.printing_speed import print_bench

    print_bench(found, recorded())
