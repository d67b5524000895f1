"""What is said of a flag holds while the flag stands as it stood, and lapses by itself."""

from datetime import date
from typing import Any

import pytest

from send_integration.contracts.event import ChildId, Event
from send_integration.evaluate import ChildAnswer, answer_child, need
from send_integration.rules.flags import Flag
from send_integration.rules.model import RuleBook
from send_integration.timeline.fold import standing
from tests.builders import event

ASKED = event("ehcp.requested", "2025-03-03", event_id="asked")
WARNED_ON, DUE_ON = "2025-04-06", "2025-04-14"
"""Of the decision whether to assess, six weeks after it was asked for: a fifth of the time before it is due."""


def asked_of(events: list[Event], as_of: str, rules: RuleBook) -> ChildAnswer:
    found = answer_child(ChildId("c1"), standing(events), rules, date.fromisoformat(as_of))
    assert found is not None
    return found


def decide_flag(events: list[Event], as_of: str, rules: RuleBook) -> Flag:
    return next(f for f in asked_of(events, as_of, rules).flags if f.rule == "ehc-decide-to-assess")


@pytest.fixture
def flag_id(rules: RuleBook) -> str:
    return decide_flag([ASKED], DUE_ON, rules).flag_id


def said(what: str, on: str, flag_id: str, **fields: Any) -> Event:
    return event(f"panel.flag_{what}", on, flag_id=flag_id, source="urn:send:panel", **fields)


@pytest.mark.parametrize(
    ("words", "as_of", "holds"),
    [
        pytest.param([("acknowledged", "2025-04-10")], "2025-04-14", "acknowledged", id="while it is due soon"),
        pytest.param([("acknowledged", "2025-04-10")], "2025-04-15", None, id="not once it is missed"),
        pytest.param([("acknowledged", "2025-04-15")], "2025-06-15", "acknowledged", id="said of the missed one"),
        pytest.param([("acknowledged", WARNED_ON)], WARNED_ON, "acknowledged", id="on the first day of the warning"),
        pytest.param([("acknowledged", "2025-04-05")], "2025-04-10", None, id="before there was a flag"),
        pytest.param([("acknowledged", "2025-04-11")], "2025-04-10", None, id="not yet said"),
        pytest.param([("dismissed", "2025-04-10")], "2025-04-14", "dismissed", id="dismissed"),
        pytest.param([("dismissed", "2025-04-10")], "2025-04-15", None, id="a dismissed warning is missed all the same"),
        pytest.param(
            [("acknowledged", "2025-04-10"), ("dismissed", "2025-04-11")], "2025-04-14", "dismissed", id="the last word"
        ),
        pytest.param(
            [("dismissed", "2025-04-10"), ("acknowledged", "2025-04-11")], "2025-04-14", "acknowledged", id="taken up again"
        ),
        pytest.param([("acknowledged", "2025-04-15", "watch")], "2025-04-15", None, id="of something less serious"),
        pytest.param([("dismissed", "2025-04-15", "high")], "2025-04-15", "dismissed", id="of something as serious"),
    ],
)  # fmt: skip
def test_what_is_said_holds_until_the_flag_is_more_serious(
    rules: RuleBook, flag_id: str, words: list[tuple[str, ...]], as_of: str, holds: str | None
) -> None:
    events = [said(what, on, flag_id, level=next(iter(level), None)) for what, on, *level in words]
    handled = decide_flag([ASKED, *events], as_of, rules).handled

    assert (handled.what if handled else None) == holds


def test_who_said_it_when_and_why_is_kept(rules: RuleBook, flag_id: str) -> None:
    dismissed = said("dismissed", "2025-04-10", flag_id, by="w7", why="decided by telephone")

    assert decide_flag([ASKED, dismissed], DUE_ON, rules).handled == (
        "dismissed",
        "w7",
        date(2025, 4, 10),
        "decided by telephone",
    )


def test_what_was_said_and_is_taken_back_was_never_said(rules: RuleBook, flag_id: str) -> None:
    dismissed = said("dismissed", "2025-04-10", flag_id, event_id="d1")
    back = said("dismissed", "2025-04-10", flag_id, event_id="d2", retracts="d1", recorded="2025-04-11")

    assert decide_flag([ASKED, dismissed, back], DUE_ON, rules).handled is None


def test_what_is_said_of_one_flag_holds_for_no_other(rules: RuleBook) -> None:
    assert decide_flag([ASKED, said("dismissed", "2025-04-10", "f0")], DUE_ON, rules).handled is None


def test_a_risk_that_was_dismissed_asks_again_when_its_pattern_comes_anew(rules: RuleBook) -> None:
    began = [
        event("school.sen_support_started", "2025-01-06"),
        event("school.suspended", "2025-03-03", event_id="s1"),
        event("school.suspended", "2025-03-10", event_id="s2"),
    ]
    (flag,) = [f for f in asked_of(began, "2025-03-11", rules).flags if f.rule == "exclusion-risk"]
    dismissed = said("dismissed", "2025-03-11", flag.flag_id)

    def handled(events: list[Event], as_of: str) -> bool:
        return any(f.dismissed for f in asked_of(events, as_of, rules).flags if f.flag_id == flag.flag_id)

    assert handled([*began, dismissed], "2025-03-16")
    assert not handled([*began, dismissed, event("school.suspended", "2025-03-17", event_id="s3")], "2025-03-17")


def test_a_dismissed_flag_gives_no_place_in_the_panels_list_and_an_acknowledged_one_does(
    rules: RuleBook, flag_id: str
) -> None:
    def place(*more: Event) -> int:
        return need(asked_of([ASKED, *more], "2025-04-29", rules))

    alone = place()
    assert alone == 62  # missed since two weeks; the final plan is not due soon yet
    assert place(said("acknowledged", "2025-04-29", flag_id)) == alone
    assert place(said("dismissed", "2025-04-29", flag_id)) == 0
