"""What goes in and out of a step: messages with their place in a topic, and messages to be published."""

from datetime import datetime
from typing import NamedTuple

Headers = tuple[tuple[str, bytes], ...]


class RawMessage(NamedTuple):
    """A message as it was read."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Headers = ()
    timestamp: datetime | None = None

    def header(self, name: str) -> bytes:
        """The first header of that name; b'' where there is none."""
        return next((value for key, value in self.headers if key == name), b"")


class Outgoing(NamedTuple):
    """A message to be published; no value takes away what a compacted topic holds under the key.

    `records` are the person records that it names, by source and local id: it is published under their keys.
    """

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers = ()
    records: tuple[tuple[str, str], ...] = ()
