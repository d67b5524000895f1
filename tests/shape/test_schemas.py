"""What is written in schemas/ says what the models say, and no change breaks a reader of what was released."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from send_integration.contracts.event import Event
from send_integration.contracts.registry import EVENT_TYPES, parse
from send_integration.contracts.schema import breaks, documents, schema_of
from send_integration.contracts.topics import TOPICS
from tests.builders import NOW, all_types, has_person, sent

SCHEMAS = Path(__file__).parents[2] / "schemas"
PAST: dict[str, Any] = {}
for release in sorted((SCHEMAS / "past").iterdir()):
    PAST = json.loads(release.read_text()) | PAST  # what was released first binds
CAMHS = "send.camhs.referred.v1"


def test_what_is_written_is_what_the_models_say() -> None:
    written = {path.name: path.read_text() for path in SCHEMAS.iterdir() if path.is_file()}

    assert written == documents()


@pytest.mark.parametrize("name", sorted(PAST))
def test_a_released_type_still_reads_and_its_readers_still_work(name: str) -> None:
    assert isinstance(parse(json.dumps(PAST[name]["example"]).encode(), not_after=NOW), Event)
    assert breaks(PAST[name]["schema"], schema_of(name)) == []


def test_every_type_has_been_released() -> None:
    assert set(PAST) == set(EVENT_TYPES)


@pytest.mark.parametrize("what", all_types())
def test_model_and_schema_agree_on_an_example_and_on_a_missing_field(what: str) -> None:
    body = json.loads(sent(what))
    schema = schema_of(body["type"])
    without = copy.deepcopy(body)
    del without["data"]["person" if has_person(what) else "worker" if what.startswith("workers.") else "why"]

    jsonschema.validate(body, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(without, schema)


def test_asyncapi_names_every_topic_and_every_type() -> None:
    document = json.loads(documents()["asyncapi.yaml"])

    assert document["asyncapi"].startswith("3.")
    assert set(document["channels"]) == {topic.name for topic in TOPICS}
    assert set(document["components"]["messages"]) == set(EVENT_TYPES)
    for channel in document["channels"].values():
        for message in channel.get("messages", {}).values():
            assert message["$ref"].rpartition("/")[2] in EVENT_TYPES


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
