"""What one child adds to the Department's tables, on both sides of each boundary."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from send_integration.contracts.event import Event
from send_integration.timeline.fold import standing
from send_integration.warehouse import dfe_tables as tables
from send_integration.warehouse.dfe_counts import DfeCounts
from send_integration.warehouse.dfe_places import place_of
from send_integration.warehouse.dfe_units import Unit, units_of_child
from send_integration.warehouse.dfe_words import AGE, AGE_TO_25, years_held, years_in_place
from send_integration.warehouse.sen2_modules import Scope
from tests.builders import event

SCOPE = Scope(2024, "821")
SCHOOLS = {"109123": "1", "140302": "36"}
Said = tuple[str, str, dict[str, Any]]
ASKED = ("ehcp.requested", "2024-02-05", {"request_id": "R1", "by": "parent"})
OLD_ASKED = ("ehcp.requested", "2020-02-05", {"request_id": "R1", "by": "parent"})
PLAN = {"request_id": "R1", "plan_id": "P1", "placement_type": "mainstream", "placement_urn": "109123"}
OLD_PLAN = ("ehcp.finalised", "2020-06-17", PLAN)
MET = ("ehcp.review_meeting_held", "2024-05-01", {"plan_id": "P1", "kind": "annual", "pfa_discussed": False})


def units(*said: Said, schools: Mapping[str, str] = SCHOOLS) -> dict[str, Unit]:
    events: list[Event] = [
        event(what, day, event_id=f"e{number}", **fields) for number, (what, day, fields) in enumerate(said)
    ]
    found = list(units_of_child("c1", standing(events), SCOPE, schools))
    by_table = {unit.table: unit for unit in found}
    assert len(by_table) == len(found)
    return by_table


def decided(day: date, decision: str) -> Said:
    return ("ehcp.decided_to_assess", day.isoformat(), {"request_id": "R1", "decision": decision})


@pytest.mark.parametrize(
    ("days", "decision", "columns"),
    [
        (42, "yes", ("requests_decided_to_assess", "request_outcome_six_weeks")),
        (43, "yes", ("requests_decided_to_assess", "request_outcome_over_6_weeks")),
        (42, "no", ("requests_decided_not_to_assess", "request_outcome_six_weeks")),
    ],
)
def test_a_decision_on_the_last_day_of_six_weeks_is_in_time(days: int, decision: str, columns: tuple[str, ...]) -> None:
    assert units(ASKED, decided(date(2024, 2, 5) + timedelta(days), decision))["requests"].columns == columns


@pytest.mark.parametrize(("asked_on", "late"), [("2024-12-05", False), ("2024-12-04", True)])
def test_a_request_without_a_decision_is_late_once_six_weeks_have_passed_on_the_census_day(
    asked_on: str, late: bool
) -> None:
    found = units(("ehcp.requested", asked_on, {"request_id": "R1", "by": "school"}))["requests"]

    assert found.columns[0] == "requests_decision_not_made"
    assert ("request_outcome_over_6_weeks" in found.columns) is late


@pytest.mark.parametrize(("asked_on", "counts"), [("2023-12-31", False), ("2024-01-01", True), ("2024-12-31", True)])
def test_a_request_counts_in_the_year_in_which_it_was_received(asked_on: str, counts: bool) -> None:
    assert ("requests" in units(("ehcp.requested", asked_on, {"request_id": "R1", "by": "school"}))) is counts


def test_a_withdrawn_request_is_neither_in_time_nor_late() -> None:
    asked = ("ehcp.requested", "2024-02-05", {"request_id": "R1", "by": "parent"})
    withdrawn = ("ehcp.request_withdrawn", "2024-09-01", {"request_id": "R1"})

    assert units(asked, withdrawn)["requests"].columns == ("requests_withdrawn",)


def test_a_request_that_was_disputed_by_mediation_and_then_a_tribunal_counts_in_all_three_columns() -> None:
    refused = decided(date(2024, 3, 1), "no")
    mediation = ("ehcp.mediation_started", "2024-04-01", {"request_or_plan_id": "R1"})
    appeal = ("ehcp.appeal_lodged", "2024-05-01", {"request_or_plan_id": "R1", "about": "refusal"})

    columns = units(ASKED, refused, mediation, appeal)["requests"].columns

    assert columns[2:] == (
        "mediation_related_request",
        "tribunal_related_request",
        "tribunal_after_mediation_request",
    )


@pytest.mark.parametrize(
    ("asked_on", "column"),
    [
        ("2024-01-30", "plans_issued_within_20_weeks"),
        ("2024-01-29", "plans_issued_gt20weeks_ltYear"),
        ("2023-06-19", "plans_issued_gt20weeks_ltYear"),
        ("2023-06-18", "plans_issued_gt_1_year"),
    ],
)
def test_a_plan_is_in_time_to_the_last_day_of_twenty_weeks_and_late_to_a_year(asked_on: str, column: str) -> None:
    asked = ("ehcp.requested", asked_on, {"request_id": "R1", "by": "parent"})

    columns = units(asked, ("ehcp.finalised", "2024-06-18", PLAN))["timeliness_20_week"].columns

    in_time_too = "plans_issued_20_weeks_ex" if column == "plans_issued_within_20_weeks" else f"{column}_ex"
    assert columns == ("plans_issued_den", column, "plans_issued_den_ex", in_time_too)


def test_a_plan_with_an_exception_counts_in_no_column_of_those_without() -> None:
    away = (
        "ehcp.exception_applied",
        "2024-03-01",
        {"request_id": "R1", "reason": "absent-from-area", "from_on": "2024-03-01"},
    )

    columns = units(ASKED, away, ("ehcp.finalised", "2024-10-18", PLAN))["timeliness_20_week"].columns

    assert columns == ("plans_issued_den", "plans_issued_gt20weeks_ltYear")


def test_a_plan_that_ceased_before_the_census_was_issued_and_is_no_new_plan() -> None:
    ceased = ("ehcp.ceased", "2024-11-01", {"plan_id": "P1", "reason": "moved to another authority"})

    found = units(ASKED, ("ehcp.finalised", "2024-06-17", PLAN), ceased)

    assert set(found) == {"requests", "assessments", "timeliness_20_week", "ceased_plans"}
    assert found["ceased_plans"].columns == ("transfer",)
    assert found["ceased_plans"].who[tables.YEARS_HELD] == "Under a year"


def test_why_a_plan_ceased_in_other_words_than_the_returns_is_another_reason() -> None:
    ceased = ("ehcp.ceased", "2024-11-01", {"plan_id": "P1", "reason": "emigrated"})

    assert units(OLD_ASKED, OLD_PLAN, ceased)["ceased_plans"].columns == ("other",)


@pytest.mark.parametrize(
    ("decided_on", "decision", "columns"),
    [
        ("2024-05-29", "amend", ("review_decision24", "outcome_amend", "number_decsion_4weeks")),
        ("2024-05-30", "maintain", ("review_decision24", "outcome_maintan", "number_decision_gt_4weeks")),
        ("2025-01-02", "cease", ("review_decision25", "outcome_cease", "number_decision_gt_4weeks")),
    ],
)
def test_a_review_is_decided_in_four_weeks_or_over(decided_on: str, decision: str, columns: tuple[str, ...]) -> None:
    answer = ("ehcp.review_decided", decided_on, {"plan_id": "P1", "decision": decision})

    found = units(OLD_ASKED, OLD_PLAN, MET, answer)["annual_reviews"]

    assert found.columns == ("review_meeting_24", *columns)


@pytest.mark.parametrize(
    ("met_on", "column"), [("2024-12-19", "review_decision_not_due"), ("2024-12-18", "review_decision_outstanding")]
)
def test_a_review_without_a_decision_is_outstanding_once_four_weeks_have_passed(met_on: str, column: str) -> None:
    met = ("ehcp.review_meeting_held", met_on, {"plan_id": "P1", "kind": "annual", "pfa_discussed": False})

    assert units(OLD_ASKED, OLD_PLAN, met)["annual_reviews"].columns == ("review_meeting_24", column, "no_outcome")


@pytest.mark.parametrize(
    ("issued_on", "column"), [("2023-12-31", "no_review_meeting"), ("2024-01-01", "review_not_expected")]
)
def test_a_review_is_expected_of_plans_that_were_there_when_the_year_began(issued_on: str, column: str) -> None:
    assert units(OLD_ASKED, ("ehcp.finalised", issued_on, PLAN))["annual_reviews"].columns == (column,)


def test_what_happened_after_the_census_day_counts_nowhere() -> None:
    late = ("ehcp.ceased", "2025-01-17", {"plan_id": "P1", "reason": "needs met"})

    assert units(OLD_ASKED, OLD_PLAN, late) == units(OLD_ASKED, OLD_PLAN)


def test_the_first_need_and_the_place_on_the_census_day_are_those_of_a_plan() -> None:
    needs = ("school.sen_support_started", "2020-01-10", {"need_types": ["SLCN", "ASD"]})
    moved = ("school.enrolled", "2024-09-02", {"urn": "140302", "year_group": 7})

    found = units(
        needs, OLD_ASKED, OLD_PLAN, ("school.enrolled", "2020-09-01", {"urn": "109123", "year_group": 3}), moved
    )

    assert found["sen_needs_all_plans"].columns == ("number_slcn",)
    assert found["caseload"].columns == ("special_academy_free",)
    assert found["annual_reviews"].who[tables.PLACE] == "Special - academy/free school"


@pytest.mark.parametrize(
    ("row", "age", "place"),
    [
        ({"sensetting": "NIEO"}, 15, "neet_other_csa"),
        ({"sensetting": "NIEO"}, 16, "neet_other"),
        ({"sensetting": "NIEC"}, 15, "neet_ntci"),
        ({"urn": "109123", "senunitindicator": "1"}, 9, "mainstream_la_maintained_senunit"),
        ({"urn": "109123", "resourcedprovisionindicator": "1"}, 9, "mainstream_la_maintained_resourced_provision"),
        ({"urn": "140302", "resourcedprovisionindicator": "1"}, 9, "special_academy_free"),
        ({"urn": "999999"}, 9, "placement_unknown"),
        ({"ukprn": "10001234"}, 17, "ukrlp_provider"),
        (None, 9, "placement_unknown"),
    ],
)
def test_a_place_counts_by_its_setting_or_its_schools_kind(row: dict[str, str] | None, age: int, place: str) -> None:
    assert place_of(row, SCHOOLS, age) == place


def test_ages_and_years_are_written_as_the_department_writes_them() -> None:
    born = date(2004, 1, 16)
    assert [AGE.of(born, date(year, 1, 16)) for year in (2005, 2007, 2024)] == [
        "age 2 and under",
        "age 3",
        "age 20 and over",
    ]
    assert AGE_TO_25.of(born, date(2030, 1, 1)) == "age 25"
    assert [years_in_place(year, 2025) for year in (2025, 2024, 2013)] == ["Less than a year", "1", "12 or more"]
    assert [years_held(date(2020, 6, 1), day) for day in (date(2021, 5, 31), date(2021, 6, 1), date(2022, 6, 1))] == [
        "Under a year",
        "1 year",
        "2 years",
    ]


def test_a_place_adds_to_its_groups_row_as_well_and_shares_are_of_the_whole() -> None:
    counts = DfeCounts(2024)
    counts.add(units(OLD_ASKED, OLD_PLAN).values())

    rows = {
        (row.topic, row.value): row for table, rows in counts.tables() if table.name == "annual_reviews" for row in rows
    }

    assert rows[tables.PLACE, "Mainstream - LA maintained"] == rows[tables.PLACE, "Mainstream - total"]._replace(
        value="Mainstream - LA maintained"
    )
    [everybody] = [rows[0] for table, rows in counts.tables() if table is tables.CASELOAD]
    assert everybody.counts["ehcplans"] == everybody.counts["mainstream_total"] == 1
    assert tables.shares_of(tables.CASELOAD, everybody.counts)["mainstream_total_pc"] == "100"


@pytest.mark.parametrize(
    ("answered_on", "column"),
    [("2024-05-27", "outcome_decision_within_time"), ("2024-05-28", "outcome_decision_over_time")],
)
def test_a_refusal_to_issue_a_plan_is_in_time_to_the_last_day_of_sixteen_weeks(answered_on: str, column: str) -> None:
    refused = ("ehcp.decided_to_issue", answered_on, {"request_id": "R1", "decision": "no"})

    assert units(ASKED, decided(date(2024, 3, 1), "yes"), refused)["assessments"].columns == (
        "assess_not_issued",
        column,
    )


def test_of_two_places_that_nobody_left_the_later_one_counts() -> None:
    places = [
        {"rank": 1, "urn": urn, "entered_on": day} for urn, day in (("109123", "2020-09-01"), ("140302", "2024-09-02"))
    ]

    found = units(OLD_ASKED, ("ehcp.finalised", "2020-06-17", {**PLAN, "attended": places}))

    assert found["caseload"].columns == ("special_academy_free",)


def test_a_ceased_plan_counts_where_the_child_was_then_and_not_at_a_later_school() -> None:
    at_first = ("school.enrolled", "2020-09-01", {"urn": "109123", "year_group": 3})
    ceased = ("ehcp.ceased", "2024-07-31", {"plan_id": "P1", "reason": "needs met"})
    later = ("school.enrolled", "2024-09-02", {"urn": "140302", "year_group": 7})

    found = units(OLD_ASKED, OLD_PLAN, at_first, ceased, later)

    assert found["ceased_plans"].who[tables.PLACE] == "Mainstream - LA maintained"


def test_a_place_that_a_later_return_told_of_counts_nowhere_before_it_was_entered() -> None:
    places = [
        {"rank": 1, "urn": "109123", "entered_on": "2020-09-01", "left_on": "2025-07-20"},
        {"rank": 1, "urn": "140302", "entered_on": "2025-09-02"},
    ]

    found = units(OLD_ASKED, ("ehcp.finalised", "2020-06-17", {**PLAN, "attended": places}))

    assert found["caseload"].columns == ("mainstream_la_maintained",)


@pytest.mark.parametrize(
    ("withdrawn_on", "column"), [("2025-01-16", "requests_withdrawn"), ("2025-01-17", "requests_decision_not_made")]
)
def test_a_request_is_withdrawn_where_it_was_by_the_census_day(withdrawn_on: str, column: str) -> None:
    asked = ("ehcp.requested", "2024-12-20", {"request_id": "R1", "by": "parent"})
    withdrawn = ("ehcp.request_withdrawn", withdrawn_on, {"request_id": "R1"})

    assert units(asked, withdrawn)["requests"].columns == (column,)


@pytest.mark.parametrize(("ended_on", "counts"), [("2025-01-15", False), ("2025-01-16", True)])
def test_a_budget_that_ended_before_the_census_day_counts_no_more(ended_on: str, counts: bool) -> None:
    agreed = ("support.agreed", "2022-01-10", {"support_id": "S1", "kind": "personal-budget"})
    ended = ("support.ended", ended_on, {"support_id": "S1", "reason": "moved"})

    assert ("personal_budgets" in units(OLD_ASKED, OLD_PLAN, agreed, ended)) is counts


def test_a_decision_without_a_meeting_is_neither_within_four_weeks_nor_over() -> None:
    answer = ("ehcp.review_decided", "2024-05-29", {"plan_id": "P1", "decision": "maintain"})

    found = units(OLD_ASKED, OLD_PLAN, answer)["annual_reviews"]

    assert found.columns == ("review_meeting_24", "review_decision24", "outcome_maintan")


def test_a_plan_of_unknown_beginning_is_in_no_row_of_years_or_of_the_age_when_it_began() -> None:
    found = units(MET)

    assert found["caseload"].columns == ("placement_unknown",)
    assert not {tables.YEARS, tables.AGE_AT_START} & set(found["caseload"].who)


@pytest.mark.parametrize(
    ("issued_with", "place"),
    [
        ({"placement_type": "special", "placement_urn": None}, "placement_unknown"),
        ({"placement_type": "eotas", "placement_urn": None}, "other_arrangements_la"),
        ({"placement_type": "special", "placement_urn": "140302"}, "special_academy_free"),
    ],
)
def test_a_plan_for_a_kind_of_school_that_names_none_is_placed_nowhere(issued_with: dict[str, Any], place: str) -> None:
    found = units(ASKED, ("ehcp.finalised", "2024-06-17", {**PLAN, **issued_with}))

    assert found["newplans"].columns == found["caseload"].columns == (place,)
