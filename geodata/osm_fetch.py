"""Fetch railways tile by tile, so that a fetch that was cut short goes on where it stopped.

The area is cut into tiles (:mod:`geodata.osm_tiles`). Each tile is one question
(:mod:`geodata.overpass`); its whole answer is written beside the target, in ``TARGET.parts``, with query, server, date and
checksum, in one step under its final name, so that a part is there whole or not at all. A part of another version of this
program, or one whose checksum does not hold, is fetched again. When all tiles are there they become one file: elements in
order of kind and number, of two versions the later; who edited them is left out. The file depends on the answers alone,
not on when or in how many sittings they came. Beside it, ``TARGET.source.json`` says where each answer came from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from geodata.osm_extract import LICENCE
from geodata.overpass import Box, Clock, FetchError, Server, SystemClock, ask, query_of

FORMAT = 1
"""Version of the parts on disk."""

_KEPT = ("type", "id", "version", "timestamp", "lat", "lon", "nodes", "tags")

Write = Callable[[Path, str], object]
"""Writes a text to a file whole or not at all."""


@dataclass(frozen=True)
class Part:
    """Answer to one tile: its elements as JSON, one a line, and where they came from."""

    query: str
    server: str
    date: str
    data_of: str
    elements: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Checksum of the elements."""
        return hashlib.sha256("\n".join(self.elements).encode()).hexdigest()


def fetch(
    tiles: Sequence[Box],
    target: Path,
    write: Write,
    *,
    server: Server | None = None,
    clock: Clock | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """Fetch the railways in the tiles into one file, going on from what an earlier fetch left.

    Parameters
    ----------
    write
        Writes a text to a file whole or not at all.
    say
        Told of every tile and every pause.

    Raises
    ------
    FetchError
        Where the server does not answer whole in time, or another fetch writes to the same file. What is whole is kept.
    """
    server, clock = server or Server(), clock or SystemClock()
    folder = target.with_name(target.name + ".parts")
    if target.exists() and not _ours(target, folder):
        raise FetchError.at(target, problem="is there already", mend="name a new file, or remove it to fetch it again")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FetchError.at(folder, problem=f"cannot be made ({error.strerror})", mend="name another file") from None
    with _alone(folder):
        if target.exists():
            say("all of it was there already")
        else:
            asked = _Asked(server, clock, clock.seconds() + server.deadline_s, say)
            parts = [_part(i, tiles, folder, write, asked) for i in range(len(tiles))]
            text = merged(parts, target)
            for name, words in ((_about(target), _source(parts, target.name, text)), (target, text)):
                write(folder / name.name, words)
                (folder / name.name).replace(name)
        for file in sorted(folder.iterdir()):
            file.unlink()
    with suppress(OSError):  # another fetch has come into the folder meanwhile
        folder.rmdir()
    return target


class _Asked(NamedTuple):
    """Whom to ask, until when by which clock, and who is told."""

    server: Server
    clock: Clock
    until: float
    say: Callable[[str], None]


def _part(i: int, tiles: Sequence[Box], folder: Path, write: Write, asked: _Asked) -> Part:
    """Answer to one tile, kept from an earlier fetch or asked for."""
    query = query_of(tiles[i])
    file = folder / f"{hashlib.sha256(query.encode()).hexdigest()[:24]}.json"
    where = f"tile {i + 1} of {len(tiles)}"
    say = partial(_told, asked.say, where)
    part = _kept_part(file, query, say)
    if part is not None:
        say(f"kept from an earlier fetch, {len(part.elements):,} elements")
        return part
    answer = ask(query, asked.server, asked.clock, asked.until, say)
    elements = tuple(sorted(map(_text, answer.elements)))
    part = Part(query, asked.server.url, asked.clock.today(), answer.facts.get("data of", ""), elements)
    write(file, json.dumps({"format": FORMAT, "sha256": part.sha256, **vars(part)}, ensure_ascii=False))
    say(f"{len(elements):,} elements")
    return part


def _about(target: Path) -> Path:
    return target.with_name(target.name + ".source.json")


def _ours(target: Path, folder: Path) -> bool:
    """Whether a file is whole and from a fetch that was killed while it cleared up."""
    try:
        told = json.loads(_about(target).read_bytes())["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return folder.is_dir() and told == hashlib.sha256(target.read_bytes()).hexdigest()


def _told(say: Callable[[str], None], where: str, words: str) -> None:
    say(f"{where}: {words}")


def _text(element: dict[str, Any]) -> str:
    return json.dumps({key: element[key] for key in _KEPT if key in element}, ensure_ascii=False, sort_keys=True)


def merged(parts: Sequence[Part], name: object) -> str:
    """One file of all parts: each element once, in its latest version, in order of kind and number.

    Raises
    ------
    FetchError
        Where no part has a railway.
    """
    latest: dict[tuple[str, int], tuple[int, str]] = {}
    for part in parts:
        for text in part.elements:
            element = json.loads(text)
            key, version = (element["type"], element["id"]), element.get("version") or 0
            if key not in latest or latest[key] < (version, text):
                latest[key] = (version, text)
    if not any(kind == "way" for kind, _ in latest):
        raise FetchError.at(name, problem="no railway in the area asked for", mend="ask for another area")
    about = {"timestamp_osm_base": min(part.data_of for part in parts), "copyright": LICENCE}
    head = json.dumps({"version": 0.6, "generator": "corridor-route-simulator", "osm3s": about}, ensure_ascii=False)
    body = ",\n".join(text for _, (_, text) in sorted(latest.items()))
    return f'{head[:-1]}, "elements": [\n{body}\n]}}\n'


def _source(parts: Sequence[Part], name: str, text: str) -> str:
    told = [
        {
            "query": p.query,
            "server": p.server,
            "date": p.date,
            "data_of": p.data_of,
            "sha256": p.sha256,
            "elements": len(p.elements),
        }
        for p in parts
    ]
    about = {
        "file": name,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "licence": LICENCE,
        "format": FORMAT,
        "tiles": told,
    }
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _kept_part(file: Path, query: str, say: Callable[[str], None]) -> Part | None:
    """Part that an earlier fetch left, or None where there is none that can be used."""
    if not file.exists():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if data.pop("format") != FORMAT:
            say("kept by another version of this program, fetched again")
            return None
        checksum = data.pop("sha256")
        part = Part(**{**data, "elements": tuple(data["elements"])})
    except (ValueError, KeyError, TypeError, AttributeError):
        say("what was kept is damaged, fetched again")
        return None
    if part.sha256 != checksum or part.query != query:
        say("what was kept is damaged, fetched again")
        return None
    return part


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for one fetch at a time; the hold ends with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # a system without such locks: parts are still written whole
        yield
        return
    mend = "wait for it, or name another file"
    try:
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise FetchError.at(folder, problem=f"cannot be held ({error.strerror})", mend=mend) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FetchError.at(folder, problem="another fetch writes here", mend=mend) from None
        yield
