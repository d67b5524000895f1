"""Erases a child: everything personal that is held, in one transaction, so that nothing that comes again brings it back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts.erasing import without
from send_integration.contracts.event import EventKey
from send_integration.contracts.protected import SOURCE
from send_integration.contracts.pseudonyms import WAREHOUSE, Pseudonyms
from send_integration.contracts.registry import read
from send_integration.errors import BadInput, NotReady
from send_integration.identity.decide import Held as Undecided
from send_integration.steps.gate_messages import about_no_child, accepted
from send_integration.steps.protecting import records_named
from send_integration.steps.snapshots import pseudonyms_of_the_topic, taken_away
from send_integration.store.admission import admitted_by_key
from send_integration.store.alerts import lock_routing
from send_integration.store.backfill_letting_in import refuse_while_history_is_let_in
from send_integration.store.decisions import lock_deciding
from send_integration.store.erased import Mark, Marks, keep_marks, lock_erasing, marks_of
from send_integration.store.erasing import (
    count_flag_changes,
    erase_flag_changes,
    erase_parts,
    judge_anew,
    make_room,
    related_others,
    touch_others,
    what_was_counted,
)
from send_integration.store.erasing_others import forget_in_decisions, forget_in_outbox, rewrite_events
from send_integration.store.erasing_scope import (
    Scope,
    erase_these_too,
    find_scope,
    history_waits,
    others_events,
    waits_for_a_person,
    withdrawals_of,
)
from send_integration.store.holds import holds_on
from send_integration.store.outbox import hold_the_relay, say
from send_integration.store.panel import lock_words
from send_integration.store.people import forget_records, lock_identity, records_by_id
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.store.record_keys import destroy_keys
from send_integration.store.sessions import Session, record_within
from send_integration.store.timelines import lock_children
from send_integration.warehouse.erasing import forget_clean_events, forget_rows, holds_anything, rewrite_clean_events
from send_integration.warehouse.intake import begin_restating

ERASE_CHILD, RETENTION_ERASE = "erase-child", "retention-erase"
"""What the audit calls erasing a child because somebody said so, and because its time had come."""


class Held(BadInput):
    """Something stands in the way of erasing a child, which only a person can take away."""


class NobodyThere(BadInput):
    """There is no such child, or none any more."""


class Erasure(NamedTuple):
    """What was erased, or would be: how many rows of each part; and how many local ids another child has too, so that
    what comes under them cannot be known for this child's."""

    child_id: str
    rows: Mapping[str, int]
    shared: int

    @property
    def all_rows(self) -> int:
        """How many rows of all parts together."""
        return sum(self.rows.values())


class _Restating(NamedTuple):
    """The names of children in the reports, and the moment as from which these are other."""

    names: Pseudonyms
    moment: datetime


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases children; `keys` is the folder of the keys of pseudonyms, and of the marks of what was erased."""

    engine: Engine
    keys: Path

    def erase(self, child_id: str, by: Session, action: str, why: str) -> Erasure:
        """Erase a child, and write down who did it and why. Raises NobodyThere where there is no such child, Held where a hold
        stands or a person is to decide first, NotReady while history is loaded in part, BadSetting where a key is missing."""
        with self._erasing(child_id) as (connection, scope, rewritten):
            rows = self._forget(connection, scope, rewritten)
            rows["the history of flags"] = count_flag_changes(connection)
            told = f"{why}; {sum(rows.values())} rows, {len(scope.records)} records"
            record_within(connection, by, action, child_id, allowed=True, why=told)
            erase_flag_changes(connection)
            return Erasure(child_id, rows, scope.shared)

    def try_out(self, child_id: str) -> Erasure:
        """What erasing the child would erase: it is done, counted, and let go again. Raises as `erase`."""
        with self._erasing(child_id, keep=False) as (connection, scope, rewritten):
            rows = self._forget(connection, scope, rewritten)
            rows["the history of flags"] = count_flag_changes(connection)
            return Erasure(child_id, rows, scope.shared)

    @contextmanager
    def _erasing(
        self, child_id: str, *, keep: bool = True
    ) -> Iterator[tuple[Connection, Scope, dict[EventKey, bytes]]]:
        """A transaction in which nobody else keeps, decides or says anything of the child, or evaluates others who are said to
        be its own: what they had read would be written after it is gone. Gives others' events as they are without it, too."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            refuse_while_history_is_let_in(connection)
            hold_the_relay(connection)  # first of all: while no broker answers it is had by who publishes
            lock_deciding(connection)
            lock_identity(connection, exclusive=True)
            lock_erasing(connection, alone=True)
            lock_routing(connection, alone=True)
            scope = find_scope(connection, child_id)
            if scope is None:
                raise NobodyThere("There is no such child", where="the child")
            _require_free(connection, scope)
            rewritten = _others_without(connection, scope)
            others = touch_others(connection) | related_others(connection, rewritten)
            lock_children(connection, {*scope.ids, *scope.others, *others})
            lock_words(connection, child_id)
            yield connection, scope, rewritten
            if not keep:
                transaction.rollback()

    def _forget(self, connection: Connection, scope: Scope, rewritten: Mapping[EventKey, bytes]) -> dict[str, int]:
        """Everything but the history of flags, which goes beside the audit's entry."""
        marks = marks_of(self.keys)
        make_room(connection)
        restating = self._begin_restating(connection)
        judge_anew(connection, touch_others(connection))
        _keep_marks(connection, marks, scope)
        rows = {"people's decisions on identity": forget_in_decisions(connection, scope)}
        rows["messages that wait to be published"] = forget_in_outbox(connection, scope)
        rows["reports, as they stand and ever stood"] = _forget_reports(connection, scope, restating)
        rewrite_clean_events(connection, rewritten)
        rows |= dict(erase_parts(connection))
        rows["events of others that named the child, now without"] = rewrite_events(connection, rewritten)
        forget_records(connection, scope.records)
        rows["person records, with their keys, links and reviews"] = len(scope.records)
        _say_anew(connection, rewritten)
        rows["keys of what topics say of the records"] = destroy_keys(
            connection, [*sorted(scope.refs), *((SOURCE, one) for one in scope.ids)]
        )
        topic = pseudonyms_of_the_topic(self.keys)
        if topic is not None:
            say(connection, [taken_away(topic.of(one).encode()) for one in scope.ids])
        return rows

    def _begin_restating(self, connection: Connection) -> _Restating | None:
        """Have the reports alone, before anything in them is changed: their sweep takes this turn first too, and whoever
        took it later could wait for the sweep in a ring. None where they were never filled; raises BadSetting where they
        were and their key is not here."""
        if not holds_anything(connection):
            return None
        names = read_pseudonyms(self.keys, WAREHOUSE)
        return _Restating(names, begin_restating(connection, names.key_of("the key of the warehouse")))


