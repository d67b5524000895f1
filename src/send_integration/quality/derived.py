"""Cells that more than one field makes: ages at certain events, codes that must not meet, references to oneself."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from send_integration.contracts.event import Event
from send_integration.when.london import LONDON, london_day
from send_integration.when.periods import age_on, working_days_between
from send_integration.when.school_years import year_group

Cell: TypeAlias = float | str | None

ADULT_LAW = frozenset(
    {
        "transition.adult_care_assessment_requested",
        "transition.adult_care_assessment_completed",
        "transition.adult_health_transfer_agreed",
        "transition.continuing_healthcare_referred",
        "transition.mental_capacity_considered",
    }
)
"""Steps under laws for people of 16 or over: Mental Capacity Act 2005, Care Act 2014, NHS continuing healthcare."""

TEMPORARY_UPN = re.compile(r"[A-Z]\Z", re.ASCII)


def age(event: Event) -> float | None:
    """Whole years on the day of the event; None where it is about no child."""
    return None if event.person is None else age_on(event.person.date_of_birth, event.on)


def age_at(*whats: str, **codes: str) -> Callable[[Event], Cell]:
    """The age at events of some types, where every one of `codes` was sent with them."""
    asked = tuple(codes.items())

    def value(event: Event) -> Cell:
        if event.what not in whats or any(event.data.get(name) != code for name, code in asked):
            return None
        return age(event)

    return value


def age_where(name: str, *codes: str) -> Callable[[Event], Cell]:
    """The age at events whose field `name` has one of some codes."""
    return lambda event: age(event) if event.data.get(name) in codes else None


def adult_law_age(event: Event) -> Cell:
    """The age at a step that the law opens at sixteen."""
    return age(event) if event.what in ADULT_LAW else None


def flag_where(name: str, code: str, other: str) -> Callable[[Event], Cell]:
    """1 where `other` was sent although `name` has another code than the one to which it belongs; else 0."""

    def value(event: Event) -> Cell:
        given = event.data.get(name)
        return None if given is None else float(given != code and other in event.data)

    return value


def text_where(name: str, code: str, other: str) -> Callable[[Event], Cell]:
    """The text `other` of events whose `name` has this code; '' where it was not sent."""
    return lambda event: event.text(other) if event.data.get(name) == code else None


def day_before_event(whats: frozenset[str], name: str) -> Callable[[Event], Cell]:
    """Days from the type's own day `name` to the event; negative where the event came first."""

    def value(event: Event) -> Cell:
        day = event.day(name) if event.what in whats else None
        return None if day is None else (event.on - day).days

    return value


def working_days_past_recording(name: str) -> Callable[[Event], Cell]:
    """Working days after the day on which its source wrote the event down, up to the type's own day `name`: a week that is
    counted on Friday may end on Sunday."""

    def value(event: Event) -> Cell:
        day = event.day(name)
        return None if day is None else max(0, working_days_between(london_day(event.recorded_at), day))

    return value


def needs_beside_none_assessed(event: Event) -> Cell:
    """How many types of need stand beside 'no specialist assessment of type of need'."""
    needs = event.data.get("need_types")
    return len(needs) - 1 if isinstance(needs, list) and "NSA" in needs else None


def needs_repeated(event: Event) -> Cell:
    """How many types of need are named more than once."""
    needs = event.data.get("need_types")
    return len(needs) - len(set(map(str, needs))) if isinstance(needs, list) else None


def needs_of_support(event: Event) -> Cell:
    """How many types of need SEN support starts with."""
    needs = event.data.get("need_types")
    return len(needs) if event.what == "school.sen_support_started" and isinstance(needs, list) else None


def passed_on(event: Event) -> Cell:
    """1 where a referral goes to another service, 0 where to the one that it comes from."""
    if event.what != "referrals.received":
        return None
    return float(event.data.get("from_service") != event.data.get("to_service"))


def taught_year(event: Event) -> Cell:
    """The national curriculum year in which the child is taught."""
    given = event.data.get("year_group")
    return given if isinstance(given, int) else None


def age_on_31_august(event: Event) -> Cell:
    """The child's age on the day before the school year began, by which England forms year groups."""
    if event.person is None or "year_group" not in event.data:
        return None
    return year_group(event.person.date_of_birth, event.on) + 4


