"""The benchmark of the reader still runs, on a file of 2 MB that it writes itself; no time is asserted."""

import json
import subprocess
import sys


def test_the_benchmark_reads_what_it_wrote(root, tmp_path):
    code = (
        "import json, sys; sys.path.insert(0, 'tests/benchmarks'); import osm_read\n"
        "print(json.dumps(osm_read.main(['--small', '--rounds', '1', '--file', sys.argv[1]])))"
    )
    file = tmp_path / "small.osm.pbf"
    said = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True, cwd=root)
    (found,) = json.loads(said.stdout.splitlines()[-1])
    assert 1.5e6 < file.stat().st_size < 3e6
    counts = {(work["ways"], work["nodes"]) for work in found.values()}
    assert counts == {(775, 6976)}
    assert all(work["s"] > 0 and 0 < work["mb"] <= 250 for work in found.values())
