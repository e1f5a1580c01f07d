"""Claims: laws of the table and of the scale, the questions against studies and sums by hand, the inputs that would have to be true."""

import csv
import json
import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from studies import command

from corridors.catalogue import read_catalogue
from corridors.citations import source_rows
from corridors.claim_cards import card, cards, verdict_rows
from corridors.claim_questions import Questions
from corridors.claim_verdicts import OTHER, SCALE, UNTESTED, VERDICTS, judge, scale
from corridors.claim_words import figure, readings_in_words
from corridors.claims import NEAR, find_claims, read_claims
from corridors.claims_chart import plot_claims
from corridors.observed import DATA
from corridors.paper_parts import Footnotes
from corridors.readiness import chain, ladder, read_rungs, record_ends
from corridors.report_claims import claims_part
from corridors.scenario import read_scenario
from corridors.study import run
from corridors.toml_files import ScenarioError
from geodata.network import read_network
from geodata.tables import TableError

DRAWS = 64


@cache
def claims():
    return read_claims()


@cache
def judged():
    return {v.claim.name: v for v in judge(claims(), claims(), draws=DRAWS, needs=False)}


def with_needs(name):
    claim = next(c for c in claims() if c.name == name)
    return judge([claim], claims(), draws=DRAWS)[0]


def rows_of_the_table():
    with (DATA / "claims.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# The table


def test_every_claim_of_the_facts_is_there(shared_file):
    with shared_file("facts/policy/claims.csv").open(encoding="utf-8") as file:
        listed = {row["id"] for row in csv.DictReader(file)}
    assert listed <= {c.claim_id for c in claims()}


BAD = {
    "both": ({"why_not": "no"}, "both filled"),
    "order": ({"low": "9"}, "low <= high"),
    "unit": ({"unit": "km"}, "days in km; allowed: day"),
    "corridor": ({"corridor": "uap-ml9"}, 'corridor is "uap-ml9".*uap-ml'),
    "scenario": ({"scenario": "uap-opened"}, "uap-open"),
    "span": ({"span": ""}, "span is empty"),
    "switches": ({"switches": "consignment.load_unit=crate"}, "load_unit"),
    "itself": ({"measure": "days_saved", "baseline": "uap-ml2"}, "compared with itself"),
    "relation": ({"relation": ""}, "nothing to compare"),
    "rival": ({"rivals": "delivery.road.6"}, 'rivals names "delivery.road.6"'),
    "evidence": ({"evidence_ids": "no.such"}, 'evidence_ids names "no.such"'),
    "source": ({"source": "no-such"}, 'source names "no-such"'),
}


@pytest.mark.parametrize("name", BAD)
def test_a_claim_that_cannot_be_meant_is_refused(tmp_path, name):
    change, words = BAD[name]
    first = rows_of_the_table()[0] | change
    path = tmp_path / "claims.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
    with pytest.raises(TableError, match=words):
        read_claims(path)


def test_an_unknown_claim_names_the_nearest():
    with pytest.raises(ScenarioError, match="no claim is called"):
        find_claims("C99", claims())
    assert {c.claim_id for c in find_claims("c01", claims())} == {"C01"}


# The scale


@given(st.floats(0, 1), st.floats(0, 1))
def test_better_odds_never_make_a_worse_verdict(p, q):
    order = [name for _, name in SCALE]
    assert order.index(scale(max(p, q))) <= order.index(scale(min(p, q)))


def test_the_bounds_of_the_scale_belong_to_the_better_verdict():
    assert [scale(p) for p in (1.0, 2 / 3, 0.1, 0.01, 0.0099)] == ["supported", "supported", "plausible", "unlikely", "contradicted by the inputs"]  # fmt: skip


def with_relation(relation, low, high):
    claim = next(c for c in claims() if c.name == "C01 door")
    return type(claim)(**{**vars(claim), "relation": relation, "low": low, "high": high})


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=30), st.floats(0.5, 50), st.floats(0, 50))
def test_holding_is_what_the_relation_says(values, low, width):
    x = np.array(values)
    assert with_relation("at_most", low, low + width).holds(x).tolist() == [v <= low + width for v in values]
    assert with_relation("at_least", low, low + width).holds(x).tolist() == [v >= low for v in values]
    about = with_relation("about", low, low + width).holds(x)
    assert about.tolist() == [low / NEAR <= v <= (low + width) * NEAR for v in values]
    assert with_relation("about_at_most", low, low + width).holds(x).tolist() == [
        v <= (low + width) * NEAR for v in values
    ]
    assert with_relation("about_at_least", low, low + width).holds(x).tolist() == [v >= low / NEAR for v in values]


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=30),
    st.floats(-90, 90),
    st.sampled_from(["at_most", "at_least"]),
)
def test_about_is_never_harder_than_the_bound_itself(values, bound, relation):
    x = np.array(values)
    strict, about = (with_relation(name, bound, bound).holds(x) for name in (relation, f"about_{relation}"))
    assert (about >= strict).all()
    assert with_relation(f"about_{relation}", bound, bound).printed().startswith("about ")


