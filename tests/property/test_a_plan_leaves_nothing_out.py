"""The engine asks only rules that a child's events can begin; the answer is the one that asking every rule would give."""

from datetime import date, timedelta
from random import Random
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import Event
from send_integration.contracts.registry import EVENT_TYPES, parse
from send_integration.rules.cases import FIRES, QUIET, history_of
from send_integration.rules.engine import Plan, assess_by, plan_of
from send_integration.rules.model import Assessment
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing, timeline_of
from tests.builders import NOW, all_types, event, has_person
from tests.property.strategies import DAY_ONE, EDGES, lines

RULES = load_rules()
PLAN = plan_of(RULES)
EVERY_RULE = PLAN._replace(begun_by={}, always=tuple(RULES.rules.values()))
CASES = [
    pytest.param(case, id=f"{rule.id} {name} {number}")
    for rule in RULES.rules.values()
    for name in (FIRES, QUIET)
    for number, case in enumerate(rule.parameters.get(name, ()), start=1)
]


def answer(plan: Plan, events: list[Event], as_of: date) -> Assessment | None:
    happened = [event for event in standing(events) if event.on <= as_of]
    return assess_by(plan, timeline_of(happened), as_of) if happened else None


def choices(kind: str) -> dict[str, tuple[Any, ...]]:
    """The values that make a difference, by field: every code, yes and no, one of two ids."""
    data: Any = EVENT_TYPES[f"send.{kind}.v1"].model_fields["data"].annotation
    found: dict[str, tuple[Any, ...]] = {}
    for name, field in data.model_fields.items():
        if codes := codes_of(field.annotation):
            found[name] = codes
        elif field.annotation is bool:
            found[name] = (True, False)
        elif name.endswith("_id"):
            found[name] = ("1", "2")
    return found


def codes_of(kind: Any) -> tuple[Any, ...]:
    """Of a field that is one of some codes, or of those and nothing; of a list of codes none."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(
        code
        for one in get_args(kind)
        if get_origin(kind) is not tuple and get_origin(one) is Literal
        for code in get_args(one)
    )


KINDS = {kind: choices(kind) for kind in all_types() if has_person(kind)}
FEEDS = sorted({kind.partition(".")[0] for kind in KINDS})


HISTORIES = 400
"""Of each feed; by chance, for patterns of several events of one kind are rarely met by growing a history from nothing."""


def history_of_feed(chance: Random, feed: str) -> list[Event]:
    """Something that might happen, most of it told by one feed."""
    own, others = ([kind for kind in KINDS if (kind.partition(".")[0] == feed) is same] for same in (True, False))
    born_on = chance.choice(("2010-02-01", "2010-09-01", "2012-03-05", "2016-02-29"))
    return [
        event(
            kind,
            (DAY_ONE + timedelta(chance.choice((0, 1, 14, 28, 29, 42, 91, 120, 200)))).isoformat(),
            event_id=f"e{number}",
            person={"date_of_birth": born_on},
            **{name: chance.choice(values) for name, values in KINDS[kind].items()},
        )
        for number in range(chance.randint(2, 10))
        for kind in [chance.choice(own if chance.random() < 0.7 else others)]
    ]


@pytest.mark.parametrize("feed", FEEDS)
def test_the_answer_is_that_of_asking_every_rule_whatever_a_feed_tells(feed: str) -> None:
    chance = Random(feed)
    for _ in range(HISTORIES):
        events = history_of_feed(chance, feed)
        as_of = DAY_ONE + timedelta(chance.choice((*EDGES, 220, 700)))

        assert answer(PLAN, events, as_of) == answer(EVERY_RULE, events, as_of)


@settings(max_examples=200)
@given(lines(people=1, decisions_of_people=False), st.sampled_from(EDGES))
def test_the_answer_is_that_of_asking_every_rule_whatever_the_order(history: list[bytes], after: int) -> None:
    parsed = [parse(raw, not_after=NOW) for raw in history]
    events = [event for event in parsed if isinstance(event, Event)]
    as_of = DAY_ONE + timedelta(after)

    assert answer(PLAN, events, as_of) == answer(EVERY_RULE, events, as_of)


@pytest.mark.parametrize("case", CASES)
def test_in_every_case_of_a_rule_as_well(case: dict[str, object]) -> None:
    events = history_of(case)
    days = {date.fromisoformat(str(case["on"])), *(event.on for event in events)}

    for day in days:
        assert answer(PLAN, events, day) == answer(EVERY_RULE, events, day)


def test_a_name_that_is_forgotten_is_noticed() -> None:
    """The comparison above is worth something: without a rule's beginning, its milestone is missing."""
    forgetful = PLAN._replace(
        begun_by={name: rules for name, rules in PLAN.begun_by.items() if name != "ehcp.requested"}
    )
    case = RULES["ehc-decide-to-assess"].parameters[FIRES][0]
    events, day = history_of(case), date.fromisoformat(case["on"])

    assert answer(forgetful, events, day) != answer(EVERY_RULE, events, day)


def test_few_rules_are_asked_of_a_child_of_whom_little_is_known() -> None:
    asked = {rule.id for rule in PLAN.asked(["people.registered"])}

    assert asked == {rule.id for rule in PLAN.always}
    assert len(asked) < len(RULES.rules) / 2
