"""Where in the bytes of a refused event its faults stand, and how bytes are shown without losing one."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

FieldPath = tuple[str, ...]
"""A field's names from the event inwards; an entry of a list is its number from 0."""

MOST_MARKS = 200
"""Nobody looks at more, and each costs time."""

_DECODE = json.JSONDecoder().raw_decode
_SPACE = " \t\n\r"


class Mark(NamedTuple):
    """Bytes from `start` to before `end`, and what is wrong there in a word or two."""

    start: int
    end: int
    what: str


class Piece(NamedTuple):
    """A part of some bytes as it is shown; `what` is wrong with it, '' where nothing is."""

    text: str
    what: str


class _Member(NamedTuple):
    """A member of an object or list: where its name, if it has one, and its value begin, and where the value ends."""

    name: str
    named_at: int
    start: int
    end: int


def marks_of(raw: bytes, fields: Iterable[FieldPath], unknown: Iterable[FieldPath] = ()) -> list[Mark]:
    """The marks for fields that are wrong or missing, and for those that the contract does not know, in order.

    A missing field is marked by the first byte of what should hold it. Bytes that are no JSON are marked where they
    cease to be.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as broken:
        return [Mark(broken.start, broken.start + 1, "not UTF-8")]
    try:
        _, end = _DECODE(text, _skip(text, 0))
    except json.JSONDecodeError as broken:
        return [_mark(text, broken.pos, broken.pos + 1, "not JSON from here")]
    except (ValueError, RecursionError):
        return []
    if _skip(text, end) < len(text):
        return [_mark(text, _skip(text, end), len(text), "beyond the end of the JSON")]

    @cache
    def members(at: int) -> Mapping[str, _Member]:
        # of a name given twice the last counts, as in the contract
        return {member.name: member for member in _members(text, at)}

    found = {_of_field(text, path, members) for path in fields if path}
    found |= {_of_unknown(text, path, members) for path in unknown if path}
    spans = sorted(mark for mark in found if mark is not None)[:MOST_MARKS]
    return [_mark(text, *span) for span in spans]


def pieces_of(raw: bytes, marks: Sequence[Mark]) -> list[Piece]:
    """All of the bytes in order, cut where marks begin and end; where marks overlap, the shortest counts."""
    cuts = sorted({0, len(raw), *(place for mark in marks for place in mark[:2])})
    pieces = []
    for start, end in pairwise(cuts):
        over = [mark for mark in marks if mark.start <= start and end <= mark.end]
        what = min(over, key=lambda mark: mark.end - mark.start).what if over else ""
        pieces.append(Piece(readable(raw[start:end]), what))
    return pieces


def readable(raw: bytes) -> str:
    """Bytes as text in which everything can be seen: what is no UTF-8, or shows nothing, is written as its code."""
    text = raw.decode(errors="backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


_MembersAt = Callable[[int], Mapping[str, _Member]]
"""The members of what begins at a place of the text, by name; each object is read once, however many faults it has."""


def _of_field(text: str, path: FieldPath, members: _MembersAt) -> Mark | None:
    at, end = _skip(text, 0), len(text)
    for depth, name in enumerate(path):
        member = members(at).get(name)
        if member is None:
            missing = text[at] == "{" and depth == len(path) - 1
            return Mark(at, at + 1 if text[at] in "{[" else end, f"no {name}" if missing else name)
        at, end = member.start, member.end
    return Mark(at, end, path[-1])


def _of_unknown(text: str, path: FieldPath, members: _MembersAt) -> Mark | None:
    at = _skip(text, 0)
    member = None
    for name in path:
        member = members(at).get(name)
        if member is None:
            return None
        at = member.start
    return None if member is None else Mark(member.named_at, member.end, "unknown field")


def _members(text: str, at: int) -> Iterator[_Member]:
    """The members of the object or list that begins at a place of JSON; none of anything else."""
    if text[at] not in "{[":
        return
    is_object = text[at] == "{"
    at, number = _skip(text, at + 1), 0
    while text[at] not in "}]":
        named_at, name = at, str(number)
        if is_object:
            name, at = _DECODE(text, at)
            at = _skip(text, _skip(text, at) + 1)
        _, end = _DECODE(text, at)
        yield _Member(name, named_at, at, end)
        at, number = _skip(text, end), number + 1
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _mark(text: str, start: int, end: int, what: str) -> Mark:
    before = len(text[:start].encode())
    return Mark(before, before + len(text[start:end].encode()), what)
