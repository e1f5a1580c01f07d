"""A league table of cheap fixes against new lines: what each saves one consignment, alone.

The scenario, with every corridor of the catalogue, is first taken without any new line or junction of the table; then each fix is laid over it alone, all cheap fixes
together, and all new lines together. Every run has the same draws, so a saving is a difference draw by draw. Two savings are told: that
of the best way (by mean generalized cost, before and after), which is what a shipper who chooses freely wins, and that of the
corridor that gains most, which a fix on a way that is not the best would otherwise hide.

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
from sim.simulation import quantiles

if TYPE_CHECKING:
    from corridors.study import Study
    from corridors.ways import Way
    from sim.draws import Floats

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
    most: Saving | None


@dataclass(frozen=True)
class League:
    """Fixes by what the best way saves in generalized cost, those without figures last."""

    base: Study
    places: tuple[Place, ...]


def league(
    scenario: str,
    *,
    origin: str = "",
    destination: str = "",
    changes: Sequence[str] = (),
    rows: Sequence[str | Path] = (),
    fixes: Path = FIXES_FILE,
) -> League:
    """League table of a scenario for one pair of places.

    Parameters
    ----------
    scenario, changes, rows
        As for ``run``.
    origin, destination
        The scenario's first if not given.
    fixes
        Table of fixes.

    Raises
    ------
    ScenarioError
        Where a fix names what is not there.
    """
    table = read_fixes(fixes)
    asked = read_scenario(scenario, tuple(changes), rows=rows)
    search, _ = set_up(asked, read_catalogue())
    network, parameters = search.everything, search.parameters
    lines = sorted({name for fix in table.values() for name in fix.open})
    kept_held = [name for name in asked.projects.held if name not in lines]
    every = [] if any(c.startswith("corridors=") for c in changes) else [f"corridors={','.join(read_catalogue())}"]
    common = [
        *every,
        *changes,
        f"origins={origin or asked.origins[0]}",
        f"destinations={destination or asked.destinations[0]}",
        "replicates=1",
    ]

    def carried(over: Sequence[str], opened: frozenset[str]) -> Study:
        held = [*kept_held, *(name for name in lines if name not in opened)]
        switches = [*common, f"projects.held={','.join(held)}", *_unopened(asked.projects.open, lines, opened), *over]
        return run(read_scenario(scenario, tuple(switches), rows=rows))

    base = carried((), frozenset())
    evidence = evidence_rows()
    places = []
    for name, fix in {**table, **_together(table)}.items():
        cost = cost_of(fix, network, evidence)
        if fix.cannot:
            places.append(Place(name, fix, cost, None, None))
            continue
        over = switches_of(fix, name, parameters, network, asked.date.year)
        places.append(Place(name, fix, cost, *_savings(base, carried(over, frozenset(fix.open)))))
    return League(base, tuple(sorted(places, key=_order)))


def _order(place: Place) -> tuple[bool, float, str]:
    return place.best is None, 0.0 if place.best is None else -place.best.generalized_per_tonne, place.name


def _unopened(opened: Mapping[str, Any], lines: Sequence[str], now: frozenset[str]) -> list[str]:
    """Switches that take the scenario's own word for lines of the table back, unless a fix opens them."""
    return [f"projects.open.{name}=none" for name in opened if name in lines and name not in now]


def _together(table: Mapping[str, Fix]) -> dict[str, Fix]:
    """All cheap fixes as one, and all new lines as one."""
    out = {}
    for kind, name in TOGETHER.items():
        members = [fix for fix in table.values() if fix.kind == kind and not fix.cannot]
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


def _savings(base: Study, changed: Study) -> tuple[Saving | None, Saving | None]:
    """Saving of the best way, and of the corridor that gains most."""
    before, after = ({w.corridor: w for w in s.ways if w.outcome is not None} for s in (base, changed))
    if not before or not after:
        return None, None
    best = _saving(base, before[_best(base, before)], changed, after[_best(changed, after)])
    each = [_saving(base, before[c], changed, after[c]) for c in before if c in after]
    return best, max(each, key=lambda s: s.generalized_per_tonne, default=None)


def _best(study: Study, ways: Mapping[str, Way]) -> str:
    return min(ways, key=lambda c: (float(np.nanmean(_generalized(study, ways[c]))), c))


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
        for label, saving in (("best", place.best), ("most", place.most)):
            row |= {
                f"{label}_before": saving and saving.before, f"{label}_after": saving and saving.after,
                f"{label}_days_mean_saved": saving and saving.hours_mean / 24, f"{label}_days_p50_saved": saving and saving.hours_p50 / 24,
                f"{label}_days_p90_saved": saving and saving.hours_p90 / 24, f"{label}_usd_per_tonne_saved": saving and saving.usd_per_tonne,
                f"{label}_generalized_usd_per_tonne_saved": saving and saving.generalized_per_tonne, f"{label}_odds": saving and saving.odds,
            }  # fmt: skip
        low = place.cost.low
        gained = place.most.generalized_per_tonne if place.most else None
        row["most_generalized_usd_per_tonne_per_usd_bn"] = None if not low or gained is None else gained / low
        row["why"], row["cannot"] = place.fix.why, place.fix.cannot
        rows.append(row)
    return rows
