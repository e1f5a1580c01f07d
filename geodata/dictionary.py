"""Data dictionary: which columns a table has, and the error that says how a row breaks it.

Each ``data`` folder is a Frictionless data package: ``datapackage.json`` declares for every table its
columns, their types, units, allowed values and keys. The dictionary is read strictly: a type or a constraint
that the reader of tables would not check is refused, so that nothing is declared that does not hold.

Errors are sentences in one order: file, row, what was found, what is allowed, how to mend it. "Did you mean"
offers the allowed name most like the one found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_TYPES = ("string", "number", "integer", "boolean", "date")
_CONSTRAINTS = ("required", "unique", "enum", "pattern", "minimum", "maximum")
_LIKE = 0.5  # share of letters from which two names count as alike


class TableError(ValueError):
    """A table breaks its data dictionary; the message names file, row, field, found, allowed and mend."""

    @classmethod
    def at(cls, file: object, where: str = "", *, problem: str, allowed: str = "", mend: str = "") -> Self:
        """Compose the message from its parts; parts left empty are left out."""
        head = ", ".join(part for part in (str(file), where) if part)
        tail = "; ".join(part for part in (problem, f"allowed: {allowed}" if allowed else "", mend) if part)
        return cls(f"{head}: {tail}")


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the one of ``names`` most like ``name``, or "" if none is like it.

    Examples
    --------
    >>> nearest("turgandi", ["torkham", "turgundi"])
    'turgundi'
    """
    from difflib import SequenceMatcher

    def likeness(candidate: str) -> tuple[bool, float, int]:
        shared = next((i for i, (a, b) in enumerate(zip(name, candidate, strict=False)) if a != b), len(name))
        ratio = SequenceMatcher(None, name.casefold(), candidate.casefold()).ratio()
        return candidate.casefold() == name.casefold(), ratio, shared

    best = max(sorted(set(names) - {""}), key=likeness, default="")
    return best if likeness(best)[1] >= _LIKE else ""


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return 'did you mean "..."?' for the nearest of ``names``, or "" if none is like it."""
    found = nearest(name, names)
    return f'did you mean "{found}"?' if found else ""


@dataclass(frozen=True)
class Field:
    """One column as the data dictionary declares it."""

    name: str
    type: str
    unit: str
    required: bool
    unique: bool
    enum: tuple[str, ...]
    pattern: str
    minimum: float | None
    maximum: float | None
    description: str


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose filled cells must stand in another table."""

    fields: tuple[str, ...]
    resource: str
    reference: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """One table as the data dictionary declares it; ``folder / path`` is its file."""

    name: str
    path: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    folder: Path

    @cached_property
    def field(self) -> dict[str, Field]:
        """Field of each column name."""
        return {field.name: field for field in self.fields}


def read_dictionary(folder: Path) -> dict[str, Resource]:
    """Read the data dictionary ``datapackage.json`` of a folder.

    Raises
    ------
    TableError
        If it is no JSON, or declares a type or a constraint that :func:`read_table` does not check.
    """
    file = Path(folder) / "datapackage.json"
    try:
        package = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise TableError.at(
            file, problem="there is no data dictionary", mend="give a folder that holds datapackage.json"
        ) from None
    except ValueError as error:
        raise TableError.at(file, problem=f"not a JSON file ({error})") from None
    return {entry["name"]: _resource(file, entry) for entry in package["resources"] if "schema" in entry}


def _resource(file: Path, entry: Mapping[str, Any]) -> Resource:
    schema = entry["schema"]
    fields = tuple(_field(file, entry["name"], spec) for spec in schema["fields"])
    names = [field.name for field in fields]
    primary = _names(schema.get("primaryKey", ()))
    foreign = tuple(
        ForeignKey(
            _names(key["fields"]),
            key["reference"]["resource"] or entry["name"],
            _names(key["reference"]["fields"]),
        )
        for key in schema.get("foreignKeys", ())
    )
    for name in (*primary, *(name for key in foreign for name in key.fields)):
        if name not in names:
            raise TableError.at(
                file,
                f"resource {entry['name']}",
                problem=f'key field "{name}" is no field',
                mend=did_you_mean(name, names),
            )
    if not primary:
        raise TableError.at(
            file,
            f"resource {entry['name']}",
            problem="no primaryKey",
            mend="name the columns that tell its rows apart",
        )
    return Resource(entry["name"], entry["path"], fields, primary, foreign, file.parent)


def _names(spec: str | Sequence[str]) -> tuple[str, ...]:
    return (spec,) if isinstance(spec, str) else tuple(spec)


def _field(file: Path, resource: str, spec: Mapping[str, Any]) -> Field:
    where = f"resource {resource}, field {spec['name']}"
    constraints = spec.get("constraints", {})
    if spec["type"] not in _TYPES:
        raise TableError.at(file, where, problem=f'type is "{spec["type"]}"', allowed=", ".join(_TYPES))
    for name in constraints:
        if name not in _CONSTRAINTS:
            raise TableError.at(
                file,
                where,
                problem=f'constraint "{name}" is not checked',
                allowed=", ".join(_CONSTRAINTS),
                mend=did_you_mean(name, _CONSTRAINTS),
            )
    bounds = [constraints.get(name) for name in ("minimum", "maximum")]
    if spec["type"] not in ("number", "integer") and bounds != [None, None]:
        raise TableError.at(file, where, problem="minimum and maximum hold for numbers only")
    return Field(
        name=spec["name"],
        type=spec["type"],
        unit=spec.get("unit", ""),
        required=bool(constraints.get("required", False)),
        unique=bool(constraints.get("unique", False)),
        enum=tuple(str(item) for item in constraints.get("enum", ())),
        pattern=constraints.get("pattern", ""),
        minimum=None if bounds[0] is None else float(bounds[0]),
        maximum=None if bounds[1] is None else float(bounds[1]),
        description=spec.get("description", ""),
    )
