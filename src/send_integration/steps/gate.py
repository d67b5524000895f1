"""The gate: one batch of one feed in, one transaction, and what is to be published out."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.identity.model import Model
from send_integration.identity.records import PersonRecord
from send_integration.identity.statements import FEED as IDENTITY
from send_integration.identity.statements import statements_of
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.coming_again import come_again
from send_integration.steps.feed_limits import timely_within
from send_integration.steps.gate_agencies import Fates, agencies_of, place_of
from send_integration.steps.gate_counts import Counts
from send_integration.steps.gate_judging import Checks, Judge, Judged, Reasons
from send_integration.steps.gate_messages import quarantined, replay_of
from send_integration.steps.gate_saying import admitted_row, said_before, say_moved, say_new, say_replaced
from send_integration.steps.gate_sorting import Sorted, event_of, sort_out
from send_integration.steps.gate_tally import Outcome, tally_of
from send_integration.steps.identity import (
    Resolved,
    are_decided,
    reconsider,
    require_model,
    require_same_model,
    resolve,
    restate,
)
from send_integration.steps.protecting import protected
from send_integration.steps.watching import FeedParked, FeedWatch, unwatched
from send_integration.store.admission import admitted_of_feed, keep_admitted
from send_integration.store.agency_days import add_agency_day
from send_integration.store.breakers import entrance_of
from send_integration.store.decisions import keep_carried_out
from send_integration.store.erased import Erased
from send_integration.store.outbox import say
from send_integration.store.people import (
    KnownRecord,
    asserted_before,
    lock_identity,
    next_decision_number,
    records_by_id,
)
from send_integration.store.positions import move_on, split_known
from send_integration.store.record_keys import RecordKeys
from send_integration.store.refusals import QuarantineRow, quarantine_new, refuse_again, release_let_in
from send_integration.store.remarks import Remarked, add_remarks
from send_integration.timeline.fold import standing
from send_integration.when.london import london_day

READER = "gate"


class Admitted(NamedTuple):
    """What became of a batch: what is to be published, and how its new messages were counted.

    Where the feed is `parked` nothing of the batch was kept: it is to be read again once the feed goes on.
    """

    outgoing: tuple[Outgoing, ...]
    accepted: int
    quarantined: int
    duplicates: int
    parked: bool = False


LEFT_UNREAD = Admitted((), 0, 0, 0, parked=True)


class _OthersChangeError(Exception):
    """A batch asserts a record that is not decided yet, or lets in what was counted elsewhere: its transaction starts over
    with the other lock."""


class Gate:
    """Lets the feeds' events in; belongs to one thread."""

    def __init__(
        self,
        engine: Engine,
        checks: Callable[[str], Checks],
        model: Model,
        watch: FeedWatch | None = None,
        *,
        keys: RecordKeys,
        arriving: bool = True,
        erased: Erased | None = None,
    ) -> None:
        """What is let in is said under `keys`. Without `arriving` nothing is counted as sent by its agency or as a feed's
        traffic: it is history, which is loaded. Without `erased` it stops at its first batch after anything was.

        Raises NotReady where the identities in the database were decided by another model.
        """
        self._engine = engine
        self._watch = watch or unwatched()
        self._model = model
        with engine.begin() as connection:
            require_model(connection, model)
        self._judge = Judge(checks)
        self._keys = keys
        self._arriving = arriving
        self._erased = erased or Erased()
        self._expects_new_people = True

    def admit(self, feed: str, batch: Sequence[RawMessage], now: datetime) -> Admitted:
        """Keep a batch in one transaction; give what is to be published once it is committed.

        Messages kept before are not counted again, but what they had to say is given again: a worker that was killed
        before publishing starts again from them. Raises Broken where the batch cannot be kept; nothing is then.
        """
        with self._engine.connect() as connection:
            entrance = entrance_of(connection, feed)
        if entrance.parked:
            return LEFT_UNREAD
        judged = self._judge.judged(feed, batch, now)._replace(resumed_at=entrance.resumed_at)
        exclusive = self._expects_new_people or feed == IDENTITY
        while True:
            try:
                with self._engine.begin() as connection:
                    return self._keep(connection, judged, exclusive=exclusive)
            except FeedParked:
                return LEFT_UNREAD
            except _OthersChangeError:
                exclusive = True

    def _keep(self, connection: Connection, judged: Judged, *, exclusive: bool) -> Admitted:
        feed, batch = judged.feed, judged.batch
        # First of all locks: a batch that may change decisions also changes the counts of other partitions, and whoever
        # held such a partition's row while waiting for this lock would wait for ever. It is held to the commit, so that
        # two batches are never both beyond it unless each changes its own partitions alone.
        lock_identity(connection, exclusive=exclusive)
        new, known = split_known(connection, READER, batch)
        verdict_of = {(m.partition, m.offset): verdict for m, verdict in zip(batch, judged.verdicts, strict=True)}
        judged_new = [(m, verdict_of[m.partition, m.offset]) for m in new]
        # under the lock, which whoever erases has alone: what was erased by now is known, and nothing is until the commit
        again = come_again(connection, self._erased, feed, judged_new)
        out = sort_out(connection, feed, again.judged, [m.value for m in new if replay_of(m)])
        out.duplicates += again.repeats
        if out.let_in and not exclusive:
            raise _OthersChangeError
        counts = Counts()
        for message in out.duplicates:
            counts.add(message, duplicates=1)
        refusals = _refuse(connection, out, counts)
        outgoing = [quarantined(row) for row in refusals]
        refused, repeated = counts.total(1), counts.total(2)
        _settle_replays(connection, out, counts)
        resolved = self._identify(connection, feed, out, exclusive=exclusive)
        outgoing += self._let_in(connection, feed, out, resolved, counts)
        outgoing += said_before(connection, known)
        outgoing = protected(connection, self._keys, outgoing, READER)
        move_on(connection, READER, new, counts.places)
        # Last, for these rows are shared by all partitions of the feed; of them the breaker's, whose holder waits for nobody.
        add_remarks(connection, _remarked(feed, out, judged.remarks), london_day(judged.now))
        if self._arriving:
            own = [(message, verdict) for message, verdict in judged_new if not replay_of(message)]
            fates = Fates(own, out, resolved.records, {place_of(row) for row in refusals}, judged.remarks)
            kept = [(message, event, out.records[key]) for key, (message, event) in out.keep.items()]
            outcome = Outcome(new, kept, resolved.records, refused, repeated, judged.resumed_at)
            self._count_arrivals(connection, judged, fates, outcome)
        return Admitted(tuple(outgoing), counts.total(0), counts.total(1), counts.total(2))

    def _count_arrivals(self, connection: Connection, judged: Judged, fates: Fates, outcome: Outcome) -> None:
        """Count what an agency sent and what its feed brought; last in the transaction."""
        agencies = agencies_of(fates, timely_within(judged.feed), judged.now)
        add_agency_day(connection, judged.feed, london_day(judged.now), agencies)
        tally = tally_of(outcome, judged.passed, judged.checked, judged.now)
        self._watch.count(connection, judged.feed, tally, judged.now)

    def _identify(self, connection: Connection, feed: str, out: Sorted, *, exclusive: bool) -> Resolved:
        """The decision on every record of the batch; under the lock, so it sees no half of another batch's changes."""
        asserted = out.asserted()
        if feed == IDENTITY and out.keep:
            require_same_model(connection, self._model)
            return Resolved({})
        if not asserted and not out.replaced:
            return Resolved({})
        known = asserted_before(connection, asserted)
        self._expects_new_people = bool(out.replaced) or not are_decided(asserted, known)
        if not self._expects_new_people:
            return Resolved(known)
        if not exclusive:
            raise _OthersChangeError
        require_same_model(connection, self._model)
        return resolve(connection, asserted, known, self._model)

    def _let_in(
        self, connection: Connection, feed: str, out: Sorted, resolved: Resolved, counts: Counts
    ) -> list[Outgoing]:
        """Keep the events that are let in, and say theirs.

        What their coming changes for others goes through the outbox: a worker killed before publishing reads its own
        messages again, and says them again, but would not come upon the others.
        """
        records = dict(resolved.records)
        moved = list(resolved.moved)
        number = _number_after_a_free_one(connection) if out.replaced else 0
        rows = {
            key: admitted_row(
                feed, message, event, _known(records, out.records[key]), number if key in out.replaced else 0
            )
            for key, (message, event) in out.keep.items()
        }
        keep_admitted(connection, [row for key, row in rows.items() if key not in out.replaced])
        others: list[Outgoing] = []
        if out.replaced:
            others += say_replaced(connection, out, rows, moved, counts)
            former = {row.person_record_id for row in out.replaced.values() if row.person_record_id is not None}
            again = reconsider(connection, records_by_id(connection, former).values(), self._model)
            moved += again.moved
            records |= again.records
        if out.changes_decisions_of_people(feed):
            keep_carried_out(
                connection,
                (event for _, event in out.keep.values() if event.feed == IDENTITY),
                [key for key, row in out.replaced.items() if row.feed == IDENTITY],
            )
            decided = standing(event_of(row) for row in admitted_of_feed(connection, IDENTITY))
            again = restate(connection, statements_of(decided), self._model)
            moved += again.moved
            records |= again.records
        others += say_moved(connection, moved, set(rows), counts)
        say(connection, others)
        outgoing: list[Outgoing] = []
        for key, (message, event) in out.keep.items():
            known = _known(records, out.records[key])
            outgoing += say_new(connection, message, event, rows[key], known, counts)
        return outgoing


