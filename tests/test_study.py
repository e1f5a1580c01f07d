"""A scenario carried through the house, on the shipped tables."""

import csv
import datetime as dt
import re

import numpy as np
import pytest
from studies import FLAGSHIP, ONE_PAIR, PLAIN, scenario_file, study, study_with_chance, way_of

import corridors.study
from corridors import compare, read_scenario, run
from corridors.own_rows import OwnRows
from corridors.toml_files import ScenarioError
from geodata.network import DATA as GEODATA
from geodata.network import TABLES, network_of
from geodata.tables import TableError, read_dictionary, read_package
from sim.activities import selectors_of
from sim.closures import UnsettledStateError
from sim.parameters import DATA as SIMDATA
from sim.parameters import Parameters

ORIGINS = ("almaty1", "astana", "kostanay", "aktobe")
DESTINATIONS = ("karachi_port", "gwadar")
RAILWAYS = {"turgundi-chaman", "uap-ml1", "uap-ml2", "turgundi-herat"}
SHUT_TODAY = {*RAILWAYS, "west-road", "kabul-road", "all-road"}
LOADS = {"TEU": 18.0, "FEU": 20.0, "wagon": 60.0, "truck": 20.0, "tonne": 1.0}


def names(carried):
    return {(w.origin, w.destination, w.corridor): w for w in carried.ways}


def assert_same(one, other, keys=None):
    """Bit by bit: feasibility, reason, hours, dollars and emissions in every draw."""
    first, second = names(one), names(other)
    for key in first if keys is None else keys:
        a, b = first[key], second[key]
        assert (a.feasible, a.reason) == (b.feasible, b.reason), key
        if a.outcome is not None:
            for measure in ("hours", "usd", "kg"):
                assert np.array_equal(getattr(a.outcome, measure), getattr(b.outcome, measure), equal_nan=True), (
                    key,
                    measure,
                )


def changed_ways(one, other):
    """Corridors of which anything differs, first pair of places only."""
    changed = set()
    for key, a in names(one).items():
        b = names(other)[key]
        same = a.feasible == b.feasible and (
            a.outcome is None or (np.array_equal(a.outcome.hours, b.outcome.hours) and np.array_equal(a.outcome.usd, b.outcome.usd))
        )  # fmt: skip
        if not same:
            changed.add(key[2])
    return changed


def corridors_with(carried, test):
    """Corridors of which some activity passes a test."""
    return {w.corridor for w in carried.ways if w.itinerary and any(test(a) for a in w.itinerary.activities)}


def corridors_using(carried, parameter_id):
    number = carried.parameters.number[parameter_id]
    return {w.corridor for w in carried.ways if w.itinerary and number in w.itinerary.rows()}


@pytest.fixture(scope="module")
def small():
    """Flagship between one pair of places."""
    return study(FLAGSHIP, *ONE_PAIR)


@pytest.fixture(scope="module")
def today():
    return study("today")


# The flagship


def test_flagship_has_eleven_corridors_from_four_origins_to_two_destinations():
    carried = study()
    assert list(names(carried)) == [
        (o, d, c) for o in ORIGINS for d in DESTINATIONS for c in carried.scenario.corridors
    ]
    assert len(carried.scenario.corridors) == 11
    assert carried.pairs() == [(o, d) for o in ORIGINS for d in DESTINATIONS]
    assert carried.ways_between("astana", "gwadar") == [
        w for w in carried.ways if (w.origin, w.destination) == ("astana", "gwadar")
    ]


def test_flagship_compares_at_least_eight_ways_of_each_pair():
    carried = study()
    for pair in carried.pairs():
        assert sum(w.feasible for w in carried.ways_between(*pair)) >= 8


def test_a_way_is_feasible_with_figures_or_has_a_reason():
    for name in ("both-open", "today", "open-borders"):
        for way in study(name).ways:
            assert way.feasible == (way.reason == "") == (way.outcome is not None) == (way.itinerary is not None)


def test_figures_are_finite_and_above_zero():
    for way in study().ways:
        if way.outcome:
            for values in (way.outcome.hours, way.outcome.usd, way.outcome.kg):
                assert np.isfinite(values).all()
                assert (values > 0).all()


