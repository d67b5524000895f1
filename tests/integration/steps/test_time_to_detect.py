"""Since when a feed was bad is kept with its pause: the first row of the failing window that counts against the rule."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Engine

from send_integration.steps.feeds import pause_feed
from send_integration.store.breakers import changes_of
from send_integration.watch.breaker import Failure
from send_integration.watch.measures import Measures
from tests.integration.steps.watched_feeds import NINE, STEWARD, pipe_of, send


def test_a_pause_knows_when_its_first_bad_row_was_read(engine: Engine) -> None:
    pipe = pipe_of(engine)
    bad_from, drained = 7, 0
    for minute in range(12):
        pipe.now = NINE + timedelta(minutes=minute)
        good = range(minute * 50, minute * 50 + (50 if minute < bad_from else 20))
        send(pipe, good_ones=good, bad_ones=range(drained, drained + (0 if minute < bad_from else 30)))
        drained += 30
        pipe.drain_gate(["camhs"])
        found = changes_of(engine, "camhs", 1)
        if found:
            break

    [change] = changes_of(engine, "camhs", 5)
    assert change.state == "open"
    assert change.at == NINE + timedelta(minutes=9), "the five hundredth message"
    assert change.first_bad_at == NINE + timedelta(minutes=bad_from)


def test_a_warning_knows_it_too_and_a_persons_pause_has_none(engine: Engine) -> None:
    def only_warns(measured: Measures) -> Sequence[Failure]:
        share = measured["refused_share"]
        failed = Failure("part", "data-steward", "refused_share", share, "at most 0", "Some.", False, True)
        return (failed,) if share else ()

    pipe = pipe_of(engine, only_warns)
    send(pipe, good_ones=range(400))
    pipe.drain_gate(["camhs"])
    pipe.now += timedelta(minutes=2)
    send(pipe, bad_ones=range(100))
    pipe.drain_gate(["camhs"])
    pause_feed(engine, "camhs", STEWARD, why="to see", now=pipe.now)

    told = [(change.state, change.first_bad_at) for change in changes_of(engine, "camhs", 5)]
    assert told == [("open", None), ("closed", NINE + timedelta(minutes=2))]
