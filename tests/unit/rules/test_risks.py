"""Each risk: when it is raised, on which events, and when it clears by itself."""

from collections.abc import Callable
from datetime import date

from send_integration.contracts.event import Event
from send_integration.evaluate import ChildAnswer
from send_integration.rules.model import Risk
from tests.builders import event

Ask = Callable[[list[Event], str], ChildAnswer]


def risk(answer: Ask, rule: str, events: list[Event], as_of: str) -> Risk | None:
    return next((found for found in answer(events, as_of).assessment.risks if found.risk == rule), None)


SALT_ASKED = event("referrals.received", "2025-01-06", referral_id="F1", to_service="salt")
SALT_NO = event("referrals.rejected", "2025-01-20", referral_id="F1")
CAMHS_NO = event("camhs.triaged", "2025-03-03", outcome="declined")


def test_two_refusals_by_different_services_are_a_bounce(answer: Ask) -> None:
    found = risk(answer, "bounced-between-services", [SALT_ASKED, SALT_NO, CAMHS_NO], "2025-03-03")

    assert found is not None
    assert (found.level, found.raised_on) == ("high", date(2025, 3, 3))
    assert found.evidence == tuple(sorted((SALT_ASKED.key, SALT_NO.key, CAMHS_NO.key)))


def test_two_refusals_by_one_service_are_no_bounce(answer: Ask) -> None:
    again = event("camhs.triaged", "2025-03-20", outcome="redirected", referral_id="C2")

    assert risk(answer, "bounced-between-services", [CAMHS_NO, again], "2025-03-21") is None


def test_an_acceptance_ends_the_bounce(answer: Ask) -> None:
    events = [SALT_ASKED, SALT_NO, CAMHS_NO, event("ndd.triaged", "2025-03-10", outcome="accepted")]

    assert risk(answer, "bounced-between-services", events, "2025-03-10") is None


def test_a_bounce_clears_when_its_window_has_passed(answer: Ask) -> None:
    events = [SALT_ASKED, SALT_NO, CAMHS_NO]  # 3 March + 120 days = 1 July

    assert risk(answer, "bounced-between-services", events, "2025-07-01") is not None
    assert risk(answer, "bounced-between-services", events, "2025-07-02") is None


SUPPORT = event("school.sen_support_started", "2024-09-10")


def test_two_suspensions_with_sen_support_risk_exclusion(answer: Ask) -> None:
    events = [SUPPORT, event("school.suspended", "2025-01-10"), event("school.suspended", "2025-03-03")]

    found = risk(answer, "exclusion-risk", events, "2025-03-04")

    assert found is not None
    assert found.evidence == tuple(sorted(e.key for e in events))
    assert risk(answer, "exclusion-risk", events, "2025-04-11") is None  # 10 January + 90 days = 10 April


def test_ten_sessions_in_a_term_risk_exclusion(answer: Ask) -> None:
    long = event("school.suspended", "2025-01-10", sessions=10)

    assert risk(answer, "exclusion-risk", [SUPPORT, long], "2025-04-15") is not None
    assert risk(answer, "exclusion-risk", [SUPPORT, long], "2025-04-16") is None  # the next term


def test_suspensions_without_a_known_need_are_another_rules_business(answer: Ask) -> None:
    events = [event("school.suspended", "2025-01-10"), event("school.suspended", "2025-03-03")]

    assert risk(answer, "exclusion-risk", events, "2025-03-04") is None


def test_a_crisis_while_waiting_is_high_until_the_child_is_seen(answer: Ask) -> None:
    waiting = event("ndd.referred", "2025-01-06")
    crisis = event("camhs.crisis_presentation", "2025-03-03")
    seen = event("camhs.appointment", "2025-03-08")

    found = risk(answer, "crisis-while-waiting", [waiting, crisis], "2025-03-04")

    assert found is not None
    assert found.evidence == tuple(sorted((waiting.key, crisis.key)))
    assert risk(answer, "crisis-while-waiting", [waiting, crisis, seen], "2025-03-08") is None
    assert risk(answer, "crisis-while-waiting", [waiting, crisis], "2025-08-31") is None  # 3 March + 180 = 30 August


def test_a_crisis_with_nothing_open_is_not_this_risk(answer: Ask) -> None:
    assert (
        risk(answer, "crisis-while-waiting", [event("camhs.crisis_presentation", "2025-03-03")], "2025-03-04") is None
    )


THREE_OPEN = [
    event("ndd.referred", "2025-01-06"),
    event("early-help.assessment_started", "2025-02-03"),
    event("ehcp.requested", "2025-03-03"),
]


def test_three_open_pathways_without_a_lead(answer: Ask) -> None:
    found = risk(answer, "three-services-no-lead", THREE_OPEN, "2025-03-03")

    assert found is not None
    assert (found.level, found.raised_on) == ("raise", date(2025, 3, 3))
    assert found.evidence == tuple(sorted(e.key for e in THREE_OPEN))


def test_a_lead_practitioner_meets_the_need(answer: Ask) -> None:
    events = [*THREE_OPEN, event("early-help.lead_practitioner_assigned", "2025-03-04")]

    assert risk(answer, "three-services-no-lead", events, "2025-03-04") is None


def test_a_coordinator_who_holds_the_role_meets_the_need(answer: Ask) -> None:
    assigned = event("workers.assigned", "2025-03-01", role_for_child="ehc-coordinator")
    gone = event("workers.unassigned", "2025-03-05", role_for_child="ehc-coordinator")

    assert risk(answer, "three-services-no-lead", [*THREE_OPEN, assigned], "2025-03-04") is None
    assert risk(answer, "three-services-no-lead", [*THREE_OPEN, assigned, gone], "2025-03-05") is not None


def missed(on: str, **rest: str) -> Event:
    return event("camhs.appointment", on, attended="did-not-attend", **rest)


def test_two_missed_appointments_in_a_row(answer: Ask) -> None:
    events = [missed("2025-03-03"), missed("2025-03-17")]

    found = risk(answer, "not-brought", events, "2025-03-17")

    assert found is not None
    assert found.evidence == tuple(sorted(e.key for e in events))


def test_an_attended_appointment_between_breaks_the_row(answer: Ask) -> None:
    events = [missed("2025-03-03"), event("camhs.appointment", "2025-03-10"), missed("2025-03-17")]

    assert risk(answer, "not-brought", events, "2025-03-17") is None


def test_three_missed_across_pathways_within_a_year(answer: Ask) -> None:
    seen = event("camhs.appointment", "2025-02-20", referral_id="C1")
    events = [
        missed("2024-04-01", referral_id="C2"),
        missed("2025-02-10"),
        seen,
        missed("2025-03-03", referral_id="C3"),
    ]

    assert risk(answer, "not-brought", events, "2025-03-31") is not None
    assert risk(answer, "not-brought", events, "2025-04-01") is None  # the first is a year old
