"""Reads a topic from its beginning to the end that it had when the reading began."""

import time
from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from send_integration.broker.offsets import extents
from send_integration.errors import NotReady

READ_WITHIN_SECONDS = 60.0
"""How long a broker may give nothing before it counts as not there."""


def whole_topic(bootstrap: str, topic: str) -> Iterator[ConsumerRecord]:
    """Every message, those of a partition in order. Raises NotReady where the topic cannot be read to its end."""
    ends = {TopicPartition(p.topic, p.partition): p.end for p in extents(bootstrap, [topic]) if p.end > p.begin}
    if not ends:
        return  # kafka-python takes an assignment of nothing for the end of one, and has no beginning to go to
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        consumer.assign(sorted(ends))
        consumer.seek_to_beginning()
        heard = time.monotonic()
        while any(consumer.position(place) < end for place, end in ends.items()):
            for messages in consumer.poll(timeout_ms=500).values():
                heard = time.monotonic()
                yield from messages
            if time.monotonic() - heard > READ_WITHIN_SECONDS:
                raise NotReady("The broker does not give the topic's last messages", where=topic)
    except KafkaError as fault:
        raise NotReady(f"The topic cannot be read ({type(fault).__name__})", where=topic) from fault
    finally:
        consumer.close()
