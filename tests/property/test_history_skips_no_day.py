"""The days that a history skips are days on which nothing changes: it equals the walk of every single day."""

import json
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.registry import parse
from send_integration.evaluate import answer_child
from send_integration.rules.flags import Flag
from send_integration.rules.history import ChildHistory, Span, runs_of, spans_between
from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing
from send_integration.when.london import london_day
from tests.builders import NOW
from tests.property.strategies import DAY_ONE, lines

RULES = load_rules()
CHILD = ChildId("c1")
FIRST, LAST = DAY_ONE - timedelta(1), DAY_ONE + timedelta(420)


def day_by_day(events: list[Event], book: RuleBook, first: date, last: date) -> list[Span]:
    """Every day asked by itself, in the way in which the live system answers."""
    stood: dict[str, list[tuple[date, Flag]]] = {}
    day = first
    while day <= last:
        known = [event for event in events if london_day(event.recorded_at) <= day]
        answer = answer_child(CHILD, standing(known), book, day)
        for flag in answer.flags if answer else ():
            stood.setdefault(flag.flag_id, []).append((day, flag))
        day += timedelta(1)
    found: list[Span] = []
    for days in stood.values():
        begins = 0
        for place, (day, flag) in enumerate(days):
            ends = place + 1 == len(days)
            after, next_flag = (day + timedelta(1), flag) if ends else days[place + 1]
            if ends or after != day + timedelta(1) or (flag.level, flag.status) != (next_flag.level, next_flag.status):
                until = day + timedelta(1)
                found.append(Span(days[begins][1], days[begins][0], None if until > last else until))
                begins = place + 1
    return sorted(found, key=lambda span: (span.flag.flag_id, span.from_on))


def written_down_the_day_before(raw: bytes) -> bytes:
    body = json.loads(raw)
    body["recordedtime"] = (datetime.fromisoformat(body["time"]) - timedelta(hours=12)).isoformat()
    return json.dumps(body).encode()


@settings(max_examples=120, deadline=None)
@given(
    lines(people=1, size=9, decisions_of_people=False),
    st.sets(st.integers(0, 8), min_size=3),
    st.sampled_from((0, 29, 100)),
)
def test_a_history_equals_the_walk_of_every_day(history: list[bytes], early: set[int], after: int) -> None:
    raws = [written_down_the_day_before(raw) if place in early else raw for place, raw in enumerate(history)]
    events = [found for raw in raws if isinstance(found := parse(raw, not_after=NOW), Event)]
    first = FIRST + timedelta(after)

    (spans,) = spans_between(ChildHistory(CHILD, events), [RULES], first, LAST)

    assert spans == day_by_day(events, RULES, first, LAST)


@settings(max_examples=40, deadline=None)
@given(lines(people=1, size=9, decisions_of_people=False), st.sets(st.sampled_from(sorted(RULES.rules)), min_size=1))
def test_some_of_the_rules_give_the_flags_that_all_give_for_those(history: list[bytes], chosen: set[str]) -> None:
    events = [found for raw in history if isinstance(found := parse(raw, not_after=NOW), Event)]
    some = RuleBook({rule_id: RULES[rule_id] for rule_id in sorted(chosen)})

    every, few = spans_between(ChildHistory(CHILD, events), [RULES, some], FIRST, LAST)

    assert few == [span for span in every if span.flag.rule in chosen]
    assert [span for run in runs_of(every) for span in run] == every
