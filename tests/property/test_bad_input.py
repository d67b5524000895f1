"""Invariants 8 and 9: bad bytes are an output with reasons, never an exception, and no reason repeats what was sent."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import Event, Rejected
from send_integration.contracts.registry import parse, read
from tests.builders import NOW, all_types, sent

SECRETS = ("Zebedee", "Quillfeather", "9990000018", "2012-03-04", "LU1 9ZZ", "whispered")
AT_THE_EDGE = ("1900-01-01T00:00:00+14:00", "2199-12-31T23:59:59-14:00", "1900-01-01", " ", "\u202e", "0")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300)
@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_event_or_reasons(raw: bytes) -> None:
    verdict = parse(raw, not_after=NOW)

    assert isinstance(verdict, Rejected)
    assert verdict.reasons


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A good event with one value, somewhere, replaced by another."""
    person = {
        "given_name": "Zebedee",
        "family_name": "Quillfeather",
        "local_id": "whispered",
        "postcode": "LU1 9ZZ",
    }
    body = json.loads(sent(draw(st.sampled_from(all_types())), person=person, note="whispered"))
    target = body
    while True:
        key = draw(st.sampled_from(sorted(target)))
        if isinstance(target[key], dict) and draw(st.booleans()):
            target = target[key]
            continue
        target[key] = draw(st.sampled_from(SECRETS + AT_THE_EDGE) | json_values)
        return json.dumps(body).encode()


@settings(max_examples=400)
@given(spoilt())
def test_no_reason_repeats_what_was_sent(raw: bytes) -> None:
    verdict = parse(raw, not_after=NOW)

    if isinstance(verdict, Rejected):
        told = json.dumps([reason._asdict() for reason in verdict.reasons])
        assert not [secret for secret in SECRETS if secret in told]
    else:
        assert read(verdict.body) == verdict
        assert parse(verdict.body, not_after=NOW) == verdict, "what was let in must pass again when it is replayed"


@given(st.sampled_from(all_types()), st.booleans())
def test_the_body_is_the_same_however_the_line_is_written(what: str, spaced: bool) -> None:
    body = json.loads(sent(what))
    turned = dict(reversed(body.items()))

    first = parse(json.dumps(body).encode(), not_after=NOW)
    second = parse(json.dumps(turned, indent=2 if spaced else None).encode(), not_after=NOW)

    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert first.body == second.body
