"""What a study, a network and the assumptions show at the end of a notebook cell."""

import base64
import io
import re
import xml.etree.ElementTree as ET

from studies import ONE_PAIR, study

from corridors.comparison import comparison_rows
from geodata.network import read_network


def test_a_study_shows_its_ways_with_units_and_its_map():
    from PIL import Image

    carried = study("today", *ONE_PAIR)
    html = carried._repr_html_()
    for word in ("days P50 (P10–P90)", "USD per FEU P50 (P10–P90)", "kg CO2e", "2026-11-25", carried.scenario.title):
        assert word in html
    rows = comparison_rows(carried)
    assert html.count("<tr>") == len(rows) + 1
    assert html.count("no way: ") == sum(not row["feasible"] for row in rows)
    assert carried.assumption[:40] in html
    data = re.search(r"data:image/png;base64,([^\"]+)", html).group(1)
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.size[0] > 900


def test_a_network_shows_its_kilometres_by_mode_and_a_sketch():
    network = read_network()
    html = network._repr_html_()
    rail = sum(link.length_km for link in network.links.values() if (link.mode, link.status) == ("rail", "operational"))
    assert f"<td>{rail:,.0f}</td>" in html
    assert "length, km" in html
    sketch = ET.fromstring(re.search(r"<svg.*</svg>", html).group(0))  # noqa: S314 - our own words
    strokes = sum(len(re.findall("M", path.get("d"))) for path in sketch)
    assert strokes == len(network.links) + len(network.crossings)
    assert network.restrict([])._repr_html_().startswith("<p>0 places")


def test_parameters_show_every_row_with_unit_mean_and_basis():
    parameters = study("today", *ONE_PAIR).parameters
    html = parameters._repr_html_()
    assert html.count("<tr>") == len(parameters.rows) + 1
    row = parameters.rows[0]
    assert f"<td>{row.mean:.4g}</td><td>{row.unit}</td>" in html
    assert "<th>unit</th>" in html


def test_question_marks_are_answered():
    import corridors

    for name in corridors.__all__:
        thing = getattr(corridors, name)
        assert name == "__version__" or len(thing.__doc__) > 60, name
