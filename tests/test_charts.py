"""The charts on a made-up study: eleven ways from Almaty to Karachi, two of them shut, one that goes nowhere near land.

    Almaty ---- Saryagash|Keles ---- Farap ---- Turgundi == Herat == Chaman ---- Karachi        ---- rail, == road
       \\__ Altynkol|Khorgos ---- Lianyungang ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ Karachi        ~~~~ sea

Figures are of the right size and nothing more; the model's own are tested where they are made.
"""

import datetime as dt
import itertools
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from corridors import read_scenario, run
from corridors.captions import figures, pair_of
from corridors.charts import plot_arrival, plot_bars, plot_costs, plot_days, plot_odds, plot_profile, save
from corridors.own_rows import OwnRows
from corridors.profiles import Scale, curves_of
from sim.activities import Activity

DRAWS = 400


class Place(NamedTuple):
    name: str


PLACES = {
    "almaty1": "Almaty-1", "saryagash": "Saryagash", "keles": "Keles", "alat": "Alat", "farap": "Farap",
    "galaba": "Galaba", "hairatan": "Hairatan", "serhetabat": "Serhetabat", "turgundi": "Turgundi", "herat": "Herat",
    "spin_boldak": "Spin Boldak", "chaman": "Chaman", "torkham": "Torkham (Afghan side)", "torkham_pk": "Torkham",
    "kharlachi_af": "Kharlachi (Afghan side)", "kharlachi": "Kharlachi", "karachi_port": "Karachi Port", "gwadar": "Gwadar",
    "sarahs_tm": "Sarahs", "sarakhs": "Sarakhs", "zahedan": "Zahedan", "mirjaveh": "Mirjaveh", "taftan": "Taftan",
    "bandar_abbas": "Bandar Abbas", "altynkol": "Altynkol", "khorgos_cn": "Khorgos", "lianyungang": "Lianyungang",
    "khunjerab": "Khunjerab", "sost": "Sost", "topa": "Tuopa", "torugart": "Torugart", "aktau_port": "Aktau",
    "baku": "Alat (Baku)", "poti": "Poti",
}  # fmt: skip

