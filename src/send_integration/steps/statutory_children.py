"""Reads the events by which the law's own returns are made, many children at a time, from the timeline's own store."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, text

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.registry import read
from send_integration.store.chains import events_with_chains
from send_integration.timeline.fold import happening_order, left_standing
from send_integration.warehouse.sen2_cases import RELEVANT_FEEDS

CHILDREN_AT_ONCE = 500
"""Children whose events one query reads; bounds memory, for a child can have hundreds."""

_RELEVANT = tuple(f'"type":"send.{feed}.'.encode() for feed in RELEVANT_FEEDS)
_CHANGES_ANOTHER = (b'"corrects":', b'"retracts":')


class StatutoryChild(NamedTuple):
    """A child, whether it is one whom few may find, and its standing events of the feeds that returns are made of, in order."""

    child_id: str
    restricted: bool
    events: list[Event]


def statutory_children(engine: Engine, known_at: datetime | None) -> Iterator[StatutoryChild]:
    """Every child with such events, by child id; as it was known at a moment, where one is given.

    All is read in one transaction that sees the store as it was when it began, so that a child who is joined with another
    meanwhile is told once.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        after = ""
        while True:
            rows = connection.execute(
                text("SELECT child_id, restricted FROM child WHERE child_id > :after ORDER BY child_id LIMIT :many"),
                {"after": after, "many": CHILDREN_AT_ONCE},
            )
            restricted = {row[0]: row[1] for row in rows}
            children = list(restricted)
            if not children:
                return
            found = events_with_chains(connection, children, kept="event", child="child_id", mark="0")
            by_child = _standing([(child, body) for child, body, _ in found], known_at)
            for child_id in children:
                if child_id in by_child:
                    events = sorted(by_child[child_id], key=happening_order)
                    yield StatutoryChild(child_id, restricted[child_id], events)
            after = children[-1]


def _standing(bodies: list[tuple[str, bytes]], known_at: datetime | None) -> dict[str, list[Event]]:
    child_of: dict[EventKey, str] = {}
    events: list[Event] = []
    for child_id, body in bodies:
        if _counts(body):
            event = read(body)
            child_of[event.key] = child_id
            events.append(event)
    by_child: dict[str, list[Event]] = {}
    for event in left_standing(events, known_at):
        if event.feed in RELEVANT_FEEDS and event.person is not None:
            by_child.setdefault(child_of[event.key], []).append(event)
    return by_child


def _counts(body: bytes) -> bool:
    """Whether an event can matter to a return: by its feed, or because it changes another, whose feed it does not say."""
    return any(mark in body for mark in _RELEVANT) or any(mark in body for mark in _CHANGES_ANOTHER)
