"""The closed list of reasons for which an event is not let in, each with a sentence for the data steward."""

from enum import StrEnum

from send_integration.contracts.event import Reason


class Code(StrEnum):
    """Stable codes: reports and senders' own fixes depend on them."""

    NOT_JSON = "not-json"
    NOT_UTF8 = "not-utf-8"
    TOO_LONG = "too-long"
    MISSING_FIELD = "missing-field"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_CODE = "unknown-code"
    WRONG_TYPE = "wrong-type"
    WRONG_SHAPE = "wrong-shape"
    WRONG_FEED = "wrong-feed"
    WRONG_SUBJECT = "wrong-subject"
    EMPTY = "empty"
    OUT_OF_RANGE = "out-of-range"
    INVALID_DATE = "invalid-date"
    NO_OFFSET = "no-offset"
    IN_THE_FUTURE = "in-the-future"
    RECORDED_BEFORE_IT_HAPPENED = "recorded-before-it-happened"
    DATES_OUT_OF_ORDER = "dates-out-of-order"
    NHS_NUMBER_CHECK_DIGIT = "nhs-number-check-digit"
    UPN_CHECK_LETTER = "upn-check-letter"
    WRONG_POSTCODE = "wrong-postcode"
    BORN_AFTER_EVENT = "born-after-event"
    PERSON_TOO_OLD = "person-too-old"
    CONTROL_CHARACTER = "control-character"
    MORE_ABSENCE_THAN_SESSIONS = "more-absence-than-sessions"
    SHARES_DO_NOT_SUM = "shares-do-not-sum"
    CORRECTS_AND_RETRACTS = "corrects-and-retracts"
    NAMES_ITSELF = "names-itself"
    CONFLICTING_ID = "conflicting-id"
    IDENTITY_CONFLICT = "identity-conflict"
    ONE_AND_THE_SAME = "one-and-the-same"
    RELATED_TO_ITSELF = "related-to-itself"
    ERASED_RECORD = "erased-record"


SENTENCES = {
    Code.NOT_JSON: "The line is not one JSON object.",
    Code.NOT_UTF8: "The line is not text in UTF-8.",
    Code.TOO_LONG: "The text is longer than the contract allows.",
    Code.MISSING_FIELD: "A field that the contract demands is missing.",
    Code.UNKNOWN_FIELD: "The contract knows no such field; is it misspelt, or new?",
    Code.UNKNOWN_TYPE: "The contract knows no such type of event.",
    Code.UNKNOWN_CODE: "The code is not in the contract's list.",
    Code.WRONG_TYPE: "The value is of the wrong kind (text, number, true or false, list).",
    Code.WRONG_SHAPE: "The value does not have the shape that the contract demands.",
    Code.WRONG_FEED: "The event's type belongs to another feed.",
    Code.WRONG_SUBJECT: "The subject does not repeat an identifier of the person.",
    Code.EMPTY: "The value is empty.",
    Code.OUT_OF_RANGE: "The number is outside what the contract allows.",
    Code.INVALID_DATE: "There is no such day or moment, or it is not written as the contract demands.",
    Code.NO_OFFSET: "The moment has no offset from UTC.",
    Code.IN_THE_FUTURE: "The moment lies in the future.",
    Code.RECORDED_BEFORE_IT_HAPPENED: "It was recorded more than a day before it happened.",
    Code.DATES_OUT_OF_ORDER: "The end lies before the beginning.",
    Code.NHS_NUMBER_CHECK_DIGIT: "The NHS number is not ten digits with a right check digit.",
    Code.UPN_CHECK_LETTER: "The unique pupil number is not thirteen characters with a right check letter.",
    Code.WRONG_POSTCODE: "The postcode does not have a postcode's shape.",
    Code.BORN_AFTER_EVENT: "The person was born after the event.",
    Code.PERSON_TOO_OLD: "The person was 26 or older; SEND provision ends at 25.",
    Code.CONTROL_CHARACTER: "The text holds a control character.",
    Code.MORE_ABSENCE_THAN_SESSIONS: "There are more absences than possible sessions.",
    Code.SHARES_DO_NOT_SUM: "The funding shares do not sum to 1.",
    Code.CORRECTS_AND_RETRACTS: "An event corrects or retracts, not both.",
    Code.NAMES_ITSELF: "The event corrects or retracts itself.",
    Code.CONFLICTING_ID: "Another event with the same source and id was recorded earlier and stands.",
    Code.IDENTITY_CONFLICT: "The person could be either of two children; a person must decide.",
    Code.ONE_AND_THE_SAME: "The pair names one record twice.",
    Code.RELATED_TO_ITSELF: "The other person is the child.",
    Code.ERASED_RECORD: "It speaks of a record that was erased; a person must decide what becomes of it.",
}


def reason(code: Code, field: str = "") -> Reason:
    """A reason with its sentence; `field` is a dotted path into the event."""
    return Reason(str(code), field, SENTENCES[code])
