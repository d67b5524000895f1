"""All steps of the stream joined by lists instead of a broker: the same steps, every interleaving at hand."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Engine, text

from send_integration import clock
from send_integration.alerts.route import LAST_TEAM, TEAM_OF_ROLE
from send_integration.contracts import topics
from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.contracts.registry import conflict_order, read
from send_integration.identity.model import default_model
from send_integration.ingest.raw_event import RawEvent
from send_integration.ingest.sen2 import events_of_return
from send_integration.ingest.sen2_return import read_return
from send_integration.rules.model import RuleBook
from send_integration.steps import alerts, timeline, warehouse
from send_integration.steps.alerts import AlertRouter
from send_integration.steps.batch import Headers, Outgoing, RawMessage
from send_integration.steps.gate import READER, Gate
from send_integration.steps.gate_judging import Checks
from send_integration.steps.relay import Relay
from send_integration.steps.returns import Facts, settled_events
from send_integration.steps.timeline import TimelineKeeper
from send_integration.steps.warehouse import Warehouse
from send_integration.store.positions import mark_published
from send_integration.warehouse.intake_tables import clean_event, restated_child
from send_integration.warehouse.sen2_cases import RELEVANT_FEEDS
from send_integration.warehouse.tables import OF_A_CHILD
from send_integration.watch.window import unchecked
from tests.builders import NOW
from tests.record_keys import KEYS, clear, known_keys

PARTITIONS = 3
MAILBOXES = {team: f"{team.removesuffix('-team')}@example.org" for team in {*TEAM_OF_ROLE.values(), LAST_TEAM}}
AT_WORK = datetime(2026, 6, 1, 9, tzinfo=UTC)
"""Ten o'clock in London: what is urgent is sent at once."""

WAREHOUSE_NAMES = Pseudonyms(bytes(range(KEY_BYTES)))
"""The names under which children stand in the warehouse."""

KILLS_IN_A_ROW = 3
"""How often at most a worker is killed before it has published anything more: what the fourth kill finds, the third left."""

HISTORIES = ("flag_change", "audit", "audit_link")
"""The tables to which is only ever added."""


TABLES = (
    *[
        "stream_position",
        "admitted",
        "person_record",
        "person_record_key",
        "identity_link",
        "identity_review",
        "identity_statement",
        "identity_decision",
        "quarantine",
        "quarantine_act",
        "event",
        "child",
        "relation",
        "flag",
        "flag_change",
        "former_child_id",
        "alert",
        "delivery",
        "notice",
        "notice_entry",
        "audit",
        "audit_link",
        "remark",
        "feed_breaker",
        "feed_change",
        "feed_window",
        "feed_day",
        "agency_day",
        "broker_end",
        "feed_silence",
        "rule_book",
        "channel_health",
        "alert_hand_over",
        "alert_load",
        "alert_count",
        "digest",
        "worker_absence",
        "meeting",
        "meeting_seat",
        "agenda_place",
        "panel_listing",
        "panel_word",
        "panel_sight",
        "decision_seen",
        "broken_glass",
        "glass_told",
        "sharing_basis",
        "unjudged",
        "backfill_file",
        "backfill_chunk",
        "backfill_event",
        "backfill_rest",
        "backfill_child",
        "keys.master",
        "keys.record_key",
        "keys.passed_over",
    ],
    "outbox",
    *(str(table) for table in (clean_event, restated_child, *OF_A_CHILD)),
)
"""Whatever the steps keep."""

_FILLED = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in TABLES)


def empty(engine: Engine) -> None:
    """Forget everything that was ever kept."""
    with engine.begin() as connection:
        filled = connection.execute(text(_FILLED)).scalars().all()
        if not filled:
            return
        for history in HISTORIES:
            connection.execute(text(f"ALTER TABLE {history} DISABLE TRIGGER {history}_is_history"))  # it refuses this
        connection.execute(text(f"TRUNCATE {', '.join(filled)} CASCADE"))
        for history in HISTORIES:
            connection.execute(text(f"ALTER TABLE {history} ENABLE ALWAYS TRIGGER {history}_is_history"))


