"""The command on a real broker and database: history is in the database and on the clean topics, and the ledger balances."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from send_integration.broker.offsets import extents
from send_integration.contracts import topics
from send_integration.embedded.broker import embedded_broker
from send_integration.ingest.raw_event import LARGEST_VALUE_BYTES
from send_integration.store.master_keys import make_master_key
from tests.builders import sent

COMMAND = str(Path(sys.executable).parent / "send-integration")
ANNA = {"local_id": "L1", "given_name": "Anna", "family_name": "Example", "date_of_birth": "2015-02-03"}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_broker(tmp_path_factory.mktemp("broker")) as address:
        yield address


@pytest.fixture(autouse=True)
def master_key(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is let in is said under keys that it wraps."""
    folder = tmp_path_factory.mktemp("keys")
    make_master_key(folder)
    monkeypatch.setenv("SEND_RECORD_KEYS", str(folder))


def run(broker: str, database: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {"SEND_KAFKA": broker, "SEND_DATABASE": database, "SEND_PARTITIONS": "2", "SEND_AS_OF": "2025-01-16"}
    return subprocess.run(
        [COMMAND, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def had(broker: str, topic: str) -> int:
    return sum(extent.end for extent in extents(broker, [topic]))


def test_history_is_loaded_said_once_and_balances(broker: str, database: str, engine: Engine, tmp_path: Path) -> None:
    lines = [
        sent("ehcp.requested", "2024-03-04", event_id="1", source="s", person=ANNA),
        b"{",
        b'{"id": "' + b"x" * LARGEST_VALUE_BYTES + b'"}',
        sent("ehcp.requested", "2024-03-04", event_id="1", source="s", person=ANNA),
    ]
    (tmp_path / "ehcp.jsonl").write_bytes(b"\n".join(lines))

    first = run(broker, database, "backfill", str(tmp_path))
    second = run(broker, database, "backfill", str(tmp_path))

    assert first.returncode == second.returncode == 2
    assert "1 lines are longer than any message may be" in first.stderr
    assert first.stdout.startswith(
        "3 messages read, 0 let in many at a time, 3 taken by the gate one after the other, 1 ch"
    )
    assert second.stdout.startswith("0 messages read, 0 let in many at a time, 0 taken")
    assert had(broker, topics.clean("ehcp").name) == had(broker, topics.CHILD_EVENTS.name) == 1
    assert had(broker, topics.raw("ehcp").name) == 0
    with engine.connect() as connection:
        [answer] = connection.execute(text("SELECT answer FROM child")).scalars()
    assert answer["milestones"]
    ledger = run(broker, database, "ledger", "--json")
    [ehcp] = [feed for feed in json.loads(ledger.stdout)["feeds"] if feed["feed"] == "ehcp"]
    assert (ehcp["raw"], ehcp["accepted"], ehcp["quarantined"], ehcp["duplicates"]) == (3, 1, 1, 1)
    assert ehcp["balanced"]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO backfill_child (child_id) VALUES ('left')"))
    left = run(broker, database, "ledger")
    assert left.returncode == 1
    assert "1 children whose history was loaded wait" in " ".join(left.stdout.split())
    assert "let `send-integration backfill` finish, or start it again with the same files" in left.stderr


def test_what_is_no_folder_of_feeds_is_refused(broker: str, database: str, tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").write_bytes(b"{}")

    refused = run(broker, database, "backfill", str(tmp_path))

    assert refused.returncode == 2
    assert "holds no *.jsonl file whose name begins with a feed's" in refused.stderr
    missing = run(broker, database, "backfill", str(tmp_path / "nowhere"))
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr
