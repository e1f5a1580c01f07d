r"""Assumptions about cargo: one row a number, and which row answers which question.

A row of ``parameters.csv`` says *for activities of this kind, under these conditions, this quantity is about so
much*. Its selectors (mode, country, crossing, service, months ...) are conditions; an empty one holds for all.
When an activity asks, every row whose filled selectors all agree with it is a candidate. Row A beats row B only
where A's filled selectors strictly contain B's, so a special case always beats the general case it refines. Two
candidates neither of which contains the other are an error whose mend is a row for the combination; no candidate
is an error that names the activity. Nothing falls back to a default.

``low, best, high`` and ``shape`` say what we do not know about the *mean*; ``cv`` says how single trips scatter
around it. Means used in search follow in closed form. For a triangle with mode b,

.. math:: E[X]=(l+b+h)/3,\qquad
   E[1/X]=\frac{2}{h-l}\left[\frac{h\,\ln(h/b)}{h-b}-\frac{l\,\ln(b/l)}{b-l}\right]

which matters for speeds: hours are km / speed, and the mean of 1/speed is above 1 / mean speed.

Left out: correlation between rows; conversion of units (done once, in ``evidence.csv``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from geodata.tables import Table, TableError, nearest, overlay, read_package

DATA = Path(__file__).parent / "data"

SELECTORS = (
    "mode", "gauge_mm", "country", "line_id", "node_id", "link_id", "crossing_id", "terminal_id", "upgrade_id",
    "terrain", "traction", "side", "method", "reason", "load_unit", "service", "commodity", "direction", "months",
    "vehicle",
)  # fmt: skip
"""Columns of ``parameters.csv`` that are conditions, in table order."""

BASES = ("observed", "published", "tariff", "derived", "estimate", "assumption")
"""What a row rests on, strongest first."""


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


def mean_inverse_of(shape: str, low: float, best: float, high: float) -> float:
    """Mean of 1 / value of a shape; all values must be above 0.

    Examples
    --------
    A speed of 20 to 40 with mode 30 km/h takes 3.397 h per 100 km on average, not 3.333:

    >>> round(100 * mean_inverse_of("triangular", 20.0, 30.0, 40.0), 3)
    3.397
    """
    if shape == "fixed" or low == high:
        return 1.0 / best
    if shape == "uniform":
        return math.log(high / low) / (high - low)
    if shape == "discrete":
        return (1.0 / low + 1.0 / best + 1.0 / high) / 3.0
    falling = 1.0 if best == high else high * math.log(high / best) / (high - best)
    rising = 1.0 if best == low else low * math.log(best / low) / (best - low)
    return 2.0 / (high - low) * (falling - rising)


class MatchError(TableError):
    """No row, or two undominated rows, answer an activity's question."""


@dataclass
class _Group:
    """Rows that answer one question (kind, quantity, component)."""

    rows: list[int] = field(default_factory=list)
    used: tuple[str, ...] = ()
    answers: dict[tuple[str, ...], int] = field(default_factory=dict)


