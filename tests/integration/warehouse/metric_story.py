"""A story whose every figure is worked out by hand: a few children of each kind, on days at the edges."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from send_integration.steps.batch import RawMessage
from tests.integration.warehouse.stories import Told

AS_AT = date(2025, 7, 31)
Line = tuple[int, str, str, dict[str, Any]]
"""A child's number, what happened, the day, and fields. Child 0 was born in January 2007, 1 in February 2008 and so on."""


def lines() -> Iterator[Line]:
    """Everything that happens."""
    yield from _requests()
    yield from _plans()
    yield from _waits()
    yield from _early_help()
    yield from _school()
    yield from _after_school_and_panel()


def messages() -> list[RawMessage]:
    """The same as the clean topics tell it."""
    told = Told(seed=0)
    return [
        told.say(what, date.fromisoformat(day), number, f"e{number}-{place}", f"c{number}", **fields)
        for place, (number, what, day, fields) in enumerate(lines())
    ]


def _requests() -> Iterator[Line]:
    """Plans on the 140th and the 141st day, decisions on the 42nd and the 43rd, a withdrawal, a refusal, and one that is open."""
    yield 0, "school.sen_support_started", "2025-01-02", {}
    yield 0, "ehcp.requested", "2025-01-06", {}
    yield 0, "ehcp.finalised", "2025-05-26", {"placement_type": "special"}
    yield 1, "ehcp.requested", "2025-01-06", {}
    yield 1, "ehcp.exception_applied", "2025-02-03", {}
    yield 1, "ehcp.finalised", "2025-05-27", {}
    yield 1, "ehcp.appeal_lodged", "2025-06-10", {}
    yield 1, "ehcp.mediation_started", "2025-06-11", {}
    yield 1, "ehcp.ceased", "2025-06-30", {}
    yield 1, "ehcp.appeal_concluded", "2025-07-01", {}
    yield 2, "ehcp.requested", "2025-01-31", {"by": "parent"}
    yield 2, "ehcp.request_withdrawn", "2025-03-03", {}
    yield 3, "ehcp.requested", "2025-01-31", {}
    yield 3, "ehcp.decided_to_assess", "2025-03-14", {"decision": "no"}
    yield 4, "ehcp.requested", "2025-03-10", {}
    yield 5, "ehcp.requested", "2025-02-28", {}
    yield 5, "ehcp.decided_to_assess", "2025-04-12", {}
    yield 5, "ehcp.decided_to_issue", "2025-06-01", {"decision": "no"}


def _plans() -> Iterator[Line]:
    """A review on the last day, one a day late and one that never was; changes of phase in Year 6; two who leave Year 9."""
    yield 6, "ehcp.finalised", "2023-01-10", {}
    yield 6, "ehcp.review_decided", "2024-01-10", {}
    yield 6, "ehcp.amended_final_issued", "2024-02-15", {}
    yield 6, "ehcp.review_decided", "2025-01-11", {}
    yield 7, "ehcp.finalised", "2024-01-15", {}
    for number in (14, 25):
        yield number, "ehcp.finalised", "2023-05-01", {}
    yield 14, "ehcp.review_meeting_held", "2024-06-03", {"pfa_discussed": True}


def _waits() -> Iterator[Line]:
    """CAMHS: one seen after 126 days, one who waits, one who was discharged on the last day of a month."""
    yield 20, "camhs.referred", "2024-01-01", {}
    yield 20, "camhs.appointment", "2024-05-06", {}
    yield 20, "camhs.appointment", "2024-05-31", {"attended": "did-not-attend", "number": 2}
    yield 20, "camhs.appointment", "2024-05-31", {"attended": "cancelled-by-family", "number": 3}
    yield 21, "camhs.referred", "2024-01-01", {}
    yield 22, "camhs.referred", "2024-02-01", {}
    yield 22, "camhs.discharged", "2024-03-31", {}
    yield 40, "school.progress_concern", "2025-01-06", {}
    yield 40, "camhs.referred", "2025-02-03", {}
    yield 40, "camhs.appointment", "2025-03-03", {}


def _early_help() -> Iterator[Line]:
    """Assessments done on the 35th working day and the day after; again within 12 months, and a day later; a referral to the service."""
    for number, done, again in ((30, "2024-02-28", "2025-06-01"), (31, "2024-02-29", "2025-06-02")):
        yield number, "early-help.assessment_started", "2024-01-10", {}
        yield number, "early-help.assessment_completed", done, {}
        yield number, "early-help.closed", "2024-06-01", {}
        yield number, "early-help.assessment_started", again, {"assessment_id": "E2"}
    yield 32, "referrals.received", "2024-01-10", {"to_service": "early-help"}
    yield 32, "referrals.first_contact", "2024-01-24", {}
    yield 41, "early-help.contact", "2025-02-01", {}
    yield 41, "early-help.assessment_started", "2025-03-31", {}


def _school() -> Iterator[Line]:
    """A child without support and one with it, whose span begins on the last day of a month, and who leaves on one; another joins on one."""
    for number in (50, 51):
        yield number, "school.enrolled", "2024-09-02", {}
    yield 52, "school.enrolled", "2025-02-28", {}
    yield 50, "school.attendance", "2025-02-07", {}
    yield 50, "school.attendance", "2025-02-14", {"from_on": "2025-02-10", "to_on": "2025-02-14"}
    yield 50, "school.excluded", "2025-02-28", {}
    yield 51, "school.sen_support_started", "2025-01-13", {}
    missed = {"sessions_authorised_absence": 2, "sessions_unauthorised_absence": 1}
    yield 51, "school.attendance", "2025-03-07", {"from_on": "2025-02-28", "to_on": "2025-03-07", **missed}
    yield 51, "school.suspended", "2025-02-28", {}
    yield 51, "school.left", "2025-03-31", {}


def _after_school_and_panel() -> Iterator[Line]:
    """Health checks on the last day and never; destinations around a birthday; three decisions, two of which say who pays."""
    for number, registered in ((55, "2024-01-10"), (66, "2024-01-31")):
        yield number, "transition.learning_disability_registered", registered, {}
    yield 55, "transition.health_check_completed", "2025-01-10", {}
    yield 55, "transition.destination_recorded", "2024-08-30", {}
    yield 55, "transition.destination_recorded", "2024-08-31", {"destination": "neet"}
    yield 66, "transition.destination_recorded", "2024-01-10", {}
    yield 66, "transition.destination_recorded", "2024-07-30", {"destination": "neet"}
    yield 66, "transition.destination_recorded", "2025-07-31", {"destination": "employment"}
    shares = {"education": 0.5, "health": 0.3, "care": 0.2}
    yield 70, "panel.decided", "2025-04-01", {"decision": "joint-funding", "funding": shares}
    yield 70, "panel.decided", "2025-04-30", {"meeting_on": "2025-04-30"}
    health = {"education": 0, "health": 1, "care": 0}
    yield 71, "panel.decided", "2025-04-30", {"decision": "joint-funding", "funding": health}
