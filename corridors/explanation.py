"""Why a way takes other days and dollars in one study than in another: activity by activity, with the row behind each.

Means add up along a way, so the change of a way's mean is the sum of the changes of its activities, exactly; activities are
matched by name, and one that only one side has came or went whole. Quantiles do not add up: the change of P50 and P90
stands beside and is not shared out.

What moved an activity is told from what both sides rest on: a parameter row that has other figures, a row that took another's
place, a row of the user's, the length of a line, a line that only one side has. Where none of these differs, what the scenarios say of all
activities of its sort is named instead: the cargo for dollars, the date and months for what hangs on them, shocks and assumed states for waits at shut gates
and ways round, projects and assumed states for what came or went because the way runs elsewhere. An activity of which nothing is named moved with the draws of
something else that did: a way round with the rows of the way it turns to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.causes import Causes, causes_of
from corridors.figure_tables import signed
from corridors.profiles import WHAT_HAPPENS
from corridors.toml_files import ScenarioError, nearest
from sim.cost import ALL_COMPONENTS

if TYPE_CHECKING:
    from corridors.sides import Side, WayKey

_ROUNDED = 1e-9
"""Changes below this share of the larger figure come from rounding in files and are none."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one activity adds to the change of a way's mean.

    ``hours`` and ``usd`` are B less A; ``components`` the dollars by component; ``change`` is came, went or changed; ``because`` names
    rows, projects and keys of the scenario; ``rows_a`` and ``rows_b`` are those of the rows that each side rests on.
    """

    activity_id: str
    kind: str
    reason: str
    place: str
    country: str
    mode: str
    change: str
    hours: float
    usd: float
    components: Mapping[str, float]
    because: tuple[str, ...]
    rows_a: tuple[str, ...]
    rows_b: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Change of one way's means, term by term.

    Parameters
    ----------
    key
        Origin, destination, corridor.
    terms
        Activities that add to the change, the largest in hours first.
    hours, usd
        Change of the means, B less A: the sums of the terms. [h], [USD]
    hours_p50, hours_p90
        Change of the quantiles, which is not shared out. [h]
    """

    key: WayKey
    terms: tuple[Term, ...]
    hours: float
    usd: float
    hours_p50: float
    hours_p90: float


def explain(a: Side, b: Side, corridor: str, origin: str = "", destination: str = "") -> Explanation:
    """Explain how a corridor's means differ between two sides.

    Parameters
    ----------
    a, b
        Two sides (:func:`corridors.sides.side_of`).
    corridor, origin, destination
        Which way; the first pair that both sides have if no places are named.

    Raises
    ------
    ScenarioError
        Where the way is not on both sides, or has no figures on one of them.
    """
    both = [k for k in a.ways if k in b.ways]
    keys = [k for k in both if k[2] == corridor and origin in ("", k[0]) and destination in ("", k[1])]
    if not keys:
        for option, i, found in (
            ("--explain", 2, corridor),
            ("--origin", 0, origin),
            ("--destination", 1, destination),
        ):
            known = list(dict.fromkeys(k[i] for k in both))
            if found and found not in known:
                allowed = f"; allowed {', '.join(known)}" if known else ""
                raise ScenarioError(f'{option}: both sides have no way "{found}"{allowed}{nearest(found, known)}')
        raise ScenarioError(f'--explain: both sides have no way "{corridor}" between {origin} and {destination}')
    key = next((k for k in keys if a.ways[k]["feasible"] and b.ways[k]["feasible"]), keys[0])
    for side in (a, b):
        if not side.ways[key]["feasible"]:
            raise ScenarioError(f"--explain: {corridor} has no way in {side.label}: {side.ways[key]['reason']}")
    return _explained(a, b, key, causes_of(a, b))


def explain_all(a: Side, b: Side) -> tuple[Explanation, ...]:
    """Explain every way that both sides have and that moved; the largest change in hours first."""
    causes = causes_of(a, b)
    keys = [k for k in a.ways if k in b.ways and a.ways[k]["feasible"] and b.ways[k]["feasible"]]
    found = [_explained(a, b, key, causes) for key in keys]
    return tuple(sorted((e for e in found if e.terms), key=lambda e: (-abs(e.hours), -abs(e.usd), e.key)))


def _explained(a: Side, b: Side, key: WayKey, causes: Causes) -> Explanation:
    before, after = (_by_name(side.activities_of(key)) for side in (a, b))
    terms = [_term(name, before.get(name), after.get(name), causes) for name in dict.fromkeys([*before, *after])]
    told = [t for t in terms if _tells(t, before, after)]
    one, other = a.ways[key], b.ways[key]
    return Explanation(
        key,
        tuple(sorted(told, key=lambda t: (-abs(t.hours), -abs(t.usd), t.activity_id))),
        sum(t.hours for t in terms),
        sum(t.usd for t in terms),
        other["hours_p50"] - one["hours_p50"],
        other["hours_p90"] - one["hours_p90"],
    )


