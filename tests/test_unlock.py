"""What would open a way on the shipped network: known answers, each set verified by a study of its own, and the command."""

import json
from functools import cache
from unittest import mock

import pytest
from studies import PLAIN, command, study, way_of

from corridors import read_scenario
from corridors.catalogue import Corridor, Stage, read_catalogue
from corridors.printing_unlock import FIGURES, figures_of, unlock_lines, unlock_rows
from corridors.study import set_up
from corridors.unlock import ANY_WAY, Unlocker, names_of
from sim.parameters import MatchError
from sim.routing import least_cost
from sim.simulation import Draws
from sim.unfolding import unfold

ALMATY, KARACHI = "almaty1", "karachi_port"
TURGUNDI_HERAT = ["project:sanobar-herat", "project:turgundi-sanobar"]
TODAY = {
    "turgundi-chaman": [
        ["closure:chaman-rail-2025-10", "project:herat-kandahar", "project:kandahar-spin-boldak", *TURGUNDI_HERAT]
    ],
    "uap-ml1": [["closure:kharlachi-rail-2025-10", "project:kohat-kharlachi", "project:uap"]],
    "uap-ml2": [["closure:kharlachi-rail-2025-10", "project:kohat-kharlachi", "project:uap"]],
    "turgundi-herat": [["closure:chaman-2025-10c", *TURGUNDI_HERAT]],
    "west-road": [["closure:chaman-2025-10c"]],
    "kabul-road": [["closure:salang-trailer-2026", "closure:torkham-2025-10"]],
    "all-road": [["closure:salang-trailer-2026", "closure:torkham-2025-10"]],
}
"""Sets of today from Almaty to Karachi, read off closures.csv and projects.csv by hand: the gate and what is not built."""


@cache
def unlocker(name="today", *switches, by="gate"):
    asked = read_scenario(name, [f"origins={ALMATY}", f"destinations={KARACHI}", "draws=64", *PLAIN, *switches])
    search, _ = set_up(asked, read_catalogue())
    return Unlocker(search, Draws(search.parameters, search.lengths, 64, 1), by=by)


@cache
def with_set(names):
    return unlocker().barriers.with_set(names)


def has_way(search, corridor):
    """Whether the search of a study finds a way, without asking why there is none."""
    pin = unlocker().pin(corridor, ALMATY, KARACHI)
    return least_cost(search.graph, ALMATY, [KARACHI], pin)[KARACHI] is not None


def answer(corridor, name="today", *switches, to=KARACHI, by="gate"):
    if isinstance(corridor, str):
        return answer_of_catalogue(corridor, name, *switches, to=to, by=by)
    return unlocker(name, *switches, by=by).unlock(corridor, ALMATY, to)


@cache
def answer_of_catalogue(corridor, name, *switches, to, by):
    return unlocker(name, *switches, by=by).unlock(read_catalogue()[corridor], ALMATY, to)


def made(*stages, avoid=()):
    return Corridor(corridor_id="made", name="made", why="made", stages=stages, avoid=avoid)


RAIL_ONLY = made(Stage(modes=("rail",), countries=("KZ", "UZ", "TM", "AF", "PK")))
NO_DETOUR = made(Stage(modes=("rail", "road"), countries=("KZ", "UZ", "TM", "AF", "PK")))


@pytest.mark.parametrize("corridor", TODAY)
def test_known_answers_of_today(corridor):
    assert [names_of(s) for s in answer(corridor).sets] == TODAY[corridor]


def switches_of(opened):
    """The same set as a user would set it."""
    for name in names_of(opened):
        kind, _, what = name.partition(":")
        if kind == "project":
            yield f"projects.open.{what}=true"


