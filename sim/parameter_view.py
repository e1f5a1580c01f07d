"""How the assumptions show themselves at the end of a notebook cell: every row with its unit, its mean and what it rests on."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from geodata.sources import BASES

if TYPE_CHECKING:
    from sim.parameters import Parameters


def parameters_html(parameters: Parameters) -> str:
    """Table of all rows, in a box that scrolls.

    Parameters
    ----------
    parameters
        Any set of rows.

    Returns
    -------
    str
        HTML; low, best, high and the implied mean are in the row's own unit.
    """
    counts = {basis: sum(row.basis == basis for row in parameters.rows) for basis in BASES}
    said = ", ".join(f"{count} {basis}" for basis, count in counts.items() if count)
    rows = "".join(
        f"<tr><td>{escape(row.parameter_id)}</td><td>{row.low:g}</td><td>{row.best:g}</td><td>{row.high:g}</td><td>{row.mean:.4g}</td>"
        f"<td>{escape(row.unit)}</td><td>{row.cv:g}</td><td>{escape(row.basis)}</td></tr>"
        for row in parameters.rows
    )
    head = "".join(
        f"<th>{word}</th>" for word in ("parameter_id", "low", "best", "high", "mean", "unit", "cv", "basis")
    )
    return (
        f"<p>{len(parameters.rows)} rows: {said}</p>"
        f'<div style="max-height:24em;overflow:auto"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )
