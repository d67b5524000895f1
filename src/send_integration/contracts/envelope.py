"""The models that every event shares: the CloudEvents envelope, the person, the worker, and kinds of field."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from send_integration.contracts.codes import Ethnicity, Gender, Restriction
from send_integration.contracts.event import Reason
from send_integration.contracts.identifiers import is_nhs_number, is_postcode, is_upn
from send_integration.contracts.reasons import SENTENCES, Code
from send_integration.when.london import utc_text

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""A day or moment outside these years is a mistake; at the calendar's ends, sums of dates would overflow."""

_YEAR = "(?:19|20|21)[0-9]{2}"
_DAY = re.compile(f"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}", re.ASCII)
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
_LOCAL_MOMENT = re.compile(f"{_DAY.pattern}[Tt]{_TIME}", re.ASCII)
_MOMENT = re.compile(rf"{_LOCAL_MOMENT.pattern}(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})", re.ASCII)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and the invisible ones that turn the direction of text or make two equal-looking texts differ."""


def _refuse(code: Code) -> PydanticCustomError:
    return PydanticCustomError(str(code), SENTENCES[code])


def _no_control(text: str) -> str:
    if not text.isprintable() and _CONTROL.search(text):
        raise _refuse(Code.CONTROL_CHARACTER)
    return text


def _said(text: str) -> str:
    if text.isspace():
        raise _refuse(Code.EMPTY)
    return _no_control(text)


def _day_text(value: object) -> object:
    """Let only YYYY-MM-DD through: pydantic by itself would also take the seconds since 1970."""
    if not isinstance(value, str):
        raise _refuse(Code.WRONG_TYPE)
    if not _DAY.fullmatch(value):
        raise _refuse(Code.INVALID_DATE)
    return value


def _moment_text(value: object) -> object:
    """Let only RFC 3339 with an offset through."""
    if not isinstance(value, str):
        raise _refuse(Code.WRONG_TYPE)
    if not _MOMENT.fullmatch(value):
        raise _refuse(Code.NO_OFFSET if _LOCAL_MOMENT.fullmatch(value) else Code.INVALID_DATE)
    return value


def _in_utc(moment: datetime) -> datetime:
    """An offset can carry a moment over the first or last year's end: then its text in UTC would not pass again."""
    found = moment.astimezone(UTC)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _refuse(Code.INVALID_DATE)
    return found


def _nhs_number(text: str) -> str:
    if not is_nhs_number(text):
        raise _refuse(Code.NHS_NUMBER_CHECK_DIGIT)
    return text


def _upn(text: str) -> str:
    if not is_upn(text):
        raise _refuse(Code.UPN_CHECK_LETTER)
    return text


def _postcode(text: str) -> str:
    if not is_postcode(text):
        raise _refuse(Code.WRONG_POSTCODE)
    return text


Id = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_said)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_said)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_said)]
Note = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_no_control)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_day_text)]
Urn = Annotated[str, StringConstraints(pattern="^[0-9]{6}$")]
NhsNumber = Annotated[str, AfterValidator(_nhs_number)]
Upn = Annotated[str, AfterValidator(_upn)]
Postcode = Annotated[str, AfterValidator(_postcode)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10_000)]
Hours = Annotated[float, Field(ge=0, le=168)]
Moment = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_moment_text),
    AfterValidator(_in_utc),
    PlainSerializer(utc_text, return_type=str, when_used="json"),
]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


class Frozen(BaseModel):
    """Strict: no value is turned into another kind. Frozen: an event never changes. Closed: no unknown field."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class PersonModel(Frozen):
    """Who an event is about, as its source says; identifiers may be missing, for that is what matching is for."""

    local_id: Id
    given_name: Line
    family_name: Line
    date_of_birth: Day
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    postcode: Postcode | None = None
    gender: Gender | None = None
    ethnicity: Ethnicity | None = None
    address: Address | None = None
    restricted: Restriction | None = None


class WorkerModel(Frozen):
    """Who acts in an event, or is named by it."""

    id: Id
    name: Line
    role: Line
    team: Line
    email: Email | None = None


class Data(Frozen):
    """What every event's data may hold; a type adds its own fields."""

    feed_name: ClassVar[str]
    type_word: ClassVar[str]

    worker: WorkerModel | None = None
    corrects: Id | None = None
    retracts: Id | None = None
    note: Note | None = None

    def faults(self) -> Iterator[Reason]:
        """What is wrong between fields that are each right by themselves."""
        return iter(())

    def faults_when_sent_by(self, source: str) -> Iterator[Reason]:  # noqa: ARG002 - for types that name another person
        """What is wrong between the fields and the event's own source."""
        return iter(())

    def __init_subclass__(cls, *, what: str = "", feed: str = "", **_: Any) -> None:  # noqa: ANN401 - pydantic's own
        super().__init_subclass__()
        if feed:
            cls.feed_name = feed
        if what:
            cls.type_word = what
            REGISTERED[type_name(cls.feed_name, what)] = cls


class OfChild(Data):
    """Data of an event about a child."""

    person: PersonModel


REGISTERED: dict[str, type[Data]] = {}
"""Every type by its name on the wire; a feed's file fills it by being imported."""


def type_name(feed: str, what: str) -> str:
    """A type's name on the wire."""
    return f"send.{feed}.{what}.v1"


class Envelope(BaseModel):
    """A CloudEvents 1.0 event in structured JSON; extension attributes that we do not know pass, as its spec asks."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", allow_inf_nan=False)

    specversion: Literal["1.0"]
    id: Id
    source: Id
    type: str
    subject: Id
    time: Moment
    recordedtime: Moment
    dataschema: str
    datacontenttype: Literal["application/json"] | None = None
    data: Data


def in_order(first: date | None, last: date | None) -> bool:
    """Whether both are given and the last does not lie before the first; True where either is missing."""
    return first is None or last is None or first <= last
