"""Milestones on the way to adulthood; dates worked by hand from the birthday, the working beside them."""

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

PLAN = "2020-05-01 ehcp.finalised request_id=R1 plan_id=P1 placement_type=special\n"
CEASED = "2025-01-10 ehcp.ceased plan_id=P1 reason=moved\n"
BUDGET = "2020-05-01 support.agreed support_id=S1 kind=personal-health-budget\n"
REFERRED = "2024-05-01 camhs.referred referral_id=C1 priority=routine primary_reason=anxiety\n"
TRANSITION = "2025-03-03 transition.plan_started\n"
REGISTERED = "2020-01-10 transition.learning_disability_registered\n"


@pytest.mark.parametrize(
    ("rule", "born", "events", "as_of", "found"),
    [
        # 14 on 15 June 2024, 15 on 15 June 2025; Year 9 is 2023-24 for one born in June 2010, so 15 is later
        pytest.param("transition-plan", "2010-06-15", PLAN, "2024-06-14", [], id="plan: not yet 14"),
        pytest.param("transition-plan", "2010-06-15", PLAN, "2025-06-15", ["due-soon, due 2025-06-15"], id="plan: last day"),
        pytest.param("transition-plan", "2010-06-15", PLAN, "2025-06-16", ["missed, due 2025-06-15, 1 late"], id="plan: a day late"),
        pytest.param("transition-plan", "2010-06-15", REGISTERED, "2025-06-16", ["missed, due 2025-06-15, 1 late"], id="plan: learning disability"),
        pytest.param("transition-plan", "2010-06-15", PLAN + "2023-09-01 transition.plan_started", "2025-06-16", ["met, due 2025-06-15"], id="plan: begun before 14"),
        pytest.param("transition-plan", "2010-06-15", PLAN + "2024-06-15 ehcp.ceased plan_id=P1 reason=moved", "2025-06-16", [], id="plan: no plan in force at 14"),
        pytest.param("transition-plan", "2010-06-15", PLAN + "2024-01-10 people.moved_away", "2025-06-16", [], id="plan: gone before 14"),
        # A year below their age: Year 9 is 2024-25 and ends on 31 August 2025, after the 15th birthday
        pytest.param("transition-plan", "2010-06-15", PLAN + "2023-09-05 school.enrolled urn=109123 year_group=8", "2025-09-01",
                     ["missed, due 2025-08-31, 1 late"], id="plan: until Year 9 ends"),
        # Year 8 again in 2024-25: Year 9 is 2025-26; Year 10 in 2025-26, and it was 2024-25
        pytest.param("transition-plan", "2010-06-15", PLAN + "2024-09-05 school.enrolled urn=109123 year_group=8", "2026-08-31",
                     ["due-soon, due 2026-08-31"], id="plan: two years below"),
        pytest.param("transition-plan", "2010-06-15", PLAN + "2024-09-05 school.enrolled urn=109123 year_group=9\n2025-09-05 school.enrolled urn=109124 year_group=10",
                     "2025-09-05", ["missed, due 2025-08-31, 5 late"], id="plan: Year 9 is over"),
        # Born on a leap day: 16 on 29 February 2024, and three months older on 29 May
        pytest.param("mental-capacity", "2008-02-29", PLAN, "2024-02-28", [], id="capacity: not yet 16"),
        pytest.param("mental-capacity", "2008-02-29", PLAN, "2024-05-29", ["due-soon, due 2024-05-29"], id="capacity: last day"),
        pytest.param("mental-capacity", "2008-02-29", PLAN, "2024-05-30", ["missed, due 2024-05-29, 1 late"], id="capacity: a day late"),
        pytest.param("mental-capacity", "2008-02-29", PLAN + "2024-02-28 transition.mental_capacity_considered decision_about=college", "2024-05-30",
                     ["missed, due 2024-05-29, 1 late"], id="capacity: considered under 16"),
        pytest.param("mental-capacity", "2008-02-29", PLAN + "2024-02-29 transition.mental_capacity_considered decision_about=college", "2024-05-30",
                     ["met, due 2024-05-29"], id="capacity: considered at 16"),
        pytest.param("mental-capacity", "2008-02-29", PLAN + "2024-04-01 ehcp.ceased plan_id=P1 reason=left", "2024-05-30", ["not-needed, due 2024-05-29"], id="capacity: ceased"),
        pytest.param("mental-capacity", "2008-02-29", PLAN + PLAN.replace("P1", "P2") + "2024-04-01 ehcp.ceased plan_id=P2 reason=left", "2024-05-30",
                     ["missed, due 2024-05-29, 1 late"], id="capacity: one of two ceased"),
        # 16 on 15 June 2024, 17 on 15 June 2025, 17 and a half on 15 December 2025, 18 on 15 June 2026
        pytest.param("continuing-care-screen", "2008-06-15", BUDGET, "2025-06-15", ["due-soon, due 2025-06-15"], id="screen: last day"),
        pytest.param("continuing-care-screen", "2008-06-15", BUDGET, "2025-06-16", ["missed, due 2025-06-15, 1 late"], id="screen: a day late"),
        pytest.param("continuing-care-screen", "2008-06-15", BUDGET + "2025-06-15 transition.continuing_care_screened", "2025-06-16", ["met, due 2025-06-15"], id="screen: done"),
        pytest.param("continuing-care-screen", "2008-06-15", BUDGET + "2024-01-10 support.ended support_id=S1 reason=done", "2025-06-16", [], id="screen: budget ended"),
        pytest.param("continuing-care-screen", "2008-06-15", BUDGET + "2025-01-10 support.ended support_id=S1 reason=done", "2025-06-16", ["not-needed, due 2025-06-15"], id="screen: ended after 16"),
        pytest.param("chc-decision", "2008-06-15", BUDGET + "2026-01-10 support.ended support_id=S1 reason=done", "2026-06-16", ["not-needed, due 2026-06-15"], id="decision: ended after 17"),
        pytest.param("chc-decision", "2008-06-15", BUDGET + BUDGET.replace("S1", "S2") + "2026-01-10 support.ended support_id=S1 reason=done", "2026-06-16",
                     ["missed, due 2026-06-15, 1 late"], id="decision: one of two ended"),
        pytest.param("continuing-care-screen", "2008-06-15", "2020-05-01 support.agreed support_id=S1 kind=respite", "2025-06-16", [], id="screen: other support"),
        pytest.param("chc-decision", "2008-06-15", BUDGET, "2026-06-15", ["due-soon, due 2026-06-15"], id="decision: last day"),
        pytest.param("chc-decision", "2008-06-15", BUDGET, "2026-06-16", ["missed, due 2026-06-15, 1 late"], id="decision: a day late"),
        pytest.param("chc-decision", "2008-06-15", BUDGET + "2026-01-15 transition.continuing_healthcare_referred", "2026-06-16", ["met, due 2026-06-15"], id="decision: referred"),
        pytest.param("adult-care-assessment", "2008-06-15", PLAN, "2025-12-15", ["due-soon, due 2025-12-15"], id="care: last day"),
        pytest.param("adult-care-assessment", "2008-06-15", TRANSITION, "2025-12-16", ["missed, due 2025-12-15, 1 late"], id="care: a day late"),
        pytest.param("adult-care-assessment", "2008-06-15", PLAN + "2025-05-01 transition.adult_care_assessment_completed eligible=true", "2025-12-16", ["met, due 2025-12-15"], id="care: assessed at 16"),
        pytest.param("adult-care-assessment", "2008-06-15", "2025-03-10 early-help.stepped_up assessment_id=E1 to=child-in-need", "2025-12-16",
                     ["missed, due 2025-12-15, 1 late"], id="care: stepped up"),
        pytest.param(
            "adult-care-assessment", "2008-06-15",
            "2025-03-10 early-help.stepped_up assessment_id=E1 to=child-in-need\n2025-05-01 early-help.stepped_down assessment_id=E1",
            "2025-12-16", [], id="care: and down again",
        ),
        pytest.param("adult-care-assessment", "2008-08-31", PLAN, "2026-03-01", ["missed, due 2026-02-28, 1 late"], id="care: half a year clipped to February"),
        pytest.param("camhs-adult-transfer", "2008-06-15", REFERRED, "2026-06-15", ["due-soon, due 2026-06-15"], id="camhs: last day"),
        pytest.param("camhs-adult-transfer", "2008-06-15", REFERRED, "2026-06-16", ["missed, due 2026-06-15, 1 late"], id="camhs: a day late"),
        pytest.param("camhs-adult-transfer", "2008-06-15", REFERRED + "2025-10-01 transition.adult_health_transfer_agreed from_service=camhs to_service=adult",
                     "2026-06-16", ["met, due 2026-06-15"], id="camhs: agreed early"),
        pytest.param("camhs-adult-transfer", "2008-06-15", REFERRED + "2026-01-10 transition.adult_health_transfer_agreed from_service=gp to_service=adult",
                     "2026-06-16", ["missed, due 2026-06-15, 1 late"], id="camhs: another service's transfer"),
        pytest.param("camhs-adult-transfer", "2008-06-15", REFERRED + "2026-06-01 camhs.discharged referral_id=C1 reason=treatment-completed",
                     "2026-06-16", ["met, due 2026-06-15"], id="camhs: discharged"),
        pytest.param("camhs-adult-transfer", "2008-06-15", REFERRED + "2025-12-01 camhs.discharged referral_id=C1 reason=treatment-completed",
                     "2026-06-16", [], id="camhs: discharged before 17 and a half"),
        pytest.param("camhs-adult-transfer", "2008-06-15", REFERRED + "2026-01-10 camhs.triaged referral_id=C1 outcome=declined",
                     "2026-06-16", ["not-needed, due 2026-06-15"], id="camhs: declined after 17 and a half"),
        pytest.param(
            "camhs-adult-transfer", "2008-06-15",
            REFERRED + REFERRED.replace("C1", "C2") + "2026-01-10 camhs.triaged referral_id=C2 outcome=redirected", "2026-06-16",
            ["missed, due 2026-06-15, 1 late"], id="camhs: one of two redirected",
        ),
        pytest.param(
            "camhs-adult-transfer", "2008-06-15",
            REFERRED + "2020-05-01 camhs.referred referral_id=C0 priority=routine primary_reason=trauma\n2021-05-01 camhs.discharged referral_id=C0 reason=disengaged",
            "2026-06-16", ["missed, due 2026-06-15, 1 late"], id="camhs: an old discharge meets nothing",
        ),
    ],
)  # fmt: skip
def test_what_is_due_by_a_birthday(told: Told, rule: str, born: str, events: str, as_of: str, found: list[str]) -> None:
    assert told(rule, events, as_of, born) == found


