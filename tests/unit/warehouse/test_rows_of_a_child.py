"""What each table tells of a child, worked out by hand from a few events."""

from datetime import date
from typing import Any

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.evaluate import answer_child
from send_integration.steps.catalogue import load_rules
from send_integration.warehouse.facts import rows_of
from send_integration.warehouse.history import told_columns, view_of
from send_integration.warehouse.tables import OF_A_CHILD
from tests.builders import WORKER, event

RULES = load_rules()
NAMES = Pseudonyms(bytes(KEY_BYTES))
HOME = {"postcode": "LU1 1AA"}


def told(view: str, *events: Event, child: str = "c1") -> list[dict[str, Any]]:
    """The rows of a view, by column."""
    answer = answer_child(ChildId(child), events, RULES, date(2026, 1, 5))
    assert answer is not None
    (table,) = [table for table in OF_A_CHILD if view_of(table) == view]
    columns = [column.name for column in told_columns(table)]
    return [dict(zip(columns, row, strict=True)) for row in rows_of(answer, NAMES)[view]]


def less_keys(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(value for name, value in row.items() if not name.endswith("_key")) for row in rows]


FINAL = event("ehcp.finalised", "2025-02-03", event_id="f", placement_urn="109123", placement_type="special")


def test_a_request_with_what_came_of_it() -> None:
    asked = event("ehcp.requested", "2025-01-06", event_id="a", by="parent")
    decided = event("ehcp.decided_to_assess", "2025-02-17", event_id="d")
    late = event("ehcp.decided_to_assess", "2025-02-18", event_id="d")
    back = event("ehcp.request_withdrawn", "2025-03-03", event_id="w")

    (row,) = told("fact_ehc_request", asked, decided, back)
    assert (row["asked_by"], row["decision"], row["within_six_weeks"]) == ("parent", "yes", True)
    assert (row["withdrawn_on"], row["finalised_on"], row["within_twenty_weeks"]) == (date(2025, 3, 3), None, None)
    assert told("fact_ehc_request", asked, late)[0]["within_six_weeks"] is False


def test_a_plan_names_its_request_and_the_school_told_last_and_ends_by_the_returns_codes() -> None:
    asked = event("ehcp.requested", "2025-01-06", event_id="a")
    amended = event("ehcp.amended_final_issued", "2025-06-02", event_id="m", placement_urn="109456")
    ceased = event("ehcp.ceased", "2025-09-01", event_id="c", reason="left England")
    earlier = event("ehcp.ceased", "2024-09-01", event_id="e")

    (plan,) = told("dim_plan", earlier, asked, FINAL, amended, ceased)
    assert plan["request_key"] == told("fact_ehc_request", asked)[0]["request_key"]
    assert less_keys([plan]) == [(date(2025, 2, 3), date(2025, 6, 2), date(2025, 9, 1), "7", "special", "109456")]
    other = event("ehcp.ceased", "2025-09-01", event_id="c", reason="something of their own")
    assert told("dim_plan", FINAL, other)[0]["cease_reason"] == "9"


def test_a_review_has_the_decision_before_the_next_meeting() -> None:
    meetings = [event("ehcp.review_meeting_held", day, event_id=day) for day in ("2025-03-03", "2025-10-06")]
    decided = event("ehcp.review_decided", "2025-10-20", event_id="d", decision="amend")

    rows = less_keys(told("fact_review", FINAL, *meetings, decided))
    assert rows == [
        (date(2025, 3, 3), "annual", False, None, None),
        (date(2025, 10, 6), "annual", False, date(2025, 10, 20), "amend"),
    ]
    assert {row["plan_key"] for row in told("fact_review", FINAL, *meetings)} == {
        told("dim_plan", FINAL)[0]["plan_key"]
    }


def test_absence_and_suspensions_say_what_the_child_had_then() -> None:
    support = event("school.sen_support_started", "2025-01-13", event_id="s")
    days = ("2025-01-06", "2025-01-13", "2025-02-03")
    suspended = [event("school.suspended", day, event_id=f"x{day}") for day in days]
    spans = [
        event("school.attendance", day, event_id=f"a{day}", from_on=day, to_on=day, sessions_possible=2) for day in days
    ]

    for view in ("fact_exclusion", "fact_attendance"):
        rows = told(view, support, FINAL, *suspended, *spans)
        assert [row["sen_status"] for row in rows] == ["none", "sen-support", "plan"]
    assert less_keys(told("fact_attendance", spans[0])) == [(date(2025, 1, 6), date(2025, 1, 6), 2, 1, 0, "none")]


