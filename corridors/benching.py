"""Interleaved timing: ratios of works done in turn, so that neighbours on the machine disturb both alike.

Every round does every work once, in order; a ratio is taken within its round, and reported as the median of the rounds with
the least and the largest. Nothing here is a limit that a run could break.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """How many times one work's time is in another's: median of the rounds, least and largest."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        """Say the median and, in brackets, the spread.

        Examples
        --------
        >>> str(Ratio(3.14159, 3.0, 3.3))
        '3.14 (3.00-3.30)'
        """
        return f"{_short(self.median)} ({_short(self.low)}-{_short(self.high)})"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def interleaved(works: Mapping[str, Work], rounds: int, *, warm: bool = True) -> dict[str, list[float]]:
    """Seconds of each work in each round.

    Parameters
    ----------
    works
        What is timed, by name; each round does all of them in this order.
    rounds
        Number of rounds.
    warm
        Whether each is done once before, untimed.
    """
    if warm:
        for work in works.values():
            work()
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            gc.collect()
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(seconds: Mapping[str, Sequence[float]], of: str, to: str, *, times: float = 1.0) -> Ratio:
    """Time of one work over that of another, round by round.

    Parameters
    ----------
    seconds
        What :func:`interleaved` returns.
    of, to
        Names of the works above and below the line.
    times
        How often the work above would have to be done for a whole one, where a slice of it was timed.

    Examples
    --------
    >>> str(ratio({"slow": [4.0, 6.0, 5.0], "quick": [1.0, 2.0, 1.0]}, "slow", "quick"))
    '4.00 (3.00-5.00)'
    """
    each = [times * a / b for a, b in zip(seconds[of], seconds[to], strict=True)]
    return Ratio(statistics.median(each), min(each), max(each))


def python(*words: str) -> Work:
    """Work of a fresh Python process with these arguments; its output is thrown away.

    Raises
    ------
    subprocess.CalledProcessError
        When it is done, where the process fails.
    """

    def work() -> None:
        subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - this interpreter, no shell; the words are those of the benchmarks, nothing that a user typed comes here

    return work
