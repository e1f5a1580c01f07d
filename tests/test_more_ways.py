"""Ways, places and scenarios beyond the flagship: each way connects where its lines are open, each scenario says only what it says."""

import csv
import functools
import itertools
from pathlib import Path

import numpy as np
import pytest

from corridors.catalogue import Corridor, read_catalogue
from corridors.scenario import Scenario, read_scenario
from corridors.scenario_files import SCENARIO_FOLDER, list_scenarios
from corridors.study import Study, run
from geodata.network import DATA as GEODATA
from geodata.network import read_network
from geodata.sources import check_sources, read_sources
from geodata.tables import read_dictionary, read_table
from sim.parameters import DATA as SIMDATA
from sim.parameters import read_parameters

LOAD = {"FEU": 20.0, "TEU": 12.0, "wagon": 60.0, "truck": 20.0, "tonne": 20.0}
"""Weight of one load unit that any vehicle may carry. [t]"""

OPENED_IN = {
    "turgundi-chaman-oazis": ("ktap-complete", "karachi_port"),
    "aqina": ("gates-open", "karachi_port"),
    "ghulam-khan": ("gates-open", "karachi_port"),
    "kharlachi-road": ("gates-open", "karachi_port"),
    "mazar-herat-kandahar": ("mazar-herat", "karachi_port"),
    "chabahar": ("gates-open", "karachi_port"),
    "zahedan-quetta": ("gates-open", "karachi_port"),
    "caspian-blacksea": ("gates-open", "karachi_port"),
    "gwadar-rail": ("gwadar-rail", "gwadar"),
}
"""Scenario and destination in which a way must connect."""

BREAKS = {
    "turgundi-chaman-oazis": ["chaman"],
    "mazar-herat-kandahar": ["chaman"],
    "zahedan-quetta": ["sarakhs", "zahedan"],
    "chabahar": ["sarakhs"],
    "gwadar-rail": ["chaman"],
}
"""Breaks of gauge from Almaty; the ways not named here have none."""

PLACES = ("karachi_port", "gwadar", "lahore_dry_port", "kabul", "kandahar", "herat", "jebel_ali")

SAYS = {
    "gates-open": ("today", {"corridors", "assume"}),
    "turgundi-herat-2028": ("both-open", {"date", "destinations", "corridors", "projects", "assume"}),
    "ktap-complete": ("both-open", {"corridors", "projects"}),
    "uap-open": ("both-open", {"corridors", "projects"}),
    "border-reform": ("gates-open", {"corridors", "set"}),
    "border-reform-12": ("border-reform", {"set"}),
    "border-reform-6": ("border-reform", {"set"}),
    "ml1-upgraded": ("both-open", {"corridors", "projects"}),
    "gauge-1435": ("both-open", {"corridors", "rows"}),
    "gauge-1435-turgundi": ("gauge-1435", {"rows"}),
    "iran-shut": ("today", {"corridors", "rows"}),
    "gwadar-rail": ("both-open", {"destinations", "corridors", "projects"}),
    "mazar-herat": ("both-open", {"destinations", "corridors", "projects"}),
    "other-destinations": ("both-open", {"destinations"}),
    "salang-winter": (
        "gates-open",
        {"date", "month", "destinations", "corridors", "consignment", "assume", "rows", "set"},
    ),
}
"""Base of each scenario and the keys in which it differs from it."""


@functools.cache
def study(name: str, *switches: str, draws: int = 32) -> Study:
    plain = ["replicates=1", "departures=month", "shocks=false"]  # ways, not chance, are asked about here
    return run(read_scenario(name, [f"draws={draws}", *plain, *switches]))


def one(name: str, corridor: str, *switches: str, origin: str = "almaty1", destination: str = "karachi_port"):
    switches = (*switches, f"origins={origin}", f"destinations={destination}", f"corridors={corridor}")
    (way,) = study(name, *switches).ways
    return way


@functools.cache
def opened(name: str, unit: str = "FEU") -> dict[tuple[str, str, str], object]:
    """Ways that a scenario opens, to where they lead."""
    ways = [corridor for corridor, (scenario, _) in OPENED_IN.items() if scenario == name]
    (end,) = {destination for scenario, destination in OPENED_IN.values() if scenario == name}
    at = ("origins=almaty1,kostanay", f"destinations={end}", f"corridors={','.join(ways)}")
    return ways_of(study(name, *load(unit), *at, draws=8))


