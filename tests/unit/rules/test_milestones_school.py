"""Milestones in school: SEN support, education from day six, part-time timetables; dates worked by hand."""

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

SUPPORT = "2024-10-31 school.sen_support_started need_types='[\"SEMH\"]'\n"
AT_THE_NEXT_SCHOOL = "2025-01-13 school.sen_support_started need_types='[\"SEMH\"]'\n"
LEFT = "2024-12-20 school.left\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 31 October + 4 months = 28 February, clipped
        pytest.param(SUPPORT, "2025-02-28", ["due-soon, due 2025-02-28"], id="last day"),
        pytest.param(SUPPORT, "2025-03-01", ["missed, due 2025-02-28, 1 late"], id="a day late"),
        pytest.param(
            SUPPORT + "2025-02-28 school.sen_support_reviewed progress=limited", "2025-06-29",
            ["met, due 2025-02-28", "missed, due 2025-06-28, 1 late"], id="and four months on",
        ),
        pytest.param(SUPPORT + LEFT, "2025-06-01", ["not-needed, due 2025-02-28"], id="left"),
        pytest.param(
            SUPPORT + LEFT + AT_THE_NEXT_SCHOOL, "2025-05-14",
            ["not-needed, due 2025-02-28", "missed, due 2025-05-13, 1 late"], id="begun anew at the next school",
        ),
        pytest.param(
            SUPPORT + "2025-01-10 ehcp.finalised request_id=R1 plan_id=P1 placement_type=mainstream", "2025-06-01",
            ["not-needed, due 2025-02-28"], id="a plan took its place",
        ),
        pytest.param("2025-01-10 school.sen_support_reviewed progress=none", "2025-06-01", [], id="never begun"),
    ],
)  # fmt: skip
def test_sen_support_is_reviewed_three_times_a_year(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("sen-support-review", events, as_of) == found


EXCLUDED = "2025-03-03 school.excluded reason=violence\n"
BEFORE_HALF_TERM = "2025-02-06 school.excluded reason=violence\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # From Monday 3 March: 4, 5, 6, 7, and over the weekend 10 March
        pytest.param(EXCLUDED, "2025-03-10", ["due-soon, due 2025-03-10"], id="the fifth school day"),
        pytest.param(EXCLUDED, "2025-03-11", ["missed, due 2025-03-10, 1 late"], id="a day late"),
        pytest.param(EXCLUDED + "2025-03-10 school.enrolled urn=109124 year_group=8", "2025-03-11", ["met, due 2025-03-10"], id="at another school"),
        pytest.param(EXCLUDED + "2025-03-11 school.returned_to_education", "2025-04-01", ["met-late, due 2025-03-10, 1 late"], id="back a day late"),
        pytest.param("2025-03-03 school.suspended sessions=11 reason=violence", "2025-03-11", ["missed, due 2025-03-10, 1 late"], id="suspended for more than five days"),
        pytest.param("2025-03-03 school.suspended sessions=10 reason=violence", "2025-03-11", [], id="suspended for five"),
        # Some authority has its half-term from 9 to 24 February: 7 February, then 25, 26, 27, 28
        pytest.param(BEFORE_HALF_TERM, "2025-02-28", ["due-soon, due 2025-02-28"], id="over any half-term"),
        pytest.param(BEFORE_HALF_TERM, "2025-03-01", ["missed, due 2025-02-28, 1 late"], id="and a day late"),
        # Good Friday 2025 is 18 April; some Easter holiday reaches from 4 April to 6 May: 7, 8, 9, 12, 13 May
        pytest.param("2025-04-04 school.excluded reason=violence", "2025-05-14", ["missed, due 2025-05-13, 1 late"], id="over any Easter holiday"),
    ],
)  # fmt: skip
def test_from_the_sixth_school_day_there_is_education(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("day-six-education", events, as_of) == found


def test_school_days_are_counted_by_the_authoritys_own_term_dates(told: Told) -> None:
    # Half-term from 17 to 21 February: 7, 10, 11, 12, 13 February
    own = ["2024-10-28/2024-11-01", "2025-02-17/2025-02-21"]

    assert told("day-six-education", BEFORE_HALF_TERM, "2025-02-14", school_holidays=own) == [
        "missed, due 2025-02-13, 1 late"
    ]


def test_of_a_year_without_term_dates_nobody_is_told_too_early(told: Told) -> None:
    own = ["2023-10-30/2023-11-03"]

    assert told("day-six-education", BEFORE_HALF_TERM, "2025-03-01", school_holidays=own) == [
        "missed, due 2025-02-28, 1 late"
    ]


PART_TIME = "2025-03-03 school.part_time_timetable_started hours_per_week=12\n"
UNTIL = "2025-03-03 school.part_time_timetable_started hours_per_week=12 ends_on=2025-03-28\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 3 March + 42 days = 14 April, or the day agreed
        pytest.param(PART_TIME, "2025-04-14", ["due-soon, due 2025-04-14"], id="last day"),
        pytest.param(PART_TIME, "2025-04-15", ["missed, due 2025-04-14, 1 late"], id="a day late"),
        pytest.param(UNTIL, "2025-03-29", ["missed, due 2025-03-28, 1 late"], id="by the day agreed"),
        pytest.param(UNTIL + "2025-03-28 school.part_time_timetable_ended", "2025-04-15", ["met, due 2025-03-28"], id="ended on it"),
        pytest.param(PART_TIME + "2025-04-01 school.left", "2025-04-15", ["not-needed, due 2025-04-14"], id="left"),
        pytest.param(
            UNTIL + "2025-03-28 school.part_time_timetable_ended\n2025-05-01 school.part_time_timetable_started hours_per_week=10", "2025-06-13",
            # 1 May + 42 days = 12 June
            ["met, due 2025-03-28", "missed, due 2025-06-12, 1 late"], id="and again",
        ),
    ],
)  # fmt: skip
def test_a_part_time_timetable_ends(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("part-time-timetable-end", events, as_of) == found
