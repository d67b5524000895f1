"""A feed's circuit breaker in the gate's own transaction: opened by its windows or by people, on all workers at once."""

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.steps.feeds import STEWARDS, every_breaker, parked_now, pause_feed, post_openings, resume_feed
from send_integration.steps.gate import READER
from send_integration.steps.stewarding import Steward, replay
from send_integration.store.breakers import paused_since
from send_integration.store.feed_windows import keep_day
from send_integration.store.stewards import Choice
from send_integration.watch.breaker import Failure, State
from send_integration.watch.measures import Measures
from send_integration.watch.window import Tally
from send_integration.when.london import london_day
from tests.integration.steps.meeting import meet
from tests.integration.steps.watched_feeds import (
    COOL_DOWN,
    NINE,
    STEWARD,
    pipe_of,
    refuses_no_more_than_a_tenth,
    send,
    state,
    waiting,
)


def test_a_window_that_fails_parks_the_feed_in_the_transaction_of_its_last_batch(engine: Engine) -> None:
    pipe = pipe_of(engine)
    send(pipe, good_ones=range(440), bad_ones=range(60))  # 12% refused
    pipe.drain_gate(["camhs"])
    assert (state(pipe), waiting(pipe)) == (State.OPEN, 0), "rows that went through before the trip stay"

    send(pipe, good_ones=range(1000, 1010))
    pipe.drain_gate(["camhs"])

    assert waiting(pipe) == 10, "what comes after it is left unread"
    assert pipe.counts() == (440, 60, 0)


def test_fewer_than_five_hundred_messages_are_not_judged_and_add_up_over_the_days(engine: Engine) -> None:
    pipe = pipe_of(engine)
    send(pipe, bad_ones=range(499))
    pipe.drain_gate(["camhs"])
    assert state(pipe) is State.CLOSED

    pipe.now += timedelta(days=3)
    send(pipe, bad_ones=range(499, 500))
    pipe.drain_gate(["camhs"])

    assert state(pipe) is State.OPEN


def test_a_window_ends_after_a_minute_so_that_old_good_days_hide_no_bad_hour(engine: Engine) -> None:
    pipe = pipe_of(engine)
    for start in range(0, 5000, 500):
        send(pipe, good_ones=range(start, start + 500))
        pipe.drain_gate(["camhs"])
        pipe.now += timedelta(minutes=2)

    send(pipe, bad_ones=range(300), good_ones=range(9000, 9700))
    pipe.drain_gate(["camhs"])

    assert state(pipe) is State.OPEN


def test_what_a_killed_worker_reads_again_is_counted_once(engine: Engine) -> None:
    pipe = pipe_of(engine)
    send(pipe, good_ones=range(20), bad_ones=range(5))
    for _, batch in pipe.batches("send.raw.camhs", READER, 100):
        pipe.admit("camhs", batch, publish=False)
    pipe.drain_gate(["camhs"])

    assert pipe.ask("SELECT messages, accepted, quarantined, duplicates FROM feed_day") == [(25, 20, 5, 0)]
    assert pipe.ask("SELECT sum(messages) FROM feed_window") == [(25,)]


def test_every_worker_sees_one_window_whatever_partitions_it_has(engine: Engine) -> None:
    pipe = pipe_of(engine, workers=3)
    send(pipe, good_ones=range(400), bad_ones=range(100))

    pipe.drain_gate(["camhs"], size=50)

    assert state(pipe) is State.OPEN
    assert pipe.ask("SELECT sum(messages) + :left FROM feed_day", left=waiting(pipe)) == [(500,)]


def test_a_rule_that_cannot_be_asked_parks_the_feed(engine: Engine) -> None:
    failed = Failure("window-refused", "data-steward", "refused_share", None, "at most 0.1", "Too many.", True, True)
    pipe = pipe_of(engine, lambda _: (failed,))
    send(pipe, good_ones=range(500))

    pipe.drain_gate(["camhs"])

    assert state(pipe) is State.OPEN
    assert "could not be asked" in every_breaker(engine, NINE)["camhs"].why


def test_a_trial_lets_one_window_through_and_its_verdict_decides(engine: Engine) -> None:
    pipe = pipe_of(engine)
    send(pipe, bad_ones=range(500))
    pipe.drain_gate(["camhs"])
    pipe.now += COOL_DOWN

    assert parked_now(engine, pipe.now) == frozenset()
    send(pipe, bad_ones=range(500, 1000))
    pipe.drain_gate(["camhs"])
    assert (state(pipe), every_breaker(engine, pipe.now)["camhs"].try_at) == (State.OPEN, pipe.now + 2 * COOL_DOWN)

    resume_feed(engine, "camhs", STEWARD, why="mended", now=pipe.now)
    assert state(pipe) is State.HALF_OPEN
    send(pipe, good_ones=range(500))
    pipe.drain_gate(["camhs"])
    assert state(pipe) is State.CLOSED
    assert [row[0] for row in pipe.ask("SELECT state FROM feed_change ORDER BY id")] == [
        "open", "half-open", "open", "half-open", "closed",
    ]  # fmt: skip


