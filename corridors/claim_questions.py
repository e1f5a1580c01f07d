"""The question of a claim, put to the model: one figure in every draw of what we do not know.

Closures by chance are left out, the gates stand as the scenario has them, so the question is as kind as the claim's own: a railway
that runs. Corridors are asked in the claim's scenario, with its own switches laid over (the load, say); whatever else is asked of tables
(:mod:`corridors.claim_tables`). Searches and draws are made once for all claims of one scenario and pair of places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.catalogue import read_catalogue
from corridors.claim_figures import Answer, asked_of, draws_of
from corridors.claim_tables import asked_of_tables
from corridors.claims import COMPARED, OF_A_CORRIDOR, Claim
from corridors.observed import shipped
from corridors.scenario import read_scenario
from corridors.study import set_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.scenario import Scenario
    from corridors.ways import Way, WayFinder
    from sim.sampling import Draws

DRAWS = 1024
"""Draws of each question unless more are asked for."""


class Questions:
    """Asks the model.

    Parameters
    ----------
    draws, seed
        Draws of each question, and their key.
    """

    def __init__(self, draws: int = DRAWS, seed: int = 1) -> None:
        self.count, self.seed = draws, seed
        self._searches: dict[tuple[str, ...], tuple[Scenario, WayFinder, Draws]] = {}
        self._ways: dict[tuple[str, ...], Way] = {}

    def ask(self, claim: Claim) -> Answer:
        """Answer to a claim's question.

        Raises
        ------
        ScenarioError, TableError
            Where the claim asks for a name that is not there.
        """
        if not claim.measure:
            return Answer(None, claim.why_not)
        if claim.measure not in OF_A_CORRIDOR:
            return asked_of_tables(claim, self.count, self.seed)
        names = [claim.corridor, *([claim.baseline] if claim.measure in COMPARED else [])]
        ways = [self._way(claim, name) for name in names]
        if claim.measure == "feasible":
            way = ways[0]
            opens = None if way.feasible else lambda: self._opens(claim)
            return Answer(
                np.full(self.count, float(way.feasible)), way.reason or way.assumption, exact=True, opens=opens
            )
        plans = [way.plan for way in ways if way.plan is not None]
        if len(plans) < len(ways):
            return Answer(None, "; ".join(f"{w.corridor}: {w.reason}" for w in ways if w.plan is None))
        scenario, _, draws = self._search(claim)
        tables = None if scenario.rows else shipped()
        asked = asked_of(scenario, [w.corridor for w in ways], tables, claim.measure, claim.span)
        figure = asked.figure(plans, draws)
        numbers = dict.fromkeys(n for plan in plans for n in plan.itinerary.rows())
        leans = dict.fromkeys(e for n in numbers for e in draws.parameters.rows[n].evidence if e)
        return Answer(figure.at({}), ways[0].assumption, figure, tuple(leans), asked.mostly(plans, draws))

    def _opens(self, claim: Claim) -> tuple[Mapping[str, str], ...]:
        """Smallest sets of switches that open the claim's way, in words, with how things stand."""
        from corridors.unlock import Unlocker

        _, search, draws = self._search(claim)
        found = Unlocker(search, draws).unlock(read_catalogue()[claim.corridor], claim.origin, claim.destination)
        sets = [o for o in found.sets if o.way.feasible]
        return tuple({s.words: s.because for s in o.switches} for o in sets if len(o.switches) == len(sets[0].switches))

    def _search(self, claim: Claim) -> tuple[Scenario, WayFinder, Draws]:
        key = (claim.scenario, claim.origin, claim.destination, *claim.switches)
        if key not in self._searches:
            switches = [f"origins={claim.origin}", f"destinations={claim.destination}", "shocks=false", "replicates=1"]
            switches += [f"draws={self.count}", f"seed={self.seed}", *claim.switches]
            scenario = read_scenario(claim.scenario, switches)
            search, _ = set_up(scenario, read_catalogue(), None if scenario.rows else shipped())
            self._searches[key] = scenario, search, draws_of(search, scenario)
        return self._searches[key]

    def _way(self, claim: Claim, corridor: str) -> Way:
        key = (claim.scenario, claim.origin, claim.destination, *claim.switches, corridor)
        if key not in self._ways:
            _, search, _ = self._search(claim)
            self._ways[key] = search.find(read_catalogue()[corridor], claim.origin, claim.destination)
        return self._ways[key]
