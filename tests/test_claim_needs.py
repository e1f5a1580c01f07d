"""What would have to be true for a claim: laws on made-up figures, whole studies and a brute scan as oracles, the words."""

import csv
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from studies import command

from corridors.claim_cards import card
from corridors.claim_figures import Answer, Figure, Input
from corridors.claim_inputs import needs_of, rounded, where
from corridors.claim_questions import Questions
from corridors.claim_verdicts import SCALE, judge, wilson
from corridors.claim_words import need_in_words
from corridors.claims import NEAR, read_claims
from corridors.input_words import input_words
from corridors.observed import DATA, read_trips, shipped
from corridors.scenario import read_scenario
from corridors.study import run
from geodata.tables import TableError
from sim.switching_value import Lever, tried_values

DRAWS = 64


@cache
def claims():
    return {c.name: c for c in read_claims()}


@cache
def answer(name):
    return questions().ask(claims()[name])


@cache
def questions():
    return Questions(DRAWS)


@cache
def needs(name):
    return needs_of(claims()[name], answer(name))


def claimed(name, **changed):
    claim = claims()[name]
    return type(claim)(**{**vars(claim), **changed})


def holds(claim, values):
    return bool(claim.shortfall(np.asarray(np.median(values))) <= 0.0)


# ---- laws, on sums of inputs whose answer is known


RANGES = np.linspace(-1.0, 1.0, 33)


def made_up(weights, widths):
    """Figure that is a weighted sum of inputs with mean 10 and the given half-widths, each drawn over its range."""
    inputs = tuple(
        Input(Lever(f"x{i}", "h", 10.0, 10.0 - w, 10.0 + w), "uniform" if w else "fixed", 10.0)
        for i, w in enumerate(widths)
    )
    drawn = {
        one.lever.name: 10.0 + w * np.roll(RANGES, 7 * i) for i, (one, w) in enumerate(zip(inputs, widths, strict=True))
    }

    def at(values):
        parts = [
            k * np.broadcast_to(values.get(n, x), RANGES.shape)
            for k, (n, x) in zip(weights, drawn.items(), strict=True)
        ]
        return np.sum(parts, axis=0)

    return Figure(inputs, at, at)