ALL_FOUR = "transition.outcomes_recorded employment=true independent_living=true community=true health=true"
THREE = "transition.outcomes_recorded employment=true independent_living=true community=true health=false"


@pytest.mark.parametrize(
    ("rule", "events", "as_of", "found"),
    [
        # 3 March + 3 months = 3 June; + 12 months = 3 March
        pytest.param("transition-named-worker", TRANSITION, "2025-06-03", ["due-soon, due 2025-06-03"], id="worker: last day"),
        pytest.param("transition-named-worker", TRANSITION, "2025-06-04", ["missed, due 2025-06-03, 1 late"], id="worker: a day late"),
        pytest.param("transition-named-worker", TRANSITION + "2024-09-01 transition.named_worker_assigned", "2025-06-04", ["met, due 2025-06-03"], id="worker: named before"),
        pytest.param("transition-named-worker", "2025-03-10 transition.plan_started corrects=case-2\n" + TRANSITION, "2025-06-04", ["due-soon, due 2025-06-10"], id="worker: corrected"),
        pytest.param("transition-outcomes", TRANSITION, "2026-03-03", ["due-soon, due 2026-03-03"], id="outcomes: last day"),
        pytest.param("transition-outcomes", TRANSITION + "2025-09-01 " + THREE, "2026-03-04", ["missed, due 2026-03-03, 1 late"], id="outcomes: three of four"),
        pytest.param("transition-outcomes", TRANSITION + "2026-03-03 " + ALL_FOUR, "2026-03-04", ["met, due 2026-03-03"], id="outcomes: all four"),
    ],
)  # fmt: skip
def test_a_transition_plan_gets_a_worker_and_outcomes(
    told: Told, rule: str, events: str, as_of: str, found: list[str]
) -> None:
    assert told(rule, events, as_of) == found


