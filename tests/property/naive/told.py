"""A child's story as the naive catalogue reads it: plain facts in order, and how one obligation stands on a day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from send_integration.contracts.event import Event
from tests.property.naive.days import ONE, days_on, turns, works


class Fact(NamedTuple):
    """One event: the day, the rules' name of what happened, and its own fields."""

    on: date
    what: str
    fields: Mapping[str, Any]

    def __getitem__(self, name: Any) -> Any:
        """A field; '' where it was not given."""
        return self.fields.get(name, "")


@dataclass
class Story:
    """What had happened to a child by a day, in order of happening."""

    born_on: date
    today: date
    facts: list[Fact]

    @classmethod
    def of(cls, born_on: date, events: Sequence[Event], today: date) -> "Story":
        """From the standing events of one child, in their order."""
        return cls(born_on, today, [Fact(e.on, e.what, e.data) for e in events if e.on <= today])

    def all(self, *names: str, **wanted: Any) -> Iterator[Fact]:
        """The facts of some names whose fields are as wanted (one of several where a tuple is given)."""
        for fact in self.facts:
            if fact.what in names and all(
                fact[name] in (value if isinstance(value, tuple) else (value,)) for name, value in wanted.items()
            ):
                yield fact

    def days(self, *names: str, **wanted: Any) -> list[date]:
        """The days of `all`."""
        return [fact.on for fact in self.all(*names, **wanted)]

    def firsts(self, what: str, *names: str, **wanted: Any) -> dict[tuple[str, ...], Fact]:
        """The first fact of a name for each value of the named fields."""
        found: dict[tuple[str, ...], Fact] = {}
        for fact in self.all(what, **wanted):
            found.setdefault(tuple(str(fact[name]) for name in names), fact)
        return found

    def gone(self) -> list[date]:
        """The days on which everything ended: death, a move away, the 25th birthday."""
        grown = turns(self.born_on, 25)
        return self.days("people.died", "people.moved_away") + ([grown] if grown <= self.today else [])

    def left_since(self, day: date) -> bool:
        """Whether everything has ended on or after a day: then what was complete on it asks nobody to act."""
        return any(gone >= day for gone in self.gone())


def by_day(facts: Iterable[Fact]) -> list[Fact]:
    """The first fact of each day: two sources can tell of one thing."""
    found: dict[date, Fact] = {}
    for fact in facts:
        found.setdefault(fact.on, fact)
    return list(found.values())


class Row(NamedTuple):
    """How one obligation stands."""

    milestone: str
    subject: str
    triggered_on: date
    due_on: date
    status: str
    days_late: int


def row(
    story: Story,
    milestone: str,
    subject: tuple[str, ...] | str,
    begun: date,
    due: date,
    *,
    met: Iterable[date] = (),
    over: Iterable[date] = (),
    excuses: Iterable[date] = (),
    stopped: Iterable[tuple[date, date | None]] = (),
    warn: int | None = None,
) -> Row:
    """Judge an obligation by walking from its first day to today; `warn` is in working days before the due date.

    `excuses` are the days on which exceptions began to hold people up: only what began in time excuses.
    """
    done = min((day for day in met if day >= begun), default=None)
    end = min((day for day in [*over, *story.gone()] if day >= begun), default=None)
    settled = min((day for day in (done, end) if day), default=None)
    due, still = _moved_by_pauses(due, stopped, settled)
    name = subject if isinstance(subject, str) else " ".join(subject)
    late = 0
    if done is not None and (end is None or done <= end):
        late = _days_past(due, done)
        status = "met-late" if late else "met"
    elif end is not None:
        status = "not-needed"
    elif story.today > due and any(day <= due for day in excuses):
        status = "excepted"
    elif story.today > due and not still:
        status, late = "missed", _days_past(due, story.today)
    elif still:
        status = "paused"
    else:
        status = "due-soon" if story.today >= _warned_from(begun, due, warn) else "pending"
    return Row(milestone, name, begun, due, status, late)


def _moved_by_pauses(due: date, stopped: Iterable[tuple[date, date | None]], settled: date | None) -> tuple[date, bool]:
    """Each day of a pause that begins in time moves the date by one, until all is settled; whether the clock still stands."""
    for first, until in stopped:
        last = min((day for day in (until, settled) if day), default=None)
        if first > due or (settled and first >= settled):
            continue
        if last is None:
            return due, True
        day = first
        while day < last:
            day += ONE
            due += ONE
    return due, False


def _days_past(due: date, day: date) -> int:
    late = 0
    while due < day:
        due += ONE
        late += 1
    return late


def _warned_from(begun: date, due: date, warn: int | None) -> date:
    if warn is not None:
        return days_on(due, -warn, works)
    length = 0
    while days_on(begun, length + 1) <= due:
        length += 1
    fifth = days_on(due, -(length // 5))
    five = days_on(due, -5, works)
    return max(begun, min(fifth, five))
