"""Turns bytes into events, or into every reason why they are none; the only door into the core."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union

from pydantic import Field, TypeAdapter, ValidationError, create_model
from pydantic_core import ErrorDetails, from_json

import send_integration.contracts.feeds  # noqa: F401 - importing the feeds registers their types
from send_integration.contracts.envelope import REGISTERED, Data, Envelope, PersonModel
from send_integration.contracts.event import Event, Person, Reason, Rejected, Worker, WorkerId
from send_integration.contracts.reasons import Code, reason
from send_integration.errors import Broken
from send_integration.when.london import london_day
from send_integration.when.periods import age_on

OLDEST_AGE = 25
"""SEND provision can last until the 25th year ends (Children and Families Act 2014, s.46)."""

A_DAY = timedelta(days=1)

LARGE, MOST_VALUES = 100_000, 200_000
"""Of bytes so large the commas are counted: with so many values they are no event, and judging each would take gigabytes."""

MOST_OF_A_LIST = 10
"""Entries of one list that are named for the same reason: nobody reads more, and a message's headers take no more."""

_NUMBER = re.compile(r"\.[0-9]+(?=\.|$)")

type_feed: Mapping[str, str] = {name: data.feed_name for name, data in REGISTERED.items()}


def _envelope_of(name: str, data: type[Data]) -> type[Envelope]:
    title = re.sub(r"[-_.]", " ", name.removeprefix("send.")).title().replace(" ", "")
    own_fields: dict[str, Any] = {
        "type": (Literal[name], ...),
        "dataschema": (Literal[f"schemas/{name}.json"], ...),
        "data": (data, ...),
    }
    return create_model(title, __base__=Envelope, __doc__=data.__doc__, **own_fields)


EVENT_TYPES: Mapping[str, type[Envelope]] = MappingProxyType(
    {name: _envelope_of(name, data) for name, data in REGISTERED.items()}
)
"""The whole model of every type, by its name on the wire."""

_any_type: Any = Annotated[Union[tuple(EVENT_TYPES.values())], Field(discriminator="type")]  # noqa: UP007 - made at run time
_ANY_EVENT: TypeAdapter[Envelope] = TypeAdapter(_any_type)
_validated: Callable[[bytes], Envelope] = _ANY_EVENT.validator.validate_json

_CODES = {
    "missing": Code.MISSING_FIELD,
    "extra_forbidden": Code.UNKNOWN_FIELD,
    "literal_error": Code.UNKNOWN_CODE,
    "union_tag_invalid": Code.UNKNOWN_TYPE,
    "union_tag_not_found": Code.UNKNOWN_TYPE,
    "json_invalid": Code.NOT_JSON,
    "string_too_long": Code.TOO_LONG,
    "too_long": Code.TOO_LONG,
    "string_too_short": Code.EMPTY,
    "string_pattern_mismatch": Code.WRONG_SHAPE,
    "timezone_aware": Code.NO_OFFSET,
    "greater_than_equal": Code.OUT_OF_RANGE,
    "less_than_equal": Code.OUT_OF_RANGE,
    "finite_number": Code.OUT_OF_RANGE,
    "int_parsing_size": Code.OUT_OF_RANGE,
    **{str(code): code for code in Code},
}


def types_of(feed: str) -> tuple[str, ...]:
    """The types of one feed, by their names on the wire, in the order of its file."""
    return tuple(name for name, of in type_feed.items() if of == feed)


def parse(raw: bytes, *, not_after: datetime, feed: str | None = None) -> Event | Rejected:
    """The event that `raw` holds, or every reason why it holds none; never raises.

    `not_after` is this moment: what claims to come from more than a day later is refused. With `feed`, a type of
    another feed is refused. Of a key given twice the last counts, as RFC 8259 leaves open.
    """
    if _is_too_much(raw):
        return Rejected((reason(Code.TOO_LONG),), feed or "")
    try:
        model = _validated(raw)
    except ValidationError as invalid:
        return _rejected(raw, invalid, feed)
    except (ValueError, RecursionError):
        # pydantic lets Python's own limits through: an integer of more than 4,300 digits
        return Rejected((reason(Code.NOT_JSON),), feed or "")
    found = set(_faults(model, not_after, feed))
    if found:
        return Rejected(tuple(sorted(found)), feed or type_feed[model.type])
    return read(_body(model))


def body_of(raw: bytes, where: str) -> bytes:
    """The body of an event whose bytes `parse` let in; how its fields go together is not judged again. Raises Broken, saying
    `where` they are kept, if its type's model has changed since."""
    try:
        return _body(_validated(raw))
    except ValidationError:
        raise Broken(
            "An admitted event no longer passes its contract",
            where=where,
            next_step="A change of a contract broke an older event; make it a new version of the type.",
        ) from None


def refused_places(raw: bytes) -> list[tuple[Code, tuple[str, ...]]]:
    """What of `raw` its type's model refuses: the code and the path, with names as they were sent; to be shown with the
    bytes alone, or judged by `drift`, for such a name may hold anything."""
    if _is_too_much(raw):
        return []
    try:
        _validated(raw)
    except ValidationError as invalid:
        details = invalid.errors(include_url=False, include_context=False, include_input=False)
        return [(Code(_reason(detail).code), _location(detail)) for detail in details]
    except (ValueError, RecursionError):
        return []
    return []


