"""The AsyncAPI document: topics with key, retention and headers, messages with schema and examples, and how to read them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from send_integration.contracts import topics
from send_integration.contracts.child_snapshot import SNAPSHOT_SCHEMA
from send_integration.contracts.content_types import CLOUD_EVENT, JSON
from send_integration.contracts.examples import CHILD, Example, examples_of, said_example
from send_integration.contracts.protected import PROTECTED
from send_integration.contracts.registry import EVENT_TYPES, type_feed
from send_integration.contracts.said import SAID

VERSION = "2.0.0"
"""The release of the schemas that this document describes; `schemas/past/` keeps every one. A new type, topic or optional
field raises the second number, words alone the third; nothing that breaks a reader is released under a type's name. The first
number rose when what is said of people began to be protected: whoever reads on needs keys."""

BINDING = "0.5.0"
BYTES = "application/octet-stream"

READING = """\
Events of education, health and care about children with special educational needs, checked, and each joined to its child.

**What is said of people is protected.** A message of type `send.protected.v1` holds one JWE (RFC 7516: compact, `dir`,
`A256GCM`). Opened, it is an event of one of the types below, or a change of a flag, byte for byte. Its key is that of the
person record which the event asserts, by the name in `kid`; where names stand there with dots between, it is the SHA-256 of
all those keys, in that order. Where the key is gone, so is what was said: pass it over. What releases before 2.0.0 said stands
in the clear, and is read as it is. All that follows is of opened messages.

**Of each source and id the highest decision stands.** Whose record is whose can change: two children turn out to be one, or
one to be two. Every event concerned is then said again on its topic, the same value with a higher number in header
`decision`, and under the key of the child whose it is now. Keep of each pair of `source` and `id` the message with the highest
`decision`; of two with the same number the one with the earlier `recordedtime`, then the smaller bytes. Partitions can be
read in any order: who keeps this rule ends with the same children as everybody else.

