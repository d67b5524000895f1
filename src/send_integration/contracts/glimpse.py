"""What can be told of bytes that are no acceptable event: whose they are, and whether they must be hidden."""

import json
from typing import NamedTuple

LONGEST_ID = 200
"""As the contract has it (contracts.envelope.Id)."""


class Glimpse(NamedTuple):
    """What bytes say of themselves, unchecked; None where they cannot be read so far.

    `subject` is '' where there is none. `restricted` is whether they speak of a restricted child, or could.
    """

    source: str | None
    event_id: str | None
    local_id: str | None
    subject: str
    restricted: bool


def glimpse(raw: bytes) -> Glimpse:
    """Look into bytes that need not be what they should be; never raises."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return Glimpse(None, None, None, "", b"restricted" in raw)
    if not isinstance(told, dict):
        return Glimpse(None, None, None, "", b"restricted" in raw)
    data = told.get("data")
    person = data.get("person") if isinstance(data, dict) else None
    local_id = _id(person.get("local_id")) if isinstance(person, dict) else None
    return Glimpse(
        _id(told.get("source")),
        _id(told.get("id")),
        local_id,
        _id(told.get("subject")) or "",
        _may_be_restricted(raw, data),
    )


def _may_be_restricted(raw: bytes, data: object) -> bool:
    if not isinstance(data, dict) or "person" not in data:
        return b"restricted" in raw
    person = data["person"]
    return not isinstance(person, dict) or person.get("restricted") is not None


def _id(given: object) -> str | None:
    """An identifier as it may be kept: text that PostgreSQL takes and no longer than the contract allows."""
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_ID:
        return None
    return given if given.isprintable() and not given.isspace() else None
