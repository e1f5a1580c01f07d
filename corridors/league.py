"""A league table of cheap fixes against new lines: what each saves one consignment, alone.

The scenario, with every corridor of the catalogue, is first taken without any new line or junction of the table; then each fix is laid over it alone, all cheap fixes
together, and all new lines together. Every run has the same draws, so a saving is a difference draw by draw. Three savings are told, each of a best way
(by mean generalized cost, dollars or hours) before and after: that of the best way of all, which is what a shipper who chooses freely wins; that of the best way through one country (Afghanistan
if not said), which is what all the fixes and lines of the table are about; and that of the corridor that gains most.

Dollars are per tonne of cargo. A capital cost is shown where one is published and set against the saving of one consignment; what a line
would earn, carry or cost to run is not in this table. What the model cannot say of a fix is said instead of a number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.catalogue import read_catalogue
from corridors.citations import evidence_rows
from corridors.comparison import value_of_time
from corridors.fixes import FIXES_FILE, Cost, Fix, cost_of, read_fixes, switches_of
from corridors.scenario import read_scenario
from corridors.study import run, set_up
from corridors.toml_files import ScenarioError
from sim.simulation import quantiles

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Way
    from sim.draws import Floats

CHOICES = ("generalized", "usd", "hours")
TOGETHER = {"cheap fix": "all cheap fixes together", "new line": "all new lines together"}


@dataclass(frozen=True)
class Saving:
    """What a way saves: before less after, paired. [h], [USD/t], [USD/t], [1]

    ``odds`` is the share of draws in which generalized cost falls.
    """

    before: str
    after: str
    hours_mean: float
    hours_p50: float
    hours_p90: float
    usd_per_tonne: float
    generalized_per_tonne: float
    odds: float


@dataclass(frozen=True)
class Place:
    """One row of the league: a fix, what it saves, what it costs; no savings where the model cannot say."""

    name: str
    fix: Fix
    cost: Cost
    best: Saving | None
    through: Saving | None
    most: Saving | None


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
        Where a fix names what is not there.
    """
    if question.by not in CHOICES:
        raise ScenarioError(f'--by: found "{question.by}"; allowed {", ".join(CHOICES)}')
    changes, rows = question.changes, question.rows
    table = read_fixes(question.fixes)
    asked = read_scenario(question.scenario, tuple(changes), rows=rows)
    search, _ = set_up(asked, read_catalogue())
    network, parameters = search.everything, search.parameters
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

    every_fix = {**table, **_together(table)}
    over = {n: switches_of(fix, n, parameters, network, asked.date.year) for n, fix in every_fix.items()}
    base = carried((), frozenset())
    evidence = evidence_rows()
    places = []
    for name, fix in every_fix.items():
        cost = cost_of(fix, network, evidence)
        if fix.cannot:
            places.append(Place(name, fix, cost, None, None, None))
            continue
        places.append(Place(name, fix, cost, *_savings(base, carried(over[name], frozenset(fix.open)), question)))
    return League(base, question, tuple(sorted(places, key=_order)))


def _order(place: Place) -> tuple[bool, float, float, str]:
    told = [s.generalized_per_tonne if s else 0.0 for s in (place.through, place.best)]
    return place.best is None, -told[0], -told[1], place.name


def _together(table: Mapping[str, Fix]) -> dict[str, Fix]:
    """All cheap fixes as one, and all new lines as one."""
    out = {}
    for kind, name in TOGETHER.items():
        members = [fix for fix in table.values() if fix.kind == kind and not fix.cannot]
        if len(members) < 2:
            continue
        scaled = {pattern: factor for fix in members for pattern, factor in fix.scale.items()}
        out[name.replace(" ", "-")] = Fix(
            name=name.capitalize(),
            kind=members[0].kind,
            why=f"{', '.join(fix.name for fix in members)}.",
            basis="assumption",
            to_low=tuple(pattern for fix in members for pattern in fix.to_low),
            scale={
                p: f
                for p, f in scaled.items()
                if not any(p.startswith(low.rstrip("*")) for fix in members for low in fix.to_low)
            },
            open=tuple(dict.fromkeys(project for fix in members for project in fix.open)),
        )
    return out


