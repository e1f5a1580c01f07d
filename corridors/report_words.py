"""Sentences of the report, made from the figures alone, the same for every way.

The answer names the way that is most often the quickest, the one that is most often the cheapest, and what most of the doubt about the
days of the best way by mean generalized cost comes from. Odds are shares of draws; a way that leads in less than half of
them is said to lead most often, never to be the quickest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from corridors.captions import corridor_name, place_name
from corridors.input_words import row_words
from corridors.paper_parts import Html, element, figure, joined, said
from corridors.sensitivity import in_words
from sim.variance import CHANCE

if TYPE_CHECKING:
    from corridors.sensitivity import Sensitivity
    from corridors.study import Study

HALF = 0.5
DAY = 1.0 / 24.0
ODDS = {"p_quickest": "quickest", "p_cheapest": "cheapest"}


def open_rows(rows: Sequence[Mapping[str, Any]], origin: str, destination: str) -> list[Mapping[str, Any]]:
    """Rows of the comparison of one pair that are feasible, the best by mean generalized cost first."""
    here = [r for r in rows if (r["origin"], r["destination"]) == (origin, destination) and r["feasible"]]
    return sorted(here, key=lambda r: (r["generalized_usd_mean"], r["corridor"]))


def answer(study: Study, rows: Sequence[Mapping[str, Any]], found: Sensitivity | None) -> Html:
    """One sentence for one pair: which way is quickest and which cheapest, how surely, and what the doubt is mostly from.

    Parameters
    ----------
    study
        A study carried through.
    rows
        Feasible rows of the pair, from :func:`open_rows`; at least one.
    found
        What the days of the best way are sensitive to; the sentence says nothing of it where not given.
    """
    first = rows[0]
    ends = f"From {place_name(study, first['origin'])} to {place_name(study, first['destination'])}"
    if len(rows) == 1:
        days, usd = _days(first), _usd(first)
        parts: list[object] = [ends, " the only way that is open is ", name_of(study, first)]
        parts += [": it takes ", days, " and costs ", usd]
    else:
        leaders = {odds: max(rows, key=lambda r: (r[odds], r["corridor"])) for odds in ODDS}
        quickest, cheapest = leaders["p_quickest"], leaders["p_cheapest"]
        parts = [
            ends,
            ", ",
            name_of(study, quickest),
            *_leads(quickest, "p_quickest"),
            ", with ",
            _days(quickest),
            ", and ",
        ]
        parts += ["it" if cheapest is quickest else name_of(study, cheapest), *_leads(cheapest, "p_cheapest")]
        parts += [", with ", _usd(cheapest)]
    if found is not None:
        parts += ["; ", doubt_words(study, found)]
    return joined([*parts, "."])


def _leads(row: Mapping[str, Any], odds: str) -> list[object]:
    word = ODDS[odds]
    lead = f" is the {word} in " if row[odds] > HALF else f" is most often the {word}, yet only in "
    return [lead, figure(row[odds], ".0%"), " of the draws"]


def name_of(study: Study, row: Mapping[str, Any]) -> Html:
    """Name of a way, in bold."""
    return element("b", corridor_name(study, row["corridor"]))


def _days(row: Mapping[str, Any]) -> Html:
    return _middle(row, "hours", ".1f", DAY, "days")


def _usd(row: Mapping[str, Any]) -> Html:
    return _middle(row, "usd", ",.0f", 1.0, "USD")


def _middle(row: Mapping[str, Any], measure: str, form: str, factor: float, unit: str) -> Html:
    low, middle, high = (figure(row[f"{measure}_p{q}"], form, factor) for q in (10, 50, 90))
    return joined([middle, f" {unit} at P50 (P10–P90 ", low, "–", high, ")"])


def doubt_words(study: Study, found: Sensitivity) -> Html:
    """What most of the doubt about the days of a way comes from; what cannot be told from zero is not named."""
    way = corridor_name(study, found.way.corridor)
    telling = [index for index in found.shares.indices if index.tells and index.total > 0.0]
    if not telling:
        return said(f"what the doubt about the days of {way} comes from cannot be told with {study.draws:,} draws")
    first = telling[0]
    much = "most" if first.total > HALF else "the largest part"
    parts = [
        f"{much} of the doubt about the days of {way} is {_input(study, first.name)}, ",
        share(first.total),
        " of the variance",
    ]
    if first.name == CHANCE and len(telling) > 1:
        second = telling[1]
        parts += [f", and of what could be known {_input(study, second.name)}, ", share(second.total)]
        parts += [" (each share also counts what an input does together with others, so that they overlap)"]
    return joined(parts)


def share(value: float) -> Html:
    """Total index as a share; an estimate above 1 is noise of few draws and is said to be about all."""
    return said("about all") if value >= 0.995 else figure(value, ".0%")


def _input(study: Study, name: str) -> str:
    if name == CHANCE:
        return "the chance of trips, closures and the day of departure"
    return what_is(study, name)


def what_is(study: Study, name: str) -> str:
    """Input in words: what is measured and for what.

    Examples
    --------
    ``hours driven a day, Iran`` for ``driving_hours.ir``; a common factor of several rows by its name
    """
    number = study.parameters.number.get(name)
    if number is None:
        project = name.removeprefix("project_length.")
        known = study.network.projects.get(project)
        if known and project != name:
            return f"length of {known.name}"
        return f"common factor {in_words(name)}" if name.startswith("factor|") else in_words(name)
    return row_words(study.parameters.rows[number])
