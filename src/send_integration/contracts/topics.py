"""Every topic's name, key and retention, declared once."""

from datetime import timedelta
from typing import NamedTuple

FEEDS = (
    "referrals", "ndd-triage", "camhs", "early-help", "ehcp", "school", "transition", "support", "panel", "people",
    "workers", "identity",
)  # fmt: skip
"""The feeds, in the order in which pages and reports list them."""

FOREVER = None
MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""The largest message that a source can send, and that is said in the clear. Room for the hostile (a two-megabyte string) to
reach quarantine whole."""

LARGEST_SAID_BYTES = MAX_MESSAGE_BYTES * 3 // 2
"""The largest that any topic takes: protected, a message is a third larger, and names its keys."""

ROOM_FOR_REASONS = 64 * 1024
"""What a raw message has to leave of that: refused, it goes on with its reasons, and must not be too large by them."""


class Topic(NamedTuple):
    """A Kafka topic; `retention` None keeps messages for ever, of each key the last alone where it is `compacted`."""

    name: str
    key: str
    retention: timedelta | None
    about: str
    compacted: bool = False

    @property
    def largest(self) -> int:
        """The bytes of the largest message that it takes."""
        if self.name.startswith("send.clean.") or self.name in ("send.child-events", "send.flags"):
            return LARGEST_SAID_BYTES
        return MAX_MESSAGE_BYTES - (ROOM_FOR_REASONS if self.name.startswith("send.raw.") else 0)

    @property
    def configuration(self) -> dict[str, str | int]:
        """Kafka's settings of the topic."""
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": -1 if self.retention is None else self.retention // timedelta(milliseconds=1),
            "max.message.bytes": self.largest,
        }


def raw(feed: str) -> Topic:
    """What a source sent, untouched; keyed by its own name for the person."""
    return Topic(f"send.raw.{feed}", "subject", timedelta(days=30), f"What sources of feed {feed} sent, untouched.")


def clean(feed: str) -> Topic:
    """Accepted events of one feed, once identity is known."""
    return Topic(
        f"send.clean.{feed}", "child id", FOREVER, f"Accepted events of feed {feed}, each with the child whose it is."
    )


QUARANTINE = Topic("send.quarantine", "feed", timedelta(days=90), "What was not let in: the untouched bytes, and why.")
CHILD_EVENTS = Topic("send.child-events", "child id", FOREVER, "Accepted events of all feeds that are about a child.")
FLAGS = Topic("send.flags", "child id", FOREVER, "Every change of a flag: something that somebody should act on.")
ALERTS = Topic("send.alerts", "worker id", timedelta(days=365), "What became of each alert to a worker or team.")
AUDIT = Topic("send.audit", "actor", FOREVER, "Who looked at or did what, as a chain that nobody can change unseen.")
FEED_HEALTH = Topic(
    "send.feed-health",
    "feed",
    timedelta(days=365),
    "Every change of a feed's circuit breaker, and batch rules that warn.",
)
"""Every change of a feed's circuit breaker, every batch rule that only warns, and when a silent feed sends again."""

CHILD_SNAPSHOT = Topic(
    "send.child-snapshot", "pseudonym", FOREVER, "The current state of each child, pseudonymous, for who joins late.",
    compacted=True,
)  # fmt: skip

TOPICS = (
    *map(raw, FEEDS), *map(clean, FEEDS), QUARANTINE, CHILD_EVENTS, FLAGS, ALERTS, AUDIT, FEED_HEALTH, CHILD_SNAPSHOT,
)  # fmt: skip


def by_name(name: str) -> Topic:
    """The topic of that name. Raises KeyError where there is none."""
    return {topic.name: topic for topic in TOPICS}[name]
