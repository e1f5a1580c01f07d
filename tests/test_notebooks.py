"""Each notebook runs top to bottom, has one question, no functions and no stored output."""

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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_runs_top_to_bottom_and_ends_with_a_picture(path, tmp_path):
    notebook = read(path)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    shown = [out for out in notebook.cells[-1].outputs if "data" in out]
    assert any("image/png" in out.data for out in shown)
