"""What may have moved an activity between two sides: rows, projects, lengths, and keys of the scenario.

Rows and lines of an activity's own come first. Only where none of them differs are those keys of the scenarios named that act on every
activity of its sort, so that nothing is blamed that could not have done it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.difference import inputs_that_differ

if TYPE_CHECKING:
    from corridors.difference import Input
    from corridors.sides import Side

_CELLS = ("low", "best", "high", "shape", "cv")
_SEASON = ("date", "month", "departures")
_LUCK = ("shocks", "seed", "draws")


@dataclass(frozen=True)
class Causes:
    """What differs between two sides, by the sort of activity that it can move.

    Parameters
    ----------
    rows
        Parameter rows with other figures, or that only one side has.
    own
        Rows of other tables that a user changed on one side, as ``own_rows`` names them.
    lengths
        Projects whose length is stated otherwise.
    cargo, season, shocks, states
        Keys of the scenarios that differ: of the consignment; of date and months; of chance; of projects and their gauges, assumed
        states and changes of trucks.
    """

    rows: frozenset[str]
    own: frozenset[str]
    lengths: frozenset[str]
    cargo: tuple[str, ...]
    season: tuple[str, ...]
    shocks: tuple[str, ...]
    states: tuple[str, ...]

    def rows_of(
        self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Rows that tell why an activity differs, on each side: those with other figures, and those that the other side has not."""
        one, other = _listed(before, "parameter_ids"), _listed(after, "parameter_ids")
        both = before is not None and after is not None
        return (
            tuple(n for n in one if n in self.rows or (both and n not in other)),
            tuple(n for n in other if n in self.rows or (both and n not in one)),
        )

    def of(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, timed: bool) -> tuple[str, ...]:
        """Names of what moved an activity: of its own, else of its sort; ``timed`` where its hours moved and not its dollars alone."""
        row = after or before or {}
        project = str(row.get("project_id") or "")
        found = [n for side in self.rows_of(before, after) for n in side]
        if project and not (before and after):
            found.insert(0, f"project {project}")
        if project in self.lengths:
            found.append(f"project_length.{project}")
        found += [n for side in (before, after) for n in _listed(side, "own_rows") if n in self.own]
        if not found:
            found = list(self._of_sort(row, whole=bool(before and after), timed=timed))
        return tuple(dict.fromkeys(found))

    def _of_sort(self, row: Mapping[str, Any], *, whole: bool, timed: bool) -> tuple[str, ...]:
        if row.get("reason") == "closure" or row.get("kind") == "divert":
            return (*self.shocks, *self.season, *self.states, *self.cargo)  # the way round is priced for the same cargo
        if not whole:
            return (*self.states, *self.season)
        return self.season if timed else (*self.cargo, *self.season)


def causes_of(a: Side, b: Side) -> Causes:
    """What differs between two sides and could move an activity."""
    inputs = inputs_that_differ(a, b)
    keys = [entry.name for entry in inputs if entry.group == "scenario"]
    return Causes(
        _moved_rows(a, b),
        frozenset(entry.name.split(" ")[0] for entry in inputs if entry.group == "tables"),
        frozenset(k.partition(".")[2] for k in keys if k.startswith("project_length.")),
        tuple(k for k in keys if k.startswith(("consignment.", "terms"))),
        tuple(k for k in keys if k in _SEASON),
        tuple(k for k in keys if k in _LUCK),
        tuple(_state(entry) for entry in inputs if _is_state(entry)),
    )


def _is_state(entry: Input) -> bool:
    return entry.group in ("projects", "assumptions") or entry.name.startswith(("exchange.", "project_gauge."))


def _state(entry: Input) -> str:
    return f"{entry.group.removesuffix('s')} {entry.name}" if entry.group != "scenario" else entry.name


def _moved_rows(a: Side, b: Side) -> frozenset[str]:
    """Parameter rows whose figures differ between the sides, or that only one has."""
    one, other = a.rows or {}, b.rows or {}
    return frozenset(
        name
        for name in {*one, *other}
        if name not in one or name not in other or any(one[name].get(c) != other[name].get(c) for c in _CELLS)
    )


def _listed(row: Mapping[str, Any] | None, column: str) -> list[str]:
    return [name for name in str((row or {}).get(column) or "").split(";") if name]