def load(unit: str) -> tuple[str, ...]:
    return (f"consignment.load_unit={unit}", f"consignment.tonnes={LOAD[unit]}")


def visited(way) -> list[str]:
    hauls = [a for a in way.itinerary.activities if a.kind == "haul"]
    nodes = [hauls[0].from_node_id, *(a.to_node_id for a in hauls)]
    return [key for key, _ in itertools.groupby(nodes)]


def pins(corridor: Corridor, destination: str) -> list[str]:
    return [place for stage in corridor.stages_to(destination) for place in (*stage.via, stage.to) if place]


def breaks(way) -> list[str]:
    return [a.place for a in way.itinerary.activities if a.kind == "change_gauge"]


def assert_gauge_changes_only_at_terminals(way):
    """Two rail hauls of unlike gauge have a change of gauge between them, where the first ends and the second begins."""
    last, between = None, []
    for activity in way.itinerary.activities:
        if activity.kind == "haul" and activity.mode == "rail":
            if last is not None and last.gauge_mm != activity.gauge_mm and not any(a.mode != "rail" for a in between):
                (change,) = [a for a in between if a.kind == "change_gauge"]
                assert change.terminal_id
                assert change.place == last.to_node_id == activity.from_node_id
            last, between = activity, []
        else:
            between.append(activity)


def assert_same(one_way, other):
    """The two ways have the same activities and, draw by draw, the same hours and dollars."""
    assert [a.activity_id for a in one_way.itinerary.activities] == [a.activity_id for a in other.itinerary.activities]
    np.testing.assert_array_equal(one_way.outcome.hours, other.outcome.hours)
    np.testing.assert_array_equal(one_way.outcome.usd, other.outcome.usd)


def ways_of(found: Study) -> dict[tuple[str, str, str], object]:
    return {(w.origin, w.destination, w.corridor): w for w in found.ways}


# --- ways ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["almaty1", "kostanay"])
@pytest.mark.parametrize("corridor", OPENED_IN)
def test_each_new_way_connects_where_its_lines_are_open_and_passes_its_pins(corridor, origin):
    name, destination = OPENED_IN[corridor]
    entry = read_catalogue()[corridor]
    way = opened(name)[origin, destination, corridor]
    assert way.feasible, way.reason
    nodes = iter(visited(way))
    assert all(place in nodes for place in pins(entry, destination)), "a pin is missed or out of order"
    assert visited(way)[0] == origin
    assert visited(way)[-1] == destination
    assert_gauge_changes_only_at_terminals(way)


@pytest.mark.parametrize("corridor", OPENED_IN)
def test_breaks_of_gauge_lie_where_they_are_said_to(corridor):
    name, destination = OPENED_IN[corridor]
    assert breaks(opened(name)["almaty1", destination, corridor]) == BREAKS.get(corridor, [])


@pytest.mark.parametrize("unit", LOAD)
@pytest.mark.parametrize("corridor", OPENED_IN)
def test_each_new_way_takes_every_load_unit_but_wagons_and_trucks_at_poti(corridor, unit):
    name, destination = OPENED_IN[corridor]
    way = opened(name, unit)["almaty1", destination, corridor]
    barred = corridor == "caspian-blacksea" and unit in ("wagon", "truck")
    assert way.feasible is not barred
    if barred:
        assert f"nothing joins Almaty-1 and Karachi Port (Kiamari/KPT) for load unit {unit}" in way.reason


def test_a_line_that_is_not_open_is_the_reason():
    assert "Mazar-i-Sharif - Herat: not built" in one("ktap-complete", "mazar-herat-kandahar").reason
    assert "Gwadar-Turbat-Panjgur" in one("ktap-complete", "gwadar-rail", destination="gwadar").reason
    assert "Ghulam Khan: shut since 2025-10-12" in one("today", "ghulam-khan", *load("tonne")).reason


