"""Commands about doubt from end to end, and what they are made of: contested quantities and bibliographies."""

import json
import subprocess
import sys

import pytest
from studies import FLAGSHIP, ONE_PAIR, command, study

from corridors.bibliography import bibliography
from corridors.citations import sources_of, sources_of_row
from corridors.contested import Contested, adopted, find_contested, published, read_contested
from corridors.printing_evidence import as_printed, states_json
from corridors.readiness import CHAINS, STEPS, ladder, read_rungs, record_ends
from corridors.state import states_on
from corridors.toml_files import ScenarioError
from geodata.network import read_network
from geodata.sources import BASES, read_sources
from geodata.tables import TableError
from sim.amounts import expected
from sim.parameters import read_parameters


def refused(*words):
    said = command(*words)
    assert said.code == 2, said
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert said.out == ""
    return said.err


def flat(text):
    """Printed text without the line breaks and rules of a table."""
    return " ".join(text.split())


def bare(text):
    """Printed text without any space: a word folded inside a cell is whole again."""
    return "".join(text.split())


def test_the_program_knows_the_four_commands():
    said = command("--help")
    for name in ("evidence", "state", "readiness", "sources"):
        assert f" {name} " in flat(said.out)


def test_nothing_heavy_is_loaded_before_a_command_runs(root):
    code = "import sys, corridors.cli; print(sorted({'numpy', 'rich.table', 'pydantic', 'geodata.tables'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert found.stdout.strip() == "[]"


# ---- evidence


def test_without_a_name_every_contested_quantity_is_listed_with_its_count():
    said = command("evidence")
    assert said.code == 0
    listed = json.loads(command("evidence", "--json").out)
    assert [(q["quantity_id"], q["values"]) for q in listed] == [
        (q.quantity_id, len(q.evidence_ids)) for q in read_contested().values()
    ]
    for name in read_contested():
        assert name in bare(said.out)


@pytest.mark.parametrize("name", sorted(read_contested()))
def test_every_published_value_of_a_quantity_is_printed_with_its_source(name, monkeypatch):
    monkeypatch.setattr("corridors.printing_evidence.WIDTH", 5000)  # no cell is folded
    said = command("evidence", name)
    assert said.code == 0
    sources, evidence = read_sources()
    quantity = read_contested()[name]
    text = bare(said.out)
    for key in quantity.evidence_ids:
        item = evidence[key]
        assert bare(as_printed(item)) in text, key
        assert item.as_of in text, key
        assert f"[{item.source_id};" in text, key
        assert bare(sources[item.source_id].url) in text, key
    assert bare(quantity.reason) in text


def test_all_contested_quantities_have_two_values_at_least():
    assert [q.quantity_id for q in read_contested().values() if len(set(q.evidence_ids)) < 2] == []


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("687", "afghan-length-west"), ("948", "afghan-length-west"), ("1022", "afghan-length-west"), ("573", "uap-length"),
        ("633", "uap-cost"), ("264", "herat-kandahar-design-cost"), ("Khaf-Herat", "khaf-herat-capacity"),
        ("karachi-rohri", "karachi-rohri-cost"), ("227.6", "kz-pk-trade"), ("2.7", "rail-price"), ("Torkham", "torkham-hours"),
        ("chaman", "chaman-hours"), ("35-days", "uap-delivery-days"), ("saryagash-queue", "saryagash-hours"),
    ],
)  # fmt: skip
def test_a_quantity_is_found_by_the_figure_that_people_quote(asked, name):
    assert find_contested(asked).quantity_id == name


def test_an_alias_belongs_to_one_quantity_and_is_not_the_name_of_another():
    names = [n.casefold() for q in read_contested().values() for n in {q.quantity_id, *q.aliases}]
    assert sorted(names) == sorted(set(names))


def test_a_name_that_is_not_there_or_fits_several_is_refused():
    assert 'did you mean "uap-length"' in refused("evidence", "uap-lenght")
    with pytest.raises(ScenarioError, match=r'"opening" fits \d+ contested quantities; name one of'):
        find_contested("opening")


def test_values_come_from_the_smallest_and_outliers_stand_among_them():
    values = [p.evidence for p in published(read_contested()["uap-cost"])]
    numbers = [v.value for v in values if v.unit == "USD bn" and v.value is not None]
    assert numbers == sorted(numbers)
    assert 0.633 in numbers
    assert any(v >= 720 for v in numbers)
    printed = flat(command("evidence", "264").out)
    assert "264 million Afghanis 2,993,760 USD" in printed
    assert "264 million dollars 264,000,000 USD" in printed


def test_adopted_adds_rows_end_to_end():
    # 22/22/22.4 + 91/116 ... is read from projects.csv; the sum is worked here from the same rows by hand
    rows = read_network().projects
    parts = [rows[name].length_km for name in CHAINS["ktap"]]
    (triple,) = adopted(find_contested("687"))
    assert (triple.low, triple.best, triple.high) == pytest.approx(tuple(map(sum, zip(*parts, strict=True))))
    assert triple.best == pytest.approx(948.5)
    assert triple.unit == "km"


