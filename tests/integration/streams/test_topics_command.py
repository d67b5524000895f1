"""`send-integration topics`: the snapshot topic is compacted, and a worker's snapshots are read back from either broker."""

import json

import pytest
from click.testing import Result
from kafka import KafkaConsumer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from sqlalchemy import text
from typer.testing import CliRunner

from send_integration.broker.compacted import keys_with_a_value
from send_integration.broker.said_audit import said_hashes
from send_integration.cli import topics as command
from send_integration.contracts.child_snapshot import ChildSnapshot
from send_integration.contracts.pseudonyms import SNAPSHOT
from send_integration.contracts.topics import CHILD_SNAPSHOT
from send_integration.settings import settings
from send_integration.store.pseudonym_keys import make_key
from tests.integration.streams.conftest import System
from tests.integration.streams.history import lines, produce


def snapshots(system: System) -> dict[bytes, bytes | None]:
    consumer = KafkaConsumer(
        CHILD_SNAPSHOT.name, bootstrap_servers=system.broker, auto_offset_reset="earliest", consumer_timeout_ms=3000
    )
    return {message.key: message.value for message in consumer}


def children_told(system: System) -> int:
    """Children of whom something may be told under a pseudonym."""
    with system.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM child WHERE snapshot IS NOT NULL")).scalar_one())


def run_snapshot(system: System, monkeypatch: pytest.MonkeyPatch) -> Result:
    for name, value in system.environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    ended = CliRunner().invoke(command.app, ["snapshot"])
    settings.cache_clear()
    return ended


def test_a_topic_on_which_nothing_was_said_yet_is_read_to_its_end(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key(system.folder / "pseudonym-keys", SNAPSHOT)

    ended = run_snapshot(system, monkeypatch)

    assert ended.exit_code == 0, ended.output
    assert "0 children said anew, 0 keys taken away" in ended.output
    assert said_hashes(system.broker) == {}


def test_a_workers_snapshots_are_on_the_topic_and_the_command_says_them_anew(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = system.folder / "pseudonym-keys"
    make_key(keys, SNAPSHOT)
    produce(system.broker, lines(children=10))
    system.start_worker()
    system.wait_until_balanced()
    system.wait_for(
        lambda: 10 <= children_told(system) == len(keys_with_a_value(system.broker, CHILD_SNAPSHOT.name)),
        "the snapshots",
    )
    # A child who got another id while it all came in has left a key without a value.
    before = {key: value for key, value in snapshots(system).items() if value is not None}
    for value in before.values():
        ChildSnapshot.model_validate_json(value)

    (keys / "snapshot.key").unlink()
    make_key(keys, SNAPSHOT)
    ended = run_snapshot(system, monkeypatch)

    assert ended.exit_code == 0, ended.output
    assert f"{len(before)} children said anew, {len(before)} keys taken away" in ended.output
    system.wait_for(
        lambda: {k for k, v in snapshots(system).items() if v is None} >= before.keys(), "the former keys' end"
    )
    after = {key: value for key, value in snapshots(system).items() if value is not None}
    assert sorted(json.loads(v)["born_in_school_year"] for v in after.values()) == sorted(
        json.loads(v)["born_in_school_year"] for v in before.values()
    )


@pytest.mark.parametrize("system", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)
def test_apache_kafka_compacts_the_snapshot_topic_and_no_other(system: System) -> None:
    admin = KafkaAdminClient(bootstrap_servers=system.broker)
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in (CHILD_SNAPSHOT.name, "send.clean.camhs")]

    def policies() -> dict[str, str]:
        told = admin.describe_configs(wanted)["topic"]
        return {name: settings["cleanup.policy"]["value"] for name, settings in told.items() if settings}

    system.wait_for(lambda: len(policies()) == len(wanted), "the broker's word on topics that it has just made")
    found = policies()
    admin.close()

    assert found == {CHILD_SNAPSHOT.name: "compact", "send.clean.camhs": "delete"}
