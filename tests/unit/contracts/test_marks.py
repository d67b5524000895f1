"""A steward sees where in the bytes a fault stands, and no byte is lost."""

import json
import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from send_integration.contracts.marks import MOST_MARKS, Mark, marks_of, pieces_of, readable

RAW = '{"id": "é", "data": {"person": {"nhs_number": "999"}, "pairs": [1, {"same": "no"}]}}'.encode()


def marked(raw: bytes, *fields: str, unknown: tuple[tuple[str, ...], ...] = ()) -> list[tuple[bytes, str]]:
    marks = marks_of(raw, [tuple(field.split(".")) for field in fields], unknown)
    return [(raw[mark.start : mark.end], mark.what) for mark in marks]


def test_a_value_is_marked_by_its_bytes_not_its_letters() -> None:
    assert marked(RAW, "data.person.nhs_number") == [(b'"999"', "nhs_number")]
    assert marked(RAW, "data.pairs.1.same") == [(b'"no"', "same")]


def test_of_a_name_given_twice_the_last_is_marked_as_the_contract_reads_it() -> None:
    assert marks_of(b'{"a": 1, "a": 22}', [("a",)]) == [Mark(14, 16, "a")]


def test_a_missing_field_is_marked_where_it_should_be() -> None:
    assert marked(RAW, "data.person.local_id") == [(b"{", "no local_id")]
    assert marks_of(RAW, [("data", "person", "local_id")])[0].start == RAW.index(b'{"nhs')


def test_a_field_that_the_contract_does_not_know_is_marked_with_its_name_which_is_not_repeated() -> None:
    assert marked(b'{"data": {"Anna": 1}}', unknown=(("data", "Anna"),)) == [(b'"Anna": 1', "unknown field")]


def test_bytes_that_are_no_json_are_marked_where_they_cease_to_be() -> None:
    assert marked(b'{"a": oops}') == [(b"o", "not JSON from here")]
    assert marked(b'{"a": 1} {}') == [(b"{}", "beyond the end of the JSON")]
    assert marked(b'{"a": "\xff"}') == [(b"\xff", "not UTF-8")]
    assert marks_of(b'{"a": ', [("a",)]) == [Mark(6, 6, "not JSON from here")]


def test_what_shows_nothing_is_shown_as_its_code() -> None:
    assert readable("a\u202e\x00\n".encode() + b"\xff") == "a\\u202e\\x00\\n\\xff"


@given(st.binary(max_size=60) | st.from_regex(r'\{"a": \[?[a1"{}, :]{0,12}', fullmatch=True).map(str.encode))
def test_any_bytes_can_be_marked_and_every_one_is_shown(raw: bytes) -> None:
    marks = marks_of(raw, [("a",), ("a", "0"), ("b", "c")], [("a",)])

    assert all(0 <= mark.start <= mark.end <= len(raw) for mark in marks)
    assert "".join(piece.text for piece in pieces_of(raw, [])) == readable(raw)
    cuts = sorted({0, len(raw), *(place for mark in marks for place in mark[:2])})
    shown = "".join(readable(raw[start:end]) for start, end in pairwise(cuts))
    assert "".join(piece.text for piece in pieces_of(raw, marks)) == shown


def test_thousands_of_faults_take_no_longer_than_reading_the_bytes_a_few_times() -> None:
    """Each fault once cost a reading of everything: half a minute for 5,000 unknown fields, at every look."""
    members = {f"é{number}": number for number in range(5_000)}
    raw = json.dumps({"data": members}, ensure_ascii=False).encode()
    began = time.process_time()

    marks = marks_of(raw, (), [("data", name) for name in members])
    pieces = pieces_of(raw, marks)

    assert time.process_time() - began < 2
    assert len(marks) == MOST_MARKS
    assert raw[marks[-1].start : marks[-1].end] == f'"é{MOST_MARKS - 1}": {MOST_MARKS - 1}'.encode()
    assert "".join(piece.text for piece in pieces) == readable(raw)
