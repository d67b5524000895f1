"""Every feed is guarded by its suite, good rows pass it, bad ones are refused, and a suite that guards less does not load."""

import json
from pathlib import Path
from typing import Any

import pytest

from send_integration.contracts.event import Reason
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadSetting
from send_integration.quality import suites
from send_integration.quality.batch_rules import BatchRules
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


TOO_LITTLE: dict[str, dict[str, Any]] = {
    "no bound": {"kwargs": {"column": "age_years"}},
    "a misspelt bound": {"kwargs": {"column": "age_years", "max_valu": 3}},
    "a number's rule on a text": {"kwargs": {"column": "local_id", "max_value": 3}},
    "a pattern that is none": {
        "type": "expect_column_values_to_match_regex", "kwargs": {"column": "short_text", "regex": "("},
    },
    "lengths, which the library counts in a step of its own": {
        "type": "expect_column_value_lengths_to_be_between", "kwargs": {"column": "short_text", "max_value": 3},
    },
    "scores against the whole column": {
        "type": "expect_column_value_z_scores_to_be_less_than",
        "kwargs": {"column": "age_years", "threshold": 3, "double_sided": True},
    },
    "types, of which the library asks the table": {
        "type": "expect_column_values_to_be_of_type", "kwargs": {"column": "age_years", "type_": "float"},
    },
    "a condition": {"kwargs": {"column": "age_years", "max_value": 3, "row_condition": "age_years > 1",
                               "condition_parser": "pandas"}},
    "most rows": {"kwargs": {"column": "age_years", "max_value": 3, "mostly": 0.9}},
    "a code that another has": {"meta": {"rule": "age-25"}},
    "no owner": {"meta": {"owner": ""}},
}  # fmt: skip


def one_more(folder: Path, **changed: Any) -> Path:
    """The panel's suite with one more rule, right but for what is changed in it."""
    suite = json.loads((suites.folder() / "panel.json").read_text())
    meta = {"rule": "one-more", "scope": "row", "severity": "warn", "why": "It is odd.", "owner": "panel-chair"}
    rule: dict[str, Any] = {
        "type": "expect_column_values_to_be_between", "kwargs": {"column": "age_years", "max_value": 3},
        "description": "It is odd.", "severity": "warning",
    }  # fmt: skip
    suite["expectations"].append({**rule, **changed, "meta": {**meta, **changed.get("meta", {})}})
    (folder / "panel.json").write_text(json.dumps(suite))
    return folder


@pytest.mark.parametrize("which", TOO_LITTLE)
def test_a_rule_that_could_not_be_asked_as_it_is_meant_is_refused_at_the_start(which: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        RowChecks("panel", one_more(tmp_path, **TOO_LITTLE[which]))


def test_one_more_rule_is_taken(tmp_path: Path) -> None:
    assert RowChecks("panel", one_more(tmp_path)).masks[-1].rule.code == "one-more"


def test_a_batch_rule_that_could_not_be_asked_is_refused_at_the_start(tmp_path: Path) -> None:
    batch = {"scope": "batch", "severity": "warn"}
    lengths = {
        "type": "expect_column_value_lengths_to_be_between",
        "kwargs": {"column": "matched_share", "max_value": 3},
    }

    with pytest.raises(BadSetting):
        BatchRules("panel", one_more(tmp_path, meta=batch, **lengths))
