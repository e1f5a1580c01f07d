"""From one place to all others at once: least mean cost of any additive measure.

SciPy's Dijkstra runs over the states of the network; of parallel steps the least counts, steps that weigh nothing are kept, and a
place that cannot be reached is absent, never far away. What happens at the ends is added by state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.activities import State
from sim.routing import Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Reach:
    """A graph as a matrix, made once and asked from many places.

    Parameters
    ----------
    graph
        Edges with their weights.
    """

    def __init__(self, graph: Graph) -> None:
        from scipy.sparse import csr_matrix

        self.states = sorted({state for edge in graph.edges for state in (edge.start, edge.end)})
        self.number = {state: i for i, state in enumerate(self.states)}
        least: dict[tuple[int, int], float] = {}
        for edge in graph.edges:
            key = (self.number[edge.start], self.number[edge.end])
            weight = graph.weights[edge.edge_id]
            least[key] = min(weight, least.get(key, weight))
        keys = sorted(least)
        size = len(self.states)
        starts = np.searchsorted([a for a, _ in keys], np.arange(size + 1))
        self.matrix = csr_matrix(([least[k] for k in keys], [b for _, b in keys], starts), shape=(size, size))

    def costs(self, starts: Mapping[State, float]) -> NDArray[np.float64]:
        """Least cost from the cheapest of some states to every state, in the order of ``states``; infinite where none leads.

        For sums over many places: read it with ``isfinite``, or ask :meth:`from_states`, which leaves out what is not reached.

        Parameters
        ----------
        starts
            Cost of beginning in a state.

        Returns
        -------
        array of float
            One entry a state, in the unit of the weights.
        """
        from scipy.sparse.csgraph import dijkstra

        known = [(number, cost) for s, cost in starts.items() if (number := self.number.get(s)) is not None]
        if not known:
            return np.full(len(self.states), np.inf)
        found = dijkstra(self.matrix, indices=[number for number, _ in known])
        for row, (_, cost) in enumerate(known):
            found[row] += cost
        least: NDArray[np.float64] = np.minimum.reduce(found)
        return least

    def from_states(self, starts: Mapping[State, float]) -> dict[State, float]:
        """Least cost from the cheapest of some states, each with a cost of its own, to every state that can be reached.

        Parameters
        ----------
        starts
            Cost of beginning in a state.

        Returns
        -------
        dict of State to float
            States that cannot be reached are absent.
        """
        best = self.costs(starts)
        return {self.states[i]: float(best[i]) for i in np.flatnonzero(np.isfinite(best))}