def test_chabahar_takes_the_rails_to_the_port_only_where_the_line_is_open():
    def last_land_mode(name):
        activities = one(name, "chabahar").itinerary.activities
        return next(a.mode for a in activities if a.kind == "haul" and a.to_node_id == "chabahar")

    assert last_land_mode("gates-open") == "road"
    assert last_land_mode("both-open") in ("rail", "road")
    by_rail = one("both-open", "chabahar", destination="gwadar")
    assert {"rimdan", "gabd"} <= set(visited(by_rail))


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everywhere() -> Study:
    """All ways to all places with every line of the catalogue open."""
    switches = (
        "origins=almaty1",
        f"destinations={','.join(PLACES)}",
        f"corridors={','.join(read_catalogue())}",
        "projects.open.gwadar-mastung=true",
    )
    return study("mazar-herat", *switches, draws=8)


def test_every_way_reaches_a_place_or_the_catalogue_says_why_not(everywhere):
    catalogue = read_catalogue()
    for way in everywhere.ways:
        said = catalogue[way.corridor].not_to.get(way.destination)
        assert way.feasible == (said is None), (way.corridor, way.destination, way.reason)
        if said is None:
            assert visited(way)[-1] == way.destination
            assert_gauge_changes_only_at_terminals(way)
        else:
            assert way.reason == said


def test_every_place_is_served_by_several_ways(everywhere):
    for place in PLACES:
        assert len([w for w in everywhere.ways if w.destination == place and w.feasible]) >= 4


def test_no_two_ways_to_a_place_are_the_same(everywhere):
    for place in PLACES:
        found = [w for w in everywhere.ways if w.destination == place and w.feasible]
        walked = {tuple(a.activity_id for a in w.itinerary.activities) for w in found}
        pairs = {w.corridor for w in found}
        # north-west cargo alone tells the pinned end from the free one; a truck way may begin a rail way where that is best
        assert len(walked) == len(pairs), place


def test_what_happens_at_the_end_fits_the_place(everywhere):
    for way in everywhere.ways:
        if not way.feasible:
            continue
        end = [a for a in way.itinerary.activities if a.kind == "dwell"][-1]
        by_ship = way.destination == "jebel_ali" or (end.mode == "sea")
        assert end.place == way.destination
        assert end.reason == ("import_sea" if by_ship else "import_land")
        assert way.itinerary.activities[-1].kind == "unload"


def test_lahore_shows_what_karachi_hides(everywhere):
    km = {
        w.corridor: sum(a.km for a in w.itinerary.activities if a.kind == "haul")
        for w in everywhere.ways
        if w.destination == "lahore_dry_port" and w.feasible
    }
    # a practitioner's reckoning: about 3,150 km by the eastern line and about 4,545 km by the western one
    assert km["uap-ml1"] == pytest.approx(3150, rel=0.03)
    assert km["turgundi-chaman"] == pytest.approx(4545, rel=0.03)


# --- scenarios -------------------------------------------------------------------------------------------------------


def dumped(scenario: Scenario) -> dict[str, object]:
    return scenario.model_dump(exclude={"name", "title", "question", "base"})


@pytest.mark.parametrize("name", SAYS)
def test_each_scenario_differs_from_its_base_only_where_it_says(name):
    base, keys = SAYS[name]
    mine, under = read_scenario(name), read_scenario(base)
    assert mine.base == base
    assert {key for key, value in dumped(mine).items() if value != dumped(under)[key]} == keys


def test_every_shipped_scenario_but_the_first_three_is_in_the_list():
    assert set(SAYS) | {"both-open", "open-borders", "today"} <= set(list_scenarios())


@pytest.mark.parametrize("name", SAYS)
def test_each_scenario_runs(name):
    found = study(name, "origins=almaty1,aktobe", draws=8)
    assert any(way.feasible for way in found.ways)
    assert all(way.reason for way in found.ways if not way.feasible)
    for way in found.ways:
        if way.feasible:
            assert np.isfinite(way.outcome.usd).all()
            assert_gauge_changes_only_at_terminals(way)


