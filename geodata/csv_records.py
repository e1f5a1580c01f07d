"""Records of a CSV file: its header, its rows, and the line on which each row begins.

UTF-8 with or without a byte order mark, commas, LF or CRLF. A quoted cell may hold commas, quotes and line
ends; wholly blank lines are passed over. What cannot be read is refused with its line.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from geodata.dictionary import TableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BLANKS = " \t\u00a0"
"""What may stand around a cell and is taken off: blanks and tabs, also those of spreadsheets; nothing unseen besides."""


def read_records(path: Path, label: str = "") -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header, the rows and the line at which each row begins; ``label`` names the file in messages."""
    file = label or path
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TableError.at(
            file,
            problem="there is no such file",
            mend="name a file that is there; one of a folder of tables is named by its datapackage.json",
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"not UTF-8: byte 0x{data[error.start]:02x} at position {error.start}"
        raise TableError.at(file, f"line {line}", problem=problem, mend="save the file as 'CSV UTF-8'") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    begin = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        raise TableError.at(
            file,
            f"row beginning on line {begin}",
            problem=f"cannot be read as CSV ({error})",
            mend='close the double quotes; write "" for a quote inside a cell',
        ) from None
    if not rows:
        raise TableError.at(
            file, problem="the file is empty", mend="write at least the header row with the column names"
        )
    return rows[0], rows[1:], lines[1:]


def read_cells(path: Path, label: str = "") -> tuple[list[str], list[list[str]], list[int]]:
    """Return header, rows and lines with the blanks around each cell taken off; every row is as wide as the header."""
    header, rows, lines = read_records(path, label)
    names = [name.strip(BLANKS) for name in header]
    wrong = next((i for i, row in enumerate(rows) if len(row) != len(names)), None)
    if wrong is not None and not is_one_column(names):
        raise TableError.at(
            label or path,
            f"line {lines[wrong]}, row beginning {','.join(rows[wrong][:2])!r}",
            problem=f"the row has {len(rows[wrong])} cells, the header {len(names)}",
            mend='put a cell that holds a comma in double quotes, "a, b", and write decimals with a point',
        )
    return names, [[cell.strip(BLANKS) for cell in row] for row in rows], lines


def is_one_column(names: Sequence[str]) -> bool:
    """Whether a header was cut by another mark than the comma, so that it looks like one name."""
    return len(names) == 1 and any(mark in names[0] for mark in ";\t")


def write_records(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write the header and the rows; reading them again gives the same texts."""
    lines = [",".join(map(_quoted, row)) or '""' for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in ',"\r\n') else cell
