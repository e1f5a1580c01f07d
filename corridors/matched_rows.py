"""Parameter rows as they stood in a run: ours, those of the user, and what the scenario set, in one table.

The table holds every row, used or not, so that two results can be compared long after the rows themselves have moved on;
``used`` says which of them a way of the study rests on, ``own`` which are the user's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridors.study import Study
    from sim.parameters import Row

ROW_COLUMNS = (
    "parameter_id", "kind", "quantity", "component", "conditions", "unit", "low", "best", "high", "shape", "cv", "basis",
    "includes", "price_year", "as_of", "stands_in", "used", "own",
)  # fmt: skip
"""Columns of ``rows.csv``; new ones are only ever appended."""

ROW_TEXTS = frozenset(ROW_COLUMNS) - {"low", "best", "high", "cv", "price_year", "used", "own"}


def row_rows(study: Study) -> list[dict[str, Any]]:
    """One row a parameter row, columns :data:`ROW_COLUMNS`, in the order of the table."""
    used = {number for way in study.ways if way.itinerary for number in way.itinerary.rows()}
    own = study.own.names
    return [
        described(row) | {"used": i in used, "own": f"parameters:{row.parameter_id}" in own}
        for i, row in enumerate(study.parameters.rows)
    ]


def described(row: Row) -> dict[str, Any]:
    """What a row says, by column of :data:`ROW_COLUMNS`."""
    return {
        "parameter_id": row.parameter_id,
        "kind": row.kind,
        "quantity": row.quantity,
        "component": row.component,
        "conditions": ", ".join(f"{name}={';'.join(sorted(values))}" for name, values in row.selectors.items()),
        "unit": row.unit,
        "low": row.low,
        "best": row.best,
        "high": row.high,
        "shape": row.shape,
        "cv": row.cv,
        "basis": row.basis,
        "includes": ";".join(sorted(row.includes)),
        "price_year": row.price_year,
        "as_of": row.as_of,
        "stands_in": row.where,
    }