@pytest.mark.parametrize(
    "name", ["ktap-complete", "uap-open", "ml1-upgraded", "gauge-1435", "gwadar-rail", "mazar-herat"]
)
def test_a_way_that_the_change_does_not_touch_stays_bit_for_bit(name):
    touched = {
        "ml1-upgraded": {"turgundi-chaman", "uap-ml1", "uap-ml2"},
        "gauge-1435": {"turgundi-chaman", "turgundi-chaman-oazis"},
        "gwadar-rail": {"turgundi-chaman", "uap-ml1"},
    }.get(name, set())
    mine = read_scenario(name)
    shared = [c for c in mine.corridors if c in read_scenario("both-open").corridors and c not in touched]
    at = ("origins=almaty1", "destinations=karachi_port,gwadar")
    # what else is in a study changes nothing, so one run of the base serves all
    here, base = ways_of(study(name, *at, f"corridors={','.join(shared)}")), ways_of(study("both-open", *at))
    assert len(shared) >= 3
    for key, way in here.items():
        assert way.feasible
        assert_same(way, base[key])


def test_the_rebuilt_trunk_line_saves_hours_and_never_adds_any():
    at = ("origins=almaty1", "destinations=karachi_port", "corridors=turgundi-chaman,uap-ml1,uap-ml2")
    rebuilt, base = ways_of(study("ml1-upgraded", *at)), ways_of(study("both-open", *at))
    saved = {key[2]: base[key].outcome.hours.mean() - way.outcome.hours.mean() for key, way in rebuilt.items()}
    assert all(hours > 0 for hours in saved.values())
    assert saved["uap-ml1"] > saved["uap-ml2"]  # by ML-2 a train meets the rebuilt line at Kotri only


def test_a_reform_at_chaman_moves_the_ways_by_chaman_alone_and_each_step_saves_more():
    at = ("origins=almaty1", "destinations=karachi_port", "corridors=west-road,kabul-road,iran-road")
    names = ("gates-open", "border-reform", "border-reform-12", "border-reform-6")
    found = [ways_of(study(name, *at)) for name in names]
    west = [ways["almaty1", "karachi_port", "west-road"].outcome.hours.mean() for ways in found]
    assert west == sorted(west, reverse=True)
    assert west[0] - west[1] == pytest.approx(56 - 24, rel=0.25)
    for corridor in ("kabul-road", "iran-road"):
        for ways in found[1:]:
            assert_same(ways["almaty1", "karachi_port", corridor], found[0]["almaty1", "karachi_port", corridor])


@pytest.mark.parametrize(("name", "hours"), [("border-reform", 24), ("border-reform-12", 12), ("border-reform-6", 6)])
def test_a_reform_sets_the_means_it_names_and_keeps_the_shape_of_the_rows(name, hours):
    set_to, shipped = read_scenario(name).set, read_parameters()
    for row_id in ("clear_hours.road.chaman.pk.in", "clear_hours.road.chaman.pk.out"):
        row = shipped[row_id]
        figures = [set_to[f"{row_id}.{field}"] for field in ("low", "best", "high")]
        assert sum(figures) / 3 == pytest.approx(hours, abs=0.01)
        assert figures == pytest.approx([f * hours / row.mean for f in (row.low, row.best, row.high)], abs=0.01)


def test_with_iran_shut_only_the_ways_round_it_are_left():
    at = ("origins=almaty1", "destinations=karachi_port")
    for (_, _, corridor), way in ways_of(study("iran-shut", *at)).items():
        assert way.feasible == (corridor in {"qtta-road", "china-sea", "caspian-blacksea"})
    assert "IR: shut since" in one("iran-shut", "iran-road").reason
    # the gates alone do not bring Iran back
    assert not one("iran-shut", "zahedan-quetta", "assume.afpk-2025-10=open").feasible
    assert one("iran-shut", "west-road", "assume.afpk-2025-10=open").feasible


def test_the_salang_in_winter_is_slow_for_rigid_trucks_and_shut_to_trailers():
    snow, dry = (
        one("salang-winter", "kabul-road", f"date={day}", destination="kabul") for day in ("2027-01-15", "2027-06-15")
    )

    def over_the_pass(way):
        number = {a.activity_id: i for i, a in enumerate(way.itinerary.activities)}
        links = ("road.khinjan--salang", "road.salang--jabal_saraj")
        return sum(
            way.outcome.hours_mean[i] for a, i in number.items() if a.startswith("haul@") and any(x in a for x in links)
        )

    assert over_the_pass(snow) > 2 * over_the_pass(dry)
    assert {a.vehicle for a in snow.itinerary.activities if "salang" in a.link_id} == {"rigid"}
    box = one("salang-winter", "kabul-road", *load("FEU"), destination="kabul")
    assert "shut to trailers" in box.reason


