"""Risks that rest on attendance figures: what raises them, what just does not, and that a value which crosses its line again
and again raises one flag."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest

from send_integration.contracts.event import ChildId
from send_integration.evaluate import answer_child
from send_integration.rules.cases import history_of
from send_integration.rules.model import RuleBook
from send_integration.timeline.fold import standing

Raised = Callable[..., list[tuple[str, str, str]]]


def figures(first: str, last: str, possible: int, missed: int, told: str = "", more: str = "") -> str:
    return (
        f"{told or last} school.attendance from_on={first} to_on={last} sessions_possible={possible} "
        f"sessions_authorised_absence={missed // 2} sessions_unauthorised_absence={missed - missed // 2} {more}"
    )


BEFORE = (figures("2024-09-09", "2024-10-18", 60, 4), figures("2024-10-28", "2024-12-06", 60, 4))
FALLS = figures("2025-01-06", "2025-02-14", 60, 6, more="id=falls")
BETTER = figures("2025-02-24", "2025-04-04", 60, 3)
WAITS = "2025-01-13 camhs.referred referral_id=C1 priority=routine primary_reason=anxiety"


@pytest.mark.parametrize(
    ("on", "lines", "expected"),
    [
        pytest.param("2025-02-14", (*BEFORE, FALLS), ("2025-02-14", "watch"), id="10% after 7%"),
        pytest.param("2025-02-13", (*BEFORE, FALLS), None, id="the day before the figures"),
        pytest.param("2025-02-14", (*BEFORE, figures("2025-01-06", "2025-02-14", 60, 5)), None, id="under 10%"),
        pytest.param("2025-02-14", (BEFORE[0], figures("2024-10-28", "2024-12-06", 60, 5), FALLS), None, id="a third more than before"),
        pytest.param("2025-02-14", (FALLS,), None, id="nothing known of before"),
        pytest.param("2025-02-14", (*BEFORE, WAITS, FALLS), ("2025-02-14", "raise"), id="waits for CAMHS"),
        pytest.param("2025-02-20", (*BEFORE, WAITS, FALLS, "2025-02-20 camhs.appointment referral_id=C1 attended=attended number=1"), ("2025-02-14", "watch"), id="seen by CAMHS"),
        pytest.param("2025-02-14", (*BEFORE, "2025-01-13 early-help.assessment_started assessment_id=E1", FALLS), ("2025-02-14", "raise"), id="waits for a plan of early help"),
        pytest.param("2025-02-14", (*BEFORE, "2025-01-13 early-help.assessment_started assessment_id=E1", "2025-02-10 early-help.plan_agreed assessment_id=E1", FALLS), ("2025-02-14", "watch"), id="early help has a plan"),
        pytest.param("2025-05-16", (*BEFORE, FALLS), ("2025-02-14", "watch"), id="13 weeks without figures"),
        pytest.param("2025-05-17", (*BEFORE, FALLS), None, id="longer without figures"),
        pytest.param("2025-05-02", (*BEFORE, FALLS, BETTER), ("2025-02-14", "watch"), id="better for 4 weeks"),
        pytest.param("2025-05-03", (*BEFORE, FALLS, BETTER), None, id="better for longer"),
        pytest.param("2025-03-03", (*BEFORE, figures("2025-01-06", "2025-02-14", 60, 6, "2025-03-03")), ("2025-02-14", "watch"), id="told late"),
        pytest.param("2025-03-02", (*BEFORE, figures("2025-01-06", "2025-02-14", 60, 6, "2025-03-03")), None, id="not told yet"),
        pytest.param("2025-02-14", (*BEFORE, figures("2025-01-06", "2025-02-14", 60, 6, "2025-02-10")), ("2025-02-14", "watch"), id="told before the span was over"),
        pytest.param("2025-03-03", (*BEFORE, FALLS, figures("2025-01-06", "2025-02-14", 60, 3, more="corrects=falls")), None, id="corrected"),
        pytest.param("2025-03-03", (*BEFORE, FALLS, figures("2025-01-06", "2025-02-14", 60, 6, more="retracts=falls")), None, id="retracted"),
        pytest.param("2025-02-14", (FALLS, *reversed(BEFORE)), ("2025-02-14", "watch"), id="out of order"),
        pytest.param("2025-02-14", (*BEFORE, FALLS, figures("2024-09-01", "2025-02-14", 600, 0)), ("2025-02-14", "watch"), id="half a year says nothing of six weeks"),
        pytest.param("2025-02-14", (*BEFORE, FALLS, figures("2025-02-10", "2025-02-14", 0, 0)), ("2025-02-14", "watch"), id="a week without sessions"),
    ],
)  # fmt: skip
def test_attendance_falling(raised: Raised, on: str, lines: tuple[str, ...], expected: tuple[str, str] | None) -> None:
    assert raised("attendance-falling", lines, on) == ([(*expected, "")] if expected else [])


HALF = figures("2025-01-06", "2025-02-14", 60, 30)


@pytest.mark.parametrize(
    ("on", "lines", "raised_on"),
    [
        pytest.param("2025-02-14", (HALF,), "2025-02-14", id="half"),
        pytest.param("2025-02-14", (figures("2025-01-06", "2025-02-14", 60, 29),), None, id="a session less"),
        pytest.param("2025-05-16", (HALF,), "2025-02-14", id="13 weeks without figures"),
        pytest.param("2025-05-17", (HALF,), None, id="longer"),
        pytest.param("2025-05-03", (HALF, BETTER), None, id="back for over four weeks"),
        pytest.param("2025-02-28", (figures("2025-02-24", "2025-02-28", 10, 10),), "2025-02-28", id="one week of a new child"),
        pytest.param("2024-02-29", (figures("2024-01-19", "2024-02-29", 58, 29),), "2024-02-29", id="ends on a leap day"),
        pytest.param("2024-05-30", (figures("2024-01-19", "2024-02-29", 58, 29),), "2024-02-29", id="13 weeks from a leap day"),
        pytest.param("2024-05-31", (figures("2024-01-19", "2024-02-29", 58, 29),), None, id="a day more"),
    ],
)  # fmt: skip
def test_severe_absence(raised: Raised, on: str, lines: tuple[str, ...], raised_on: str | None) -> None:
    assert raised("severe-absence", lines, on) == ([(raised_on, "high", "")] if raised_on else [])


def test_summer_holidays_alone_neither_end_it_nor_raise_it_again(raised: Raised) -> None:
    lines = (figures("2025-06-02", "2025-07-11", 60, 36), figures("2025-09-08", "2025-09-26", 30, 18))

    for day in (date(2025, 7, 11) + timedelta(number) for number in range(110)):
        assert raised("severe-absence", lines, day.isoformat()) == [("2025-07-11", "high", "")], day


def test_a_value_that_crosses_the_line_a_hundred_times_raises_one_flag(rules: RuleBook) -> None:
    """Two sessions a day. Six weeks in which a day is missed whole or not at all follow six in which half of each is: over
    any six weeks 29, 30 or 31 of 60 are missed, and the value goes up to the line and down again every other day."""
    days = [date(2023, 1, 2) + timedelta(number) for number in range(7 * 90)]
    days = [day for day in days if day.weekday() < 5]
    missed = [1] * 30 + [1 if (place // 30) % 2 else (2, 0)[place % 2] for place in range(len(days) - 30)]
    over_six_weeks = [sum(missed[place - 29 : place + 1]) for place in range(29, len(days))]
    crossings = sum(one < 30 <= other for one, other in pairwise(over_six_weeks))
    assert crossings >= 100
    lines = [figures(f"{day}", f"{day}", 2, count) for day, count in zip(days, missed, strict=True)]
    events = standing(history_of({"events": lines}))
    book = RuleBook({"severe-absence": rules["severe-absence"]})

    flags = []
    for number in range((days[-1] - days[0]).days + 1):
        answer = answer_child(ChildId("c1"), events, book, days[0] + timedelta(number))
        assert answer is not None
        flags.append(answer.flags)

    assert {len(found) for found in flags} == {1}, "it stands on each day"
    assert len({found[0].flag_id for found in flags}) == 1
    assert {found[0].stands_since for found in flags} == {days[0]}


def test_a_value_that_comes_back_after_it_was_settled_raises_it_anew(raised: Raised) -> None:
    weeks = [date(2025, 1, 6) + timedelta(weeks=number) for number in range(26)]
    bad = (*range(6), *range(18, 26))
    lines = [
        figures(f"{week}", f"{week + timedelta(4)}", 10, 6 if number in bad else 0) for number, week in enumerate(weeks)
    ]

    days = [weeks[0] + timedelta(4 + number) for number in range(7 * 25)]
    found = {day: raised("severe-absence", lines, day.isoformat()) for day in days}

    assert {tuple(each) for each in found.values()} == {
        (("2025-01-10", "high", ""),),
        (),
        ((str(weeks[22] + timedelta(4)), "high", ""),),
    }
