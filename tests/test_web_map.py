"""The interactive map: what it carries, what it refuses, and how it behaves in a real browser with the network off."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from studies import FLAGSHIP, scenario_file, study

from corridors import read_scenario, run
from corridors.comparison import comparison_rows
from corridors.result_tables import activity_rows
from corridors.web_content import WAY_FIGURES, web_content
from corridors.web_map import as_script, web_page, write_web_map

STEP = (
    "kind",
    "reason",
    "from",
    "to",
    "country",
    "mode",
    "gauge_mm",
    "km",
    "hours_mean",
    "hours_p10",
    "hours_p90",
    "usd_mean",
)
EVIL = '<img src=x onerror="document.title=1">'


@pytest.fixture(scope="module")
def carried():
    return study(FLAGSHIP)


@pytest.fixture(scope="module")
def content(carried):
    return web_content(carried)


# What the page carries


def test_every_figure_of_the_page_is_the_models(carried, content):
    rows = {(r["origin"], r["destination"], r["corridor"]): r for r in comparison_rows(carried)}
    assert len(content["ways"]) == len(carried.ways)
    for said, way in zip(content["ways"], carried.ways, strict=True):
        row = rows[way.origin, way.destination, way.corridor]
        assert (said["figures"] is None) == (not way.feasible)
        if way.feasible:
            assert said["figures"] == [row[name] for name in WAY_FIGURES]
        for number, table in zip(said["steps"], activity_rows(carried, way), strict=True):
            step = dict(zip(STEP, content["steps"][number], strict=False))
            for name in STEP:
                want = table[name]
                if isinstance(want, float):
                    assert step[name] == pytest.approx(want, rel=1e-9), name
                else:
                    assert step[name] == (want or (0 if name == "gauge_mm" else want)), name


def test_a_step_names_the_sources_of_its_row(carried, content):
    titles = [source[0] for source in content["sources"]]
    assert len(titles) == len(set(map(tuple, content["sources"])))
    from corridors.citations import source_rows  # the table behind the titles

    known = source_rows()
    way = next(w for w in carried.ways if w.feasible)
    said = next(w for w in content["ways"] if (w["origin"], w["corridor"]) == (way.origin, way.corridor))
    for number, table in zip(said["steps"], activity_rows(carried, way), strict=True):
        named = [titles[n] for n in content["steps"][number][-1]]
        assert named == [known[name]["title"] for name in table["source_ids"].split(";")]


def test_lines_and_gates_are_all_there_with_their_state(carried, content):
    network = carried.search.everything
    assert {line[0] for line in content["lines"]} >= network.links.keys()
    gates = {gate[0]: gate for gate in content["gates"]}
    assert gates.keys() >= network.crossings.keys()
    for name, state in carried.states.items():
        if name in gates:
            assert gates[name][6] == state


def test_a_projects_year_is_the_scenarios_or_the_tables(tmp_path):
    text = 'date = 2031-06-15\nprojects.held = ["herat-kandahar"]\n'
    asked = read_scenario(str(scenario_file(tmp_path, text)))
    held = asked.projects.held[0]
    projects = web_content(run(asked))["projects"]
    assert projects[held][3] is None
    assert "held" in projects[held][5]
    for name in asked.opened:
        if name != held:
            assert projects[name][3] is not None


def test_hidden_borders_are_not_in_the_page(carried):
    content = web_content(carried, "hidden")
    assert content["base"]["borders"] == []
    assert content["boundary_note"] == ""
    assert {style for style, _ in web_content(carried)["base"]["borders"]} >= {"solid", "dashed", "dotted"}


# What the page refuses


def test_the_page_is_one_file_below_its_limit_and_asks_for_nothing(carried, tmp_path):
    file = write_web_map(carried, tmp_path / "map.html")
    assert file.stat().st_size < 1_500_000  # the limit is 3 MB
    page = file.read_text(encoding="utf-8")
    head = page.partition("</head>")[0]
    assert "default-src 'none'" in head
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", page)
    assert "url(" not in re.sub(r"url\(#[^)]*\)", "", head.partition("<style>")[2])
    assert "BSD 2-Clause" in head


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", EVIL, "\u2028", "a & b", 'quote "'])
def test_text_of_data_cannot_leave_its_script(text):
    safe = as_script([text])
    assert "<" not in safe
    assert json.loads(safe) == [text]


def test_a_figure_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="Out of range"):
        as_script([float("nan")])


# In a browser


@pytest.fixture(scope="module")
def page_file(carried, tmp_path_factory):
    return write_web_map(carried, tmp_path_factory.mktemp("web") / "map.html")


@pytest.fixture
def page(browser, page_file):
    with browser(page_file, 1280, 800) as opened:
        yield opened


def test_it_opens_with_the_network_off_and_complains_of_nothing(page, page_file):
    assert page.requests == [page_file.as_uri()]
    assert page.complaints == []
    assert page.locator(".way").count() == 11
    assert page.locator("path.hit").count() > 100


def test_a_way_can_be_taken_off_and_put_back(page):
    before = page.locator("path.band-iran-road").count()
    assert before > 5
    page.uncheck("#on-iran-road")
    assert page.locator("path.band-iran-road").count() == 0
    page.check("#on-iran-road")
    assert page.locator("path.band-iran-road").count() == before


def test_the_popup_shows_the_models_figure(page, carried):
    way = next(w for w in carried.ways if w.corridor == "iran-road" and w.feasible)
    row = next(r for r in activity_rows(carried, way) if r["kind"] == "haul")
    page.click('button.name[data-corridor="iran-road"]')
    page.locator("#details ol.steps button", has_text="moving by road").first.click()
    text = page.locator(".leaflet-popup-content").inner_text()
    hours = row["hours_mean"]
    said = f"{hours:.1f} h on average" if hours < 48 else f"{hours / 24:.1f} days on average"
    assert said in text
    assert f"{row['usd_mean']:,.0f} USD on average" in text
    assert f"{row['km']:,.1f} km" in text
    assert "Rests on" in text


def test_a_click_on_a_line_opens_its_card(page):
    page.evaluate(
        "document.querySelector('path.hit-iran-road').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    page.wait_for_selector(".leaflet-popup-content")
    assert "USD on average" in page.locator(".leaflet-popup-content").inner_text()


def test_the_slider_moves_the_network_and_no_figure(page):
    figures = page.locator(".way .figures").all_inner_texts()
    dashed = "document.querySelectorAll('.leaflet-network-pane path[stroke-dasharray]').length"
    late = page.evaluate(dashed)
    page.locator("#year").fill("2026")
    assert page.locator("#year_said").inner_text() == "2026"
    assert page.evaluate(dashed) > late
    assert page.locator(".way .figures").all_inner_texts() == figures
    assert "whatever year is drawn" in page.locator("#year_note").inner_text()


def test_the_keyboard_reaches_everything(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id || document.activeElement.getAttribute('class')"))
    assert {"pair", "year", "tiles", "on-iran-road", "name"} <= seen
    page.focus('button.name[data-corridor="iran-road"]')
    page.keyboard.press("Enter")
    page.locator("#details ol.steps button").nth(3).focus()
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup-content").is_visible()
    page.focus("#map")
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup-content", state="detached")


def test_every_gate_opens_from_the_list_with_its_state(page, carried):
    page.locator("details.field summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#gates button").count() == len(carried.search.everything.crossings)
    page.locator("#gates button", has_text=re.compile("^Spin Boldak - Chaman(?! \\(planned)")).focus()
    page.keyboard.press("Enter")
    text = page.locator(".leaflet-popup-content").inner_text()
    assert carried.states["road.spin_boldak-chaman"] in text
    assert "formalities on both sides" in text


def test_another_pair_shows_its_own_figures(page, carried):
    pairs = carried.pairs()
    other = len(pairs) - 1
    page.select_option("#pair", str(other))
    rows = [r for r in comparison_rows(carried) if (r["origin"], r["destination"]) == pairs[other] and r["feasible"]]
    said = page.locator(".way .figures").all_inner_texts()
    for row in rows:
        assert any(f"{row['hours_p50'] / 24:.1f} d" in text and f"{row['usd_p50']:,.0f} USD" in text for text in said)


def test_it_works_by_touch_on_a_phone(browser, page_file):
    with browser(page_file, 390, 844, touch=True) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.tap("#unfold")
        assert not page.locator("#panel").is_visible()
        page.tap("#unfold")
        page.tap('button.name[data-corridor="iran-road"]')
        page.locator("#details ol.steps button").nth(2).tap()
        assert page.locator(".leaflet-popup-content").is_visible()
        assert page.complaints == []


def test_a_name_from_data_is_text(browser, carried, tmp_path):
    evil = web_page(carried).replace('"Karachi Port (Kiamari/KPT)"', as_script(EVIL))
    file = tmp_path / "evil.html"
    file.write_text(evil, encoding="utf-8")
    with browser(file, 1280, 800) as page:
        page.click('button.name[data-corridor="iran-road"]')
        page.locator("#details ol.steps button").last.click()
        assert EVIL in page.locator("#pair option").first.inner_text()
        assert EVIL in page.locator(".leaflet-popup-content").inner_text()
        assert page.locator("img").count() == 0
        assert page.title() == carried.scenario.title
        assert page.complaints == []


def test_tiles_are_asked_for_only_by_the_reader(browser, page_file):
    with browser(page_file, 1280, 800) as page:
        assert len(page.requests) == 1
        page.click("#tiles")
        page.wait_for_timeout(200)
        assert all(url.startswith("https://tile.openstreetmap.org/") for url in page.requests[1:])
        assert len(page.requests) > 1


TURNS = """() => {
  let back = 0, all = 0;
  for (const band of document.querySelectorAll("path.band")) {
    const n = (band.getAttribute("d").match(/-?[\\d.]+/g) || []).map(Number);
    for (let i = 2; i + 3 < n.length; i += 2) {
      const [ax, ay, bx, by] = [n[i] - n[i - 2], n[i + 1] - n[i - 1], n[i + 2] - n[i], n[i + 3] - n[i + 1]];
      all += 1;
      if (ax * bx + ay * by < -0.3 * Math.hypot(ax, ay) * Math.hypot(bx, by)) { back += 1; }
    }
  }
  return [back, all];
}"""


def test_bands_side_by_side_tie_no_knots(browser, page_file):
    """A true line has bends narrower than a bundle of bands is broad: moved aside point by point, half of the turns would go back."""
    with browser(page_file, 1280, 800) as page:
        back, turns = page.evaluate(TURNS)
        assert "OpenStreetMap" in page.inner_text(".leaflet-control-attribution")
    assert turns > 20
    assert back < 0.15 * turns


@pytest.mark.parametrize(("size", "name"), [((1280, 800), "desktop"), ((390, 844), "phone")])
def test_it_looks_as_it_did(browser, page_file, root, request, size, name):
    """Small and grey, so that other fonts do not matter and a lost map, panel or bundle of ways does."""
    golden = root / "tests" / "golden" / f"web_map_{name}.png"
    with browser(page_file, *size) as page:
        shot = Image.open(io.BytesIO(page.screenshot())).convert("L").resize((size[0] // 10, size[1] // 10))
    if request.config.getoption("--update-golden"):
        shot.save(golden)
        return
    differs = np.abs(np.asarray(shot, dtype=float) - np.asarray(Image.open(golden), dtype=float))
    assert differs.mean() < 8.0
    assert (differs > 60).mean() < 0.04
