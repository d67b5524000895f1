"""Takes clean events into the warehouse and restates their children, in one transaction; and whose day has come."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from send_integration.contracts.event import ChildId, Event, EventKey
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.contracts.registry import read
from send_integration.evaluate import ChildAnswer, answer_child
from send_integration.rules.model import RuleBook
from send_integration.steps.batch import RawMessage
from send_integration.steps.coming_again import not_erased
from send_integration.steps.protecting import opened
from send_integration.steps.timeline import latest_of
from send_integration.store.erased import Erased
from send_integration.store.positions import move_on, split_known
from send_integration.store.record_keys import RecordKeys
from send_integration.timeline.fold import standing
from send_integration.warehouse.birth_months import without_day_of_birth
from send_integration.warehouse.facts import rows_of
from send_integration.warehouse.intake import (
    begin_anew,
    begin_restating,
    children_due,
    clean_events_of,
    keep_clean_events,
    note_restated,
)
from send_integration.warehouse.metrics.views import state_metrics
from send_integration.warehouse.shared_rows import shared_rows
from send_integration.warehouse.store import forget_all, forget_places, restate_children, restate_shared

READER = "warehouse"


class Warehouse:
    """Keeps the reporting tables up to date, under the warehouse's own pseudonyms; belongs to one thread."""

    def __init__(
        self,
        engine: Engine,
        rules: RuleBook,
        names: Pseudonyms,
        *,
        keys: RecordKeys | None = None,
        erased: Erased | None = None,
    ) -> None:
        """`keys` open what `restate` is given; without `erased` it stops at the first events after anything was."""
        self._engine = engine
        self._keys = keys
        self._erased = erased or Erased()
        self._rules = rules
        self._judged_by = rules.fingerprint()
        self._names = names
        self._key_check = names.key_of("the key of the warehouse")

    def prepare(self) -> None:
        """Bring what is the same for every child up to date, and the views of the figures.

        Raises BadSetting where the tables were filled under another key.
        """
        with self._engine.begin() as connection:
            moment = begin_restating(connection, self._key_check)
            restate_shared(connection, moment, shared_rows(self._rules))
            state_metrics(connection)

    def begin_from_nothing(self) -> None:
        """Empty the tables, their past too; the sweep fills them again, under the key of now."""
        with self._engine.begin() as connection:
            begin_anew(connection, self._key_check)
            forget_all(connection)

    def restate(self, batch: Sequence[RawMessage], today: date) -> int:
        """Keep a batch of clean events; gives how many children were restated. Raises GapFound where some are missing."""
        with self._engine.begin() as connection:
            new, _ = split_known(connection, READER, batch)
            about_children = [
                message for message in new if message.header("child") or message.header("decision") != b"0"
            ]
            children: set[str] = set()
            about_children = opened(connection, self._keys, about_children, READER)
            if about_children:
                events = not_erased(connection, self._erased, latest_of(about_children))
                moment = begin_restating(connection, self._key_check)
                children = keep_clean_events(connection, events)
                self._restate(connection, moment, children, today)
            move_on(connection, READER, new, {})
            return len(children)

    def sweep(self, today: date, most: int) -> int:
        """Restate children whose day has come, or whom other rules judged; gives how many."""
        with self._engine.begin() as connection:
            if not children_due(connection, today, self._judged_by, 1):
                return 0
            moment = begin_restating(connection, self._key_check)
            children = children_due(connection, today, self._judged_by, most)
            self._restate(connection, moment, children, today)
            return len(children)

    def _restate(self, connection: Connection, moment: datetime, children: Collection[str], today: date) -> None:
        events = standing_events(connection, children)
        answers = {
            child_id: answer_child(ChildId(child_id), events.get(child_id, []), self._rules, today)
            for child_id in sorted(children)
        }
        known = [answer for answer in answers.values() if answer is not None]
        rows = [rows_of(answer, self._names) for answer in known]
        restate_children(connection, moment, [self._names.of(child_id) for child_id in answers], rows)
        forget_places(connection, [self._names.of(one.child_id) for one in known if one.timeline.restricted])
        days = {child_id: _next_day(answer, events.get(child_id, [])) for child_id, answer in answers.items()}
        note_restated(connection, days, self._judged_by)


def standing_events(connection: Connection, children: Collection[str]) -> dict[str, list[Event]]:
    """Of some children the events that stand, as the tables are made of them: without a day of birth."""
    child_of: dict[EventKey, str] = {}
    events: list[Event] = []
    for child_id, body in clean_events_of(connection, children):
        event = without_day_of_birth(read(body))
        child_of[event.key] = child_id
        events.append(event)
    by_child: dict[str, list[Event]] = {}
    for event in standing(events):
        by_child.setdefault(child_of[event.key], []).append(event)
    return by_child


def _next_day(answer: ChildAnswer | None, events: Iterable[Event]) -> date | None:
    """When a child is to be restated though nothing comes; one of whom nothing has happened yet, when it does."""
    if answer is not None:
        return answer.next_change_on
    return min((event.on for event in events if event.person is not None), default=None)
