"""What is written in schemas/ says what the models say, and no change breaks a reader of what was released."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from send_integration.cli.schemas import version_of
from send_integration.contracts.asyncapi import VERSION
from send_integration.contracts.event import Event
from send_integration.contracts.examples import LATER, examples_of
from send_integration.contracts.identifiers import is_nhs_number
from send_integration.contracts.registry import EVENT_TYPES, parse
from send_integration.contracts.schema import MODELS, breaks, documents, release_of, schema_of
from send_integration.contracts.topics import TOPICS
from tests.builders import NOW, all_types, has_person, sent

SCHEMAS = Path(__file__).parents[2] / "schemas"
RELEASES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted((SCHEMAS / "past").iterdir(), key=version_of)
}
RELEASED = [(version, name) for version, release in RELEASES.items() for name in sorted(release)]
CAMHS = "send.camhs.referred.v1"
DOCUMENT: dict[str, Any] = json.loads(documents()["asyncapi.yaml"])
ASYNCAPI = json.loads((SCHEMAS.parent / "tests" / "data" / "asyncapi-3.0.0.json").read_text())


def test_what_is_written_is_what_the_models_say() -> None:
    written = {path.name: path.read_text() for path in SCHEMAS.iterdir() if path.is_file()}

    assert written == documents()


@pytest.mark.parametrize(("version", "name"), RELEASED)
def test_what_was_released_still_reads_and_its_readers_still_work(version: str, name: str) -> None:
    released = RELEASES[version][name]
    example = json.dumps(released["example"]).encode()

    if name in EVENT_TYPES:
        assert isinstance(parse(example, not_after=max(NOW, LATER)), Event)
    else:
        MODELS[name].model_validate_json(example)
    assert breaks(released["schema"], schema_of(name)) == []


def test_the_document_has_the_version_of_the_last_release_and_nothing_is_unreleased() -> None:
    assert DOCUMENT["info"]["version"] == VERSION == list(RELEASES)[-1]
    assert list(release_of(RELEASES.values())) == []


@pytest.mark.parametrize("what", all_types())
def test_model_and_schema_agree_on_an_example_and_on_a_missing_field(what: str) -> None:
    body = json.loads(sent(what))
    schema = schema_of(body["type"])
    without = copy.deepcopy(body)
    del without["data"]["person" if has_person(what) else "worker" if what.startswith("workers.") else "why"]

    jsonschema.validate(body, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(without, schema)


def test_asyncapi_is_valid_by_its_own_schema() -> None:
    validator = jsonschema.Draft7Validator(ASYNCAPI)
    broken = copy.deepcopy(DOCUMENT)
    broken["channels"]["send.flags"]["adress"] = "send.flags"

    assert [fault.message for fault in validator.iter_errors(DOCUMENT)] == []
    assert not validator.is_valid(broken)


def test_asyncapi_names_every_topic_and_every_message_with_its_schema() -> None:
    messages = DOCUMENT["components"]["messages"]

    assert set(DOCUMENT["channels"]) == {topic.name for topic in TOPICS}
    assert set(messages) == {*MODELS, *(f"raw.{name}" for name in EVENT_TYPES)}
    for channel in DOCUMENT["channels"].values():
        assert channel["messages"]
        for message in channel["messages"].values():
            assert message["$ref"].removeprefix("#/components/messages/") in messages
    for message in messages.values():
        path = message["payload"].get("$ref", "./send.quarantine.v1.json").removeprefix("./")
        assert (SCHEMAS / path).exists()


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["messages"]))
def test_examples_are_valid_by_schema_and_model_and_made_up(name: str) -> None:
    message = DOCUMENT["components"]["messages"][name]
    headers = message.get("headers") or _trait_headers(message)

    assert message["examples"]
    for example in message["examples"]:
        if "headers" in example:
            jsonschema.validate(example["headers"], headers)
        payload = example["payload"]
        if name == "send.quarantine.v1":
            told = {**example["headers"], "reasons": json.loads(example["headers"]["reasons"])}
            payload = told
        jsonschema.validate(payload, schema_of(name.removeprefix("raw.")))
        if name.removeprefix("raw.") in EVENT_TYPES:
            event = parse(json.dumps(payload).encode(), not_after=LATER)
            assert isinstance(event, Event)
            assert json.loads(event.body) == payload
            number = payload["data"].get("person", {}).get("nhs_number", "9990000018")
            assert number.startswith("999")
            assert is_nhs_number(number)
        else:
            MODELS[name].model_validate_json(json.dumps(payload))


def _trait_headers(message: dict[str, Any]) -> dict[str, Any]:
    name = message["traits"][0]["$ref"].rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["messageTraits"][name]["headers"]
    return found


def test_the_cases_that_a_reader_must_act_on_are_shown() -> None:
    shown = [example for name in EVENT_TYPES for example in examples_of(name)]

    assert any(example.payload["data"].get("corrects") for example in shown)
    assert any(example.payload["data"].get("retracts") and "child" in example.headers for example in shown)
    assert any(example.headers.get("child") == "" for example in shown)
    assert any("child" not in example.headers for example in shown)
    assert any(example.payload["data"].get("person", {}).get("restricted") for example in shown)
    assert len({e.headers["child"] for e in examples_of("send.school.enrolled.v1")}) == 2


def data_of(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][schema["properties"]["data"]["$ref"].rpartition("/")[2]]
    return found


def changed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    new = copy.deepcopy(schema_of(CAMHS))
    change(data_of(new))
    return breaks(schema_of(CAMHS), new)


BREAKING: dict[str, Callable[[dict[str, Any]], object]] = {
    "a field is gone": lambda data: data["properties"].pop("priority"),
    "a code is gone": lambda data: data["properties"]["priority"]["enum"].pop(),
    "a code is new": lambda data: data["properties"]["priority"]["enum"].append("soon"),
    "a field is no longer required": lambda data: data["required"].remove("priority"),
    "a field is now required": lambda data: data["required"].append("note"),
    "a field is of another kind": lambda data: data["properties"]["referral_id"].update(type="integer"),
    "a text may be longer": lambda data: data["properties"]["referral_id"].update(maxLength=500),
    "a text may be less long": lambda data: data["properties"]["referral_id"].update(maxLength=5),
    "a text may be empty": lambda data: data["properties"]["referral_id"].update(minLength=0),
    "a field may be of fewer kinds": lambda data: data["properties"]["note"]["anyOf"].pop(),
}
SAFE: dict[str, Callable[[dict[str, Any]], object]] = {
    "a new optional field": lambda data: data["properties"].update(colour={"type": "string"}),
    "another description": lambda data: data.update(description="said better"),
    "another title": lambda data: data["properties"]["priority"].update(title="Urgency"),
}


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING.keys())
def test_a_breaking_change_is_found(change: Callable[[dict[str, Any]], object]) -> None:
    assert changed(change) != []


@pytest.mark.parametrize("change", SAFE.values(), ids=SAFE.keys())
def test_a_safe_change_passes(change: Callable[[dict[str, Any]], object]) -> None:
    assert changed(change) == []
