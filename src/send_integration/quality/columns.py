"""The columns that a feed's expectations may look at, each with what it is, where it stands and how it is derived."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Literal, TypeAlias

from send_integration.contracts.event import Event, JsonValue
from send_integration.quality import derived
from send_integration.quality.derived import Cell
from send_integration.quality.derived import age as _age

Kind: TypeAlias = Literal["number", "text"]

SECONDS_A_DAY = 86_400
EARLY_YEARS_SERVICES = frozenset({"portage", "flying-start", "talking-takes-off", "health-visitor"})
PAYMENTS = frozenset({"direct-payment", "personal-budget", "personal-health-budget"})
OF_ANY_AGE = frozenset(
    {"transition.learning_disability_registered", "transition.health_check_completed", "transition.outcomes_recorded"}
)
"""A general practice's learning disability register takes children of any age, and reviews record outcomes for adulthood from
the earliest years on (SEND Code of Practice, 8.9)."""

SHORT_TEXTS = (
    "reason", "outcome", "concern", "about", "area", "what", "why", "how", "owner", "decision_about", "signposted_to",
    "redirected_to", "attendees", "presenter", "diagnosis_codes",
)  # fmt: skip
"""Free lines that travel on to titles, alerts and reporting."""

LONG_TEXTS = ("text", "rationale")
"""Free text that, like `note`, never leaves the panel's page."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a window; `field` is where a data steward finds what it was derived from.

    `value` gives None where the event says nothing of it; expectations on a column then leave the row alone.
    """

    name: str
    kind: Kind
    field: str
    value: Callable[[Event], Cell]


def _age_of(what: str) -> Callable[[Event], Cell]:
    """The age on the day of one type's events."""
    return lambda event: _age(event) if event.what == what else None


def _early_years_age(event: Event) -> Cell:
    return _age(event) if event.data.get("to_service") in EARLY_YEARS_SERVICES else None


def _preparing_age(event: Event) -> Cell:
    return None if event.what in OF_ANY_AGE else _age(event)


def _young_person_age(event: Event) -> Cell:
    return _age(event) if event.what == "ehcp.requested" and event.data.get("by") == "young-person" else None


def _number(name: str) -> Callable[[Event], Cell]:
    """The type's own number `name`."""

    def value(event: Event) -> Cell:
        given = event.data.get(name)
        return given if isinstance(given, int | float) else None

    return value


def _text(*names: str) -> Callable[[Event], Cell]:
    """The first of the type's own texts `names` that was sent."""

    def value(event: Event) -> Cell:
        return next((given for name in names if isinstance(given := event.data.get(name), str)), None)

    return value


def _count_of(name: str) -> Callable[[Event], Cell]:
    """How many entries the type's own list `name` has."""

    def value(event: Event) -> Cell:
        given = event.data.get(name)
        return len(given) if isinstance(given, list) else None

    return value


def _days_from_event(*names: str) -> Callable[[Event], Cell]:
    """Days from the event to the first of its own days `names` that was sent; negative where that day lies before."""

    def value(event: Event) -> Cell:
        day = next((found for name in names if (found := event.day(name))), None)
        return None if day is None else (day - event.on).days

    return value


def _days_between(first: str, last: str) -> Callable[[Event], Cell]:
    """Days from one of the type's own days to another; negative where they are the wrong way round."""

    def value(event: Event) -> Cell:
        begin: date | None = event.day(first)
        end = event.day(last)
        return None if begin is None or end is None else (end - begin).days

    return value


def _lag_days(event: Event) -> Cell:
    return (event.recorded_at - event.time).total_seconds() / SECONDS_A_DAY


def _possible_at_most(event: Event) -> Cell:
    """Two sessions a day, every day of the span: more than any school can offer."""
    if event.what != "school.attendance":
        return None
    begin, end = event.day("from_on"), event.day("to_on")
    return None if begin is None or end is None else 2 * ((end - begin).days + 1)


def _eotas_schools(event: Event) -> Cell:
    return float("placement_urn" in event.data) if event.data.get("placement_type") == "eotas" else None


def _codes_undiagnosed(event: Event) -> Cell:
    codes = event.data.get("diagnosis_codes") or []
    return len(codes) if event.data.get("conclusion") == "not-diagnosed" and isinstance(codes, list) else None


def _redirected_to(event: Event) -> Cell:
    return event.text("redirected_to") if event.data.get("outcome") == "redirected" else None


def _payment_amount(event: Event) -> Cell:
    if event.what != "support.agreed" or event.data.get("kind") not in PAYMENTS:
        return None
    amount = event.data.get("weekly_amount", 0)
    return amount if isinstance(amount, int | float) else None


def _upn_at_school_age(event: Event) -> Cell:
    """The UPN of a person of six or more, '' where there is none."""
    age = _age(event)
    return None if event.person is None or age is None or age < 6 else event.person.upn or ""


