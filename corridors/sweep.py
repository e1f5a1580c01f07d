r"""A grid of scenarios over one study's ways: groups of rows, each made so many times larger or smaller.

What ``run`` says for one scenario, a sweep says for thousands, on the study's own draws, so that they are compared draw by
draw (:mod:`sim.sweep`). A group is a pattern of parameter_ids, say ``speed_kmh.*``, with the factors it is multiplied by; the
grid is every combination of factors. Low, best and high of a row are multiplied together: its shape stays.

Ways are those that the study found: no scenario of a sweep searches anew. A way whose figures are no plain sums keeps its
rows with the reason and no figures. Figures are within 1e-5 of a run's; a sweep never feeds one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.toml_files import ScenarioError, nearest
from sim.draws import Floats
from sim.fast_totals import refuse_encounters
from sim.parameters import Parameters
from sim.sampling import Draws
from sim.sweep import fold
from sim.unknowns import NotAdditiveError

if TYPE_CHECKING:
    from corridors.study import Study, Way

LEVELS = (0.1, 0.5, 0.9)
FIGURES = tuple(f"{measure}_p{level * 100:.0f}" for measure in ("hours", "usd") for level in LEVELS)
MOST_SCENARIOS = 1_000_000


@dataclass(frozen=True)
class Sweep:
    """Scenarios of a grid.

    Parameters
    ----------
    groups
        Patterns, in the order of the columns of ``factors``.
    factors
        What each scenario multiplies each group by, shape (scenario, group). [1]
    ways
        Feasible ways of the study.
    reasons
        Why a way has no figures; empty where it has.
    figures
        Quantiles, shape (scenario, way, figure), columns :data:`FIGURES`; NaN where a way has none. [h], [USD]
    """

    groups: tuple[str, ...]
    factors: Floats
    ways: tuple[Way, ...]
    reasons: tuple[str, ...]
    figures: Floats

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table: number of the scenario, a factor a group, the way, its figures, why it has none."""
        return ("scenario", *self.groups, "origin", "destination", "corridor", *FIGURES, "reason")

    def table(self) -> dict[str, Any]:
        """Columns by name, a row a scenario and way."""
        scenarios, ways = len(self.factors), len(self.ways)
        columns: dict[str, Any] = {"scenario": np.repeat(np.arange(1, scenarios + 1), ways)}
        columns |= {name: np.repeat(self.factors[:, i], ways) for i, name in enumerate(self.groups)}
        for name in ("origin", "destination", "corridor"):
            columns[name] = [getattr(way, name) for way in self.ways] * scenarios
        columns |= {name: self.figures[:, :, i].reshape(-1) for i, name in enumerate(FIGURES)}
        return columns | {"reason": list(self.reasons) * scenarios}

    def winners(self, measure: str) -> list[dict[str, Any]]:
        """Median of each way over the scenarios, least and most, and in what share of them it is the least of its pair.

        Parameters
        ----------
        measure
            hours or usd.
        """
        medians = self.figures[:, :, FIGURES.index(f"{measure}_p50")]
        rows = []
        for pair in dict.fromkeys((way.origin, way.destination) for way in self.ways):
            here = [i for i, w in enumerate(self.ways) if (w.origin, w.destination) == pair and not self.reasons[i]]
            if not here:
                continue
            least = medians[:, here].argmin(axis=1)
            for place, i in enumerate(here):
                rows.append({
                    "origin": pair[0], "destination": pair[1], "corridor": self.ways[i].corridor,
                    "least": float(medians[:, i].min()), "most": float(medians[:, i].max()),
                    "share": float((least == place).mean()),
                })  # fmt: skip
        return rows