# One way: "mode from to country km days USD" for hauls, "kind.reason place country days USD" for stops.
KZ_RAIL = """wait.supply almaty1 KZ 4.2 0|load almaty1 KZ .6 140|rail almaty1 saryagash KZ 740 2.1 620
clear.border saryagash KZ 1.9 60|rail saryagash keles KZ 3 .01 2|rail saryagash keles UZ 12 .05 8|clear.border keles UZ .5 90
clear.transit keles UZ .2 20"""
CHAMAN_ROAD = """road herat spin_boldak AF 560 1.6 1150|rest spin_boldak AF .9 0|clear.border spin_boldak AF .8 120
road spin_boldak chaman AF 2 0 4|rest spin_boldak AF 0 0|transship.truck_exchange chaman PK 1.4 210
clear.border chaman PK 2.1 240|clear.transit chaman PK .9 380|road chaman karachi_port PK 819 1.2 1010
rest karachi_port PK .7 0|dwell.import_land karachi_port PK 3.1 260|unload karachi_port PK .4 110"""
END = "dwell.import_land karachi_port PK 3.2 250|unload karachi_port PK .4 110"
WAYS = {
    "turgundi-herat": f"""{KZ_RAIL}|rail keles alat UZ 700 2.2 560|clear.border alat UZ .4 40|rail alat farap TM 11 .05 9
clear.border farap TM .5 80|rail farap serhetabat TM 590 1.7 640|clear.border serhetabat TM .3 60
rail serhetabat turgundi AF 3 .02 3|clear.border turgundi AF .7 150|transship.mode turgundi AF 2.6 210
road turgundi herat AF 114 .3 240|rest herat AF .2 0|{CHAMAN_ROAD}""",
    "west-rail": f"""{KZ_RAIL}|rail keles alat UZ 700 2.2 560|clear.border alat UZ .4 40|rail alat farap TM 11 .05 9
clear.border farap TM .5 80|rail farap serhetabat TM 590 1.7 640|clear.border serhetabat TM .3 60
clear.border turgundi AF .6 150|rail turgundi spin_boldak AF 975 2.6 1060|clear.border spin_boldak AF 1.1 90
change_gauge chaman PK 2.4 230|clear.border chaman PK 1.6 160|rail chaman karachi_port PK 1013 2.9 720|{END}""",
    "uap-ml1": f"""{KZ_RAIL}|rail keles galaba UZ 860 2.9 700|clear.border galaba UZ .5 60|rail galaba hairatan AF 20 .1 20
clear.border hairatan AF 1.2 150|rail hairatan kharlachi_af AF 560 2.7 920|clear.border kharlachi_af AF 1.1 80
change_gauge kharlachi PK 2.5 230|clear.border kharlachi PK 1.7 160|rail kharlachi karachi_port PK 1945 4.9 1180|{END}""",
    "kabul-road": f"""{KZ_RAIL}|rail keles galaba UZ 860 2.9 700|clear.border galaba UZ .5 60|rail galaba hairatan AF 20 .1 20
clear.border hairatan AF 1.2 150|transship.mode hairatan AF 3.1 230|road hairatan torkham AF 640 1.7 1390
rest torkham AF 1.2 0|clear.border torkham AF .9 110|transship.truck_exchange torkham_pk PK 1.5 220
clear.border torkham_pk PK 1.5 280|clear.transit torkham_pk PK .9 380|road torkham_pk karachi_port PK 1605 2.2 1680
rest karachi_port PK 1.4 0|{END}""",
    "all-road": f"""wait.supply.road almaty1 KZ 1.1 0|load.road almaty1 KZ .3 90|road almaty1 saryagash KZ 800 .7 760
rest saryagash KZ .8 0|clear.border saryagash KZ .7 60|clear.border keles UZ .6 90|road keles hairatan UZ 700 .7 720
rest hairatan UZ .8 0|clear.border hairatan AF .9 210|road hairatan torkham AF 640 1.6 1390|rest torkham AF 1.2 0
clear.border torkham AF .9 110|clear.border torkham_pk PK 1.5 280|clear.transit torkham_pk PK .9 380
road torkham_pk karachi_port PK 1605 2.2 1680|rest karachi_port PK 1.4 0|{END}""",
    "iran-road": f"""wait.supply.road almaty1 KZ 1.2 0|load.road almaty1 KZ .3 90|road almaty1 farap UZ 1560 1.4 1600
rest farap UZ 1.6 0|clear.border farap TM .9 410|road farap sarahs_tm TM 540 .5 700|rest sarahs_tm TM .5 0
clear.border sarakhs IR 1.2 190|road sarakhs mirjaveh IR 1210 1.1 1100|rest mirjaveh IR 1.2 0|clear.border mirjaveh IR 1 120
clear.border taftan PK 2.6 330|clear.transit taftan PK .9 380|road taftan karachi_port PK 1230 1.6 1350
rest karachi_port PK 1.2 0|{END}""",
    "bandar-abbas": f"""{KZ_RAIL}|rail keles sarahs_tm TM 1330 4.1 1300|clear.border sarahs_tm TM .8 90|change_gauge sarakhs IR 2.1 220
clear.border sarakhs IR 1.1 80|rail sarakhs bandar_abbas IR 1613 4.2 1200|dwell.port_out bandar_abbas IR 5.2 420
wait.sailing.sea bandar_abbas XZ 5.5 0|sea bandar_abbas karachi_port XZ 1180 2.6 900|dwell.import_sea karachi_port PK 5.9 520
unload karachi_port PK .4 110""",
    "qtta-road": f"""wait.supply.road almaty1 KZ 1.5 0|load.road almaty1 KZ .3 90|road almaty1 torugart KZ 780 .8 900
rest torugart KZ .9 0|clear.border torugart KG .8 100|clear.border topa CN 1.8 260|road topa khunjerab CN 533 .6 980
rest khunjerab CN .6 0|clear.border khunjerab CN .6 110|road khunjerab sost PK 87 .2 100|rest sost PK .1 0
clear.border sost PK 2.9 420|road sost karachi_port PK 2026 2.9 1990|rest karachi_port PK 2 0|{END}""",
    "china-sea": """wait.supply almaty1 KZ 3.6 0|load almaty1 KZ .6 140|rail almaty1 altynkol KZ 334 .7 310
clear.border altynkol KZ 2.1 60|change_gauge khorgos_cn CN 1.1 120|clear.border khorgos_cn CN 1.2 90
rail khorgos_cn lianyungang CN 4130 6.1 2300|dwell.port_out lianyungang CN 4.2 310|wait.sailing.sea lianyungang XZ 3.8 0
sea lianyungang karachi_port XZ 10450 18.2 1500|dwell.import_sea karachi_port PK 6.3 520|unload karachi_port PK .4 110""",
}  # fmt: skip
NAMES = {
    "turgundi-herat": "Rail to Turgundi and Herat, truck by Chaman", "west-rail": "Rail by Turgundi, Herat, Kandahar and Chaman",
    "uap-ml1": "Rail by Termez, Kharlachi and Lahore (ML-1)", "kabul-road": "Rail to Hairatan, truck by Kabul and Torkham",
    "all-road": "Truck by Kabul and Torkham", "iran-road": "Truck by Farap, Sarakhs and Taftan",
    "bandar-abbas": "Rail to Bandar Abbas, ship to Karachi", "qtta-road": "Truck by Torugart and Khunjerab (QTTA)",
    "china-sea": "Rail to Lianyungang, ship to Karachi", "uap-ml2": "Rail by Termez, Kharlachi and Kundian (ML-2)",
}  # fmt: skip
SHUT = {
    "uap-ml2": "Kharlachi crossing (rail) is not open on this date: project uap opens in 2033; the switch projects.open.uap = 2032 "
    "would open a way",
    "chabahar": "no railway joins Zahedan and Chabahar on this date; the smallest switch that opens a way is "
    "projects.open.zahedan-chabahar",
}


