"""Milestones of the panel: actions, the child's voice, the return; dates worked by hand."""

from collections.abc import Callable

import pytest

from send_integration.contracts.event import Event
from send_integration.rules.model import Milestone
from tests.builders import event

Told = Callable[..., list[str]]

ACTION = "2025-03-03 panel.action_agreed action_id=A1 owner=chair due_on=2025-05-05 what=call\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # The day that was agreed, a bank holiday though it is
        pytest.param(ACTION, "2025-05-05", ["A1: due-soon, due 2025-05-05"], id="last day"),
        pytest.param(ACTION, "2025-05-06", ["A1: missed, due 2025-05-05, 1 late"], id="a day late"),
        pytest.param(ACTION + "2025-05-05 panel.action_completed action_id=A1", "2025-06-01", ["A1: met, due 2025-05-05"], id="done"),
        pytest.param(ACTION + "2025-05-01 panel.action_completed action_id=A2", "2025-05-06", ["A1: missed, due 2025-05-05, 1 late"], id="another action"),
        pytest.param(ACTION + "2025-04-01 people.moved_away", "2025-05-06", ["A1: not-needed, due 2025-05-05"], id="gone"),
        pytest.param(
            "2025-03-03 panel.action_agreed action_id=A1 owner=chair due_on=2025-06-02 what=call corrects=case-2\n" + ACTION, "2025-05-06",
            ["A1: pending, due 2025-06-02"], id="the day was corrected",
        ),
    ],
)  # fmt: skip
def test_an_action_is_done_by_its_day(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("panel-action", events, as_of) == found


LISTED = "2025-03-03 panel.listed meeting_on=2025-04-24 reason=complex\n"


def heard(day: str) -> str:
    return f"{day} panel.voice_recorded of=child text=maths how=spoken\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # Five working days before Thursday 24 April: 23, 22, not Easter Monday nor Good Friday, 17, 16, 15 April
        pytest.param(LISTED, "2025-04-15", ["2025-04-24: due-soon, due 2025-04-15"], id="last day, over Easter"),
        pytest.param(LISTED, "2025-04-16", ["2025-04-24: missed, due 2025-04-15, 1 late"], id="a day late"),
        pytest.param(LISTED + heard("2025-04-15"), "2025-04-24", ["2025-04-24: met, due 2025-04-15"], id="heard in time"),
        pytest.param(LISTED + heard("2025-04-24"), "2025-04-25", ["2025-04-24: met-late, due 2025-04-15, 9 late"], id="heard on the day of the meeting"),
        pytest.param(LISTED + heard("2025-04-25"), "2025-04-26", ["2025-04-24: missed, due 2025-04-15, 11 late"], id="heard after it"),
        pytest.param(LISTED + heard("2024-04-24"), "2025-04-24", ["2025-04-24: met, due 2025-04-15"], id="heard a year before"),
        pytest.param(LISTED + heard("2024-04-23"), "2025-04-16", ["2025-04-24: missed, due 2025-04-15, 1 late"], id="heard too long before"),
        pytest.param("2025-04-22 panel.listed meeting_on=2025-04-24 reason=urgent", "2025-04-22", ["2025-04-24: due-soon, due 2025-04-22"], id="listed late: on the day itself"),
        pytest.param(LISTED + "2025-03-10 panel.listed meeting_on=2025-04-24 reason=complex", "2025-04-16", ["2025-04-24: missed, due 2025-04-15, 1 late"], id="listed twice"),
    ],
)  # fmt: skip
def test_a_child_is_heard_before_the_panel_meets(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("voice-before-panel", events, as_of) == found


def test_after_the_meeting_nothing_is_expected_any_more(
    milestones: Callable[[str, list[Event], str], list[Milestone]],
) -> None:
    listed = event("panel.listed", "2025-03-03", meeting_on="2025-04-24")

    assert [m.expected for m in milestones("voice-before-panel", [listed], "2025-04-24")] == [("panel.voice_recorded",)]
    assert [m.expected for m in milestones("voice-before-panel", [listed], "2025-04-25")] == [()]


def decided(day: str, decision: str = "refer", review: str = "") -> str:
    return f"{day} panel.decided meeting_on={day} decision={decision} rationale=agreed{review}\n"


@pytest.mark.parametrize(
    ("events", "as_of", "found"),
    [
        # 31 August + 6 months = 28 February, clipped; or the day that the panel set
        pytest.param(decided("2024-08-31"), "2025-02-28", ["due-soon, due 2025-02-28"], id="last day"),
        pytest.param(decided("2024-08-31"), "2025-03-01", ["missed, due 2025-02-28, 1 late"], id="a day late"),
        pytest.param(decided("2024-08-31", review=" review_on=2024-12-02"), "2024-12-03", ["missed, due 2024-12-02, 1 late"], id="by the day set"),
        pytest.param(decided("2024-08-31") + "2024-08-31 panel.discussed meeting_on=2024-08-31 attendees=[]", "2025-03-01", ["missed, due 2025-02-28, 1 late"], id="the same meeting"),
        pytest.param(
            decided("2024-08-31") + "2025-02-28 panel.discussed meeting_on=2025-02-28 attendees=[]\n" + decided("2025-02-28", "close"), "2025-09-01",
            ["met, due 2025-02-28"], id="discussed again, and closed",
        ),
        pytest.param(decided("2024-08-31") + decided("2025-01-10", "close"), "2025-03-01", ["not-needed, due 2025-02-28"], id="closed"),
        pytest.param(decided("2024-08-31", "close"), "2025-03-01", [], id="closed at once"),
    ],
)  # fmt: skip
def test_the_panel_looks_again(told: Told, events: str, as_of: str, found: list[str]) -> None:
    assert told("panel-return", events, as_of) == found
