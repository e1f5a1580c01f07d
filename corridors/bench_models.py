r"""Made-up ways for timing, and how they would be drawn without this house.

The route has 52 components, 40 hauls and 12 stops, and the two levels of doubt of every way here: rows that we do not know,
shared by all hauls of a country, and luck of each leg and stop. Its rows are no facts of any place. The network has 400 such
components, of which each of 60 ways (10 pairs of places, 6 ways each) takes 52.

The usual ways of doing it are written as well as NumPy allows: samplers in chunks with running totals and one sort, and, for
scenarios, drawing anew and asking for percentiles. Both draw every unknown once and no more, as ours do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from sim.activities import Activity
from sim.amounts import Amount
from sim.draws import Floats
from sim.itinerary import Itinerary, Priced
from sim.parameter_rows import Row
from sim.parameters import Parameters

HAULS, STOPS, COUNTRIES, GROUPS = 40, 12, 8, 24
LEVELS = (0.05, 0.25, 0.5, 0.8, 0.9, 0.95)


def _row(name: str, best: float, spread: tuple[float, float], cv: float, kind: str) -> Row:
    low, high = best * spread[0], best * spread[1]
    nothing = ("", "", "")
    return Row(
        name, kind, "hours", "", {}, "h", low, best, high, "triangular", cv, nothing, "assumption", frozenset(), None, "",
        "made up for timing", "bench",
    )  # fmt: skip


@dataclass(frozen=True)
class _Rows:
    """As much of a table of parameters as draws ask for."""

    rows: tuple[Row, ...]

    @property
    def number(self) -> dict[str, int]:
        return {row.parameter_id: i for i, row in enumerate(self.rows)}

    def __getitem__(self, parameter_id: str) -> Row:
        return self.rows[self.number[parameter_id]]


@dataclass(frozen=True)
class Component:
    """One haul or stop: kilometres (1 for a stop), numbers of its rows of time and money, names of its luck."""

    km: float
    hours: int
    usd: int
    leg: str
    haul: bool


@dataclass(frozen=True)
class Made:
    """Rows, components, and ways as lists of components."""

    parameters: Parameters
    components: tuple[Component, ...]
    ways: tuple[tuple[int, ...], ...]

    def itinerary(self, way: int) -> Itinerary:
        """One way as the house has it."""
        rows = self.parameters.rows
        priced = []
        for number in self.ways[way]:
            c = self.components[number]
            time, money = rows[c.hours], rows[c.usd]
            kind = "haul" if c.haul else "clear"
            hours = Amount(c.km, ((c.hours, "inverse" if c.haul else "value"),), "", f"{c.leg}|hours", time.cv)
            usd = Amount(c.km, ((c.usd, "value"),), "", f"{c.leg}|usd", money.cv)
            priced.append(Priced(Activity(f"{kind}@{number}", kind), c.leg, hours, {"road": usd}, None))
        return Itinerary(tuple(priced), tuple(self.components[n].km for n in self.ways[way]))

    def groups(self) -> dict[str, list[str]]:
        """Rows in groups, for scenarios that scale them."""
        names = [row.parameter_id for row in self.parameters.rows]
        return {f"g{k}": names[k::GROUPS] for k in range(min(GROUPS, len(names)))}


def made_up(components: int = HAULS + STOPS, ways: int = 1, *, seed: int = 42) -> Made:
    """Route, or network with several ways of 52 components.

    Parameters
    ----------
    components
        Components of the network; three in four are hauls.
    ways
        Number of ways through it.
    seed
        Of the made-up figures.
    """
    rng = np.random.default_rng(seed)
    hauls = components * HAULS // (HAULS + STOPS)
    rows: list[Row] = []
    for k in range(COUNTRIES):
        rows.append(_row(f"speed.{k}", rng.uniform(20, 45), (0.7, 1.25), rng.uniform(0.15, 0.5), "haul"))
        rows.append(_row(f"rate.{k}", rng.uniform(0.5, 1.5), (0.8, 1.4), 0.1, "haul"))
    made: list[Component] = []
    for number in range(hauls):
        country = int(number * COUNTRIES / hauls)
        leg = f"leg{number * 2 * COUNTRIES // hauls}"
        made.append(Component(rng.uniform(30, 300), 2 * country, 2 * country + 1, f"{leg}|{country}", haul=True))
    for number in range(components - hauls):
        rows.append(_row(f"stop.{number}", rng.uniform(4, 40), (0.5, 2.5), rng.uniform(0.4, 1.0), "clear"))
        rows.append(_row(f"fee.{number}", rng.uniform(50, 300), (0.8, 1.3), 0.2, "clear"))
        made.append(Component(1.0, len(rows) - 2, len(rows) - 1, f"stop{number}", haul=False))
    chosen = [range(components)] if ways == 1 else [_chosen(rng, components, hauls) for _ in range(ways)]
    return Made(
        cast("Parameters", _Rows(tuple(rows))), tuple(made), tuple(tuple(int(n) for n in way) for way in chosen)
    )


def _chosen(rng: Any, components: int, hauls: int) -> Sequence[int]:
    picked = np.concatenate([
        rng.choice(hauls, HAULS, replace=False), hauls + rng.choice(components - hauls, STOPS, replace=False)
    ])  # fmt: skip
    return cast("Sequence[int]", np.sort(picked).tolist())


@dataclass(frozen=True)
class Plain:
    """One way as someone would write it down without this house: what is drawn, and what each product is counted with."""

    low: Floats
    best: Floats
    high: Floats
    sigma: Floats
    hours: tuple[tuple[int, int, float], ...]
    usd: tuple[tuple[int, int, float], ...]
    components: tuple[tuple[int, float, int, float], ...]


def plain(made: Made, way: int = 0) -> Plain:
    """Way as rows, lucks and coefficients; products that are alike are added up before anything is drawn."""
    rows = made.parameters.rows
    numbers: dict[int, int] = {}
    lucks: dict[str, tuple[int, float]] = {}
    sums: tuple[dict[tuple[int, int], float], ...] = ({}, {})
    components = []
    for n in made.ways[way]:
        c = made.components[n]
        keys: list[int] = []
        for measure, number in enumerate((c.hours, c.usd)):
            row = numbers.setdefault(number, len(numbers))
            luck, _ = lucks.setdefault(f"{c.leg}|{measure}", (len(lucks), rows[number].cv))
            sums[measure][row, luck] = sums[measure].get((row, luck), 0.0) + c.km
            keys.append(list(sums[measure]).index((row, luck)))
        components.append((keys[0], c.km, keys[1], c.km))
    figures = [rows[number] for number in numbers]
    cvs = np.array([cv for _, cv in lucks.values()])
    lists = [tuple((row, luck, km) for (row, luck), km in of.items()) for of in sums]
    low, best, high = (np.array([getattr(row, name) for row in figures]) for name in ("low", "best", "high"))
    inverse = np.array([row.kind == "haul" and row.parameter_id.startswith("speed") for row in figures])
    return Plain(
        np.where(inverse, -low, low), best, high, np.sqrt(np.log1p(cvs**2)), lists[0], lists[1], tuple(components)
    )


def sampled(p: Plain, rng: np.random.Generator, count: int) -> tuple[list[Floats], list[Floats]]:
    """Rows and lucks drawn by NumPy's samplers, shape (draw,) each; speeds as their inverse."""
    rows = []
    for low, best, high in zip(p.low, p.best, p.high, strict=True):
        x = rng.triangular(abs(low), best, high, count)
        rows.append(1.0 / x if low < 0 else x)
    return rows, [rng.lognormal(-s * s / 2.0, s, count) for s in p.sigma]


