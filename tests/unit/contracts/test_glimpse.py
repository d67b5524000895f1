"""What can be told of bytes that are no event: whose they are, and whether they must be hidden."""

import pytest

from send_integration.contracts.glimpse import Glimpse, glimpse
from tests.builders import sent


@pytest.mark.parametrize("name", ["a\u00a0b", "a\u00adb", "a\u200db", "\u3000x", "x" * 200])
def test_whatever_id_the_contract_takes_is_told(name: str) -> None:
    """Else an item would not be found again by it, and what was discarded would come in."""
    told = glimpse(sent("camhs.referred", event_id=name, source=name, person={"local_id": name}))

    assert told[:3] == (name, name, name)


def test_a_local_id_is_told_by_the_subject_where_there_is_no_person() -> None:
    assert glimpse(b'{"source": "s", "subject": "local:7", "data": {}}').local_id == "7"


def test_a_refused_event_says_whose_it_is() -> None:
    assert glimpse(sent("camhs.referred", event_id="e", source="clinic")) == Glimpse(
        "clinic", "e", "L1", "local:L1", restricted=False
    )


@pytest.mark.parametrize(
    ("raw", "may_be"),
    [
        (b'{"data": {"person": {"local_id": "1"}}}', False),
        (b'{"data": {"person": {"local_id": "1", "restricted": "adoption"}}}', True),
        (b'{"data": {"person": {"local_id": "1", "\\u0072estricted": 7}}}', True),
        (b'{"data": {"person": [{"restricted": "adoption"}]}}', True),
        (b'{"data": {"person": {"restricted": "adop', True),
        (b'{"data": {}, "restricted": "adoption"}', True),
        (b'["restricted"]', True),
        (b"\xff\xfe", False),
        (b'{"data": {"person": {"restricted": "adoption"}, "person": {"local_id": "1"}}}', True),
        (b'{"data": {"person": {"local_id": "1"}, "other": {"restricted": "adoption"}}}', True),
        (b'{"data": {"person": {"local_id": "1", "given_name": "Mi', True),
        (b'{"data": {"person": ', True),
        (b'{"data": {"person": {"local_id": "1"}, "note": "un"quoted"}}', False),
        ('{"data": {"person": {"restricted": "ado'.encode("utf-16"), True),
        (b'{"source": "s", "id": ', False),
    ],
)
def test_bytes_that_were_not_let_in_are_taken_for_restricted_where_they_could_be(raw: bytes, may_be: bool) -> None:
    assert glimpse(raw).restricted is may_be


@pytest.mark.parametrize(
    "raw",
    [
        b'{"source": 5, "id": ["e"], "data": {"person": {"local_id": {}}}}',
        b'{"source": "a\\u0000", "id": "\\ud800", "data": {"person": {"local_id": ""}}}',
        b'{"source": "%s", "id": " ", "data": 1}' % (b"x" * 201),
        b"[" * 100_000,
        b"not JSON",
        b"",
    ],
)
def test_what_the_database_could_not_keep_or_the_contract_never_takes_is_nobodys(raw: bytes) -> None:
    assert glimpse(raw)[:4] == (None, None, None, "")
