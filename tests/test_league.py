"""The league of cheap fixes and new lines: paired, complete, and silent where nothing is known."""

import csv
import json

import pytest
from studies import command

from corridors.change_charts import plot_frontier, plot_tornado
from corridors.charts import save
from corridors.citations import evidence_rows
from corridors.fixes import FIXES_FILE, Fix, cost_of, read_fixes, switches_of, switches_of_all
from corridors.league import LeagueQuestion, league, league_rows
from corridors.league_chart import plot_league
from corridors.toml_files import ScenarioError
from geodata.network import read_network
from sim.parameters import read_parameters

SMALL = (
    "draws=64",
    "corridors=iran-road,all-road,west-road,turgundi-chaman,uap-ml2",
    "shocks=false",
    "departures=month",
)


@pytest.fixture(scope="module")
def found():
    return league(LeagueQuestion("both-open", SMALL, by="usd"))


def test_every_shipped_fix_names_rows_projects_and_costs_that_are_there():
    network, parameters, evidence = read_network(), read_parameters(), evidence_rows()
    for name, fix in read_fixes().items():
        cost_of(fix, network, evidence)
        switches = switches_of(fix, name, parameters, network, 2032)
        assert bool(switches) != bool(fix.cannot), name


def test_the_base_has_none_of_the_lines(found):
    lines = {project for fix in read_fixes().values() for project in fix.open}
    assert not lines & found.base.network.open_projects


def test_a_saving_is_that_of_two_whole_runs(found):
    from corridors import read_scenario, run

    place = next(p for p in found.places if p.name == "ktap")
    held = {project for fix in read_fixes().values() for project in fix.open} - set(place.fix.open)
    ends = ["origins=almaty1", "destinations=karachi_port", "replicates=1"]
    after = run(
        read_scenario(
            "both-open",
            [
                *SMALL,
                *ends,
                f"projects.held={','.join(sorted(held))}",
                *[f"projects.open.{p}=2032" for p in place.fix.open],
            ],
        )
    )
    usd = {w.corridor: w.outcome.usd.mean() for w in after.ways if w.outcome}
    before = {w.corridor: w.outcome.usd.mean() for w in found.base.ways if w.outcome}
    tonnes = found.base.consignment.tonnes
    assert place.best.usd_per_tonne == pytest.approx((min(before.values()) - min(usd.values())) / tonnes)
    assert place.best.after == min(usd, key=usd.get)


def test_fixes_that_only_lower_never_make_a_way_slower_on_average(found):
    for place in found.places:
        if place.fix.to_low and place.best is not None and place.best.before == place.best.after:
            assert place.best.hours_mean >= -1e-9
            assert place.best.usd_per_tonne >= -1e-9


def test_rows_hold_every_fix_and_nothing_where_the_model_cannot_tell(found):
    rows = {r["fix"]: r for r in league_rows(found)}
    assert rows.keys() == {*read_fixes(), "all-cheap-fixes-together", "all-new-lines-together"}
    loop = rows["chaman-loop"]
    assert loop["cannot"]
    assert loop["best_days_mean_saved"] is None
    assert rows["wagons"]["capital_usd_bn_low"] is None
    assert rows["wagons"]["capital"] == "no published cost"
    assert rows["ktap"]["capital_usd_bn_low"] > rows["turgundi-herat"]["capital_usd_bn_low"]
    told = [r["through_generalized_usd_per_tonne_saved"] for r in league_rows(found) if not r["cannot"]]
    assert told == sorted(told, reverse=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[fix.a]\nname="a"\nkind="cheap fix"\nwhy="a"\nbasis="assumption"\nto_low=["no.such.row"]',
            "no parameter row is called",
        ),
        ('[fix.a]\nname="a"\nkind="new line"\nwhy="a"\nbasis="published"\nopen=["atlantis"]', "there is no project"),
        ('[fix.a]\nname="a"\nkind="miracle"\nwhy="a"\nbasis="published"', "cheap fix"),
        ('[fix.a]\nname="a"\nkind="cheap fix"\nwhy="a"\nbasis="estimate"\ncots="x"', "cots"),
        ('title="x"', "allowed tables"),
    ],
)
def test_a_broken_table_of_fixes_is_refused_in_one_sentence(tmp_path, text, sentence):
    file = tmp_path / "fixes.toml"
    file.write_text(text, encoding="utf-8")
    done = command("league", "both-open", "--fixes", file, "--set", "draws=16")
    assert done.code == 2
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_a_fix_of_ones_own_takes_its_place(tmp_path):
    file = tmp_path / "fixes.toml"
    file.write_text(
        '[fix.speed]\nname="Faster trains"\nkind="cheap fix"\nwhy="a"\nbasis="assumption"\nscale={"speed.rail.*"=1.5}\n[fix.none]\nname="Line"\nkind="new line"\nwhy="a"\nbasis="published"\nopen=["ml1-upgrade"]\n',
        encoding="utf-8",
    )
    done = command(
        "league", "both-open", "--fixes", file, "--json", "--by", "hours", *(w for s in SMALL for w in ("--set", s))
    )
    assert done.code == 0, done.err
    rows = {r["fix"]: r for r in json.loads(done.out)["league"]}
    assert rows["speed"]["most_days_mean_saved"] > 0


