r"""What still stands between a project and its first train, and the earliest credible first train.

A railway needs more than track. Seven rungs are kept for each project in ``readiness.csv``, each with its state, the day
of the report and its source: a treaty, a guarantee for goods in transit, visas for crews, one consignment note, a yard
where trains are handed over, an open gate, and the funds. A rung is done, partly done, open (not done), or unknown.

For a rung that is not done the table estimates how long a first train would still take if that rung alone held it up,
works that must follow included. The first train is the latest of these and of the line itself:

.. math:: t_r = \max\bigl(Y_r,\; \max_s \lfloor t_0 + y_{s,r} \rfloor\bigr), \qquad r = low, best, high

with :math:`Y` the opening year of ``projects.csv``, :math:`t_0` the day asked and :math:`y_s` the years of rung s. A rung
asked for on 25 November 2026 with 3 years gives 2029. The rungs with the longest likely time are those that *bind*.
Rungs that are unknown have no years: they cannot be dated, and the answer holds only if they are settled by then.

A chain of projects (:data:`CHAINS`) has its first through train when the last of its parts has.

Left out: what the rungs cost, and that several rungs may slip together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from corridors.toml_files import ScenarioError, nearest
from geodata.elements import Project
from geodata.network import DATA as GEODATA
from geodata.sources import keys_of
from geodata.tables import TableError, read_package

STEPS = ("treaty", "guarantee", "visa", "consignment_note", "yard", "gate", "funds")
"""Rungs of the ladder in order."""

CHAINS = {
    "ktap": ("turgundi-sanobar", "sanobar-herat", "herat-kandahar", "kandahar-spin-boldak"),
    "uap-kohat": ("uap", "kohat-kharlachi"),
}
"""The two railways, from the end of today's track to the Pakistani network."""

Years = tuple[float, float, float]


class Rung(NamedTuple):
    """One rung of one project: a row of ``readiness.csv``; ``years`` only where it is not done and can be dated."""

    project_id: str
    step: str
    state: str
    as_of: dt.date
    years: Years | None
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Ladder:
    """A project with its rungs on a day, and its earliest credible first train.

    Parameters
    ----------
    project
        Row of ``projects.csv``.
    rungs
        In the order of :data:`STEPS`.
    line
        Opening year of the line by itself, low, best, high; None where the table has none.
    first_train
        Earliest credible first train, low, best, high; None where nothing can be dated.
    binds
        Rungs with the longest likely time; empty where none is left that can be dated.
    """

    project: Project
    rungs: tuple[Rung, ...]
    line: Years | None
    first_train: Years | None
    binds: tuple[str, ...]

    def left(self, *states: str) -> list[Rung]:
        """Rungs in any of some states."""
        return [rung for rung in self.rungs if rung.state in states]


@lru_cache(maxsize=1)
def read_rungs() -> dict[str, tuple[Rung, ...]]:
    """Rungs by project, in the order of :data:`STEPS`.

    Raises
    ------
    TableError
        Where years stand beside a rung that is done or unknown, or are not low <= best <= high.
    """
    table = read_package(GEODATA, ["readiness"])["readiness"]
    found: dict[str, list[Rung]] = {}
    for i, row in enumerate(table.rows()):
        given = [row[f"years_{rank}"] for rank in ("low", "best", "high")]
        years = None if None in given else (given[0], given[1], given[2])
        if years is None and any(value is not None for value in given):
            raise table.error(i, problem="years are given in part", mend="give all three, or none")
        if years is not None and (row["state"] not in ("open", "partly") or not years[0] <= years[1] <= years[2]):
            problem = f"years {years[0]:g}/{years[1]:g}/{years[2]:g} beside state {row['state']}"
            raise table.error(i, problem=problem, allowed="low <= best <= high, and only where open or partly")
        rung = Rung(
            row["project_id"],
            row["step"],
            row["state"],
            row["as_of"],
            years,
            tuple(keys_of([row["source"]])),
            row["note"],
        )
        found.setdefault(rung.project_id, []).append(rung)
    return {name: tuple(sorted(rungs, key=lambda r: STEPS.index(r.step))) for name, rungs in found.items()}


def record_ends() -> dt.date:
    """Day on which the sources were last read: the day a question without a date is asked for."""
    days = read_package(GEODATA, ["sources"])["sources"]["accessed"]
    return dt.date.fromisoformat(str(days.max()))


def ladder(project: Project, rungs: Sequence[Rung], on: dt.date) -> Ladder:
    """Ladder of a project on a day.

    Raises
    ------
    TableError
        Where a rung was reported after the day asked: the record cannot be read backwards.
    """
    late = next((rung for rung in rungs if rung.as_of > on), None)
    if late is not None:
        problem = f"reported on {late.as_of.isoformat()}, after the day asked, {on.isoformat()}"
        where = f'project_id "{late.project_id}", step "{late.step}"'
        raise TableError.at("readiness.csv", where, problem=problem, mend="ask for a later day")
    dated = [rung for rung in rungs if rung.years is not None]
    start = on.year + (on.timetuple().tm_yday - 1) / 365.25
    line = project.opening_year
    candidates: list[Years] = [line] if line else []
    candidates += [_added(start, rung.years) for rung in dated if rung.years is not None]
    first = _latest(candidates) if candidates else None
    longest = max((rung.years[1] for rung in dated if rung.years is not None), default=0.0)
    binds = tuple(rung.step for rung in dated if rung.years is not None and rung.years[1] == longest)
    return Ladder(project, tuple(rungs), line, first, binds)


def _added(start: float, years: Years) -> Years:
    low, best, high = (float(int(start + value)) for value in years)
    return low, best, high


def _latest(triples: Iterable[Years]) -> Years:
    low, best, high = (max(values) for values in zip(*triples, strict=True))
    return low, best, high


def chain(ladders: Sequence[Ladder]) -> tuple[Years | None, Ladder]:
    """First through train of several projects in a row, if any of them can be dated, and the part that is ready last."""
    last = max(ladders, key=lambda item: item.first_train[1] if item.first_train else 0.0)
    return (through(ladders) if any(item.first_train for item in ladders) else None), last


def through(ladders: Sequence[Ladder]) -> Years:
    """First train through all of several projects: that of the last of those that can be dated.

    Raises
    ------
    ScenarioError
        Where none of them can be dated.
    """
    dated = [item.first_train for item in ladders if item.first_train is not None]
    if not dated:
        raise ScenarioError(f"no rung of {', '.join(item.project.project_id for item in ladders)} can be dated")
    return _latest(dated)


def names_of(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Projects that a name stands for: itself, or the parts of a chain.

    Raises
    ------
    ScenarioError
        Where no ladder and no chain has the name.
    """
    ladders = list(known)
    if name in CHAINS:
        return CHAINS[name]
    if name in ladders:
        return (name,)
    allowed = [*CHAINS, *ladders]
    msg = f'readiness.csv has no project "{name}"{nearest(name, allowed)}; allowed: {", ".join(allowed)}'
    raise ScenarioError(msg)
