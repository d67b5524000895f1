"""Milestones from a request to the final plan; dates worked by hand, the working beside them."""

from collections.abc import Callable

import pytest

from send_integration.contracts.event import Event
from send_integration.rules.model import Milestone
from tests.builders import event

Told = Callable[..., list[str]]

ASKED = "2025-03-03 ehcp.requested request_id=R1 by=parent\n"
ASSESSED = "2025-04-14 ehcp.decided_to_assess request_id=R1 decision=yes\n"
NOT_ASSESSED = "2025-04-14 ehcp.decided_to_assess request_id=R1 decision=no\n"
ISSUE = "2025-06-20 ehcp.decided_to_issue request_id=R1 decision=yes\n"
FINAL = "2025-07-21 ehcp.finalised request_id=R1 plan_id=P1 placement_type=mainstream\n"
CLOSED = "2025-06-01 ehcp.exception_applied request_id=R1 reason=school-closure from_on=2025-05-20\n"
NOT_BROUGHT = "2025-05-05 ehcp.exception_applied request_id=R1 reason=missed-appointments from_on=2025-05-01\n"
AWAY = "2025-03-10 ehcp.exception_applied request_id=R1 reason=absent-from-area from_on=2025-03-10\n"
SALT = "2025-04-01 ehcp.advice_requested request_id=R1 from_service=salt\n"
CAMHS = "2025-04-08 ehcp.advice_requested request_id=R1 from_service=camhs\n"
CONSULTED = "2025-06-02 ehcp.school_consulted request_id=R1 urn=109123\n"


