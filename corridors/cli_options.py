"""What the commands share: exit codes and options that mean the same wherever they stand.

A script tells by the exit code what came of a command: 0 results, 2 a question that cannot be asked, told in one sentence, and 3 a
question whose answer is that there is no way.
"""

from __future__ import annotations

import typer

BAD_INPUT = 2
NO_WAY = 3

JSON = typer.Option("--json", help="Print the same as JSON.")
SET = typer.Option("--set", help="As for run; may be repeated.")
ROWS = typer.Option("--rows", help="As for run; may be repeated.")
