"""Decides all records anew by another model, and says what moved."""

from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.identity.model import Model
from send_integration.steps.gate import READER
from send_integration.steps.gate_counts import Counts
from send_integration.steps.gate_saying import say_moved
from send_integration.steps.identity import redecide
from send_integration.store.backfill_letting_in import refuse_while_history_is_let_in
from send_integration.store.identity import count_reviews
from send_integration.store.outbox import say
from send_integration.store.people import lock_identity
from send_integration.store.positions import move_on


class Redecided(NamedTuple):
    """By which model, how many records, how many changed their child, and how many pairs wait for a person."""

    model: str
    records: int
    moved: int
    reviews: int


def redecide_everything(engine: Engine, model: Model, *, keep: bool) -> Redecided:
    """Decide every record by `model` in one transaction; what moves is said through the outbox.

    With `keep` off the transaction is undone: the numbers are what it would do. Either way the gate waits meanwhile.
    Raises NotReady while history is let in.
    """
    with engine.connect() as connection, connection.begin() as transaction:
        refuse_while_history_is_let_in(connection)
        lock_identity(connection, exclusive=True)
        resolved = redecide(connection, model)
        counts = Counts()
        say(connection, say_moved(connection, resolved.moved, set(), counts))
        move_on(connection, READER, (), counts.places)
        done = Redecided(model.version, len(resolved.records), len(resolved.moved), count_reviews(connection))
        if not keep:
            transaction.rollback()
        return done
