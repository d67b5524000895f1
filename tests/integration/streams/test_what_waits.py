"""A running worker asks the broker what waits, so that pages and metrics, which know no broker, can say it."""

from send_integration import clock
from send_integration.steps.feeds import pause_feed, resume_feed
from send_integration.store.broker_ends import waiting_by_topic
from send_integration.store.sessions import Session
from tests.integration.streams.conftest import System
from tests.integration.streams.history import lines, produce

STEWARD = Session("sam", "data-steward", "")


def waiting(system: System) -> int | None:
    """How many messages of CAMHS wait, as the pages tell it; None where no worker has asked yet."""
    with system.engine.connect() as connection:
        found = waiting_by_topic(connection).get("send.raw.camhs")
    return found.messages if found else None


def test_what_waits_of_a_parked_feed_is_known_to_the_message_and_none_of_it_once_it_was_read(system: System) -> None:
    camhs = [line for line in lines(children=40) if line[0] == "camhs"]
    assert len(camhs) > 20
    produce(system.broker, camhs)
    pause_feed(system.engine, "camhs", STEWARD, why="the source moves house", now=clock.now())
    assert waiting(system) is None
    worker = system.start_worker()
    system.wait_for(lambda: waiting(system) == len(camhs), "the count of what waits")

    resume_feed(system.engine, "camhs", STEWARD, why="it has moved", now=clock.now())
    system.wait_for(lambda: waiting(system) == 0, "the count of nothing")
    assert worker.poll() is None, system.logs()[-2000:]
