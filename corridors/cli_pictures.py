"""Commands that draw: each a few lines over :mod:`corridors.charts` and the maps. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli_options import NO_WAY, ROWS, SET

if TYPE_CHECKING:
    from corridors.study import Study

commands = typer.Typer()

OUT = typer.Option("--out", metavar="FILE", help="Picture to write, ending in .png, .svg or .pdf.")
THEME = typer.Option("--theme", help="light, print, dark or grey.")
SIZE = typer.Option("--size", help="a4, a3 or slide.")
LABELS = typer.Option("--labels", help="en, or local for names in the script of the place.")
BORDERS = typer.Option("--borders", help="natural-earth or hidden.")


@commands.command()
def chart(
    kind: Annotated[
        str, typer.Argument(help="profile-hours, profile-usd, ranking, costs, countries, days, arrival or odds.")
    ],
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

    one_of(kind, KINDS, "chart")
    _check_target(out)
    asked = read_scenario(scenario, list(changes or []), rows=rows or ())
    ends = [f"origins={origin or asked.origins[0]}", f"destinations={destination or asked.destinations[0]}"]
    study = _carried(scenario, [*(changes or []), *ends], rows)
    files = write_chart(study, kind, out, corridors=corridors, deadline=deadline)
    _say_written(files)
    if not any(way.feasible for way in study.ways):
        raise typer.Exit(NO_WAY)


@commands.command(name="map")
def map_(
    out: Annotated[Path, OUT],
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="One scenario, or two to six for small maps side by side on one scale.")
    ] = None,
    corridors: Annotated[
        list[str] | None, typer.Option("--corridor", help="Corridor to draw; may be repeated; all if not given.")
    ] = None,
    region: Annotated[
        str, typer.Option("--region", help="all, afghanistan, pakistan, turkmenistan, uzbekistan or kazakhstan.")
    ] = "all",
    theme: Annotated[str, THEME] = "light",
    size: Annotated[str, SIZE] = "a4",
    borders: Annotated[str, BORDERS] = "natural-earth",
    labels: Annotated[str, LABELS] = "en",
    status: Annotated[
        bool, typer.Option("--status", help="Every line and gate as the record leaves it; no scenario.")
    ] = False,
    on: Annotated[str, typer.Option("--on", help="With --status: the day, YYYY-MM-DD.")] = "",
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
) -> None:
    """Draw the ways of a scenario, of several side by side, or the state of every line and gate on a day."""
    from corridors.map_pictures import Look, write_map, write_multiples, write_status

    if out.suffix.lower() == ".html":
        _web_map(out, _carried(_only(scenarios), changes, rows), borders)
        return
    _check_target(out)
    look = Look(region, theme, size, borders, labels)
    look.check()
    if status or on:
        _refuse_with_status(scenarios, changes, rows, corridors)
        _say_written(write_status(out, on, look))
        return
    studies = [_carried(name, changes, rows) for name in _some(scenarios)]
    if len(studies) == 1:
        files = write_map(out, studies[0], look, corridors)
    else:
        files = write_multiples(out, studies, look, corridors)
    _say_written(files)
    if not any(way.feasible for study in studies for way in study.ways):
        raise typer.Exit(NO_WAY)


@commands.command()
def hinterland(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    out: Annotated[Path, OUT],
    port: Annotated[str, typer.Option("--port", help="Port asked about.")] = "karachi_port",
    against: Annotated[str, typer.Option("--against", help="Port to compare with; none if empty.")] = "shahid_rajaee",
    not_through: Annotated[
        str, typer.Option("--not-through", metavar="CC", help="Country that ways to ports outside it do not pass.")
    ] = "",
    theme: Annotated[str, THEME] = "light",
    size: Annotated[str, SIZE] = "a4",
    borders: Annotated[str, BORDERS] = "natural-earth",
    labels: Annotated[str, LABELS] = "en",
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
) -> None:
    """Map how far each place of Kazakhstan is from a port in days and dollars, and which of two ports is nearer.

    Cargo ends on board a ship (terms=fob) unless --set terms=... says otherwise.
    """
    from corridors.map_pictures import Look, write_hinterland

    _check_target(out)
    look = Look("all", theme, size, borders, labels)
    look.check()
    study = _carried(scenario, ["draws=16", "replicates=1", "shocks=false", "terms=fob", *(changes or [])], rows)
    files, said = write_hinterland(out, study, [p for p in (port, against) if p], not_through, look)
    for sentence in said:
        typer.echo(sentence)
    if not files:
        typer.echo("no way: no place of Kazakhstan reaches the port", err=True)
        raise typer.Exit(NO_WAY)
    _say_written(files)


def _carried(scenario: str, changes: list[str] | None, rows: list[Path] | None) -> Study:
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    return carry(read_scenario(scenario, list(changes or []), rows=rows or ()))


def _only(scenarios: list[str] | None) -> str:
    from corridors.toml_files import ScenarioError

    if len(_some(scenarios)) > 1:
        raise ScenarioError("map: an interactive map holds one scenario; name one, or draw several as a picture")
    return _some(scenarios)[0]


def _web_map(out: Path, study: Study, borders: str) -> None:
    from corridors.captions import one_of
    from corridors.web_map import write_web_map
    from geodata.basemap import BORDER_MODES

    one_of(borders, {mode: mode for mode in BORDER_MODES}, "borders")
    _say_written([write_web_map(study, out, borders=borders)])
    if not any(way.feasible for way in study.ways):
        raise typer.Exit(NO_WAY)


def _some(scenarios: list[str] | None) -> list[str]:
    from corridors.toml_files import ScenarioError

    if not scenarios:
        raise ScenarioError("map: there is no scenario; name one, several, or --status --on DATE")
    return scenarios


def _refuse_with_status(*given: object) -> None:
    from corridors.toml_files import ScenarioError

    if any(given):
        raise ScenarioError(
            "map --status: draws the record of a day and takes no scenario, --set, --rows or --corridor"
        )


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
