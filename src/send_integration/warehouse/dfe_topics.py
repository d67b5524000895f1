"""By what each of the Department's tables is broken down, and into which values."""

from collections.abc import Mapping, Sequence

from send_integration.warehouse.dfe_places import GROUPS, WORDS
from send_integration.warehouse.dfe_tables import (
    AGE,
    AGE_AT_START,
    AGE_CEASED,
    ETHNICITY,
    PLACE,
    SEX,
    YEARS,
    YEARS_HELD,
)
from send_integration.warehouse.dfe_words import AGE as AGES
from send_integration.warehouse.dfe_words import (
    AGE_TO_25,
    AGED,
    ETHNIC_GROUPS,
    NOT_CLASSIFIED_SEX,
    SEXES,
    UNCLASSIFIED,
    Ages,
)

_PLACES = (*WORDS.values(), *(words for _, _, words in GROUPS.values()))
_YEARS = ("Less than a year", *(str(years) for years in range(1, 12)), "12 or more")
_YEARS_HELD = ("Under a year", "1 year", *(f"{years} years" for years in range(2, 26)))


def topics_of(table: str) -> Mapping[str, Sequence[str]]:
    """A table's topics, each with every value that there can be."""
    return {
        **_OWN[table],
        ETHNICITY: (*ETHNIC_GROUPS.values(), UNCLASSIFIED),
        SEX: (*SEXES.values(), NOT_CLASSIFIED_SEX),
    }


def _all(ages: Ages) -> tuple[str, ...]:
    between = (f"{ages.prefix} {age}" for age in range(ages.youngest + 1, ages.oldest))
    return (ages.youngest_words, *between, ages.oldest_words)


_OWN: Mapping[str, Mapping[str, Sequence[str]]] = {
    "requests": {AGE: _all(AGED)},
    "assessments": {AGE: _all(AGED)},
    "timeliness_20_week": {AGE: _all(AGES)},
    "newplans": {AGE_AT_START: _all(AGES)},
    "caseload": {AGE: _all(AGE_TO_25), AGE_AT_START: (*_all(AGES), "unknown"), YEARS: _YEARS},
    "sen_need_newplans": {AGE: _all(AGES), PLACE: _PLACES},
    "sen_needs_all_plans": {AGE: _all(AGE_TO_25), YEARS: _YEARS, PLACE: _PLACES},
    "annual_reviews": {AGE: _all(AGED), YEARS: _YEARS, PLACE: _PLACES},
    "ceased_plans": {AGE_CEASED: _all(AGES), YEARS_HELD: _YEARS_HELD, PLACE: _PLACES},
    "personal_budgets": {AGE: _all(AGES), PLACE: _PLACES},
}
