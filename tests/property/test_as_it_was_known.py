"""Invariants 4 and 5: corrections apply whenever they arrive, and what we knew on a date stays what we knew."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.evaluate import as_json, evaluate
from send_integration.steps.catalogue import load_rules
from send_integration.when.london import london_midnight
from tests.builders import NOW
from tests.property.strategies import DAY_ONE, EDGES, lines

RULES = load_rules()


def was_known(raw: bytes, known_at: datetime) -> bool:
    parsed = parse(raw, not_after=NOW)
    return isinstance(parsed, Event) and parsed.recorded_at <= known_at


@settings(max_examples=200)
@given(lines(), st.sampled_from(EDGES), st.sampled_from(EDGES))
def test_as_known_then_is_what_a_system_stopped_then_would_say(history: list[bytes], known: int, after: int) -> None:
    known_at = london_midnight(DAY_ONE + timedelta(known))
    as_of = DAY_ONE + timedelta(after)
    until_then = [line for line in history if was_known(line, known_at)]

    hindsight = as_json(evaluate(history, RULES, as_of=as_of, not_after=NOW, known_at=known_at), RULES)
    stopped = as_json(evaluate(until_then, RULES, as_of=as_of, not_after=NOW), RULES)

    assert hindsight["children"] == stopped["children"]


@settings(max_examples=100)
@given(lines(people=1, size=10))
def test_until_the_next_change_nothing_changes_but_the_days_late(history: list[bytes]) -> None:
    for after in EDGES:
        as_of = DAY_ONE + timedelta(after)
        for child in evaluate(history, RULES, as_of=as_of, not_after=NOW).children:
            last_day = (child.next_change_on or as_of + timedelta(400)) - timedelta(1)
            for day in {as_of + timedelta(1), last_day} - {as_of}:
                if as_of < day <= last_day:
                    assert without_days_late(history, day, child.child_id) == without_days_late(
                        history, as_of, child.child_id
                    )


def without_days_late(history: list[bytes], as_of: date, child: str) -> object:
    answer = as_json(evaluate(history, RULES, as_of=as_of, not_after=NOW, child=child), RULES)["children"]
    for found in answer[0]["milestones"]:
        del found["days_late"]
    return answer
