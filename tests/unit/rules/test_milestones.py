"""Each milestone at its edges; dates worked by hand from the rule's law, the working beside them."""

from collections.abc import Callable
from datetime import date

import pytest

from send_integration.contracts.event import Event
from send_integration.rules.model import Milestone
from tests.builders import event

Ask = Callable[[str, list[Event], str], list[Milestone]]


def one(ask: Ask, rule: str, events: list[Event], as_of: str) -> Milestone:
    found = ask(rule, events, as_of)
    assert len(found) == 1, found
    return found[0]


ASKED = event("ehcp.requested", "2025-03-03")


@pytest.mark.parametrize(
    ("as_of", "status", "days_late"),
    [
        ("2025-03-03", "pending", 0),
        ("2025-04-05", "pending", 0),
        ("2025-04-06", "due-soon", 0),  # six weeks end on 14 April, and a fifth of 42 days is 8
        ("2025-04-14", "due-soon", 0),
        ("2025-04-15", "missed", 1),
        ("2025-05-15", "missed", 31),
    ],
)
def test_the_decision_to_assess_is_due_in_six_weeks(milestones: Ask, as_of: str, status: str, days_late: int) -> None:
    found = one(milestones, "ehc-decide-to-assess", [ASKED], as_of)

    assert found.due_on == date(2025, 4, 14)
    assert (found.status, found.days_late) == (status, days_late)


def test_a_decision_on_the_last_day_is_in_time(milestones: Ask) -> None:
    decided = event("ehcp.decided_to_assess", "2025-04-14")

    found = one(milestones, "ehc-decide-to-assess", [ASKED, decided], "2025-06-01")

    assert (found.status, found.met_on, found.days_late) == ("met", date(2025, 4, 14), 0)
    assert found.evidence == tuple(sorted((ASKED.key, decided.key)))


def test_a_decision_a_day_late_is_met_late(milestones: Ask) -> None:
    found = one(
        milestones, "ehc-decide-to-assess", [ASKED, event("ehcp.decided_to_assess", "2025-04-15")], "2025-06-01"
    )

    assert (found.status, found.days_late) == ("met-late", 1)


def test_a_decision_on_another_request_does_not_count(milestones: Ask) -> None:
    other = event("ehcp.decided_to_assess", "2025-04-01", request_id="R2")

    assert one(milestones, "ehc-decide-to-assess", [ASKED, other], "2025-04-15").status == "missed"


def test_a_lawful_exception_excuses_lateness_and_never_reads_as_missed(milestones: Ask) -> None:
    closed = event("ehcp.exception_applied", "2025-04-10", reason="school-closure", from_on="2025-04-05")

    assert one(milestones, "ehc-decide-to-assess", [ASKED, closed], "2025-04-15").status == "excepted"


def test_missed_appointments_excuse_advice_only(milestones: Ask) -> None:
    missed = event("ehcp.exception_applied", "2025-04-10", reason="missed-appointments", from_on="2025-04-05")

    assert one(milestones, "ehc-final-plan", [ASKED, missed], "2025-07-22").status == "missed"


def test_the_final_plan_is_due_in_twenty_weeks(milestones: Ask) -> None:
    # 3 March + 140 days = 21 July
    assert one(milestones, "ehc-final-plan", [ASKED], "2025-07-21").due_on == date(2025, 7, 21)
    assert one(milestones, "ehc-final-plan", [ASKED], "2025-07-22").status == "missed"
    assert (
        one(milestones, "ehc-final-plan", [ASKED, event("ehcp.finalised", "2025-07-21")], "2025-08-01").status == "met"
    )


def test_no_final_plan_is_needed_once_the_authority_decides_not_to_assess(milestones: Ask) -> None:
    refused = event("ehcp.decided_to_assess", "2025-04-01", decision="no")

    assert one(milestones, "ehc-final-plan", [ASKED, refused], "2025-12-01").status == "not-needed"


def test_a_corrected_request_date_moves_the_due_date(milestones: Ask) -> None:
    later = event("ehcp.requested", "2025-03-10", event_id="fixed", corrects=ASKED.id)

    assert one(milestones, "ehc-decide-to-assess", [later, ASKED], "2025-04-15").due_on == date(2025, 4, 21)


def test_nothing_is_due_for_a_child_who_moved_away(milestones: Ask) -> None:
    moved = event("people.moved_away", "2025-04-01")

    assert one(milestones, "ehc-decide-to-assess", [ASKED, moved], "2025-05-01").status == "not-needed"


def test_each_review_starts_the_next_year(milestones: Ask) -> None:
    events = [event("ehcp.finalised", "2023-02-28"), event("ehcp.review_decided", "2024-02-29")]

    found = milestones("ehc-annual-review", events, "2024-06-01")

    assert [(m.triggered_on, m.due_on, m.status) for m in found] == [
        (date(2023, 2, 28), date(2024, 2, 28), "met-late"),
        (date(2024, 2, 29), date(2025, 2, 28), "pending"),
    ]


def test_a_ceased_plan_needs_no_review(milestones: Ask) -> None:
    events = [event("ehcp.finalised", "2023-03-01"), event("ehcp.ceased", "2023-09-01")]

    assert one(milestones, "ehc-annual-review", events, "2025-01-01").status == "not-needed"


