"""Commands that write a page to hand over: the report of a scenario and the quote of a lane. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.cli_options import JSON, NO_WAY, ROWS, SET

if TYPE_CHECKING:
    from corridors.claim_verdicts import Verdict

commands = typer.Typer()


@commands.command()
def report(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Page to write, ending in .html.")],
    origin: Annotated[str | None, typer.Option("--origin", help="Only from this place.")] = None,
    destination: Annotated[str | None, typer.Option("--destination", help="Only to this place.")] = None,
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    *,
    pdf: Annotated[bool, typer.Option("--pdf", help="Print it as PDF beside the page, with a browser.")] = False,
    claims: Annotated[bool, typer.Option("--claims", help="Add what others say, with verdicts.")] = False,
) -> None:
    """Write one page that says the answer, how sure it is, what would change it, and what it rests on."""
    from corridors.browser_print import browser_program, print_page
    from corridors.report import write_report
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    _check_target("--out", out, (".html",))
    program = browser_program() if pdf else None
    ends = [f"origins={origin}"] if origin else []
    ends += [f"destinations={destination}"] if destination else []
    study = carry(read_scenario(scenario, [*(changes or []), *ends], rows=rows or ()))
    written = [write_report(study, out, claims=_verdicts() if claims else ())]
    if program is not None:
        written.append(print_page(out, out.with_suffix(".pdf"), program))
    _say_written(written)
    if not any(way.feasible for way in study.ways):
        raise typer.Exit(NO_WAY)


def _verdicts() -> Sequence[Verdict]:
    from corridors.claim_verdicts import judge
    from corridors.claims import read_claims

    every = read_claims()
    return judge(every, every, needs=False)


@commands.command()
def quote(
    origin: Annotated[str, typer.Argument(help="Place to leave from.")],
    destination: Annotated[str, typer.Argument(help="Place to go to.")],
    valid_until: Annotated[
        str, typer.Option("--valid-until", metavar="DATE", help="Last day, after the scenario's date.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write, ending in .html, .pdf or .csv.")],
    scenario: Annotated[str, typer.Option("--scenario", help="Name of a shipped scenario, or a TOML file.")] = "today",
    k: Annotated[int, typer.Option("--k", min=1, max=5, help="Ways wanted.")] = 3,
    changes: Annotated[list[str] | None, SET] = None,
    rows: Annotated[list[Path] | None, ROWS] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Quote a lane: its best ways leg by leg, days and dollars, what is in the price and what is not, and the gates."""
    from corridors.browser_print import browser_program
    from corridors.quote import quote as quoted
    from corridors.quote import valid_date
    from corridors.quote_page import ENDINGS, quote_records, write_quote
    from corridors.scenario import read_scenario
    from corridors.study import run as carry

    _check_target("--out", out, ENDINGS)
    program = browser_program() if out.suffix == ".pdf" else None
    switches = [*(changes or []), f"origins={origin}", f"destinations={destination}"]
    asked = read_scenario(scenario, switches, rows=rows or ())
    day = valid_date(valid_until, asked.date)
    study = carry(asked)
    found = quoted(study, asked.origins[0], asked.destinations[0], day, k)
    written = write_quote(found, out, program)
    if as_json:
        typer.echo(json.dumps({"records": list(quote_records(found))}, ensure_ascii=False, allow_nan=False))
    else:
        _say_written([written])
    if not found.ways:
        typer.echo(f"no way: {'; '.join(found.shut)}", err=True)
        raise typer.Exit(NO_WAY)


def _check_target(option: str, file: Path, endings: tuple[str, ...]) -> None:
    """Refuse a file that cannot be written before anything is computed."""
    if file.suffix not in endings:
        _refuse(f'{option}: "{file.name}" ends in "{file.suffix}"; allowed {", ".join(endings)}')
    if not file.parent.is_dir():
        _refuse(f"{option}: there is no folder {file.parent}")


def _say_written(files: list[Path]) -> None:
    for file in files:
        typer.echo(f"Written {file} ({file.stat().st_size / 1000:,.0f} kB)")


def _refuse(sentence: str) -> None:
    from corridors.toml_files import ScenarioError

    raise ScenarioError(sentence)
