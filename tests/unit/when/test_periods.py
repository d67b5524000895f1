"""Days counted by hand, from the calendar and gov.uk's list of bank holidays."""

from datetime import date

import pytest

from send_integration.when.periods import (
    LAST_YEAR,
    after_months,
    after_working_days,
    age_on,
    birthday,
    is_working_day,
    working_days_between,
)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2025, 1, 15), -1, date(2024, 12, 15)),
    ],
)
def test_months_move_by_the_calendar_and_are_clipped(day: date, months: int, expected: date) -> None:
    assert after_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2025, 3, 7), 1, date(2025, 3, 10)),  # Friday to Monday
        (date(2024, 12, 24), 1, date(2024, 12, 27)),  # over Christmas Day and Boxing Day
        (date(2025, 4, 17), 1, date(2025, 4, 22)),  # over Good Friday and Easter Monday
        (date(2025, 3, 8), 1, date(2025, 3, 10)),  # from a Saturday
        (date(2025, 3, 10), -1, date(2025, 3, 7)),
        (date(2025, 3, 8), -1, date(2025, 3, 7)),
        (date(2025, 3, 8), 0, date(2025, 3, 8)),
        (date(2025, 5, 1), 10, date(2025, 5, 16)),  # early May bank holiday on 5 May
    ],
)
def test_working_days_skip_weekends_and_bank_holidays(day: date, count: int, expected: date) -> None:
    assert after_working_days(day, count) == expected


def test_the_coronation_holiday_was_no_working_day() -> None:
    assert not is_working_day(date(2023, 5, 8))


def test_counting_back_the_working_days_gives_the_count() -> None:
    assert working_days_between(date(2024, 12, 20), date(2025, 1, 3)) == 7  # 23, 24, 27, 30, 31 December, 2, 3 January


def test_a_day_outside_the_known_years_is_refused() -> None:
    with pytest.raises(ValueError, match="known from"):
        after_working_days(date(LAST_YEAR + 1, 1, 10), 5)


def test_a_birthday_on_29_february_is_kept_on_the_28th() -> None:
    assert birthday(date(2008, 2, 29), 14) == date(2022, 2, 28)
    assert age_on(date(2008, 2, 29), date(2022, 2, 27)) == 13
    assert age_on(date(2008, 2, 29), date(2022, 2, 28)) == 14


def test_the_known_years_reach_the_25th_birthday_of_todays_babies() -> None:
    """Fails in good time, so that nobody meets a missing bank holiday in use."""
    assert date(2026, 1, 1).year + 25 + 2 <= LAST_YEAR
