"""Every suite's batch rules can be asked of what a window measures, and what cannot be asked is no pass."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadSetting
from send_integration.quality.batch_rules import BatchRules, measure_names
from send_integration.quality.checks import RowChecks
from send_integration.quality.suites import folder, rules_of
from tests.builders import event


@pytest.mark.parametrize("feed", FEEDS)
def test_every_suite_has_batch_rules_with_an_owner_and_a_window_without_measures_fails_none(feed: str) -> None:
    rules = [rule for rule in rules_of(feed) if rule.scope == "batch"]

    assert rules
    assert all(rule.owner for rule in rules)
    assert BatchRules(feed).failures(dict.fromkeys(measure_names(feed))) == ()


@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_but_peoples_decisions_is_missed_when_it_falls_silent(feed: str) -> None:
    failures = BatchRules(feed).failures({"silence": 2.6})

    assert [(f.rule, f.rejects, f.fails_trial) for f in failures] == (
        [] if feed == "identity" else [("feed-silent", False, False)]
    )


@pytest.mark.parametrize("feed", FEEDS)
def test_ten_times_the_busiest_day_is_told_and_five_times_is_not(feed: str) -> None:
    assert BatchRules(feed).failures({"volume_ratio": 5.0}) == ()
    assert [(f.rule, f.rejects) for f in BatchRules(feed).failures({"volume_ratio": 10.0})] == [
        ("volume-raised", False)
    ]


def test_a_failure_says_measure_limit_and_what_it_does() -> None:
    failures = BatchRules("camhs").failures({"matched_share": 0.25, "lag_days": 90.0, "refused_share": 0.5})

    assert [(f.rule, f.value, f.limit, f.rejects, f.fails_trial) for f in failures] == [
        ("window-refused-in-part", 0.5, "at most 0.1", False, True),
        ("people-unmatched", 0.25, "at least 0.6", True, True),
        ("window-late", 90.0, "at most 61", False, False),
    ]


def test_a_rule_that_great_expectations_cannot_ask_fails_the_window_and_rejects() -> None:
    rules = BatchRules("camhs")
    late = next(n for n, asked in enumerate(rules._asked) if asked.rule.code == "window-late")
    broken = replace(rules._asked[late].mask, domain={"column": "no-such-column", "batch_id": "window"})
    rules._asked[late] = replace(rules._asked[late], mask=broken)

    failures = rules.failures({"lag_days": 1.0})

    assert [(f.rule, f.value, f.rejects) for f in failures] == [("window-late", None, True)]
    assert "lag_days could not be asked" in failures[0].in_words()


@pytest.mark.parametrize(
    "change",
    [{"owner": ""}, {"trial": "perhaps"}, {"column": "no_such_measure"}, {"type": "expect_table_row_count_to_equal"}],
)
def test_a_batch_rule_that_could_not_guard_is_refused_at_the_start(tmp_path: Path, change: dict[str, str]) -> None:
    suite = json.loads((folder() / "camhs.json").read_text())
    last = suite["expectations"][-1]
    last["meta"] |= {name: value for name, value in change.items() if name in ("owner", "trial")}
    last["kwargs"] |= {name: value for name, value in change.items() if name == "column"}
    if "type" in change:
        last |= {"type": change["type"], "kwargs": {"value": 1}}
    (tmp_path / "camhs.json").write_text(json.dumps(suite))

    with pytest.raises(BadSetting):
        BatchRules("camhs", tmp_path)


def test_columns_are_counted_by_null_and_by_code_and_never_by_text() -> None:
    events = [
        event("camhs.referred", event_id="a", priority="urgent", note="sees nobody"),
        event("camhs.discharged", event_id="b", person={"nhs_number": None}),
        event("camhs.referred", event_id="c", priority="urgent"),
    ]

    counted = RowChecks("camhs").checked(events).columns_of([0, 1])

    assert counted.codes == {"type": {"camhs.referred": 1, "camhs.discharged": 1}, "priority": {"urgent": 1}}
    assert (counted.absent["nhs_number"], counted.absent["upn"], counted.absent["worker"]) == (1, 2, 2)
    assert "sees nobody" not in str(counted)
