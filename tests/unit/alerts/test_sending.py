"""When an alert is sent, when it waits for a digest, and when it is not sent again."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from send_integration.alerts.letters import alert_letter, digest_letter
from send_integration.alerts.route import Alert, Known, route
from send_integration.alerts.schedule import OFFICE_HOURS
from send_integration.alerts.sending import (
    NEVER,
    NOTHING,
    Plan,
    Sent,
    may_snooze,
    most_severe_first,
    plan,
    within_budget,
)
from tests.unit.alerts.test_route import FLAG, HOLDER, TODAY, people

AT_WORK = datetime.fromisoformat("2025-06-02T10:00:00+01:00")
EVENING = datetime.fromisoformat("2025-06-02T20:00:00+01:00")
EARLY = datetime.fromisoformat("2025-06-02T07:00:00+01:00")
NEXT_START = datetime.fromisoformat("2025-06-03T08:30:00+01:00")
TUESDAY = date(2025, 6, 3)
URGENT = route(FLAG, Known([HOLDER]), people(), TODAY)
CRISIS = replace(URGENT, alert_id="a-crisis", rule="crisis-while-waiting", basis="G", of="risk", due_on=None)
LOCAL = replace(URGENT, alert_id="a-local", rule="bounced-between-services", basis="L", of="risk", due_on=None)
MILD = replace(URGENT, alert_id="a-mild", level="watch")


def closed(days_ago: int, *levels: str) -> Sent:
    return Sent(levels, closed_at=AT_WORK - timedelta(days_ago))


PLANS = [
    pytest.param(URGENT, NEVER, AT_WORK, Plan(at=AT_WORK), id="urgent, at work: at once"),
    pytest.param(URGENT, NEVER, EVENING, Plan(at=NEXT_START), id="urgent, in the evening: when work begins"),
    pytest.param(CRISIS, NEVER, EVENING, Plan(at=EVENING), id="a crisis waits for no hours"),
    pytest.param(replace(CRISIS, level="raise"), NEVER, EVENING, Plan(digest_on=TUESDAY), id="unless it is not urgent"),
    pytest.param(MILD, NEVER, AT_WORK, Plan(digest_on=TUESDAY), id="mild: the next digest"),
    pytest.param(MILD, NEVER, EARLY, Plan(digest_on=TODAY), id="mild, before work: today's"),
    pytest.param(URGENT, Sent(("high",)), AT_WORK, NOTHING, id="sent at this level"),
    pytest.param(MILD, Sent(("high",)), AT_WORK, NOTHING, id="sent at a higher one"),
    pytest.param(URGENT, Sent(("watch", "raise")), AT_WORK, Plan(at=AT_WORK), id="more severe than when it was sent"),
    pytest.param(
        URGENT, Sent(waiting="watch"), AT_WORK, Plan(at=AT_WORK), id="more severe than when it was to be listed"
    ),
    pytest.param(URGENT, Sent(waiting="high"), AT_WORK, NOTHING, id="put off to a digest, and not tried again"),
    pytest.param(URGENT, closed(28, "high"), AT_WORK, Plan(digest_on=TUESDAY), id="back within 28 days: a digest"),
    pytest.param(URGENT, closed(29, "high"), AT_WORK, Plan(at=AT_WORK), id="back after them: at once"),
    pytest.param(URGENT, closed(3, "watch"), AT_WORK, Plan(at=AT_WORK), id="back and more severe: at once"),
    pytest.param(URGENT, closed(3), AT_WORK, Plan(at=AT_WORK), id="closed before it was sent: at once"),
    pytest.param(URGENT, Sent(quiet=True), AT_WORK, NOTHING, id="answered or put off"),
]


@pytest.mark.parametrize(("alert", "sent", "now", "expected"), PLANS)
def test_an_alert_is_sent_when_its_level_asks_for_it_and_once_a_level(
    alert: Alert, sent: Sent, now: datetime, expected: Plan
) -> None:
    assert plan(alert, sent, OFFICE_HOURS, now) == expected


def test_above_a_days_load_the_mildest_that_no_law_asks_for_are_put_off() -> None:
    soon, late = (replace(LOCAL, alert_id=name, due_on=date(2025, 6, day)) for name, day in (("a2", 3), ("a1", 9)))

    taken, put_off = within_budget([late, soon, URGENT, CRISIS, LOCAL], 1, 4, OFFICE_HOURS, AT_WORK)

    assert [alert.alert_id for alert in taken] == [CRISIS.alert_id, URGENT.alert_id, "a2"]
    assert put_off == {"a1": TUESDAY, LOCAL.alert_id: TUESDAY}


def test_what_the_law_asks_for_and_a_crisis_are_sent_though_the_day_is_full() -> None:
    taken, put_off = within_budget([LOCAL, URGENT, CRISIS], 99, 10, OFFICE_HOURS, AT_WORK)

    assert ({alert.alert_id for alert in taken}, set(put_off)) == ({URGENT.alert_id, CRISIS.alert_id}, {LOCAL.alert_id})


def test_a_digest_lists_the_most_severe_first_and_nothing_of_a_child() -> None:
    alerts = most_severe_first([MILD, LOCAL, URGENT, CRISIS])
    letter = digest_letter("d1", alerts)

    assert [alert.alert_id for alert in alerts] == [CRISIS.alert_id, URGENT.alert_id, LOCAL.alert_id, MILD.alert_id]
    assert letter.subject == "Digest d1: 4 alerts for you"
    assert f"- {URGENT.alert_id}: Milestone: EHC final plan, due on 2025-05-01\n" in letter.text
    assert "- a-crisis: Risk: Crisis while waiting\n" in letter.text
    assert "c1" not in letter.text
    assert letter.path == "/alerts"


def test_a_letter_that_was_passed_on_says_so() -> None:
    assert "nobody answered" in alert_letter(replace(URGENT, escalated_from="w9")).text
    assert "nobody answered" not in alert_letter(URGENT).text


SNOOZES = [
    pytest.param(LOCAL, TODAY, "Give a day after today", id="today"),
    pytest.param(LOCAL, date(2025, 6, 16), "", id="fourteen days"),
    pytest.param(LOCAL, date(2025, 6, 17), "Give a day within the next 14 days", id="fifteen"),
    pytest.param(replace(URGENT, due_on=TUESDAY), TUESDAY, "", id="to the day on which the law asks for it"),
    pytest.param(
        replace(URGENT, due_on=TUESDAY),
        date(2025, 6, 4),
        "The law asks for it before that day: give a day no later than the day on which it is due",
        id="past it",
    ),
    pytest.param(replace(LOCAL, due_on=TUESDAY), date(2025, 6, 4), "", id="past a day that no law sets"),
]


@pytest.mark.parametrize(("alert", "until", "why_not"), SNOOZES)
def test_an_alert_is_put_off_for_a_while_and_not_past_what_the_law_asks(
    alert: Alert, until: date, why_not: str
) -> None:
    assert may_snooze(alert, until, TODAY) == why_not