@dataclass
class StubOutcome:
    """Draws of every activity, shape (draw, activity); the profile is their running sum."""

    activities: tuple[Activity, ...]
    each: dict[str, np.ndarray]

    @property
    def hours(self):
        return self.each["hours"].sum(axis=-1)

    @property
    def usd(self):
        return self.each["usd"].sum(axis=-1)

    @property
    def usd_mean(self):
        component = {"load": "handling", "unload": "handling", "dwell": "terminal", "clear": "fee", "transship": "handling",
                     "change_gauge": "handling", "wait": "handling", "rest": "road"}  # fmt: skip
        haul = {"rail": "track", "road": "road", "sea": "freight"}
        names = [component.get(a.kind, haul.get(a.mode, "road")) for a in self.activities]
        mean = self.each["usd"].mean(axis=0)
        return {name: np.where(np.array(names) == name, mean, 0.0) for name in dict.fromkeys(names)}

    def profile(self, measure):
        running = np.cumsum(self.each[measure], axis=-1)
        start = np.zeros((DRAWS, 1))
        running = np.concatenate((start, running), axis=-1)
        p10, p50, p90 = np.quantile(running, (0.1, 0.5, 0.9), axis=0)
        km = np.cumsum([0.0, *(a.km for a in self.activities)])
        return {"km": km, "mean": running.mean(axis=0), "p10": p10, "p50": p50, "p90": p90}


