import copy
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.scenario import read_scenario
from corridors.switches import flatten, lay_over, set_switches
from corridors.toml_files import ScenarioError

KEYS = {
    "": ["date", "draws", "origins", "set", "assume", "projects", "consignment"],
    "consignment": ["tonnes", "best"],
    "projects": ["open", "held"],
}

NAMES = st.sampled_from(["a", "b", "c"])
TABLES = st.recursive(
    st.integers() | st.booleans(), lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
VALUES = st.dictionaries(NAMES, TABLES, max_size=3)


@given(VALUES, VALUES)
def test_laying_over_twice_is_laying_over_once(upper, lower):
    once = lay_over(upper, lower)
    assert lay_over(upper, once) == once


@given(VALUES)
def test_nothing_laid_over_changes_nothing(values):
    assert lay_over({}, values) == values == lay_over(values, {})


@given(VALUES, VALUES)
def test_what_was_given_is_not_changed(upper, lower):
    before = copy.deepcopy((upper, lower))
    lay_over(upper, lower)
    assert (upper, lower) == before


@given(st.lists(st.sampled_from(["tonnes=24", "tonnes=20", "count=2"]), max_size=4))
def test_the_later_switch_wins(switches):
    scenario = read_scenario("today", [f"consignment.{switch}" for switch in switches])
    last = {"tonnes": 20.0, "count": 1} | {s.split("=")[0]: float(s.split("=")[1]) for s in switches}
    assert scenario.consignment.tonnes == last["tonnes"]
    assert scenario.consignment.count == last["count"]


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("draws=64", {"draws": 64}),
        ("draws = 64", {"draws": 64}),
        ("date=2031-05-06", {"date": dt.date(2031, 5, 6)}),
        ("origins=almaty1, astana", {"origins": ["almaty1", "astana"]}),
        ("consignment.tonnes=2.5e1", {"consignment": {"tonnes": 25.0}}),
        ("projects.open.uap=2034", {"projects": {"open": {"uap": 2034}}}),
        ("projects.open.uap=true", {"projects": {"open": {"uap": True}}}),
        ("projects.held=uap,cku", {"projects": {"held": ["uap", "cku"]}}),
        ("speed.rail.kz.block_train.best=35", {"set": {"speed.rail.kz.block_train.best": 35}}),
        ("consignment.payload.road.low=18", {"set": {"consignment.payload.road.low": 18}}),
        ("set.consignment.best=3", {"set": {"consignment.best": 3}}),
        (
            "assume.hormuz-2026=shut",
            {"assume": [{"event": "hormuz-2026", "state": "shut", "why": "set on the command line"}]},
        ),
    ],
)
def test_a_switch_lands_where_it_points(switch, expected):
    assert set_switches({}, [switch], KEYS) == expected


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ("draws", "is not key=value"),
        ("=64", "is not key=value"),
        ("draws=", "is not key=value"),
        ("drwas=64", 'did you mean "draws"?'),
        ("consignment.tons=2", 'did you mean "consignment.tonnes"?'),
        ("speed.rail.kz=2", "neither a key of the scenario nor a field of a parameter row"),
        ("consignment.best=3", "write set.consignment.best for the parameter"),
        ("consignment.tonnes=2,5", "write the decimal with a point, 2.5"),
        ("speed.rail.kz.best=nan", "found nan; allowed a finite number"),
        ("speed.rail.kz.best=-inf", "found -inf; allowed a finite number"),
        ("date=2031-02-30", "no day of the calendar"),
    ],
)
def test_a_switch_that_cannot_be_meant_is_refused(switch, message):
    with pytest.raises(ScenarioError) as caught:
        set_switches({}, [switch], KEYS)
    assert message in str(caught.value)
    assert str(caught.value).startswith("--set")


def test_negative_prices_and_empty_numbers_are_refused():
    for switch in ("usd.haul.road.pk.trailer.best=-1", "consignment.tonnes=0", "consignment.tonnes=many"):
        with pytest.raises(ScenarioError, match=r"both-open\.toml with --set, key"):
            read_scenario("both-open", [switch])


def test_flat_and_nested_names_are_one():
    assert flatten({"set": {"a.b": {"c": 1}}}) == flatten({"set": {"a": {"b.c": 1}}}) == {"set": {"a.b.c": 1}}
