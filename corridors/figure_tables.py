"""Tables of figures for a terminal of any breadth: no figure is ever cut.

A terminal of 80 columns has no room for a comparison of ways. Cells that are cut there ("8,0...") are worse than none, so a
table that is too broad is parted into several, one under the other, each with the columns that name the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_GAP = 2
"""Blanks between two columns. [character]"""


def figure_tables(
    title: str, left: Sequence[str], right: Sequence[str], rows: Sequence[Sequence[str]], width: int
) -> list[Any]:
    """Tables that show the rows within a breadth.

    Parameters
    ----------
    title
        Stands over the first.
    left, right
        Headings: columns that name a row, repeated in every table, and those of its figures.
    rows
        Cells of each row, `left` then `right`; a cell may have several lines.
    width
        Breadth of the terminal. [character]

    Returns
    -------
    list of rich.table.Table
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    headings = [*left, *right]
    columns = [[heading, *(row[i] for row in rows)] for i, heading in enumerate(headings)]
    breadths = [max(len(line) for cell in column for line in cell.split("\n")) for column in columns]
    names = range(len(left))
    room = width - 3 - sum(breadths[i] + _GAP for i in names)
    found: list[Any] = []
    for part in parted(breadths[len(left) :], room):
        shown = [*names, *(len(left) + i for i in part)]
        table = Table(title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.title = None if found else Text(title)
        for i in shown:
            table.add_column(Text(headings[i]), justify="left" if i in names else "right", no_wrap=True)
        for row in rows:
            table.add_row(*(Text(row[i]) for i in shown))
        found.append(table)
    return found


def parted(breadths: Sequence[int], room: int) -> list[list[int]]:
    """Columns in their order, parted so that each part has room; a column broader than that stands alone.

    Examples
    --------
    >>> parted([5, 5, 5, 20], 14)
    [[0, 1], [2], [3]]
    """
    parts: list[list[int]] = []
    left = 0
    for i, breadth in enumerate(breadths):
        if not parts or breadth + _GAP > left:
            parts.append([])
            left = room
        parts[-1].append(i)
        left -= breadth + _GAP
    return parts


def signed(value: float, digits: int) -> str:
    """Difference with its sign, thousands apart; what rounds to nothing is +0 and never -0.

    Examples
    --------
    >>> signed(-1234.6, 0), signed(-0.04, 1), signed(0.0, 2)
    ('-1,235', '+0.0', '+0.00')
    """
    text = f"{value:+,.{digits}f}"
    return text if float(text.replace(",", "")) else f"{0.0:+.{digits}f}"


def plain(value: float, digits: int) -> str:
    """Figure to so many significant digits, written out: 250 and not 2.5e+02.

    Examples
    --------
    >>> plain(251.3, 2), plain(0.06824, 2), plain(12345.6, 4), plain(0.0, 2)
    ('250', '0.068', '12,350', '0')
    """
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:,.12f}".rstrip("0").rstrip(".")
