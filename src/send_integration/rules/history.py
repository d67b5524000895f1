"""A child's flags over a stretch of days, as each day knew them: what a system with these rules would have shown then.

It looks only at the days on which the answer can change: those on which something came to be known or to have happened,
and those that the answer itself names.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from send_integration.contracts.event import ChildId, Event, EventKey
from send_integration.rules.engine import assess
from send_integration.rules.flags import Flag, flags_of
from send_integration.rules.model import RuleBook
from send_integration.timeline.fold import standing, timeline_of
from send_integration.timeline.model import Timeline
from send_integration.when.london import london_day

A_DAY = timedelta(1)


class Span(NamedTuple):
    """Days without a break on which a flag stood at one level and status: from `from_on`, before `until_on`.

    `flag` is as on the first of them. `until_on` is None where it still stood on the last day that was looked at.
    """

    flag: Flag
    from_on: date
    until_on: date | None


class ChildHistory(NamedTuple):
    """One child's events, and those of other children that correct or retract one of them or are named by one."""

    child_id: ChildId
    events: Sequence[Event]
    others: Collection[EventKey] = ()


def known_on(event: Event) -> date:
    """The London day on which a source wrote an event down, at the end of which it is known."""
    return london_day(event.recorded_at)


def happened_on(event: Event) -> date:
    """For a history that is told as it happened, as if everybody had known at once."""
    return event.on


def spans_between(
    history: ChildHistory,
    books: Sequence[RuleBook],
    first: date,
    last: date,
    *,
    known_from: Callable[[Event], date] = known_on,
) -> list[list[Span]]:
    """For each book of rules, how a child's flags stood from the first day to the last, both included.

    A flag that stood on the first day has a span that begins there, whenever it was raised. One fold serves all books.
    """
    tracks = [_Track(history.child_id, book) for book in books]
    for day, until, timeline in _chapters(history, first, last, known_from):
        for track in tracks:
            track.follow(timeline, day, until)
    return [track.spans() for track in tracks]


def runs_of(spans: Iterable[Span]) -> list[list[Span]]:
    """Spans that follow each other without a break of one flag, together; in order of flag and day."""
    runs: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: (span.flag.flag_id, span.from_on)):
        before = runs[-1][-1] if runs else None
        if before and (before.flag.flag_id, before.until_on) == (span.flag.flag_id, span.from_on):
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _chapters(
    history: ChildHistory, first: date, last: date, known_from: Callable[[Event], date]
) -> Iterator[tuple[date, date, Timeline | None]]:
    """Each stretch of days in which no event comes to be known or to have happened: first day, day after, timeline."""
    since = {event: known_from(event) for event in history.events}
    # An event can be written down before it happens: it takes back or corrects at once, and happens on its own day.
    turns = {max(known, first) for known in since.values()}
    turns |= {max(event.on, first) for event, known in since.items() if event.on > known}
    days = [first, *sorted(day for day in turns if first < day <= last), last + A_DAY]
    for day, until in pairwise(days):
        yield day, until, _timeline(history, [event for event, known in since.items() if known <= day], day)


def _timeline(history: ChildHistory, known: Iterable[Event], day: date) -> Timeline | None:
    """The child's timeline by what was known; None where nothing had happened yet."""
    happened = [
        event
        for event in standing(known)
        if event.on <= day and event.person is not None and event.key not in history.others
    ]
    return timeline_of(happened) if happened else None


class _Track:
    """How one book's flags of one child stand while the days go by."""

    def __init__(self, child_id: ChildId, book: RuleBook) -> None:
        self._child_id = child_id
        self._book = book
        self._open: dict[str, tuple[Flag, date]] = {}
        self._closed: list[Span] = []

    def follow(self, timeline: Timeline | None, day: date, until: date) -> None:
        """Go from `day` to the day before `until`, while the timeline stays as it is."""
        if timeline is None:
            self._turn(day, ())
            return
        turns: date | None = day
        while turns is not None and turns < until:
            found = assess(self._book, timeline, turns)
            self._turn(turns, flags_of(self._child_id, found.milestones, found.risks, self._book))
            turns = found.next_change_on

    def spans(self) -> list[Span]:
        """Every span, in order of flag and day."""
        still = [Span(flag, since, None) for flag, since in self._open.values()]
        return sorted([*self._closed, *still], key=lambda span: (span.flag.flag_id, span.from_on))

    def _turn(self, day: date, flags: Iterable[Flag]) -> None:
        now = {flag.flag_id: flag for flag in flags}
        for flag_id, (flag, since) in list(self._open.items()):
            after = now.pop(flag_id, None)
            if after is None or (after.level, after.status) != (flag.level, flag.status):
                self._closed.append(Span(flag, since, day))
                del self._open[flag_id]
                if after is not None:
                    self._open[flag_id] = (after, day)
        self._open |= {flag_id: (flag, day) for flag_id, flag in now.items()}
