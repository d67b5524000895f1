"""Replays and discards one by one: what is carried along, who is told, what stays out, what is kept apart."""

import json
from functools import partial

import pytest
from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.contracts.event import Reason
from send_integration.errors import BadInput, DecidedMeanwhile
from send_integration.steps import stewarding
from send_integration.steps.gate import READER
from send_integration.steps.relay import Relay
from send_integration.steps.stewarding import Seen, discard, replay
from send_integration.store import outbox, refusals
from send_integration.store.refusals import QuarantineRow
from send_integration.store.stewards import Choice
from tests.builders import NOW, sent
from tests.integration.steps.meeting import meet
from tests.integration.steps.pipe import Pipe
from tests.integration.steps.replaying import (
    DECIDED,
    REQUESTED,
    RULES,
    SAM,
    TODAY,
    TOO_STRICT,
    Strict,
    acts,
    check,
    check_ledger,
    status_of,
    waiting_items,
)
from tests.record_keys import KEYS


@pytest.fixture
def strict() -> Strict:
    """A check that refuses the request."""
    return Strict([REQUESTED])


@pytest.fixture
def pipe(engine: Engine, strict: Strict) -> Pipe:
    """A request that was refused, and the decision on it that was let in."""
    made = Pipe(engine, RULES, TODAY, checks=strict)
    for raw in (REQUESTED, DECIDED):
        made.send("ehcp", raw)
    made.settle()
    return made


def test_what_is_refused_again_stays_open_with_its_new_reasons_and_says_when(pipe: Pipe, strict: Strict) -> None:
    replay(pipe.engine, waiting_items(pipe), SAM)
    pipe.settle()

    assert status_of(pipe, REQUESTED) == "open"
    assert [(act, by) for act, by, _ in acts(pipe)] == [
        ("quarantined", "gate"),
        ("replayed", "sam"),
        ("refused-again", "gate"),
    ]
    assert pipe.counts() == (1, 1, 1)
    check_ledger(pipe)

    strict.relax()
    replay(pipe.engine, waiting_items(pipe), SAM)
    pipe.settle()

    assert status_of(pipe, REQUESTED) == "released"
    assert [act for act, _, _ in acts(pipe)][3:] == ["replayed", "released"]
    assert pipe.counts() == (2, 0, 2)
    check(pipe, [REQUESTED, DECIDED])


def test_a_replay_that_is_published_twice_is_refused_once(pipe: Pipe) -> None:
    replay(pipe.engine, waiting_items(pipe), SAM)
    for _ in range(2):
        pipe.relay(killed=True)
        pipe.drain_gate(["ehcp"])
    pipe.settle()

    assert [act for act, _, _ in acts(pipe)] == ["quarantined", "replayed", "refused-again"]
    assert pipe.counts() == (1, 1, 3)
    check_ledger(pipe)


def test_a_replay_carries_the_untouched_bytes_and_their_history(pipe: Pipe) -> None:
    ((position,),) = pipe.ask('SELECT concat_ws(\'/\', topic, "partition", "offset") FROM quarantine')
    replay(pipe.engine, waiting_items(pipe), SAM)
    ((act,),) = pipe.ask("SELECT replay FROM quarantine")
    pipe.relay()

    (message,) = pipe.waiting("send.raw.ehcp", READER)
    assert message.value == REQUESTED
    assert (message.header("raw-position"), message.header("replay")) == (position.encode(), str(act).encode())


@pytest.mark.parametrize("mended", [False, True])
def test_what_the_adapter_found_goes_along_unless_the_adapter_was_mended(engine: Engine, mended: bool) -> None:
    pipe = Pipe(engine, RULES, TODAY)
    fault = Reason("cin-8500", "data.person", "As the census has it.")
    pipe.send("ehcp", REQUESTED, headers=(("adapter-reasons", json.dumps([fault._asdict()]).encode()),))
    pipe.settle()

    replay(engine, waiting_items(pipe), SAM, adapter_mended=mended)
    pipe.settle()

    assert status_of(pipe, REQUESTED) == ("released" if mended else "open")
    check_ledger(pipe)


def test_the_same_bytes_sent_again_by_the_source_release_the_item_without_a_replay(pipe: Pipe, strict: Strict) -> None:
    strict.relax()
    pipe.send("ehcp", REQUESTED)
    pipe.settle()

    assert status_of(pipe, REQUESTED) == "released"
    assert pipe.counts() == (2, 0, 1)
    check_ledger(pipe)


