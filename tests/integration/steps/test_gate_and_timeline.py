"""The stream's steps on a real database say what `evaluate` says, whatever comes first and wherever they are killed."""

import json
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from send_integration.contracts.registry import read
from send_integration.evaluate import as_json, evaluate
from send_integration.steps.catalogue import load_rules
from send_integration.steps.gate import READER
from tests.builders import NOW, sent
from tests.integration.steps.pipe import Pipe, empty
from tests.property.strategies import DAY_ONE, PEOPLE, lines

RULES = load_rules()
TODAY = DAY_ONE + timedelta(121)


def feed_of(raw: bytes) -> str:
    return json.loads(raw)["type"].split(".")[1]


def expected(history: list[bytes]) -> dict[str, object]:
    return as_json(evaluate(history, RULES, as_of=TODAY, not_after=NOW), RULES)


def check(pipe: Pipe, history: list[bytes]) -> None:
    answer = expected(history)
    assert pipe.answers() == answer["children"]
    quarantined = answer["quarantined"]
    assert isinstance(quarantined, list)
    assert pipe.counts() == (answer["accepted"], len(quarantined), answer["duplicates"])
    assert pipe.rows() == (answer["accepted"], len(quarantined))


relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(lines(size=14), st.data())
def test_any_batching_and_interleaving_ends_as_evaluate_says(
    engine: Engine, history: list[bytes], data: st.DataObject
) -> None:
    empty(engine)
    pipe = Pipe(engine, RULES, TODAY)
    repeats = data.draw(st.lists(st.sampled_from(history), max_size=3)) if history else []
    arriving = data.draw(st.permutations(history + repeats))
    while arriving:
        size = data.draw(st.integers(1, len(arriving)))
        now, arriving = arriving[:size], arriving[size:]
        for raw in now:
            pipe.send(feed_of(raw), raw)
        feeds = data.draw(st.permutations(sorted({feed_of(raw) for raw in now})))
        pipe.drain_gate(feeds, size=data.draw(st.integers(1, 5)))
        if data.draw(st.booleans()):
            pipe.drain_timeline(size=data.draw(st.integers(1, 5)))
    pipe.drain_timeline()

    check(pipe, history + repeats)


@relaxed
@given(lines(size=10), st.data())
def test_a_gate_killed_before_publishing_loses_and_doubles_nothing(
    engine: Engine, history: list[bytes], data: st.DataObject
) -> None:
    empty(engine)
    pipe = Pipe(engine, RULES, TODAY)
    for raw in history:
        pipe.send(feed_of(raw), raw)
    for feed in sorted({feed_of(raw) for raw in history}):
        pipe.admit_though_killed(feed, data)
    pipe.drain_timeline(size=3)

    check(pipe, history)


def test_reading_everything_again_changes_nothing(engine: Engine) -> None:
    pipe = Pipe(engine, RULES, TODAY)
    history = [sent("ehcp.requested", "2024-01-01"), sent("ehcp.decided_to_assess", "2024-04-01"), b"{broken"]
    for raw in history:
        pipe.send("ehcp", raw)
    pipe.drain_gate(["ehcp"])
    pipe.drain_timeline()
    before = pipe.answers(), pipe.counts()

    for place, held in list(pipe.topics.items()):
        if place[0] == "send.raw.ehcp":
            pipe.gate.admit("ehcp", held, NOW)
        elif place[0] == "send.child-events":
            assert pipe.keeper.keep(held, TODAY, NOW).new == 0

    assert (pipe.answers(), pipe.counts()) == before


def test_a_second_correction_elsewhere_takes_an_event_from_the_first_ones_child(engine: Engine) -> None:
    """Found by the property above: both children, and not only the corrected event's, must be judged anew."""
    one, two = PEOPLE[0], PEOPLE[1]
    history = [
        sent("referrals.received", "2024-01-01", event_id="e0", source="s", person=one),
        sent("referrals.received", "2024-01-01", event_id="e1", source="s", person=two, corrects="e0"),
        sent("referrals.received", "2024-01-01", event_id="e4", source="s", person=one, corrects="e0"),
    ]
    pipe = Pipe(engine, RULES, TODAY)
    for raw in history:
        pipe.send("referrals", raw)
        pipe.drain_gate(["referrals"])
        pipe.drain_timeline()

    check(pipe, history)


