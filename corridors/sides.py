"""Two sides to compare: a scenario carried through now, or a folder of results written earlier.

Whichever it is, a side holds the same things: the scenario with all its defaults, the parameter rows as they stood, what the
user laid over the other tables, which lines and gates were open, the figures of each way, and its draws. Of a folder they
are read from its files, so that a result stays comparable after the tables have moved on.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.scenario_files import list_scenarios
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from corridors.study import Study
    from sim.draws import Floats

WayKey = tuple[str, str, str]
"""Origin, destination, corridor."""


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Parameters
    ----------
    label
        What the user called it.
    scenario
        Keys of the scenario as in ``study.json``.
    rows
        Parameter rows by parameter_id, columns of ``rows.csv``; None where the folder is too old to hold them.
    own
        Cells that the user changed in other tables: before and after, by row and column.
    tables, versions
        SHA-256 of the shipped tables by file, and versions of the programs.
    open_projects, states
        What was open on the date: projects, and the state of each crossing and closed object.
    ways
        Row of ``comparison.csv`` of each way.
    draws
        Hours and dollars of each feasible way, draw by draw; shape (draw,).
    study, folder
        Where the activities of a way are read: the study, or the folder.
    """

    label: str
    scenario: Mapping[str, Any]
    rows: Mapping[str, Mapping[str, Any]] | None
    own: Mapping[str, Mapping[str, tuple[str, str]]]
    tables: Mapping[str, str]
    versions: Mapping[str, str]
    open_projects: frozenset[str]
    states: Mapping[str, str]
    ways: Mapping[WayKey, Mapping[str, Any]]
    draws: Mapping[WayKey, tuple[Floats, Floats]] = field(repr=False)
    study: Study | None = field(default=None, repr=False)
    folder: Path | None = None

    def activities_of(self, key: WayKey) -> list[Mapping[str, Any]]:
        """Rows of ``activities.csv`` of one way, in order."""
        if self.study is not None:
            from corridors.result_tables import activity_rows

            way = next(w for w in self.study.ways if (w.origin, w.destination, w.corridor) == key)
            return list(activity_rows(self.study, way))
        return [row for row in _read(self.folder, "activities") if _key(row) == key] if self.folder else []


def side_of(what: str | Path, switches: Sequence[str] = (), rows: Sequence[str | Path] = ()) -> Side:
    """Side that a user names: a shipped scenario, a scenario file, or a folder of results.

    Parameters
    ----------
    what
        Name or path; the name of a shipped scenario is that scenario, even beside a folder of this name.
    switches, rows
        Laid over a scenario, as by ``--set`` and ``--rows``; a folder cannot be changed.

    Raises
    ------
    ScenarioError
        Where it is none of these.
    """
    path = Path(what)
    if str(what) in list_scenarios() or not path.is_dir():
        from corridors.scenario import read_scenario
        from corridors.study import run

        return side_of_study(run(read_scenario(what, tuple(switches), rows=rows)), str(what))
    if switches or rows:
        raise ScenarioError(f"{path}: is a folder of results, and results cannot be changed; name its scenario instead")
    return side_of_folder(path)


def side_of_study(study: Study, label: str = "") -> Side:
    """Side of a study."""
    from corridors.comparison import comparison_rows
    from corridors.matched_rows import described
    from corridors.provenance import table_hashes, versions

    return Side(
        label or study.scenario.name,
        json.loads(study.scenario.model_dump_json()),
        {row.parameter_id: described(row) for row in study.parameters.rows},
        {row.name: row.changes for row in study.own.rows},
        table_hashes(),
        versions(),
        study.network.open_projects,
        study.states,
        {_key(row): row for row in comparison_rows(study)},
        {(w.origin, w.destination, w.corridor): (w.outcome.hours, w.outcome.usd) for w in study.ways if w.outcome},
        study,
    )


def side_of_folder(folder: Path) -> Side:
    """Side of a folder of results, as ``corridors run`` writes it.

    Raises
    ------
    ScenarioError
        Where it holds no study.
    """
    missing = [name for name in ("study.json", "comparison.csv", "datapackage.json") if not (folder / name).is_file()]
    if missing:
        raise ScenarioError(
            f"{folder}: holds no {missing[0]}, so it is no folder of results; name one that run has written"
        )
    made = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    rows = _read(folder, "rows")
    own = {row["row"]: {name: (a, b) for name, (a, b) in row["changes"].items()} for row in made.get("own_rows", [])}
    return Side(
        str(folder),
        made["scenario"],
        {row["parameter_id"]: row for row in rows} if rows else None,
        own,
        made["tables_sha256"],
        made["versions"],
        frozenset(made["open_projects"]),
        made["states"],
        {_key(row): row for row in _read(folder, "comparison")},
        _read_draws(folder / "draws.parquet"),
        folder=folder,
    )


def _key(row: Mapping[str, Any]) -> WayKey:
    return row["origin"], row["destination"], row["corridor"]


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Rows of a table of the folder, typed by its data package; none where it has no such table."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    kinds = {
        f["name"]: f["type"]
        for entry in package["resources"]
        if entry["name"] == name
        for f in entry["schema"]["fields"]
    }
    path = folder / f"{name}.csv"
    if not kinds or not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            {key: _value(text, kinds.get(key, "string")) for key, text in row.items()} for row in csv.DictReader(stream)
        ]


def _value(text: str, kind: str) -> Any:
    if kind == "boolean":
        return text == "true"
    if kind in ("number", "integer"):
        return None if text == "" else int(text) if kind == "integer" else float(text)
    return text


def _read_draws(path: Path) -> dict[WayKey, tuple[Floats, Floats]]:
    if not path.is_file():
        return {}
    import pyarrow.parquet as pq

    frame = pq.read_table(path).to_pandas()
    groups = frame.groupby(["origin", "destination", "corridor"], observed=True, sort=False)
    return {(str(o), str(d), str(c)): (part["hours"].to_numpy(), part["usd"].to_numpy()) for (o, d, c), part in groups}
