"""A feed that stops sending is told of once, by the clock; it goes on being let in, and says when it sends again."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.quality.batch_rules import BatchRules
from send_integration.steps.feeds import STEWARDS, every_breaker, pause_feed, resume_feed
from send_integration.steps.silences import SilenceLook, post_silences
from send_integration.steps.watching import Judge
from send_integration.store.feed_windows import keep_day
from send_integration.store.sessions import Session
from send_integration.store.silences import silent_feeds
from send_integration.watch.breaker import Failure, State
from send_integration.watch.window import Tally
from send_integration.when.london import london_day
from tests.integration.steps.meeting import meet
from tests.integration.steps.pipe import Pipe
from tests.integration.steps.watched_feeds import pipe_of, send

THURSDAY_EIGHT = datetime(2026, 6, 18, 7, tzinfo=UTC)
"""Eight in the morning in London."""

STEWARD = Session("sam", "data-steward", "")
MAILBOXES = {STEWARDS: "stewards@example.org"}


def judge_of(feed: str) -> Judge:
    return BatchRules(feed).failures


def look_of(engine: Engine, *, waiting: Sequence[str] = ()) -> SilenceLook:
    return SilenceLook(engine, judge_of, lambda feed: feed in waiting)


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    """A worker to which CAMHS sent two hundred messages every day for ten weeks, the last on Tuesday."""
    pipe = pipe_of(engine, lambda _: ())
    pipe.now = THURSDAY_EIGHT
    last = london_day(THURSDAY_EIGHT) - timedelta(2)
    with engine.begin() as connection:
        for back in range(70):
            keep_day(connection, "camhs", last - timedelta(back), Tally(messages=200))
    return pipe


def told(pipe: Pipe) -> list[tuple[str, list[str], str]]:
    """What was said of feeds' health: the state, the rules that failed, and why."""
    pipe.relay()
    held = [m for (topic, _), messages in pipe.topics.items() if topic == topics.FEED_HEALTH.name for m in messages]
    said = [json.loads(message.value) for message in held]
    return [(one["state"], [failed["rule"] for failed in one["failures"]], one["why"]) for one in said]


def test_a_feed_that_stopped_is_told_of_once_and_stays_let_in(pipe: Pipe, engine: Engine) -> None:
    assert look_of(engine).look(THURSDAY_EIGHT - timedelta(hours=3)) == 0, "on Thursday at five it is not yet too long"

    assert [look_of(engine).look(THURSDAY_EIGHT + timedelta(minutes=m)) for m in range(3)] == [1, 0, 0]

    [(state, rules, why)] = told(pipe)
    assert (state, rules) == ("closed", ["feed-silent"])
    assert "last sent as usual on 2026-06-16" in why
    assert every_breaker(engine, pipe.now)["camhs"].state is State.CLOSED
    assert [silence.since for silence in silent_feeds(engine).values()] == [date(2026, 6, 16)]


def test_it_is_mailed_once_to_the_stewards_and_not_at_all_where_it_is_over(pipe: Pipe, engine: Engine) -> None:
    look_of(engine).look(THURSDAY_EIGHT)

    assert post_silences(engine, {}, "", THURSDAY_EIGHT) == 0, "nobody to be told yet"
    assert post_silences(engine, MAILBOXES, "last@example.org", THURSDAY_EIGHT) == 1
    assert post_silences(engine, MAILBOXES, "last@example.org", THURSDAY_EIGHT) == 0
    [(address, subject, words)] = pipe.ask("SELECT address, content ->> 'subject', content ->> 'text' FROM delivery")
    assert (address, subject) == ("stewards@example.org", "Feed camhs is silent")
    assert "feed-silent: silence is" in words
    assert "ask the source" in words


def test_a_silence_that_is_over_before_it_was_mailed_is_no_news(pipe: Pipe, engine: Engine) -> None:
    look_of(engine).look(THURSDAY_EIGHT)
    send(pipe, good_ones=range(20))
    pipe.drain_gate(["camhs"])
    look_of(engine).look(THURSDAY_EIGHT + timedelta(minutes=1))

    assert post_silences(engine, MAILBOXES, "", THURSDAY_EIGHT) == 0


