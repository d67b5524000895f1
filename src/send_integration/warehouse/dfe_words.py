"""The words by which the Department's tables on EHC plans name ages, ethnic groups and sexes."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from send_integration.when.periods import age_on

ETHNIC_GROUPS: Mapping[str, str] = {
    "WBRI": "White - White British",
    "WIRI": "White - Irish",
    "WIRT": "White - Traveller of Irish heritage",
    "WROM": "White - Gypsy/Roma",
    "WOTH": "White - Any other White background",
    "MWBC": "Mixed - White and Black Caribbean",
    "MWBA": "Mixed - White and Black African",
    "MWAS": "Mixed - White and Asian",
    "MOTH": "Mixed - Any other Mixed background",
    "AIND": "Asian - Indian",
    "APKN": "Asian - Pakistani",
    "ABAN": "Asian - Bangladeshi",
    "CHNE": "Asian - Chinese",
    "AOTH": "Asian - Any other Asian background",
    "BCRB": "Black - Black Caribbean",
    "BAFR": "Black - Black African",
    "BOTH": "Black - Any other Black background",
    "OOTH": "Any other ethnic group",
}
UNCLASSIFIED = "Unclassified"
"""Refused, not obtained, or never told."""

SEXES: Mapping[str, str] = {"F": "Female", "M": "Male"}
NOT_CLASSIFIED_SEX = "Unknown"


class Ages(NamedTuple):
    """How a table writes ages: the ages at both ends stand for all below and above."""

    prefix: str
    youngest: int
    youngest_words: str
    oldest: int
    oldest_words: str

    def of(self, born: date, on: date) -> str:
        """The words for somebody's age on a day."""
        age = age_on(born, on)
        if age <= self.youngest:
            return self.youngest_words
        return self.oldest_words if age >= self.oldest else f"{self.prefix} {age}"


AGED = Ages("Aged", 2, "Aged 2 and under", 20, "Aged 20 and over")
AGE = Ages("age", 2, "age 2 and under", 20, "age 20 and over")
AGE_TO_25 = Ages("age", 2, "under 3", 25, "age 25")
"""The caseload's; a plan can last until the end of the year of age in which somebody turns 25, so 25 is the oldest."""


def ethnic_group(code: str) -> str:
    """The Department's words for a main ethnicity code; '' and those who would not say are unclassified."""
    return ETHNIC_GROUPS.get(code, UNCLASSIFIED)


def sex(code: str) -> str:
    """The Department's words for a sex."""
    return SEXES.get(code, NOT_CLASSIFIED_SEX)


def years_in_place(began_in: int, counted_in: int) -> str:
    """Calendar years since a plan began, as the tables of reviews and of all plans write them."""
    years = counted_in - began_in
    if years < 1:
        return "Less than a year"
    return "12 or more" if years >= 12 else str(years)


def years_held(began_on: date, ceased_on: date) -> str:
    """Whole years for which a plan was held, as the table of ceased plans writes them."""
    years = age_on(began_on, ceased_on)
    if years < 1:
        return "Under a year"
    return "1 year" if years == 1 else f"{years} years"
