"""Charts: the doors to every chart of a study.

``plot_profile`` draws the time- or cost-distance profile of every way between two places, ``plot_bars`` ranks
them, ``plot_costs`` shows what is paid for and where, ``plot_days`` how the days are spread, ``plot_arrival`` what share arrives
within N days, ``plot_odds`` which way beats which. Each returns a matplotlib figure that no window or backend holds on to;
``save`` writes it as PNG, SVG or PDF, the same figure always as the same bytes, and ``write_chart`` with the figures
behind it as a CSV of the same name.

>>> from corridors import read_scenario, run, plot_profile
>>> study = run(read_scenario("both-open", ["draws=64", "origins=kostanay", "destinations=gwadar"]))
>>> figure = plot_profile(study, "usd", destination="Gwadar", corridors=["uap-ml1", "turgundi-chaman"])
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from corridors.captions import Measure, one_of, pair_of
from corridors.record_files import csv_text
from corridors.safe_files import write_text
from corridors.style import rc_params, save_picture
from corridors.toml_files import ScenarioError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from corridors.study import Study


P = ParamSpec("P")


def in_house_look(plot: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a function draw with the house's type, colours and rules."""

    @functools.wraps(plot)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        from matplotlib import rc_context

        with rc_context(_looks()):
            return plot(*args, **kwargs)

    return drawn


def _looks() -> Any:
    """The house's settings; a dollar sign in a name is no formula."""
    return rc_params() | {"text.parse_math": False}


@in_house_look
def plot_profile(
    study: Study,
    measure: Measure = "hours",
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
) -> Figure:
    """Time- or cost-distance profile of every way between two places.

    Above, all ways drawn over one another with their totals at the line ends; below, one panel a way with its largest
    stops labelled. A single way gets one large panel.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    measure
        "hours" or "days", drawn in days; "usd" or "dollars", drawn per load unit.
    origin, destination
        Places, by ``node_id`` or name; the first pair of the study if none is given.
    corridors
        List of corridors to draw, by ``corridor_id`` or name; all of the study if it is left out.

    Returns
    -------
    Figure
        For print at full size; shows itself at the end of a notebook cell, and ``figure.savefig("profile.pdf")`` writes it.

    Raises
    ------
    ScenarioError
        If the study has no such place, corridor or measure; the nearest right name is given.

    References
    ----------
    ``unescap-resources-timecost-distance-methodology``
    """
    from corridors.profile_chart import profile_figure

    pair = pair_of(study, origin, destination, corridors)
    drawn: Measure = "hours" if one_of(measure, {"hours": "days", "usd": "dollars"}, "measure") == "hours" else "usd"
    return profile_figure(pair, drawn)


@in_house_look
def plot_bars(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
) -> Figure:
    """Days and dollars of every way between two places, P10 to P90 with P50, the quickest on top.

    Parameters and errors are those of `plot_profile`.
    """
    from corridors.bar_charts import bars_figure

    return bars_figure(pair_of(study, origin, destination, corridors))


@in_house_look
def plot_costs(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
    by: str = "component",
) -> Figure:
    """What the dollars of every way are paid for, mean by component or by country, the cheapest on top.

    Parameters and errors are those of `plot_profile`; `by` is "component" or "country".
    """
    from corridors.cost_charts import costs_figure

    by = one_of(by, {"component": "components", "country": "countries"}, "by")
    return costs_figure(pair_of(study, origin, destination, corridors), by)


@in_house_look
def plot_days(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
    deadline: float | None = None,
) -> Figure:
    """Distribution of the days of every way with P10, P50 and P90, all on one axis.

    Parameters and errors are those of `plot_profile`; `deadline` in days, the scenario's if none is given.
    """
    from corridors.day_charts import days_figure

    return days_figure(pair_of(study, origin, destination, corridors), _deadline(study, deadline))


@in_house_look
def plot_arrival(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
    deadline: float | None = None,
) -> Figure:
    """Share of the trips of every way that arrives within N days, with the deadline.

    Parameters and errors are those of `plot_days`.
    """
    from corridors.day_charts import arrival_figure

    return arrival_figure(pair_of(study, origin, destination, corridors), _deadline(study, deadline))


