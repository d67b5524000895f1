"""The leader alone evaluates the children whose date has come, whether or not anything arrives."""

from send_integration.steps.timeline import TimelineKeeper
from streams.app import Worker, or_stop
from streams.leading import lead

SWEEP_SECONDS = 20.0
"""How long after midnight in London a missed date can go unseen; asking costs one look at an index."""

SWEEP_CHILDREN = 1000
"""Children of one sweep's transaction; it sweeps again at once while there are so many."""


def add_clock(worker: Worker, keeper: TimelineKeeper) -> None:
    """Start the sweep."""

    async def sweep() -> None:
        async with or_stop("the sweep"):
            found = SWEEP_CHILDREN
            while found == SWEEP_CHILDREN:
                found = await worker.run(keeper.sweep, worker.today(), worker.now(), SWEEP_CHILDREN)
                if found:
                    worker.outbox_filled.set()

    lead(worker, SWEEP_SECONDS, sweep)
