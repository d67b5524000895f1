"""What refused events show of a contract that their sources have outgrown: new fields, types and codes, as proposals.

Nothing of a person may stand in a proposal. A value is only ever told by its shape; a name or a code is told where it
looks like one, came often, and stands nowhere in the event as a value, nor its parts as a person's.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from send_integration.contracts import codes
from send_integration.contracts.event import JsonValue
from send_integration.contracts.reasons import Code
from send_integration.contracts.registry import EVENT_TYPES, refused_places

What = Literal["field", "type", "code"]
WORD = re.compile(r"[A-Za-z][A-Za-z_-]{0,38}[A-Za-z0-9]", re.ASCII)
"""What a field's name or a code looks like: at most one digit, at the end, so that no identifier passes for one."""

TYPE_NAME = re.compile(r"send\.[a-z-]{2,20}\.[a-z_]{2,40}\.v[0-9]", re.ASCII)
AGENCY = re.compile(r"urn:[a-z0-9:-]{1,80}", re.ASCII)
SEEN_OFTEN = 5
"""A word that fewer events hold is not repeated: a hand that slipped into the wrong box writes it once."""

HIDDEN = "(not shown)"
PERSONAL = ("data.person", "data.worker", "data.note", "subject")
"""Fields of a person: what stands below them is never told, whatever it looks like."""

LONGEST_SHAPE = 24


class Refused(NamedTuple):
    """A message that the contract refused."""

    feed: str
    raw: bytes
    seen_at: datetime


class Sighting(NamedTuple):
    """One thing that one event has and the contract does not know; `word` is its own name or code, unjudged."""

    what: What
    source: str
    type: str
    place: str
    word: str
    value: JsonValue
    absent: tuple[str, ...]
    values: frozenset[str]
    personal: frozenset[str]
    names: frozenset[str]

    @property
    def is_a_value(self) -> bool:
        """Whether the word stands in the event as a value too, or a part of it as a person's."""
        return self.word.casefold() in self.values or not self.personal.isdisjoint(_parts(self.word))

    @property
    def agency(self) -> str:
        """The source's name, where it is one of an agency."""
        looks = AGENCY.fullmatch(self.source) and not re.search(r"[0-9]{5}", self.source)
        return self.source if looks and self.names.isdisjoint(_parts(self.source)) else HIDDEN


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may have changed at a source, and what to change for it. Holds no value that was sent."""

    feed: str
    source: str
    what: str
    where: str
    name: str
    events: int
    first_seen: datetime
    last_seen: datetime
    shapes: tuple[str, ...]
    change: str
    likely_rename_of: str = ""


@dataclass(slots=True)
class _Seen:
    """All sightings of one thing so far."""

    moments: list[datetime] = field(default_factory=list)
    shapes: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    is_a_value: bool = False


def shape_of(value: JsonValue) -> str:
    """A value's kind, length and pattern: digits as 9, letters as A, marks as they are, for text of 24 signs at most."""
    if isinstance(value, str):
        pattern = re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", value))
        plain = re.sub(r"[^A9 ./:+-]", "?", pattern)
        return f"text of {len(value)}: {plain}" if len(value) <= LONGEST_SHAPE else f"text of over {LONGEST_SHAPE}"
    kinds = {bool: "true or false", int: "whole number", float: "number", list: "list", dict: "object"}
    return kinds.get(type(value), "nothing")


def proposals(refused: Iterable[Refused], known_of: Mapping[tuple[str, str], frozenset[str]]) -> list[Proposal]:
    """What the refused messages ask for, the most frequent first.

    `known_of` gives the paths of the fields that a source's accepted events of a type had: one that no longer comes may
    be what a new one is called now.
    """
    seen: dict[tuple[str, What, str, str, str, str], _Seen] = {}
    for message in refused:
        for found in sightings(message.raw):
            key = (message.feed, found.what, found.agency, found.type, found.place, found.word)
            counted = seen.setdefault(key, _Seen())
            counted.moments.append(message.seen_at)
            counted.shapes[shape_of(found.value)] += 1
            counted.absent.update(found.absent)
            counted.is_a_value |= found.is_a_value
    told = sorted(((_named(key, counted), counted) for key, counted in seen.items()), key=lambda one: one[0])
    made = [
        _proposal(key, [counted for _, counted in same], known_of) for key, same in groupby(told, lambda one: one[0])
    ]
    return sorted(made, key=lambda one: (-one.events, one.feed, one.source, one.where, one.name))


