"""What would open a way: the smallest sets of switches, and what the way would then take and cost.

Between two places, for each corridor asked about and for any way at all: if a way is open, that is the answer and nothing need
be unlocked. If none is, the sets of switches that are minimal by inclusion are found (:mod:`sim.unlocking`), each is
searched anew with its switches set and nothing else changed, and the way that it opens is carried through the draws of
the question, so that all figures are paired. Where nothing at all opens a way, the gap is the answer (:mod:`sim.gaps`).

Sets stand by size, then by mean generalized cost; a set that no row prices stands last of its size, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridors.barriers import Barriers, By, Switch
from corridors.catalogue import Corridor, Stage
from corridors.gap_words import gap_words
from corridors.pins import sections_of
from corridors.ways import Way, WayFinder
from sim.bettering import Limits, bettering_sets
from sim.expectations import Means
from sim.gaps import Gap, find_gap
from sim.parameters import MatchError
from sim.routing import Pin
from sim.simulation import Draws
from sim.unlocking import MinimalSets

ANY_WAY = Corridor(
    corridor_id="any",
    name="any way",
    why="The whole network, pinned to nothing.",
    stages=(Stage(modes=("rail", "road", "sea", "ferry")),),
)
"""What is asked about beside the named corridors."""

MOST_SETS = 40
"""Sets that are searched anew and shown; the smallest come first."""


@dataclass(frozen=True)
class OpenedWay:
    """A way with the switches that open it; none where it is open already.

    Parameters
    ----------
    switches
        What has to be set, by name.
    way
        The way that is then found, carried through the draws; not feasible where no row prices it.
    means
        Mean hours, dollars and emissions from the search; None where no row prices it. [h], [USD], [kg CO2e]
    generalized_usd
        Mean generalized cost from the search; None where no row prices it. [USD]
    note
        Why there are no figures, or what they are of where that is not the consignment of the question.
    """

    switches: tuple[Switch, ...]
    way: Way
    means: Means | None
    generalized_usd: float | None
    note: str = ""


@dataclass(frozen=True)
class Unlocking:
    """Answer for one corridor.

    Parameters
    ----------
    corridor
        What was asked about; :data:`ANY_WAY` for the whole network.
    now
        The way that is open already; None where there is none.
    reason
        Why there is none.
    sets
        Sets that open one; where one is open already, sets that open a better one, if asked for.
    complete_to
        Size up to which every minimal set is listed. [1]
    cut
        How the list was cut short, in words; empty where it was not.
    gap
        Where the way breaks off, whatever is opened; empty where something opens it.
    bounded
        Whether larger minimal sets than ``complete_to`` may exist.
    parts
        The two parts of the network that the gap lies between, where there is one.
    serves
        Whether the corridor is meant for the two places at all; where not, ``reason`` and ``gap`` say why.
    """

    corridor: Corridor
    now: OpenedWay | None
    reason: str = ""
    sets: tuple[OpenedWay, ...] = ()
    complete_to: int = 0
    cut: str = ""
    gap: str = ""
    bounded: bool = True
    parts: Gap | None = None
    serves: bool = True

    @property
    def connects(self) -> bool:
        """Whether there is a way, or something that opens one."""
        return self.now is not None or bool(self.sets)


class Unlocker:
    """What would open a way on the date of one search.

    Parameters
    ----------
    search
        The search of the date.
    draws
        Draws that every way is carried through.
    most
        Largest set wanted; where none is as small, the smallest there are. [1]
    by
        Whether closures are settled gate by gate or event by event.
    """

    def __init__(self, search: WayFinder, draws: Draws, *, most: int = 3, by: By = "gate") -> None:
        self.search, self.draws, self.most = search, draws, most
        self.barriers = Barriers(search, by)
        self._finders: dict[frozenset[str], WayFinder] = {frozenset(): search}

    def unlock(self, corridor: Corridor, origin: str, destination: str, *, better: bool = False) -> Unlocking:
        """Way of a corridor between two places, or the smallest sets of switches that would open one.

        Parameters
        ----------
        corridor
            A named corridor, or :data:`ANY_WAY`.
        origin, destination
            Places.
        better
            Where a way is open already, look for the sets that would open one of less generalized cost.
        """
        found = self._opened(frozenset(), corridor, origin, destination)
        if found.way.feasible:
            return self._bettered(found, corridor) if better else Unlocking(corridor, found)
        reason = found.way.reason
        south = self.search.conditions.direction == "southbound"
        if (destination if south else origin) in corridor.not_to or self.search.no_ship(origin, destination):
            return Unlocking(corridor, None, reason, gap=reason, bounded=False, serves=False)
        sets = self.barriers.locked.minimal_sets(
            origin, destination, self.pin(corridor, origin, destination), self.most
        )
        if not sets.sets:
            gap = self._gap(corridor, origin, destination)
            # where a part is empty, the reason of the comparison knows more: the terms, or that a ship is where it begins
            said = reason if gap is None or gap.km is None else self._gap_words(gap, origin, destination)
            return Unlocking(corridor, None, reason, gap=said, parts=gap, bounded=False)
        opened = [self._opened(s, corridor, origin, destination) for s in sets.sets[:MOST_SETS]]
        bounded = sets.complete_to < len(self.barriers.locked.names)
        return Unlocking(corridor, None, reason, _sorted(opened), sets.complete_to, _cut_words(sets), bounded=bounded)

    def pin(self, corridor: Corridor, origin: str, destination: str) -> Pin:
        """Pin of a corridor on everything that could ever carry the cargo."""
        graph, search = self.barriers.locked.graph, self.search
        starts, ends = search.ends(graph, origin, destination)
        return Pin(
            sections_of(corridor, origin, destination, search.conditions.direction),
            {s: search.weight(a) for s, a in starts.items()},
            {s: search.weight(a) for s, a in ends.items()},
            frozenset(corridor.avoid),
            once=True,
        )

    def _opened(self, names: frozenset[str], corridor: Corridor, origin: str, destination: str) -> OpenedWay:
        """Way that a set of switches opens, searched anew with them set and carried through."""
        switches = tuple(self.barriers.switches[name] for name in sorted(names))
        unpriced = [self.barriers.unpriced[name] for name in sorted(names) if name in self.barriers.unpriced]
        if unpriced:
            way = Way(origin, destination, corridor.corridor_id, feasible=False, reason=unpriced[0], assumption="")
            return OpenedWay(switches, way, None, None, f"no row prices it: {unpriced[0]}")
        try:
            search = self._finder(names)
        except MatchError as error:
            way = Way(origin, destination, corridor.corridor_id, feasible=False, reason=str(error), assumption="")
            return OpenedWay(switches, way, None, None, f"no row prices it: {error}")
        way = search.find(corridor, origin, destination)
        if way.plan is None:
            return OpenedWay(switches, way, None, None, way.reason)
        searched = [a for a in way.plan.itinerary.activities if a.reason != "opening"]
        means = search.expectations.means(searched)
        return OpenedWay(
            switches, way.carried_through(self.draws), means, search.weight(searched), self._lighter(search)
        )

    def _finder(self, names: frozenset[str]) -> WayFinder:
        if names not in self._finders:
            self._finders[names] = self.barriers.with_set(names)
        return self._finders[names]

    def _lighter(self, search: WayFinder) -> str:
        """Say what the figures are of where the load had to be made lighter."""
        mine, now = search.conditions.consignment, self.search.conditions.consignment
        return (
            ""
            if mine == now
            else f"figures are for {mine.tonnes:g} t worth {mine.value_usd:,.0f} USD, not {now.tonnes:g} t"
        )

    def _bettered(self, now: OpenedWay, corridor: Corridor) -> Unlocking:
        """Way that is open, with the smallest sets of switches that would open a better one."""
        ends = (now.way.origin, now.way.destination)
        below = now.generalized_usd or 0.0
        sets = bettering_sets(self.barriers.locked, *ends, self.pin(corridor, *ends), Limits(self.most, below))
        opened = [self._opened(s, corridor, *ends) for s in sets.sets[:MOST_SETS]]
        kept = [o for o in opened if o.generalized_usd is not None and o.generalized_usd < below]
        return Unlocking(corridor, now, sets=_sorted(kept), complete_to=sets.complete_to, cut=_cut_words(sets))

    def _gap(self, corridor: Corridor, origin: str, destination: str) -> Gap | None:
        pin, nodes = self.pin(corridor, origin, destination), self.search.everything.nodes
        return find_gap(self.barriers.locked.graph, origin, destination, pin, nodes)

    def _gap_words(self, gap: Gap, origin: str, destination: str) -> str:
        nodes, unit = self.search.everything.nodes, self.search.conditions.consignment.load_unit
        return gap_words(gap, (origin, destination), nodes, self.barriers.locked.graph.at, unit)


def _sorted(opened: Sequence[OpenedWay]) -> tuple[OpenedWay, ...]:
    """Sets by size, then by mean generalized cost; what has no price last of its size."""
    return tuple(
        sorted(
            opened, key=lambda o: (len(o.switches), o.generalized_usd is None, o.generalized_usd or 0.0, names_of(o))
        )
    )


def names_of(opened: OpenedWay) -> list[str]:
    """Names of the switches of a set."""
    return [s.name for s in opened.switches]


def _cut_words(sets: MinimalSets) -> str:
    parts = []
    if sets.cut:
        parts.append(
            f"the search was stopped: larger sets than {sets.complete_to} may be missing, and smaller than those shown"
        )
    if len(sets.sets) > MOST_SETS:
        parts.append(f"{len(sets.sets)} sets were found and {MOST_SETS} are shown, the smallest first")
    return "; ".join(parts)
