"""The retention rules that ship, on children whose dates are worked out by hand."""

from datetime import date
from typing import Any

import pytest

from send_integration.contracts.event import Event
from send_integration.errors import BadSetting
from send_integration.retention.facts import facts_of
from send_integration.retention.model import Due, least_age, retention_of
from send_integration.retention.read import read_retention
from send_integration.steps.retaining import load_retention
from tests.builders import ANNA, event

RULES = load_retention(None)
BORN = date(1999, 3, 4)


def told(what: str, on: str, event_id: str = "e", **fields: Any) -> Event:
    return event(what, on, event_id=event_id, person={**ANNA, "date_of_birth": "1999-03-04"}, **fields)


def due(*events: Event, born: tuple[date, ...] = (BORN,)) -> tuple[date, str] | None:
    found: Due | None = retention_of(facts_of(events, born), RULES.children)
    return (found.due_on, found.rule.name) if found else None


def test_who_was_only_heard_of_is_kept_until_the_25th_birthday() -> None:
    assert due(told("school.enrolled", "2010-09-06")) == (date(2024, 3, 4), "everyone")


def test_six_years_after_the_last_word_where_that_is_later() -> None:
    assert due(told("school.enrolled", "2023-09-06")) == (date(2029, 9, 6), "last-involvement")


@pytest.mark.parametrize(
    "story",
    [told("ehcp.requested", "2010-09-06"), told("ehcp.finalised", "2010-09-06"), told("school.sen_support_started", "2010-09-06")],
)  # fmt: skip
def test_a_sen_file_is_kept_until_the_31st_birthday(story: Event) -> None:
    assert due(story) == (date(2030, 3, 4), "sen-file")


@pytest.mark.parametrize("to", ["child-in-need", "child-protection"])
def test_who_was_known_to_social_care_is_kept_35_years_after_the_last_word(to: str) -> None:
    assert due(told("early-help.stepped_up", "2012-09-06", to=to)) == (date(2047, 9, 6), "known-to-social-care")


@pytest.mark.parametrize(
    "story",
    [
        told("referrals.received", "2012-09-06", to_service="social-care"),
        told("referrals.received", "2012-09-06", from_service="social-care"),
        told("workers.assigned", "2012-09-06", role_for_child="social-worker"),
        told("early-help.stepped_down", "2012-09-06"),
    ],
)
def test_social_care_is_known_by_referrals_and_workers_too(story: Event) -> None:
    assert due(story) == (date(2047, 9, 6), "known-to-social-care")


def test_who_was_looked_after_is_kept_until_the_75th_birthday() -> None:
    assert due(told("early-help.stepped_up", "2012-09-06", to="looked-after")) == (date(2074, 3, 4), "looked-after")


def test_a_looked_after_child_who_died_under_18_is_kept_as_long_as_the_other_rules_ask() -> None:
    """15 years from the death would be 2028: contact with social care asks 35 from the last word."""
    story = (
        told("early-help.stepped_up", "2012-09-06", "a", to="looked-after"),
        told("people.died", "2013-01-01", "b"),
    )

    assert due(*story) == (date(2048, 1, 1), "known-to-social-care")
    alone = [rule for rule in RULES.children if rule.name.startswith("looked-after")]
    found = retention_of(facts_of(story, [BORN]), alone)
    assert found is not None
    assert (found.due_on, found.rule.name) == (date(2028, 1, 1), "looked-after-who-died")


def test_a_death_that_was_taken_back_shortens_nothing() -> None:
    story = (
        told("early-help.stepped_up", "2012-09-06", "a", to="looked-after"),
        told("people.died", "2013-01-01", "b"),
        told("people.died", "2013-01-02", "c", retracts="b"),
    )

    assert due(*story) == (date(2074, 3, 4), "looked-after")


def test_what_was_taken_back_still_counts_for_keeping() -> None:
    story = (
        told("early-help.stepped_up", "2012-09-06", "a", to="looked-after"),
        told("early-help.stepped_up", "2012-09-07", "b", to="looked-after", retracts="a"),
    )

    assert due(*story) == (date(2074, 3, 4), "looked-after")


def test_of_two_birth_dates_the_later_one_counts_and_without_any_nobody_is_due() -> None:
    story = told("school.enrolled", "2010-09-06")

    assert due(story, born=(BORN, date(2001, 3, 4))) == (date(2026, 3, 4), "everyone")
    assert due(story, born=()) is None


def test_who_can_be_due_at_all_is_25() -> None:
    assert least_age(RULES.children) == 25


def test_every_rule_says_what_it_rests_on_and_why() -> None:
    assert all(rule.citation and rule.why and rule.basis in "SGL" for rule in RULES.children)
    assert all(rule.why and rule.days for rule in RULES.tables)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[child.a", "no TOML"),
        ("", "child"),
        ("[child.a]\nwhom = ['everyone']", "child.a.counts_from"),
        (
            "[child.a]\nwhom = ['anybody']\ncounts_from='birth'\nyears=1\nbasis='L'\ncitation='x'\nwhy='y'",
            "child.a.whom",
        ),
        ("[child.a]\nwhom = ['sen']\ncounts_from='birth'\nyears=1\nbasis='L'\ncitation='x'\nwhy='y'", "for everyone"),
        (
            "[child.a]\nwhom = ['everyone']\ncounts_from='birth'\nyears=0\nbasis='L'\ncitation='x'\nwhy='y'",
            "child.a.years",
        ),
        (
            (
                "[child.a]\nwhom = ['everyone']\ncounts_from='birth'\nyears=1\nbasis='L'\ncitation='x'\nwhy='y'\n"
                "[table.audit]\ndays=1\nwhy='z'"
            ),
            "audit",
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_and_says_where(text: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        read_retention(text, "own.toml", ("session",))
