"""How many messages each partition of a topic has ever had, and which of them are still there."""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from send_integration.errors import NotReady

READ_WITHIN_SECONDS = 20.0


class Extent(NamedTuple):
    """A partition from its first message still kept to the place of the next."""

    topic: str
    partition: int
    begin: int
    end: int


def extents(bootstrap: str, topics: Sequence[str]) -> list[Extent]:
    """The extent of every partition of some topics. Raises NotReady where the broker cannot be asked."""
    try:
        # Of what it reads it looks at nothing but the place: no sum over the bytes, which is half of what asking costs.
        consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, check_crcs=False)
    except (KafkaError, OSError) as fault:
        raise NotReady("The broker does not answer", where=bootstrap, next_step="Check SEND_KAFKA.") from fault
    try:
        places = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        ends = _with_whole_last_batches(consumer, begins, ends)
    except KafkaError as fault:
        raise NotReady(f"Offsets cannot be had ({type(fault).__name__})", where=bootstrap) from fault
    finally:
        consumer.close()
    return [Extent(place.topic, place.partition, begins[place], ends[place]) for place in places]


def _with_whole_last_batches(
    consumer: KafkaConsumer, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """The ends that the broker tells when it is read from.

    The embedded broker (tansu 0.6.0) counts a partition's last batch as one message when asked for its end, and says
    the true end with every read; Apache Kafka says the same both times.
    """
    unread = {place for place, end in ends.items() if end > begins[place]}
    true_ends = dict(ends)
    consumer.assign(sorted(unread))
    for place in unread:
        consumer.seek(place, ends[place] - 1)
    deadline = time.monotonic() + READ_WITHIN_SECONDS
    while unread and time.monotonic() < deadline:
        for place in consumer.poll(timeout_ms=500):
            true_ends[place] = max(ends[place], consumer.highwater(place) or 0)
            consumer.pause(place)
            unread.discard(place)
    if unread:
        raise NotReady("The broker does not give the last messages of a topic", where=min(unread).topic)
    return true_ends
