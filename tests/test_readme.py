"""The README's figures are the model's: its tables are made from the flagship and compared with it.

``pytest tests/test_readme.py --update-golden`` writes them anew.
"""

import re
from pathlib import Path

import pytest

from corridors import read_scenario, run
from corridors.comparison import comparison_rows
from corridors.observed import read_trips
from corridors.soundcheck import basis_shares
from corridors.validation import validate
from corridors.validation_score import score_rows

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def flagship():
    return run(read_scenario("both-open", ["origins=almaty1", "destinations=karachi_port"]))


def flagship_table(study):
    head = [
        "corridor",
        "km",
        "days P50 (P10-P90)",
        "average trip, days",
        "USD P50 (P10-P90)",
        "t CO2e",
        "quickest",
        "cheapest",
        "arrives",
    ]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for r in sorted(comparison_rows(study), key=lambda r: r["generalized_usd_mean"]):
        days = {k: r[f"hours_{k}"] / 24 for k in ("p10", "p50", "p90", "average_p10", "average_p90")}
        cells = [
            f"`{r['corridor']}`", f"{r['km']:,.0f}", f"{days['p50']:.0f} ({days['p10']:.0f}-{days['p90']:.0f})",
            f"{days['average_p10']:.0f}-{days['average_p90']:.0f}",
            f"{r['usd_p50']:,.0f} ({r['usd_p10']:,.0f}-{r['usd_p90']:,.0f})", f"{r['kg_co2e_mean'] / 1000:.1f}",
            f"{r['p_quickest']:.0%}", f"{r['p_cheapest']:.0%}", f"{r['p_delivered']:.1%}",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def basis_table(study):
    shares = basis_shares(study)
    lines = ["| basis | share of expected hours | share of expected dollars |", "|---|---:|---:|"]
    return lines + [f"| {b} | {shares['hours'][b]:.0%} | {shares['usd'][b]:.0%} |" for b in shares["hours"]]


def score_table(_study):
    kinds = {"measured": "measured", "pilot": "pilot runs", "timetable": "timetables", "quote": "quotes"}
    shown = {(group, "all"): name for group, name in kinds.items()}
    shown |= {("observed", "all"): "measured and pilots", ("observed", "not behind a row"): "the same, behind no row"}
    rows = {(r["group"], r["which"]): r for r in score_rows(validate(read_trips()))}
    head = ["kind", "n", "inside 80 %", "inside 95 %", "median error", "median absolute error"]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for key, name in shown.items():
        r = rows[key]
        cells = [
            name, str(r["n"]), str(r["inside_80"]), str(r["inside_95"]), f"{r['median_error_percent']:+.0f} %",
            f"{r['median_absolute_error_percent']:.0f} %, {r['median_absolute_error_days']:.1f} days",
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def between(text, name):
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"README.md: no part between <!-- {name} --> and <!-- /{name} -->"
    return found


@pytest.mark.parametrize(
    ("name", "made_by"),
    [("flagship table", flagship_table), ("basis table", basis_table), ("score table", score_table)],
)
def test_table_in_the_readme_is_the_models(flagship, name, made_by, request):
    text = README.read_text(encoding="utf-8")
    found, lines = between(text, name), made_by(flagship)
    if request.config.getoption("--update-golden"):
        README.write_text(text[: found.start(1)] + "\n".join(lines) + "\n" + text[found.end(1) :], encoding="utf-8")
        return
    for shown, made in zip(found[1].strip().splitlines(), lines, strict=True):
        if shown == made:
            continue
        # rounding may tip over on another processor: words must agree, figures within a unit of the last digit shown
        assert re.sub(r"[\d.,]+", "#", shown) == re.sub(r"[\d.,]+", "#", made)
        for a, b in zip(re.findall(r"[\d.,]*\d", shown), re.findall(r"[\d.,]*\d", made), strict=True):
            digits = len(a.partition(".")[2])
            assert float(a.replace(",", "")) == pytest.approx(float(b.replace(",", "")), abs=1.01 * 10.0**-digits)


def test_pictures_of_the_readme_are_there():
    text = README.read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert pictures
    for picture in pictures:
        assert (README.parent / picture).is_file()