@pytest.mark.parametrize("corridor", ["turgundi-herat", "kabul-road", "uap-ml1"])
def test_figures_are_those_of_a_study_with_the_same_switches(corridor):
    # the event opens more gates than the set, so the study may find no worse a way; in these corridors it is the same one
    (opened,) = answer(corridor).sets
    events = ["assume.afpk-2025-10=open"]
    events += ["assume.salang-trailer-2026=open"] if corridor == "kabul-road" else []
    carried = study(
        "today",
        f"origins={ALMATY}",
        f"destinations={KARACHI}",
        f"corridors={corridor}",
        "draws=64",
        *switches_of(opened),
        *events,
    )
    way = way_of(carried, corridor)
    assert way.itinerary.nodes == opened.way.itinerary.nodes
    assert way.outcome.hours.tolist() == opened.way.outcome.hours.tolist()
    assert way.outcome.usd.tolist() == opened.way.outcome.usd.tolist()


def test_every_set_opens_and_none_of_its_members_can_be_left_out():
    for corridor, name in ((NO_DETOUR, "made"), *((read_catalogue()[c], c) for c in ("turgundi-herat", "kabul-road"))):
        sets = answer(corridor).sets
        assert sets, name
        for opened in sets:
            assert opened.way.feasible
            for leave in names_of(opened):
                rest = frozenset(names_of(opened)) - {leave}
                assert not has_way(with_set(rest), corridor), (name, rest)
        assert not any(set(names_of(a)) < set(names_of(b)) for a in sets for b in sets)


def test_sets_stand_by_size_then_by_generalized_cost_and_rivals_are_all_there():
    sets = answer(NO_DETOUR).sets
    assert [(len(s.switches), s.generalized_usd) for s in sets] == sorted(
        (len(s.switches), s.generalized_usd) for s in sets
    )
    single = {names_of(s)[0] for s in sets if len(s.switches) == 1}
    assert single == {
        f"closure:{gate}" for gate in ("chaman-2025-10c", "torkham-2025-10", "kharlachi-2025-10", "ghulam-khan-2025-10", "angoor-adda-2025-10")
    }  # fmt: skip


def test_more_opened_never_costs_more():
    names = ["closure:chaman-2025-10c", "closure:torkham-2025-10", "project:uap", "closure:kharlachi-rail-2025-10"]
    costs = []
    for n in range(1, len(names) + 1):
        search = with_set(frozenset(names[:n]))
        plan = search.find(NO_DETOUR, ALMATY, KARACHI).plan
        costs.append(search.weight([a for a in plan.itinerary.activities if a.reason != "opening"]))
    assert costs == sorted(costs, reverse=True)


def test_a_way_that_is_open_needs_nothing():
    for corridor in (ANY_WAY, "iran-road"):
        found = answer(corridor)
        assert found.now is not None
        assert found.sets == ()
        assert "nothing need be unlocked" in "\n".join(unlock_lines([found]))


def test_a_better_way_is_found_if_asked_for():
    found = unlocker().unlock(ANY_WAY, ALMATY, KARACHI, better=True)
    assert found.sets
    assert all(s.generalized_usd < found.now.generalized_usd for s in found.sets)
    assert ["closure:ghulam-khan-2025-10"] in [names_of(s) for s in found.sets]
    # Chaman alone saves nothing against the road through Iran; with trucks that drive through it does
    assert ["closure:chaman-2025-10c", "exchange:road.spin_boldak-chaman"] in [names_of(s) for s in found.sets]


def test_closures_can_be_settled_event_by_event():
    (opened,) = answer("kabul-road", by="event").sets
    assert names_of(opened) == ["closure:afpk-2025-10", "closure:salang-trailer-2026"]
    assert "the Afghan-Pakistani gates" in opened.switches[0].words


def test_a_lighter_load_is_a_switch_and_its_figures_are_those_of_the_lighter_load():
    (opened,) = answer("kabul-road", "both-open", "consignment.tonnes=22").sets
    assert names_of(opened) == ["load:21"]
    assert opened.note == "figures are for 21 t worth 38,182 USD, not 22 t"
    ends = (f"origins={ALMATY}", f"destinations={KARACHI}", "corridors=kabul-road", "draws=64")
    carried = study("both-open", *ends, "consignment.tonnes=21", f"consignment.value_usd={40000 * 21 / 22!r}")
    assert carried.ways[0].outcome.usd.mean() == pytest.approx(opened.way.outcome.usd.mean(), rel=1e-12)