def test_flagship_repeats_its_assumptions():
    carried = study()
    assumed = [s for s in carried.standings if s.assumption is not None]
    assert {s.closure.event_id for s in assumed} == {entry.event for entry in carried.scenario.assume}
    for standing in assumed:
        assert f"{standing.closure.event_name} {standing.state}" in carried.assumption
        assert "unknown since" in carried.assumption
    assert all(way.assumption == carried.assumption for way in carried.ways)


def test_states_name_every_crossing(today):
    assert set(today.network.crossings) <= set(today.states)
    assert today.states["road.torkham-torkham_pk"] == "shut, assumed"
    assert today.states["rail.saryagash-keles"] == "open"


def test_sources_of_a_study_are_those_of_its_figures():
    carried = study()
    known = set(read_package(GEODATA, ["sources"])["sources"]["source_id"])
    found = carried.source_ids()
    assert len(found) == len(set(found)) > 20
    assert set(found) <= known


# Today


def test_today_says_which_ways_are_shut_and_since_when(today):
    for way in today.ways:
        assert way.feasible == (way.corridor not in SHUT_TODAY), (way.corridor, way.reason)
        if not way.feasible:
            assert re.search(r"\d{4}-\d{2}-\d{2}", way.reason)
    assert "Assumed" in today.assumption


@pytest.mark.parametrize(
    ("corridor", "crossing"), [("west-road", "road.spin_boldak-chaman"), ("kabul-road", "road.torkham-torkham_pk")]
)
def test_a_shut_gate_is_named_with_its_dates_as_in_the_table(today, corridor, crossing):
    standing = next(s for s in today.standings if s.closure.object_id == crossing and s.state == "shut")
    reason = way_of(today, corridor, "almaty1", "karachi_port").reason
    assert today.network.crossings[crossing].name in reason
    assert f"since {standing.closure.start.isoformat()}" in reason
    assert f"last confirmed {standing.closure.last_confirmed.isoformat()}" in reason
    assert "assumed" in reason


def test_a_tunnel_shut_to_trailers_is_named_for_a_forty_foot_box(today):
    assert "shut to trailers" in way_of(today, "kabul-road", "almaty1", "karachi_port").reason


@pytest.mark.parametrize(
    ("corridor", "projects"),
    [("turgundi-chaman", ("turgundi-sanobar", "herat-kandahar")), ("uap-ml1", ("uap", "kohat-kharlachi"))],
)
def test_an_unbuilt_line_is_named_with_the_date_and_its_years(today, corridor, projects):
    reason = way_of(today, corridor, "almaty1", "karachi_port").reason
    for name in projects:
        project = today.network.projects[name]
        low, _, high = project.opening_year
        assert f"{project.name}: not built on 2026-11-25" in reason
        assert f"{low:.0f}-{high:.0f}" in reason


def test_a_superseded_variant_is_not_blamed(today):
    name = today.network.projects["uap-torkham"].name
    assert not any(name in way.reason for way in today.ways)


def test_a_past_closure_needs_no_assumption():
    # Torkham was shut from 16 February to 20 March 2017, both known: shut, and nothing assumed
    carried = study("open-borders", *ONE_PAIR, "date=2017-03-01", "corridors=kabul-road")
    reason = carried.ways[0].reason
    assert "Torkham: shut since 2017-02-16" in reason
    assert "assumed" not in reason


def test_open_borders_opens_the_gates_and_builds_nothing():
    carried = study("open-borders")
    for way in carried.ways:
        assert way.feasible == (way.corridor not in RAILWAYS)
    assert carried.assumption == ""


# Infeasible for other reasons


def test_an_overweight_box_says_so():
    carried = study(FLAGSHIP, *ONE_PAIR, "consignment.tonnes=22")
    assert way_of(carried, "kabul-road").reason == "22 t in one FEU is more than may go by road (trailer)"
    assert way_of(carried, "uap-ml1").feasible
    too_much = study(FLAGSHIP, *ONE_PAIR, "consignment.tonnes=30")
    assert way_of(too_much, "uap-ml1").reason == "30 t in one FEU is more than may go by rail (wagon)"
    assert not any(way.feasible for way in too_much.ways)


