"""Reads a compacted topic: the keys under which something stands there."""

from send_integration.broker.whole_topic import whole_topic


def keys_with_a_value(bootstrap: str, topic: str) -> set[bytes]:
    """The keys of a topic whose last message has a value. Raises NotReady where it cannot be read to its end."""
    standing = {message.key: message.value is not None for message in whole_topic(bootstrap, topic) if message.key}
    return {key for key, stands in standing.items() if stands}