def _forget_reports(connection: Connection, scope: Scope, restating: _Restating | None) -> int:
    """Take the child out of the warehouse."""
    gone = forget_clean_events(connection)
    if restating is None:
        return gone
    own, others = ([*map(restating.names.of, ids)] for ids in (scope.ids, scope.others))
    return gone + forget_rows(connection, restating.moment, own, others)


def _require_free(connection: Connection, scope: Scope) -> None:
    if holds_on(connection, scope.child_id):
        raise Held(
            "A legal hold stands on the child, so nothing is erased",
            where=scope.child_id,
            next_step="See `send-integration hold list`.",
        )
    waiting = waits_for_a_person(connection, scope)
    if waiting:
        raise Held(
            f"Records that could be the child's wait for a person: {waiting}",
            where=scope.child_id,
            next_step="Decide first whose they are, see `send-integration identity review`, then erase.",
        )
    if history_waits(connection):
        raise NotReady(
            "History is loaded in part, and what was not let in yet could be the child's",
            next_step="Let `send-integration backfill` finish, or start it again, and then erase.",
        )


def _others_without(connection: Connection, scope: Scope) -> dict[EventKey, bytes]:
    """Others' events that name the child, each as it is without it; of whom nothing is left goes with the child."""
    left: dict[EventKey, bytes] = {}
    gone: list[EventKey] = []
    for event in others_events(connection, scope):
        body = without(event.raw, scope.refs, event.where)
        if body is None:
            gone.append(event.key)
        elif body != without(event.raw, frozenset(), event.where):
            left[event.key] = body
    erase_these_too(connection, [*gone, *withdrawals_of(connection, gone)])
    return left


def _say_anew(connection: Connection, rewritten: Mapping[EventKey, bytes]) -> None:
    """Say others' events on their topics once more, as they are now: what is there of them names the child, and goes with its
    keys. It is said under the same decision, so that who has the event has nothing new to do."""
    rows = admitted_by_key(connection, rewritten)
    decided = records_by_id(connection, [row.person_record_id for row in rows if row.person_record_id is not None])
    for row in rows:
        event = read(row.raw)
        if row.person_record_id is None:
            say(connection, [about_no_child(event, records_named(event))])
            continue
        record = decided[row.person_record_id]
        if not isinstance(record.decision, Undecided):
            number = max(record.number, row.least_decision)
            say(connection, accepted(row.feed, row.raw, record.decision, number, records_named(event)))


def _keep_marks(connection: Connection, marks: Marks, scope: Scope) -> None:
    made = [
        Mark(marks.of_event(row.source, row.event_id), "event", row.feed, row.counted_as)
        if row.raw_hash is None
        else Mark(marks.of_bytes(row.feed, row.raw_hash), "bytes", row.feed, row.counted_as)
        for row in what_was_counted(connection)
    ]
    keep_marks(connection, marks, [*made, *(Mark(marks.of_record(*ref), "record", None, None) for ref in scope.refs)])
