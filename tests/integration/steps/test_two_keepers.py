"""Two keepers of timelines at once: neither waits for the other for ever, and neither misses what the other brings."""

from datetime import timedelta
from functools import partial

from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.contracts.event import Event
from send_integration.evaluate import as_json, evaluate
from send_integration.steps import timeline
from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.timelines import make_all_due
from tests.builders import NOW, event, sent
from tests.integration.steps.meeting import meet
from tests.integration.steps.pipe import Pipe
from tests.property.strategies import DAY_ONE, PEOPLE
from tests.record_keys import known_keys

RULES = load_rules()
TODAY = DAY_ONE + timedelta(300)


def test_an_event_and_another_childs_correction_of_it_that_meet_in_two_workers_are_judged_together(
    engine: Engine,
) -> None:
    """Neither worker can see what the other has not committed, and no child is common to both."""
    history = [
        sent("camhs.appointment", "2024-02-12", event_id="e0", source="s", person=PEOPLE[0]),
        sent("camhs.appointment", "2024-02-13", event_id="e1", source="s", person=PEOPLE[3], corrects="e0"),
    ]
    pipe = Pipe(engine, RULES, TODAY, workers=1)
    for raw in history:
        pipe.send("camhs", raw)
    pipe.drain_gate(["camhs"])
    messages = pipe.waiting(topics.CHILD_EVENTS.name, timeline.READER)
    assert len({message.partition for message in messages}) == 2
    keepers = [TimelineKeeper(engine, RULES, keys=known_keys()) for _ in messages]
    steps = [partial(keeper.keep, [message], TODAY, NOW) for keeper, message in zip(keepers, messages, strict=True)]

    meet(engine, "LOCK TABLE child IN SHARE ROW EXCLUSIVE MODE", steps)  # no answer can be written meanwhile

    found = as_json(evaluate(history, RULES, as_of=TODAY, not_after=NOW), RULES)
    assert pipe.answers() == found["children"]


def given(what: str, child: str, decision: int, *, partition: int, offset: int) -> RawMessage:
    """A message of an event that is the only one of its type."""
    return message_of(event(what, "2024-02-12", event_id=what, source="s"), child, decision, partition, offset)


def message_of(given: Event, child: str, decision: int, partition: int, offset: int) -> RawMessage:
    """A message of send.child-events: an event as a decision gives it to a child."""
    headers = (("decision", str(decision).encode()), ("child", child.encode()))
    return RawMessage(topics.CHILD_EVENTS.name, partition, offset, child.encode(), given.body, headers)


def test_two_workers_that_take_records_from_each_others_children_do_not_wait_for_ever(engine: Engine) -> None:
    one, other = "camhs.referred", "ehcp.requested"
    keepers = [TimelineKeeper(engine, RULES) for _ in range(2)]
    keepers[0].keep([given(one, "c1", 1, partition=0, offset=0)], TODAY, NOW)
    keepers[1].keep([given(other, "c2", 1, partition=1, offset=0)], TODAY, NOW)
    crossing = [given(other, "c1", 2, partition=0, offset=1), given(one, "c2", 2, partition=1, offset=1)]
    steps = [partial(keeper.keep, [message], TODAY, NOW) for keeper, message in zip(keepers, crossing, strict=True)]

    meet(engine, "LOCK TABLE event IN SHARE MODE", steps)  # both have locked their child, neither has kept anything

    with engine.connect() as connection:
        kept = connection.execute(text("SELECT event_id, child_id FROM event ORDER BY child_id")).all()
    assert [tuple(row) for row in kept] == [(other, "c1"), (one, "c2")]


def test_a_correction_and_a_move_of_both_events_to_another_child_do_not_wait_in_a_ring(engine: Engine) -> None:
    """The first takes the corrected event off its child's answer late, the second writes both events early."""
    first, second = (TimelineKeeper(engine, RULES) for _ in range(2))
    before = event("camhs.referred", "2024-02-12", event_id="e1", source="s")
    after = event("camhs.referred", "2024-02-13", event_id="e2", source="s", corrects="e1")
    first.keep([message_of(before, "c1", 1, partition=0, offset=0)], TODAY, NOW)
    corrects = [message_of(after, "c1", 1, partition=0, offset=1)]
    moves = [message_of(moved, "c2", 2, partition=1, offset=at) for at, moved in enumerate((before, after))]
    steps = [partial(keeper.keep, batch, TODAY, NOW) for keeper, batch in ((first, corrects), (second, moves))]

    meet(engine, "LOCK TABLE child IN SHARE ROW EXCLUSIVE MODE", steps)  # the first comes to wait with its event kept

    with engine.connect() as connection:
        kept = connection.execute(
            text("SELECT event_id, child_id, shown_since IS NOT NULL FROM event ORDER BY 1")
        ).all()
    assert [tuple(row) for row in kept] == [("e1", "c2", False), ("e2", "c2", True)]


def test_a_child_who_is_no_more_and_the_making_of_all_due_do_not_wait_in_a_ring(engine: Engine) -> None:
    """Answers are written in the order of the children, and then those are forgotten who have nothing left."""
    keeper = TimelineKeeper(engine, RULES)
    whose = {"camhs.referred": "c1", "ehcp.requested": "c2", "referrals.received": "c3"}
    known = [given(what, child, 1, partition=0, offset=at) for at, (what, child) in enumerate(whose.items())]
    keeper.keep(known, TODAY, NOW)
    moved = [
        given("camhs.referred", "c2", 2, partition=1, offset=0),
        given("ndd.referred", "c3", 2, partition=1, offset=1),
    ]

    def move() -> None:
        keeper.keep(moved, TODAY, NOW)

    def make_due() -> None:
        with engine.begin() as connection:
            make_all_due(connection, TODAY)

    hold = "SELECT FROM child WHERE child_id = 'c3' FOR UPDATE"
    meet(engine, hold, [move, make_due])

    with engine.connect() as connection:
        due = connection.execute(text("SELECT child_id, next_change_on FROM child ORDER BY child_id")).all()
    assert [tuple(row) for row in due] == [("c2", TODAY), ("c3", TODAY)]
