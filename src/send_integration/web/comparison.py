"""Two records as a reviewer compares them: field by field in words, and each field's weight as a bar made here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from send_integration.store.reviews import Part, ReviewedRecord

BAR_WIDTH, BAR_MIDDLE, LONGEST_BAR = 200, 100, 98
"""The drawing of one bar: what speaks for two children lies left of the middle, what speaks for one right of it."""

FIELDS = {
    "given_name": "Given name",
    "family_name": "Family name",
    "date_of_birth": "Date of birth",
    "gender": "Gender",
    "nhs_number": "NHS number",
    "upn": "UPN",
    "postcode": "Postcode",
    "address": "Address",
}
"""What a record says, in the order in which people compare it."""

LEVELS = {
    "same": "the same",
    "swapped": "the same, in swapped places",
    "variant": "two spellings of one name",
    "part": "partly the same",
    "close": "a slip apart",
    "alike": "something in common",
    "different": "different",
    "one off": "one character apart",
    "near": "two of day, month and year the same",
    "year": "only the year the same",
    "first of january": "the same, but 1 January, which often stands for an unknown day",
    "sector": "one neighbourhood",
    "district": "one district",
    "temporary": "the same number, given for the time being",
    "stranger": "two records taken at random are seldom one child",
    "household": "two records of one home are often brother and sister",
}
"""How two records agree (identity.compare), in plain words."""

GENDERS = {"M": "male", "F": "female", "U": "unknown", "N": "not specified"}


class Sign(StrEnum):
    """What a reader sees at a glance; the words beside it say the same."""

    SAME = "same"
    NEAR = "near"
    DIFFERENT = "different"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of two records; a value is '' where the record does not give it."""

    name: str
    one: str
    other: str
    sign: Sign
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One field's share of a weight; `x` and `width` are places in the drawing."""

    name: str
    words: str
    weight: float
    x: float
    width: float


def compared(one: ReviewedRecord, other: ReviewedRecord, parts: Iterable[Part]) -> list[ComparedField]:
    """Two records field by field, with how they agree."""
    levels = {field: level for field, level, _ in parts}
    return [_compared(field, _value(one, field), _value(other, field), levels) for field in FIELDS]


def _compared(field: str, one: str, other: str, levels: Mapping[str, str]) -> ComparedField:
    sign, words = Sign.SILENT, "not compared"
    if field in levels:
        level = levels[field]
        sign = {"same": Sign.SAME, "different": Sign.DIFFERENT}.get(level, Sign.NEAR)
        words = LEVELS.get(level, level)
    elif not one or not other:
        words = "only one says" if one or other else "neither says"
    return ComparedField(FIELDS[field], one, other, sign, words)


def _value(record: ReviewedRecord, field: str) -> str:
    value = getattr(record, field)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return GENDERS.get(value, value) if field == "gender" else str(value)


def bars_of(parts: Iterable[Part]) -> list[Bar]:
    """Each part of a weight as a bar, the longest of them as long as there is room."""
    known = list(parts)
    most = max((abs(weight) for _, _, weight in known), default=0.0) or 1.0
    return [_bar(field, level, weight, LONGEST_BAR * abs(weight) / most) for field, level, weight in known]


def _bar(field: str, level: str, weight: float, length: float) -> Bar:
    name = (
        "Before anything is compared" if field == "prior" else FIELDS.get(field, field.replace("_", " ").capitalize())
    )
    start = BAR_MIDDLE if weight >= 0 else BAR_MIDDLE - length
    return Bar(name, LEVELS.get(level, level), weight, round(start, 1), round(length, 1))


def odds(weight: float) -> str:
    """A weight, which is a binary logarithm of odds, as people say odds."""
    if abs(weight) >= 20:
        return "more than a million to 1 for one child" if weight > 0 else "more than a million to 1 for two children"
    against = round(2 ** abs(weight))
    if against == 1:
        return "even odds"
    return f"about {against:,} to 1 for {'one child' if weight > 0 else 'two children'}"
