"""`send.child-snapshot`: read from its start it says how every unrestricted child stands, whatever came in which order."""

import json
import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.contracts.child_snapshot import ChildSnapshot
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.evaluate import evaluate
from send_integration.steps.catalogue import load_rules
from send_integration.steps.snapshots import Snapshots, pseudonyms_of_the_topic
from send_integration.steps.snapshots_anew import say_all_anew
from send_integration.store.timelines import make_all_due
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe, empty
from tests.property.strategies import DAY_ONE, EDGES, lines

RULES = load_rules()
NAMES = Pseudonyms(bytes(range(32)))
OTHER_NAMES = Pseudonyms(bytes(range(1, 33)))
TODAY = date(2025, 9, 1)
ANNA = {
    "local_id": "1",
    "given_name": "Anna",
    "family_name": "Kowalska",
    "date_of_birth": "2014-05-06",
    "nhs_number": None,
}


def read_from_the_start(pipe: Pipe) -> dict[str, dict[str, Any]]:
    """What a reader of the compacted topic ends with: of each key the last value."""
    standing: dict[str, bytes | None] = {}
    for (topic, _), held in sorted(pipe.topics.items()):
        if topic == topics.CHILD_SNAPSHOT.name:
            standing |= {message.key.decode(): message.value for message in held}
    for value in standing.values():
        if value is not None:
            ChildSnapshot.model_validate_json(value)
    return {key: json.loads(value) for key, value in standing.items() if value is not None}


def without_day(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: {name: value for name, value in state.items() if name != "as_of"} for key, state in told.items()}


def expected(history: list[bytes], today: date, names: Pseudonyms = NAMES) -> dict[str, Any]:
    answers = evaluate(history, RULES, as_of=today, not_after=NOW).children
    snapshots = Snapshots(RULES, names)
    return {names.of(a.child_id): snapshots.of(a) for a in answers if not a.timeline.restricted}


def with_restriction(raw: bytes) -> bytes:
    body = json.loads(raw)
    if "person" in body["data"]:
        body["data"]["person"]["restricted"] = "protected-person"
    return json.dumps(body).encode()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines(), st.data())
def test_the_topic_says_how_every_unrestricted_child_stands(
    engine: Engine, history: list[bytes], data: st.DataObject
) -> None:
    empty(engine)
    some = data.draw(st.sets(st.integers(0, max(0, len(history) - 1)), max_size=1)) if history else set()
    history = [with_restriction(raw) if place in some else raw for place, raw in enumerate(history)]
    sent_so = data.draw(st.permutations(history))
    today = DAY_ONE + timedelta(max(EDGES) + data.draw(st.sampled_from((0, 1, 45))))  # all has happened
    pipe = Pipe(engine, RULES, today, workers=2, pseudonyms=NAMES)
    size = data.draw(st.integers(1, 5))

    for raw in sent_so:
        pipe.send(json.loads(raw)["type"].split(".")[1], raw)
    pipe.settle(size)
    pipe.relay()
    assert without_day(read_from_the_start(pipe)) == expected(history, today)

    pipe.today = today + timedelta(data.draw(st.sampled_from((1, 30, 200))))
    while pipe.keeper.sweep(pipe.today, NOW, 100):
        pass
    pipe.relay()
    assert without_day(read_from_the_start(pipe)) == expected(history, pipe.today)
    assert all(state["as_of"] <= pipe.today.isoformat() for state in read_from_the_start(pipe).values())


def told_of(pipe: Pipe) -> list[tuple[str, bool]]:
    """Every message: its key, and whether it says anything."""
    pipe.relay()
    return [
        (message.key.decode(), message.value is not None)
        for (topic, _), held in sorted(pipe.topics.items())
        if topic == topics.CHILD_SNAPSHOT.name
        for message in held
    ]


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    made = Pipe(engine, RULES, TODAY, pseudonyms=NAMES)
    made.send("school", sent("school.suspended", "2025-03-01", event_id="a", source="school", person=ANNA))
    made.send(
        "camhs",
        sent("camhs.referred", "2025-03-02", event_id="b", source="clinic", person={**ANNA, "given_name": "Zofia"}),
    )
    made.settle()
    return made


def test_nothing_is_said_twice_where_nothing_changed(pipe: Pipe) -> None:
    assert len(told_of(pipe)) == 2

    with pipe.engine.begin() as connection:
        make_all_due(connection, TODAY)
    pipe.keeper.sweep(TODAY, NOW, 100)

    assert len(told_of(pipe)) == 2


