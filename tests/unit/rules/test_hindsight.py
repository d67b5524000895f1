"""What went wrong and when it could have been known: the days are worked by hand, and late recording counts."""

from datetime import date

import pytest

from send_integration.contracts.event import ChildId, Event
from send_integration.rules.hindsight import Hindsight, Kind, hindsights
from send_integration.rules.history import ChildHistory
from send_integration.rules.model import RuleBook
from tests.builders import event

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)


def looked_back(rules: RuleBook, events: list[Event], *only: str) -> list[Hindsight]:
    book = RuleBook({rule_id: rules[rule_id] for rule_id in only}) if only else rules
    return hindsights(ChildHistory(ChildId("c1"), events), book, FIRST, LAST)


def asked(on: str = "2025-03-03", **rest: str) -> Event:
    return event("ehcp.requested", on, event_id="asked", source="s", **rest)


def decided(on: str, **rest: str) -> Event:
    return event("ehcp.decided_to_assess", on, event_id="decided", source="s", **rest)


def suspended(on: str, **rest: str) -> Event:
    return event("school.suspended", on, event_id=f"suspended-{on}", source="s", **rest)


DECIDE = "ehc-decide-to-assess"
"""Asked on 3 March: due on 14 April, warned of from 6 April, missed on 15 April."""


@pytest.mark.parametrize(
    ("events", "found"),
    [
        pytest.param([asked(), decided("2025-04-20")], [("2025-04-15", "2025-04-06", 9)], id="warned of in time"),
        pytest.param([asked()], [("2025-04-15", "2025-04-06", 9)], id="not decided to this day"),
        pytest.param(
            [asked(recorded="2025-04-10")], [("2025-04-15", "2025-04-10", 5)], id="known late, warned of since then"
        ),
        pytest.param(
            [asked(recorded="2025-05-10")], [("2025-04-15", None, None)], id="known a month after the day: never shown"
        ),
        pytest.param(
            [asked(), decided("2025-04-14", recorded="2025-05-14")], [], id="decided in time and written down late"
        ),
        pytest.param(
            [asked(), event("ehcp.exception_applied", "2025-04-20", source="s", reason="exceptional-circumstances", from_on="2025-04-01")],
            [],
            id="excepted after the day",
        ),
        pytest.param(
            # Taken back by mistake on 8 April and put right on the 12th: it stood without a break since the 12th.
            [asked(), event("ehcp.requested", "2025-03-03", event_id="no", source="s", recorded="2025-04-08", retracts="asked"),
             event("ehcp.requested", "2025-03-03", event_id="yes", source="s", recorded="2025-04-12", retracts="no")],
            [("2025-04-15", "2025-04-12", 3)],
            id="a warning that broke off counts from when it stood again",
        ),
        pytest.param([asked("2024-10-01")], [], id="missed before the first day that is asked of"),
    ],
)  # fmt: skip
def test_a_missed_date_was_shown_by_its_own_warning(
    rules: RuleBook, events: list[Event], found: list[tuple[str, str | None, int | None]]
) -> None:
    given = looked_back(rules, events, DECIDE)

    assert [
        (str(one.outcome.on), str(one.shown[0].since) if one.shown else None, one.days_before) for one in given
    ] == found
    assert all(one.outcome.kind is Kind.DATE_MISSED and one.outcome.rule == DECIDE for one in given)


NEEDS = event("school.sen_support_started", "2024-09-02", event_id="need", source="s")
EXCLUDED = event("school.excluded", "2025-05-12", event_id="out", source="s")
RISK = "exclusion-risk"
"""Two suspensions within 90 days of a child whose needs are known; it clears 91 days after the former of the two."""


@pytest.mark.parametrize(
    ("suspensions", "since"),
    [
        pytest.param([suspended("2025-03-10"), suspended("2025-04-07")], "2025-04-07", id="stood until then"),
        pytest.param(
            [suspended("2025-03-10"), suspended("2025-04-07", recorded="2025-05-07")],
            "2025-05-07",
            id="written down late",
        ),
        pytest.param(
            [suspended("2025-03-10"), suspended("2025-04-07", recorded="2025-06-07")], None, id="written down after"
        ),
        # Cleared on 12 February, 89 days before the exclusion.
        pytest.param([suspended("2024-11-13"), suspended("2024-12-02")], "2024-12-02", id="had cleared a while before"),
        # Cleared on 10 February, 91 days before.
        pytest.param([suspended("2024-11-11"), suspended("2024-12-02")], None, id="had cleared long before"),
        pytest.param([suspended("2025-03-10"), suspended("2025-05-12")], None, id="complete on the day itself"),
    ],
)
def test_an_exclusion_was_shown_by_a_risk(rules: RuleBook, suspensions: list[Event], since: str | None) -> None:
    (given,) = looked_back(rules, [NEEDS, EXCLUDED, *suspensions], RISK)

    assert (given.outcome.kind, given.outcome.on) == (Kind.EXCLUDED, date(2025, 5, 12))
    assert [str(shown.since) for shown in given.shown] == ([since] if since else [])


def test_each_kind_of_outcome_is_found_and_of_a_day_once(rules: RuleBook) -> None:
    events = [
        event("camhs.crisis_presentation", "2025-02-03", event_id="crisis", source="s"),
        event("camhs.crisis_presentation", "2025-02-03", event_id="again", source="t"),
        event("panel.decided", "2025-03-04", event_id="up", source="s", decision="escalate", meeting_on="2025-03-04"),
        event("panel.decided", "2025-04-04", event_id="on", source="s", decision="refer", meeting_on="2025-04-04"),
        asked("2025-06-02"),  # twenty weeks: due on 20 October
        EXCLUDED,
    ]

    found = [(one.outcome.kind, str(one.outcome.on)) for one in looked_back(rules, events, RISK, "ehc-final-plan")]

    assert found == [
        (Kind.CRISIS, "2025-02-03"),
        (Kind.ESCALATED, "2025-03-04"),
        (Kind.EXCLUDED, "2025-05-12"),
        (Kind.PLAN_OVERDUE, "2025-10-21"),
    ]


def test_a_missed_date_is_shown_by_a_risk_too_and_the_earliest_comes_first(rules: RuleBook) -> None:
    events = [NEEDS, suspended("2025-03-10"), suspended("2025-03-17"), asked()]

    (missed,) = looked_back(rules, events, RISK, DECIDE)

    assert [(shown.rule, str(shown.since)) for shown in missed.shown] == [(RISK, "2025-03-17"), (DECIDE, "2025-04-06")]
    assert missed.days_before == 29