def read(body: bytes) -> Event:
    """The event of a body that `parse` made; not checked again."""
    parsed = from_json(body)
    name, data = parsed["type"], parsed["data"]
    person, worker = data.pop("person", None), data.pop("worker", None)
    return Event(
        source=parsed["source"],
        id=parsed["id"],
        type=name,
        feed=type_feed[name],
        what=_what(name),
        subject=parsed["subject"],
        on=_day_of(parsed["time"]),
        time=datetime.fromisoformat(parsed["time"]),
        recorded_at=datetime.fromisoformat(parsed["recordedtime"]),
        person=_person(tuple(person.items())) if person else None,
        worker=_worker(tuple(worker.items())) if worker else None,
        corrects=data.pop("corrects", None),
        retracts=data.pop("retracts", None),
        note=data.pop("note", None),
        data=data,  # what is left is the type's own
        body=body,
    )


def conflict_order(event: Event) -> tuple[datetime, bytes]:
    """Of two bodies under one source and id the smaller by this stands (contracts.md 1), whichever came first."""
    return event.recorded_at, event.body


def _body(model: Envelope) -> bytes:
    return model.__pydantic_serializer__.to_json(model, exclude_none=True)


@lru_cache(maxsize=256)
def _what(name: str) -> str:
    _, feed, word, _ = name.split(".")
    return f"{'ndd' if feed == 'ndd-triage' else feed}.{word}"


@lru_cache(maxsize=65_536)
def _day_of(text: str) -> date:
    return london_day(datetime.fromisoformat(text))


@lru_cache(maxsize=16_384)
def _date(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=16_384)
def _person(given: tuple[tuple[str, Any], ...]) -> Person:
    """A source says the same of a child with every event: it is kept once."""
    said = dict(given)
    return Person(**{**said, "date_of_birth": _date(said["date_of_birth"])})


@lru_cache(maxsize=4096)
def _worker(given: tuple[tuple[str, Any], ...]) -> Worker:
    said = dict(given)
    return Worker(**{**said, "id": WorkerId(said["id"])})


def _faults(model: Envelope, not_after: datetime, feed: str | None) -> Iterator[Reason]:
    """What is wrong between fields that are each right by themselves."""
    if feed is not None and type_feed[model.type] != feed:
        yield reason(Code.WRONG_FEED, "type")
    latest = not_after + A_DAY
    if model.time > latest:
        yield reason(Code.IN_THE_FUTURE, "time")
    if model.recordedtime > latest:
        yield reason(Code.IN_THE_FUTURE, "recordedtime")
    if model.recordedtime < model.time - A_DAY:
        yield reason(Code.RECORDED_BEFORE_IT_HAPPENED, "recordedtime")
    data = model.data
    if data.corrects and data.retracts:
        yield reason(Code.CORRECTS_AND_RETRACTS, "data")
    if model.id in (data.corrects, data.retracts):
        yield reason(Code.NAMES_ITSELF, "data.corrects" if model.id == data.corrects else "data.retracts")
    person: PersonModel | None = getattr(data, "person", None)
    if person is not None:
        yield from _faults_of_person(model, person)
    yield from data.faults()
    yield from data.faults_when_sent_by(model.source)


def _faults_of_person(model: Envelope, person: PersonModel) -> Iterator[Reason]:
    # The years alone answer for most, without asking which day it was in London.
    if not 0 < model.time.year - person.date_of_birth.year < OLDEST_AGE:
        day = london_day(model.time)
        if person.date_of_birth > day:
            yield reason(Code.BORN_AFTER_EVENT, "data.person.date_of_birth")
        elif age_on(person.date_of_birth, day) > OLDEST_AGE:
            yield reason(Code.PERSON_TOO_OLD, "data.person.date_of_birth")
    kind, _, name = model.subject.partition(":")
    if not name or name != {"nhs": person.nhs_number, "upn": person.upn, "local": person.local_id}.get(kind):
        yield reason(Code.WRONG_SUBJECT, "subject")


def _rejected(raw: bytes, invalid: ValidationError, feed: str | None) -> Rejected:
    """Every reason that pydantic found; the feed is the type's, where the type could be told."""
    details = invalid.errors(include_url=False, include_context=False, include_input=False)
    if any(detail["type"] == "json_invalid" for detail in details) and not _is_utf8(raw):
        return Rejected((reason(Code.NOT_UTF8),), feed or "")
    told = next((type_feed[str(d["loc"][0])] for d in details if d["loc"] and d["loc"][0] in EVENT_TYPES), "")
    return Rejected(_few_of_each_list(map(_reason, details)), feed or told)


def _few_of_each_list(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons, sorted, without those of a list's entries that only repeat what others say of it."""
    kept: list[Reason] = []
    told: Counter[tuple[str, str]] = Counter()
    for found in sorted(set(reasons)):
        kind = (found.code, _NUMBER.sub("", found.field))
        told[kind] += 1
        if told[kind] <= MOST_OF_A_LIST:
            kept.append(found)
    return tuple(kept)


def _is_too_much(raw: bytes) -> bool:
    return len(raw) > LARGE and raw.count(b",") > MOST_VALUES


def _reason(detail: ErrorDetails) -> Reason:
    kind = detail["type"]
    code = _CODES.get(kind)
    if code is None:
        code = Code.INVALID_DATE if kind.startswith(("date", "timezone")) else Code.WRONG_TYPE
    location = list(_location(detail))
    if code is Code.UNKNOWN_FIELD:
        location[-1] = "(unknown)"
    return reason(code, "type" if code is Code.UNKNOWN_TYPE else ".".join(location))


def _location(detail: ErrorDetails) -> tuple[str, ...]:
    """Where in the event it is, without the type, by which pydantic begins."""
    location = tuple(str(part) for part in detail["loc"])
    return location[1:] if location and location[0] in EVENT_TYPES else location


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
