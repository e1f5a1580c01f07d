import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from corridors.catalogue import read_catalogue
from corridors.scenario import Scenario, ScenarioError, check, read_scenario, schema_text
from corridors.scenario_files import SCENARIO_FOLDER, TEMPLATE_FILE, list_scenarios, template_text

SMALL = """
name = "small"
title = "Small"
question = "What?"
date = 2030-02-03
origins = ["almaty1"]
destinations = ["gwadar"]
corridors = ["all-road"]

[consignment]
load_unit = "FEU"
count = 1
tonnes = 20.0
commodity = "general"
value_usd = 40000.0
rail_service = "block_train"
"""


def write(folder: Path, text: str = SMALL, name: str = "small.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write(folder, text))
    return str(caught.value)


# --- what is shipped -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["both-open", "today", "open-borders"])
def test_shipped_scenario_reads_and_carries_its_file_name(name):
    scenario = read_scenario(name)
    assert scenario.name == name == Path(scenario.file).stem
    assert set(scenario.corridors) <= set(read_catalogue())
    assert scenario.origins == ("almaty1", "astana", "kostanay", "aktobe")
    assert scenario.destinations == ("karachi_port", "gwadar")


def test_the_list_has_every_shipped_file():
    assert set(list_scenarios()) == {path.stem for path in SCENARIO_FOLDER.glob("*.toml")}


def test_background_is_alike_for_all_in_the_flagship():
    assert {"uap", "kohat-kharlachi", "herat-kandahar", "kandahar-spin-boldak"} <= set(
        read_scenario("both-open").opened
    )
    assert {"darbaza-maktaaral", "oazis-capacity", "cku"} <= set(read_scenario("both-open").opened)


def test_nothing_planned_is_open_today_or_in_2023():
    planned = set(read_scenario("both-open").projects.open)
    for name in ("today", "open-borders"):
        scenario = read_scenario(name)
        assert not scenario.projects.open
        assert planned <= set(scenario.projects.held)


def test_every_assumption_gives_its_reason():
    for name in list_scenarios():
        assert all(len(entry.why) > 20 for entry in read_scenario(name).assume)


def test_schema_is_in_step_with_the_models():
    shipped = (SCENARIO_FOLDER.parent / "scenario.schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "rewrite corridors/data/scenario.schema.json as CONTRIBUTING.md says"
    assert json.loads(shipped)["additionalProperties"] is False


def test_template_is_a_scenario_and_explains_every_key():
    read_scenario(TEMPLATE_FILE)
    for key in Scenario.model_fields:
        assert key in template_text()


# --- reading ---------------------------------------------------------------------------------------------------------


def test_month_is_that_of_the_date_unless_given(tmp_path):
    assert read_scenario(write(tmp_path)).month == 2
    assert read_scenario(write(tmp_path), ["date=2030-07-01"]).month == 7
    assert read_scenario(write(tmp_path), ["month=11"]).month == 11


def test_true_opens_a_project_in_the_year_of_the_date(tmp_path):
    path = write(tmp_path, SMALL + "[projects.open]\nuap = true\ncku = 2029\n")
    assert read_scenario(path).opened == {"uap": 2030, "cku": 2029}


def test_byte_order_mark_crlf_and_other_scripts_are_accepted(tmp_path):
    text = SMALL.replace("Small", "Алматы — کراچی، هرات")
    path = tmp_path / "small.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read_scenario(path).title == "Алматы — کراچی، هرات"


def test_a_whole_number_is_a_number(tmp_path):
    assert read_scenario(write(tmp_path, SMALL.replace("20.0", "20"))).consignment.tonnes == 20.0


def test_dotted_names_may_stand_without_quotes(tmp_path):
    text = SMALL + "[set]\nspeed.rail.kz.best = 30\n[exchange]\nroad.torkham-torkham_pk = false\n"
    scenario = read_scenario(write(tmp_path, text))
    assert scenario.set == {"speed.rail.kz.best": 30.0}
    assert scenario.exchange == {"road.torkham-torkham_pk": False}


def test_rows_are_found_beside_the_scenario_from_any_folder(tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text("parameter_id\n", encoding="utf-8")
    path = write(tmp_path, 'rows = ["mine.csv"]\n' + SMALL)
    monkeypatch.chdir(tmp_path.parent)
    assert read_scenario(path).rows == (str((tmp_path / "mine.csv").resolve()),)


def test_a_scenario_cannot_be_changed():
    scenario = read_scenario("today")
    with pytest.raises(ValueError, match="frozen"):
        scenario.seed = 2


# --- laying over a base ----------------------------------------------------------------------------------------------

HEAD = 'name = "mine"\ntitle = "Mine"\nquestion = "And if?"\n'


def test_only_what_differs_need_be_written(tmp_path):
    path = write(tmp_path, HEAD + 'base = "both-open"\n[consignment]\ntonnes = 24.0\n', "mine.toml")
    mine, base = read_scenario(path), read_scenario("both-open")
    assert mine.consignment.tonnes == 24.0
    same = {"name", "title", "question", "base", "consignment"}
    assert mine.model_dump(exclude=same) == base.model_dump(exclude=same)


def test_base_may_lie_beside_the_file(tmp_path):
    write(tmp_path)
    path = write(tmp_path, HEAD + 'base = "small.toml"\n', "mine.toml")
    assert read_scenario(path).date == dt.date(2030, 2, 3)


def test_holding_a_project_unmakes_its_opening_below_and_the_other_way_round(tmp_path):
    held = write(tmp_path, HEAD + 'base = "both-open"\n[projects]\nheld = ["uap"]\n', "held.toml")
    assert "uap" not in read_scenario(held).opened
    assert "uap-torkham" in read_scenario(held).projects.held
    opened = write(tmp_path, HEAD + 'base = "today"\n[projects.open]\nuap = 2026\n', "opened.toml")
    assert read_scenario(opened).opened == {"uap": 2026}
    assert "uap" not in read_scenario(opened).projects.held


def test_an_assumption_replaces_the_one_about_the_same_event(tmp_path):
    text = HEAD + 'base = "today"\n[[assume]]\nevent = "hormuz-2026"\nstate = "open"\nwhy = "Say so."\n'
    states = {
        entry.event: entry.state for entry in read_scenario(write(tmp_path, text, "mine.toml")).assume if entry.event
    }
    assert states == {"afpk-2025-10": "shut", "hormuz-2026": "open", "salang-trailer-2026": "shut"}


def test_a_base_that_leads_back_is_refused(tmp_path):
    write(tmp_path, HEAD + 'base = "b.toml"\n', "a.toml")
    path = write(tmp_path, HEAD + 'base = "a.toml"\n', "b.toml")
    with pytest.raises(ScenarioError, match="leads back"):
        read_scenario(path)


def test_name_is_never_taken_from_below(tmp_path):
    path = write(tmp_path, 'base = "today"\ntitle = "x"\nquestion = "x"\n', "mine.toml")
    with pytest.raises(ScenarioError, match=r"mine\.toml, key name: is missing"):
        read_scenario(path)


# --- bad input: file, key, found, allowed, nearest right name --------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('"FEU"', '"FUE"', ['key consignment.load_unit: found "FUE"', "TEU, FEU, wagon", 'did you mean "FEU"?']),
        ("tonnes =", "tons =", ["key consignment.tons: unknown key", 'did you mean "tonnes"?']),
        ("date =", "dates =", ["key dates: unknown key", 'did you mean "date"?']),
        ("date =", "# date =", ["key date: is missing"]),
        ("2030-02-03", '"2030-02-03"', ["key date", "found", "date"]),
        ("20.0", "nan", ["key consignment.tonnes: found nan", "finite"]),
        ("20.0", "inf", ["key consignment.tonnes: found inf", "finite"]),
        ("20.0", "-1.0", ["key consignment.tonnes: found -1.0", "greater than 0"]),
        ("20.0", "20,5", ["is not valid TOML", "line 13", "write the decimal with a point, 20.5"]),
        ("20.0", '"20,5"', ["key consignment.tonnes", "write the decimal with a point, 20.5"]),
        ("20.0", '"20"', ["key consignment.tonnes", 'found "20"', "number"]),
        ("20.0", "", ["is not valid TOML", "line 13"]),
        ("count = 1", "count = 0", ["key consignment.count: found 0", "greater than or equal to 1"]),
        ("count = 1", "count = 1.5", ["key consignment.count: found 1.5", "whole number"]),
        ("40000.0", "-5.0", ["key consignment.value_usd: found -5.0", "greater than or equal to 0"]),
        ('["gwadar"]', '["almaty1"]', ['"almaty1" is origin and destination']),
        ('["gwadar"]', "[]", ["key destinations"]),
        ('["gwadar"]', '"gwadar"', ["key destinations", 'found "gwadar"']),
        ('["gwadar"]', '["gwadar", "gwadar"]', ['destinations lists "gwadar" twice']),
        ("[consignment]", 'terms = "cif"\n[consignment]', ["key terms", "consignee, fob, transit_import"]),
        ("[consignment]", "month = 13\n[consignment]", ["key month: found 13"]),
        ("[consignment]", "draws = 0\n[consignment]", ["key draws: found 0"]),
        ("[consignment]", "seed = -1\n[consignment]", ["key seed: found -1"]),
        ("[consignment]", 'rows = ["no.csv"]\n[consignment]', ['key rows: there is no file "no.csv"']),
        ("[consignment]", "[project_length]\nuap = 0\n[consignment]", ["key project_length.uap: found 0"]),
        (
            "[consignment]",
            "[projects.open]\nuap = false\n[consignment]",
            ["key projects.open.uap: found False", "held"],
        ),
        ("[consignment]", "[projects.open]\nuap = 20322\n[consignment]", ["key projects.open.uap: found 20322"]),
        (
            "[consignment]",
            '[projects]\nheld = ["uap"]\n[projects.open]\nuap = 2031\n[consignment]',
            ['"uap" stands in open and in held'],
        ),
        ("[consignment]", '[exchange]\n"road.x" = 1\n[consignment]', ["key exchange.road.x: found 1", "true or false"]),
        ("[consignment]", '[set]\n"speed.kz.bst" = 1\n[consignment]', ["key set", 'did you mean "best"?']),
        ("[consignment]", '[set]\n"speed.kz.best" = -1\n[consignment]', ["key set.speed.kz.best: found -1"]),
        ("[consignment]", '[[assume]]\nevent = "e"\nstate = "open"\n[consignment]', ["key assume.0.why: is missing"]),
        (
            "[consignment]",
            '[[assume]]\nstate = "open"\nwhy = "because"\n[consignment]',
            ["key assume.0", "either an event or a closure"],
        ),
        (
            "[consignment]",
            '[[assume]]\nevnt = "e"\nstate = "open"\nwhy = "because"\n[consignment]',
            ["key assume.0.evnt: unknown key", 'did you mean "event"?'],
        ),
        ("[consignment]", 'base = "todya"\n[consignment]', ['"todya" is neither', 'did you mean "today"?']),
    ],
)
def test_bad_input_is_told_with_file_key_found_and_mend(tmp_path, old, new, parts):
    assert old in SMALL
    message = refusal(tmp_path, SMALL.replace(old, new, 1))
    assert message.startswith("small.toml") or str(tmp_path) in message or "todya" in message
    for part in parts:
        assert part in message


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "small.toml"
    path.write_bytes(SMALL.replace("Small", "Алматы").encode("cp1251"))
    with pytest.raises(ScenarioError, match="is not UTF-8"):
        read_scenario(path)


def test_unknown_names_get_the_nearest():
    with pytest.raises(ScenarioError, match='did you mean "both-open"'):
        read_scenario("both-opne")
    with pytest.raises(ScenarioError, match="no such file"):
        read_scenario("elsewhere/mine.toml")


# --- names of the world ----------------------------------------------------------------------------------------------


@pytest.fixture
def world():
    """All that a scenario can name.

    almaty1 ==== border ==== gwadar
    """
    return SimpleNamespace(
        nodes={"almaty1": None, "gwadar": None},
        projects={"uap": None, "cku": None},
        project_km={"uap": 573.0},
        crossings={
            "road.torkham-torkham_pk": SimpleNamespace(mode="road"),
            "rail.spin_boldak-chaman": SimpleNamespace(mode="rail"),
        },
        closures={"afpk-torkham": SimpleNamespace(event_id="afpk-2025-10")},
    )


CATALOGUE = {
    "all-road": SimpleNamespace(places=frozenset({"gwadar"})),
    "lost": SimpleNamespace(places=frozenset({"atlantis"})),
}


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ("origins=almaty", 'key origins: there is no "almaty"; did you mean "almaty1"?'),
        ("destinations=karachi", 'key destinations: there is no "karachi"'),
        ("corridors=all-raod", 'key corridors: there is no "all-raod"; did you mean "all-road"?'),
        ("corridors=lost", 'places of lost in the catalogue: there is no "atlantis"'),
        ("projects.open.uapp=2031", 'key projects.open: there is no "uapp"; did you mean "uap"?'),
        ("projects.held=ckuu", 'key projects.held: there is no "ckuu"; did you mean "cku"?'),
        ("project_length.cku=500", 'key project_length: there is no "cku"'),
        ("assume.afpk-2025=open", 'key assume.event: there is no "afpk-2025"; did you mean "afpk-2025-10"?'),
        ("exchange.rail.spin_boldak-chaman=true", 'key exchange: there is no "rail.spin_boldak-chaman"'),
    ],
)
def test_names_that_the_network_does_not_have_are_refused(tmp_path, world, switch, message):
    path = write(tmp_path)
    check(read_scenario(path), world, CATALOGUE)
    with pytest.raises(ScenarioError) as caught:
        check(read_scenario(path, [switch]), world, CATALOGUE)
    assert message in str(caught.value)
    assert str(caught.value).startswith("small.toml")


@pytest.mark.parametrize("name", ["both-open", "today", "open-borders"])
def test_shipped_scenarios_name_only_what_the_shipped_network_has(name):
    from geodata.network import read_network

    check(read_scenario(name), read_network(), read_catalogue())
