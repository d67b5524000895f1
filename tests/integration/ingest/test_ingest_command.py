"""The command on a real broker and database: what it sends, what it refuses, and what a kill leaves."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Engine, text

from send_integration.broker.offsets import extents
from send_integration.contracts import topics
from send_integration.embedded.broker import embedded_broker
from send_integration.embedded.processes import running
from send_integration.identity.model import default_model
from send_integration.ingest.raw_event import LARGEST_VALUE_BYTES
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate import Gate
from send_integration.watch.window import unchecked
from tests.builders import NOW, sent
from tests.record_keys import KEYS

DATA = Path(__file__).parents[2] / "data"
COMMAND = [str(Path(sys.executable).parent / "send-integration"), "ingest"]
WITHIN_SECONDS = 60


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker for all tests here; each test counts only what is new in its topics."""
    with embedded_broker(tmp_path_factory.mktemp("broker")) as address:
        yield address


@pytest.fixture
def environment(broker: str, database: str) -> dict[str, str]:
    """What the command is told."""
    return {"SEND_KAFKA": broker, "SEND_DATABASE": database, "SEND_PARTITIONS": "2"}


def ingest(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def had(broker: str, feed: str) -> int:
    """How many messages a feed's raw topic has ever had."""
    return sum(extent.end for extent in extents(broker, [topics.raw(feed).name]))


def raw_messages(broker: str, feed: str) -> list[RawMessage]:
    """Everything in a feed's raw topic."""
    consumer = KafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False, max_partition_fetch_bytes=1 << 25)
    places = [TopicPartition(extent.topic, extent.partition) for extent in extents(broker, [topics.raw(feed).name])]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    waiting, found = had(broker, feed), []
    while len(found) < waiting:
        for records in consumer.poll(timeout_ms=1000).values():
            for one in records:
                headers = tuple((name, value) for name, value in one.headers)
                found.append(RawMessage(one.topic, one.partition, one.offset, one.key or b"", one.value, headers))
    consumer.close()
    return found


def admit(engine: Engine, broker: str, feed: str) -> tuple[int, int, int]:
    """Everything in a feed's raw topic through the gate: accepted, quarantined, duplicates."""
    gate = Gate(engine, lambda _feed: unchecked, default_model(), keys=KEYS)
    found = gate.admit(feed, raw_messages(broker, feed), NOW)
    return found.accepted, found.quarantined, found.duplicates


def quarantine_codes(engine: Engine, feed: str) -> set[str]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT reasons FROM quarantine WHERE feed = :feed"), {"feed": feed})
        return {reason["code"] for row in rows for reason in row[0]}


def test_a_run_that_is_killed_and_repeated_loses_and_doubles_nothing(
    environment: dict[str, str], broker: str, engine: Engine, tmp_path: Path
) -> None:
    count = 60_000
    event = json.loads(sent("transition.plan_started"))
    file = tmp_path / "transition.jsonl"
    with file.open("w") as lines:
        for number in range(count):
            event["id"] = f"e{number}"
            lines.write(json.dumps(event) + "\n")
    topic = topics.raw("transition").name
    assert ingest(environment, str(DATA / "sen2-return"), "--json").returncode == 0  # makes the topics

    looking = KafkaConsumer(bootstrap_servers=broker)  # connected before, so that each look takes milliseconds
    places = [TopicPartition(topic, partition) for partition in looking.partitions_for_topic(topic) or ()]
    with running("ingest", [*COMMAND, str(file)], environment=environment, log=tmp_path / "ingest.log") as process:
        deadline = time.monotonic() + WITHIN_SECONDS
        while not any(looking.end_offsets(places).values()):
            assert process.poll() is None, (tmp_path / "ingest.log").read_text()
            assert time.monotonic() < deadline
        process.kill()
        process.wait()
    looking.close()
    after_kill = had(broker, "transition")
    again = ingest(environment, str(file), "--json")

    assert 0 < after_kill < count
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["feeds"] == {"transition": {"read": count, "sent": count}}
    assert had(broker, "transition") == after_kill + count
    assert admit(engine, broker, "transition") == (count, 0, after_kill)


def test_the_census_is_admitted_and_its_faults_are_quarantined_with_the_departments_reasons(
    environment: dict[str, str], broker: str, engine: Engine
) -> None:
    run = ingest(environment, str(DATA / "cin-census-fake.xml"))

    assert run.returncode == 0, run.stderr
    assert admit(engine, broker, "referrals") == (709, 95, 0)
    assert admit(engine, broker, "early-help") == (0, 350, 0)
    assert {"cin-8555q", "cin-8585q", "cin-8600", "cin-8620"} <= quarantine_codes(engine, "referrals")
    assert {"cin-8831", "cin-8875"} <= quarantine_codes(engine, "early-help")
    with engine.connect() as connection:
        [origin] = connection.execute(text("SELECT DISTINCT origin->>'file' FROM quarantine")).scalars()
    assert origin == "cin-census-fake.xml"


