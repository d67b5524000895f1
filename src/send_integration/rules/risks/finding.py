"""What a risk gives: whether its pattern stands, on which events, and when that may change by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from send_integration.contracts.event import Event, EventKey
from send_integration.rules.model import Level
from send_integration.when.periods import after_months

NEXT = timedelta(1)


@dataclass(frozen=True, slots=True)
class Finding:
    """A pattern that stands. `reason` is a sentence for people, made of counts, days and codes.

    `evidence` are the keys of the events that it rests on, and of no other: without any of them the finding would be
    another, and without any other event the same. `expected` are the events, as rules write them, that would settle it
    and have not come. `level` is the finding's own where the rule has several. `subject` says which of several causes it
    is; '' where a child can have only one.
    """

    raised_on: date
    reason: str
    evidence: tuple[EventKey, ...]
    expected: tuple[str, ...] = ()
    level: Level | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer of a risk: its findings, of one subject each, and the days on which they may change with no new
    event."""

    findings: tuple[Finding, ...] = ()
    may_change_on: tuple[date, ...] = ()


def keys(events: Iterable[Event]) -> tuple[EventKey, ...]:
    """The keys of some events, sorted, each once."""
    return tuple(sorted({event.key for event in events}))


def first_day_past(day: date, months: int) -> date:
    """The first day from which, looking back some calendar months, `day` is no longer seen.

    31 January is seen until 30 November when looking back ten months; months of different length make that a search.
    """
    past = after_months(day, months)
    while after_months(past, -months) < day:
        past += NEXT
    return past
