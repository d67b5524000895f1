"""A feed's silence is measured in the days on which it sends; nights, weekends and holidays are none."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest

from send_integration.watch.days import Kind, days_like, kind_of
from send_integration.watch.silence import Silence, Volumes, silence_of
from send_integration.when.periods import is_working_day

LIMIT = 2.5
"""As the suites have it."""

WEDNESDAY = date(2026, 11, 4)


def sends(volume: Callable[[date], int], *, until: date, weeks: int = 12) -> dict[date, int]:
    """What a feed sent on each day, the last of them `until`."""
    days = (until - timedelta(back) for back in range(7 * weeks))
    return {day: count for day in days if (count := volume(day))}


def measured(volumes: Volumes, day: date, passed: float = 0.5) -> float:
    found = silence_of(volumes, (), day, passed)
    assert found is not None
    return found.measure


def on_working_days(day: date) -> int:
    return 100 if is_working_day(day) else 0


def test_days_are_compared_with_those_of_their_weekday_and_kind() -> None:
    in_term, in_august, christmas = date(2026, 9, 14), date(2026, 8, 17), date(2026, 12, 25)

    assert [kind_of(day) for day in (in_term, in_august, christmas)] == [
        Kind.ORDINARY, Kind.SCHOOL_HOLIDAY, Kind.BANK_HOLIDAY,
    ]  # fmt: skip
    assert days_like(in_term, in_term)[:3] == (date(2026, 9, 7), date(2026, 7, 13), date(2026, 7, 6))
    assert all(kind_of(day) is Kind.SCHOOL_HOLIDAY and day.weekday() == 0 for day in days_like(in_august, in_august))
    assert days_like(christmas, christmas)[:2] == (date(2026, 8, 31), date(2026, 5, 25))
    assert days_like(in_term, date(2026, 7, 6))[0] == date(2026, 7, 6), "no later day than is asked for"


def test_a_feed_that_sends_every_day_is_too_long_silent_after_a_day_and_a_quarter() -> None:
    volumes = sends(lambda _: 100, until=WEDNESDAY)

    found = silence_of(volumes, (), WEDNESDAY + timedelta(2), 0.25)

    assert found == Silence(WEDNESDAY, days=1.25, longest=0.0)
    assert found.measure == LIMIT
    assert measured(volumes, WEDNESDAY) == 0.0


def test_the_night_and_the_weekend_are_no_silence() -> None:
    friday = date(2026, 11, 6)
    volumes = sends(on_working_days, until=friday)

    assert measured(volumes, friday + timedelta(3), 0.99) < LIMIT, "Monday, before it has sent"
    assert measured(volumes, friday + timedelta(4), 0.3) > LIMIT, "Tuesday morning, and nothing on Monday"


def test_a_feed_that_closes_with_the_schools_is_missed_in_no_holiday_and_at_once_in_term() -> None:
    closed = (
        ("2026-01-01", "2026-01-02"), ("2026-02-16", "2026-02-20"), ("2026-03-30", "2026-04-10"),
        ("2026-05-25", "2026-05-29"), ("2026-07-22", "2026-09-02"), ("2026-10-26", "2026-10-30"),
        ("2026-12-21", "2026-12-31"),
    )  # fmt: skip

    def of_schools(day: date) -> int:
        return 0 if any(first <= day.isoformat() <= last for first, last in closed) else on_working_days(day)

    volumes = sends(of_schools, until=date(2026, 12, 31), weeks=52)

    for day in (date(2026, 8, 25), date(2026, 10, 30), date(2026, 12, 31)):
        assert measured({one: count for one, count in volumes.items() if one < day}, day, 0.99) < LIMIT, day
    stopped = {day: count for day, count in volumes.items() if day <= date(2026, 9, 15)}
    assert measured(stopped, date(2026, 9, 17), 0.3) > LIMIT


def test_a_bank_holiday_is_no_monday() -> None:
    volumes = sends(on_working_days, until=date(2026, 5, 1), weeks=52)

    assert measured(volumes, date(2026, 5, 5), 0.9) < LIMIT, "the Tuesday after a bank holiday, before it has sent"


@pytest.mark.parametrize("rate", [0.3, 1.0, 3.0, 8.0, 30.0])
def test_a_source_that_sends_by_chance_is_not_missed_while_it_does_and_is_when_it_stops(rate: float) -> None:
    chance = Random(7)
    volumes = sends(lambda _: sum(chance.random() < rate / 50 for _ in range(50)), until=WEDNESDAY, weeks=60)

    for back in range(300):
        day = WEDNESDAY - timedelta(back)
        assert measured({one: count for one, count in volumes.items() if one < day}, day, 0.25) < LIMIT, day
    assert measured(volumes, WEDNESDAY + timedelta(days=int(30 / rate) + 2)) > LIMIT


def test_hardly_anything_is_silence_too_and_one_message_of_a_small_feed_is_not() -> None:
    large, small = sends(lambda _: 12_000, until=WEDNESDAY), sends(lambda _: 25, until=WEDNESDAY)
    trickle = {WEDNESDAY + timedelta(day): 3 for day in (1, 2)}

    assert measured({**large, **trickle}, WEDNESDAY + timedelta(2)) > LIMIT
    assert measured({**small, **trickle}, WEDNESDAY + timedelta(2)) == 0.0


def test_a_feed_that_is_often_silent_is_given_longer() -> None:
    every_third_day = sends(lambda day: 300 if day.toordinal() % 3 == 0 else 0, until=WEDNESDAY)
    last = max(every_third_day)

    assert measured(every_third_day, last + timedelta(3), 0.9) < LIMIT
    assert measured(every_third_day, last + timedelta(8)) > LIMIT


def test_nothing_is_usual_before_there_are_four_weeks() -> None:
    assert measured(sends(lambda _: 100, until=WEDNESDAY, weeks=3), WEDNESDAY + timedelta(9)) == 0.0
    assert silence_of({}, (), WEDNESDAY, 0.5) is None


def test_days_on_which_it_was_parked_are_neither_silent_nor_usual() -> None:
    parked = frozenset(WEDNESDAY - timedelta(back) for back in range(14))
    volumes = sends(lambda day: 0 if day in parked else 100, until=WEDNESDAY)

    resumed = silence_of(volumes, parked, WEDNESDAY + timedelta(1), 0.9)

    assert resumed is not None
    assert (resumed.days, resumed.longest) == (0.9, 0.0)


def test_a_long_silence_does_not_become_usual() -> None:
    volumes = sends(lambda _: 1, until=WEDNESDAY)

    assert measured(volumes, WEDNESDAY + timedelta(30)) == pytest.approx(2 * (29 + 0.5) * 0.05, abs=0.4)
