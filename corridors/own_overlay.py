"""One file of a user's rows laid over one of our tables.

Two kinds of file are accepted, and the header says which it is.

*Every column*: a row is taken as it stands; it replaces the row of the same key, or is new. An empty cell is an empty
cell.

*The key and some columns*: a partial update, say five rates of a forwarder. A filled cell replaces ours, an empty cell
or an absent column leaves ours as it is. Then nothing of ours may vouch for a figure that is not ours, so:

- a figure comes with its ``unit``, money with its ``price_year`` and ``as_of`` as well, even where they are as ours;
- ``best`` alone states a known value: low and high become it too, as with ``--set``;
- evidence of ours is taken off a figure that changed (this also holds in a file with every column);
- a parameter whose basis is not given becomes an ``assumption``, a length whose basis is not given an ``estimate``;
- where ``source`` is not given, ``own-rows`` is added to ours; where ``note`` is not given, it says what was changed.

A key that is not ours is a new row and needs every required column; the nearest key of ours is offered. A row that says
what ours says stays ours. Laying the same file twice is the same as once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from corridors.own_names import OWN_SOURCE
from geodata.cells import text_of
from geodata.tables import Table, did_you_mean, overlay, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.own_files import RowFile
    from geodata.dictionary import Field
    from geodata.tables import Key

FIGURES = ("low", "best", "high")


def lay(file: RowFile, table: Table) -> Table:
    """Lay one file over its table; rows that say what the table says are left out.

    Raises
    ------
    TableError
        Where a cell breaks the dictionary, a new row lacks a required column, or a figure lacks its unit.
    """
    texts = [_whole(file, i, table) for i in range(len(file.rows))]
    rows = read_rows(texts, table.resource, file.label, file.lines)
    own_keys = rows.keys()
    at = [table.index.get(key) for key in own_keys]
    return overlay(table, rows.where([i for i, j in enumerate(at) if j is None or rows.row(i) != table.row(j)]))


def words_of(key: Key) -> str:
    """Key of a row in one text.

    Examples
    --------
    >>> words_of(("rail.alat-farap", "from"))
    'rail.alat-farap from'
    """
    return " ".join(str(part) for part in key if part) if isinstance(key, tuple) else key


def texts_of(table: Table, i: int) -> dict[str, str]:
    """Cells of row ``i`` as they would stand in a CSV file, by column."""
    return {name: text_of(table.resource.field[name], cell) for name, cell in table.row(i).items()}


def _whole(file: RowFile, i: int, table: Table) -> dict[str, str]:
    """One row of a file as a whole row, its gaps filled from the row it replaces."""
    given = file.rows[i]
    names = table.resource.primary_key
    key: Key = given[names[0]] if len(names) == 1 else tuple(given[name] for name in names)
    at = table.index.get(key)
    if at is not None:
        stated = given if file.whole else {name: text for name, text in given.items() if text}
        return _settled(file, i, texts_of(table, at), stated)
    missing = [f.name for f in table.resource.fields if f.required and not given.get(f.name)]
    if missing and not file.whole:
        empty = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} empty"
        near = did_you_mean(words_of(key), [words_of(known) for known in table.index])
        raise file.error(
            i,
            problem=f"there is no such row among ours, so it is new, and {empty}",
            mend=near or "fill in every required column; corridors template DIR lists them",
        )
    return given


def _settled(file: RowFile, i: int, before: Mapping[str, str], stated: Mapping[str, str]) -> dict[str, str]:
    """Row of ours with what is stated laid over it, and nothing of ours left that would vouch for it."""
    fields = file.resource.field
    after = {**before, **stated}
    if not {"low", "high"} & stated.keys() and _fits(fields.get("best"), stated.get("best", "")):
        after |= {"low": stated["best"], "high": stated["best"]}
    changed = [name for name in fields if not _same(fields[name], before[name], after[name])]
    if not changed:
        return dict(before)
    figures = [name for name in changed if name in FIGURES]
    if figures:
        _refuse_bare_figures(file, i, before, stated)
    if "unit" in changed and FIGURES[0] in fields and not ({"low", "high"} <= stated.keys() or "best" in stated):
        raise file.error(
            i,
            problem=f'unit is "{after["unit"]}" and ours is "{before["unit"]}", and the figures are not all given',
            mend="give low, best and high in the new unit, or best alone",
        )
    proofs = [f"{name}_evidence" for name in changed if f"{name}_evidence" in fields]
    after |= {proof: "" for proof in proofs if after[proof] == before[proof]}
    told = "; ".join(f"{name} {before[name] or 'empty'} -> {after[name] or 'empty'}" for name in changed)
    sources = [source for source in before.get("source", "").split(";") if source != OWN_SOURCE]
    unstated = {
        "basis": "assumption" if figures else before.get("basis", ""),
        "length_basis": "estimate" if any(n.endswith("length_km") for n in changed) else before.get("length_basis", ""),
        "source": ";".join([*sources, OWN_SOURCE]),
        "source_id": OWN_SOURCE,
        "note": f"From {file.label}: {told}. Ours: {before.get('note') or 'no note'}",
    }
    kept = {*stated, *file.resource.primary_key}
    return after | {name: text for name, text in unstated.items() if name in fields and name not in kept}


def _refuse_bare_figures(file: RowFile, i: int, before: Mapping[str, str], stated: Mapping[str, str]) -> None:
    """Refuse a figure that does not say its unit, or money that does not say its price year and date."""
    owed = ("unit", "price_year", "as_of") if before.get("price_year") else ("unit",)
    missing = [name for name in owed if name not in stated]
    if missing:
        ours = ", ".join(f"{name} {before[name]}" for name in missing)
        raise file.error(
            i,
            problem=f"a figure is given without {', '.join(missing)}",
            mend=f"fill in {'it' if len(missing) == 1 else 'them'}; ours: {ours}",
        )


def _same(field: Field, one: str, other: str) -> bool:
    if one == other or field.type not in ("number", "integer"):
        return one == other
    return _number(one) is not None and _number(one) == _number(other)


def _fits(field: Field | None, text: str) -> bool:
    """Whether a text is a figure that its column allows; where it is not, the column itself is refused, and no other."""
    value = _number(text)
    if field is None or value is None:
        return False
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum
    return low <= value <= high


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
