"""What is counted of one agency's messages in one feed, and the five marks of quality that follow from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

LEAST_OF_A_MARK = 20
"""Of fewer events no share is given: one event more or less would move it by more than anybody can mend."""

WANTED = ("a number (NHS number or UPN)", "a postcode")
"""What every event about a child should carry beyond what its contract demands: without a number a machine must join by
name, and without a home it sees no household."""


SAID_BY_OTHER_MARKS = frozenset({"recorded-over-a-year-late", "school-age-without-upn"})
"""Warning rules of what timeliness and completeness count: nothing is marked down twice."""


@dataclass(frozen=True, slots=True)
class AgencyTally:
    """The counts of some messages of one agency in one feed; sums, and the last moments.

    Each new message is `accepted`, `refused` for its contract or a rule that rejects, `repeats`, or one of the rest:
    waiting for a decision on identity, or in conflict with another event of its id. `kept` are those that are accepted
    or wait; of them `wanted` adds up the things of `WANTED` that events about a child should carry and `present` those
    that they do, `timely` reached the broker within the feed's limit, and `lag_seconds` adds up how long each took.
    `doubted` met their contract and every rule that rejects, and yet a warning rule but those of `SAID_BY_OTHER_MARKS`
    remarked on them, or they wait or are in conflict.
    """

    messages: int = 0
    accepted: int = 0
    refused: int = 0
    repeats: int = 0
    kept: int = 0
    doubted: int = 0
    wanted: int = 0
    present: int = 0
    timely: int = 0
    lag_seconds: float = 0.0
    heard_at: datetime | None = None
    recorded_at: datetime | None = None

    def __add__(self, other: "AgencyTally") -> "AgencyTally":
        return AgencyTally(
            **{name: getattr(self, name) + getattr(other, name) for name in SUMS},
            heard_at=_later(self.heard_at, other.heard_at),
            recorded_at=_later(self.recorded_at, other.recorded_at),
        )

    @property
    def new(self) -> int:
        """Messages that were no repeats."""
        return self.messages - self.repeats

    @property
    def waiting(self) -> int:
        """New messages in quarantine that no rule refused: for a decision on identity, or in conflict."""
        return self.new - self.accepted - self.refused


SUMS = tuple(f.name for f in fields(AgencyTally) if f.name not in ("heard_at", "recorded_at"))
"""The fields that add up as numbers."""


def all_of(tallies: Iterable[AgencyTally]) -> AgencyTally:
    """The counts of several days or feeds together."""
    return sum(tallies, AgencyTally())


class Dimension(StrEnum):
    """The five marks, in the order in which they are shown."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    TIMELINESS = "timeliness"
    UNIQUENESS = "uniqueness"
    CONSISTENCY = "consistency"


MEANINGS: Mapping[Dimension, str] = {
    Dimension.COMPLETENESS: "Of what each event about a child should carry (a number by which others know the child, and"
    " a postcode), how much was there.",
    Dimension.VALIDITY: "Of the messages that were new, how many met the contract and every rule that refuses.",
    Dimension.TIMELINESS: "Of the events that were kept, how many reached us within the feed's limit after being recorded.",
    Dimension.UNIQUENESS: "Of all messages, how many were not a repeat of one that had come before.",
    Dimension.CONSISTENCY: "Of the valid messages, how many nothing spoke against: no warning, no doubt about whose record"
    " it is, no other event under the same id.",
}
"""What each mark says, for whoever is marked."""


class Mark(NamedTuple):
    """One mark: how many were right, of how many."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """The share that was right; None where there were too few to say."""
        return self.right / self.of if self.of >= LEAST_OF_A_MARK else None

    @property
    def percent(self) -> str:
        """The share in words, rounded down, so that 100% means all; 'too few' where there
        is none."""
        if self.share is None:
            return "too few" if self.of else "nothing to count"
        return f"{self.right * 1000 // self.of / 10:.1f}%".replace(".0%", "%")


def marks_of(tally: AgencyTally) -> dict[Dimension, Mark]:
    """The five marks of some counts."""
    valid = tally.new - tally.refused
    return {
        Dimension.COMPLETENESS: Mark(tally.present, tally.wanted),
        Dimension.VALIDITY: Mark(valid, tally.new),
        Dimension.TIMELINESS: Mark(tally.timely, tally.kept),
        Dimension.UNIQUENESS: Mark(tally.new, tally.messages),
        Dimension.CONSISTENCY: Mark(valid - tally.doubted, valid),
    }


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)