sums = st.lists(st.tuples(st.floats(-3, 3), st.floats(0, 8)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(sums, st.floats(-60, 60), st.sampled_from(["at_most", "at_least", "about", "about_at_most", "about_at_least"]))
def test_every_value_named_makes_the_claim_hold_and_none_that_would_is_passed_over(parts, bound, relation):
    figure = made_up(*zip(*parts, strict=True))
    claim = claimed("C01 door", relation=relation, low=bound, high=bound)
    found = needs_of(claim, Answer(figure.at({}), figure=figure))
    if holds(claim, figure.at({})):
        assert found is None
        return
    for need in found.alone:
        assert holds(claim, figure.at({need.input.lever.name: need.value}))
        assert (need.share is not None) == (need.input.lever.low <= need.value <= need.input.lever.high and need.input.lever.low < need.input.lever.high)  # fmt: skip
    for corner in (found.pair, found.together):
        if corner is not None:
            assert corner.enough == holds(claim, figure.at(corner.values))
            spans = {i.lever.name: i.lever for i in figure.inputs}
            assert all(spans[n].low <= v <= spans[n].high for n, v in corner.values.items())
    if relation == "about":
        return
    for one in figure.inputs:  # by brute force over all that is tried
        would = any(holds(claim, figure.at({one.lever.name: x})) for x in np.linspace(*tried_values(one.lever), 41))
        assert not would or one.lever.name in {n.input.lever.name for n in found.alone}


@settings(max_examples=40, deadline=None)
@given(sums.filter(lambda parts: len(parts) > 1), st.floats(0.5, 30))
@example([(1.0, 0.0625), (1.0, 1.75), (2.0, 1.5), (0.875, 5.0)], 10.0)  # the first moves no draw into the middle
def test_the_corner_is_the_best_that_the_ranges_have(parts, short):
    figure = made_up(*zip(*parts, strict=True))
    middle = float(np.median(figure.at({})))
    claim = claimed("C01 door", relation="at_most", low=middle - short, high=middle - short)
    found = needs_of(claim, Answer(figure.at({}), figure=figure))
    best = sum(k * 10.0 - abs(k) * w for k, w in parts)
    if found.together is not None and not found.together.enough:
        assert found.together.reached == pytest.approx(best, abs=1e-6)
        assert best > claim.high
    if found.together is not None and found.together.enough:
        assert best <= claim.high + 1e-9


def test_of_several_of_which_the_latest_counts_none_helps_alone_and_together_they_do():
    inputs = tuple(Input(Lever(name, "year", 2031.0, 2028.0, 2034.0), "triangular", 2031.0) for name in ("a", "b", "c"))

    def latest(values):
        return np.full(9, max([values.get("a", 2031.0), values.get("b", 2031.0)]))  # nothing hangs on c

    claim = claimed("C27 year", low=2029.0, high=2029.0)
    found = needs_of(claim, Answer(latest({}), figure=Figure(inputs, latest, latest)))
    assert found.alone == ()
    corner = found.pair
    assert corner.values.keys() == {"a", "b"}
    assert corner.enough
    assert corner.reached <= 2029.0


@given(st.floats(1e-6, 1e6), st.booleans())
def test_rounding_never_passes_the_value(value, down):
    near = rounded(value, down=down)
    assert near <= value if down else near >= value
    assert near == pytest.approx(value, rel=1.1e-3)


# ---- whole studies as the oracle

OF_WAYS = ("C03 door", "C01 running", "S01 quicker")


def of_a_study(claim, set_to):
    """Median of a claim's figure from a run of the whole scenario, with inputs set as a user would."""
    corridors = ",".join(filter(None, (claim.corridor, claim.baseline)))
    switches = [f"draws={DRAWS}", f"origins={claim.origin}", f"destinations={claim.destination}", f"corridors={corridors}", "shocks=false", "replicates=1"]  # fmt: skip
    for name, value in set_to.items():
        switches += [f"{name}={value}"] if name.startswith("project_length.") else [f"{name}.{f}={value}" for f in ("low", "best", "high")]  # fmt: skip
    ways = run(read_scenario(claim.scenario, switches)).ways
    days = [w.outcome.hours_known / 24.0 for w in ways]
    return float(np.median(days[1] - days[0]))


@pytest.mark.parametrize("name", ["C03 door", "S01 quicker"])
def test_a_value_named_makes_the_claim_hold_in_a_run_of_the_whole_scenario(name):
    claim = claims()[name]
    least = claim.low / (NEAR if claim.relation.startswith("about") else 1.0)
    assert of_a_study(claim, {}) < least
    assert needs(name).alone
    for need in needs(name).alone[:2]:
        reached = of_a_study(claim, {need.input.lever.name: need.value})
        assert reached >= least, need
        assert need.reached == pytest.approx(reached, abs=1e-6)


@pytest.mark.parametrize("name", OF_WAYS)
def test_a_value_named_is_where_a_brute_scan_finds_it(name):
    claim, figure = claims()[name], answer(name).figure
    assert needs(name).alone
    for need in needs(name).alone:
        lever = need.input.lever
        end = need.value + 0.02 * (need.value - lever.mean)
        scan = np.linspace(lever.mean, end, 201)
        met = [x for x in scan.tolist() if holds(claim, figure.at({lever.name: x}))]
        step = abs(scan[1] - scan[0])
        assert met
        assert min(met, key=lambda x: abs(x - lever.mean)) == pytest.approx(need.value, abs=2 * step + 2e-3 * abs(need.value)), need  # fmt: skip


def test_the_best_pair_is_the_best_of_all_pairs_and_together_is_no_worse():
    found, figure = needs("C04 way"), answer("C04 way").figure
    assert found.alone == ()
    ends = [(i.lever.name, x) for i in figure.inputs if i.lever.low < i.lever.high for x in (i.lever.low, i.lever.high)]
    alone = sorted(ends, key=lambda e: float(np.median(figure.at(dict([e])))))[:12]
    brute = min(float(np.median(figure.at(dict([a, b])))) for a in alone for b in alone if a[0] != b[0])
    assert found.pair.reached == pytest.approx(brute, abs=1e-9)
    assert found.together.reached <= found.pair.reached
    assert found.together.enough == (found.together.reached <= NEAR * claims()["C04 way"].high)


def test_where_no_way_is_there_the_lines_that_would_open_one_are_named():
    opened = needs("C15 way").opened
    assert [sorted(w.split(" built")[0] for w in one) for one in opened] == [["Herat-Kandahar", "Kandahar-Spin Boldak with the hop to Chaman yard"]]  # fmt: skip
    whole = [f"projects.open.{p}=true" for p in ("herat-kandahar", "kandahar-spin-boldak")]
    asked = ["draws=16", "origins=almaty1", "destinations=karachi_port", "corridors=turgundi-chaman", "shocks=false"]
    assert run(read_scenario("turgundi-herat-2028", [*asked, *whole])).ways[0].feasible
    assert "Would hold:" in card(judge([claims()["C15 way"]], list(claims().values()), draws=16)[0])


def test_a_railways_year_needs_the_load_or_the_trains_that_division_gives():
    values = {n.input.lever.name: n.value for n in needs("C15 railway").alone}
    assert values["net_tonnes.train.pk"] == pytest.approx(10e6 / 6940, rel=1e-3)
    trains = 10e6 / np.median(answer("C15 railway").values * 1e6 / 6940)
    assert values["recorded_trains.train.pk"] == pytest.approx(trains, rel=1e-3)


def test_only_what_does_not_hold_at_the_median_is_asked_for_its_needs():
    for name in ("C02 by-sea", "C18 phase-one", "C39 speed", "S01 whole-karachi"):
        assert needs(name) is None
    for name in ("C23 capital", "C10 karachi-usd"):  # held by less than half of the draws, yet not refused
        assert needs(name).alone


# ---- words


def test_a_card_gives_value_range_and_place_of_each_input():
    need = next(n for n in needs("C10 karachi-usd").alone if n.share is not None)
    words = need_in_words(need, claims()["C10 karachi-usd"])
    assert words.startswith("road rate, Pakistan, southbound: ")
    assert f" USD/t-km (inside our range {need.input.lever.low:.4g}-{need.input.lever.high:.4g} USD/t-km, " in words
    assert words.endswith("% of which lies lower; usd.haul.road.pk.southbound)")
    outside = next(n for n in needs("C03 door").alone if n.share is None and not n.below)
    assert "or more (outside our range" in need_in_words(outside, claims()["C03 door"])
    assert where(outside.input, outside.value) == (None, outside.beyond)


def test_every_input_has_words():
    for row in shipped()[1].rows:
        assert input_words(row.parameter_id) not in ("", row.parameter_id), row.parameter_id
    for name in ("C17 year", "C15 railway", "C24 company", "C45 length"):
        for one in answer(name).figure.inputs:
            assert input_words(one.lever.name)


# ---- sampling error


@given(st.integers(1, 5000), st.data())
def test_the_interval_of_the_odds_is_wilsons(n, data):
    k = data.draw(st.integers(0, n))
    low, high = wilson(k / n, n)
    told = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((told.low, told.high), abs=1e-9)
    assert low <= k / n <= high


NEAR_A_BOUND = ("C45 length", "C46 length", "C03 door", "C10 karachi-days", "S01 quicker", "C04 way", "C25 length")


def test_a_verdict_that_another_seed_would_turn_says_so():
    names = [name for _, name in SCALE]
    turned = 0
    asked = [claims()[name] for name in NEAR_A_BOUND]
    seeds = [judge(asked, asked, draws=512, seed=seed, needs=False) for seed in (1, 2, 3, 4)]
    for verdicts in zip(*seeds, strict=True):
        for one in verdicts:
            for other in verdicts:
                if one.verdict != other.verdict:
                    turned += 1
                    assert other.verdict in one.near or one.verdict in other.near, (one.claim.name, one.p, other.p)
            if one.near:
                first, second = sorted((one.verdict, one.near[0]), key=names.index, reverse=True)
                assert one.in_words.startswith(f"{one.verdict}, within sampling error of the bound")
                assert f"between {first} and {second}" in one.in_words
            else:
                assert one.in_words == one.verdict
    assert turned


# ---- own tables


def test_own_claims_and_trips_may_come_as_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")

    def workbook(table, rows):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = table
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([text or None for text in row.values()])
        path = tmp_path / f"mine-{table}.xlsx"
        book.save(path)
        return path

    for table, read in (("claims", read_claims), ("observed_trips", read_trips)):
        with (DATA / f"{table}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[:3]
        mine = read(workbook(table, rows))
        assert mine == read()[:3]
    path = workbook("claims", rows)  # trips on the sheet of claims
    with pytest.raises(TableError, match="claim_id"):
        read_claims(path)
    said = command("claims", "--rows", tmp_path / "nowhere.xlsx")
    assert said.code == 2
    assert "no such file" in said.err
