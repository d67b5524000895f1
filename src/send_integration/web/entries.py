"""The entries of a child's timeline as the page shows them: who said so, how late, which flags rest on it, what was noted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from send_integration.contracts.event import Event
from send_integration.web.days import written
from send_integration.web.lanes import VOICE
from send_integration.web.names import SECTORS, feed_name
from send_integration.when.london import london_day
from send_integration.when.school_years import school_year_start

LATE_DAYS = 8
"""From how many days on it is said that something was written down later than it happened."""

Numbers = Mapping[str, tuple[int, ...]]
"""The numbers of the flags that rest on an event, by its id; those of a milestone's flag by its rule and subject."""


class Entry(NamedTuple):
    """One entry; `small_print` says whose it is and how late it was written down.

    `note` is None where nothing was noted, or the reader may not see it, which `withheld` tells.
    """

    anchor: str
    on: date
    day: str
    title: str
    sector: str
    voice: bool
    feed: str
    small_print: str
    flags: tuple[int, ...]
    note: str | None
    withheld: bool

    def text(self) -> str:
        """All that the reader sees of it, for a search."""
        return f"{self.title} {feed_name(self.feed)} {self.small_print} {self.day} {self.note or ''}".casefold()


class SchoolYear(NamedTuple):
    """The entries of one school year, the newest first; `name` is the child's year group in it."""

    name: str
    span: str
    start: int
    entries: list[Entry]


def numbers_of(flags: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, ...]]:
    """The flags, counted from 1 as the page lists them, by the events on which they rest and by their milestones."""
    found: dict[str, list[int]] = {}
    for number, flag in enumerate(flags, start=1):
        own = [f"{flag['rule']} {flag['subject']}"] if flag["kind"] == "milestone" else []
        for name in (*flag["evidence"], *own):
            found.setdefault(name, []).append(number)
    return {name: tuple(numbers) for name, numbers in found.items()}


def entries_of(
    timeline: Sequence[Mapping[str, Any]],
    events: Iterable[Event],
    numbers: Numbers,
    sees_notes: Mapping[str, bool],
    agency: Callable[[str], str],
) -> list[Entry]:
    """Every entry of an answer, the first first; `sees_notes` says of each sector whether the reader may see its notes.

    Two sources can give one id: then what happened first stands first in the answer too.
    """
    by_id: dict[tuple[str, str], list[Event]] = {}
    for one in events:
        by_id.setdefault((one.id, one.type), []).append(one)
    found = []
    for number, told in enumerate(timeline, start=1):
        behind = by_id.get((told["event_id"], told["type"]))
        event = behind.pop(0) if behind else None
        on, sector = date.fromisoformat(told["on"]), told["sector"]
        note = event.note if event else None
        seen = sees_notes.get(sector, False)
        late = (london_day(event.recorded_at) - on).days if event else 0
        words = f"; written down {late} days later" if late >= LATE_DAYS else ""
        said_by = agency(event.source) if event else feed_name(told["feed"])
        found.append(
            Entry(
                f"e{number}",
                on,
                written(on),
                told["title"],
                sector,
                told["type"] == VOICE,
                told["feed"],
                f"{SECTORS[sector]}, from {said_by}{words}",
                numbers.get(told["event_id"], ()),
                note if seen else None,
                bool(note) and not seen,
            )
        )
    return found


def by_school_year(entries: Iterable[Entry], year_of: Callable[[date], str]) -> list[SchoolYear]:
    """Entries by school year, the newest first."""
    years: dict[date, list[Entry]] = {}
    for entry in entries:
        years.setdefault(school_year_start(entry.on), []).append(entry)
    return [
        SchoolYear(year_of(start), f"{start.year} to {start.year + 1}", start.year, listed[::-1])
        for start, listed in sorted(years.items(), reverse=True)
    ]
