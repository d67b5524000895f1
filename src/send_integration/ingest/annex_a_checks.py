"""The sector's checks of Annex A's child-level lists, by the numbers of Data to Insight's validator, and a few of our own.

Numbers begin with 1 in list 1 and with 2 in list 2. Where the validator asks about today, these ask about the list's day.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from send_integration.contracts.event import Reason
from send_integration.contracts.identifiers import is_upn
from send_integration.ingest import annex_a_codes as codes
from send_integration.ingest.annex_a_row import ListedChild, Sent
from send_integration.when.periods import age_on

QUERIED_AGE = 25
UPN_FROM_AGE = 6
SCHOOL_AGES = range(5, 17)
"""From the fifth birthday to the last day of being sixteen."""


class Beside(NamedTuple):
    """What only the other rows of the file show of a row."""

    upn_twice: bool
    unique_id_twice: bool
    in_both_lists: bool


def rule(child: ListedChild, number: str, field: str, words: str) -> Reason:
    """A reason by the validator's number: '02b' of list 1 is 102b."""
    return Reason(f"annex-a-{child.number}{number}", field, words)


def faults_of_row(child: ListedChild, beside: Beside, on: date) -> Iterator[Reason]:
    """Why nothing of a row can be believed: nobody knows about whom it is, or the person can be in no such list."""
    if not child.unique_id:
        yield Reason("annex-a-unique-id-missing", "data.person.local_id", "The row has no Unique ID.")
    if beside.unique_id_twice:
        yield Reason("annex-a-unique-id-twice", "data.person.local_id", "Two rows of the list have the same Unique ID.")
    if beside.in_both_lists:
        words = "The child is also in list 1: with a plan nobody is on SEN support."
        yield Reason("annex-a-in-both-lists", "data.person.local_id", words)
    field = "data.person.date_of_birth"
    if child.born is None:
        yield rule(child, "01a", field, "The date of birth is missing.")
    elif not isinstance(child.born, date):
        yield _no_date(field, "The date of birth")
    elif child.born > on:
        yield rule(child, "05a", field, "The date of birth is after the list's day.")
    elif age_on(child.born, on) > QUERIED_AGE:
        yield rule(child, "02b", field, "The young person was 26 or older on the list's day.")


def faults_of_person(child: ListedChild, beside: Beside, on: date) -> Iterator[Reason]:
    """What is wrong with who the child is said to be, and holds back nothing that happened to the child."""
    if not child.gender:
        yield rule(child, "01b", "data.person.gender", "The gender is missing.")
    elif codes.gender(child.gender) not in codes.GENDERS_KNOWN:
        yield codes.unknown("data.person.gender", "gender")
    if not child.ethnicity:
        yield rule(child, "01c", "data.person.ethnicity", "The ethnicity is missing.")
    elif child.ethnicity not in codes.ETHNICITIES | codes.ETHNICITY_UNKNOWN:
        yield codes.unknown("data.person.ethnicity", "ethnicity")
    if not child.disability:
        yield rule(child, "03", "", "It is not said whether the child has a disability.")
    if not child.upn and not child.uln and isinstance(child.born, date) and age_on(child.born, on) >= UPN_FROM_AGE:
        yield rule(child, "07", "data.person.upn", "The child is six or older and has neither a UPN nor a ULN.")
    if beside.upn_twice:
        yield rule(child, "09", "data.person.upn", "Another row has the same UPN.")
    if child.upn and not is_upn(child.upn):
        words = "The UPN is not thirteen characters with a right check letter."
        yield Reason("annex-a-upn-invalid", "data.person.upn", words)


def other_faults(child: ListedChild, beside: Beside, on: date) -> set[Reason]:
    """Every other fault of a row that is refused as a whole, so that nobody has to send it twice to learn of all."""
    found = [*faults_of_person(child, beside, on), *faults_of_need(child), *faults_of_school(child, on)]
    if child.number == 1:
        found += [*faults_of_issue(child, on), *faults_of_update(child, on), *faults_of_review(child, on)]
    return set(found)


