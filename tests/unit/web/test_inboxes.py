"""What is urgent, in which order it stands, and whose name is said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from send_integration.web.inboxes import LATER, NOW, THIS_WEEK, TOUCHED, by_urgency, due_in_words, urgency_of

TODAY = date(2025, 6, 2)
SINCE = datetime(2025, 6, 1, 12, tzinfo=UTC)


def alert(child: str = "c1", level: str = "watch", days: int | None = None, **fields: Any) -> dict[str, Any]:
    due_on = None if days is None else (TODAY + timedelta(days)).isoformat()
    given = {"child_id": child, "restricted": False, "raised_at": SINCE, "flag": {"level": level, "due_on": due_on}}
    return {**given, "rung": "named-worker", **dict.fromkeys(TOUCHED), **fields}


@pytest.mark.parametrize(
    ("level", "days", "urgency"),
    [
        ("high", None, NOW),
        ("high", 30, NOW),
        ("watch", -1, NOW),
        ("watch", 0, THIS_WEEK),
        ("watch", 7, THIS_WEEK),
        ("raise", None, THIS_WEEK),
        ("raise", 30, THIS_WEEK),
        ("watch", 8, LATER),
        ("watch", None, LATER),
    ],
)
def test_what_is_missed_or_high_is_now_and_what_is_due_in_a_week_is_this_week(
    level: str, days: int | None, urgency: object
) -> None:
    assert urgency_of(alert(level=level, days=days)["flag"], TODAY) == urgency


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (2, "in 2 days"),
        (-1, "1 day late"),
        (-731, "731 days late"),
        (-733, "more than 2 years late"),
    ],
)
def test_how_far_a_day_is_in_words(days: int, words: str) -> None:
    assert due_in_words(TODAY + timedelta(days), TODAY) == words


def test_alerts_stand_by_urgency_and_then_by_child_in_their_order() -> None:
    alerts = [alert("c2", "high"), alert("c1", "high"), alert("c2", "high"), alert("c1", "watch")]

    first, second = by_urgency(alerts, {"c1": "Anna Example"}, TODAY, None)

    assert (first.urgency, first.size) == (NOW, 3)
    assert [(child.child_id, child.name, len(child.tasks)) for child in first.children] == [
        ("c2", None, 2),
        ("c1", "Anna Example", 1),
    ]
    assert (second.urgency, second.size) == (LATER, 1)


def test_new_is_what_was_raised_since_the_last_visit_and_nothing_at_the_first() -> None:
    alerts = [alert(raised_at=SINCE), alert(raised_at=SINCE + timedelta(seconds=1))]

    (group,) = by_urgency(alerts, {}, TODAY, SINCE)
    assert [task.new for task in group.children[0].tasks] == [False, True]
    (group,) = by_urgency(alerts, {}, TODAY, None)
    assert [task.new for task in group.children[0].tasks] == [False, False]


@pytest.mark.parametrize("name", TOUCHED)
def test_an_alert_about_which_something_was_done_is_told_from_one_that_waits(name: str) -> None:
    waits, done = alert(), alert("c2", **{name: "somebody"})

    (group,) = by_urgency([waits, done], {}, TODAY, None)
    assert [child.tasks[0].touched for child in group.children] == [False, True]