class Pipe:
    """Topics as lists, with the partitions of a real broker. Of several workers each takes every so-manieth partition.

    `by_clock`: its moment is the real one when it is made, as for pages on which people decide now: the gate lets in nothing
    of the day after.
    """

    def __init__(
        self,
        engine: Engine,
        rules: RuleBook,
        today: date,
        *,
        workers: int = 1,
        now: datetime = NOW,
        by_clock: bool = False,
        checks: Checks = unchecked,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        self.engine = engine
        self.today = today
        self.now = clock.now() if by_clock else now
        self._over = partial(
            Pipe, rules=rules, workers=workers, by_clock=by_clock, checks=checks, pseudonyms=pseudonyms
        )
        own = [known_keys() for _ in range(workers)]
        self.gates = [Gate(engine, lambda _feed: checks, default_model(), keys=keys) for keys in own]
        self.keepers = [TimelineKeeper(engine, rules, pseudonyms, keys=keys) for keys in own]
        self.router = AlertRouter(engine, by_channel=True, mailboxes=MAILBOXES, fallback="send@example.org", keys=KEYS)
        self.warehouse = Warehouse(engine, rules, WAREHOUSE_NAMES, keys=KEYS)
        self.topics: dict[tuple[str, int], list[RawMessage]] = {
            (topic.name, number): [] for topic in topics.TOPICS for number in range(PARTITIONS)
        }
        self._appending = Lock()

    def over(self, engine: Engine) -> "Pipe":
        """The same stream as far as it has come, on a copy of its database; where it goes by the clock, at this moment."""
        same = self._over(engine, today=self.today, now=self.now)
        same.topics = {place: list(held) for place, held in self.topics.items()}
        return same

    @property
    def gate(self) -> Gate:
        """The first worker's."""
        return self.gates[0]

    @property
    def keeper(self) -> TimelineKeeper:
        """The first worker's."""
        return self.keepers[0]

    def send(self, feed: str, raw: bytes, *, headers: Headers = (), partition: int | None = None) -> None:
        """Add a line to a raw topic; its partition follows from its bytes, so that repeats meet, unless it is given."""
        self._append(Outgoing(topics.raw(feed).name, raw[:40], raw, headers), partition)

    def take_return(self, folder: Path) -> None:
        """A SEN2 return through ingest and the gate."""
        returned = read_return(folder)
        for event in settled_events(self.engine, returned.returned_at, events_of_return(returned), Facts()):
            assert isinstance(event, RawEvent)
            self.send(event.feed, event.value, headers=event.headers)
        self.drain_gate(RELEVANT_FEEDS)

    def _append(self, message: Outgoing, partition: int | None = None) -> None:
        place = (message.topic, sum(message.key) % PARTITIONS if partition is None else partition)
        with self._appending:
            held = self.topics[place]
            held.append(RawMessage(place[0], place[1], len(held), message.key, message.value, message.headers))

    def waiting(self, topic: str, reader: str) -> list[RawMessage]:
        """Messages of a topic that a reader has not kept, partition by partition."""
        held = {place: messages for place, messages in sorted(self.topics.items()) if place[0] == topic and messages}
        if not held:
            return []
        with self.engine.connect() as connection:
            rows = connection.execute(
                text('SELECT topic, "partition", published_offset, next_offset FROM stream_position WHERE reader = :r'),
                {"r": reader},
            )
            kept = {(row[0], row[1]): row[2] if reader == READER else row[3] for row in rows}
        return [message for place, messages in held.items() for message in messages[kept.get(place, 0) :]]

    def batches(self, topic: str, reader: str, size: int) -> Iterator[tuple[int, list[RawMessage]]]:
        """What a reader has not kept of a topic, in batches, each with the number of the worker whose it is."""
        waiting = self.waiting(topic, reader)
        for worker in range(len(self.gates)):
            own = [message for message in waiting if message.partition % len(self.gates) == worker]
            for start in range(0, len(own), size):
                yield worker, own[start : start + size]

    def admit(self, feed: str, batch: list[RawMessage], *, publish: bool = True, worker: int = 0) -> None:
        """One batch through the gate; with `publish` off, as if killed after the commit."""
        admitted = self.gates[worker].admit(feed, batch, self.now)
        if publish and not admitted.parked:
            for message in admitted.outgoing:
                self._append(message)
            mark_published(self.engine, READER, batch)

    def admit_though_killed(self, feed: str, data: st.DataObject) -> None:
        """Everything that waits of a feed, in batches of any size, by any worker, which is killed before it publishes or not."""
        killed = 0
        while waiting := self.waiting(topics.raw(feed).name, READER):
            batch = waiting[: data.draw(st.integers(1, len(waiting)))]
            publish = killed == KILLS_IN_A_ROW or data.draw(st.booleans())
            self.admit(feed, batch, publish=publish, worker=data.draw(st.integers(0, len(self.gates) - 1)))
            killed = 0 if publish else killed + 1

    def relay(self, *, killed: bool = False) -> None:
        """Publish the outbox; with `killed`, as if killed before it was known that the broker has it."""
        relay = Relay(self.engine, KEYS)
        for message in relay.take(10_000):
            self._append(message)
        if not killed:
            relay.done()
        elif relay._connection is not None:
            relay._connection.close()

    def drain_gate(self, feeds: Iterable[str], size: int = 1000) -> None:
        """Everything that waits in the raw topics, in batches."""
        for feed in feeds:
            for worker, batch in self.batches(topics.raw(feed).name, READER, size):
                self.admit(feed, batch, worker=worker)

    def drain_timeline(self, size: int = 1000) -> None:
        """Everything that waits in the outbox and in send.child-events, in batches."""
        self.relay()
        for worker, batch in self.batches(topics.CHILD_EVENTS.name, timeline.READER, size):
            self.keepers[worker].keep(batch, self.today, self.now)

    def drain_alerts(self, size: int = 1000) -> None:
        """Everything that waits in the outbox and in send.flags, in batches."""
        self.relay()
        for _, batch in self.batches(topics.FLAGS.name, alerts.READER, size):
            self.router.notify(batch, self.today, AT_WORK)

    def drain_warehouse(self, size: int = 1000) -> None:
        """Everything that waits in the clean topics, in batches."""
        self.relay()
        for feed in topics.FEEDS:
            for _, batch in self.batches(topics.clean(feed).name, warehouse.READER, size):
                self.warehouse.restate(batch, self.today)

    def settle(self, size: int = 1000) -> None:
        """Everything that waits anywhere, people's decisions too, to its end."""
        self.relay()
        self.drain_gate(topics.FEEDS, size)
        self.drain_timeline(size)
        self.drain_alerts(size)
        self.drain_warehouse(size)

    def ask(self, query: str, **given: object) -> Sequence[tuple[Any, ...]]:
        """The rows of a query."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), given)]

    def clean(self) -> dict[tuple[str, str], tuple[str, bytes]]:
        """What a reader of the clean topics ends with: for each source and id the child and body of the highest decision."""
        best: dict[tuple[str, str], tuple[tuple[Any, ...], str, bytes]] = {}
        for (topic, _), held in self.topics.items():
            for message in held:
                if topic.startswith("send.clean.") and any(name == "child" for name, _ in message.headers):
                    event = read(self.clear(message))
                    rank = (-int(message.header("decision")), *conflict_order(event))
                    told = (rank, message.header("child").decode(), event.body)
                    best[event.key] = min(best.get(event.key, told), told)
        return {key: (child, body) for key, (_, child, body) in sorted(best.items()) if child}

    def clear(self, message: RawMessage) -> bytes:
        """What a message holds, protected or not."""
        return clear(self.engine, message.value)

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
