"""What a window measures is worked out by hand; too little of anything is no measure at all."""

from datetime import date, timedelta
from math import log

import pytest

from send_integration.watch.measures import Usual, drift, measures, usual_of
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


def test_volume_is_compared_with_the_same_weekday_once_there_are_four_of_it() -> None:
    three = {MONDAY - timedelta(weeks=n): Tally(arrived_today=1000 * n) for n in (1, 2, 3)}
    four = {**three, MONDAY - timedelta(weeks=4): Tally(arrived_today=9000)}
    today = Tally(arrived_today=5000)

    assert measures(Tally(), today, usual_of(three, MONDAY))["volume_ratio"] is None
    assert measures(Tally(), today, usual_of(four, MONDAY))["volume_ratio"] == 2.0  # the median is 2,500


def test_a_quiet_feed_is_compared_with_the_least_that_is_judged() -> None:
    quiet = {MONDAY - timedelta(weeks=n): Tally(arrived_today=3) for n in range(1, 9)}

    assert measures(Tally(), Tally(arrived_today=600), usual_of(quiet, MONDAY))["volume_ratio"] == 1.2


def test_drift_is_the_population_stability_index() -> None:
    usual = {"routine": 9000, "urgent": 1000}

    assert drift({"routine": 450, "urgent": 50}, usual) == pytest.approx(0.0)
    assert drift({"routine": 250, "urgent": 250}, usual) == pytest.approx(0.4 * log(5 / 9) * -1 + 0.4 * log(5))
    assert drift({"urgent": 500}, usual) > 2  # type: ignore[operator]
    assert drift({"routine": 199}, usual) is None
    assert drift({"routine": 500}, {"routine": 4999}) is None