def test_a_cost_of_which_a_part_is_unpublished_is_none():
    network = read_network()
    unknown = next(name for name, p in network.projects.items() if p.capital_usd_bn is None)
    fix = Fix(name="x", kind="new line", why="x", basis="published", open=("uap", unknown))
    assert cost_of(fix, network, evidence_rows()).low is None


def test_fixes_together_cost_what_all_of_them_cost_and_a_project_of_two_counts_once(found):
    rows = {r["fix"]: r for r in league_rows(found)}
    assert rows["all-cheap-fixes-together"]["capital_usd_bn_low"] is None
    network, table = read_network(), read_fixes()
    lines = [fix for fix in table.values() if fix.kind == "new line"]
    projects = {project for fix in lines for project in fix.open}
    for end, i in (("low", 0), ("high", 2)):
        known = sum(network.projects[p].capital_usd_bn[i] for p in projects)
        assert rows["all-new-lines-together"][f"capital_usd_bn_{end}"] == pytest.approx(known)
    ktap = rows["ktap"]
    ends = [ktap[f"through_generalized_usd_per_tonne_per_usd_bn_{end}"] for end in ("low", "high")]
    gained = ktap["through_generalized_usd_per_tonne_saved"]
    assert ends == pytest.approx([gained / ktap["capital_usd_bn_high"], gained / ktap["capital_usd_bn_low"]])


@pytest.mark.parametrize("name", ["capital.gwadar-mastung.pkr70.63", "capital.herat-kandahar-design.afn"])
def test_a_cost_that_is_no_figure_in_billions_is_refused(name):
    fix = Fix(name="x", kind="cheap fix", why="x", basis="published", cost=name)
    with pytest.raises(ScenarioError, match="allowed a value in USD bn"):
        cost_of(fix, read_network(), evidence_rows())


def _fix(**facts):
    return Fix(name="x", kind="cheap fix", why="x", basis="assumption", **facts)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_fixes_for_one_row_the_stronger_holds_whatever_the_order(order):
    network, parameters = read_network(), read_parameters()
    row = parameters["clear_hours.road.chaman.pk.in"]
    fixes = {"low": _fix(to_low=("clear_hours.*.chaman.pk.in",)), "tenth": _fix(scale={row.parameter_id: 0.9})}
    ordered = dict(list(fixes.items())[::order])
    together = switches_of_all(ordered, parameters, network, 2032)
    assert together == switches_of(fixes["low"], "low", parameters, network, 2032)
    assert together[0] == f"{row.parameter_id}.low={row.low!r}"
    with pytest.raises(ScenarioError, match="is met by two patterns"):
        switches_of(_fix(to_low=(row.parameter_id,), scale={row.parameter_id: 0.9}), "x", parameters, network, 2032)


@pytest.fixture
def three(tmp_path):
    """Two cheap fixes and a line, for questions that need no more."""
    file = tmp_path / "three.toml"
    heads = {
        "papers": ("cheap fix", 'to_low=["clear_hours.transit.*"]'),
        "wagons": ("cheap fix", 'to_low=["wait_hours.supply.rail.*"]'),
    }
    heads["ktap"] = ("new line", 'open=["turgundi-sanobar","sanobar-herat","herat-kandahar","kandahar-spin-boldak"]')
    file.write_text(
        "".join(
            f'[fix.{name}]\nname="{name}"\nkind="{kind}"\nwhy="a"\nbasis="assumption"\n{facts}\n'
            for name, (kind, facts) in heads.items()
        ),
        encoding="utf-8",
    )
    return file


def test_cheap_fixes_together_save_no_less_than_the_best_of_them(three):
    """On one corridor: hours only fall, so all together take it no longer than any of them alone."""
    found = league(LeagueQuestion("both-open", (*SMALL, "corridors=west-road"), fixes=three))
    saved = {p.name: p.best.hours_mean for p in found.places if p.best is not None and p.fix.kind == "cheap fix"}
    assert saved["papers"] > 0 < saved["wagons"]
    assert saved["all-cheap-fixes-together"] == pytest.approx(saved["papers"] + saved["wagons"])


