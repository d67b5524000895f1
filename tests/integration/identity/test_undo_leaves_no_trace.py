"""Invariant 6 through the whole stream: a decision on identity that is undone ends as if it had never been taken."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.steps import deciding
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.store.sessions import Session
from send_integration.warehouse.history import key_of, view_of
from send_integration.warehouse.tables import OF_A_CHILD
from tests.builders import NOW, WORKER, sent
from tests.integration.steps.pipe import Pipe, empty
from tests.property.strategies import DAY_ONE, PEOPLE, lines

RULES = load_rules()
TODAY = DAY_ONE + timedelta(121)
STEWARD = Session("steward-1", "data-steward", "")
FIRST = Reviewer(STEWARD, NOW - timedelta(hours=2), "seen on two birth certificates")
THEN = Reviewer(STEWARD, NOW - timedelta(hours=1), "they were the certificates of two")
relaxed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)

EVERYTHING = {
    "answers": "SELECT child_id, answer, named_workers, given_name, family_name, date_of_birth, need, open_flags,"
    " evaluated_on, next_change_on, panel FROM child ORDER BY child_id",
    "agendas": "SELECT child_id, source, event_id, meeting_on FROM panel_listing ORDER BY 1, 2, 3",
    "flags": "SELECT flag_id, child_id, content FROM flag WHERE status = 'open' ORDER BY flag_id",
    "alerts": "SELECT alert_id, flag_id, child_id, recipient, content FROM alert WHERE cleared_at IS NULL ORDER BY 1",
    "shown": "SELECT source, event_id, child_id FROM event WHERE shown_since IS NOT NULL ORDER BY source, event_id",
    "records": "SELECT digest, child_id, held_between FROM person_record ORDER BY digest",
    "links": "SELECT a.digest, b.digest, l.why, l.weight, l.parts FROM identity_link l"
    " JOIN person_record a ON a.id = l.one JOIN person_record b ON b.id = l.other",
    "reviews": "SELECT a.digest, b.digest, l.why, l.weight, l.parts FROM identity_review l"
    " JOIN person_record a ON a.id = l.one JOIN person_record b ON b.id = l.other",
    "held": "SELECT feed, raw, reasons FROM quarantine WHERE status = 'open' AND feed <> 'identity' ORDER BY raw",
    **{
        view_of(table): f"SELECT * FROM warehouse.{view_of(table)} ORDER BY child_key, {key_of(table)}"
        for table in OF_A_CHILD
    },
}


def feed_of(raw: bytes) -> str:
    return str(json.loads(raw)["type"].split(".")[1])


def everything(pipe: Pipe) -> dict[str, Any]:
    """All that a reader can see, and what was decided; not the histories of how it came about."""
    found: dict[str, Any] = {name: pipe.ask(query) for name, query in EVERYTHING.items()}
    for pairs in ("links", "reviews"):
        found[pairs] = sorted((*sorted(row[:2]), repr(row[2:])) for row in found[pairs])
    return {**found, "clean": pipe.clean()}


def of_two_sources(raw: bytes) -> bytes:
    """The same event where another agency keeps half of the people, and one of two workers acts."""
    body = json.loads(raw)
    if body["data"].get("person", {}).get("local_id") in ("3", "4"):
        body["source"] = "urn:send:two"
    if "worker" in body["data"]:
        body["data"]["worker"]["id"] += str(len(raw) % 2)
    return json.dumps(body).encode()


def decide(pipe: Pipe, data: st.DataObject, reviewer: Reviewer = FIRST) -> str | None:
    """Merge two of the children, or split one; gives the decision's id, None where there is nothing to decide.

    Each is taken a second later than the one before, so that chance (their ids) never says which is the last word.
    """
    ((taken,),) = pipe.ask("SELECT count(*) FROM identity_decision")
    reviewer = reviewer._replace(now=reviewer.now + timedelta(seconds=taken))
    rows = pipe.ask(
        "SELECT child_id, source, local_id, min(id) FROM person_record WHERE child_id IS NOT NULL"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    children: dict[str, list[int]] = {}
    for child_id, _, _, number in rows:
        children.setdefault(child_id, []).append(number)
    several = [child for child, numbers in children.items() if len(numbers) > 1]
    if several and data.draw(st.booleans(), label="split"):
        child = data.draw(st.sampled_from(several))
        numbers = children[child]
        leaving = data.draw(st.lists(st.sampled_from(numbers), min_size=1, max_size=len(numbers) - 1, unique=True))
        event("split")
        return deciding.split_child(pipe.engine, child, leaving, reviewer)
    if len(children) > 1:
        one, other = data.draw(st.permutations(sorted(children)))[:2]
        event("merge")
        return deciding.merge_children(pipe.engine, one, other, reviewer)
    return None


def drain_some(pipe: Pipe, data: st.DataObject) -> None:
    """Any of what waits, in any order and in batches of any size."""
    size = data.draw(st.integers(1, 5))
    steps: list[Callable[[int], None]] = [
        lambda size: pipe.drain_gate(data.draw(st.permutations(topics.FEEDS)), size),
        pipe.drain_timeline,
        pipe.drain_alerts,
        pipe.drain_warehouse,
    ]
    for step in data.draw(st.lists(st.sampled_from(steps), max_size=6)):
        step(size)


def live(pipe: Pipe, history: list[bytes], data: st.DataObject, undo: Callable[[str], None]) -> None:
    """Let a history arrive bit by bit, with a decision somewhere on the way, and somewhere later what undoes it."""
    arriving = data.draw(st.permutations(history))
    assume(arriving)
    first = data.draw(st.integers(1, len(arriving)))
    second = data.draw(st.integers(first, len(arriving)))
    made = None
    for part, act in ((arriving[:first], "decide"), (arriving[first:second], "undo"), (arriving[second:], "")):
        while part:
            for raw in [part.pop(0) for _ in range(data.draw(st.integers(1, len(part))))]:
                pipe.send(feed_of(raw), raw)
            drain_some(pipe, data)
        if act == "decide":
            pipe.drain_gate(topics.FEEDS)
            if data.draw(st.booleans(), label="all is settled when it is decided"):
                pipe.settle()
            made = decide(pipe, data)
            assume(made is not None)
        elif act == "undo" and made is not None:
            if data.draw(st.booleans(), label="all is settled when it is undone"):
                pipe.settle()
            undo(made)
        drain_some(pipe, data)
    pipe.settle()
    pipe.settle()


def never(engine: Engine, said: list[bytes], today: date) -> dict[str, Any]:
    """What there would be had only these events come, all at once."""
    empty(engine)
    pipe = Pipe(engine, RULES, today)
    for raw in said:
        pipe.send(feed_of(raw), raw)
    pipe.settle()
    return everything(pipe)


@st.composite
def histories(draw: st.DrawFn) -> list[bytes]:
    """Events of a few children, some of whom wait for a decision, have a coordinator, whoever that is, and go to the panel."""
    made = draw(lines(size=8))
    for number in range(draw(st.integers(0, 5))):
        about = {"source": "urn:send:one", "person": dict(draw(st.sampled_from(PEOPLE)))}
        day = (DAY_ONE + timedelta(draw(st.sampled_from((0, 1, 43))))).isoformat()
        what, more = draw(st.sampled_from(TOLD_OF_THEM))
        made.append(sent(what, day, event_id=f"w{number}", **about, **more))
    return [of_two_sources(raw) for raw in made] if draw(st.booleans()) else made


TOLD_OF_THEM: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ehcp.requested", {}),
    ("workers.assigned", {"role_for_child": "ehc-coordinator", "worker": {**WORKER, "id": "w7"}}),
    ("workers.assigned", {"role_for_child": "ehc-coordinator", "worker": {**WORKER, "id": "w8"}}),
    ("panel.listed", {"meeting_on": "2024-05-02"}),
    ("panel.decided", {"rationale": "as was said first"}),
    ("panel.decided", {"rationale": "as it should have been said", "corrects": "w0"}),
)
workers = st.integers(1, 2)


@relaxed
@given(histories(), workers, st.data())
def test_a_decision_that_is_withdrawn_leaves_nothing(
    engine: Engine, history: list[bytes], workers: int, data: st.DataObject
) -> None:
    empty(engine)
    pipe = Pipe(engine, RULES, TODAY, workers=workers)

    def withdraw(made: str) -> None:
        deciding.withdraw(pipe.engine, made, THEN)

    live(pipe, history, data, withdraw)

    left = everything(pipe)
    assert left == never(engine, history, TODAY)


@relaxed
@given(histories(), workers, st.data())
def test_a_decision_that_a_later_one_contradicts_leaves_nothing_but_the_later_one(
    engine: Engine, history: list[bytes], workers: int, data: st.DataObject
) -> None:
    empty(engine)
    pipe = Pipe(engine, RULES, TODAY, workers=workers)
    last_words: list[bytes] = []

    def contradict(made: str) -> None:
        pairs = [{**pair, "same": not pair["same"]} for pair in pairs_of(pipe, made)]
        moment = THEN.now.isoformat()
        last_words.append(
            sent("identity.decided", moment, event_id="last", source="urn:send:review", recorded=moment, pairs=pairs)
        )
        pipe.send("identity", last_words[-1])

    live(pipe, history, data, contradict)

    left = everything(pipe)
    assert left == never(engine, [*history, *last_words], TODAY)


def pairs_of(pipe: Pipe, decision: str) -> list[dict[str, Any]]:
    """What a decision says, wherever it is on its way."""
    said = [bytes(row[0]) for row in pipe.ask("SELECT value FROM outbox WHERE topic = 'send.raw.identity'")]
    said += [m.value for (topic, _), held in pipe.topics.items() if topic == "send.raw.identity" for m in held]
    (pairs,) = {json.dumps(body["data"]["pairs"]) for body in map(json.loads, said) if body["id"] == decision}
    found: list[dict[str, Any]] = json.loads(pairs)
    return found
