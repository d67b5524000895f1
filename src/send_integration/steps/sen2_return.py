"""Reads the authority's children from the timeline's own store, many at a time, and gives each one's part of a SEN2 return."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, text

from send_integration.contracts.event import Event, EventKey
from send_integration.contracts.registry import read
from send_integration.store.chains import events_with_chains
from send_integration.timeline.fold import happening_order, left_standing
from send_integration.warehouse.sen2_cases import RELEVANT_FEEDS
from send_integration.warehouse.sen2_modules import Branch, Scope
from send_integration.warehouse.sen2_return import return_of_child

CHILDREN_AT_ONCE = 500
"""Children whose events one query reads; bounds memory, for a child can have hundreds."""

_RELEVANT = tuple(f'"type":"send.{feed}.'.encode() for feed in RELEVANT_FEEDS)
_CHANGES_ANOTHER = (b'"corrects":', b'"retracts":')


class PersonOfReturn(NamedTuple):
    """A person's row with all below it, and whether the person is one whom few may find."""

    branch: Branch
    restricted: bool


def people_of_return(engine: Engine, scope: Scope, known_at: datetime | None) -> Iterator[PersonOfReturn]:
    """Every person of the return with the rows below, by child id; as it was known at a moment, where one is given.

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
            for child_id, branch in _people(children, [(child, body) for child, body, _ in found], scope, known_at):
                yield PersonOfReturn(branch, restricted[child_id])
            after = children[-1]


def _people(
    children: list[str], bodies: list[tuple[str, bytes]], scope: Scope, known_at: datetime | None
) -> Iterator[tuple[str, Branch]]:
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
    for child_id in children:
        of_child = sorted(by_child.get(child_id, ()), key=happening_order)
        person = return_of_child(child_id, of_child, scope) if of_child else None
        if person is not None:
            yield child_id, person


def _counts(body: bytes) -> bool:
    """Whether an event can matter to a return: by its feed, or because it changes another, whose feed it does not say."""
    return any(mark in body for mark in _RELEVANT) or any(mark in body for mark in _CHANGES_ANOTHER)
