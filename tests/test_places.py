"""Places: every railway place stands at a real station of like name, every place in its own country, every code is well formed."""

import difflib
import json
import re
import unicodedata
from collections import Counter

import numpy as np
import pytest
import shapely

from geodata.basemap import read_sea
from geodata.geometry import geodesic_km
from geodata.network import DATA, read_network

NEAR_KM = 5.0
LIKE = 0.8  # likeness of two names [1]
LISTS = ("kazakhstan", "uzbekistan", "turkmenistan", "afghanistan", "pakistan", "iran")

# Places whose station has another name on the map; the test finds that station within 5 km.
ELSEWISE = {
    "abigum": "Aab-e-Gum",
    "amydarya_tm": "Kelif (Keleft)",
    "anau": "Änew",
    "arshaly": "Вишневка",
    "badrud": "Badrood",
    "fahraj": "ایستگاه فهرج",
    "iranshahr": "ایستگاه راه\u200cآهن ایرانشهر",
    "joghatay": "جوین",
    "karachi_port": "Tower/KPT",
    "karakul_uz": "Qo'rako'l",
    "kuryk": "Ersai",
    "loop_bb1": "ایستگاه بیاض",
    "loop_bb2": "ایستگاه قطار میمند",
    "loop_bk1": "ایستگاه سیریز",
    "mary": "Km 5",
    "mashhad": "Shahid Raeisi Railway Station",
    "mazar": "Train Terminal Mazar-i-Sharif",
    "nukus": "Nókis",
    "pipri": "Badal Nala",
    "sari": "ایستگاه راه آهن ساری",
    "serdar": "Gyzylarbat",
    "shamalgan": "Жібек жолы",
    "shamtiq": "Shamtigh (Iran) Railway Station",
    "shamtiq_af": "Shamtigh (Afghanistan) Railway Station",
    "siding155_tm": "Rzd. No 155",
    "siding162_tm": "No 162",
    "talimarjan": "Tallymerjen",
}

# Places with no station on the map within 5 km, and why they stay where they are.
WITHOUT = {
    "amirabad": "ferry port; the map has its harbour line and no station of that name",
    "bayramaly": "the map of 2026 lacks this station; GeoNames and the UN/LOCODE list put the town 0.5 and 1.3 km away",
    "chabahar": "port; the line to it is not built",
    "hajiabad": "the map lacks this station between Sirjan and Bandar Abbas; GeoNames puts the town 0.2 km away",
    "loop_bz1": "drawn point of the Bam-Zahedan line",
    "loop_kb1": "drawn point of the Kerman-Bam line",
    "loop_tb2": "drawn point of the Tabas-Bafq line",
    "port_qasim": "quay; the yard is Bin Qasim, 8 km inland",
    "shahid_rajaee": "quay; the map lacks the harbour station",
    "turgundi": "Afghan railhead; the station lists end at Serhetabat, 7 km north, and the mapped track ends within 2 km of the place",
}

CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяқңғүұөәіһ",
        ["a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "h",
         "ts", "ch", "sh", "sh", "", "y", "", "e", "yu", "ya", "k", "n", "g", "u", "u", "o", "a", "i", "h"],
        strict=True,
    )
)  # fmt: skip
DULL = ("junction", "cantonment", "cantt", "railway", "station", "vokzal", "road", "port")


def plain(name):
    """Name in bare Latin letters, so that two spellings of one place look alike."""
    text = "".join(CYRILLIC.get(letter, letter) for letter in name.lower())
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii() and c.isalpha())
    for word in DULL:
        text = text.replace(word, "")
    for old, new in (("gh", "g"), ("kh", "h"), ("q", "k"), ("w", "v"), ("x", "h"), ("y", "i"), ("j", "zh")):
        text = text.replace(old, new)
    return text.replace("zhzh", "zh")


def alike(names, others):
    return max((difflib.SequenceMatcher(None, a, b).ratio() for a in names for b in others if a and b), default=0.0)


@pytest.fixture(scope="module")
def network():
    return read_network()


