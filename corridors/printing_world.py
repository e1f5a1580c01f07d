"""Words and tables for the terminal: observed trips and claims beside the model.

Nothing is computed here; figures come from :mod:`corridors.validation_score` and :mod:`corridors.claim_verdicts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corridors.figure_tables import signed
from corridors.validation_score import bias_rows, score_rows, worst

if TYPE_CHECKING:
    from corridors.calibration import Calibration
    from corridors.claim_verdicts import Verdict
    from corridors.validation import Comparison

WIDTH = 150
"""Width of a table that goes to a file or a pipe. [character]"""
LEAST_WEIGHT = 0.3
"""Trips' worth of hours from which a bias is printed; --json and --out have all."""


def print_validation(found: Sequence[Comparison], trips: Sequence[dict[str, Any]]) -> None:
    """Print every trip, the scores, the bias, the worst five, and what could not be asked."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=None if Console().is_terminal else WIDTH)
    draws = next((len(c.days) for c in found if c.days is not None), 0)
    table = Table(
        title=f"Observed trips in the state of their own date, {draws} draws of a single trip", title_justify="left"
    )
    for name in ("kind", "trip", "observed d", "P10", "P50", "P90", "inside", "error d", "error %", "km", "model km"):
        table.add_column(name, justify="left" if name in ("kind", "trip") else "right")
    for row in sorted((r for r in trips if r["state"] == "scored"), key=lambda r: _order(r["kind"])):
        inside = "yes" if row["inside_p10_p90"] else "NO"
        figures = [f"{row[n]:.1f}" for n in ("observed_days", "p10_days", "p50_days", "p90_days")]
        errors = [inside, signed(row["error_days"], 1), signed(row["error_percent"], 0)]
        km = ["" if row[n] is None else f"{row[n]:,.0f}" for n in ("observed_km", "model_km")]
        table.add_row(row["kind"], row["trip_id"], *figures, *errors, *km)
    console.print(table)
    _print_prices(console, trips)
    _print_scores(console, found)
    _print_bias(console, found)
    console.print("\nWorst five, by the factor of the error:")
    for c in worst(found):
        said = next(r["likely_missing"] for r in trips if r["trip_id"] == c.trip.trip_id)
        console.print(f"  {c.trip.trip_id} ({c.trip.kind}): {said or 'inside P10-P90'}", soft_wrap=True)
    idle = [r for r in trips if r["state"] in ("not expressed", "no way")]
    console.print(f"\nListed and not scored ({len(idle)}):")
    for row in idle:
        console.print(f"  {row['trip_id']} ({row['kind']}): {row['reason']}", soft_wrap=True)


def _order(kind: str) -> int:
    return ("measured", "pilot", "timetable", "quote").index(kind)


def _print_prices(console: Any, trips: Sequence[dict[str, Any]]) -> None:
    for row in trips:
        if row["p50_usd"] is not None:
            low, middle, high = (f"{row[f'p{level}_usd']:,.0f}" for level in (10, 50, 90))
            console.print(
                f"  {row['trip_id']} ({row['kind']}): {row['observed_usd']:,.0f} USD said; model P10 {low}, P50 {middle}, P90 {high}"
            )
        elif row["state"] == "price or length only" and row["observed_km"] is not None:
            console.print(f"  {row['trip_id']}: {row['observed_km']:,.0f} km said; model {row['model_km']:,.0f} km")


def _print_scores(console: Any, found: Sequence[Comparison]) -> None:
    console.print("\nScore, kinds apart (observed = measured + pilot, announced = timetable + quote):")
    for row in score_rows(found):
        if not row["n"]:
            console.print(f"  {row['group']}, {row['which']}: n = 0")
            continue
        covered = ", ".join(f"{row[f'inside_{p}']}/{row['n']} in {p} %" for p in (50, 80, 95))
        console.print(
            f"  {row['group']}, {row['which']}: n = {row['n']}; {covered}; median error {signed(row['median_error_percent'], 0)} %, "
            f"median absolute error {row['median_absolute_error_percent']:.0f} % or {row['median_absolute_error_days']:.1f} days; "
            f"odds of so few inside 80 %: {row['odds_of_so_few_80']:.2g}",
            soft_wrap=True,
        )


def _print_bias(console: Any, found: Sequence[Comparison]) -> None:
    console.print("\nBias of P50 (+ too slow in the model), weighted by where the model's hours go; weight in trips:")
    rows = bias_rows(found)
    for group in ("observed", "announced"):
        for by in ("mode", "country", "activity"):
            here = [r for r in rows if (r["group"], r["by"]) == (group, by) and r["weight"] >= LEAST_WEIGHT]
            said = ", ".join(f"{r['part']} {signed(r['bias_percent'], 0)} % ({r['weight']:.1f})" for r in here)
            console.print(f"  {group} by {by}: {said or 'too few'}", soft_wrap=True)


def print_claims(found: Sequence[Verdict]) -> None:
    """Print every reading with its verdict, then how to read it."""
    from rich.console import Console
    from rich.table import Table

    from corridors.claim_words import HOW_TO_READ, claimed_in_signs, figures, readings_in_words

    console = Console(highlight=False, width=None if Console().is_terminal else WIDTH + 20)
    table = Table(title="What others say, and the model's answer to the same question", title_justify="left")
    for name in ("claim", "what is said", "who says so", "claimed", "model P50 (P10 to P90)", "holds in", "verdict"):
        right = name[:5] in ("claim", "model", "holds") and name != "claim"
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for v in found:
        c = v.claim
        said = [c.name, c.claim, f"{c.who}, {c.date}"]
        if v.p is None or v.interval is None:
            table.add_row(*said, c.printed(), "", "", f"{v.verdict}: {v.answer.reason}")
            continue
        model = ("yes" if v.p else "no") if c.measure == "feasible" else figures(v.interval, c.unit)
        table.add_row(*said, claimed_in_signs(c), model, f"{v.p:.0%}", v.in_brief)
    console.print(table)
    for text in readings_in_words(found):
        console.print(text, soft_wrap=True)
    console.print(HOW_TO_READ, soft_wrap=True)
    console.print("What would have to be true for a claim to hold: corridors claims --id C01.", soft_wrap=True)


def print_calibration(
    found: Calibration, coverage: Sequence[dict[str, Any]], shifts: Sequence[dict[str, Any]], most: int
) -> None:
    """Print what the trips say about rows, and what laying it over would do to coverage."""
    from rich.console import Console

    console = Console(highlight=False, width=None if Console().is_terminal else WIDTH)
    console.print(
        f"{found.said}; {found.effective:.0f} effective draws of {found.weights.size}. Nothing shipped is changed."
    )
    for row in coverage:
        console.print(
            f"  {row['interval']:.0%} interval: {row['inside_before']}/{row['n']} trips inside before, {row['inside_after']}/{row['n']} after, each left out"
        )
    proposed = [row for row in shifts if row["proposed"]][:most]
    console.print(
        f"Rows that they move by more than sampling error, with three sources or more behind them: {len(proposed) or 'none'}"
    )
    for row in proposed:
        before, after = (
            f"{row[f'{w}low']:.4g}/{row[f'{w}best']:.4g}/{row[f'{w}high']:.4g}" for w in ("", "candidate_")
        )
        console.print(
            f"  {row['parameter_id']}: {before} -> {after} {row['unit']}; mean {row['shift_in_prior_sd']:+.2f} prior sd, "
            f"{row['trips']} trips of {row['sources']} sources",
            soft_wrap=True,
        )
    alone = [row for row in shifts if not row["proposed"] and row["heard"]][:3]
    said = ", ".join(f"{row['parameter_id']} ({row['shift_in_prior_sd']:+.2f} sd)" for row in alone)
    console.print(f"Moved as well, with too few sources to propose anything: {said or 'none'}", soft_wrap=True)