def _email_joined(event: Event) -> Cell:
    return (event.worker.email or "") if event.what == "workers.joined" and event.worker else None


def _words(given: JsonValue) -> Iterable[str]:
    if isinstance(given, str):
        return (given,)
    return (part for part in given if isinstance(part, str)) if isinstance(given, list) else ()


def _short_text(event: Event) -> Cell:
    data = event.data
    found = [data[name] for name in SHORT_TEXTS if name in data]
    return "\n".join(chain.from_iterable(map(_words, found))) if found else None


def _long_text(event: Event) -> Cell:
    found = [event.data[name] for name in LONG_TEXTS if name in event.data]
    if not found:
        return event.note
    return "\n".join((*chain.from_iterable(map(_words, found)), event.note or ""))


BORN = "data.person.date_of_birth"
LAG = Column("lag_days", "number", "recordedtime", _lag_days)
LONG_TEXT = Column("long_text", "text", "data.note", _long_text)
SHORT_TEXT = Column("short_text", "text", "data", _short_text)
AGE = Column("age_years", "number", BORN, _age)
URN = Column("urn", "text", "data.urn", _text("urn", "placement_urn", "destination_urn"))
REDIRECTED_TO = Column("redirected_to", "text", "data.redirected_to", _redirected_to)
EVERY_FEED = (LAG, LONG_TEXT)
OF_A_CHILD = (
    *EVERY_FEED,
    AGE,
    Column("nhs_number_digits", "number", "data.person.nhs_number", derived.nhs_number_digits),
    Column("source", "text", "source", derived.source),
    Column("local_id", "text", "data.person.local_id", derived.local_id),
    Column("whole_name", "text", "data.person.given_name", derived.whole_name),
    Column("postcode", "text", "data.person.postcode", derived.postcode),
    Column("said", "number", "id", derived.said),
    Column("event_id", "text", "id", derived.event_id),
    Column("hour_off_midnight", "number", "time", derived.hour_off_midnight),
)
NEED_TYPES = (
    Column("needs_beside_nsa", "number", "data.need_types", derived.needs_beside_none_assessed),
    Column("needs_repeated", "number", "data.need_types", derived.needs_repeated),
)
MEETINGS = frozenset({"panel.discussed", "panel.decided"})

COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "referrals": (
            *OF_A_CHILD,
            SHORT_TEXT,
            Column("to_service", "text", "data.to_service", _text("to_service")),
            Column("need_type_count", "number", "data.need_types", _count_of("need_types")),
            Column("early_years_age", "number", BORN, _early_years_age),
            *NEED_TYPES,
            Column("passed_on", "number", "data.to_service", derived.passed_on),
            Column("emergency_reason", "text", "data.reason", derived.text_where("urgency", "emergency", "reason")),
            Column(
                "signposted_to",
                "text",
                "data.signposted_to",
                derived.text_where("reason", "wrong-service", "signposted_to"),
            ),
        ),
        "ndd-triage": (
            *OF_A_CHILD,
            SHORT_TEXT,
            REDIRECTED_TO,
            Column("referral_age", "number", BORN, _age_of("ndd.referred")),
            Column("information_due_days", "number", "data.information_due_on", _days_from_event("information_due_on")),
            Column("codes_undiagnosed", "number", "data.diagnosis_codes", _codes_undiagnosed),
            Column(
                "redirected_otherwise",
                "number",
                "data.redirected_to",
                derived.flag_where("outcome", "redirected", "redirected_to"),
            ),
            Column(
                "information_otherwise",
                "number",
                "data.information_due_on",
                derived.flag_where("outcome", "more-information", "information_due_on"),
            ),
        ),
        "camhs": (
            *OF_A_CHILD,
            SHORT_TEXT,
            REDIRECTED_TO,
            Column("appointment_number", "number", "data.number", _number("number")),
            Column(
                "redirected_otherwise",
                "number",
                "data.redirected_to",
                derived.flag_where("outcome", "redirected", "redirected_to"),
            ),
            Column("moved_to_adult_age", "number", BORN, derived.age_at("camhs.discharged", reason="moved-to-adult")),
            Column(
                "rare_reason_age", "number", BORN, derived.age_where("primary_reason", "psychosis", "eating-disorder")
            ),
        ),
        "early-help": (
            *OF_A_CHILD,
            SHORT_TEXT,
            Column("review_due_days", "number", "data", _days_from_event("review_due_on", "next_due_on")),
            Column("stepped_up_age", "number", BORN, derived.age_at("early-help.stepped_up")),
        ),
        "ehcp": (
            *OF_A_CHILD,
            SHORT_TEXT,
            URN,
            Column("exception_days", "number", "data.to_on", _days_between("from_on", "to_on")),
            Column("young_person_age", "number", BORN, _young_person_age),
            Column("eotas_schools", "number", "data.placement_urn", _eotas_schools),
            Column("request_age", "number", BORN, derived.age_at("ehcp.requested")),
            Column("exception_from_days", "number", "data.from_on", _days_from_event("from_on")),
            Column("plan_gender", "text", "data.person.gender", derived.gender_where("ehcp.finalised")),
            Column("plan_ethnicity", "text", "data.person.ethnicity", derived.ethnicity_where("ehcp.finalised")),
        ),
        "school": (
            *OF_A_CHILD,
            SHORT_TEXT,
            URN,
            Column("sessions_possible", "number", "data.sessions_possible", _number("sessions_possible")),
            Column("sessions_possible_at_most", "number", "data.sessions_possible", _possible_at_most),
            Column("attendance_days", "number", "data.to_on", _days_between("from_on", "to_on")),
            Column("year_group", "number", "data.year_group", derived.taught_year),
            Column("age_on_31_august", "number", "data.year_group", derived.age_on_31_august),
            Column("sessions_suspended", "number", "data.sessions", _number("sessions")),
            Column("timetable_hours", "number", "data.hours_per_week", _number("hours_per_week")),
            Column("missing_since_days", "number", "data.since_on", _days_from_event("since_on")),
            *NEED_TYPES,
            Column("attendance_to_recorded", "number", "data.to_on", derived.working_days_past_recording("to_on")),
            Column("timetable_days", "number", "data.ends_on", _days_from_event("ends_on")),
            Column("needs_of_support", "number", "data.need_types", derived.needs_of_support),
            Column("suspended_age", "number", BORN, derived.age_at("school.suspended", "school.excluded")),
            Column("support_gender", "text", "data.person.gender", derived.gender_where("school.sen_support_started")),
            Column(
                "support_ethnicity",
                "text",
                "data.person.ethnicity",
                derived.ethnicity_where("school.sen_support_started"),
            ),
        ),
        "transition": (
            *OF_A_CHILD,
            SHORT_TEXT,
            Column("preparing_age", "number", BORN, _preparing_age),
            Column("destination_days", "number", "data.on", _days_from_event("on")),
            Column("destination_age", "number", BORN, derived.age_at("transition.destination_recorded")),
            Column("adult_law_age", "number", BORN, derived.adult_law_age),
            Column("health_check_age", "number", BORN, derived.age_at("transition.health_check_completed")),
            Column("to_service", "text", "data.to_service", _text("to_service")),
        ),
        "support": (
            *OF_A_CHILD,
            SHORT_TEXT,
            Column("weekly_amount", "number", "data.weekly_amount", _number("weekly_amount")),
            Column("payment_amount", "number", "data.weekly_amount", _payment_amount),
            Column("hours_per_week", "number", "data.hours_per_week", _number("hours_per_week")),
            Column("hours_of_equipment", "number", "data.hours_per_week", derived.hours_of_equipment),
        ),
        "panel": (
            *OF_A_CHILD,
            SHORT_TEXT,
            Column("action_due_days", "number", "data.due_on", _days_from_event("due_on")),
            Column("review_days", "number", "data.review_on", _days_between("meeting_on", "review_on")),
            Column("attendee_count", "number", "data.attendees", _count_of("attendees")),
            Column("days_since_meeting", "number", "data.meeting_on", derived.day_before_event(MEETINGS, "meeting_on")),
            Column("payers", "number", "data.funding", derived.payers),
            Column("funding_on_closing", "number", "data.funding", derived.funding_on_closing),
        ),
        "people": (
            *OF_A_CHILD,
            SHORT_TEXT,
            Column("gender", "text", "data.person.gender", lambda event: event.person.gender if event.person else None),
            Column(
                "ethnicity",
                "text",
                "data.person.ethnicity",
                lambda event: event.person.ethnicity if event.person else None,
            ),
            Column("upn_at_school_age", "text", "data.person.upn", _upn_at_school_age),
            Column("nhs_number", "text", "data.person.nhs_number", derived.nhs_number),
            Column("upn_within_source", "text", "data.person.upn", derived.upn_within_source),
            Column("temporary_upn_age", "number", "data.person.upn", derived.temporary_upn_age),
            Column("upn_age", "number", "data.person.upn", derived.upn_age),
            Column("relation_since_days", "number", "data.since_on", _days_from_event("since_on")),
        ),
        "identity": (
            *EVERY_FEED,
            SHORT_TEXT,
            Column("reason_length", "number", "data.why", derived.reason_length),
            Column("pairs_decided", "number", "data.pairs", derived.pairs_decided),
        ),
        "workers": (
            *OF_A_CHILD,
            Column("email_joined", "text", "data.worker.email", _email_joined),
            Column("hands_over_to_itself", "number", "data.hands_over_to", derived.names_itself("hands_over_to")),
            Column("manages_itself", "number", "data.manager_id", derived.names_itself("manager_id")),
            Column("covers_itself", "number", "data.covered_by", derived.names_itself("covered_by")),
        ),
    }
)
"""Every feed's columns; `quality.frame` makes them, and no suite may look at another."""
