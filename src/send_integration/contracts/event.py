"""The event as the core sees it: plain frozen values, made only from bytes that passed their contract."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, NewType, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

ChildId = NewType("ChildId", str)
WorkerId = NewType("WorkerId", str)


class EventKey(NamedTuple):
    """Unique for ever: a source never gives one id to two events."""

    source: str
    id: str


class Reason(NamedTuple):
    """Why an event was not accepted.

    `code` is closed and stable, `field` a dotted path into the event ('' for the whole), `message` a sentence for a
    data steward. None of them ever holds a value that was sent.
    """

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Bytes that are no acceptable event, with every reason found, sorted."""

    reasons: tuple[Reason, ...]
    feed: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Who an event is about, as its source asserts it."""

    local_id: str
    given_name: str
    family_name: str
    date_of_birth: date
    nhs_number: str | None = None
    upn: str | None = None
    postcode: str | None = None
    gender: str | None = None
    ethnicity: str | None = None
    address: str | None = None
    restricted: str | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """Who acts in an event, or is named by it."""

    id: WorkerId
    name: str
    role: str
    team: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that an agency says has happened.

    `type` is the wire's name ('send.camhs.referred.v1'), `what` the rules' ('camhs.referred', and 'ndd.triaged' for
    feed ndd-triage). `on` is the London day of `time`. `data` holds the type's own fields only, with days as ISO text;
    person, worker, note, corrects and retracts have attributes of their own. `body` is the normalised JSON, equal for
    equal events whatever their spacing and field order; it alone decides equality and order.
    """

    source: str = field(compare=False)
    id: str = field(compare=False)
    type: str = field(compare=False)
    feed: str = field(compare=False)
    what: str = field(compare=False)
    subject: str = field(compare=False, repr=False)
    on: date = field(compare=False)
    time: datetime = field(compare=False)
    recorded_at: datetime = field(compare=False)
    person: Person | None = field(compare=False, repr=False)
    worker: Worker | None = field(compare=False, repr=False)
    corrects: str | None = field(compare=False)
    retracts: str | None = field(compare=False)
    note: str | None = field(compare=False, repr=False)
    data: Mapping[str, JsonValue] = field(compare=False, repr=False)
    body: bytes = field(repr=False)

    @property
    def key(self) -> EventKey:
        """Source and id, unique for ever."""
        return EventKey(self.source, self.id)

    def text(self, name: str) -> str:
        """The type's own field `name` as text; '' where it was not sent."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """The type's own field `name` as a day; None where it was not sent."""
        value = self.data.get(name)
        return date.fromisoformat(value) if isinstance(value, str) else None