def test_a_line_that_opens_the_only_way_says_so_and_saves_nothing(three, tmp_path):
    few = ("draws=16", "corridors=turgundi-chaman", "shocks=false", "departures=month")
    asked = ["league", "both-open", "--fixes", three, "--out", tmp_path, *(w for s in few for w in ("--set", s))]
    done = command(*asked)
    assert done.code == 0, done.err
    assert "none before, opens turgundi-chaman / none before, opens turgundi-chaman" in done.out
    assert "no way / no way" in done.out
    assert "opens turgundi-chaman" in (tmp_path / "league_both-open.svg").read_text(encoding="utf-8")
    with (tmp_path / "league_both-open.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["fix"] == "ktap"
    told = {r["fix"]: (r["opened"], r["opened_through"], r["best_days_mean_saved"]) for r in rows}
    assert told["ktap"] == ("turgundi-chaman", "turgundi-chaman", "")
    assert told["wagons"] == ("", "", "")


def test_a_line_is_set_against_the_way_it_takes_the_place_of(found):
    base, place = found.base, next(p for p in found.places if p.name == "ktap")
    (west,) = [w.outcome for w in base.ways if w.corridor == "west-road"]
    assert (place.own.before, place.own.after) == ("west-road", "turgundi-chaman")
    chaman = next(p for p in found.places if p.name == "chaman-24h").own
    assert (chaman.before, chaman.after) == ("west-road", "west-road")
    row = base.parameters["clear_hours.road.chaman.pk.in"]
    assert chaman.hours_mean == pytest.approx((1 - 0.4286) * row.mean, rel=0.1)
    assert 0 < chaman.hours_mean < west.hours.mean()
    ml1 = next(p for p in found.places if p.name == "ml1")
    assert ml1.own is None


def test_ways_that_are_no_corridors_are_refused(tmp_path):
    file = tmp_path / "fixes.toml"
    facts = 'name="a"\nkind="cheap fix"\nwhy="a"\nbasis="assumption"\nto_low=["clear_hours.*"]\nways=["west-rode"]'
    file.write_text(f"[fix.a]\n{facts}", encoding="utf-8")
    with pytest.raises(ScenarioError, match='"west-road"'):
        league(LeagueQuestion("both-open", SMALL, fixes=file))


def test_no_way_at_all_is_code_3_and_a_country_that_is_not_there_code_2(three):
    few = ["--fixes", three, *(w for s in ("draws=16", "corridors=west-road") for w in ("--set", s))]
    shut = command("league", "today", *few)
    assert (shut.code, shut.out, shut.err.count("\n")) == (3, "", 1)
    assert "shut since" in shut.err
    abroad = command("league", "both-open", *few, "--through", "XX")
    assert (abroad.code, abroad.err.count("\n")) == (2, 1)
    assert "allowed AE, AF" in abroad.err


def test_the_measure_is_one_of_those_told():
    with pytest.raises(ScenarioError, match="allowed generalized, usd, hours"):
        league(LeagueQuestion("both-open", by="luck"))


# ---- pictures


def test_charts_of_change_are_drawn_whole_and_the_same_each_time(found, tmp_path):
    from corridors.sensitivity import sensitivity
    from corridors.switching import frontier_of, levers, rivals

    file = save(plot_league(found), tmp_path / "league.svg")[0]
    again = save(plot_league(found), tmp_path / "again.svg")[0]
    assert file.read_bytes() == again.read_bytes()
    text = file.read_text(encoding="utf-8")
    assert text.count('id="name') == len(found.places)
    assert "none published" in text
    base = found.base
    swings = sensitivity(base, "iran-road")
    said = save(plot_tornado(base, swings), tmp_path / "tornado.svg")[0].read_text(encoding="utf-8")
    assert swings.swings[0].name in said
    pair = rivals(base, "iran-road", "all-road", "generalized")
    first, second = (
        next(n for n in levers(pair) if n.startswith(p) and levers(pair)[n].high > levers(pair)[n].low)
        for p in ("speed.road", "clear_hours")
    )
    line = frontier_of(pair, first, second)
    drawn = save(plot_frontier(pair, levers(pair)[first], levers(pair)[second], line), tmp_path / "frontier.svg")[0]
    assert "is the better way" in drawn.read_text(encoding="utf-8")


def test_the_shipped_table_is_where_it_is_said():
    assert FIXES_FILE.name == "fixes.toml"
