"""What stands in a message's headers stops no feed either: nobody checks who writes to a raw topic."""

import json
from datetime import date

import pytest
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.ingest.raw_event import LARGEST_VALUE_BYTES
from send_integration.steps.catalogue import load_rules
from tests.builders import sent
from tests.integration.steps.pipe import Pipe

GOOD = sent("referrals.received", "2024-01-01", event_id="good", source="s")
REFUSED = sent("referrals.received", "2024-01-01", event_id="bad", source="s", urgency="whenever")


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    return Pipe(engine, load_rules(), date(2025, 6, 2))


@pytest.mark.parametrize(
    "origin",
    [
        b'{"file": "caf\\udce9.jsonl", "line": 1}',
        b'{"line": NaN}',
        b'{"line": 1e400}',
        b'{"file": "a\\u0000b"}',
        b'["file"]',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_an_origin_that_no_database_takes_is_left_out(pipe: Pipe, origin: bytes) -> None:
    pipe.send("referrals", REFUSED, headers=(("origin", origin),))
    pipe.send("referrals", GOOD)
    pipe.settle()

    assert pipe.ask("SELECT origin FROM quarantine") == [({},)]
    assert pipe.counts() == (1, 1, 0)


@pytest.mark.parametrize(
    "found", [b"no JSON", b"\xff", b"{}", b'["cin-1"]', b'[{"code": 1}]', b'[["a\\u0000", "", ""]]', b"[" * 100_000]
)
def test_what_an_adapter_found_and_nobody_can_read_keeps_the_event_out(pipe: Pipe, found: bytes) -> None:
    pipe.send("referrals", GOOD, headers=(("adapter-reasons", found),))
    pipe.settle()

    ((reasons,),) = pipe.ask("SELECT reasons FROM quarantine")
    assert [reason["code"] for reason in reasons] == ["row-reasons-unreadable"]


@pytest.mark.parametrize(
    "found",
    [
        b"no JSON",
        b"{}",
        b'[["a\\u0000", "", ""]]',
        b'[["' + b"x" * 10_000 + b'", "", ""]]',
        b'[["Anna Example", "", ""]]',
    ],
)
def test_what_an_adapter_asks_and_nobody_can_read_is_counted_as_such_and_refuses_nothing(
    pipe: Pipe, found: bytes
) -> None:
    pipe.send("referrals", GOOD, headers=(("adapter-remarks", found),))
    pipe.settle()

    assert pipe.counts() == (1, 0, 0)
    assert pipe.ask("SELECT rule, events FROM remark") == [("row-reasons-unreadable", 1)]


def test_what_is_said_of_the_largest_bytes_fits_a_message_whatever_is_wrong_with_them(pipe: Pipe) -> None:
    body = json.loads(sent("referrals.received", "2024-01-01", event_id="x", source="s"))
    body["data"] |= {"need_types": ["?"] * 50_000, **{f"unknown{number}": "" for number in range(50_000)}}
    raw = json.dumps(body).encode()
    pipe.send("referrals", raw + b" " * (LARGEST_VALUE_BYTES - len(raw)))
    pipe.settle()

    (message,) = [message for (topic, _), held in pipe.topics.items() if topic == "send.quarantine" for message in held]
    added = sum(len(name) + len(value) for name, value in message.headers)
    assert len(message.value) + added < topics.QUARANTINE.largest
    assert added < topics.ROOM_FOR_REASONS
    assert LARGEST_VALUE_BYTES < topics.raw("referrals").largest == topics.QUARANTINE.largest - topics.ROOM_FOR_REASONS
