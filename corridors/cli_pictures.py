"""Commands that draw: each a few lines over :mod:`corridors.charts` and the maps. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer()

NO_WAY = 3
SET = typer.Option("--set", help="As for run; may be repeated.")
ROWS = typer.Option("--rows", help="As for run; may be repeated.")
OUT = typer.Option("--out", metavar="FILE", help="Picture to write, ending in .png, .svg or .pdf.")
THEME = typer.Option("--theme", help="light, print, dark or grey.")
SIZE = typer.Option("--size", help="a4, a3 or slide.")
BORDERS = typer.Option("--borders", help="natural-earth or hidden.")


@commands.command()
def chart(
    kind: Annotated[str, typer.Argument(help="profile-hours, profile-usd, ranking, costs, countries, days, arrival or odds.")],
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    out: Annotated[Path, OUT],
    origin: Annotated[str | None, typer.Option("--origin", help="Place; the scenario's first if not given.")] = None,
    destination: Annotated[str | None, typer.Option("--destination", help="Place; the scenario's first.")] = None,
    corridors: Annotated[
        list[str] | None, typer.Option("--corridor", help="Corridor to draw; may be repeated; all if not given.")
    ] = None,
    deadline: Annotated[float | None, typer.Option("--deadline", help="Days; the scenario's if not given.")] = None,
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
) -> None:
    """Draw a chart, and write the figures behind it beside it as CSV."""
    from corridors.captions import one_of
    from corridors.charts import KINDS, write_chart
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    one_of(kind, KINDS, "chart")
    _check_target(out)
    asked = read_scenario(scenario, list(changes or []), rows=rows or ())
    ends = [f"origins={origin or asked.origins[0]}", f"destinations={destination or asked.destinations[0]}"]
    study = carry(read_scenario(scenario, [*(changes or []), *ends], rows=rows or ()))
    files = write_chart(study, kind, out, corridors=corridors, deadline=deadline)
    _say_written(files)
    if not any(way.feasible for way in study.ways):
        raise typer.Exit(NO_WAY)


def _check_target(out: Path) -> None:
    """Refuse a picture that could not be written, before anything is computed."""
    from corridors.style import ENDINGS
    from corridors.toml_files import ScenarioError

    if out.suffix.lower() not in ENDINGS:
        raise ScenarioError(f'--out: found "{out}"; allowed a file ending in {", ".join(ENDINGS)}; rename the file')
    if not out.absolute().parent.is_dir():
        raise ScenarioError(f"--out: there is no folder {out.parent}; make it, or name another")


def _say_written(files: list[Path]) -> None:
    typer.echo(f"Written to {files[0].parent}: {', '.join(file.name for file in files)}")
