"""Loads history: files are read by several processes, let in under the lock of identity, and every child is evaluated once.

Each step goes on from what is committed, so a killed run that is started again ends as if it had not been killed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts import topics
from send_integration.contracts.erasing import is_told_of
from send_integration.contracts.registry import read as read_body
from send_integration.errors import Broken, NotReady, SendError
from send_integration.identity.model import Model
from send_integration.identity.records import records_of
from send_integration.steps import backfill_work
from send_integration.steps.backfill_reading import HistoryFile, ReadPart, register
from send_integration.steps.backfill_work import Work
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.gate import READER, Gate
from send_integration.steps.gate_counts import Counts
from send_integration.steps.gate_saying import say_moved
from send_integration.steps.identity import require_model, require_same_model, resolve
from send_integration.steps.protecting import opened
from send_integration.steps.timeline import TimelineKeeper, latest_of
from send_integration.store.backfill import (
    chunks_to_let_in,
    chunks_to_read,
    feeds_of_files,
    forget_what_a_crash_lost,
    lock_backfill,
    rest_partition,
    too_long_lines,
    topic_of,
)
from send_integration.store.backfill_children import children_it_restricts, let_evaluate
from send_integration.store.backfill_letting_in import (
    bodies_that_assert_first,
    forget_parts_let_in,
    forget_what_was_let_in,
    hold_identity,
    learn_what_was_read,
    let_evaluate_whom_it_touches,
    put_by,
    put_by_what_is_held,
    put_by_what_is_not_plain,
    read_and_not_let_in,
    release_identity,
    rest_of_files,
    strike_off,
)
from send_integration.store.breakers import paused_feeds
from send_integration.store.erased import Erased
from send_integration.store.outbox import say
from send_integration.store.people import asserted_before, lock_identity
from send_integration.store.positions import move_on
from send_integration.store.record_keys import RecordKeys
from send_integration.store.timelines import Part

RECORDS_AT_ONCE = 20_000
"""Records whose identity one transaction decides: enough that most meet in memory, few enough to keep memory small."""

REST_AT_ONCE = 2_500
"""Messages that the gate takes at a time, as the stream's does."""

ERASED_AT_ONCE = 20_000
"""Messages of which it is asked at once whether they were erased: few enough to keep memory small."""

Told = Callable[[str, int], None]
"""Hears of a step that so many more messages, records or children are done."""


class Loaded(NamedTuple):
    """What a run did: how many messages it read and let in, how many the gate took one after the other, how many
    children were evaluated; and how many lines of its files were too long for any message."""

    read: int
    let_in: int
    by_gate: int
    children: int
    too_long: int


