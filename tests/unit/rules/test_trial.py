"""What other rules would have changed of a child's flags; the dates are worked by hand from the two periods."""

from dataclasses import replace
from datetime import date

import pytest

from send_integration.contracts.event import ChildId, Event
from send_integration.rules.history import ChildHistory
from send_integration.rules.model import Rule, RuleBook
from send_integration.rules.trial import Course, Difference, changed_rules, only, try_on
from tests.builders import event

FIRST, LAST = date(2025, 3, 1), date(2025, 6, 30)
DECIDE = "ehc-decide-to-assess"
"""Six weeks; the warning begins a fifth of them before the end: 8 days."""


NONE = RuleBook({})


def asked(on: str = "2025-03-03") -> Event:
    return event("ehcp.requested", on, event_id="asked", source="s")


def decided(on: str, **rest: str) -> Event:
    return event("ehcp.decided_to_assess", on, event_id="decided", source="s", **rest)


def book(rule: Rule, **parameters: object) -> RuleBook:
    return RuleBook({rule.id: replace(rule, parameters={**rule.parameters, **parameters})})


def trial(rules: RuleBook, events: list[Event], **parameters: object) -> tuple[list[Difference], list[str]]:
    rule = rules[DECIDE]
    found = try_on(ChildHistory(ChildId("c1"), events), book(rule), book(rule, **parameters), NONE, FIRST, LAST)
    told = [f"{'tried' if t.tried else 'in force'} {t.on}{' urgent' if t.urgent else ''}" for t in found.told]
    return list(found.differences), told


@pytest.mark.parametrize(
    ("events", "parameters", "found"),
    [
        pytest.param(
            # Asked on 3 March: warned of from 6 April; with three weeks' warning from 24 March.
            [asked(), decided("2025-04-10")],
            {"warn": "3 weeks"},
            Difference(Course.EARLIER, DECIDE, date(2025, 3, 24), 13),
            id="an earlier warning",
        ),
        pytest.param(
            [asked(), decided("2025-04-10")],
            {"warn": "5 days"},  # from 9 April
            Difference(Course.LATER, DECIDE, date(2025, 4, 6), -3),
            id="a later warning",
        ),
        pytest.param(
            [asked(), decided("2025-04-01")],
            {"warn": "3 weeks"},
            Difference(Course.ONLY_TRIED, DECIDE, date(2025, 3, 24)),
            id="a warning where none was",
        ),
        pytest.param(
            [asked(), decided("2025-04-08")],
            {"warn": "5 days"},
            Difference(Course.ONLY_IN_FORCE, DECIDE, date(2025, 4, 6)),
            id="no warning where one was",
        ),
        pytest.param(
            # Warned of as before; due on 7 April instead of 14, and missed from the 8th.
            [asked(), decided("2025-04-20")],
            {"period": "5 weeks", "warn": "1 days"},
            Difference(Course.OTHERWISE, DECIDE, date(2025, 4, 8)),
            id="raised on the same day and missed earlier",
        ),
        pytest.param(
            # Asked on 6 January: missed since 18 February, and with eight weeks from 4 March: the first day is the 1st.
            [asked("2025-01-06")],
            {"period": "8 weeks"},
            Difference(Course.OTHERWISE, DECIDE, date(2025, 3, 1)),
            id="it stood by both before the first day, otherwise",
        ),
        pytest.param(
            [asked("2025-01-13")],  # missed since 25 February; by ten weeks warned of from 10 March, due on 24 March
            {"period": "10 weeks"},
            Difference(Course.LATER, DECIDE, date(2025, 3, 1)),
            id="it stood before the first day by one: how much later is not known",
        ),
    ],
)
def test_a_flag_goes_another_way(
    rules: RuleBook, events: list[Event], parameters: dict[str, object], found: Difference
) -> None:
    assert trial(rules, events, **parameters)[0] == [found]


def test_a_decision_written_down_late_is_no_decision_until_then(rules: RuleBook) -> None:
    events = [asked(), decided("2025-03-20", recorded="2025-04-20")]

    found, told = trial(rules, events, warn="3 weeks")

    assert found == [Difference(Course.EARLIER, DECIDE, date(2025, 3, 24), 13)]
    assert told == ["in force 2025-04-06", "in force 2025-04-15 urgent", "tried 2025-03-24", "tried 2025-04-15 urgent"]


def test_what_stood_before_the_first_day_is_told_of_only_where_it_becomes_urgent(rules: RuleBook) -> None:
    # Asked on 20 January: due on 3 March, warned of from 21 February.
    _, told = trial(rules, [asked("2025-01-20")], warn="2 weeks")

    assert told == ["in force 2025-03-04 urgent", "tried 2025-03-04 urgent"]


def test_rules_that_do_not_differ_tell_the_same_by_both(rules: RuleBook) -> None:
    referred = event("ndd.referred", "2025-03-03", event_id="n", source="s")  # four weeks: warned of from 24 March
    decide, anyway = rules[DECIDE], book(rules["ndd-triage"])

    found = try_on(ChildHistory(ChildId("c1"), [referred, asked()]), book(decide), book(decide), anyway, FIRST, LAST)

    assert found.differences == ()
    assert [(told.role, str(told.on), told.urgent, told.tried) for told in found.told_anyway] == [
        ("ndd-clinician", on, urgent, tried)
        for tried in (False, True)
        for on, urgent in (("2025-03-24", False), ("2025-04-01", True))
    ]


@pytest.mark.parametrize(
    ("events", "parameters"),
    [
        # Asked on 20 January: due on 3 March; by the tried rules warned of from the 2nd alone.
        pytest.param([asked("2025-01-20"), decided("2025-03-01")], {"warn": "1 day"}, id="it ended on the first day"),
        # Asked on 17 January: missed since the first day, and by five weeks since 22 February.
        pytest.param([asked("2025-01-17")], {"period": "5 weeks"}, id="it was less urgent until the first day"),
    ],
)
def test_what_differed_only_before_the_first_day_is_no_difference(
    rules: RuleBook, events: list[Event], parameters: dict[str, object]
) -> None:
    assert trial(rules, events, **parameters)[0] == []


def test_a_flag_that_both_raise_alike_is_no_difference(rules: RuleBook) -> None:
    assert trial(rules, [asked(), decided("2025-04-20")], warn="8 days")[0] == []


def test_only_what_raises_other_flags_is_a_change(rules: RuleBook) -> None:
    decide = rules[DECIDE]
    more_cases = replace(decide, parameters={**decide.parameters, "fires": []}, version=decide.version)
    tried = {**rules.rules, DECIDE: more_cases, "ndd-triage": book(rules["ndd-triage"], period="3 weeks")["ndd-triage"]}
    del tried["not-brought"]

    changes = changed_rules(rules, RuleBook(tried))

    assert [(change.rule, change.change) for change in changes] == [
        ("ndd-triage", "changed"),
        ("not-brought", "turned off"),
    ]
    assert changes[0].parameters == {"period": ("4 weeks", "3 weeks")}
    assert list(only(rules, changes).rules) == ["ndd-triage", "not-brought"]
    assert [change.change for change in changed_rules(RuleBook(tried), rules)] == ["changed", "turned on"]
