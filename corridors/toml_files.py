"""Files a person writes by hand, and how we answer when one is wrong.

Scenarios and the catalogue of corridors are TOML. A mistake gets one sentence that names the file, the key,
what was found, what is allowed and the nearest right name; nothing is guessed and nothing is filled in.
A byte-order mark and Windows line ends are accepted, since spreadsheets and editors put them there.
"""

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

COMMA_IN_NUMBER = re.compile(r"[-+]?\d+(,\d+)+")
"""A number with a comma in it: a decimal sign to some, a mark of thousands to others."""

_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")
_MOST_OFFERED = 4
_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")


_DAY = "a day written YYYY-MM-DD, say 2026-12-15"
_WHOLE = "a whole number, in figures and without marks, say 12"
_ALLOWED = {
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": "a number, without unit, percent sign or marks of thousands, say 21.5",
    "float_parsing": "a number, without unit, percent sign or marks of thousands, say 21.5",
    "string_pattern_mismatch": "a name in small letters, figures, dots and dashes, as the tables and corridors list have it",
}
"""What is allowed, in our words, by the kind of finding of pydantic."""


class ScenarioError(ValueError):
    """A scenario, a switch on the command line or the catalogue says something that cannot be meant."""


def nearest(name: object, allowed: "Iterable[str]") -> str:
    """Nearest right name, as the tail of an error message.

    Parameters
    ----------
    name
        What was found.
    allowed
        The right names.

    Returns
    -------
    str
        ``'; did you mean "x"?'``, or nothing where no name comes near.

    Examples
    --------
    >>> nearest("karachi", ["karachi_port", "gwadar"])
    '; did you mean "karachi_port"?'
    """
    folded = {right.casefold(): right for right in allowed}
    asked = str(name).casefold()
    close = [asked] if asked in folded else _begun(asked, folded)
    close = close or difflib.get_close_matches(asked, folded, n=1, cutoff=0.6)
    quoted = " or ".join('"' + folded[one] + '"' for one in close)
    return f"; did you mean {quoted}?" if close else ""


def _begun(asked: str, names: "Iterable[str]") -> list[str]:
    """Names of which `asked` is the beginning, up to a mark or a figure, if they are few: "uap" begins uap-ml1 and uap-ml2 alike."""
    found = [name for name in sorted(names) if len(asked) > 2 and re.match(rf"{re.escape(asked)}[^a-z]", name)]
    return found if len(found) <= _MOST_OFFERED else []


def without_comma(text: str) -> str:
    """How to write a number that has a comma in it; which of the two readings was meant is not guessed.

    Examples
    --------
    >>> without_comma("21,5")
    'write the decimal with a point, 21.5'
    >>> without_comma("1,000")
    'a comma may be a decimal sign or a mark of thousands; write 1000 or 1.000'
    """
    plain, pointed = text.replace(",", ""), text.replace(",", ".")
    if text.count(",") > 1:
        return f"write the number without marks of thousands, {plain}"
    if not _THOUSANDS.fullmatch(text):
        return f"write the decimal with a point, {pointed}"
    return f"a comma may be a decimal sign or a mark of thousands; write {plain} or {pointed}"


def read_toml(path: "Path") -> dict[str, Any]:
    """Read one TOML file.

    Parameters
    ----------
    path
        The file, UTF-8.

    Returns
    -------
    dict
        Its keys and tables, unchecked.

    Raises
    ------
    ScenarioError
        If the file is missing, is not UTF-8 or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: is not valid TOML: {error}{_comma_hint(text, str(error))}") from error


def explain(error: "ValidationError", place: str, models: "Mapping[str, Iterable[str]]") -> str:
    """Say a failed check in one sentence.

    Parameters
    ----------
    error
        What pydantic found; the first finding is told, the rest are counted.
    place
        File (or switch) the values came from.
    models
        Right keys of each table, ``""`` for the top level; used to offer the nearest name.

    Returns
    -------
    str
        File, key, found, allowed, nearest right name.
    """
    findings = [f for f in error.errors(include_url=False) if f["type"] != "default_factory_not_called"]
    first = min(findings, key=lambda finding: finding["type"] not in _UNKNOWN)  # a misspelt key explains a missing one
    key = _key(first)
    others = {_key(finding) for finding in findings} - {key}
    rest = f" (and {len(others)} more)" if others else ""
    at = f"{place}, key {key}" if key else place
    return f"{at}: {_sentence(first, models)}{rest}"


def _key(finding: "ErrorDetails") -> str:
    """Path of the key, without pydantic's names for the branches of a union."""
    return ".".join(str(part) for part in finding["loc"] if part not in {"int", "bool", "float", "str"})


def _sentence(finding: "ErrorDetails", models: "Mapping[str, Iterable[str]]") -> str:
    parts = _key(finding).split(".")
    kind, found, context = finding["type"], finding["input"], finding.get("ctx", {})
    if kind in _UNKNOWN:
        allowed = sorted(models.get(".".join(p for p in parts[:-1] if not p.isdigit()), ()))
        return f"unknown key; allowed {', '.join(allowed)}{nearest(parts[-1], allowed)}"
    if kind == "missing":
        return "is missing; add it"
    if kind in {"literal_error", "enum"}:
        words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"found {shown(found)}; allowed {', '.join(words)}{nearest(found, words)}"
    if kind == "value_error":
        return str(context["error"])
    if isinstance(found, str) and COMMA_IN_NUMBER.fullmatch(found.strip()):
        return f"found {shown(found)}; {without_comma(found.strip())}"
    legal = _ALLOWED.get(kind) or finding["msg"].removeprefix("Input should ").removeprefix("be ")
    return f"found {shown(found)}; allowed: {legal}"


def shown(value: object) -> str:
    """Value as it would stand in a file, cut to one line."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _comma_hint(text: str, message: str) -> str:
    line = re.search(r"line (\d+)", message)
    if line is None:
        return ""
    row = text.splitlines()[int(line[1]) - 1 : int(line[1])]
    comma = COMMA_IN_NUMBER.search(row[0].split("=", 1)[-1]) if row else None
    return f"; {without_comma(comma[0])}" if comma else ""
