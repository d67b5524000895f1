"""The gate and the timeline joined by lists instead of a broker: the same steps, every interleaving at hand."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.identity.model import default_model
from send_integration.rules.model import RuleBook
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.gate import READER, Gate
from send_integration.steps.relay import Relay
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.positions import mark_published
from tests.builders import NOW

PARTITIONS = 3


def empty(engine: Engine) -> None:
    """Forget everything that was ever kept."""
    with engine.begin() as connection:
        names = (
            "stream_position, admitted, person_record, person_record_key, identity_link, identity_review,"
            " identity_statement, quarantine, event, child, relation, flag, flag_change"
        )
        connection.execute(text(f"TRUNCATE {names}, outbox CASCADE"))


class Pipe:
    """Topics as lists, with the partitions of a real broker."""

    def __init__(self, engine: Engine, rules: RuleBook, today: date) -> None:
        self.engine = engine
        self.today = today
        self.gate = Gate(engine, lambda _feed: lambda events: [() for _ in events], default_model())
        self.keeper = TimelineKeeper(engine, rules)
        self.topics: dict[tuple[str, int], list[RawMessage]] = {}

    def send(self, feed: str, raw: bytes) -> None:
        """Add a line to a raw topic; its partition follows from its bytes, so that repeats meet."""
        self._append(Outgoing(topics.raw(feed).name, raw[:40], raw))

    def _append(self, message: Outgoing) -> None:
        place = (message.topic, sum(message.key) % PARTITIONS)
        held = self.topics.setdefault(place, [])
        held.append(RawMessage(place[0], place[1], len(held), message.key, message.value, message.headers))

    def waiting(self, topic: str, reader: str) -> list[RawMessage]:
        """Messages of a topic that a reader has not kept, partition by partition."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                text('SELECT topic, "partition", published_offset, next_offset FROM stream_position WHERE reader = :r'),
                {"r": reader},
            )
            kept = {(row[0], row[1]): row[2] if reader == READER else row[3] for row in rows}
        return [
            message
            for place, held in sorted(self.topics.items())
            if place[0] == topic
            for message in held[kept.get(place, 0) :]
        ]

    def admit(self, feed: str, batch: list[RawMessage], *, publish: bool = True) -> None:
        """One batch through the gate; with `publish` off, as if killed after the commit."""
        admitted = self.gate.admit(feed, batch, NOW)
        if publish:
            for message in admitted.outgoing:
                self._append(message)
            mark_published(self.engine, READER, batch)

    def relay(self) -> None:
        """Publish the outbox."""
        relay = Relay(self.engine)
        for message in relay.take(10_000):
            self._append(message)
        relay.done()

    def drain_gate(self, feeds: Iterable[str], size: int = 1000) -> None:
        """Everything that waits in the raw topics, in batches."""
        for feed in feeds:
            waiting = self.waiting(topics.raw(feed).name, READER)
            for start in range(0, len(waiting), size):
                self.admit(feed, waiting[start : start + size])

    def drain_timeline(self, size: int = 1000) -> None:
        """Everything that waits in the outbox and in send.child-events, in batches."""
        self.relay()
        waiting = self.waiting(topics.CHILD_EVENTS.name, "timeline")
        for start in range(0, len(waiting), size):
            self.keeper.keep(waiting[start : start + size], self.today, NOW)

    def answers(self) -> list[object]:
        """Every child's stored answer, by child id."""
        with self.engine.connect() as connection:
            return [row[0] for row in connection.execute(text("SELECT answer FROM child ORDER BY child_id"))]

    def counts(self) -> tuple[int, int, int]:
        """Accepted, quarantined and duplicates, as counted."""
        with self.engine.connect() as connection:
            row = connection.execute(
                text(
                    "SELECT coalesce(sum(accepted), 0), coalesce(sum(quarantined), 0), coalesce(sum(duplicates), 0)"
                    " FROM stream_position WHERE reader = 'gate'"
                )
            ).one()
            return int(row[0]), int(row[1]), int(row[2])

    def rows(self) -> tuple[int, int]:
        """Accepted and quarantined, as rows: what is admitted and not held, what is kept and not released."""
        with self.engine.connect() as connection:
            accepted = connection.execute(
                text(
                    "SELECT count(*) FROM admitted a LEFT JOIN person_record r ON r.id = a.person_record_id"
                    " WHERE a.person_record_id IS NULL OR r.child_id IS NOT NULL"
                )
            ).scalar_one()
            kept = connection.execute(text("SELECT count(*) FROM quarantine WHERE status <> 'released'")).scalar_one()
            return accepted, kept
