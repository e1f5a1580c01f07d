"""Cards: a claim, what the model says to the same question, the odds that it holds, the verdict, and what would have to be true.

Every sentence is made from the row and the numbers, with one wording for all claimants; nothing is written by hand for a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corridors.catalogue import read_catalogue
from corridors.claim_sources import citations, other_side
from corridors.claim_verdicts import Verdict
from corridors.claim_words import HOW_TO_READ, figure, need_in_words, needs_in_words, readings_in_words
from corridors.input_words import input_words
from corridors.observed import shipped_network
from corridors.scenario import read_scenario

if TYPE_CHECKING:
    from corridors.claim_inputs import Corner, Needs
    from corridors.claims import Claim

ASKS = {
    "days": "days",
    "days_saved": "days saved",
    "days_ratio": "days by the way compared with, over days by the railway",
    "usd_change": "change of what the shipper pays",
    "feasible": "whether there is a way",
    "input": "what the model draws from",
    "first_train": "earliest credible first train",
    "railway_mt": "what the railway's freight trains of a year would carry",
    "trip": "the same trip in the model",
}
SPANS = {
    "": "",
    "door": "from the order of the transport to the hand-over",
    "way": "from the first movement to the last",
    "move": "hours in motion only",
}


def card(verdict: Verdict) -> str:
    """Card of one reading as text."""
    c = verdict.claim
    claimed = "there is one" if c.measure == "feasible" else c.printed()
    lines = [f"{c.claim_id} ({c.reading})  {verdict.in_words.upper()}"]
    told = [
        ("Claim:", c.claim), ("Said by:", f"{c.who}, {c.date}; read as {c.quantity}: {claimed}"),
        *([("Reading:", c.note)] if c.note else []), *_question(c), *_model(verdict), *_needed(verdict), *_elsewhere(verdict),
    ]  # fmt: skip
    lines += [f"  {label:<12} {text}" for label, text in told]
    sides = [("Sources of the claim:", c.source), ("Sources on the other side:", other_side(verdict))]
    for label, keys in sides:
        lines += [f"  {label}", *(f"    {text}" for text in citations(keys))] if keys else []
    return "\n".join(lines)


def cards(verdicts: Sequence[Verdict]) -> str:
    """Cards of the readings of one claim, how the readings differ, and how to read it all."""
    return "\n\n".join([*(card(v) for v in verdicts), *readings_in_words(verdicts), HOW_TO_READ])


def _question(c: Claim) -> Iterator[tuple[str, str]]:
    if not c.scenario:
        return
    catalogue, nodes, scenario = read_catalogue(), shipped_network().nodes, read_scenario(c.scenario, c.switches)
    load = scenario.consignment
    ways = f"{catalogue[c.corridor].name} ({c.corridor})"
    ways += f", against {catalogue[c.baseline].name} ({c.baseline})" if c.baseline else ""
    yield "Question:", f"{nodes[c.origin].name} to {nodes[c.destination].name}: {ways}"
    asked = [
        f"scenario {c.scenario} ({scenario.title})",
        f"{load.count:g} {load.load_unit} of {load.tonnes:g} t",
        SPANS[c.span],
    ]
    yield "", "; ".join(filter(None, asked))


def _model(v: Verdict) -> Iterator[tuple[str, str]]:
    c, told = v.claim, v.interval
    if told is None or v.p is None:
        yield "Model:", f"not tested: {v.answer.reason}"
        return
    if c.measure == "feasible":
        yield (
            "Model:",
            f"{'there is a way' if v.p else 'there is no way'}{': ' + v.answer.reason if v.answer.reason else ''}",
        )
        return
    low, middle, high = (figure(x, c.unit) for x in told)
    yield "Model:", f"{ASKS[c.measure]}: P10 {low}, P50 {middle}, P90 {high}"
    if v.answer.reason:
        yield "Rests on:", v.answer.reason
    if v.answer.mostly and c.measure not in ("input", "first_train"):
        yield "Most of it:", "; ".join(f"{input_words(name)} ({name})" for name in v.answer.mostly)
    yield "Holds:", _odds(v)
    bound = c.bound
    if c.measure == "days" and bound:
        yield "Factor:", f"the model's median is {told[1] / bound:.2g} times the claim's bound"
    if v.circular:
        yield "Beware:", "a row that tests it rests on the claim's own figure"


def _odds(v: Verdict) -> str:
    if v.answer.values is None or v.interval_of_p is None or v.answer.exact:
        return f"{'yes' if v.p else 'no'}: nothing in it is drawn"
    low, high = (f"{100 * x:.3g}" for x in v.interval_of_p)
    return f"in {v.p:.1%} of {len(v.answer.values):,} draws (95 % interval of the sampling error {low}-{high} %)"


def _needed(v: Verdict) -> Iterator[tuple[str, str]]:
    if v.needs is not None:
        for i, text in enumerate(needs_in_words(v.needs, v.claim)):
            yield "" if i else "Would hold:", text


def _elsewhere(v: Verdict) -> Iterator[tuple[str, str]]:
    for item in v.others:
        yield "But:", f"{item.quantity}, {item.place}: {item.published_value} {item.published_unit} ({item.as_of})"
    for other in v.against:
        yield "But:", f"{other.claim_id} ({other.who}, {other.date}): {other.printed()}"


def verdict_rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """One record a reading, plain values; the table and the data behind the chart."""
    rows = []
    for v in verdicts:
        c = v.claim
        low, middle, high = v.interval or (None, None, None)
        p_low, p_high = v.interval_of_p or (None, None)
        rows.append(
            {
                "claim_id": c.claim_id, "reading": c.reading, "claim": c.claim, "who": c.who, "date": c.date, "quantity": c.quantity,
                "relation": c.relation, "claimed_low": c.low, "claimed_high": c.high, "unit": c.unit, "measure": c.measure,
                "scenario": c.scenario, "origin": c.origin, "destination": c.destination, "corridor": c.corridor, "baseline": c.baseline,
                "span": c.span, "on": c.on, "model_p10": low, "model_p50": middle, "model_p90": high, "p_holds": v.p, "verdict": v.verdict,
                "near_a_bound": bool(v.near), "rests_on_itself": v.circular, "why_not": "" if v.p is not None else v.answer.reason,
                "other_values": ";".join(item.evidence_id for item in v.others),
                "other_claims": ";".join(f"{a.claim_id} {a.reading}" for a in v.against), **_enough(v.needs),
                "source": ";".join(c.source), "note": c.note, "switches": ";".join(c.switches), "p_low": p_low, "p_high": p_high,
                "verdict_in_words": v.in_words, "other_side": ";".join(other_side(v)), **_needs_cells(v.needs, c),
            }
        )  # fmt: skip
    return rows


def _enough(needs: Needs | None) -> dict[str, Any]:
    """Inputs that alone would do, and what all that help reach together; None where nothing was looked for."""
    together = None if needs is None else needs.together
    return {
        "one_input_enough": None
        if needs is None
        else ";".join(f"{n.input.lever.name}={n.value:.6g}" for n in needs.alone),
        "all_inputs_together": None if together is None else together.reached,
        "together_enough": None if together is None else together.enough,
    }


def _needs_cells(needs: Needs | None, claim: Claim) -> dict[str, Any]:
    """What else would have to be true, as cells of the table."""
    pair, together = (None, None) if needs is None else (needs.pair, needs.together)
    alone = () if needs is None else needs.alone
    opened = None if needs is None or needs.opened is None else " or ".join(", ".join(one) for one in needs.opened)
    return {
        "inputs_inside_their_range": None if needs is None else sum(n.share is not None for n in alone),
        "one_input_in_words": None if needs is None else "; ".join(need_in_words(n, claim) for n in alone),
        "two_inputs": _set_in(pair), "two_inputs_together": None if pair is None else pair.reached,
        "two_enough": None if pair is None else pair.enough, "all_inputs": _set_in(together), "would_have_to_be_open": opened,
    }  # fmt: skip


def _set_in(corner: Corner | None) -> str | None:
    return None if corner is None else ";".join(f"{name}={value:.6g}" for name, value in corner.values.items())
