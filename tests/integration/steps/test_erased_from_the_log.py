"""Destroying the keys of a child's records takes the child out of every topic that is kept for ever, and nobody else."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.contracts.protected import NotOpened, is_protected, sealed_in
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.contracts.registry import read
from send_integration.errors import BadSetting, Broken
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps import alerts, timeline, warehouse
from send_integration.steps.batch import Outgoing, RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.protecting import opened, protected
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.outbox import say
from send_integration.store.people import records_of_child
from send_integration.store.record_keys import destroy_keys, passed_over
from send_integration.warehouse.tables import OF_A_CHILD
from tests.builders import NOW, sent
from tests.integration.steps.pipe import AT_WORK, Pipe
from tests.record_keys import known_keys

TODAY = date(2025, 9, 1)
RULES = load_rules()
ZEPHYRINE = {
    "given_name": "Zephyrine", "family_name": "Quagmire", "date_of_birth": "2012-11-23", "nhs_number": "9999999018",
    "postcode": "LU7 9QX", "address": "77 Bluebell Whisper Row",
}  # fmt: skip
QUILLON = {
    **ZEPHYRINE,
    "given_name": "Quillon",
    "date_of_birth": "2016-02-29",
    "nhs_number": "9999999026",
    "local_id": "Q-5",
}
CLINIC, SCHOOL = "urn:send:clinic", "urn:send:college"
IN_CLINIC, IN_SCHOOL = {**ZEPHYRINE, "local_id": "zeph-771"}, {**ZEPHYRINE, "local_id": "college-9917"}
NOTE = "She said the heron watches her window at night."
CANARIES = ("Zephyrine", "2012-11-23", "9999999018", "zeph-771", "college-9917", "heron watches", "ev-zeph")
"""Name, birth date, numbers, sources' ids of the child, words in free text, and ids of events that hold an id of the child."""

STORY = (
    ("camhs", sent("camhs.referred", "2024-09-02", event_id="ev-zeph-1", source=CLINIC, person=IN_CLINIC, note=NOTE)),
    ("camhs", sent("camhs.crisis_presentation", "2024-11-05", event_id="ev-zeph-2", source=CLINIC, person=IN_CLINIC)),
    ("ehcp", sent("ehcp.requested", "2024-10-01", event_id="ev-zeph-3", source=SCHOOL, person=IN_SCHOOL)),
    ("school", sent("school.suspended", "2024-12-03", event_id="ev-zeph-4", source=SCHOOL, person=IN_SCHOOL)),
    ("school", sent("school.suspended", "2024-12-10", event_id="ev-quillon-1", source=SCHOOL, person=QUILLON)),
    ("people", sent("people.related", "2024-12-11", event_id="ev-quillon-2", source=SCHOOL, person=QUILLON, kind="sibling",
                    other={"local_id": "college-9917"})),
    ("identity", sent("identity.decided", "2024-12-12", event_id="ev-decided", source="page", by="w1", why="Zephyrine is she", pairs=[
        {"one": {"source": CLINIC, "local_id": "zeph-771"}, "other": {"source": SCHOOL, "local_id": "Q-5"}, "same": False}])),
    ("identity", sent("identity.withdrawn", "2024-12-13", event_id="ev-undone", source="page", by="w1",
                      why="No: Zephyrine again", retracts="ev-decided")),
)  # fmt: skip
PROTECTED = {topics.CHILD_EVENTS.name, topics.FLAGS.name, *(topics.clean(feed).name for feed in topics.FEEDS)}


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    """A simulated authority, and a brother and a sister of whom much is told."""
    made = Pipe(engine, RULES, TODAY, pseudonyms=Pseudonyms(bytes(32)))
    authority = simulate_authority(
        load_profile("luton-2024"), children=4, seed=11, until=TODAY, dirt="usual", statutory_dates=True
    )
    for item in authority.arrived:
        made.send(item.line.feed, item.raw)
    for feed, raw in STORY:
        made.send(feed, raw)
    made.settle()
    made.settle()
    return made


def messages(pipe: Pipe, names: set[str] = PROTECTED) -> Iterator[RawMessage]:
    return (message for (topic, _), held in sorted(pipe.topics.items()) if topic in names for message in held)


def canaries_in(told: Sequence[RawMessage]) -> set[str]:
    """Those found anywhere in the bytes of messages."""
    texts = [
        b"\n".join((m.key, m.value or b"", *(part for name, value in m.headers for part in (name.encode(), value))))
        for m in told
    ]
    return {canary for canary in CANARIES if any(canary.encode() in one for one in texts)}


def readable(pipe: Pipe) -> list[RawMessage]:
    """All that can be read on the topics by whoever has every key that there is."""
    with pipe.engine.begin() as connection:
        return opened(connection, known_keys(), list(messages(pipe)), "a test")


