"""A parked feed waits at the broker while the others go on, whoever is killed; resumed, all of it comes in once."""

from sqlalchemy import text

from send_integration import clock
from send_integration.steps.feeds import pause_feed, resume_feed
from send_integration.store.sessions import Session
from tests.integration.streams.conftest import System
from tests.integration.streams.history import lines, produce

STEWARD = Session("sam", "data-steward", "")


def accepted(system: System, feed: str) -> int:
    """How many events of a feed were let in, refused or repeats."""
    query = text(
        "SELECT coalesce(sum(accepted + quarantined + duplicates), 0) FROM stream_position"
        " WHERE reader = 'gate' AND topic = :topic"
    )
    with system.engine.connect() as connection:
        return int(connection.execute(query, {"topic": f"send.raw.{feed}"}).scalar_one())


def test_a_parked_feed_survives_a_kill_and_holds_up_no_other(system: System) -> None:
    history = lines(children=150)
    camhs = [line for line in history if line[0] == "camhs"]
    others = [line for line in history if line[0] != "camhs"]
    # Before any worker, a backlog of the feed that is larger than a worker's buffer, and a little of the others.
    produce(system.broker, [*camhs * 40, *others[:300]])
    pause_feed(system.engine, "camhs", STEWARD, why="the source moves house", now=clock.now())
    first, second = system.start_worker(), system.start_worker()
    system.wait_for(lambda: not waiting_of_others(system), "the other feeds' beginning")

    first.kill()
    third = system.start_worker()
    produce(system.broker, others[300:])
    system.wait_for(lambda: not waiting_of_others(system), "the other feeds' end")
    system.wait_for(lambda: system.ledger().waits_for_people == ("camhs",), "that only the paused feed is waited for")
    assert accepted(system, "camhs") == 0

    resume_feed(system.engine, "camhs", STEWARD, why="it has moved", now=clock.now())
    system.wait_until_balanced()
    assert accepted(system, "camhs") == 40 * len(camhs)
    assert [worker.poll() for worker in (second, third)] == [None, None], system.logs()[-2000:]


def test_a_feed_that_is_parked_in_full_flow_goes_on_where_it_stopped(system: System) -> None:
    history = lines(children=150)
    camhs = [line for line in history if line[0] == "camhs"]
    produce(system.broker, camhs * 60)
    worker = system.start_worker()
    system.wait_for(lambda: accepted(system, "camhs") > 0, "the first batch")

    for turn in range(3):
        pause_feed(system.engine, "camhs", STEWARD, why=f"pause {turn}", now=clock.now())
        stopped_at = accepted(system, "camhs")
        produce(system.broker, [line for line in history if line[0] == "school"])
        system.wait_for(lambda: not waiting_of_others(system), "the school feed")
        assert accepted(system, "camhs") == stopped_at, "nothing of the parked feed is let in"
        resume_feed(system.engine, "camhs", STEWARD, why="go on", now=clock.now())
        produce(system.broker, camhs * 20)

    system.wait_until_balanced()
    assert accepted(system, "camhs") == 120 * len(camhs)
    assert worker.poll() is None, system.logs()[-2000:]


def waiting_of_others(system: System) -> bool:
    """Whether anything waits but messages of the paused feed."""
    found = system.ledger()
    behind_the_gate = found.child_events_waiting or found.outbox_waiting
    return bool(behind_the_gate) or any(feed.waiting for feed in found.feeds if not feed.paused)
