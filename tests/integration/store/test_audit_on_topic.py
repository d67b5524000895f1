"""What was said on `send.audit` tells where the whole chain was written anew."""

import asyncio
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from send_integration.broker.produce import start_producer
from send_integration.broker.said_audit import said_hashes
from send_integration.broker.topics import create_missing_topics
from send_integration.cli import audit
from send_integration.contracts.audit_chain import Entry, hash_of
from send_integration.embedded.broker import embedded_broker
from send_integration.errors import NotBalanced
from send_integration.settings import settings
from send_integration.steps.relay import Relay
from send_integration.store.sessions import Session, record
from tests.integration.store.test_audit_chain import forced
from tests.record_keys import KEYS

ENTRIES = 25


def published(engine: Engine, broker: str) -> None:
    """Everything in the outbox, on its topics; some of it twice, as after a kill."""

    async def publish() -> None:
        producer = (await start_producer(broker)).producer
        relay = Relay(engine, KEYS)
        messages = relay.take(1000)
        await producer.send_all([*messages, *messages[:5]])
        relay.done()
        await producer.stop()

    asyncio.run(publish())


def written_anew(engine: Engine) -> None:
    """Give the fifth look to somebody else, and make the chain agree with that."""
    with engine.begin() as connection:
        forced(
            connection, "UPDATE audit SET actor = 'nobody' WHERE id = (SELECT audit_id FROM audit_link WHERE seq = 5)"
        )
        rows = connection.execute(
            text(
                "SELECT l.seq, a.id, to_json(a.at AT TIME ZONE 'UTC') #>> '{}', a.actor, a.role, a.action, a.child_id,"
                " a.allowed, a.why FROM audit a JOIN audit_link l ON l.audit_id = a.id ORDER BY l.seq"
            )
        ).all()
        former = b""
        for seq, *entry in map(tuple, rows):
            former = hash_of(former, Entry._make(entry))
            forced(connection, "UPDATE audit_link SET hash = :hash WHERE seq = :seq", hash=former, seq=seq)


def test_the_topic_agrees_until_somebody_writes_the_chain_anew(
    engine: Engine, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(ENTRIES):
        record(engine, Session(f"w{number % 7}", "r", ""), "view-child", f"c{number}", allowed=True, why="")
    with embedded_broker(tmp_path / "broker") as broker:
        create_missing_topics(broker, partitions=3, replication=1)
        published(engine, broker)
        assert sorted(said_hashes(broker)) == list(range(1, ENTRIES + 1))
        monkeypatch.setenv("SEND_DATABASE", database)
        monkeypatch.setenv("SEND_KAFKA", broker)
        settings.cache_clear()

        def verify(*arguments: str) -> Result:
            return CliRunner().invoke(audit.app, ["verify", *arguments])

        whole = verify("--topic")
        written_anew(engine)
        by_itself, beside_the_topic = verify(), verify("--topic")
    settings.cache_clear()

    assert f"The audit is whole: {ENTRIES} entries." in whole.stdout
    assert by_itself.exit_code == 0
    assert isinstance(beside_the_topic.exception, NotBalanced)
    assert "entry 5 has not the hash that was noted" in str(beside_the_topic.exception)
