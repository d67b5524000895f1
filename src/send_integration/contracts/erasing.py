"""Whom an event names besides the one it is about, and the same event without those of them who were erased."""

import json
from collections.abc import Collection, Container, Iterator, Mapping
from typing import Any, Final

from pydantic_core import from_json

from send_integration.contracts.event import Event
from send_integration.contracts.registry import body_of

Ref = tuple[str, str]
"""A source and the local id under which it keeps a person."""

ERASED: Final = "(erased)"
"""Stands in an event for the local id of a relative who was erased; no source is known to give such a one."""


def others_in(event: Event) -> frozenset[Ref]:
    """Who is named besides the child: the other of a relation, and the records of a person's decision on identity."""
    return frozenset(_others(event.source, event.data))


def is_told_of(event: Event) -> frozenset[Ref]:
    """The same, and the record of the child whom the event is about."""
    own = {(event.source, event.person.local_id)} if event.person is not None else set()
    return others_in(event) | own


def without(body: bytes, gone: Container[Ref], where: str) -> bytes | None:
    """The body of an event without those who are gone; None where nothing is left to say. The event keeps its place, its
    child and its day; of a relation goes since when it was as well, which can be a birthday.

    Raises Broken, saying `where` it is kept, if the event's type has changed since it was let in.
    """
    told = from_json(body)
    data = told["data"]
    if isinstance(data.get("pairs"), list):
        data["pairs"] = [
            pair for pair in data["pairs"] if not any(_ref(pair[side]) in gone for side in ("one", "other"))
        ]
        if not data["pairs"]:
            return None
    if any(ref in gone for ref in _others(told["source"], {"other": data.get("other")})):
        data = {name: value for name, value in data.items() if name not in ("since_on", "until_on")}
        told["data"] = {**data, "other": {"local_id": ERASED}}
    return body_of(json.dumps(told, ensure_ascii=False).encode(), where)


def speaks_of(raw: bytes, refs: Container[Ref], numbers: Collection[str]) -> bool:
    """Whether bytes that were not let in speak of somebody, by a source's local id; by a number where no local id can be read.

    A number beside a local id that is not theirs counts for nothing: another's file can have it by a slip.
    """
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        text = raw.replace(b"\x00", b"").decode(errors="replace")
        return any(number in text for number in numbers)
    source = told.get("source") if isinstance(told, dict) else None
    found = set(_refs_within(told, source if isinstance(source, str) else ""))
    if found:
        return any(ref in refs for ref in found)
    text = json.dumps(told, ensure_ascii=False)
    return any(number in text for number in numbers)


def _refs_within(told: object, source: str) -> Iterator[Ref]:
    if isinstance(told, dict):
        local_id, own = told.get("local_id"), told.get("source")
        if isinstance(local_id, str):
            yield own if isinstance(own, str) else source, local_id
        for value in told.values():
            yield from _refs_within(value, source)
    elif isinstance(told, list):
        for value in told:
            yield from _refs_within(value, source)


def _others(source: str, data: Mapping[str, Any]) -> Iterator[Ref]:
    other, pairs = data.get("other"), data.get("pairs")
    if isinstance(other, dict):
        yield other.get("source") or source, other["local_id"]
    if isinstance(pairs, list):
        for pair in pairs:
            yield _ref(pair["one"])
            yield _ref(pair["other"])


def _ref(known_as: Mapping[str, str]) -> Ref:
    return known_as["source"], known_as["local_id"]
