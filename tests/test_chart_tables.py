"""Charts read back: what stands on a picture is what stands in its table, and both are the model's own figures."""

import csv
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from studies import ONE_PAIR, command, study, study_with_chance

from corridors.captions import pair_of
from corridors.charts import IN_RUN, KINDS, plot_arrival, plot_days, write_chart
from corridors.comparison import comparison_rows
from corridors.day_charts import arrival_words, days_of
from corridors.odds_chart import odds_matrix, percent

FIVE = "turgundi-chaman,uap-ml2,west-road,iran-road,bandar-abbas"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def carried():
    return study_with_chance("destinations=karachi_port", "deadline_days=30", "draws=96", f"corridors={FIVE}")


@pytest.fixture(scope="module")
def folder(carried, tmp_path_factory):
    """Every kind of chart as SVG, with its table."""
    where = tmp_path_factory.mktemp("charts")
    for kind in KINDS:
        picture, table = write_chart(carried, kind, where / f"{kind}.svg")
        assert (picture.name, table.name) == (f"{kind}.svg", f"{kind}.csv")
    return where


def rows(folder, kind):
    with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def able(carried):
    return {way.corridor: way.outcome for way in carried.ways if way.outcome is not None}


def drawn(folder, kind):
    return ET.parse(folder / f"{kind}.svg")  # noqa: S314 - a file that we have just written


def texts(folder, kind, gid):
    """Words of the texts of one gid, in the order drawn."""
    tree = drawn(folder, kind)
    groups = [g for g in tree.iter(f"{SVG}g") if g.get("id") == gid]
    return ["".join(t.itertext()).strip() for g in groups for t in g.iter(f"{SVG}text")]


