"""What people wrote freely is covered where the rest is shown, in whole bytes and in broken ones, and no byte moves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from send_integration.contracts.notes import without_notes

SECRET = "she told me"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"data": {"note": "she told me"}}',
        b'{"note"  :\n "she told me", "id": 1}',
        b'{"data": {"note": "she told me \\" and: she told me"}}',
        b'{"data": {"note": "she told me',
        b'{"data": {"note": "she told me}}',
        b'{"n\\u006fte": "she told me"}',
        b'{"rationale": "she told me", "text": "she told me"}',
        b'\xff\xfe "note": "she told me"',
    ],
)
def test_a_note_is_covered(raw: bytes) -> None:
    shown = without_notes(raw)

    assert SECRET.encode() not in shown
    assert len(shown) == len(raw)


def test_all_else_is_shown_as_it_is() -> None:
    raw = json.dumps({"id": "e1", "data": {"reason": "bogus", "person": {"given_name": "Anna"}, "note": ""}}).encode()

    assert without_notes(raw) == raw


@given(members=st.dictionaries(st.sampled_from(["note", "id", "text"]), st.text()), ascii_only=st.booleans())
def test_covering_moves_no_byte_and_leaves_json_what_it_was(members: dict[str, str], *, ascii_only: bool) -> None:
    raw = json.dumps(members, ensure_ascii=ascii_only).encode(errors="surrogatepass")

    shown = without_notes(raw)

    assert len(shown) == len(raw)
    if ascii_only:
        found = json.loads(shown)
        assert found.get("id") == members.get("id")
        for name in ("note", "text"):
            assert set(found.get(name, "")) <= {"*"}
