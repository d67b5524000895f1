"""The ledger: proves from broker and database that every event is accounted for, to the unit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine

from send_integration.broker.offsets import Extent, extents
from send_integration.contracts import topics
from send_integration.store.backfill import topic_of
from send_integration.store.ledger import Counted, Kept, Rows, counted, kept_now


@dataclass(frozen=True, slots=True)
class FeedLedger:
    """One feed: what the broker was given, what became of it, and what still waits. `before` were gone from the broker
    before they were ever read. While a feed is `paused` its messages wait however long one waits."""

    feed: str
    raw: int
    before: int
    waiting: int
    accepted: int
    quarantined: int
    duplicates: int
    rows_agree: bool
    paused: bool

    @property
    def balanced(self) -> bool:
        """Whether nothing waits and every event is accepted, quarantined or a duplicate, in counts and in rows."""
        return (
            self.waiting == 0
            and self.before == 0
            and self.rows_agree
            and self.raw == self.accepted + self.quarantined + self.duplicates
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """All feeds, and what waits behind the gate: child events not yet kept, flags not yet published, children whose history
    is loaded and who are not evaluated since."""

    feeds: tuple[FeedLedger, ...]
    child_events_waiting: int
    outbox_waiting: int
    children_waiting: int

    @property
    def balanced(self) -> bool:
        """Whether every feed balances and nothing waits anywhere."""
        return all(feed.balanced for feed in self.feeds) and not self._behind_the_gate

    @property
    def waits_for_people(self) -> tuple[str, ...]:
        """The paused feeds, where nothing but their messages waits: time alone will not balance it."""
        others = all(feed.balanced for feed in self.feeds if not feed.paused)
        alone = others and not self._behind_the_gate
        return tuple(feed.feed for feed in self.feeds if feed.paused and feed.waiting) if alone else ()

    @property
    def _behind_the_gate(self) -> int:
        return self.child_events_waiting + self.outbox_waiting + self.children_waiting

    def as_json(self) -> dict[str, Any]:
        """The ledger as it is printed."""
        return {
            "balanced": self.balanced,
            "child_events_waiting": self.child_events_waiting,
            "outbox_waiting": self.outbox_waiting,
            "children_waiting": self.children_waiting,
            "feeds": [{**asdict(feed), "balanced": feed.balanced} for feed in self.feeds],
        }


def take_ledger(engine: Engine, bootstrap: str) -> Ledger:
    """Ask the database what became of all there was, and then the broker how much there is. Raises NotReady where one is
    away.

    In this order, and the database as it was at one moment: what moved on since then is more at the broker than was read,
    and waits. The other way round, what left the outbox between the two would be nowhere.
    """
    kept = kept_now(engine)
    return balance(
        extents(bootstrap, [*(topics.raw(feed).name for feed in topics.FEEDS), topics.CHILD_EVENTS.name]), kept
    )


def has_waiting(engine: Engine, bootstrap: str, feed: str) -> bool:
    """Whether messages of a feed wait at the broker. Raises NotReady where it is away."""
    with engine.connect() as connection:
        kept = {(row.topic, row.partition): row for row in counted(connection) if row.reader == "gate"}
    return _waiting(extents(bootstrap, [topics.raw(feed).name]), kept) > 0


def balance(found: Iterable[Extent], kept: Kept) -> Ledger:
    """Compare what the broker has, and what was loaded of each feed's history, with what was kept."""
    by_topic: dict[str, list[Extent]] = {}
    for extent in found:
        by_topic.setdefault(extent.topic, []).append(extent)
    read = {(row.topic, row.partition): row for row in kept.read if row.reader in ("gate", "timeline")}
    feeds = tuple(_feed(feed, by_topic.get(topics.raw(feed).name, []), read, kept) for feed in topics.FEEDS)
    child_events = _waiting(by_topic.get(topics.CHILD_EVENTS.name, []), read)
    return Ledger(feeds, child_events, kept.outbox, kept.children)


def _feed(feed: str, present: Sequence[Extent], places: Mapping[tuple[str, int], Counted], kept: Kept) -> FeedLedger:
    history = [row for (topic, _), row in places.items() if topic == topic_of(feed)]
    read = [places[place.topic, place.partition] for place in present if (place.topic, place.partition) in places]
    read += history
    loaded = kept.loaded.get(feed, 0)
    accepted = sum(row.accepted for row in read)
    quarantined = sum(row.quarantined for row in read)
    return FeedLedger(
        feed,
        raw=sum(place.end for place in present) + loaded,
        before=sum(place.begin for place in present if (place.topic, place.partition) not in places),
        waiting=_waiting(present, places) + _unsaid(history, loaded),
        accepted=accepted,
        quarantined=quarantined,
        duplicates=sum(row.duplicates for row in read),
        rows_agree=kept.rows.get(feed, Rows(0, 0)) == Rows(accepted, quarantined),
        paused=feed in kept.paused,
    )


def _unsaid(history: Iterable[Counted], loaded: int) -> int:
    """Messages of history that are not let in, refused or known yet, or whose outcome is not published; no less than there
    are, for an offset of history is a line of its file."""
    places = list(history)
    left = loaded - sum(row.accepted + row.quarantined + row.duplicates for row in places)
    return max(0, left) + sum(row.next_offset - row.published_offset for row in places)


def _waiting(partitions: Iterable[Extent], kept: Mapping[tuple[str, int], Counted]) -> int:
    """Messages whose outcome is not published yet."""
    waiting = 0
    for place in partitions:
        row = kept.get((place.topic, place.partition))
        waiting += place.end - (row.published_offset if row else place.begin)
    return waiting
