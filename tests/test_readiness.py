"""Ladders of readiness: what is still open before a first train, and when one is credible."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import project

from corridors.readiness import CHAINS, STEPS, Rung, chain, ladder, names_of, read_rungs, record_ends, through
from corridors.state import states_on
from corridors.toml_files import ScenarioError
from geodata.network import DATA, read_network
from geodata.tables import TableError, read_dictionary, read_rows

DAY = dt.date(2026, 11, 25)
LINE = project("line", (1.0, 1.0, 1.0), (2029.0, 2030.0, 2034.0))

PROJECTS = {
    "turgundi-sanobar", "sanobar-herat", "herat-kandahar", "kandahar-spin-boldak", "uap", "kohat-kharlachi",
    "ml1-upgrade", "zahedan-chabahar", "gwadar-mastung", "darbaza-maktaaral", "khaf-herat-4",
}  # fmt: skip


def rung(step, years=None, state="open", as_of=dt.date(2026, 2, 1)):
    return Rung("line", step, state, as_of, years, ("toy",), "")


@pytest.fixture(scope="module")
def rungs():
    return read_rungs()


@pytest.fixture(scope="module")
def network():
    return read_network()


# ---- the ladder, worked by hand


def test_a_rung_that_is_not_done_moves_the_first_train():
    found = ladder(LINE, [rung("treaty", (1.0, 5.0, 9.0))], DAY)
    # 25 November 2026 is 2026.90: + 1 = 2027.9, + 5 = 2031.9, + 9 = 2035.9, each the year it falls in
    assert found.first_train == (2029.0, 2031.0, 2035.0)
    assert found.line == (2029.0, 2030.0, 2034.0)
    assert found.binds == ("treaty",)


def test_years_count_from_the_day_asked():
    bare = project("bare", None, None)
    rows = [rung("yard", (0.05, 0.2, 3.0))]  # from 2026.90: 2026.95, 2027.1, 2029.9
    assert ladder(bare, rows, DAY).first_train == (2026.0, 2027.0, 2029.0)
    assert ladder(bare, rows, dt.date(2026, 2, 1)).first_train == (2026.0, 2026.0, 2029.0)


def test_the_latest_rung_counts_at_each_end_and_the_longest_likely_one_binds():
    rows = [
        rung("treaty", (1.0, 6.0, 7.0)),
        rung("yard", (4.0, 5.0, 12.0)),
        rung("funds", (2.0, 6.0, 8.0)),
        rung("visa", state="done"),
    ]
    found = ladder(LINE, rows, DAY)
    assert found.first_train == (2030.0, 2032.0, 2038.0)
    assert found.binds == ("treaty", "funds")


def test_without_a_dated_rung_the_line_itself_is_the_answer():
    found = ladder(LINE, [rung("treaty", state="done"), rung("gate", state="unknown")], DAY)
    assert (found.first_train, found.binds) == (LINE.opening_year, ())
    assert [r.step for r in found.left("unknown")] == ["gate"]


def test_nothing_that_can_be_dated_gives_no_date():
    assert ladder(project("bare", None, None), [rung("gate", state="unknown")], DAY).first_train is None


triples = st.lists(st.floats(0.0, 30.0), min_size=3, max_size=3).map(sorted).map(tuple)


@given(st.lists(triples, max_size=4), st.dates(dt.date(2026, 2, 1), dt.date(2040, 1, 1)))
def test_a_first_train_is_never_before_the_line_nor_before_the_day_asked_and_more_rungs_never_hasten_it(years, day):
    rows = [rung(step, triple, "partly") for step, triple in zip(STEPS, years, strict=False)]
    found = ladder(LINE, rows, day)
    assert all(a >= b for a, b in zip(found.first_train, LINE.opening_year, strict=True))
    assert not rows or found.first_train[0] >= day.year
    fewer = ladder(LINE, rows[1:], day)
    assert all(a >= b for a, b in zip(found.first_train, fewer.first_train, strict=True))
    assert found.first_train[0] <= found.first_train[1] <= found.first_train[2]


def test_the_record_is_not_read_backwards():
    rows = [rung("treaty", (1.0, 2.0, 3.0), as_of=dt.date(2026, 2, 1))]
    assert ladder(LINE, rows, dt.date(2026, 2, 1)).first_train
    with pytest.raises(TableError, match=r'readiness.csv, project_id "line", step "treaty": reported on 2026-02-01'):
        ladder(LINE, rows, dt.date(2026, 1, 31))


# ---- chains


def test_a_chain_is_ready_with_its_last_part():
    early = ladder(project("early", None, (2027.0, 2028.0, 2045.0)), [], DAY)
    late = ladder(project("late", None, (2031.0, 2033.0, 2040.0)), [], DAY)
    assert chain([early, late]) == ((2031.0, 2033.0, 2045.0), late)
    assert chain([late, early])[1] is late
    undated = ladder(project("undated", None, None), [], DAY)
    assert through([early, undated]) == early.first_train
    assert chain([undated]) == (None, undated)
    with pytest.raises(ScenarioError, match="no rung of undated can be dated"):
        through([undated])


@pytest.mark.parametrize("name", sorted(CHAINS))
def test_the_parts_of_a_chain_lie_end_to_end_on_the_map(name, network):
    places = []
    for part in CHAINS[name]:
        ends = {end for x in network.links.values() if x.project_id == part for end in (x.from_node_id, x.to_node_id)}
        ends |= {e for x in network.crossings.values() if x.project_id == part for e in (x.from_node_id, x.to_node_id)}
        places.append(ends)
    for before, after in pairwise(places):
        assert before & after, name


def test_the_railways_of_the_brief_have_a_name():
    assert names_of("ktap", PROJECTS) == ("turgundi-sanobar", "sanobar-herat", "herat-kandahar", "kandahar-spin-boldak")
    assert names_of("uap", PROJECTS) == ("uap",)
    with pytest.raises(ScenarioError, match=r'no project "uapp".*"?uap"?'):
        names_of("uapp", PROJECTS)


# ---- the table


def test_every_project_of_the_two_railways_has_every_rung_once(rungs):
    assert set(rungs) == PROJECTS
    for name, found in rungs.items():
        assert tuple(r.step for r in found) == STEPS, name


def test_a_rung_has_years_only_where_it_is_not_done_and_marks_them_as_an_assumption(rungs):
    for found in rungs.values():
        for r in found:
            if r.state in ("done", "unknown"):
                assert r.years is None, r
            if r.years is not None:
                assert 0.0 <= r.years[0] <= r.years[1] <= r.years[2], r
                assert "assumption" in r.note, r
            assert r.sources
            assert r.note


def test_every_rung_that_is_not_done_can_be_dated(rungs):
    undated = [
        (r.project_id, r.step)
        for found in rungs.values()
        for r in found
        if r.state in ("open", "partly") and not r.years
    ]
    assert undated == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"state": "done", "years_low": 1.0, "years_best": 2.0, "years_high": 3.0}, "beside state done"),
        ({"state": "open", "years_low": 3.0, "years_best": 2.0, "years_high": 3.0}, "years 3/2/3"),
        ({"state": "open", "years_low": 1.0}, "given in part"),
    ],
)
def test_years_that_make_no_sense_are_refused(row, words, monkeypatch):
    resource = read_dictionary(DATA)["readiness"]
    given = {"project_id": "uap", "step": "treaty", "as_of": "2026-02-01", "source": "toy", "note": "n", **row}
    table = read_rows([given], resource, "readiness.csv")
    monkeypatch.setattr("corridors.readiness.read_package", lambda *_: {"readiness": table})
    with pytest.raises(TableError, match=words):
        read_rungs.__wrapped__()


def test_a_gate_that_nobody_has_confirmed_is_unknown_on_the_ladder_too(rungs, network):
    """Where the closure record says unknown of a project's Afghan-Pakistani gate, the ladder may not say open or done."""
    day = record_ends()
    states = {name: s for s in states_on(network, day) for name in s.object_ids}
    gates = {
        "kandahar-spin-boldak": "road.spin_boldak-chaman",
        "herat-kandahar": "road.spin_boldak-chaman",
        "uap": "road.kharlachi_af-kharlachi",
        "kohat-kharlachi": "road.kharlachi_af-kharlachi",
    }
    for name, crossing in gates.items():
        state = states[crossing].state
        ours = {r.step: r.state for r in rungs[name]}["gate"]
        assert (ours == "unknown") is (state == "unknown"), (name, state, ours)


def test_no_rung_is_reported_after_the_sources_were_read(rungs):
    assert max(r.as_of for found in rungs.values() for r in found) <= record_ends()


def test_no_first_train_comes_before_its_line(rungs, network):
    day = record_ends()
    for name, found in rungs.items():
        item = ladder(network.projects[name], found, day)
        assert item.first_train is not None, name
        if item.line:
            assert all(a >= b for a, b in zip(item.first_train, item.line, strict=True)), name
