"""How a feed stands, worst first; and the five marks, each from its own numerator and denominator."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from send_integration.watch.agencies import AgencyTally, Dimension, Mark, marks_of
from send_integration.watch.breaker import Breaker, State, new_breaker
from send_integration.watch.detection import BadSince, counted_against, first_bad_at
from send_integration.watch.health import STUCK_AFTER, FeedFacts, Standing, health_of, usual_volume, worst_first
from send_integration.watch.window import Tally

TODAY = date(2026, 6, 3)
NOW = datetime(2026, 6, 3, 10, tzinfo=UTC)


def facts(**given: Any) -> FeedFacts:
    """A feed that is well: heard of a minute ago, nothing waits."""
    ordinary = {
        "feed": "camhs",
        "breaker": new_breaker("camhs", NOW),
        "days": {TODAY: Tally(messages=30, arrived_today=30, accepted=30)},
        "heard_at": NOW - timedelta(minutes=1),
        "waiting": 0,
        "items": 0,
        "silent": False,
    }
    return FeedFacts(**{**ordinary, **given})


def breaker(state: State, since: datetime = NOW) -> Breaker:
    return Breaker("camhs", state, since, "sam", "to see")


BAD_DAY = {TODAY: Tally(messages=30, accepted=26, quarantined=4)}


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        ({}, Standing.WELL),
        ({"items": 1}, Standing.ITEMS),
        ({"days": {}, "heard_at": None}, Standing.NEVER),
        ({"silent": True, "items": 1}, Standing.SILENT),
        ({"days": {}, "heard_at": None, "breaker": breaker(State.OPEN)}, Standing.PAUSED),
        ({"breaker": breaker(State.HALF_OPEN), "items": 1}, Standing.ON_TRIAL),
        ({"days": BAD_DAY, "items": 4}, Standing.MUCH_REFUSED),
        ({"days": {TODAY: Tally(messages=30, accepted=27, quarantined=3)}}, Standing.WELL),
        ({"days": {TODAY: Tally(messages=19, accepted=0, quarantined=19)}}, Standing.WELL),
        ({"waiting": 5}, Standing.WELL),
        ({"waiting": 5, "heard_at": NOW - STUCK_AFTER}, Standing.WELL),
        ({"waiting": 5, "heard_at": NOW - STUCK_AFTER - timedelta(seconds=1)}, Standing.STUCK),
        ({"waiting": None, "heard_at": NOW - timedelta(days=9)}, Standing.WELL),
        ({"waiting": 5, "heard_at": NOW - timedelta(days=1), "breaker": breaker(State.CLOSED)}, Standing.WELL),
    ],
)  # fmt: skip
def test_a_feed_stands_by_what_is_worst_of_it(given: dict[str, Any], standing: Standing) -> None:
    assert health_of(facts(**given), TODAY, NOW).standing is standing


def test_a_bad_day_counts_until_a_later_day_with_enough_messages_is_better() -> None:
    bad, better = Tally(messages=20, quarantined=20), Tally(messages=20, accepted=20)
    yesterday, before = TODAY - timedelta(1), TODAY - timedelta(2)

    few = {TODAY: Tally(messages=3, accepted=3), before: bad}
    assert health_of(facts(days=few), TODAY, NOW).standing is Standing.MUCH_REFUSED
    assert health_of(facts(days={yesterday: better, before: bad}), TODAY, NOW).standing is Standing.WELL
    assert health_of(facts(days={TODAY - timedelta(7): bad}), TODAY, NOW).standing is Standing.WELL


def test_those_that_need_somebody_come_first_and_the_fullest_of_them() -> None:
    feeds = [
        facts(feed="well"),
        facts(feed="few", items=1),
        facts(feed="many", items=9),
        facts(feed="paused", breaker=breaker(State.OPEN), waiting=2),
        facts(feed="fuller", breaker=breaker(State.OPEN), waiting=7),
        facts(feed="never", days={}, heard_at=None),
    ]
    found = worst_first(health_of(one, TODAY, NOW) for one in feeds)

    assert [one.feed for one in found] == ["fuller", "paused", "many", "few", "well", "never"]


def test_what_is_usual_on_a_day_is_the_median_of_its_weekday_once_four_are_known() -> None:
    weeks = [7, 100, 9, 8, 5, 6, 300, 4, 1000]
    days = {TODAY - timedelta(weeks=back): Tally(messages=came) for back, came in enumerate(weeks, start=1)}
    others = {TODAY - timedelta(back): Tally(messages=5000) for back in range(1, 60) if back % 7}

    assert usual_volume({**days, **others}, TODAY) == 7.5, "of the latest eight"
    assert usual_volume({day: days[day] for day in list(days)[:3]}, TODAY) is None
    assert usual_volume({min(days): Tally(messages=3)}, TODAY) == 0.0, "nothing came in the weeks since"


def test_what_came_is_told_though_a_pause_takes_it_out_of_the_days_volume() -> None:
    resumed = facts(days={TODAY: Tally(messages=393, arrived_today=0, accepted=393)})
    assert health_of(resumed, TODAY, NOW).today.came == 393


def test_lag_is_of_all_rows_of_the_days_shown() -> None:
    days = {
        TODAY: Tally(messages=1, rows=1, lag_seconds=86_400.0),
        TODAY - timedelta(13): Tally(messages=3, rows=3, lag_seconds=5 * 86_400.0),
        TODAY - timedelta(14): Tally(messages=1, rows=9, lag_seconds=1e9),
    }
    assert health_of(facts(days=days), TODAY, NOW).lag_days == 1.5


def test_the_five_marks_have_their_own_numerators_and_denominators() -> None:
    tally = AgencyTally(
        messages=100, accepted=60, refused=20, repeats=10, kept=65, doubted=14, wanted=120, present=90, timely=52
    )  # fmt: skip

    assert marks_of(tally) == {
        Dimension.COMPLETENESS: Mark(90, 120),
        Dimension.VALIDITY: Mark(70, 90),
        Dimension.TIMELINESS: Mark(52, 65),
        Dimension.UNIQUENESS: Mark(90, 100),
        Dimension.CONSISTENCY: Mark(56, 70),
    }
    assert tally.waiting == 10


@pytest.mark.parametrize(
    ("mark", "percent"),
    [
        (Mark(0, 0), "nothing to count"),
        (Mark(19, 19), "too few"),
        (Mark(20, 20), "100%"),
        (Mark(1999, 2000), "99.9%"),
        (Mark(19_999, 20_000), "99.9%"),
        (Mark(15, 20), "75%"),
        (Mark(0, 20), "0%"),
    ],
)
def test_a_share_is_said_only_of_enough_and_never_rounded_up_to_all(mark: Mark, percent: str) -> None:
    assert mark.percent == percent


def test_the_first_bad_row_is_of_the_measure_that_failed() -> None:
    minutes = [
        (NOW + timedelta(minutes=at), tally)
        for at, tally in enumerate(
            (
                Tally(messages=5, people=5, matched=5),
                Tally(messages=5, duplicates=1, people=5, matched=5),
                Tally(messages=5, quarantined=1, people=5, matched=5),
                Tally(messages=5, people=5, matched=4, absent={"upn": 0, "nhs_number": 1}),
            )
        )
    ]

    bad_since: BadSince = {}
    for at, tally in minutes:
        bad_since = counted_against(bad_since, tally, at)

    def minute(*measures: str) -> int | None:
        found = first_bad_at(NOW, bad_since, measures)
        return None if found is None else (found - NOW) // timedelta(minutes=1)

    assert minute("volume_ratio") == 0
    assert minute("duplicate_share") == 1
    assert minute("refused_share") == 2
    assert minute("matched_share", "null_rate_nhs_number") == 3
    assert minute("null_rise_nhs_number") == 3
    assert minute("matched_share", "refused_share") == 2
    assert minute() is None
