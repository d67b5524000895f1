"""Makes Faust read from where our database says it stopped, and not from where Kafka does.

Faust acknowledges a batch even when its body raised, so what Kafka has committed says nothing of what was kept
(faust/streams.py, `take_events`). The one place where Faust asks where to start is `seek_to_committed`.
"""

from collections.abc import Callable, Mapping

from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

StartFrom = Callable[[Mapping[TP, int]], Mapping[TP, int]]
"""From the first offsets that the broker still has, the offset at which to start each partition."""


def transport_from(start_from: StartFrom) -> type[Transport]:
    """Faust's own transport, with a consumer that starts every assigned partition where `start_from` says."""

    class StoredPositionsConsumer(Consumer):
        async def seek_to_committed(self) -> Mapping[TP, int]:
            assigned = self.assignment()
            earliest = await self.earliest_offsets(*assigned) if assigned else {}
            offsets = await self.loop.run_in_executor(None, start_from, earliest)
            await self.seek_wait(offsets)
            return offsets

    class StoredPositionsTransport(Transport):
        Consumer = StoredPositionsConsumer

    return StoredPositionsTransport