def test_a_transshipment_may_be_allowed_where_two_lines_meet_and_is_priced_by_the_general_rows():
    corridor = made(Stage(modes=("rail",), to="sibi"), Stage(modes=("road",)))
    (opened,) = answer(corridor, to="gwadar").sets
    assert names_of(opened) == ["terminal:sibi.rail1676-road.allowed"]
    assert opened.switches[0].words == "transshipment between rail 1676 mm and road at Sibi (PK) allowed"
    assert "transship.mode@sibi.rail1676-road.allowed:rail1676>road" in [
        a.activity_id for a in opened.way.itinerary.activities
    ]
    assert opened.means.hours > 0


def test_no_terminal_is_made_up_where_the_tables_have_one():
    # whatever stands in the tables, built or planned, is no transshipment to be allowed but a project, or open
    barriers = unlocker().barriers
    known = {
        (t.node_id, frozenset({(t.from_mode, t.from_gauge), (t.to_mode, t.to_gauge)}))
        for t in unlocker().search.everything.terminals.values()
    }
    allowed = [e for e in barriers.locked.graph.edges if e.activities[0].terminal_id.endswith(".allowed")]
    assert allowed
    for e in allowed:
        sides = {(s.mode, s.gauge_mm) for s in (e.start, e.end)}
        assert (e.start.node_id, frozenset(sides)) not in known
        assert {mode for mode, _ in sides} <= {"rail", "road"}


def test_a_set_that_no_row_prices_says_so_and_has_no_figures():
    mine = unlocker()
    fresh = Unlocker(mine.search, mine.draws)
    weigh = mine.search.weight

    def weight(activities):
        if any(a.terminal_id == "sibi.rail1676-road.allowed" for a in activities):
            raise MatchError("no row answers transship hours at sibi")
        return weigh(activities)

    with mock.patch.object(mine.search, "weight", weight):
        found = fresh.unlock(made(Stage(modes=("rail",), to="sibi"), Stage(modes=("road",))), ALMATY, "gwadar")
    (opened,) = found.sets
    assert opened.means is None
    assert set(figures_of(opened).values()) == {None}
    assert "no row prices it: no row answers transship hours at sibi" in "\n".join(unlock_lines([found]))


def test_nothing_is_unlocked_where_nothing_is_barred():
    mine = unlocker("both-open")
    needs = mine.barriers.locked.needs
    open_now = {e.edge_id for e in unfold(mine.search.network, mine.search.conditions)}
    assert open_now <= needs.keys()
    assert not any(needs[name] for name in open_now)
    assert mine.search.graph.weights.keys() == open_now


def test_a_barred_edge_needs_every_switch_that_bars_it():
    mine = unlocker()
    for e in mine.barriers.locked.graph.edges:
        barred = e.edge_id not in mine.search.graph.weights
        assert bool(mine.barriers.locked.needs[e.edge_id]) == barred
    hop = mine.barriers.locked.needs["rail.spin_boldak-chaman:spin_boldak>chaman:wagon1520"]
    assert hop == {"closure:chaman-rail-2025-10", "project:kandahar-spin-boldak"}


# Gaps


def test_a_gap_names_places_countries_gauges_and_the_distance():
    found = answer(made(Stage(modes=("rail",), countries=("KZ", "PK"))))
    assert not found.connects
    assert found.gap.startswith(
        "cargo from Almaty-1 gets as far as Maktaaral (KZ, rail 1520 mm), and what leads to Karachi Port"
    )
    assert (
        "begins at Parachinar (PK, rail 1676 mm), 762 km away in a straight line; 1520 mm and 1676 mm do not meet"
        in found.gap
    )
    (row,) = unlock_rows([found])
    assert row["gap_parts"]["km"] == pytest.approx(762, abs=0.5)
    assert ALMATY in row["gap_parts"]["reached"]
    assert KARACHI in row["gap_parts"]["leading"]


def test_a_hand_over_that_fails_is_looked_for_at_its_place():
    found = answer(made(Stage(modes=("rail",), to="rohri"), Stage(modes=("road",))), to="gwadar")
    assert "gets as far as Rohri" in found.gap


