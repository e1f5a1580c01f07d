"""Stand-in for an Overpass server on the loopback address, and a clock on which waiting costs nothing.

The server answers each question with the next step of its script (`ok` when there is none left), so that every fault can be
provoked: `down` hangs up, `silent` says nothing, `drip` sends a little at a time, `short` promises more than it sends.
"""

import gzip
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

FREE = "Connected as: 1\nCurrent time: 2026-11-25T00:00:00Z\nRate limit: 2\n2 slots available now.\n"
PAGES = {
    "html504": (504, "Gateway Timeout"),
    "429": (429, "Too Many Requests"),
    "400": (400, "parse error: line 1"),
    "302": (302, "moved"),
}


def way(number, nodes, version=1, **tags):
    return {
        "type": "way",
        "id": number,
        "version": version,
        "user": "somebody",
        "nodes": nodes,
        "tags": {"railway": "rail", **tags},
    }


def node(number, lat, lon, version=1, **tags):
    return {"type": "node", "id": number, "version": version, "lat": lat, "lon": lon, "uid": 7, "tags": tags}


def answer(elements, **more):
    """An answer as a server gives it, count first."""
    count = {"type": "count", "id": 0, "tags": {"total": str(len(elements))}}
    about = {"timestamp_osm_base": "2026-11-24T00:00:00Z", "copyright": "ODbL"}
    return {"version": 0.6, "generator": "stand-in", "osm3s": about, "elements": [count, *elements], **more}


def in_box(query):
    """A way from corner to corner of the box asked for, and one that every box has."""
    south, west, north, east = map(float, re.search(r"bbox:([^\]]*)\]", query)[1].split(","))
    number = int(1000 * south + west)
    here = [node(2 * number, south, west), node(2 * number + 1, north, east), way(number, [2 * number, 2 * number + 1])]
    return [*here, node(1, 36.0, 61.0), node(2, 36.1, 61.0), way(1, [1, 2], gauge="1520")]


class Overpass(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script=(), elements=in_box, status=FREE):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.elements, self.status = list(script), elements, status
        self.queries, self.agents, self.released = [], [], threading.Event()
        self.asked = lambda _: None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/api"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def send(self, code, body, kind="application/json", promised=None):
        body = body.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(promised or len(body)))
        if code == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def drip(self, body):
        """A few bytes now and then."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for start in range(0, len(body), 20):
            self.wfile.write(body[start : start + 20].encode())
            if self.server.released.wait(0.002):
                break

    def chunks(self, packed):
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(packed), 50):
            piece = packed[start : start + 50]
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def do_GET(self):
        self.send(200, self.server.status, "text/plain")

    def do_POST(self):
        server = self.server
        query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["data"][0]
        server.queries.append(query)
        server.agents.append(self.headers["User-Agent"])
        server.asked(query)
        self.answer(server.script.pop(0) if server.script else "ok", server.elements(query))

    def answer(self, step, elements):
        whole = answer(elements)
        body = json.dumps(whole)
        bodies = {
            "cut": body[: len(body) // 2],
            "remark": json.dumps(
                {**answer(elements[:3]), "remark": 'runtime error: Query timed out in "query" at line 1'}
            ),
            "empty": json.dumps({"version": 0.6, "elements": []}),
            "lost": json.dumps({**whole, "elements": whole["elements"][:-1]}),
            "uncounted": json.dumps({"elements": elements}),
        }
        if step in PAGES:
            code, words = PAGES[step]
            self.send(code, f"<html><body>{words}</body></html>", "text/html")
        elif step == "page":
            self.send(200, "<!DOCTYPE html><html>Sign in to the network</html>", "text/html")
        elif step == "down":
            self.close_connection = True
        elif step == "silent":
            self.server.released.wait(5)
        elif step == "drip":
            self.drip(body)
        elif step in {"packed", "unpacked"}:  # as public servers send it: compressed, in chunks, their number not told
            packed = gzip.compress(body.encode())
            self.chunks(packed if step == "packed" else packed[: len(packed) // 2])
        elif step == "short":
            self.send(200, body[: len(body) // 2], promised=len(body))
            self.close_connection = True
        else:
            self.send(200, bodies.get(step, body))


class Clock:
    """Time that passes only when somebody sleeps, or by `tick` at every look."""

    def __init__(self, tick=0.0):
        self.now, self.tick, self.slept = 0.0, tick, []

    def seconds(self):
        self.now += self.tick
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    def today(self):
        return "2026-11-25T00:00:00+00:00"