def payers(event: Event) -> Cell:
    """How many sectors pay a share of joint funding."""
    shares = event.data.get("funding")
    if event.data.get("decision") != "joint-funding" or not isinstance(shares, dict):
        return None
    return sum(1 for share in shares.values() if isinstance(share, int | float) and share > 0)


def funding_on_closing(event: Event) -> Cell:
    """1 where the panel closes a case and yet funds it."""
    return float("funding" in event.data) if event.data.get("decision") == "close" else None


def hours_of_equipment(event: Event) -> Cell:
    """Hours a week of what is not given by the hour."""
    hours = event.data.get("hours_per_week")
    return hours if event.data.get("kind") == "equipment" and isinstance(hours, int | float) else None


def nhs_number_digits(event: Event) -> Cell:
    """How many different digits the NHS number has."""
    return len(set(event.person.nhs_number)) if event.person and event.person.nhs_number else None


def nhs_number(event: Event) -> Cell:
    """The NHS number."""
    return event.person.nhs_number if event.person else None


def upn_within_source(event: Event) -> Cell:
    """The unique pupil number as one source gives it: another source may well name the same child by it."""
    person = event.person
    return f"{event.source} {person.upn}" if person and person.upn else None


def local_id(event: Event) -> Cell:
    """The source's own reference of the person."""
    return event.person.local_id if event.person else None


def temporary_upn_age(event: Event) -> Cell:
    """The age of a person whose pupil number is a temporary one."""
    person = event.person
    return age(event) if person and person.upn and TEMPORARY_UPN.search(person.upn) else None


def upn_age(event: Event) -> Cell:
    """The age of a person who has a pupil number."""
    return age(event) if event.person and event.person.upn else None


def whole_name(event: Event) -> Cell:
    """Given and family name."""
    person = event.person
    return f"{person.given_name} {person.family_name}" if person else None


def postcode(event: Event) -> Cell:
    """The home's postcode."""
    return event.person.postcode if event.person else None


def gender_where(what: str) -> Callable[[Event], Cell]:
    """The gender at events of one type, '' where it was not sent."""
    return lambda event: (event.person.gender or "") if event.what == what and event.person else None


def ethnicity_where(what: str) -> Callable[[Event], Cell]:
    """The ethnicity at events of one type, '' where it was not sent."""
    return lambda event: (event.person.ethnicity or "") if event.what == what and event.person else None


def names_itself(name: str) -> Callable[[Event], Cell]:
    """1 where the type's own field `name` is the worker of whom the event speaks, 0 where it is another's id."""

    def value(event: Event) -> Cell:
        other = event.data.get(name)
        return None if other is None or event.worker is None else float(other == event.worker.id)

    return value


def reason_length(event: Event) -> Cell:
    """How many signs the reason of a decision has."""
    return len(event.text("why").strip())


def pairs_decided(event: Event) -> Cell:
    """On how many pairs of records one decision speaks."""
    pairs = event.data.get("pairs")
    return len(pairs) if isinstance(pairs, list) else None


def source(event: Event) -> Cell:
    """The agency that sent it."""
    return event.source


def event_id(event: Event) -> Cell:
    """The id that its source gave it."""
    return event.id


def said(event: Event) -> Cell:
    """All that an event says, but for its id and when it was recorded, as a number that only this process knows; None where
    it speaks of another event. For comparing the rows of one window."""
    if event.corrects or event.retracts:
        return None
    # In a body all fields stand in the contract's order, and no quote within a text stands without a backslash.
    body = event.body
    recorded = body.index(b'","recordedtime":"')
    return hash(body[body.index(b'","source":"') : recorded] + body[body.index(b'","dataschema":"', recorded) :]) >> 11


@lru_cache(maxsize=16_384)
def _is_an_hour_off(moment: datetime) -> bool:
    local = moment.astimezone(LONDON)
    return local.hour in (23, 1) and not (local.minute or local.second or local.microsecond)


def hour_off_midnight(event: Event) -> Cell:
    """1 where it happened an hour before or after midnight in London, to the second; else 0."""
    return float(_is_an_hour_off(event.time))
