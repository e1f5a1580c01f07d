"""Studies on the shipped tables that several test modules look at, each carried once a session, and the commands."""

import contextlib
import io
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from corridors import read_scenario, run
from corridors.cli import main
from corridors.study import Study
from corridors.ways import WayFinder
from sim.activities import Conditions

DRAWS = 256
"""Few draws: laws hold for any number of them."""

FLAGSHIP = "both-open"
ONE_PAIR = ("origins=almaty1", "destinations=karachi_port")
PLAIN = ("departures=month", "shocks=false", "replicates=1")
"""One month, no closures to come, one run: what most laws are about, in a fifth of the time."""


@cache
def study(name: str = FLAGSHIP, *switches: str) -> Study:
    """Scenario carried through with few draws and :data:`PLAIN` unless switched, made once."""
    return run(read_scenario(name, [f"draws={DRAWS}", *PLAIN, *switches]))


@cache
def study_with_chance(*switches: str) -> Study:
    """Flagship with departures over the year and closures to come, from one origin, made once."""
    chance = ("departures=year", "shocks=true", "replicates=1", "origins=almaty1")
    return run(read_scenario(FLAGSHIP, [f"draws={DRAWS}", *chance, *switches]))


def way_of(carried: Study, corridor: str, origin: str = "", destination: str = ""):
    """The one way of a corridor, or that between two places."""
    found = [
        w
        for w in carried.ways
        if w.corridor == corridor and origin in ("", w.origin) and destination in ("", w.destination)
    ]
    assert len(found) == 1, (corridor, origin, destination)
    return found[0]


def finder(carried: Study) -> WayFinder:
    """Search that a study was found by, made anew from its parts."""
    conditions = Conditions(
        carried.consignment,
        carried.direction,
        carried.scenario.month,
        carried.network.open_projects,
        carried.scenario.exchange,
    )
    return WayFinder(
        carried.network,
        carried.network,
        carried.parameters,
        conditions,
        carried.standings,
        carried.lengths,
        carried.scenario,
    )


def scenario_file(folder: Path, text: str = "", *, base: str = FLAGSHIP, name: str = "mine") -> Path:
    """Scenario file over a shipped one, in a folder of its own; ``text`` is what differs."""
    path = folder / f"{name}.toml"
    head = f'name = "{name}"\ntitle = "Mine"\nquestion = "?"\nbase = "{base}"\n'
    small = 'origins = ["almaty1"]\ndestinations = ["karachi_port"]\ndraws = 32\n'
    small += 'departures = "month"\nshocks = false\nreplicates = 1\n'
    keys = [line.partition("=")[0].strip() for line in text.splitlines() if "=" in line]
    small = "".join(f"{line}\n" for line in small.splitlines() if line.partition("=")[0].strip() not in keys)
    path.write_text(head + small + text, encoding="utf-8")
    return path


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def command(*words: object) -> Said:
    """``corridors WORDS`` in this process: exit code, what it printed, what it complained of."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "argv", ["corridors", *map(str, words)]),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Said(code, out.getvalue(), err.getvalue())
