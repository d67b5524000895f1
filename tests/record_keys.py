"""A process's keys of person records, under a master key that everybody knows."""

from collections.abc import Collection

from sqlalchemy import URL, Connection, Engine

from send_integration.contracts.protected import ContentKey
from send_integration.steps.batch import RawMessage
from send_integration.steps.protecting import opened
from send_integration.store.master_keys import master_name
from send_integration.store.record_keys import RecordKeys, Ref

MASTER = bytes(range(32))


def known_keys() -> RecordKeys:
    """The keys of a process of its own."""
    return RecordKeys(lambda: {master_name(MASTER): MASTER})


class KeysOfAnyDatabase(RecordKeys):
    """One process's, for whatever database: they are found anew in each.

    By what stands in a database it cannot be told from a copy of it, in which the same record has another key once it is
    first spoken of there.
    """

    def __init__(self) -> None:
        super().__init__(lambda: {master_name(MASTER): MASTER})
        self._where: URL | None = None
        self._there = known_keys()

    def _of(self, connection: Connection) -> RecordKeys:
        if connection.engine.url != self._where:
            self._where, self._there = connection.engine.url, known_keys()
        return self._there

    def prepare(self, connection: Connection) -> None:
        self._of(connection).prepare(connection)

    def of_records(
        self, connection: Connection, wanted: Collection[tuple[Ref, ...]]
    ) -> dict[tuple[Ref, ...], ContentKey | None]:
        return self._of(connection).of_records(connection, wanted)

    def by_name(self, connection: Connection, wanted: Collection[str]) -> dict[str, ContentKey | None]:
        return self._of(connection).by_name(connection, wanted)


KEYS = KeysOfAnyDatabase()


def clear(engine: Engine, value: bytes) -> bytes:
    """What a message of a topic holds, protected or not."""
    with engine.connect() as connection:
        (found,) = opened(connection, KEYS, [RawMessage("", 0, 0, b"", value)], "a test")
        return found.value
