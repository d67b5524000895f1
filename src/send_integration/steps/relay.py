"""The relay: publishes what transactions had to say, in order, and forgets it only once the broker has it."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine

from send_integration.steps.batch import Outgoing
from send_integration.steps.protecting import protected
from send_integration.store.outbox import published, try_to_be_the_relay, wait_for_disk, waiting
from send_integration.store.record_keys import RecordKeys

SAYER = "relay"


class Relay:
    """One turn of publishing: what to send, then that it was sent.

    Between the two the relay's lock is held on a connection of its own, so that no other worker publishes the same
    messages or overtakes their order.
    """

    def __init__(self, engine: Engine, keys: RecordKeys) -> None:
        self._engine = engine
        self._keys = keys
        self._connection: Connection | None = None
        self._ids: Sequence[int] = ()

    def take(self, limit: int) -> list[Outgoing]:
        """The oldest messages to publish; none where another worker is publishing.

        What is said of people is protected only now, under keys that are committed, whatever becomes of this turn.
        """
        connection = self._engine.connect()
        if not try_to_be_the_relay(connection):
            connection.close()
            return []
        said = waiting(connection, limit)
        if not said:
            connection.close()
            return []
        wait_for_disk(connection)  # what a crash could still undo must not be said
        self._connection, self._ids = connection, [message.id for message in said]
        with self._engine.begin() as other:
            messages = protected(other, self._keys, [Outgoing(*message[1:]) for message in said], SAYER)
        if not messages:
            self.done()
        return messages

    def done(self) -> None:
        """Forget the messages of the last `take`: the broker has them."""
        if self._connection is not None:
            published(self._connection, self._ids)
            self._connection.commit()
            self._connection.close()
            self._connection = None
