"""Puts messages through the worker's own gate on a real PostgreSQL, and tells what it said of each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url, text

from benchmarks.quality.clean import CleanAuthority, Sent, messages
from benchmarks.quality.history import keep_history
from benchmarks.record_keys import KEYS
from send_integration.contracts.event import Event, EventKey
from send_integration.identity.model import default_model
from send_integration.quality.batch_rules import BatchRules
from send_integration.quality.checks import RowChecks
from send_integration.steps.batch import RawMessage
from send_integration.steps.drift import proposals_of
from send_integration.steps.gate import Gate
from send_integration.steps.silences import SilenceLook
from send_integration.steps.watching import FeedWatch, Judge, unwatched
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate
from send_integration.store.silences import silent_feeds
from send_integration.watch.window import Checked

BATCH = 2_500
COOL_DOWN = timedelta(hours=1)
MOST_HOURS = 24 * 14


class Said(NamedTuple):
    """What the gate said of one window: by a message's offset its codes, and what it said of the window as a whole: `batch`
    are the batch rules that failed, the first after `batch_after` rows."""

    refused: dict[int, tuple[str, ...]]
    remarked: dict[int, tuple[str, ...]]
    repeats: int
    reviews: int
    drift: int
    batch: tuple[str, ...] = ()
    batch_after: int = 0


@dataclass(slots=True)
class Listening:
    """The worker's own rules, made once; its row checks remember what they remarked on."""

    checks: dict[str, RowChecks] = field(default_factory=dict)
    rules: dict[str, BatchRules] = field(default_factory=dict)
    remarked: dict[EventKey, tuple[str, ...]] = field(default_factory=dict)

    def checks_of(self, feeds: Iterable[str]) -> dict[str, RowChecks]:
        """The worker's own checks of some feeds, each made once."""
        for feed in feeds:
            if feed not in self.checks:
                self.checks[feed] = RowChecks(feed)
        return self.checks

    def of(self, feed: str) -> Callable[[Sequence[Event]], Checked]:
        """A feed's checks, as the gate asks for them."""
        checks = self.checks_of([feed])[feed]

        def listened(events: Sequence[Event]) -> Checked:
            verdicts = checks.checked(events)
            for event, found in zip(events, verdicts.remarked, strict=True):
                if found:
                    self.remarked[event.key] = tuple(reason.code for reason in found)
            return verdicts

        return listened

    def judge_of(self, feed: str) -> Judge:
        """A feed's batch rules, as the watch asks for them."""
        if feed not in self.rules:
            self.rules[feed] = BatchRules(feed)
        return self.rules[feed].failures