def test_the_scale_does_not_look_at_who_speaks():
    # the same row with another speaker and source comes out the same
    claim = next(c for c in claims() if c.name == "C24 ambassador")
    other = type(claim)(**{**vars(claim), "who": "somebody else", "source": ("own-reading",)})
    one, two = judge([claim, other], claims(), draws=DRAWS)
    assert (one.verdict, one.p) == (two.verdict, two.p)
    assert card(one).splitlines()[0] == card(two).splitlines()[0]


# The questions


def test_days_of_a_corridor_are_those_of_a_study_without_shocks():
    verdict = judged()["C01 door"]
    switches = [f"draws={DRAWS}", "origins=tashkent", "destinations=karachi_port", "corridors=uap-ml2,kabul-road", "shocks=false", "replicates=1"]  # fmt: skip
    study = run(read_scenario("uap-open", switches))
    rail, road = (w.outcome for w in study.ways)
    assert verdict.answer.values == pytest.approx(rail.hours_known / 24.0, rel=1e-9)
    saved, changed = judged()["C03 door"], judged()["C06 door"]
    assert saved.answer.values == pytest.approx((road.hours_known - rail.hours_known) / 24.0, rel=1e-6, abs=1e-9)
    assert changed.answer.values == pytest.approx(100.0 * (rail.usd_known / road.usd_known - 1.0), rel=1e-6, abs=1e-9)


def test_the_kinder_readings_are_kinder():
    running, lahore, way, door = (
        judged()[f"C01 {name}"].answer.values for name in ("running", "to-lahore", "way", "door")
    )
    assert (running < lahore).all()
    assert (lahore <= way).all()
    assert (way < door).all()
    sea, trucks, rail = (judged()[f"C03 {name}"].interval[1] for name in ("by-sea", "trucks", "door"))
    assert trucks < rail < sea
    assert judged()["C06 wagon"].interval[1] < judged()["C06 trucks"].interval[1] < judged()["C06 door"].interval[1]


def test_a_reading_with_another_load_is_that_of_a_study_with_it():
    claim = next(c for c in claims() if c.name == "C08 wagon")
    switches = [f"draws={DRAWS}", "origins=tashkent", "destinations=karachi_port", "corridors=uap-ml2,all-road", "shocks=false", "replicates=1"]  # fmt: skip
    study = run(read_scenario("uap-open", [*switches, *claim.switches]))
    rail, road = (w.outcome.usd_known for w in study.ways)
    assert judged()["C08 wagon"].answer.values == pytest.approx(100.0 * (rail / road - 1.0), rel=1e-6, abs=1e-9)


def test_a_figure_asked_again_with_nothing_set_is_the_same_to_the_bit():
    for name in ("C01 way", "C06 wagon", "C10 karachi-days", "C23 capital", "C27 year"):
        answer = judged()[name].answer
        assert answer.figure.at({}).tolist() == answer.values.tolist(), name
        assert answer.figure.anew({}).tolist() == answer.values.tolist(), name