class Parameters:
    """The rows of ``parameters.csv``, asked by activities.

    Parameters
    ----------
    table
        Rows read against the data dictionary.
    theirs
        File names that are not ours; rows from them are shown as theirs.

    Raises
    ------
    TableError
        Where low, best and high are out of order, money has no price year, a weak basis has no note, a speed is 0
        or carries no unit that fits its quantity.
    """

    def __init__(self, table: Table, *, theirs: Sequence[str] = ()) -> None:
        self.table = table
        self.rows: tuple[Row, ...] = tuple(_row(table, number) for number in range(len(table)))
        self.theirs = frozenset(theirs)
        self.number = {row.parameter_id: i for i, row in enumerate(self.rows)}
        self._groups: dict[tuple[str, str, str], _Group] = {}
        for i, row in enumerate(self.rows):
            group = self._groups.setdefault((row.kind, row.quantity, row.component), _Group())
            group.rows.append(i)
        for group in self._groups.values():
            names = {name for i in group.rows for name in self.rows[i].selectors}
            group.used = tuple(name for name in SELECTORS if name in names)
        self.contained = frozenset(token for row in self.rows for token in row.includes)
        self._both = _refuse_mixed_sides(self.rows)

    def has_both_sides(self, crossing_id: str, quantity: str, component: str, reason: str) -> bool:
        """Whether one row gives both sides of a crossing together."""
        return (crossing_id, quantity, component, reason) in self._both

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def __getitem__(self, parameter_id: str) -> Row:
        """Row of a name; the nearest right name is offered where there is none."""
        if parameter_id not in self.number:
            near = nearest(parameter_id, self.number)
            msg = f"parameters.csv: no row {parameter_id!r}" + (f"; did you mean {near!r}?" if near else "")
            raise TableError(msg)
        return self.rows[self.number[parameter_id]]

    def match(self, kind: str, quantity: str, component: str, attributes: Mapping[str, str], *, asks: str) -> int:
        """Number of the one row that answers a question.

        Parameters
        ----------
        kind, quantity, component
            The question.
        attributes
            What the activity is, by selector name; every selector must be given.
        asks
            Name of the activity, for the message.

        Returns
        -------
        int
            Row number.

        Raises
        ------
        MatchError
            Where no row or more than one undominated row answers.
        """
        group = self._groups.get((kind, quantity, component))
        if group is None:
            raise MatchError(self._nothing(kind, quantity, component, attributes, asks))
        key = tuple(attributes[name] for name in group.used)
        known = group.answers.get(key)
        if known is None:
            known = self._best(group, kind, quantity, component, attributes, asks)
            group.answers[key] = known
        return known

    def _best(
        self, group: _Group, kind: str, quantity: str, component: str, attributes: Mapping[str, str], asks: str
    ) -> int:
        found = [i for i in group.rows if self.rows[i].agrees(attributes)]
        best = [
            i
            for i in found
            if not any(self.rows[i].selectors.keys() < self.rows[j].selectors.keys() for j in found if j != i)
        ]
        if len(best) == 1:
            return best[0]
        if not best:
            raise MatchError(self._nothing(kind, quantity, component, attributes, asks))
        names = ", ".join(f"{self.rows[i].parameter_id!r} ({self.rows[i].where})" for i in best)
        union = sorted({name for i in best for name in self.rows[i].selectors})
        msg = (
            f"parameters.csv: rows {names} both answer {quantity} {component} of {asks!r} and neither is the more "
            f"special; add a row that fills {', '.join(union)} for this combination"
        )
        raise MatchError(msg)

    @staticmethod
    def _nothing(kind: str, quantity: str, component: str, attributes: Mapping[str, str], asks: str) -> str:
        facts = ", ".join(f"{name}={attributes[name]}" for name in SELECTORS if attributes.get(name))
        what = f"{quantity} {component}".strip()
        return (
            f"parameters.csv: no row answers {what} of {asks!r} (kind {kind}; {facts}); "
            f"add a row of kind {kind}, quantity {quantity}"
        )

    def overlaid(self, rows: Table, *, theirs: bool = False) -> Parameters:
        """Rows laid over these: same name replaces, new names are added."""
        names = {str(name) for name in rows.origin} if theirs else set()
        return Parameters(overlay(self.table, rows), theirs=[*self.theirs, *names])

    def with_values(self, values: Mapping[str, Mapping[str, float]]) -> Parameters:
        """Rows with some of low, best, high, cv set: ``{parameter_id: {field: value}}``.

        Setting ``best`` alone states a known value: low, best and high all become it and nothing is drawn.
        """
        changed = Parameters.__new__(Parameters)
        changed.__dict__.update(self.__dict__)
        rows = list(self.rows)
        for parameter_id, fields in values.items():
            self[parameter_id]
            i = self.number[parameter_id]
            rows[i] = _set_fields(rows[i], fields)
        changed.rows = tuple(rows)
        return changed


def _set_fields(row: Row, fields: Mapping[str, float]) -> Row:
    allowed = ("low", "best", "high", "cv")
    for name, value in fields.items():
        if name not in allowed:
            near = nearest(name, allowed)
            hint = f"; did you mean {near!r}?" if near else ""
            msg = f"{row.parameter_id}: no field {name!r}; allowed {', '.join(allowed)}{hint}"
            raise TableError(msg)
        if not math.isfinite(value) or value < 0 or (row.quantity in ("speed", "driving_hours") and value == 0):
            msg = f"{row.parameter_id}.{name}: {value} is refused; it must be a number above 0 ({row.unit})"
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
    if not new.low <= new.best <= new.high:
        msg = f"{row.parameter_id}: low {new.low}, best {new.best}, high {new.high} are not in order; set all three"
        raise TableError(msg)
    return new


def _values(cell: object) -> frozenset[str]:
    return frozenset(part for part in str(cell).split(";") if part)