def test_ndd_triage_is_due_in_four_weeks(milestones: Ask) -> None:
    found = one(milestones, "ndd-triage", [event("ndd.referred", "2025-03-03")], "2025-04-01")

    assert (found.due_on, found.status) == (date(2025, 3, 31), "missed")


def test_the_assessment_clock_stands_still_while_information_is_awaited(milestones: Ask) -> None:
    referred = event("ndd.referred", "2025-01-31")  # three months end on 30 April
    asked = event("ndd.triaged", "2025-02-10", outcome="more-information")
    answered = event("ndd.information_received", "2025-02-20")

    waiting = one(milestones, "ndd-assessment-start", [referred, asked], "2025-06-01")
    moved_on = one(milestones, "ndd-assessment-start", [referred, asked, answered], "2025-05-11")

    assert waiting.status == "paused"
    assert (moved_on.due_on, moved_on.status) == (date(2025, 5, 10), "missed")


def test_a_declined_referral_needs_no_assessment(milestones: Ask) -> None:
    events = [event("ndd.referred", "2025-01-31"), event("ndd.triaged", "2025-02-10", outcome="declined")]

    assert one(milestones, "ndd-assessment-start", events, "2025-06-01").status == "not-needed"


@pytest.mark.parametrize(
    ("priority", "primary_reason", "due_on"),
    [
        ("routine", "anxiety", date(2025, 3, 31)),
        ("routine", "eating-disorder", date(2025, 3, 31)),
        ("urgent", "eating-disorder", date(2025, 3, 10)),
        ("emergency", "self-harm", date(2025, 3, 4)),
    ],
)
def test_camhs_sees_a_child_as_soon_as_the_referral_asks(
    milestones: Ask, priority: str, primary_reason: str, due_on: date
) -> None:
    referred = event("camhs.referred", "2025-03-03", priority=priority, primary_reason=primary_reason)

    assert one(milestones, "camhs-first-contact", [referred], "2025-03-03").due_on == due_on


def test_a_missed_appointment_is_no_first_contact(milestones: Ask) -> None:
    events = [
        event("camhs.referred", "2025-03-03"),
        event("camhs.appointment", "2025-03-20", attended="did-not-attend"),
    ]

    assert one(milestones, "camhs-first-contact", events, "2025-04-01").status == "missed"


def test_early_help_counts_working_days_over_the_holidays(milestones: Ask) -> None:
    # 35 working days after Friday 4 April 2025; 18 and 21 April and 5 and 26 May are holidays: Thursday 29 May
    found = one(
        milestones, "early-help-assessment", [event("early-help.assessment_started", "2025-04-04")], "2025-05-30"
    )

    assert (found.due_on, found.status, found.days_late) == (date(2025, 5, 29), "missed", 1)


def test_year_nine_reviews_prepare_for_adulthood(milestones: Ask) -> None:
    plan = event("ehcp.finalised", "2024-05-01", person={"date_of_birth": "2010-10-01"})  # Year 9 from 1 September 2024
    silent = event("ehcp.review_meeting_held", "2024-11-01", person={"date_of_birth": "2010-10-01"})
    spoken = event("ehcp.review_meeting_held", "2025-08-31", pfa_discussed=True, person={"date_of_birth": "2010-10-01"})

    assert milestones("pfa-year-9-review", [plan], "2024-08-31") == []
    assert one(milestones, "pfa-year-9-review", [plan, silent], "2025-09-01").status == "missed"
    assert one(milestones, "pfa-year-9-review", [plan, silent, spoken], "2025-09-01").status == "met"


def test_health_checks_start_at_fourteen_and_come_each_year(milestones: Ask) -> None:
    born = {"date_of_birth": "2010-06-15"}
    on_register = event("transition.learning_disability_registered", "2020-01-01", person=born)
    checked = event("transition.health_check_completed", "2025-05-01", person=born)

    assert milestones("ld-health-check", [on_register], "2024-06-14") == []
    found = milestones("ld-health-check", [on_register, checked], "2025-07-01")
    assert [(m.triggered_on, m.due_on, m.status) for m in found] == [
        (date(2024, 6, 15), date(2025, 6, 15), "met"),
        (date(2025, 5, 1), date(2026, 5, 1), "pending"),
    ]


def test_a_transition_plan_is_due_by_fifteen_or_the_end_of_year_nine(milestones: Ask) -> None:
    born = {"date_of_birth": "2010-09-01"}  # Year 9 ends on 31 August 2025, fifteen on 1 September 2025
    open_camhs = event("camhs.referred", "2024-08-01", person=born)

    found = one(milestones, "transition-plan", [open_camhs], "2025-09-02")

    assert (found.triggered_on, found.due_on, found.status) == (date(2024, 9, 1), date(2025, 9, 1), "missed")


def test_no_transition_plan_is_asked_of_a_child_without_an_open_pathway(milestones: Ask) -> None:
    born = {"date_of_birth": "2010-09-01"}
    events = [event("camhs.referred", "2024-01-01", person=born), event("camhs.discharged", "2024-05-01", person=born)]

    assert milestones("transition-plan", events, "2025-09-02") == []


def test_a_plan_in_force_asks_for_a_transition_plan(milestones: Ask) -> None:
    plan = event("ehcp.finalised", "2024-05-01", person={"date_of_birth": "2010-09-01"})

    assert one(milestones, "transition-plan", [plan], "2024-09-01").evidence == (plan.key,)
