"""Two person records: under which keys they meet, and what they are to each other."""

from functools import lru_cache

from send_integration.identity.blocking import Keys, blocking_keys, paired, plainly_meet
from send_integration.identity.compare import ALIKE, DIFFERENT, NEAR, YEAR, compare
from send_integration.identity.features import names_somebody
from send_integration.identity.judge import Judgement, Verdict, a_number_agrees, judge
from send_integration.identity.model import Model
from send_integration.identity.records import PersonRecord, PersonRef, features_of

RESTRICTED = "a record is restricted, and never joined automatically"
TOLD_APART = "one source keeps them under two local ids"


@lru_cache(maxsize=65_536)
def keys_of(record: PersonRecord, *, families: bool = True) -> Keys:
    """The keys under which a record is found and looked up; the first is that of its source and local id."""
    own, keys = local_id_key(record.ref), blocking_keys(features_of(record), families=families)
    return Keys((own, *keys.held), (own, *keys.asked))


def local_id_key(ref: PersonRef) -> int:
    """The key under which all records of one source and local id are found."""
    return paired(f"l{ref.source}", ref.local_id)


def are_compared(one: PersonRecord, other: PersonRecord, model: Model) -> bool:
    """Whether two records share a key."""
    return plainly_meet(features_of(one), features_of(other)) or share_a_key(one, other, model)


def share_a_key(one: PersonRecord, other: PersonRecord, model: Model) -> bool:
    """The same, told by making their keys: for those who do not plainly meet."""
    families = model.household_prior is not None
    return not set(keys_of(one, families=families).asked).isdisjoint(keys_of(other, families=families).held)


def between(one: PersonRecord, other: PersonRecord, model: Model) -> Judgement:
    """The judgement on two records, the same in either order."""
    return held_down_by_source(judge(features_of(one), features_of(other), model), one, other)


def held_down_by_source(found: Judgement, one: PersonRecord, other: PersonRecord) -> Judgement:
    """A judgement on two records, held down where one is restricted, or where one source tells them apart."""
    if found.verdict <= Verdict.REVIEW:
        return found
    if one.restricted or other.restricted:
        return Judgement(Verdict.REVIEW, found.weight, found.parts, RESTRICTED)
    if one.source == other.source and one.local_id != other.local_id:
        return Judgement(Verdict.REVIEW, found.weight, found.parts, TOLD_APART)
    return found


def is_named(record: PersonRecord) -> bool:
    """Whether a record gives a given name, and no placeholder for one."""
    return names_somebody(record.given_name)


def another_person_under_one_id(one: PersonRecord, other: PersonRecord) -> bool:
    """Whether a source has plainly given a local id to somebody else: neither given name nor birth date is left."""
    levels = compare(features_of(one), features_of(other))
    return levels.given_name in (ALIKE, DIFFERENT) and levels.date_of_birth in (NEAR, YEAR, DIFFERENT)


def a_number_agrees_between(one: PersonRecord, other: PersonRecord) -> bool:
    """Whether both give the same NHS number, or the same lasting UPN."""
    return a_number_agrees(compare(features_of(one), features_of(other)))


def numbers_differ(one: PersonRecord, other: PersonRecord) -> bool:
    """Whether each gives another NHS number."""
    return "" not in (one.nhs_number, other.nhs_number) and one.nhs_number != other.nhs_number
