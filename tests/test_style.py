"""House style: the colours keep the promise of the module's docstring."""

import numpy as np
import pytest

from corridors.style import (
    COLOURS,
    COST_FILLS,
    COUNTRY_FILLS,
    THEMES,
    activity_group,
    corridor_styles,
    grey_of,
    rc_params,
    save_picture,
)
from corridors.themes import DARK_COLOURS, on_theme
from geodata.network import read_network
from sim.cost import ALL_COMPONENTS

# CIE XYZ of linear sRGB; white point D65; dichromacy after Machado, Oliveira and Fernandes (2009), severity 1.0
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
EYES = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    x = linear @ XYZ.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _least_distance(colours: tuple[str, ...], eye: str) -> float:
    seen = [_lab(np.clip(_linear(c) @ np.array(EYES[eye]).T, 0, 1)) for c in colours]
    return min(float(np.linalg.norm(a - b)) for i, a in enumerate(seen) for b in seen[:i])


@pytest.mark.parametrize("eye", EYES)
def test_corridor_colours_stay_apart_for_every_eye(eye):
    assert _least_distance(COLOURS[:8], eye) > 28
    assert _least_distance(COLOURS, eye) > 19.9


@pytest.mark.parametrize("eye", EYES)
def test_corridor_colours_stay_apart_on_dark_ground(eye):
    assert _least_distance(DARK_COLOURS[:8], eye) > 20.3
    assert _least_distance(DARK_COLOURS, eye) > 18.8
    land = _lab(_linear(THEMES["dark"].land))[0]
    assert min(_lab(_linear(c))[0] for c in DARK_COLOURS) > land + 25


def test_a_corridor_has_one_colour_in_each_theme():
    assert len(DARK_COLOURS) == len(COLOURS)
    assert on_theme(COLOURS[2], COLOURS, THEMES["dark"]) == DARK_COLOURS[2]
    assert on_theme(COLOURS[2], COLOURS, THEMES["print"]) == COLOURS[2]
    assert on_theme(COLOURS[2], COLOURS, THEMES["grey"]) == grey_of(COLOURS[2])


def test_every_component_and_every_country_has_a_fill():
    assert set(ALL_COMPONENTS) <= set(COST_FILLS)
    network = read_network()
    assert {node.country for node in network.nodes.values()} | {"XZ"} <= set(COUNTRY_FILLS)


def test_first_eight_colours_stay_apart_in_grey():
    lightness = sorted(_lab(_linear(c))[0] for c in COLOURS[:8])
    assert min(np.diff(lightness)) > 7
    assert grey_of("#808080") == "#808080"


def test_no_two_of_twenty_six_corridors_look_alike():
    styles = corridor_styles(f"c{i}" for i in range(26))
    assert len({(s.colour, s.dash, s.marker) for s in styles.values()}) == 26
    assert [s.letter for s in styles.values()][:3] == ["A", "B", "C"]
    assert len({s.letter for s in corridor_styles(f"c{i}" for i in range(60)).values()}) == 60


def test_style_of_a_corridor_depends_on_its_place_only():
    assert corridor_styles(["a", "b", "a"]) == corridor_styles(["a", "b"])


def test_every_kind_of_activity_has_a_fill():
    for kind in ("load", "haul", "rest", "clear", "change_gauge", "transship", "wait", "dwell", "unload"):
        for mode in ("rail", "road", "sea", "ferry"):
            activity_group(kind, mode)
    assert activity_group("haul", "ferry") == "sea"
    assert activity_group("change_gauge", "rail") == activity_group("transship", "road") == "transfer"


def test_every_theme_can_be_read():
    for name, theme in THEMES.items():
        paper, ink = _lab(_linear(theme.paper))[0], _lab(_linear(theme.ink))[0]
        assert (ink - paper if theme.dark else paper - ink) > 70
        assert rc_params(name)["svg.fonttype"] == "none"


def test_other_endings_are_refused(tmp_path):
    from matplotlib.figure import Figure

    with pytest.raises(ValueError, match=r'ending is ".jpg"; allowed .png, .svg, .pdf'):
        save_picture(Figure(), tmp_path / "map.jpg")
