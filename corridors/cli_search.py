"""Commands that look for ways over the whole network. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.cli_options import JSON, ROWS, SET

if TYPE_CHECKING:
    from corridors.free_routes import Routes
    from corridors.ways import WayFinder

commands = typer.Typer()


@commands.command()
def routes(
    origin: Annotated[str, typer.Argument(help="Place to start from (node_id).")],
    destination: Annotated[str, typer.Argument(help="Place to go to (node_id).")],
    scenario: Annotated[str, typer.Option("--scenario", help="Name of a shipped scenario, or a TOML file.")],
    k: Annotated[int | None, typer.Option("--k", help="How many ways; 6 if not given.")] = None,
    by: Annotated[str, typer.Option("--by", help="generalized, usd, hours or co2e.")] = "generalized",
    avoid: Annotated[
        list[str] | None, typer.Option("--avoid", help="Place, line, link, crossing or country; may be repeated.")
    ] = None,
    via: Annotated[list[str] | None, typer.Option("--via", help="Place to pass, in order; may be repeated.")] = None,
    max_overlap: Annotated[
        float | None, typer.Option("--max-overlap", help="Largest share of a way on any better one, say 0.7.")
    ] = None,
    pareto: Annotated[
        bool, typer.Option("--pareto", help="All ways that no other beats in hours, dollars, CO2e and spread.")
    ] = False,
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Find ways between two places over the whole network, each carried through the draws."""
    from corridors.catalogue import read_catalogue
    from corridors.free_routes import RouteQuestion, check_ends, find_routes, route_rows
    from corridors.scenario import read_scenario
    from corridors.study import set_up
    from corridors.toml_files import ScenarioError
    from sim.simulation import Draws

    check_ends(origin, destination)
    if pareto and (k is not None or max_overlap is not None):
        raise ScenarioError("--pareto: lists every way that no other beats; leave out --k and --max-overlap")
    switches = [f"origins={origin}", f"destinations={destination}", *(changes or [])]
    asked = read_scenario(scenario, switches, rows=rows or ())
    search, _ = set_up(asked, read_catalogue())
    question = RouteQuestion(
        origin,
        destination,
        6 if k is None else k,
        by,
        tuple(avoid or ()),
        tuple(via or ()),
        max_overlap,
        pareto,
    )
    found = find_routes(search, question, Draws(search.parameters, search.lengths, asked.draws, asked.seed))
    listed = route_rows(found, search.usd_per_hour)
    if as_json:
        said: dict[str, Any] = {
            "routes": listed, "scenario": asked.name, "date": asked.date.isoformat(), "by": by, "assumption": _assumed(search),
            "order_changed_by_draws": found.reordered, "passed_over": found.passed_over, "cut": found.cut,
        }  # fmt: skip
        typer.echo(json.dumps(said, ensure_ascii=False, allow_nan=False))
        return
    _print(search, found, listed)


def _assumed(search: WayFinder) -> str:
    from corridors.ways import assumption_sentence

    return assumption_sentence(search.found)


def _print(search: WayFinder, found: Routes, rows: list[dict[str, Any]]) -> None:
    question, names = found.question, search.network.nodes
    scenario = search.scenario
    what = (
        "that no other beats in hours, dollars, CO2e and spread" if question.all_unbeaten else f"by mean {question.by}"
    )
    typer.echo(
        f"{names[question.origin].name} - {names[question.destination].name}: ways {what} ({scenario.name}, {scenario.date.isoformat()})"
    )
    assumption = _assumed(search)
    if assumption:
        typer.echo(assumption)
    for row in rows:
        days = [row[f"hours_{p}"] / 24 for p in ("p50", "p10", "p90")]
        typer.echo(
            f"\n{row['rank']}. {row['km']:,.0f} km; days P50 {days[0]:.1f} (P10-P90 {days[1]:.1f}-{days[2]:.1f}); USD P50 {row['usd_p50']:,.0f} "
            f"({row['usd_p10']:,.0f}-{row['usd_p90']:,.0f}); {row['kg_co2e_mean'] / 1000:.1f} t CO2e; arrives {row['p_delivered']:.1%}"
            + (f"; {row['overlap']:.0%} of it on a way found before it" if row["overlap"] else "")
        )
        for leg in row["legs"]:
            gauge = f" {leg['gauge_mm']} mm" if leg["gauge_mm"] else ""
            typer.echo(
                f"   {leg['mode']}{gauge:<9} {names[leg['from']].name} - {names[leg['to']].name}: {leg['km']:,.0f} km, "
                f"mean {leg['hours'] / 24:.1f} days, {leg['usd']:,.0f} USD"
            )
        if row.get("beaten_by_rank"):
            typer.echo(f"   in the draws no better in any respect than way {row['beaten_by_rank']}")
    if found.reordered:
        order = ", ".join(str(r["searched_rank"]) for r in rows)
        typer.echo(f"\nThe draws changed the order: by means alone it was {order} in the order above.")
    if found.passed_over:
        typer.echo(
            f"{found.passed_over} ways between these were passed over: more than {question.max_overlap:.0%} of each lies on a way found before it."
        )
    if found.cut:
        from corridors.free_routes import limit_of

        typer.echo(f"The search stopped at its limit of {limit_of(question):,} ways looked at; further ways may exist.")
    if not question.all_unbeaten and len(rows) < question.k and not found.cut:
        typer.echo(f"There are no more than {len(rows)}.")
