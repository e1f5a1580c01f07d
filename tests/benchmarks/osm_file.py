"""Write an .osm.pbf of realistic size and shape: mostly buildings and streets, a thin railway net, a few stations.

    python tests/benchmarks/osm_read.py [--small] [--file FILE]

calls this and times the reader on it. Same seed, same elements. Four nodes and one building a step; every
116th way is a piece of railway of ten nodes on a lattice, which shares its end nodes with its neighbours.
"""

import osmium
from numpy.random import default_rng

EVERY = 116
RAIL_NODES = 10


def write_file(path, ways, seed=1):
    """Write `ways` ways (4.03 million make some 120 MB) and give the number of railway ways among them."""
    rng = default_rng(seed)
    rails = ways // EVERY
    path.unlink(missing_ok=True)
    writer = osmium.SimpleWriter(str(path))
    try:
        first = 1
        for i in range(rails):  # railway i runs east from its corner; corner i + 1 is the last node of railway i
            row, col = divmod(i, 200)
            for k in range(RAIL_NODES - 1):
                tags = {"railway": "station", "name": f"Station {i}"} if k == 0 and i % 20 == 0 else {}
                _node(writer, first, 50 + 0.2 * (col + k / 9), 36 + 0.05 * row, tags)
                first += 1
        end = first
        _node(writer, end, 50 + 0.2 * ((rails - 1) % 200 + 1), 36 + 0.05 * ((rails - 1) // 200), {})
        block = 100_000
        corners = end + 1
        for start in range(0, ways - rails, block):
            count = min(block, ways - rails - start)
            lon, lat = rng.uniform(50, 80, count).tolist(), rng.uniform(30, 50, count).tolist()
            off = rng.uniform(
                -1e-4, 1e-4, (count, 8)
            ).tolist()  # no two houses are alike: this is what makes the file large
            for j in range(count):
                base = corners + 4 * (start + j)
                for k, (dx, dy) in enumerate(((0, 0), (2e-4, 0), (2e-4, 2e-4), (0, 2e-4))):
                    _node(writer, base + k, lon[j] + dx + off[j][k], lat[j] + dy + off[j][k + 4], {})
        for i in range(rails):
            refs = list(range(1 + 9 * i, 1 + 9 * i + RAIL_NODES))
            tags = {"railway": "rail", "gauge": "1520" if i % 3 else "1435", "usage": "main", "maxspeed": "80"}
            _way(writer, i + 1, refs, tags)
        kinds = ({"building": "yes"}, {"highway": "residential"}, {"landuse": "farmland"})
        for i in range(ways - rails):
            base = corners + 4 * i
            _way(writer, rails + i + 1, [base, base + 1, base + 2, base + 3, base], kinds[i % 3])
    finally:
        writer.close()
    return rails


def _node(writer, number, lon, lat, tags):
    writer.add_node(osmium.osm.mutable.Node(id=number, version=1, location=(lon, lat), tags=tags))


def _way(writer, number, refs, tags):
    writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=refs, tags=tags))
