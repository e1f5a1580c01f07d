"""The door: what a student who is mistaken is told, and that what comes back is short to print and plain to use."""

import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

import corridors
from corridors import compare, differences, plot_map, plot_profile, read_catalogue, read_scenario, run
from corridors.canvas import new_canvas
from corridors.lettering import Box, Lettering, Type
from corridors.paper import TEXT, width_of, write
from corridors.paper_parts import few_colours
from corridors.style import COLOURS
from corridors.toml_files import ScenarioError

FEW = ["draws=64", "replicates=1", "origins=almaty1", "destinations=karachi_port", "corridors=iran-road,west-road"]


@pytest.fixture(scope="module")
def study():
    return run(read_scenario("today", FEW))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda _: run("both-open"), r"run: found a str \('both-open'\); allowed a scenario"),
        (run, r"run: found a Study; allowed a scenario"),
        (lambda s: read_scenario(s.scenario), r"read_scenario: found a Scenario; allowed the name"),
        (lambda _: read_scenario("today", "draws=64"), r"overrides: found a str .*allowed a list"),
        (lambda _: read_scenario("today", {"draws": 64}), r"overrides: found a dict; allowed a list"),
        (lambda _: read_scenario("today", rows="x.csv"), r"rows: found a str .*allowed a list"),
        (lambda _: compare("today"), r"compare: found a str .*allowed a study"),
        (lambda s: compare([s]), r"compare: found a list; allowed a study"),
        (lambda s: differences(s, s.scenario), r"differences: found a Scenario; allowed a study"),
        (lambda s: plot_profile(s.scenario), r"found a Scenario; allowed a study"),
        (lambda s: plot_profile(s, "weeks"), r'measure "weeks" is not .*allowed hours, usd'),
        (lambda s: plot_profile(s, origin=3), r"origin: found an int \(3\); allowed almaty1"),
        (lambda s: plot_profile(s, corridors="iran-road"), r"corridors: found a str .*allowed a list"),
        (lambda s: plot_profile(s, corridors=[]), r"corridors: found an empty list"),
        (lambda _: plot_map("today"), r"plot_map: found a str .*allowed a study"),
        (lambda s: plot_map(s, corridors="iran-road"), r"corridors: found a str .*allowed a list"),
        (lambda s: plot_map(s, corridors=[]), r"corridors: found an empty list"),
        (lambda _: read_catalogue("no-such.toml"), r"no-such\.toml: cannot be read"),
    ],
)
def test_what_is_handed_over_wrongly_is_named_in_one_sentence(study, call, told):
    with pytest.raises(ScenarioError, match=told) as found:
        call(study)
    assert "\n" not in str(found.value)


def test_what_is_printed_at_the_end_of_a_line_is_one_short_line(study):
    way = study.ways[0]
    for thing in (
        study,
        study.network,
        study.parameters,
        differences(study, study),
        way.outcome or study.ways[1].outcome,
    ):
        assert len(repr(thing)) < 150
        assert "\n" not in repr(thing)
    assert repr(study) == "<Study today, 2026-11-25: pairs of places 1, ways 2, open 1, draws 64, seed 1>"


def test_figures_of_a_comparison_are_numbers_though_a_way_is_shut_and_no_error_was_reckoned(study):
    table = compare(study)
    kinds = table.dtypes.loc["km":"usd_p90_error"]
    assert (kinds == np.float64).all()
    assert table["hours_p50_error"].isna().all()
    assert table.loc[~table["feasible"], "hours_p50"].isna().all()
    rates = pd.DataFrame({"corridor": ["iran-road"], "my_usd": [9500.0]})
    joined = table.merge(rates, on="corridor").query("feasible")
    assert (joined["my_usd"] - joined["usd_p50"]).notna().all()


def test_days_and_dollars_are_words_for_the_measures(study):
    titles = [plot_profile(study, word)._suptitle or plot_profile(study, word).texts[0] for word in ("days", "dollars")]
    assert [text.get_text().split()[0] for text in titles] == ["Days", "USD"]


def test_every_name_of_the_door_says_what_it_is():
    for name in corridors.__all__:
        if name != "__version__":
            assert "Parameters\n" in getattr(corridors, name).__doc__ or name == "__version__"


@pytest.mark.parametrize("dpi", [90, 110, 150])
def test_words_are_as_wide_on_the_picture_as_they_were_reckoned(dpi):
    words = "1 FEU, 20 t of general cargo worth 40,000 USD, block train on rails; handed over to the consignee."
    figure = new_canvas(11.0, 1.0)
    write(figure, 0.3, 0.5, words)
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    with rc_context({"text.hinting": "default"}):
        canvas.draw()
    ink = np.flatnonzero((np.asarray(canvas.buffer_rgba())[..., :3] < 200).any(axis=(0, 2)))
    assert (ink[-1] - ink[0]) / dpi == pytest.approx(width_of(words, TEXT), rel=0.01)


def test_a_printed_picture_keeps_white_paper_and_the_colour_of_a_thin_line():
    drawn = Image.effect_noise((600, 400), 60).convert("RGB")  # a relief of many greys
    for i, colour in enumerate(COLOURS):
        drawn.paste(colour, (0, 10 + 8 * i, 600, 12 + 8 * i))
    drawn.paste("#ffffff", (0, 200, 600, 400))
    drawn.paste("#fcfcfc", (0, 380, 600, 400))
    drawn.paste("#f1f3f5", (0, 390, 600, 400))
    few = few_colours(drawn)
    stream = io.BytesIO()
    few.save(stream, format="PNG")
    shown = np.asarray(few.convert("RGB")).astype(int)
    for i, colour in enumerate(COLOURS):
        meant = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
        assert np.abs(shown[10 + 8 * i, 300] - meant).max() <= 8
    assert (shown[300] == 255).all()
    assert np.abs(shown[395, 300] - [0xF1, 0xF3, 0xF5]).max() <= 4


def test_names_of_two_near_ends_do_not_read_as_one_anothers():
    lettering = Lettering(300.0, 200.0)
    west, east = (100.0, 100.0), (134.0, 98.0)
    for x, y in (west, east):
        lettering.block_round(x, y, 5.0)
    lettering.block(Box(40.0, 90.0, 92.0, 112.0))  # no room to the left
    lettering.name_apart((west, east))
    for (x, y), name, other in ((west, "Gwadar Port", east), (east, "Karachi Port", west)):
        label = lettering.place_beside(name, x, y, Type(7.5, "bold"), gap=7.0)
        assert label is not None
        assert label.box.distance(x, y) < label.box.distance(*other)


def test_a_chart_says_how_many_draws_were_made_not_how_many_were_asked_for(study):
    from corridors.captions import foot_lines, pair_of

    more = SimpleNamespace(
        **{name: getattr(study, name) for name in ("scenario", "ways", "network", "catalogue", "own", "source_ids")}
    )
    more.draws = 4096
    assert "4,096 draws" in " ".join(foot_lines(pair_of(more, None, None, None), "How"))