def answer_of(service: str, day: str) -> str:
    return f"{day} ehcp.advice_received request_id=R1 from_service={service}\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 1 April + 42 days = 13 May; a fifth is 8 days, so the warning begins on 5 May
        pytest.param(SALT, "2025-05-04", ["R1 salt: pending, due 2025-05-13"], id="before the warning"),
        pytest.param(SALT, "2025-05-05", ["R1 salt: due-soon, due 2025-05-13"], id="from the first day of warning"),
        pytest.param(SALT, "2025-05-13", ["R1 salt: due-soon, due 2025-05-13"], id="until the last day"),
        pytest.param(SALT, "2025-05-14", ["R1 salt: missed, due 2025-05-13, 1 late"], id="a day late"),
        pytest.param(SALT + answer_of("salt", "2025-05-13"), "2025-06-01", ["R1 salt: met, due 2025-05-13"], id="met on the last day"),
        pytest.param(SALT + answer_of("salt", "2025-05-14"), "2025-06-01", ["R1 salt: met-late, due 2025-05-13, 1 late"], id="met late"),
        pytest.param(SALT + answer_of("camhs", "2025-05-01"), "2025-05-14", ["R1 salt: missed, due 2025-05-13, 1 late"], id="another's advice"),
        pytest.param(
            CAMHS + SALT + answer_of("camhs", "2025-05-20"), "2025-05-20",
            ["R1 camhs: met, due 2025-05-20", "R1 salt: missed, due 2025-05-13, 7 late"], id="one for each service",
        ),
        pytest.param(SALT + NOT_BROUGHT, "2025-05-14", ["R1 salt: excepted, due 2025-05-13"], id="missed appointments excuse advice"),
        pytest.param(SALT + NOT_BROUGHT, "2025-05-13", ["R1 salt: due-soon, due 2025-05-13"], id="not excepted before it is late"),
        pytest.param(SALT + CLOSED, "2025-06-02", ["R1 salt: missed, due 2025-05-13, 20 late"], id="what began later excuses nothing"),
        pytest.param(AWAY + SALT, "2025-05-14", ["R1 salt: excepted, due 2025-05-13"], id="what ran when it was asked for excuses"),
        pytest.param(AWAY.strip() + " to_on=2025-04-01\n" + SALT, "2025-05-14", ["R1 salt: excepted, due 2025-05-13"], id="until that very day"),
        pytest.param(
            AWAY.strip() + " to_on=2025-03-31\n" + SALT, "2025-05-14", ["R1 salt: missed, due 2025-05-13, 1 late"],
            id="what was over before excuses nothing",
        ),
        pytest.param(ASKED + SALT + NOT_ASSESSED, "2025-06-01", ["R1 salt: not-needed, due 2025-05-13"], id="not assessed"),
        pytest.param(
            "2025-04-08 ehcp.advice_requested request_id=R1 from_service=salt corrects=case-2\n" + SALT, "2025-05-14",
            ["R1 salt: due-soon, due 2025-05-20"], id="corrected, and the correction first",
        ),
        pytest.param(
            "2025-04-08 ehcp.advice_requested request_id=R1 from_service=salt\n" + SALT, "2025-05-14",
            ["R1 salt: missed, due 2025-05-13, 1 late"], id="told twice, the earlier day counts",
        ),
    ],
)  # fmt: skip
def test_advice_is_due_from_each_service_in_six_weeks(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("ehc-advice", events, as_of) == found


@pytest.mark.parametrize(
    ("rule", "events", "as_of", "found"),
    [
        # 3 March + 112 days (28 of March, 30, 31, and 23 of June) = 23 June
        pytest.param("ehc-decide-to-issue", ASKED, "2025-07-01", [], id="issue: not yet assessed, none is due"),
        pytest.param("ehc-decide-to-issue", ASKED + NOT_ASSESSED, "2025-07-01", [], id="issue: refused"),
        pytest.param("ehc-decide-to-issue", ASKED + ASSESSED, "2025-06-23", ["R1: due-soon, due 2025-06-23"], id="issue: last day"),
        pytest.param("ehc-decide-to-issue", ASKED + ASSESSED, "2025-06-24", ["R1: missed, due 2025-06-23, 1 late"], id="issue: a day late"),
        pytest.param("ehc-decide-to-issue", ASKED + ASSESSED + ISSUE, "2025-07-01", ["R1: met, due 2025-06-23"], id="issue: decided"),
        pytest.param("ehc-decide-to-issue", ASKED + ASSESSED + CLOSED, "2025-06-24", ["R1: excepted, due 2025-06-23"], id="issue: excepted"),
        pytest.param("ehc-decide-to-issue", ASKED + ASSESSED + NOT_BROUGHT, "2025-06-24", ["R1: missed, due 2025-06-23, 1 late"],
                     id="issue: missed appointments are no exception"),
        pytest.param("ehc-decide-to-issue", ASSESSED + ASKED, "2025-06-24", ["R1: missed, due 2025-06-23, 1 late"], id="issue: out of order"),
        pytest.param("ehc-draft-plan", ASKED + ASSESSED, "2025-06-24", [], id="draft: not decided"),
        pytest.param("ehc-draft-plan", ASKED + ISSUE, "2025-06-23", ["R1: due-soon, due 2025-06-23"], id="draft: last day"),
        pytest.param("ehc-draft-plan", ASKED + ISSUE, "2025-06-24", ["R1: missed, due 2025-06-23, 1 late"], id="draft: a day late"),
        pytest.param("ehc-draft-plan", ASKED + ISSUE + "2025-06-23 ehcp.draft_issued request_id=R1", "2025-07-01",
                     ["R1: met, due 2025-06-23"], id="draft: sent on the last day"),
        pytest.param("ehc-draft-plan", ASKED + ISSUE + CLOSED, "2025-06-24", ["R1: excepted, due 2025-06-23"], id="draft: excepted"),
        pytest.param("ehc-draft-plan", ASKED + ISSUE + FINAL, "2025-08-01", ["R1: not-needed, due 2025-06-23"], id="draft: the final plan is out"),
        # 3 March + 140 days = 21 July
        pytest.param("ehc-final-plan", ASKED + FINAL, "2025-08-01", ["R1: met, due 2025-07-21"], id="final: on the last day"),
        pytest.param("ehc-final-plan", ASKED + CLOSED, "2025-07-22", ["R1: excepted, due 2025-07-21"], id="final: excepted"),
        pytest.param("ehc-decide-to-assess", ASKED + CLOSED, "2025-06-02", ["R1: missed, due 2025-04-14, 49 late"],
                     id="assess: a closure that began after the date had passed"),
    ],
)  # fmt: skip
def test_the_steps_of_the_twenty_weeks(told: Told, rule: str, events: str, as_of: str, found: list[str]) -> None:
    assert told(rule, events, as_of) == found


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 2 June + 15 days = 17 June
        pytest.param(CONSULTED, "2025-06-17", ["R1 109123: due-soon, due 2025-06-17"], id="last day"),
        pytest.param(CONSULTED, "2025-06-18", ["R1 109123: missed, due 2025-06-17, 1 late"], id="a day late"),
        pytest.param(
            CONSULTED + "2025-06-17 ehcp.school_responded request_id=R1 urn=109123 response=cannot-meet", "2025-07-01",
            ["R1 109123: met, due 2025-06-17"], id="a no is an answer",
        ),
        pytest.param(
            CONSULTED + "2025-06-10 ehcp.school_responded request_id=R1 urn=109124 response=can-meet", "2025-06-18",
            ["R1 109123: missed, due 2025-06-17, 1 late"], id="another school's answer",
        ),
        pytest.param(CONSULTED + FINAL, "2025-08-01", ["R1 109123: not-needed, due 2025-06-17"], id="the plan is final"),
        pytest.param(
            CONSULTED + "2025-06-10 ehcp.decided_to_issue request_id=R1 decision=no", "2025-06-18",
            ["R1 109123: not-needed, due 2025-06-17"], id="there will be no plan",
        ),
        pytest.param(CONSULTED + ISSUE, "2025-06-20", ["R1 109123: missed, due 2025-06-17, 3 late"], id="there will be one"),
    ],
)  # fmt: skip
def test_each_school_answers_in_fifteen_days(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("ehc-school-response", events, as_of) == found


OF_REQUEST = "2025-06-02 ehcp.mediation_started request_or_plan_id=R1\n"
OF_PLAN = "2025-06-02 ehcp.mediation_started request_or_plan_id=P1\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 2 June + 30 days = 2 July
        pytest.param(OF_REQUEST, "2025-07-02", ["R1: due-soon, due 2025-07-02"], id="last day"),
        pytest.param(OF_REQUEST, "2025-07-03", ["R1: missed, due 2025-07-02, 1 late"], id="a day late"),
        pytest.param(OF_REQUEST + "2025-07-02 ehcp.decided_to_assess request_id=R1 decision=yes", "2025-07-03", ["R1: met, due 2025-07-02"], id="assessed after all"),
        pytest.param(OF_REQUEST + "2025-06-20 ehcp.decided_to_assess request_id=R2 decision=yes", "2025-07-03", ["R1: missed, due 2025-07-02, 1 late"], id="another request"),
        pytest.param(OF_PLAN + "2025-06-20 ehcp.amended_final_issued plan_id=P1", "2025-07-03", ["P1: met, due 2025-07-02"], id="plan amended"),
        pytest.param(OF_PLAN + "2025-06-20 ehcp.appeal_concluded request_or_plan_id=P1 outcome=agreed", "2025-07-03", ["P1: met, due 2025-07-02"], id="appeal concluded"),
        pytest.param(OF_PLAN + "2025-06-20 ehcp.ceased plan_id=P1 reason=moved", "2025-07-03", ["P1: not-needed, due 2025-07-02"], id="plan ceased"),
        # 1 June 2026 + 30 days = 1 July 2026
        pytest.param(
            OF_PLAN + "2025-06-20 ehcp.amended_final_issued plan_id=P1\n2026-06-01 ehcp.mediation_started request_or_plan_id=P1", "2026-07-02",
            ["P1: met, due 2025-07-02", "P1: missed, due 2026-07-01, 1 late"], id="a second mediation on one plan",
        ),
    ],
)  # fmt: skip
def test_mediation_ends_in_thirty_days(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("ehc-mediation", events, as_of) == found


def test_half_past_eleven_at_night_in_summer_is_the_next_day_in_london(
    milestones: Callable[[str, list[Event], str], list[Milestone]],
) -> None:
    # The clock changed on 30 March 2025: 23:30 UTC on 31 March is 00:30 on 1 April in London; + 42 days = 13 May
    asked = event("ehcp.advice_requested", "2025-03-31T23:30:00+00:00")

    assert [str(m.due_on) for m in milestones("ehc-advice", [asked], "2025-04-02")] == ["2025-05-13"]


def test_what_is_still_to_come_says_of_which_service(milestones: Callable[..., list[Milestone]]) -> None:
    (found,) = milestones("ehc-advice", [event("ehcp.advice_requested", "2025-04-01")], "2025-05-14")

    assert found.expected == ("ehcp.advice_received from_service=salt",)
