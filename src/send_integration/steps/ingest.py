"""Sends raw events to their topics, many at a time, and counts them."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice

from send_integration.broker.produce import start_producer
from send_integration.ingest.raw_event import RawEvent

SENT_AT_ONCE = 5000
"""Messages that wait for the broker's word together; bounds memory, and what an interrupted run sends twice."""


async def send_raw(bootstrap: str, events: Iterable[RawEvent], progress: Callable[[int], None]) -> Counter[str]:
    """Send events in order; gives how many of each feed the broker has. Raises NotReady where it does not take them.

    What an interrupted run had sent is sent again by the next; the gate counts it as duplicates.
    """
    producer, _ = await start_producer(bootstrap)
    sent: Counter[str] = Counter()
    waiting = iter(events)
    try:
        while batch := list(islice(waiting, SENT_AT_ONCE)):
            await producer.send_all(batch)
            sent.update(event.feed for event in batch)
            progress(len(batch))
    finally:
        await producer.stop()
    return sent
