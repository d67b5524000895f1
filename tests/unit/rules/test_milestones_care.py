"""Milestones of early help, of referrals between services and of support; dates worked by hand."""

from collections.abc import Callable
from datetime import date

import pytest

from send_integration.contracts.event import Event
from send_integration.rules.model import Milestone
from tests.builders import event

Told = Callable[..., list[str]]

CONTACT = "2025-12-22 early-help.contact contact_id=K1 concern=sleep\n"
STARTED = "2025-03-03 early-help.assessment_started assessment_id=E1\n"
COMPLETED = "2025-03-03 early-help.assessment_completed assessment_id=E1\n"
LEAD = "early-help.lead_practitioner_assigned assessment_id=E1"
CLOSED = "2025-03-10 early-help.closed assessment_id=E1 outcome=needs-met\n"
STEPPED_UP = "2025-03-10 early-help.stepped_up assessment_id=E1 to=child-in-need\n"


@pytest.mark.parametrize(
    ("rule", "events", "as_of", "found"),
    [
        # From Monday 22 December: 23, 24, not 25 and 26, 29, 30, 31 December, not 1 January, 2, 5, 6, 7, 8 January
        pytest.param("early-help-start", CONTACT, "2026-01-08", ["K1: due-soon, due 2026-01-08"], id="start: last day, over Christmas"),
        pytest.param("early-help-start", CONTACT, "2026-01-09", ["K1: missed, due 2026-01-08, 1 late"], id="start: a day late"),
        pytest.param("early-help-start", CONTACT + "2026-01-08 early-help.assessment_started assessment_id=E1", "2026-01-09", ["K1: met, due 2026-01-08"], id="start: met"),
        pytest.param("early-help-start", CONTACT + "2026-01-05 early-help.closed assessment_id=E1 outcome=other", "2026-01-09", ["K1: not-needed, due 2026-01-08"], id="start: closed"),
        # What was begun on 3 March was no answer to a contact of 22 December, and its end is none
        pytest.param("early-help-start", CONTACT + STARTED + "2026-01-05 early-help.closed assessment_id=E1 outcome=needs-met", "2026-01-09",
                     ["K1: missed, due 2026-01-08, 1 late"], id="start: an older one closed"),
        pytest.param(
            "early-help-start",
            CONTACT + STARTED + "2026-01-05 early-help.closed assessment_id=E1 outcome=other\n2026-01-06 early-help.closed assessment_id=E2 outcome=other",
            "2026-01-09", ["K1: not-needed, due 2026-01-08"], id="start: and then this one",
        ),
        # From Monday 3 March ten working days: two weeks on, Monday 17 March
        pytest.param("early-help-lead", STARTED, "2025-03-17", ["E1: due-soon, due 2025-03-17"], id="lead: last day"),
        pytest.param("early-help-lead", STARTED, "2025-03-18", ["E1: missed, due 2025-03-17, 1 late"], id="lead: a day late"),
        pytest.param("early-help-lead", STARTED + "2025-03-17 " + LEAD, "2025-03-18", ["E1: met, due 2025-03-17"], id="lead: named"),
        pytest.param("early-help-lead", STARTED + "2025-02-03 " + LEAD, "2025-03-18", ["E1: met, due 2025-03-17"], id="lead: named before"),
        pytest.param("early-help-lead", STARTED + "2024-03-02 " + LEAD, "2025-03-18", ["E1: missed, due 2025-03-17, 1 late"], id="lead: named too long before"),
        pytest.param("early-help-lead", STARTED + CLOSED, "2025-03-18", ["E1: not-needed, due 2025-03-17"], id="lead: closed"),
        pytest.param("early-help-plan", COMPLETED, "2025-03-17", ["E1: due-soon, due 2025-03-17"], id="plan: last day"),
        pytest.param("early-help-plan", COMPLETED, "2025-03-18", ["E1: missed, due 2025-03-17, 1 late"], id="plan: a day late"),
        pytest.param("early-help-plan", COMPLETED + "2025-03-17 early-help.plan_agreed assessment_id=E1", "2025-03-18", ["E1: met, due 2025-03-17"], id="plan: agreed"),
        pytest.param("early-help-plan", COMPLETED + STEPPED_UP, "2025-03-18", ["E1: not-needed, due 2025-03-17"], id="plan: stepped up"),
    ],
)  # fmt: skip
def test_early_help_begins_in_time(told: Told, rule: str, events: str, as_of: str, found: list[str]) -> None:
    assert told(rule, events, as_of) == found


