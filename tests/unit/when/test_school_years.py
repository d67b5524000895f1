"""School years and year groups at their edges, worked from the Department's table of year groups."""

from datetime import date

import pytest

from send_integration.when.school_years import school_year_end, school_year_start, year_group, year_group_starts


@pytest.mark.parametrize(
    ("born", "day", "year"),
    [
        (date(2015, 9, 1), date(2020, 9, 1), 0),  # turns five on the first day of reception
        (date(2016, 8, 31), date(2020, 9, 1), 0),  # the youngest of the same class
        (date(2016, 8, 31), date(2020, 8, 31), -1),
        (date(2016, 9, 1), date(2020, 9, 1), -1),
        (date(2010, 10, 1), date(2025, 3, 1), 9),
        (date(2008, 8, 31), date(2024, 8, 31), 11),
    ],
)
def test_year_group_follows_from_the_date_of_birth(born: date, day: date, year: int) -> None:
    assert year_group(born, day) == year


def test_year_nine_starts_in_the_school_year_of_the_fourteenth_birthday() -> None:
    assert year_group_starts(date(2010, 8, 31), 9) == date(2023, 9, 1)
    assert year_group_starts(date(2010, 9, 1), 9) == date(2024, 9, 1)


def test_a_school_year_runs_from_september_to_august() -> None:
    assert school_year_start(date(2025, 8, 31)) == date(2024, 9, 1)
    assert school_year_start(date(2025, 9, 1)) == date(2025, 9, 1)
    assert school_year_end(date(2025, 9, 1)) == date(2026, 8, 31)