def test_a_feed_is_paused_since_it_was_first_parked_whatever_trials_and_people_came_between(engine: Engine) -> None:
    pipe = pipe_of(engine)
    send(pipe, bad_ones=range(500))
    pipe.drain_gate(["camhs"])
    pipe.now += timedelta(days=2)
    parked_now(engine, pipe.now)
    send(pipe, bad_ones=range(500, 1000))
    pipe.drain_gate(["camhs"])
    pause_feed(engine, "camhs", STEWARD, why="wait for the source", now=pipe.now + timedelta(days=2))
    pause_feed(engine, "school", STEWARD, why="the source moves house", now=pipe.now)

    assert paused_since(engine) == {"camhs": london_day(NINE), "school": london_day(pipe.now)}

    resume_feed(engine, "school", STEWARD, why="it has moved", now=pipe.now)
    pause_feed(engine, "school", STEWARD, why="again", now=pipe.now + timedelta(days=1))
    assert paused_since(engine)["school"] == london_day(pipe.now) + timedelta(days=1)


def test_a_batch_in_hand_when_the_feed_is_paused_is_left_unread(engine: Engine) -> None:
    """The worker has looked, and works on the batch, while a person pauses: it waits for neither and keeps nothing."""
    pipe = pipe_of(engine)
    send(pipe, good_ones=range(10))
    batch = pipe.waiting("send.raw.camhs", READER)

    pause = partial(pause_feed, engine, "camhs", STEWARD, why="the source moves house", now=NINE)
    results = meet(
        engine, "LOCK TABLE stream_position IN EXCLUSIVE MODE", [partial(pipe.gate.admit, "camhs", batch, NINE)], pause
    )

    assert results[0].parked
    assert (pipe.counts(), waiting(pipe)) == ((0, 0, 0), 10)


def test_every_change_is_published_and_each_opening_is_told_to_the_stewards_once(engine: Engine) -> None:
    pipe = pipe_of(engine)
    send(pipe, bad_ones=range(500))
    pipe.drain_gate(["camhs"])
    pipe.relay()

    assert post_openings(engine, {STEWARDS: "stewards@example.org"}, "last@example.org", NINE) == 1
    assert post_openings(engine, {STEWARDS: "stewards@example.org"}, "last@example.org", NINE) == 0

    told = [
        json.loads(message.value)
        for (topic, _), held in pipe.topics.items()
        if topic == "send.feed-health"
        for message in held
    ]
    assert [(one["feed"], one["state"], one["failures"][0]["value"]) for one in told] == [("camhs", "open", 1.0)]
    address, subject, words = pipe.ask("SELECT address, content ->> 'subject', content ->> 'text' FROM delivery")[0]
    assert (address, subject) == ("stewards@example.org", "Feed camhs is paused")
    assert "window-refused: refused_share is 1, and at most 0.1 is allowed" in words
    assert "send-integration feed resume camhs" in words
    assert pipe.ask("SELECT content ->> 'path' FROM delivery") == [("/feeds/camhs",)]


def test_without_a_mailbox_of_their_own_the_stewards_are_told_at_the_last_resorts(engine: Engine) -> None:
    pause_feed(engine, "camhs", STEWARD, why="the source moves house", now=NINE)

    assert post_openings(engine, {}, "last@example.org", NINE) == 1


def test_an_opening_that_is_over_before_anybody_could_be_told_is_no_news(engine: Engine) -> None:
    pause_feed(engine, "camhs", STEWARD, why="by mistake", now=NINE)
    resume_feed(engine, "camhs", STEWARD, why="by mistake", now=NINE)

    assert post_openings(engine, {}, "last@example.org", NINE) == 0


def test_a_letter_that_could_not_be_sent_while_the_feed_was_paused_is_not_sent_after(engine: Engine) -> None:
    pipe = pipe_of(engine)
    pause_feed(engine, "camhs", STEWARD, why="the source moves house", now=NINE)
    pause_feed(engine, "school", STEWARD, why="the source moves house", now=NINE)
    assert post_openings(engine, {}, "last@example.org", NINE) == 2

    resume_feed(engine, "camhs", STEWARD, why="it has moved", now=NINE + timedelta(hours=1))
    assert post_openings(engine, {}, "last@example.org", NINE + timedelta(hours=1)) == 0

    assert pipe.ask("SELECT content ->> 'subject' FROM delivery") == [("Feed school is paused",)]


def test_pausing_and_resuming_is_written_down_and_needs_a_reason(engine: Engine) -> None:
    pipe = pipe_of(engine)
    for act in (pause_feed, resume_feed):
        with pytest.raises(BadInput, match="reason"):
            act(engine, "camhs", STEWARD, why=" ", now=NINE)
    with pytest.raises(BadInput, match="not paused"):
        resume_feed(engine, "camhs", STEWARD, why="go on", now=NINE)

    pause_feed(engine, "camhs", STEWARD, why="the source moves house", now=NINE)
    with pytest.raises(BadInput, match="sam has paused it already"):
        pause_feed(engine, "camhs", STEWARD, why="again", now=NINE)
    resume_feed(engine, "camhs", STEWARD, why="it has moved", now=NINE)

    assert pipe.ask("SELECT actor, action, why FROM audit ORDER BY id") == [
        ("sam", "pause-feed", "camhs: the source moves house"),
        ("sam", "resume-feed", "camhs: it has moved"),
    ]


