"""Command about ways that are shut: what would open them. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from corridors.cli_options import JSON, NO_WAY, ROWS, SET

commands = typer.Typer()

MOST_SWITCHES = 12
HOW_TO_READ = (
    "means are those of the search: an average trip, without closures to come; P10, P50 and P90 are of single trips that arrive, "
    "with closures to come where the scenario draws them; all ways share their draws"
)


@commands.command()
def unlock(
    origin: Annotated[str, typer.Argument(help="Place the cargo starts from (node_id).")],
    destination: Annotated[str, typer.Argument(help="Place it goes to (node_id).")],
    scenario: Annotated[str, typer.Option("--scenario", help="Name of a shipped scenario, or a TOML file.")],
    corridor: Annotated[
        str, typer.Option("--corridor", help="One corridor; any way and all of the scenario's if not given.")
    ] = "",
    most: Annotated[
        int, typer.Option("--most", min=1, max=MOST_SWITCHES, help="Largest set of switches looked for.")
    ] = 3,
    by: Annotated[str, typer.Option("--by", help="Settle closures by gate or by event.")] = "gate",
    draws: Annotated[int, typer.Option("--draws", min=1, help="Number of draws.")] = 512,
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    *,
    better: Annotated[
        bool, typer.Option("--better", help="Where a way is open, list what would open one of less generalized cost.")
    ] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the smallest sets of switches (gates, lines, terminals, permissions) that would open a way, with days and dollars."""
    from corridors.catalogue import find_corridor, read_catalogue
    from corridors.printing_unlock import unlock_lines, unlock_rows
    from corridors.scenario import read_scenario
    from corridors.study import set_up
    from corridors.toml_files import ScenarioError
    from corridors.unlock import ANY_WAY, Unlocker
    from corridors.ways import assumption_sentence
    from sim.simulation import Draws

    if by not in ("gate", "event"):
        msg = f'--by: found "{by}"; allowed gate, event'
        raise ScenarioError(msg)
    switches = [f"origins={origin}", f"destinations={destination}", *(changes or []), f"draws={draws}"]
    catalogue = read_catalogue()
    asked = read_scenario(scenario, switches, rows=rows or ())
    search, _ = set_up(asked, catalogue)
    unlocker = Unlocker(
        search,
        Draws(search.parameters, search.lengths, asked.draws, asked.seed),
        most=most,
        by=cast("Literal['gate', 'event']", by),
    )
    named = [find_corridor(corridor, catalogue)] if corridor else [ANY_WAY, *(catalogue[c] for c in asked.corridors)]
    answers = [unlocker.unlock(c, origin, destination, better=better) for c in named]
    assumption = assumption_sentence(search.found)
    if as_json:
        head = {
            "scenario": asked.name, "date": asked.date.isoformat(), "origin": origin, "destination": destination,
            "most": most, "draws": asked.draws, "assumption": assumption,
        }  # fmt: skip
        typer.echo(json.dumps(head | {"ways": unlock_rows(answers)}, ensure_ascii=False, allow_nan=False))
    else:
        names = search.everything.nodes
        typer.echo(
            f"{names[origin].name} - {names[destination].name}, {asked.name}, {asked.date.isoformat()}; "
            f"{asked.draws} draws, seed {asked.seed}"
        )
        typer.echo(HOW_TO_READ)
        for line in (*((assumption,) if assumption else ()), *unlock_lines(answers)):
            typer.echo(line)
    if not any(answer.connects for answer in answers):
        gaps = "; ".join(f"{answer.corridor.corridor_id}: {answer.gap}" for answer in answers)
        typer.echo(f"no way: {gaps}", err=True)
        raise typer.Exit(NO_WAY)
