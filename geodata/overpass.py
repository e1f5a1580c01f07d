"""Ask an Overpass server one question, and take nothing but a whole answer.

A public server is shared, and what it sends is not always what was asked for. So a question is put a bounded number of times
within a deadline for the whole fetch, with pauses that double; the server's own word when it has a free place is heeded, as
long as it lies within the deadline; the request says who asks; the certificate is checked and no redirection is followed;
and reading stops at a size limit. Whatever is then not a whole answer is refused and never kept: a web page, a text that
is cut, a ``remark`` (the server ran out of time and left elements out, under the status 200), no elements at all.

Every query asks for the count of its result before the result (``out count; out meta;``). So an area without railways is
told from an answer that lost its elements, and an answer that lost some is found out too.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from geodata.osm_read import OsmError, elements_of, facts_of, parsed
from geodata.osm_tags import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

SERVER = "https://overpass-api.de/api"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_BUSY = (429, 500, 502, 503, 504)
_CHUNK = 1 << 16  # [byte]
_SLOT = re.compile(r"(\d+) slots? available now|Slot available after: \S+ in (-?\d+) seconds")


class FetchError(OsmError):
    """Why nothing was fetched, in one sentence."""


class Box(NamedTuple):
    """Area between two parallels and two meridians. [deg]"""

    south: float
    west: float
    north: float
    east: float


class Clock(Protocol):
    """Where time comes from; tests bring their own."""

    def seconds(self) -> float:
        """Seconds on a clock that only goes forward."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""

    def today(self) -> str:
        """Day and time, ISO 8601 in UTC."""