def test_gwadar_by_rail_needs_the_line_and_is_all_rail():
    way = one("gwadar-rail", "gwadar-rail", destination="gwadar")
    assert {a.mode for a in way.itinerary.activities if a.kind == "haul"} == {"rail"}
    assert sum(a.km for a in way.itinerary.activities if a.project_id == "gwadar-mastung") == pytest.approx(901, abs=2)


def test_rails_to_herat_move_the_trucks_to_herat():
    first = {
        corridor: next(
            a.place
            for a in one("turgundi-herat-2028", corridor, destination="kandahar").itinerary.activities
            if a.kind == "transship"
        )
        for corridor in ("west-road", "turgundi-herat")
    }
    assert first == {"west-road": "turgundi", "turgundi-herat": "herat"}
    assert "Herat-Kandahar: not built on 2028-06-15" in one("turgundi-herat-2028", "turgundi-chaman").reason


# --- another gauge ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "places"),
    [("both-open", ["chaman"]), ("gauge-1435", ["herat", "chaman"]), ("gauge-1435-turgundi", ["turgundi", "chaman"])],
)
@pytest.mark.parametrize("unit", ["FEU", "wagon"])
def test_another_gauge_moves_the_breaks(name, places, unit):
    way = one(name, "turgundi-chaman", *load(unit))
    assert breaks(way) == places
    assert_gauge_changes_only_at_terminals(way)


def test_another_gauge_costs_the_north_a_second_break():
    base, second = one("both-open", "turgundi-chaman"), one("gauge-1435", "turgundi-chaman")
    assert second.outcome.hours.mean() > base.outcome.hours.mean() + 24
    assert second.outcome.usd.mean() > base.outcome.usd.mean() + 100


def overlays() -> list[Path]:
    return sorted(path for path in SCENARIO_FOLDER.glob("*/*.csv"))


def read_csv(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {next(iter(row.values())): row for row in rows}


def test_the_rows_of_another_gauge_are_ours_but_for_the_gauge():
    """Rows laid over ours must not grow old: where ours change, these are to be written again."""
    count = 0
    for path in overlays():
        if not path.parent.name.startswith("gauge-1435") or path.stem == "parameters":
            continue
        shipped = read_csv(GEODATA / path.name)
        for key, row in read_csv(path).items():
            if key not in shipped:
                assert key == "turgundi.rail1520-rail1435.transship.turgundi-sanobar"
                continue
            unlike = {name for name, cell in row.items() if cell != shipped[key][name]} - {"source", "note"}
            assert unlike <= {"gauge_mm", "from_gauge_mm", "to_gauge_mm"}, (path.name, key)
            assert all(row[name] == "1435" and shipped[key][name] == "1520" for name in unlike)
            count += len(unlike)
    assert count == 9 + 3 + 1 + 4 + 5


@pytest.mark.parametrize("path", overlays(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_rows_laid_over_ours_are_sound_sourced_and_used(path):
    resource = {**read_dictionary(GEODATA), **read_dictionary(SIMDATA)}[path.stem]
    table = read_table(path, resource)
    check_sources({path.stem: table}, *read_sources())
    assert all(table["note"])
    used = {Path(row) for name in list_scenarios() for row in read_scenario(name).rows}
    assert path.resolve() in used


# --- facts that the ways rest on -------------------------------------------------------------------------------------


def test_mazar_herat_is_657_km_of_1520_mm():
    network = read_network()
    links = [link for link in network.links.values() if link.project_id == "mazar-herat"]
    assert sum(link.length_km for link in links) == pytest.approx(657, abs=0.5)
    assert {link.gauges for link in links} == {(1520,)}
    assert network.projects["mazar-herat"].length_km == (657, 657, 832)
    assert read_sources()[1]["length.mazar-herat.657"].source_id.startswith("kabulnow")


def test_lahore_dry_port_has_rails_a_road_and_a_yard():
    network = read_network()
    ends = {
        (link.mode, *link.gauges)
        for link in network.links.values()
        if "lahore_dry_port" in (link.from_node_id, link.to_node_id)
    }
    assert ends == {("rail", 1676), ("road",)}
    assert network.terminals["lahore_dry_port.rail1676-road.transship"].node_id == "lahore_dry_port"