def activity(words):
    """Activity, days and dollars of one piece of WAYS; a haul is cut in four, each piece of road with its rest."""
    head, *rest = words.split()
    if head in {"rail", "road", "sea"}:
        start, end, country, km, days, usd = rest
        return [
            (
                Activity(f"haul@{start}.{i}", "haul", "", start, end, country, head, km=float(km) / 4),
                float(days) / 4,
                float(usd) / 4,
            )
            for i in range(4)
        ]
    place, country, days, usd = rest
    kind, *more = head.split(".")
    mode = more[-1] if more and more[-1] in {"road", "sea"} else ("road" if kind == "rest" else "rail")
    reason = more[0] if more and more[0] not in {"road", "sea"} else ""
    return [(Activity(head, kind, reason, place, place, country, mode), float(days), float(usd))]


def outcome(text, count, seed):
    pieces = [piece for words in re.split(r"[|\n]", text) for piece in activity(words)]
    rng = np.random.default_rng(seed)
    # One factor shared by the whole way and one of each activity, both lognormal with mean 1.
    shared = rng.lognormal(-0.02, 0.2, (DRAWS, 1))
    own = rng.lognormal(-0.125, 0.5, (DRAWS, len(pieces)))
    days, usd = (np.array([piece[i] for piece in pieces]) for i in (1, 2))
    each = {"hours": 24 * days * shared * own, "usd": count * usd * shared**0.5 * own**0.5}
    return StubOutcome(tuple(piece[0] for piece in pieces), each)


def made_up_study(names=tuple(WAYS), *, shut=True, count=2):
    ways = []
    for destination in ("karachi_port", "gwadar"):
        for i, (name, text) in enumerate(WAYS.items()):
            if name in names:
                result = outcome(text, count, i)
                itinerary = SimpleNamespace(activities=result.activities)
                ways.append(SimpleNamespace(
                    origin="almaty1", destination=destination, corridor=name, feasible=True, reason="", itinerary=itinerary,
                    outcome=result, assumption="road.chaman assumed open (shut since 2025-10-12, last confirmed 2026-02-27, "
                    "unknown after)",
                ))  # fmt: skip
        for name, reason in SHUT.items() if shut else ():
            ways.append(SimpleNamespace(origin="almaty1", destination=destination, corridor=name, feasible=False, reason=reason,
                                        itinerary=None, outcome=None, assumption=""))  # fmt: skip
    consignment = SimpleNamespace(
        load_unit="FEU", count=count, tonnes=40.0, commodity="general", value_usd=100_000.0, rail_service="block_train"
    )
    scenario = SimpleNamespace(
        deadline_days=None, name="both-open", title="Both railways open", date=dt.date(2032, 5, 1), terms="consignee", draws=DRAWS, seed=1, departures="month",
        consignment=consignment,
    )  # fmt: skip
    return SimpleNamespace(
        own=OwnRows(), draws=DRAWS, scenario=scenario, ways=ways, source_ids=lambda: ["source"] * 84, catalogue={k: SimpleNamespace(name=v) for k, v in NAMES.items()},
        network=SimpleNamespace(nodes={key: Place(name) for key, name in PLACES.items()}, links={}, crossings={}),
    )  # fmt: skip


# ---- tests


@pytest.fixture(scope="module")
def study():
    return made_up_study()


@pytest.fixture(scope="module")
def drawn(study):
    """Every chart of the whole study, drawn once for the tests that only read."""
    return {kind: chart(study) for kind, chart in CHARTS.items()}


def texts(figure, gid=None):
    return [t for t in figure.findobj(Text) if t.get_text() and t.get_visible() and (gid is None or t.get_gid() == gid)]


def words(figure):
    """Everything written on the sheet, line breaks undone."""
    return " ".join(t.get_text().replace("\n", " ") for t in texts(figure))


def boxes(figure, gid=None):
    FigureCanvasAgg(figure).draw()
    return {t: t.get_window_extent() for t in texts(figure, gid)}


