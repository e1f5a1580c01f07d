"""Quote of a lane as a page, as a PDF, and as a table.

The page is of the same make as the report (:mod:`corridors.paper_parts`). The table has one record a line: the way as a whole, each leg,
each part of the cost, each gate, and what is said in words; a cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.captions import place_name
from corridors.citations import source_rows, sources_of_activity
from corridors.paper_parts import Footnotes, Html, element, figure, items, joined, page, table
from corridors.quote import CURRENCY, LEVELS, NOT_COVERED, PARTS, Quote, QuotedWay, excluded
from corridors.report import TERMS, made_list, provenance_pairs
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from sim.itinerary import Itinerary

ENDINGS = (".html", ".pdf", ".csv")
COLUMNS = (
    "record", "rank", "corridor", "item", "from", "to", "mode", "gauge_mm", "vehicle", "km", "hours_mean", "hours_waiting_mean", "usd_mean",
    "days_p50", "days_p80", "days_p90", "usd_p50", "usd_p80", "usd_p90", "p_delivered", "words", "country",
)  # fmt: skip
"""Columns of the table; new ones are only ever appended."""


def write_quote(found: Quote, file: Path, program: str | None = None) -> Path:
    """Write a quote as .html, .pdf or .csv, by the ending of the file, whole or not at all.

    Raises
    ------
    ScenarioError
        Where the ending is another, the file cannot be written, or there is no browser to print a PDF.
    """
    from corridors.browser_print import print_text
    from corridors.safe_files import write_text

    if file.suffix == ".html":
        return write_text(file, quote_page(found))
    if file.suffix == ".pdf":
        return print_text(quote_page(found), file, program)
    if file.suffix == ".csv":
        return write_text(file, quote_table(found))
    raise ScenarioError(f'--out: "{file.name}" ends in "{file.suffix}"; allowed {", ".join(ENDINGS)}')


def quote_page(found: Quote) -> str:
    """Text of the page, whole."""
    study = found.study
    notes = Footnotes(_sources(found), study.own.sources or source_rows())
    day = study.scenario.date
    facts = [
        ("Cargo", found.consignment),
        ("Terms", TERMS[study.scenario.terms]),
        ("Currency", f"{CURRENCY}, whole consignment{_price_years(found)}"),
        ("Gates and rates as of", f"{day.isoformat()} (scenario {study.scenario.name}: {study.scenario.title})"),
        ("Valid until", f"{found.valid_until.isoformat()}; a gate that shuts or a rate that changes before ends it"),
    ]
    parts = [element("h1", f"Quote: {found.lane}"), made_list(facts), element("h2", "Ways, the best first")]
    if found.ways:
        parts.append(_ways(found))
    else:
        parts.append(element("p", "No way is open on the date.", class_="answer"))
    parts += [element("p", f"{study.assumption}.", class_="faint")] if study.assumption else []
    parts += [_gates(found)] if found.gates else []
    parts += [_one(found, way) for way in found.ways]
    parts += [element("h2", "Not in these figures"), items(NOT_COVERED)]
    if found.shut:
        parts += [element("h2", "Ways that are not open, and why"), items(found.shut)]
    parts += [
        element("h2", "How this was made"),
        made_list(provenance_pairs(study)),
        element("h2", "Sources"),
        notes.listed(),
    ]
    return page("report.html", {"title": f"Quote: {found.lane}", "body": joined(parts, "\n")})


def _price_years(found: Quote) -> str:
    if not found.prices:
        return ""
    first, last = found.prices[0], found.prices[-1]
    return f"; rates of {first}" if first == last else f"; rates of {first} to {last}, not moved to one year"


def _sources(found: Quote) -> list[str]:
    study = found.study
    names: set[str] = set()
    for way in found.ways:
        itinerary = _itinerary(found, way)
        for priced in itinerary.priced if itinerary else ():
            names.update(sources_of_activity(priced, study.network, study.parameters, study.own))
    names.update(name for s in study.standings for name in s.closure.source.split(";") if name)
    return sorted(names)


def _itinerary(found: Quote, way: QuotedWay) -> Itinerary | None:
    every = found.study.ways_between(found.origin, found.destination)
    return next(w.itinerary for w in every if w.corridor == way.corridor)


def _ways(found: Quote) -> Html:
    head = ("way", "km", *(f"days P{p}" for p in LEVELS), *(f"USD P{p}" for p in LEVELS), "arrives")
    lines = [
        [
            f"{way.rank}. {way.name}", figure(way.row["km"]), *(figure(way.days[p], ".1f") for p in LEVELS), *(figure(way.usd[p]) for p in LEVELS),
            figure(way.row["p_delivered"], ".1%"),
        ]
        for way in found.ways
    ]  # fmt: skip
    words = "P50: half of the trips take no more; P80, P90: eight and nine in ten. Days and dollars each for themselves. Sorted by mean generalized cost: USD and the value of time."  # fmt: skip
    return joined([table(head, lines), element("p", words, class_="faint")])


def _gates(found: Quote) -> Html:
    lines = [[g.name, g.state, ", ".join(map(str, g.ranks)), g.words] for g in found.gates]
    title = f"Gates, and places with a closure on record, on {found.study.scenario.date.isoformat()}"
    return joined([element("h2", title), table(("gate", "state", "on ways", "record"), lines, words=4)])


def _one(found: Quote, way: QuotedWay) -> Html:
    """Write legs and costs of one way."""
    study = found.study
    lines: list[list[object]] = [
        [
            " to ".join(place_name(study, leg[end]) for end in ("from", "to")), _carried(leg), figure(leg["km"]), figure(leg["hours"]), figure(leg["hours_waiting"]), figure(leg["usd"]),
        ]
        for leg in way.legs
    ]  # fmt: skip
    sums = [sum(leg[key] for leg in way.legs) for key in ("km", "hours", "hours_waiting", "usd")]
    lines.append([element("b", "in all, mean"), "", *(element("b", figure(value)) for value in sums)])
    head = ("leg", "by", "km", "hours", "of them waiting", "USD")
    costs: list[list[object]] = [[PARTS[name], figure(value)] for name, value in way.costs.items()]
    costs.append([element("b", "in all, mean"), element("b", figure(sum(way.costs.values())))])
    left_out = excluded(way)
    parts = [
        element("h2", f"{way.rank}. {way.name}"),
        table(head, lines, caption="Legs, means", words=2),
        Html(f'<div class="narrow">{table(("what is paid for, mean", "USD"), costs, caption="Cost")}</div>'),
        element("p", f"Not charged on this way: {', '.join(left_out)}." if left_out else "", class_="faint"),
    ]
    return Html(f'<section class="whole">{joined(parts)}</section>')


def _carried(leg: dict[str, Any]) -> str:
    gauge = f", {leg['gauge_mm']} mm" if leg["gauge_mm"] else ""
    vehicle = f", {leg['vehicle']}".replace("_", " ") if leg["vehicle"] else ""
    where = f", {leg['country']}" if leg["country"] else ""
    return f"{leg['mode']}{vehicle}{gauge}{where}"


def quote_table(found: Quote) -> str:
    """CSV of a quote, columns :data:`COLUMNS`, numbers to ten significant digits."""
    from corridors.result_tables import figure as plain

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in quote_records(found):
        writer.writerow(_harmless(plain(record.get(name))) for name in COLUMNS)
    return stream.getvalue()


def _harmless(cell: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "@", "\t", "\r"} else cell


def quote_records(found: Quote) -> Iterator[dict[str, Any]]:
    """Records of a quote with plain values, in the order of the page."""
    study = found.study
    said = [
        ("lane", found.lane), ("cargo", found.consignment), ("terms", study.scenario.terms), ("currency", CURRENCY),
        ("date", study.scenario.date.isoformat()), ("valid_until", found.valid_until.isoformat()),
        ("scenario", study.scenario.name), ("draws_seed", f"{study.draws}, {study.scenario.seed}"), ("assumption", study.assumption),
    ]  # fmt: skip
    yield from ({"record": "fact", "item": item, "words": words} for item, words in said)
    for way in found.ways:
        key = {"rank": way.rank, "corridor": way.corridor}
        yield {
            **key, "record": "way", "item": way.name, "km": way.row["km"], "hours_mean": way.row["hours_mean"], "usd_mean": way.row["usd_mean"],
            "p_delivered": way.row["p_delivered"], **{f"days_p{p}": way.days[p] for p in LEVELS}, **{f"usd_p{p}": way.usd[p] for p in LEVELS},
        }  # fmt: skip
        for number, leg in enumerate(way.legs, start=1):
            place = {name: leg[name] for name in ("from", "to", "country", "mode", "gauge_mm", "vehicle", "km")}
            means = {"hours_mean": leg["hours"], "hours_waiting_mean": leg["hours_waiting"], "usd_mean": leg["usd"]}
            yield {**key, "record": "leg", "item": f"leg {number}", **place, **means}
        yield from ({**key, "record": "cost", "item": name, "usd_mean": value} for name, value in way.costs.items())
        yield from ({**key, "record": "not_charged", "words": words} for words in excluded(way))
    for gate in found.gates:
        for rank in gate.ranks:
            yield {"record": "gate", "rank": rank, "item": gate.name, "words": f"{gate.state}: {gate.words}"}
    yield from ({"record": "excluded", "words": words} for words in NOT_COVERED)
    yield from ({"record": "not_open", "words": words} for words in found.shut)
