"""The timeline: child events in; events, answers, flags, notices, outbox and offsets kept in one transaction."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.contracts.registry import read
from send_integration.evaluate import ChildAnswer, child_as_json, need
from send_integration.identity.features import names_somebody
from send_integration.rules.flags import (
    Flag,
    FlagChange,
    changes,
    owed_to_moves,
    reworded,
    with_heirs,
)
from send_integration.rules.model import RuleBook
from send_integration.rules.year_groups import told_by, years_above
from send_integration.steps.answering import (
    Known,
    answers_of,
    known_of,
    panels_of,
    restricted_among,
    unmoved_flags,
)
from send_integration.steps.batch import RawMessage
from send_integration.steps.coming_again import not_erased
from send_integration.steps.flag_saying import FlagRecords, flag_said, handed_over, worker_as_json
from send_integration.steps.moving import moves_of
from send_integration.steps.protecting import opened
from send_integration.steps.showing import left_by_displacement, left_by_the_fold, tell_who_saw
from send_integration.steps.snapshots import Snapshots, gone
from send_integration.store.backfill_children import children_left, restrict_children, strike_children_off
from send_integration.store.erased import Erased
from send_integration.store.outbox import say
from send_integration.store.panel import forget_panel, keep_listings, words_arrived
from send_integration.store.positions import move_on, split_known
from send_integration.store.record_keys import RecordKeys
from send_integration.store.relations import keep_relations
from send_integration.store.rule_books import children_of_other_rules, put_in_force
from send_integration.store.shown import stand_not_yet, take_off
from send_integration.store.snapshots import hide_snapshots
from send_integration.store.timelines import (
    EVERYBODY,
    LOCK_BUCKETS,
    ChildRow,
    Displaced,
    KeptEvent,
    OnAnswer,
    Part,
    children_due,
    forget_children,
    keep_children,
    keep_events,
    keep_flags,
    lock_children,
    open_flags,
    reword_flags,
    still_due,
)
from send_integration.store.unjudged import keep_unjudged, unjudged_due
from send_integration.timeline.moves import NOBODY, Move, words_of
from send_integration.timeline.named_workers import NamedWorker, named_workers
from send_integration.timeline.panel import PanelRecord, panel_as_json
from send_integration.timeline.relations import relations_of
from send_integration.when.school_years import school_year_start

PANEL = "panel"
READER = "timeline"

log = logging.getLogger("send_integration.timeline")


class Kept(NamedTuple):
    """How many messages were new, how many children were evaluated, and how many flags changed."""

    new: int
    children: int
    flag_changes: int


@dataclass(frozen=True, slots=True)
class _Touched:
    """The children to evaluate, and what a batch brought of them: none, where the calendar alone asks."""

    children: set[str]
    displaced: Sequence[Displaced] = ()
    arrived: Mapping[EventKey, Event] = field(default_factory=dict)


class TimelineKeeper:
    """Keeps every child's timeline up to date; belongs to one thread."""

    def __init__(
        self,
        engine: Engine,
        rules: RuleBook,
        pseudonyms: Pseudonyms | None = None,
        *,
        keys: RecordKeys | None = None,
        erased: Erased | None = None,
    ) -> None:
        """Without pseudonyms nothing is published on send.child-snapshot; `keys` open what `keep` is given; without `erased`
        it stops at the first events after anything was."""
        self._engine = engine
        self._keys = keys
        self._erased = erased or Erased()
        self._rules = rules
        self._snapshots = Snapshots(rules, pseudonyms)
        self._fingerprint = rules.fingerprint()

    def put_rules_in_force(self) -> None:
        """Let this worker's sweeps take up every child whom other rules judged; for a worker to say when it starts."""
        put_in_force(self._engine, self._fingerprint)

    def keep(self, batch: Sequence[RawMessage], today: date, now: datetime) -> Kept:
        """Take child events in and evaluate every child that they touch. Raises GapFound where some are missing."""
        with self._engine.begin() as connection:
            new, _ = split_known(connection, READER, batch)
            if not new:
                return Kept(0, 0, 0)
            arrived = not_erased(connection, self._erased, latest_of(opened(connection, self._keys, new, READER)))
            kept = keep_events(connection, arrived)
            touched = _Touched(kept.children, kept.displaced, {k.event.key: k.event for k in arrived})
            changed = self._evaluate(connection, touched, today, now)
            move_on(connection, READER, new, {})
            return Kept(len(new), len(kept.children), changed)

    def sweep(self, today: date, now: datetime, limit: int, part: Part = EVERYBODY) -> int:
        """Evaluate children of a part whose date has come, then those whom other rules judged, then those whom a killed load
        of history has left; gives how many there were.

        At most `limit`: whoever is due by the calendar does not wait for all to be judged by new rules. Where others sweep
        too, those whom one of them was faster to evaluate are left as they are.
        """
        with self._engine.begin() as connection:
            due = children_due(connection, today, limit, part)
            due += children_of_other_rules(connection, self._fingerprint, today, limit - len(due), part)
            due += unjudged_due(connection, today, self._fingerprint, limit - len(due), part)
            due += children_left(connection, limit - len(due), part.number, part.of, LOCK_BUCKETS, besides=due)
            if due:
                lock_children(connection, due)
                still = still_due(connection, due, today, self._fingerprint) | strike_children_off(connection, due)
                self._evaluate(connection, _Touched(still), today, now)
            return len(due)

    def keep_history(
        self, connection: Connection, arrived: Sequence[KeptEvent], today: date, now: datetime
    ) -> set[str]:
        """Keep events within a transaction; gives the children whom they touch, to be evaluated by `evaluate_history`.

        Where an event gives way, all is evaluated at once: whoever saw it is told. Otherwise nothing is shown until then.
        """
        arrived = not_erased(connection, self._erased, arrived)
        kept = keep_events(connection, arrived)
        if kept.displaced:
            touched = _Touched(kept.children, kept.displaced, {one.event.key: one.event for one in arrived})
            self._evaluate(connection, touched, today, now)
        else:
            stand_not_yet(connection, [one.event.key for one in arrived])
            restricted = {one.child_id for one in arrived if is_restricted(one.event)}
            self.restrict(connection, kept.children & restricted, today)  # whose locks it has, and nobody else's
        return kept.children

    def restrict(self, connection: Connection, children: Collection[str], today: date) -> None:
        """Let the answers of children be those of restricted ones until they are evaluated, for history says they are."""
        lock_children(connection, children)
        restrict_children(connection, children)
        say(connection, self._snapshots.told(gone(hide_snapshots(connection, children)), today))

    def evaluate_history(self, connection: Connection, children: set[str], today: date, now: datetime) -> None:
        """Evaluate children within a transaction that has their locks."""
        self._evaluate(connection, _Touched(children), today, now)

    def _evaluate(self, connection: Connection, touched: _Touched, today: date, now: datetime) -> int:
        """Fold, judge and keep some children anew; gives how many flags changed."""
        arrived = touched.arrived
        known = known_of(connection, touched.children, {event.body: event for event in arrived.values()})
        judged = answers_of(known.events, known.child_of, touched.children, self._rules, today)
        answers = judged.answers
        self._set_aside(connection, judged.faults, touched, known, today)
        touched = replace(touched, children=touched.children - judged.faults.keys())
        moves = moves_of(connection, touched.displaced, arrived) if touched.displaced else ()
        changed, other_words = self._changes(connection, touched, known, answers, moves, today)
        workers = {child: named_workers(answer.timeline.events, today) for child, answer in answers.items()}
        panels = panels_of(known, answers)
        rows = [self._row(answer, workers[child], panels[child]) for child, answer in answers.items()]
        written = keep_children(connection, rows)
        without = gone(forget_children(connection, touched.children - answers.keys()))
        told = {row.child_id: row.snapshot for row in rows if row.child_id in written.told_otherwise}
        say(connection, self._snapshots.told(told | without, today))
        _keep_panels(connection, touched, known, panels)
        relations = {child: relations_of(answer.timeline.events) for child, answer in answers.items()}
        keep_relations(connection, touched.children, relations)
        lost = left_by_the_fold(connection, known, answers, touched.children, today)
        if touched.displaced:
            lost += left_by_displacement(connection, touched.displaced, moves, known, answers, arrived)
        tell_who_saw(connection, lost)
        keep_flags(connection, changed, now)
        reword_flags(connection, other_words)
        records = FlagRecords(known, arrived)
        say(connection, [flag_said(change, workers.get(change.flag.child_id, ()), records) for change in changed])
        say(connection, handed_over(written.former_workers, answers, workers, changed, records))
        return len(changed)

    def _set_aside(
        self, connection: Connection, faults: Mapping[str, str], touched: _Touched, known: Known, today: date
    ) -> None:
        """Leave those whom a fault of ours kept from being judged as they stood, until tomorrow or other rules; say so.

        Of whom an event was taken, nothing stays: it may be another's now, and must not be seen here any more.
        """
        keep_unjudged(connection, faults, touched.children, today, self._fingerprint)
        if not faults:
            return
        for place, children in Counter(faults.values()).items():
            log.error("%s children could not be judged, and stand as they did: %s", children, place)
        take_off(
            connection,
            [
                event.key
                for event, mark in zip(known.events, known.marks, strict=True)
                if mark == OnAnswer.SINCE_NOW and known.child_of[event.key] in faults
            ],
        )
        hidden = forget_children(connection, faults.keys() & {left.child_id for left in touched.displaced})
        restricted = {known.child_of[event.key] for event in known.events if is_restricted(event)}
        hidden |= hide_snapshots(connection, faults.keys() & restricted)
        say(connection, self._snapshots.told(gone(hidden), today))

    def _changes(
        self,
        connection: Connection,
        touched: _Touched,
        known: Known,
        answers: Mapping[str, ChildAnswer],
        moves: Sequence[Move],
        today: date,
    ) -> tuple[list[FlagChange], list[Flag]]:
        """Every change of a flag, and the flags of which only words changed; children who gained or lost records are judged
        once more as if they had not."""
        before = open_flags(connection, touched.children)
        unmoved = unmoved_flags(known, moves, touched.arrived, self._rules, today) if moves else {}
        secret = restricted_among(answers)
        found: list[FlagChange] = []
        other_words: list[Flag] = []
        for child_id in sorted(touched.children):
            now: tuple[Flag, ...] = answers[child_id].flags if child_id in answers else ()
            changed = changes(before.get(child_id, {}), now)
            other_words += reworded(before.get(child_id, {}), now)
            if child_id in unmoved:
                because = words_of(moves, child_id, unnamed=secret)
                found += owed_to_moves(changed, now, unmoved[child_id], because)
            else:
                found += changed
        return with_heirs(found) if moves else found, other_words

    def _row(self, answer: ChildAnswer, workers: Sequence[NamedWorker], panel: PanelRecord) -> ChildRow:
        persons = answer.timeline.persons
        named = next((one for one in reversed(persons) if names_somebody(one.given_name)), persons[-1])
        year = school_year_start(answer.assessment.as_of).year
        enrolments = [event for event in answer.timeline.events if event.what == "school.enrolled"]
        enrolled = told_by(answer.timeline.date_of_birth, enrolments)
        turns = [date(word.year, 9, 1) for word in enrolled if word.year > year]
        return ChildRow(
            answer.child_id,
            child_as_json(answer, self._rules),
            [worker_as_json(worker) for worker in workers],
            named.given_name,
            named.family_name,
            answer.timeline.date_of_birth,
            years_above(enrolled, year),
            need(answer),
            sum(not flag.dismissed for flag in answer.flags),
            answer.timeline.restricted,
            answer.assessment.as_of,
            min(filter(None, (answer.next_change_on, *turns)), default=None),
            self._fingerprint,
            panel_as_json(panel),
            self._snapshots.of(answer),
        )


def _keep_panels(connection: Connection, touched: _Touched, known: Known, panels: Mapping[str, PanelRecord]) -> None:
    """Bring agendas, words under way and what was seen in line with the panel's records of some children."""
    keep_listings(connection, touched.children, {child: record.listings for child, record in panels.items()})
    said = [key for key, event in touched.arrived.items() if event.feed == PANEL]
    words_arrived(connection, [key for key in said if known.child_of.get(key, NOBODY) in {*touched.children, NOBODY}])
    forget_panel(connection, touched.children - panels.keys())


def is_restricted(event: Event) -> bool:
    """Whether an event says that its child is to be restricted."""
    return event.person is not None and event.person.restricted is not None


def latest_of(messages: Iterable[RawMessage]) -> list[KeptEvent]:
    """Of each source and id in a batch the one by the highest decision, then the one recorded earlier."""
    latest: dict[EventKey, KeptEvent] = {}
    for message in messages:
        kept = KeptEvent(read(message.value), message.header("child").decode(), int(message.header("decision")))
        rival = latest.setdefault(kept.event.key, kept)
        if rival is not kept and kept.rank() < rival.rank():
            latest[kept.event.key] = kept
    return list(latest.values())