def overlapping(boxes):
    return [
        (a.get_text(), b.get_text())
        for (a, x), (b, y) in itertools.combinations(boxes.items(), 2)
        if min(x.x1, y.x1) - max(x.x0, y.x0) > 0.5 and min(x.y1, y.y1) - max(x.y0, y.y0) > 0.5
    ]


CHARTS = {
    "hours": plot_profile,
    "usd": lambda s: plot_profile(s, "usd"),
    "bars": plot_bars,
    "costs": plot_costs,
    "countries": lambda s: plot_costs(s, by="country"),
    "days": lambda s: plot_days(s, deadline=30.0),
    "arrival": lambda s: plot_arrival(s, deadline=30.0),
    "odds": plot_odds,
}


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("count", [1, 2, 4, 9])
def test_no_two_texts_overlap_and_none_leaves_the_sheet(kind, count):
    figure = CHARTS[kind](made_up_study(tuple(WAYS)[:count]))
    found = {t: box for t, box in boxes(figure).items() if t.get_gid() != "amount"}
    assert overlapping(found) == []
    width, height = figure.bbox.width, figure.bbox.height
    assert [t.get_text() for t, b in found.items() if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height] == []


@pytest.mark.parametrize("kind", CHARTS)
def test_no_type_is_below_seven_points(drawn, kind):
    assert min(t.get_fontsize() for t in texts(drawn[kind])) >= 7.0


@pytest.mark.parametrize("measure", ["hours", "usd"])
def test_step_labels_leave_the_line_of_their_way_free(study, drawn, measure):
    figure = drawn[measure]
    found = boxes(figure, "step")
    pair = pair_of(study, None, None, None)
    curves, _ = curves_of(pair, measure)
    for ax, curve in zip(figure.axes[1:], curves, strict=True):
        fine = np.linspace(0, len(curve.km) - 1, 4000)
        x, y = (np.interp(fine, np.arange(len(curve.km)), v) for v in (curve.km, curve.mean))
        line = ax.transData.transform(np.column_stack((x, y)))
        for text, box in found.items():
            if text.axes is ax:
                assert not np.any(np.all((line > box.min + 0.5) & (line < box.max - 0.5), axis=1)), text.get_text()


@pytest.mark.parametrize("measure", ["hours", "usd"])
def test_every_way_has_a_labelled_step(drawn, measure):
    figure = drawn[measure]
    labelled = [t.axes for t in texts(figure, "step")]
    assert all(labelled.count(ax) >= 2 for ax in figure.axes[1:])


@pytest.mark.parametrize(("measure", "factor"), [("hours", 1 / 24), ("usd", 1 / 2)])
def test_last_point_is_the_mean_total_and_nothing_falls(study, measure, factor):
    pair = pair_of(study, "almaty1", "karachi_port", None)
    curves, _ = curves_of(pair, measure)
    for way, curve in zip(pair.ways, curves, strict=True):
        assert curve.mean[-1] == pytest.approx(getattr(way.outcome, measure).mean() * factor, rel=1e-12)
        assert curve.km[-1] == pytest.approx(sum(a.km for a in way.itinerary.activities), abs=1e-6)
        for values in (curve.km, curve.mean):
            assert values[0] == 0.0
            assert np.all(np.diff(values) >= 0)
        assert np.all(curve.p10 <= curve.p90)


def test_drawn_line_ends_at_the_total(study, drawn):
    figure = drawn["hours"]
    for ax, way in zip(figure.axes[1:], pair_of(study, None, None, None).ways, strict=True):
        top = max(np.max(line.get_ydata()) for line in ax.lines if line.get_gid() is None)
        assert top == pytest.approx(way.outcome.hours.mean() / 24, rel=1e-12)