PLAN = "2025-03-03 early-help.plan_agreed assessment_id=E1\n"
PLAN_BY = "2025-03-03 early-help.plan_agreed assessment_id=E1 review_due_on=2025-05-01\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 3 March + 42 days = 14 April
        pytest.param(PLAN, "2025-04-14", ["E1: due-soon, due 2025-04-14"], id="last day"),
        pytest.param(PLAN, "2025-04-15", ["E1: missed, due 2025-04-14, 1 late"], id="a day late"),
        pytest.param(PLAN_BY, "2025-05-02", ["E1: missed, due 2025-05-01, 1 late"], id="by the day given"),
        pytest.param(
            PLAN + "2025-04-14 early-help.team_around_family_met assessment_id=E1 next_due_on=2025-06-30", "2025-07-01",
            ["E1: met, due 2025-04-14", "E1: missed, due 2025-06-30, 1 late"], id="and by the day that the meeting set",
        ),
        pytest.param(
            "2025-04-14 early-help.team_around_family_met assessment_id=E1\n" + PLAN, "2025-05-27",
            # 14 April + 42 days = 26 May, a bank holiday
            ["E1: met, due 2025-04-14", "E1: missed, due 2025-05-26, 1 late"], id="six weeks from a meeting that set none",
        ),
        pytest.param(PLAN + STEPPED_UP, "2025-05-01", ["E1: not-needed, due 2025-04-14"], id="stepped up"),
        pytest.param(PLAN + CLOSED, "2025-05-01", ["E1: not-needed, due 2025-04-14"], id="closed"),
        pytest.param(
            PLAN + CLOSED + "2025-03-12 early-help.team_around_family_met assessment_id=E1", "2025-06-01",
            ["E1: not-needed, due 2025-04-14"], id="a last meeting after the end begins nothing",
        ),
    ],
)  # fmt: skip
def test_the_team_around_the_family_meets_again(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("early-help-review", events, as_of) == found


def referral(urgency: str, day: str = "2025-03-03") -> str:
    need = "need_types='[\"SLCN\"]'"
    return f"{day} referrals.received referral_id=F1 from_service=gp to_service=salt urgency={urgency} {need}\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # From Monday 3 March: 20 working days are four weeks, 31 March; 5 are one, 10 March
        pytest.param(referral("routine"), "2025-03-31", ["F1: due-soon, due 2025-03-31"], id="routine, last day"),
        pytest.param(referral("routine"), "2025-04-01", ["F1: missed, due 2025-03-31, 1 late"], id="routine, a day late"),
        pytest.param(referral("urgent"), "2025-03-11", ["F1: missed, due 2025-03-10, 1 late"], id="urgent"),
        pytest.param(referral("emergency", "2025-03-07"), "2025-03-10", ["F1: due-soon, due 2025-03-10"], id="emergency on a Friday: Monday"),
        pytest.param(referral("routine") + "2025-03-31 referrals.rejected referral_id=F1 reason=other", "2025-04-01", ["F1: met, due 2025-03-31"], id="a no is an answer"),
        pytest.param(referral("routine") + "2025-04-01 referrals.accepted referral_id=F1", "2025-05-01", ["F1: met-late, due 2025-03-31, 1 late"], id="accepted a day late"),
        pytest.param(referral("routine") + "2025-03-10 referrals.withdrawn referral_id=F1 by=family", "2025-05-01", ["F1: not-needed, due 2025-03-31"], id="withdrawn"),
    ],
)  # fmt: skip
def test_a_referral_is_answered_as_fast_as_its_urgency_asks(
    told: Told, events: str, as_of: str, found: list[str]
) -> None:
    assert told("referral-answer", events, as_of) == found


ACCEPTED = "2025-05-01 referrals.accepted referral_id=F1\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 3 March + 126 days (28 of March, 30, 31, 30, 7 of July) = 7 July; counted from the referral, once accepted
        pytest.param(referral("routine"), "2025-07-08", [], id="not accepted"),
        pytest.param(referral("routine") + ACCEPTED, "2025-07-07", ["F1: due-soon, due 2025-07-07"], id="last day"),
        pytest.param(referral("routine") + ACCEPTED, "2025-07-08", ["F1: missed, due 2025-07-07, 1 late"], id="a day late"),
        pytest.param(referral("routine") + ACCEPTED + "2025-07-07 referrals.first_contact referral_id=F1", "2025-08-01", ["F1: met, due 2025-07-07"], id="seen"),
        pytest.param(referral("routine") + ACCEPTED + "2025-06-01 referrals.withdrawn referral_id=F1 by=family", "2025-08-01", ["F1: not-needed, due 2025-07-07"], id="withdrawn"),
        # 1 May + 126 days (30, 30, 31, 31, 4 of September) = 4 September
        pytest.param(ACCEPTED, "2025-09-05", ["F1: missed, due 2025-09-04, 1 late"], id="nobody said when it was received"),
    ],
)  # fmt: skip
def test_a_child_is_seen_eighteen_weeks_after_the_referral(
    told: Told, events: str, as_of: str, found: list[str]
) -> None:
    assert told("referral-first-contact", events, as_of) == found


def test_what_was_late_when_it_was_accepted_stands_since_then(
    milestones: Callable[[str, list[Event], str], list[Milestone]],
) -> None:
    events = [event("referrals.received", "2025-03-03"), event("referrals.accepted", "2025-07-20")]
    (found,) = milestones("referral-first-contact", events, "2025-07-20")

    assert (found.status, found.days_late, found.stands_since) == ("missed", 13, date(2025, 7, 20))


SUPPORT = "2024-02-29 support.started support_id=S1\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 29 February 2024 + 12 months = 28 February 2025
        pytest.param(SUPPORT, "2025-02-28", ["S1: due-soon, due 2025-02-28"], id="last day"),
        pytest.param(SUPPORT, "2025-03-01", ["S1: missed, due 2025-02-28, 1 late"], id="a day late"),
        pytest.param(SUPPORT + "2024-11-01 support.reviewed support_id=S1", "2025-11-02", ["S1: met, due 2025-02-28", "S1: missed, due 2025-11-01, 1 late"], id="and again"),
        pytest.param(SUPPORT + "2024-11-01 support.ended support_id=S1 reason=done", "2025-11-02", ["S1: not-needed, due 2025-02-28"], id="ended"),
    ],
)  # fmt: skip
def test_support_is_reviewed_every_year(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("support-review", events, as_of) == found
