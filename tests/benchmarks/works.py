"""What is timed, a function a row of the table; each returns measured ratios by the name of the figure.

``small`` does the same with so little that the figures say nothing: for the tests, which only ask whether it still runs.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from corridors.bench import read_tables, route_works, sweep_works
from corridors.bench_models import LEVELS, made_up, plain, sampled
from corridors.benching import interleaved, python, ratio
from sim.fast_totals import fast_totals
from sim.sampling import Draws
from sim.sweep import fold

RUN = ("-m", "corridors.cli", "run", "both-open", "--no-pictures")


def has(module):
    """Whether a library is installed."""
    from importlib.util import find_spec

    return find_spec(module) is not None


def one_route(*, small):
    """One route of 52 components: ours, compiled, NumPy's samplers in chunks, and SimPy in batches of 500."""
    count = 2_000 if small else 100_000
    p = plain(made_up())
    works = route_works(count)
    batch, part = (50, 50) if small else (500, 5_000)
    if has("simpy"):
        works["simpy"] = lambda: simpy_batches(p, part, batch)
    seconds = interleaved(works, 1 if small else 9)
    found = {}
    for name in ("ours", "compiled"):
        if name in works:
            found[f"samplers / {name}"] = ratio(seconds, "samplers", name)
            if "simpy" in works:
                found[f"SimPy / {name}"] = ratio(seconds, "simpy", name, times=count / part)
    return found


def simpy_batches(p, count, batch):
    """Shipments as processes, a timeout a component, everything drawn beforehand by NumPy."""
    import simpy

    rng = np.random.Generator(np.random.SFC64(1))
    hours, usd = [], []
    for _ in range(0, count, batch):
        rows, lucks = sampled(p, rng, batch)
        of_hours = np.stack([rows[row] * lucks[luck] for row, luck, _ in p.hours])
        of_usd = np.stack([rows[row] * lucks[luck] for row, luck, _ in p.usd])
        steps = np.stack([km * of_hours[h] for h, km, _, _ in p.components], axis=1).tolist()
        costs = np.stack([km * of_usd[u] for _, _, u, km in p.components], axis=1).tolist()
        env = simpy.Environment()

        def ship(mine, dollars, env=env):
            spent = 0.0
            for step, cost in zip(mine, dollars, strict=True):
                yield env.timeout(step)
                spent += cost
            hours.append(env.now)
            usd.append(spent)

        for mine, dollars in zip(steps, costs, strict=True):
            env.process(ship(mine, dollars))
        env.run()
    return np.percentile(hours, [100 * x for x in LEVELS]), np.percentile(usd, [100 * x for x in LEVELS])


PEAK = """
def peak():
    \"\"\"Most memory that this process has had, its own and not that of whoever started it. [MB]\"\"\"
    import resource
    from pathlib import Path
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
"""

MEMORY = (
    PEAK
    + """
import sys
from corridors.bench_models import LEVELS, made_up
from sim.fast_totals import fast_totals
made = made_up(); way = made.itinerary(0)
fast_totals(way, made.parameters, {}, count=20000, seed=1, levels=LEVELS)
before = peak()
fast_totals(way, made.parameters, {}, count=int(sys.argv[1]), seed=1, levels=LEVELS)
print(peak() - before)
"""
)


