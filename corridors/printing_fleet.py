"""Words and tables for the terminal: the fleet and service sheet.

Nothing is computed here; figures come from :mod:`corridors.fleet_sheet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from corridors.figure_tables import figure_tables
from corridors.fleet_record import record_sentences
from corridors.fleet_sheet import WHY_DEFAULT, SheetRow
from corridors.printing import reasons
from sim.fleet import Span

if TYPE_CHECKING:
    from corridors.study import Study

WIDTH = 160
"""Width of a table that goes to a file or a pipe. [character]"""

HEADINGS = ("t each", "a week", "for one in", "turn-round days", "tied up", "locomotives")

HOW_TO_READ = (
    "Each figure is best (low-high): hours from the study's mean and the P10-P90 of its average trip, all else from fleet.csv, "
    "by interval arithmetic (all lows together, all highs together). t each and a week: trains (with wagons tied up), trucks "
    "or boxes, in a week of work. for one in: trains or trucks for each train that comes in over the place where the train "
    "changes. Empty returns and spares are in; waits at shut gates are in at their mean. Loads on the way back, if any, "
    "need no more vehicles."
)


def in_words(span: Span | None, digits: int = 0) -> str:
    """Span as best and, below it, (low-high); bare where it is known.

    Examples
    --------
    >>> in_words(Span(10.0, 20.0, 3000.0)).split(), in_words(Span.certain(1.5), 1), in_words(None)
    (['20', '(10-3,000)'], '1.5', '')
    """
    if span is None:
        return ""
    low, best, high = (f"{value:,.{digits}f}" for value in (span.low, span.best, span.high))
    return best if low == high else f"{best}\n({low}-{high})"


def print_fleet(study: Study, sheets: Mapping[tuple[str, float], Sequence[SheetRow]], *, assumed: bool) -> None:
    """Print the sheet of each way at each tonnage, then what the railways have, then how to read it.

    Parameters
    ----------
    study
        The study of one pair of places.
    sheets
        Rows by corridor and tonnes a year.
    assumed
        Whether the first tonnage is our own.
    """
    from rich.console import Console

    from corridors.comparison import comparison_rows, describe

    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    nodes = study.network.nodes
    (origin, destination) = study.pairs()[0]
    tonnages = list(dict.fromkeys(tonnes for _, tonnes in sheets))
    scenario = study.scenario

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False)

    say(f"\nWho must have what before the first train: {nodes[origin].name} - {nodes[destination].name}")
    say(f"{scenario.title} ({scenario.name}, {scenario.date.isoformat()}); cargo as {describe(study)}")
    if assumed:
        say(f"{tonnages[0] / 1e6:g} Mt a year ({WHY_DEFAULT})")
    if study.assumption:
        say(study.assumption)
    first = [(name, rows) for (name, tonnes), rows in sheets.items() if tonnes == tonnages[0]]
    for corridor, rows in first:
        console.print(*_tables(f"{corridor}, {tonnages[0] / 1e6:g} Mt a year", rows, console.width), sep="")
        for sentence in record_sentences(rows):
            say(f"  {sentence}.")
    if len(tonnages) > 1:
        console.print(*_compared(sheets, tonnages, console.width), sep="")
    say("")
    for sentence in (HOW_TO_READ, *reasons(comparison_rows(study))):
        say(sentence)


def _tables(title: str, rows: Sequence[SheetRow], width: int) -> list[Any]:
    cells = [
        [
            row.carrier,
            f"{row.from_node_id} -\n{row.to_node_id}",
            f"{row.km:,.0f}",
            f"{row.vehicle} {row.gauge_mm}" if row.gauge_mm else row.vehicle,
            in_words(row.net_tonnes),
            in_words(row.a_week, 1 if row.vehicle == "wagon" else 0),
            in_words(row.out_per_train_in, 1),
            in_words(row.turn_round_days, 1),
            in_words(row.vehicles),
            in_words(row.locomotives),
        ]
        for row in rows
    ]
    return figure_tables(title, ["carrier", "from - to"], ["km", "vehicle", *HEADINGS], cells, width)


def _compared(
    sheets: Mapping[tuple[str, float], Sequence[SheetRow]], tonnages: Sequence[float], width: int
) -> list[Any]:
    """Best figures of each tonnage side by side."""
    headings = [f"{tonnes / 1e6:g} Mt: a week / tied up / loc." for tonnes in tonnages]
    cells = []
    for corridor in dict.fromkeys(name for name, _ in sheets):
        for same in zip(*(sheets[corridor, tonnes] for tonnes in tonnages), strict=True):
            figures = [
                f"{r.a_week.best:,.0f} / {r.vehicles.best:,.0f} / {in_words(_best(r.locomotives)) or '-'}" for r in same
            ]
            cells.append([corridor, same[0].carrier, same[0].vehicle, *figures])
    title = "By tonnes a year, best figures"
    return figure_tables(title, ["corridor", "carrier"], ["vehicle", *headings], cells, width)


def _best(span: Span | None) -> Span | None:
    return None if span is None else Span.certain(span.best)