def fields_of(accepted: Iterable[tuple[str, bytes]]) -> dict[tuple[str, str], frozenset[str]]:
    """The dotted paths of the fields in `data` that accepted events had, by source and type."""
    found: dict[tuple[str, str], set[str]] = {}
    for source, raw in accepted:
        body = json.loads(raw)
        found.setdefault((source, body["type"]), set()).update(_paths("data", body["data"]))
    return {key: frozenset(paths) for key, paths in found.items()}


def _paths(place: str, value: JsonValue) -> Iterator[str]:
    """The path of every field at a place and below; all entries of a list are one."""
    for inside in value if isinstance(value, list) else [value]:
        for name, further in inside.items() if isinstance(inside, dict) else ():
            yield f"{place}.{name}"
            yield from _paths(f"{place}.{name}", further)


def sightings(raw: bytes) -> Iterator[Sighting]:
    """Everything in one message that the contract does not know."""
    places = refused_places(raw)
    if not places:
        return
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return
    if not isinstance(body, dict):
        return
    source, type_name = str(body.get("source", "")), str(body.get("type", ""))
    personal, names = _personal(body), _names(body)
    for code, path in places:
        if code is Code.UNKNOWN_TYPE:
            others = _values(body, but=("type",))
            yield Sighting("type", source, "", "type", type_name, type_name, (), others, personal, names)
        elif code is Code.UNKNOWN_FIELD:
            value, absent = _at(body, path), _absent(body, type_name, path)
            place = _place(path[:-1])
            yield Sighting("field", source, type_name, place, path[-1], value, absent, _values(body), personal, names)
        elif code is Code.UNKNOWN_CODE:
            value = _at(body, path)
            word = value if isinstance(value, str) else ""  # a number or a gap is no code that could be told
            others = _values(body, but=path)
            yield Sighting("code", source, type_name, _place(path), word, value, (), others, personal, names)


def _place(path: Sequence[str]) -> str:
    """A dotted path, in which all entries of a list are one."""
    return ".".join(part for part in path if not part.isdigit())


def _named(key: tuple[str, What, str, str, str, str], seen: _Seen) -> tuple[str, What, str, str, str, str]:
    """The thing under the name that may be told: all that may not are one."""
    feed, what, source, type_name, place, word = key
    looks = TYPE_NAME if what == "type" else WORD
    often = len(seen.moments) >= SEEN_OFTEN
    of_a_person = what == "code" and place.startswith(PERSONAL)
    shown = looks.fullmatch(word) and often and not seen.is_a_value and not of_a_person
    return feed, what, source, type_name if type_name in EVENT_TYPES else "", place, word if shown else HIDDEN


def _proposal(
    key: tuple[str, What, str, str, str, str],
    seen: Sequence[_Seen],
    known_of: Mapping[tuple[str, str], frozenset[str]],
) -> Proposal:
    feed, what, source, type_name, place, name = key
    moments = [moment for one in seen for moment in one.moments]
    shapes: Counter[str] = sum((one.shapes for one in seen), Counter())
    former = ""
    if what == "field" and place.partition(".")[0] == "data" and name != HIDDEN:
        stopped = sum((one.absent for one in seen), Counter[str]())
        came = known_of.get((source, type_name), frozenset())
        fields = _fields(type_name, place)
        likely = [
            candidate
            for candidate, times in stopped.items()
            if times == len(moments) and (f"{place}.{candidate}" in came or fields[candidate].is_required())
        ]
        former = min(likely) if len(likely) == 1 else ""
    where = f"{type_name} {place}" if type_name else place
    common = tuple(shape for shape, _ in shapes.most_common(3))
    return Proposal(
        feed, source, f"unknown {what}", where, name, len(moments), min(moments), max(moments), common,
        _change(what, feed, type_name, place, name, former), former,
    )  # fmt: skip


def _change(what: What, feed: str, type_name: str, place: str, name: str, former: str) -> str:
    module = f"contracts/feeds/{feed.replace('-', '_')}.py"
    if name == HIDDEN:
        return (
            "it came too seldom to be told from a slip, or may be a person's: look at the items with `quarantine show`"
        )
    if what == "type":
        return f"add the type to {module}, or ask the source which of our types it means"
    if former:
        return f"the source seems to call {place}.{former} {name} now: let its adapter or mapping fill the known field"
    if what == "field":
        file = "contracts/envelope.py" if place.startswith(PERSONAL) else module
        known = EVENT_TYPES.get(type_name)
        owner = f" (class {_class_name(known)})" if known and file == module else ""
        return f"add the field to {file}{owner}, as optional, or ask the source to leave it out"
    return f"add the code to {_list_of(type_name, place) or module}, or to the source's mapping"


