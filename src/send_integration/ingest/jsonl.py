"""JSON Lines: every line is an event already, and is sent on as the bytes it is."""

import re
from collections.abc import Iterator
from typing import Protocol

from send_integration.ingest.raw_event import LARGEST_VALUE_BYTES, Origin, RawEvent, TooLong

_SUBJECT = re.compile(rb'"subject"\s*:\s*"([^"\\]{1,200})"')
"""Good enough for a key, which only keeps one person's events in order; the gate reads the subject properly."""


class Lines(Protocol):
    """A file, or a part of one, that is read line by line."""

    def readline(self, size: int, /) -> bytes:
        """The rest of the line, or as many of its bytes as `size`; nothing at the end."""


def read_lines(feed: str, file: Lines, name: str) -> Iterator[RawEvent | TooLong]:
    """Every line that is not blank, undecoded, without its line end; a line that no topic takes is only named."""
    number = 0
    while line := file.readline(LARGEST_VALUE_BYTES + 3):
        number += 1
        whole = line.endswith(b"\n") or len(line) < LARGEST_VALUE_BYTES + 3
        value = line.removesuffix(b"\n").removesuffix(b"\r")
        if not whole:
            _skip_rest(file)
        if not whole or len(value) > LARGEST_VALUE_BYTES:
            yield TooLong(Origin(name, number))
        elif value.strip():
            yield RawEvent(feed, _subject(value), value, Origin(name, number))


def _subject(value: bytes) -> bytes:
    found = _SUBJECT.search(value)
    return found[1] if found else b""


def _skip_rest(file: Lines) -> None:
    """Read on to the line's end, never holding more than one piece of it."""
    while piece := file.readline(LARGEST_VALUE_BYTES):
        if piece.endswith(b"\n"):
            return
