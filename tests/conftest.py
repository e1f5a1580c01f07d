"""Shared fixtures.

Some tests compare with files that stand beside the checkout in ``../shared`` and are not part of it. Where that folder is
missing they skip and say so; with ``CORRIDORS_REQUIRE_SHARED=1`` they fail instead, so that no such test is lost unseen.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes the golden tables anew instead of comparing with them."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden/*.csv anew from the shipped scenarios"
    )


def find_shared(path: str, folder: Path = SHARED, required: str | None = None) -> Path:
    """File or folder under ``../shared``; skips the test that asks where it is missing, or fails it if it is required."""
    required = os.environ.get("CORRIDORS_REQUIRE_SHARED", "") if required is None else required
    found = folder / path
    if found.exists():
        return found
    reason = f"needs ../shared/{path}, which is not beside this checkout"
    if required == "1":
        pytest.fail(f"{reason} (CORRIDORS_REQUIRE_SHARED=1)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """Give a test ``shared_file(path)``: the path under ``../shared``, or a skip with its reason."""
    return find_shared


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the checkout."""
    return ROOT
