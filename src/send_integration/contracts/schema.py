"""JSON Schema for every type and one AsyncAPI document, made from the models; and what breaks an older reader."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from send_integration.contracts.asyncapi import asyncapi
from send_integration.contracts.child_snapshot import SNAPSHOT_SCHEMA, ChildSnapshot
from send_integration.contracts.examples import examples_of, said_example
from send_integration.contracts.protected import PROTECTED, Protected
from send_integration.contracts.registry import EVENT_TYPES
from send_integration.contracts.said import SAID

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NARROWING = ("maxLength", "maximum", "maxItems", "minLength", "minimum", "minItems", "pattern", "format")
"""Keywords whose change, in either direction, can break a reader or make an older event invalid."""


MODELS: Mapping[str, type[BaseModel]] = {**EVENT_TYPES, **SAID, SNAPSHOT_SCHEMA: ChildSnapshot, PROTECTED: Protected}
"""The model of everything that has a schema, by the schema's name."""


def documents() -> dict[str, str]:
    """Every generated file's name with its text."""
    found = {f"{name}.json": _text(schema_of(name)) for name in MODELS}
    found["asyncapi.yaml"] = _text(asyncapi())
    return found


def release_of(past: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What this release adds to the former ones, the oldest first: each new or changed schema, with an example."""
    last: dict[str, Any] = {}
    for released in past:
        last |= released
    found = {name: schema_of(name) for name in MODELS}
    return {
        name: {"example": example_of(name), "schema": schema}
        for name, schema in found.items()
        if name not in last or last[name]["schema"] != schema
    }


def example_of(name: str) -> dict[str, Any]:
    """The first example of one type of event, or of a message of our own."""
    return dict(examples_of(name)[0].payload) if name in EVENT_TYPES else said_example(name)


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of one type of event, or of a message of our own."""
    schema = MODELS[name].model_json_schema(mode="validation")
    return {"$schema": DIALECT, "$id": f"schemas/{name}.json", **schema}


def breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What a change of schema breaks: an older reader that meets a new event, or an older event that is read anew.

    Only adding an optional field is safe; readers leave fields alone that they do not know.
    """
    return sorted(set(_breaks(old, new, old, new, "")))


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


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