def _class_name(known: type[BaseModel]) -> str:
    """The name of the class of a type's data."""
    return str(getattr(known.model_fields["data"].annotation, "__name__", ""))


def _list_of(type_name: str, place: str) -> str:
    """The named code list of a field; '' where the codes stand in the type itself."""
    parent, _, name = place.rpartition(".")
    found = _fields(type_name, parent).get(name)
    annotation = str(found.annotation) if found else ""
    named = (known for known, value in vars(codes).items() if known[0].isupper() and str(value) in annotation)
    return next((f"code list {known} in contracts/codes.py" for known in named if known != "Literal"), "")


def _fields(type_name: str, place: str) -> Mapping[str, FieldInfo]:
    """The fields that the contract knows at a place of a type."""
    model: Any = EVENT_TYPES.get(type_name)
    for part in filter(None, place.split(".")):
        annotation = model.model_fields[part].annotation if model and part in model.model_fields else None
        inside = (annotation, *getattr(annotation, "__args__", ()))
        model = next((one for one in inside if isinstance(one, type) and issubclass(one, BaseModel)), None)
    return model.model_fields if model else {}


def _absent(body: dict[str, Any], type_name: str, path: Sequence[str]) -> tuple[str, ...]:
    """The known fields beside an unknown one that the event lacks and that would take its value."""
    parent, value, place = _at(body, path[:-1]), _at(body, path), _place(path[:-1])
    if not isinstance(parent, dict) or value is None:
        return ()
    missing = (name for name in _fields(type_name, place) if name not in parent)
    return tuple(name for name in missing if _takes(type_name, place, name, value))


def _takes(type_name: str, place: str, name: str, value: JsonValue) -> bool:
    try:
        _alone(type_name, place, name).model_validate_json(json.dumps({"value": value}))
    except (ValidationError, ValueError):
        return False
    return True


@lru_cache(maxsize=4_096)
def _alone(type_name: str, place: str, name: str) -> type[BaseModel]:
    """One field of the contract by itself. Strict by its configuration, as the contract is: were that said with each
    call, no text would do for a day."""
    annotation: Any = _fields(type_name, place)[name].rebuild_annotation()
    return create_model("Alone", __config__=ConfigDict(strict=True), value=(annotation, ...))


def _at(body: JsonValue, path: Sequence[str]) -> JsonValue:
    place = body
    for part in path:
        if isinstance(place, dict):
            place = place.get(part)
        elif isinstance(place, list) and part.isdigit() and int(part) < len(place):
            place = place[int(part)]
        else:
            return None
    return place


def _personal(body: dict[str, Any]) -> frozenset[str]:
    """Every word of three letters or more that the event has of a person, a worker or in its note."""
    data = body.get("data")
    told = [data.get(name) for name in ("person", "worker", "note")] if isinstance(data, dict) else []
    return frozenset(word for word in _values([*told, body.get("subject")]) for word in _parts(word))


def _names(body: dict[str, Any]) -> frozenset[str]:
    """Every word by which the person is called; a place's name, as in an address, stands in agencies' names as well."""
    person = _at(body, ("data", "person"))
    if not isinstance(person, dict):
        return _personal(body)
    told: JsonValue = [person.get(name) for name in ("given_name", "family_name", "local_id")]
    return frozenset(word for text in _values(told) for word in _parts(text))


def _parts(word: str) -> frozenset[str]:
    return frozenset(part for part in re.split(r"[\W_]+", word.casefold()) if len(part) >= 3)


def _values(body: JsonValue, but: Sequence[str] | None = None) -> frozenset[str]:
    """Every text of the event, and each of its words, in small letters; without the one at the path `but`."""
    if isinstance(body, dict):
        inner = [(value, but[1:] if but and but[0] == name else None) for name, value in body.items()]
    elif isinstance(body, list):
        inner = [(value, but[1:] if but and but[0] == str(place) else None) for place, value in enumerate(body)]
    elif isinstance(body, str) and (but is None or len(but)):
        text = body.casefold()
        return frozenset({text, *re.split(r"[^\w]+", text)})
    else:
        return frozenset()
    return frozenset().union(*(_values(value, rest) for value, rest in inner))
