"""Each notebook runs top to bottom, has one question, no functions, no stored output and no figure typed into its text."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def read(path):
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks():
    assert [p.name for p in NOTEBOOKS][:1] == ["01_which_way.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_opens_with_its_question_and_holds_no_function_and_no_output(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.splitlines()[0].startswith("# ")
    assert cells[0].source.splitlines()[0].endswith("?")
    for cell in cells:
        if cell.cell_type == "code":
            assert "def " not in cell.source
            assert cell.outputs == []
            assert cell.execution_count is None


FIGURE = re.compile(
    r"\d[\d,.]*\s*(?:%|per cent|days?\b|hours?\b|weeks?\b|km\b|USD\b|million\b|bn\b|Mt\b|sources\b|draws\b)"
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_figure_that_could_go_stale_is_typed_into_the_text(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            assert FIGURE.findall(cell.source) == []


def test_a_figure_in_a_text_is_found():
    assert FIGURE.findall("some 30 days, or 6,500 USD in 58 % of draws; state of 2032, P90, 40-foot") == [
        "30 days",
        "6,500 USD",
        "58 %",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_runs_top_to_bottom_shows_a_picture_and_ends_with_what_would_change_the_answer(path, tmp_path):
    notebook = read(path)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    shown = [out.data for cell in notebook.cells for out in cell.get("outputs", []) if "data" in out]
    assert any("image/png" in data for data in shown)
    said = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    said += [str(data["text/markdown"]) for data in shown if "text/markdown" in data]
    assert any("What is not known" in text or "What would change the answer" in text for text in said)
    assert any("sources" in text for text in said)
    assert (
        "warning"
        not in " ".join(str(out.get("text", "")) for cell in notebook.cells for out in cell.get("outputs", [])).lower()
    )
