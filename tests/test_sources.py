"""From keys to citations."""

import ast
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.network import DATA
from geodata.sources import (
    BASES,
    Evidence,
    Source,
    check_sources,
    cite,
    cite_figure,
    evidence_rests_on,
    keys_of,
    read_sources,
    rest_on,
    weakest,
)
from geodata.tables import TableError, read_dictionary, read_rows

READ = date(2026, 11, 25)
SOURCES = {
    item.source_id: item
    for item in (
        Source("tariff-2025", "Transit tariff", "Railway", 2025, "https://example.org/t", READ, "tariff", "A", ""),
        Source("press-2024", "Line to open.", "Paper", 2024, "https://example.org/p", READ, "press", "C", ""),
        Source("own-reading", "Own reading", "this project", None, "", READ, "own_reading", "D", ""),
        Source("agency-2023", "Report", "Agency", 2023, "https://example.org/a", READ, "report", "B", ""),
    )
}
EVIDENCE = {
    item.evidence_id: item
    for item in (
        Evidence("e1", "length", "line", "427", "miles", 1.609344, 687.19, "km", None, "2023", "", "", "press-2024", ""),
        Evidence("e2", "track charge", "AF", "0.24", "USD/FEU-km", 1.0, 0.24, "USD/FEU-km", 2025, "2025", "", "",
                 "tariff-2025", ""),
    )
}  # fmt: skip


def test_rest_on_lists_each_source_once_weakest_first():
    found = rest_on(["tariff-2025;press-2024", "", "own-reading", "agency-2023;press-2024"], SOURCES)
    assert [item.source_id for item in found] == ["own-reading", "press-2024", "agency-2023", "tariff-2025"]
    assert rest_on([], SOURCES) == []


@given(st.lists(st.sampled_from(sorted(SOURCES))), st.randoms())
def test_the_order_of_rows_changes_no_bibliography(keys, random):
    assert rest_on(random.sample(keys, len(keys)), SOURCES) == rest_on([";".join(keys)], SOURCES)


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(TableError, match=r'sources.csv: there is no source_id "press-2025"; did you mean "press-2024"'):
        rest_on(["press-2025"], SOURCES)
    with pytest.raises(TableError, match=r'evidence.csv: there is no evidence_id "e3"'):
        evidence_rests_on(["e3"], EVIDENCE, SOURCES)


def test_evidence_leads_to_its_sources():
    found = evidence_rests_on(["e1;e2", "e1"], EVIDENCE, SOURCES)
    assert [item.source_id for item in found] == ["press-2024", "tariff-2025"]


def test_keys_of():
    assert keys_of(["b; a", "a;c", ""]) == ["b", "a", "c"]


def test_citations_say_who_when_where_and_how_good():
    assert cite(SOURCES["press-2024"]) == (
        "Paper (2024). Line to open. https://example.org/p, read 2026-11-25 [press-2024; press, grade C]"
    )
    assert cite(SOURCES["own-reading"]) == (
        "this project (undated). Own reading. read 2026-11-25 [own-reading; own reading, grade D]"
    )
    figure = cite_figure(EVIDENCE["e1"], SOURCES)
    assert figure.startswith("length, line: 427 miles = 687.19 km (as of 2023). Paper (2024).")
    assert " = " not in cite_figure(EVIDENCE["e2"], SOURCES)


@given(st.lists(st.sampled_from(BASES), min_size=1), st.sampled_from(BASES))
def test_the_weakest_basis_never_grows_stronger(bases, more):
    assert BASES.index(weakest([*bases, more])) == max(BASES.index(weakest(bases)), BASES.index(more))


def test_weakest_refuses_what_is_no_basis():
    with pytest.raises(TableError, match=r'found "publisht"; allowed: observed, published.*did you mean "published"'):
        weakest(["publisht"])
    with pytest.raises(TableError, match="no figure"):
        weakest([])


def test_a_table_that_names_an_unknown_key_is_refused():
    resource = read_dictionary(DATA)["projects"]
    row = {"project_id": "line", "name": "x", "countries": "AF", "kind": "new_line", "status": "planned", "state": "x"}
    row |= {"as_of": READ, "source": "press-2024;own-reading", "note": "n", "length_km_low_evidence": "e1"}
    check_sources({"projects": read_rows([row], resource, "here")}, SOURCES, EVIDENCE)
    bad = read_rows([row, row | {"project_id": "two", "source": "own-reading;pres-2024"}], resource, "here")
    with pytest.raises(TableError, match=r'here, line 2, project_id "two": source names "pres-2024".*"press-2024"'):
        check_sources({"projects": bad}, SOURCES, EVIDENCE)
    bad = read_rows([row | {"length_km_low_evidence": "e9"}], resource, "here")
    with pytest.raises(TableError, match='length_km_low_evidence names "e9"'):
        check_sources({"projects": bad}, SOURCES, EVIDENCE)


@pytest.mark.skipif(not (DATA / "sources.csv").exists(), reason="the bibliography is not there yet")
def test_the_shipped_bibliography_is_read():
    sources, evidence = read_sources()
    assert "own-reading" in sources
    assert all(item.source_id in sources for item in evidence.values())
    assert all(item.url for item in sources.values() if item.kind != "own_reading" and item.grade != "D")


SAID = re.compile(r"Sources?\b[^.:]*:((?:[^.]|\.(?=\S))*)")
ROOMS = ("geodata", "sim", "corridors")


def cited_in_docstrings(root):
    """Keys between double backquotes after the word Source in any docstring of the rooms, with the file."""
    for path in (p for room in ROOMS for p in sorted((root / room).glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                for said in SAID.findall(ast.get_docstring(node) or ""):
                    yield from ((path.name, key) for key in re.findall(r"``([a-z0-9][a-z0-9._-]*)``", said))


def test_every_source_that_a_docstring_cites_is_in_the_bibliography(root):
    sources, evidence = read_sources()
    cited = set(cited_in_docstrings(root))
    assert ("indicators.py", "cpmm-p141") in cited
    assert {(file, key) for file, key in cited if key not in sources and key not in evidence} == set()