class Backfill:
    """Loads files of history with some processes; belongs to one thread."""

    def __init__(self, engine: Engine, work: Work, model: Model, keys: RecordKeys, processes: int, told: Told) -> None:
        """Raises NotReady where the identities in the database were decided by another model."""
        self._engine = engine
        self._work = work
        self._model = model
        self._keys = keys
        self._processes = processes
        self._told = told
        self._erased = Erased(work.keys)
        self._keeper = TimelineKeeper(engine, work.rules, work.pseudonyms(), erased=self._erased)
        with engine.begin() as connection:
            require_model(connection, model)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """The only run, for as long as the block. Raises NotReady where another is."""
        with self._engine.connect() as connection:
            lock_backfill(connection)
            try:
                yield connection
            finally:
                connection.invalidate()  # closes it, and so lets go of all its locks

    def load(self, files: Sequence[HistoryFile], publish: Callable[[], int]) -> Loaded:
        """Read files, let in whatever was ever read, and end all that killed runs have left; what they had not read is read
        once its file comes again. `publish` says what was let in before anybody is evaluated.

        Raises NotReady where a feed is paused or another run goes on, BadInput where a file cannot be read any more, Broken
        where a process did not come to its end.
        """
        self._refuse_paused({file.feed for file in files})
        with self.alone() as connection, self._pool() as pool:
            registered = register(self._engine, files)
            read = self._read(connection, pool, registered)
            let_in = self._let_in(connection, pool)
            by_gate = self._take_the_rest(connection)
            publish()
            children = self._evaluate(pool)
            with connection.begin():
                too_long = too_long_lines(connection, registered)
            return Loaded(read, let_in, by_gate, children, too_long)

    def _refuse_paused(self, feeds: Iterable[str]) -> None:
        paused = sorted(paused_feeds(self._engine).keys() & set(feeds))
        if paused:
            raise _paused(paused)

    @contextmanager
    def _pool(self) -> Iterator[ProcessPoolExecutor]:
        # a process forked of this one would share its connections; one that begins alone takes seconds to load the checks
        context = get_context("forkserver")
        context.set_forkserver_preload([backfill_work.__name__, "send_integration.quality.checks"])
        pool = ProcessPoolExecutor(self._processes, context, backfill_work.begin, (self._work,))
        try:
            yield pool
        except BrokenProcessPool:
            raise Broken(
                "A process was killed, or did not start",
                where="backfill",
                next_step="Start again: what was done is kept, and the rest is done then.",
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)

    def _read(self, connection: Connection, pool: ProcessPoolExecutor, files: Mapping[int, HistoryFile]) -> int:
        with connection.begin():
            forget_what_a_crash_lost(connection)
        with connection.begin():
            wanted = chunks_to_read(connection, files)
        parts = [ReadPart(files[file].path, files[file].feed, file, chunk) for file, chunk in wanted]
        return self._all("read", [pool.submit(backfill_work.read, part) for part in parts])

    def _let_in(self, connection: Connection, pool: ProcessPoolExecutor) -> int:
        """Let in whatever is read. Nobody decides on identity meanwhile, so that no gate sees records without events."""
        with connection.begin():
            chunks = chunks_to_let_in(connection)
            feeds = feeds_of_files(connection)
        if not chunks:
            return 0
        hold_identity(connection)
        with connection.begin():
            forget_parts_let_in(connection)
            learn_what_was_read(connection)
            put_by_what_is_not_plain(connection)
            self._put_by_what_was_erased(connection)
        self._identify(connection)
        with connection.begin():
            put_by_what_is_held(connection)
            let_evaluate_whom_it_touches(connection)
        with connection.begin():
            self._keeper.restrict(connection, children_it_restricts(connection), self._work.today)
        let_in = self._all("let in", [pool.submit(backfill_work.let_in, chunk, feeds[chunk.file]) for chunk in chunks])
        with connection.begin():
            forget_what_was_let_in(connection)
        release_identity(connection)
        return let_in

    def _put_by_what_was_erased(self, connection: Connection) -> None:
        """Put by for the gate what comes again of what was erased, and what speaks of a record that was."""
        marks = self._erased.marks(connection)
        if marks is None:
            return
        for rows in read_and_not_let_in(connection, ERASED_AT_ONCE):
            events = [(file, line, read_body(body)) for file, line, body in rows]
            gone = marks.erased_events(connection, [event.key for _, _, event in events])
            told_of = {ref for _, _, event in events for ref in is_told_of(event)}
            records = marks.erased_records(connection, told_of)
            put_by(
                connection,
                [(f, line) for f, line, e in events if e.key in gone or not is_told_of(e).isdisjoint(records)],
            )

    def _identify(self, connection: Connection) -> None:
        """Decide on every record that history asserts, in the order in which agencies wrote them down."""
        with connection.begin():
            lock_identity(connection, exclusive=True)
            bodies = iter(bodies_that_assert_first(connection))
        while part := list(islice(bodies, RECORDS_AT_ONCE)):
            asserted = records_of(map(read_body, part))
            with connection.begin():
                lock_identity(connection, exclusive=True)
                require_same_model(connection, self._model)
                resolved = resolve(connection, asserted, asserted_before(connection, asserted), self._model)
                counts = Counts()
                say(connection, say_moved(connection, resolved.moved, set(), counts))
                move_on(connection, READER, [], counts.places)
            self._told("identify", len(asserted))

    def _take_the_rest(self, connection: Connection) -> int:
        """Send through the gate what is not plain, in the order of its files, and keep what it says of children.

        A batch that was killed between the two is taken again: the gate says the same again.
        """
        gate = Gate(
            self._engine,
            self._work.checks_of,
            self._model,
            keys=self._keys,
            arriving=False,
            erased=self._erased,
        )
        with connection.begin():
            feeds = feeds_of_files(connection)
        taken = 0
        for file, rows in rest_of_files(connection, REST_AT_ONCE):
            batch = [_rest_message(feeds[file], file, place, line, raw) for place, line, raw in rows]
            admitted = gate.admit(feeds[file], batch, self._work.now)
            if admitted.parked:
                raise _paused([feeds[file]])
            self._keep(admitted.outgoing)
            with connection.begin():
                strike_off(connection, file, [place for place, _, _ in rows])
            taken += len(batch)
            self._told("one by one", len(batch))
        return taken

    def _keep(self, said: Iterable[Outgoing]) -> None:
        of_children = [
            RawMessage(one.topic, 0, 0, one.key, one.value, one.headers)
            for one in said
            if one.topic == topics.CHILD_EVENTS.name and one.value is not None
        ]
        if of_children:
            with self._engine.begin() as connection:
                events = latest_of(opened(connection, self._keys, of_children, READER))
                kept = self._keeper.keep_history(connection, events, self._work.today, self._work.now)
                let_evaluate(connection, kept)

    def _evaluate(self, pool: ProcessPoolExecutor) -> int:
        """Evaluate everybody whom history has touched, each process a part."""
        part_of = {pool.submit(backfill_work.evaluate, part): part for part in self._parts()}
        done = 0
        while part_of:
            finished: Future[int] = next(as_completed(part_of))
            part, found = part_of.pop(finished), self._result(finished)
            done += found
            self._told("evaluate", found)
            if found:
                part_of[pool.submit(backfill_work.evaluate, part)] = part
        return done

    def _parts(self) -> list[Part]:
        return [Part(number, self._processes) for number in range(self._processes)]

    def _all(self, step: str, futures: Sequence["Future[int]"]) -> int:
        done = 0
        for finished in as_completed(futures):
            found = self._result(finished)
            done += found
            self._told(step, found)
        return done

    @staticmethod
    def _result(finished: "Future[int]") -> int:
        """What a process found. Our own errors say what to do; of another its kind alone is told, for its text may quote what
        a source sent."""
        try:
            return finished.result()
        except (BrokenProcessPool, SendError):
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is: it is told by its kind, and nothing is lost
            raise Broken(
                f"A process failed: {type(fault).__name__}",
                where="backfill",
                next_step="Start again: what was done is kept, and the rest is done then.",
            ) from None


def _paused(feeds: Iterable[str]) -> NotReady:
    return NotReady(
        f"Paused are: {', '.join(feeds)}",
        where="backfill",
        next_step="See `send-integration feed list`; resume them, and start again.",
    )


def _rest_message(feed: str, file: int, place: int, line: int, raw: bytes) -> RawMessage:
    origin = f'{{"line": {line + 1}}}'.encode()
    return RawMessage(topic_of(feed), rest_partition(file), place, b"", raw, (("origin", origin),))
