r"""CPMM's indicators of trip logs, with n beside each, and both answers where the source leaves a choice.

With d the kilometres, t the hours and p the payments of the records r of a shipment with W tonnes of cargo

.. math::
   TFI1 = \sum_{r \in side} t_r,\quad TFI2 = \sum_{r \in side} p_r,\quad
   TFI3 = \Bigl(\sum_r p_r\Bigr) \frac{500}{\sum d_r} \frac{20}{W},\quad
   SWD = TFI4 = \frac{\sum d_r}{\sum_r t_r},\quad SWOD = \frac{\sum d_r}{\sum_{moves} t_r}

TFI1 is the time from entering to leaving a crossing point on one side, whatever happens there: waiting, formalities, reloading. The
source does not settle, so both are told:

* speeds: the mean of the shipments' speeds (``shipments``), or all kilometres over all hours (``totals``);
* TFI1 and TFI2: one side (``side``), or both countries' sides of a crossing by one shipment (``crossing``);
* TFI3: over the shipment (``shipments``), or over each country that it passes (``sections``).

A log of 200 km in 4 h, a border of 6 h and 100 km in 2 h has SWOD 50 and SWD 25 km/h. No default weight stands in for cargo that was not
weighed. Fewer than ten values are no distribution: :func:`fitted` refuses unless told to go on, and then says so.

Source: ``cpmm-2023-report-pakistan``, ``cpmm-p141``. What is inside a section cost, and any trimming of outliers, was
not found in print: every payment counts, and nothing is trimmed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from geodata.tables import TableError
from sim.indicators import tfi3
from sim.trip_logs import Record, Shipment

ENOUGH = 10
"""Values from which a distribution may be fitted without a word."""


class Indicator(NamedTuple):
    """One indicator: how it was reckoned, of what, its mean, standard deviation (None below two values) and n."""

    name: str
    option: str
    of: str
    value: float
    unit: str
    sd: float | None
    n: int


def indicators(shipments: Sequence[Shipment]) -> list[Indicator]:
    """Every indicator of some shipments, all together and by mode, crossing and direction.

    Raises
    ------
    TableError
        Where a section cost needs a weight that was not logged.
    """
    found: list[Indicator] = []
    modes = sorted({s.mode for s in shipments})
    for name, here in [("all", list(shipments)), *((m, [s for s in shipments if s.mode == m]) for m in modes)]:
        if name == "all" and len(modes) == 1:
            continue
        found += speeds(here, name)
        found += section_costs(here, name)
    return [*found, *border_figures(shipments)]


def speeds(shipments: Sequence[Shipment], of: str = "all") -> list[Indicator]:
    """SWD (TFI4) and SWOD, as the mean of shipments and as totals. [km/h]"""
    km = [s.km for s in shipments]
    every = [sum(r.hours for r in s.records) for s in shipments]
    moving = [sum(r.hours for r in s.records if r.moving) for s in shipments]
    out = []
    for name, hours in (("SWD", every), ("SWOD", moving)):
        out.append(_mean(name, "shipments", of, [d / t for d, t in zip(km, hours, strict=True)], "km/h"))
        out.append(Indicator(name, "totals", of, sum(km) / sum(hours), "km/h", None, len(km)))
    for option in ("shipments", "totals"):
        swd, swod = (next(i.value for i in out if (i.name, i.option) == (n, option)) for n in ("SWD", "SWOD"))
        refuse_impossible(of, swd=swd, swod=swod)
    return out


def refuse_impossible(of: str, *, swd: float, swod: float) -> None:
    """Refuse speeds of which the one without delay is the slower: their labels are swapped.

    Raises
    ------
    TableError
        Where SWOD < SWD.

    Examples
    --------
    The page on Pakistan in the report for 2020 prints SWOD 8.0 and SWD 28.1 km/h:

    >>> refuse_impossible("Pakistan, 2020", swd=28.1, swod=8.0)
    Traceback (most recent call last):
    geodata.dictionary.TableError: Pakistan, 2020: SWOD is 8 km/h, below SWD, 28.1 km/h; ...
    """
    if swod < swd * (1.0 - 1e-12):
        problem = f"SWOD is {swod:g} km/h, below SWD, {swd:g} km/h"
        raise TableError.at(
            of, problem=problem, allowed="SWOD >= SWD: stops only add hours", mend="are the labels swapped?"
        )


def section_costs(shipments: Sequence[Shipment], of: str = "all") -> list[Indicator]:
    """TFI3 over shipments and over the countries that they pass. [USD per 500 km and 20 t]

    Raises
    ------
    TableError
        Where payments were logged but no weight.
    """
    paid = [s for s in shipments if any(sum(r.usd) for r in s.records)]
    if not paid:
        return []
    whole, parts = [], []
    for s in paid:
        if s.cargo_t is None or s.cargo_t <= 0:
            raise TableError.at(s.where, problem="payments but no cargo_t", mend="give the tonnes: none are guessed")
        whole.append(tfi3(_paid(s.records), s.km, s.cargo_t))
        countries = dict.fromkeys(r.country for r in s.records)
        for country in countries:
            records = [r for r in s.records if r.country == country]
            km = sum(r.km for r in records)
            if km > 0:
                parts.append(tfi3(_paid(records), km, s.cargo_t))
    unit = "USD/500 km/20 t"
    return [_mean("TFI3", "shipments", of, whole, unit), _mean("TFI3", "sections", of, parts, unit)]


def border_figures(shipments: Sequence[Shipment]) -> list[Indicator]:
    """TFI1 and TFI2 of every side and direction and of every crossing; then of all sides and all crossings. [h], [USD]"""
    sides: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    crossings: dict[str, list[tuple[float, float]]] = {}
    for s in shipments:
        here = [r for r in s.records if r.bcp_id and not r.moving]
        for key in dict.fromkeys((r.bcp_id, r.side, r.direction) for r in here):
            records = [r for r in here if (r.bcp_id, r.side, r.direction) == key]
            sides.setdefault(key, []).append((sum(r.hours for r in records), _paid(records)))
        for bcp in dict.fromkeys(r.bcp_id for r in here):
            records = [r for r in here if r.bcp_id == bcp]
            crossings.setdefault(bcp, []).append((sum(r.hours for r in records), _paid(records)))
    out = []
    for which, (name, unit) in enumerate((("TFI1", "h"), ("TFI2", "USD"))):
        for (bcp, side, direction), values in sides.items():
            out.append(_mean(name, "side", f"{bcp}, {side}, {direction}", [v[which] for v in values], unit))
        for bcp, values in crossings.items():
            out.append(_mean(name, "crossing", bcp, [v[which] for v in values], unit))
        for option, lists in (("side", sides.values()), ("crossing", crossings.values())):
            every = [v[which] for values in lists for v in values]
            out += [_mean(name, option, "all", every, unit)] if every else []
    return out


def _paid(records: Iterable[Record]) -> float:
    return sum(sum(r.usd) for r in records)


def _mean(name: str, option: str, of: str, values: Sequence[float], unit: str) -> Indicator:
    n = len(values)
    mean = sum(values) / n
    sd = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1)) if n > 1 else None
    return Indicator(name, option, of, mean, unit, sd, n)


class Fit(NamedTuple):
    """Unit-mean lognormal of logged values: mean, coefficient of variation, n, and what must be said of it."""

    mean: float
    cv: float
    n: int
    said: str


def fitted(values: Sequence[float], *, what: str, few: bool = False) -> Fit:
    """Mean and spread of logged hours or payments, as a parameter row has them.

    Parameters
    ----------
    values
        Above 0.
    what
        What they are of, for the message.
    few
        Go on with fewer than :data:`ENOUGH` values; the result then says so.

    Raises
    ------
    TableError
        With fewer than two values, a value of 0 or less, or too few without ``few``.

    Examples
    --------
    >>> fitted([2.0, 4.0], what="Farap", few=True).said
    'fitted on n = 2, fewer than 10: a guess, not a distribution'
    """
    n = len(values)
    if n < 2 or min(values) <= 0:
        raise TableError.at(
            what, problem=f"n = {n}, least {min(values, default=0):g}", allowed="two values or more, above 0"
        )
    if n < ENOUGH and not few:
        raise TableError.at(
            what, problem=f"n = {n}", allowed=f"n >= {ENOUGH}", mend="log more trips, or ask for few on purpose"
        )
    mean = sum(values) / n
    cv = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1)) / mean
    said = f"fitted on n = {n}" + ("" if n >= ENOUGH else f", fewer than {ENOUGH}: a guess, not a distribution")
    return Fit(mean, cv, n, said)
