"""What can be told of bytes that are no acceptable event: whose they are, and whether they must be hidden."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from send_integration.contracts.envelope import Id

_ID: TypeAdapter[str] = TypeAdapter(Id)
_LOCAL = "local:"
_DECODER = json.JSONDecoder()


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
    said: list[bool] = []

    def noted(members: Sequence[tuple[str, object]]) -> dict[str, object]:
        # of a name given twice the last counts, but the first was said all the same
        said.extend(name == "restricted" and value is not None for name, value in members)
        return dict(members)

    try:
        told = json.loads(raw, object_pairs_hook=noted)
    except (ValueError, RecursionError):
        return Glimpse(None, None, None, "", _broken_may_be_restricted(raw))
    if not isinstance(told, dict):
        return Glimpse(None, None, None, "", b"restricted" in raw)
    data = told.get("data")
    person = data.get("person") if isinstance(data, dict) else None
    subject = id_in(told.get("subject")) or ""
    by_subject = subject.removeprefix(_LOCAL) if subject.startswith(_LOCAL) else None
    return Glimpse(
        id_in(told.get("source")),
        id_in(told.get("id")),
        (id_in(person.get("local_id")) if isinstance(person, dict) else None) or id_in(by_subject),
        subject,
        any(said) or (not isinstance(person, dict) and (person is not None or b"restricted" in raw)),
    )


def _broken_may_be_restricted(raw: bytes) -> bool:
    """Bytes that are no JSON: they say so, or break off before the person they begin to tell of is told to the end."""
    text = raw.replace(b"\x00", b"").decode(errors="replace")  # without the half of UTF-16 that says nothing
    if "restricted" in text:
        return True
    for begun in text.split('"person"')[1:]:
        try:
            told, _ = _DECODER.raw_decode(begun.lstrip(" \t\r\n:"))
        except (ValueError, RecursionError):
            return True
        if not isinstance(told, dict):
            return True
    return False


def id_in(given: object) -> str | None:
    """An identifier where the contract takes it: what could be let in one day has to be found by it again."""
    try:
        return _ID.validate_python(given)
    except ValidationError:
        return None