@in_house_look
def plot_odds(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
) -> Figure:
    """How often each way beats each other, in days and in dollars.

    Parameters and errors are those of `plot_profile`.
    """
    from corridors.odds_chart import odds_figure

    return odds_figure(pair_of(study, origin, destination, corridors))


def _deadline(study: Study, asked: float | None) -> float | None:
    if asked is None:
        return study.scenario.deadline_days
    if not 0.0 < asked < 1e4:
        raise ScenarioError(f"deadline: found {asked:g}; allowed a number of days above 0 and below 10,000")
    return asked


KINDS: dict[str, str] = {
    "profile-hours": "days by distance, way by way",
    "profile-usd": "dollars by distance, way by way",
    "ranking": "days and dollars, P10 to P90",
    "costs": "dollars by component",
    "countries": "dollars by country",
    "days": "distribution of days",
    "arrival": "share that arrives within N days",
    "odds": "which way beats which",
}
"""Kinds of charts that `write_chart` knows, in words."""

IN_RUN: dict[str, str] = {
    "profile-hours": "profile_hours",
    "profile-usd": "profile_usd",
    "costs": "cost_components",
    "countries": "cost_countries",
    "days": "days",
    "arrival": "arrival",
    "odds": "odds",
}
"""Charts that a run writes into its folder, and their file names there."""


def write_chart(
    study: Study,
    kind: str,
    path: str | Path,
    *,
    corridors: Iterable[str] | None = None,
    deadline: float | None = None,
) -> list[Path]:
    """Write a chart and, beside it, the figures behind it as CSV.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.
    kind
        Key of :data:`KINDS`.
    path
        File ending in .png, .svg or .pdf; the table has the same name and ends in .csv.
    corridors
        As for `plot_profile`; the pair drawn is the first of the study.
    deadline
        Days; the scenario's if none is given. For "days" and "arrival".

    Returns
    -------
    list of Path
        Picture and table; no table where no way is open, since there are no figures.
    """
    from corridors import chart_tables as tables

    kind = one_of(kind, KINDS, "chart")
    pair = pair_of(study, None, None, corridors)
    chosen: dict[str, Any] = {"origin": pair.origin, "destination": pair.destination, "corridors": corridors}
    drawn: dict[str, tuple[Callable[[], Figure], Callable[[], tables.Rows]]] = {
        "profile-hours": (lambda: plot_profile(study, "hours", **chosen), lambda: tables.profile_rows(pair, "hours")),
        "profile-usd": (lambda: plot_profile(study, "usd", **chosen), lambda: tables.profile_rows(pair, "usd")),
        "ranking": (lambda: plot_bars(study, **chosen), lambda: tables.ranking_rows(pair)),
        "costs": (lambda: plot_costs(study, **chosen), lambda: tables.cost_rows(pair, "component")),
        "countries": (lambda: plot_costs(study, **chosen, by="country"), lambda: tables.cost_rows(pair, "country")),
        "days": (lambda: plot_days(study, **chosen, deadline=deadline), lambda: tables.day_rows(pair)),
        "arrival": (lambda: plot_arrival(study, **chosen, deadline=deadline), lambda: tables.arrival_rows(pair)),
        "odds": (lambda: plot_odds(study, **chosen), lambda: tables.odds_rows(pair)),
    }
    figure, rows = drawn[kind]
    written = save(figure(), path)
    text = csv_text(rows(), digits=10)
    if text:
        table = written[0].with_suffix(".csv")
        write_text(table, text)
        written.append(table)
    return written


def save(fig: Figure, path: str | Path) -> list[Path]:
    """Write a chart and let go of it; same chart, same bytes.

    Parameters
    ----------
    fig
        A chart of this module.
    path
        File ending in .png, .svg or .pdf; without an ending PNG and SVG are written.

    Returns
    -------
    list of Path
        Files written.
    """
    import sys

    target = Path(path)
    targets = [target] if target.suffix else [target.with_suffix(ending) for ending in (".png", ".svg")]
    written = [save_picture(fig, file) for file in targets]
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(fig)
    fig.clear()
    return written
