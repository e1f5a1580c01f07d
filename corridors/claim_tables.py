r"""Questions of claims that are put to tables, and to observed trips.

``input`` asks for rows that the model draws from, one or several added up; ``first_train`` for the earliest credible first train
(:mod:`corridors.readiness`), drawn as a triangle of low, best and high and rounded to whole years, as years are printed; ``trip`` for an
observed trip (single trips, :mod:`corridors.validation`); ``railway_mt`` for what every freight train of a railway's year would carry
at the net load of its row,

.. math:: Q = N w / 10^6 \quad [\mathrm{Mt/year}],

6,940 trains of 811 t making 5.6 Mt: a bound for one flow as the railway runs now, not the capacity of a line.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from corridors.claim_figures import Answer, Figure, Input, Values, inputs_of, set_in
from corridors.contested import Contested, adopted
from corridors.observed import read_trips, shipped, shipped_network
from corridors.readiness import Ladder, chain, ladder, names_of, read_rungs, record_ends, through
from corridors.toml_files import ScenarioError, nearest
from corridors.validation import Comparison, compared, figures_of
from sim.draws import shape_quantile
from sim.fleet import read_fleet
from sim.sampling import Draws
from sim.simulation import simulate
from sim.switching_value import Lever

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.claims import Claim
    from sim.draws import Floats

Triple = tuple[float, float, float]


def asked_of_tables(claim: Claim, count: int, seed: int) -> Answer:
    """Answer of the tables to a claim that asks no corridor.

    Raises
    ------
    ScenarioError, TableError
        Where the claim asks for a name or a unit that is not there.
    """
    draws = Draws(shipped()[1], {}, count, seed)
    if claim.measure == "trip":
        return _trip(claim, count, seed)
    ask = {"input": _input, "first_train": _first_train, "railway_mt": _railway}[claim.measure]
    return ask(claim, draws)


def _input(claim: Claim, draws: Draws) -> Answer:
    parts = claim.on.split("+")
    inputs, leans = [], dict[str, None]()
    for part in parts:
        triple = adopted(Contested(claim.name, "", (), claim.unit, (), ((part,),), "", ""))[0]
        if triple.unit != claim.unit:
            raise ScenarioError(f"claims.csv, {claim.name}: {part} is in {triple.unit}, the claim in {claim.unit}")
        inputs.append(_input_of(part, triple.unit, (triple.low, triple.best, triple.high)))
        leans |= dict.fromkeys(evidence_behind(part))

    def at(values: Values) -> Floats:
        drawn = [_drawn(draws, f"claim|{i.lever.name}", _set(i, values)) for i in inputs]
        return np.asarray(np.sum(drawn, axis=0))

    said = f"low, best and high of {', '.join(parts)}"
    return _answer(tuple(inputs), at, said, tuple(leans))


def _first_train(claim: Claim, draws: Draws) -> Answer:
    network, rungs, on = shipped_network(), read_rungs(), record_ends()
    names = names_of(claim.on, rungs)
    inputs = []
    for name in names:
        line = network.projects[name].opening_year
        if line is not None:
            inputs.append(_input_of(f"opening_year.{name}", "year", line))
        inputs += [_input_of(f"readiness_years.{name}.{r.step}", "year", r.years) for r in rungs[name] if r.years]

    def ladders(values: Values) -> list[Ladder]:
        known = {i.lever.name: _set(i, values) for i in inputs}
        out = []
        for name in names:
            project = network.projects[name]._replace(opening_year=known.get(f"opening_year.{name}"))
            changed = [r._replace(years=known.get(f"readiness_years.{name}.{r.step}")) for r in rungs[name]]
            out.append(ladder(project, changed, on))
        return out

    def at(values: Values) -> Floats:
        return np.rint(_drawn(draws, f"claim|{claim.on}", through(ladders(values))))

    years, last = chain(ladders({}))
    if years is None:
        return Answer(None, f"no rung of {claim.on} can be dated")
    said = f"earliest credible first train; the last part to be ready is {last.project.name}"
    return _answer(tuple(inputs), at, said, ())


def _railway(claim: Claim, draws: Draws) -> Answer:
    fleet = read_fleet()
    record = fleet.row("recorded_trains", "train", claim.on)
    if record is None:
        return Answer(None, f"no trains of a year are on record for {claim.on}")
    net = fleet.span("net_tonnes", "train", claim.on)
    trains = (record["low"], record["best"], record["high"])
    country = claim.on.lower()
    inputs = (
        _input_of(f"net_tonnes.train.{country}", "t", (net.low, net.best, net.high)),
        _input_of(f"recorded_trains.train.{country}", "1/year", trains),
    )

    def at(values: Values) -> Floats:
        tonnes, each = (_drawn(draws, f"claim|{i.lever.name}", _set(i, values)) for i in inputs)
        return tonnes * each / 1e6

    said = f"every freight train of {record['railway']} in {record['as_of'][:4]} ({record['best']:,.0f}) given to this flow"
    return _answer(inputs, at, said, ())


def _trip(claim: Claim, count: int, seed: int) -> Answer:
    trips = {trip.trip_id: trip for trip in read_trips()}
    if claim.on not in trips:
        raise ScenarioError(f'claims.csv, {claim.name}: there is no trip "{claim.on}"{nearest(claim.on, trips)}')
    trip = trips[claim.on]
    found = compared(trip, draws=count, seed=seed)
    values = found.usd if claim.unit == "USD" else found.days
    way = found.way
    if values is None or way is None or way.plan is None or way.outcome is None:
        return Answer(None, found.reason)
    plan, draws = way.plan, way.outcome.draws

    def of(beside: Comparison) -> Floats | None:
        return beside.usd if claim.unit == "USD" else beside.days

    def at(values: Values) -> Floats:
        outcome = simulate(plan.itinerary, set_in(draws, values), plan.encounters)
        hours, usd = figures_of(outcome, [trip.holds(p.activity) for p in outcome.itinerary.priced])
        return usd if claim.unit == "USD" else hours / 24.0

    def anew(values: Values) -> Floats | None:
        return of(compared(trip, draws=count, seed=seed, inputs=values))

    leans = trip.evidence_ids if found.leans_on else ()
    said = "single trips, of the activities that the printed days hold"
    return Answer(values, said, Figure(tuple(inputs_of([plan], draws)), at, anew), leans)


def _answer(inputs: tuple[Input, ...], at: Callable[[Values], Floats], said: str, leans: tuple[str, ...]) -> Answer:
    values = at({})
    exact = bool((values == values[0]).all())
    return Answer(values, said, Figure(inputs, at, at), leans, tuple(i.lever.name for i in inputs), exact)


def _input_of(name: str, unit: str, triple: Triple) -> Input:
    low, best, high = triple
    return Input(Lever(name, unit, sum(triple) / 3.0, low, high), "triangular" if low < high else "fixed", best)


def _set(one: Input, values: Values) -> Triple:
    value = values.get(one.lever.name)
    return (one.lever.low, one.best, one.lever.high) if value is None else (value, value, value)


def _drawn(draws: Draws, name: str, triple: Triple) -> Floats:
    low, best, high = triple
    if low == high:
        return np.full(draws.count, best)
    return shape_quantile(draws.stream("knowledge", name), "triangular", low, best, high)


@lru_cache(maxsize=256)
def evidence_behind(part: str) -> tuple[str, ...]:
    """Evidence that a row named as in ``contested.csv`` rests on."""
    table, _, key = part.partition(":")
    if table == "parameters":
        return tuple(e for e in shipped()[1][key].evidence if e)
    project, _, column = key.partition(":")
    return tuple(dict.fromkeys(e for e in shipped_network().projects[project].evidence[column] if e))
