"""Tags of OpenStreetMap in our words: gauge, speed, tracks, electrification, and whether a line is there yet.

Tags are typed by hand by thousands of people. Each reader below takes any text and never raises; what it does not
understand is *unknown*, an empty tuple or ``None``, and never a customary value. Gauge decides what may run on a
track, never the word ``narrow_gauge``: most metre and Cape gauge track is tagged ``railway=rail``.

State is told in two ways, and both are read: by value (``railway=construction`` with ``construction=rail``) and by
prefix (``proposed:railway=rail``). A way that says several things is one thing: what lies there today
(``railway=rail``) wins over what is being built, that over what is proposed, that over what is out of use. A tram,
metro, monorail, light rail, funicular or miniature line in whatever state is no railway for wagons.

Units: gauge in mm, rounded; speed in km/h, 1 mph = 1.609344 km/h, 1 kn = 1.852 km/h; 1 ft = 304.8 mm, 1 in = 25.4 mm.

Reference: https://wiki.openstreetmap.org/wiki/Key:railway, Key:gauge, Key:maxspeed, Lifecycle_prefix.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = (
    "railway", "gauge", "electrified", "voltage", "frequency", "maxspeed", "usage", "service", "tracks", "bridge",
    "tunnel", "name", "name:en", "ref", "operator", "construction", "proposed", "disused", "opening_date", "start_date",
    "uic_ref", "railway:ref", "railway:traffic_mode", "barrier",
)  # fmt: skip
"""Tags kept as they stand; keys that end in ``:note`` and keys of the lifecycle prefixes are kept too."""

PREFIXES = ("construction", "proposed", "planned", "disused", "abandoned", "razed", "demolished")
STATUSES = {
    "": "operational",
    "construction": "under_construction",
    "proposed": "planned",
    "planned": "planned",
    "disused": "disused",
    "abandoned": "abandoned",
    "razed": "abandoned",
    "demolished": "abandoned",
    "dismantled": "abandoned",
    "removed": "abandoned",
}
"""State of a line in our words, by the word of OpenStreetMap; abandoned = the track is gone."""

TRACK_KINDS = ("rail", "narrow_gauge")
NOT_FREIGHT = ("tram", "subway", "light_rail", "monorail", "funicular", "miniature", "preserved", "rack")
"""Values of ``railway`` on ways that are tracks, though none that a wagon of cargo takes."""

_OLD_WAY = ("disused", "abandoned")  # railway=rail + disused=yes, the older custom
_METRE = re.compile(r"(\d+(?:\.\d+)?)\s*(mm|cm|m)?")
_FEET = re.compile(
    r"(?:(\d+)\s*(?:ft|feet|foot|')\s*)?(?:(\d+(?:\.\d+)?)?(?:[\s-]*(\d+)/(\d+))?\s*(?:in|inch|inches|\"|''))?"
)
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_KMH = {None: 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_MM = {None: 1.0, "mm": 1.0, "cm": 10.0, "m": 1000.0}
_LEAST_GAUGE, _MOST_GAUGE = 381, 3000  # the narrowest public line is 381 mm (15 in); 2,140 mm was the broadest [mm]
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


class Line(NamedTuple):
    """What a way is: kind (a track kind, one of :data:`NOT_FREIGHT`, or unspecified) and state; None is no railway."""

    kind: str
    status: str


def _parts(text: str | None, marks: str = ";/|,") -> list[str]:
    clean = (text or "").translate(_DIGITS).lower()
    return [part.strip() for part in re.split(f"[{re.escape(marks)}]", clean) if part.strip()]


def gauges_mm(text: str | None) -> tuple[int, ...]:
    """Gauges of a track, each once and in rising order; empty if unknown. [mm]

    Examples
    --------
    >>> gauges_mm("1000 / 1435;1668"), gauges_mm("4 ft 8 1/2 in"), gauges_mm("1520 mm"), gauges_mm("unknown")
    ((1000, 1435, 1668), (1435,), (1520,), ())
    """
    whole = (text or "").translate(_DIGITS).lower().replace("½", " 1/2")
    found = {_inches(part) for part in re.split(r"[;|,]", whole)} - {None}
    if not found:
        found = {_metres(part) for part in _parts(whole)} - {None}
    return tuple(sorted(mm for mm in found if mm is not None and _LEAST_GAUGE <= mm <= _MOST_GAUGE))


def _metres(part: str) -> int | None:
    match = _METRE.fullmatch(part)
    return round(float(match[1]) * _MM[match[2]]) if match and len(match[1]) < 12 else None


def _inches(part: str) -> int | None:
    match = _FEET.fullmatch(part.strip())
    if not match or not any(match.groups()) or match[4] == "0" * len(match[4] or "1"):
        return None
    feet, inches = Fraction(match[1] or 0), Fraction(match[2] or 0)
    return round((feet * 12 + inches + Fraction(int(match[3] or 0), int(match[4] or 1))) * Fraction("25.4"))


def speeds_kmh(text: str | None) -> tuple[float, ...]:
    """Speed limits, in the order given; empty where the tag names none (``none``, ``signals``, ``RU:rural``). [km/h]

    Examples
    --------
    >>> speeds_kmh("40;60"), [round(v, 1) for v in speeds_kmh("50 mph")], speeds_kmh("signals")
    ((40.0, 60.0), [80.5], ())
    """
    found = []
    for part in _parts(text, ";|,"):
        match = _SPEED.fullmatch(part)
        value = float(match[1]) * _KMH[match[2]] if match else math.nan
        if 0 < value < math.inf:
            found.append(value)
    return tuple(found)


def track_counts(text: str | None) -> tuple[int, ...]:
    """Number of tracks that one way stands for, each value given; empty if unknown.

    Examples
    --------
    >>> track_counts("2;3"), track_counts("double"), track_counts("0")
    ((2, 3), (), ())
    """
    return tuple(int(part) for part in _parts(text) if part.isdecimal() and len(part) < 3 and int(part) > 0)


def electrification(tags: Mapping[str, str]) -> str:
    """Say "yes", "no" or "unknown"; a voltage is no proof of wires where the tag says no.

    Examples
    --------
    >>> electrification({"electrified": "contact_line"}), electrification({"electrified": "no"}), electrification({})
    ('yes', 'no', 'unknown')
    """
    words = set(_parts(tags.get("electrified")))
    if words & {"yes", "contact_line", "rail", "4th_rail", "ground-level_power_supply"}:
        return "yes"
    if words == {"no"}:
        return "no"
    return (
        "yes"
        if not words and any(part.isdecimal() and int(part) > 0 for part in _parts(tags.get("voltage")))
        else "unknown"
    )


def yes(text: str | None) -> bool:
    """Whether a tag such as ``bridge`` or ``tunnel`` says that there is one, of whatever form."""
    return bool(text) and (text or "").strip().lower() not in {"no", "false", "0"}


def line_of(tags: Mapping[str, str]) -> Line | None:
    """What a way with these tags is, or None if it is no railway track in any state.

    Examples
    --------
    >>> line_of({"railway": "construction", "construction": "subway"}), line_of({"proposed:railway": "rail"})
    (Line(kind='subway', status='under_construction'), Line(kind='rail', status='planned'))
    >>> line_of({"railway": "platform"}), line_of({"railway": "rail", "highway": "residential"}).kind
    (None, 'rail')
    """
    values = _parts(tags.get("railway"))
    today = _kind(values)
    if today:
        gone = next((word for word in _OLD_WAY if yes(tags.get(word)) and not _kind([tags[word]])), "")
        return Line(today, STATUSES[gone])
    word = next((value for value in values if value in STATUSES), "")
    found = [(word, _kind(_parts(tags.get(word))) or _kind(_parts(tags.get(f"{word}:railway"))))] if word else []
    found += [(prefix, _kind(_parts(tags.get(f"{prefix}:railway")))) for prefix in PREFIXES]
    for status, kind in found:
        if kind:
            return Line(kind, STATUSES[status])
    if not word or _parts(tags.get(word)) not in ([], ["yes"], [word]):
        return None
    return Line("unspecified", STATUSES[word])


def _kind(values: list[str]) -> str:
    known = [value.strip().lower() for value in values]
    return next((value for value in (*TRACK_KINDS, *NOT_FREIGHT) if value in known), "")


def place_kind(tags: Mapping[str, str]) -> str:
    """Kind of a point: station, halt, yard, border, or "" for what is none of ours (a metro station is none).

    Examples
    --------
    >>> place_kind({"railway": "station"}), place_kind({"railway": "station", "station": "subway"})
    ('station', '')
    """
    if tags.get("barrier") == "border_control" or tags.get("railway") == "border":
        return "border"
    city = {tags.get("station"), *(key for key in NOT_FREIGHT if yes(tags.get(key)))}
    if city & set(NOT_FREIGHT):
        return ""
    kind = tags.get("railway", "")
    return {"station": "station", "halt": "halt", "yard": "yard", "service_station": "yard"}.get(kind, "")


def kept(tags: Mapping[str, str]) -> dict[str, str]:
    """Tags worth keeping, in the order of their keys."""
    return {
        key: tags[key]
        for key in sorted(tags)
        if key in KEPT or key.endswith(":note") or key.startswith(tuple(f"{prefix}:" for prefix in PREFIXES))
    }