def _row(table: Table, number: int) -> Row:
    cells = table.row(number)
    where = f"{table.origin[number]}, line {table.line[number]}"
    name = str(cells["parameter_id"])

    def refuse(column: str, found: object, allowed: str) -> TableError:
        return TableError(f"{where}, row {name!r}: {column} is {found!r}; {allowed}")

    low, best, high = (float(str(cells[key])) for key in ("low", "best", "high"))
    if not low <= best <= high:
        raise refuse("low, best, high", (low, best, high), "they must stand in order")
    quantity, unit = str(cells["quantity"]), str(cells["unit"])
    allowed_units = UNITS_OF.get(quantity)
    if allowed_units is not None and unit not in allowed_units:
        raise refuse("unit", unit, f"a row of quantity {quantity} takes {', '.join(sorted(allowed_units))}")
    if quantity in ("speed", "driving_hours") and low <= 0:
        raise refuse("low", low, f"a {quantity} must be above 0")
    if quantity == "driving_hours" and high > 24:
        raise refuse("high", high, "a day has 24 hours")
    needs_component = quantity in ("usd", "coefficient")
    if needs_component != bool(cells["component"]):
        raise refuse("component", cells["component"], "it is filled for usd and coefficient and for nothing else")
    if quantity == "usd" and unit != "%" and cells["price_year"] is None:
        raise refuse("price_year", "", "money needs the year of its prices")
    basis = str(cells["basis"])
    if BASES.index(basis) >= BASES.index("derived") and not cells["note"]:
        raise refuse("note", "", f"a row of basis {basis} owes its reasoning")
    cv = cells["cv"]
    year = cells["price_year"]
    return Row(
        parameter_id=name,
        kind=str(cells["kind"]),
        quantity=quantity,
        component=str(cells["component"]),
        selectors={key: _values(cells[key]) for key in SELECTORS if cells[key] not in ("", None)},
        unit=unit,
        low=low,
        best=best,
        high=high,
        shape=str(cells["shape"]),
        cv=0.0 if cv is None else float(str(cv)),
        evidence=(str(cells["low_evidence"]), str(cells["best_evidence"]), str(cells["high_evidence"])),
        basis=basis,
        includes=_values(cells["includes"]),
        price_year=None if year is None else int(float(str(year))),
        as_of=str(cells["as_of"]),
        note=str(cells["note"]),
        where=where,
    )


UNITS_OF: dict[str, frozenset[str]] = {
    "hours": frozenset({"h"}),
    "speed": frozenset({"km/h"}),
    "driving_hours": frozenset({"h/day"}),
    "coefficient": frozenset({"1"}),
    "emission": frozenset({"kg CO2e/t-km"}),
    "payload": frozenset({"t"}),
    "value_of_time": frozenset({"%/day"}),
    "patience": frozenset({"day"}),
    "usd": frozenset(
        {"%", "USD", "USD/FEU", "USD/TEU", "USD/wagon", "USD/truck", "USD/t", "USD/FEU-km", "USD/TEU-km",
         "USD/wagon-km", "USD/truck-km", "USD/t-km"}
    ),
}  # fmt: skip
"""Units that each quantity may stand in; anything else is refused, never converted."""


def _refuse_mixed_sides(rows: Sequence[Row]) -> frozenset[tuple[str, str, str, str]]:
    """Both-sides questions; refused beside a one-side row of the same crossing and question."""
    both: dict[tuple[str, str, str, str], Row] = {}
    single: dict[tuple[str, str, str, str], Row] = {}
    for row in rows:
        if row.kind != "clear" or "crossing_id" not in row.selectors:
            continue
        target = both if row.selectors.get("side") == frozenset({"both"}) else single
        for crossing in row.selectors["crossing_id"]:
            for reason in row.selectors.get("reason", {"border", "transit"}):
                target[crossing, row.quantity, row.component, reason] = row
    for key, row in both.items():
        other = single.get(key)
        if other is not None:
            msg = (
                f"{row.where}, row {row.parameter_id!r}: side is both, and {other.parameter_id!r} ({other.where}) gives "
                f"one side of crossing {key[0]!r}; keep one of the two"
            )
            raise TableError(msg)
    return frozenset(both)


def read_parameters(folder: Path = DATA) -> Parameters:
    """Parameters of the shipped table, or of a folder with the same data package.

    Raises
    ------
    TableError
        Where a cell breaks the data dictionary.
    """
    return Parameters(read_package(folder)["parameters"])
