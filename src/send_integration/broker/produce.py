"""Produces messages in batches, each partition's in order, and waits until the broker has them all."""

import logging
from collections.abc import Awaitable, Iterable, Sequence
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnsupportedVersionError

from send_integration.contracts.topics import LARGEST_SAID_BYTES
from send_integration.errors import NotReady

BATCH_BYTES = 512 * 1024
"""Bytes of one batch to a partition; a larger message goes alone. Well under the topics' own limit."""


class Message(Protocol):
    """What can be produced."""

    @property
    def topic(self) -> str:
        """The topic's name."""

    @property
    def key(self) -> bytes:
        """Messages of one key keep their order."""

    @property
    def value(self) -> bytes | None:
        """The bytes; None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """Names and values."""


class Ready(NamedTuple):
    """A producer, and whether the broker itself drops what a retry sends twice."""

    producer: "BatchProducer"
    idempotent: bool


class BatchProducer:
    """Sends many messages at a time over one connection."""

    def __init__(self, client: AIOKafkaProducer) -> None:
        self._client = client

    async def send_all(self, messages: Iterable[Message]) -> None:
        """Send messages and return once the broker has acknowledged every one.

        Raises NotReady where it does not; what was sent may then be there, and may be sent again: readers ignore it.
        """
        try:
            waiting = [await self._queue(message) for message in messages]
            await self._client.flush()
            for acknowledged in waiting:
                await acknowledged
        except KafkaError as fault:
            raise NotReady(f"The broker did not take the messages ({type(fault).__name__})") from fault

    async def _queue(self, message: Message) -> Awaitable[object]:
        """Hand a message to the client; what comes back is done once the broker has acknowledged it."""
        acknowledged: Awaitable[object] = await self._client.send(
            message.topic, message.value, key=message.key or None, headers=list(message.headers)
        )
        return acknowledged

    async def stop(self) -> None:
        """Send what is left and close."""
        await self._client.stop()


async def start_producer(bootstrap: str) -> Ready:
    """Connect, idempotently where the broker can: Apache Kafka does, the embedded one has no producer ids.

    Raises NotReady where the broker cannot be reached.
    """
    for idempotent in (True, False):
        client = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            enable_idempotence=idempotent,
            acks="all",
            linger_ms=5,
            max_batch_size=BATCH_BYTES,
            max_request_size=LARGEST_SAID_BYTES,
        )
        quiet = logging.getLogger("aiokafka")
        level = quiet.level
        quiet.setLevel(logging.CRITICAL if idempotent else level)  # a broker that cannot is no error: we ask
        try:
            await client.start()
        except (UnsupportedVersionError, KafkaError, OSError) as fault:
            await client.stop()
            if not idempotent:
                raise NotReady("The broker does not answer", where=bootstrap, next_step="Check SEND_KAFKA.") from fault
            continue
        finally:
            quiet.setLevel(level)
        return Ready(BatchProducer(client), idempotent)
    raise AssertionError  # the loop returns or raises