def erase(pipe: Pipe, given_name: str) -> str:
    [(child,)] = pipe.ask("SELECT child_id FROM child WHERE given_name = :name", name=given_name)
    with pipe.engine.begin() as connection:
        assert destroy_keys(connection, records_of_child(connection, child)) > 0
    return str(child)


def rebuilt(pipe: Pipe, batch: int = 300) -> dict[str, Any]:
    """What our own readers end with who forget everything and read all topics from the beginning."""
    facts = ", ".join(str(table) for table in OF_A_CHILD)
    with pipe.engine.begin() as connection:
        connection.execute(
            text(f"TRUNCATE event, child, relation, flag, reporting_intake.clean_event, {facts} CASCADE")
        )
        connection.execute(
            text("DELETE FROM stream_position WHERE reader = ANY(:readers)"),
            {"readers": [timeline.READER, warehouse.READER, alerts.READER]},
        )
    pipe.drain_timeline(batch)
    pipe.drain_warehouse(batch)
    return {
        "answers": dict(pipe.ask("SELECT child_id, answer FROM child")),
        "events": {(row[0], row[1]): row[2] for row in pipe.ask("SELECT source, event_id, child_id FROM event")},
        "reports": {
            (row[0], row[1]): row[2]
            for row in pipe.ask("SELECT source, event_id, child_id FROM reporting_intake.clean_event")
        },
    }


def test_nothing_of_a_child_stands_in_the_clear_on_a_topic_that_is_kept_for_ever(pipe: Pipe) -> None:
    of_people = [m for m in messages(pipe) if m.topic != topics.clean("workers").name or m.header("child")]
    with_all_keys = readable(pipe)

    assert len(of_people) > 100
    assert all(is_protected(m.value) for m in of_people)
    assert canaries_in(list(messages(pipe))) == set()
    assert canaries_in(with_all_keys) == set(CANARIES), "they were said"
    for_ever = {topic.name for topic in topics.TOPICS if topic.retention is None}
    assert canaries_in(list(messages(pipe, for_ever))) == set()


def test_without_its_keys_a_child_is_gone_from_the_topics_and_everybody_else_is_there(pipe: Pipe) -> None:
    before = readable(pipe)
    flags_before = [m for m in before if m.topic == topics.FLAGS.name]
    child = erase(pipe, "Zephyrine")

    left = readable(pipe)

    assert canaries_in(left) == set()
    assert {m.header("child") for m in before} - {m.header("child") for m in left} == {child.encode()}
    gone = [m for m in before if m not in left]
    of_the_child = [m for m in gone if child.encode() in (m.header("child"), m.key)]
    others = [json.loads(m.value)["id"] for m in gone if m not in of_the_child]
    assert sorted(set(others)) == ["ev-decided", "ev-quillon-2", "ev-undone"], "what names both ended with one of them"
    assert all(m in left for m in flags_before if m.key != child.encode())
    assert any(m.key == child.encode() for m in flags_before)
    assert any(json.loads(m.value)["id"] == "ev-quillon-1" for m in left if m.topic == topics.CHILD_EVENTS.name)


def test_readers_that_begin_anew_pass_over_the_child_and_end_with_everybody_else(pipe: Pipe) -> None:
    before = rebuilt(pipe)
    assert rebuilt(pipe) == before, "a rebuild alone changes nothing"
    child = erase(pipe, "Zephyrine")

    after = rebuilt(pipe)

    assert child not in after["answers"]
    lost = {key for key, of in before["events"].items() if of == child} | {(SCHOOL, "ev-quillon-2")}
    for name in ("events", "reports"):
        assert after[name] == {key: of for key, of in before[name].items() if key not in lost}
    [brother] = [of for key, of in before["events"].items() if key == (SCHOOL, "ev-quillon-1")]
    unchanged = {of for of in before["answers"] if of not in (child, brother)}
    assert {of: after["answers"][of] for of in unchanged} == {of: before["answers"][of] for of in unchanged}
    assert brother in after["answers"]
    with pipe.engine.connect() as connection:
        counted = passed_over(connection)
    assert counted[timeline.READER] == counted[warehouse.READER] == len(lost)


def test_all_raw_topics_read_again_change_nothing_on_the_topics_for_who_reads_rightly(pipe: Pipe) -> None:
    before, said = pipe.clean(), pipe.counts()
    values = {m.value for m in messages(pipe)}
    for feed, raw in STORY:
        pipe.send(feed, raw, partition=0)
    with pipe.engine.begin() as connection:  # as if killed before anything was published
        connection.execute(text("UPDATE stream_position SET published_offset = 0 WHERE reader = 'gate'"))

    pipe.settle()

    assert pipe.clean() == before
    assert pipe.counts()[:2] == said[:2]
    assert pipe.rows() == pipe.counts()[:2]
    assert {m.value for m in messages(pipe, PROTECTED - {topics.FLAGS.name})} <= values, "the same value, byte for byte"


