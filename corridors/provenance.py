"""How a study was made: its scenario, seed, versions and the hashes of every table, so that anyone can make it again.

The attribution that every export repeats stands here too, with the licence of each layer.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.network import DATA as GEODATA
from sim.parameters import DATA as SIMDATA

if TYPE_CHECKING:
    from corridors.study import Study

LICENCE = (
    "Typed facts CC BY 4.0; borders, coast and lakes Natural Earth (public domain); relief ETOPO1, NOAA (public domain); "
    "lengths and line shapes from OpenStreetMap (c) OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright"
)
"""Attribution that every export repeats."""


def table_hashes() -> dict[str, str]:
    """SHA-256 of every shipped table, by room and file."""
    hashes = {}
    for folder in (GEODATA, SIMDATA, Path(__file__).parent / "data"):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".csv", ".toml", ".geojson")):
            room = folder.parent.name
            name = f"{room}/{path.relative_to(folder).as_posix()}"
            hashes[name] = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    return hashes


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "gone since the run"


def versions() -> dict[str, str]:
    """Versions of this project and of what its figures depend on."""
    from corridors import __version__

    found = {"corridors": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "pydantic", "pyarrow", "matplotlib", "shapely", "pyproj"):  # all of them are requirements
        found[name] = metadata.version(name)
    return found


def study_json(study: Study) -> dict[str, Any]:
    """Say how a study was made, so that anyone can make it again."""
    return {
        "scenario": json.loads(study.scenario.model_dump_json()),
        "seed": study.scenario.seed,
        "draws": study.draws,
        "versions": versions(),
        "tables_sha256": table_hashes(),
        "open_projects": sorted(study.network.open_projects),
        "assumptions": [
            {
                "event": s.closure.event_id, "closure": s.closure.closure_id, "object": s.closure.object_id,
                "state": s.state, "last_confirmed": s.closure.last_confirmed.isoformat(), "why": s.assumption.why,
            }
            for s in study.standings if s.assumption
        ],
        "states": study.states,
        "rows_of_yours": list(study.own.files),
        "own_rows": study.own.as_json(),
        "own_files_sha256": {Path(file).name: _sha256(Path(file)) for file in study.scenario.rows},
        "attribution": LICENCE,
    }  # fmt: skip
