"""Tables to start from: every table that rows may be laid over, with one row of ours in each.

``corridors template DIR`` writes a CSV file a table, the same tables as one workbook, the data dictionary in words
(``DICTIONARY.csv``: unit, type, allowed values, meaning of every column) and a page that says how to use them. The rows
are real rows of ours, so the files can be given to ``--rows`` as they are and change nothing: a row that says what ours
says stays ours.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.own_rows import shipped_tables
from corridors.toml_files import ScenarioError
from geodata.csv_records import write_records
from geodata.tables import TableError, write_table
from geodata.workbooks import dictionary_rows, write_workbook

if TYPE_CHECKING:
    from geodata.tables import Table

WORKBOOK = "corridors-tables.xlsx"
DICTIONARY = "DICTIONARY.csv"
README = "README.txt"

EXAMPLES = {
    "nodes": "almaty1",
    "crossings": "road.spin_boldak-chaman",
    "projects": "turgundi-sanobar",
    "sources": "own-reading",
    "parameters": "usd.haul.road.pk.southbound",
}
"""Key of the row that stands as the example; the first row of the table where none is named or it is no longer there."""

GUIDE = """Tables of the corridor-route-simulator, each with one row of ours
=================================================================

Lay your own rows over ours:

    corridors run both-open --rows parameters.csv
    corridors run both-open --rows {workbook}
    corridors diff both-open both-open --rows my-rates.csv      what your rows change

or write into a scenario file (corridors new FILE):  rows = ["my-rates.csv"]

Delete what you do not need, change what is yours. The names of the columns are fixed, their order is not;
{dictionary} gives unit, type, allowed values and meaning of each. In the workbook they stand as comments on the headings.

A file with every column: each row is taken as it stands, replaces our row of the same key, or is new.
A file with the key and some columns: a filled cell replaces ours, an empty one leaves ours as it is. Five rates of a
forwarder are then five short lines, say my-rates.csv:

    parameter_id,unit,best,price_year,as_of,note
    {parameter},{unit},{best:g},{year},{as_of},"our own rate, all-in"

A figure comes with its unit, money with its price year and date as well. best alone states a known value: low and high
become it too. Evidence of ours is taken off a figure that is yours, and unless you give its basis it counts as an
assumption.

Which row to change? Run a scenario once: in its activities.csv the column parameter_ids names the rows behind every stop
and every stretch. corridors show PARAMETER_ID explains one. What differs from ours is shown as yours in every output:
a * in the printed table, the column own_rows in the tables, the foot of charts and maps.

CSV files are UTF-8 with commas between the cells; decimals have a point. In a workbook each sheet is named after its
table; sheets whose name begins with # are passed over, and so is the sheet dictionary. Formulas are refused: paste values.
"""


def example_tables() -> dict[str, Table]:
    """Each table that rows may be laid over, cut to its example row."""
    return {name: table.where([table.index.get(EXAMPLES.get(name, ""), 0)]) for name, table in shipped_tables().items()}


def write_templates(folder: Path) -> tuple[list[Path], str]:
    """Write the tables into a new or empty folder, whole or not at all.

    Parameters
    ----------
    folder
        Target.

    Returns
    -------
    files : list of Path
        What was written.
    left_out : str
        Why there is no workbook; empty where there is one.

    Raises
    ------
    ScenarioError
        Where the folder is a file or holds anything.
    """
    folder = folder.absolute()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise ScenarioError(f"{folder}: is there already and is not empty; name a new folder")
    if not folder.parent.is_dir():
        raise ScenarioError(f"{folder}: there is no folder {folder.parent}")
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        left_out = _write_all(work)
        work.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return sorted(folder.iterdir()), left_out


def _write_all(folder: Path) -> str:
    tables = example_tables()
    for name, table in tables.items():
        write_table(table, folder / f"{name}.csv")
    write_records(folder / DICTIONARY, dictionary_rows([table.resource for table in tables.values()]))
    row = tables["parameters"].row(0)
    guide = GUIDE.format(
        workbook=WORKBOOK, dictionary=DICTIONARY, parameter=row["parameter_id"], unit=row["unit"], best=row["best"],
        year=row["price_year"], as_of=row["as_of"],
    )  # fmt: skip
    (folder / README).write_text(guide, encoding="utf-8", newline="\n")
    try:
        write_workbook(folder / WORKBOOK, list(tables.values()))
    except TableError as error:
        return str(error)
    return ""