def went(day: str, where: str = "college") -> str:
    return f"{day} transition.destination_recorded destination={where} on={day}\n"


ON_ROLL = "2021-09-06 school.enrolled urn=109123 year_group=7\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # Born in January 2010: Year 11 ends on 31 August 2026
        pytest.param(ON_ROLL, "2026-08-30", [], id="Year 11 is not over"),
        pytest.param(ON_ROLL, "2026-09-30", ["due-soon, due 2026-09-30"], id="last day"),
        pytest.param(ON_ROLL, "2026-10-01", ["missed, due 2026-09-30, 1 late"], id="a day late"),
        pytest.param(ON_ROLL + went("2026-06-01"), "2026-09-01", ["met, due 2026-09-30"], id="offered in June"),
        pytest.param(ON_ROLL + went("2026-05-31"), "2026-10-01", ["missed, due 2026-09-30, 1 late"], id="in May is too early"),
        pytest.param(ON_ROLL + went("2026-09-10", "unknown"), "2026-10-01", ["missed, due 2026-09-30, 1 late"], id="unknown is no answer"),
        pytest.param(ON_ROLL + went("2026-09-10", "neet"), "2026-10-01", ["met, due 2026-09-30"], id="nowhere is one"),
        pytest.param(ON_ROLL, "2028-01-20", ["not-needed, due 2026-09-30"], id="18"),
        pytest.param(PLAN, "2026-10-01", ["missed, due 2026-09-30, 1 late"], id="with a plan"),
        pytest.param("2020-05-01 school.progress_concern area=reading", "2026-10-01", [], id="nobody is there to ask"),
        pytest.param(ON_ROLL + "2026-01-10 people.moved_away", "2026-10-01", [], id="gone"),
    ],
)  # fmt: skip
def test_by_the_end_of_september_it_is_known_where_a_leaver_went(
    told: Told, events: str, as_of: str, found: list[str]
) -> None:
    assert told("post-16-destination", events, as_of, "2010-01-20") == found


