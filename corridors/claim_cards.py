"""Cards: a claim, what the model says to the same question, the odds that it holds, the verdict, and what would have to be true.

Every sentence is made from the row and the numbers, with one wording for all claimants; nothing is written by hand for a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corridors.claim_inputs import Need, Needs
from corridors.claim_verdicts import Verdict
from corridors.claims import NEAR, Claim, library
from geodata.sources import Evidence, Source, cite

SHOWN = 3
"""Inputs of each kind that a card names; JSON and CSV have all."""

ASKS = {
    "days": "days of the average trip",
    "days_saved": "days that the average trip saves",
    "days_ratio": "days of the average trip over those by the railway",
    "usd_change": "change of what one consignment pays",
    "feasible": "whether there is a way",
    "input": "what the model draws from",
    "first_train": "earliest credible first train",
    "railway_mt": "what the railway's freight trains of a year would carry",
    "trip": "the same trip in the model",
}


def figure(value: float, unit: str) -> str:
    """Figure as a card gives it.

    Examples
    --------
    >>> figure(15.43, "day"), figure(0.066, "USD bn"), figure(2034.3, "year"), figure(904.35, "km")
    ('15.4 days', '0.066 USD bn', '2034', '904 km')
    """
    if unit == "year":
        return f"{value:.0f}"
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return digits + {"1": "", "%": " %", "day": " days"}.get(unit, f" {unit}")


def card(verdict: Verdict) -> str:
    """Card of one reading as text."""
    c = verdict.claim
    lines = [f"{c.claim_id} ({c.reading})  {verdict.verdict.upper()}", f"  Claim:    {c.claim}"]
    lines.append(
        f"  Said by:  {c.who}, {c.date}; read as {c.quantity}: {'there is one' if c.measure == 'feasible' else c.printed()}"
    )
    if c.note:
        lines.append(f"  Reading:  {c.note}")
    lines += [f"  {label:<9} {text}" for label, text in _model(verdict)]
    lines += [f"  {label:<9} {text}" for label, text in _needed(verdict)]
    lines += [f"  {label:<9} {text}" for label, text in _elsewhere(verdict)]
    sources, evidence = library()
    lines.append("  Sources of the claim:")
    lines += [f"    {cite(sources[key])}" for key in c.source]
    other = other_side(verdict, sources, evidence)
    if other:
        lines.append("  Sources on the other side:")
        lines += [f"    {text}" for text in other]
    return "\n".join(lines)


def _model(v: Verdict) -> Iterator[tuple[str, str]]:
    c, told = v.claim, v.interval
    if told is None or v.p is None:
        yield "Model:", f"not tested: {v.answer.reason}"
        return
    asked = f"{c.scenario}, {c.origin} - {c.destination}, {c.corridor}" + (
        f" against {c.baseline}" if c.baseline else ""
    )
    where = f" ({asked}{', ' + c.span if c.span else ''})" if c.scenario else ""
    if c.measure == "feasible":
        yield (
            "Model:",
            f"{'there is a way' if v.p else 'there is no way'}{where}{': ' + v.answer.reason if v.answer.reason else ''}",
        )
    else:
        low, middle, high = (figure(x, c.unit) for x in told)
        yield "Model:", f"{ASKS[c.measure]}: P10 {low}, P50 {middle}, P90 {high}{where}"
        if v.answer.reason:
            yield "Rests on:", v.answer.reason
    yield "Holds:", f"in {v.p:.0%} of {len(v.answer.values) if v.answer.values is not None else 0} draws"
    bound = c.bound
    if c.measure == "days" and bound:
        yield "Factor:", f"the model's median is {told[1] / bound:.2g} times the claim's bound"
    if v.near_a_bound:
        yield "Beware:", "the odds lie within sampling error of the next verdict; more draws tell"
    if v.circular:
        yield "Beware:", "the row that tests it rests on the claim's own figure"


def _needed(v: Verdict) -> Iterator[tuple[str, str]]:
    if v.needs is not None:
        for text in needs_in_words(v.needs, v.claim):
            yield "Needs:", text


def needs_in_words(needs: Needs, claim: Claim) -> Iterator[str]:
    """What would have to be true, in sentences."""
    for need in needs.alone[:SHOWN]:
        yield f"{_range(need)} at {need.value:.4g} {need.lever.unit}, all else as drawn"
    if not needs.alone:
        yield "no value of any one row inside its own range would do"
        for need in needs.nearest[:SHOWN]:
            at = f"{_range(need)} at {need.helps_at:.4g} {need.lever.unit}"
            yield f"nearest: {at} gives a median of {figure(need.best, claim.unit)}"
    count = len(needs.alone) + len(needs.nearest)
    enough = "enough" if needs.met_together else "not enough"
    yield f"all {count} rows at the end that helps, at once: {figure(needs.together, claim.unit)}, {enough}"


def _range(need: Need) -> str:
    lever = need.lever
    return f"{lever.name} ({lever.low:.4g}-{lever.high:.4g})"


def _elsewhere(v: Verdict) -> Iterator[tuple[str, str]]:
    for item in v.others:
        yield "But:", f"{item.quantity}, {item.place}: {item.published_value} {item.published_unit} ({item.as_of})"
    for other in v.against:
        yield "But:", f"{other.claim_id} ({other.who}, {other.date}): {other.printed()}"


def other_side(v: Verdict, sources: dict[str, Source], evidence: dict[str, Evidence]) -> list[str]:
    """Citations of what stands against a claim or behind the rows that test it, each once."""
    keys = [item.source_id for item in v.others]
    keys += [key for other in v.against for key in other.source]
    keys += [evidence[e].source_id for e in v.answer.leans_on if e not in v.claim.evidence_ids]
    return [cite(sources[key]) for key in dict.fromkeys(keys) if key not in v.claim.source]


def verdict_rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """One record a reading, plain values; the table and the data behind the chart."""
    rows = []
    for v in verdicts:
        c = v.claim
        low, middle, high = v.interval or (None, None, None)
        needs = v.needs
        rows.append(
            {
                "claim_id": c.claim_id, "reading": c.reading, "claim": c.claim, "who": c.who, "date": c.date, "quantity": c.quantity,
                "relation": c.relation, "claimed_low": c.low, "claimed_high": c.high, "unit": c.unit, "measure": c.measure,
                "scenario": c.scenario, "origin": c.origin, "destination": c.destination, "corridor": c.corridor, "baseline": c.baseline,
                "span": c.span, "on": c.on, "model_p10": low, "model_p50": middle, "model_p90": high, "p_holds": v.p, "verdict": v.verdict,
                "near_a_bound": v.near_a_bound, "rests_on_itself": v.circular, "why_not": "" if v.p is not None else v.answer.reason,
                "other_values": ";".join(item.evidence_id for item in v.others),
                "other_claims": ";".join(f"{a.claim_id} {a.reading}" for a in v.against),
                "one_input_enough": None if needs is None else ";".join(f"{n.lever.name}={n.value:.6g}" for n in needs.alone),
                "all_inputs_together": None if needs is None else needs.together,
                "together_enough": None if needs is None else needs.met_together, "source": ";".join(c.source), "note": c.note,
            }
        )  # fmt: skip
    return rows


HOW_TO_READ = (
    "A verdict is about our ranges, not about the speaker: supported where the claim holds in two thirds of the draws or more, plausible from "
    "10 %, unlikely from 1 %, contradicted by the inputs below. Several readings of a claim are tested alike, the kindest among them; a figure "
    f"that is named counts as met within a factor of {NEAR:g}. Gates are as the scenario has them, closures by chance are left out."
)