def queries(child: ListedChild, on: date) -> Iterator[Reason]:
    """What an inspector would ask about and may be right."""
    if isinstance(child.born, date) and age_on(child.born, on) == QUERIED_AGE:
        yield rule(child, "02a", "data.person.date_of_birth", "The young person was 25 on the list's day.")
    if codes.is_yes(child.home_education) and not child.urn and _of_school_age(child, on):
        yield _without_establishment(child)


def faults_of_issue(child: ListedChild, on: date) -> Iterator[Reason]:
    """What is wrong with the day on which the plan was first issued."""
    if child.issued is None:
        yield Reason("annex-a-issue-date-missing", "time", "The day on which the plan was first issued is missing.")
    else:
        yield from _no_day_or_future(child, child.issued, "05b", "first issue", on)
    if _after(child.issued, child.updated):
        yield _issued_after_update(child)
    if _after(child.issued, child.reviewed):
        yield _issued_after_review(child)


def faults_of_update(child: ListedChild, on: date) -> Iterator[Reason]:
    """What is wrong with the day on which the updated plan was issued."""
    yield from _no_day_or_future(child, child.updated, "05c", "update", on)
    if _after(child.issued, child.updated):
        yield _issued_after_update(child)


def faults_of_review(child: ListedChild, on: date) -> Iterator[Reason]:
    """What is wrong with the day of the last review."""
    yield from _no_day_or_future(child, child.reviewed, "05d", "review", on)
    if _after(child.issued, child.reviewed):
        yield _issued_after_review(child)


def faults_of_need(child: ListedChild) -> Iterator[Reason]:
    """What is wrong with the primary need."""
    if not child.need:
        yield rule(child, "01d", "data.need_types", "The primary need is missing.")
    elif child.need not in codes.NEEDS:
        yield codes.unknown("data.need_types", "primary need")


def faults_of_phase(placed: str) -> Iterator[Reason]:
    """What is wrong with where the child is taught, in our contract's words."""
    if placed not in codes.PLACEMENT_TYPES:
        yield codes.unknown("data.placement_type", "phase of the main establishment")


def faults_of_school(child: ListedChild, on: date) -> Iterator[Reason]:
    """Whether a child of school age lacks the school in which every such child is taught.

    One educated at home has none: that is a query, not a fault.
    """
    if child.urn or codes.is_yes(child.home_education) or not _of_school_age(child, on):
        return
    if child.subsidiary:
        words = "The child is of school age and has a subsidiary education establishment and no main one."
        yield rule(child, "08b", "data.urn", words)
    else:
        yield _without_establishment(child)


def _without_establishment(child: ListedChild) -> Reason:
    return rule(child, "08a", "data.urn", "The child is of school age and has no main education establishment.")


def _issued_after_update(child: ListedChild) -> Reason:
    return rule(child, "06a", "time", "The plan was first issued after it was updated.")


def _issued_after_review(child: ListedChild) -> Reason:
    return rule(child, "06b", "time", "The plan was first issued after it was last reviewed.")


def _no_day_or_future(child: ListedChild, sent: Sent, number: str, words: str, on: date) -> Iterator[Reason]:
    if isinstance(sent, str):
        yield _no_date("time", f"The day of the {words}")
    elif sent is not None and sent > on:
        yield rule(child, number, "time", f"The day of the {words} is after the list's day.")


def _no_date(field: str, words: str) -> Reason:
    return Reason("annex-a-date-unreadable", field, f"{words} is no date that can be read as day, month and year.")


def _of_school_age(child: ListedChild, on: date) -> bool:
    return isinstance(child.born, date) and age_on(child.born, on) in SCHOOL_AGES


def _after(one: Sent, other: Sent) -> bool:
    return isinstance(one, date) and isinstance(other, date) and one > other
