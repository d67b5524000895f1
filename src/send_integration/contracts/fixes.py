"""What is likely to mend each reason for which an event is not let in, in one sentence, and whose turn it is."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from send_integration.contracts.reasons import Code


class Turn(StrEnum):
    """Who can mend it."""

    SENDER = "the sender"
    US = "us"
    PERSON = "a person who decides"


class Fix(NamedTuple):
    """Whose turn it is, and what to do next: a sentence that says it to them."""

    turn: Turn
    step: str


_SENDER: Mapping[Code, str] = {
    Code.TOO_LONG: "Shorten the text to what the contract allows, and send the event again.",
    Code.MISSING_FIELD: "Fill the field in, and send the event again.",
    Code.UNKNOWN_CODE: "Use a code of the contract's list, and send the event again; if the code is new, tell us first.",
    Code.WRONG_TYPE: "Send the value as the kind that the contract demands (text, number, true or false, list).",
    Code.WRONG_SHAPE: "Write the value in the shape that the contract demands, and send the event again.",
    Code.EMPTY: "Give the value, or leave the field out where it may be missing, and send the event again.",
    Code.OUT_OF_RANGE: "Correct the number, and send the event again.",
    Code.INVALID_DATE: "Correct the day or moment, written as 2025-03-04 or 2025-03-04T09:30:00Z, and send it again.",
    Code.NO_OFFSET: "Send the moment with its offset from UTC, as in 2025-03-04T09:30:00Z, and send the event again.",
    Code.IN_THE_FUTURE: "Check the date and the clock of the sending system, and send the event again.",
    Code.RECORDED_BEFORE_IT_HAPPENED: "Check both dates: one of them is wrong; send the event again.",
    Code.DATES_OUT_OF_ORDER: "Check both dates: the end lies before the beginning; send the event again.",
    Code.NHS_NUMBER_CHECK_DIGIT: "Correct the NHS number, or leave it out until it is known, and send the event again.",
    Code.UPN_CHECK_LETTER: "Correct the UPN, or leave it out until it is known, and send the event again.",
    Code.WRONG_POSTCODE: "Correct the postcode, or leave it out until it is known, and send the event again.",
    Code.BORN_AFTER_EVENT: "Check the date of birth and the date of the event: one of them is wrong; send it again.",
    Code.PERSON_TOO_OLD: "Check the date of birth; where it is right, the event does not belong here: do not send it.",
    Code.CONTROL_CHARACTER: "Take the invisible characters out of the text, and send the event again.",
    Code.MORE_ABSENCE_THAN_SESSIONS: "Check the counts of sessions and absences, and send the event again.",
    Code.SHARES_DO_NOT_SUM: "Correct the funding shares so that they sum to 1, and send the event again.",
    Code.CORRECTS_AND_RETRACTS: "Send a correction or a retraction, not both in one event.",
    Code.NAMES_ITSELF: "Name the earlier event that is corrected or retracted, not the event itself.",
    Code.CONFLICTING_ID: "Give a change a new id that corrects the first event: one id was used for two events.",
    Code.ONE_AND_THE_SAME: "Name two different records.",
    Code.RELATED_TO_ITSELF: "Correct who the other person is: it is the child.",
    Code.WRONG_SUBJECT: "Let the subject repeat one of the person's identifiers, and send the event again.",
}
_US: Mapping[Code, str] = {
    Code.NOT_JSON: "Look where the marked bytes break off: was a file cut, or read with the wrong mapping? Read it again.",
    Code.NOT_UTF8: "Read the file again with the encoding in which it was written; the marked byte is not UTF-8.",
    Code.UNKNOWN_FIELD: "Misspelt? Then it is the sender's. New? Then add it to the contract, and replay these items.",
    Code.UNKNOWN_TYPE: "Misspelt? Then it is the sender's. New? Then add the type to the contract, and replay these items.",
    Code.WRONG_FEED: "Read the file into the feed to which its events belong, and discard these items.",
}
TOLD_TO_SENDERS: Mapping[Code, str] = {
    Code.NOT_JSON: "Check whether your file was cut off, and send it again; where it is whole, wait: we look at our reading.",
    Code.NOT_UTF8: "Send the file again in UTF-8, or tell us in which encoding it is written.",
    Code.UNKNOWN_FIELD: "Misspelt? Correct the field's name, and send the event again. New? Tell us what it means.",
    Code.UNKNOWN_TYPE: "Misspelt? Correct the type, and send the event again. New? Tell us what it means.",
    Code.WRONG_FEED: "Check to which feed you send it; where that is right, wait: we read it again.",
    Code.ERASED_RECORD: "Send no more of it, until the authority asks you to open the record anew, under another local id.",
}
"""What a sender can do about what is ours to mend, or for a person of ours to decide."""

FIXES: Mapping[Code, Fix] = {
    **{code: Fix(Turn.SENDER, step) for code, step in _SENDER.items()},
    **{code: Fix(Turn.US, step) for code, step in _US.items()},
    Code.IDENTITY_CONFLICT: Fix(
        Turn.PERSON, "Decide in the review queue for identity whose record it is; these items then go on by themselves."
    ),
    Code.ERASED_RECORD: Fix(
        Turn.PERSON,
        "Discard it; or, where the record may be held again, ask the sender to open it anew under another local id.",
    ),
}
_OF_AN_ADAPTER = Fix(
    Turn.SENDER, "Correct it in the system from which the return is made, and send the whole return again."
)
_OF_AN_EXPECTATION = Fix(
    Turn.SENDER, "Check the value and send the event again; where it is right as it is, tell us: we relax the check."
)


def fix_of(code: str) -> Fix:
    """What is likely to mend a reason; codes that are not the contract's are an adapter's or a suite's."""
    if code in set(Code):
        return FIXES[Code(code)]
    return _OF_AN_ADAPTER if code.startswith(("annex-a-", "cin-", "sen2-", "row-")) else _OF_AN_EXPECTATION


def sender_step(code: str) -> str:
    """What the sender can do about a reason, said to them."""
    return TOLD_TO_SENDERS[Code(code)] if code in TOLD_TO_SENDERS else fix_of(code).step