@pytest.fixture(scope="module")
def stations(shared_file):
    """Real stations of OpenStreetMap: (name as printed, plain names, lat, lon)."""
    import geopandas as gpd

    found = {}
    for country in LISTS:
        for s in json.loads(shared_file(f"real-data/asia_rail/{country}.stations.json").read_text(encoding="utf-8")):
            found[s["id"]] = (s["name"], {plain(s["name"]), plain(s.get("nameLocal") or "")}, s["lat"], s["lon"])
    for file in ("uz_stations.shp", "neighbour_stations.gpkg"):
        table = gpd.read_file(shared_file(f"real-data/uz_rail/{file}"))
        for i, (name, point) in enumerate(zip(table["name"], table.geometry, strict=True)):
            if isinstance(name, str):
                found[file, i] = (name, {plain(name)}, point.y, point.x)
    assert len(found) > 4000
    return list(found.values())


def rail_places(network):
    """Places of the six countries on a railway that exists."""
    rows = [*network.links.values(), *network.crossings.values()]
    ends = {n for r in rows if r.mode == "rail" and r.status == "operational" for n in (r.from_node_id, r.to_node_id)}
    return [network.nodes[n] for n in sorted(ends) if network.nodes[n].country in {"KZ", "UZ", "TM", "AF", "PK", "IR"}]


def around(node, stations):
    """Stations by distance: (km, printed name, plain names), those within ten kilometres or so."""
    box = [s for s in stations if abs(s[2] - node.lat) < 0.1 and abs(s[3] - node.lon) < 0.12]
    if not box:
        return []
    lat, lon = np.array([s[2] for s in box]), np.array([s[3] for s in box])
    km = geodesic_km(np.full(len(box), node.lat), np.full(len(box), node.lon), lat, lon)
    return sorted(((float(d), s[0], s[1]) for d, s in zip(km, box, strict=True)), key=lambda t: t[0])


def names_of(node):
    parts = [node.name, *re.split(r"[/()]", node.name), node.name_local, node.node_id.partition("_")[0]]
    return {plain(part) for part in parts} - {""}


def test_every_railway_place_stands_at_a_station_of_like_name_or_is_settled(network, stations):
    far = {}
    for node in rail_places(network):
        if node.node_id in ELSEWISE or node.node_id in WITHOUT:
            continue
        names = names_of(node)
        like = next(((d, name) for d, name, plains in around(node, stations) if alike(names, plains) >= LIKE), None)
        if like is None or like[0] > NEAR_KM:
            far[node.node_id] = like
    assert far == {}


def test_a_station_of_another_name_is_within_five_kilometres(network, stations):
    lost = {}
    for node_id, name in ELSEWISE.items():
        found = [d for d, printed, _ in around(network.nodes[node_id], stations) if printed == name]
        if not found or found[0] > NEAR_KM:
            lost[node_id] = (name, found[:1])
    assert lost == {}


def test_an_exception_has_no_station_of_like_name_nearby(network, stations):
    used = {n.node_id for n in rail_places(network)} | {"chabahar"}
    for node_id, reason in WITHOUT.items():
        assert reason
        assert node_id in used, node_id
        node = network.nodes[node_id]
        near = [n for d, n, plains in around(node, stations) if d <= NEAR_KM and alike(names_of(node), plains) >= LIKE]
        assert near == [], (node_id, near)


def test_the_afghan_railhead_stands_on_the_mapped_track(network, shared_file):
    turgundi = network.nodes["turgundi"]
    ways = json.loads(shared_file("real-data/asia_rail/afghanistan.rail.json").read_text(encoding="utf-8"))
    track = np.array([p for w in ways if w["type"] == "rail" for p in w["geometry"]])
    here = np.full(len(track), turgundi.lat), np.full(len(track), turgundi.lon)
    assert geodesic_km(*here, track[:, 0], track[:, 1]).min() < 2.0


# ---- every place in its own country

# Posts that stand on the wrong side of the generalised border line, and why they stay.
ASTRIDE = {
    "chaldovar": "OpenStreetMap station, 2 km off the drawn line",
    "garabogaz_post": "post opposite Temirbaba, placed by the published 2 km between the two; the line is drawn to a kilometre",
    "kharlachi_af": "placed 1 km west of Kharlachi, of which no table of places gives the position (confidence low)",
    "siding162_tm": "OpenStreetMap station, 2 km off the drawn line",
    "turgundi": "on the mapped track, 2 km off the drawn line",
}

GAP = 0.012  # half width of the strip along a border in which either side is right: its line is drawn to 0.01 [degree]


