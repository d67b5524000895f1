"""London days on either side of midnight, in summer and winter."""

from datetime import UTC, date, datetime, timedelta, timezone

from send_integration.when.london import london_day, london_midnight, utc_text


def test_late_evening_utc_in_summer_is_the_next_day_in_london() -> None:
    assert london_day(datetime(2025, 6, 30, 23, 30, tzinfo=UTC)) == date(2025, 7, 1)


def test_late_evening_utc_in_winter_is_the_same_day_in_london() -> None:
    assert london_day(datetime(2025, 1, 30, 23, 30, tzinfo=UTC)) == date(2025, 1, 30)


def test_midnight_in_london_falls_on_its_own_day_when_clocks_change() -> None:
    for day in (date(2025, 3, 30), date(2025, 10, 26)):
        assert london_day(london_midnight(day)) == day


def test_equal_moments_give_equal_text_whatever_their_offset() -> None:
    moment = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)

    assert (
        utc_text(moment) == utc_text(moment.astimezone(timezone(timedelta(hours=1)))) == "2025-06-01T12:00:00.000000Z"
    )
