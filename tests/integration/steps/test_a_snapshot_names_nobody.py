"""A simulated authority's whole snapshot topic, byte by byte: no name, number, day of birth, place, id or word of anybody."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.contracts.child_snapshot import ChildSnapshot
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.rules.model import RuleBook
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.catalogue import load_rules
from tests.builders import NOW
from tests.integration.steps.pipe import Pipe

RULES = load_rules()
NAMES = Pseudonyms(bytes(32))
TODAY = date(2025, 9, 1)
OUR_WORDS = {"routine", "urgent", "school", "camhs", "gp", "other", "ehcp", "parent", "true", "false"}


def texts_of(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in an event with the name of its field."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from texts_of(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from texts_of(part, name)
    elif isinstance(value, str):
        yield name, value


def as_sent(raw: bytes) -> object:
    """What a line says; nothing where it is none, for the simulator spoils some."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


def our_codes(rules: RuleBook) -> set[str]:
    """Words of our own that a snapshot may hold: rules, pathways, services, statuses, sectors, levels and fields."""
    schema = json.dumps(ChildSnapshot.model_json_schema())
    return {*rules.rules, *re.findall(r"[a-z_-]+", schema)}


@pytest.fixture(scope="module")
def sent_lines() -> list[tuple[str, bytes]]:
    authority = simulate_authority(
        load_profile("luton-2024"), children=60, seed=7, until=TODAY, dirt="usual", statutory_dates=True, whole_lives=True,
    )  # fmt: skip
    return [(line.line.feed, line.raw) for line in authority.arrived]


def test_the_whole_topic_holds_nothing_of_anybody(engine: Engine, sent_lines: list[tuple[str, bytes]]) -> None:
    pipe = Pipe(engine, RULES, TODAY, now=NOW, pseudonyms=NAMES)
    for feed, raw in sent_lines:
        pipe.send(feed, raw)
    pipe.settle()
    pipe.relay()
    messages = [m for (topic, _), held in pipe.topics.items() if topic == topics.CHILD_SNAPSHOT.name for m in held]
    whole = b"\n".join(b" ".join((m.key, m.value or b"", *(h[1] for h in m.headers))) for m in messages).decode()
    said: dict[str, set[str]] = {}
    for _, raw in sent_lines:
        for name, value in texts_of(as_sent(raw)):
            said.setdefault(name, set()).add(value)

    assert len(messages) > 60
    check_fields(whole, said)
    rows = pipe.ask("SELECT child_id, date_of_birth, given_name, family_name FROM child")
    assert not [row for row in rows if row[0] in whole]
    of_key = {NAMES.of(row[0]): row[1].isoformat() for row in rows}  # another child's event may fall on that day
    assert not [m.key for m in messages if of_key.get(m.key.decode(), "?") in (m.value or b"").decode()]


PERSONAL = (
    "id", "subject", "source", "local_id", "given_name", "family_name", "nhs_number", "upn", "postcode",
    "address", "ethnicity", "note", "name", "email", "referral_id", "request_id", "plan_id", "assessment_id", "support_id",
    "contact_id", "request_or_plan_id", "action_id", "urn", "placement_urn", "destination_urn", "text", "rationale", "why",
    "what", "owner", "team", "reason", "manager_id", "corrects", "retracts", "preferred_name",
)  # fmt: skip


def check_fields(whole: str, said: dict[str, set[str]]) -> None:
    """No value of a personal field stands anywhere; short ones and codes as words of their own."""
    ours = our_codes(RULES)
    words = set(re.findall(r"[A-Za-z0-9_:./'@-]+", whole))
    found: list[tuple[str, Any]] = []
    for name in PERSONAL:
        for value in said.get(name, ()):
            if value in ours or value in OUR_WORDS:
                continue
            if (value in whole) if len(value) > 6 else (value in words):
                found.append((name, value))
    assert found == []
    assert {"id", "given_name", "date_of_birth", "nhs_number", "postcode", "note", "referral_id", "urn"} <= said.keys()
