"""JSON Schema for every type and one AsyncAPI document, made from the models; and what breaks an older reader."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from send_integration.contracts import topics
from send_integration.contracts.registry import EVENT_TYPES, type_feed

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NARROWING = ("maxLength", "maximum", "maxItems", "minLength", "minimum", "minItems", "pattern", "format")
"""Keywords whose change, in either direction, can break a reader or make an older event invalid."""


def documents() -> dict[str, str]:
    """Every generated file's name with its text."""
    found = {f"{name}.json": _text(schema_of(name)) for name in EVENT_TYPES}
    found["asyncapi.yaml"] = _text(asyncapi())
    return found


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of one type."""
    schema = EVENT_TYPES[name].model_json_schema(mode="validation")
    return {"$schema": DIALECT, "$id": f"schemas/{name}.json", **schema}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document. It is written as JSON, which is YAML too."""
    messages = {name: _message(name) for name in EVENT_TYPES}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "send_integration",
            "version": "1.0.0",
            "description": "Events of education, health and care about children with special educational needs.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {topic.name: _channel(topic) for topic in topics.TOPICS},
        "operations": dict(_operations()),
        "components": {"messages": messages},
    }


def breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What a change of schema breaks: an older reader that meets a new event, or an older event that is read anew.

    Only adding an optional field is safe; readers leave fields alone that they do not know.
    """
    return sorted(set(_breaks(old, new, old, new, "")))


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _message(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": (EVENT_TYPES[name].__doc__ or name).strip(),
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"./{name}.json"},
    }


def _channel(topic: topics.Topic) -> dict[str, Any]:
    kept = "for ever" if topic.retention is None else f"{topic.retention.days} days"
    channel: dict[str, Any] = {"address": topic.name, "description": f"Keyed by {topic.key}; kept {kept}."}
    names = _names_on(topic.name)
    if names:
        channel["messages"] = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    return channel


def _names_on(topic: str) -> list[str]:
    if topic == topics.CHILD_EVENTS.name:
        return list(EVENT_TYPES)
    _, kind, *feed = topic.split(".")
    return [name for name, of in type_feed.items() if kind in ("raw", "clean") and feed == [of]]


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in topics.TOPICS:
        action = "receive" if topic.name.startswith("send.raw.") else "send"
        yield f"{action}.{topic.name}", {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}}


def _breaks(
    old: Mapping[str, Any], new: Mapping[str, Any], old_root: Mapping[str, Any], new_root: Mapping[str, Any], at: str
) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    yield from _own_changes(old, new, at or "the event")
    for name, field in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{at}.{name}: the field is gone"
        else:
            yield from _breaks(field, new["properties"][name], old_root, new_root, f"{at}.{name}")
    if "items" in old and "items" in new:
        yield from _breaks(old["items"], new["items"], old_root, new_root, f"{at}[]")
    for one, other in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False):
        yield from _breaks(one, other, old_root, new_root, at)


def _own_changes(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[str]:
    """What changed in one place, whatever lies below it."""
    if old.get("type") != new.get("type") or len(old.get("anyOf", ())) != len(new.get("anyOf", ())):
        yield f"{at}: the kind of value changed"
    if any(old.get(keyword) != new.get(keyword) for keyword in ("enum", "const")):
        yield f"{at}: the list of codes changed"
    for keyword in NARROWING:
        if old.get(keyword) != new.get(keyword):
            yield f"{at}: {keyword} changed"
    if set(old.get("required", ())) != set(new.get("required", ())):
        yield f"{at}: which fields are required changed"


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    found: Mapping[str, Any] = root["$defs"][reference.rpartition("/")[2]]
    return found