class Server:
    """A PostgreSQL server, and databases on it that are copies of one that is filled once."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._admin = create_engine(address, isolation_level="AUTOCOMMIT")
        self.listening = Listening()

    def fill(self, authority: CleanAuthority, now: datetime) -> None:
        """Make the database that is copied: the clean authority, without the rows that get faults."""
        self._execute("CREATE DATABASE filled")
        engine = open_database(self._named("filled"))
        migrate(engine)
        gate = Gate(engine, self.listening.of, default_model(), unwatched(), keys=KEYS)
        of_feed: dict[str, list[Sent]] = {}
        for one in authority.before:
            of_feed.setdefault(one.feed, []).append(one)
        for feed, rows in of_feed.items():
            sent = messages(feed, [(row.raw, row.arrived_at) for row in rows])
            for first in range(0, len(sent), BATCH):
                gate.admit(feed, sent[first : first + BATCH], now)
        keep_history(engine, authority, self.listening.checks_of(authority.window), now)
        engine.dispose()

    @contextmanager
    def copy(self) -> Iterator[Engine]:
        """A copy of the filled database that lasts as long as the block."""
        name = f"copy_{uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE filled STRATEGY file_copy")
        engine = open_database(self._named(name))
        try:
            yield engine
        finally:
            engine.dispose()
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def judged(self, feed: str, window: Sequence[RawMessage], now: datetime) -> Said:
        """What the gate says of a window that comes next after the clean authority."""
        with self.copy() as engine:
            return admitted(engine, self.listening, feed, window, now)

    @contextmanager
    def empty(self) -> Iterator[Engine]:
        """A database that holds nothing, and lasts as long as the block."""
        name = f"empty_{uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name}")
        engine = open_database(self._named(name))
        migrate(engine)
        try:
            yield engine
        finally:
            engine.dispose()
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def missed(self, feed: str, now: datetime) -> tuple[str, int]:
        """Which rule misses a feed that sends nothing after the clean authority, and after how many hours."""
        with self.copy() as engine:
            return hours_until_missed(engine, self.listening, feed, now)

    def _named(self, name: str) -> str:
        return make_url(self._address).set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


def admitted(engine: Engine, listening: Listening, feed: str, window: Sequence[RawMessage], now: datetime) -> Said:
    """Admit a window whose partition nobody used before, and read what the gate kept of its verdicts."""
    gate = Gate(engine, listening.of, default_model(), FeedWatch(listening.judge_of, COOL_DOWN), keys=KEYS)
    reviews = _count(engine, "SELECT count(*) FROM identity_review")
    listening.remarked.clear()
    repeats = batch_after = 0
    before = _count(engine, "SELECT coalesce(max(id), 0) FROM feed_change")
    for first in range(0, len(window), BATCH):
        repeats += gate.admit(feed, window[first : first + BATCH], now).duplicates
        if not batch_after and batch_rules_since(engine, before):
            batch_after = min(first + BATCH, len(window))
    with engine.connect() as connection:
        rows = connection.execute(
            text('SELECT "offset", reasons FROM quarantine WHERE feed = :feed AND "partition" = :partition'),
            {"feed": feed, "partition": window[0].partition if window else 0},
        ).all()
    return Said(
        {row[0]: tuple(reason["code"] for reason in row[1]) for row in rows},
        _by_offset(listening, window),
        repeats,
        _count(engine, "SELECT count(*) FROM identity_review") - reviews,
        sum(proposal.events for proposal in proposals_of(engine, feed)),
        batch_rules_since(engine, before),
        batch_after,
    )


def batch_rules_since(engine: Engine, change: int) -> tuple[str, ...]:
    """The batch rules that failed after a change of a feed, each once, those that opened a breaker first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT failed ->> 'rule' FROM feed_change, jsonb_array_elements(failures) AS failed WHERE id > :change"
                " ORDER BY state <> 'open', id"
            ),
            {"change": change},
        )
        return tuple(dict.fromkeys(row[0] for row in rows))


def hours_until_missed(engine: Engine, listening: Listening, feed: str, now: datetime) -> tuple[str, int]:
    """The rule that misses a feed which sends nothing from `now` on, and after how many hours; ('', 0) where none does."""
    look = SilenceLook(engine, listening.judge_of, lambda _feed: False)
    for hour in range(1, MOST_HOURS + 1):
        look.look(now + timedelta(hours=hour))
        if feed in silent_feeds(engine):
            return batch_rules_since(engine, 0)[0], hour
    return "", 0


def _by_offset(listening: Listening, window: Sequence[RawMessage]) -> dict[int, tuple[str, ...]]:
    """Remarks by the offset of the first message that holds the event."""
    found: dict[int, tuple[str, ...]] = {}
    waiting = {(key.source.encode(), key.id.encode()): codes for key, codes in listening.remarked.items()}
    by_id: dict[bytes, tuple[bytes, tuple[str, ...]]] = {
        id_: (source, codes) for (source, id_), codes in waiting.items()
    }
    for message in window:
        start = message.value.find(b'"id"')
        id_ = message.value[start + 4 :].split(b'"', 2)[1] if start >= 0 else b""
        known = by_id.get(id_)
        if known and known[0] in message.value:
            found.setdefault(message.offset, known[1])
    return found


def _count(engine: Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())