class SystemClock:
    """The machine's clock."""

    def seconds(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def today(self) -> str:
        """Time now, to the second."""
        return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server and how patiently it is asked.

    Attributes
    ----------
    tries
        How often one question is put at most.
    pause_s
        Pause after the first try; it doubles after each. [s]
    silence_s
        How long the server may say nothing. [s]
    deadline_s
        Time for the whole fetch. [s]
    most_bytes
        Largest answer. [byte]
    """

    url: str = SERVER
    agent: str = "corridor-route-simulator (freight routes; one request at a time)"
    tries: int = 4
    pause_s: float = 15.0
    silence_s: float = 200.0
    deadline_s: float = 3600.0
    most_bytes: int = 256 << 20

    def __post_init__(self) -> None:
        """Refuse a server that could be overheard or does not exist."""
        parts = urlsplit(self.url)
        if not parts.hostname or not (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        ):
            raise FetchError.at("server", problem=f'found "{self.url}"', allowed="an address that begins with https://")


class Answer(NamedTuple):
    """A whole answer: its elements without the count, and what it says of itself."""

    elements: list[dict[str, Any]]
    facts: dict[str, str]


class _PassingError(Exception):
    """What may pass if one waits, and how long the server asks to wait [s]."""

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def query_of(box: Box, timeout_s: int = 180) -> str:
    """Question for the railways in a box, in whatever state, with their nodes, stations and border posts.

    Examples
    --------
    >>> query_of(Box(34, 61, 36, 63)).splitlines()[0]
    '[out:json][timeout:180][bbox:34,61,36,63];'
    """
    corners = ",".join(f"{value:g}" for value in box)
    lifecycle = "".join(f'way["{prefix}:railway"];' for prefix in PREFIXES)
    return (
        f"[out:json][timeout:{timeout_s}][bbox:{corners}];\n"
        f'(way["railway"~"^(rail|narrow_gauge|construction|proposed|disused)$"];{lifecycle});(._;>;)->.lines;\n'
        '(node["railway"~"^(station|halt|yard|border)$"];node["barrier"="border_control"];)->.places;\n'
        "(.lines;.places;);out count;out meta;\n"
    )


def answer_of(body: bytes, name: object) -> Answer:
    """Take a body apart, refusing all that is not a whole answer.

    Raises
    ------
    OsmError
        For a web page, a cut text, a remark, no elements, or fewer than were counted.
    """
    data = parsed(body, name)
    elements = elements_of(data, name)
    counts = [item["tags"] for item in elements if item.get("type") == "count" and isinstance(item.get("tags"), dict)]
    found = [item for item in elements if item.get("type") != "count"]
    if len(counts) != 1:
        raise OsmError.at(name, problem="the answer does not say how many elements it has", mend="take another server")
    total = str(counts[0].get("total", ""))
    if total != str(len(found)):
        raise OsmError.at(name, problem=f"the answer has {len(found)} elements of {total or 'an unknown number'}")
    return Answer(found, facts_of(data))


def ask(query: str, server: Server, clock: Clock, until: float, say: Callable[[str], None]) -> Answer:
    """Put one question until it is answered whole, the tries are used up, or the clock reaches ``until`` [s].

    Raises
    ------
    FetchError
        Saying what the server did last, how often it was asked and what to do.
    """
    for k in range(server.tries):
        try:
            _wait_for_place(server, clock, until)
            return answer_of(_post(query, server, clock, until), server.url)
        except (_PassingError, OsmError) as trouble:
            if isinstance(trouble, FetchError):
                raise
            reason = str(trouble).removeprefix(f"{server.url}: ").partition("; ")[0]
            pause = max(server.pause_s * 2**k, getattr(trouble, "wait_s", 0.0))
            if k + 1 == server.tries or clock.seconds() + pause >= until:
                raise _given_up(server, reason, k + 1) from None
            say(f"{reason}; next try in {pause:.0f} s")
            clock.sleep(pause)
    raise _given_up(server, "it may not be asked", 0)


def _given_up(server: Server, reason: str, tries: int) -> FetchError:
    mend = "try again later (what was fetched is kept), or name another server with --server"
    return FetchError.at(server.url, problem=f"{reason} (asked {tries} time{'s' if tries != 1 else ''})", mend=mend)


def _left(clock: Clock, until: float, server: Server) -> float:
    """Seconds that the next read may take."""
    left = until - clock.seconds()
    if left <= 0:
        raise FetchError.at(
            server.url, problem=f"no whole answer within {server.deadline_s:.0f} s", mend="allow more time"
        )
    return min(left, server.silence_s)


def _wait_for_place(server: Server, clock: Clock, until: float) -> None:
    """Heed the server's word on free places; a status that cannot be read or had says nothing and is passed over."""
    import requests
    from urllib3.exceptions import HTTPError

    try:
        wait = min(_left(clock, until, server), 10.0)
        with requests.get(
            f"{server.url}/status",
            headers={"User-Agent": server.agent},
            timeout=wait,
            stream=True,
            allow_redirects=False,
        ) as reply:
            text = reply.raw.read1(4096).decode("utf-8", "replace") if reply.status_code == 200 else ""
    except (requests.RequestException, HTTPError, OSError):
        return
    found = [(int(free or 0), int(after or 0)) for free, after in _SLOT.findall(text)]
    waits = [after for free, after in found if not free]
    if found and not any(free for free, _ in found) and waits:
        pause = max(min(waits), 0) + 1.0
        if clock.seconds() + pause >= until:
            raise FetchError.at(
                server.url, problem=f"no free place for {pause:.0f} s, and the time allowed ends before"
            )
        clock.sleep(pause)


def _post(query: str, server: Server, clock: Clock, until: float) -> bytes:
    import requests

    silence = _left(clock, until, server)
    headers = {"User-Agent": server.agent, "Accept": "application/json"}
    try:
        with requests.post(
            f"{server.url}/interpreter",
            data={"data": query},
            headers=headers,
            timeout=(min(silence, 30.0), silence),
            stream=True,
            allow_redirects=False,
        ) as reply:
            _refuse_status(reply.status_code, reply, server)
            return _body(reply, server, clock, until)
    except requests.exceptions.SSLError as error:
        raise FetchError.at(server.url, problem=f"its certificate does not hold ({_why_not_trusted(error)})") from None
    except requests.exceptions.Timeout:
        raise _PassingError(f"no word for {silence:.0f} s") from None
    except requests.exceptions.ConnectionError as error:
        if _is_unknown_name(error):  # no waiting mends that
            mend = "check the network and the name (what was fetched is kept); everything else works without a network"
            raise FetchError.at(server.url, problem="the name has no address here", mend=mend) from None
        raise _PassingError("cannot be reached (is the network there?)") from None
    except requests.RequestException as error:
        raise FetchError.at(server.url, problem=_short(error)) from None


def _is_unknown_name(error: BaseException) -> bool:
    from urllib3.exceptions import NameResolutionError

    return any(isinstance(getattr(inner, "reason", None), NameResolutionError) for inner in error.args)


def _refuse_status(code: int, reply: Any, server: Server) -> None:
    if code == 200:
        return
    if code in _BUSY:
        asked = str(reply.headers.get("Retry-After", ""))
        words = "too many requests" if code == 429 else "busy or out of order"
        raise _PassingError(f"{words} (status {code})", float(asked) if asked.isdecimal() and len(asked) < 6 else 0.0)
    text = re.sub(r"<[^>]*>|\s+", " ", reply.raw.read1(2000, decode_content=True).decode("utf-8", "replace"))
    words = " ".join(text.split())[:160] or "no reason given"
    raise FetchError.at(
        server.url, problem=f"refused the question (status {code}: {words})", mend="name another server"
    )


def _body(reply: Any, server: Server, clock: Clock, until: float) -> bytes:
    """Body of a reply, taken as it comes, so that one that drips meets the deadline too."""
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    body = bytearray()
    try:
        while piece := reply.raw.read1(_CHUNK, decode_content=True):
            body += piece
            if len(body) > server.most_bytes:
                found = f"the answer is larger than {server.most_bytes / (1 << 20):.0f} MB"
                raise FetchError.at(server.url, problem=found, mend="ask for a smaller area or smaller tiles")
            _left(clock, until, server)
    except ReadTimeoutError:
        raise _PassingError("the answer stopped half way") from None
    except HTTPError:
        raise _PassingError("the answer broke off") from None
    return bytes(body)


def _why_not_trusted(error: BaseException) -> str:
    """What is wrong with a certificate, from the innermost error."""
    inner: BaseException | None = error
    while inner is not None:
        said = getattr(inner, "verify_message", "")
        if said:
            return str(said)
        inner = next((a for a in (getattr(inner, "reason", None), *inner.args) if isinstance(a, BaseException)), None)
    return _short(error)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:160]