def test_known_profile_with_rest_folded_into_the_road():
    # 300 km of road in 10 h and 14 h of rest, a border of 5 h, 200 km of rail in 5 h, all certain:
    # (0, 0) -> (300, 24) slope -> (300, 29) step -> (500, 34) slope, in hours
    result = StubOutcome(
        (
            Activity("h1", "haul", "", "almaty1", "saryagash", "KZ", "road", km=300.0),
            Activity("r1", "rest", "", "saryagash", "saryagash", "KZ", "road"),
            Activity("c1", "clear", "border", "saryagash", "saryagash", "KZ", "road"),
            Activity("h2", "haul", "", "saryagash", "keles", "UZ", "rail", km=200.0),
        ),
        {"hours": np.tile([10.0, 14.0, 5.0, 5.0], (DRAWS, 1)), "usd": np.zeros((DRAWS, 4))},
    )
    study = made_up_study(("west-rail",), shut=False)
    for way in study.ways:
        way.outcome, way.itinerary = result, SimpleNamespace(activities=result.activities)
    (curve,), _ = curves_of(pair_of(study, None, None, None), "hours")
    assert curve.km.tolist() == [0.0, 300.0, 300.0, 500.0]
    assert (curve.mean * 24).round(9).tolist() == [0.0, 24.0, 29.0, 34.0]
    assert curve.runs == (("road", 0, 1), ("", 1, 2), ("rail", 2, 3))
    assert [(s.places, s.happenings) for s in curve.stops] == [(("Saryagash",), ("border",))]
    assert curve.countries == (("KZ", 0.0, 300.0), ("UZ", 300.0, 500.0))
    assert "Saryagash +5 h" not in words(plot_profile(study))
    assert "Saryagash +0.2 d border" in words(plot_profile(study))
    plot_profile(study, "usd")  # nothing is paid for at all, and still there is a picture


def test_both_sides_of_a_border_share_one_label(drawn):
    written = words(drawn["hours"])
    assert "Spin Boldak–Chaman +5.1 d border, change of truck" in written
    assert "Spin Boldak +" not in written


def test_a_long_voyage_is_drawn_at_a_smaller_scale_and_says_so(study, drawn):
    scale = Scale("hours", 15_000.0, 5_000.0, 40.0)
    km = np.array([0.0, 2_500.0, 5_000.0, 9_000.0, 15_000.0])
    assert scale.across(km).tolist() == pytest.approx([0.0, 0.38, 0.76, 0.856, 1.0])
    assert scale.distance(scale.across(km)).tolist() == pytest.approx(km.tolist())
    assert "distances are drawn at a smaller scale" in words(drawn["hours"])
    assert "smaller scale" not in words(plot_profile(study, corridors=["west-rail", "all-road"]))


def test_captions_say_what_when_and_under_which_assumption(drawn):
    for figure in drawn.values():
        written = words(figure)
        for part in ("Almaty-1 to Karachi Port", "Both railways open", "1 May 2032", "2 FEU, 40 t of general cargo",
                     "handed over to the consignee", "road.chaman assumed open", "corridors sources both-open"):  # fmt: skip
            assert part in written


def test_ways_that_are_shut_are_listed_with_their_reason(drawn):
    for figure in drawn.values():
        written = words(figure)
        assert (
            "(J) Rail by Termez, Kharlachi and Kundian (ML-2): no way. Kharlachi crossing (rail) is not open" in written
        )
        assert "No railway joins Zahedan and Chabahar on this date" in written


def test_a_study_without_any_way_says_so():
    study = made_up_study(())
    for chart in CHARTS.values():
        figure = chart(study)
        assert "No way is open on this date" in words(figure)
        assert "No railway joins Zahedan and Chabahar on this date" in words(figure)
        assert figure.axes == []


