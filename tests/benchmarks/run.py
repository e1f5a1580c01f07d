"""Measure every row of the table in ``README.md`` beside this file.

    python tests/benchmarks/run.py [--small] [--only NAME ...] [--json FILE]

Works are done in turn, round by round, and what is printed are ratios with their spread; see ``README.md`` for what each is
held against. ``--small`` asks only whether everything still runs.
"""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # thread for thread, unless the caller says otherwise
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])


def main(words=None):
    """Run what is asked for and print it."""
    from works import WORKS, as_json, as_text, machine

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="so little that the figures say nothing")
    parser.add_argument("--only", nargs="*", choices=list(WORKS), default=list(WORKS), help="rows of the table")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args(words)
    found = {}
    for name in asked.only:
        found[name] = WORKS[name](small=asked.small)
        for figure, value in found[name].items():
            sys.stdout.write(f"{name:<14} {figure:<28} {as_text(value)}\n")
            sys.stdout.flush()
    for key, value in machine().items():
        sys.stdout.write(f"{key}: {value}\n")
    if asked.json:
        asked.json.write_text(as_json(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
