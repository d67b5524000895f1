"""A worker has one connection by which it sends, whoever asks for it."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import create_engine

from send_integration.broker.produce import BatchProducer, Ready
from send_integration.settings import Settings
from streams import app


def test_a_gate_and_a_relay_that_ask_at_once_share_one_producer(monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[BatchProducer] = []

    async def connect(bootstrap: str) -> Ready:
        await asyncio.sleep(0)  # lets the other ask, as a connection does
        connected.append(BatchProducer.__new__(BatchProducer))
        return Ready(connected[-1], idempotent=True)

    async def asked_twice() -> Sequence[BatchProducer]:
        engine = create_engine("postgresql+psycopg://nowhere/nothing")
        worker = app.build("send-test", Settings(kafka="127.0.0.1:9"), engine, {})
        return await asyncio.gather(worker.producer(), worker.producer())

    monkeypatch.setattr(app, "start_producer", connect)

    assert asyncio.run(asked_twice()) == [*connected, *connected]