def test_one_pair_is_chosen_by_name_or_id(study):
    assert "to Gwadar" in words(plot_profile(study, destination="Gwadar"))
    assert "to Gwadar" in words(plot_bars(study, origin="almaty-1", destination="gwadar"))
    assert len(plot_profile(study, corridors=["china-sea", "Truck by Kabul and Torkham"]).axes) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"destination": "Gwader"}, r'destination "Gwader" is not in this study; .*did you mean "gwadar"'),
        ({"origin": "almati1"}, r'origin "almati1" is not in this study; allowed almaty1; did you mean "almaty1"'),
        ({"corridors": ["uap-ml3"]}, r'corridor "uap-ml3" is not .*did you mean "uap-ml[12]"'),
        ({"measure": "hour"}, r'measure "hour" is not .*did you mean "hours"'),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(study, arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_profile(study, **arguments)


def test_letters_and_colours_do_not_depend_on_the_choice_of_ways(study):
    some, everything = plot_bars(study, corridors=["all-road"]), plot_bars(study)
    assert "E" in [t.get_text() for t in texts(some, "badge")]
    assert len(texts(everything, "badge")) == len(WAYS)


def test_cost_bars_add_up_to_the_mean_total(study, drawn):
    figure = drawn["costs"]
    drawn = sorted(
        sum(b.get_width() for b in figure.axes[0].patches if round(b.get_y() + b.get_height() / 2) == y)
        for y in range(9)
    )
    totals = sorted(way.outcome.usd.mean() / 2 for way in pair_of(study, None, None, None).ways)
    assert drawn == pytest.approx(totals, rel=1e-12)


def test_bars_rank_by_the_median_of_days(drawn):
    days = [float(t.get_text().split()[0]) for t in texts(drawn["bars"], "end")[: len(WAYS)]]
    assert days == sorted(days)


def test_figures_are_not_finer_than_what_is_known():
    assert [figures(d, "hours") for d in (0.04, 9.94, 9.96, 31.6)] == ["0.0", "9.9", "10", "32"]
    assert [figures(d, "usd") for d in (0.0, 4.6, 457.0, 6187.0, 12345.0)] == ["0", "5", "457", "6,190", "12,300"]


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_same_study_gives_the_same_bytes(tmp_path, ending):
    small = made_up_study(("west-rail", "china-sea"))
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    save(plot_profile(small), first)
    save(plot_profile(small), second)
    assert first.read_bytes() == second.read_bytes()


def test_svg_keeps_words_as_words(study, tmp_path):
    png, svg = save(plot_profile(study, corridors=["turgundi-herat", "uap-ml2"]), tmp_path / "profile")
    assert png.suffix == ".png"
    written = svg.read_text(encoding="utf-8")
    for part in (
        "Days by distance, Almaty-1 to Karachi Port",
        "Spin Boldak–Chaman",
        "Rail to Turgundi and Herat, truck by Chaman",
    ):
        assert re.search(rf"<(text|tspan)[^>]*>[^<]*{re.escape(part)}", written), part
    assert "<dc:date>" not in written


def test_another_ending_is_refused(study, tmp_path):
    with pytest.raises(ValueError, match=r"allowed \.png, \.svg, \.pdf"):
        save(plot_bars(study), tmp_path / "bars.eps")


def test_settings_of_the_reader_are_left_alone(study):
    before = dict(mpl.rcParams)
    figure = plot_bars(study)
    assert dict(mpl.rcParams) == before
    assert not any(t.get_parse_math() for t in texts(figure, "end"))


def test_the_shipped_flagship_can_be_drawn():
    overrides = ["draws=64", "origins=almaty1", "destinations=karachi_port"]
    study = run(read_scenario("both-open", overrides))
    for measure in ("hours", "usd"):
        figure = plot_profile(study, measure)
        assert overlapping(boxes(figure)) == []
        curves, _ = curves_of(pair_of(study, None, None, None), measure)
        for way, curve in zip(study.ways_between("almaty1", "karachi_port"), curves, strict=True):
            total = getattr(way.outcome, measure).mean() / (24 if measure == "hours" else 1)
            assert curve.mean[-1] == pytest.approx(total, rel=1e-9)
