"""What is counted of a feed's messages; sums only, so that windows add up and no child is in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple

from send_integration.contracts.event import Event, Reason

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of some messages of a feed.

    `arrived_today` of the messages reached the broker on the day on which they were let in, and after a person last let
    the feed in again: what waited before says nothing of the day's volume. `rows` are the messages that passed their
    contract; of them `absent` counts for each column those without a value, `codes` the codes of each code column, and
    `lag_seconds` adds up how long after being recorded they reached us. `people` are events about a child, `matched` those
    of them whose child was known before or that carry a number to be known by. `last_recorded_at` is when the newest was
    recorded.
    """

    messages: int = 0
    arrived_today: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    rows: int = 0
    people: int = 0
    matched: int = 0
    lag_seconds: float = 0.0
    last_recorded_at: datetime | None = None
    absent: Counts = field(default_factory=dict)
    codes: Mapping[str, Counts] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        moments = [at for at in (self.last_recorded_at, other.last_recorded_at) if at is not None]
        columns = sorted({*self.codes, *other.codes})
        return Tally(
            **{name: getattr(self, name) + getattr(other, name) for name in SUMS},
            last_recorded_at=max(moments, default=None),
            absent=_added(self.absent, other.absent),
            codes={name: _added(self.codes.get(name, {}), other.codes.get(name, {})) for name in columns},
        )


SUMS = tuple(f.name for f in fields(Tally) if f.name not in ("last_recorded_at", "absent", "codes"))
"""The fields of a tally that add up as numbers."""


def total(tallies: Iterable[Tally]) -> Tally:
    """The counts of several windows together."""
    return sum(tallies, Tally())


class Columns(NamedTuple):
    """Of some rows, how many lack a value in each column, and how often each code stands in each code column."""

    absent: Counts
    codes: Mapping[str, Counts]


class Checked(NamedTuple):
    """What a feed's row expectations say of a window of events: for each the reasons for which it is refused, none for one
    that passes, and what is only worth a steward's look; and a way to count the columns of those that stand at some of its
    places."""

    rejected: list[tuple[Reason, ...]]
    remarked: list[tuple[Reason, ...]]
    columns_of: Callable[[Sequence[int]], Columns]


def unchecked(events: Sequence[Event]) -> Checked:
    """The answer of a feed that has no expectation and no column."""
    return Checked([() for _ in events], [() for _ in events], lambda _: Columns({}, {}))


def _added(one: Counts, other: Counts) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}