def test_a_retraction_that_gives_way_to_an_earlier_body_gives_its_event_back(engine: Engine) -> None:
    """Found by the property above: what the former body named must be judged anew, though the new one names nothing."""
    one, two = PEOPLE[0], PEOPLE[1]
    first_body = sent("referrals.received", "2024-01-01", event_id="e3", source="s", person=two, recorded="2024-01-04")
    later_body = sent(
        "referrals.received", "2024-01-01", event_id="e3", source="s", person=two, recorded="2024-01-05", retracts="e0"
    )
    history = [sent("referrals.received", "2024-01-01", event_id="e0", source="s", person=one), later_body, first_body]
    pipe = Pipe(engine, RULES, TODAY)
    for raw in history:
        pipe.send("referrals", raw)
        pipe.drain_gate(["referrals"])
        pipe.drain_timeline()

    check(pipe, history)


def test_what_a_killed_gate_says_again_is_what_it_let_in_though_the_timeline_has_what_gave_way(engine: Engine) -> None:
    first, later = (
        sent("referrals.received", "2024-01-01", event_id="e0", source="s", recorded=day, note=day)
        for day in ("2024-01-04", "2024-01-05")
    )
    pipe = Pipe(engine, RULES, TODAY)
    pipe.send("referrals", later)
    pipe.drain_gate(["referrals"])
    pipe.drain_timeline()
    pipe.send("referrals", first)
    pipe.admit("referrals", pipe.waiting("send.raw.referrals", READER), publish=False)
    pipe.drain_gate(["referrals"])

    assert [read(body).note for _, body in pipe.clean().values()] == ["2024-01-04"]
    pipe.drain_timeline()
    check(pipe, [later, first])


def test_a_killed_gate_says_again_all_that_it_refused_from_the_first_message_to_the_last(engine: Engine) -> None:
    pipe = Pipe(engine, RULES, TODAY)
    refused = {b"{%d" % number for number in range(6)}
    for number, raw in enumerate(sorted(refused)):
        pipe.send("referrals", raw, partition=number % 3)
    pipe.admit("referrals", pipe.waiting("send.raw.referrals", READER), publish=False)
    pipe.drain_gate(["referrals"])

    assert {
        one.value for (topic, _), held in pipe.topics.items() if topic == "send.quarantine" for one in held
    } == refused


def test_a_persons_decision_that_gives_way_to_another_feeds_body_decides_nothing(engine: Engine) -> None:
    """Found by the property above: the decision was out of the admitted, and still joined two children."""
    one, two = PEOPLE[0], PEOPLE[1]
    pairs = [
        {"one": {"source": "s", "local_id": "1"}, "other": {"source": "s", "local_id": "2"}, "same": True},
    ]
    history = [
        sent("identity.decided", "2024-04-01", event_id="e1", source="s", pairs=pairs),
        sent("referrals.received", "2024-01-01", event_id="e0", source="s", person=one),
        sent("referrals.received", "2024-01-01", event_id="e2", source="s", person=two),
        sent("camhs.referred", "2024-02-12", event_id="e1", source="s", person=one),
    ]
    pipe = Pipe(engine, RULES, TODAY)
    for raw in history:
        pipe.send(feed_of(raw), raw)
        pipe.drain_gate([feed_of(raw)])
        pipe.drain_timeline()

    check(pipe, history)


def test_two_corrections_of_an_event_that_never_came_take_from_each_other(engine: Engine) -> None:
    """Found by the property above: they hang together by what they name, though nobody has it."""
    history = [
        sent("camhs.appointment", "2024-02-12", event_id="e5", source="s", person=PEOPLE[1], corrects="e1"),
        sent("camhs.appointment", "2024-02-13", event_id="e9", source="s", person=PEOPLE[3], corrects="e1"),
    ]
    pipe = Pipe(engine, RULES, TODAY)
    for raw in history:
        pipe.send("camhs", raw)
        pipe.drain_gate(["camhs"])
        pipe.drain_timeline()

    check(pipe, history)
