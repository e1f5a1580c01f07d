"""Emission rows: each says well to wheel, lies where its mode lies, and an electric one follows from its grid."""

import re

import pytest

from corridors.citations import evidence_rows
from sim.parameters import read_parameters

# What published factors of a mode span, from the cleanest to the dirtiest, with room on either side. [kg CO2e/t-km]
SPAN = {"rail": (0.003, 0.08), "road": (0.05, 0.30), "sea": (0.003, 0.06), "ferry": (0.03, 0.45)}
WHOLE = re.compile(r"well to (wheel|wake)")
BOUNDARY = re.compile(r"well to (wheel|wake|tank)|tank to wheel|direct|life cycle")
KWH = {"low": 0.02, "best": 0.03, "high": 0.04}  # per net tonne-kilometre, as the notes say


def emission_rows():
    return [row for row in read_parameters().rows if row.quantity == "emission"]


@pytest.mark.parametrize("row", emission_rows(), ids=lambda row: row.parameter_id)
def test_a_factor_says_well_to_wheel_and_lies_where_its_mode_lies(row):
    assert row.unit == "kg CO2e/t-km"
    assert WHOLE.search(row.note)
    (mode,) = row.selectors["mode"]
    low, high = SPAN[mode]
    assert low <= row.low <= row.best <= row.high <= high


def test_the_evidence_of_a_factor_names_its_boundary():
    evidence = evidence_rows()
    for row in emission_rows():
        for name in filter(None, row.evidence):
            found = evidence[name]
            assert BOUNDARY.search(f"{found['quantity']} {found['note']}"), name


def test_an_electric_row_is_energy_times_the_grid_of_its_evidence():
    evidence = evidence_rows()
    found = [row for row in emission_rows() if row.selectors.get("traction") == frozenset({"electric"})]
    assert len(found) >= 8
    for row in found:
        climb = 1.5 if "AF" in row.selectors.get("country", ()) else 1.0  # the planned mountain line
        for end, name in zip(("low", "best", "high"), row.evidence, strict=True):
            kwh = getattr(row, end) / (climb * float(evidence[name]["value"]) / 1000.0)
            assert kwh == pytest.approx(KWH[end], rel=0.06), (row.parameter_id, end)


def test_every_mode_of_haul_has_a_row_and_rail_emits_less_than_road():
    rows = emission_rows()
    modes = {mode for row in rows for mode in row.selectors["mode"]}
    assert modes == set(SPAN)
    dirtiest_rail = max(row.mean for row in rows if "rail" in row.selectors["mode"])
    cleanest_road = min(row.mean for row in rows if "road" in row.selectors["mode"])
    assert dirtiest_rail < cleanest_road
