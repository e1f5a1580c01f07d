"""What differs between two scenarios: first what was put in, then what came out.

Inputs are compared one by one: keys of the scenario, projects, assumptions, parameter rows, cells that the user laid over
other tables. What follows from them (lines and gates that are open on one side only) is told apart. Of the results, each
way is compared with itself on the other side: the difference against A first, then both figures.

Both sides of a pair share their draws if they share the seed and their number. A way that no input touches is then the same
to the last bit, and a small difference stands out; one that does not is said to be within the Monte Carlo noise
(:mod:`corridors.noise`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.door import must_be_study
from corridors.noise import error_of_difference
from corridors.sides import Side, WayKey, side_of_study

if TYPE_CHECKING:
    import pandas as pd

    from corridors.study import Study

COMPARED = (("days_p50", 0.5), ("days_p90", 0.9), ("usd_p50", 0.5), ("usd_p90", 0.9))
"""Figures of a way that are compared, and the level of each. [day, USD]"""

_LABELS = ("name", "title", "question", "base")
_APART = ("projects", "assume", "set", "rows")
_ROW_WORDS = ("stands_in", "used", "own")
_ROUNDED = 1e-9  # results are written with ten digits


class Input(NamedTuple):
    """One input that differs: ``before`` on side A, ``after`` on side B, None where a side has none."""

    group: str
    name: str
    before: Any
    after: Any


class Figure(NamedTuple):
    """One figure on both sides; ``error`` is the standard error of the difference, None where the draws are not at hand."""

    a: float
    b: float
    error: float | None

    @property
    def delta(self) -> float:
        """Difference B - A."""
        return self.b - self.a

    @property
    def noise(self) -> bool:
        """Whether the difference lies within the Monte Carlo noise."""
        return self.error is not None and 0.0 < abs(self.delta) <= 2.0 * self.error


class Result(NamedTuple):
    """One way that differs. ``a`` and ``b`` say in words what it is on each side; figures only where both have them."""

    origin: str
    destination: str
    corridor: str
    a: str
    b: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Difference:
    """What differs between two sides.

    Parameters
    ----------
    a, b
        The sides.
    inputs
        Inputs that differ: groups scenario, projects, assumptions, parameters, tables, versions.
    follows
        What follows from them on the date: groups projects, states.
    results
        Ways that differ, in the order of A.
    alike
        Number of ways that are the same on both sides. [1]
    paired
        Whether both sides share their draws.
    """

    a: Side
    b: Side
    inputs: tuple[Input, ...]
    follows: tuple[Input, ...]
    results: tuple[Result, ...]
    alike: int
    paired: bool

    def __repr__(self) -> str:
        """One line; the inputs and results are in :meth:`input_table` and :meth:`result_table`."""
        return (
            f"<Difference {self.b.label} less {self.a.label}: {len(self.inputs)} inputs differ, {len(self.results)} ways differ, "
            f"{self.alike} alike>"
        )

    def input_table(self) -> pd.DataFrame:
        """Inputs that differ; columns group, name, before, after."""
        import pandas as pd

        return pd.DataFrame(self.inputs, columns=list(Input._fields))

    def result_table(self) -> pd.DataFrame:
        """Ways that differ: difference against A, then both figures; days and USD of the whole consignment."""
        import pandas as pd

        return pd.DataFrame([_flat(result) for result in self.results])

    def as_json(self) -> dict[str, Any]:
        """Plain values, as printed by ``corridors diff --json``."""
        return {
            "a": self.a.label,
            "b": self.b.label,
            "inputs": [entry._asdict() for entry in self.inputs],
            "follows": [entry._asdict() for entry in self.follows],
            "results": [_flat(result) for result in self.results],
            "ways_alike": self.alike,
            "paired": self.paired,
        }


def differences(a: Study, b: Study) -> Difference:
    """What differs between two studies.

    Parameters
    ----------
    a, b
        Studies; differences are B - A.

    Returns
    -------
    Difference
        ``input_table()`` and ``result_table()`` are DataFrames; days, and USD of the whole consignment.

    Raises
    ------
    ScenarioError
        If either is no study.

    Examples
    --------
    >>> from corridors import read_scenario, run
    >>> few = ["draws=64", "origins=almaty1", "destinations=gwadar", "corridors=iran-road"]
    >>> study = run(read_scenario("both-open", few))
    >>> found = differences(study, study)
    >>> found.inputs, found.results, found.alike
    ((), (), 1)
    """
    for study in (a, b):
        must_be_study(study, "differences")
    return difference_of(side_of_study(a), side_of_study(b))


def difference_of(a: Side, b: Side) -> Difference:
    """What differs between two sides (:func:`corridors.sides.side_of`)."""
    keys = list(dict.fromkeys([*a.ways, *b.ways]))
    counts = [(a.ways[key]["draws"], b.ways[key]["draws"]) for key in a.ways.keys() & b.ways.keys()]
    paired = a.scenario["seed"] == b.scenario["seed"] and all(m == n for m, n in counts if m and n)
    found = {key: _result(a, b, key, paired=paired) for key in keys}
    return Difference(
        a, b,
        inputs=inputs_that_differ(a, b),
        follows=tuple(_follows(a, b)),
        results=tuple(result for result in found.values() if result),
        alike=sum(result is None for result in found.values()),
        paired=paired,
    )  # fmt: skip


def inputs_that_differ(a: Side, b: Side) -> tuple[Input, ...]:
    """Inputs that differ between two sides, as set; without the results."""
    return tuple(_inputs(a, b))


def _inputs(a: Side, b: Side) -> Iterator[Input]:
    yield from _unlike("scenario", _keys(a.scenario), _keys(b.scenario))
    yield from _unlike("projects", _projects(a, b), _projects(b, a))
    yield from _unlike("assumptions", _assumed(a.scenario), _assumed(b.scenario))
    if a.rows is not None and b.rows is not None:
        yield from _unlike("parameters", _plain(a.rows), _plain(b.rows))
    yield from _unlike("tables", _cells(a, b), _cells(b, a))
    yield from _unlike("tables", a.tables, b.tables)
    yield from _unlike("versions", a.versions, b.versions)


def _unlike(group: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Input]:
    for name in dict.fromkeys([*a, *b]):
        if a.get(name) != b.get(name):
            yield Input(group, name, a.get(name), b.get(name))


def _keys(scenario: Mapping[str, Any], stem: str = "") -> dict[str, Any]:
    """Keys of a scenario with the names of their tables; those told apart, labels and the month of the date are left out."""
    found: dict[str, Any] = {}
    for key, value in scenario.items():
        if not stem and (key in (*_LABELS, *_APART) or (key == "month" and value == int(scenario["date"][5:7]))):
            continue
        found |= _keys(value, f"{stem}{key}.") if isinstance(value, Mapping) else {f"{stem}{key}": value}
    return found


def _projects(side: Side, other: Side) -> dict[str, str]:
    """What a scenario says of each project that either scenario names."""
    own, beside = side.scenario["projects"], other.scenario["projects"]
    names = dict.fromkeys([*own["open"], *own["held"], *beside["open"], *beside["held"]])
    words = dict.fromkeys(names, "opens in its own year")
    words |= dict.fromkeys(own["held"], "held")
    return words | {name: "open" if year is True else f"opens in {year}" for name, year in own["open"].items()}


def _assumed(scenario: Mapping[str, Any]) -> dict[str, str]:
    return {entry["event"] or entry["closure"]: entry["state"] for entry in scenario["assume"]}


def _plain(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Parameter rows without where they stand, figures as written in results."""
    return {
        name: {
            key: float(f"{value:.10g}") if isinstance(value, float) else value
            for key, value in row.items()
            if key not in _ROW_WORDS
        }
        for name, row in rows.items()
    }