def test_a_second_return_repeats_what_stayed_and_corrects_what_changed(
    environment: dict[str, str], broker: str, engine: Engine, tmp_path: Path
) -> None:
    first = ingest(environment, str(DATA / "sen2-return"), "--json")
    for file in (DATA / "sen2-return").iterdir():
        changed = file.read_text().replace("2025-Jan-20 09:30:00", "2025-Feb-20 09:30:00")
        (tmp_path / file.name).write_text(changed.replace("2024-Oct-14 00:00:00", "2024-Oct-21 00:00:00"))

    second = ingest(environment, str(tmp_path), "--json")
    again = ingest(environment, str(DATA / "sen2-return"), "--json")

    assert (first.returncode, second.returncode, again.returncode) == (0, 0, 0), first.stderr + second.stderr
    # 14 facts, of which the assessment's outcome changes; the people item carries the day of its return, so it changes
    assert [json.loads(run.stdout)["corrected"] for run in (first, second, again)] == [0, 2, 0]
    assert [json.loads(run.stdout)["unchanged"] for run in (first, second, again)] == [0, 12, 14]
    bodies = {message.value for message in raw_messages(broker, "ehcp")}
    corrections = [json.loads(body) for body in bodies if b'"corrects"' in body]
    assert [(one["data"]["corrects"], one["time"]) for one in corrections] == [
        ("sen2:821:assessment:A1:assessmentoutcome", "2024-10-20T23:00:00.000000Z")
    ]
    assert quarantine_codes(engine, "ehcp") == set()
    accepted, quarantined, _ = admit(engine, broker, "ehcp")
    # eight events of the return pass, and one corrects; the decision before its request and the orphan do not
    assert (accepted, quarantined) == (9, 2)
    assert quarantine_codes(engine, "ehcp") >= {"sen2-dates-out-of-order", "sen2-parent-missing"}


def test_a_line_too_long_is_named_and_the_rest_is_sent(
    environment: dict[str, str], broker: str, tmp_path: Path
) -> None:
    file = tmp_path / "panel.jsonl"
    file.write_bytes(b"{}\n" + b"x" * (LARGEST_VALUE_BYTES + 1) + b"\n" + b"y" * LARGEST_VALUE_BYTES + b"\n")

    run = ingest(environment, str(file), "--json")

    assert run.returncode == 2
    assert "panel.jsonl line 2" in run.stderr
    assert json.loads(run.stdout)["too_long"] == [{"file": "panel.jsonl", "line": 2}]
    assert had(broker, "panel") == 2


def test_a_folder_of_feeds_is_read_whole_and_a_dry_run_sends_nothing(
    environment: dict[str, str], broker: str, tmp_path: Path
) -> None:
    (tmp_path / "ndd-triage.jsonl").write_bytes(sent("ndd-triage.referred") + b"\n")
    (tmp_path / "workers-2025.jsonl").write_bytes(sent("workers.joined") + b"\n" + sent("workers.left") + b"\n")
    (tmp_path / "answers.jsonl").write_bytes(b"{}\n")

    dry = ingest({**environment, "SEND_KAFKA": ""}, str(tmp_path), "--dry-run", "--json")
    run = ingest(environment, str(tmp_path), "--json")

    feeds = {"ndd-triage": {"read": 1, "sent": 1}, "workers": {"read": 2, "sent": 2}}
    assert json.loads(dry.stdout)["feeds"] == json.loads(run.stdout)["feeds"] == feeds
    assert (had(broker, "ndd-triage"), had(broker, "workers")) == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.jsonl"], "neither a file nor a folder"),
        (["{data}/README.md"], "--format"),
        (["{data}/cin-census-fake.xml", "--feed", "camhs"], "--feed"),
        (["{data}/sen2-return/Blade-Export_20-01-2025_person.csv"], "--mapping"),
        (["{data}/README.md", "--format", "jsonl"], "--feed"),
        (["{data}/README.md", "--format", "jsonl", "--feed", "cahms"], "--feed"),
        (["{data}/README.md", "--format", "cin"], "README.md line 1"),
        (["{data}/README.md", "--format", "annex-a"], "README.md: is no Excel workbook"),
        (["{data}/annex_a/annex-a-sen-fake.xlsx", "--as-at", "2199-01-01"], "--as-at: lies in the future"),
        (["{data}/annex_a/annex-a-sen-fake.xlsx", "--as-at", "31/03/2025"], "--as-at"),
        (["{data}/annex_a/annex-a-sen-fake.xlsx", "--feed", "ehcp"], "--feed"),
        (["{data}/sen2-return", "--as-at", "2025-03-31"], "--as-at"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(arguments: list[str], sentence: str) -> None:
    run = ingest({"SEND_KAFKA": "127.0.0.1:1"}, *(word.format(data=DATA) for word in arguments), "--dry-run")

    assert run.returncode == 2
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr


def test_without_a_broker_it_says_what_is_missing() -> None:
    unset = ingest({"SEND_KAFKA": "", "SEND_DATABASE": ""}, str(DATA / "sen2-return"))

    assert unset.returncode == 69
    assert "SEND_KAFKA is not set" in unset.stderr
