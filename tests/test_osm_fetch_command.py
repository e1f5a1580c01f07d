"""`corridors osm fetch` under every fault: exit code, one sentence, the files on disk, and what a second call then makes of them."""

import errno
import functools
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from unittest import mock

import pytest
from overpass_server import Clock, Overpass
from studies import command

from corridors import cli_osm
from geodata import overpass as asking
from geodata.osm_fetch import FORMAT

AREA = ("--bbox", "35,61,39,62")  # two tiles
NAME = "rail.osm.json"


def run_fetch(overpass, folder, *words, clock=None, **more):
    """The command on a server, with the patience given."""
    patient = functools.partial(asking.Server, **more)
    with (
        mock.patch.object(cli_osm, "clock_of", return_value=clock or Clock()),
        mock.patch.object(asking, "Server", patient),
    ):
        return command("osm", "fetch", *(words or AREA), "--server", overpass.url, "--out", folder / NAME)


def on_disk(folder):
    """Files below a folder; a part is called by the number of its tile's elements."""
    return sorted(
        f"{path.parent.name}/part" if path.parent.name == f"{NAME}.parts" and path.suffix == ".json" else path.name
        for path in folder.rglob("*")
        if path.is_file()
    )


WHOLE = [NAME, f"{NAME}.source.json"]
ONE_PART = ["lock", f"{NAME}.parts/part"]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    with Overpass() as overpass:
        said = run_fetch(overpass, folder)
    assert said.code == 0, said.err
    assert on_disk(folder) == WHOLE
    return (folder / NAME).read_bytes()


SENTENCES = {
    "html504": "busy or out of order (status 504) (asked 4 times)",
    "429": "too many requests (status 429) (asked 4 times)",
    "down": "cannot be reached (is the network there?) (asked 4 times)",
    "short": "the answer broke off (asked 4 times)",
    "cut": "(asked 4 times)",
    "page": "a web page, not data (asked 4 times)",
    "remark": "the server left elements out: runtime error",
    "empty": "the answer has no elements (asked 4 times)",
    "lost": "the answer has 5 elements of 6 (asked 4 times)",
    "uncounted": "the answer does not say how many elements it has (asked 4 times)",
    "unpacked": "(asked 4 times)",
    "400": "refused the question (status 400: parse error: line 1); name another server",
    "302": "refused the question (status 302",
    "silent": "no word for 0 s (asked 4 times)",
    "drip": "no whole answer within 3600 s; allow more time",
    "large": "the answer is larger than 0 MB; ask for a smaller area or smaller tiles",
}
PATIENCE = {"silent": {"silence_s": 0.03}, "large": {"most_bytes": 3000}}


@pytest.mark.parametrize(("step", "words"), SENTENCES.items())
def test_a_fault_is_one_sentence_and_code_2_and_the_next_call_goes_on(step, words, tmp_path, unbroken):
    """The first tile is kept, nothing of the second; then the server is well again."""
    slow = Clock(tick=300.0) if step == "drip" else None
    whole_first = {"large": ["ok"]}.get(step, ["ok", *[step] * 4])
    elements = {} if step != "large" else {"elements": _larger_and_larger()}
    with Overpass(whole_first, **elements) as overpass:
        said = run_fetch(overpass, tmp_path, clock=slow, **PATIENCE.get(step, {}))
    assert (said.code, said.out) == (2, "")
    last = said.err.splitlines()[-1]
    assert last.startswith(f"error: {overpass.url}: ")
    assert words in last
    assert "Traceback" not in said.err
    assert on_disk(tmp_path) == ONE_PART
    if step != "large":
        with Overpass() as overpass:
            again = run_fetch(overpass, tmp_path)
        assert again.code == 0, again.err
        assert "tile 1 of 2: kept from an earlier fetch" in again.err
        assert len(overpass.queries) == 1
        assert on_disk(tmp_path) == WHOLE
        assert (tmp_path / NAME).read_bytes() == unbroken


