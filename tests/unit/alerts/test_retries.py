"""How long a message waits after each failure: longer each time, never more than an hour, and the same whoever asks."""

from datetime import timedelta

import pytest

from send_integration.alerts.retries import wait_before_next


@pytest.mark.parametrize(
    ("failures", "doubled"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (12, 60), (100_000, 60)]
)
def test_a_wait_is_a_minute_doubled_at_most_an_hour_less_up_to_a_quarter(failures: int, doubled: int) -> None:
    waits = [wait_before_next(f"a{number}", failures) for number in range(200)]

    assert all(timedelta(minutes=doubled) * 0.75 <= wait <= timedelta(minutes=doubled) for wait in waits)
    assert max(waits) - min(waits) > timedelta(minutes=doubled) * 0.2, "so that they do not all come back together"
    assert waits == [wait_before_next(f"a{number}", failures) for number in range(200)]


def test_whoever_fails_first_fails_again_within_two_to_five_minutes_so_that_a_dead_channel_is_told_in_time() -> None:
    for number in range(500):
        times = [timedelta()]
        for failures in (1, 2):
            times.append(times[-1] + wait_before_next(f"m{number}", failures))
        assert timedelta(minutes=2) <= times[2] <= timedelta(minutes=3)
