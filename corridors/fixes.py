"""Cheap fixes and new lines as a table: what each changes, and what it is said to cost.

A fix is made of rows and projects that stand in the tables, so that whoever doubts it can see what was assumed. What a scenario
is *without* any of them is that scenario with the projects of all fixes held unbuilt.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corridors.toml_files import ScenarioError, explain, nearest, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geodata.network import Network
    from sim.parameters import Parameters

FIXES_FILE = Path(__file__).with_name("data") / "fixes.toml"


class Fix(BaseModel):
    """One ``[fix.ID]`` table."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1)]
    """Name for readers."""
    kind: Literal["cheap fix", "new line"]
    """Which of the two."""
    why: Annotated[str, Field(min_length=1)]
    """What it changes, in words."""
    basis: Literal["observed", "published", "tariff", "derived", "estimate", "assumption"]
    """What the change rests on."""
    to_low: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Patterns of parameter rows taken at their low."""
    scale: dict[str, Annotated[float, Field(gt=0)]] = {}
    """Patterns of parameter rows and what they are multiplied by."""
    open: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Projects built."""
    ways: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Corridors that it is made for, as they are without it."""
    ways_with: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Corridors that take their place with it; the same if none."""
    cost: str = ""
    """Evidence of a capital cost where no project has one."""
    cannot: str = ""
    """What the model cannot say of it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Published capital cost; None where none is published. [USD bn]"""

    low: float | None
    high: float | None
    words: str


NO_COST = Cost(None, None, "no published cost")


def read_fixes(file: Path = FIXES_FILE) -> dict[str, Fix]:
    """Fixes by name, in the order of the file.

    Raises
    ------
    ScenarioError
        Where the file breaks the form; names table and key.
    """
    content = read_toml(file)
    tables = content.get("fix")
    if not isinstance(tables, dict) or set(content) != {"fix"}:
        raise ScenarioError(f"{file}: found {', '.join(content) or 'nothing'}; allowed tables [fix.NAME] only")
    fixes = {}
    for name, table in tables.items():
        try:
            fixes[name] = Fix(**table)
        except (ValidationError, TypeError) as error:
            place = f"{file.name}, [fix.{name}]"
            models = {"": list(Fix.model_fields)}
            said = explain(error, place, models) if isinstance(error, ValidationError) else f"{place}: {error}"
            raise ScenarioError(said) from error
    return fixes


def switches_of(fix: Fix, name: str, parameters: Parameters, network: Network, date_year: int) -> list[str]:
    """What a fix lays over a scenario, as ``--set`` switches; projects it opens are open on the date.

    Raises
    ------
    ScenarioError
        Where a pattern meets no row, two of them meet the same row, or a project is none of the network's.
    """
    return switches_of_all({name: fix}, parameters, network, date_year)


def switches_of_all(fixes: Mapping[str, Fix], parameters: Parameters, network: Network, date_year: int) -> list[str]:
    """What several fixes together lay over a scenario; of two that set the same row the one that moves it farther holds.

    Raises
    ------
    ScenarioError
        As for :func:`switches_of`.
    """
    values: dict[str, tuple[float, float, float]] = {}
    for name, fix in fixes.items():
        for row, ends in _figures_of(fix, name, parameters).items():
            if row not in values or _moved(row, ends, parameters) > _moved(row, values[row], parameters):
                values[row] = ends
    projects = dict.fromkeys(p for name, fix in fixes.items() for p in _projects_of(fix, name, network))
    cells = [
        f"{row}.{cell}={value!r}"
        for row, ends in values.items()
        for cell, value in zip(("low", "best", "high"), ends, strict=True)
    ]
    return cells + [f"projects.open.{p}={date_year}" for p in projects]