def test_a_discarded_item_stays_counted_and_its_bytes_stay_out_until_somebody_replays_it(
    pipe: Pipe, strict: Strict
) -> None:
    items = waiting_items(pipe)
    discard(pipe.engine, items, SAM)
    strict.relax()
    pipe.send("ehcp", REQUESTED)
    pipe.settle()

    assert status_of(pipe, REQUESTED) == "discarded"
    assert pipe.counts() == (1, 1, 1)
    check_ledger(pipe)
    assert pipe.ask("SELECT raw FROM quarantine") == [(REQUESTED,)]

    replay(pipe.engine, items, SAM)
    pipe.settle()

    assert status_of(pipe, REQUESTED) == "released"
    check(pipe, [REQUESTED, DECIDED])


@pytest.mark.parametrize("act", ["discarded", "released"])
def test_an_id_of_unusual_signs_makes_no_difference(engine: Engine, act: str) -> None:
    """The contract takes what shows nothing, so what was refused has to be found by it too."""
    raw = sent("ehcp.requested", "2024-01-01", event_id="no\u00a0break", source="s")
    strict = Strict([raw])
    pipe = Pipe(engine, RULES, TODAY, checks=strict)
    pipe.send("ehcp", raw)
    pipe.settle()
    if act == "discarded":
        discard(engine, waiting_items(pipe), SAM)
    strict.relax()

    pipe.send("ehcp", raw)
    pipe.settle()

    assert status_of(pipe, raw) == act
    assert pipe.counts() == ((0, 1, 1) if act == "discarded" else (1, 0, 1))
    check_ledger(pipe)


def test_a_discard_stops_a_replay_that_is_on_its_way(pipe: Pipe, strict: Strict) -> None:
    strict.relax()
    items = waiting_items(pipe)
    replay(pipe.engine, items, SAM)
    discard(pipe.engine, items, SAM)
    pipe.settle()

    assert status_of(pipe, REQUESTED) == "discarded"
    assert pipe.counts() == (1, 1, 1)


def test_a_group_leaves_out_what_is_being_replayed_and_what_waits_for_identity(engine: Engine, pipe: Pipe) -> None:
    first = replay(engine, Choice(feed="ehcp", code="too-strict", agency="s"), SAM)
    second = replay(engine, Choice(feed="ehcp"), SAM)
    nobody = replay(engine, Choice(agency="t"), SAM)

    assert (len(first.items), second.items, second.under_way, nobody.items) == (1, (), 1, ())


def test_whoever_acts_on_what_has_changed_since_is_told(pipe: Pipe) -> None:
    items = waiting_items(pipe)
    ((latest,),) = pipe.ask("SELECT max(id) FROM quarantine_act")
    discard(pipe.engine, items, SAM._replace(seen=Seen(1, latest)))

    with pytest.raises(DecidedMeanwhile):
        replay(pipe.engine, items, SAM._replace(seen=Seen(1, latest)))


@pytest.mark.parametrize("why", ["", "x" * 201, "it is 9990000018", "two\u2028lines"])
def test_a_reason_is_one_line_without_a_childs_number(pipe: Pipe, why: str) -> None:
    with pytest.raises(BadInput):
        discard(pipe.engine, waiting_items(pipe), SAM._replace(why=why))


def test_what_is_held_or_let_in_or_unknown_cannot_be_replayed(pipe: Pipe, strict: Strict) -> None:
    items = waiting_items(pipe)
    strict.relax()
    replay(pipe.engine, items, SAM)
    pipe.settle()

    with pytest.raises(BadInput, match="let in"):
        replay(pipe.engine, items, SAM)
    with pytest.raises(BadInput, match="no such item"):
        replay(pipe.engine, [999_999], SAM)


@pytest.mark.parametrize("together", [False, True])
def test_bytes_that_are_let_in_are_a_repeat_though_they_would_be_refused_now(engine: Engine, together: bool) -> None:
    """Else a steward would discard what stands in a timeline, and believe it gone."""
    pipe = Pipe(engine, RULES, TODAY)
    found = (("adapter-reasons", json.dumps([TOO_STRICT._asdict()]).encode()),)
    pipe.send("ehcp", REQUESTED)
    if not together:
        pipe.settle()
    pipe.send("ehcp", REQUESTED, headers=found)
    pipe.settle()

    assert pipe.ask("SELECT FROM quarantine") == []
    assert pipe.counts() == (1, 0, 1)
    check(pipe, [REQUESTED, REQUESTED])


