"""No date stops the core: those at the calendar's ends are refused like any other that cannot be."""

import pytest

from tests.builders import rejected, sent


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "1899-12-31T23:59:59Z"])
@pytest.mark.parametrize("field", ["time", "recordedtime"])
def test_a_moment_that_no_record_can_have_is_refused(moment: str, field: str) -> None:
    raw = sent("camhs.referred", moment) if field == "time" else sent("camhs.referred", recorded=moment)

    assert ("invalid-date", field) in [(reason.code, reason.field) for reason in rejected(raw).reasons]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2200-01-01"])
def test_a_day_that_no_plan_can_name_is_refused(day: str) -> None:
    [reason] = rejected(sent("early-help.plan_agreed", review_due_on=day)).reasons

    assert (reason.code, reason.field) == ("invalid-date", "data.review_due_on")