def test_a_decision_of_the_panel_has_its_shares_and_not_its_words() -> None:
    shares = {"education": 0.5, "health": 0.3, "care": 0.2}
    decided = event("panel.decided", "2025-04-01", event_id="d", funding=shares, review_on="2025-10-01")

    (row,) = less_keys(told("fact_panel_decision", decided))
    assert row == (date(2025, 4, 1), date(2025, 4, 1), "refer", date(2025, 10, 1), 0.5, 0.3, 0.2, None)


def test_support_a_destination_a_need_a_school_and_an_appointment() -> None:
    agreed = event("support.agreed", "2025-03-03", event_id="g", weekly_amount=12.5)
    started = event("support.started", "2025-03-10", event_id="t")
    assert less_keys(told("fact_support", agreed, started)) == [
        ("respite", None, date(2025, 3, 3), None, date(2025, 3, 10), None, 12.5)
    ]
    gone_on = event("transition.destination_recorded", "2025-08-01", event_id="n")
    assert less_keys(told("fact_destination", gone_on)) == [(date(2025, 8, 1), "college", date(2025, 9, 1))]
    first, again = (event("school.sen_support_started", day, event_id=day) for day in ("2025-01-06", "2025-05-05"))
    assert less_keys(told("dim_need", first, again)) == [("SEMH", date(2025, 1, 6), date(2025, 5, 5))]
    joined = event("school.enrolled", "2024-09-02", event_id="j")
    left = event("school.left", "2025-07-21", event_id="l")
    assert less_keys(told("dim_placement", joined, left)) == [("109123", 7, date(2024, 9, 2), date(2025, 7, 21))]
    seen = event("camhs.appointment", "2025-02-03", event_id="p", attended="did-not-attend")
    assert less_keys(told("fact_appointment", seen)) == [("camhs", date(2025, 2, 3), "did-not-attend", 1)]


def test_a_role_lasts_until_it_is_taken_back_or_given_to_another_and_a_worker_is_the_same_with_every_child() -> None:
    other = {**WORKER, "id": "w2", "email": "w2@example.org"}
    given = event("workers.assigned", "2025-01-06", event_id="g")
    on = event("workers.assigned", "2025-03-03", event_id="o", worker=other)
    back = event("workers.unassigned", "2025-05-05", event_id="b", worker=other)

    rows = told("fact_involvement", given, on, back)
    assert less_keys(rows) == [
        ("senco", "education", date(2025, 1, 6), date(2025, 3, 3)),
        ("senco", "education", date(2025, 3, 3), date(2025, 5, 5)),
    ]
    (elsewhere,) = told("fact_involvement", given, child="c2")
    assert elsewhere["worker_key"] == rows[0]["worker_key"] != rows[1]["worker_key"]
    assert elsewhere["involvement_key"] != rows[0]["involvement_key"]


def test_a_flag_is_told_with_what_was_said_of_it() -> None:
    asked = event("ehcp.requested", "2025-01-06", event_id="a")

    (row,) = [row for row in told("fact_flag", asked) if row["rule"] == "ehc-decide-to-assess"]
    assert less_keys([row]) == [
        ("milestone", "ehc-decide-to-assess", "high", "missed", date(2025, 2, 17), date(2025, 2, 18), None)
    ]


def test_of_a_restricted_child_everything_is_counted_and_no_place_or_worker_is_told() -> None:
    events = [
        event("school.enrolled", "2024-09-02", event_id="j", person=HOME),
        event("ehcp.finalised", "2025-02-03", event_id="f", placement_urn="109123", person=HOME),
        event("workers.assigned", "2025-03-03", event_id="w", person=HOME),
    ]
    restricted = event("people.registered", "2025-04-01", event_id="r", person={**HOME, "restricted": "adoption"})

    for view, column in (
        ("dim_child", "postcode_district"), ("dim_placement", "urn"), ("dim_plan", "urn"), ("fact_involvement", "worker_key"),
    ):  # fmt: skip
        ((before,), (after,)) = (told(view, *events), told(view, *events, restricted))
        assert before[column]
        assert after == {**before, column: None}
