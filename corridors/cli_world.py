"""Commands that hold the model against the world. Registered on the program of :mod:`corridors.cli`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from corridors.cli_options import JSON, NO_WAY, SET

commands = typer.Typer()


@commands.command()
def validate(
    rows: Annotated[
        Path | None, typer.Option("--rows", help="CSV or XLSX of trips of your own, columns as ours.")
    ] = None,
    draws: Annotated[int | None, typer.Option("--draws", min=8, help="Draws of each trip; 512 if not given.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed, 0 or more.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for tables and the chart.")] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Run every observed trip in the state of its own date: inside P10-P90 or not, errors, bias, coverage."""
    from corridors.observed import read_trips
    from corridors.validation import DRAWS
    from corridors.validation import validate as beside
    from corridors.validation_score import bias_rows, score_rows, trip_rows

    found = beside(read_trips(rows), draws=draws or DRAWS, seed=seed)
    records: dict[str, list[dict[str, Any]]] = {
        "trips": trip_rows(found), "score": score_rows(found), "bias": bias_rows(found),
    }  # fmt: skip
    if out is not None:
        from corridors.charts import save
        from corridors.record_files import write_records
        from corridors.validation_chart import plot_validation

        for name, told in records.items():
            write_records(out, f"validation_{name}", told)
        save(plot_validation(found), out / "validation")
    if as_json:
        about = {"draws": draws or DRAWS, "seed": seed}
        typer.echo(json.dumps(about | records, ensure_ascii=False, allow_nan=False))
    else:
        from corridors.printing_world import print_validation

        print_validation(found, records["trips"])
        if out is not None:
            typer.echo(
                f"\nWritten to {out}: validation_trips.csv, validation_score.csv, validation_bias.csv, validation.png, .svg"
            )
    if not any(c.scored for c in found):
        raise typer.Exit(NO_WAY)


