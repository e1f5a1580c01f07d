"""Commands that hold the model against the world. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

commands = typer.Typer()

NO_WAY = 3


@commands.command()
def validate(
    rows: Annotated[Path | None, typer.Option("--rows", help="CSV of trips of your own, columns as ours.")] = None,
    draws: Annotated[int | None, typer.Option("--draws", min=8, help="Draws of each trip; 512 if not given.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed, 0 or more.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for tables and the chart.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the same as JSON.")] = False,
) -> None:
    """Run every observed trip in the state of its own date: inside P10-P90 or not, errors, bias, coverage."""
    from corridors.observed import read_trips
    from corridors.validation import DRAWS
    from corridors.validation import validate as beside
    from corridors.validation_score import bias_rows, score_rows, trip_rows

    found = beside(read_trips(rows), draws=draws or DRAWS, seed=seed)
    records: dict[str, list[dict[str, Any]]] = {
        "trips": trip_rows(found), "score": score_rows(found), "bias": bias_rows(found),
    }  # fmt: skip
    if out is not None:
        from corridors.charts import save
        from corridors.cli_switching import write_records
        from corridors.validation_chart import plot_validation

        for name, told in records.items():
            write_records(out, f"validation_{name}", told)
        save(plot_validation(found), out / "validation")
    if as_json:
        about = {"draws": draws or DRAWS, "seed": seed}
        typer.echo(json.dumps(about | records, ensure_ascii=False, allow_nan=False))
    else:
        from corridors.printing_world import print_validation

        print_validation(found, records["trips"])
        if out is not None:
            typer.echo(f"\nWritten to {out}: validation_trips.csv, validation_score.csv, validation_bias.csv, validation.png, .svg")
    if not any(c.scored for c in found):
        raise typer.Exit(NO_WAY)