def test_free_on_board_by_ship_is_no_question():
    carried = study(FLAGSHIP, *ONE_PAIR, "terms=fob")
    assert "by ship" in way_of(carried, "china-sea").reason
    assert way_of(carried, "uap-ml1").itinerary.activities[-1].reason == "export_sea"


@pytest.mark.parametrize(
    ("terms", "switches"),
    [("fob", ["destinations=lahore"]), ("transit_import", ["destinations=karachi_port"])],
)
def test_terms_that_need_a_ship_hold_in_ports_only(terms, switches):
    carried = study(FLAGSHIP, "origins=almaty1", *switches, f"terms={terms}", "corridors=uap-ml1,iran-road")
    assert not any(way.feasible for way in carried.ways)
    assert all("is no port" in way.reason for way in carried.ways)


@pytest.mark.parametrize("place", ["lahore", "peshawar_cantt"])
def test_the_trans_afghan_railway_serves_its_own_ends_both_ways(place):
    south = study(FLAGSHIP, "origins=almaty1", f"destinations={place}", "corridors=uap-ml1,uap-ml2")
    north = study(FLAGSHIP, f"origins={place}", "destinations=almaty1", "corridors=uap-ml1,uap-ml2")
    assert way_of(south, "uap-ml1").feasible
    assert way_of(north, "uap-ml1").feasible
    assert "see uap-ml1" in way_of(south, "uap-ml2").reason or "that of uap-ml1" in way_of(south, "uap-ml2").reason


def test_a_corridor_whose_places_lie_beyond_says_so():
    carried = study(FLAGSHIP, "origins=almaty1", "destinations=rawalpindi", "corridors=uap-ml1")
    reason = way_of(carried, "uap-ml1").reason
    assert "pinned by Hairatan" in reason
    assert "corridors routes almaty1 rawalpindi" in reason


def test_a_load_unit_that_no_port_takes_is_named():
    carried = study(FLAGSHIP, *ONE_PAIR, "consignment.load_unit=wagon", "consignment.tonnes=60")
    assert "for load unit wagon" in way_of(carried, "china-sea").reason


# Directions and load units


def test_northbound_from_ship_runs_the_same_ways_backwards():
    north = study(FLAGSHIP, "origins=karachi_port", "destinations=almaty1", "terms=transit_import")
    south = study(FLAGSHIP, *ONE_PAIR)
    assert (north.direction, south.direction) == ("northbound", "southbound")
    for way in north.ways:
        if way.corridor in ("bandar-abbas", "china-sea"):
            assert "by ship" in way.reason
            continue
        assert way.itinerary.nodes[::-1] == way_of(south, way.corridor).itinerary.nodes
        assert way.itinerary.total_km == pytest.approx(way_of(south, way.corridor).itinerary.total_km)
        assert way.itinerary.activities[0].reason == "transit_import"


@pytest.mark.parametrize("load_unit", LOADS)
def test_every_load_unit_runs(load_unit):
    carried = study(FLAGSHIP, *ONE_PAIR, f"consignment.load_unit={load_unit}", f"consignment.tonnes={LOADS[load_unit]}")
    able = [way for way in carried.ways if way.feasible]
    assert len(able) >= 8
    for way in able:
        assert (way.outcome.usd > 0).all()
        vehicles = {a.vehicle for a in way.itinerary.activities if a.mode == "road" and a.moving}
        assert load_unit != "FEU" or vehicles <= {"trailer"}


# Switches change what they should and nothing else


def test_a_parameter_changes_the_ways_that_use_it_and_no_other(small):
    name = "speed.rail.kz.block_train"
    users = corridors_using(small, name)
    assert {"turgundi-chaman", "uap-ml1", "china-sea"} <= users
    assert not {"qtta-road", "all-road"} & users
    row = small.parameters[name]
    faster = study(FLAGSHIP, *ONE_PAIR, f"{name}.best={row.high * 2}")
    assert changed_ways(small, faster) == users
    for corridor in users:
        assert way_of(faster, corridor).outcome.hours.mean() < way_of(small, corridor).outcome.hours.mean()
        assert np.array_equal(way_of(faster, corridor).outcome.usd, way_of(small, corridor).outcome.usd)


