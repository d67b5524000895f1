"""A feed's breaker opens on what is wrong, waits longer each time, and closes only by a trial or a person."""

from datetime import UTC, datetime, timedelta

import pytest

from send_integration.watch.breaker import (
    RULES,
    Breaker,
    Failure,
    State,
    cooled,
    judged,
    new_breaker,
    pause,
    resume,
)

T0 = datetime(2026, 11, 4, 9, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
BAD = Failure("window-refused", "data-steward", "refused_share", 0.5, "at most 0.1", "Half was refused.", True, True)
UNEASY = Failure("window-late", "data-steward", "lag_days", 70.0, "at most 61", "It is late.", False, False)
DOUBTFUL = Failure("code-mix", "data-steward", "code_drift_type", 3.0, "at most 2", "The mix is odd.", False, True)
CLOSED = new_breaker("camhs", T0)


def opened(times: int = 1) -> Breaker:
    """A breaker that the rules opened so often in a row, each time after a trial."""
    breaker = judged(CLOSED, [BAD], T0, HALF_AN_HOUR)
    for _ in range(times - 1):
        assert breaker.try_at is not None
        breaker = judged(cooled(breaker, breaker.try_at), [BAD], breaker.try_at, HALF_AN_HOUR)
    return breaker


def test_a_window_that_fails_a_rejecting_rule_parks_the_feed_and_says_by_how_much() -> None:
    breaker = judged(CLOSED, [BAD, UNEASY], T0, HALF_AN_HOUR)

    assert (breaker.state, breaker.parked, breaker.who) == (State.OPEN, True, RULES)
    assert breaker.why == "Half was refused (window-refused: refused_share is 0.5, and at most 0.1 is allowed)."
    assert breaker.try_at == T0 + HALF_AN_HOUR


@pytest.mark.parametrize("failures", [[], [UNEASY], [DOUBTFUL]])
def test_a_warning_leaves_a_closed_breaker_as_it_is(failures: list[Failure]) -> None:
    assert judged(CLOSED, failures, T0, HALF_AN_HOUR) is CLOSED


def test_a_feed_is_tried_again_when_its_cool_down_is_over_and_not_before() -> None:
    breaker = opened()

    assert cooled(breaker, T0 + timedelta(minutes=29)) is breaker
    assert cooled(breaker, T0 + HALF_AN_HOUR).state is State.HALF_OPEN


def test_a_trial_that_passes_closes_and_forgets_the_earlier_trips() -> None:
    trial = cooled(opened(2), T0 + timedelta(hours=9))

    passed = judged(trial, [UNEASY], T0 + timedelta(hours=10), HALF_AN_HOUR)

    assert (passed.state, passed.trips, passed.try_at) == (State.CLOSED, 0, None)


@pytest.mark.parametrize("failure", [BAD, DOUBTFUL])
def test_a_trial_is_judged_strictly_and_its_failure_doubles_the_cool_down(failure: Failure) -> None:
    trial = cooled(opened(), T0 + HALF_AN_HOUR)

    failed = judged(trial, [failure], T0 + HALF_AN_HOUR, HALF_AN_HOUR)

    assert failed.state is State.OPEN
    assert failed.try_at == T0 + HALF_AN_HOUR + timedelta(hours=1)


def test_no_cool_down_is_longer_than_a_day() -> None:
    breaker = opened(30)

    assert breaker.try_at is not None
    assert breaker.try_at - breaker.since == timedelta(hours=24)


def test_a_persons_pause_is_ended_by_a_person_alone() -> None:
    breaker = pause(CLOSED, who="sam", why="the source moves house", now=T0)

    assert cooled(breaker, T0 + timedelta(days=30)) is breaker
    assert resume(breaker, who="sam", why="it has moved", now=T0).state is State.CLOSED


def test_a_feed_that_the_rules_parked_is_on_trial_after_a_person_resumed_it() -> None:
    trial = resume(opened(), who="sam", why="the source has mended it", now=T0)

    assert (trial.state, trial.who, trial.why) == (State.HALF_OPEN, "sam", "the source has mended it")


def test_a_person_who_pauses_a_parked_feed_does_not_make_its_data_good() -> None:
    breaker = pause(opened(), who="sam", why="wait for the source", now=T0)

    assert breaker.try_at is None
    assert resume(breaker, who="sam", why="go on", now=T0).state is State.HALF_OPEN


def test_what_flows_is_not_resumed_and_what_is_parked_is_not_judged() -> None:
    breaker = opened()

    assert resume(CLOSED, who="sam", why="again", now=T0) is CLOSED
    assert judged(breaker, [], T0, HALF_AN_HOUR) is breaker


def test_a_rule_that_could_not_be_asked_says_so() -> None:
    assert "refused_share could not be asked" in BAD._replace(value=None).in_words()