@pytest.fixture(scope="module")
def lands():
    """Pieces of land between the borders of the base map, each with its country; the border strips with their two."""
    features = json.loads((DATA / "basemap" / "borders.geojson").read_text(encoding="utf-8"))["features"]
    pairs = [({f["properties"]["country_a"], f["properties"]["country_b"]}, shapely.from_geojson(json.dumps(f["geometry"]))) for f in features]  # fmt: skip
    sea = shapely.union_all([shapely.Polygon(p[0], p[1:]).buffer(0) for p in read_sea()])
    lines = shapely.union_all([line for _, line in pairs])
    land = shapely.box(*lines.bounds).buffer(-0.02) - sea.buffer(GAP) - lines.buffer(GAP)
    pieces = []
    for piece in shapely.get_parts(land):
        if piece.area < 1e-3:  # slivers between two strips
            continue
        length, about = Counter(), piece.buffer(2 * GAP)
        for pair, line in pairs:
            if line.intersects(about):
                length.update(dict.fromkeys(pair, line.intersection(about).length))
        pieces.append((length.most_common(1)[0][0] if length else "", piece))
    return pieces, [(pair, line.buffer(GAP)) for pair, line in pairs]


def test_every_place_lies_inside_its_own_country(network, lands):
    pieces, strips = lands
    labels = [label for label, _ in pieces]
    tree = shapely.STRtree([piece for _, piece in pieces])
    wrong = {}
    for node in network.nodes.values():
        point = shapely.Point(node.lon, node.lat)
        beside = {country for pair, strip in strips if strip.contains(point) for country in pair}
        if node.country in beside or node.node_id in ASTRIDE:
            continue
        label = labels[int(tree.nearest(point))]  # a quay may lie just off the drawn shore
        if label not in {node.country, ""}:
            wrong[node.node_id] = (node.country, label)
    assert wrong == {}


# ---- UN/LOCODE

MAIN = {
    "almaty1": "KZALA", "astana": "KZAST", "kostanay": "KZKSN", "aktobe": "KZABE", "shymkent": "KZCIT",
    "pavlodar": "KZPWQ", "saryagash": "KZSRY", "aktau_port": "KZAAU", "tashkent": "UZTAS", "termez": "UZTER",
    "serhetabat": "TMKUK", "turgundi": "AFTOW", "herat": "AFHEA", "kandahar": "AFKDH", "kabul": "AFKBL",
    "hairatan": "AFHRT", "spin_boldak": "AFSBK", "torkham": "AFRKH", "chaman": "PKCMN", "torkham_pk": "PKTOR",
    "quetta": "PKUET", "lahore": "PKLHE", "karachi_port": "PKKHI", "port_qasim": "PKBQM", "gwadar": "PKGWD",
    "sarakhs": "IRCKT", "mashhad": "IRMHD", "zahedan": "IRZAH", "shahid_rajaee": "IRSRP", "chabahar": "IRZBR",
    "jebel_ali": "AEJEA", "khorgos_cn": "CNHRS", "alashankou": "CNAKL", "lianyungang": "CNLYG", "poti": "GEPTI",
}  # fmt: skip
NONE_FOUND = ("dostyk", "altynkol")


def test_codes_of_the_main_places(network):
    assert {name: network.nodes[name].unlocode for name in MAIN} == MAIN


def test_every_code_has_the_form_of_one_and_begins_with_its_country(network):
    for node in network.nodes.values():
        if node.unlocode:
            assert re.fullmatch(r"[A-Z]{2}[A-Z2-9]{3}", node.unlocode), node.node_id
            assert node.unlocode[:2] == node.country, node.node_id


def test_two_places_share_a_code_only_within_one_town(network):
    by_code = {}
    for node in network.nodes.values():
        if node.unlocode:
            by_code.setdefault(node.unlocode, []).append(node)
    for code, nodes in by_code.items():
        for other in nodes[1:]:
            a = nodes[0]
            km = geodesic_km(np.array([a.lat]), np.array([a.lon]), np.array([other.lat]), np.array([other.lon]))[0]
            assert km < 30, (code, a.node_id, other.node_id)


def test_a_place_without_a_code_says_so_where_one_was_doubted(network):
    for name in NONE_FOUND:
        assert not network.nodes[name].unlocode
        assert "no UN/LOCODE found" in network.nodes[name].note