def test_every_adopted_row_exists_and_a_quantity_without_one_says_why():
    for quantity in read_contested().values():
        for triple in adopted(quantity):
            assert triple.low <= triple.best <= triple.high
            assert triple.unit
        assert len(quantity.reason) > 20, quantity.quantity_id


def test_adopted_figures_are_those_of_the_model():
    parameters = read_parameters()
    for triple in adopted(read_contested()["torkham-hours"]):
        row = parameters[triple.rows[0].removeprefix("parameters:")]
        assert triple[1:4] == (row.low, row.best, row.high)
    printed = json.loads(command("evidence", "torkham", "--json").out)
    assert printed["adopted"][0]["low"] == adopted(read_contested()["torkham-hours"])[0].low


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("parameters:usd.haul.nothing", "parameter"),
        ("projects:uap:lenght_km", 'did you mean "length_km"'),
        ("projects:uapp:length_km", 'did you mean "uap"'),
        ("uap", "projects:ID:FIELD or parameters:ID"),
    ],
)
def test_an_adopted_row_that_is_not_there_is_refused(name, words):
    quantity = Contested("q", "Q", (), "km", (), ((name,),), "r", "")
    with pytest.raises(TableError, match=words) as caught:
        adopted(quantity)
    assert f'contested.csv, quantity_id "q": adopted names "{name}"' in str(caught.value)


def test_json_keeps_the_printed_text_and_the_source():
    found = json.loads(command("evidence", "kz-pk-trade", "--json").out)
    assert len(found["published"]) == len(read_contested()["kz-pk-trade"].evidence_ids)
    for value in found["published"]:
        assert value["published_value"]
        assert value["source"]["url"]
        assert value["source"]["grade"] in "ABCD"


# ---- state


def test_state_prints_unknown_as_unknown_with_since_confirmed_and_source():
    said = command("state", "--on", "2026-11-25")
    assert said.code == 0
    text = flat(said.out)
    assert "Torkham, road UNKNOWN 2025-10-12 2026-02-16" in text
    assert "Unknown stays unknown here" in text
    assert "The sources were last read" not in text
    assert "The sources were last read on 2026-11-25" in flat(command("state", "--on", "2027-01-01").out)


def test_state_as_json_has_every_state_with_plain_dates():
    found = json.loads(command("state", "--on", "2026-01-15", "--json").out)
    day = record_ends().replace(year=2026, month=1, day=15)
    states = states_on(read_network(), day)
    assert found == json.loads(json.dumps(states_json(states, day)))
    (torkham,) = (s for s in found["states"] if "road.torkham-torkham_pk" in s["object_ids"])
    assert (torkham["state"], torkham["since"]) == ("shut", "2025-10-12")


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "25.11.2026"])
def test_a_day_that_is_none_is_refused(day):
    assert f'--on: found "{day}"; allowed: a day as YYYY-MM-DD' in refused("state", "--on", day)
    assert "--on" in refused("readiness", "uap", "--on", day)


# ---- readiness


def test_readiness_of_one_project_prints_every_rung_and_the_first_train():
    said = command("readiness", "uap", "--on", "2026-11-25")
    text = flat(said.out)
    item = ladder(
        read_network().projects["uap"], read_rungs()["uap"], record_ends().replace(year=2026, month=11, day=25)
    )
    years = " / ".join(f"{y:.0f}" for y in item.first_train)
    assert f"Earliest credible first train, low / best / high: {years}" in text
    assert f"Binds: {' and '.join(s.replace('_', ' ') for s in item.binds)}" in text
    assert "Holds only if settled by then, for nobody knows: gate" in text
    for step in STEPS:
        assert step.replace("_", " ") in text


def test_a_whole_railway_ends_with_its_last_part():
    said = command("readiness", "ktap")
    last = said.out.strip().splitlines()[-1]
    assert last.startswith("ktap: first through train, low / best / high: ")
    found = json.loads(command("readiness", "ktap", "--json").out)
    assert [p["project_id"] for p in found["projects"]] == list(CHAINS["ktap"])
    years = found["chains"]["ktap"]["first_train"]
    assert years == [max(p["first_train"][i] for p in found["projects"]) for i in range(3)]
    assert " / ".join(f"{y:.0f}" for y in years) in last


def test_without_a_project_every_ladder_is_listed_and_both_railways():
    said = command("readiness")
    for name in read_rungs():
        assert name in bare(said.out)
    assert set(json.loads(command("readiness", "--json").out)["chains"]) == set(CHAINS)


def test_readiness_refuses_what_it_cannot_answer():
    assert 'readiness.csv has no project "uapp"; did you mean "uap"' in refused("readiness", "uapp")
    assert "after the day asked" in refused("readiness", "uap", "--on", "2024-01-01")


# ---- sources


@pytest.fixture(scope="module")
def flagship():
    return study(FLAGSHIP, *ONE_PAIR)


@pytest.fixture(scope="module")
def entries(flagship):
    return bibliography(flagship)


