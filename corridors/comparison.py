r"""Outcomes side by side: quantiles, generalized cost, and who wins how often.

All ways of a study share their draws, so a comparison is made draw by draw. The odds that way i is the quickest among
the feasible ways of one pair of places are

.. math:: P_i = \frac1n \sum_j \frac{[H_{ij}=\min_k H_{kj}]}{\#\{k: H_{kj}=\min_m H_{mj}\}}

so that ties are split and the odds of a pair add up to 1. A consignment that is not delivered wins nothing, and all figures but the odds are of those
that are. Generalized cost is USD + value of time x hours, with the value
of time drawn like any other row. A way that is not feasible keeps its row, with its reason and no figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.door import must_be_study
from corridors.study import Study
from corridors.ways import Way
from sim.draws import Floats
from sim.expectations import value_of_time_row
from sim.indicators import swd, swod
from sim.simulation import quantiles

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "scenario", "date", "origin", "destination", "terms", "consignment", "load_unit", "direction", "corridor", "feasible",
    "reason", "assumption", "draws", "km", "hours_mean", "hours_p10", "hours_p50", "hours_p90", "usd_mean", "usd_p10",
    "usd_p50", "usd_p90", "usd_per_tonne_mean", "generalized_usd_mean", "kg_co2e_mean", "swd_kmh", "swod_kmh",
    "p_quickest", "p_cheapest", "p_on_time",
    "p_met_closure", "p_delivered", "hours_average_p10", "hours_average_p50", "hours_average_p90", "usd_average_p10",
    "usd_average_p50", "usd_average_p90", "knowledge_share_hours", "knowledge_share_usd", "closure_share_of_hours_p90",
    "hours_mean_error", "hours_p10_error", "hours_p50_error", "hours_p90_error", "usd_mean_error", "usd_p10_error",
    "usd_p50_error", "usd_p90_error", "own_rows",
)  # fmt: skip
"""Columns of ``comparison.csv``; new ones are only ever appended."""

FIGURES = (*COLUMNS[COLUMNS.index("km") : COLUMNS.index("own_rows")],)
"""Columns that hold a number, or nothing where the way is not feasible or the figure was not reckoned."""


def value_of_time(study: Study) -> Floats | float:
    """Value of time of the whole consignment in each draw. [USD/h]"""
    number = value_of_time_row(study.parameters, study.consignment)
    draws = next((w.outcome.draws for w in study.ways if w.outcome), None)
    share = draws.row(number) if draws else study.parameters.rows[number].mean
    return share * study.consignment.value_usd / 100.0 / 24.0


def odds(totals: list[Floats]) -> list[float]:
    """Share of draws in which each total is the least; ties are split.

    A total that is not delivered (NaN) is never the least; a draw in which none is delivered counts for nobody.

    Examples
    --------
    >>> odds([np.array([1.0, 2.0]), np.array([1.0, 1.0])])
    [0.25, 0.75]
    """
    stacked = np.stack(totals)
    known = np.where(np.isnan(stacked), np.inf, stacked)
    least = (known == known.min(axis=0)) & np.isfinite(known)
    count = np.maximum(least.sum(axis=0), 1)
    return [float(x) for x in (least / count).mean(axis=1)]


def comparison_rows(study: Study) -> list[dict[str, Any]]:
    """One row a way, columns :data:`COLUMNS`; figures are None where a way is not feasible."""
    per_hour = value_of_time(study)
    rows = []
    for origin, destination in study.pairs():
        ways = study.ways_between(origin, destination)
        able = [w for w in ways if w.outcome is not None]
        quickest = odds([w.outcome.hours for w in able if w.outcome]) if able else []
        cheapest = odds([w.outcome.usd for w in able if w.outcome]) if able else []
        place = {id(w): i for i, w in enumerate(able)}
        for way in ways:
            row = _row(study, way, per_hour)
            i = place.get(id(way))
            row["p_quickest"] = None if i is None else quickest[i]
            row["p_cheapest"] = None if i is None else cheapest[i]
            rows.append(row)
    return rows


def _row(study: Study, way: Way, per_hour: Floats | float) -> dict[str, Any]:
    scenario, consignment = study.scenario, study.consignment
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "scenario": scenario.name, "date": scenario.date.isoformat(), "origin": way.origin, "destination": way.destination,
        "terms": scenario.terms, "consignment": describe(study), "load_unit": consignment.load_unit,
        "direction": study.direction, "corridor": way.corridor, "feasible": way.feasible, "reason": way.reason,
        "assumption": way.assumption,
    }  # fmt: skip
    outcome, itinerary = way.outcome, way.itinerary
    if outcome is None or itinerary is None:
        return row
    row["own_rows"] = ";".join(study.own.used_by(itinerary.priced, study.parameters))
    arrived = outcome.delivered
    hours, usd, kg = outcome.hours[arrived], outcome.usd[arrived], outcome.kg[arrived]
    for name, values in (("hours", hours), ("usd", usd)):
        row[f"{name}_mean"] = float(values.mean())
        row[f"{name}_p10"], row[f"{name}_p50"], row[f"{name}_p90"] = quantiles(values, LEVELS)
    for name, values in (("hours", outcome.hours_known), ("usd", outcome.usd_known)):
        for level, value in zip((10, 50, 90), quantiles(values, LEVELS), strict=True):
            row[f"{name}_average_p{level}"] = value
    per = per_hour[arrived] if isinstance(per_hour, np.ndarray) else per_hour
    deadline = scenario.deadline_days
    row |= {
        "draws": len(outcome.hours),
        "km": itinerary.total_km,
        "usd_per_tonne_mean": row["usd_mean"] / consignment.tonnes,
        "generalized_usd_mean": float((usd + per * hours).mean()),
        "kg_co2e_mean": float(kg.mean()),
        "swd_kmh": swd(itinerary.activities, itinerary.km, outcome.hours_mean),
        "swod_kmh": swod(itinerary.activities, itinerary.km, outcome.hours_mean),
        "p_on_time": None if deadline is None else float((outcome.hours <= deadline * 24.0).mean()),
        "p_met_closure": float(outcome.met.mean()),
        "p_delivered": float(outcome.delivered.mean()),
        "closure_share_of_hours_p90": 1.0 - quantiles(outcome.hours_open, (0.9,))[0] / row["hours_p90"],
    }
    return row | _doubt(study, way)


LEVELS = (0.1, 0.5, 0.9)


def _doubt(study: Study, way: Way) -> dict[str, Any]:
    doubt = study.doubts.get((way.origin, way.destination, way.corridor))
    if doubt is None:
        return {}
    shares = {"knowledge_share_hours": doubt.knowledge_hours, "knowledge_share_usd": doubt.knowledge_usd}
    return shares | {f"{name}_error": value for name, value in doubt.error.items()}


def describe(study: Study) -> str:
    """Consignment in words.

    Examples
    --------
    ``1 FEU, 20 t general, 40,000 USD, block train``; ``60 wagons, 3,900 t grain (65 t each), 1,365,000 USD, block train``
    """
    c = study.consignment
    service = c.rail_service.replace("_", " ")
    plural = "s" if c.count > 1 and c.load_unit in {"wagon", "truck", "tonne"} else ""
    each = f" ({c.tonnes_per_unit:,.4g} t each)" if c.count > 1 else ""
    return (
        f"{c.count:,} {c.load_unit}{plural}, {c.tonnes:,.10g} t {c.commodity}{each}, {c.value_usd:,.0f} USD, {service}"
    )


def compare(study: Study) -> pd.DataFrame:
    """Ways of a study side by side.

    Parameters
    ----------
    study
        What :func:`corridors.run` returns.

    Returns
    -------
    pandas.DataFrame
        A row a way of each pair of places, also a way that is not open; columns :data:`COLUMNS`, a figure NaN where there is none.

        =============================  ==========================================================================
        ``feasible``, ``reason``       whether the way is open on the date; what is missing where it is not
        ``assumption``                 what is assumed about states that nobody knows
        ``km``                         length of the way. [km]
        ``hours_*``, ``usd_*``         one consignment, door to door: mean and P10, P50, P90 of all trips. [h], [USD]
        ``*_average_p10`` ... ``p90``  the same of the average trip: what is left when only what we do not know varies
        ``*_error``                    standard error of the draws; NaN where ``replicates=1``
        ``knowledge_share_*``          share of the variance that is due to what we do not know. [1]
        ``generalized_usd_mean``       USD + value of time x hours. [USD]
        ``swd_kmh``, ``swod_kmh``      speed with and without delay. [km/h]
        ``kg_co2e_mean``               emissions of the consignment. [kg CO2e]
        ``p_quickest``, ``p_cheapest`` share of draws in which no other way of the pair is quicker or cheaper. [1]
        ``p_on_time``                  share that arrives by the scenario's deadline; NaN where it has none. [1]
        ``p_met_closure``              share that finds a place shut; ``p_delivered`` share that arrives. [1]
        ``closure_share_of_hours_p90`` by how much hours_p90 would fall had no closure been met. [1]
        ``own_rows``                   rows of your own that the way rests on
        =============================  ==========================================================================

    Raises
    ------
    ScenarioError
        If it is given anything but a study.

    Examples
    --------
    >>> from corridors import read_scenario, run
    >>> few = ["draws=64", "replicates=1", "origins=almaty1", "destinations=gwadar", "corridors=iran-road"]
    >>> table = compare(run(read_scenario("both-open", few)))
    >>> bool(18 < table["hours_p50"][0] / 24 < 20), float(table["p_quickest"][0])
    (True, 1.0)
    """
    import pandas as pd

    must_be_study(study, "compare")
    table = pd.DataFrame(comparison_rows(study), columns=list(COLUMNS))
    return table.astype(dict.fromkeys(FIGURES, "float64"))
