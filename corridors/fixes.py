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
        Where a pattern meets no row, or a project is none of the network's.
    """
    rows = parameters.number
    values: dict[str, float] = {}
    for pattern in fix.to_low:
        for row in _matching(pattern, rows, name):
            low = parameters[row].low
            values |= {f"{row}.{cell}": low for cell in ("low", "best", "high")}
    for pattern, factor in fix.scale.items():
        for row in _matching(pattern, rows, name):
            r = parameters[row]
            values |= {f"{row}.{cell}": factor * getattr(r, cell) for cell in ("low", "best", "high")}
    for project in fix.open:
        if project not in network.projects:
            raise ScenarioError(
                f'[fix.{name}] open: there is no project "{project}"{nearest(project, network.projects)}'
            )
    return [f"{key}={value!r}" for key, value in values.items()] + [f"projects.open.{p}={date_year}" for p in fix.open]


def _matching(pattern: str, rows: Iterable[str], name: str) -> list[str]:
    found = [row for row in rows if fnmatchcase(row, pattern)]
    if not found:
        raise ScenarioError(f'[fix.{name}]: no parameter row is called "{pattern}"{nearest(pattern, rows)}')
    return found


def cost_of(fix: Fix, network: Network, evidence: Mapping[str, Mapping[str, object]]) -> Cost:
    """Published capital cost of a fix: its projects' rows added up, or its own evidence.

    A sum of which one part has no published cost has none. [USD bn]
    """
    if fix.cost:
        row = evidence.get(fix.cost)
        if row is None:
            raise ScenarioError(f'cost: there is no evidence "{fix.cost}"{nearest(fix.cost, evidence)}')
        value = float(str(row["value"]))
        return Cost(value, value, f"{row['published_value']} ({row['as_of']})")
    if not fix.open:
        return Cost(None, None, "no published cost")
    lows, highs = [], []
    for name in fix.open:
        capital = network.projects[name].capital_usd_bn
        if capital is None:
            return Cost(None, None, f"no published cost of {network.projects[name].name}")
        lows.append(capital[0])
        highs.append(capital[2])
    return Cost(sum(lows), sum(highs), "projects' rows added up")