def test_a_length_is_the_sum_of_what_the_rows_give():
    values = judged()["C25 length"].answer.values
    projects = read_network().projects
    parts = [
        projects[p].length_km for p in ("turgundi-sanobar", "sanobar-herat", "herat-kandahar", "kandahar-spin-boldak")
    ]
    low, high = sum(p[0] for p in parts), sum(p[2] for p in parts)
    assert (values >= low).all()
    assert (values <= high).all()
    assert values.mean() == pytest.approx(sum(sum(p) / 3 for p in parts), rel=0.02)


def test_a_first_train_is_the_ladders():
    low, best, high = chain(
        [ladder(read_network().projects["sanobar-herat"], read_rungs()["sanobar-herat"], record_ends())]
    )[0]
    values = judged()["C27 year"].answer.values
    assert low <= values.min()
    assert values.max() <= high
    assert values.mean() == pytest.approx((low + best + high) / 3, abs=0.15)
    assert (values == np.rint(values)).all()  # years are whole, as they are printed


def test_the_railway_behind_is_its_trains_times_their_load():
    # 6,940 trains of 800 to 1,600 t: 5.55 to 11.1 Mt; 811 t make 5.6
    values = judged()["C15 railway"].answer.values
    assert values.min() >= 6940 * 800 / 1e6
    assert values.max() <= 6940 * 1600 / 1e6
    assert judged()["C18 phase-one"].p == 1.0


# Examples that must come out


def test_the_claims_of_days_contradict_each_other_and_both_are_told():
    thirty, five = judged()["C01 saved"], judged()["C03 door"]
    assert "C03" in {c.claim_id for c in thirty.against}
    assert "C01" in {c.claim_id for c in five.against}
    assert thirty.verdict == "contradicted by the inputs"
    assert thirty.p < five.p


def test_the_claims_of_cost_contradict_each_other():
    assert {c.claim_id for c in judged()["C06 door"].against} == {"C07", "C08"}
    assert {c.claim_id for c in judged()["C07 door"].against} == {"C06", "C08"}


def test_the_two_lengths_of_the_eastern_line_have_other_ends_and_agree():
    one, other = judged()["C45 length"], judged()["C46 length"]
    assert not {c.claim_id for c in one.against} & {"C46"}
    assert not {c.claim_id for c in other.against} & {"C45"}
    assert one.circular  # our best is this very figure
    assert not other.circular


def test_turgundi_herat_alone_reaches_no_port_by_rail_and_says_what_is_missing():
    for name in ("S01 rail-karachi", "S01 rail-gwadar", "C15 way"):
        verdict = judged()[name]
        assert verdict.p == 0.0
        assert "Herat-Kandahar" in verdict.answer.reason
    assert judged()["S01 truck-karachi"].p == 1.0


def test_two_prices_of_one_line_cannot_both_be_right():
    assert "C24" in {c.claim_id for c in judged()["C24 company"].against}
    assert judged()["C24 company"].verdict == "contradicted by the inputs"
    assert judged()["C24 ambassador"].others[0].evidence_id == "capital.ktap.0.5"


def test_what_is_not_tested_says_why_or_what_it_contradicts():
    for verdict in judged().values():
        assert verdict.verdict in VERDICTS
        if verdict.p is None:
            assert verdict.answer.reason
            assert (verdict.verdict == OTHER) == bool(verdict.others or verdict.against)
            assert verdict.verdict in (OTHER, UNTESTED)
    assert judged()["C40 before-60"].verdict == OTHER
    assert judged()["C21 base"].verdict == OTHER


# Cards, table, chart, command


