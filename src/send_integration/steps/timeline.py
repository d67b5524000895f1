"""The timeline: child events in; events, answers, flags, outbox and offsets kept in one transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts import topics
from send_integration.contracts.event import ChildId, Event, EventKey
from send_integration.contracts.registry import read
from send_integration.evaluate import ChildAnswer, answer_child, child_as_json, need
from send_integration.rules.flags import Flag, FlagChange, changes, flag_as_json
from send_integration.rules.model import RuleBook
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.store.chains import events_with_chains
from send_integration.store.outbox import say
from send_integration.store.positions import move_on, split_known
from send_integration.store.relations import keep_relations
from send_integration.store.timelines import (
    ChildRow,
    KeptEvent,
    children_due,
    forget_children,
    keep_children,
    keep_events,
    keep_flags,
    lock_children,
    open_flags,
)
from send_integration.timeline.fold import standing
from send_integration.timeline.named_workers import NamedWorker, named_workers
from send_integration.timeline.relations import relations_of

READER = "timeline"


class Kept(NamedTuple):
    """How many messages were new, how many children were evaluated, and how many flags changed."""

    new: int
    children: int
    flag_changes: int


class TimelineKeeper:
    """Keeps every child's timeline up to date; belongs to one thread."""

    def __init__(self, engine: Engine, rules: RuleBook) -> None:
        self._engine = engine
        self._rules = rules

    def keep(self, batch: Sequence[RawMessage], today: date, now: datetime) -> Kept:
        """Take child events in and evaluate every child that they touch. Raises GapFound where some are missing."""
        with self._engine.begin() as connection:
            new, _ = split_known(connection, READER, batch)
            if not new:
                return Kept(0, 0, 0)
            arrived = latest_of(new)
            lock_children(connection, {event.child_id for event in arrived if event.child_id})
            children = keep_events(connection, arrived)
            lock_children(connection, children)
            changed = self._evaluate(connection, children, today, now, {k.event.body: k.event for k in arrived})
            move_on(connection, READER, new, {})
            return Kept(len(new), len(children), changed)

    def sweep(self, today: date, now: datetime, limit: int) -> int:
        """Evaluate children whose date has come, at most `limit` of them; gives how many there were."""
        with self._engine.begin() as connection:
            due = children_due(connection, today, limit)
            lock_children(connection, due)
            self._evaluate(connection, set(due), today, now, {})
            return len(due)

    def _evaluate(
        self, connection: Connection, children: set[str], today: date, now: datetime, as_read: Mapping[bytes, Event]
    ) -> int:
        """Fold, judge and keep some children anew; gives how many flags changed. `as_read` spares reading twice."""
        answers = self._answers(connection, children, today, as_read)
        before = open_flags(connection, children)
        changed: list[tuple[FlagChange, Sequence[NamedWorker]]] = []
        rows: list[ChildRow] = []
        for child_id in sorted(children):
            answer = answers.get(child_id)
            flags: tuple[Flag, ...] = answer.flags if answer else ()
            workers = named_workers(answer.timeline.events, today) if answer else ()
            changed += [(change, workers) for change in changes(before.get(child_id, {}), flags)]
            if answer is not None:
                rows.append(self._row(answer, workers))
        keep_children(connection, rows)
        forget_children(connection, children - answers.keys())
        relations = {child_id: relations_of(answer.timeline.events) for child_id, answer in answers.items()}
        keep_relations(connection, children, relations)
        keep_flags(connection, [change for change, _ in changed], now)
        say(connection, [_flag_message(change, workers) for change, workers in changed])
        return len(changed)

    def _answers(
        self, connection: Connection, children: Iterable[str], today: date, as_read: Mapping[bytes, Event]
    ) -> dict[str, ChildAnswer]:
        """The answer of each child that has events; one query for all."""
        child_of: dict[EventKey, str] = {}
        events: list[Event] = []
        for child_id, body in events_with_chains(connection, children, kept="event", child="child_id"):
            event = as_read.get(body) or read(body)
            child_of[event.key] = child_id
            events.append(event)
        wanted = set(children)
        by_child: dict[str, list[Event]] = {}
        for event in standing(events):
            if child_of[event.key] in wanted:
                by_child.setdefault(child_of[event.key], []).append(event)
        answers = (answer_child(ChildId(child_id), own, self._rules, today) for child_id, own in by_child.items())
        return {answer.child_id: answer for answer in answers if answer is not None}

    def _row(self, answer: ChildAnswer, workers: Sequence[NamedWorker]) -> ChildRow:
        latest = answer.timeline.persons[-1]
        return ChildRow(
            answer.child_id,
            child_as_json(answer, self._rules),
            [worker_as_json(worker) for worker in workers],
            latest.given_name,
            latest.family_name,
            answer.timeline.date_of_birth,
            need(answer),
            len(answer.flags),
            answer.assessment.as_of,
            answer.next_change_on,
        )


def worker_as_json(named: NamedWorker) -> dict[str, Any]:
    """A named worker as pages and the alert router read it."""
    return {
        "role": named.role,
        "worker_id": named.worker.id,
        "name": named.worker.name,
        "team": named.worker.team,
        "email": named.worker.email,
        "sector": named.sector,
        "since": named.since.isoformat(),
        "last_heard_on": named.last_heard_on.isoformat(),
    }


def latest_of(messages: Iterable[RawMessage]) -> list[KeptEvent]:
    """Of each source and id in a batch the one by the highest decision, then the one recorded earlier."""
    latest: dict[EventKey, KeptEvent] = {}
    for message in messages:
        kept = KeptEvent(read(message.value), message.header("child").decode(), int(message.header("decision")))
        rival = latest.setdefault(kept.event.key, kept)
        if rival is not kept and kept.rank() < rival.rank():
            latest[kept.event.key] = kept
    return list(latest.values())


def _flag_message(change: FlagChange, workers: Sequence[NamedWorker]) -> Outgoing:
    """A change of a flag for send.flags, with the workers whom it may concern."""
    value = {
        "change": change.change,
        "flag": flag_as_json(change.flag),
        "named_workers": [worker_as_json(worker) for worker in workers],
    }
    headers = (("content-type", b"application/json"),)
    return Outgoing(topics.FLAGS.name, change.flag.child_id.encode(), json.dumps(value).encode(), headers)
