"""A small railway of OpenStreetMap elements that the tests share, and files of it in every form.

::

    Tashkent -- 20 -- Yangiyul      main line, 1520, two tracks drawn, electrified; a bridge in the middle
        \\-- siding (service)        a metro under construction, a tram, track that is gone: left out
    stub of 1435, 0.3 m from the end of a 1520 stub: no join; two 1520 ends 0.3 m apart: join; 40 m apart: near miss
"""

import bz2
import json

CITY = 40.20, 65.40  # within Uzbekistan [deg]
METRE = 1 / 111_195  # of latitude [deg]


def node(number, lat, lon, **tags):
    return {"type": "node", "id": number, "version": 3, "lat": lat, "lon": lon, "tags": tags}


def way(number, nodes, **tags):
    return {"type": "way", "id": number, "version": 2, "nodes": nodes, "tags": tags}


def line(first, count, start, step, **tags):
    """Nodes first, first + 1, ... from a place on, by steps in degrees, and the way over them (numbered like the first node)."""
    nodes = [node(first + i, start[0] + i * step[0], start[1] + i * step[1]) for i in range(count)]
    return [*nodes, way(first, [n["id"] for n in nodes], **tags)]


def town():
    lat, lon = CITY
    main = {"railway": "rail", "gauge": "1520", "electrified": "contact_line", "usage": "main", "name": "Main line"}
    return [
        *line(100, 11, (lat, lon), (0.01, 0.0), **main),
        way(101, [110, 150], **main, bridge="yes"),
        *line(150, 11, (lat + 0.11, lon), (0.01, 0.0), **main),
        *line(200, 5, (lat, lon + 0.5), (0.01, 0.0), railway="rail", gauge="1435"),
        *line(210, 5, (lat + 0.04 + 0.3 * METRE, lon + 0.5), (0.01, 0.0), railway="rail", gauge="1520"),
        *line(220, 5, (lat + 0.08 + 0.6 * METRE, lon + 0.5), (0.01, 0.0), railway="rail", gauge="1520"),
        *line(230, 5, (lat + 0.12 + 40 * METRE, lon + 0.5), (0.01, 0.0), railway="construction", construction="rail"),
        *line(300, 3, (lat, lon + 0.02), (0.01, 0.0), railway="construction", construction="subway"),
        *line(310, 3, (lat, lon + 0.03), (0.01, 0.0), railway="tram"),
        *line(320, 3, (lat, lon + 0.04), (0.01, 0.0), railway="abandoned"),
        *line(330, 3, (lat, lon + 0.05), (0.01, 0.0), railway="platform"),
        *line(340, 3, (lat, lon + 0.06), (0.01, 0.0), highway="residential"),
        *line(350, 3, (lat, lon + 0.07), (0.01, 0.0), railway="rail", highway="service", service="siding"),
        *line(360, 3, (lat, lon + 0.08), (0.01, 0.0), **{"proposed:railway": "rail"}),
        way(370, [100, 999, 101, 102], railway="rail", name="holed"),
        node(500, lat, lon + 0.001, railway="station", name="Тошкент", **{"name:en": "Tashkent"}),
        node(501, lat + 0.21, lon, railway="station", name="Yangiyul"),
        node(502, lat, lon, railway="station", station="subway"),
        node(503, lat, lon + 0.3, barrier="border_control", name="Post"),
    ]


def write_json(file, elements):
    file.write_text(json.dumps({"version": 0.6, "elements": elements}), encoding="utf-8")
    return file


def xml_of(elements):
    rows = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="test">']
    for item in sorted(elements, key=lambda e: (e["type"], e["id"])):
        head = f'<{item["type"]} id="{item["id"]}" version="{item["version"]}"'
        place = f' lat="{item["lat"]:.7f}" lon="{item["lon"]:.7f}"' if item["type"] == "node" else ""
        refs = "".join(f'<nd ref="{ref}"/>' for ref in item.get("nodes", ()))
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in item["tags"].items())
        rows.append(f"{head}{place}>{refs}{tags}</{item['type']}>")
    return "\n".join([*rows, "</osm>"])


def write_every_form(folder, elements):
    """The same elements as .osm.json, .osm, .osm.bz2 and .osm.pbf."""
    import osmium

    xml, packed, pbf = folder / "town.osm", folder / "town.osm.bz2", folder / "town.osm.pbf"
    xml.write_text(xml_of(elements), encoding="utf-8")
    packed.write_bytes(bz2.compress(xml.read_bytes()))
    writer = osmium.SimpleWriter(str(pbf))
    for item in osmium.FileProcessor(str(xml)):
        writer.add(item)
    writer.close()
    return [write_json(folder / "town.osm.json", elements), xml, packed, pbf]
