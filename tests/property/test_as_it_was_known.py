"""Invariants 4 and 5: corrections apply whenever they arrive, and what we knew on a date stays what we knew."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.registry import parse
from send_integration.evaluate import answer_child, as_json, evaluate
from send_integration.steps.catalogue import load_rules
from send_integration.when.london import london_midnight
from tests.builders import NOW, sent
from tests.property.seeded import Grown, grown
from tests.property.strategies import DAY_ONE, EDGES, lines

RULES = load_rules()


def was_known(raw: bytes, known_at: datetime) -> bool:
    parsed = parse(raw, not_after=NOW)
    return isinstance(parsed, Event) and parsed.recorded_at <= known_at


@settings(max_examples=200)
@given(lines(decisions_of_people=False), st.sampled_from(EDGES), st.sampled_from(EDGES))
def test_as_known_then_is_what_a_system_stopped_then_would_say(history: list[bytes], known: int, after: int) -> None:
    known_at = london_midnight(DAY_ONE + timedelta(known))
    as_of = DAY_ONE + timedelta(after)
    until_then = [line for line in history if was_known(line, known_at)]

    hindsight = as_json(evaluate(history, RULES, as_of=as_of, not_after=NOW, known_at=known_at), RULES)
    stopped = as_json(evaluate(until_then, RULES, as_of=as_of, not_after=NOW), RULES)

    assert hindsight["children"] == stopped["children"]


@settings(max_examples=100, deadline=None)
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


@settings(max_examples=150, deadline=None)
@given(grown(RULES))
def test_nor_does_anything_in_histories_that_complete_a_pattern(history: Grown) -> None:
    day = history.events[0].on
    for _ in range(40):
        now, following = flags_and_next(history, day)
        for later in {day + timedelta(1), following - timedelta(1), day + (following - day) // 2}:
            if day < later < following:
                assert flags_and_next(history, later) == (now, following)
        if following.year == 2100:
            break
        day = following


def flags_and_next(history: Grown, as_of: date) -> tuple[object, date]:
    found = answer_child(ChildId("c"), history.events, RULES, as_of)
    assert found is not None
    return found.flags, found.next_change_on or date(2100, 1, 1)


def without_days_late(history: list[bytes], as_of: date, child: str) -> object:
    answer = as_json(evaluate(history, RULES, as_of=as_of, not_after=NOW, child=child), RULES)["children"]
    for found in answer[0]["milestones"]:
        del found["days_late"]
    return answer


def test_a_merge_that_was_undone_is_not_shown_again_as_known_before() -> None:
    anna, omar = (
        {"local_id": n, "given_name": name, "date_of_birth": born, "nhs_number": None}
        for n, name, born in (("1", "Anna", "2012-03-04"), ("2", "Omar", "2014-05-06"))
    )
    pair = {"one": {"source": "s", "local_id": "1"}, "other": {"source": "s", "local_id": "2"}, "same": True}
    history = [
        sent("camhs.referred", "2024-01-01", event_id="a", source="s", person=anna),
        sent("camhs.referred", "2024-01-01", event_id="b", source="s", person=omar),
        sent("identity.decided", "2024-01-02", event_id="merge", source="r", pairs=[pair]),
        sent("identity.withdrawn", "2024-03-01", event_id="split", source="r", retracts="merge"),
    ]

    then = evaluate(history, RULES, as_of=date(2024, 2, 1), not_after=NOW, known_at=london_midnight(date(2024, 2, 1)))

    assert len(then.children) == 2
