"""A process's keys of person records, under a master key that everybody knows."""

from sqlalchemy import Engine

from send_integration.steps.batch import RawMessage
from send_integration.steps.protecting import opened
from send_integration.store.master_keys import master_name
from send_integration.store.record_keys import RecordKeys

MASTER = bytes(range(32))


def known_keys() -> RecordKeys:
    """The keys of a process of its own."""
    return RecordKeys(lambda: {master_name(MASTER): MASTER})


KEYS = known_keys()
"""One process's, for whatever database: they are found anew in each."""


def clear(engine: Engine, value: bytes) -> bytes:
    """What a message of a topic holds, protected or not."""
    with engine.connect() as connection:
        (found,) = opened(connection, KEYS, [RawMessage("", 0, 0, b"", value)], "a test")
        return found.value