def _larger_and_larger():
    from overpass_server import in_box, way

    more = iter([0, 50])
    return lambda query: [*in_box(query), *(way(9_000 + i, [1, 2]) for i in range(next(more)))]


def test_no_network_is_one_line_and_the_rest_still_works(tmp_path, unbroken):
    """A machine on which no connection can be made."""
    file = tmp_path / "kept.osm.json"
    file.write_bytes(unbroken)
    refused = OSError(errno.ENETUNREACH, "Network is unreachable")
    with mock.patch("socket.socket.connect", side_effect=refused), Overpass() as overpass:
        said = run_fetch(overpass, tmp_path)
        read = command("osm", "read", file)
        shown = command("list")
    assert said.code == 2
    assert "cannot be reached (is the network there?)" in said.err.splitlines()[-1]
    assert (read.code, shown.code) == (0, 0), read.err


def test_a_name_without_an_address_is_told_at_once(tmp_path):
    """A machine without a name server, as most are without a network: no pause would mend it."""
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with mock.patch("socket.getaddrinfo", side_effect=unknown), mock.patch.object(cli_osm, "clock_of") as clock:
        clock.return_value = Clock()
        said = command("osm", "fetch", *AREA, "--server", "https://nowhere.invalid/api", "--out", tmp_path / NAME)
        slept = clock.return_value.seconds()
    assert said.code == 2
    (line,) = said.err.splitlines()
    assert "https://nowhere.invalid/api: the name has no address here; check the network and the name" in line
    assert slept < asking.Server().pause_s
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_full_disk_leaves_nothing_torn(nth, tmp_path, unbroken):
    """No space at the first part, the second, the record of sources or the file itself."""
    count, sync = iter(range(1, 100)), os.fsync

    def full(handle):
        if next(count) == nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    with Overpass() as overpass:
        with mock.patch("os.fsync", full):
            said = run_fetch(overpass, tmp_path)
        assert said.code == 2
        assert said.err.splitlines()[-1].endswith("cannot be written (No space left on device); name another file")
        parts = [
            path for path in (tmp_path / f"{NAME}.parts").iterdir() if path.suffix == ".json" and len(path.stem) == 24
        ]
        assert len(parts) == min(nth - 1, 2)
        assert not (tmp_path / NAME).exists()
        assert not [path for path in tmp_path.rglob("*") if ".part." in path.name]
        assert run_fetch(overpass, tmp_path).code == 0
    assert on_disk(tmp_path) == WHOLE
    assert (tmp_path / NAME).read_bytes() == unbroken
    assert len(overpass.queries) == (3 if nth <= 2 else 2)


CHILD = """
import os, signal, sys
from pathlib import Path
from corridors import cli_osm, safe_files
from corridors.cli import main

what, nth, count = sys.argv[1], int(sys.argv[2]), 0
def deadly(work):
    def done(*given, **more):
        global count
        count += 1
        if count == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*given, **more)
    return done
owner, name = {"replace": (Path, "replace"), "unlink": (Path, "unlink"), "rmdir": (Path, "rmdir"), "fsync": (os, "fsync")}[what]
setattr(owner, name, deadly(getattr(owner, name)))
sys.argv = ["corridors", *sys.argv[3:]]
main()
"""
# each file is written, synced and renamed: part 1, part 2, sources (then moved out), the file (then moved out); then all is cleared
MOMENTS = [("fsync", 1), ("replace", 4), ("replace", 6), ("unlink", 7)]


@pytest.mark.parametrize(("what", "nth"), MOMENTS)
def test_killed_at_any_moment_the_next_call_makes_the_same_file(what, nth, tmp_path, unbroken, root):
    with Overpass() as overpass:
        words = ["osm", "fetch", *AREA, "--server", overpass.url, "--out", str(tmp_path / NAME)]
        dead = subprocess.run(
            [sys.executable, "-c", CHILD, what, str(nth), *words], capture_output=True, cwd=root, check=False
        )
        assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()
        assert not (tmp_path / NAME).exists() or (tmp_path / NAME).read_bytes() == unbroken
        said = run_fetch(overpass, tmp_path)
    assert said.code == 0, said.err
    assert on_disk(tmp_path) == WHOLE
    assert (tmp_path / NAME).read_bytes() == unbroken


