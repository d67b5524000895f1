"""The Department's validation rules for the census that show an event to be untrue, by their own numbers.

Rules about the return as a whole (a closure outside the census year, a child without an episode) say nothing about
whether an event happened, and hold nothing back. A rule whose number ends in Q is a query to the authority; of these
only those are asked that cast doubt on the event itself.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from send_integration.contracts.event import Reason
from send_integration.contracts.identifiers import is_upn
from send_integration.ingest.cin_codes import CLOSURE_REASONS, GENDERS, PRIMARY_NEEDS, REFERRAL_SOURCES
from send_integration.ingest.cin_record import ChildRecord, Episode, Sent

LONGEST_BEFORE_BIRTH = timedelta(days=280)
"""A child can be referred from conception on: 40 weeks (rule 8606)."""

SCHOOL_AGE_DAYS = 5 * 365

PERMANENT_UPN_LENGTH = 13
SATURDAY = 5


def rule(number: str, field: str, words: str) -> Reason:
    """A reason in the census's own terms."""
    return Reason(f"cin-{number.lower()}", field, words)


def faults_of_person(child: ChildRecord, ethnicities: frozenset[str], returned_on: date) -> Iterator[Reason]:
    """What is wrong with who the child is said to be, which no event needs in order to be told."""
    yield from _faults_of_upn(child, returned_on)
    if child.ethnicity not in ethnicities:
        yield rule("4220", "data.person.ethnicity", "The ethnicity is missing or not in the code set.")
    if child.gender not in GENDERS:
        yield rule("4180", "data.person.gender", "The gender is missing or not in the code set.")


def _faults_of_upn(child: ChildRecord, returned_on: date) -> Iterator[Reason]:
    field, upn = "data.person.upn", child.upn
    if not upn:
        of_age = isinstance(child.born_on, date) and (returned_on - child.born_on).days > SCHOOL_AGE_DAYS
        if of_age and not child.upn_unknown:
            words = "The child is over five and has neither a UPN nor a reason why it is unknown."
            yield rule("8770Q", field, words)
    elif not (upn[4:12].isascii() and upn[4:12].isdigit() and len(upn) == PERMANENT_UPN_LENGTH):
        yield rule("1540", field, "The UPN's fifth to twelfth characters are not all digits.")
    elif not (upn[12].isascii() and upn[12].isalnum()) or upn[12] in "IOS":
        yield rule("1550", field, "The UPN's thirteenth character is none that a UPN can have.")
    elif not is_upn(upn):
        yield rule("1510", field, "The UPN is invalid: the check letter, its first character, is wrong.")


def faults_of_episode(child: ChildRecord, episode: Episode, returned_on: date) -> Iterator[Reason]:
    """What is wrong with an episode's beginning; an episode that cannot have begun has no other event either."""
    referred = episode.referred_on
    if not child.local_id:
        yield rule("8500", "data.person.local_id", "The LA child ID is missing.")
    if not isinstance(child.born_on, date):
        yield rule("8525Q", "data.person.date_of_birth", "The date of birth is missing or no date.")
    if not isinstance(referred, date) or referred > returned_on:
        yield rule("8600", "time", "The referral date is missing, or after the period that the census covers.")
    born = child.born_on
    if isinstance(born, date) and isinstance(referred, date) and born - referred > LONGEST_BEFORE_BIRTH:
        yield rule("8606", "time", "The referral is more than 40 weeks before the child's birth.")
    if _after(referred, child.died_on):
        yield rule("8555Q", "time", "The child was referred after the recorded date of death.")


def faults_of_referral(episode: Episode) -> Iterator[Reason]:
    """What is wrong with what a referral says."""
    if episode.source not in REFERRAL_SOURCES:
        yield rule("8866", "data.from_service", "The source of referral is missing or not in the code set.")
    if episode.primary_need and episode.primary_need not in PRIMARY_NEEDS:
        yield rule("8650", "data.reason", "The primary need is not in the code set.")
    if not episode.primary_need and not episode.no_further_action:
        yield rule("8610", "data.reason", "The primary need is missing for a referral that led to further action.")


def faults_of_closure(child: ChildRecord, episode: Episode, returned_on: date) -> Iterator[Reason]:
    """What is wrong with a case's end."""
    closed = episode.closed_on
    if closed is None:
        yield rule("8810", "time", "A reason for closure is given without a closure date.")
    elif not isinstance(closed, date) or closed > returned_on:
        yield rule("8620", "time", "The closure date is no date, or after the period that the census covers.")
    elif _before(closed, episode.referred_on):
        yield rule("8630", "time", "The closure date is before the referral date of the same episode.")
    if not episode.closure_reason:
        yield rule("8805", "data.outcome", "A closure date is given without a reason for closure.")
    elif episode.closure_reason not in CLOSURE_REASONS:
        yield rule("8640", "data.outcome", "The reason for closure is not in the code set.")
    elif episode.closure_reason == "RC2" and child.died_on is None:
        yield rule("8585Q", "data.outcome", "The case closed because the child died, yet no date of death is given.")


def faults_of_step_up(child: ChildRecord, episode: Episode, on: Sent, *, kind: str) -> Iterator[Reason]:
    """What is wrong with a conference, a protection plan or a child in need plan (`kind`) that began on a day."""
    no_action, before, after_death = _STEP_UP_RULES[kind]
    if episode.no_further_action:
        yield rule(no_action, "data.to", "Activity is recorded on a referral that led to no further action.")
    if _before(on, episode.referred_on):
        yield rule(before, "time", "The activity begins before the referral.")
    if _after(on, child.died_on):
        yield rule(after_death, "time", "The activity begins after the recorded date of death.")
    if _after(on, episode.closed_on):
        yield rule("8565", "time", "The activity begins after the case was closed.")
    if kind == "conference" and isinstance(on, date) and on.weekday() >= SATURDAY:
        yield rule("8875", "time", "The initial child protection conference is on a weekend.")


# The Department has no rule of its own about a conference after a child's death.
_STEP_UP_RULES = {
    "conference": ("8831", "1104", "after-death"),
    "protection": ("8832", "1105", "8915"),
    "plan": ("4000", "4015", "4008"),
}


def _before(one: Sent, other: Sent) -> bool:
    return isinstance(one, date) and isinstance(other, date) and one < other


def _after(one: Sent, other: Sent) -> bool:
    return isinstance(one, date) and isinstance(other, date) and one > other