def test_a_parameter_set_to_itself_changes_nothing(small):
    row = small.parameters["speed.rail.kz.block_train"]
    same = [f"{row.parameter_id}.{field}={getattr(row, field)}" for field in ("low", "best", "high", "cv")]
    assert_same(small, study(FLAGSHIP, *ONE_PAIR, *same))


def test_a_stated_length_changes_the_ways_over_its_project_and_no_other(small):
    users = corridors_with(small, lambda a: a.project_id == "uap" and a.moving)
    assert users == {"uap-ml1", "uap-ml2"}
    longer = study(FLAGSHIP, *ONE_PAIR, "project_length.uap=700")
    assert changed_ways(small, longer) == users
    km = {a.activity_id: k for a, k in zip(way_of(longer, "uap-ml1").itinerary.activities, way_of(longer, "uap-ml1").itinerary.km, strict=True) if a.project_id == "uap"}  # fmt: skip
    # the hop over the border belongs to the project and is scaled with it
    assert sum(km.values()) == pytest.approx(700, rel=0.01)
    assert "uap" not in longer.lengths


def test_an_assumed_shut_border_shuts_the_ways_over_it_and_no_other(small):
    shut = study(FLAGSHIP, *ONE_PAIR, "assume.afpk-2025-10=shut")
    over = corridors_with(small, lambda a: a.kind == "clear" and {a.country} <= {"AF"} and a.direction == "out")
    for way in shut.ways:
        assert way.feasible == (way.corridor not in over), way.corridor
    assert_same(small, shut, [key for key in names(small) if key[2] not in over])


def test_a_truck_exchange_adds_its_hours_where_it_is_asked_for(small):
    gate = "road.torkham-torkham_pk"
    users = corridors_with(small, lambda a: a.crossing_id == gate)
    assert users == {"kabul-road", "all-road"}
    on, off = (study(FLAGSHIP, *ONE_PAIR, f"exchange.{gate}={flag}") for flag in ("true", "false"))
    assert changed_ways(on, off) == users
    for corridor in users:
        assert way_of(on, corridor).outcome.hours.mean() > way_of(off, corridor).outcome.hours.mean()
        assert any(
            a.reason == "truck_exchange" and a.crossing_id == gate for a in way_of(on, corridor).itinerary.activities
        )
        assert not any(
            a.reason == "truck_exchange" and a.crossing_id == gate for a in way_of(off, corridor).itinerary.activities
        )


def test_a_held_project_closes_the_ways_over_it_and_no_other(small):
    held = study(FLAGSHIP, *ONE_PAIR, "projects.held=kohat-kharlachi")
    users = corridors_with(small, lambda a: a.project_id == "kohat-kharlachi")
    assert users == {"uap-ml1", "uap-ml2"}
    for corridor in users:
        assert "Kohat-Kharlachi: not built on 2032-06-15" in way_of(held, corridor).reason
    assert_same(small, held, [key for key in names(small) if key[2] not in users])


def test_an_opened_project_opens_its_ways():
    switches = [f"projects.open.{p}=2026" for p in ("turgundi-sanobar", "sanobar-herat")]
    carried = study("today", *ONE_PAIR, "assume.afpk-2025-10=open", *switches)
    assert way_of(carried, "turgundi-herat").feasible
    assert {"turgundi-sanobar", "sanobar-herat"} <= carried.network.open_projects
    later = study(
        "today",
        *ONE_PAIR,
        "assume.afpk-2025-10=open",
        "projects.open.turgundi-sanobar=2030",
        "projects.open.sanobar-herat=2026",
    )
    assert "Turgundi-Sanobar" in way_of(later, "turgundi-herat").reason


def write_rows(path, table, rows):
    fields = [f.name for f in read_dictionary(SIMDATA if table == "parameters" else GEODATA)[table].fields]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fields, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def shipped(table, key):
    folder = SIMDATA if table == "parameters" else GEODATA
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        return next(row for row in rows if key in row.values())


