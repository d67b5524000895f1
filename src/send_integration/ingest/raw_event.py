"""What every adapter gives: bytes for one feed's raw topic, and where they came from."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from send_integration.contracts.content_types import AS_CLOUD_EVENT
from send_integration.contracts.event import JsonValue, Reason
from send_integration.contracts.topics import MAX_MESSAGE_BYTES, ROOM_FOR_REASONS

LARGEST_VALUE_BYTES = MAX_MESSAGE_BYTES - ROOM_FOR_REASONS - 64 * 1024
"""The largest value that is sent. The rest of a message's room is for its key, headers and the broker's own frame."""


class Origin(NamedTuple):
    """Where in a file an event was found: `place` is its line, row or element, counted from 1."""

    file: str
    place: int
    kind: str = "line"


class RawEvent(NamedTuple):
    """One message for `send.raw.<feed>`.

    `faults` are what the adapter saw that the source's sector has its own words for: the gate adds them to the
    contract's reasons, and quarantines an event that has any; `queries` it only counts among its remarks. `sender` is whose it
    is, where the value does not say.
    """

    feed: str
    key: bytes
    value: bytes
    origin: Origin
    faults: tuple[Reason, ...] = ()
    sender: str = ""
    queries: tuple[Reason, ...] = ()

    @property
    def topic(self) -> str:
        """The raw topic's name."""
        return f"send.raw.{self.feed}"

    @property
    def headers(self) -> tuple[tuple[str, bytes], ...]:
        """The message's headers; a file's name and a line tell nobody who the event is about."""
        origin = f'{_file_part(self.origin.file, self.sender)}, "{self.origin.kind}": {self.origin.place}}}'
        headers = (AS_CLOUD_EVENT, ("origin", origin.encode()))
        if not self.faults and not self.queries:
            return headers
        told = (("adapter-reasons", self.faults), ("adapter-remarks", self.queries))
        found = ((name, json.dumps([one._asdict() for one in reasons]).encode()) for name, reasons in told if reasons)
        return (*headers, *found)


class TooLong(NamedTuple):
    """A line that no topic takes; it is reported, and the rest goes on."""

    origin: Origin


@lru_cache(maxsize=64)
def _file_part(file: str, sender: str) -> str:
    """The beginning of an origin's JSON; made once a file, for a header of its own a line took a seventh of a run."""
    written = file.encode(errors="replace").decode()  # a file can have a name that is no text, and JSON cannot
    told = {"file": written, "sender": sender} if sender else {"file": written}
    return json.dumps(told).removesuffix("}")


def untouched_row(feed: str, row: Mapping[str, JsonValue], origin: Origin, *faults: Reason, sender: str) -> RawEvent:
    """A row that cannot be made an event, as the source wrote it, for quarantine with the adapter's reasons."""
    return RawEvent(feed, b"", json.dumps(row, ensure_ascii=False).encode(), origin, faults, sender)
