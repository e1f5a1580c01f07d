"""Report of a study: one file that a reader can be handed, printed or mailed.

It asks for nothing: no script, no address that is opened by itself, pictures inside. Its figures are those of the study to the last digit
(:func:`corridors.paper_parts.figure`), and its sentences are made from them (:mod:`corridors.report_words`). The comparison
stands for every pair of places; pictures, sensitivity and switching values for one pair, the scenario's first if none is named.

What is said to rest on weak evidence is the part of the expected hours and dollars that rests on estimates and assumptions, and the rows
behind it that weigh most. Every source that the study rests on is a numbered note (:func:`corridors.citations.sources_of`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.captions import corridor_name, pair_of, place_name
from corridors.citations import source_rows, sources_of, sources_of_row
from corridors.comparison import comparison_rows, describe
from corridors.paper_parts import Footnotes, Html, element, figure, items, joined, page, picture, spread, table
from corridors.provenance import LICENCE, table_hashes, versions
from corridors.report_words import DAY, answer, name_of, open_rows, share, what_is

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from corridors.claim_verdicts import Verdict
    from corridors.sensitivity import Sensitivity
    from corridors.study import Study

SHORT = 6  # rows of a table that is never broken over two pages
MOST_INPUTS = 8
MOST_SWITCHES = 5
MOST_WEAK = 10
WEAK = ("estimate", "assumption")
TERMS = {
    "consignee": "delivered to the consignee, inland clearance done",
    "fob": "free on board: on the quay, before the sea leg to elsewhere",
    "transit_import": "transit import: from the ship, in transit to the consignee",
}
"""Terms of a scenario in words."""


def write_report(
    study: Study,
    file: Path,
    *,
    origin: str | None = None,
    destination: str | None = None,
    claims: Sequence[Verdict] = (),
) -> Path:
    """Write the report of a study.

    Parameters
    ----------
    study
        A study carried through.
    file
        HTML file; replaced at once or not at all.
    origin, destination
        Pair that pictures, sensitivity and switching values are of; the scenario's first if none is given.
    claims
        Verdicts on what others say (:func:`corridors.claim_verdicts.judge`); no such part if none are given.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ScenarioError
        Where the study has no such place or the file cannot be written.
    """
    from corridors.safe_files import write_text

    return write_text(file, report_page(study, origin=origin, destination=destination, claims=claims))


def report_page(
    study: Study, *, origin: str | None = None, destination: str | None = None, claims: Sequence[Verdict] = ()
) -> str:
    """Text of the report, whole; see :func:`write_report`."""
    pair = pair_of(study, origin, destination, None)
    ends = (pair.origin, pair.destination)
    rows = comparison_rows(study)
    notes = Footnotes(sources_of(study), study.own.sources or source_rows())
    best = open_rows(rows, *ends)
    found = _sensitivity(study, best, ends)
    scenario = study.scenario
    parts = [
        _head(study, rows, ends, found),
        _comparison(study, rows),
        *(_pictures(study, ends) if best else ()),
        _drivers(study, found, notes),
        _changes(study, best, ends),
        _assumed(study, notes),
        _weak(study, notes) if any(way.feasible for way in study.ways) else Html(""),
        _claims(claims, notes),
        _made(study),
        joined([element("h2", "Sources"), notes.listed()]),
    ]
    return page("report.html", {"title": f"{scenario.title}: report", "body": joined(parts, "\n")})


def _claims(claims: Sequence[Verdict], notes: Footnotes) -> Html:
    if not claims:
        return Html("")
    from corridors.report_claims import claims_part

    return claims_part(claims, notes)


def _sensitivity(study: Study, best: Sequence[Mapping[str, Any]], ends: tuple[str, str]) -> Sensitivity | None:
    from corridors.sensitivity import sensitivity

    return sensitivity(study, best[0]["corridor"], "hours", *ends) if best else None


def _head(study: Study, rows: list[dict[str, Any]], ends: tuple[str, str], found: Sensitivity | None) -> Html:
    """Write the question and the answer, the pair in hand first."""
    scenario = study.scenario
    leaves = "leaving in any month" if scenario.departures == "year" else f"leaving in month {scenario.month}"
    parts = [
        element("h1", scenario.title),
        element(
            "p", f"{describe(study)}; {scenario.date.isoformat()}, {leaves}; {TERMS[scenario.terms]}", class_="faint"
        ),
        element("h2", "The question"),
        element("p", scenario.question),
        element("h2", "The answer"),
    ]
    for pair in sorted(study.pairs(), key=lambda p: p != ends):
        best = open_rows(rows, *pair)
        if best:
            parts.append(element("p", answer(study, best, found if pair == ends else None), class_="answer"))
        else:
            where = f"{place_name(study, pair[0])} to {place_name(study, pair[1])}"
            parts.append(
                element("p", f"From {where} no way is open; why is said under the comparison.", class_="answer")
            )
    if study.assumption:
        parts.append(element("p", f"{study.assumption}.", class_="faint"))
    return joined(parts)


HEAD = (
    "way", "km", "days P50 (P10–P90)", "average trip, days P10–P90", "USD P50 (P10–P90)", "USD/t", "t CO2e", "quickest", "cheapest",
    "on time", "arrives",
)  # fmt: skip


def _comparison(study: Study, rows: list[dict[str, Any]]) -> Html:
    from corridors.printing import reasons

    parts = [element("h2", "The ways compared")]
    for pair in study.pairs():
        title = " – ".join(place_name(study, name) for name in pair)
        lines = [_line(study, row) for row in open_rows(rows, *pair)]
        if lines:
            drawn = table(HEAD, lines, caption=title)
            parts.append(Html(f'<div class="whole">{drawn}</div>') if len(lines) <= SHORT else drawn)
    deadline = study.scenario.deadline_days
    words = (
        "Days and USD for the whole consignment: single trips, the middle of the draws and eight in ten. Average trip: what is left when the chance of "
        "a single trip is averaged over, so what we do not know. Quickest, cheapest: share of draws in which the way is the best of its pair. "
    )
    words += (
        f"On time: within {deadline:g} days. " if deadline is not None else "On time: the scenario names no deadline. "
    )
    words += "Arrives: share not lost to closures longer than the consignment waits. Ways are sorted by mean generalized cost (USD and the value of time)."
    parts.append(element("p", words, class_="faint"))
    shut = reasons(rows)
    if shut:
        parts += [element("h3", "Ways that are not open, and why"), items(shut)]
    if study.own.rows:
        used = {name for r in rows for name in (r["own_rows"] or "").split(";")}
        parts += [element("h3", "Rows of your own"), items(study.own.sentences(used))]
    return joined(parts)


def _line(study: Study, row: Mapping[str, Any]) -> list[object]:
    on_time = row["p_on_time"]
    return [
        corridor_name(study, row["corridor"]),
        figure(row["km"]),
        spread([row[f"hours_p{q}"] for q in (10, 50, 90)], ".1f", DAY),
        joined([figure(row["hours_average_p10"], ".1f", DAY), "–", figure(row["hours_average_p90"], ".1f", DAY)]),
        spread([row[f"usd_p{q}"] for q in (10, 50, 90)]),
        figure(row["usd_per_tonne_mean"]),
        figure(row["kg_co2e_mean"], ".2f", 0.001),
        figure(row["p_quickest"], ".0%"),
        figure(row["p_cheapest"], ".0%"),
        "–" if on_time is None else figure(on_time, ".0%"),
        figure(row["p_delivered"], ".1%"),
    ]


def _pictures(study: Study, ends: tuple[str, str]) -> Iterator[Html]:
    from corridors.charts import plot_days, plot_profile
    from corridors.maps import plot_map

    where = " to ".join(place_name(study, name) for name in ends)
    chosen: dict[str, Any] = dict(zip(("origin", "destination"), ends, strict=True))
    drawn: tuple[tuple[str, Callable[[], Figure], str], ...] = (
        (
            "Map",
            lambda: plot_map(study, theme="print"),
            "Ways, lines and gates on the date, with what is assumed about them.",
        ),
        ("Days along the way", lambda: plot_profile(study, "hours", **chosen), f"Days by distance, {where}."),
        ("Dollars along the way", lambda: plot_profile(study, "usd", **chosen), f"Dollars by distance, {where}."),
        ("How the days are spread", lambda: plot_days(study, **chosen), f"Days of single trips, {where}."),
    )
    for title, draw, words in drawn:
        yield Html(
            f'<section class="whole">{element("h2", title)}{picture(draw(), f"{title}: {words}", words)}</section>'
        )


def _drivers(study: Study, found: Sensitivity | None, notes: Footnotes) -> Html:
    """Write what the days of the best way are sensitive to."""
    if found is None:
        return Html("")
    swings = {swing.name: swing for swing in found.swings}
    telling = [index for index in found.shares.indices if index.tells and index.total > 0.0][:MOST_INPUTS]
    lines = []
    for index in telling:
        swing, number = swings.get(index.name), study.parameters.number.get(index.name)
        row = None if number is None else study.parameters.rows[number]
        ranged = (
            "–" if row is None else joined([figure(row.low, ",.4g"), "–", figure(row.high, ",.4g"), f" {row.unit}"])
        )
        went = "–" if swing is None else joined([figure(swing.low, ".1f", DAY), " to ", figure(swing.high, ".1f", DAY)])
        marks = notes.marks(sources_of_row(study.parameters, number, study.own)) if number is not None else ""
        told = joined([what_is(study, index.name), marks])
        lines.append([told, row.basis if row else "–", ranged, joined([share(index.total), f" ({max(index.total_low, 0.0):.0%}–{min(index.total_high, 1.0):.0%})"]), went])  # fmt: skip
    way = element("b", corridor_name(study, found.way.corridor))
    words = joined(["Days of ", way, ", the best by mean generalized cost (mean ", figure(found.mean, ".1f", DAY), " days). Share: of the variance of single trips that goes with the input, alone or together with others (total Sobol index; in brackets its 95 % bounds). Mean days: with the input at the low and at the high end of its range in every draw."])  # fmt: skip
    if not lines:
        return joined(
            [
                element("h2", "What drives it"),
                element("p", words),
                element("p", f"No input can be told from zero with {study.draws:,} draws."),
            ]
        )
    head = ("input", "basis", "range", "share of the doubt", "mean days, low to high")
    return joined([element("h2", "What drives it"), element("p", words), table(head, lines, words=2)])


def _changes(study: Study, best: Sequence[Mapping[str, Any]], ends: tuple[str, str]) -> Html:
    """Write the switching values between the two best ways."""
    title = element("h2", "What would change it")
    if len(best) < 2:
        return (
            joined([title, element("p", "No two ways are open, so there is nothing to choose between.")])
            if best
            else Html("")
        )
    from corridors.switching import rivals, sentence, switch_on_all

    duel = rivals(study, best[0]["corridor"], best[1]["corridor"], "generalized", *ends)
    said_ = [sentence(duel, switch) for switch in switch_on_all(duel, spread_of=MOST_SWITCHES)[:MOST_SWITCHES]]
    words = "the two best by mean generalized cost; one input is moved, all else as drawn. The inputs that must move least come first."
    names = [joined([name_of(study, row), f" ({row['corridor']})"]) for row in best[:2]]
    between = joined(["Between ", joined(names, " and "), f", {words}"])
    return joined([title, element("p", between), items(said_)])


def _assumed(study: Study, notes: Footnotes) -> Html:
    """Write what is assumed about states that nobody knows, and what is known to be shut."""
    title = element("h2", "What is assumed about unknown states")
    assumed: dict[tuple[str, str, str], list[Any]] = {}
    for standing in study.standings:
        if standing.assumption is not None:
            c = standing.closure
            assumed.setdefault((c.event_name or c.event_id, standing.state, standing.assumption.why), []).append(c)
    lines = []
    for (event, state, why), closures in assumed.items():
        last = max(c.last_confirmed for c in closures).isoformat()
        marks = notes.marks(name for c in closures for name in c.source.split(";") if name)
        lines.append([joined([event, marks]), state, f"{len(closures)}", last, why])
    known = [s for s in study.standings if s.assumption is None]
    parts = [title]
    if lines:
        head = ("event", "assumed", "rows", "last confirmed", "why")
        parts.append(table(head, lines, words=5))
    else:
        parts.append(element("p", "No state that the ways depend on is unknown on the date."))
    if known:
        told = (joined([s.words, notes.marks(n for n in s.closure.source.split(";") if n)]) for s in known)
        parts += [element("h3", "In force on the date, as recorded"), items(told)]
    return joined(parts)


def _weak(study: Study, notes: Footnotes) -> Html:
    """Write how much rests on each basis, and the weak rows that weigh most."""
    from corridors.bibliography import bibliography
    from corridors.soundcheck import basis_shares

    shares = basis_shares(study)
    weak = {name: sum(parts[basis] for basis in WEAK) for name, parts in shares.items()}
    words = joined([
        "Of the expected hours of all ways ", figure(weak["hours"], ".0%"), " rest on an estimate or an assumption as their weakest row, of the expected dollars ",
        figure(weak["usd"], ".0%"), ".",
    ])  # fmt: skip
    bases = [
        [basis, figure(shares["hours"][basis], ".1%"), figure(shares["usd"][basis], ".1%")] for basis in shares["hours"]
    ]
    heaviest: dict[str, tuple[float, str, str, list[str]]] = {}
    for entry in bibliography(study):
        if entry.basis in WEAK:
            known = heaviest.setdefault(entry.heaviest, (entry.share, entry.of, entry.basis, []))
            known[3].append(entry.source.source_id)
    order = sorted(heaviest.items(), key=lambda item: (-item[1][0], item[0]))[:MOST_WEAK]
    lines = [
        [joined([element("code", name), notes.marks(sources)]), basis, joined([figure(part, ".1%"), f" of {of}"])]
        for name, (part, of, basis, sources) in order
    ]
    return joined([
        element("h2", "What rests on weak evidence"), element("p", words),
        Html(f'<div class="whole narrow">{table(("weakest basis of the figure", "share of hours", "share of dollars"), bases)}</div>'),
        table(("weakly founded rows that weigh most", "weakest basis of its source", "weight"), lines, words=2),
    ])  # fmt: skip


def tables_hash(hashes: Mapping[str, str]) -> str:
    """One SHA-256 over the names and hashes of all tables, in the order of their names."""
    text = "".join(f"{name} {hashes[name]}\n" for name in sorted(hashes))
    return hashlib.sha256(text.encode()).hexdigest()


def provenance_pairs(study: Study) -> list[tuple[str, str]]:
    """How a page was made: what is needed to make it again."""
    hashes = table_hashes()
    return [
        ("Scenario", f"{study.scenario.name}, {study.scenario.date.isoformat()}"),
        ("Draws, seed", f"{study.draws:,}, {study.scenario.seed}"),
        ("Versions", ", ".join(f"{name} {number}" for name, number in versions().items())),
        ("SHA-256 of all tables", f"{tables_hash(hashes)} ({len(hashes)} tables; study.json of a run lists each)"),
        *([("Rows of your own", ", ".join(Path(file).name for file in study.own.files))] if study.own.files else []),
        ("Attribution", LICENCE),
    ]


def made_list(pairs: Iterable[tuple[str, str]]) -> Html:
    """List of terms and what they are."""
    inside = "".join(f"{element('dt', term)}{element('dd', what)}" for term, what in pairs)
    return Html(f'<dl class="made">{inside}</dl>')


def _made(study: Study) -> Html:
    return joined([element("h2", "How this was made"), made_list(provenance_pairs(study))])
