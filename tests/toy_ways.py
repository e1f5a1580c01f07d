"""Ways over the toy network: the steps of a study in a few lines, for the tests of sim."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from toy import BOX, toy_network, toy_parameters

from geodata.network import Network
from sim.activities import Activity, Conditions, Edge, State
from sim.amounts import Length, expected
from sim.consignment import Consignment
from sim.cost import usd_amounts
from sim.itinerary import Itinerary, price
from sim.parameters import SELECTORS, Parameters
from sim.routing import FREE, Graph, Path, Pin, Section, least_cost
from sim.simulation import Draws
from sim.transit_time import hours_amount
from sim.unfolding import destination_activities, origin_activities, unfold

OPEN = dt.date(2035, 6, 1)
"""Both new lines and the upgrade are open."""

LENGTHS = {"newline": Length(80.0, 100.0, 150.0, "triangular"), "newline2": Length(195.0, 195.0, 195.0, "triangular")}
RAIL = (Section(frozenset({"rail"})),)
ROAD = (Section(frozenset({"road"})),)
RAIL_TO_HERA = (Section(frozenset({"rail"}), to="hera"), Section(frozenset({"road"})))


def toy_built(*, better: bool = False, network: Network | None = None) -> Network:
    """Toy with both new lines open, and the upgrade if asked."""
    return (network or toy_network()).built(OPEN, held=() if better else ("better",))


@dataclass(frozen=True)
class Errand:
    """What a test asks of the toy; everything has a default."""

    network: Network = field(default_factory=toy_built)
    parameters: Parameters = field(default_factory=toy_parameters)
    consignment: Consignment = BOX
    month: int = 6
    direction: str = "southbound"
    terms: str = "consignee"
    lengths: Mapping[str, Length] = field(default_factory=lambda: dict(LENGTHS))
    closed_vehicles: Collection[tuple[str, str]] = ()
    exchange: Mapping[str, bool] | None = None

    @property
    def conditions(self) -> Conditions:
        return Conditions(
            self.consignment,
            self.direction,
            self.month,
            self.network.open_projects,
            self.exchange,
            self.closed_vehicles,
        )

    def edges(self) -> list[Edge]:
        return unfold(self.network, self.conditions)

    def usd_per_hour(self) -> float:
        """Value of time; the box of the toy: 0.6 % a day of 40,000 USD = 10 USD/h."""
        asked = dict.fromkeys(SELECTORS, "")
        row = self.parameters.rows[self.parameters.match("consignment", "value_of_time", "", asked, asks="test")]
        return self.consignment.value_usd * row.mean / 100.0 / 24.0

    def weigh(self, activities: Sequence[Activity]) -> float:
        """Mean generalized cost of activities. [USD]"""
        total = 0.0
        for activity in activities:
            facts = (activity, self.parameters, self.consignment, self.month)
            hours = expected(hours_amount(*facts), self.parameters, self.lengths)
            usd = sum(expected(a, self.parameters, self.lengths) for a in usd_amounts(*facts).values())
            total += usd + self.usd_per_hour() * hours
        return total

    def graph(self, edges: Sequence[Edge] | None = None) -> Graph:
        edges = self.edges() if edges is None else edges
        return Graph(edges, {e.edge_id: self.weigh(e.activities) for e in edges})

    def before(self, state: State) -> list[Activity]:
        return origin_activities(self.network, state, self.conditions, from_ship=self.terms == "transit_import")

    def after(self, state: State) -> list[Activity]:
        return destination_activities(self.network, state, self.conditions, self.terms)

    def find(
        self,
        origin: str,
        destination: str,
        sections: Sequence[Section] = FREE,
        *,
        avoid: Collection[str] = (),
        edges: Sequence[Edge] | None = None,
    ) -> Path | None:
        """Cheapest way with its ends, as a study finds it."""
        graph = self.graph(edges)
        starts = {s: self.weigh(self.before(s)) for s in graph.states_at(origin) if s.mode != "sea"}
        ends = {s: self.weigh(self.after(s)) for s in graph.states_at(destination) if s.vehicle != "berth"}
        return least_cost(graph, origin, [destination], Pin(sections, starts, ends, frozenset(avoid)))[destination]

    def chain(self, path: Path) -> list[Activity]:
        """Activities of a way from origin to destination."""
        hauled = [a for e in path.edges for a in e.activities]
        return [*self.before(path.states[0]), *hauled, *self.after(path.states[-1])]

    def way(self, origin: str, destination: str, sections: Sequence[Section] = FREE) -> Itinerary:
        path = self.find(origin, destination, sections)
        assert path is not None
        return self.priced(path)

    def priced(self, path: Path) -> Itinerary:
        return price(self.chain(path), self.parameters, self.consignment, self.month, self.lengths)

    def draws(self, count: int = 512, seed: int = 1, *, knowledge: int = 0, trip: int = 0) -> Draws:
        return Draws(self.parameters, self.lengths, count, seed, knowledge, trip)

    def but(self, **changes: object) -> "Errand":
        return replace(self, **changes)


def kinds(activities: Sequence[Activity]) -> list[str]:
    """Kind and reason of each, as ``clear.border``."""
    return [".".join(p for p in (a.kind, a.reason) if p) for a in activities]


def mean_total(itinerary: Itinerary, parameters: Parameters, measure: str, lengths: Mapping[str, Length]) -> float:
    """Closed mean of a way's hours, usd or kg."""
    amounts = []
    for p in itinerary.priced:
        amounts += {"hours": [p.hours], "usd": list(p.usd.values()), "kg": [p.kg] if p.kg else []}[measure]
    return sum(expected(a, parameters, lengths) for a in amounts)