def test_rows_laid_over_do_what_set_does(tmp_path):
    row = shipped("parameters", "speed.rail.kz.block_train")
    write_rows(
        tmp_path / "parameters.csv", "parameters", [{**row, "low": 50, "best": 50, "high": 50, "shape": "fixed"}]
    )
    over = run(read_scenario(scenario_file(tmp_path, 'rows = ["parameters.csv"]\n')))
    same = run(read_scenario(scenario_file(tmp_path), ["speed.rail.kz.block_train.best=50"]))
    assert_same(over, same)
    assert over.parameters.theirs
    assert not same.parameters.theirs


def test_a_file_of_rows_may_have_any_name(tmp_path):
    row = shipped("parameters", "speed.rail.kz.block_train")
    for name in ("parameters.csv", "my-speeds.csv"):
        write_rows(tmp_path / name, "parameters", [{**row, "low": 50, "best": 50, "high": 50}])
    one, other = (
        run(read_scenario(scenario_file(tmp_path, f'rows = ["{name}"]\n')))
        for name in ("parameters.csv", "my-speeds.csv")
    )
    assert_same(one, other)


def test_a_row_for_another_place_changes_nothing(tmp_path, small):
    row = shipped("parameters", "speed.rail.kz.block_train")
    write_rows(
        tmp_path / "parameters.csv",
        "parameters",
        [{**row, "parameter_id": "speed.rail.kz.elsewhere", "line_id": "bafq-kerman", "best": row["high"]}],
    )
    over = run(read_scenario(scenario_file(tmp_path, 'rows = ["parameters.csv"]\ndraws = 256\n')))
    assert_same(small, over)


def test_a_closure_laid_over_shuts_its_gate(tmp_path):
    row = {**shipped("closures", "torkham-2017-02"), "closure_id": "mine", "event_id": "mine", "object_id": "road.khunjerab-sost",
           "start_date": "2032-06-01", "end_date": "2032-07-01", "last_confirmed": "2032-07-01", "scope": "local"}  # fmt: skip
    write_rows(tmp_path / "closures.csv", "closures", [row])
    over = run(read_scenario(scenario_file(tmp_path, 'rows = ["closures.csv"]\n')))
    assert "Khunjerab" in way_of(over, "qtta-road").reason
    assert "shut since 2032-06-01" in way_of(over, "qtta-road").reason
    assert_same(over, study(FLAGSHIP, *ONE_PAIR, "draws=32"), [key for key in names(over) if key[2] != "qtta-road"])


# Draws


def test_the_same_seed_gives_the_same_bits():
    again = run(read_scenario(FLAGSHIP, ["draws=256", *PLAIN, *ONE_PAIR]))
    assert_same(study(FLAGSHIP, *ONE_PAIR), again)


def test_another_seed_gives_other_draws_of_the_same_means(small):
    other = study(FLAGSHIP, *ONE_PAIR, "seed=2")
    for key, way in names(small).items():
        found = names(other)[key].outcome
        assert not np.array_equal(found.hours, way.outcome.hours)
        assert found.hours.mean() == pytest.approx(way.outcome.hours.mean(), rel=0.05)


def test_a_prefix_of_a_longer_run_is_the_shorter_run(small):
    longer = study(FLAGSHIP, *ONE_PAIR, "draws=600")
    for key, way in names(small).items():
        assert np.array_equal(names(longer)[key].outcome.hours[:256], way.outcome.hours)


def test_corridors_and_places_in_another_order_or_number_change_no_draw():
    full = study()
    backwards = study(
        FLAGSHIP,
        f"corridors={','.join(full.scenario.corridors[::-1])}",
        f"origins={','.join(ORIGINS[::-1])}",
        f"destinations={','.join(DESTINATIONS[::-1])}",
    )
    assert [(w.origin, w.destination, w.corridor) for w in backwards.ways] != list(names(full))
    assert_same(full, backwards)
    few = study(FLAGSHIP, "corridors=uap-ml1,qtta-road", "origins=astana", "destinations=gwadar")
    assert_same(few, full)


