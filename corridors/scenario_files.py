"""Where scenarios lie, and what lies under them.

A scenario is found by its shipped name or as a file. It may name a base, beside itself or shipped; the file is laid over
the base, so that it holds only what differs. Each file states its own name, title and question: those are never taken
from below, lest two studies carry one name.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corridors.switches import flatten, lay_over
from corridors.toml_files import ScenarioError, nearest, read_toml

SCENARIO_FOLDER = Path(__file__).with_name("data") / "scenarios"
TEMPLATE_FILE = Path(__file__).with_name("data") / "template.toml"


def list_scenarios() -> dict[str, str]:
    """Titles of the shipped scenarios by name."""
    return {path.stem: read_toml(path)["title"] for path in sorted(SCENARIO_FOLDER.glob("*.toml"))}


def template_text() -> str:
    """Commented scenario to start from, as written by ``corridors new``."""
    return TEMPLATE_FILE.read_text(encoding="utf-8")


def find_scenario(name_or_path: str | Path) -> Path:
    """File of a shipped scenario, or the file itself.

    Raises
    ------
    ScenarioError
        If it is neither.
    """
    text = str(name_or_path)
    shipped = {path.stem: path for path in SCENARIO_FOLDER.glob("*.toml")}
    if text in shipped:
        return shipped[text]
    path = Path(text)
    if path.is_file():
        return path
    if path.suffix == ".toml" or len(path.parts) > 1:
        raise ScenarioError(f"{text}: there is no such file")
    raise ScenarioError(
        f'"{text}" is neither a shipped scenario nor a file; shipped are {", ".join(sorted(shipped))}{nearest(text, shipped)}'
    )


def read_over_base(path: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Values of a file laid over those of its base.

    Parameters
    ----------
    path
        The scenario file.
    seen
        Files already laid, for a base that leads back to one of them.

    Returns
    -------
    dict
        Keys and tables, unchecked; paths under ``rows`` are absolute.

    Raises
    ------
    ScenarioError
        If a file cannot be read, does not state its own name, title and question, or is its own base.
    """
    values = flatten(read_toml(path))
    for key in ("name", "title", "question"):
        if key not in values:
            raise ScenarioError(f"{path.name}, key {key}: is missing; every scenario states its own {key}")
    if isinstance(values.get("rows"), list):
        values["rows"] = [_row_file(row, path) for row in values["rows"]]
    base = values.get("base")
    if base is None:
        return values
    beside = path.parent / str(base)
    base_path = beside if beside.is_file() else find_scenario(str(base))
    seen = (*seen, path.resolve())
    if base_path.resolve() in seen:
        raise ScenarioError(f'{path.name}, key base: "{base}" leads back to this file')
    return lay_over(values, read_over_base(base_path, seen))


def given_row_files(files: Iterable[str | Path]) -> list[str]:
    """Absolute paths of files of rows given beside a scenario, as by ``--rows``.

    Raises
    ------
    ScenarioError
        If there is no such file.
    """
    paths = [Path(file) for file in files]
    for path in paths:
        if not path.is_file():
            if path.is_dir():
                raise ScenarioError(f'--rows "{path}": is a folder; name its files one by one')
            known = [other.name for other in path.parent.glob("*") if other.suffix in {".csv", ".xlsx"}]
            raise ScenarioError(f'--rows "{path}": there is no such file{nearest(path.name, known)}')
    return [str(path.resolve()) for path in paths]


def _row_file(row: Any, scenario_path: Path) -> Any:
    if not isinstance(row, str):
        return row
    path = (scenario_path.parent / row).resolve()
    if not path.is_file():
        raise ScenarioError(f'{scenario_path.name}, key rows: there is no file "{row}" beside the scenario')
    return str(path)
