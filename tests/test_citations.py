"""From an activity to its rows, from a row to its evidence, from evidence to its source."""

import pytest
from studies import FLAGSHIP, ONE_PAIR, study, way_of

from corridors.citations import evidence_rows, source_rows, sources_of, sources_of_activity, sources_of_row
from sim.parameters import read_parameters


@pytest.fixture(scope="module")
def flagship():
    return study(FLAGSHIP, *ONE_PAIR)


def keys_of(cell):
    return [key for key in cell.split(";") if key]


def test_evidence_and_sources_are_read_by_their_keys():
    evidence, sources = evidence_rows(), source_rows()
    assert len(evidence) > 1000
    assert len(sources) > 300
    assert all(name == row["evidence_id"] for name, row in evidence.items())
    assert all(name == row["source_id"] for name, row in sources.items())


def test_a_row_rests_on_the_sources_of_its_evidence():
    parameters = read_parameters()
    evidence = evidence_rows()
    for number, row in enumerate(parameters.rows):
        found = sources_of_row(parameters, number)
        expected = {str(evidence[key]["source_id"]) for key in row.evidence if key}
        assert set(found) == (expected or {"own-reading"}), row.parameter_id
        assert len(found) == len(set(found))


def test_a_stop_without_a_place_of_its_own_rests_on_its_rows_alone(flagship):
    way = way_of(flagship, "uap-ml1")
    first = way.itinerary.priced[0]
    assert (first.activity.kind, first.activity.reason) == ("wait", "supply")
    expected = [s for n in first.rows() for s in sources_of_row(flagship.parameters, n)]
    assert sources_of_activity(first, flagship.network, flagship.parameters) == list(dict.fromkeys(expected))


def test_place_and_project_of_an_activity_are_cited(flagship):
    network = flagship.network
    way = way_of(flagship, "uap-ml1")
    for priced in way.itinerary.priced:
        a = priced.activity
        found = set(sources_of_activity(priced, network, flagship.parameters))
        for table, name in ((network.links, a.link_id), (network.crossings, a.crossing_id), (network.terminals, a.terminal_id), (network.projects, a.project_id)):  # fmt: skip
            if name in table:
                assert set(keys_of(table[name].source)) <= found, a.activity_id


def test_the_bibliography_holds_what_is_used_and_nothing_else(flagship):
    found = sources_of(flagship)
    used = set()
    for way in flagship.ways:
        for priced in way.itinerary.priced:
            used.update(sources_of_activity(priced, flagship.network, flagship.parameters))
    for standing in flagship.standings:
        used.update(keys_of(standing.closure.source))
    assert list(found) == sorted(used)
    assert len(found) < len(source_rows())


def test_a_way_left_out_takes_its_sources_with_it(flagship):
    few = set(sources_of(study(FLAGSHIP, *ONE_PAIR, "corridors=qtta-road")))
    assert few < set(sources_of(flagship))


def test_a_shut_way_is_cited_by_its_closures_alone():
    carried = study("today", *ONE_PAIR, "corridors=west-road")
    assert not carried.ways[0].feasible
    closures = {key for s in carried.standings for key in keys_of(s.closure.source)}
    assert set(sources_of(carried)) == closures


def test_every_source_cited_can_be_found_again(flagship):
    for name, row in sources_of(flagship).items():
        assert row["title"], name
        assert row["publisher"], name
        assert row["grade"] in "ABCD", name
        assert row["url"] or row["kind"] in ("own_reading", "report", "statistics"), name
