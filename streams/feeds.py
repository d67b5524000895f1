"""Looks at every feed's circuit breaker each second: parks what is parked, and reads again what goes on."""

from typing import Any, cast

from send_integration.contracts import topics
from send_integration.steps.feeds import parked_now
from streams.app import Worker, or_stop

LOOK_SECONDS = 1.0
"""How soon a feed that was resumed is read again; one query of a dozen rows, for all feeds."""


def add_feeds(worker: Worker) -> None:
    """Start looking, on every worker: each parks what it reads itself."""

    async def look() -> None:
        async with or_stop("the look at the feeds"):
            parked = await worker.run_aside(parked_now, worker.engine, worker.now())
            for feed in topics.FEEDS:
                topic = topics.raw(feed).name
                if feed in parked:
                    worker.parking.park(topic)
                elif worker.parking.is_parked(topic):
                    await cast("Any", worker.app.consumer).read_again(topic)

    worker.app.timer(interval=LOOK_SECONDS)(look)