def test_a_second_process_is_refused_and_the_first_goes_on(tmp_path, unbroken, root):
    with Overpass(["ok", "silent"]) as overpass:
        words = [
            sys.executable,
            "-m",
            "corridors.cli",
            "osm",
            "fetch",
            *AREA,
            "--server",
            overpass.url,
            "--out",
            tmp_path / NAME,
        ]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=root) as first:
            assert "tile 1 of 2" in first.stderr.readline()
            said = run_fetch(overpass, tmp_path)
            assert said.code == 2
            expected = f"error: {tmp_path / NAME}.parts: another fetch writes here; wait for it, or name another file\n"
            assert said.err == expected
            assert on_disk(tmp_path) == ONE_PART
            first.kill()
        overpass.released.set()
        assert run_fetch(overpass, tmp_path).code == 0
    assert (tmp_path / NAME).read_bytes() == unbroken


@pytest.mark.parametrize("how", ["other version", "torn", "of another question"])
def test_what_another_version_kept_is_fetched_again(how, tmp_path, unbroken):
    with Overpass(["ok", "400"]) as overpass:
        assert run_fetch(overpass, tmp_path).code == 2
        (part,) = (tmp_path / f"{NAME}.parts").glob("*.json")
        kept = json.loads(part.read_text(encoding="utf-8"))
        changed = {
            "other version": json.dumps({**kept, "format": FORMAT + 1}),
            "torn": part.read_text(encoding="utf-8")[:-40],
            "of another question": json.dumps({**kept, "query": "[out:json];"}),
        }
        part.write_text(changed[how], encoding="utf-8")
        said = run_fetch(overpass, tmp_path)
    assert said.code == 0
    assert ("another version" if how == "other version" else "damaged") in said.err
    assert len(overpass.queries) == 4
    assert on_disk(tmp_path) == WHOLE
    assert (tmp_path / NAME).read_bytes() == unbroken


def test_a_file_that_is_there_is_left_alone(tmp_path):
    (tmp_path / NAME).write_text("mine", encoding="utf-8")
    with Overpass() as overpass:
        said = run_fetch(overpass, tmp_path)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "is there already" in said.err
    assert on_disk(tmp_path) == [NAME]
    assert (tmp_path / NAME).read_text(encoding="utf-8") == "mine"
    assert overpass.queries == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path, root):
    """A server that signed its own certificate, made for this test; its key is no secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(root / "tests" / "osm" / "self_signed.pem")
    with Overpass() as overpass:
        overpass.socket = context.wrap_socket(overpass.socket, server_side=True)
        said = run_fetch(mock.Mock(url=overpass.url.replace("http://", "https://")), tmp_path)
    assert said.code == 2
    assert said.err.startswith(f"error: {overpass.url.replace('http:', 'https:')}: its certificate does not hold (")
    assert said.err.endswith("self-signed certificate)\n")
    assert overpass.queries == []
    assert on_disk(tmp_path) == ["lock"]


def test_the_area_may_be_a_polygon(tmp_path):
    corner = {
        "type": "Polygon",
        "coordinates": [[[61, 35], [65, 35], [65, 36], [62, 36], [62, 39], [61, 39], [61, 35]]],
    }
    (tmp_path / "area.geojson").write_text(json.dumps(corner), encoding="utf-8")
    with Overpass() as overpass:
        said = run_fetch(overpass, tmp_path, "--polygon", tmp_path / "area.geojson")
    assert said.code == 0, said.err
    asked = [query.partition("bbox:")[2].partition("]")[0] for query in overpass.queries]
    assert asked == ["35,61,37,63", "35,63,37,65", "37,61,39,63"]  # and not the fourth tile of its box