def _by_name(rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Rows by activity; of a name that comes twice the second is told apart."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        name, number = str(row["activity_id"]), 2
        while name in found:
            name, number = f"{row['activity_id']} ({number})", number + 1
        found[name] = row
    return found


def _term(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, causes: Causes) -> Term:
    row = after or before or {}

    def less(column: str) -> float:
        return float((after or {}).get(column) or 0.0) - float((before or {}).get(column) or 0.0)

    components = {c: d for c in ALL_COMPONENTS if (d := less(f"usd_{c}_mean"))}
    place = str(row["from"]) if row["from"] == row["to"] else f"{row['from']} - {row['to']}"
    change = "came" if before is None else "went" if after is None else "changed"
    differing = bool(less("hours_mean") or less("usd_mean"))
    rows_a, rows_b = causes.rows_of(before, after)
    because = causes.of(before, after, timed=bool(less("hours_mean"))) if differing else ()
    return Term(
        name, str(row["kind"]), str(row["reason"] or ""), place, str(row["country"] or ""), str(row["mode"] or ""), change,
        less("hours_mean"), less("usd_mean"), components, because, rows_a, rows_b,
    )  # fmt: skip


def _tells(term: Term, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a term is more than rounding."""
    for change, column in ((term.hours, "hours_mean"), (term.usd, "usd_mean")):
        sizes = [
            abs(float(side[term.activity_id].get(column) or 0.0))
            for side in (before, after)
            if term.activity_id in side
        ]
        if abs(change) > _ROUNDED * max(1.0, *sizes):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Step:
    """Terms of one sort taken together: one bar of a waterfall."""

    name: str
    hours: float
    usd: float
    terms: int
    because: tuple[str, ...]


def steps_of(found: Explanation) -> tuple[Step, ...]:
    """Terms gathered by what happens, by which mode and in which country; the largest in hours first."""
    groups: dict[str, list[Term]] = {}
    for term in found.terms:
        groups.setdefault(f"{_happening(term)}, {term.country}" if term.country else _happening(term), []).append(term)
    steps = [
        Step(
            name, sum(t.hours for t in terms), sum(t.usd for t in terms), len(terms),
            tuple(dict.fromkeys(b for t in terms for b in t.because)),
        )
        for name, terms in groups.items()
    ]  # fmt: skip
    return tuple(sorted(steps, key=lambda s: (-abs(s.hours), -abs(s.usd), s.name)))


def _happening(term: Term) -> str:
    """What happens, in the words that every chart uses."""
    if term.kind == "haul":
        return f"moving by {term.mode}"
    if term.kind == "rest":
        return "driver's rest"
    return WHAT_HAPPENS.get((term.kind, term.reason)) or f"{term.kind} {term.reason}".replace("_", " ").strip()


def term_rows(found: Explanation) -> list[dict[str, Any]]:
    """One record an activity, plain values."""
    return [
        {
            "origin": found.key[0], "destination": found.key[1], "corridor": found.key[2], "activity_id": t.activity_id,
            "kind": t.kind, "reason": t.reason, "place": t.place, "country": t.country, "mode": t.mode, "change": t.change,
            "delta_hours_mean": t.hours, "delta_usd_mean": t.usd,
            "components": ";".join(f"{name}={value:.6g}" for name, value in t.components.items()), "because": ";".join(t.because),
            "rows_a": ";".join(t.rows_a), "rows_b": ";".join(t.rows_b),
        }
        for t in found.terms
    ]  # fmt: skip


def explanation_lines(found: Explanation, most: int = 12) -> list[str]:
    """Explanation for the terminal: the change, the largest steps with what is behind them, and what is left."""
    quantiles = (
        f"(P50 {signed(found.hours_p50 / 24, 2)}, P90 {signed(found.hours_p90 / 24, 2)} days, which are not shared out)"
    )
    change = f"mean {signed(found.hours / 24, 2)} days and {signed(found.usd, 0)} USD {quantiles}"
    lines = [f"{found.key[2]}, {found.key[0]} - {found.key[1]}: {change}"]
    steps = steps_of(found)
    for s in steps[:most]:
        behind = f"  <- {', '.join(s.because[:3])}{' ...' if len(s.because) > 3 else ''}" if s.because else ""
        lines.append(f"  {signed(s.hours / 24, 2):>7} days {signed(s.usd, 0):>9} USD  {s.name}{behind}")
    rest = steps[most:]
    if rest:
        lines.append(
            f"  {signed(sum(s.hours for s in rest) / 24, 2):>7} days {signed(sum(s.usd for s in rest), 0):>9} USD  {len(rest)} smaller ones"
        )
    return lines


def explanation_json(found: Explanation) -> dict[str, Any]:
    """Explanation as plain values: the change, of means and of quantiles, and its terms."""
    origin, destination, corridor = found.key
    return {
        "origin": origin, "destination": destination, "corridor": corridor, "hours": found.hours, "usd": found.usd,
        "hours_p50": found.hours_p50, "hours_p90": found.hours_p90, "terms": term_rows(found),
    }  # fmt: skip
