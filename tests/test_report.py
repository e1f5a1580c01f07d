"""The report and the quote: every figure is the model's, text of data is text, nothing is asked for, and they print."""

import csv
import datetime as dt
import io
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from matplotlib.figure import Figure
from studies import FLAGSHIP, ONE_PAIR, command, scenario_file, study

from corridors import browser_print
from corridors.citations import sources_of
from corridors.comparison import comparison_rows
from corridors.paper_parts import Footnotes, figure, joined, page, picture, table
from corridors.provenance import table_hashes
from corridors.quote import NOT_COVERED, quote, valid_date
from corridors.quote_page import COLUMNS, quote_page, quote_table
from corridors.report import HEAD, MOST_SWITCHES, report_page, tables_hash
from corridors.report_words import open_rows
from corridors.result_tables import activity_rows
from corridors.sensitivity import sensitivity
from corridors.soundcheck import basis_shares
from corridors.switching import rivals, sentence, switch_on_all
from corridors.toml_files import ScenarioError

ENDS = ("almaty1", "karachi_port")
UNTIL = dt.date(2032, 12, 31)
EVIL = '<img src=x onerror="document.title=1">'


class Page(HTMLParser):
    """Tables, words and figures of a page, read by Python's own parser."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.tables, self.answers, self.values = [], [], [], []
        self.text = ""
        self._cell = self._answer = False
        self._value = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append({"text": "", "values": []})
            self._cell = True
        elif tag == "p" and attrs.get("class") == "answer":
            self.answers.append({"text": "", "values": []})
            self._answer = True
        elif tag == "data":
            self._value = [float(attrs["value"]), ""]

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "p":
            self._answer = False
        elif tag == "data":
            self.values.append(tuple(self._value))
            if self._cell:
                self.tables[-1][-1][-1]["values"].append(self._value[0])
            if self._answer:
                self.answers[-1]["values"].append(self._value[0])
            self._value = None

    def handle_data(self, text):
        self.text += text
        if self._value is not None:
            self._value[1] += text
        if self._cell:
            self.tables[-1][-1][-1]["text"] += text
        if self._answer:
            self.answers[-1]["text"] += text

    def table(self, first):
        return next(t for t in self.tables if t[0][0]["text"] == first)


@pytest.fixture(scope="module")
def carried():
    return study(FLAGSHIP, *ONE_PAIR, "draws=48", "corridors=iran-road,uap-ml2,turgundi-chaman")


@pytest.fixture(scope="module")
def report(carried):
    """Report with its chart of days; map and profiles, which have tests of their own, are blank sheets here."""
    blank = Figure(figsize=(8, 5))
    with (
        mock.patch("corridors.charts.plot_profile", return_value=blank),
        mock.patch("corridors.maps.plot_map", return_value=blank),
    ):
        return report_page(carried)


@pytest.fixture(scope="module")
def read(report):
    return Page(report)


@pytest.fixture(scope="module")
def offer(carried):
    return quote(carried, *ENDS, UNTIL)


# The report


def test_the_comparison_of_the_report_is_the_models(carried, read):
    rows = open_rows(comparison_rows(carried), *ENDS)
    lines = read.table("way")
    assert [cell["text"] for cell in lines[0]] == list(HEAD)
    assert len(lines) == len(rows) + 1 == 4
    for line, row in zip(lines[1:], rows, strict=True):
        assert line[0]["text"] == carried.catalogue[row["corridor"]].name
        want = [row["km"], row["hours_p50"], row["hours_p10"], row["hours_p90"]]
        want += [row["hours_average_p10"], row["hours_average_p90"], row["usd_p50"], row["usd_p10"], row["usd_p90"]]
        want += [row[n] for n in ("usd_per_tonne_mean", "kg_co2e_mean", "p_quickest", "p_cheapest", "p_on_time", "p_delivered")]  # fmt: skip
        assert [v for cell in line for v in cell["values"]] == want
        assert (
            f"{row['hours_p50'] / 24:.1f} ({row['hours_p10'] / 24:.1f}–{row['hours_p90'] / 24:.1f})" == line[2]["text"]
        )


def test_the_answer_names_the_leaders_and_how_surely(carried, read):
    rows = open_rows(comparison_rows(carried), *ENDS)
    quickest, cheapest = (max(rows, key=lambda r: r[f"p_{odds}"]) for odds in ("quickest", "cheapest"))
    found = sensitivity(carried, rows[0]["corridor"], "hours", *ENDS)
    (answer,) = read.answers
    assert answer["text"].count(".") == len(re.findall(r"\d\.\d", answer["text"])) + 1  # one sentence
    values = answer["values"]
    assert values[:4] == [quickest[n] for n in ("p_quickest", "hours_p50", "hours_p10", "hours_p90")]
    assert values[4:8] == [cheapest[n] for n in ("p_cheapest", "usd_p50", "usd_p10", "usd_p90")]
    assert set(values[8:]) <= {index.total for index in found.shares.indices}
    for row in (quickest, cheapest):
        assert carried.catalogue[row["corridor"]].name in answer["text"]
    for row, odds in ((quickest, "p_quickest"), (cheapest, "p_cheapest")):
        assert ("most often" in answer["text"]) or row[odds] > 0.5


def test_inputs_switching_values_bases_and_hash_are_the_models(carried, read):
    rows = open_rows(comparison_rows(carried), *ENDS)
    found = sensitivity(carried, rows[0]["corridor"], "hours", *ENDS)
    swings = {s.name: [s.low, s.high] for s in found.swings}
    telling = [index for index in found.shares.indices if index.tells][:8]
    for line, index in zip(read.table("input")[1:], telling, strict=True):
        assert line[4]["values"] == swings.get(index.name, [])
        assert index.total >= 0.995 or line[3]["values"] == [index.total]
    duel = rivals(carried, rows[0]["corridor"], rows[1]["corridor"], "generalized", *ENDS)
    for switch in switch_on_all(duel, spread_of=MOST_SWITCHES)[:MOST_SWITCHES]:
        assert sentence(duel, switch).removesuffix(".") in read.text
    shares = basis_shares(carried)
    for basis, hours, usd in read.table("weakest basis of the figure")[1:]:
        assert (hours["values"], usd["values"]) == ([shares["hours"][basis["text"]]], [shares["usd"][basis["text"]]])
    assert tables_hash(table_hashes()) in read.text
    assert f"{carried.draws:,}, {carried.scenario.seed}" in read.text


def test_every_source_is_a_note_and_every_mark_finds_one(carried, read):
    notes = [attrs["id"] for tag, attrs in read.tags if tag == "li" and "id" in attrs]
    marks = {attrs["href"][1:] for tag, attrs in read.tags if tag == "a" and attrs.get("href", "").startswith("#")}
    assert len(notes) == len(set(notes)) >= len(sources_of(carried))
    assert marks <= set(notes)
    for row in sources_of(carried).values():
        assert str(row["title"]) in read.text


def test_what_is_assumed_is_said_with_its_reason(carried, read):
    assert carried.assumption in read.text
    for standing in carried.standings:
        if standing.assumption:
            assert standing.assumption.why in read.text


def test_shown_figures_round_the_models(read):
    assert len(read.values) > 60
    for value, shown in read.values:
        number = float(shown.replace(",", "").rstrip("%"))
        factors = (1, 1 / 24, 0.001, 100)
        places = len(shown.rstrip("%").partition(".")[2])
        assert any(abs(value * f - number) <= 0.51 * 10.0**-places + 1e-3 * abs(number) for f in factors), (
            value,
            shown,
        )


def test_the_report_is_one_file_that_asks_for_nothing(report):
    assert (
        len(report.encode()) < 1_000_000
    )  # the limit is 3 MB with the map and both profiles, which weigh 1.3 MB for the flagship
    head = report.partition("</head>")[0]
    assert "default-src 'none'" in head
    assert "script" not in head.replace("script-src", "")
    assert set(re.findall(r'src="([^:"]*:)', report)) == {"data:"}
    assert "url(" not in head


@pytest.mark.parametrize("text", [EVIL, "</style><script>alert(1)</script>", "a & b", 'quote "', "$body"])
def test_text_of_data_stays_text(text):
    notes = Footnotes(["x"], {"x": {"title": text, "publisher": text, "year": 1, "url": text, "grade": "A"}})
    whole = page(
        "report.html", {"title": text, "body": joined([table([text], [[text]], caption=text), notes.listed(), text])}
    )
    read = Page(whole)
    assert not {"script", "img"} & {tag for tag, _ in read.tags}
    assert read.tables[0][1][0]["text"] == text
    assert not [attrs for tag, attrs in read.tags if tag == "a"]  # no link to what is no address


def test_names_of_a_scenario_are_escaped(tmp_path):
    file = scenario_file(tmp_path, "")
    file.write_text(file.read_text(encoding="utf-8").replace('"Mine"', f"'{EVIL}'"), encoding="utf-8")
    end = command("quote", *ENDS, "--scenario", file, "--valid-until", "2033-01-01", "--out", tmp_path / "q.html")
    assert end.code == 0, end.err
    assert "<img" not in (tmp_path / "q.html").read_text(encoding="utf-8")


def test_a_zero_has_no_minus():
    assert figure(-0.2) == '<data value="-0.2">0</data>'
    assert figure(-10.0) == '<data value="-10.0">-10</data>'


def test_where_no_way_is_open_the_report_says_why_and_the_command_ends_with_3(tmp_path):
    file = tmp_path / "r.html"
    end = command("report", "today", "--origin", ENDS[0], "--destination", ENDS[1], "--set", "corridors=west-road", "--set", "draws=16", "--set", "shocks=false", "--out", file)  # fmt: skip
    assert end.code == 3, end.err
    read = Page(file.read_text(encoding="utf-8"))
    assert "no way is open" in read.answers[0]["text"]
    assert "Spin Boldak" in read.text


# The quote


def test_the_quote_ranks_the_ways_and_its_figures_are_the_models(carried, offer):
    ways = {way.corridor: way for way in carried.ways}
    costs = [way.row["generalized_usd_mean"] for way in offer.ways]
    assert costs == sorted(costs)
    lines = Page(quote_page(offer)).table("way")[1:]
    assert len(lines) == len(offer.ways) == 3
    for line, way in zip(lines, offer.ways, strict=True):
        outcome = ways[way.corridor].outcome
        want = [ways[way.corridor].itinerary.total_km]
        for values, factor in ((outcome.hours, 1 / 24), (outcome.usd, 1.0)):
            want += [np.quantile(values[~np.isnan(values)], p) * factor for p in (0.5, 0.8, 0.9)]
        assert [c for cell in line for c in cell["values"]][:-1] == pytest.approx(want, rel=0.02)
        for levels, measure, factor in ((way.days, "hours", 1 / 24), (way.usd, "usd", 1.0)):
            assert levels[50] == pytest.approx(way.row[f"{measure}_p50"] * factor, rel=1e-12)
            assert levels[90] == pytest.approx(way.row[f"{measure}_p90"] * factor, rel=1e-12)


def test_legs_and_costs_add_up_to_the_means_of_the_way(carried, offer):
    for way in offer.ways:
        steps = activity_rows(carried, next(w for w in carried.ways if w.corridor == way.corridor))
        assert sum(leg["km"] for leg in way.legs) == pytest.approx(way.row["km"])
        assert sum(leg["hours"] for leg in way.legs) == pytest.approx(way.row["hours_mean"])
        assert sum(leg["usd"] for leg in way.legs) == pytest.approx(way.row["usd_mean"])
        assert sum(way.costs.values()) == pytest.approx(way.row["usd_mean"])
        waited = sum(step["hours_mean"] for step in steps if step["kind"] != "haul")
        assert sum(leg["hours_waiting"] for leg in way.legs) == pytest.approx(waited)
        for first, second in zip(way.legs, way.legs[1:], strict=False):
            assert first["to"] == second["from"]


def test_the_state_of_every_gate_passed_is_said(carried, offer):
    told = {gate.gate_id: gate for gate in offer.gates}
    for way in offer.ways:
        itinerary = next(w.itinerary for w in carried.ways if w.corridor == way.corridor)
        for activity in itinerary.activities:
            if activity.crossing_id in carried.network.crossings:
                gate = told[activity.crossing_id]
                assert gate.state == carried.states[activity.crossing_id]
                assert way.rank in gate.ranks
    assert any("assumed" in gate.state and "unknown after" in gate.words for gate in offer.gates)


def test_the_table_of_the_quote_says_the_same_and_no_cell_is_a_formula(carried, offer):
    records = list(csv.DictReader(io.StringIO(quote_table(offer))))
    assert tuple(records[0]) == COLUMNS
    ways = [r for r in records if r["record"] == "way"]
    for record, way in zip(ways, offer.ways, strict=True):
        assert float(record["days_p80"]) == pytest.approx(way.days[80], rel=1e-9)
        assert float(record["usd_mean"]) == pytest.approx(way.row["usd_mean"], rel=1e-9)
        legs = [r for r in records if (r["record"], r["corridor"]) == ("leg", way.corridor)]
        assert sum(float(r["usd_mean"]) for r in legs) == pytest.approx(way.row["usd_mean"])
    assert [r["words"] for r in records if r["record"] == "excluded"] == list(NOT_COVERED)
    evil = SimpleNamespace(**{**vars(offer), "shut": ('=HYPERLINK("x")',), "lane": "@x", "consignment": "+1"})
    cells = [cell for line in csv.reader(io.StringIO(quote_table(evil))) for cell in line]
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+")]
    assert carried.scenario.name in cells


@pytest.mark.parametrize("text", ["2032-06-15", "2031-01-01", "tomorrow"])
def test_a_quote_that_is_out_of_date_is_refused_in_one_sentence(text, tmp_path):
    with pytest.raises(ScenarioError, match="--valid-until: found"):
        valid_date(text, dt.date(2032, 6, 15))
    end = command("quote", *ENDS, "--scenario", FLAGSHIP, "--valid-until", text, "--out", tmp_path / "q.csv")
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["q.docx", "no/q.html"])
def test_a_file_that_cannot_be_written_is_refused_at_once(name, tmp_path):
    end = command("quote", *ENDS, "--valid-until", "2027-01-01", "--out", tmp_path / name)
    assert (end.code, end.err.count("\n")) == (2, 1)


def test_without_a_browser_a_pdf_is_refused_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(browser_print.shutil, "which", lambda _: None)
    end = command("report", FLAGSHIP, "--pdf", "--out", tmp_path / "r.html")
    assert (end.code, end.err.count("\n")) == (2, 1)
    assert "no browser" in end.err


def test_a_browser_that_fails_leaves_the_old_file(tmp_path):
    old = tmp_path / "r.pdf"
    old.write_text("old", encoding="utf-8")
    with pytest.raises(ScenarioError, match="did not print"):
        browser_print.print_text("<p>x", old, "/bin/false")
    assert old.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [old]


# In a browser


@pytest.mark.parametrize(("width", "height", "touch"), [(1280, 900, False), (390, 844, True)])
def test_pages_open_with_the_network_off(browser, report, offer, tmp_path, width, height, touch):  # noqa: PLR0917 - a device and its page
    for name, text in (("report", report), ("quote", quote_page(offer))):
        file = tmp_path / f"{name}.html"
        file.write_text(text, encoding="utf-8")
        with browser(file, width, height, touch=touch) as opened:
            assert opened.complaints == []
            assert [r for r in opened.requests if not r.startswith(("file:", "data:"))] == []
            assert opened.evaluate("document.documentElement.scrollWidth") <= width
            assert opened.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 900)")
            assert opened.evaluate("document.querySelectorAll('h1').length") == 1


@pytest.mark.usefixtures("browser")
def test_the_quote_prints_whole(offer, tmp_path):
    file = browser_print.print_text(quote_page(offer), tmp_path / "q.pdf")
    assert file.read_bytes()[:5] == b"%PDF-"
    assert len(re.findall(rb"/Type\s*/Page\b", file.read_bytes())) >= 3


def test_a_picture_has_words_and_few_colours():
    drawn = picture(Figure(figsize=(4, 3)), 'A "chart"', EVIL)
    assert 'alt="A &quot;chart&quot;"' in drawn
    assert "<img src=x" not in drawn
