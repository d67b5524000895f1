"""School years, which start on 1 September, and national curriculum year groups from the date of birth."""

from datetime import date


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
