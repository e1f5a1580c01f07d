r"""One row of ``parameters.csv``: what it says, what it owes, and its mean.

``low, best, high`` and ``shape`` say what we do not know about the *mean*; ``cv`` says how single trips scatter
around it. Means used in search follow in closed form. For a triangle with mode b,

.. math:: E[X]=(l+b+h)/3,\qquad
   E[1/X]=\frac{2}{h-l}\left[\frac{h\,\ln(h/b)}{h-b}-\frac{l\,\ln(b/l)}{b-l}\right]

which matters for speeds: hours are km / speed, and the mean of 1/speed is above 1 / mean speed.

A row owes its order (low, best, high), a unit that fits its quantity, a price year where it is money, and a note with the
reasoning where its basis is derived, estimate or assumption. What breaks that is refused with file, line and name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from geodata.sources import BASES
from geodata.tables import Table, TableError, nearest

SELECTORS = (
    "mode", "gauge_mm", "country", "line_id", "node_id", "link_id", "crossing_id", "terminal_id", "upgrade_id",
    "terrain", "traction", "side", "method", "reason", "load_unit", "service", "commodity", "direction", "months",
    "vehicle",
)  # fmt: skip
"""Columns of ``parameters.csv`` that are conditions, in table order."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ``parameters.csv``.

    ``low``, ``best`` and ``high`` are in ``unit``; ``cv`` is the coefficient of variation of single trips. [1]
    ``where`` names file and line for messages.
    """

    parameter_id: str
    kind: str
    quantity: str
    component: str
    selectors: Mapping[str, frozenset[str]]
    unit: str
    low: float
    best: float
    high: float
    shape: str
    cv: float
    evidence: tuple[str, str, str]
    basis: str
    includes: frozenset[str]
    price_year: int | None
    as_of: str
    note: str
    where: str
    factor: str = ""
    loading: float = 0.0

    @property
    def mean(self) -> float:
        """Implied mean of the row, in its unit.

        Examples
        --------
        The mean of a triangle 6 / 10.6 / 24 h is 13.53 h, above its mode.
        """
        return mean_of(self.shape, self.low, self.best, self.high)

    @property
    def mean_inverse(self) -> float:
        """Mean of 1 / value, in 1 / unit; used for speeds."""
        return mean_inverse_of(self.shape, self.low, self.best, self.high)

    @property
    def uncertain(self) -> bool:
        """Whether the row's mean is drawn at all."""
        return self.shape != "fixed" and self.low < self.high

    def agrees(self, attributes: Mapping[str, str]) -> bool:
        """Whether every filled selector agrees with an activity's attributes."""
        return all(attributes[name] in allowed for name, allowed in self.selectors.items())


def mean_of(shape: str, low: float, best: float, high: float) -> float:
    """Mean of a shape, in the unit of its values.

    Examples
    --------
    >>> round(mean_of("triangular", 6.0, 10.6, 24.0), 2)
    13.53
    """
    if shape == "fixed":
        return best
    if shape == "uniform":
        return (low + high) / 2.0
    return (low + best + high) / 3.0


_NARROW = 1e-6  # width of a range over its low end


def mean_inverse_of(shape: str, low: float, best: float, high: float) -> float:
    """Mean of 1 / value of a shape; all values must be above 0.

    Examples
    --------
    A speed of 20 to 40 with mode 30 km/h takes 3.398 h per 100 km on average, not 3.333:

    >>> round(100 * mean_inverse_of("triangular", 20.0, 30.0, 40.0), 3)
    3.398
    """
    if shape == "fixed" or low == high:
        return 1.0 / best
    if shape == "discrete":
        return (1.0 / low + 1.0 / best + 1.0 / high) / 3.0
    if (
        high - low < _NARROW * low
    ):  # the difference below would lose its digits; this is right to the square of the width
        return 1.0 / mean_of(shape, low, best, high)
    if shape == "uniform":
        return _log_slope(low, high)
    return 2.0 / (high - low) * (high * _log_slope(best, high) - low * _log_slope(low, best))


def _log_slope(a: float, b: float) -> float:
    """(ln b - ln a) / (b - a), which is 1 / a where both are one; good where they are neighbours."""
    return 1.0 / a if a == b else math.log1p((b - a) / a) / (b - a)


def set_fields(row: Row, fields: Mapping[str, float]) -> Row:
    """Row with some of low, best, high, cv set; ``best`` alone states a known value."""
    allowed = ("low", "best", "high", "cv")
    for name, value in fields.items():
        if name not in allowed:
            near = nearest(name, allowed)
            hint = f"; did you mean {near!r}?" if near else ""
            msg = f"{row.parameter_id}: no field {name!r}; allowed {', '.join(allowed)}{hint}"
            raise TableError(msg)
        never_0 = row.quantity in _ABOVE_0 and name != "cv"
        if not math.isfinite(value) or value < 0 or (never_0 and value == 0):
            msg = f"{row.parameter_id}.{name}: {value} is refused; it must be a number above 0 ({row.unit})"
            raise TableError(msg)
        if row.quantity == "driving_hours" and name != "cv" and value > 24:
            msg = f"{row.parameter_id}.{name}: {value} is refused; a day has 24 hours"
            raise TableError(msg)
    if "best" in fields and not {"low", "high"} & set(fields):
        fields = {**fields, "low": fields["best"], "high": fields["best"]}
    new = replace(
        row,
        low=fields.get("low", row.low),
        best=fields.get("best", row.best),
        high=fields.get("high", row.high),
        cv=fields.get("cv", row.cv),
        where=f"{row.where}, set by the scenario",
    )
    if new.shape == "fixed" and new.low < new.high:
        msg = f"{row.parameter_id}: the row is of shape fixed, so low and high other than best say nothing; set best alone"
        raise TableError(msg)
    if not new.low <= new.best <= new.high:
        msg = f"{row.parameter_id}: low {new.low}, best {new.best}, high {new.high} are not in order; set all three"
        raise TableError(msg)
    return new


