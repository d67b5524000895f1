"""Looks at every feed: each second what is parked and what goes on, and by the clock which has fallen silent."""

import logging
from typing import Any, cast

from send_integration.contracts import topics
from send_integration.errors import NotReady
from send_integration.steps.feeds import parked_now
from send_integration.steps.silences import SilenceLook
from streams.app import Worker, or_stop
from streams.leading import lead

log = logging.getLogger("send_integration.streams")

LOOK_SECONDS = 1.0
"""How soon a feed that was resumed is read again; one query of a dozen rows, for all feeds."""

LISTEN_SECONDS = 20.0
"""How long a silence that has become too long goes untold; a look costs 35 ms where all feeds are silent (measured)."""


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


def add_silences(worker: Worker, silences: SilenceLook) -> None:
    """Start listening for silence; the leader alone does, whether or not anything arrives."""

    async def listen() -> None:
        async with or_stop("the look for silent feeds"):
            try:
                if await worker.run_aside(silences.look, worker.now()):
                    worker.outbox_filled.set()
            except NotReady as fault:  # a warning can wait for the broker, and no feed for a warning
                log.warning("silent feeds are looked for again soon: %s", fault)

    lead(worker, LISTEN_SECONDS, listen)
