"""How fast this machine is: ratios of works done in turn, beside those recorded with the project.

What is compared are works of one process or fresh processes of one machine, so that a ratio says something anywhere; it still
moves with the processor, above all with how fast it sorts and how fast it starts Python. The whole table, with peers that
are not installed with this house, is measured by ``tests/benchmarks/run.py``.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from corridors.bench_models import LEVELS, chunked_samplers, made_up, plain, redrawn
from corridors.benching import Ratio, Work, interleaved, python, ratio
from sim.draws import Floats
from sim.fast_totals import fast_totals
from sim.sampling import Draws
from sim.sweep import fold
from sim.whole_sweep import WholeSweep

RECORD = Path(__file__).parent / "bench_record.csv"
SWEPT = (0.5, 0.9, 0.95)


def recorded() -> dict[str, dict[str, str]]:
    """Rows of ``bench_record.csv`` by name: what was done, against what, reach, aim, median and spread when it was recorded."""
    with RECORD.open(encoding="utf-8", newline="") as stream:
        return {row["name"]: row for row in csv.DictReader(stream)}


def route_works(count: int) -> dict[str, Work]:
    """One route of 52 components: ours, compiled where numba is there, and NumPy's samplers in chunks."""
    made = made_up()
    way, p = made.itinerary(0), plain(made)

    def ours(*, compiled: bool) -> Work:
        return lambda: fast_totals(
            way, made.parameters, {}, count=count, seed=1, levels=LEVELS, compiled=compiled
        )  # fmt: skip

    works: dict[str, Work] = {"ours": ours(compiled=False), "samplers": lambda: chunked_samplers(p, count, 1)}
    return works | ({"compiled": ours(compiled=True)} if find_spec("numba") else {})


def sweep_works(scenarios: int, whole: int, draws: int, ways: int) -> dict[str, Work]:
    """Hours of many ways in many scenarios: groups scaled, all rows changed, and one scenario drawn anew."""
    made = made_up(400, ways)
    itineraries = [made.itinerary(k) for k in range(ways)]
    plains = [plain(made, k) for k in range(ways)]
    base = Draws(made.parameters, {}, draws, 1)
    folded = fold(itineraries, base, made.groups())
    rows = WholeSweep(itineraries, base, ("hours",))
    rng = np.random.default_rng(1)
    factors = np.exp(rng.normal(0.0, 0.2, (scenarios, len(folded.groups))))
    figures = np.array([_figures(made.parameters[name]) for name in rows.rows])
    few: list[Floats] = [figures * np.exp(rng.normal(0.0, 0.2, (len(figures), 1))) for _ in range(whole)]
    return {
        "redrawn": lambda: [redrawn(p, rng, draws) for p in plains],
        "groups": lambda: folded.quantiles(factors, SWEPT, measures=("hours",)),
        "all rows": lambda: rows.quantiles(few, SWEPT),
        "groups, 2 threads": lambda: folded.quantiles(factors, SWEPT, measures=("hours",), workers=2),
    }


def _figures(row: object) -> list[float]:
    return [getattr(row, name) for name in ("low", "best", "high", "cv")]


def read_tables() -> object:
    """Read the tables that a run reads."""
    from corridors.catalogue import read_catalogue
    from geodata.network import read_network
    from sim.opening_hours import read_opening_hours
    from sim.parameters import read_parameters

    return read_network(), read_parameters(), read_opening_hours(), read_catalogue()


def start_works(folder: Path, *, small: bool) -> dict[str, Work]:
    """Fresh processes: help, the flagship without pictures, and what they are held against."""
    few = ("--draws", "16", "--set", "origins=almaty1", "--set", "replicates=1") if small else ()
    flagship = ("-m", "corridors.cli", "run", "both-open", "--no-pictures", "--out", str(folder / "study"), *few)
    return {
        "bare": python("-c", "pass"),
        "typer": python("-c", "import typer"),
        "help": python("-m", "corridors.cli", "--help"),
        "pandas": python("-c", "import pandas"),
        "tables": read_tables,
        "run": python(*flagship),
    }


def measured(rounds: int, *, small: bool = False) -> dict[str, Ratio]:
    """Ratios of this machine, by the names of ``bench_record.csv``.

    Parameters
    ----------
    rounds
        Each work is done once a round.
    small
        Whether so little is done that the figures say nothing.
    """
    found: dict[str, Ratio] = {}
    seconds = interleaved(route_works(2_000 if small else 100_000), rounds)
    for name in ("ours", "compiled"):
        if name in seconds:
            found[f"route-samplers-{name}"] = ratio(seconds, "samplers", name)
    scenarios, whole = (4, 2) if small else (1_000, 50)
    seconds = interleaved(sweep_works(scenarios, whole, *((64, 6) if small else (1_000, 60))), rounds)
    found["sweep-groups"] = ratio(seconds, "redrawn", "groups", times=scenarios)
    found["sweep-groups-2-threads"] = ratio(seconds, "redrawn", "groups, 2 threads", times=scenarios)
    found["sweep-all-rows"] = ratio(seconds, "redrawn", "all rows", times=whole)
    with tempfile.TemporaryDirectory() as folder:
        seconds = interleaved(start_works(Path(folder), small=small), rounds, warm=not small)
    return found | starts(seconds)


def starts(seconds: Mapping[str, list[float]]) -> dict[str, Ratio]:
    """Ratios of fresh processes; reading tables is held against what importing pandas adds to a bare start."""
    adds = [max(a - b, 1e-9) for a, b in zip(seconds["pandas"], seconds["bare"], strict=True)]
    return {
        "help-typer": ratio(seconds, "help", "typer"),
        "tables-pandas": ratio({**seconds, "import": adds}, "tables", "import"),
        "run-pandas": ratio(seconds, "run", "pandas"),
    }
