"""What a worker keeps of a topic that is parked and read again: nothing that is stale, and everything else once."""

import pytest
from faust.types import TP

from send_integration.errors import GapFound
from send_integration.steps.batch import RawMessage
from streams.parking import Parking

CAMHS, SCHOOL = "send.raw.camhs", "send.raw.school"


def messages(*offsets: int, topic: str = CAMHS, partition: int = 0) -> list[RawMessage]:
    return [RawMessage(topic, partition, offset, b"", b"") for offset in offsets]


def offsets(batch: list[RawMessage]) -> list[int]:
    return [message.offset for message in batch]


def test_of_a_parked_topic_nothing_is_kept_and_of_others_everything() -> None:
    parking = Parking()
    parking.park(CAMHS)

    assert offsets(parking.wanted([*messages(5, 6), *messages(1, 2, topic=SCHOOL)])) == [1, 2]
    assert parking.unparked({TP(CAMHS, 0), TP(SCHOOL, 0)}) == {TP(SCHOOL, 0)}


def test_what_was_buffered_before_the_pause_is_let_go_of_until_the_stored_position_comes_again() -> None:
    parking = Parking()
    parking.park(CAMHS)
    parking.read_again(CAMHS, {TP(CAMHS, 0): 5, TP(CAMHS, 1): 0}, {})

    assert offsets(parking.wanted(messages(8, 9))) == []
    assert offsets(parking.wanted([*messages(10, 5, 6), *messages(3, 0, 1, partition=1)])) == [5, 6, 0, 1]
    assert offsets(parking.wanted(messages(7, 8, 9, 10))) == [7, 8, 9, 10]


def test_partitions_that_are_assigned_anew_are_read_from_where_another_worker_came_to() -> None:
    parking = Parking()
    parking.park(CAMHS)
    parking.read_again(CAMHS, {TP(CAMHS, 0): 5}, {})

    parking.moved_to({TP(CAMHS, 0): 8, TP(SCHOOL, 0): 3})

    assert offsets(parking.wanted(messages(9, 8, 9))) == [8, 9]
    assert offsets(parking.wanted(messages(4, topic=SCHOOL))) == [4]


def test_what_was_fetched_before_a_pause_or_its_end_is_stale_and_nothing_else() -> None:
    parking = Parking()
    before = parking.changes()
    parking.park(CAMHS)
    parking.park(CAMHS)
    during = parking.changes()

    assert parking.has_changed(CAMHS, before)
    assert not parking.has_changed(SCHOOL, before)
    assert not parking.has_changed(CAMHS, during)
    parking.read_again(CAMHS, {}, {})
    assert parking.has_changed(CAMHS, during)


def test_messages_that_the_broker_forgot_while_the_feed_was_paused_are_a_gap_and_said_so() -> None:
    parking = Parking()
    parking.park(CAMHS)

    with pytest.raises(GapFound, match="Message 5 is expected and 7 came"):
        parking.read_again(CAMHS, {TP(CAMHS, 0): 5}, {TP(CAMHS, 0): 7})