def test_a_new_event_of_an_erased_record_is_not_said_and_is_counted(pipe: Pipe) -> None:
    erase(pipe, "Zephyrine")
    there = len(list(messages(pipe)))
    pipe.send("camhs", sent("camhs.referred", "2025-01-02", event_id="ev-zeph-9", source=CLINIC, person=IN_CLINIC))

    pipe.settle()

    assert len(list(messages(pipe))) == there
    with pipe.engine.connect() as connection:
        assert passed_over(connection)["gate"] == 2
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0


def test_what_waited_to_be_said_is_not_said_once_its_key_is_gone_and_holds_nothing_up(pipe: Pipe) -> None:
    body = next(m.value for m in readable(pipe) if m.topic == topics.CHILD_EVENTS.name and b"ev-zeph-1" in m.value)
    with pipe.engine.begin() as connection:
        headers = (("decision", b"999"), ("child", b"c1"))
        say(connection, [Outgoing(topics.CHILD_EVENTS.name, b"c1", body, headers, ((CLINIC, "zeph-771"),))])
    erase(pipe, "Zephyrine")

    pipe.relay()

    assert pipe.ask("SELECT count(*) FROM outbox") == [(0,)]
    assert not any(m.header("decision") == b"999" for m in messages(pipe))


def test_what_an_earlier_release_said_in_the_clear_is_read_and_what_it_left_to_be_said_is_protected(
    engine: Engine,
) -> None:
    pipe = Pipe(engine, RULES, TODAY)
    old = read(sent("school.suspended", "2024-12-10", event_id="old", source=SCHOOL, person=QUILLON))
    headers = (("decision", b"1"), ("child", b"c9"))
    pipe._append(Outgoing(topics.CHILD_EVENTS.name, b"c9", old.body, headers))
    left = read(sent("school.suspended", "2024-12-11", event_id="left", source=SCHOOL, person=QUILLON))
    flag = b'{"change": "raised", "flag": {"child_id": "c9"}}'
    with engine.begin() as connection:
        say(
            connection,
            [
                Outgoing(topics.CHILD_EVENTS.name, b"c9", left.body, headers),
                Outgoing(topics.FLAGS.name, b"c9", flag),
            ],
        )
        connection.execute(text("UPDATE outbox SET records = NULL"))

    pipe.drain_timeline()

    assert dict(pipe.ask("SELECT event_id, child_id FROM event")) == {"old": "c9", "left": "c9"}
    said = list(messages(pipe))
    assert [is_protected(m.value) for m in said if m.topic == topics.CHILD_EVENTS.name] == [False, True]
    assert flag in {m.value for m in readable(pipe)}
    assert all(is_protected(m.value) for m in said if m.topic == topics.FLAGS.name)


def test_a_reader_without_keys_stops_and_says_what_it_needs(pipe: Pipe) -> None:
    waiting = [m for m in messages(pipe, {topics.CHILD_EVENTS.name}) if m.partition == 0]
    with pipe.engine.begin() as connection:
        connection.execute(text("DELETE FROM stream_position WHERE reader = 'timeline'"))

    with pytest.raises(BadSetting, match="no master key"):
        TimelineKeeper(pipe.engine, RULES).keep(waiting[:1], TODAY, NOW)


def test_a_message_that_was_changed_stops_the_reader_and_tells_where_it_stands(pipe: Pipe) -> None:
    message = next(messages(pipe, {topics.CHILD_EVENTS.name}))
    spoilt = message._replace(value=message.value[:-9] + bytes([message.value[-9] ^ 1]) + message.value[-8:])

    with (
        pipe.engine.connect() as connection,
        pytest.raises(Broken, match=r"send\.child-events, partition 0, message 0") as told,
    ):
        opened(connection, known_keys(), [spoilt], "a test")

    assert not any(canary in str(told.value) for canary in CANARIES)
    with pytest.raises(NotOpened):
        sealed_in(message.value[:-1])


def test_alerts_of_others_are_routed_when_flags_of_an_erased_child_wait(pipe: Pipe) -> None:
    child = erase(pipe, "Zephyrine")
    with pipe.engine.begin() as connection:
        connection.execute(text("DELETE FROM stream_position WHERE reader = 'alerts'"))
    flags = list(messages(pipe, {topics.FLAGS.name}))

    pipe.router.notify([m for m in flags if m.partition == flags[0].partition], TODAY, AT_WORK)

    assert any(m.key == child.encode() for m in flags)


def test_messages_that_are_of_nobody_stay_as_they_are(engine: Engine) -> None:
    message = Outgoing(topics.clean("workers").name, b"w1", b"{}", (("decision", b"0"),))

    with engine.connect() as connection:
        assert protected(connection, known_keys(), [message], "a test") == [message]
        assert connection.execute(text("SELECT count(*) FROM keys.master")).scalar_one() == 0