def test_a_letter_that_could_not_be_sent_during_the_silence_is_not_sent_after(pipe: Pipe, engine: Engine) -> None:
    look_of(engine).look(THURSDAY_EIGHT)
    post_silences(engine, MAILBOXES, "", THURSDAY_EIGHT)
    send(pipe, good_ones=range(20))
    pipe.drain_gate(["camhs"])
    look_of(engine).look(THURSDAY_EIGHT + timedelta(minutes=1))
    post_silences(engine, MAILBOXES, "", THURSDAY_EIGHT)

    assert pipe.ask("SELECT * FROM delivery") == []


def test_it_ends_when_the_feed_sends_again_and_the_next_is_told_anew(pipe: Pipe, engine: Engine) -> None:
    look_of(engine).look(THURSDAY_EIGHT)
    send(pipe, good_ones=range(5))
    pipe.drain_gate(["camhs"])
    assert look_of(engine).look(THURSDAY_EIGHT + timedelta(minutes=1)) == 0, "five of two hundred are hardly anything"

    send(pipe, good_ones=range(100, 110))
    pipe.drain_gate(["camhs"])
    assert look_of(engine).look(THURSDAY_EIGHT + timedelta(minutes=2)) == 1
    assert silent_feeds(engine) == {}
    assert [why for _, rules, why in told(pipe) if not rules] == ["The feed sends again."]

    assert look_of(engine).look(THURSDAY_EIGHT + timedelta(days=20)) == 1


def test_it_ends_too_where_the_feed_sent_again_just_before_midnight(pipe: Pipe, engine: Engine) -> None:
    look_of(engine).look(THURSDAY_EIGHT)
    pipe.now = datetime(2026, 6, 18, 22, 59, 50, tzinfo=UTC)
    send(pipe, good_ones=range(200))
    pipe.drain_gate(["camhs"])

    assert look_of(engine).look(pipe.now + timedelta(seconds=20)) == 1
    assert silent_feeds(engine) == {}


def test_another_rule_that_cannot_be_asked_makes_no_feed_silent(pipe: Pipe, engine: Engine) -> None:
    broken = Failure("window-late", "data-steward", "lag_days", None, "at most 61", "It is late.", True, False)
    look = SilenceLook(engine, lambda _: lambda _: (broken,), lambda _: False)

    assert look.look(THURSDAY_EIGHT) == 0


def test_what_waits_at_the_broker_is_no_silence(pipe: Pipe, engine: Engine) -> None:
    assert look_of(engine, waiting=["camhs"]).look(THURSDAY_EIGHT) == 0
    assert told(pipe) == []


def test_two_workers_that_both_think_they_lead_tell_once(pipe: Pipe, engine: Engine) -> None:
    looks = [partial(look_of(engine).look, THURSDAY_EIGHT) for _ in range(2)]

    assert sorted(meet(engine, "LOCK TABLE feed_silence IN EXCLUSIVE MODE", looks)) == [0, 1]
    assert len(told(pipe)) == 1


def test_a_parked_feed_is_not_silent_nor_is_it_just_after(pipe: Pipe, engine: Engine) -> None:
    pause_feed(engine, "camhs", STEWARD, why="the source moves house", now=THURSDAY_EIGHT - timedelta(days=1, hours=20))

    assert look_of(engine).look(THURSDAY_EIGHT + timedelta(days=5)) == 0
    resume_feed(engine, "camhs", STEWARD, why="it has moved", now=THURSDAY_EIGHT + timedelta(days=5))
    assert look_of(engine).look(THURSDAY_EIGHT + timedelta(days=6)) == 0
    assert look_of(engine).look(THURSDAY_EIGHT + timedelta(days=7)) == 1, "from then on it counts again"


def test_decisions_of_people_are_missed_on_no_day(engine: Engine) -> None:
    with engine.begin() as connection:
        for back in range(70):
            keep_day(connection, "identity", london_day(THURSDAY_EIGHT) - timedelta(9 + back), Tally(messages=200))

    assert look_of(engine).look(THURSDAY_EIGHT) == 0