def test_a_bibliography_is_exactly_the_sources_of_the_study(flagship, entries):
    names = [entry.source.source_id for entry in entries]
    assert len(names) == len(set(names))
    assert set(names) == set(sources_of(flagship))


def test_weakest_basis_first_then_weakest_grade_then_weight(entries):
    keys = [(-BASES.index(e.basis), -"ABCD".index(e.source.grade), -e.share) for e in entries]
    assert keys == sorted(keys)
    assert len({e.basis for e in entries}) > 2


def test_every_row_under_a_source_rests_on_it_and_the_heaviest_is_among_them(flagship, entries):
    parameters = flagship.parameters
    for entry in entries:
        assert entry.heaviest in entry.rows
        assert list(entry.rows) == sorted(set(entry.rows))
        for name in entry.rows:
            table, _, key = name.partition(":")
            if table == "parameters":
                assert entry.source.source_id in sources_of_row(parameters, parameters.number[key])
            elif table != "closures":
                assert entry.source.source_id in getattr(flagship.network, table)[key].source.split(";")


def test_every_parameter_row_of_a_way_stands_under_a_source(flagship, entries):
    used = {
        f"parameters:{flagship.parameters.rows[n].parameter_id}"
        for way in flagship.ways
        if way.itinerary is not None
        for n in way.itinerary.rows()
    }
    shown = {name for entry in entries for name in entry.rows if name.startswith("parameters:")}
    assert shown == used


def test_a_weight_is_the_share_of_the_hours_or_dollars_computed_from_a_row(flagship, entries):
    """Worked apart from the module: expected hours and dollars of every activity that names the row."""
    hours, usd, total_hours, total_usd = {}, {}, 0.0, 0.0
    for way in flagship.ways:
        for i, item in enumerate(way.itinerary.priced if way.itinerary else ()):
            if i in way.outcome.added:  # a closure met, a gate asleep, a way round: means of the draws
                total_hours += way.outcome.hours_mean[i]
                total_usd += sum(values[i] for values in way.outcome.usd_mean.values())
                for number in item.rows():
                    name = f"parameters:{flagship.parameters.rows[number].parameter_id}"
                    hours[name] = hours.get(name, 0.0) + way.outcome.hours_mean[i]
            amounts = [("h", item.hours), *(("usd", amount) for amount in item.usd.values())]
            for kind, amount in amounts:
                mean = expected(amount, flagship.parameters, flagship.lengths)
                total_hours += mean if kind == "h" else 0.0
                total_usd += mean if kind == "usd" else 0.0
                for number in set(amount.rows()):
                    name = f"parameters:{flagship.parameters.rows[number].parameter_id}"
                    sums = hours if kind == "h" else usd
                    sums[name] = sums.get(name, 0.0) + mean
    heavy = [entry for entry in entries if entry.heaviest.startswith("parameters:") and entry.share > 0.02]
    assert heavy
    for entry in heavy:
        name = entry.heaviest
        by = {"hours": hours.get(name, 0.0) / total_hours, "dollars": usd.get(name, 0.0) / total_usd}
        assert entry.share == pytest.approx(max(by.values()), rel=1e-9), name
        assert by[entry.of] == max(by.values())
    for entry in entries:  # no row under a source outweighs the one that is named
        for name in entry.rows:
            assert max(hours.get(name, 0.0) / total_hours, usd.get(name, 0.0) / total_usd) <= entry.share * (
                1 + 1e-9
            ), name


def test_a_study_with_chance_names_the_rows_of_its_closures():
    carried = study(FLAGSHIP, *ONE_PAIR, "shocks=true")
    kinds = {f"parameters:{row.parameter_id}": row.kind for row in carried.parameters.rows}
    found = bibliography(carried)
    assert any(kinds.get(name) == "closure" for entry in found for name in entry.rows)
    assert {entry.source.source_id for entry in found} == set(sources_of(carried))


WORDS = tuple(word for switch in ONE_PAIR for word in ("--set", switch))


def test_the_command_prints_one_entry_a_source(entries):
    said = command("sources", FLAGSHIP, *WORDS)
    assert said.code == 0
    assert said.out.startswith(f"Sources of {FLAGSHIP}: {len(entries)}, weakest basis first")
    assert said.out.count("; most weighty ") == len(entries)


def test_a_users_rows_are_cited_as_theirs(tmp_path, entries):
    file = tmp_path / "rates.csv"
    text = "parameter_id,unit,low,best,high,price_year,as_of\nusd.haul.road.pk.southbound,USD/t-km,0.05,0.06,0.08,2026,2026-09\n"
    file.write_text(text, encoding="utf-8")
    own = json.loads(command("sources", FLAGSHIP, *WORDS, "--rows", file, "--json").out)["sources"]
    assert "own-rows" not in {entry.source.source_id for entry in entries}
    (theirs,) = (e for e in own if e["source"]["source_id"] == "own-rows")
    assert theirs["rows"] == ["parameters:usd.haul.road.pk.southbound"]


def test_an_unknown_scenario_is_refused():
    assert 'did you mean "both-open"' in refused("sources", "both-opne")
