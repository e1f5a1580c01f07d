"""Commands about doubt: each a few lines over the module that knows the answer.

``evidence`` lays every published value of a contested quantity side by side; ``state`` reads the record of gates and lines
on a day; ``readiness`` climbs the ladder of a project; ``sources`` prints the bibliography of exactly the rows a study
used. :mod:`corridors.cli` adds them to its program; nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from corridors.cli_options import JSON, ROWS, SET

commands = typer.Typer()


@commands.command()
def evidence(
    name: Annotated[
        str, typer.Argument(help="Contested quantity, an alias, or the figure people quote; all if none.")
    ] = "",
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show every published value of a contested quantity beside the adopted one; list them without NAME."""
    from corridors import printing_evidence as words
    from corridors.contested import adopted, find_contested, published, read_contested

    if not name:
        quantities = list(read_contested().values())
        if as_json:
            _json([{"quantity_id": q.quantity_id, "name": q.name, "values": len(q.evidence_ids)} for q in quantities])
        else:
            words.print_contested_list(quantities)
        return
    quantity = find_contested(name)
    found = (quantity, published(quantity), adopted(quantity))
    if as_json:
        _json(words.contested_json(*found))
    else:
        words.print_contested(*found)


@commands.command()
def state(
    on: Annotated[str, typer.Option("--on", help="Day, YYYY-MM-DD.")],
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show what is open, shut, restricted, slow or unknown on a day, with last confirmation and source."""
    from corridors import printing_evidence as words
    from corridors.readiness import record_ends
    from corridors.state import states_on
    from geodata.network import read_network

    day = _day(on)
    states = states_on(read_network(), day)
    if as_json:
        _json(words.states_json(states, day))
    else:
        words.print_states(states, day, record_ends())


@commands.command()
def readiness(
    project: Annotated[
        str, typer.Argument(help="Project, or ktap or uap-kohat for a whole railway; all if none.")
    ] = "",
    on: Annotated[str, typer.Option("--on", help="Day, YYYY-MM-DD; the day the sources were last read if none.")] = "",
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show what still stands between a project and its first train, and the earliest credible first train."""
    from corridors import printing_evidence as words
    from corridors.readiness import CHAINS, chain, ladder, names_of, read_rungs, record_ends
    from geodata.network import read_network

    day = _day(on) if on else record_ends()
    rungs, projects = read_rungs(), read_network().projects
    names = names_of(project, rungs) if project else tuple(rungs)
    ladders = {name: ladder(projects[name], rungs[name], day) for name in names}
    chains = {
        name: chain([ladders[part] for part in parts]) for name, parts in CHAINS.items() if set(parts) <= set(names)
    }
    if as_json:
        through = {
            name: {"first_train": years, "ready_last": last.project.project_id}
            for name, (years, last) in chains.items()
        }
        _json({"on": day.isoformat(), "projects": list(map(words.ladder_json, ladders.values())), "chains": through})
        return
    if project:
        for item in ladders.values():
            words.print_ladder(item, day)
    else:
        words.print_ladders(list(ladders.values()), day)
    for name, found in chains.items():
        words.print_chain(name, *found)


@commands.command()
def sources(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show the documents that a study of a scenario rests on, weakest basis first, with what rests on each."""
    from corridors import printing_evidence as words
    from corridors.bibliography import bibliography
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    few = "draws=256"  # for weights, which are means
    study = carry(read_scenario(scenario, [few, *(changes or [])], rows=rows or ()))
    entries = bibliography(study)
    if as_json:
        _json({"scenario": study.scenario.name, "sources": words.bibliography_json(entries)})
    else:
        words.print_bibliography(entries, study.scenario.name)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        from corridors.toml_files import ScenarioError

        msg = f'--on: found "{text}"; allowed: a day as YYYY-MM-DD, say 2026-11-25'
        raise ScenarioError(msg) from None


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str))
