"""School years, which start on 1 September, and national curriculum year groups from the date of birth."""

from datetime import date, timedelta

from send_integration.when.periods import good_friday


def school_year_start(day: date) -> date:
    """1 September of the school year in which `day` lies."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


def school_year_end(day: date) -> date:
    """31 August that ends the school year in which `day` lies."""
    start = school_year_start(day)
    return date(start.year + 1, 8, 31)


def year_group(born_on: date, day: date) -> int:
    """The national curriculum year on `day`: 0 is reception, 11 the last compulsory school year; negative before.

    A child is in reception in the school year in which they turn five; one born on 1 September turns five on its
    first day, and so is among the oldest.
    """
    return school_year_start(day).year - year_group_starts(born_on, 0).year


def year_group_starts(born_on: date, year: int) -> date:
    """1 September on which a child born on `born_on` starts national curriculum `year`."""
    born_in_autumn = (born_on.month, born_on.day) >= (9, 1)
    return date(born_on.year + 4 + year + born_in_autumn, 9, 1)


def may_be_school_holiday(day: date) -> bool:
    """Whether some authority in England may have closed its schools on `day`: term dates are set locally, so each holiday
    is as wide here as the earliest and the latest of them make it.

    Raises ValueError for a day in a year whose bank holidays are not known.
    """
    within = (day.month, day.day)
    fixed = (((7, 18), (9, 5)), ((10, 17), (11, 3)), ((12, 18), (12, 31)), ((1, 1), (1, 7)), ((2, 9), (2, 24)))
    if any(first <= within <= last for first, last in fixed):
        return True
    from_good_friday = (day - good_friday(day.year)).days
    end_of_may = date(day.year, 5, 31)
    spring_monday = end_of_may - timedelta(end_of_may.weekday())
    return -14 <= from_good_friday <= 18 or 0 <= (day - spring_monday).days < 7
