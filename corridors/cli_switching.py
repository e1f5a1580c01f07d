"""Commands that ask what would change the answer. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli_options import JSON, ROWS, SET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.study import Study

commands = typer.Typer()

SHOWN = 12
"""Inputs that are printed; --json and --out have all."""


@commands.command()
def switch(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    between: Annotated[tuple[str, str], typer.Option("--between", help="Two corridors.")],
    on: Annotated[str, typer.Option("--on", help="A parameter_id, project_length.NAME, or all.")] = "all",
    along: Annotated[str, typer.Option("--with", help="A second input: the line on which both ways are equal.")] = "",
    measure: Annotated[str, typer.Option("--measure", help="hours_p50, usd_mean, generalized or p90.")] = "generalized",
    origin: Annotated[str, typer.Option("--origin", help="Place; the scenario's first if not given.")] = "",
    destination: Annotated[str, typer.Option("--destination", help="Place; the scenario's first if not given.")] = "",
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for tables and charts.")] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show the value of an input at which the better of two ways changes."""
    from corridors.figure_tables import plain
    from corridors.switching import frontier_of, rivals, sentence, switch_on, switch_on_all, switch_rows
    from corridors.toml_files import ScenarioError

    if along and on == "all":
        raise ScenarioError(f'--with: found "{along}" without --on; name with --on the input to walk along')
    study = _carried(scenario, origin, destination, [*(changes or [])], rows, list(between))
    found = rivals(study, *between, measure, origin, destination)
    if along:
        line = frontier_of(found, on, along)
        records: list[dict[str, Any]] = [{"first": on, "value": x, "second": along, "equal_at": y} for x, y in line]
        said = [
            f"{on} {plain(x, 4)}: {'no value changes the better way' if y is None else f'{along} {plain(y, 4)}'}"
            for x, y in line
        ]
    else:
        switches = switch_on_all(found) if on == "all" else [switch_on(found, on)]
        records = switch_rows(found, switches)
        said = [sentence(found, s) for s in switches if on != "all" or s.value is not None][:SHOWN]
    if out is not None:
        name = f"frontier_{on}_{along}".replace(".", "_") if along else f"switch_{between[0]}_{between[1]}"
        from corridors.record_files import write_records

        write_records(out, name, records)
        if along:
            from corridors.change_charts import plot_frontier
            from corridors.charts import save
            from corridors.switching import levers

            known = levers(found)
            save(plot_frontier(found, known[on], known[along], line), out / name)
    if as_json:
        said_ = {"switches": records, "gap": found.gap, "gap_error": found.gap_error, "measure": measure}
        typer.echo(json.dumps(said_, ensure_ascii=False, allow_nan=False))
        return
    better, worse = between if found.gap < 0 else between[::-1]
    scale, unit = (1.0, "USD") if measure in ("usd_mean", "generalized") else (24.0, "days")
    error = found.gap_error
    typer.echo(
        f"{better} beats {worse} by {abs(found.gap) / scale:,.1f} {unit} (Monte Carlo error {plain(error / scale, 2)}; {measure}), {found.a.origin} - {found.a.destination}, {study.scenario.name}."
    )
    if abs(found.gap) < 2.0 * error:
        typer.echo("The gap is within twice its Monte Carlo error: these draws cannot tell which is the better.")
    if study.assumption:
        typer.echo(study.assumption)
    for line_ in said:
        typer.echo(line_)
    if on == "all" and not along:
        idle = sum(r["value"] is None for r in records)
        typer.echo(
            f"{len(records) - idle} of {len(records)} inputs can change the better way; inside their own range {sum(r['inside'] for r in records)}."
        )


@commands.command()
def sensitivity(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    corridor: Annotated[str, typer.Option("--corridor", help="The corridor asked about.")],
    measure: Annotated[str, typer.Option("--measure", help="hours or usd.")] = "hours",
    origin: Annotated[str, typer.Option("--origin", help="Place; the scenario's first if not given.")] = "",
    destination: Annotated[str, typer.Option("--destination", help="Place; the scenario's first if not given.")] = "",
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for tables and charts.")] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show which inputs a way's doubt comes from, and how far each moves its mean."""
    from corridors.sensitivity import in_words, share_rows, swing_rows
    from corridors.sensitivity import sensitivity as of_way

    study = _carried(scenario, origin, destination, [*(changes or [])], rows, [corridor])
    found = of_way(study, corridor, measure, origin, destination)
    shares, swings = share_rows(found), swing_rows(found)
    if out is not None:
        from corridors.record_files import write_records

        write_records(out, f"shares_{corridor}_{measure}", shares)
        write_records(out, f"swings_{corridor}_{measure}", swings)
        from corridors.change_charts import plot_tornado
        from corridors.charts import save

        save(plot_tornado(study, found), out / f"swings_{corridor}_{measure}")
    if as_json:
        said = {
            "shares": shares,
            "swings": swings,
            "mean": found.mean,
            "variance": found.shares.variance,
            "left_out": found.shares.left_out,
        }
        typer.echo(json.dumps(said, ensure_ascii=False, allow_nan=False))
        return
    scale, unit = (24.0, "days") if measure == "hours" else (1.0, "USD")
    typer.echo(
        f"{corridor}, {found.way.origin} - {found.way.destination}, {study.scenario.name}: mean {found.mean / scale:,.1f} {unit}"
    )
    if found.shares.constant:
        typer.echo("no variance: nothing that is drawn moves this figure")
    else:
        typer.echo("share of variance, first order and total (5-95 % of the bootstrap)")
    for r in [r for r in shares if r["tells_from_zero"]][:SHOWN]:
        mark = " " if r["first_tells_from_zero"] else "~"
        first = f"{mark}{r['first']:6.1%} ({r['first_low']:.1%} to {r['first_high']:.1%})"
        typer.echo(
            f"  {first:<27} {r['total']:6.1%} ({r['total_low']:.1%} to {r['total_high']:.1%})  {in_words(r['input'])}"
        )
    if any(r["tells_from_zero"] and not r["first_tells_from_zero"] for r in shares):
        typer.echo("  ~ a first order that cannot be told from zero")
    lost = [r["input"] for r in shares if not r["tells_from_zero"]]
    if lost:
        typer.echo(f"  {len(lost)} inputs cannot be told from zero at all")
    for grouping in ("row", "country", "activity", "component"):
        typer.echo(f"swing of the mean by {grouping}, at the low and the high end")
        for r in [r for r in swings if r["grouping"] == grouping][: SHOWN if grouping == "row" else 6]:
            typer.echo(f"  {r['mean_at_low'] / scale:8,.1f} - {r['mean_at_high'] / scale:8,.1f} {unit}  {r['name']}")
    if found.shares.left_out:
        typer.echo(f"{found.shares.left_out} draws do not arrive and are left out")


def _carried(
    scenario: str, origin: str, destination: str, changes: list[str], rows: Sequence[Path] | None, corridors: list[str]
) -> Study:
    """Study of one pair of places and the corridors asked about."""
    from corridors.catalogue import find_corridor, read_catalogue
    from corridors.scenario import read_scenario
    from corridors.study import run

    asked = read_scenario(scenario, changes, rows=rows or ())
    catalogue = read_catalogue()
    for name in corridors:
        find_corridor(name, catalogue)
    narrowed = [
        f"origins={origin or asked.origins[0]}",
        f"destinations={destination or asked.destinations[0]}",
        "replicates=1",
    ]
    narrowed.append(f"corridors={','.join(dict.fromkeys(corridors))}")
    return run(read_scenario(scenario, [*changes, *narrowed], rows=rows or ()))
