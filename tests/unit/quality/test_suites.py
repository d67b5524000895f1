"""Every feed is guarded by its suite, good rows pass it, bad ones are refused, and a suite that guards less does not load."""

import json
from pathlib import Path

import pytest

from send_integration.contracts.event import Reason
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadSetting
from send_integration.quality.checks import RowChecks
from send_integration.quality.suites import folder, rules_of
from tests.builders import all_types, event


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feeds_good_events_pass_its_suite(feed: str) -> None:
    good = [event(what, "2025-03-03") for what in all_types() if what.startswith(f"{feed}.")]

    assert RowChecks(feed).checked(good).rejected == [()] * len(good)


@pytest.mark.parametrize("feed", FEEDS)
def test_every_suite_has_row_rules_that_say_why(feed: str) -> None:
    rules = [rule for rule in rules_of(feed) if rule.scope == "row"]

    assert rules
    assert all(rule.code and rule.sentence for rule in rules)


@pytest.mark.parametrize("feed", FEEDS)
def test_the_librarys_own_pages_show_the_severity_that_we_act_on(feed: str) -> None:
    shown = {rule.code: rule.expectation.severity.value for rule in rules_of(feed)}

    assert shown == {rule.code: "critical" if rule.rejects else "warning" for rule in rules_of(feed)}


def test_a_bad_row_is_refused_and_its_neighbours_go_on() -> None:
    good = event("school.suspended", "2025-03-03", event_id="a")
    bad = event("school.suspended", "2025-03-03", event_id="b", reason="see 999 000 0018")

    first, second, third = RowChecks("school").checked([good, bad, good]).rejected

    assert first == third == ()
    assert [found.code for found in second] == ["nhs-number-in-text"]
    assert isinstance(second[0], Reason)
    assert "999" not in second[0].message


def test_an_empty_window_is_no_fault() -> None:
    assert RowChecks("camhs").checked([]).rejected == []


def test_an_expectation_that_is_not_registered_is_refused_at_the_start(tmp_path: Path) -> None:
    suite = json.loads((folder() / "school.json").read_text())
    suite["expectations"][0]["type"] = "expect_column_values_to_be_wonderful"
    (tmp_path / "school.json").write_text(json.dumps(suite))

    with pytest.raises(BadSetting):
        RowChecks("school", tmp_path)


def test_a_feed_without_a_suite_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        RowChecks("school", tmp_path)
