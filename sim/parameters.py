r"""Assumptions about cargo: one row a number, and which row answers which question.

A row of ``parameters.csv`` says *for activities of this kind, under these conditions, this quantity is about so
much*. Its selectors (mode, country, crossing, service, months ...) are conditions; an empty one holds for all.
When an activity asks, every row whose filled selectors all agree with it is a candidate. Row A beats row B only
where A's filled selectors strictly contain B's, so a special case always beats the general case it refines. Two
candidates neither of which contains the other are an error whose mend is a row for the combination; no candidate
is an error that names the activity. Nothing falls back to a default.

Left out: correlation between rows; conversion of units (done once, in ``evidence.csv``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geodata.tables import Table, TableError, nearest, overlay, read_package
from sim.parameter_rows import SELECTORS, UNITS_OF, Row, mean_inverse_of, mean_of, row_of, set_fields

DATA = Path(__file__).parent / "data"

__all__ = [
    "DATA",
    "SELECTORS",
    "UNITS_OF",
    "MatchError",
    "Parameters",
    "Row",
    "mean_inverse_of",
    "mean_of",
    "read_parameters",
]


_ASKED_OTHERWISE = frozenset({"months", "side", "direction", "reason"})


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
        self.rows: tuple[Row, ...] = tuple(row_of(table, number) for number in range(len(table)))
        self.theirs = frozenset(theirs)
        self.number = {row.parameter_id: i for i, row in enumerate(self.rows)}
        self._groups: dict[tuple[str, str, str], _Group] = {}
        for i, row in enumerate(self.rows):
            group = self._groups.setdefault((row.kind, row.quantity, row.component), _Group())
            group.rows.append(i)
        for group in self._groups.values():
            names = {name for i in group.rows for name in self.rows[i].selectors}
            group.used = tuple(name for name in SELECTORS if name in names)
        self._seasonal = tuple(row for row in self.rows if "months" in row.selectors)
        names = {name for row in self._seasonal for name in row.selectors} - _ASKED_OTHERWISE
        self._told_by = tuple(name for name in SELECTORS if name in names)
        self._classes: dict[tuple[str, ...], tuple[int, ...]] = {}
        self.contained = frozenset(token for row in self.rows for token in row.includes)
        self._both = _refuse_mixed_sides(self.rows)

    def month_classes(self, attributes: Mapping[str, str]) -> tuple[int, ...]:
        """First month of the year that no row tells from each of the twelve, for an activity of these attributes.

        Side, direction and reason are left aside: an activity also asks for both sides of a crossing, or in general.
        """
        key = tuple(attributes[name] for name in self._told_by)
        if key not in self._classes:
            asked = dict(zip(self._told_by, key, strict=True))
            seasons = {
                row.selectors["months"]
                for row in self._seasonal
                if all(asked[name] in allowed for name, allowed in row.selectors.items() if name in asked)
            }
            marks = [tuple(str(month) in season for season in sorted(seasons, key=sorted)) for month in range(1, 13)]
            self._classes[key] = tuple(marks.index(mark) + 1 for mark in marks)
        return self._classes[key]

    def _repr_html_(self) -> str:
        from sim.parameter_view import parameters_html

        return parameters_html(self)

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

    def find(self, kind: str, quantity: str, component: str, attributes: Mapping[str, str], *, asks: str) -> int | None:
        """Number of the one row that answers a question that need not be answered; None where no row does.

        Raises
        ------
        MatchError
            Where more than one undominated row answers.
        """
        group = self._groups.get((kind, quantity, component))
        if group is None or not any(self.rows[i].agrees(attributes) for i in group.rows):
            return None
        return self.match(kind, quantity, component, attributes, asks=asks)

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
            rows[i] = set_fields(rows[i], fields)
        changed.rows = tuple(rows)
        return changed


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
