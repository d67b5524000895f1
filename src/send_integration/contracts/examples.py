"""Made-up messages, one of every type and more where a reader must see a case: what schemas/asyncapi.yaml shows."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from send_integration.contracts.content_types import CLOUD_EVENT
from send_integration.contracts.event import Event
from send_integration.contracts.protected import PROTECTED, protected_example
from send_integration.contracts.registry import EVENT_TYPES, parse, type_feed

CHILD, OTHER_CHILD = "c5e1f0a92b7d4c38", "c90b1d6e7f2a4358"
LATER = datetime(2030, 1, 1, tzinfo=UTC)
"""Past all examples: none of them claims to come from the future."""

PERSON: Mapping[str, Any] = {
    "local_id": "P-2001",
    "given_name": "Robin",
    "family_name": "Example",
    "date_of_birth": "2010-03-04",
    "nhs_number": "9990000018",
    "postcode": "ZZ99 3VZ",
    "gender": "F",
}
WORKER: Mapping[str, Any] = {
    "id": "w-17",
    "name": "Kim Example",
    "role": "nurse",
    "team": "camhs-team",
    "email": "kim@example.org",
}

_TOLD = tomllib.loads((Path(__file__).parent / "examples.toml").read_text("utf-8"))


class Example(NamedTuple):
    """A message: what it shows, its headers as text, and its value read as JSON."""

    name: str
    summary: str
    headers: Mapping[str, str]
    payload: Mapping[str, Any]


def examples_of(name: str) -> tuple[Example, ...]:
    """What a reader of send.clean.<feed> may meet of one type: first the ordinary case."""
    ordinary = _ordinary(name)
    return (ordinary, *_special(name, ordinary))


def _ordinary(name: str) -> Example:
    feed = type_feed[name]
    if feed == "identity":
        return Example("ordinary", "A person's word on identity: of no child.", _headers(decision=0), _event(name))
    if "person" not in EVENT_TYPES[name].model_fields["data"].annotation.model_fields:  # type: ignore[union-attr]
        return Example("ordinary", "About a worker: of no child.", _headers(decision=0), _event(name))
    return Example(
        "ordinary", "As its source sent it, and whose it is.", _headers(decision=412, child=CHILD), _event(name)
    )


def _special(name: str, ordinary: Example) -> Iterator[Example]:
    """The cases that a reader has to act on."""
    match name:
        case "send.camhs.appointment.v1":
            body = _event(name, number=2, attended="did-not-attend", corrects=ordinary.payload["id"])
            yield Example("correction", "Takes the place of the event that it corrects.", ordinary.headers, body)
        case "send.ehcp.advice_received.v1":
            body = _event(name, number=2, retracts=ordinary.payload["id"])
            yield Example("retraction", "What it retracts never happened.", ordinary.headers, body)
        case "send.school.enrolled.v1":
            yield ordinary._replace(
                name="another child's",
                summary="Said again by a later decision (two children were one, or one was two): it is this child's now, and"
                " no longer the former's.",
                headers=_headers(decision=977, child=OTHER_CHILD),
            )
        case "send.camhs.referred.v1":
            yield ordinary._replace(
                name="nobody's",
                summary="Said again by a later decision, with no child: take it away from whoever had it.",
                headers=_headers(decision=981, child=""),
            )
        case "send.people.registered.v1":
            person = {**PERSON, "restricted": "protected-person"}
            yield Example(
                "restricted child",
                "Whoever reads on must let nobody see this child who may not.",
                ordinary.headers,
                _event(name, number=2, person=person),
            )


def _headers(*, decision: int, child: str | None = None) -> dict[str, str]:
    told = {"content-type": CLOUD_EVENT, "decision": str(decision)}
    return told if child is None else {**told, "child": child}


def said_example(name: str) -> dict[str, Any]:
    """A message of one of our own topics, by the name of its schema."""
    if name == PROTECTED:
        return protected_example(examples_of("send.camhs.referred.v1")[0].payload)
    found: dict[str, Any] = json.loads(_TOLD["said"][name])
    return found


def _event(name: str, *, number: int = 1, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - a type's own fields
    """An event in the form in which the gate publishes it. Raises AssertionError where it passes no contract."""
    _, feed, word, _ = name.split(".")
    own = dict(_TOLD[feed][word])
    happened: date = own.pop("happened")
    moment = datetime.combine(happened, time(10, 30), UTC).isoformat()
    fields = EVENT_TYPES[name].model_fields["data"].annotation.model_fields  # type: ignore[union-attr]
    data = {**own, **changed}
    if "person" in fields:
        data.setdefault("person", dict(PERSON))
    if feed == "workers":
        data["worker"] = dict(WORKER)
    body = {
        "specversion": "1.0",
        "id": f"{feed}.{word}-{number}",
        "source": f"urn:send:example:{feed}",
        "type": name,
        "subject": f"local:{PERSON['local_id']}" if "person" in fields else f"worker:{own.get('by', WORKER['id'])}",
        "time": moment,
        "recordedtime": moment,
        "dataschema": f"schemas/{name}.json",
        "data": data,
    }
    event = parse(json.dumps(body).encode(), not_after=LATER)
    assert isinstance(event, Event), event  # noqa: S101 - a fault of ours, found when the schemas are written
    found: dict[str, Any] = json.loads(event.body)
    return found
