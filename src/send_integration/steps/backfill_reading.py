"""Reads files of history: which parts they have, and each part judged as the gate judges a batch."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sqlalchemy import Engine

from send_integration.contracts.event import Event, Reason
from send_integration.contracts.glimpse import glimpse
from send_integration.identity.records import PersonRecord, person_record
from send_integration.ingest.jsonl import read_lines
from send_integration.ingest.opening import opened
from send_integration.ingest.raw_event import RawEvent
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate_judging import Judge
from send_integration.steps.gate_messages import body_hash
from send_integration.store.backfill import (
    Chunk,
    ChunkKey,
    ReadEvent,
    file_number,
    keep_read,
    plain_partition,
    take_chunk,
    topic_of,
)

CHUNK_BYTES = 4 * 1024 * 1024
"""Bytes of one part: some seven thousand messages, of which a kill loses no more than are read again in a second."""


class HistoryFile(NamedTuple):
    """A file of one feed's history."""

    path: Path
    feed: str


class ReadPart(NamedTuple):
    """What one process is to read."""

    path: Path
    feed: str
    file: int
    chunk: Chunk


def find_parts(path: Path) -> tuple[bytes, list[Chunk]]:
    """The hash of a file, and its parts, each of whole lines; no more of a line without end is held than of any part."""
    digest = sha256()
    chunks: list[Chunk] = []
    first = lines = 0
    with opened(path) as file:
        while piece := file.read(CHUNK_BYTES):
            length = ends = 0
            while piece:
                digest.update(piece)
                length += len(piece)
                ends += piece.count(b"\n")
                piece = b"" if piece.endswith(b"\n") else file.readline(CHUNK_BYTES)
            chunks.append(Chunk(len(chunks), first, length, lines))
            first += length
            lines += ends
    return digest.digest(), chunks


def register(engine: Engine, files: Iterable[HistoryFile]) -> dict[int, HistoryFile]:
    """The numbers of files; whichever was seen before keeps its number, and is loaded no more than once."""
    found: dict[int, HistoryFile] = {}
    for file in files:
        content_hash, chunks = find_parts(file.path)
        with engine.begin() as connection:
            found.setdefault(file_number(connection, file.feed, content_hash, chunks), file)
    return found


def read_part(engine: Engine, judge: Judge, part: ReadPart, now: datetime) -> int:
    """Judge one part and keep what was read, unless another was faster; gives how many messages there were."""
    messages, too_long = messages_of(part)
    judged = judge.judged(part.feed, messages, now)
    events = [
        _read_event(message, verdict, judged.remarks.get((message.partition, message.offset), ()))
        if isinstance(verdict, Event)
        else _refused(message)
        for message, verdict in zip(messages, judged.verdicts, strict=True)
    ]
    key = ChunkKey(part.file, part.chunk.number)
    with engine.begin() as connection:
        if take_chunk(connection, key, "planned"):
            keep_read(connection, key, events, too_long)
    return len(events)


def messages_of(part: ReadPart) -> tuple[list[RawMessage], int]:
    """The messages of a part, their offsets being their lines, and how many lines were too long for one."""
    messages: list[RawMessage] = []
    too_long = 0
    with opened(part.path) as file:
        file.seek(part.chunk.first_byte)
        for one in read_lines(part.feed, _Within(file, part.chunk.length), part.path.name):
            if not isinstance(one, RawEvent):
                too_long += 1
                continue
            line = part.chunk.lines_before + one.origin.place - 1
            messages.append(RawMessage(topic_of(part.feed), plain_partition(part.file), line, one.key, one.value))
    return messages, too_long


class _Within:
    """So many bytes of an open file, line by line."""

    def __init__(self, file: BinaryIO, left: int) -> None:
        self._file = file
        self._left = left

    def readline(self, size: int, /) -> bytes:
        line = self._file.readline(min(size, self._left))
        self._left -= len(line)
        return line


def _read_event(message: RawMessage, event: Event, remarks: Iterable[Reason]) -> ReadEvent:
    return ReadEvent(
        message.offset,
        event.source,
        event.id,
        message.value,
        body_hash(event),
        event.recorded_at,
        None if event.body == message.value else event.body,
        None if (record := person_record(event)) is None else _digest_of(record),
        event.corrects or event.retracts,
        [remark.code for remark in remarks] or None,
    )


def _refused(message: RawMessage) -> ReadEvent:
    seen = glimpse(message.value)
    return ReadEvent(message.offset, seen.source, seen.event_id, message.value)


@lru_cache(maxsize=65_536)
def _digest_of(record: PersonRecord) -> bytes:
    """A source says the same of a child with every event."""
    return record.digest()