def memory(*, small):
    """Extra memory of a million draws over the loaded baseline. [MB]"""
    said = [
        float(
            subprocess.run(
                [sys.executable, "-c", MEMORY, "30000" if small else "1000000"], check=True, capture_output=True
            ).stdout
        )
        for _ in range(1 if small else 5)
    ]
    said.sort()
    return {"MB": (said[len(said) // 2], said[0], said[-1])}


def sweep(*, small):
    """Scenarios x 60 ways x 1,000 draws, against drawing anew and np.percentile; slices, scaled to one another."""
    scenarios, whole = (4, 2) if small else (1_000, 50)
    seconds = interleaved(sweep_works(scenarios, whole, *((64, 6) if small else (1_000, 60))), 1 if small else 9)
    found = {f"redrawn / {n}": ratio(seconds, "redrawn", n, times=scenarios) for n in ("groups", "groups, 2 threads")}
    return found | {"redrawn / all rows": ratio(seconds, "redrawn", "all rows", times=whole)}


SWEEP_MEMORY = (
    PEAK
    + """
import sys, time
import numpy as np
from corridors.bench_models import made_up
from sim.sampling import Draws
from sim.sweep import fold
made = made_up(400, 60); ways = [made.itinerary(k) for k in range(60)]
folded = fold(ways, Draws(made.parameters, {}, 1000, 1), made.groups())
factors = np.exp(np.random.default_rng(1).normal(0.0, 0.2, (int(sys.argv[1]), len(folded.groups))))
start = time.perf_counter()
folded.quantiles(factors, (0.5, 0.9, 0.95), measures=("hours",))
print(peak(), time.perf_counter() - start)
"""
)


def sweep_memory(*, small):
    """Peak memory of the whole process of a sweep of 10,000 scenarios. [MB] Nothing is scaled; its seconds are shown too."""
    said = subprocess.run(
        [sys.executable, "-c", SWEEP_MEMORY, "20" if small else "10000"], check=True, capture_output=True
    )
    megabytes, seconds = map(float, said.stdout.split())
    return {"MB": (megabytes, megabytes, megabytes), "seconds": (seconds, seconds, seconds)}


FLAGSHIP = (
    PEAK
    + """
import sys, time
from corridors import read_scenario, run
start = time.perf_counter()
run(read_scenario("both-open", [f"draws={sys.argv[1]}", *sys.argv[2:]]))
print(time.perf_counter() - start, peak())
"""
)


def carried(draws, *switches):
    """Seconds and peak megabytes of the flagship in a fresh process."""
    words = [sys.executable, "-c", FLAGSHIP, str(draws), *switches]
    seconds, megabytes = map(float, subprocess.run(words, check=True, capture_output=True).stdout.split())
    return seconds, megabytes


def flagship(*, small):
    """The flagship with many draws against few; time and memory."""
    few, many = (64, 256) if small else (10_000, 100_000)
    switches = ("replicates=1", "origins=almaty1", "destinations=karachi_port") if small else ("replicates=2",)
    pairs = [(carried(few, *switches), carried(many, *switches)) for _ in range(1 if small else 2)]
    times = sorted(b[0] / a[0] for a, b in pairs)
    return {
        "time": (sum(times) / len(times), times[0], times[-1]),
        "MB with few": (pairs[0][0][1],) * 3,
        "MB with many": (pairs[0][1][1],) * 3,
    }


def growth(*, small):
    """Time when draws, corridors or scenarios double."""
    made = made_up(400, 12)
    ways = [made.itinerary(k) for k in range(12)]
    way = made_up()
    route = way.itinerary(0)
    base = Draws(made.parameters, {}, 64 if small else 1_000, 1)
    factors = np.ones((8 if small else 2_048, 24))
    half, whole = fold(ways[:6], base, made.groups()), fold(ways, base, made.groups())
    count = 1_000 if small else 200_000
    works = {
        "draws": lambda: fast_totals(route, way.parameters, {}, count=count, seed=1),
        "draws, twice": lambda: fast_totals(route, way.parameters, {}, count=2 * count, seed=1),
        "scenarios": lambda: whole.quantiles(factors),
        "scenarios, twice": lambda: whole.quantiles(np.concatenate([factors, factors])),
        "corridors": lambda: half.quantiles(factors),
        "corridors, twice": lambda: whole.quantiles(factors),
    }
    seconds = interleaved(works, 1 if small else 9)
    found = {name: ratio(seconds, f"{name}, twice", name) for name in ("draws", "scenarios", "corridors")}
    if not small:
        found |= study_growth()
    return found


def study_growth():
    """The same of a study itself, in fresh processes: draws, and corridors."""
    plain_run = ("replicates=2", "origins=almaty1")
    few = "corridors=turgundi-chaman,west-road,all-road,iran-road,bandar-abbas"
    many = few + ",turgundi-herat,uap-ml1,uap-ml2,kabul-road,china-sea"
    rounds = [
        (
            carried(16384, *plain_run)[0],
            carried(32768, *plain_run)[0],
            carried(8192, *plain_run, few)[0],
            carried(8192, *plain_run, many)[0],
        )
        for _ in range(3)
    ]
    draws, corridors = sorted(b / a for a, b, _, _ in rounds), sorted(d / c for _, _, c, d in rounds)
    return {
        "draws of a study": (draws[1], draws[0], draws[2]),
        "corridors of a study": (corridors[1], corridors[0], corridors[2]),
    }


def tables(*, small):
    """Reading the shipped tables, in this process, against what importing pandas adds to a bare start."""
    works = {"tables": read_tables, "pandas": python("-c", "import pandas"), "bare": python("-c", "pass")}
    seconds = interleaved(works, 1 if small else 11)
    seconds["import"] = [max(a - b, 1e-9) for a, b in zip(seconds["pandas"], seconds["bare"], strict=True)]
    return {"tables / import of pandas": ratio(seconds, "tables", "import")}


def help_(*, small):
    """``corridors --help`` against ``python -c "import typer"``."""
    works = {"help": python("-m", "corridors.cli", "--help"), "typer": python("-c", "import typer")}
    return {"help / typer": ratio(interleaved(works, 1 if small else 15), "help", "typer")}


def cold(*, small):
    """The flagship without pictures, cold, against ``python -c "import pandas"``."""
    with tempfile.TemporaryDirectory() as folder:
        switches = ("--draws", "16", "--set", "origins=almaty1", "--set", "replicates=1") if small else ()
        run = python(*RUN, *switches, "--out", str(Path(folder) / "study"))
        seconds = interleaved({"run": run, "pandas": python("-c", "import pandas")}, 1 if small else 9, warm=not small)
    return {"run / pandas": ratio(seconds, "run", "pandas")}


def pictures(*, small):
    """The flagship with all its pictures against without."""
    with tempfile.TemporaryDirectory() as folder:
        out = ("--out", str(Path(folder) / "study"))
        switches = ("--draws", "16", "--set", "origins=almaty1", "--set", "destinations=karachi_port") if small else ()
        works = {"with": python(*RUN[:-1], *switches, *out), "without": python(*RUN, *switches, *out)}
        return {"with / without": ratio(interleaved(works, 1 if small else 5, warm=not small), "with", "without")}


def lines(*, small):
    """PNG of line features drawn and written as a map draws and writes them, against the same sheet without them."""
    from corridors.canvas import new_canvas
    from corridors.sheet import Stroke, draw_lines
    from corridors.style import save_picture

    rng = np.random.default_rng(1)
    count = 50 if small else 10_000
    starts = rng.uniform(0, 560, (count, 1, 2)) * np.array([1.5, 1.0])
    features = list(starts + np.cumsum(rng.normal(0, 0.5, (count, 6, 2)), axis=1))  # some 3 pt: 20 km on our map
    with tempfile.TemporaryDirectory() as folder:

        def paint(some):
            figure = new_canvas(11.69, 8.27)
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set_xlim(0, 842)
            axes.set_ylim(0, 595)
            draw_lines(axes, some, Stroke("#335577", 0.8, 2.0))
            save_picture(figure, Path(folder) / "lines.png")

        seconds = interleaved({"lines": lambda: paint(features), "empty": lambda: paint([])}, 1 if small else 11)
    return {"lines / empty": ratio(seconds, "lines", "empty")}


WORKS = {
    "one-route": one_route,
    "memory": memory,
    "sweep": sweep,
    "sweep-memory": sweep_memory,
    "flagship": flagship,
    "growth": growth,
    "tables": tables,
    "help": help_,
    "cold": cold,
    "pictures": pictures,
    "lines": lines,
}


def machine():
    """Processor, memory, Python and libraries, for the record."""
    import os
    import platform
    from importlib.metadata import version

    names = [n for n in ("numpy", "scipy", "numba", "simpy", "pandas", "pyarrow", "matplotlib", "typer") if has(n)]
    facts = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "threads of BLAS": os.environ.get("OPENBLAS_NUM_THREADS", "all"),
    }
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        wanted = ("vendor_id", "cpu family", "model", "model name")
        lines_ = [line.split(":") for line in cpu.read_text().splitlines() if ":" in line]
        facts |= {key.strip(): value.strip() for key, value in reversed(lines_) if key.strip() in wanted}
    return facts | {name: version(name) for name in names}


def as_text(figure):
    """A figure as it is printed."""
    if isinstance(figure, tuple):
        return f"{figure[0]:.3g} ({figure[1]:.3g}-{figure[2]:.3g})"
    return str(figure)


def as_json(found):
    """Figures as plain numbers."""
    return json.dumps(
        {
            work: {n: list(f) if isinstance(f, tuple) else [f.median, f.low, f.high] for n, f in figures.items()}
            for work, figures in found.items()
        },
        indent=1,
    )
