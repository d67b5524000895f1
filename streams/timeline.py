"""Keeps each child's timeline: one batch in, one transaction out."""

from faust.types import StreamT

from send_integration.contracts import topics
from send_integration.steps.timeline import READER, TimelineKeeper
from send_integration.store.positions import mark_published
from streams.app import MOST_EVENTS, Worker, batches, or_stop


def add_timeline(worker: Worker, keeper: TimelineKeeper) -> None:
    """Start the timeline's agent."""

    async def keep(stream: "StreamT[bytes]") -> None:
        async for batch in batches(stream, MOST_EVENTS):
            async with or_stop("the timeline"):
                kept = await worker.run(keeper.keep, batch, worker.today(), worker.now())
                await worker.run(mark_published, worker.engine, READER, batch)
                if kept.flag_changes:
                    worker.outbox_filled.set()

    worker.app.agent(worker.app.topic(topics.CHILD_EVENTS.name, value_type=bytes), name="timeline")(keep)
