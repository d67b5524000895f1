"""One gate agent for each feed: raw topic in; clean events, child events and quarantine out. A parked feed waits."""

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
    name = topics.raw(feed).name

    async def admit(stream: "StreamT[bytes]") -> None:
        async for read in batches(stream):
            batch = worker.parking.wanted(read)
            if not batch:
                continue
            async with or_stop(f"the gate of {feed}"):
                admitted = await worker.run(gate.admit, feed, batch, worker.now())
                if admitted.parked:
                    worker.parking.park(name)
                    continue
                await (await worker.producer()).send_all(admitted.outgoing)
                await worker.run(mark_published, worker.engine, READER, batch)

    worker.app.agent(worker.app.topic(name, value_type=bytes), name=f"gate-{feed}")(admit)
