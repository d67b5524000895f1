"""Says the state of all children anew on `send.child-snapshot`: for a new topic, or a new key of pseudonyms."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.contracts.topics import CHILD_SNAPSHOT
from send_integration.steps.snapshots import snapshot_message, taken_away
from send_integration.store.outbox import keys_waiting, say
from send_integration.store.snapshots import snapshots_after

CHILDREN_AT_ONCE = 1000


class SaidAnew(NamedTuple):
    """How many children were said, and how many keys were taken away under which no child is told of."""

    children: int
    taken_away: int


def say_all_anew(engine: Engine, pseudonyms: Pseudonyms, on_the_topic: Callable[[], Collection[bytes]]) -> SaidAnew:
    """Put the state of every child into the outbox, and take away what stands on the topic, or waits for it, under any other
    key; `on_the_topic` reads the keys that have a value there."""
    with engine.begin() as connection:
        waiting = keys_waiting(connection, CHILD_SNAPSHOT.name)
    standing = waiting.union(on_the_topic())  # in this order: what is published in between is found on the topic
    children, after = 0, ""
    while True:
        with engine.begin() as connection:
            found = snapshots_after(connection, after, CHILDREN_AT_ONCE)
            told = [
                snapshot_message(pseudonyms.of(row.child_id), row.state, row.evaluated_on)
                for row in found
                if row.state is not None
            ]
            say(connection, told)
        children += len(told)
        if not found:
            break
        after = found[-1].child_id
    with engine.begin() as connection:
        other = _keys_of_nobody(connection, pseudonyms, standing)
        say(connection, [taken_away(key) for key in other])
    return SaidAnew(children, len(other))


def _keys_of_nobody(connection: Connection, pseudonyms: Pseudonyms, standing: Collection[bytes]) -> list[bytes]:
    """Those of some keys that are no child's of whom something is told; nobody writes another answer before they are gone."""
    known: set[bytes] = set()
    after = ""
    while found := snapshots_after(connection, after, CHILDREN_AT_ONCE):
        known |= {pseudonyms.of(row.child_id).encode() for row in found if row.state is not None}
        after = found[-1].child_id
    return sorted(set(standing) - known)