@commands.command()
def claims(
    name: Annotated[str, typer.Option("--id", help="Claim, such as C01: its cards; all in a table if not given.")] = "",
    rows: Annotated[
        Path | None, typer.Option("--rows", help="CSV or XLSX of claims of your own, columns as ours.")
    ] = None,
    draws: Annotated[int | None, typer.Option("--draws", min=8, help="Draws of each; 1,024 if not given.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed, 0 or more.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write; the chart stands beside it.")] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Test what others say: the model's range for the same question, the odds that it holds, a verdict."""
    from corridors.claim_cards import cards, verdict_rows
    from corridors.claim_questions import DRAWS
    from corridors.claim_verdicts import judge
    from corridors.claim_words import HOW_TO_READ
    from corridors.claims import find_claims, read_claims
    from corridors.record_files import check_csv_target, write_records

    if out is not None:
        check_csv_target(out)
    every = read_claims(rows)
    asked = find_claims(name, every) if name else list(every)
    wanted = bool(name or as_json or out)  # a table on the screen has no room for what would have to be true
    found = judge(asked, every, draws=draws or DRAWS, seed=seed, needs=wanted)
    records = verdict_rows(found) if wanted else []
    if out is not None:
        from corridors.charts import save
        from corridors.claims_chart import plot_claims

        write_records(out.parent, out.stem, records)
        save(plot_claims(found), out.with_suffix(""))
    if as_json:
        about = {"draws": draws or DRAWS, "seed": seed, "how_to_read": HOW_TO_READ}
        typer.echo(json.dumps(about | {"claims": records}, ensure_ascii=False, allow_nan=False))
    elif name:
        typer.echo(cards(found))
    else:
        from corridors.printing_world import print_claims

        print_claims(found)
    if out is not None and not as_json:
        typer.echo(f"\nWritten to {out.parent}: {out.stem}.csv, .png, .svg")


@commands.command()
def calibrate(
    rows: Annotated[
        Path | None, typer.Option("--rows", help="CSV or XLSX of trips of your own, columns as ours.")
    ] = None,
    kinds: Annotated[str, typer.Option("--kinds", help="Kinds of trips weighed, with commas.")] = "measured,pilot",
    draws: Annotated[int | None, typer.Option("--draws", min=8, help="Draws; 4,096 if not given.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed, 0 or more.")] = 1,
    most: Annotated[int, typer.Option("--most", min=1, help="Candidate rows written at most.")] = 8,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for candidate rows and tables.")] = None,
    *,
    few: Annotated[bool, typer.Option("--few", help="Go on with fewer than ten trips.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Propose ranges from observed trips, with coverage before and after; the shipped table is never changed."""
    from corridors.calibration import DRAWS, candidate_rows, coverage_rows, shift_rows
    from corridors.calibration import calibrate as weigh
    from corridors.observed import KINDS, read_trips, shipped
    from corridors.toml_files import ScenarioError, nearest
    from corridors.validation import validate as beside

    wanted = [kind.strip() for kind in kinds.split(",")]
    for kind in wanted:
        if kind not in KINDS:
            raise ScenarioError(f'--kinds: found "{kind}"{nearest(kind, KINDS)}; allowed {", ".join(KINDS)}')
    trips = [t for t in read_trips(rows) if t.kind in wanted and t.days is not None]
    found = weigh(beside(trips, draws=draws or DRAWS, seed=seed), few=few)
    coverage, shifts = coverage_rows(found), shift_rows(found)
    candidates = candidate_rows(found, shipped()[1].table.rows(), most)
    if out is not None:
        from corridors.record_files import write_records

        write_records(out, "calibration_rows", shifts)
        write_records(out, "calibration_coverage", coverage)
        write_records(out, "candidate_parameters", candidates)
    if as_json:
        told = {"said": found.said, "effective_draws": found.effective, "coverage": coverage, "rows": shifts}
        typer.echo(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    from corridors.printing_world import print_calibration

    print_calibration(found, coverage, shifts, most)
    if out is not None:
        typer.echo(f"Written to {out}: candidate_parameters.csv, calibration_rows.csv, calibration_coverage.csv")


@commands.command()
def log(
    file: Annotated[Path, typer.Argument(help="Trip log, CSV or XLSX, of the columns of sim/data/trip_log.")],
    beside: Annotated[str, typer.Option("--beside", help="Scenario whose profile the trips are drawn on.")] = "",
    corridor: Annotated[list[str] | None, typer.Option("--corridor", help="Corridor drawn; may be repeated.")] = None,
    shipment: Annotated[list[str] | None, typer.Option("--shipment", help="Shipment drawn; may be repeated.")] = None,
    changes: Annotated[list[str] | None, SET] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the table and the chart.")] = None,
    *,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Read a trip log: CPMM's indicators with n, and the trips drawn on the model's own profile."""
    from corridors.toml_files import ScenarioError, nearest
    from sim.log_indicators import indicators
    from sim.trip_logs import read_trip_log

    if not beside and (corridor or shipment or changes):
        raise ScenarioError("--corridor, --shipment, --set: belong to the chart; name a scenario with --beside")
    if beside and out is None:
        raise ScenarioError("--beside: draws a chart; name its folder with --out")
    shipments = read_trip_log(file)
    known = [s.shipment_id for s in shipments]
    for name in shipment or ():
        if name not in known:
            raise ScenarioError(f'--shipment: {file.name} has no shipment "{name}"{nearest(name, known)}')
    records: list[dict[str, Any]] = [i._asdict() for i in indicators(shipments)]
    if out is not None:
        from corridors.record_files import write_records

        write_records(out, f"{file.stem}_indicators", records)
        if beside:
            from corridors.charts import save
            from corridors.log_profile import plot_log
            from corridors.scenario import read_scenario
            from corridors.study import run as carry

            drawn = [s for s in shipments if not shipment or s.shipment_id in shipment]
            names = [f"corridors={','.join(corridor)}"] if corridor else []
            study = carry(read_scenario(beside, ["replicates=1", *(changes or []), *names]))
            save(plot_log(study, corridor or list(study.scenario.corridors), drawn), out / f"{file.stem}_profile")
    if as_json:
        typer.echo(
            json.dumps({"shipments": len(shipments), "indicators": records}, ensure_ascii=False, allow_nan=False)
        )
        return
    typer.echo(f"{len(shipments)} shipments")
    for r in records:
        spread = "" if r["sd"] is None else f", sd {r['sd']:,.1f}"
        typer.echo(
            f"  {r['name']:<5} {r['option']:<10} {r['of']:<40} {r['value']:10,.1f} {r['unit']}{spread}, n = {r['n']}"
        )


@commands.command(name="write-log")
def write_log(
    scenario: Annotated[str, typer.Argument(help="Name of a shipped scenario, or a TOML file.")],
    corridor: Annotated[str, typer.Option("--corridor", help="The way that is written.")],
    out: Annotated[Path, typer.Option("--out", help="CSV file to write.")],
    origin: Annotated[str, typer.Option("--origin", help="Place; the scenario's first if not given.")] = "",
    destination: Annotated[str, typer.Option("--destination", help="Place; the scenario's first if not given.")] = "",
    changes: Annotated[list[str] | None, SET] = None,
) -> None:
    """Write a way of the model as a trip log, from departure to arrival, at its means."""
    from corridors.own_log import own_log
    from corridors.record_files import check_csv_target
    from corridors.scenario import read_scenario
    from corridors.study import run as carry
    from sim.trip_logs import write_trip_log

    check_csv_target(out)
    asked = read_scenario(scenario, changes or [])
    ends = [f"origins={origin or asked.origins[0]}", f"destinations={destination or asked.destinations[0]}"]
    study = carry(read_scenario(scenario, [*(changes or []), *ends, f"corridors={corridor}", "replicates=1"]))
    way = study.ways[0]
    if not way.feasible:
        typer.echo(f"no way: {way.corridor}: {way.reason}", err=True)
        raise typer.Exit(NO_WAY)
    shipments = write_trip_log(own_log(study, way), out)
    typer.echo(f"Written to {out}: {len(shipments[0].records)} records")
