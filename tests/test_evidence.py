"""The evidence behind the figures: keys, conversions, grades, use, and what published rows rest on."""

import ast
import operator
import re
from itertools import pairwise
from pathlib import Path

import pytest

from corridors.observed import DATA as CORRIDORS_DATA
from geodata.network import DATA
from geodata.sources import check_sources, keys_of, read_sources
from geodata.tables import TableError, read_dictionary, read_package, read_rows
from sim.parameters import DATA as SIMDATA

OWN = ("own-reading", "practitioner-review-2026")
NUMBER = re.compile(r"\d{1,3}(?:[ ,\u202f\u00a0]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)?")
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


@pytest.fixture(scope="module")
def geodata_tables():
    return read_package(DATA)


@pytest.fixture(scope="module")
def parameters():
    return read_package(SIMDATA)["parameters"].rows()


@pytest.fixture(scope="module")
def known():
    return read_sources()


# ---- conversions


WORDS = {
    "single": 1, "same": 1, "week": 1, "weekly": 1, "month": 1, "day later": 1, "couple": 2, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip


def numbers(text):
    """Numbers of a printed text; a comma before three digits parts thousands, any other comma is a decimal point."""
    found = []
    for match in NUMBER.findall(text):
        plain = re.sub(r"(?<=\d)[ ,\u202f\u00a0](?=\d{3}(?!\d))", "", match)
        found.append(float(plain.replace(",", ".")))
    return found or [float(n) for word, n in WORDS.items() if re.search(rf"\b{word}\b", text.casefold())]


def arithmetic(text):
    """Value of a printed sum or product such as 22 + 93 + 737.5 or 7 / 948.5 x 96; None where it is no such thing."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    if not re.fullmatch(r"[\d.+\-*/x() ]+", text) or not re.search(r" [+\-*/x] ", text):
        return None

    def worked(node):
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](worked(node.left), worked(node.right))
        return float(node.value)

    try:
        return worked(ast.parse(text.replace("x", "*").strip(), mode="eval").body)
    except (SyntaxError, KeyError, AttributeError, ValueError, ZeroDivisionError):
        return None


def worked_in(note):
    """Values of the sums and products that a note writes out, units left aside: 671 km / 17.75 h is 37.8."""
    found = []
    for part in re.split(r"[;:=]|, (?!\d{3})", note):
        plain = re.sub(r"\b(?!x\b)[A-Za-z]+\b(?:/[A-Za-z]+)?", "", part)
        for snippet in re.findall(r"[\d(][\d.,+\-*/x() ]*[\d)]", plain):
            for text in (snippet, snippet.rsplit(" (", 1)[0], snippet.strip("()")):
                value = arithmetic(text)
                found += [] if value is None or value in found else [value]
    return found


def candidates(row):
    """Values that the printed text, or the sum that the note writes out, may stand for."""
    factor, printed = row["factor"], numbers(row["published_value"])
    worked = arithmetic(row["published_value"])
    if factor is None:
        scale = 1e6 if row["published_unit"] == "USD m" and row["unit"] == "USD" else 1.0
        if fit := re.match(r"(\d+) starts? in ([\d,]+) open days", row["published_value"]):
            return [int(fit[1]) * 365.25 / int(fit[2].replace(",", ""))]
        if "maximum likelihood on closures.csv" in row["note"]:  # of days, redone in tests of sim.closure_fit
            return printed[:1]
        return [value * scale for value in ([] if worked is None else [worked]) + worked_in(row["note"])]
    found = [number * factor for number in printed]
    found += [(a + b) / 2 * factor for a, b in pairwise(printed)]
    found += [] if worked is None else [worked * factor]
    if "%" in row["published_unit"]:
        found += [1.0 - number * factor for number in printed]
    return found


def close(value, candidate):
    """Within one percent, or within the second decimal of a small number."""
    rounded = 0.1 <= abs(value) < 1.0 and round(candidate, 2) == value
    return rounded or abs(value - candidate) <= 0.01 * abs(value) + 1e-12


def wrong_conversion(row):
    """Whether the value is not what its printed text and factor give; an own reading without a sum says so and why."""
    if row["value"] is None or any(close(row["value"], candidate) for candidate in candidates(row)):
        return False
    if row["factor"] is not None:
        return True
    reasoned = row["source_id"] == "own-reading" and re.search(r"assumption|derived|neighbour|lower bound", row["note"])
    return not (reasoned or "value by own reading" in row["note"])


def test_numbers_are_read_as_printed():
    assert numbers("1,308 and 2 972.33, 0,50; 170000 -> 160000") == [1308.0, 2972.33, 0.5, 170000.0, 160000.0]
    assert arithmetic("22 + 93 + 737.5 + 96") == 948.5
    assert arithmetic("7 / 948.5 x 96") == pytest.approx(0.7085, abs=1e-4)
    assert arithmetic("2026-27") is None
    assert numbers("around a week") == [1.0]
    assert numbers("six to seven") == [6.0, 7.0]
    assert worked_in("about 5,430 km / (7.31 x 24 h); the Russian part is in it") == [pytest.approx(30.95, abs=0.01)]
    assert worked_in("sum 75 + 10 + 5 + 5; transit by change of tractor") == [95.0]


@pytest.mark.parametrize(
    ("printed", "unit", "factor", "value", "wrong"),
    [
        ("1357", "USD per 500 km per 20-ton cargo", 0.0001, 0.1357, False),
        ("1357", "USD per 500 km per 20-ton cargo", 0.0001, 0.1375, True),
        ("3-5", "days", 24.0, 96.0, False),
        ("-40", "%", 0.01, 0.6, False),
        ("-40", "%", 0.01, 0.4, False),  # the figure itself
        ("-40", "%", 0.01, 0.5, True),
        ("11.3", "%", 0.01, 0.11, False),  # two decimals
        ("11.6", "%", 0.01, 0.11, True),
        ("138 - 22", "km", None, 116.0, False),
        ("138 - 22", "km", None, 118.0, True),
        ("five", "days", None, 5.0, True),
        ("five", "days", 1.0, 5.0, False),
    ],
)
def test_the_conversion_check_can_fail(printed, unit, factor, value, wrong):
    row = {
        "published_value": printed,
        "published_unit": unit,
        "factor": factor,
        "value": value,
        "unit": "",
        "note": "",
        "source_id": "x",
    }
    assert wrong_conversion(row) is wrong


def test_every_conversion_gives_the_value_again(geodata_tables):
    rows = geodata_tables["evidence"].rows()
    assert [row["evidence_id"] for row in rows if wrong_conversion(row)] == []


def test_a_value_has_a_unit_and_money_a_price_year(geodata_tables):
    for row in geodata_tables["evidence"].rows():
        if row["unit"].startswith("USD") and row["value"] is not None and not row["evidence_id"].startswith("trade."):
            assert row["price_year"], row["evidence_id"]


# ---- keys


def test_every_key_of_every_table_exists(geodata_tables, known):
    check_sources({**geodata_tables, **read_package(SIMDATA)}, *known)


def test_a_lost_evidence_key_of_a_contested_quantity_is_refused(known):
    resource = read_dictionary(DATA)["contested"]
    row = {
        "quantity_id": "q",
        "name": "q",
        "unit": "km",
        "evidence_ids": "length.uap.573;length.uap.574",
        "reason": "r",
    }
    with pytest.raises(TableError, match=r'evidence_ids names "length.uap.574".*did you mean "length.uap.573"'):
        check_sources({"contested": read_rows([row], resource, "here")}, *known)


def test_every_source_is_used(geodata_tables, known):
    tables = [*geodata_tables.values(), *read_package(CORRIDORS_DATA).values()]  # trips and claims cite as well
    cells = [cell for table in tables if "source" in table.columns for cell in table["source"]]
    used = {*keys_of(cells), *map(str, geodata_tables["evidence"]["source_id"])}
    assert sorted(set(known[0]) - used) == []


def named_somewhere(geodata_tables, parameters):
    """Evidence that a cell, a contested quantity, a scenario or the note of another row names."""
    used = set()
    for row in (*geodata_tables["projects"].rows(), *parameters):
        used |= {cell for column, cell in row.items() if column.endswith("_evidence") and cell}
    used |= set(keys_of(geodata_tables["contested"]["evidence_ids"]))
    notes = [str(note) for table in geodata_tables.values() if "note" in table.columns for note in table["note"]]
    notes += [row["note"] for row in parameters]
    data = Path(__file__).parents[1] / "corridors" / "data"
    notes += [path.read_text(encoding="utf-8") for path in (*data.rglob("*.toml"), *data.rglob("*.csv"))]
    return used | set(re.findall(r"[a-z0-9][a-z0-9._-]*[a-z0-9]", " ".join(notes)))


def test_every_published_figure_is_used_or_says_why_it_is_kept(geodata_tables, parameters):
    named = named_somewhere(geodata_tables, parameters)
    rows = [r for r in geodata_tables["evidence"].rows() if r["source_id"] not in OWN]
    idle = [r["evidence_id"] for r in rows if r["evidence_id"] not in named and "kept: " not in r["note"]]
    assert idle == []


# ---- sources


def test_every_source_says_what_who_when_and_where(geodata_tables):
    for row in geodata_tables["sources"].rows():
        name = row["source_id"]
        assert row["title"][0] == row["title"][0].upper() or row["kind"] == "dataset", name
        assert "words of the address" not in row["note"], name
        assert row["year"] or "undated" in row["note"] or row["kind"] in ("own_reading", "dataset"), name
        assert row["url"].startswith("http") or name in OWN or "repository" in row["publisher"], name


def test_no_figure_is_much_younger_than_its_source(geodata_tables, known):
    for row in geodata_tables["evidence"].rows():
        source = known[0][row["source_id"]]
        if source.year and row["as_of"][:4].isdigit():
            assert int(row["as_of"][:4]) <= source.year + 1, row["evidence_id"]  # a tariff may begin next year


def test_grades_follow_the_rule(geodata_tables):
    allowed = {
        "own_reading": "D", "claim": "CD", "press": "BCD", "report": "ABCD", "dataset": "ABCD",
        "statistics": "AB", "tariff": "ABCD", "law": "AB", "contract": "AB",
    }  # fmt: skip
    for row in geodata_tables["sources"].rows():
        assert row["grade"] in allowed[row["kind"]], (row["source_id"], row["kind"], row["grade"])
    cpmm = {(r["kind"], r["grade"]) for r in geodata_tables["sources"].rows() if r["source_id"].startswith("cpmm-")}
    assert cpmm == {("statistics", "A")}


# ---- what published rows rest on


PLACES = {
    "KZ": ("Kazakh", "Dostyk"), "UZ": ("Uzbek", "Alat", "Yallama", "Keles"), "TM": ("Turkmen", "Serhetabat"),
    "AF": ("Afghan", "Kabul"), "PK": ("Pakistan", "Karachi", "Qasim", "Torkham", "Chaman"), "KG": ("Kyrgyz",),
    "IR": ("Iran",), "CN": ("China", "Chinese"),
}  # fmt: skip


def strong(parameters):
    return [row for row in parameters if row["basis"] in ("observed", "published", "tariff")]


def test_published_rows_rest_on_figures_of_their_unit(parameters, known):
    evidence = known[1]
    assert strong(parameters)
    for row in strong(parameters):
        for rank in ("best",) if row["shape"] == "fixed" else ("low", "best", "high"):
            item = evidence[row[f"{rank}_evidence"]]
            assert item.source_id not in OWN, (row["parameter_id"], rank)
            assert item.unit == row["unit"], (row["parameter_id"], rank, item.evidence_id)
            assert item.value == pytest.approx(row[rank], rel=0.01), (row["parameter_id"], rank, item.evidence_id)


def test_published_rows_rest_on_figures_of_their_direction(parameters, known):
    for row in strong(parameters):
        for rank in ("low", "best", "high"):
            said = known[1][row[f"{rank}_evidence"]].direction
            against = {"in": "outbound", "out": "inbound"}.get(row["direction"], "neither")
            assert against not in said, (row["parameter_id"], rank, said)


def test_published_rows_rest_on_figures_of_their_place(parameters, known):
    for row in strong(parameters):
        country = row["side"] or row["country"]
        if country not in PLACES:
            continue
        for rank in ("low", "best", "high"):
            place = known[1][row[f"{rank}_evidence"]].place
            abroad = place.startswith(("KZ", "UZ", "CAREC"))
            assert abroad or any(name in place for name in PLACES[country]) or "Irkeshtam" in place or "Shirkhan" in place, (
                row["parameter_id"], rank, place,
            )  # fmt: skip


def test_implied_means_lie_near_the_published_mean_or_the_note_says_why(parameters, known):
    checked = 0
    for row in parameters:
        item = known[1].get(row["best_evidence"])
        taken = item is not None and item.value is not None and item.unit == row["unit"] and item.source_id not in OWN
        if row["shape"] != "triangular" or not taken or abs(item.value - row["best"]) > 0.01 * abs(row["best"]):
            continue
        checked += 1
        mean = (row["low"] + row["best"] + row["high"]) / 3
        assert abs(mean - item.value) <= 0.1 * abs(item.value) or "mean" in row["note"], row["parameter_id"]
    assert checked > 20


# ---- contested quantities


def test_contested_values_are_side_by_side_in_one_unit_and_say_who(geodata_tables, known):
    units = set(geodata_tables["evidence"].resource.field["unit"].enum)
    for row in geodata_tables["contested"].rows():
        items = [known[1][name] for name in keys_of([row["evidence_ids"]])]
        assert row["unit"] in units, row["quantity_id"]
        assert len(items) >= 2, row["quantity_id"]
        assert len({i.evidence_id for i in items}) == len(items), row["quantity_id"]
        assert sum(i.unit == row["unit"] for i in items) >= 2, row["quantity_id"]
        assert all(i.note for i in items), row["quantity_id"]


def test_outliers_stand_beside_the_others(geodata_tables):
    shown = set(keys_of(geodata_tables["contested"]["evidence_ids"]))
    rows = geodata_tables["evidence"].rows()
    outliers = {row["evidence_id"] for row in rows if row["note"].startswith("outlier")}
    assert outliers <= shown
    assert {"capital.uap.0.633", "capital.herat-kandahar-design.usd", "capital.uap.720"} <= outliers