def test_a_card_has_the_claim_the_range_the_odds_the_verdict_and_both_sides():
    text = card(with_needs("C01 way"))
    for part in ("CONTRADICTED BY THE INPUTS", "Claim:", "Said by:", "Tashkent to Karachi Port", "1 FEU of 20 t", "P10", "P90", "Holds:", "Would hold:", "But:", "Sources of the claim:", "tass.com", "Sources on the other side:", "news.ru", "practitioner-review-2026"):  # fmt: skip
        assert part in text, part


def test_every_card_is_made_of_the_same_words():
    labels = {re.match(r"  (\w[\w ]*:)", line).group(1) for v in judged().values() for line in card(v).splitlines()[1:] if re.match(r"  \w[\w ]*:", line)}  # fmt: skip
    assert labels <= {"Claim:", "Said by:", "Reading:", "Question:", "Model:", "Rests on:", "Most of it:", "Holds:", "Factor:", "Beware:", "Would hold:", "But:", "Sources of the claim:", "Sources on the other side:"}  # fmt: skip
    with pytest.raises(KeyError):
        read_catalogue()["nowhere"]


def test_how_readings_differ_is_made_from_their_verdicts():
    def said(*ids):
        return readings_in_words([v for v in judged().values() if v.claim.claim_id in ids])

    assert said("C04") == ["C04, days Pakistan-Uzbekistan by the railway, about 10 days or less: contradicted by the inputs in all 2 readings."]  # fmt: skip
    (of_days,) = said("C03")
    assert of_days.endswith("from contradicted by the inputs to supported (read as by-sea).")
    assert said("C28") == []  # four figures of four speakers, not four readings
    assert "C04, days Pakistan-Uzbekistan" in cards([v for v in judged().values() if v.claim.claim_id == "C04"])


def test_figures_are_rounded_alike():
    assert figure(-0.0756, "day") == "−0.0756 days"
    assert figure(6.6543, "USD bn") == "6.65 USD bn"


def test_the_chart_bears_every_tested_reading():
    verdicts = list(judged().values())
    chart = plot_claims(verdicts)
    tested = [v for v in verdicts if v.p is not None]
    assert sum(text.get_gid() == "verdict" for text in chart.texts) == len(tested)
    assert sum(line.get_gid() == "claim" for ax in chart.axes for line in ax.lines) == sum(v.claim.measure in ("days", "days_ratio", "input", "railway_mt", "trip") for v in tested)  # fmt: skip


def test_the_report_has_every_tested_reading_with_its_sources():
    notes = Footnotes((), source_rows())
    html = str(claims_part(list(judged().values()), notes))
    assert html.count("<tr>") == 1 + sum(v.p is not None for v in judged().values())
    assert "tass-economy-1992107" in notes.numbers
    assert f'href="#source-{notes.numbers["tass-economy-1992107"]}"' in html
    assert str(claims_part([], notes)) == ""


def test_the_command_prints_cards_and_writes_the_table(tmp_path):
    said = command("claims", "--id", "C25", "--draws", "64", "--out", tmp_path / "c.csv", "--json")
    assert said.code == 0, said.err
    (record,) = json.loads(said.out)["claims"]
    with (tmp_path / "c.csv").open(encoding="utf-8") as file:
        (written,) = csv.DictReader(file)
    assert float(written["model_p50"]) == record["model_p50"]
    assert written["verdict"] == record["verdict"]
    assert (tmp_path / "c.png").is_file()
    said = command("claims", "--id", "C25", "--draws", "256").out
    assert "UNLIKELY" in said
    assert "length of Herat-Kandahar: " in said
    wrong = command("claims", "--id", "C77")
    assert wrong.code == 2
    assert len(verdict_rows(list(judged().values()))) == len(claims())


def test_answers_are_the_same_bits_in_any_order():
    names = ["C25 length", "C03 door", "C10 karachi-days"]
    chosen = [c for c in claims() if c.name in names]
    one, other = Questions(DRAWS), Questions(DRAWS)
    forward = {c.name: one.ask(c).values.tolist() for c in chosen}
    backward = {c.name: other.ask(c).values.tolist() for c in chosen[::-1]}
    assert forward == backward
