"""The checks behind ``corridors check``: each must be able to fail, and say what is wrong."""

import csv
import shutil

import pytest
from studies import FLAGSHIP, ONE_PAIR, study
from toy import row, toy_network, toy_parameters, toy_rows

from corridors import soundcheck
from corridors.soundcheck import (
    basis_shares,
    coverage_faults,
    faults,
    package_faults,
    scenario_faults,
    table_counts,
)
from geodata.network import DATA as GEODATA
from geodata.network import read_network
from geodata.sources import BASES
from geodata.tables import read_dictionary, read_package, read_rows
from sim.parameters import DATA as SIMDATA
from sim.parameters import Parameters


def toy_without(*names):
    rows = [r for r in toy_rows() if r["parameter_id"] not in names]
    return Parameters(read_rows(rows, read_dictionary(SIMDATA)["parameters"], "toy.csv"))


# Every activity finds its rows


def test_the_toy_is_sound():
    assert list(coverage_faults(toy_network(), toy_parameters())) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("speed.rail.pk", ("no row answers speed", "mode=rail", "country=PK")),
        ("unload", ("no row answers hours", "unload@")),
        ("freight", ("no row answers usd freight", "mode=sea")),
        ("track.teu", ("no row answers usd track", "load_unit=TEU")),
        ("kg.road", ("no row answers emission", "mode=road")),
        ("dwell.transit_import", ("no row answers hours", "reason=transit_import", "direction=")),
        ("dwell.export_sea.box", ("no row answers usd box", "reason=export_sea")),
        ("driving", ("no row answers driving_hours",)),
    ],
)
def test_a_missing_row_is_found(name, words):
    found = list(coverage_faults(toy_network(), toy_without(name)))
    assert found
    for word in words:
        assert word in found[0]
    assert len(found) == len(set(found))


def test_two_rows_of_which_neither_is_more_special_are_found():
    # one for Pakistani clearing, one for road clearing: both answer at Pakistani road borders
    more = [row(f"clear.{n}", "clear", "hours", "h", 5.0, reason="border", **facts) for n, facts in (("a", {"country": "PK", "vehicle": "trailer"}), ("b", {"country": "PK", "mode": "road"}))]  # fmt: skip
    found = list(coverage_faults(toy_network(), toy_parameters(*more)))
    assert any("'clear.a'" in sentence and "'clear.b'" in sentence and "neither" in sentence for sentence in found)


def test_a_row_that_answers_in_one_season_only_is_found():
    winter = row("unload", "unload", "hours", "h", 4.0, months="11;12;1;2")
    found = list(coverage_faults(toy_network(), toy_parameters(winter)))
    assert found
    assert all("months=11" not in sentence and "months=1," not in sentence for sentence in found)


def test_two_rows_of_one_autumn_month_are_found():
    # a row for a month and one for a place meet in that month alone
    more = [
        row("unload.october", "unload", "hours", "h", 9.0, months="10"),
        row("unload.port", "unload", "hours", "h", 8.0, node_id="port"),
    ]
    found = list(coverage_faults(toy_network(), toy_parameters(*more)))
    assert found
    assert all("'unload.october'" in sentence and "'unload.port'" in sentence for sentence in found)


def test_a_unit_that_cannot_be_counted_is_found():
    # a price per wagon holds for loose cargo, never for a box
    bad = row("wagon", "haul", "usd", "USD/wagon-km", 0.4, mode="rail", component="wagon")
    found = list(coverage_faults(toy_network(), toy_parameters(bad)))
    assert any("USD/wagon-km" in sentence and "FEU" in sentence for sentence in found)


# Packages, scenarios


def test_the_shipped_packages_are_sound_to_another_reader():
    assert list(package_faults()) == []


def package_with(tmp_path, table, change):
    """A data package of one table, its text changed."""
    folder = tmp_path / "package"
    folder.mkdir()
    shutil.copy(GEODATA / f"{table}.csv", folder)
    text = (folder / f"{table}.csv").read_text(encoding="utf-8")
    (folder / f"{table}.csv").write_text(change(text), encoding="utf-8")
    fields = [{"name": "project_id", "type": "string", "constraints": {"unique": True}}]
    names = text.splitlines()[0].split(",")[1:]
    fields += [{"name": n, "type": "number" if n.endswith(("_low", "_best", "_high")) else "any"} for n in names]
    import json

    resource = {"name": table, "path": f"{table}.csv", "schema": {"fields": fields}}
    (folder / "datapackage.json").write_text(json.dumps({"name": "mine", "resources": [resource]}), encoding="utf-8")
    return folder


