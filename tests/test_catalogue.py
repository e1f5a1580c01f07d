from pathlib import Path

import pytest

from corridors.catalogue import Corridor, Stage, find_corridor, read_catalogue
from corridors.toml_files import ScenarioError

ELEVEN = {
    "turgundi-chaman", "uap-ml1", "uap-ml2", "turgundi-herat", "west-road", "kabul-road",
    "all-road", "iran-road", "bandar-abbas", "qtta-road", "china-sea",
}  # fmt: skip

ENTRY = """
[corridor.mine]
name = "Mine"
why = "To see."
stages = [{ modes = ["rail"], to = "herat" }, { modes = ["road"] }]
"""


def read(folder: Path, text: str) -> dict[str, Corridor]:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_catalogue(path)


def test_the_eleven_ways_are_there():
    assert set(read_catalogue()) >= ELEVEN


def test_every_corridor_says_why_and_ends_at_the_destination():
    for corridor_id, corridor in read_catalogue().items():
        assert corridor.corridor_id == corridor_id
        assert len(corridor.why) > 30
        for destination in ("karachi_port", "port_qasim", "gwadar"):
            *before, last = corridor.stages_to(destination)
            assert all(stage.to for stage in before)
            assert not last.to


def test_no_two_corridors_pin_the_same_way():
    catalogue = read_catalogue()
    assert len({corridor.stages for corridor in catalogue.values()}) == len(catalogue)


def test_stages_that_cross_a_border_change_mode_only_where_a_stage_ends():
    for corridor in read_catalogue().values():
        for stage in corridor.stages:
            assert len(stage.modes) == 1 or len(stage.countries) == 1


def test_gwadar_is_reached_by_truck_or_ship_and_by_rail_alone_only_on_the_line_from_mastung():
    for corridor_id, corridor in read_catalogue().items():
        assert (corridor.stages_to("gwadar")[-1].modes == ("rail",)) == (corridor_id == "gwadar-rail")


def test_every_place_stands_in_the_shipped_network():
    from geodata.network import read_network

    network = read_network()
    for corridor in read_catalogue().values():
        assert corridor.places <= set(network.nodes), corridor.corridor_id


def test_every_country_is_one_that_the_network_crosses():
    countries = {country for c in read_catalogue().values() for stage in c.stages for country in stage.countries}
    assert countries <= {"KZ", "UZ", "TM", "AF", "PK", "IR", "CN", "KG", "AZ", "GE", "XZ"}


def test_a_destination_may_have_stages_of_its_own(tmp_path):
    corridor = read(tmp_path, ENTRY + '[corridor.mine.to.gwadar]\nstages = [{ modes = ["sea"] }]\n')["mine"]
    assert corridor.stages_to("gwadar") == (Stage(modes=("sea",)),)
    assert corridor.stages_to("karachi_port")[0].to == "herat"
    assert corridor.places == {"herat", "gwadar"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "stages",
            "stage",
            'key corridor.mine.stage: unknown key; allowed avoid, name, not_to, stages, to, why; did you mean "stages"?',
        ),
        ('modes = ["rail"]', 'modus = ["rail"]', "corridor.mine.stages.0.modus: unknown key"),
        ('["rail"]', '["rial"]', 'found "rial"; allowed rail, road, sea, ferry; did you mean "rail"?'),
        ('["rail"]', "[]", "corridor.mine.stages.0.modes"),
        (', to = "herat"', "", "corridor mine, stage 1: say where it ends"),
        ('["road"] }', '["road"], to = "kabul" }', "corridor mine, stage 2: take"),
        ('why = "To see."', "", "key corridor.mine.why: is missing"),
        ("[corridor.mine]", "[corridors.mine]", "tables are named [corridor.X]; found corridors"),
    ],
)
def test_a_wrong_entry_is_told_with_its_key_and_mend(tmp_path, old, new, message):
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, ENTRY.replace(old, new, 1))
    assert message in str(caught.value)
    assert str(caught.value).startswith("mine.toml")


def test_a_place_not_served_gives_its_reason_and_stands_nowhere_else(tmp_path):
    corridor = read(tmp_path, ENTRY + '[corridor.mine.not_to]\nkabul = "it ends at Herat"\n')["mine"]
    assert corridor.not_to == {"kabul": "it ends at Herat"}
    assert "kabul" in corridor.places
    both = (
        '[corridor.mine.to.kabul]\nstages = [{ modes = ["sea"] }]\n[corridor.mine.not_to]\nkabul = "it ends at Herat"\n'
    )
    with pytest.raises(ScenarioError, match='corridor mine: "kabul" stands in to and in not_to; take one out'):
        read(tmp_path, ENTRY + both)


def test_an_unknown_corridor_gets_the_nearest_name():
    with pytest.raises(ScenarioError, match='did you mean "kabul-road"'):
        find_corridor("kabul-raod", read_catalogue())