def test_what_is_said_has_the_day_of_the_evaluation_that_found_it_so(pipe: Pipe) -> None:
    tomorrow = TODAY + timedelta(1)
    assert len(told_of(pipe)) == 2
    assert {state["as_of"] for state in read_from_the_start(pipe).values()} == {TODAY.isoformat()}

    with pipe.engine.begin() as connection:
        make_all_due(connection, tomorrow)
    pipe.keeper.sweep(tomorrow, NOW, 100)
    assert len(told_of(pipe)) == 2  # nothing changed
    say_all_anew(pipe.engine, NAMES, set)

    assert len(told_of(pipe)) == 4
    assert {state["as_of"] for state in read_from_the_start(pipe).values()} == {tomorrow.isoformat()}


def test_of_two_who_become_one_the_other_is_taken_away_and_a_split_brings_both_back(pipe: Pipe) -> None:
    before = read_from_the_start(pipe)
    pairs = [
        {"one": {"source": "school", "local_id": "1"}, "other": {"source": "clinic", "local_id": "1"}, "same": True}
    ]
    pipe.send(
        "identity",
        sent("identity.decided", "2025-04-01", event_id="d", source="page", by="w1", why="seen", pairs=pairs),
    )
    pipe.settle()
    pipe.relay()
    merged = read_from_the_start(pipe)
    pipe.send(
        "identity",
        sent("identity.withdrawn", "2025-04-02", event_id="w", source="page", by="w1", why="no", retracts="d"),
    )
    pipe.settle()
    pipe.relay()

    assert len(before) == 2
    assert len(merged) == 1
    assert merged.keys() <= before.keys()
    assert without_day(read_from_the_start(pipe)) == without_day(before)


def test_a_child_who_becomes_restricted_is_taken_away(pipe: Pipe) -> None:
    person = {**ANNA, "given_name": "Zofia", "restricted": "adoption"}
    pipe.send("people", sent("people.details_changed", "2025-05-01", event_id="r", source="clinic", person=person))
    pipe.settle()

    assert sorted(says for _, says in told_of(pipe)) == [False, True, True]
    assert len(read_from_the_start(pipe)) == 1


def test_a_restricted_child_is_taken_away_even_where_a_fault_keeps_them_from_being_judged(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("send_integration.steps.answering.answer_child", broken)
    person = {**ANNA, "given_name": "Zofia", "restricted": "adoption"}
    pipe.send("people", sent("people.details_changed", "2025-05-01", event_id="r", source="clinic", person=person))
    pipe.settle()

    assert sorted(says for _, says in told_of(pipe)) == [False, True, True]
    assert len(read_from_the_start(pipe)) == 1


def test_without_a_key_nothing_is_said_and_all_else_goes_on(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        names = pseudonyms_of_the_topic(tmp_path)
    pipe = Pipe(engine, RULES, TODAY, pseudonyms=names)
    pipe.send("school", sent("school.suspended", "2025-03-01", event_id="a", source="school", person=ANNA))
    pipe.settle()

    assert names is None
    assert "send-integration pseudonyms new snapshot" in caplog.text
    assert told_of(pipe) == []
    assert len(pipe.answers()) == 1

    said = say_all_anew(engine, NAMES, set)
    pipe.relay()
    assert said == (1, 0)
    assert len(read_from_the_start(pipe)) == 1


def keys_on_the_topic(pipe: Pipe) -> set[bytes]:
    return {key.encode() for key in read_from_the_start(pipe)}


def test_with_another_key_all_is_said_anew_and_what_stood_under_the_former_is_taken_away(pipe: Pipe) -> None:
    pipe.relay()
    before = read_from_the_start(pipe)

    said = say_all_anew(pipe.engine, OTHER_NAMES, lambda: keys_on_the_topic(pipe))
    pipe.relay()

    after = read_from_the_start(pipe)
    assert said == (2, 2)
    assert not before.keys() & after.keys()
    assert sorted(map(json.dumps, after.values())) == sorted(map(json.dumps, before.values()))


@pytest.mark.parametrize("published", ["as the reading begins", "as the reading ends", "later"])
def test_what_waits_to_be_published_under_a_former_key_is_taken_away_too(pipe: Pipe, published: str) -> None:
    def read_the_topic() -> set[bytes]:
        if published == "as the reading begins":
            pipe.relay()
        found = keys_on_the_topic(pipe)
        if published == "as the reading ends":
            pipe.relay()
        return found

    waits_under = Pseudonyms(bytes(range(2, 34)))
    say_all_anew(pipe.engine, waits_under, set)
    said = say_all_anew(pipe.engine, OTHER_NAMES, read_the_topic)
    pipe.relay()

    with pipe.engine.connect() as connection:
        children = connection.execute(text("SELECT child_id FROM child")).scalars().all()
    assert said == (2, 4)
    assert read_from_the_start(pipe).keys() == {OTHER_NAMES.of(child) for child in children}