def sweep(study: Study, scales: Mapping[str, Sequence[float]]) -> Sweep:
    """Carry a study's ways through a grid of scenarios.

    Parameters
    ----------
    study
        A study of one month of departure without closures to come (``departures=month``, ``shocks=false``).
    scales
        Factors of each group, by pattern of parameter_ids (``*`` stands for anything). [1]

    Returns
    -------
    Sweep

    Raises
    ------
    ScenarioError
        Where a pattern names no row, two name the same one, a factor is no number above 0, the grid is too large, or the
        figures of all ways depend on what does not scale.
    """
    groups = _groups(scales, study.parameters)
    factors = _grid(scales)
    ways = tuple(way for way in study.ways if way.plan is not None)
    reasons = tuple(_reason(way) for way in ways)
    able = [i for i, reason in enumerate(reasons) if not reason]
    figures = np.full((len(factors), len(ways), len(FIGURES)), np.nan)
    if ways and not able:
        msg = f"no way of this study is a plain sum: {reasons[0]}; add --set departures=month --set shocks=false"
        raise ScenarioError(msg)
    draws = Draws(study.parameters, study.lengths, study.draws, study.scenario.seed)
    try:
        folded = fold([way.plan.itinerary for way in (ways[i] for i in able) if way.plan], draws, groups)
        figures[:, able] = folded.quantiles(factors, LEVELS).reshape(len(factors), len(able), len(FIGURES))
    except ValueError as error:
        raise ScenarioError(f"--scale: {error}") from error
    return Sweep(tuple(groups), factors, ways, reasons, figures)


def _reason(way: Way) -> str:
    """Why a way's figures are no plain sums; empty where they are."""
    if way.plan is None:
        return way.reason
    try:
        refuse_encounters(way.plan.encounters)
    except NotAdditiveError as error:
        return str(error)
    if any(a.by_month for amounts in way.plan.itinerary.sums() for a in amounts):
        return "it leaves in any month alike, and months differ; ask with departures=month"
    return ""


def _groups(scales: Mapping[str, Sequence[float]], parameters: Parameters) -> dict[str, list[str]]:
    found = {}
    for pattern in scales:
        names = [name for name in parameters.number if fnmatchcase(name, pattern)]
        if not names:
            msg = f'--scale: no parameter row is named "{pattern}"{nearest(pattern, parameters.number)}'
            raise ScenarioError(msg)
        found[pattern] = names
    return found


def _grid(scales: Mapping[str, Sequence[float]]) -> Floats:
    for pattern, factors in scales.items():
        bad = [f for f in factors if not (math.isfinite(f) and f > 0)]
        if bad or not factors:
            msg = f'--scale: "{pattern}" is multiplied by {bad[0] if bad else "nothing"}; allowed numbers above 0, say 0.8,1,1.2'
            raise ScenarioError(msg)
    count = math.prod(len(factors) for factors in scales.values())
    if not 0 < count <= MOST_SCENARIOS:
        msg = f"--scale: the grid has {count:,} scenarios; allowed 1 to {MOST_SCENARIOS:,}"
        raise ScenarioError(msg)
    return np.array(list(itertools.product(*scales.values())), dtype=np.float64).reshape(count, len(scales))


def write_sweep(found: Sweep, file: Path) -> None:
    """Write a sweep's table as CSV or Parquet, by the ending of the file.

    Raises
    ------
    ScenarioError
        Where the ending is another, or the file cannot be written.
    """
    if file.suffix not in (".csv", ".parquet"):
        msg = f'{file}: ending is "{file.suffix}"; allowed .csv, .parquet'
        raise ScenarioError(msg)
    table = found.table()
    try:
        if file.suffix == ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            pq.write_table(pa.table(table), file, compression="zstd")
        else:
            _write_csv(table, file)
    except OSError as error:
        raise ScenarioError(f"{file}: cannot be written ({error.strerror}); name another file with --out") from error


def _write_csv(table: Mapping[str, Any], file: Path) -> None:
    import csv

    from corridors.result_tables import figure

    lists = [column.tolist() if isinstance(column, np.ndarray) else column for column in table.values()]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(["" if v != v else figure(v) for v in row] for row in zip(*lists, strict=True))  # noqa: PLR0124 - only NaN differs from itself
