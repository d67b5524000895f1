"""What a risk gives: whether its pattern stands, on which events, and when that may change by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from send_integration.contracts.event import Event


@dataclass(frozen=True, slots=True)
class Finding:
    """A pattern that stands. `reason` is a sentence for people, made of counts, days and codes."""

    raised_on: date
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer of a risk: its finding, if any, and the days on which that may change with no new event."""

    finding: Finding | None
    may_change_on: tuple[date, ...] = ()


def ids(events: Iterable[Event]) -> tuple[str, ...]:
    """The ids of some events, sorted, each once."""
    return tuple(sorted({event.id for event in events}))
