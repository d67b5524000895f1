"""Within how many days a feed's events are timely stands in its suite, and a wrong one is refused."""

from datetime import timedelta
from typing import Any

import pytest

from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadSetting
from send_integration.steps import feed_limits
from send_integration.steps.feed_limits import timely_within


def test_a_week_is_usual_and_schools_have_a_month() -> None:
    assert {feed: timely_within(feed).days for feed in FEEDS} == {**dict.fromkeys(FEEDS, 7), "school": 31}


@pytest.mark.parametrize("given", [0, -1, "7", None, True])
def test_what_is_no_number_of_days_is_refused_by_name(given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_limits, "suite_file", lambda _feed: {"meta": {"timely_days": given}})

    with pytest.raises(BadSetting, match=r"expectations/camhs\.json: timely_days is no number of days above 0"):
        timely_within("camhs")


def test_half_a_day_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_limits, "suite_file", lambda _feed: {"meta": {"timely_days": 0.5}})

    assert timely_within("camhs") == timedelta(hours=12)
