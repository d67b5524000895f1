"""Whatever is done to feeds, and whoever is killed: nothing is lost, and nothing passes an open breaker."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.steps import watching
from send_integration.steps.feeds import every_breaker, parked_now, pause_feed, resume_feed
from send_integration.steps.gate import READER
from send_integration.watch import measures
from tests.builders import sent
from tests.integration.steps.pipe import Pipe, empty
from tests.integration.steps.watched_feeds import STEWARD, pipe_of, waiting

ACTS = ("good", "bad", "drain", "drain and be killed", "pause", "resume", "restart", "wait", "look")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.sampled_from(("camhs", "school")), st.integers(1, 12)),
        min_size=12,
        max_size=40,
    )
)
def test_whatever_happens_nothing_is_lost_or_doubled_and_nothing_passes_an_open_breaker(
    engine: Engine, acts: list[tuple[str, str, int]]
) -> None:
    empty(engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "LEAST_MESSAGES", 10)
        for name in ("LEAST_MESSAGES", "LEAST_OF_A_SHARE"):
            patch.setattr(measures, name, 4)
        play(pipe_of(engine, workers=2), acts)


def play(pipe: Pipe, acts: list[tuple[str, str, int]]) -> None:
    """Do it all, holding after every step that a parked feed has kept nothing; then resume, drain, and count."""
    given_to = dict.fromkeys(("camhs", "school"), 0)
    count = 0
    for act, feed, number in acts:
        before, parked = kept(pipe), feeds_parked(pipe)
        for _ in range(number if act in ("good", "bad") else 0):
            count += 1
            what = "camhs.referred" if feed == "camhs" else "school.enrolled"
            pipe.send(feed, sent(what, "2025-06-02", event_id=f"e{count}") if act == "good" else b"{bad %d" % count)
            given_to[feed] += 1
        do(pipe, act, feed, number)
        if act.startswith("drain"):
            assert all(kept(pipe)[one] == before[one] for one in parked), "a parked feed kept something"
    for feed in given_to:
        while waiting(pipe, feed):
            if feed in feeds_parked(pipe):
                resume_feed(pipe.engine, feed, STEWARD, why="to the end", now=pipe.now)
            pipe.drain_gate([feed], size=5)
    assert kept(pipe) == given_to
    counted = pipe.ask(
        "SELECT feed, sum(messages)::int, sum(accepted + quarantined + duplicates)::int FROM feed_day GROUP BY feed"
    )
    assert sorted(counted) == [(feed, total, total) for feed, total in sorted(given_to.items()) if total]


def do(pipe: Pipe, act: str, feed: str, number: int) -> None:
    match act:
        case "drain" | "drain and be killed":
            for worker, batch in pipe.batches(topics.raw(feed).name, READER, number):
                pipe.admit(feed, batch, worker=worker, publish=act == "drain")
        case "pause" if feed not in feeds_parked(pipe):
            pause_feed(pipe.engine, feed, STEWARD, why="to see", now=pipe.now)
        case "resume" if feed in feeds_parked(pipe):
            resume_feed(pipe.engine, feed, STEWARD, why="to see", now=pipe.now)
        case "restart":
            pipe.gates = pipe_of(pipe.engine, workers=2).gates
        case "wait":
            pipe.now += timedelta(minutes=7 * number)
        case "look":
            parked_now(pipe.engine, pipe.now)
        case _:
            pass


def feeds_parked(pipe: Pipe) -> set[str]:
    return {feed for feed, breaker in every_breaker(pipe.engine, pipe.now).items() if breaker.parked}


def kept(pipe: Pipe) -> dict[str, int]:
    """How many messages of each feed have an outcome."""
    rows = pipe.ask(
        "SELECT topic, sum(accepted + quarantined + duplicates)::int FROM stream_position WHERE reader = 'gate' GROUP BY topic"
    )
    found = {topic.removeprefix("send.raw."): total for topic, total in rows}
    return {feed: found.get(feed, 0) for feed in ("camhs", "school")}