def _values(cell: object) -> frozenset[str]:
    return frozenset(part for part in str(cell).split(";") if part)


def row_of(table: Table, number: int) -> Row:
    """Row of a table, checked for what it owes.

    Raises
    ------
    TableError
        Naming file, line, row, field, what was found and what is allowed.
    """
    cells = table.row(number)
    where = f"{table.origin[number]}, line {table.line[number]}"
    for column, found, allowed in _debts(cells):
        raise TableError(f"{where}, row {cells['parameter_id']!r}: {column} is {found!r}; {allowed}")
    cv, year, loading = cells["cv"], cells["price_year"], cells["loading"]
    return Row(
        parameter_id=str(cells["parameter_id"]),
        kind=str(cells["kind"]),
        quantity=str(cells["quantity"]),
        component=str(cells["component"]),
        selectors={key: _values(cells[key]) for key in SELECTORS if cells[key] not in ("", None)},
        unit=str(cells["unit"]),
        low=float(str(cells["low"])),
        best=float(str(cells["best"])),
        high=float(str(cells["high"])),
        shape=str(cells["shape"]),
        cv=0.0 if cv is None else float(str(cv)),
        evidence=(str(cells["low_evidence"]), str(cells["best_evidence"]), str(cells["high_evidence"])),
        basis=str(cells["basis"]),
        includes=_values(cells["includes"]),
        price_year=None if year is None else int(float(str(year))),
        as_of=str(cells["as_of"]),
        note=str(cells["note"]),
        where=where,
        factor=str(cells["factor"]),
        loading=0.0 if loading is None else float(str(loading)),
    )


_ABOVE_0 = ("speed", "driving_hours", "duration", "frequency")


def _debts(cells: Mapping[str, object]) -> Iterator[tuple[str, object, str]]:
    """What a row owes and does not pay: column, what was found, what is allowed."""
    low, best, high = (float(str(cells[key])) for key in ("low", "best", "high"))
    quantity, unit, basis = str(cells["quantity"]), str(cells["unit"]), str(cells["basis"])
    units = UNITS_OF.get(quantity, frozenset({unit}))
    checks = (
        ("low, best, high", (low, best, high), low <= best <= high, "they must stand in order"),
        ("unit", unit, unit in units, f"a row of quantity {quantity} takes {', '.join(sorted(units))}"),
        ("low", low, quantity not in _ABOVE_0 or low > 0, f"a {quantity} must be above 0"),
        ("high", high, quantity != "driving_hours" or high <= 24, "a day has 24 hours"),
        (
            "component",
            cells["component"],
            (quantity in ("usd", "coefficient")) == bool(cells["component"]),
            "it is filled for usd and coefficient and for nothing else",
        ),
        (
            "price_year",
            "",
            quantity != "usd" or unit == "%" or cells["price_year"] is not None,
            "money needs the year of its prices",
        ),
        (
            "note",
            "",
            BASES.index(basis) < BASES.index("derived") or bool(cells["note"]),
            f"a row of basis {basis} owes its reasoning",
        ),
        (
            "quantity",
            quantity,
            (quantity in ("rate", "duration")) == (cells["kind"] == "closure"),
            "rate and duration belong to kind closure and to no other",
        ),
        (
            "loading",
            cells["loading"],
            bool(cells["factor"]) == (cells["loading"] is not None),
            "factor and loading are filled together or not at all",
        ),
    )
    for column, found, paid, allowed in checks:
        if not paid:
            yield column, found, allowed


UNITS_OF: dict[str, frozenset[str]] = {
    "hours": frozenset({"h"}),
    "speed": frozenset({"km/h"}),
    "driving_hours": frozenset({"h/day"}),
    "coefficient": frozenset({"1"}),
    "emission": frozenset({"kg CO2e/t-km"}),
    "payload": frozenset({"t"}),
    "value_of_time": frozenset({"%/day"}),
    "patience": frozenset({"day"}),
    "rate": frozenset({"1/year"}),
    "duration": frozenset({"day"}),
    "frequency": frozenset({"1/week"}),
    "free_days": frozenset({"day"}),
    "usd": frozenset(
        {"%", "USD", "USD/FEU", "USD/TEU", "USD/wagon", "USD/truck", "USD/t", "USD/FEU-km", "USD/TEU-km",
         "USD/wagon-km", "USD/truck-km", "USD/t-km", "USD/FEU-day", "USD/TEU-day"}
    ),
}  # fmt: skip
"""Units that each quantity may stand in; anything else is refused, never converted."""
