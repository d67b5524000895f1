"""No proposal on a changed source holds a value of a person's, wherever a hand put it.

Seen to fail with the length of a shape unlimited, with a code of a person's field told, and with a field's name told
although it stands in the event as a value.
"""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.drift import SEEN_OFTEN, Refused, proposals
from tests.builders import all_types, has_person, sent

SECRETS = ("Zebedee", "Quillfeather", "9990000018", "2012-03-04", "LU1 9ZZ", "whispered", "T821000000001", "Zebedee_1")
PERSON = {
    "given_name": "Zebedee",
    "family_name": "Quillfeather",
    "local_id": "whispered",
    "postcode": "LU1 9ZZ",
    "upn": "T821000000001",
}
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
anything = st.sampled_from(SECRETS) | st.sampled_from(SECRETS).map(lambda secret: {"of": [secret]}) | st.integers()


@st.composite
def outgrown(draw: st.DrawFn) -> bytes:
    """An event with secrets as values of known fields, as values of new ones, as new fields' names, types or sources."""
    body: dict[str, Any] = json.loads(
        sent(draw(st.sampled_from([what for what in all_types() if has_person(what)])), person=PERSON, note="whispered")
    )
    for _ in range(draw(st.integers(1, 3))):
        target: Any = body
        path = draw(st.sampled_from((("data",), ("data", "person"), ())))
        for part in path:
            target = target[part] if isinstance(target.get(part), dict) else target
        name = draw(
            st.sampled_from(
                (
                    *SECRETS,
                    "colour",
                    *sorted(set(target) - {"person", "data", "subject", *PERSON, "nhs_number", "date_of_birth"}),
                )
            )
        )
        target[name] = draw(anything)
    if draw(st.booleans()):
        body["type"] = f"send.camhs.{draw(st.sampled_from(SECRETS)).lower()}.v1"
    return json.dumps(body).encode()


@settings(max_examples=400)
@given(outgrown())
def test_no_proposal_holds_what_a_person_is_known_by(raw: bytes) -> None:
    refused = [Refused("camhs", raw, MOMENT)] * SEEN_OFTEN

    told = json.dumps([(one.source, one.where, one.name, one.shapes, one.change) for one in proposals(refused, {})])

    assert [secret for secret in SECRETS if secret.casefold() in told.casefold()] == []