def test_where_no_way_of_a_kind_begins_or_ends_the_reason_says_why():
    said = command(
        "unlock", ALMATY, KARACHI, "--scenario", "today", "--set", "terms=fob", "--corridor", "china-sea", "--draws", 8
    )
    assert said.code == 3
    assert (
        said.err == "no way: china-sea: the way reaches the port by ship: free on board there is no question for it\n"
    )


def test_a_corridor_that_is_not_meant_for_a_place_says_so():
    found = answer("uap-ml2", to="lahore_dry_port")
    assert (found.serves, found.connects) == (False, False)
    assert "  not a way between these places: Lahore lies on ML-1: see uap-ml1" in list(unlock_lines([found]))


def test_the_reason_of_a_comparison_names_the_gap():
    carried = study(
        "today",
        f"origins={ALMATY}",
        f"destinations={KARACHI}",
        "corridors=caspian-blacksea",
        "consignment.load_unit=wagon",
        "draws=64",
    )
    reason = carried.ways[0].reason
    assert reason.startswith(
        "nothing joins Almaty-1 and Karachi Port (Kiamari/KPT) for load unit wagon in this corridor"
    )
    assert reason.endswith(
        ": rail 1520 mm and sea do not meet at Poti port (GE): no terminal there takes load unit wagon"
    )


# The command


def test_the_command_answers_as_json_and_in_words():
    asked = (
        "unlock",
        ALMATY,
        KARACHI,
        "--scenario",
        "today",
        "--corridor",
        "kabul-road",
        "--draws",
        32,
        *(x for p in PLAIN for x in ("--set", p)),
    )
    said = command(*asked, "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert (found["scenario"], found["date"], found["draws"]) == ("today", "2026-11-25", 32)
    assert found["assumption"].startswith("Assumed")
    (way,) = found["ways"]
    assert not way["open"]
    (opened,) = way["sets"]
    assert [s["kind"] for s in opened["switches"]] == ["permission", "closure"]
    assert set(FIGURES) <= set(opened)
    assert opened["hours_p10"] <= opened["hours_p50"] <= opened["hours_p90"]
    in_words = "\n".join(unlock_lines([answer("kabul-road")]))
    assert "Salang Tunnel (AF) open to trailers + Torkham (road, AF-PK) open" in in_words
    assert "shut since 2025-10-12, last confirmed 2026-02-16, assumed still shut" in in_words
    assert f"mean {opened['hours_mean'] / 24:.1f} days and {opened['usd_mean']:,.0f} USD" in in_words


def test_the_command_ends_with_3_where_nothing_connects():
    said = command(
        "unlock",
        ALMATY,
        KARACHI,
        "--scenario",
        "today",
        "--corridor",
        "caspian-blacksea",
        "--set",
        "consignment.load_unit=wagon",
    )
    assert said.code == 3
    assert said.err.startswith("no way: caspian-blacksea: rail 1520 mm and sea do not meet at Poti port (GE)")
    assert "nothing opens it" in said.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("almaty", KARACHI), 'there is no "almaty"'),
        ((ALMATY, KARACHI, "--corridor", "kabul-rod"), 'corridor "kabul-rod" is not in the catalogue'),
        ((ALMATY, KARACHI, "--by", "day"), '--by: found "day"; allowed gate, event'),
        ((ALMATY, ALMATY), "is origin and destination"),
    ],
)
def test_bad_input_is_one_sentence(words, sentence):
    said = command("unlock", *words, "--scenario", "today")
    assert said.code == 2
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_run_ends_with_3_where_nothing_connects(tmp_path):
    said = command(
        "run", "today", "--set", f"origins={ALMATY}", "--set", f"destinations={KARACHI}", "--set", "corridors=caspian-blacksea",
        "--set", "consignment.load_unit=wagon", "--draws", 16, "--no-pictures", "--out", tmp_path / "out",
    )  # fmt: skip
    assert said.code == 3
    assert "do not meet at Poti port" in said.out.replace("\n", " ")
