"""What dated closures show of one place: when it shut, for how long, and on how many days it was seen open.

``closures.csv`` holds closures as reported, a row for each object and stage. To learn how often a place shuts, its rows are
read over a window of days. Rows of one event are one closure. A closure without an end is followed to the day it was last
confirmed, and later days are not observed; so are days on which something else hides the place, say a national closure
where the local ones are counted: nothing can be seen to begin in them. What is left is open or shut, day by day, first and
last day counted.

Closures shorter than ``minimum_days`` (three) are left out: a day or two lies within the ordinary scatter of border hours,
some of which sits in the published means. Left out too: closures nobody reported, so that every rate is a lower bound where
the press is thin; restrictions, unless a watch names them; trends.

``WATCHED`` says for each shock of ``parameters.csv`` what was watched and when. A window begins where the record is
taken to be complete, by own reading of the sources, and never at a closure that made the place interesting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geodata.elements import Closure

ALL_MONTHS = frozenset(range(1, 13))


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched, and when.

    Parameters
    ----------
    objects
        ``object_id`` of closures.csv; rows of any of them count.
    since, until
        First and last day of the window.
    scope
        local or national; closures of the other scope at the same objects hide the place. Empty: both count.
    effects
        Effects that count as shut.
    months
        Months in which the place is watched (a shock that has a season).
    apart
        Events of another cause, which hide the place as well.
    not_ended
        Events whose end in the table is only the last day with a report: their length is a lower bound.
    minimum_days
        Shorter closures are left out. [day]
    held
        Whether a closure without an end is taken to last to the end of the window: an assumption.
    """

    objects: frozenset[str]
    since: dt.date
    until: dt.date
    scope: str = ""
    effects: frozenset[str] = frozenset({"shut"})
    months: frozenset[int] = ALL_MONTHS
    apart: frozenset[str] = frozenset()
    not_ended: frozenset[str] = frozenset()
    minimum_days: int = 3
    held: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """One closure as seen in a window: its length, its age when the window opened, whether it is known to have ended."""

    event: str
    days: int
    age_days: int = 0
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """Closures of a window, how many of them began in it, and how its days divide. [day]"""

    spells: tuple[Spell, ...]
    starts: int
    days_open: int
    days_shut: int

    @property
    def days_observed(self) -> int:
        """Days on which the state is known. [day]"""
        return self.days_open + self.days_shut


def observe(closures: Iterable[Closure], watch: Watch) -> Record:
    """Closures of a window, day by day.

    Parameters
    ----------
    closures
        Rows of closures.csv.
    watch
        What is watched, and when.

    Returns
    -------
    Record

    Raises
    ------
    ValueError
        Where the window ends before it begins.

    Examples
    --------
    Two days a month apart, of a place that nothing ever shut:

    >>> observe([], Watch(frozenset({"gate"}), dt.date(2025, 1, 1), dt.date(2025, 1, 31))).days_open
    31
    """
    count = (watch.until - watch.since).days + 1
    if count < 1:
        msg = f"window {watch.since.isoformat()} to {watch.until.isoformat()} holds no day; put the later day last"
        raise ValueError(msg)
    own, hidden = _sorted_out(closures, watch, count)
    season = np.array([(watch.since + dt.timedelta(days=i)).month in watch.months for i in range(count)])
    shut = np.zeros(count, dtype=bool)
    spells: list[Spell] = []
    starts = 0
    for event, rows in own.items():
        first, last = min(r.start for r in rows), max(_end(r, watch) for r in rows)
        open_end = any(r.end is None for r in rows)
        ended = not open_end and last <= watch.until and event not in watch.not_ended
        days, age = (min(last, watch.until) - first).days + 1, max((watch.since - first).days, 0)
        here = _days(first, last, watch)
        if days <= age or here.start >= count or (ended and days < watch.minimum_days):
            continue
        shut[here] = True
        begins = age == 0 and first.month in watch.months and not hidden[here.start]
        starts += begins
        if begins or age:
            spells.append(Spell(event, days, age, ended))
        if open_end and not watch.held:
            hidden[here.stop :] = True
    days_open = int((season & ~hidden & ~shut).sum())
    return Record(tuple(spells), starts, days_open, int((season & shut).sum()))


