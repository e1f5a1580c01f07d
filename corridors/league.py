"""A league table of cheap fixes against new lines: what each saves one consignment, alone.

The scenario, with every corridor of the catalogue, is first taken without any new line or junction of the table; then each fix is laid over it alone, all cheap fixes
together, and all new lines together. Every run has the same draws, so a saving is a difference draw by draw. Four savings are told, each of a best way
(by mean generalized cost, dollars or hours) before and after: that of the ways the fix is made for (the truck road by Chaman before, the railway by Chaman after),
which is like for like; that of the best way of all, which is what a shipper who chooses freely wins; that of the best way through one country (Afghanistan
if not said), which is what all the fixes and lines of the table are about; and that of the corridor that gains most.

Dollars are per tonne of cargo. A capital cost is shown where one is published and set against the saving of one consignment; what a line
would earn, carry or cost to run is not in this table. What the model cannot say of a fix is said instead of a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.catalogue import read_catalogue
from corridors.citations import evidence_rows
from corridors.fixes import FIXES_FILE, Cost, Fix, cost_of, cost_of_all, read_fixes, switches_of_all
from corridors.saving import Saving, saving, saving_of_best
from corridors.scenario import read_scenario
from corridors.study import run, set_up
from corridors.toml_files import ScenarioError, nearest
from sim.routing import NoRouteError

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Way

CHOICES = ("generalized", "usd", "hours")
TOGETHER = {"cheap fix": "all cheap fixes together", "new line": "all new lines together"}


@dataclass(frozen=True)
class Place:
    """One row of the league: a fix, what it saves, what it costs; no savings where the model cannot say.

    ``own`` is of the ways that the fix is made for, None where it names none or they are not asked.
    ``opened`` are corridors that have a way with the fix alone, ``opened_through`` those of them that run through the country: where there
    was no way before nothing is saved, and nothing could say more than that there is one now.
    """

    name: str
    fix: Fix
    cost: Cost
    own: Saving | None
    best: Saving | None
    through: Saving | None
    most: Saving | None
    opened: tuple[str, ...] = ()
    opened_through: tuple[str, ...] = ()


@dataclass(frozen=True)
class League:
    """Fixes by what the best way through the country saves in generalized cost, those without figures last."""

    base: Study
    question: LeagueQuestion
    places: tuple[Place, ...]


@dataclass(frozen=True)
class LeagueQuestion:
    """What is asked of a league.

    Parameters
    ----------
    scenario, changes, rows
        As for ``run``.
    origin, destination
        The scenario's first if empty.
    fixes
        Table of fixes.
    through
        Country whose ways are also told apart.
    by
        What makes a way the best: generalized, usd or hours, by the mean.
    """

    scenario: str
    changes: Sequence[str] = ()
    rows: Sequence[str | Path] = ()
    origin: str = ""
    destination: str = ""
    fixes: Path = FIXES_FILE
    through: str = "AF"
    by: str = "generalized"


def league(question: LeagueQuestion) -> League:
    """League table of a scenario for one pair of places.

    Raises
    ------
    ScenarioError
        Where a fix or the question names what is not there.
    NoRouteError
        Where nothing connects the places, whatever is fixed or built.
    """
    if question.by not in CHOICES:
        raise ScenarioError(f'--by: found "{question.by}"; allowed {", ".join(CHOICES)}')
    changes, rows = question.changes, question.rows
    table = read_fixes(question.fixes)
    _know_ways(table)
    asked = read_scenario(question.scenario, tuple(changes), rows=rows)
    search, _ = set_up(asked, read_catalogue())
    network, parameters = search.everything, search.parameters
    countries = sorted({node.country for node in network.nodes.values()})
    if question.through not in countries:
        raise ScenarioError(
            f'--through: there is no country "{question.through}"{nearest(question.through, countries)}; allowed {", ".join(countries)}'
        )
    lines = sorted({name for fix in table.values() for name in fix.open})
    kept_held = [name for name in asked.projects.held if name not in lines]
    every = [] if any(c.startswith("corridors=") for c in changes) else [f"corridors={','.join(read_catalogue())}"]
    common = [
        *every,
        *changes,
        f"origins={question.origin or asked.origins[0]}",
        f"destinations={question.destination or asked.destinations[0]}",
        "replicates=1",
    ]

    def carried(over: Sequence[str], opened: frozenset[str]) -> Study:
        held = [*kept_held, *(name for name in lines if name not in opened)]
        switches = [*common, f"projects.held={','.join(held)}", *over]
        return run(read_scenario(question.scenario, tuple(switches), rows=rows))

    groups = {**{name: (fix, {name: fix}) for name, fix in table.items()}, **_together(table)}
    year = asked.date.year
    over = {name: switches_of_all(members, parameters, network, year) for name, (_, members) in groups.items()}
    base = carried((), frozenset())
    evidence = evidence_rows()
    places = []
    for name, (fix, members) in groups.items():
        cost = cost_of_all(members.values(), network, evidence) if len(members) > 1 else cost_of(fix, network, evidence)
        if fix.cannot:
            places.append(Place(name, fix, cost, None, None, None, None))
            continue
        changed = carried(over[name], frozenset(p for m in members.values() for p in m.open))
        opened = [_opened(base, changed, country) for country in ("", question.through)]
        places.append(
            Place(name, fix, cost, _own(base, changed, fix, question.by), *_savings(base, changed, question), *opened)
        )
    if not any(place.best or place.opened for place in places):
        raise NoRouteError(_nothing(base))
    return League(base, question, tuple(sorted(places, key=_order)))


def _know_ways(table: Mapping[str, Fix]) -> None:
    known = read_catalogue()
    for name, fix in table.items():
        for way in (*fix.ways, *fix.ways_with):
            if way not in known:
                raise ScenarioError(f'[fix.{name}] ways: there is no corridor "{way}"{nearest(way, known)}')


def _nothing(base: Study) -> str:
    origin, destination = (base.network.nodes[name].name for name in base.pairs()[0])
    reasons = "; ".join(f"{w.corridor}: {w.reason}" for w in base.ways[:3])
    return f"{origin} - {destination}: no corridor has a way, with or without any fix of the table ({reasons})"


def _order(place: Place) -> tuple[bool, bool, float, float, float, str]:
    told = [s.generalized_per_tonne if s else 0.0 for s in (place.through, place.best, place.own)]
    opens = bool(place.opened) and place.best is None
    return bool(place.fix.cannot), not opens, -told[0], -told[1], -told[2], place.name


def _together(table: Mapping[str, Fix]) -> dict[str, tuple[Fix, dict[str, Fix]]]:
    """All cheap fixes as one, and all new lines as one, with their members."""
    out = {}
    for kind, title in TOGETHER.items():
        members = {name: fix for name, fix in table.items() if fix.kind == kind and not fix.cannot}
        if len(members) < 2:
            continue
        why = f"{', '.join(fix.name for fix in members.values())}."
        first = next(iter(members.values()))
        ways = tuple(dict.fromkeys(way for fix in members.values() for way in fix.ways))
        ways_with = tuple(dict.fromkeys(way for fix in members.values() for way in fix.ways_with or fix.ways))
        together = Fix(
            name=title.capitalize(), kind=first.kind, why=why, basis="assumption", ways=ways, ways_with=ways_with
        )
        out[title.replace(" ", "-")] = together, members
    return out


def _opened(base: Study, changed: Study, country: str) -> tuple[str, ...]:
    """Corridors that only the changed study has, all or those through a country."""
    before = {w.corridor for w in base.ways if w.outcome is not None}
    return tuple(
        w.corridor
        for w in changed.ways
        if w.outcome is not None and w.corridor not in before and (not country or _crosses(w, country))
    )


def _own(base: Study, changed: Study, fix: Fix, by: str) -> Saving | None:
    """Saving of the best of the ways that a fix is made for, as they are without it and with it."""
    before, after = (
        {w.corridor: w for w in study.ways if w.outcome is not None and w.corridor in names}
        for study, names in ((base, fix.ways), (changed, fix.ways_with or fix.ways))
    )
    return saving_of_best((base, before), (changed, after), by)


def _savings(
    base: Study, changed: Study, question: LeagueQuestion
) -> tuple[Saving | None, Saving | None, Saving | None]:
    """Saving of the best way, of the best way through a country, and of the corridor that gains most."""
    before, after = ({w.corridor: w for w in s.ways if w.outcome is not None} for s in (base, changed))
    crossing = [{c: w for c, w in ways.items() if _crosses(w, question.through)} for ways in (before, after)]
    each = [saving(base, before[c], changed, after[c]) for c in before if c in after]
    most = max(each, key=lambda s: s.generalized_per_tonne, default=None)
    best = saving_of_best((base, before), (changed, after), question.by)
    return best, saving_of_best((base, crossing[0]), (changed, crossing[1]), question.by), most


def _crosses(way: Way, country: str) -> bool:
    return way.itinerary is not None and any(a.country == country for a in way.itinerary.activities if a.moving)


def league_rows(found: League) -> list[dict[str, Any]]:
    """One record a fix, plain values; None where the model or the record has no figure."""
    rows = []
    for place in found.places:
        row: dict[str, Any] = {
            "fix": place.name, "name": place.fix.name, "kind": place.fix.kind, "basis": place.fix.basis,
            "capital_usd_bn_low": place.cost.low, "capital_usd_bn_high": place.cost.high, "capital": place.cost.words,
        }  # fmt: skip
        for label, kept in (
            ("own", place.own),
            ("best", place.best),
            ("through", place.through),
            ("most", place.most),
        ):
            row |= {
                f"{label}_before": kept and kept.before, f"{label}_after": kept and kept.after,
                f"{label}_days_mean_saved": kept and kept.hours_mean / 24, f"{label}_days_p50_saved": kept and kept.hours_p50 / 24,
                f"{label}_days_p90_saved": kept and kept.hours_p90 / 24, f"{label}_usd_per_tonne_saved": kept and kept.usd_per_tonne,
                f"{label}_generalized_usd_per_tonne_saved": kept and kept.generalized_per_tonne, f"{label}_odds": kept and kept.odds,
            }  # fmt: skip
        row |= _bought("own", place.own, place.cost) | _bought("through", place.through, place.cost)
        row["opened"], row["opened_through"] = ";".join(place.opened), ";".join(place.opened_through)
        row["why"], row["cannot"] = place.fix.why, place.fix.cannot
        rows.append(row)
    return rows


def _bought(label: str, kept: Saving | None, cost: Cost) -> dict[str, float | None]:
    """Saving of one consignment a billion USD of capital: low at the high cost, high at the low one. [USD/t/USD bn]"""
    ends = (("low", cost.high), ("high", cost.low))
    stem = f"{label}_generalized_usd_per_tonne_per_usd_bn"
    return {f"{stem}_{end}": kept.generalized_per_tonne / usd if kept and usd else None for end, usd in ends}
