"""Reads back what was said on `send.audit`: of every entry its place in the chain and its hash."""

import json

from send_integration.broker.whole_topic import whole_topic
from send_integration.contracts.topics import AUDIT


def said_hashes(bootstrap: str) -> dict[int, bytes]:
    """The hashes of all entries on the topic, by their places. Of a place that was said twice, the first stands.

    Raises NotReady where the broker cannot be read to the topic's end.
    """
    said: dict[int, tuple[int, bytes]] = {}
    for message in whole_topic(bootstrap, AUDIT.name):
        told = json.loads(message.value)
        first = said.get(told["seq"])
        if first is None or message.timestamp < first[0]:
            said[told["seq"]] = (message.timestamp, bytes.fromhex(told["hash"]))
    return {place: found for place, (_, found) in said.items()}
