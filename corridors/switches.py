"""What-if switches: values laid over a scenario, from its base or from the command line.

A switch is ``key=value``. The key is a path into the scenario (``consignment.tonnes``, ``projects.open.uap``) or the
field of a parameter row (``speed.rail.kz.block_train.best``); where both readings are possible the switch is refused, and
``set.KEY=value`` says that the parameter is meant. Lists are separated by commas. A border event of unknown state is settled
by ``assume.EVENT=open``, ``shut`` or ``restricted``.

Laying over: a table goes over a table key by key, assumptions go over those about the same event, projects held are
added to those held below, and a project opened above is no longer held below (and the other way round). Any other value
replaces the one below.
"""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from corridors.toml_files import COMMA_IN_NUMBER, ScenarioError, nearest, without_comma

if TYPE_CHECKING:
    from collections.abc import Iterable

PARAMETER_FIELDS = ("low", "best", "high", "cv")
"""Fields of a parameter row that hold a number and may be switched."""

_LISTS = ("origins", "destinations", "corridors", "rows", "projects.held")
_OPEN_TABLES = ("projects.open", "project_length", "project_gauge", "exchange", "set", "assume")
"""Tables whose keys are names of the world and may contain dots."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TEXT_KEYS = ("name", "title", "question", "base")


def set_switches(values: dict[str, Any], switches: "Iterable[str]", keys: "dict[str, list[str]]") -> dict[str, Any]:
    """Lay switches over the values of a scenario.

    Parameters
    ----------
    values
        Keys and tables of the scenario.
    switches
        Texts ``key=value``, later ones over earlier ones.
    keys
        Right keys of each table, ``""`` for the top level.

    Returns
    -------
    dict
        The values with the switches in place; what was given is not changed.

    Raises
    ------
    ScenarioError
        If a switch has no ``=``, an unknown or ambiguous key, or a value that is no value.

    Examples
    --------
    >>> set_switches({"draws": 4096}, ["draws=64"], {"": ["draws"]})
    {'draws': 64}
    """
    values = flatten(values)
    for switch in switches:
        key, sign, text = (part.strip() for part in switch.partition("="))
        if not sign or not key or not text:
            raise ScenarioError(f'--set "{switch}": is not key=value')
        values = lay_over(_branch(_path(key, keys), text, switch), values)
    return values


def lay_over(upper: dict[str, Any], lower: dict[str, Any]) -> dict[str, Any]:
    """Lay one set of values over another.

    Parameters
    ----------
    upper, lower
        Keys and tables; `upper` wins.

    Returns
    -------
    dict
        Tables joined key by key, ``assume`` by event or closure, ``projects`` by project, everything else replaced.

    Examples
    --------
    >>> lay_over({"a": {"x": 1}}, {"a": {"x": 0, "y": 2}, "b": [3]})
    {'a': {'x': 1, 'y': 2}, 'b': [3]}
    """
    result = dict(lower)
    for key, value in upper.items():
        below = lower.get(key)
        if key == "projects" and isinstance(value, dict) and isinstance(below, dict):
            result[key] = _projects(value, below)
        elif isinstance(value, dict) and isinstance(below, dict):
            result[key] = lay_over(value, below)
        elif key == "assume" and isinstance(value, list) and isinstance(below, list):
            result[key] = _assumptions(value, below)
        else:
            result[key] = value
    return result


def flatten(values: dict[str, Any]) -> dict[str, Any]:
    """Write the dotted names of ``set`` and ``exchange`` as one key each, quoted in the file or not.

    Examples
    --------
    >>> flatten({"set": {"speed": {"rail": {"best": 30}}}})
    {'set': {'speed.rail.best': 30}}
    """
    result = dict(values)
    for table in ("set", "exchange"):
        if isinstance(values.get(table), dict):
            result[table] = dict(_leaves(values[table], ""))
    return result


def _leaves(table: dict[str, Any], stem: str) -> "Iterable[tuple[str, Any]]":
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{stem}{key}.")
        else:
            yield f"{stem}{key}", value


def _assumptions(upper: list[Any], lower: list[Any]) -> list[Any]:
    def subject(entry: Any) -> Any:
        return (entry.get("event"), entry.get("closure")) if isinstance(entry, dict) else entry

    replaced = [subject(entry) for entry in upper]
    return [entry for entry in lower if subject(entry) not in replaced] + upper


def _projects(upper: dict[str, Any], lower: dict[str, Any]) -> dict[str, Any]:
    opened, held = upper.get("open", {}), upper.get("held", [])
    if not isinstance(opened, dict) or not isinstance(held, list):
        return {**lower, **upper}  # refused later, by type
    years = {project: year for project, year in lower.get("open", {}).items() if project not in held}
    still = [project for project in lower.get("held", []) if project not in opened and project not in held]
    return {**lower, **upper, "open": years | opened, "held": [*still, *held]}


def _path(key: str, keys: "dict[str, list[str]]") -> tuple[str, ...]:
    """Where a switch points to: the path in the scenario, ``("set", KEY)`` for a parameter."""
    readings = [path for path in (_scenario_path(key, keys), _parameter_path(key)) if path]
    if len(readings) > 1:
        raise ScenarioError(
            f'--set "{key}": may be a key of the scenario or a parameter row; write set.{key} for the parameter, '
            "or put the scenario's key into the file"
        )
    if not readings:
        allowed = [name for table, names in keys.items() for name in _dotted(table, names)]
        raise ScenarioError(
            f'--set "{key}": is neither a key of the scenario nor a field of a parameter row '
            f"(parameter_id.{', .'.join(PARAMETER_FIELDS)}){nearest(key, allowed)}"
        )
    return readings[0]


def _dotted(table: str, names: list[str]) -> list[str]:
    return [f"{table}.{name}" if table else name for name in names]


def _scenario_path(key: str, keys: "dict[str, list[str]]") -> tuple[str, ...]:
    for table in _OPEN_TABLES:
        if key.startswith(f"{table}."):
            return (*table.split("."), key.removeprefix(f"{table}."))
    head, _, tail = key.partition(".")
    if tail:
        return (head, tail) if tail in keys.get(head, ()) else ()
    return (head,) if head in keys[""] else ()


def _parameter_path(key: str) -> tuple[str, ...]:
    stem, _, field = key.rpartition(".")
    reserved = any(key.startswith(f"{table}.") for table in ("set", "projects"))
    return ("set", key) if stem and field in PARAMETER_FIELDS and not reserved else ()


def _branch(path: tuple[str, ...], text: str, switch: str) -> dict[str, Any]:
    """Nest one value under its path, as it would stand in the file."""
    if path[0] == "assume":
        return {"assume": [{"event": path[1], "state": text, "why": "set on the command line"}]}
    key = ".".join(path)
    if key in _LISTS:
        value: Any = [part.strip() for part in text.split(",") if part.strip()]
    elif key in _TEXT_KEYS:
        value = text
    else:
        value = _scalar(text, switch)
    nested = {path[-1]: value}
    for part in reversed(path[:-1]):
        nested = {part: nested}
    return nested


def _scalar(text: str, switch: str) -> Any:
    if COMMA_IN_NUMBER.fullmatch(text):
        raise ScenarioError(f'--set "{switch}": {without_comma(text)}')
    if text.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        raise ScenarioError(f'--set "{switch}": found {text}; allowed a finite number')
    if text in {"true", "false"}:
        return text == "true"
    if _NUMBER.fullmatch(text):
        return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError as error:
            raise ScenarioError(f'--set "{switch}": {text} is no day of the calendar') from error
    return text
