"""Family is no reason to join records, and what is said of it is undone by a correction or a retraction in any order."""

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from send_integration.contracts.event import Event
from send_integration.evaluate import evaluate, references
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing
from send_integration.timeline.relations import Relation, relations_of
from tests.builders import NOW, event, sent
from tests.property.strategies import DAY_ONE, EDGES, PEOPLE, lines

RULES = load_rules()
SOURCE = "urn:send:one"
KINDS = ("sibling", "carer")
DAYS = [*[None] * len(EDGES), *((DAY_ONE + timedelta(day)).isoformat() for day in EDGES)]


@st.composite
def related_lines(draw: st.DrawFn, size: int = 8) -> list[bytes]:
    """Events of people.related that name each other's people and strangers; some correct or retract an earlier one."""
    made: list[bytes] = []
    for number in range(draw(st.integers(1, size))):
        person = draw(st.sampled_from(PEOPLE[:2]))
        day = (DAY_ONE + timedelta(draw(st.sampled_from(EDGES)))).isoformat()
        others = [known["local_id"] for known in PEOPLE if known is not person]
        other = {
            "local_id": draw(st.sampled_from([*others, "A7"])),
            "source": draw(st.sampled_from([SOURCE, SOURCE, "other"])),
        }
        fields = {"until_on": draw(st.sampled_from(DAYS))}
        naming = draw(st.sampled_from((None, None, "corrects", "retracts")))
        if naming and number:
            fields[naming] = f"r{draw(st.integers(0, number - 1))}"
        made.append(
            sent(
                "people.related", day, event_id=f"r{number}", source=SOURCE, person=dict(person),
                kind=draw(st.sampled_from(KINDS)), other=other, **fields,
            )
        )  # fmt: skip
    return made


def without_relation(raw: bytes) -> bytes:
    """The same event, but that it says nothing of anybody else."""
    body = json.loads(raw)
    body["data"] = {name: value for name, value in body["data"].items() if name in ("person", "corrects", "retracts")}
    body["type"] = "send.people.details_changed.v1"
    body["dataschema"] = f"schemas/{body['type']}.json"
    return json.dumps(body).encode()


def children(history: list[bytes]) -> list[object]:
    """Every child with the events that it has, whether or not its timeline tells of them, and what was not let in."""
    answer = evaluate(history, RULES, as_of=DAY_ONE + timedelta(400), not_after=NOW)
    return [
        (child.child_id, references(child), sorted(event.id for event in child.timeline.events))
        for child in answer.children
    ] + [item.reasons for item in answer.quarantined]


@given(lines(size=6), related_lines())
def test_whoever_is_named_as_family_the_children_are_the_same(history: list[bytes], related: list[bytes]) -> None:
    assert children(history + related) == children(history + [without_relation(raw) for raw in related])


def said(number: int, day: int, kind: str, days: tuple[str | None, str | None], **fields: str) -> Event:
    since_on, until_on = days
    if since_on and until_on and since_on > until_on:
        since_on, until_on = until_on, since_on
    on = (DAY_ONE + timedelta(day)).isoformat()
    return event(
        "people.related",
        on,
        event_id=f"e{number}",
        source=SOURCE,
        kind=kind,
        since_on=since_on,
        until_on=until_on,
        **fields,
    )


@st.composite
def said_of_family(draw: st.DrawFn, number: int, **fields: str) -> Event:
    days = draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))
    return said(number, draw(st.sampled_from(EDGES)), draw(st.sampled_from(KINDS)), days, **fields)


def folded(events: list[Event]) -> tuple[Relation, ...]:
    return relations_of(standing(events))


@given(st.data())
def test_a_retraction_whenever_it_comes_leaves_what_was_never_said(data: st.DataObject) -> None:
    events = [data.draw(said_of_family(number)) for number in range(data.draw(st.integers(1, 5)))]
    gone = data.draw(st.sampled_from(events))
    retraction = said(99, 10, "sibling", (None, None), retracts=gone.id)

    arrived = data.draw(st.permutations([*events, retraction]))

    assert folded(arrived) == folded([kept for kept in events if kept is not gone])


@given(st.data())
def test_a_correction_whenever_it_comes_stands_as_if_it_alone_had_been_said(data: st.DataObject) -> None:
    events = [data.draw(said_of_family(number)) for number in range(data.draw(st.integers(1, 5)))]
    wrong = data.draw(st.sampled_from(events))
    correction = data.draw(said_of_family(99, corrects=wrong.id))

    arrived = data.draw(st.permutations([*events, correction]))

    assert folded(arrived) == folded([*(kept for kept in events if kept is not wrong), correction])


@given(st.data())
def test_no_relation_ends_before_it_began_and_each_rests_on_one_event(data: st.DataObject) -> None:
    found = folded([data.draw(said_of_family(number)) for number in range(data.draw(st.integers(1, 6)))])

    assert all(each.since_on <= each.until_on for each in found if each.since_on and each.until_on)
    assert len({each.event_id for each in found}) == len(found)
