"""Sweeps and timings in words for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from corridors.benching import Ratio
    from corridors.study import Study
    from corridors.sweep import Sweep


def print_sweep(study: Study, found: Sweep) -> None:
    """Print medians over the scenarios, least and most, and who is how often the quickest and the cheapest."""
    console = Console()
    groups = ", ".join(found.groups)
    console.print(f"{study.scenario.title}: {len(found.factors):,} scenarios over {groups}; {study.draws:,} draws each")
    if study.assumption:
        console.print(study.assumption)
    money = {(r["origin"], r["destination"], r["corridor"]): r for r in found.winners("usd")}
    hours = found.winners("hours")
    for pair in dict.fromkeys((r["origin"], r["destination"]) for r in hours):
        table = Table("corridor", "days, median", "quickest in", "USD, median", "cheapest in", title=" to ".join(pair))
        for row in (r for r in hours if (r["origin"], r["destination"]) == pair):
            usd = money[*pair, row["corridor"]]
            table.add_row(
                row["corridor"],
                f"{row['least'] / 24:.1f} to {row['most'] / 24:.1f}", f"{row['share']:.0%}",
                f"{usd['least']:,.0f} to {usd['most']:,.0f}", f"{usd['share']:.0%}",
            )  # fmt: skip
        console.print(table)
    for way, reason in zip(found.ways, found.reasons, strict=True):
        if reason:
            console.print(f"{way.corridor}, {way.origin} to {way.destination}: no figures; {reason}")


def print_bench(found: Mapping[str, Ratio], recorded: Mapping[str, Mapping[str, str]]) -> None:
    """Print this machine's ratios beside those recorded."""
    table = Table("work", "against", "here", "recorded", "reach", "aim")
    for name, row in recorded.items():
        if name in found:
            was = f"{row['median']} ({row['low']}-{row['high']})"
            table.add_row(row["work"], row["against"], str(found[name]), was, row["reach"], row["aim"])
    console = Console()
    console.print(table)
    console.print(
        "Medians of the rounds, least and largest in brackets. How the record was made: tests/benchmarks/README.md"
    )
