"""Sends raw events to their topics, many at a time, and counts them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from send_integration.broker.produce import start_producer
from send_integration.ingest.raw_event import RawEvent

SENT_AT_ONCE = 5000
"""Messages that wait for the broker's word together; bounds memory, and what an interrupted run sends twice."""

BYTES_AT_ONCE = 32 * 1024 * 1024
"""The same in bytes, for a file of very long lines."""


async def send_raw(bootstrap: str, events: Iterable[RawEvent], progress: Callable[[int], None]) -> Counter[str]:
    """Send events in order; gives how many of each feed the broker has. Raises NotReady where it does not take them.

    What an interrupted run had sent is sent again by the next; the gate counts it as duplicates.
    """
    producer, _ = await start_producer(bootstrap)
    sent: Counter[str] = Counter()
    try:
        for batch in _batches(events):
            await producer.send_all(batch)
            sent.update(event.feed for event in batch)
            progress(len(batch))
    finally:
        await producer.stop()
    return sent


def _batches(events: Iterable[RawEvent]) -> Iterator[list[RawEvent]]:
    batch: list[RawEvent] = []
    held = 0
    for event in events:
        batch.append(event)
        held += len(event.value)
        if len(batch) == SENT_AT_ONCE or held >= BYTES_AT_ONCE:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
