"""Words and tables for the terminal: the comparison, a corridor, a parameter row with what it rests on.

Nothing is computed here; figures come from :mod:`corridors.comparison` and the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corridors.figure_tables import figure_tables

if TYPE_CHECKING:
    from corridors.scenario import Scenario
    from corridors.study import Study


def print_comparison(study: Study) -> None:
    """Print the comparison, one table a pair of places, feasible ways first by mean generalized cost."""
    from rich.console import Console

    from corridors.comparison import comparison_rows, describe

    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    scenario = study.scenario
    leaves = ", leaving in any month" if scenario.departures == "year" else ""
    console.print(
        f"\n[bold]{scenario.title}[/bold]  ({scenario.name}, {scenario.date.isoformat()}{leaves}, {scenario.terms})",
        highlight=False,
    )
    console.print(
        f"{describe(study)}; {study.draws or scenario.draws} draws, seed {scenario.seed}", highlight=False, markup=False
    )
    stated = stated_figures(scenario)
    if stated:
        console.print(f"Set by the scenario or on the command line: {stated}", highlight=False, markup=False)
    if study.assumption:
        console.print(study.assumption, highlight=False, markup=False)
    rows = comparison_rows(study)
    for origin, destination in study.pairs():
        here = [r for r in rows if (r["origin"], r["destination"]) == (origin, destination)]
        for part in _tables(study, origin, destination, here, console.width):
            console.print(part)
    console.print(how_to_read(scenario.deadline_days), highlight=False, markup=False)
    used = {name for r in rows for name in (r["own_rows"] or "").split(";")}
    used |= {f"closures:{standing.closure.closure_id}" for standing in study.standings}
    for sentence in [*reasons(rows), *study.own.sentences(used)]:
        console.print(sentence, highlight=False, markup=False)


def stated_figures(scenario: Scenario) -> str:
    """Figures and choices that a scenario states instead of the tables; empty where it states none."""
    said = [f"{key} = {value:.10g}" for key, value in scenario.set.items()]
    said += [f"project_length.{key} = {value:.10g} km" for key, value in scenario.project_length.items()]
    said += [f"project_gauge.{key} = {value}" for key, value in scenario.project_gauge.items()]
    said += [f"exchange.{key} = {str(value).lower()}" for key, value in scenario.exchange.items()]
    return "; ".join(said)


def reasons(rows: list[dict[str, Any]]) -> list[str]:
    """Why ways are not feasible: one sentence a corridor and reason, naming the pairs where it does not hold for all."""
    pairs = {(r["origin"], r["destination"]) for r in rows}
    found: dict[tuple[str, str], list[str]] = {}
    for r in rows:
        if not r["feasible"]:
            found.setdefault((r["corridor"], r["reason"]), []).append(f"{r['origin']}-{r['destination']}")
    return [
        f"{corridor}{'' if len(where) == len(pairs) else ' (' + ', '.join(where) + ')'}: {reason}"
        for (corridor, reason), where in found.items()
    ]


def _tables(study: Study, origin: str, destination: str, rows: list[dict[str, Any]], width: int) -> list[Any]:
    """Figures of one pair of places, or a line that says there is no way."""
    nodes = study.network.nodes
    title = f"{nodes[origin].name} - {nodes[destination].name}"
    ways = sorted((r for r in rows if r["feasible"]), key=lambda r: r["generalized_usd_mean"])
    if not ways:
        return [f"{title}: no way\n"]
    cells = [[f"{r['corridor']} *" if r["own_rows"] else r["corridor"], *_cells(r)] for r in ways]
    return figure_tables(title, ["corridor"], HEADINGS, cells, width)


HEADINGS = (
    "km", "days P50", "trip P10-P90", "mean P10-P90", "known", "USD P50", "USD P10-P90", "USD/t", "t CO2e", "quickest",
    "cheapest", "on time", "arrives",
)  # fmt: skip


_HOW_TO_READ = (
    "days P50 ± Monte Carlo error; trip: single trips; mean: the average trip, so what is left is what we do not know; known: share "
    "of the variance that better knowledge could remove; quickest, cheapest: share of draws in which the way is the best of its pair; "
    "{on_time}arrives: share not lost to closures longer than the consignment's patience."
)


def how_to_read(deadline_days: float | None) -> str:
    """What the columns of the comparison say; the odds of being on time name the deadline that they are held to."""
    on_time = "" if deadline_days is None else f"on time: share within {deadline_days:g} days; "
    return _HOW_TO_READ.format(on_time=on_time)


def _cells(row: dict[str, Any]) -> list[str]:
    """Figures of one way as the terminal shows them, in the order of :data:`HEADINGS`."""
    days = {key: row[f"hours_{key}"] / 24 for key in ("p10", "p50", "p90", "average_p10", "average_p90")}
    error = row["hours_p50_error"]
    return [
        f"{row['km']:,.0f}",
        f"{days['p50']:.1f}" + ("" if error is None else f" ±{error / 24:.1f}"),
        f"{days['p10']:.1f}-{days['p90']:.1f}",
        f"{days['average_p10']:.1f}-{days['average_p90']:.1f}",
        f"{row['knowledge_share_hours']:.0%}",
        f"{row['usd_p50']:,.0f}",
        f"{row['usd_p10']:,.0f}-{row['usd_p90']:,.0f}",
        f"{row['usd_per_tonne_mean']:,.0f}",
        f"{row['kg_co2e_mean'] / 1000:.2f}",
        f"{row['p_quickest']:.0%}",
        f"{row['p_cheapest']:.0%}",
        "" if row["p_on_time"] is None else f"{row['p_on_time']:.0%}",
        f"{row['p_delivered']:.1%}",
    ]


def show_corridor(name: str) -> str | None:
    """Corridor in words; None where there is none of that name."""
    from corridors.catalogue import read_catalogue

    corridor = read_catalogue().get(name)
    if corridor is None:
        return None
    lines = [f"{corridor.corridor_id}: {corridor.name}", corridor.why]
    variants = {"any destination": corridor.stages, **corridor.to}
    for destination, stages in variants.items():
        lines.append(f"to {destination}:")
        for number, stage in enumerate(stages, start=1):
            via = f", via {', '.join(stage.via)}" if stage.via else ""
            countries = f" in {', '.join(stage.countries)}" if stage.countries else ""
            lines.append(
                f"  {number}. by {' or '.join(stage.modes)}{countries}{via}, to {stage.to or 'the destination'}"
            )
    lines += [f"not to {place}: {why}" for place, why in corridor.not_to.items()]
    if corridor.avoid:
        lines.append(f"never through {', '.join(corridor.avoid)}")
    return "\n".join(lines)


def show_parameter(name: str) -> str | None:
    """Parameter row with its implied mean and the evidence behind it; None where there is none of that name."""
    from corridors.citations import published_ends
    from corridors.shown_things import as_printed
    from sim.parameters import read_parameters

    parameters = read_parameters()
    if name not in parameters.number:
        return None
    row = parameters[name]
    conditions = ", ".join(f"{key}={';'.join(sorted(values))}" for key, values in row.selectors.items()) or "everything"
    what = " ".join(part for part in (row.kind, row.quantity, row.component) if part)
    lines = [
        f"{row.parameter_id}: {what}, for {conditions}",
        f"  low {row.low:g}, best {row.best:g}, high {row.high:g} {row.unit} ({row.shape}); implied mean {row.mean:.4g} {row.unit}",
        f"  single trips: cv {row.cv:g}" if row.cv else "  single trips: no scatter of their own",
        f"  basis {row.basis}; stands for {row.as_of}" + (f"; prices of {row.price_year}" if row.price_year else ""),
    ]
    if row.includes:
        lines.append(f"  already contains {', '.join(sorted(row.includes))}")
    if row.note:
        lines.append(f"  note: {row.note}")
    for end, found, source in published_ends(row.evidence):
        lines.append(
            f"  {end}: {as_printed(found)}, {found['place']}, {found['as_of']} "
            f"({source.get('title', found['source_id'])}, grade {source.get('grade', '?')}; {source.get('url', '')})"
        )
    return "\n".join(lines)


def print_shares(shares: Mapping[str, Mapping[str, float]]) -> None:
    """Print what the flagship's expected hours and dollars rest on."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title="What the flagship rests on", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("basis")
    for name in shares:
        table.add_column(f"share of {name}", justify="right")
    for basis in next(iter(shares.values())):
        table.add_row(basis, *(f"{parts[basis]:.0%}" for parts in shares.values()))
    Console().print(table)
