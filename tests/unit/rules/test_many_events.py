"""A child with thousands of events of one kind is judged in time that grows as the events do: the steps are counted."""

import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import FrameType
from typing import Any

import pytest

from send_integration.contracts.event import Event
from send_integration.rules.engine import assess
from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import timeline_of
from send_integration.timeline.model import Timeline
from tests.builders import event

MILESTONES = RuleBook({rule.id: rule for rule in load_rules().rules.values() if rule.kind == "milestone"})
FIRST_DAY, DAYS = date(2012, 1, 1), 4000
FEW, MANY = 300, 3_000
NOT_SQUARED = 20
"""Ten times the events may take twice ten times the steps, for they are sorted and looked up; squared it were a hundred."""

WENT = ("transition.destination_recorded", {"destination": "college"})
OF_ONE_PLAN = (
    "ehcp.review_meeting_held",
    "ehcp.review_decided",
    "ehcp.amendment_notice_issued",
    "ehcp.amended_final_issued",
)


def child(kinds: list[tuple[str, dict[str, Any]]], size: int) -> Timeline:
    """The kinds of events in turn, over the years from 12 to 23; a field given as '#' is another at each turn."""
    born = {"date_of_birth": "2000-03-01"}
    made = [event(what, person=born, **{n: v.replace("#", "0") for n, v in fields.items()}) for what, fields in kinds]
    events: list[Event] = []
    for number in range(size):
        turn, kind = divmod(number, len(kinds))
        on = FIRST_DAY + timedelta(number * DAYS // size)
        data = {**made[kind].data, **{n: v.replace("#", str(turn)) for n, v in kinds[kind][1].items()}}
        at = datetime.combine(on, time(12), UTC)
        events.append(replace(made[kind], id=f"e{number:05d}", on=on, time=at, data=data, body=str(number).encode()))
    return timeline_of(events)


def steps(timeline: Timeline) -> int:
    """How many lines are run to judge a child; a loop within a line counts each time."""
    counted = 0

    def count(_frame: FrameType, what: str, _argument: object) -> Any:
        nonlocal counted
        counted += what == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        assess(MILESTONES, timeline, date(2024, 1, 1))
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param([WENT], id="destinations"),
        pytest.param([("ehcp.finalised", {"plan_id": "P#"}), ("ehcp.ceased", {"plan_id": "P#"}), WENT], id="plans that ceased"),
        pytest.param([("ehcp.finalised", {"plan_id": "P#"}), WENT], id="plans in force"),
        pytest.param([("ehcp.finalised", {"plan_id": "P1"}), *((what, {"plan_id": "P1"}) for what in OF_ONE_PLAN)], id="one plan"),
        pytest.param([(what, {"referral_id": "F#"}) for what in ("referrals.received", "referrals.accepted", "referrals.closed")], id="referrals"),
        pytest.param([(what, {"referral_id": "N1"}) for what in ("ndd.referred", "ndd.triaged", "ndd.information_received")], id="one referral"),
        pytest.param([("early-help.contact", {"contact_id": "K#"}), ("early-help.assessment_started", {"assessment_id": "E#"})], id="contacts"),
        pytest.param([("school.sen_support_started", {}), ("school.sen_support_reviewed", {}), ("school.left", {})], id="SEN support"),
    ],
)  # fmt: skip
def test_ten_times_the_events_take_no_hundred_times_the_steps(kinds: list[tuple[str, dict[str, Any]]]) -> None:
    assert steps(child(kinds, MANY)) < NOT_SQUARED * steps(child(kinds, FEW))
