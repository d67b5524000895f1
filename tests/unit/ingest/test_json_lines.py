"""JSON Lines are sent as the bytes they are."""

import io
import json

from send_integration.contracts.topics import MAX_MESSAGE_BYTES
from send_integration.ingest.jsonl import read_lines
from send_integration.ingest.raw_event import LARGEST_VALUE_BYTES, Origin, RawEvent, TooLong


def lines(content: bytes) -> list[RawEvent | TooLong]:
    return list(read_lines("camhs", io.BytesIO(content), "camhs.jsonl"))


def test_a_line_is_sent_undecoded_with_its_file_and_number() -> None:
    [event] = lines(b'\n  \n{"subject": "local:1", \xff\x00 }\r\n')

    assert event == RawEvent("camhs", b"local:1", b'{"subject": "local:1", \xff\x00 }', Origin("camhs.jsonl", 3), ())
    assert event.topic == "send.raw.camhs"
    assert json.loads(dict(event.headers)["origin"]) == {"file": "camhs.jsonl", "line": 3}


def test_the_last_line_needs_no_line_end() -> None:
    assert [event.value for event in lines(b"a\nb") if isinstance(event, RawEvent)] == [b"a", b"b"]


def test_a_subject_within_a_text_is_no_key() -> None:
    [event] = lines(rb'{"note": "the \"subject\": \"local:9\" line", "x": 1}')

    assert isinstance(event, RawEvent)
    assert event.key == b""


def test_a_line_that_no_topic_takes_is_named_and_the_next_goes_on() -> None:
    largest = b"x" * LARGEST_VALUE_BYTES

    found = lines(largest + b"\r\n" + largest + b"y\n" + b"z" * (MAX_MESSAGE_BYTES * 3) + b"\nlast\n")

    assert [type(one) for one in found] == [RawEvent, TooLong, TooLong, RawEvent]
    assert [one.origin.place for one in found] == [1, 2, 3, 4]
    assert isinstance(found[-1], RawEvent)
    assert found[-1].value == b"last"


def test_a_file_name_with_quotes_makes_no_broken_header() -> None:
    [event] = read_lines("camhs", io.BytesIO(b"{}"), 'a"b\\.jsonl')

    assert isinstance(event, RawEvent)
    assert json.loads(dict(event.headers)["origin"]) == {"file": 'a"b\\.jsonl', "line": 1}
