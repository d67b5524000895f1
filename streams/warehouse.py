"""Takes clean events into the warehouse, and restates the children whose day has come."""

from faust.types import StreamT

from send_integration.contracts import topics
from send_integration.steps.warehouse import READER, Warehouse
from send_integration.store.positions import mark_published
from send_integration.warehouse.inspection.kept import keep_figures
from streams.app import MOST_EVENTS, Worker, batches, or_stop
from streams.leading import lead

REPORT_SECONDS = 3.0
"""Reports can wait for a fuller batch, and each restates a child once instead of thrice."""

SWEEP_SECONDS = 20.0
"""How long after midnight in London what changes on a day can be missing; asking costs one look at a table of children."""

MEASURE_SECONDS = 15.0
"""How old the page of measures can be, of few children; of many as long as `REST` has it."""

REST = 20
"""So many times as long as it took to work the figures out nobody does it again: a twentieth of a processor at most."""

SWEEP_CHILDREN = 1000
"""Children of one sweep's transaction; it sweeps again at once while there are so many."""


def add_warehouse(worker: Worker, warehouse: Warehouse) -> None:
    """Start one agent for all feeds' clean topics, and the leader's sweep."""

    async def restate(stream: "StreamT[bytes]") -> None:
        async for batch in batches(stream, MOST_EVENTS, within=REPORT_SECONDS):
            async with or_stop("the warehouse"):
                await worker.run(warehouse.restate, batch, worker.today())
                await worker.run(mark_published, worker.engine, READER, batch)

    async def sweep() -> None:
        async with or_stop("the warehouse's sweep"):
            while await worker.run(warehouse.sweep, worker.today(), SWEEP_CHILDREN) == SWEEP_CHILDREN:
                pass

    async def measure() -> None:
        async with or_stop("the measures"):
            await worker.run_aside(keep_figures, worker.engine, worker.settings.as_of)

    lead(worker, SWEEP_SECONDS, sweep)
    lead(worker, MEASURE_SECONDS, measure, rest=REST)
    names = [topics.clean(feed).name for feed in topics.FEEDS]
    worker.app.agent(worker.app.topic(*names, value_type=bytes), name="warehouse")(restate)
