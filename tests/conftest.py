"""Shared fixtures.

Some tests compare with files that stand beside the checkout in ``../shared`` and are not part of it. Where that folder is
missing they skip and say so; with ``CORRIDORS_REQUIRE_SHARED=1`` they fail instead, so that no such test is lost unseen.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("laws", deadline=None)  # a law holds on a busy machine as well: no test asserts a time
settings.load_profile("laws")

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


@pytest.fixture(scope="session")
def browser() -> Iterator[Callable[..., AbstractContextManager[Any]]]:
    """Give a test ``browser(file, width, height, touch=False)``: a page opened in Chromium with the network off.

    The page knows ``requests`` (every address asked for) and ``complaints`` (errors and warnings of the console). Where the machine has no
    Chromium the test is skipped, or fails under ``CORRIDORS_REQUIRE_BROWSER=1``.
    """
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        reason = "needs Chromium on the path (Debian: apt-get install chromium)"
        if os.environ.get("CORRIDORS_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        chromium = engine.chromium.launch(executable_path=program, args=["--no-sandbox"])

        @contextmanager
        def opened(file: Path, width: int, height: int, *, touch: bool = False) -> Iterator[Any]:
            size = {"width": width, "height": height}
            context = chromium.new_context(viewport=size, offline=True, has_touch=touch, is_mobile=touch)
            page = context.new_page()
            page.requests, page.complaints = [], []
            page.on("request", lambda request: page.requests.append(request.url))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            page.on(
                "console",
                lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None,
            )
            page.goto(file.as_uri())
            page.wait_for_selector("html[data-ready=yes]", state="attached")
            yield page
            context.close()

        yield opened
        chromium.close()
