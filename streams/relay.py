"""Publishes the outbox: at once when this worker has filled it, and now and then for what others left."""

import asyncio

from send_integration.steps.relay import Relay
from streams.app import Worker, or_stop

RELAY_MESSAGES = 1000
LOOK_SECONDS = 1.0
"""How long what a killed worker left in the outbox can wait for another."""


def add_relay(worker: Worker, relay: Relay) -> None:
    """Start the relay."""

    async def publish() -> None:
        while not worker.app.should_stop:
            async with or_stop("the relay"):
                messages = await worker.run(relay.take, RELAY_MESSAGES)
                if messages:
                    await (await worker.producer()).send_all(messages)
                    await worker.run(relay.done)
                    continue
                try:
                    await asyncio.wait_for(worker.outbox_filled.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue
                worker.outbox_filled.clear()

    worker.app.task(publish)
