"""What a window measures is worked out by hand; too little of anything is no measure at all."""

from datetime import date, timedelta
from math import log, sqrt

import pytest

from send_integration.watch.measures import Usual, drift, measures, rise, usual_of
from send_integration.watch.window import Tally, total

MONDAY = date(2026, 11, 2)


def test_windows_add_up_to_what_one_would_have_counted() -> None:
    one = Tally(messages=3, rows=2, absent={"upn": 1}, codes={"type": {"a": 2}}, lag_seconds=10.0)
    two = Tally(messages=4, rows=4, absent={"upn": 2, "worker": 4}, codes={"type": {"b": 4}}, lag_seconds=5.0)

    assert total([one, two]) == Tally(
        messages=7, rows=6, absent={"upn": 3, "worker": 4}, codes={"type": {"a": 2, "b": 4}}, lag_seconds=15.0
    )


def test_shares_are_of_what_they_speak_of() -> None:
    window = Tally(
        messages=1000, accepted=600, quarantined=200, duplicates=200, rows=900, people=500, matched=400,
        absent={"upn": 450}, lag_seconds=900 * 86_400.0,
    )  # fmt: skip

    found = measures(window, Tally(), Usual())

    assert found["duplicate_share"] == 0.2
    assert found["refused_share"] == 0.25  # of the 800 that were new
    assert found["matched_share"] == 0.8
    assert found["null_rate_upn"] == 0.5
    assert found["lag_days"] == 1.0


def test_of_too_few_there_is_no_share() -> None:
    window = Tally(messages=600, duplicates=410, rows=199, people=199, matched=0, absent={"upn": 199})

    found = measures(window, Tally(), Usual())

    assert [found[name] for name in ("refused_share", "matched_share", "null_rate_upn", "lag_days")] == [None] * 4


def volume_of(today: int, days: dict[date, Tally]) -> float | None:
    return measures(Tally(), Tally(arrived_today=today), usual_of(days, MONDAY))["volume_ratio"]


def test_volume_is_compared_with_the_busiest_day_of_eight_weeks_once_the_feed_is_known_for_four() -> None:
    busy = {MONDAY - timedelta(days): Tally(arrived_today=100 * days) for days in (1, 5)}
    long_ago = {MONDAY - timedelta(weeks=8, days=1): Tally(arrived_today=90_000)}

    assert volume_of(5000, busy) is None
    assert volume_of(5000, busy | long_ago) == 10.0


def test_the_busiest_day_of_a_small_feed_counts_as_fifty() -> None:
    small = {MONDAY - timedelta(days): Tally(arrived_today=3) for days in range(1, 57)}

    assert volume_of(600, small) == 12.0


def test_a_share_of_missing_values_has_risen_by_what_chance_does_not_make() -> None:
    error = 0.3 * sqrt(1 / 1000 + 1 / 9000)  # a tenth of both is missing

    assert rise(100, 1000, 900, 9000) == pytest.approx(-3 * error)
    assert rise(50, 1000, 0, 9000) == pytest.approx(0.05 - 3 * sqrt(0.005 * 0.995 * (1 / 1000 + 1 / 9000)))
    assert rise(0, 1000, 0, 9000) == 0.0
    assert (rise(100, 199, 0, 9000), rise(500, 1000, 0, 499)) == (None, None)


def test_what_is_missing_is_compared_with_the_days_before_and_not_with_today() -> None:
    days = {MONDAY - timedelta(back): Tally(rows=100, absent={"upn": 10}) for back in range(1, 15)}
    window = Tally(messages=500, rows=500, absent={"upn": 500})

    found = measures(window, Tally(), usual_of({**days, MONDAY: Tally(rows=500, absent={"upn": 500})}, MONDAY))

    assert found["null_rise_upn"] == rise(500, 500, 140, 1400)


def test_drift_is_the_population_stability_index() -> None:
    usual = {"routine": 9000, "urgent": 1000}

    assert drift({"routine": 450, "urgent": 50}, usual) == pytest.approx(0.0)
    assert drift({"routine": 250, "urgent": 250}, usual) == pytest.approx(0.4 * log(5 / 9) * -1 + 0.4 * log(5))
    assert drift({"urgent": 500}, usual) > 2  # type: ignore[operator]
    assert drift({"routine": 99}, usual) is None
    assert drift({"routine": 500}, {"routine": 199}) is None
