"""Who is in the return, and what it says of them, from events of feeds other than a return."""

from datetime import date
from typing import Any

import pytest

from send_integration.contracts.event import Event
from send_integration.timeline.fold import standing
from send_integration.warehouse.sen2_modules import Branch, Scope
from send_integration.warehouse.sen2_return import return_of_child
from tests.builders import ANNA, event

SCOPE = Scope(2024, "821")
ASKED = ("ehcp.requested", "2024-02-05", {"request_id": "R1", "by": "parent"})
AGREED = ("ehcp.decided_to_assess", "2024-03-11", {"request_id": "R1", "decision": "yes"})
PLAN = {"request_id": "R1", "plan_id": "P1", "placement_type": "special", "placement_urn": "109123"}
ISSUED = ("ehcp.finalised", "2024-06-17", PLAN)
Said = tuple[str, str, dict[str, Any]]


def told(*said: Said, year: int = 2024) -> Branch | None:
    events: list[Event] = [
        event(what, day, event_id=f"e{number}", **fields) for number, (what, day, fields) in enumerate(said)
    ]
    return return_of_child("c1", standing(events), Scope(year, "821"))


def row(person: Branch | None, *path: str) -> Branch:
    assert person is not None
    found = person
    for module in path:
        [found] = found.under(module)
    return found


@pytest.mark.parametrize(
    ("year", "day"),
    [(2021, "2022-01-20"), (2023, "2024-01-18"), (2024, "2025-01-16"), (2025, "2026-01-15"), (2026, "2027-01-21")],
)
def test_plans_are_counted_on_the_third_thursday_of_january(year: int, day: str) -> None:
    assert Scope(year, "821").census_on == date.fromisoformat(day)


REFUSED = ("ehcp.decided_to_assess", "2023-12-29", {"request_id": "R1", "decision": "no"})
REFUSED_IN_YEAR = ("ehcp.decided_to_assess", "2024-01-01", {"request_id": "R1", "decision": "no"})
OLD = ("ehcp.requested", "2023-11-20", {"request_id": "R1", "by": "school"})
OLD_PLAN = ("ehcp.finalised", "2020-06-17", PLAN)


@pytest.mark.parametrize(
    ("said", "belongs"),
    [
        ([("ehcp.requested", "2024-12-31", {"request_id": "R1", "by": "school"})], True),
        ([("ehcp.requested", "2025-01-01", {"request_id": "R1", "by": "school"})], False),
        ([OLD], True),
        ([OLD, REFUSED], False),
        ([OLD, REFUSED_IN_YEAR], True),
        ([OLD, ("ehcp.request_withdrawn", "2023-12-31", {"request_id": "R1"})], False),
        ([OLD, ("ehcp.request_withdrawn", "2024-01-01", {"request_id": "R1"})], True),
        ([OLD_PLAN], True),
        ([OLD_PLAN, ("ehcp.ceased", "2023-12-31", {"plan_id": "P1", "reason": "needs met"})], False),
        ([OLD_PLAN, ("ehcp.ceased", "2024-01-01", {"plan_id": "P1", "reason": "needs met"})], True),
        ([("ehcp.review_decided", "2024-05-05", {"plan_id": "P7", "decision": "maintain"})], True),
        ([("school.enrolled", "2024-05-05", {"urn": "109123", "year_group": 7})], False),
    ],
)  # fmt: skip
def test_who_is_in_it(said: list[Said], belongs: bool) -> None:
    assert (told(*said) is not None) == belongs


def test_what_happened_after_the_census_day_is_not_told() -> None:
    person = told(ASKED, AGREED, ISSUED, ("ehcp.ceased", "2025-01-17", {"plan_id": "P1", "reason": "died"}))

    assert row(person, "requests", "assessment", "namedplan").cells["ceasedate"] == ""


def test_a_decision_from_before_the_year_is_historical() -> None:
    first, next_year = told(ASKED, AGREED, ISSUED), told(ASKED, AGREED, ISSUED, year=2025)

    assert row(first, "requests").cells["requestoutcome"] == "Y"
    assert row(next_year, "requests").cells["requestoutcome"] == "H"


def test_a_refusal_that_was_taken_back_after_mediation_is_told_with_the_mediation() -> None:
    person = told(
        ASKED,
        ("ehcp.decided_to_assess", "2024-03-11", {"request_id": "R1", "decision": "no"}),
        ("ehcp.mediation_started", "2024-04-01", {"request_or_plan_id": "R1"}),
        ("ehcp.decided_to_assess", "2024-04-22", {"request_id": "R1", "decision": "yes"}),
        ("ehcp.appeal_lodged", "2024-07-01", {"request_or_plan_id": "P1", "about": "placement"}),
        ISSUED,
    )
    request = row(person, "requests")

    assert (request.cells["requestoutcome"], request.cells["requestoutcomedate"]) == ("Y", "2024-Apr-22 00:00:00")
    assessment = row(person, "requests", "assessment")
    assert (assessment.cells["othertribunal"], assessment.cells["assessmenttribunal"]) == ("1", "0")
    assert (request.cells["requestmediation"], request.cells["requesttribunal"]) == ("1", "0")


