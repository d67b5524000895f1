"""Takes clean events into the warehouse and restates the facts of their children, in one transaction."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine

from send_integration.contracts.event import ChildId, Event, EventKey
from send_integration.contracts.registry import read
from send_integration.evaluate import answer_child
from send_integration.rules.model import RuleBook
from send_integration.steps.batch import RawMessage
from send_integration.steps.timeline import latest_of
from send_integration.store.positions import move_on, split_known
from send_integration.timeline.fold import standing
from send_integration.warehouse.facts import facts_of
from send_integration.warehouse.store import clean_events_of, keep_clean_events, lock_warehouse, restate_children

READER = "warehouse"


class Warehouse:
    """Keeps the reporting tables up to date; belongs to one thread."""

    def __init__(self, engine: Engine, rules: RuleBook) -> None:
        self._engine = engine
        self._rules = rules

    def restate(self, batch: Sequence[RawMessage], today: date) -> int:
        """Keep a batch of clean events; gives how many children were restated. Raises GapFound where some are missing."""
        with self._engine.begin() as connection:
            new, _ = split_known(connection, READER, batch)
            about_children = [
                message for message in new if message.header("child") or message.header("decision") != b"0"
            ]
            children: set[str] = set()
            if about_children:
                lock_warehouse(connection)
                children = keep_clean_events(connection, latest_of(about_children))
                child_of: dict[EventKey, str] = {}
                events: list[Event] = []
                for key, body in clean_events_of(connection, children):
                    event = read(body)
                    child_of[event.key] = key
                    events.append(event)
                by_child: dict[str, list[Event]] = {}
                for event in standing(events):
                    by_child.setdefault(child_of[event.key], []).append(event)
                answers = (answer_child(ChildId(k), by_child.get(k, []), self._rules, today) for k in sorted(children))
                restate_children(connection, children, [facts_of(answer) for answer in answers if answer is not None])
            move_on(connection, READER, new, {})
            return len(children)
