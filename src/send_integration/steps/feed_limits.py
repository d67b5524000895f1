"""Within which time a feed's events should reach us, as its suite says."""

from datetime import timedelta

from send_integration.errors import BadSetting
from send_integration.steps.suite_files import suite_file

USUAL_DAYS = 7
"""Where a suite does not say otherwise: most sources send each night, and a week forgives a holiday and a broken job."""


def timely_within(feed: str) -> timedelta:
    """How long after being recorded an event of the feed may reach us and be timely. Raises BadSetting where its suite
    says what is no number of days."""
    days = suite_file(feed).get("meta", {}).get("timely_days", USUAL_DAYS)
    if isinstance(days, bool) or not isinstance(days, int | float) or not days > 0:
        raise BadSetting(
            "timely_days is no number of days above 0", where=f"expectations/{feed}.json", next_step="Correct its meta."
        )
    return timedelta(days=days)