def path_of(folder, kind, gid):
    """Points of the first line of a gid, in SVG units."""
    tree = drawn(folder, kind)
    group = next(g for g in tree.iter(f"{SVG}g") if g.get("id") == gid)
    d = next(group.iter(f"{SVG}path")).get("d")
    return np.array([[float(v) for v in pair] for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", d)])


# ---- tables against the model


def test_ranking_is_that_of_the_comparison(carried, folder):
    model = {row["corridor"]: row for row in comparison_rows(carried) if row["feasible"]}
    for row in rows(folder, "ranking"):
        for level in (10, 50, 90):
            assert float(row[f"days_p{level}"]) == pytest.approx(
                model[row["corridor"]][f"hours_p{level}"] / 24.0, rel=1e-9
            )
            assert float(row[f"usd_per_FEU_p{level}"]) == pytest.approx(
                model[row["corridor"]][f"usd_p{level}"], rel=1e-9
            )


@pytest.mark.parametrize("kind", ["costs", "countries"])
def test_parts_of_the_costs_add_up_to_the_mean(carried, folder, kind):
    sums: dict[str, float] = {}
    for row in rows(folder, kind):
        sums[row["corridor"]] = sums.get(row["corridor"], 0.0) + float(row["usd_per_FEU_mean"])
    for corridor, outcome in able(carried).items():
        assert sums[corridor] == pytest.approx(np.nanmean(outcome.usd), rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "measure", "factor"), [("profile-hours", "hours", 1 / 24), ("profile-usd", "usd", 1.0)]
)
def test_profile_table_ends_at_the_mean_and_never_falls(carried, folder, kind, measure, factor):
    table = rows(folder, kind)
    for corridor, outcome in able(carried).items():
        found = [row for row in table if row["corridor"] == corridor]
        assert float(found[-1]["mean"]) == pytest.approx(np.nanmean(getattr(outcome, measure)) * factor, rel=1e-9)
        assert np.all(np.diff([float(row["km"]) for row in found]) >= -1e-9)
        if measure == "hours":  # but for the way round, which may be quicker than the plan
            assert np.all(np.diff([float(row["mean"]) for row in found[:-1]]) >= -1e-9)


def test_days_table_holds_the_quantiles_of_the_draws(carried, folder):
    for row in rows(folder, "days"):
        days = able(carried)[row["corridor"]].hours / 24.0
        for level in (1, 50, 90, 99):
            assert float(row[f"days_p{level}"]) == pytest.approx(np.nanquantile(days, level / 100), rel=1e-9)


def test_arrival_table_counts_the_trips(carried, folder):
    for row in rows(folder, "arrival")[::7]:
        hours = able(carried)[row["corridor"]].hours
        counted = sum(1 for h in hours if h <= float(row["days"]) * 24.0 + 1e-6)
        assert float(row["share_delivered"]) == pytest.approx(counted / len(hours), abs=1.01 / len(hours))


def test_odds_table_is_the_matrix_counted_draw_by_draw(carried, folder):
    outcomes = able(carried)
    for row in rows(folder, "odds")[::5]:
        a, b = outcomes[row["corridor"]].hours, outcomes[row["than"]].hours
        counted = sum((x < y) + 0.5 * (x == y) for x, y in zip(a, b, strict=True)) / len(a)
        assert float(row["p_quicker"]) == pytest.approx(counted)


# ---- pictures against their tables


def test_cells_of_the_odds_matrix_are_those_of_the_table(folder):
    table = rows(folder, "odds")
    count = len({row["corridor"] for row in table})
    cells = texts(folder, "odds", "cell")
    assert len(cells) == 2 * count * (count - 1)
    said = sorted(percent(float(row["p_quicker"])) for row in table)
    assert sorted(cells[: count * (count - 1)]) == said
    assert sorted(cells[count * (count - 1) :]) == sorted(percent(float(row["p_cheaper"])) for row in table)


def test_curves_of_arrival_are_those_of_the_table(folder):
    table = rows(folder, "arrival")
    for corridor in {row["corridor"] for row in table}:
        line = path_of(folder, "arrival", f"arrival-{corridor}")
        found = [row for row in table if row["corridor"] == corridor]
        days, share = (np.array([float(row[name]) for row in found]) for name in ("days", "share_delivered"))
        x = np.interp(days, (days[0], days[-1]), (line[0, 0], line[-1, 0]))
        drawn = np.interp(x, line[:, 0], line[:, 1])  # SVG runs down
        scale = (drawn[0] - drawn[-1]) / (share[-1] - share[0])
        assert drawn == pytest.approx(drawn[0] - (share - share[0]) * scale, abs=0.6)


def test_uprights_of_the_days_stand_at_the_quantiles(folder):
    table = sorted(rows(folder, "days"), key=lambda row: float(row["days_p50"]))
    tree = drawn(folder, "days")
    at = {}
    for level in (10, 50, 90):
        groups = [g for g in tree.iter(f"{SVG}g") if g.get("id") == f"p{level}"]
        paths = [next(g.iter(f"{SVG}path")).get("d") for g in groups]
        at[level] = [float(re.search(r"M (-?[\d.]+)", d).group(1)) for d in paths]
    days = [float(row[f"days_p{level}"]) for level in (10, 50, 90) for row in table]
    x = [v for level in (10, 50, 90) for v in at[level]]
    slope, start = np.polyfit(days, x, 1)
    assert np.array(x) == pytest.approx(start + slope * np.array(days), abs=0.05)


def test_parts_of_the_cost_bars_are_as_long_as_the_table_says(folder):
    table = rows(folder, "countries")
    tree = drawn(folder, "countries")
    wide = {}
    for part in {row["country"] for row in table}:
        widths = []
        for g in (g for g in tree.iter(f"{SVG}g") if g.get("id") == f"part-{part}"):
            xs = [float(x) for x, _ in re.findall(r"(-?[\d.]+) (-?[\d.]+)", next(g.iter(f"{SVG}path")).get("d"))]
            widths.append(max(xs) - min(xs))
        wide[part] = sorted(w for w in widths if w > 0.01)
    values = {p: sorted(abs(float(r["usd_per_FEU_mean"])) for r in table if r["country"] == p) for p in wide}
    scale = wide["PK"][-1] / values["PK"][-1]
    for part, lengths in wide.items():
        assert lengths == pytest.approx([v * scale for v in values[part] if v * scale > 0.01], rel=0.01, abs=0.05)


def test_the_deadline_stands_on_the_pictures_and_in_the_words(carried):
    pair = pair_of(carried, None, None, None)
    for figure in (plot_days(carried), plot_arrival(carried)):
        assert "deadline, 30 days" in [t.get_text() for t in figure.texts]
    for i, way in enumerate(pair.ways):
        share = np.mean(way.outcome.hours <= 30 * 24)
        assert arrival_words(pair, i, 30.0) == f"{100 * share:.0f} % within 30 days"
    assert np.median(days_of(pair)[0]) == pytest.approx(np.median(pair.ways[0].outcome.hours) / 24.0)
    with pytest.raises(ValueError, match="deadline: found -3; allowed"):
        plot_days(carried, deadline=-3)


# ---- odds


@given(
    st.integers(2, 5).flatmap(
        lambda n: hnp.arrays(np.float64, (n, 12), elements=st.one_of(st.integers(1, 6).map(float), st.just(np.nan)))
    )
)
def test_odds_of_two_ways_add_up_to_the_share_of_draws_in_which_one_arrives(totals):
    odds = odds_matrix(list(totals))
    for r, row in enumerate(totals):
        for c, column in enumerate(totals):
            if r != c:
                lost = np.mean(np.isnan(row) & np.isnan(column))
                assert odds[r, c] + odds[c, r] == pytest.approx(1.0 - lost)
    assert np.isnan(np.diag(odds)).all()


def test_a_trip_that_is_not_delivered_loses():
    odds = odds_matrix([np.array([np.nan, 5.0]), np.array([9.0, np.nan])])
    assert odds[0, 1] == odds[1, 0] == 0.5


# ---- files


def test_every_chart_of_a_run_is_one_that_there_is():
    assert set(IN_RUN) < set(KINDS)
    assert len(set(IN_RUN.values())) == len(IN_RUN)


def test_a_chart_without_any_way_has_a_picture_and_no_table(tmp_path):
    carried = study("today", *ONE_PAIR, "corridors=turgundi-chaman")
    assert [path.name for path in write_chart(carried, "days", tmp_path / "days.svg")] == ["days.svg"]


def test_the_command_draws_and_refuses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quick = ("--set", "draws=16", "--set", "shocks=false", "--set", "departures=month", "--set", "replicates=1")
    said = command("chart", "odds", "both-open", *quick, "--out", "odds.pdf")
    assert said.code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"odds.pdf", "odds.csv"}
    for words, message in (
        (("chart", "ods", "both-open", "--out", "a.png"), 'chart "ods" is not in this study; allowed profile-hours'),
        (("chart", "odds", "both-open", "--out", "a.gif"), "allowed a file ending in .png, .svg, .pdf"),
        (("chart", "odds", "both-open", "--out", "none/a.png"), "there is no folder none"),
    ):
        said = command(*words)
        assert said.code == 2
        assert message in said.err
        assert said.err.count("\n") == 1
    assert command("chart", "days", "today", *quick, "--corridor", "turgundi-chaman", "--set",
                   "corridors=turgundi-chaman", "--out", "d.png").code == 3  # fmt: skip
