"""What a form of the page says, read and checked: the words of each fault, and what was typed, to be shown again."""

from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from send_integration.contracts.envelope import Line
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn

_REASON: TypeAdapter[str] = TypeAdapter(Line)
LONGEST_REASON = 200
"""As the contract of a decision has it (contracts.envelope.Line)."""


class Fault(NamedTuple):
    """What is wrong in a form: the id of the field, and what to do about it."""

    field: str
    words: str


class Reason(NamedTuple):
    """A reason as it was typed, in one line, and what is wrong with it, if anything."""

    text: str
    faults: tuple[Fault, ...]


def read_reason(typed: str, field: str = "why") -> Reason:
    """The reason for a decision, which its event will hold."""
    text = " ".join(typed.split())
    if not text:
        return Reason("", (Fault(field, "Give the reason"),))
    if len(text) > LONGEST_REASON:
        words = f"The reason must be {LONGEST_REASON} characters or fewer; it has {len(text):,}"
        return Reason(text, (Fault(field, words),))
    if holds_nhs_number(text) or holds_upn(text):
        return Reason(text, (Fault(field, "The reason holds an NHS number or a UPN: take it out"),))
    try:
        _REASON.validate_python(text)
    except ValidationError:
        shown = "".join(letter for letter in text if letter.isprintable())
        words = "The reason held characters that cannot be seen; they are taken out: check it and send it again"
        return Reason(shown, (Fault(field, words),))
    return Reason(text, ())
