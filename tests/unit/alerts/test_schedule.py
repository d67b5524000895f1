"""When people are written to: hours at their edges, bank holidays, weekends and the days on which clocks change."""

from datetime import UTC, date, datetime

import pytest

from send_integration.alerts.schedule import (
    ANSWER_DAYS,
    OFFICE_HOURS,
    WorkingHours,
    answer_days,
    answered_by,
    in_rehearsal,
)
from send_integration.when.periods import working_days_between

FRIDAY, SATURDAY, MONDAY = date(2025, 6, 6), date(2025, 6, 7), date(2025, 6, 9)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


MOMENTS = [
    pytest.param("2025-06-06T08:29:59+01:00", False, "2025-06-06T08:30:00+01:00", id="a second before work"),
    pytest.param("2025-06-06T08:30:00+01:00", True, "2025-06-09T08:30:00+01:00", id="as work begins"),
    pytest.param("2025-06-06T16:59:59+01:00", True, "2025-06-09T08:30:00+01:00", id="a second before its end"),
    pytest.param("2025-06-06T17:00:00+01:00", False, "2025-06-09T08:30:00+01:00", id="as it ends, on a Friday"),
    pytest.param("2025-06-07T10:00:00+01:00", False, "2025-06-09T08:30:00+01:00", id="a Saturday"),
    pytest.param("2025-04-18T10:00:00+01:00", False, "2025-04-22T08:30:00+01:00", id="Good Friday, until after Easter"),
    pytest.param("2025-12-24T17:30:00+00:00", False, "2025-12-29T08:30:00+00:00", id="Christmas Eve, after work"),
    pytest.param("2025-03-28T17:00:00+00:00", False, "2025-03-31T08:30:00+01:00", id="over the start of summer time"),
    pytest.param("2025-10-24T17:00:00+01:00", False, "2025-10-27T08:30:00+00:00", id="over its end"),
    pytest.param("2025-06-05T23:30:00+00:00", False, "2025-06-06T08:30:00+01:00", id="past midnight in London alone"),
    pytest.param(
        "2025-06-06T07:45:00+00:00", True, "2025-06-09T08:30:00+01:00", id="by London's clock, in another zone"
    ),
]


@pytest.mark.parametrize(("moment", "at_work", "following"), MOMENTS)
def test_people_are_at_work_in_their_hours_on_working_days_by_londons_clock(
    moment: str, at_work: bool, following: str
) -> None:
    assert OFFICE_HOURS.at_work(at(moment)) is at_work
    assert OFFICE_HOURS.next_start(at(moment)) == at(following)


def test_a_day_has_begun_from_its_start_on_and_stays_so_after_work() -> None:
    assert not OFFICE_HOURS.begun(at("2025-06-06T08:29:59+01:00"))
    assert OFFICE_HOURS.begun(at("2025-06-06T08:30:00+01:00"))
    assert OFFICE_HOURS.begun(at("2025-06-06T23:59:59+01:00"))
    assert not OFFICE_HOURS.begun(at("2025-06-07T12:00:00+01:00")), "no working day"


def test_hours_round_the_clock_end_at_midnight_in_london() -> None:
    whole_day = WorkingHours.of("00:00-24:00")

    assert whole_day.at_work(at("2025-06-06T00:00:00+01:00"))
    assert whole_day.at_work(at("2025-06-06T23:59:59+01:00"))
    assert not whole_day.at_work(at("2025-06-07T00:00:00+01:00"))


def test_a_start_that_the_clocks_skip_is_a_moment_all_the_same() -> None:
    night = WorkingHours.of("01:30-09:00")
    sunday = date(2025, 3, 30)

    assert night.start_on(sunday) == at("2025-03-30T01:30:00+00:00")
    assert night.start_on(sunday) < night.end_on(sunday)


@pytest.mark.parametrize(
    "written", ["8:30-17:00", "08:30", "17:00-08:30", "09:00-09:00", "08:30-25:00", "24:00-24:00", ""]
)
def test_hours_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        WorkingHours.of(written)


def test_a_rehearsals_moment_is_the_clocks_time_on_its_own_day() -> None:
    now = at("2026-11-28T18:15:00+00:00")

    assert in_rehearsal(now, date(2026, 11, 28)) is now
    assert in_rehearsal(now, FRIDAY) == at("2025-06-06T18:15:00+01:00")


TIMES = [
    pytest.param("2025-06-10", 2, "2025-06-06", "2025-06-05", id="Friday's is in time on Tuesday, over a weekend"),
    pytest.param("2025-06-11", 2, "2025-06-09", "2025-06-06", id="and too late on Wednesday"),
    pytest.param("2025-06-11", 2, "2025-06-09", "2025-06-07", id="so is what came on the Saturday"),
    pytest.param("2025-04-23", 2, "2025-04-17", "2025-04-16", id="Easter is not counted"),
    pytest.param("2025-04-24", 2, "2025-04-22", "2025-04-17", id="what comes after it is"),
    pytest.param("2025-06-10", 5, "2025-06-03", "2025-06-02", id="five days"),
]


@pytest.mark.parametrize(("today", "days", "in_time", "too_late"), TIMES)
def test_the_time_to_answer_is_over_after_its_working_days(today: str, days: int, in_time: str, too_late: str) -> None:
    before = answered_by(date.fromisoformat(today), days)

    assert date.fromisoformat(in_time) >= before > date.fromisoformat(too_late)
    assert working_days_between(date.fromisoformat(in_time), date.fromisoformat(today)) <= days
    assert working_days_between(date.fromisoformat(too_late), date.fromisoformat(today)) > days


def test_the_days_to_answer_in_are_read_and_refused() -> None:
    assert answer_days("high=2, raise=5,") == ANSWER_DAYS
    assert answer_days("") == {}
    for wrong in ("high", "high=0", "urgent=2", "high=2,high=3", "high=two", "high=100"):
        with pytest.raises(ValueError, match="each part"):
            answer_days(wrong)


def test_every_start_is_a_working_moment_in_every_hour_of_a_year() -> None:
    """Eleven hours at a time through both clock changes: the next start lies ahead, people are at work then, and not before."""
    hour = 3600
    moment = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
    for number in range(0, 365 * 24, 11):
        now = datetime.fromtimestamp(moment + number * hour, UTC)
        following = OFFICE_HOURS.next_start(now)
        assert following > now
        assert OFFICE_HOURS.at_work(following)
        assert OFFICE_HOURS.next_start(following) > following