def _cells(side: Side, other: Side) -> dict[str, str]:
    """Cells outside parameters.csv that either side's user changed, by row and column."""
    found: dict[str, str] = {}
    for changes, at in ((other.own, 0), (side.own, 1)):
        for row, cells in changes.items():
            if not row.startswith("parameters:"):
                found |= {f"{row} {column}": pair[at] for column, pair in cells.items()}
    return {name: text for name, text in found.items() if text}


def _follows(a: Side, b: Side) -> Iterator[Input]:
    told = {entry.name for entry in _unlike("projects", _projects(a, b), _projects(b, a))}
    names = sorted((a.open_projects | b.open_projects) - told)
    one, other = ({n: "open" if n in side.open_projects else "not open" for n in names} for side in (a, b))
    yield from _unlike("projects", one, other)
    gates = dict.fromkeys([*a.states, *b.states], "not built")
    yield from _unlike("states", gates | dict(a.states), gates | dict(b.states))


def _result(a: Side, b: Side, key: WayKey, *, paired: bool) -> Result | None:
    """How a way differs; None where it is the same."""
    one, other = a.ways.get(key), b.ways.get(key)
    before, after = _words(one), _words(other)
    figures = {}
    if one and other and one["feasible"] and other["feasible"]:
        figures = {name: _figure(a, b, key, name, level, paired=paired) for name, level in COMPARED}
        moved = any(abs(f.delta) > _ROUNDED * max(abs(f.a), abs(f.b)) for f in figures.values())
        return Result(*key, before, after, figures) if moved else None
    return Result(*key, before, after, figures) if before != after else None


def _words(way: Mapping[str, Any] | None) -> str:
    if way is None:
        return "not asked"
    return "open" if way["feasible"] else str(way["reason"])


def _figure(a: Side, b: Side, key: WayKey, name: str, level: float, *, paired: bool) -> Figure:
    column, scale = (name.replace("days", "hours"), 1 / 24) if name.startswith("days") else (name, 1.0)
    error = None
    if key in a.draws and key in b.draws:
        which = 0 if column.startswith("hours") else 1
        error = scale * error_of_difference(a.draws[key][which], b.draws[key][which], level, paired=paired)
    return Figure(a.ways[key][column] * scale, b.ways[key][column] * scale, error)


def _flat(result: Result) -> dict[str, Any]:
    row: dict[str, Any] = {
        "origin": result.origin, "destination": result.destination, "corridor": result.corridor, "a": result.a, "b": result.b,
    }  # fmt: skip
    found = {name: result.figures.get(name) for name, _ in COMPARED}
    row |= {f"delta_{name}": figure and figure.delta for name, figure in found.items()}
    row |= {f"{name}_within_noise": figure and figure.noise for name, figure in found.items()}
    row |= {f"a_{name}": figure and figure.a for name, figure in found.items()}
    return row | {f"b_{name}": figure and figure.b for name, figure in found.items()}