def _figures_of(fix: Fix, name: str, parameters: Parameters) -> dict[str, tuple[float, float, float]]:
    """Low, best and high of each row that a fix sets."""
    asked = [(pattern, None) for pattern in fix.to_low] + list(fix.scale.items())
    values: dict[str, tuple[float, float, float]] = {}
    for pattern, factor in asked:
        for row in _matching(pattern, parameters.number, name):
            if row in values:
                raise ScenarioError(f"[fix.{name}]: {row} is met by two patterns; name it once")
            r = parameters[row]
            values[row] = (
                (r.low, r.low, r.low) if factor is None else (factor * r.low, factor * r.best, factor * r.high)
            )
    return values


def _moved(row: str, ends: tuple[float, float, float], parameters: Parameters) -> float:
    r = parameters[row]
    return abs(sum(ends) - (r.low + r.best + r.high))


def _projects_of(fix: Fix, name: str, network: Network) -> tuple[str, ...]:
    for project in fix.open:
        if project not in network.projects:
            raise ScenarioError(
                f'[fix.{name}] open: there is no project "{project}"{nearest(project, network.projects)}'
            )
    return fix.open


def _matching(pattern: str, rows: Iterable[str], name: str) -> list[str]:
    found = [row for row in rows if fnmatchcase(row, pattern)]
    if not found:
        raise ScenarioError(f'[fix.{name}]: no parameter row is called "{pattern}"{nearest(pattern, rows)}')
    return found


def cost_of(fix: Fix, network: Network, evidence: Mapping[str, Mapping[str, object]]) -> Cost:
    """Published capital cost of a fix: its projects' rows added up, or its own evidence. [USD bn]

    A sum of which one part has no published cost has none.

    Raises
    ------
    ScenarioError
        Where the evidence is not there, or is no figure in USD bn.
    """
    if fix.cost:
        return _evidenced(fix.cost, evidence)
    return _of_projects(fix.open, network) if fix.open else NO_COST


def cost_of_all(fixes: Iterable[Fix], network: Network, evidence: Mapping[str, Mapping[str, object]]) -> Cost:
    """Published capital cost of several fixes together, a project of several once; none where one of them has none. [USD bn]

    Raises
    ------
    ScenarioError
        As for :func:`cost_of`.
    """
    members = tuple(fixes)
    costs = [cost_of(fix, network, evidence) for fix in members]
    bare = [fix.name for fix, cost in zip(members, costs, strict=True) if cost.low is None]
    if bare:
        return Cost(None, None, f"no published cost of {len(bare)} of {len(members)}")
    projects = tuple(dict.fromkeys(p for fix in members if not fix.cost for p in fix.open))
    parts = [c for fix, c in zip(members, costs, strict=True) if fix.cost]
    parts += [_of_projects(projects, network)] if projects else []
    return Cost(sum(c.low or 0.0 for c in parts), sum(c.high or 0.0 for c in parts), "costs of all added up")


def _evidenced(name: str, evidence: Mapping[str, Mapping[str, object]]) -> Cost:
    row = evidence.get(name)
    if row is None:
        raise ScenarioError(f'cost: there is no evidence "{name}"{nearest(name, evidence)}')
    if row["value"] is None or row["unit"] != "USD bn":
        raise ScenarioError(
            f"cost: {name} has {row['value'] or 'no value'} {row['unit'] or ''}; allowed a value in USD bn"
        )
    value = float(str(row["value"]))
    return Cost(value, value, f"{row['published_value']} ({row['as_of']})")


def _of_projects(names: Iterable[str], network: Network) -> Cost:
    lows, highs, years = [], [], set()
    for name in names:
        project = network.projects[name]
        if project.capital_usd_bn is None:
            return Cost(None, None, f"no published cost of {project.name}")
        lows.append(project.capital_usd_bn[0])
        highs.append(project.capital_usd_bn[2])
        years.add(project.price_year)
    priced = ", ".join(str(year) for year in sorted(y for y in years if y))
    return Cost(sum(lows), sum(highs), f"projects' rows added up{f', prices of {priced}' if priced else ''}")
