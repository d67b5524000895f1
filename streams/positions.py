"""Makes Faust read from where our database says it stopped, and not from where Kafka does.

Faust acknowledges a batch even when its body raised, so what Kafka has committed says nothing of what was kept
(faust/streams.py, `take_events`). The one place where Faust asks where to start is `seek_to_committed`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP

from streams.parking import Parking

FETCH_WAIT_MILLISECONDS = 100
"""Longest that the broker may hold a fetch that finds nothing. Faust asks for 1,500, and the embedded broker holds every
fetch that long although messages have come: measured, half of all flags were then seen only after 1.5 seconds."""

StartFrom = Callable[[Mapping[TP, int]], Mapping[TP, int]]
"""From the first offsets that the broker still has, the offset at which to start each partition."""


class Reading(NamedTuple):
    """From where partitions are read, and which topics are not."""

    start_from: StartFrom
    parking: Parking


class PromptConsumerThread(AIOKafkaConsumerThread):
    """Faust's own thread, whose client does not wait long for a fetch; Faust has no setting for it."""

    def _create_worker_consumer(self, transport: Transport) -> AIOKafkaConsumer:
        client = super()._create_worker_consumer(transport)
        client._fetch_max_wait_ms = FETCH_WAIT_MILLISECONDS  # noqa: SLF001 - read when the client starts
        return client


class StoredPositionsConsumer(Consumer):
    """Faust's own consumer, which starts every assigned partition at our stored position, and reads no parked topic."""

    reading: ClassVar[Reading]
    _changes_before_fetch: Mapping[str, int] = MappingProxyType({})

    def _new_consumer_thread(self) -> PromptConsumerThread:
        return PromptConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek every assigned partition to its stored position, whatever Kafka has committed."""
        assigned = self.assignment()
        earliest = await self.earliest_offsets(*assigned) if assigned else {}
        offsets = await self.loop.run_in_executor(None, self.reading.start_from, earliest)
        await self.seek_wait(offsets)
        self.reading.parking.moved_to(offsets)
        return offsets

    async def read_again(self, topic: str) -> None:
        """Go back to the stored positions of a parked topic, and read it again from there; to be asked once more where
        partitions are just being assigned. Raises GapFound where the broker no longer has what comes next."""
        mine = {tp for tp in self.assignment() if tp.topic == topic}
        earliest = await self.earliest_offsets(*mine) if mine else {}
        offsets = await self.loop.run_in_executor(None, self.reading.start_from, earliest)
        try:
            await self.seek_wait(offsets)
        except IllegalStateError:
            return
        self.reading.parking.read_again(topic, offsets, earliest)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ANN401, ASYNC109 - Faust's own
        self._changes_before_fetch = self.reading.parking.changes()
        wanted = self.reading.parking.unparked(active_partitions or set())
        if not wanted:  # asked for no partition, the client would give those of all
            await asyncio.sleep(timeout)
            return {}
        return await super()._getmany(active_partitions=wanted, timeout=timeout)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:  # noqa: ASYNC109 - Faust's own
        """The messages of one fetch, but those of a topic that was parked or read again since it began."""
        async for tp, message in super().getmany(timeout):
            if not self.reading.parking.has_changed(tp.topic, self._changes_before_fetch):
                yield tp, message


def transport_from(start_from: StartFrom, parking: Parking) -> type[Transport]:
    """Faust's own transport, with a consumer that starts every assigned partition where `start_from` says, and reads
    nothing of a parked topic."""
    made = {"reading": Reading(start_from, parking)}

    class StoredPositionsTransport(Transport):
        Consumer = type("OurConsumer", (StoredPositionsConsumer,), made)

    return StoredPositionsTransport
