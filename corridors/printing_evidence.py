"""Words and tables for the terminal: contested quantities, dated states, ladders of readiness, a bibliography.

Nothing is computed here; figures come from :mod:`corridors.contested`, :mod:`corridors.state`,
:mod:`corridors.readiness` and :mod:`corridors.bibliography`. What goes out as JSON is made of the same entries.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geodata.sources import Evidence, cite

if TYPE_CHECKING:
    import datetime as dt

    from corridors.bibliography import Entry
    from corridors.contested import Contested, Published, Triple
    from corridors.readiness import Ladder, Years
    from corridors.state import ObjectState

_STATES = {"open": "not done"}

WIDTH = 160
"""Width of a table that goes to a file or a pipe. [character]"""


def _console() -> Any:
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def number(value: float | None) -> str:
    """Figure for a table: thousands apart, no digits that were not given.

    Examples
    --------
    >>> number(6000000.0), number(0.633), number(None)
    ('6,000,000', '0.633', '')
    """
    if value is None:
        return ""
    whole = float(value).is_integer()
    return f"{value:,.0f}" if whole and abs(value) >= 1e4 else f"{value:.6g}"


def as_printed(item: Evidence) -> str:
    """Value as printed, with its unit unless the printed text names it already."""
    bare = re.sub(r"\b(about|over|more than|roughly|up to|less than)\b", "", item.published_value)
    named = re.search(r"[^\W\d]{2}|[$%]", bare) or item.published_unit == item.published_value
    return item.published_value if named else f"{item.published_value} {item.published_unit}"


def _value(item: Evidence) -> str:
    """Value in its unit; years bare; nothing where the printed text has no figure of its own."""
    return f"{number(item.value)} {item.unit if item.unit != '1' else ''}".strip() if item.value is not None else ""


def triple_words(triple: Triple) -> str:
    """Low, best and high with the rows that they come from."""
    ends = " / ".join(number(value) for value in (triple.low, triple.best, triple.high))
    return f"{ends} {triple.unit}  ({' + '.join(triple.rows)})"


def print_contested_list(quantities: Sequence[Contested]) -> None:
    """List the contested quantities: name, words, number of published values, whether the model uses one."""
    rows = [
        (q.quantity_id, q.name, q.unit, str(len(q.evidence_ids)), "yes" if q.adopted else "no, see reason")
        for q in quantities
    ]
    title = "Contested quantities (corridors evidence NAME shows every published value)"
    _console().print(_table(title, ("name", "quantity", "unit", "values", "adopted"), rows, right=(3,)))


def print_contested(quantity: Contested, values: Sequence[Published], triples: Sequence[Triple]) -> None:
    """Print every published value side by side, then what is adopted and why, then the documents."""
    console = _console()
    rows = []
    for item, source in values:
        way = "both directions" if item.direction == "both" else item.direction
        holds = "; ".join(part for part in (way, item.includes and f"holds {item.includes}") if part)
        said = "; ".join(part for part in (item.note, holds) if part)
        year = f" {source.year}" if source.year else ""
        who = f"{source.publisher}{year}, {source.kind.replace('_', ' ')}, grade {source.grade}"
        rows.append((as_printed(item), _value(item), item.place, item.as_of, said, who))
    title = f"{quantity.name} ({quantity.quantity_id})"
    headings = ("as printed", "value", "of what", "as of", "who says it, what it holds", "source")
    console.print(_table(title, headings, rows, right=(1,)))
    words = [f"Adopted, low / best / high: {triple_words(triple)}" for triple in triples] or ["Adopted: none"]
    words += [f"Why: {quantity.reason}", *([f"Note: {quantity.note}"] if quantity.note else []), "Sources:"]
    words += list(dict.fromkeys(f"  {cite(source)}" for _, source in values))
    for line in words:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def contested_json(quantity: Contested, values: Sequence[Published], triples: Sequence[Triple]) -> dict[str, Any]:
    """Entries of :func:`print_contested` as plain values."""
    return {
        "quantity_id": quantity.quantity_id, "name": quantity.name, "unit": quantity.unit,
        "published": [{**item._asdict(), "source": _plain(source._asdict())} for item, source in values],
        "adopted": [triple._asdict() for triple in triples], "reason": quantity.reason, "note": quantity.note,
    }  # fmt: skip


def print_states(states: Sequence[ObjectState], on: dt.date, record_ends: dt.date) -> None:
    """Print what is not open, then what was closed and is open again, then gates without a closure on record."""
    console = _console()
    rows = [
        (
            s.kind, s.name, s.state.upper() if s.state in ("shut", "unknown") else s.state, s.whom or ("all" if s.state == "shut" else ""),
            _day(s.since), _day(s.last_confirmed), "; ".join(part for part in (_short(s.note), _short(s.also)) if part), _first(s.sources),
        )
        for s in states
        if s.state != "open"
    ]  # fmt: skip
    headings = ("what", "where", "state", "for whom", "since", "confirmed", "what is on record", "source")
    console.print(_table(f"State on {on.isoformat()}", headings, rows))
    again = [
        (s.kind, s.name, _day(s.since), s.event_name or s.event, _day(s.last_confirmed), _first(s.sources))
        for s in states
        if s.state == "open" and s.since is not None
    ]
    if again:
        columns = ("what", "where", "since", "open again after", "confirmed", "source")
        console.print(_table("Open again", columns, again))
    quiet = [s.name for s in states if s.state == "open" and s.since is None]
    lines = [f"Open, no closure on record: {'; '.join(quiet)}"] if quiet else []
    if any(s.state == "unknown" for s in states):
        lines.append(
            "Unknown stays unknown here; a run on this day must say what it assumes ([[assume]] in the scenario)."
        )
    if on > record_ends:
        lines.append(
            f"The sources were last read on {record_ends.isoformat()}: for a later day, open means not on record as shut."
        )
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def states_json(states: Sequence[ObjectState], on: dt.date) -> dict[str, Any]:
    """Entries of :func:`print_states` as plain values."""
    return {"on": on.isoformat(), "states": [_plain(vars(s)) for s in states]}


def print_ladders(ladders: Sequence[Ladder], on: dt.date) -> None:
    """Print one line a project: how far up the ladder, first train, what binds, what nobody knows."""
    rows = [
        (
            item.project.project_id, item.project.status.replace("_", " "), str(len(item.left("done"))),
            _steps(item, "partly"), _steps(item, "open"), _steps(item, "unknown"), years_words(item.first_train),
            ", ".join(map(_word, item.binds)) or "the line itself",
        )
        for item in ladders
    ]  # fmt: skip
    headings = ("project", "line", "done", "partly", "not done", "unknown", "first train, low / best / high", "binds")
    _console().print(_table(f"Readiness on {on.isoformat()}", headings, rows, right=(2,)))


def print_ladder(item: Ladder, on: dt.date) -> None:
    """Print the rungs of one project with their sources, and its earliest credible first train."""
    console = _console()
    rows = [
        (
            _word(rung.step), _STATES.get(rung.state, rung.state), rung.as_of.isoformat(),
            " / ".join(number(y) for y in rung.years) if rung.years else "", rung.note, "; ".join(rung.sources),
        )
        for rung in item.rungs
    ]  # fmt: skip
    title = (
        f"{item.project.name} ({item.project.project_id}), {item.project.status.replace('_', ' ')}, on {on.isoformat()}"
    )
    console.print(_table(title, ("rung", "state", "as of", "years to go", "what was found", "source"), rows))
    for line in ladder_words(item):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def ladder_words(item: Ladder) -> list[str]:
    """First train, what binds, what nobody knows, in sentences."""
    lines = [f"Earliest credible first train, low / best / high: {years_words(item.first_train)}"]
    if item.line is not None:
        lines.append(f"The line by itself (projects.csv): {years_words(item.line)}")
    steps = " and ".join(map(_word, item.binds))
    lines.append(f"Binds: {steps}" if steps else "Binds: the line itself; no rung with a date is left")
    unknown = [_word(rung.step) for rung in item.left("unknown")]
    if unknown:
        lines.append(f"Holds only if settled by then, for nobody knows: {', '.join(unknown)}")
    return lines


def print_chain(name: str, years: Years | None, last: Ladder) -> None:
    """Print the first through train of a chain of projects."""
    words = (
        f"{name}: first through train, low / best / high: {years_words(years)}; ready last: {last.project.project_id}"
    )
    _console().print(words, highlight=False, markup=False, soft_wrap=True)


def ladder_json(item: Ladder) -> dict[str, Any]:
    """Ladder as plain values."""
    return {
        "project_id": item.project.project_id, "status": item.project.status, "line": item.line,
        "first_train": item.first_train, "binds": item.binds, "unknown": [rung.step for rung in item.left("unknown")],
        "rungs": [_plain(rung._asdict()) for rung in item.rungs],
    }  # fmt: skip


def print_bibliography(entries: Sequence[Entry], name: str) -> None:
    """Print the documents that a study rests on, weakest basis first, with what rests on each."""
    console = _console()
    console.print(
        f"Sources of {name}: {len(entries)}, weakest basis first, then weakest grade", highlight=False, soft_wrap=True
    )
    for entry in entries:
        rows = f"{len(entry.rows)} row{'s' if len(entry.rows) > 1 else ''}"
        weight = f"{entry.share:.1%} of {entry.of}" if entry.share >= 0.0005 else "no weight in hours or dollars"
        head = f"[{entry.basis}, grade {entry.source.grade}] {rows}; most weighty {entry.heaviest}, {weight}"
        console.print(head, highlight=False, markup=False, soft_wrap=True)
        console.print(f"    {cite(entry.source)}", highlight=False, markup=False, soft_wrap=True)


def bibliography_json(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries of a bibliography as plain values."""
    return [{**entry._asdict(), "source": _plain(entry.source._asdict())} for entry in entries]


def years_words(years: Years | None) -> str:
    """Years as low / best / high, or that none can be given."""
    return " / ".join(f"{year:.0f}" for year in years) if years else "cannot be dated"


def _steps(item: Ladder, state: str) -> str:
    return ", ".join(_word(rung.step) for rung in item.left(state))


def _word(step: str) -> str:
    return step.replace("_", " ")


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _short(text: str, width: int = 110) -> str:
    return text if len(text) <= width else text[: width - 3].rsplit(" ", 1)[0] + " ..."


def _first(sources: Sequence[str]) -> str:
    more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
    return f"{sources[0]}{more}" if sources else ""


def _plain(values: Any) -> dict[str, Any]:
    """Dates as text and tuples as lists, for JSON."""
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in dict(values).items()}
