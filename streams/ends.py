"""The leader asks the broker four times a minute how far its topics reach, so that pages and metrics can say what waits."""

import logging

from send_integration.errors import NotReady
from send_integration.steps.broker_ends import look_at_the_broker
from streams.app import Worker, or_stop
from streams.leading import lead

LOOK_SECONDS = 15.0

log = logging.getLogger("send_integration.streams")


def add_ends(worker: Worker) -> None:
    """Start asking."""

    async def look() -> None:
        async with or_stop("the look at what waits"):
            try:
                await worker.run_aside(look_at_the_broker, worker.engine, worker.settings.kafka, worker.now())
            except NotReady as fault:
                # the worker itself waits for the broker meanwhile; the pages say how old the last answer is
                log.warning("what waits at the broker is not known: %s", fault)

    lead(worker, LOOK_SECONDS, look)
