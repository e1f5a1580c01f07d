"""Command of the league table. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from corridors.cli_options import JSON, ROWS, SET

commands = typer.Typer()


@commands.command()
def league(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    origin: Annotated[str, typer.Option("--origin", help="Place; the scenario's first if not given.")] = "",
    destination: Annotated[str, typer.Option("--destination", help="Place; the scenario's first if not given.")] = "",
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    fixes: Annotated[Path | None, typer.Option("--fixes", help="TOML file with fixes of your own.")] = None,
    through: Annotated[str, typer.Option("--through", metavar="CC", help="Country whose ways are told apart.")] = "AF",
    by: Annotated[
        str, typer.Option("--by", help="What makes a way the best: generalized, usd or hours.")
    ] = "generalized",
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the table and the chart.")] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Set cheap fixes against new lines: days and dollars a tonne that each saves alone."""
    from corridors.fixes import FIXES_FILE
    from corridors.league import LeagueQuestion, league_rows
    from corridors.league import league as table_of

    question = LeagueQuestion(
        scenario, changes or (), rows or (), origin, destination, fixes or FIXES_FILE, through, by
    )
    found = table_of(question)
    records = league_rows(found)
    if out is not None:
        from corridors.record_files import write_records

        write_records(out, f"league_{found.base.scenario.name}", records)
        from corridors.charts import save
        from corridors.league_chart import plot_league

        save(plot_league(found), out / f"league_{found.base.scenario.name}")
    if as_json:
        typer.echo(
            json.dumps({"league": records, "assumption": found.base.assumption}, ensure_ascii=False, allow_nan=False)
        )
        return
    base = found.base
    way = base.pairs()[0]
    typer.echo(
        f"{base.scenario.title}, without the lines of the table: {base.network.nodes[way[0]].name} - {base.network.nodes[way[1]].name}, one consignment"
    )
    if base.assumption:
        typer.echo(base.assumption)
    typer.echo(
        f"saved by the ways it is made for, if told / by the best way (mean {by}) / by the best way through {through}: mean days, USD a tonne, generalized USD a tonne, odds of a saving; then the corridors it opens, or the one that gains most, if another"
    )
    for r in records:
        typer.echo(_line(r))


def _line(r: dict[str, Any]) -> str:
    capital = "" if r["capital_usd_bn_low"] is None else _capital(r)
    if r["cannot"]:
        return f"  {r['name']:<46} {r['kind']:<9} not told: {r['cannot']}"
    parts = []
    for label in ("own", "best", "through"):
        if label == "own" and r["own_before"] is None:
            continue
        if r[f"{label}_before"] is None:
            opened = r["opened" if label == "best" else "opened_through"]
            parts.append(f"none before, opens {opened.replace(';', ', ')}" if opened else "no way")
            continue
        change = (
            r[f"{label}_before"]
            if r[f"{label}_before"] == r[f"{label}_after"]
            else f"{r[f'{label}_before']} -> {r[f'{label}_after']}"
        )
        parts.append(f"{_saved(r, label)} ({r[f'{label}_odds']:.0%}, {change})")
    return f"  {r['name']:<46} {r['kind']:<9} {' / '.join(parts)}{_most(r)}  {capital or r['capital']}"


def _most(r: dict[str, Any]) -> str:
    """Corridors that have a way now; else the one that gains most, where it is none of those told already and gains at all."""
    if r["opened"] and r["best_before"] is not None:
        return f" / opens {r['opened'].replace(';', ', ')}"
    if r["own_before"] is not None:
        return ""
    name = r["most_before"]
    if (
        name is None
        or name in (r["best_before"], r["through_before"])
        or r["most_generalized_usd_per_tonne_saved"] <= 0
    ):
        return ""
    return f" / most on {name} {_saved(r, 'most')} ({r['most_odds']:.0%})"


def _saved(r: dict[str, Any], label: str) -> str:
    """Days, dollars and generalized dollars a tonne that are saved."""
    from corridors.figure_tables import signed

    money = (signed(r[f"{label}_{key}_per_tonne_saved"], 0) for key in ("usd", "generalized_usd"))
    return " ".join([f"{signed(r[f'{label}_days_mean_saved'], 1)} d", *money])


def _capital(r: dict[str, Any]) -> str:
    low, high = r["capital_usd_bn_low"], r["capital_usd_bn_high"]
    return f"{low:g} bn USD" if low == high else f"{low:g}-{high:g} bn USD"
