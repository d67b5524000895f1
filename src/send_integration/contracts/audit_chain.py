"""The chain over the audit: what an entry says as text, its hash, and the first place where a chain does not agree."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple


class Entry(NamedTuple):
    """A row of the audit, whole. `at` is UTC in ISO 8601, without an offset."""

    id: int
    at: str
    actor: str
    role: str
    action: str
    child_id: str | None
    allowed: bool
    why: str


class Linked(NamedTuple):
    """A place of the chain, and the entry that it names; None where the audit has no such entry."""

    seq: int
    audit_id: int
    hash: bytes
    entry: Entry | None


class Head(NamedTuple):
    """A place of the chain and the hash that it had when somebody noted it; 0 and nothing before the first entry."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


class Broken(NamedTuple):
    """The first place that does not agree, and how."""

    seq: int
    words: str


NOTHING = Head(0, b"")

_write = json.JSONEncoder(ensure_ascii=False).encode


def text_of(entry: Entry) -> str:
    """All that an entry says, as a JSON array; PostgreSQL's `json_build_array` writes the same."""
    return _write(list(entry))


def hash_of(former: bytes, entry: Entry) -> bytes:
    """The hash of an entry that follows one of hash `former`, b'' for none."""
    return sha256(former + text_of(entry).encode()).digest()


def verify(chain: Iterable[Linked], noted: Mapping[int, bytes]) -> Head | Broken:
    """The chain's head, where every place follows from the one before; else the first place that does not agree.

    `noted` are hashes by their places, as they were noted elsewhere: who can rewrite the whole chain cannot rewrite those.
    """
    head = NOTHING
    for link in chain:
        place = head.seq + 1
        if link.seq != place:
            return Broken(place, f"entry {place} is missing from the chain, which goes on with {link.seq}")
        if link.entry is None:
            return Broken(place, f"entry {place} is gone from the audit, where it had number {link.audit_id}")
        found = hash_of(head.hash, link.entry)
        if found != link.hash:
            return Broken(
                place, f"entry {place}, of number {link.audit_id}, does not say what it said when it was chained"
            )
        if noted.get(place, found) != found:
            return Broken(
                place, f"entry {place} has not the hash that was noted: the chain was written anew, here or before"
            )
        head = Head(place, found)
    last = max(noted, default=0)
    if last > head.seq:
        return Broken(
            head.seq + 1, f"the chain ends with entry {head.seq}, and entry {last} was noted: its end is cut off"
        )
    return head
