"""How fast the search is, held against NetworkX and SciPy on the same graph of states.

    python tests/benchmarks/routing.py [--small]

k = 6 ways of the shipped network against ``networkx.shortest_simple_paths`` on the same states until it has given as many ways
that differ by links; the Pareto set of four criteria against one Dijkstra of NetworkX; one to all against SciPy's own call on the same
matrix. Works are done in turn, round by round; what is printed are ratios: median, least and largest of the rounds.
"""

import argparse
import itertools
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2])]


def searched(scenario="both-open", pair=("almaty1", "karachi_port")):
    """Search of a scenario and what a way between two places begins and ends with."""
    from corridors import read_scenario
    from corridors.catalogue import read_catalogue
    from corridors.study import set_up
    from sim.search_graph import Errand

    asked = read_scenario(scenario, [f"origins={pair[0]}", f"destinations={pair[1]}", "draws=256"])
    search, _ = set_up(asked, read_catalogue())
    starts, ends = search.ends(search.graph, *pair)
    weighs = [{s: search.weight(a) for s, a in side.items()} for side in (starts, ends)]
    return search, Errand(*pair, *weighs), (starts, ends)


def as_networkx(search, errand):
    """Same states and weights, the least of parallel steps, and one node before and after all."""
    import networkx as nx

    from sim.search_graph import hop_of

    graph = nx.DiGraph()
    for e in search.graph.edges:
        weight = search.graph.weights[e.edge_id]
        if not graph.has_edge(e.start, e.end) or graph[e.start][e.end]["weight"] > weight:
            graph.add_edge(e.start, e.end, weight=weight, hop=hop_of(e))
    graph.add_weighted_edges_from([("from", s, c) for s, c in errand.starts.items()])
    graph.add_weighted_edges_from([(s, "to", c) for s, c in errand.ends.items()])
    return graph


def by_networkx(graph, k):
    """First k ways that differ by their links and enter no place twice."""
    import networkx as nx

    seen = []
    for path in nx.shortest_simple_paths(graph, "from", "to", weight="weight"):
        places = [key for key, _ in itertools.groupby(s.node_id for s in path[1:-1])]
        key = tuple(h for a, b in itertools.pairwise(path[1:-1]) if (h := graph[a][b]["hop"]))
        if len(set(places)) == len(places) and key not in seen:
            seen.append(key)
        if len(seen) == k:
            break
    return seen


def measured(*, small):
    """Ratios by name of the figure."""
    import networkx as nx
    from scipy.sparse.csgraph import dijkstra

    from corridors.benching import interleaved, ratio
    from corridors.free_routes import _respects
    from sim.alternatives import alternatives
    from sim.pareto import pareto
    from sim.reach import Reach
    from sim.search_graph import SearchGraph
    from sim.simulation import Draws

    search, errand, ends = searched()
    graph = SearchGraph(search.graph, errand)
    peer = as_networkx(search, errand)
    respects = _respects(search, Draws(search.parameters, search.lengths, 256, 1), *ends)
    reach = Reach(search.graph)
    rows = [reach.number[s] for s in errand.starts]
    k = 2 if small else 6
    works = {
        "k": lambda: alternatives(graph, k),
        "k, graph made too": lambda: alternatives(SearchGraph(search.graph, errand), k),
        "networkx k": lambda: by_networkx(peer, k),
        "pareto": lambda: pareto(graph, respects),
        "networkx dijkstra": lambda: nx.single_source_dijkstra(peer, "from"),
        "all": lambda: [reach.costs(errand.starts) for _ in range(50)],
        "scipy": lambda: [dijkstra(reach.matrix, indices=rows) for _ in range(50)],
    }
    seconds = interleaved(works, 1 if small else 9)
    return {
        f"networkx / ours, k = {k}": ratio(seconds, "networkx k", "k"),
        f"the same, our graph made too, k = {k}": ratio(seconds, "networkx k", "k, graph made too"),
        f"Pareto of {len(pareto(graph, respects).paths)} ways / networkx Dijkstra": ratio(
            seconds, "pareto", "networkx dijkstra"
        ),
        "one to all / SciPy": ratio(seconds, "all", "scipy"),
    }


def main(words=None):
    """Run it and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="so little that the figures say nothing")
    for name, value in measured(small=parser.parse_args(words).small).items():
        sys.stdout.write(f"{name:<48} {value}\n")


if __name__ == "__main__":
    main()
