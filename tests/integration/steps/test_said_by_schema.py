"""Whatever our topics say is as schemas/ has it: every message of a simulated authority, by schema, model and headers."""

import json
from datetime import date
from typing import Any

import jsonschema
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.contracts.asyncapi import asyncapi
from send_integration.contracts.content_types import JSON
from send_integration.contracts.protected import PROTECTED, is_protected
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.contracts.schema import MODELS, schema_of
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.catalogue import load_rules
from send_integration.steps.feeds import pause_feed
from send_integration.store.sessions import Session
from tests.builders import NOW
from tests.integration.steps.pipe import Pipe

TODAY = date(2025, 9, 1)
DOCUMENT = asyncapi()
CLEAN_HEADERS = DOCUMENT["components"]["messageTraits"]["clean"]["headers"]


def check(topic: str, value: bytes | None, headers: dict[str, str], validators: dict[str, Any]) -> None:
    if topic.startswith("send.clean.") or topic == topics.CHILD_EVENTS.name:
        event = json.loads(value or b"")
        assert event["type"] in DOCUMENT["channels"][topic]["messages"]
        validators["clean"].validate(headers)
        validators[event["type"]].validate(event)
        return
    name = f"{topic}.v1"
    wanted = DOCUMENT["components"]["messages"][name]
    jsonschema.validate(headers, wanted["headers"])
    if topic == topics.QUARANTINE.name:
        value = json.dumps({**headers, "reasons": json.loads(headers["reasons"])}).encode()
    if value is not None:
        validators[name].validate(json.loads(value))
        MODELS[name].model_validate_json(value)


def test_everything_that_is_said_is_as_its_schema_has_it(engine: Engine) -> None:
    authority = simulate_authority(
        load_profile("luton-2024"), children=40, seed=11, until=TODAY, dirt="usual", statutory_dates=True, whole_lives=True,
        panel_meetings=True,
    )  # fmt: skip
    pipe = Pipe(engine, load_rules(), TODAY, pseudonyms=Pseudonyms(bytes(32)))
    for item in authority.arrived:
        pipe.send(item.line.feed, item.raw)
    pipe.settle()
    pause_feed(engine, "camhs", Session("w1", "data-steward", ""), why="a flood", now=NOW)
    pipe.relay()
    validators = {name: jsonschema.Draft202012Validator(schema_of(name)) for name in MODELS}
    validators["clean"] = jsonschema.Draft202012Validator(CLEAN_HEADERS)

    seen, protected = set(), set()
    for (topic, _), held in pipe.topics.items():
        for message in held if not topic.startswith("send.raw.") else ():
            seen.add(topic)
            headers = {name: text.decode() for name, text in message.headers}
            if is_protected(message.value or b""):
                validators[PROTECTED].validate(json.loads(message.value))
                jsonschema.validate(headers, DOCUMENT["components"]["messages"][PROTECTED]["headers"])
                assert PROTECTED in DOCUMENT["channels"][topic]["messages"]
                protected.add(topic)
                if topic == topics.FLAGS.name:
                    headers = {"content-type": JSON}
            value = pipe.clear(message) if message.value is not None else None
            check(topic, value, headers, validators)

    assert {topic.name for topic in topics.TOPICS if not topic.name.startswith(("send.raw.", "send.clean."))} <= seen
    assert {"send.clean.workers", "send.clean.camhs"} < seen
    assert protected == {t for t in seen if t.startswith("send.clean.")} | {topics.CHILD_EVENTS.name, topics.FLAGS.name}
