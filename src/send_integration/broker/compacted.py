"""Reads a compacted topic from its beginning: the keys under which something stands there."""

import time

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from send_integration.broker.offsets import extents
from send_integration.errors import NotReady

READ_WITHIN_SECONDS = 60.0
"""How long a broker may give nothing before it counts as not there."""


def keys_with_a_value(bootstrap: str, topic: str) -> set[bytes]:
    """The keys of a topic whose last message has a value. Raises NotReady where it cannot be read to its end."""
    ends = {TopicPartition(p.topic, p.partition): p.end for p in extents(bootstrap, [topic]) if p.end > p.begin}
    standing: dict[bytes, bool] = {}
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        consumer.assign(sorted(ends))
        consumer.seek_to_beginning()
        heard = time.monotonic()
        while any(consumer.position(place) < end for place, end in ends.items()):
            for messages in consumer.poll(timeout_ms=500).values():
                heard = time.monotonic()
                standing |= {message.key: message.value is not None for message in messages if message.key}
            if time.monotonic() - heard > READ_WITHIN_SECONDS:
                raise NotReady("The broker does not give the topic's last messages", where=topic)
    except KafkaError as fault:
        raise NotReady(f"The topic cannot be read ({type(fault).__name__})", where=topic) from fault
    finally:
        consumer.close()
    return {key for key, stands in standing.items() if stands}
