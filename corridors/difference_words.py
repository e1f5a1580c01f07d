"""What differs between two scenarios, in words and tables for the terminal.

Inputs come first, one line each; then what follows from them; then a table a pair of places with the differences against A
before the figures themselves. A ``~`` marks a difference within the Monte Carlo noise. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corridors.difference import COMPARED, Difference, Figure, Input, Result
from corridors.figure_tables import figure_tables
from corridors.own_rows import triple

_HEADS = {
    "scenario": "Scenario",
    "projects": "Projects",
    "assumptions": "Assumptions",
    "parameters": "Parameter rows (low/best/high)",
    "tables": "Other tables",
    "versions": "Versions",
}
_NOTES = ("note", "evidence", "source", "source_id")
_HASH = 64


def print_difference(found: Difference) -> None:
    """Print what differs: inputs, what follows from them, results."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=160)

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False)

    say(f"A  {found.a.label}: {found.a.scenario['title']}, {found.a.scenario['date']}")
    say(f"B  {found.b.label}: {found.b.scenario['title']}, {found.b.scenario['date']}")
    for line in [*input_lines(found), *follow_lines(found), *result_lines(found)]:
        say(line)
    pairs = dict.fromkeys((r.origin, r.destination) for r in found.results if r.figures)
    for origin, destination in pairs:
        here = [r for r in found.results if (r.origin, r.destination) == (origin, destination) and r.figures]
        for part in _tables(f"{origin} - {destination}", here, console.width):
            console.print(part)
    if pairs:
        say(pairing_words(found))


def input_lines(found: Difference) -> list[str]:
    """Inputs that differ, a line each under the heading of its group."""
    lines = ["\nInputs that differ, A -> B" if found.inputs else "\nNo input differs."]
    for group, head in _HEADS.items():
        told = [line for entry in found.inputs if entry.group == group for line in [_input_line(entry)] if line]
        lines += [f" {head}", *(f"   {line}" for line in told)] if told else []
    if found.a.rows is None or found.b.rows is None:
        lines.append(" Parameter rows are not compared: a folder of results is too old to hold rows.csv; run it again")
    return lines


def _input_line(entry: Input) -> str:
    if entry.group == "parameters":
        return f"{entry.name}: {_row_words(entry.before, entry.after)}"
    if entry.group == "tables" and entry.name.rpartition(" ")[2].endswith(_NOTES):
        return ""
    if len(str(entry.before)) == len(str(entry.after)) == _HASH:
        return f"{entry.name} is of another version"
    return f"{entry.name}: {_shown(entry.before)} -> {_shown(entry.after)}"


def _row_words(a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> str:
    """Parameter row before and after: its figures, then whatever else differs."""
    if a is None or b is None:
        there = a or b or {}
        figures = f"{triple(there)} {there['unit']}"
        return f"new, {figures}" if a is None else f"{figures} -> not there"
    words = []
    if any(a[name] != b[name] for name in ("low", "best", "high", "unit")):
        unit = "" if a["unit"] == b["unit"] else f" {a['unit']}"
        words.append(f"{triple(a)}{unit} -> {triple(b)} {b['unit']}")
    beside = [name for name in a if name not in ("low", "best", "high", "unit") and a[name] != b.get(name)]
    return ", ".join([*words, *(f"{name} {_shown(a[name])} -> {_shown(b.get(name))}" for name in beside)])


def _shown(value: Any) -> str:
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def follow_lines(found: Difference) -> list[str]:
    """Lines and gates that are open on one side only."""
    lines = [f"   {entry.name}: {_shown(entry.before)} -> {_shown(entry.after)}" for entry in found.follows]
    return ["\nWhat follows on the date, A -> B", *lines] if lines else []


def result_lines(found: Difference) -> list[str]:
    """How many ways differ, and those that have figures on one side only or on none."""
    asked = len(found.results) + found.alike
    if not found.results:
        return [f"\nNo result differs: {asked} ways alike."]
    lines = [f"\nResults that differ: {len(found.results)} of {asked} ways"]
    told: dict[tuple[str, str, str], list[str]] = {}
    for r in found.results:
        if not r.figures:
            told.setdefault((r.corridor, r.a, r.b), []).append(f"{r.origin}-{r.destination}")
    pairs = {(origin, destination) for origin, destination, _ in [*found.a.ways, *found.b.ways]}
    for (corridor, a, b), where in told.items():
        places = "" if len(where) == len(pairs) else f" ({', '.join(where)})"
        lines.append(f"   {corridor}{places}: {a} -> {b}")
    return lines


def _tables(title: str, results: list[Result], width: int) -> list[Any]:
    heads = [name.replace("_", " ").replace("usd", "USD").replace(" p", " P") for name, _ in COMPARED]
    cells = []
    for r in results:
        deltas = [_delta(name, r.figures[name]) for name, _ in COMPARED]
        both = [f"{_number(name, r.figures[name].a)} -> {_number(name, r.figures[name].b)}" for name, _ in COMPARED]
        cells.append([r.corridor, *deltas, *both])
    right = [*(f"Δ {head}" for head in heads), *(f"{head} A -> B" for head in heads)]
    return figure_tables(title, ["corridor"], right, cells, width)


def _number(name: str, value: float) -> str:
    return f"{value:,.1f}" if name.startswith("days") else f"{value:,.0f}"


def _delta(name: str, figure: Figure) -> str:
    text = f"{figure.delta:+,.2f}" if name.startswith("days") else f"{figure.delta:+,.0f}"
    if float(text.replace(",", "")) == 0.0:
        text = "0"
    return f"{'~' if figure.noise else ''}{text}"


def pairing_words(found: Difference) -> str:
    """How far the differences can be trusted."""
    if found.paired:
        return (
            "Both sides share their draws (same seed, same number), so what differs is due to the inputs; "
            "~ is within the Monte Carlo noise. USD are for the whole consignment of each side."
        )
    return (
        "The sides do not share their draws (seed or number differs), so the noise of both is in the difference; ~ is within it. "
        "Give --seed and --draws to pair them. USD are for the whole consignment of each side."
    )