def test_a_rule_that_only_warns_is_told_once_a_day_however_many_windows_it_fails(engine: Engine) -> None:
    late = Failure("window-late", "data-steward", "lag_days", 70.0, "at most 61", "It is late.", False, False)
    pipe = pipe_of(engine, lambda _: (late,))
    for window in range(4):
        send(pipe, good_ones=range(500 * window, 500 * (window + 1)))
        pipe.drain_gate(["camhs"], size=500)
        pipe.now += timedelta(minutes=2)
    assert pipe.ask("SELECT count(*) FROM feed_change") == [(1,)]

    pipe.now += timedelta(days=1)
    send(pipe, good_ones=range(5000, 5500))
    pipe.drain_gate(["camhs"], size=500)
    assert pipe.ask("SELECT count(*) FROM feed_change") == [(2,)]


def test_what_warns_of_a_window_that_ends_a_trial_is_told_too(engine: Engine) -> None:
    late = Failure("window-late", "data-steward", "lag_days", 70.0, "at most 61", "It is late.", False, False)
    pipe = pipe_of(engine, lambda measured: (*refuses_no_more_than_a_tenth(measured), late))
    send(pipe, bad_ones=range(500))
    pipe.drain_gate(["camhs"])
    resume_feed(engine, "camhs", STEWARD, why="mended", now=pipe.now + timedelta(days=1))
    pipe.now += timedelta(days=1)
    send(pipe, good_ones=range(500))
    pipe.drain_gate(["camhs"])

    changes = pipe.ask("SELECT state, jsonb_array_length(failures) FROM feed_change ORDER BY id")
    assert changes == [("open", 2), ("half-open", 0), ("closed", 0), ("closed", 1)]


def test_what_a_person_says_is_right_all_along_is_let_in_the_same_day_however_much_it_is(engine: Engine) -> None:
    def at_most_five_busy_days(measured: Measures) -> Sequence[Failure]:
        ratio = measured["volume_ratio"]
        much = Failure("volume-high", "data-steward", "volume_ratio", ratio, "at most 5", "Too many.", True, True)
        return (much,) if ratio is not None and ratio > 5 else ()

    pipe = pipe_of(engine, at_most_five_busy_days)
    with engine.begin() as connection:
        for back in range(1, 40):
            keep_day(connection, "camhs", london_day(NINE) - timedelta(back), Tally(messages=10, arrived_today=10))
    send(pipe, good_ones=range(3000))
    pipe.drain_gate(["camhs"], size=250)
    assert state(pipe) is State.OPEN

    pipe.topics = {place: [message._replace(timestamp=NINE) for message in held] for place, held in pipe.topics.items()}
    pipe.now += timedelta(minutes=5)
    resume_feed(engine, "camhs", STEWARD, why="a load of history", now=pipe.now)
    pipe.drain_gate(["camhs"], size=250)

    assert (state(pipe), waiting(pipe)) == (State.CLOSED, 0)


def test_a_rule_warns_in_its_own_name_whoever_let_the_feed_in(engine: Engine) -> None:
    late = Failure("window-late", "data-steward", "lag_days", 70.0, "at most 61", "It is late.", False, False)
    pipe = pipe_of(engine, lambda _: (late,))
    pause_feed(engine, "camhs", STEWARD, why="the source moves house", now=NINE)
    resume_feed(engine, "camhs", STEWARD, why="it has moved", now=NINE)
    send(pipe, good_ones=range(500))
    pipe.drain_gate(["camhs"])

    assert pipe.ask("SELECT who FROM feed_change ORDER BY id") == [("sam",), ("sam",), ("batch rules",)]


def test_what_a_steward_replays_is_not_counted_as_the_feeds_own(engine: Engine) -> None:
    """It is late, repeats, and can be many: it would pause a feed that is well, or decide on one that is on trial."""
    judged: list[Measures] = []

    def watching_only(measured: Measures) -> Sequence[Failure]:
        judged.append(measured)
        return ()

    pipe = pipe_of(engine, watching_only)
    send(pipe, good_ones=range(440), bad_ones=range(60))
    pipe.drain_gate(["camhs"])
    assert len(judged) == 1

    assert len(replay(engine, Choice(), Steward(STEWARD, "the mapping was mended")).items) == 60
    send(pipe, good_ones=range(500, 940))
    pipe.settle()
    assert len(judged) == 1, "440 of a window's 500"
    send(pipe, good_ones=range(940, 1000))
    pipe.settle()

    assert (len(judged), judged[-1]["duplicate_share"]) == (2, 0)