def chunked_samplers(p: Plain, count: int, seed: int, chunk: int = 1 << 14) -> tuple[list[float], list[float], Floats]:
    """Percentiles of hours and dollars and mean of each component: samplers in chunks, running totals, one sort each."""
    rng = np.random.Generator(np.random.SFC64(seed))
    totals = np.zeros((2, count))
    means = [np.zeros(len(p.hours)), np.zeros(len(p.usd))]
    for first in range(0, count, chunk):
        n = min(chunk, count - first)
        rows, lucks = sampled(p, rng, n)
        for measure, products in enumerate((p.hours, p.usd)):
            into = totals[measure, first : first + n]
            for k, (row, luck, km) in enumerate(products):
                x = rows[row] * lucks[luck]
                means[measure][k] += x.sum()
                x *= km
                into += x
    totals.sort(axis=1)
    at = [int(level * (count - 1)) for level in LEVELS]
    per = np.array([(a * means[0][h], b * means[1][u]) for h, a, u, b in p.components]) / count
    return totals[0, at].tolist(), totals[1, at].tolist(), per


def redrawn(p: Plain, rng: np.random.Generator, count: int, scale: Floats | None = None) -> Floats:
    """Percentiles of hours of one way in one scenario, drawn anew: the usual way to run a sweep."""
    factors = np.ones(len(p.low)) if scale is None else scale
    used = {row for row, _, _ in p.hours}
    lucky = {luck for _, luck, _ in p.hours}
    rows = {}
    for i in used:
        x = rng.triangular(abs(p.low[i]) * factors[i], p.best[i] * factors[i], p.high[i] * factors[i], count)
        rows[i] = 1.0 / x if p.low[i] < 0 else x
    lucks = {i: rng.lognormal(-(p.sigma[i] ** 2) / 2.0, p.sigma[i], count) for i in lucky}
    total = np.zeros(count)
    for row, luck, km in p.hours:
        total += km * rows[row] * lucks[luck]
    return np.asarray(np.percentile(total, [50, 90, 95]))
