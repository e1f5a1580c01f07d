"""Golden tables: what each shipped scenario says, in a few figures. A diff of one in review says which figures moved.

They change only by ``python -m pytest tests/test_golden.py --update-golden``; say in ``CHANGELOG.md`` under "Figures that
moved" which, from what, to what, why. The three scenarios that the README leads with are held as they stand, from the
foot of the Tien Shan and from the steppe; the others from their first origin and without closures to come. Few draws will
do: a golden table is about figures that move, not about precision.
"""

import csv
from functools import cache

import pytest

from corridors import read_scenario, run
from corridors.comparison import comparison_rows
from corridors.scenario_files import list_scenarios

TOLERANCE = 0.02
MAIN = ("both-open", "today", "open-borders")
COLUMNS = ("origin", "destination", "corridor", "feasible", "km", "days_p50", "usd_p50")
SCENARIOS = list(list_scenarios())


@cache
def table(name):
    """Golden table of a scenario as it stands."""
    switches = ["draws=128", "replicates=1", "origins=almaty1,aktobe"]
    if name not in MAIN:
        switches = ["draws=128", "replicates=1", f"origins={read_scenario(name).origins[0]}", "shocks=false"]
    rows = []
    for row in comparison_rows(run(read_scenario(name, switches))):
        figures = ("", "", "")
        if row["feasible"]:
            figures = (f"{row['km']:.0f}", f"{row['hours_p50'] / 24:.1f}", f"{row['usd_p50']:.0f}")
        ends = (row["origin"], row["destination"], row["corridor"], str(row["feasible"]).lower())
        rows.append(dict(zip(COLUMNS, (*ends, *figures), strict=True)))
    return rows


@pytest.fixture
def golden(root):
    return root / "tests" / "golden"


def moved(old, new):
    """What differs between two rows of one way, in words; empty where nothing does."""
    if old["feasible"] != new["feasible"]:
        return [f"feasible {old['feasible']} -> {new['feasible']}"]
    words = []
    for column, step in (("km", 1.0), ("days_p50", 0.1), ("usd_p50", 1.0)):
        before, after = (float(row[column] or 0.0) for row in (old, new))
        if abs(after - before) > max(TOLERANCE * before, step):
            words.append(f"{column} {before:g} -> {after:g}")
    return words


@pytest.mark.parametrize("name", SCENARIOS)
def test_figures_have_not_moved(name, golden, request):
    path = golden / f"{name}.csv"
    new = table(name)
    if request.config.getoption("--update-golden"):
        golden.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(new)
        return
    assert path.is_file(), f"{path.name} is missing: write it with --update-golden"
    with path.open(encoding="utf-8", newline="") as stream:
        old = {(r["origin"], r["destination"], r["corridor"]): r for r in csv.DictReader(stream)}
    found = {(r["origin"], r["destination"], r["corridor"]): r for r in new}
    assert list(found) == list(old), f"{name}: other ways than before; if that is meant, --update-golden"
    told = [f"{' '.join(key)}: {', '.join(words)}" for key in found if (words := moved(old[key], found[key]))]
    assert not told, f"{name}: figures moved; if that is meant, --update-golden and CHANGELOG.md\n" + "\n".join(told)


def test_every_golden_table_is_of_a_shipped_scenario(golden):
    assert {p.stem for p in golden.glob("*.csv")} == set(SCENARIOS)


def test_what_moved_is_told():
    row = {"feasible": "true", "km": "4000", "days_p50": "20.0", "usd_p50": "5000"}
    assert moved(row, row) == []
    assert moved(row, {**row, "km": "4070"}) == []  # within 2 %
    assert moved(row, {**row, "days_p50": "20.6"}) == ["days_p50 20 -> 20.6"]
    assert moved(row, {**row, "feasible": "false"}) == ["feasible true -> false"]
    assert moved({**row, "km": "0"}, {**row, "km": "1"}) == []
