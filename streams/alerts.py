"""Routes changes of flags to people, keeps the directory of workers, and does by the clock what is due: digests, passing on,
delivering."""

from collections.abc import Mapping

from faust.types import StreamT

from send_integration.contracts import topics
from send_integration.steps import alerts, directory
from send_integration.steps.alert_turns import take_turn
from send_integration.steps.alerts import AlertRouter
from send_integration.steps.channel_news import tell_of_channels, tell_of_undelivered
from send_integration.steps.delivering import NOTHING_DUE, Deliverer, post_notices
from send_integration.steps.feeds import post_openings
from send_integration.steps.silences import post_silences
from send_integration.steps.unjudged_news import tell_of_unjudged
from send_integration.store.positions import mark_published
from streams.app import Worker, batches, or_stop
from streams.leading import lead

DELIVER_SECONDS = 5.0
TURN_SECONDS = 10.0
"""How soon a changed directory is followed, and how late a digest can be."""

DELIVERIES = 50
"""Tries of one turn: a channel that takes its time with each holds up this timer, and no agent."""


def add_alerts(worker: Worker, router: AlertRouter) -> None:
    """Start routing."""

    async def notify(stream: "StreamT[bytes]") -> None:
        async for batch in batches(stream):
            async with or_stop("the alert router"):
                if await worker.run(router.notify, batch, worker.today(), worker.now()):
                    worker.outbox_filled.set()
                await worker.run(mark_published, worker.engine, alerts.READER, batch)

    worker.app.agent(worker.app.topic(topics.FLAGS.name, value_type=bytes), name="alerts")(notify)


def add_turns(worker: Worker, router: AlertRouter) -> None:
    """Start what the clock does about alerts; the leader alone does it, and whoever is leader next goes on."""

    async def turn() -> None:
        async with or_stop("the alerts' turn"):
            if await worker.run_aside(take_turn, router, worker.today(), worker.now()):
                worker.outbox_filled.set()

    lead(worker, TURN_SECONDS, turn)


def add_directory(worker: Worker) -> None:
    """Start keeping the directory."""

    async def keep(stream: "StreamT[bytes]") -> None:
        async for batch in batches(stream):
            async with or_stop("the directory"):
                await worker.run(directory.keep_directory, worker.engine, batch)
                await worker.run(mark_published, worker.engine, directory.READER, batch)

    worker.app.agent(worker.app.topic(topics.clean("workers").name, value_type=bytes), name="directory")(keep)


def add_delivery(worker: Worker, deliverer: Deliverer, mailboxes: Mapping[str, str], fallback: str) -> None:
    """Start delivering; the leader alone does, and where two think that they are it each message is claimed by one."""

    async def deliver() -> None:
        async with or_stop("delivery"):
            await worker.run_aside(post_notices, worker.engine, mailboxes, worker.today(), worker.now())
            await worker.run_aside(post_openings, worker.engine, mailboxes, fallback, worker.now())
            await worker.run_aside(post_silences, worker.engine, mailboxes, fallback, worker.now())
            for _ in range(DELIVERIES):  # each by the clock: what is slow must not outlast the claims of what follows
                turn = await worker.run_aside(deliverer.deliver, worker.today(), worker.now(), 1)
                if turn == NOTHING_DUE:
                    break
            await worker.run_aside(tell_of_channels, worker.engine, mailboxes, fallback, worker.now())
            await worker.run_aside(
                tell_of_undelivered, worker.engine, mailboxes, fallback, worker.today(), worker.now()
            )
            await worker.run_aside(tell_of_unjudged, worker.engine, mailboxes, fallback, worker.today(), worker.now())

    lead(worker, DELIVER_SECONDS, deliver)
