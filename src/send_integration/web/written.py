"""Words that a person types into a form and an event will hold: cut to what its contract takes, or said what is wrong."""

from datetime import date
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from send_integration.contracts.envelope import FIRST_YEAR, LAST_YEAR, Line, Note
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.web.forms import Fault

LONGEST_LINE, LONGEST_NOTE = 200, 20_000
"""As the contracts have them (contracts.envelope)."""

_LINE: TypeAdapter[str] = TypeAdapter(Line)
_NOTE: TypeAdapter[str] = TypeAdapter(Note)


class Written(NamedTuple):
    """What was typed, as it can be kept or shown again, and what is wrong with it, if anything."""

    text: str
    faults: tuple[Fault, ...] = ()


def read_line(typed: str, field: str, called: str, *, missing: str = "") -> Written:
    """One line of text, `called` so in messages; where it has to be there, `missing` says what is asked for."""
    return _checked(" ".join(typed.split()), field, called, missing, LONGEST_LINE)


def read_note(typed: str, field: str, called: str, *, missing: str = "") -> Written:
    """Text of several lines."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    return _checked(lines, field, called, missing, LONGEST_NOTE)


def _checked(text: str, field: str, called: str, missing: str, longest: int) -> Written:
    if not text:
        return Written("", (Fault(field, missing),) if missing else ())
    if len(text) > longest:
        words = f"{called} must be {longest:,} characters or fewer; it has {len(text):,}"
        return Written(text, (Fault(field, words),))
    if holds_nhs_number(text) or holds_upn(text):
        return Written(text, (Fault(field, f"{called} holds an NHS number or a UPN: take it out"),))
    try:
        (_LINE if longest == LONGEST_LINE else _NOTE).validate_python(text)
    except ValidationError:
        shown = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
        words = f"{called} held characters that cannot be seen; they are taken out: check it and send it again"
        return Written(shown, (Fault(field, words),))
    return Written(text)


def is_event_id(given: str) -> bool:
    """Whether a text can be an event's id (contracts.envelope.Id): nothing else is looked up."""
    return 0 < len(given) <= LONGEST_LINE and given.isprintable()


class Day(NamedTuple):
    """A day as a form gives it; None where it is left open or is none."""

    day: date | None
    faults: tuple[Fault, ...] = ()


def read_day(typed: str, field: str, called: str, *, missing: str = "", after: date | None = None) -> Day:
    """A day; with `after`, one that must lie later than that."""
    if not typed.strip():
        return Day(None, (Fault(field, missing),) if missing else ())
    try:
        found = date.fromisoformat(typed.strip())
    except ValueError:
        return Day(None, (Fault(field, f"{called} must be a day, such as 27 March 2026"),))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return Day(None, (Fault(field, f"{called} must lie between the years {FIRST_YEAR} and {LAST_YEAR}"),))
    if after is not None and found <= after:
        return Day(found, (Fault(field, f"{called} must be after {after.day} {after:%B %Y}"),))
    return Day(found)