@pytest.mark.parametrize(
    ("born", "events", "as_of", "found"),
    [
        # 16 on 20 January 2025, 19 on 20 January 2028
        pytest.param("2009-01-20", went("2025-09-10"), "2026-09-10", ["due-soon, due 2026-09-10"], id="last day"),
        pytest.param("2009-01-20", went("2025-09-10"), "2026-09-11", ["missed, due 2026-09-10, 1 late"], id="a day late"),
        pytest.param("2009-01-20", went("2024-12-01"), "2026-01-21", ["missed, due 2026-01-20, 1 late"], id="recorded at 15, counted from 16"),
        pytest.param("2009-01-20", went("2025-09-10") + went("2026-04-01"), "2027-04-02", ["met, due 2026-09-10", "missed, due 2027-04-01, 1 late"], id="each year"),
        # 19 on 20 January 2026
        pytest.param("2007-01-20", went("2025-06-01"), "2026-01-20", ["not-needed, due 2026-06-01"], id="19 without a plan"),
        pytest.param("2007-01-20", PLAN + went("2025-06-01"), "2026-06-02", ["missed, due 2026-06-01, 1 late"], id="19 with a plan"),
        pytest.param("2007-01-20", went("2026-01-20"), "2026-02-01", [], id="recorded at 19"),
        pytest.param("2007-01-20", PLAN + went("2026-01-20"), "2026-02-01", ["pending, due 2027-01-20"], id="recorded at 19, with a plan"),
        # The plan ceased on 10 January 2025, and the year after it ends on 10 January 2026, before 19
        pytest.param("2007-01-20", PLAN + CEASED + went("2025-06-01"), "2026-01-19", ["pending, due 2026-06-01"], id="ceased over a year ago, not yet 19"),
        pytest.param("2007-01-20", PLAN + CEASED + went("2025-06-01"), "2026-01-20", ["not-needed, due 2026-06-01"], id="and 19"),
        # 19 on 20 January 2025, and the year after the plan ends on 10 January 2026
        pytest.param("2006-01-20", PLAN + CEASED + went("2025-03-01"), "2026-01-09", ["due-soon, due 2026-03-01"], id="a year after the plan ceased, last day"),
        pytest.param("2006-01-20", PLAN + CEASED + went("2025-03-01"), "2026-01-10", ["not-needed, due 2026-03-01"], id="and over"),
        pytest.param("2001-02-01", PLAN + went("2025-03-01"), "2026-02-01", ["not-needed, due 2026-03-01"], id="25"),
    ],
)  # fmt: skip
def test_each_year_it_is_asked_where_a_young_person_is(
    told: Told, born: str, events: str, as_of: str, found: list[str]
) -> None:
    assert told("destination-tracking", events, as_of, born) == found


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 14 on 28 February 2024, and twelve months on 28 February 2025
        pytest.param(REGISTERED, "2024-02-27", [], id="not yet 14"),
        pytest.param(REGISTERED, "2025-02-28", ["due-soon, due 2025-02-28"], id="last day"),
        pytest.param(REGISTERED, "2025-03-01", ["missed, due 2025-02-28, 1 late"], id="a day late"),
        pytest.param("2024-05-05 transition.learning_disability_registered", "2025-05-06", ["missed, due 2025-05-05, 1 late"], id="registered after 14"),
        pytest.param(REGISTERED + "2023-05-05 transition.health_check_completed", "2025-03-01", ["missed, due 2025-02-28, 1 late"], id="a check at 13 does not count"),
        pytest.param(
            REGISTERED + "2025-02-28 transition.health_check_completed", "2026-03-01",
            ["met, due 2025-02-28", "missed, due 2026-02-28, 1 late"], id="and each year from the check",
        ),
    ],
)  # fmt: skip
def test_a_health_check_every_year_from_fourteen(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("ld-health-check", events, as_of, "2010-02-28") == found