def test_schools_follow_one_another_and_those_left_before_the_year_are_not_told() -> None:
    person = told(
        ASKED, AGREED, ISSUED,
        ("school.enrolled", "2019-09-02", {"urn": "109120", "year_group": 3}),
        ("school.enrolled", "2021-09-02", {"urn": "109121", "year_group": 5}),
        ("school.left", "2024-07-19", {}),
        ("school.enrolled", "2024-09-03", {"urn": "109122", "year_group": 8}),
        ("school.enrolled", "2024-10-03", {"urn": "109122", "year_group": 8}),
    )  # fmt: skip

    places = row(person, "requests", "activeplans").under("placementdetail")

    assert [
        (place.cells["urn"], place.cells["entrydate"][:11], place.cells["leavingdate"][:11]) for place in places
    ] == [
        ("109121", "2021-Sep-02", "2024-Jul-19"),
        ("109122", "2024-Sep-03", ""),
    ]


def test_a_plan_otherwise_than_at_school_says_where_the_child_is() -> None:
    eotas = {"request_id": "R1", "plan_id": "P1", "placement_type": "eotas"}
    person = told(ASKED, AGREED, ("ehcp.finalised", "2024-06-17", eotas))

    for path in (("assessment", "namedplan", "plandetail"), ("activeplans", "placementdetail")):
        assert row(person, "requests", *path).cells["sensetting"] == "OLA"


def test_a_phase_transfer_is_due_by_the_law_where_nobody_said_when() -> None:
    # born in March 2012: Year 8 in the autumn of 2024
    met = ("ehcp.review_meeting_held", "2024-10-07", {"plan_id": "P1", "kind": "phase-transfer", "pfa_discussed": True})
    final = ("ehcp.amended_final_issued", "2025-01-13", {"plan_id": "P1"})
    active = row(told(ASKED, AGREED, ISSUED, met, final), "requests", "activeplans").cells

    assert (active["phasetransferduedate"], active["phasetransferfinaldate"]) == (
        "2025-Feb-15 00:00:00", "2025-Jan-13 00:00:00")  # fmt: skip


def test_the_latest_review_is_the_open_one() -> None:
    person = told(
        ASKED, AGREED, ISSUED,
        ("ehcp.review_meeting_held", "2024-07-01", {"plan_id": "P1", "kind": "early", "pfa_discussed": False}),
        ("ehcp.review_decided", "2024-07-20", {"plan_id": "P1", "decision": "amend"}),
        ("ehcp.amendment_notice_issued", "2024-07-25", {"plan_id": "P1"}),
        ("ehcp.review_meeting_held", "2024-12-02", {"plan_id": "P1", "kind": "annual", "pfa_discussed": False}),
    )  # fmt: skip
    active = row(person, "requests", "activeplans").cells

    assert (active["reviewmeeting"][:11], active["reviewoutcome"], active["reviewdraft"]) == ("2024-Dec-02", "", "")


def test_budgets_count_for_the_plan_in_force_and_not_once_they_ended() -> None:
    budget = (
        "support.agreed",
        "2024-07-01",
        {"support_id": "S1", "kind": "personal-budget", "organised_arrangements": True},
    )
    plan = row(told(ASKED, AGREED, ISSUED, budget), "requests", "assessment", "namedplan").cells
    ended = ("support.ended", "2024-12-01", {"support_id": "S1", "reason": "over"})
    later = row(told(ASKED, AGREED, ISSUED, budget, ended, year=2025), "requests", "assessment", "namedplan").cells

    assert (plan["pb"], plan["oa"], plan["dp"]) == ("1", "1", "0")
    assert (later["pb"], later["oa"]) == ("0", "0")


def test_a_reason_of_our_own_wording_is_another() -> None:
    ceased = ("ehcp.ceased", "2024-12-01", {"plan_id": "P1", "reason": "emigrated"})

    assert row(told(ASKED, AGREED, ISSUED, ceased), "requests", "assessment", "namedplan").cells["ceasereason"] == "9"


def test_a_name_is_taken_from_who_knows_one_where_the_authoritys_record_holds_none() -> None:
    at_school = ("school.enrolled", "2024-01-08", {"urn": "109123", "year_group": 7})
    nobody = {"given_name": "Not given", "family_name": "Not given", "local_id": "L-9"}
    nameless = event("ehcp.requested", "2024-02-05", event_id="e1", person=nobody, request_id="R1", by="parent")
    known = event(at_school[0], at_school[1], event_id="e0", person={"given_name": "Anna"}, **at_school[2])

    person = return_of_child("c1", standing([known, nameless]), SCOPE)

    assert person is not None
    assert (person.cells["forename"], person.cells["surname"]) == ("Anna", ANNA["family_name"])
    assert person.native_id == "L-9"
