"""How a study shows itself at the end of a notebook cell: its ways in a table with units, and its map under it."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING

from corridors.captions import factor_of, figures, place_name, unit_of

if TYPE_CHECKING:
    from corridors.study import Study

MOST_ROWS = 60
"""Ways that are listed; the rest is in ``compare(study)``."""
_DPI = 90


def study_html(study: Study) -> str:
    """Table of the ways of a study, with units, and its map.

    Parameters
    ----------
    study
        What `corridors.study.run` returns.

    Returns
    -------
    str
        HTML; days and USD per load unit as P50 (P10-P90), km, kg CO2e, odds in per cent.
    """
    from corridors.comparison import comparison_rows

    scenario = study.scenario
    unit = f"USD per {unit_of(study)}"
    head = (
        "from", "to", "corridor", "km", "days P50 (P10–P90)", f"{unit} P50 (P10–P90)", "kg CO2e", "quickest, %", "cheapest, %",
    )  # fmt: skip
    rows = comparison_rows(study)
    lines = []
    for row in rows[:MOST_ROWS]:
        ends = [escape(place_name(study, row[end])) for end in ("origin", "destination")]
        name = study.catalogue[row["corridor"]].name if row["corridor"] in study.catalogue else row["corridor"]
        if not row["feasible"]:
            cells = f'<td colspan="6" style="text-align:left">no way: {escape(row["reason"])}</td>'
        else:
            said = [f"{row['km']:,.0f}"]
            for measure in ("hours", "usd"):
                low, middle, high = (row[f"{measure}_p{q}"] * factor_of(study, measure) for q in (10, 50, 90))
                said.append(f"{figures(middle, measure)} ({figures(low, measure)}–{figures(high, measure)})")
            said += [
                f"{row['kg_co2e_mean']:,.0f}",
                *(f"{100 * row[f'p_{odds}']:.0f}" for odds in ("quickest", "cheapest")),
            ]
            cells = "".join(f"<td>{word}</td>" for word in said)
        lines.append(f"<tr><td>{ends[0]}</td><td>{ends[1]}</td><td>{escape(name)}</td>{cells}</tr>")
    more = f"<p>and {len(rows) - MOST_ROWS} more ways; all of them: compare(study)</p>" if len(rows) > MOST_ROWS else ""
    assumed = f"<p>{escape(study.assumption)}</p>" if study.assumption else ""
    return (
        f"<h4>{escape(scenario.title)}</h4><p>Scenario {escape(scenario.name)}, {scenario.date.isoformat()}, {study.draws:,} draws, "
        f"seed {scenario.seed}</p>{assumed}<table><thead><tr>{''.join(f'<th>{word}</th>' for word in head)}</tr></thead>"
        f'<tbody>{"".join(lines)}</tbody></table>{more}<img alt="Map of the ways" src="data:image/png;base64,{_map(study)}"/>'
    )


def _map(study: Study) -> str:
    """Map as PNG in base 64."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from corridors.maps import plot_map

    figure = plot_map(study)
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(stream, dpi=_DPI, format="png")
    figure.clear()
    return base64.b64encode(stream.getvalue()).decode("ascii")
