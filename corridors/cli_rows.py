"""Commands for a user's own rows: tables to fill in, and what they (or another scenario) change.

They are registered on the program of :mod:`corridors.cli`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.explanation import Explanation
    from corridors.sides import Side

commands = typer.Typer()


@commands.command()
def template(folder: Annotated[Path, typer.Argument(help="Folder to write; it must be new or empty.")]) -> None:
    """Write every table with one example row, as CSV and as one workbook, to fill in and give to --rows."""
    from corridors.table_template import write_templates

    files, left_out = write_templates(folder)
    typer.echo(f"Written to {folder}: {', '.join(path.name for path in files)}")
    if left_out:
        typer.echo(f"Left out: {left_out}")


@commands.command()
def diff(
    a: Annotated[str, typer.Argument(help="Scenario name, scenario file, or folder of results.")],
    b: Annotated[str, typer.Argument(help="What is compared with it.")],
    changes: Annotated[list[str] | None, typer.Option("--set", help="As in run, for B only; may be repeated.")] = None,
    rows: Annotated[list[Path] | None, typer.Option("--rows", help="As in run, for B only; may be repeated.")] = None,
    draws: Annotated[int | None, typer.Option("--draws", help="Number of draws, for both.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed, for both.")] = None,
    explain: Annotated[
        str,
        typer.Option(
            "--explain",
            help="Corridor whose change is told activity by activity, with the rows behind it; all: every way that moved.",
        ),
    ] = "",
    origin: Annotated[str, typer.Option("--origin", help="With --explain: place; the first if not given.")] = "",
    destination: Annotated[
        str, typer.Option("--destination", help="With --explain: place; the first if not given.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="With --explain: folder for table and chart.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Tell what differs between A and B: first the inputs, then the results."""
    from corridors.difference import difference_of
    from corridors.sides import side_of

    both = [f"draws={draws}"] * (draws is not None) + [f"seed={seed}"] * (seed is not None)
    one = side_of(a, both)
    other = side_of(b, [*both, *(changes or [])], rows or ())
    if explain:
        _explain(one, other, (explain, origin, destination), out, as_json=as_json)
        return
    found = difference_of(one, other)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, allow_nan=False))
    else:
        from corridors.difference_words import print_difference

        print_difference(found)


def _explain(a: Side, b: Side, way: tuple[str, str, str], out: Path | None, *, as_json: bool) -> None:
    """Tell a way's change, or that of every way that moved, and write table and chart of each."""
    from corridors.explanation import explain, explain_all, explanation_json, explanation_lines

    every = way[0] == "all"
    found = explain_all(a, b) if every else (explain(a, b, *way),)
    if out is not None:
        _write_explained(a, b, found, out, every=every)
    if as_json:
        said = [explanation_json(e) for e in found]
        typer.echo(json.dumps({"ways": said} if every else said[0], ensure_ascii=False, allow_nan=False))
        return
    for e in found:
        typer.echo("\n".join(explanation_lines(e)))
    if not found:
        typer.echo("No way moved.")


def _write_explained(a: Side, b: Side, found: Sequence[Explanation], out: Path, *, every: bool) -> None:
    from corridors.change_charts import plot_waterfall
    from corridors.charts import save
    from corridors.cli_switching import write_records
    from corridors.explanation import term_rows

    for e in found:
        name = f"explained_{'_'.join((e.key[2], *e.key[:2])) if every else e.key[2]}"
        write_records(out, name, term_rows(e))
        if b.study is not None:
            save(plot_waterfall(b.study, e, a.label, b.label), out / name)
