"""School days at the edges of holidays, worked from a calendar."""

from datetime import date

import pytest

from send_integration.when.school_days import after_school_days, holidays_of, is_school_day

OWN = holidays_of(["2024-10-28/2024-11-01", "2024-12-23/2025-01-03"])


@pytest.mark.parametrize(
    ("day", "open_by_default", "open_by_own_dates"),
    [
        pytest.param("2025-03-05", True, True, id="a Wednesday in term"),
        pytest.param("2025-03-08", False, False, id="a Saturday"),
        pytest.param("2025-05-05", False, False, id="a bank holiday"),
        pytest.param("2024-10-28", False, False, id="half-term of all"),
        pytest.param("2024-10-21", False, True, id="half-term of some"),
        pytest.param("2024-12-20", False, True, id="the last Friday before Christmas"),
        pytest.param("2025-01-06", False, True, id="the first Monday after it"),
        pytest.param("2025-10-27", False, False, id="a school year of which the own dates say nothing"),
    ],
)
def test_a_school_day_is_a_working_day_in_term(day: str, open_by_default: bool, open_by_own_dates: bool) -> None:
    assert is_school_day(date.fromisoformat(day)) is open_by_default
    assert is_school_day(date.fromisoformat(day), OWN) is open_by_own_dates


def test_school_days_are_counted_over_a_holiday() -> None:
    # Thursday 19 December 2024: 20 December, then 6, 7, 8, 9 January
    assert after_school_days(date(2024, 12, 19), 5, OWN) == date(2025, 1, 9)
    # With no term dates given: some authority is closed from 18 December to 7 January: 8, 9, 10, 13, 14 January
    assert after_school_days(date(2024, 12, 19), 5) == date(2025, 1, 14)


@pytest.mark.parametrize(
    "written", ["2024-10-28", "2024-11-01/2024-10-28", "soon/later", "2024-10-28/2024-11-01/2024-11-02"]
)
def test_a_holiday_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        holidays_of([written])