def test_large_items_are_replayed_a_few_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand of two megabytes each, read together, would end every worker that tried, one after the other."""
    most = outbox.BYTES_AT_ONCE
    for number in range(9):
        with engine.begin() as connection:
            row = QuarantineRow("ehcp", b"%d" % number * (most // 8), (TOO_STRICT,), "send.raw.ehcp", 0, number, b"")
            refusals.quarantine_new(connection, [row])
    said: list[int] = []
    monkeypatch.setattr(stewarding, "say", lambda at, messages: said.append(len(messages)) or outbox.say(at, messages))

    replay(engine, Choice(), SAM)
    taken = []
    relay = Relay(engine, KEYS)
    while messages := relay.take(1000):
        taken.append([message.value[:1] for message in messages if message.topic != topics.AUDIT.name])
        relay.done()

    assert said == [8, 1]
    assert taken == [[b"%d" % number for number in range(8)], [b"8"]]


def test_copies_of_a_replay_that_loses_to_an_earlier_body_are_refused_all_together(engine: Engine) -> None:
    """Found by the property above: the second copy of a batch was taken for one that is let in."""
    earlier = sent("ehcp.requested", "2024-01-01", event_id="r", source="s", recorded="2024-01-01")
    later = sent("ehcp.requested", "2024-01-01", event_id="r", source="s", recorded="2024-01-02")
    pipe = Pipe(engine, RULES, TODAY)
    for raw in (earlier, later):
        pipe.send("ehcp", raw)
    pipe.settle()

    for _ in range(2):
        replay(engine, waiting_items(pipe), SAM)
        pipe.relay(killed=True)
    pipe.settle()

    check(pipe, [earlier, later])
    assert acts(pipe)[-1] == ("refused-again", "gate", ["conflicting-id"])
    assert pipe.ask("SELECT replay FROM quarantine") == [(None,)]


def test_two_gates_that_let_in_each_others_items_do_not_wait_for_each_other(engine: Engine) -> None:
    """Each batch moves a count in the partition that the other has locked."""
    there, here = (
        [sent("ehcp.requested", "2024-01-01", event_id=f"{place}{n}", source="s") for n in range(20)] for place in "ab"
    )
    strict = Strict([*there, *here])
    pipe = Pipe(engine, RULES, TODAY, workers=2, checks=strict)
    for place, lines_there in enumerate((there, here)):
        pipe.send("ehcp", sent("ehcp.requested", "2023-12-01", event_id=f"known{place}", source="s"), partition=place)
        for raw in lines_there:
            pipe.send("ehcp", raw, partition=place)
    pipe.settle()
    for place in range(2):  # the child is known to both by now, so that neither takes the identity lock alone for it
        pipe.send("ehcp", sent("ehcp.requested", "2023-12-02", event_id=f"more{place}", source="s"), partition=place)
    pipe.settle()
    strict.relax()
    for place, lines_there in enumerate((here, there)):  # the source sends them again, to the other partition
        for raw in lines_there:
            pipe.send("ehcp", raw, partition=place)

    waiting = pipe.waiting("send.raw.ehcp", READER)
    steps = [
        partial(gate.admit, "ehcp", [message for message in waiting if message.partition == place], NOW)
        for place, gate in enumerate(pipe.gates)
    ]
    meet(engine, "LOCK TABLE quarantine IN SHARE MODE", steps)

    assert pipe.counts() == (44, 0, 40)
    check_ledger(pipe)


def test_what_a_steward_replays_is_nothing_that_the_source_has_sent(engine: Engine) -> None:
    """Else a group that is replayed would look like a flood of repeats, and a silent feed as if it sent again."""
    strict = Strict([REQUESTED, DECIDED])
    pipe = Pipe(engine, RULES, TODAY, checks=strict)
    for raw in (REQUESTED, DECIDED):
        pipe.send("ehcp", raw)
    pipe.drain_gate(["ehcp"])
    counted = "SELECT messages, arrived_today, accepted, quarantined, duplicates, rows, people FROM feed_day"
    before = pipe.ask(counted)

    for relax in (False, True):
        if relax:
            strict.relax()
        replay(engine, waiting_items(pipe), SAM)
        pipe.relay()
        pipe.drain_gate(["ehcp"])

    assert waiting_items(pipe) == []
    assert pipe.ask(counted) == before == [(2, 2, 0, 2, 0, 2, 0)]
    check_ledger(pipe)