def test_the_other_reader_sees_a_folder_of_the_users(tmp_path, monkeypatch):
    monkeypatch.setattr(soundcheck, "GEODATA", tmp_path / "nowhere")
    monkeypatch.setattr(soundcheck, "SIMDATA", tmp_path / "nowhere")
    assert list(package_faults(package_with(tmp_path, "projects", lambda text: text))) == []
    shutil.rmtree(tmp_path / "package")
    found = list(package_faults(package_with(tmp_path, "projects", lambda text: text.replace("uap,", "cku,", 1))))
    assert len(found) == 1
    assert "projects" in found[0]


def test_the_shipped_scenarios_name_what_exists():
    assert list(scenario_faults(read_network())) == []


def test_a_scenario_that_names_what_is_gone_is_found():
    network = read_network()
    without = type(network)(**{**vars(network), "nodes": {k: v for k, v in network.nodes.items() if k != "almaty1"}})
    found = list(scenario_faults(without))
    assert len(found) > 3
    assert any('"almaty1"' in sentence for sentence in found)


# The folder of a user


def one_row(folder, table, key, **cells):
    home = SIMDATA if table == "parameters" else GEODATA
    with (home / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        found = next(r for r in reader if key in r.values())
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, reader.fieldnames)
            writer.writeheader()
            writer.writerow({**found, **cells})


@pytest.fixture
def quick(monkeypatch):
    """Checks without the long pass over every activity."""
    seen = []
    monkeypatch.setattr(
        soundcheck, "coverage_faults", lambda network, parameters: seen.append((network, parameters)) or ()
    )
    monkeypatch.setattr(soundcheck, "package_faults", lambda *_: ())
    return seen


def test_the_users_rows_are_laid_over_ours(tmp_path, quick):
    one_row(tmp_path, "parameters", "speed.rail.kz.block_train", low="30", best="40", high="50")
    one_row(tmp_path, "nodes", "herat", name="Herat the old")
    assert list(faults(tmp_path)) == []
    (network, parameters), *_ = quick
    assert parameters["speed.rail.kz.block_train"].best == 40
    assert network.nodes["herat"].name == "Herat the old"


def test_a_fault_in_the_users_rows_is_told_and_ends_the_check(tmp_path, quick):
    one_row(tmp_path, "parameters", "speed.rail.kz.block_train", best="nan")
    (sentence,) = faults(tmp_path)
    assert "parameters.csv" in sentence
    assert 'best is "nan"' in sentence
    assert quick == []


def test_a_folder_without_tables_is_told(tmp_path, quick):
    (sentence,) = faults(tmp_path)
    assert "holds no table of ours" in sentence
    assert quick == []


# What the flagship rests on


def test_shares_by_basis_add_up_to_one():
    shares = basis_shares(study())
    assert list(shares) == ["hours", "usd"]
    for parts in shares.values():
        assert list(parts) == list(BASES)
        assert sum(parts.values()) == pytest.approx(1.0)
        assert all(value >= 0 for value in parts.values())


def test_a_share_moves_with_the_basis_of_a_row():
    # a single way, its hours by basis worked out again from its rows
    carried = study(FLAGSHIP, *ONE_PAIR, "corridors=china-sea")
    shares = basis_shares(carried)["hours"]
    way = carried.ways[0]
    by_hand = dict.fromkeys(BASES, 0.0)
    for priced, hours in zip(way.itinerary.priced, way.outcome.hours_mean, strict=True):
        bases = [carried.parameters.rows[n].basis for n, _ in priced.hours.factors]
        by_hand[max(bases, key=BASES.index, default=BASES[0])] += float(hours)
    total = sum(by_hand.values())
    assert shares == pytest.approx({basis: value / total for basis, value in by_hand.items()})


def test_counts_are_those_of_the_tables():
    counts = table_counts()
    assert counts["links"] == len(read_package(GEODATA, ["nodes", "links"])["links"])
    assert {
        "nodes",
        "links",
        "crossings",
        "terminals",
        "projects",
        "closures",
        "evidence",
        "sources",
        "parameters",
    } <= set(counts)
    assert all(number > 0 for number in counts.values())
