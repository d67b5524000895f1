"""The simulated panel: every second Thursday, with all that a page about it shows, and nothing else of the authority changed."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.simulate.authority import Authority, simulate_authority
from send_integration.simulate.panel_meetings import coming_meeting
from send_integration.simulate.profile import load_profile
from send_integration.timeline.fold import former_of, standing
from send_integration.timeline.panel import PanelRecord, panel_record
from tests.builders import NOW

UNTIL = date(2025, 1, 16)


def simulated(*, panel_meetings: bool = True) -> Authority:
    return simulate_authority(
        load_profile("luton-2024"), children=500, seed=821, until=UNTIL, dirt="none", statutory_dates=True,
        panel_meetings=panel_meetings,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Authority:
    return simulated()


@pytest.fixture(scope="module")
def records(made: Authority) -> list[PanelRecord]:
    """The record of every child of whom the panel's own feed says anything."""
    of_child: dict[str, list[Event]] = {}
    for item in made.arrived:
        if item.line.feed == "panel":
            event = parse(item.raw, not_after=NOW, feed="panel")
            assert isinstance(event, Event), event
            of_child.setdefault(event.subject, []).append(event)
    return [panel_record(standing(events), former_of(events)) for events in of_child.values()]


def lines(authority: Authority, *, panel: bool) -> list[bytes]:
    return sorted(item.raw for item in authority.arrived if (item.line.feed == "panel") == panel)


def test_the_same_seed_gives_the_same_panel_and_nothing_else_of_the_authority_is_other(made: Authority) -> None:
    assert lines(made, panel=True) == lines(simulated(), panel=True)
    assert lines(made, panel=False) == lines(simulated(panel_meetings=False), panel=False)


def test_all_meetings_are_every_second_thursday_up_to_the_coming_one(records: list[PanelRecord]) -> None:
    days = {item.meeting_on for record in records for item in (*record.listings, *record.decisions)}

    assert coming_meeting(UNTIL) == date(2025, 1, 23) == max(days)
    assert {(coming_meeting(UNTIL) - day) % timedelta(14) for day in days} == {timedelta(0)}
    assert len(days) > 10


@pytest.mark.parametrize("last", [UNTIL - timedelta(days) for days in range(7)])
def test_the_coming_meeting_lies_after_the_last_day_and_within_a_week(last: date) -> None:
    assert coming_meeting(last).weekday() == 3
    assert timedelta(0) < coming_meeting(last) - last <= timedelta(7)


def test_there_is_something_of_everything_that_a_page_shows(records: list[PanelRecord]) -> None:
    seen: Counter[str] = Counter()
    for record in records:
        seen["listed for the coming meeting"] += any(item.meeting_on > UNTIL for item in record.listings)
        seen["several decisions"] += len(record.decisions) > 1
        seen["a decision without funding"] += any(item.content.funding is None for item in record.decisions)
        seen["a decision that was corrected"] += any(item.former for item in record.decisions)
        seen["a parent's voice"] += any(voice.of == "parent-carer" for voice in record.voices)
        seen["a child's voice"] += any(voice.of == "child" for voice in record.voices)
        for action in record.actions:
            done, due = action.completed_on, action.due_on
            seen[
                "overdue" if due < UNTIL and not done else "open" if not done else "late" if done > due else "done"
            ] += 1

    assert {name for name, count in seen.items() if count >= 3} == {
        "listed for the coming meeting", "several decisions", "a decision without funding",
        "a decision that was corrected", "a parent's voice", "a child's voice", "overdue", "open", "late", "done",
    }  # fmt: skip


def test_no_action_is_done_that_was_not_agreed(made: Authority) -> None:
    said: dict[str, set[Any]] = {"action_agreed": set(), "action_completed": set()}
    for raw in lines(made, panel=True):
        body = json.loads(raw)
        word = body["type"].split(".")[2]
        if word in said:
            said[word].add(body["data"]["action_id"])

    assert said["action_completed"]
    assert said["action_completed"] <= said["action_agreed"]
