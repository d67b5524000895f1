"""A flag's evidence is exactly the events that it rests on: without any of them it is another, without any other the same."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import assume, example, given, settings

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.registry import parse
from send_integration.rules.cases import history_of
from send_integration.rules.engine import assess
from send_integration.rules.flags import Flag, flags_of
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import timeline_of
from tests.builders import example_data, sent
from tests.property.seeded import Grown, grown

RULES = load_rules()
SUPPORT_AGREED_AGAIN_AFTER_IT_STARTED = Grown(
    tuple(
        history_of(
            {
                "events": (
                    "2022-05-01 support.agreed support_id=S1 kind=respite",
                    "2022-08-30 support.started support_id=S1",
                    "2022-10-29 support.agreed support_id=S1 kind=respite",
                )
            }
        )
    ),
    as_of=date(2026, 9, 15),
)
"""That it started says also that it is open: the first event is no evidence of a silent case."""


def flags(events: Iterable[Event], as_of: date) -> Mapping[str, Flag]:
    """The flags of a child whose standing events these are."""
    known = tuple(events)
    if not known:
        return {}
    found = assess(RULES, timeline_of(known), as_of)
    return {flag.flag_id: flag for flag in flags_of(ChildId("c"), found.milestones, found.risks, RULES)}


@settings(max_examples=300, deadline=None)
@given(grown(RULES))
@example(SUPPORT_AGREED_AGAIN_AFTER_IT_STARTED)
def test_without_a_piece_of_evidence_it_is_another_flag_and_without_any_other_event_the_same(history: Grown) -> None:
    as_of = history.as_of
    events = [event for event in history.events if event.on <= as_of]
    standing = flags(events, as_of)
    assume(standing)
    for event in events:
        without = flags((other for other in events if other is not event), as_of)
        for flag_id, flag in standing.items():
            if event.key not in flag.evidence:
                assert without.get(flag_id) == flag, f"{flag.rule} rests on {event.what}, which is no evidence of it"
            else:
                less = replace(flag, evidence=tuple(each for each in flag.evidence if each != event.key))
                assert without.get(flag_id) != less, f"{flag.rule} does not rest on {event.what}, its evidence"


@settings(max_examples=150, deadline=None)
@given(grown(RULES))
def test_something_that_a_flag_expects_changes_it(history: Grown) -> None:
    as_of = history.as_of
    events = [event for event in history.events if event.on <= as_of]
    standing = {flag_id: flag for flag_id, flag in flags(events, as_of).items() if flag.expected}
    assume(standing)
    for flag_id, flag in standing.items():
        days = (as_of, as_of + timedelta(1))
        without = {day: flags(events, day).get(flag_id) for day in days}
        assert any(
            flags([*events, come], come.on).get(flag_id) != without[come.on]
            for day in days
            for come in expected_events(flag, events, day)
        ), f"none of {flag.expected} changes {flag.rule}"


def expected_events(flag: Flag, events: Sequence[Event], day: date) -> Iterator[Event]:
    """Each event that a flag expects, about the same things as each piece of its evidence."""
    person = events[0].person
    assert person is not None
    evidence = [event for event in events if event.key in flag.evidence]
    for pattern in flag.expected:
        what, *conditions = pattern.split(" ")
        for event in evidence:
            about = {name: value for name, value in event.data.items() if name == "urn" or name.endswith("_id")}
            example = example_data(what.replace("ndd.", "ndd-triage."))
            fields = {
                name: _made_true(value, day)
                for name, value in example.items()
                if name not in ("person", "worker", "on")
            }
            fields |= {name: value for name, value in about.items() if name in example}
            for field, code in (condition.split("=") for condition in conditions if "!=" not in condition):
                fields[field] = True if code == "true" else code.split("|")[0]
            born = {"local_id": person.local_id, "date_of_birth": person.date_of_birth.isoformat()}
            raw = sent(what, day.isoformat(), event_id="expected", person=born, **fields)
            come = parse(raw, not_after=datetime(2100, 1, 1, tzinfo=UTC))
            if isinstance(come, Event):
                yield come


def _made_true(value: Any, day: date) -> Any:
    """An example's value, with yes for no and the day in question for any other."""
    if isinstance(value, bool):
        return True
    is_day = isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    return day.isoformat() if is_day else value
