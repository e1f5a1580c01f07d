r"""What others say about these ways, each with the question that tests it.

A row of ``claims.csv`` is one reading of one claim: what is said in our words, by whom and when, the numbers as claimed, and how the
model is asked the same thing. Where the speaker leaves the ends, the load or the comparison open there are several readings, the
kindest among them. What cannot be tested says why.

A claim holds in a draw where the model's figure x fulfils its relation:

    at_most    x <= high              (takes 3-5 days: no more than 5)
    at_least   x >= low               (saves five days: five or more)
    about      low / 1.1 <= x <= 1.1 high    (a figure named: within a tenth of it, :data:`NEAR`)
    about_at_most, about_at_least            (about, nearly, almost: the bound moved by a tenth in the claim's favour)

so where its *shortfall* (how far x lies on the wrong side of the bound, in the unit of x) is nothing or less.

The table holds every claimant to the same columns; nothing in it says whose side a claim is on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.catalogue import read_catalogue
from corridors.observed import DATA, shipped_network
from corridors.own_files import read_own_table
from corridors.scenario import read_scenario
from corridors.scenario_files import list_scenarios
from corridors.toml_files import ScenarioError, nearest
from geodata.sources import Evidence, Source, check_sources, keys_of, read_sources
from geodata.tables import Table, did_you_mean, read_dictionary, read_table

if TYPE_CHECKING:
    from sim.draws import Bools, Floats

NEAR = 1.1
"""Factor within which a figure that is named counts as met."""
OF_A_CORRIDOR = ("days", "days_saved", "days_ratio", "usd_change", "feasible")
COMPARED = ("days_saved", "days_ratio", "usd_change")
BY_NAME = ("input", "first_train", "railway_mt", "trip")
OR = {"about_at_most": " or less", "about_at_least": " or more"}
UNITS = {
    "days": "day", "days_saved": "day", "days_ratio": "1", "usd_change": "%", "feasible": "1", "first_train": "year",
    "railway_mt": "Mt/year",
}  # fmt: skip
"""Unit of each measure that has but one."""


@dataclass(frozen=True)
class Claim:
    """One reading of one claim: a row of ``claims.csv``."""

    claim_id: str
    reading: str
    claim: str
    quantity: str
    relation: str
    low: float | None
    high: float | None
    unit: str
    who: str
    date: str
    source: tuple[str, ...]
    evidence_ids: tuple[str, ...]
    rivals: tuple[str, ...]
    measure: str
    scenario: str
    origin: str
    destination: str
    corridor: str
    baseline: str
    span: str
    switches: tuple[str, ...]
    on: str
    why_not: str
    note: str

    @property
    def name(self) -> str:
        """Claim and reading."""
        return f"{self.claim_id} {self.reading}"

    @property
    def bound(self) -> float | None:
        """End that is named: high of at_most, low of at_least, the middle of about; None where nothing is compared."""
        if self.low is None or self.high is None or not self.relation:
            return None
        ends = {"at_most": self.high, "at_least": self.low, "about": (self.low + self.high) / 2.0}
        return ends[self.relation.removeprefix("about_")]

    def shortfall(self, values: Floats) -> Floats:
        """How far figures lie on the wrong side of the claim's bound, 0 or less where it holds, in their unit; shape as given.

        Examples
        --------
        "At most 5 days" falls short by 10 where the model has 15; "about 10" by 4, since 11 counts as about 10.
        """
        low, high = self.low, self.high
        if low is None or high is None:
            msg = f"{self.name}: no figure is claimed"
            raise ValueError(msg)
        if self.relation.startswith("about"):
            low, high = (low / NEAR if low > 0 else low * NEAR), (high * NEAR if high > 0 else high / NEAR)
        if self.relation.endswith("at_most"):
            return values - high
        if self.relation.endswith("at_least"):
            return low - values
        return np.maximum(low - values, values - high)

    def holds(self, values: Floats) -> Bools:
        """Draws in which the claim holds, shape (draw,)."""
        return np.asarray(self.shortfall(values) <= 0.0)

    def printed(self) -> str:
        """Figures as claimed, with relation and unit.

        Examples
        --------
        ``at most 5 days (3-5 claimed)``, ``at least 10 Mt/year``, ``about 687 km``
        """
        if self.low is None or self.high is None:
            return "no figure"
        unit = {"1": "", "%": " %", "day": " days", "year": ""}.get(self.unit, f" {self.unit}")
        low, high = (f"{x:.0f}" if self.unit == "year" else _plain(x) for x in (self.low, self.high))
        words = {"at_most": "at most ", "at_least": "at least ", "": ""}.get(self.relation, "about ")
        if self.low == self.high:
            return f"{words}{low}{unit}{OR.get(self.relation, '')}"
        if self.relation in ("", "about"):
            return f"{words}{low}-{high}{unit}"
        end = high if self.relation.endswith("at_most") else low
        return f"{words}{end}{unit}{OR.get(self.relation, '')} ({low}-{high} claimed)"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.10g}"


@lru_cache(maxsize=1)
def library() -> tuple[dict[str, Source], dict[str, Evidence]]:
    """Bibliography and published figures, read once for all claims."""
    return read_sources()


def read_claims(path: Path | None = None) -> tuple[Claim, ...]:
    """Claims of the shipped table, or of a file of the same columns, CSV or XLSX.

    Raises
    ------
    TableError
        Where a row breaks the dictionary, names what is not there, or asks a question that cannot be meant.
    """
    resource = read_dictionary(DATA)["claims"]
    table = read_own_table(path, resource) if path else read_table(resource.folder / resource.path, resource)
    sources, evidence = library()
    check_sources({"claims": table}, sources, evidence)
    for i, row in enumerate(table.rows()):
        lost = [key for key in keys_of([row["rivals"]]) if key not in evidence]
        if lost:
            raise table.error(i, problem=f'rivals names "{lost[0]}"', mend=did_you_mean(lost[0], evidence))
        _check(table, i, row)
    kept = ("source", "evidence_ids", "rivals", "switches")
    return tuple(Claim(**row | {name: tuple(keys_of([row[name]])) for name in kept}) for row in table.rows())


def _check(table: Table, i: int, row: Mapping[str, Any]) -> None:
    if bool(row["measure"]) == bool(row["why_not"]):
        raise table.error(
            i, problem="measure and why_not are both filled or both empty", mend="test it, or say why not"
        )
    low, high = row["low"], row["high"]
    if (low is None) != (high is None) or (low is not None and low > high):
        raise table.error(i, problem=f"low {low}, high {high}", allowed="both or none, low <= high")
    measure = row["measure"]
    if not measure:
        return
    if low is None or not row["relation"]:
        raise table.error(i, problem="nothing to compare", mend="fill relation, low and high")
    if UNITS.get(measure, row["unit"]) != row["unit"]:
        raise table.error(i, problem=f"{measure} in {row['unit'] or 'no unit'}", allowed=UNITS[measure])
    if measure in BY_NAME and not row["on"]:
        raise table.error(i, problem=f"{measure} asks for on", mend="say what is looked up")
    if measure in OF_A_CORRIDOR:
        _check_corridor(table, i, row)


def _check_corridor(table: Table, i: int, row: Mapping[str, Any]) -> None:
    catalogue, places, scenarios = read_catalogue(), shipped_network().nodes, list_scenarios()
    known: dict[str, Any] = {
        "scenario": scenarios, "origin": places, "destination": places, "corridor": catalogue,
    }  # fmt: skip
    if row["measure"] in COMPARED:
        known["baseline"] = catalogue
    for column, names in known.items():
        if row[column] not in names:
            raise table.error(
                i, problem=f'{column} is "{row[column]}"', mend=did_you_mean(row[column], names) or "name one"
            )
    if row["measure"] != "feasible" and not row["span"]:
        raise table.error(i, problem="span is empty", allowed="door, way, move")
    if row["measure"] in COMPARED and row["baseline"] == row["corridor"]:
        raise table.error(i, problem=f"{row['corridor']} is compared with itself", mend="name another baseline")
    try:
        read_scenario(row["scenario"], keys_of([row["switches"]]))
    except ScenarioError as bad:
        raise table.error(i, problem=f'switches are "{row["switches"]}"', mend=str(bad)) from None


def find_claims(name: str, claims: tuple[Claim, ...]) -> list[Claim]:
    """Readings of a claim.

    Raises
    ------
    ScenarioError
        Where there is none of that name.
    """
    found = [c for c in claims if c.claim_id.casefold() == name.strip().casefold()]
    if not found:
        names = sorted({c.claim_id for c in claims})
        raise ScenarioError(f'--id: no claim is called "{name}"{nearest(name, names)}; "corridors claims" lists them')
    return found
