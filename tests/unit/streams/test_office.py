"""A worker that sends alerts knows a duty manager, to whom one can always go, or does not start."""

from datetime import date, time

import pytest

from send_integration.alerts.schedule import WorkingHours
from send_integration.errors import BadSetting
from send_integration.settings import Settings
from send_integration.steps.alerts import Office
from streams.stream_worker import office_of


def test_a_worker_that_sends_alerts_does_not_start_without_a_duty_manager() -> None:
    with pytest.raises(BadSetting, match="SEND_DUTY_MANAGER") as refused:
        office_of(Settings(smtp="mail:25"))

    assert "worker id or address" in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(Settings(), id="that sends nothing"),
        pytest.param(Settings(smtp="mail:25", as_of=date(2025, 6, 2)), id="of a rehearsal"),
        pytest.param(Settings(smtp="mail:25", duty_manager="duty@example.org"), id="that has one"),
    ],
)
def test_a_worker_starts(settings: Settings) -> None:
    assert office_of(settings).duty == settings.duty_manager


def test_the_office_is_as_the_settings_say() -> None:
    given = Settings(duty_manager="m1", working_hours="09:00-24:00", alerts_a_day=3, answer_days="high=1")

    assert office_of(given) == Office("m1", WorkingHours(time(9), None), 3, {"high": 1})
    assert office_of(Settings()) == Office(), "as shipped"