def test_closures_to_come_are_the_same_whatever_else_is_compared():
    full = study_with_chance()
    few = study_with_chance("corridors=qtta-road,uap-ml1", "destinations=gwadar")
    assert_same(few, full)
    assert all(way.outcome.met.any() for way in few.ways)


def test_rows_in_another_order_change_no_draw(small, monkeypatch):
    shuffle = np.random.default_rng(1)

    def shuffled(table):
        return table.where(shuffle.permutation(len(table)))

    tables = {name: shuffled(table) for name, table in read_package(GEODATA, TABLES).items()}
    parameters = Parameters(shuffled(read_package(SIMDATA)["parameters"]))
    monkeypatch.setattr(corridors.study, "tables_with", lambda _: (network_of(tables), parameters, OwnRows()))
    assert_same(small, run(read_scenario(FLAGSHIP, ["draws=256", *PLAIN, *ONE_PAIR])))


def test_ways_of_one_study_share_what_is_not_known(small):
    # the two ways by Kharlachi differ in Pakistan only: their hours up to Kohat are the same in every draw
    one, other = (way_of(small, name).itinerary for name in ("uap-ml1", "uap-ml2"))
    shared = [
        p for p, q in zip(one.priced, other.priced, strict=False) if p.activity.activity_id == q.activity.activity_id
    ]
    assert len(shared) > 30
    draws = way_of(small, "uap-ml1").outcome.draws
    assert draws is way_of(small, "uap-ml2").outcome.draws


# What cannot be meant


def test_names_that_the_network_does_not_know():
    for switch, words in [
        ("origins=almaty", 'key origins: there is no "almaty"; did you mean "almaty1"?'),
        ("destinations=karachi-port", 'did you mean "karachi_port"?'),
        ("corridors=turgundi-chamann", 'did you mean "turgundi-chaman"?'),
        ("projects.held=uapp", 'did you mean "uap"?'),
        ("projects.open.uapp=2030", 'did you mean "uap"?'),
        ("project_length.herat-kandahr=500", 'did you mean "herat-kandahar"?'),
        ("exchange.road.torkham=true", 'did you mean "road.torkham-torkham_pk"?'),
        ("assume.afpk-2025=shut", 'did you mean "afpk-2025-10"?'),
    ]:  # fmt: skip
        with pytest.raises(ScenarioError) as caught:
            run(read_scenario(FLAGSHIP, [switch]))
        assert words in str(caught.value)
        assert "both-open.toml" in str(caught.value)


def test_an_unknown_state_without_an_assumption_is_refused():
    scenario = read_scenario("today")
    bare = scenario.model_copy(update={"assume": ()})
    with pytest.raises(UnsettledStateError) as caught:
        run(bare)
    assert "afpk-2025-10" in str(caught.value)
    assert "2026-11-25" in str(caught.value)
    assert "[[assume]]" in str(caught.value)


def test_a_parameter_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(TableError, match=r"did you mean 'speed\.rail\.kz\.block_train'"):
        run(read_scenario(FLAGSHIP, ["speed.rail.kz.block_trian.best=30"]))


def test_a_file_of_rows_of_no_table_is_refused(tmp_path):
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"mine\.csv, line 1: no column is the key of a table"):
        run(read_scenario(scenario_file(tmp_path, 'rows = ["mine.csv"]\n')))


def test_the_month_selects_seasonal_rows():
    carried = study(FLAGSHIP, *ONE_PAIR, "month=10")
    summer = study(FLAGSHIP, *ONE_PAIR)
    wait = {s: way_of(c, "uap-ml1").itinerary.priced[0] for s, c in (("summer", summer), ("autumn", carried))}
    assert selectors_of(wait["autumn"].activity, carried.consignment, 10)["months"] == "10"
    means = {
        season: way_of(c, "uap-ml1").outcome.hours_mean[0] for season, c in (("summer", summer), ("autumn", carried))
    }
    assert means["autumn"] > means["summer"]  # wagons are short from September to December
    assert carried.scenario.date == dt.date(2032, 6, 15)


def test_compare_gives_a_row_a_way(small):
    assert len(compare(small)) == len(small.ways)
