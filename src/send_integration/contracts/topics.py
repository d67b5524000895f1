"""Every topic's name, key and retention, declared once (the table of contracts.md 3)."""

from datetime import timedelta
from typing import NamedTuple

FEEDS = (
    "referrals", "ndd-triage", "camhs", "early-help", "ehcp", "school", "transition", "support", "panel", "people",
    "workers", "identity",
)  # fmt: skip
"""The feeds, in the order in which pages and reports list them."""

FOREVER = None
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""The largest message that any topic takes. Room for the hostile (a two-megabyte string) to reach quarantine whole."""

ROOM_FOR_REASONS = 64 * 1024
"""What a raw message has to leave of that: refused, it goes on with its reasons, and must not be too large by them."""


class Topic(NamedTuple):
    """A Kafka topic; `retention` None keeps messages for ever."""

    name: str
    key: str
    retention: timedelta | None

    @property
    def largest(self) -> int:
        """The bytes of the largest message that it takes."""
        return MAX_MESSAGE_BYTES - (ROOM_FOR_REASONS if self.name.startswith("send.raw.") else 0)


def raw(feed: str) -> Topic:
    """What a source sent, untouched; keyed by its own name for the person."""
    return Topic(f"send.raw.{feed}", "subject", timedelta(days=30))


def clean(feed: str) -> Topic:
    """Accepted events of one feed, once identity is known."""
    return Topic(f"send.clean.{feed}", "child id", FOREVER)


QUARANTINE = Topic("send.quarantine", "feed", timedelta(days=90))
CHILD_EVENTS = Topic("send.child-events", "child id", FOREVER)
FLAGS = Topic("send.flags", "child id", FOREVER)
ALERTS = Topic("send.alerts", "worker id", timedelta(days=365))
AUDIT = Topic("send.audit", "actor", FOREVER)
FEED_HEALTH = Topic("send.feed-health", "feed", timedelta(days=365))
"""Every change of a feed's circuit breaker, every batch rule that only warns, and when a silent feed sends again."""

TOPICS = (*map(raw, FEEDS), *map(clean, FEEDS), QUARANTINE, CHILD_EVENTS, FLAGS, ALERTS, AUDIT, FEED_HEALTH)
