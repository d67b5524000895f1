"""Two person records: under which keys they meet, and what they are to each other."""

from functools import lru_cache

from send_integration.identity.blocking import blocking_keys
from send_integration.identity.compare import ALIKE, DIFFERENT, NEAR, YEAR, compare
from send_integration.identity.judge import Judgement, Verdict, judge
from send_integration.identity.model import Model
from send_integration.identity.records import PersonRecord, features_of

RESTRICTED = "a record is restricted, and never joined automatically"
TOLD_APART = "one source keeps them under two local ids"


@lru_cache(maxsize=131_072)
def keys_of(record: PersonRecord) -> tuple[str, ...]:
    """The keys under which a record is looked up; the first is its source and local id."""
    return (f"l\x1f{record.source}\x1f{record.local_id}", *blocking_keys(features_of(record)))


def between(one: PersonRecord, other: PersonRecord, model: Model) -> Judgement:
    """The judgement on two records, the same in either order; held down where one is restricted, or where one source
    tells them apart."""
    first, second = (one, other) if one < other else (other, one)
    found = judge(features_of(first), features_of(second), model)
    for applies, words in (
        (one.restricted or other.restricted, RESTRICTED),
        (one.source == other.source and one.ref != other.ref, TOLD_APART),
    ):
        if applies and found.verdict > Verdict.REVIEW:
            return Judgement(Verdict.REVIEW, found.weight, found.parts, words)
    return found


def another_person_under_one_id(one: PersonRecord, other: PersonRecord) -> bool:
    """Whether a source has plainly given a local id to somebody else: neither given name nor birth date is left."""
    levels = compare(features_of(one), features_of(other))
    return levels.given_name in (ALIKE, DIFFERENT) and levels.date_of_birth in (NEAR, YEAR, DIFFERENT)


def numbers_differ(one: PersonRecord, other: PersonRecord) -> bool:
    """Whether each gives another NHS number."""
    return "" not in (one.nhs_number, other.nhs_number) and one.nhs_number != other.nhs_number
