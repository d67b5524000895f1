"""How many messages each partition of a topic has ever had, and which of them are still there."""

from collections.abc import Sequence
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from send_integration.errors import NotReady


class Extent(NamedTuple):
    """A partition from its first message still kept to the place of the next."""

    topic: str
    partition: int
    begin: int
    end: int


def extents(bootstrap: str, topics: Sequence[str]) -> list[Extent]:
    """The extent of every partition of some topics. Raises NotReady where the broker cannot be asked."""
    try:
        consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    except (KafkaError, OSError) as fault:
        raise NotReady("The broker does not answer", where=bootstrap, next_step="Check SEND_KAFKA.") from fault
    try:
        places = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    except KafkaError as fault:
        raise NotReady(f"Offsets cannot be had ({type(fault).__name__})", where=bootstrap) from fault
    finally:
        consumer.close()
    return [Extent(place.topic, place.partition, begins[place], ends[place]) for place in places]
