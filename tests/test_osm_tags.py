"""Tags typed by thousands of hands: what each reader makes of them, and that unknown stays unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.osm_tags import (
    KEPT,
    NOT_FREIGHT,
    PREFIXES,
    STATUSES,
    electrification,
    gauges_mm,
    kept,
    line_of,
    place_kind,
    speeds_kmh,
    track_counts,
    yes,
)

GAUGES = st.integers(400, 2500)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1520", (1520,)),
        ("1520;1435", (1435, 1520)),
        ("1000 / 1435;1668", (1000, 1435, 1668)),
        ("1520 mm", (1520,)),
        ("1520mm", (1520,)),
        ("1.435 m", (1435,)),
        ("4 ft 8 1/2 in", (1435,)),
        ("4 ft 8½ in", (1435,)),
        ("4'8 1/2\"", (1435,)),
        ("5 ft 6 in", (1676,)),
        ("3 ft", (914,)),
        ("2 ft 6 in;5 ft 6 in", (762, 1676)),
        ("۱۵۲۰", (1520,)),
        ("1520,1435", (1435, 1520)),
        ("1520;unknown", (1520,)),
        ("unknown", ()),
        ("standard", ()),
        ("broad", ()),
        ("0", ()),
        ("15200", ()),
        ("4 ft 8 1/0 in", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_gauges_as_people_write_them(text, found):
    assert gauges_mm(text) == found


@given(st.lists(GAUGES, min_size=1, max_size=4), st.sampled_from([";", " ; ", " / ", "/", "|", ", "]))
def test_gauges_survive_any_separator_and_any_order(gauges, mark):
    assert gauges_mm(mark.join(map(str, gauges))) == tuple(sorted(set(gauges)))
    assert gauges_mm(mark.join(f"{mm} mm" for mm in gauges)) == tuple(sorted(set(gauges)))


@given(st.integers(2, 7), st.integers(0, 11), st.sampled_from([(0, 1), (1, 2), (1, 4), (3, 8), (7, 8)]))
def test_feet_and_inches_are_25_4_mm_to_the_inch(feet, inches, part):
    text = f"{feet} ft {inches} {part[0]}/{part[1]} in"
    assert gauges_mm(text) == (round((feet * 12 + inches + part[0] / part[1]) * 25.4),)


@given(st.text(max_size=30) | st.none())
def test_no_text_is_refused_and_none_is_guessed(text):
    for mm in gauges_mm(text):
        assert 381 <= mm <= 3000
    assert all(0 < v < float("inf") for v in speeds_kmh(text))
    assert all(0 < n < 100 for n in track_counts(text))
    digits = any(c.isdecimal() for c in text or "")
    if not digits:
        assert gauges_mm(text) == speeds_kmh(text) == track_counts(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("50 mph", (80.4672,)),
        ("80", (80,)),
        ("80 km/h", (80,)),
        ("40;60", (40, 60)),
        ("40|60", (40, 60)),
        ("10 knots", (18.52,)),
        ("RU:rural", ()),
        ("none", ()),
        ("signals", ()),
        ("walk", ()),
        ("", ()),
        (None, ()),
        ("-5", ()),
        ("0", ()),
        ("9" * 400, ()),
    ],
)
def test_speeds_as_people_write_them(text, found):
    assert speeds_kmh(text) == pytest.approx(found)


@given(st.lists(st.integers(1, 350), min_size=1, max_size=4))
def test_a_speed_in_miles_is_1_609344_times_the_figure(values):
    kmh = speeds_kmh(";".join(f"{v}" for v in values))
    assert speeds_kmh(";".join(f"{v} mph" for v in values)) == pytest.approx([v * 1.609344 for v in kmh])


@pytest.mark.parametrize(
    ("text", "found"), [("1", (1,)), ("2;3", (2, 3)), ("two", ()), ("0", ()), ("", ()), ("-1", ()), ("²", ())]
)
def test_tracks_as_people_write_them(text, found):
    assert track_counts(text) == found


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"railway": "rail"}, ("rail", "operational")),
        ({"railway": "narrow_gauge"}, ("narrow_gauge", "operational")),
        ({"railway": "construction", "construction": "rail"}, ("rail", "under_construction")),
        ({"railway": "construction", "construction:railway": "rail"}, ("rail", "under_construction")),
        ({"railway": "construction"}, ("unspecified", "under_construction")),
        ({"railway": "construction", "construction": "minor"}, None),
        ({"construction:railway": "rail"}, ("rail", "under_construction")),
        ({"railway": "proposed", "proposed": "narrow_gauge"}, ("narrow_gauge", "planned")),
        ({"proposed:railway": "rail"}, ("rail", "planned")),
        ({"planned:railway": "rail"}, ("rail", "planned")),
        ({"railway": "disused"}, ("unspecified", "disused")),
        ({"railway": "disused", "disused": "rail"}, ("rail", "disused")),
        ({"railway": "disused", "disused": "yes"}, ("unspecified", "disused")),
        ({"railway": "rail", "disused": "yes"}, ("rail", "disused")),
        ({"railway": "rail", "abandoned": "yes"}, ("rail", "abandoned")),
        ({"railway": "rail", "disused": "no"}, ("rail", "operational")),
        ({"disused:railway": "rail"}, ("rail", "disused")),
        ({"railway": "abandoned"}, ("unspecified", "abandoned")),
        ({"razed:railway": "rail"}, ("rail", "abandoned")),
        ({"railway": "rail", "proposed:railway": "tram"}, ("rail", "operational")),
        ({"construction:railway": "rail", "proposed:railway": "rail"}, ("rail", "under_construction")),
        ({"railway": "tram;rail"}, ("rail", "operational")),
        ({"railway": "construction", "construction": "subway"}, ("subway", "under_construction")),
        ({"railway": "Rail "}, ("rail", "operational")),
        ({"railway": "platform"}, None),
        ({"railway": "station"}, None),
        ({"highway": "residential"}, None),
        ({"railway": "no", "highway": "track"}, None),
        ({}, None),
    ],
)
def test_one_state_by_value_and_by_prefix(tags, found):
    assert line_of(tags) == found


@given(
    st.sampled_from(["rail", "narrow_gauge"]),
    st.dictionaries(st.sampled_from([f"{p}:railway" for p in PREFIXES]), st.sampled_from(["rail", "tram", "subway"])),
)
def test_what_lies_there_today_wins_over_every_prefix(kind, others):
    assert line_of({"railway": kind, "highway": "road", **others}) == (kind, "operational")


@given(st.sampled_from(NOT_FREIGHT), st.sampled_from(["", *PREFIXES[:4]]))
def test_trams_and_metros_are_never_rail_in_whatever_state(kind, prefix):
    assert line_of({f"{prefix}:railway" if prefix else "railway": kind}) == (kind, STATUSES[prefix])


@given(
    st.dictionaries(
        st.sampled_from(["railway", "construction", "proposed", "disused", *[f"{p}:railway" for p in PREFIXES]]),
        st.text(max_size=12),
    )
)
def test_no_tags_are_refused(tags):
    found = line_of(tags)
    assert found is None or found.status in STATUSES.values()


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"electrified": "contact_line"}, "yes"),
        ({"electrified": "contact_line;rail"}, "yes"),
        ({"electrified": "no"}, "no"),
        ({"electrified": "no", "voltage": "25000"}, "no"),
        ({"voltage": "25000"}, "yes"),
        ({"voltage": "0"}, "unknown"),
        ({"electrified": "maybe"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_electrification_is_yes_no_or_unknown(tags, found):
    assert electrification(tags) == found


def test_a_bridge_of_any_form_is_a_bridge():
    assert [yes(word) for word in ("yes", "viaduct", "no", "", None)] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"railway": "station"}, "station"),
        ({"railway": "halt"}, "halt"),
        ({"railway": "yard"}, "yard"),
        ({"barrier": "border_control"}, "border"),
        ({"railway": "border"}, "border"),
        ({"railway": "station", "station": "subway"}, ""),
        ({"railway": "station", "subway": "yes"}, ""),
        ({"railway": "switch"}, ""),
        ({}, ""),
    ],
)
def test_points_that_are_places(tags, kind):
    assert place_kind(tags) == kind


def test_notes_and_lifecycle_keys_are_kept_and_the_rest_is_dropped():
    tags = {
        "gauge": "1520",
        "gauge:note": "third rail",
        "proposed:railway": "rail",
        "source": "x",
        "fixme": "y",
        **dict.fromkeys(KEPT, "z"),
    }
    assert set(kept(tags)) == {*KEPT, "gauge:note", "proposed:railway"}