def _known(records: Mapping[PersonRecord, KnownRecord], record: PersonRecord | None) -> KnownRecord | None:
    return None if record is None else records[record]


def _remarked(feed: str, out: Sorted, remarks: Mapping[tuple[int, int], Reasons]) -> Counter[Remarked]:
    """How often each rule remarked on events that are kept; a repeat is not counted again."""
    return Counter(
        Remarked(feed, event.source, remark.code)
        for message, event in out.keep.values()
        for remark in remarks.get((message.partition, message.offset), ())
    )


def _refuse(connection: Connection, out: Sorted, counts: Counts) -> list[QuarantineRow]:
    """Keep what was refused, and give what of it was new; the same bytes twice are one item and a repeat."""
    first: dict[bytes, QuarantineRow] = {}
    for row in out.refuse:
        if first.setdefault(row.raw, row) is not row:
            counts.add(row, duplicates=1)
    kept = quarantine_new(connection, list(first.values()))
    for row in first.values():
        counts.add(row, quarantined=int(row.raw in kept), duplicates=int(row.raw not in kept))
    return [row for row in first.values() if row.raw in kept]


def _settle_replays(connection: Connection, out: Sorted, counts: Counts) -> None:
    """Say on items whose bytes came again what became of them.

    What is let in was counted as quarantined where it stood first; of its two messages that one is now the repeat.
    """
    if out.let_in:
        release_let_in(connection, out.let_in)
        for item in out.let_in:
            counts.add(item, quarantined=-1, duplicates=1)
    if out.refused_again:
        refuse_again(connection, out.refused_again)
        say(connection, [quarantined(row) for row in out.refused_again.values()])


def _number_after_a_free_one(connection: Connection) -> int:
    """A decision number whose predecessor nobody uses, for saying first that a former body is gone."""
    next_decision_number(connection)
    return next_decision_number(connection)