Header `child` says whose the event is: the highest decision's. Where it is empty the event is nobody's any more: take it away
from whoever had it. A message without that header is about no child (a worker, or a person's decision on identity).

**Corrections.** An event whose `data.corrects` names another of its own source takes that one's place; one whose
`data.retracts` names another says that it never happened. Of several corrections of one event that which was recorded last
stands. A retraction can be retracted. What it names may come later, or never.

**Order and repeats.** Messages of one key keep the order in which they were published; across keys there is none. Every
message can come more than once, also long after, with the same value, and says whose the event is by then. A message's Kafka
timestamp is when it was published, not when the event happened (`time`) or was recorded (`recordedtime`).

**Change.** A field may be added that need not be there: leave alone what you do not know, and do not refuse it. Everything
else is a new type (`.v2`), said beside the old one. What counts as a break is tested against every release.
"""

_KEY: Mapping[str, str] = {
    "subject": "the source's own name for the person, as in the event's `subject`",
    "child id": "the child's id; of an event about no child the worker's, or whose decision on identity it is",
    "feed": "the feed's name",
    "worker id": "the recipient: a worker's id, or `team:` and a team's name",
    "actor": "whoever did it",
    "pseudonym": "the child's pseudonym, made for this topic alone",
}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3 document. It is written as JSON, which is YAML too."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "send_integration", "version": VERSION, "description": READING, "license": {"name": "MIT"}},
        "defaultContentType": CLOUD_EVENT,
        "channels": {topic.name: _channel(topic) for topic in topics.TOPICS},
        "operations": dict(_operations()),
        "components": {
            "messages": dict(_messages()),
            "messageTraits": {"raw": _raw_trait(), "clean": _clean_trait()},
        },
    }


def _channel(topic: topics.Topic) -> dict[str, Any]:
    kept = "for ever" if topic.retention is None else f"{topic.retention.days} days"
    if topic.compacted:
        kept = "of each key the last message"
    told = topic.configuration
    settings = {**told, "cleanup.policy": [told["cleanup.policy"]]}
    return {
        "address": topic.name,
        "description": f"{topic.about} Keyed by {topic.key}: {_KEY[topic.key]}. Kept: {kept}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names_on(topic.name)},
        "bindings": {"kafka": {"topic": topic.name, "topicConfiguration": settings, "bindingVersion": BINDING}},
    }


def _names_on(topic: str) -> list[str]:
    if topic == topics.CHILD_EVENTS.name:
        return [*(name for name in EVENT_TYPES if _is_of_child(name)), PROTECTED]
    if topic == topics.FLAGS.name:
        return [f"{topic}.v1", PROTECTED]
    _, kind, *feed = topic.split(".")
    names = [name for name, of in type_feed.items() if feed == [of]]
    if kind == "raw":
        return [f"raw.{name}" for name in names]
    return [*names, PROTECTED] if kind == "clean" else [f"{topic}.v1"]


def _is_of_child(name: str) -> bool:
    return any("child" in example.headers for example in examples_of(name))


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in topics.TOPICS:
        action = "receive" if topic.name.startswith("send.raw.") else "send"
        yield f"{action}.{topic.name}", {"action": action, "channel": {"$ref": f"#/channels/{topic.name}"}}


def _messages() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, model in EVENT_TYPES.items():
        title = (model.__doc__ or name).strip()
        told = {"name": name, "title": title, "contentType": CLOUD_EVENT, "payload": {"$ref": f"./{name}.json"}}
        found = examples_of(name)
        yield name, {**told, "traits": [_trait("clean")], "examples": [_shown(example) for example in found]}
        raw = [{"name": "ordinary", "summary": "As its source sends it.", "payload": dict(found[0].payload)}]
        yield f"raw.{name}", {**told, "traits": [_trait("raw")], "examples": raw}
    for name in SAID:
        yield name, _said(name) if name != f"{topics.QUARANTINE.name}.v1" else _refused(name)
    yield PROTECTED, _protected()
    yield (
        SNAPSHOT_SCHEMA,
        {
            **_said(SNAPSHOT_SCHEMA),
            "summary": "No value at all (a tombstone): there is no such child any more, or nobody may know of them here.",
        },
    )


def _trait(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/messageTraits/{name}"}


def _shown(example: Example) -> dict[str, Any]:
    return {
        "name": example.name,
        "summary": example.summary,
        "headers": dict(example.headers),
        "payload": dict(example.payload),
    }


def _said(name: str) -> dict[str, Any]:
    shown = {"name": "ordinary", "headers": {"content-type": JSON}, "payload": said_example(name)}
    return {
        "name": name,
        "title": topics.by_name(name.removesuffix(".v1")).about,
        "contentType": JSON,
        "headers": _headers({"content-type": {"const": JSON}}),
        "payload": {"$ref": f"./{name}.json"},
        "examples": [shown],
    }


def _protected() -> dict[str, Any]:
    headers = {**_clean_headers(), "required": ["content-type"]}
    shown = {
        "name": "ordinary",
        "summary": "The event of send.camhs.referred.v1 above, under the key of 32 bytes 0, 1, 2 … 31.",
        "headers": {"content-type": CLOUD_EVENT, "decision": "412", "child": CHILD},
        "payload": said_example(PROTECTED),
    }
    return {
        "name": PROTECTED,
        "title": "Something said of people, for those who have the keys of all their records that it names.",
        "contentType": CLOUD_EVENT,
        "headers": headers,
        "payload": {"$ref": f"./{PROTECTED}.json"},
        "examples": [shown],
    }


def _refused(name: str) -> dict[str, Any]:
    told = said_example(name)
    headers = {
        "reasons": _text("JSON: every reason, as `reasons` in send.quarantine.v1.json."),
        "origin": _text("JSON: file and line, as the raw message had it; may be empty."),
        "raw-position": _text("Topic, partition and offset of the raw message, with slashes between."),
    }
    shown = {"reasons": json.dumps(told["reasons"]), "origin": told["origin"], "raw-position": told["raw-position"]}
    return {
        "name": name,
        "title": topics.QUARANTINE.about,
        "contentType": BYTES,
        "headers": _headers(headers),
        "payload": {"description": "The untouched bytes, which need not be JSON."},
        "examples": [{"name": "ordinary", "headers": shown, "payload": "what was sent"}],
    }


def _raw_trait() -> dict[str, Any]:
    optional = {
        "content-type": {"const": CLOUD_EVENT},
        "origin": _text("JSON: file, line, and the sender where the value does not say; no personal data."),
        "adapter-reasons": _text("JSON: faults that the file's adapter saw; with any, the event is quarantined."),
        "raw-position": _text("Of a replay: where the item is counted."),
        "replay": _text("Of a replay: the number of the act. It must be the last header."),
    }
    return {"headers": {**_headers(optional), "required": []}, **_key("subject")}


def _clean_trait() -> dict[str, Any]:
    return {"headers": _clean_headers(), **_key("child id")}


def _clean_headers() -> dict[str, Any]:
    told = {
        "content-type": {"const": CLOUD_EVENT},
        "decision": {
            **_text("A whole number, as text. Of each source and id the highest stands; 0 of an event about no child."),
            "pattern": "^[0-9]+$",
        },
        "child": {
            **_text("Whose the event is, by that decision; empty: nobody's any more; absent: about no child."),
            "examples": [CHILD, ""],
        },
    }
    return {**_headers(told), "required": ["content-type", "decision"]}


def _headers(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(told), "required": list(told)}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _key(key: str) -> dict[str, Any]:
    return {"bindings": {"kafka": {"key": _text(_KEY[key]), "bindingVersion": BINDING}}}
