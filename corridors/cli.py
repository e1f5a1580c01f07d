"""Commands: each a few lines over :mod:`corridors.study`.

``run`` carries a scenario through the house, prints the comparison and writes its folder. Exit codes: 0 results, even if
some ways are shut; 2 bad input, with one sentence that names file, row or key, what was found, what is allowed and how
to mend it, and nothing written; 3 no way at all.
"""

from __future__ import annotations

import codecs
import io
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from corridors import (
    cli_chance,
    cli_evidence,
    cli_export,
    cli_league,
    cli_osm,
    cli_pictures,
    cli_report,
    cli_rows,
    cli_search,
    cli_speed,
    cli_switching,
    cli_unlock,
    cli_world,
)
from corridors.cli_options import BAD_INPUT, NO_WAY

app = typer.Typer(
    name="corridors",
    help="Compare freight ways from Kazakhstan to Karachi and Gwadar: days, dollars, how sure, and what would change the answer.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _version(*, wanted: bool) -> None:
    if not wanted:
        return
    import geodata
    import sim
    from corridors import __version__

    typer.echo(f"corridors {__version__}")
    for name, where in (("corridors", __file__), ("sim", sim.__file__), ("geodata", geodata.__file__)):
        typer.echo(f"{name:<10} {Path(str(where)).parent}")
    raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _version(wanted=value),
            is_eager=True,
            help="Version, and where the packages were loaded from.",
        ),
    ] = False,
) -> None:
    """Compare freight ways from Kazakhstan to Karachi and Gwadar."""


@app.command()
def run(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write; results/NAME if not given.")] = None,
    draws: Annotated[int | None, typer.Option("--draws", help="Number of draws.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed, 0 or more.")] = None,
    precision: Annotated[
        str | None,
        typer.Option("--precision", help="Draw on until the error of every P50 and P90 is below this, say 1%."),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="parameter_id.field=VALUE or scenario_key=VALUE; may be repeated."),
    ] = None,
    rows: Annotated[
        list[Path] | None,
        typer.Option("--rows", help="CSV or .xlsx with rows of your own, laid over ours; may be repeated."),
    ] = None,
    no_pictures: Annotated[bool, typer.Option("--no-pictures", help="Write tables only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Carry a scenario through: print the comparison and write its folder."""
    from corridors.exports import write_study
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    switches = list(changes or [])
    switches += [f"draws={draws}"] if draws is not None else []
    switches += [f"seed={seed}"] if seed is not None else []
    switches += [f"precision_percent={precision.strip().removesuffix('%')}"] if precision is not None else []
    study = carry(read_scenario(scenario, switches, rows=rows or ()))
    folder = out or Path("results") / study.scenario.name
    files = write_study(study, folder, pictures=not no_pictures)
    if as_json:
        from corridors.comparison import comparison_rows

        typer.echo(json.dumps({"ways": comparison_rows(study)}, ensure_ascii=False, allow_nan=False))
    else:
        from corridors.printing import print_comparison

        print_comparison(study)
        typer.echo(f"\nWritten to {folder}: {', '.join(p.name for p in files)}")
    if not any(way.feasible for way in study.ways):
        raise typer.Exit(NO_WAY)


@app.command(name="list")
def list_() -> None:
    """List scenarios, corridors and projects."""
    from corridors.catalogue import read_catalogue
    from corridors.scenario_files import list_scenarios
    from geodata.network import read_network

    typer.echo("Scenarios")
    for name, title in list_scenarios().items():
        typer.echo(f"  {name:<22} {title}")
    typer.echo("\nCorridors")
    for name, corridor in read_catalogue().items():
        typer.echo(f"  {name:<22} {corridor.name}")
    typer.echo("\nProjects")
    for name, project in read_network().projects.items():
        typer.echo(f"  {name:<22} {project.name} ({project.status.replace('_', ' ')})")


@app.command()
def show(name: Annotated[str, typer.Argument(help="Corridor, project, place (node_id) or parameter_id.")]) -> None:
    """Show a corridor, a project, a place, or a parameter row with what it rests on."""
    from corridors.printing import show_corridor, show_parameter
    from corridors.shown_things import show_place, show_project

    shown = [text for one in (show_corridor, show_project, show_place, show_parameter) if (text := one(name))]
    if not shown:
        from corridors.catalogue import read_catalogue
        from corridors.toml_files import ScenarioError, nearest
        from geodata.network import read_network
        from sim.parameters import read_parameters

        network = read_network()
        known = [*read_catalogue(), *network.projects, *network.nodes, *read_parameters().number]
        msg = f'there is no corridor, project, place or parameter row "{name}"{nearest(name, known)}'
        raise ScenarioError(msg)
    typer.echo("\n\n".join(shown))


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of tables to lay over the shipped ones.")] = None,
) -> None:
    """Check every table, that every activity finds its rows, and what the flagship rests on."""
    from corridors.audit import audit_lines, audited, length_audits
    from corridors.printing import print_shares
    from corridors.scenario import read_scenario
    from corridors.soundcheck import basis_shares, faults, table_counts
    from corridors.study import run as carry

    if folder is not None and not folder.is_dir():
        _fail(f"{folder}: there is no such folder")
    found = 0
    for sentence in faults(folder):
        found += 1
        typer.echo(f"fault: {sentence}")
    if found:
        typer.echo(f"{found} fault{'s' if found > 1 else ''}")
        raise typer.Exit(BAD_INPUT)
    counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in table_counts().items())
    typer.echo(f"sound: {counts}")
    print_shares(basis_shares(carry(read_scenario("both-open", ["draws=64", "replicates=1"]))))
    destination = "karachi_port"
    for line in audit_lines(length_audits(carry(audited(read_scenario("both-open"), [destination]))), destination):
        typer.echo(line)


