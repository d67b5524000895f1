"""Whatever day the gate lets in, a child can be judged: one slip of the pen must not stop everybody's timelines."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest

from send_integration.contracts.event import ChildId, Event, Rejected
from send_integration.contracts.registry import EVENT_TYPES, parse
from send_integration.evaluate import answer_child
from send_integration.rules.model import RuleBook
from send_integration.timeline.fold import standing
from tests.builders import has_person, sent

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES = sorted(".".join(name.split(".")[1:3]) for name in EVENT_TYPES)
OF_CHILDREN = [name for name in NAMES if has_person(name)]
LONG_AGO = [("1900-01-01", "1900-01-01"), ("1955-05-05", "1980-01-02"), ("1994-12-01", "1994-12-20")]
"""Birth and event: the first day that the gate takes, and days before the pipeline's children were born."""

FAR_OFF = ("1900-01-01", "1994-12-31", "1995-01-02", "2060-12-31", "2199-12-31")
DAYS_WITHIN = [
    ("ndd.triaged", "information_due_on", {"outcome": "more-information"}),
    ("early-help.plan_agreed", "review_due_on", {}),
    ("school.part_time_timetable_started", "ends_on", {}),
    ("school.missing_education", "since_on", {}),
    ("school.attendance", "from_on", {"to_on": "2199-12-31"}),
    ("school.attendance", "to_on", {"from_on": "1900-01-01"}),
    ("ehcp.exception_applied", "from_on", {}),
    ("panel.listed", "meeting_on", {}),
    ("panel.action_agreed", "due_on", {}),
    ("panel.decided", "review_on", {}),
    ("transition.destination_recorded", "on", {}),
]
"""Every day that an event tells and a rule reads."""


def taken_in(raw: bytes) -> Event:
    event = parse(raw, not_after=NOW)
    assert not isinstance(event, Rejected), event
    return event


def far_off() -> Iterator[object]:
    for name, field, also in DAYS_WITHIN:
        for day in FAR_OFF:
            yield pytest.param(name, {**also, field: day}, id=f"{name} {field} {day}")


@pytest.mark.parametrize("name", OF_CHILDREN)
@pytest.mark.parametrize(("born", "on"), LONG_AGO)
def test_what_happened_long_ago_is_judged(name: str, born: str, on: str, rules: RuleBook) -> None:
    event = taken_in(sent(name, on, person={"date_of_birth": born}))
    for as_of in (event.on, NOW.date()):
        assert answer_child(ChildId("c1"), standing([event]), rules, as_of) is not None


@pytest.mark.parametrize(("name", "days"), list(far_off()))
def test_a_day_told_far_off_is_judged(name: str, days: dict[str, str], rules: RuleBook) -> None:
    body = json.loads(sent(name, "2025-03-03"))
    body["data"] |= days
    known = [taken_in(json.dumps(body).encode()), taken_in(sent("panel.voice_recorded", "2025-03-04"))]
    for as_of in (date(2025, 3, 5), NOW.date()):
        assert answer_child(ChildId("c1"), standing(known), rules, as_of) is not None


@pytest.mark.parametrize(
    ("events", "found"),
    [
        # the period of six weeks from 3 March counts where the day told can only be a slip
        pytest.param("information_due_on=2012-03-03", "N1: missed, due 2025-04-14, 1 late", id="a day before birth"),
        pytest.param("information_due_on=2012-03-04", "N1: missed, due 2012-03-04, 4790 late", id="the day of birth"),
    ],
)
def test_a_day_before_birth_is_a_slip(told: Callable[..., list[str]], events: str, found: str) -> None:
    line = f"2025-03-03 ndd.triaged referral_id=N1 outcome=more-information {events}"
    assert told("ndd-information", line, "2025-04-15", born="2012-03-04") == [found]


def test_nobody_is_out_of_school_before_birth(raised: Callable[..., list[tuple[str, str, str]]]) -> None:
    """Sixteen school days from the day of the event, by the widest holidays: 24 March counts none of them away."""
    line = "2025-03-03 school.missing_education since_on=2012-03-03"
    assert raised("out-of-education", [line], "2025-03-24", born="2012-03-04") == []
    assert raised("out-of-education", [line], "2025-03-25", born="2012-03-04") == [
        ("2025-03-25", "high", "out-of-school")
    ]
