"""Print a page to PDF with the browser of the machine, where there is one.

None is shipped or fetched: Chromium, Chrome or Edge on the path prints the page without showing itself, with a profile of its own
that is thrown away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from corridors.safe_files import write_with
from corridors.toml_files import ScenarioError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
"""Names of programs that can print a page, in the order looked for."""
LONGEST_S = 120.0
"""Time after which a browser that prints is given up. [s]"""


def browser_program() -> str:
    """Path of a browser that can print.

    Raises
    ------
    ScenarioError
        Where none is on the path.
    """
    for name in BROWSERS:
        found = shutil.which(name)
        if found is not None:
            return found
    msg = f"PDF: no browser that can print is on the path ({', '.join(BROWSERS)}); write .html and print it from any browser"
    raise ScenarioError(msg)


def print_page(page: Path, file: Path, program: str | None = None) -> Path:
    """Print an HTML file to PDF, whole or not at all.

    Parameters
    ----------
    page
        HTML file.
    file
        PDF to write.
    program
        Browser; the first that is found if not given.

    Returns
    -------
    Path
        The PDF.

    Raises
    ------
    ScenarioError
        Where there is no browser, or it does not print.
    """
    browser = program or browser_program()

    def write(part: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="corridors-print-", ignore_cleanup_errors=True) as profile:
            words = [browser, "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
            words += [f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={part.resolve()}"]
            if hasattr(os, "geteuid") and os.geteuid() == 0:  # a browser refuses to run as root in its sandbox
                words.append("--no-sandbox")
            try:
                subprocess.run([*words, page.resolve().as_uri()], check=True, capture_output=True, timeout=LONGEST_S)  # noqa: S603 - a browser must be started to print; no shell, its words are fixed and the page is an absolute file address
            except (OSError, subprocess.SubprocessError) as error:
                raise _not_printed(file, browser) from error
        if part.read_bytes()[:5] != b"%PDF-":
            raise _not_printed(file, browser)

    return write_with(file, write)


def print_text(text: str, file: Path, program: str | None = None) -> Path:
    """Print a page that is not in a file; see :func:`print_page`."""
    with tempfile.TemporaryDirectory(prefix="corridors-page-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(text, encoding="utf-8")
        return print_page(page, file, program)


def _not_printed(file: Path, browser: str) -> ScenarioError:
    return ScenarioError(f"{file}: {browser} did not print it; write .html and print it from any browser")
