"""One gate agent for each feed: raw topic in; clean events, child events and quarantine out."""

from faust.types import StreamT

from send_integration.contracts import topics
from send_integration.steps.gate import READER, Gate
from send_integration.store.positions import mark_published
from streams.app import Worker, batches, or_stop


def add_gates(worker: Worker, gate: Gate) -> None:
    """Start an agent for every feed."""
    for feed in topics.FEEDS:
        _add_gate(worker, gate, feed)


def _add_gate(worker: Worker, gate: Gate, feed: str) -> None:
    async def admit(stream: "StreamT[bytes]") -> None:
        async for batch in batches(stream):
            async with or_stop(f"the gate of {feed}"):
                admitted = await worker.run(gate.admit, feed, batch, worker.now())
                await (await worker.producer()).send_all(admitted.outgoing)
                await worker.run(mark_published, worker.engine, READER, batch)

    topic = worker.app.topic(topics.raw(feed).name, value_type=bytes)
    worker.app.agent(topic, name=f"gate-{feed}")(admit)
