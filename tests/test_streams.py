"""Streams of the shipped table: no two names meet, and nothing but seed, name and number decides a draw."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from studies import study_with_chance

from corridors.doubts import amounts_of, doubts_of
from sim.draws import NET_POINTS, _seeds, uniforms
from sim.parameters import Parameters, read_parameters
from sim.sampling import Draws
from sim.shocks import shocks_of
from sim.trips import travel

N = 4096


@pytest.fixture(scope="module")
def flagship():
    return study_with_chance("destinations=karachi_port")


@pytest.fixture(scope="module")
def keys(flagship):
    """Purpose and name of every stream that the flagship can draw from."""
    found = {("knowledge", r.parameter_id) for r in flagship.parameters.rows if r.uncertain}
    found |= {("knowledge", f"factor|{r.factor}") for r in flagship.parameters.rows if r.factor}
    found |= {("knowledge", f"project_length.{name}") for name in flagship.lengths}
    shocks = [s.name for s in shocks_of(flagship.parameters)]
    found |= {("process", f"{name}|{part}") for name in shocks for part in ("state", "length", "share")}
    found |= {("process", name) for name in ("departure", "departure_month")}
    for way in (w for w in flagship.ways if w.feasible):
        for priced in way.plan.itinerary.priced:
            for amount in (priced.hours, *priced.usd.values(), *([priced.kg] if priced.kg else [])):
                found |= {("trip", a.trip) for a in (amount, *amount.by_month) if a.trip}
    return sorted(found)


def test_no_two_streams_of_the_flagship_share_a_seed_or_a_number(keys):
    assert len(keys) > 500
    assert {purpose for purpose, _ in keys} == {"knowledge", "trip", "process"}
    for part in (slice(0, 1), slice(1, 3), slice(3, 5)):  # scrambling, order, what follows the net
        seeds = {_seeds(1, *key, r)[part] for key in keys for r in range(3)}
        assert len(seeds) == 3 * len(keys)
    firsts = {hashlib.sha256(uniforms(1, *key, 0, 16).tobytes()).digest() for key in keys}
    assert len(firsts) == len(keys)


def test_no_two_streams_of_the_flagship_are_correlated(keys):
    # independent streams: sd 1/64; the largest of some 300,000 pairs stays below the bound in 999 of 1,000 tables
    u = np.stack([uniforms(1, *key, 0, N) for key in keys])
    r = np.corrcoef(u)[np.triu_indices(len(keys), 1)]
    assert abs(r).max() < stats.norm.isf(1e-3 / 2 / len(r)) / np.sqrt(N)
    assert abs(r.mean()) < 5 / np.sqrt(N * len(r))
    # and in the middle and the corners: squares and products of distance from the middle
    r = np.corrcoef((u - 0.5) ** 2)[np.triu_indices(len(keys), 1)]
    assert abs(r).max() < stats.norm.isf(1e-3 / 2 / len(r)) / np.sqrt(N)


def outcomes(carried, count, *, parameters=None):
    """Hours, dollars, emissions and delivery of every way, as bits; NaN is a number like any other here."""
    draws = Draws(parameters or carried.parameters, carried.lengths, count, 1)
    bits = {}
    for way in (w for w in carried.ways if w.feasible):
        plan = way.plan
        trip = travel(plan.itinerary, draws, plan.encounters)
        bits[way.corridor] = [getattr(trip, name).copy() for name in ("hours", "usd", "kg", "delivered", "met")]
    return bits


def same(a, b):
    return all(x.tobytes() == y.tobytes() for name in a for x, y in zip(a[name], b[name], strict=True))


def test_a_run_is_the_beginning_of_a_longer_one_closures_seasons_and_all(flagship):
    short, long = outcomes(flagship, 256), outcomes(flagship, 1024)
    assert same(short, {name: [x[:256] for x in parts] for name, parts in long.items()})
    assert sum(parts[4].any() for parts in long.values()) >= 9  # closures are met, on all ways by land at least


def test_the_study_itself_is_such_a_beginning(flagship):
    for way in (w for w in flagship.ways if w.feasible and not w.plan.encounters.schedule.openings):
        plan = way.plan
        draws = Draws(flagship.parameters, flagship.lengths, 700, flagship.scenario.seed)
        longer = travel(plan.itinerary, draws, plan.encounters)
        assert longer.hours[:256].tobytes() == way.outcome.hours.tobytes()


def test_rows_in_another_order_and_rows_more_change_no_draw(flagship):
    table = flagship.parameters.table
    order = np.random.default_rng(6).permutation(len(table))
    permuted = read_parameters()
    permuted.rows = tuple(flagship.parameters.rows[i] for i in order)
    extra = replace(
        flagship.parameters.rows[0], parameter_id="one.more", low=1.0, best=2.0, high=4.0, shape="triangular"
    )
    extended = read_parameters()
    extended.rows = (extra, *flagship.parameters.rows)
    for other, place in ((permuted, {int(old): new for new, old in enumerate(order)}), (extended, None)):
        one, two = Draws(flagship.parameters, {}, 64, 3), Draws(other, {}, 64, 3)
        for i, row in enumerate(flagship.parameters.rows):
            j = i + 1 if place is None else place[i]
            assert other.rows[j].parameter_id == row.parameter_id
            assert np.asarray(one.row(i)).tobytes() == np.asarray(two.row(j)).tobytes()


def test_a_table_in_another_order_gives_the_same_study(flagship, monkeypatch):
    before = Parameters.__init__

    def shuffled(self, table, *, theirs=()):
        before(self, table, theirs=theirs)
        order = np.random.default_rng(8).permutation(len(self.rows))
        place = {int(old): new for new, old in enumerate(order)}
        self.rows = tuple(self.rows[i] for i in order)
        self.number = {row.parameter_id: i for i, row in enumerate(self.rows)}
        for group in self._groups.values():
            group.rows = [place[i] for i in group.rows]

    monkeypatch.setattr(Parameters, "__init__", shuffled)
    other = study_with_chance.__wrapped__("destinations=karachi_port")
    assert other.parameters.rows[:20] != flagship.parameters.rows[:20]
    for one, two in zip(flagship.ways, other.ways, strict=True):
        assert (one.corridor, one.feasible, one.reason) == (two.corridor, two.feasible, two.reason)
        if one.feasible:
            assert one.outcome.hours.tobytes() == two.outcome.hours.tobytes()
            assert one.outcome.usd.tobytes() == two.outcome.usd.tobytes()
            assert one.outcome.hours_known.tobytes() == two.outcome.hours_known.tobytes()


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("chunk", [997, 4096, 6001])
def test_workers_and_chunks_make_no_difference(keys, workers, chunk):
    stop = NET_POINTS + 3001
    ranges = [(a, min(a + chunk, stop)) for a in range(0, stop, chunk)]
    for key in keys[::97]:
        whole = uniforms(1, *key, 0, stop)
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(lambda r, key=key: uniforms(1, *key, 0, r[1], start=r[0]), ranges[::-1]))
        assert np.concatenate(parts[::-1]).tobytes() == whole.tobytes()


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_ways_carried_by_several_workers_are_those_of_one(flagship, workers):
    alone = outcomes(flagship, 128)

    def carry(way):
        draws = Draws(flagship.parameters, flagship.lengths, 128, 1)
        trip = travel(way.plan.itinerary, draws, way.plan.encounters)
        return way.corridor, [getattr(trip, name) for name in ("hours", "usd", "kg", "delivered", "met")]

    ways = [w for w in flagship.ways if w.feasible]
    with ThreadPoolExecutor(workers) as pool:
        together = dict(pool.map(carry, ways[::-1]))
    assert same(alone, together)


def test_runs_put_together_are_each_what_it_is_alone(flagship):
    draws = Draws(flagship.parameters, flagship.lengths, 96, 5)
    runs = [(0, 7), (1, 1), (2, 3)]
    together = draws.together(runs)
    together.prepare(amounts_of(flagship.ways))
    assert together.count == 3 * 96
    for way in (w for w in flagship.ways if w.feasible):
        plan = way.plan
        joint = travel(plan.itinerary, together, plan.encounters)
        for run, part in zip(runs, together.parts(), strict=True):
            alone = travel(plan.itinerary, Draws(flagship.parameters, flagship.lengths, 96, 5, *run), plan.encounters)
            for name in ("hours", "usd", "kg", "delivered", "met", "turned"):
                assert getattr(joint, name)[part].tobytes() == getattr(alone, name).tobytes(), (way.corridor, name)


def test_doubt_is_the_same_however_many_runs_are_carried_together(flagship, monkeypatch):
    draws = Draws(flagship.parameters, flagship.lengths, 256, flagship.scenario.seed)
    one = doubts_of(flagship.ways, draws, 4)
    for size in (1, 512, 1 << 20):
        monkeypatch.setattr("corridors.doubts.DRAWS_TOGETHER", size)
        assert doubts_of(flagship.ways, draws, 4) == one
