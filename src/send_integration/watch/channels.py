"""Whether a channel is alive: what its last tries say, when it is tried again, and when people are told that it is dead."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

PROBE_AFTER = timedelta(seconds=30)
"""A channel that failed is tried with one message, and no more often than this, until it takes one."""

DEAD_AFTER = timedelta(minutes=2)
"""A channel is dead that has failed for so long and taken nothing. A message that waits alone is tried again after at most
one minute and then two, so that people know within five minutes of the first failure."""


class Standing(StrEnum):
    """How a channel stands, in a word."""

    ALIVE = "alive"
    FAILING = "failing"
    DEAD = "dead"
    UNTRIED = "not tried yet"


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel stands. `failing_since` is its first failure after it last took a message; `told_at` is when people were
    told that it is dead, and None again once they are told that it lives."""

    channel: str
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    taken_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def dead(self) -> bool:
        """Whether it was tried for long enough and took nothing; one that is not tried does not die of it."""
        if self.failing_since is None or self.failed_at is None:
            return False
        return self.failed_at - self.failing_since >= DEAD_AFTER

    @property
    def standing(self) -> Standing:
        """How it stands, in a word."""
        if self.failing_since is not None:
            return Standing.DEAD if self.dead else Standing.FAILING
        return Standing.ALIVE if self.taken_at else Standing.UNTRIED

    def may_be_tried(self, now: datetime) -> bool:
        """Whether a message may be sent by it now."""
        return self.failing_since is None or self.failed_at is None or now - self.failed_at >= PROBE_AFTER


def failed(health: ChannelHealth, failure: str, now: datetime) -> ChannelHealth:
    """How a channel stands after it took nothing."""
    return replace(health, failing_since=health.failing_since or now, failed_at=now, failure=failure)


def taken(health: ChannelHealth, now: datetime) -> ChannelHealth:
    """How a channel stands after it took a message."""
    return replace(health, failing_since=None, failure="", taken_at=now)


def answered(health: ChannelHealth) -> ChannelHealth:
    """How a channel stands after it refused one message: it is alive."""
    return replace(health, failing_since=None, failure="")
