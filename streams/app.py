"""Builds the Faust app: settings to broker, database and steps; what happens on assignment and on error."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

import faust
from faust.types import TP, EventT, StreamT
from sqlalchemy import Engine
from yarl import URL

from send_integration import clock
from send_integration.broker.produce import BatchProducer, start_producer
from send_integration.contracts.topics import LARGEST_SAID_BYTES
from send_integration.errors import Broken
from send_integration.settings import Settings
from send_integration.steps.batch import Headers, RawMessage
from send_integration.store.positions import start_from
from streams.parking import Parking
from streams.positions import transport_from

BATCH_EVENTS = 2500
"""Most messages of one batch: enough to share a transaction's cost, few enough to keep a batch under a second."""

MOST_EVENTS = 10_000
"""Most messages of a batch whose cost goes by the child and not by the message: after a backlog each child is then
judged once where smaller batches would judge it several times (measured: 7,100 events/s instead of 3,100)."""

BATCH_SECONDS = 0.15
"""Longest wait for a batch to fill; a third of the second within which a flag is to be seen is spent on waiting."""

SESSION_SECONDS = 6.0
"""A lost worker's partitions move after this; also how long the embedded broker holds a group's first join."""

log = logging.getLogger("send_integration.streams")

Result = TypeVar("Result")


@dataclass(slots=True)
class Worker:
    """What the agents of one process share. Steps run one at a time in a thread of their own, so that the event loop
    keeps the worker's heartbeat going while a step computes."""

    app: faust.App
    engine: Engine
    settings: Settings
    steps: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "steps"))
    outbox_filled: asyncio.Event = field(default_factory=asyncio.Event)
    parking: Parking = field(default_factory=Parking)
    _producer: BatchProducer | None = None
    _connecting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, step: Callable[..., Result], *arguments: object) -> Result:
        """Run a step in the steps' thread."""
        return await asyncio.get_running_loop().run_in_executor(self.steps, step, *arguments)

    async def run_aside(self, step: Callable[..., Result], *arguments: object) -> Result:
        """Run what waits on others, such as a mail server, where it holds up no step."""
        return await asyncio.get_running_loop().run_in_executor(None, step, *arguments)

    async def producer(self) -> BatchProducer:
        """The process's producer, connected when first asked for, and once, though gate and relay ask together."""
        async with self._connecting:
            if self._producer is None:
                ready = await start_producer(self.settings.kafka)
                log.info("producing %s", "idempotently" if ready.idempotent else "without the broker's own idempotence")
                self._producer = ready.producer
            return self._producer

    def today(self) -> date:
        """The day that counts as today."""
        return self.settings.today()

    @staticmethod
    def now() -> datetime:
        """This moment."""
        return clock.now()


def build(name: str, settings: Settings, engine: Engine, readers: Mapping[str, str]) -> Worker:
    """The app of one process of the consumer group `name`; agents are added by their own files.

    `readers` names the reader of each topic, under which the database keeps how far it has come.
    """
    app = faust.App(
        name,
        broker=f"kafka://{settings.kafka.replace(',', ';kafka://')}",
        store="memory://",
        value_serializer="raw",
        key_serializer="raw",
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 3,
        broker_max_poll_interval=600.0,
        broker_commit_interval=5.0,
        consumer_max_fetch_size=LARGEST_SAID_BYTES,
        consumer_auto_offset_reset="earliest",
        stream_wait_empty=False,
        stream_buffer_maxsize=MOST_EVENTS,
        web_enabled=settings.worker_web_port > 0,
        web_port=settings.worker_web_port or None,
        web_bind="0.0.0.0" if settings.worker_web_port else None,  # noqa: S104 - a container's health check asks it
        datadir=str(settings.home / name),
        autodiscover=False,
    )

    def stored(earliest: Mapping[TP, int]) -> Mapping[TP, int]:
        wanted = {(tp.topic, tp.partition): first for tp, first in earliest.items() if tp.topic in readers}
        found = start_from(engine, readers, wanted)
        return {tp: found.get((tp.topic, tp.partition), first) for tp, first in earliest.items()}

    parking = Parking()
    app.transport = transport_from(stored, parking)([URL(f"kafka://{settings.kafka}")], app)
    return Worker(app, engine, settings, parking=parking)


async def batches(
    stream: "StreamT[bytes]", most: int = BATCH_EVENTS, within: float = BATCH_SECONDS
) -> AsyncIterator[list[RawMessage]]:
    """The messages of a stream in batches of at most `most`; a batch waits at most `within` seconds to fill."""
    taken: AsyncIterator[list[EventT[bytes]]] = cast("Any", stream).take_events(most, within=within)
    async for events in taken:
        yield [_message(event) for event in events]


@asynccontextmanager
async def or_stop(what: str) -> AsyncIterator[None]:
    """End the process at once when a step fails: Faust would count the batch as read, and go on past it.

    Nothing is lost, for a restarted worker reads again from our stored positions. The log names the step and the kind
    of fault, never what the messages held.
    """
    try:
        yield
    except Exception as fault:  # noqa: BLE001 - whatever it is, the worker must not go on
        words = str(fault) if isinstance(fault, Broken) else type(fault).__name__
        log.critical("%s failed and the worker stops: %s", what, words)
        sys.stderr.flush()
        logging.shutdown()
        os._exit(Broken.exit_code)


def _message(event: "EventT[bytes]") -> RawMessage:
    message = event.message
    headers = message.headers
    pairs: Headers = tuple(headers.items() if isinstance(headers, dict) else cast("Any", headers) or ())
    moment = datetime.fromtimestamp(message.timestamp, UTC) if message.timestamp else None
    return RawMessage(
        message.topic, message.partition, message.offset, message.key or b"", message.value or b"", pairs, moment
    )