@app.command()
def new(file: Annotated[Path, typer.Argument(help="File to write; it must not exist yet.")]) -> None:
    """Write a commented scenario to start from."""
    from corridors.safe_files import write_text
    from corridors.scenario_files import template_text

    if file.exists():
        _fail(f"{file}: is there already; name a new file")
    if not file.parent.is_dir():
        _fail(f"{file}: there is no folder {file.parent}")
    write_text(file, template_text())
    typer.echo(f"Written {file}; run it with: corridors run {file}")


def _fail(sentence: str) -> None:
    from corridors.toml_files import ScenarioError

    raise ScenarioError(sentence)


def main() -> None:
    """Run a command; a user's mistake ends in one sentence and exit code 2, anything else in a stack trace."""
    _write_any_letter()
    try:
        app(standalone_mode=True)
    except MemoryError:
        _say("memory does not suffice; ask for fewer draws (--draws), places or corridors")
    except OSError as error:  # a file or folder that the user named; without a name it is a fault of ours
        if error.filename is None:
            raise
        mend = "name another file or folder, or free this one"
        _say(f"{error.filename}: cannot be read or written ({error.strerror}); {mend}")
    except ValueError as error:  # what a mistake is called is looked up once there is one: help loads no tables
        from corridors.toml_files import ScenarioError
        from geodata.tables import TableError
        from sim.routing import NoRouteError

        if isinstance(error, NoRouteError):
            typer.echo(f"no way: {error}", err=True)
            sys.exit(NO_WAY)
        if not isinstance(error, (TableError, UnicodeDecodeError, ScenarioError)):
            raise
        _say(error)


def _write_any_letter() -> None:
    """Let a letter that the terminal's encoding lacks be written by its number, as in JSON; no encoding ends a command."""
    codecs.register_error("by_number", _by_number)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="by_number")


def _by_number(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)), error.end


def _say(error: Exception | str) -> None:
    typer.echo(f"error: {error}", err=True)
    sys.exit(BAD_INPUT)


app.add_typer(cli_evidence.commands)
app.add_typer(cli_rows.commands)
app.add_typer(cli_chance.commands)
app.add_typer(cli_search.commands)
app.add_typer(cli_speed.commands)
app.add_typer(cli_switching.commands)
app.add_typer(cli_league.commands)
app.add_typer(cli_pictures.commands)
app.add_typer(cli_unlock.commands)
app.add_typer(cli_export.commands)
app.add_typer(cli_osm.commands)
app.add_typer(cli_report.commands)
app.add_typer(cli_world.commands)

if __name__ == "__main__":
    main()
