"""Records as CSV, one way for commands and charts: a command's figures in full, a chart's to so many digits; whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corridors.safe_files import write_text
from corridors.toml_files import ScenarioError


def csv_text(records: Iterable[Mapping[str, Any]], *, digits: int | None = None) -> str:
    """CSV of records; what is unknown is empty, and of no record nothing is written, since no column would have a name.

    Parameters
    ----------
    records
        Columns are those of the first.
    digits
        Significant digits of a figure; all that it has if not given. [1]

    Examples
    --------
    >>> csv_text([{"way": "a", "days": 1 / 3, "usd": None}], digits=10).splitlines()
    ['way,days,usd', 'a,0.3333333333,']
    """
    stream = io.StringIO()
    found = list(records)
    if found:
        writer = csv.DictWriter(stream, list(found[0]), lineterminator="\n")
        writer.writeheader()
        rounded = f".{digits}g"
        writer.writerows(
            {k: format(v, rounded) if digits and isinstance(v, float) else v for k, v in row.items()} for row in found
        )
    return stream.getvalue()


def check_csv_target(out: Path) -> None:
    """Refuse a file that is to hold CSV and would not be taken for it, or whose folder is not there, before anything is computed.

    Raises
    ------
    ScenarioError
        Naming the ending that was found, or the folder that is missing.
    """
    if out.suffix.lower() != ".csv":
        raise ScenarioError(f'--out: found "{out}"; allowed a file ending in .csv; rename the file')
    if not out.absolute().parent.is_dir():
        raise ScenarioError(f"--out: there is no folder {out.parent}; make it, or name another")


def write_records(folder: Path, name: str, records: Iterable[Mapping[str, Any]]) -> Path:
    """Write records to ``NAME.csv`` in a folder, which is made if need be.

    Raises
    ------
    ScenarioError
        Where the file cannot be written.
    """
    if folder.is_file():
        raise ScenarioError(f"{folder}: is a file; name a folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    return write_text(folder / f"{name}.csv", csv_text(records))