def _savings(
    base: Study, changed: Study, question: LeagueQuestion
) -> tuple[Saving | None, Saving | None, Saving | None]:
    """Saving of the best way, of the best way through a country, and of the corridor that gains most."""
    before, after = ({w.corridor: w for w in s.ways if w.outcome is not None} for s in (base, changed))
    crossing = [{c: w for c, w in ways.items() if _crosses(w, question.through)} for ways in (before, after)]
    each = [_saving(base, before[c], changed, after[c]) for c in before if c in after]
    most = max(each, key=lambda s: s.generalized_per_tonne, default=None)
    best = _between_best((base, before), (changed, after), question.by)
    return best, _between_best((base, crossing[0]), (changed, crossing[1]), question.by), most


def _crosses(way: Way, country: str) -> bool:
    return way.itinerary is not None and any(a.country == country for a in way.itinerary.activities if a.moving)


_Ways = tuple["Study", "Mapping[str, Way]"]


def _between_best(one: _Ways, other: _Ways, by: str) -> Saving | None:
    (base, before), (changed, after) = one, other
    if not before or not after:
        return None
    return _saving(base, before[_best(base, before, by)], changed, after[_best(changed, after, by)])


def _best(study: Study, ways: Mapping[str, Way], by: str) -> str:
    return min(ways, key=lambda c: (float(np.nanmean(_measured(study, ways[c], by))), c))


def _measured(study: Study, way: Way, by: str) -> Floats:
    if by == "generalized" or way.outcome is None:
        return _generalized(study, way)
    return way.outcome.usd if by == "usd" else way.outcome.hours


def _generalized(study: Study, way: Way) -> Floats:
    """Generalized cost of a way in every draw; NaN where it does not arrive. [USD]"""
    if way.outcome is None:  # pragma: no cover - only ways with an outcome are asked
        raise ValueError(f"{way.corridor} was not carried through the draws")
    return np.asarray(way.outcome.usd + value_of_time(study) * way.outcome.hours)


def _saving(base: Study, before: Way, changed: Study, after: Way) -> Saving:
    one, other = before.outcome, after.outcome
    if one is None or other is None:  # pragma: no cover - only ways with an outcome are asked
        raise ValueError(f"{before.corridor} was not carried through the draws")
    tonnes = base.consignment.tonnes
    both = one.delivered & other.delivered
    g_one, g_other = _generalized(base, before)[both], _generalized(changed, after)[both]
    hours = [(one.hours[both], other.hours[both])]
    p50, p90 = ((quantiles(a, (q,))[0] - quantiles(b, (q,))[0]) for (a, b) in hours for q in (0.5, 0.9))
    return Saving(
        before.corridor,
        after.corridor,
        float((one.hours[both] - other.hours[both]).mean()),
        p50,
        p90,
        float((one.usd[both] - other.usd[both]).mean()) / tonnes,
        float((g_one - g_other).mean()) / tonnes,
        float((g_one > g_other).mean()),
    )


def league_rows(found: League) -> list[dict[str, Any]]:
    """One record a fix, plain values; None where the model or the record has no figure."""
    rows = []
    for place in found.places:
        row: dict[str, Any] = {
            "fix": place.name, "name": place.fix.name, "kind": place.fix.kind, "basis": place.fix.basis,
            "capital_usd_bn_low": place.cost.low, "capital_usd_bn_high": place.cost.high, "capital": place.cost.words,
        }  # fmt: skip
        for label, saving in (("best", place.best), ("through", place.through), ("most", place.most)):
            row |= {
                f"{label}_before": saving and saving.before, f"{label}_after": saving and saving.after,
                f"{label}_days_mean_saved": saving and saving.hours_mean / 24, f"{label}_days_p50_saved": saving and saving.hours_p50 / 24,
                f"{label}_days_p90_saved": saving and saving.hours_p90 / 24, f"{label}_usd_per_tonne_saved": saving and saving.usd_per_tonne,
                f"{label}_generalized_usd_per_tonne_saved": saving and saving.generalized_per_tonne, f"{label}_odds": saving and saving.odds,
            }  # fmt: skip
        low = place.cost.low
        gained = place.through.generalized_per_tonne if place.through else None
        row["through_generalized_usd_per_tonne_per_usd_bn"] = None if not low or gained is None else gained / low
        row["why"], row["cannot"] = place.fix.why, place.fix.cannot
        rows.append(row)
    return rows
