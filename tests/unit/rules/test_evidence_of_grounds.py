"""On which events it rests that a child grew into something: named by hand, one case for each way of resting on others."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from send_integration.contracts.event import EventKey
from send_integration.rules.cases import history_of
from send_integration.rules.model import Milestone
from send_integration.timeline.fold import standing
from tests.builders import event

Ask = Callable[..., list[Milestone]]

PLAN = "2020-05-01 ehcp.finalised request_id=R1 plan_id=P1 placement_type=special id=plan"
NDD = "2021-05-01 ndd.referred referral_id=N1 suspected=adhd referrer_service=gp id=ndd"
NDD_CLOSED = "2022-05-01 ndd.closed referral_id=N1 reason=done id=ndd-closed"
CAMHS = "2023-05-01 camhs.referred referral_id=C1 priority=routine primary_reason=anxiety id=camhs"
DISCHARGED = "2024-01-10 camhs.discharged referral_id=C1 reason=other id=discharged"
OLD_SCHOOL = "2021-09-06 school.enrolled urn=109123 year_group=7 id=old-school"
NEW_SCHOOL = "2023-09-05 school.enrolled urn=109124 year_group=8 id=new-school"
LATER_SCHOOL = "2025-09-05 school.enrolled urn=109125 year_group=10 id=later-school"


@pytest.mark.parametrize(
    ("lines", "rests_on", "words"),
    [
        pytest.param([PLAN], ["plan"], "with an EHC plan since 2020-05-01", id="the one that is open"),
        pytest.param([PLAN, NDD], ["ndd"], "with a neurodevelopmental referral since 2021-05-01", id="the last opened of two"),
        pytest.param(
            [PLAN, NDD, NDD_CLOSED], ["ndd", "ndd-closed", "plan"],
            "with an EHC plan since 2020-05-01, others that had ended: 1", id="and what was opened after it, with its end",
        ),
        pytest.param(
            [PLAN, NDD, NDD_CLOSED, CAMHS, DISCHARGED], ["camhs", "discharged", "ndd", "ndd-closed", "plan"],
            "with an EHC plan since 2020-05-01, others that had ended: 2", id="two of these",
        ),
        pytest.param([NDD, NDD_CLOSED, CAMHS], ["camhs"], "with a CAMHS referral since 2023-05-01", id="not what was opened before it"),
        pytest.param([PLAN, OLD_SCHOOL], ["old-school", "plan"], "as told by a school on 2021-09-06", id="the year as a school told it"),
        pytest.param([PLAN, OLD_SCHOOL, NEW_SCHOOL], ["new-school", "plan"], "as told by a school on 2023-09-05", id="and last"),
        pytest.param(
            [PLAN, NEW_SCHOOL, LATER_SCHOOL], ["later-school", "new-school", "plan"],
            "as told by a school on 2023-09-05 and 2025-09-05", id="until the year is over",
        ),
    ],
)  # fmt: skip
def test_a_transition_plan_rests_on_what_was_opened_last(
    milestones: Ask, lines: list[str], rests_on: list[str], words: str
) -> None:
    events = list(history_of({"events": lines, "born": "2010-06-15"}))

    (found,) = milestones("transition-plan", events, "2025-09-10")

    assert sorted(key.id for key in found.evidence) == rests_on
    assert words in found.arithmetic


def test_an_arithmetic_reads_as_a_sentence(milestones: Ask) -> None:
    lines = [PLAN, NDD, NDD_CLOSED, NEW_SCHOOL]
    events = list(history_of({"events": lines, "born": "2010-06-15"}))

    by_birthday = milestones("transition-plan", events, "2025-09-10")
    by_school_year = milestones("pfa-year-9-review", events, "2025-09-10")

    assert [found.arithmetic for found in (*by_birthday, *by_school_year)] == [
        (
            "from the age of 14 years on 2024-06-15 until 2025-08-31, Year 9, as told by a school on 2023-09-05,"
            " with an EHC plan since 2020-05-01, others that had ended: 1"
        ),
        (
            "Year 9, as told by a school on 2023-09-05, began on 2024-09-01, and the date is 2025-08-31,"
            " with an EHC plan since 2020-05-01"
        ),
    ]


def test_an_older_assessment_and_its_end_are_evidence_that_nobody_began(milestones: Ask) -> None:
    lines = [
        "2025-03-03 early-help.assessment_started assessment_id=E1 id=begun",
        "2025-12-22 early-help.contact contact_id=K1 concern=sleep id=told",
        "2026-01-05 early-help.closed assessment_id=E1 outcome=other id=closed",
    ]

    (found,) = milestones("early-help-start", list(history_of({"events": lines})), "2026-01-09")

    assert sorted(key.id for key in found.evidence) == ["begun", "closed", "told"]


def test_events_of_two_sources_with_one_id_are_two_pieces_of_evidence(milestones: Ask) -> None:
    asked = event("ehcp.requested", event_id="1", source="urn:send:a")
    yes = event("ehcp.decided_to_assess", "2025-04-14", event_id="1", source="urn:send:b", decision="yes")

    (found,) = milestones("ehc-decide-to-issue", [asked, yes], "2025-06-24")

    assert found.evidence == (EventKey("urn:send:a", "1"), EventKey("urn:send:b", "1"))


def test_a_case_that_ended_does_not_hide_another_of_one_id(milestones: Ask) -> None:
    """The plan of one source ceased, the plan of another with the same event id did not."""
    made = history_of({"events": [PLAN, PLAN.replace("P1", "P2")], "born": "2010-06-15"})
    ceased = history_of({"events": ["2024-01-10 ehcp.ceased plan_id=P1 reason=x id=plan"], "born": "2010-06-15"})
    events = [replace(each, source=f"urn:send:{number}", id="1") for number, each in enumerate((*made, *ceased))]

    (found,) = milestones("transition-plan", list(standing(events)), "2025-09-10")

    assert EventKey("urn:send:1", "1") in found.evidence