def _sorted_out(
    closures: Iterable[Closure], watch: Watch, count: int
) -> tuple[dict[str, list[Closure]], np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Rows that count by event, in order of their first day, and the days on which something else hides the place."""
    own: dict[str, list[Closure]] = {}
    hidden = np.zeros(count, dtype=bool)
    for row in closures:
        if row.object_id in watch.objects and row.effect in watch.effects:
            if (watch.scope and row.scope != watch.scope) or row.event_id in watch.apart:
                hidden[_days(row.start, _end(row, watch), watch)] = True
            else:
                own.setdefault(row.event_id, []).append(row)
    return dict(sorted(own.items(), key=lambda item: min(r.start for r in item[1]))), hidden


def _end(row: Closure, watch: Watch) -> dt.date:
    if row.end is not None:
        return row.end
    return watch.until if watch.held else row.last_confirmed


def _days(first: dt.date, last: dt.date, watch: Watch) -> slice:
    return slice(max((first - watch.since).days, 0), max((last - watch.since).days + 1, 0))


_EVE = dt.date(2025, 10, 11)  # the Afghan-Pakistani gates have been shut since the next day
_BOTH = frozenset({"shut", "restricted"})


def _local(gate: str, since: int, *not_ended: str) -> Watch:
    """Watch of an Afghan-Pakistani gate for closures of its own, from the first of January of a year."""
    return Watch(frozenset({gate}), dt.date(since, 1, 1), _EVE, scope="local", not_ended=frozenset(not_ended))


def _flood(place: str, months: frozenset[int] = ALL_MONTHS, *apart: str) -> Watch:
    """Watch of a line for floods; the last decade but for its first year, as for the Afghan-Pakistani gates together."""
    return Watch(frozenset({place}), dt.date(2017, 1, 1), dt.date(2025, 12, 31), months=months, apart=frozenset(apart))


WATCHED: dict[str, Watch] = {
    "torkham": _local("road.torkham-torkham_pk", 2023),
    "chaman": _local("road.spin_boldak-chaman", 2021),
    "kharlachi": _local("road.kharlachi_af-kharlachi", 2022),
    "ghulam-khan": _local("road.ghulam_khan_af-ghulam_khan", 2022, "ghulam-khan-2025-08"),
    "afpk": Watch(
        frozenset({"road.torkham-torkham_pk"}), dt.date(2017, 1, 1), dt.date(2026, 11, 25), scope="national", held=True
    ),
    "irpk": Watch(frozenset({"road.mirjaveh-taftan", "IR"}), dt.date(2019, 1, 1), dt.date(2026, 2, 27), effects=_BOTH),
    "saryagash": Watch(
        frozenset({"rail.saryagash-keles"}),
        dt.date(2018, 1, 1),
        dt.date(2025, 12, 31),
        effects=_BOTH,
        months=frozenset({9, 10, 11, 12}),
    ),
    "hairatan": Watch(frozenset({"rail.galaba-hairatan"}), dt.date(2021, 1, 1), dt.date(2025, 12, 31)),
    "kkh": Watch(
        frozenset({"sost", "hunza", "chilas"}),
        dt.date(2024, 1, 1),
        dt.date(2025, 12, 31),
        not_ended=frozenset({"kkh-2025-05"}),
    ),
    "bolan": Watch(frozenset({"kolpur", "abigum", "sibi"}), dt.date(2024, 1, 1), dt.date(2026, 2, 28), effects=_BOTH),
    "ml3-flood": _flood("kolpur", ALL_MONTHS, "ml3-bridge-2024", "ml3-2026-01"),
    "ml2-flood": _flood("ml2-kotri-habibkot"),
    "ml1-flood": _flood("padidan", frozenset({7, 8, 9})),
    "hormuz": Watch(frozenset({"sea.jebel_ali--karachi_port"}), dt.date(2017, 1, 1), dt.date(2026, 6, 29)),
}
"""By shock: what was watched, and when. Shocks without an entry rest on an estimate alone (salang-snow, khunjerab-snow)."""
