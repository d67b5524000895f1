"""Reads back what was said on `send.audit`: of every entry its place in the chain and its hash."""

import json
import time

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from send_integration.broker.offsets import extents
from send_integration.contracts.topics import AUDIT
from send_integration.errors import NotReady

READ_WITHIN_SECONDS = 60.0
"""How long a broker may give nothing before it counts as not there."""


def said_hashes(bootstrap: str) -> dict[int, bytes]:
    """The hashes of all entries on the topic, by their places. Of a place that was said twice, the first stands.

    Raises NotReady where the broker cannot be read to the topic's end.
    """
    ends = {
        TopicPartition(part.topic, part.partition): part.end
        for part in extents(bootstrap, [AUDIT.name])
        if part.end > part.begin
    }
    said: dict[int, tuple[int, bytes]] = {}
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        consumer.assign(sorted(ends))
        consumer.seek_to_beginning()
        heard = time.monotonic()
        while any(consumer.position(place) < end for place, end in ends.items()):
            for messages in consumer.poll(timeout_ms=500).values():
                heard = time.monotonic()
                for message in messages:
                    told = json.loads(message.value)
                    first = said.get(told["seq"])
                    if first is None or message.timestamp < first[0]:
                        said[told["seq"]] = (message.timestamp, bytes.fromhex(told["hash"]))
            if time.monotonic() - heard > READ_WITHIN_SECONDS:
                raise NotReady("The broker does not give the topic's last messages", where=AUDIT.name)
    except KafkaError as fault:
        raise NotReady(f"The topic cannot be read ({type(fault).__name__})", where=AUDIT.name) from fault
    finally:
        consumer.close()
    return {place: found for place, (_, found) in said.items()}
