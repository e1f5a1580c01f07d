"""Time and memory of `corridors osm read` on a file of realistic size, held against pyosmium's bare two passes.

    python tests/benchmarks/osm_read.py [--small] [--file FILE] [--rounds N]

writes the file if it is not there (some 120 MB and a few minutes; `--small` some 2 MB), then in each round reads it with two
bare passes of pyosmium (railway ways, then positions of their nodes), with our reader, and with reader and graph, each in a
process of its own. Aim: our reader takes at most 1.5 times the bare passes, and at most 250 MB.
Processor time, beside it, tells the same on a machine that has other work.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from osm_file import write_file

WAYS, SMALL_WAYS = 5_150_000, 90_000
START = "import json, resource, sys, time; from pathlib import Path; start = time.perf_counter(); f = sys.argv[1]\n"
END = (
    "\nmb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024"
    "\nprint(json.dumps({'s': time.perf_counter() - start, 'cpu': time.process_time(), 'mb': mb, 'ways': ways, 'nodes': nodes}))"
)
BARE = """
import osmium
entity, ids, ways, nodes = osmium.osm.osm_entity_bits, osmium.IdTracker(), 0, 0
for way in osmium.FileProcessor(f, entity.WAY).with_filter(osmium.filter.KeyFilter("railway")):
    ids.add_references(way)
    ways += 1
for node in osmium.FileProcessor(f, entity.NODE).with_filter(ids.id_filter()):
    node.lat, node.lon
    nodes += 1
"""
OURS = """
from geodata.osm_read import read_osm
extract = read_osm(Path(f))
ways, nodes = len(extract.ways), len(extract.lat)
"""
GRAPH = OURS + "from geodata.osm_graph import rail_graph\nrail_graph(extract)\n"
WORKS = {"bare": BARE, "ours": OURS, "ours and graph": GRAPH}


def run(code, file):
    """Run one work in a process of its own and give what it says."""
    said = subprocess.run(
        [sys.executable, "-c", START + code + END, str(file)], capture_output=True, text=True, check=True
    )
    return json.loads(said.stdout)


def measure(file, rounds):
    """Seconds, megabytes and counts of each work, round by round."""
    return [{name: run(code, file) for name, code in WORKS.items()} for _ in range(rounds)]


def main(words=None):
    """Write the file where it is missing, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a file of 2 MB, to see whether everything runs")
    parser.add_argument("--file", type=Path, help="where the file stands or shall be written")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(words)
    file = asked.file or Path(tempfile.gettempdir()) / f"corridors-bench{'-small' if asked.small else ''}.osm.pbf"
    if not file.exists():
        write_file(file, SMALL_WAYS if asked.small else WAYS)
    rounds = measure(file, asked.rounds)
    sys.stdout.write(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB, {rounds[0]['bare']['ways']:,} railway ways\n")
    for name in WORKS:
        seconds = [found[name]["s"] for found in rounds]
        ratios = [found[name]["s"] / found["bare"]["s"] for found in rounds]
        work = [found[name]["cpu"] / found["bare"]["cpu"] for found in rounds]
        sys.stdout.write(
            f"{name:<16} {median(seconds):6.2f} s  {median(ratios):5.2f}x ({min(ratios):.2f}-{max(ratios):.2f})  "
            f"{median(work):5.2f}x of its processor time  "
            f"{max(found[name]['mb'] for found in rounds):5.0f} MB\n"
        )
    return rounds


if __name__ == "__main__":
    main()
