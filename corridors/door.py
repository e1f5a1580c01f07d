"""The door: what a caller is told who hands it the wrong thing.

A notebook is written by trial. ``run("both-open")``, ``compare(scenario)`` and ``plot_map(study, corridors="iran-road")`` are what a newcomer
tries first, and each has one right form. These two checks say it in a sentence, before anything is drawn or reckoned.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from corridors.toml_files import ScenarioError


def must_be_study(found: Any, call: str) -> None:
    """Refuse anything but a study.

    Parameters
    ----------
    found
        What was handed over.
    call
        The function called, for the sentence.

    Raises
    ------
    ScenarioError
        Saying what was found and how to make a study.

    Examples
    --------
    >>> must_be_study("both-open", "compare")
    Traceback (most recent call last):
    corridors.toml_files.ScenarioError: compare: found a str ('both-open'); allowed a study, as run(read_scenario("both-open")) makes it
    """
    if not all(hasattr(found, part) for part in ("scenario", "ways", "network")):
        raise ScenarioError(
            f'{call}: found {told(found)}; allowed a study, as run(read_scenario("both-open")) makes it'
        )


def names_in(found: Any, what: str, example: str) -> list[Any]:
    """Names handed over as a list; a single text is refused, since it would be read letter by letter.

    Parameters
    ----------
    found
        List or other iterable of names.
    what
        What the names are, for the sentence.
    example
        One name as it is written.

    Raises
    ------
    ScenarioError
        Where a text, a mapping or no iterable was given.

    Examples
    --------
    >>> names_in(("iran-road",), "corridors", "iran-road")
    ['iran-road']
    >>> names_in("iran-road", "corridors", "iran-road")
    Traceback (most recent call last):
    corridors.toml_files.ScenarioError: corridors: found a str ('iran-road'); allowed a list: ["iran-road"]
    """
    if isinstance(found, (str, bytes, dict)) or not isinstance(found, Iterable):
        raise ScenarioError(f'{what}: found {told(found)}; allowed a list: ["{example}"]')
    return list(found)


def told(found: Any) -> str:
    """Kind of a thing, and a text or number as it is.

    Examples
    --------
    >>> told(3), told([1])
    ('an int (3)', 'a list')
    """
    kind = type(found).__name__
    article = "an" if kind[0].lower() in "aeio" else "a"
    short = repr(found) if isinstance(found, (str, int, float)) else ""
    return f"{article} {kind} ({short[:60]})" if short else f"{article} {kind}"
