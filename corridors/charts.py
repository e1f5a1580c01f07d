"""Charts: the doors to every chart of a study.

``plot_profile`` draws the time- or cost-distance profile of every way between two places, ``plot_bars`` ranks
them, ``plot_costs`` shows what is paid for. Each returns a matplotlib figure that no window or backend holds on to;
``save`` writes it as PNG or SVG, the same figure always as the same bytes.

>>> from corridors import read_scenario, run, plot_profile
>>> study = run(read_scenario("both-open", ["draws=64", "origins=kostanay", "destinations=gwadar"]))
>>> figure = plot_profile(study, "usd", destination="Gwadar", corridors=["uap-ml1", "turgundi-chaman"])
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.captions import Measure, one_of, pair_of
from corridors.style import rc_params, save_picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.figure import Figure

    from corridors.study import Study


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
        "hours" (drawn in days) or "usd" (drawn per load unit).
    origin, destination
        Places, by ``node_id`` or name; the first pair of the study if none is given.
    corridors
        Corridors to draw (``corridor_id``); all of the study if none is given.

    Returns
    -------
    Figure
        For print at full size.

    Raises
    ------
    ScenarioError
        If the study has no such place, corridor or measure; the nearest right name is given.

    References
    ----------
    ``unescap-resources-timecost-distance-methodology``
    """
    from matplotlib import rc_context

    from corridors.profile_chart import profile_figure

    one_of(measure, {"hours": "days", "usd": "dollars"}, "measure")
    pair = pair_of(study, origin, destination, corridors)
    with rc_context(_looks()):
        return profile_figure(pair, measure)


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
    from matplotlib import rc_context

    from corridors.bar_charts import bars_figure

    with rc_context(_looks()):
        return bars_figure(pair_of(study, origin, destination, corridors))


def plot_costs(
    study: Study,
    *,
    origin: str | None = None,
    destination: str | None = None,
    corridors: Iterable[str] | None = None,
) -> Figure:
    """What the dollars of every way are paid for, mean by component, the cheapest on top.

    Parameters and errors are those of `plot_profile`.
    """
    from matplotlib import rc_context

    from corridors.bar_charts import costs_figure

    with rc_context(_looks()):
        return costs_figure(pair_of(study, origin, destination, corridors))


def save(fig: Figure, path: str | Path) -> list[Path]:
    """Write a chart and let go of it; same chart, same bytes.

    Parameters
    ----------
    fig
        A chart of this module.
    path
        File ending in .png or .svg; without an ending both are written.

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


def _looks() -> Any:
    """The house's settings; a dollar sign in a name is no formula."""
    return rc_params() | {"text.parse_math": False}
